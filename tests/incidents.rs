//! What went wrong elsewhere does not go wrong here: `tests/README.md` names a scenario or a test for each incident, and all of them
//! exist.

use std::collections::BTreeSet;
use std::path::Path;

use loyalty_core::{Engine, Event, Member, Program};
use loyalty_tests::{load, scenarios_folder};

/// The chapters of `tests/README.md` whose tables name tests, in their last column.
const CHAPTERS: [&str; 1] = ["## Real incidents"];
/// The scenarios that were written for an incident.
const FILE: &str = "46-incidents.json";

/// The rows of the tables of a chapter: their cells.
fn rows<'a>(readme: &'a str, chapter: &str) -> Vec<Vec<&'a str>> {
    let lines = readme.lines().skip_while(|line| *line != chapter).skip(1);
    let lines = lines.take_while(|line| !line.starts_with("## "));
    let cells = |line: &'a str| {
        let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let cells: Vec<&str> = inside.split('|').map(str::trim).collect();
        let ruler = cells.iter().all(|cell| cell.trim_matches('-').is_empty());
        (!ruler).then_some(cells)
    };
    // The first row says what the columns are.
    lines.filter_map(cells).skip(1).collect()
}

/// Whether a file has a test of a name: a function in Rust or Python, or one of a C program.
fn has(root: &Path, file: &str, name: &str) -> bool {
    let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
    ["fn", "def", "static void"]
        .iter()
        .any(|word| text.contains(&format!("{word} {name}(")))
}

#[test]
fn each_has_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("tests/README.md")).unwrap();
    let scenarios = load(&scenarios_folder()).unwrap_or_else(|words| panic!("{words}"));
    let mut named = BTreeSet::new();
    for chapter in CHAPTERS {
        let rows = rows(&readme, chapter);
        assert!(rows.len() > 10, "{chapter} has {} rows", rows.len());
        for row in rows {
            let tests = row.last().copied().unwrap_or_default();
            let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
            assert!(!names.is_empty(), "nothing tests {row:?}");
            for name in names {
                let found = match name.split_once("::") {
                    Some((file, function)) => has(&root, file, function),
                    None => scenarios.iter().any(|one| one.id == name),
                };
                assert!(found, "there is no `{name}`, which stands for {row:?}");
                named.insert(name);
            }
        }
    }
    for scenario in scenarios.iter().filter(|one| one.file == FILE) {
        let id = scenario.id.as_str();
        assert!(named.contains(id), "tests/README.md does not name `{id}`");
    }
}

