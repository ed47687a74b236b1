//! What one promotion does to a basket (clauses 10.2 to 10.5).

mod bundle;
mod cut;
mod extra;
mod gets;
mod limits;
mod measure;
mod most;
mod slots;
mod units;

use std::rc::Rc;

use super::plan::{DealPlan, PromotionPlan};
use crate::calendar::Instant;
use crate::condition::{Basket, Select};
use crate::error::Result;
use crate::id::Id;
use crate::pricing::{RowTax, Sharing, TaxRule, net_and_gross};
use rustc_hash::FxHashMap;

pub(crate) use limits::{Left, ProductsLeft};
pub(super) use slots::SlotsBefore;
pub(crate) use slots::{Slice, State};

use units::Run;

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
    /// Rows of one product have one number, where any limit counts by product.
    pub(crate) product: u32,
}

/// Rows of a basket, set by set. Instances of one coupon share them.
pub(crate) type RowSets = Rc<[Box<[u32]>]>;

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
    /// The money that the instance holds, in minor units.
    pub(crate) stored: i64,
    /// The rows that each selection of its plan chooses, in the order of the plan.
    pub(crate) sets: RowSets,
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
    pub(crate) units: Vec<Run>,
    /// The same by slot, where they are to stand apart: what consumes its units names all of them, others those of which there are
    /// more in their row.
    pub(crate) slots: Vec<Slice>,
    /// The units that met its condition, by slot.
    pub(crate) met: Vec<Slice>,
    /// Some units of a row whose whole price it took off, while the others still cost something.
    pub(crate) free: Vec<Free>,
    pub(crate) added: Vec<Added>,
    /// Whether it gives points: what and how many says the earn rule of its name.
    pub(crate) points: bool,
}

/// Units of a row that cost nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Free {
    pub(crate) row: u32,
    pub(crate) units: i64,
}

/// Things that a promotion adds to the basket, or that come in place of some of its units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Added {
    pub(crate) sku: Id,
    pub(crate) quantity: i64,
    /// What is paid for all of them besides, in minor units.
    pub(crate) price: i64,
    /// The units in place of which they come, by row: what these cost is what is paid.
    pub(crate) instead: Vec<Run>,
}

impl<'p> Candidate<'p> {
    /// Its instance, or what it is an offer of.
    pub(crate) fn name(&self) -> &Id {
        self.instance.as_ref().unwrap_or(&self.plan.id)
    }

    /// Whether there is anything that it could have an effect on, whatever stands before it.
    pub(crate) fn sees_something(&self) -> bool {
        let ships = matches!(self.plan.deal, DealPlan::Shipping { .. });
        ships || self.sets.iter().any(|rows| !rows.is_empty())
    }

    /// A candidate that no limit binds. Whoever makes it has judged its condition, dates and counts.
    pub(crate) fn new(plan: &'p PromotionPlan, basket: &Basket) -> Self {
        Self::of(plan, plan.rows_of(basket))
    }

    /// One that is for these rows.
    pub(crate) fn of(plan: &'p PromotionPlan, sets: RowSets) -> Self {
        Self {
            plan,
            instance: None,
            expires: None,
            presented: None,
            left: Left::default(),
            stored: 0,
            sets,
        }
    }
}

impl PromotionPlan {
    /// The rows that each of its selections chooses.
    pub(crate) fn rows_of(&self, basket: &Basket) -> RowSets {
        // What is bought and what is got are often the lines that the promotion is for.
        let mut known: Vec<(Option<&Select>, Box<[u32]>)> = Vec::new();
        self.selections(&mut |lines| {
            let same = known.iter().find(|(one, _)| match (one, lines) {
                (Some(one), Some(lines)) => core::ptr::eq(*one, lines),
                (one, lines) => one.is_none() && lines.is_none(),
            });
            let rows = match same {
                Some((_, rows)) => rows.clone(),
                None => {
                    let mut rows = Vec::with_capacity(basket.rows.len());
                    let all = (0_u32..).zip(&basket.rows);
                    match lines {
                        Some(lines) => {
                            let all = all.filter(|(_, row)| lines.has(basket, row));
                            rows.extend(all.map(|(place, _)| place));
                        }
                        None => rows.extend(all.map(|(place, _)| place)),
                    }
                    rows.into()
                }
            };
            known.push((lines, rows));
        });
        known.into_iter().map(|(_, rows)| rows).collect()
    }
}

