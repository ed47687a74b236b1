//! Windows: which civil days count on a day (clause 7.2).

use crate::calendar::{Date, MonthDay, Period, Span};
use crate::error::Result;

/// Before every day.
pub(crate) const BEGINNING: Date = Date::from_days(i32::MIN);

/// A compiled window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Lifetime,
    Last(Span),
    Calendar(Period, MonthDay),
    MembershipYear,
    /// Since the present rung of a track was entered (`false`) or its term began (`true`). The tally is emptied then.
    Reset {
        track: usize,
        term: bool,
    },
    Between(Date, Date),
    Previous(Box<Frame>),
}

/// The first and last day of a stretch, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) from: Date,
    pub(crate) until: Date,
}

impl Frame {
    /// The days that count on `day`; none where there is no such stretch (no enrolment, say).
    pub(crate) fn days(&self, day: Date, enrolled: Option<Date>) -> Result<Option<Days>> {
        Ok(match self {
            Self::Lifetime | Self::Reset { .. } => Some(Days {
                from: BEGINNING,
                until: day,
            }),
            Self::Last(span) => Some(Days {
                from: span.before(day)?.add_days(1)?,
                until: day,
            }),
            Self::Calendar(period, start) => Some(Days {
                from: period.start_of(day, *start),
                until: day,
            }),
            Self::MembershipYear => match enrolled {
                Some(enrolled) => Some(Days {
                    from: membership_year(enrolled, day)?,
                    until: day,
                }),
                None => None,
            },
            Self::Between(from, until) => Some(Days {
                from: *from,
                until: (*until).min(day),
            }),
            Self::Previous(of) => match of.days(day, enrolled)? {
                Some(days) if days.from > BEGINNING => {
                    let last = days.from.add_days(-1)?;
                    of.days(last, enrolled)?
                }
                _ => None,
            },
        })
    }

    /// The first day after `day` on which another set of days counts, given the days that hold something.
    pub(crate) fn changes_after(
        &self,
        day: Date,
        enrolled: Option<Date>,
        held: &[Date],
    ) -> Option<Date> {
        match self {
            Self::Lifetime | Self::Reset { .. } => None,
            Self::Last(span) => held
                .iter()
                .filter_map(|on| leaves(*span, *on))
                .filter(|at| *at > day)
                .min(),
            Self::Calendar(period, start) => period.end_of(day, *start).add_days(1).ok(),
            Self::MembershipYear => {
                let enrolled = enrolled?;
                let years = day.year().saturating_sub(enrolled.year());
                (0..=2)
                    .filter_map(|more| anniversary(enrolled, years.saturating_add(more)))
                    .filter(|at| *at > day)
                    .min()
            }
            Self::Between(from, _) => Some(*from).filter(|from| *from > day),
            Self::Previous(of) => match &**of {
                // A day is in the stretch before from when it leaves the present one until it leaves that.
                Self::Last(span) => {
                    let edges = held.iter().flat_map(|on| {
                        let first = leaves(*span, *on);
                        [first, first.and_then(|first| leaves(*span, first))]
                    });
                    edges.flatten().filter(|at| *at > day).min()
                }
                other => other.changes_after(day, enrolled, held),
            },
        }
    }
}

/// The first day on which a day no longer counts among the last so many.
fn leaves(span: Span, on: Date) -> Option<Date> {
    let mut at = span.after(on).ok()?;
    // Months are clamped: look for the first day whose stretch begins after `on`.
    while let Ok(from) = span.before(at) {
        if from >= on {
            break;
        }
        at = at.add_days(1).ok()?;
    }
    Some(at)
}

/// The day on which the membership year of `day` began.
pub(crate) fn membership_year(enrolled: Date, day: Date) -> Result<Date> {
    let years = day.year().saturating_sub(enrolled.year());
    let this = enrolled.add_months(i64::from(years).saturating_mul(12))?;
    if this <= day {
        Ok(this)
    } else {
        enrolled.add_months(i64::from(years).saturating_sub(1).saturating_mul(12))
    }
}

fn anniversary(enrolled: Date, years: i32) -> Option<Date> {
    enrolled
        .add_months(i64::from(years).saturating_mul(12))
        .ok()
}
