//! Reading a program: every mistake with its path (clause 15.2).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{PROGRAM_SCHEMA, Program, Rules, check, compile};
use crate::error::{Code, Error, Result};
use crate::json::{self, Gaps, Node, Unread};
use crate::limits::{MISTAKES_MAX, PROGRAM_BYTES_MAX};

impl TryFrom<Rules> for Program {
    type Error = Error;

    /// Checks rules that a host has put together.
    ///
    /// # Errors
    /// As of [`Program::from_json`]: the paths are those of the document that says the same.
    fn try_from(rules: Rules) -> Result<Self> {
        let json = serde_json::to_vec(&rules).map_err(|error| {
            let words = format!("the rules cannot be written: {error}");
            Error::new(Code::InvalidJson, words)
        })?;
        Self::from_json(&json)
    }
}

impl Program {
    /// Reads and checks a program.
    ///
    /// # Errors
    /// [`Code::ProgramInvalid`]; its [`details`](Error::details) list every mistake, each with its own code and path, in the order of the document.
    pub fn from_json(json: &(impl AsRef<[u8]> + ?Sized)) -> Result<Self> {
        let (node, mistakes) =
            json::parse(json.as_ref(), PROGRAM_BYTES_MAX).map_err(|error| invalid(vec![error]))?;
        Self::read(&node, mistakes)
    }

    /// Reads and checks what a tree says, in which these mistakes have been found before.
    pub(super) fn read(node: &Node, mut mistakes: Vec<Error>) -> Result<Self> {
        let (mut rules, mut gaps) = json::read::<Rules>(node, &mut mistakes);
        if rules.is_none() {
            // What everything needs is wrong: with something in its place the rest can be judged all the same.
            let wrong = |key: &str| mistakes.iter().any(|one| within(one.path(), key));
            let stand_ins = STAND_INS.into_iter();
            let wanted = stand_ins.filter(|(key, _)| node.get(key).is_none() || wrong(key));
            let whole = json::standing_in(node, wanted);
            (rules, gaps) = json::read::<Rules>(&whole, &mut Vec::new());
        }
        let structural = mistakes.len();
        if let Some(rules) = &mut rules
            && let Some(lifecycle) = &mut rules.lifecycle
        {
            lifecycle.fill_in(&mut rules.metrics, &mut mistakes);
        }
        let read = mistakes.get(..structural).unwrap_or_default();
        let unread = Unread::new(node, read);
        let compiled = rules.as_ref().map(|rules| {
            if rules.schema != PROGRAM_SCHEMA {
                let words = format!(
                    "this engine reads programs of schema {PROGRAM_SCHEMA}, not {}",
                    rules.schema
                );
                mistakes.push(Error::at(Code::UnsupportedSchema, "schema", words));
            }
            check::check(rules, &unread, &mut mistakes);
            compile::program(rules, unread, &mut mistakes)
        });
        match (rules, compiled) {
            (Some(rules), Some(compiled)) if mistakes.is_empty() => {
                let digest = digest(&rules);
                Ok(Self {
                    rules,
                    digest,
                    compiled: Arc::new(compiled),
                })
            }
            _ => {
                if structural > 0 {
                    settle(node, &gaps, &mut mistakes, structural);
                }
                json::in_order(node, &mut mistakes);
                mistakes.truncate(MISTAKES_MAX);
                Err(invalid(mistakes))
            }
        }
    }
}

pub(super) fn invalid(mistakes: Vec<Error>) -> Error {
    let words = match mistakes.len() {
        1 => "the program has a mistake".to_owned(),
        n => format!("the program has {n} mistakes"),
    };
    Error::new(Code::ProgramInvalid, words).with_details(mistakes)
}

/// What stands in for what every program says, where it is wrong: nothing else is wrong because of it.
const STAND_INS: [(&str, &str); 4] = [
    ("schema", "1"),
    ("id", "program"),
    // No currency has a smaller unit.
    ("currency", "CLF"),
    ("timezone", "UTC"),
];

/// Puts the mistakes that checking found right, where reading had to leave something out: list elements are called by their places
/// in the document, and what only follows from what was left out is not said.
fn settle(node: &Node, gaps: &Gaps, mistakes: &mut Vec<Error>, structural: usize) {
    let structural = structural.min(mistakes.len());
    let mut found = mistakes.split_off(structural);
    for mistake in &mut found {
        let path = gaps.in_document(node, mistake.path());
        *mistake = mistake.clone().moved(path);
    }
    let unread = Unread::new(node, mistakes);
    found.retain(|mistake| !follows(mistake, node, mistakes, &unread));
    // What was left out has an id, too.
    let mut twice = Vec::new();
    for (list, items) in node.entries() {
        twins(list, items.items(), &mut twice);
    }
    found.retain(|mistake| {
        let mut twice = twice.iter();
        mistake.code() != Code::DuplicateId || !twice.any(|one| one.path() == mistake.path())
    });
    mistakes.append(&mut found);
    mistakes.append(&mut twice);
}

/// Whether a mistake may be one only because something else was left out: what contradicts or lacks another part of the same thing,
/// and what is wrong about something that has mistakes.
fn follows(mistake: &Error, node: &Node, read: &[Error], unread: &Unread) -> bool {
    let by_others = matches!(
        mistake.code(),
        Code::Unreachable | Code::MissingField | Code::Contradiction | Code::InvalidValue
    );
    let named = || node.at(mistake.path()).and_then(Node::as_str);
    by_others
        && (read
            .iter()
            .any(|other| thing(other.path()) == thing(mistake.path()))
            || read
                .iter()
                .any(|other| within(other.path(), mistake.path()))
            || named().is_some_and(|id| unread.names(id)))
}

/// The thing that a path leads into: an element of a list of the document, or the value of a key.
fn thing(path: &str) -> &str {
    let end = match path.find(['.', '[']) {
        Some(at) if path.get(at..).is_some_and(|rest| rest.starts_with('[')) => path
            .find(']')
            .map_or(path.len(), |close| close.saturating_add(1)),
        Some(at) => at,
        None => path.len(),
    };
    path.get(..end).unwrap_or(path)
}

/// Adds a mistake for each element whose id another one has already.
fn twins(list: &str, items: &[Node], mistakes: &mut Vec<Error>) {
    let mut first: FxHashMap<&str, usize> = FxHashMap::default();
    for (place, item) in items.iter().enumerate() {
        let Some(id) = item.get("id").and_then(Node::as_str) else {
            continue;
        };
        let before = *first.entry(id).or_insert(place);
        if before != place {
            let words = format!("`{id}` is the id of {list}[{before}] already");
            let path = format!("{list}[{place}].id");
            mistakes.push(Error::at(Code::DuplicateId, path, words));
        }
    }
}

/// Whether one path lies at or below another.
fn within(path: &str, parent: &str) -> bool {
    let rest = path.strip_prefix(parent);
    rest.is_some_and(|rest| parent.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Tells two programs apart; used to know whether something computed earlier was computed under the same rules.
fn digest(rules: &Rules) -> u64 {
    xxhash_rust::xxh3::xxh3_64(serde_json::to_string(rules).unwrap_or_default().as_bytes())
}
