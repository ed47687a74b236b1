//! What only some metrics keep beside the sums of their days, and how they are read and pruned.

use serde::{Deserialize, Serialize};

use super::gaps::Gaps;
use super::tally::{Pruned, Reading, Tally};
use super::values::Values;
use super::window::{BEGINNING, Days, Frame};
use super::{gaps, periods};
use crate::calendar::Date;

/// What only some metrics keep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Aside {
    /// For a mean: over how many the sum is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<Tally>,
    /// What the stretch before came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Tally>,
    /// The different values.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub(super) values: Values,
    /// The days between purchases that no return can reach.
    #[serde(default, skip_serializing_if = "Gaps::is_empty")]
    pub(super) gaps: Gaps,
}

impl Aside {
    pub(super) fn after(before: Tally) -> Self {
        Self {
            before: Some(before),
            ..Self::default()
        }
    }

    fn tallies(&mut self) -> impl Iterator<Item = &mut Tally> {
        self.count.iter_mut().chain(&mut self.before)
    }

    pub(super) fn derive(&mut self) {
        self.tallies().for_each(Tally::derive);
    }

    /// What is wrong with what was decoded, if anything.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let tallies = self.count.iter().chain(&self.before);
        tallies
            .filter_map(Tally::fault)
            .next()
            .or_else(|| self.values.fault())
            .or_else(|| self.gaps.fault())
    }
}

impl Tally {
    /// The stretch before the present one, if there was one.
    pub(crate) fn before(&self) -> Option<&Self> {
        self.aside.as_ref()?.before.as_ref()
    }

    /// The same, to change it.
    pub(crate) fn before_mut(&mut self) -> Option<&mut Self> {
        self.aside.as_mut()?.before.as_mut()
    }

    /// Forgets all stretches before the present one but so many.
    pub(super) fn forget_before(&mut self, kept: usize) {
        match (kept.checked_sub(1), &mut self.aside) {
            (None, Some(aside)) => {
                aside.before = None;
                if **aside == Aside::default() {
                    self.aside = None;
                }
            }
            (Some(older), Some(aside)) => {
                if let Some(before) = &mut aside.before {
                    before.forget_before(older);
                }
            }
            (_, None) => {}
        }
    }

    /// The present stretch was begun for nothing: the one before goes on, with all that has come since.
    pub(crate) fn rejoin(&mut self, reading: Reading) {
        let Some(mut before) = self.aside.as_mut().and_then(|aside| aside.before.take()) else {
            return;
        };
        // What was carried into a stretch goes with it.
        self.carried.clear();
        let (id, since) = (self.id.clone(), self.since);
        let vain = core::mem::replace(self, Self::new(id, since));
        before.join(vain, reading);
        before.derive();
        *self = before;
    }

    /// The stretch that began at a version: the present one or one before.
    pub(crate) fn stretch(&self, since: u64) -> Option<&Self> {
        let mut all = core::iter::successors(Some(self), |stretch| stretch.before());
        all.find(|stretch| stretch.since == since)
    }

    /// Adds an amount to a day, and so many to what it is divided by.
    pub(crate) fn add_part(&mut self, day: Date, amount: i64, count: i64) {
        self.add(day, amount);
        let (id, since) = (self.id.clone(), self.since);
        let aside = self.aside.get_or_insert_default();
        let counted = aside.count.get_or_insert_with(|| Self::new(id, since));
        counted.add(day, count);
    }

    /// Adds a value to a day, or takes it out again.
    pub(crate) fn add_value(&mut self, day: Date, value: &str, count: i64) {
        let aside = self.aside.get_or_insert_default();
        aside.values.add(day, value, count);
        if **aside == Aside::default() {
            self.aside = None;
        }
    }

    /// How many values are kept.
    pub(crate) fn values(&self) -> usize {
        self.aside.as_ref().map_or(0, |aside| aside.values.len())
    }

    /// The largest amount that it holds in all, of either sign: adding to it must not leave 64 bits.
    pub(crate) fn reach(&self) -> i64 {
        self.days
            .iter()
            .fold(self.settled.saturating_abs(), |sum, (_, amount)| {
                sum.saturating_add(amount.saturating_abs())
            })
    }

