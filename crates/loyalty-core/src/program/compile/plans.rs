//! Paid plans, benefits and households as the engine uses them.

use super::Compiler;
use crate::benefits::{Benefit, BenefitPlan, GrantPlan, QuotaPlan};
use crate::condition::Scope;
use crate::error::{Code, Error, join};
use crate::households::{HouseholdPlan, SharePlan};
use crate::id::Id;
use crate::plans::{PaidPlan, PlanSpec};

impl Compiler<'_> {
    pub(super) fn plans(&mut self) -> Vec<PlanSpec> {
        let rules = self.rules;
        let plans = rules.plans.iter().enumerate();
        plans
            .map(|(place, rule)| self.plan(rule, &format!("plans[{place}]")))
            .collect()
    }

    fn plan(&mut self, rule: &PaidPlan, path: &str) -> PlanSpec {
        let when = self.condition(rule.when.as_ref(), Scope::Request, &join(path, "when"));
        let mut conds = Vec::with_capacity(rule.prices.len());
        for (place, price) in rule.prices.iter().enumerate() {
            let path = format!("{path}.prices[{place}].when");
            conds.push(self.condition(Some(&price.when), Scope::Request, &path));
        }
        let mut rungs: Vec<(usize, Id)> = Vec::with_capacity(rule.rungs.len());
        for (place, one) in rule.rungs.iter().enumerate() {
            let path = format!("{path}.rungs[{place}]");
            let track = self.track_of(one.track.as_ref(), &path);
            let mut there = self
                .rules
                .tiers
                .get(track)
                .into_iter()
                .flat_map(|t| &t.rungs);
            if !there.any(|rung| rung.id == one.rung)
                && !self.names.unread.may_have("tiers", one.rung.as_str())
            {
                let words = format!("there is no rung `{}` in this track", one.rung);
                let error = Error::at(Code::UnknownReference, join(&path, "rung"), words);
                self.mistakes.push(error);
            }
            if rungs.iter().any(|(other, _)| *other == track) {
                let words = "a plan brings one rung of a track";
                self.mistakes
                    .push(Error::at(Code::DuplicateId, path, words));
            }
            rungs.push((track, one.rung.clone()));
        }
        let mut mistakes = Vec::new();
        let currency = self.rules.currency;
        let plan = PlanSpec::new(rule, currency, (when, conds), rungs, &mut mistakes);
        self.mistakes
            .extend(mistakes.into_iter().map(|error| error.under(path)));
        plan
    }

    pub(super) fn benefits(&mut self) -> Vec<BenefitPlan> {
        let rules = self.rules;
        let benefits = rules.benefits.iter().enumerate();
        benefits
            .map(|(place, rule)| self.benefit(rule, &format!("benefits[{place}]")))
            .collect()
    }

    fn benefit(&mut self, rule: &Benefit, path: &str) -> BenefitPlan {
        let mut grants = Vec::with_capacity(rule.grants.len());
        for (place, grant) in rule.grants.iter().enumerate() {
            let path = format!("{path}.grants[{place}].when");
            grants.push(GrantPlan {
                when: self.condition(grant.when.as_ref(), Scope::Member, &path),
                value: grant.value.clone(),
                units: grant.units.map_or(0, i64::from),
            });
        }
        BenefitPlan {
            id: rule.id.clone(),
            quota: rule.quota.map(|quota| QuotaPlan {
                per: quota.per,
                most: quota.collect_up_to.map(i64::from),
            }),
            grants,
        }
    }

    pub(super) fn household(&mut self) -> Option<HouseholdPlan> {
        let rules = self.rules;
        let rule = rules.household.as_ref()?;
        let mut tracks = Vec::with_capacity(rule.tiers.len());
        for (place, id) in rule.tiers.iter().enumerate() {
            let path = format!("household.tiers[{place}]");
            match self.names.track(Some(id)) {
                Ok(track) if tracks.contains(&track) => {
                    let words = format!("`{id}` is named twice");
                    self.mistakes
                        .push(Error::at(Code::DuplicateId, path, words));
                }
                Ok(track) => tracks.push(track),
                Err(error) => self.mistakes.extend(error.map(|error| error.under(&path))),
            }
        }
        let contribute = self.transfers("contribute", &rule.contribute, "household.contribute");
        let withdraw = self.transfers("withdraw", &rule.withdraw, "household.withdraw");
        let mut shares: Vec<SharePlan> = Vec::with_capacity(rule.share.len());
        for (place, share) in rule.share.iter().enumerate() {
            let path = format!("household.share[{place}]");
            let account = self.account(share.account.as_ref(), &join(&path, "account"));
            if self.known(share.account.as_ref()).is_some() {
                if shares.iter().any(|one| one.account == account) {
                    let words = "each account can have one share";
                    let error = Error::at(Code::DuplicateId, &path, words);
                    self.mistakes.push(error);
                }
                let mut same = contribute.iter().filter(|plan| plan.account == account);
                if same.any(|plan| plan.fee.is_some()) {
                    let words = "contributing costs a fee, which no share can pay";
                    let error = Error::at(Code::Contradiction, &path, words);
                    self.mistakes.push(error);
                }
            }
            shares.extend(SharePlan::new(account, share.percent.0));
        }
        Some(HouseholdPlan {
            members_max: usize::try_from(rule.members_max).unwrap_or(usize::MAX),
            contribute,
            withdraw,
            shares,
            tracks,
        })
    }
}
