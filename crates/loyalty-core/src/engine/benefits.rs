//! Benefits: what a member is entitled to, and the units that are used (clause 12.2).
//!
//! Quotas are there anew without an entry: what is left is worked out from the period when it is asked for. Only what is collected
//! over periods is added to the member, at the beginning of each period, by what the member is then.

use super::facts::Seeing;
use super::work::Work;
use crate::benefits::{BenefitPlan, BenefitUse, GrantPlan, PeriodOf, QuotaPlan};
use crate::calendar::{Date, Instant};
use crate::condition::{Cond, Explain, Quiet, evaluate};
use crate::error::{Code, Error, Result};
use crate::event::{BenefitUsed, Event};
use crate::id::Id;
use crate::limits::ENTRIES_MAX;
use crate::messages::Messages;
use crate::outcome::{BenefitStanding, Change, Unmet};

impl<'w> Work<'w> {
    pub(super) fn use_benefit(&mut self, used: &BenefitUsed<'_>) -> Result<()> {
        let path = "benefit_used.benefit";
        let mut benefits = self.compiled.benefits.iter();
        let found = benefits.find(|plan| plan.id == *used.benefit);
        let plan = found.ok_or_else(|| {
            let words = format!("there is no benefit `{}` in this program", used.benefit);
            Error::at(Code::UnknownBenefit, path, words)
        })?;
        let refuse = |path: &str, words: String| Err(Error::at(Code::BenefitRefused, path, words));
        let Some(quota) = plan.quota else {
            let words = format!("`{}` is not counted: it has no `quota`", plan.id);
            return refuse(path, words);
        };
        let Some(period) = quota.per.period(self.today, self.enrolled) else {
            let words = format!(
                "`{}` is there for members who have enrolled: its year begins with that",
                plan.id
            );
            return refuse(path, words);
        };
        let Some(grant) = self.granted(plan, self.today) else {
            let last = plan.grants.last().and_then(|grant| grant.when.as_ref());
            let lacks = last.map_or_else(String::new, |when| self.lacking(when, None));
            let words = format!("the member is not entitled to `{}`{lacks}", plan.id);
            return refuse(path, words);
        };
        let mut kept = self.benefit_now(plan, quota, grant, period);
        let units = used.units;
        let there = left(quota, grant, &kept);
        if units > there {
            let renewed = quota.per.next(self.today, self.enrolled);
            let renewed = renewed.map_or_else(String::new, |day| format!("; more from {day}"));
            let words = format!("{there} of `{}` are left{renewed}", plan.id);
            return refuse("benefit_used.units", words);
        }
        if kept.used.saturating_add(units) < 0 {
            let words = format!("only {} were used in this period", kept.used);
            return refuse("benefit_used.units", words);
        }
        kept.used = kept.used.saturating_add(units);
        if let Some(most) = quota.most {
            let saved = kept.saved.saturating_sub(units);
            kept.saved = saved.min(most.max(kept.saved));
        }
        self.enter(Change::BenefitUsed {
            benefit: plan.id.clone(),
            units,
            left: left(quota, grant, &kept),
        });
        self.keep_use(kept);
        Ok(())
    }

    /// What the member is entitled to, benefit by benefit.
    pub(super) fn benefits(&self) -> Vec<BenefitStanding> {
        let plans = self.compiled.benefits.iter();
        plans.map(|plan| self.benefit(plan)).collect()
    }

    fn benefit(&self, plan: &BenefitPlan) -> BenefitStanding {
        let mut standing = BenefitStanding::none(plan.id.clone());
        if self.state.more.access.is_over() {
            return standing;
        }
        let period = plan
            .quota
            .map(|quota| quota.per.period(self.today, self.enrolled));
        let grant = self.granted(plan, self.today);
        let Some(grant) = grant.filter(|_| period != Some(None)) else {
            let last = plan.grants.last().and_then(|grant| grant.when.as_ref());
            standing.unmet = last.map_or_else(Vec::new, |when| self.unmet(when, None));
            return standing;
        };
        standing.entitled = true;
        standing.value.clone_from(&grant.value);
        if let (Some(quota), Some(Some(period))) = (plan.quota, period) {
            let kept = self.benefit_now(plan, quota, grant, period);
            standing.units = Some(grant.units);
            standing.used = Some(kept.used);
            standing.left = Some(left(quota, grant, &kept));
            standing.renews_on = quota.per.next(self.today, self.enrolled);
        }
        standing
    }

    /// Adds the units of the periods that begin before an instant, or at it, to what is collected. Nothing happens until then.
    pub(super) fn collect_until(&mut self, to: Instant, included: bool) -> Result<()> {
        if self.state.more.access.is_over() {
            return Ok(());
        }
        let compiled = self.compiled;
        for plan in &compiled.benefits {
            let Some(quota) = plan.quota.filter(|quota| quota.most.is_some()) else {
                continue;
            };
            let (mut day, mut periods) = (self.today, 0_usize);
            while let Some(next) = quota.per.next(day, self.enrolled) {
                let start = self.zone.start_of(next).ok();
                let begins = start.is_some_and(|start| start < to || (included && start == to));
                if !begins {
                    break;
                }
                periods = periods.saturating_add(1);
                if periods > ENTRIES_MAX {
                    let words = format!(
                        "more than {ENTRIES_MAX} periods of `{}` begin: advance in shorter steps",
                        plan.id
                    );
                    return Err(Error::new(Code::LimitExceeded, words));
                }
                self.collect(plan, quota, next);
                day = next;
            }
        }
        Ok(())
    }

