//! What limits leave for a promotion in one order, and cutting down to that (clause 10.4).

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::units::{Run, count, first};
use super::{Applied, Till, Work};
use crate::amount::{Share, allocate};
use crate::coupons::plan::{DealPlan, LimitOf, LimitPlan};
use crate::coupons::rules::{OverLimit, TargetOrder};
use crate::error::Result;
use crate::json::is_default;
use crate::pricing::Basis;

/// What the limits of a promotion leave for this order. All instances of one coupon share it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Left {
    /// So many uses; none for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uses: Option<i64>,
    /// On so many units.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) units: Rest,
    /// So much money off, in minor units.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) money: Rest,
    /// What limits leave that count by product.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) products: Vec<ProductsLeft>,
}

/// What limits leave of one measure, by what happens with what is over them; none for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rest {
    /// More than that is not used at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    drop: Option<i64>,
    /// More than that is cut down to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    partial: Option<i64>,
    /// While that is more than nothing, all is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    overshoot: Option<i64>,
}

/// What a limit leaves that counts by product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductsLeft {
    /// Uses or units.
    pub(crate) of: LimitOf,
    /// What happens with a product of which more units are there than that.
    pub(crate) over: OverLimit,
    /// By the number of the product.
    pub(crate) left: Vec<(u32, i64)>,
}

impl Rest {
    fn limit(&mut self, over: OverLimit, rest: i64) {
        let there = match over {
            OverLimit::Drop => &mut self.drop,
            OverLimit::Partial => &mut self.partial,
            OverLimit::Overshoot => &mut self.overshoot,
        };
        *there = Some(there.map_or(rest, |there| there.min(rest)));
    }

    fn all(&self) -> impl Iterator<Item = i64> {
        [self.drop, self.partial, self.overshoot]
            .into_iter()
            .flatten()
    }

    /// How much of so much is used; none where it is nothing at all.
    pub(super) fn of(&self, wanted: i64) -> Option<i64> {
        let some = self.partial.map_or(wanted, |partial| wanted.min(partial));
        self.drop.is_none_or(|drop| some <= drop).then_some(some)
    }

    /// The most that is ever used.
    pub(super) fn most(&self) -> Option<i64> {
        self.drop.into_iter().chain(self.partial).min()
    }

    fn after(self, used: i64) -> Self {
        let less = |left: Option<i64>| left.map(|left| left.saturating_sub(used).max(0));
        Self {
            drop: less(self.drop),
            partial: less(self.partial),
            overshoot: less(self.overshoot),
        }
    }
}

impl ProductsLeft {
    fn use_up(&mut self, products: &[(u32, i64)]) {
        let used: FxHashMap<u32, i64> = products.iter().copied().collect();
        for (product, left) in &mut self.left {
            let times = match (self.of, used.get(product)) {
                (_, None) => continue,
                (LimitOf::Units, Some(units)) => *units,
                _ => 1,
            };
            *left = left.saturating_sub(times).max(0);
        }
    }

    /// Whether nothing is left of any product.
    fn is_spent(&self) -> bool {
        !self.left.is_empty() && self.left.iter().all(|(_, left)| *left < 1)
    }

    /// How many of the units of a product are used, of which so much is left.
    fn of(&self, left: i64, units: i64) -> i64 {
        match (self.of, self.over) {
            (LimitOf::Units, _) if left >= units => units,
            (LimitOf::Units, OverLimit::Partial) => left,
            (LimitOf::Units, OverLimit::Drop) => 0,
            _ if left > 0 => units,
            _ => 0,
        }
    }
}

impl Left {
    /// Notes that a limit leaves so much.
    pub(crate) fn limit(&mut self, limit: &LimitPlan, rest: i64) {
        match limit.of {
            LimitOf::Uses => {
                self.uses = Some(self.uses.map_or(rest, |there| there.min(rest)));
            }
            LimitOf::Units => self.units.limit(limit.over, rest),
            LimitOf::Money => self.money.limit(limit.over, rest),
        }
    }

    /// Notes what a limit leaves of each product.
    pub(crate) fn limit_products(&mut self, products: ProductsLeft) {
        self.products.push(products);
    }

