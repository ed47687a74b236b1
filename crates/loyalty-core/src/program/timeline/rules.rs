//! What a timeline may say.

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, Moment};
use crate::id::Id;
use crate::json::is_default;
use crate::program::Rules;
use crate::triggers::Notify;

/// The document of a timeline: the versions of one program, each from its start on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(title = "Timeline")
)]
#[serde(deny_unknown_fields)]
pub struct TimelineRules {
    /// The schema of this document: 1.
    pub schema: u32,
    /// The versions, the earliest first. All have the same `id`, `currency` and `timezone`, and each a `version` of its own.
    pub versions: Vec<ProgramVersion>,
}

/// A version of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProgramVersion {
    /// Its rules, in full.
    pub program: Rules,
    /// When it starts: a day of the program's calendar, or an instant. The first version has always been there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Moment>,
    /// When a member who is there already comes to it. Who joins after its start begins with it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub adopt: Adopt,
    /// What is said to members before they come to it: once to each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announcement>,
    /// What members who are there already keep of the version before for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,
}

/// When a member comes to a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Adopt {
    /// When it starts.
    #[default]
    AtStart,
    /// Before the member's first event from its start on.
    NextEvent,
    /// When the term ends that is running when it starts, in the track that the member is called by: the review of that term is the
    /// last thing that the version before decides. Where no term is running, when it starts.
    TermEnd,
}

/// What is said to members before a version starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// The day on which it is said, by the member's calendar; to who joins after it, on the day after joining.
    pub on: Date,
    /// What is said, on a topic that every version before has. The entry carries the version and its start as data.
    pub notify: Notify,
}

/// Rules of the version before that are kept for a while. With them in the place of its own the version is one more version of the
/// program, to which members come first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// What that version is called, in entries.
    pub version: Id,
    /// What is kept.
    pub keep: Vec<Kept>,
    /// The last day of it, by the program's calendar, or the instant at which it is over.
    pub until: Moment,
}

/// A part of the version before that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// A part of the program: `earn`, `tiers`, `rewards`, `returns` …
    pub part: String,
    /// Only these of it, by their ids (default: all of it).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Id>,
}
