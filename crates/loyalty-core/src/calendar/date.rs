//! Civil dates.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::text::{Text, two};
use super::text_value;
use crate::amount::shown;
use crate::error::{Code, Error, Result};
use crate::limits::{YEAR_MAX, YEAR_MIN, YEARS_AROUND};

/// A date of the Gregorian calendar, without a zone.
///
/// # Example
/// ```
/// # use loyalty_core::Date;
/// let start = Date::parse("2026-01-31")?;
/// assert_eq!(start.add_months(1)?.to_string(), "2026-02-28");
/// assert_eq!(start.add_months(2)?.to_string(), "2026-03-31");
/// assert_eq!(start.days_until(Date::new(2026, 3, 1)?), 29);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

text_value!(
    Date,
    "a date like `2026-03-01`",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    |text| Date::read(text, Years::READ)
);

/// Which years a text may name.
#[derive(Clone, Copy)]
pub(super) struct Years {
    first: i32,
    last: i32,
}

impl Years {
    /// When something may happen.
    pub(super) const STATED: Self = Self {
        first: YEAR_MIN,
        last: YEAR_MAX,
    };
    /// What a document may hold, so that all that is written can be read.
    pub(super) const READ: Self = Self {
        first: YEAR_MIN.saturating_sub(YEARS_AROUND),
        last: YEAR_MAX.saturating_add(YEARS_AROUND),
    };

    #[inline]
    fn has(self, year: i32) -> bool {
        self.first <= year && year <= self.last
    }

    /// The first day, and the first one after the last.
    pub(super) const fn days(self) -> (i32, i32) {
        let after = self.last.saturating_add(1);
        (days(self.first, 1, 1), days(after, 1, 1))
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        })
    }
}

impl Date {
    /// The date of a year (1850 to 2999), a month (1 to 12) and a day (from 1).
    ///
    /// # Errors
    /// [`Code::InvalidTime`] if there is no such date.
    pub fn new(year: i32, month: u32, day: u32) -> Result<Self> {
        Self::checked(year, month, day, Years::STATED).ok_or_else(|| {
            let mut text = Text::new();
            text.push_year(year);
            no_date(
                &format!("{}-{month:02}-{day:02}", text.as_str()),
                year,
                month,
            )
        })
    }

