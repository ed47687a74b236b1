//! Triggers fire: on what has changed since the last round, on what an event brought, and on days (clause 12.1).

use std::borrow::Cow;
use std::sync::Arc;

use super::count::ByAccount;
use super::trigger_due::event_kind;
use super::wallet::IssueMore;
use super::work::Work;
use crate::condition::{EventFacts, Quiet, evaluate};
use crate::coupons::Instance;
use crate::error::{Code, Result};
use crate::event::Event;
use crate::id::Id;
use crate::limits::{TAGS_MAX, TRIGGER_ROUNDS_MAX};
use crate::member::Order;
use crate::outcome::{Change, SegmentChange, Source, TriggerAbout};
use crate::points::{Gave, LimitAbout, LimitSpec, Took};
use crate::triggers::{
    AwardPlan, Awarded, OnPlan, Pending, SegmentOn, TaskOn, TaskWhat, TierDirection, TriggerPlan,
    TriggerReturns,
};

/// Values of milestones that triggers have fired for.
pub(super) type Fired = Vec<(Id, i64)>;

/// A trigger that fires.
pub(super) struct Fire {
    /// Its place.
    pub(super) trigger: usize,
    /// What it is about.
    pub(super) about: TriggerAbout,
    /// The value of a milestone, in the smallest unit of its metric.
    pub(super) value: Option<i64>,
}

impl Fire {
    pub(super) fn new(trigger: usize, about: TriggerAbout) -> Self {
        Self {
            trigger,
            about,
            value: None,
        }
    }
}

impl<'w> Work<'w> {
    /// Before an event takes effect: what the metrics of milestones are, and whether the member is asleep.
    pub(super) fn before_event(&mut self) {
        self.trigger_rounds = 0;
        self.scanned = self.entries.len();
        self.slept = self.asleep();
        self.trigger_values = self.values_of_milestones();
    }

