//! How much of a benefit a member has, and what a member keeps of its use.

use serde::{Deserialize, Serialize};

use super::rules::QuotaPeriod;
use crate::calendar::{Date, MonthDay, Period};
use crate::condition::Cond;
use crate::id::Id;

/// The calendar's periods begin with the year.
const FIRST: MonthDay = MonthDay::JANUARY_FIRST;

/// A compiled benefit.
#[derive(Debug)]
pub(crate) struct BenefitPlan {
    pub(crate) id: Id,
    pub(crate) quota: Option<QuotaPlan>,
    pub(crate) grants: Vec<GrantPlan>,
}

/// A compiled quota.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuotaPlan {
    pub(crate) per: QuotaPeriod,
    /// What is not used stays, up to so many units.
    pub(crate) most: Option<i64>,
}

/// Who has how much.
#[derive(Debug)]
pub(crate) struct GrantPlan {
    pub(crate) when: Option<Cond>,
    pub(crate) value: Option<String>,
    pub(crate) units: i64,
}

/// A period in which units can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PeriodOf {
    /// Its first day; none where it is all of life.
    pub(crate) from: Option<Date>,
}

/// What a member keeps of a benefit that is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BenefitUse {
    pub(crate) benefit: Id,
    /// The first day of the period that `used` is of; none where it is all of life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Date>,
    /// How many units have been used in it.
    pub(crate) used: i64,
    /// Units that have been collected.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) saved: i64,
    /// Whether the units of the period have been collected.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) added: bool,
}

impl QuotaPeriod {
    /// The period of a day; none where the member has none.
    pub(crate) fn period(self, day: Date, enrolled: Option<Date>) -> Option<PeriodOf> {
        match self.grid(enrolled) {
            Some((period, year)) => Some(PeriodOf {
                from: Some(period.start_of(day, year)),
            }),
            None => (self == Self::Lifetime).then_some(PeriodOf { from: None }),
        }
    }

    /// The first day of the next period; none where there is none.
    pub(crate) fn next(self, day: Date, enrolled: Option<Date>) -> Option<Date> {
        let (period, year) = self.grid(enrolled)?;
        Some(period.next_start(day, year))
    }

    fn grid(self, enrolled: Option<Date>) -> Option<(Period, MonthDay)> {
        let period = match self {
            Self::Day => Period::Day,
            Self::Week => Period::Week,
            Self::Month => Period::Month,
            Self::Quarter => Period::Quarter,
            Self::HalfYear => Period::HalfYear,
            Self::Year => Period::Year,
            Self::MembershipYear => return Some((Period::Year, MonthDay::of(enrolled?))),
            Self::Lifetime => return None,
        };
        Some((period, FIRST))
    }
}

impl BenefitUse {
    pub(crate) fn new(benefit: Id, period: PeriodOf) -> Self {
        Self {
            benefit,
            from: period.from,
            used: 0,
            saved: 0,
            added: false,
        }
    }

    /// Another period has begun, if one has.
    pub(crate) fn turn(&mut self, period: PeriodOf) {
        if self.from < period.from {
            self.from = period.from;
            self.used = 0;
            self.added = false;
        }
    }

    /// What another member has used in the present period adds up, and what both have collected is that of the one who had more
    /// of it.
    pub(crate) fn join(&mut self, other: &Self) {
        let had = |one: &Self| one.saved.saturating_add(one.used);
        let most = had(self).max(had(other));
        self.used = self.used.saturating_add(other.used);
        self.saved = most.saturating_sub(self.used).max(0);
        self.added |= other.added;
    }

    /// Collects the units of the period, once.
    pub(crate) fn collect(&mut self, units: i64, most: i64) {
        if !self.added {
            self.saved = self.saved.saturating_add(units).min(most.max(self.saved));
            self.added = true;
        }
    }
}
