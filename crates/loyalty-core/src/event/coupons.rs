//! Events of the wallet: coupons that are issued, given away and taken back, and what a purchase says of them (section 10).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::wire::{cow, maybe_cow};
use super::{id, ids, not_negative, text};
use crate::amount::{Decimal, Exact};
use crate::calendar::Date;
use crate::error::{Code, Error, Result};
use crate::limits;

/// The member gets an instance of a coupon: issued by the host, claimed, or given by another member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IssueCoupon<'a> {
    /// The coupon, as the program calls it.
    #[serde(borrow, deserialize_with = "cow")]
    pub coupon: Cow<'a, str>,
    /// The name of the instance (default: the id of the event).
    #[serde(
        borrow,
        default,
        deserialize_with = "maybe_cow",
        skip_serializing_if = "Option::is_none"
    )]
    pub instance: Option<Cow<'a, str>>,
    /// Its first day; else what the program says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Its last day; else what the program says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The money that it holds, in major units: for stored value, and only for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Exact>,
    /// The member who gave it.
    #[serde(
        borrow,
        default,
        deserialize_with = "maybe_cow",
        skip_serializing_if = "Option::is_none"
    )]
    pub giver: Option<Cow<'a, str>>,
}

/// A card of stored value is topped up.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TopUp<'a> {
    /// The instance, or the coupon as the program calls it: of that the instance that can be used and expires first.
    #[serde(borrow, deserialize_with = "cow")]
    pub coupon: Cow<'a, str>,
    /// How much comes to it, in major units.
    pub value: Exact,
}

/// Stored value that a purchase is paid with, or a part of it that is set aside.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StoredTender<'a> {
    /// The instance, or the coupon as the program calls it: of that the instance that can be used and expires first.
    #[serde(borrow, deserialize_with = "cow")]
    pub coupon: Cow<'a, str>,
    /// At most so much, in major units (default: as much as is needed, or all of it).
    #[serde(default)]
    pub amount: Option<Exact>,
}

/// The member gives a coupon to another member.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GiveCoupon<'a> {
    /// The instance, or the coupon as the program calls it: of that the instance that can be used and expires first.
    #[serde(borrow, deserialize_with = "cow")]
    pub coupon: Cow<'a, str>,
    /// The other member.
    #[serde(borrow, deserialize_with = "cow")]
    pub to: Cow<'a, str>,
}

/// How often a promotion has been used by everyone, as far as the host knows: limits that are for all members together need it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Counter<'a> {
    /// The offer or coupon.
    #[serde(borrow, deserialize_with = "cow")]
    pub of: Cow<'a, str>,
    /// The product or the value of the attribute by which the limit counts apart: empty for events without it.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub by: Option<Cow<'a, str>>,
    /// In which period, as the limit says; may be left out where the limits of the promotion that are for everyone, and count so, have
    /// only one. It is the period of the purchase.
    #[serde(default)]
    pub per: Option<CounterPer>,
    /// How many times.
    #[serde(default)]
    pub uses: u64,
    /// On how many units.
    #[serde(default)]
    pub units: u64,
    /// How much money it took off, in major units.
    #[serde(default)]
    pub money: Exact,
}

/// The period of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CounterPer {
    /// A civil day.
    Day,
    /// An ISO week.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
    /// For ever.
    Lifetime,
}

impl CounterPer {
    /// Its word in the digest of an event.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Lifetime => "lifetime",
        }
    }
}

impl<'a> IssueCoupon<'a> {
    /// A coupon as the program says it is issued, called by the id of the event.
    ///
    /// # Example
    /// ```
    /// use loyalty_core::{Body, Date, Event, IssueCoupon, Timestamp};
    ///
    /// let issue = IssueCoupon::new("birthday")
    ///     .named("bd-2026-0001")
    ///     .until(Date::new(2026, 3, 31)?);
    /// let at = Timestamp::parse("2026-03-01T09:00:00+08:00")?;
    /// let event = Event::new("e-1", at, Body::Issue(issue))?;
    /// assert_eq!(event.kind(), "issue");
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    #[must_use]
    pub fn new(coupon: impl Into<Cow<'a, str>>) -> Self {
        Self {
            coupon: coupon.into(),
            instance: None,
            from: None,
            until: None,
            value: None,
            giver: None,
        }
    }

    /// Calls the instance by a name of its own.
    #[must_use]
    pub fn named(mut self, instance: impl Into<Cow<'a, str>>) -> Self {
        self.instance = Some(instance.into());
        self
    }

    /// Sets its first day.
    #[must_use]
    pub fn from(mut self, day: Date) -> Self {
        self.from = Some(day);
        self
    }

