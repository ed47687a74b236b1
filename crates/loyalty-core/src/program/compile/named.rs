//! Tracks, segments, scores and stages: what depends on what, and in which order they are compiled (clause 8.4).

use std::sync::Arc;

use super::Compiler;
use crate::condition::{Condition, Scope, ScorePlan, SegmentPlan};
use crate::error::{Code, Error, join};
use crate::limits::{LEAVES_MAX, NESTED_MAX};

/// A track, a segment, a score, the stages or the early warning: what others may depend on.
struct Node {
    path: String,
    kind: NodeKind,
    /// The leaves of its conditions.
    leaves: usize,
    /// The places of the nodes that it names, as often as it does.
    names: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NodeKind {
    Track,
    /// A segment or a score.
    Named,
    Stages,
    Warning,
}

impl NodeKind {
    /// What is kept is only looked at: its own conditions are not worked out again wherever somebody asks for it.
    fn is_kept(self) -> bool {
        self != Self::Named
    }

    fn circle(self) -> &'static str {
        match self {
            Self::Track => "the conditions of this track depend on the rung that is held in it",
            Self::Named => "its conditions depend on itself",
            Self::Warning => "the signals of the warning depend on its level",
            Self::Stages => {
                "the conditions of the stages depend on the stage that the member is in"
            }
        }
    }
}

