//! Zones: published changes of clocks, and every zone against a slow search.

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;

use crate::calendar::*;
use crate::error::Code;

fn start(zone: &str, day: &str) -> String {
    Zone::new(zone)
        .unwrap()
        .start_of(Date::parse(day).unwrap())
        .unwrap()
        .to_string()
}

#[test]
fn zones_have_names() {
    let zone = Zone::new("Asia/Shanghai").unwrap();
    assert_eq!(zone.to_string(), "Asia/Shanghai");
    assert_eq!(serde_json::to_string(&zone).unwrap(), "\"Asia/Shanghai\"");
    assert_eq!(
        serde_json::from_str::<Zone>("\"Asia/Shanghai\"").unwrap(),
        zone
    );
    for name in [
        "",
        "Asia/Beijing",
        "asia/shanghai",
        "+08:00",
        "CST6",
        "Asia/Shanghai ",
    ] {
        assert_eq!(
            Zone::new(name).unwrap_err().code(),
            Code::InvalidValue,
            "{name}"
        );
    }
    assert_eq!(Zone::UTC.name(), "UTC");
    assert_eq!(zone_data_version().len(), 5);
}

#[test]
fn days_begin_where_the_tz_database_says() {
    for (zone, day, expected) in [
        // Summer time of 1986 to 1991.
        ("Asia/Shanghai", "1986-05-04", "1986-05-03T16:00:00Z"),
        ("Asia/Shanghai", "1986-05-05", "1986-05-04T15:00:00Z"),
        ("Asia/Shanghai", "1991-09-15", "1991-09-14T15:00:00Z"),
        ("Asia/Shanghai", "1991-09-16", "1991-09-15T16:00:00Z"),
        ("Asia/Shanghai", "2026-03-01", "2026-02-28T16:00:00Z"),
        ("Asia/Shanghai", "2999-12-31", "2999-12-30T16:00:00Z"),
        // Local mean time, 8:05:43 east.
        ("Asia/Shanghai", "1850-01-01", "1849-12-31T15:54:17Z"),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z"),
        ("America/New_York", "2026-03-09", "2026-03-09T04:00:00Z"),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z"),
        ("America/New_York", "2026-11-02", "2026-11-02T05:00:00Z"),
        ("Europe/London", "2026-03-29", "2026-03-29T00:00:00Z"),
        ("Europe/London", "2026-03-30", "2026-03-29T23:00:00Z"),
        // British standard time, an hour ahead all year.
        ("Europe/London", "1970-01-01", "1969-12-31T23:00:00Z"),
        // Apia crossed the date line at the end of the 29th; the 30th never was.
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2012-01-01", "2011-12-31T10:00:00Z"),
        // No midnight: from 24:00 the clocks go to 01:00.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
        ("America/Sao_Paulo", "2018-11-05", "2018-11-05T02:00:00Z"),
        ("Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00Z"),
        ("Africa/Cairo", "2023-04-29", "2023-04-28T21:00:00Z"),
        ("Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z"),
        ("Asia/Beirut", "2024-04-01", "2024-03-31T21:00:00Z"),
        // The day before has 25 hours: midnight, back to 23:00, and midnight again begins the day.
        ("America/Sao_Paulo", "2019-02-17", "2019-02-17T03:00:00Z"),
        ("Africa/Cairo", "2023-10-27", "2023-10-26T22:00:00Z"),
        ("Asia/Beirut", "2024-10-27", "2024-10-26T22:00:00Z"),
        // Midnight twice: the earlier one.
        ("America/Havana", "2024-11-03", "2024-11-03T04:00:00Z"),
        // At 00:01 back to 23:01: the day began a minute before it ended for an hour.
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"),
    ] {
        assert_eq!(start(zone, day), expected, "{zone} {day}");
    }
}

