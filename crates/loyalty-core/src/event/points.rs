//! Events that move points without a purchase: adjustments, holds, rewards, points for others (sections 3 and 5).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::wire::{cow, cows, maybe_cow};
use super::{StoredTender, Tender, id, ids, reason};
use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result, join};
use crate::limits;

/// Points that a person credits, debits or reinstates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjust<'a> {
    /// The account; may be left out where the program has only one.
    pub account: Option<Cow<'a, str>>,
    /// What is done.
    pub change: Adjustment,
    /// Why.
    pub reason: Cow<'a, str>,
}

/// What an adjustment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// Gives points.
    Credit {
        /// How many.
        points: Points,
        /// The first day on which they can be used; at once where it is left out.
        active_on: Option<Date>,
        /// The last valid day; else the account's rule.
        expires_on: Option<Date>,
    },
    /// Takes points.
    Debit {
        /// How many.
        points: Points,
        /// What happens where there are fewer; else the account's rule.
        overdraw: Option<Overdraw>,
    },
    /// Reopens lots that have expired.
    Reinstate {
        /// Those that expired on this day or later.
        since: Date,
        /// Their new last valid day; else that of points earned today.
        expires_on: Option<Date>,
    },
}

/// What happens when a return or a debit takes more points than there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Overdraw {
    /// The rest is owed; points that become available later repay it first.
    #[default]
    Debt,
    /// The rest is forgiven.
    Forgive,
    /// The rest becomes money off the refund, at `returns.point_value`; what exceeds the refund is owed.
    Withhold,
    /// The return or debit is refused.
    Refuse,
}

/// An order is settled: its points that wait for that become available.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderSettled<'a> {
    /// The order.
    #[serde(borrow, deserialize_with = "cow")]
    pub order: Cow<'a, str>,
}

/// Points that are still pending are cancelled: those of an order, or those that an account earned on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cancel<'a> {
    /// The order.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub order: Option<Cow<'a, str>>,
    /// The account, where no order is named; may be left out where the program has only one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub account: Option<Cow<'a, str>>,
    /// The day on which the points were earned, where no order is named.
    #[serde(default)]
    pub earned_on: Option<Date>,
    /// Why.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub reason: Option<Cow<'a, str>>,
}

/// Points are set aside for a while: nobody else can use them, and they do not expire. The same key replaces what it held.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "HoldPoints")
)]
#[serde(deny_unknown_fields)]
pub struct HoldRequest<'a> {
    /// The name of the hold, by which a purchase or a release calls it.
    #[serde(borrow, deserialize_with = "cow")]
    pub key: Cow<'a, str>,
    /// For how many minutes; or `until`.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// Until when; or `minutes`.
    #[serde(default)]
    pub until: Option<Instant>,
    /// How many points of which accounts.
    #[serde(borrow, default)]
    pub points: Vec<Tender<'a>>,
    /// Coupons: instances, or as the program calls them: of those the instances that can be used and expire first.
    #[serde(borrow, default, deserialize_with = "cows")]
    pub coupons: Vec<Cow<'a, str>>,
    /// Parts of stored value.
    #[serde(borrow, default)]
    pub stored_value: Vec<StoredTender<'a>>,
}

/// What is held is given back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Release<'a> {
    /// The name of the hold.
    #[serde(borrow, deserialize_with = "cow")]
    pub key: Cow<'a, str>,
}

/// The member takes a reward for points.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Redeem<'a> {
    /// The reward.
    #[serde(borrow, deserialize_with = "cow")]
    pub reward: Cow<'a, str>,
    /// How many of it (default 1).
    #[serde(default = "one")]
    pub quantity: u32,
}

fn one() -> u32 {
    1
}

/// A redemption is undone: its points go back to the lots that they came from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Undo<'a> {
    /// The id of the `redeem` event.
    #[serde(borrow, deserialize_with = "cow")]
    pub event: Cow<'a, str>,
}

