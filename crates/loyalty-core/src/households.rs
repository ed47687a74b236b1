//! Households: members who share a pool, which is a member of its own (clause 13.2).

mod links;
mod rules;
mod shares;

pub use rules::{HouseholdRules, ShareRule};

pub(crate) use links::{Households, Linked, Person};
pub(crate) use shares::{Contributed, SharePlan, Shared};

use crate::points::MovePlan;

/// Compiled [`HouseholdRules`].
#[derive(Debug)]
pub(crate) struct HouseholdPlan {
    pub(crate) members_max: usize,
    pub(crate) contribute: Vec<MovePlan>,
    pub(crate) withdraw: Vec<MovePlan>,
    pub(crate) shares: Vec<SharePlan>,
    /// The tracks whose rungs the pool lends to its people.
    pub(crate) tracks: Vec<usize>,
}
