//! Points that a person credits or debits (clause 3.11).

use super::work::Work;
use crate::amount::Points;
use crate::error::{Code, Error, Result};
use crate::event::{Adjust, Overdraw};
use crate::outcome::Change;
use crate::points::{Given, Lot, LotKind, dates};

impl Work<'_> {
    pub(super) fn adjust(&mut self, adjust: &Adjust<'_>) -> Result<()> {
        let place = match &adjust.account {
            Some(id) => self.compiled.account(id),
            None if self.compiled.accounts.len() == 1 => Some(0),
            None => None,
        };
        let Some((place, plan)) =
            place.and_then(|place| Some((place, self.compiled.accounts.get(place)?)))
        else {
            let words = match &adjust.account {
                Some(id) => format!("there is no account `{id}` in this program"),
                None => "say which `account`: the program does not have exactly one".to_owned(),
            };
            return Err(Error::at(Code::UnknownAccount, "adjust.account", words));
        };
        let reason = adjust.reason.to_string();
        let points = adjust.points.get();
        if points > 0 {
            let (mut active_from, mut expires_at) =
                dates(&plan.lot, self.today, self.zone, self.as_of)?;
            if let Some(last_day) = adjust.expires_on {
                expires_at = Some(self.zone.start_of(last_day.add_days(1)?)?);
            }
            if expires_at.is_some_and(|at| at <= self.as_of) {
                return Err(Error::at(
                    Code::InvalidTime,
                    "adjust.expires_on",
                    "the points would have expired already",
                ));
            }
            // A person who gives points means points that are there.
            active_from = active_from.filter(|_| false);
            let lot = Lot {
                n: 0,
                kind: LotKind::Credited,
                earned_on: self.today,
                active_from,
                expires_at,
                points,
            };
            let Given { lot, repaid } = self.account(place)?.credit(lot)?;
            self.enter(Change::Credited {
                account: plan.id.clone(),
                points: Points::new(points),
                reason,
                lot: lot.dates(),
            });
            if repaid > 0 {
                self.enter(Change::Repaid {
                    account: plan.id.clone(),
                    points: Points::new(repaid),
                    lot: lot.dates(),
                });
            }
        } else {
            let wanted = points.saturating_neg();
            let debt = adjust.overdraw.unwrap_or(plan.overdraw) == Overdraw::Debt;
            let made = self.account(place)?.debit(wanted, plan.burn_order, debt)?;
            self.enter(Change::Debited {
                account: plan.id.clone(),
                points: Points::new(wanted.saturating_sub(made.forgiven)),
                reason,
                lots: made.taken.iter().map(Lot::entry).collect(),
                owed: Points::new(made.owed),
                forgiven: Points::new(made.forgiven),
            });
        }
        Ok(())
    }
}
