//! What only some members have: kept apart from what nearly every event changes, and copied only when it changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Access;
use crate::benefits::BenefitUse;
use crate::calendar::Instant;
use crate::condition::WarningLevel;
use crate::coupons::Instance;
use crate::households::Households;
use crate::id::Id;
use crate::lifecycle::Lived;
use crate::limits::MONEY_MAX;
use crate::plans::Plans;
use crate::points::{Carried, Hold, Lot, Reached, Redemption, Referred, Streaked};
use crate::tasks::Tasked;
use crate::triggers::TriggerMarks;

/// What only some members have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct More {
    /// The `version` of the program that the member last ran under, if that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) program_version: Option<Id>,
    /// What is held, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) holds: Vec<Hold>,
    /// The rewards that can still be undone, the first taken first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) redemptions: Vec<Redemption>,
    /// How far the member is in the streaks of rules; sorted by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) streaks: Vec<Streaked>,
    /// What rules carry to the next event; sorted by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) carried: Vec<Carried>,
    /// The coupons that the member has; sorted by instance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) coupons: Vec<Instance>,
    /// What triggers have done, and will do.
    #[serde(default, skip_serializing_if = "TriggerMarks::is_empty")]
    pub(crate) triggers: TriggerMarks,
    /// What returns left behind of milestones; sorted by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) milestones: Vec<Reached>,
    /// The stage of the lifecycle, and what belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lifecycle: Option<Box<Lived>>,
    /// How far the member is in tasks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tasks: BTreeMap<Id, Tasked>,
    /// Whether the membership is open, frozen or over.
    #[serde(default, skip_serializing_if = "Access::is_open")]
    pub(crate) access: Access,
    /// Because of whom the member joined, and who joined because of the member.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) referred: Referred,
    /// The paid plans of the member.
    #[serde(default, skip_serializing_if = "Plans::is_empty")]
    pub(crate) plans: Plans,
    /// What was used of benefits; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) benefits: Vec<BenefitUse>,
    /// The household of the member.
    #[serde(default, skip_serializing_if = "Households::is_empty")]
    pub(crate) household: Households,
    /// The members who have become part of this one; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) merged: Vec<Id>,
}

