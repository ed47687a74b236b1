//! The points of a return: those that it was paid with come back, those that it earned are taken back (clauses 6.2, 6.3).

use super::count::ByAccount;
use super::portion::{Back, Backs};
use super::receipt::add;
use super::work::Work;
use crate::amount::Points;
use crate::error::Result;
use crate::event::Overdraw;
use crate::id::Id;
use crate::member::{Order, PaidBack};
use crate::outcome::{AccountPoints, Amount, Change, ReceiptLine, ReceiptTender, Withheld};
use crate::points::{Lot, LotKind, Missing, Restore, ReturnedPoints, TenderAs, Took, after_expiry};

/// What taking points back did.
#[derive(Default)]
pub(super) struct Reversed {
    /// What should be taken back, by account, for the receipt.
    pub(super) due: Vec<AccountPoints>,
    /// What goes out of the metrics.
    pub(super) all: ByAccount,
    /// What of it the pool of the household gives, by account; less than nothing.
    pub(super) shared: ByAccount,
    /// Money that is withheld for points that are missing, in minor units.
    pub(super) withheld: i64,
}

impl Work<'_> {
    /// Gives back so many points of each tender, to the very lots.
    pub(super) fn restore(
        &mut self,
        order: &mut Order,
        backs: &Backs,
        undone: &[PaidBack],
    ) -> Result<(Vec<ReceiptTender>, ByAccount)> {
        let mut shown = Vec::new();
        let mut all = Vec::new();
        let sold = self.sold_by(order);
        for (number, tender) in order.tender.iter_mut().enumerate() {
            let PaidBack { points, value } = undone.get(number).copied().unwrap_or_default();
            if points == 0 && value == 0 {
                continue;
            }
            // An account that the program no longer has still holds the member's points.
            let Some(place) = self.place_of(&tender.account) else {
                continue;
            };
            let plan = self.compiled.accounts.get(place);
            let then = sold.account(tender.account.as_str());
            let then = then.and_then(|place| sold.accounts.get(place));
            let policy = then.map(|account| account.restore).unwrap_or_default();
            let reinstates = plan.is_some_and(|account| account.reinstate_days > 0);
            let (today, zone, now) = (self.today, self.zone, self.as_of);
            let extended = match policy {
                Restore::Extend { days } => Some(zone.start_of(today.add_days(i64::from(days))?)?),
                _ => None,
            };
            let fresh = self.account_lot(place, LotKind::Earned, None)?;
            let returns_from = self.remember_from();
            let account = self.account_mut(place)?;
            let made =
                account.restore(points, &mut tender.lots, (now, zone, returns_from), |lot| {
                    Ok(after_expiry(policy, lot, extended, fresh))
                })?;
            account.lapse_if(reinstates, &made.expired, today);
            let id = account.id.clone();
            let (account_id, order_id) = (id.clone(), order.id.clone());
            let lots = made.restored.iter().map(Lot::entry).collect();
            if points > 0 {
                self.enter(Change::Restored {
                    account: id.clone(),
                    points: Points::new(points),
                    order: Some(order_id.clone()),
                    redemption: None,
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
                    withheld: None,
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
                    why: None,
                });
            }
            all.push((place, points));
            let (asked, value) = (
                Points::new(points),
                Amount::new(value, self.compiled.currency),
            );
            shown.push(ReceiptTender {
                account: id,
                reward: tender.reward.clone(),
                role: match tender.discount {
                    Some(_) => TenderAs::Discount,
                    None => TenderAs::Payment,
                },
                asked,
                points: asked,
                value,
            });
        }
        if backs.iter().all(Back::all) {
            self.free_limits(order);
        }
        Ok((shown, all))
    }

    /// An order that is all back has used no reward: its limits are free again, as of the day of the order.
    fn free_limits(&mut self, order: &Order) {
        let compiled = self.sold_by(order);
        let day = self.program_day(order.at);
        for reward in order.tender.iter().filter_map(|one| one.reward.as_ref()) {
            let plan = compiled.spend.reward(reward.as_str());
            let limits = plan.map(|plan| plan.limits.as_slice()).unwrap_or_default();
            for limit in limits {
                if !limit.begun_since(&self.state.caps, order.version) {
                    self.book_limit(limit, day, -1);
                }
            }
        }
    }

    /// Takes back the points that are due by the lines of the receipt. `refund`: the money that goes back, in minor units.
    pub(super) fn reverse(
        &mut self,
        order: &mut Order,
        backs: &Backs,
        lines: &[ReceiptLine],
        refund: i64,
    ) -> Result<Reversed> {
        let mut due: Vec<AccountPoints> = Vec::new();
        let compiled = self.sold_by(order);
        if order.returned_points == ReturnedPoints::Keep {
            return Ok(Reversed::default());
        }
        let whole = backs.iter().all(Back::all);
        let mut given: Vec<(&Id, i64, i64)> = Vec::new();
        for earned in order.rows.iter().flat_map(|row| &row.earned) {
            match given.iter_mut().find(|(rule, ..)| **rule == earned.rule) {
                Some((_, _, all)) => *all = all.saturating_add(earned.points),
                None => given.push((&earned.rule, 0, earned.points)),
            }
        }
        for one in lines.iter().flat_map(|line| &line.points) {
            let points = one.points.get();
            add(&mut due, one.account.clone(), points);
            let rule = given.iter_mut().find(|(rule, ..)| **rule == one.rule);
            if let Some((_, sum, _)) = rule {
                *sum = sum.saturating_add(points);
            }
        }
        // An account has been used even if what goes back last brought nothing to it.
        for earned in order.rows.iter().flat_map(|row| &row.earned) {
            add(&mut due, earned.account.clone(), 0);
        }
        let times = i64::from(whole);
        let then = (self.program_day(order.at), order.version);
        for (rule, points, all) in given {
            let Some(rule) = compiled.rule(rule) else {
                continue;
            };
            for cap in compiled.own_caps(&rule.plan) {
                let points = if all > 0 { points } else { 0 };
                self.unbook_cap(cap, then, points, times);
            }
        }
        for one in &due {
            let Some(place) = compiled.account(one.account.as_str()) else {
                continue;
            };
            for cap in compiled.account_caps(place) {
                self.unbook_cap(cap, then, one.points.get(), times);
            }
        }
        due.retain(|one| !one.points.is_zero());
        let (mut all, mut shared, mut withheld) = (Vec::new(), Vec::new(), 0_i64);
        for one in &due {
            let Some(place) = self.place_of(&one.account) else {
                continue;
            };
            let plan = compiled.account(one.account.as_str());
            let plan = plan.and_then(|place| compiled.accounts.get(place));
            let (burn, overdraw) = plan
                .map(|plan| (plan.burn_order, plan.overdraw))
                .unwrap_or_default();
            let mut puts: Vec<Took> = order
                .put
                .iter()
                .filter(|put| put.account == one.account)
                .map(|put| put.lot)
                .collect();
            let given = self.unshare(order, &one.account, one.points.get())?;
            if given > 0 {
                shared.push((place, given.saturating_neg()));
            }
            let points = one.points.get().saturating_sub(given);
            let missing = match (overdraw, compiled.worth) {
                (Overdraw::Forgive, _) => Missing::Forgiven,
                (Overdraw::Refuse, _) => Missing::Refused,
                (Overdraw::Withhold, Some(worth)) => {
                    Missing::Withheld(worth, refund.saturating_sub(withheld))
                }
                (Overdraw::Debt | Overdraw::Withhold, _) => Missing::Owed,
            };
            let made = self
                .account_mut(place)?
                .reverse(points, &mut puts, burn, missing)
                .map_err(|error| error.under("return"))?;
            let (covered, money) = made.withheld;
            withheld = withheld.saturating_add(money);
            for (put, now) in order
                .put
                .iter_mut()
                .filter(|put| put.account == one.account)
                .zip(&puts)
            {
                put.lot = *now;
            }
            // What was cancelled went out of the metrics then.
            let counted = one.points.get().saturating_sub(made.cancelled);
            all.push((place, counted));
            if made.cancelled == points {
                continue;
            }
            self.enter(Change::Reversed {
                account: one.account.clone(),
                points: Points::new(made.taken_of(points)),
                order: order.id.clone(),
                lots: made.taken.iter().map(Lot::entry).collect(),
                owed: Points::new(made.owed),
                forgiven: Points::new(made.forgiven),
                expired: Points::new(made.expired),
                withheld: (covered > 0 || money > 0).then(|| Withheld {
                    points: Points::new(covered),
                    value: Amount::new(money, self.compiled.currency),
                }),
            });
        }
        self.tell_shares(order);
        Ok(Reversed {
            due,
            all,
            shared,
            withheld,
        })
    }

    /// Says in the entry of the return what is withheld of the refund.
    pub(super) fn withhold(&mut self, entry: usize, paid: Amount, money: i64) -> Option<Amount> {
        let currency = self.compiled.currency;
        let left = paid.money().minor().saturating_sub(money);
        let entry = self.entries.get_mut(entry).filter(|_| money > 0)?;
        if let Change::Return { refund, .. } = &mut entry.change {
            *refund = Amount::new(left, currency);
        }
        Some(Amount::new(money, currency))
    }
}
