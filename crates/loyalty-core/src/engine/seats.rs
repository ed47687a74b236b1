//! Plans that are shared: the holder tells, the others hear (clause 12.3).

use std::borrow::Cow;

use super::work::Work;
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::event::{PlanSeat, SharePlan};
use crate::id::Id;
use crate::limits::MEMBER_LIST_MAX;
use crate::outcome::{Change, MessageBody};
use crate::plans::{Seat, Subscription};

/// What the holder tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The plan is theirs, until it ends.
    Shared,
    /// It is theirs no longer.
    Ended,
}

impl Work<'_> {
    pub(super) fn share_plan(&mut self, share: &SharePlan<'_>) -> Result<()> {
        let own = self.own_plan(share.plan.as_deref(), "share_plan.plan")?;
        if own.lapsed {
            let words = format!("the plan `{}` is over", own.plan);
            return Err(Error::at(Code::UnknownPlan, "share_plan.plan", words));
        }
        let plan = own.plan.clone();
        let mut seats = own.seats.clone();
        // A program that has dropped the plan lets nobody in any more.
        let most = self.spec_of(&plan).map_or(0, |spec| spec.seats);
        let mut remove = Vec::with_capacity(share.remove.len());
        for (place, id) in share.remove.iter().map(|id| Id::checked(id)).enumerate() {
            let Ok(there) = seats.binary_search(&id) else {
                let words = format!("the plan is not shared with `{id}`");
                let path = format!("share_plan.remove[{place}]");
                return Err(Error::at(Code::PlanRefused, path, words));
            };
            seats.remove(there);
            remove.push(id);
        }
        let mut add = Vec::with_capacity(share.add.len());
        for (place, id) in share.add.iter().map(|id| Id::checked(id)).enumerate() {
            let refuse = |words: String| {
                let path = format!("share_plan.add[{place}]");
                Err(Error::at(Code::PlanRefused, path, words))
            };
            if id == self.member.id {
                return refuse("the member who pays needs no seat".to_owned());
            }
            let Err(there) = seats.binary_search(&id) else {
                return refuse(format!("the plan is shared with `{id}` already"));
            };
            if most == 0 {
                return refuse("the plan cannot be shared: it has no seats".to_owned());
            }
            if seats.len() >= most {
                return refuse(format!("the plan has {most} seats, and all are taken"));
            }
            seats.insert(there, id.clone());
            add.push(id);
        }
        self.enter(Change::PlanShared {
            plan: plan.clone(),
            add: add.clone(),
            remove: remove.clone(),
        });
        self.change_plan(&plan, |own| own.seats = seats);
        self.tell_seats(&plan, &remove, Told::Ended);
        self.tell_seats(&plan, &add, Told::Shared);
        Ok(())
    }

    /// Tells those with whom a plan is shared how it stands.
    pub(super) fn tell_seats(&mut self, plan: &Id, seats: &[Id], told: Told) {
        let own = self.state.more.plans.own(plan.as_str());
        let until = own
            .filter(|_| told == Told::Shared)
            .and_then(Subscription::ends);
        for seat in seats {
            let body = MessageBody::PlanSeat(PlanSeat {
                holder: Cow::Owned(self.member.id.to_string()),
                plan: Cow::Owned(plan.to_string()),
                until,
                told: self.version,
            });
            self.tell_member(seat.clone(), body);
        }
    }

    /// Tells another member something; its name is made of the version that says it.
    pub(super) fn tell_member(&mut self, member: Id, body: MessageBody) {
        let version = self.version.to_string();
        let own = self.member.id.as_str();
        self.send_message(&[own, "told", &version], (member, None), body);
    }

    /// The holder of a plan tells how it stands.
    pub(super) fn plan_seat(&mut self, seat: &PlanSeat<'_>) -> Result<()> {
        if *seat.holder == *self.member.id.as_str() {
            let words = "the member who pays needs no seat";
            return Err(Error::at(Code::WrongMember, "plan_seat.holder", words));
        }
        let plan = self.plan_spec(&seat.plan, "plan_seat.plan")?.id.clone();
        let holder = Id::checked(&seat.holder);
        let now = self.as_of;
        let until = seat.until.filter(|until| *until > now);
        let seats = &self.state.more.plans.seats;
        let place = seats.binary_search_by(|one| (&one.holder, &one.plan).cmp(&(&holder, &plan)));
        let known = place.ok().and_then(|place| seats.get(place));
        let stale = known.is_some_and(|known| known.told >= seat.told);
        if place.is_err() && seats.len() >= MEMBER_LIST_MAX {
            let words = format!("a member has at most {MEMBER_LIST_MAX} seats");
            return Err(Error::at(Code::LimitExceeded, "plan_seat", words));
        }
        let held: Option<Instant> = match known {
            Some(known) if stale => known.until,
            _ => until,
        };
        self.enter(Change::PlanSeat {
            holder: holder.clone(),
            plan: plan.clone(),
            until: held,
            stale,
        });
        if stale {
            return Ok(());
        }
        let heard = Seat {
            holder,
            plan,
            told: seat.told,
            until,
        };
        let seats = &mut self.more().plans.seats;
        match place {
            Ok(place) => {
                if let Some(there) = seats.get_mut(place) {
                    *there = heard;
                }
            }
            Err(place) => seats.insert(place, heard),
        }
        self.lend_rungs();
        Ok(())
    }
}
