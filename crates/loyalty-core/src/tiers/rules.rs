//! What a program may say about tiers: tracks and rungs, when a member moves, what a review does (section 9).

mod hold;
mod review;

pub use hold::{Grace, GraceFrom, Hold, HoldFor, HoldPeriod, HoldUntil};
pub use review::{
    Anniversary, Carry, CarryHow, Every, HeadStart, Penalty, Review, ReviewReads, TrackPeriod,
};

use serde::{Deserialize, Serialize};

use crate::calendar::{MonthDay, Span};
use crate::condition::Condition;
use crate::id::Id;
use crate::text::Label;

/// A ladder of rungs, the lowest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// The name by which conditions call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// The rungs, the lowest first; the lowest has no condition.
    pub rungs: Vec<Rung>,
    /// Whether this is the track that a member is called by where only one can be shown; at most one is.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub primary: bool,
    /// When a member moves up.
    #[serde(default)]
    pub upgrade: Upgrade,
    /// The period at whose beginning a member moves up, for `next_period` (default: month).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<TrackPeriod>,
    /// On which day the year begins for `period` (default 01-01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_start: Option<MonthDay>,
    /// When a rung is reviewed.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub review: Review,
    /// Whether a review reads balances after what expires at its instant, or before.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub review_reads: ReviewReads,
    /// How long a rung is held.
    #[serde(default)]
    pub hold: Hold,
    /// How long a rung is held that a review keeps or gives (default: as long as any).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renew: Option<Hold>,
    /// For how long from the day of entry no review takes a rung.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Span>,
    /// For how long a rung that is lost is kept all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Grace>,
    /// What a review does with a rung whose condition no longer holds.
    #[serde(default)]
    pub at_review: AtReview,
    /// Whether qualifying again for the rung that is held begins a new term.
    #[serde(default)]
    pub extend_on_requalify: bool,
    /// What a return does to a rung that was given for the goods.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub returns: ReturnsTier,
    /// What flows from one stretch of a metric into the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carry: Vec<Carry>,
    /// What costs a rung although it is earned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub penalties: Vec<Penalty>,
}

/// One rung of a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The name by which conditions call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// What gives the rung; the lowest has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualify: Option<Condition>,
    /// What keeps the rung at a review (default: what gives it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retain: Option<Condition>,
    /// Overrides the track's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Overrides the track's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renew: Option<Hold>,
    /// Overrides the track's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Span>,
    /// Overrides the track's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Grace>,
    /// Overrides the track's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_review: Option<AtReview>,
}

/// When a member moves up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Upgrade {
    /// At once.
    #[default]
    Immediate,
    /// At the beginning of the next period of the track: judged at once, entered then.
    NextPeriod,
    /// At the review only.
    AtReview,
}

/// What a return does to a rung that was given for the goods that are back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReturnsTier {
    /// It takes the rung away at once.
    #[default]
    Immediate,
    /// The rung stays until its review, which reads the figures without the goods.
    AtTermEnd,
    /// Only the return of an order of an earlier term takes the rung away at once; the orders of the present term, the one that
    /// began it among them, are left to the review.
    ProtectCurrentTerm,
}

/// What a review does with a rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AtReview {
    /// The highest rung at or below the present whose `retain` holds, or above it whose `qualify` holds.
    #[default]
    Requalify,
    /// One rung down if `retain` does not hold.
    OneDown,
    /// The lowest rung if `retain` does not hold.
    ToBase,
    /// The rung is never lost.
    Never,
}