#[test]
fn clocks_show_the_local_date() {
    let show = |zone: &str, text: &str| {
        let local = Zone::new(zone)
            .unwrap()
            .local(Instant::parse(text).unwrap().0);
        format!("{} {:02}:{:02}", local.date, local.hour(), local.minute())
    };
    assert_eq!(
        show("Asia/Shanghai", "2026-02-28T15:59:59.999999Z"),
        "2026-02-28 23:59"
    );
    assert_eq!(
        show("Asia/Shanghai", "2026-02-28T16:00:00Z"),
        "2026-03-01 00:00"
    );
    assert_eq!(
        show("Asia/Shanghai", "1988-07-01T15:00:00Z"),
        "1988-07-02 00:00"
    );
    assert_eq!(
        show("Pacific/Apia", "2011-12-30T09:59:59Z"),
        "2011-12-29 23:59"
    );
    assert_eq!(
        show("Pacific/Apia", "2011-12-30T10:00:00Z"),
        "2011-12-31 00:00"
    );
    assert_eq!(
        show("America/New_York", "2026-11-01T05:30:00Z"),
        "2026-11-01 01:30"
    );
    assert_eq!(
        show("America/New_York", "2026-11-01T06:30:00Z"),
        "2026-11-01 01:30"
    );
    assert_eq!(show("UTC", "1850-01-01T00:00:00Z"), "1850-01-01 00:00");
    // Far outside of what can be stated nothing breaks.
    for micros in [i64::MIN, i64::MAX] {
        assert!(Zone::UTC.local(Instant::from_micros(micros)).second_of_day < 86_400);
    }
    assert_eq!(
        Zone::UTC
            .start_of(Date::from_days(i32::MAX))
            .unwrap_err()
            .code(),
        Code::OutOfRange
    );
}

/// The first instant of a day by asking chrono for each second from midnight on.
fn slow_start(zone: Tz, date: Date) -> i64 {
    let midnight =
        NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + TimeDelta::days(i64::from(date.days()));
    let midnight = midnight.and_time(NaiveTime::MIN);
    (0..)
        .map(|second| midnight + TimeDelta::seconds(second))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .unwrap()
        .timestamp()
}

fn check(zone: Tz, day: Date) {
    let ours = Zone::new(zone.name()).unwrap();
    let first = ours.start_of(day).unwrap();
    assert_eq!(
        first.micros(),
        slow_start(zone, day) * 1_000_000,
        "{zone} {day}"
    );
    assert!(ours.date_at(first.prev()) < day, "{zone} {day}");
    // Only a day that was skipped whole begins in another one.
    assert!(
        ours.date_at(first) == day || ours.date_at(first) == day.next(),
        "{zone} {day}"
    );
}

#[test]
fn every_day_of_difficult_zones_begins_at_its_first_instant() {
    for name in [
        "Asia/Shanghai",
        "America/New_York",
        "Europe/London",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "Africa/Cairo",
        "Asia/Beirut",
        "America/Havana",
        "America/St_Johns",
        "Asia/Tehran",
    ] {
        let zone: Tz = name.parse().unwrap();
        for days in (-3_653..24_837).filter(|days| days % 7 < 3 || name == "Pacific/Apia") {
            check(zone, Date::from_days(days));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn any_day_of_any_zone_begins_at_its_first_instant(zone in prop::sample::select(&TZ_VARIANTS[..]), days in -43_000_i32..60_000) {
        check(zone, Date::from_days(days));
    }

    #[test]
    fn clocks_agree_with_chrono(zone in prop::sample::select(&TZ_VARIANTS[..]), seconds in -3_700_000_000_i64..5_000_000_000) {
        let oracle = zone.timestamp_opt(seconds, 0).unwrap().naive_local();
        let local = Zone::new(zone.name()).unwrap().local(Instant::from_micros(seconds * 1_000_000));
        prop_assert_eq!(local.date.to_string(), oracle.date().to_string());
        prop_assert_eq!(u64::from(local.second_of_day), (oracle.time() - NaiveTime::MIN).num_seconds().unsigned_abs());
    }
}
