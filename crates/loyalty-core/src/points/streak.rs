//! Streaks: points that grow while the member comes back day after day (clause 4.2).

use serde::{Deserialize, Serialize};

use super::rules::{MissedDays, Streak, StreakEnd};
use crate::amount::Points;
use crate::calendar::Date;
use crate::id::Id;
use crate::outcome::TraceResult;

/// A compiled [`Streak`].
#[derive(Debug)]
pub(crate) struct StreakPlan {
    steps: Vec<i64>,
    after_last: StreakEnd,
    missed: MissedDays,
    max_per_day: u32,
}

/// Where a member stands in a streak. What can still be returned is kept apart, so that taking an order out leaves the streak that
/// there would be without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Streaked {
    pub(crate) rule: Id,
    /// Where it stood before the orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stand: Option<Stand>,
    /// The orders that moved it since, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    orders: Vec<(Id, Date)>,
}

/// The step that was reached, on which day, and how often on that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stand {
    step: u32,
    on: Date,
    times: u32,
}

impl StreakPlan {
    pub(super) fn new(rule: &Streak) -> Self {
        Self {
            steps: rule.steps.iter().copied().map(Points::get).collect(),
            after_last: rule.after_last,
            missed: rule.missed,
            max_per_day: rule.max_per_day,
        }
    }

    /// Where the streak stands after an event, and what it gives.
    fn step(&self, stand: Option<Stand>, day: Date) -> (Stand, i64, TraceResult) {
        let stand = stand.unwrap_or(Stand {
            step: 0,
            on: day,
            times: 0,
        });
        let missed = stand.on.days_until(day).saturating_sub(1).max(0);
        let missed = u32::try_from(missed).unwrap_or(u32::MAX);
        // A day before the last one is what a change of the program's zone can bring: it is the same day.
        let (reached, times) = if day <= stand.on {
            if stand.times >= self.max_per_day {
                return (stand, 0, TraceResult::Capped);
            }
            (stand.step, stand.times)
        } else {
            match self.missed {
                _ if missed == 0 => (stand.step, 0),
                MissedDays::Reset => (0, 0),
                MissedDays::Minus(n) => (stand.step.saturating_sub(n.saturating_mul(missed)), 0),
            }
        };
        let last = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        let next = reached.min(last).saturating_add(1);
        let step = match self.after_last {
            _ if next <= last => Some(next),
            StreakEnd::Hold => Some(last),
            StreakEnd::Restart => Some(1),
            StreakEnd::Stop => None,
        };
        let points = step
            .and_then(|step| self.steps.get(step.saturating_sub(1) as usize))
            .copied()
            .unwrap_or(0);
        let now = Stand {
            step: step.unwrap_or(last),
            on: day.max(stand.on),
            times: times.saturating_add(1),
        };
        (now, points, TraceResult::NoPoints)
    }

    /// What an event on a day gives; what became of the rule where that is nothing.
    pub(crate) fn points(&self, present: Option<&Streaked>, day: Date) -> (i64, TraceResult) {
        let stand = present.and_then(|present| present.stand(self));
        let (_, points, result) = self.step(stand, day);
        (points, result)
    }
}

impl Streaked {
    pub(crate) fn new(rule: Id) -> Self {
        Self {
            rule,
            stand: None,
            orders: Vec::new(),
        }
    }

    /// Where the streak stands.
    fn stand(&self, plan: &StreakPlan) -> Option<Stand> {
        let mut stand = self.stand;
        for (_, day) in &self.orders {
            stand = Some(plan.step(stand, *day).0);
        }
        stand
    }

    /// Another member, whose streak of the same rule this is, becomes part of the one whose this is: the one that was kept up later
    /// goes on, on the same day the one that has come further.
    pub(crate) fn join(&mut self, other: Self, plan: &StreakPlan) {
        let reached = |one: &Self| {
            one.stand(plan)
                .map(|stand| (stand.on, stand.step, stand.times))
        };
        if reached(&other) > reached(self) {
            *self = other;
        }
    }

    /// Takes an event in.
    pub(crate) fn take(&mut self, plan: &StreakPlan, day: Date, order: Option<&Id>) {
        match order {
            Some(order) => self.orders.push((order.clone(), day)),
            None => self.stand = Some(plan.step(self.stand, day).0),
        }
    }

    /// Takes an order out.
    pub(crate) fn without(&mut self, order: &Id, day: Date) {
        let found = self
            .orders
            .iter()
            .rposition(|(id, on)| id == order && *on == day);
        if let Some(place) = found {
            self.orders.remove(place);
        }
    }

    /// Settles what lies before a day: no return can reach it.
    pub(crate) fn settle(&mut self, plan: &StreakPlan, before: Date) {
        let gone = self.orders.partition_point(|(_, on)| *on < before);
        for (_, day) in self.orders.drain(..gone) {
            self.stand = Some(plan.step(self.stand, day).0);
        }
    }

    /// Whether there is something to settle before a day.
    pub(crate) fn reaches_before(&self, day: Date) -> bool {
        self.orders.first().is_some_and(|(_, on)| *on < day)
    }

    /// Whether nothing is left of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.stand.is_none() && self.orders.is_empty()
    }

    /// What is wrong with a decoded streak, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let ordered = self
            .orders
            .windows(2)
            .all(|pair| matches!(pair, [(_, first), (_, second)] if first <= second));
        if self.is_empty() {
            Some("a streak has not begun")
        } else if !ordered {
            Some("the days of a streak are not in order")
        } else {
            None
        }
    }
}
