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
        let runs = match threshold.scope {
            ThresholdScope::Lines => self.pool(0, true),
            ThresholdScope::Basket => {
                let rows = (0_u32..).zip(&self.till.rows);
                let all = rows.map(|(place, row)| (place, self.seen(place as usize, row)));
                all.filter(|(_, units)| *units > 0).collect()
            }
        };
        let how = (threshold.measure, threshold.of, threshold.basis);
        let found = self.measured(&runs, how)?;
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
        (measure, of, basis): (Measured, PercentBase, Basis),
    ) -> Result<i64> {
        if measure == Measured::Quantity {
            return Ok(super::units::count(runs));
        }
        let mut amounts = Vec::with_capacity(runs.len());
        for run in runs {
            let place = run.0 as usize;
            let Some(row) = self.till.rows.get(place) else {
                continue;
            };
            let amount = match of {
                PercentBase::Initial => share(row.initial, run.1, row.quantity),
                PercentBase::Running => share(self.now(place), run.1, row.quantity),
            };
            amounts.push((amount, row.tax));
        }
        if basis == Basis::AsPriced || amounts.iter().all(|(_, tax)| tax.is_none()) {
            let amounts = amounts.iter().map(|(amount, _)| *amount);
            return Ok(amounts.fold(0, i64::saturating_add));
        }
        let taxed = net_and_gross(&amounts, &self.till.tax)?;
        let amounts = taxed.iter().map(|one| match basis {
            Basis::Net => one.net,
            _ => one.gross,
        });
        Ok(amounts.fold(0, i64::saturating_add))
    }
}
