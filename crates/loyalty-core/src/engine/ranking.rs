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
            RankOf::Metric(metric, plus) => {
                let all = core::iter::once(metric).chain(plus);
                let values = all.filter_map(|one| seeing.value(*one));
                let value = values.reduce(i64::saturating_add);
                by.write(value, &mut key);
                let named = |one: &usize| seeing.metric_name(*one).0;
                RankFigure {
                    of: named(metric),
                    plus: plus.iter().filter_map(named).collect(),
                    value: value.map(|value| seeing.figure_of(*metric, value)),
                }
            }
            RankOf::Score(score) => {
                let value = score_of(score, &seeing);
                by.write(Some(value), &mut key);
                RankFigure {
                    of: Some(score.id.clone()),
                    plus: Vec::new(),
                    value: Some(Figure::Number(value)),
                }
            }
        };
        let figures = plan.by.iter().map(&mut figure).collect();
        Some(Rank { figures, key })
    }
}
