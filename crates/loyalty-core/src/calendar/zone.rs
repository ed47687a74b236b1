//! Time zones.

use core::fmt;
use core::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, Offset as _, TimeDelta, TimeZone};
use chrono_tz::{GapInfo, Tz};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Date, Instant, Local, Offset};
use crate::amount::shown;
use crate::error::{Code, Error, Result};

/// A time zone of the IANA database, of the version that [`zone_data_version`] names.
///
/// The data know the changes of clocks up to the year 2100; after it the last offset of a zone stays.
///
/// # Example
/// ```
/// # use loyalty_core::{Date, Zone};
/// let zone = Zone::new("America/Sao_Paulo")?;
/// // Clocks were put from 00:00 to 01:00: the day began at 01:00 in an offset of −02:00.
/// assert_eq!(zone.start_of(Date::parse("2018-11-04")?)?.to_string(), "2018-11-04T03:00:00Z");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// The version of the IANA time zone database that is built in, such as `2026a`.
#[must_use]
pub const fn zone_data_version() -> &'static str {
    chrono_tz::IANA_TZDB_VERSION
}

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone with this name, such as `Asia/Shanghai`.
    ///
    /// # Errors
    /// [`Code::InvalidValue`] if there is none.
    pub fn new(name: &str) -> Result<Self> {
        Tz::from_str(name).map(Self).map_err(|_| {
            Error::new(
                Code::InvalidValue,
                format!("`{}` is not a time zone like `Asia/Shanghai`", shown(name)),
            )
        })
    }

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// How far the zone's clocks are east of UTC at an instant.
    #[must_use]
    #[inline]
    pub fn offset_at(self, instant: Instant) -> Offset {
        DateTime::from_timestamp_micros(instant.micros())
            .and_then(|utc| {
                Offset::from_seconds(
                    self.0
                        .offset_from_utc_datetime(&utc.naive_utc())
                        .fix()
                        .local_minus_utc(),
                )
            })
            .unwrap_or_default()
    }

    /// The civil date at an instant.
    #[must_use]
    #[inline]
    pub fn date_at(self, instant: Instant) -> Date {
        self.local(instant).date
    }

    /// What the zone's clocks show at an instant.
    #[must_use]
    #[inline]
    pub fn local(self, instant: Instant) -> Local {
        self.offset_at(instant).local(instant)
    }

    /// The first instant after one, and up to another, from which on the zone's clocks are in another offset than at the first one,
    /// if they are at the other; between the two they change at most once.
    pub(crate) fn change_between(self, from: Instant, upto: Instant) -> Option<Instant> {
        let before = self.offset_at(from);
        if self.offset_at(upto) == before {
            return None;
        }
        let (mut low, mut high) = (from.micros(), upto.micros());
        while high.saturating_sub(low) > 1 {
            let middle = low.midpoint(high);
            if self.offset_at(Instant::from_micros(middle)) == before {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(Instant::from_micros(high))
    }

    /// The first instant of a civil day.
    ///
    /// Where clocks skip midnight, that is the first instant after the gap; where they show it twice, the earlier one. A day
    /// that a zone skipped whole begins where the next one does (Apia, 30 December 2011).
    ///
    /// # Errors
    /// [`Code::OutOfRange`] if the day lies after the year 3001: no document holds an instant of it.
    pub fn start_of(self, date: Date) -> Result<Instant> {
        let start = self.start(date).filter(|_| date.is_read());
        start.ok_or_else(|| {
            let words = format!("{date} is too far away for an instant in {}", self.name());
            Error::new(Code::OutOfRange, words)
        })
    }

    fn start(self, date: Date) -> Option<Instant> {
        let days = TimeDelta::try_days(i64::from(date.days()))?;
        let midnight = NaiveDate::from_ymd_opt(1970, 1, 1)?
            .checked_add_signed(days)?
            .and_time(NaiveTime::MIN);
        let utc = match self.0.offset_from_local_datetime(&midnight).earliest() {
            Some(offset) => midnight
                .checked_sub_offset(offset.fix())?
                .and_utc()
                .timestamp(),
            None => GapInfo::new(&midnight, &self.0)?.end?.timestamp(),
        };
        utc.checked_mul(1_000_000).map(Instant::from_micros)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Zone;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time zone like `Asia/Shanghai`")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Zone, E> {
                Zone::new(text).map_err(Error::into_serde)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Zone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Zone".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"description": "A time zone of the IANA database.", "type": "string"})
    }
}
