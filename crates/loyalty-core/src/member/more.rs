//! What only some members have: kept apart from what nearly every event changes, and copied only when it changes.

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::points::{Carried, Reached, Streaked};

/// What only some members have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct More {
    /// How far the member is in the streaks of rules; sorted by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) streaks: Vec<Streaked>,
    /// What rules carry to the next event; sorted by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) carried: Vec<Carried>,
    /// What returns left behind of milestones; sorted by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) milestones: Vec<Reached>,
}

impl More {
    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let sorted = |rules: &[&Id]| rules.is_sorted_by(|one, other| one < other);
        let lists = [
            self.streaks.iter().map(|one| &one.rule).collect::<Vec<_>>(),
            self.carried.iter().map(|one| &one.rule).collect(),
            self.milestones.iter().map(|one| &one.rule).collect(),
        ];
        if !lists.iter().all(|rules| sorted(rules)) {
            return Some("what rules keep is not in the order of the rules");
        }
        let streaks = self.streaks.iter().find_map(Streaked::fault);
        let carried = || self.carried.iter().find_map(Carried::fault);
        let milestones = || self.milestones.iter().find_map(Reached::fault);
        streaks.or_else(carried).or_else(milestones)
    }
}
