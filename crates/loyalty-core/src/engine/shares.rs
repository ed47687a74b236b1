//! The part of what orders earn that goes to the pool of the household by itself, and goes back with them (clause 13.2).
//!
//! A message that carries points is a movement of its own, which its id tells from every other (clause 1.9): whenever it arrives, it
//! is taken once. So nothing has to be kept for ever to know what has come.

use std::borrow::Cow;

use super::facts::Seeing;
use super::transfer::moved;
use super::work::Work;
use crate::amount::Points;
use crate::calendar::Date;
use crate::condition::{Quiet, evaluate};
use crate::error::{Code, Error, Result};
use crate::event::{Contribution, Event, ReceivedLot};
use crate::households::{Contributed, HouseholdPlan, SharePlan, Shared};
use crate::id::Id;
use crate::limits::CONTRIBUTED_MAX;
use crate::member::Order;
use crate::outcome::{Change, MessageBody, Source};
use crate::points::{Lot, Missing, MovePlan, MovedLots, Took};
use crate::program::Feed;

impl Work<'_> {
    /// Gives the pool its part of what the order of this event has earned.
    pub(super) fn share_order(&mut self, event: &Event<'_>) -> Result<()> {
        let household = self.compiled.household.as_ref();
        let Some(household) = household.filter(|household| !household.shares.is_empty()) else {
            return Ok(());
        };
        let Some(pool) = self.state.more.household.pool() else {
            return Ok(());
        };
        let pool = pool.pool.clone();
        let Some(mut order) = self.ordered.take() else {
            return Ok(());
        };
        for share in &household.shares {
            self.share(event, (household, share), &pool, &mut order)?;
        }
        self.ordered = Some(order);
        Ok(())
    }

    fn share(
        &mut self,
        event: &Event<'_>,
        (household, share): (&HouseholdPlan, &SharePlan),
        pool: &Id,
        order: &mut Order,
    ) -> Result<()> {
        let account = self.account(share.account)?;
        let id = account.id.clone();
        let rows = order.rows.iter().flat_map(|row| &row.earned);
        let earned = rows.filter(|one| one.account == id);
        let earned = earned.fold(0_i64, |sum, one| sum.saturating_add(one.points));
        // Points that wait, or that were used at once, are not there.
        let there = |lot: &Took| {
            let mut lots = account.lots.iter();
            let own = lots.find(|one| one.n == lot.lot.n && one.active_from.is_none());
            own.map_or(0, |own| own.points.min(lot.open()))
        };
        let puts = order.put.iter().enumerate();
        let puts = puts.filter(|(_, put)| put.account == id);
        let puts: Vec<(usize, i64)> = puts.map(|(at, put)| (at, there(&put.lot))).collect();
        let all = puts
            .iter()
            .fold(0_i64, |sum, (_, there)| sum.saturating_add(*there));
        let points = share.of(all.min(earned).max(0))?;
        let rule = household.contribution(share.account);
        let points = self.may_share(rule, points, event)?;
        if points == 0 {
            return Ok(());
        }
        let burn = self.compiled.accounts.get(share.account);
        let burn = burn.map(|plan| plan.burn_order).unwrap_or_default();
        let (mut left, mut lots) = (points, Vec::new());
        for (at, there) in puts {
            let part = left.min(there);
            let Some(put) = order.put.get_mut(at).filter(|_| part > 0) else {
                continue;
            };
            left = left.saturating_sub(part);
            let account = self.account_mut(share.account)?;
            let made = account.uncredit(part, &mut put.lot, burn, Missing::Refused)?;
            lots.extend(made.taken);
        }
        let shared = Shared {
            account: id.clone(),
            pool: pool.clone(),
            by: self.member.id.clone(),
            of: earned,
            undone: 0,
            lots,
            cut: rule.map_or(MovedLots::default(), |rule| rule.lots),
            back: 0,
        };
        self.enter(Change::Debited {
            account: id,
            points: Points::new(points),
            source: Source::To(pool.clone()),
            lots: shared.lots.iter().map(Lot::entry).collect(),
            owed: Points::ZERO,
            forgiven: Points::ZERO,
        });
        if let Some(rule) = rule {
            self.book_limits(&rule.limits, 1);
            self.book_limits(&rule.points_limits, points);
        }
        let lots = moved(shared.cut, &shared.lots, points)?;
        self.tell_share(order, &shared, lots, 0);
        order.shared.push(shared);
        Ok(())
    }

    /// How many of these points the rule for contributions lets through.
    fn may_share(&self, rule: Option<&MovePlan>, points: i64, event: &Event<'_>) -> Result<i64> {
        let Some(rule) = rule else {
            return Ok(points);
        };
        let facts = Work::event_facts(event, None);
        let seeing = Seeing {
            event: Some(&facts),
            ..self.seeing(self.today)
        };
        let when = rule.when.as_ref();
        if !when.is_none_or(|when| evaluate(when, &seeing, &mut Quiet))
            || self.left(&rule.limits) < 1
        {
            return Ok(0);
        }
        let points = rule.most_of(points, self.left(&rule.points_limits))?;
        Ok(if points < rule.min { 0 } else { points })
    }

    /// So many points of an order go back: how many of them the pool gives. The person's limits are as if those had never gone there.
    pub(super) fn unshare(&mut self, order: &mut Order, account: &Id, points: i64) -> Result<i64> {
        let mut given = 0_i64;
        let day = self.program_day(order.at);
        let (compiled, version) = (self.sold_by(order), order.version);
        for shared in order
            .shared
            .iter_mut()
            .filter(|one| one.account == *account)
        {
            let back = shared.undo(points)?;
            if back == 0 {
                continue;
            }
            given = given.saturating_add(back);
            let household = compiled.household.as_ref();
            let place = compiled.account(account.as_str());
            let rule = household.zip(place);
            let Some(rule) = rule.and_then(|(plan, place)| plan.contribution(place)) else {
                continue;
            };
            let all = if shared.back < shared.points() { 0 } else { 1 };
            let points = rule.points_limits.iter().map(|limit| (limit, back));
            let times = rule.limits.iter().map(|limit| (limit, all));
            for (limit, used) in points.chain(times) {
                if !limit.begun_since(&self.state.caps, version) {
                    self.book_limit(limit, day, used.saturating_neg());
                }
            }
        }
        Ok(given)
    }

    /// Tells pools what goes back of an order in this call.
    pub(super) fn tell_shares(&mut self, order: &Order) {
        if order.shared.is_empty() {
            return;
        }
        let (member, id) = (self.member, order.id.as_str());
        let before = member.orders.find(Id::mark(id), id, |_| true);
        let told = before.map_or(&[][..], |(_, before)| &before.shared);
        for (shared, before) in order.shared.iter().zip(told) {
            let back = shared.back.saturating_sub(before.back);
            if back > 0 {
                self.tell_share(order, shared, Vec::new(), back);
            }
        }
    }

    fn tell_share(&mut self, order: &Order, shared: &Shared, lots: Vec<ReceivedLot>, back: i64) {
        self.enter(Change::Contribution {
            member: shared.pool.clone(),
            order: order.id.clone(),
            account: shared.account.clone(),
            points: Points::new(shared.points().saturating_sub(shared.back)),
        });
        let text = |id: &Id| Cow::Owned(id.to_string());
        let body = MessageBody::Contribution(Contribution {
            member: text(&shared.by),
            order: text(&order.id),
            on: order.on,
            account: text(&shared.account),
            lots,
            back: Points::new(back),
        });
        self.tell_member(shared.pool.clone(), body);
    }

    /// Points of an order of one of the people of this pool come, or go back. Whenever they do, none is lost and none is there twice:
    /// of an order that the pool does not know any more, they go back from its other points, or are owed.
    pub(super) fn contribution(&mut self, told: &Contribution<'_>) -> Result<()> {
        let member = Id::checked(&told.member);
        if member == self.member.id {
            let words = "nobody receives points from oneself";
            return Err(Error::at(Code::WrongMember, "contribution.member", words));
        }
        let account = self.told_account(&told.account, "contribution.account")?;
        let heard = Contributed {
            member,
            order: Id::checked(&told.order),
            account: self.account(account)?.id.clone(),
            on: told.on,
            came: (self.today, self.version.saturating_add(1)),
            lots: Vec::new(),
            early: 0,
        };
        let own = &self.state.more.household;
        let all = &own.contributed;
        let place = all.binary_search_by(|one| one.key().cmp(&heard.key())).ok();
        let known = place.and_then(|place| all.get(place));
        let known = known.filter(|one| !self.is_forgotten(one)).cloned();
        // Of a day of which all orders are known, one that is not has yet to come.
        let knows = known.is_some()
            || !(self.is_settled(told.on) || own.forgotten.is_some_and(|day| told.on <= day));
        let mut one = known.unwrap_or(heard);
        let back = told.back.get();
        if back == 0 {
            one.came = (self.today, self.version.saturating_add(1));
            self.come(account, &mut one, &told.lots)?;
        } else if knows {
            self.go_back(account, &mut one, back)?;
        } else {
            self.enter_contributed(&one, 0);
            let source = Source::To(one.member.clone());
            self.debit_with(account, back, source, Missing::Owed)?;
            return Ok(());
        }
        self.keep_contributed(one)
    }

    fn enter_contributed(&mut self, one: &Contributed, points: i64) {
        self.enter(Change::Contribution {
            member: one.member.clone(),
            order: one.order.clone(),
            account: one.account.clone(),
            points: Points::new(points),
        });
    }

    /// Points of an order come, less those that went back before.
    fn come(&mut self, account: usize, one: &mut Contributed, lots: &[ReceivedLot]) -> Result<()> {
        let mut lots = lots.to_vec();
        for lot in lots.iter_mut().rev() {
            let part = lot.points.get().min(one.early);
            one.early = one.early.saturating_sub(part);
            lot.points = Points::new(lot.points.get().saturating_sub(part));
        }
        lots.retain(|lot| !lot.points.is_zero());
        let points = lots.iter().map(|lot| lot.points.get());
        let points = points.fold(one.open(), i64::saturating_add);
        self.enter_contributed(one, points);
        self.received(account, &lots);
        for lot in &lots {
            let lot = self.receive_lot(account, lot, &one.member)?;
            one.lots.push(Took::new(lot));
        }
        Ok(())
    }

    /// Points of an order go back.
    fn go_back(&mut self, account: usize, one: &mut Contributed, points: i64) -> Result<()> {
        let gone = points.min(one.open());
        one.early = one.early.saturating_add(points.saturating_sub(gone));
        self.enter_contributed(one, one.open().saturating_sub(gone));
        let source = Source::To(one.member.clone());
        let mut left = gone;
        for took in one.lots.iter_mut().rev() {
            let part = took.open().min(left);
            left = left.saturating_sub(part);
            self.take_told(account, took, part, &source)?;
        }
        // It may lie on a day before this one.
        self.pruned = None;
        let (day, version) = one.came;
        for (place, plan) in self.compiled.metrics.iter().enumerate() {
            let since = self.state.metrics.get(place).map_or(0, |tally| tally.since);
            if matches!(plan.feed, Feed::Received(of) if of == account) && version > since {
                self.count(place, day, gone.saturating_neg());
            }
        }
        Ok(())
    }

    /// Keeps what a pool has of an order, as long as some of it can go back or has yet to come.
    fn keep_contributed(&mut self, one: Contributed) -> Result<()> {
        let keeps = !self.is_forgotten(&one) && (one.open() > 0 || one.early > 0);
        let all = &mut self.more().household.contributed;
        let place = all.binary_search_by(|other| other.key().cmp(&one.key()));
        match place {
            Ok(place) => {
                all.remove(place);
                if keeps {
                    all.insert(place, one);
                }
            }
            Err(place) if keeps => all.insert(place, one),
            Err(_) => {}
        }
        if all.len() > CONTRIBUTED_MAX {
            self.forget_contributed();
            self.forget_first()?;
        }
        Ok(())
    }

    /// Makes room: the order of the earliest day is forgotten.
    fn forget_first(&mut self) -> Result<()> {
        let own = &mut self.more().household;
        if own.contributed.len() <= CONTRIBUTED_MAX {
            return Ok(());
        }
        let all = own.contributed.iter().enumerate();
        let Some((place, _)) = all.min_by_key(|(_, one)| (one.on, one.key())) else {
            return Ok(());
        };
        let one = own.contributed.remove(place);
        own.forgotten = own.forgotten.max(Some(one.on));
        // What was to be taken in less is taken now.
        if one.early > 0
            && let Some(account) = self.place_of(&one.account)
        {
            self.debit_with(account, one.early, Source::To(one.member), Missing::Owed)?;
        }
        Ok(())
    }

    /// Whether nothing that an order brought a pool matters any more; what went back before it came waits for that.
    fn is_forgotten(&self, one: &Contributed) -> bool {
        one.early == 0 && self.is_settled(one.on)
    }

    /// Whether nothing more can come of an order of this day: it can be returned no longer, and neither can what was told of it be
    /// late still.
    fn is_settled(&self, on: Date) -> bool {
        let days = self.timeline.dedup_days();
        // The person's order goes back by the version of its sale, whichever that was.
        self.all_rules().all(|rules| {
            let last = rules.returns_window.after(on);
            let last = last.and_then(|last| last.add_days(days));
            last.is_ok_and(|last| last < self.today)
        })
    }

    /// Forgets of which orders a pool has points that can go back no longer.
    pub(super) fn forget_contributed(&mut self) {
        let all = &self.state.more.household.contributed;
        if all.iter().any(|one| self.is_forgotten(one)) {
            let kept = all.iter().filter(|one| !self.is_forgotten(one));
            let kept = kept.cloned().collect();
            self.more().household.contributed = kept;
        }
    }
}

impl HouseholdPlan {
    /// The rule for contributions of an account.
    fn contribution(&self, account: usize) -> Option<&MovePlan> {
        self.contribute.iter().find(|plan| plan.account == account)
    }
}
