//! The part of what orders earn that goes to the pool, as the engine uses it, and what both sides keep of it.

use serde::{Deserialize, Serialize};

use crate::amount::{Decimal, Ratio, Rounding, cumulative};
use crate::calendar::Date;
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::points::{Lot, MovedLots, Took};

/// A compiled [`ShareRule`](super::ShareRule).
#[derive(Debug)]
pub(crate) struct SharePlan {
    pub(crate) account: usize,
    part: Ratio,
}

/// What an order keeps of the points that it has brought a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shared {
    pub(crate) account: Id,
    pub(crate) pool: Id,
    /// Who the member was then: a membership can become part of another one.
    pub(crate) by: Id,
    /// The points that the order earned in the account.
    pub(crate) of: i64,
    /// How many of them are back.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) undone: i64,
    /// The lots that went to the pool.
    pub(crate) lots: Vec<Lot>,
    /// How the pool was told of them, then and for good.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) cut: MovedLots,
    /// How many points of them are back.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) back: i64,
}

/// What a pool keeps of the points of an order of one of its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contributed {
    pub(crate) member: Id,
    pub(crate) order: Id,
    pub(crate) account: Id,
    /// The day of the order.
    pub(crate) on: Date,
    /// The day on which the points came, and the version of the pool then.
    pub(crate) came: (Date, u64),
    /// Where the points went, lot by lot as they came.
    pub(crate) lots: Vec<Took>,
    /// How many points went back before they came: so many fewer will be taken in.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) early: i64,
}

impl SharePlan {
    /// A part in percent.
    pub(crate) fn new(account: usize, percent: Decimal) -> Option<Self> {
        let part = Ratio::from_decimal(percent).checked_div(Ratio::from_int(100))?;
        Some(Self { account, part })
    }

    /// What goes to the pool of so many points.
    pub(crate) fn of(&self, points: i64) -> Result<i64> {
        let part = self.part.checked_mul(Ratio::from_int(points));
        part.and_then(|part| part.round(Rounding::Floor))
            .ok_or_else(|| Error::new(Code::Overflow, "a share has more points than fit"))
    }
}

impl Shared {
    /// How many points went to the pool.
    pub(crate) fn points(&self) -> i64 {
        let points = self.lots.iter().map(|lot| lot.points);
        points.fold(0, i64::saturating_add)
    }

    /// So many points of the order go back: how many of them the pool gives.
    pub(crate) fn undo(&mut self, points: i64) -> Result<i64> {
        self.undone = self.undone.saturating_add(points).min(self.of);
        let back = cumulative(self.points(), self.undone, self.of, Rounding::HalfUp)?;
        let gives = back.saturating_sub(self.back);
        self.back = back;
        Ok(gives)
    }

    /// What is wrong with what was decoded, if anything.
    pub(crate) fn is_wrong(&self) -> bool {
        let points = self.points();
        !(0..=points).contains(&self.back)
            || !(0..=self.of).contains(&self.undone)
            || points > self.of
            || self.lots.is_empty()
            || self.lots.iter().any(|lot| lot.points <= 0)
    }
}

impl Contributed {
    /// How many points the pool has of the order.
    pub(crate) fn open(&self) -> i64 {
        let open = self.lots.iter().map(Took::open);
        open.fold(0, i64::saturating_add)
    }

    /// Whether it was decoded wrongly.
    pub(crate) fn is_wrong(&self) -> bool {
        self.early < 0 || !self.lots.iter().all(Took::is_right)
    }

    /// By what contributions are sorted.
    pub(crate) fn key(&self) -> (&Id, &Id, &Id) {
        (&self.member, &self.order, &self.account)
    }
}
