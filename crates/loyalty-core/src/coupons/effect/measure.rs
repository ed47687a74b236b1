//! Thresholds and full steps: how much of something is in the basket at a promotion's turn (clause 10.4).

use super::units::{Run, count, share};
use super::{Shortfall, Work};
use crate::coupons::plan::{DealPlan, Every, Per, ThresholdPlan};
use crate::coupons::rules::{Measured, ThresholdScope};
use crate::error::Result;
use crate::pricing::{Basis, PercentBase, RowTax, net_and_gross};

impl Work<'_> {
    /// How far its threshold, or its lowest step, is from holding; none if it holds.
    pub(super) fn lacks(&self) -> Result<Option<Shortfall>> {
        if let Some(threshold) = &self.candidate.plan.threshold
            && let Some(lacks) = self.threshold(threshold)?
        {
            return Ok(Some(lacks));
        }
        let DealPlan::Tiered {
            steps,
            by,
            of,
            basis,
            ..
        } = &self.candidate.plan.deal
        else {
            return Ok(None);
        };
        let found = self.measured(&self.pool(0, true), (*by, *of, *basis))?;
        let lowest = steps.first().map_or(0, |step| step.from);
        Ok(short(found, lowest, *by))
    }

    /// How far the first full step is, where something is got for each; none if one is full.
    pub(super) fn lacks_step(&self) -> Result<Option<Shortfall>> {
        let (every, found) = match &self.candidate.plan.deal {
            DealPlan::BuyGet(deal) => return self.lacks_bought(deal),
            DealPlan::Plain {
                every: Some(every),
                per: Per::Line,
                ..
            } => {
                // The line that is nearest to it.
                let pool = self.pool(0, true);
                let mut found = 0_i64;
                for row in self.by_row(&pool, false) {
                    let how = (every.measure, every.of, every.basis);
                    found = found.max(self.measured(row, how)?);
                }
                (every, found)
            }
            DealPlan::Plain {
                every: Some(every), ..
            } => (every, self.stepped(every, true)?),
            DealPlan::Gift {
                every: Some(every), ..
            } => (every, self.stepped(every, false)?),
            _ => return Ok(None),
        };
        Ok(short(found, every.step, every.measure))
    }

    fn stepped(&self, every: &Every, targets: bool) -> Result<i64> {
        let how = (every.measure, every.of, every.basis);
        self.measured(&self.pool(0, targets), how)
    }

    fn threshold(&self, threshold: &ThresholdPlan) -> Result<Option<Shortfall>> {
        let how = (threshold.measure, threshold.of, threshold.basis);
        let found = match threshold.scope {
            ThresholdScope::Lines => self.measured(&self.pool(0, true), how)?,
            ThresholdScope::Basket => {
                let rows = (0_u32..).zip(&self.till.rows).map(|(place, _)| place);
                self.measured_of(rows.filter_map(|row| self.there(row, threshold.of)), how)?
            }
        };
        let (low, high) = (threshold.low, threshold.high);
        Ok((found < low || found > high).then_some(Shortfall {
            found,
            at_least: (low > 0).then_some(low),
            at_most: (high < i64::MAX).then_some(high),
            measure: threshold.measure,
        }))
    }

    /// How often a step is full in some units.
    pub(super) fn times(&self, every: &Every, runs: &[Run]) -> Result<i64> {
        let found = self.measured(runs, (every.measure, every.of, every.basis))?;
        Ok(found.checked_div(every.step).unwrap_or(0))
    }

    /// How much some units come to.
    pub(super) fn measured(
        &self,
        runs: &[Run],
        how: (Measured, PercentBase, Basis),
    ) -> Result<i64> {
        let rows = runs.chunk_by(|one, other| self.row_of(one.0) == self.row_of(other.0));
        let parts = rows.filter_map(|runs| {
            let place = self.row_of(runs.first()?.0) as usize;
            let row = self.till.rows.get(place)?;
            let units = count(runs);
            let amount = match how.1 {
                PercentBase::Initial => share(row.initial, units, row.quantity),
                PercentBase::Running => {
                    let amounts = runs.iter().map(|run| self.costs(*run));
                    amounts.fold(0, i64::saturating_add)
                }
            };
            Some((units, amount, row.tax))
        });
        self.measured_of(parts, how)
    }

    /// The units of a row that it sees, and what they come to.
    fn there(&self, row: u32, of: PercentBase) -> Option<(i64, i64, Option<RowTax>)> {
        let place = row as usize;
        let there = self.till.rows.get(place)?;
        let (mut units, mut now) = (there.quantity, self.now(place));
        if !self.state.is_whole() {
            let slots = self.state.slots_of(row).1.iter();
            let seen = slots.filter(|slot| self.sees(slot));
            (units, now) = seen.fold((0, 0), |(units, now), slot| {
                let units = slot.units.saturating_add(units);
                (units, slot.now.saturating_add(now))
            });
        }
        let amount = match of {
            PercentBase::Initial => share(there.initial, units, there.quantity),
            PercentBase::Running => now,
        };
        (units > 0).then_some((units, amount, there.tax))
    }

    fn measured_of(
        &self,
        parts: impl Iterator<Item = (i64, i64, Option<RowTax>)> + Clone,
        (measure, _, basis): (Measured, PercentBase, Basis),
    ) -> Result<i64> {
        if measure == Measured::Quantity {
            return Ok(parts.fold(0, |sum, (units, ..)| sum.saturating_add(units)));
        }
        let amounts = parts.map(|(_, amount, tax)| (amount, tax));
        if basis == Basis::AsPriced || amounts.clone().all(|(_, tax)| tax.is_none()) {
            let amounts = amounts.map(|(amount, _)| amount);
            return Ok(amounts.fold(0, i64::saturating_add));
        }
        let amounts: Vec<_> = amounts.collect();
        let taxed = net_and_gross(&amounts, &self.till.tax)?;
        let amounts = taxed.iter().map(|one| match basis {
            Basis::Net => one.net,
            _ => one.gross,
        });
        Ok(amounts.fold(0, i64::saturating_add))
    }
}

/// How far something is from a number of which at least so much is needed.
pub(super) fn short(found: i64, needed: i64, measure: Measured) -> Option<Shortfall> {
    (found < needed).then_some(Shortfall {
        found,
        at_least: Some(needed),
        at_most: None,
        measure,
    })
}
