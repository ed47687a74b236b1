//! What a program says of referrals (clause 13.1).

use serde::{Deserialize, Serialize};

use super::Cap;
use crate::amount::{Exact, Points};
use crate::calendar::Span;
use crate::id::Id;

/// What referrals bring, to the friend who joins and to the member because of whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Referrals {
    /// When a friend counts: for milestones and for the measure `referrals`.
    #[serde(default)]
    pub confirmed: ReferralStep,
    /// What each side gets, once for each friend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ReferralRule>,
    /// What the referrer gets for so many friends who count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<ReferralMilestone>,
    /// A share of every order of a friend, for the referrer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<ReferralShare>,
    /// What becomes of what was given for an order all goods of which come back.
    #[serde(default)]
    pub returns: ReferralReturns,
}

/// A step of a referral.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferralStep {
    /// The friend has enrolled.
    Enrolment,
    /// The friend has placed an order since. Where all its goods come back, the next order is the first one.
    #[default]
    FirstOrder,
}

/// A side of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferralSide {
    /// The one who joins.
    Friend,
    /// The one because of whom.
    Referrer,
}

/// What a side gets once for each friend: `points`, or a `percent` of what the first order earns the friend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferralRule {
    /// The name of the rule.
    pub id: Id,
    /// For what.
    pub on: ReferralStep,
    /// Who gets it.
    pub to: ReferralSide,
    /// The account; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// So many points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// So much of the points that the first order earned in this account, in percent, rounded down; of those that stand, where a part
    /// of it goes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Exact>,
    /// For a percentage: at most so many points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_points: Option<Points>,
    /// How much of it a member can get in a period. What a cap has cut is not given later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
}

/// Points for so many friends who count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferralMilestone {
    /// The name of the milestone.
    pub id: Id,
    /// How many friends.
    pub friends: u32,
    /// The account; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// How many points.
    pub points: Points,
}

/// A share of the points of every order that a friend places in a time from enrolment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferralShare {
    /// The name of the share.
    pub id: Id,
    /// The account; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// How much of the points that each order earned in this account, in percent, rounded down order by order.
    pub percent: Exact,
    /// At most so many points for one friend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_points: Option<Points>,
    /// For how long, from the day of enrolment on; the day that it reaches is the last one.
    #[serde(rename = "for")]
    pub lasts: Span,
}

/// What becomes of what was given for an order all goods of which come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferralReturns {
    /// It is taken back, on both sides; of a part of the points of an order already with the points that a part of the goods takes
    /// back.
    #[default]
    Undone,
    /// It stays.
    Kept,
}
