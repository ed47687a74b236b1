//! Rewards, transfers and conversions: numbers out of range, settings that contradict each other.

use super::{Check, limits};
use crate::amount::{Decimal, Exact, Points};
use crate::error::{Code, join};
use crate::points::{
    AutoReward, CapPeriod, ConversionRule, Fee, Limit, Reward, RewardGive, TransferRule,
};
use crate::pricing::Discount;
use crate::program::Rules;

/// Checks what points can be used for, other than to pay.
pub(super) fn check(check: &mut Check<'_>, rules: &Rules) {
    check.unique(
        "rewards",
        rules.rewards.iter().map(|one| &one.id),
        limits::LIST_MAX,
    );
    check.unique(
        "conversions",
        rules.conversions.iter().map(|one| &one.id),
        limits::LIST_MAX,
    );
    for (place, rule) in rules.rewards.iter().enumerate() {
        check.reward(rule, &format!("rewards[{place}]"));
    }
    for (place, rule) in rules.transfers.iter().enumerate() {
        check.transfer(rule, &format!("transfers[{place}]"));
    }
    for (place, rule) in rules.conversions.iter().enumerate() {
        check.conversion(rule, &format!("conversions[{place}]"));
    }
}

impl Check<'_> {
    fn reward(&mut self, rule: &Reward, path: &str) {
        self.more_than_nothing(rule.points, &join(path, "points"));
        if let Some(prices) = &rule.by_tier {
            let path = join(path, "by_tier.rungs");
            if prices.rungs.is_empty() {
                let words = "an empty list of prices means nothing";
                self.say(Code::MissingField, &path, words);
            }
            for (rung, points) in &prices.rungs {
                self.more_than_nothing(*points, &join(&path, rung.as_str()));
            }
        }
        if let Some(money) = rule.money {
            self.number(money, &join(path, "money"), true);
        }
        match &rule.give {
            RewardGive::Item(_) | RewardGive::Coupon(_) => {}
            RewardGive::Discount(discount) => self.discount(discount, &join(path, "give.discount")),
            RewardGive::Points(of) => {
                self.more_than_nothing(of.points, &join(path, "give.points.points"));
            }
        }
        self.limits(&rule.limits, path);
        if let (Some(from), Some(until)) = (rule.from, rule.until) {
            self.dates(from, until, path);
        }
        if let Some(auto) = &rule.auto {
            self.auto(rule, auto, path);
        }
    }

    /// A reward that nobody asks for: no event, no purchase, nobody who could pay money.
    fn auto(&mut self, rule: &Reward, auto: &AutoReward, path: &str) {
        if let Some(threshold) = auto.threshold {
            let path = join(path, "auto.threshold");
            self.more_than_nothing(threshold, &path);
            if threshold < rule.points {
                let words =
                    "with so few points it cannot be paid: `threshold` is at least `points`";
                self.say(Code::Contradiction, &path, words);
            }
        }
        if matches!(rule.give, RewardGive::Discount(_)) {
            let words =
                "a discount needs a purchase that names the reward: it is not given by itself";
            self.say(Code::Contradiction, &join(path, "auto"), words);
        }
        if rule.money.is_some() {
            let words = "what is given by itself is paid for in points alone";
            self.say(Code::Contradiction, &join(path, "money"), words);
        }
        for (place, limit) in rule.limits.iter().enumerate() {
            if limit.per == CapPeriod::Event {
                let words = "what is given by itself has no event: limit it by a day or longer";
                self.say(
                    Code::Contradiction,
                    &format!("{path}.limits[{place}].per"),
                    words,
                );
            }
        }
    }

    fn discount(&mut self, discount: &Discount, path: &str) {
        match discount {
            Discount::AmountOff(off) => {
                self.number(off.amount, &join(path, "amount_off.amount"), true);
            }
            Discount::PercentOff(off) => {
                self.part(off.percent, &join(path, "percent_off.percent"));
                if let Some(max) = off.max {
                    self.number(max, &join(path, "percent_off.max"), true);
                }
            }
        }
    }

    /// A part of a whole, more than nothing.
    fn part(&mut self, percent: Exact, path: &str) {
        self.number(percent, path, true);
        if percent.0 > Decimal::ONE_HUNDRED && percent.0 <= Decimal::from(limits::RATE_MAX) {
            self.say(Code::OutOfRange, path, "a part is at most 100 percent");
        }
    }

    fn limits(&mut self, limits: &[Limit], path: &str) {
        for (place, limit) in limits.iter().enumerate() {
            let path = format!("{path}.limits[{place}]");
            if limit.times == 0 {
                let words = "a limit of no times forbids it: leave it out";
                self.say(Code::OutOfRange, &join(&path, "times"), words);
            }
            if limit.track.is_some() && limit.per != CapPeriod::Term {
                let words = "only a limit per `term` has a track";
                self.say(Code::Contradiction, &join(&path, "track"), words);
            }
            if limit.by.is_some() {
                let words = "only limits of triggers are by what those are about";
                self.say(Code::Contradiction, &join(&path, "by"), words);
            }
        }
    }

    pub(super) fn transfer(&mut self, rule: &TransferRule, path: &str) {
        if let Some(step) = rule.step {
            self.more_than_nothing(step, &join(path, "step"));
        }
        let step = rule.step.map_or(1, Points::get);
        self.amounts(rule.min_points, rule.max_points, step, path);
        self.fee(rule.fee.as_ref(), path);
        self.limits(&rule.limits, path);
        for (place, limit) in rule.points_limits.iter().enumerate() {
            let path = format!("{path}.points_limits[{place}]");
            self.more_than_nothing(limit.points, &join(&path, "points"));
            if matches!(limit.per, CapPeriod::Event | CapPeriod::Term) {
                let words = "points are limited by the calendar; `max_points` limits one transfer";
                self.say(Code::Contradiction, &join(&path, "per"), words);
            }
        }
    }

    fn conversion(&mut self, rule: &ConversionRule, path: &str) {
        self.more_than_nothing(rule.points, &join(path, "points"));
        self.more_than_nothing(rule.gives, &join(path, "gives"));
        if let Some(step) = rule.step {
            self.more_than_nothing(step, &join(path, "step"));
        }
        let step = rule.step.unwrap_or(rule.points).get();
        self.amounts(rule.min_points, rule.max_points, step, path);
        self.fee(rule.fee.as_ref(), path);
        self.limits(&rule.limits, path);
    }

    /// At least one number of points must be possible, and all are more than nothing.
    fn amounts(&mut self, min: Option<Points>, max: Option<Points>, step: i64, path: &str) {
        for (points, field) in [(min, "min_points"), (max, "max_points")] {
            if let Some(points) = points {
                self.more_than_nothing(points, &join(path, field));
            }
        }
        self.possible(min, max, step, path);
    }

    /// At least one multiple of a step must be from the least to the most.
    pub(super) fn possible(
        &mut self,
        min: Option<Points>,
        max: Option<Points>,
        step: i64,
        path: &str,
    ) {
        let Some(max) = max.map(Points::get).filter(|_| step > 0) else {
            return;
        };
        let least = min.map_or(1, Points::get).max(1);
        let most = max.saturating_sub(max.checked_rem(step).unwrap_or(0));
        if max < least {
            let words = "`max_points` is less than `min_points`";
            self.say(Code::Contradiction, &join(path, "max_points"), words);
        } else if most < least {
            let words = format!("no multiple of {step} is from {least} to {max}");
            self.say(Code::Contradiction, &join(path, "max_points"), &words);
        }
    }

    fn fee(&mut self, fee: Option<&Fee>, path: &str) {
        match fee {
            None => {}
            Some(Fee::Points(points)) => {
                self.more_than_nothing(*points, &join(path, "fee.points"));
            }
            Some(Fee::Percent(percent)) => self.part(*percent, &join(path, "fee.percent")),
        }
    }
}
