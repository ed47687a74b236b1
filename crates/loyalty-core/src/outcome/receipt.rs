//! Receipts: every line of a purchase or a return, to the minor unit, and what promotions did (clauses 4.8, 10.8).

use serde::Serialize;

use super::{Amount, Unmet};
use crate::amount::{Exact, Points};
use crate::calendar::{Date, Instant};
use crate::id::Id;
use crate::points::TenderAs;

/// A purchase or return, line by line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// The order.
    pub order: Id,
    /// The lines, as they were sent, then shipping; for a return the lines that go back, with what is undone.
    pub lines: Vec<ReceiptLine>,
    /// The discounts that are not on a line from the start, in the order in which they were applied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<ReceiptDiscount>,
    /// Offers and coupons: what they add, and why others were not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotions: Option<ReceiptPromotions>,
    /// What the host adds to its counters, for limits of offers and coupons that are for all members together; what is given back
    /// by a return of all of an order is less than zero.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<PromotionCount>,
    /// The points that were used to pay, or given back.
    pub tender: Vec<ReceiptTender>,
    /// The stored value that paid or lowered the price, or that was given back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stored_value: Vec<ReceiptStoredValue>,
    /// The points that were earned, or taken back, by account.
    pub points: Vec<AccountPoints>,
    /// The sums of the lines.
    pub total: ReceiptTotal,
    /// For a return under a program that prices anew what is kept: what is given back, in place of `total.paid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repriced: Option<Amount>,
    /// For a return: money that is kept back for points that are missing; the refund is `total.paid` (or `repriced`) less this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Amount>,
    /// The other currency in which the customer paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub converted: Option<ReceiptConverted>,
}

/// What a receipt says of offers and coupons besides their discounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptPromotions {
    /// Whether no legal set of them leaves less to be paid.
    pub proven: bool,
    /// If not: no set leaves less than this to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Amount>,
    /// Those that were not used, and why.
    pub unused: Vec<Unused>,
    /// What they add to the basket: the host hands it out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<ReceiptAdded>,
}

/// An offer or a coupon that was not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unused {
    /// The offer or coupon, as the program calls it; none for what it does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion: Option<Id>,
    /// The instance or code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<Id>,
    /// Why.
    pub reason: UnusedWhy,
    /// What stands against it: offers by name, coupons by instance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Id>,
    /// What its condition or threshold lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<Unmet>,
    /// For a coupon that was not presented: how much less there would be to pay with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saves: Option<Amount>,
    /// For what is not live: the first instant at which its dates, weekdays and hours let it be used; none for never. An offer is
    /// told as not live only if that is within [`OFFERS_AHEAD_DAYS`](crate::limits::OFFERS_AHEAD_DAYS) days and it is for such a
    /// basket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
}

/// Why an offer or a coupon was not used (clause 10.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnusedWhy {
    /// Its condition or threshold does not hold.
    Unmet,
    /// It would change nothing.
    NoEffect,
    /// It has been used as often as it may be.
    LimitReached,
    /// It cannot be used on this day or at this hour.
    NotLive,
    /// A hold holds it.
    Held,
    /// The host declined it.
    Declined,
    /// What is used does not let it stand beside it.
    NotCombinable,
    /// What comes before it does not let it stand beside it.
    LowerPriority,
    /// It is in the wallet, and could be used besides: nobody presented it.
    NotPresented,
    /// Another set is better.
    Beaten,
    /// The search ended at its limit without it.
    NotChosenAtBound,
    /// There is no such coupon, or it is used or over.
    CodeNotUsable,
}

/// A thing that a promotion adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptAdded {
    /// The promotion.
    pub by: Id,
    /// The article.
    pub sku: Id,
    /// How many units.
    pub quantity: i64,
    /// What is paid for all of them besides; none where they come in place of something, whose price is paid for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// Its line in this receipt, if it costs anything: it can go back like every other line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Id>,
    /// The lines in place of which it comes, with the units: what is paid for these is its price.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<LineUnits>,
}

/// Units of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineUnits {
    /// The line.
    pub line: Id,
    /// How many of its units.
    pub quantity: i64,
}

