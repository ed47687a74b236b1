//! Households: a pool and its people tell each other in messages, and points move between them by transfers (clause 13.2).

use std::borrow::Cow;

use super::work::Work;
use crate::error::{Code, Error, Result};
use crate::event::{Household, HouseholdLeft, HouseholdLink, LeaveHousehold, LentRung};
use crate::households::{Linked, Person};
use crate::id::Id;
use crate::limits::MEMBER_LIST_MAX;
use crate::outcome::{Change, MessageBody, RungLent};
use crate::points::{LimitSpec, MovePlan};

impl<'w> Work<'w> {
    /// People join the household of this pool, or leave it.
    pub(super) fn household(&mut self, household: &Household<'_>) -> Result<()> {
        let Some(plan) = &self.compiled.household else {
            let words = "this program has no households";
            return Err(refused("household", words.to_owned()));
        };
        let own = &self.state.more.household;
        if let Some(pool) = own.pool() {
            let words = format!("the member belongs to the household of `{}`", pool.pool);
            return Err(refused("household", words));
        }
        let mut people = own.people.clone();
        let find = |people: &[Person], id: &Id| people.binary_search_by(|one| one.id.cmp(id));
        let mut remove = Vec::with_capacity(household.remove.len());
        for (place, id) in household
            .remove
            .iter()
            .map(|id| Id::checked(id))
            .enumerate()
        {
            let Ok(there) = find(&people, &id) else {
                let words = format!("`{id}` does not belong to this household");
                return Err(refused(&format!("household.remove[{place}]"), words));
            };
            remove.push(people.remove(there));
        }
        self.tell_household();
        // The entry that follows is the version that they are added with.
        let (since, joined_at) = (self.version.saturating_add(1), self.as_of);
        let mut add = Vec::with_capacity(household.add.len());
        for (place, id) in household.add.iter().map(|id| Id::checked(id)).enumerate() {
            let path = format!("household.add[{place}]");
            if id == self.member.id {
                let words = "a pool does not belong to its own household";
                return Err(refused(&path, words.to_owned()));
            }
            let Err(there) = find(&people, &id) else {
                let words = format!("`{id}` belongs to this household already");
                return Err(refused(&path, words));
            };
            if people.len() >= plan.members_max {
                let words = format!("a household has at most {} people", plan.members_max);
                return Err(refused(&path, words));
            }
            let person = Person {
                id,
                since,
                joined_at,
            };
            people.insert(there, person.clone());
            add.push(person);
        }
        self.enter(Change::Household {
            add: add.iter().map(|one| one.id.clone()).collect(),
            remove: remove.iter().map(|one| one.id.clone()).collect(),
            stale: false,
        });
        let rungs = self.lent_by_pool();
        let own = &mut self.more().household;
        own.people = people;
        own.lent = rungs;
        for person in remove {
            self.tell_person(&person, false);
        }
        for person in add {
            self.tell_person(&person, true);
        }
        self.count_pool(None, None);
        self.lend_rungs();
        Ok(())
    }

    /// What a pool tells of the household.
    pub(super) fn household_link(&mut self, link: &HouseholdLink<'_>) -> Result<()> {
        let path = "household_link.pool";
        if *link.pool == *self.member.id.as_str() {
            let words = "a pool does not belong to its own household";
            return Err(Error::at(Code::WrongMember, path, words));
        }
        if self.compiled.household.is_none() {
            let words = "this program has no households";
            return Err(refused(path, words.to_owned()));
        }
        let own = &self.state.more.household;
        let counted = own.pool().map(|one| one.pool.clone());
        let pool = Id::checked(&link.pool);
        let place = own.pools.binary_search_by(|one| one.pool.cmp(&pool));
        let known = place.ok().and_then(|place| own.pools.get(place));
        let stale = known.is_some_and(|known| known.is_later_than(link.told, link.since));
        let mut joined = match known {
            Some(known) if stale => known.joined,
            _ => link.joined,
        };
        // A membership that is over belongs to no household, and says so.
        let leaves = joined && self.state.more.access.is_over();
        joined &= !leaves;
        if stale {
            self.enter_link(&pool, joined, true);
            return Ok(());
        }
        if place.is_err() && !self.more().household.make_room() {
            let words = format!("a member belongs to at most {MEMBER_LIST_MAX} households");
            return Err(Error::at(Code::LimitExceeded, path, words));
        }
        let rungs = link.rungs.iter().filter(|_| joined);
        let heard = Linked {
            pool: pool.clone(),
            told: link.told,
            since: link.since,
            joined_at: link.joined_at,
            joined,
            rungs: rungs
                .map(|one| (Id::checked(&one.track), Id::checked(&one.rung)))
                .collect(),
        };
        let pools = &mut self.more().household.pools;
        match pools.binary_search_by(|one| one.pool.cmp(&heard.pool)) {
            Ok(place) => {
                if let Some(there) = pools.get_mut(place) {
                    *there = heard;
                }
            }
            Err(place) => pools.insert(place, heard),
        }
        self.enter_link(&pool, joined, false);
        if leaves {
            self.tell_pool(pool, link.since);
            return Ok(());
        }
        self.count_pool(counted, Some(&pool));
        self.lend_rungs();
        Ok(())
    }

