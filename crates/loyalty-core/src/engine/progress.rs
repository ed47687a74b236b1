//! What is missing for other rungs, and for keeping the present one (clause 9.8).

use super::work::Work;
use crate::condition::{Cond, Explain, evaluate};
use crate::outcome::{GrantProgress, LentProgress, PendingProgress, RungProgress, TrackProgress};
use crate::tiers::{Lent, LentBy};

impl Work<'_> {
    /// Where the member stands in each track.
    pub(super) fn progress(&self) -> Vec<TrackProgress> {
        let one = |(place, track): (usize, &crate::tiers::TrackPlan)| {
            let standing = self.state.tiers.get(place)?;
            let present = self.earned(place);
            let missing = |id: &crate::Id, cond: &Cond| {
                let mut lacks = Explain::default();
                let holds = evaluate(cond, &self.seeing(self.today), &mut lacks);
                RungProgress {
                    rung: id.clone(),
                    holds,
                    unmet: lacks.0,
                }
            };
            let above = track.rungs.iter().skip(present.saturating_add(1));
            let held = track.rungs.get(present)?;
            let granted = standing.granted.as_ref();
            Some(TrackProgress {
                track: track.id.clone(),
                rung: standing.held().clone(),
                earned: Some(&standing.rung)
                    .filter(|_| granted.is_some() || !standing.lent.is_empty())
                    .cloned(),
                granted: granted.map(|granted| GrantProgress {
                    rung: granted.rung.clone(),
                    since: granted.since,
                    until: granted.until,
                    reason: granted.reason.clone(),
                    holds: granted.holds,
                }),
                lent: standing
                    .lent
                    .iter()
                    .map(|lent| self.lending(lent))
                    .collect(),
                grace_until: standing.until.filter(|_| standing.grace.is_some()),
                pending: standing.pending.as_ref().map(|pending| PendingProgress {
                    rung: pending.rung.clone(),
                    effective: pending.at,
                }),
                since: Some(standing.since),
                until: standing.until,
                next: above
                    .filter_map(|rung| Some(missing(&rung.id, rung.qualify.as_ref()?)))
                    .collect(),
                keep: held
                    .keeps()
                    .filter(|_| standing.until.is_some())
                    .map(|cond| missing(&held.id, cond)),
            })
        };
        self.compiled
            .tracks
            .iter()
            .enumerate()
            .filter_map(one)
            .collect()
    }

    fn lending(&self, lent: &Lent) -> LentProgress {
        LentProgress {
            rung: lent.rung.clone(),
            by: lent.by.clone(),
            until: match &lent.by {
                LentBy::Plan(plan) => self.plan_until(plan),
                LentBy::Pool(_) => None,
            },
            holds: lent.holds,
        }
    }
}
