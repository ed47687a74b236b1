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

/// How many values are told one by one; where an event crosses more, the highest of them are.
const CROSSED_MAX: i64 = 64;

impl Steps {
    /// What is done at a value alone.
    pub(crate) fn awards_at(&self, value: i64) -> &[AwardPlan] {
        let at = self.at.iter().find(|step| step.value == value);
        at.map_or(&[], |step| &step.awards)
    }

    /// The values that lie above one and up to another, in rising order.
    pub(crate) fn crossed(&self, before: i64, after: i64) -> Vec<i64> {
        let mut values: Vec<i64> = self
            .at
            .iter()
            .map(|step| step.value)
            .filter(|value| before < *value && *value <= after)
            .collect();
        if let Some((every, from)) = self.every.filter(|(_, from)| *from <= after) {
            let steps = after.saturating_sub(from).checked_div(every).unwrap_or(0);
            let first = steps.saturating_sub(CROSSED_MAX).max(0);
            let each = (first..=steps).map(|step| from.saturating_add(step.saturating_mul(every)));
            values.extend(each.filter(|value| before < *value));
        }
        values.sort_unstable();
        values.dedup();
        match self.crossing {
            StepsCrossed::Each => values,
            StepsCrossed::Highest => values.pop().into_iter().collect(),
        }
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