    /// Adds the units of the present period: at its beginning, or where something has changed since so many entries.
    pub(super) fn renew_quotas(&mut self, entries: usize) {
        let moved = !self.passing || self.entries.len() > entries;
        let compiled = self.compiled;
        for plan in &compiled.benefits {
            let Some(quota) = plan.quota.filter(|quota| quota.most.is_some()) else {
                continue;
            };
            let period = quota.per.period(self.today, self.enrolled);
            let start = period.and_then(|period| period.from);
            if moved || start.is_some_and(|start| self.begins(start)) {
                self.collect(plan, quota, self.today);
            }
        }
    }

    /// What was used of benefits, as it counts today.
    pub(super) fn benefits_used(&self) -> Vec<BenefitUse> {
        let used = self.state.more.benefits.iter().cloned();
        let turned = used.map(|mut one| {
            if let Some(period) = self.period_of(&one.benefit) {
                one.turn(period);
            }
            one
        });
        turned.collect()
    }

    /// Forgets what was used in periods that are over, where nothing has been collected.
    pub(super) fn forget_used(&mut self) {
        let over = |one: &BenefitUse| {
            let period = self.period_of(&one.benefit);
            one.saved == 0 && period.is_some_and(|period| one.from < period.from)
        };
        let used = &self.state.more.benefits;
        if used.iter().any(over) {
            let kept = used.iter().filter(|one| !over(one)).cloned().collect();
            self.more().benefits = kept;
        }
    }

    /// The present period of a benefit that is counted.
    pub(super) fn period_of(&self, benefit: &Id) -> Option<PeriodOf> {
        let mut plans = self.compiled.benefits.iter();
        let quota = plans.find(|plan| plan.id == *benefit)?.quota?;
        quota.per.period(self.today, self.enrolled)
    }

    fn collect(&mut self, plan: &BenefitPlan, quota: QuotaPlan, day: Date) {
        let Some(period) = quota.per.period(day, self.enrolled) else {
            return;
        };
        if self.benefit_use(plan, period).added {
            return;
        }
        if let Some(grant) = self.granted(plan, day).filter(|grant| grant.units > 0) {
            let kept = self.benefit_now(plan, quota, grant, period);
            self.keep_use(kept);
        }
    }

    /// The grant that counts on a day.
    fn granted<'p>(&self, plan: &'p BenefitPlan, day: Date) -> Option<&'p GrantPlan> {
        let seeing = self.seeing(day);
        let holds = |grant: &&GrantPlan| {
            let when = grant.when.as_ref();
            when.is_none_or(|when| evaluate(when, &seeing, &mut Quiet))
        };
        plan.grants.iter().find(holds)
    }

    /// What is lacking for a condition, with an event if there is one.
    fn unmet(&self, when: &Cond, event: Option<&Event<'_>>) -> Vec<Unmet> {
        let mut lacks = Explain::default();
        let facts = event.map(|event| Work::event_facts(event, None));
        let seeing = Seeing {
            event: facts.as_ref(),
            ..self.seeing(self.today)
        };
        evaluate(when, &seeing, &mut lacks);
        lacks.0
    }

    /// The same in words, for the end of an error.
    pub(super) fn lacking(&self, when: &Cond, event: Option<&Event<'_>>) -> String {
        let messages = Messages::new().named(self.program);
        let lacks = self.unmet(when, event);
        let lacks = lacks.iter().map(|unmet| messages.sentence(unmet, "en"));
        let words = lacks.collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            return words;
        }
        format!(": {}", words.trim_end_matches('.'))
    }

    /// What the member has used in a period.
    fn benefit_use(&self, plan: &BenefitPlan, period: PeriodOf) -> BenefitUse {
        let kept = &self.state.more.benefits;
        let place = kept.binary_search_by(|one| one.benefit.cmp(&plan.id));
        let kept = place.ok().and_then(|place| kept.get(place)).cloned();
        let mut kept = kept.unwrap_or_else(|| BenefitUse::new(plan.id.clone(), period));
        kept.turn(period);
        kept
    }

    /// The same, with what a member who has the grant has collected.
    fn benefit_now(
        &self,
        plan: &BenefitPlan,
        quota: QuotaPlan,
        grant: &GrantPlan,
        period: PeriodOf,
    ) -> BenefitUse {
        let mut kept = self.benefit_use(plan, period);
        if let Some(most) = quota.most {
            kept.collect(grant.units, most);
        }
        kept
    }

    fn keep_use(&mut self, kept: BenefitUse) {
        let all = &mut self.more().benefits;
        match all.binary_search_by(|one| one.benefit.cmp(&kept.benefit)) {
            Ok(place) => {
                if let Some(there) = all.get_mut(place) {
                    *there = kept;
                }
            }
            Err(place) => all.insert(place, kept),
        }
    }
}

/// How many units can be used.
fn left(quota: QuotaPlan, grant: &GrantPlan, kept: &BenefitUse) -> i64 {
    match quota.most {
        Some(_) => kept.saved,
        None => grant.units.saturating_sub(kept.used).max(0),
    }
}
