//! Several members: messages arrive in any order and number, a merge loses and makes nothing.

use std::collections::BTreeMap;

use loyalty_core::{Code, Engine, Event, Member, Program};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cover::check;
use crate::histories::histories;
use crate::ledger::Ledger;
use crate::programs::{Shape, programs};
use crate::world::World;

/// What a friend does next.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Buy(i64),
    /// Sends the n-th order back.
    Return(usize),
    /// Sends one of the two units of the n-th order back.
    Part(usize),
    /// An exchange: the n-th order for a new one.
    Exchange(usize, i64),
    Wait(i64),
}

const PROGRAM: &str = r#"{"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
    "accounts": [{"id": "points", "expiry": {"after": {"months": 18}}}],
    "metrics": [{"id": "friends", "measure": "referrals"},
        {"id": "spend", "measure": "spend"}, {"id": "orders", "measure": "orders"},
        {"id": "brought", "measure": "referred_spend"}, {"id": "brought-orders", "measure": "referred_orders"},
        {"id": "brought-lately", "measure": "referred_spend", "window": {"last": {"days": 300}}}],
    "rankings": [{"id": "own", "by": [{"metric": "spend"}, {"metric": "orders"}]},
        {"id": "brought", "by": [{"metric": "brought"}, {"metric": "brought-orders"}]}],
    "earn": [{"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}}],
    "referrals": {
        "rules": [{"id": "welcome", "on": "enrolment", "to": "friend", "points": 5},
            {"id": "hello", "on": "enrolment", "to": "referrer", "points": 3},
            {"id": "first", "on": "first_order", "to": "friend", "percent": "50", "max_points": 40},
            {"id": "invite", "on": "first_order", "to": "referrer", "points": 100},
            {"id": "tenth", "on": "first_order", "to": "referrer", "percent": "10", "max_points": 9}],
        "milestones": [{"id": "one", "friends": 1, "points": 7}, {"id": "two", "friends": 2, "points": 500}],
        "share": {"id": "share", "percent": "12.5", "max_points": 20, "for": {"months": 1}}}}"#;

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        3 => (1_i64..300).prop_map(Deed::Buy),
        2 => (0_usize..4).prop_map(Deed::Return),
        2 => (0_usize..4).prop_map(Deed::Part),
        1 => (0_usize..4, 1_i64..300).prop_map(|(order, price)| Deed::Exchange(order, price)),
        1 => (1_i64..25).prop_map(Deed::Wait),
    ];
    proptest::collection::vec(deed, 0..8)
}

/// The figures of a member in a ranking, in hundredths.
fn figures(engine: &Engine, member: &Member, ranking: &str) -> Vec<i64> {
    let at = member.as_of().expect("an instant");
    let rank = engine.ranking(member, ranking, at).expect("a ranking");
    let rank = serde_json::to_value(rank.expect("a rank")).expect("JSON");
    let all = rank["figures"].as_array().cloned().unwrap_or_default();
    let number = |figure: &Value| figure["value"].to_string().replace(['"', '.'], "");
    let numbers = all
        .iter()
        .map(|figure| number(figure).parse().expect("a number"));
    numbers.collect()
}

/// What a friend does: the messages that it sends, and the friend's own spend and orders.
fn messages(engine: &Engine, id: &str, deeds: &[Deed]) -> (Vec<Value>, Vec<i64>) {
    let mut friend = Member::new(id).expect("an id");
    let mut day = 1_i64;
    let mut orders = 0_usize;
    let mut sent = Vec::new();
    let mut take = |number: usize, day: i64, body: Value| {
        let (month, of) = (1 + day / 28, 1 + day % 28);
        let mut event = body;
        event["id"] = json!(format!("e-{number}"));
        event["at"] = json!(format!("2026-{month:02}-{of:02}T10:00:00+08:00"));
        let text = event.to_string();
        let event = Event::from_json(&text).expect("an event");
        let Ok(outcome) = engine.apply(&mut friend, &event) else {
            return false;
        };
        let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("JSON");
        for message in outcome["messages"].as_array().into_iter().flatten() {
            assert_eq!(message["member"], "m-1");
            sent.push(message["event"].clone());
        }
        true
    };
    take(0, day, json!({"enroll": {"referrer": "m-1"}}));
    let buy = |order: usize, price: i64| json!({"order": format!("{id}-{order}"), "lines": [{"sku": "tea", "quantity": 2, "price": format!("{price}.00")}]});
    for (number, deed) in deeds.iter().enumerate() {
        let back = |order: usize| json!({"order": format!("{id}-{order}")});
        match deed {
            Deed::Wait(days) => day += days,
            Deed::Buy(price) => {
                take(number + 1, day, json!({"purchase": buy(orders, *price)}));
                orders += 1;
            }
            Deed::Return(order) => {
                take(number + 1, day, json!({"return": back(*order)}));
            }
            Deed::Part(order) => {
                let line = json!([{"line": "1", "quantity": 1}]);
                let part = json!({"order": format!("{id}-{order}"), "lines": line});
                take(number + 1, day, json!({"return": part}));
            }
            Deed::Exchange(order, price) => {
                let both = json!({"return": back(*order), "purchase": buy(orders, *price)});
                if take(number + 1, day, both) {
                    orders += 1;
                }
            }
        }
    }
    let own = figures(engine, &friend, "own");
    (sent, own)
}