    /// The days that something happened on, in order; of values also the day of each.
    pub(crate) fn held(&self) -> Vec<Date> {
        let mut held: Vec<Date> = self.days.iter().map(|(on, _)| *on).collect();
        if let Some(aside) = &self.aside {
            held.extend(aside.values.days());
            let counted = aside.count.iter().flat_map(|count| &count.days);
            held.extend(counted.map(|(on, _)| *on));
        }
        held
    }

    /// The value of what is not read off single days.
    pub(super) fn other_value(&self, days: Days, reading: Reading, today: Date) -> Option<i64> {
        let aside = self.aside.as_deref();
        let from = self.days.partition_point(|(on, _)| *on < days.from);
        let until = self.days.partition_point(|(on, _)| *on <= days.until);
        let within = self.days.get(from..until).unwrap_or_default();
        let settled = if days.from == BEGINNING {
            self.settled
        } else {
            0
        };
        match reading {
            Reading::Sum | Reading::Count | Reading::Since => {
                self.value(Some(days), reading, today)
            }
            Reading::Mean(times) => {
                let count = aside?.count.as_ref()?;
                let count = count.value(Some(days), Reading::Sum, today)?;
                let sum = self.value(Some(days), Reading::Sum, today)?;
                gaps::mean(i128::from(sum).saturating_mul(i128::from(times)), count)
            }
            Reading::Distinct => Some(aside.map_or(0, |aside| aside.values.distinct(days))),
            Reading::Streak(period) => Some(periods::streak(within, settled, period, days.until)),
            Reading::Periods(period, least) => {
                let whole = periods::with(within, period, least, days.from);
                Some(settled.saturating_add(whole))
            }
            Reading::MeanGap => gaps::of(aside, within).mean(),
            Reading::Percentile(percent) => gaps::of(aside, within).percentile(percent),
            Reading::Silence(model) => {
                let (last, _) = within.last()?;
                let (again, active) = gaps::of(aside, within).total();
                Some(model.per_million(again, active, last.days_until(today)))
            }
        }
    }

    /// [`Tally::prune`] for metrics that keep more than sums of days.
    pub(super) fn prune_other(
        &mut self,
        frame: &Frame,
        reading: Reading,
        today: Date,
        enrolled: Option<Date>,
        settled_before: Date,
    ) -> Option<Pruned> {
        let was = self.clone();
        let keep_from = frame.keep_from(today, enrolled, settled_before)?;
        let whole_life = frame.is_whole_life();
        let old = self.days.partition_point(|(on, _)| *on < keep_from);
        match reading {
            Reading::Streak(period) if whole_life => {
                // The last old day stays: the periods before it are one number.
                let last = old.saturating_sub(1);
                let run = periods::run(
                    self.days.get(..old).unwrap_or_default(),
                    self.settled,
                    period,
                );
                if last > 0 {
                    self.settled = run.saturating_sub(1);
                    self.days.drain(..last);
                }
            }
            Reading::Periods(period, least) if whole_life => {
                let first = period.start_of(keep_from, crate::calendar::MonthDay::JANUARY_FIRST);
                let old = self.days.partition_point(|(on, _)| *on < first);
                let gone: Vec<(Date, i64)> = self.days.drain(..old).collect();
                let whole = periods::with(&gone, period, least, BEGINNING);
                self.settled = self.settled.saturating_add(whole);
            }
            Reading::MeanGap | Reading::Percentile(_) | Reading::Silence(_) => {
                // The last old day stays: a gap begins with it.
                let last = old.saturating_sub(1);
                if last > 0 {
                    let gone = self.days.get(..old).unwrap_or_default();
                    let gaps = gaps::between(gone);
                    self.aside.get_or_insert_default().gaps.extend(gaps);
                    self.days.drain(..last);
                }
            }
            Reading::Streak(_) | Reading::Periods(..) => {
                self.days.drain(..old);
            }
            _ => {
                self.prune_days(frame, reading, today, enrolled, settled_before);
            }
        }
        if let Some(aside) = &mut self.aside {
            let settled =
                (!matches!(frame, Frame::Previous(_)) || whole_life).then_some(settled_before);
            let first = if whole_life { BEGINNING } else { keep_from };
            aside.values.prune(first, settled);
            if let Some(count) = &mut aside.count {
                count.prune(frame, Reading::Sum, today, enrolled, settled_before);
            }
            if let Some(before) = &mut aside.before {
                before.prune(frame, reading, today, enrolled, settled_before);
            }
        }
        self.derive();
        (*self != was).then(|| Pruned::whole(was))
    }
}
