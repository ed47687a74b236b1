//! The passing of time: everything that is due, in the order of the calendar (clauses 1.3 to 1.5).
//!
//! At one instant: pending points become available; points expire; windows roll; tiers. Rounds repeat until one makes no entry.

use super::facts::Seeing;
use super::work::Work;
use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::condition::{Cond, next_flip};
use crate::error::{Code, Error, Result};
use crate::limits::{ENTRIES_MAX, ROUNDS_MAX};
use crate::member::Order;
use crate::metric::Reading;
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
            if next.is_some_and(|next| next <= due) {
                let words = "something that is due does not happen";
                return Err(Error::new(Code::Internal, words));
            }
            if self.entries.len() > ENTRIES_MAX {
                let words =
                    format!("more than {ENTRIES_MAX} entries are due: advance in shorter steps");
                return Err(Error::new(Code::LimitExceeded, words));
            }
        }
        self.go_to(to);
        Ok(())
    }

    fn go_to(&mut self, instant: Instant) {
        if instant != self.as_of {
            self.as_of = instant;
            let today = self.zone.date_at(instant);
            if today != self.today {
                self.today = today;
                self.prune();
            }
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
        for place in 0..self.state.accounts.len() {
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
            self.next_anchor(track, verdict.rung, day)
        } else {
            self.today
        };
        self.take_rung(place, verdict.rung, verdict.why, day, anchor)
    }

    /// A term that begins at a review counts from the last day of the old one; a calendar period from the day of the review.
    fn next_anchor(&self, track: &TrackPlan, to: usize, last_day: Date) -> Date {
        match track.rungs.get(to).map(|rung| &rung.hold) {
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
                let plan = self.compiled.metrics.get(*metric)?;
                let since = self
                    .state
                    .metrics
                    .get(*metric)
                    .map_or(0, |tally| tally.since);
                Some((plan.id.clone(), seeing.value(*metric), since))
            };

            track.metrics.iter().filter_map(one).collect()
        };
        let retained = why != TierWhy::Qualified && why != TierWhy::Requalified;
        let cond = if retained {
            plan.keeps()
        } else {
            plan.qualify.as_ref()
        };
        let earned = cond.is_some_and(|cond| self.seeing(judged_on).holds(cond));
        let version = self.version;
        let at = self.as_of;
        let Some(standing) = self.state.tiers.get_mut(place) else {
            return Ok(());
        };
        let old = standing.rung.clone();
        match why {
            // What stood is not over: a return can bring it back.
            TierWhy::Qualified | TierWhy::Requalified
                if standing.until.is_none_or(|until| until > at) =>
            {
                standing.remember()
            }
            _ => standing.earlier.clear(),
        }
        if to != from {
            standing.enter(plan.id.clone(), at);
        }
        if let Some(held) = self.rungs.get_mut(place) {
            *held = to;
        }
        standing.until = until;
        // What was given whatever the figures said cannot be taken away by other figures.
        standing.judged = (to > 0 && earned).then_some(Judged {
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

    /// After a return: takes away a rung or term that was given for the goods that are back (clause 6.5), and falls back to what
    /// stood before it. `changes` says what went out of each metric on the day of the order.
    pub(super) fn take_back_rungs(
        &mut self,
        order: &Order,
        changes: &[(usize, i64)],
    ) -> Result<()> {
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
                self.without(track, judged, order, changes)?;
            }
            let touched = match &mut standing.judged {
                Some(judged) => self.without(track, judged, order, changes)?,
                None => false,
            };
            if let Some(there) = self.state.tiers.get_mut(place) {
                *there = standing.clone();
            }
            let Some(judged) = standing.judged.filter(|_| touched) else {
                continue;
            };
            let present = self.rung(place);
            let then = Seeing {
                values: Some(&judged.values),
                ..self.seeing(judged.on)
            };
            let now = self.seeing(self.today);
            let Some(best) = rejudge(track, present, judged.retained, &then, &now) else {
                continue;
            };
            let Some(back) = self.fallback(track, place, best) else {
                self.take_rung(place, best, TierWhy::Returned, judged.on, self.today)?;
                // The lower rung stands on what the higher one stood on.
                if let Some(standing) = self.state.tiers.get_mut(place).filter(|_| best > 0) {
                    standing.judged = Some(judged);
                }
                continue;
            };
            self.fall_back(track, place, back);
        }
        Ok(())
    }

    /// Takes an order out of a judgement that counted it. Says whether it did.
    fn without(
        &self,
        track: &TrackPlan,
        judged: &mut Judged,
        order: &Order,
        changes: &[(usize, i64)],
    ) -> Result<bool> {
        let mut touched = false;
        if order.version > judged.version {
            return Ok(false);
        }
        for (metric, change) in changes
            .iter()
            .filter(|(metric, _)| track.metrics.contains(metric))
        {
            let Some(plan) = self.compiled.metrics.get(*metric) else {
                continue;
            };
            let days = plan.frame.days(judged.on, self.enrolled)?;
            if !days.is_some_and(|days| days.from <= order.on && order.on <= days.until) {
                continue;
            }
            let Some((_, value, since)) = judged.values.iter_mut().find(|(id, ..)| *id == plan.id)
            else {
                continue;
            };
            if order.version <= *since {
                continue;
            }
            touched = true;
            match plan.reading {
                Reading::Sum => *value = value.map(|value| value.saturating_add(*change)),
                Reading::Count => {
                    let counted = *since..=judged.version;
                    let same_day = |other: &&Order| other.on == order.on && other.id != order.id;
                    let mut others = self.member.orders.iter().filter(same_day);
                    if !others
                        .any(|other| counted.contains(&other.version) && other.counts_in(&plan.id))
                    {
                        *value = value.map(|value| value.saturating_sub(1));
                    }
                }
                Reading::Since => {
                    let tally = self.state.metrics.get(*metric);
                    *value = tally.and_then(|tally| tally.value(days, plan.reading, judged.on));
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
                let then = Seeing {
                    values: Some(&judged.values),
                    ..self.seeing(judged.on)
                };
                let cond = if judged.retained {
                    plan.keeps()
                } else {
                    plan.qualify.as_ref()
                };
                cond.is_none_or(|cond| then.holds(cond))
            });
            rung >= best && holds && earlier.until.is_none_or(|until| until > self.as_of)
        })
    }

    fn fall_back(&mut self, track: &TrackPlan, place: usize, back: usize) {
        let at = self.as_of;
        let Some(standing) = self.state.tiers.get_mut(place) else {
            return;
        };
        let Some(earlier) = standing.earlier.drain(back..).next() else {
            return;
        };
        let from = standing.rung.clone();
        if from != earlier.rung {
            standing.enter(earlier.rung.clone(), at);
            standing.since = earlier.since;
        }
        standing.until = earlier.until;
        standing.judged = earlier.judged;
        let (to, until) = (earlier.rung, earlier.until);
        if let (Some(held), Some(rung)) = (
            self.rungs.get_mut(place),
            track.rungs.iter().position(|rung| rung.id == to),
        ) {
            *held = rung;
        }
        let (track, why) = (track.id.clone(), TierWhy::Returned);
        self.enter(Change::Tier {
            track,
            from,
            to,
            why,
            until,
        });
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