/// Points are earned and paid one for one; a cup costs 30.
const PROGRAM: &str = r#"{"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
    "accounts": [{"id": "points"}], "earn": [{"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}}],
    "tender": [{"points": 1, "value": "1.00"}], "rewards": [{"id": "cup", "points": 30, "give": {"item": {"sku": "cup"}}}]}"#;

/// What can happen, and what must have happened before.
const ACTS: [(Act, Option<Act>); 7] = [
    (Act::Pay, None),
    (Act::Half, Some(Act::Pay)),
    (Act::Rest, Some(Act::Half)),
    (Act::Buy, None),
    (Act::Cancel, Some(Act::Buy)),
    (Act::Redeem, None),
    (Act::Undo, Some(Act::Redeem)),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// Two units at 40.00, of which 20.00 are paid in points, or as many as there are.
    Pay,
    /// One of the two units goes back.
    Half,
    /// The other one goes back.
    Rest,
    /// Goods for 50.00.
    Buy,
    /// They go back.
    Cancel,
    /// A cup for points.
    Redeem,
    /// The cup is given up.
    Undo,
}

impl Act {
    fn event(self, at: usize) -> String {
        let what = match self {
            Self::Pay => {
                r#""purchase": {"order": "o-1", "lines": [{"sku": "tea", "quantity": 2, "price": "40.00"}], "tender": [{"points": 20}]}"#
            }
            Self::Half => r#""return": {"order": "o-1", "lines": [{"line": "1", "quantity": 1}]}"#,
            Self::Rest => r#""return": {"order": "o-1"}"#,
            Self::Buy => {
                r#""purchase": {"order": "o-2", "lines": [{"sku": "tea", "price": "50.00"}]}"#
            }
            Self::Cancel => r#""return": {"order": "o-2"}"#,
            Self::Redeem => r#""redeem": {"reward": "cup"}"#,
            Self::Undo => r#""undo": {"event": "Redeem"}"#,
        };
        format!(r#"{{"id": "{self:?}", "at": "2026-03-02T10:00:0{at}+08:00", {what}}}"#)
    }
}

/// Every order of the acts in which each comes after what it needs.
fn orders(done: &mut Vec<Act>, all: &mut Vec<Vec<Act>>) {
    if done.len() == ACTS.len() {
        all.push(done.clone());
        return;
    }
    for (act, needs) in ACTS {
        if !done.contains(&act) && needs.is_none_or(|needs| done.contains(&needs)) {
            done.push(act);
            orders(done, all);
            done.pop();
        }
    }
}

/// nopCommerce #5595: in whatever order a member pays with points, earns, redeems, cancels and sends back, each act moves the points
/// that it must, and who has undone everything has what there was at first: no point more, and none less.
#[test]
fn redeem_earn_cancel_and_refund_in_every_order() {
    let engine = Engine::new(Program::from_json(PROGRAM).unwrap());
    let mut all = Vec::new();
    orders(&mut Vec::new(), &mut all);
    // 7! orders, a sixth of which has the first three in their order, and a half of these each of the pairs.
    assert_eq!(all.len(), 5_040 / 6 / 2 / 2);
    let (mut in_debt, mut too_few, mut paid_less) = (0, 0, 0);
    for start in [100, 40, 10] {
        for order in &all {
            let mut member = Member::new("m-1").unwrap();
            let credit = format!(
                r#"{{"id": "e-0", "at": "2026-03-01T10:00:00+08:00", "adjust": {{"credit": {start}, "reason": "gift"}}}}"#
            );
            engine
                .apply(&mut member, &Event::from_json(&credit).unwrap())
                .unwrap();
            // What the plain sums say.
            let (mut balance, mut used, mut redeemed) = (start, 0, false);
            for (place, act) in order.iter().enumerate() {
                let event = act.event(place);
                let event = Event::from_json(&event).unwrap();
                let answer = engine.apply(&mut member, &event);
                let (moved, refused) = match act {
                    Act::Pay => {
                        used = balance.clamp(0, 20);
                        paid_less += u32::from(used < 20);
                        (80 - used - used, None)
                    }
                    // A half of what was earned leaves, a half of what was paid comes back.
                    Act::Half | Act::Rest => (used / 2 - (80 - used) / 2, None),
                    Act::Buy => (50, None),
                    Act::Cancel => (-50, None),
                    Act::Redeem if balance < 30 => (0, Some("insufficient_points")),
                    Act::Redeem => {
                        redeemed = true;
                        (-30, None)
                    }
                    Act::Undo if redeemed => (30, None),
                    Act::Undo => (0, Some("unknown_redemption")),
                };
                let code = answer.err().map(|error| error.code().as_str());
                assert_eq!(code, refused, "{act:?} of {order:?}, from {start}");
                balance += moved;
                let told = format!("after {act:?} of {order:?}, from {start}");
                assert_eq!(member.balance("points"), balance, "{told}");
                // Reading the document asks whether the sums of the ledger are right.
                assert_eq!(Member::from_json(&member.to_json()).unwrap(), member);
                in_debt += u32::from(balance < 0);
                too_few += u32::from(refused == Some("insufficient_points"));
            }
            assert_eq!(balance, start, "{order:?}");
        }
    }
    assert!(
        in_debt > 10 && too_few > 10 && paid_less > 10,
        "{in_debt} times in debt, {too_few} times too few points, {paid_less} times fewer to pay with"
    );
}
