//! Points that are set aside for a while (clause 3.10).

use serde::{Deserialize, Serialize};

use super::{Account, Given, Lot, Taken};
use crate::calendar::{Instant, Zone};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::points::rules::BurnOrder;

/// A hold: it does not expire, and nobody else can use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hold {
    pub(crate) key: Id,
    pub(crate) until: Instant,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) points: Vec<HeldPoints>,
    /// Instances of coupons; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) coupons: Vec<Id>,
    /// Parts of stored value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) stored_value: Vec<HeldValue>,
}

/// A part of the money of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldValue {
    pub(crate) instance: Id,
    /// In minor units.
    pub(crate) amount: i64,
}

impl Hold {
    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.points.is_empty() && self.coupons.is_empty() && self.stored_value.is_empty()
    }

    /// Whether it holds an instance, or a part of its money.
    pub(crate) fn has(&self, instance: &Id) -> bool {
        self.coupons.contains(instance)
            || self
                .stored_value
                .iter()
                .any(|one| one.instance == *instance)
    }
}

/// Points of one account in a hold, in the order in which they were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldPoints {
    pub(crate) account: Id,
    pub(crate) lots: Vec<Lot>,
}

impl Account {
    /// Sets available points aside, in burn order; all of them or none.
    pub(crate) fn set_aside(&mut self, points: i64, order: BurnOrder) -> Result<Vec<Taken>> {
        let mut taken = Vec::new();
        let left = self.burn(points, order, &mut taken);
        if left > 0 {
            let there = points.saturating_sub(left);
            let words = format!("{points} points are to be held, {there} are there");
            return Err(Error::new(Code::InsufficientPoints, words));
        }
        Ok(taken)
    }

    /// Gives points back to the lots that they came from, the last taken first; a debt is paid first.
    pub(crate) fn release(&mut self, lots: &[Lot], zone: Zone) -> Result<Vec<Given>> {
        let mut made = Vec::with_capacity(lots.len());
        for lot in lots.iter().rev() {
            let lot = self.present(lot, zone)?;
            made.push(self.wake(lot)?);
        }
        Ok(made)
    }

    /// The purchase at hand uses these points first, in this order; their lots hold them.
    pub(crate) fn set_first(&mut self, first: Vec<(u32, i64)>) {
        self.first = first;
    }

    /// Whether there are such points.
    pub(crate) fn has_first(&self) -> bool {
        !self.first.is_empty()
    }

    /// Uses the points that come before all others; says how many.
    pub(super) fn use_first(&mut self, points: i64, taken: &mut Vec<Taken>) -> i64 {
        let mut left = points;
        for (n, most) in &mut self.first {
            let active = |lot: &&mut Lot| lot.n == *n && lot.active_from.is_none();
            let Some(lot) = self.lots.iter_mut().find(active) else {
                continue;
            };
            let part = left.min(*most).min(lot.points);
            if part > 0 {
                left = left.saturating_sub(part);
                *most = most.saturating_sub(part);
                lot.points = lot.points.saturating_sub(part);
                taken.push(Lot {
                    points: part,
                    ..*lot
                });
            }
        }
        if left < points {
            self.drop_empty(self.lots.len());
        }
        points.saturating_sub(left)
    }
}
