//! Plans, benefits and households: days that are paid for, units that are collected, messages in any order.

use loyalty_core::{Date, Engine, Event, Instant, Member, Program, Span, Unit};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cover::check;

/// A member and the engine, told what happens by days counted from one day.
pub(crate) struct Told {
    pub(crate) engine: Engine,
    pub(crate) member: Member,
    number: usize,
}

pub(crate) fn day(number: i64) -> Date {
    let first = Date::parse("2026-01-31").expect("a date");
    first.add_days(number).expect("a date")
}

/// Noon of a day.
pub(crate) fn noon(number: i64) -> String {
    format!("{}T12:00:00+08:00", day(number))
}

impl Told {
    pub(crate) fn new(program: &Value, member: &str) -> Self {
        let program = Program::from_json(&program.to_string()).expect("a program");
        Self {
            engine: Engine::new(program),
            member: Member::new(member).expect("an id"),
            number: 0,
        }
    }

    /// Takes an event at noon of a day, if it bears no instant; its messages, or the code of its refusal.
    pub(crate) fn take(&mut self, on: i64, body: Value) -> Result<Vec<Value>, String> {
        self.number += 1;
        let mut event = body;
        if event["id"].is_null() {
            event["id"] = json!(format!("e-{}", self.number));
        }
        if event["at"].is_null() {
            event["at"] = json!(noon(on));
        }
        let text = event.to_string();
        let event = Event::from_json(&text).expect("an event");
        let outcome = self.engine.apply(&mut self.member, &event);
        let outcome = outcome.map_err(|error| error.code().as_str().to_owned())?;
        let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("JSON");
        let messages = outcome["messages"].as_array().cloned();
        Ok(messages.unwrap_or_default())
    }

    /// What there is of the only benefit at noon of a day, in steps of so many days.
    fn benefit(&mut self, from: i64, on: i64, step: i64) -> Value {
        let mut at = from - 1;
        while at < on {
            at = on.min(at + step);
            let to = format!("{}T12:00:00+08:00", day(at));
            let (to, _) = Instant::parse(&to).expect("an instant");
            if self.member.as_of().is_none_or(|as_of| as_of < to) {
                self.engine
                    .advance(&mut self.member, to)
                    .expect("time passes");
            }
        }
        let standing = self.engine.benefits(&self.member);
        serde_json::to_value(&standing[0]).expect("JSON")
    }
}

/// What a member does about a plan, and after how many days.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Subscribe(bool),
    Renew,
    Leave,
    LeaveAtOnce,
}

/// A plan, worked out the plain way: the day on which each term ends is the anchor and so many terms.
#[derive(Default)]
struct Plain {
    /// The anchor, the terms since, and the first day that is not paid for.
    running: Option<(Date, u32, Date)>,
    cancelled: bool,
    had_trial: bool,
}

