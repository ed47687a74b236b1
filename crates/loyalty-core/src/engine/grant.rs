//! Status that a person gives and takes back (clause 9.6).

use super::facts::rung;
use super::lent::mark_held;
use super::work::Work;
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::event::{Grant, Revoke, Until};
use crate::id::Id;
use crate::outcome::{Change, TierWhy};
use crate::tiers::{Granted, Standing};

impl Work<'_> {
    /// Gives a rung that stands beside the one that is earned; it takes the place of what was granted before.
    pub(super) fn grant(&mut self, grant: &Grant<'_>) -> Result<()> {
        let place = self.granted_track(grant.track.as_deref(), "grant.track")?;
        let plan = self.compiled.tracks.get(place);
        let to = plan.and_then(|plan| plan.rungs.iter().find(|one| one.id == *grant.rung));
        let Some(to) = to.map(|rung| rung.id.clone()) else {
            let words = format!("there is no rung `{}` in this track", grant.rung);
            return Err(Error::at(Code::UnknownReference, "grant.rung", words));
        };
        let until = match grant.until {
            None => None,
            Some(Until::Instant(until)) => Some(until),
            Some(Until::Date(last)) => Some(self.zone.start_of(last.add_days(1)?)?),
        };
        if until.is_some_and(|until| until <= self.as_of) {
            let words = "the rung would be over already";
            return Err(Error::at(Code::InvalidTime, "grant.until", words));
        }
        let since = self.as_of;
        let Some(standing) = self.standing(place) else {
            return Ok(());
        };
        let from = standing.held().clone();
        standing.granted = Some(Box::new(Granted {
            rung: to.clone(),
            since,
            until,
            replace: grant.replace,
            reason: grant.reason.to_string(),
            holds: false,
        }));
        self.hold_rung(place);
        self.enter_grant(place, from, to, TierWhy::Granted, until, &grant.reason);
        Ok(())
    }

    /// Takes back what was granted.
    pub(super) fn revoke(&mut self, revoke: &Revoke<'_>) -> Result<()> {
        if let Some(coupon) = &revoke.coupon {
            return self.revoke_coupon(coupon, &revoke.reason);
        }
        let place = self.granted_track(revoke.track.as_deref(), "revoke.track")?;
        let Some(standing) = self.state.tiers.get(place) else {
            return Ok(());
        };
        if standing.granted.is_none() {
            let words = "no rung of this track is granted to the member";
            return Err(Error::at(Code::NothingGranted, "revoke", words));
        }
        self.take_grant(place, TierWhy::Revoked, &revoke.reason);
        Ok(())
    }

    /// What was granted is over.
    pub(super) fn end_grant(&mut self, place: usize) {
        let granted = self
            .state
            .tiers
            .get(place)
            .and_then(|one| one.granted.as_ref());
        let until = granted.and_then(|granted| granted.until);
        if until.is_some_and(|until| until <= self.as_of) {
            self.take_grant(place, TierWhy::GrantedEnded, "");
        }
    }

    fn take_grant(&mut self, place: usize, why: TierWhy, reason: &str) {
        let Some(standing) = self.standing(place) else {
            return;
        };
        let from = standing.held().clone();
        standing.granted = None;
        let (to, until) = (standing.rung.clone(), standing.until);
        self.hold_rung(place);
        self.enter_grant(place, from, to, why, until, reason);
    }

    fn enter_grant(
        &mut self,
        place: usize,
        from: Id,
        to: Id,
        why: TierWhy,
        until: Option<Instant>,
        reason: &str,
    ) {
        let Some(standing) = self.state.tiers.get(place) else {
            return;
        };
        let change = Change::Tier {
            track: standing.track.clone(),
            held_from: None,
            from,
            held: Some(standing.held().clone()).filter(|held| *held != to),
            to,
            why,
            until,
            reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        };
        self.enter(change);
    }

    /// Works out which rung is held, after the one that is earned or granted has changed.
    pub(super) fn hold_rung(&mut self, place: usize) {
        let held = rung(self.compiled, &self.state, place);
        if let Some(there) = self.rungs.get_mut(place) {
            *there = held;
        }
        let compiled = self.compiled;
        let beside = |one: &Standing| one.granted.is_some() || !one.lent.is_empty();
        if self.state.tiers.get(place).is_some_and(beside)
            && let Some(standing) = self.standing(place)
        {
            mark_held(compiled, standing, place, held);
        }
    }

    fn granted_track(&self, id: Option<&str>, path: &str) -> Result<usize> {
        let tracks = &self.compiled.tracks;
        let found = match id {
            Some(id) => tracks.iter().position(|track| track.id == *id),
            None => (tracks.len() == 1).then_some(0),
        };
        found.ok_or_else(|| {
            let words = match id {
                Some(id) => format!("there is no track `{id}` in this program"),
                None => "say which `track`: the program does not have exactly one".to_owned(),
            };
            Error::at(Code::UnknownReference, path, words)
        })
    }
}
