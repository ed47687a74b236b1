//! How often promotions are used: what their limits leave for a purchase, and what it counts against them (clause 10.4).

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::basket::Rows;
use super::work::Work;
use crate::amount::{Currency, Money};
use crate::condition::{EventFacts, said};
use crate::coupons::{
    Applied, Candidate, LimitBy, LimitOf, LimitPer, LimitPlan, LimitWhose, ProductsLeft,
    PromotionPlan, Till,
};
use crate::error::{Code, Error, Result};
use crate::event::{Counter, CounterPer, Purchase};
use crate::id::Id;
use crate::member::{KeyUse, Order, PromotionUse, ValueUse};
use crate::outcome::{Amount, PromotionCount};
use crate::points::{CapPeriod, LimitSpec};

/// The articles of a basket, numbered: rows of one article have one number. None where no limit counts by product.
pub(super) struct Products<'p> {
    skus: Vec<&'p str>,
    of_rows: Vec<u32>,
}

impl<'p> Products<'p> {
    pub(super) fn of(purchase: &'p Purchase<'_>, rows: &Rows, wanted: bool) -> Self {
        let mut products = Self {
            skus: Vec::new(),
            of_rows: Vec::new(),
        };
        if !wanted {
            return products;
        }
        let mut known: FxHashMap<&str, u32> = FxHashMap::default();
        for lines in rows.lines() {
            let line = lines
                .first()
                .and_then(|line| purchase.lines.get(*line as usize));
            let sku = line.map_or("", |line| &*line.sku);
            let next = u32::try_from(products.skus.len()).unwrap_or(u32::MAX);
            let number = *known.entry(sku).or_insert_with(|| {
                products.skus.push(sku);
                next
            });
            products.of_rows.push(number);
        }
        products
    }

    pub(super) fn of_row(&self, row: usize) -> u32 {
        self.of_rows.get(row).copied().unwrap_or(u32::MAX)
    }

    fn sku(&self, product: u32) -> Option<&'p str> {
        self.skus.get(product as usize).copied()
    }
}

/// What a limit is asked for in one purchase.
#[derive(Clone, Copy)]
pub(super) struct Asks<'a> {
    pub(super) facts: &'a EventFacts<'a>,
    pub(super) purchase: &'a Purchase<'a>,
    pub(super) products: &'a Products<'a>,
}

