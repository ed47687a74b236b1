//! Stages, and segments that are watched.

use std::sync::Arc;

use super::{Compiler, MetricPlan, metric_moves};
use crate::condition::{Cond, Moves, Scope, SegmentPlan, moves};
use crate::lifecycle::{StagePlan, StagesPlan};

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

/// Whether time alone can change what a condition says.
fn is_moved(cond: &Cond, metrics: &[MetricPlan]) -> bool {
    let metric = |place: usize| metrics.get(place).map(metric_moves).unwrap_or_default();
    moves(cond, &metric) != Moves::default()
}
