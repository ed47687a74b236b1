//! The passing of time: splitting it changes nothing, and the next due instant is where something happens.

use loyalty_core::{Detail, Entry, Instant, Member};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::histories::histories;
use crate::programs::{Shape, programs};
use crate::run::{Coverage, REFUSED, TAKEN, Verdict, check, transcript};
use crate::world::{Act, World, carry_out};

/// Ten years, in microseconds.
const LONG: i64 = 3_653 * 86_400_000_000;

/// Clause 1.4: bringing a member to an instant in one step or in many gives the same member and the same entries.
#[test]
fn time_split() {
    let strategy = (
        (programs(Shape::ANY), histories(Shape::ANY, 30)),
        vec(0_u32..=1_000, 1..=4),
    );
    let show = |(case, parts): &(_, Vec<u32>)| format!("stops at {parts:?}\n{}", transcript(case));
    check(
        120,
        &[TAKEN, REFUSED],
        strategy,
        show,
        |((program, steps), parts), coverage| {
            let mut world = World::new(program);
            let mut acts: Vec<Act> = Vec::new();
            let mut entries: Vec<Entry> = Vec::new();
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                if let Ok(outcome) = played.result {
                    acts.push(played.act);
                    entries.extend(outcome.entries);
                }
            }
            let now = world.member.as_of().unwrap_or(world.now());
            let end = Instant::from_micros(now.micros() + LONG / 8);
            entries.extend(world.engine.advance(&mut world.member, end)?.entries);
            acts.push(Act::Advance(end));

            let mut member = Member::new("m-1")?;
            let mut split: Vec<Entry> = Vec::new();
            for act in &acts {
                let to = match act {
                    Act::Advance(to) => *to,
                    Act::Report(event) => loyalty_core::Event::from_json(event)?.at().instant,
                };
                let mut parts = parts.clone();
                parts.sort_unstable();
                let from = member.as_of().unwrap_or(to);
                // Before the first event there is a property of its own.
                let begun = member.version() > 0;
                for part in parts.into_iter().filter(|_| begun) {
                    // An event that came again lies before where the member is by now.
                    let length = (to.micros() - from.micros()).max(0);
                    let stop = from.micros() + length / 1_000 * i64::from(part);
                    let stop = Instant::from_micros(stop);
                    split.extend(world.engine.advance(&mut member, stop)?.entries);
                }
                split.extend(carry_out(&world.engine, &mut member, act, Detail::Plain)?.entries);
            }
            for (one, other) in entries.iter().zip(&split) {
                prop_assert_eq!(one, other);
            }
            prop_assert_eq!(entries.len(), split.len());
            prop_assert_eq!(world.member.to_json(), member.to_json());
            Ok(())
        },
    );
}

/// What histories begin with.
const FIRST: &[&str] = &[
    "enroll first",
    "purchase first",
    "activity first",
    "credit first",
    "advance first",
    "refused first",
];

/// Clause 1.4 for a member without a history: having been brought to some instant before the first event makes no difference.
#[test]
fn time_split_before_the_first_event() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 6));
    check(
        200,
        &[FIRST],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            let mut early = Member::new("m-1")?;
            let before = Instant::from_micros(world.now().micros() - LONG);
            world.engine.advance(&mut early, before)?;
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                if played.before.version() == 0 {
                    let name = match &played.result {
                        Ok(_) => played.name.as_str(),
                        Err(_) => "refused",
                    };
                    coverage.note(&format!("{name} first"));
                }
                if played.result.is_ok() {
                    carry_out(&world.engine, &mut early, &played.act, Detail::Plain)?;
                    prop_assert_eq!(world.member.to_json(), early.to_json());
                }
            }
            Ok(())
        },
    );
}

/// Clause 1.5: nothing is due before `next_due`, and something is, or comes nearer, at it.
#[test]
fn next_due() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 16));
    check(
        100,
        &[&["due", "nothing due"]],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                if let Ok(outcome) = &played.result
                    && world.member.version() > 0
                {
                    prop_assert_eq!(outcome.next_due, world.engine.next_due(&world.member));
                }
            }
            nothing_is_overlooked(&world, coverage)
        },
    );
}

/// Goes from one due instant to the next for ten years: nothing happens between them.
pub(crate) fn nothing_is_overlooked(world: &World, coverage: &Coverage) -> Verdict {
    let mut member = world.member.clone();
    let Some(mut as_of) = member.as_of().filter(|_| member.version() > 0) else {
        return Ok(());
    };
    let horizon = Instant::from_micros(as_of.micros() + LONG);
    for _ in 0..40 {
        let due = world.engine.next_due(&member);
        // What was worked out along the way is what the stored member says.
        let stored = Member::from_json(member.to_json().as_bytes())?;
        prop_assert_eq!(due, world.engine.next_due(&stored));
        let Some(due) = due.filter(|due| *due <= horizon) else {
            coverage.note("nothing due");
            let quiet = world.engine.advance(&mut member, horizon)?;
            prop_assert!(
                quiet.entries.is_empty(),
                "nothing was due: {:?}",
                quiet.entries
            );
            return Ok(());
        };
        coverage.note("due");
        prop_assert!(due > as_of, "due at {due}, being at {as_of}");
        let mut waiting = member.clone();
        let quiet = world.engine.advance(&mut waiting, due.prev())?;
        prop_assert!(
            quiet.entries.is_empty(),
            "nothing was due before {due}: {:?}",
            quiet.entries
        );
        prop_assert_eq!(quiet.next_due, Some(due));
        let there = world.engine.advance(&mut member, due)?;
        prop_assert!(
            !there.entries.is_empty() || there.next_due.is_none_or(|next| next > due),
            "{due} was due, and then {:?}",
            there.next_due
        );
        as_of = due;
    }
    Ok(())
}

/// Clause 1.5 for a member without a history: time alone changes nothing, so nothing is due.
#[test]
fn nothing_is_due_before_the_first_event() {
    let strategy = (programs(Shape::ANY), Just(Vec::new()));
    let wanted = ["expiry", "tiers", "metrics", "tender"];
    check(
        100,
        &[&wanted],
        strategy,
        transcript,
        |(program, _), coverage| {
            coverage.count("blank");
            let says = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
            for list in ["tiers", "metrics", "tender"] {
                if says(&program[list]) {
                    coverage.note(list);
                }
            }
            let accounts = program["accounts"].as_array().into_iter().flatten();
            if accounts.into_iter().any(|one| !one["expiry"].is_null()) {
                coverage.note("expiry");
            }
            let world = World::new(program);
            let mut member = Member::new("m-1")?;
            prop_assert_eq!(world.engine.next_due(&member), None);
            let outcome = world.engine.advance(&mut member, world.now())?;
            prop_assert!(outcome.entries.is_empty());
            prop_assert_eq!(outcome.next_due, None);
            prop_assert_eq!(world.engine.next_due(&member), None);
            let stored = Member::from_json(member.to_json().as_bytes())?;
            prop_assert_eq!(world.engine.next_due(&stored), None);
            Ok(())
        },
    );
}
