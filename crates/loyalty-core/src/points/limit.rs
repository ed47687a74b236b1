//! Limits: how often something can be had in a period (clauses 5.2, 5.4). Uses are kept with those of the caps.

use std::sync::Arc;

use super::caps::{CapBefore, CapUse};
use super::rules::{CapPeriod, Limit, LimitAbout};
use crate::calendar::{Date, MonthDay, Period};
use crate::counts::{count_name_of, names_apart};

/// A compiled [`Limit`].
#[derive(Clone, Debug)]
pub(crate) struct LimitSpec {
    /// The name under which a member keeps its use: `reward/tea/times/day`.
    pub(crate) key: Arc<str>,
    times: i64,
    per: CapPeriod,
    /// For a limit per term: the track.
    pub(crate) term: Option<usize>,
    /// What has a limit of its own.
    pub(crate) by: Option<LimitAbout>,
}

impl LimitSpec {
    pub(crate) fn new(key: String, rule: &Limit, term: Option<usize>) -> Self {
        Self {
            key: key.into(),
            times: i64::from(rule.times),
            per: rule.per,
            term,
            by: rule.by,
        }
    }

    /// A limit of so many in a period.
    pub(crate) fn counting(key: Arc<str>, most: i64, per: CapPeriod) -> Self {
        Self {
            key,
            times: most,
            per,
            term: None,
            by: None,
        }
    }

    /// The same limit, of somebody apart.
    pub(crate) fn of(&self, who: &str) -> Self {
        Self {
            key: count_name_of(&self.key, who).into(),
            ..self.clone()
        }
    }

    /// How many times are left on a day, in program time.
    pub(crate) fn left(&self, uses: &[CapUse], day: Date) -> i64 {
        let start = self.per.start(day);
        let used = find(uses, &self.key)
            .ok()
            .and_then(|place| uses.get(place))
            .filter(|used| used.from == start)
            .map_or(0, |used| used.times);
        self.times.saturating_sub(used).max(0)
    }

    /// Whether it is for each event, and so many uses by one event leave none.
    pub(crate) fn full_with(&self, taken: i64) -> bool {
        self.per == CapPeriod::Event && self.times <= taken
    }

    /// The first day on which a use of this day counts no longer; none if it always does.
    pub(crate) fn renewed_on(&self, day: Date) -> Option<Date> {
        match self.per {
            CapPeriod::Day => day.add_days(1).ok(),
            per => Some(per.period()?.next_start(day, MonthDay::JANUARY_FIRST)),
        }
    }

    /// Books so many times on a day; less than zero gives them back. Says what was there before, if anything changes.
    pub(crate) fn book(&self, uses: &mut Vec<CapUse>, day: Date, times: i64) -> Option<CapBefore> {
        if self.per == CapPeriod::Event || times == 0 {
            return None;
        }
        let from = self.per.start(day);
        let anew = || CapUse {
            key: Arc::clone(&self.key),
            from,
            points: 0,
            times,
            since: 0,
        };
        match find(uses, &self.key) {
            Ok(place) => {
                let found = uses.get_mut(place)?;
                let used = Some(found.clone());
                if found.from == from {
                    found.times = found.times.saturating_add(times).max(0);
                } else if found.from < from && times > 0 {
                    *found = anew();
                }
                let there = found.times != 0 || found.since != 0;
                if !there {
                    uses.remove(place);
                }
                Some(CapBefore { place, used, there })
            }
            Err(place) if times > 0 => {
                uses.insert(place, anew());
                Some(CapBefore {
                    place,
                    used: None,
                    there: true,
                })
            }
            Err(_) => None,
        }
    }

    /// Forgets the use of one of those who are counted apart whose period is over on a day. Says what was there, if anything was.
    pub(crate) fn forget(&self, uses: &mut Vec<CapUse>, day: Date) -> Option<CapBefore> {
        let start = self.per.start(day)?;
        let apart = names_apart(&self.key);
        let first = uses.partition_point(|one| *one.key < *apart);
        let mut same = uses.iter().enumerate().skip(first);
        let mut same = same
            .by_ref()
            .take_while(|(_, one)| one.key.starts_with(&*apart));
        let (place, _) = same.find(|(_, one)| one.from.is_some_and(|from| from < start))?;
        let used = Some(uses.remove(place));
        Some(CapBefore {
            place,
            used,
            there: false,
        })
    }

    /// A term begins, and with it the use of the limit of this name. Says what was there before, if anything was.
    pub(crate) fn begin(uses: &mut [CapUse], key: &str, version: u64) -> Option<CapBefore> {
        let place = find(uses, key).ok()?;
        let found = uses.get_mut(place)?;
        let used = Some(found.clone());
        found.times = 0;
        found.since = version;
        Some(CapBefore {
            place,
            used,
            there: true,
        })
    }

    /// Whether a term began after the member had a version: what was used by then is no use of it.
    pub(crate) fn begun_since(&self, uses: &[CapUse], version: u64) -> bool {
        let found = find(uses, &self.key).ok().and_then(|place| uses.get(place));
        found.is_some_and(|found| version <= found.since)
    }
}

/// Where the use of a limit is, or would be: uses are sorted by key.
fn find(uses: &[CapUse], key: &str) -> Result<usize, usize> {
    uses.binary_search_by(|one| one.key.as_ref().cmp(key))
}

impl LimitAbout {
    /// Its word in the name of a count.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Tier => "tier",
            Self::Stage => "stage",
            Self::Task => "task",
        }
    }
}

impl CapPeriod {
    /// Its word in the name of a count.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Term => "term",
            Self::Lifetime => "lifetime",
        }
    }

    /// The calendar period, where it is one of more than a day.
    fn period(self) -> Option<Period> {
        match self {
            Self::Week => Some(Period::Week),
            Self::Month => Some(Period::Month),
            Self::Year => Some(Period::Year),
            Self::Event | Self::Day | Self::Term | Self::Lifetime => None,
        }
    }

    /// Whether two days are in one period.
    pub(crate) fn has_both(self, one: Date, other: Date) -> bool {
        self.start(one) == self.start(other)
    }

    /// The first day of the period that a day is in; none where it has none.
    pub(super) fn start(self, day: Date) -> Option<Date> {
        match self {
            Self::Day => Some(day),
            Self::Month => Some(day.first_of_month()),
            per => Some(per.period()?.start_of(day, MonthDay::JANUARY_FIRST)),
        }
    }
}
