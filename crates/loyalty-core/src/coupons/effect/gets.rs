//! Buy some, get some (clause 10.2).

use super::cut::product;
use super::measure::short;
use super::units::{Run, by_row, count, first, without};
use super::{Added, Applied, Shortfall, Work};
use crate::amount::Rounding;
use crate::coupons::plan::{BuyGet, Cap, EffectPlan, Per};
use crate::coupons::rules::{Measured, TargetOrder};
use crate::error::Result;
use crate::id::Id;
use crate::pricing::{Basis, PercentBase};

/// The places of the selections of what is bought and what is got.
const BUY: usize = 1;
const GET: usize = 2;

/// What could be bought.
struct Bought<'b> {
    runs: &'b [Run],
    /// How many units that are: of all, and of each slot.
    units: i64,
    of_slots: Vec<i64>,
}

impl Work<'_> {
    pub(super) fn buy_get(&self, deal: &BuyGet) -> Result<Option<Applied>> {
        let mut buy = self.pool(BUY, false);
        self.sort(&mut buy, TargetOrder::Dearest, Basis::AsPriced);
        match &deal.sku {
            Some(sku) => self.get_added(deal, sku, &buy),
            None => self.get_from_basket(deal, &buy),
        }
    }

    fn get_added(&self, deal: &BuyGet, sku: &Id, buy: &[Run]) -> Result<Option<Applied>> {
        let bought = self.bought(deal, buy)?;
        let full = bought.checked_div(deal.step).unwrap_or(0);
        let times = full.min(deal.repeat.unwrap_or(i64::MAX));
        let quantity = product(times, deal.quantity)?;
        let Some(quantity) = self.left.units.of(quantity) else {
            return Ok(Some(self.over()));
        };
        if quantity == 0 {
            return Ok(None);
        }
        let price = match deal.y {
            EffectPlan::Price(price) => price,
            _ => 0,
        };
        let mut applied = self.nothing();
        let needed = self.needed(deal, buy, product(times, deal.step)?)?;
        applied.met = self.slices(&needed);
        applied.added.push(Added {
            sku: sku.clone(),
            quantity,
            price: product(price, quantity)?,
            instead: Vec::new(),
        });
        Ok(Some(applied))
    }

    fn get_from_basket(&self, deal: &BuyGet, buy: &[Run]) -> Result<Option<Applied>> {
        let mut get = self.pool(GET, true);
        let (by, basis) = self.order(TargetOrder::Cheapest);
        self.sort(&mut get, by, basis);
        let most = count(&get).min(match deal.repeat {
            Some(repeat) => repeat.saturating_mul(deal.quantity),
            None => i64::MAX,
        });
        let bought = &Bought {
            units: count(buy),
            of_slots: by_row(buy),
            runs: buy,
        };
        let size = if deal.partial { 1 } else { deal.quantity };
        // More can only be got if more is bought and less of it is got: what fits is found by halving.
        let (mut fits, mut beyond) = (0_i64, most.checked_div(size).unwrap_or(0).saturating_add(1));
        while beyond.saturating_sub(fits) > 1 {
            let middle = fits.saturating_add(beyond) / 2;
            if self
                .got(deal, bought, &get, product(middle, size)?)?
                .is_some()
            {
                fits = middle;
            } else {
                beyond = middle;
            }
        }
        let units = product(fits, size)?;
        let Some(got) = self
            .got(deal, bought, &get, units)?
            .filter(|got| !got.is_empty())
        else {
            return Ok(None);
        };
        let Some(got) = self.limited(got) else {
            return Ok(Some(self.over()));
        };
        let per = match deal.y {
            EffectPlan::Percent(..) => Per::Line,
            _ => Per::Unit,
        };
        let taken = self.cut(&got, deal.y, per, Cap::default())?;
        let mut applied = self.nothing();
        self.add(&mut applied, &got, &taken);
        let need = product(self.steps(deal, count(&got))?, deal.step)?;
        let needed = self.needed(deal, &without(buy, &got), need)?;
        applied.met = self.slices(&needed);
        Ok(Some(applied))
    }

    /// How far it is from the first that is got: what is bought, and got of the same units, is not there.
    pub(super) fn lacks_bought(&self, deal: &BuyGet) -> Result<Option<Shortfall>> {
        let buy = self.pool(BUY, false);
        let mut needed = deal.step;
        if deal.sku.is_none() && deal.measure == Measured::Quantity {
            let bought = by_row(&buy);
            let is_bought = |slot: u32| bought.get(slot as usize).is_some_and(|units| *units > 0);
            let get = self.pool(GET, true);
            let (both, apart): (Vec<Run>, Vec<Run>) =
                get.into_iter().partition(|(slot, _)| is_bought(*slot));
            let first = if deal.partial { 1 } else { deal.quantity };
            if !both.is_empty() {
                let of_both = first.saturating_sub(count(&apart)).max(0);
                needed = needed.saturating_add(of_both);
            }
        }
        Ok(short(self.bought(deal, &buy)?, needed, deal.measure))
    }

    /// How often something must be bought for so many units to be got.
    fn steps(&self, deal: &BuyGet, units: i64) -> Result<i64> {
        let steps = Rounding::Ceil.divide(i128::from(units), i128::from(deal.quantity));
        let steps = steps.and_then(|steps| i64::try_from(steps).ok());
        steps.ok_or_else(super::cut::overflow)
    }

    /// So many units to be got, in their order, so that enough is left that is bought; none if it is not.
    fn got(
        &self,
        deal: &BuyGet,
        buy: &Bought<'_>,
        get: &[Run],
        units: i64,
    ) -> Result<Option<Vec<Run>>> {
        let need = product(self.steps(deal, units)?, deal.step)?;
        if deal.measure == Measured::Amount {
            let got = first(get, units);
            let bought = self.bought(deal, &without(buy.runs, &got))?;
            return Ok((count(&got) == units && bought >= need).then_some(got));
        }
        // Of what could be bought, too, so many may be got.
        let mut spare = buy.units.saturating_sub(need);
        let mut left = units;
        let mut got = Vec::with_capacity(get.len());
        for (row, there) in get {
            let both = buy
                .of_slots
                .get(*row as usize)
                .is_some_and(|units| *units > 0);
            let mut some = (*there).min(left);
            if both {
                some = some.min(spare.max(0));
                spare = spare.saturating_sub(some);
            }
            if some > 0 {
                got.push((*row, some));
                left = left.saturating_sub(some);
            }
        }
        Ok((left == 0 && spare >= 0).then_some(got))
    }

    fn bought(&self, deal: &BuyGet, buy: &[Run]) -> Result<i64> {
        let how = (deal.measure, PercentBase::Initial, Basis::AsPriced);
        self.measured(buy, how)
    }

    /// The units by which the condition is met: the dearest first, as few as do.
    fn needed(&self, deal: &BuyGet, buy: &[Run], need: i64) -> Result<Vec<Run>> {
        if deal.measure == Measured::Quantity {
            return Ok(first(buy, need));
        }
        let mut left = need;
        let mut needed = Vec::new();
        for (row, units) in buy {
            let all = self.bought(deal, &[(*row, *units)])?;
            if left <= 0 || all <= 0 {
                continue;
            }
            let part = i128::from(left).saturating_mul(i128::from(*units));
            let some = Rounding::Ceil.divide(part, i128::from(all));
            let some = some
                .and_then(|some| i64::try_from(some).ok())
                .unwrap_or(*units);
            needed.push((*row, some.min(*units)));
            left = left.saturating_sub(all);
        }
        Ok(needed)
    }
}
