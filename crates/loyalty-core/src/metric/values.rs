//! Different values by day.

use serde::{Deserialize, Serialize};

use super::window::Days;
use crate::calendar::Date;

/// Values, each with its day and how often it stands there, in order of days, then of values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Values(Vec<(Date, Box<str>, i64)>);

impl Values {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn days(&self) -> impl Iterator<Item = Date> {
        self.0.iter().map(|(on, ..)| *on)
    }

    pub(super) fn add(&mut self, day: Date, value: &str, count: i64) {
        let place = self
            .0
            .binary_search_by(|(on, there, _)| (*on, &**there).cmp(&(day, value)));
        match place {
            Ok(place) => {
                if let Some((_, _, times)) = self.0.get_mut(place) {
                    *times = times.saturating_add(count);
                    if *times <= 0 {
                        self.0.remove(place);
                    }
                }
            }
            Err(place) if count > 0 => self.0.insert(place, (day, value.into(), count)),
            Err(_) => {}
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        for (day, value, count) in other.0 {
            self.add(day, &value, count);
        }
    }

    pub(super) fn distinct(&self, days: Days) -> i64 {
        let from = self.0.partition_point(|(on, ..)| *on < days.from);
        let until = self.0.partition_point(|(on, ..)| *on <= days.until);
        let within = self.0.get(from..until).unwrap_or_default();
        let mut values: Vec<&str> = within.iter().map(|(_, value, _)| &**value).collect();
        values.sort_unstable();
        values.dedup();
        i64::try_from(values.len()).unwrap_or(i64::MAX)
    }

    /// Drops what lies before `first`. Of what no return can reach, the last day of each value is enough, unless windows end before
    /// the present day (then `settled` is none).
    pub(super) fn prune(&mut self, first: Date, settled: Option<Date>) {
        self.0.retain(|(on, ..)| *on >= first);
        let Some(settled) = settled else { return };
        let old = self.0.partition_point(|(on, ..)| *on < settled);
        if old < 2 {
            return;
        }
        let mut last: Vec<(&str, Date)> = self
            .0
            .iter()
            .take(old)
            .map(|(on, value, _)| (&**value, *on))
            .collect();
        // The last day of each value comes first, and stays.
        last.sort_unstable_by(|(one, a), (other, b)| one.cmp(other).then(b.cmp(a)));
        last.dedup_by(|(one, _), (other, _)| one == other);
        if last.len() == old {
            return;
        }
        let kept: Vec<(Box<str>, Date)> = last
            .into_iter()
            .map(|(value, on)| (value.into(), on))
            .collect();
        self.0.retain(|(on, value, _)| {
            *on >= settled
                || kept
                    .binary_search_by(|(there, _)| there.cmp(value))
                    .ok()
                    .and_then(|place| kept.get(place))
                    .is_some_and(|(_, last)| last == on)
        });
    }

    pub(super) fn fault(&self) -> Option<&'static str> {
        let ordered = self.0.windows(2).all(|pair| {
            matches!(pair, [(day, value, _), (next, other, _)] if (day, value) < (next, other))
        });
        if !ordered {
            Some("the values of a tally are not in order")
        } else if self.0.iter().any(|(_, _, times)| *times < 1) {
            Some("a value of a tally stands nowhere")
        } else {
            None
        }
    }
}
