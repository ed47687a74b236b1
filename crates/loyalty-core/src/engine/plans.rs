//! Paid plans: how they begin, go on and end (clause 12.3).

use super::facts::Seeing;
use super::work::Work;
use crate::amount::{Exact, Money};
use crate::calendar::{Date, Instant};
use crate::condition::{Cond, Quiet, evaluate};
use crate::error::{Code, Error, Result};
use crate::event::{Event, Renew, Subscribe, Unsubscribe};
use crate::id::Id;
use crate::limits::{MEMBER_LIST_MAX, PLAN_TERMS_MAX};
use crate::outcome::{Amount, Change, PlanEnd};
use crate::plans::{PaidTerm, PlanSpec, Subscription, TrialOnce};

impl<'w> Work<'w> {
    pub(super) fn subscribe(&mut self, event: &Event<'_>, subscribe: &Subscribe<'_>) -> Result<()> {
        let spec = self.plan_spec(&subscribe.plan, "subscribe.plan")?;
        let plans = &self.state.more.plans;
        if let Some(own) = plans.own(&subscribe.plan).filter(|own| !own.lapsed) {
            let until = own.until().map(|at| at.to_string()).unwrap_or_default();
            let words = format!("the member has this plan until {until}: renew it");
            return Err(Error::at(Code::PlanRefused, "subscribe.plan", words));
        }
        if plans.own.len() >= MEMBER_LIST_MAX {
            let words = format!("a member has at most {MEMBER_LIST_MAX} plans");
            return Err(Error::at(Code::LimitExceeded, "subscribe", words));
        }
        let instead_of = subscribe.instead_of.as_deref();
        let running = |id: &&str| plans.own(id).is_some_and(|own| !own.lapsed);
        if let Some(id) = instead_of.filter(|id| !running(id)) {
            let words = format!("the member does not have the plan `{id}`");
            return Err(Error::at(Code::UnknownPlan, "subscribe.instead_of", words));
        }
        self.may_have(spec, event, "subscribe")?;
        let trial = if subscribe.trial {
            Some(self.trial(spec)?)
        } else {
            None
        };
        let price = match trial {
            Some(_) => 0,
            None => self.plan_price(spec, event),
        };
        self.agreed(subscribe.price, price, "subscribe.price")?;
        let anchor = trial.unwrap_or(self.today);
        let after = match trial {
            Some(after) => after,
            None => spec.term_after(anchor, 1)?,
        };
        let term = self.term(spec, (self.today, after), price, trial.is_some())?;
        let until = term.until;
        let credit = instead_of.map(|id| self.replace_plan(id));
        let left = price.saturating_sub(credit.unwrap_or(0));
        let plan = spec.id.clone();
        self.enter(Change::PlanStarted {
            plan: plan.clone(),
            trial: trial.is_some(),
            price: self.money(price),
            credit: credit.map(|credit| self.money(credit)),
            to_pay: self.money(left.max(0)),
            refund: (left < 0).then(|| self.money(left.saturating_neg())),
            until,
        });
        let subscription = Subscription {
            plan: plan.clone(),
            since: self.as_of,
            anchor,
            paid_terms: u32::from(trial.is_none()),
            terms: vec![term],
            cancelled: false,
            lapsed: false,
            seats: Vec::new(),
        };
        let plans = &mut self.more().plans;
        plans.own.retain(|one| one.plan != plan);
        let place = plans.own.partition_point(|one| one.plan < plan);
        plans.own.insert(place, subscription);
        if trial.is_some()
            && let Err(place) = plans.trials.binary_search(&plan)
        {
            plans.trials.insert(place, plan);
        }
        self.lend_rungs();
        Ok(())
    }

