//! Civil dates, with chrono as the oracle.

use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;

use crate::calendar::*;
use crate::error::Code;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

#[test]
fn every_date_from_1850_to_2999_agrees_with_chrono() {
    let first = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    let mut day = NaiveDate::from_ymd_opt(1850, 1, 1).unwrap();
    let mut number = day.signed_duration_since(first).num_days();
    while day.year() <= 2999 {
        let ours = Date::new(day.year(), day.month(), day.day()).unwrap();
        assert_eq!(i64::from(ours.days()), number);
        assert_eq!(ours.civil(), (day.year(), day.month(), day.day()));
        assert_eq!(ours.weekday() as u32, day.weekday().num_days_from_monday());
        day = day.succ_opt().unwrap();
        number += 1;
    }
    assert_eq!(number, 376_200);
}

#[test]
fn dates_are_text_and_back() {
    for text in [
        "1850-01-01",
        "1900-02-28",
        "1970-01-01",
        "2000-02-29",
        "2026-03-01",
        "2999-12-31",
    ] {
        assert_eq!(date(text).to_string(), text);
        assert_eq!(
            serde_json::to_string(&date(text)).unwrap(),
            format!("\"{text}\"")
        );
        assert_eq!(
            serde_json::from_str::<Date>(&format!("\"{text}\"")).unwrap(),
            date(text)
        );
    }
    let message = |text| Date::parse(text).unwrap_err().message().to_owned();
    assert_eq!(
        message("2026-02-30"),
        "`2026-02-30` is not a date: February 2026 has 28 days"
    );
    assert_eq!(
        message("2026-04-31"),
        "`2026-04-31` is not a date: April 2026 has 30 days"
    );
    assert_eq!(
        message("2026-13-01"),
        "`2026-13-01` is not a date: months are from 01 to 12"
    );
    assert_eq!(
        message("0001-01-01"),
        "`0001-01-01` is not a date: years are from 1850 to 2999"
    );
    assert_eq!(
        Date::new(1900, 2, 29).unwrap_err().message(),
        "`1900-02-29` is not a date: February 1900 has 28 days"
    );
    assert!(
        Date::new(-3, 1, 1).is_err()
            && Date::new(i32::MAX, 1, 1).is_err()
            && Date::new(2026, 0, 1).is_err()
    );
    for text in [
        "",
        "2026-3-01",
        "2026/03/01",
        "2026-03-01 ",
        "20260301",
        "２026-03-01",
        "2026-00-01",
        "2026-01-00",
        "+026-01-01",
    ] {
        assert_eq!(
            Date::parse(text).unwrap_err().code(),
            Code::InvalidTime,
            "{text}"
        );
    }
    assert_eq!(date("2026-03-01").weekday(), Weekday::Sun);
    assert_eq!(serde_json::to_string(&Weekday::Thu).unwrap(), "\"thu\"");
    // Far outside of what can be stated, a date can still be shown.
    assert_eq!(Date::from_days(i32::MAX).to_string(), "+5881580-07-11");
    assert_eq!(Date::from_days(i32::MIN).to_string(), "-5877641-06-23");
    assert_eq!(date("2999-12-31").next().to_string(), "3000-01-01");
}

#[test]
fn documents_hold_a_little_more_than_what_may_happen() {
    for text in ["1848-01-01", "1849-12-31", "3000-01-01", "3001-12-31"] {
        assert_eq!(Date::parse(text).unwrap_err().code(), Code::InvalidTime);
        let read: Date = serde_json::from_value(text.into()).unwrap();
        assert_eq!(read.to_string(), text);
        let start = Zone::UTC.start_of(read).unwrap().to_string();
        assert_eq!(start, format!("{text}T00:00:00Z"));
        assert!(Instant::parse(&start).is_err());
        let read: Instant = serde_json::from_value(start.clone().into()).unwrap();
        assert_eq!(read.to_string(), start);
    }
    for text in ["1847-12-31", "3002-01-01"] {
        assert!(serde_json::from_value::<Date>(text.into()).is_err());
        let start = format!("{text}T00:00:00Z");
        assert!(serde_json::from_value::<Instant>(start.into()).is_err());
    }
    // No instant is made that no document holds.
    let last: Date = serde_json::from_value("3001-12-31".into()).unwrap();
    assert!(Zone::UTC.start_of(last.next()).is_err());
}

