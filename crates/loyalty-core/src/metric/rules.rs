//! What a metric is: a measure, a filter and a window (clauses 7.1, 7.2).

use serde::{Deserialize, Serialize};

use super::SilenceOf;
use crate::calendar::{Date, MonthDay, Period, Span};
use crate::condition::{Condition, Selection};
use crate::id::Id;
use crate::text::Label;

/// A named figure about a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MetricRule {
    /// The name by which conditions call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// What is measured.
    pub measure: Measure,
    /// Which events and lines count (default: all).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Over which time (default: the whole life).
    #[serde(default)]
    pub window: Window,
}

/// Which events and lines count. It never reads the member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Which lines count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Selection>,
    /// Which events count: leaves on the event and the basket only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// Money spent, after discounts (points used to pay do not lower it).
    Spend,
    /// Money spent, before discounts.
    ListSpend,
    /// Orders with at least one line that counts and is not back.
    Orders,
    /// Units bought.
    Quantity,
    /// Days with at least one such order.
    Visits,
    /// Points that an account holds: available less debt.
    Balance(OfAccount),
    /// Points earned in an account, less those taken back.
    Earned(OfAccount),
    /// Points spent from an account, less those restored.
    Burned(OfAccount),
    /// Points of an account that came from other members.
    Received(OfAccount),
    /// Activities of one of these kinds (`check_in`, `survey` …).
    Activity(Vec<String>),
    /// Whole days since the last purchase that is not back, or the last activity.
    DaysSince(Since),
    /// Returns of goods that count, by the day on which they came back.
    Returns,
    /// Money paid that went back for goods that count, by the day on which it did.
    Returned,
    /// Different values among the lines or events that count and are not back.
    Distinct(DistinctValues),
    /// The sum of a numeric attribute of purchases and activities.
    Sum(OfAttribute),
    /// The mean of a numeric attribute of purchases and activities.
    Mean(OfAttribute),
    /// The mean amount of an order, after discounts.
    MeanOrder,
    /// How many calendar periods running, up to and with the present one, have at least one event; up to the one before where
    /// the present one has none yet.
    Streak(StreakOf),
    /// How many calendar periods of the window have at least so many orders. A period counts in the window in which it begins.
    Periods(PeriodsWith),
    /// Days between purchases, over the member's life. Several on one day are one; fewer than two days are no value.
    Gap(GapOf),
    /// How likely it is that a member with this rhythm is silent for so long since the last purchase all the same: in how many of a
    /// million cases, ((α + tₓ) / (α + tₓ + d))^(r + x). Several purchases on one day are one. Over the member's life.
    Silence(SilenceOf),
    /// Whole days since enrolment.
    Tenure,
    /// Age in whole years.
    Age,
    /// Friends whom the member has referred and who count (`referrals.confirmed`), by the day on which that was told.
    Referrals,
    /// Money that friends spent whom the member has referred, after discounts, by the day of their orders; less what went back.
    ReferredSpend,
    /// Their orders that are not all back, by the day on which they were placed.
    ReferredOrders,
    /// Tasks that were done, by the day on which they were, or missed, by the last day on which they could be done.
    Tasks(TasksEnded),
}

/// Tasks that have ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TasksEnded {
    /// How they have ended.
    pub what: TaskEnd,
    /// Only these tasks (default: all).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Id>,
}

/// How a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaskEnd {
    /// It is done.
    Done,
    /// It is missed.
    Missed,
}

/// Of what the different values are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DistinctValues {
    /// Of what.
    pub of: DistinctOf,
}

/// Of what the different values are counted: articles, categories and brands of the lines of purchases; stores, channels and
/// attributes of purchases and activities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DistinctOf {
    /// Articles.
    Sku,
    /// Categories, as the lines state them.
    Category,
    /// Brands.
    Brand,
    /// Stores.
    Store,
    /// Channels.
    Channel,
    /// Values of an attribute of the event.
    Attribute(Id),
}

/// A numeric attribute of purchases and activities: at most six decimals, from −10⁹ to 10⁹.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OfAttribute {
    /// The name of the attribute. Events without it, or with something else than a number, do not count.
    pub attribute: Id,
}

/// Calendar periods running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StreakOf {
    /// Which periods.
    pub period: Period,
    /// Of what each has at least one (default: a purchase).
    #[serde(default = "purchase")]
    pub of: Since,
}

fn purchase() -> Since {
    Since::Purchase
}

/// Calendar periods with enough orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PeriodsWith {
    /// Which periods.
    pub period: Period,
    /// With at least so many orders (default 1).
    #[serde(default = "one")]
    pub at_least: u32,
}

fn one() -> u32 {
    1
}

/// Which figure of the days between purchases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum GapOf {
    /// The mean.
    Mean {},
    /// A percentile by nearest rank, from 1 to 100: the smallest gap that at least so many percent do not exceed.
    Percentile(u32),
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OfAccount {
    /// The account.
    pub account: Id,
}

/// Since what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Since {
    /// The last purchase.
    Purchase,
    /// The last activity of one of these kinds.
    Activity(Vec<String>),
    /// The last purchase that is not back, activity of any kind, or the enrolment.
    Interaction,
}

/// Over which time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Window {
    /// All of the member's life.
    #[default]
    Lifetime,
    /// The last days, weeks, months or years up to and with the day that is asked about.
    Last(Span),
    /// The calendar day, week, month … of the day that is asked about.
    Calendar(Calendar),
    /// The year that begins on the day of enrolment.
    MembershipYear,
    /// Since the present rung was entered, without the event that gave it.
    SinceTier(OfTrack),
    /// Since the present term of a rung began, without the event that began it.
    Term(OfTrack),
    /// Days, both included.
    Between(Between),
    /// The stretch of the same kind before. Of `since_tier` and `term` it is what they came to when they ended.
    Previous(Box<Window>),
}

/// A calendar period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Which.
    pub period: Period,
    /// On which day the year begins (default 01-01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_start: Option<MonthDay>,
}

/// A track; may be left out where the program has only one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OfTrack {
    /// The track.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
}

/// Days, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}
