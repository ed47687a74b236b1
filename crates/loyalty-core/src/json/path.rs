//! Paths of JSON documents: `earn[0].give.rate`, and `tags["a.b"]` where a key is not a plain name.

use core::fmt::{self, Write as _};

use crate::limits::ID_BYTES_MAX;

/// A path that lives on the stack while a document is read. It becomes text only when there is something to report.
#[derive(Clone, Copy)]
pub(super) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    part: Part<'p>,
}

/// One step of a path.
#[derive(Clone, Copy)]
pub(super) enum Part<'p> {
    /// Into the value of a key.
    Key(&'p str),
    /// Into an element of a list.
    Index(usize),
}

impl<'p> Path<'p> {
    /// The whole document.
    pub(super) const ROOT: Path<'static> = Path {
        parent: None,
        part: Part::Key(""),
    };

    /// The path of the value of a key.
    pub(super) const fn key(&'p self, key: &'p str) -> Path<'p> {
        Path {
            parent: Some(self),
            part: Part::Key(key),
        }
    }

    /// The path of an element.
    pub(super) const fn index(&'p self, index: usize) -> Path<'p> {
        Path {
            parent: Some(self),
            part: Part::Index(index),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parent) = self.parent else {
            return Ok(());
        };
        parent.fmt(f)?;
        match self.part {
            Part::Index(index) => write!(f, "[{index}]"),
            Part::Key(key) => {
                let part = part(key);
                if parent.parent.is_some() && !part.starts_with('[') {
                    f.write_char('.')?;
                }
                f.write_str(&part)
            }
        }
    }
}

/// A key as one part of a path: the key itself where it is a plain name, else `["…"]`; a very long one is cut short.
pub(crate) fn part(key: &str) -> String {
    if key.len() > ID_BYTES_MAX {
        let start: String = key.chars().take(32).collect();
        return bracketed(&format!("{start}…"));
    }
    let odd =
        |c: char| matches!(c, '.' | '[' | ']' | '"' | '\\') || c.is_control() || c.is_whitespace();
    if key.is_empty() || key.contains(odd) {
        bracketed(key)
    } else {
        key.to_owned()
    }
}

fn bracketed(key: &str) -> String {
    let mut text = String::from("[\"");
    for c in key.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => text.extend(format!("\\u{:04x}", u32::from(c)).chars()),
            c => text.push(c),
        }
    }
    text.push_str("\"]");
    text
}

/// Takes the first part off a path: what it is, and the rest.
pub(super) fn split(path: &str) -> Option<(Step, &str)> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let Some(inner) = path.strip_prefix('[') else {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (key, rest) = path.split_at_checked(end)?;
        return (!key.is_empty()).then(|| (Step::Key(key.to_owned()), rest));
    };
    if inner.starts_with('"') {
        let mut stream = serde_json::Deserializer::from_str(inner).into_iter::<String>();
        let key = stream.next()?.ok()?;
        let rest = inner.get(stream.byte_offset()..)?.strip_prefix(']')?;
        return Some((Step::Key(key), rest));
    }
    let (index, rest) = inner.split_once(']')?;
    Some((Step::Index(index.parse().ok()?), rest))
}

/// One part of a path that was taken off.
pub(super) enum Step {
    /// The key of an object.
    Key(String),
    /// The place in a list.
    Index(usize),
}
