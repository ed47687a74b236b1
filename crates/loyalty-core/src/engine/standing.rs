//! Where a member stands in each track: judging it, entering a rung, and when that is due (section 9).

use std::sync::Arc;

use super::facts::{Seeing, place_of};
use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::condition::{Cond, next_flip};
use crate::error::Result;
use crate::id::Id;
use crate::metric::Reading;
use crate::outcome::{Change, TierWhy};
use crate::points::CapUse;
use crate::program::Feed;
use crate::tiers::{
    Basis, Begin, Decision, Hold, Judged, Pending, Person, Present, Standing, Term, TrackPlan,
    Upgrade, UsedInTerm, Verdict, View, judge, review,
};

/// On which day a track is judged, and the last day of the term that a new one follows.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) on: Date,
    pub(super) after: Option<Date>,
}

impl Work<'_> {
    pub(super) fn judge_tiers(&mut self) -> Result<()> {
        for place in 0..self.compiled.tracks.len() {
            self.judge_track(place)?;
            self.end_grant(place);
        }
        Ok(())
    }

    pub(super) fn person(&self) -> Person {
        Person {
            enrolled: self.enrolled,
            zone: self.zone,
        }
    }

    /// The place of the rung that is earned in a track: what was granted stands beside it.
    pub(super) fn earned(&self, place: usize) -> usize {
        match self.state.tiers.get(place) {
            Some(standing) if standing.granted.is_some() || !standing.lent.is_empty() => {
                place_of(self.compiled, place, &standing.rung)
            }
            _ => self.rung(place),
        }
    }

    /// Where a member stands in a track, for its judgement on a day.
    fn present(&self, place: usize, track: &TrackPlan) -> Present {
        let rung = self.earned(place);
        let standing = self.state.tiers.get(place);
        let pending = standing.and_then(|standing| standing.pending.as_ref());
        let least = track.rungs.get(rung).and_then(|plan| plan.at_least);
        let entered = least.and(standing).map(|one| one.entered(self.zone));
        Present {
            rung,
            pending: pending.map(|pending| place_of(self.compiled, place, &pending.rung)),
            waits: track.upgrade == Upgrade::NextPeriod
                && (self.enrolled.is_some() || track.period.period().is_some()),
            grace: standing.is_some_and(|standing| standing.grace.is_some()),
            barred: standing.is_some_and(|standing| standing.barred),
            // What lies past the calendar is never reached.
            free_from: entered.and_then(|entered| track.free_from(rung, entered).ok().flatten()),
        }
    }

    fn judge_track(&mut self, place: usize) -> Result<()> {
        let (Some(track), Some(standing)) =
            (self.compiled.tracks.get(place), self.state.tiers.get(place))
        else {
            return Ok(());
        };
        let now = self.as_of;
        let due = self.reviews.contains(&place) || standing.until.is_some_and(|until| until <= now);
        let entering = standing.pending.as_ref().is_some_and(|one| one.at <= now);
        self.reviews.retain(|one| *one != place);
        let present = self.present(place, track);
        if entering && self.enter_pending(place, track)? {
            return Ok(());
        }
        if due {
            // A review at the beginning of a day reads the day before.
            let day = self.day_until_now();
            return self.review(place, track, present, day);
        }
        let decision = judge(track, present, self.today, &self.seeing(self.today));
        match decision {
            None => self.requalify(place, track, present.rung),
            Some(Decision::Enter(verdict)) => {
                let asked = Asked {
                    on: self.today,
                    after: None,
                };
                self.carry_out(place, track, present, verdict, asked)
            }
            Some(Decision::Await(rung)) => self.await_rung(place, track, rung),
            Some(Decision::Forget) => {
                self.forget_pending(place, track);
                Ok(())
            }
        }
    }

    /// The rung that is held once a track has been judged as things stand, if that gives a higher one at once.
    pub(super) fn rung_reached(&self, place: usize, track: &TrackPlan) -> usize {
        let held = self.rung(place);
        let present = self.present(place, track);
        match judge(track, present, self.today, &self.seeing(self.today)) {
            Some(Decision::Enter(verdict)) => held.max(verdict.rung),
            _ => held,
        }
    }

    /// The member as a review reads it.
    pub(super) fn reviewing(&self, track: &TrackPlan, day: Date) -> Seeing<'_> {
        let before = Some(self.before_expiry.as_slice());
        Seeing {
            values: before.filter(|before| track.before_expiry && !before.is_empty()),
            ..self.seeing(day)
        }
    }

    /// The balances before what expires at this instant, where a review reads them so.
    pub(super) fn note_balances(&mut self) {
        self.before_expiry.clear();
        if !self.compiled.tracks.iter().any(|track| track.before_expiry) {
            return;
        }
        let seeing = self.seeing(self.today);
        let metrics = self.compiled.metrics.iter().enumerate();
        let noted: Vec<_> = metrics
            .filter(|(_, plan)| matches!(plan.feed, Feed::Balance(_)))
            .map(|(place, plan)| (plan.id.clone(), seeing.value(place), 0))
            .collect();
        self.before_expiry = noted;
    }

    /// The review of a track, reading a day.
    fn review(
        &mut self,
        place: usize,
        track: &TrackPlan,
        present: Present,
        day: Date,
    ) -> Result<()> {
        let today = self.today;
        let Some(mut verdict) = review(track, present, today, &self.reviewing(track, day)) else {
            return Ok(());
        };
        if !present.grace {
            verdict = self.penalize(place, track, present, verdict, day);
        }
        if let Some(standing) = self.standing(place) {
            standing.barred = false;
        }
        let last = match self.ended_on(place) {
            Some(ended) => ended.add_days(-1)?,
            None => day,
        };
        let asked = Asked {
            on: day,
            after: Some(last),
        };
        self.carry_out(place, track, present, verdict, asked)
    }

    /// Does what a judgement says; a rung that is lost may be kept for a while.
    fn carry_out(
        &mut self,
        place: usize,
        track: &TrackPlan,
        present: Present,
        verdict: Verdict,
        mut asked: Asked,
    ) -> Result<()> {
        let lost = matches!(verdict.why, TierWhy::TermEnded | TierWhy::NotHeld)
            && verdict.rung < present.rung;
        if lost && !present.grace && self.keep_in_grace(place, track, present.rung, asked)? {
            return Ok(());
        }
        if verdict.why == TierWhy::Restored {
            asked.after = self.state.tiers.get(place).and_then(|one| one.grace);
        }
        self.take_rung(place, verdict, asked)
    }

    /// Begins the grace of a rung that is lost. Says whether there is one.
    fn keep_in_grace(
        &mut self,
        place: usize,
        track: &TrackPlan,
        rung: usize,
        asked: Asked,
    ) -> Result<bool> {
        let Some(grace) = track.rungs.get(rung).and_then(|plan| plan.grace.as_ref()) else {
            return Ok(false);
        };
        let Some(standing) = self.state.tiers.get(place) else {
            return Ok(false);
        };
        let entered = standing.entered(self.zone);
        let until = grace.end(entered, asked.after, self.today, self.zone)?;
        if until <= self.as_of {
            return Ok(false);
        }
        let last = asked.after.unwrap_or(self.today);
        if let Some(standing) = self.standing(place) {
            standing.grace = Some(last);
            standing.end_at(Some(until));
        }
        self.enter_tier(place, TierWhy::Grace, None);
        Ok(true)
    }

    /// What will be entered when the next period begins.
    fn await_rung(&mut self, place: usize, track: &TrackPlan, rung: usize) -> Result<()> {
        let Some(at) = track.next_period(self.today, self.person())? else {
            return Ok(());
        };
        let judged = self.judged(track, &self.seeing(self.today), self.today, false);
        let Some(plan) = track.rungs.get(rung) else {
            return Ok(());
        };
        if let Some(standing) = self.standing(place) {
            // A rung that takes the place of another is entered when that one would have been.
            let at = standing.pending.as_ref().map_or(at, |one| one.at.min(at));
            let id = plan.id.clone();
            standing.pending = Some(Box::new(Pending {
                rung: id.clone(),
                at,
                judged,
            }));
            self.enter(Change::TierPending {
                track: track.id.clone(),
                rung: Some(id),
                effective: Some(at),
            });
        }
        Ok(())
    }

    /// Nothing will be entered any more when the next period begins.
    pub(super) fn forget_pending(&mut self, place: usize, track: &TrackPlan) {
        if let Some(standing) = self.standing(place) {
            standing.pending = None;
        }
        self.enter(Change::TierPending {
            track: track.id.clone(),
            rung: None,
            effective: None,
        });
    }

    /// Enters what was waited for. Says whether there was anything to enter.
    fn enter_pending(&mut self, place: usize, track: &TrackPlan) -> Result<bool> {
        let Some(pending) = self.standing(place).and_then(|one| one.pending.take()) else {
            return Ok(false);
        };
        let verdict = Verdict {
            rung: place_of(self.compiled, place, &pending.rung),
            why: TierWhy::Qualified,
            basis: Some(Basis::Qualify),
        };
        let day = self.day_until_now();
        if self.earned(place) >= verdict.rung {
            return Ok(false);
        }
        let asked = Asked {
            on: day,
            after: None,
        };
        self.enter_rung(place, track, verdict, asked, Some(pending.judged))?;
        Ok(true)
    }

    /// With `extend_on_requalify`: an event after which the condition of the rung holds anew begins a new term.
    fn requalify(&mut self, place: usize, track: &TrackPlan, present: usize) -> Result<()> {
        if !track.extend_on_requalify || present == 0 || self.ordered.is_none() {
            return Ok(());
        }
        let Some(standing) = self.state.tiers.get(place) else {
            return Ok(());
        };
        let Some(plan) = track.rungs.get(present) else {
            return Ok(());
        };
        let Some(qualify) = plan.qualify.as_ref().filter(|_| standing.until.is_some()) else {
            return Ok(());
        };
        let begin = Begin {
            first: self.today,
            after: None,
            entered: standing.entered(self.zone),
            today: self.today,
            month_day: None,
        };
        let until = track.term_end(present, begin, self.person())?.until;
        if until <= standing.until || !self.seeing(self.today).holds(qualify) {
            return Ok(());
        }
        let verdict = Verdict {
            rung: present,
            why: TierWhy::Requalified,
            basis: Some(Basis::Qualify),
        };
        let asked = Asked {
            on: self.today,
            after: None,
        };
        self.take_rung(place, verdict, asked)
    }

    /// The figures of a judgement.
    pub(super) fn judged(
        &self,
        track: &TrackPlan,
        seeing: &Seeing<'_>,
        on: Date,
        retained: bool,
    ) -> Judged {
        let one = |metric: &usize| {
            let plan = self.compiled.metrics.get(*metric)?;
            let tally = self.state.metrics.get(*metric);
            // What an earlier stretch came to was no reason that an order of this one could take away.
            let since = if plan.frame.is_stretch_before() {
                u64::MAX
            } else {
                tally.map_or(0, |tally| tally.since)
            };
            Some((plan.id.clone(), seeing.value(*metric), since))
        };
        Judged {
            version: self.version,
            on,
            retained,
            values: track.metrics.iter().filter_map(one).collect(),
        }
    }

    /// Enters a rung, or begins a new term of the one that is held.
    pub(super) fn take_rung(&mut self, place: usize, verdict: Verdict, asked: Asked) -> Result<()> {
        let Some(track) = self.compiled.tracks.get(place) else {
            return Ok(());
        };
        // What was given whatever the figures said cannot be taken away by other figures.
        let judged = verdict.basis.filter(|_| verdict.rung > 0).map(|basis| {
            self.judged(
                track,
                &self.reviewing(track, asked.on),
                asked.on,
                basis == Basis::Keep,
            )
        });
        self.enter_rung(place, track, verdict, asked, judged)
    }

    fn enter_rung(
        &mut self,
        place: usize,
        track: &TrackPlan,
        verdict: Verdict,
        asked: Asked,
        judged: Option<Judged>,
    ) -> Result<()> {
        let Verdict { rung: to, why, .. } = verdict;
        let Some(plan) = track.rungs.get(to) else {
            return Ok(());
        };
        let standing = self.state.tiers.get(place);
        let entered = standing.is_some_and(|standing| standing.rung != plan.id);
        let term = self.term_end(place, track, verdict, asked)?;
        let until = term.until;
        let left = self.term_carry(place, track, why, entered, asked.on);
        let at = self.as_of;
        let on = self.early.then_some(self.today);
        let pending = self
            .state
            .tiers
            .get(place)
            .and_then(|standing| standing.pending.as_ref())
            .map(|pending| place_of(self.compiled, place, &pending.rung));
        let uses = self.uses_in_term(place);
        let Some(standing) = self.standing(place) else {
            return Ok(());
        };
        let before = Before::of(standing);
        match why {
            // What stood is not over: a return can bring it back.
            TierWhy::Qualified | TierWhy::Requalified | TierWhy::Restored
                if standing.until.is_none_or(|until| until > at) =>
            {
                standing.remember(uses);
            }
            _ => standing.earlier.clear(),
        }
        if entered {
            standing.enter(plan.id.clone(), at, on);
        } else {
            standing.begun = Some(at);
        }
        standing.grace = None;
        standing.end_at(until);
        standing.month_day = term.month_day;
        standing.judged = judged;
        standing.barred = why == TierWhy::Penalty && until.is_some();
        if pending.is_some_and(|pending| pending <= to) || standing.barred {
            standing.pending = None;
        }
        self.hold_rung(place);
        self.enter_tier(place, why, Some(before));
        self.reset_windows(place, entered);
        self.begin_with(track, left);
        Ok(())
    }

    /// The civil day that begins at the end of the term that is over, by the clocks by which it was laid down, where those were
    /// others: its review is of that day.
    fn ended_on(&self, place: usize) -> Option<Date> {
        let standing = self.state.tiers.get(place)?;
        let over = standing.until.is_some_and(|until| until <= self.as_of);
        standing.ends_on.filter(|_| over)
    }

    /// When the term ends that begins now.
    fn term_end(
        &self,
        place: usize,
        track: &TrackPlan,
        verdict: Verdict,
        asked: Asked,
    ) -> Result<Term> {
        let to = verdict.rung;
        if to == 0 && !track.reviews_base() && verdict.why != TierWhy::Penalty {
            return Ok(Term::default());
        }
        let standing = self.state.tiers.get(place);
        let entered = match standing {
            Some(standing) if to == self.earned(place) => standing.entered(self.zone),
            _ => self.today,
        };
        let ended = self.ended_on(place);
        // A grace that is over has no term that the next one follows.
        let follows = standing.filter(|standing| {
            asked.after.is_some() && (standing.grace.is_none() || verdict.why == TierWhy::Restored)
        });
        let mut begin = Begin {
            first: self.today,
            after: asked.after,
            entered,
            today: ended.map_or(self.today, |ended| ended.max(self.today)),
            month_day: follows.and_then(|standing| standing.month_day),
        };
        if verdict.why != TierWhy::Restored {
            return track.term_end(to, begin, self.person());
        }
        // As if the rung had been kept when its term ended, and at every review that has been since.
        for _ in 0..crate::limits::ROUNDS_MAX {
            let Some(last) = begin.after else { break };
            begin.first = last.add_days(1)?;
            let term = track.term_end(to, begin, self.person())?;
            match term.until.filter(|until| *until <= self.as_of) {
                Some(until) => begin.after = Some(self.zone.date_at(until.prev())),
                None => return Ok(term),
            }
            begin.month_day = term.month_day;
        }
        begin.first = self.today;
        begin.after = None;
        begin.month_day = None;
        track.term_end(to, begin, self.person())
    }

    /// The entry of what stands now, after what stood before if that was something else.
    pub(super) fn enter_tier(&mut self, place: usize, why: TierWhy, before: Option<Before>) {
        let Some(standing) = self.state.tiers.get(place) else {
            return;
        };
        let change = Change::Tier {
            track: standing.track.clone(),
            held_from: before
                .as_ref()
                .filter(|before| before.held != before.earned)
                .map(|before| before.held.clone()),
            from: before.map_or_else(|| standing.rung.clone(), |before| before.earned),
            to: standing.rung.clone(),
            why,
            until: standing.until,
            held: Some(standing.held().clone()).filter(|held| *held != standing.rung),
            reason: None,
        };
        self.enter(change);
    }

    /// What has been used in the present term of a track of the caps and limits that are by it.
    fn uses_in_term(&self, place: usize) -> Vec<UsedInTerm> {
        let compiled = self.compiled;
        let limits = compiled.spend.term_limits.iter();
        let limits = limits.filter(|(of, _)| *of == place).map(|(_, key)| key);
        let caps = compiled.settings.caps_of_term(place).map(|cap| &cap.key);
        let used = limits.chain(caps).filter_map(|key| {
            let (points, times, since) = CapUse::of(&self.state.caps, key)?;
            Some(UsedInTerm {
                key: Arc::clone(key),
                points,
                times,
                since,
            })
        });
        used.collect()
    }

    /// Empties the windows that began with the old term, or with the old rung.
    fn reset_windows(&mut self, place: usize, entered: bool) {
        let version = self.version;
        let standing = self.state.tiers.get(place);
        let earlier = standing.map_or(0, |standing| standing.earlier.len());
        let tallies = self.state.metrics.iter_mut().zip(&self.compiled.metrics);
        for (number, (tally, plan)) in tallies.enumerate() {
            if let Some((track, term)) = plan.frame.resets_with()
                && track == place
                && (term || entered)
            {
                self.undo.tally(number, tally);
                // A return looks again at what was judged by days.
                let by_days = !matches!(plan.reading, Reading::Sum | Reading::Count);
                let before = usize::from(by_days || plan.frame.is_stretch_before());
                tally.reset(version, earlier.saturating_add(before));
            }
        }
        self.reset_limits(place);
        self.reset_caps(place);
    }

    /// When a track is due next: what stands in it, and the first day on which time alone changes it.
    pub(super) fn track_due(&self, place: usize) -> Option<Instant> {
        let track = self.compiled.tracks.get(place)?;
        let standing = self.state.tiers.get(place)?;
        let dated = standing.due();
        let held = track.rungs.get(self.earned(place));
        if !track.by_time && held.is_none_or(|rung| rung.at_least.is_none()) {
            return dated;
        }
        let present = self.present(place, track);
        let seeing = self.seeing(self.today);
        let changes = |day: Date| judge(track, present, day, &seeing.on(day)).is_some();
        // What cannot be taken yet may be lost as soon as it can.
        let free = present
            .free_from
            .filter(|free| *free > self.today && self.fleeting(track, present.rung))
            .filter(|free| changes(*free));
        let flip = track.by_time.then(|| {
            let rungs = track.rungs.iter();
            let conds: Vec<&Cond> = rungs
                .flat_map(|rung| rung.qualify.iter().chain(&rung.retain))
                .collect();
            next_flip(&conds, &seeing, self.today, changes)
        });
        let day = [free, flip.flatten()].into_iter().flatten().min();
        let flip = day.and_then(|day| self.zone.start_of(day).ok());
        [dated, flip].into_iter().flatten().min()
    }

    fn fleeting(&self, track: &TrackPlan, rung: usize) -> bool {
        track
            .rungs
            .get(rung)
            .is_some_and(|plan| plan.hold == Hold::None)
    }
}

/// What stood before: the rung that was earned, and the one that was held.
pub(super) struct Before {
    earned: Id,
    held: Id,
}

impl Before {
    pub(super) fn of(standing: &Standing) -> Self {
        Self {
            earned: standing.rung.clone(),
            held: standing.held().clone(),
        }
    }
}