    pub(super) fn renew(&mut self, event: &Event<'_>, renew: &Renew<'_>) -> Result<()> {
        let own = self.own_plan(renew.plan.as_deref(), "renew.plan")?.clone();
        let spec = self.plan_spec(own.plan.as_str(), "renew.plan")?;
        self.may_have(spec, event, "renew")?;
        if own.terms.len() >= PLAN_TERMS_MAX {
            let words = format!("at most {PLAN_TERMS_MAX} terms are paid for ahead");
            return Err(Error::at(Code::LimitExceeded, "renew", words));
        }
        let price = self.plan_price(spec, event);
        self.agreed(renew.price, price, "renew.price")?;
        let first = own.after().unwrap_or(self.today);
        // Under rules that are newer than the terms so far, they are counted from where those end.
        let counted = spec.term_after(own.anchor, own.paid_terms)?;
        let (anchor, before) = if counted == first {
            (own.anchor, own.paid_terms)
        } else {
            (first, 0)
        };
        let paid_terms = before.saturating_add(1);
        let after = spec.term_after(anchor, paid_terms)?;
        let term = self.term(spec, (first, after), price, false)?;
        let until = term.until;
        if until <= self.as_of {
            let words = "the term that would follow without a gap is over already: subscribe anew";
            return Err(Error::at(Code::PlanRefused, "renew", words));
        }
        self.enter(Change::PlanRenewed {
            plan: own.plan.clone(),
            price: self.money(price),
            first,
            until,
        });
        self.change_plan(&own.plan, |there| {
            there.anchor = anchor;
            there.paid_terms = paid_terms;
            there.terms.push(term);
            there.cancelled = false;
            there.lapsed = false;
        });
        self.tell_seats(&own.plan);
        self.lend_rungs();
        self.pruned = None;
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, unsubscribe: &Unsubscribe<'_>) -> Result<()> {
        let path = "unsubscribe.plan";
        let own = self.own_plan(unsubscribe.plan.as_deref(), path)?;
        if own.lapsed {
            let words = format!("the plan `{}` is over", own.plan);
            return Err(Error::at(Code::UnknownPlan, path, words));
        }
        let (plan, until) = (own.plan.clone(), own.until().unwrap_or(self.as_of));
        if unsubscribe.at_once {
            if self.spec_of(&plan).is_none() {
                let words = format!(
                    "this program has no plan `{plan}` any more, and cannot say what is given back: it ends at {until}"
                );
                return Err(Error::at(Code::PlanRefused, path, words));
            }
            self.end_plan(&plan, PlanEnd::Unsubscribed);
            self.lend_rungs();
            return Ok(());
        }
        if own.cancelled {
            let words = format!("the plan `{plan}` ends at {until} already");
            return Err(Error::at(Code::PlanRefused, path, words));
        }
        self.change_plan(&plan, |there| there.cancelled = true);
        self.enter(Change::PlanCancelled {
            plan: plan.clone(),
            until,
        });
        self.tell_seats(&plan);
        Ok(())
    }

    /// Plans that are over now end, and seats.
    pub(super) fn end_plans(&mut self) {
        if self.plans_due().is_none_or(|due| due > self.as_of) {
            return;
        }
        let now = self.as_of;
        let plans = &self.state.more.plans;
        let over = |one: &&Subscription| !one.lapsed && one.ends() <= Some(now);
        let over: Vec<Id> = plans
            .own
            .iter()
            .filter(over)
            .map(|one| one.plan.clone())
            .collect();
        for plan in over {
            let kept = self.spec_of(&plan).is_some_and(|spec| {
                let after = self
                    .state
                    .more
                    .plans
                    .own(plan.as_str())
                    .and_then(Subscription::after);
                let last = after.and_then(|after| spec.gapless_until(after));
                last.is_some_and(|last| self.today <= last)
            });
            let plans = &mut self.more().plans;
            if kept {
                let mut own = plans.own.iter_mut();
                if let Some(own) = own.find(|one| one.plan == plan) {
                    own.lapsed = true;
                }
            } else {
                plans.own.retain(|one| one.plan != plan);
            }
            self.enter_plan_ended(&plan, PlanEnd::TermEnd, None, None);
        }
        self.end_seats();
        self.lend_rungs();
    }