impl Till {
    /// The state before the first promotion.
    pub(crate) fn start(&self) -> State {
        let rows = self.rows.iter().chain(&self.shipping);
        State::new(rows.map(|row| row.now).collect())
    }

    /// A row; shipping is the one after the goods.
    pub(crate) fn row(&self, place: usize) -> Option<&TillRow> {
        self.rows.get(place).or(match &self.shipping {
            Some(row) if place == self.rows.len() => Some(row),
            _ => None,
        })
    }

    /// How many units of each product some runs are, in the order in which products are met.
    pub(crate) fn by_product(&self, runs: &[Run]) -> Vec<(u32, i64)> {
        let mut products: Vec<(u32, i64)> = Vec::with_capacity(runs.len());
        let mut places: FxHashMap<u32, usize> = FxHashMap::default();
        for (row, units) in runs {
            let Some(row) = self.rows.get(*row as usize) else {
                continue;
            };
            let place = *places.entry(row.product).or_insert(products.len());
            match products.get_mut(place) {
                Some((_, more)) => *more = more.saturating_add(*units),
                None => products.push((row.product, *units)),
            }
        }
        products
    }

    /// Whether a discount moves a tax that is put on top of the price.
    pub(crate) fn taxed_on_top(&self) -> bool {
        let mut rows = self.rows.iter().chain(&self.shipping);
        rows.any(|row| row.tax.is_some_and(|tax| !tax.included))
    }

    /// What is to be paid in a state, with tax and shipping, for what is in the basket: what a thing costs that comes besides is
    /// no loss, for it was asked for.
    ///
    /// # Errors
    /// [`crate::Code::Overflow`] as of the tax.
    pub(crate) fn payable(&self, state: &State) -> Result<i64> {
        let now = state.now.iter().copied();
        if !self.taxed_on_top() {
            return Ok(now.fold(0, i64::saturating_add));
        }
        let rows = self.rows.iter().chain(&self.shipping);
        let amounts: Vec<_> = now.zip(rows.map(|row| row.tax)).collect();
        let taxed = net_and_gross(&amounts, &self.tax)?;
        let gross = taxed.iter().map(|one| one.gross);
        Ok(gross.fold(0, i64::saturating_add))
    }

    /// Applies a candidate if its threshold holds. The state is as it was unless something is done.
    ///
    /// # Errors
    /// [`crate::Code::Overflow`] if amounts are too large to be counted.
    #[cfg(test)]
    pub(crate) fn apply(
        &self,
        (place, candidate): (usize, &Candidate<'_>),
        left: &Left,
        state: &mut State,
    ) -> Result<Tried> {
        let tried = self.judge(candidate, left, state)?;
        if let Tried::Done(applied) = &tried {
            state.book(self, (place, candidate), applied);
        }
        Ok(tried)
    }

    /// What comes of a candidate in a state, where other instances may have used up some of the limits.
    pub(super) fn judge(
        &self,
        candidate: &Candidate<'_>,
        left: &Left,
        state: &State,
    ) -> Result<Tried> {
        let work = Work {
            till: self,
            candidate,
            state,
            left,
            loose: false,
        };
        if work.left.is_spent() {
            return Ok(Tried::OverLimit);
        }
        if let Some(lacks) = work.lacks()? {
            return Ok(Tried::Unmet(lacks));
        }
        let Some(mut applied) = work.deal()? else {
            return work.idle();
        };
        if !work.within(&mut applied)? {
            return Ok(Tried::OverLimit);
        }
        if !applied.does_something() {
            return work.idle();
        }
        Ok(Tried::Done(Rc::new(applied)))
    }
}

/// What came of a candidate at its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    Done(Rc<Applied>),
    /// Its threshold does not hold.
    Unmet(Shortfall),
    /// It would change nothing.
    NoEffect,
    /// It would be over a limit, and is not used in part.
    OverLimit,
}

