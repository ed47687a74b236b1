//! Decimals as people and documents write them.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Decimal, push_fixed, push_wide, shown};
use crate::error::{Code, Error, Result};

/// Most digits that count in a stated decimal: those from the first one that is not zero.
const SIGNIFICANT_MAX: u32 = 28;
/// Most digits after the point of a stated decimal.
const SCALE_MAX: u32 = 18;

/// Reads a decimal as JSON writes one: an optional minus sign, digits, optionally a point and digits.
///
/// `-0` is zero. Zeros at the end count as digits and are kept in the scale.
///
/// # Errors
/// [`Code::InvalidNumber`] for anything else: a plus sign, an exponent, white space, `_`, digits that are not ASCII, a leading
/// zero as in `01`, a point without digits on both sides. [`Code::OutOfRange`] beyond 28 significant digits or 18 decimals.
///
/// # Example
/// ```
/// # use loyalty_core::{Exact, parse_decimal};
/// assert_eq!(Exact(parse_decimal("-12.50")?).to_string(), "-12.5");
/// assert!(parse_decimal("1e2").is_err());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[inline]
pub fn parse_decimal(text: &str) -> Result<Decimal> {
    let Scanned {
        negative,
        value,
        scale,
    } = scan(text)?;
    // Nineteen digits always fit in 64 bits.
    match value {
        Some(value) => {
            let (low, middle) = (value & 0xffff_ffff, value >> 32);
            let part = |bits: u64| u32::try_from(bits).unwrap_or(0);
            Ok(Decimal::from_parts(
                part(low),
                part(middle),
                0,
                negative,
                scale,
            ))
        }
        None => wide(text, scale).ok_or_else(|| too_long(text)),
    }
}

/// A decimal as it stands in a text whose shape has been checked.
pub(super) struct Scanned {
    pub(super) negative: bool,
    /// The digits as one number; `None` if they may not fit.
    pub(super) value: Option<u64>,
    /// How many digits stand after the point; at most 18.
    pub(super) scale: u32,
}

/// Checks the shape of a decimal, and reads it if it is of ordinary length. The hot path: one pass, no division.
#[inline]
pub(super) fn scan(text: &str) -> Result<Scanned> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    let (value, rest) = run(0, digits);
    let whole = digits.len().wrapping_sub(rest.len());
    let (value, scale) = match rest {
        [] => (value, 0),
        [b'.', fraction @ ..] => match run(value, fraction) {
            (value, []) if !fraction.is_empty() => (value, fraction.len()),
            _ => return Err(not_a_number(text)),
        },
        _ => return Err(not_a_number(text)),
    };
    if whole == 0 || (whole > 1 && digits.first() == Some(&b'0')) {
        return Err(not_a_number(text));
    }
    let value = (digits.len() <= 19).then_some(value);
    match u32::try_from(scale) {
        Ok(scale) if scale <= SCALE_MAX => Ok(Scanned {
            negative,
            value,
            scale,
        }),
        _ => Err(too_long(text)),
    }
}

/// Goes on with a number through a run of digits: the number, and what follows. The number is right for 19 digits.
#[inline]
fn run(start: u64, bytes: &[u8]) -> (u64, &[u8]) {
    let (mut value, mut rest) = (start, bytes);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        value = value
            .wrapping_mul(10)
            .wrapping_add(u64::from(digit.wrapping_sub(b'0')));
        rest = after;
    }
    (value, rest)
}

/// A decimal of many digits; `None` if more of them count than are allowed.
#[cold]
fn wide(text: &str, scale: u32) -> Option<Decimal> {
    let mut value = 0_i128;
    let mut significant = 0_u32;
    for digit in text
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|byte| byte.wrapping_sub(b'0'))
    {
        if significant > 0 || digit > 0 {
            significant = significant.saturating_add(1);
        }
        if significant > SIGNIFICANT_MAX {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i128::from(digit))?;
    }
    let value = if text.starts_with('-') {
        value.checked_neg()?
    } else {
        value
    };
    Decimal::try_from_i128_with_scale(value, scale).ok()
}

#[cold]
fn not_a_number(text: &str) -> Error {
    let text = shown(text);
    Error::new(
        Code::InvalidNumber,
        format!("`{text}` is not a decimal number: digits, at most one point between them"),
    )
}

#[cold]
fn too_long(text: &str) -> Error {
    let text = shown(text);
    Error::new(
        Code::OutOfRange,
        format!(
            "`{text}` has too many digits: at most {SIGNIFICANT_MAX} count, {SCALE_MAX} of them after the point"
        ),
    )
}

/// Appends a decimal in its one canonical form: no zeros at the end, no exponent, no minus before zero.
pub(crate) fn write_decimal(value: Decimal, out: &mut String) {
    let (mantissa, mut scale) = (value.mantissa(), value.scale());
    let (negative, mut magnitude) = (mantissa < 0, mantissa.unsigned_abs());
    if let Ok(mut magnitude) = u64::try_from(magnitude) {
        while scale > 0 && magnitude.is_multiple_of(10) {
            magnitude /= 10;
            scale = scale.saturating_sub(1);
        }
        return push_fixed(out, negative, magnitude, scale);
    }
    while scale > 0 && magnitude.is_multiple_of(10) {
        magnitude /= 10;
        scale = scale.saturating_sub(1);
    }
    push_wide(out, negative, magnitude, scale);
}

/// An exact decimal in a document: written as a string, read from a string, an integer or the literal text of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(pub Decimal);

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write_decimal(self.0, &mut text);
        f.pad(&text)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        write_decimal(self.0, &mut text);
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Exact;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Exact, E> {
                parse_decimal(text).map(Exact).map_err(Error::into_serde)
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Exact, E> {
                Ok(Exact(Decimal::from(number)))
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Exact, E> {
                Ok(Exact(Decimal::from(number)))
            }
            fn visit_i128<E: serde::de::Error>(self, number: i128) -> Result<Exact, E> {
                parse_decimal(&number.to_string())
                    .map(Exact)
                    .map_err(Error::into_serde)
            }
            fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Exact, E> {
                Err(Error::new(
                    Code::InvalidNumber,
                    "a binary floating-point number is not exact: write the number as text, such as `\"1.5\"`",
                )
                .into_serde())
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Exact {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Exact".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        if generator.contract().is_serialize() {
            return schemars::json_schema!({
                "description": "An exact decimal.",
                "type": "string",
                "pattern": "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$",
            });
        }
        schemars::json_schema!({
            "description": "An exact decimal: a string, an integer, or a number that is read by its literal text.",
            "anyOf": [
                {"type": "string", "pattern": "^-?(0|[1-9][0-9]*)(\\.[0-9]{1,18})?$"},
                {"type": "integer"},
                {"type": "number"},
            ],
        })
    }
}
