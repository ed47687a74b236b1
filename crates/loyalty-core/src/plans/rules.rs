//! What a program may say about paid plans.

use serde::{Deserialize, Serialize};

use crate::amount::Exact;
use crate::calendar::{LastDay, Span};
use crate::condition::Condition;
use crate::id::Id;
use crate::text::Label;

/// A plan that members pay for. The host takes the money: the engine says how much, and what holds until when.
///
/// Whether a member has a plan is asked by the leaf `plan` of conditions: benefits, earn rules, offers, coupons and rungs can all
/// depend on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PaidPlan {
    /// The name by which events and conditions call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// The price of one term, in major units.
    pub price: Exact,
    /// Other prices: the first whose condition holds when the member subscribes or renews; `price` where none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<PlanPrice>,
    /// How long a term is. Terms are counted from the first day of the first one: of a plan by the month that begins on 31 January
    /// the second term ends on 31 March.
    pub term: Span,
    /// Whether the day that a length reaches is the first one after a term or a trial (default: a month from 15 March lasts through
    /// 14 April) or its last one.
    #[serde(default = "excluded", skip_serializing_if = "is_excluded")]
    pub last_day: LastDay,
    /// Who can subscribe and renew (default: everybody).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// A first while without a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<PlanTrial>,
    /// For so long after the last day a renewal still follows without a gap: its term counts from that day, not from the day of
    /// the renewal. Without it a plan that is over is subscribed to anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapse_grace: Option<Span>,
    /// Whether the plan holds in that time.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub in_grace: InGrace,
    /// For how many other members the plan holds too, at most.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub seats: u32,
    /// What a member gets back who leaves before the last day, or changes to another plan.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub refund: PlanRefund,
    /// For so long after a term was paid for, leaving gives back all of its price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_refund_within: Option<Span>,
    /// The rungs that the plan brings; the higher of this one and the one that is earned holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rungs: Vec<PlanRung>,
}

fn excluded() -> LastDay {
    LastDay::Excluded
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_excluded(last_day: &LastDay) -> bool {
    *last_day == LastDay::Excluded
}

/// A price under a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanPrice {
    /// Whose price it is.
    pub when: Condition,
    /// The price of one term, in major units.
    pub price: Exact,
}

/// A first while without a price. A renewal in it begins the first term that is paid for when it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanTrial {
    /// How long.
    #[serde(rename = "for")]
    pub length: Span,
    /// How often a member can have one.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub once: TrialOnce,
}

/// How often a member can have a trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrialOnce {
    /// Once in a life, whichever plan it was of.
    #[default]
    Member,
    /// Once of each plan.
    Plan,
}

/// Whether a plan holds while a renewal can still follow without a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InGrace {
    /// No: it ends with its last day, and a renewal brings it back.
    #[default]
    Stops,
    /// Yes: it ends when the grace is over.
    Stays,
}

/// What a member gets back of the price of terms that are not over. The day of leaving counts as used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlanRefund {
    /// The price in proportion to the days that are left, rounded half up to the minor unit.
    #[default]
    ProRata,
    /// The price of whole terms that have not begun.
    WholeTerms,
    /// Nothing.
    None,
}

/// A rung that a plan brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanRung {
    /// The track; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
    /// The rung.
    pub rung: Id,
}
