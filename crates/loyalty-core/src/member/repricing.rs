//! What a member keeps of an order so that what is kept of it can be priced anew (clause 6.7).

use serde::{Deserialize, Serialize};

use crate::calendar::Instant;
use crate::coupons::Left;
use crate::id::Id;
use crate::limits::{LIST_MAX, MONEY_MAX};
use crate::member::TenderPaid;
use crate::pricing::{RowTax, TaxKind};

/// The facts of an order by which its promotions were chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Repricing {
    /// Of each row of goods that was sent.
    pub(crate) rows: Vec<RowFacts>,
    /// The promotions that could be used, as far as the basket does not decide it.
    pub(crate) offered: Vec<Offered>,
    /// The tax of shipping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_tax: Option<RowTax>,
    /// What all returns so far have given back in money, in minor units.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) refunded: i64,
    /// What they have given back of the points that paid, by the place of the tender; empty where no return has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) restored: Vec<PaidBack>,
}

/// Points that paid and come back, and what they were worth, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaidBack {
    pub(crate) points: i64,
    pub(crate) value: i64,
}

/// A row as it was sent, and as prices know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowFacts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) brand: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<(Box<str>, Box<str>)>,
    /// No discount goes below this.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) least: i64,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) fixed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax: Option<RowTax>,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) tax_group: u32,
    pub(crate) product: u32,
}

/// A promotion that could be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offered {
    pub(crate) of: Id,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) presented: Option<u32>,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) left: Left,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) stored: i64,
    /// What the leaves of its condition said that do not look at the basket.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) answers: Vec<bool>,
}

/// A tax is at most so many times the price.
const RATE_TIMES_MAX: i128 = 100;

impl Repricing {
    /// Whether it contradicts itself, or an order with so many rows and these points that paid.
    pub(crate) fn is_wrong(&self, rows: usize, tender: &[TenderPaid]) -> bool {
        let back = |(back, paid): (&PaidBack, &TenderPaid)| {
            (0..=paid.points).contains(&back.points) && (0..=paid.value).contains(&back.value)
        };
        let money = |amount: i64| (0..=MONEY_MAX).contains(&amount);
        let tax = |tax: &RowTax| match tax.kind {
            TaxKind::Rate(part) => {
                let most = part.whole.saturating_mul(RATE_TIMES_MAX);
                part.whole > 0 && (0..=most).contains(&part.part)
            }
            TaxKind::Amount { tax, stated } => money(tax) && money(stated),
            TaxKind::Fixed(tax) => money(tax),
        };
        let row = |row: &RowFacts| money(row.least) && row.tax.as_ref().is_none_or(tax);
        let shipping = self.shipping_tax.as_ref();
        !shipping.is_none_or(tax)
            || self.rows.len() > rows
            || self.offered.len() > LIST_MAX
            || !money(self.refunded)
            || self.restored.len() > tender.len()
            || !self.restored.iter().zip(tender).all(back)
            || !self.rows.iter().all(row)
            || !self.offered.iter().all(|one| money(one.stored))
    }
}
