//! Referrals: a member joins because of another one, and the messages that tell that one (clause 13.1).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::wire::cow;
use super::{Profile, id};
use crate::amount::{Decimal, Exact, Points};
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::limits::MEMBER_LIST_MAX;

/// A member joins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enroll<'a> {
    /// What is known of the person.
    pub profile: Profile<'a>,
    /// The member, enrolled earlier, because of whom the person joins.
    pub referrer: Option<Cow<'a, str>>,
}

/// What a friend did whom the member has referred: a message of the friend. Without an order it says that the
/// friend has enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Referral<'a> {
    /// The friend.
    #[serde(borrow, deserialize_with = "cow")]
    pub friend: Cow<'a, str>,
    /// When the friend enrolled.
    pub enrolled_at: Instant,
    /// The friend placed an order.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub ordered: Option<ReferredOrder<'a>>,
    /// All goods of an order are back, and with them what it brought.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<ReferredOrder<'a>>,
    /// Goods of an order went back whose amount or points were told.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<ReferredReturn<'a>>,
}

/// An order of a friend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferredOrder<'a> {
    /// The order.
    #[serde(borrow, deserialize_with = "cow")]
    pub order: Cow<'a, str>,
    /// When it was placed.
    pub at: Instant,
    /// Whether it is the first one of the friend that is not back.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub first: bool,
    /// The points that it earned the friend, by account; of one that is undone those that stood still.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<ReferredPoints<'a>>,
    /// What its goods cost after discounts, where the program measures that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Exact>,
}

/// What went back of an order of a friend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferredReturn<'a> {
    /// The order.
    #[serde(borrow, deserialize_with = "cow")]
    pub order: Cow<'a, str>,
    /// When it was placed.
    pub at: Instant,
    /// What the goods had cost after discounts that went back now, where the program measures that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Exact>,
    /// Whether no goods of it are left.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub all: bool,
    /// Whether it is the first one of the friend that is not back.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub first: bool,
    /// The points that it earned the friend, by account, where goods of it are left and fewer points stand than before.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<ReferredStanding<'a>>,
}

/// Points that an order earned in an account and that stand, before and after a part of it went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferredStanding<'a> {
    /// The account.
    #[serde(borrow, deserialize_with = "cow")]
    pub account: Cow<'a, str>,
    /// How many stood before.
    pub before: Points,
    /// How many stand now.
    pub after: Points,
}

/// Points that an order earned in an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferredPoints<'a> {
    /// The account.
    #[serde(borrow, deserialize_with = "cow")]
    pub account: Cow<'a, str>,
    /// How many.
    pub points: Points,
}

impl Enroll<'_> {
    pub(super) fn check(&self) -> Result<()> {
        self.profile.check("enroll")?;
        match &self.referrer {
            Some(referrer) => id("enroll.referrer", referrer),
            None => Ok(()),
        }
    }
}

impl Referral<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("referral.friend", &self.friend)?;
        if self.ordered.is_some() && self.undone.is_some() {
            let words = "an order is placed or undone: say it in two messages";
            return Err(Error::at(Code::InvalidValue, "referral.undone", words));
        }
        if self.ordered.is_some() && self.returned.is_some() {
            let words = "an order is placed or goes back: say it in two messages";
            return Err(Error::at(Code::InvalidValue, "referral.returned", words));
        }
        if let Some(back) = &self.returned {
            id("referral.returned.order", &back.order)?;
            if back.points.len() > MEMBER_LIST_MAX {
                let words = format!("at most {MEMBER_LIST_MAX} are allowed");
                return Err(Error::at(
                    Code::LimitExceeded,
                    "referral.returned.points",
                    words,
                ));
            }
            for (place, one) in back.points.iter().enumerate() {
                let path = |of: &str| format!("referral.returned.points[{place}].{of}");
                id(&path("account"), &one.account)?;
                if one.after < Points::ZERO || one.after > one.before {
                    let words = "what stands is no less than nothing and no more than before";
                    return Err(Error::at(Code::OutOfRange, path("after"), words));
                }
            }
        }
        let told = self.ordered.iter().filter_map(|order| order.spend);
        let told = told.chain(self.returned.iter().filter_map(|back| back.spend));
        if told.into_iter().any(|spend| spend.0 < Decimal::ZERO) {
            let words = "no goods cost less than nothing";
            return Err(Error::at(Code::OutOfRange, "referral", words));
        }
        for (order, field) in [(&self.ordered, "ordered"), (&self.undone, "undone")] {
            let Some(order) = order else { continue };
            let path = |of: &str| format!("referral.{field}.{of}");
            id(&path("order"), &order.order)?;
            if order.points.len() > MEMBER_LIST_MAX {
                let words = format!("at most {MEMBER_LIST_MAX} are allowed");
                return Err(Error::at(Code::LimitExceeded, path("points"), words));
            }
            for (place, one) in order.points.iter().enumerate() {
                let path = |of: &str| path(&format!("points[{place}].{of}"));
                id(&path("account"), &one.account)?;
                if one.points < Points::ZERO {
                    let words = "an order earns no less than nothing";
                    return Err(Error::at(Code::OutOfRange, path("points"), words));
                }
            }
        }
        Ok(())
    }
}
