//! What a member keeps of paid plans.

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, Instant};
use crate::id::Id;
use crate::limits::{MEMBER_LIST_MAX, MONEY_MAX, PLAN_TERMS_MAX};

/// The plans of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plans {
    /// The plans that run, or can still be renewed without a gap; sorted by plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) own: Vec<Subscription>,
    /// The plans of which the member has had a trial; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) trials: Vec<Id>,
    /// What other members have shared, and what was told of it that may still come late; sorted by holder and plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seats: Vec<Seat>,
}

/// A plan that the member pays for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscription {
    pub(crate) plan: Id,
    pub(crate) since: Instant,
    /// The first day of the first term that is paid for.
    pub(crate) anchor: Date,
    /// How many terms have been paid for since.
    pub(crate) paid_terms: u32,
    /// The terms that are not over, the first one first; a trial is one. Of a plan that is over, the last one.
    pub(crate) terms: Vec<PaidTerm>,
    /// The member has said that no renewal follows.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) cancelled: bool,
    /// It is over, and can be renewed without a gap still.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) lapsed: bool,
    /// The other members for whom it holds; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seats: Vec<SharedWith>,
}

/// Another member for whom a plan holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharedWith {
    pub(crate) member: Id,
    /// The version of the holder with which the seat was given.
    pub(crate) since: u64,
    /// The latest end that the other one was told.
    pub(crate) latest: Instant,
}

/// A term of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaidTerm {
    /// The first day.
    pub(crate) first: Date,
    /// The first day after it.
    pub(crate) after: Date,
    /// The instant at which that begins.
    pub(crate) until: Instant,
    /// The instant until which the plan stays after it, if no other term follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stays_until: Option<Instant>,
    /// What was paid for it, in minor units.
    pub(crate) price: i64,
    /// The day on which that was.
    pub(crate) paid_on: Date,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) trial: bool,
}

/// A plan that another member shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seat {
    pub(crate) holder: Id,
    pub(crate) plan: Id,
    /// The version of the holder that said so: what was said before it comes too late.
    pub(crate) told: u64,
    /// The version of the holder with which the seat was given.
    pub(crate) since: u64,
    /// Until when; none where it is taken back or given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Instant>,
    /// The latest end that was told: nothing that comes late reaches beyond it, so that the seat can be forgotten then.
    pub(crate) latest: Instant,
    /// The member has given it back, and the holder has not answered yet.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) left: bool,
}

impl Seat {
    /// Whether something later has been heard or done: who has given a seat back has it again only when it is given anew.
    pub(crate) fn is_later_than(&self, told: u64, since: u64, shared: bool) -> bool {
        told <= self.told || (self.left && shared && since <= self.since)
    }

    /// Whether a late message could still give the seat, if it were forgotten.
    pub(crate) fn is_of_use(&self, now: Instant) -> bool {
        self.left || self.latest > now
    }
}

impl Plans {
    /// Makes room for one more seat: where there are too many, the one that holds no longer and was to end first is forgotten.
    /// Whether there is room.
    pub(crate) fn make_room(&mut self) -> bool {
        if self.seats.len() < MEMBER_LIST_MAX {
            return true;
        }
        let seats = self.seats.iter().enumerate();
        let over = seats.filter(|(_, seat)| seat.until.is_none());
        let first = over.min_by_key(|(_, seat)| (seat.left, seat.latest));
        let first = first.map(|(place, _)| place);
        first.map(|place| self.seats.remove(place)).is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The plans of another member become part of them; no plan runs for both.
    pub(crate) fn join(&mut self, mut other: Self) {
        other.own.retain(|one| !one.lapsed);
        self.own
            .retain(|one| other.own(one.plan.as_str()).is_none());
        self.own.extend(other.own);
        self.own.sort_by(|one, other| one.plan.cmp(&other.plan));
        self.trials.extend(other.trials);
        self.trials.sort();
        self.trials.dedup();
    }

    /// A plan of the member's own.
    pub(crate) fn own(&self, plan: &str) -> Option<&Subscription> {
        self.own.iter().find(|one| one.plan == *plan)
    }

    /// Whether a plan holds: the member's own, or by a seat.
    pub(crate) fn holds(&self, plan: &Id) -> bool {
        let mut seats = self.seats.iter();
        self.own.iter().any(|one| one.plan == *plan && !one.lapsed)
            || seats.any(|seat| seat.plan == *plan && seat.until.is_some())
    }

    /// The plans that hold, each once.
    pub(crate) fn held(&self) -> Vec<&Id> {
        let own = self.own.iter().filter(|one| !one.lapsed);
        let seats = self.seats.iter().filter(|seat| seat.until.is_some());
        let mut held: Vec<&Id> = own
            .map(|one| &one.plan)
            .chain(seats.map(|seat| &seat.plan))
            .collect();
        held.sort_unstable();
        held.dedup();
        held
    }

    /// What is wrong with what was decoded, if anything.
    pub(crate) fn fault(&self, as_of: Option<Instant>) -> Option<&'static str> {
        let own = self.own.is_sorted_by(|one, other| one.plan < other.plan);
        let trials = self.trials.is_sorted_by(|one, other| one < other);
        let seats = self
            .seats
            .is_sorted_by(|one, other| (&one.holder, &one.plan) < (&other.holder, &other.plan));
        if !own || !trials || !seats {
            return Some("the plans of a member are not in order");
        }
        if self.own.len().max(self.seats.len()) > MEMBER_LIST_MAX {
            return Some("a member has too many plans");
        }
        let over = |one: &Subscription| !one.lapsed && one.ends() <= as_of;
        let past = |seat: &Seat| {
            let holds = seat.until;
            holds.is_some_and(|until| Some(until) <= as_of || until > seat.latest || seat.left)
        };
        if self.own.iter().any(over) || self.seats.iter().any(past) {
            return Some("a plan that is over has not ended");
        }
        let good =
            |term: &PaidTerm| term.first < term.after && (0..=MONEY_MAX).contains(&term.price);
        let follow = |one: &PaidTerm, other: &PaidTerm| one.until < other.until;
        let sound = |one: &Subscription| {
            !one.terms.is_empty()
                && one.terms.len() <= PLAN_TERMS_MAX
                && one.seats.len() <= MEMBER_LIST_MAX
                && one.terms.iter().all(good)
                && one.terms.is_sorted_by(follow)
                && one
                    .seats
                    .is_sorted_by(|one, other| one.member < other.member)
        };
        (!self.own.iter().all(sound)).then_some("the terms of a plan contradict each other")
    }
}

impl Subscription {
    /// When the last term ends.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.terms.last().map(|term| term.until)
    }

    /// When the plan ends, if it is not renewed.
    pub(crate) fn ends(&self) -> Option<Instant> {
        let last = self.terms.last()?;
        let stays = last.stays_until.filter(|_| !self.cancelled);
        Some(stays.unwrap_or(last.until))
    }

    /// The first day after the last term.
    pub(crate) fn after(&self) -> Option<Date> {
        self.terms.last().map(|term| term.after)
    }
}
