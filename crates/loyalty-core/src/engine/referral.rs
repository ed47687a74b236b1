//! Referrals: what a friend gets, what the friend tells the referrer, and what that brings the referrer (clause 13.1).
//!
//! Nothing of the other member is read: the friend tells of enrolment, of orders and of orders that came back, in messages; the
//! rules are those of the program of each side at its own instant.

use std::borrow::Cow;

use super::gains::place_of;
use super::referred::{return_of, standing};
use super::work::Work;
use crate::amount::{Exact, Points};
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::event::{
    Event, Overdraw, Referral, ReferredOrder, ReferredPoints, ReferredReturn, ReferredStanding,
};
use crate::id::Id;
use crate::limits::FRIENDS_MAX;
use crate::member::Order;
use crate::outcome::{Change, MessageBody, ReferralOf, ReferralTold, Source};
use crate::points::{
    Friend, Lot, Missing, ReferralGift, ReferralPlan, ReferralReturns, ReferralSide, ReferralStep,
    ReferredBy, Took, Uses,
};
use crate::program::Feed;

impl<'w> Work<'w> {
    /// The member has joined because of another one.
    pub(super) fn referred_by(&mut self, referrer: Id) -> Result<()> {
        let mut by = ReferredBy {
            member: referrer,
            first: None,
            gifts: Vec::new(),
        };
        for plan in self.rules_for(ReferralSide::Friend, ReferralStep::Enrolment) {
            self.add_gift(&mut by.gifts, plan, plan.amount.of(0)?, Some(&by.member))?;
        }
        self.more().referred.by = Some(by);
        Ok(())
    }

    /// Tells the referrer of what this event did, and gives the member what it brings on this side.
    pub(super) fn tell_referrer(&mut self, event: &Event<'_>) -> Result<()> {
        let (Some(mut by), Some(enrolled_at)) =
            (self.state.more.referred.by.clone(), self.state.enrolled_at)
        else {
            return Ok(());
        };
        let joined = |change: &Change| matches!(change, Change::Enrolled { .. });
        let mut own = self.entries.iter().skip(self.event);
        if own.any(|entry| joined(&entry.change)) {
            self.send_referral(event, &by, enrolled_at, (None, None, None));
        }
        let mut changed = false;
        let (mut told, mut earned) = (false, Vec::new());
        if let Some((place, order)) = self.returned.as_ref() {
            let before = self.member.orders.get(*place);
            let first = by.first.as_ref() == Some(&order.id);
            let undone = is_back(order) && !before.is_some_and(|order| is_back(order));
            let keeps = self.compiled.referrals.returns == ReferralReturns::Kept;
            let shared = first || self.shares(enrolled_at, order.at);
            let mut returned = match before {
                Some(before) => self.went_back((before, order), undone)?,
                None => None,
            };
            let mut gone = None;
            let counts = !keeps && shared && order.at >= enrolled_at;
            let fewer = before.filter(|_| counts && !undone);
            let fewer = fewer.map_or_else(Vec::new, |before| standing(before, order));
            let part = return_of(order);
            let whole = before.filter(|_| undone && counts);
            let whole = whole.map(|before| ReferredOrder {
                points: told_points(&before.told_points),
                ..told_order(order, first, None)
            });
            if !fewer.is_empty() {
                for plan in self.rules_for(ReferralSide::Friend, ReferralStep::FirstOrder) {
                    let amount = plan.amount.lost(stood(&fewer, self.account_id(plan)))?;
                    if first && amount != 0 {
                        self.add_gift(&mut by.gifts, plan, amount, Some(&by.member))?;
                        changed = true;
                    }
                }
                let back = returned.get_or_insert(part);
                back.first = first;
                back.points = fewer;
            }
            if let Some(order) = whole {
                if first {
                    by.first = None;
                    for plan in self.rules_for(ReferralSide::Friend, ReferralStep::FirstOrder) {
                        let amount = plan.amount.of(points_of(&order, self.account_id(plan)))?;
                        let amount = amount.saturating_neg();
                        self.add_gift(&mut by.gifts, plan, amount, Some(&by.member))?;
                    }
                    changed = true;
                }
                gone = Some(order);
            }
            if gone.is_some() || returned.is_some() {
                self.send_referral(event, &by, enrolled_at, (None, gone, returned));
            }
        }
        if let Some(order) = &self.ordered {
            let first = by.first.is_none();
            told = self.compiled.referrals.measured;
            if first || told || self.shares(enrolled_at, order.at) {
                let spend = told.then(|| self.spend_of(order)).transpose()?;
                let order = told_order(order, first, spend);
                earned.extend(order.points.iter().map(|one| {
                    let account = Id::checked(&one.account);
                    (account, one.points.get())
                }));
                if first {
                    by.first = Some(Id::checked(&order.order));
                    for plan in self.rules_for(ReferralSide::Friend, ReferralStep::FirstOrder) {
                        let amount = plan.amount.of(points_of(&order, self.account_id(plan)))?;
                        self.add_gift(&mut by.gifts, plan, amount, Some(&by.member))?;
                    }
                    changed = true;
                }
                self.send_referral(event, &by, enrolled_at, (Some(order), None, None));
            }
        }
        if let Some(order) = self.ordered.as_mut() {
            order.told = told;
            order.told_points = earned;
        }
        if changed {
            self.more().referred.by = Some(by);
        }
        Ok(())
    }

