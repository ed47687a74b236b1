//! What a program may say about benefits.

use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::id::Id;
use crate::text::Label;

/// Something that a member is entitled to: a value that holds (a level of service, a discount that the host gives, priority), or
/// so many units in each period, which `benefit_used` draws down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Benefit {
    /// The name by which events call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// For a benefit that is counted: in which period, and whether what is not used stays. Without it each grant has a `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// Who has how much of it: the first whose condition holds counts. Name the highest rung first.
    pub grants: Vec<BenefitGrant>,
}

/// How a benefit is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// The period in which the units can be used, by the member's calendar. They are there anew with each one.
    pub per: QuotaPeriod,
    /// Units that are not used stay, up to this many in all: the units of a grant are added once in each period, at its beginning or
    /// when the member first has the grant in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collect_up_to: Option<u32>,
}

/// The period of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuotaPeriod {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A calendar month.
    Month,
    /// A quarter.
    Quarter,
    /// Half a year.
    HalfYear,
    /// A year.
    Year,
    /// A year that begins on the day of enrolment; nobody has any without one.
    MembershipYear,
    /// All of the member's life.
    Lifetime,
}

/// Who has how much of a benefit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BenefitGrant {
    /// Who: leaves on the member, such as `tier` and `plan` (default: everybody else).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What holds for them: a text for the host's programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub text: Label,
    /// For a benefit that is counted: how many units in each period; 0 for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
}
