//! What goes into the metrics of a member, and what a return takes out again (clauses 6.4, 7.1).

mod rare;

use super::accrue::Accrued;
use super::portion::Backs;
use super::receipt::money_part;
use super::tender::Paid;
use super::work::Work;
use crate::condition::{Basket, EventFacts, Quiet, Row, Select, evaluate};
use crate::error::Result;
use crate::member::{Counted, Order};
use crate::metric::Reading;
use crate::program::{Feed, MetricPlan};

/// Points by the place of their account.
pub(super) type ByAccount = Vec<(usize, i64)>;

impl Work<'_> {
    /// Counts a purchase; says in which metrics its rows count.
    pub(super) fn count_purchase(
        &mut self,
        event: &EventFacts<'_>,
        basket: &Basket,
        spent: &[Paid],
        accrued: &Accrued<'_>,
    ) -> Result<Vec<Counted>> {
        let mut counted = Vec::with_capacity(self.compiled.metrics.len());
        for place in 0..self.compiled.metrics.len() {
            let Some(plan) = self.compiled.metrics.get(place) else {
                continue;
            };
            let amount = match &plan.feed {
                Feed::Spend
                | Feed::ListSpend
                | Feed::Orders
                | Feed::Interactions
                | Feed::Quantity => {
                    if !self.passes(plan, event) {
                        continue;
                    }
                    let (count, amount, mut rows) = match &plan.lines {
                        Some(lines) => chosen(plan, lines, basket),
                        None => (
                            basket.rows.len(),
                            brought_by(plan, &basket.rows),
                            Vec::new(),
                        ),
                    };
                    if count == 0 {
                        continue;
                    }
                    if count == basket.rows.len() {
                        rows.clear();
                    }
                    counted.push(Counted {
                        metric: plan.id.clone(),
                        rows,
                        amount: 0,
                        values: Vec::new(),
                    });
                    if matches!(plan.reading, Reading::Mean(_)) {
                        self.count_mean(place, amount);
                        continue;
                    }
                    if matches!(plan.feed, Feed::Orders | Feed::Interactions) {
                        1
                    } else {
                        amount
                    }
                }
                Feed::Returns | Feed::Returned | Feed::Values(_) | Feed::Attribute(_) => {
                    counted.extend(self.count_rare(place, plan, event, basket)?);
                    continue;
                }
                Feed::Earned(account) => earned(accrued, *account),
                Feed::Burned(account) => spent
                    .iter()
                    .filter(|paid| paid.account == *account)
                    .fold(0, |sum: i64, paid| sum.saturating_add(paid.points)),
                Feed::Activity(_)
                | Feed::Balance(_)
                | Feed::Tenure
                | Feed::Age
                | Feed::Received(_)
                | Feed::Referrals
                | Feed::ReferredSpend
                | Feed::ReferredOrders
                | Feed::Tasks(..) => 0,
            };
            self.count(place, self.today, amount);
        }
        Ok(counted)
    }

    /// Counts an activity, an enrolment and what they earned.
    pub(super) fn count_activity(
        &mut self,
        kind: Option<&str>,
        event: &EventFacts<'_>,
        accrued: &Accrued<'_>,
    ) -> Result<()> {
        for place in 0..self.compiled.metrics.len() {
            let Some(plan) = self.compiled.metrics.get(place) else {
                continue;
            };
            let amount = match &plan.feed {
                Feed::Activity(kinds) => i64::from(
                    kind.is_some_and(|kind| kinds.iter().any(|one| **one == *kind))
                        && self.passes(plan, event),
                ),
                Feed::Interactions => i64::from(self.passes(plan, event)),
                Feed::Earned(account) => earned(accrued, *account),
                Feed::Values(_) | Feed::Attribute(_) if kind.is_some() => {
                    self.count_activity_rare(place, plan, event)?;
                    continue;
                }
                _ => 0,
            };
            self.count(place, self.today, amount);
        }
        Ok(())
    }

    /// Takes out of the metrics what goes back. Says what went out of each.
    pub(super) fn uncount(
        &mut self,
        order: &Order,
        backs: &Backs,
        reversed: &[(usize, i64)],
        restored: &[(usize, i64)],
    ) -> Result<Vec<(usize, i64)>> {
        let mut changes = Vec::new();
        let of = |list: &[(usize, i64)], account: usize| {
            list.iter()
                .filter(|(at, _)| *at == account)
                .fold(0_i64, |sum, (_, points)| sum.saturating_add(*points))
        };
        for place in 0..self.compiled.metrics.len() {
            let Some(plan) = self.compiled.metrics.get(place) else {
                continue;
            };
            let amount = match &plan.feed {
                Feed::Spend
                | Feed::ListSpend
                | Feed::Orders
                | Feed::Interactions
                | Feed::Quantity
                | Feed::Returns
                | Feed::Returned
                | Feed::Values(_)
                | Feed::Attribute(_) => {
                    let mut all = order.counted.iter();
                    let Some(counted) = all.find(|counted| counted.metric == plan.id) else {
                        continue;
                    };
                    let plain = matches!(
                        plan.feed,
                        Feed::Spend
                            | Feed::ListSpend
                            | Feed::Orders
                            | Feed::Interactions
                            | Feed::Quantity
                    );
                    if !plain || matches!(plan.reading, Reading::Mean(_)) {
                        let change = self.uncount_rare(place, plan, order, counted, backs)?;
                        if change != 0 {
                            changes.push((place, change.saturating_neg()));
                        }
                        continue;
                    }
                    uncounted(plan, order, counted, backs)?
                }
                Feed::Earned(account) => of(reversed, *account),
                Feed::Burned(account) => of(restored, *account),
                Feed::Balance(account) => {
                    let change = of(restored, *account).saturating_sub(of(reversed, *account));
                    if change != 0 {
                        changes.push((place, change));
                    }
                    continue;
                }
                Feed::Activity(_)
                | Feed::Tenure
                | Feed::Age
                | Feed::Received(_)
                | Feed::Referrals
                | Feed::ReferredSpend
                | Feed::ReferredOrders
                | Feed::Tasks(..) => 0,
            };
            if amount == 0 {
                continue;
            }
            let since = self.state.metrics.get(place).map_or(0, |tally| tally.since);
            if order.version > since {
                self.count(place, order.on, amount.saturating_neg());
            } else {
                self.uncount_before(place, order, amount);
            }
            changes.push((place, amount.saturating_neg()));
        }
        Ok(changes)
    }

    /// Takes an amount out of the stretch before, if the order was in that.
    /// By how much points that went out of accounts change the metrics that are their balances.
    pub(super) fn out_of_balances(&self, taken: &[(usize, i64)]) -> Vec<(usize, i64)> {
        let metrics = self.compiled.metrics.iter().enumerate();
        let balances = metrics.filter_map(|(place, plan)| match plan.feed {
            Feed::Balance(account) => Some((place, account)),
            _ => None,
        });
        let changes = balances.flat_map(|(place, account)| {
            let mine = taken.iter().filter(move |(at, _)| *at == account);
            mine.map(move |(_, points)| (place, points.saturating_neg()))
        });
        changes.collect()
    }

    fn uncount_before(&mut self, place: usize, order: &Order, amount: i64) {
        let tally = self.state.metrics.get(place);
        let before = tally.and_then(|tally| tally.before());
        if before.is_some_and(|before| order.version > before.since)
            && let Some(before) = self.tally_mut(place).and_then(|tally| tally.before_mut())
        {
            before.add(order.on, amount.saturating_neg());
        }
    }

    fn passes(&self, plan: &MetricPlan, event: &EventFacts<'_>) -> bool {
        plan.when.as_ref().is_none_or(|when| {
            let seeing = super::facts::Seeing {
                event: Some(event),
                ..self.seeing(self.today)
            };
            evaluate(when, &seeing, &mut Quiet)
        })
    }
}

