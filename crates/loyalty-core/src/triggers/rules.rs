//! What a program may say of triggers.

mod milestone;

use serde::{Deserialize, Serialize};

use crate::amount::{Exact, Points};
use crate::calendar::{MonthDay, Weekday};
use crate::condition::{Condition, Hours, WarningLevel};
use crate::id::Id;
use crate::json::is_default;
use crate::points::{CouponOf, Limit, PointsOf, RewardItem};
use crate::text::Label;

pub use milestone::{MilestoneAt, MilestoneOn, StepsCrossed};

/// Something that happens by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// The name of the trigger, in entries.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// What it answers.
    pub on: TriggerOn,
    /// Must hold of the member then; a trigger on an event may ask for the event, too, and one on purchases for the basket as it was
    /// paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What it does, in this order; may be left out where each value of a milestone says what it does.
    #[serde(rename = "do", default, skip_serializing_if = "Vec::is_empty")]
    pub awards: Vec<Award>,
    /// How often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// What becomes of what it gave for an order when all of the order goes back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub returns: TriggerReturns,
}

/// What a trigger answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TriggerOn {
    /// The member joined.
    Enrolled {},
    /// Another rung.
    Tier(TierOn),
    /// Little is missing for the next rung; once for each rung, until that is entered.
    NearTier(NearTier),
    /// Points expire in so many days.
    PointsExpiring(PointsExpiringOn),
    /// A coupon expires in so many days.
    CouponExpiring(CouponExpiringOn),
    /// The birthday, or so many days before it.
    Birthday(OnDays),
    /// The day of the year on which the member joined, or so many days before it.
    Anniversary(OnDays),
    /// A metric reaches certain values by an event: the n-th order, so much spent.
    Milestone(MilestoneOn),
    /// So many days after an event.
    After(AfterEvent),
    /// Certain days.
    Schedule(Schedule),
    /// Any event of a kind.
    Event(EventOn),
    /// Another stage of the lifecycle.
    Stage(StageOn),
    /// A segment that is watched was entered or left.
    Segment(SegmentOn),
    /// Another level of early warning.
    Warning(WarningOn),
    /// A task was done or missed, or a step of one was done.
    Task(TaskOn),
}

/// A task that was done or missed, or a step of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TaskOn {
    /// The task (default: any).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// What became of it.
    #[serde(skip_serializing_if = "is_default")]
    pub what: TaskWhat,
    /// For `what: step`: only this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Id>,
}

/// What became of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaskWhat {
    /// It was done.
    #[default]
    Done,
    /// It was missed.
    Missed,
    /// A step of it was done.
    Step,
}

/// Another stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct StageOn {
    /// Only when one of these is entered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<Id>,
    /// Only when one of these is left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Id>,
}

/// A segment, entered or left: exactly one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SegmentOn {
    /// This one is entered.
    Entered(Id),
    /// This one is left.
    Left(Id),
}

/// Another level of early warning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct WarningOn {
    /// Only when the level is one of these then (default: any).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<WarningLevel>,
}

/// Another rung.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TierOn {
    /// The track; may be left out where the program has only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
    /// Upwards (default), downwards or either.
    #[serde(skip_serializing_if = "is_default")]
    pub direction: TierDirection,
    /// Only when one of these is held then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Id>,
}

/// Upwards or downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TierDirection {
    /// To a higher rung.
    #[default]
    Up,
    /// To a lower one.
    Down,
    /// Either.
    Any,
}

/// Little is missing for the next rung.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NearTier {
    /// The track; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
    /// The metric of which something is missing.
    pub metric: Id,
    /// At most so much of it, in its units (money in major units).
    pub within: Exact,
    /// What else the rung asks for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub others: NearOthers,
}

/// What the other leaves of the condition of a rung must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NearOthers {
    /// They may be missing, too.
    #[default]
    Ignored,
    /// With the metric the rung would be reached.
    MustHold,
}

/// Points expire in so many days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PointsExpiringOn {
    /// The account; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// So many days before the day on which they can be used no longer.
    pub days: u16,
}

/// A coupon expires in so many days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CouponExpiringOn {
    /// The coupon (default: any).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<Id>,
    /// So many days before the day on which it can be used no longer.
    pub days: u16,
}

/// A day of every year, or some days before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct OnDays {
    /// So many days before (default: the day itself).
    #[serde(skip_serializing_if = "is_default")]
    pub before: u16,
}

/// So many days after an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AfterEvent {
    /// The kind: `purchase`, `enroll`, `activity:check_in` …
    pub event: String,
    /// So many days after the day of it; an order that is all back is waited for no longer.
    pub days: u16,
}

/// Certain days, by the member's calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// Every week.
    Weekly(Weekday),
    /// Every month, on this day or on the last one.
    Monthly(u8),
    /// Every year.
    Yearly(MonthDay),
}

/// An event of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EventOn {
    /// The kind: `purchase`, `return`, `activity:check_in` …
    pub kind: String,
}

/// What a trigger does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Award {
    /// Credits points.
    Points(PointsOf),
    /// Issues a coupon.
    Coupon(CouponOf),
    /// Gives a thing: an entry by which the host hands it out. What has been handed out stays so when an order goes back.
    Item(RewardItem),
    /// Sets and clears tags.
    Tags(TagChange),
    /// Turns points of one account into points of another one.
    Convert(ConvertOf),
    /// Says something to the member: an entry that the host sends.
    Notify(Notify),
}

/// Points that a trigger converts: as many available ones as the conversion takes in whole steps, within its limits. What has been
/// converted stays so when an order goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConvertOf {
    /// The conversion, of those of the program; not one to a partner.
    pub conversion: Id,
    /// At most so many points (default: all).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
}

/// Tags to set and to clear.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TagChange {
    /// Set these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Id>,
    /// Clear these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<Id>,
}

/// A message to the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// The topic, of those of the program.
    pub topic: Id,
    /// What is said; the entry carries what it is about as data.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub text: Label,
}

/// A topic of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The name of the topic.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// Nothing is sent unless this holds of the member: the consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Condition>,
    /// Hours of the member's day in which nothing is sent: the entry says when they end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Hours>,
    /// How often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
}

/// What becomes of what a trigger gave for an order when all of that goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TriggerReturns {
    /// Points are taken back, and coupons that are still there.
    #[default]
    Undone,
    /// It stays.
    Kept,
}
