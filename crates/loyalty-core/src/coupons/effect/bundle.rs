//! Several things together (clause 10.2): as many bundles as are complete, also where a unit could be several of their items.

use rustc_hash::FxHashMap;

use super::cut::product;
use super::units::{Run, first, without};
use super::{Applied, Work};
use crate::coupons::plan::{Bundle, Cap, EffectPlan, Per};
use crate::coupons::rules::TargetOrder;
use crate::error::Result;

/// The place of the selection of the first item.
const ITEMS: usize = 1;

impl Work<'_> {
    pub(super) fn bundle(&self, deal: &Bundle) -> Result<Option<Applied>> {
        let full = Assignment::new(self, deal);
        let mut times = full.times(deal).min(deal.repeat.unwrap_or(i64::MAX));
        if times == 0 {
            return Ok(None);
        }
        if deal.get.is_none() {
            // Part of a bundle is none.
            let size = needs(deal, u32::MAX, |_, quantity| quantity).max(1);
            let units = self.left.units.of(times.saturating_mul(size));
            let full = units.and_then(|units| units.checked_div(size));
            let Some(full) = full.filter(|full| *full > 0) else {
                return Ok(Some(self.over()));
            };
            times = full;
        }
        let items = full.assign(deal, times);
        let all: Vec<Run> = merged(&items);
        let mut applied = self.nothing();
        let factor = if deal.multiply { times } else { 1 };
        match (deal.effect, &deal.get) {
            (None, _) => {
                for (runs, item) in items.iter().zip(&deal.items) {
                    let Some(price) = item.price else { continue };
                    let price = EffectPlan::Price(price);
                    let taken = self.cut(runs, price, Per::Unit, Cap::default())?;
                    self.add(&mut applied, runs, &taken);
                }
            }
            (Some(effect), None) => {
                let (effect, per) = match effect {
                    EffectPlan::Amount(amount) => {
                        (EffectPlan::Amount(product(amount, factor)?), Per::Scope)
                    }
                    EffectPlan::Price(price) => {
                        let price = product(price, factor)?;
                        let off = self.worth_now(&all).saturating_sub(price).max(0);
                        (EffectPlan::Amount(off), Per::Scope)
                    }
                    percent @ EffectPlan::Percent(..) => (percent, Per::Line),
                };
                let taken = self.cut(&all, effect, per, Cap::default())?;
                self.add(&mut applied, &all, &taken);
            }
            (Some(effect), Some(_)) => {
                let mut pool = without(
                    &self.pool(ITEMS.saturating_add(deal.items.len()), true),
                    &all,
                );
                let (by, basis) = self.order(TargetOrder::Cheapest);
                self.sort(&mut pool, by, basis);
                let (runs, effect, per) = match (deal.get_quantity, effect) {
                    (None, EffectPlan::Amount(amount)) => (
                        pool,
                        EffectPlan::Amount(product(amount, factor)?),
                        Per::Scope,
                    ),
                    (quantity, effect) => {
                        let most = match quantity {
                            Some(quantity) => product(quantity, factor)?,
                            None => i64::MAX,
                        };
                        let per = match effect {
                            EffectPlan::Percent(..) => Per::Line,
                            _ => Per::Unit,
                        };
                        (first(&pool, most), effect, per)
                    }
                };
                let Some(runs) = self.limited(runs) else {
                    return Ok(Some(self.over()));
                };
                let taken = self.cut(&runs, effect, per, Cap::default())?;
                self.add(&mut applied, &runs, &taken);
            }
        }
        if self.candidate.plan.consume {
            let lowered: Vec<Run> = applied
                .slots
                .iter()
                .map(|one| (self.state.slot_of(one), one.units))
                .collect();
            applied.met = self.slices(&without(&all, &lowered));
        }
        Ok(Some(applied))
    }
}

/// The units of each row, and of which items they could be.
struct Assignment {
    /// The row, its units, and a bit for each item.
    rows: Vec<(u32, i64, u32)>,
    /// How many units could be just these items.
    of_bits: Vec<(u32, i64)>,
}