    pub(super) fn leave_household(&mut self, leave: &LeaveHousehold<'_>) -> Result<()> {
        let own = &self.state.more.household;
        let counted = own.pool().map(|one| one.pool.clone());
        let left = match &leave.pool {
            Some(pool) => {
                let mut joined = own.pools.iter().filter(|one| one.joined);
                joined.find(|one| one.pool == **pool)
            }
            None => own.pool(),
        };
        let Some(left) = left.cloned() else {
            let words = "the member belongs to no such household";
            return Err(refused("leave_household", words.to_owned()));
        };
        self.leave_pool(&left);
        self.count_pool(counted, Some(&left.pool));
        self.lend_rungs();
        Ok(())
    }

    /// Leaves a household, and tells the pool.
    fn leave_pool(&mut self, left: &Linked) {
        let pools = self.more().household.pools.iter_mut();
        for one in pools.filter(|one| one.pool == left.pool) {
            one.joined = false;
            one.rungs.clear();
        }
        self.enter_link(&left.pool, false, false);
        self.tell_pool(left.pool.clone(), left.since);
    }

    /// Tells a pool that the member does not belong to it.
    fn tell_pool(&mut self, pool: Id, since: u64) {
        let body = MessageBody::HouseholdLeft(HouseholdLeft {
            member: Cow::Owned(self.member.id.to_string()),
            since,
        });
        self.tell_member(pool, body);
    }

    /// Enters how the member stands to a pool.
    fn enter_link(&mut self, pool: &Id, joined: bool, stale: bool) {
        let counted = self.state.more.household.pool();
        let waits = joined && counted.is_none_or(|one| one.pool != *pool);
        self.enter(Change::HouseholdLink {
            pool: pool.clone(),
            joined,
            waits,
            stale,
        });
    }

    /// Enters which household counts now, if it is another one than before; the entry of one pool is there already.
    fn count_pool(&mut self, before: Option<Id>, told: Option<&Id>) {
        let own = &self.state.more.household;
        let now = own.pool().map(|one| one.pool.clone());
        if now == before {
            return;
        }
        let joined = |id: &Id| {
            let mut pools = own.pools.iter();
            pools.any(|one| one.pool == *id && one.joined)
        };
        let waits = before.filter(joined);
        for pool in waits.into_iter().chain(now) {
            if told != Some(&pool) {
                self.enter_link(&pool, true, false);
            }
        }
    }

    /// A member has left the household of this pool.
    pub(super) fn household_left(&mut self, left: &HouseholdLeft<'_>) -> Result<()> {
        let id = Id::checked(&left.member);
        let people = &self.state.more.household.people;
        let place = people.binary_search_by(|one| one.id.cmp(&id)).ok();
        let there = place.and_then(|place| people.get(place));
        // Who has been added again since belongs to it.
        let stale = there.is_none_or(|person| person.since > left.since);
        self.enter(Change::Household {
            add: Vec::new(),
            remove: if stale { Vec::new() } else { vec![id] },
            stale,
        });
        if let Some(place) = place.filter(|_| !stale) {
            self.more().household.people.remove(place);
            self.count_pool(None, None);
            self.lend_rungs();
        }
        Ok(())
    }

