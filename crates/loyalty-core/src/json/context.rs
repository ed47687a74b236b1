//! What the patient door knows while it reads, and how it goes on after a mistake.
//!
//! A serde visitor cannot go on after one of its values has failed. So the value is recorded and marked, and the nearest thing that
//! can be read afresh (an element of a list, the value of a key, the document) is read again without it. Every further round marks
//! at least one more value, which bounds their number; [`WORK_MAX`] bounds their cost.
//!
//! A field that is missing is recorded, and a phantom takes its place for as long as that tells of more missing fields.
//!
//! What fails only because something within it was left out is left out too, without a mistake of its own.

use core::cell::{Cell, RefCell};
use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::{Expected, Unexpected};

use super::gaps::Gaps;
use super::node::Node;
use super::path::Path;
use super::read::Reader;
use super::words::{content, unknown_field, unknown_variant};
use crate::error::{Code, Error};
use crate::limits::MISTAKES_MAX;

/// How often, on average, each value of a document may be looked at (and so often a small document).
const WORK_MAX: u64 = 32;
const WORK_MIN: u64 = 1_000_000;

/// What one reading of a document knows.
pub(super) struct Context {
    room: usize,
    work: Cell<u64>,
    found: RefCell<Vec<Error>>,
    /// The numbers of the values that are left out; `true` where something may be missing without them.
    bad: RefCell<BTreeMap<u32, bool>>,
    /// For objects with misspelt fields: the number of the object and the field that was meant.
    meant: RefCell<BTreeSet<(u32, &'static str)>>,
    /// For objects that lack fields: the number of the object and the field that is made up to look for more.
    phantoms: RefCell<BTreeSet<(u32, &'static str)>>,
}

impl Context {
    /// Begins to read a document of which some mistakes are known.
    pub(super) fn new(node: &Node, mistakes: usize) -> Self {
        Self {
            room: MISTAKES_MAX.saturating_sub(mistakes),
            work: Cell::new(u64::from(node.end).saturating_mul(WORK_MAX).max(WORK_MIN)),
            found: RefCell::default(),
            bad: RefCell::default(),
            meant: RefCell::default(),
            phantoms: RefCell::default(),
        }
    }

    /// Takes what was found out.
    pub(super) fn found(&self) -> Vec<Error> {
        self.found.take()
    }

    /// What is left out.
    pub(super) fn gaps(&self) -> Gaps {
        Gaps::new(self.bad.borrow().keys().copied())
    }

    /// Counts one look at a value.
    pub(super) fn count(&self) {
        self.work.set(self.work.get().saturating_sub(1));
    }

    /// Reads a value, again and again until nothing new is found. If it cannot be had, it has been marked.
    pub(super) fn attempt<'de, T: Deserialize<'de>>(
        &self,
        node: &'de Node,
        path: &Path<'_>,
    ) -> Result<T, Dead> {
        loop {
            match T::deserialize(Reader {
                context: self,
                node,
                path,
            }) {
                Ok(value) if !self.has_phantoms(node) => return Ok(value),
                Ok(_) => return Err(self.mark(node)),
                Err(Fault::Again) if !self.stopped() => {}
                Err(fault) => match self.settle(node, path, fault) {
                    Fault::Again => {}
                    _ => return Err(Dead),
                },
            }
        }
    }

    /// Records what went wrong with a value, unless it only follows from what was recorded before, and marks the value. It can be
    /// read again, to look for more, with phantoms in the place of missing fields.
    pub(super) fn settle(&self, node: &Node, path: &Path<'_>, fault: Fault) -> Fault {
        match fault {
            Fault::Fresh(fresh) => match fresh.missing {
                Some(name) => {
                    let bad = node.get(name).is_some_and(|value| self.is_bad(value));
                    let new = self.phantoms.borrow_mut().insert((node.id, name));
                    if new && !bad && !self.meant.borrow().contains(&(node.id, name)) {
                        self.record(path, fresh.error);
                    }
                    if new && !self.stopped() {
                        return Fault::Again;
                    }
                }
                None if !self.incomplete(node) => self.record(path, fresh.error),
                None => {}
            },
            Fault::Again | Fault::Dead => {}
        }
        self.mark(node).into()
    }

    /// Marks a value as one that cannot be had.
    pub(super) fn mark(&self, node: &Node) -> Dead {
        if !self.stopped() {
            self.bad.borrow_mut().insert(node.id, true);
        }
        Dead
    }

    /// Records a key that is not known or not possible.
    pub(super) fn settle_key(&self, map: &Node, node: &Node, path: &Path<'_>, fault: Fault) {
        let mut needed = true;
        if let Fault::Fresh(fresh) = fault {
            if let Some(meant) = fresh.meant {
                self.meant.borrow_mut().insert((map.id, meant));
            }
            needed = fresh.error.code() != Code::UnknownField;
            self.record(path, fresh.error);
        }
        self.bad.borrow_mut().insert(node.id, needed);
    }

    /// The missing fields of an object for which phantoms stand in.
    pub(super) fn phantoms(&self, node: &Node) -> Vec<&'static str> {
        self.phantoms
            .borrow()
            .range((node.id, "")..(node.id.saturating_add(1), ""))
            .map(|(_, name)| *name)
            .collect()
    }

    /// Whether a value was read with phantoms in it.
    pub(super) fn has_phantoms(&self, node: &Node) -> bool {
        self.phantoms
            .borrow()
            .range((node.id, "")..)
            .next()
            .is_some_and(|(id, _)| *id == node.id)
    }

    /// Whether a value has been marked.
    pub(super) fn is_bad(&self, node: &Node) -> bool {
        self.bad.borrow().contains_key(&node.id)
    }

    /// Whether something within a value is left out or made up, so that the value may be wrong for that reason alone.
    fn incomplete(&self, node: &Node) -> bool {
        let last = node.end.saturating_sub(1).max(node.id);
        self.has_phantoms(node)
            || self
                .bad
                .borrow()
                .range(node.id..=last)
                .any(|(_, needed)| *needed)
    }

    fn record(&self, path: &Path<'_>, error: Error) {
        let mut found = self.found.borrow_mut();
        if found.len() < self.room {
            found.push(error.under(&path.to_string()));
        }
    }

    /// Whether the bound of work is reached.
    pub(super) fn exhausted(&self) -> bool {
        self.work.get() == 0
    }

    /// Whether a bound is reached; nothing can be had any more.
    pub(super) fn stopped(&self) -> bool {
        self.exhausted() || self.found.borrow().len() >= self.room
    }
}

/// A value cannot be had; it has been marked.
pub(super) struct Dead;

/// Why a value cannot be had.
#[derive(Debug)]
pub(super) enum Fault {
    /// A mistake that has not been recorded yet.
    Fresh(Box<Fresh>),
    /// Something within was recorded and marked: reading again goes further.
    Again,
    /// Nothing new: something that is needed has been marked before.
    Dead,
}

/// A mistake that has not been recorded yet.
#[derive(Debug)]
pub(super) struct Fresh {
    error: Error,
    /// The field that is missing.
    missing: Option<&'static str>,
    /// The field that was meant by one that is not known.
    meant: Option<&'static str>,
}

impl Fault {
    /// A mistake at the value that is being read.
    pub(super) fn new(code: Code, words: impl Into<String>) -> Self {
        Error::new(code, words).into()
    }

