//! Lots that expired and can be reopened (clause 3.11).

use serde::{Deserialize, Serialize};

use super::{Account, Given, Lot, sum};
use crate::calendar::Date;
use crate::error::Result;

/// A lot that expired on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lapsed {
    pub(crate) on: Date,
    pub(crate) lot: Lot,
}

impl Account {
    /// Remembers lots that expired, if the account does.
    pub(crate) fn lapse_if(&mut self, remembers: bool, lots: &[Lot], on: Date) {
        if !remembers {
            return;
        }
        // Points that a policy gave back into a new lot, but too late, have no lot of their own.
        let real = lots.iter().filter(|lot| lot.n > 0);
        self.lapsed.extend(real.map(|lot| Lapsed { on, lot: *lot }));
    }

    /// Whether [`Account::forget_lapsed`] would forget anything.
    pub(crate) fn lapsed_before(&self, day: Date) -> bool {
        self.lapsed.iter().any(|lapsed| lapsed.on < day)
    }

    /// Forgets lots that expired before a day.
    pub(crate) fn forget_lapsed(&mut self, day: Date) {
        self.lapsed.retain(|lapsed| lapsed.on >= day);
    }

    /// The lots that expired on a day or later; they are no longer remembered.
    pub(crate) fn recall(&mut self, since: Date) -> Vec<Lot> {
        let come = self.lapsed.extract_if(.., |lapsed| lapsed.on >= since);
        come.map(|lapsed| lapsed.lot).collect()
    }

    /// Reopens a lot: it keeps its number, so that a return of its order finds it.
    pub(crate) fn reopen(&mut self, lot: Lot) -> Result<Given> {
        self.sums.credited = sum(self.sums.credited, lot.points)?;
        forget_gone(&mut self.expired, lot);
        self.wake(lot)
    }
}

/// Points that are there again are not gone.
fn forget_gone(gone: &mut Vec<super::Gone>, lot: Lot) {
    if let Some(one) = gone.iter_mut().find(|one| one.n == lot.n) {
        one.points = one.points.saturating_sub(lot.points);
    }
    gone.retain(|one| one.points > 0);
}

/// Points of a lot that a return has counted as undone cannot be reopened: those that expired last, so that it makes no difference
/// whether older ones are still remembered.
pub(super) fn forget(lapsed: &mut Vec<Lapsed>, n: u32, points: i64) {
    let mut left = points;
    for one in lapsed.iter_mut().rev().filter(|one| one.lot.n == n) {
        let part = left.min(one.lot.points);
        left = left.saturating_sub(part);
        one.lot.points = one.lot.points.saturating_sub(part);
    }
    lapsed.retain(|one| one.lot.points > 0);
}