    /// Whether the referrer has a share of an order of this instant.
    fn shares(&self, enrolled_at: Instant, at: Instant) -> bool {
        let Some((_, lasts)) = &self.compiled.referrals.share else {
            return false;
        };
        // Both sides count in the zone of the program.
        let last = lasts.after(self.program_day(enrolled_at));
        last.map_or(true, |last| self.program_day(at) <= last)
    }

    fn send_referral(
        &mut self,
        event: &Event<'_>,
        by: &ReferredBy,
        enrolled_at: Instant,
        (ordered, undone, returned): (
            Option<ReferredOrder<'static>>,
            Option<ReferredOrder<'static>>,
            Option<ReferredReturn<'static>>,
        ),
    ) {
        let body = MessageBody::Referral(Referral {
            friend: Cow::Owned(self.member.id.as_str().to_owned()),
            enrolled_at,
            ordered,
            undone,
            returned,
        });
        let own = self.member.id.as_str();
        self.send_message(&[own, event.id()], (by.member.clone(), None), body);
    }

    /// A friend tells something.
    pub(super) fn referral(&mut self, referral: &Referral<'_>) -> Result<()> {
        let id = Id::checked(&referral.friend);
        if id == self.member.id {
            let words = "nobody is referred by oneself";
            return Err(Error::at(Code::WrongMember, "referral.friend", words));
        }
        let plans = &self.compiled.referrals;
        let friends = &self.state.more.referred.friends;
        let place = friends.binary_search_by(|one| one.id.cmp(&id));
        // A merge can have given a friend who is known an earlier day.
        let earlier = |at: &Instant| *at < referral.enrolled_at;
        if place.is_err() && !self.state.enrolled_at.as_ref().is_some_and(earlier) {
            let words = format!("the member did not enrol before the friend `{id}`");
            return Err(Error::at(Code::ReferralRefused, "referral.friend", words));
        }
        if place.is_err() && friends.len() >= FRIENDS_MAX {
            let words = format!("a member refers at most {FRIENDS_MAX} friends");
            return Err(Error::at(Code::LimitExceeded, "referral.friend", words));
        }
        let known = place.ok().and_then(|place| friends.get(place)).cloned();
        let mut friend = known.unwrap_or_else(|| Friend::new(id.clone(), referral.enrolled_at));
        let before = self.friends_who_count();
        let counted = friend.counts(plans.confirmed);
        let new = !friend.enrolled;
        let (told, order, sign) = match (&referral.ordered, &referral.undone) {
            (Some(order), _) => (ReferralTold::Ordered, Some(order), 1_i64),
            (None, Some(order)) => (ReferralTold::Undone, Some(order), -1),
            (None, None) if referral.returned.is_some() => (ReferralTold::Returned, None, 0),
            (None, None) => (ReferralTold::Enrolled, None, 0),
        };
        let joined = told == ReferralTold::Enrolled;
        let returned = referral.returned.as_ref();
        let spend = order.and_then(|order| order.spend);
        let spend = spend.or(returned.and_then(|one| one.spend));
        let spend = spend
            .map(|spend| self.minor(spend, "referral"))
            .transpose()?;
        let about = order
            .map(|order| &order.order)
            .or(returned.map(|one| &one.order));
        if order.is_some_and(|order| order.first) {
            friend.orders = friend.orders.saturating_add(sign);
        }
        friend.enrolled |= joined;
        let counts = friend.counts(plans.confirmed);
        let after = before
            .saturating_add(i64::from(counts))
            .saturating_sub(i64::from(counted));
        self.enter(Change::Referral {
            friend: id.clone(),
            told,
            order: about.map(|order| Id::checked(order)),
            spend: spend.map(|spend| self.amount(spend)),
            confirmed: u64::try_from(after).unwrap_or(0),
        });
        let fired = self.values_of_milestones();
        self.count_friend(&mut friend, counts);
        self.count_referred(referral)?;
        self.note_fired(&fired, &[]);
        match order {
            None if joined && new => {
                for plan in self.rules_for(ReferralSide::Referrer, ReferralStep::Enrolment) {
                    self.add_gift(&mut friend.gifts, plan, plan.amount.of(0)?, Some(&id))?;
                }
            }
            None => {}
            Some(order) => self.friend_ordered(&mut friend, order, sign)?,
        }
        if let Some(back) = returned {
            self.friend_returned(&mut friend, back)?;
        }
        let friends = &mut self.more().referred.friends;
        match place {
            Ok(place) => {
                if let Some(there) = friends.get_mut(place) {
                    *there = friend;
                }
            }
            Err(place) => friends.insert(place, friend),
        }
        self.friend_milestones(before, after)
    }

