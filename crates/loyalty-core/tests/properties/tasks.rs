//! Tasks against a plain recount: what is said of steps, what is done and what is missed, each at its instant, however time is split.
//!
//! The recount knows every midnight and every event, and keeps of a run what each order and activity did for it.

use loyalty_core::{Change, Date, Engine, Entry, Event, Instant, Member, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cover::{Coverage, Verdict, check};
use crate::time::nothing_is_overlooked;
use crate::world::{World, engine};

/// What is asked of the history.
const REACHED: &[&str] = &[
    "step", "done", "missed", "undone", "assigned", "excused", "again", "guest", "refused",
    "surplus",
];

/// A purchase and two activities do steps.
const KINDS: [&str; 3] = ["purchase", "activity:read", "activity:write"];
/// 1 March 2026, the day before the first event.
const BASE: i32 = 20_513;

#[derive(Clone, Debug)]
struct Task {
    ordered: bool,
    /// Days after the base.
    from: Option<i32>,
    until: Option<i32>,
    within: Option<i32>,
    repeat: usize,
    assigned: bool,
    members_only: bool,
    /// Which kind, and how many times.
    steps: Vec<(usize, u32)>,
}

/// An event: hours after the one before, its kind, which order it is about.
type Deed = (i64, u8, usize);

#[derive(Clone, Debug)]
struct Case {
    tasks: Vec<Task>,
    deeds: Vec<Deed>,
    stops: Vec<i64>,
}

fn cases() -> impl Strategy<Value = Case> {
    let dates = prop_oneof![
        3 => Just((None, None)),
        1 => (0_i32..30).prop_map(|until| (None, Some(until))),
        1 => (0_i32..20).prop_map(|from| (Some(from), None)),
        2 => (0_i32..20, 0_i32..20).prop_map(|(from, days)| (Some(from), Some(from + days))),
    ];
    let task = (
        (any::<bool>(), dates, proptest::option::of(0_i32..8)),
        (0_usize..6, any::<bool>(), any::<bool>()),
        vec((0_usize..3, 1_u32..3), 1..=3),
    );
    let task = task.prop_map(|((ordered, (from, until), within), rest, steps)| {
        let (repeat, assigned, members_only) = rest;
        let periodic = repeat >= 3;
        let endless = from.is_none() || until.is_none();
        let one_event = matches!(steps.as_slice(), [(_, 1)]);
        Task {
            ordered,
            from,
            until,
            within: within.filter(|_| !one_event),
            repeat,
            assigned: assigned && (periodic || (repeat == 0 && !endless)),
            members_only,
            steps,
        }
    });
    let deed = (0_i64..60, 0_u8..10, 0_usize..4);
    (
        vec(task, 1..=3),
        vec(deed, 1..=25),
        vec(0_i64..=1_000, 1..=3),
    )
        .prop_map(|(tasks, deeds, mut stops)| {
            stops.sort_unstable();
            Case {
                tasks,
                deeds,
                stops,
            }
        })
}

fn program(case: &Case) -> Value {
    let tasks = case.tasks.iter().enumerate().map(|(number, task)| {
        let steps = task.steps.iter().enumerate();
        let steps: Vec<Value> = steps
            .map(|(place, (kind, times))| json!({"id": format!("s{place}"), "on": KINDS[*kind], "times": times}))
            .collect();
        let day = |days: i32| Date::from_days(BASE + days).to_string();
        let mut rule = json!({"id": format!("t{number}"), "ordered": task.ordered, "assigned": task.assigned, "steps": steps});
        rule["repeat"] = [
            json!("never"),
            json!("after_done"),
            json!("always"),
            json!({"per": "day"}),
            json!({"per": "week"}),
            json!({"per": "month"}),
        ][task.repeat]
            .clone();
        let dates = [("from", task.from), ("until", task.until)];
        for (field, days) in dates {
            if let Some(days) = days {
                rule[field] = json!(day(days));
            }
        }
        if let Some(days) = task.within {
            rule["within"] = json!({"days": days});
        }
        if task.members_only {
            rule["when"] = json!({"not": {"tag": ["guest"]}});
        }
        rule
    });
    // One that ends, so that rules may ask for what is missed.
    let last = json!({"id": "ends", "until": "2026-01-01", "steps": [{"id": "s0"}]});
    let tasks = tasks.chain([last]);
    json!({
        "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
        "accounts": [{"id": "points", "expiry": {"after": {"days": 9}}}, {"id": "miles"}],
        "metrics": [
            {"id": "done", "measure": {"tasks": {"what": "done"}}, "window": {"last": {"days": 10}}},
            {"id": "missed", "measure": {"tasks": {"what": "missed"}}, "window": {"calendar": {"period": "month"}}},
        ],
        "segments": [
            {"id": "keen", "watch": true, "when": {"metric": {"id": "done", "at_least": 2}}},
            {"id": "slack", "watch": true, "when": {"metric": {"id": "missed", "at_least": 1}}},
        ],
        "tiers": [{"id": "club", "review": {"every": {"months": 1, "on_day": 1}},
            "penalties": [{"when": {"metric": {"id": "missed", "at_least": 1}}, "warnings": 1}],
            "rungs": [{"id": "base"}, {"id": "silver", "qualify": {"metric": {"id": "done", "at_least": 1}}}]}],
        "conversions": [{"id": "fly", "account": "points", "points": 10, "gives": 3, "to": "miles"}],
        "triggers": [
            {"id": "done", "on": {"task": {}}, "do": [{"points": {"account": "points", "points": 15}}]},
            {"id": "step", "on": {"task": {"what": "step"}}, "do": [{"points": {"account": "points", "points": 1}}]},
            {"id": "missed", "on": {"task": {"what": "missed"}}, "do": [{"convert": {"conversion": "fly"}}]},
        ],
        "tasks": tasks.collect::<Vec<_>>(),
    })
}

/// A run: the last days of its window and of itself, and what each event did for it.
#[derive(Clone, Debug)]
struct Run {
    window: Option<i32>,
    last: Option<i32>,
    /// The step, the order, the day.
    did: Vec<(usize, Option<usize>, i32)>,
}

#[derive(Default)]
struct Standing {
    run: Option<Run>,
    done: u32,
    missed: u32,
    /// The last days of windows that are used up.
    spent: Vec<i32>,
}

struct Plain<'c> {
    case: &'c Case,
    standings: Vec<Standing>,
    guest: bool,
    joined: i32,
    said: Vec<String>,
}

