//! Versions of a program in time: a member comes to each at one instant, however time is split, and nothing is overlooked.

use loyalty_core::{Detail, Engine, Entry, Event, Instant, Member, Timeline};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::histories::{Step, histories};
use crate::programs::{Shape, programs};
use crate::run::{Coverage, TAKEN, check, told};
use crate::time::nothing_is_overlooked;
use crate::world::{Act, World, carry_out};

const DAY: i64 = 86_400_000_000;

/// A version: its rules, how many days after the one before it starts, how it is adopted, and how long a transition lasts.
type Later = (Value, i64, &'static str, Option<i64>);
/// The first version and the later ones, and what happens.
type Case = (Value, Vec<Later>, Vec<Step>);

/// The refusals that come of what has happened before, perhaps under another version.
const REFUSALS: &[&str] = &[
    "out_of_order",
    "id_conflict",
    "duplicate_order",
    "unknown_order",
    "quantity_exceeded",
    "insufficient_points",
];

fn cases(longest: usize) -> impl Strategy<Value = Case> {
    let adopt = select(vec!["at_start", "next_event", "term_end"]);
    let later = (
        programs(Shape::ANY),
        1_i64..90,
        adopt,
        proptest::option::of(1_i64..60),
    );
    (
        programs(Shape::ANY),
        vec(later, 1..=3),
        histories(Shape::ANY, longest),
    )
}

/// The document of a timeline of these versions. What cannot follow the first one gives way to the first one with points that are
/// dated anew.
fn timeline(first: &Value, later: &[Later]) -> Value {
    let named = |program: &Value, name: String| {
        let mut program = program.clone();
        program["version"] = json!(name);
        program["topics"] = json!([{"id": "rules"}]);
        program
    };
    let mut versions = vec![json!({"program": named(first, "v0".to_owned())})];
    let mut starts = World::new(first).now().micros();
    for (number, (program, days, adopt, transition)) in later.iter().enumerate() {
        let mut program = if program["currency"] == first["currency"] {
            program.clone()
        } else {
            let mut same = first.clone();
            for account in same["accounts"].as_array_mut().into_iter().flatten() {
                account["open_lots"] = json!("from_start");
            }
            same
        };
        for field in ["id", "timezone"] {
            program[field] = first[field].clone();
        }
        starts += days * DAY;
        let written = |micros: i64| Instant::from_micros(micros).to_string();
        let said = written(starts - 2 * DAY);
        let mut version = json!({
            "program": named(&program, format!("v{}", number + 1)), "starts": written(starts), "adopt": adopt,
            "announced": {"on": said[..10], "notify": {"topic": "rules"}}
        });
        let without = version.clone();
        if let Some(days) = transition {
            version["transition"] = json!({
                "version": format!("t{}", number + 1), "until": written(starts + days * DAY),
                "keep": [{"part": "earn"}, {"part": "groups"}]
            });
        }
        versions.push(version);
        let document = json!({"schema": 1, "versions": versions});
        // What is kept may need what the new version does not have.
        if Timeline::from_json(&document.to_string()).is_err() {
            versions.pop();
            versions.push(without);
        }
    }
    json!({"schema": 1, "versions": versions})
}

fn engine(document: &Value) -> Engine {
    match Timeline::from_json(&document.to_string()) {
        Ok(timeline) => Engine::new(timeline),
        Err(error) => panic!("a random timeline is wrong: {error}\n{document}"),
    }
}

fn world((first, later, _): &Case) -> World {
    let mut world = World::new(first);
    world.engine = engine(&timeline(first, later));
    world
}

fn show(case: &Case) -> String {
    let mut text = format!("timeline: {}\n", timeline(&case.0, &case.1));
    let mut world = world(case);
    for step in &case.2 {
        text.push_str(&told(&world.play(step)));
    }
    text
}

/// Counts the versions that a member came to.
fn count(entries: &[Entry], coverage: &Coverage) {
    let text = serde_json::to_value(entries).expect("JSON");
    for entry in text.as_array().into_iter().flatten() {
        let to = entry["adopted"]["to"].as_str().unwrap_or_default();
        if !to.is_empty() {
            coverage.note("adopted");
        }
        if to.starts_with('t') {
            coverage.note("transition");
        }
        if !entry["notified"].is_null() {
            coverage.note("announced");
        }
    }
}

/// Clause 1.4 over the starts of versions: in one step or in many, the member and the entries are the same. Clause 10.11: a quote
/// is what the event then does. Clause 15.1: what is refused changes nothing.
#[test]
fn versions_split_time() {
    let strategy = (cases(20), vec(0_u32..=1_000, 1..=4));
    let show = |(case, parts): &(Case, Vec<u32>)| format!("stops at {parts:?}\n{}", show(case));
    let wanted: [&[&str]; 3] = [TAKEN, REFUSALS, &["adopted", "transition", "announced"]];
    check(60, &wanted, strategy, show, |(case, parts), coverage| {
        let mut world = world(case);
        let mut split = Member::new("m-1")?;
        for step in &case.2 {
            let before = world.member.to_json();
            let played = world.play(step);
            coverage.step(&played);
            let act = &played.act;
            if let Act::Report(event) = act {
                let quote = world
                    .engine
                    .quote(&played.before, &Event::from_json(event)?);
                let quote = quote.map(|outcome| outcome.to_json());
                let done = played.result.as_ref().map(loyalty_core::Outcome::to_json);
                prop_assert_eq!(quote.as_ref().ok(), done.as_ref().ok());
            }
            let Ok(outcome) = &played.result else {
                prop_assert_eq!(before, world.member.to_json());
                continue;
            };
            count(&outcome.entries, coverage);
            let to = match act {
                Act::Advance(to) => *to,
                Act::Report(event) => Event::from_json(event)?.at().instant,
            };
            let mut entries: Vec<Entry> = Vec::new();
            let from = split.as_of().unwrap_or(to);
            let mut parts = parts.clone();
            parts.sort_unstable();
            let begun = split.version() > 0;
            for part in parts.into_iter().filter(|_| begun) {
                let length = (to.micros() - from.micros()).max(0);
                let stop = Instant::from_micros(from.micros() + length / 1_000 * i64::from(part));
                entries.extend(world.engine.advance(&mut split, stop)?.entries);
            }
            // What is read again goes on where it was.
            let mut stored = Member::from_json(split.to_json().as_bytes())?;
            entries.extend(carry_out(&world.engine, &mut stored, act, Detail::Plain)?.entries);
            split = stored;
            prop_assert_eq!(&outcome.entries, &entries);
            prop_assert_eq!(world.member.to_json(), split.to_json());
        }
        Ok(())
    });
}

/// Clause 1.5: the start of a version, the end of a term that one waits for, the end of a transition and an announcement are due.
#[test]
fn versions_are_due() {
    check(
        50,
        &[&["due", "adopted", "transition", "announced"]],
        cases(8),
        show,
        |case, coverage| {
            let mut world = world(case);
            for step in &case.2 {
                let played = world.play(step);
                coverage.step(&played);
                if let Ok(outcome) = &played.result
                    && world.member.version() > 0
                {
                    count(&outcome.entries, coverage);
                    prop_assert_eq!(outcome.next_due, world.engine.next_due(&world.member));
                }
            }
            let mut later = world.member.clone();
            let far = Instant::from_micros(world.now().micros() + 3_653 * DAY);
            count(&world.engine.advance(&mut later, far)?.entries, coverage);
            nothing_is_overlooked(&world, coverage)
        },
    );
}

/// Puts a cap that says nothing before the caps of every list: what those count goes on.
fn put_before(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(put_before),
        Value::Object(fields) => {
            for (field, value) in fields {
                let caps = value.as_array_mut().filter(|_| field == "caps");
                let Some(caps) = caps else {
                    put_before(value);
                    continue;
                };
                let free = |per: &&str| {
                    let mut times = caps.iter().filter(|cap| !cap["times"].is_null());
                    !times.any(|cap| cap["per"] == **per)
                };
                let per = ["day", "month", "year"].into_iter().find(free);
                caps.insert(0, json!({"times": 1_000_000, "per": per}));
            }
        }
        _ => {}
    }
}