impl Assignment {
    fn new(work: &Work<'_>, deal: &Bundle) -> Self {
        let mut rows: Vec<(u32, i64, u32)> = Vec::new();
        for item in 0..deal.items.len() {
            let lowered = deal.get.is_none();
            for (row, units) in work.pool(ITEMS.saturating_add(item), lowered) {
                let bit = 1_u32
                    .checked_shl(u32::try_from(item).unwrap_or(u32::MAX))
                    .unwrap_or(0);
                rows.push((row, units, bit));
            }
        }
        // Limits by product may leave a row more for one item than for another: the first one says how much.
        rows.sort_by_key(|(row, ..)| *row);
        rows.dedup_by(|other, one| {
            let same = other.0 == one.0;
            if same {
                one.2 |= other.2;
            }
            same
        });
        let mut runs: Vec<Run> = rows.iter().map(|(row, units, _)| (*row, *units)).collect();
        let (by, basis) = match deal.get {
            Some(_) => (TargetOrder::Dearest, crate::pricing::Basis::AsPriced),
            None => work.order(TargetOrder::Dearest),
        };
        work.sort(&mut runs, by, basis);
        let bits: FxHashMap<u32, u32> = rows.iter().map(|(row, _, bits)| (*row, *bits)).collect();
        let bits = |row: u32| bits.get(&row).copied().unwrap_or(0);
        let rows = runs.into_iter().map(|(row, units)| (row, units, bits(row)));
        let mut assignment = Self {
            rows: rows.collect(),
            of_bits: Vec::new(),
        };
        for at in 0..assignment.rows.len() {
            if let Some((_, units, bits)) = assignment.rows.get(at).copied() {
                assignment.change(bits, units);
            }
        }
        assignment
    }

    /// How many bundles are complete: so many that no set of items needs more units than there are for it.
    fn times(&self, deal: &Bundle) -> i64 {
        let mut times = i64::MAX;
        for set in sets(deal) {
            let need = needs(deal, set, |_, quantity| quantity);
            times = times.min(self.units(set).checked_div(need.max(1)).unwrap_or(0));
        }
        times
    }

    fn units(&self, set: u32) -> i64 {
        let some = self.of_bits.iter().filter(|(bits, _)| bits & set != 0);
        some.fold(0, |sum, (_, units)| sum.saturating_add(*units))
    }

    /// Counts so many units more that could be just these items.
    fn change(&mut self, bits: u32, more: i64) {
        match self.of_bits.iter_mut().find(|(one, _)| *one == bits) {
            Some((_, units)) => *units = units.saturating_add(more),
            None => self.of_bits.push((bits, more)),
        }
    }

    /// The units of each item of so many bundles: in their order, but never so that another item lacks them.
    fn assign(mut self, deal: &Bundle, times: i64) -> Vec<Vec<Run>> {
        let mut left: Vec<i64> = deal
            .items
            .iter()
            .map(|item| item.quantity.saturating_mul(times))
            .collect();
        let mut items = Vec::with_capacity(left.len());
        for place in 0..left.len() {
            let bit = 1_u32
                .checked_shl(u32::try_from(place).unwrap_or(u32::MAX))
                .unwrap_or(0);
            let mut runs: Vec<Run> = Vec::new();
            for at in 0..self.rows.len() {
                let Some((row, units, bits)) = self.rows.get(at).copied() else {
                    continue;
                };
                let need = left.get(place).copied().unwrap_or(0);
                if bits & bit == 0 || need == 0 || units == 0 {
                    continue;
                }
                let mut some = units.min(need);
                for set in sets(deal) {
                    if set & bit == 0 && set & bits != 0 {
                        let need = needs(deal, set, |item, _| left.get(item).copied().unwrap_or(0));
                        some = some.min(self.units(set).saturating_sub(need));
                    }
                }
                if some > 0 {
                    runs.push((row, some));
                    if let Some((_, units, _)) = self.rows.get_mut(at) {
                        *units = units.saturating_sub(some);
                    }
                    self.change(bits, some.saturating_neg());
                    if let Some(left) = left.get_mut(place) {
                        *left = left.saturating_sub(some);
                    }
                }
            }
            items.push(runs);
        }
        items
    }
}

/// Every set of items but the empty one. A bundle has few of them.
fn sets(deal: &Bundle) -> impl Iterator<Item = u32> + use<> {
    let items = u32::try_from(deal.items.len()).unwrap_or(u32::MAX);
    1..1_u32.checked_shl(items).unwrap_or(1)
}

fn needs(deal: &Bundle, set: u32, need: impl Fn(usize, i64) -> i64) -> i64 {
    let items = deal.items.iter().enumerate();
    let of_set = items.filter(|(place, _)| {
        let bit = u32::try_from(*place)
            .ok()
            .and_then(|place| 1_u32.checked_shl(place));
        bit.is_some_and(|bit| set & bit != 0)
    });
    of_set.fold(0, |sum: i64, (place, item)| {
        sum.saturating_add(need(place, item.quantity))
    })
}

fn merged(items: &[Vec<Run>]) -> Vec<Run> {
    let mut all = items.concat();
    all.sort_unstable();
    all.dedup_by(|other, one| {
        let same = other.0 == one.0;
        if same {
            one.1 = one.1.saturating_add(other.1);
        }
        same
    });
    all
}
