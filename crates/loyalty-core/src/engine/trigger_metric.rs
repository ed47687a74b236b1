//! Triggers that come by metrics: rungs that are near, and milestones (clause 12.1).

use super::trigger::Fire;
use super::work::Work;
use crate::condition::{Quiet, evaluate};
use crate::id::Id;
use crate::metric::Frame;
use crate::outcome::TriggerAbout;
use crate::triggers::{NearOthers, OnPlan, TriggerPlan, TriggerReturns};

impl Work<'_> {
    /// The rungs to which little is missing, and have not been told so since they were last held.
    pub(super) fn near_rungs(&mut self, fires: &mut Vec<Fire>) {
        let compiled = self.compiled;
        for (place, plan) in compiled.triggers.all.iter().enumerate() {
            let OnPlan::NearTier {
                track,
                metric,
                within,
                others,
            } = &plan.on
            else {
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
            let next = ladder.rungs.get(held.saturating_add(1));
            let Some((next, qualify)) = next.and_then(|next| Some((next, next.qualify.as_ref()?)))
            else {
                continue;
            };
            let seeing = self.seeing(self.today);
            let value = seeing.value(*metric).unwrap_or(0);
            let Some(wanted) = qualify.least_of(*metric) else {
                continue;
            };
            let missing = wanted.saturating_sub(value);
            let name = compiled.metrics.get(*metric).map(|plan| plan.id.clone());
            let reached = || {
                let values: Vec<_> = name
                    .iter()
                    .map(|id| (id.clone(), Some(wanted), 0))
                    .collect();
                let there = super::facts::Seeing {
                    values: Some(&values),
                    ..self.seeing(self.today)
                };
                evaluate(qualify, &there, &mut Quiet)
            };
            if missing <= 0 || missing > *within || (*others == NearOthers::MustHold && !reached())
            {
                continue;
            }
            let mark = (plan.id.clone(), next.id.clone());
            let near = &self.state.more.triggers.near;
            let Err(at) = near.binary_search(&mark) else {
                continue;
            };
            self.more().triggers.near.insert(at, mark);
            let figure = self.seeing(self.today).figure_of(*metric, missing);
            let about = TriggerAbout {
                rung: Some(next.id.clone()),
                missing: Some(figure),
                ..TriggerAbout::default()
            };
            fires.push(Fire::new(place, about));
        }
    }

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
    pub(super) fn milestones_crossed(&mut self, fires: &mut Vec<Fire>) {
        let now = self.values_of_milestones();
        let before = core::mem::replace(&mut self.trigger_values, now);
        if self.passing || before.is_empty() {
            return;
        }
        let before = self.not_again(&before);
        let triggers = self.compiled.triggers.all.iter().enumerate();
        for ((place, plan), (before, now)) in triggers.zip(before.iter().zip(&self.trigger_values))
        {
            if let OnPlan::Milestone { metric, steps } = &plan.on {
                for value in steps.crossed(*before, *now) {
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
        }
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

    /// A return lowers metrics: what has fired for them does not fire again, but for what goes back with all of an order.
    pub(super) fn note_fired(&mut self, before: &[i64], undone: bool) {
        let compiled = self.compiled;
        let now = self.values_of_milestones();
        let triggers = compiled.triggers.all.iter();
        for (plan, (before, now)) in triggers.zip(before.iter().zip(now)) {
            let OnPlan::Milestone { metric, .. } = &plan.on else {
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
            if undone && plan.returns == TriggerReturns::Undone {
                if let Ok(place) = place {
                    self.more().triggers.fired.remove(place);
                }
                continue;
            }
            let marks = &mut self.more().triggers.fired;
            match place {
                Ok(place) => {
                    if let Some((_, fired)) = marks.get_mut(place) {
                        *fired = (*fired).max(*before);
                    }
                }
                Err(place) => marks.insert(place, (plan.id.clone(), *before)),
            }
        }
    }
}