impl Task {
    /// The first and the last day of the window of a day.
    fn window(&self, day: i32) -> Option<(Option<i32>, Option<i32>)> {
        let (from, until) = (self.from.map(|d| BASE + d), self.until.map(|d| BASE + d));
        if from.is_some_and(|from| day < from) || until.is_some_and(|until| until < day) {
            return None;
        }
        let date = Date::from_days(day);
        let (first, last) = match self.repeat {
            3 => (day, day),
            4 => {
                let monday = day - (day + 3).rem_euclid(7);
                (monday, monday + 6)
            }
            5 => (date.first_of_month().days(), date.last_of_month().days()),
            _ => return Some((from, until)),
        };
        let first = from.map_or(first, |from| from.max(first));
        let last = until.map_or(last, |until| until.min(last));
        Some((Some(first), Some(last)))
    }

    /// The last days of the window of a run that begins on a day, and of itself.
    fn lasts(&self, day: i32) -> (Option<i32>, Option<i32>) {
        let window = self.window(day).and_then(|(_, window)| window);
        let within = self.within.map(|days| day + days);
        (window, window.into_iter().chain(within).min())
    }

    fn open<'t>(
        &'t self,
        did: &'t [(usize, Option<usize>, i32)],
    ) -> impl Iterator<Item = usize> + 't {
        let times = |step: usize| did.iter().filter(|(of, ..)| *of == step).count() as u32;
        let steps = self.steps.iter().enumerate();
        steps
            .filter(move |(step, (_, needed))| times(*step) < *needed)
            .map(|(step, _)| step)
    }
}

