//! Days of the year, periods and spans.

use proptest::prelude::*;

use crate::calendar::*;
use crate::error::Code;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

#[test]
fn days_of_the_year_come_back() {
    let leap = MonthDay::parse("02-29").unwrap();
    assert_eq!(leap.in_year(2024), date("2024-02-29"));
    assert_eq!(leap.in_year(2025), date("2025-02-28"));
    assert_eq!(
        leap.next_on_or_after(date("2025-02-28")),
        date("2025-02-28")
    );
    assert_eq!(
        leap.next_on_or_after(date("2025-03-01")),
        date("2026-02-28")
    );
    let christmas = MonthDay::parse("12-25").unwrap();
    assert_eq!(
        christmas.next_on_or_after(date("2026-12-25")),
        date("2026-12-25")
    );
    assert_eq!(
        christmas.next_on_or_after(date("2026-12-26")),
        date("2027-12-25")
    );
    assert_eq!(MonthDay::of(date("2026-07-04")).to_string(), "07-04");
    assert_eq!(
        serde_json::from_str::<MonthDay>("\"12-25\"").unwrap(),
        christmas
    );
    assert_eq!(MonthDay::default().to_string(), "01-01");
    for text in [
        "",
        "02-30",
        "00-10",
        "13-01",
        "04-31",
        "12-00",
        "1-1",
        "12/25",
        "2026-12-25",
    ] {
        assert_eq!(
            MonthDay::parse(text).unwrap_err().code(),
            Code::InvalidTime,
            "{text}"
        );
    }
    assert_eq!(
        MonthDay::new(2, 30).unwrap_err().message(),
        "`02-30` is not a day of the year: February has 29 days"
    );
}

#[test]
fn periods_begin_and_end() {
    let january = MonthDay::JANUARY_FIRST;
    let april = MonthDay::new(4, 1).unwrap();
    let leap = MonthDay::new(2, 29).unwrap();
    for (period, day, start, from, to) in [
        (
            Period::Day,
            "2026-03-01",
            january,
            "2026-03-01",
            "2026-03-01",
        ),
        (
            Period::Week,
            "2026-03-01",
            january,
            "2026-02-23",
            "2026-03-01",
        ),
        (
            Period::Week,
            "2026-03-02",
            april,
            "2026-03-02",
            "2026-03-08",
        ),
        (
            Period::Week,
            "2027-01-01",
            january,
            "2026-12-28",
            "2027-01-03",
        ),
        (
            Period::Month,
            "2024-02-10",
            april,
            "2024-02-01",
            "2024-02-29",
        ),
        (
            Period::Month,
            "2024-02-10",
            leap,
            "2024-02-01",
            "2024-02-29",
        ),
        (
            Period::Quarter,
            "2026-05-15",
            january,
            "2026-04-01",
            "2026-06-30",
        ),
        (
            Period::HalfYear,
            "2026-07-01",
            january,
            "2026-07-01",
            "2026-12-31",
        ),
        (
            Period::Year,
            "2026-12-31",
            january,
            "2026-01-01",
            "2026-12-31",
        ),
        (
            Period::Quarter,
            "2026-02-15",
            april,
            "2026-01-01",
            "2026-03-31",
        ),
        (
            Period::HalfYear,
            "2026-02-15",
            april,
            "2025-10-01",
            "2026-03-31",
        ),
        (
            Period::Year,
            "2026-03-31",
            april,
            "2025-04-01",
            "2026-03-31",
        ),
        (
            Period::Year,
            "2026-04-01",
            april,
            "2026-04-01",
            "2027-03-31",
        ),
        (Period::Year, "2025-02-28", leap, "2025-02-28", "2026-02-27"),
        (Period::Year, "2024-02-28", leap, "2023-02-28", "2024-02-28"),
        (
            Period::Quarter,
            "2026-05-28",
            leap,
            "2026-02-28",
            "2026-05-28",
        ),
        (
            Period::Quarter,
            "2026-05-29",
            leap,
            "2026-05-29",
            "2026-08-28",
        ),
    ] {
        let day = date(day);
        assert_eq!(
            (period.start_of(day, start), period.end_of(day, start)),
            (date(from), date(to)),
            "{period:?} {day} {start}"
        );
    }
    // A year that begins on the 31st: the quarter that begins in a month of 30 days begins on its last.
    let last = MonthDay::new(12, 31).unwrap();
    assert_eq!(
        Period::HalfYear.start_of(date("2026-07-01"), last),
        date("2026-06-30")
    );
    assert_eq!(
        Period::HalfYear.end_of(date("2026-07-01"), last),
        date("2026-12-30")
    );
    assert_eq!(
        Period::Year.previous_start(date("2026-03-01"), april),
        date("2024-04-01")
    );
    assert_eq!(
        Period::Month.previous_start(date("2026-03-31"), april),
        date("2026-02-01")
    );
    assert_eq!(
        Period::Week.previous_start(date("2026-03-01"), april),
        date("2026-02-16")
    );
    assert_eq!(
        Period::Day.next_start(date("2026-02-28"), april),
        date("2026-03-01")
    );
    assert_eq!(
        serde_json::to_string(&Period::HalfYear).unwrap(),
        "\"half_year\""
    );
}

