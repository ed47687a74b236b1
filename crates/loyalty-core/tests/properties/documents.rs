//! Stored members: what is read back is the same, and what contradicts itself is refused.

use loyalty_core::{Code, Member};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::histories::{Step, histories};
use crate::programs::{Shape, programs};
use crate::run::{REFUSED, TAKEN, check, transcript};
use crate::world::World;

/// Reading a written member gives the same member, and writing that the same bytes.
#[test]
fn member_round_trip() {
    let strategy = (programs(Shape::ANY), histories(Shape::ANY, 40));
    check(
        150,
        &[TAKEN, REFUSED],
        strategy,
        transcript,
        |(program, steps), coverage| {
            let mut world = World::new(program);
            for step in steps {
                coverage.step(&world.play(step));
                let text = world.member.to_json();
                let read = Member::from_json(text.as_bytes())?;
                prop_assert_eq!(&read, &world.member);
                prop_assert_eq!(read.to_json(), text);
            }
            Ok(())
        },
    );
}

/// Every number of the books: debts, sums, points of lots.
fn numbers(member: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    let accounts = member["state"]["accounts"].as_array();
    for (place, account) in accounts.into_iter().flatten().enumerate() {
        let path = format!("/state/accounts/{place}");
        paths.push(format!("{path}/debt"));
        let sums = account["sums"].as_object();
        paths.extend(
            sums.into_iter()
                .flatten()
                .map(|(name, _)| format!("{path}/sums/{name}")),
        );
        let lots = account["lots"].as_array().map_or(0, Vec::len);
        paths.extend((0..lots).map(|lot| format!("{path}/lots/{lot}/points")));
    }
    paths
}

/// Clause 3.5, invariant 2: a member in whose books one number was changed is refused.
#[test]
fn a_changed_number_is_refused() {
    let strategy = (
        (programs(Shape::ANY), histories(Shape::ANY, 25)),
        any::<usize>(),
        prop_oneof![
            Just(1_i64),
            Just(-1),
            -1_000_000_i64..1_000_000,
            any::<i64>()
        ],
    );
    let show = |(case, _, change): &((Value, Vec<Step>), usize, i64)| {
        format!("changed by {change}\n{}", transcript(case))
    };
    let wanted: &[&str] = &["debt", "sums", "lots"];
    check(
        400,
        &[wanted],
        strategy,
        show,
        |((program, steps), which, change), coverage| {
            let mut world = World::new(program);
            for step in steps {
                world.play(step);
            }
            let mut member: Value =
                serde_json::from_str(&world.member.to_json()).expect("a member is JSON");
            let paths = numbers(&member);
            if paths.is_empty() || *change == 0 {
                return Ok(());
            }
            let path = &paths[which % paths.len()];
            let of = ["debt", "sums", "lots"]
                .into_iter()
                .find(|part| path.contains(part));
            coverage.count(of.expect("a part of the books"));
            let (parent, field) = path.rsplit_once('/').expect("a path");
            let parent = member.pointer_mut(parent).expect("it is there");
            let was = parent.get(field).and_then(Value::as_i64).unwrap_or(0);
            parent[field] = json!(was.wrapping_add(*change));
            let read = Member::from_json(member.to_string().as_bytes());
            match read {
                Ok(_) => Err(TestCaseError::fail(format!(
                    "`{path}` was changed by {change}, and nobody saw it"
                ))),
                Err(error) => {
                    prop_assert_eq!(error.code(), Code::MemberCorrupt);
                    Ok(())
                }
            }
        },
    );
}
