//! Every scenario holds, and the transcript is the same each time.

use loyalty_tests::{Transcript, check, load, scenarios_folder};

#[test]
fn every_scenario_holds() {
    let scenarios = load(&scenarios_folder()).unwrap_or_else(|words| panic!("{words}"));
    let failures: Vec<String> = scenarios
        .iter()
        .filter_map(|scenario| check(scenario).err())
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} scenarios fail:\n{}",
        failures.len(),
        scenarios.len(),
        failures.join("\n")
    );
    assert!(scenarios.len() >= 70, "only {} scenarios", scenarios.len());
}

#[test]
fn the_transcript_is_the_same_each_time() {
    let scenarios = load(&scenarios_folder()).unwrap_or_else(|words| panic!("{words}"));
    let write = || {
        let mut transcript = Transcript::default();
        for scenario in &scenarios {
            transcript
                .follow(scenario)
                .unwrap_or_else(|words| panic!("{words}"));
        }
        transcript
    };
    let (one, other) = (write(), write());
    assert_eq!(one.script, other.script);
    assert_eq!(one.answers, other.answers);
    assert!(one.script.lines().count() > scenarios.len());
}
