//! Attempts to win a member back (clause 11.4).

use std::borrow::Cow;

use serde::Deserialize;

use super::id;
use super::wire::{cow, maybe_cow};
use crate::error::Result;

/// An attempt to win the member back: a step of a ladder was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Outreach<'a> {
    /// The ladder; may be left out where the program has only one.
    #[serde(borrow, default, deserialize_with = "maybe_cow")]
    pub ladder: Option<Cow<'a, str>>,
    /// The step.
    #[serde(borrow, deserialize_with = "cow")]
    pub step: Cow<'a, str>,
}

impl Outreach<'_> {
    pub(super) fn check(&self) -> Result<()> {
        if let Some(ladder) = &self.ladder {
            id("outreach.ladder", ladder)?;
        }
        id("outreach.step", &self.step)
    }
}
