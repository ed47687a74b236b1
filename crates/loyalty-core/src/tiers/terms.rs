//! When a term ends, a grace is over, and a period begins (clauses 9.2, 9.3).

use super::judge::{RungPlan, TrackPlan};
use super::rules::{
    Anniversary, Every, Grace, GraceFrom, Hold, HoldPeriod, HoldUntil, Review, Upgrade,
};
use crate::calendar::{Date, Instant, LastDay, MonthDay, Span, Unit, Zone};
use crate::error::Result;

/// Whose civil days are meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) enrolled: Option<Date>,
    pub(crate) zone: Zone,
}

/// From where a term counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begin {
    /// Its first day.
    pub(crate) first: Date,
    /// The last day of the term before, where a review begins it.
    pub(crate) after: Option<Date>,
    /// The day on which the rung was entered.
    pub(crate) entered: Date,
    /// A review lies after this day.
    pub(crate) today: Date,
    /// The day of the month that terms of months come back to, where the term before ended in a month without it.
    pub(crate) month_day: Option<u32>,
}

/// When a term ends.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Term {
    /// The instant of the next review; none for good.
    pub(crate) until: Option<Instant>,
    /// The day of the month that the next term comes back to, where this one ends in a month without it.
    pub(crate) month_day: Option<u32>,
}

impl Term {
    fn until(day: Date, zone: Zone) -> Result<Self> {
        Ok(Self {
            until: Some(zone.start_of(day)?),
            month_day: None,
        })
    }
}

impl TrackPlan {
    /// When a term of a rung ends: at the next review.
    pub(crate) fn term_end(&self, rung: usize, begin: Begin, person: Person) -> Result<Term> {
        let Some(plan) = self.rungs.get(rung) else {
            return Ok(Term::default());
        };
        self.end_of(plan, begin, person)
            .map_err(|error| error.about(format_args!("the term of the rung `{}`", plan.id)))
    }

    fn end_of(&self, plan: &RungPlan, begin: Begin, person: Person) -> Result<Term> {
        let end = match self.review {
            Review::Every(every) => return Term::until(next_of(every, begin.today)?, person.zone),
            Review::Anniversary(of) => {
                let of = match of {
                    Anniversary::Enrolment => person.enrolled,
                    Anniversary::Rung => Some(begin.entered),
                };
                return match of {
                    Some(day) => Term::until(anniversary(day, begin.today)?, person.zone),
                    None => Ok(Term::default()),
                };
            }
            Review::TermEnd => {
                let renewed = plan.renew.as_ref().filter(|_| begin.after.is_some());
                hold_end(renewed.unwrap_or(&plan.hold), begin, person.enrolled)?
            }
        };
        let Some((day, month_day)) = end else {
            return Ok(Term::default());
        };
        match plan.free_from(begin.entered)? {
            Some(free) if free > day => Term::until(free, person.zone),
            _ => Ok(Term {
                month_day,
                ..Term::until(day, person.zone)?
            }),
        }
    }

    /// The first day on which a review can take a rung that was entered on a day; none: any.
    pub(crate) fn free_from(&self, rung: usize, entered: Date) -> Result<Option<Date>> {
        let plan = self.rungs.get(rung);
        plan.map_or(Ok(None), |plan| plan.free_from(entered))
    }

    /// Whether the lowest rung has terms: only where a review alone moves a member up.
    pub(crate) fn reviews_base(&self) -> bool {
        self.upgrade == Upgrade::AtReview
    }

    /// When the next period of the track begins; none without an enrolment to count from.
    pub(crate) fn next_period(&self, today: Date, person: Person) -> Result<Option<Instant>> {
        let day = match (self.period.period(), person.enrolled) {
            (Some(period), _) => Some(period.next_start(today, self.year_start)),
            (None, Some(enrolled)) => {
                let begun = crate::metric::membership_year(enrolled, today)?;
                let years = i64::from(begun.year().saturating_sub(enrolled.year()));
                Some(enrolled.add_months(years.saturating_add(1).saturating_mul(12))?)
            }
            (None, None) => None,
        };
        day.map(|day| person.zone.start_of(day)).transpose()
    }
}

impl RungPlan {
    /// The first day on which a review can take it from a member who entered it on a day; none: any.
    fn free_from(&self, entered: Date) -> Result<Option<Date>> {
        let least = self.at_least;
        least
            .map(|least| least.after(entered)?.add_days(1))
            .transpose()
    }
}

