//! Periods of the calendar.

use serde::{Deserialize, Serialize};

use super::date::clamped;
use super::{Date, MonthDay, Weekday};

/// A period of the calendar. Quarters, half-years and years may begin on another day than the first of January.
///
/// # Example
/// ```
/// # use loyalty_core::{Date, MonthDay, Period};
/// let april = MonthDay::parse("04-01")?;
/// let day = Date::parse("2026-02-15")?;
/// assert_eq!(Period::Year.start_of(day, april).to_string(), "2025-04-01");
/// assert_eq!(Period::Year.end_of(day, april).to_string(), "2026-03-31");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(
        description = "A period of the calendar. Quarters, half-years and years may begin on another day than the first of January."
    )
)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A day.
    Day,
    /// A week of ISO 8601: Monday to Sunday.
    Week,
    /// A month, always from its first day.
    Month,
    /// Three months from the start of the year.
    Quarter,
    /// Six months from the start of the year.
    HalfYear,
    /// Twelve months from the start of the year.
    Year,
}

/// What is wrong with a year of its own for periods that do not follow it.
pub(crate) const NO_YEAR: &str =
    "these periods begin where they do in every calendar, wherever the year begins: leave it out";

impl Period {
    /// The first day of the period that holds a date.
    ///
    /// Where a year begins on a day that a month does not have, the period that begins in that month begins on its last day.
    #[must_use]
    pub fn start_of(self, date: Date, year_start: MonthDay) -> Date {
        match self.months() {
            Err(1) => date,
            Err(_) => back_to_monday(date),
            Ok(months) => Grid::new(months, year_start).start_of(date),
        }
    }

    /// The last day of the period that holds a date.
    #[must_use]
    pub fn end_of(self, date: Date, year_start: MonthDay) -> Date {
        self.next_start(date, year_start).previous()
    }

    /// The first day of the period after the one that holds a date.
    #[must_use]
    pub fn next_start(self, date: Date, year_start: MonthDay) -> Date {
        match self.months() {
            Err(days) => later(self.start_of(date, year_start), days),
            Ok(months) => Grid::new(months, year_start).shifted(date, months),
        }
    }

    /// The first day of the period before the one that holds a date.
    #[must_use]
    pub fn previous_start(self, date: Date, year_start: MonthDay) -> Date {
        match self.months() {
            Err(days) => later(self.start_of(date, year_start), days.saturating_neg()),
            Ok(months) => Grid::new(months, year_start).shifted(date, months.saturating_neg()),
        }
    }

    /// Whether where it begins depends on where the year does.
    pub(crate) fn follows_the_year(self) -> bool {
        matches!(self, Self::Quarter | Self::HalfYear | Self::Year)
    }

    /// How many months the period has, or else how many days.
    fn months(self) -> Result<i64, i32> {
        match self {
            Self::Day => Err(1),
            Self::Week => Err(7),
            Self::Month => Ok(1),
            Self::Quarter => Ok(3),
            Self::HalfYear => Ok(6),
            Self::Year => Ok(12),
        }
    }
}

/// Periods of whole months from an anchor: each begins on the anchor's day or on the last of its month (clause 1.6).
#[derive(Clone, Copy)]
struct Grid {
    months: i64,
    month: i64,
    day: u32,
}

impl Grid {
    fn new(months: i64, year_start: MonthDay) -> Self {
        if months == 1 {
            return Self {
                months,
                month: 0,
                day: 1,
            };
        }
        Self {
            months,
            month: i64::from(year_start.month()).wrapping_sub(1),
            day: year_start.day(),
        }
    }

    fn start_of(self, date: Date) -> Date {
        clamped(self.start_index(date), self.day)
    }

    fn shifted(self, date: Date, months: i64) -> Date {
        clamped(self.start_index(date).saturating_add(months), self.day)
    }

    /// The month in which the period of a date begins.
    fn start_index(self, date: Date) -> i64 {
        let index = date.month_index();
        let into = index
            .wrapping_sub(self.month)
            .checked_rem_euclid(self.months)
            .unwrap_or(0);
        let start = index.wrapping_sub(into);
        // In the very month in which a period begins the date may still belong to the one before, unless it begins with the month.
        if self.day > 1 && clamped(start, self.day) > date {
            start.wrapping_sub(self.months)
        } else {
            start
        }
    }
}

fn back_to_monday(date: Date) -> Date {
    let back = match date.weekday() {
        Weekday::Mon => 0,
        Weekday::Tue => 1,
        Weekday::Wed => 2,
        Weekday::Thu => 3,
        Weekday::Fri => 4,
        Weekday::Sat => 5,
        Weekday::Sun => 6,
    };
    later(date, i32::wrapping_neg(back))
}

fn later(date: Date, days: i32) -> Date {
    Date::from_days(date.days().saturating_add(days))
}

/// Which last day a date is moved to (clauses 3.8, 9.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// It stays where it is.
    #[default]
    Day,
    /// The last day of its month.
    MonthEnd,
    /// The last day of its quarter of the calendar.
    QuarterEnd,
    /// The 30th of June or the 31st of December.
    HalfYearEnd,
    /// The 31st of December.
    YearEnd,
}

impl Align {
    /// The last day of the month, quarter, half-year or year that holds a date.
    #[must_use]
    pub fn align(self, date: Date) -> Date {
        let period = match self {
            Self::Day => Period::Day,
            Self::MonthEnd => Period::Month,
            Self::QuarterEnd => Period::Quarter,
            Self::HalfYearEnd => Period::HalfYear,
            Self::YearEnd => Period::Year,
        };
        period.end_of(date, MonthDay::JANUARY_FIRST)
    }
}
