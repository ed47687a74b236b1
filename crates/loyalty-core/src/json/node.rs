//! A JSON document as a tree that keeps the literal text of its numbers and the order of its keys.

use smol_str::SmolStr;

use super::path::{Path, Step, split};
use super::words::quoted;
use crate::error::{Code, Error, Result};
use crate::limits::{JSON_DEPTH_MAX, MISTAKES_MAX};

/// Most values in one document, so that a small document cannot take a large memory.
const NODES_MAX: u32 = 10_000_000;

/// One value of a JSON document.
///
/// Values are numbered in the order of the document; `id..end` are the numbers of a value and of all within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(super) id: u32,
    pub(super) end: u32,
    pub(super) value: Value,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, by its literal text.
    Number(SmolStr),
    /// A string.
    Text(SmolStr),
    /// A list.
    List(Vec<Node>),
    /// An object: its keys in the order of the document, each one once.
    Map(Vec<(SmolStr, Node)>),
}

impl Node {
    /// The value of a key, if this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, node)| node)
    }

    /// The elements, if this is a list; else none.
    pub(crate) fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value {
            items
        } else {
            &[]
        }
    }

    /// The keys and their values, if this is an object; else none.
    pub(crate) fn entries(&self) -> &[(SmolStr, Self)] {
        if let Value::Map(entries) = &self.value {
            entries
        } else {
            &[]
        }
    }

    /// The text, if this is a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value {
            Some(text)
        } else {
            None
        }
    }

    /// The value at a path, if there is one.
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        let (mut node, mut rest) = (self, path);
        while let Some((step, after)) = split(rest) {
            node = match step {
                Step::Key(key) => node.get(&key)?,
                Step::Index(index) => node.items().get(index)?,
            };
            rest = after;
        }
        Some(node)
    }

    /// What this is, in plain words.
    pub(super) const fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(true) => "`true`",
            Value::Bool(false) => "`false`",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
        }
    }

    /// The place in the document of the deepest value on a path that is there.
    fn place(&self, path: &str) -> u32 {
        let mut node = self;
        let mut rest = path;
        while let Some((step, after)) = split(rest) {
            let next = match step {
                Step::Key(key) => node.get(&key),
                Step::Index(index) => node.items().get(index),
            };
            let Some(next) = next else { break };
            node = next;
            rest = after;
        }
        node.id
    }
}

/// Sorts mistakes by where in the document they are.
pub(crate) fn in_order(node: &Node, mistakes: &mut [Error]) {
    mistakes.sort_by_cached_key(|mistake| node.place(mistake.path()));
}

/// Reads bytes into a tree, with the mistakes that do not hinder it: keys that stand twice (the first one is kept).
///
/// # Errors
/// * [`Code::LimitExceeded`]: more bytes than `bytes_max`, nested deeper than [`JSON_DEPTH_MAX`], or more than ten million values.
/// * [`Code::InvalidUtf8`], [`Code::InvalidJson`]: with line and column, and with the path as far as it is known.
pub(crate) fn parse(bytes: &[u8], bytes_max: usize) -> Result<(Node, Vec<Error>)> {
    let text = utf8(bytes, bytes_max)?;
    let mut parser = Parser {
        text,
        at: 0,
        next: 0,
        mistakes: Vec::new(),
    };
    let node = parser.value(&Path::ROOT, 0)?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.syntax(&Path::ROOT, "there is more after the end of the document"));
    }
    Ok((node, parser.mistakes))
}

