//! What flows from one stretch of a metric into the next (clause 9.5).

use super::judge::{Basis, TrackPlan, View, highest};
use super::rules::CarryHow;
use crate::condition::Cond;

/// A compiled rule of what is carried, in the smallest unit of its metric.
#[derive(Debug)]
pub(crate) struct CarryPlan {
    pub(crate) metric: usize,
    pub(crate) how: CarryHow,
    pub(crate) repeat: bool,
    pub(crate) max: Option<i64>,
    /// What each rung begins with.
    pub(crate) rungs: Vec<i64>,
}

impl CarryPlan {
    /// What is carried of what is left over.
    pub(crate) fn amount(&self, over: i64) -> i64 {
        let over = over.max(0);
        self.max.map_or(over, |max| over.min(max))
    }

    /// Whether a return of what was counted lowers it.
    pub(crate) fn shrinks(&self) -> bool {
        self.how != CarryHow::HeadStart
    }
}

/// What is left over at the end of a stretch, before it is capped. `value` is that of the metric, `carried` the part of it that was
/// carried into the stretch; `held` is the rung that is held, if it is the member's own.
pub(crate) fn over(
    track: &TrackPlan,
    plan: &CarryPlan,
    (value, carried): (i64, i64),
    held: usize,
    view: &impl View,
) -> i64 {
    if plan.how == CarryHow::HeadStart {
        return plan.rungs.get(held).copied().unwrap_or(0);
    }
    let earned = highest(track, track.rungs.len(), view, Basis::Qualify);
    let qualify = track
        .rungs
        .get(earned)
        .and_then(|rung| rung.qualify.as_ref());
    let Some(qualify) = qualify.filter(|_| earned > 0) else {
        return 0;
    };
    let own = value.saturating_sub(carried);
    let all = match plan.how {
        CarryHow::All => value,
        _ => match threshold(qualify, plan.metric, view) {
            Some(threshold) => value.saturating_sub(threshold),
            None => 0,
        },
    };
    // What was carried in counts first.
    if plan.repeat { all } else { all.min(own) }
}

/// The threshold of a metric in the first path of a condition that holds and asks for it.
fn threshold(cond: &Cond, metric: usize, view: &impl View) -> Option<i64> {
    match cond {
        Cond::Metric {
            metric: asked,
            test,
            ..
        } => test.stated.0.filter(|_| *asked == metric),
        // Not less than so much is at least so much.
        Cond::Not(one) => match one.as_ref() {
            Cond::Metric {
                metric: asked,
                test,
                ..
            } => test.stated.1.filter(|_| *asked == metric),
            _ => None,
        },
        Cond::Segment(of) => of
            .iter()
            .filter(|one| view.holds(&one.when))
            .find_map(|one| threshold(&one.when, metric, view)),
        Cond::AtLeast(_, of) => of
            .iter()
            .filter(|one| view.holds(one))
            .find_map(|one| threshold(one, metric, view)),
        _ => None,
    }
}
