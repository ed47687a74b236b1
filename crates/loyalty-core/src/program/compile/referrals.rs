//! Referrals as the engine uses them.

use super::Compiler;
use crate::amount::{Exact, Points};
use crate::error::{Code, Error, join};
use crate::metric::Measure;
use crate::points::{
    ReferralAmount, ReferralPlan, ReferralPlans, ReferralRule, ReferralSide, ReferralStep,
};

impl Compiler<'_> {
    pub(super) fn referrals(&mut self) -> ReferralPlans {
        let rules = &self.rules.referrals;
        let mut plans = ReferralPlans {
            confirmed: rules.confirmed,
            returns: rules.returns,
            measured: self.rules.metrics.iter().any(|metric| {
                matches!(
                    metric.measure,
                    Measure::ReferredSpend | Measure::ReferredOrders
                )
            }),
            ..ReferralPlans::default()
        };
        for (place, rule) in rules.rules.iter().enumerate() {
            let path = format!("referrals.rules[{place}]");
            plans.rules.push(self.referral(rule, &path));
        }
        for (place, rule) in rules.milestones.iter().enumerate() {
            let path = format!("referrals.milestones[{place}].account");
            let plan = ReferralPlan {
                id: rule.id.clone(),
                on: rules.confirmed,
                to: ReferralSide::Referrer,
                account: self.account(rule.account.as_ref(), &path),
                amount: ReferralAmount::Fixed(rule.points.get()),
                caps: Vec::new(),
            };
            plans.milestones.push((rule.friends, plan));
        }
        if let Some(rule) = &rules.share {
            let path = "referrals.share";
            let plan = ReferralPlan {
                id: rule.id.clone(),
                on: ReferralStep::FirstOrder,
                to: ReferralSide::Referrer,
                account: self.account(rule.account.as_ref(), &join(path, "account")),
                amount: self.part(rule.percent, rule.max_points, &join(path, "percent")),
                caps: Vec::new(),
            };
            plans.share = Some((plan, rule.lasts));
        }
        plans
    }

    fn referral(&mut self, rule: &ReferralRule, path: &str) -> ReferralPlan {
        let amount = match (rule.points, rule.percent) {
            (_, Some(percent)) => self.part(percent, rule.max_points, &join(path, "percent")),
            (points, None) => ReferralAmount::Fixed(points.map_or(0, Points::get)),
        };
        ReferralPlan {
            id: rule.id.clone(),
            on: rule.on,
            to: rule.to,
            account: self.account(rule.account.as_ref(), &join(path, "account")),
            amount,
            caps: self.caps("referral", &rule.id, &rule.caps, path),
        }
    }

    fn part(&mut self, percent: Exact, most: Option<Points>, path: &str) -> ReferralAmount {
        ReferralAmount::percent(percent.0, most.map(Points::get)).unwrap_or_else(|| {
            let words = "the percentage has more digits than can be counted with exactly";
            let mistake = Error::at(Code::TooManyDigits, path, words);
            self.mistakes.push(mistake);
            ReferralAmount::Fixed(0)
        })
    }
}
