//! What only some members have: kept apart from what nearly every event changes, and copied only when it changes.

use serde::{Deserialize, Serialize};

use crate::points::Redemption;

/// What only some members have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct More {
    /// The rewards that can still be undone, the first taken first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) redemptions: Vec<Redemption>,
}

impl More {
    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.redemptions.iter().find_map(Redemption::fault)
    }
}
