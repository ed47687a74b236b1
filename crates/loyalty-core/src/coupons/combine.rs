//! Which promotions are used together (clauses 10.5 to 10.7).

mod bits;
mod bound;
mod search;
mod turn;

use core::cmp::{Ordering, Reverse};

use super::effect::{Applied, Candidate, State, Till};
use super::plan::CombiningPlan;
use super::rules::{Choose, Conflict};
use crate::error::{Code, Error, Result};

use bits::Bits;
pub(super) use turn::Turn;

/// The most candidates of one purchase.
pub(crate) const CANDIDATES_MAX: usize = 1_000;

/// The set that was chosen.
#[derive(Debug)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "tests look at how it was found")
)]
pub(crate) struct Choice {
    /// In the order in which they are applied.
    pub(crate) chosen: Vec<Chosen>,
    /// The basket after them.
    pub(crate) state: State,
    /// What is to be paid, with tax and shipping, before and after.
    pub(crate) before: i64,
    pub(crate) after: i64,
    /// Whether no legal set is better. Always so but with `choose: best` at the limit of the search.
    pub(crate) proven: bool,
    /// If not: no set leaves less than this to be paid.
    pub(crate) bound: Option<i64>,
    /// How many sets were looked into.
    pub(crate) nodes: u32,
}

/// One that is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Its place among the candidates.
    pub(crate) candidate: usize,
    pub(crate) applied: Applied,
}

/// Chooses among the candidates, which may stand in any order.
///
/// # Errors
/// [`Code::Overflow`] if amounts are too large to be counted, [`Code::LimitExceeded`] for more than [`CANDIDATES_MAX`] candidates.
pub(crate) fn choose(
    candidates: &[Candidate<'_>],
    till: &Till,
    combining: &CombiningPlan,
) -> Result<Choice> {
    if candidates.len() > CANDIDATES_MAX {
        let words = format!("at most {CANDIDATES_MAX} offers and coupons can be weighed at once");
        return Err(Error::new(Code::LimitExceeded, words));
    }
    let table = Table::new(candidates, candidates.len(), combining);
    let (chosen, proven, bound, nodes) = match combining.choose {
        Choose::Best => {
            let found = search::best(&table, till)?;
            (found.chosen, found.proven, found.bound, found.nodes)
        }
        Choose::Priority | Choose::AsPresented => {
            let (chosen, nodes) = one_by_one(&table, till)?;
            (chosen, true, None, nodes)
        }
    };
    let before = till.payable(&till.start())?;
    let mut turn = Turn::new(&table, till);
    for place in table.applied_in_order(chosen) {
        turn.push(place)?;
    }
    let after = till.payable(&turn.state)?;
    Ok(Choice {
        chosen: turn.chosen,
        state: turn.state,
        before,
        after,
        proven,
        bound,
        nodes,
    })
}

/// One after the other, each if the set with it is legal.
fn one_by_one(table: &Table<'_>, till: &Till) -> Result<(Vec<usize>, u32)> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut nodes = 0_u32;
    for place in table.asked_in_order() {
        if !table.may_join(place, &chosen) {
            continue;
        }
        nodes = nodes.saturating_add(1);
        let mut with = chosen.clone();
        with.push(place);
        if table.legal(&with, till)? {
            chosen = with;
        }
    }
    Ok((chosen, nodes))
}

/// The candidates with what may stand beside what.
pub(super) struct Table<'c> {
    pub(super) candidates: &'c [Candidate<'c>],
    pub(super) combining: &'c CombiningPlan,
    /// For each candidate those that must not be in one set with it.
    apart: Vec<Bits>,
    /// For each candidate those that must not be on one row with it.
    pub(super) off_row: Vec<Bits>,
}

impl<'c> Table<'c> {
    /// The first `asked` candidates may be in one set; each of the others is only looked at beside them.
    pub(super) fn new(
        candidates: &'c [Candidate<'c>],
        asked: usize,
        combining: &'c CombiningPlan,
    ) -> Self {
        let none = || vec![Bits::new(candidates.len()); candidates.len()];
        let (mut apart, mut off_row) = (none(), none());
        for (at, one) in candidates.iter().enumerate() {
            // Each pair once; at least one of the two is asked.
            for (beside, other) in candidates.iter().enumerate().take(at.min(asked)) {
                if one.plan.permits(other.plan) && other.plan.permits(one.plan) {
                    continue;
                }
                let alone = one.plan.exclusive || other.plan.exclusive;
                let by_row = combining.conflict == Conflict::Row && !alone;
                let table = if by_row { &mut off_row } else { &mut apart };
                for (one, other) in [(at, beside), (beside, at)] {
                    if let Some(bits) = table.get_mut(one) {
                        bits.set(other);
                    }
                }
            }
        }
        Self {
            candidates,
            combining,
            apart,
            off_row,
        }
    }

    /// Whether two may be in one set.
    pub(super) fn together(&self, one: usize, other: usize) -> bool {
        !self.apart.get(one).is_some_and(|bits| bits.has(other))
    }

    /// Those that must not be in a set once this one is in it, with those that must not before.
    fn closed_with(&self, place: usize, before: &Bits) -> Bits {
        let mut closed = before.clone();
        if let Some(apart) = self.apart.get(place) {
            closed.add(apart);
        }
        closed
    }

    /// The most of a group.
    pub(super) fn most(&self, group: usize) -> usize {
        let most = self
            .combining
            .groups
            .get(group)
            .copied()
            .unwrap_or(u32::MAX);
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    pub(super) fn group(&self, place: usize) -> Option<usize> {
        self.candidates.get(place)?.plan.group
    }

    /// Those of a set that keep one from joining it: it must not stand beside them, or its group is full with them.
    pub(super) fn rivals(&self, place: usize, set: &[usize]) -> Vec<usize> {
        let apart = set.iter().filter(|one| !self.together(**one, place));
        let mut rivals: Vec<usize> = apart.copied().collect();
        if let Some(group) = self.group(place) {
            let same = set.iter().filter(|one| self.group(**one) == Some(group));
            if same.clone().count() >= self.most(group) {
                rivals.extend(same);
            }
        }
        rivals.sort_unstable();
        rivals.dedup();
        rivals
    }

    /// Whether one may join a set, as far as pairs and groups say.
    pub(super) fn may_join(&self, place: usize, set: &[usize]) -> bool {
        let full = self.group(place).is_some_and(|group| {
            let same = set.iter().filter(|one| self.group(**one) == Some(group));
            same.count() >= self.most(group)
        });
        !full && set.iter().all(|one| self.together(*one, place))
    }

    /// Whether a set is legal when it is applied.
    pub(super) fn legal(&self, set: &[usize], till: &Till) -> Result<bool> {
        let mut turn = Turn::new(self, till);
        for place in self.applied_in_order(set.to_vec()) {
            if !turn.push(place)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// In the order of application: by phase, then priority (or as presented), id, instance.
    pub(super) fn applied_in_order(&self, mut set: Vec<usize>) -> Vec<usize> {
        set.sort_by(|one, other| self.compare(*one, *other, |one| Reverse(one.plan.phase)));
        set
    }

    /// In the order in which they are asked, where not the best set is wanted.
    fn asked_in_order(&self) -> Vec<usize> {
        let mut set: Vec<usize> = (0..self.candidates.len()).collect();
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
