//! What a clock on a wall shows.

use core::fmt;

use super::text::Text;
use super::{Date, Instant};

/// How far a clock is east of UTC, in seconds; at most 18 hours either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(i32);

/// A date and a time of day, as a clock on a wall shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Local {
    /// The date.
    pub date: Date,
    /// Seconds since that day's midnight on the clock, 0 to 86,399.
    pub second_of_day: u32,
}

impl Offset {
    /// No offset.
    pub const UTC: Self = Self(0);

    /// An offset of so many seconds east of UTC; `None` beyond 18 hours.
    #[must_use]
    pub fn from_seconds(seconds: i32) -> Option<Self> {
        (seconds.unsigned_abs() <= 64_800).then_some(Self(seconds))
    }

    /// Seconds east of UTC.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.0
    }

    /// What a clock with this offset shows at an instant.
    #[must_use]
    #[inline]
    pub fn local(self, instant: Instant) -> Local {
        let micros = i64::from(self.0)
            .wrapping_mul(1_000_000)
            .saturating_add(instant.micros());
        let seconds = micros.div_euclid(1_000_000);
        Local {
            // 64 bits of microseconds are 107 million days.
            date: Date::from_days(i32::try_from(seconds.div_euclid(86_400)).unwrap_or(i32::MAX)),
            second_of_day: u32::try_from(seconds.rem_euclid(86_400)).unwrap_or(0),
        }
    }
}

impl fmt::Display for Offset {
    /// `Z`, `+08:00`, or with seconds where an old local time had them: `+08:05:43`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Text::new();
        if self.0 == 0 {
            text.push(b'Z');
        } else {
            let size = self.0.unsigned_abs();
            text.push(if self.0 < 0 { b'-' } else { b'+' });
            text.push_two(size / 3_600);
            text.push(b':');
            text.push_two(size / 60 % 60);
            if !size.is_multiple_of(60) {
                text.push(b':');
                text.push_two(size % 60);
            }
        }
        f.pad(text.as_str())
    }
}

impl Local {
    /// The hour, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u32 {
        self.second_of_day / 3_600
    }

    /// The minute of the hour, 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u32 {
        self.second_of_day / 60 % 60
    }
}
