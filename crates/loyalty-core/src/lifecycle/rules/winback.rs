//! What a program may say of winning members back (clause 11.4).

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::text::Label;

/// A ladder of steps to win a member back.
///
/// An `outreach` event is one attempt: a step of the ladder. It fails when `effect_days` have gone by after its day without a purchase.
/// When `max_attempts` have failed, the member is marked `abandoned` (leaf `abandoned`). A purchase ends every attempt and takes the
/// mark away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// The name by which events call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// The steps in their order. The host decides when to take which.
    pub steps: Vec<LadderStep>,
    /// For how many days after its own an attempt may still bring a purchase.
    pub effect_days: u32,
    /// After how many failed attempts the member is given up.
    pub max_attempts: u32,
}

/// A step of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LadderStep {
    /// The name by which events call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
}
