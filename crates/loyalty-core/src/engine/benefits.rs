//! Benefits: what a member is entitled to, and the units that are used (clause 12.2).
//!
//! Quotas are there anew without an entry: what is left is worked out from the period when it is asked for. Only what is collected
//! over periods is added to the member, at the beginning of each period, by what the member is then.

use super::work::Work;
use crate::benefits::{BenefitPlan, BenefitUse, GrantPlan, QuotaPlan};
use crate::calendar::{Date, Instant};
use crate::condition::{Explain, Quiet, evaluate};
use crate::error::{Code, Error, Result};
use crate::event::BenefitUsed;
use crate::messages::Messages;
use crate::outcome::{BenefitStanding, Change};

impl<'w> Work<'w> {
    pub(super) fn use_benefit(&mut self, used: &BenefitUsed<'_>) -> Result<()> {
        let path = "benefit_used.benefit";
        let mut benefits = self.compiled.benefits.iter();
        let plan = benefits
            .find(|plan| plan.id == *used.benefit)
            .ok_or_else(|| {
                let words = format!("there is no benefit `{}` in this program", used.benefit);
                Error::at(Code::UnknownBenefit, path, words)
            })?;
        let Some(quota) = plan.quota else {
            let words = format!("`{}` is not counted: it has no `quota`", plan.id);
            return Err(Error::at(Code::BenefitRefused, path, words));
        };
        let start = quota.per.start(self.today, self.enrolled);
        let Some(grant) = self.granted(plan, self.today).filter(|_| start.is_some()) else {
            let words = format!(
                "the member is not entitled to `{}`{}",
                plan.id,
                self.lacks(plan)
            );
            return Err(Error::at(Code::BenefitRefused, path, words));
        };
        let mut kept = self.benefit_use(plan, start);
        let units = used.units;
        let there = left(quota, grant, &kept);
        if units > there {
            let renewed = quota.per.next(self.today, self.enrolled);
            let renewed = renewed.map_or_else(String::new, |day| format!("; more from {day}"));
            let words = format!("{there} of `{}` are left{renewed}", plan.id);
            return Err(Error::at(Code::BenefitRefused, "benefit_used.units", words));
        }
        if kept.used.saturating_add(units) < 0 {
            let words = format!("only {} were used in this period", kept.used);
            return Err(Error::at(Code::BenefitRefused, "benefit_used.units", words));
        }
        kept.used = kept.used.saturating_add(units);
        if let Some(most) = quota.most {
            kept.saved = kept.saved.saturating_sub(units).min(most.max(kept.saved));
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
        let mut standing = BenefitStanding {
            benefit: plan.id.clone(),
            entitled: false,
            value: None,
            units: None,
            used: None,
            left: None,
            renews_on: None,
            unmet: Vec::new(),
        };
        let start = plan
            .quota
            .map(|quota| quota.per.start(self.today, self.enrolled));
        let grant = self.granted(plan, self.today);
        let Some(grant) = grant.filter(|_| start != Some(None)) else {
            standing.unmet = self.unmet(plan).0;
            return standing;
        };
        standing.entitled = true;
        standing.value.clone_from(&grant.value);
        if let Some(quota) = plan.quota {
            let kept = self.benefit_use(plan, start.flatten());
            standing.units = Some(grant.units);
            standing.used = Some(kept.used);
            standing.left = Some(left(quota, grant, &kept));
            standing.renews_on = quota.per.next(self.today, self.enrolled);
        }
        standing
    }

    /// Adds the units of the periods that begin before an instant, or at it, to what is collected. Nothing happens until then.
    pub(super) fn collect_until(&mut self, to: Instant, included: bool) {
        let compiled = self.compiled;
        for plan in &compiled.benefits {
            let Some(quota) = plan.quota.filter(|quota| quota.most.is_some()) else {
                continue;
            };
            let mut day = self.today;
            while let Some(next) = quota.per.next(day, self.enrolled) {
                let start = self.zone.start_of(next).ok();
                let begins = start.is_some_and(|start| start < to || (included && start == to));
                if !begins {
                    break;
                }
                self.collect(plan, quota, next);
                day = next;
            }
        }
    }

    /// Adds the units of the present period: at its beginning, or where something has changed since so many entries.
    pub(super) fn renew_quotas(&mut self, entries: usize) {
        let moved = !self.passing || self.entries.len() > entries;
        let compiled = self.compiled;
        for plan in &compiled.benefits {
            let Some(quota) = plan.quota.filter(|quota| quota.most.is_some()) else {
                continue;
            };
            let start = quota.per.start(self.today, self.enrolled);
            if moved || start.is_some_and(|start| self.begins(start)) {
                self.collect(plan, quota, self.today);
            }
        }
    }

    fn collect(&mut self, plan: &BenefitPlan, quota: QuotaPlan, day: Date) {
        let Some(start) = quota.per.start(day, self.enrolled) else {
            return;
        };
        let kept = self.benefit_use(plan, Some(start));
        if kept.added {
            return;
        }
        let Some(grant) = self.granted(plan, day).filter(|grant| grant.units > 0) else {
            return;
        };
        let mut kept = kept;
        kept.collect(grant.units, quota.most.unwrap_or(0));
        self.keep_use(kept);
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

    /// What is lacking for the last grant: the one that is easiest to have.
    fn unmet(&self, plan: &BenefitPlan) -> Explain {
        let mut lacks = Explain::default();
        if let Some(when) = plan.grants.last().and_then(|grant| grant.when.as_ref()) {
            evaluate(when, &self.seeing(self.today), &mut lacks);
        }
        lacks
    }

    /// The same in words.
    fn lacks(&self, plan: &BenefitPlan) -> String {
        let lacks = self.unmet(plan).0;
        let messages = Messages::new().named(self.program);
        let lacks = lacks.iter().map(|unmet| messages.sentence(unmet, "en"));
        let lacks: Vec<String> = lacks.collect();
        if lacks.is_empty() {
            return String::new();
        }
        format!(": {}", lacks.join(", "))
    }

    /// What the member has used in the period that begins on a day.
    fn benefit_use(&self, plan: &BenefitPlan, start: Option<Date>) -> BenefitUse {
        let kept = &self.state.more.benefits;
        let place = kept.binary_search_by(|one| one.benefit.cmp(&plan.id));
        let kept = place.ok().and_then(|place| kept.get(place)).cloned();
        let mut kept = kept.unwrap_or_else(|| BenefitUse::new(plan.id.clone(), start));
        kept.turn(start);
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
