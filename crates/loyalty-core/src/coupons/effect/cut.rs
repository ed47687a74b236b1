//! Taking something off units: amounts, parts, prices (clauses 2.3, 2.4, 10.2).

use super::units::{Run, count};
use super::{Applied, Free, Work};
use crate::amount::{Ratio, Share, allocate};
use crate::coupons::plan::{Cap, DealPlan, EffectPlan, Per};
use crate::coupons::rules::TargetOrder;
use crate::error::{Code, Error, Result};
use crate::pricing::{
    Cut, DiscountPer, Part, PercentBase, Reduced, Reduction, Rounder, Target, Weights, reduce,
};

impl Work<'_> {
    /// An effect on the targets.
    pub(super) fn plain(&self) -> Result<Option<Applied>> {
        let plan = self.candidate.plan;
        let chosen = plan.lines.is_some() || plan.targets.is_some();
        let (effect, per, every, cap) = match &plan.deal {
            DealPlan::Plain {
                effect,
                per,
                every,
                cap,
            } => (*effect, *per, every.as_ref(), *cap),
            DealPlan::Tiered {
                steps,
                by,
                of,
                basis,
                per,
                max,
            } => {
                let found = self.measured(&self.pool(0, true), (*by, *of, *basis))?;
                let Some(step) = steps.iter().rev().find(|step| step.from <= found) else {
                    return Ok(None);
                };
                let per = per.unwrap_or(match step.effect {
                    EffectPlan::Percent(..) if chosen => Per::Line,
                    EffectPlan::Price(_) => Per::Unit,
                    _ => Per::Scope,
                });
                let cap = Cap {
                    all: *max,
                    ..Cap::default()
                };
                (step.effect, per, None, cap)
            }
            _ => return Ok(None),
        };
        let by = match per {
            Per::Bundle(_) => TargetOrder::Dearest,
            _ => TargetOrder::Rank,
        };
        let Some(runs) = self.limited(self.targets(by)) else {
            return Ok(Some(self.over()));
        };
        match (effect, per, every) {
            (EffectPlan::Amount(amount), Per::Bundle(size), _) => {
                let off = |price: i64| amount.min(price);
                let (applied, _) = self.groups(&runs, size, None, off)?;
                self.capped(applied, cap.all)
            }
            (EffectPlan::Amount(amount), Per::Line, Some(every)) => {
                let mut applied = self.nothing();
                let mut runs = runs;
                runs.sort_unstable_by_key(|(slot, _)| *slot);
                for row in self.by_row(&runs, false) {
                    let amount = product(amount, self.times(every, row)?)?;
                    let taken = self.cut(row, EffectPlan::Amount(amount), Per::Scope, cap)?;
                    self.add(&mut applied, row, &taken);
                }
                self.capped(applied, cap.all)
            }
            (EffectPlan::Amount(amount), per, _) => {
                let times = match every {
                    Some(every) => self.times(every, &self.pool(0, true))?,
                    None => 1,
                };
                let amount = product(amount, times)?;
                self.one(&runs, EffectPlan::Amount(amount), per, cap)
            }
            (effect, per, _) => self.one(&runs, effect, per, cap),
        }
    }

    /// So many units together at a price.
    pub(super) fn together(
        &self,
        price: i64,
        size: i64,
        repeat: Option<i64>,
    ) -> Result<Option<Applied>> {
        let Some(runs) = self.limited(self.targets(TargetOrder::Dearest)) else {
            return Ok(Some(self.over()));
        };
        let off = |now: i64| now.saturating_sub(price).max(0);
        let (applied, _) = self.groups(&runs, size, repeat, off)?;
        Ok(Some(applied))
    }

    /// All together at a price.
    pub(super) fn basket_price(&self, price: i64) -> Result<Option<Applied>> {
        let Some(runs) = self.limited(self.targets(TargetOrder::Rank)) else {
            return Ok(Some(self.over()));
        };
        let off = self.worth_now(&runs).saturating_sub(price).max(0);
        self.one(&runs, EffectPlan::Amount(off), Per::Scope, Cap::default())
    }

    /// What the instance holds, as far as it is needed.
    pub(super) fn stored_value(&self, max: Option<i64>) -> Result<Option<Applied>> {
        let Some(runs) = self.limited(self.targets(TargetOrder::Rank)) else {
            return Ok(Some(self.over()));
        };
        let amount = self.candidate.stored.min(max.unwrap_or(i64::MAX));
        let amount = EffectPlan::Amount(amount.min(self.worth_now(&runs)));
        self.one(&runs, amount, Per::Scope, Cap::default())
    }

    /// Runs that follow each other, by their row; or each for itself.
    pub(super) fn by_row<'r>(
        &self,
        runs: &'r [Run],
        apart: bool,
    ) -> impl Iterator<Item = &'r [Run]> {
        runs.chunk_by(move |one, other| !apart && self.row_of(one.0) == self.row_of(other.0))
    }

    fn targets_of(&self, runs: &[Run], apart: bool) -> Vec<Target> {
        let mut targets = Vec::with_capacity(runs.len());
        let rows = self.by_row(runs, apart);
        targets.extend(rows.filter_map(|runs| self.target(runs)));
        targets
    }

    /// What some units cost now.
    pub(super) fn worth_now(&self, runs: &[Run]) -> i64 {
        let amounts = runs.iter().map(|run| self.costs(*run));
        amounts.fold(0, i64::saturating_add)
    }

    fn one(&self, runs: &[Run], effect: EffectPlan, per: Per, cap: Cap) -> Result<Option<Applied>> {
        let taken = self.cut(runs, effect, per, cap)?;
        let mut applied = self.nothing();
        self.add(&mut applied, runs, &taken);
        Ok(Some(applied))
    }

    /// Groups of `size` units each, as they stand: what is taken off each of them depends on what it costs. Says also how many
    /// units had no part in it.
    fn groups(
        &self,
        runs: &[Run],
        size: i64,
        repeat: Option<i64>,
        off: impl Fn(i64) -> i64,
    ) -> Result<(Applied, i64)> {
        let mut applied = self.nothing();
        let mut rest = 0_i64;
        let mut left = repeat.unwrap_or(i64::MAX);
        for (group, times) in alike(runs, size) {
            let times = times.min(left);
            if times == 0 {
                break;
            }
            let all: Vec<Run> = group
                .iter()
                .map(|(row, units)| (*row, units.saturating_mul(times)))
                .collect();
            // Groups of one kind cost the same, so what is taken off one is taken off each.
            let price = self.worth_now(&all);
            let one = price.checked_div(times).unwrap_or(0);
            let wanted = match off(one) {
                0 => 0,
                some if off(one.saturating_add(1)) > some => {
                    // A fixed price: the rest that does not divide is taken off, too.
                    let fixed = one.saturating_sub(some);
                    price.saturating_sub(fixed.saturating_mul(times))
                }
                some => some.saturating_mul(times),
            };
            if wanted <= 0 {
                rest = rest.saturating_add(count(&all));
                continue;
            }
            left = left.saturating_sub(times);
            let amount = EffectPlan::Amount(wanted);
            let taken = self.cut(&all, amount, Per::Scope, Cap::default())?;
            self.add(&mut applied, &all, &taken);
        }
        Ok((applied, rest))
    }

    /// What an effect takes off some units.
    pub(super) fn cut(
        &self,
        runs: &[Run],
        effect: EffectPlan,
        per: Per,
        cap: Cap,
    ) -> Result<Reduced> {
        let rounder = self.candidate.plan.rounder;
        // What is done to each unit is done to each at its own price; the rest is rounded row by row.
        let apart = match effect {
            EffectPlan::Price(_) => true,
            EffectPlan::Percent(..) => per == Per::Unit || rounder.by_unit(),
            EffectPlan::Amount(_) => per == Per::Unit,
        };
        let targets = self.targets_of(runs, apart);
        let per = match per {
            Per::Scope | Per::Bundle(_) => DiscountPer::Scope,
            Per::Line => DiscountPer::Line,
            Per::Unit => DiscountPer::Unit,
        };
        let single = cap.line.is_some() || cap.unit.is_some();
        let all = cap.all.filter(|_| !single);
        let mut taken = match effect {
            EffectPlan::Price(price) => {
                let mut taken = Reduced::default();
                for target in &targets {
                    let price = product(price, target.quantity)?.max(target.least);
                    taken.off.push(target.now.saturating_sub(price).max(0));
                }
                taken
            }
            EffectPlan::Amount(amount) => {
                let amount = match (per, all) {
                    (DiscountPer::Scope, Some(all)) => amount.min(all),
                    _ => amount,
                };
                let reduction = Reduction {
                    cut: Cut::Amount(amount),
                    per,
                    rounder,
                };
                reduce(&targets, &reduction, self.till.sharing)?
            }
            EffectPlan::Percent(part, of) => {
                if let Some(exact) = self.exact((runs, apart), (part, of), per, all)? {
                    exact
                } else {
                    let reduction = Reduction {
                        cut: Cut::Percent { part, max: all, of },
                        per,
                        rounder,
                    };
                    reduce(&targets, &reduction, self.till.sharing)?
                }
            }
        };
        if targets.len() < runs.len() {
            taken.off = self.by_slot(runs, effect, &taken.off)?;
        }
        if let Some(unit) = cap.unit {
            for (off, (_, units)) in taken.off.iter_mut().zip(runs) {
                *off = (*off).min(unit.saturating_mul(*units));
            }
        }
        if let Some(line) = cap.line {
            self.down_to_by_row(runs, &mut taken.off, line)?;
        }
        if let Some(all) = cap.all {
            self.down_to(&mut taken.off, all)?;
        }
        Ok(taken)
    }

    /// What rows lose, shared over their slots: by the units where it is the same for each of them, else by what they cost.
    fn by_slot(&self, runs: &[Run], effect: EffectPlan, off: &[i64]) -> Result<Vec<i64>> {
        let weights = self.till.sharing.weights;
        let by_units = match effect {
            EffectPlan::Percent(_, of) => of == PercentBase::Initial,
            EffectPlan::Amount(_) => matches!(weights, Weights::Stated | Weights::Quantity),
            EffectPlan::Price(_) => false,
        };
        let mut all = Vec::with_capacity(runs.len());
        let mut one = Vec::new();
        for (runs, off) in self.by_row(runs, false).zip(off) {
            if runs.len() == 1 {
                all.push(*off);
                continue;
            }
            let shares = runs.iter().map(|run| {
                let now = self.costs(*run);
                Share {
                    weight: if by_units { run.1 } else { now },
                    headroom: Some(now.saturating_sub(self.least(*run))),
                    quantity: run.1,
                }
            });
            let shares: Vec<Share> = shares.collect();
            allocate(*off, &shares, self.till.sharing.remainder, &mut one)?;
            all.append(&mut one);
        }
        Ok(all)
    }

    /// At most so much off each row.
    fn down_to_by_row(&self, runs: &[Run], off: &mut [i64], max: i64) -> Result<()> {
        let mut rest = off;
        for runs in self.by_row(runs, false) {
            let (row, after) = rest.split_at_mut(runs.len().min(rest.len()));
            let mut less = row.to_vec();
            self.down_to(&mut less, max)?;
            row.copy_from_slice(&less);
            rest = after;
        }
        Ok(())
    }

    /// A part of the price of some units of rows whose price they do not divide: it is computed exactly and rounded once. None
    /// where whole amounts are exact.
    fn exact(
        &self,
        (runs, apart): (&[Run], bool),
        (part, of): (Part, PercentBase),
        per: DiscountPer,
        max: Option<i64>,
    ) -> Result<Option<Reduced>> {
        let rounder = self.candidate.plan.rounder;
        // The price of whole rows is whole. Bounds go by prices rounded up.
        let whole = |run: &Run| {
            if self.whole_row(*run).is_some() {
                return true;
            }
            let slot = self.state.slot(run.0, self.till);
            slot.is_none_or(|slot| slot.units == run.1)
        };
        if self.loose || rounder.is_placed() || runs.iter().all(whole) {
            return Ok(None);
        }
        let mut rows = Vec::with_capacity(runs.len());
        let mut broken = false;
        for runs in self.by_row(runs, apart) {
            let one = self.exactly(runs, of).ok_or_else(overflow)?;
            broken |= one.denominator() != 1;
            rows.push(one);
        }
        if !broken {
            return Ok(None);
        }
        let part = Ratio::new(part.part, part.whole).ok_or_else(overflow)?;
        let targets = self.targets_of(runs, apart);
        if per == DiscountPer::Scope {
            let mut sum = Ratio::ZERO;
            for one in rows {
                let one = one.checked_mul(part).ok_or_else(overflow)?;
                sum = sum.checked_add(one).ok_or_else(overflow)?;
            }
            let now = self.worth_now(runs);
            let wanted = rounder.off(now, sum.numerator(), sum.denominator(), 1);
            let wanted = wanted.ok_or_else(overflow)?;
            let reduction = Reduction {
                cut: Cut::Amount(max.map_or(wanted, |max| wanted.min(max))),
                per,
                rounder: Rounder::EXACT,
            };
            let reduced = reduce(&targets, &reduction, self.till.sharing)?;
            return Ok(Some(Reduced {
                off: reduced.off,
                unplaced: reduced.unplaced,
            }));
        }
        let mut taken = Reduced::default();
        for (one, target) in rows.into_iter().zip(&targets) {
            let units = match per {
                DiscountPer::Unit => target.quantity,
                _ => 1,
            };
            let one = one.checked_mul(part).ok_or_else(overflow)?;
            let wanted = rounder.off(target.now, one.numerator(), one.denominator(), units);
            let wanted = wanted.ok_or_else(overflow)?;
            let off = wanted.min(target.now.saturating_sub(target.least)).max(0);
            taken.unplaced = taken.unplaced.saturating_add(wanted.saturating_sub(off));
            taken.off.push(off);
        }
        Ok(Some(taken))
    }

    /// What units of one row cost, now or before all discounts, to the last fraction.
    fn exactly(&self, runs: &[Run], of: PercentBase) -> Option<Ratio> {
        let part = |amount: i64, units: i64, of: i64| {
            let amount = i128::from(amount).checked_mul(i128::from(units))?;
            Ratio::new(amount, i128::from(of))
        };
        if of == PercentBase::Initial {
            let row = self.row_of(runs.first()?.0);
            let row = self.till.rows.get(row as usize)?;
            return part(row.initial, count(runs), row.quantity);
        }
        let mut sum = Ratio::ZERO;
        for (number, units) in runs {
            let slot = self.state.slot(*number, self.till)?;
            sum = sum.checked_add(part(slot.now, *units, slot.units)?)?;
        }
        Some(sum)
    }

    /// Nothing done yet.
    pub(super) fn nothing(&self) -> Applied {
        Applied {
            off: vec![0; self.state.now.len()],
            ..Applied::default()
        }
    }

    /// Adds what was taken off some units. No row goes below its least, also where its units were rounded one group after another.
    pub(super) fn add(&self, applied: &mut Applied, runs: &[Run], taken: &Reduced) {
        applied.unplaced = applied.unplaced.saturating_add(taken.unplaced);
        applied.units.reserve(runs.len());
        // Then units are named by slot, not only by row.
        let apart = self.candidate.plan.consume || !self.state.is_whole();
        if apart {
            applied.slots.reserve(runs.len());
        }
        for ((number, units), off) in runs.iter().zip(&taken.off) {
            if let Some((place, row)) = self.whole_row((*number, *units))
                && let Some(there @ 0) = applied.off.get_mut(place as usize)
            {
                let now = self.now(place as usize);
                let placed = (*off).min(now.saturating_sub(row.least.min(now)));
                applied.unplaced = applied.unplaced.saturating_add(off.saturating_sub(placed));
                if placed > 0 {
                    *there = placed;
                    applied.total = applied.total.saturating_add(placed);
                    applied.units.push((place, *units));
                    if apart {
                        let one = self.state.slice((*number, *units), placed);
                        applied.slots.push(one);
                    }
                }
                continue;
            }
            let Some(slot) = self.state.slot(*number, self.till) else {
                continue;
            };
            let place = slot.row as usize;
            let (Some(row), Some(there)) = (self.till.rows.get(place), applied.off.get_mut(place))
            else {
                continue;
            };
            let now = self.now(place);
            let room = now
                .saturating_sub(row.least.min(now))
                .saturating_sub(*there);
            // A row that lost something before has been named. Groups are taken one after the other, so that was not long ago.
            let named = *there > 0;
            let mut lowered = applied.slots.iter_mut().rev();
            let lowered = if named {
                let one = self.state.slice((*number, *units), 0);
                lowered.find(|known| (known.row, known.nth) == (one.row, one.nth))
            } else {
                None
            };
            let gone = lowered.as_ref().map_or(0, |one| one.off);
            let placed = (*off).min(room).min(slot.now.saturating_sub(gone));
            applied.unplaced = applied.unplaced.saturating_add(off.saturating_sub(placed));
            if placed <= 0 {
                continue;
            }
            *there = there.saturating_add(placed);
            applied.total = applied.total.saturating_add(placed);
            let mut all = applied.units.iter_mut().rev();
            let known = if named {
                all.find(|(row, _)| *row == slot.row)
            } else {
                None
            };
            match known {
                Some((_, more)) => *more = more.saturating_add(*units),
                None => applied.units.push((slot.row, *units)),
            }
            if *units < row.quantity && all_of(slot.now, *units, slot.units, placed) {
                applied.free.push(Free {
                    row: slot.row,
                    units: *units,
                });
            }
            match lowered {
                Some(one) => {
                    one.units = one.units.saturating_add(*units);
                    one.off = one.off.saturating_add(placed);
                }
                None if apart || *units < slot.units => {
                    let one = self.state.slice((*number, *units), placed);
                    applied.slots.push(one);
                }
                None => {}
            }
        }
    }
}

