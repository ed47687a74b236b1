//! The kinds of discounts (clause 10.2).

use serde::{Deserialize, Serialize};

use super::{Measured, initial, is_initial, one};
use crate::amount::{Exact, Points};
use crate::condition::Selection;
use crate::id::Id;
use crate::json::is_default;
use crate::pricing::{Basis, PercentBase};

/// What a promotion does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Deal {
    /// An amount off.
    AmountOff(AmountDeal),
    /// A part of the price off.
    PercentOff(PercentDeal),
    /// The more, the better: spend 100, 200, 300.
    Tiered(TieredDeal),
    /// A price in place of the one that is stated; it never raises a price.
    FixedPrice(FixedPriceDeal),
    /// Buy some, get some free or cheaper.
    BuyXGetY(BuyGetDeal),
    /// Several things together.
    Bundle(BundleDeal),
    /// A thing besides.
    Gift(GiftDeal),
    /// Another thing in place of one.
    Replace(ReplaceDeal),
    /// Less for shipping.
    ShippingOff(ShippingDeal),
    /// Points besides, or more of them.
    Points(PointsDeal),
    /// A thing for the coupon.
    Exchange(ExchangeDeal),
    /// The money that the coupon holds.
    StoredValue(StoredValueDeal),
}

/// What happens to a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// So many percent less.
    Percent(Exact),
    /// So much less, in major units.
    Amount(Exact),
    /// It becomes this, in major units, if it was more.
    Price(Exact),
}

/// An amount off. It never takes a line below zero or below its floor price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AmountDeal {
    /// How much, in major units.
    pub amount: Exact,
    /// Off what (default: once, shared over all lines that it is for).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<DealPer>,
    /// For `bundle`: so many units make one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// As often as this is full: `{"amount": "100.00"}` or `{"quantity": 3}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<FullStep>,
    /// For `every`: before all discounts (default), or as it stands when the turn comes.
    #[serde(default = "initial", skip_serializing_if = "is_initial")]
    pub of: PercentBase,
    /// For amounts: with or without tax.
    #[serde(default, skip_serializing_if = "is_default")]
    pub basis: Basis,
    /// At most so much in all, in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
    /// At most so much off each line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_line: Option<Exact>,
    /// At most so much off each unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_unit: Option<Exact>,
}

/// Off what something is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DealPer {
    /// Off all lines together: it is computed once and shared over them.
    Scope,
    /// Off each line.
    Line,
    /// Off each unit.
    Unit,
    /// Off each bundle.
    Bundle,
}

/// A step that can be full several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FullStep {
    /// So much of the lines that it is for, in major units.
    Amount(Exact),
    /// So many units of the lines that it is for.
    Quantity(u32),
}

/// A part of the price off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PercentDeal {
    /// How much, in percent.
    pub percent: Exact,
    /// Off what (default: each line where lines or units are chosen, else all lines together).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<DealPer>,
    /// Of the price as it stands after earlier discounts (default), or of the price before all of them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub of: PercentBase,
    /// At most so much in all, in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
    /// At most so much off each line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_line: Option<Exact>,
    /// At most so much off each unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_unit: Option<Exact>,
}

/// Steps, of which the highest one that is reached applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TieredDeal {
    /// The steps, rising.
    pub steps: Vec<TieredStep>,
    /// What is measured.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by: Measured,
    /// Before all discounts (default), or as it stands when the turn comes.
    #[serde(default = "initial", skip_serializing_if = "is_initial")]
    pub of: PercentBase,
    /// With or without tax.
    #[serde(default, skip_serializing_if = "is_default")]
    pub basis: Basis,
    /// Off what: see the plain discounts. A price is always that of one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<TieredBy>,
    /// At most so much in all, in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
}

/// Off what the effect of a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TieredBy {
    /// Off all lines together.
    Scope,
    /// Off each line.
    Line,
    /// Off each unit.
    Unit,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TieredStep {
    /// From this on, in major units or in units of goods.
    pub from: Exact,
    /// What it does.
    pub effect: Effect,
}

/// A price in place of the one that is stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FixedPriceDeal {
    /// The price, in major units.
    pub price: Exact,
    /// Of what.
    #[serde(default, skip_serializing_if = "is_default")]
    pub of: FixedPriceOf,
    /// For `bundle`: so many units make one. The dearest come first where `targets` says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// For `bundle`: at most so many (default: as many as there are).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u32>,
}

/// What a fixed price is the price of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FixedPriceOf {
    /// Each unit.
    #[default]
    Unit,
    /// So many units together: any three for 20.
    Bundle,
    /// All lines that it is for, together.
    Basket,
}

