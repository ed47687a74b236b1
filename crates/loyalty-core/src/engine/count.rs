//! What goes into the metrics of a member, and what a return takes out again (clauses 6.4, 7.1).

use super::accrue::Accrued;
use super::receipt::money_part;
use super::work::Work;
use crate::condition::{Basket, EventFacts, Quiet, Row, evaluate};
use crate::error::Result;
use crate::member::{Counted, Order};
use crate::program::{Feed, MetricPlan};

/// How many units of each row were back before a return, and are after it.
pub(super) type Backs = Vec<(i64, i64)>;

/// Points by the place of their account.
pub(super) type ByAccount = Vec<(usize, i64)>;

impl Work<'_> {
    /// Counts a purchase; says in which metrics its rows count.
    pub(super) fn count_purchase(
        &mut self,
        event: EventFacts<'_>,
        basket: &Basket,
        spent: &[(usize, i64)],
        accrued: &Accrued<'_>,
    ) -> Result<Vec<Counted>> {
        let mut counted = Vec::new();
        for place in 0..self.compiled.metrics.len() {
            let Some(plan) = self.compiled.metrics.get(place) else {
                continue;
            };
            let amount = match &plan.feed {
                Feed::Spend | Feed::ListSpend | Feed::Orders | Feed::Quantity => {
                    if !self.passes(plan, event) {
                        continue;
                    }
                    let chosen = |row: &Row| {
                        plan.lines
                            .as_ref()
                            .is_none_or(|lines| lines.has(basket, row))
                    };
                    let mut amount = 0_i64;
                    let mut rows = Vec::new();
                    let mut count = 0_usize;
                    for (number, row) in basket
                        .rows
                        .iter()
                        .enumerate()
                        .filter(|(_, row)| chosen(row))
                    {
                        count = count.saturating_add(1);
                        amount = amount.saturating_add(brought(
                            plan,
                            row.discounted,
                            row.list,
                            row.quantity,
                        ));
                        if plan.lines.is_some() {
                            rows.extend(u32::try_from(number));
                        }
                    }
                    if count == 0 {
                        continue;
                    }
                    if count == basket.rows.len() {
                        rows.clear();
                    }
                    counted.push(Counted {
                        metric: plan.id.clone(),
                        rows,
                    });
                    if matches!(plan.feed, Feed::Orders) {
                        1
                    } else {
                        amount
                    }
                }
                Feed::Earned(account) => earned(accrued, *account),
                Feed::Burned(account) => spent
                    .iter()
                    .filter(|(at, _)| at == account)
                    .fold(0, |sum: i64, (_, points)| sum.saturating_add(*points)),
                Feed::Activity(_) | Feed::Balance(_) | Feed::Tenure | Feed::Age => 0,
            };
            self.add(place, self.today, amount);
        }
        Ok(counted)
    }

    /// Counts an activity, an enrolment and what they earned.
    pub(super) fn count_activity(
        &mut self,
        kind: Option<&str>,
        event: EventFacts<'_>,
        accrued: &Accrued<'_>,
    ) {
        for place in 0..self.compiled.metrics.len() {
            let Some(plan) = self.compiled.metrics.get(place) else {
                continue;
            };
            let amount = match &plan.feed {
                Feed::Activity(kinds) => i64::from(
                    kind.is_some_and(|kind| kinds.iter().any(|one| **one == *kind))
                        && self.passes(plan, event),
                ),
                Feed::Earned(account) => earned(accrued, *account),
                _ => 0,
            };
            self.add(place, self.today, amount);
        }
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
                Feed::Spend | Feed::ListSpend | Feed::Orders | Feed::Quantity => {
                    let Some(counted) = order
                        .counted
                        .iter()
                        .find(|counted| counted.metric == plan.id)
                    else {
                        continue;
                    };
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
                Feed::Activity(_) | Feed::Tenure | Feed::Age => 0,
            };
            if amount == 0 {
                continue;
            }
            let since = self.state.metrics.get(place).map_or(0, |tally| tally.since);
            if order.version > since {
                self.add(place, order.on, amount.saturating_neg());
            }
            changes.push((place, amount.saturating_neg()));
        }
        Ok(changes)
    }

    fn passes(&self, plan: &MetricPlan, event: EventFacts<'_>) -> bool {
        plan.when.as_ref().is_none_or(|when| {
            let seeing = super::facts::Seeing {
                event: Some(event),
                ..self.seeing(self.today)
            };
            evaluate(when, &seeing, &mut Quiet)
        })
    }

    fn add(&mut self, place: usize, day: crate::calendar::Date, amount: i64) {
        if let Some(tally) = self.state.metrics.get_mut(place) {
            tally.add(day, amount);
        }
    }
}

fn earned(accrued: &Accrued<'_>, account: usize) -> i64 {
    let gifts = accrued
        .gifts
        .iter()
        .filter(|gift| gift.plan.account == account);
    gifts.fold(0, |sum: i64, gift| sum.saturating_add(gift.points))
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
    let rows = || {
        order
            .rows
            .iter()
            .zip(backs)
            .enumerate()
            .filter(|(place, _)| counted.has(*place))
            .map(|(_, row)| row)
    };
    if matches!(plan.feed, Feed::Orders) {
        let all_back = rows().all(|(row, (_, after))| *after == row.quantity());
        let was_out = rows().any(|(row, (before, _))| *before < row.quantity());
        return Ok(i64::from(all_back && was_out));
    }
    let mut sum = 0_i64;
    for (row, (before, after)) in rows() {
        let whole = row.quantity();
        let amount = brought(plan, row.discounted, row.list, whole);
        sum = sum.saturating_add(money_part(amount, *before, *after, whole)?);
    }
    Ok(sum)
}
