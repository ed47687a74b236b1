//! What an event earns and counts: at the rung that is held, or at the one that a purchase gives (clause 4.7).

use std::sync::Arc;

use super::accrue::Accrued;
use super::tender::Paid;
use super::undo::Undo;
use super::work::{Rungs, Work};
use crate::condition::{Basket, EventFacts};
use crate::error::Result;
use crate::id::Id;
use crate::member::Counted;
use crate::points::EarnAt;
use crate::program::On;

/// A purchase, as far as it earns.
#[derive(Clone, Copy)]
pub(super) struct Earns<'e> {
    pub(super) facts: &'e EventFacts<'e>,
    pub(super) basket: &'e Basket,
    pub(super) order: &'e Id,
    /// Points that were used to pay.
    pub(super) spent: &'e [Paid],
    /// What each row is paid for in points, as far as that earns nothing.
    pub(super) paid: &'e [i64],
}

impl<'w> Work<'w> {
    /// What a purchase earns, but for milestones; then comes [`Work::count_and_reach`].
    pub(super) fn earn(&mut self, of: Earns<'_>) -> Result<Accrued<'w>> {
        if self.compiled.earning.at == EarnAt::Held || self.compiled.tracks.is_empty() {
            return self.accrue(&On::Purchase, of.facts, of.paid, Some(of.order));
        }
        let reached = self.rungs_after(of)?;
        let accrued = self.at_rungs(&reached, |work| {
            work.accrue(&On::Purchase, of.facts, of.paid, Some(of.order))
        });
        accrued.map(|accrued| Accrued {
            rungs: Some(reached),
            ..accrued
        })
    }

    /// Counts a purchase, and gives for the milestones that it reaches by that. Says in which metrics its rows count.
    pub(super) fn count_and_reach(
        &mut self,
        of: Earns<'_>,
        accrued: &mut Accrued<'w>,
    ) -> Result<Vec<Counted>> {
        if self.compiled.milestones.is_empty() {
            return self.count_purchase(of.facts, of.basket, of.spent, accrued);
        }
        let before = self.figures();
        let counted = self.count_purchase(of.facts, of.basket, of.spent, accrued)?;
        let rungs = accrued.rungs.take().unwrap_or_else(|| self.rungs.clone());
        self.at_rungs(&rungs, |work| {
            let order = Some(of.order);
            work.milestones(&On::Purchase, of.facts, of.paid, order, &before, accrued)
        })?;
        Ok(counted)
    }

    /// Does something as if other rungs were held. The judgement itself follows, with entries of its own.
    fn at_rungs<T>(&mut self, rungs: &[usize], run: impl FnOnce(&mut Self) -> T) -> T {
        let held = core::mem::replace(&mut self.rungs, rungs.into());
        let out = run(self);
        self.rungs = held;
        out
    }

    /// The rungs that the purchase gives at once, judged with what it earns at the rungs held before it; nothing of this trial
    /// stays.
    fn rungs_after(&mut self, of: Earns<'_>) -> Result<Rungs> {
        let undo = core::mem::replace(&mut self.undo, Undo::new(true));
        let (more, caps) = (Arc::clone(&self.state.more), self.event_caps.clone());
        let lots_due = self.lots_due;
        let (version, entries, trace) = (self.version, self.entries.len(), self.trace.take());
        let tried = self.accrue(&On::Purchase, of.facts, of.paid, Some(of.order));
        let tried = tried.and_then(|mut accrued| self.count_and_reach(of, &mut accrued));
        let tracks = self.compiled.tracks.iter().enumerate();
        let reached = tracks.map(|(place, track)| self.rung_reached(place, track));
        let reached = reached.collect();
        core::mem::replace(&mut self.undo, undo).roll_back(&mut self.state);
        self.lots_due = lots_due;
        self.state.more = more;
        self.event_caps = caps;
        self.version = version;
        self.entries.truncate(entries);
        self.trace = trace;
        tried.map(|_| reached)
    }

    /// What an enrolment or an activity (then of which kind) earns, and the metrics in which it counts.
    pub(super) fn earn_activity(
        &mut self,
        on: &On,
        kind: Option<&str>,
        facts: &EventFacts<'_>,
    ) -> Result<()> {
        let mut accrued = self.accrue(on, facts, &[], None)?;
        let before = self.figures();
        self.count_activity(kind, facts, &accrued)?;
        self.milestones(on, facts, &[], None, &before, &mut accrued)
    }
}
