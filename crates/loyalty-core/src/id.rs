//! Identifiers: short strings that are cheap to copy.

use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::error::{Code, Error};
use crate::limits::ID_BYTES_MAX;

/// An identifier: 1 to 128 bytes of UTF-8 without control characters and without white space at its ends.
///
/// Ids are compared byte by byte: two Unicode normal forms of one text are two ids. Copying one never allocates.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(SmolStr);

impl Id {
    /// Makes an id.
    ///
    /// # Errors
    /// [`Code::InvalidId`] if the text is empty, longer than 128 bytes, has a control character, or begins or ends with white space.
    ///
    /// # Example
    /// ```
    /// # use loyalty_core::Id;
    /// assert_eq!(Id::new("会员-1")?.as_str(), "会员-1");
    /// assert!(Id::new(" x").is_err());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn new(text: &str) -> Result<Self, Error> {
        check(text)?;
        Ok(Self(SmolStr::new(text)))
    }

    /// An id whose text has been checked already, as the texts of every event have.
    pub(crate) fn checked(text: &str) -> Self {
        Self(SmolStr::new(text))
    }

    /// The id that is a number.
    pub(crate) fn number(number: u32) -> Self {
        let mut digits = [b'0'; 10];
        let (mut rest, mut from) = (number, digits.len());
        for digit in digits.iter_mut().rev() {
            *digit = b'0' | u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
            from = from.saturating_sub(1);
            if rest == 0 {
                break;
            }
        }
        let text = digits
            .get(from..)
            .and_then(|digits| core::str::from_utf8(digits).ok());
        Self(SmolStr::new_inline(text.unwrap_or_default()))
    }

    /// A small number that is nearly always another one for another text: to find an id among many without comparing texts.
    pub(crate) fn mark(text: &str) -> u16 {
        let (eights, rest) = text.as_bytes().as_chunks::<8>();
        let mix = |mark: u64, part: u64| {
            let mark = (mark.rotate_left(5) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mark ^ (mark >> 32)
        };
        let part = rest
            .iter()
            .fold(0_u64, |part, byte| (part << 8) | u64::from(*byte));
        let eights = eights.iter().map(|eight| u64::from_le_bytes(*eight));
        let mark = eights.fold(text.len() as u64, mix);
        (mix(mark, part) >> 48) as u16
    }

    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Checks that a text may be an id, without making one.
pub(crate) fn check(text: &str) -> Result<(), Error> {
    // Nearly every id is of plain bytes only.
    if !text.is_empty() && text.len() <= ID_BYTES_MAX && is_plain(text.as_bytes()) {
        return Ok(());
    }
    let bad = if text.is_empty() {
        "an id must not be empty"
    } else if text.len() > ID_BYTES_MAX {
        "an id must not be longer than 128 bytes"
    } else if text.bytes().any(|b| b < 0x20 || b == 0x7f) || text.chars().any(char::is_control) {
        "an id must not have control characters"
    } else if text.trim().len() != text.len() {
        "an id must not begin or end with white space"
    } else {
        return Ok(());
    };
    Err(Error::new(Code::InvalidId, bad))
}

/// Whether every byte is a printable ASCII character other than a space.
fn is_plain(bytes: &[u8]) -> bool {
    // Eight bytes at a time: the high bit of a byte stays clear below 0x80, is set by this sum from 0x21 on, and stays clear
    // after the other one up to 0x7e. Below 0x80 no sum carries into the next byte.
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    const FROM: u64 = u64::from_ne_bytes([0x80 - 0x21; 8]);
    const ONE: u64 = u64::from_ne_bytes([1; 8]);
    let (eights, rest) = bytes.as_chunks::<8>();
    let plain = |eight: &[u8; 8]| {
        let eight = u64::from_ne_bytes(*eight);
        let low = (eight | eight.wrapping_add(ONE)) & HIGH == 0;
        low && eight.wrapping_add(FROM) & HIGH == HIGH
    };
    eights.iter().all(plain) && rest.iter().all(|byte| matches!(byte, 0x21..=0x7e))
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Id {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Id {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id, E> {
                Id::new(text).map_err(Error::into_serde)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Id {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "minLength": 1, "maxLength": ID_BYTES_MAX})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_bytes_are_told_from_others_at_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..19 {
                let mut bytes = [b'a'; 19];
                if let Some(there) = bytes.get_mut(place) {
                    *there = byte;
                }
                let one_by_one = bytes.iter().all(|byte| matches!(byte, 0x21..=0x7e));
                assert_eq!(is_plain(&bytes), one_by_one, "{byte} at {place}");
            }
        }
    }
}
