//! Running a property: how many cases, from which seed, and whether the cases reached what they were to reach.
//!
//! The cases are the same in every run, so that what fails on one machine fails on all and no file of old failures is needed.
//! `PROPTEST_CASES` sets how many cases each property gets, `PROPERTY_SEED` (a number) draws other ones.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

/// Below so many steps a part of them says nothing, where fewer cases are asked for than a property has by itself.
const STEPS_MIN: u64 = 1_500;

/// How often each thing happened.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    counts: RefCell<BTreeMap<String, u64>>,
    steps: RefCell<u64>,
}

impl Coverage {
    /// Counts a step by name.
    pub(crate) fn count(&self, name: &str) {
        *self.steps.borrow_mut() += 1;
        self.note(name);
    }

    /// Counts something that is no step of its own.
    pub(crate) fn note(&self, name: &str) {
        *self.counts.borrow_mut().entry(name.to_owned()).or_default() += 1;
    }

    /// What happened in one step of a hundred or less.
    fn missed(&self, wanted: &[&str]) -> Vec<String> {
        let (counts, steps) = (self.counts.borrow(), *self.steps.borrow());
        let rare = |name: &&&str| counts.get(**name).copied().unwrap_or(0) * 100 <= steps;
        wanted
            .iter()
            .filter(rare)
            .map(|name| (*name).to_owned())
            .collect()
    }

    fn table(&self) -> String {
        let steps = *self.steps.borrow();
        let mut table = format!("{steps} steps\n");
        for (name, count) in &*self.counts.borrow() {
            let share = count * 10_000 / steps.max(1);
            table.push_str(&format!(
                "{count:8} {:3}.{:02} %  {name}\n",
                share / 100,
                share % 100
            ));
        }
        table
    }
}

/// What a property says of one case.
pub(crate) type Verdict = Result<(), TestCaseError>;

/// Runs a property over random cases, `cases` of them unless the environment says otherwise, and asserts that each of
/// `wanted` happened in more than one step of a hundred. Each property says what it must reach.
pub(crate) fn check<S: Strategy>(
    cases: u32,
    wanted: &[&[&str]],
    strategy: S,
    show: impl Fn(&S::Value) -> String,
    property: impl Fn(&S::Value, &Coverage) -> Verdict,
) where
    S::Value: Debug,
{
    let wanted: Vec<&str> = wanted
        .iter()
        .flat_map(|list| list.iter().copied())
        .collect();
    assert!(
        !wanted.is_empty(),
        "the property does not say what its cases are to reach"
    );
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let asked =
        number("PROPTEST_CASES").map_or(cases, |cases| u32::try_from(cases).unwrap_or(u32::MAX));
    let config = ProptestConfig {
        cases: asked,
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..ProptestConfig::default()
    };
    let mut seed = [7_u8; 32];
    seed[..8].copy_from_slice(&number("PROPERTY_SEED").unwrap_or(0).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let coverage = Coverage::default();
    let mut runner = TestRunner::new_with_rng(config, rng);
    match runner.run(&strategy, |case| property(&case, &coverage)) {
        Ok(()) => {}
        Err(TestError::Abort(reason)) => panic!("the property was given up: {reason}"),
        Err(TestError::Fail(reason, case)) => panic!("{reason}\n{}", show(&case)),
    }
    let missed = coverage.missed(&wanted);
    let too_few = asked < cases && *coverage.steps.borrow() < STEPS_MIN;
    assert!(
        missed.is_empty() || too_few,
        "the cases hardly ever reach {missed:?}:\n{}",
        coverage.table()
    );
    // With `cargo test -- --nocapture` the table shows what was reached.
    println!("{}", coverage.table());
}
