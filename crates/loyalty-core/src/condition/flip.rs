//! When time alone changes what a condition says (clause 1.5).

use super::compile::{Cond, Test};
use super::evaluate::birthday_in;
use super::rules::BirthdayTest;
use crate::calendar::{Date, Span};
use crate::limits::{FLIPS_MAX, YEAR_MAX};

/// Which way time alone can move a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moves {
    /// Time can make it true.
    pub(crate) rises: bool,
    /// Time can make it false.
    pub(crate) falls: bool,
}

impl Moves {
    pub(crate) const BOTH: Self = Self {
        rises: true,
        falls: true,
    };

    fn or(self, other: Self) -> Self {
        Self {
            rises: self.rises || other.rises,
            falls: self.falls || other.falls,
        }
    }
}

/// Which way a comparison moves when its number does.
fn through(test: &Test, value: Moves) -> Moves {
    let both = test.one_of.is_some();
    let (low, high) = (test.low > i64::MIN || both, test.high < i64::MAX || both);
    Moves {
        rises: (value.rises && low) || (value.falls && high),
        falls: (value.falls && low) || (value.rises && high),
    }
}

/// Which way time alone can move a condition. `metric` says it of a metric's value: whether it can rise or fall.
pub(crate) fn moves(cond: &Cond, metric: &impl Fn(usize) -> Moves) -> Moves {
    match cond {
        Cond::Not(one) => {
            let Moves { rises, falls } = moves(one, metric);
            Moves {
                rises: falls,
                falls: rises,
            }
        }
        Cond::AtLeast(_, of) => of
            .iter()
            .map(|one| moves(one, metric))
            .fold(Moves::default(), Moves::or),
        Cond::Metric {
            metric: place,
            test,
            ..
        } => through(test, metric(*place)),
        Cond::Segment(of) => of
            .iter()
            .map(|one| moves(&one.when, metric))
            .fold(Moves::default(), Moves::or),
        Cond::Score(score, test) => {
            let weight = |(cond, points): &(Cond, i64)| {
                let Moves { rises, falls } = moves(cond, metric);
                if *points < 0 {
                    Moves {
                        rises: falls,
                        falls: rises,
                    }
                } else {
                    Moves { rises, falls }
                }
            };
            let sum = score.weights.iter().map(weight);
            through(test, sum.fold(Moves::default(), Moves::or))
        }
        Cond::Rhythm(test) => {
            let (since, gap) = (metric(test.since), metric(test.gap));
            Moves {
                rises: since.rises || gap.falls,
                falls: since.falls || gap.rises,
            }
        }
        Cond::PointsExpiring { test, .. } => through(test, Moves::BOTH),
        Cond::Birthday(_) | Cond::Anniversary(_) => Moves::BOTH,
        Cond::Tenure(test) => Moves {
            rises: test.at_least.is_some(),
            falls: test.less_than.is_some(),
        },
        _ => Moves::default(),
    }
}

/// What the search for the next change needs to know of the member.
pub(crate) trait Days {
    fn birthday(&self) -> Option<Date>;
    fn enrolled_on(&self) -> Option<Date>;
    /// The first day after this one on which the value of a metric may change by time alone.
    fn metric_changes_after(&self, metric: usize, day: Date) -> Option<Date>;
    /// The value of a metric on a day.
    fn value(&self, metric: usize, day: Date) -> Option<i64>;
    /// For a metric that grows, or falls, day by day: the first day after this one on which it passes one of these numbers.
    fn metric_passes(&self, metric: usize, day: Date, edges: &[i64]) -> Option<Option<Date>>;
    /// The first day after this one on which other points of an account expire within a span.
    fn expiring_changes_after(&self, account: usize, within: Span, day: Date) -> Option<Date>;
    /// What a leaf says, if time alone can never make it say otherwise.
    fn constant(&self, leaf: &Cond) -> Option<bool>;
}

/// What comes every year is the same again after so many years, whatever the leap years do.
const ROUND_YEARS: i64 = 9;

/// The first day after `day` at whose beginning `changed` says that the condition has changed. Only days on which a leaf may
/// change are looked at, and of the leaves only those that time can make matter; if there are too many days, one that is too early
/// is given, never one that is too late.
pub(crate) fn next_flip(
    conds: &[&Cond],
    days: &impl Days,
    day: Date,
    mut changed: impl FnMut(Date) -> bool,
) -> Option<Date> {
    let mut leaves = Vec::new();
    conds.iter().for_each(|cond| open(cond, days, &mut leaves));
    let (yearly, others): (Vec<&Cond>, Vec<&Cond>) =
        leaves.into_iter().partition(|leaf| comes_every_year(leaf));
    let next = |leaves: &[&Cond], day: Date| {
        let all = leaves.iter().filter_map(|leaf| candidate(leaf, days, day));
        all.min()
    };
    let (mut day, mut last) = (day, None);
    for _ in 0..FLIPS_MAX {
        let other = next(&others, day);
        let at = other.into_iter().chain(next(&yearly, day)).min()?;
        if other.is_none() {
            let last = *last.get_or_insert(day.add_months(12 * ROUND_YEARS).ok()?);
            if at > last {
                return None;
            }
        }
        if at.year() > YEAR_MAX {
            return None;
        }
        if changed(at) {
            return Some(at);
        }
        day = at;
    }
    Some(day)
}

