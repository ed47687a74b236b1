//! Triggers: programs whose triggers feed each other come to an end, and messages may arrive in any order and number.

use std::collections::BTreeSet;

use loyalty_core::{Change, Engine, Event, Instant, Member, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::cover::check;
use crate::time::nothing_is_overlooked;
use crate::world::{World, engine};

const TAGS: [&str; 4] = ["a", "b", "c", "d"];

/// What a trigger answers.
fn answers() -> impl Strategy<Value = Value> {
    let tag = select(TAGS.to_vec());
    prop_oneof![
        3 => (tag, any::<bool>()).prop_map(|(tag, entered)| {
            let change = if entered { "entered" } else { "left" };
            json!({"segment": {change: tag}})
        }),
        2 => (1_u32..40).prop_map(|every| json!({"milestone": {"metric": "points", "every": every}})),
        1 => Just(json!({"milestone": {"metric": "done", "every": 1}})),
        1 => Just(json!({"milestone": {"metric": "miles", "at": [3, 30]}})),
        1 => select(std::vec!["up", "down", "any"]).prop_map(|to| json!({"tier": {"direction": to}})),
        1 => Just(json!({"near_tier": {"metric": "points", "within": 20}})),
        2 => Just(json!({"event": {"kind": "activity:go"}})),
        1 => Just(json!({"event": {"kind": "purchase"}})),
        1 => Just(json!({"task": {"what": "step"}})),
        1 => Just(json!({"task": {"what": "missed"}})),
        1 => (1_u16..4).prop_map(|days| json!({"after": {"event": "activity:go", "days": days}})),
        1 => Just(json!({"schedule": {"weekly": "mon"}})),
        1 => Just(json!({"points_expiring": {"account": "points", "days": 2}})),
    ]
}

/// What it does.
fn does() -> impl Strategy<Value = Value> {
    let tags = || proptest::sample::subsequence(TAGS.to_vec(), 0..=2);
    prop_oneof![
        4 => (tags(), tags()).prop_map(|(add, remove)| {
            if add.is_empty() && remove.is_empty() {
                return json!({"tags": {"add": ["a"], "remove": ["b"]}});
            }
            json!({"tags": {"add": add, "remove": remove}})
        }),
        3 => (1_u32..60).prop_map(|points| json!({"points": {"account": "points", "points": points}})),
        1 => (1_u32..20).prop_map(|points| json!({"points": {"account": "miles", "points": points}})),
        1 => Just(json!({"convert": {"conversion": "fly"}})),
        1 => Just(json!({"convert": {"conversion": "land", "points": 7}})),
        1 => Just(json!({"coupon": {"coupon": "ten"}})),
        1 => Just(json!({"notify": {"topic": "care"}})),
    ]
}

fn programs() -> impl Strategy<Value = Value> {
    let limit = proptest::option::weighted(0.2, 1_u32..4);
    let trigger = (answers(), vec(does(), 1..=2), limit);
    vec(trigger, 1..=8).prop_map(|all| {
        let triggers = all.into_iter().enumerate().map(|(number, (on, does, limit))| {
            let limits: Vec<Value> = limit.iter().map(|times| json!({"times": times, "per": "day"})).collect();
            json!({"id": format!("t{number}"), "on": on, "do": does, "limits": limits})
        });
        let segments = TAGS.map(|tag| json!({"id": tag, "watch": true, "when": {"tag": [tag]}}));
        json!({
            "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
            "accounts": [{"id": "points", "expiry": {"after": {"days": 5}}}, {"id": "miles"}],
            "metrics": [
                {"id": "points", "measure": {"balance": {"account": "points"}}},
                {"id": "miles", "measure": {"balance": {"account": "miles"}}},
                {"id": "done", "measure": {"tasks": {"what": "done"}}},
            ],
            "segments": segments,
            "tiers": [{"id": "club", "hold": "none", "rungs": [{"id": "base"},
                {"id": "silver", "qualify": {"metric": {"id": "points", "at_least": 50}}}]}],
            "conversions": [
                {"id": "fly", "account": "points", "points": 10, "gives": 3, "to": "miles"},
                {"id": "land", "account": "miles", "points": 1, "gives": 1, "to": "points"},
            ],
            "coupons": [{"id": "ten", "discount": {"amount_off": {"amount": "10.00"}}, "issue": {"valid": {"for": {"days": 3}}}}],
            "topics": [{"id": "care"}],
            "tasks": [{"id": "go", "repeat": "always", "within": {"days": 2}, "steps": [{"id": "one", "on": "activity:go"}, {"id": "two"}]}],
            "triggers": triggers.collect::<Vec<_>>(),
        })
    })
}

/// Hours after the event before, and what it is.
type Deed = (i64, u8);

/// Clause 12.1: whatever triggers set off, at most 8 rounds follow from one event or instant, and an entry says which would have gone
/// on; time may be split, and nothing that is due is overlooked.
#[test]
fn triggers_end() {
    let strategy = (programs(), vec((0_i64..60, 0_u8..5), 1..=12), 0_i64..=1_000);
    check(
        300,
        &[&["stopped", "triggered", "by time"]],
        strategy,
        |(program, deeds, part): &(Value, Vec<Deed>, i64)| {
            format!("program: {program}\n{deeds:?}, stops at {part}")
        },
        |(program, deeds, part), seen| {
            let engine = engine(program);
            let (mut member, mut split) = (Member::new("m-1")?, Member::new("m-1")?);
            let mut micros = 1_772_000_000_000_000;
            for (number, (hours, kind)) in deeds.iter().enumerate() {
                let from = micros;
                micros += hours * 3_600_000_000;
                let mut event = match kind {
                    0 => {
                        json!({"purchase": {"order": format!("o-{number}"), "lines": [{"sku": "tea", "price": "8.00"}]}})
                    }
                    1 => json!({"tags": {"add": ["a"]}}),
                    2 => json!({"adjust": {"account": "points", "credit": 5, "reason": "x"}}),
                    _ => json!({"activity": {"kind": "go"}}),
                };
                event["id"] = json!(format!("e-{number}"));
                event["at"] = json!(Instant::from_micros(micros).to_string());
                let text = event.to_string();
                let event = Event::from_json(&text)?;
                let outcome = engine.apply(&mut member, &event)?;
                seen.count("event");
                let mut entries = Vec::new();
                if split.version() > 0 {
                    let stop = Instant::from_micros(from + (micros - from) / 1_000 * part);
                    entries.extend(engine.advance(&mut split, stop)?.entries);
                }
                entries.extend(engine.apply(&mut split, &event)?.entries);
                prop_assert_eq!(&outcome.entries, &entries);
                for entry in &outcome.entries {
                    match &entry.change {
                        Change::ChainStopped { triggers } => {
                            prop_assert!(!triggers.is_empty());
                            seen.note("stopped");
                        }
                        Change::Triggered { .. } => {
                            let by_time = entry.at.micros() < micros;
                            seen.note(if by_time { "by time" } else { "triggered" });
                        }
                        _ => {}
                    }
                }
            }
            prop_assert_eq!(member.to_json(), split.to_json());
            let mut world = World::new(program);
            world.member = member;
            nothing_is_overlooked(&world, seen)
        },
    );
}

const RECEIVER: &str = r#"{"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
    "accounts": [{"id": "points", "expiry": {"after": {"months": 12}}}],
    "metrics": [{"id": "points", "measure": {"balance": {"account": "points"}}}],
    "segments": [{"id": "rich", "watch": true, "when": {"metric": {"id": "points", "at_least": 200}}}],
    "coupons": [{"id": "ten", "discount": {"amount_off": {"amount": "10.00"}}}],
    "tasks": [{"id": "gifts", "steps": [{"id": "get", "on": "receive", "times": 3}]}],
    "triggers": [
        {"id": "thanks", "on": {"event": {"kind": "receive"}}, "do": [{"points": {"account": "points", "points": 1}}]},
        {"id": "hundred", "on": {"milestone": {"metric": "points", "every": 100}}, "do": [{"tags": {"add": ["hundred"]}}]},
        {"id": "rich", "on": {"segment": {"entered": "rich"}}, "do": [{"tags": {"add": ["rich"]}}]},
        {"id": "gifts", "on": {"task": {"id": "gifts"}}, "do": [{"points": {"account": "points", "points": 40}}]}]}"#;

