//! Civil days, the plain way. A day is a count of days since 1970-01-01, an instant a count of microseconds.

use chrono::{Datelike, Months, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;

pub(crate) const MINUTE: i64 = 60_000_000;
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;

/// The zones of these histories. In Apia the day 2011-12-30 did not exist.
pub(crate) const ZONES: &[Tz] = &[
    Tz::Asia__Shanghai,
    Tz::America__New_York,
    Tz::Europe__London,
    Tz::Pacific__Apia,
];

/// So many of a unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Days(u32),
    Months(u32),
    Years(u32),
}

/// The end of a period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Month,
    Quarter,
    HalfYear,
    Year,
}

fn civil(day: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(day).expect("a day of these histories")
}

fn count(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

/// A day of the calendar; 29 Feb is 28 Feb in common years.
fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day)
        .or_else(|| NaiveDate::from_ymd_opt(year, month, day - 1))
        .expect("a day of the calendar")
}

/// How far the clocks of a zone are ahead of UTC, in seconds.
pub(crate) fn offset(zone: Tz, at: i64) -> i64 {
    let utc = chrono::DateTime::from_timestamp_micros(at)
        .expect("an instant of these histories")
        .naive_utc();
    i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
}

/// The civil day of an instant.
pub(crate) fn day_at(zone: Tz, at: i64) -> i32 {
    let local = at + offset(zone, at) * 1_000_000;
    i32::try_from(local.div_euclid(DAY)).expect("a day of these histories")
}

/// The first instant of a day; of the one after it, where a zone leaves it out.
pub(crate) fn start_of(zone: Tz, day: i32) -> i64 {
    // The first minute that is in the day or after it lies in between.
    let (mut before, mut after) = (
        (i64::from(day) - 1) * DAY / MINUTE,
        (i64::from(day) + 1) * DAY / MINUTE,
    );
    while after - before > 1 {
        let middle = (before + after) / 2;
        if day_at(zone, middle * MINUTE) >= day {
            after = middle;
        } else {
            before = middle;
        }
    }
    after * MINUTE
}

/// The day so much later; months keep the day, or take the last of the month.
pub(crate) fn later(day: i32, length: Length) -> i32 {
    match length {
        Length::Days(days) => day + i32::try_from(days).expect("few days"),
        Length::Months(months) => count(civil(day) + Months::new(months)),
        Length::Years(years) => count(civil(day) + Months::new(years * 12)),
    }
}

/// The day so much earlier.
pub(crate) fn earlier(day: i32, length: Length) -> i32 {
    match length {
        Length::Days(days) => day - i32::try_from(days).expect("few days"),
        Length::Months(months) => count(civil(day) - Months::new(months)),
        Length::Years(years) => count(civil(day) - Months::new(years * 12)),
    }
}

/// The last day of the period that a day lies in.
pub(crate) fn end_of(day: i32, end: End) -> i32 {
    let civil = civil(day);
    let months = match end {
        End::Month => 1,
        End::Quarter => 3,
        End::HalfYear => 6,
        End::Year => 12,
    };
    // Months 1 to 12 in periods of so many.
    let last = civil.month0() / months * months + months;
    let next = if last == 12 {
        date(civil.year() + 1, 1, 1)
    } else {
        date(civil.year(), last + 1, 1)
    };
    count(next) - 1
}

/// The same day of every year, from the year of `day` on.
pub(crate) fn yearly(day: i32, (month, of_month): (u32, u32)) -> impl Iterator<Item = i32> {
    (civil(day).year()..2900).map(move |year| count(date(year, month, of_month)))
}

/// A day as it is written.
pub(crate) fn written(day: i32) -> String {
    civil(day).to_string()
}

/// A day that is written.
pub(crate) fn read(text: &str) -> i32 {
    count(text.parse().expect("a date"))
}

/// An instant as it is written, by the clocks of a zone.
pub(crate) fn stamp(zone: Tz, at: i64) -> String {
    let seconds = offset(zone, at);
    let offset =
        chrono::FixedOffset::east_opt(i32::try_from(seconds).expect("hours")).expect("an offset");
    offset
        .timestamp_micros(at)
        .single()
        .expect("an instant")
        .to_rfc3339_opts(chrono::SecondsFormat::Micros, false)
}
