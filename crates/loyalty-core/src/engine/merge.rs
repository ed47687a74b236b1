//! Another membership of the same person becomes part of this one (clause 13.3).
//!
//! Both are brought to the instant first. What is there then arrives by entries: each lot is credited, each coupon issued, what was
//! owed is debited. Orders, ids, metrics and uses of limits add up without entries; lots keep their dates under new numbers, so that
//! a return finds them. A message ends the other membership.

use std::borrow::Cow;
use std::sync::Arc;

use super::work::Work;
use crate::amount::Points;
use crate::benefits::BenefitUse;
use crate::coupons::Instance;
use crate::error::{Code, Error, Result};
use crate::event::{Close, Event, Merge};
use crate::id::Id;
use crate::limits::{FRIENDS_MAX, HOLDS_MAX, MERGED_MAX};
use crate::member::{Access, Member, More, Order, Seen, State};
use crate::outcome::{Change, MessageBody, Source, TierWhy};
use crate::plans::Subscription;
use crate::points::{Account, CapUse, Hold, Lot, Missing, Referred, Renumbered, parts};
use crate::tasks::Run;
use crate::tiers::{Granted, Standing};

const PATH: &str = "merge.document";

impl Work<'_> {
    pub(super) fn merge(&mut self, event: &Event<'_>, merge: &Merge<'_>) -> Result<()> {
        let mut other =
            Member::from_json(merge.document.as_bytes()).map_err(|error| error.under(PATH))?;
        self.may_merge(&other)?;
        let version = other.version;
        let mut work = Work::on(self.timeline, &mut other, self.as_of);
        work.adopt_version()?;
        work.settle_to(self.as_of)?;
        if work.place != self.place {
            work.enter_version(self.place)?;
            work.settle_at()?;
        }
        work.prune();
        let zone = work.zone;
        let used = work.benefits_used();
        let had = work.had();
        work.finish().commit(&mut other, None);
        self.enter(Change::Merged {
            member: other.id.clone(),
            version,
        });
        let Member {
            id,
            mut state,
            orders,
            seen,
            ..
        } = other;
        self.not_news(had);
        self.undo.lists(&self.state);
        self.undo.caps(&self.state.caps);
        self.pruned = None;
        let own_used = self.benefits_used();
        self.join_person(&state)?;
        self.join_benefits(own_used, used);
        let more = Arc::unwrap_or_clone(core::mem::take(&mut state.more));
        let names = self.join_accounts(&id, core::mem::take(&mut state.accounts), &more)?;
        let mut orders: Vec<Order> = Vec::from(orders).into_iter().map(|order| *order).collect();
        for order in &mut orders {
            let (own, id) = (&self.member.orders, order.id.as_str());
            if own.find(Id::mark(id), id, |_| true).is_some() {
                return Err(refused(format!(
                    "both members have an order `{}`",
                    order.id
                )));
            }
            order.renumber(&names, self.version);
        }
        self.join_more(&id, more, &names, &mut orders)?;
        let compiled = self.compiled;
        let metrics = core::mem::take(&mut state.metrics);
        for (place, (plan, tally)) in compiled.metrics.iter().zip(metrics).enumerate() {
            if let Some(own) = self.tally_mut(place) {
                own.join(tally, plan.reading);
            }
        }
        for (track, mut standing) in core::mem::take(&mut state.tiers).into_iter().enumerate() {
            if zone != self.zone {
                standing.keep_days(zone);
            }
            self.join_standing(track, standing);
        }
        self.lend_rungs();
        CapUse::join(&mut self.state.caps, core::mem::take(&mut state.caps));
        let mut seen: Vec<Seen> = seen.into();
        seen.retain(|one| {
            let (own, id) = (&self.member.seen, one.id.as_str());
            own.find(Id::mark(id), id, |_| true).is_none()
        });
        self.joined = Some(Box::new((orders, seen)));
        self.end_other(event, id);
        Ok(())
    }

    /// Refuses what cannot become part of this member.
    fn may_merge(&self, other: &Member) -> Result<()> {
        if other.id == self.member.id {
            return Err(refused(
                "a member does not become part of itself".to_owned(),
            ));
        }
        let currency = other.state.is_in(self.compiled.currency);
        currency.map_err(|error| error.under(PATH))?;
        let more = &other.state.more;
        match &more.access {
            Access::Open => {}
            Access::Frozen(_) => {
                let words = format!("the membership of `{}` is frozen", other.id);
                return Err(Error::at(Code::MemberFrozen, PATH, words));
            }
            Access::Closed(_) | Access::Erased(_) => {
                let words = format!("the membership of `{}` is over", other.id);
                return Err(Error::at(Code::MemberClosed, PATH, words));
            }
        }
        let own = &self.state.more.merged;
        let twice = core::iter::once(&other.id)
            .chain(&more.merged)
            .find(|id| own.contains(id));
        if let Some(id) = twice {
            let words = format!("`{id}` has become part of this member before");
            return Err(Error::at(Code::AlreadyMerged, PATH, words));
        }
        if more.merged.contains(&self.member.id) {
            let words = format!("this member has become part of `{}` before", other.id);
            return Err(Error::at(Code::AlreadyMerged, PATH, words));
        }
        if own.len().saturating_add(more.merged.len()) >= MERGED_MAX {
            let words = format!("at most {MERGED_MAX} memberships become part of one");
            return Err(Error::at(Code::LimitExceeded, PATH, words));
        }
        if other.as_of.is_some_and(|as_of| as_of > self.as_of) {
            let words = format!("`{}` has been brought to a later instant", other.id);
            return Err(refused(words));
        }
        let unknown = |account: &&Account| {
            let empty = account.lots.is_empty() && account.debt == 0;
            !empty && self.compiled.account(account.id.as_str()).is_none()
        };
        if let Some(account) = other.state.accounts.iter().find(unknown) {
            let words = format!(
                "the document is of another program: there is no account `{}` in this one",
                account.id
            );
            return Err(refused(words));
        }
        self.may_join_plans(more)?;
        let coupons = more.coupons.iter();
        let mut unknown =
            coupons.filter(|one| self.compiled.promotions.coupon(&one.coupon).is_none());
        if let Some(one) = unknown.next() {
            let words = format!(
                "the document is of another program: there is no coupon `{}` in this one",
                one.coupon
            );
            return Err(refused(words));
        }
        Ok(())
    }

    /// Refuses plans and households that other members know of: they would go on telling a member who is gone.
    fn may_join_plans(&self, other: &More) -> Result<()> {
        let running = || other.plans.own.iter().filter(|one| !one.lapsed);
        let twice = running();
        let own = |one: &Subscription| self.state.more.plans.own(one.plan.as_str());
        let twice = twice.filter(|one| own(one).is_some_and(|own| !own.lapsed));
        if let Some(one) = twice.take(1).next() {
            let words = format!(
                "both members have the plan `{}`: end one of them first",
                one.plan
            );
            return Err(refused(words));
        }
        let unknown = |one: &&Subscription| {
            let mut plans = self.compiled.plans.iter();
            !plans.any(|plan| plan.id == one.plan)
        };
        if let Some(one) = running().find(unknown) {
            let words = format!(
                "the document is of another program: there is no plan `{}` in this one",
                one.plan
            );
            return Err(refused(words));
        }
        if running().any(|one| !one.seats.is_empty()) {
            let words = "the other member shares a plan: take back the seats first";
            return Err(refused(words.to_owned()));
        }
        if other.plans.seats.iter().any(|seat| seat.until.is_some()) {
            let words = "another member shares a plan with the other one: take back the seat first";
            return Err(refused(words.to_owned()));
        }
        let household = &other.household;
        if household.pools.iter().any(|one| one.joined) || !household.people.is_empty() {
            let words = "the other member belongs to a household: leave it first";
            return Err(refused(words.to_owned()));
        }
        if !household.contributed.is_empty() {
            let words =
                "the other member has points of orders of a household that could still go back";
            return Err(refused(words.to_owned()));
        }
        Ok(())
    }

    /// The earlier enrolment counts, and what only the other one knows of the person.
    fn join_person(&mut self, other: &State) -> Result<()> {
        Arc::make_mut(&mut self.state.profile)
            .join(&other.profile)
            .map_err(|error| error.under(PATH))?;
        let earlier = match (self.state.enrolled_at, other.enrolled_at) {
            (Some(own), Some(theirs)) => theirs < own,
            (own, theirs) => own.is_none() && theirs.is_some(),
        };
        if earlier {
            self.state.enrolled_at = other.enrolled_at;
            self.state.enrolled_on = other.enrolled_on;
            self.enrolled = other.enrolled_on;
        }
        Ok(())
    }

    /// Credits the lots of the other member, and debits what was owed.
    fn join_accounts(
        &mut self,
        id: &Id,
        accounts: Vec<Account>,
        more: &More,
    ) -> Result<Vec<Renumbered>> {
        let mut names = Vec::with_capacity(accounts.len());
        for other in accounts {
            let Some(place) = self.compiled.account(other.id.as_str()) else {
                continue;
            };
            let plan = self.compiled.accounts.get(place);
            let burn = plan.map(|plan| plan.burn_order).unwrap_or_default();
            let held: Vec<Lot> = more.held(&other.id).copied().collect();
            let sum = held
                .iter()
                .fold(0_i64, |sum, lot| sum.saturating_add(lot.points));
            let debt = other.debt;
            let (renumbered, come) = self.account_mut(place)?.absorb(other, sum)?;
            let account = renumbered.account.clone();
            let credited = |lot: &Lot| Change::Credited {
                account: account.clone(),
                points: Points::new(lot.points),
                source: Source::Merged(id.clone()),
                lot: lot.dates(),
            };
            for lot in &held {
                self.enter(credited(lot));
            }
            for given in &come {
                self.enter(credited(&given.lot));
                self.enter_repaid(&account, given);
            }
            if debt > 0 {
                let made = self.account_mut(place)?.debit(debt, burn, Missing::Owed)?;
                self.enter(Change::Debited {
                    account,
                    points: Points::new(debt),
                    source: Source::Merged(id.clone()),
                    lots: made.taken.iter().map(Lot::entry).collect(),
                    owed: Points::new(made.owed),
                    forgiven: Points::ZERO,
                });
            }
            names.push(renumbered);
        }
        Ok(names)
    }

    /// Coupons and holds arrive by entries; the rest adds up.
    fn join_more(
        &mut self,
        id: &Id,
        mut other: More,
        names: &[Renumbered],
        orders: &mut [Order],
    ) -> Result<()> {
        other.renumber(names, self.version);
        for instance in core::mem::take(&mut other.coupons) {
            self.join_coupon(id, instance)?;
        }
        for hold in core::mem::take(&mut other.holds) {
            self.join_hold(hold)?;
        }
        let referred = core::mem::take(&mut other.referred);
        self.join_referred(referred, (id, &other.merged))?;
        let (compiled, version) = (self.compiled, self.version);
        let own = self.more();
        own.redemptions.append(&mut other.redemptions);
        own.redemptions.sort_by_key(|one| one.at);
        for streak in other.streaks {
            let places = own
                .streaks
                .binary_search_by(|one| one.rule.cmp(&streak.rule));
            match places {
                Ok(place) => {
                    let rule = compiled.rule(&streak.rule);
                    let plan = rule.and_then(|rule| rule.plan.streak());
                    if let (Some(there), Some(plan)) = (own.streaks.get_mut(place), plan) {
                        there.join(streak, plan);
                    }
                }
                Err(place) => own.streaks.insert(place, streak),
            }
        }
        for carried in other.carried {
            match own
                .carried
                .binary_search_by(|one| one.rule.cmp(&carried.rule))
            {
                Ok(place) => {
                    if let Some(there) = own.carried.get_mut(place) {
                        let more = parts(carried.left, carried.of, there.of);
                        there.left = there.left.saturating_add(more);
                    }
                }
                Err(place) => own.carried.insert(place, carried),
            }
        }
        own.carried.retain(|one| one.left != 0);
        own.triggers.join(other.triggers);
        match (&mut own.lifecycle, other.lifecycle) {
            (Some(own), Some(other)) => own.winback.join(other.winback),
            (own @ None, other) => *own = other,
            (Some(_), None) => {}
        }
        own.plans.join(other.plans);
        for (task, standing) in other.tasks {
            let plan = compiled.tasks.iter().find(|plan| plan.id == task);
            let joined = own.tasks.entry(task.clone()).or_default();
            let number = standing.run.as_ref().map(|run| run.number);
            let so_far = |run: &Run| plan.map_or(0, |plan| plan.so_far(run));
            let goes_on = joined.join(standing, version, so_far);
            // The other one's orders know its runs by numbers of that one.
            for order in orders.iter_mut() {
                order.tasks.retain_mut(|did| {
                    let mine = did.task == task;
                    let of_it = mine && goes_on && Some(did.run) == number;
                    if of_it {
                        did.run = version;
                    }
                    !mine || of_it
                });
            }
            // A run of one does not go on where the other one has had it.
            if let (Some(plan), Some(run)) = (plan, joined.run.take())
                && plan.can_begin(Some(joined), run.began.on)
            {
                joined.run = Some(run);
            }
        }
        own.merged.append(&mut other.merged);
        own.merged.push(id.clone());
        own.merged.sort();
        Ok(())
    }

    /// What both have used of benefits in the present period, which is that of the earlier enrolment now.
    fn join_benefits(&mut self, mut own: Vec<BenefitUse>, other: Vec<BenefitUse>) {
        for used in other {
            match own.binary_search_by(|one| one.benefit.cmp(&used.benefit)) {
                Ok(place) => {
                    if let Some(there) = own.get_mut(place) {
                        there.join(&used);
                    }
                }
                Err(place) => own.insert(place, used),
            }
        }
        for one in &mut own {
            if let Some(period) = self.period_of(&one.benefit) {
                one.from = period.from;
            }
        }
        if self.state.more.benefits != own {
            self.more().benefits = own;
        }
    }

    fn join_coupon(&mut self, id: &Id, instance: Instance) -> Result<()> {
        if self.state.more.coupon(&instance.id).is_some() {
            let words = format!("both members have a coupon `{}`", instance.id);
            return Err(refused(words));
        }
        self.put_coupon(instance.clone(), PATH)?;
        self.enter(Change::CouponIssued {
            coupon: instance.coupon,
            instance: instance.id,
            from: instance.from,
            expires_at: instance.expires_at,
            value: instance.value.map(|value| self.amount(value)),
            giver: Some(id.clone()),
        });
        Ok(())
    }

    fn join_hold(&mut self, hold: Hold) -> Result<()> {
        let holds = &self.state.more.holds;
        let Err(place) = holds.binary_search_by(|one| one.key.cmp(&hold.key)) else {
            return Err(refused(format!("both members have a hold `{}`", hold.key)));
        };
        if holds.len() >= HOLDS_MAX {
            let words = format!("a member has at most {HOLDS_MAX} holds at a time");
            return Err(Error::at(Code::LimitExceeded, PATH, words));
        }
        for one in &hold.points {
            self.enter(Change::Held {
                key: hold.key.clone(),
                account: one.account.clone(),
                points: Points::new(
                    one.lots
                        .iter()
                        .fold(0_i64, |sum, lot| sum.saturating_add(lot.points)),
                ),
                lots: one.lots.iter().map(Lot::entry).collect(),
                until: hold.until,
            });
        }
        for instance in &hold.coupons {
            if let Some(one) = self.state.more.coupon(instance).cloned() {
                self.enter(Change::CouponHeld {
                    key: hold.key.clone(),
                    coupon: one.coupon,
                    instance: one.id,
                    until: hold.until,
                });
            }
        }
        for part in &hold.stored_value {
            if let Some(one) = self.state.more.coupon(&part.instance).cloned() {
                self.enter(Change::StoredValueHeld {
                    key: hold.key.clone(),
                    coupon: one.coupon,
                    instance: one.id,
                    amount: self.amount(part.amount),
                });
            }
        }
        self.more().holds.insert(place, hold);
        Ok(())
    }

    /// Friends of both are friends; who referred this member did, unless it is the other one. `them`: the other member, and who had
    /// become part of that one.
    fn join_referred(&mut self, other: Referred, them: (&Id, &[Id])) -> Result<()> {
        let own_id = self.member.id.clone();
        let confirmed = self.compiled.referrals.confirmed;
        // What one of them has been given for is not given again.
        let before = self.friends_who_count().max(other.counted(confirmed));
        let own_merged = self.state.more.merged.clone();
        let own = &mut self.more().referred;
        let is_them = |id: &Id| id == them.0 || them.1.contains(id);
        own.by.take_if(|by| is_them(&by.member));
        if own.by.is_none() {
            let is_own = |id: &Id| *id == own_id || own_merged.contains(id);
            own.by = other.by.filter(|by| !is_own(&by.member));
        }
        for friend in other.friends {
            if let Err(place) = own.friends.binary_search_by(|one| one.id.cmp(&friend.id))
                && friend.id != own_id
            {
                own.friends.insert(place, friend);
            }
        }
        if own.friends.len() > FRIENDS_MAX {
            let words = format!("a member refers at most {FRIENDS_MAX} friends");
            return Err(Error::at(Code::LimitExceeded, PATH, words));
        }
        let version = self.version;
        let own = &mut self.more().referred;
        for friend in &mut own.friends {
            // What is of the other member is counted in the present stretch.
            if let Some((_, then)) = &mut friend.confirmed_on {
                *then = (*then).min(version);
            }
        }
        for gift in other.milestones {
            match own
                .milestones
                .binary_search_by(|one| one.rule.cmp(&gift.rule))
            {
                Ok(place) => {
                    if let Some(there) = own.milestones.get_mut(place) {
                        there.sum = there.sum.saturating_add(gift.sum);
                        gift.lots.into_iter().for_each(|lot| there.put(lot));
                    }
                }
                Err(place) => own.milestones.insert(place, gift),
            }
        }
        let after = self.friends_who_count();
        if after > before {
            self.friend_milestones(before, after)?;
        }
        Ok(())
    }

    /// The higher of the rungs that both have earned, and of those that were granted to both.
    fn join_standing(&mut self, track: usize, other: Standing) {
        let Some(plan) = self.compiled.tracks.get(track) else {
            return;
        };
        let place = |id: &Id| plan.rungs.iter().position(|rung| rung.id == *id);
        let Some(own) = self.state.tiers.get(track) else {
            return;
        };
        let earned = place(&other.rung) > place(&own.rung);
        let of = |one: &Granted| (place(&one.rung), one.until.is_none(), one.until);
        let granted = match (&own.granted, &other.granted) {
            (Some(own), Some(other)) => of(other) > of(own),
            (own, other) => own.is_none() && other.is_some(),
        };
        if !earned && !granted {
            return;
        }
        let held = |one: &Standing| {
            let granted = one.granted.as_ref().filter(|granted| granted.holds);
            let until = granted.map_or(one.until, |granted| granted.until);
            (one.held().clone(), until)
        };
        let before = held(own);
        let Some(own) = self.standing(track) else {
            return;
        };
        let kept = if granted {
            other.granted.clone()
        } else {
            own.granted.clone()
        };
        if earned {
            // The figures that it was given by are of another member's versions.
            *own = Standing {
                judged: None,
                pending: None,
                earlier: Vec::new(),
                lent: core::mem::take(&mut own.lent),
                primary: own.primary,
                ..other
            };
        }
        own.granted = kept;
        self.hold_rung(track);
        let Some(own) = self.state.tiers.get(track) else {
            return;
        };
        let now = held(own);
        if earned || before != now {
            let ((from, _), (to, until)) = (before, now);
            self.enter(Change::Tier {
                track: plan.id.clone(),
                held_from: None,
                from,
                to,
                why: TierWhy::Merged,
                until,
                held: None,
                reason: None,
            });
        }
    }

    /// Tells the other membership that it is over.
    fn end_other(&mut self, event: &Event<'_>, other: Id) {
        let own = self.member.id.as_str();
        let reason = Cow::Owned(format!("merged: {own}"));
        let into = Some(Cow::Owned(own.to_owned()));
        let body = MessageBody::Close(Close { reason, into });
        self.send_message(&[own, event.id()], (other, None), body);
    }
}

fn refused(words: String) -> Error {
    Error::at(Code::MergeRefused, PATH, words)
}
