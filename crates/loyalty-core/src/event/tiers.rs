//! Events that give status and take it back (clause 9.6).

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use super::wire::{cow, maybe_cow};
use super::{id, reason};
use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result};

/// A person gives a rung, with an end of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Grant<'a> {
    /// The track; may be left out where the program has only one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub track: Option<Cow<'a, str>>,
    /// The rung.
    #[serde(borrow, deserialize_with = "cow")]
    pub rung: Cow<'a, str>,
    /// The last day of it, or the instant at which it ends; for good where it is left out.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub until: Option<Until>,
    /// Why.
    #[serde(borrow, deserialize_with = "cow")]
    pub reason: Cow<'a, str>,
    /// Whether it holds even where the rung that is earned is higher.
    #[serde(default)]
    pub replace: bool,
}

/// What was granted in a track is taken back, or a coupon of the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Revoke<'a> {
    /// The track; may be left out where the program has only one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub track: Option<Cow<'a, str>>,
    /// The instance of a coupon; then no track is named.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub coupon: Option<Cow<'a, str>>,
    /// Why.
    #[serde(borrow, deserialize_with = "cow")]
    pub reason: Cow<'a, str>,
}

/// Until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Through this day, by the member's own calendar.
    Date(Date),
    /// Until this instant.
    Instant(Instant),
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        // A date is ten characters long; everything longer must be an instant.
        let read = if text.len() <= 10 {
            Date::parse(&text).map(Self::Date)
        } else {
            Instant::parse(&text).map(|(instant, _)| Self::Instant(instant))
        };
        read.map_err(Error::into_serde)
    }
}

impl Grant<'_> {
    pub(super) fn check(&self) -> Result<()> {
        if let Some(track) = &self.track {
            id("grant.track", track)?;
        }
        id("grant.rung", &self.rung)?;
        reason("grant.reason", &self.reason)
    }
}

impl Revoke<'_> {
    pub(super) fn check(&self) -> Result<()> {
        if let Some(track) = &self.track {
            id("revoke.track", track)?;
        }
        if let Some(coupon) = &self.coupon {
            id("revoke.coupon", coupon)?;
            if self.track.is_some() {
                let words = "take back a rung or a coupon: one of the two";
                return Err(Error::at(Code::InvalidValue, "revoke", words));
            }
        }
        reason("revoke.reason", &self.reason)
    }
}
