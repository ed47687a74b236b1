//! Rewards for points, and undoing them (clauses 5.2, 5.3).

use std::sync::Arc;

use super::facts::Seeing;
use super::standing::Brought;
use super::work::Work;
use crate::amount::Points;
use crate::condition::{EventFacts, Quiet, evaluate};
use crate::error::{Code, Error, Result};
use crate::event::{Event, Overdraw, Redeem, Undo};
use crate::id::Id;
use crate::limits::MONEY_MAX;
use crate::outcome::{Amount, Change, Source};
use crate::points::{
    Gave, GivePlan, LimitSpec, Lot, LotKind, Missing, Redemption, Restore, RewardPlan, Took,
    after_expiry, times,
};
use crate::pricing::DiscountPlan;
use crate::program::Feed;

/// A reward that is taken.
pub(super) struct Taking<'w> {
    pub(super) plan: &'w RewardPlan,
    pub(super) quantity: i64,
    /// What it costs, and the points above that which are dropped.
    pub(super) points: i64,
    pub(super) dropped: i64,
    /// The event that asks for it; none where it is given by itself.
    pub(super) event: Option<Id>,
}

impl<'w> Work<'w> {
    pub(super) fn redeem(&mut self, event: &Event<'_>, redeem: &Redeem<'_>) -> Result<()> {
        let path = "redeem.reward";
        let plan = self.reward(&redeem.reward, path)?;
        let no = |words: String| Error::at(Code::RewardRefused, path, words);
        if plan.auto.is_some() {
            let words = format!("the reward `{}` is given by itself", plan.id);
            return Err(no(words));
        }
        if matches!(plan.give, GivePlan::Discount(_)) {
            let words = format!(
                "the reward `{}` is a discount: name it in the `rewards` of a purchase",
                plan.id
            );
            return Err(no(words));
        }
        let quantity = i64::from(redeem.quantity);
        let facts = Work::event_facts(event, None);
        if let Some(words) = self.denies(plan, quantity, Some(facts)) {
            return Err(no(words));
        }
        let points = times(self.price(plan), quantity)?;
        self.enough(plan.account, points, "redeem")?;
        self.take_reward(Taking {
            plan,
            quantity,
            points,
            dropped: 0,
            event: Some(Id::checked(event.id())),
        })
    }

    /// What a discount costs that a purchase takes for points: the account, the points and the discount. Its limits are booked;
    /// the purchase spends the points. The path of an error is empty.
    pub(super) fn reward_for_purchase(
        &mut self,
        reward: &str,
        quantity: i64,
        event: EventFacts<'_>,
    ) -> Result<(usize, i64, &'w DiscountPlan)> {
        let plan = self.reward(reward, "")?;
        let GivePlan::Discount(discount) = &plan.give else {
            let words = format!("the reward `{}` is no discount: use `redeem`", plan.id);
            return Err(Error::new(Code::RewardRefused, words));
        };
        if let Some(words) = self.denies(plan, quantity, Some(event)) {
            return Err(Error::new(Code::RewardRefused, words));
        }
        let points = times(self.price(plan), quantity)?;
        self.book_limits(&plan.limits, quantity);
        Ok((plan.account, points, discount))
    }

