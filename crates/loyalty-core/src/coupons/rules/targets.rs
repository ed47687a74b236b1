//! Which units of its lines a promotion is for (clause 10.3).

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::one;
use crate::json::is_default;
use crate::pricing::Basis;

/// Which units of its lines a promotion is for: `"every"`, or an object with `by`, `n`, `skip`, `step` and `basis`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Targets {
    /// Every one.
    #[default]
    Every,
    /// Some, in an order of their prices.
    Some(SomeTargets),
}

/// Some units, counted through in an order of their prices: the first `skip` are passed over, then every `step`-th is taken, up to
/// `n` of them. Of units of one line those come first that discounts have met before, in the order in which they were met; each
/// keeps what it costs then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SomeTargets {
    /// In which order, by the price of one unit before discounts; ties in the order of the lines.
    pub by: TargetOrder,
    /// At most so many (default: all).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// So many are passed over first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub skip: u32,
    /// Then every so many-th is taken (default: each).
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub step: u32,
    /// The price with or without tax.
    #[serde(default, skip_serializing_if = "is_default")]
    pub basis: Basis,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_one(step: &u32) -> bool {
    *step == 1
}

/// An order of units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TargetOrder {
    /// The cheapest first.
    #[default]
    Cheapest,
    /// The dearest first.
    Dearest,
    /// As the lines stand.
    Rank,
}

/// The one word that is no object.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Word {
    /// Every unit.
    Every,
}

impl Serialize for Targets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Every => Word::Every.serialize(serializer),
            Self::Some(some) => some.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Targets;
            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("`every`, or an object with `by`, `n`, `skip`, `step` and `basis`")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Targets, E> {
                let Word::Every = Word::deserialize(StrDeserializer::new(text))?;
                Ok(Targets::Every)
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Targets, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(Targets::Some)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Targets {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Targets".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let word = generator.subschema_for::<Word>();
        let object = generator.subschema_for::<SomeTargets>();
        schemars::json_schema!({
            "description": "Which units of its lines a promotion is for: `every`, or an object with `by`, `n`, `skip`, `step` and `basis`.",
            "anyOf": [word, object]
        })
    }
}
