//! The table of published cases: which of the figures that vendors and programs publish have a scenario.

use std::collections::BTreeMap;

use crate::Scenario;

/// A published case by the parts of its name: `saas-A22b` is of the source `saas`, in section `A`, 22, `b`.
type Name<'a> = (&'a str, char, u32, &'a str);

/// Published cases that no scenario shows, and why.
const NOT_COVERED: [(&str, &str); 6] = [
    (
        "oss-X14",
        "a fault of one tool: it forms groups by chance, and answers otherwise each time; scores here are rules without chance",
    ),
    (
        "oss-X15",
        "a fault of the same tool: it calls the best customers the worst; how scores are ordered is said by the program here",
    ),
    (
        "oss-X16",
        "a fault of the same tool: it counts what has no date; an event without one cannot be read here",
    ),
    (
        "oss-X27",
        "a flaw of the source: its assertion rounds to multiples of 3, so that two wrong totals pass, too",
    ),
    (
        "saas-B27",
        "it contradicts clause 1.3: there points expire after the automatic reward and the tiers",
    ),
    (
        "saas-I02",
        "the revenue of a year is worked out over all members by those who keep the books; a member's liability and its expected cost are what clause 3.9 gives",
    ),
];

/// The parts of a name, if it is that of a published case.
fn name(id: &str) -> Option<Name<'_>> {
    let (source, case) = id.split_once('-')?;
    let mut letters = case.chars();
    let section = letters.next().filter(char::is_ascii_uppercase)?;
    let rest = letters.as_str();
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, more) = rest.split_at(end);
    Some((source, section, number.parse().ok()?, more))
}

/// The table, as Markdown: by source and section, in the order of the numbers.
#[must_use]
pub fn published(scenarios: &[Scenario]) -> String {
    let mut sections: BTreeMap<(&str, char), BTreeMap<Name<'_>, &Scenario>> = BTreeMap::new();
    for scenario in scenarios {
        if let Some(name) = name(&scenario.id) {
            let section = sections.entry((name.0, name.1)).or_default();
            section.insert(name, scenario);
        }
    }
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for ((source, _), cases) in &sections {
        *sources.entry(source).or_default() += cases.len();
    }
    let all: usize = sources.values().sum();
    let mut table = String::from(
        "# Published cases\n\nFigures that vendors and programs publish, each as a scenario of the same name: what these say, the engine \
         answers.\nThis table is made from `tests/scenarios/`.\n\n| source | cases |\n|---|---|\n",
    );
    let mut line = |text: String| {
        table.push_str(&text);
        table.push('\n');
    };
    for (source, cases) in &sources {
        line(format!("| {source} | {cases} |"));
    }
    line(format!("| all | {all} |"));
    for ((source, section), cases) in &sections {
        let count = match cases.len() {
            1 => "1 case".to_owned(),
            many => format!("{many} cases"),
        };
        line(format!("\n## {source}, section {section}: {count}\n"));
        line("| case | clause | what it shows | file |\n|---|---|---|---|".to_owned());
        for scenario in cases.values() {
            let Scenario {
                id, clause, file, ..
            } = scenario;
            let title = scenario.title.replace('|', "\\|");
            line(format!(
                "| `{id}` | {clause} | {title} | [{file}](scenarios/{file}) |"
            ));
        }
    }
    line("\n## Not covered\n\n| case | why |\n|---|---|".to_owned());
    for (case, why) in NOT_COVERED {
        line(format!("| `{case}` | {why} |"));
    }
    table
}
