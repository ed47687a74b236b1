//! When points become available and when they expire (clauses 3.6, 3.8).

use super::rules::{Activation, Expiry, ExpiryFrom};
use crate::calendar::Date;
use crate::error::Result;

/// What a rule or an account says about the dates of its lots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LotPlan {
    pub(crate) activation: Activation,
    pub(crate) expiry: Expiry,
    /// Whether the rule itself says when its points expire.
    pub(crate) own_expiry: bool,
}

/// What the expiry of points is counted from.
pub(crate) struct Counting<'c> {
    /// The day of earning.
    pub(crate) from: Date,
    /// The day on which they become available; none while nobody knows.
    pub(crate) active_on: Option<Date>,
    /// The last day on which the member did one of these.
    pub(crate) last: &'c dyn Fn(&[String]) -> Option<Date>,
}

/// The day on which points earned on a day become available; none while they wait for a settlement.
pub(crate) fn active_on(activation: Activation, earned_on: Date) -> Result<Option<Date>> {
    Ok(Some(match activation {
        Activation::Immediate => earned_on,
        Activation::After { days } => earned_on.add_days(i64::from(days))?,
        Activation::On(date) => date.max(earned_on),
        Activation::OnSettlement => return Ok(None),
    }))
}

/// Whether the expiry moves with what the member does.
pub(crate) fn is_idle(expiry: &Expiry) -> bool {
    any(expiry, &|one| matches!(one, Expiry::Inactivity(_)))
}

/// Whether the expiry counts from the day on which the points become available.
pub(crate) fn counts_from_activation(expiry: &Expiry) -> bool {
    any(
        expiry,
        &|one| matches!(one, Expiry::After(after) if after.from == ExpiryFrom::Activation),
    )
}

/// Whether something that counts as being active moves the expiry.
pub(crate) fn mentions(expiry: &Expiry, word: &str) -> bool {
    any(
        expiry,
        &|one| matches!(one, Expiry::Inactivity(idle) if idle.resets_on.iter().any(|on| on == word)),
    )
}

/// Says for every time of inactivity in an expiry what counts as being active.
pub(crate) fn each_idle(expiry: &Expiry, what: &mut dyn FnMut(&[String])) {
    match expiry {
        Expiry::Inactivity(idle) => what(&idle.resets_on),
        Expiry::Latest(all) | Expiry::Earliest(all) => {
            all.iter().for_each(|one| each_idle(one, what));
        }
        Expiry::Never | Expiry::After(_) | Expiry::Annual(_) => {}
    }
}

/// Collects what counts as being active for an expiry.
pub(crate) fn words_of(expiry: &Expiry, out: &mut Vec<String>) {
    each_idle(expiry, &mut |words| out.extend(words.iter().cloned()));
}

fn any(expiry: &Expiry, what: &dyn Fn(&Expiry) -> bool) -> bool {
    match expiry {
        Expiry::Latest(all) | Expiry::Earliest(all) => all.iter().any(|one| any(one, what)),
        one => what(one),
    }
}

/// The first day on which the points are no longer valid; none for never, or while nobody knows.
pub(crate) fn first_invalid(expiry: &Expiry, counting: &Counting<'_>) -> Result<Option<Date>> {
    Ok(match expiry {
        Expiry::Never => None,
        Expiry::Inactivity(idle) => {
            let Some(span) = idle.span() else {
                return Ok(None);
            };
            // Points that come without being active have a time of their own.
            let last = (counting.last)(&idle.resets_on).unwrap_or(counting.from);
            let mut day = span.after(last.max(counting.from))?;
            if let Some(align) = idle.align {
                day = align.align(day);
            }
            Some(idle.last_day.first_after(day)?)
        }
        Expiry::After(after) => {
            let from = match after.from {
                ExpiryFrom::Earning => counting.from,
                ExpiryFrom::Activation => match counting.active_on {
                    Some(day) => day,
                    None => return Ok(None),
                },
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
            let mut day = annual.on.next_on_or_after(counting.from.add_days(1)?);
            while let Some(age) = annual.min_age
                && age.before(day)? < counting.from
            {
                day = annual.on.next_on_or_after(day.add_days(1)?);
            }
            Some(day)
        }
        Expiry::Latest(all) => {
            let mut latest = None;
            for one in all {
                match first_invalid(one, counting)? {
                    None => return Ok(None),
                    Some(day) => latest = latest.max(Some(day)),
                }
            }
            latest
        }
        Expiry::Earliest(all) => {
            let mut earliest: Option<Date> = None;
            for one in all {
                if let Some(day) = first_invalid(one, counting)? {
                    earliest = Some(earliest.map_or(day, |other| other.min(day)));
                }
            }
            earliest
        }
    })
}
