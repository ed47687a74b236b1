//! What a member keeps for a metric: one sum a civil day, pruned to what the window needs.
//!
//! How large it grows: days that a return can reach are kept one by one (180 unless the program says otherwise), and before them
//! those that the window still asks for; of a window without a first day only one number is left of them. Beside the days stand, for a
//! mean, a second tally; for different values each value once, and once more a day that a return can reach; for the days
//! between purchases each length once (a life of 100 years has at most 270 of them); for the stretch before one tally more.

use serde::{Deserialize, Serialize};

use super::aside::Aside;
use super::carried::Carried;
use super::silence::Silence;
use super::window::{BEGINNING, Days, Frame};
use crate::calendar::{Date, Period};
use crate::id::Id;

/// The contributions of one metric, by civil day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tally {
    pub(crate) id: Id,
    /// What lies before the days that are kept one by one (windows over a whole life only).
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(super) settled: i64,
    /// The version of the member at which it was last emptied: what happened before does not count.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) since: u64,
    /// The day from which it counts, where the member had a history before the program had the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Date>,
    /// One sum a day, in order of days; no sum is zero.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) days: Vec<(Date, i64)>,
    /// What was carried into stretches, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) carried: Vec<Carried>,
    /// What only some measures keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) aside: Option<Box<Aside>>,
    /// The sum of all days: derived, so that reading a whole window does not add them up again.
    #[serde(skip)]
    total: i64,
}

/// What a day held before something was added to it, and the sum of all days then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DayBefore {
    sum: i64,
    total: i64,
}

/// What was dropped from a tally, and what it had settled before.
#[derive(Debug, Default)]
pub(crate) struct Pruned {
    pub(super) settled: i64,
    total: i64,
    days: Vec<(Date, i64)>,
    /// The whole tally, where more than days was dropped.
    whole: Option<Box<Tally>>,
}

