//! Instants.

use super::date::Years;
use super::text::{Text, two};
use super::{Date, Offset, date, text_value};
use crate::amount::shown;
use crate::error::{Code, Error, Result};
use crate::limits::{YEAR_MAX, YEAR_MIN};

/// An instant, in whole microseconds since 1970-01-01T00:00:00Z.
///
/// Its text is RFC 3339 in UTC, with a fraction only where there is one.
///
/// # Example
/// ```
/// # use loyalty_core::Instant;
/// let (instant, offset) = Instant::parse("2026-03-01T10:00:00.50+08:00")?;
/// assert_eq!(instant.to_string(), "2026-03-01T02:00:00.5Z");
/// assert_eq!(offset.local(instant).hour(), 10);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

text_value!(
    Instant,
    "an instant with an offset, like `2026-03-01T10:00:00+08:00`",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
    Instant::read
);

const SECOND: i64 = 1_000_000;

impl Instant {
    /// The instant so many microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 with an offset: the instant, and the offset that was written.
    ///
    /// # Errors
    /// [`Code::InvalidTime`] if the text is written otherwise, has no offset, more than six digits after the second, a second
    /// 60 or an hour 24, an offset beyond 18 hours, a date that does not exist or a year outside of 1850 to 2999.
    #[inline]
    pub fn parse(text: &str) -> Result<(Self, Offset)> {
        scan(text.as_bytes(), Years::STATED).ok_or_else(|| explain(text))
    }

    /// Reads what a document holds: a little more than what may happen.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let read = scan(text.as_bytes(), Years::READ);
        read.map(|(instant, _)| instant)
            .ok_or_else(|| explain(text))
    }

    /// Refuses what lies where nothing may happen.
    #[inline]
    pub(crate) fn stated(self, path: &str) -> Result<()> {
        let (first, after) = micros(Years::STATED);
        if first <= self.0 && self.0 < after {
            return Ok(());
        }
        let words = format!("`{self}` lies outside of the years {YEAR_MIN} to {YEAR_MAX} in UTC");
        Err(Error::at(Code::InvalidTime, path, words))
    }

    /// The instant so many microseconds later (earlier if negative).
    ///
    /// # Errors
    /// [`Code::Overflow`] if it does not fit in 64 bits.
    pub fn checked_add_micros(self, micros: i64) -> Result<Self> {
        self.0.checked_add(micros).map(Self).ok_or_else(|| {
            Error::new(
                Code::Overflow,
                format!("{micros} microseconds after {self} would not fit in 64 bits"),
            )
        })
    }

    /// The latest civil day that it can be anywhere.
    pub(crate) fn latest_day(self) -> Date {
        Offset::UTC.local(self).date.next()
    }

    /// One microsecond before; the earliest instant of all is its own.
    #[must_use]
    pub const fn prev(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Appends the instant as `2026-03-01T02:00:00Z`.
    pub fn write(self, out: &mut String) {
        out.push_str(self.text().as_str());
    }

    pub(super) fn text(self) -> Text {
        let local = Offset::UTC.local(self);
        let mut text = local.date.text();
        text.push_clock(local.second_of_day);
        let mut fraction = u32::try_from(self.0.rem_euclid(SECOND)).unwrap_or(0);
        if fraction > 0 {
            text.push(b'.');
            while fraction > 0 {
                text.push_digit(fraction / 100_000);
                fraction = (fraction % 100_000).wrapping_mul(10);
            }
        }
        text.push(b'Z');
        text
    }
}

/// The hot path: no message is made here. Every number was checked, so nothing below leaves 64 bits.
#[inline]
fn scan(bytes: &[u8], years: Years) -> Option<(Instant, Offset)> {
    let (
        &[
            y0,
            y1,
            y2,
            y3,
            b'-',
            m0,
            m1,
            b'-',
            d0,
            d1,
            b'T' | b't',
            h0,
            h1,
            b':',
            n0,
            n1,
            b':',
            s0,
            s1,
        ],
        rest,
    ) = bytes.split_first_chunk::<19>()?
    else {
        return None;
    };
    let year = i32::try_from(two(y0, y1)?.wrapping_mul(100).wrapping_add(two(y2, y3)?)).ok()?;
    let date = Date::checked(year, two(m0, m1)?, two(d0, d1)?, years)?;
    let (hour, minute, second) = (two(h0, h1)?, two(n0, n1)?, two(s0, s1)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => split_fraction(rest)?,
        _ => (0, rest),
    };
    let offset = match *rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h0, h1, b':', n0, n1] => {
            let (hours, minutes) = (two(h0, h1)?, two(n0, n1)?);
            let seconds = i32::try_from(
                hours
                    .wrapping_mul(3_600)
                    .wrapping_add(minutes.wrapping_mul(60)),
            )
            .ok()?;
            if minutes > 59 {
                return None;
            }
            if sign == b'-' {
                seconds.wrapping_neg()
            } else {
                seconds
            }
        }
        _ => return None,
    };
    let offset = Offset::from_seconds(offset)?;
    let second = hour
        .wrapping_mul(3_600)
        .wrapping_add(minute.wrapping_mul(60))
        .wrapping_add(second);
    let at = i64::from(date.days())
        .wrapping_mul(86_400)
        .wrapping_add(i64::from(second))
        .wrapping_sub(i64::from(offset.seconds()))
        .wrapping_mul(SECOND)
        .wrapping_add(i64::from(fraction));
    // At the two ends of the calendar the offset may lead out of it.
    let (first, after) = micros(years);
    (first <= at && at < after).then_some((Instant(at), offset))
}

