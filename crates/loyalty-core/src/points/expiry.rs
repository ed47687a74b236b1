//! When points become available and when they expire (clauses 3.6, 3.8).

use super::rules::{Activation, Expiry, ExpiryFrom};
use crate::calendar::{Date, Instant, Zone};
use crate::error::Result;

/// What a rule or an account says about the dates of its lots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LotPlan {
    pub(crate) activation: Activation,
    pub(crate) expiry: Expiry,
}

/// The dates of points that are earned on a day: when they become available (none: at once), and when they expire (none: never).
pub(crate) fn dates(
    plan: &LotPlan,
    earned_on: Date,
    zone: Zone,
    now: Instant,
) -> Result<(Option<Instant>, Option<Instant>)> {
    let active_on = match plan.activation {
        Activation::Immediate => earned_on,
        Activation::After { days } => earned_on.add_days(i64::from(days))?,
        Activation::On(date) => date.max(earned_on),
    };
    let active_from = if active_on > earned_on {
        Some(zone.start_of(active_on)?).filter(|at| *at > now)
    } else {
        None
    };
    let expires_at = match first_invalid(&plan.expiry, earned_on, active_on)? {
        Some(day) => Some(zone.start_of(day)?),
        None => None,
    };
    Ok((active_from, expires_at))
}

/// The first day on which the points are no longer valid; none for never.
fn first_invalid(expiry: &Expiry, earned_on: Date, active_on: Date) -> Result<Option<Date>> {
    Ok(match expiry {
        Expiry::Never => None,
        Expiry::After(after) => {
            let from = match after.from {
                ExpiryFrom::Earning => earned_on,
                ExpiryFrom::Activation => active_on,
            };
            let Some(span) = after.span() else {
                return Ok(None);
            };
            let mut day = span.after(from)?;
            if let Some(align) = after.align {
                day = align.align(day);
            }
            if let Some(plus) = after.plus {
                day = plus.after(day)?;
            }
            Some(after.last_day.first_after(day)?)
        }
        Expiry::Annual(annual) => {
            let mut day = annual.on.next_on_or_after(earned_on.add_days(1)?);
            while let Some(age) = annual.min_age
                && age.before(day)? < earned_on
            {
                day = annual.on.next_on_or_after(day.add_days(1)?);
            }
            Some(day)
        }
        Expiry::Latest(all) => {
            let mut latest = None;
            for one in all {
                match first_invalid(one, earned_on, active_on)? {
                    None => return Ok(None),
                    Some(day) => latest = latest.max(Some(day)),
                }
            }
            latest
        }
        Expiry::Earliest(all) => {
            let mut earliest: Option<Date> = None;
            for one in all {
                if let Some(day) = first_invalid(one, earned_on, active_on)? {
                    earliest = Some(earliest.map_or(day, |other| other.min(day)));
                }
            }
            earliest
        }
    })
}
