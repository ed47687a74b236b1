//! Which units a promotion sees, and in which order (clause 10.3). Units of one slot are alike, so they are counted, not listed.

use super::slots::{Slice, Slot};
use super::{TillRow, Work};
use crate::amount::Rounding;
use crate::coupons::rules::{SomeTargets, TargetOrder};
use crate::pricing::{Basis, Target, Weights, gross, net};

/// So many units of a slot, or of a row.
pub(crate) type Run = (u32, i64);

impl Work<'_> {
    /// Whether this promotion sees the units of a slot.
    pub(super) fn sees(&self, slot: &Slot) -> bool {
        slot.units > 0 && !(slot.used.is_some() && self.candidate.plan.consume)
    }

    /// Units that are used without losing anything.
    pub(super) fn slices(&self, runs: &[Run]) -> Vec<Slice> {
        let slices = runs.iter().map(|run| self.state.slice(*run, 0));
        slices.collect()
    }

    /// The row of a slot.
    pub(super) fn row_of(&self, slot: u32) -> u32 {
        self.state.row_of(slot)
    }

    pub(super) fn now(&self, place: usize) -> i64 {
        self.state.now.get(place).copied().unwrap_or(0)
    }

    /// The units of the rows of one of its selections. Targets are units whose price may be lowered.
    pub(super) fn pool(&self, set: usize, targets: bool) -> Vec<Run> {
        let Some(rows) = self.candidate.sets.get(set) else {
            return Vec::new();
        };
        let mut pool = Vec::with_capacity(rows.len());
        for number in rows {
            let place = *number as usize;
            let Some(row) = self.till.rows.get(place) else {
                continue;
            };
            let skipped = self.candidate.plan.skip_discounted && self.now(place) < row.stated;
            if skipped || (targets && !row.discountable) {
                continue;
            }
            if self.state.is_whole() {
                if row.quantity > 0 {
                    pool.push((*number, row.quantity));
                }
                continue;
            }
            let (first, slots) = self.state.slots_of(*number);
            let slots = (first..).zip(slots).filter(|(_, slot)| self.sees(slot));
            pool.extend(slots.map(|(place, slot)| (place, slot.units)));
        }
        if targets {
            for limit in &self.left.products {
                self.within_products(limit, &mut pool);
            }
        }
        pool
    }

    /// Puts runs into an order of their prices before discounts.
    pub(super) fn sort(&self, runs: &mut [Run], by: TargetOrder, basis: Basis) {
        if by == TargetOrder::Rank || runs.len() < 2 {
            return;
        }
        let price = |run: &Run| {
            let Some(row) = self.till.rows.get(self.row_of(run.0) as usize) else {
                return (0, 1);
            };
            let price = match basis {
                Basis::AsPriced => row.stated,
                Basis::Net => net(row.stated, row.tax),
                Basis::Gross => gross(row.stated, row.tax),
            };
            (i128::from(price), i128::from(row.quantity.max(1)))
        };
        runs.sort_by(|one, other| {
            let ((one, of_one), (other, of_other)) = (price(one), price(other));
            // Amounts and quantities of 64 bits: their products never leave 128 bits.
            let (one, other) = (one.saturating_mul(of_other), other.saturating_mul(of_one));
            match by {
                TargetOrder::Dearest => other.cmp(&one),
                _ => one.cmp(&other),
            }
        });
    }

    /// The order of its targets, where the discount itself would take another one.
    pub(super) fn order(&self, else_by: TargetOrder) -> (TargetOrder, Basis) {
        match &self.candidate.plan.targets {
            Some(some) => (some.by, some.basis),
            None => (else_by, Basis::AsPriced),
        }
    }

    /// The units that it is for, in their order.
    pub(super) fn targets(&self, else_by: TargetOrder) -> Vec<Run> {
        let mut pool = self.pool(0, true);
        let (by, basis) = self.order(else_by);
        self.sort(&mut pool, by, basis);
        match &self.candidate.plan.targets {
            Some(some) => pick(&pool, some),
            None => pool,
        }
    }

    /// Units of one row, as a discount sees them.
    pub(super) fn target(&self, runs: &[Run]) -> Option<Target> {
        if let [run] = runs
            && let Some((place, row)) = self.whole_row(*run)
        {
            return Some(self.target_of(row, self.now(place as usize)));
        }
        let row = self.row_of(runs.first()?.0);
        let row = self.till.rows.get(row as usize)?;
        let units = count(runs);
        let of_all = |amount: i64| self.share(amount, units, row.quantity);
        let amounts = runs.iter().map(|run| self.costs(*run));
        let now = amounts.fold(0, i64::saturating_add);
        let least = part(row.least, units, row.quantity, Rounding::Ceil);
        Some(Target {
            quantity: units,
            stated: of_all(row.stated),
            initial: of_all(row.initial),
            now,
            least: least.min(now),
            gross: match self.till.sharing.weights {
                Weights::Gross => gross(now, row.tax),
                _ => now,
            },
            tax_group: row.tax_group,
        })
    }

    /// A whole row, as a discount sees it.
    fn target_of(&self, row: &TillRow, now: i64) -> Target {
        Target {
            quantity: row.quantity,
            stated: row.stated,
            initial: row.initial,
            now,
            least: row.least.min(now),
            gross: match self.till.sharing.weights {
                Weights::Gross => gross(now, row.tax),
                _ => now,
            },
            tax_group: row.tax_group,
        }
    }

    /// The row that units are, if they are all of it.
    #[inline]
    pub(super) fn whole_row(&self, (slot, units): Run) -> Option<(u32, &TillRow)> {
        let place = self.row_of(slot);
        let row = self.till.rows.get(place as usize)?;
        (row.quantity == units).then_some((place, row))
    }

    /// The least that so many units of a slot may cost, rounded down.
    pub(super) fn least(&self, (slot, units): Run) -> i64 {
        let row = self.till.rows.get(self.row_of(slot) as usize);
        let least = row.and_then(|row| {
            let product = i128::from(row.least).checked_mul(i128::from(units))?;
            i64::try_from(product.checked_div(i128::from(row.quantity))?).ok()
        });
        least.unwrap_or(0)
    }

    /// What so many units of a slot cost now.
    pub(super) fn costs(&self, (slot, units): Run) -> i64 {
        let slot = self.state.slot(slot, self.till);
        slot.map_or(0, |slot| self.share(slot.now, units, slot.units))
    }

    fn share(&self, amount: i64, units: i64, of: i64) -> i64 {
        if self.loose {
            at_most(amount, units, of)
        } else {
            share(amount, units, of)
        }
    }
}

