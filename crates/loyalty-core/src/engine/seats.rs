//! Plans that are shared: the holder tells, the others hear, and can give their seats back (clause 12.3).
//!
//! What is told bears the version of the holder that tells it, so that of several messages the latest counts. It is remembered as
//! long as one that was told before could still give the seat.

use std::borrow::Cow;

use super::work::Work;
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::event::{LeaveSeat, PlanSeat, SeatLeft, SharePlan};
use crate::id::Id;
use crate::limits::MEMBER_LIST_MAX;
use crate::outcome::{Change, MessageBody, PlanEnd};
use crate::plans::{Seat, SharedWith, Subscription};

impl Work<'_> {
    pub(super) fn share_plan(&mut self, share: &SharePlan<'_>) -> Result<()> {
        let own = self.own_plan(share.plan.as_deref(), "share_plan.plan")?;
        if own.lapsed {
            let words = format!("the plan `{}` is over", own.plan);
            return Err(Error::at(Code::UnknownPlan, "share_plan.plan", words));
        }
        let plan = own.plan.clone();
        let until = own.ends().unwrap_or(self.as_of);
        let mut seats = own.seats.clone();
        let find = |seats: &[SharedWith], id: &Id| seats.binary_search_by(|one| one.member.cmp(id));
        // A program that has dropped the plan lets nobody in any more.
        let most = self.spec_of(&plan).map_or(0, |spec| spec.seats);
        let mut remove = Vec::with_capacity(share.remove.len());
        for (place, id) in share.remove.iter().map(|id| Id::checked(id)).enumerate() {
            let Ok(there) = find(&seats, &id) else {
                let words = format!("the plan is not shared with `{id}`");
                let path = format!("share_plan.remove[{place}]");
                return Err(Error::at(Code::PlanRefused, path, words));
            };
            remove.push(seats.remove(there));
        }
        // The entry that follows is the version that they are given with.
        let since = self.version.saturating_add(1);
        let mut add = Vec::with_capacity(share.add.len());
        for (place, id) in share.add.iter().map(|id| Id::checked(id)).enumerate() {
            let refuse = |words: String| {
                let path = format!("share_plan.add[{place}]");
                Err(Error::at(Code::PlanRefused, path, words))
            };
            if id == self.member.id {
                return refuse("the member who pays needs no seat".to_owned());
            }
            let Err(there) = find(&seats, &id) else {
                return refuse(format!("the plan is shared with `{id}` already"));
            };
            if most == 0 {
                return refuse("the plan cannot be shared: it has no seats".to_owned());
            }
            if seats.len() >= most {
                return refuse(format!("the plan has {most} seats, and all are taken"));
            }
            let one = SharedWith {
                member: id,
                since,
                latest: until,
            };
            seats.insert(there, one.clone());
            add.push(one);
        }
        let ids = |all: &[SharedWith]| all.iter().map(|one| one.member.clone()).collect();
        self.enter(Change::PlanShared {
            plan: plan.clone(),
            add: ids(&add),
            remove: ids(&remove),
            stale: false,
        });
        self.change_plan(&plan, |own| own.seats = seats);
        for seat in &remove {
            self.tell_seat(&plan, seat, None);
        }
        for seat in &add {
            self.tell_seat(&plan, seat, Some(until));
        }
        Ok(())
    }

    /// Tells those with whom a plan is shared how long it lasts.
    pub(super) fn tell_seats(&mut self, plan: &Id) {
        let own = self.state.more.plans.own(plan.as_str());
        let until = own.filter(|own| !own.seats.is_empty());
        let Some(until) = until.and_then(Subscription::ends) else {
            return;
        };
        let mut seats = Vec::new();
        self.change_plan(plan, |own| {
            for seat in &mut own.seats {
                seat.latest = seat.latest.max(until);
            }
            seats.clone_from(&own.seats);
        });
        for seat in &seats {
            self.tell_seat(plan, seat, Some(until));
        }
    }

    /// Tells somebody that a plan is shared until then, or no longer.
    pub(super) fn tell_seat(&mut self, plan: &Id, seat: &SharedWith, until: Option<Instant>) {
        let latest = Some(seat.latest).filter(|latest| Some(*latest) != until);
        let body = MessageBody::PlanSeat(PlanSeat {
            holder: Cow::Owned(self.member.id.to_string()),
            plan: Cow::Owned(plan.to_string()),
            until,
            latest,
            since: seat.since,
            told: self.version,
        });
        self.tell_member(seat.member.clone(), body);
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
        let seats = &self.state.more.plans.seats;
        let place = seats.binary_search_by(|one| (&one.holder, &one.plan).cmp(&(&holder, &plan)));
        let known = place.ok().and_then(|place| seats.get(place));
        let shared = seat.until.is_some();
        let stale = known.is_some_and(|one| one.is_later_than(seat.told, seat.since, shared));
        let until = seat.until.filter(|until| *until > now);
        // A membership that is over has no use for a seat, and gives it back.
        let left = !stale && until.is_some() && self.state.more.access.is_over();
        let said = seat.latest.max(seat.until).unwrap_or(now);
        let latest = known.map_or(said, |known| known.latest.max(said));
        let heard = match known.filter(|_| stale) {
            Some(known) => Seat {
                latest,
                ..known.clone()
            },
            None => Seat {
                holder: holder.clone(),
                plan: plan.clone(),
                told: seat.told,
                since: seat.since,
                until: until.filter(|_| !left),
                latest,
                left,
            },
        };
        if place.is_err() && heard.is_of_use(now) && !self.more().plans.make_room() {
            let words = format!("a member has at most {MEMBER_LIST_MAX} seats");
            return Err(Error::at(Code::LimitExceeded, "plan_seat", words));
        }
        self.enter(Change::PlanSeat {
            holder,
            plan,
            until: heard.until,
            stale,
        });
        self.keep_seat(heard.clone());
        if left {
            self.tell_seat_left(&heard);
        }
        self.lend_rungs();
        Ok(())
    }

    /// The member gives back a seat.
    pub(super) fn leave_seat(&mut self, leave: &LeaveSeat<'_>) -> Result<()> {
        let named = |name: &Option<Cow<'_, str>>, id: &Id| {
            name.as_ref().is_none_or(|name| **name == *id.as_str())
        };
        let seats = self.state.more.plans.seats.iter();
        let mut mine = seats.filter(|seat| {
            let right = named(&leave.plan, &seat.plan) && named(&leave.holder, &seat.holder);
            right && seat.until.is_some()
        });
        let Some(seat) = mine.next().cloned() else {
            let words = "the member has no such seat";
            return Err(Error::at(Code::UnknownPlan, "leave_seat", words));
        };
        if mine.next().is_some() {
            let words = "say which `plan` and `holder`: the member has several seats";
            return Err(Error::at(Code::MissingField, "leave_seat", words));
        }
        self.return_seat(seat, PlanEnd::Unsubscribed);
        self.lend_rungs();
        Ok(())
    }

    /// All seats are given back.
    pub(super) fn leave_seats(&mut self) {
        for seat in self.state.more.plans.seats.clone() {
            if seat.until.is_some() {
                self.return_seat(seat, PlanEnd::Closed);
            }
        }
    }

    fn return_seat(&mut self, seat: Seat, why: PlanEnd) {
        self.enter_plan_ended(&seat.plan, why, Some(&seat.holder), None);
        self.tell_seat_left(&seat);
        self.keep_seat(Seat {
            until: None,
            left: true,
            ..seat
        });
    }

    fn tell_seat_left(&mut self, seat: &Seat) {
        let body = MessageBody::SeatLeft(SeatLeft {
            member: Cow::Owned(self.member.id.to_string()),
            plan: Cow::Owned(seat.plan.to_string()),
            since: seat.since,
        });
        self.tell_member(seat.holder.clone(), body);
    }

    /// A member has given back a seat of this holder, who answers: then all that was told of it can be forgotten.
    pub(super) fn seat_left(&mut self, left: &SeatLeft<'_>) -> Result<()> {
        let (member, plan) = (Id::checked(&left.member), Id::checked(&left.plan));
        if member == self.member.id {
            let words = "the member who pays has no seat";
            return Err(Error::at(Code::WrongMember, "seat_left.member", words));
        }
        let own = self.state.more.plans.own(plan.as_str());
        let mut seats = own.into_iter().flat_map(|own| &own.seats);
        let there = seats.find(|one| one.member == member).cloned();
        // Who has been given it again since has it, and is told so.
        let again = there.as_ref().is_some_and(|one| one.since > left.since);
        let stale = again || there.is_none();
        self.enter(Change::PlanShared {
            plan: plan.clone(),
            add: Vec::new(),
            remove: if stale {
                Vec::new()
            } else {
                vec![member.clone()]
            },
            stale,
        });
        if again {
            return Ok(());
        }
        let gone = there.unwrap_or(SharedWith {
            member: member.clone(),
            since: left.since,
            latest: self.as_of,
        });
        if !stale {
            self.change_plan(&plan, |own| own.seats.retain(|one| one.member != member));
        }
        self.tell_seat(&plan, &gone, None);
        Ok(())
    }

    /// Seats whose time is over end.
    pub(super) fn end_seats(&mut self) {
        let now = self.as_of;
        let over = |seat: &&Seat| seat.until.is_some_and(|until| until <= now);
        let seats = self.state.more.plans.seats.iter();
        for seat in seats.filter(over).cloned().collect::<Vec<_>>() {
            self.enter_plan_ended(&seat.plan, PlanEnd::SeatOver, Some(&seat.holder), None);
            self.keep_seat(Seat {
                until: None,
                ..seat
            });
        }
    }

    /// Forgets what nothing that comes late can bring back: by days, so that it does not depend on how time is split.
    pub(super) fn forget_seats(&mut self) {
        let forgotten = |seat: &Seat| {
            let latest = self.zone.date_at(seat.latest);
            latest < self.today && !seat.is_of_use(self.as_of)
        };
        let seats = &self.state.more.plans.seats;
        if seats.iter().any(forgotten) {
            let kept = seats.iter().filter(|seat| !forgotten(seat));
            let kept = kept.cloned().collect();
            self.more().plans.seats = kept;
        }
    }

    /// Keeps what a member knows of a seat, as long as that is of use.
    fn keep_seat(&mut self, seat: Seat) {
        let now = self.as_of;
        let seats = &mut self.more().plans.seats;
        let key = (&seat.holder, &seat.plan);
        match seats.binary_search_by(|one| (&one.holder, &one.plan).cmp(&key)) {
            Ok(place) if !seat.is_of_use(now) => {
                seats.remove(place);
            }
            Ok(place) => {
                if let Some(there) = seats.get_mut(place) {
                    *there = seat;
                }
            }
            Err(place) if seat.is_of_use(now) => seats.insert(place, seat),
            Err(_) => {}
        }
    }
}