/// Clause 12.3: a plan holds on exactly the days that are paid for, however time is split, and renewals within the grace leave no
/// gap in what is paid for.
#[test]
fn a_plan_holds_on_the_days_that_are_paid_for() {
    let deed = prop_oneof![
        4 => any::<bool>().prop_map(Deed::Subscribe),
        6 => Just(Deed::Renew),
        1 => Just(Deed::Leave),
        1 => Just(Deed::LeaveAtOnce),
    ];
    let deeds = proptest::collection::vec((deed, 0_i64..45), 1..12);
    let unit = prop_oneof![
        Just((Unit::Months, 1)),
        Just((Unit::Days, 10)),
        Just((Unit::Days, 45))
    ];
    check(
        400,
        &[&["renewed", "renewed in grace", "refused", "left"]],
        (deeds, unit, 0_u32..40, any::<bool>(), 1_i64..30),
        |case| format!("{case:?}"),
        |(deeds, (unit, count), grace, stays, step), coverage| {
            // A grace is shorter than a term.
            let shortest = if *unit == Unit::Months { 28 } else { *count };
            let grace = &(*grace % shortest);
            let name = if *unit == Unit::Months {
                "months"
            } else {
                "days"
            };
            let mut plan = json!({"id": "p", "price": "10.00", "term": {name: count}, "trial": {"for": {"days": 5}}});
            if *grace > 0 {
                plan["lapse_grace"] = json!({"days": grace});
                plan["in_grace"] = json!(if *stays { "stays" } else { "stops" });
            }
            let program = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai", "plans": [plan],
                "benefits": [{"id": "b", "grants": [{"when": {"plan": ["p"]}, "value": "yes"}]}]});
            let mut told = Told::new(&program, "m-1");
            let mut plain = Plain::default();
            told.take(0, json!({"enroll": {}})).expect("it enrols");
            let term = |anchor: Date, terms: u32| {
                let span = Span::new(*unit, count * terms).expect("a span");
                span.after(anchor).expect("a date")
            };
            let mut on = 0;
            for (deed, days) in deeds {
                let before = on;
                on += days;
                let today = day(on);
                let gone = |plain: &Plain, today: Date| {
                    plain.running.is_none_or(|(_, _, after)| {
                        after.add_days(i64::from(*grace)).expect("a date") <= today
                    })
                };
                let over = |plain: &Plain, today: Date| {
                    let whole = *stays && *grace > 0 && !plain.cancelled;
                    plain.running.is_none_or(|(_, _, after)| after <= today)
                        && (!whole || gone(plain, today))
                };
                let body = match deed {
                    Deed::Subscribe(trial) => json!({"subscribe": {"plan": "p", "trial": trial}}),
                    Deed::Renew => json!({"renew": {}}),
                    Deed::Leave => json!({"unsubscribe": {}}),
                    Deed::LeaveAtOnce => json!({"unsubscribe": {"at_once": true}}),
                };
                // Half of the way in steps, so that no answer depends on how time was split.
                told.benefit(before, before + days / 2, *step);
                let taken = told.take(on, body).is_ok();
                let running = !over(&plain, today);
                let wanted = match deed {
                    Deed::Subscribe(trial) => !(running || *trial && plain.had_trial),
                    Deed::Renew => {
                        let next = plain
                            .running
                            .map(|(anchor, terms, _)| term(anchor, terms + 1));
                        // Who has said to leave may still come back while a renewal leaves no gap.
                        !gone(&plain, today) && next > Some(today)
                    }
                    Deed::Leave => running && !plain.cancelled,
                    Deed::LeaveAtOnce => running,
                };
                prop_assert_eq!(taken, wanted, "{:?} on {}", deed, today);
                match deed {
                    _ if !taken => coverage.count("refused"),
                    Deed::Subscribe(trial) => {
                        coverage.count("subscribed");
                        let anchor = if *trial {
                            today.add_days(5).expect("a date")
                        } else {
                            today
                        };
                        let terms = u32::from(!trial);
                        plain.running = Some((anchor, terms, term(anchor, terms)));
                        plain.cancelled = false;
                        plain.had_trial |= trial;
                    }
                    Deed::Renew => {
                        let (anchor, terms, after) = plain.running.expect("a plan");
                        coverage.count(if after <= today {
                            "renewed in grace"
                        } else {
                            "renewed"
                        });
                        plain.running = Some((anchor, terms + 1, term(anchor, terms + 1)));
                        plain.cancelled = false;
                    }
                    Deed::Leave => {
                        coverage.count("left");
                        plain.cancelled = true;
                    }
                    Deed::LeaveAtOnce => {
                        coverage.count("left");
                        plain = Plain {
                            had_trial: plain.had_trial,
                            ..Plain::default()
                        };
                    }
                }
                let entitled = told.benefit(on, on, 1)["entitled"] == true;
                prop_assert_eq!(entitled, !over(&plain, today), "on {}", today);
                let later = day(on + days / 3);
                let entitled = told.benefit(on, on + days / 3, *step)["entitled"] == true;
                prop_assert_eq!(entitled, !over(&plain, later), "on {}", later);
                on += days / 3;
                let read = Member::from_json(told.member.to_json().as_bytes());
                prop_assert_eq!(read.expect("it can be read"), told.member.clone());
            }
            Ok(())
        },
    );
}