    /// Reads a date like `2026-03-01`.
    ///
    /// # Errors
    /// [`Code::InvalidTime`] if the text is written otherwise or there is no such date.
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(text, Years::STATED)
    }

    fn read(text: &str, years: Years) -> Result<Self> {
        let parts = match text.as_bytes() {
            &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] => two(y0, y1)
                .zip(two(y2, y3))
                .zip(two(m0, m1))
                .zip(two(d0, d1)),
            _ => None,
        };
        let Some((((high, low), month), day)) = parts else {
            return Err(Error::new(
                Code::InvalidTime,
                format!("`{}` is not a date like `2026-03-01`", shown(text)),
            ));
        };
        let year = i32::try_from(high.wrapping_mul(100).wrapping_add(low)).unwrap_or(0);
        Self::checked(year, month, day, years).ok_or_else(|| no_date(text, year, month))
    }

    /// The date so many days after 1970-01-01.
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// How many days the date is after 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.civil().0
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.civil().1
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u32 {
        self.civil().2
    }

    /// The day of the week.
    #[must_use]
    #[inline]
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        match i64::from(self.0).rem_euclid(7) {
            0 => Weekday::Thu,
            1 => Weekday::Fri,
            2 => Weekday::Sat,
            3 => Weekday::Sun,
            4 => Weekday::Mon,
            5 => Weekday::Tue,
            _ => Weekday::Wed,
        }
    }

    /// The date so many days later (earlier if negative).
    ///
    /// # Errors
    /// [`Code::OutOfRange`] if it lies before the year 1 or after 3000-01-01, the day after the last one.
    pub fn add_days(self, days: i64) -> Result<Self> {
        i64::from(self.0)
            .checked_add(days)
            .and_then(|days| i32::try_from(days).ok())
            .map(Self)
            .filter(|date| (FIRST..=LAST).contains(date))
            .ok_or_else(|| self.too_far(days, "days"))
    }

    /// The date so many months later (earlier if negative), on the same day of the month or on the month's last (clause 1.6).
    ///
    /// Always count from the original date: two steps of one month are not one step of two.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] if it lies before the year 1 or after 3000-01-01, the day after the last one.
    pub fn add_months(self, months: i64) -> Result<Self> {
        let (_, _, day) = self.civil();
        self.month_index()
            .checked_add(months)
            .filter(|index| (12..=36_000).contains(index))
            .map(|index| clamped(index, day))
            .filter(|date| (FIRST..=LAST).contains(date))
            .ok_or_else(|| self.too_far(months, "months"))
    }

    /// How many days `other` is after this date; negative if it is before.
    #[must_use]
    #[inline]
    pub fn days_until(self, other: Self) -> i64 {
        // Two numbers of 32 bits never leave 64 bits.
        i64::from(other.0).wrapping_sub(i64::from(self.0))
    }

    /// The day after.
    #[must_use]
    #[inline]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The day before.
    #[must_use]
    #[inline]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The first day of the month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        let (_, _, day) = self.civil();
        // A day of the month is from 1 to 31.
        let back = i32::try_from(day).unwrap_or(1).wrapping_sub(1);
        Self(self.0.saturating_sub(back))
    }

    /// The last day of the month.
    #[must_use]
    pub fn last_of_month(self) -> Self {
        clamped(self.month_index(), 31)
    }

    /// Appends the date as `2026-03-01`.
    pub fn write(self, out: &mut String) {
        out.push_str(self.text().as_str());
    }

    /// Year, month and day.
    #[must_use]
    #[inline]
    pub fn civil(self) -> (i32, u32, u32) {
        civil(self.0)
    }

    /// The date if it exists in one of these years.
    #[inline]
    pub(super) fn checked(year: i32, month: u32, day: u32, years: Years) -> Option<Self> {
        let stated = years.has(year) && (1..=12).contains(&month) && day >= 1;
        (stated && day <= days_in(year, month)).then(|| Self(days(year, month, day)))
    }

    /// Whether a document may hold it.
    pub(super) fn is_read(self) -> bool {
        let (first, after) = Years::READ.days();
        first <= self.0 && self.0 < after
    }

    /// The number of the month since the year 0: `12 · year + month − 1`.
    pub(super) fn month_index(self) -> i64 {
        let (year, month, _) = self.civil();
        i64::from(year)
            .wrapping_mul(12)
            .wrapping_add(i64::from(month))
            .wrapping_sub(1)
    }

    #[inline]
    pub(super) fn text(self) -> Text {
        let (year, month, day) = self.civil();
        if let Ok(year @ 0..=9999) = u32::try_from(year) {
            return Text::of_date(year, month, day);
        }
        let mut text = Text::new();
        text.push_year(year);
        text.push(b'-');
        text.push_two(month);
        text.push(b'-');
        text.push_two(day);
        text
    }

    #[cold]
    fn too_far(self, count: i64, unit: &str) -> Error {
        let words = if count < 0 {
            let count = count.unsigned_abs();
            format!("{count} {unit} before {self} lie before the year 1")
        } else {
            format!("{count} {unit} after {self} lie after the year {YEAR_MAX}")
        };
        Error::new(Code::OutOfRange, words)
    }
}

/// The earliest and the latest date that arithmetic may reach: what is valid through the last day is over on the next.
const FIRST: Date = Date(days(1, 1, 1));
const LAST: Date = Date(Years::STATED.days().1);

/// The date in the month of this index (see [`Date::month_index`]) on this day or on the month's last.
pub(super) fn clamped(index: i64, day: u32) -> Date {
    let year = i32::try_from(index.div_euclid(12)).unwrap_or(i32::MAX);
    let month = u32::try_from(index.rem_euclid(12))
        .unwrap_or(0)
        .wrapping_add(1);
    Date(days(year, month, day.clamp(1, days_in(year, month))))
}