/// Groups of so many units each, in the order of the runs, those of one kind together with their number. What is left over is in
/// none.
fn alike(runs: &[Run], size: i64) -> Vec<(Vec<Run>, i64)> {
    let size = size.max(1);
    let mut groups = Vec::new();
    let mut open: Vec<Run> = Vec::new();
    let mut missing = size;
    for (row, units) in runs {
        let mut left = *units;
        if missing < size || left < size {
            let some = left.min(missing);
            open.push((*row, some));
            missing = missing.saturating_sub(some);
            left = left.saturating_sub(some);
            if missing == 0 {
                groups.push((core::mem::take(&mut open), 1));
                missing = size;
            }
        }
        let full = left.checked_div(size).unwrap_or(0);
        if missing == size && full > 0 {
            groups.push((vec![(*row, size)], full));
            left = left.saturating_sub(full.saturating_mul(size));
        }
        if left > 0 {
            open.push((*row, left));
            missing = missing.saturating_sub(left);
        }
    }
    groups
}

/// Whether so much is the whole price of some units of those that cost `now`: less than a minor unit of it would be left.
fn all_of(now: i64, units: i64, quantity: i64, off: i64) -> bool {
    let wide = |one: i64, other: i64| i128::from(one).saturating_mul(i128::from(other));
    wide(now, units).saturating_sub(wide(off, quantity)) < i128::from(quantity)
}

pub(super) fn product(amount: i64, times: i64) -> Result<i64> {
    amount.checked_mul(times).ok_or_else(overflow)
}

#[cold]
pub(super) fn overflow() -> Error {
    let words = "a discount comes to more than can be counted";
    Error::new(Code::Overflow, words)
}
