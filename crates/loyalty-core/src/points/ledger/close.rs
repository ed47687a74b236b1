//! Points that are forfeited because the membership ends (clause 13.4).

use super::{Account, Lot, remember_gone, sum};
use crate::calendar::Date;
use crate::error::Result;

impl Account {
    /// Takes all available points for good. A later return finds them gone, as it does what has expired. `remember_from`: as for
    /// [`Account::expire`].
    pub(crate) fn forfeit(&mut self, remember_from: Date) -> Result<Vec<Lot>> {
        let gone: Vec<Lot> = self
            .lots
            .extract_if(.., |lot| lot.active_from.is_none())
            .collect();
        for lot in &gone {
            self.sums.debited = sum(self.sums.debited, lot.points)?;
            if lot.earned_on >= remember_from {
                remember_gone(&mut self.expired, lot.n, lot.earned_on, lot.points);
            }
        }
        Ok(gone)
    }
}
