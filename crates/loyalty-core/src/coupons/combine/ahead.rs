//! What the candidates that are still possible can save where each takes no more than an amount: for every place in the order at
//! once, from the last one back.

use super::bits::has;
use super::bound::{Bounds, Most};
use super::hope::Open;
use super::tree::Saves;
use super::turn::Turn;

/// Candidates in the order of the search, with what each can save.
pub(super) trait Each<'b>:
    DoubleEndedIterator<Item = (&'b Most, Saves)> + ExactSizeIterator
{
}

impl<'b, I: DoubleEndedIterator<Item = (&'b Most, Saves)> + ExactSizeIterator> Each<'b> for I {}

/// What can be saved from each place on, of the turn and of those that it goes on from.
pub(super) struct Ahead {
    /// Turn after turn, in each from the last place back: what can be saved, and what that is worth besides.
    all: Vec<(i64, i64)>,
    /// Where each turn begins.
    turns: Vec<usize>,
    /// What the joints of the tree save.
    joints: Vec<Saves>,
    /// For each group that has a most how many more of it can be used, and the largest amounts of so many.
    groups: Vec<(usize, Vec<i64>)>,
}

impl Ahead {
    pub(super) fn new(bounds: &Bounds) -> Self {
        Self {
            all: Vec::new(),
            turns: Vec::new(),
            joints: bounds.tree.nothing(),
            groups: vec![(0, Vec::new()); bounds.groups.len()],
        }
    }

    /// Looks ahead from a turn. The amounts stand in the order of the search, each with what its rows have for it.
    pub(super) fn look<'b>(
        &mut self,
        turn: &Turn<'_>,
        bounds: &'b Bounds,
        (amounts, open): (impl Each<'b>, Open<'_>),
    ) {
        self.turns.push(self.all.len());
        self.joints.fill(Saves::default());
        for (group, (left, largest)) in bounds.groups.iter().zip(&mut self.groups) {
            let chosen = turn.chosen.iter().map(|one| one.candidate);
            let used = chosen.filter(|one| turn.table.group(*one) == Some(*group));
            *left = group.most.saturating_sub(used.count());
            largest.clear();
        }
        let (mut saved, mut worth) = (0_i64, 0_i64);
        let joints = bounds.tree.of_each.iter().skip(open.first);
        for ((most, saves), joint) in amounts.zip(joints).rev() {
            if !has(open.closed, most.place) {
                worth = worth.saturating_add(most.worth);
                let more = match (most.group, joint) {
                    (Some(group), _) => self.joins(group, saves.amount),
                    (None, Some(joint)) => bounds.tree.raise(&mut self.joints, *joint, saves),
                    (None, None) => 0,
                };
                saved = saved.saturating_add(more);
            }
            self.all.push((saved, worth));
        }
    }

    /// Forgets the last turn.
    pub(super) fn back(&mut self) {
        if let Some(first) = self.turns.pop() {
            self.all.truncate(first);
        }
    }

    /// What can be saved by so many candidates, the last ones in the order, and what they are worth besides.
    pub(super) fn of_last(&self, count: usize) -> (i64, i64) {
        let first = self.turns.last().copied().unwrap_or(0);
        let place = first.saturating_add(count).checked_sub(1);
        let there = place.and_then(|place| self.all.get(place));
        there.copied().unwrap_or_default()
    }

    /// How much more a group saves with one more: the largest of as many as can be used.
    fn joins(&mut self, group: usize, amount: i64) -> i64 {
        let Some((left, largest)) = self.groups.get_mut(group) else {
            return 0;
        };
        let place = largest.partition_point(|one| *one >= amount);
        if place >= *left {
            return 0;
        }
        let lost = match largest.len() < *left {
            true => 0,
            false => largest.pop().unwrap_or(0),
        };
        largest.insert(place, amount);
        amount.saturating_sub(lost)
    }
}
