//! Pending points: orders that are settled, points that are cancelled (clause 3.6).

use super::work::Work;
use crate::amount::Points;
use crate::calendar::Date;
use crate::error::{Code, Error, Result};
use crate::event::{Cancel, OrderSettled};
use crate::id::Id;
use crate::member::Order;
use crate::outcome::{Change, RedateWhy};
use crate::points::{ActiveFrom, Lot};
use crate::program::Feed;

/// Points that were cancelled, and the order that had earned them with the version of the member after it.
pub(super) type Cancelled = (i64, Option<u64>);

impl Work<'_> {
    pub(super) fn order_settled(&mut self, settled: &OrderSettled<'_>) -> Result<()> {
        let (_, order) = self.recorded(&settled.order, "order_settled.order")?;
        let puts: Vec<(Id, u32)> = order
            .put
            .iter()
            .map(|put| (put.account.clone(), put.lot.lot.n))
            .collect();
        let order = order.id.clone();
        self.enter(Change::Settled { order });
        for (account, n) in puts {
            let Some(place) = self.place_of(&account) else {
                continue;
            };
            if !self.account(place)?.awaits(n) {
                continue;
            }
            let (today, zone) = (self.today, self.zone);
            if let Some((before, given)) = self.account_mut(place)?.settle(n, today, zone)? {
                if before != given.lot.expires_at {
                    let pending = Lot {
                        active_from: Some(ActiveFrom::Settlement),
                        ..given.lot
                    };
                    self.enter_redated(place, vec![(before, pending)], RedateWhy::Settled)?;
                }
                self.enter(Change::Activated {
                    account: account.clone(),
                    points: Points::new(given.lot.points),
                    lot: given.lot.dates(),
                });
                self.enter_repaid(&account, &given);
            }
        }
        Ok(())
    }

    pub(super) fn cancel(&mut self, cancel: &Cancel<'_>) -> Result<()> {
        let before = self.entries.len();
        match (&cancel.order, cancel.earned_on) {
            (Some(order), _) => self.cancel_order(order, cancel)?,
            (None, Some(day)) => self.cancel_day(day, cancel)?,
            (None, None) => {}
        }
        if self.entries.len() == before {
            let words = "no points are pending here that could be cancelled";
            return Err(Error::at(Code::NothingPending, "cancel", words));
        }
        Ok(())
    }

    fn cancel_order(&mut self, id: &str, cancel: &Cancel<'_>) -> Result<()> {
        let (number, order) = self.recorded(id, "cancel.order")?;
        let mut order = self.order_at(number).unwrap_or(order).clone();
        let mut accounts: Vec<Id> = order.put.iter().map(|put| put.account.clone()).collect();
        accounts.dedup();
        for (at, id) in accounts.iter().enumerate() {
            let first = !accounts.iter().take(at).any(|other| other == id);
            let Some(place) = self.place_of(id).filter(|_| first) else {
                continue;
            };
            let mut lots = Vec::new();
            for put in order.put.iter_mut().filter(|put| put.account == *id) {
                let (n, open) = (put.lot.lot.n, put.lot.open());
                let Some(lot) = self.account_mut(place)?.cancel(n, open)? else {
                    continue;
                };
                put.lot.back = put.lot.back.saturating_add(lot.points);
                put.lot.cancelled = put.lot.cancelled.saturating_add(lot.points);
                lots.push(lot);
            }
            let sum = total(&lots);
            self.enter_cancelled(id, &lots, Some(&order.id), cancel.reason.as_deref());
            self.uncount_cancelled(place, order.on, &[(sum, Some(order.version))]);
        }
        self.amend(number, order);
        Ok(())
    }

    fn cancel_day(&mut self, day: Date, cancel: &Cancel<'_>) -> Result<()> {
        let place = self.named_account(cancel.account.as_deref(), "cancel.account")?;
        let account = self.account(place)?;
        let id = account.id.clone();
        let pending = |lot: &&Lot| lot.active_from.is_some() && lot.earned_on == day;
        let numbers: Vec<u32> = account
            .lots
            .iter()
            .filter(pending)
            .map(|lot| lot.n)
            .collect();
        let mut lots = Vec::new();
        for n in numbers {
            lots.extend(self.account_mut(place)?.cancel(n, i64::MAX)?);
        }
        self.enter_cancelled(&id, &lots, None, cancel.reason.as_deref());
        let parts = self.mark_cancelled(&[(id, lots)]);
        self.uncount_cancelled(place, day, &parts);
        Ok(())
    }

    /// Marks what the orders put into lots as back, where it was cancelled, by account; says whose the points were.
    pub(super) fn mark_cancelled(&mut self, all: &[(Id, Vec<Lot>)]) -> Vec<Cancelled> {
        let mut parts = Vec::new();
        let lots = all
            .iter()
            .flat_map(|(account, lots)| lots.iter().map(move |lot| (account, lot)));
        let mut left: Vec<(&Id, u32, i64)> = lots
            .map(|(account, lot)| (account, lot.n, lot.points))
            .collect();
        let member = self.member;
        for (number, order) in member.orders.iter().enumerate() {
            let mine = |put: &crate::member::Put| {
                left.iter()
                    .any(|(account, n, _)| **account == put.account && *n == put.lot.lot.n)
            };
            if !order.put.iter().any(mine) {
                continue;
            }
            let mut order = self.order_at(number).unwrap_or(order).clone();
            let mut sum = 0_i64;
            for put in &mut order.put {
                let of = left
                    .iter_mut()
                    .find(|(account, n, _)| **account == put.account && *n == put.lot.lot.n);
                let Some((_, _, left)) = of else { continue };
                let part = put.lot.open().min(*left);
                *left = left.saturating_sub(part);
                put.lot.back = put.lot.back.saturating_add(part);
                put.lot.cancelled = put.lot.cancelled.saturating_add(part);
                sum = sum.saturating_add(part);
            }
            parts.push((sum, Some(order.version)));
            self.amend(number, order);
        }
        let rest = left
            .iter()
            .fold(0_i64, |sum, (_, _, left)| sum.saturating_add(*left));
        parts.push((rest, None));
        parts
    }

    pub(super) fn enter_cancelled(
        &mut self,
        account: &Id,
        lots: &[Lot],
        order: Option<&Id>,
        reason: Option<&str>,
    ) {
        if lots.is_empty() {
            return;
        }
        self.enter(Change::Cancelled {
            account: account.clone(),
            points: Points::new(total(lots)),
            order: order.cloned(),
            reason: reason.map(str::to_owned),
            lots: lots.iter().map(Lot::entry).collect(),
        });
    }

    /// Takes cancelled points out of the metrics that had counted them, on the day of earning.
    fn uncount_cancelled(&mut self, account: usize, day: Date, parts: &[Cancelled]) {
        // What goes out may lie on a day before this one.
        self.pruned = None;
        let compiled = self.compiled;
        for (place, plan) in compiled.metrics.iter().enumerate() {
            if !matches!(plan.feed, Feed::Earned(of) if of == account) {
                continue;
            }
            let since = self.state.metrics.get(place).map_or(0, |tally| tally.since);
            let counted = parts
                .iter()
                .filter(|(_, version)| version.map_or(since == 0, |version| version > since));
            let sum = counted.fold(0_i64, |sum, (points, _)| sum.saturating_add(*points));
            self.count(place, day, sum.saturating_neg());
        }
    }

    /// An order that can be named, however long ago the member was looked at.
    fn recorded(&self, id: &str, path: &str) -> Result<(usize, &Order)> {
        let orders = &self.member.orders;
        orders
            .find(Id::mark(id), id, |order| self.is_recorded(order))
            .map(|(place, order)| (place, &**order))
            .ok_or_else(|| {
                let words =
                    format!("there is no order `{id}` that can be returned or has pending points");
                Error::at(Code::UnknownOrder, path, words)
            })
    }

    /// The place of an account that the member has.
    pub(super) fn place_of(&self, account: &Id) -> Option<usize> {
        let mut accounts = self.state.accounts.iter();
        accounts.position(|one| one.id == *account)
    }

    /// Whether points that an order brought are pending.
    pub(super) fn has_pending(&self, order: &Order) -> bool {
        order.put.iter().any(|put| {
            let account = self.place_of(&put.account);
            put.lot.open() > 0
                && account
                    .and_then(|place| self.state.accounts.get(place))
                    .is_some_and(|account| account.is_pending(put.lot.lot.n))
        })
    }
}

fn total(lots: &[Lot]) -> i64 {
    lots.iter()
        .fold(0_i64, |sum, lot| sum.saturating_add(lot.points))
}
