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
        Self(smol_str::format_smolstr!("{number}"))
    }

    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Checks that a text may be an id, without making one.
pub(crate) fn check(text: &str) -> Result<(), Error> {
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
