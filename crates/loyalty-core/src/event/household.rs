//! Events of households: members who share a pool (clause 13.2).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::plans::{both, maybe_id};
use super::points::{ReceivedLot, lots, more_than_none};
use super::wire::{cow, cows, maybe_cow};
use super::{id, reason};
use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result};
use crate::limits::MEMBER_LIST_MAX;

/// People join the household of this pool, or leave it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Household<'a> {
    /// Members who belong to it from now on.
    #[serde(borrow, default, deserialize_with = "cows")]
    pub add: Vec<Cow<'a, str>>,
    /// Members who do not any more.
    #[serde(borrow, default, deserialize_with = "cows")]
    pub remove: Vec<Cow<'a, str>>,
}

/// The member leaves a household.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LeaveHousehold<'a> {
    /// The pool (default: that of the household that counts).
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub pool: Option<Cow<'a, str>>,
    /// Why, in a person's words.
    #[serde(borrow, deserialize_with = "cow")]
    pub reason: Cow<'a, str>,
}

/// What a pool tells a member of its household: a message of the pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HouseholdLink<'a> {
    /// The pool.
    #[serde(borrow, deserialize_with = "cow")]
    pub pool: Cow<'a, str>,
    /// Whether the member belongs to it.
    pub joined: bool,
    /// The rungs that the pool lends to its people.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub rungs: Vec<LentRung<'a>>,
    /// When the member was added: of several households the one that added the member first counts, until it lets go.
    pub joined_at: Instant,
    /// The version of the pool with which that was.
    pub since: u64,
    /// The version of the pool that says so: of several messages the latest counts, however they arrive.
    pub told: u64,
}

/// A rung that a pool holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LentRung<'a> {
    /// The track.
    #[serde(borrow, deserialize_with = "cow")]
    pub track: Cow<'a, str>,
    /// The rung.
    #[serde(borrow, deserialize_with = "cow")]
    pub rung: Cow<'a, str>,
}

/// A member has left the household of this pool: a message of the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HouseholdLeft<'a> {
    /// The member.
    #[serde(borrow, deserialize_with = "cow")]
    pub member: Cow<'a, str>,
    /// The version of the pool with which the member had been added: a member who was added again later stays.
    pub since: u64,
}

/// Points of an order that come to a pool, or go back with the order: a message of one of its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Contribution<'a> {
    /// The member.
    #[serde(borrow, deserialize_with = "cow")]
    pub member: Cow<'a, str>,
    /// The order.
    #[serde(borrow, deserialize_with = "cow")]
    pub order: Cow<'a, str>,
    /// The day of the order.
    pub on: Date,
    /// The account.
    #[serde(borrow, deserialize_with = "cow")]
    pub account: Cow<'a, str>,
    /// The points that come, lot by lot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<ReceivedLot>,
    /// Or how many of them go back: those of the last lot first.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub back: Points,
}

impl Contribution<'_> {
    pub(super) fn check(&self, at: Instant) -> Result<()> {
        id("contribution.member", &self.member)?;
        id("contribution.order", &self.order)?;
        id("contribution.account", &self.account)?;
        lots("contribution.lots", &self.lots, at)?;
        match self.back.get() {
            0 if !self.lots.is_empty() => Ok(()),
            0 => {
                let words = "say which `lots` come, or how many points go `back`";
                Err(Error::at(Code::MissingField, "contribution", words))
            }
            _ if !self.lots.is_empty() => {
                let words = "points come, or they go back: never both";
                Err(Error::at(Code::InvalidValue, "contribution.back", words))
            }
            _ => more_than_none(self.back, "contribution.back"),
        }
    }
}

impl Household<'_> {
    pub(super) fn check(&self) -> Result<()> {
        both(("household", &self.add, &self.remove))
    }
}

impl LeaveHousehold<'_> {
    pub(super) fn check(&self) -> Result<()> {
        maybe_id("leave_household.pool", self.pool.as_deref())?;
        reason("leave_household.reason", &self.reason)
    }
}

impl HouseholdLink<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("household_link.pool", &self.pool)?;
        if self.rungs.len() > MEMBER_LIST_MAX {
            let words = format!("at most {MEMBER_LIST_MAX} are allowed");
            return Err(Error::at(
                Code::LimitExceeded,
                "household_link.rungs",
                words,
            ));
        }
        for (place, one) in self.rungs.iter().enumerate() {
            id(&format!("household_link.rungs[{place}].track"), &one.track)?;
            id(&format!("household_link.rungs[{place}].rung"), &one.rung)?;
        }
        Ok(())
    }
}

impl HouseholdLeft<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("household_left.member", &self.member)
    }
}