impl Work<'_> {
    /// Checks that each counter of the host says which limits it is for.
    pub(super) fn counters_are_clear(&self, purchase: &Purchase<'_>) -> Result<()> {
        for (place, counter) in purchase.counters.iter().enumerate() {
            let plan = self.compiled.promotions.of(&Id::checked(&counter.of));
            let several = plan.is_some_and(|plan| plan.has_periods(counter.by.is_some()));
            if several && counter.per.is_none() {
                let words = format!("`{}` is limited in several periods: say which", counter.of);
                let path = format!("purchase.counters[{place}].per");
                return Err(Error::at(Code::MissingField, path, words));
            }
        }
        Ok(())
    }

    /// Says in a candidate what the limits of its promotion leave. Whether they leave anything.
    pub(super) fn leave(&self, asks: Asks<'_>, candidate: &mut Candidate<'_>) -> bool {
        let plan = candidate.plan;
        for limit in &plan.limits {
            if limit.rule.by == Some(LimitBy::Product) {
                if !self.leave_by_product(asks, limit, candidate) {
                    return false;
                }
                continue;
            }
            let value = limit.value(asks.facts).map(|(_, value)| value);
            let rest = self.rest(asks, plan, limit, value.as_deref());
            if rest <= 0 {
                return false;
            }
            candidate.left.limit(limit, rest);
        }
        true
    }

    fn leave_by_product(
        &self,
        asks: Asks<'_>,
        limit: &LimitPlan,
        candidate: &mut Candidate<'_>,
    ) -> bool {
        let mut left: Vec<(u32, i64)> = Vec::new();
        let mut known: FxHashSet<u32> = FxHashSet::default();
        for row in candidate.sets.iter().flat_map(|rows| rows.iter()) {
            let product = asks.products.of_row(*row as usize);
            if !known.insert(product) {
                continue;
            }
            if let Some(sku) = asks.products.sku(product) {
                let rest = self.rest(asks, candidate.plan, limit, Some(sku));
                left.push((product, rest.max(0)));
            }
        }
        let any = left.is_empty() || left.iter().any(|(_, left)| *left > 0);
        candidate.left.limit_products(ProductsLeft {
            of: limit.of,
            over: limit.over,
            left,
        });
        any
    }

    /// What is left of a limit, for one value of what it counts by.
    fn rest(
        &self,
        asks: Asks<'_>,
        plan: &PromotionPlan,
        limit: &LimitPlan,
        by: Option<&str>,
    ) -> i64 {
        match limit.rule.whose {
            LimitWhose::Member => match spec(limit, by) {
                Some(spec) => spec.left(&self.state.caps, self.program_day(self.as_of)),
                None => limit.most,
            },
            LimitWhose::Everyone => {
                let mut counters = asks.purchase.counters.iter();
                let per = limit.rule.per.counter();
                let counter = counters.find(|one| {
                    let same = plan.id == *one.of && one.by.as_deref() == by;
                    same && (one.per.is_none() || one.per == per)
                });
                let used = counter.map_or(0, |one| counted(limit, one, self.compiled.currency));
                // The host's counters do not know yet what goes back in the same event.
                let back = self.given_back(plan, limit, by);
                limit.most.saturating_sub(used.saturating_sub(back).max(0))
            }
        }
    }

    /// What an exchange has given back before of a limit that is for everyone.
    fn given_back(&self, plan: &PromotionPlan, limit: &LimitPlan, by: Option<&str>) -> i64 {
        let today = self.program_day(self.as_of);
        let same = |one: &&PromotionCount| {
            let period = limit.rule.per.cap();
            let counts = period.is_none_or(|per| per.has_both(one.on, today));
            one.of == plan.id && one.by.as_deref() == by && counts
        };
        let back = self.given_back.iter().filter(same);
        let back = back.map(|one| match limit.of {
            LimitOf::Uses => one.uses,
            LimitOf::Units => one.units,
            LimitOf::Money => one.money.money().minor(),
        });
        back.fold(0, i64::saturating_sub)
    }

    /// What a use of a promotion is counted for; none where it has no limits.
    pub(super) fn used(
        &self,
        asks: Asks<'_>,
        plan: &PromotionPlan,
        applied: &Applied,
        till: &Till,
    ) -> Option<PromotionUse> {
        if plan.limits.is_empty() {
            return None;
        }
        let mut values: Vec<ValueUse> = Vec::new();
        for (by, value) in plan.limits.iter().filter_map(|one| one.value(asks.facts)) {
            if values.iter().all(|one| *one.by != *by) {
                let (by, value) = (by.into(), value.into());
                values.push(ValueUse { by, value });
            }
        }
        let mut products = Vec::new();
        if plan.counts_products() {
            for (product, units) in till.by_product(&applied.units) {
                if let Some(sku) = asks.products.sku(product) {
                    let sku = Id::checked(sku);
                    products.push(KeyUse { sku, units });
                }
            }
        }
        Some(PromotionUse {
            of: plan.id.clone(),
            on: self.program_day(self.as_of),
            uses: 1,
            units: applied.counted(),
            money: applied.total,
            products,
            values,
        })
    }

    /// Counts a use against the limits of a promotion; `sign` is −1 where an order gives it back.
    pub(super) fn book_promotion(&mut self, plan: &PromotionPlan, used: &PromotionUse, sign: i64) {
        for limit in &plan.limits {
            if limit.rule.whose == LimitWhose::Everyone {
                continue;
            }
            let mut tidy = false;
            for (by, amount) in uses_of(used, limit) {
                let Some(spec) = spec(limit, by) else {
                    continue;
                };
                if by.is_some() && !tidy {
                    // There may be as many names as there are products: those of past periods are not kept. What is used now
                    // is of no past period, so looking once is enough.
                    tidy = sign > 0;
                    if let Some(all) = self::spec(limit, None) {
                        self.forget_uses(&all, self.program_day(self.as_of));
                    }
                }
                self.book_limit(&spec, used.on, amount.saturating_mul(sign));
            }
        }
    }

    /// An order that is all back gives back what its promotions were counted for, by the rules of its sale. Says what the host takes
    /// off its counters.
    pub(super) fn unbook_promotions(&mut self, order: &Order) -> Vec<PromotionCount> {
        let compiled = self.sold_by(order);
        let mut counts = Vec::new();
        for one in &order.used {
            if let Some(plan) = compiled.promotions.of(&one.of) {
                self.book_promotion(plan, one, -1);
                counts.extend(plan.counts(one, -1, compiled.currency));
            }
        }
        counts
    }
}

