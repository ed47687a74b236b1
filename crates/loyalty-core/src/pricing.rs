//! What a basket costs: rows with running amounts, discounts, tax (clauses 2.3 to 2.6, 6.2).

mod price;
mod rules;

pub use rules::{
    AmountOff, Basis, Discount, DiscountPer, MoneyRounding, PercentBase, PercentOff, Pricing,
    RoundOf, RoundPlace, TaxRule, Weights,
};

pub(crate) use price::{Stage, Taxed};
