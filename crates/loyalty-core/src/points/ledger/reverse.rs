//! Taking points that were given, where they may be missing (clauses 3.7, 6.3).

use super::{Account, Lot, Taken, Took, forget, remember_gone, sum};
use crate::error::{Code, Error, Result};
use crate::points::rules::BurnOrder;
use crate::points::worth::Worth;

/// What happens to points that are to be taken and are not there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Missing {
    /// They are owed.
    Owed,
    /// They are forgiven.
    Forgiven,
    /// Money is withheld for them: at most so much.
    Withheld(Worth, i64),
    /// Nothing is taken.
    Refused,
}

/// What a posting that takes points did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reversal {
    pub(crate) taken: Vec<Taken>,
    pub(crate) owed: i64,
    pub(crate) forgiven: i64,
    pub(crate) expired: i64,
    /// Points that were cancelled before: they are back already.
    pub(crate) cancelled: i64,
    /// Points for which money is withheld, and how much, in minor units.
    pub(crate) withheld: (i64, i64),
}

impl Reversal {
    /// How many of so many points were taken or are owed.
    pub(crate) fn taken_of(&self, points: i64) -> i64 {
        let (withheld, _) = self.withheld;
        [self.forgiven, self.expired, self.cancelled, withheld]
            .into_iter()
            .fold(points, i64::saturating_sub)
    }
}

impl Account {
    /// Takes back what an order put into its lots (clause 6.3): from its pending lots, from its other lots, then from all in
    /// burn order; then the rest is missing. What had expired counts as taken, and what was cancelled is back already.
    pub(crate) fn reverse(
        &mut self,
        points: i64,
        puts: &mut [Took],
        order: BurnOrder,
        missing: Missing,
    ) -> Result<Reversal> {
        let mut made = Reversal::default();
        let mut left = points.max(0);
        for put in puts.iter_mut() {
            let part = left.min(put.cancelled);
            left = left.saturating_sub(part);
            put.cancelled = put.cancelled.saturating_sub(part);
            made.cancelled = made.cancelled.saturating_add(part);
        }
        for pending in [true, false] {
            for put in puts.iter_mut() {
                let Some(lot) = self
                    .lots
                    .iter_mut()
                    .find(|lot| lot.n == put.lot.n && lot.active_from.is_some() == pending)
                else {
                    continue;
                };
                let part = left.min(lot.points).min(put.open());
                if part > 0 {
                    left = left.saturating_sub(part);
                    lot.points = lot.points.saturating_sub(part);
                    put.back = put.back.saturating_add(part);
                    made.taken.push(Lot {
                        points: part,
                        ..*lot
                    });
                }
            }
        }
        self.drop_empty(self.lots.len());
        for put in puts.iter_mut() {
            let Some(gone) = self.expired.iter_mut().find(|gone| gone.n == put.lot.n) else {
                continue;
            };
            let part = left.min(gone.points).min(put.open());
            left = left.saturating_sub(part);
            gone.points = gone.points.saturating_sub(part);
            put.back = put.back.saturating_add(part);
            made.expired = made.expired.saturating_add(part);
            forget(&mut self.lapsed, put.lot.n, part);
        }
        self.expired.retain(|gone| gone.points > 0);
        let own = left;
        left = self.burn(left, order, &mut made.taken);
        self.miss(left, missing, &mut made)?;
        // What could not come from the order's own lots still counts against them.
        let mut rest = own;
        let mut forgive = made.forgiven;
        for put in puts.iter_mut() {
            let part = rest.min(put.open());
            rest = rest.saturating_sub(part);
            put.back = put.back.saturating_add(part);
            let remember = forgive.min(part);
            forgive = forgive.saturating_sub(remember);
            remember_gone(&mut self.forgiven, put.lot.n, put.lot.earned_on, remember);
        }
        self.sums.reversed = sum(self.sums.reversed, made.taken_of(points))?;
        Ok(made)
    }

    /// Takes back what was credited to a lot: from this lot first, as [`Account::reverse`] does.
    pub(crate) fn uncredit(
        &mut self,
        points: i64,
        put: &mut Took,
        order: BurnOrder,
        missing: Missing,
    ) -> Result<Reversal> {
        let before = self.sums.reversed;
        let made = self.reverse(points, core::slice::from_mut(put), order, missing)?;
        let taken = self.sums.reversed.saturating_sub(before);
        self.sums.reversed = before;
        self.sums.debited = sum(self.sums.debited, taken)?;
        Ok(made)
    }

    /// What becomes of points that are to be taken and are not there.
    fn miss(&mut self, left: i64, missing: Missing, made: &mut Reversal) -> Result<()> {
        match missing {
            _ if left == 0 => {}
            Missing::Owed => made.owed = left,
            Missing::Forgiven => made.forgiven = left,
            Missing::Withheld(worth, most) => {
                let (money, covered) = worth.withhold(left, most)?;
                made.withheld = (covered, money);
                made.owed = left.saturating_sub(covered);
            }
            Missing::Refused => {
                let words = format!("{left} points are missing in the account `{}`", self.id);
                return Err(Error::new(Code::OverdrawRefused, words));
            }
        }
        self.debt = sum(self.debt, made.owed)?;
        Ok(())
    }

    /// Takes points that a person debits.
    pub(crate) fn debit(
        &mut self,
        points: i64,
        order: BurnOrder,
        missing: Missing,
    ) -> Result<Reversal> {
        let mut made = Reversal::default();
        let left = self.burn(points, order, &mut made.taken);
        self.miss(left, missing, &mut made)?;
        self.sums.debited = sum(self.sums.debited, points.saturating_sub(made.forgiven))?;
        Ok(made)
    }

    /// Takes pending points of a lot: at most so many.
    pub(crate) fn cancel(&mut self, n: u32, most: i64) -> Result<Option<Lot>> {
        let pending = |lot: &&mut Lot| lot.n == n && lot.active_from.is_some();
        let Some(lot) = self.lots.iter_mut().find(pending) else {
            return Ok(None);
        };
        let part = most.min(lot.points);
        lot.points = lot.points.saturating_sub(part);
        let taken = Lot {
            points: part,
            ..*lot
        };
        self.drop_empty(self.lots.len());
        self.sums.reversed = sum(self.sums.reversed, part)?;
        Ok(Some(taken).filter(|lot| lot.points > 0))
    }
}