/// The number of days in a month.
#[inline]
pub(super) const fn days_in(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[inline]
const fn is_leap(year: i32) -> bool {
    // A multiple of 100 is one of 400 exactly if it is one of 16.
    if year % 100 == 0 {
        year % 16 == 0
    } else {
        year % 4 == 0
    }
}

/// Days in an era of 400 years, and between 0000-03-01 and 1970-01-01.
const ERA_DAYS: i64 = 146_097;
const EPOCH_DAYS: i64 = 719_468;

/// Days since 1970-01-01 (Howard Hinnant, “chrono-compatible low-level date algorithms”: years begin in March, so that the leap
/// day is the last one). All numbers stay below 2⁴⁰ for any year of 32 bits; a date past 32 bits is cut to the nearest that fits.
#[inline]
pub(super) const fn days(year: i32, month: u32, day: u32) -> i32 {
    let month = month as i64;
    let year = (year as i64).wrapping_sub(if month <= 2 { 1 } else { 0 });
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let march_month = month.wrapping_add(9) % 12;
    let day_of_year = (march_month.wrapping_mul(153).wrapping_add(2) / 5)
        .wrapping_add(day as i64)
        .wrapping_sub(1);
    let day_of_era = year_of_era
        .wrapping_mul(365)
        .wrapping_add(year_of_era / 4)
        .wrapping_sub(year_of_era / 100)
        .wrapping_add(day_of_year);
    let days = era
        .wrapping_mul(ERA_DAYS)
        .wrapping_add(day_of_era)
        .wrapping_sub(EPOCH_DAYS);
    if days > i32::MAX as i64 {
        i32::MAX
    } else if days < i32::MIN as i64 {
        i32::MIN
    } else {
        days as i32
    }
}

/// So many eras are added so that no day of 32 bits lies before the first one.
const SHIFT_ERAS: i64 = 14_700;

/// Year, month and day of a number of days since 1970-01-01; the inverse of [`days`] (Cassio Neri and Lorenz Schneider, “Euclidean
/// affine functions and their application to calendar algorithms”: each quotient and rest come from one multiplication). Nothing
/// here can leave its type: the days are fewer than 2³⁴, those of a century fewer than 2¹⁶.
#[inline]
const fn civil(days: i32) -> (i32, u32, u32) {
    let shifted = (days as i64)
        .wrapping_add(EPOCH_DAYS)
        .wrapping_add(SHIFT_ERAS.wrapping_mul(ERA_DAYS));
    let quarters = (shifted as u64).wrapping_mul(4).wrapping_add(3);
    const ERA: u64 = ERA_DAYS.unsigned_abs();
    let (century, day_of_century) = (quarters / ERA, quarters % ERA / 4);
    // Multiplied so, the upper half is the year of the century, the lower one the day of it.
    const YEAR: u32 = 2_939_745;
    let years = day_of_century
        .wrapping_mul(4)
        .wrapping_add(3)
        .wrapping_mul(YEAR as u64);
    let day_of_year = (years as u32) / YEAR / 4;
    // The same for the month, which is counted from March as 3 to February as 14, and the day in it.
    const MONTH: u32 = 2_141;
    let months = day_of_year.wrapping_mul(MONTH).wrapping_add(197_913);
    let (month, day) = (months >> 16, (months & 0xFFFF) / MONTH);
    let next_year = day_of_year >= 306;
    let year = (century.wrapping_mul(100).wrapping_add(years >> 32) as i64)
        .wrapping_sub(SHIFT_ERAS.wrapping_mul(400))
        .wrapping_add(if next_year { 1 } else { 0 });
    let month = if next_year {
        month.wrapping_sub(12)
    } else {
        month
    };
    (year as i32, month, day.wrapping_add(1))
}

/// Why there is no such date. The text is short and plain: the caller has parsed or made it.
#[cold]
pub(super) fn no_date(text: &str, year: i32, month: u32) -> Error {
    let why = if !Years::STATED.has(year) {
        format!("years are from {YEAR_MIN} to {YEAR_MAX}")
    } else {
        match month_name(month) {
            Some(name) => format!("{name} {year} has {} days", days_in(year, month)),
            None => "months are from 01 to 12".to_owned(),
        }
    };
    Error::new(
        Code::InvalidTime,
        format!("`{}` is not a date: {why}", shown(text)),
    )
}

pub(super) fn month_name(month: u32) -> Option<&'static str> {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month)
        .ok()?
        .checked_sub(1)
        .and_then(|at| NAMES.get(at))
        .copied()
}
