//! What a member keeps of an order, for as long as it can be returned (clause 6.2).

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::amount::Exact;
use crate::calendar::{Date, Instant};
use crate::coupons::Instance;
use crate::households::Shared;
use crate::id::Id;
use crate::member::{Named, Repricing};
use crate::points::{Crossed, ReturnedPoints, Took};
use crate::tasks::Stepped;
use crate::triggers::Awarded;

/// An order, row by row. All money is in minor units of the whole row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) id: Id,
    pub(crate) at: Instant,
    /// The civil day of it, in the zone of then.
    pub(crate) on: Date,
    /// The version of the member after it.
    pub(crate) version: u64,
    pub(crate) rows: Vec<OrderRow>,
    /// The lots that its points went to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) put: Vec<Put>,
    /// The points that it was paid with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tender: Vec<TenderPaid>,
    /// The discounts that are not a line's own, in the order in which they were applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) discounts: Vec<Id>,
    /// Those of them that coupons were; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) discounts_of: Vec<DiscountOf>,
    /// The coupons that it used, as they were in the wallet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) coupons: Vec<Instance>,
    /// What its promotions were counted for, where something limits them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) used: Vec<PromotionUse>,
    /// The stored value that it used, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) cards: Vec<CardPaid>,
    /// What triggers gave for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) awards: Vec<Awarded>,
    /// What it has brought the pool of the household.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) shared: Vec<Shared>,
    /// What it did for tasks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tasks: Vec<Stepped>,
    /// The facts by which its promotions were chosen, where returns price what is kept anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) repricing: Option<Box<Repricing>>,
    /// Whether the last row is shipping.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) shipping: bool,
    /// The currency in which the customer paid, and the rate, if it was another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) converted: Option<ConvertedAt>,
    /// The metrics in which it counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) counted: Vec<Counted>,
    /// How the points that it earned go back.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) returned_points: ReturnedPoints,
    /// What multipliers multiplied, where returns go by list price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) factors: Vec<OrderFactor>,
    /// The version of the program under which it was sold, where the member has come to another one since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rules: Option<Id>,
    /// Whether the referrer was told what it cost.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) told: bool,
    /// The points that the referrer was told of and that stand, by account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) told_points: Vec<(Id, i64)>,
    /// The milestones that it reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) crossed: Vec<Crossed>,
}

/// The coupon that a discount of an order was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscountOf {
    /// The place of the discount among those of the order.
    pub(crate) n: u32,
    /// The instance, or the code.
    pub(crate) coupon: Id,
}

/// Stored value that an order used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardPaid {
    /// The instance, and what it held then.
    pub(crate) card: Instance,
    /// How much, in minor units.
    pub(crate) value: i64,
    /// How much of that is back on it.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) back: i64,
    /// The discount that it was, by its place among those of the order; none where it paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) discount: Option<u32>,
}

/// What a promotion was counted for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromotionUse {
    pub(crate) of: Id,
    /// The day in program time.
    pub(crate) on: Date,
    pub(crate) uses: i64,
    pub(crate) units: i64,
    /// In minor units.
    pub(crate) money: i64,
    /// Where a limit counts by product: the units of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) products: Vec<KeyUse>,
    /// Where limits count by attributes of the event: what those were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<ValueUse>,
}

/// Units of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyUse {
    pub(crate) sku: Id,
    pub(crate) units: i64,
}

/// The value of an attribute by which a limit counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValueUse {
    pub(crate) by: Box<str>,
    pub(crate) value: Box<str>,
}

/// The lines of a row: nearly always one.
pub(crate) type OrderLines = SmallVec<[OrderLine; 1]>;

/// Lines that are equal in all but id and quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderRow {
    pub(crate) sku: Id,
    pub(crate) lines: OrderLines,
    pub(crate) list: i64,
    /// After the discounts that its lines were sent with, where that is not what it is after all discounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) initial: Option<i64>,
    /// What it is after each of the order's discounts that took something off it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) discounts: Vec<RowDiscount>,
    /// After all discounts, as priced.
    pub(crate) discounted: i64,
    /// After all discounts without and with tax, where it has a tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) taxed: Option<RowTaxed>,
    /// After points were used to pay.
    pub(crate) paid: i64,
    /// Points used to pay for this row, for each tender.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tender: Vec<RowTender>,
    /// Points that each rule gave for this row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earned: Vec<RowPoints>,
    /// What it brought to each rule that it counts for, where returns go by list price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) measured: Vec<RowMeasure>,
    /// By how much it changed what rules carry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) carried: Vec<RowCarried>,
}