impl Pruned {
    /// More than days was dropped: the tally as it was.
    pub(super) fn whole(was: Tally) -> Self {
        Self {
            whole: Some(Box::new(was)),
            ..Self::default()
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
    /// The sum of all days, times so much, divided by what is counted beside it: twice the whole part, and one more if there is a
    /// rest. So it compares exactly with every threshold that is twice a whole number.
    Mean(i64),
    /// The number of different values.
    Distinct,
    /// The number of periods running.
    Streak(Period),
    /// The number of periods that hold at least so much.
    Periods(Period, i64),
    /// The mean of the days between those that hold something, as [`Reading::Mean`] of millionths.
    MeanGap,
    /// A percentile of the days between those that hold something.
    Percentile(u32),
    /// How likely the days since the last one are, after those between the others.
    Silence(Silence),
}

impl Tally {
    pub(crate) fn new(id: Id, since: u64) -> Self {
        Self {
            id,
            settled: 0,
            since,
            from: None,
            days: Vec::new(),
            carried: Vec::new(),
            aside: None,
            total: 0,
        }
    }

    /// Makes room for so many more days.
    pub(crate) fn reserve(&mut self, days: usize) {
        self.days.reserve(days);
    }

    /// Adds to a day. What is added may be negative: a return takes from the day of its purchase. Says what was there before.
    pub(crate) fn add(&mut self, day: Date, amount: i64) -> DayBefore {
        let (place, sum) = self.find(day);
        let before = DayBefore {
            sum,
            total: self.total,
        };
        if amount != 0 {
            self.total = self.total.saturating_add(amount);
            self.set(place, day, sum.saturating_add(amount));
        }
        before
    }

    /// Takes back what was added to a day.
    pub(crate) fn put_back(&mut self, day: Date, before: DayBefore) {
        let (place, _) = self.find(day);
        self.set(place, day, before.sum);
        self.total = before.total;
    }

    /// Where a day is, or would be, and what it holds.
    fn find(&self, day: Date) -> (Result<usize, usize>, i64) {
        let place = match self.days.last() {
            Some((last, _)) if *last < day => Err(self.days.len()),
            Some((last, _)) if *last == day => Ok(self.days.len().saturating_sub(1)),
            _ => self.days.binary_search_by_key(&day, |(on, _)| *on),
        };
        let held = place.ok().and_then(|place| self.days.get(place));
        (place, held.map_or(0, |(_, sum)| *sum))
    }

    /// Sets what a day holds; a day that holds nothing is not kept.
    fn set(&mut self, place: Result<usize, usize>, day: Date, sum: i64) {
        match place {
            Ok(place) if sum == 0 => {
                self.days.remove(place);
            }
            Ok(place) => {
                if let Some((_, there)) = self.days.get_mut(place) {
                    *there = sum;
                }
            }
            Err(_) if sum == 0 => {}
            Err(place) => self.days.insert(place, (day, sum)),
        }
    }

    /// The value over the days that count.
    pub(crate) fn value(&self, days: Option<Days>, reading: Reading, today: Date) -> Option<i64> {
        let days = days?;
        let (from, until) = self.places(days);
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
            other => self.other_value(days, other, today),
        }
    }

    /// Where the days of a stretch stand: from the first to before the last place. Nearly always a window ends after the last
    /// day, and often it begins before the first one.
    fn places(&self, days: Days) -> (usize, usize) {
        let from = match self.days.first() {
            Some((first, _)) if *first < days.from => {
                self.days.partition_point(|(on, _)| *on < days.from)
            }
            _ => 0,
        };
        let until = match self.days.last() {
            Some((last, _)) if *last > days.until => {
                self.days.partition_point(|(on, _)| *on <= days.until)
            }
            _ => self.days.len(),
        };
        (from, until)
    }

    /// Works out what is derived, after decoding.
    pub(crate) fn derive(&mut self) {
        let sum = |sum: i64, (_, amount): &(Date, i64)| sum.saturating_add(*amount);
        self.total = self.days.iter().fold(0, sum);
        if let Some(aside) = &mut self.aside {
            aside.derive();
        }
    }

    /// What was carried into the stretch that begins on a day.
    pub(crate) fn carried_into(&self, days: Option<Days>) -> i64 {
        let Some(days) = days.filter(|_| !self.carried.is_empty()) else {
            return 0;
        };
        let into = Some(days.from).filter(|from| *from != BEGINNING);
        self.carried
            .iter()
            .filter(|carried| carried.into == into)
            .fold(0, |sum: i64, carried| sum.saturating_add(carried.amount))
    }

    /// Carries an amount into a stretch.
    pub(crate) fn carry(&mut self, carried: Carried) {
        while self.carried.len() >= Carried::KEPT {
            self.carried.remove(0);
        }
        self.carried.push(carried);
    }

    /// Empties it: a new term has begun. `keep`: what it came to is asked for later.
    pub(crate) fn reset(&mut self, version: u64, keep: bool) {
        let mut empty = Self::new(self.id.clone(), version);
        let mut old = core::mem::replace(self, empty.clone());
        if keep {
            if let Some(aside) = &mut old.aside {
                aside.before = None;
            }
            empty.aside = Some(Box::new(Aside::after(old)));
            *self = empty;
        }
    }

    /// Drops what no window will ask for again, and says what. `settled_before`: no return can reach a day before this one.
    pub(crate) fn prune(
        &mut self,
        frame: &Frame,
        reading: Reading,
        today: Date,
        enrolled: Option<Date>,
        settled_before: Date,
    ) -> Option<Pruned> {
        let plain = matches!(reading, Reading::Sum | Reading::Count | Reading::Since);
        if !plain || self.aside.is_some() {
            return self.prune_other(frame, reading, today, enrolled, settled_before);
        }
        self.prune_days(frame, reading, today, enrolled, settled_before)
    }

    /// Drops days that are not asked for any more, and says what.
    pub(super) fn prune_days(
        &mut self,
        frame: &Frame,
        reading: Reading,
        today: Date,
        enrolled: Option<Date>,
        settled_before: Date,
    ) -> Option<Pruned> {
        // Nearly always the first day is still asked for, whatever the window is.
        self.days.first().filter(|(on, _)| *on < settled_before)?;
        let whole_life = frame.is_whole_life();
        let keep_from = frame.keep_from(today, enrolled, settled_before)?;
        let mut gone = self.days.partition_point(|(on, _)| *on < keep_from);
        if whole_life && reading == Reading::Since {
            // The last day before stays: it is the last one again if what came later goes back.
            gone = gone.saturating_sub(1);
        }
        if gone == 0 {
            return None;
        }
        let (settled, total) = (self.settled, self.total);
        let days: Vec<(Date, i64)> = self.days.drain(..gone).collect();
        for (_, amount) in &days {
            self.total = self.total.saturating_sub(*amount);
            let more = match reading {
                Reading::Count => 1,
                Reading::Since => 0,
                _ => *amount,
            };
            if whole_life {
                self.settled = self.settled.saturating_add(more);
            }
        }
        Some(Pruned {
            settled,
            total,
            days,
            whole: None,
        })
    }

    /// Takes back what was dropped.
    pub(crate) fn unprune(&mut self, pruned: Pruned) {
        if let Some(whole) = pruned.whole {
            *self = *whole;
            return;
        }
        self.days.splice(..0, pruned.days);
        self.settled = pruned.settled;
        self.total = pruned.total;
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
            self.aside.as_ref().and_then(|aside| aside.fault())
        }
    }
}