    /// When the next plan or seat ends.
    pub(super) fn plans_due(&self) -> Option<Instant> {
        let plans = &self.state.more.plans;
        let own = plans.own.iter().filter(|one| !one.lapsed);
        let seats = plans.seats.iter().filter_map(|seat| seat.until);
        own.filter_map(Subscription::ends).chain(seats).min()
    }

    /// Forgets terms that are over, and plans that cannot be renewed without a gap any more.
    pub(super) fn prune_plans(&mut self) {
        self.forget_seats();
        let today = self.today;
        let gone = |one: &Subscription| {
            let last = one.after().zip(self.spec_of(&one.plan));
            let last = last.and_then(|(after, spec)| spec.gapless_until(after));
            one.lapsed && last.is_none_or(|last| last < today)
        };
        let old = |one: &Subscription| {
            let terms = one.terms.iter().take_while(|term| term.after <= today);
            terms.count().min(one.terms.len().saturating_sub(1))
        };
        let own = &self.state.more.plans.own;
        if !own.iter().any(|one| gone(one) || old(one) > 0) {
            return;
        }
        let kept = own.iter().filter(|one| !gone(one)).map(|one| {
            let mut one = one.clone();
            one.terms.drain(..old(&one));
            one
        });
        let kept = kept.collect();
        self.more().plans.own = kept;
    }

    /// All plans end with the membership; those that become part of another one go on there.
    pub(super) fn close_plans(&mut self, merged: bool) {
        let own = self.state.more.plans.own.iter().map(|one| one.plan.clone());
        for plan in own.collect::<Vec<_>>() {
            if merged {
                self.remove_plan(&plan, PlanEnd::Merged, None);
            } else {
                self.end_plan(&plan, PlanEnd::Closed);
            }
        }
        self.leave_seats();
        self.lend_rungs();
    }

    /// Another plan takes the place of one: what is left of its price.
    fn replace_plan(&mut self, plan: &str) -> i64 {
        let plan = Id::checked(plan);
        let left = self.refund_of(&plan);
        self.remove_plan(&plan, PlanEnd::Replaced, None);
        left
    }

    /// A plan ends before its time; what is left of its price is given back.
    fn end_plan(&mut self, plan: &Id, why: PlanEnd) {
        let refund = self.refund_of(plan);
        let refund = (refund > 0).then(|| self.money(refund));
        self.remove_plan(plan, why, refund);
    }

    /// Takes a plan away, also from those with whom it is shared.
    fn remove_plan(&mut self, plan: &Id, why: PlanEnd, refund: Option<Amount>) {
        let plans = &mut self.more().plans;
        let Some(place) = plans.own.iter().position(|one| one.plan == *plan) else {
            return;
        };
        let own = plans.own.remove(place);
        if own.lapsed {
            return;
        }
        // What is told bears the version of the entry.
        self.enter_plan_ended(plan, why, None, refund);
        for seat in &own.seats {
            self.tell_seat(plan, seat, None);
        }
    }

    pub(super) fn enter_plan_ended(
        &mut self,
        plan: &Id,
        why: PlanEnd,
        holder: Option<&Id>,
        refund: Option<Amount>,
    ) {
        self.enter(Change::PlanEnded {
            plan: plan.clone(),
            why,
            holder: holder.cloned(),
            refund,
        });
    }

