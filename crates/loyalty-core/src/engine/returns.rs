//! A return undoes what its order did, unit by unit (section 6).

use rustc_hash::FxHashMap;

use super::count::{Backs, ByAccount};
use super::receipt::{add, earned_part, line_of, money_part, points_part, total};
use super::work::Work;
use crate::amount::Points;
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::event::{Overdraw, Return};
use crate::member::Order;
use crate::outcome::{AccountPoints, Amount, Change, Receipt, ReceiptLine, ReceiptTender};
use crate::points::{Lot, LotKind, Restore, ReturnedPoints, Took, Usage, after_expiry, dates};

impl Work<'_> {
    pub(super) fn take_back(&mut self, returned: &Return<'_>) -> Result<()> {
        let (place, mut order) = self.order(&returned.order)?;
        let mut lines = Vec::new();
        let backs = self.units(&mut order, returned, &mut lines)?;
        let currency = self.compiled.currency;
        let minor = |amount: Amount| amount.money().minor();
        let sums = total(
            lines
                .iter()
                .map(|line| (minor(line.list), minor(line.discounted), minor(line.paid))),
            currency,
        );
        self.enter(Change::Return {
            order: order.id.clone(),
            refund: sums.paid,
        });
        let (tender, restored) = self.restore(&mut order, &backs)?;
        let (points, reversed) = self.reverse(&mut order, &backs)?;
        let changes = self.uncount(&order, &backs, &reversed, &restored)?;
        self.receipt = Some(Receipt {
            order: order.id.clone(),
            lines,
            tender,
            points,
            total: sums,
        });
        let taken = self.take_back_rungs(&order, &changes);
        self.returned = Some((place, order));
        taken
    }

    /// The order, if it can still be returned.
    fn order(&self, id: &str) -> Result<(usize, Order)> {
        let found = self
            .member
            .orders
            .iter()
            .enumerate()
            .rev()
            .find(|(_, order)| order.id == *id && self.returnable(order));
        found
            .map(|(place, order)| (place, order.clone()))
            .ok_or_else(|| {
                let words = format!(
                    "there is no order `{id}` that can be returned (returns are taken for {})",
                    self.compiled.returns_window
                );
                Error::at(Code::UnknownOrder, "return.order", words)
            })
    }

    /// Marks the units that go back; says for each row how many were back before and are now, and lists them by line.
    fn units(
        &self,
        order: &mut Order,
        returned: &Return<'_>,
        lines: &mut Vec<ReceiptLine>,
    ) -> Result<Backs> {
        let currency = self.compiled.currency;
        let mut backs: Backs = order
            .rows
            .iter()
            .map(|row| (row.back(), row.back()))
            .collect();
        let mut wanted: Vec<(usize, usize, i64)> = Vec::new();
        if returned.lines.is_empty() {
            for (place, row) in order.rows.iter().enumerate() {
                let open = row
                    .lines
                    .iter()
                    .enumerate()
                    .filter(|(_, line)| line.back < line.quantity);
                wanted.extend(open.map(|(number, line)| {
                    (place, number, line.quantity.saturating_sub(line.back))
                }));
            }
            if wanted.is_empty() {
                return Err(Error::at(
                    Code::QuantityExceeded,
                    "return",
                    "everything of this order is back already",
                ));
            }
        }
        let named = order.rows.iter().enumerate().flat_map(|(place, row)| {
            let lines = row.lines.iter().enumerate();
            lines.map(move |(at, line)| (line.id.as_str(), (place, at)))
        });
        let named: FxHashMap<&str, (usize, usize)> = if returned.lines.is_empty() {
            FxHashMap::default()
        } else {
            named.collect()
        };
        for (number, asked) in returned.lines.iter().enumerate() {
            let path = |field: &str| format!("return.lines[{number}].{field}");
            let Some((place, at)) = named.get(&*asked.line).copied() else {
                let words = format!("the order `{}` has no line `{}`", order.id, asked.line);
                return Err(Error::at(Code::UnknownLine, path("line"), words));
            };
            let line = order.rows.get(place).and_then(|row| row.lines.get(at));
            let open = line.map_or(0, |line| line.quantity.saturating_sub(line.back));
            let quantity = asked.quantity.unwrap_or(open);
            if quantity > open || open == 0 {
                let words = format!(
                    "{quantity} units of the line `{}` are to go back, {open} are still out",
                    asked.line
                );
                return Err(Error::at(Code::QuantityExceeded, path("quantity"), words));
            }
            wanted.push((place, at, quantity));
        }
        for (place, at, quantity) in wanted {
            let (Some(row), Some((_, after))) = (order.rows.get_mut(place), backs.get_mut(place))
            else {
                continue;
            };
            let from = *after;
            *after = after.saturating_add(quantity);
            if let Some(line) = row.lines.get_mut(at) {
                line.back = line.back.saturating_add(quantity);
            }
            let Some(line) = row.lines.get(at) else {
                continue;
            };
            let mut shown = line_of(row, line, from, *after, currency)?;
            if self.compiled.returns_points == ReturnedPoints::Keep {
                shown.points.clear();
            }
            lines.push(shown);
        }
        let whole = order
            .rows
            .iter()
            .zip(&backs)
            .all(|(row, (before, after))| *before == 0 && *after == row.quantity());
        if !self.compiled.returns_partial && !whole {
            return Err(Error::at(
                Code::PartialReturnRefused,
                "return",
                "this program takes back whole orders only",
            ));
        }
        Ok(backs)
    }

    /// Gives back the points that the units were paid with, to the very lots.
    fn restore(
        &mut self,
        order: &mut Order,
        backs: &Backs,
    ) -> Result<(Vec<ReceiptTender>, ByAccount)> {
        let mut shown = Vec::new();
        let mut all = Vec::new();
        for (number, tender) in order.tender.iter_mut().enumerate() {
            let (mut points, mut value) = (0_i64, 0_i64);
            for (row, (before, after)) in order.rows.iter().zip(backs) {
                let Some(used) = row.tender.get(number) else {
                    continue;
                };
                let whole = row.quantity();
                let over = number.checked_sub(1).and_then(|over| row.tender.get(over));
                let over = over.map_or(row.discounted, |over| over.left);
                points = points.saturating_add(points_part(used.points, *before, *after, whole)?);
                let worth = money_part(over, *before, *after, whole)?;
                let left = money_part(used.left, *before, *after, whole)?;
                value = value.saturating_add(worth.saturating_sub(left));
            }
            if points == 0 && value == 0 {
                continue;
            }
            let Some(place) = self.compiled.account(tender.account.as_str()) else {
                continue;
            };
            let policy = self
                .compiled
                .accounts
                .get(place)
                .map(|account| account.restore)
                .unwrap_or_default();
            let (today, zone, now) = (self.today, self.zone, self.as_of);
            let extended = match policy {
                Restore::Extend { days } => Some(zone.start_of(today.add_days(i64::from(days))?)?),
                _ => None,
            };
            let fresh = self.fresh(place)?;
            let account = self.account(place)?;
            let made = account.restore(points, &mut tender.lots, now, |lot| {
                Ok(after_expiry(policy, lot, extended, fresh))
            })?;
            let id = account.id.clone();
            let (account_id, order_id) = (id.clone(), order.id.clone());
            let lots = made.restored.iter().map(Lot::entry).collect();
            if points > 0 {
                self.enter(Change::Restored {
                    account: id.clone(),
                    points: Points::new(points),
                    order: order_id.clone(),
                    lots,
                });
            }
            for lot in &made.reversed {
                let (owed, forgiven, expired) = (Points::ZERO, Points::ZERO, Points::ZERO);
                let points = Points::new(lot.points);
                let (account, order) = (account_id.clone(), order_id.clone());
                self.enter(Change::Reversed {
                    account,
                    points,
                    order,
                    lots: vec![lot.entry()],
                    owed,
                    forgiven,
                    expired,
                });
            }
            for lot in &made.repaid {
                self.enter(Change::Repaid {
                    account: account_id.clone(),
                    points: Points::new(lot.points),
                    lot: lot.dates(),
                });
            }
            for lot in &made.expired {
                self.enter(Change::Expired {
                    account: account_id.clone(),
                    points: Points::new(lot.points),
                    lot: lot.dates(),
                });
            }
            all.push((place, points));
            let (asked, value) = (
                Points::new(points),
                Amount::new(value, self.compiled.currency),
            );
            shown.push(ReceiptTender {
                account: id,
                asked,
                points: asked,
                value,
            });
        }
        Ok((shown, all))
    }

    /// A lot without points, with the dates of points earned today.
    fn fresh(&self, account: usize) -> Result<Lot> {
        let (active_from, expires_at): (Option<Instant>, Option<Instant>) =
            match self.compiled.accounts.get(account) {
                Some(plan) => dates(&plan.lot, self.today, self.zone, self.as_of)?,
                None => (None, None),
            };
        Ok(Lot {
            n: 0,
            kind: LotKind::Earned,
            earned_on: self.today,
            active_from: active_from.filter(|_| false),
            expires_at,
            points: 0,
        })
    }

    /// Takes back the points that the units earned.
    fn reverse(
        &mut self,
        order: &mut Order,
        backs: &Backs,
    ) -> Result<(Vec<AccountPoints>, ByAccount)> {
        let mut due: Vec<AccountPoints> = Vec::new();
        if self.compiled.returns_points == ReturnedPoints::Keep {
            return Ok((due, Vec::new()));
        }
        let whole = order
            .rows
            .iter()
            .zip(backs)
            .all(|(row, (_, after))| *after == row.quantity());
        let mut given: Vec<(&crate::id::Id, i64, i64)> = Vec::new();
        for (row, (before, after)) in order.rows.iter().zip(backs) {
            for (earned, points) in row.earned.iter().zip(earned_part(row, *before, *after)?) {
                add(&mut due, earned.account.clone(), points);
                match given.iter_mut().find(|(rule, ..)| **rule == earned.rule) {
                    Some((_, sum, all)) => {
                        *sum = sum.saturating_add(points);
                        *all = all.saturating_add(earned.points);
                    }
                    None => given.push((&earned.rule, points, earned.points)),
                }
            }
        }
        let times = i64::from(whole).saturating_neg();
        let today = self.program_day(order.at);
        let mut usage = Usage {
            uses: &mut self.state.caps,
            today,
        };
        for (rule, points, all) in given {
            let Some(rule) = self.compiled.rule(rule) else {
                continue;
            };
            for cap in self.compiled.own_caps(&rule.plan) {
                let points = if all > 0 { points } else { 0 };
                cap.book(&mut usage, points.saturating_neg(), times);
            }
        }
        for one in &due {
            let Some(place) = self.compiled.account(one.account.as_str()) else {
                continue;
            };
            for cap in self.compiled.account_caps(place) {
                cap.book(&mut usage, one.points.get().saturating_neg(), times);
            }
        }
        due.retain(|one| !one.points.is_zero());
        let mut all = Vec::new();
        for one in &due {
            let Some(place) = self.compiled.account(one.account.as_str()) else {
                continue;
            };
            let plan = self.compiled.accounts.get(place);
            let (burn, overdraw) = plan
                .map(|plan| (plan.burn_order, plan.overdraw))
                .unwrap_or_default();
            let mut puts: Vec<Took> = order
                .put
                .iter()
                .filter(|put| put.account == one.account)
                .map(|put| put.lot)
                .collect();
            let points = one.points.get();
            let made = self.account(place)?.reverse(
                points,
                &mut puts,
                burn,
                overdraw == Overdraw::Debt,
            )?;
            for (put, now) in order
                .put
                .iter_mut()
                .filter(|put| put.account == one.account)
                .zip(&puts)
            {
                put.lot = *now;
            }
            all.push((place, points));
            let taken = points
                .saturating_sub(made.forgiven)
                .saturating_sub(made.expired);
            self.enter(Change::Reversed {
                account: one.account.clone(),
                points: Points::new(taken),
                order: order.id.clone(),
                lots: made.taken.iter().map(Lot::entry).collect(),
                owed: Points::new(made.owed),
                forgiven: Points::new(made.forgiven),
                expired: Points::new(made.expired),
            });
        }
        Ok((due, all))
    }
}