#[test]
fn spans_are_one_unit_and_a_count() {
    let span = |text| serde_json::from_str::<Span>(text);
    assert_eq!(span(r#"{"days":90}"#).unwrap(), Span::Days(90));
    assert_eq!(
        span(r#"{"weeks":2}"#)
            .unwrap()
            .after(date("2026-02-20"))
            .unwrap(),
        date("2026-03-06")
    );
    assert_eq!(
        span(r#"{"months":1}"#)
            .unwrap()
            .before(date("2026-03-31"))
            .unwrap(),
        date("2026-02-28")
    );
    assert_eq!(
        span(r#"{"years":1}"#)
            .unwrap()
            .after(date("2024-02-29"))
            .unwrap(),
        date("2025-02-28")
    );
    assert_eq!(
        span(r#"{"days":0}"#)
            .unwrap()
            .after(date("2024-02-29"))
            .unwrap(),
        date("2024-02-29")
    );
    assert_eq!(
        serde_json::to_string(&Span::Months(12)).unwrap(),
        r#"{"months":12}"#
    );
    assert_eq!(
        (Span::Years(1).to_string(), Span::Days(90).to_string()),
        ("1 year".to_owned(), "90 days".to_owned())
    );
    for text in [
        r#"{"days":-1}"#,
        r#"{"days":36501}"#,
        r#"{"years":5000000000}"#,
        r#"{"days":1.5}"#,
        r#"{"days":"1"}"#,
        r#"{"hours":1}"#,
        r#"{}"#,
        r#"{"days":1,"weeks":1}"#,
        r#""days""#,
        "90",
        r#"{"days":true}"#,
        r#"{"days":1e2}"#,
    ] {
        assert!(span(text).is_err(), "{text}");
    }
    let message = span(r#"{"days":36501}"#).unwrap_err().to_string();
    assert!(message.contains("must be from 0 to 36500"), "{message}");
    assert_eq!(
        Span::new(Unit::Years, 36_501).unwrap_err().code(),
        Code::OutOfRange
    );
    assert_eq!(
        Span::Years(36_500)
            .after(date("2026-01-01"))
            .unwrap_err()
            .code(),
        Code::OutOfRange
    );
    assert_eq!(
        Span::Years(u32::MAX)
            .before(date("2026-01-01"))
            .unwrap_err()
            .code(),
        Code::OutOfRange
    );
}

proptest! {
    #[test]
    fn periods_tile_the_calendar(days in -40_000_i32..370_000, month in 1_u32..=12, day in 1_u32..=31) {
        let date = Date::from_days(days);
        let Ok(start) = MonthDay::new(month, day) else { return Ok(()) };
        for period in [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::HalfYear, Period::Year] {
            let (from, to) = (period.start_of(date, start), period.end_of(date, start));
            prop_assert!(from <= date && date <= to);
            prop_assert_eq!(period.start_of(from, start), from);
            prop_assert_eq!(period.end_of(from, start), to);
            prop_assert_eq!(period.next_start(date, start), to.next());
            prop_assert_eq!(period.start_of(to.next(), start), to.next());
            prop_assert_eq!(period.previous_start(date, start), period.start_of(from.previous(), start));
        }
        prop_assert_eq!(Period::Year.start_of(date, start), start.in_year(Period::Year.start_of(date, start).year()));
    }
}
