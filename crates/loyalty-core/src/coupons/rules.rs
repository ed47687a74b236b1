//! What a program may say about offers and coupons (clauses 10.1 to 10.7).

mod build;
mod combining;
mod deal;
mod issue;
mod limit;
mod targets;

use serde::{Deserialize, Serialize};

use crate::amount::Exact;
use crate::calendar::{Date, Weekday};
use crate::condition::{Condition, DateRange, Hours, Selection};
use crate::id::Id;
use crate::json::is_default;
use crate::pricing::{Basis, MoneyRounding, PercentBase};
use crate::text::Label;

pub use combining::{Beside, BesideOnly, Choose, Combining, Conflict, PromotionGroup};
pub use deal::{
    AmountDeal, BundleDeal, BundleItem, BuyGetDeal, BuyWhat, Deal, DealPer, Effect, ExchangeDeal,
    FixedPriceDeal, FixedPriceOf, FullStep, GetFrom, GetWhat, GiftDeal, PercentDeal, PointsDeal,
    ReplaceDeal, ShippingDeal, StoredValueAs, StoredValueDeal, TieredBy, TieredDeal, TieredStep,
};
pub use issue::{CouponReturns, CouponValid, Issue};
pub use limit::{LimitBy, LimitPer, LimitWhose, OverLimit, PromotionLimit};
pub use targets::{SomeTargets, TargetOrder, Targets};

/// An offer, which applies by itself, or a coupon, of which a member has instances or knows a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// The name of the promotion in entries and receipts.
    pub id: Id,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// Must hold, besides `threshold`. What it says of the basket is judged on the prices before all discounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What it does.
    pub discount: Deal,
    /// How much must be in the basket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// Which lines it is for (default: the whole basket).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Selection>,
    /// Which units of these lines.
    #[serde(default, skip_serializing_if = "is_default")]
    pub targets: Targets,
    /// Whether later discounts see the units that it uses.
    #[serde(default, skip_serializing_if = "is_default")]
    pub units: Units,
    /// Leaves out lines that have been discounted already, by the host or by an earlier discount.
    #[serde(default, skip_serializing_if = "is_default")]
    pub skip_discounted: bool,
    /// When it is applied (default: what is taken off units and lines first, then what is taken off the basket, then shipping).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// In one phase the higher one is applied first, and with `choose: priority` chosen first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: i32,
    /// The group that it belongs to; `combining.groups` may limit how many of one group are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Id>,
    /// What it may stand beside.
    #[serde(default, skip_serializing_if = "is_default")]
    pub beside: Beside,
    /// Stands alone; with `combining.exclusive_first` it comes before all that are not exclusive.
    #[serde(default, skip_serializing_if = "is_default")]
    pub exclusive: bool,
    /// How often, on how many units and for how much money.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<PromotionLimit>,
    /// The first day, in program time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day, in program time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Days between on which it cannot be used, in program time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blackouts: Vec<DateRange>,
    /// Only on these weekdays, by the clock of the store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<Weekday>,
    /// Only at this time of day, by the clock of the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// What the gifts or points that it gives are worth, in major units: of two sets that save the same money, the one that
    /// gives more worth is better. Where nothing is said, a gift or points are worth one minor unit: better than nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Exact>,
    /// Overrides the program's rounding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<MoneyRounding>,
    /// For coupons: how one is issued, how long it lasts, what becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
}

/// How much must be in the basket. At least one of the three comparisons is given; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// At least this, in major units or in units of goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Exact>,
    /// More than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_than: Option<Exact>,
    /// At most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Exact>,
    /// What is measured.
    #[serde(default, skip_serializing_if = "is_default")]
    pub measure: Measured,
    /// On which lines.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scope: ThresholdScope,
    /// Before all discounts (default), or as it stands when the turn comes.
    #[serde(default = "initial", skip_serializing_if = "is_initial")]
    pub of: PercentBase,
    /// With or without tax.
    #[serde(default, skip_serializing_if = "is_default")]
    pub basis: Basis,
}

fn one() -> u32 {
    1
}

fn initial() -> PercentBase {
    PercentBase::Initial
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_initial(of: &PercentBase) -> bool {
    *of == PercentBase::Initial
}

/// What a threshold measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// The amount.
    #[default]
    Amount,
    /// The number of units.
    Quantity,
}

/// On which lines a threshold is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ThresholdScope {
    /// All goods, also those that take no discount.
    #[default]
    Basket,
    /// The lines that the promotion is for.
    Lines,
}

/// Whether later discounts see the units that a discount has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Units {
    /// They do.
    #[default]
    Shared,
    /// Later discounts that consume units, too, do not see them, nor those that met its condition.
    Consume,
}

/// When a discount is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// First: what is taken off units and lines.
    Item,
    /// Then: what is taken off the basket.
    Basket,
    /// Last: what is taken off shipping.
    Shipping,
}
