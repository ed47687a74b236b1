//! Receipts, entries and traces say the same; more money is never worth fewer points.

use std::collections::BTreeMap;

use loyalty_core::{Amount, Change, Detail, Entry, Event, Id, Outcome, TraceResult};
use proptest::prelude::*;
use serde_json::Value;

use crate::histories::{Basket, Step, Wish, basket, histories};
use crate::programs::{Shape, programs};
use crate::run::{REFUSED, TAKEN, check, transcript};
use crate::world::{Act, World, carry_out};

type ByName = BTreeMap<String, i64>;

fn put(map: &mut ByName, id: &Id, points: i64) {
    *map.entry(id.to_string()).or_default() += points;
    map.retain(|_, points| *points != 0);
}

fn minor(amount: Amount) -> i64 {
    amount.money().minor()
}

/// What the entries of a purchase earn, by account.
fn earned(entries: &[Entry]) -> ByName {
    let mut all = ByName::new();
    for entry in entries {
        if let Change::Earned {
            account, points, ..
        } = &entry.change
        {
            put(&mut all, account, points.get());
        }
    }
    all
}

/// I16, clause 4.8: lines sum to totals, totals to entries.
#[test]
fn allocations_sum() {
    // What had been forgiven is taken from restored points by entries of their own: they are no part of the receipt.
    let shape = Shape {
        forgive: false,
        ..Shape::ANY
    };
    let strategy = (programs(shape), histories(shape, 40));
    check(
        180,
        &[TAKEN, REFUSED],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                let Ok(Outcome {
                    entries,
                    receipt: Some(receipt),
                    ..
                }) = &played.result
                else {
                    continue;
                };
                let (mut sums, mut points) = ([0_i64; 3], ByName::new());
                for line in &receipt.lines {
                    let amounts = [line.list, line.discounted, line.paid].map(minor);
                    prop_assert!(amounts.iter().all(|amount| *amount >= 0), "{line:?}");
                    for (sum, amount) in sums.iter_mut().zip(amounts) {
                        *sum += amount;
                    }
                    for one in &line.points {
                        put(&mut points, &one.account, one.points.get());
                    }
                }
                let total = &receipt.total;
                prop_assert_eq!(sums, [total.list, total.discounted, total.paid].map(minor));
                let (mut of_receipt, mut tender, mut worth) = (ByName::new(), ByName::new(), 0);
                for one in &receipt.points {
                    put(&mut of_receipt, &one.account, one.points.get());
                }
                for one in &receipt.tender {
                    put(&mut tender, &one.account, one.points.get());
                    worth += minor(one.value);
                }
                prop_assert_eq!(&points, &of_receipt, "the points of the lines");
                prop_assert_eq!(sums[1] - sums[2], worth, "what points paid");
                let (mut moved, mut used) = (ByName::new(), ByName::new());
                for entry in entries {
                    match &entry.change {
                        Change::Purchase { paid, .. } => prop_assert_eq!(minor(*paid), sums[2]),
                        Change::Return { refund, .. } => prop_assert_eq!(minor(*refund), sums[2]),
                        Change::Earned {
                            account, points, ..
                        } => put(&mut moved, account, points.get()),
                        Change::Reversed {
                            account,
                            points,
                            forgiven,
                            expired,
                            ..
                        } => {
                            put(
                                &mut moved,
                                account,
                                points.get() + forgiven.get() + expired.get(),
                            );
                        }
                        Change::Spent {
                            account, points, ..
                        }
                        | Change::Restored {
                            account, points, ..
                        } => {
                            put(&mut used, account, points.get());
                        }
                        _ => {}
                    }
                }
                prop_assert_eq!(of_receipt, moved, "the points of the entries");
                prop_assert_eq!(tender, used, "the points paid with");
            }
            Ok(())
        },
    );
}

/// I24, clause 4.8: the trace names every rule once, sums to the entries, and asking for it changes nothing.
#[test]
fn trace_sums_to_entries() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 30));
    let results = &[
        "gave",
        "no_points",
        "other_event",
        "not_live",
        "unmet",
        "no_line",
        "lost_in_group",
        "excluded",
        "capped",
    ];
    check(
        250,
        &[TAKEN, REFUSED, results],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            let program = world.engine.program().clone();
            let rules: Vec<String> = program
                .rules()
                .earn
                .iter()
                .map(|rule| rule.id.to_string())
                .collect();
            let account_of = |id: &Id| {
                let rule = program.rules().earn.iter().find(|rule| rule.id == *id);
                rule.and_then(|rule| rule.account.as_ref())
                    .expect("every rule names its account")
            };
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                let mut member = played.before.clone();
                let traced = carry_out(&world.engine, &mut member, &played.act, Detail::Trace);
                prop_assert_eq!(member.to_json(), world.member.to_json());
                let mut bare = played.before.clone();
                let entries = carry_out(&world.engine, &mut bare, &played.act, Detail::Entries);
                prop_assert_eq!(bare.to_json(), world.member.to_json());
                let (plain, mut traced) = match (&played.result, traced) {
                    (Ok(plain), Ok(traced)) => (plain, traced),
                    (Err(plain), Err(traced)) => {
                        prop_assert_eq!(plain.to_json(), traced.to_json());
                        continue;
                    }
                    (plain, traced) => {
                        return Err(TestCaseError::fail(format!("{plain:?} is not {traced:?}")));
                    }
                };
                let trace = traced.trace.take();
                prop_assert_eq!(plain, &traced);
                let without = Outcome {
                    receipt: None,
                    returned: None,
                    ..plain.clone()
                };
                prop_assert_eq!(entries.ok(), Some(without));
                let earns = matches!(&played.name[..], "purchase" | "activity" | "enroll");
                let Some(trace) = trace.filter(|_| earns) else {
                    prop_assert!(!earns, "no trace of {}", played.name);
                    continue;
                };
                prop_assert_eq!(
                    trace
                        .iter()
                        .map(|one| one.rule.to_string())
                        .collect::<Vec<_>>(),
                    rules.clone()
                );
                let mut points = ByName::new();
                for one in &trace {
                    let result = serde_json::to_value(one.result).expect("a word");
                    coverage.note(result.as_str().expect("a word"));
                    put(&mut points, account_of(&one.rule), one.points.get());
                    prop_assert_eq!(
                        one.result == TraceResult::Gave,
                        one.points.get() != 0,
                        "{:?}",
                        one
                    );
                    // What a condition lacks is said where it is the condition that does not hold.
                    prop_assert_eq!(
                        one.result == TraceResult::Unmet,
                        !one.unmet.is_empty(),
                        "{:?}",
                        one
                    );
                }
                // By account: where a multiplier takes away all that was given, there is no entry.
                prop_assert_eq!(points, earned(&traced.entries));
            }
            Ok(())
        },
    );
}

