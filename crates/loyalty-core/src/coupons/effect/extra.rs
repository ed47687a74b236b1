//! What takes nothing off the price of units: gifts, replacements, shipping, points; and a thing for the coupon (clause 10.2).

use super::cut::{overflow, product};
use super::slots::Slice;
use super::units::{Run, count, first};
use super::{Added, Applied, Work};
use crate::coupons::plan::{Cap, DealPlan, EffectPlan, Every, Per};
use crate::coupons::rules::TargetOrder;
use crate::error::Result;
use crate::id::Id;
use crate::pricing::{Part, PercentBase};

/// Everything.
const FREE: EffectPlan = EffectPlan::Percent(Part { part: 1, whole: 1 }, PercentBase::Running);

impl Work<'_> {
    pub(super) fn extra(&self) -> Result<Option<Applied>> {
        match &self.candidate.plan.deal {
            DealPlan::Gift {
                sku,
                quantity,
                price,
                every,
                repeat,
            } => {
                let times = self.gifts(every.as_ref(), *repeat)?;
                self.gift(sku, product(times, *quantity)?, *price)
            }
            DealPlan::Replace {
                quantity,
                sku,
                by_quantity,
                price,
                repeat,
            } => self.replace((*quantity, *repeat), (sku, *by_quantity), *price),
            DealPlan::Shipping { effect, max } => self.shipping(*effect, *max),
            DealPlan::Points => {
                let mut applied = self.nothing();
                applied.points = !self.pool(0, false).is_empty();
                Ok(Some(applied))
            }
            DealPlan::Exchange {
                quantity,
                sku: Some(sku),
            } => {
                let times = self.gifts(None, None)?;
                self.gift(sku, product(times, *quantity)?, 0)
            }
            DealPlan::Exchange { quantity, .. } => {
                let Some(runs) =
                    self.limited(first(&self.targets(TargetOrder::Cheapest), *quantity))
                else {
                    return Ok(Some(self.over()));
                };
                let taken = self.cut(&runs, FREE, Per::Line, Cap::default())?;
                let mut applied = self.nothing();
                self.add(&mut applied, &runs, &taken);
                Ok(Some(applied))
            }
            _ => Ok(None),
        }
    }

    /// How many times something is given; nothing without a line that it is for.
    fn gifts(&self, every: Option<&Every>, repeat: Option<i64>) -> Result<i64> {
        let runs = self.pool(0, false);
        if runs.is_empty() {
            return Ok(0);
        }
        let times = match every {
            Some(every) => self.times(every, &runs)?,
            None => 1,
        };
        Ok(times.min(repeat.unwrap_or(i64::MAX)))
    }

    fn gift(&self, sku: &Id, quantity: i64, price: i64) -> Result<Option<Applied>> {
        let Some(quantity) = self.left.units.of(quantity) else {
            return Ok(Some(self.over()));
        };
        if quantity == 0 {
            return Ok(None);
        }
        let mut applied = self.nothing();
        applied.added.push(Added {
            sku: sku.clone(),
            quantity,
            price: product(price, quantity)?,
            instead: Vec::new(),
        });
        Ok(Some(applied))
    }

    /// What comes in place of units is paid as these are, and never dearer than it is elsewhere.
    fn replace(
        &self,
        (quantity, repeat): (i64, i64),
        (sku, by_quantity): (&Id, i64),
        price: Option<i64>,
    ) -> Result<Option<Applied>> {
        let Some(pool) = self.limited(self.targets(TargetOrder::Dearest)) else {
            return Ok(Some(self.over()));
        };
        let full = count(&pool).checked_div(quantity).unwrap_or(0);
        let times = full.min(repeat);
        if times == 0 {
            return Ok(None);
        }
        let runs = first(&pool, product(times, quantity)?);
        let elsewhere = match price {
            Some(price) => product(price, times)?,
            None => i64::MAX,
        };
        let off = self.worth_now(&runs).saturating_sub(elsewhere).max(0);
        let taken = self.cut(&runs, EffectPlan::Amount(off), Per::Scope, Cap::default())?;
        let mut applied = self.nothing();
        self.add(&mut applied, &runs, &taken);
        self.use_all(&mut applied, &runs);
        applied.added.push(Added {
            sku: sku.clone(),
            quantity: product(times, by_quantity)?,
            price: 0,
            instead: applied.units.clone(),
        });
        Ok(Some(applied))
    }

    /// All of some units are used, also those that lost nothing.
    fn use_all(&self, applied: &mut Applied, runs: &[Run]) {
        let lowered = core::mem::take(&mut applied.slots);
        applied.units.clear();
        for (slot, units) in runs {
            let row = self.row_of(*slot);
            let mut one = self.state.slice((*slot, *units), 0);
            let same = |known: &&Slice| (known.row, known.nth) == (one.row, one.nth);
            one.off = lowered.iter().find(same).map_or(0, |known| known.off);
            applied.slots.push(one);
            match applied.units.iter_mut().rev().find(|one| one.0 == row) {
                Some((_, more)) => *more = more.saturating_add(*units),
                None => applied.units.push((row, *units)),
            }
        }
    }

    fn shipping(&self, effect: EffectPlan, max: Option<i64>) -> Result<Option<Applied>> {
        let place = self.till.rows.len();
        let Some(row) = &self.till.shipping else {
            return Ok(None);
        };
        let now = self.now(place);
        let wanted = match effect {
            EffectPlan::Price(price) => now.saturating_sub(price),
            EffectPlan::Amount(amount) => amount,
            EffectPlan::Percent(part, of) => {
                let base = match of {
                    PercentBase::Running => now,
                    PercentBase::Initial => row.initial,
                };
                let num = i128::from(base).checked_mul(part.part);
                let rounder = self.candidate.plan.rounder;
                let off = num.and_then(|num| rounder.off(now, num, part.whole, 1));
                off.ok_or_else(overflow)?
            }
        };
        let wanted = wanted.min(max.unwrap_or(i64::MAX));
        let off = wanted.min(now.saturating_sub(row.least)).max(0);
        let mut applied = self.nothing();
        if let Some(there) = applied.off.get_mut(place) {
            *there = off;
        }
        applied.total = off;
        applied.unplaced = wanted.saturating_sub(off).max(0);
        Ok(Some(applied))
    }
}
