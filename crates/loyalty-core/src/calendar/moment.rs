//! A civil day or an instant: where a person may say either.

use super::text::Text;
use super::{Date, Instant, Zone, text_value};
use crate::error::Result;

/// A civil day (`2027-01-01`) or an instant (`2027-01-01T08:00:00+08:00`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day of a calendar.
    Date(Date),
    /// An instant.
    Instant(Instant),
}

impl Moment {
    /// Reads a day or an instant.
    ///
    /// # Errors
    /// As for [`Date::parse`] and [`Instant::parse`].
    pub fn parse(text: &str) -> Result<Self> {
        // A date is ten characters long; everything longer must be an instant.
        if text.len() <= 10 {
            Date::parse(text).map(Self::Date)
        } else {
            Instant::parse(text).map(|(instant, _)| Self::Instant(instant))
        }
    }

    /// What begins then begins at this instant: a day at its first one.
    pub(crate) fn begins(self, zone: Zone) -> Result<Instant> {
        match self {
            Self::Date(date) => zone.start_of(date),
            Self::Instant(instant) => Ok(instant),
        }
    }

    /// What holds until then is over at this instant: a day counts to its end.
    pub(crate) fn is_over(self, zone: Zone) -> Result<Instant> {
        match self {
            Self::Date(date) => zone.start_of(date.add_days(1)?),
            Self::Instant(instant) => Ok(instant),
        }
    }

    fn text(self) -> Text {
        match self {
            Self::Date(date) => date.text(),
            Self::Instant(instant) => instant.text(),
        }
    }
}

text_value!(
    Moment,
    "a day `2027-01-01` or an instant `2027-01-01T08:00:00+08:00`",
    r"^\d{4}-\d{2}-\d{2}([Tt ].+)?$",
    Moment::parse
);
