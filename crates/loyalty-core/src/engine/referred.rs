//! What friends bring to metrics: a friend tells what was spent, and what of it went back (clauses 7.1, 13.1).
//!
//! Both count on the day of the order by the member's clocks, as the member's own orders do, so that it makes no difference in which order messages arrive.

use super::portion::Scale;
use super::receipt::money_part;
use super::work::Work;
use crate::amount::{Exact, Money, Points};
use crate::calendar::Instant;
use crate::error::Result;
use crate::event::{Referral, ReferredReturn, ReferredStanding};
use crate::member::Order;
use crate::program::{Feed, MetricPlan};

impl Work<'_> {
    /// What the goods of an order cost, as the referrer is told it.
    pub(super) fn spend_of(&self, order: &Order) -> Result<Exact> {
        Ok(self.exact(out(order)?))
    }

    /// What of an order went back, if the referrer was told of the order. `all`: no goods of it are left now.
    pub(super) fn went_back(
        &self,
        (before, after): (&Order, &Order),
        all: bool,
    ) -> Result<Option<ReferredReturn<'static>>> {
        let back = out(before)?.saturating_sub(out(after)?);
        if !after.told || (back == 0 && !all) {
            return Ok(None);
        }
        Ok(Some(ReferredReturn {
            spend: Some(self.exact(back)),
            all,
            ..return_of(after)
        }))
    }

    /// A friend tells of an order, or of what went back of one.
    pub(super) fn count_referred(&mut self, referral: &Referral<'_>) -> Result<()> {
        if let Some(order) = &referral.ordered
            && let Some(spend) = order.spend
        {
            let spend = self.minor(spend, "referral.ordered.spend")?;
            self.count_order(order.at, spend, 1);
        }
        if let Some(back) = &referral.returned
            && let Some(spend) = back.spend
        {
            let spend = self.minor(spend, "referral.returned.spend")?;
            let orders = i64::from(back.all).saturating_neg();
            self.count_order(back.at, spend.saturating_neg(), orders);
        }
        Ok(())
    }

    fn count_order(&mut self, at: Instant, spend: i64, orders: i64) {
        let compiled = self.compiled;
        // By the member's clocks, as the member's own orders; they may have been ahead before a move.
        let day = self.zone.date_at(at).min(self.today);
        for (place, plan) in compiled.metrics.iter().enumerate() {
            let amount = match plan.feed {
                Feed::ReferredSpend => spend,
                Feed::ReferredOrders => orders,
                _ => continue,
            };
            let known = self.state.metrics.get(place).and_then(|tally| tally.from);
            if known.is_none_or(|from| day >= from) && self.is_in_stretch(plan, at) {
                // It may lie on a day before this one.
                self.pruned = None;
                self.count(place, day, amount);
            }
        }
    }

    /// Whether an instant is in the present stretch of a metric that begins anew with terms or rungs.
    fn is_in_stretch(&self, plan: &MetricPlan, at: Instant) -> bool {
        let Some((track, term)) = plan.frame.resets_with() else {
            return true;
        };
        let standing = self.state.tiers.get(track);
        standing.is_none_or(|standing| {
            let begun = standing.begun.filter(|_| term);
            at > begun.unwrap_or(standing.since)
        })
    }

    fn exact(&self, minor: i64) -> Exact {
        Exact(Money::from_minor(minor).to_decimal(self.compiled.currency))
    }
}

/// What went back of an order, of which nothing is told yet.
pub(super) fn return_of(order: &Order) -> ReferredReturn<'static> {
    ReferredReturn {
        order: order.id.to_string().into(),
        at: order.at,
        spend: None,
        all: false,
        first: false,
        points: Vec::new(),
    }
}

/// The points of an order that the referrer was told of and that stand, before and after a part of it went back, where they differ.
pub(super) fn standing(before: &Order, after: &Order) -> Vec<ReferredStanding<'static>> {
    let pairs = before.told_points.iter().zip(&after.told_points);
    let fewer = pairs.filter(|((_, before), (_, after))| after < before);
    fewer
        .map(|((account, before), (_, after))| ReferredStanding {
            account: account.to_string().into(),
            before: Points::new(*before),
            after: Points::new(*after),
        })
        .collect()
}

/// What the goods of an order cost that are not back.
fn out(order: &Order) -> Result<i64> {
    let mut sum = 0_i64;
    for row in order.goods() {
        let scale = Scale::new(row, core::iter::empty())?;
        let back = money_part(row.discounted, 0, scale.row(row), scale.whole)?;
        sum = sum.saturating_add(row.discounted.saturating_sub(back));
    }
    Ok(sum)
}
