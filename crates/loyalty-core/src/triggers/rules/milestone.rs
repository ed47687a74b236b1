//! What a program may say of the values of a metric that triggers answer.

use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Award;
use crate::amount::Exact;
use crate::id::Id;
use crate::json::is_default;

/// A metric reaches certain values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MilestoneOn {
    /// The metric.
    pub metric: Id,
    /// Certain values, in rising order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<MilestoneAt>,
    /// Or every so much of it …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Exact>,
    /// … from this value on (default: `every` itself).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Exact>,
    /// Where one event crosses several.
    #[serde(default, skip_serializing_if = "is_default")]
    pub crossing: StepsCrossed,
}

/// A value of a metric: the number alone, or an object that says what the trigger does at this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MilestoneAt {
    /// The value, in major units where the metric counts money.
    pub value: Exact,
    /// What the trigger does at this value, after what it does at all of them.
    pub awards: Vec<Award>,
}

/// Where one event crosses several values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepsCrossed {
    /// Each fires.
    #[default]
    Each,
    /// The highest alone.
    Highest,
}

/// A value with what is done at it.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Does {
    /// The value, in major units where the metric counts money.
    value: Exact,
    /// What the trigger does at this value, after what it does at all of them.
    #[serde(rename = "do")]
    awards: Vec<Award>,
}

impl From<Exact> for MilestoneAt {
    fn from(value: Exact) -> Self {
        Self {
            value,
            awards: Vec::new(),
        }
    }
}

impl Serialize for MilestoneAt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.awards.is_empty() {
            return self.value.serialize(serializer);
        }
        let (value, awards) = (self.value, self.awards.clone());
        Does { value, awards }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MilestoneAt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        fn exact<'de, E, V>(value: V) -> Result<MilestoneAt, E>
        where
            E: serde::de::Error,
            V: serde::de::IntoDeserializer<'de, E>,
        {
            Exact::deserialize(value.into_deserializer()).map(MilestoneAt::from)
        }
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = MilestoneAt;
            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a decimal number, or an object with `value` and `do`")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<MilestoneAt, E> {
                exact(text)
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<MilestoneAt, E> {
                exact(number)
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<MilestoneAt, E> {
                exact(number)
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                map: A,
            ) -> Result<MilestoneAt, A::Error> {
                let Does { value, awards } =
                    Deserialize::deserialize(MapAccessDeserializer::new(map))?;
                Ok(MilestoneAt { value, awards })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for MilestoneAt {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MilestoneAt".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let number = generator.subschema_for::<Exact>();
        let object = generator.subschema_for::<Does>();
        schemars::json_schema!({
            "description": "A value of a metric: the number alone, or an object that says in `do` what the trigger does at this one.",
            "anyOf": [number, object]
        })
    }
}