    /// Tells the people of this pool where its rung has changed.
    pub(super) fn tell_household(&mut self) {
        if self.state.more.household.people.is_empty() {
            return;
        }
        let rungs = self.lent_by_pool();
        if rungs == self.state.more.household.lent {
            return;
        }
        // What is told bears the version of the entry.
        self.enter(Change::HouseholdRungs {
            rungs: rungs.iter().cloned().map(RungLent::from).collect(),
        });
        self.more().household.lent = rungs;
        for person in self.state.more.household.people.clone() {
            self.tell_person(&person, true);
        }
    }

    /// The household of a pool that is closed is over, and who is closed belongs to none.
    pub(super) fn end_household(&mut self) {
        for one in self.state.more.household.pools.clone() {
            if one.joined {
                self.leave_pool(&one);
            }
        }
        self.lend_rungs();
        let people = core::mem::take(&mut self.more().household.people);
        if people.is_empty() {
            return;
        }
        self.enter(Change::Household {
            add: Vec::new(),
            remove: people.iter().map(|one| one.id.clone()).collect(),
            stale: false,
        });
        for person in &people {
            self.tell_person(person, false);
        }
    }

    fn tell_person(&mut self, person: &Person, joined: bool) {
        let text = |id: &Id| Cow::Owned(id.to_string());
        let rungs = self.state.more.household.lent.iter().filter(|_| joined);
        let link = HouseholdLink {
            pool: text(&self.member.id),
            joined,
            rungs: rungs
                .map(|(track, rung)| LentRung {
                    track: text(track),
                    rung: text(rung),
                })
                .collect(),
            joined_at: person.joined_at,
            since: person.since,
            told: self.version,
        };
        self.tell_member(person.id.clone(), MessageBody::HouseholdLink(link));
    }

    /// The rungs that this pool lends to its people.
    fn lent_by_pool(&self) -> Vec<(Id, Id)> {
        let household = self.compiled.household.as_ref();
        let tracks = household.map_or(&[][..], |plan| &plan.tracks);
        let standings = tracks
            .iter()
            .filter_map(|track| self.state.tiers.get(*track));
        standings
            .map(|one| (one.track.clone(), one.held().clone()))
            .collect()
    }

    /// The rule for moving points of an account to a member, with its limits: of the household, or of everybody.
    pub(super) fn moving(&self, account: usize, to: &str) -> Option<Moving<'w>> {
        let own = &self.state.more.household;
        let find = |plans: &'w [MovePlan]| plans.iter().find(|plan| plan.account == account);
        let household = self.compiled.household.as_ref();
        if own.pool().is_some_and(|pool| pool.pool == *to)
            && let Some(plan) = household.and_then(|rules| find(&rules.contribute))
        {
            return Some(Moving::of_all(plan));
        }
        if own.people.iter().any(|person| person.id == *to)
            && let Some(plan) = household.and_then(|rules| find(&rules.withdraw))
        {
            let of = |limits: &[LimitSpec]| limits.iter().map(|limit| limit.of(to)).collect();
            return Some(Moving {
                plan,
                each: true,
                limits: Cow::Owned(of(&plan.limits)),
                points_limits: Cow::Owned(of(&plan.points_limits)),
            });
        }
        find(&self.compiled.spend.transfers).map(Moving::of_all)
    }
}

/// A rule for moving points, and the limits that count.
pub(super) struct Moving<'w> {
    pub(super) plan: &'w MovePlan,
    /// Whether the limits are of each person apart.
    pub(super) each: bool,
    pub(super) limits: Cow<'w, [LimitSpec]>,
    pub(super) points_limits: Cow<'w, [LimitSpec]>,
}

impl<'w> Moving<'w> {
    /// The limits are those of the rule.
    pub(super) fn of_all(plan: &'w MovePlan) -> Self {
        Self {
            plan,
            each: false,
            limits: Cow::Borrowed(&plan.limits),
            points_limits: Cow::Borrowed(&plan.points_limits),
        }
    }
}

fn refused(path: &str, words: String) -> Error {
    Error::at(Code::HouseholdRefused, path, words)
}