    /// A friend placed an order, or all goods of one are back.
    fn friend_ordered(
        &mut self,
        friend: &mut Friend,
        order: &ReferredOrder<'_>,
        sign: i64,
    ) -> Result<()> {
        let id = friend.id.clone();
        for plan in self.rules_for_order(friend, order.first, order.at) {
            let amount = plan.amount.of(points_of(order, self.account_id(plan)))?;
            let amount = amount.saturating_mul(sign);
            self.add_gift(&mut friend.gifts, plan, amount, Some(&id))?;
        }
        Ok(())
    }

    /// A part of an order of a friend went back: what is a part of its points follows those that stand.
    fn friend_returned(&mut self, friend: &mut Friend, back: &ReferredReturn<'_>) -> Result<()> {
        let id = friend.id.clone();
        for plan in self.rules_for_order(friend, back.first, back.at) {
            let amount = plan
                .amount
                .lost(stood(&back.points, self.account_id(plan)))?;
            if amount != 0 {
                self.add_gift(&mut friend.gifts, plan, amount, Some(&id))?;
            }
        }
        Ok(())
    }

    /// A friend counts from now on, or no longer does.
    fn count_friend(&mut self, friend: &mut Friend, counts: bool) {
        let (day, version, change) = match (friend.confirmed_on, counts) {
            (None, true) => (self.today, self.version, 1),
            (Some((day, version)), false) => (day, version, -1),
            _ => return,
        };
        friend.confirmed_on = counts.then_some((day, version));
        // It may lie on a day before this one.
        self.pruned = None;
        let compiled = self.compiled;
        for (place, plan) in compiled.metrics.iter().enumerate() {
            let since = self.state.metrics.get(place).map_or(0, |tally| tally.since);
            if matches!(plan.feed, Feed::Referrals) && version > since {
                self.count(place, day, change);
            }
        }
    }

