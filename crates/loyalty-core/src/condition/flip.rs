//! When time alone changes what a condition says (clause 1.5).

use super::compile::Cond;
use super::evaluate::birthday_in;
use super::rules::BirthdayTest;
use crate::calendar::{Date, Span};
use crate::limits::FLIPS_MAX;

/// Which way time alone can move a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moves {
    /// Time can make it true.
    pub(crate) rises: bool,
    /// Time can make it false.
    pub(crate) falls: bool,
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
        Cond::AtLeast(_, of) => {
            of.iter()
                .map(|one| moves(one, metric))
                .fold(Moves::default(), |all, one| Moves {
                    rises: all.rises || one.rises,
                    falls: all.falls || one.falls,
                })
        }
        Cond::Metric {
            metric: place,
            test,
            ..
        } => {
            let value = metric(*place);
            let both = test.one_of.is_some();
            Moves {
                rises: (value.rises && (test.low > i64::MIN || both))
                    || (value.falls && (test.high < i64::MAX || both)),
                falls: (value.falls && (test.low > i64::MIN || both))
                    || (value.rises && (test.high < i64::MAX || both)),
            }
        }
        Cond::Birthday(_) => Moves {
            rises: true,
            falls: true,
        },
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
}

/// The first day after `day` at whose beginning `changed` says that the condition has changed. Only days on which a leaf may
/// change are looked at; if there are too many, a day that is too early is given, never one that is too late.
pub(crate) fn next_flip(
    conds: &[&Cond],
    days: &impl Days,
    day: Date,
    mut changed: impl FnMut(Date) -> bool,
) -> Option<Date> {
    let mut day = day;
    for _ in 0..FLIPS_MAX {
        let next = conds
            .iter()
            .filter_map(|cond| candidate(cond, days, day))
            .min()?;
        if changed(next) {
            return Some(next);
        }
        day = next;
    }
    Some(day)
}

/// The first day after `day` on which a leaf of the condition may change.
fn candidate(cond: &Cond, days: &impl Days, day: Date) -> Option<Date> {
    match cond {
        Cond::Not(one) => candidate(one, days, day),
        Cond::AtLeast(_, of) => of.iter().filter_map(|one| candidate(one, days, day)).min(),
        Cond::Metric { metric, .. } => days.metric_changes_after(*metric, day),
        Cond::Tenure(test) => {
            let enrolled = days.enrolled_on()?;
            [test.at_least, test.less_than]
                .into_iter()
                .flatten()
                .filter_map(|span: Span| span.after(enrolled).ok())
                .filter(|at| *at > day)
                .min()
        }
        Cond::Birthday(test) => {
            let birthday = days.birthday()?;
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
