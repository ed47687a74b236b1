//! What no type can say: ids that stand twice, numbers out of range, settings that contradict each other (clause 15.2).

mod account;
mod earn;
mod lifecycle;
mod plans;
mod prices;
mod promotions;
mod referrals;
mod spend;
mod tasks;

use std::collections::BTreeMap;

use super::Rules;
use crate::amount::{Exact, Points};
use crate::calendar::{Date, one_span};
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::json::Unread;
use crate::limits;
use crate::points::{Activation, Expiry};

/// Checks everything that compiling does not look at.
pub(super) fn check(rules: &Rules, unread: &Unread, mistakes: &mut Vec<Error>) {
    let mut check = Check { unread, mistakes };
    check.unique(
        "accounts",
        rules.accounts.iter().map(|one| &one.id),
        limits::MEMBER_LIST_MAX,
    );
    check.unique(
        "metrics",
        rules.metrics.iter().map(|one| &one.id),
        limits::MEMBER_LIST_MAX,
    );
    check.unique(
        "segments",
        rules.segments.iter().map(|one| &one.id),
        limits::MEMBER_LIST_MAX,
    );
    check.unique(
        "scores",
        rules.scores.iter().map(|one| &one.id),
        limits::MEMBER_LIST_MAX,
    );
    check.unique(
        "tiers",
        rules.tiers.iter().map(|one| &one.id),
        limits::MEMBER_LIST_MAX,
    );
    check.unique(
        "groups",
        rules.groups.iter().map(|one| &one.id),
        limits::LIST_MAX,
    );
    check.unique(
        "earn",
        rules.earn.iter().map(|one| &one.id),
        limits::LIST_MAX,
    );
    check.unique(
        "topics",
        rules.topics.iter().map(|one| &one.id),
        limits::MEMBER_LIST_MAX,
    );
    check.unique(
        "triggers",
        rules.triggers.iter().map(|one| &one.id),
        limits::MEMBER_LIST_MAX,
    );
    for (place, account) in rules.accounts.iter().enumerate() {
        let path = format!("accounts[{place}]");
        check.account(account, &rules.returns, &path);
    }
    for (place, group) in rules.groups.iter().enumerate() {
        check.caps(&group.caps, &format!("groups[{place}]"));
    }
    for (place, track) in rules.tiers.iter().enumerate() {
        let path = format!("tiers[{place}]");
        check.unique(
            &join(&path, "rungs"),
            track.rungs.iter().map(|one| &one.id),
            limits::MEMBER_LIST_MAX,
        );
        let by_points = rules
            .accounts
            .iter()
            .any(|one| one.yearly_deduction.is_some());
        check.track(track, by_points, &path);
    }
    check.whole(&rules.tiers);
    if let Some(lifecycle) = &rules.lifecycle {
        check.lifecycle(lifecycle);
    }
    if let Some(warning) = &rules.warning {
        check.warning(warning);
    }
    check.winback(&rules.winback);
    plans::check(rules, &mut check);
    check.tasks(&rules.tasks);
    check.rankings(&rules.rankings);
    for (place, rule) in rules.earn.iter().enumerate() {
        check.earn(rule, rules, &format!("earn[{place}]"));
    }
    check.earning(&rules.earning);
    check.promotions(rules);
    for (place, tender) in rules.tender.iter().enumerate() {
        let path = |field: &str| format!("tender[{place}].{field}");
        check.more_than_nothing(tender.points, &path("points"));
        check.number(tender.value, &path("value"), true);
        for (points, field) in [
            (tender.min_points, "min_points"),
            (tender.max_points, "max_points"),
            (tender.step, "step"),
        ] {
            if let Some(points) = points {
                check.more_than_nothing(points, &path(field));
            }
        }
        if let Some(percent) = tender.max_percent {
            check.number(percent, &path("max_percent"), true);
            if percent.0 > crate::amount::Decimal::ONE_HUNDRED {
                check.say(
                    Code::OutOfRange,
                    &path("max_percent"),
                    "a part of the basket is at most 100 percent",
                );
            }
        }
        let step = tender.step.map_or(1, crate::amount::Points::get);
        check.possible(
            tender.min_points,
            tender.max_points,
            step,
            &format!("tender[{place}]"),
        );
    }
    check.returns(&rules.returns);
    check.prices(rules);
    check.referrals(&rules.referrals);
    spend::check(&mut check, rules);
    if rules.dedup_days == 0 || rules.dedup_days > limits::PERIOD_MAX {
        let words = format!("ids are remembered for 1 to {} days", limits::PERIOD_MAX);
        check.say(Code::OutOfRange, "dedup_days", &words);
    }
}

