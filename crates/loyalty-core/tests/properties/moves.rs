//! Members who move from zone to zone, or whose program does, most often within minutes of a midnight at which something is due: whatever the clocks say,
//! what comes once a year or once a month comes once (clauses 1.1, 1.3, 3.8, 9.2, 9.5).
//!
//! Beside the engine a plain count goes: the civil day that the member has reached, which never goes back. Every day that it
//! passes is asked what it brings.

use std::collections::BTreeMap;

use loyalty_core::{
    Change, Date, Engine, Entry, Event, ExpiredWhy, Instant, Member, TierWhy, Zone,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::cover::{Coverage, Verdict, check};
use crate::world::engine;

const MINUTE: i64 = 60_000_000;
/// So far apart that a day may be missing, or come again whole.
const ZONES: [&str; 5] = [
    "Asia/Shanghai",
    "America/Los_Angeles",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Europe/London",
];

#[derive(Clone, Debug)]
struct Step {
    /// To which day: the next 1 January, the next anniversary, the next first of a month; or only some minutes.
    edge: usize,
    /// By whose clocks it begins.
    clocks: usize,
    minutes: i64,
    /// A move there, a purchase, or the passing of time.
    act: Deed,
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Move(usize),
    Buy,
    Wait,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let deed = prop_oneof![
        5 => (0..ZONES.len()).prop_map(Deed::Move),
        3 => Just(Deed::Buy),
        1 => Just(Deed::Wait),
    ];
    let minutes = select(std::vec![-600_i64, -90, -5, -1, 0, 1, 5, 90, 600]);
    let edge = prop_oneof![2 => Just(0_usize), 2 => Just(1), 1 => Just(2), 6 => Just(3)];
    let step = (edge, 0..ZONES.len(), minutes, deed);
    let step = step.prop_map(|(edge, clocks, minutes, act)| Step {
        edge,
        clocks,
        minutes,
        act,
    });
    vec(step, 12..=30)
}

/// On which day points leave, and how the rung is reviewed.
#[derive(Clone, Copy, Debug)]
struct Plan {
    zone: usize,
    leaves: &'static str,
    monthly: bool,
    /// Days since 2024-01-01 at enrolment, and minutes since the midnight of that day.
    enrolled: (i64, i64),
    /// Whether the member has a zone and moves; else the program's zone counts, and new versions have another one.
    own: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    let leaves = select(std::vec!["enrolment", "rung", "01-01"]);
    // 29 February, and any other day.
    let day = prop_oneof![1 => Just(59_i64), 3 => 0_i64..400];
    let enrolled = (day, select(std::vec![0_i64, 1, 10, 700, 1_430]));
    (
        0..ZONES.len(),
        leaves,
        any::<bool>(),
        enrolled,
        any::<bool>(),
    )
        .prop_map(|(zone, leaves, monthly, enrolled, own)| Plan {
            zone,
            leaves,
            monthly,
            enrolled,
            own,
        })
}

/// The program, with a zone of its own; every zone is another version, unless nothing says so.
fn program(plan: &Plan, zone: &str) -> Value {
    let review = if plan.monthly {
        json!({"every": {"months": 1, "on_day": 1}})
    } else {
        json!({"anniversary": "enrolment"})
    };
    let on = match plan.leaves {
        "01-01" => json!({"yearly": "01-01"}),
        other => json!(other),
    };
    let rungs = json!([{"id": "base"}, {"id": "silver", "qualify": {"metric": {"id": "life", "at_least": 1}}}]);
    let by = |metric: &str| json!([{"id": "base"}, {"id": "silver", "qualify": {"metric": {"id": metric, "at_least": 1}}}]);
    json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": zone,
        "version": plan.monthly.then(|| zone.to_lowercase().replace('/', "-")),
        "accounts": [{"id": "growth", "yearly_deduction": {"on": on, "track": "club", "rungs": {"silver": 5}}}],
        "earn": [{"id": "each", "on": "purchase", "give": {"fixed": 10_000}}],
        "metrics": [{"id": "life", "measure": "spend"},
            {"id": "year", "measure": "spend", "window": {"calendar": {"period": "year"}}},
            {"id": "own", "measure": "spend", "window": "membership_year"}],
        "tiers": [{"id": "club", "primary": true, "rungs": rungs},
            {"id": "calm", "review": review, "rungs": rungs},
            {"id": "y", "rungs": by("year"), "carry": [{"metric": "year", "how": "all"}]},
            {"id": "o", "rungs": by("own"), "carry": [{"metric": "own", "how": "all"}]}],
        "tasks": [{"id": "essay", "assigned": true, "repeat": {"per": "month"}, "steps": [{"id": "write", "on": "activity:write"}]}]})
}

/// What has come, or must have come, by name.
type Counts = BTreeMap<&'static str, u64>;

