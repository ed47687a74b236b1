//! Events of paid plans and benefits (clauses 12.2, 12.3).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::wire::{cow, cows, maybe_cow};
use super::{id, ids, not_negative};
use crate::amount::Exact;
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::limits::{MEMBER_LIST_MAX, QUANTITY_MAX};

/// The member subscribes to a paid plan, or changes from another one to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subscribe<'a> {
    /// The plan.
    #[serde(borrow, deserialize_with = "cow")]
    pub plan: Cow<'a, str>,
    /// Whether it begins with the trial of the plan.
    #[serde(default)]
    pub trial: bool,
    /// The plan that ends with it; what is left of its price counts towards the new one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub instead_of: Option<Cow<'a, str>>,
    /// What the host charges for the term, in major units; refused where the program says something else.
    #[serde(default)]
    pub price: Option<Exact>,
}

/// The member pays for another term of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Renew<'a> {
    /// The plan; may be left out where the member has only one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub plan: Option<Cow<'a, str>>,
    /// What the host charges for the term, in major units; refused where the program says something else.
    #[serde(default)]
    pub price: Option<Exact>,
}

/// The member leaves a plan: when what is paid for is over, or at once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unsubscribe<'a> {
    /// The plan; may be left out where the member has only one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub plan: Option<Cow<'a, str>>,
    /// Whether the plan ends at once (default: with what is paid for).
    #[serde(default)]
    pub at_once: bool,
}

/// The member shares a plan with others, or no longer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SharePlan<'a> {
    /// The plan; may be left out where the member has only one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub plan: Option<Cow<'a, str>>,
    /// With these members from now on.
    #[serde(borrow, default, deserialize_with = "cows")]
    pub add: Vec<Cow<'a, str>>,
    /// With these no longer.
    #[serde(borrow, default, deserialize_with = "cows")]
    pub remove: Vec<Cow<'a, str>>,
}

/// Another member shares a plan with this one: a message of the holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanSeat<'a> {
    /// The member who pays.
    #[serde(borrow, deserialize_with = "cow")]
    pub holder: Cow<'a, str>,
    /// The plan.
    #[serde(borrow, deserialize_with = "cow")]
    pub plan: Cow<'a, str>,
    /// Until when; left out where it is shared no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// The latest end that the holder has told of this seat, if it is not `until`: nothing that comes late reaches beyond it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Instant>,
    /// The version of the holder with which the seat was given.
    pub since: u64,
    /// The version of the holder that says so: of several messages the latest counts, however they arrive.
    pub told: u64,
}

/// The member gives back a seat of a plan that another member shares.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LeaveSeat<'a> {
    /// The plan; may be left out where the member has only one seat, or only one of the holder's.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub plan: Option<Cow<'a, str>>,
    /// The member who pays; may be left out where the member has only one seat, or only one of the plan.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub holder: Option<Cow<'a, str>>,
}

/// A member has given back the seat of a plan: a message of that member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SeatLeft<'a> {
    /// The member.
    #[serde(borrow, deserialize_with = "cow")]
    pub member: Cow<'a, str>,
    /// The plan.
    #[serde(borrow, deserialize_with = "cow")]
    pub plan: Cow<'a, str>,
    /// The version of the holder with which the seat had been given: one that was given again later stays.
    pub since: u64,
}

/// The member uses a benefit that is counted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BenefitUsed<'a> {
    /// The benefit.
    #[serde(borrow, deserialize_with = "cow")]
    pub benefit: Cow<'a, str>,
    /// How many units (default 1); less than zero gives back what was used in this period.
    #[serde(default = "one")]
    pub units: i64,
}

fn one() -> i64 {
    1
}

impl Subscribe<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("subscribe.plan", &self.plan)?;
        maybe_id("subscribe.instead_of", self.instead_of.as_deref())?;
        if self.instead_of.as_deref() == Some(&*self.plan) {
            let words = "a plan does not take the place of itself: renew it";
            return Err(Error::at(Code::InvalidValue, "subscribe.instead_of", words));
        }
        not_negative("subscribe.price", self.price.map(|price| price.0))
    }
}

impl Renew<'_> {
    pub(super) fn check(&self) -> Result<()> {
        maybe_id("renew.plan", self.plan.as_deref())?;
        not_negative("renew.price", self.price.map(|price| price.0))
    }
}

impl Unsubscribe<'_> {
    pub(super) fn check(&self) -> Result<()> {
        maybe_id("unsubscribe.plan", self.plan.as_deref())
    }
}

impl SharePlan<'_> {
    pub(super) fn check(&self) -> Result<()> {
        maybe_id("share_plan.plan", self.plan.as_deref())?;
        both(("share_plan", &self.add, &self.remove))
    }
}

impl PlanSeat<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("plan_seat.holder", &self.holder)?;
        id("plan_seat.plan", &self.plan)
    }
}

impl LeaveSeat<'_> {
    pub(super) fn check(&self) -> Result<()> {
        maybe_id("leave_seat.plan", self.plan.as_deref())?;
        maybe_id("leave_seat.holder", self.holder.as_deref())
    }
}

impl SeatLeft<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("seat_left.member", &self.member)?;
        id("seat_left.plan", &self.plan)
    }
}

impl BenefitUsed<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("benefit_used.benefit", &self.benefit)?;
        if self.units == 0 || self.units.unsigned_abs() > QUANTITY_MAX.unsigned_abs() {
            let words = format!("say how many units: not 0, and at most {QUANTITY_MAX}");
            return Err(Error::at(Code::OutOfRange, "benefit_used.units", words));
        }
        Ok(())
    }
}

pub(super) fn maybe_id(path: &str, text: Option<&str>) -> Result<()> {
    text.map_or(Ok(()), |text| id(path, text))
}

/// Members who come and members who go: at least one in all, and each once.
pub(super) fn both<'a>(
    (path, add, remove): (&str, &[Cow<'a, str>], &[Cow<'a, str>]),
) -> Result<()> {
    if add.is_empty() && remove.is_empty() {
        let words = "say at least one member to `add` or to `remove`";
        return Err(Error::at(Code::MissingField, path, words));
    }
    if add.len().saturating_add(remove.len()) > MEMBER_LIST_MAX {
        let words = format!("at most {MEMBER_LIST_MAX} members at a time");
        return Err(Error::at(Code::LimitExceeded, path, words));
    }
    let (at_add, at_remove) = (format!("{path}.add"), format!("{path}.remove"));
    ids(&at_add, add)?;
    ids(&at_remove, remove)?;
    for (list, at) in [(add, &at_add), (remove, &at_remove)] {
        for (place, one) in list.iter().enumerate() {
            let before = list.iter().take(place).any(|other| other == one);
            if before || (at == &at_remove && add.contains(one)) {
                let words = format!("`{one}` is named twice");
                return Err(Error::at(
                    Code::DuplicateId,
                    format!("{at}[{place}]"),
                    words,
                ));
            }
        }
    }
    Ok(())
}