impl Plain<'_> {
    /// A day begins.
    fn midnight(&mut self, at: Instant, day: i32, seen: &Coverage) {
        for (number, task) in self.case.tasks.iter().enumerate() {
            let standing = &mut self.standings[number];
            let over = |last: Option<i32>| last == Some(day - 1);
            let window = task.window(day - 1);
            let missed = match &standing.run {
                Some(run) => over(run.last).then_some(run.window),
                None => window.and_then(|(first, last)| {
                    let there = first.is_some_and(|first| self.joined <= first);
                    let ended = task.repeat == 0 && standing.done + standing.missed > 0;
                    let used = standing.spent.contains(&(day - 1));
                    if task.assigned && over(last) && !there {
                        seen.note("excused");
                    }
                    let misses = task.assigned && over(last) && there && !ended && !used;
                    let takes = !(task.members_only && self.guest);
                    (misses && takes).then(|| {
                        seen.note("assigned");
                        last
                    })
                }),
            };
            if let Some(window) = missed {
                standing.run = None;
                standing.missed += 1;
                standing.spent.extend(window);
                self.said
                    .push(format!("{at} t{number} missed {}", standing.missed));
                seen.note("missed");
            }
        }
    }

    /// An event that does steps of a kind.
    fn does(&mut self, at: Instant, day: i32, kind: usize, order: Option<usize>, seen: &Coverage) {
        for (number, task) in self.case.tasks.iter().enumerate() {
            let standing = &mut self.standings[number];
            let begun = standing.run.is_some();
            let free = match task.repeat {
                0 => standing.done + standing.missed == 0,
                1 => standing.missed == 0,
                2 => true,
                _ => standing.spent.iter().all(|spent| *spent < day),
            };
            if !(begun || free && task.window(day).is_some()) {
                continue;
            }
            if !begun && task.members_only && self.guest {
                seen.note("guest");
                continue;
            }
            let mut run = standing.run.clone().unwrap_or_else(|| {
                let (window, last) = task.lasts(day);
                Run {
                    window,
                    last,
                    did: Vec::new(),
                }
            });
            let open: Vec<usize> = task.open(&run.did).collect();
            let meets = |step: &usize| task.steps[*step].0 == kind;
            let does: Vec<usize> = if task.ordered {
                open.into_iter().take(1).filter(meets).collect()
            } else {
                (0..task.steps.len()).filter(meets).collect()
            };
            if does.is_empty() {
                continue;
            }
            if !begun && standing.done + standing.missed > 0 {
                seen.note("again");
            }
            for step in does {
                let before = task.open(&run.did).collect::<Vec<_>>();
                run.did.push((step, order, day));
                let left = task.open(&run.did).collect::<Vec<_>>();
                if !before.contains(&step) {
                    seen.note("surplus");
                } else if !left.contains(&step) {
                    self.said.push(format!("{at} t{number} step s{step}"));
                    seen.note("step");
                }
            }
            if task.open(&run.did).next().is_none() {
                standing.done += 1;
                standing.spent.extend(run.window);
                standing.run = None;
                self.said
                    .push(format!("{at} t{number} done {}", standing.done));
                seen.note("done");
            } else {
                standing.run = Some(run);
            }
        }
    }

    /// An order is all back.
    fn undo(&mut self, at: Instant, order: usize, seen: &Coverage) {
        for (number, task) in self.case.tasks.iter().enumerate() {
            let standing = &mut self.standings[number];
            let Some(run) = &mut standing.run else {
                continue;
            };
            let mine = |(_, by, _): &(usize, Option<usize>, i32)| *by == Some(order);
            while let Some(place) = run.did.iter().position(mine) {
                let before: Vec<usize> = task.open(&run.did).collect();
                let (step, ..) = run.did.remove(place);
                let after: Vec<usize> = task.open(&run.did).collect();
                if !before.contains(&step) && !after.contains(&step) {
                    seen.note("stepped in");
                }
                if !before.contains(&step) && after.contains(&step) {
                    self.said.push(format!("{at} t{number} undone s{step}"));
                }
                seen.note("undone");
            }
            match run.did.first().map(|(.., day)| task.lasts(*day)) {
                None => standing.run = None,
                Some((window, last)) => {
                    if last != run.last {
                        seen.note("later");
                    }
                    (run.window, run.last) = (window, last);
                }
            }
        }
    }
}

