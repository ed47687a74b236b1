//! Milestones: they give after everything else of the event has been counted, and a return takes back what stood on its goods.

use super::accrue::Accrued;
use super::gains::place_of;
use super::work::Work;
use crate::calendar::Date;
use crate::condition::EventFacts;
use crate::error::Result;
use crate::id::Id;
use crate::member::Order;
use crate::outcome::TraceResult;
use crate::points::{Crossed, Plan, Reached, Values, reached};
use crate::program::{Feed, On};

/// The values of the metrics of all milestones at one time, rule by rule.
pub(super) type Figures = Vec<i64>;

impl<'w> Work<'w> {
    /// What the metrics of the milestones are now.
    pub(super) fn figures(&self) -> Figures {
        let rules = self.compiled.milestones.iter();
        let seeing = self.seeing(self.today);
        let value = |place: &u32| {
            let rule = self.compiled.rules.get(*place as usize)?;
            seeing.value(rule.plan.milestone()?.metric)
        };
        // Where there is nothing to measure yet, nothing has been reached.
        rules.map(|place| value(place).unwrap_or(0)).collect()
    }

    /// Gives for the milestones that this event reaches, given what the metrics were before it.
    pub(super) fn milestones(
        &mut self,
        on: &On,
        event: &EventFacts<'_>,
        paid: &[i64],
        order: Option<&Id>,
        before: &Figures,
        accrued: &mut Accrued<'w>,
    ) -> Result<()> {
        if self.compiled.milestones.is_empty() {
            return Ok(());
        }
        let after = self.figures();
        let crossings: Vec<Values> = self
            .compiled
            .milestones
            .iter()
            .zip(before.iter().zip(&after))
            .map(|(place, (before, after))| {
                let rule = self.compiled.rules.get(*place as usize);
                let kept = rule.and_then(|rule| self.reached(&rule.plan.id));
                reached(kept.as_ref(), *before, *after)
            })
            .collect();
        let counted = self.uncount_times(accrued);
        let made = self.contest(on, event, paid, order, Some(&crossings))?;
        let again = |account: &usize| {
            let mut given = made.gifts.given();
            given.all(|gift| gift.plan.account != *account)
        };
        self.count_times(counted.into_iter().filter(again), 1);
        for place in 0..self.compiled.metrics.len() {
            if let Some(Feed::Earned(account)) =
                self.compiled.metrics.get(place).map(|plan| &plan.feed)
            {
                let points = super::count::earned(&made, *account);
                self.count(place, self.today, points);
            }
        }
        let rules = self.compiled.milestones.iter();
        let compiled = self.compiled;
        for (place, (after, values)) in rules.zip(after.iter().zip(crossings)) {
            let Some(plan) = compiled.rules.get(*place as usize).map(|rule| &rule.plan) else {
                continue;
            };
            let mut gifts = made.gifts.all.iter();
            let gift = gifts.find(|gift| gift.plan.id == plan.id);
            if gift.is_some() {
                self.risen(&plan.id, *after);
            }
            let values = plan.milestone().map(|plan| plan.within(&values));
            if let Some(values) = values.filter(|values| order.is_some() && !values.is_empty()) {
                accrued.crossed.push(Crossed {
                    rule: plan.id.clone(),
                    values,
                    gave: gift.is_some_and(|gift| gift.result == TraceResult::Gave),
                });
            }
        }
        accrued.gifts.add(made.gifts);
        accrued.put.extend(made.put);
        Ok(())
    }

    /// An account is used once by an event, whatever gives: takes that back where the other rules gave something, and says where.
    fn uncount_times(&mut self, accrued: &Accrued<'_>) -> Vec<usize> {
        let accounts = 0..self.compiled.accounts.len();
        let gave = |account: &usize| {
            let mut given = accrued.gifts.given();
            given.any(|gift| gift.plan.account == *account)
        };
        let gave: Vec<usize> = accounts.filter(gave).collect();
        self.count_times(gave.iter().copied(), -1);
        gave
    }

