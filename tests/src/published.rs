//! The table of published cases: which of the figures that vendors and programs publish have a scenario.

use std::collections::BTreeMap;

use crate::Scenario;

/// A published case by the parts of its name: `saas-A22b` is of the source `saas`, in section `A`, 22, `b`.
type Name<'a> = (&'a str, char, u32, &'a str);

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
    table
}
