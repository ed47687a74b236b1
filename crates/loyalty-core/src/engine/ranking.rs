//! The figures of a member in a ranking.

use super::work::Work;
use crate::condition::{Facts, score_of};
use crate::outcome::{Figure, Rank, RankFigure};
use crate::rankings::{RankOf, RankPlan, RankingPlan};
use crate::tiers::View;

impl Work<'_> {
    /// The figures of the member, and the key by which hosts sort; none where the ranking does not take the member.
    pub(super) fn rank(&self, plan: &RankingPlan) -> Option<Rank> {
        let seeing = self.seeing(self.today);
        let taken = plan.when.as_ref().is_none_or(|when| seeing.holds(when));
        if !taken || self.state.more.access.is_over() {
            return None;
        }
        let mut key = String::new();
        let mut figure = |by: &RankPlan| match &by.of {
            RankOf::Metric(metric) => {
                let value = seeing.value(*metric);
                by.write(value, &mut key);
                RankFigure {
                    of: seeing.metric_name(*metric).0,
                    value: value.map(|value| seeing.figure_of(*metric, value)),
                }
            }
            RankOf::Score(score) => {
                let value = score_of(score, &seeing);
                by.write(Some(value), &mut key);
                RankFigure {
                    of: Some(score.id.clone()),
                    value: Some(Figure::Number(value)),
                }
            }
        };
        let figures = plan.by.iter().map(&mut figure).collect();
        Some(Rank { figures, key })
    }
}
