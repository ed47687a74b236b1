//! What one promotion does to a basket (clauses 10.2 to 10.5).

use super::plan::{PromotionPlan, ThresholdPlan};
use crate::calendar::Instant;
use crate::condition::Basket;
use crate::error::Result;
use crate::id::Id;
use crate::pricing::{RowTax, Sharing, TaxRule};

/// A basket as promotions see it: what does not change while they are applied.
#[derive(Debug)]
pub(crate) struct Till {
    pub(crate) rows: Vec<TillRow>,
    pub(crate) shipping: Option<TillRow>,
    pub(crate) sharing: Sharing,
    pub(crate) tax: TaxRule,
}

/// A row, in minor units of the whole row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TillRow {
    pub(crate) quantity: i64,
    /// The stated price, before any discount.
    pub(crate) stated: i64,
    /// Before all discounts but those of the line.
    pub(crate) initial: i64,
    /// As it stands when the first promotion is applied: rewards may have lowered it.
    pub(crate) now: i64,
    /// No discount goes below this.
    pub(crate) least: i64,
    pub(crate) discountable: bool,
    pub(crate) tax: Option<RowTax>,
    pub(crate) tax_group: u32,
}

/// What changes while promotions are applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// What each row costs; shipping is the one after the goods.
    pub(crate) now: Vec<i64>,
    /// How many units of each row have been consumed.
    pub(crate) used: Vec<i64>,
    /// What is paid for added things.
    pub(crate) charged: i64,
}

/// A promotion that may be used, or an instance of a coupon.
#[derive(Debug)]
pub(crate) struct Candidate<'p> {
    pub(crate) plan: &'p PromotionPlan,
    /// The instance or the code; none for an offer.
    pub(crate) instance: Option<Id>,
    pub(crate) expires: Option<Instant>,
    /// Where it stands among those that were presented.
    pub(crate) presented: Option<u32>,
    /// What the limits leave.
    pub(crate) left: Left,
    /// The rows that each selection of its plan chooses, in the order of the plan.
    pub(crate) sets: Vec<Box<[u32]>>,
}

/// What the limits of a promotion leave for this order; none for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// On so many units.
    pub(crate) units: Option<i64>,
    /// So much money off, in minor units.
    pub(crate) money: Option<i64>,
    /// Whether what is over `units` or `money` makes it not be used at all.
    pub(crate) whole: bool,
}

/// What a promotion has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    /// What it took off each row; shipping last.
    pub(crate) off: Vec<i64>,
    /// All of that.
    pub(crate) total: i64,
    /// What no row could take.
    pub(crate) unplaced: i64,
    /// The units that it lowered the price of, by row.
    pub(crate) units: Vec<(u32, i64)>,
    /// The units that met its condition, by row.
    pub(crate) met: Vec<(u32, i64)>,
    pub(crate) added: Vec<Added>,
    pub(crate) points: Option<GivenPoints>,
}

/// Things that a promotion adds to the basket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Added {
    pub(crate) sku: Id,
    pub(crate) quantity: i64,
    /// What is paid for all of them, in minor units.
    pub(crate) price: i64,
}

/// Points that a promotion gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivenPoints {
    /// The place of the account.
    pub(crate) account: usize,
    pub(crate) bonus: i64,
    /// The points of these rows, times this.
    pub(crate) multiplier: Option<crate::amount::Exact>,
    pub(crate) rows: Box<[u32]>,
}

impl<'p> Candidate<'p> {
    /// A candidate that no limit binds. Whoever makes it has judged its condition, dates and counts.
    pub(crate) fn new(plan: &'p PromotionPlan, basket: &Basket) -> Self {
        let select = |lines: &crate::condition::Select| -> Box<[u32]> {
            let rows = (0_u32..).zip(&basket.rows);
            rows.filter(|(_, row)| lines.has(basket, row))
                .map(|(place, _)| place)
                .collect()
        };
        let mut sets = Vec::new();
        plan.selections(&mut |lines| {
            sets.push(match lines {
                Some(lines) => select(lines),
                None => (0_u32..)
                    .zip(&basket.rows)
                    .map(|(place, _)| place)
                    .collect(),
            });
        });
        Self {
            plan,
            instance: None,
            expires: None,
            presented: None,
            left: Left::default(),
            sets,
        }
    }
}

impl Till {
    /// The state before the first promotion.
    pub(crate) fn start(&self) -> State {
        let rows = self.rows.iter().chain(&self.shipping);
        let now: Vec<i64> = rows.map(|row| row.now).collect();
        State {
            used: vec![0; now.len()],
            now,
            charged: 0,
        }
    }

    /// What is to be paid in a state, with tax and shipping.
    ///
    /// # Errors
    /// [`crate::Code::Overflow`] as of the tax.
    pub(crate) fn payable(&self, state: &State) -> Result<i64> {
        todo_payable(self, state)
    }

    /// Applies a candidate whose threshold holds. None if it has no effect; the state is as it was then.
    ///
    /// # Errors
    /// [`crate::Code::Overflow`] if amounts are too large to be counted.
    pub(crate) fn apply(
        &self,
        candidate: &Candidate<'_>,
        state: &mut State,
    ) -> Result<Option<Applied>> {
        let _ = (candidate, state);
        Ok(None)
    }

    /// How far a threshold is from holding: none if it holds.
    pub(crate) fn lacks(
        &self,
        threshold: &ThresholdPlan,
        candidate: &Candidate<'_>,
        state: &State,
    ) -> Result<Option<Shortfall>> {
        let _ = (threshold, candidate, state);
        Ok(None)
    }
}

/// How far a threshold is from holding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shortfall {
    /// What was found, in minor units or in units of goods.
    pub(crate) found: i64,
    /// The least that holds; none where less is needed.
    pub(crate) at_least: Option<i64>,
    /// The most that holds.
    pub(crate) at_most: Option<i64>,
    pub(crate) measure: super::rules::Measured,
}

fn todo_payable(till: &Till, state: &State) -> Result<i64> {
    let _ = till;
    Ok(state
        .now
        .iter()
        .fold(0, |sum: i64, one| sum.saturating_add(*one)))
}