impl Compiler<'_> {
    /// Compiles segments and scores, each after those that it names.
    pub(super) fn named(&mut self) {
        let rules = self.rules;
        let nodes = self.nodes();
        self.circles(&nodes);
        let tracks = rules.tiers.len();
        let first = order(&nodes);
        // What stands in a circle comes last: its other mistakes are to be told too.
        let last = (0..nodes.len()).filter(|place| !first.contains(place));
        for place in first.iter().copied().chain(last) {
            let Some(place) = place.checked_sub(tracks) else {
                continue;
            };
            match place.checked_sub(rules.segments.len()) {
                None => self.segment(place),
                Some(place) if place < rules.scores.len() => self.score(place),
                // Stages are compiled after what they name, like tracks.
                Some(_) => {}
            }
        }
    }

    fn segment(&mut self, place: usize) {
        let Some(rule) = self.rules.segments.get(place) else {
            return;
        };
        let path = format!("segments[{place}].when");
        if let Some(when) = self.condition(Some(&rule.when), Scope::Member, &path) {
            let id = rule.id.clone();
            let plan = Arc::new(SegmentPlan { id, when });
            self.names.segments.insert(rule.id.clone(), Some(plan));
        }
    }

    fn score(&mut self, place: usize) {
        let Some(rule) = self.rules.scores.get(place) else {
            return;
        };
        let path = format!("scores[{place}].weights");
        if rule.weights.is_empty() {
            let words = "a score without weights says nothing";
            self.mistakes
                .push(Error::at(Code::MissingField, path.as_str(), words));
        }
        let mut weights = Vec::with_capacity(rule.weights.len());
        for (place, weight) in rule.weights.iter().enumerate() {
            let path = format!("{path}[{place}]");
            if weight.points.is_zero() {
                let words = "a weight of nothing says nothing";
                self.mistakes
                    .push(Error::at(Code::OutOfRange, join(&path, "points"), words));
            }
            let when = self.condition(Some(&weight.when), Scope::Member, &join(&path, "when"));
            weights.extend(when.map(|when| (when, weight.points.get())));
        }
        let plan = Arc::new(ScorePlan {
            id: rule.id.clone(),
            weights: weights.into(),
        });
        self.names.scores.insert(rule.id.clone(), Some(plan));
    }

    /// Tracks, then segments, then scores, then the stages, then the early warning.
    fn nodes(&self) -> Vec<Node> {
        let rules = self.rules;
        let tracks = rules.tiers.iter().enumerate().map(|(place, track)| {
            let rungs = track.rungs.iter();
            let conds = rungs.flat_map(|rung| rung.qualify.iter().chain(&rung.retain));
            self.node(format!("tiers[{place}]"), NodeKind::Track, conds)
        });
        let segments = rules.segments.iter().enumerate().map(|(place, segment)| {
            let conds = core::iter::once(&segment.when);
            self.node(format!("segments[{place}]"), NodeKind::Named, conds)
        });
        let scores = rules.scores.iter().enumerate().map(|(place, score)| {
            let conds = score.weights.iter().map(|weight| &weight.when);
            self.node(format!("scores[{place}]"), NodeKind::Named, conds)
        });
        let stages = rules.lifecycle.iter().map(|lifecycle| {
            let stages = lifecycle.stages.iter();
            let conds = stages.flat_map(|stage| stage.when.iter().chain(&stage.stay));
            self.node("lifecycle.stages".to_owned(), NodeKind::Stages, conds)
        });
        let warning = rules.warning.iter().map(|warning| {
            let conds = warning.signals.iter().filter_map(|one| one.when.as_ref());
            self.node("warning.signals".to_owned(), NodeKind::Warning, conds)
        });
        let named = tracks.chain(segments).chain(scores);
        named.chain(stages).chain(warning).collect()
    }

    fn node<'r>(
        &self,
        path: String,
        kind: NodeKind,
        conds: impl Iterator<Item = &'r Condition>,
    ) -> Node {
        let mut node = Node {
            path,
            kind,
            leaves: 0,
            names: Vec::new(),
        };
        for cond in conds {
            self.walk(cond, &mut node);
        }
        node
    }

    fn walk(&self, cond: &Condition, node: &mut Node) {
        let rules = self.rules;
        let tracks = rules.tiers.len();
        match cond {
            Condition::All(of) | Condition::Any(of) => {
                of.iter().for_each(|one| self.walk(one, node));
                return;
            }
            Condition::AtLeastN(some) => {
                some.of.iter().for_each(|one| self.walk(one, node));
                return;
            }
            Condition::Not(one) => return self.walk(one, node),
            Condition::Tier(test) => node
                .names
                .extend(self.names.track(test.track.as_ref()).ok()),
            Condition::Segment(ids) => {
                let place = |id: &crate::Id| rules.segments.iter().position(|one| one.id == *id);
                let places = ids.iter().filter_map(place);
                node.names
                    .extend(places.map(|place| place.saturating_add(tracks)));
            }
            Condition::Score(test) => {
                let place = rules.scores.iter().position(|one| one.id == test.id);
                let before = tracks.saturating_add(rules.segments.len());
                node.names
                    .extend(place.map(|place| place.saturating_add(before)));
            }
            Condition::Stage(_) if rules.lifecycle.is_some() => {
                let before = tracks.saturating_add(rules.segments.len());
                node.names.push(before.saturating_add(rules.scores.len()));
            }
            Condition::Warning(_) if rules.warning.is_some() => {
                let before = tracks.saturating_add(rules.segments.len());
                let before = before.saturating_add(rules.scores.len());
                let stages = usize::from(rules.lifecycle.is_some());
                node.names.push(before.saturating_add(stages));
            }
            _ => {}
        }
        node.leaves = node.leaves.saturating_add(1);
    }

    /// Nothing may depend on itself: judging it would never come to rest. What is named in a chain is worked out anew each time,
    /// so chains and what they come to have limits.
    fn circles(&mut self, nodes: &[Node]) {
        for start in 0..nodes.len() {
            let Some(node) = nodes.get(start) else {
                continue;
            };
            let mut seen = vec![false; nodes.len()];
            let mut open = node.names.clone();
            while let Some(place) = open.pop() {
                if let Some(seen) = seen.get_mut(place).filter(|seen| !**seen) {
                    *seen = true;
                    open.extend(nodes.get(place).into_iter().flat_map(|node| &node.names));
                }
            }
            if seen.get(start).copied().unwrap_or(false) {
                let error = Error::at(Code::Circular, node.path.as_str(), node.kind.circle());
                self.mistakes.push(error);
            }
        }
        let mut sizes = vec![(0_usize, 0_usize); nodes.len()];
        for place in order(nodes) {
            let Some(node) = nodes.get(place).filter(|node| !node.kind.is_kept()) else {
                continue;
            };
            let (mut leaves, mut depth) = (node.leaves, 0_usize);
            for name in &node.names {
                let (more, below) = sizes.get(*name).copied().unwrap_or_default();
                leaves = leaves.saturating_add(more);
                depth = depth.max(below);
            }
            let depth = depth.saturating_add(1);
            let words = if depth > NESTED_MAX {
                format!("at most {NESTED_MAX} segments and scores name each other in a chain")
            } else if leaves > LEAVES_MAX {
                format!("at most {LEAVES_MAX} leaves, with those of what it names, are allowed")
            } else {
                if let Some(size) = sizes.get_mut(place) {
                    *size = (leaves, depth);
                }
                continue;
            };
            let error = Error::at(Code::LimitExceeded, node.path.as_str(), words);
            self.mistakes.push(error);
        }
    }
}

/// The nodes, each after those that it names; without those that stand in a circle or name one that does.
fn order(nodes: &[Node]) -> Vec<usize> {
    let mut waits: Vec<usize> = nodes.iter().map(|node| node.names.len()).collect();
    let mut named_by: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (place, node) in nodes.iter().enumerate() {
        for name in &node.names {
            if let Some(by) = named_by.get_mut(*name) {
                by.push(place);
            }
        }
    }
    let free = waits.iter().enumerate().filter(|(_, waits)| **waits == 0);
    let mut order: Vec<usize> = free.map(|(place, _)| place).collect();
    let mut next = 0_usize;
    while let Some(place) = order.get(next).copied() {
        next = next.saturating_add(1);
        for by in named_by.get(place).into_iter().flatten() {
            if let Some(wait) = waits.get_mut(*by) {
                *wait = wait.saturating_sub(1);
                if *wait == 0 {
                    order.push(*by);
                }
            }
        }
    }
    order
}