type Dearer = ((Value, Vec<Step>), Basket, (usize, i64));

/// Whether a gift that is shared among the lines by what they cost meets a multiplier that is for some of them only: a dearer line
/// then draws a part of the gift to a lower factor.
fn moves_a_gift(program: &Value) -> bool {
    let rules = || program["earn"].as_array().into_iter().flatten();
    rules().any(|rule| rule["give"].get("fixed").is_some() && rule["on"] == "purchase")
        && rules().any(|rule| rule["give"].get("multiply").is_some() && rule.get("lines").is_some())
}

fn monotone(shape: Shape) {
    let strategy = (
        (programs(shape), histories(shape, 6)),
        basket(shape),
        (0_usize..8, 1_i64..3_000),
    );
    let show = |((program, history), basket, more): &Dearer| {
        let mut all = history.clone();
        all.push(Step {
            after: 0,
            wish: Wish::Purchase(basket.clone()),
        });
        format!("{more:?}\n{}", transcript(&(program.clone(), all)))
    };
    check(
        500,
        &[&["compared"]],
        strategy,
        show,
        |((program, history), basket, (line, more)), coverage| {
            if moves_a_gift(program) {
                return Ok(());
            }
            let mut world = World::new(program);
            for step in history {
                coverage.step(&world.play(step));
            }
            let mut dearer = basket.clone();
            let place = line % dearer.lines.len();
            dearer.lines[place].price += more;
            let points = |basket: &Basket| {
                let event = world.purchase("e-last", basket).to_string();
                let outcome = world
                    .engine
                    .quote(&world.member, &Event::from_json(&event)?)?;
                Ok::<_, loyalty_core::Error>(earned(&outcome.entries))
            };
            let (Ok(less), Ok(more)) = (points(basket), points(&dearer)) else {
                return Ok(());
            };
            coverage.note("compared");
            for (account, points) in &less {
                let now = more.get(account).copied().unwrap_or(0);
                prop_assert!(
                    now >= *points,
                    "{points} points of `{account}` became {now}"
                );
            }
            Ok(())
        },
    );
}

/// Rules that cannot give less for more by what they say: no condition, no cap, no rule that shuts out another.
const PLAIN: Shape = Shape {
    caps: false,
    contests: false,
    conditions: false,
    memory: false,
    tender: false,
    keeps: false,
    ..Shape::ANY
};

/// I19: more money on a line never lowers the points.
#[test]
fn monotone_money() {
    monotone(Shape {
        multiplied_lines: false,
        ..PLAIN
    });
}

/// I19 where multipliers are for some lines only.
#[test]
fn monotone_money_with_multiplied_lines() {
    monotone(PLAIN);
}

/// The acts of this module are events.
#[test]
fn a_purchase_without_flaw_is_an_event() {
    let strategy = (programs(Shape::ANY), basket(Shape::ANY));
    let show = |(program, _): &(Value, Basket)| program.to_string();
    let wanted = [
        "several lines",
        "several units",
        "discount",
        "tender",
        "channel",
    ];
    check(
        100,
        &[&wanted],
        strategy,
        show,
        |(program, basket), coverage| {
            let lines = || basket.lines.iter();
            for (name, reached) in [
                ("several lines", basket.lines.len() > 1),
                ("several units", lines().any(|line| line.quantity > 1)),
                ("discount", lines().any(|line| line.off + line.odd > 0)),
                ("tender", !basket.tender.is_empty()),
                ("channel", basket.channel.is_some()),
            ] {
                if reached {
                    coverage.note(name);
                }
            }
            let mut world = World::new(program);
            let Act::Report(event) = world.act(&Wish::Purchase(basket.clone())) else {
                return Err(TestCaseError::fail("a purchase is reported"));
            };
            coverage.count("purchase");
            let read = Event::from_json(&event);
            prop_assert!(read.is_ok(), "{event}: {read:?}");
            Ok(())
        },
    );
}