/// The most that so many units cost, however the others are set apart from them: one unit costs no less than the price rounded
/// down, nor more than it rounded up.
pub(super) fn at_most(amount: i64, units: i64, of: i64) -> i64 {
    let of = of.max(1);
    let (price, rest) = (amount.div_euclid(of), amount.rem_euclid(of));
    price.saturating_mul(units).saturating_add(rest.min(units))
}

/// The amount of so many units of a row, rounded half up where it is not whole.
pub(super) fn share(amount: i64, units: i64, of: i64) -> i64 {
    part(amount, units, of, Rounding::HalfUp)
}

fn part(amount: i64, units: i64, of: i64, rounding: Rounding) -> i64 {
    if units == of {
        return amount;
    }
    let product = i128::from(amount).saturating_mul(i128::from(units));
    rounding
        .divide(product, i128::from(of))
        .and_then(|part| i64::try_from(part).ok())
        .unwrap_or(0)
}

/// Counts through the units: the first ones are passed over, then every so many-th is taken, up to a number.
fn pick(runs: &[Run], some: &SomeTargets) -> Vec<Run> {
    let (skip, step) = (i64::from(some.skip), i64::from(some.step.max(1)));
    let most = some.n.map_or(i64::MAX, i64::from);
    // How many of the first so many units are taken.
    let taken = |first: i64| {
        let after = first.saturating_sub(skip).max(0);
        let steps = after.saturating_add(step).saturating_sub(1);
        steps.checked_div(step).unwrap_or(0).min(most)
    };
    let mut picked = Vec::with_capacity(runs.len());
    let mut first = 0_i64;
    for (row, units) in runs {
        let next = first.saturating_add(*units);
        let some = taken(next).saturating_sub(taken(first));
        if some > 0 {
            picked.push((*row, some));
        }
        first = next;
    }
    picked
}

/// The first so many units.
pub(super) fn first(runs: &[Run], most: i64) -> Vec<Run> {
    let mut left = most;
    let mut taken = Vec::with_capacity(runs.len());
    for (row, units) in runs {
        let some = (*units).min(left);
        if some > 0 {
            taken.push((*row, some));
            left = left.saturating_sub(some);
        }
    }
    taken
}

/// What is left of the first runs without the others.
pub(super) fn without(runs: &[Run], others: &[Run]) -> Vec<Run> {
    let taken = by_row(others);
    let of = |row: u32| taken.get(row as usize).copied().unwrap_or(0);
    let left = runs
        .iter()
        .map(|(row, units)| (*row, units.saturating_sub(of(*row))));
    left.filter(|(_, units)| *units > 0).collect()
}

/// How many units of each row some runs are; what is not in it has none.
pub(super) fn by_row(runs: &[Run]) -> Vec<i64> {
    let last = runs.iter().map(|(row, _)| *row as usize).max();
    let mut units = vec![0_i64; last.map_or(0, |last| last.saturating_add(1))];
    for (row, more) in runs {
        if let Some(there) = units.get_mut(*row as usize) {
            *there = there.saturating_add(*more);
        }
    }
    units
}

pub(super) fn count(runs: &[Run]) -> i64 {
    runs.iter()
        .fold(0, |sum, (_, units)| sum.saturating_add(*units))
}
