//! The part of what orders earn that goes to the pool of the household by itself, and goes back with them (clause 13.2).
//!
//! The pool is told how many points of an order it has: each message says all of them, so that the latest one counts, in whatever
//! order they arrive.

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
            told: 1,
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
        self.tell_share(order, &shared)?;
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
        let compiled = self.compiled;
        for shared in order
            .shared
            .iter_mut()
            .filter(|one| one.account == *account)
        {
            let back = shared.undo(points)?;
            if back == 0 {
                continue;
            }
            shared.told = shared.told.saturating_add(1);
            given = given.saturating_add(back);
            let household = compiled.household.as_ref();
            let place = compiled.account(account.as_str());
            let rule = household.zip(place);
            let Some(rule) = rule.and_then(|(plan, place)| plan.contribution(place)) else {
                continue;
            };
            for limit in &rule.points_limits {
                self.book_limit(limit, day, back.saturating_neg());
            }
            if shared.left().is_empty() {
                for limit in &rule.limits {
                    self.book_limit(limit, day, -1);
                }
            }
        }
        Ok(given)
    }

    /// Tells pools what they have of an order that goes back, where that is less than before this call.
    pub(super) fn tell_shares(&mut self, order: &Order) -> Result<()> {
        if order.shared.is_empty() {
            return Ok(());
        }
        let (member, id) = (self.member, order.id.as_str());
        let before = member.orders.find(Id::mark(id), id, |_| true);
        let told = before.map_or(&[][..], |(_, before)| &before.shared);
        for (shared, before) in order.shared.iter().zip(told) {
            if shared.told > before.told {
                self.tell_share(order, shared)?;
            }
        }
        Ok(())
    }

    fn tell_share(&mut self, order: &Order, shared: &Shared) -> Result<()> {
        let left = shared.left();
        let points = left
            .iter()
            .fold(0_i64, |sum, lot| sum.saturating_add(lot.points));
        self.enter(Change::Contribution {
            member: shared.pool.clone(),
            order: order.id.clone(),
            account: shared.account.clone(),
            points: Points::new(points),
            stale: false,
        });
        let lots = match points {
            0 => Vec::new(),
            _ => moved(shared.cut, &left, points)?,
        };
        let text = |id: &Id| Cow::Owned(id.to_string());
        let body = MessageBody::Contribution(Contribution {
            member: text(&shared.by),
            order: text(&order.id),
            on: order.on,
            account: text(&shared.account),
            lots,
            told: shared.told,
        });
        self.tell_member(shared.pool.clone(), body);
        Ok(())
    }

    /// One of the people of this pool tells how many points of an order are here.
    pub(super) fn contribution(&mut self, told: &Contribution<'_>) -> Result<()> {
        let member = Id::checked(&told.member);
        if member == self.member.id {
            let words = "nobody receives points from oneself";
            return Err(Error::at(Code::WrongMember, "contribution.member", words));
        }
        let account = self.named_account(Some(&told.account), "contribution.account")?;
        let heard = Contributed {
            member,
            order: Id::checked(&told.order),
            account: self.account(account)?.id.clone(),
            on: told.on,
            told: told.told,
            came: (self.today, self.version.saturating_add(1)),
            lots: Vec::new(),
        };
        let known = &self.state.more.household.contributed;
        let place = known.binary_search_by(|one| one.key().cmp(&heard.key()));
        let known = place.ok().and_then(|place| known.get(place)).cloned();
        let late = known.as_ref().is_some_and(|known| known.told >= told.told);
        let stale = late || self.is_settled(told.on);
        let points = |lots: &mut dyn Iterator<Item = i64>| lots.fold(0, i64::saturating_add);
        let now = match &known {
            Some(known) if stale => points(&mut known.lots.iter().map(Took::open)),
            None if stale => 0,
            _ => points(&mut told.lots.iter().map(|lot| lot.points.get())),
        };
        self.enter(Change::Contribution {
            member: heard.member.clone(),
            order: heard.order.clone(),
            account: heard.account.clone(),
            points: Points::new(now),
            stale,
        });
        if stale {
            return Ok(());
        }
        let heard = match known {
            Some(mut known) => {
                known.told = heard.told;
                self.less_contributed(account, &mut known, &told.lots)?;
                known
            }
            None => self.first_contributed(account, heard, &told.lots)?,
        };
        let all = &mut self.more().household.contributed;
        match place {
            Ok(place) => {
                if let Some(there) = all.get_mut(place) {
                    *there = heard;
                }
            }
            Err(_) if all.len() >= CONTRIBUTED_MAX => {
                let words = format!("a pool has points of at most {CONTRIBUTED_MAX} orders");
                return Err(Error::at(Code::LimitExceeded, "contribution", words));
            }
            Err(place) => all.insert(place, heard),
        }
        Ok(())
    }

    /// Points of an order arrive.
    fn first_contributed(
        &mut self,
        account: usize,
        mut heard: Contributed,
        lots: &[ReceivedLot],
    ) -> Result<Contributed> {
        self.received(account, lots);
        for lot in lots {
            let lot = self.receive_lot(account, lot, &heard.member)?;
            heard.lots.push(Took::new(lot));
        }
        Ok(heard)
    }

    /// Points of an order go back.
    fn less_contributed(
        &mut self,
        account: usize,
        known: &mut Contributed,
        lots: &[ReceivedLot],
    ) -> Result<()> {
        let source = Source::To(known.member.clone());
        let mut gone = 0_i64;
        for (place, took) in known.lots.iter_mut().enumerate().rev() {
            let stays = lots.get(place).map_or(0, |lot| lot.points.get());
            let part = took.open().saturating_sub(stays).max(0);
            gone = gone.saturating_add(part);
            self.take_told(account, took, part, &source)?;
        }
        // It may lie on a day before this one.
        self.pruned = None;
        let (day, version) = known.came;
        for (place, plan) in self.compiled.metrics.iter().enumerate() {
            let since = self.state.metrics.get(place).map_or(0, |tally| tally.since);
            if matches!(plan.feed, Feed::Received(of) if of == account) && version > since {
                self.count(place, day, gone.saturating_neg());
            }
        }
        Ok(())
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
        if all.iter().any(|one| self.is_settled(one.on)) {
            let kept = all.iter().filter(|one| !self.is_settled(one.on));
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
