//! Where a member stands in a track.

use serde::{Deserialize, Serialize};

use super::rules::{Hold, HoldPeriod, HoldUntil};
use crate::calendar::{Date, Instant, MonthDay, Zone};
use crate::error::Result;
use crate::id::Id;

/// The rung that a member holds in a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standing {
    pub(crate) track: Id,
    pub(crate) rung: Id,
    /// When the rung was entered.
    pub(crate) since: Instant,
    /// The instant at which the present term ends; none for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Instant>,
    /// What the rung was last given or kept for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) judged: Option<Judged>,
    /// What stood before purchases of this term raised or prolonged it: a return of theirs falls back to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier: Vec<Earlier>,
    /// The rungs before, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) before: Vec<Former>,
}

/// The figures by which a rung was given or kept: a return that lowers them takes the rung away again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Judged {
    /// The version of the member then: later orders do not count.
    pub(crate) version: u64,
    /// The day that was judged.
    pub(crate) on: Date,
    /// Kept at a review, so that `retain` is what must hold.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) retained: bool,
    /// The values of the metrics that the track reads.
    pub(crate) values: Vec<JudgedValue>,
}

/// A metric, its value, and the version of the member from which on it counted.
pub(crate) type JudgedValue = (Id, Option<i64>, u64);

/// A rung or term that another one took the place of before it was over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Earlier {
    pub(crate) rung: Id,
    pub(crate) since: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) judged: Option<Judged>,
}

/// A rung that was held before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Former {
    pub(crate) rung: Id,
    pub(crate) until: Instant,
}

/// How many former rungs a member keeps; the journal has them all.
const FORMER_MAX: usize = 4;

impl Standing {
    pub(crate) fn new(track: Id, rung: Id, since: Instant) -> Self {
        Self {
            track,
            rung,
            since,
            until: None,
            judged: None,
            earlier: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Remembers what stands now, before something else takes its place.
    pub(crate) fn remember(&mut self) {
        self.earlier.push(Earlier {
            rung: self.rung.clone(),
            since: self.since,
            until: self.until,
            judged: self.judged.clone(),
        });
        if self.earlier.len() > FORMER_MAX {
            self.earlier.remove(0);
        }
    }

    /// Moves to another rung.
    pub(crate) fn enter(&mut self, rung: Id, at: Instant) {
        let left = core::mem::replace(&mut self.rung, rung);
        self.before.push(Former {
            rung: left,
            until: at,
        });
        if self.before.len() > FORMER_MAX {
            self.before.remove(0);
        }
        self.since = at;
    }
}

/// The instant at which a term ends that begins on a day; none for good.
pub(crate) fn term_end(
    hold: &Hold,
    entered: Date,
    enrolled: Option<Date>,
    zone: Zone,
) -> Result<Option<Instant>> {
    let first_after = match hold {
        Hold::Lifetime | Hold::None => return Ok(None),
        Hold::For(length) => {
            let Some(span) = length.span() else {
                return Ok(None);
            };
            let mut day = span.after(entered)?;
            if let Some(align) = length.align {
                day = align.align(day);
            }
            length.last_day.first_after(day)?
        }
        Hold::Until(until) => end_of(until, entered, enrolled)?.add_days(1)?,
    };
    Ok(Some(zone.start_of(first_after)?))
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
