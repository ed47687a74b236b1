//! Conditions with a name: segments, and scores as sums of weights (clause 8.4).

use serde::{Deserialize, Serialize};

use super::Condition;
use crate::amount::{Decimal, Exact, Points};
use crate::id::Id;
use crate::text::Label;

/// A segment: the members for whom a condition holds. It is worked out whenever it is asked for; who is in it is stored, and told
/// by entries, only where it says `watch`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SegmentRule {
    /// The name by which conditions call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// Who belongs to it: leaves on the member only.
    pub when: Condition,
    /// Whether entries say when a member enters and leaves it, at the instants at which that becomes true (default: no).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub watch: bool,
}

/// A score: the sum of the weights whose conditions hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScoreRule {
    /// The name by which conditions call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// What adds to it, and what takes away.
    pub weights: Vec<ScoreWeight>,
}

/// A part of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScoreWeight {
    /// When it counts: leaves on the member only.
    pub when: Condition,
    /// How much; may be negative.
    pub points: Points,
}

/// How much there is to fear that a member is lost.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WarningLevel {
    /// Nothing.
    #[default]
    None,
    /// A little.
    Light,
    /// Something.
    Moderate,
    /// Much.
    Severe,
}

impl WarningLevel {
    /// Its name in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Light => "light",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
        }
    }
}

/// A silence beside the member's own rhythm: the days since something are at least so many times as many as a figure of the days
/// between purchases (the 90th percentile, say). Both are metrics that count whole days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RhythmTest {
    /// The metric of the days since.
    pub since: Id,
    /// The metric of the days between.
    pub gap: Id,
    /// How many times as many (default 1).
    #[serde(default = "once")]
    pub times: Exact,
    /// What the leaf is where one of them has no value yet (default: false).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_none: Option<bool>,
}

fn once() -> Exact {
    Exact(Decimal::ONE)
}
