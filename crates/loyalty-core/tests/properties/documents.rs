//! Stored members: what is read back is the same, and what contradicts itself is refused.

use loyalty_core::{Body, Code, Date, Engine, Event, Instant, Member, Program, Timestamp, limits};
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

/// A program that writes days and instants of every kind about the present: pending points, terms, periods, windows, holds.
fn dated(zone: &str) -> Value {
    json!({
        "schema": 1, "id": "edges", "currency": "CNY", "timezone": zone,
        "accounts": [
            {"id": "points"},
            {"id": "late", "activation": {"after": {"days": 1}}},
            {"id": "year", "expiry": {"after": {"days": 0, "align": "year_end"}}},
            {"id": "idle", "expiry": {"inactivity": {"months": 1}}}
        ],
        "metrics": [
            {"id": "spend", "measure": "spend", "window": {"calendar": {"period": "year", "year_start": "01-02"}}},
            {"id": "visits", "measure": "visits", "window": {"last": {"years": 100}}},
            {"id": "term", "measure": "spend", "window": {"term": {"track": "club"}}}
        ],
        "tiers": [
            {"id": "club", "hold": {"until": {"end_of": "year"}}, "rungs": [
                {"id": "base"}, {"id": "silver", "qualify": {"metric": {"id": "visits", "at_least": 1}}}]},
            {"id": "next", "upgrade": "next_period", "period": "month", "rungs": [
                {"id": "base"}, {"id": "gold", "qualify": {"metric": {"id": "visits", "at_least": 1}}}]}
        ],
        "earn": [
            {"id": "now", "on": "activity:run", "account": "points", "give": {"fixed": 5}, "caps": [{"points": 100, "per": "year"}]},
            {"id": "later", "on": "activity:walk", "account": "late", "give": {"fixed": 5}},
            {"id": "yearly", "on": "activity:swim", "account": "year", "give": {"fixed": 5}},
            {"id": "moving", "on": "activity:ride", "account": "idle", "give": {"fixed": 5}},
            {"id": "bought", "account": "points", "give": {"rate": {"points": 1, "per": "1.00"}}}
        ]
    })
}

/// Clause 1.1: whatever the zone, what an event or the passing of time leaves behind at either end of the calendar can be read.
#[test]
fn what_was_written_can_be_read_at_both_ends_of_the_calendar() {
    let bodies = [
        json!({"enroll": {}}),
        json!({"activity": {"kind": "run"}}),
        json!({"activity": {"kind": "walk"}}),
        json!({"activity": {"kind": "swim"}}),
        json!({"activity": {"kind": "ride"}}),
        json!({"purchase": {"order": "o-1", "lines": [{"sku": "tea", "price": "10.00"}]}}),
        json!({"adjust": {"account": "points", "credit": 5, "reason": "gift", "expires_on": "2999-12-31"}}),
        json!({"hold": {"key": "k-1", "points": [{"account": "points", "points": 1}], "minutes": limits::HOLD_MINUTES_MAX}}),
        json!({"profile": {"timezone": "Pacific/Kiritimati"}}),
        json!({"profile": {"timezone": "Etc/GMT+12"}}),
    ];
    let edges = [
        ("1850-01-01T00:00:00Z", "1850-01-01T12:00:00Z"),
        ("1850-01-02T00:00:00Z", "1850-02-01T00:00:00Z"),
        ("2998-12-31T20:00:00Z", "2999-12-31T20:00:00Z"),
        ("2999-12-30T20:00:00Z", "2999-12-31T23:59:59.999999Z"),
        ("2999-12-31T20:00:00Z", "2999-12-31T23:59:59.999999Z"),
    ];
    let zones = [
        "Asia/Shanghai",
        "America/New_York",
        "Pacific/Kiritimati",
        "Etc/GMT+12",
        "UTC",
    ];
    for ((first, last), zone) in edges.iter().flat_map(|edge| zones.map(|zone| (edge, zone))) {
        let program = Program::from_json(&dated(zone).to_string()).expect("the program is right");
        let engine = Engine::new(program);
        let mut member = Member::new("m-1").expect("an id");
        let mut taken = 0;
        let mut same = |engine: &Engine, member: &mut Member| {
            let text = member.to_json();
            let read = Member::from_json(&text)
                .unwrap_or_else(|error| panic!("{error}, in {zone}: {text}"));
            assert_eq!(read, *member, "{zone}, {first}");
            // What was read goes on as what was kept.
            assert_eq!(engine.next_due(&read), engine.next_due(member));
            *member = read;
            taken += 1;
        };
        for (number, body) in bodies.iter().enumerate() {
            let mut event = body.clone();
            event["id"] = json!(format!("e-{number}"));
            event["at"] = json!(first);
            let event = event.to_string();
            let event = Event::from_json(&event).expect("the event is right");
            if engine.apply(&mut member, &event).is_ok() {
                same(&engine, &mut member);
            }
        }
        let (to, _) = Instant::parse(last).expect("an instant");
        engine
            .advance(&mut member, to)
            .unwrap_or_else(|error| panic!("{error}, in {zone} from {first}"));
        same(&engine, &mut member);
        let by = Date::parse("2999-12-31").expect("a date");
        assert!(engine.expiring(&member, by).is_ok());
        let beyond = engine
            .expiring(&member, by.next())
            .expect_err("no such day");
        assert_eq!((beyond.code(), beyond.path()), (Code::OutOfRange, "by"));
        // On the last day itself nothing that needs another one is taken.
        assert!(
            taken >= if last.starts_with("1850") { 11 } else { 5 },
            "{taken} in {zone}, {first}"
        );
    }
}

/// Nothing happens outside of the years 1850 to 2999, whoever calls.
#[test]
fn nothing_happens_beyond_the_calendar() {
    let program = Program::from_json(&dated("UTC").to_string()).expect("the program is right");
    let engine = Engine::new(program);
    let event = r#"{"id": "e-1", "at": "2026-03-01T00:00:00Z", "activity": {"kind": "run"}}"#;
    let mut member = Member::new("m-1").expect("an id");
    let taken = engine.apply(&mut member, &Event::from_json(event).expect("it is right"));
    taken.expect("it is taken");
    for micros in [
        32_503_680_000_000_000,
        i64::MAX,
        -3_786_825_600_000_001,
        i64::MIN,
    ] {
        let at = Instant::from_micros(micros);
        let error = engine.advance(&mut member, at).expect_err("beyond");
        assert_eq!((error.code(), error.path()), (Code::InvalidTime, "to"));
        let at = Timestamp {
            instant: at,
            offset: loyalty_core::Offset::UTC,
        };
        let body = Body::Enroll(loyalty_core::Enroll::default());
        let error = Event::new("e-2", at, body).expect_err("beyond");
        assert_eq!((error.code(), error.path()), (Code::InvalidTime, "at"));
    }
}