    /// After the event: what answers its kind, and what will answer it some days later.
    pub(super) fn after_event(&mut self, event: &Event<'_>) -> Result<()> {
        let triggers = &self.compiled.triggers;
        if triggers.all.is_empty() || !self.state.more.access.is_open() {
            return Ok(());
        }
        let kind = event_kind(event);
        let order = self.ordered.as_ref().map(|order| order.id.clone());
        let basket = self.basket.take();
        for (place, plan) in triggers.all.iter().enumerate() {
            match &plan.on {
                OnPlan::Event(wanted) if **wanted == *kind => {
                    let facts = Work::event_facts(event, basket.as_deref());
                    self.fire(&Fire::new(place, TriggerAbout::default()), Some(&facts))?;
                }
                OnPlan::After {
                    event: wanted,
                    days,
                } if **wanted == *kind => {
                    let pending = Pending {
                        on: self.today.add_days(i64::from(*days))?,
                        trigger: plan.id.clone(),
                        event: Id::checked(event.id()),
                        order: order.clone(),
                    };
                    let all = &mut self.more().triggers.pending;
                    let at = all.partition_point(|one| *one < pending);
                    all.insert(at, pending);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Fires what answers the entries since the last round, the days that have come, and the metrics that have risen.
    pub(super) fn fire_triggers(&mut self) -> Result<()> {
        let triggers = &self.compiled.triggers;
        // Nothing happens by itself for a member who is frozen; the days pass all the same.
        if triggers.all.is_empty() || !self.state.more.access.is_open() {
            self.end_days();
            self.scanned = self.entries.len();
            return Ok(());
        }
        let mut fires: Vec<Fire> = Vec::new();
        let through = self.state.more.triggers.through.unwrap_or(self.today);
        if self.passing {
            self.days_come(&mut fires)?;
        }
        let since = core::mem::replace(&mut self.scanned, self.entries.len());
        for (place, plan) in triggers.all.iter().enumerate() {
            let entries = self.entries.get(since..).unwrap_or_default();
            for entry in entries {
                if let Some(about) = self.answers(plan, &entry.change) {
                    fires.push(Fire::new(place, about));
                }
                self.short_notice(plan, &entry.change, through, |about| {
                    fires.push(Fire::new(place, about));
                });
            }
        }
        self.near_rungs(&mut fires);
        self.milestones_crossed(&mut fires)?;
        if fires.is_empty() {
            return Ok(());
        }
        if self.trigger_rounds >= TRIGGER_ROUNDS_MAX {
            if self.trigger_rounds == TRIGGER_ROUNDS_MAX {
                self.trigger_rounds = self.trigger_rounds.saturating_add(1);
                let all = fires
                    .iter()
                    .filter_map(|fire| triggers.all.get(fire.trigger));
                let mut stopped: Vec<Id> = all.map(|plan| plan.id.clone()).collect();
                stopped.dedup();
                self.enter(Change::ChainStopped { triggers: stopped });
            }
            return Ok(());
        }
        self.trigger_rounds = self.trigger_rounds.saturating_add(1);
        for fire in fires {
            self.fire(&fire, None)?;
        }
        Ok(())
    }

    /// What a change is to a trigger, if it answers it.
    fn answers(&self, plan: &TriggerPlan, change: &Change) -> Option<TriggerAbout> {
        if !self.is_news(change) {
            return None;
        }
        match (&plan.on, change) {
            (OnPlan::Enrolled, Change::Enrolled { .. }) => Some(TriggerAbout::default()),
            (
                OnPlan::Tier {
                    track,
                    direction,
                    to,
                },
                Change::Tier {
                    track: of,
                    from,
                    held_from,
                    to: earned,
                    held,
                    ..
                },
            ) => {
                let ladder = self.compiled.tracks.get(*track)?;
                // What the member holds: what was earned beside it is no news.
                let before = held_from.as_ref().unwrap_or(from);
                let now = held.as_ref().unwrap_or(earned);
                if ladder.id != *of || before == now {
                    return None;
                }
                let place = |id: &Id| ladder.rungs.iter().position(|rung| rung.id == *id);
                let rises = place(now) > place(before);
                let right = match direction {
                    TierDirection::Up => rises,
                    TierDirection::Down => !rises,
                    TierDirection::Any => true,
                };
                (right && (to.is_empty() || to.contains(now))).then(|| TriggerAbout {
                    rung: Some(now.clone()),
                    ..TriggerAbout::default()
                })
            }
            (OnPlan::Stage(rule), Change::Stage { from, to, .. }) => {
                let among = |ids: &[Id], id: &Option<Id>| {
                    ids.is_empty() || id.as_ref().is_some_and(|id| ids.contains(id))
                };
                let right = among(&rule.entered, to) && among(&rule.left, from);
                right.then(|| TriggerAbout {
                    stage: to.clone(),
                    ..TriggerAbout::default()
                })
            }
            (
                OnPlan::Segment(rule),
                Change::Segment {
                    segment, change, ..
                },
            ) => {
                let (id, wanted) = match rule {
                    SegmentOn::Entered(id) => (id, SegmentChange::Entered),
                    SegmentOn::Left(id) => (id, SegmentChange::Left),
                };
                (id == segment && *change == wanted).then(TriggerAbout::default)
            }
            (OnPlan::Warning(rule), Change::WarningLevel { to, .. }) => {
                let right = rule.to.is_empty() || rule.to.contains(to);
                right.then(|| TriggerAbout {
                    level: Some(*to),
                    ..TriggerAbout::default()
                })
            }
            (OnPlan::Task(rule), change) => task_of(rule, change),
            _ => None,
        }
    }

    /// Does what a trigger does, if its condition holds and its limits leave it.
    fn fire(&mut self, fire: &Fire, event: Option<&EventFacts<'_>>) -> Result<()> {
        let compiled = self.compiled;
        let Some(plan) = compiled.triggers.all.get(fire.trigger) else {
            return Ok(());
        };
        let about = &fire.about;
        let seeing = super::facts::Seeing {
            event,
            ..self.seeing(self.today)
        };
        if !self.may_fire(plan, about, &seeing) {
            return Ok(());
        }
        self.book_limits(&limits_of(&plan.limits, about), 1);
        if matches!(plan.on, OnPlan::NearTier { .. }) {
            self.told_near(plan, about);
        }
        self.enter(Change::Triggered {
            trigger: plan.id.clone(),
            about: Box::new(about.clone()),
        });
        let before = self.awards_of_order();
        let own = match (&plan.on, fire.value) {
            (OnPlan::Milestone { steps, .. }, Some(value)) => steps.awards_at(value),
            _ => &[],
        };
        let awards = || plan.awards.iter().chain(own);
        for (number, award) in (1_u64..).zip(awards()) {
            self.award(plan, award, (number, about), event)?;
            self.few_entries()?;
        }
        if let Some(order) = &mut self.ordered
            && let Some(first) = order.awards.get_mut(before)
        {
            first.milestone = fire.value;
        }
        // What it gave for the order may be undone with it, and the use with that, unless something stays given.
        let today = self.program_day(self.as_of);
        let stays =
            |award: &AwardPlan| matches!(award, AwardPlan::Item(_) | AwardPlan::Convert(..));
        if !plan.limits.is_empty()
            && !awards().any(stays)
            && let Some(order) = &mut self.ordered
            && let Some(first) = order.awards.get_mut(before)
        {
            first.used_on = Some(today);
            first.used_for = plan
                .limits
                .iter()
                .find_map(|limit| limited_by(limit, about));
        }
        Ok(())
    }

    /// Whether the condition of a trigger holds, and its limits leave it, as one sees the member.
    pub(super) fn may_fire(
        &self,
        plan: &TriggerPlan,
        about: &TriggerAbout,
        seeing: &super::facts::Seeing<'_>,
    ) -> bool {
        let holds = plan
            .when
            .as_ref()
            .is_none_or(|when| evaluate(when, seeing, &mut Quiet));
        let day = match seeing.day {
            day if day == self.today => self.program_day(self.as_of),
            day => day,
        };
        holds && self.left_on(&limits_of(&plan.limits, about), day) > 0
    }

    /// How many things triggers have given for the order of the event.
    fn awards_of_order(&self) -> usize {
        let order = self.ordered.as_ref();
        order.map_or(0, |order| order.awards.len())
    }

    fn award(
        &mut self,
        plan: &TriggerPlan,
        award: &AwardPlan,
        (number, about): (u64, &TriggerAbout),
        event: Option<&EventFacts<'_>>,
    ) -> Result<()> {
        let mut given = Awarded {
            trigger: plan.id.clone(),
            gave: None,
            coupon: None,
            value: None,
            used_on: None,
            used_for: None,
            milestone: None,
        };
        match award {
            AwardPlan::Points { account, points } => {
                let lot = self.arriving(*account, *points)?;
                let lot = self.credit(*account, lot, Source::Trigger(plan.id.clone()))?;
                given.gave = Some(Gave {
                    account: self.account(*account)?.id.clone(),
                    lot: Took::new(lot),
                });
            }
            AwardPlan::Coupon(coupon, value) => {
                let rule = self.coupon_plan(coupon.as_str(), "triggers")?;
                // Called by the number of an entry, which is the same however time was split.
                let names = [self.member.id.as_str(), "trigger", plan.id.as_str()];
                let entry = self.version.saturating_mul(64).saturating_add(number);
                let id = super::outbox::derived(&names, entry);
                let more = IssueMore {
                    value: *value,
                    ..IssueMore::default()
                };
                if let Err(error) = self.issue_instance(rule, id.clone(), more) {
                    // What cannot be given is said: it must not keep time from passing.
                    self.skip(plan, (Some(coupon), None), error.code());
                    return Ok(());
                }
                given.value = self.state.more.coupon(&id).and_then(|own| own.value);
                given.coupon = Some(id);
            }
            AwardPlan::Item(item) => self.enter(Change::ItemGiven {
                trigger: plan.id.clone(),
                item: item.clone(),
            }),
            AwardPlan::Tags { add, remove } => {
                let cows = |ids: &[Id]| -> Vec<Cow<'static, str>> {
                    ids.iter().map(|id| Cow::Owned(id.to_string())).collect()
                };
                let room = TAGS_MAX.saturating_sub(self.state.profile.tags.len());
                if room < add.len() {
                    self.skip(plan, (None, None), Code::LimitExceeded);
                    return Ok(());
                }
                let profile = Arc::make_mut(&mut self.state.profile);
                let removed = profile.untag(&cows(remove));
                let added = profile.tag(&cows(add))?;
                if !(added.is_empty() && removed.is_empty()) {
                    self.enter(Change::Tags { added, removed });
                }
            }
            AwardPlan::Convert(place, most) => {
                if let Some((conversion, code)) = self.convert_by_itself(*place, *most, event)? {
                    self.skip(plan, (None, Some(conversion)), code);
                }
                return Ok(());
            }
            AwardPlan::Notify { topic, notify } => self.notify(plan, *topic, notify, about),
        }
        let gave = given.gave.is_some() || given.coupon.is_some();
        if gave
            && plan.returns == TriggerReturns::Undone
            && !self.passing
            && let Some(order) = &mut self.ordered
        {
            order.awards.push(given);
        }
        Ok(())
    }

    /// An award that cannot be given is left out, and that is said.
    pub(super) fn skip(
        &mut self,
        plan: &TriggerPlan,
        (coupon, conversion): (Option<&Id>, Option<&Id>),
        code: Code,
    ) {
        self.enter(Change::AwardSkipped {
            trigger: plan.id.clone(),
            coupon: coupon.cloned(),
            conversion: conversion.cloned(),
            code: code.as_str().to_owned(),
        });
    }

    /// An order is all back: what triggers gave for it is taken back with the use that was counted, and nothing waits for it any
    /// longer. Says which points went out of which account, and which values of milestones of which triggers were taken back.
    pub(super) fn undo_awards(&mut self, order: &mut Order) -> Result<(ByAccount, Fired)> {
        let (mut taken, mut milestones) = (Vec::new(), Vec::new());
        let id = order.id.clone();
        let waits = |one: &Pending| one.order.as_ref() == Some(&id);
        if self.state.more.triggers.pending.iter().any(waits) {
            self.more().triggers.pending.retain(|one| !waits(one));
        }
        let plans = &self.sold_by(order).triggers.all;
        for mut one in core::mem::take(&mut order.awards) {
            let plan = plans.iter().find(|plan| plan.id == one.trigger);
            if let (Some(on), Some(plan)) = (one.used_on, plan) {
                for limit in &plan.limits {
                    match one.used_for.as_ref().filter(|_| limit.by.is_some()) {
                        Some(what) => self.book_limit(&limit.of(what.as_str()), on, -1),
                        None => self.book_limit(limit, on, -1),
                    }
                }
            }
            if let Some(value) = one.milestone {
                milestones.push((one.trigger.clone(), value));
            }
            if let Some(gave) = &mut one.gave {
                let source = Source::Trigger(one.trigger.clone());
                taken.push(self.take_back_gift(gave, &source)?);
            }
            if let Some(coupon) = &one.coupon {
                self.take_back_if_there(coupon, one.value);
            }
        }
        Ok((taken, milestones))
    }

    /// A coupon that is there still goes, if nobody holds it, has used a part of it, or has topped it up.
    fn take_back_if_there(&mut self, id: &Id, value: Option<i64>) {
        let own = self.state.more.coupon(id).cloned();
        let own = own.filter(|own| own.value == value);
        let Some(own) = own.filter(|own| self.state.more.holder(&own.id).is_none()) else {
            return;
        };
        self.drop_coupon(&own.id);
        let Instance {
            coupon, id, value, ..
        } = own;
        self.enter(Change::CouponRevoked {
            coupon,
            instance: id,
            value: value.map(|value| self.amount(value)),
            reason: "the order went back".to_owned(),
        });
    }
}

/// The limits that count for what a trigger is about.
fn limits_of<'l>(limits: &'l [LimitSpec], about: &TriggerAbout) -> Cow<'l, [LimitSpec]> {
    if limits.iter().all(|limit| limit.by.is_none()) {
        return Cow::Borrowed(limits);
    }
    let of = |limit: &LimitSpec| {
        let what = limited_by(limit, about);
        what.map_or_else(|| limit.clone(), |what| limit.of(what.as_str()))
    };
    Cow::Owned(limits.iter().map(of).collect())
}

/// What a limit counts by, of what a trigger is about.
fn limited_by(limit: &LimitSpec, about: &TriggerAbout) -> Option<Id> {
    match limit.by? {
        LimitAbout::Tier => about.rung.clone(),
        LimitAbout::Stage => about.stage.clone(),
        LimitAbout::Task => about.task.clone(),
    }
}

/// What a change of a task is to a trigger, if it answers it.
fn task_of(rule: &TaskOn, change: &Change) -> Option<TriggerAbout> {
    let (what, task, step) = match change {
        Change::TaskDone { task, .. } => (TaskWhat::Done, task, None),
        Change::TaskMissed { task, .. } => (TaskWhat::Missed, task, None),
        Change::TaskStep { task, step, .. } => (TaskWhat::Step, task, Some(step)),
        _ => return None,
    };
    let right = rule.what == what
        && rule.id.as_ref().is_none_or(|id| id == task)
        && (rule.step.is_none() || rule.step.as_ref() == step);
    right.then(|| TriggerAbout {
        task: Some(task.clone()),
        step: step.cloned(),
        ..TriggerAbout::default()
    })
}