/// Buy some, get some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BuyGetDeal {
    /// What must be bought.
    pub buy: BuyWhat,
    /// What is got for it.
    pub get: GetWhat,
    /// What is got is free (default: `{"percent": 100}`), or cheaper. An amount or a price is that of one unit.
    #[serde(default = "free", skip_serializing_if = "is_free")]
    pub y: Effect,
    /// Whether what is got lies in the basket, or is added to it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub units: GetFrom,
    /// At most so many times (default: as often as it fits).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u32>,
    /// Gives what there is, too, where fewer units lie in the basket than could be got.
    #[serde(default, skip_serializing_if = "is_default")]
    pub partial: bool,
}

fn free() -> Effect {
    Effect::Percent(Exact(crate::amount::Decimal::ONE_HUNDRED))
}

fn is_free(y: &Effect) -> bool {
    *y == free()
}

/// What must be bought: `quantity` units, or goods for an `amount`, each time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BuyWhat {
    /// Of which lines (default: those of the promotion).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Selection>,
    /// So many units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// For so much before discounts, in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Exact>,
}

/// What is got each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GetWhat {
    /// Of which lines (default: those of the promotion). The cheapest come first where `targets` says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Selection>,
    /// For `units: added`: the article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Id>,
    /// So many units.
    #[serde(default = "one")]
    pub quantity: u32,
}

/// Where the units are that a promotion gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GetFrom {
    /// In the basket.
    #[default]
    FromBasket,
    /// They are added to it.
    Added,
}

/// Several things together: as many bundles as are complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BundleDeal {
    /// What is in one.
    pub items: Vec<BundleItem>,
    /// What happens to the price: of each bundle together, or of what `get` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// Other lines that the effect is for; each complete bundle lowers the price of so many of their units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get: Option<Selection>,
    /// How many units of `get` for each bundle (default: all there are, and an amount is taken off them together).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get_quantity: Option<u32>,
    /// Whether the effect is for each bundle; if not, once for all bundles together.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub multiply: bool,
    /// At most so many bundles (default: as many as are complete).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u32>,
}

fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_yes(flag: &bool) -> bool {
    *flag
}

/// What is in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BundleItem {
    /// Of which lines.
    pub lines: Selection,
    /// So many units.
    #[serde(default = "one")]
    pub quantity: u32,
    /// The price of one unit in the bundle, in major units, if it was more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Exact>,
}

/// A thing that is added to the basket. What costs something is a line of the order, with an id of its own (`+1`), and can go back;
/// what is free is only told: the host hands it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GiftDeal {
    /// The article.
    pub sku: Id,
    /// So many units, each time.
    #[serde(default = "one")]
    pub quantity: u32,
    /// What one unit costs, in major units (default: nothing). Only a coupon may charge: nobody has asked for an offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Exact>,
    /// As often as this is full before discounts (default: once).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<FullStep>,
    /// With `every`: at most so many times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u32>,
}

/// Another thing in place of one, for what that one costs, and for no more than it costs elsewhere. The line stays as it was sent, and
/// later discounts see it so; the receipt says what comes in place of which units. No unit is replaced twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplaceDeal {
    /// So many units of the lines that it is for go, each time.
    #[serde(default = "one")]
    pub quantity: u32,
    /// The article that comes.
    pub sku: Id,
    /// So many units of it come.
    #[serde(default = "one")]
    pub by_quantity: u32,
    /// What one unit of it costs elsewhere, in major units: where that is less, only that is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Exact>,
    /// At most so many times (default: once).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u32>,
}

/// Less for shipping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ShippingDeal {
    /// What happens to its price (default: it is free).
    #[serde(default = "free", skip_serializing_if = "is_free")]
    pub effect: Effect,
    /// At most so much, in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
}

/// Points besides (`bonus`), or more of those that the purchase earns (`multiplier`). They are given as by an earn rule of the
/// name of the promotion: with the multipliers and caps of the program, and taken back by returns like all others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PointsDeal {
    /// The account; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// So many points, shared over the lines that it is for; no factor multiplies them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bonus: Option<Points>,
    /// The points of the lines that it is for, times this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiplier: Option<Exact>,
}

/// A thing for the coupon: units of the lines that it is for cost nothing, or an article is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExchangeDeal {
    /// So many units.
    #[serde(default = "one")]
    pub quantity: u32,
    /// The article, where it is added to the basket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Id>,
}

/// Pays with the money that an instance of the coupon holds: a gift card, a stored-value card. Its instances are issued with a
/// `value`, topped up, and used in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct StoredValueDeal {
    /// At most so much for one order, in major units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
    /// Whether it pays, after all else (then a purchase names its instances in `stored_value`), or lowers the price (then they
    /// are presented in `coupons`).
    #[serde(rename = "as", skip_serializing_if = "is_default")]
    pub role: StoredValueAs,
}

/// What stored value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StoredValueAs {
    /// A payment.
    #[default]
    Payment,
    /// A discount.
    Discount,
}
