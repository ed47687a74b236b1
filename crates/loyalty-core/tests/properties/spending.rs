//! Points that are used otherwise than to pay: rewards, undone and given by themselves; transfers, conversions, what arrives.

use std::collections::BTreeMap;

use loyalty_core::{Change, Detail, Engine, Entry, Event, Instant, Member, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::ledger::Ledger;
use crate::run::{Coverage, Verdict, check, told};
use crate::spenders::{Ask, Move, Moves, moves, spenders};
use crate::time::nothing_is_overlooked;
use crate::world::{Act, Played, World, carry_out, engine, written};

/// A member who uses points, and what has come of it.
struct Town {
    world: World,
    redemptions: Vec<String>,
}

impl Town {
    fn new(program: &Value) -> Self {
        Self {
            world: World::new(program),
            redemptions: Vec::new(),
        }
    }

    fn play(&mut self, (after, what): &(i64, Move)) -> Played {
        self.world.wait(*after);
        let act = self.act(what);
        let played = self.world.take(act, Detail::Plain);
        if let (Ok(outcome), Act::Report(event)) = (&played.result, &played.act) {
            let event = Event::from_json(event).expect("it was taken");
            for entry in &outcome.entries {
                if let Change::Redeemed { redemption, .. } = &entry.change {
                    let name = redemption.as_ref().map_or(event.id(), |id| id.as_str());
                    self.redemptions.push(name.to_owned());
                }
            }
        }
        played
    }

    fn act(&mut self, what: &Move) -> Act {
        let rules = self.world.engine.program().rules();
        let accounts = rules.accounts.len();
        let name = |which: usize| format!("a{}", which % accounts);
        let points = |account: &str, ask: Ask| match ask {
            Ask::Points(points) => points,
            Ask::Percent(percent) => {
                let there = self.world.member.balance(account).clamp(0, 1_000_000_000);
                (there * percent / 100).max(1)
            }
        };
        let (kind, body) = match what {
            Move::Wish(wish) => return self.world.act(wish),
            Move::Redeem(which, quantity) => (
                "redeem",
                json!({"reward": format!("w{}", which % (rules.rewards.len() + 1)), "quantity": quantity}),
            ),
            Move::Undo(which) => {
                // One in six is unknown; the others are among the last ones.
                let last = self.redemptions.len().clamp(1, 5);
                let known = self.redemptions.iter().rev().nth(which % last);
                let known = known.filter(|_| which % 6 > 0);
                (
                    "undo",
                    json!({"event": known.map_or("none", String::as_str)}),
                )
            }
            Move::Transfer(which, ask) => {
                let account = name(*which);
                (
                    "transfer",
                    json!({"to": "m-2", "account": account, "points": points(&account, *ask)}),
                )
            }
            Move::Convert(which, ask) => {
                let rule = rules
                    .conversions
                    .get(which % rules.conversions.len().max(1));
                let account = rule
                    .and_then(|rule| rule.account.as_ref())
                    .map_or("a0", |id| id.as_str());
                let step = rule.map_or(1, |rule| rule.points.get());
                // Half of them in full steps; some name a partner that there is not.
                let asked = points(account, *ask);
                let asked = if which % 2 == 1 {
                    asked
                } else {
                    (asked / step).max(1) * step
                };
                let id = rule.map_or("none", |rule| rule.id.as_str());
                let mut body = json!({"conversion": id, "points": asked});
                if *which == 1 {
                    body["to"] = json!("f-1");
                }
                ("convert", body)
            }
            Move::Receive(which, lots) => {
                let lots: Vec<Value> = lots.iter().map(|lot| self.lot(*lot)).collect();
                (
                    "receive",
                    json!({"from": "m-3", "account": name(*which), "lots": lots}),
                )
            }
        };
        self.world.event(kind, &body)
    }

    /// A lot that arrives: without dates, or expiring so many days from now.
    fn lot(&self, (points, days): (i64, Option<i64>)) -> Value {
        let Some(days) = days else {
            return json!({"points": points});
        };
        let expires = self.world.now().micros() + days * 86_400_000_000;
        let mut lot = json!({"points": points, "earned_on": "2026-01-02"});
        if days % 7 != 0 {
            lot["expires_at"] = json!(Instant::from_micros(expires).to_string());
        }
        lot
    }
}

fn show((program, moves): &(Value, Moves)) -> String {
    let mut text = format!("program: {program}\n");
    let mut town = Town::new(program);
    for what in moves {
        text.push_str(&told(&town.play(what)));
    }
    text.push_str(&format!("member: {}\n", town.world.member.to_json()));
    text
}

fn note(coverage: &Coverage, played: &Played) {
    coverage.step(played);
    let entries = played.result.iter().flat_map(|outcome| &outcome.entries);
    for entry in entries {
        match &entry.change {
            Change::Redeemed {
                redemption: Some(_),
                dropped,
                ..
            } => coverage.note(if dropped.is_zero() {
                "auto"
            } else {
                "auto, dropped"
            }),
            Change::Debited { owed, .. } if played.name == "undo" && !owed.is_zero() => {
                coverage.note("undo, owed");
            }
            Change::Expired { .. } if played.name == "undo" => coverage.note("undo, expired"),
            _ => {}
        }
    }
}

const KINDS: &[&str] = &[
    "redeem",
    "undo",
    "transfer",
    "convert",
    "receive",
    "purchase",
    "return",
    "auto",
    "auto, dropped",
    "undo, expired",
];
const NO: &[&str] = &[
    "insufficient_points",
    "unknown_reward",
    "reward_refused",
    "unknown_redemption",
    "already_undone",
    "conversion_refused",
];

/// Clauses 3.5, 5.3, 10.11, 15.1, I6: nothing is lost or made, no redemption gets back more than it took, a quote says what is
/// done, what is refused or comes twice changes nothing, and a member that is read back is the same.
#[test]
fn spending_keeps_the_books() {
    check(
        200,
        &[KINDS, NO],
        (spenders(), moves(40)),
        show,
        |(program, moves), coverage| {
            let mut town = Town::new(program);
            let mut ledger = Ledger::default();
            let mut took: BTreeMap<String, i64> = BTreeMap::new();
            for what in moves {
                let played = town.play(what);
                note(coverage, &played);
                quoted(&town.world.engine, &played)?;
                let text = town.world.member.to_json();
                let read = Member::from_json(text.as_bytes())?;
                prop_assert_eq!(&read.to_json(), &text);
                prop_assert_eq!(
                    town.world.engine.next_due(&read),
                    town.world.engine.next_due(&town.world.member)
                );
                let Ok(outcome) = &played.result else {
                    prop_assert_eq!(played.before.to_json(), text);
                    continue;
                };
                ledger.post(&outcome.entries).map_err(TestCaseError::fail)?;
                if let Some(words) = ledger.fault(&town.world.member) {
                    return Err(TestCaseError::fail(words));
                }
                given_back(&played, outcome, &mut took)?;
                sent(outcome)?;
                let again = carry_out(
                    &town.world.engine,
                    &mut town.world.member,
                    &played.act,
                    Detail::Plain,
                )?;
                prop_assert!(again.entries.is_empty() && again.messages.is_empty());
                prop_assert_eq!(text, town.world.member.to_json());
            }
            Ok(())
        },
    );
}

fn quoted(engine: &Engine, played: &Played) -> Verdict {
    let Act::Report(event) = &played.act else {
        return Ok(());
    };
    let Ok(event) = Event::from_json(event) else {
        return Ok(());
    };
    match (&played.result, engine.quote(&played.before, &event)) {
        (Ok(done), Ok(quote)) => prop_assert_eq!(done.to_json(), quote.to_json()),
        (Err(done), Err(quote)) => prop_assert_eq!(done.to_json(), quote.to_json()),
        (done, quote) => prop_assert!(false, "{quote:?} was quoted, {done:?} done"),
    }
    Ok(())
}

/// What each redemption took, and that it gets all of it back, once.
fn given_back(played: &Played, outcome: &Outcome, took: &mut BTreeMap<String, i64>) -> Verdict {
    let id = |event: &str| Event::from_json(event).map(|event| event.id().to_owned());
    for entry in &outcome.entries {
        match (&entry.change, &played.act) {
            (
                Change::Redeemed {
                    redemption: None,
                    points,
                    ..
                },
                Act::Report(event),
            ) => {
                took.insert(id(event)?, points.get());
            }
            (
                Change::Redeemed {
                    redemption: Some(name),
                    points,
                    dropped,
                    ..
                },
                _,
            ) => {
                let before = took.insert(name.to_string(), points.get() + dropped.get());
                prop_assert_eq!(before, None, "two redemptions have one name");
            }
            (
                Change::Restored {
                    redemption: Some(name),
                    points,
                    ..
                },
                _,
            ) => {
                prop_assert_eq!(took.remove(name.as_str()), Some(points.get()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What is sent is what was taken.
fn sent(outcome: &Outcome) -> Verdict {
    let mut gone = 0_i64;
    for entry in &outcome.entries {
        if let Change::Debited {
            points,
            source: loyalty_core::Source::To(_),
            ..
        } = &entry.change
        {
            gone += points.get();
        }
    }
    let mut came = 0_i64;
    for message in &outcome.messages {
        let loyalty_core::MessageBody::Receive(receive) = &message.event.body else {
            continue;
        };
        came += receive.lots.iter().map(|lot| lot.points.get()).sum::<i64>();
        // Points are of no later day than that on which they come.
        let mut event: Value = serde_json::from_str(&delivered(message, 0)).expect("JSON");
        event["at"] = json!(outcome.entries.last().expect("an entry").at.to_string());
        let event = event.to_string();
        prop_assert!(Event::from_json(&event).is_ok(), "nobody can read {event}");
    }
    prop_assert_eq!(gone, came);
    Ok(())
}

/// The event of a message, at an instant.
fn delivered(message: &loyalty_core::Message, at: i64) -> String {
    let mut event = serde_json::to_value(&message.event).expect("a message is JSON");
    event["at"] = json!(written(at, 8));
    event["member"] = json!(message.member.as_str());
    event.to_string()
}

/// Clause 5.4: messages that arrive in any order, and twice, make the same balances.
#[test]
fn messages_in_any_order() {
    let strategy = ((spenders(), moves(40)), any::<u64>(), 0_i64..300);
    check(
        120,
        &[&["message"]],
        strategy,
        |(case, _, _)| show(case),
        |((program, moves), order, owed), coverage| {
            let mut town = Town::new(program);
            let mut messages = Vec::new();
            for what in moves {
                if let Ok(outcome) = town.play(what).result {
                    messages.extend(outcome.messages);
                }
            }
            // What is given by itself depends, by its nature, on how many points there are at which moment.
            let mut quiet = program.clone();
            quiet["rewards"] = json!([]);
            let engine = engine(&quiet);
            let now = town.world.now().micros();
            let mut events: Vec<String> = messages.iter().map(|one| delivered(one, now)).collect();
            for _ in &events {
                coverage.count("message");
            }
            let mut first = Member::new("m-2")?;
            if *owed > 0 {
                let debit = json!({"id": "d-1", "at": written(now, 8),
                    "adjust": {"account": "a0", "debit": owed, "overdraw": "debt", "reason": "更正"}});
                engine.apply(&mut first, &Event::from_json(&debit.to_string())?)?;
            }
            let mut second = first.clone();
            for event in events.iter().flat_map(|event| [event, event]) {
                engine.apply(&mut first, &Event::from_json(event)?)?;
            }
            if !events.is_empty() {
                let length = events.len();
                events.rotate_left((*order as usize) % length);
                events.swap(0, (*order >> 32) as usize % length);
            }
            let twice = events.clone();
            for event in events.iter().rev().chain(&twice) {
                engine.apply(&mut second, &Event::from_json(event)?)?;
            }
            prop_assert_eq!(first.balances(), second.balances());
            Ok(())
        },
    );
}

/// Clauses 1.4, 1.5: time that passes in one step or in two makes the same, and whatever it makes is announced.
#[test]
fn spending_time_split() {
    let strategy = ((spenders(), moves(30)), 0_i64..=1_000);
    check(
        100,
        &[&["auto", "redeem", "undo", "due"]],
        strategy,
        |(case, part)| format!("stops at {part}\n{}", show(case)),
        |((program, moves), part), coverage| {
            let mut town = Town::new(program);
            for what in moves {
                let played = town.play(what);
                note(coverage, &played);
                let Ok(outcome) = &played.result else {
                    continue;
                };
                if played.before.version() == 0 || outcome.duplicate {
                    continue;
                }
                let from = played.before.as_of().map_or(0, Instant::micros);
                let until = town.world.member.as_of().map_or(from, Instant::micros);
                let stop = Instant::from_micros(from + (until - from) / 1_000 * part);
                let mut member = played.before.clone();
                let mut entries: Vec<Entry> = town.world.engine.advance(&mut member, stop)?.entries;
                let rest = carry_out(&town.world.engine, &mut member, &played.act, Detail::Plain)?;
                entries.extend(rest.entries);
                prop_assert_eq!(&outcome.entries, &entries);
                prop_assert_eq!(&outcome.messages, &rest.messages);
                prop_assert_eq!(town.world.member.to_json(), member.to_json());
            }
            nothing_is_overlooked(&town.world, coverage)
        },
    );
}

/// Two names that could be read alike make two ids, and no id is too long.
#[test]
fn derived_ids_are_different() {
    let rules = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "UTC",
        "accounts": [{"id": "points"}], "transfers": [{}]});
    let engine = engine(&rules);
    let id = |member: &str, event: &str| {
        let mut member = Member::new(member).expect("an id");
        let at = "2026-03-01T00:00:00Z";
        for event in [
            json!({"id": "c-1", "at": at, "adjust": {"credit": 9, "reason": "x"}}),
            json!({"id": event, "at": at, "transfer": {"to": "other", "points": 5}}),
        ] {
            let event = event.to_string();
            let event = Event::from_json(&event).expect("an event");
            let outcome = engine.apply(&mut member, &event).expect("it is taken");
            if let Some(message) = outcome.messages.first() {
                return message.event.id.to_string();
            }
        }
        String::new()
    };
    assert_eq!(id("m-1", "e-7"), "m-1/e-7/1");
    assert_ne!(id("a/b", "c"), id("a", "b/c"));
    let long = "x".repeat(128);
    assert!((1..=128).contains(&id(&long, &long).len()));
}
