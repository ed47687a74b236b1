//! The coupons that a member has (clause 10.9).

use serde::{Deserialize, Serialize};

use super::rules::{CouponReturns, Promotion};
use crate::calendar::{Date, Instant, LastDay, Zone};
use crate::error::{Code, Error, Result};
use crate::id::Id;

/// An instance of a coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Instance {
    pub(crate) id: Id,
    /// The coupon, as the program calls it.
    pub(crate) coupon: Id,
    /// Its first day, where that is later than the day of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Date>,
    /// When it is over; none for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Instant>,
    /// The money that it holds, in minor units; none for what holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<i64>,
}

impl Instance {
    /// Whether it is over at an instant.
    pub(crate) fn is_over(&self, at: Instant) -> bool {
        self.expires_at.is_some_and(|over| over <= at)
    }
}

/// The days on which an instance can be used: its first one, and the first one on which it no longer can.
pub(crate) struct Lasts {
    pub(crate) from: Date,
    pub(crate) over: Option<Date>,
}

impl Promotion {
    /// How long an instance lasts that is issued on a day; the event may say otherwise.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] past the calendar, [`Code::CouponRefused`] if it would never be valid.
    pub(crate) fn lasts(&self, today: Date, asked: (Option<Date>, Option<Date>)) -> Result<Lasts> {
        let valid = self.issue.as_ref().and_then(|issue| issue.valid.clone());
        let valid = valid.unwrap_or_default();
        let first = match (asked.0, valid.after) {
            (Some(from), _) => from,
            (None, Some(after)) => after.after(today)?,
            (None, None) => today,
        };
        let from = self.from.map_or(first, |from| from.max(first));
        let lasts = match valid.lasts {
            Some(span) => {
                let reached = valid.align.align(span.after(first)?);
                Some(match valid.last_day {
                    LastDay::Included => reached.add_days(1)?,
                    LastDay::Excluded => reached,
                })
            }
            None => None,
        };
        let ends = [valid.until, self.until].into_iter().flatten();
        let ends = ends
            .map(|last| last.add_days(1))
            .collect::<Result<Vec<_>>>()?;
        let by_rule = lasts.into_iter().chain(ends).min();
        let over = match asked.1 {
            Some(last) => Some(last.add_days(1)?),
            None => by_rule,
        };
        if over.is_some_and(|over| over <= from) {
            let words = "the coupon would be over before it begins";
            return Err(Error::new(Code::CouponRefused, words));
        }
        Ok(Lasts { from, over })
    }

    /// What becomes of an instance when the whole order is returned: the new end of it; none where it is gone.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] past the calendar.
    pub(crate) fn restored(
        &self,
        today: Date,
        zone: Zone,
        expires_at: Option<Instant>,
    ) -> Result<Option<Option<Instant>>> {
        Ok(match self.returns() {
            CouponReturns::Restore => Some(expires_at),
            CouponReturns::Extend { days } => {
                let least = today.add_days(i64::from(days).saturating_add(1))?;
                let least = zone.start_of(least)?;
                Some(expires_at.map(|at| at.max(least)))
            }
            CouponReturns::Forfeit => None,
        })
    }

    /// Whether an instance comes back with the order that used it.
    pub(crate) fn comes_back(&self) -> bool {
        self.returns() != CouponReturns::Forfeit
    }

    fn returns(&self) -> CouponReturns {
        let returns = self.issue.as_ref().map(|issue| issue.returns);
        returns.unwrap_or_default()
    }
}
