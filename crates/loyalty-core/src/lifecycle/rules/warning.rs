//! What a program may say of members who are about to be lost (clause 11.5).

use serde::{Deserialize, Serialize};

use crate::amount::Exact;
use crate::calendar::Period;
use crate::condition::Condition;
use crate::id::Id;
use crate::text::Label;

/// Early warning: the weights of the signals that speak add up to a score, and the score gives a level.
///
/// It is judged after every event and at reviews, not in between. A review at 00:00 reads the day before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EarlyWarning {
    /// What may speak.
    pub signals: Vec<Signal>,
    /// From which score on a member has which level; below all of them it is `none`.
    pub levels: WarningScores,
    /// At the beginning of each of these calendar periods there is a review (default: month).
    #[serde(default = "month")]
    pub review: Period,
}

fn month() -> Period {
    Period::Month
}

/// A signal: a metric that has fallen or risen against another one, or a condition.
///
/// It says `metric`, `compared_with` and one of `falls_by` and `rises_by`, or it says `when`. Compare windows of days (the last 30
/// with the `previous` ones): a calendar month that has just begun is always less than the one before. A metric without a value
/// gives no signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// The name of the signal, in entries.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// The metric as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Id>,
    /// What it is compared with: a metric of the same unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<Id>,
    /// It is less, by at least so many percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub falls_by: Option<Exact>,
    /// It is more, by at least so many percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rises_by: Option<Exact>,
    /// A condition that holds: leaves on the member only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What it adds to the score (default 1).
    #[serde(default = "one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

/// From which score on a member has which level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WarningScores {
    /// Light.
    pub light: u32,
    /// Moderate; more than light.
    pub moderate: u32,
    /// Severe; more than moderate.
    pub severe: u32,
}
