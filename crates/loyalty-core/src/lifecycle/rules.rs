//! What a program may say about the stages of a member's life (clause 11.1).

mod five;
mod warning;
mod winback;

use serde::{Deserialize, Serialize};

use crate::calendar::Span;
use crate::condition::Condition;
use crate::id::Id;
use crate::text::Label;

pub use warning::{EarlyWarning, Signal, WarningScores};
pub use winback::{Ladder, LadderStep};

/// The stages of a member's life with the program.
///
/// `{}` gives the default five; they and the metrics that they read are then filled into the program, so that
/// [`Program::to_json`](crate::Program::to_json) shows them and conditions and texts can name them. In the order in which they are
/// asked:
///
/// | stage | name | holds |
/// |---|---|---|
/// | `churn` | 流失 | no purchase for 180 days, or no interaction for 365 |
/// | `dormancy` | 休眠 | no purchase for 90 days, or no interaction for 180 |
/// | `introduction` | 引入 | at most 1 order |
/// | `maturity` | 成熟 | at least 6 orders within 365 days |
/// | `growth` | 成长 | everybody else |
///
/// An interaction is a purchase that is not back, an activity or the enrolment. [`StageThresholds`] sets the numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// The stages in the order in which they are asked: the first whose condition holds is the member's (default: the five).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageRule>,
    /// The numbers of the default five; not beside `stages`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<StageThresholds>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StageRule {
    /// The name by which conditions call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// Who is in it: leaves on the member only. The last stage may leave it out: it takes everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What keeps those in the stage who are in it, also where `when` holds no longer: so that a member does not go to and fro.
    /// Stages that are asked before it still come first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<Condition>,
    /// For how long from the day of entry no other stage is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Span>,
    /// Whether members in it are to be woken: a purchase that leads out of it to a stage that is not asleep is a reactivation
    /// (clause 11.4).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub asleep: bool,
}

/// The numbers of the default five stages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct StageThresholds {
    /// Introduction: at most so many orders (default 1).
    pub introduction_orders: u32,
    /// Maturity: at least so many orders (default 6) …
    pub mature_orders: u32,
    /// … within so many days (default 365).
    pub mature_within_days: u32,
    /// Dormancy: so many days without a purchase (default 90) …
    pub dormant_purchase_days: u32,
    /// … or so many without an interaction (default 180).
    pub dormant_interaction_days: u32,
    /// Churn: so many days without a purchase (default 180) …
    pub churned_purchase_days: u32,
    /// … or so many without an interaction (default 365).
    pub churned_interaction_days: u32,
}

impl Default for StageThresholds {
    fn default() -> Self {
        Self {
            introduction_orders: 1,
            mature_orders: 6,
            mature_within_days: 365,
            dormant_purchase_days: 90,
            dormant_interaction_days: 180,
            churned_purchase_days: 180,
            churned_interaction_days: 365,
        }
    }
}
