//! Stages, and segments that are watched.

use std::sync::Arc;

use super::{Compiler, MetricPlan, metric_moves};
use crate::condition::{Cond, Moves, Scope, SegmentPlan, moves};
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::lifecycle::{Asks, Moved, Signal, SignalPlan, StagePlan, StagesPlan, WarningPlan};

/// A segment whose members are told.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) segment: Arc<SegmentPlan>,
    /// Whether time alone can lead into it or out of it.
    pub(crate) by_time: bool,
}

impl Compiler<'_> {
    pub(super) fn stages(&mut self, metrics: &[MetricPlan]) -> Option<StagesPlan> {
        let rules = self.rules;
        let lifecycle = rules.lifecycle.as_ref()?;
        let mut stages = Vec::with_capacity(lifecycle.stages.len());
        for (place, stage) in lifecycle.stages.iter().enumerate() {
            let path = |field: &str| format!("lifecycle.stages[{place}].{field}");
            stages.push(StagePlan {
                id: stage.id.clone(),
                when: self.condition(stage.when.as_ref(), Scope::Member, &path("when")),
                stay: self.condition(stage.stay.as_ref(), Scope::Member, &path("stay")),
                at_least: stage.at_least,
                asleep: stage.asleep,
            });
        }
        let conds = || stages.iter().flat_map(StagePlan::conds);
        let by_time = conds().any(|cond| is_moved(cond, metrics));
        Some(StagesPlan { stages, by_time })
    }

    pub(super) fn watched(&self, metrics: &[MetricPlan]) -> Vec<Watched> {
        let watched = self.rules.segments.iter().filter(|one| one.watch);
        let plan = |id| self.names.segments.get(id)?.clone();
        watched
            .filter_map(|rule| plan(&rule.id))
            .map(|segment| Watched {
                by_time: is_moved(&segment.when, metrics),
                segment,
            })
            .collect()
    }
}

impl Compiler<'_> {
    pub(super) fn warning(&mut self, metrics: &[MetricPlan]) -> Option<WarningPlan> {
        let rules = self.rules;
        let warning = rules.warning.as_ref()?;
        let signals = warning.signals.iter().enumerate();
        let signals = signals.filter_map(|(place, signal)| {
            let path = format!("warning.signals[{place}]");
            Some(SignalPlan {
                id: signal.id.clone(),
                asks: self.signal(signal, metrics, &path)?,
                weight: signal.weight,
            })
        });
        Some(WarningPlan {
            signals: signals.collect(),
            levels: warning.levels,
            review: warning.review,
        })
    }

    fn signal(&mut self, signal: &Signal, metrics: &[MetricPlan], path: &str) -> Option<Asks> {
        let when = self.condition(signal.when.as_ref(), Scope::Member, &join(path, "when"));
        let metric = self.metric_of(signal.metric.as_ref(), &join(path, "metric"));
        let than = self.metric_of(signal.compared_with.as_ref(), &join(path, "compared_with"));
        let moved = signal.metric.is_some() || signal.compared_with.is_some();
        let by = match (signal.falls_by, signal.rises_by) {
            (Some(percent), None) => Some(Moved::new(true, percent)),
            (None, Some(percent)) => Some(Moved::new(false, percent)),
            _ => None,
        };
        let given = signal.falls_by.is_some() || signal.rises_by.is_some();
        match (when, by) {
            (Some(when), None) if !moved && !given => return Some(Asks::When(when)),
            (None, Some(by)) if signal.metric.is_some() && signal.compared_with.is_some() => {
                let (metric, than) = metric.zip(than)?;
                let grain = |place: usize| metrics.get(place).map(|plan| plan.grain);
                if grain(metric) != grain(than) {
                    let words = "the two metrics are not of one unit";
                    let path = join(path, "compared_with");
                    self.mistakes
                        .push(Error::at(Code::Contradiction, path, words));
                }
                return Some(Asks::Moved { metric, than, by });
            }
            _ => {}
        }
        let words =
            "say `metric`, `compared_with` and one of `falls_by` and `rises_by`, or say `when`";
        self.mistakes
            .push(Error::at(Code::InvalidValue, path, words));
        None
    }

    fn metric_of(&mut self, id: Option<&Id>, path: &str) -> Option<usize> {
        let id = id?;
        let found = self.names.metrics.get(id).map(|(place, _)| *place);
        if found.is_none() {
            let error = self.names.unknown("metric", id);
            self.mistakes.extend(error.map(|error| error.under(path)));
        }
        found
    }
}

/// Whether time alone can change what a condition says.
fn is_moved(cond: &Cond, metrics: &[MetricPlan]) -> bool {
    let metric = |place: usize| metrics.get(place).map(metric_moves).unwrap_or_default();
    moves(cond, &metric) != Moves::default()
}