impl Tried {
    /// Whether it is the same for ever: too little is in the basket, and that only becomes less; or nothing is left of a limit.
    pub(super) fn is_for_ever(&self, candidate: &Candidate<'_>) -> bool {
        let too_little =
            |lacks: &Shortfall| lacks.at_least.is_some_and(|least| lacks.found < least);
        match self {
            Self::Unmet(lacks) => too_little(lacks),
            Self::OverLimit => candidate.left.is_spent(),
            Self::Done(_) | Self::NoEffect => false,
        }
    }
}

impl Applied {
    pub(super) fn does_something(&self) -> bool {
        self.total > 0 || !self.added.is_empty() || self.points
    }

    /// How many units count against a limit: those whose price was lowered, and what comes besides.
    pub(crate) fn counted(&self) -> i64 {
        let besides = self.added.iter().filter(|one| one.instead.is_empty());
        let besides = besides.map(|one| one.quantity);
        let lowered = self.units.iter().map(|(_, units)| *units);
        besides.chain(lowered).fold(0_i64, i64::saturating_add)
    }

    /// Whether it lowered the price of units of a row, or of shipping: then the row is one on which it may lose.
    pub(super) fn is_on(&self, row: usize) -> bool {
        let off = self.off.get(row).is_some_and(|off| *off > 0);
        off || self.units.iter().any(|(one, _)| *one as usize == row)
    }

    /// Whether something comes in place of units of a row: that is done for all of its units or not at all.
    pub(super) fn swaps(&self, row: usize) -> bool {
        let mut instead = self.added.iter().flat_map(|one| &one.instead);
        instead.any(|(one, _)| *one as usize == row)
    }

    /// Gives up what was taken off a row.
    pub(super) fn drop_row(&mut self, row: usize) {
        if let Some(off) = self.off.get_mut(row) {
            self.total = self.total.saturating_sub(*off);
            *off = 0;
        }
        let other = |run: &Run| usize::try_from(run.0).is_ok_and(|one| one != row);
        self.units.retain(other);
        self.slots.retain(|one| one.row as usize != row);
        self.free.retain(|one| one.row as usize != row);
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

/// One candidate at its turn.
struct Work<'w> {
    till: &'w Till,
    candidate: &'w Candidate<'w>,
    state: &'w State,
    left: &'w Left,
    /// Whether units cost as much as they ever could, where their price is not whole: for bounds.
    loose: bool,
}

impl Work<'_> {
    /// What comes of it where it does nothing: its first full step is not reached, or it would change nothing.
    fn idle(&self) -> Result<Tried> {
        let lacks = self.lacks_step()?;
        Ok(lacks.map_or(Tried::NoEffect, Tried::Unmet))
    }

    fn deal(&self) -> Result<Option<Applied>> {
        match &self.candidate.plan.deal {
            DealPlan::Plain { .. } | DealPlan::Tiered { .. } => self.plain(),
            DealPlan::Together {
                price,
                quantity,
                repeat,
            } => self.together(*price, *quantity, *repeat),
            DealPlan::Basket { price } => self.basket_price(*price),
            DealPlan::StoredValue { max, .. } => self.stored_value(*max),
            DealPlan::BuyGet(deal) => self.buy_get(deal),
            DealPlan::Bundle(deal) => self.bundle(deal),
            _ => self.extra(),
        }
    }
}
