//! Triggers that come by metrics: rungs that are near, and milestones (clause 12.1).

use super::trigger::Fire;
use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::condition::{Cond, Quiet, evaluate, next_flip};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::limits::{MILESTONES_CHAINED_MAX, MILESTONES_CROSSED_MAX};
use crate::metric::Frame;
use crate::outcome::TriggerAbout;
use crate::tiers::{JudgedValue, RungPlan};
use crate::triggers::{NearOthers, OnPlan, StepsCrossed, TriggerPlan};

impl Work<'_> {
    /// The rungs to which little is missing, and have not been told so since they were last held.
    pub(super) fn near_rungs(&mut self, fires: &mut Vec<Fire>) {
        let compiled = self.compiled;
        for (place, plan) in compiled.triggers.all.iter().enumerate() {
            let OnPlan::NearTier { track, .. } = &plan.on else {
                continue;
            };
            let held = self.rung(*track);
            let Some(ladder) = compiled.tracks.get(*track) else {
                continue;
            };
            // What is held is near no more: when it is lost, it can come near again.
            let gone = |(trigger, rung): &(Id, Id)| {
                let at = ladder.rungs.iter().position(|one| one.id == *rung);
                *trigger == plan.id && at.is_none_or(|at| at <= held)
            };
            if self.state.more.triggers.near.iter().any(gone) {
                self.more().triggers.near.retain(|one| !gone(one));
            }
            if let Some(about) = self.near(plan, self.today) {
                fires.push(Fire::new(place, about));
            }
        }
    }

    /// A rung that is near was told of.
    pub(super) fn told_near(&mut self, plan: &TriggerPlan, about: &TriggerAbout) {
        let Some(rung) = &about.rung else { return };
        let mark = (plan.id.clone(), rung.clone());
        let near = &mut self.more().triggers.near;
        if let Err(at) = near.binary_search(&mark) {
            near.insert(at, mark);
        }
    }

    /// What a trigger says on a day of a rung that is near then, if it has not said so and may.
    fn near(&self, plan: &TriggerPlan, day: Date) -> Option<TriggerAbout> {
        let OnPlan::NearTier {
            track,
            metric,
            within,
            others,
        } = &plan.on
        else {
            return None;
        };
        let (next, qualify) = self.next_rung(*track)?;
        let seeing = self.seeing(day);
        let value = seeing.value(*metric).unwrap_or(0);
        let wanted = qualify.least_of(*metric)?;
        let missing = wanted.saturating_sub(value);
        if missing <= 0 || missing > *within {
            return None;
        }
        let reached = || {
            let values = self.with(*metric, wanted);
            let there = super::facts::Seeing {
                values: Some(&values),
                ..self.seeing(day)
            };
            evaluate(qualify, &there, &mut Quiet)
        };
        if *others == NearOthers::MustHold && !reached() {
            return None;
        }
        let near = &self.state.more.triggers.near;
        let told = |(trigger, rung): &(Id, Id)| *trigger == plan.id && *rung == next.id;
        if near.iter().any(told) {
            return None;
        }
        let about = TriggerAbout {
            rung: Some(next.id.clone()),
            missing: Some(seeing.figure_of(*metric, missing)),
            ..TriggerAbout::default()
        };
        self.may_fire(plan, &about, &seeing).then_some(about)
    }

    /// The rung above the one that is held in a track, and what it asks for.
    fn next_rung(&self, track: usize) -> Option<(&RungPlan, &Cond)> {
        let ladder = self.compiled.tracks.get(track)?;
        let next = ladder.rungs.get(self.rung(track).saturating_add(1))?;
        Some((next, next.qualify.as_ref()?))
    }

    /// A metric at a value.
    fn with(&self, metric: usize, value: i64) -> Vec<JudgedValue> {
        let name = self.compiled.metrics.get(metric);
        let name = name.map(|plan| (plan.id.clone(), Some(value), 0));
        name.into_iter().collect()
    }

    /// When time alone brings it about that a trigger says of a rung that it is near: because of what else that asks for, or because
    /// of the trigger's own condition.
    pub(super) fn near_due(&self) -> Option<Instant> {
        if !self.state.more.access.is_open() {
            return None;
        }
        let triggers = self.compiled.triggers.all.iter();
        let day = triggers.filter_map(|plan| self.near_day(plan)).min()?;
        self.zone.start_of(day).ok()
    }

    fn near_day(&self, plan: &TriggerPlan) -> Option<Date> {
        let OnPlan::NearTier {
            track,
            metric,
            others,
            ..
        } = &plan.on
        else {
            return None;
        };
        let must_hold = *others == NearOthers::MustHold;
        if !must_hold && plan.when.is_none() {
            return None;
        }
        let (_, qualify) = self.next_rung(*track)?;
        if self.near(plan, self.today).is_some() {
            // The trigger is newer than what the member has seen of it.
            return self.today.add_days(1).ok();
        }
        let comes = |day: Date| self.near(plan, day).is_some();
        let values = self.with(*metric, qualify.least_of(*metric)?);
        let there = super::facts::Seeing {
            values: Some(&values),
            ..self.seeing(self.today)
        };
        let other = must_hold.then(|| next_flip(&[qualify], &there, self.today, comes));
        let seeing = self.seeing(self.today);
        let own = plan.when.as_ref();
        let own = own.map(|when| next_flip(&[when], &seeing, self.today, comes));
        other.flatten().into_iter().chain(own.flatten()).min()
    }

    /// What the metrics of milestones are, trigger by trigger.
    pub(super) fn values_of_milestones(&self) -> Vec<i64> {
        let seeing = self.seeing(self.today);
        let triggers = self.compiled.triggers.all.iter();
        let value = |plan: &TriggerPlan| match &plan.on {
            OnPlan::Milestone { metric, .. } => seeing.value(*metric).unwrap_or(0),
            _ => 0,
        };
        triggers.map(value).collect()
    }

    /// The values that metrics have crossed since the last round.
    pub(super) fn milestones_crossed(&mut self, fires: &mut Vec<Fire>) -> Result<()> {
        let now = self.values_of_milestones();
        let before = core::mem::replace(&mut self.trigger_values, now);
        if before.is_empty() {
            return Ok(());
        }
        let before = self.not_again(&before);
        let most = match self.trigger_rounds {
            0 => MILESTONES_CROSSED_MAX,
            _ => MILESTONES_CHAINED_MAX,
        };
        let compiled = self.compiled;
        let triggers = compiled.triggers.all.iter().enumerate();
        let values = self.trigger_values.clone();
        for ((place, plan), (before, now)) in triggers.zip(before.iter().zip(values)) {
            let OnPlan::Milestone { metric, steps } = &plan.on else {
                continue;
            };
            let crossed = steps.crossed(*before, now, most);
            if crossed.more {
                self.too_many_crossed(plan)?;
            }
            for value in crossed.values {
                let figure = self.seeing(self.today).figure_of(*metric, value);
                let about = TriggerAbout {
                    value: Some(figure),
                    ..TriggerAbout::default()
                };
                fires.push(Fire {
                    value: Some(value),
                    ..Fire::new(place, about)
                });
            }
        }
        Ok(())
    }

    /// An event that crosses too many values of a milestone is refused. Time must pass, and what triggers give must not keep an event
    /// from happening: it is said that not all fire.
    fn too_many_crossed(&mut self, plan: &TriggerPlan) -> Result<()> {
        if self.passing || self.trigger_rounds > 0 {
            self.skip(plan, (None, None), Code::LimitExceeded);
            return Ok(());
        }
        let words = format!(
            "more than {MILESTONES_CROSSED_MAX} values of the milestone `{}` are crossed at once",
            plan.id
        );
        Err(Error::at(Code::LimitExceeded, "triggers", words))
    }

    /// The values from which on milestones fire: not those again that fired before a part of an order went back.
    fn not_again(&mut self, before: &[i64]) -> Vec<i64> {
        let triggers = self.compiled.triggers.all.iter();
        let mut over: Vec<Id> = Vec::new();
        let pairs = triggers.zip(before.iter().zip(&self.trigger_values));
        let from = pairs.map(|(plan, (before, now))| {
            let mut marks = self.state.more.triggers.fired.iter();
            match marks.find(|(id, _)| *id == plan.id) {
                Some((id, fired)) => {
                    if now >= fired {
                        over.push(id.clone());
                    }
                    *fired.max(before)
                }
                None => *before,
            }
        });
        let from = from.collect();
        if !over.is_empty() {
            let marks = &mut self.more().triggers.fired;
            marks.retain(|(id, _)| !over.contains(id));
        }
        from
    }

    /// A return lowers metrics, and so does a friend's: what has fired for them does not fire again, but for what was taken back.
    /// `taken`: the values of milestones that were.
    pub(super) fn note_fired(&mut self, before: &[i64], taken: &[(Id, i64)]) {
        let compiled = self.compiled;
        let now = self.values_of_milestones();
        let triggers = compiled.triggers.all.iter();
        for (plan, (before, now)) in triggers.zip(before.iter().zip(now)) {
            let OnPlan::Milestone { metric, steps } = &plan.on else {
                continue;
            };
            // Where a window moves on, its values come again.
            let lifetime = compiled.metrics.get(*metric);
            let lifetime = lifetime.is_some_and(|plan| matches!(plan.frame, Frame::Lifetime));
            if now >= *before || !lifetime {
                continue;
            }
            let marks = &self.state.more.triggers.fired;
            let place = marks.binary_search_by(|(id, _)| id.cmp(&plan.id));
            let fired = place.ok().and_then(|place| marks.get(place));
            let fired = fired.map_or(*before, |(_, fired)| *fired.max(before));
            let taken = taken.iter().filter(|(id, _)| *id == plan.id);
            let taken: Vec<i64> = taken.map(|(_, value)| *value).collect();
            let fired = match steps.crossing {
                StepsCrossed::Highest if steps.reached_one_of(fired, &taken) => now,
                StepsCrossed::Highest => fired,
                StepsCrossed::Each => steps.without(fired, &taken),
            };
            let marks = &mut self.more().triggers.fired;
            match place {
                Ok(place) if fired <= now => {
                    marks.remove(place);
                }
                Ok(place) => {
                    if let Some((_, mark)) = marks.get_mut(place) {
                        *mark = fired;
                    }
                }
                Err(place) if fired > now => marks.insert(place, (plan.id.clone(), fired)),
                Err(_) => {}
            }
        }
    }
}