    fn reward(&self, id: &str, path: &str) -> Result<&'w RewardPlan> {
        self.compiled.spend.reward(id).ok_or_else(|| {
            let words = format!("there is no reward `{id}` in this program");
            Error::at(Code::UnknownReward, path, words)
        })
    }

    /// What one of a reward costs now.
    pub(super) fn price(&self, plan: &RewardPlan) -> i64 {
        plan.price(|track| self.rung(track))
    }

    /// Why a reward cannot be had so many times now, if it cannot.
    pub(super) fn denies(
        &self,
        plan: &RewardPlan,
        quantity: i64,
        event: Option<EventFacts<'_>>,
    ) -> Option<String> {
        let today = self.program_day(self.as_of);
        if !plan.live(today) {
            return Some(format!("the reward `{}` cannot be had on {today}", plan.id));
        }
        let seeing = Seeing {
            event,
            ..self.seeing(self.today)
        };
        if plan
            .when
            .as_ref()
            .is_some_and(|when| !evaluate(when, &seeing, &mut Quiet))
        {
            return Some(format!(
                "the condition of the reward `{}` does not hold",
                plan.id
            ));
        }
        let left = self.left(&plan.limits);
        (left < quantity)
            .then(|| format!("the reward `{}` can be had {left} times more now", plan.id))
    }

    /// How many times all of these limits leave today.
    pub(super) fn left(&self, limits: &[LimitSpec]) -> i64 {
        let today = self.program_day(self.as_of);
        let left = limits
            .iter()
            .map(|limit| limit.left(&self.state.caps, today));
        left.min().unwrap_or(i64::MAX)
    }

    /// Books so many uses of these limits.
    pub(super) fn book_limits(&mut self, limits: &[LimitSpec], times: i64) {
        let today = self.program_day(self.as_of);
        for limit in limits {
            self.book_limit(limit, today, times);
        }
    }

    /// Refuses what costs more points than can be used.
    pub(super) fn enough(&self, account: usize, points: i64, path: &str) -> Result<()> {
        let there = self.account(account)?.available();
        if points <= there {
            return Ok(());
        }
        let words = format!("{points} points are needed, {there} are there");
        Err(Error::at(Code::InsufficientPoints, path, words))
    }

    /// Takes a reward: the points go, and what it gives is given.
    pub(super) fn take_reward(&mut self, taking: Taking<'_>) -> Result<()> {
        let Taking {
            plan,
            quantity,
            points,
            dropped,
            event,
        } = taking;
        let burn = self
            .compiled
            .accounts
            .get(plan.account)
            .map(|account| account.burn_order)
            .unwrap_or_default();
        let lots = self.spend(plan.account, points.saturating_add(dropped), burn)?;
        let account = self.account(plan.account)?.id.clone();
        // What is given by itself is called by the number of its entry, which is the same however time was split.
        let number = self.version.saturating_add(1);
        let own_name = event
            .is_none()
            .then(|| super::transfer::derived(&["auto", plan.id.as_str()], number));
        let money = match plan.money {
            Some(money) => Some(Amount::new(
                money
                    .checked_mul(quantity)
                    .filter(|money| *money <= MONEY_MAX)
                    .ok_or_else(|| {
                        let words = "the rewards cost more money than can be counted";
                        Error::new(Code::Overflow, words)
                    })?,
                self.compiled.currency,
            )),
            None => None,
        };
        self.enter(Change::Redeemed {
            reward: plan.id.clone(),
            quantity: quantity.unsigned_abs(),
            redemption: own_name.clone(),
            account: account.clone(),
            points: Points::new(points),
            lots: lots.iter().map(Lot::entry).collect(),
            money,
            item: match &plan.give {
                GivePlan::Item(item) => Some(item.clone()),
                _ => None,
            },
            dropped: Points::new(dropped),
        });
        self.burned(plan.account, points.saturating_add(dropped));
        self.book_limits(&plan.limits, quantity);
        let gave = match plan.give {
            GivePlan::Points { account, points } => {
                let points = times(points, quantity)?;
                let lot = self.arriving(account, points)?;
                let source = Source::Reward(plan.id.clone());
                Some((account, self.credit(account, lot, source)?))
            }
            _ => None,
        };
        let gave = match gave {
            Some((place, lot)) => Some(Gave {
                account: self.account(place)?.id.clone(),
                lot: Took::new(lot),
            }),
            None => None,
        };
        let Some(id) = event.or(own_name) else {
            return Ok(());
        };
        let (at, on, version) = (self.as_of, self.today, self.version);
        self.more().redemptions.push(Redemption {
            id,
            reward: plan.id.clone(),
            quantity,
            at,
            on,
            version,
            account,
            lots: lots.iter().map(|lot| Took::new(*lot)).collect(),
            gave,
            over: Vec::new(),
            undone: false,
        });
        Ok(())
    }

    /// Points that arrive: they can be used at once, and expire as points of the account do that are earned today.
    pub(super) fn arriving(&mut self, account: usize, points: i64) -> Result<Lot> {
        let lot = self.account_lot(account, LotKind::Credited, None)?;
        Ok(Lot { points, ..lot })
    }

    /// Credits points and enters it, with the debt that they pay.
    pub(super) fn credit(&mut self, account: usize, lot: Lot, source: Source) -> Result<Lot> {
        let given = self.give(account, lot)?;
        let id = self.account(account)?.id.clone();
        self.enter(Change::Credited {
            account: id.clone(),
            points: Points::new(lot.points),
            source,
            lot: given.lot.dates(),
        });
        self.enter_repaid(&id, &given);
        Ok(given.lot)
    }

    /// Counts points that were used otherwise than for an order.
    pub(super) fn burned(&mut self, account: usize, points: i64) {
        for (place, plan) in self.compiled.metrics.iter().enumerate() {
            if matches!(plan.feed, Feed::Burned(of) if of == account) {
                self.count(place, self.today, points);
            }
        }
    }

    /// Forgets what can no longer be undone: as long as an order can be returned, counted from its own day.
    pub(super) fn prune_redemptions(&mut self) {
        let (window, today) = (self.compiled.returns_window, self.today);
        let over = |one: &Redemption| window.after(one.on).is_ok_and(|last| last < today);
        if self.state.more.redemptions.iter().any(over) {
            self.more().redemptions.retain(|one| !over(one));
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
        for key in keys {
            if let Some(before) = LimitSpec::forget(&mut self.state.caps, key) {
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
            Some(gave) => Some(self.take_back_gift(gave, &redemption.reward)?),
            None => None,
        };
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
        let found = all.iter().rposition(|one| one.id == *event && !one.undone);
        if let Some(place) = found {
            return Ok(place);
        }
        if all.iter().any(|one| one.id == *event) {
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
        let points = redemption.points();
        let account = self.account_mut(place)?;
        let made = account.restore(points, &mut redemption.lots, (now, zone), |lot| {
            let fresh = Lot {
                kind: lot.kind,
                ..fresh
            };
            Ok(after_expiry(policy, lot, extended, fresh))
        })?;
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
        let put = |order: &&crate::member::Order| {
            let mut puts = order.put.iter();
            puts.any(|put| put.account == *account && put.lot.lot.n == lot)
        };
        let order = self.member.orders.iter().rev().find(put)?;
        Some(order.id.clone())
    }

    /// Takes back the points that a reward gave: from their own lot first, then what the overdraw policy says. Says from which
    /// account, and how many.
    fn take_back_gift(&mut self, gave: &mut Gave, reward: &Id) -> Result<(usize, i64)> {
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
                source: Source::Reward(reward.clone()),
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
