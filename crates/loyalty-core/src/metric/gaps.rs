//! Days between purchases, and exact means.

use serde::{Deserialize, Serialize};

use super::aside::Aside;
use crate::calendar::Date;

/// How often each number of days lay between two purchases, the shortest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Gaps(Vec<(i64, i64)>);

/// The gaps that are settled, and those between the days that are kept.
pub(super) fn of(aside: Option<&Aside>, days: &[(Date, i64)]) -> Gaps {
    let mut all = aside.map(|aside| aside.gaps.clone()).unwrap_or_default();
    all.extend(between(days));
    all
}

/// The days between neighbouring days.
pub(super) fn between(days: &[(Date, i64)]) -> Vec<i64> {
    let pairs = days.windows(2).filter_map(|pair| match pair {
        [(first, _), (second, _)] => Some(first.days_until(*second)),
        _ => None,
    });
    pairs.collect()
}

/// A quotient: twice its whole part, and one more if there is a rest. Nothing divided by nothing is no value.
pub(super) fn mean(sum: i128, count: i64) -> Option<i64> {
    let count = i128::from(count);
    if count <= 0 {
        return None;
    }
    let whole = sum.checked_div_euclid(count)?;
    let rest = sum.checked_rem_euclid(count)?;
    let twice = whole
        .saturating_mul(2)
        .saturating_add(i128::from(rest != 0));
    // What does not fit is larger than every threshold.
    let limit = if twice < 0 { i64::MIN } else { i64::MAX };
    Some(i64::try_from(twice).unwrap_or(limit))
}

/// So many parts of a day a mean is compared in.
const PARTS: i128 = 1_000_000;

impl Gaps {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn join(&mut self, other: Self) {
        for (days, times) in other.0 {
            match self.0.binary_search_by_key(&days, |(days, _)| *days) {
                Ok(place) => {
                    if let Some((_, there)) = self.0.get_mut(place) {
                        *there = there.saturating_add(times);
                    }
                }
                Err(place) => self.0.insert(place, (days, times)),
            }
        }
    }

    pub(super) fn extend(&mut self, gaps: Vec<i64>) {
        for gap in gaps {
            match self.0.binary_search_by_key(&gap, |(gap, _)| *gap) {
                Ok(place) => {
                    if let Some((_, times)) = self.0.get_mut(place) {
                        *times = times.saturating_add(1);
                    }
                }
                Err(place) => self.0.insert(place, (gap, 1)),
            }
        }
    }

    fn count(&self) -> i64 {
        self.0
            .iter()
            .fold(0, |sum: i64, (_, times)| sum.saturating_add(*times))
    }

    /// How many there are, and how many days all together.
    pub(super) fn total(&self) -> (i64, i64) {
        let days = self.0.iter().fold(0, |sum: i64, (gap, times)| {
            sum.saturating_add(gap.saturating_mul(*times))
        });
        (self.count(), days)
    }

    pub(super) fn mean(&self) -> Option<i64> {
        let sum = self.0.iter().fold(0_i128, |sum, (gap, times)| {
            sum.saturating_add(i128::from(*gap).saturating_mul(i128::from(*times)))
        });
        mean(sum.saturating_mul(PARTS), self.count())
    }

    /// By nearest rank: of n gaps the one at the place percent · n / 100, rounded up.
    pub(super) fn percentile(&self, percent: u32) -> Option<i64> {
        let wanted = i128::from(self.count()).saturating_mul(i128::from(percent));
        let mut rank = 0_i128;
        for (gap, times) in &self.0 {
            rank = rank.saturating_add(i128::from(*times));
            if rank.saturating_mul(100) >= wanted {
                return Some(*gap);
            }
        }
        None
    }

    pub(super) fn fault(&self) -> Option<&'static str> {
        let ordered = self
            .0
            .windows(2)
            .all(|pair| matches!(pair, [(first, _), (second, _)] if first < second));
        let counted = self.0.iter().all(|(gap, times)| *gap >= 1 && *times >= 1);
        (!ordered || !counted).then_some("the days between purchases contradict each other")
    }
}