    /// Sets its last day.
    #[must_use]
    pub fn until(mut self, day: Date) -> Self {
        self.until = Some(day);
        self
    }

    /// Sets the money that it holds, in major units: for stored value.
    #[must_use]
    pub fn holding(mut self, value: Exact) -> Self {
        self.value = Some(value);
        self
    }
}

impl<'a> Counter<'a> {
    /// A promotion that everyone has used so many times.
    #[must_use]
    pub fn new(of: impl Into<Cow<'a, str>>, uses: u64) -> Self {
        Self {
            of: of.into(),
            by: None,
            per: None,
            uses,
            units: 0,
            money: Exact(Decimal::ZERO),
        }
    }
}

impl<'a> StoredTender<'a> {
    /// As much of a card as is needed.
    #[must_use]
    pub fn new(coupon: impl Into<Cow<'a, str>>) -> Self {
        Self {
            coupon: coupon.into(),
            amount: None,
        }
    }
}

impl IssueCoupon<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("issue.coupon", &self.coupon)?;
        if let Some(instance) = &self.instance {
            id("issue.instance", instance)?;
        }
        if let Some(giver) = &self.giver {
            id("issue.giver", giver)?;
        }
        not_negative("issue.value", self.value.map(|value| value.0))?;
        match (self.from, self.until) {
            (Some(from), Some(until)) if until < from => Err(Error::at(
                Code::InvalidTime,
                "issue.until",
                "the last day is before the first one",
            )),
            _ => Ok(()),
        }
    }
}

impl TopUp<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("top_up.coupon", &self.coupon)?;
        more_than_nothing("top_up.value", self.value)
    }
}

/// Cards, each of them once, and how much of them.
pub(super) fn cards(cards: &[StoredTender<'_>], path: &str) -> Result<()> {
    if cards.len() > limits::COUPONS_MAX {
        let words = format!("at most {} are allowed", limits::COUPONS_MAX);
        return Err(Error::at(Code::LimitExceeded, path, words));
    }
    for (place, card) in cards.iter().enumerate() {
        let at = |field: &str| format!("{path}[{place}].{field}");
        id(&at("coupon"), &card.coupon)?;
        if let Some(amount) = card.amount {
            more_than_nothing(&at("amount"), amount)?;
        }
        if cards
            .iter()
            .take(place)
            .any(|one| one.coupon == card.coupon)
        {
            let words = format!("`{}` is named twice", card.coupon);
            return Err(Error::at(Code::DuplicateId, at("coupon"), words));
        }
    }
    Ok(())
}

fn more_than_nothing(path: &str, amount: Exact) -> Result<()> {
    if amount.0 > Decimal::ZERO {
        return Ok(());
    }
    let words = "the amount must be more than zero";
    Err(Error::at(Code::OutOfRange, path, words))
}

impl GiveCoupon<'_> {
    pub(super) fn check(&self) -> Result<()> {
        id("give.coupon", &self.coupon)?;
        id("give.to", &self.to)
    }
}

/// What a purchase says of promotions.
pub(super) fn check(
    coupons: &[Cow<'_, str>],
    declined: &[Cow<'_, str>],
    counters: &[Counter<'_>],
) -> Result<()> {
    for (list, field) in [(coupons, "coupons"), (declined, "declined")] {
        let path = format!("purchase.{field}");
        if list.len() > limits::COUPONS_MAX {
            let words = format!("at most {} are allowed", limits::COUPONS_MAX);
            return Err(Error::at(Code::LimitExceeded, path, words));
        }
        ids(&path, list)?;
        let mut sorted: Vec<&str> = list.iter().map(|one| &**one).collect();
        sorted.sort_unstable();
        if let Some(pair) = sorted
            .windows(2)
            .find(|pair| matches!(pair, [a, b] if a == b))
        {
            let words = format!(
                "`{}` is named twice",
                pair.first().copied().unwrap_or_default()
            );
            return Err(Error::at(Code::DuplicateId, path, words));
        }
    }
    if counters.len() > limits::LIST_MAX {
        let words = format!("at most {} are allowed", limits::LIST_MAX);
        return Err(Error::at(Code::LimitExceeded, "purchase.counters", words));
    }
    for (place, counter) in counters.iter().enumerate() {
        let path = |field: &str| format!("purchase.counters[{place}].{field}");
        id(&path("of"), &counter.of)?;
        if let Some(by) = &counter.by {
            // The value of an attribute, which may be any text.
            text(&path("by"), by)?;
        }
        not_negative(&path("money"), Some(counter.money.0))?;
    }
    Ok(())
}