impl Grace {
    /// When the grace is over for a rung that is lost. `last`: the last day of its term.
    pub(crate) fn end(
        &self,
        entered: Date,
        last: Option<Date>,
        today: Date,
        zone: Zone,
    ) -> Result<Instant> {
        let from = match self.from {
            GraceFrom::TermEnd => last.unwrap_or(today),
            GraceFrom::Entry => entered,
            GraceFrom::Loss => today,
        };
        let mut day = self.length.after(from)?;
        if let Some(align) = self.align {
            day = align.align(day);
        }
        zone.start_of(self.last_day.first_after(day)?)
    }
}

/// The first such day after a day.
fn next_of(every: Every, today: Date) -> Result<Date> {
    let first = today.first_of_month();
    let mut on = today;
    // A year and a month hold every month that is asked for, once after the day.
    for more in 0..=13_i64 {
        let month = first.add_months(more)?;
        let asked = month
            .month()
            .saturating_sub(1)
            .checked_rem(every.months.max(1));
        if asked != Some(0) {
            continue;
        }
        let day = every.on_day.min(month.last_of_month().day());
        on = month.add_days(i64::from(day.saturating_sub(1)))?;
        if on > today {
            break;
        }
    }
    Ok(on)
}

/// The first anniversary of a day after a day.
fn anniversary(of: Date, today: Date) -> Result<Date> {
    let years = today.year().saturating_sub(of.year());
    let mut on = today;
    for more in 0..=2_i32 {
        let years = years.saturating_add(more).max(1);
        on = of.add_months(i64::from(years).saturating_mul(12))?;
        if on > today {
            break;
        }
    }
    Ok(on)
}

/// The first day after a term, and the day of the month that the next one comes back to; none for good.
fn hold_end(
    hold: &Hold,
    begin: Begin,
    enrolled: Option<Date>,
) -> Result<Option<(Date, Option<u32>)>> {
    let first_after = match hold {
        Hold::Lifetime | Hold::None => return Ok(None),
        Hold::For(length) => {
            let Some(span) = length.span() else {
                return Ok(None);
            };
            // A term that follows another one counts from its last day.
            let from = match length.last_day {
                LastDay::Included => begin.after.unwrap_or(begin.first),
                LastDay::Excluded => begin.first,
            };
            let (mut day, mut month_day) = months_after(span, from, begin.month_day)?;
            if let Some(align) = length.align {
                (day, month_day) = (align.align(day), None);
            }
            return Ok(Some((length.last_day.first_after(day)?, month_day)));
        }
        Hold::Until(until) => end_of(until, begin.first, enrolled)?.add_days(1)?,
    };
    Ok(Some((first_after, None)))
}

/// The day that a span reaches from a day, which stands for `month_day` where its month is too short for that. Months are so
/// counted from the day from which the first of several terms was (clause 1.6). With it comes what the day reached stands for.
fn months_after(span: Span, from: Date, month_day: Option<u32>) -> Result<(Date, Option<u32>)> {
    let day = span.after(from)?;
    if !matches!(span.unit(), Unit::Months | Unit::Years) {
        return Ok((day, None));
    }
    let short = |meant: &u32| *meant > from.day() && from == from.last_of_month();
    let meant = month_day.filter(short).unwrap_or(from.day());
    let last = day.last_of_month();
    let more = meant.min(last.day()).saturating_sub(day.day());
    let day = day.add_days(i64::from(more))?;
    Ok((day, Some(meant).filter(|meant| *meant > day.day())))
}

/// The last day of the k-th period, and what is added to it.
fn end_of(until: &HoldUntil, entered: Date, enrolled: Option<Date>) -> Result<Date> {
    let last = match until.end_of.period() {
        Some(period) => {
            let start = until.year_start.unwrap_or(MonthDay::JANUARY_FIRST);
            let mut last = period.end_of(entered, start);
            for _ in 1..until.nth {
                last = period.end_of(last.add_days(1)?, start);
            }
            last
        }
        None => {
            debug_assert!(
                until.end_of == HoldPeriod::MembershipYear,
                "only membership years are no calendar periods"
            );
            let enrolled = enrolled.unwrap_or(entered);
            let begun = crate::metric::membership_year(enrolled, entered)?;
            let years = i64::from(begun.year().saturating_sub(enrolled.year()))
                .saturating_add(i64::from(until.nth));
            enrolled
                .add_months(years.saturating_mul(12))?
                .add_days(-1)?
        }
    };
    match until.plus {
        Some(plus) => plus.after(last),
        None => Ok(last),
    }
}
