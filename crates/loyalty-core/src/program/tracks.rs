//! From the words of a program about tiers to what the engine walks (section 9).

use super::compile::{Compiler, MetricPlan, metric_moves};
use crate::amount::Exact;
use crate::calendar::MonthDay;
use crate::condition::{Cond, Grain, Scope, moves};
use crate::error::{Code, Error, join};
use crate::lifecycle::StagesPlan;
use crate::metric::{Frame, Reading};
use crate::tiers::{
    Carry, CarryHow, CarryPlan, Hold, PenaltyPlan, ReviewReads, RungPlan, Track, TrackPlan, Upgrade,
};

impl Compiler<'_> {
    pub(super) fn track(
        &mut self,
        place: usize,
        track: &Track,
        metrics: &[MetricPlan],
    ) -> TrackPlan {
        let path = format!("tiers[{place}]");
        let rungs = self.rungs(track, &path);
        let penalties: Vec<PenaltyPlan> = track
            .penalties
            .iter()
            .enumerate()
            .filter_map(|(number, penalty)| {
                let path = format!("{path}.penalties[{number}].when");
                Some(PenaltyPlan {
                    when: self.condition(Some(&penalty.when), Scope::Member, &path)?,
                    warnings: penalty.warnings,
                })
            })
            .collect();
        let carry = self.carries(place, track, &path, metrics);
        let mut read = Vec::new();
        for cond in rungs
            .iter()
            .flat_map(|rung| rung.qualify.iter().chain(&rung.retain))
        {
            cond.metrics(&mut read);
        }
        read.sort_unstable();
        read.dedup();
        let metric = |place: usize| metrics.get(place).map(metric_moves).unwrap_or_default();
        let rises = |cond: Option<&Cond>| cond.is_some_and(|cond| moves(cond, &metric).rises);
        let fleeting = rungs.iter().any(|rung| rung.hold == Hold::None);
        let up = rungs.iter().any(|rung| rises(rung.qualify.as_ref()));
        let falls = rungs.iter().any(|rung| {
            rung.hold == Hold::None && rung.keeps().is_some_and(|cond| moves(cond, &metric).falls)
        });
        let restores = rungs.iter().any(|rung| {
            rung.grace.is_some() && (rises(rung.keeps()) || rises(rung.qualify.as_ref()))
        });
        TrackPlan {
            id: track.id.clone(),
            primary: track.primary,
            upgrade: track.upgrade,
            period: track.period.unwrap_or_default(),
            year_start: track.year_start.unwrap_or(MonthDay::JANUARY_FIRST),
            review: track.review,
            before_expiry: track.review_reads == ReviewReads::BeforeExpiry,
            extend_on_requalify: track.extend_on_requalify,
            returns: track.returns,
            carry,
            penalties,
            metrics: read,
            by_time: (up && track.upgrade != Upgrade::AtReview)
                || fleeting && (up || falls)
                || restores,
            rungs,
        }
    }

    fn rungs(&mut self, track: &Track, path: &str) -> Vec<RungPlan> {
        let mut rungs = Vec::with_capacity(track.rungs.len());
        for (place, rung) in track.rungs.iter().enumerate() {
            let path = format!("{path}.rungs[{place}]");
            if place == 0 && (rung.qualify.is_some() || rung.retain.is_some()) {
                self.mistakes.push(Error::at(
                    Code::Contradiction,
                    path.as_str(),
                    "the lowest rung has no condition",
                ));
            }
            if place > 0 && rung.qualify.is_none() {
                let words = format!("nothing gives the rung `{}`: it needs `qualify`", rung.id);
                self.mistakes
                    .push(Error::at(Code::Unreachable, path.as_str(), words));
            }
            let qualify = join(&path, "qualify");
            let retain = join(&path, "retain");
            rungs.push(RungPlan {
                id: rung.id.clone(),
                qualify: self.condition(rung.qualify.as_ref(), Scope::Member, &qualify),
                retain: self.condition(rung.retain.as_ref(), Scope::Member, &retain),
                hold: rung.hold.clone().unwrap_or_else(|| track.hold.clone()),
                renew: rung.renew.clone().or_else(|| {
                    // A rung that says how long it is held says so of every term.
                    track.renew.clone().filter(|_| rung.hold.is_none())
                }),
                at_least: rung.at_least.or(track.at_least),
                grace: rung.grace.clone().or_else(|| track.grace.clone()),
                at_review: rung.at_review.unwrap_or(track.at_review),
            });
        }
        if rungs.is_empty() {
            self.mistakes.push(Error::at(
                Code::MissingField,
                join(path, "rungs"),
                "a track needs at least one rung",
            ));
        }
        outranked(&rungs, path, self.mistakes);
        rungs
    }

    fn carries(
        &mut self,
        place: usize,
        track: &Track,
        path: &str,
        metrics: &[MetricPlan],
    ) -> Vec<CarryPlan> {
        let mut plans: Vec<CarryPlan> = Vec::new();
        for (number, carry) in track.carry.iter().enumerate() {
            let path = format!("{path}.carry[{number}]");
            let Some((metric, grain)) = self.names.metrics.get(&carry.metric).copied() else {
                let error = self.names.unknown("metric", &carry.metric);
                let path = join(&path, "metric");
                self.mistakes.extend(error.map(|error| error.under(&path)));
                continue;
            };
            let Some(plan) = metrics.get(metric) else {
                continue;
            };
            let words = match plan.frame {
                Frame::Calendar(..) | Frame::MembershipYear => None,
                Frame::Reset { track, .. } if track == place => None,
                Frame::Reset { .. } => Some("the terms of the metric are those of another track"),
                _ => Some(
                    "only a metric of a calendar period, a membership year or a term has a next stretch",
                ),
            };
            let words = words.or((!matches!(plan.reading, Reading::Sum | Reading::Count))
                .then_some("only what adds up is carried: sums and counts"));
            if let Some(words) = words {
                let path = join(&path, "metric");
                self.mistakes
                    .push(Error::at(Code::Contradiction, path, words));
            }
            let max = carry
                .max
                .and_then(|max| self.amount(max, grain, &join(&path, "max")));
            let rungs = self.head_starts(track, carry, grain, &path);
            plans.push(CarryPlan {
                metric,
                how: carry.how,
                repeat: carry.repeat,
                max,
                rungs,
            });
        }
        plans
    }

    fn head_starts(&mut self, track: &Track, carry: &Carry, grain: Grain, path: &str) -> Vec<i64> {
        let mut amounts = vec![0_i64; track.rungs.len()];
        let head_start = carry.how == CarryHow::HeadStart;
        if head_start == carry.rungs.is_empty() {
            let words = if head_start {
                "a head start says how much each of `rungs` begins with"
            } else {
                "`rungs` belong to a `head_start`"
            };
            let path = join(path, "rungs");
            self.mistakes
                .push(Error::at(Code::Contradiction, path, words));
        }
        for (field, given) in [("repeat", carry.repeat), ("max", carry.max.is_some())] {
            if head_start && given {
                let words = "a head start is what it says: it is neither repeated nor capped";
                self.mistakes
                    .push(Error::at(Code::Contradiction, join(path, field), words));
            }
        }
        let mut named: Vec<usize> = Vec::new();
        for (number, start) in carry.rungs.iter().enumerate() {
            let path = format!("{path}.rungs[{number}]");
            let amount = self.amount(start.amount, grain, &join(&path, "amount"));
            let found = track.rungs.iter().position(|rung| rung.id == start.rung);
            let mistake = match found {
                None if self.names.unread.may_have("tiers", start.rung.as_str()) => None,
                None => Some((
                    Code::UnknownReference,
                    format!("there is no rung `{}` in this track", start.rung),
                )),
                Some(0) => Some((
                    Code::Contradiction,
                    "the lowest rung carries nothing".to_owned(),
                )),
                Some(rung) if named.contains(&rung) => Some((
                    Code::DuplicateId,
                    format!("`{}` has a head start already", start.rung),
                )),
                Some(_) => None,
            };
            if let Some((code, words)) = mistake {
                self.mistakes
                    .push(Error::at(code, join(&path, "rung"), words));
            }
            if let Some(rung) = found {
                named.push(rung);
                if let (Some(there), Some(amount)) = (amounts.get_mut(rung), amount) {
                    *there = amount;
                }
            }
        }
        amounts
    }

    /// An amount of a metric, more than nothing.
    fn amount(&mut self, amount: Exact, grain: Grain, path: &str) -> Option<i64> {
        match grain.smallest(amount, self.names.currency) {
            Ok(amount) if amount > 0 => Some(amount),
            Ok(_) => {
                let words = "the amount must be more than zero";
                self.mistakes.push(Error::at(Code::OutOfRange, path, words));
                None
            }
            Err(error) => {
                self.mistakes.push(error.under(path));
                None
            }
        }
    }
}