/// The first instant of some years in UTC, and the first one after them.
#[inline]
const fn micros(years: Years) -> (i64, i64) {
    let (first, after) = years.days();
    let day = SECOND.saturating_mul(86_400);
    (
        (first as i64).saturating_mul(day),
        (after as i64).saturating_mul(day),
    )
}

/// One to six digits as microseconds, and what follows them.
#[inline]
fn split_fraction(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut rest = bytes;
    let mut fraction = 0_u32;
    let mut unit = 100_000_u32;
    while let [byte @ b'0'..=b'9', after @ ..] = rest {
        if unit == 0 {
            return None;
        }
        fraction = fraction.wrapping_add(u32::from(byte.wrapping_sub(b'0')).wrapping_mul(unit));
        unit /= 10;
        rest = after;
    }
    (rest.len() < bytes.len()).then_some((fraction, rest))
}

/// Why a text is no instant, in plain words.
#[cold]
fn explain(text: &str) -> Error {
    let said = shown(text);
    let wrong = |why: &str| Error::new(Code::InvalidTime, format!("`{said}` {why}"));
    let like = || wrong("is not an instant like `2026-03-01T10:00:00+08:00`");
    let Some((head, rest)) = text.as_bytes().split_first_chunk::<19>() else {
        return like();
    };
    let &[
        y0,
        y1,
        y2,
        y3,
        b'-',
        m0,
        m1,
        b'-',
        d0,
        d1,
        b'T' | b't',
        h0,
        h1,
        b':',
        n0,
        n1,
        b':',
        s0,
        s1,
    ] = head
    else {
        return like();
    };
    let numbers = [
        (y0, y1),
        (y2, y3),
        (m0, m1),
        (d0, d1),
        (h0, h1),
        (n0, n1),
        (s0, s1),
    ]
    .map(|(a, b)| two(a, b));
    let [
        Some(high),
        Some(low),
        Some(month),
        Some(day),
        Some(hour),
        Some(minute),
        Some(second),
    ] = numbers
    else {
        return like();
    };
    let year = i32::try_from(high.wrapping_mul(100).wrapping_add(low)).unwrap_or(0);
    if Date::checked(year, month, day, Years::STATED).is_none() {
        return date::no_date(text.get(..10).unwrap_or_default(), year, month);
    }
    if hour > 23 {
        return wrong("has no such hour: hours end at 23, and midnight is 00:00 of the next day");
    }
    if minute > 59 {
        return wrong("has no such minute: minutes end at 59");
    }
    if second == 60 {
        return wrong("is a leap second, which no clock of a store shows: seconds end at 59");
    }
    if second > 60 {
        return wrong("has no such second: seconds end at 59");
    }
    let zone = match rest {
        [b'.', digits @ ..] => {
            let count = digits
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            match count {
                0 => return like(),
                7.. => {
                    return wrong(
                        "has more than 6 digits after the second: microseconds are the finest",
                    );
                }
                _ => digits.get(count..).unwrap_or_default(),
            }
        }
        _ => rest,
    };
    match zone {
        [] => wrong("has no offset: an instant needs one, such as `Z` or `+08:00`"),
        [b'Z' | b'z'] => wrong(&format!(
            "lies outside of the years {YEAR_MIN} to {YEAR_MAX} in UTC"
        )),
        &[b'+' | b'-', h0, h1, b':', n0, n1] => match two(h0, h1).zip(two(n0, n1)) {
            Some((hours, minutes))
                if minutes > 59 || hours.wrapping_mul(60).wrapping_add(minutes) > 1_080 =>
            {
                wrong("has no such offset: offsets end at 18:00, minutes at 59")
            }
            Some(_) => wrong(&format!(
                "lies outside of the years {YEAR_MIN} to {YEAR_MAX} in UTC"
            )),
            None => like(),
        },
        _ => like(),
    }
}
