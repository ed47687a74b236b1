//! What rows bring to the rules that gave for an order, and what their list prices would have brought: recorded where returned
//! points go by list price (clause 6.1).

use super::accrue::{base, counts_free, counts_shipping, is_for, list};
use crate::condition::{Basket, Row};
use crate::member::RowMeasure;
use crate::points::{EarnBase, Gift, Gifts, Plan};
use crate::pricing::Basis;
use crate::program::EarningPlan;

/// So many parts are one unit or one line, so that a part of it is not nothing: all numbers up to 16 divide it.
const FINE: i64 = 720_720;

/// By what a rule gave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Money(EarnBase),
    Units,
    Lines,
    /// It gave for no amount: the price stands for it.
    Price,
}

/// The rules that gave for a basket.
pub(super) struct Measure<'g> {
    rules: Vec<(&'g Plan, By)>,
    earning: &'g EarningPlan,
    basket: &'g Basket,
}

impl<'g> Measure<'g> {
    pub(super) fn new(gifts: &'g Gifts<'_>, earning: &'g EarningPlan, basket: &'g Basket) -> Self {
        let given = || gifts.given();
        let rule = |gift: &'g Gift<'_>| {
            let plan = gift.plan;
            let mut others = given().filter(|other| other.plan.account == plan.account);
            // Where a rule took points away, the sums over the rules of the account fall due: all by one measure.
            let shared = plan.is_multiplier() || others.any(|other| other.points < 0);
            let by = if shared {
                common(gifts, plan.account)
            } else {
                By::of(plan)
            };
            (plan, by)
        };
        Self {
            rules: given().map(rule).collect(),
            earning,
            basket,
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

    fn counts(&self, plan: &Plan, place: usize, row: &Row) -> bool {
        let own = |plan: &Plan| {
            (place < self.basket.rows.len() || counts_shipping(plan, self.earning))
                && is_for(
                    plan,
                    counts_free(plan, self.earning, self.basket),
                    self.basket,
                    row,
                )
        };
        // What is multiplied is what others give.
        own(plan)
            && (!plan.is_multiplier()
                || self
                    .rules
                    .iter()
                    .any(|(other, _)| is_multiplied(other, plan.account) && own(other)))
    }

    /// Now and by list price.
    fn amounts(&self, by: By, place: usize, row: &Row) -> (i64, i64) {
        let even = |count: i64| {
            let parts = count.saturating_mul(FINE);
            (parts, parts)
        };
        match by {
            By::Money(stage) => (
                base(self.basket, (place, row), stage, self.earning).max(0),
                list(self.basket, (place, row), self.earning.basis, self.earning),
            ),
            By::Units => even(self.earning.units(row)),
            By::Lines => even(1),
            By::Price => {
                let priced = Basis::AsPriced;
                let list = list(self.basket, (place, row), priced, self.earning);
                (row.discounted, list)
            }
        }
    }
}

impl By {
    fn of(plan: &Plan) -> Self {
        if plan.counts_money() {
            Self::Money(plan.base)
        } else if plan.counts_units() {
            Self::Units
        } else if plan.counts_rows() && !plan.is_multiplier() {
            Self::Lines
        } else {
            Self::Price
        }
    }
}

/// Whether multipliers of an account see what a rule gives.
fn is_multiplied(plan: &Plan, account: usize) -> bool {
    plan.account == account && !plan.is_bonus() && !plan.is_multiplier()
}

/// By what the rules gave that are multiplied in an account, if all by the same.
fn common(gifts: &Gifts<'_>, account: usize) -> By {
    let mut all = gifts
        .given()
        .filter(|gift| is_multiplied(gift.plan, account))
        .map(|gift| By::of(gift.plan))
        .filter(|by| *by != By::Price);
    let first = all.next().unwrap_or(By::Price);
    if all.all(|by| by == first) {
        first
    } else {
        By::Price
    }
}
