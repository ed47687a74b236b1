//! Rungs that plans and households lend: they stand beside the one that is earned as long as those do (clauses 12.3, 13.2).

use super::facts::place_of;
use super::work::Work;
use crate::calendar::Instant;
use crate::id::Id;
use crate::outcome::{Change, TierWhy};
use crate::program::Compiled;
use crate::tiers::{Lent, LentBy, Standing};

/// Marks which of what stands beside the earned rung is the one that the member holds.
pub(super) fn mark_held(compiled: &Compiled, standing: &mut Standing, track: usize, held: usize) {
    let place = |rung: &Id| place_of(compiled, track, rung);
    let mut taken = place(&standing.rung) == held;
    if let Some(granted) = &mut standing.granted {
        granted.holds = place(&granted.rung) == held;
        taken |= granted.holds;
    }
    for lent in &mut standing.lent {
        lent.holds = !taken && place(&lent.rung) == held;
        taken |= lent.holds;
    }
}

impl Work<'_> {
    /// Works out what plans and the household lend now, and enters where that changes which rung is held.
    pub(super) fn lend_rungs(&mut self) {
        for track in 0..self.compiled.tracks.len() {
            let lent = self.lent_in(track);
            let Some(standing) = self.state.tiers.get(track) else {
                continue;
            };
            let there = standing.lent.iter().map(|one| (&one.by, &one.rung));
            if there.eq(lent.iter().map(|one| (&one.by, &one.rung))) {
                continue;
            }
            let from = standing.held().clone();
            let before = standing.lent.iter().find(|one| one.holds);
            let before = before.map(|one| one.by.clone());
            if let Some(standing) = self.standing(track) {
                standing.lent = lent;
            }
            self.hold_rung(track);
            self.enter_lent(track, from, before);
        }
    }

    /// The rungs that are lent in a track.
    fn lent_in(&self, track: usize) -> Vec<Lent> {
        let mut lent = Vec::new();
        let more = &self.state.more;
        for plan in more.plans.held() {
            let rungs = self.spec_of(plan).into_iter().flat_map(|spec| &spec.rungs);
            lent.extend(rungs.filter(|(of, _)| *of == track).map(|(_, rung)| Lent {
                by: LentBy::Plan(plan.clone()),
                rung: rung.clone(),
                holds: false,
            }));
        }
        let household = self.compiled.household.as_ref();
        let lends = household.is_some_and(|plan| plan.tracks.contains(&track));
        let id = self.compiled.tracks.get(track).map(|plan| &plan.id);
        if let (true, Some(pool)) = (lends, more.household.pool()) {
            let rungs = pool.rungs.iter().filter(|(of, _)| Some(of) == id);
            lent.extend(rungs.map(|(_, rung)| Lent {
                by: LentBy::Pool(pool.pool.clone()),
                rung: rung.clone(),
                holds: false,
            }));
        }
        lent
    }

    /// Enters which rung is held now, if it is another one.
    fn enter_lent(&mut self, track: usize, from: Id, before: Option<LentBy>) {
        let Some(standing) = self.state.tiers.get(track) else {
            return;
        };
        let to = standing.held().clone();
        if to == from {
            return;
        }
        let now = standing.lent.iter().find(|one| one.holds);
        let (why, until) = match (now.map(|one| &one.by), before) {
            (Some(LentBy::Plan(plan)), _) => (TierWhy::Plan, self.plan_until(plan)),
            (Some(LentBy::Pool(_)), _) => (TierWhy::Household, None),
            (None, Some(LentBy::Pool(_))) => (TierWhy::HouseholdEnded, standing.until),
            (None, _) => (TierWhy::PlanEnded, standing.until),
        };
        self.enter(Change::Tier {
            track: standing.track.clone(),
            held_from: None,
            from,
            to,
            why,
            until,
            held: None,
            reason: None,
        });
    }

    /// When a plan ends, whoever pays for it.
    pub(super) fn plan_until(&self, plan: &Id) -> Option<Instant> {
        let plans = &self.state.more.plans;
        let own = plans.own(plan.as_str()).filter(|own| !own.lapsed);
        let seats = plans.seats.iter().filter(|seat| seat.plan == *plan);
        let seats = seats.filter_map(|seat| seat.until);
        own.and_then(|own| own.ends())
            .into_iter()
            .chain(seats)
            .max()
    }
}
