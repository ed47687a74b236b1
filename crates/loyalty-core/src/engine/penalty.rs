//! Warnings at reviews, and the rung that several running cost (clause 9.7).

use super::work::Work;
use crate::calendar::Date;
use crate::outcome::Change;
use crate::tiers::{Present, TrackPlan, Verdict, View, penalized};

impl Work<'_> {
    /// Counts the warnings of a review; says what is to be done then.
    pub(super) fn penalize(
        &mut self,
        place: usize,
        track: &TrackPlan,
        present: Present,
        verdict: Verdict,
        day: Date,
    ) -> Verdict {
        let mut down = false;
        for (number, penalty) in track.penalties.iter().enumerate() {
            let holds = self.reviewing(track, day).holds(&penalty.when);
            let Some(standing) = self.standing(place) else {
                continue;
            };
            let count = standing.warnings.get(number).copied().unwrap_or(0);
            if !holds && count == 0 {
                continue;
            }
            if standing.warnings.len() <= number {
                standing.warnings.resize(number.saturating_add(1), 0);
            }
            let running = if holds { count.saturating_add(1) } else { 0 };
            // The lowest rung, and one that is held at least so long, cannot be taken: the last warning stands until one can.
            let safe = present.free_from.is_some_and(|free| self.today < free);
            let costs = running >= penalty.warnings && present.rung > 0 && !safe;
            down |= costs;
            if let Some(standing) = self.standing(place)
                && let Some(count) = standing.warnings.get_mut(number)
            {
                *count = if costs {
                    0
                } else {
                    running.min(penalty.warnings)
                };
                if standing.warnings.iter().all(|count| *count == 0) {
                    standing.warnings.clear();
                }
            }
            if holds {
                self.enter(Change::Warning {
                    track: track.id.clone(),
                    count: running.min(penalty.warnings),
                    of: penalty.warnings,
                });
            }
        }
        if down {
            penalized(track, present, verdict, &self.reviewing(track, day))
        } else {
            verdict
        }
    }
}
