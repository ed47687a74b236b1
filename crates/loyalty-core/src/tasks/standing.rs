//! What a member keeps of a task.

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, Instant};
use crate::id::Id;

/// What a member keeps of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tasked {
    /// What is begun, and neither done nor missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<Run>,
    /// How often it is done, and how often missed.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) done: u32,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) missed: u32,
    /// Whether it was missed the last time that it ended.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) lost: bool,
    /// The last day of the period whose run has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) spent: Option<Date>,
    /// Where it is assigned: up to this day nothing is missed that was not begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) excused: Option<Date>,
}

/// A task that is begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// The version of the member with which it began: what orders know it by.
    #[serde(default)]
    pub(crate) number: u64,
    /// With which event it began.
    pub(crate) began: Began,
    /// The order that began it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<Id>,
    /// The first event in it that cannot go back: it begins with that at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) firm: Option<Began>,
    /// How many events have met each step, in the order in which steps were begun; none is zero. There may be more than the step
    /// needs: they count when others go back.
    pub(crate) steps: Vec<(Id, u32)>,
}

/// The event that a run begins with, and what the rules of then make of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Began {
    pub(crate) at: Instant,
    /// Its day in the member's calendar.
    pub(crate) on: Date,
    /// The last day on which the run can be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<Date>,
    /// The last day of the window that it lies in, which the run uses up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) window: Option<Date>,
}

/// What an order has done for a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stepped {
    pub(crate) task: Id,
    pub(crate) step: Id,
    /// The number of the run of the task.
    pub(crate) run: u64,
}

impl Tasked {
    /// Another membership becomes part of this one: what was done and missed adds up, and of two runs the one goes on that is further.
    /// A run of the other one has this number from now on; says whether it goes on.
    pub(crate) fn join(&mut self, other: Self, number: u64, so_far: impl Fn(&Run) -> u32) -> bool {
        self.done = self.done.saturating_add(other.done);
        self.missed = self.missed.saturating_add(other.missed);
        self.spent = self.spent.max(other.spent);
        self.lost |= other.lost;
        // What either of the two was to do is to be done.
        self.excused = match (self.excused, other.excused) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
        let so_far = |run: &Option<Run>| run.as_ref().map_or(0, &so_far);
        let further = so_far(&other.run) > so_far(&self.run);
        if further {
            self.run = other.run.map(|run| Run { number, ..run });
        }
        further
    }

    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self, as_of: Option<Instant>) -> Option<&'static str> {
        let run = self.run.as_ref()?;
        let begun = || core::iter::once(&run.began).chain(&run.firm);
        if begun().any(|began| Some(began.at) > as_of) {
            return Some("a task was begun after the member was looked at last");
        }
        let ends = |began: &Began| began.last.into_iter().chain(began.window).min();
        if begun().any(|began| ends(began).is_some_and(|last| last < began.on)) {
            return Some("a task ends before it begins");
        }
        let counts = run.steps.iter().all(|(_, times)| *times > 0);
        (run.steps.is_empty() || !counts).then_some("a task is begun of which nothing is done")
    }
}

impl Run {
    /// How many events have counted for a step.
    pub(crate) fn times(&self, step: &Id) -> u32 {
        let mut steps = self.steps.iter();
        steps
            .find(|(id, _)| id == step)
            .map_or(0, |(_, times)| *times)
    }

    /// An event counts for a step; says for how many it has now.
    pub(crate) fn count(&mut self, step: &Id) -> u32 {
        match self.steps.iter_mut().find(|(id, _)| id == step) {
            Some((_, times)) => {
                *times = times.saturating_add(1);
                *times
            }
            None => {
                self.steps.push((step.clone(), 1));
                1
            }
        }
    }

    /// An event counts for a step no longer; says for how many it has now.
    pub(crate) fn uncount(&mut self, step: &Id) -> u32 {
        let mut left = 0;
        self.steps.retain_mut(|(id, times)| {
            if id == step {
                *times = times.saturating_sub(1);
                left = *times;
            }
            *times > 0
        });
        left
    }
}
