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
    /// The window that it is a stretch before of, and how many stretches before.
    fn base(&self) -> (&Self, usize) {
        let (mut frame, mut times) = (self, 0_usize);
        while let Self::Previous(of) = frame {
            (frame, times) = (of, times.saturating_add(1));
        }
        (frame, times)
    }

    /// The track with whose rung (`false`) or term (`true`) it begins anew.
    pub(crate) fn resets_with(&self) -> Option<(usize, bool)> {
        match self.base() {
            (Self::Reset { track, term }, _) => Some((*track, *term)),
            _ => None,
        }
    }

    /// Whether it asks for what a stretch that begins anew came to before.
    pub(crate) fn is_stretch_before(&self) -> bool {
        matches!(self, Self::Previous(_)) && self.resets_with().is_some()
    }

    /// The first day that is still asked for, or that a return can reach; none if the window has no days yet.
    pub(super) fn keep_from(
        &self,
        today: Date,
        enrolled: Option<Date>,
        settled_before: Date,
    ) -> Option<Date> {
        if self.is_whole_life() {
            return Some(settled_before);
        }
        // A review at the beginning of a day still reads the day before.
        let yesterday = today.add_days(-1).ok();
        let days = yesterday
            .and_then(|day| self.days(day, enrolled).ok())
            .flatten()?;
        Some(days.from.min(settled_before))
    }

    /// Whether it has no first day: then what is old is kept as one number.
    pub(super) fn is_whole_life(&self) -> bool {
        matches!(self, Self::Lifetime) || self.resets_with().is_some()
    }

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
            Self::Previous(_) => {
                let (base, times) = self.base();
                if let Self::Last(span) = base {
                    // Every edge is counted from the day itself: months would move if they were counted from each other.
                    let edge = |times: usize| span.times(times)?.before(day).ok();
                    let days = edge(times.saturating_add(1)).zip(edge(times));
                    return Ok(days.map(|(before, until)| Days {
                        from: before.next(),
                        until,
                    }));
                }
                let mut last = day;
                for _ in 0..times {
                    match base.days(last, enrolled)? {
                        Some(days) if days.from > BEGINNING => last = days.from.add_days(-1)?,
                        // What is kept of the stretch before counts as a whole.
                        Some(days) if base.resets_with().is_some() => return Ok(Some(days)),
                        _ => return Ok(None),
                    }
                }
                base.days(last, enrolled)?
            }
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
            Self::Previous(_) => match self.base() {
                // A day is in a stretch before from when it leaves all those after until it leaves that, too.
                (Self::Last(span), times) => {
                    let edges = [times, times.saturating_add(1)];
                    let spans = edges.into_iter().filter_map(|times| span.times(times));
                    let edges =
                        spans.flat_map(|span| held.iter().filter_map(move |on| leaves(span, *on)));
                    edges.filter(|at| *at > day).min()
                }
                (other, _) => other.changes_after(day, enrolled, held),
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
