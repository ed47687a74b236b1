//! How long a rung is held, and for how long it is kept when it is lost (clause 9.3).

use serde::{Deserialize, Serialize};

use crate::calendar::{Align, LastDay, MonthDay, Period, Span, one_span};

/// How long a rung is held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Hold {
    /// For good.
    #[default]
    Lifetime,
    /// Not at all: the rung is taken anew, up or down, after every event and due instant.
    None,
    /// For a length of time from the day of entry.
    For(HoldFor),
    /// Until the end of a calendar period.
    Until(HoldUntil),
}

/// A length of time from the day of entry. Exactly one of `days`, `weeks`, `months`, `years` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HoldFor {
    /// Days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weeks: Option<u32>,
    /// Months, computed from the day of entry and clamped to the last day of the month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// Years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u32>,
    /// Then to the end of this period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// Whether the day so reached is the last one of the term (default) or the first one after it.
    #[serde(default)]
    pub last_day: LastDay,
}

impl HoldFor {
    /// The one length that is given.
    pub(crate) fn span(&self) -> Option<Span> {
        one_span(self.days, self.weeks, self.months, self.years)
    }
}

/// Until the end of the k-th calendar period, the present one being the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HoldUntil {
    /// The kind of period.
    pub end_of: HoldPeriod,
    /// Which one: 1 (default) is the present one, 2 the next.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub nth: u32,
    /// On which day the year begins (default 01-01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_start: Option<MonthDay>,
    /// And this much more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus: Option<Span>,
}

fn one() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_one(n: &u32) -> bool {
    *n == 1
}

/// The kind of period at whose end a rung is reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HoldPeriod {
    /// A calendar month.
    Month,
    /// A quarter.
    Quarter,
    /// Half a year.
    HalfYear,
    /// A year.
    Year,
    /// A year that begins on the day of enrolment.
    MembershipYear,
}

impl HoldPeriod {
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

/// For how long a rung that is lost is kept all the same. Qualifying for it in this time restores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Grace {
    /// For how long.
    #[serde(rename = "for")]
    pub length: Span,
    /// From which day on.
    #[serde(default)]
    pub from: GraceFrom,
    /// Then to the end of this period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// Whether the day so reached is the last one of the grace (default) or the first one after it.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub last_day: LastDay,
}

/// The day from which a grace counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GraceFrom {
    /// The last day of the term that is over; without a term, the day of the loss.
    #[default]
    TermEnd,
    /// The day on which the rung was entered.
    Entry,
    /// The day of the loss: the one on which the review falls.
    Loss,
}
