//! Thresholds and full steps: how much of something is in the basket at a promotion's turn (clause 10.4).

use super::units::{Run, share};
use super::{Shortfall, Work};
use crate::coupons::plan::{DealPlan, Every, ThresholdPlan};
use crate::coupons::rules::{Measured, ThresholdScope};
use crate::error::Result;
use crate::pricing::{Basis, PercentBase, net_and_gross};

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
        Ok((found < lowest).then_some(Shortfall {
            found,
            at_least: Some(lowest),
            at_most: None,
            measure: *by,
        }))
    }

    fn threshold(&self, threshold: &ThresholdPlan) -> Result<Option<Shortfall>> {
        let how = (threshold.measure, threshold.of, threshold.basis);
        let found = match threshold.scope {
            ThresholdScope::Lines => self.measured(&self.pool(0, true), how)?,
            ThresholdScope::Basket => {
                let rows = (0_u32..).zip(&self.till.rows);
                let all = rows.map(|(place, row)| (place, self.seen(place as usize, row)));
                self.measured_of(all.filter(|(_, units)| *units > 0), how)?
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
        self.measured_of(runs.iter().copied(), how)
    }

    fn measured_of(
        &self,
        runs: impl Iterator<Item = Run> + Clone,
        (measure, of, basis): (Measured, PercentBase, Basis),
    ) -> Result<i64> {
        if measure == Measured::Quantity {
            return Ok(runs.fold(0, |sum, (_, units)| sum.saturating_add(units)));
        }
        let amounts = runs.filter_map(|(number, units)| {
            let place = number as usize;
            let row = self.till.rows.get(place)?;
            let amount = match of {
                PercentBase::Initial => row.initial,
                PercentBase::Running => self.now(place),
            };
            Some((share(amount, units, row.quantity), row.tax))
        });
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
