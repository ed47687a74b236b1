//! A stage is a function of the history alone: the engine beside a plain reading that looks at every midnight and after every
//! event, and works every figure out anew from the whole history.

use std::fmt::Write as _;

use loyalty_core::{Change, Date, Engine, Entry, Event, Instant, Member, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cover::{Coverage, Verdict, check};
use crate::world::engine;

/// What is asked of the history.
const REACHED: &[&str] = &[
    "by time",
    "by event",
    "by return",
    "into none",
    "kept by stay",
    "kept by at_least",
    "reactivated",
    "woken in place",
    "answered",
    "failed",
    "abandoned",
    "warned",
    "entered",
    "left",
];

/// For how many days an attempt to win a member back has an effect.
const EFFECT_DAYS: i64 = 20;

/// A condition of one of seven kinds, with two numbers.
type Cond = (u8, u32, u32);
/// A stage: its condition, what keeps it, for how many days at least, whether it is asleep.
type Stage = (Cond, Option<Cond>, Option<u32>, bool);
/// An event: hours after the one before, its kind, which order it is about, and an amount.
type Deed = (u32, u8, u8, u32);

#[derive(Clone, Debug)]
struct Case {
    stages: Vec<Stage>,
    open: bool,
    segment: Cond,
    deeds: Vec<Deed>,
    stops: Vec<u32>,
}

fn condition((kind, days, count): Cond) -> Value {
    let metric = |id: &str, test: &str, n: u32| json!({"metric": {"id": id, test: n}});
    match kind {
        0 => metric("since", "at_least", days),
        1 => {
            json!({"any": [metric("since", "at_least", days), metric("idle", "at_least", days * 2)]})
        }
        2 => metric("orders", "at_most", count),
        3 => metric("recent", "at_least", count),
        4 => metric("spend", "at_least", count * 100),
        5 => json!({"not": {"tag": ["calm"]}}),
        _ => json!({"all": [{"tag": ["calm"]}, metric("idle", "at_most", days)]}),
    }
}

fn program(case: &Case) -> Value {
    let mut stages: Vec<Value> = Vec::new();
    for (cond, stay, at_least, asleep) in &case.stages {
        let when = condition(*cond);
        if stages.iter().any(|one| one["when"] == when) {
            continue;
        }
        let mut stage = json!({"id": format!("s{}", stages.len()), "when": when, "asleep": asleep});
        if let Some(stay) = stay {
            stage["stay"] = condition(*stay);
        }
        if let Some(days) = at_least {
            stage["at_least"] = json!({"days": days});
        }
        stages.push(stage);
    }
    if !case.open {
        stages.push(json!({"id": "rest"}));
    }
    json!({
        "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
        "metrics": [
            {"id": "since", "measure": {"days_since": "purchase"}},
            {"id": "idle", "measure": {"days_since": "interaction"}},
            {"id": "orders", "measure": "orders"},
            {"id": "recent", "measure": "orders", "window": {"last": {"days": 40}}},
            {"id": "spend", "measure": "spend", "window": {"last": {"days": 30}}},
            {"id": "before", "measure": "spend", "window": {"previous": {"last": {"days": 30}}}},
            {"id": "usual", "measure": {"gap": {"percentile": 80}}},
        ],
        "warning": {
            "signals": [
                {"id": "spend", "metric": "spend", "compared_with": "before", "falls_by": 40},
                {"id": "silence", "metric": "since", "compared_with": "usual", "rises_by": 20},
                {"id": "rhythm", "when": {"rhythm": {"since": "since", "gap": "usual", "times": "2.5"}}},
                {"id": "loud", "when": {"not": {"tag": ["calm"]}}},
            ],
            "levels": {"light": 1, "moderate": 2, "severe": 4},
        },
        "winback": [{"id": "wake", "steps": [{"id": "call"}], "effect_days": EFFECT_DAYS, "max_attempts": 2}],
        "segments": [{"id": "watched", "when": condition(case.segment), "watch": true}],
        "lifecycle": {"stages": stages},
    })
}

/// The whole history, and what is said of it.
struct Plain {
    stages: Vec<Value>,
    segment: Value,
    enrolled: bool,
    /// The day, the amount, and whether it is back.
    orders: Vec<(i64, u32, bool)>,
    /// The days of enrolment and activities.
    acts: Vec<i64>,
    calm: bool,
    /// The attempts since the last purchase: on which day each fails.
    tried: Vec<i64>,
    stage: Option<(usize, i64)>,
    /// Whether a purchase has woken the member in the present stage.
    woken: bool,
    inside: bool,
    said: Vec<String>,
}

impl Plain {
    fn metric(&self, id: &str, today: i64) -> Option<i64> {
        let orders = || self.orders.iter().filter(|(_, _, back)| !back);
        let last = orders().map(|(day, ..)| *day).max();
        let count = |days: i64| orders().filter(|(day, ..)| *day > today - days).count() as i64;
        match id {
            "since" => last.map(|last| today - last),
            "idle" => self
                .acts
                .iter()
                .copied()
                .chain(last)
                .max()
                .map(|last| today - last),
            "orders" => Some(count(i64::MAX / 2)),
            "recent" => Some(count(40)),
            _ => Some(
                orders()
                    .filter(|(day, ..)| *day > today - 30)
                    .map(|(_, amount, _)| i64::from(*amount))
                    .sum(),
            ),
        }
    }

    fn holds(&self, cond: &Value, today: i64) -> bool {
        let of = |list: &str| cond[list].as_array().expect("a list").iter();
        if !cond["any"].is_null() {
            of("any").any(|one| self.holds(one, today))
        } else if !cond["all"].is_null() {
            of("all").all(|one| self.holds(one, today))
        } else if !cond["not"].is_null() {
            !self.holds(&cond["not"], today)
        } else if !cond["tag"].is_null() {
            self.calm
        } else {
            let test = &cond["metric"];
            let value = self.metric(test["id"].as_str().expect("an id"), today);
            value.is_some_and(|value| {
                test["at_least"].as_i64().is_none_or(|low| value >= low)
                    && test["at_most"].as_i64().is_none_or(|high| value <= high)
            })
        }
    }

    fn name(&self, stage: Option<usize>) -> String {
        stage.map_or("none".to_owned(), |place| {
            self.stages[place]["id"].to_string()
        })
    }

    /// Looks at the member at an instant of a day. `order`: it is a purchase that has just been made.
    fn look(
        &mut self,
        at: Instant,
        today: i64,
        (order, midnight): (Option<usize>, bool),
        seen: &Coverage,
    ) {
        let present = self.stage.map(|(place, _)| place);
        let failed = self.tried.iter().zip(1..);
        let failed = failed.filter(|(day, _)| midnight && **day == today);
        for number in failed.map(|(_, number)| number).collect::<Vec<i32>>() {
            self.said.push(format!("{at} attempt {number} failed"));
            seen.note("failed");
            if number == 2 {
                self.said.push(format!("{at} abandoned"));
                seen.note("abandoned");
            }
        }
        let first = |stayed: bool| {
            self.stages.iter().enumerate().position(|(place, stage)| {
                let (when, stay) = (&stage["when"], &stage["stay"]);
                let stays = stayed && present == Some(place) && !stay.is_null();
                when.is_null() || self.holds(when, today) || stays && self.holds(stay, today)
            })
        };
        let mut found = first(true);
        if found == present && first(false) != present && present.is_some() {
            seen.note("kept by stay");
        }
        if let Some((place, since)) = self.stage
            && let Some(days) = self.stages[place]["at_least"]["days"].as_i64()
            && today < since + days
        {
            if found != Some(place) {
                seen.note("kept by at_least");
            }
            found = Some(place);
        }
        let asleep = |stage: Option<usize>| {
            stage.is_some_and(|place| self.stages[place]["asleep"] == json!(true))
        };
        let slept = asleep(present).then_some(self.woken);
        if found != present {
            self.woken = false;
            let line = format!("{at} stage {} to {}", self.name(present), self.name(found));
            self.said.push(line);
            if found.is_none() {
                seen.note("into none");
            }
            self.stage = found.map(|place| (place, today));
        }
        if let Some(order) = order {
            let given_up = self.tried.iter().filter(|until| **until <= today).count() >= 2;
            let open = self.tried.iter().any(|until| *until > today);
            self.tried.clear();
            self.woken |= slept.is_some() && asleep(found);
            if slept == Some(false) || given_up {
                seen.note("reactivated");
                let from = self.name(present);
                let line = format!("{at} o-{order} reactivated from {from}");
                self.said.push(line);
                if found == present && !given_up {
                    seen.note("woken in place");
                }
            } else if open {
                seen.note("answered");
                self.said.push(format!("{at} o-{order} answered"));
            }
        }
        let inside = self.holds(&self.segment, today);
        if inside != self.inside {
            self.inside = inside;
            seen.note(if inside { "entered" } else { "left" });
            self.said.push(format!("{at} watched {inside}"));
        }
    }
}

/// What the entries say of stages and segments.
fn heard(entries: &[Entry]) -> Vec<String> {
    let name = |id: &Option<loyalty_core::Id>| {
        id.as_ref()
            .map_or("none".to_owned(), |id| format!("\"{id}\""))
    };
    let line = |entry: &Entry| {
        let at = entry.at;
        match &entry.change {
            Change::Stage { from, to, .. } => {
                Some(format!("{at} stage {} to {}", name(from), name(to)))
            }
            Change::Reactivated { order, from, .. } => {
                Some(format!("{at} {order} reactivated from {}", name(from)))
            }
            Change::OutreachAnswered { order, .. } => Some(format!("{at} {order} answered")),
            Change::Segment { change, .. } => {
                let inside = *change == loyalty_core::SegmentChange::Entered;
                Some(format!("{at} watched {inside}"))
            }
            Change::OutreachFailed { made, .. } => {
                Some(format!("{at} attempt {} failed", made.attempt))
            }
            Change::Abandoned { .. } => Some(format!("{at} abandoned")),
            _ => None,
        }
    };
    entries.iter().filter_map(line).collect()
}

/// So many hours after the first midnight, by the clock of the program.
fn instant(hours: i64) -> Instant {
    Timestamp::parse(&clock(hours)).expect("an instant").instant
}

fn clock(hours: i64) -> String {
    let first = Date::parse("2026-01-01").expect("a day");
    let day = first.add_days(hours.div_euclid(24)).expect("a day");
    format!("{day}T{:02}:00:00+08:00", hours.rem_euclid(24))
}

struct Told {
    plain: Plain,
    member: Member,
    entries: Vec<Entry>,
    events: Vec<String>,
}

/// Plays a case. With `stops` the engine is asked to advance in between.
fn play(engine: &Engine, case: &Case, stops: &[u32], seen: &Coverage) -> Told {
    let rules = program(case);
    let mut told = Told {
        plain: Plain {
            stages: rules["lifecycle"]["stages"]
                .as_array()
                .expect("stages")
                .clone(),
            segment: rules["segments"][0]["when"].clone(),
            enrolled: false,
            orders: Vec::new(),
            acts: Vec::new(),
            calm: false,
            tried: Vec::new(),
            stage: None,
            woken: false,
            inside: false,
            said: Vec::new(),
        },
        member: Member::new("m-1").expect("a member"),
        entries: Vec::new(),
        events: Vec::new(),
    };
    let (mut now, mut stops) = (0_i64, stops.iter());
    for (number, (hours, kind, which, amount)) in case.deeds.iter().enumerate() {
        let then = now + i64::from(*hours);
        if let Some(part) = stops.next() {
            told.advance(engine, now + i64::from(hours * part / 100));
        }
        told.midnights(now, then, seen);
        now = then;
        let today = now.div_euclid(24);
        let back = told.plain.orders.iter().enumerate();
        let mut back = back.filter(|(_, (day, _, back))| !back && today - day < 150);
        let back = back.nth(usize::from(*which)).map(|(place, _)| place);
        let (mut order, mut reason) = (None, "by event");
        let body = match kind {
            0 if !told.plain.enrolled => {
                told.plain.enrolled = true;
                told.plain.acts.push(today);
                json!({"enroll": {}})
            }
            1 => {
                told.plain.acts.push(today);
                json!({"activity": {"kind": "visit"}})
            }
            2 => {
                told.plain.calm = !told.plain.calm;
                let field = if told.plain.calm { "add" } else { "remove" };
                json!({"tags": {field: ["calm"]}})
            }
            3 | 5 if back.is_some() => {
                let place = back.expect("an order");
                told.plain.orders[place].2 = true;
                reason = "by return";
                json!({"return": {"order": format!("o-{place}")}})
            }
            6 => {
                told.plain.tried.push(today + EFFECT_DAYS + 1);
                json!({"outreach": {"step": "call"}})
            }
            _ => {
                let place = told.plain.orders.len();
                told.plain.orders.push((today, *amount, false));
                order = Some(place);
                json!({"purchase": {"order": format!("o-{place}"), "lines": [{"sku": "tea", "price": amount}]}})
            }
        };
        let mut event = body;
        event["id"] = json!(format!("e-{number}"));
        event["at"] = json!(clock(now));
        let before = told.plain.said.len();
        told.plain.look(instant(now), today, (order, false), seen);
        seen.count("event");
        if told.plain.said.len() > before {
            seen.note(reason);
        }
        let text = event.to_string();
        let event = Event::from_json(&text).expect("an event");
        let outcome = engine.apply(&mut told.member, &event);
        told.entries.extend(outcome.expect("it is taken").entries);
        told.events.push(text);
    }
    let end = now + 24 * 120;
    if let Some(part) = stops.next() {
        told.advance(engine, now + i64::from(24 * 120 * part / 100));
    }
    told.midnights(now, end, seen);
    told.advance(engine, end);
    told
}

impl Told {
    fn advance(&mut self, engine: &Engine, to: i64) {
        let due = engine.next_due(&self.member);
        let outcome = engine
            .advance(&mut self.member, instant(to))
            .expect("it advances");
        if let (Some(due), Some(first)) = (due, outcome.entries.first()) {
            assert_eq!(due, first.at, "what is due is the first thing that happens");
        }
        self.entries.extend(outcome.entries);
    }

    /// Looks at every midnight after an instant, up to another.
    fn midnights(&mut self, from: i64, to: i64, seen: &Coverage) {
        if self.events.is_empty() {
            return;
        }
        for day in from.div_euclid(24) + 1..=to.div_euclid(24) {
            let before = self.plain.said.len();
            self.plain.look(instant(day * 24), day, (None, true), seen);
            if self.plain.said.len() > before {
                seen.note("by time");
            }
        }
    }
}

fn show(case: &Case) -> String {
    let rules = program(case);
    let told = play(&engine(&rules), case, &[], &Coverage::default());
    let mut text = format!("{rules}\n{}\n", told.events.join("\n"));
    let _ = write!(
        text,
        "said {:#?}\nheard {:#?}",
        told.plain.said,
        heard(&told.entries)
    );
    text
}

fn cases() -> impl Strategy<Value = Case> {
    let cond = || (0_u8..7, 3_u32..60, 1_u32..5);
    let stay = proptest::option::of(cond());
    let at_least = proptest::option::weighted(0.3, 1_u32..40);
    let stage = (cond(), stay, at_least, any::<bool>());
    let deed = (0_u32..1_200, 0_u8..8, 0_u8..3, 50_u32..400);
    let stages = proptest::collection::vec(stage, 1..5);
    let deeds = proptest::collection::vec(deed, 1..14);
    let stops = proptest::collection::vec(0_u32..=100, 14);
    (stages, any::<bool>(), cond(), deeds, stops).prop_map(
        |(stages, open, segment, deeds, stops)| Case {
            stages,
            open,
            segment,
            deeds,
            stops,
        },
    )
}

#[test]
fn a_stage_is_a_function_of_history_alone() {
    let property = |case: &Case, seen: &Coverage| -> Verdict {
        let engine = engine(&program(case));
        let whole = play(&engine, case, &[], seen);
        prop_assert_eq!(heard(&whole.entries), whole.plain.said);
        let warned = |entry: &&Entry| matches!(entry.change, Change::WarningLevel { .. });
        for _ in whole.entries.iter().filter(warned) {
            seen.note("warned");
        }
        let parts = play(&engine, case, &case.stops, &Coverage::default());
        prop_assert_eq!(&parts.entries, &whole.entries);
        prop_assert_eq!(parts.member, whole.member);
        Ok(())
    };
    check(400, &[REACHED], cases(), show, property);
}
