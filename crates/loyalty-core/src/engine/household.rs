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
        let since = self.version.saturating_add(1);
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
            people.insert(
                there,
                Person {
                    id: id.clone(),
                    since,
                },
            );
            add.push(id);
        }
        self.enter(Change::Household {
            add: add.clone(),
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
        for id in add {
            self.tell_person(&Person { id, since }, true);
        }
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
        if !own.people.is_empty() {
            let words = "the member is a pool, which has a household of its own";
            return Err(refused(path, words.to_owned()));
        }
        let pool = Id::checked(&link.pool);
        let place = own.pools.binary_search_by(|one| one.pool.cmp(&pool));
        let known = place.ok().and_then(|place| own.pools.get(place));
        let stale = known.is_some_and(|known| known.is_later_than(link.told, link.since));
        let other = own.pool().filter(|one| one.pool != pool);
        if let Some(other) = other.filter(|_| link.joined && !stale) {
            let words = format!("the member belongs to the household of `{}`", other.pool);
            return Err(refused(path, words));
        }
        if place.is_err() && own.pools.len() >= MEMBER_LIST_MAX {
            let words = format!("a member knows at most {MEMBER_LIST_MAX} pools");
            return Err(Error::at(Code::LimitExceeded, path, words));
        }
        let joined = match known {
            Some(known) if stale => known.joined,
            _ => link.joined,
        };
        self.enter(Change::HouseholdLink {
            pool: pool.clone(),
            joined,
            stale,
        });
        if stale {
            return Ok(());
        }
        let rungs = link.rungs.iter().filter(|_| joined);
        let heard = Linked {
            pool,
            told: link.told,
            since: link.since,
            joined,
            rungs: rungs
                .map(|one| (Id::checked(&one.track), Id::checked(&one.rung)))
                .collect(),
        };
        let pools = &mut self.more().household.pools;
        match place {
            Ok(place) => {
                if let Some(there) = pools.get_mut(place) {
                    *there = heard;
                }
            }
            Err(place) => pools.insert(place, heard),
        }
        self.lend_rungs();
        Ok(())
    }

    pub(super) fn leave_household(&mut self, _: &LeaveHousehold<'_>) -> Result<()> {
        if self.leave_pool() {
            return Ok(());
        }
        let words = "the member belongs to no household";
        Err(refused("leave_household", words.to_owned()))
    }

    /// Leaves the household, if the member belongs to one, and tells the pool.
    pub(super) fn leave_pool(&mut self) -> bool {
        let Some(pool) = self.state.more.household.pool() else {
            return false;
        };
        let (pool, since) = (pool.pool.clone(), pool.since);
        self.enter(Change::HouseholdLink {
            pool: pool.clone(),
            joined: false,
            stale: false,
        });
        for one in &mut self.more().household.pools {
            one.joined = false;
            one.rungs.clear();
        }
        let body = MessageBody::HouseholdLeft(HouseholdLeft {
            member: Cow::Owned(self.member.id.to_string()),
            since,
        });
        self.tell_member(pool, body);
        self.lend_rungs();
        true
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

    /// The household of a pool that is closed is over.
    pub(super) fn end_household(&mut self) {
        self.leave_pool();
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
    pub(super) limits: Cow<'w, [LimitSpec]>,
    pub(super) points_limits: Cow<'w, [LimitSpec]>,
}

impl<'w> Moving<'w> {
    /// The limits are those of the rule.
    pub(super) fn of_all(plan: &'w MovePlan) -> Self {
        Self {
            plan,
            limits: Cow::Borrowed(&plan.limits),
            points_limits: Cow::Borrowed(&plan.points_limits),
        }
    }
}

fn refused(path: &str, words: String) -> Error {
    Error::at(Code::HouseholdRefused, path, words)
}
