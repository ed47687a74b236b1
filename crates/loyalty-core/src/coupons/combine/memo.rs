//! What came of candidates before: one that sees the same prices and units again does the same again.

use super::table::Table;
use crate::coupons::effect::{Candidate, Slot, State, Till, Tried};

/// How many answers of one candidate are kept.
const KEPT: usize = 8;

/// What candidates see, and their last answers. Those that are alike have one memory.
pub(super) struct Memo {
    /// For each candidate the place of its memory.
    of_each: Box<[u32]>,
    all: Vec<Option<Known>>,
}

/// What one sees, and its last answers.
pub(super) struct Known {
    /// The rows of which it sees prices and units.
    rows: Box<[u32]>,
    answers: Vec<Answer>,
    /// The answer that went last.
    oldest: usize,
}

struct Answer {
    /// The prices of the rows that it saw, then of their units, where these are not alike.
    seen: Box<[i64]>,
    tried: Tried,
}

impl Memo {
    pub(super) fn new(table: &Table<'_>) -> Self {
        let (of_each, count) = table.alike();
        let mut all = Vec::new();
        all.resize_with(count, || None);
        Self { of_each, all }
    }

    /// The memory of a candidate.
    pub(super) fn of(
        &mut self,
        place: usize,
        (candidate, till): (&Candidate<'_>, &Till),
    ) -> Option<&mut Known> {
        let known = self.all.get_mut(*self.of_each.get(place)? as usize)?;
        Some(known.get_or_insert_with(|| Known {
            rows: till.seen_by(candidate),
            answers: Vec::new(),
            oldest: 0,
        }))
    }
}

impl Known {
    /// What came of it when it saw the same.
    pub(super) fn recall(&self, state: &State) -> Option<Tried> {
        let found = self.answers.iter().find(|one| {
            let now = one.seen.iter().copied();
            self.seen(state).eq(now)
        });
        found.map(|one| one.tried.clone())
    }

    pub(super) fn keep(&mut self, state: &State, tried: &Tried) {
        let answer = Answer {
            seen: self.seen(state).collect(),
            tried: tried.clone(),
        };
        if self.answers.len() < KEPT {
            return self.answers.push(answer);
        }
        // The first one is that of the start: it is asked for again when reasons are given.
        self.oldest = self.oldest.saturating_add(1) % KEPT;
        self.oldest = self.oldest.max(1);
        if let Some(there) = self.answers.get_mut(self.oldest) {
            *there = answer;
        }
    }

    fn seen<'s>(&'s self, state: &'s State) -> impl Iterator<Item = i64> + 's {
        let of = |all: &'s [i64], row: &u32| all.get(*row as usize).copied().unwrap_or(0);
        let now = self.rows.iter().map(move |row| of(&state.now, row));
        let parted = self
            .rows
            .get(..if state.is_whole() { 0 } else { self.rows.len() });
        let slots = parted.unwrap_or_default().iter();
        let slots = slots.flat_map(|row| state.slots_of(*row).1);
        now.chain(slots.flat_map(Slot::seen))
    }
}