/// What of a member must not depend on the order in which messages arrive: all but the numbers of entries and lots.
fn settled(member: &Member) -> Value {
    let document: Value = serde_json::from_str(&member.to_json()).expect("JSON");
    let state = &document["state"];
    let mut referred = state["more"]["referred"].clone();
    let clear = |gift: &mut Value| {
        let points = |lot: &Value| {
            lot["lot"]["points"].as_i64().unwrap_or(0) - lot["back"].as_i64().unwrap_or(0)
        };
        let lots = gift["lots"]
            .as_array()
            .map_or(0, |lots| lots.iter().map(points).sum());
        gift["lots"] = json!(lots);
        gift["on"] = Value::Null;
    };
    for friend in referred["friends"].as_array_mut().into_iter().flatten() {
        friend["confirmed_on"] = friend["confirmed_on"][0].clone();
        friend["gifts"]
            .as_array_mut()
            .into_iter()
            .flatten()
            .for_each(clear);
    }
    referred["milestones"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .for_each(clear);
    let rests = |gift: &Value| gift["sum"].is_null() && gift["lots"] == json!(0);
    if let Some(all) = referred["milestones"].as_array_mut() {
        all.retain(|gift| !rests(gift));
    }
    let lots: Vec<Value> = state["accounts"][0]["lots"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|lot| json!([lot["earned_on"], lot["expires_at"], lot["points"]]))
        .collect();
    json!([
        member.balance("points"),
        state["metrics"],
        referred["friends"],
        lots,
        referred["milestones"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    ])
}

fn deliver(engine: &Engine, sent: &[(Value, usize)]) -> Result<Member, TestCaseError> {
    let mut member = Member::new("m-1").expect("an id");
    let enroll = r#"{"id": "e-0", "at": "2025-12-01T10:00:00+08:00", "enroll": {}}"#;
    let enroll = Event::from_json(enroll).expect("an event");
    engine.apply(&mut member, &enroll).expect("it enrols");
    let mut ledger = Ledger::default();
    for (event, times) in sent {
        let mut event = event.clone();
        event["at"] = json!("2026-12-01T10:00:00+08:00");
        let text = event.to_string();
        let event = Event::from_json(&text).expect("a message");
        for time in 0..*times {
            let outcome = engine
                .apply(&mut member, &event)
                .expect("a message is taken");
            prop_assert_eq!(outcome.duplicate, time > 0);
            ledger.post(&outcome.entries).map_err(TestCaseError::fail)?;
            if let Some(words) = ledger.fault(&member) {
                return Err(TestCaseError::fail(words));
            }
            Member::from_json(member.to_json().as_bytes()).expect("it can be read");
        }
    }
    Ok(member)
}

/// Clause 13.1: however often and in whatever order messages arrive, the referrer is the same.
#[test]
fn referrals_converge() {
    let engine = Engine::new(Program::from_json(PROGRAM).expect("a program"));
    let case = proptest::collection::vec(deeds(), 1..4).prop_flat_map(|friends| {
        let order = proptest::collection::vec((any::<u32>(), 1_usize..3), 40);
        (Just(friends), order)
    });
    check(
        300,
        &[&["undone before ordered"], &["milestone"], &["undone"]],
        case,
        |case| format!("{case:?}"),
        |(friends, order), coverage| {
            let mut sent: Vec<Value> = Vec::new();
            let mut own = vec![0, 0];
            for (number, deeds) in friends.iter().enumerate() {
                let (told, brought) = messages(&engine, &format!("f-{number}"), deeds);
                sent.extend(told);
                own = own
                    .iter()
                    .zip(brought)
                    .map(|(sum, more)| sum + more)
                    .collect();
            }
            let plain: Vec<(Value, usize)> = sent.iter().map(|one| (one.clone(), 1)).collect();
            let mut mixed: Vec<(u32, (Value, usize))> = sent
                .iter()
                .zip(order.iter().cycle())
                .map(|(one, (key, times))| (*key, (one.clone(), *times)))
                .collect();
            mixed.sort_by_key(|(key, _)| *key);
            let mixed: Vec<(Value, usize)> = mixed.into_iter().map(|(_, one)| one).collect();
            let mut ordered: BTreeMap<String, bool> = BTreeMap::new();
            for (event, _) in &mixed {
                coverage.count("message");
                let referral = &event["referral"];
                if let Some(order) = referral["undone"]["order"].as_str() {
                    coverage.note("undone");
                    if !ordered.contains_key(order) {
                        coverage.note("undone before ordered");
                    }
                } else if let Some(order) = referral["ordered"]["order"].as_str() {
                    ordered.insert(order.to_owned(), true);
                }
            }
            let (one, other) = (deliver(&engine, &plain)?, deliver(&engine, &mixed)?);
            if one.balance("points") >= 500 {
                coverage.note("milestone");
            }
            prop_assert_eq!(settled(&one), settled(&other));
            // What friends bring is what they spend themselves.
            prop_assert_eq!(figures(&engine, &one, "brought"), own);
            Ok(())
        },
    );
}

/// Clause 13.3: a merge loses and makes nothing: balances and debts of both add up, the entries alone make them, and the document can
/// be read again; a second time is refused.
#[test]
fn merges_conserve() {
    let strategy = (
        programs(Shape::ANY),
        histories(Shape::ANY, 25),
        histories(Shape::ANY, 25),
    );
    check(
        200,
        &[&["merged"]],
        strategy,
        |(program, one, other)| format!("program: {program}\n{one:?}\n{other:?}"),
        |(program, one, other), coverage| {
            let (mut own, mut beside) = (World::new(program), World::beside(program, "m-2"));
            let mut ledger = Ledger::default();
            for step in one {
                let played = own.play(step);
                coverage.step(&played);
                if let Ok(outcome) = &played.result {
                    ledger.post(&outcome.entries).map_err(TestCaseError::fail)?;
                }
            }
            for step in other {
                coverage.step(&beside.play(step));
            }
            let at = own.now().max(beside.now());
            let advanced = |world: &World| {
                let mut member = world.member.clone();
                let moved = world.engine.advance(&mut member, at);
                moved.map(|_| member)
            };
            let (Ok(mine), Ok(theirs)) = (advanced(&own), advanced(&beside)) else {
                return Ok(());
            };
            let document: Value = serde_json::from_str(&beside.member.to_json()).expect("JSON");
            let merge = |id: &str| {
                json!({"id": id, "at": at.to_string(), "merge": {"document": document}}).to_string()
            };
            let text = merge("merge-1");
            let event = Event::from_json(&text).expect("an event");
            let outcome = match own.engine.apply(&mut own.member, &event) {
                Ok(outcome) => outcome,
                Err(error) if error.code() == Code::MergeRefused => return Ok(()),
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            };
            coverage.note("merged");
            ledger.post(&outcome.entries).map_err(TestCaseError::fail)?;
            if let Some(words) = ledger.fault(&own.member) {
                return Err(TestCaseError::fail(words));
            }
            let sums = |member: &Member| -> BTreeMap<String, i64> {
                let all = member.balances().into_iter();
                all.map(|one| {
                    let sum = one.available + one.pending + one.held - one.debt;
                    (one.account.to_string(), sum)
                })
                .collect()
            };
            let mut wanted = sums(&mine);
            for (account, points) in sums(&theirs) {
                *wanted.entry(account).or_default() += points;
            }
            let given = outcome.entries.iter().any(|entry| {
                let entry = serde_json::to_value(entry).expect("JSON");
                entry.get("redeemed").is_some() || entry.get("triggered").is_some()
            });
            if !given {
                prop_assert_eq!(sums(&own.member), wanted);
            }
            let again = Member::from_json(own.member.to_json().as_bytes());
            prop_assert_eq!(again.as_ref(), Ok(&own.member));
            let text = merge("merge-2");
            let event = Event::from_json(&text).expect("an event");
            let twice = own.engine.apply(&mut own.member, &event);
            prop_assert_eq!(
                twice.map_err(|error| error.code()),
                Err(Code::AlreadyMerged)
            );
            Ok(())
        },
    );
}

/// Of 100 spent each a milestone, and two rungs: triggers answer all of them.
const REACHES: &str = r#"{"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
    "accounts": [{"id": "points"}],
    "metrics": [{"id": "life", "measure": "spend"}],
    "tiers": [{"id": "card", "rungs": [{"id": "base"},
        {"id": "silver", "qualify": {"metric": {"id": "life", "at_least": 300}}},
        {"id": "gold", "qualify": {"metric": {"id": "life", "at_least": 700}}}]}],
    "segments": [{"id": "known", "when": {"metric": {"id": "life", "at_least": 450}}, "watch": true}],
    "triggers": [{"id": "step", "on": {"milestone": {"metric": "life", "every": 100}}, "do": [{"points": {"account": "points", "points": 1}}]},
        {"id": "up", "on": {"tier": {"direction": "up"}}, "do": [{"points": {"account": "points", "points": 10000}}]},
        {"id": "known", "on": {"segment": {"entered": "known"}}, "do": [{"points": {"account": "points", "points": 1000000}}]}]}"#;

/// Clauses 12.1, 13.3: a merge gives for what both together reach and neither had reached, and for nothing else.
#[test]
fn merges_give_nothing_twice() {
    let engine = Engine::new(Program::from_json(REACHES).expect("a program"));
    let bought = || proptest::collection::vec(1_i64..400, 0..4);
    check(
        300,
        &[&["reached"], &["not reached"], &["both had"]],
        (bought(), bought()),
        |case| format!("{case:?}"),
        |(own, other), coverage| {
            let member = |id: &str, prices: &[i64]| {
                let mut member = Member::new(id).expect("an id");
                let mut take = |event: Value| {
                    let event = event.to_string();
                    let event = Event::from_json(&event).expect("an event");
                    engine.apply(&mut member, &event).expect("it is taken");
                };
                take(json!({"id": format!("{id}-e"), "at": "2026-01-01T10:00:00Z", "enroll": {}}));
                for (number, price) in prices.iter().enumerate() {
                    let order = format!("{id}-{number}");
                    let lines = json!([{"sku": "tea", "price": format!("{price}.00")}]);
                    let purchase = json!({"order": order, "lines": lines});
                    take(json!({"id": order, "at": "2026-01-01T10:00:00Z", "purchase": purchase}));
                }
                member
            };
            let (mut mine, theirs) = (member("m-1", own), member("m-2", other));
            let document: Value = serde_json::from_str(&theirs.to_json()).expect("JSON");
            let merge = json!({"id": "merge", "at": "2026-01-02T10:00:00Z", "merge": {"document": document}});
            let event = merge.to_string();
            let event = Event::from_json(&event).expect("an event");
            let before = mine.balance("points") + theirs.balance("points");
            engine.apply(&mut mine, &event).expect("it is taken");
            let (one, two): (i64, i64) = (own.iter().sum(), other.iter().sum());
            let (most, both) = (one.max(two), one + two);
            let rung = |spent: i64| i64::from(spent >= 300) + i64::from(spent >= 700);
            // One entry leads from the rung that either had to the one that both reach.
            let rises = i64::from(rung(both) > rung(most));
            let enters = i64::from(most < 450 && both >= 450);
            let wanted = both / 100 - most / 100 + 10_000 * rises + 1_000_000 * enters;
            coverage.note(if rises > 0 { "reached" } else { "not reached" });
            if rung(one.min(two)) > 0 {
                coverage.note("both had");
            }
            prop_assert_eq!(mine.balance("points"), before + wanted);
            Ok(())
        },
    );
}
