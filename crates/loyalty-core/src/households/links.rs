//! What members keep of households.

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::limits::MEMBER_LIST_MAX;

/// The household that a member belongs to, and the people of one that a pool is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Households {
    /// The pools that the member has heard of; sorted. At most one is the member's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pools: Vec<Linked>,
    /// For a pool: its people; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) people: Vec<Person>,
    /// For a pool: the rungs that its people know of, by track.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lent: Vec<(Id, Id)>,
}

/// A pool that a member has heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Linked {
    pub(crate) pool: Id,
    /// The version of the pool that was heard last: what was said before it comes too late.
    pub(crate) told: u64,
    /// The version of the pool with which the member was added.
    pub(crate) since: u64,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) joined: bool,
    /// The rungs that the pool holds, by track.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rungs: Vec<(Id, Id)>,
}

/// A member of the household of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) id: Id,
    /// The version of the pool with which the member was added.
    pub(crate) since: u64,
}

impl Linked {
    /// Whether something later has been heard or done: a member who has left stays away until added again.
    pub(crate) fn is_later_than(&self, told: u64, since: u64) -> bool {
        told <= self.told || (!self.joined && since <= self.since)
    }
}

impl Households {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The pool of the member's household.
    pub(crate) fn pool(&self) -> Option<&Linked> {
        self.pools.iter().find(|one| one.joined)
    }

    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let pools = self.pools.is_sorted_by(|one, other| one.pool < other.pool);
        let people = self.people.is_sorted_by(|one, other| one.id < other.id);
        if !pools || !people {
            return Some("the household of a member is not in order");
        }
        if self.pools.iter().filter(|one| one.joined).count() > 1 {
            return Some("a member belongs to two households");
        }
        let many = self.pools.len().max(self.people.len()) > MEMBER_LIST_MAX;
        many.then_some("a household has too many people")
    }
}
