//! What a program may say of rankings.

use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::id::Id;
use crate::json::is_default;
use crate::text::Label;

/// An order of members: by one figure, where that is equal by the next one.
///
/// The engine works on one member at a time: [`Engine::ranking`](crate::Engine::ranking) gives the figures of one, and a key by which
/// the host sorts all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// The name by which hosts ask for it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// Who is ranked: leaves on the member only (default: everybody).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// By what, the most important figure first.
    pub by: Vec<RankBy>,
}

/// A figure of a ranking: a metric or a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RankBy {
    /// This metric …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Id>,
    /// … with these metrics added, which are written as it is: money, whole numbers …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plus: Vec<Id>,
    /// … or this score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Id>,
    /// Who comes first. Members without a value come last either way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub order: RankOrder,
}

/// Who comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RankOrder {
    /// Who has most.
    #[default]
    Most,
    /// Who has least.
    Least,
}
