//! I18: what a cap lets through in its period never exceeds the cap, for any order of arrival.

use std::collections::{BTreeMap, BTreeSet};

use loyalty_core::{Cap, CapPeriod, Date, Id, MonthDay, Outcome, Period, Rules};
use proptest::prelude::*;

use crate::histories::histories;
use crate::programs::{Shape, programs};
use crate::run::{Coverage, REFUSED, TAKEN, Verdict, check, transcript};
use crate::world::World;

/// What a cap has let through in one period.
#[derive(Clone, Copy, Debug, Default)]
struct Through {
    points: i64,
    times: i64,
}

/// What an order used of the caps, until it is back.
struct Used {
    on: Date,
    at: String,
    left: BTreeMap<String, i64>,
    /// What was given at first; nothing once all of it is back.
    gave: BTreeMap<String, i64>,
}

/// All caps of a program with what is theirs: the rules that they are on.
struct Caps {
    caps: Vec<(Cap, BTreeSet<String>)>,
    through: BTreeMap<(usize, String), Through>,
    orders: BTreeMap<String, Used>,
    zone: loyalty_core::Zone,
}

impl Caps {
    fn new(rules: &Rules) -> Self {
        let mut caps = Vec::new();
        let mut add = |list: &[Cap], of: &dyn Fn(&loyalty_core::EarnRule) -> bool| {
            let on: BTreeSet<String> = rules
                .earn
                .iter()
                .filter(|rule| of(rule))
                .map(|rule| rule.id.to_string())
                .collect();
            for cap in list {
                caps.push((cap.clone(), on.clone()));
            }
        };
        for rule in &rules.earn {
            add(&rule.caps, &|one| one.id == rule.id);
        }
        for group in &rules.groups {
            add(&group.caps, &|one| one.group.as_ref() == Some(&group.id));
        }
        for account in &rules.accounts {
            add(&account.caps, &|one| {
                one.account.as_ref() == Some(&account.id)
            });
        }
        Self {
            caps,
            through: BTreeMap::new(),
            orders: BTreeMap::new(),
            zone: rules.timezone,
        }
    }

    /// The period of a cap that a day is in; each event is a period of its own.
    fn period(cap: &Cap, on: Date, event: &str) -> String {
        let start = |period: Period| period.start_of(on, MonthDay::JANUARY_FIRST).to_string();
        match cap.per {
            CapPeriod::Event => event.to_owned(),
            CapPeriod::Lifetime | CapPeriod::Term => String::new(),
            CapPeriod::Day => on.to_string(),
            CapPeriod::Week => start(Period::Week),
            CapPeriod::Month => start(Period::Month),
            CapPeriod::Year => start(Period::Year),
        }
    }

    /// Books what rules gave (or what was taken back of it) on a day.
    fn book(
        &mut self,
        on: Date,
        event: &str,
        given: &BTreeMap<String, i64>,
        whole: Option<&BTreeMap<String, i64>>,
        sign: i64,
    ) {
        for (number, (cap, rules)) in self.caps.iter().enumerate() {
            let sum = |given: &BTreeMap<String, i64>| -> i64 {
                let mine = given.iter().filter(|(rule, _)| rules.contains(*rule));
                mine.map(|(_, points)| points).sum()
            };
            let points = sum(given);
            let once = whole.is_some_and(|whole| sum(whole) != 0);
            let through = self
                .through
                .entry((number, Self::period(cap, on, event)))
                .or_default();
            through.points += sign * points;
            through.times += sign * i64::from(once);
        }
    }

    fn fault(&self) -> Option<String> {
        self.through.iter().find_map(|((number, period), through)| {
            let (cap, rules) = &self.caps[*number];
            let over = cap.points.is_some_and(|most| through.points > most.get())
                || cap
                    .times
                    .is_some_and(|most| through.times > i64::from(most));
            over.then(|| format!("{through:?} in `{period}` went through {cap:?} on {rules:?}"))
        })
    }

    /// Whether some cap has nothing left to let through.
    fn full(&self) -> bool {
        self.through.iter().any(|((number, _), through)| {
            let cap = &self.caps[*number].0;
            cap.points.is_some_and(|most| through.points == most.get())
                || cap
                    .times
                    .is_some_and(|most| through.times == i64::from(most))
        })
    }

    fn learn(&mut self, name: &str, outcome: &Outcome) {
        let mut given: BTreeMap<String, i64> = BTreeMap::new();
        let mut put =
            |rule: &Id, points: i64| *given.entry(rule.to_string()).or_default() += points;
        let day = |at| self.zone.date_at(at);
        match (name, &outcome.receipt) {
            ("purchase" | "return", Some(receipt)) => {
                for line in &receipt.lines {
                    line.points
                        .iter()
                        .for_each(|one| put(&one.rule, one.points.get()));
                }
                let order = receipt.order.to_string();
                if name == "purchase" {
                    let entry = &outcome.entries[outcome.entries.len() - 1];
                    let (on, at) = (day(entry.at), entry.n.to_string());
                    let gave = given.clone();
                    self.book(on, &at, &given, Some(&gave), 1);
                    self.orders.insert(
                        order,
                        Used {
                            on,
                            at,
                            left: given,
                            gave,
                        },
                    );
                    return;
                }
                let Some(used) = self.orders.get_mut(&order) else {
                    return;
                };
                for (rule, points) in &given {
                    *used.left.entry(rule.clone()).or_default() -= points;
                }
                // The whole order is back when nothing of its points is left.
                let back = used.left.values().all(|points| *points == 0);
                let whole = back.then(|| std::mem::take(&mut used.gave));
                let (on, at) = (used.on, used.at.clone());
                self.book(on, &at, &given, whole.as_ref(), -1);
            }
            ("activity" | "enroll", _) => {
                for entry in &outcome.entries {
                    if let loyalty_core::Change::Earned { rules, .. } = &entry.change {
                        rules
                            .iter()
                            .for_each(|one| put(&one.rule, one.points.get()));
                    }
                }
                let Some(entry) = outcome.entries.last() else {
                    return;
                };
                let (on, at) = (day(entry.at), entry.n.to_string());
                self.book(on, &at, &given, Some(&given), 1);
            }
            _ => {}
        }
    }
}

fn never_exceeded(shape: Shape) {
    let strategy = (programs(shape), histories(shape, 50));
    let property =
        |(program, steps): &(serde_json::Value, Vec<_>), coverage: &Coverage| -> Verdict {
            let mut world = World::new(program);
            let mut caps = Caps::new(world.engine.program().rules());
            for step in steps {
                let played = world.play(step);
                coverage.step(&played);
                let Ok(outcome) = &played.result else {
                    continue;
                };
                if outcome.duplicate {
                    continue;
                }
                caps.learn(&played.name, outcome);
                if let Some(words) = caps.fault() {
                    return Err(TestCaseError::fail(words));
                }
                if outcome.receipt.is_some() && caps.full() {
                    coverage.note("full");
                }
            }
            Ok(())
        };
    check(
        250,
        &[TAKEN, REFUSED, &["full"]],
        strategy,
        transcript,
        property,
    );
}

#[test]
fn caps_are_never_exceeded() {
    never_exceeded(Shape {
        elsewhere: false,
        ..Shape::ANY
    });
}

/// Clause 4.5: caps by day use program time, wherever the member says to live.
#[test]
fn caps_use_program_time() {
    never_exceeded(Shape::ANY);
}
