//! Reading a timeline: every mistake with its path (clause 15.2).

use std::sync::Arc;

use super::rules::{Announcement, ProgramVersion, TimelineRules};
use super::{Timeline, Version, transition};
use crate::calendar::Instant;
use crate::error::{Code, Error, Result, join};
use crate::id::Id;
use crate::json::{self, Node};
use crate::limits::{MISTAKES_MAX, PROGRAM_BYTES_MAX, VERSIONS_MAX};
use crate::program::load::invalid;
use crate::program::{PROGRAM_SCHEMA, Program};

impl Timeline {
    /// Reads and checks a timeline, or a program alone.
    ///
    /// # Errors
    /// [`Code::ProgramInvalid`]; its [`details`](Error::details) list every mistake, each with its own code and path, in the order of the document.
    pub fn from_json(json: &(impl AsRef<[u8]> + ?Sized)) -> Result<Self> {
        let (node, mistakes) =
            json::parse(json.as_ref(), PROGRAM_BYTES_MAX).map_err(|error| invalid(vec![error]))?;
        if node.get("versions").is_none() {
            return Program::read(&node, mistakes).map(Self::from);
        }
        Self::read(&node, mistakes)
    }

    fn read(node: &Node, mut mistakes: Vec<Error>) -> Result<Self> {
        let (mut rules, _) = json::read::<TimelineRules>(node, &mut mistakes);
        let written = node.get("versions").map(Node::items).unwrap_or_default();
        if written.len() > VERSIONS_MAX {
            let words = format!("a timeline has at most {VERSIONS_MAX} versions");
            mistakes.push(Error::at(Code::LimitExceeded, "versions", words));
        }
        // Each program tells its own mistakes, those of its form among them.
        let own = |mistake: &Error| {
            let rest = mistake.path().strip_prefix("versions[");
            let rest = rest.and_then(|rest| rest.split_once("].program"));
            rest.is_some_and(|(place, rest)| {
                let version = place
                    .parse()
                    .ok()
                    .and_then(|place: usize| written.get(place));
                let there = version.is_some_and(|version| version.get("program").is_some());
                there && (rest.is_empty() || rest.starts_with('.'))
            })
        };
        mistakes.retain(|mistake| !own(mistake));
        let mut programs = Vec::with_capacity(written.len());
        for (place, version) in written.iter().enumerate().take(VERSIONS_MAX) {
            let Some(node) = version.get("program") else {
                continue;
            };
            match Program::read(node, Vec::new()) {
                Ok(program) => programs.push(program),
                Err(error) => {
                    let path = format!("versions[{place}].program");
                    let told = error.details().iter().cloned();
                    mistakes.extend(told.map(|mistake| mistake.under(&path)));
                }
            }
        }
        let mut timeline = None;
        if let Some(rules) = &mut rules
            // What could not be read is left out: there is no order then to check.
            && [programs.len(), rules.versions.len()] == [written.len(); 2]
        {
            for (version, program) in rules.versions.iter_mut().zip(&programs) {
                version.program.clone_from(&program.rules);
            }
            let mut found = Vec::new();
            timeline = build(rules, programs, &mut found);
            // What only follows from what could not be read is not said.
            let follows = |one: &Error| mistakes.iter().any(|known| known.path() == one.path());
            found.retain(|one| !follows(one));
            mistakes.append(&mut found);
        }
        match (timeline, rules) {
            (Some(mut timeline), Some(rules)) if mistakes.is_empty() => {
                let digest = digest(&rules);
                let all = core::iter::once(&mut timeline.first).chain(&mut timeline.later);
                for (place, version) in (0_u64..).zip(all) {
                    version.digest ^= digest.wrapping_add(place);
                }
                timeline.rules = Some(Arc::new(rules));
                Ok(timeline)
            }
            _ => {
                json::in_order(node, &mut mistakes);
                mistakes.truncate(MISTAKES_MAX);
                Err(invalid(mistakes))
            }
        }
    }
}

