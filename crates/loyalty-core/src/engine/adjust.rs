//! Points that a person credits or debits (clause 3.11).

use super::work::Work;
use crate::amount::Points;
use crate::error::{Code, Error, Result};
use crate::event::{Adjust, Adjustment, Overdraw};
use crate::outcome::{Change, Source};
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
        match adjust.change {
            Adjustment::Credit {
                points, expires_on, ..
            } => {
                let points = points.get();
                let (_, mut expires_at) = dates(&plan.lot, self.today, self.zone, self.as_of)?;
                if let Some(last_day) = expires_on {
                    expires_at = Some(self.zone.start_of(last_day.add_days(1)?)?);
                }
                if expires_at.is_some_and(|at| at <= self.as_of) {
                    return Err(Error::at(
                        Code::InvalidTime,
                        "adjust.expires_on",
                        "the points would have expired already",
                    ));
                }
                let lot = Lot {
                    n: 0,
                    kind: LotKind::Credited,
                    earned_on: self.today,
                    // A person who gives points means points that are there.
                    active_from: None,
                    expires_at,
                    points,
                };
                let Given { lot, repaid } = self.give(place, lot)?;
                self.enter(Change::Credited {
                    account: plan.id.clone(),
                    points: Points::new(points),
                    source: Source::Reason(reason),
                    lot: lot.dates(),
                });
                if repaid > 0 {
                    self.enter(Change::Repaid {
                        account: plan.id.clone(),
                        points: Points::new(repaid),
                        lot: lot.dates(),
                    });
                }
            }
            Adjustment::Debit { points, overdraw } => {
                let wanted = points.get();
                let debt = overdraw.unwrap_or(plan.overdraw) == Overdraw::Debt;
                let made = self
                    .account_mut(place)?
                    .debit(wanted, plan.burn_order, debt)?;
                self.enter(Change::Debited {
                    account: plan.id.clone(),
                    points: Points::new(wanted.saturating_sub(made.forgiven)),
                    source: Source::Reason(reason),
                    lots: made.taken.iter().map(Lot::entry).collect(),
                    owed: Points::new(made.owed),
                    forgiven: Points::new(made.forgiven),
                });
            }
            Adjustment::Reinstate { .. } => {
                return Err(Error::new(Code::Internal, "not built yet"));
            }
        }
        Ok(())
    }
}
