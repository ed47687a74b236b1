//! Whether a membership is open, frozen or over (clause 13.4).

use serde::{Deserialize, Serialize};

use crate::calendar::Instant;
use crate::id::Id;

/// Whether a membership is open, frozen or over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Access {
    /// Everything is possible.
    #[default]
    Open,
    /// The member earns, spends and gives nothing.
    Frozen(Since),
    /// All that the member had is forfeited.
    Closed(Since),
    /// It is closed, and what was known of the person is forgotten.
    Erased(Since),
}

/// Since when, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    pub(crate) since: Instant,
    pub(crate) reason: Box<str>,
    /// For the end: the membership that this one has become part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) into: Option<Id>,
}

impl Access {
    /// Whether the membership is over.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Closed(_) | Self::Erased(_))
    }

    /// The membership that this one has become part of.
    pub(crate) fn joined(&self) -> Option<&Id> {
        match self {
            Self::Closed(over) | Self::Erased(over) => over.into.as_ref(),
            Self::Open | Self::Frozen(_) => None,
        }
    }

    /// Whether the member may earn, spend and give.
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::Open
    }
}
