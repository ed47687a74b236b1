//! What a return takes back of the rungs that were given for its goods (clause 6.5).

use std::sync::Arc;

use super::carry::Less;
use super::facts::{Seeing, place_of};
use super::standing::{Asked, Before};
use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::error::Result;
use crate::id::Id;
use crate::member::Order;
use crate::metric::Reading;
use crate::outcome::{Change, TierWhy};
use crate::points::{CapUse, Redemption};
use crate::tiers::{
    Basis, Earlier, Judged, ReturnsTier, TrackPlan, UsedInTerm, Verdict, View, rejudge,
};

/// What brought something to the metrics that is undone now.
#[derive(Clone, Copy)]
pub(super) struct Brought<'b> {
    /// The version of the member after it.
    pub(super) version: u64,
    /// When it was.
    pub(super) at: Instant,
    /// The day on which it counts.
    pub(super) on: Date,
    /// The order, if it was one.
    pub(super) order: Option<&'b Id>,
}

impl<'b> Brought<'b> {
    fn by(order: &'b Order) -> Self {
        Self {
            version: order.version,
            at: order.at,
            on: order.on,
            order: Some(&order.id),
        }
    }
}

impl Work<'_> {
    /// After a return: takes away a rung or term that was given for the goods that are back (clause 6.5), and falls back to what
    /// stood before it. `changes` says what went out of each metric on the day of the order.
    pub(super) fn take_back_rungs(
        &mut self,
        order: &Order,
        changes: &[(usize, i64)],
    ) -> Result<()> {
        if self.state.more.access.is_over() {
            return Ok(());
        }
        self.take_back_rungs_of(Brought::by(order), changes)
    }

    /// The same for whatever was undone.
    pub(super) fn take_back_rungs_of(
        &mut self,
        brought: Brought<'_>,
        changes: &[(usize, i64)],
    ) -> Result<()> {
        let carried = self.carry_less(brought, changes)?;
        let out = Out {
            brought,
            changes,
            carried: &carried,
        };
        for place in 0..self.compiled.tracks.len() {
            let Some(track) = self.compiled.tracks.get(place) else {
                continue;
            };
            let Some(mut standing) = self.state.tiers.get(place).cloned() else {
                continue;
            };
            let judgements = standing
                .earlier
                .iter_mut()
                .map(|earlier| &mut earlier.judged);
            for judged in judgements.flatten() {
                self.without(track, judged, &out)?;
            }
            let touched = match &mut standing.judged {
                Some(judged) => self.without(track, judged, &out)?,
                None => false,
            };
            let awaited = match &mut standing.pending {
                Some(pending) => self.without(track, &mut pending.judged, &out)?,
                None => false,
            };
            // Whether the order is left to the review.
            let protects = match track.returns {
                ReturnsTier::Immediate => false,
                ReturnsTier::AtTermEnd => true,
                ReturnsTier::ProtectCurrentTerm => brought.at >= standing.term_began(),
            };
            let judged = standing.judged.clone().filter(|_| touched && !protects);
            if let Some(there) = self.standing(place) {
                *there = standing;
            }
            if let Some(judged) = judged {
                self.demote(place, track, judged)?;
            }
            if awaited {
                self.reconsider_pending(place, track);
            }
        }
        Ok(())
    }

    /// Takes away a rung whose judgement no longer holds.
    fn demote(&mut self, place: usize, track: &TrackPlan, judged: Judged) -> Result<()> {
        let present = self.earned(place);
        let then = self.as_judged(&judged);
        let now = self.seeing(self.today);
        let Some(best) = rejudge(track, present, judged.retained, &then, &now) else {
            return Ok(());
        };
        if let Some(back) = self.fallback(track, place, best) {
            self.fall_back(place, back);
            return Ok(());
        }
        let verdict = Verdict {
            rung: best,
            why: TierWhy::Returned,
            basis: None,
        };
        let asked = Asked {
            on: judged.on,
            after: None,
        };
        self.take_rung(place, verdict, asked)?;
        // The lower rung stands on what the higher one stood on.
        if let Some(standing) = self.standing(place).filter(|_| best > 0) {
            standing.judged = Some(judged);
        }
        Ok(())
    }

    /// A rung that is waited for is not held yet: whatever the track says of returns, it is entered only if its judgement holds.
    fn reconsider_pending(&mut self, place: usize, track: &TrackPlan) {
        let pending = self
            .state
            .tiers
            .get(place)
            .and_then(|one| one.pending.as_ref());
        let Some((rung, at, judged)) =
            pending.map(|one| (one.rung.clone(), one.at, one.judged.clone()))
        else {
            return;
        };
        let waited = place_of(self.compiled, place, &rung);
        let then = self.as_judged(&judged);
        let now = self.seeing(self.today);
        let Some(best) = rejudge(track, waited, false, &then, &now) else {
            return;
        };
        let lower = track
            .rungs
            .get(best)
            .filter(|_| best > self.earned(place))
            .map(|plan| plan.id.clone());
        let Some(lower) = lower else {
            self.forget_pending(place, track);
            return;
        };
        if let Some(pending) = self.standing(place).and_then(|one| one.pending.as_mut()) {
            pending.rung = lower.clone();
        }
        self.enter(Change::TierPending {
            track: track.id.clone(),
            rung: Some(lower),
            effective: Some(at),
        });
    }

    /// The member as a judgement saw it.
    fn as_judged<'a>(&'a self, judged: &'a Judged) -> Seeing<'a> {
        Seeing {
            values: Some(&judged.values),
            ..self.seeing(judged.on)
        }
    }

    /// Takes what was undone out of a judgement that counted it. Says whether it did.
    fn without(&self, track: &TrackPlan, judged: &mut Judged, out: &Out<'_>) -> Result<bool> {
        let brought = out.brought;
        let mut touched = self.without_carried(track, judged, out.carried)?;
        if brought.version > judged.version {
            return Ok(touched);
        }
        for (metric, change) in out
            .changes
            .iter()
            .filter(|(metric, _)| track.metrics.contains(metric))
        {
            let Some(plan) = self.compiled.metrics.get(*metric) else {
                continue;
            };
            let days = plan.frame.days(judged.on, self.enrolled)?;
            if !days.is_some_and(|days| days.from <= brought.on && brought.on <= days.until) {
                continue;
            }
            let Some((_, value, since)) = judged.values.iter_mut().find(|(id, ..)| *id == plan.id)
            else {
                continue;
            };
            if brought.version <= *since {
                continue;
            }
            touched = true;
            match plan.reading {
                Reading::Sum => *value = value.map(|value| value.saturating_add(*change)),
                Reading::Count => {
                    let counted = *since..=judged.version;
                    let same_day =
                        |other: &Order| other.on == brought.on && brought.order != Some(&other.id);
                    let mut others = self.member.orders.iter();
                    if !others.any(|other| {
                        same_day(other)
                            && counted.contains(&other.version)
                            && other.counts_in(&plan.id)
                    }) {
                        *value = value.map(|value| value.saturating_sub(1));
                    }
                }
                _ => {
                    let tally = self.state.metrics.get(*metric);
                    if let Some(stretch) = tally.and_then(|tally| tally.stretch(*since)) {
                        *value = stretch.value(days, plan.reading, judged.on);
                    }
                }
            }
        }
        Ok(touched)
    }

    /// The latest of what stood before that is not over, still holds without the order, and is no lower than `best`.
    fn fallback(&self, track: &TrackPlan, place: usize, best: usize) -> Option<usize> {
        let standing = self.state.tiers.get(place)?;
        standing.earlier.iter().rposition(|earlier| {
            let rung = track.rungs.iter().position(|rung| rung.id == earlier.rung);
            let Some((rung, plan)) = rung.and_then(|rung| Some((rung, track.rungs.get(rung)?)))
            else {
                return false;
            };
            let holds = earlier.judged.as_ref().is_none_or(|judged| {
                let then = self.as_judged(judged);
                let basis = if judged.retained {
                    Basis::Keep
                } else {
                    Basis::Qualify
                };
                plan.basis(basis).is_none_or(|cond| then.holds(cond))
            });
            rung >= best && holds && earlier.until.is_none_or(|until| until > self.as_of)
        })
    }

    fn fall_back(&mut self, place: usize, back: usize) {
        let at = self.as_of;
        let Some(standing) = self.standing(place) else {
            return;
        };
        let mut undone = standing.earlier.drain(back..);
        let Some(earlier) = undone.next() else {
            return;
        };
        let vain: Vec<_> = undone.collect();
        let before = Before::of(standing);
        let from = standing.rung.clone();
        // How many terms, and how many rungs, were begun for nothing.
        let terms = vain.len().saturating_add(1);
        let rungs = core::iter::once(&earlier.rung)
            .chain(vain.iter().map(|one| &one.rung))
            .zip(vain.iter().map(|one| &one.rung).chain([&from]))
            .filter(|(one, next)| one != next)
            .count();
        if from != earlier.rung {
            standing.enter(earlier.rung.clone(), at, earlier.entered_on);
            standing.since = earlier.since;
        }
        standing.begun = earlier.begun;
        standing.until = earlier.until;
        standing.ends_on = earlier.ends_on;
        standing.month_day = earlier.month_day;
        standing.grace = earlier.grace;
        standing.judged = earlier.judged;
        self.hold_rung(place);
        self.enter_tier(place, TierWhy::Returned, Some(before));
        self.rejoin_windows(place, (terms, rungs));
        self.rejoin_uses(earlier.uses, vain);
    }

    /// What had been used of caps and limits in a term that goes on counts again, and so does what was used in those that were begun
    /// for nothing.
    fn rejoin_uses(&mut self, uses: Vec<UsedInTerm>, vain: Vec<Earlier>) {
        let later = vain.into_iter().flat_map(|one| one.uses);
        let mut all: Vec<UsedInTerm> = Vec::new();
        for used in uses.into_iter().chain(later) {
            match all.iter_mut().find(|one| one.key == used.key) {
                Some(there) => {
                    there.points = there.points.saturating_add(used.points);
                    there.times = there.times.saturating_add(used.times);
                }
                None => all.push(used),
            }
        }
        if all.is_empty() {
            return;
        }
        self.undo.caps(&self.state.caps);
        for used in &all {
            let counts = (used.points, used.times, used.since);
            CapUse::go_on(&mut self.state.caps, &used.key, counts);
        }
        let ended = |one: &Redemption, key: &Arc<str>| {
            let mut all = all.iter();
            all.any(|used| used.key == *key && one.version > used.since)
        };
        let some = |one: &Redemption| one.over.iter().any(|key| ended(one, key));
        if self.state.more.redemptions.iter().any(some) {
            for one in &mut self.more().redemptions {
                let mut over = core::mem::take(&mut one.over);
                over.retain(|key| !ended(one, key));
                one.over = over;
            }
        }
    }

    /// The windows that began with so many terms, or rungs, begin where they did before.
    fn rejoin_windows(&mut self, place: usize, (terms, rungs): (usize, usize)) {
        let tallies = self.state.metrics.iter_mut().zip(&self.compiled.metrics);
        for (number, (tally, plan)) in tallies.enumerate() {
            if let Some((track, term)) = plan.frame.resets_with()
                && track == place
            {
                self.undo.tally(number, tally);
                for _ in 0..(if term { terms } else { rungs }) {
                    tally.rejoin(plan.reading);
                }
            }
        }
    }

    /// Takes out of a judgement what was carried into it on account of goods that are back. Says whether it counted that.
    fn without_carried(
        &self,
        track: &TrackPlan,
        judged: &mut Judged,
        carried: &[Less],
    ) -> Result<bool> {
        let mut touched = false;
        for less in carried {
            let Some(plan) = self
                .compiled
                .metrics
                .get(less.metric)
                .filter(|_| track.metrics.contains(&less.metric))
            else {
                continue;
            };
            let version = judged.version;
            let Some((_, value, since)) = judged.values.iter_mut().find(|(id, ..)| *id == plan.id)
            else {
                continue;
            };
            let counted = match less.into {
                Some(into) => {
                    let days = plan.frame.days(judged.on, self.enrolled)?;
                    less.version <= version && days.is_some_and(|days| days.from == into)
                }
                None => *since == less.version,
            };
            if counted {
                touched = true;
                *value = value.map(|value| value.saturating_add(less.change));
            }
        }
        Ok(touched)
    }
}

/// What goes out of the figures of a member.
struct Out<'o> {
    brought: Brought<'o>,
    changes: &'o [(usize, i64)],
    carried: &'o [Less],
}
