//! Instants, offsets and times of the day, with chrono as the oracle.

use chrono::{Datelike, Timelike};
use proptest::prelude::*;

use crate::calendar::*;
use crate::error::Code;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap().0
}

fn refused(text: &str) -> String {
    let error = Instant::parse(text).unwrap_err();
    assert_eq!(error.code(), Code::InvalidTime, "{text}");
    error.message().to_owned()
}

#[test]
fn instants_are_rfc_3339_with_an_offset() {
    for (text, micros, seconds) in [
        ("1970-01-01T00:00:00Z", 0, 0),
        ("1970-01-01t00:00:01z", 1_000_000, 0),
        ("1969-12-31T23:59:59.999999Z", -1, 0),
        ("2026-03-01T10:00:00+08:00", 1_772_330_400_000_000, 28_800),
        (
            "2026-03-01T10:00:00.5-03:30",
            1_772_371_800_500_000,
            -12_600,
        ),
        ("2026-03-01T00:00:00-00:00", 1_772_323_200_000_000, 0),
        ("2026-03-01T18:00:00+18:00", 1_772_323_200_000_000, 64_800),
    ] {
        let (instant, offset) = Instant::parse(text).unwrap();
        assert_eq!(
            (instant.micros(), offset.seconds()),
            (micros, seconds),
            "{text}"
        );
    }
    for (text, canonical) in [
        ("2026-03-01T10:00:00+08:00", "2026-03-01T02:00:00Z"),
        (
            "2026-03-01T10:00:00.120000+08:00",
            "2026-03-01T02:00:00.12Z",
        ),
        ("2026-03-01T00:00:00.000001Z", "2026-03-01T00:00:00.000001Z"),
        ("2026-03-01T00:00:00.0Z", "2026-03-01T00:00:00Z"),
        ("1850-01-01T00:00:00Z", "1850-01-01T00:00:00Z"),
        ("2999-12-31T23:59:59.999999Z", "2999-12-31T23:59:59.999999Z"),
        ("2024-02-29T23:30:00-01:00", "2024-03-01T00:30:00Z"),
    ] {
        assert_eq!(instant(text).to_string(), canonical);
        assert_eq!(instant(canonical), instant(text));
        let json = serde_json::to_string(&instant(text)).unwrap();
        assert_eq!(json, format!("\"{canonical}\""));
        assert_eq!(
            serde_json::from_str::<Instant>(&json).unwrap(),
            instant(text)
        );
    }
    assert_eq!(
        instant("2026-03-01T00:00:00Z").prev().to_string(),
        "2026-02-28T23:59:59.999999Z"
    );
    assert_eq!(
        Instant::from_micros(i64::MIN).prev(),
        Instant::from_micros(i64::MIN)
    );
    assert_eq!(
        Instant::from_micros(i64::MAX)
            .checked_add_micros(1)
            .unwrap_err()
            .code(),
        Code::Overflow
    );
    assert_eq!(
        Instant::from_micros(i64::MAX).to_string(),
        "+294247-01-10T04:00:54.775807Z"
    );
    assert_eq!(
        Instant::from_micros(i64::MIN).to_string(),
        "-290308-12-21T19:59:05.224192Z"
    );
}

#[test]
fn instants_are_refused_in_plain_words() {
    for (text, words) in [
        (
            "2026-03-01T10:00:00",
            "has no offset: an instant needs one, such as `Z` or `+08:00`",
        ),
        ("2026-03-01T10:00:00.25", "has no offset"),
        ("2016-12-31T23:59:60Z", "is a leap second"),
        ("2026-03-01T10:00:61Z", "seconds end at 59"),
        ("2026-03-01T24:00:00Z", "hours end at 23"),
        ("2026-03-01T10:60:00Z", "minutes end at 59"),
        ("2026-03-01T10:00:00.1234567Z", "more than 6 digits"),
        ("2026-03-01T10:00:00.Z", "is not an instant like"),
        ("2026-03-01T10:00:00,5Z", "is not an instant like"),
        (
            "2026-02-29T10:00:00Z",
            "`2026-02-29` is not a date: February 2026 has 28 days",
        ),
        ("0001-01-01T00:00:00Z", "years are from 1850 to 2999"),
        ("9999-12-31T00:00:00Z", "years are from 1850 to 2999"),
        (
            "1850-01-01T00:00:00+01:00",
            "lies outside of the years 1850 to 2999 in UTC",
        ),
        (
            "2999-12-31T23:00:00-01:00",
            "lies outside of the years 1850 to 2999 in UTC",
        ),
        ("2026-03-01T10:00:00+18:01", "offsets end at 18:00"),
        ("2026-03-01T10:00:00+99:99", "offsets end at 18:00"),
        ("2026-03-01T10:00:00+08:60", "minutes at 59"),
        ("2026-03-01T10:00:00+0800", "is not an instant like"),
        ("2026-03-01T10:00:00+08", "is not an instant like"),
        ("2026-03-01T10:00:00 Z", "is not an instant like"),
        ("2026-03-01 10:00:00Z", "is not an instant like"),
        ("2026-03-01T10:00Z", "is not an instant like"),
        ("2026-03-01", "is not an instant like"),
        ("", "is not an instant like"),
        ("1772330400", "is not an instant like"),
        ("2026-03-01T10:00:00Z\0", "is not an instant like"),
        ("2026-03-01T10:00:00+08:0０", "is not an instant like"),
        ("２026-03-01T10:00:00Z", "is not an instant like"),
    ] {
        let message = refused(text);
        assert!(message.contains(words), "{text}: {message}");
    }
}

