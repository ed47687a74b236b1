//! Plain English for what serde says, without the names of Rust types, and suggestions for misspelt names.

use core::fmt::Write as _;

use super::path::part;
use crate::error::{Code, Error, join};

/// Most characters of a foreign text that a message repeats.
const QUOTE_MAX: usize = 48;
/// Most names that a message lists.
const NAMES_MAX: usize = 40;

/// A foreign text in backticks, without control characters, cut short where it is long.
pub(crate) fn quoted(text: &str) -> String {
    let mut words = String::from("`");
    for (count, c) in text.chars().enumerate() {
        if count == QUOTE_MAX {
            words.push('…');
            break;
        }
        if c.is_control() {
            words.extend(c.escape_default());
        } else {
            words.push(c);
        }
    }
    words.push('`');
    words
}

/// The name that somebody who wrote `text` most likely meant, if there is one.
pub(crate) fn nearest<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if text.len() > 64 {
        return None;
    }
    let plain = |name: &str| -> Vec<char> {
        name.chars()
            .filter(|c| !matches!(c, '_' | '-' | ' '))
            .flat_map(char::to_lowercase)
            .collect()
    };
    let wanted = plain(text);
    let near = names.into_iter().filter_map(|name| {
        let letters = plain(name);
        let limit = match letters.len().min(wanted.len()) {
            0..=1 => 0,
            2..=4 => 1,
            _ => 2,
        };
        let distance = distance(&wanted, &letters);
        (distance <= limit).then_some((distance, name))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters must be put in, left out, changed or swapped with the next one to make one text of the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let at = |row: &[usize], index: Option<usize>| {
        index
            .and_then(|i| row.get(i))
            .copied()
            .unwrap_or(usize::MAX)
    };
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, y) in b.iter().enumerate() {
            let changed = at(&last, Some(j)).saturating_add(usize::from(x != y));
            let left_out = at(&last, j.checked_add(1)).saturating_add(1);
            let put_in = at(&row, Some(j)).saturating_add(1);
            let twisted = i.checked_sub(1).and_then(|i| a.get(i)) == Some(y)
                && j.checked_sub(1).and_then(|j| b.get(j)) == Some(x);
            let swapped = if twisted {
                at(&before, j.checked_sub(1)).saturating_add(1)
            } else {
                usize::MAX
            };
            row.push(changed.min(left_out).min(put_in).min(swapped));
        }
        before = last;
        last = row;
    }
    last.last().copied().unwrap_or(usize::MAX)
}

/// Names in backticks: "`a`, `b`".
pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut words = String::new();
    for (count, name) in names.into_iter().enumerate() {
        if count == NAMES_MAX {
            words.push_str(", …");
            break;
        }
        let _ = write!(words, "{}`{name}`", if count == 0 { "" } else { ", " });
    }
    words
}

/// The words for a field that is not known, and the field that was likely meant.
pub(super) fn unknown_field<'n>(field: &str, known: &[&'n str]) -> (String, Option<&'n str>) {
    let meant = nearest(field, known.iter().copied());
    (unknown("unknown field", field, known, meant), meant)
}

/// The words for a choice that is not one of those that exist.
pub(super) fn unknown_variant(choice: &str, known: &[&str]) -> String {
    unknown(
        "there is no choice",
        choice,
        known,
        nearest(choice, known.iter().copied()),
    )
}

fn unknown(what: &str, name: &str, known: &[&str], meant: Option<&str>) -> String {
    let mut words = format!("{what} {}", quoted(name));
    if let Some(meant) = meant {
        let _ = write!(words, "; did you mean `{meant}`?");
    }
    match known {
        [] => words.push_str("; none is known here"),
        known => {
            let _ = write!(
                words,
                "{}known here: {}",
                if meant.is_some() { " " } else { "; " },
                list(known.iter().copied())
            );
        }
    }
    words
}