/// Clause 14.3: versions of the same rules act as one program, but for the entries that a member came to them. What is counted goes
/// on where others are counted before it.
#[test]
fn versions_of_the_same_rules_are_one_program() {
    check(
        80,
        &[TAKEN, REFUSALS, &["adopted"]],
        cases(16),
        show,
        |(first, later, steps), coverage| {
            let mut program = first.clone();
            for account in program["accounts"].as_array_mut().into_iter().flatten() {
                account["open_lots"] = json!("keep");
            }
            let mut others = program.clone();
            put_before(&mut others);
            let same = |(_, days, adopt, _): &Later| (others.clone(), *days, *adopt, None);
            let mut document = timeline(&program, &later.iter().map(same).collect::<Vec<_>>());
            for version in document["versions"].as_array_mut().into_iter().flatten() {
                version
                    .as_object_mut()
                    .expect("a version")
                    .remove("announced");
            }
            let engine = engine(&document);
            let mut other = Member::new("m-1")?;
            let mut world = World::new(&program);
            let plain = |entries: &[Entry]| -> Vec<Value> {
                let all = serde_json::to_value(entries).expect("JSON");
                let all = all.as_array().cloned().unwrap_or_default().into_iter();
                all.filter(|entry| entry["adopted"].is_null())
                    .map(|mut entry| {
                        entry["n"] = Value::Null;
                        entry
                    })
                    .collect()
            };
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                let outcome = carry_out(&engine, &mut other, &played.act, Detail::Plain);
                match (&played.result, outcome) {
                    (Ok(one), Ok(other)) => {
                        count(&other.entries, coverage);
                        prop_assert_eq!(plain(&one.entries), plain(&other.entries));
                        prop_assert_eq!(one.receipt.is_some(), other.receipt.is_some());
                    }
                    (Err(one), Err(other)) => prop_assert_eq!(one.code(), other.code()),
                    (one, other) => prop_assert!(false, "{one:?}, but {other:?}"),
                }
                prop_assert_eq!(world.member.balances(), other.balances());
                prop_assert_eq!(world.member.primary_tier(), other.primary_tier());
            }
            Ok(())
        },
    );
}