    fn count_times(&mut self, accounts: impl Iterator<Item = usize>, times: i64) {
        let today = self.program_day(self.as_of);
        let compiled = self.compiled;
        for account in accounts {
            for cap in compiled.account_caps(account) {
                self.book_cap(cap, today, 0, times);
            }
        }
    }

    /// Forgets what returns left behind where it does not count any more.
    pub(super) fn forget_reached(&mut self) {
        let list = &self.state.more.milestones;
        let gone = |one: &&Reached| self.reached(&one.rule).is_none();
        let gone: Vec<Id> = list
            .iter()
            .filter(gone)
            .map(|one| one.rule.clone())
            .collect();
        if !gone.is_empty() {
            let list = &mut self.more().milestones;
            list.retain(|one| !gone.contains(&one.rule));
        }
    }

    /// What returns left behind of a rule, if it still counts.
    fn reached(&self, rule: &Id) -> Option<Reached> {
        let list = &self.state.more.milestones;
        let kept = list.get(place_of(list, |one| &one.rule, rule).ok()?)?;
        let plan = &self.compiled.rule(rule)?.plan;
        self.counts(plan, kept.on, kept.version)
            .then(|| kept.clone())
    }

    /// Whether what was bought on a day still counts in the metric of a milestone.
    fn counts(&self, plan: &Plan, on: Date, version: u64) -> bool {
        let Some(metric) = plan.milestone().map(|milestone| milestone.metric) else {
            return false;
        };
        let frame = self.compiled.metrics.get(metric).map(|plan| &plan.frame);
        let days = frame.and_then(|frame| frame.days(self.today, self.enrolled).ok()?);
        let since = self.state.metrics.get(metric).map(|tally| tally.since);
        days.is_some_and(|days| days.from <= on) && since.is_some_and(|since| since < version)
    }

    fn risen(&mut self, rule: &Id, after: i64) {
        let list = &self.state.more.milestones;
        if place_of(list, |one| &one.rule, rule).is_err() {
            return;
        }
        let kept = self.reached(rule).map(|mut kept| {
            kept.rise(after);
            kept
        });
        self.put_reached(rule, kept);
    }

    fn put_reached(&mut self, rule: &Id, now: Option<Reached>) {
        let plan = self.compiled.rule(rule);
        let now = now.map(|mut now| {
            if let Some(plan) = plan.and_then(|rule| rule.plan.milestone()) {
                now.trim(plan);
            }
            now
        });
        let now = now.filter(|now| !now.is_empty());
        let list = &mut self.more().milestones;
        match (place_of(list, |one| &one.rule, rule), now) {
            (Ok(place), Some(now)) => {
                if let Some(there) = list.get_mut(place) {
                    *there = now;
                }
            }
            (Ok(place), None) => {
                list.remove(place);
            }
            (Err(place), Some(now)) => list.insert(place, now),
            (Err(_), None) => {}
        }
    }

    /// After a return: what the metrics fell below has been given for, but for what went back with an order that is all back.
    pub(super) fn unreach(&mut self, order: &Order, before: &Figures, undone: bool) {
        if self.compiled.milestones.is_empty() {
            return;
        }
        let after = self.figures();
        let rules = self.compiled.milestones.iter();
        for (place, (before, after)) in rules.zip(before.iter().zip(&after)) {
            let Some(rule) = self.compiled.rules.get(*place as usize) else {
                continue;
            };
            let id = &rule.plan.id;
            let mut crossed = order.crossed.iter();
            let crossed = crossed.find(|crossed| undone && crossed.rule == *id);
            if (before <= after && crossed.is_none())
                || !self.counts(&rule.plan, order.on, order.version)
            {
                continue;
            }
            let kept = self.reached(id);
            let mut kept =
                kept.unwrap_or_else(|| Reached::new(id.clone(), order.on, order.version));
            let as_it_was = kept.clone();
            kept.fall(*before, *after, crossed);
            if kept != as_it_was {
                kept.on = kept.on.max(order.on);
                kept.version = kept.version.max(order.version);
            }
            self.put_reached(id, Some(kept));
        }
    }
}