/// What entries say of tasks.
fn told(entries: &[Entry]) -> Vec<String> {
    let mut all = Vec::new();
    for entry in entries {
        let at = entry.at;
        all.extend(match &entry.change {
            Change::TaskStep { task, step, .. } => Some(format!("{at} {task} step {step}")),
            Change::TaskStepUndone { task, step, .. } => Some(format!("{at} {task} undone {step}")),
            Change::TaskDone { task, times } => Some(format!("{at} {task} done {times}")),
            Change::TaskMissed { task, times, .. } => Some(format!("{at} {task} missed {times}")),
            _ => None,
        });
    }
    all
}

/// Events, with what they are to the recount: the kind that they do, the order, whether it goes back.
struct Told {
    json: String,
    at: Instant,
    act: Act,
}

enum Act {
    Does(usize, Option<usize>),
    Undoes(usize),
    Guest(bool),
    Nothing,
}

fn events(case: &Case) -> Vec<Told> {
    let start = Timestamp::parse("2026-03-02T10:00:00+08:00").expect("a time");
    let mut micros = start.instant.micros();
    let (mut orders, mut back, mut guest) = (0_usize, Vec::new(), false);
    let mut all = Vec::new();
    for (number, (hours, kind, which)) in case.deeds.iter().enumerate() {
        micros += hours * 3_600_000_000;
        let at = Instant::from_micros(micros);
        let (body, act) = match kind {
            0..=2 => {
                let order = orders;
                orders += 1;
                let lines = json!([{"sku": "tea", "price": "8.00"}]);
                let body = json!({"purchase": {"order": format!("o-{order}"), "lines": lines}});
                (body, Act::Does(0, Some(order)))
            }
            3..=5 => (json!({"activity": {"kind": "read"}}), Act::Does(1, None)),
            6 => (json!({"activity": {"kind": "write"}}), Act::Does(2, None)),
            7 => {
                guest = !guest;
                let change = if guest { "add" } else { "remove" };
                (json!({"tags": {change: ["guest"]}}), Act::Guest(guest))
            }
            _ => {
                // An order that is back already, or was never made, is refused.
                let order = orders.saturating_sub(1 + which);
                let known = order < orders && !back.contains(&order);
                if known {
                    back.push(order);
                }
                let body = json!({"return": {"order": format!("o-{order}")}});
                (
                    body,
                    if known {
                        Act::Undoes(order)
                    } else {
                        Act::Nothing
                    },
                )
            }
        };
        let mut event = body;
        event["id"] = json!(format!("e-{number}"));
        event["at"] = json!(at.to_string());
        all.push(Told {
            json: event.to_string(),
            at,
            act,
        });
    }
    all
}