    pub(super) fn friends_who_count(&self) -> i64 {
        let confirmed = self.compiled.referrals.confirmed;
        self.state.more.referred.counted(confirmed)
    }

    /// Gives for so many friends, and takes back where there are fewer again.
    pub(super) fn friend_milestones(&mut self, before: i64, after: i64) -> Result<()> {
        let compiled = self.compiled;
        let reached = |(friends, _): &&(u32, ReferralPlan)| {
            (before >= i64::from(*friends)) != (after >= i64::from(*friends))
        };
        let plans = compiled.referrals.milestones.iter().filter(reached);
        let mut gifts = core::mem::take(&mut self.more().referred.milestones);
        for (_, plan) in plans {
            let amount = plan.amount.of(0)?;
            let amount = if after > before {
                amount
            } else {
                amount.saturating_neg()
            };
            self.add_gift(&mut gifts, plan, amount, None)?;
        }
        self.more().referred.milestones = gifts;
        Ok(())
    }

    /// The rules of a side for a step.
    fn rules_for(
        &self,
        side: ReferralSide,
        step: ReferralStep,
    ) -> impl Iterator<Item = &'w ReferralPlan> + use<'w> {
        let rules = self.compiled.referrals.rules.iter();
        rules.filter(move |plan| plan.to == side && plan.on == step)
    }

    /// What an order of a friend brings the referrer: for the first one, and the share of each.
    fn rules_for_order(
        &self,
        friend: &Friend,
        first: bool,
        at: Instant,
    ) -> impl Iterator<Item = &'w ReferralPlan> + use<'w> {
        let step = self.rules_for(ReferralSide::Referrer, ReferralStep::FirstOrder);
        let share = self.compiled.referrals.share.as_ref();
        let share = share.filter(|_| self.shares(friend.enrolled_at, at));
        step.filter(move |_| first)
            .chain(share.map(|(plan, _)| plan))
    }

    fn account_id(&self, plan: &ReferralPlan) -> Option<&'w Id> {
        let account = self.compiled.accounts.get(plan.account);
        account.map(|account| &account.id)
    }

    /// Adds to what a rule has brought, and gives or takes back the difference.
    fn add_gift(
        &mut self,
        gifts: &mut Vec<ReferralGift>,
        plan: &ReferralPlan,
        amount: i64,
        other: Option<&Id>,
    ) -> Result<()> {
        let place = place_of(gifts, |one| &one.rule, &plan.id);
        let place = match place {
            Ok(place) => place,
            Err(place) => {
                let account = self.account(plan.account)?.id.clone();
                gifts.insert(place, ReferralGift::new(plan.id.clone(), account));
                place
            }
        };
        let Some(gift) = gifts.get_mut(place) else {
            return Ok(());
        };
        let change = gift.add(amount, plan.amount.most());
        let source = Source::Referral(ReferralOf {
            rule: plan.id.clone(),
            member: other.cloned(),
        });
        let day = self.program_day(self.as_of);
        if change > 0 {
            let uses = Uses {
                list: &self.state.caps,
                event: &[],
                today: day,
            };
            let cut = |points: i64, cap: &crate::points::CapSpec| cap.cut(points, cap.room(uses));
            let points = plan.caps.iter().fold(change, cut);
            if points <= 0 {
                return Ok(());
            }
            let lot = self.arriving(plan.account, points)?;
            let lot = self.credit(plan.account, lot, source)?;
            gift.put(Took::new(lot));
            gift.on = Some(day);
            for cap in &plan.caps {
                self.book_cap(cap, day, points, 1);
            }
        } else if change < 0 {
            let points = change.saturating_neg().min(gift.given());
            let all = points == gift.given();
            self.take_gift(gift, points, &source)?;
            if let Some(then) = gift.on.filter(|_| points > 0) {
                for cap in &plan.caps {
                    let times = i64::from(all).saturating_neg();
                    self.book_cap(cap, then, points.saturating_neg(), times);
                }
            }
        }
        Ok(())
    }

    /// Takes points of a gift back: from the lots that they went to, the last one first, then as the account says.
    fn take_gift(&mut self, gift: &mut ReferralGift, points: i64, source: &Source) -> Result<()> {
        let Some(place) = self.compiled.account(gift.account.as_str()) else {
            return Ok(());
        };
        let mut left = points;
        for took in gift.lots.iter_mut().rev() {
            let part = left.min(took.open());
            left = left.saturating_sub(part);
            self.take_told(place, took, part, source)?;
        }
        gift.lots.retain(|took| took.open() > 0);
        Ok(())
    }

    /// Takes back a part of what a message brought to a lot, as the account says: a message cannot be refused for points that are
    /// gone.
    pub(super) fn take_told(
        &mut self,
        place: usize,
        took: &mut Took,
        part: i64,
        source: &Source,
    ) -> Result<()> {
        if part <= 0 {
            return Ok(());
        }
        let plan = self.compiled.accounts.get(place);
        let (burn, overdraw) = plan
            .map(|plan| (plan.burn_order, plan.overdraw))
            .unwrap_or_default();
        let missing = match overdraw {
            Overdraw::Forgive => Missing::Forgiven,
            Overdraw::Debt | Overdraw::Withhold | Overdraw::Refuse => Missing::Owed,
        };
        let account = self.account_mut(place)?;
        let made = account.uncredit(part, took, burn, missing)?;
        let account = account.id.clone();
        let taken = made.taken_of(part);
        if taken > 0 || made.forgiven > 0 {
            self.enter(Change::Debited {
                account,
                points: Points::new(taken),
                source: source.clone(),
                lots: made.taken.iter().map(Lot::entry).collect(),
                owed: Points::new(made.owed),
                forgiven: Points::new(made.forgiven),
            });
        }
        Ok(())
    }
}

