//! What a member keeps for a metric: one sum a civil day, pruned to what the window needs.

use serde::{Deserialize, Serialize};

use super::window::{BEGINNING, Days, Frame};
use crate::calendar::Date;
use crate::id::Id;

/// The contributions of one metric, by civil day.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tally {
    pub(crate) id: Id,
    /// What lies before the days that are kept one by one (windows over a whole life only).
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    settled: i64,
    /// The version of the member at which it was last emptied: what happened before does not count.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) since: u64,
    /// One sum a day, in order of days; no sum is zero.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    days: Vec<(Date, i64)>,
    /// The sum of all days: derived, so that reading a whole window does not add them up again.
    #[serde(skip)]
    total: i64,
}

impl Clone for Tally {
    /// Leaves room for one more day: what is copied is nearly always added to.
    fn clone(&self) -> Self {
        let mut days = Vec::with_capacity(self.days.len().saturating_add(1));
        days.extend_from_slice(&self.days);
        Self {
            id: self.id.clone(),
            days,
            ..*self
        }
    }
}

/// How the days of a tally make a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The sum of all days.
    Sum,
    /// The number of days.
    Count,
    /// Days since the last one.
    Since,
}

impl Tally {
    pub(crate) fn new(id: Id, since: u64) -> Self {
        Self {
            id,
            settled: 0,
            since,
            days: Vec::new(),
            total: 0,
        }
    }

    /// Adds to a day. What is added may be negative: a return takes from the day of its purchase.
    pub(crate) fn add(&mut self, day: Date, amount: i64) {
        if amount == 0 {
            return;
        }
        let place = match self.days.last() {
            Some((last, _)) if *last < day => Err(self.days.len()),
            _ => self.days.binary_search_by_key(&day, |(on, _)| *on),
        };
        match place {
            Ok(place) => {
                self.total = self.total.saturating_add(amount);
                if let Some((_, sum)) = self.days.get_mut(place) {
                    *sum = sum.saturating_add(amount);
                    if *sum == 0 {
                        self.days.remove(place);
                    }
                }
            }
            Err(place) => {
                self.total = self.total.saturating_add(amount);
                self.days.insert(place, (day, amount));
            }
        }
    }

    /// The value over the days that count.
    pub(crate) fn value(&self, days: Option<Days>, reading: Reading, today: Date) -> Option<i64> {
        let days = days?;
        let from = self.days.partition_point(|(on, _)| *on < days.from);
        let until = self.days.partition_point(|(on, _)| *on <= days.until);
        let before = if days.from == BEGINNING {
            self.settled
        } else {
            0
        };
        match reading {
            Reading::Sum => {
                let outside = self
                    .days
                    .get(..from)
                    .into_iter()
                    .chain(self.days.get(until..));
                let outside = outside
                    .flatten()
                    .fold(0_i64, |sum, (_, amount)| sum.saturating_add(*amount));
                Some(before.saturating_add(self.total).saturating_sub(outside))
            }
            Reading::Count => {
                let days = i64::try_from(until.saturating_sub(from)).unwrap_or(i64::MAX);
                Some(before.saturating_add(days))
            }
            Reading::Since => {
                let last = self.days.get(from..until).and_then(<[_]>::last);
                last.map(|(on, _)| on.days_until(today))
            }
        }
    }

    /// Works out what is derived, after decoding.
    pub(crate) fn derive(&mut self) {
        let sum = |sum: i64, (_, amount): &(Date, i64)| sum.saturating_add(*amount);
        self.total = self.days.iter().fold(0, sum);
    }

    /// The days that hold something, in order.
    pub(crate) fn held(&self) -> Vec<Date> {
        self.days.iter().map(|(on, _)| *on).collect()
    }

    /// Empties it: a new term has begun.
    pub(crate) fn reset(&mut self, version: u64) {
        self.settled = 0;
        self.total = 0;
        self.since = version;
        self.days.clear();
    }

    /// Drops what no window will ask for again. `settled_before`: no return can reach a day before this one.
    pub(crate) fn prune(
        &mut self,
        frame: &Frame,
        reading: Reading,
        today: Date,
        enrolled: Option<Date>,
        settled_before: Date,
    ) {
        let whole_life = matches!(frame, Frame::Lifetime | Frame::Reset { .. });
        let keep_from = if whole_life {
            settled_before
        } else {
            // A review at the beginning of a day still reads the day before.
            let Some(days) = today
                .add_days(-1)
                .ok()
                .and_then(|day| frame.days(day, enrolled).ok())
                .flatten()
            else {
                return;
            };
            days.from.min(settled_before)
        };
        let mut gone = self.days.partition_point(|(on, _)| *on < keep_from);
        if whole_life && reading == Reading::Since {
            // The last day before stays: it is the last one again if what came later goes back.
            gone = gone.saturating_sub(1);
        }
        if gone == 0 {
            return;
        }
        for (_, amount) in self.days.drain(..gone) {
            self.total = self.total.saturating_sub(amount);
            let more = match reading {
                Reading::Sum => amount,
                Reading::Count => 1,
                Reading::Since => 0,
            };
            if whole_life {
                self.settled = self.settled.saturating_add(more);
            }
        }
    }

    /// What is wrong with a decoded tally, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let ordered = self
            .days
            .windows(2)
            .all(|pair| matches!(pair, [(first, _), (second, _)] if first < second));
        if !ordered {
            Some("the days of a tally are not in order")
        } else if self.days.iter().any(|(_, amount)| *amount == 0) {
            Some("a day of a tally holds nothing")
        } else {
            None
        }
    }
}