impl LimitPlan {
    /// The attribute by which it counts, and its value: none where it counts by none.
    fn value(&self, facts: &EventFacts<'_>) -> Option<(&str, String)> {
        let Some(LimitBy::Attribute(name)) = &self.rule.by else {
            return None;
        };
        let mut attributes = facts.attributes.iter();
        let found = attributes.find(|(known, _)| **known == *name);
        let value = found.and_then(|(_, value)| said(value));
        Some((name, value.unwrap_or_default()))
    }
}

impl LimitPer {
    /// The period of a cap that is the same; none for an order.
    fn cap(self) -> Option<CapPeriod> {
        match self {
            Self::Order => None,
            Self::Day => Some(CapPeriod::Day),
            Self::Week => Some(CapPeriod::Week),
            Self::Month => Some(CapPeriod::Month),
            Self::Year => Some(CapPeriod::Year),
            Self::Lifetime => Some(CapPeriod::Lifetime),
        }
    }
}

impl LimitPer {
    /// The period of a counter that is the same; none for an order.
    fn counter(self) -> Option<CounterPer> {
        match self {
            Self::Order => None,
            Self::Day => Some(CounterPer::Day),
            Self::Week => Some(CounterPer::Week),
            Self::Month => Some(CounterPer::Month),
            Self::Year => Some(CounterPer::Year),
            Self::Lifetime => Some(CounterPer::Lifetime),
        }
    }
}

impl PromotionPlan {
    pub(super) fn counts_products(&self) -> bool {
        let mut limits = self.limits.iter();
        limits.any(|limit| limit.rule.by == Some(LimitBy::Product))
    }

    /// What the host adds to its counters for a use; `sign` is −1 where an order gives it back.
    pub(super) fn counts(
        &self,
        used: &PromotionUse,
        sign: i64,
        currency: Currency,
    ) -> Vec<PromotionCount> {
        let mut counts: Vec<PromotionCount> = Vec::new();
        for limit in &self.limits {
            if limit.rule.whose != LimitWhose::Everyone {
                continue;
            }
            for (by, _) in uses_of(used, limit) {
                let mut products = used.products.iter();
                let product = products.find(|one| by == Some(one.sku.as_str()));
                let units = product.map_or(used.units, |one| one.units);
                let by = by.map(str::to_owned);
                if counts.iter().all(|one| one.by != by) {
                    counts.push(PromotionCount {
                        of: self.id.clone(),
                        by,
                        on: used.on,
                        uses: used.uses.saturating_mul(sign),
                        units: units.saturating_mul(sign),
                        money: Amount::new(used.money.saturating_mul(sign), currency),
                    });
                }
            }
        }
        counts
    }
}

/// What a use counts against a limit: once, or for each product.
fn uses_of<'u>(used: &'u PromotionUse, limit: &LimitPlan) -> Vec<(Option<&'u str>, i64)> {
    let amount = match limit.of {
        LimitOf::Uses => used.uses,
        LimitOf::Units => used.units,
        LimitOf::Money => used.money,
    };
    match &limit.rule.by {
        None => vec![(None, amount)],
        Some(LimitBy::Product) => {
            let each = |one: &'u KeyUse| {
                let units = match limit.of {
                    LimitOf::Units => one.units,
                    _ => used.uses,
                };
                (Some(one.sku.as_str()), units)
            };
            used.products.iter().map(each).collect()
        }
        Some(LimitBy::Attribute(name)) => {
            let mut values = used.values.iter();
            let value = values.find(|one| *one.by == **name);
            value
                .map(|one| (Some(&*one.value), amount))
                .into_iter()
                .collect()
        }
    }
}

/// How a limit of the member is counted, for one value of what it counts by; none where it is by order.
fn spec(limit: &LimitPlan, by: Option<&str>) -> Option<LimitSpec> {
    let per = limit.rule.per.cap()?;
    let spec = LimitSpec::counting(Arc::clone(&limit.key), limit.most, per);
    match by {
        None => Some(spec),
        Some(by) => Some(spec.of(by)),
    }
}

/// What everyone together has used of a limit, as the host says.
fn counted(limit: &LimitPlan, counter: &Counter<'_>, currency: Currency) -> i64 {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    match limit.of {
        LimitOf::Uses => whole(counter.uses),
        LimitOf::Units => whole(counter.units),
        LimitOf::Money => {
            let money = Money::from_decimal(counter.money.0, currency);
            money.map_or(i64::MAX, Money::minor)
        }
    }
}