    /// A plan of the program.
    pub(super) fn spec_of(&self, plan: &Id) -> Option<&'w PlanSpec> {
        self.compiled.plans.iter().find(|spec| spec.id == *plan)
    }

    /// What leaving a plan now gives back.
    fn refund_of(&self, plan: &Id) -> i64 {
        let own = self.state.more.plans.own(plan.as_str());
        let own = own.filter(|own| !own.lapsed);
        self.spec_of(plan)
            .zip(own)
            .map_or(0, |(spec, own)| spec.refund(own, self.today))
    }

    /// A plan of the member's own: the one that is named, or the only one.
    pub(super) fn own_plan(&self, id: Option<&str>, path: &str) -> Result<&Subscription> {
        let plans = &self.state.more.plans;
        match (id, plans.own.as_slice()) {
            (Some(id), _) => plans.own(id).ok_or_else(|| {
                let words = format!("the member does not have the plan `{id}`");
                Error::at(Code::UnknownPlan, path, words)
            }),
            (None, [only]) => Ok(only),
            (None, []) => {
                let words = "the member has no plan";
                Err(Error::at(Code::UnknownPlan, path, words))
            }
            (None, _) => {
                let words = "say which `plan`: the member has several";
                Err(Error::at(Code::MissingField, path, words))
            }
        }
    }

    /// Changes a plan of the member's own.
    pub(super) fn change_plan(&mut self, plan: &Id, change: impl FnOnce(&mut Subscription)) {
        let mut own = self.more().plans.own.iter_mut();
        if let Some(own) = own.find(|one| one.plan == *plan) {
            change(own);
        }
    }

    pub(super) fn plan_spec(&self, id: &str, path: &str) -> Result<&'w PlanSpec> {
        self.spec_of(&Id::checked(id)).ok_or_else(|| {
            let words = format!("there is no plan `{id}` in this program");
            Error::at(Code::UnknownPlan, path, words)
        })
    }

    fn may_have(&self, spec: &PlanSpec, event: &Event<'_>, path: &str) -> Result<()> {
        match &spec.when {
            Some(when) if !self.says(when, event) => {
                let words = format!(
                    "the condition of the plan `{}` does not hold{}",
                    spec.id,
                    self.lacking(when, Some(event))
                );
                Err(Error::at(Code::PlanRefused, path, words))
            }
            _ => Ok(()),
        }
    }

    /// The first day after the trial that the member can have.
    fn trial(&self, spec: &PlanSpec) -> Result<Date> {
        let path = "subscribe.trial";
        let (Some(after), Some((_, once))) = (spec.trial_after(self.today)?, spec.trial) else {
            let words = format!("the plan `{}` has no trial", spec.id);
            return Err(Error::at(Code::PlanRefused, path, words));
        };
        let had = &self.state.more.plans.trials;
        let before = match once {
            TrialOnce::Member => had.first(),
            TrialOnce::Plan => had.iter().find(|plan| **plan == spec.id),
        };
        match before {
            Some(plan) => {
                let words = format!("the member has had a trial, of `{plan}`");
                Err(Error::at(Code::PlanRefused, path, words))
            }
            None => Ok(after),
        }
    }

    /// The price of a term for this member now.
    fn plan_price(&self, spec: &PlanSpec, event: &Event<'_>) -> i64 {
        let mut prices = spec.prices.iter();
        let found = prices.find(|(when, _)| self.says(when, event));
        found.map_or(spec.price, |(_, price)| *price)
    }

    fn says(&self, cond: &Cond, event: &Event<'_>) -> bool {
        let facts = Work::event_facts(event, None);
        let seeing = Seeing {
            event: Some(&facts),
            ..self.seeing(self.today)
        };
        evaluate(cond, &seeing, &mut Quiet)
    }

    /// Refuses a price that the host charges and the program does not.
    fn agreed(&self, charged: Option<Exact>, price: i64, path: &str) -> Result<()> {
        let Some(charged) = charged else {
            return Ok(());
        };
        let charged = Money::from_decimal(charged.0, self.compiled.currency)
            .map_err(|error| error.under(path))?;
        if charged.minor() == price {
            return Ok(());
        }
        let words = format!("the price of this term is {}", self.money(price));
        Err(Error::at(Code::PlanRefused, path, words))
    }

    fn term(
        &self,
        spec: &PlanSpec,
        (first, after): (Date, Date),
        price: i64,
        trial: bool,
    ) -> Result<PaidTerm> {
        let until = self.zone.start_of(after)?;
        let over = spec.over_on(after);
        Ok(PaidTerm {
            first,
            after,
            until,
            stays_until: (over > after)
                .then(|| self.zone.start_of(over))
                .transpose()?,
            price,
            paid_on: self.today,
            trial,
        })
    }

    fn money(&self, minor: i64) -> Amount {
        Amount::new(minor, self.compiled.currency)
    }
}