/// By how much a row changed what a rule carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowCarried {
    pub(crate) rule: Id,
    /// So many parts; less than none where more was used than the row brought.
    pub(crate) change: i64,
    /// So many parts are one step.
    pub(crate) of: i64,
}

/// What a discount left of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowDiscount {
    /// Its place among the discounts of the order.
    pub(crate) n: u32,
    /// What is left after it.
    pub(crate) left: i64,
}

/// A row without and with tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowTaxed {
    pub(crate) net: i64,
    pub(crate) gross: i64,
}

/// Another currency in which the customer paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConvertedAt {
    pub(crate) currency: Id,
    pub(crate) rate: Exact,
}

/// Points used to pay for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowTender {
    pub(crate) points: i64,
    /// What is left to pay after them.
    pub(crate) left: i64,
}

/// One line as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderLine {
    pub(crate) id: Id,
    pub(crate) quantity: i64,
    /// How many units are back.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) back: i64,
    /// How much of its money is back without goods.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) back_amount: i64,
}

/// Points that a rule gave for a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowPoints {
    pub(crate) rule: Id,
    pub(crate) account: Id,
    pub(crate) points: i64,
}

/// What a row brought to a rule, and what it would have brought by its list price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowMeasure {
    pub(crate) rule: Id,
    pub(crate) now: i64,
    pub(crate) list: i64,
}

/// A multiplier that gave points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderFactor {
    pub(crate) rule: Id,
    /// The rules whose points it multiplied.
    pub(crate) of: Vec<Id>,
    /// On which rows; on all if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rows: Vec<u32>,
}

/// Points that went to a lot, and how many of them were taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Put {
    pub(crate) account: Id,
    pub(crate) lot: Took,
}

/// Points that were used to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenderPaid {
    pub(crate) account: Id,
    pub(crate) points: i64,
    pub(crate) value: i64,
    /// The discount that they bought, by its place among those of the order; none where they paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) discount: Option<u32>,
    /// The reward that they were used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reward: Option<Id>,
    pub(crate) lots: Vec<Took>,
}

/// A metric in which the order counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counted {
    pub(crate) metric: Id,
    /// Which rows count; all if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rows: Vec<u32>,
    /// What it brought, where the rows do not say so: the value of an attribute, in millionths.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) amount: i64,
    /// The values that it brought: one for each row that counts, or one for the order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<Box<str>>,
}

impl OrderLine {
    /// A line of which nothing is back.
    pub(crate) fn new(id: Id, quantity: i64) -> Self {
        Self {
            id,
            quantity,
            back: 0,
            back_amount: 0,
        }
    }
}

impl OrderRow {
    /// How many units were bought.
    pub(crate) fn quantity(&self) -> i64 {
        self.lines
            .iter()
            .fold(0, |sum: i64, line| sum.saturating_add(line.quantity))
    }

    /// How many units are back.
    pub(crate) fn back(&self) -> i64 {
        self.lines
            .iter()
            .fold(0, |sum: i64, line| sum.saturating_add(line.back))
    }

    /// After the discounts that its lines were sent with.
    pub(crate) fn initial(&self) -> i64 {
        self.initial.unwrap_or(self.discounted)
    }

    /// After all discounts, without tax.
    pub(crate) fn net(&self) -> i64 {
        self.taxed.map_or(self.discounted, |taxed| taxed.net)
    }

    /// After all discounts, with tax.
    pub(crate) fn gross(&self) -> i64 {
        self.taxed.map_or(self.discounted, |taxed| taxed.gross)
    }

    /// The discounts that took something off it: the place of each, the amount before it and after it.
    pub(crate) fn discounts(&self) -> impl Iterator<Item = (u32, i64, i64)> {
        let mut before = self.initial();
        self.discounts.iter().map(move |one| {
            let from = core::mem::replace(&mut before, one.left);
            (one.n, from, one.left)
        })
    }

    /// What a tender of its order did: the points, the amount before it and after it.
    pub(crate) fn tender(&self, tender: &[TenderPaid], number: usize) -> Option<(i64, i64, i64)> {
        let used = self.tender.get(number)?;
        if let Some(discount) = tender.get(number)?.discount {
            let found = self.discounts().find(|(n, ..)| *n == discount);
            let (_, before, left) = found.unwrap_or((discount, 0, 0));
            return Some((used.points, before, left));
        }
        // Whatever lowers the price comes before whatever pays.
        let earlier = number.checked_sub(1).filter(|before| {
            tender
                .get(*before)
                .is_some_and(|tender| tender.discount.is_none())
        });
        let before = earlier.and_then(|before| self.tender.get(before));
        let before = before.map_or(self.gross(), |before| before.left);
        Some((used.points, before, used.left))
    }