/// What a promotion was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PromotionCount {
    /// The offer or coupon.
    pub of: Id,
    /// The product, or the value of the attribute, by which a limit counts apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The day of the use, in program time: a limit by the calendar counts it there, also where it is given back later.
    pub on: Date,
    /// How many times.
    pub uses: i64,
    /// On how many units.
    pub units: i64,
    /// How much money it took off.
    pub money: Amount,
}

/// The other currency in which a customer paid; the amounts of the receipt are in the program's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptConverted {
    /// The currency.
    pub currency: Id,
    /// How much of the program's currency one unit of it is.
    pub rate: Exact,
}

/// One line of a receipt.
///
/// Lines that are equal in all but id and quantity are one row, and its amounts are shared among them in the order of their places.
/// A return undoes the row in the order of time: what goes back first is worth what the first units of the row are, whichever of
/// the equal lines it is named by. So a return of one of them alone may give a minor unit or a point less or more than the
/// purchase's receipt says of that line; all of them together give exactly what was paid and take exactly what was earned. A host
/// that shows what a return would give asks with [`Engine::quote`](crate::Engine::quote).
///
/// It cannot be otherwise as long as splitting a line changes nothing. Of two equal units for 0.03 together the first that goes
/// back gives 0.01, whether they were one line or two. Sent as two lines, both would have to say 0.01 for either to agree with its
/// return, and a receipt whose lines do not sum to 0.03 is wrong; and if the line that says 0.02 gave 0.02 even when it goes back
/// first, what a return gives would depend on how the goods had been split over lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptLine {
    /// The id of the line.
    pub line: Id,
    /// The article.
    pub sku: Id,
    /// How many units.
    pub quantity: i64,
    /// The price before discounts, as it was stated.
    pub list: Amount,
    /// The price after discounts, as it was stated (with tax where that was included).
    pub discounted: Amount,
    /// Without and with tax, where a line of the receipt states a tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<ReceiptTax>,
    /// What is left to pay in money, or to give back.
    pub paid: Amount,
    /// What each discount of the receipt took off it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<DiscountAmount>,
    /// Which rules gave how many points for it.
    pub points: Vec<LineRulePoints>,
}

/// An amount without tax, its tax, and both together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptTax {
    /// Without tax.
    pub net: Amount,
    /// The tax.
    pub tax: Amount,
    /// With tax.
    pub gross: Amount,
}

/// A discount of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptDiscount {
    /// Its name.
    pub id: Id,
    /// The instance or code, for a coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<Id>,
    /// How much it took off, or for a return how much of it is undone.
    pub amount: Amount,
    /// How much of it no line could take: the lines were down to zero or to their floor prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unplaced: Option<Amount>,
}

/// What a discount took off a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiscountAmount {
    /// The name of the discount.
    pub id: Id,
    /// How much.
    pub amount: Amount,
}

/// What a rule gave for a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineRulePoints {
    /// The rule.
    pub rule: Id,
    /// The account.
    pub account: Id,
    /// How many.
    pub points: Points,
}

/// Points that were used to pay, or given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptTender {
    /// The account.
    pub account: Id,
    /// The reward, if they were used for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<Id>,
    /// Whether they paid, or lowered the price: then their value is one of the discounts.
    #[serde(rename = "as", skip_serializing_if = "crate::json::is_default")]
    pub role: TenderAs,
    /// How many were asked for; for a return, as many as were given back.
    pub asked: Points,
    /// How many were used.
    pub points: Points,
    /// What they were worth.
    pub value: Amount,
}

/// Points of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountPoints {
    /// The account.
    pub account: Id,
    /// How many were earned, or should be taken back.
    pub points: Points,
}

/// The sums of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptTotal {
    /// Before discounts.
    pub list: Amount,
    /// After discounts.
    pub discounted: Amount,
    /// Without and with tax, where a line of the receipt states a tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<ReceiptTax>,
    /// What is left to pay in money or stored value, or to give back.
    pub paid: Amount,
    /// Where stored value pays, or gets back what it paid: the rest, in money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Amount>,
}

/// What stored value did for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptStoredValue {
    /// The coupon, as the program calls it.
    pub coupon: Id,
    /// The instance.
    pub instance: Id,
    /// How much was used, or given back.
    pub amount: Amount,
    /// What the instance holds then.
    pub left: Amount,
}
