//! Giving points back that were used (clause 5.3).

use super::{Account, Lot, Took, remember_gone, sum};
use crate::calendar::{Date, Instant, Zone};
use crate::error::Result;
use crate::points::rules::Restore;

/// What giving points back did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restored {
    /// Given back, by lot.
    pub(crate) restored: Vec<Lot>,
    /// Of these, expired at once.
    pub(crate) expired: Vec<Lot>,
    /// Of these, taken for what had been forgiven.
    pub(crate) reversed: Vec<Lot>,
    /// Of these, used to pay a debt.
    pub(crate) repaid: Vec<Lot>,
}

/// The lot that points go back to when theirs has expired.
pub(crate) fn after_expiry(
    policy: Restore,
    lot: &Lot,
    extended: Option<Instant>,
    fresh: Lot,
) -> Lot {
    match policy {
        Restore::StayExpired => *lot,
        Restore::Extend { .. } => Lot {
            expires_at: extended,
            dated_by: None,
            n: 0,
            ..*lot
        },
        Restore::Fresh => Lot {
            points: lot.points,
            ..fresh
        },
    }
}

impl Account {
    /// Gives points back to the lots that they came from, the last taken first (clause 5.3). Points whose lot has expired
    /// follow the policy; the caller expires what is due afterwards. `returns_from`: orders of earlier days cannot be returned, and
    /// what was forgiven of them is not asked for.
    pub(crate) fn restore(
        &mut self,
        points: i64,
        took: &mut [Took],
        (now, zone, returns_from): (Instant, Zone, Date),
        expired: impl Fn(&Lot) -> Result<Lot>,
    ) -> Result<Restored> {
        let mut made = Restored::default();
        let mut left = points;
        for one in took.iter_mut().rev() {
            let part = left.min(one.open());
            if part == 0 {
                continue;
            }
            left = left.saturating_sub(part);
            one.back = one.back.saturating_add(part);
            self.sums.restored = sum(self.sums.restored, part)?;
            let mut lot = Lot {
                points: part,
                ..self.present(&one.lot, zone)?
            };
            if lot.expires_at.is_some_and(|at| at <= now) {
                lot = expired(&lot)?;
            }
            made.restored.push(lot);
            // What was forgiven or is owed comes first, also where the rest expires at once: so the order in which two
            // purchases go back makes no difference.
            let mut stays = part;
            if let Some(gone) = self
                .forgiven
                .iter_mut()
                .find(|gone| gone.n == one.lot.n && gone.on >= returns_from)
            {
                let repays = gone.points.min(stays);
                gone.points = gone.points.saturating_sub(repays);
                stays = stays.saturating_sub(repays);
                self.sums.reversed = sum(self.sums.reversed, repays)?;
                made.reversed.push(Lot {
                    points: repays,
                    ..lot
                });
            }
            let repaid = self.debt.min(stays);
            if repaid > 0 {
                self.debt = self.debt.saturating_sub(repaid);
                made.repaid.push(Lot {
                    points: repaid,
                    ..lot
                });
            }
            let kept = Lot {
                points: stays.saturating_sub(repaid),
                ..lot
            };
            if kept.points == 0 {
                continue;
            }
            if kept.expires_at.is_some_and(|at| at <= now) {
                self.sums.expired = sum(self.sums.expired, kept.points)?;
                remember_gone(&mut self.expired, kept.n, kept.earned_on, kept.points);
                made.expired.push(kept);
            } else if kept.n == 0 {
                self.give(kept)?;
            } else {
                self.put(kept)?;
            }
        }
        self.forgiven.retain(|gone| gone.points > 0);
        made.reversed.retain(|lot| lot.points > 0);
        Ok(made)
    }
}
