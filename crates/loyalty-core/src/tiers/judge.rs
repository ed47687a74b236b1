//! Judging a track: upgrades, reviews at the end of a term, and what a return takes away (clauses 9.2 to 9.4, 6.5).

use super::carry::CarryPlan;
use super::rules::{AtReview, Grace, Hold, ReturnsTier, Review, TrackPeriod, Upgrade};
use crate::calendar::{Date, MonthDay, Span};
use crate::condition::Cond;
use crate::id::Id;
use crate::outcome::TierWhy;

/// A compiled track.
#[derive(Debug)]
pub(crate) struct TrackPlan {
    pub(crate) id: Id,
    pub(crate) rungs: Vec<RungPlan>,
    pub(crate) primary: bool,
    pub(crate) upgrade: Upgrade,
    pub(crate) period: TrackPeriod,
    pub(crate) year_start: MonthDay,
    pub(crate) review: Review,
    /// Whether a review reads balances as they were before what expires at its instant.
    pub(crate) before_expiry: bool,
    pub(crate) extend_on_requalify: bool,
    pub(crate) returns: ReturnsTier,
    pub(crate) carry: Vec<CarryPlan>,
    pub(crate) penalties: Vec<PenaltyPlan>,
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
    pub(crate) renew: Option<Hold>,
    pub(crate) at_least: Option<Span>,
    pub(crate) grace: Option<Grace>,
    pub(crate) at_review: AtReview,
}

/// A compiled penalty.
#[derive(Debug)]
pub(crate) struct PenaltyPlan {
    pub(crate) when: Cond,
    pub(crate) warnings: u32,
}

impl RungPlan {
    /// What keeps the rung: `retain`, else `qualify`, else nothing is needed.
    pub(crate) fn keeps(&self) -> Option<&Cond> {
        self.retain.as_ref().or(self.qualify.as_ref())
    }

    /// The condition of a judgement.
    pub(crate) fn basis(&self, basis: Basis) -> Option<&Cond> {
        match basis {
            Basis::Qualify => self.qualify.as_ref(),
            Basis::Keep => self.keeps(),
        }
    }
}

/// How conditions are asked: as things stand, or as they stood.
pub(crate) trait View {
    fn holds(&self, cond: &Cond) -> bool;
}

/// Where a member stands when a track is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Present {
    pub(crate) rung: usize,
    /// The rung that will be entered when the next period begins.
    pub(crate) pending: Option<usize>,
    /// Whether there is a next period.
    pub(crate) waits: bool,
    /// Whether the rung is lost and kept for a while only.
    pub(crate) grace: bool,
    /// Whether a penalty keeps the member from higher rungs.
    pub(crate) barred: bool,
    /// The first day on which the rung can be taken.
    pub(crate) free_from: Option<Date>,
}

/// Which condition gave or kept a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    Qualify,
    Keep,
}

/// What a judgement says: the rung to hold, why, and which of its conditions holds; a new term begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) rung: usize,
    pub(crate) why: TierWhy,
    /// None where the rung is held whatever its conditions say.
    pub(crate) basis: Option<Basis>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Enter a rung or a new term.
    Enter(Verdict),
    /// A higher rung is to be entered when the next period begins.
    Await(usize),
    /// No rung is to be entered then any more.
    Forget,
}

impl Verdict {
    fn qualified(rung: usize) -> Self {
        Self {
            rung,
            why: TierWhy::Qualified,
            basis: Some(Basis::Qualify),
        }
    }

    fn restored(rung: usize, basis: Basis) -> Self {
        Self {
            rung,
            why: TierWhy::Restored,
            basis: Some(basis),
        }
    }

    fn down(track: &TrackPlan, rung: usize, why: TierWhy, view: &impl View) -> Self {
        let keeps = track.rungs.get(rung).and_then(RungPlan::keeps);
        Self {
            rung,
            why,
            basis: keeps
                .is_some_and(|cond| view.holds(cond))
                .then_some(Basis::Keep),
        }
    }
}

