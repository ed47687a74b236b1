//! Triggers: what a program does by itself when something changes or a day comes (clause 12.1).

mod marks;
mod plan;
mod rules;

pub use rules::{
    AfterEvent, Award, ConvertOf, CouponExpiringOn, EventOn, MilestoneAt, MilestoneOn, NearOthers,
    NearTier, Notify, OnDays, PointsExpiringOn, Schedule, SegmentOn, StageOn, StepsCrossed,
    TagChange, TaskOn, TaskWhat, TierDirection, TierOn, Topic, Trigger, TriggerOn, TriggerReturns,
    WarningOn,
};

pub(crate) use marks::{Awarded, Pending, TriggerMarks};
pub(crate) use plan::{AwardPlan, OnPlan, StepAt, Steps, TopicPlan, TriggerPlan};
