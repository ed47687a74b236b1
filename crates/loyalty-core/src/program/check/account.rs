//! What the settings of an account may not say.

use super::Check;
use crate::amount::{Decimal, Exact, Points};
use crate::calendar::{Align, LastDay, Span};
use crate::error::{Code, join};
use crate::event::Overdraw;
use crate::limits;
use crate::points::{
    AccountRule, Activation, Decay, Expiry, ExpiryAfter, ExpiryFrom, ExpiryInactivity,
    LiabilityRule, Overrides, Returns,
};

impl Check<'_> {
    pub(super) fn account(&mut self, account: &AccountRule, returns: &Returns, path: &str) {
        self.expiry(&account.expiry, &join(path, "expiry"));
        self.activation(account.activation, &join(path, "activation"));
        self.caps(&account.caps, path);
        self.outlasts(&account.expiry, account.activation, &join(path, "expiry"));
        if let Some(by_tier) = &account.expiry_by_tier {
            for (rung, expiry) in &by_tier.rungs {
                let path = format!("{path}.expiry_by_tier.rungs.{rung}");
                self.expiry(expiry, &path);
                self.outlasts(expiry, account.activation, &path);
            }
        } else if account.overrides != Overrides::default() {
            let words = "`overrides` chooses between a rule and a rung: it needs `expiry_by_tier`";
            self.say(Code::Contradiction, &join(path, "overrides"), words);
        }
        if let Some(decay) = &account.decay {
            self.decay(decay, &join(path, "decay"));
        }
        if let Some(yearly) = &account.yearly_deduction {
            for (rung, points) in &yearly.rungs {
                let path = format!("{path}.yearly_deduction.rungs.{rung}");
                self.more_than_nothing(*points, &path);
            }
        }
        self.days(account.reinstate_days, &join(path, "reinstate_days"));
        if let Some(liability) = &account.liability {
            self.liability(liability, &join(path, "liability"));
        }
        let worthless = returns.point_value.is_none() && !self.unread.has("returns");
        if account.overdraw == Overdraw::Withhold && worthless {
            let words = "`withhold` needs `returns.point_value`: what a missing point is worth";
            self.say(Code::MissingField, &join(path, "overdraw"), words);
        }
    }

    /// Points that are over before anybody can use them, whenever they are earned.
    pub(super) fn outlasts(&mut self, expiry: &Expiry, activation: Activation, path: &str) {
        let waits = match activation {
            Activation::After { days } => i64::from(days),
            Activation::Immediate | Activation::On(_) | Activation::OnSettlement => 0,
        };
        if lasts_at_most(expiry, waits).is_some_and(|days| days <= 0) {
            let words = "the points expire before they are available, or at that very instant";
            self.say(Code::Contradiction, path, words);
        }
    }

    pub(super) fn returns(&mut self, returns: &Returns) {
        if let Some(value) = &returns.point_value {
            self.more_than_nothing(value.points, "returns.point_value.points");
            self.number(value.value, "returns.point_value.value", true);
        }
    }

    pub(super) fn inactivity(&mut self, idle: &ExpiryInactivity, path: &str) {
        self.length(idle.days, idle.weeks, idle.months, idle.years, path);
        self.deeds(&idle.resets_on, &join(path, "resets_on"));
    }

    fn decay(&mut self, decay: &Decay, path: &str) {
        for (span, field) in [
            (decay.after_inactive, "after_inactive"),
            (decay.every, "every"),
        ] {
            if span.is_zero() {
                let words = "the time must be longer than nothing";
                self.say(Code::OutOfRange, &join(path, field), words);
            }
            self.span(span, &join(path, field));
        }
        self.percent(decay.percent, &join(path, "percent"));
        for (points, field) in [(decay.min_points, "min_points"), (decay.until, "until")] {
            if points.get() < 0 {
                let words = "the number of points must not be negative";
                self.say(Code::OutOfRange, &join(path, field), words);
            }
        }
        if decay.percent.0.is_zero() && decay.min_points == Points::ZERO {
            let words = "nothing ever leaves: both `percent` and `min_points` are zero";
            self.say(Code::Contradiction, path, words);
        }
        self.deeds(&decay.resets_on, &join(path, "resets_on"));
    }

    /// What counts as being active.
    fn deeds(&mut self, words: &[String], path: &str) {
        if words.is_empty() {
            let words = "nothing counts as being active: the list is empty";
            self.say(Code::MissingField, path, words);
        }
        for (place, word) in words.iter().enumerate() {
            let kind = word.strip_prefix("activity:");
            let plain = ["earned", "spent", "purchase", "enroll", "activity"];
            if !plain.contains(&word.as_str()) && kind.is_none_or(|kind| kind.trim().is_empty()) {
                let words = "being active is `earned`, `spent`, `purchase`, `enroll`, `activity` or `activity:` and a kind";
                self.say(Code::InvalidValue, &format!("{path}[{place}]"), words);
            }
        }
    }

    fn liability(&mut self, rule: &LiabilityRule, path: &str) {
        self.number(rule.cost_per_point, &join(path, "cost_per_point"), false);
        self.percent(rule.redemption_percent, &join(path, "redemption_percent"));
    }

    /// A part of a whole.
    fn percent(&mut self, percent: Exact, path: &str) {
        self.number(percent, path, false);
        if percent.0 > Decimal::ONE_HUNDRED && percent.0 <= Decimal::from(limits::RATE_MAX) {
            self.say(Code::OutOfRange, path, "at most 100 percent");
        }
    }

    /// A length whose unit decides how long it may be.
    pub(in crate::program) fn span(&mut self, span: Span, path: &str) {
        let most = match span {
            Span::Days(_) => limits::PERIOD_MAX,
            Span::Weeks(_) => limits::PERIOD_MAX / 7,
            Span::Months(_) => limits::MONTHS_MAX,
            Span::Years(_) => limits::MONTHS_MAX / 12,
        };
        if span.count() > most {
            self.say(
                Code::OutOfRange,
                path,
                &format!("at most {most} are allowed"),
            );
        }
    }
}

/// How many days points can be used at most that are available after so many days or later; none where nobody can say.
fn lasts_at_most(expiry: &Expiry, waits: i64) -> Option<i64> {
    match expiry {
        // What moves with the member's deeds, and what comes on a day of the year, can come late enough.
        Expiry::Never | Expiry::Annual(_) | Expiry::Inactivity(_) => None,
        Expiry::After(after) => {
            let days = reaches(after)?;
            Some(match after.from {
                ExpiryFrom::Earning => days.saturating_sub(waits),
                ExpiryFrom::Activation => days,
            })
        }
        Expiry::Latest(all) => {
            let all: Option<Vec<i64>> = all.iter().map(|one| lasts_at_most(one, waits)).collect();
            all?.into_iter().max()
        }
        Expiry::Earliest(all) => all.iter().filter_map(|one| lasts_at_most(one, waits)).min(),
    }
}

/// How many days after the one that is counted from the first invalid day is at most.
fn reaches(after: &ExpiryAfter) -> Option<i64> {
    let (_, days) = after.span()?.days();
    let aligned = match after.align.unwrap_or_default() {
        Align::Day => 0,
        Align::MonthEnd => 30,
        Align::QuarterEnd => 91,
        Align::HalfYearEnd => 183,
        Align::YearEnd => 365,
    };
    let plus = after.plus.map_or(0, |plus| plus.days().1);
    let over = match after.last_day {
        LastDay::Included => 1,
        LastDay::Excluded => 0,
    };
    let all = days.checked_add(aligned)?.checked_add(plus)?;
    all.checked_add(over)
}
