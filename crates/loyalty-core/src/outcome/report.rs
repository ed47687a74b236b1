//! What a host can ask about a member: progress, figures to sort by, what expires, what points may cost (clauses 3.9, 9.8, 12.1).

use serde::Serialize;

use super::{Figure, Unmet};
use crate::amount::{Exact, Points};
use crate::calendar::{Date, Instant};
use crate::id::Id;
use crate::tiers::LentBy;

/// How far a member is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Progress {
    /// In each track.
    pub tracks: Vec<TrackProgress>,
    /// In each task, but for those that the member could begin and takes no part in.
    pub tasks: Vec<TaskProgress>,
}

/// How far a member is in a task (clause 12.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskProgress {
    /// The task.
    pub task: Id,
    /// How it stands.
    pub state: TaskState,
    /// How many steps are done …
    pub done: u32,
    /// … of so many.
    pub needed: u32,
    /// Each step.
    pub steps: Vec<StepProgress>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
    /// When it is missed, or can be begun no longer; none for never.
    pub until: Option<Instant>,
    /// How many times it was done.
    pub times_done: u32,
    /// How many times it was missed.
    pub times_missed: u32,
    /// What the open steps lack.
    pub unmet: Vec<Unmet>,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TaskState {
    /// Its first day is yet to come.
    Waiting,
    /// Nothing is done yet.
    Open,
    /// Something is done.
    Begun,
    /// It was done, and does not begin again, or not yet.
    Done,
    /// It was missed, and does not begin again, or not yet.
    Missed,
    /// Its last day is past, and it was never begun.
    Over,
}

/// How far a member is in a step of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepProgress {
    /// The step.
    pub step: Id,
    /// How many events have counted …
    pub times: u32,
    /// … of so many.
    pub needed: u32,
}

/// The figures of a member in a ranking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rank {
    /// The figures, in the order of the ranking.
    pub figures: Vec<RankFigure>,
    /// A text that is as long for every member of the ranking. Sort members by its bytes, and the first one is the best; members who
    /// are equal in all figures have the same.
    pub key: String,
}

/// A figure of a ranking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RankFigure {
    /// The metric or score.
    pub of: Option<Id>,
    /// The metrics that are added to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plus: Vec<Id>,
    /// Its value; none where there is nothing to measure.
    pub value: Option<Figure>,
}

/// Where a member stands in a track, and what is missing (clause 9.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrackProgress {
    /// The track.
    pub track: Id,
    /// The rung held now.
    pub rung: Id,
    /// The rung that is earned, where another one was granted or is lent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earned: Option<Id>,
    /// The rung that was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<GrantProgress>,
    /// The rungs that plans and the household lend.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lent: Vec<LentProgress>,
    /// Since when the earned rung stands.
    pub since: Option<Instant>,
    /// The instant at which its term ends (or its grace); none for good.
    pub until: Option<Instant>,
    /// The earned rung is lost, and kept until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_until: Option<Instant>,
    /// The higher rung that will be entered when the next period begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingProgress>,
    /// For each higher rung, the nearest first.
    pub next: Vec<RungProgress>,
    /// For keeping the present one at the end of the term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<RungProgress>,
}

/// What a member has of a benefit (clause 12.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BenefitStanding {
    /// The benefit.
    pub benefit: Id,
    /// Whether the member is entitled to it.
    pub entitled: bool,
    /// What holds for the member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// How many units there are in a period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<i64>,
    /// How many have been used in the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<i64>,
    /// How many can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<i64>,
    /// The first day of the next period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renews_on: Option<Date>,
    /// Where the member is not entitled to it: what is lacking for the last grant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<Unmet>,
}

impl BenefitStanding {
    /// Nothing of a benefit.
    pub(crate) fn none(benefit: Id) -> Self {
        Self {
            benefit,
            entitled: false,
            value: None,
            units: None,
            used: None,
            left: None,
            renews_on: None,
            unmet: Vec::new(),
        }
    }
}

/// A rung that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GrantProgress {
    /// The rung.
    pub rung: Id,
    /// When it was granted.
    pub since: Instant,
    /// When it ends; none for good.
    pub until: Option<Instant>,
    /// Why, in words.
    pub reason: String,
    /// Whether it is the one that the member holds.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub holds: bool,
}

/// A rung that is lent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LentProgress {
    /// The rung.
    pub rung: Id,
    /// By what: `plan` or `pool`.
    #[serde(flatten)]
    pub by: LentBy,
    /// When the plan ends, if it is not renewed; none for as long as the member belongs to the household.
    pub until: Option<Instant>,
    /// Whether it is the one that the member holds.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub holds: bool,
}

/// A rung that will be entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PendingProgress {
    /// The rung.
    pub rung: Id,
    /// When.
    pub effective: Instant,
}

/// What a rung still lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RungProgress {
    /// The rung.
    pub rung: Id,
    /// Whether its condition holds as things stand.
    pub holds: bool,
    /// What is missing.
    pub unmet: Vec<Unmet>,
}

/// Available points that expire at one instant, or the rest of a balance (clause 3.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Expiring {
    /// The account.
    pub account: Id,
    /// When they expire; none for what expires later or never, less what is owed.
    pub expires_at: Option<Instant>,
    /// How many.
    pub points: Points,
}

/// Points that were earned in one month and expire in one month (clause 3.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Liability {
    /// The account.
    pub account: Id,
    /// The month in which they were earned, like `2026-03`.
    pub earned: String,
    /// The month of their last valid day; none if they never expire.
    pub expires: Option<String>,
    /// How many are available, pending or held.
    pub points: Points,
    /// What they cost if all of them are used, in major units; left out where the program does not say what a point costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Exact>,
    /// What they are expected to cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Exact>,
}
