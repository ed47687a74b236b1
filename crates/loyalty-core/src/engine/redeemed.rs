//! Rewards that were taken: kept while they can be undone, and undone (clause 5.3).

use std::sync::Arc;

use super::demote::Brought;
use super::work::Work;
use crate::amount::Points;
use crate::error::{Code, Error, Result};
use crate::event::{Overdraw, Undo};
use crate::id::Id;
use crate::outcome::{Change, Source};
use crate::points::{Gave, LimitSpec, Lot, Missing, Redemption, Restore, after_expiry};
use crate::program::Feed;

impl Work<'_> {
    /// Forgets what can no longer be undone: as long as an order can be returned, counted from its own day.
    pub(super) fn prune_redemptions(&mut self) {
        let redemptions = self.state.more.redemptions.iter();
        let over: Vec<bool> = redemptions.map(|one| self.is_over(one.on)).collect();
        if over.contains(&true) {
            let mut over = over.into_iter();
            self.more()
                .redemptions
                .retain(|_| !over.next().unwrap_or(false));
        }
    }

    /// Limits by the terms of a track begin anew with a term.
    pub(super) fn reset_limits(&mut self, track: usize) {
        let limits = self.compiled.spend.term_limits.iter();
        let keys: Vec<&Arc<str>> = limits
            .filter(|(of, _)| *of == track)
            .map(|(_, key)| key)
            .collect();
        if keys.is_empty() {
            return;
        }
        let version = self.version;
        for key in keys {
            if let Some(before) = LimitSpec::begin(&mut self.state.caps, key, version) {
                self.undo.cap(before);
            }
        }
        let compiled = self.compiled;
        let terms = |reward: &Id| {
            let plan = compiled.spend.reward(reward.as_str());
            let limits = plan.map(|plan| plan.limits.as_slice()).unwrap_or_default();
            limits.iter().filter(|limit| limit.term == Some(track))
        };
        let some = |one: &Redemption| !one.undone && terms(&one.reward).next().is_some();
        if !self.state.more.redemptions.iter().any(some) {
            return;
        }
        for one in self.more().redemptions.iter_mut().filter(|one| some(one)) {
            for limit in terms(&one.reward) {
                if !one.over.contains(&limit.key) {
                    one.over.push(Arc::clone(&limit.key));
                }
            }
        }
    }

    /// Undoes a redemption: its points go back to the very lots, and what it gave is taken back.
    pub(super) fn undo_redemption(&mut self, undo: &Undo<'_>) -> Result<()> {
        let place = self.undoable(&undo.event)?;
        let Some(mut redemption) = self.state.more.redemptions.get(place).cloned() else {
            return Ok(());
        };
        // What goes back may lie on days before this one.
        self.pruned = None;
        let points = redemption.points();
        let account = self.restore_redemption(&mut redemption)?;
        let taken = match redemption.gave.as_mut() {
            Some(gave) => {
                Some(self.take_back_gift(gave, &Source::Reward(redemption.reward.clone()))?)
            }
            None => None,
        };
        for instance in &redemption.coupons {
            self.take_back_coupon(instance, redemption.value, "undo.event")?;
        }
        redemption.undone = true;
        let day = self.program_day(redemption.at);
        let plan = self.compiled.spend.reward(redemption.reward.as_str());
        let limits = plan.map(|plan| plan.limits.as_slice()).unwrap_or_default();
        for limit in limits
            .iter()
            .filter(|limit| !redemption.over.contains(&limit.key))
        {
            self.book_limit(limit, day, redemption.quantity.saturating_neg());
        }
        let brought = Brought {
            version: redemption.version,
            at: redemption.at,
            on: redemption.on,
            order: None,
        };
        if let Some(there) = self.more().redemptions.get_mut(place) {
            *there = redemption;
        }
        let changes = self.unburned(brought, (account, points), taken);
        self.take_back_rungs_of(brought, &changes)
    }

    /// The place of a redemption that can be undone.
    fn undoable(&self, event: &str) -> Result<usize> {
        let all = &self.state.more.redemptions;
        let named = |one: &Redemption| one.id == *event && self.is_in_window(one.on);
        let found = all.iter().rposition(|one| named(one) && !one.undone);
        if let Some(place) = found {
            return Ok(place);
        }
        if all.iter().any(named) {
            let words = format!("the redemption `{event}` has been undone already");
            return Err(Error::at(Code::AlreadyUndone, "undo.event", words));
        }
        let words = format!(
            "there is no redemption `{event}` that can be undone (that is possible for {})",
            self.compiled.returns_window
        );
        Err(Error::at(Code::UnknownRedemption, "undo.event", words))
    }

    /// Gives points back to the lots that they came from. Says to which account.
    fn restore_redemption(&mut self, redemption: &mut Redemption) -> Result<usize> {
        let id = redemption.account.clone();
        let compiled = self.compiled;
        let found = compiled.account(id.as_str());
        let Some((place, plan)) =
            found.and_then(|place| Some((place, compiled.accounts.get(place)?)))
        else {
            let words = format!("the account `{id}` is no longer in this program");
            return Err(Error::at(Code::UnknownAccount, "undo.event", words));
        };
        let policy = plan.restore;
        let extended = match policy {
            Restore::Extend { days } => {
                let day = self.today.add_days(i64::from(days))?;
                Some(self.zone.start_of(day)?)
            }
            _ => None,
        };
        let fresh = self.arriving(place, 0)?;
        let (now, zone, today) = (self.as_of, self.zone, self.today);
        let returns_from = self.remember_from();
        let points = redemption.points();
        let account = self.account_mut(place)?;
        let made = account.restore(
            points,
            &mut redemption.lots,
            (now, zone, returns_from),
            |lot| {
                let fresh = Lot {
                    kind: lot.kind,
                    ..fresh
                };
                Ok(after_expiry(policy, lot, extended, fresh))
            },
        )?;
        account.lapse_if(plan.reinstate_days > 0, &made.expired, today);
        self.enter(Change::Restored {
            account: id.clone(),
            points: Points::new(points),
            order: None,
            redemption: Some(redemption.id.clone()),
            lots: made.restored.iter().map(Lot::entry).collect(),
        });
        for lot in &made.reversed {
            let order = self.earned_by(&id, lot.n);
            self.enter(Change::Reversed {
                account: id.clone(),
                points: Points::new(lot.points),
                order: order.unwrap_or_else(|| redemption.id.clone()),
                lots: vec![lot.entry()],
                owed: Points::ZERO,
                forgiven: Points::ZERO,
                expired: Points::ZERO,
                withheld: None,
            });
        }
        for lot in &made.repaid {
            self.enter(Change::Repaid {
                account: id.clone(),
                points: Points::new(lot.points),
                lot: lot.dates(),
            });
        }
        for lot in &made.expired {
            self.enter(Change::Expired {
                account: id.clone(),
                points: Points::new(lot.points),
                lot: lot.dates(),
                why: None,
            });
        }
        Ok(place)
    }

    /// The last order that put points into a lot.
    fn earned_by(&self, account: &Id, lot: u32) -> Option<Id> {
        let put = |order: &crate::member::Order| {
            let mut puts = order.put.iter();
            puts.any(|put| put.account == *account && put.lot.lot.n == lot)
        };
        let mut orders = self.member.orders.iter().rev();
        let order = orders.find(|order| put(order))?;
        Some(order.id.clone())
    }

    /// Takes back the points that a reward or a trigger gave: from their own lot first, then what the overdraw policy says. Says from which
    /// account, and how many.
    pub(super) fn take_back_gift(
        &mut self,
        gave: &mut Gave,
        source: &Source,
    ) -> Result<(usize, i64)> {
        let Some((place, plan)) = self
            .compiled
            .account(gave.account.as_str())
            .and_then(|place| Some((place, self.compiled.accounts.get(place)?)))
        else {
            let words = format!(
                "the account `{}` is no longer in this program",
                gave.account
            );
            return Err(Error::at(Code::UnknownAccount, "undo.event", words));
        };
        let points = gave.lot.lot.points;
        let missing = match plan.overdraw {
            // There is no refund from which money could be withheld.
            Overdraw::Debt | Overdraw::Withhold => Missing::Owed,
            Overdraw::Forgive => Missing::Forgiven,
            Overdraw::Refuse => Missing::Refused,
        };
        let made = self
            .account_mut(place)?
            .uncredit(points, &mut gave.lot, plan.burn_order, missing)
            .map_err(|error| error.under("undo.event"))?;
        let taken = made.taken_of(points);
        if taken > 0 || made.forgiven > 0 {
            self.enter(Change::Debited {
                account: gave.account.clone(),
                points: Points::new(taken),
                source: source.clone(),
                lots: made.taken.iter().map(Lot::entry).collect(),
                owed: Points::new(made.owed),
                forgiven: Points::new(made.forgiven),
            });
        }
        Ok((place, points))
    }

    /// Takes an undone redemption out of the metrics, on its own day. Says what went out of each, and what of balances.
    fn unburned(
        &mut self,
        brought: Brought<'_>,
        (account, points): (usize, i64),
        taken: Option<(usize, i64)>,
    ) -> Vec<(usize, i64)> {
        let mut changes = Vec::new();
        for (place, plan) in self.compiled.metrics.iter().enumerate() {
            let since = self.state.metrics.get(place).map_or(0, |tally| tally.since);
            let change = match plan.feed {
                Feed::Burned(of) if of == account => {
                    if brought.version > since {
                        self.count(place, brought.on, points.saturating_neg());
                    }
                    points.saturating_neg()
                }
                Feed::Balance(of) => {
                    let back = if of == account { points } else { 0 };
                    let gone = taken.filter(|(from, _)| *from == of);
                    back.saturating_sub(gone.map_or(0, |(_, points)| points))
                }
                _ => 0,
            };
            if change != 0 {
                changes.push((place, change));
            }
        }
        changes
    }
}