/// What of a member must not depend on the order in which messages arrive.
fn settled(member: &Member) -> Value {
    let document: Value = serde_json::from_str(&member.to_json()).expect("JSON");
    let state = &document["state"];
    let lots = state["accounts"][0]["lots"].as_array();
    let mut lots: Vec<String> = lots
        .into_iter()
        .flatten()
        .map(|lot| json!([lot["earned_on"], lot["expires_at"], lot["points"]]).to_string())
        .collect();
    lots.sort();
    let more = &state["more"];
    let task = &more["tasks"]["gifts"];
    json!([
        lots,
        more["coupons"],
        more["lifecycle"]["segments"],
        state["profile"],
        task["done"],
        task["run"]["steps"],
    ])
}

/// Points and coupons that other members send, in any order and number, with triggers, a watched segment and a task that answer: the
/// same member.
#[test]
fn gifts_converge() {
    let engine = Engine::new(Program::from_json(RECEIVER).expect("a program"));
    let gift = (1_i64..90, 1_u32..28, any::<bool>());
    let message = (gift, any::<u32>(), 1_usize..4);
    check(
        300,
        &[&["again"]],
        vec(message, 1..=9),
        |case| format!("{case:?}"),
        |case, seen| {
            let events: Vec<(u32, usize, String)> = case
                .iter()
                .enumerate()
                .map(|(number, ((points, day, coupon), key, times))| {
                    let lots = json!([{"points": points, "earned_on": format!("2026-02-{day:02}"), "expires_at": "2027-02-28T16:00:00Z"}]);
                    let mut event = if *coupon {
                        json!({"issue": {"coupon": "ten", "instance": format!("c-{number}"), "giver": "m-2"}})
                    } else {
                        json!({"receive": {"from": "m-2", "account": "points", "lots": lots}})
                    };
                    event["id"] = json!(format!("m-2/e-{number}/1"));
                    event["at"] = json!("2026-03-02T10:00:00+08:00");
                    (*key, *times, event.to_string())
                })
                .collect();
            let deliver = |order: &[&(u32, usize, String)], often: bool| {
                let mut member = Member::new("m-1")?;
                let enroll = r#"{"id": "e-0", "at": "2026-03-01T10:00:00+08:00", "enroll": {}}"#;
                engine.apply(&mut member, &Event::from_json(enroll)?)?;
                for (_, times, text) in order {
                    for time in 0..if often { *times } else { 1 } {
                        let outcome = engine.apply(&mut member, &Event::from_json(text)?)?;
                        seen.count(if time > 0 { "again" } else { "message" });
                        prop_assert_eq!(outcome.duplicate, time > 0);
                    }
                }
                Ok::<Value, TestCaseError>(settled(&member))
            };
            let plain: Vec<_> = events.iter().collect();
            let mut mixed = plain.clone();
            mixed.sort_by_key(|(key, ..)| *key);
            let one = deliver(&plain, false)?;
            prop_assert_eq!(&one, &deliver(&mixed, true)?);
            // The same ids again, all at the end.
            let twice: Vec<_> = mixed.iter().chain(&plain).copied().collect();
            let ids: BTreeSet<&str> = twice.iter().map(|(.., text)| text.as_str()).collect();
            prop_assert_eq!(ids.len(), plain.len());
            Ok(())
        },
    );
}