/// Rungs that are held by nothing but their condition (`hold: none`) where entering a rung changes what keeps it: judging such a
/// track would never come to rest. A metric that a track empties depends on that track as a `tier` leaf does.
pub(super) fn restless(
    tracks: &[TrackPlan],
    metrics: &[MetricPlan],
    stages: Option<&StagesPlan>,
    mistakes: &mut Vec<Error>,
) {
    let direct = |cond: &Cond, out: &mut Vec<usize>, staged: &mut bool| {
        cond.leaves(&mut |leaf| match leaf {
            Cond::Stage(_) => *staged = true,
            Cond::Rhythm(test) => {
                for metric in [test.since, test.gap] {
                    let frame = metrics.get(metric).map(|plan| &plan.frame);
                    if let Some(Frame::Reset { track, .. }) = frame {
                        out.push(*track);
                    }
                }
            }
            Cond::Tier { track, .. } => out.push(*track),
            Cond::Metric { metric, .. } => {
                if let Some(Frame::Reset { track, .. }) =
                    metrics.get(*metric).map(|plan| &plan.frame)
                {
                    out.push(*track);
                }
            }
            _ => {}
        });
    };
    // The stage that is asked for depends on what all stages ask for.
    let named = |cond: &Cond, out: &mut Vec<usize>| {
        let mut staged = false;
        direct(cond, out, &mut staged);
        for cond in stages
            .filter(|_| staged)
            .iter()
            .flat_map(|plan| plan.conds())
        {
            direct(cond, out, &mut staged);
        }
    };
    for (place, track) in tracks.iter().enumerate() {
        let path = format!("tiers[{place}]");
        let told = |error: &Error| error.code() == Code::Circular && error.path() == path;
        if mistakes.iter().any(told) {
            continue;
        }
        for (number, rung) in track.rungs.iter().enumerate().skip(1) {
            let Some(kept) = rung.keeps().filter(|_| rung.hold == Hold::None) else {
                continue;
            };
            let (mut open, mut seen) = (Vec::new(), vec![false; tracks.len()]);
            named(kept, &mut open);
            while let Some(next) = open.pop() {
                if let Some(seen) = seen.get_mut(next).filter(|seen| !**seen) {
                    *seen = true;
                    let rungs = tracks.get(next).into_iter().filter(|_| next != place);
                    let conds = rungs.flat_map(|track| &track.rungs);
                    conds
                        .flat_map(|rung| rung.qualify.iter().chain(&rung.retain))
                        .for_each(|cond| named(cond, &mut open));
                }
            }
            if seen.get(place).copied().unwrap_or(false) {
                let path = format!("{path}.rungs[{number}]");
                let words = "a rung that is held by its condition alone (`hold: none`) cannot be kept by what entering it empties: \
                             give it a term, or a `retain` of other metrics";
                mistakes.push(Error::at(Code::Contradiction, path, words));
            }
        }
    }
}

