//! What may stand beside what, and which of the possible sets is taken (clauses 10.6, 10.7).

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::json::is_default;

/// How promotions combine in one purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct Combining {
    /// Which set is taken.
    #[serde(skip_serializing_if = "is_default")]
    pub choose: Choose,
    /// With `choose: priority`: exclusive ones come before the others, whatever their priority.
    #[serde(skip_serializing_if = "is_default")]
    pub exclusive_first: bool,
    /// Where two meet.
    #[serde(skip_serializing_if = "is_default")]
    pub conflict: Conflict,
    /// Groups of promotions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<PromotionGroup>,
    /// How many sets the search for the best one looks into (default 20,000); an answer that would need more says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<u32>,
}

/// Which of the legal sets is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Choose {
    /// The one that lowers what is to be paid most.
    #[default]
    Best,
    /// One after the other by priority, each if it may stand beside those before it.
    Priority,
    /// One after the other as they were presented, after the offers, each if it may stand beside those before it.
    AsPresented,
}

/// Where two promotions meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// Two that must not stand beside each other are not both used in one purchase.
    #[default]
    Basket,
    /// Two that must not stand beside each other are not both used on one line: on each the larger saving stays.
    Row,
}

/// A group of promotions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PromotionGroup {
    /// The name of the group.
    pub id: Id,
    /// At most so many of it in one purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// What a promotion may stand beside: `"all"` (default), `"none"`, or an object. Two stand beside each other if each permits the
/// other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// Everything.
    #[default]
    All,
    /// Nothing.
    None,
    /// Only these.
    Only(BesideOnly),
    /// Everything but these.
    Not(BesideOnly),
}

/// Promotions, by their groups and ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct BesideOnly {
    /// Those of these groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Id>,
    /// Those of these names; further instances of a coupon have its name, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Id>,
}
