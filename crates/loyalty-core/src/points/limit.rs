//! Limits: how often something can be had in a period (clauses 5.2, 5.4). Uses are kept with those of the caps.

use std::sync::Arc;

use super::caps::CapUse;
use super::rules::{CapPeriod, Limit};
use crate::calendar::{Date, MonthDay, Period};

/// A compiled [`Limit`].
#[derive(Clone, Debug)]
pub(crate) struct LimitSpec {
    /// The name under which a member keeps its use: `reward/tea/0`.
    pub(crate) key: Arc<str>,
    times: i64,
    per: CapPeriod,
    /// For a limit per term: the track.
    pub(crate) term: Option<usize>,
}

impl LimitSpec {
    pub(crate) fn new(key: String, rule: &Limit, term: Option<usize>) -> Self {
        Self {
            key: key.into(),
            times: i64::from(rule.times),
            per: rule.per,
            term,
        }
    }

    /// How many times are left on a day, in program time.
    pub(crate) fn left(&self, uses: &[CapUse], day: Date) -> i64 {
        let start = self.per.start(day);
        let used = self
            .find(uses)
            .ok()
            .and_then(|place| uses.get(place))
            .filter(|used| used.from == start)
            .map_or(0, |used| used.times);
        self.times.saturating_sub(used).max(0)
    }

    /// The first day on which a use of this day counts no longer; none if it always does.
    pub(crate) fn renewed_on(&self, day: Date) -> Option<Date> {
        match self.per {
            CapPeriod::Day => day.add_days(1).ok(),
            per => Some(per.period()?.next_start(day, MonthDay::JANUARY_FIRST)),
        }
    }

    /// Books so many times on a day; less than zero gives them back.
    pub(crate) fn book(&self, uses: &mut Vec<CapUse>, day: Date, times: i64) {
        if self.per == CapPeriod::Event || times == 0 {
            return;
        }
        let from = self.per.start(day);
        let anew = CapUse {
            key: Arc::clone(&self.key),
            from,
            points: 0,
            times,
        };
        match self.find(uses) {
            Ok(place) => {
                let Some(found) = uses.get_mut(place) else {
                    return;
                };
                if found.from == from {
                    found.times = found.times.saturating_add(times).max(0);
                } else if found.from < from && times > 0 {
                    *found = anew;
                }
                if found.times == 0 && found.points == 0 {
                    uses.remove(place);
                }
            }
            Err(place) if times > 0 => uses.insert(place, anew),
            Err(_) => {}
        }
    }

    /// Where the use of the limit is, or would be: uses are sorted by key.
    fn find(&self, uses: &[CapUse]) -> Result<usize, usize> {
        uses.binary_search_by(|one| one.key.cmp(&self.key))
    }
}

impl CapPeriod {
    /// The calendar period, where it is one of more than a day.
    fn period(self) -> Option<Period> {
        match self {
            Self::Week => Some(Period::Week),
            Self::Month => Some(Period::Month),
            Self::Year => Some(Period::Year),
            Self::Event | Self::Day | Self::Term | Self::Lifetime => None,
        }
    }

    /// The first day of the period that a day is in; none where it has none.
    pub(super) fn start(self, day: Date) -> Option<Date> {
        match self {
            Self::Day => Some(day),
            per => Some(per.period()?.start_of(day, MonthDay::JANUARY_FIRST)),
        }
    }
}
