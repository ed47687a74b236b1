//! Names and texts in several languages.

use core::fmt;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Code, Error};
use crate::limits::{TAGS_MAX, TEXT_BYTES_MAX};

/// A text for people: either one text for all (`"Silver"`) or one a language (`{"en": "Silver", "zh": "银卡"}`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label(BTreeMap<String, String>);

impl Label {
    /// The text in a language (a BCP 47 tag such as `zh`); else the one for all, else the first one there is.
    #[must_use]
    pub fn get(&self, language: &str) -> Option<&str> {
        self.0
            .get(language)
            .or_else(|| self.0.get(""))
            .or_else(|| self.0.values().next())
            .map(String::as_str)
    }

    /// Every language (empty for the text that is for all) with its text, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(language, text)| (language.as_str(), text.as_str()))
    }

    /// One text a language.
    pub(crate) fn of(texts: [(&str, &str); 2]) -> Self {
        let texts = texts.map(|(language, text)| (language.to_owned(), text.to_owned()));
        Self(BTreeMap::from(texts))
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.get("") {
            Some(text) => serializer.serialize_str(text),
            None => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        fn short<E: serde::de::Error>(text: &str) -> Result<(), E> {
            if text.len() <= TEXT_BYTES_MAX {
                return Ok(());
            }
            Err(Error::new(
                Code::LimitExceeded,
                format!("a text must not be longer than {TEXT_BYTES_MAX} bytes"),
            )
            .into_serde())
        }
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Label;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or an object with a text for each language")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Label, E> {
                short(text)?;
                Ok(Label(BTreeMap::from([(String::new(), text.to_owned())])))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Label, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((language, text)) = map.next_entry::<String, String>()? {
                    short(&text)?;
                    if language.is_empty() || texts.len() >= TAGS_MAX {
                        return Err(Error::new(
                            Code::InvalidValue,
                            "each text needs a language such as `en` or `zh`",
                        )
                        .into_serde());
                    }
                    texts.insert(language, text);
                }
                Ok(Label(texts))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Label {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Label".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A text for people: one for all languages, or one a language.",
            "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
        })
    }
}