/// The member gives points to another member.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transfer<'a> {
    /// The other member.
    #[serde(borrow, deserialize_with = "cow")]
    pub to: Cow<'a, str>,
    /// The account; may be left out where the program has only one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub account: Option<Cow<'a, str>>,
    /// How many points.
    pub points: Points,
}

/// The member changes points of one account into points of another one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Convert<'a> {
    /// The conversion, as the program calls it.
    #[serde(borrow, deserialize_with = "cow")]
    pub conversion: Cow<'a, str>,
    /// How many points of the account that gives.
    pub points: Points,
    /// The member's id with the partner, where the conversion has one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub to: Option<Cow<'a, str>>,
}

/// Points arrive from another member or another program: the message of a `transfer` or a `convert`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Receive<'a> {
    /// The member whom they come from.
    #[serde(borrow, deserialize_with = "cow")]
    pub from: Cow<'a, str>,
    /// The program that they come from, if it is another one.
    #[serde(
        borrow,
        default,
        deserialize_with = "maybe_cow",
        skip_serializing_if = "Option::is_none"
    )]
    pub program: Option<Cow<'a, str>>,
    /// The account that receives them.
    #[serde(borrow, deserialize_with = "cow")]
    pub account: Cow<'a, str>,
    /// The points, with their dates where they keep them.
    pub lots: Vec<ReceivedLot>,
}

/// Points that arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReceivedLot {
    /// How many.
    pub points: Points,
    /// The day on which they were earned, if they keep their dates; else they have those of points earned now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earned_on: Option<Date>,
    /// When they expire, if they keep their dates; none for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
}

impl Adjust<'_> {
    pub(super) fn check(&self) -> Result<()> {
        if let Some(account) = &self.account {
            id("adjust.account", account)?;
        }
        match self.change {
            Adjustment::Credit { points, .. } => more_than_none(points, "adjust.credit")?,
            Adjustment::Debit { points, overdraw } => {
                more_than_none(points, "adjust.debit")?;
                if overdraw == Some(Overdraw::Withhold) {
                    return Err(Error::at(
                        Code::InvalidValue,
                        "adjust.overdraw",
                        "a debit has no refund from which money could be withheld",
                    ));
                }
            }
            Adjustment::Reinstate { .. } => {}
        }
        reason("adjust.reason", &self.reason)
    }
}

impl Cancel<'_> {
    pub(super) fn check(&self) -> Result<()> {
        for (path, value) in [
            ("cancel.order", &self.order),
            ("cancel.account", &self.account),
        ] {
            if let Some(value) = value {
                id(path, value)?;
            }
        }
        if let Some(why) = &self.reason {
            reason("cancel.reason", why)?;
        }
        match (&self.order, self.earned_on) {
            (Some(_), None) if self.account.is_none() => Ok(()),
            (None, Some(_)) => Ok(()),
            (None, None) => Err(Error::at(
                Code::MissingField,
                "cancel",
                "say the `order`, or the day `earned_on`",
            )),
            _ => Err(Error::at(
                Code::InvalidValue,
                "cancel",
                "name an `order`, or an `account` and the day `earned_on`, not both",
            )),
        }
    }
}

impl HoldRequest<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("hold.key", &self.key)?;
        if self.minutes.is_some() == self.until.is_some() {
            return Err(Error::at(
                Code::InvalidValue,
                "hold",
                "say for how many `minutes`, or `until` when",
            ));
        }
        if self
            .minutes
            .is_some_and(|minutes| !(1..=limits::HOLD_MINUTES_MAX).contains(&minutes))
        {
            let words = format!("a hold is for 1 to {} minutes", limits::HOLD_MINUTES_MAX);
            return Err(Error::at(Code::OutOfRange, "hold.minutes", words));
        }
        ids("hold.coupons", &self.coupons)?;
        super::coupons::cards(&self.stored_value, "hold.stored_value")?;
        if self.points.is_empty() && self.coupons.is_empty() && self.stored_value.is_empty() {
            return Err(Error::at(
                Code::MissingField,
                "hold.points",
                "a hold of nothing is none",
            ));
        }
        tenders("hold.points", &self.points)?;
        for (place, one) in self.points.iter().enumerate() {
            more_than_none(one.points, &format!("hold.points[{place}].points"))?;
        }
        Ok(())
    }
}

