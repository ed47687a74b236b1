//! Reading a program: every mistake with its path (clause 15.2).

use std::sync::Arc;

use super::{PROGRAM_SCHEMA, Program, Rules, check, compile};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::json::{self, Node};
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
        let bytes = json.as_ref();
        let (node, mut mistakes) =
            json::parse(bytes, PROGRAM_BYTES_MAX).map_err(|error| invalid(vec![error]))?;
        let mut rules = json::read::<Rules>(&node, &mut mistakes);
        let structural = mistakes.len();
        if let Some(rules) = &mut rules
            && let Some(lifecycle) = &mut rules.lifecycle
        {
            lifecycle.fill_in(&mut rules.metrics, &mut mistakes);
        }
        let broken = if mistakes.is_empty() {
            Vec::new()
        } else {
            check::broken(&node)
        };
        let compiled = rules.as_ref().map(|rules| {
            if rules.schema != PROGRAM_SCHEMA {
                let words = format!(
                    "this engine reads programs of schema {PROGRAM_SCHEMA}, not {}",
                    rules.schema
                );
                mistakes.push(Error::at(Code::UnsupportedSchema, "schema", words));
            }
            check::check(rules, &mut mistakes);
            compile::program(rules, broken, &mut mistakes)
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
            (rules, _) => {
                if let Some(rules) = &rules {
                    settle(rules, &node, &mut mistakes, structural);
                }
                json::in_order(&node, &mut mistakes);
                mistakes.truncate(MISTAKES_MAX);
                Err(invalid(mistakes))
            }
        }
    }
}

fn invalid(mistakes: Vec<Error>) -> Error {
    let words = match mistakes.len() {
        1 => "the program has a mistake".to_owned(),
        n => format!("the program has {n} mistakes"),
    };
    Error::new(Code::ProgramInvalid, words).with_details(mistakes)
}

/// Puts the mistakes that checking found right, where reading had to leave something out: list elements are called by their places
/// in the document, and what only follows from what was left out is not said.
fn settle(rules: &Rules, node: &Node, mistakes: &mut Vec<Error>, structural: usize) {
    if structural == 0 {
        return;
    }
    let structural = structural.min(mistakes.len());
    let (read, found) = mistakes.split_at_mut(structural);
    let places = Places::new(rules, node);
    for mistake in found.iter_mut() {
        let path = places.in_document(mistake.path());
        *mistake = mistake.clone().moved(path);
    }
    let follows = |mistake: &Error| {
        let emptied = matches!(
            mistake.code(),
            Code::Unreachable | Code::MissingField | Code::Contradiction | Code::InvalidValue
        );
        emptied
            && read
                .iter()
                .any(|other| within(other.path(), mistake.path()))
    };
    let keep: Vec<bool> = found.iter().map(|mistake| !follows(mistake)).collect();
    let mut keep = core::iter::repeat_n(true, structural).chain(keep);
    mistakes.retain(|_| keep.next().unwrap_or(true));
}

/// Whether one path lies at or below another.
fn within(path: &str, parent: &str) -> bool {
    let rest = path.strip_prefix(parent);
    rest.is_some_and(|rest| parent.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

/// For each list of a program: where in the document the elements are that could be read.
struct Places {
    lists: Vec<(String, Vec<usize>)>,
}

impl Places {
    fn new(rules: &Rules, node: &Node) -> Self {
        let mut lists = Vec::new();
        let mut add = |list: &str, of: Option<&Node>, ids: Vec<&Id>| {
            let items = of.map(Node::items).unwrap_or_default();
            let mut places = Vec::with_capacity(ids.len());
            let mut next = 0_usize;
            for id in ids {
                let here = items
                    .iter()
                    .skip(next)
                    .position(|item| item.get("id").and_then(Node::as_str) == Some(id.as_str()));
                let place = next.saturating_add(here.unwrap_or(0));
                places.push(place);
                next = place.saturating_add(1);
            }
            lists.push((list.to_owned(), places));
        };
        add(
            "accounts",
            node.get("accounts"),
            rules.accounts.iter().map(|one| &one.id).collect(),
        );
        add(
            "metrics",
            node.get("metrics"),
            rules.metrics.iter().map(|one| &one.id).collect(),
        );
        add(
            "segments",
            node.get("segments"),
            rules.segments.iter().map(|one| &one.id).collect(),
        );
        add(
            "scores",
            node.get("scores"),
            rules.scores.iter().map(|one| &one.id).collect(),
        );
        add(
            "groups",
            node.get("groups"),
            rules.groups.iter().map(|one| &one.id).collect(),
        );
        add(
            "earn",
            node.get("earn"),
            rules.earn.iter().map(|one| &one.id).collect(),
        );
        add(
            "rewards",
            node.get("rewards"),
            rules.rewards.iter().map(|one| &one.id).collect(),
        );
        add(
            "offers",
            node.get("offers"),
            rules.offers.iter().map(|one| &one.id).collect(),
        );
        add(
            "coupons",
            node.get("coupons"),
            rules.coupons.iter().map(|one| &one.id).collect(),
        );
        add(
            "conversions",
            node.get("conversions"),
            rules.conversions.iter().map(|one| &one.id).collect(),
        );
        add(
            "winback",
            node.get("winback"),
            rules.winback.iter().map(|one| &one.id).collect(),
        );
        add(
            "plans",
            node.get("plans"),
            rules.plans.iter().map(|one| &one.id).collect(),
        );
        add(
            "benefits",
            node.get("benefits"),
            rules.benefits.iter().map(|one| &one.id).collect(),
        );
        let signals = rules.warning.iter().flat_map(|one| &one.signals);
        add(
            "warning.signals",
            node.get("warning").and_then(|one| one.get("signals")),
            signals.map(|one| &one.id).collect(),
        );
        let lifecycle = rules.lifecycle.iter();
        add(
            "lifecycle.stages",
            node.get("lifecycle").and_then(|one| one.get("stages")),
            lifecycle
                .flat_map(|one| &one.stages)
                .map(|one| &one.id)
                .collect(),
        );
        add(
            "tiers",
            node.get("tiers"),
            rules.tiers.iter().map(|one| &one.id).collect(),
        );
        add(
            "triggers",
            node.get("triggers"),
            rules.triggers.iter().map(|one| &one.id).collect(),
        );
        add(
            "tasks",
            node.get("tasks"),
            rules.tasks.iter().map(|one| &one.id).collect(),
        );
        add(
            "rankings",
            node.get("rankings"),
            rules.rankings.iter().map(|one| &one.id).collect(),
        );
        add(
            "topics",
            node.get("topics"),
            rules.topics.iter().map(|one| &one.id).collect(),
        );
        Self { lists }
    }

    /// The path in the document, for a path among what could be read.
    fn in_document(&self, path: &str) -> String {
        let moved = self.lists.iter().find_map(|(list, places)| {
            let (index, rest) = path
                .strip_prefix(list.as_str())?
                .strip_prefix('[')?
                .split_once(']')?;
            let place = places.get(index.parse::<usize>().ok()?)?;
            Some(format!("{list}[{place}]{rest}"))
        });
        moved.unwrap_or_else(|| path.to_owned())
    }
}

/// Tells two programs apart; used to know whether something computed earlier was computed under the same rules.
fn digest(rules: &Rules) -> u64 {
    xxhash_rust::xxh3::xxh3_64(serde_json::to_string(rules).unwrap_or_default().as_bytes())
}