/// What both doors check first: the size, the encoding, and a byte order mark.
pub(super) fn utf8(bytes: &[u8], bytes_max: usize) -> Result<&str> {
    if bytes.len() > bytes_max {
        let words = format!(
            "the document has {} bytes; at most {bytes_max} are allowed",
            bytes.len()
        );
        return Err(Error::new(Code::LimitExceeded, words));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Error::new(
            Code::InvalidUtf8,
            "the document is UTF-16; it must be UTF-8",
        ));
    }
    let text = core::str::from_utf8(bytes).map_err(|error| {
        Error::new(
            Code::InvalidUtf8,
            format!(
                "the document is not UTF-8 from byte {} on",
                error.valid_up_to()
            ),
        )
    })?;
    if text.starts_with('\u{feff}') {
        return Err(Error::new(
            Code::InvalidJson,
            "the document begins with a byte order mark; leave it out",
        ));
    }
    if text.trim_ascii().is_empty() {
        return Err(Error::new(Code::InvalidJson, "the document is empty"));
    }
    Ok(text)
}

/// The state of reading: where it is, and the number of the next value.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    next: u32,
    mistakes: Vec<Error>,
}

impl<'a> Parser<'a> {
    fn value(&mut self, path: &Path<'_>, depth: usize) -> Result<Node> {
        self.space();
        let id = self.next;
        self.next = id.saturating_add(1);
        if id >= NODES_MAX {
            return Err(Error::at(
                Code::LimitExceeded,
                path.to_string(),
                "the document has too many values",
            ));
        }
        let value = match self.peek() {
            Some(b'{') => Value::Map(self.map(path, deeper(path, depth)?)?),
            Some(b'[') => Value::List(self.list(path, deeper(path, depth)?)?),
            Some(b'"') => Value::Text(self.string(path)?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number(path)?),
            Some(b't') if self.take("true") => Value::Bool(true),
            Some(b'f') if self.take("false") => Value::Bool(false),
            Some(b'n') if self.take("null") => Value::Null,
            _ => return Err(self.expected(path, "a value")),
        };
        Ok(Node {
            id,
            end: self.next,
            value,
        })
    }

    fn list(&mut self, path: &Path<'_>, depth: usize) -> Result<Vec<Node>> {
        let mut items = Vec::new();
        self.step();
        self.space();
        if self.take("]") {
            return Ok(items);
        }
        loop {
            items.push(self.value(&path.index(items.len()), depth)?);
            self.space();
            if self.take("]") {
                return Ok(items);
            }
            if !self.take(",") {
                return Err(self.expected(path, "`,` or `]`"));
            }
        }
    }