/// Clause 12.2: what is collected is the sum over the periods in which the member had the grant, never more than the most, and does
/// not depend on how time was split.
#[test]
fn units_are_collected_once_in_each_period() {
    let deed = (0_u8..4, 1_i64..45);
    check(
        300,
        &[&["used", "refused", "full"]],
        (proptest::collection::vec(deed, 1..14), 1_i64..40),
        |case| format!("{case:?}"),
        |(deeds, step), coverage| {
            let program = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
                "benefits": [{"id": "b", "quota": {"per": "month", "collect_up_to": 5}, "grants": [{"when": {"tag": ["vip"]}, "units": 2}]}]});
            let mut told = Told::new(&program, "m-1");
            told.take(0, json!({"enroll": {}})).expect("it enrols");
            let (mut vip, mut saved, mut added) = (false, 0_i64, false);
            let mut on = 0;
            for (deed, days) in deeds {
                let to = on + days;
                told.benefit(on, on + days - 1, *step);
                // Day by day: a month that begins brings its units to who has the tag then.
                while on < to {
                    on += 1;
                    if day(on).day() == 1 {
                        added = vip;
                        saved = if vip { (saved + 2).min(5) } else { saved };
                    }
                }
                match deed {
                    0 | 1 => {
                        vip = *deed == 0;
                        let tags = if vip {
                            json!({"add": ["vip"]})
                        } else {
                            json!({"remove": ["vip"]})
                        };
                        told.take(on, json!({"tags": tags})).expect("a tag");
                    }
                    _ => {
                        let units = i64::from(*deed) - 1;
                        let used = told.take(
                            on,
                            json!({"benefit_used": {"benefit": "b", "units": units}}),
                        );
                        prop_assert_eq!(used.is_ok(), vip && units <= saved);
                        coverage.count(if used.is_ok() { "used" } else { "refused" });
                        saved -= if used.is_ok() { units } else { 0 };
                    }
                }
                if vip && !added {
                    (added, saved) = (true, (saved + 2).min(5));
                }
                if saved == 5 {
                    coverage.note("full");
                }
                let left = told.benefit(on, on, 1)["left"].as_i64();
                prop_assert_eq!(left, vip.then_some(saved), "on {}", day(on));
            }
            Ok(())
        },
    );
}

/// Clauses 12.3 and 13.2: however often and in whatever order the messages of a holder and a pool arrive, the member ends in the
/// same place.
#[test]
fn seats_and_households_converge() {
    let program = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
        "plans": [{"id": "p", "price": "10.00", "term": {"years": 2}, "seats": 1, "rungs": [{"rung": "silver"}]}],
        "tiers": [{"id": "club", "rungs": [{"id": "base"}, {"id": "silver", "qualify": {"tag": ["s"]}}, {"id": "gold", "qualify": {"tag": ["g"]}}], "hold": "none"}],
        "household": {"tiers": ["club"]}});
    check(
        300,
        &[&["told"], &["late"]],
        (
            proptest::collection::vec(0_u8..8, 1..14),
            proptest::collection::vec((any::<u32>(), 1_usize..3), 40),
        ),
        |case| format!("{case:?}"),
        |(deeds, order), coverage| {
            let mut holder = Told::new(&program, "m-0");
            let mut pool = Told::new(&program, "h-0");
            let mut sent = Vec::new();
            for (place, deed) in deeds.iter().enumerate() {
                let on = i64::try_from(place).expect("a number");
                let made = match deed {
                    0 => holder.take(on, json!({"subscribe": {"plan": "p"}})),
                    1 => holder.take(on, json!({"share_plan": {"add": ["m-2"]}})),
                    2 => holder.take(on, json!({"share_plan": {"remove": ["m-2"]}})),
                    3 => holder.take(on, json!({"renew": {}})),
                    4 => holder.take(on, json!({"unsubscribe": {"at_once": true}})),
                    5 => pool.take(on, json!({"household": {"add": ["m-2"]}})),
                    6 => pool.take(on, json!({"household": {"remove": ["m-2"]}})),
                    _ => pool.take(on, json!({"tags": {"add": [if on % 2 == 0 { "s" } else { "g" }], "remove": [if on % 2 == 0 { "g" } else { "s" }]}})),
                };
                sent.extend(
                    made.unwrap_or_default()
                        .into_iter()
                        .map(|one| one["event"].clone()),
                );
            }
            let mut mixed: Vec<(u32, &Value, usize)> = sent
                .iter()
                .zip(order.iter().cycle())
                .map(|(one, (key, times))| (*key, one, *times))
                .collect();
            mixed.sort_by_key(|(key, ..)| *key);
            let place = |event: &Value| sent.iter().position(|one| one == event);
            let late = mixed
                .windows(2)
                .any(|pair| place(pair[0].1) > place(pair[1].1));
            if late {
                coverage.note("late");
            }
            let deliver = |events: &[(&Value, usize)]| {
                let mut member = Told::new(&program, "m-2");
                for (event, times) in events {
                    for _ in 0..*times {
                        member
                            .take(20, (*event).clone())
                            .expect("a message is taken");
                        coverage.count("told");
                    }
                }
                let document: Value = serde_json::from_str(&member.member.to_json()).expect("JSON");
                let more = &document["state"]["more"];
                let tier = member.member.tier("club").map(ToString::to_string);
                json!([more["plans"], more["household"], tier])
            };
            let plain: Vec<(&Value, usize)> = sent.iter().map(|one| (one, 1)).collect();
            let mixed: Vec<(&Value, usize)> =
                mixed.iter().map(|(_, one, times)| (*one, *times)).collect();
            prop_assert_eq!(deliver(&plain), deliver(&mixed));
            Ok(())
        },
    );
}
