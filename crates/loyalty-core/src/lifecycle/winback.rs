//! The attempts to win a member back that a member keeps (clause 11.4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::Instant;
use crate::id::Id;

/// The attempts since the last purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attempts {
    /// Those that may still bring a purchase, the first to fail first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) open: Vec<Attempt>,
    /// How many have been made on each ladder, and how many of them have failed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) made: BTreeMap<Id, Made>,
    /// The ladder on which the member was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) abandoned: Option<Id>,
    /// When the latest of them was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<Instant>,
    /// When the member bought last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bought: Option<Instant>,
}

/// An attempt that may still bring a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attempt {
    pub(crate) ladder: Id,
    pub(crate) step: Id,
    /// Which one it is on its ladder.
    pub(crate) number: u32,
    /// When it was made.
    pub(crate) at: Instant,
    /// When it fails.
    pub(crate) until: Instant,
}

/// How many attempts have been made on a ladder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Made {
    pub(crate) made: u32,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) failed: u32,
}

impl Attempts {
    /// The attempts at another member, who becomes part of this one, were attempts at this one: and what one of the two bought after
    /// the last attempt at the other ended those.
    pub(crate) fn join(&mut self, mut other: Self) {
        let ends = |bought: Option<Instant>, attempts: &Self| bought > attempts.last;
        let (own, theirs) = (ends(other.bought, self), ends(self.bought, &other));
        let bought = self.bought.max(other.bought);
        if own {
            *self = Self::default();
        }
        if theirs {
            other = Self::default();
        }
        self.bought = bought;
        self.last = self.last.max(other.last);
        self.open.extend(other.open);
        self.open.sort_by_key(|one| one.until);
        for (ladder, of) in other.made {
            let made = self.made.entry(ladder).or_default();
            made.made = made.made.saturating_add(of.made);
            made.failed = made.failed.saturating_add(of.failed);
        }
        self.abandoned = self.abandoned.take().or(other.abandoned);
    }

    /// Adds an attempt; says which one it is on its ladder.
    pub(crate) fn begin(&mut self, ladder: &Id, step: Id, at: Instant, until: Instant) -> u32 {
        self.last = Some(at);
        let made = self.made.entry(ladder.clone()).or_default();
        made.made = made.made.saturating_add(1);
        let number = made.made;
        let place = self.open.partition_point(|one| one.until <= until);
        self.open.insert(
            place,
            Attempt {
                ladder: ladder.clone(),
                step,
                number,
                at,
                until,
            },
        );
        number
    }

    /// Takes out the first attempt that has failed by now; says how many have on its ladder.
    pub(crate) fn fail(&mut self, now: Instant) -> Option<(Attempt, u32)> {
        self.open.first().filter(|one| one.until <= now)?;
        let attempt = self.open.remove(0);
        let made = self.made.entry(attempt.ladder.clone()).or_default();
        made.failed = made.failed.saturating_add(1);
        let failed = made.failed;
        Some((attempt, failed))
    }

    /// The attempt that was made last, of those that may still bring a purchase.
    pub(crate) fn latest(&self) -> Option<&Attempt> {
        self.open.iter().max_by_key(|one| one.at)
    }

    /// The member buys, which ends them all.
    pub(crate) fn end(&mut self, at: Instant) {
        *self = Self {
            bought: Some(at),
            ..Self::default()
        };
    }

    /// What is wrong with what was decoded, if anything.
    pub(super) fn fault(&self, as_of: Option<Instant>) -> Option<&'static str> {
        if self.open.iter().any(|one| Some(one.until) <= as_of) {
            return Some("an attempt that is over has not failed");
        }
        let late = |at: Option<Instant>| at > as_of;
        if late(self.last)
            || late(self.bought)
            || self.open.iter().any(|one| Some(one.at) > self.last)
        {
            return Some("an attempt or a purchase lies after the member was looked at last");
        }
        if !self.open.is_sorted_by_key(|one| one.until) {
            return Some("the attempts of a member are not in order");
        }
        let counted = self.made.values().all(|one| one.failed <= one.made);
        (!counted).then_some("more attempts have failed than were made")
    }
}
