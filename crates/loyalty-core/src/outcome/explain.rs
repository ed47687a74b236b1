//! Why something is so: rules that gave or did not, leaves that fail, and figures as they are shown (clauses 4.8, 8.3).

use serde::Serialize;

use super::Amount;
use crate::amount::{Exact, Points};
use crate::calendar::{Date, Instant};
use crate::id::Id;

/// Why a rule gave or did not give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleTrace {
    /// The rule.
    pub rule: Id,
    /// What became of it.
    pub result: TraceResult,
    /// How many points it gave.
    pub points: Points,
    /// What its condition lacked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<Unmet>,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TraceResult {
    /// It gave points.
    Gave,
    /// It applied, and came to nothing (an amount below one step, say).
    NoPoints,
    /// It is for other events.
    OtherEvent,
    /// It has not begun, or is over.
    NotLive,
    /// Its condition does not hold.
    Unmet,
    /// No line of the basket is for it.
    NoLine,
    /// Another rule of its group gave.
    LostInGroup,
    /// An exclusive rule gave.
    Excluded,
    /// A cap was used up.
    Capped,
}

/// A leaf that is as a condition wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Met {
    /// The kind of leaf: `metric`, `tier`, `tag` …
    pub leaf: &'static str,
    /// Which metric, track, attribute …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Id>,
    /// Whether it is wanted not to hold (below a `not`), and does not.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub negated: bool,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Figure>,
}

/// What a leaf of a condition lacks (clause 8.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unmet {
    /// The kind of leaf: `metric`, `tier`, `total` …
    pub leaf: &'static str,
    /// Which metric, track, attribute …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Id>,
    /// Whether the leaf must not hold (below a `not`).
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub negated: bool,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Figure>,
    /// What is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<Figure>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Figure>,
    /// When time alone will make it hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// The first whole day that a metric counts, where that is later than its window begins: a later version of the program added it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
}

impl Unmet {
    /// A figure that is too low or too high.
    pub(crate) fn figure(
        leaf: &'static str,
        found: Figure,
        needed: Option<Figure>,
        missing: Option<Figure>,
    ) -> Self {
        Self {
            leaf,
            of: None,
            negated: false,
            found: Some(found),
            needed,
            missing,
            from: None,
            since: None,
        }
    }
}

/// A value in an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Figure {
    /// Money, in major units.
    Money(Amount),
    /// A whole number: points, units, days.
    Number(i64),
    /// A decimal number, rounded half up to two decimals (what is compared is not rounded).
    Decimal(Exact),
    /// A text, such as the id of a rung.
    Text(String),
    /// One of these texts.
    OneOf(Vec<String>),
}
