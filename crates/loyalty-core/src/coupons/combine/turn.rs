//! Applying one promotion after the other.

use super::{Chosen, Table};
use crate::coupons::effect::{Left, State, Till, Tried};
use crate::error::Result;

/// The promotions that were applied, and the basket after them.
pub(in crate::coupons) struct Turn<'t> {
    table: &'t Table<'t>,
    till: &'t Till,
    pub(in crate::coupons) state: State,
    pub(in crate::coupons) chosen: Vec<Chosen>,
    /// What there was before, where one took rows from another.
    before: Vec<Option<(State, Vec<Chosen>)>>,
}

impl<'t> Turn<'t> {
    pub(in crate::coupons) fn new(table: &'t Table<'t>, till: &'t Till) -> Self {
        Self {
            table,
            till,
            state: till.start(),
            chosen: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Applies one more. Says whether its condition holds and it has an effect; if not, nothing is changed.
    pub(in crate::coupons) fn push(&mut self, place: usize) -> Result<bool> {
        Ok(matches!(self.tries(place)?, Some(Tried::Done(_))))
    }

    /// Applies one more, and says what came of it.
    pub(in crate::coupons) fn tries(&mut self, place: usize) -> Result<Option<Tried>> {
        let Some(candidate) = self.table.candidates.get(place) else {
            return Ok(None);
        };
        let rivals = self.rivals(place);
        if !rivals.is_empty() {
            return self.contest(place, &rivals).map(Some);
        }
        let left = self.left(place);
        let tried = self.till.apply_within(candidate, left, &mut self.state)?;
        if let Tried::Done(applied) = &tried {
            self.before.push(None);
            self.chosen.push(Chosen {
                candidate: place,
                applied: applied.clone(),
            });
        }
        Ok(Some(tried))
    }

    /// Takes the last one back.
    pub(in crate::coupons) fn pop(&mut self) {
        match (self.before.pop().flatten(), self.chosen.pop()) {
            (Some((state, chosen)), _) => (self.state, self.chosen) = (state, chosen),
            (None, Some(last)) => {
                if let Some(candidate) = self.table.candidates.get(last.candidate) {
                    self.state.unbook(candidate, &last.applied);
                }
            }
            (None, None) => {}
        }
    }

    /// What the limits leave after the other instances of the same coupon.
    fn left(&self, place: usize) -> Left {
        let Some(candidate) = self.table.candidates.get(place) else {
            return Left::default();
        };
        let same = self.chosen.iter().filter(|one| {
            let other = self.table.candidates.get(one.candidate);
            other.is_some_and(|other| other.plan.place == candidate.plan.place)
        });
        same.fold(candidate.left.clone(), |left, one| {
            left.after(&one.applied, self.till)
        })
    }

    /// Which of those applied must not be on one row with this one.
    fn rivals(&self, place: usize) -> Vec<usize> {
        let Some(off_row) = self.table.off_row.get(place) else {
            return Vec::new();
        };
        let all = self.chosen.iter().enumerate();
        all.filter(|(_, one)| off_row.has(one.candidate))
            .map(|(at, _)| at)
            .collect()
    }

    /// On each row the larger saving stays: that of this one, as if its rivals were not there, or that of all of them.
    fn contest(&mut self, place: usize, rivals: &[usize]) -> Result<Tried> {
        let Some(candidate) = self.table.candidates.get(place) else {
            return Ok(Tried::NoEffect);
        };
        let before = (self.state.clone(), self.chosen.clone());
        let mut theirs = vec![0_i64; self.state.now.len()];
        for rival in rivals.iter().filter_map(|at| self.chosen.get(*at)) {
            for (sum, off) in theirs.iter_mut().zip(&rival.applied.off) {
                *sum = sum.saturating_add(*off);
            }
        }
        for (now, off) in self.state.now.iter_mut().zip(&theirs) {
            *now = now.saturating_add(*off);
        }
        let left = self.left(place);
        let tried = self.till.apply_within(candidate, left, &mut self.state)?;
        let Tried::Done(mut applied) = tried else {
            (self.state, self.chosen) = before;
            return Ok(tried);
        };
        let took = applied.total > 0;
        for (row, theirs) in theirs.iter().enumerate().filter(|(_, off)| **off > 0) {
            let mine = applied.off.get(row).copied().unwrap_or(0);
            let lost = if *theirs >= mine {
                applied.drop_row(row);
                mine
            } else {
                for rival in rivals {
                    if let Some(rival) = self.chosen.get_mut(*rival) {
                        rival.applied.drop_row(row);
                    }
                }
                *theirs
            };
            // What was given back for the comparison, less what is lost: the larger saving.
            if let Some(now) = self.state.now.get_mut(row) {
                *now = now.saturating_add(lost).saturating_sub(*theirs);
            }
        }
        if took && applied.total == 0 && applied.added.is_empty() && !applied.points {
            (self.state, self.chosen) = before;
            return Ok(Tried::NoEffect);
        }
        self.before.push(Some(before));
        self.chosen.push(Chosen {
            candidate: place,
            applied: applied.clone(),
        });
        Ok(Tried::Done(applied))
    }
}
