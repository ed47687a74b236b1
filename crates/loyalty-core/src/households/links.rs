//! What members keep of households.

use serde::{Deserialize, Serialize};

use super::Contributed;
use crate::calendar::{Date, Instant};
use crate::id::Id;
use crate::limits::{CONTRIBUTED_MAX, MEMBER_LIST_MAX};

/// The household that a member belongs to, and the people of one that a pool is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Households {
    /// The pools that the member has heard of; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pools: Vec<Linked>,
    /// For a pool: its people; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) people: Vec<Person>,
    /// For a pool: the rungs that its people know of, by track.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lent: Vec<(Id, Id)>,
    /// For a pool: the points of orders of its people that could still go back; sorted by member, order and account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) contributed: Vec<Contributed>,
    /// For a pool: orders until this day may have been forgotten to make room for later ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) forgotten: Option<Date>,
}

/// A pool that a member has heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Linked {
    pub(crate) pool: Id,
    /// The version of the pool that was heard last: what was said before it comes too late.
    pub(crate) told: u64,
    /// The version of the pool with which the member was added, and when that was.
    pub(crate) since: u64,
    pub(crate) joined_at: Instant,
    /// Whether the member belongs to it. Of several only one counts: the others wait until it lets go.
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
    /// The version of the pool with which the member was added, and when that was.
    pub(crate) since: u64,
    pub(crate) joined_at: Instant,
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

    /// The pool of the member's household: the one that added the member first. A pool of its own belongs to none.
    pub(crate) fn pool(&self) -> Option<&Linked> {
        let joined = self.pools.iter().filter(|one| one.joined);
        let joined = joined.filter(|_| self.people.is_empty());
        joined.min_by_key(|one| (one.joined_at, &one.pool))
    }

    /// Makes room for one more pool: where there are too many, the one is forgotten that the member has left and had joined first.
    /// Whether there is room.
    pub(crate) fn make_room(&mut self) -> bool {
        if self.pools.len() < MEMBER_LIST_MAX {
            return true;
        }
        let pools = self.pools.iter().enumerate();
        let over = pools.filter(|(_, one)| !one.joined);
        let first = over.min_by_key(|(_, one)| one.joined_at);
        let first = first.map(|(place, _)| place);
        first.map(|place| self.pools.remove(place)).is_some()
    }

    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let pools = self.pools.is_sorted_by(|one, other| one.pool < other.pool);
        let people = self.people.is_sorted_by(|one, other| one.id < other.id);
        let contributed = &self.contributed;
        if contributed.len() > CONTRIBUTED_MAX {
            return Some("a pool has points of too many orders");
        }
        if contributed.iter().any(Contributed::is_wrong)
            || !contributed.is_sorted_by(|one, other| one.key() < other.key())
        {
            return Some("what was contributed to a household is not in order");
        }
        if !pools || !people {
            return Some("the household of a member is not in order");
        }
        let many = self.pools.len().max(self.people.len()) > MEMBER_LIST_MAX;
        many.then_some("a household has too many people")
    }
}