/// Whether all goods of an order are back.
fn is_back(order: &Order) -> bool {
    order.goods().all(|row| row.back() >= row.quantity())
}

/// An order, as a referrer is told of it.
fn told_order(order: &Order, first: bool, spend: Option<Exact>) -> ReferredOrder<'static> {
    let mut points: Vec<ReferredPoints<'static>> = Vec::new();
    for earned in order.rows.iter().flat_map(|row| &row.earned) {
        let same = |one: &&mut ReferredPoints<'_>| *one.account == *earned.account.as_str();
        match points.iter_mut().find(same) {
            Some(there) => {
                there.points = Points::new(there.points.get().saturating_add(earned.points));
            }
            None => points.push(ReferredPoints {
                account: Cow::Owned(earned.account.as_str().to_owned()),
                points: Points::new(earned.points),
            }),
        }
    }
    ReferredOrder {
        order: Cow::Owned(order.id.as_str().to_owned()),
        at: order.at,
        first,
        points,
        spend,
    }
}

/// Points by account, as a referrer is told of them.
fn told_points(points: &[(Id, i64)]) -> Vec<ReferredPoints<'static>> {
    let told = points.iter().map(|(account, points)| ReferredPoints {
        account: Cow::Owned(account.as_str().to_owned()),
        points: Points::new(*points),
    });
    told.collect()
}

/// How many points of an order stood in an account before a part of it went back, and how many after it.
fn stood(points: &[ReferredStanding<'_>], account: Option<&Id>) -> (i64, i64) {
    let mine = |one: &&ReferredStanding<'_>| account.is_some_and(|id| *one.account == *id.as_str());
    let points = points.iter().find(mine);
    points.map_or((0, 0), |one| (one.before.get(), one.after.get()))
}

/// The points that an order earned in an account.
fn points_of(order: &ReferredOrder<'_>, account: Option<&Id>) -> i64 {
    let mine = |one: &&ReferredPoints<'_>| account.is_some_and(|id| *one.account == *id.as_str());
    let points = order.points.iter().find(mine);
    points.map_or(0, |one| one.points.get())
}
