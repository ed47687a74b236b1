//! The most that a promotion could ever take off a basket: at any later turn, beside whatever else (clause 10.7).
//!
//! Prices only fall and units that can be met only become fewer. Where a promotion always meets the same units, it takes the most
//! from the prices of the start; where it could meet others, the dearest of them count. Where units have no whole price, which of
//! them cost the odd minor units depends on what was set apart before: then each counts as the dearer one.

use super::cut::{overflow, product};
use super::limits::Rest;
use super::units::{Run, at_most, count};
use super::{Candidate, Left, State, Till, Tried, Work};
use crate::amount::Rounding;
use crate::coupons::plan::{BuyGet, DealPlan, EffectPlan, Per};
use crate::coupons::rules::ThresholdScope;
use crate::error::Result;
use crate::pricing::{Basis, PercentBase};

impl Till {
    /// The rows that a candidate may lower.
    pub(in crate::coupons) fn lowered(&self, candidate: &Candidate<'_>) -> Box<[u32]> {
        let sets = &candidate.sets;
        let mut rows: Vec<u32> = match &candidate.plan.deal {
            DealPlan::Gift { .. } | DealPlan::Points => Vec::new(),
            DealPlan::Exchange { sku: Some(_), .. } => Vec::new(),
            DealPlan::BuyGet(deal) if deal.sku.is_some() => Vec::new(),
            DealPlan::Shipping { .. } => {
                let shipping = u32::try_from(self.rows.len()).ok();
                shipping
                    .filter(|_| self.shipping.is_some())
                    .into_iter()
                    .collect()
            }
            DealPlan::BuyGet(_) => sets.get(2).map(|set| set.to_vec()).unwrap_or_default(),
            DealPlan::Bundle(deal) => {
                let items = deal.items.len();
                let some = match deal.get {
                    Some(_) => sets.get(items.saturating_add(1)..),
                    None => sets.get(1..=items),
                };
                some.unwrap_or_default().concat()
            }
            _ => sets.first().map(|set| set.to_vec()).unwrap_or_default(),
        };
        rows.sort_unstable();
        rows.dedup();
        let discountable = |row: &u32| self.row(*row as usize).is_some_and(|row| row.discountable);
        let shipping = matches!(candidate.plan.deal, DealPlan::Shipping { .. });
        rows.retain(|row| shipping || discountable(row));
        rows.into()
    }

    /// The rows whose prices and units decide what comes of a candidate.
    pub(in crate::coupons) fn seen_by(&self, candidate: &Candidate<'_>) -> Box<[u32]> {
        let goods = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let plan = candidate.plan;
        let whole = plan.threshold.as_ref().map(|one| one.scope) == Some(ThresholdScope::Basket);
        let mut rows: Vec<u32> = if whole {
            (0..goods).collect()
        } else {
            candidate.sets.concat()
        };
        if candidate.sets.len() > 1 && !whole {
            rows.sort_unstable();
            rows.dedup();
        }
        if matches!(plan.deal, DealPlan::Shipping { .. }) {
            rows.push(goods);
        }
        rows.into()
    }

    /// The most that a candidate could take off, from the prices of the start; what came of it there is known, and whether others
    /// always leave it every unit.
    ///
    /// # Errors
    /// [`crate::Code::Overflow`] if amounts are too large to be counted.
    pub(in crate::coupons) fn most(
        &self,
        candidate: &Candidate<'_>,
        start: &State,
        (tried, undisturbed): (Tried, bool),
    ) -> Result<i64> {
        let plan = candidate.plan;
        let stepped = matches!(&plan.deal, DealPlan::Tiered { .. });
        let same = undisturbed
            && !plan.skip_discounted
            && !stepped
            && plan.rounder.step() == 1
            && candidate.left.products.is_empty();
        let whole = self.has_whole_units(candidate, start);
        if same && whole && candidate.left.money == Rest::default() {
            match tried {
                Tried::Done(applied) => return Ok(applied.total.max(0)),
                Tried::NoEffect | Tried::OverLimit => return Ok(0),
                // What is too dear now may be cheap enough later.
                Tried::Unmet(_) => {}
            }
        }
        let left = Left {
            money: Rest::default(),
            ..candidate.left.clone()
        };
        let work = Work {
            till: self,
            candidate,
            state: start,
            left: &left,
            loose: !whole,
        };
        // Groups of units are rounded group by group.
        let grouped = matches!(&plan.deal, DealPlan::Together { .. });
        let most = if same && (whole || !grouped) {
            work.deal()?.map_or(0, |applied| applied.total.max(0))
        } else {
            work.loosely()?
        };
        Ok(match candidate.left.money.most() {
            Some(money) => most.min(money.max(0)),
            None => most,
        })
    }
}