#[test]
fn offsets_show_a_clock_on_a_wall() {
    let (instant, offset) = Instant::parse("2026-03-01T00:30:59+08:00").unwrap();
    let local = offset.local(instant);
    assert_eq!(
        (
            local.date,
            local.hour(),
            local.minute(),
            local.second_of_day
        ),
        (date("2026-03-01"), 0, 30, 1_859)
    );
    assert_eq!(Offset::UTC.local(instant).date, date("2026-02-28"));
    assert_eq!(offset.to_string(), "+08:00");
    assert_eq!(Offset::from_seconds(-12_600).unwrap().to_string(), "-03:30");
    assert_eq!(
        Offset::from_seconds(29_143).unwrap().to_string(),
        "+08:05:43"
    );
    assert_eq!(Offset::UTC.to_string(), "Z");
    assert_eq!(Offset::from_seconds(64_801), None);
    assert_eq!(Offset::from_seconds(i32::MIN), None);
    assert_eq!(
        Offset::from_seconds(64_800)
            .unwrap()
            .local(Instant::from_micros(i64::MAX))
            .date
            .year(),
        294_247
    );
}

#[test]
fn times_of_the_day_end_at_24() {
    for (text, seconds) in [
        ("00:00", 0),
        ("09:00", 32_400),
        ("23:59:59", 86_399),
        ("24:00", 86_400),
    ] {
        let time = TimeOfDay::parse(text).unwrap();
        assert_eq!(
            (time.second_of_day(), time.to_string()),
            (seconds, text.to_owned())
        );
    }
    assert_eq!(TimeOfDay::parse("09:00:00").unwrap().to_string(), "09:00");
    for text in [
        "", "9:00", "24:01", "24:00:01", "25:00", "12:60", "12:00:60", "12.00", "12:00Z", "-1:00",
    ] {
        assert_eq!(
            TimeOfDay::parse(text).unwrap_err().code(),
            Code::InvalidTime,
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn instants_agree_with_chrono(micros in -3_786_825_600_000_000_i64..32_503_680_000_000_000, offset in -1_080_i32..=1_080) {
        let zone = chrono::FixedOffset::east_opt(offset * 60).unwrap();
        let oracle = chrono::DateTime::from_timestamp_micros(micros).unwrap().with_timezone(&zone);
        prop_assume!((1850..=2999).contains(&oracle.year()));
        let (instant, read) = Instant::parse(&oracle.to_rfc3339()).unwrap();
        prop_assert_eq!((instant.micros(), read.seconds()), (micros, offset * 60));
        let local = read.local(instant);
        prop_assert_eq!(local.date.civil(), (oracle.year(), oracle.month(), oracle.day()));
        prop_assert_eq!(local.second_of_day, oracle.num_seconds_from_midnight());
        prop_assert_eq!(Instant::parse(&instant.to_string()).unwrap(), (instant, Offset::UTC));
    }

    #[test]
    fn no_text_breaks_the_readers(text in "[0-9TZtz:+. -]{0,36}") {
        // Whatever is read reads back as the same.
        if let Ok((instant, _)) = Instant::parse(&text) {
            prop_assert_eq!(Instant::parse(&instant.to_string()).unwrap().0, instant);
        }
        let _ = (Date::parse(&text), MonthDay::parse(&text), TimeOfDay::parse(&text));
    }

    #[test]
    fn any_part_of_an_instant_may_be_wrong(at in 0_usize..32, byte in 32_u8..127) {
        let mut text = b"2026-03-01T10:00:00.123456+08:00".to_vec();
        text[at] = byte;
        let text = String::from_utf8(text).unwrap();
        match Instant::parse(&text) {
            Ok((instant, offset)) => {
                let oracle = chrono::DateTime::parse_from_rfc3339(&text).unwrap();
                prop_assert_eq!(instant.micros(), oracle.timestamp_micros());
                prop_assert_eq!(offset.seconds(), oracle.offset().local_minus_utc());
            }
            Err(error) => prop_assert_eq!(error.code(), Code::InvalidTime),
        }
    }
}