fn heard(entries: &[Entry], counts: &mut Counts) {
    for entry in entries {
        let name = match &entry.change {
            Change::Expired {
                why: Some(ExpiredWhy::YearlyDeduction),
                ..
            } => "deduction",
            Change::CarriedOver { track, .. } if *track == *"y" => "year",
            Change::CarriedOver { .. } => "own year",
            Change::Tier {
                track,
                why: TierWhy::Retained,
                ..
            } if *track == *"calm" => "review",
            Change::TaskMissed { .. } => "missed",
            _ => continue,
        };
        *counts.entry(name).or_default() += 1;
    }
}

/// The plain count.
struct Plain {
    plan: Plan,
    zone: Zone,
    enrolled: Date,
    reached: Date,
    /// Whether there was a purchase in the year, in the year of membership.
    bought: (bool, bool),
    counts: Counts,
}

impl Plain {
    fn anniversary(&self, year: i32) -> Date {
        let years = i64::from(year - self.enrolled.year());
        self.enrolled.add_months(12 * years).expect("a day")
    }

    fn is_anniversary(&self, day: Date) -> bool {
        day > self.enrolled && day == self.anniversary(day.year())
    }

    fn pass(&mut self, at: Instant) {
        let today = self.zone.date_at(at);
        while self.reached < today {
            self.reached = self.reached.add_days(1).expect("a day");
            self.begin();
        }
    }

    fn begin(&mut self) {
        let day = self.reached;
        let january = day.month() == 1 && day.day() == 1;
        let own = self.is_anniversary(day);
        let mut count =
            |name, comes: bool| *self.counts.entry(name).or_default() += u64::from(comes);
        count(
            "deduction",
            if self.plan.leaves == "01-01" {
                january
            } else {
                own
            },
        );
        count("year", january && self.bought.0);
        count("own year", own && self.bought.1);
        // Who was a member on the first day of the month that is over has not done what it asked for.
        let first = day.first_of_month().add_months(-1).expect("a day");
        count("missed", day.day() == 1 && self.enrolled <= first);
        self.bought.0 &= !january;
        self.bought.1 &= !own;
        count(
            "review",
            if self.plan.monthly {
                day.day() == 1
            } else {
                own
            },
        );
    }
}

fn told((plan, steps): &(Plan, Vec<Step>)) -> String {
    format!("{plan:?}\n{}\n{steps:#?}", program(plan, ZONES[plan.zone]))
}

/// Takes an event, or lets time pass: by one way at once, by another with a stop before it.
fn carry_on(
    engine: &Engine,
    (member, split): (&mut Member, &mut Member),
    at: Instant,
    event: Option<&Value>,
) -> Result<Vec<Entry>, TestCaseError> {
    let mut entries = Vec::new();
    if let Some(from) = split.as_of() {
        let middle = from.micros() + (at.micros() - from.micros()) / 2;
        let stops = [middle, at.micros() - 1, at.micros()];
        for stop in stops.into_iter().filter(|stop| *stop >= from.micros()) {
            let stop = Instant::from_micros(stop);
            entries.extend(engine.advance(split, stop)?.entries);
        }
    }
    let all = match event {
        Some(event) => {
            let text = event.to_string();
            let event = Event::from_json(&text)?;
            prop_assert_eq!(
                engine.quote(member, &event)?.entries,
                engine.apply(&mut member.clone(), &event)?.entries
            );
            entries.extend(engine.apply(split, &event)?.entries);
            engine.apply(member, &event)?.entries
        }
        None => engine.advance(member, at)?.entries,
    };
    prop_assert_eq!(&all, &entries);
    prop_assert_eq!(member.to_json(), split.to_json());
    *split = Member::from_json(member.to_json().as_bytes())?;
    Ok(all)
}

/// Nothing happens before what is due next, and something does, or comes nearer, at it.
fn nothing_is_overlooked(engine: &Engine, member: &Member) -> Verdict {
    let mut member = member.clone();
    for _ in 0..3 {
        let Some(due) = engine.next_due(&member) else {
            return Ok(());
        };
        prop_assert!(Some(due) > member.as_of());
        let before = engine.advance(&mut member, due.prev())?;
        prop_assert!(
            before.entries.is_empty(),
            "{:?} before {due}",
            before.entries
        );
        prop_assert_eq!(before.next_due, Some(due));
        let there = engine.advance(&mut member, due)?;
        prop_assert!(!there.entries.is_empty() || there.next_due > Some(due));
    }
    Ok(())
}

