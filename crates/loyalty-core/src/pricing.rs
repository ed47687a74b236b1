//! What a basket costs: rows with running amounts, discounts, tax (clauses 2.3 to 2.6, 6.2).

mod discount;
mod price;
mod rules;
mod tax;

pub use rules::{
    AmountOff, Basis, Discount, DiscountPer, MoneyRounding, PercentBase, PercentOff, Pricing,
    RoundOf, RoundPlace, TaxRule, Weights,
};

use crate::amount::{Currency, Remainder};
use crate::condition::Select;
use crate::error::{Error, Result};

/// How a program prices: a compiled [`Pricing`].
#[derive(Debug)]
pub(crate) struct PricingPlan {
    pub(crate) rounder: Rounder,
    pub(crate) sharing: Sharing,
    pub(crate) tax: TaxRule,
}

/// A compiled [`Discount`].
#[derive(Debug)]
pub(crate) struct DiscountPlan {
    pub(crate) reduction: Reduction,
    /// Which lines it is for; all that can be discounted if there are none.
    pub(crate) lines: Option<Select>,
}

impl Default for PricingPlan {
    fn default() -> Self {
        Self {
            rounder: Rounder::EXACT,
            sharing: Sharing {
                weights: Weights::default(),
                remainder: Remainder::default(),
            },
            tax: TaxRule::default(),
        }
    }
}

impl PricingPlan {
    /// Compiles a rule.
    ///
    /// # Errors
    /// A mistake at `rounding.to`.
    pub(crate) fn new(rule: &Pricing, currency: Currency) -> Result<Self> {
        Ok(Self {
            rounder: Rounder::new(&rule.rounding, currency)
                .map_err(|error: Error| error.under("rounding"))?,
            sharing: Sharing {
                weights: rule.weights,
                remainder: rule.remainder,
            },
            tax: rule.tax.clone(),
        })
    }
}

pub(crate) use discount::{Cut, Part, Reduced, Reduction, Rounder, Sharing, Target, reduce};
pub(crate) use price::{Stage, Taxed};
pub(crate) use tax::{RowTax, TaxKind, gross, net, net_and_gross};