    /// Whether its amounts contradict each other: each step is at most the one before it.
    fn amounts_fault(&self, order: &Order) -> bool {
        let mut before = self.list;
        let mut falls = |after: i64| {
            let fine = 0 <= after && after <= before;
            before = after;
            fine
        };
        let mut fine = falls(self.initial());
        let mut last = None;
        for one in &self.discounts {
            let place = usize::try_from(one.n).unwrap_or(usize::MAX);
            fine &= falls(one.left) && last < Some(one.n) && place < order.discounts.len();
            last = Some(one.n);
        }
        fine &= self
            .discounts
            .last()
            .is_none_or(|last| last.left == self.discounted);
        fine &= falls(self.discounted);
        let (net, gross) = (self.net(), self.gross());
        fine &= 0 <= net && net <= gross && gross <= crate::limits::MONEY_MAX;
        let mut before = gross;
        for (used, tender) in self.tender.iter().zip(&order.tender) {
            if tender.discount.is_none() {
                fine &= 0 <= used.left && used.left <= before;
                before = used.left;
            }
        }
        !fine || self.paid < 0 || self.paid > before
    }
}

impl Counted {
    /// Whether a row counts.
    pub(crate) fn has(&self, row: usize) -> bool {
        names(&self.rows, row)
    }
}

impl OrderFactor {
    /// Whether it is for a row.
    pub(crate) fn has(&self, row: usize) -> bool {
        names(&self.rows, row)
    }
}

/// Whether rising places, or all if there are none, name a row.
fn names(rows: &[u32], row: usize) -> bool {
    rows.is_empty() || u32::try_from(row).is_ok_and(|row| rows.binary_search(&row).is_ok())
}

impl Named for Order {
    fn id(&self) -> &Id {
        &self.id
    }
}

impl Order {
    /// The rows but shipping.
    pub(crate) fn goods(&self) -> impl Iterator<Item = &OrderRow> {
        let goods = self.rows.len().saturating_sub(usize::from(self.shipping));
        self.rows.iter().take(goods)
    }

    /// Whether it still counts in a metric: some row that counts is not all back.
    pub(crate) fn counts_in(&self, metric: &Id) -> bool {
        let counted = self
            .counted
            .iter()
            .find(|counted| counted.metric == *metric);
        counted.is_some_and(|counted| {
            let mut rows = self.goods().enumerate();
            rows.any(|(place, row)| counted.has(place) && row.back() < row.quantity())
        })
    }

