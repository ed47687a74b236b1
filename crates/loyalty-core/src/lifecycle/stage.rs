//! What a member keeps of its life with a program.

use serde::{Deserialize, Serialize};

use super::winback::Attempts;
use crate::calendar::Instant;
use crate::condition::WarningLevel;
use crate::id::Id;

/// What a member keeps of its life with a program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lived {
    /// The stage that the member is in; none where no stage takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stage: Option<InStage>,
    /// The stages before, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) before: Vec<Left>,
    /// The level of early warning.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) warning: WarningLevel,
    /// The attempts to win the member back since the last purchase.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) winback: Attempts,
    /// The watched segments that the member is in; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) segments: Vec<Id>,
}

/// A stage, and when it was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InStage {
    pub(crate) stage: Id,
    pub(crate) since: Instant,
    /// Whether the member has bought since, where the stage is one of being asleep.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) woken: bool,
}

/// A stage that was left, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Left {
    pub(crate) stage: Id,
    pub(crate) until: Instant,
}

/// How many former stages a member keeps; the journal has them all.
const FORMER_MAX: usize = 4;

impl Lived {
    /// Moves to another stage, or to none.
    pub(crate) fn enter(&mut self, stage: Option<Id>, at: Instant) {
        let reached = stage.map(|stage| InStage {
            stage,
            since: at,
            woken: false,
        });
        let left = core::mem::replace(&mut self.stage, reached);
        self.before.extend(left.map(|left| Left {
            stage: left.stage,
            until: at,
        }));
        if self.before.len() > FORMER_MAX {
            self.before.remove(0);
        }
    }

    /// Whether the member is in a watched segment, as far as it was told.
    pub(crate) fn is_in(&self, segment: &Id) -> bool {
        self.segments.binary_search(segment).is_ok()
    }

    /// Enters or leaves a watched segment.
    pub(crate) fn set(&mut self, segment: &Id, inside: bool) {
        match self.segments.binary_search(segment) {
            Ok(place) if !inside => {
                self.segments.remove(place);
            }
            Err(place) if inside => self.segments.insert(place, segment.clone()),
            _ => {}
        }
    }

    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self, as_of: Option<Instant>) -> Option<&'static str> {
        let later = |at: Instant| as_of.is_none_or(|as_of| at > as_of);
        if self.stage.as_ref().is_some_and(|stage| later(stage.since))
            || self.before.iter().any(|left| later(left.until))
        {
            return Some("a stage was entered or left after the member was looked at last");
        }
        if let Some(words) = self.winback.fault(as_of) {
            return Some(words);
        }
        if !self.segments.is_sorted_by(|one, other| one < other) {
            return Some("the segments of a member are not in order");
        }
        None
    }
}
