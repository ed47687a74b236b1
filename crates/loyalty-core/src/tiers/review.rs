//! Judging a track: upgrades, reviews at the end of a term, and what a return takes away (clauses 9.2 to 9.4, 6.5).

use super::rules::{AtReview, Hold, Upgrade};
use crate::condition::Cond;
use crate::id::Id;
use crate::outcome::TierWhy;

/// A compiled track.
#[derive(Debug)]
pub(crate) struct TrackPlan {
    pub(crate) id: Id,
    pub(crate) rungs: Vec<RungPlan>,
    pub(crate) upgrade: Upgrade,
    pub(crate) extend_on_requalify: bool,
    /// The metrics that its conditions read.
    pub(crate) metrics: Vec<usize>,
    /// Whether time alone can give a rung, or take one that is not held for a time.
    pub(crate) by_time: bool,
}

/// A compiled rung.
#[derive(Debug)]
pub(crate) struct RungPlan {
    pub(crate) id: Id,
    pub(crate) qualify: Option<Cond>,
    pub(crate) retain: Option<Cond>,
    pub(crate) hold: Hold,
    pub(crate) at_review: AtReview,
}

impl RungPlan {
    /// What keeps the rung: `retain`, else `qualify`, else nothing is needed.
    pub(crate) fn keeps(&self) -> Option<&Cond> {
        self.retain.as_ref().or(self.qualify.as_ref())
    }
}

/// How conditions are asked: as things stand, or as they stood.
pub(crate) trait View {
    fn holds(&self, cond: &Cond) -> bool;
}

/// What a judgement says: the rung to hold, and why; a new term begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) rung: usize,
    pub(crate) why: TierWhy,
}

/// Judges a track at an instant. `due`: the present term ends now. None: nothing changes.
pub(crate) fn judge(
    track: &TrackPlan,
    present: usize,
    due: bool,
    view: &impl View,
) -> Option<Verdict> {
    let rung = track.rungs.get(present)?;
    if due {
        return Some(review(track, present, view));
    }
    if rung.hold == Hold::None {
        let best = highest(track, track.rungs.len(), view, false);
        return match best.cmp(&present) {
            core::cmp::Ordering::Greater => Some(Verdict {
                rung: best,
                why: TierWhy::Qualified,
            }),
            core::cmp::Ordering::Less => Some(Verdict {
                rung: taken_down(track, present, view),
                why: TierWhy::NotHeld,
            })
            .filter(|verdict| verdict.rung != present),
            core::cmp::Ordering::Equal => None,
        };
    }
    if track.upgrade == Upgrade::Immediate {
        let best = highest(track, track.rungs.len(), view, false);
        if best > present {
            return Some(Verdict {
                rung: best,
                why: TierWhy::Qualified,
            });
        }
    }
    None
}

/// The review at the end of a term.
fn review(track: &TrackPlan, present: usize, view: &impl View) -> Verdict {
    let above = highest(track, track.rungs.len(), view, false);
    if above > present {
        return Verdict {
            rung: above,
            why: TierWhy::Qualified,
        };
    }
    let keeps = track
        .rungs
        .get(present)
        .is_none_or(|rung| rung.keeps().is_none_or(|cond| view.holds(cond)));
    let rule = track
        .rungs
        .get(present)
        .map(|rung| rung.at_review)
        .unwrap_or_default();
    let rung = match rule {
        _ if keeps => present,
        AtReview::Never => present,
        AtReview::OneDown => present.saturating_sub(1),
        AtReview::ToBase => 0,
        AtReview::Requalify => highest(track, present.saturating_add(1), view, true),
    };
    let why = if rung == present {
        TierWhy::Retained
    } else {
        TierWhy::TermEnded
    };
    Verdict { rung, why }
}

/// A rung that is not held for a time: the highest at or below it that is kept.
fn taken_down(track: &TrackPlan, present: usize, view: &impl View) -> usize {
    highest(track, present.saturating_add(1), view, true)
}

/// The highest rung below `end` whose condition holds; the lowest has none.
fn highest(track: &TrackPlan, end: usize, view: &impl View, keep: bool) -> usize {
    let holds = |rung: &RungPlan| {
        let cond = if keep {
            rung.keeps()
        } else {
            rung.qualify.as_ref()
        };
        cond.is_some_and(|cond| view.holds(cond))
    };
    track
        .rungs
        .iter()
        .enumerate()
        .take(end)
        .skip(1)
        .rev()
        .find(|(_, rung)| holds(rung))
        .map_or(0, |(place, _)| place)
}

/// After a return: the rung that the same judgement would have given without the returned goods, or the one that holds now if
/// that is higher. None: the rung stays.
pub(crate) fn rejudge(
    track: &TrackPlan,
    present: usize,
    retained: bool,
    then: &impl View,
    now: &impl View,
) -> Option<usize> {
    let rung = track.rungs.get(present)?;
    let cond = if retained {
        rung.keeps()
    } else {
        rung.qualify.as_ref()
    };
    if present == 0 || cond.is_none_or(|cond| then.holds(cond)) {
        return None;
    }
    let end = present.saturating_add(1);
    let best = highest(track, end, then, retained).max(highest(track, end, now, false));
    (best < present).then_some(best)
}