/// Goes through the events, and looks at the member at certain instants between.
fn lived(
    engine: &Engine,
    all: &[Told],
    stops: &[i64],
    end: Instant,
) -> Result<(Member, Vec<Entry>), TestCaseError> {
    let mut member = Member::new("m-1")?;
    let mut entries = Vec::new();
    let mut pass = |member: &mut Member, to: Instant| -> Verdict {
        let Some(from) = member.as_of().filter(|_| member.version() > 0) else {
            return Ok(());
        };
        for stop in stops {
            let between = from.micros() + (to.micros() - from.micros()) / 1_000 * stop;
            entries.extend(
                engine
                    .advance(member, Instant::from_micros(between))?
                    .entries,
            );
        }
        Ok(())
    };
    let mut said = Vec::new();
    for told in all {
        pass(&mut member, told.at)?;
        let event = Event::from_json(&told.json)?;
        let before = member.to_json();
        match engine.apply(&mut member, &event) {
            Ok(outcome) => said.push(outcome.entries),
            Err(_) => prop_assert_eq!(before, member.to_json()),
        }
    }
    pass(&mut member, end)?;
    said.push(engine.advance(&mut member, end)?.entries);
    entries.extend(said.into_iter().flatten());
    entries.sort_by_key(|entry| entry.n);
    Ok((member, entries))
}

/// Clauses 1.4, 1.5, 12.1: what is said of tasks is what a plain recount says, however time is split, and nothing that is due is
/// overlooked.
#[test]
fn tasks_recounted() {
    check(
        400,
        &[REACHED],
        cases(),
        |case| format!("program: {}\n{case:#?}", program(case)),
        |case, seen| {
            let program = program(case);
            let engine = engine(&program);
            let all = events(case);
            let last = all.last().map_or(Instant::from_micros(0), |told| told.at);
            let end = Instant::from_micros(last.micros() + 40 * 86_400_000_000);
            let zone = engine.program().timezone();
            let mut plain = Plain {
                case,
                standings: case.tasks.iter().map(|_| Standing::default()).collect(),
                guest: false,
                joined: i32::MAX,
                said: Vec::new(),
            };
            let mut today = i32::MAX;
            let mut refused = 0;
            for told in &all {
                let begun = plain.joined < i32::MAX;
                let day = zone.date_at(told.at).days();
                if matches!(told.act, Act::Nothing) {
                    // What is refused leaves no trace, not even that time has passed.
                    refused += 1;
                    seen.count("refused");
                    continue;
                }
                seen.count("event");
                if begun {
                    for next in today + 1..=day {
                        let at = zone.start_of(Date::from_days(next))?;
                        plain.midnight(at, next, seen);
                    }
                } else {
                    plain.joined = day;
                }
                today = day;
                match told.act {
                    Act::Does(kind, order) => plain.does(told.at, day, kind, order, seen),
                    Act::Undoes(order) => plain.undo(told.at, order, seen),
                    Act::Guest(guest) => plain.guest = guest,
                    Act::Nothing => {}
                }
            }
            if plain.joined < i32::MAX {
                for next in today + 1..=zone.date_at(end).days() {
                    let at = zone.start_of(Date::from_days(next))?;
                    plain.midnight(at, next, seen);
                }
            }
            let (member, entries) = lived(&engine, &all, &[], end)?;
            prop_assert!(refused <= all.len());
            prop_assert_eq!(&plain.said, &told(&entries));
            let all_progress = engine.progress(&member).tasks;
            for (number, standing) in plain.standings.iter().enumerate() {
                let name = format!("t{number}");
                let mut found = all_progress.iter();
                // A task that could begin, but not for a guest, is left out.
                let Some(progress) = found.find(|one| one.task == *name.as_str()) else {
                    continue;
                };
                prop_assert_eq!(
                    (standing.done, standing.missed, standing.run.is_some()),
                    (
                        progress.times_done,
                        progress.times_missed,
                        progress.since.is_some()
                    )
                );
            }
            let (split, split_entries) = lived(&engine, &all, &case.stops, end)?;
            prop_assert_eq!(&entries, &split_entries);
            prop_assert_eq!(member.to_json(), split.to_json());
            let mut world = World::new(&program);
            world.member = lived(&engine, &all, &[], last)?.0;
            nothing_is_overlooked(&world, seen)
        },
    );
}
