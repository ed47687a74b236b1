//! What is no news to triggers where two members become one: what either of them had already (clauses 12.1, 13.3).
//!
//! What the member itself had is known by the entries: they say from where it came. This is what the other one had.

use super::work::Work;
use crate::condition::WarningLevel;
use crate::id::Id;
use crate::outcome::{Change, SegmentChange, Source};
use crate::tiers::Standing;

/// What a member had when it became part of another one.
pub(super) struct Had {
    /// The values of the metrics of milestones, trigger by trigger.
    values: Vec<i64>,
    /// The rung that was held in each track.
    rungs: Vec<Id>,
    stage: Option<Id>,
    segments: Vec<Id>,
    warning: WarningLevel,
}

impl Work<'_> {
    /// What the member has that triggers answer.
    pub(super) fn had(&self) -> Had {
        let tiers = self.state.tiers.iter().map(Standing::held);
        let lived = self.state.more.lifecycle.as_deref();
        Had {
            values: self.values_of_milestones(),
            rungs: tiers.cloned().collect(),
            stage: self.state.more.stage().cloned(),
            segments: lived.map_or_else(Vec::new, |lived| lived.segments.clone()),
            warning: lived.map_or_else(WarningLevel::default, |lived| lived.warning),
        }
    }

    /// Another member becomes part of this one. For what it had, triggers have fired there: for a metric that is the larger value.
    pub(super) fn not_news(&mut self, had: Had) {
        for (own, other) in self.trigger_values.iter_mut().zip(&had.values) {
            *own = (*own).max(*other);
        }
        self.had = Some(Box::new(had));
    }

    /// Whether a change leads to what no member had who has become part of this one by this event.
    pub(super) fn is_news(&self, change: &Change) -> bool {
        let Some(had) = self.had.as_deref() else {
            return true;
        };
        match change {
            Change::Tier {
                track, to, held, ..
            } => {
                let mut tracks = self.compiled.tracks.iter().zip(&had.rungs);
                let theirs = tracks.find(|(plan, _)| plan.id == *track);
                theirs.is_none_or(|(_, rung)| rung != held.as_ref().unwrap_or(to))
            }
            Change::Stage { to, .. } => had.stage != *to,
            Change::Segment {
                segment, change, ..
            } => had.segments.contains(segment) != (*change == SegmentChange::Entered),
            Change::WarningLevel { to, .. } => had.warning != *to,
            Change::Credited { source, .. } => !matches!(source, Source::Merged(_)),
            Change::CouponIssued { giver, .. } => giver.is_none(),
            _ => true,
        }
    }
}