/// The first day after `day` on which a condition may change by time alone.
pub(crate) fn may_change(cond: &Cond, days: &impl Days, day: Date) -> Option<Date> {
    let mut leaves = Vec::new();
    open(cond, days, &mut leaves);
    let all = leaves.iter().filter_map(|leaf| candidate(leaf, days, day));
    all.min()
}

/// Whether a leaf is the same again every year.
fn comes_every_year(leaf: &Cond) -> bool {
    matches!(leaf, Cond::Birthday(_) | Cond::Anniversary(_))
}

/// The leaves of a condition that time can make matter: not those beside one that decides it for good.
fn open<'c>(cond: &'c Cond, days: &impl Days, out: &mut Vec<&'c Cond>) {
    if fixed(cond, days).is_some() {
        return;
    }
    match cond {
        Cond::Not(one) => open(one, days, out),
        Cond::AtLeast(_, of) => of.iter().for_each(|one| open(one, days, out)),
        Cond::Segment(of) => of.iter().for_each(|one| open(&one.when, days, out)),
        Cond::Score(score, _) => {
            let weights = score.weights.iter();
            weights.for_each(|(one, _)| open(one, days, out));
        }
        leaf => out.push(leaf),
    }
}

/// What a condition says, if time alone can never make it say otherwise.
fn fixed(cond: &Cond, days: &impl Days) -> Option<bool> {
    let some = |least: usize, of: &mut dyn Iterator<Item = Option<bool>>| {
        let (mut held, mut may) = (0_usize, 0_usize);
        for one in of {
            held = held.saturating_add(usize::from(one == Some(true)));
            may = may.saturating_add(usize::from(one != Some(false)));
        }
        match () {
            () if held >= least => Some(true),
            () if may < least => Some(false),
            () => None,
        }
    };
    match cond {
        Cond::Not(one) => fixed(one, days).map(|holds| !holds),
        Cond::AtLeast(least, of) => some(*least, &mut of.iter().map(|one| fixed(one, days))),
        Cond::Segment(of) => some(1, &mut of.iter().map(|one| fixed(&one.when, days))),
        leaf => days.constant(leaf),
    }
}

/// The first day after `day` on which a leaf of the condition may change.
fn candidate(cond: &Cond, days: &impl Days, day: Date) -> Option<Date> {
    match cond {
        Cond::Not(one) => candidate(one, days, day),
        Cond::AtLeast(_, of) => of.iter().filter_map(|one| candidate(one, days, day)).min(),
        Cond::Metric { metric, test } => {
            let edges: Vec<i64> = test.edges().collect();
            // Only where it passes a threshold does it matter.
            match days.metric_passes(*metric, day, &edges) {
                Some(passes) => passes,
                None => days.metric_changes_after(*metric, day),
            }
        }
        Cond::Rhythm(test) => {
            let gap = days.value(test.gap, day);
            let edge = gap.map(|gap| test.needed(gap));
            let since = match days.metric_passes(test.since, day, edge.as_slice()) {
                Some(passes) => passes,
                None => days.metric_changes_after(test.since, day),
            };
            let gap = days.metric_changes_after(test.gap, day);
            since.into_iter().chain(gap).min()
        }
        Cond::Tenure(test) => {
            let enrolled = days.enrolled_on()?;
            [test.at_least, test.less_than]
                .into_iter()
                .flatten()
                .filter_map(|span: Span| span.after(enrolled).ok())
                .filter(|at| *at > day)
                .min()
        }
        Cond::Segment(of) => of
            .iter()
            .filter_map(|one| candidate(&one.when, days, day))
            .min(),
        Cond::Score(score, _) => score
            .weights
            .iter()
            .filter_map(|(one, _)| candidate(one, days, day))
            .min(),
        Cond::PointsExpiring {
            account, within, ..
        } => days.expiring_changes_after(*account, *within, day),
        Cond::Birthday(_) | Cond::Anniversary(_) => {
            let (test, birthday) = match cond {
                Cond::Anniversary(test) => (test, days.enrolled_on()?),
                Cond::Birthday(test) => (test, days.birthday()?),
                _ => return None,
            };
            let years =
                (-1..=2).map(|offset| birthday_in(birthday, day.year().saturating_add(offset)));
            let edges = years.flat_map(|at| match test {
                BirthdayTest::Day => [Some(at), at.add_days(1).ok()],
                BirthdayTest::Month => [
                    Some(at.first_of_month()),
                    at.last_of_month().add_days(1).ok(),
                ],
                BirthdayTest::Within { before, after } => [
                    at.add_days(i64::from(*before).saturating_neg()).ok(),
                    at.add_days(i64::from(*after).saturating_add(1)).ok(),
                ],
            });
            edges.flatten().filter(|at| *at > day).min()
        }
        _ => None,
    }
}
