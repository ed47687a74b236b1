//! The passing of time: everything that is due, in the order of the calendar (clauses 1.3 to 1.5).
//!
//! At one instant: pending points become available; points expire; windows roll; tiers. Rounds repeat until one makes no entry.

use super::work::Work;
use crate::amount::Points;
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::limits::{ENTRIES_MAX, ROUNDS_MAX};
use crate::outcome::Change;
use crate::points::Given;

impl Work<'_> {
    /// Brings the member to an instant, due things first.
    pub(super) fn settle_to(&mut self, to: Instant) -> Result<()> {
        let mut next = match self.member.due {
            Some((digest, due)) if digest == self.digest() => due,
            _ => self.next_due(),
        };
        while let Some(due) = next.filter(|due| *due <= to) {
            self.go_to(due);
            self.settle_at()?;
            next = self.next_due();
            if next.is_some_and(|next| next <= due) {
                let words = "something that is due does not happen";
                return Err(Error::new(Code::Internal, words));
            }
            if self.entries.len() > ENTRIES_MAX {
                let words =
                    format!("more than {ENTRIES_MAX} entries are due: advance in shorter steps");
                return Err(Error::new(Code::LimitExceeded, words));
            }
        }
        self.go_to(to);
        Ok(())
    }

    fn go_to(&mut self, instant: Instant) {
        if instant != self.as_of {
            self.as_of = instant;
            let today = self.zone.date_at(instant);
            if today != self.today {
                self.today = today;
                self.prune();
            }
        }
    }

    /// Makes everything that is due at this instant, until nothing more happens.
    pub(super) fn settle_at(&mut self) -> Result<()> {
        for _ in 0..ROUNDS_MAX {
            let before = self.entries.len();
            self.activate_and_expire()?;
            self.judge_tiers()?;
            if self.entries.len() == before {
                return Ok(());
            }
        }
        Err(Error::new(
            Code::Internal,
            "the member does not come to rest at this instant",
        ))
    }

    /// Pending points become available, then points expire.
    fn activate_and_expire(&mut self) -> Result<()> {
        let now = self.as_of;
        if !self
            .state
            .accounts
            .iter()
            .any(|account| account.is_due(now))
        {
            return Ok(());
        }
        for place in 0..self.state.accounts.len() {
            self.activate(place)?;
        }
        for place in 0..self.state.accounts.len() {
            self.expire(place)?;
        }
        Ok(())
    }

    fn activate(&mut self, place: usize) -> Result<()> {
        let now = self.as_of;
        let account = self.account_mut(place)?;
        let made = account.activate(now)?;
        let id = account.id.clone();
        for Given { lot, repaid } in made {
            self.enter(Change::Activated {
                account: id.clone(),
                points: Points::new(lot.points),
                lot: lot.dates(),
            });
            if repaid > 0 {
                self.enter(Change::Repaid {
                    account: id.clone(),
                    points: Points::new(repaid),
                    lot: lot.dates(),
                });
            }
        }
        Ok(())
    }

    fn expire(&mut self, place: usize) -> Result<()> {
        let (now, remember_from) = (self.as_of, self.remember_from());
        let account = self.account_mut(place)?;
        let gone = account.expire(now, remember_from)?;
        let id = account.id.clone();
        for lot in gone {
            self.enter(Change::Expired {
                account: id.clone(),
                points: Points::new(lot.points),
                lot: lot.dates(),
                why: None,
            });
        }
        Ok(())
    }

    /// When time alone changes the member next.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let lots = self
            .state
            .accounts
            .iter()
            .filter_map(crate::points::Account::next_due);
        let tiers = (0..self.compiled.tracks.len()).filter_map(|place| self.track_due(place));
        lots.chain(tiers).min()
    }
}
