//! How often a promotion is used (clause 10.4).

use serde::{Deserialize, Serialize};

use crate::amount::Exact;
use crate::json::is_default;

/// A limit: exactly one of `uses`, `units` and `money`.
///
/// A member's use is kept by what is counted, not by where the limit stands: a later version of the program may say others before it.
/// Two limits of one promotion that count the same, in the same period, of the same people and by the same, are a mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PromotionLimit {
    /// At most so many times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
    /// On at most so many units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
    /// At most so much money off, in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Exact>,
    /// In which period, in program time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub per: LimitPer,
    /// Whose uses count.
    #[serde(default, skip_serializing_if = "is_default")]
    pub whose: LimitWhose,
    /// Counts apart for each value of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<LimitBy>,
    /// What happens with what is over it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub over: OverLimit,
}

/// The period of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LimitPer {
    /// One order.
    Order,
    /// A civil day.
    Day,
    /// An ISO week.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
    /// For ever.
    #[default]
    Lifetime,
}

/// Whose uses count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LimitWhose {
    /// Those of the member.
    #[default]
    Member,
    /// Those of all members together: the host passes how many there are.
    Everyone,
}

/// By what uses are counted apart: each value has a limit of its own, and a use is kept for as long as its period lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LimitBy {
    /// By article: `units` and `uses` only. A product over its limit is left out, or lowered for as many units as are left
    /// (`over: partial`), or for all while any is left (`over: overshoot`), while the others are not.
    Product,
    /// By an attribute of the event: the cashier. Events without it are counted together.
    Attribute(String),
}

/// What happens with what is over a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverLimit {
    /// The promotion is not used at all.
    #[default]
    Drop,
    /// What is left is used. Units are used in the order of the targets; where those have none, the dearest come first (by
    /// `buy_x_get_y` the cheapest).
    Partial,
    /// While anything is left, the whole is used: also by the next coupon of the same order.
    Overshoot,
}
