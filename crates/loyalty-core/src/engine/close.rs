//! The end of a membership: all that the member has is forfeited, by entries; what is known of the person can be forgotten
//! (clause 13.4).

use std::borrow::Cow;
use std::sync::Arc;

use super::transfer::moved;
use super::work::Work;
use crate::amount::Points;
use crate::error::{Code, Error, Result};
use crate::event::{Close, Erase, Receive};
use crate::id::Id;
use crate::member::{Access, Profile, Since};
use crate::outcome::{Change, MessageBody, ReleaseWhy, Source};
use crate::points::{Lot, Missing, MovedLots};

impl Work<'_> {
    pub(super) fn close(&mut self, close: &Close<'_>) -> Result<()> {
        self.end(&close.reason, close.into.as_deref())
    }

    pub(super) fn erase(&mut self, erase: &Erase<'_>) -> Result<()> {
        if let Access::Erased(erased) = &self.state.more.access {
            let words = format!("the person is forgotten since {} already", erased.since);
            return Err(Error::at(Code::MemberClosed, "erase", words));
        }
        if !self.state.more.access.is_over() {
            self.end(&erase.reason, None)?;
        }
        self.state.profile = Arc::new(Profile::default());
        let zone = self.compiled.zone;
        if zone != self.zone {
            self.move_to(zone);
        }
        let into = self.state.more.access.joined().cloned();
        self.more().access = Access::Erased(Since {
            into,
            ..self.since(&erase.reason)
        });
        self.enter(Change::Erased {});
        Ok(())
    }

    /// Ends the membership, which may have become part of another one.
    fn end(&mut self, reason: &str, into: Option<&str>) -> Result<()> {
        self.enter(Change::Closed {
            reason: reason.to_owned(),
        });
        self.more().access = Access::Closed(Since {
            into: into.map(Id::checked),
            ..self.since(reason)
        });
        let keys = self.state.more.holds.iter().map(|hold| hold.key.clone());
        for key in keys.collect::<Vec<_>>() {
            self.release_hold(&key, ReleaseWhy::Closed)?;
        }
        self.cancel_all(reason)?;
        self.forfeit(reason)?;
        let coupons = self.state.more.coupons.iter().map(|one| one.id.clone());
        for coupon in coupons.collect::<Vec<_>>() {
            self.revoke_coupon(coupon.as_str(), reason)?;
        }
        self.close_plans(into.is_some());
        self.end_household();
        self.drop_tasks();
        // No attempt to win the member back can fail any more.
        if let Some(lived) = &mut self.more().lifecycle {
            lived.winback.open.clear();
        }
        Ok(())
    }

    /// What a return gave back to a membership that is over, or another member brought, is forfeited too, or goes on to the membership
    /// of which that one has become part; nothing of that is pending.
    pub(super) fn forfeit_again(&mut self) -> Result<()> {
        let access = &self.state.more.access;
        if let Access::Closed(over) | Access::Erased(over) = access {
            let (reason, into) = (over.reason.clone(), over.into.clone());
            match into {
                Some(into) => self.send_on(&into)?,
                None => self.forfeit(&reason)?,
            }
        }
        Ok(())
    }

    /// Sends all available points to another member.
    fn send_on(&mut self, to: &Id) -> Result<()> {
        for place in 0..self.state.accounts.len() {
            let points = self.account(place)?.available();
            if points <= 0 {
                continue;
            }
            let lots = self.debit_with(place, points, Source::To(to.clone()), Missing::Refused)?;
            let receive = Receive {
                from: Cow::Owned(self.member.id.to_string()),
                program: None,
                account: Cow::Owned(self.account(place)?.id.to_string()),
                lots: moved(MovedLots::Keep, &lots, points)?,
            };
            self.tell_member(to.clone(), MessageBody::Receive(receive));
        }
        Ok(())
    }

    /// Takes all available points.
    fn forfeit(&mut self, reason: &str) -> Result<()> {
        let remember_from = self.keep_from();
        for place in 0..self.state.accounts.len() {
            if self.account(place)?.available() == 0 {
                continue;
            }
            let account = self.account_mut(place)?;
            let gone = account.forfeit(remember_from)?;
            let account = account.id.clone();
            let points = gone
                .iter()
                .fold(0_i64, |sum, lot| sum.saturating_add(lot.points));
            self.enter(Change::Debited {
                account,
                points: Points::new(points),
                source: Source::Closed(reason.to_owned()),
                lots: gone.iter().map(Lot::entry).collect(),
                owed: Points::ZERO,
                forgiven: Points::ZERO,
            });
        }
        Ok(())
    }

    /// Cancels all pending points.
    fn cancel_all(&mut self, reason: &str) -> Result<()> {
        let mut all: Vec<(Id, Vec<Lot>)> = Vec::new();
        for place in 0..self.state.accounts.len() {
            let account = self.account(place)?;
            let id = account.id.clone();
            let pending = account.lots.iter().filter(|lot| lot.active_from.is_some());
            let mut lots = Vec::new();
            for n in pending.map(|lot| lot.n).collect::<Vec<_>>() {
                lots.extend(self.account_mut(place)?.cancel(n, i64::MAX)?);
            }
            if !lots.is_empty() {
                self.enter_cancelled(&id, &lots, None, Some(reason));
                all.push((id, lots));
            }
        }
        self.mark_cancelled(&all);
        Ok(())
    }
}