pub(super) fn earned(accrued: &Accrued<'_>, account: usize) -> i64 {
    let gifts = accrued.gifts.given();
    gifts
        .filter(|gift| gift.plan.account == account)
        .fold(0, |sum: i64, gift| sum.saturating_add(gift.points))
}

/// What rows bring to a metric.
fn brought_by<'r>(plan: &MetricPlan, rows: impl IntoIterator<Item = &'r Row>) -> i64 {
    rows.into_iter().fold(0_i64, |sum, row| {
        sum.saturating_add(brought(plan, row.discounted, row.list, row.quantity))
    })
}

/// How many rows count in a metric, what they bring, and which they are.
fn chosen(plan: &MetricPlan, lines: &Select, basket: &Basket) -> (usize, i64, Vec<u32>) {
    let mine = || {
        let rows = (0_u32..).zip(&basket.rows);
        rows.filter(|(_, row)| lines.has(basket, row))
    };
    let places: Vec<u32> = mine().map(|(place, _)| place).collect();
    let amount = brought_by(plan, mine().map(|(_, row)| row));
    (places.len(), amount, places)
}

/// What a row brings to a metric.
fn brought(plan: &MetricPlan, discounted: i64, list: i64, quantity: i64) -> i64 {
    match plan.feed {
        Feed::Spend => discounted,
        Feed::ListSpend => list,
        Feed::Quantity => quantity,
        _ => 0,
    }
}

/// What a return takes out of a metric.
fn uncounted(plan: &MetricPlan, order: &Order, counted: &Counted, backs: &Backs) -> Result<i64> {
    // Shipping is no goods.
    let rows = || {
        order
            .goods()
            .zip(backs)
            .enumerate()
            .filter(|(place, _)| counted.has(*place))
            .map(|(_, row)| row)
    };
    if matches!(plan.feed, Feed::Orders | Feed::Interactions) {
        let all_back = rows().all(|(_, back)| back.all());
        let was_out = rows().any(|(_, back)| back.units_before < back.units);
        return Ok(i64::from(all_back && was_out));
    }
    let mut sum = 0_i64;
    for (row, back) in rows() {
        let amount = match plan.feed {
            Feed::Quantity => back.units_after.saturating_sub(back.units_before),
            _ => {
                let amount = brought(plan, row.discounted, row.list, back.units);
                money_part(amount, back.before, back.after, back.whole)?
            }
        };
        sum = sum.saturating_add(amount);
    }
    Ok(sum)
}
