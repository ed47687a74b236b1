//! What may stand beside what, and in which order candidates are applied (clauses 10.5, 10.6).

use core::cmp::{Ordering, Reverse};

use rustc_hash::FxHashMap;

use super::bits::{Sets, has, set};
use crate::coupons::effect::Candidate;
use crate::coupons::plan::{BesidePlan, CombiningPlan};
use crate::coupons::rules::{Choose, Conflict};

/// The candidates with what may stand beside what.
pub(in crate::coupons) struct Table<'c> {
    pub(super) candidates: &'c [Candidate<'c>],
    pub(in crate::coupons) combining: &'c CombiningPlan,
    /// The first so many may be in one set; each of the others is only looked at beside them.
    asked: usize,
    /// For each candidate those asked that must not be in one set with it. None where all may.
    apart: Option<Sets>,
    /// For each candidate those asked that must not be on one row with it. None where all may.
    off_row: Option<Sets>,
    /// For each candidate its place in the order of application.
    ranks: Vec<u32>,
    /// For each candidate its group, where that has a most.
    groups: Vec<Option<Group>>,
    /// For each group those asked that are in it.
    of_groups: Sets,
}

/// A group, and the most of it in one set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) place: usize,
    pub(super) most: usize,
}

impl<'c> Table<'c> {
    /// The first `asked` candidates may be in one set; each of the others is only looked at beside them.
    pub(in crate::coupons) fn new(
        candidates: &'c [Candidate<'c>],
        asked: usize,
        combining: &'c CombiningPlan,
    ) -> Self {
        let asked = asked.min(candidates.len());
        let groups: Vec<_> = candidates.iter().map(|one| group(one, combining)).collect();
        let mut of_groups = Sets::default();
        if groups.iter().any(Option::is_some) {
            of_groups = Sets::new(combining.groups.len(), asked);
            for (place, group) in groups.iter().take(asked).enumerate() {
                if let Some(group) = group {
                    set(of_groups.of_mut(group.place), place);
                }
            }
        }
        let mut table = Self {
            candidates,
            combining,
            asked,
            apart: None,
            off_row: None,
            ranks: Vec::new(),
            groups,
            of_groups,
        };
        table.ranks = table.order_ranks();
        table.part();
        table
    }

    /// Notes the pairs of which one does not permit the other.
    fn part(&mut self) {
        let choosy =
            |one: &Candidate<'_>| !matches!(one.plan.beside, BesidePlan::All) || one.plan.exclusive;
        // What stands beside everything is kept from something only by one that does not.
        let all = self.asked().iter().enumerate();
        let few: Vec<usize> = all
            .filter(|(_, one)| choosy(one))
            .map(|(at, _)| at)
            .collect();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (at, one) in self.candidates.iter().enumerate() {
            // Each pair once; at least one of the two is asked.
            let before = at.min(self.asked);
            let mut note = |other: usize| {
                if other < before && !self.permit(at, other) {
                    pairs.push((at, other));
                }
            };
            if choosy(one) {
                (0..before).for_each(note);
            } else {
                few.iter().for_each(|other| note(*other));
            }
        }
        let (count, asked) = (self.candidates.len(), self.asked);
        for (one, other) in pairs {
            let alone = |at: usize| self.candidates.get(at).is_some_and(|at| at.plan.exclusive);
            let by_row = self.combining.conflict == Conflict::Row && !alone(one) && !alone(other);
            let table = if by_row {
                &mut self.off_row
            } else {
                &mut self.apart
            };
            let table = table.get_or_insert_with(|| Sets::new(count, asked));
            set(table.of_mut(one), other);
            if one < asked {
                set(table.of_mut(other), one);
            }
        }
    }

    fn permit(&self, one: usize, other: usize) -> bool {
        match (self.candidates.get(one), self.candidates.get(other)) {
            (Some(one), Some(other)) => {
                one.plan.permits(other.plan) && other.plan.permits(one.plan)
            }
            _ => true,
        }
    }

    /// Those that may be in one set.
    pub(in crate::coupons) fn asked(&self) -> &'c [Candidate<'c>] {
        self.candidates.get(..self.asked).unwrap_or_default()
    }

    pub(in crate::coupons) fn size(&self) -> usize {
        self.candidates.len()
    }

    /// Whether a candidate may be in a set, not only beside one.
    pub(in crate::coupons) fn is_asked(&self, place: usize) -> bool {
        place < self.asked
    }

    /// For each candidate the number that it shares with those that do the same in the same basket, and how many numbers there are.
    pub(super) fn alike(&self) -> (Box<[u32]>, usize) {
        // By the promotion: the number and one of those that have it.
        let mut known: FxHashMap<usize, Vec<(u32, &Candidate<'_>)>> = FxHashMap::default();
        let mut count = 0_u32;
        let number = |one: &'c Candidate<'c>| {
            let same = known.entry(one.plan.place).or_default();
            let alike =
                |other: &Candidate<'_>| one.left == other.left && one.stored == other.stored;
            if let Some((number, _)) = same.iter().find(|(_, other)| alike(other)) {
                return *number;
            }
            let number = count;
            same.push((number, one));
            count = count.saturating_add(1);
            number
        };
        let all = self.candidates.iter().map(number).collect();
        (all, count as usize)
    }

    /// Whether two may be in one set, of which at least one is asked.
    pub(super) fn together(&self, one: usize, other: usize) -> bool {
        let apart = self.apart.as_ref();
        !apart.is_some_and(|apart| has(apart.of(one.max(other)), one.min(other)))
    }

    /// Those asked that must not be in a set with one.
    pub(super) fn apart(&self, place: usize) -> &[u64] {
        let apart = self.apart.as_ref();
        apart.map(|apart| apart.of(place)).unwrap_or_default()
    }

    /// Whether two must not be on one row, of which at least one is asked.
    pub(super) fn off_row(&self, one: usize, other: usize) -> bool {
        let off_row = self.off_row.as_ref();
        off_row.is_some_and(|off_row| has(off_row.of(one.max(other)), one.min(other)))
    }

    /// Whether there are any that must not be on one row.
    pub(in crate::coupons) fn contests(&self) -> bool {
        self.off_row.is_some()
    }

    /// The group of a candidate.
    pub(super) fn group(&self, place: usize) -> Option<Group> {
        self.groups.get(place).copied().flatten()
    }

    /// Those asked that are in the group of a candidate.
    pub(super) fn of_group(&self, place: usize) -> &[u64] {
        self.group(place)
            .map(|group| self.of_groups.of(group.place))
            .unwrap_or_default()
    }

    fn is_in(&self, place: usize, group: Group) -> bool {
        self.group(place).is_some_and(|own| own == group)
    }

    /// Those of a set that keep one from joining it: it must not stand beside them, or its group is full with them.
    pub(in crate::coupons) fn rivals(&self, place: usize, set: &[usize]) -> Vec<usize> {
        let apart = set.iter().filter(|one| !self.together(**one, place));
        let mut rivals: Vec<usize> = apart.copied().collect();
        if let Some(group) = self.group(place) {
            let same = set.iter().filter(|one| self.is_in(**one, group));
            if same.clone().count() >= group.most {
                rivals.extend(same);
            }
        }
        rivals.sort_unstable();
        rivals.dedup();
        rivals
    }

    /// Whether one may join a set, as far as pairs and groups say.
    pub(super) fn may_join(
        &self,
        place: usize,
        mut set: impl Iterator<Item = usize> + Clone,
    ) -> bool {
        !self.is_full(place, set.clone()) && set.all(|one| self.together(one, place))
    }

    /// Whether the group of one is full with those of a set.
    pub(super) fn is_full(&self, place: usize, set: impl Iterator<Item = usize>) -> bool {
        self.group(place)
            .is_some_and(|group| set.filter(|one| self.is_in(*one, group)).count() >= group.most)
    }

    /// The place of a candidate in the order of application: by phase, then priority (or as presented), id, instance.
    pub(in crate::coupons) fn rank(&self, place: usize) -> u32 {
        self.ranks.get(place).copied().unwrap_or(u32::MAX)
    }

    fn order_ranks(&self) -> Vec<u32> {
        let mut order: Vec<usize> = (0..self.candidates.len()).collect();
        order.sort_by(|one, other| self.compare(*one, *other, |one| Reverse(one.plan.phase)));
        let mut ranks = vec![0; order.len()];
        for (rank, place) in (0_u32..).zip(order) {
            if let Some(own) = ranks.get_mut(place) {
                *own = rank;
            }
        }
        ranks
    }

    /// In the order in which they are asked, where not the best set is wanted.
    pub(super) fn asked_in_order(&self) -> Vec<usize> {
        let mut set: Vec<usize> = (0..self.asked).collect();
        let first = self.combining.exclusive_first;
        set.sort_by(|one, other| self.compare(*one, *other, |one| first && one.plan.exclusive));
        set
    }

    /// What is greater comes first, then the order inside a phase.
    fn compare<K: Ord>(
        &self,
        one: usize,
        other: usize,
        key: impl Fn(&Candidate<'_>) -> K,
    ) -> Ordering {
        let (Some(one), Some(other)) = (self.candidates.get(one), self.candidates.get(other))
        else {
            return Ordering::Equal;
        };
        let presented = match self.combining.choose {
            // Offers are not presented: they come first.
            Choose::AsPresented => one.presented.cmp(&other.presented),
            _ => Ordering::Equal,
        };
        key(other)
            .cmp(&key(one))
            .then(presented)
            .then(other.plan.priority.cmp(&one.plan.priority))
            .then_with(|| one.plan.id.cmp(&other.plan.id))
            .then_with(|| one.instance.cmp(&other.instance))
    }
}

/// The group of a candidate with its most. One without is none: nothing asks which it is.
fn group(candidate: &Candidate<'_>, combining: &CombiningPlan) -> Option<Group> {
    let place = candidate.plan.group?;
    let most = combining.groups.get(place).copied()?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Some(Group { place, most })
}
