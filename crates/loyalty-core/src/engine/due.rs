//! The passing of time: everything that is due, in the order of the calendar (clauses 1.3 to 1.5).
//!
//! At one instant: pending points become available; points expire; windows roll; tiers. Rounds repeat until one makes no entry.

use super::work::Work;
use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::condition::{Cond, next_flip};
use crate::error::{Code, Error, Result};
use crate::limits::ROUNDS_MAX;
use crate::outcome::{Change, TierWhy};
use crate::points::Given;
use crate::tiers::{Hold, Judged, TrackPlan, Upgrade, View, judge, rejudge, term_end};

impl Work<'_> {
    /// Brings the member to an instant, due things first.
    pub(super) fn settle_to(&mut self, to: Instant) -> Result<()> {
        let mut next = match self.member.due {
            Some((digest, due)) if digest == self.digest() => due,
            _ => self.next_due(),
        };
        while let Some(due) = next.filter(|due| *due <= to) {
            self.go_to(due);
            self.settle_at()?;
            next = self.next_due();
        }
        self.go_to(to);
        Ok(())
    }

    fn go_to(&mut self, instant: Instant) {
        if instant != self.as_of {
            self.as_of = instant;
            self.today = self.zone.date_at(instant);
        }
    }

    /// Makes everything that is due at this instant, until nothing more happens.
    pub(super) fn settle_at(&mut self) -> Result<()> {
        for _ in 0..ROUNDS_MAX {
            let before = self.entries.len();
            self.activate()?;
            self.expire()?;
            self.judge_tiers()?;
            if self.entries.len() == before {
                return Ok(());
            }
        }
        Err(Error::new(
            Code::Internal,
            "the member does not come to rest at this instant",
        ))
    }

    fn activate(&mut self) -> Result<()> {
        let now = self.as_of;
        for place in 0..self.compiled.accounts.len() {
            let account = self.account(place)?;
            let made = account.activate(now)?;
            let id = account.id.clone();
            for Given { lot, repaid } in made {
                self.enter(Change::Activated {
                    account: id.clone(),
                    points: Points::new(lot.points),
                    lot: lot.dates(),
                });
                if repaid > 0 {
                    self.enter(Change::Repaid {
                        account: id.clone(),
                        points: Points::new(repaid),
                        lot: lot.dates(),
                    });
                }
            }
        }
        Ok(())
    }

    fn expire(&mut self) -> Result<()> {
        let (now, remember_from) = (self.as_of, self.remember_from());
        for place in 0..self.state.accounts.len() {
            let Some(account) = self.state.accounts.get_mut(place) else {
                continue;
            };
            let gone = account.expire(now, remember_from)?;
            let id = account.id.clone();
            for lot in gone {
                self.enter(Change::Expired {
                    account: id.clone(),
                    points: Points::new(lot.points),
                    lot: lot.dates(),
                });
            }
        }
        Ok(())
    }

    fn judge_tiers(&mut self) -> Result<()> {
        for place in 0..self.compiled.tracks.len() {
            self.judge_track(place)?;
        }
        Ok(())
    }

    fn judge_track(&mut self, place: usize) -> Result<()> {
        let Some(track) = self.compiled.tracks.get(place) else {
            return Ok(());
        };
        let present = self.rung(place);
        let until = self
            .state
            .tiers
            .get(place)
            .and_then(|standing| standing.until);
        let due = until.is_some_and(|until| until <= self.as_of);
        // A review at the beginning of a day reads the day before.
        let day = if due {
            self.zone.date_at(self.as_of.prev())
        } else {
            self.today
        };
        let Some(verdict) = judge(track, present, due, &self.seeing(day)) else {
            return self.requalify(place, track, present);
        };
        let anchor = if due {
            self.next_anchor(track, present, day)
        } else {
            self.today
        };
        self.take_rung(place, verdict.rung, verdict.why, day, anchor)
    }

    /// A term that begins at a review counts from the last day of the old one; a calendar period from the day of the review.
    fn next_anchor(&self, track: &TrackPlan, present: usize, last_day: Date) -> Date {
        match track.rungs.get(present).map(|rung| &rung.hold) {
            Some(Hold::For(length)) if length.last_day == crate::calendar::LastDay::Included => {
                last_day
            }
            _ => self.today,
        }
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
        let until = term_end(&plan.hold, self.today, self.enrolled, self.zone)?;
        if until <= standing.until || !self.seeing(self.today).holds(qualify) {
            return Ok(());
        }
        self.take_rung(place, present, TierWhy::Requalified, self.today, self.today)
    }

    /// Enters a rung, or begins a new term of the one that is held.
    fn take_rung(
        &mut self,
        place: usize,
        to: usize,
        why: TierWhy,
        judged_on: Date,
        anchor: Date,
    ) -> Result<()> {
        let Some(track) = self.compiled.tracks.get(place) else {
            return Ok(());
        };
        let from = self.rung(place);
        let Some(plan) = track.rungs.get(to) else {
            return Ok(());
        };
        let until = if to == 0 && track.upgrade == Upgrade::Immediate {
            None
        } else {
            term_end(&plan.hold, anchor, self.enrolled, self.zone)?
        };
        let values = {
            let seeing = self.seeing(judged_on);
            let one = |metric: &usize| {
                self.compiled
                    .metrics
                    .get(*metric)
                    .map(|plan| (plan.id.clone(), seeing.value(*metric)))
            };
            track.metrics.iter().filter_map(one).collect()
        };
        let version = self.version;
        let at = self.as_of;
        let Some(standing) = self.state.tiers.get_mut(place) else {
            return Ok(());
        };
        let old = standing.rung.clone();
        if to != from {
            standing.enter(plan.id.clone(), at);
        }
        if let Some(held) = self.rungs.get_mut(place) {
            *held = to;
        }
        standing.until = until;
        let retained = why != TierWhy::Qualified && why != TierWhy::Requalified;
        standing.judged = (to > 0).then_some(Judged {
            version,
            on: judged_on,
            retained,
            values,
        });
        self.enter(Change::Tier {
            track: track.id.clone(),
            from: old,
            to: plan.id.clone(),
            why,
            until,
        });
        self.reset_windows(place, to != from);
        Ok(())
    }

    /// Empties the windows that began with the old term, or with the old rung.
    fn reset_windows(&mut self, place: usize, entered: bool) {
        let version = self.version;
        for (tally, plan) in self.state.metrics.iter_mut().zip(&self.compiled.metrics) {
            if let crate::metric::Frame::Reset { track, term } = plan.frame
                && track == place
                && (term || entered)
            {
                tally.reset(version);
            }
        }
    }

    /// After a return: takes away a rung that was given for the goods that are back (clause 6.5). `changes` says by how much
    /// each metric has lost, on the day of the order.
    pub(super) fn take_back_rungs(
        &mut self,
        order_version: u64,
        order_day: Date,
        changes: &[(usize, i64)],
    ) -> Result<()> {
        for place in 0..self.compiled.tracks.len() {
            let Some(track) = self.compiled.tracks.get(place) else {
                continue;
            };
            let present = self.rung(place);
            let enrolled = self.enrolled;
            let Some(judged) = self
                .state
                .tiers
                .get_mut(place)
                .and_then(|standing| standing.judged.as_mut())
            else {
                continue;
            };
            if order_version > judged.version {
                continue;
            }
            let mut touched = false;
            for (metric, change) in changes
                .iter()
                .filter(|(metric, _)| track.metrics.contains(metric))
            {
                let Some(plan) = self.compiled.metrics.get(*metric) else {
                    continue;
                };
                let days = plan.frame.days(judged.on, enrolled)?;
                if !days.is_some_and(|days| days.from <= order_day && order_day <= days.until) {
                    continue;
                }
                if let Some((_, Some(value))) =
                    judged.values.iter_mut().find(|(id, _)| *id == plan.id)
                {
                    *value = value.saturating_add(*change);
                    touched = true;
                }
            }
            if !touched {
                continue;
            }
            let judged = judged.clone();
            let then = super::facts::Seeing {
                values: Some(&judged.values),
                ..self.seeing(judged.on)
            };
            let Some(to) = rejudge(
                track,
                present,
                judged.retained,
                &then,
                &self.seeing(self.today),
            ) else {
                continue;
            };
            self.take_rung(place, to, TierWhy::Returned, judged.on, self.today)?;
            // The lower rung stands on what the higher one stood on.
            if let Some(standing) = self.state.tiers.get_mut(place).filter(|_| to > 0) {
                standing.judged = Some(judged);
            }
        }
        Ok(())
    }

    /// When time alone changes the member next.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let lots = self
            .state
            .accounts
            .iter()
            .filter_map(crate::points::Account::next_due);
        let tiers = (0..self.compiled.tracks.len()).filter_map(|place| self.track_due(place));
        lots.chain(tiers).min()
    }

    fn track_due(&self, place: usize) -> Option<Instant> {
        let track = self.compiled.tracks.get(place)?;
        let until = self
            .state
            .tiers
            .get(place)
            .and_then(|standing| standing.until);
        if !track.by_time {
            return until;
        }
        let present = self.rung(place);
        let conds: Vec<&Cond> = track
            .rungs
            .iter()
            .flat_map(|rung| rung.qualify.iter().chain(&rung.retain))
            .collect();
        let seeing = self.seeing(self.today);
        let flip = next_flip(&conds, &seeing, self.today, |day| {
            judge(track, present, false, &seeing.on(day)).is_some()
        });
        let flip = flip.and_then(|day| self.zone.start_of(day).ok());
        [until, flip].into_iter().flatten().min()
    }
}
