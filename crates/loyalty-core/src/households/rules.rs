//! What a program may say about households.

use serde::{Deserialize, Serialize};

use crate::amount::Exact;
use crate::id::Id;
use crate::points::TransferRule;

/// Households: a pool is a member of its own, to whom the people of the household transfer points, and who transfers points to
/// them. People join by a `household` event of the pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HouseholdRules {
    /// At most so many people (default 6).
    #[serde(default = "six")]
    pub members_max: u32,
    /// How people contribute: by transfers to the pool. Limits are of each person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contribute: Vec<TransferRule>,
    /// What part of the points that their orders earn goes to the pool by itself. The limits of `contribute` hold for it, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub share: Vec<ShareRule>,
    /// How people take out of the pool what they spend: by transfers of the pool to one of them. Limits are of each person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdraw: Vec<TransferRule>,
    /// The tracks in which the pool's rung holds for all of its people, where it is higher than their own. In the others everybody
    /// has an own rung only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Id>,
}

/// A part of the points that an order earns which goes to the pool at once. What goes back of the order is taken from both in
/// proportion. Points that wait before they can be used stay with the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ShareRule {
    /// The account; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// How much of the points, in percent, rounded down.
    pub percent: Exact,
}

fn six() -> u32 {
    6
}
