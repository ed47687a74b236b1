//! The books: what the entries make, what is refused, what comes twice.

use loyalty_core::{Change, Detail, Engine, Member, Program};
use proptest::prelude::*;

use crate::histories::histories;
use crate::ledger::Ledger;
use crate::programs::{Shape, programs};
use crate::run::{REFUSED, TAKEN, check, transcript};
use crate::world::{World, carry_out};

/// Clauses 3.2 to 3.5, 3.10, I2 to I4, I8: after every event the entries alone make the balances, and nothing is lost or made.
#[test]
fn conserved() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 50));
    check(
        500,
        &[TAKEN, REFUSED],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            let mut ledger = Ledger::default();
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                let Ok(outcome) = &played.result else {
                    continue;
                };
                ledger.post(&outcome.entries).map_err(TestCaseError::fail)?;
                if let Some(words) = ledger.fault(&world.member) {
                    return Err(TestCaseError::fail(words));
                }
            }
            Ok(())
        },
    );
}

/// I13: spent and expired points are never used, whether or not somebody swept them up before.
#[test]
fn a_lot_dies_at_its_instant() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 40));
    check(
        110,
        &[TAKEN, REFUSED, &["expiry", "use"]],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                for entry in played.result.iter().flat_map(|outcome| &outcome.entries) {
                    let alive = |lots: &[loyalty_core::LotPoints]| {
                        lots.iter().all(|one| {
                            one.lot.active_from.is_none()
                                && one.lot.expires_at.is_none_or(|at| at > entry.at)
                        })
                    };
                    match &entry.change {
                        Change::Spent { lots, .. } | Change::Debited { lots, .. } => {
                            coverage.note("use");
                            prop_assert!(
                                alive(lots),
                                "points are used that are not there: {entry:?}"
                            );
                        }
                        Change::Expired { lot, .. } => {
                            coverage.note("expiry");
                            // Restored points whose time is over expire at once; all others at their instant.
                            let restored = matches!(&played.name[..], "return");
                            prop_assert!(
                                lot.expires_at == Some(entry.at)
                                    || (restored && lot.expires_at < Some(entry.at)),
                                "points expire at another instant than theirs: {entry:?}"
                            );
                        }
                        _ => {}
                    }
                }
            }
            Ok(())
        },
    );
}

/// Invariant 3, I11: what is refused leaves no trace.
#[test]
fn atomic() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 50));
    check(
        110,
        &[TAKEN, REFUSED],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                let before = played.before.to_json();
                match &played.result {
                    Err(_) => {
                        prop_assert_eq!(&before, &world.member.to_json());
                        prop_assert_eq!(
                            world.engine.next_due(&played.before),
                            world.engine.next_due(&world.member)
                        );
                    }
                    Ok(outcome) => {
                        // Clause 15.1: the version counts entries, and every applied event makes at least one.
                        let entries = outcome.entries.len() as u64;
                        prop_assert_eq!(world.member.version(), played.before.version() + entries);
                        prop_assert_eq!(outcome.version, world.member.version());
                        let quiet = outcome.duplicate || played.name == "advance";
                        prop_assert!(entries > 0 || quiet, "an event was taken without an entry");
                        for (number, entry) in (played.before.version() + 1..).zip(&outcome.entries)
                        {
                            prop_assert_eq!(entry.n, number);
                        }
                    }
                }
            }
            Ok(())
        },
    );
}

/// Invariant 1, I9: the same program, member and event give the same bytes, whatever the member went through in between.
#[test]
fn pure() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 50));
    check(
        150,
        &[TAKEN, REFUSED],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            let canonical = world.engine.program().to_json();
            let other = Engine::new(Program::from_json(canonical.as_bytes())?);
            prop_assert_eq!(&canonical, &other.program().to_json());
            let mut stored = world.member.to_json();
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                let mut member = Member::from_json(stored.as_bytes())?;
                prop_assert_eq!(&member, &played.before);
                prop_assert_eq!(
                    other.next_due(&member),
                    world.engine.next_due(&played.before)
                );
                let result = carry_out(&other, &mut member, &played.act, Detail::Plain);
                match (&played.result, &result) {
                    (Ok(first), Ok(second)) => prop_assert_eq!(first.to_json(), second.to_json()),
                    (Err(first), Err(second)) => prop_assert_eq!(first.to_json(), second.to_json()),
                    _ => prop_assert!(false, "{:?} is not {result:?}", played.result),
                }
                stored = member.to_json();
                prop_assert_eq!(&stored, &world.member.to_json());
            }
            Ok(())
        },
    );
}

/// Clause 1.9, I10: an event that comes twice changes nothing the second time.
#[test]
fn idempotent() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 40));
    check(
        150,
        &[TAKEN, REFUSED],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                let once = world.member.to_json();
                let again = carry_out(&world.engine, &mut world.member, &played.act, Detail::Plain);
                prop_assert_eq!(&once, &world.member.to_json());
                match (&played.result, again) {
                    (Ok(first), Ok(second)) => {
                        let time = played.name == "advance";
                        prop_assert!(second.duplicate || time, "taken twice: {second:?}");
                        prop_assert!(second.entries.is_empty());
                        prop_assert!(second.receipt.is_none());
                        prop_assert_eq!(first.version, second.version);
                        prop_assert_eq!(first.next_due, second.next_due);
                    }
                    (Err(first), Err(second)) => prop_assert_eq!(first.code(), second.code()),
                    (first, second) => prop_assert!(false, "{first:?}, then {second:?}"),
                }
            }
            Ok(())
        },
    );
}

/// Invariant 8: a quote says what the event then does, and leaves the member alone.
#[test]
fn quote_is_honest() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 40));
    check(
        110,
        &[TAKEN, REFUSED],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            for step in steps {
                let played = world.play_with(step, Detail::Trace);
                coverage.step(&played);
                let crate::world::Act::Report(event) = &played.act else {
                    continue;
                };
                let Ok(event) = loyalty_core::Event::from_json(event) else {
                    continue;
                };
                let stored = played.before.to_json();
                let quote = world
                    .engine
                    .quote_with(&played.before, &event, Detail::Trace);
                prop_assert_eq!(stored, played.before.to_json());
                match (&played.result, &quote) {
                    (Ok(done), Ok(quoted)) => prop_assert_eq!(done.to_json(), quoted.to_json()),
                    (Err(done), Err(quoted)) => prop_assert_eq!(done.to_json(), quoted.to_json()),
                    _ => prop_assert!(false, "{quote:?} was quoted, {:?} done", played.result),
                }
            }
            Ok(())
        },
    );
}