/// Judges a track on a day on which no term ends. None: nothing changes.
pub(crate) fn judge(
    track: &TrackPlan,
    present: Present,
    day: Date,
    view: &impl View,
) -> Option<Decision> {
    let Present { rung, pending, .. } = present;
    let plan = track.rungs.get(rung)?;
    let held = plan.hold != Hold::None || present.grace;
    let up = match track.upgrade {
        Upgrade::Immediate => true,
        Upgrade::NextPeriod => present.waits,
        Upgrade::AtReview => !held,
    };
    let raised = if up && !present.barred {
        above(track, rung, view)
    } else {
        None
    };
    // Only where the present rung can be lost does it matter whether it, or a lower one, still holds.
    let best = match raised {
        Some(raised) => raised,
        None if held => rung,
        None => highest(track, rung.saturating_add(1), view, Basis::Qualify),
    };
    if up && track.upgrade != Upgrade::NextPeriod && best > rung {
        return Some(Decision::Enter(Verdict::qualified(best)));
    }
    if present.grace {
        for basis in [Basis::Keep, Basis::Qualify] {
            if plan.basis(basis).is_some_and(|cond| view.holds(cond)) {
                return Some(Decision::Enter(Verdict::restored(rung, basis)));
            }
        }
    }
    if !held && best < rung && present.free_from.is_none_or(|free| free <= day) {
        let kept = highest(track, rung.saturating_add(1), view, Basis::Keep);
        if kept < rung {
            let basis = (kept > 0).then_some(Basis::Keep);
            let why = TierWhy::NotHeld;
            return Some(Decision::Enter(Verdict {
                rung: kept,
                why,
                basis,
            }));
        }
    }
    if track.upgrade != Upgrade::NextPeriod || !present.waits || present.barred {
        return None;
    }
    let fleeting = pending
        .and_then(|pending| track.rungs.get(pending))
        .is_some_and(|plan| plan.hold == Hold::None);
    match pending {
        Some(pending) if best > pending || (fleeting && rung < best && best < pending) => {
            Some(Decision::Await(best))
        }
        // A rung that would be lost at once is not waited for.
        Some(_) if fleeting && best <= rung => Some(Decision::Forget),
        None if best > rung => Some(Decision::Await(best)),
        _ => None,
    }
}

/// A review: the end of a term, or of a grace.
pub(crate) fn review(
    track: &TrackPlan,
    present: Present,
    day: Date,
    view: &impl View,
) -> Option<Verdict> {
    let rung = present.rung;
    let plan = track.rungs.get(rung)?;
    if let Some(above) = above(track, rung, view) {
        return Some(Verdict::qualified(above));
    }
    let kept = Verdict {
        rung,
        why: if present.grace {
            TierWhy::Restored
        } else {
            TierWhy::Retained
        },
        basis: Some(Basis::Keep),
    };
    if plan.keeps().is_none_or(|cond| view.holds(cond)) {
        return Some(Verdict {
            basis: plan.keeps().map(|_| Basis::Keep),
            ..kept
        });
    }
    let stays = Verdict {
        why: TierWhy::Retained,
        basis: None,
        ..kept
    };
    if present.free_from.is_some_and(|free| day < free) {
        return Some(stays);
    }
    let (why, rule) = match plan.hold {
        // What is not held for a time has no rule for its review.
        Hold::None => (TierWhy::NotHeld, AtReview::Requalify),
        _ => (TierWhy::TermEnded, plan.at_review),
    };
    Some(match rule {
        AtReview::Never => stays,
        AtReview::OneDown if rung > 0 => Verdict::down(track, rung.saturating_sub(1), why, view),
        AtReview::OneDown => stays,
        AtReview::ToBase => Verdict {
            rung: 0,
            why,
            basis: None,
        },
        AtReview::Requalify => {
            let to = highest(track, rung, view, Basis::Keep);
            let basis = (to > 0).then_some(Basis::Keep);
            Verdict {
                rung: to,
                why,
                basis,
            }
        }
    })
}

/// One rung down for a penalty, unless the review itself takes more.
pub(crate) fn penalized(
    track: &TrackPlan,
    present: Present,
    review: Verdict,
    view: &impl View,
) -> Verdict {
    let down = present.rung.saturating_sub(1);
    if present.rung == 0 || review.rung < down {
        return review;
    }
    Verdict::down(track, down, TierWhy::Penalty, view)
}

/// The highest rung above the present one that is given.
fn above(track: &TrackPlan, present: usize, view: &impl View) -> Option<usize> {
    let rungs = track.rungs.iter().enumerate();
    rungs
        .skip(present.saturating_add(1))
        .rev()
        .find(|(_, rung)| rung.qualify.as_ref().is_some_and(|cond| view.holds(cond)))
        .map(|(place, _)| place)
}

/// The highest rung below `end` whose condition holds; the lowest has none.
pub(crate) fn highest(track: &TrackPlan, end: usize, view: &impl View, basis: Basis) -> usize {
    track
        .rungs
        .iter()
        .enumerate()
        .take(end)
        .skip(1)
        .rev()
        .find(|(_, rung)| rung.basis(basis).is_some_and(|cond| view.holds(cond)))
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
    let basis = if retained {
        Basis::Keep
    } else {
        Basis::Qualify
    };
    if present == 0 || rung.basis(basis).is_none_or(|cond| then.holds(cond)) {
        return None;
    }
    let end = present.saturating_add(1);
    let best = highest(track, end, then, basis).max(highest(track, end, now, Basis::Qualify));
    (best < present).then_some(best)
}
