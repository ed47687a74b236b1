//! When a track is reviewed, what a review reads, and what goes over into the next term (clauses 9.2, 9.4, 9.5, 9.7).

use serde::{Deserialize, Serialize};

use crate::amount::Exact;
use crate::calendar::Period;
use crate::condition::Condition;
use crate::id::Id;

/// When a rung is reviewed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Review {
    /// When its term ends.
    #[default]
    TermEnd,
    /// At 00:00 of a day of the month, every so many months.
    Every(Every),
    /// At 00:00 of each anniversary of a day.
    Anniversary(Anniversary),
}

/// A day of the month, every so many months, counted from January.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Every {
    /// Every so many months: 1, 2, 3, 4, 6 or 12. With 3, the months are January, April, July and October.
    pub months: u32,
    /// On this day (1 to 31); on the last one of a month that is shorter.
    pub on_day: u32,
}

/// The day whose anniversaries are meant. 29 February is 28 February in common years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Anniversary {
    /// The day of enrolment; without one there is no review.
    Enrolment,
    /// The day on which the rung was entered.
    Rung,
}

/// Which balances a review reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReviewReads {
    /// Those that are left after what expires at its instant.
    #[default]
    AfterExpiry,
    /// Those before anything expires at its instant.
    BeforeExpiry,
}

/// The period at whose beginning a member moves up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrackPeriod {
    /// A calendar month.
    #[default]
    Month,
    /// A quarter.
    Quarter,
    /// Half a year.
    HalfYear,
    /// A year.
    Year,
    /// A year that begins on the day of enrolment; nobody moves up without one.
    MembershipYear,
}

impl TrackPeriod {
    /// The calendar period; none for the membership year.
    pub(crate) fn period(self) -> Option<Period> {
        match self {
            Self::Month => Some(Period::Month),
            Self::Quarter => Some(Period::Quarter),
            Self::HalfYear => Some(Period::HalfYear),
            Self::Year => Some(Period::Year),
            Self::MembershipYear => None,
        }
    }
}

/// What flows from one stretch of a metric (a year of the calendar, a term) into the next. It is part of the metric's value there.
/// The lowest rung carries nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Carry {
    /// The metric.
    pub metric: Id,
    /// How much flows.
    pub how: CarryHow,
    /// Whether what was carried into a stretch can be carried out of it again (default: no).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub repeat: bool,
    /// At most this much: money in major units, else a whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
    /// For `head_start`: how much each rung begins with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rungs: Vec<HeadStart>,
}

/// How much flows into the next stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CarryHow {
    /// The value less the threshold of the metric in the first path that holds of the highest rung that is qualified for.
    Excess,
    /// The whole value, if any rung above the lowest is qualified for.
    All,
    /// A fixed amount, by the rung that is held: earned or granted, not one that a plan or a household lends.
    HeadStart,
}

/// What a rung begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HeadStart {
    /// The rung.
    pub rung: Id,
    /// How much: money in major units, else a whole number.
    pub amount: Exact,
}

/// A condition that costs a rung if it holds at several reviews running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Penalty {
    /// What must not be.
    pub when: Condition,
    /// At how many reviews running: each one warns, and the last moves the member one rung down.
    pub warnings: u32,
}
