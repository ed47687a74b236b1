//! Points.

use core::fmt;

use serde::de::Unexpected;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{push_integer, shown};
use crate::error::{Code, Error, Result};
use crate::limits::POINTS_MAX;

/// A whole number of points, in the smallest unit of an account (clause 2.2).
///
/// Documents state at most 10¹⁵ points at once ([`POINTS_MAX`]); sums may be larger. A sum that leaves 64 bits is an error.
///
/// # Example
/// ```
/// # use loyalty_core::Points;
/// assert_eq!(Points::new(100).checked_sub(Points::new(30))?.get(), 70);
/// assert!(Points::new(i64::MAX).checked_add(Points::new(1)).is_err());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(i64);

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);

    /// So many points.
    #[must_use]
    pub const fn new(points: i64) -> Self {
        Self(points)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Code::Overflow`] if it does not fit in 64 bits.
    #[inline]
    pub fn checked_add(self, other: Self) -> Result<Self> {
        self.0.checked_add(other.0).map(Self).ok_or_else(overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Code::Overflow`] if it does not fit in 64 bits.
    #[inline]
    pub fn checked_sub(self, other: Self) -> Result<Self> {
        self.0.checked_sub(other.0).map(Self).ok_or_else(overflow)
    }

    /// The same number with the other sign.
    ///
    /// # Errors
    /// [`Code::Overflow`] if it does not fit in 64 bits.
    #[inline]
    pub fn checked_neg(self) -> Result<Self> {
        self.0.checked_neg().map(Self).ok_or_else(overflow)
    }

    /// Appends the number in digits.
    pub fn write(self, out: &mut String) {
        push_integer(out, self.0);
    }

    fn stated(points: i64) -> Result<Self> {
        if points.unsigned_abs() > POINTS_MAX.unsigned_abs() {
            return Err(too_many(points));
        }
        Ok(Self(points))
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cold]
fn overflow() -> Error {
    Error::new(
        Code::Overflow,
        "a number of points would not fit in 64 bits",
    )
}

#[cold]
fn too_many(points: impl fmt::Display) -> Error {
    Error::new(
        Code::OutOfRange,
        format!("`{points}` points are more than {POINTS_MAX}, the most that can be stated"),
    )
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Points;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of points")
            }
            fn visit_i64<E: serde::de::Error>(self, points: i64) -> Result<Points, E> {
                Points::stated(points).map_err(Error::into_serde)
            }
            fn visit_u64<E: serde::de::Error>(self, points: u64) -> Result<Points, E> {
                i64::try_from(points)
                    .map_err(|_| too_many(points))
                    .and_then(Points::stated)
                    .map_err(Error::into_serde)
            }
            fn visit_i128<E: serde::de::Error>(self, points: i128) -> Result<Points, E> {
                i64::try_from(points)
                    .map_err(|_| too_many(points))
                    .and_then(Points::stated)
                    .map_err(Error::into_serde)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Points, E> {
                parse(text).map_err(Error::into_serde)
            }
            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Points, E> {
                Err(E::invalid_type(Unexpected::Float(number), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Reads a whole number as JSON writes one: no plus sign, no leading zeros.
fn parse(text: &str) -> Result<Points> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty()
        || !digits.bytes().all(|b| b.is_ascii_digit())
        || (digits.len() > 1 && digits.starts_with('0'))
    {
        return Err(Error::new(
            Code::InvalidNumber,
            format!("`{}` is not a whole number of points", shown(text)),
        ));
    }
    text.parse()
        .map_err(|_| too_many(shown(text)))
        .and_then(Points::stated)
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Points {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Points".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        if generator.contract().is_serialize() {
            return schemars::json_schema!({
                "description": "A whole number of points, in the smallest unit of the account.",
                "type": "integer",
            });
        }
        schemars::json_schema!({
            "description": "A whole number of points, in the smallest unit of the account.",
            "anyOf": [
                {"type": "integer", "minimum": POINTS_MAX.wrapping_neg(), "maximum": POINTS_MAX},
                {"type": "string", "pattern": "^-?(0|[1-9][0-9]*)$"},
            ],
        })
    }
}
