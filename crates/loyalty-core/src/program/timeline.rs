//! The versions of a program in time (clause 14.3).

mod load;
mod rules;
mod transition;

use std::sync::Arc;

use super::Program;
use crate::calendar::Instant;
use crate::id::Id;

pub use rules::{Adopt, Announcement, Kept, ProgramVersion, TimelineRules, Transition};

/// The versions of one program, each from its start on. A program alone is a timeline of one version.
///
/// # Example
/// ```
/// use loyalty_core::{Engine, Timeline};
/// let timeline = Timeline::from_json(r#"{"schema": 1, "versions": [
///     {"program": {
///         "schema": 1, "id": "shop", "version": "2026", "currency": "CNY", "timezone": "Asia/Shanghai", "accounts": [{"id": "points"}],
///         "earn": [{"id": "base", "give": {"rate": {"points": 2, "per": "1.00"}}}]
///     }},
///     {"starts": "2027-01-01", "program": {
///         "schema": 1, "id": "shop", "version": "2027", "currency": "CNY", "timezone": "Asia/Shanghai", "accounts": [{"id": "points"}],
///         "earn": [{"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}}]
///     }}
/// ]}"#)?;
/// let engine = Engine::new(timeline);
/// assert_eq!(engine.program().rules().version.as_ref().map(|id| id.as_str()), Some("2027"));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Timeline {
    first: Version,
    later: Vec<Version>,
    /// The document, where it is not that of a program.
    rules: Option<Arc<TimelineRules>>,
}

/// A version of a program, in the order in which members come to them. The transition to a version lies right before it.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) program: Program,
    /// Tells the version apart from those of all timelines.
    pub(crate) digest: u64,
    /// None for the first one.
    pub(crate) starts: Option<Instant>,
    pub(crate) adopt: Adopt,
    /// When it is over, if it is a transition.
    pub(crate) ends: Option<Instant>,
}

impl Version {
    /// Whether it has started.
    fn has_started(&self, at: Instant) -> bool {
        self.starts.is_none_or(|starts| starts <= at)
    }
}

impl From<Program> for Timeline {
    fn from(program: Program) -> Self {
        Self {
            first: Version {
                digest: program.digest,
                program,
                starts: None,
                adopt: Adopt::AtStart,
                ends: None,
            },
            later: Vec::new(),
            rules: None,
        }
    }
}

impl PartialEq for Timeline {
    fn eq(&self, other: &Self) -> bool {
        self.first.program == other.first.program && self.rules == other.rules
    }
}

impl Eq for Timeline {}

impl Timeline {
    /// The program: its last version.
    #[must_use]
    pub fn program(&self) -> &Program {
        let last = self.later.last().unwrap_or(&self.first);
        &last.program
    }

    /// All versions of the program, the earliest first; a transition stands before the version that it leads to.
    pub fn programs(&self) -> impl DoubleEndedIterator<Item = &Program> {
        self.versions().map(|version| &version.program)
    }

    /// The rules as they were read, with every default filled in; none for a program alone.
    #[must_use]
    pub fn rules(&self) -> Option<&TimelineRules> {
        self.rules.as_deref()
    }

    /// The timeline as canonical JSON: defaults filled in, fields in a fixed order. A program alone is written as a program.
    #[must_use]
    pub fn to_json(&self) -> String {
        match &self.rules {
            Some(rules) => serde_json::to_string(rules).unwrap_or_default(),
            None => self.first.program.to_json(),
        }
    }

    pub(crate) fn versions(&self) -> impl DoubleEndedIterator<Item = &Version> {
        core::iter::once(&self.first).chain(&self.later)
    }

    /// The version at a place; the first one where there is none.
    pub(crate) fn version(&self, place: usize) -> &Version {
        let later = place.checked_sub(1);
        let later = later.and_then(|place| self.later.get(place));
        later.unwrap_or(&self.first)
    }

    /// Whether no version comes after this place.
    pub(crate) fn is_last(&self, place: usize) -> bool {
        place >= self.later.len()
    }

    /// The versions after a place, with theirs.
    pub(crate) fn after(&self, place: usize) -> impl Iterator<Item = (usize, &Version)> {
        (1_usize..).zip(&self.later).skip(place)
    }

    /// Where a member stands who came to the version of this name, or to none of these, and has been brought to an instant.
    pub(crate) fn place(&self, name: Option<&Id>, at: Instant) -> usize {
        if self.later.is_empty() {
            return 0;
        }
        let named =
            |version: &Version| name.is_some() && version.program.rules.version.as_ref() == name;
        let mut versions = self.versions();
        let found = versions.position(named);
        found.unwrap_or_else(|| self.in_force(at))
    }

    /// The version with which those begin who join at an instant.
    fn in_force(&self, at: Instant) -> usize {
        let started = |version: &Version| version.ends.is_none() && version.has_started(at);
        let versions = (0_usize..).zip(self.versions());
        let last = versions.filter(|(_, version)| started(version)).last();
        last.map_or(0, |(place, _)| place)
    }

    /// For how many days ids are remembered: as long as any version says.
    pub(crate) fn dedup_days(&self) -> i64 {
        let days = self
            .versions()
            .map(|version| version.program.rules.dedup_days);
        i64::from(days.max().unwrap_or(0))
    }

    /// The version of a name.
    pub(crate) fn named(&self, name: &Id) -> Option<&Version> {
        let mut versions = self.versions();
        versions.find(|version| version.program.rules.version.as_ref() == Some(name))
    }

    /// Where those stand who come to a version at an instant: in the transition to it, as long as that lasts.
    pub(crate) fn entered(&self, place: usize, at: Instant) -> usize {
        let before = place.saturating_sub(1);
        let lasts = self.version(before).ends.is_some_and(|ends| ends > at);
        if lasts { before } else { place }
    }
}
