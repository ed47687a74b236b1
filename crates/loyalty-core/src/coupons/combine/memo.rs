//! What came of candidates before: one that sees the same prices and units again does the same again.

use super::table::Table;
use crate::coupons::effect::{Candidate, State, Till, Tried};

/// How many answers of one candidate are kept.
const KEPT: usize = 8;

/// What candidates see, and their last answers. Those that are alike have one memory.
pub(super) struct Memo {
    /// For each candidate the place of its memory.
    of_each: Box<[u32]>,
    all: Vec<Option<Known>>,
    /// What was seen last.
    seen: Vec<i64>,
}

/// What one sees, and its last answers.
struct Known {
    /// The rows of which it sees prices and units.
    rows: Box<[u32]>,
    answers: Vec<Answer>,
    /// The answer that went last.
    oldest: usize,
}

struct Answer {
    /// As of [`Known::look`].
    seen: Box<[i64]>,
    tried: Tried,
}

/// The place of a memory.
#[derive(Clone, Copy)]
pub(super) struct Memory(usize);

impl Memo {
    pub(super) fn new(table: &Table<'_>) -> Self {
        let (of_each, count) = table.alike();
        let mut all = Vec::new();
        all.resize_with(count, || None);
        Self {
            of_each,
            all,
            seen: Vec::new(),
        }
    }

    /// Notes what a candidate sees, and answers where its memory is.
    pub(super) fn look(
        &mut self,
        place: usize,
        (candidate, till): (&Candidate<'_>, &Till),
        state: &State,
    ) -> Memory {
        let place = self
            .of_each
            .get(place)
            .map_or(usize::MAX, |one| *one as usize);
        if let Some(known) = self.all.get_mut(place) {
            let known = known.get_or_insert_with(|| Known {
                rows: till.seen_by(candidate),
                answers: Vec::new(),
                oldest: 0,
            });
            known.look(state, &mut self.seen);
        }
        Memory(place)
    }

    /// What came of it when it saw what was noted last.
    pub(super) fn recall(&self, memory: Memory) -> Option<Tried> {
        let known = self.all.get(memory.0)?.as_ref()?;
        let found = known.answers.iter().find(|one| *one.seen == *self.seen);
        found.map(|one| one.tried.clone())
    }

    /// Keeps what came of what was noted last.
    pub(super) fn keep(&mut self, memory: Memory, tried: &Tried) {
        if let Some(Some(known)) = self.all.get_mut(memory.0) {
            known.keep(Answer {
                seen: self.seen.as_slice().into(),
                tried: tried.clone(),
            });
        }
    }
}

impl Known {
    /// Whether all rows are whole, the prices of those that are seen, then the units that do not stand for their row: with their
    /// row, how many they are, what they cost and whether they are consumed.
    fn look(&self, state: &State, seen: &mut Vec<i64>) {
        seen.clear();
        seen.push(i64::from(state.is_whole()));
        let of = |all: &[i64], row: u32| all.get(row as usize).copied().unwrap_or(0);
        seen.extend(self.rows.iter().map(|row| of(&state.now, *row)));
        if state.is_whole() {
            return;
        }
        for row in &self.rows {
            let slots = state.slots_of(*row).1;
            if !matches!(slots, [slot] if slot.is_fresh()) {
                let all = slots.iter();
                seen.extend(all.flat_map(|slot| slot.seen()));
            }
        }
    }

    fn keep(&mut self, answer: Answer) {
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
}
