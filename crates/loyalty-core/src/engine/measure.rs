//! What rows bring to the rules that gave for an order, and what their list prices would have brought: recorded where returned
//! points go by list price (clause 6.1).

use super::accrue::{base, counts_free, counts_shipping, is_for, list};
use crate::condition::{Basket, Row};
use crate::member::{OrderFactor, RowMeasure};
use crate::points::{Counts, EarnBase, Gifts, Plan};
use crate::pricing::Basis;
use crate::program::EarningPlan;

/// So many parts are one unit or one line, so that a part of it is not nothing: all numbers up to 16 divide it.
const FINE: i64 = 720_720;

/// By what a rule gave.
#[derive(Clone, Copy)]
enum By {
    Money(EarnBase),
    Units,
    Lines,
    /// It gave for no amount: rows have their parts of all list prices in it, whatever was paid.
    Share,
}

/// The rules that gave for a basket.
pub(super) struct Measure<'g> {
    rules: Vec<(&'g Plan, By)>,
    /// The multipliers that gave, each with what it multiplied.
    factors: Vec<(&'g Plan, Vec<&'g Plan>)>,
    earning: &'g EarningPlan,
    basket: &'g Basket,
    /// What each row is paid for in points, as far as that earns nothing.
    paid: &'g [i64],
}

impl<'g> Measure<'g> {
    pub(super) fn new(
        gifts: &'g Gifts<'_>,
        earning: &'g EarningPlan,
        basket: &'g Basket,
        paid: &'g [i64],
    ) -> Self {
        let (mut rules, mut factors) = (Vec::new(), Vec::new());
        for plan in gifts.given().map(|gift| gift.plan) {
            let all = gifts.given().map(|gift| gift.plan);
            let multiplied: Vec<&Plan> = all
                .filter(|other| plan.is_multiplier() && is_multiplied(other, plan.account))
                .collect();
            if multiplied.is_empty() {
                rules.push((plan, By::of(plan)));
            } else {
                factors.push((plan, multiplied));
            }
        }
        Self {
            rules,
            factors,
            earning,
            basket,
            paid,
        }
    }

    /// What a row brings to each rule that it counts for.
    pub(super) fn of(&self, place: usize, row: &Row) -> Vec<RowMeasure> {
        let counts = |(plan, _): &&(&Plan, By)| self.counts(plan, place, row);
        let one = |(plan, by): &(&Plan, By)| {
            let (now, list) = self.amounts(*by, place, row);
            RowMeasure {
                rule: plan.id.clone(),
                now,
                list: list.max(now),
            }
        };
        self.rules.iter().filter(counts).map(one).collect()
    }

    /// What each multiplier multiplied, and on which rows.
    pub(super) fn factors(&self) -> Vec<OrderFactor> {
        let factor = |(plan, of): &(&Plan, Vec<&Plan>)| {
            let mut rows = Vec::new();
            let mut everywhere = true;
            for (place, row) in (0_u32..).zip(self.basket.all()) {
                if self.counts(plan, place as usize, row) {
                    rows.push(place);
                } else {
                    let counts = |other: &&Plan| self.counts(other, place as usize, row);
                    everywhere &= !of.iter().any(counts);
                }
            }
            OrderFactor {
                rule: plan.id.clone(),
                of: of.iter().map(|other| other.id.clone()).collect(),
                rows: if everywhere { Vec::new() } else { rows },
            }
        };
        self.factors.iter().map(factor).collect()
    }

    fn counts(&self, plan: &Plan, place: usize, row: &Row) -> bool {
        let free = counts_free(plan, self.earning, self.basket);
        (place < self.basket.rows.len() || counts_shipping(plan, self.earning))
            && is_for(plan, free, self.basket, row)
    }

    /// Now and by list price.
    fn amounts(&self, by: By, place: usize, row: &Row) -> (i64, i64) {
        let even = |count: i64| {
            let parts = count.saturating_mul(FINE);
            (parts, parts)
        };
        let paid = self.paid.get(place).copied().unwrap_or(0);
        let unpaid = |amount: i64| amount.saturating_sub(paid).max(0);
        match by {
            By::Money(stage) => (
                unpaid(base(self.basket, (place, row), stage, self.earning)),
                unpaid(list(
                    self.basket,
                    (place, row),
                    self.earning.basis,
                    self.earning,
                )),
            ),
            By::Units => even(self.earning.units(row)),
            By::Lines => even(1),
            By::Share => {
                let list = list(self.basket, (place, row), Basis::AsPriced, self.earning);
                (list, list)
            }
        }
    }
}

impl By {
    fn of(plan: &Plan) -> Self {
        match plan.counts {
            Counts::Money => Self::Money(plan.base),
            Counts::Units => Self::Units,
            Counts::Lines if !plan.is_multiplier() => Self::Lines,
            Counts::Lines | Counts::Weight => Self::Share,
        }
    }
}

/// Whether multipliers of an account see what a rule gives.
fn is_multiplied(plan: &Plan, account: usize) -> bool {
    plan.account == account && !plan.is_bonus() && !plan.is_multiplier()
}
