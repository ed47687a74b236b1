//! Lengths of time as settings give them, and the day that a length reaches.

use serde::{Deserialize, Serialize};

use super::{Date, Span};
use crate::error::Result;

/// The one length among four that is given; none where none or several are.
pub(crate) fn one_span(
    days: Option<u32>,
    weeks: Option<u32>,
    months: Option<u32>,
    years: Option<u32>,
) -> Option<Span> {
    match (days, weeks, months, years) {
        (Some(n), None, None, None) => Some(Span::Days(n)),
        (None, Some(n), None, None) => Some(Span::Weeks(n)),
        (None, None, Some(n), None) => Some(Span::Months(n)),
        (None, None, None, Some(n)) => Some(Span::Years(n)),
        _ => None,
    }
}

/// What a day computed from a length is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LastDay {
    /// The last valid day.
    #[default]
    Included,
    /// The first invalid day.
    Excluded,
}

impl LastDay {
    /// The first invalid day, for the day that a length reaches.
    pub(crate) fn first_after(self, reached: Date) -> Result<Date> {
        match self {
            Self::Included => reached.add_days(1),
            Self::Excluded => Ok(reached),
        }
    }
}
