//! Holds: points that are set aside for a while (clause 3.10).

use super::work::Work;
use crate::amount::Points;
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::event::{HoldRequest, Release};
use crate::id::Id;
use crate::limits::HOLDS_MAX;
use crate::outcome::{Change, ReleaseWhy};
use crate::points::{Given, HeldPoints, Hold, Lot};

impl Work<'_> {
    pub(super) fn hold(&mut self, hold: &HoldRequest<'_>) -> Result<()> {
        let until = self.hold_until(hold)?;
        let mut wanted = Vec::with_capacity(hold.points.len());
        for (number, one) in hold.points.iter().enumerate() {
            let path = format!("hold.points[{number}].account");
            let place = self.named_account(one.account.as_deref(), &path)?;
            if wanted.iter().any(|(other, _)| *other == place) {
                let words = "each account can be named once";
                let path = format!("hold.points[{number}]");
                return Err(Error::at(Code::DuplicateId, path, words));
            }
            wanted.push((place, one.points.get()));
        }
        let key = Id::checked(&hold.key);
        if let Some(held) = self.take_hold(&hold.key) {
            self.free(held, ReleaseWhy::Replaced)?;
            // What has outlived its date in the old hold does not go into the new one.
            self.activate_and_expire()?;
            self.expire_coupons();
        }
        if self.state.more.holds.len() >= HOLDS_MAX {
            let words = format!("a member has at most {HOLDS_MAX} holds at a time");
            return Err(Error::at(Code::LimitExceeded, "hold", words));
        }
        let mut points = Vec::with_capacity(wanted.len());
        for (number, (place, asked)) in wanted.into_iter().enumerate() {
            let plan = self.compiled.accounts.get(place);
            let burn = plan.map(|plan| plan.burn_order).unwrap_or_default();
            let account = self.account_mut(place)?;
            let lots = account
                .set_aside(asked, burn)
                .map_err(|error| error.under(&format!("hold.points[{number}].points")))?;
            let id = account.id.clone();
            self.enter(Change::Held {
                key: key.clone(),
                account: id.clone(),
                points: Points::new(asked),
                lots: lots.iter().map(Lot::entry).collect(),
                until,
            });
            points.push(HeldPoints { account: id, lots });
        }
        let coupons = self.hold_coupons(&key, &hold.coupons, until)?;
        let stored_value = self.hold_values(&key, &hold.stored_value)?;
        let holds = &mut self.more().holds;
        let place = holds.partition_point(|one| one.key < key);
        holds.insert(
            place,
            Hold {
                key,
                until,
                points,
                coupons,
                stored_value,
            },
        );
        Ok(())
    }

    fn hold_until(&self, hold: &HoldRequest<'_>) -> Result<Instant> {
        let until = match (hold.minutes, hold.until) {
            (Some(minutes), _) => {
                let micros = i64::from(minutes).saturating_mul(60_000_000);
                self.as_of.checked_add_micros(micros)?
            }
            (None, Some(until)) => until,
            (None, None) => self.as_of,
        };
        if until <= self.as_of {
            let words = "a hold ends after it begins";
            return Err(Error::at(Code::InvalidTime, "hold.until", words));
        }
        Ok(until)
    }

    pub(super) fn release(&mut self, release: &Release<'_>) -> Result<()> {
        let held = self
            .take_hold(&release.key)
            .ok_or_else(|| unknown(&release.key, "release.key"))?;
        self.free(held, ReleaseWhy::Asked).map(drop)
    }

    /// A purchase uses a hold: what it held is free again, and its points are used before all others, even if their date is past;
    /// what it does not use expires then. To be called before points are used to pay.
    pub(super) fn capture(&mut self, key: &str) -> Result<()> {
        let held = self
            .take_hold(key)
            .ok_or_else(|| unknown(key, "purchase.hold"))?;
        self.captured.clone_from(&held.stored_value);
        for (place, freed) in self.free(held, ReleaseWhy::Captured)? {
            // They were set aside in burn order, and came back in reverse.
            let stays = |given: &Given| given.lot.points.saturating_sub(given.repaid);
            let first = freed.iter().rev().map(|given| (given.lot.n, stays(given)));
            let first = first.collect();
            self.account_mut(place)?.set_first(first);
        }
        Ok(())
    }

    /// The purchase is over: no points come before others any more, and of cards that are over nothing can be used.
    pub(super) fn end_capture(&mut self) {
        self.captured.clear();
        for account in &mut self.state.accounts {
            if account.has_first() {
                account.set_first(Vec::new());
            }
        }
    }

    /// Holds whose time is over are released.
    pub(super) fn time_out(&mut self) -> Result<()> {
        let now = self.as_of;
        while let Some(over) = self.state.more.holds.iter().find(|hold| hold.until <= now) {
            let key = over.key.clone();
            if let Some(held) = self.take_hold(key.as_str()) {
                self.free(held, ReleaseWhy::TimedOut)?;
            }
        }
        Ok(())
    }

    /// Releases a hold that is there.
    pub(super) fn release_hold(&mut self, key: &Id, why: ReleaseWhy) -> Result<()> {
        match self.take_hold(key.as_str()) {
            Some(held) => self.free(held, why).map(drop),
            None => Ok(()),
        }
    }

    fn take_hold(&mut self, key: &str) -> Option<Hold> {
        let holds = &self.state.more.holds;
        let place = holds.binary_search_by(|hold| hold.key.as_str().cmp(key));
        let place = place.ok()?;
        Some(self.more().holds.remove(place))
    }

    /// Gives held points back to their lots; says which, by the place of the account.
    fn free(&mut self, hold: Hold, why: ReleaseWhy) -> Result<Vec<(usize, Vec<Given>)>> {
        let mut all = Vec::with_capacity(hold.points.len());
        self.free_coupons(&hold.key, &hold.coupons, why);
        self.free_values(&hold.key, &hold.stored_value, why);
        for one in hold.points {
            let accounts = self.state.accounts.iter();
            let place = accounts.map(|account| &account.id);
            let Some(place) = place.into_iter().position(|id| *id == one.account) else {
                let words = "points are held of an account that is not there";
                return Err(Error::new(Code::Internal, words));
            };
            let zone = self.zone;
            let freed = self.account_mut(place)?.release(&one.lots, zone)?;
            let lots: Vec<_> = freed.iter().map(|given| given.lot.entry()).collect();
            let points = freed
                .iter()
                .fold(0_i64, |sum, given| sum.saturating_add(given.lot.points));
            self.enter(Change::Released {
                key: hold.key.clone(),
                account: one.account.clone(),
                points: Points::new(points),
                lots,
                why,
            });
            for given in &freed {
                self.enter_repaid(&one.account, given);
            }
            all.push((place, freed));
        }
        Ok(all)
    }

    /// The place of an account that an event names, or of the only one.
    pub(super) fn named_account(&self, id: Option<&str>, path: &str) -> Result<usize> {
        let accounts = &self.compiled.accounts;
        let place = match id {
            Some(id) => self.compiled.account(id),
            None if accounts.len() == 1 => Some(0),
            None => None,
        };
        place.ok_or_else(|| {
            let words = match id {
                Some(id) => format!("there is no account `{id}` in this program"),
                None => "say which `account`: the program does not have exactly one".to_owned(),
            };
            Error::at(Code::UnknownAccount, path, words)
        })
    }
}

fn unknown(key: &str, path: &str) -> Error {
    Error::at(
        Code::UnknownHold,
        path,
        format!("there is no hold `{key}`: it is released already, or never was"),
    )
}