    /// A value of another type than is needed.
    pub(super) fn wrong_type(node: &Node, expected: &str) -> Self {
        Self::new(
            Code::WrongType,
            format!("expected {expected}, found {}", node.kind()),
        )
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Fresh(Box::new(Fresh {
            error,
            missing: None,
            meant: None,
        }))
    }
}

impl From<Dead> for Fault {
    fn from(_: Dead) -> Self {
        Self::Dead
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fresh(fresh) => fmt::Display::fmt(&fresh.error, f),
            Self::Again | Self::Dead => f.write_str("left out"),
        }
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<M: fmt::Display>(words: M) -> Self {
        content("", &words.to_string()).into()
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("invalid type: {found}, expected {expected}"))
    }

    fn unknown_variant(choice: &str, known: &'static [&'static str]) -> Self {
        Self::new(Code::InvalidValue, unknown_variant(choice, known))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let (words, meant) = unknown_field(field, known);
        Self::Fresh(Box::new(Fresh {
            error: Error::new(Code::UnknownField, words),
            missing: None,
            meant,
        }))
    }

    fn missing_field(field: &'static str) -> Self {
        let error = Error::new(Code::MissingField, format!("missing field `{field}`"));
        Self::Fresh(Box::new(Fresh {
            error,
            missing: Some(field),
            meant: None,
        }))
    }
}
