//! Referrals as the engine uses them, and what a member keeps of them (clause 13.1).
//!
//! What each friend has brought so far is kept as a sum to which a message adds and from which another one takes. The points that
//! are given follow the sum, between nothing and the most that is given: so the order in which messages arrive makes no difference.

use serde::{Deserialize, Serialize};

use super::caps::CapSpec;
use super::ledger::Took;
use super::rules::{ReferralReturns, ReferralSide, ReferralStep};
use crate::amount::{Decimal, Ratio, Rounding};
use crate::calendar::{Date, Instant, Span};
use crate::error::{Code, Error, Result};
use crate::id::Id;

/// The compiled [`Referrals`](super::Referrals).
#[derive(Debug, Default)]
pub(crate) struct ReferralPlans {
    pub(crate) confirmed: ReferralStep,
    pub(crate) rules: Vec<ReferralPlan>,
    pub(crate) milestones: Vec<(u32, ReferralPlan)>,
    pub(crate) share: Option<(ReferralPlan, Span)>,
    pub(crate) returns: ReferralReturns,
    /// Whether a metric asks what friends spend: they tell of every order then.
    pub(crate) measured: bool,
}

/// What is given.
#[derive(Debug)]
pub(crate) struct ReferralPlan {
    pub(crate) id: Id,
    pub(crate) on: ReferralStep,
    pub(crate) to: ReferralSide,
    pub(crate) account: usize,
    pub(crate) amount: ReferralAmount,
    pub(crate) caps: Vec<CapSpec>,
}

/// How much is given.
#[derive(Debug)]
pub(crate) enum ReferralAmount {
    Fixed(i64),
    /// A part of the points of an order, and the most.
    Part(Ratio, i64),
}

impl ReferralAmount {
    /// A part in percent.
    pub(crate) fn percent(percent: Decimal, most: Option<i64>) -> Option<Self> {
        let part = Ratio::from_decimal(percent).checked_div(Ratio::from_int(100))?;
        Some(Self::Part(part, most.unwrap_or(i64::MAX)))
    }

    /// What an order brings that earned so many points; nothing but a fixed amount if there is no order.
    pub(crate) fn of(&self, points: i64) -> Result<i64> {
        match self {
            Self::Fixed(points) => Ok(*points),
            Self::Part(part, _) => {
                let points = part.checked_mul(Ratio::from_int(points));
                points
                    .and_then(|points| points.round(Rounding::Floor))
                    .ok_or_else(|| Error::new(Code::Overflow, "a share has more points than fit"))
            }
        }
    }

    /// What it brings less, below nothing, where of so many points of an order fewer stand.
    pub(crate) fn lost(&self, (before, after): (i64, i64)) -> Result<i64> {
        Ok(self.of(after)?.saturating_sub(self.of(before)?))
    }

    /// The most that is given for one friend.
    pub(crate) fn most(&self) -> i64 {
        match self {
            Self::Fixed(points) => *points,
            Self::Part(_, most) => *most,
        }
    }
}

/// What a member keeps of referrals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Referred {
    /// Because of whom the member joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<ReferredBy>,
    /// Who joined because of the member; sorted by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) friends: Vec<Friend>,
    /// What was given for so many friends; sorted by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) milestones: Vec<ReferralGift>,
}

/// Because of whom a member joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReferredBy {
    pub(crate) member: Id,
    /// The first order since, if its goods are not all back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first: Option<Id>,
    /// What the member got for having been referred; sorted by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) gifts: Vec<ReferralGift>,
}

/// A friend, as far as messages have told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Friend {
    pub(crate) id: Id,
    pub(crate) enrolled_at: Instant,
    /// Whether the friend's enrolment was told.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) enrolled: bool,
    /// How many first orders were told, less those undone.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) orders: i64,
    /// The day from which the friend counts, and the version of the member then, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) confirmed_on: Option<(Date, u64)>,
    /// What the friend has brought; sorted by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) gifts: Vec<ReferralGift>,
}

impl Friend {
    pub(crate) fn new(id: Id, enrolled_at: Instant) -> Self {
        Self {
            id,
            enrolled_at,
            enrolled: false,
            orders: 0,
            confirmed_on: None,
            gifts: Vec::new(),
        }
    }

    /// Whether the friend counts.
    pub(crate) fn counts(&self, when: ReferralStep) -> bool {
        match when {
            ReferralStep::Enrolment => self.enrolled,
            ReferralStep::FirstOrder => self.orders > 0,
        }
    }
}

/// What a rule has brought so far, and what of it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReferralGift {
    pub(crate) rule: Id,
    pub(crate) account: Id,
    /// What it comes to by all that was told: below nothing where an order was undone before it was told of.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) sum: i64,
    /// The lots that the points went to; at most [`ReferralGift::LOTS_KEPT`], the latest last. What is taken back comes from these
    /// first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lots: Vec<Took>,
    /// The day of program time on which the caps were last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) on: Option<Date>,
}

impl ReferralGift {
    /// So many lots are remembered.
    const LOTS_KEPT: usize = 64;

    pub(crate) fn new(rule: Id, account: Id) -> Self {
        Self {
            rule,
            account,
            sum: 0,
            lots: Vec::new(),
            on: None,
        }
    }

    /// Adds to the sum. Says by how much what is to be given changes, if at most so much is given.
    pub(crate) fn add(&mut self, amount: i64, most: i64) -> i64 {
        let before = self.sum.clamp(0, most);
        self.sum = self.sum.saturating_add(amount);
        self.sum.clamp(0, most).saturating_sub(before)
    }

    /// Points that were given are not taken back yet.
    pub(crate) fn given(&self) -> i64 {
        let open = self.lots.iter().map(Took::open);
        open.fold(0, i64::saturating_add)
    }

    /// Remembers where points went.
    pub(crate) fn put(&mut self, took: Took) {
        let same = |one: &&mut Took| one.lot.n == took.lot.n;
        if let Some(there) = self.lots.iter_mut().find(same) {
            there.lot.points = there.lot.points.saturating_add(took.lot.points);
            return;
        }
        if self.lots.len() >= Self::LOTS_KEPT {
            self.lots.remove(0);
        }
        self.lots.push(took);
    }

    fn is_right(&self) -> bool {
        self.lots.iter().all(Took::is_right)
    }
}

impl Referred {
    /// How many friends count.
    pub(crate) fn counted(&self, when: ReferralStep) -> i64 {
        let count = self.friends.iter().filter(|one| one.counts(when)).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    }

    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if !self.friends.is_sorted_by(|one, other| one.id < other.id) {
            return Some("the friends of a member are not in order");
        }
        let by = self.by.iter().map(|by| &by.gifts);
        let lists = by
            .chain(self.friends.iter().map(|friend| &friend.gifts))
            .chain([&self.milestones]);
        for list in lists {
            if !list.is_sorted_by(|one, other| one.rule < other.rule)
                || !list.iter().all(ReferralGift::is_right)
            {
                return Some("what a referral gave is not in order");
            }
        }
        None
    }
}
