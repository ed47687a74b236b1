//! Returns (clause 6).

use serde::{Deserialize, Serialize};

use crate::amount::{Exact, Points};
use crate::calendar::Span;

/// How returns are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Returns {
    /// Until how long after the purchase, its day not counted (default 180 days).
    #[serde(default = "half_a_year")]
    pub window: Span,
    /// Whether a part of an order can go back.
    #[serde(default)]
    pub partial: Partial,
    /// What happens to the points that the order earned. Orders go back as the program said when they were placed.
    #[serde(default)]
    pub points: ReturnedPoints,
    /// What becomes of discounts when a part of an order goes back.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub discounts: ReturnedDiscounts,
    /// What a missing point is worth where an account's overdraw is `withhold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point_value: Option<PointValue>,
}

/// So many points are worth so much money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PointValue {
    /// So many points …
    pub points: Points,
    /// … are worth so much, in major units.
    pub value: Exact,
}

impl Default for Returns {
    fn default() -> Self {
        Self {
            window: half_a_year(),
            partial: Partial::default(),
            points: ReturnedPoints::default(),
            discounts: ReturnedDiscounts::default(),
            point_value: None,
        }
    }
}

fn half_a_year() -> Span {
    Span::Days(180)
}

/// What becomes of the discounts of offers and coupons when a part of an order goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReturnedDiscounts {
    /// Each unit takes its part of them with it.
    #[default]
    Proportional,
    /// What is kept is priced anew, as it would have been priced then; given back is what was paid less that, never less than
    /// nothing and never more than was paid. Discounts of the till, rewards and points paid stay in proportion.
    Reprice,
}

/// Whether a part of an order can go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Partial {
    /// It can.
    #[default]
    Allow,
    /// Only the whole order can.
    Refuse,
}

/// What happens to the points that returned goods earned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReturnedPoints {
    /// They are taken back, in proportion.
    #[default]
    Proportional,
    /// As many are taken back as the list price of the goods would have earned, up to what the order earned. Points by unit and by
    /// line go back with units and lines, points that do not depend on the basket by its list prices, and what a multiplier added
    /// goes with what it multiplied.
    ListPrice,
    /// They stay.
    Keep,
}