impl More {
    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self, accounts: &[&Id], as_of: Option<Instant>) -> Option<&'static str> {
        let mut pairs = self.holds.windows(2);
        if !pairs.all(|pair| matches!(pair, [first, second] if first.key < second.key)) {
            return Some("the holds of a member are not in order");
        }
        if self.holds.iter().any(|hold| Some(hold.until) <= as_of) {
            return Some("a hold that is over has not been released");
        }
        let held = |hold: &Hold| {
            let known = |id: &Id| accounts.contains(&id);
            let mut points = hold.points.iter();
            let coupons = hold.coupons.iter().all(|id| self.coupon(id).is_some());
            let mut values = hold.stored_value.iter();
            !hold.is_empty()
                && coupons
                && values.all(|one| one.amount > 0 && self.coupon(&one.instance).is_some())
                && points.all(|one| known(&one.account) && !one.lots.is_empty())
        };
        if !self.holds.iter().all(held) {
            return Some("a hold holds nothing, or what is not there");
        }
        if !self.coupons.is_sorted_by(|one, other| one.id < other.id) {
            return Some("the coupons of a member are not in order");
        }
        let marks = &self.triggers;
        if !marks.fired.is_sorted_by(|(one, _), (other, _)| one < other)
            || !marks.pending.is_sorted()
            || !marks.near.is_sorted_by(|one, other| one < other)
        {
            return Some("what triggers wait for is not in order");
        }
        let overdrawn = |one: &Instance| {
            let value = one.value.unwrap_or(0);
            !(0..=MONEY_MAX).contains(&value) || self.held_value(&one.id) > value
        };
        if self.coupons.iter().any(overdrawn) {
            return Some("a card holds less than nothing, too much, or less than is set aside");
        }
        let over = |one: &Instance| one.expires_at.is_some_and(|at| Some(at) <= as_of);
        if self
            .coupons
            .iter()
            .any(|one| over(one) && self.holder(&one.id).is_none())
        {
            return Some("a coupon that is over has not expired");
        }
        let lived = self.lifecycle.as_ref();
        if let Some(words) = lived.and_then(|lived| lived.fault(as_of)) {
            return Some(words);
        }
        if !self.merged.is_sorted_by(|one, other| one < other) {
            return Some("the members who have become part of one are not in order");
        }
        let used = |one: &BenefitUse| one.used < 0 || one.saved < 0;
        if !self
            .benefits
            .is_sorted_by(|one, other| one.benefit < other.benefit)
            || self.benefits.iter().any(used)
        {
            return Some("what was used of benefits is not in order, or less than nothing");
        }
        self.rules_fault()
            .or_else(|| self.plans.fault())
            .or_else(|| self.household.fault())
            .or_else(|| self.tasks.values().find_map(|one| one.fault(as_of)))
            .or_else(|| self.referred.fault())
            .or_else(|| self.redemptions.iter().find_map(Redemption::fault))
    }

    /// What is wrong with what rules keep.
    fn rules_fault(&self) -> Option<&'static str> {
        let sorted = |rules: &[&Id]| rules.is_sorted_by(|one, other| one < other);
        let lists = [
            self.streaks.iter().map(|one| &one.rule).collect::<Vec<_>>(),
            self.carried.iter().map(|one| &one.rule).collect(),
            self.milestones.iter().map(|one| &one.rule).collect(),
        ];
        if !lists.iter().all(|rules| sorted(rules)) {
            return Some("what rules keep is not in the order of the rules");
        }
        let streaks = self.streaks.iter().find_map(Streaked::fault);
        let carried = || self.carried.iter().find_map(Carried::fault);
        let milestones = || self.milestones.iter().find_map(Reached::fault);
        streaks.or_else(carried).or_else(milestones)
    }

    /// The stage of the lifecycle that the member is in.
    pub(crate) fn stage(&self) -> Option<&Id> {
        let reached = self.lifecycle.as_ref()?.stage.as_ref()?;
        Some(&reached.stage)
    }

    /// The level of early warning.
    pub(crate) fn warning(&self) -> WarningLevel {
        let lived = self.lifecycle.as_ref();
        lived.map_or(WarningLevel::None, |lived| lived.warning)
    }

    /// Whether attempts to win the member back have been given up.
    pub(crate) fn is_abandoned(&self) -> bool {
        let lived = self.lifecycle.as_ref();
        lived.is_some_and(|lived| lived.winback.abandoned.is_some())
    }

    /// A coupon of the wallet.
    pub(crate) fn coupon(&self, id: &Id) -> Option<&Instance> {
        let place = self.coupons.binary_search_by(|one| one.id.cmp(id)).ok()?;
        self.coupons.get(place)
    }

    /// The hold that holds a coupon, or a part of its money.
    pub(crate) fn holder(&self, id: &Id) -> Option<&Hold> {
        let mut holds = self.holds.iter();
        holds.find(|hold| hold.has(id))
    }

    /// How much of the money of an instance is held.
    pub(crate) fn held_value(&self, id: &Id) -> i64 {
        let held = self.holds.iter().flat_map(|hold| &hold.stored_value);
        let held = held.filter(|one| one.instance == *id);
        held.fold(0, |sum, one| sum.saturating_add(one.amount))
    }

    /// The lots of an account that are held.
    pub(crate) fn held<'m>(&'m self, account: &'m Id) -> impl Iterator<Item = &'m Lot> {
        let points = self.holds.iter().flat_map(|hold| &hold.points);
        points
            .filter(move |one| one.account == *account)
            .flat_map(|one| &one.lots)
    }
}
