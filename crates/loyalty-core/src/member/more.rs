//! What only some members have: kept apart from what nearly every event changes, and copied only when it changes.

use serde::{Deserialize, Serialize};

/// What only some members have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct More {}

impl More {
    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        None
    }
}