    /// What is wrong with a decoded order, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let units = |line: &OrderLine| {
            let out = 0 <= line.back && line.back <= line.quantity && line.quantity >= 1;
            out && 0 <= line.back_amount && line.back_amount <= crate::limits::MONEY_MAX
        };
        if self.rows.is_empty()
            || !self.rows.iter().all(|row| {
                !row.amounts_fault(self) && !row.lines.is_empty() && row.lines.iter().all(units)
            })
        {
            return Some("the rows of an order contradict each other");
        }
        let limit = |line: &OrderLine| line.quantity <= crate::limits::QUANTITY_MAX;
        if !self
            .rows
            .iter()
            .all(|row| row.list <= crate::limits::MONEY_MAX && row.lines.iter().all(limit))
        {
            return Some("an amount of an order is too large");
        }
        let took = Took::is_right;
        if !self.put.iter().all(|put| took(&put.lot))
            || !self
                .tender
                .iter()
                .all(|tender| tender.lots.iter().all(took))
        {
            return Some("more points of an order are back than there were");
        }
        let card = |one: &CardPaid| {
            let place = one.discount.map(usize::try_from);
            (0..=one.value).contains(&one.back)
                && one.value <= crate::limits::MONEY_MAX
                && place.is_none_or(|place| place.is_ok_and(|place| place < self.discounts.len()))
        };
        if !self.cards.iter().all(card) {
            return Some("the stored value of an order contradicts itself");
        }
        let known = |one: &DiscountOf| {
            usize::try_from(one.n).is_ok_and(|place| place < self.discounts.len())
        };
        if !self.discounts_of.is_sorted_by(|one, next| one.n < next.n)
            || !self.discounts_of.iter().all(known)
        {
            return Some("the coupons of an order contradict its discounts");
        }
        let mut gave = self.awards.iter().filter_map(|one| one.gave.as_ref());
        if !gave.all(|gave| gave.lot.lot.points > 0 && gave.lot.is_right()) {
            return Some("more points that a trigger gave are back than there were");
        }
        if self.shared.iter().any(Shared::is_wrong) {
            return Some(
                "more points of an order went to a household, or came back, than there were",
            );
        }
        let rows = self.goods().count();
        if self
            .repricing
            .as_ref()
            .is_some_and(|one| one.is_wrong(rows, &self.tender))
        {
            return Some("the facts of an order contradict each other");
        }
        let rising = |one: &RowMeasure| 0 <= one.now && one.now <= one.list;
        if !self.rows.iter().all(|row| row.measured.iter().all(rising)) {
            return Some("what a row brought to a rule is more than its list price would have");
        }
        let factor = |one: &OrderFactor| {
            let last = one.rows.last().map(|last| usize::try_from(*last));
            !one.of.is_empty()
                && one.rows.is_sorted_by(|one, other| one < other)
                && last.is_none_or(|last| last.is_ok_and(|last| last < self.rows.len()))
        };
        if !self.factors.iter().all(factor) {
            return Some("what multipliers of an order multiplied contradicts itself");
        }
        let parts = |carried: &RowCarried| carried.of >= 1;
        if self.crossed.iter().any(|crossed| crossed.values.fault())
            || !self.rows.iter().all(|row| row.carried.iter().all(parts))
        {
            return Some("what an order did to the rules' memory contradicts itself");
        }
        if self
            .rows
            .iter()
            .any(|row| row.tender.len() != self.tender.len() && !row.tender.is_empty())
            || !self.tender.iter().all(|tender| {
                let place = tender.discount.map(usize::try_from);
                place.is_none_or(|place| place.is_ok_and(|place| place < self.discounts.len()))
            })
        {
            return Some("the payments of an order contradict each other");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As orders were written before they kept discounts, tax and shipping.
    const EARLIER: &str = r#"{"id": "o-1", "at": "2026-03-01T02:00:00Z", "on": "2026-03-01", "version": 3,
        "rows": [{"sku": "tea", "lines": [{"id": "1", "quantity": 3, "back": 1}], "list": 3000, "discounted": 2700, "paid": 2200,
            "tender": [{"points": 500, "left": 2200}], "earned": [{"rule": "base", "account": "points", "points": 22}]}],
        "tender": [{"account": "points", "points": 500, "value": 500, "lots": []}]}"#;

    fn read(json: &str) -> Order {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn earlier_orders_are_read() {
        let order = read(EARLIER);
        assert_eq!(order.fault(), None);
        let row = order.rows.first().unwrap();
        assert_eq!((row.initial(), row.net(), row.gross()), (2700, 2700, 2700));
        assert_eq!(row.tender(&order.tender, 0), Some((500, 2700, 2200)));
        assert!(!serde_json::to_string(&order).unwrap().contains("shipping"));
    }

    #[test]
    fn amounts_that_rise_are_a_fault() {
        let with = |from: &str, to: &str| {
            let text = EARLIER.replacen(from, to, 1);
            assert_ne!(text, EARLIER);
            read(&text).fault()
        };
        let discounted = r#""discounted": 2700"#;
        let row = |more: &str| format!("{discounted}, {more}");
        assert_eq!(with(discounted, &row(r#""initial": 2900"#)), None);
        for more in [
            r#""initial": 3001"#,
            r#""initial": 2600"#,
            r#""discounts": [{"n": 0, "left": 2700}]"#,
            r#""taxed": {"net": 2700, "gross": 2100}"#,
            r#""taxed": {"net": -1, "gross": 2700}"#,
        ] {
            assert!(with(discounted, &row(more)).is_some(), "{more}");
        }
        for (from, to) in [
            (r#""left": 2200"#, r#""left": 2701"#),
            (r#""paid": 2200"#, r#""paid": 2300"#),
            (r#""back": 1"#, r#""back": 1, "back_amount": -1"#),
            (r#""value": 500"#, r#""value": 500, "discount": 0"#),
            (
                r#""version": 3"#,
                r#""version": 3, "factors": [{"rule": "twice", "of": []}]"#,
            ),
            (
                r#""version": 3"#,
                r#""version": 3, "factors": [{"rule": "twice", "of": ["base"], "rows": [1]}]"#,
            ),
        ] {
            assert!(with(from, to).is_some(), "{to}");
        }
    }
}
