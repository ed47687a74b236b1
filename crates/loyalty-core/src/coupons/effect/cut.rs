//! Taking something off units: amounts, parts, prices (clauses 2.3, 2.4, 10.2).

use super::units::{Run, count, first};
use super::{Applied, Free, Work};
use crate::amount::{Ratio, Share, allocate};
use crate::coupons::plan::{Cap, DealPlan, EffectPlan, Per};
use crate::coupons::rules::TargetOrder;
use crate::error::{Code, Error, Result};
use crate::pricing::{
    Cut, DiscountPer, Part, PercentBase, Reduced, Reduction, Rounder, Target, reduce,
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
                for run in &runs {
                    let amount = product(amount, self.times(every, &[*run])?)?;
                    let taken = self.cut(&[*run], EffectPlan::Amount(amount), Per::Scope, cap)?;
                    self.add(&mut applied, &[*run], &taken);
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

    fn targets_of(&self, runs: &[Run]) -> Vec<Target> {
        let mut targets = Vec::with_capacity(runs.len());
        targets.extend(runs.iter().filter_map(|run| self.target(*run)));
        targets
    }

    /// What some units cost now.
    pub(super) fn worth_now(&self, runs: &[Run]) -> i64 {
        let amounts = runs.iter().filter_map(|run| self.target(*run));
        amounts.fold(0, |sum, target| sum.saturating_add(target.now))
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
        let targets = self.targets_of(runs);
        let rounder = self.candidate.plan.rounder;
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
                if let Some(exact) = self.exact(runs, (part, of), per, all)? {
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
        if single {
            for (off, target) in taken.off.iter_mut().zip(&targets) {
                let unit = cap.unit.map(|unit| unit.saturating_mul(target.quantity));
                let most = cap.line.unwrap_or(i64::MAX).min(unit.unwrap_or(i64::MAX));
                *off = (*off).min(most);
            }
        }
        if let Some(all) = cap.all {
            self.down_to(&mut taken.off, all)?;
        }
        Ok(taken)
    }

    /// A part of the price of some units of rows whose price they do not divide: it is computed exactly and rounded once. None
    /// where whole amounts are exact.
    fn exact(
        &self,
        runs: &[Run],
        (part, of): (Part, PercentBase),
        per: DiscountPer,
        max: Option<i64>,
    ) -> Result<Option<Reduced>> {
        let rounder = self.candidate.plan.rounder;
        // The price of whole rows is whole.
        let whole = |run: &Run| {
            let row = self.till.rows.get(run.0 as usize);
            row.is_none_or(|row| row.quantity == run.1)
        };
        if rounder.is_placed() || runs.iter().all(whole) {
            return Ok(None);
        }
        let mut rows = Vec::with_capacity(runs.len());
        let mut broken = false;
        for (number, units) in runs {
            let place = *number as usize;
            let Some(row) = self.till.rows.get(place) else {
                continue;
            };
            let (amount, whole) = match of {
                PercentBase::Running => (self.now(place), row.quantity),
                PercentBase::Initial => (row.initial, row.quantity),
            };
            let amount = i128::from(amount).saturating_mul(i128::from(*units));
            broken |= amount.checked_rem(i128::from(whole)) != Some(0);
            rows.push((amount, i128::from(whole)));
        }
        if !broken {
            return Ok(None);
        }
        let targets = self.targets_of(runs);
        if per == DiscountPer::Scope {
            let mut sum = Ratio::ZERO;
            for (amount, whole) in rows {
                let num = amount.checked_mul(part.part).ok_or_else(overflow)?;
                let den = whole.checked_mul(part.whole).ok_or_else(overflow)?;
                let one = Ratio::new(num, den).ok_or_else(overflow)?;
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
        for ((amount, whole), target) in rows.into_iter().zip(&targets) {
            let units = match per {
                DiscountPer::Unit => target.quantity,
                _ => 1,
            };
            let num = amount.checked_mul(part.part).ok_or_else(overflow)?;
            let den = whole.checked_mul(part.whole).ok_or_else(overflow)?;
            let wanted = rounder
                .off(target.now, num, den, units)
                .ok_or_else(overflow)?;
            let off = wanted.min(target.now.saturating_sub(target.least)).max(0);
            taken.unplaced = taken.unplaced.saturating_add(wanted.saturating_sub(off));
            taken.off.push(off);
        }
        Ok(Some(taken))
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
        for ((number, units), off) in runs.iter().zip(&taken.off) {
            let place = *number as usize;
            let (Some(row), Some(there)) = (self.till.rows.get(place), applied.off.get_mut(place))
            else {
                continue;
            };
            let now = self.now(place);
            let room = now
                .saturating_sub(row.least.min(now))
                .saturating_sub(*there);
            let placed = (*off).min(room);
            if placed > 0 {
                // A row that lost something before has been named.
                let named = *there > 0;
                *there = there.saturating_add(placed);
                applied.total = applied.total.saturating_add(placed);
                // Groups are taken one after the other, so it was named not long ago.
                let mut all = applied.units.iter_mut().rev();
                let known = if named {
                    all.find(|(row, _)| row == number)
                } else {
                    None
                };
                match known {
                    Some((_, more)) => *more = more.saturating_add(*units),
                    None => applied.units.push((*number, *units)),
                }
                if *units < row.quantity && all_of(now, *units, row.quantity, placed) {
                    applied.free.push(Free {
                        row: *number,
                        units: *units,
                        off: placed,
                    });
                }
            }
            applied.unplaced = applied.unplaced.saturating_add(off.saturating_sub(placed));
        }
    }

    /// At most so much in all.
    fn capped(&self, mut applied: Applied, max: Option<i64>) -> Result<Option<Applied>> {
        if let Some(max) = max {
            self.lower(&mut applied, max)?;
        }
        Ok(Some(applied))
    }

    /// Lowers what was taken off to so much in all. Units of a row that gets some of its price back are not free.
    fn lower(&self, applied: &mut Applied, max: i64) -> Result<()> {
        let before = (!applied.free.is_empty()).then(|| applied.off.clone());
        self.down_to(&mut applied.off, max)?;
        applied.total = applied.total.min(max);
        if let Some(before) = before {
            let Applied { free, off, .. } = applied;
            free.retain(|free| {
                let row = free.row as usize;
                off.get(row) == before.get(row)
            });
        }
        Ok(())
    }

    /// Where all together is more than may be taken off, that is shared by what each would have had.
    fn down_to(&self, off: &mut Vec<i64>, max: i64) -> Result<()> {
        let all = off.iter().fold(0_i64, |sum, one| sum.saturating_add(*one));
        if all <= max {
            return Ok(());
        }
        let shares: Vec<Share> = off
            .iter()
            .map(|one| Share {
                weight: *one,
                headroom: Some(*one),
                quantity: 0,
            })
            .collect();
        allocate(max, &shares, self.till.sharing.remainder, off)?;
        Ok(())
    }

    /// The first units that the limits leave; none if they leave too few and nothing less is wanted.
    pub(super) fn limited(&self, runs: Vec<Run>) -> Option<Vec<Run>> {
        match self.left.units {
            Some(left) if count(&runs) > left => {
                (!self.left.whole_units).then(|| first(&runs, left))
            }
            _ => Some(runs),
        }
    }

    /// How many of so many added units the limits leave; none where they leave too few, and only all will do.
    pub(super) fn added_units(&self, quantity: i64) -> Option<i64> {
        match self.left.units {
            Some(left) if quantity > left => (!self.left.whole_units).then_some(left),
            _ => Some(quantity),
        }
    }

    /// What is over a limit of units: told from what has no effect by the sign.
    pub(super) fn over(&self) -> Applied {
        Applied {
            total: -1,
            ..Applied::default()
        }
    }

    /// Whether it is within the limits, cut down to what they leave if it may be.
    pub(super) fn within(&self, applied: &mut Applied) -> Result<bool> {
        if applied.total < 0 {
            return Ok(false);
        }
        let Some(left) = self.left.money else {
            return Ok(true);
        };
        if applied.total <= left {
            return Ok(true);
        }
        if self.left.whole_money || left <= 0 {
            return Ok(false);
        }
        self.lower(applied, left)?;
        Ok(true)
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

/// Whether so much is the whole price of some units of a row that costs `now`: less than a minor unit of it would be left.
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
