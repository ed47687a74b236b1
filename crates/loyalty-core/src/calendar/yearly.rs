//! Days of the year and times of the day.

use super::date::{clamped, days_in, month_name};
use super::text::{Text, two};
use super::{Date, text_value};
use crate::amount::shown;
use crate::error::{Code, Error, Result};

/// A day that comes back every year, like `12-25`. The 29th of February falls on the 28th in common years (clause 1.6).
///
/// # Example
/// ```
/// # use loyalty_core::{Date, MonthDay};
/// let birthday = MonthDay::parse("02-29")?;
/// assert_eq!(birthday.in_year(2026).to_string(), "2026-02-28");
/// assert_eq!(birthday.next_on_or_after(Date::parse("2027-03-01")?).to_string(), "2028-02-29");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    month: u8,
    day: u8,
}

text_value!(
    MonthDay,
    "a day of the year like `12-25`",
    "^[0-9]{2}-[0-9]{2}$",
    MonthDay::parse
);

impl MonthDay {
    /// The first of January.
    pub const JANUARY_FIRST: Self = Self { month: 1, day: 1 };

    /// The day of a month (1 to 12); the 29th of February is one.
    ///
    /// # Errors
    /// [`Code::InvalidTime`] if there is no such day.
    pub fn new(month: u32, day: u32) -> Result<Self> {
        Self::checked(month, day).ok_or_else(|| no_day(&format!("{month:02}-{day:02}"), month))
    }

    /// Reads a day like `12-25`.
    ///
    /// # Errors
    /// [`Code::InvalidTime`] if the text is written otherwise or there is no such day.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = match text.as_bytes() {
            &[m0, m1, b'-', d0, d1] => two(m0, m1).zip(two(d0, d1)),
            _ => None,
        };
        let Some((month, day)) = parts else {
            return Err(Error::new(
                Code::InvalidTime,
                format!("`{}` is not a day of the year like `12-25`", shown(text)),
            ));
        };
        Self::checked(month, day).ok_or_else(|| no_day(text, month))
    }

    /// The day of the year on which a date falls.
    #[must_use]
    pub fn of(date: Date) -> Self {
        let (_, month, day) = date.civil();
        Self {
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        u32::from(self.month)
    }

    /// The day of the month.
    #[must_use]
    pub fn day(self) -> u32 {
        u32::from(self.day)
    }

    /// The date in a year.
    #[must_use]
    pub fn in_year(self, year: i32) -> Date {
        let index = i64::from(year)
            .wrapping_mul(12)
            .wrapping_add(i64::from(self.month))
            .wrapping_sub(1);
        clamped(index, self.day())
    }

    /// The day of the year on which it falls in a year: itself, but for the 29th of February in common years.
    pub(crate) fn falls_in(self, year: i32) -> Self {
        let day = match self.month {
            2 => self.day().min(days_in(year, 2)),
            _ => self.day(),
        };
        Self {
            day: u8::try_from(day).unwrap_or(self.day),
            ..self
        }
    }

    /// The first date from this one on that falls on the day.
    #[must_use]
    pub fn next_on_or_after(self, date: Date) -> Date {
        let year = date.year();
        let this = self.in_year(year);
        if this >= date {
            this
        } else {
            self.in_year(year.saturating_add(1))
        }
    }

    fn checked(month: u32, day: u32) -> Option<Self> {
        // 2000 was a leap year.
        let exists = (1..=12).contains(&month) && day >= 1 && day <= days_in(2000, month);
        exists.then_some(Self {
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day).ok()?,
        })
    }

    fn text(self) -> Text {
        let mut text = Text::new();
        text.push_two(self.month());
        text.push(b'-');
        text.push_two(self.day());
        text
    }
}

impl Default for MonthDay {
    fn default() -> Self {
        Self::JANUARY_FIRST
    }
}

#[cold]
fn no_day(text: &str, month: u32) -> Error {
    let why = match month_name(month) {
        Some(name) => format!("{name} has {} days", days_in(2000, month)),
        None => "months are from 01 to 12".to_owned(),
    };
    Error::new(
        Code::InvalidTime,
        format!("`{}` is not a day of the year: {why}", shown(text)),
    )
}

/// A time of the day, like `09:00` or `09:00:30`; `24:00` is the end of the day.
///
/// # Example
/// ```
/// # use loyalty_core::TimeOfDay;
/// assert_eq!(TimeOfDay::parse("09:30")?.second_of_day(), 34_200);
/// assert!(TimeOfDay::parse("9:30").is_err());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u32);

text_value!(
    TimeOfDay,
    "a time of the day like `09:00`",
    "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
    TimeOfDay::parse
);

impl TimeOfDay {
    /// The beginning of the day, 00:00.
    pub const START: Self = Self(0);
    /// The end of the day, 24:00.
    pub const END: Self = Self(86_400);

    /// The time so many seconds after 00:00; `None` beyond 86,400.
    #[must_use]
    pub fn from_seconds(seconds: u32) -> Option<Self> {
        (seconds <= 86_400).then_some(Self(seconds))
    }

    /// Reads a time like `09:00` or `09:00:30`.
    ///
    /// # Errors
    /// [`Code::InvalidTime`] if the text is written otherwise or there is no such time.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = match *text.as_bytes() {
            [h0, h1, b':', m0, m1] => two(h0, h1).zip(two(m0, m1)).zip(Some(0)),
            [h0, h1, b':', m0, m1, b':', s0, s1] => two(h0, h1).zip(two(m0, m1)).zip(two(s0, s1)),
            _ => None,
        };
        let said = || shown(text);
        let Some(((hour, minute), second)) = parts else {
            return Err(Error::new(
                Code::InvalidTime,
                format!("`{}` is not a time of the day like `09:00`", said()),
            ));
        };
        if minute > 59 || second > 59 {
            return Err(Error::new(
                Code::InvalidTime,
                format!(
                    "`{}` is not a time of the day: minutes and seconds end at 59",
                    said()
                ),
            ));
        }
        Self::from_seconds(
            hour.wrapping_mul(3_600)
                .wrapping_add(minute.wrapping_mul(60))
                .wrapping_add(second),
        )
        .ok_or_else(|| {
            Error::new(
                Code::InvalidTime,
                format!("`{}` is not a time of the day: a day ends at 24:00", said()),
            )
        })
    }

    /// Seconds since 00:00, at most 86,400.
    #[must_use]
    pub const fn second_of_day(self) -> u32 {
        self.0
    }

    fn text(self) -> Text {
        let mut text = Text::new();
        text.push_two(self.0 / 3_600);
        text.push(b':');
        text.push_two(self.0 / 60 % 60);
        if !self.0.is_multiple_of(60) {
            text.push(b':');
            text.push_two(self.0 % 60);
        }
        text
    }
}