/// Clause 13.3 with 14.3: who becomes part of a member comes to the version of that member; the orders are still those of the
/// version of the sale.
#[test]
fn versions_of_those_who_become_one() {
    let program = |version: &str, points: i64, days: i64| {
        json!({"schema": 1, "id": "shop", "version": version, "currency": "CNY", "timezone": "Asia/Shanghai",
            "accounts": [{"id": "points"}], "returns": {"window": {"days": days}},
            "earn": [{"id": "base", "give": {"rate": {"points": points, "per": "1.00"}}}]})
    };
    let engine = engine(&json!({"schema": 1, "versions": [
        {"program": program("1", 2, 60)},
        {"program": program("2", 1, 7), "starts": "2026-04-01", "adopt": "next_event"}
    ]}));
    let take = |member: &mut Member, event: Value| {
        let event = event.to_string();
        let outcome = Event::from_json(&event).and_then(|event| engine.apply(member, &event));
        let entries = outcome.expect("it is taken").entries;
        serde_json::to_value(entries).expect("JSON")
    };
    let buy = |id: &str, at: &str| json!({"id": id, "at": at, "purchase": {"order": id, "lines": [{"sku": "tea", "price": "10.00"}]}});
    let mut one = Member::new("m-1").expect("an id");
    let mut other = Member::new("m-2").expect("an id");
    take(&mut other, buy("a", "2026-03-20T10:00:00+08:00"));
    take(&mut one, buy("b", "2026-04-02T10:00:00+08:00"));
    let merge = json!({"id": "m", "at": "2026-04-03T10:00:00+08:00", "merge": {"document": serde_json::from_str::<Value>(&other.to_json()).expect("JSON")}});
    take(&mut one, merge);
    assert_eq!(one.balance("points"), 30);
    assert_eq!(
        engine
            .program_of(&one)
            .rules()
            .version
            .as_ref()
            .map(loyalty_core::Id::as_str),
        Some("2")
    );
    let back = json!({"id": "r", "at": "2026-05-10T10:00:00+08:00", "return": {"order": "a"}});
    take(&mut one, back);
    assert_eq!(one.balance("points"), 10);
}
