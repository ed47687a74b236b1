//! Which lines of a basket (clause 8.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::amount::{Exact, parse_decimal};
use crate::error::{Code, Error};

/// Which lines: a line passes if it passes every field that is given, one of `any` if there are such, and not `exclude`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// One of these articles.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub sku: Vec<String>,
    /// In one of these categories or below (`food/fruit` holds `food/fruit/apples`).
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub category: Vec<String>,
    /// Of one of these brands.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub brand: Vec<String>,
    /// With at least one of these tags.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tag: Vec<String>,
    /// With these attributes: for each name one of the values. Values are compared by what they say: `1.50`, `1.5` and `"1.5"` are
    /// one, and so are `true` and `"true"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attribute: BTreeMap<String, Vec<AttributeValue>>,
    /// By the price of one unit before discounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Box<PriceRange>>,
    /// Whether the host has taken something off the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discounted: Option<bool>,
    /// Passes at least one of these.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub any: Vec<Selection>,
    /// Does not pass this, which names something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Box<Selection>>,
}

impl Selection {
    /// Says so where lines are left out that nothing is said of: that would be all of them.
    pub(crate) fn excludes(&self, path: &str, mistakes: &mut Vec<Error>) {
        if *self == Self::default() {
            let words = "this leaves out every line: say which ones";
            mistakes.push(Error::at(Code::Unreachable, path, words));
        }
    }
}

/// A list that is given names something: one that is left out asks for nothing, an empty one would never be met.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::deserialize(deserializer)?;
    if list.is_empty() {
        return Err(Error::new(Code::Unreachable, "an empty list never holds").into_serde());
    }
    Ok(list)
}

/// The price of one unit before discounts, in major units. All that are given must hold; at least one is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceRange {
    /// At least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Exact>,
    /// At most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Exact>,
    /// More than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_than: Option<Exact>,
    /// Less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less_than: Option<Exact>,
}

/// A value of an attribute by what it says: a text, a number, true or false.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct AttributeValue(String);

impl AttributeValue {
    /// The value that a text says. A decimal number loses its zeros at the end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = match parse_decimal(text) {
            Ok(number) => Exact(number).to_string(),
            Err(_) => text.to_owned(),
        };
        Self(text)
    }

    /// What it says.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = AttributeValue;
            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a text, a number, true or false")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<AttributeValue, E> {
                Ok(AttributeValue::new(text))
            }
            fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<AttributeValue, E> {
                Ok(AttributeValue::new(if flag { "true" } else { "false" }))
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<AttributeValue, E> {
                Ok(AttributeValue(number.to_string()))
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<AttributeValue, E> {
                Ok(AttributeValue(number.to_string()))
            }
            fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<AttributeValue, E> {
                Err(Error::new(
                    Code::InvalidNumber,
                    "a binary floating-point number is not exact: write the number as text, such as `\"1.5\"`",
                )
                .into_serde())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for AttributeValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AttributeValue".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A value of an attribute by what it says.",
            "type": ["string", "number", "boolean"],
        })
    }
}