/// Puts the versions one after the other, each with the transition to it before it.
fn build(
    rules: &TimelineRules,
    programs: Vec<Program>,
    mistakes: &mut Vec<Error>,
) -> Option<Timeline> {
    if rules.schema != PROGRAM_SCHEMA {
        let words = format!(
            "this engine reads timelines of schema {PROGRAM_SCHEMA}, not {}",
            rules.schema
        );
        mistakes.push(Error::at(Code::UnsupportedSchema, "schema", words));
    }
    let mut versions: Vec<Version> = Vec::with_capacity(programs.len());
    let mut before: Option<&ProgramVersion> = None;
    for ((place, rule), program) in rules.versions.iter().enumerate().zip(programs) {
        let path = format!("versions[{place}]");
        let mut tell = |code, field: &str, words: String| {
            mistakes.push(Error::at(code, join(&path, field), words));
        };
        let starts = match (before, rule.starts) {
            (None, _) => {
                for (field, said) in [
                    ("starts", rule.starts.is_some()),
                    ("announced", rule.announced.is_some()),
                    ("transition", rule.transition.is_some()),
                ] {
                    if said {
                        let words = "there is no version before the first one";
                        tell(Code::Contradiction, field, words.to_owned());
                    }
                }
                None
            }
            (Some(_), None) => {
                let words = "say when this version starts";
                tell(Code::MissingField, "starts", words.to_owned());
                None
            }
            (Some(_), Some(starts)) => match starts.begins(program.timezone()) {
                Ok(starts) => Some(starts),
                Err(error) => {
                    tell(error.code(), "starts", error.message().to_owned());
                    None
                }
            },
        };
        let last = versions.last().and_then(|version| version.starts);
        if let (Some(last), Some(starts)) = (last, starts)
            && starts <= last
        {
            let words = format!("this version starts no later than the one before it, at {last}");
            tell(Code::Contradiction, "starts", words);
        }
        if let Some(first) = versions.first().map(|version| &version.program) {
            for (field, same) in [
                ("program.id", first.id() == program.id()),
                ("program.currency", first.currency() == program.currency()),
                ("program.timezone", first.timezone() == program.timezone()),
            ] {
                if !same {
                    let words = "all versions of a program have this in common";
                    tell(Code::Contradiction, field, words.to_owned());
                }
            }
        }
        let name = program.rules.version.clone();
        name_version(name.as_ref(), &versions, "program.version", &mut tell);
        if let (Some(announced), Some(name), Some(starts)) = (&rule.announced, &name, starts) {
            announce(announced, (name, starts), &mut versions, &mut tell);
        }
        if let (Some(before), Some(transition), Some(starts)) = (before, &rule.transition, starts) {
            let path = join(&path, "transition");
            name_version(
                Some(&transition.version),
                &versions,
                "transition.version",
                &mut tell,
            );
            if name.as_ref() == Some(&transition.version) {
                let words = "a transition has a name of its own".to_owned();
                tell(Code::DuplicateId, "transition.version", words);
            }
            let ends = transition.until.is_over(program.timezone());
            match ends {
                Ok(ends) if ends > starts => {
                    match transition::program(&before.program, &rule.program, transition) {
                        Ok(program) => versions.push(Version {
                            digest: program.digest,
                            program,
                            starts: Some(starts),
                            adopt: rule.adopt,
                            ends: Some(ends),
                        }),
                        Err(told) => {
                            mistakes.extend(told.into_iter().map(|mistake| mistake.under(&path)));
                        }
                    }
                }
                Ok(_) => {
                    let words = "it is over before the version starts".to_owned();
                    tell(Code::Contradiction, "transition.until", words);
                }
                Err(error) => tell(error.code(), "transition.until", error.message().to_owned()),
            }
        }
        versions.push(Version {
            digest: program.digest,
            program,
            starts,
            adopt: rule.adopt,
            ends: None,
        });
        before = Some(rule);
    }
    let mut versions = versions.into_iter();
    let Some(first) = versions.next() else {
        let words = "a timeline has at least one version";
        mistakes.push(Error::at(Code::MissingField, "versions", words));
        return None;
    };
    Some(Timeline {
        first,
        later: versions.collect(),
        rules: None,
    })
}

/// A version has a name, and one of its own.
fn name_version(
    name: Option<&Id>,
    versions: &[Version],
    field: &str,
    tell: &mut impl FnMut(Code, &str, String),
) {
    let Some(name) = name else {
        let words = "a version of a timeline has a name".to_owned();
        return tell(Code::MissingField, field, words);
    };
    let mut known = versions.iter();
    if known.any(|one| one.program.rules.version.as_ref() == Some(name)) {
        let words = format!("another version is called `{name}`");
        tell(Code::DuplicateId, field, words);
    }
}

/// All versions so far say it to their members.
fn announce(
    rule: &Announcement,
    (name, starts): (&Id, Instant),
    versions: &mut [Version],
    tell: &mut impl FnMut(Code, &str, String),
) {
    let zone = versions.first().map(|version| version.program.timezone());
    if zone.is_some_and(|zone| rule.on >= zone.date_at(starts)) {
        let words = "what is announced starts on a later day".to_owned();
        tell(Code::Contradiction, "announced.on", words);
    }
    for version in versions {
        let of = version.program.rules.version.as_ref();
        let of = of.map_or_else(String::new, Id::to_string);
        let rules = &version.program.rules;
        if rules.triggers.iter().any(|one| one.id == *name) {
            let words = format!("the version `{of}` has a trigger of the name `{name}`");
            tell(Code::DuplicateId, "program.version", words);
        }
        let topics = &rules.topics;
        let Some(topic) = topics.iter().position(|one| one.id == rule.notify.topic) else {
            let words = format!("the version `{of}` has no topic `{}`", rule.notify.topic);
            tell(Code::UnknownReference, "announced.notify.topic", words);
            continue;
        };
        // Nobody else has it yet.
        if let Some(compiled) = Arc::get_mut(&mut version.program.compiled) {
            let about = (name, starts, rule.on);
            compiled.triggers.announce(about, (topic, &rule.notify));
        }
    }
}

/// Tells two timelines apart.
fn digest(rules: &TimelineRules) -> u64 {
    xxhash_rust::xxh3::xxh3_64(serde_json::to_string(rules).unwrap_or_default().as_bytes())
}