/// An error from what serde or serde_json said about the content of a document (not about its syntax). The path of an unknown field
/// ends with it; that of a field that stands twice is the path of its object.
pub(super) fn content(path: &str, text: &str) -> Error {
    if text.starts_with('\u{1}') {
        return Error::from_serde(path, text);
    }
    let words = without_position(text);
    if let Some((field, known)) = named(words, "unknown field `") {
        return Error::at(Code::UnknownField, path, unknown_field(field, &known).0);
    }
    if let Some((choice, known)) = named(words, "unknown variant `") {
        return Error::at(Code::InvalidValue, path, unknown_variant(choice, &known));
    }
    if let Some(field) = words
        .strip_prefix("duplicate field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        return Error::at(
            Code::DuplicateKey,
            join(path, &part(field)),
            format!("the key {} stands twice", quoted(field)),
        );
    }
    if words.starts_with("missing field `") {
        return Error::at(Code::MissingField, path, words);
    }
    if let Some((found, expected)) = pair(words, "invalid type: ") {
        let code = if found.starts_with("floating point") && whole(expected) {
            Code::InvalidNumber
        } else {
            Code::WrongType
        };
        return Error::at(
            code,
            path,
            format!(
                "expected {}, found {}",
                expectation(expected),
                finding(found)
            ),
        );
    }
    if let Some((found, expected)) = pair(words, "invalid value: ") {
        let code = if whole(expected) {
            Code::OutOfRange
        } else {
            Code::InvalidValue
        };
        let found = found
            .split_once(' ')
            .map_or(found, |(_, value)| value)
            .trim_matches(['`', '"']);
        return Error::at(
            code,
            path,
            format!(
                "{} is not possible: expected {}",
                quoted(found),
                expectation(expected)
            ),
        );
    }
    if let Some((length, expected)) = pair(words, "invalid length ") {
        return Error::at(
            Code::InvalidValue,
            path,
            format!("expected {}, found {length} of them", expectation(expected)),
        );
    }
    if words == "number out of range" {
        return Error::at(
            Code::OutOfRange,
            path,
            "the number is outside of what is possible",
        );
    }
    Error::at(Code::InvalidValue, path, words)
}

/// What is wrong with the literal text of a number as a whole number, apart from its size.
pub(super) fn not_whole(number: &str) -> Option<Error> {
    let words = if number.contains(['.', 'e', 'E']) {
        format!(
            "expected a whole number in plain digits, found {}",
            quoted(number)
        )
    } else if number == "-0" {
        "expected a whole number, found `-0`; write `0`".to_owned()
    } else {
        return None;
    };
    Some(Error::new(Code::InvalidNumber, words))
}

/// What serde_json said, without " at line 1 column 2".
pub(super) fn without_position(text: &str) -> &str {
    match text.rsplit_once(" at line ") {
        Some((words, position))
            if position
                .split(" column ")
                .all(|n| n.bytes().all(|b| b.is_ascii_digit())) =>
        {
            words
        }
        _ => text,
    }
}

fn named<'t>(words: &'t str, start: &str) -> Option<(&'t str, Vec<&'t str>)> {
    let rest = words.strip_prefix(start)?;
    if let Some((name, known)) = rest.rsplit_once("`, expected ") {
        return Some((name, known.split('`').skip(1).step_by(2).collect()));
    }
    rest.rsplit_once("`, there are no ")
        .map(|(name, _)| (name, Vec::new()))
}

fn pair<'t>(words: &'t str, start: &str) -> Option<(&'t str, &'t str)> {
    words.strip_prefix(start)?.rsplit_once(", expected ")
}

fn whole(expected: &str) -> bool {
    matches!(
        expected.strip_prefix("a nonzero ").unwrap_or(expected),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize"
    ) || matches!(
        expected.strip_prefix("a nonzero ").unwrap_or(expected),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize"
    )
}

/// What is expected, in plain words.
pub(super) fn expectation(expected: &str) -> &str {
    match expected {
        nonzero if nonzero.starts_with("a nonzero ") && whole(nonzero) => {
            "a whole number other than 0"
        }
        name if whole(name) => "a whole number",
        "f32" | "f64" => "a number",
        "string" | "a string" | "a borrowed string" | "identifier" => "a string",
        "field identifier" | "variant identifier" => "a name",
        "a boolean" | "bool" => "true or false",
        "a sequence" | "a set" => "a list",
        "a map" => "an object",
        "option" => "a value or null",
        "unit" => "null",
        "any value" | "any valid JSON value" => "a value",
        "newtype variant" | "struct variant" | "tuple variant" => {
            "an object with one key, for the choice takes settings"
        }
        "unit variant" => "the bare name of the choice, for it takes no settings",
        name if name.starts_with("struct ") => "an object",
        name if name.starts_with("enum ") => {
            "a choice: its name, or an object with its name as the one key"
        }
        name if name.starts_with("unit struct ") => "null",
        name if name.starts_with("tuple ")
            || name.starts_with("a tuple ")
            || name.starts_with("an array ") =>
        {
            match name.split(' ').find_map(|word| word.parse::<u32>().ok()) {
                Some(2) => "a list of two",
                Some(3) => "a list of three",
                Some(4) => "a list of four",
                _ => "a list of another length",
            }
        }
        name => name,
    }
}

fn finding(found: &str) -> String {
    match found {
        "null" | "unit value" => "null".to_owned(),
        "sequence" => "a list".to_owned(),
        "map" => "an object".to_owned(),
        "unit variant" => "a bare name".to_owned(),
        "newtype variant" | "struct variant" | "tuple variant" => "an object".to_owned(),
        _ => match found.split_once(' ') {
            Some(("boolean", value)) => value.to_owned(),
            Some(("integer", _)) => "a number".to_owned(),
            Some(("floating", _)) => "a number with a fraction or an exponent".to_owned(),
            _ if found.starts_with("string ") => "a string".to_owned(),
            _ => "something else".to_owned(),
        },
    }
}
