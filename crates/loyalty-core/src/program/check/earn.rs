//! Earn rules: numbers out of range, and settings that contradict each other.

use super::{Check, Rules};
use crate::amount::Rounding;
use crate::condition::Condition;
use crate::error::{Code, join};
use crate::limits;
use crate::points::{
    AccountRule, Cap, CapPeriod, EarnRule, Earning, Give, Milestone, Overrides, PointRounding,
    PointsPlace, Rate, RoundWhen, Streak,
};

impl Check<'_> {
    pub(super) fn earning(&mut self, earning: &Earning) {
        self.rounding(earning.rounding, earning.round, "earning");
    }

    pub(super) fn earn(&mut self, rule: &EarnRule, rules: &Rules, path: &str) {
        match &rule.give {
            Give::Rate(rate) => self.rate(rate, &join(path, "give.rate")),
            Give::Fixed(points) => self.more_than_nothing(*points, &join(path, "give.fixed")),
            Give::PerUnit(points) => self.number(*points, &join(path, "give.per_unit"), true),
            Give::PerLine(points) => self.number(*points, &join(path, "give.per_line"), true),
            Give::Multiply(factor) => self.number(*factor, &join(path, "give.multiply"), false),
            Give::PercentOf(part) => {
                self.number(part.percent, &join(path, "give.percent_of.percent"), true);
            }
            Give::Streak(streak) => self.streak(streak, &join(path, "give.streak")),
            Give::Milestone(milestone) => {
                self.milestone(milestone, &join(path, "give.milestone"));
            }
        }
        if let Some(rounding) = rule.rounding {
            self.rounding(rounding, rules.earning.round, path);
        }
        if rule.carry {
            self.carry(rule, &rules.earning, &join(path, "carry"));
        }
        if let Some(expiry) = &rule.expiry {
            self.expiry(expiry, &join(path, "expiry"));
        }
        if let Some(activation) = rule.activation {
            self.activation(activation, &join(path, "activation"));
        }
        self.caps(&rule.caps, path);
        if matches!(rule.give, Give::Multiply(_)) && rule.bonus {
            self.say(
                Code::Contradiction,
                &join(path, "bonus"),
                "a multiplier cannot be a `bonus`: bonuses are what is not multiplied",
            );
        }
        self.dated(rule, rules, path);
        if let Some(when) = &rule.when {
            self.answered(when, &rule.on, &join(path, "when"));
        }
        if let (Some(from), Some(until)) = (rule.from, rule.until) {
            self.dates(from, until, path);
        }
    }

    /// The dates of points where the rule overrides a part of the account's, and no rung says more.
    fn dated(&mut self, rule: &EarnRule, rules: &Rules, path: &str) {
        let only = rules.accounts.len() == 1;
        let named = |one: &&AccountRule| (rule.account.as_ref()).map_or(only, |id| *id == one.id);
        let Some(account) = rules.accounts.iter().find(named) else {
            return;
        };
        let by_rung = account.expiry_by_tier.is_some();
        let own = rule.expiry.is_some() && account.overrides == Overrides::Rule;
        if (by_rung && !own) || (rule.expiry.is_none() && rule.activation.is_none()) {
            return;
        }
        let expiry = rule.expiry.as_ref().unwrap_or(&account.expiry);
        let activation = rule.activation.unwrap_or(account.activation);
        let field = if rule.expiry.is_some() {
            "expiry"
        } else {
            "activation"
        };
        self.outlasts(expiry, activation, &join(path, field));
    }

    /// Kinds of events that the rule never answers, where they must be.
    fn answered(&mut self, when: &Condition, on: &str, path: &str) {
        let known = |kind: &String| crate::event::KINDS.contains(&kind.as_str());
        match when {
            Condition::All(all) => {
                for (place, one) in all.iter().enumerate() {
                    self.answered(one, on, &format!("{path}.all[{place}]"));
                }
            }
            Condition::Kind(kinds) if !kinds.is_empty() && kinds.iter().all(known) => {
                let answers: &[&str] = match on {
                    "purchase" => &["purchase", "exchange"],
                    "enroll" => &["enroll"],
                    _ => &["activity"],
                };
                if !kinds.iter().any(|kind| answers.contains(&kind.as_str())) {
                    let words =
                        format!("the rule answers `{on}`, which is no event of these kinds");
                    self.say(Code::Unreachable, &join(path, "kind"), &words);
                }
            }
            _ => {}
        }
    }

    fn rate(&mut self, rate: &Rate, path: &str) {
        self.number(rate.points, &join(path, "points"), true);
        self.number(rate.per, &join(path, "per"), true);
        if rate.attribute.is_some() && rate.base.is_some() {
            self.say(
                Code::Contradiction,
                &join(path, "base"),
                "a rate on an `attribute` counts no money",
            );
        }
    }

    fn streak(&mut self, streak: &Streak, path: &str) {
        if streak.steps.is_empty() {
            self.say(
                Code::MissingField,
                &join(path, "steps"),
                "a streak without steps gives nothing",
            );
        }
        if streak.steps.len() > limits::LIST_MAX {
            let words = format!("at most {} are allowed", limits::LIST_MAX);
            self.say(Code::LimitExceeded, &join(path, "steps"), &words);
        }
        for (place, points) in streak.steps.iter().enumerate() {
            if points.get() < 0 {
                self.say(
                    Code::OutOfRange,
                    &format!("{path}.steps[{place}]"),
                    "a step takes no points away",
                );
            }
        }
        if streak.max_per_day == 0 {
            self.say(
                Code::OutOfRange,
                &join(path, "max_per_day"),
                "a streak that counts no event of a day never begins",
            );
        }
    }

    fn milestone(&mut self, rule: &Milestone, path: &str) {
        if rule.at.is_empty() && rule.every.is_none() {
            self.say(Code::MissingField, path, "say `at` or `every`");
        }
        let mut before = None;
        for (place, step) in rule.at.iter().enumerate() {
            let path = |field: &str| format!("{path}.at[{place}].{field}");
            self.number(step.value, &path("value"), true);
            self.more_than_nothing(step.points, &path("points"));
            if before.is_some_and(|before| step.value.0 <= before) {
                self.say(
                    Code::Contradiction,
                    &path("value"),
                    "milestones stand in rising order",
                );
            }
            before = Some(step.value.0);
        }
        for (value, field) in [(rule.every, "every"), (rule.from, "from")] {
            if let Some(value) = value {
                self.number(value, &join(path, field), true);
            }
        }
        if let Some(points) = rule.points {
            self.more_than_nothing(points, &join(path, "points"));
        }
        match (rule.every, rule.points) {
            (Some(_), None) => self.say(
                Code::MissingField,
                &join(path, "points"),
                "say how many points `every` gives",
            ),
            (None, Some(_)) => self.say(
                Code::Contradiction,
                &join(path, "points"),
                "`points` are for `every`; each value of `at` has its own",
            ),
            _ => {}
        }
        if rule.every.is_none() && rule.from.is_some() {
            self.say(
                Code::Contradiction,
                &join(path, "from"),
                "`from` is where `every` begins",
            );
        }
    }

    fn rounding(&mut self, rounding: PointRounding, round: RoundWhen, path: &str) {
        let path = |field: &str| format!("{path}.rounding.{field}");
        self.more_than_nothing(rounding.to, &path("to"));
        if round == RoundWhen::AfterMultiplier && rounding.place != PointsPlace::Rule {
            self.say(
                Code::Contradiction,
                &path("place"),
                "points that are rounded after multiplying are rounded as a whole: `place` must be `rule`",
            );
        }
    }

    fn carry(&mut self, rule: &EarnRule, earning: &Earning, path: &str) {
        if !matches!(rule.give, Give::Rate(_) | Give::PerUnit(_)) {
            self.say(
                Code::Contradiction,
                path,
                "only a rate or points by unit leave anything below one step",
            );
            return;
        }
        let rounding = rule.rounding.unwrap_or(earning.rounding);
        if rounding.mode != Rounding::Floor || rounding.place != PointsPlace::Rule {
            self.say(
                Code::Contradiction,
                path,
                "what is carried is what is below the full points of the rule: rounding must be `floor`, its place `rule`",
            );
        }
        if earning.round == RoundWhen::AfterMultiplier {
            self.say(
                Code::Contradiction,
                path,
                "nothing is left of a rule where points are rounded after multiplying",
            );
        }
    }

    pub(super) fn caps(&mut self, caps: &[Cap], path: &str) {
        for (place, cap) in caps.iter().enumerate() {
            let path = format!("{path}.caps[{place}]");
            if cap.points.is_some() == cap.times.is_some() {
                self.say(
                    Code::InvalidValue,
                    &path,
                    "a cap is of `points` or of `times`: say one of them",
                );
            }
            if cap.track.is_some() && cap.per != CapPeriod::Term {
                self.say(
                    Code::Contradiction,
                    &join(&path, "track"),
                    "only a cap by `term` asks for a track",
                );
            }
            if let Some(points) = cap.points {
                self.more_than_nothing(points, &join(&path, "points"));
            }
            if cap.times == Some(0) {
                self.say(
                    Code::OutOfRange,
                    &join(&path, "times"),
                    "a cap of no times forbids the rule: leave the rule out",
                );
            }
        }
    }
}
