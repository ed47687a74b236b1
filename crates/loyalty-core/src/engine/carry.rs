//! What flows from one stretch of a metric into the next, and what a return takes out of it again (clause 9.5).

use super::demote::Brought;
use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::error::Result;
use crate::metric::{Carried, Frame};
use crate::outcome::{Change, TierWhy};
use crate::tiers::{CarryPlan, TrackPlan, over};

/// How much less was carried into a stretch of a metric than was thought.
pub(super) struct Less {
    pub(super) metric: usize,
    pub(super) into: Option<Date>,
    pub(super) version: u64,
    pub(super) change: i64,
}

impl Work<'_> {
    /// The turn of a year of the calendar, or of membership: what is left over flows into the new one. It comes before anything
    /// else at its instant, and looks at what stood when the old one ended.
    pub(super) fn carry_over(&mut self) -> Result<()> {
        let compiled = self.compiled;
        let tracks = compiled.tracks.iter().enumerate();
        let plans = tracks
            .flat_map(|(place, track)| track.carry.iter().map(move |plan| (place, track, plan)));
        for (place, track, plan) in plans {
            let Some(mut day) = self.turned else { continue };
            // A move may make two days begin at once.
            while day < self.today {
                day = day.add_days(1)?;
                let left = self.left_over(place, track, plan, day)?;
                if let Some((start, left)) = left.filter(|(start, _)| *start == day) {
                    self.carry(track, plan, Some(start), left, 0);
                }
            }
        }
        Ok(())
    }

    /// When something is carried over next.
    pub(super) fn carry_due(&self) -> Option<Instant> {
        let tracks = self.compiled.tracks.iter().enumerate();
        let plans = tracks
            .flat_map(|(place, track)| track.carry.iter().map(move |plan| (place, track, plan)));
        let dues = plans.filter_map(|(place, track, plan)| {
            let frame = &self.compiled.metrics.get(plan.metric)?.frame;
            let turn = match frame {
                Frame::Calendar(..) | Frame::MembershipYear => {
                    frame.changes_after(self.today, self.enrolled, &[])?
                }
                _ => return None,
            };
            let (start, left) = self.left_over(place, track, plan, turn).ok()??;
            (plan.amount(left) > 0)
                .then(|| self.zone.start_of(start).ok())
                .flatten()
        });
        dues.min()
    }

    /// The first day of the stretch of a day, and what is left over from the one before.
    fn left_over(
        &self,
        place: usize,
        track: &TrackPlan,
        plan: &CarryPlan,
        day: Date,
    ) -> Result<Option<(Date, i64)>> {
        let Some(metric) = self.compiled.metrics.get(plan.metric) else {
            return Ok(None);
        };
        if !matches!(metric.frame, Frame::Calendar(..) | Frame::MembershipYear) {
            return Ok(None);
        }
        let Some(days) = metric.frame.days(day, self.enrolled)? else {
            return Ok(None);
        };
        let last = days.from.add_days(-1)?;
        let view = self.seeing(last);
        let into = metric.frame.days(last, self.enrolled)?;
        let tally = self.state.metrics.get(plan.metric);
        let carried = tally.map_or(0, |tally| tally.carried_into(into));
        let left = view
            .value(plan.metric)
            .map(|value| over(track, plan, (value, carried), self.own_rung(place), &view));
        Ok(left.map(|left| (days.from, left)))
    }

    /// What is left over in the windows that a new term of a track is about to empty.
    pub(super) fn term_carry(
        &self,
        place: usize,
        track: &TrackPlan,
        why: TierWhy,
        entered: bool,
        day: Date,
    ) -> Vec<(usize, i64, u64)> {
        if track.carry.is_empty() || why == TierWhy::Returned {
            return Vec::new();
        }
        let view = self.seeing(day);
        let one = |(number, plan): (usize, &CarryPlan)| {
            let metric = self.compiled.metrics.get(plan.metric)?;
            let Frame::Reset { track: of, term } = metric.frame else {
                return None;
            };
            if of != place || !(term || entered) {
                return None;
            }
            let tally = self.state.metrics.get(plan.metric)?;
            let carried = tally.carried_into(metric.frame.days(day, self.enrolled).ok()?);
            let value = view.value(plan.metric)?;
            let left = over(track, plan, (value, carried), self.own_rung(place), &view);
            Some((number, left, tally.since))
        };
        track.carry.iter().enumerate().filter_map(one).collect()
    }

    /// The new term begins with what was left over.
    pub(super) fn begin_with(&mut self, track: &TrackPlan, left: Vec<(usize, i64, u64)>) {
        for (number, left, since) in left {
            if let Some(plan) = track.carry.get(number) {
                self.carry(track, plan, None, left, since);
            }
        }
    }

    fn carry(
        &mut self,
        track: &TrackPlan,
        plan: &CarryPlan,
        into: Option<Date>,
        left: i64,
        since: u64,
    ) {
        let amount = plan.amount(left);
        let version = self.version;
        let (Some(tally), Some(metric)) = (
            self.state.metrics.get_mut(plan.metric),
            self.compiled.metrics.get(plan.metric),
        ) else {
            return;
        };
        if amount <= 0 {
            return;
        }
        self.undo.tally(plan.metric, tally);
        // A term that was emptied counts from the version of then.
        let version = if into.is_none() { tally.since } else { version };
        tally.carry(Carried {
            into,
            amount,
            over: left,
            since,
            version,
        });
        self.enter(Change::CarriedOver {
            track: track.id.clone(),
            metric: metric.id.clone(),
            amount: metric.grain.exact(amount, self.compiled.currency),
        });
    }

    /// Takes goods that are back out of what was carried on their account; says how much less it is.
    pub(super) fn carry_less(
        &mut self,
        brought: Brought<'_>,
        changes: &[(usize, i64)],
    ) -> Result<Vec<Less>> {
        let mut all = Vec::new();
        let compiled = self.compiled;
        for plan in compiled.tracks.iter().flat_map(|track| &track.carry) {
            let change = changes.iter().find(|(metric, _)| *metric == plan.metric);
            let (Some((_, change)), Some(metric), Some(tally)) = (
                change.filter(|_| plan.shrinks()),
                compiled.metrics.get(plan.metric),
                self.state.metrics.get_mut(plan.metric),
            ) else {
                continue;
            };
            let mut fell = 0_i64;
            let mut lower = Vec::new();
            for (number, carried) in tally.carried.iter().enumerate() {
                let counted = match carried.into {
                    Some(into) => {
                        let days = metric.frame.days(into.add_days(-1)?, self.enrolled)?;
                        days.is_some_and(|days| days.from <= brought.on && brought.on <= days.until)
                            && brought.version <= carried.version
                    }
                    None => carried.since < brought.version && brought.version <= carried.version,
                };
                // What was carried on from a stretch into the one after it falls with it.
                let fall = if counted {
                    *change
                } else if plan.repeat {
                    fell
                } else {
                    0
                };
                if fall == 0 {
                    continue;
                }
                let over = carried.over.saturating_add(fall);
                let amount = plan.amount(over);
                fell = amount.saturating_sub(carried.amount);
                lower.push((number, over, amount));
                all.push(Less {
                    metric: plan.metric,
                    into: carried.into,
                    version: carried.version,
                    change: fell,
                });
            }
            if !lower.is_empty() {
                self.undo.tally(plan.metric, tally);
            }
            for (number, over, amount) in lower {
                if let Some(carried) = tally.carried.get_mut(number) {
                    carried.over = over;
                    carried.amount = amount;
                }
            }
        }
        Ok(all)
    }
}
