//! How often a promotion is used: from the words of its limits to what is counted, under which name (clause 10.4).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::rules::{LimitBy, LimitPer, LimitWhose, OverLimit, Promotion, PromotionLimit};
use super::{Compiler, PromotionPlan};
use crate::counts::{count_name, tell_twice};
use crate::error::{Code, Error, join};
use crate::id::Id;

/// A compiled limit: which of the three it is, and how much.
#[derive(Clone, Debug)]
pub(crate) struct LimitPlan {
    pub(crate) of: LimitOf,
    pub(crate) most: i64,
    pub(crate) over: OverLimit,
    pub(crate) rule: PromotionLimit,
    /// The name of what it counts: a member keeps its use under it.
    pub(crate) key: Arc<str>,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LimitOf {
    Uses,
    Units,
    /// In minor units.
    Money,
}

impl LimitOf {
    /// Its word in the name of a count.
    fn word(self) -> &'static str {
        match self {
            Self::Uses => "uses",
            Self::Units => "units",
            Self::Money => "money",
        }
    }
}

impl LimitPer {
    /// Its word in the name of a count.
    fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Lifetime => "lifetime",
        }
    }
}

impl PromotionPlan {
    /// Whether its limits that are for everyone have several periods, those that count by something or those that do not.
    pub(crate) fn has_periods(&self, by: bool) -> bool {
        let same = |one: &&LimitPlan| {
            one.rule.whose == LimitWhose::Everyone && one.rule.by.is_some() == by
        };
        let mut periods = self.limits.iter().filter(same).map(|one| one.rule.per);
        let first = periods.next();
        periods.any(|per| Some(per) != first)
    }
}

impl Compiler<'_> {
    /// The limits of a promotion; `path` is that of their list.
    pub(super) fn limits(&mut self, rule: &Promotion, path: &str) -> Vec<LimitPlan> {
        let mut limits = Vec::with_capacity(rule.limits.len());
        let mut counted = Vec::with_capacity(rule.limits.len());
        for (place, limit) in rule.limits.iter().enumerate() {
            if let Some(plan) = self.limit(&rule.id, limit, &format!("{path}[{place}]")) {
                counted.push((place, Arc::clone(&plan.key)));
                limits.push(plan);
            }
        }
        let names = counted.iter().map(|(place, name)| (*place, &**name));
        tell_twice(names, path, self.mistakes);
        limits
    }

    fn limit(&mut self, of: &Id, rule: &PromotionLimit, path: &str) -> Option<LimitPlan> {
        let (what, most) = match (rule.uses, rule.units, rule.money) {
            (Some(uses), None, None) => (LimitOf::Uses, i64::from(uses)),
            (None, Some(units), None) => (LimitOf::Units, i64::from(units)),
            (None, None, Some(money)) => (
                LimitOf::Money,
                self.money(Some(money), &join(path, "money"))?,
            ),
            _ => {
                let words = "say one of `uses`, `units` and `money`";
                self.mistakes
                    .push(Error::at(Code::MissingField, path, words));
                return None;
            }
        };
        if most == 0 {
            let words = "a limit of nothing makes it never used";
            self.mistakes
                .push(Error::at(Code::Unreachable, path, words));
        }
        let mut parts = vec!["promotion", of.as_str(), what.word(), rule.per.word()];
        parts.extend((rule.whose == LimitWhose::Everyone).then_some("everyone"));
        match &rule.by {
            None => {}
            Some(LimitBy::Product) => parts.push("product"),
            Some(LimitBy::Attribute(name)) => parts.extend(["attribute", name]),
        }
        Some(LimitPlan {
            of: what,
            most,
            over: rule.over,
            rule: rule.clone(),
            key: count_name(&parts).into(),
        })
    }
}
