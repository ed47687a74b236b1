//! Lengths of time in a program.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::Date;
use crate::error::{Code, Error, Result};
use crate::limits::PERIOD_MAX;

/// A length of civil time, as a program states it: `{"days": 90}`, `{"weeks": 2}`, `{"months": 12}` or `{"years": 1}`.
///
/// At most 36,500 of its unit ([`PERIOD_MAX`]); zero is possible.
///
/// # Example
/// ```
/// # use loyalty_core::{Date, Span};
/// let span: Span = serde_json::from_str(r#"{"months": 1}"#)?;
/// assert_eq!(span.after(Date::parse("2026-01-31")?)?.to_string(), "2026-02-28");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// So many days.
    Days(u32),
    /// So many times seven days.
    Weeks(u32),
    /// So many months; the day is kept, or the month's last taken.
    Months(u32),
    /// So many times twelve months.
    Years(u32),
}

/// The unit of a [`Span`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months.
    Months,
    /// Years.
    Years,
}

impl Span {
    /// So many of a unit.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] above 36,500.
    pub fn new(unit: Unit, count: u32) -> Result<Self> {
        checked(unit, i64::from(count))
    }

    /// The unit.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::Days(_) => Unit::Days,
            Self::Weeks(_) => Unit::Weeks,
            Self::Months(_) => Unit::Months,
            Self::Years(_) => Unit::Years,
        }
    }

    /// How many of the unit.
    #[must_use]
    pub const fn count(self) -> u32 {
        match self {
            Self::Days(count) | Self::Weeks(count) | Self::Months(count) | Self::Years(count) => {
                count
            }
        }
    }

    /// Whether it has no length.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.count() == 0
    }

    /// The date so much later.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] if it lies after the year 2999.
    pub fn after(self, date: Date) -> Result<Date> {
        self.shift(date, 1)
    }

    /// The date so much earlier.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] if it lies before the year 1.
    pub fn before(self, date: Date) -> Result<Date> {
        self.shift(date, -1)
    }

    /// So many of it, one after the other, as one length: months are counted from one day (clause 1.6).
    pub(crate) fn times(self, times: usize) -> Option<Self> {
        let times = u32::try_from(times).ok()?;
        let count = self.count().checked_mul(times)?;
        Some(match self {
            Self::Days(_) => Self::Days(count),
            Self::Weeks(_) => Self::Weeks(count),
            Self::Months(_) => Self::Months(count),
            Self::Years(_) => Self::Years(count),
        })
    }

    /// The least and the most days that it can last.
    pub(crate) fn days(self) -> (i64, i64) {
        let (least, most) = match self {
            Self::Days(_) => (1, 1),
            Self::Weeks(_) => (7, 7),
            Self::Months(_) => (28, 31),
            Self::Years(_) => (365, 366),
        };
        let count = i64::from(self.count());
        (count.saturating_mul(least), count.saturating_mul(most))
    }

    /// Whether it is as long as another one or longer, from whatever day both are counted.
    pub(crate) fn reaches(self, other: Self) -> bool {
        let months = |span: Self| match span {
            Self::Months(count) => Some(u64::from(count)),
            Self::Years(count) => Some(u64::from(count).saturating_mul(12)),
            Self::Days(_) | Self::Weeks(_) => None,
        };
        match months(self).zip(months(other)) {
            Some((own, other)) => own >= other,
            None => self.days().0 >= other.days().1,
        }
    }

    fn shift(self, date: Date, sign: i64) -> Result<Date> {
        // 32 bits times twelve never leave 64 bits.
        let times = |factor: i64| {
            i64::from(self.count())
                .wrapping_mul(factor)
                .wrapping_mul(sign)
        };
        match self {
            Self::Days(_) => date.add_days(times(1)),
            Self::Weeks(_) => date.add_days(times(7)),
            Self::Months(_) => date.add_months(times(1)),
            Self::Years(_) => date.add_months(times(12)),
        }
    }
}

impl fmt::Display for Span {
    /// `1 day`, `12 months`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit() {
            Unit::Days => "day",
            Unit::Weeks => "week",
            Unit::Months => "month",
            Unit::Years => "year",
        };
        write!(
            f,
            "{} {unit}{}",
            self.count(),
            if self.count() == 1 { "" } else { "s" }
        )
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// The same with any whole number, so that one out of range is refused in plain words.
        #[derive(Deserialize)]
        #[serde(rename = "Span", rename_all = "snake_case")]
        enum Stated {
            Days(i64),
            Weeks(i64),
            Months(i64),
            Years(i64),
        }
        let (unit, count) = match Stated::deserialize(deserializer)? {
            Stated::Days(count) => (Unit::Days, count),
            Stated::Weeks(count) => (Unit::Weeks, count),
            Stated::Months(count) => (Unit::Months, count),
            Stated::Years(count) => (Unit::Years, count),
        };
        checked(unit, count).map_err(Error::into_serde)
    }
}

fn checked(unit: Unit, count: i64) -> Result<Span> {
    let count = u32::try_from(count)
        .ok()
        .filter(|count| *count <= PERIOD_MAX)
        .ok_or_else(|| {
            Error::new(
                Code::OutOfRange,
                format!("`{count}` is not a length of time: it must be from 0 to {PERIOD_MAX}"),
            )
        })?;
    Ok(match unit {
        Unit::Days => Span::Days(count),
        Unit::Weeks => Span::Weeks(count),
        Unit::Months => Span::Months(count),
        Unit::Years => Span::Years(count),
    })
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = |unit: &str, what: &str| {
            schemars::json_schema!({
                "type": "object",
                "properties": {unit: {"description": what, "type": "integer", "minimum": 0, "maximum": PERIOD_MAX}},
                "required": [unit],
                "additionalProperties": false,
            })
        };
        schemars::json_schema!({
            "description": "A length of civil time: one unit and how many of it.",
            "oneOf": [
                one("days", "So many days."),
                one("weeks", "So many times seven days."),
                one("months", "So many months; the day is kept, or the month's last taken."),
                one("years", "So many times twelve months."),
            ],
        })
    }
}
