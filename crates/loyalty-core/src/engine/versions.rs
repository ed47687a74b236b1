//! The versions of the program in time: to which one a member comes, and when (clause 14.3).

use core::cmp::Reverse;

use super::adopt::{align_with, begin_terms};
use super::facts::rungs;
use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::error::Result;
use crate::member::Order;
use crate::program::{Adopt, Compiled, Version};

/// A version to which time alone brings the member.
#[derive(Clone, Copy)]
pub(super) struct Coming {
    pub(super) at: Instant,
    place: usize,
    /// Whether it is the end of a term that does: what is due then is decided by the version before.
    pub(super) last: bool,
}

impl<'w> Work<'w> {
    /// The version of the program to which time alone brings the member next.
    pub(super) fn version_due(&self) -> Option<Coming> {
        let (timeline, place) = (self.timeline, self.place);
        if timeline.is_last(place) || self.state.more.access.is_over() {
            return None;
        }
        let ends = timeline.version(place).ends;
        let over = ends.map(|at| Coming {
            at,
            place: place.saturating_add(1),
            last: false,
        });
        let later = timeline.after(place).filter_map(|(place, version)| {
            let starts = version.starts.filter(|_| version.ends.is_none())?;
            let left = ends.is_some() && place == self.place.saturating_add(1);
            let term = self.term_ends(starts).filter(|until| *until >= starts);
            let (at, last) = match version.adopt {
                _ if left => return None,
                Adopt::AtStart => (starts, false),
                Adopt::NextEvent => return None,
                Adopt::TermEnd => (term.unwrap_or(starts), term.is_some()),
            };
            Some(Coming { at, place, last })
        });
        let all = over.into_iter().chain(later);
        all.min_by_key(|one| (one.at, Reverse(one.place)))
    }

    /// When the term ends that is running at an instant in the track that the member is called by, if that term is known still.
    fn term_ends(&self, at: Instant) -> Option<Instant> {
        let tiers = &self.state.tiers;
        let only = tiers.first().filter(|_| self.compiled.tracks.len() == 1);
        let primary = tiers.iter().find(|standing| standing.primary).or(only);
        let primary = primary.filter(|standing| standing.term_began() <= at);
        primary.and_then(|standing| standing.until)
    }

    /// The member comes to the version that time brings.
    pub(super) fn come_to(&mut self, coming: Coming) -> Result<()> {
        // Where it comes first at an instant, the days that begin then are its own.
        let turned = self.turned.filter(|_| !coming.last);
        let place = self.timeline.entered(coming.place, self.as_of);
        self.enter_version_on(place, turned.unwrap_or(self.today))
    }

    /// The member comes to the versions that are due by now: what has happened can have brought them nearer.
    pub(super) fn come_to_due(&mut self) -> Result<()> {
        while let Some(coming) = self.version_due().filter(|one| one.at <= self.as_of) {
            self.come_to(coming)?;
            self.settle_at()?;
        }
        Ok(())
    }

    /// Before an event: the version comes that waits for one.
    pub(super) fn adopt_by_event(&mut self) -> Result<()> {
        if self.member.version == 0 || self.state.more.access.is_over() {
            return Ok(());
        }
        let waits = |version: &Version| {
            let started = version.starts.is_some_and(|starts| starts <= self.as_of);
            version.adopt == Adopt::NextEvent && version.ends.is_none() && started
        };
        let (timeline, from) = (self.timeline, self.place);
        let left = timeline.version(from).ends.is_some();
        let later = timeline.after(from).skip(usize::from(left));
        let Some((place, _)) = later.filter(|(_, version)| waits(version)).last() else {
            return Ok(());
        };
        self.enter_version(timeline.entered(place, self.as_of))?;
        self.settle_at()
    }

    /// The member stands under another version from now on.
    pub(super) fn enter_version(&mut self, place: usize) -> Result<()> {
        self.enter_version_on(place, self.today)
    }

    /// The same, where nothing has fired for the days after this one.
    fn enter_version_on(&mut self, place: usize, through: Date) -> Result<()> {
        // What the version before has forgotten does not depend on when it was asked last.
        self.prune();
        let program = &self.timeline.version(place).program;
        self.place = place;
        self.program = program;
        self.compiled = &program.compiled;
        let compiled = self.compiled;
        self.undo.lists(&self.state);
        align_with(compiled, &mut self.state, self.as_of, self.version);
        let who = (self.as_of, self.today, self.person());
        self.terms_anew = begin_terms(compiled, &mut self.state, who, false);
        self.rungs = rungs(compiled, &self.state);
        self.lots_due = None;
        self.pruned = None;
        self.before_expiry.clear();
        // They stand in the order of the triggers that the version before had.
        self.trigger_values.clear();
        self.begin_days_after(through);
        self.begin_tasks();
        self.adopted()
    }

    /// The rules under which an order was sold: of the version that it names, or of the one that the member has left in this call.
    pub(super) fn sold_by(&self, order: &Order) -> &'w Compiled {
        let name = order.rules.as_ref().or(self.left.as_ref());
        let version = name.and_then(|name| self.timeline.named(name));
        version.map_or(self.compiled, |version| &version.program.compiled)
    }

    /// The rules of all versions: what one of them may ask for is kept.
    pub(super) fn all_rules(&self) -> impl Iterator<Item = &'w Compiled> {
        let versions = self.timeline.versions();
        versions.map(|version| &*version.program.compiled)
    }
}