/// A condition that asks for at least so much of one metric and for nothing else.
fn floor(cond: Option<&Cond>) -> Option<(usize, i64)> {
    match cond? {
        Cond::Metric { metric, test }
            if test.low > i64::MIN
                && test.high == i64::MAX
                && test.one_of.is_none()
                && !test.if_none =>
        {
            Some((*metric, test.low))
        }
        Cond::AtLeast(1, of) => match of.as_ref() {
            [one] => floor(Some(one)),
            _ => None,
        },
        _ => None,
    }
}

/// Rungs that nobody can be given because whoever reaches them reaches a higher one, and such as are harder to keep than to get.
/// Only what single thresholds of one metric decide is said.
fn outranked(rungs: &[RungPlan], path: &str, mistakes: &mut Vec<Error>) {
    for (place, rung) in rungs.iter().enumerate().skip(1) {
        let Some((metric, needed)) = floor(rung.qualify.as_ref()) else {
            continue;
        };
        let above = rungs.iter().skip(place.saturating_add(1)).find(|above| {
            floor(above.qualify.as_ref()).is_some_and(|(of, low)| of == metric && low <= needed)
        });
        if let Some(above) = above {
            let words = format!(
                "whoever qualifies for `{}` qualifies for the higher rung `{}`",
                rung.id, above.id
            );
            let path = format!("{path}.rungs[{place}].qualify");
            mistakes.push(Error::at(Code::Unreachable, path, words));
        }
        if floor(rung.retain.as_ref()).is_some_and(|(of, low)| of == metric && low > needed) {
            let words = "the rung is harder to keep than to get";
            let path = format!("{path}.rungs[{place}].retain");
            mistakes.push(Error::at(Code::Contradiction, path, words));
        }
    }
}
