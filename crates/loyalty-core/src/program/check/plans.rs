//! Paid plans, benefits and households: numbers out of range, settings that contradict each other.

use super::Check;
use crate::amount::Decimal;
use crate::benefits::Benefit;
use crate::calendar::{Date, Span};
use crate::error::{Code, join};
use crate::households::{HouseholdRules, ShareRule};
use crate::limits::{MEMBER_LIST_MAX, TEXT_BYTES_MAX};
use crate::plans::{InGrace, PaidPlan, PlanRefund};
use crate::points::{CapPeriod, TransferRule};
use crate::program::Rules;

/// Checks everything that compiling does not look at.
pub(super) fn check(rules: &Rules, check: &mut Check<'_>) {
    let ids = rules.plans.iter().map(|one| &one.id);
    check.unique("plans", ids, MEMBER_LIST_MAX);
    for (place, plan) in rules.plans.iter().enumerate() {
        check.plan(plan, &format!("plans[{place}]"));
    }
    let ids = rules.benefits.iter().map(|one| &one.id);
    check.unique("benefits", ids, MEMBER_LIST_MAX);
    for (place, benefit) in rules.benefits.iter().enumerate() {
        check.benefit(benefit, &format!("benefits[{place}]"));
    }
    if let Some(household) = &rules.household {
        check.household(household);
    }
}

impl Check<'_> {
    fn plan(&mut self, plan: &PaidPlan, path: &str) {
        if plan.term.is_zero() {
            let words = "a term lasts at least a day";
            self.say(Code::OutOfRange, &join(path, "term"), words);
        }
        if plan
            .trial
            .as_ref()
            .is_some_and(|trial| trial.length.is_zero())
        {
            let words = "a trial lasts at least a day: leave it out if there is none";
            self.say(Code::OutOfRange, &join(path, "trial.for"), words);
        }
        if plan.lapse_grace.is_none() && plan.in_grace == InGrace::Stays {
            let words = "without `lapse_grace` there is no time in which the plan could stay";
            self.say(Code::Contradiction, &join(path, "in_grace"), words);
        }
        if let Some(grace) = plan.lapse_grace {
            // February is the shortest month: what fits there fits everywhere.
            let days = |span: Span| Date::parse("2027-02-01").and_then(|day| span.after(day));
            if grace.is_zero() {
                let words = "a grace lasts at least a day: leave it out if there is none";
                self.say(Code::OutOfRange, &join(path, "lapse_grace"), words);
            } else if matches!((days(grace), days(plan.term)), (Ok(grace), Ok(term)) if grace >= term)
            {
                let words = "a grace is shorter than a term";
                self.say(Code::Contradiction, &join(path, "lapse_grace"), words);
            }
        }
        if plan.prices.len() > MEMBER_LIST_MAX {
            let words = format!("at most {MEMBER_LIST_MAX} prices are possible");
            self.say(Code::LimitExceeded, &join(path, "prices"), &words);
        }
        if plan.refund == PlanRefund::None && plan.full_refund_within.is_some() {
            let words = "`refund` says that nothing is given back: `whole_terms` gives back what has not begun";
            self.say(
                Code::Contradiction,
                &join(path, "full_refund_within"),
                words,
            );
        }
        if usize::try_from(plan.seats).map_or(true, |seats| seats > MEMBER_LIST_MAX) {
            let words = format!("at most {MEMBER_LIST_MAX} seats are possible");
            self.say(Code::OutOfRange, &join(path, "seats"), &words);
        }
    }

    fn benefit(&mut self, benefit: &Benefit, path: &str) {
        if benefit.grants.is_empty() {
            let words = "nobody has this benefit: name at least one grant";
            self.say(Code::MissingField, &join(path, "grants"), words);
        }
        if benefit.grants.len() > MEMBER_LIST_MAX {
            let words = format!("at most {MEMBER_LIST_MAX} grants are possible");
            self.say(Code::LimitExceeded, &join(path, "grants"), &words);
        }
        let last = benefit.grants.len().saturating_sub(1);
        for (place, grant) in benefit.grants.iter().enumerate() {
            let path = format!("{path}.grants[{place}]");
            if grant.when.is_none() && place < last {
                let words = "it takes everybody: the grants after it are never asked";
                self.say(Code::Unreachable, &path, words);
            }
            match (benefit.quota, &grant.value, grant.units) {
                (Some(_), None, Some(_)) | (None, Some(_), None) => {}
                (Some(_), ..) => {
                    let words = "the benefit is counted: say `units`, and no `value`";
                    self.say(Code::InvalidValue, &path, words);
                }
                (None, ..) => {
                    let words =
                        "the benefit is not counted (no `quota`): say a `value`, and no `units`";
                    self.say(Code::InvalidValue, &path, words);
                }
            }
            let most = benefit.quota.and_then(|quota| quota.collect_up_to);
            if most
                .zip(grant.units)
                .is_some_and(|(most, units)| units > most)
            {
                let words = "more units in a period than `collect_up_to`";
                self.say(Code::Contradiction, &join(&path, "units"), words);
            }
            if grant
                .value
                .as_ref()
                .is_some_and(|value| value.len() > TEXT_BYTES_MAX)
            {
                let words = format!("a text is not longer than {TEXT_BYTES_MAX} bytes");
                self.say(Code::LimitExceeded, &join(&path, "value"), &words);
            }
        }
    }

    fn household(&mut self, rules: &HouseholdRules) {
        let most = usize::try_from(rules.members_max).unwrap_or(usize::MAX);
        if !(1..=MEMBER_LIST_MAX).contains(&most) {
            let words = format!("a household has from 1 to {MEMBER_LIST_MAX} people");
            self.say(Code::OutOfRange, "household.members_max", &words);
        }
        for (place, share) in rules.share.iter().enumerate() {
            self.share(place, share);
        }
        for (list, name) in [
            (&rules.contribute, "contribute"),
            (&rules.withdraw, "withdraw"),
        ] {
            for (place, rule) in list.iter().enumerate() {
                let path = format!("household.{name}[{place}]");
                self.transfer(rule, &path);
                self.no_terms(rule, &path);
            }
        }
    }

    /// A share is a part of what is earned.
    fn share(&mut self, place: usize, share: &ShareRule) {
        let path = format!("household.share[{place}]");
        let hundred = Decimal::ONE_HUNDRED;
        if share.percent.0 <= Decimal::ZERO || share.percent.0 > hundred {
            let words = "a share is more than 0 and at most 100 percent";
            self.say(Code::OutOfRange, &join(&path, "percent"), words);
        }
    }

    /// Limits of a household are by the calendar.
    fn no_terms(&mut self, rule: &TransferRule, path: &str) {
        for (place, limit) in rule.limits.iter().enumerate() {
            if limit.per == CapPeriod::Term {
                let words = "limits of a household are by the calendar, not by terms";
                self.say(
                    Code::Contradiction,
                    &format!("{path}.limits[{place}].per"),
                    words,
                );
            }
        }
    }
}
