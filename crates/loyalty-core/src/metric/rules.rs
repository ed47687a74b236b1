//! What a metric is: a measure, a filter and a window (clauses 7.1, 7.2).

use serde::{Deserialize, Serialize};

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
    /// Activities of one of these kinds (`check_in`, `survey` …).
    Activity(Vec<String>),
    /// Whole days since the last purchase that is not back, or the last activity.
    DaysSince(Since),
    /// Whole days since enrolment.
    Tenure,
    /// Age in whole years.
    Age,
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
    /// The stretch of the same kind before.
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
