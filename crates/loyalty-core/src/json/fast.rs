//! The fast door: serde_json at full speed, and the path of a mistake only when there is one.

use core::fmt;
use core::marker::PhantomData;
use std::borrow::Cow;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_path_to_error::{Segment, Track};

use super::node::{LONE_SURROGATE, lone_surrogate, too_deep, utf8};
use super::path::part;
use super::strict::Strict;
use super::words::{content, not_whole, quoted};
use crate::error::{Code, Error, Result, join};
use crate::limits::{JSON_DEPTH_MAX, TAGS_MAX, TEXT_BYTES_MAX};

/// Reads a value from bytes; it may borrow from them.
///
/// # Errors
/// * [`Code::LimitExceeded`]: more bytes than `bytes_max`, or nested deeper than [`JSON_DEPTH_MAX`].
/// * [`Code::InvalidUtf8`], [`Code::InvalidJson`]: not JSON, or more than one document.
/// * Any code that the type itself gives, with the path of the first mistake.
pub(crate) fn from_slice<'de, T: Deserialize<'de>>(
    bytes: &'de [u8],
    bytes_max: usize,
) -> Result<T> {
    let text = utf8(bytes, bytes_max)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = T::deserialize(Strict(&mut deserializer));
    let read = read.and_then(|read| deserializer.end().map(|()| read));
    read.map_err(|error| explain::<T>(text, &error))
}

/// Reads again, slowly, what could not be read, to say what was wrong and where.
#[cold]
fn explain<'de, T: Deserialize<'de>>(text: &'de str, error: &serde_json::Error) -> Error {
    if depth(text) > JSON_DEPTH_MAX {
        return Error::new(Code::LimitExceeded, too_deep());
    }
    let mut track = Track::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let again = T::deserialize(Strict(tracked)).err();
    let mut path = String::new();
    if again.is_some() {
        for segment in &track.path() {
            match segment {
                Segment::Seq { index } => path = join(&path, &format!("[{index}]")),
                Segment::Map { key } | Segment::Enum { variant: key } => {
                    path = join(&path, &part(key))
                }
                Segment::Unknown => {}
            }
        }
    }
    let error = again.as_ref().unwrap_or(error);
    let words = error.to_string();
    if error.classify() == Category::Data || words.starts_with("number out of range") {
        let told = content(&path, &words);
        let number = literal(text, error.line(), error.column())
            .filter(|_| told.code() == Code::InvalidNumber);
        return match number.filter(|_| words.starts_with("invalid type")) {
            Some(number) => whole_number(number).under(&path),
            None => told,
        };
    }
    if words.starts_with("expected value") && serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return Error::at(
            Code::InvalidValue,
            path,
            "expected an object with one key only",
        );
    }
    let (line, column) = (error.line(), error.column());
    let what = match super::words::without_position(&words) {
        words if words.starts_with("EOF") => "the document ends in the middle",
        words if words.starts_with("trailing characters") => {
            "there is more after the end of the document"
        }
        words if lone_surrogate(words) => LONE_SURROGATE,
        words if words.starts_with("control character") => {
            "a control character in a string must be escaped"
        }
        words => words,
    };
    Error::at(
        Code::InvalidJson,
        path,
        format!("{what} (line {line}, column {column})"),
    )
}

/// The literal text of the number that ends at a place; serde_json has told it as a float, rounded.
fn literal(text: &str, line: usize, column: usize) -> Option<&str> {
    let line = text.split('\n').nth(line.checked_sub(1)?)?;
    let before = line.get(..column.min(line.len()))?;
    let foreign = |c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
    before
        .trim_end_matches(foreign)
        .rsplit(foreign)
        .next()
        .filter(|number| !number.is_empty())
}

/// Why a number that serde_json takes for a float is not a whole number.
fn whole_number(number: &str) -> Error {
    not_whole(number).unwrap_or_else(|| {
        Error::new(
            Code::OutOfRange,
            format!(
                "{} is not possible: expected a whole number",
                quoted(number)
            ),
        )
    })
}

/// The deepest nesting of lists and objects.
fn depth(text: &str) -> usize {
    let (mut deepest, mut depth, mut quoted, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A text of at most 4,096 bytes that borrows from the document where it can.
///
/// Fields of this type need `#[serde(borrow)]`, also within an `Option`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        length(text)?;
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        length(text)?;
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Self::Value, E> {
        length(&text)?;
        Ok(Cow::Owned(text))
    }
}

fn length<E: serde::de::Error>(text: &str) -> Result<(), E> {
    if text.len() > TEXT_BYTES_MAX {
        let words = format!(
            "a text of {} bytes; at most {TEXT_BYTES_MAX} are allowed",
            text.len()
        );
        return Err(Error::new(Code::LimitExceeded, words).into_serde());
    }
    Ok(())
}

/// A number by its literal text, from a JSON number or a JSON string; it never passes through a binary float.
///
/// The text of a string is not checked: whoever asks for the number reads it. It is at most 64 bytes long. Behind both doors
/// alike; only within untagged or internally tagged enums and flattened fields, which serde buffers, it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number<'a>(pub(crate) Cow<'a, str>);

/// The name by which the patient door knows that the literal text of a number is wanted.
pub(super) const NUMBER: &str = "$loyalty::number";

/// Longest text of a number: many more digits than any number of the engine has.
const NUMBER_BYTES_MAX: usize = 64;

impl<'de: 'a, 'a> Deserialize<'de> for Number<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_newtype_struct(NUMBER, NumberVisitor)
            .map(Self)
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a string with one")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let number = match raw
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(text) if text.contains('\\') => {
                return Err(Error::new(
                    Code::InvalidNumber,
                    "a number must not be written with escapes",
                )
                .into_serde());
            }
            Some(text) => text,
            None if raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => raw,
            None => {
                let found = match raw.bytes().next() {
                    Some(b'{') => "an object",
                    Some(b'[') => "a list",
                    _ => raw,
                };
                let words = format!("expected a number, or a string with one, found {found}");
                return Err(Error::new(Code::WrongType, words).into_serde());
            }
        };
        self.visit_borrowed_str(number)
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        if text.len() > NUMBER_BYTES_MAX {
            let words = format!("{} has more digits than fit", quoted(text));
            return Err(Error::new(Code::InvalidNumber, words).into_serde());
        }
        Ok(Cow::Borrowed(text))
    }
}

/// An object with free keys, each of them once, as a list in bytewise order of the keys; at most 256 entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UniqueMap<V>(pub(crate) Vec<(String, V)>);

impl<V> Default for UniqueMap<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for UniqueMap<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_map(UniqueMapVisitor(PhantomData))
            .map(Self)
    }
}

struct UniqueMapVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for UniqueMapVisitor<V> {
    type Value = Vec<(String, V)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Vec<(String, V)> = Vec::new();
        while let Some((Text(key), value)) = map.next_entry::<Text<'de>, V>()? {
            if entries.len() == TAGS_MAX {
                let words = format!("at most {TAGS_MAX} keys are allowed");
                return Err(Error::new(Code::LimitExceeded, words).into_serde());
            }
            entries.push((key.into_owned(), value));
        }
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for ((a, _), (b, _)) in entries.iter().zip(entries.iter().skip(1)) {
            if a == b {
                let words = format!("the key {} stands twice", quoted(a));
                return Err(Error::at(Code::DuplicateKey, part(a), words).into_serde());
            }
        }
        Ok(entries)
    }
}