    /// Whether no limit binds.
    pub(in crate::coupons) fn is_free(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing is left of a limit.
    pub(super) fn is_spent(&self) -> bool {
        let rests = self.units.all().chain(self.money.all());
        let mut all = rests.chain(self.uses);
        all.any(|left| left < 1) || self.products.iter().any(ProductsLeft::is_spent)
    }

    /// What is left after a use.
    pub(in crate::coupons) fn after(mut self, applied: &Applied, till: &Till) -> Self {
        for limit in &mut self.products {
            limit.use_up(&till.by_product(&applied.units));
        }
        Self {
            uses: self.uses.map(|left| left.saturating_sub(1)),
            units: self.units.after(applied.counted()),
            money: self.money.after(applied.total),
            ..self
        }
    }
}

impl Work<'_> {
    /// At most so much in all.
    pub(super) fn capped(&self, mut applied: Applied, max: Option<i64>) -> Result<Option<Applied>> {
        if let Some(max) = max {
            self.lessen(&mut applied, max)?;
        }
        Ok(Some(applied))
    }

    /// Leaves at most so much of what was taken off, shared by what each row and unit would have had.
    fn lessen(&self, applied: &mut Applied, max: i64) -> Result<()> {
        if applied.total <= max {
            return Ok(());
        }
        let before = (!applied.free.is_empty()).then(|| applied.off.clone());
        self.down_to(&mut applied.off, max)?;
        applied.total = max;
        if let Some(before) = before {
            // Units of a row that gets some of its price back are not free.
            let Applied { free, off, .. } = &mut *applied;
            free.retain(|one| off.get(one.row as usize) == before.get(one.row as usize));
        }
        applied.slots.sort_unstable_by_key(|one| (one.row, one.nth));
        for slots in applied
            .slots
            .chunk_by_mut(|one, other| one.row == other.row)
        {
            let row = slots.first().map_or(0, |one| one.row as usize);
            let most = applied.off.get(row).copied().unwrap_or(0);
            let mut off: Vec<i64> = slots.iter().map(|one| one.off).collect();
            self.down_to(&mut off, most)?;
            for (one, off) in slots.iter_mut().zip(off) {
                one.off = off;
            }
        }
        Ok(())
    }

    /// Where all together is more than may be taken off, that is shared by what each would have had.
    pub(super) fn down_to(&self, off: &mut Vec<i64>, max: i64) -> Result<()> {
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

    /// The units that a limit leaves are the first ones in this order: that of the targets, or else that in which the most is
    /// saved, so that the order of the lines does not decide.
    fn limit_order(&self) -> (TargetOrder, Basis) {
        self.order(match &self.candidate.plan.deal {
            DealPlan::BuyGet(_) => TargetOrder::Cheapest,
            _ => TargetOrder::Dearest,
        })
    }

    /// The units that the limits leave; none if they leave too few and nothing less is wanted.
    pub(super) fn limited(&self, runs: Vec<Run>) -> Option<Vec<Run>> {
        if self.left.units == Rest::default() {
            return Some(runs);
        }
        let all = count(&runs);
        let some = self.left.units.of(all)?;
        if some == all {
            return Some(runs);
        }
        let mut sorted = runs;
        let (by, basis) = self.limit_order();
        self.sort(&mut sorted, by, basis);
        Some(first(&sorted, some))
    }

    /// Leaves the units that a limit by product leaves.
    pub(super) fn within_products(&self, limit: &ProductsLeft, pool: &mut Vec<Run>) {
        let rests: FxHashMap<u32, i64> = limit.left.iter().copied().collect();
        // Of each product that is bound: what is left of it.
        let mut bound: FxHashMap<u32, i64> = FxHashMap::default();
        let rows = pool
            .iter()
            .map(|(slot, units)| (self.row_of(*slot), *units));
        for (product, units) in self.till.by_product(&rows.collect::<Vec<Run>>()) {
            let left = rests.get(&product).copied().unwrap_or(i64::MAX);
            let some = limit.of(left, units);
            if some < units {
                bound.insert(product, some);
            }
        }
        if bound.is_empty() {
            return;
        }
        let (by, basis) = self.limit_order();
        self.sort(pool, by, basis);
        for (slot, units) in pool.iter_mut() {
            let row = self.till.rows.get(self.row_of(*slot) as usize);
            if let Some(left) = row.and_then(|row| bound.get_mut(&row.product)) {
                *units = (*left).min(*units);
                *left = left.saturating_sub(*units);
            }
        }
        pool.retain(|(_, units)| *units > 0);
        pool.sort_unstable_by_key(|(slot, _)| *slot);
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
        let Some(some) = self.left.money.of(applied.total) else {
            return Ok(false);
        };
        self.lessen(applied, some)?;
        Ok(true)
    }
}