#[test]
fn months_clamp_from_the_anchor() {
    let anchor = date("2026-01-31");
    for (months, expected) in [
        (0, "2026-01-31"),
        (1, "2026-02-28"),
        (2, "2026-03-31"),
        (3, "2026-04-30"),
        (25, "2028-02-29"),
        (-2, "2025-11-30"),
        (-11, "2025-02-28"),
        (12, "2027-01-31"),
        (-1, "2025-12-31"),
    ] {
        assert_eq!(
            anchor.add_months(months).unwrap(),
            date(expected),
            "{months}"
        );
    }
    assert_eq!(
        date("2024-02-29").add_months(12).unwrap(),
        date("2025-02-28")
    );
    assert_eq!(
        date("2024-02-29").add_months(48).unwrap(),
        date("2028-02-29")
    );
    assert_eq!(date("2026-02-10").first_of_month(), date("2026-02-01"));
    assert_eq!(date("2026-02-10").last_of_month(), date("2026-02-28"));
    assert_eq!(date("2026-03-01").add_days(-1).unwrap(), date("2026-02-28"));
    for error in [
        date("2999-12-31").add_days(2).unwrap_err(),
        date("2999-12-02").add_months(1).unwrap_err(),
        date("2026-01-01").add_days(i64::MAX).unwrap_err(),
        date("2026-01-01").add_days(i64::MIN).unwrap_err(),
        date("2026-01-01").add_months(i64::MAX).unwrap_err(),
        date("2026-01-01").add_months(i64::MIN).unwrap_err(),
        date("2026-01-01").add_months(-2026 * 12).unwrap_err(),
    ] {
        assert_eq!(error.code(), Code::OutOfRange);
    }
    let message = |error: crate::error::Error| error.message().to_owned();
    assert_eq!(
        message(date("2999-12-31").add_days(2).unwrap_err()),
        "2 days after 2999-12-31 lie after the year 2999"
    );
    assert_eq!(
        message(date("1850-01-01").add_months(-1_850 * 12).unwrap_err()),
        "22200 months before 1850-01-01 lie before the year 1"
    );
    // What is valid through the last day is over on the next.
    for over in [
        date("2999-12-31").add_days(1).unwrap(),
        date("2999-12-01").add_months(1).unwrap(),
    ] {
        assert_eq!(over, date("2999-12-31").next());
    }
    assert_eq!(
        date("2999-11-30").add_months(1).unwrap(),
        date("2999-12-30")
    );
    assert_eq!(
        date("2026-01-01")
            .add_months(-2025 * 12)
            .unwrap()
            .to_string(),
        "0001-01-01"
    );
}

#[test]
fn aligned_dates_are_last_days() {
    let day = date("2026-02-10");
    for (align, expected) in [
        (Align::Day, "2026-02-10"),
        (Align::MonthEnd, "2026-02-28"),
        (Align::QuarterEnd, "2026-03-31"),
        (Align::HalfYearEnd, "2026-06-30"),
        (Align::YearEnd, "2026-12-31"),
    ] {
        assert_eq!(align.align(day), date(expected));
        assert_eq!(align.align(date(expected)), date(expected));
    }
    assert_eq!(
        serde_json::to_string(&Align::HalfYearEnd).unwrap(),
        "\"half_year_end\""
    );
}

proptest! {
    #[test]
    fn months_agree_with_chrono(days in -40_000_i32..370_000, months in -1_000_i32..1_000) {
        let first = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let from = first + chrono::TimeDelta::days(i64::from(days));
        let oracle = if months < 0 {
            from.checked_sub_months(chrono::Months::new(months.unsigned_abs()))
        } else {
            from.checked_add_months(chrono::Months::new(months.unsigned_abs()))
        };
        let oracle = oracle.unwrap();
        prop_assume!(oracle.year() < 3000);
        let ours = Date::from_days(days).add_months(i64::from(months)).unwrap();
        prop_assert_eq!(ours.civil(), (oracle.year(), oracle.month(), oracle.day()));
    }
}
