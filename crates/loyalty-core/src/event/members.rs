//! Events about a membership itself: it is frozen, closed, forgotten (section 13).

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::reason;
use super::wire::{cow, maybe_cow};
use crate::error::Result;

/// What is said of one fact of a person: nothing, that it is not known, or what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Said<T> {
    /// Nothing is said: it stays as it is.
    #[default]
    Nothing,
    /// It is not known (any more): null in JSON.
    Unknown,
    /// It is this.
    Is(T),
}

impl<T> Said<T> {
    /// What is known after it was said.
    pub(crate) fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Nothing => before,
            Self::Unknown => None,
            Self::Is(now) => Some(now),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Said<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Unknown, Self::Is))
    }
}

/// The membership is frozen: until it is unfrozen the member earns, spends and gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Freeze<'a> {
    /// Why, in a person's words.
    #[serde(borrow, deserialize_with = "cow")]
    pub reason: Cow<'a, str>,
}

/// A frozen membership goes on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unfreeze<'a> {
    /// Why, in a person's words.
    #[serde(borrow, deserialize_with = "cow")]
    pub reason: Cow<'a, str>,
}

/// The membership ends: all that the member has is forfeited, and only returns are taken from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Close<'a> {
    /// Why, in a person's words.
    #[serde(borrow, deserialize_with = "cow")]
    pub reason: Cow<'a, str>,
    /// The membership that this one has become part of: its plans go on there, and nothing of them is given back.
    #[serde(
        borrow,
        default,
        deserialize_with = "maybe_cow",
        skip_serializing_if = "Option::is_none"
    )]
    pub into: Option<Cow<'a, str>>,
}

/// What is known of the person is forgotten. A membership that is open is closed first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Erase<'a> {
    /// Why, in a person's words.
    #[serde(borrow, deserialize_with = "cow")]
    pub reason: Cow<'a, str>,
}

/// Another membership of the same person becomes part of this one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Merge<'a> {
    /// The document of the other member: an object, or a text that holds it.
    #[serde(borrow, deserialize_with = "document")]
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub document: Cow<'a, str>,
}

/// A document in a document: as it is written, or as a text.
fn document<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, str>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    if raw.starts_with('"') {
        return serde_json::from_str(raw)
            .map(Cow::Owned)
            .map_err(serde::de::Error::custom);
    }
    Ok(Cow::Borrowed(raw))
}

impl Merge<'_> {
    /// The document without the white space between its tokens, which makes no difference.
    pub(super) fn bare(&self) -> Vec<u8> {
        let (mut text, mut escaped) = (false, false);
        let mut keeps = |byte: &u8| {
            let keep = text || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
            if *byte == b'"' && !escaped {
                text = !text;
            }
            escaped = text && *byte == b'\\' && !escaped;
            keep
        };
        self.document.bytes().filter(|byte| keeps(byte)).collect()
    }
}

impl Freeze<'_> {
    pub(super) fn check(&self) -> Result<()> {
        reason("freeze.reason", &self.reason)
    }
}

impl Unfreeze<'_> {
    pub(super) fn check(&self) -> Result<()> {
        reason("unfreeze.reason", &self.reason)
    }
}

impl Close<'_> {
    pub(super) fn check(&self) -> Result<()> {
        if let Some(into) = &self.into {
            super::id("close.into", into)?;
        }
        reason("close.reason", &self.reason)
    }
}

impl Erase<'_> {
    pub(super) fn check(&self) -> Result<()> {
        reason("erase.reason", &self.reason)
    }
}
