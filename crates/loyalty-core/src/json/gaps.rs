//! What of a document could not be read: where the rest stands, and what may only seem to be missing.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::node::{Node, Value};
use super::path::{Step, split};
use crate::error::Error;

/// Lists within other things whose elements are called by an id, like those of the document itself.
const NAMED: [&str; 5] = ["rungs", "stages", "steps", "signals", "groups"];

/// The values of a document that were left out.
#[derive(Debug, Default)]
pub(crate) struct Gaps(BTreeSet<u32>);

impl Gaps {
    pub(super) fn new(left_out: impl Iterator<Item = u32>) -> Self {
        Self(left_out.collect())
    }

    /// The path in the document, for a path in what was read: elements of lists move up where others are left out.
    pub(crate) fn in_document(&self, root: &Node, path: &str) -> String {
        let mut moved = String::with_capacity(path.len());
        let mut node = Some(root);
        let mut rest = path;
        while let Some((step, after)) = split(rest) {
            let written = rest.strip_suffix(after).unwrap_or(rest);
            let next = match (&step, node) {
                (_, None) => None,
                (Step::Key(key), Some(node)) => node.get(key).map(|next| (None, next)),
                (Step::Index(index), Some(node)) => {
                    let items = node.items().iter().enumerate();
                    let mut read = items.filter(|(_, item)| !self.0.contains(&item.id));
                    read.nth(*index).map(|(place, next)| (Some(place), next))
                }
            };
            match next {
                Some((Some(place), _)) => moved.push_str(&format!("[{place}]")),
                _ => moved.push_str(written),
            }
            node = next.map(|(_, next)| next);
            rest = after;
        }
        moved.push_str(rest);
        moved
    }
}

/// The things of a document that have mistakes: what names them is right all the same.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    /// For each key of the document in whose value there are mistakes: the ids of those things.
    keys: BTreeMap<String, Things>,
}

#[derive(Debug, Default)]
struct Things {
    ids: BTreeSet<String>,
    /// Whether the id of one of them is not known.
    nameless: bool,
}

impl Unread {
    /// By the mistakes that reading a document has found.
    pub(crate) fn new(root: &Node, mistakes: &[Error]) -> Self {
        let mut unread = Self::default();
        for mistake in mistakes {
            let Some((Step::Key(key), mut rest)) = split(mistake.path()) else {
                continue;
            };
            let mut node = root.get(&key);
            let things = unread.keys.entry(key).or_default();
            things.nameless |= rest.is_empty();
            let mut named = true;
            while let Some((step, after)) = split(rest) {
                rest = after;
                match step {
                    Step::Key(key) => {
                        named = NAMED.contains(&key.as_str());
                        // A whole list of things.
                        things.nameless |= named && rest.is_empty();
                        node = node.and_then(|node| node.get(&key));
                    }
                    Step::Index(place) => {
                        node = node.and_then(|node| node.items().get(place));
                        let id = node.and_then(|node| node.get("id")?.as_str());
                        things.ids.extend(id.map(str::to_owned));
                        things.nameless |= named && id.is_none();
                    }
                }
            }
        }
        unread
    }

    /// Whether the value of a key of the document has mistakes.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    /// Whether something of this id may be there, but have mistakes.
    pub(crate) fn may_have(&self, key: &str, id: &str) -> bool {
        let things = self.keys.get(key);
        things.is_some_and(|things| things.nameless || things.ids.contains(id))
    }

    /// Whether something with mistakes has this id.
    pub(crate) fn names(&self, id: &str) -> bool {
        self.keys.values().any(|things| things.ids.contains(id))
    }
}

/// A document in which values stand in for others: each a text, or a whole number.
pub(crate) fn standing_in<'v>(
    root: &Node,
    values: impl Iterator<Item = (&'v str, &'v str)>,
) -> Node {
    let mut root = root.clone();
    let Value::Map(entries) = &mut root.value else {
        return root;
    };
    for (number, (key, text)) in (0_u32..).zip(values) {
        let value = match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Value::Number(text.into()),
            false => Value::Text(text.into()),
        };
        // No document has so many values.
        let id = u32::MAX.saturating_sub(number);
        let node = Node { id, end: id, value };
        match entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, there)) => *there = node,
            None => entries.push((SmolStr::new(key), node)),
        }
    }
    root
}