pub(super) struct Check<'c> {
    unread: &'c Unread,
    mistakes: &'c mut Vec<Error>,
}

impl Check<'_> {
    pub(super) fn say(&mut self, code: Code, path: &str, words: &str) {
        self.mistakes.push(Error::at(code, path, words));
    }

    fn unique<'i>(&mut self, list: &str, ids: impl Iterator<Item = &'i Id>, most: usize) {
        let mut first: BTreeMap<&Id, usize> = BTreeMap::new();
        let mut count = 0_usize;
        for (place, id) in ids.enumerate() {
            count = place.saturating_add(1);
            if let Some(before) = first.get(id) {
                self.say(
                    Code::DuplicateId,
                    &format!("{list}[{place}].id"),
                    &format!("`{id}` is the id of {list}[{before}] already"),
                );
            } else {
                first.insert(id, place);
            }
        }
        if count > most {
            self.say(
                Code::LimitExceeded,
                list,
                &format!("at most {most} are allowed"),
            );
        }
    }

    fn more_than_nothing(&mut self, points: Points, path: &str) {
        if points.get() <= 0 {
            self.say(
                Code::OutOfRange,
                path,
                "the number of points must be more than zero",
            );
        }
    }

    /// A rate, factor or amount: not negative (more than zero if `positive`), and within the limits.
    fn number(&mut self, number: Exact, path: &str, positive: bool) {
        let value = number.0;
        if value.is_sign_negative() && !value.is_zero() {
            self.say(Code::OutOfRange, path, "the number must not be negative");
        } else if positive && value.is_zero() {
            self.say(Code::OutOfRange, path, "the number must be more than zero");
        } else if value > crate::amount::Decimal::from(limits::RATE_MAX) {
            self.say(
                Code::OutOfRange,
                path,
                &format!("the number must not be more than {}", limits::RATE_MAX),
            );
        } else if value.normalize().scale() > limits::RATE_SCALE_MAX {
            self.say(
                Code::TooManyDigits,
                path,
                &format!(
                    "at most {} decimal places are allowed",
                    limits::RATE_SCALE_MAX
                ),
            );
        }
    }

    fn dates(&mut self, from: Date, until: Date, path: &str) {
        if until < from {
            self.say(
                Code::Contradiction,
                &join(path, "until"),
                "`until` is before `from`",
            );
        }
    }

    fn activation(&mut self, activation: Activation, path: &str) {
        if let Activation::After { days } = activation {
            self.days(days, &join(path, "after.days"));
        }
    }

    fn days(&mut self, days: u32, path: &str) {
        if days > limits::PERIOD_MAX {
            self.say(
                Code::OutOfRange,
                path,
                &format!("at most {} are allowed", limits::PERIOD_MAX),
            );
        }
    }

    fn expiry(&mut self, expiry: &Expiry, path: &str) {
        match expiry {
            Expiry::Never | Expiry::Annual(_) => {}
            Expiry::Inactivity(idle) => self.inactivity(idle, &join(path, "inactivity")),
            Expiry::After(after) => {
                self.length(
                    after.days,
                    after.weeks,
                    after.months,
                    after.years,
                    &join(path, "after"),
                );
            }
            Expiry::Latest(all) | Expiry::Earliest(all) => {
                let field = if matches!(expiry, Expiry::Latest(_)) {
                    "latest"
                } else {
                    "earliest"
                };
                if all.is_empty() {
                    self.say(
                        Code::MissingField,
                        &join(path, field),
                        "an empty list of expiries means nothing",
                    );
                }
                for (place, one) in all.iter().enumerate() {
                    self.expiry(one, &format!("{}[{place}]", join(path, field)));
                }
            }
        }
    }

    pub(super) fn length(
        &mut self,
        days: Option<u32>,
        weeks: Option<u32>,
        months: Option<u32>,
        years: Option<u32>,
        path: &str,
    ) {
        if one_span(days, weeks, months, years).is_none() {
            self.say(
                Code::InvalidValue,
                path,
                "say exactly one of `days`, `weeks`, `months`, `years`",
            );
        }
        for (n, field) in [
            (days, "days"),
            (weeks, "weeks"),
            (months, "months"),
            (years, "years"),
        ] {
            if let Some(n) = n {
                let most = match field {
                    "days" => limits::PERIOD_MAX,
                    "weeks" => limits::PERIOD_MAX / 7,
                    "months" => limits::MONTHS_MAX,
                    _ => limits::MONTHS_MAX / 12,
                };
                if n > most {
                    let words = format!("at most {most} are allowed");
                    self.say(Code::OutOfRange, &join(path, field), &words);
                }
            }
        }
    }
}