    fn map(&mut self, path: &Path<'_>, depth: usize) -> Result<Vec<(SmolStr, Node)>> {
        let mut entries = Vec::new();
        self.step();
        self.space();
        if self.take("}") {
            return Ok(entries);
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.expected(path, "a key in double quotes"));
            }
            let key = self.string(path)?;
            self.space();
            if !self.take(":") {
                return Err(self.expected(&path.key(&key), "`:`"));
            }
            let node = self.value(&path.key(&key), depth)?;
            entries.push((key, node));
            self.space();
            if self.take("}") {
                self.drop_twins(path, &mut entries);
                return Ok(entries);
            }
            if !self.take(",") {
                return Err(self.expected(path, "`,` or `}`"));
            }
        }
    }

    /// Leaves out, and records, every entry whose key stood before.
    fn drop_twins(&mut self, path: &Path<'_>, entries: &mut Vec<(SmolStr, Node)>) {
        let mut order: Vec<(&str, u32)> = entries
            .iter()
            .map(|(key, node)| (key.as_str(), node.id))
            .collect();
        order.sort_unstable();
        let mut twins: Vec<u32> = order
            .iter()
            .zip(order.iter().skip(1))
            .filter(|((a, _), (b, _))| a == b)
            .map(|(_, (_, id))| *id)
            .collect();
        if twins.is_empty() {
            return;
        }
        twins.sort_unstable();
        entries.retain(|(key, node)| {
            let twin = twins.binary_search(&node.id).is_ok();
            if twin && self.mistakes.len() < MISTAKES_MAX {
                let words = format!("the key {} stands twice", quoted(key));
                self.mistakes.push(Error::at(
                    Code::DuplicateKey,
                    path.key(key).to_string(),
                    words,
                ));
            }
            !twin
        });
    }

    fn string(&mut self, path: &Path<'_>) -> Result<SmolStr> {
        let start = self.at;
        self.step();
        let inner = self.at;
        let mut plain = true;
        loop {
            let run = self
                .rest()
                .bytes()
                .position(|b| b == b'"' || b == b'\\' || b < 0x20);
            self.at = self
                .at
                .saturating_add(run.unwrap_or_else(|| self.rest().len()));
            match self.peek() {
                None => return Err(self.syntax(path, "the document ends within a string")),
                Some(b'"') => break,
                Some(b'\\') => {
                    plain = false;
                    self.step();
                    self.step_char();
                }
                Some(_) => {
                    return Err(
                        self.syntax(path, "a control character in a string must be escaped")
                    );
                }
            }
        }
        let end = self.at;
        self.step();
        if plain {
            return Ok(SmolStr::new(self.text.get(inner..end).unwrap_or_default()));
        }
        match serde_json::from_str::<String>(self.text.get(start..self.at).unwrap_or_default()) {
            Ok(text) => Ok(text.into()),
            Err(error) => {
                self.at = start;
                let surrogate = lone_surrogate(&error.to_string());
                Err(self.syntax(
                    path,
                    if surrogate {
                        LONE_SURROGATE
                    } else {
                        "a string has an escape that does not exist"
                    },
                ))
            }
        }
    }

    fn number(&mut self, path: &Path<'_>) -> Result<SmolStr> {
        let start = self.at;
        self.take("-");
        let whole = if self.take("0") { 1 } else { self.digits() };
        let fraction = if self.take(".") { self.digits() } else { 1 };
        let power = if self.take("e") || self.take("E") {
            let _sign = self.take("+") || self.take("-");
            self.digits()
        } else {
            1
        };
        if whole == 0 || fraction == 0 || power == 0 {
            return Err(self.expected(path, "a digit"));
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.syntax(path, "a number must not begin with 0"));
        }
        Ok(SmolStr::new(
            self.text.get(start..self.at).unwrap_or_default(),
        ))
    }

    fn digits(&mut self) -> usize {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at = self.at.saturating_add(count);
        count
    }

    fn space(&mut self) {
        let count = self
            .rest()
            .bytes()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))
            .count();
        self.at = self.at.saturating_add(count);
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn step_char(&mut self) {
        self.at = self
            .at
            .saturating_add(self.rest().chars().next().map_or(0, char::len_utf8));
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at = self.at.saturating_add(token.len());
        }
        found
    }

    fn expected(&self, path: &Path<'_>, what: &str) -> Error {
        match self.rest().chars().next() {
            None => self.syntax(path, &format!("the document ends where {what} is expected")),
            Some(c) => self.syntax(
                path,
                &format!(
                    "expected {what}, found {}",
                    quoted(c.encode_utf8(&mut [0; 4]))
                ),
            ),
        }
    }

    fn syntax(&self, path: &Path<'_>, words: &str) -> Error {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before
            .bytes()
            .filter(|b| *b == b'\n')
            .count()
            .saturating_add(1);
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            .saturating_add(1);
        Error::at(
            Code::InvalidJson,
            path.to_string(),
            format!("{words} (line {line}, column {column})"),
        )
    }
}

/// The words for half a surrogate pair.
pub(super) const LONE_SURROGATE: &str = "a string has one half of a surrogate pair";

/// Whether serde_json said that half of a surrogate pair is missing.
pub(super) fn lone_surrogate(words: &str) -> bool {
    words.contains("surrogate") || words.contains("end of hex escape")
}

fn deeper(path: &Path<'_>, depth: usize) -> Result<usize> {
    let depth = depth.saturating_add(1);
    if depth > JSON_DEPTH_MAX {
        return Err(Error::at(Code::LimitExceeded, path.to_string(), too_deep()));
    }
    Ok(depth)
}

/// The words for a document that is nested too deeply.
pub(super) fn too_deep() -> String {
    format!("the document is nested deeper than {JSON_DEPTH_MAX} levels")
}