impl Redeem<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("redeem.reward", &self.reward)?;
        if !(1..=limits::REWARDS_MAX).contains(&self.quantity) {
            let words = format!("a quantity is from 1 to {}", limits::REWARDS_MAX);
            return Err(Error::at(Code::OutOfRange, "redeem.quantity", words));
        }
        Ok(())
    }
}

impl Transfer<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("transfer.to", &self.to)?;
        if let Some(account) = &self.account {
            id("transfer.account", account)?;
        }
        more_than_none(self.points, "transfer.points")
    }
}

impl Convert<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("convert.conversion", &self.conversion)?;
        if let Some(to) = &self.to {
            id("convert.to", to)?;
        }
        more_than_none(self.points, "convert.points")
    }
}

impl Receive<'_> {
    pub(super) fn check(&self, at: Instant) -> Result<()> {
        id("receive.from", &self.from)?;
        id("receive.account", &self.account)?;
        if let Some(program) = &self.program {
            id("receive.program", program)?;
        }
        if self.lots.is_empty() {
            return Err(Error::at(
                Code::MissingField,
                "receive.lots",
                "nothing is received without lots",
            ));
        }
        lots("receive.lots", &self.lots, at)
    }
}

pub(super) fn more_than_none(points: Points, path: &str) -> Result<()> {
    if points.get() <= 0 {
        return Err(Error::at(
            Code::OutOfRange,
            path,
            "the number of points must be more than zero",
        ));
    }
    Ok(())
}

/// Points of accounts: none negative, each account named once.
pub(super) fn tenders(path: &str, all: &[Tender<'_>]) -> Result<()> {
    if all.len() > limits::MEMBER_LIST_MAX {
        let words = format!("at most {} accounts", limits::MEMBER_LIST_MAX);
        return Err(Error::at(Code::LimitExceeded, path, words));
    }
    for (place, tender) in all.iter().enumerate() {
        let path = || format!("{path}[{place}]");
        if tender.points.get() < 0 {
            return Err(Error::at(
                Code::OutOfRange,
                join(&path(), "points"),
                "points to pay with must not be negative",
            ));
        }
        if let Some(account) = &tender.account {
            id("account", account).map_err(|error| error.under(&path()))?;
        }
        let same = |other: &Tender<'_>| other.account == tender.account;
        if all.iter().take(place).any(same) {
            return Err(Error::at(
                Code::DuplicateId,
                join(&path(), "account"),
                "each account can be named once",
            ));
        }
    }
    Ok(())
}

/// Checks lots that come from another member at an instant.
pub(super) fn lots(path: &str, lots: &[ReceivedLot], at: Instant) -> Result<()> {
    if lots.len() > limits::LINES_MAX {
        let words = format!("at most {} lots are allowed", limits::LINES_MAX);
        return Err(Error::at(Code::LimitExceeded, path, words));
    }
    for (place, lot) in lots.iter().enumerate() {
        let path = |field: &str| format!("{path}[{place}].{field}");
        more_than_none(lot.points, &path("points"))?;
        if lot.earned_on.is_none() && lot.expires_at.is_some() {
            return Err(Error::at(
                Code::MissingField,
                path("earned_on"),
                "points that keep their expiry keep the day of earning too",
            ));
        }
        if lot.earned_on.is_some_and(|day| day > at.latest_day()) {
            return Err(Error::at(
                Code::InvalidTime,
                path("earned_on"),
                "points are not earned on a day to come",
            ));
        }
    }
    Ok(())
}
