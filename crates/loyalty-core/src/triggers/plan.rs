//! Compiled triggers.

use super::rules::{
    NearOthers, Notify, Schedule, SegmentOn, StageOn, StepsCrossed, TaskOn, TierDirection,
    TriggerReturns, WarningOn,
};
use crate::amount::Exact;
use crate::calendar::{Date, Instant, MonthDay};
use crate::condition::{Cond, Hours};
use crate::id::Id;
use crate::points::LimitSpec;

/// A compiled trigger.
#[derive(Debug)]
pub(crate) struct TriggerPlan {
    pub(crate) id: Id,
    pub(crate) on: OnPlan,
    pub(crate) when: Option<Cond>,
    pub(crate) awards: Vec<AwardPlan>,
    pub(crate) limits: Vec<LimitSpec>,
    pub(crate) returns: TriggerReturns,
}

/// What it answers.
#[derive(Debug)]
pub(crate) enum OnPlan {
    Enrolled,
    Tier {
        track: usize,
        direction: TierDirection,
        to: Vec<Id>,
    },
    NearTier {
        track: usize,
        metric: usize,
        within: i64,
        others: NearOthers,
    },
    PointsExpiring {
        account: usize,
        days: u16,
    },
    CouponExpiring {
        coupon: Option<Id>,
        days: u16,
    },
    Birthday(u16),
    Anniversary(u16),
    Milestone {
        metric: usize,
        steps: Steps,
    },
    After {
        event: Box<str>,
        days: u16,
    },
    Schedule(Schedule),
    Event(Box<str>),
    Stage(StageOn),
    Segment(SegmentOn),
    Warning(WarningOn),
    Task(TaskOn),
    /// A version of the program that starts then; said on a day.
    Announced {
        on: Date,
        starts: Instant,
    },
}

/// The values of a milestone, in the smallest unit of its metric.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(crate) at: Vec<StepAt>,
    /// Every so much, from a value on.
    pub(crate) every: Option<(i64, i64)>,
    pub(crate) crossing: StepsCrossed,
}

/// One of the values, and what is done at it alone.
#[derive(Debug)]
pub(crate) struct StepAt {
    pub(crate) value: i64,
    pub(crate) awards: Vec<AwardPlan>,
}

/// What it does.
#[derive(Debug)]
pub(crate) enum AwardPlan {
    Points {
        account: usize,
        points: i64,
    },
    Coupon(Id, Option<Exact>),
    /// The article.
    Item(Id),
    Tags {
        add: Vec<Id>,
        remove: Vec<Id>,
    },
    /// By the place of the conversion: at most so many points.
    Convert(usize, Option<i64>),
    Notify {
        topic: usize,
        notify: Notify,
    },
}

/// A compiled topic.
#[derive(Debug)]
pub(crate) struct TopicPlan {
    pub(crate) id: Id,
    pub(crate) consent: Option<Cond>,
    pub(crate) quiet: Option<Hours>,
    pub(crate) limits: Vec<LimitSpec>,
}

/// What of a milestone was crossed.
pub(crate) struct CrossedSteps {
    /// The values, in rising order; the highest of them, where there are too many.
    pub(crate) values: Vec<i64>,
    /// Whether there are more than can fire at once.
    pub(crate) more: bool,
}

impl Steps {
    /// What is done at a value alone.
    pub(crate) fn awards_at(&self, value: i64) -> &[AwardPlan] {
        let at = self.at.iter().find(|step| step.value == value);
        at.map_or(&[], |step| &step.awards)
    }

    /// The values that lie above one and up to another; at most so many, where each fires.
    pub(crate) fn crossed(&self, before: i64, after: i64, most: usize) -> CrossedSteps {
        let most = match self.crossing {
            StepsCrossed::Each => most,
            StepsCrossed::Highest => 1,
        };
        let mut values = Vec::new();
        let mut next = self.last(after).filter(|value| *value > before);
        while let Some(value) = next.filter(|_| values.len() < most) {
            values.push(value);
            let below = self.last(value.saturating_sub(1));
            next = below.filter(|below| *below > before);
        }
        values.reverse();
        let more = next.is_some() && self.crossing == StepsCrossed::Each;
        CrossedSteps { values, more }
    }

    /// Whether the highest value up to one is among some.
    pub(crate) fn reached_one_of(&self, reached: i64, some: &[i64]) -> bool {
        self.last(reached).is_some_and(|last| some.contains(&last))
    }

    /// Up to which value has fired what still stands, where one was reached and what some values gave was taken back. Where all give
    /// the same, as many of the highest go; else only those whose own was taken, from the highest on.
    pub(crate) fn without(&self, reached: i64, taken: &[i64]) -> i64 {
        let alike = self.at.iter().all(|step| step.awards.is_empty());
        let mut upto = reached;
        for _ in taken {
            if !alike && !self.reached_one_of(upto, taken) {
                break;
            }
            upto = self.last(upto).map_or(upto, |last| last.saturating_sub(1));
        }
        upto
    }

    /// The last value up to one.
    fn last(&self, upto: i64) -> Option<i64> {
        let at = self.at.iter().map(|step| step.value);
        let at = at.filter(|value| *value <= upto);
        let every = self.every.filter(|(_, from)| *from <= upto);
        let every = every.and_then(|(every, from)| {
            let over = upto.checked_sub(from)?.checked_rem(every)?;
            upto.checked_sub(over)
        });
        at.chain(every).max()
    }
}

impl OnPlan {
    /// The next day after one on which it comes by the calendar alone, for a member who was born and joined then.
    pub(crate) fn next_day(
        &self,
        after: Date,
        birthday: Option<Date>,
        enrolled: Option<Date>,
    ) -> Option<Date> {
        let before = |day: MonthDay, before: u16, from: Date| {
            let before = i64::from(before);
            let first = from.add_days(before.saturating_add(1)).ok()?;
            day.next_on_or_after(first)
                .add_days(before.saturating_neg())
                .ok()
        };
        match self {
            Self::Birthday(days) => {
                let born = birthday?;
                before(MonthDay::of(born), *days, after.max(born))
            }
            Self::Anniversary(days) => {
                let joined = enrolled?;
                before(MonthDay::of(joined), *days, after.max(joined))
            }
            Self::Schedule(Schedule::Weekly(weekday)) => {
                let days = (1..=7).filter_map(|days| after.add_days(days).ok());
                days.into_iter().find(|day| day.weekday() == *weekday)
            }
            Self::Schedule(Schedule::Monthly(day)) => {
                let in_month = |month: Date| {
                    let last = month.last_of_month();
                    let days = i64::from(*day).saturating_sub(1);
                    let wanted = month.first_of_month().add_days(days).ok()?;
                    Some(wanted.min(last))
                };
                in_month(after)
                    .filter(|day| *day > after)
                    .or_else(|| in_month(after.last_of_month().next()))
            }
            Self::Schedule(Schedule::Yearly(day)) => Some(day.next_on_or_after(after.next())),
            _ => None,
        }
    }
}