impl Till {
    /// Whether each unit that a candidate could see has a whole price.
    fn has_whole_units(&self, candidate: &Candidate<'_>, start: &State) -> bool {
        let mut rows = candidate.sets.iter().flat_map(|rows| rows.iter());
        rows.all(|row| {
            let place = *row as usize;
            let (row, now) = (self.rows.get(place), start.now.get(place));
            row.zip(now)
                .is_none_or(|(row, now)| now.checked_rem(row.quantity) == Some(0))
        })
    }
}

impl Work<'_> {
    /// The most where it could meet any of its units.
    fn loosely(&self) -> Result<i64> {
        let all = self.pool(0, true);
        let units = self.most_units(count(&all));
        let plan = self.candidate.plan;
        match &plan.deal {
            DealPlan::Plain {
                effect,
                per,
                every,
                cap,
            } => {
                let times = match every {
                    // Rounding tax may make one more.
                    Some(every) => self.times(every, &all)?.saturating_add(1),
                    None => 1,
                };
                let most = self.effect(*effect, *per, (&all, units), times)?;
                Ok(cap.all.map_or(most, |cap| most.min(cap)))
            }
            DealPlan::Tiered {
                steps,
                by,
                of,
                basis,
                per,
                max,
            } => {
                let found = self.measured(&all, (*by, *of, *basis))?.saturating_add(1);
                let mut most = 0;
                for step in steps.iter().filter(|step| step.from <= found) {
                    let per = per.unwrap_or(match step.effect {
                        EffectPlan::Percent(..) => Per::Line,
                        EffectPlan::Price(_) => Per::Unit,
                        EffectPlan::Amount(_) => Per::Scope,
                    });
                    most = self.effect(step.effect, per, (&all, units), 1)?.max(most);
                }
                Ok(max.map_or(most, |max| most.min(max)))
            }
            DealPlan::Together {
                price, quantity, ..
            } => {
                // Each unit against its part of the price.
                let mut most = 0_i64;
                for (row, units) in &all {
                    let now = self.each_dearest((*row, *units));
                    let part = i128::from(*price).saturating_mul(i128::from(*units));
                    let part = Rounding::Floor.divide(part, i128::from(*quantity));
                    let part = part.and_then(|part| i64::try_from(part).ok()).unwrap_or(0);
                    most = most.saturating_add(now.saturating_sub(part).max(0));
                }
                Ok(most)
            }
            DealPlan::Basket { price } => {
                let now = self.dearest(&all, i64::MAX);
                Ok(now.saturating_sub(*price).max(0))
            }
            DealPlan::StoredValue { max, .. } => {
                let amount = self.candidate.stored.min(max.unwrap_or(i64::MAX));
                Ok(self.dearest(&all, i64::MAX).min(amount))
            }
            DealPlan::BuyGet(deal) => self.most_got(deal),
            DealPlan::Bundle(deal) => {
                let mut runs: Vec<Run> = Vec::new();
                for set in 1..self.candidate.sets.len() {
                    for (row, units) in self.pool(set, true) {
                        if runs.iter().all(|(there, _)| *there != row) {
                            runs.push((row, units));
                        }
                    }
                }
                let all = self.dearest(&runs, i64::MAX);
                let (Some(EffectPlan::Amount(amount)), None) = (deal.effect, deal.get_quantity)
                else {
                    return Ok(all);
                };
                let size = deal.items.iter().map(|item| item.quantity);
                let size = size.fold(0, i64::saturating_add).max(1);
                let mut bought: Vec<Run> = Vec::new();
                for set in 1..=deal.items.len() {
                    bought.extend(self.pool(set, false));
                }
                let times = count(&bought).checked_div(size).unwrap_or(0);
                Ok(all.min(amount.saturating_mul(times)))
            }
            DealPlan::Replace {
                quantity, repeat, ..
            } => Ok(self.dearest(&all, product(*quantity, *repeat)?)),
            DealPlan::Exchange {
                quantity,
                sku: None,
            } => Ok(self.dearest(&all, *quantity)),
            DealPlan::Shipping { .. } => {
                let shipping = self.now(self.till.rows.len());
                Ok(if self.till.shipping.is_some() {
                    shipping
                } else {
                    0
                })
            }
            DealPlan::Gift { .. } | DealPlan::Points | DealPlan::Exchange { .. } => Ok(0),
        }
    }

    fn most_units(&self, all: i64) -> i64 {
        let some = self.candidate.plan.targets.as_ref();
        let targets = some.and_then(|some| some.n).map_or(all, i64::from);
        all.min(targets).min(self.left.units.most().unwrap_or(all))
    }

    fn most_got(&self, deal: &BuyGet) -> Result<i64> {
        if deal.sku.is_some() {
            return Ok(0);
        }
        let get = self.pool(2, true);
        let how = (deal.measure, PercentBase::Initial, Basis::AsPriced);
        let bought = self.measured(&self.pool(1, false), how)?;
        let steps = bought.checked_div(deal.step).unwrap_or(0);
        let steps = steps.min(deal.repeat.unwrap_or(i64::MAX));
        let units = count(&get).min(steps.saturating_mul(deal.quantity));
        let per = match deal.y {
            EffectPlan::Percent(..) => Per::Line,
            _ => Per::Unit,
        };
        self.effect(deal.y, per, (&get, units), 1)
    }

    /// The most that an effect takes off some so many of these units.
    fn effect(
        &self,
        effect: EffectPlan,
        per: Per,
        (runs, units): (&[Run], i64),
        times: i64,
    ) -> Result<i64> {
        let step = self.candidate.plan.rounder.step();
        let rows = i64::try_from(runs.len()).unwrap_or(i64::MAX);
        let parts = match per {
            Per::Scope => 1,
            Per::Line => rows,
            Per::Unit => units,
            Per::Bundle(size) => units.checked_div(size.max(1)).unwrap_or(0),
        };
        let parts = parts.min(units);
        // Rounding adds at most a step to each part that is rounded for itself.
        let slack = if self.candidate.plan.rounder.is_placed() {
            units.saturating_add(rows)
        } else {
            parts
        };
        let slack = slack.saturating_mul(step).saturating_add(rows);
        let room = self.dearest(runs, units).saturating_add(rows);
        let most = match effect {
            EffectPlan::Amount(amount) => {
                let slack = if step == 1 { 0 } else { slack };
                let parts = if per == Per::Line && times > 1 {
                    1
                } else {
                    parts
                };
                product(product(amount, times)?, parts)?.saturating_add(slack)
            }
            EffectPlan::Percent(part, of) => {
                let base = match of {
                    PercentBase::Running => self.dearest(runs, units),
                    PercentBase::Initial => self.dearest_at_first(runs, units),
                };
                let off = i128::from(base)
                    .checked_mul(part.part)
                    .ok_or_else(overflow)?;
                let off = Rounding::Ceil
                    .divide(off, part.whole)
                    .ok_or_else(overflow)?;
                let off = i64::try_from(off).map_err(|_| overflow())?;
                off.saturating_add(slack)
            }
            EffectPlan::Price(price) => {
                let mut most = 0_i64;
                for (row, units) in runs {
                    let now = self.each_dearest((*row, *units));
                    let less = now.saturating_sub(price.saturating_mul(*units)).max(0);
                    most = most.saturating_add(less).saturating_add(1);
                }
                most
            }
        };
        Ok(most.min(room))
    }

    /// What units of a row cost if each costs as much as the dearest of them.
    fn each_dearest(&self, (row, units): Run) -> i64 {
        let there = self.till.rows.get(row as usize);
        let of = there.map_or(1, |row| row.quantity);
        at_most(self.now(row as usize), 1, of).saturating_mul(units)
    }

    /// What the dearest so many units cost now, at most.
    fn dearest(&self, runs: &[Run], units: i64) -> i64 {
        self.dearest_by(runs, units, |place| {
            let row = self.till.rows.get(place);
            (self.now(place), row.map_or(1, |row| row.quantity))
        })
    }

    fn dearest_at_first(&self, runs: &[Run], units: i64) -> i64 {
        self.dearest_by(runs, units, |place| {
            let row = self.till.rows.get(place);
            row.map_or((0, 1), |row| (row.initial, row.quantity))
        })
    }

    /// The dearest so many units. Units of a row cost its price rounded up, or down where that leaves too much for all.
    fn dearest_by(&self, runs: &[Run], most: i64, price: impl Fn(usize) -> (i64, i64)) -> i64 {
        let mut sorted: Vec<(i64, i64)> = Vec::with_capacity(runs.len());
        for (row, units) in runs {
            let (amount, of) = price(*row as usize);
            let of = of.max(1);
            let odd = amount.rem_euclid(of).min(*units);
            let price = amount.div_euclid(of);
            if odd > 0 {
                sorted.push((price.saturating_add(1), odd));
            }
            sorted.push((price, units.saturating_sub(odd)));
        }
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        let (mut left, mut sum) = (most, 0_i64);
        for (price, units) in sorted {
            let some = units.min(left);
            left = left.saturating_sub(some);
            sum = sum.saturating_add(price.saturating_mul(some));
        }
        sum
    }
}
