//! What a program may say about tiers: tracks, rungs, terms (clauses 9.1 to 9.4).

use serde::{Deserialize, Serialize};

use crate::calendar::{Align, LastDay, MonthDay, Period, Span, one_span};
use crate::condition::Condition;
use crate::id::Id;
use crate::text::Label;

/// A ladder of rungs, the lowest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// The name by which conditions call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// The rungs, the lowest first; the lowest has no condition.
    pub rungs: Vec<Rung>,
    /// When a member moves up.
    #[serde(default)]
    pub upgrade: Upgrade,
    /// How long a rung is held.
    #[serde(default)]
    pub hold: Hold,
    /// What a review at the end of a term does with a rung whose condition no longer holds.
    #[serde(default)]
    pub at_review: AtReview,
    /// Whether qualifying again for the rung that is held begins a new term.
    #[serde(default)]
    pub extend_on_requalify: bool,
}

/// One rung of a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The name by which conditions call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// What gives the rung; the lowest has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualify: Option<Condition>,
    /// What keeps the rung at a review (default: what gives it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retain: Option<Condition>,
    /// Overrides the track's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Overrides the track's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_review: Option<AtReview>,
}

/// When a member moves up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Upgrade {
    /// At once.
    #[default]
    Immediate,
    /// At the review only.
    AtReview,
}

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

/// What a review does with a rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AtReview {
    /// The highest rung at or below the present whose `retain` holds, or above it whose `qualify` holds.
    #[default]
    Requalify,
    /// One rung down if `retain` does not hold.
    OneDown,
    /// The lowest rung if `retain` does not hold.
    ToBase,
    /// The rung is never lost.
    Never,
}
