//! Referrals: numbers out of range, settings that contradict each other.

use super::{Check, limits};
use crate::error::{Code, join};
use crate::points::{CapPeriod, ReferralRule, ReferralStep, Referrals};

impl Check<'_> {
    pub(super) fn referrals(&mut self, rules: &Referrals) {
        let milestones = rules.milestones.iter().map(|one| &one.id);
        let ids = rules.rules.iter().map(|one| &one.id);
        self.unique("referrals.rules", ids.clone(), limits::MEMBER_LIST_MAX);
        self.unique(
            "referrals.milestones",
            milestones.clone(),
            limits::MEMBER_LIST_MAX,
        );
        for (place, rule) in rules.rules.iter().enumerate() {
            self.referral(rule, &format!("referrals.rules[{place}]"));
        }
        for (place, milestone) in rules.milestones.iter().enumerate() {
            let path = format!("referrals.milestones[{place}]");
            self.more_than_nothing(milestone.points, &join(&path, "points"));
            if milestone.friends == 0 {
                let words = "a milestone is for one friend or more";
                self.say(Code::OutOfRange, &join(&path, "friends"), words);
            }
            if ids.clone().any(|id| *id == milestone.id) {
                let words = format!("`{}` is the id of a rule already", milestone.id);
                self.say(Code::DuplicateId, &join(&path, "id"), &words);
            }
        }
        if let Some(share) = &rules.share {
            self.number(share.percent, "referrals.share.percent", true);
            self.span(share.lasts, "referrals.share.for");
            if let Some(most) = share.max_points {
                self.more_than_nothing(most, "referrals.share.max_points");
            }
            if ids.chain(milestones).any(|id| *id == share.id) {
                let words = format!("`{}` is the id of a rule already", share.id);
                self.say(Code::DuplicateId, "referrals.share.id", &words);
            }
        }
    }

    fn referral(&mut self, rule: &ReferralRule, path: &str) {
        if rule.points.is_some() == rule.percent.is_some() {
            let words = "a referral brings `points` or a `percent`: say one of them";
            self.say(Code::InvalidValue, path, words);
        }
        if let Some(points) = rule.points {
            self.more_than_nothing(points, &join(path, "points"));
        }
        if let Some(percent) = rule.percent {
            let path = join(path, "percent");
            self.number(percent, &path, true);
            if rule.on == ReferralStep::Enrolment {
                let words = "an enrolment earns no points of which this could be a part";
                self.say(Code::Contradiction, &path, words);
            }
        }
        if let Some(most) = rule.max_points {
            let path = join(path, "max_points");
            self.more_than_nothing(most, &path);
            if rule.percent.is_none() {
                let words = "only a percentage has a most";
                self.say(Code::Contradiction, &path, words);
            }
        }
        self.caps(&rule.caps, path);
        for (place, cap) in rule.caps.iter().enumerate() {
            if matches!(cap.per, CapPeriod::Event | CapPeriod::Term) {
                let words = "referrals are capped by day, week, month, year or lifetime";
                let path = format!("{path}.caps[{place}].per");
                self.say(Code::WrongPlace, &path, words);
            }
        }
    }
}