fn live((plan, steps): &(Plan, Vec<Step>), coverage: &Coverage) -> Verdict {
    let of_zone = |which: usize| engine(&program(plan, ZONES[which]));
    // Whoever has a zone is left alone by that of the program.
    let mut engine = of_zone(plan.zone);
    let zone = |which: usize| Zone::new(ZONES[which]).expect("a zone");
    let day = Date::parse("2024-01-01")?.add_days(plan.enrolled.0)?;
    let begin = zone(plan.zone).start_of(day)?.micros() + plan.enrolled.1 * MINUTE;
    let mut at = Instant::from_micros(begin);
    let mut plain = Plain {
        plan: *plan,
        zone: zone(plan.zone),
        enrolled: day,
        reached: day,
        bought: (true, true),
        counts: Counts::new(),
    };
    let (mut member, mut split) = (Member::new("m-1")?, Member::new("m-1")?);
    let mut counts = Counts::new();
    let purchase = |n: usize, at: Instant| {
        json!({"id": format!("e-{n}"), "at": at.to_string(), "purchase": {"order": format!("o-{n}"),
            "lines": [{"sku": "tea", "price": "10.00"}]}})
    };
    let enroll = json!({"id": "e-0", "at": at.to_string(), "enroll": if plan.own { json!({"timezone": ZONES[plan.zone]}) } else { json!({}) }});
    for event in [enroll, purchase(1, at)] {
        let entries = carry_on(&engine, (&mut member, &mut split), at, Some(&event))?;
        heard(&entries, &mut counts);
    }
    for (n, step) in steps.iter().enumerate() {
        coverage.count("step");
        let clocks = zone(step.clocks);
        let edge = match step.edge {
            0 => Some(Date::new(plain.reached.year() + 1, 1, 1)?),
            1 => (0..=1)
                .map(|more| plain.anniversary(plain.reached.year() + more))
                .find(|day| *day > plain.reached),
            2 => Some(plain.reached.last_of_month().add_days(1)?),
            _ => None,
        };
        let to = match edge {
            Some(day) => clocks.start_of(day)?.micros() + step.minutes * MINUTE,
            None => at.micros() + step.minutes.abs() * MINUTE,
        };
        at = at.max(Instant::from_micros(to));
        plain.pass(at);
        let event = match step.act {
            Deed::Move(to) => {
                let (before, there) = (plain.reached, zone(to).date_at(at));
                plain.zone = zone(to);
                plain.pass(at);
                let mut edges = BTreeMap::from([("1 January", false), ("anniversary", false)]);
                for more in [
                    before.min(there),
                    before.max(there),
                    before.max(there).add_days(-1)?,
                ] {
                    if more > before.min(there) {
                        *edges.entry("1 January").or_default() |=
                            more.month() == 1 && more.day() == 1;
                        *edges.entry("anniversary").or_default() |= plain.is_anniversary(more);
                    }
                }
                for name in edges
                    .into_iter()
                    .filter(|(_, is)| *is)
                    .map(|(name, _)| name)
                {
                    coverage.note(&format!(
                        "{} over {name}",
                        if there > before { "east" } else { "west" }
                    ));
                }
                coverage.note(if plan.own { "a move" } else { "a version" });
                if plan.own {
                    if plan.leaves == "01-01" {
                        engine = of_zone((to + n) % ZONES.len());
                    }
                    Some(
                        json!({"id": format!("e-{}", n + 2), "at": at.to_string(), "profile": {"timezone": ZONES[to]}}),
                    )
                } else {
                    // A version begins at its instant: until then the one before counts.
                    let entries = carry_on(&engine, (&mut member, &mut split), at, None)?;
                    heard(&entries, &mut counts);
                    engine = of_zone(to);
                    None
                }
            }
            Deed::Buy => {
                plain.bought = (true, true);
                Some(purchase(n + 2, at))
            }
            Deed::Wait => None,
        };
        let entries = carry_on(&engine, (&mut member, &mut split), at, event.as_ref())?;
        heard(&entries, &mut counts);
        nothing_is_overlooked(&engine, &member)?;
        // Days decide what leaves and what is carried: it has come as soon as the day has.
        for name in ["deduction", "year", "own year", "missed"] {
            let (engine, plain) = (counts.get(name), plain.counts.get(name));
            prop_assert_eq!(
                engine.unwrap_or(&0),
                plain.unwrap_or(&0),
                "{} at {}",
                name,
                at
            );
        }
    }
    // A term ends at the instant that it was laid down for, by whatever clocks: some days later all agree on what is over.
    let end = plain.reached.first_of_month().add_months(1)?.add_days(14)?;
    let end = plain.zone.start_of(end)?;
    plain.pass(end);
    let entries = carry_on(&engine, (&mut member, &mut split), end, None)?;
    heard(&entries, &mut counts);
    if !plain.is_anniversary(plain.reached)
        && !plain.is_anniversary(plain.reached.add_days(1)?)
        && !plain.is_anniversary(plain.reached.add_days(-1)?)
    {
        let (engine, plain) = (counts.get("review"), plain.counts.get("review"));
        prop_assert_eq!(engine.unwrap_or(&0), plain.unwrap_or(&0), "reviews");
    }
    Ok(())
}

/// Clauses 1.1, 1.3 and 14.3: a day of the calendar begins once for a member, wherever the member moves, and whatever zone a new version
/// of the program has.
#[test]
fn no_day_comes_twice_and_none_is_left_out() {
    check(
        200,
        &[&[
            "east over 1 January",
            "west over 1 January",
            "east over anniversary",
            "west over anniversary",
            "a move",
            "a version",
        ]],
        (plans(), steps()),
        told,
        live,
    );
}
