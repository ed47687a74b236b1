//! Applying one promotion after the other.

use std::borrow::Cow;
use std::rc::Rc;

use super::Chosen;
use super::memo::Memo;
use super::table::Table;
use crate::coupons::effect::{Applied, Candidate, Left, SlotsBefore, State, Till, Tried};
use crate::error::Result;

/// The promotions that were applied, and the basket after them.
pub(in crate::coupons) struct Turn<'t> {
    pub(in crate::coupons) table: &'t Table<'t>,
    pub(in crate::coupons) till: &'t Till,
    pub(in crate::coupons) state: State,
    pub(in crate::coupons) chosen: Vec<Chosen>,
    /// What there was before each of them.
    before: Vec<Before>,
    memo: Memo,
    /// Whether a tax comes on top of any price.
    on_top: bool,
}

/// What there was before a turn.
enum Before {
    /// The same without what it took off, and with these slots.
    Less(SlotsBefore),
    /// Where it took rows from others: all of it.
    Other(Box<(State, Vec<Chosen>)>),
}

/// What is to be paid at a turn.
#[derive(Clone, Copy)]
pub(in crate::coupons) struct Paid {
    /// With tax and shipping.
    pub(in crate::coupons) payable: i64,
    /// All prices, as they are stated.
    pub(in crate::coupons) prices: i64,
}

impl<'t> Turn<'t> {
    pub(in crate::coupons) fn new(table: &'t Table<'t>, till: &'t Till) -> Self {
        Self {
            table,
            till,
            state: till.start(),
            chosen: Vec::new(),
            before: Vec::new(),
            memo: Memo::new(table),
            on_top: till.taxed_on_top(),
        }
    }

    /// What is to be paid now.
    ///
    /// # Errors
    /// [`crate::Code::Overflow`] as of the tax.
    pub(in crate::coupons) fn paid(&self) -> Result<Paid> {
        let now = self.state.now.iter().copied();
        let prices = now.fold(0, i64::saturating_add);
        let payable = match self.on_top {
            true => self.till.payable(&self.state)?,
            false => prices,
        };
        Ok(Paid { payable, prices })
    }

    /// What the things cost that come besides.
    pub(super) fn besides(&self) -> i64 {
        let added = self.chosen.iter().flat_map(|one| &one.applied.added);
        added.fold(0, |sum, one| sum.saturating_add(one.price))
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
            return self.contest(place, candidate, &rivals).map(Some);
        }
        let tried = self.judge(place)?;
        if let Tried::Done(applied) = &tried {
            let before = self.state.book(self.till, (place, candidate), applied);
            self.before.push(Before::Less(before));
            self.chosen.push(Chosen {
                candidate: place,
                applied: Rc::clone(applied),
            });
        }
        Ok(Some(tried))
    }

    /// What comes of one now; nothing is changed.
    pub(in crate::coupons) fn judge(&mut self, place: usize) -> Result<Tried> {
        let Some(candidate) = self.table.candidates.get(place) else {
            return Ok(Tried::NoEffect);
        };
        let left = match self.left(candidate) {
            Cow::Borrowed(left) => left,
            Cow::Owned(left) => return self.till.judge(candidate, &left, &self.state),
        };
        let memory = self.memo.look(place, (candidate, self.till), &self.state);
        if let Some(tried) = self.memo.recall(memory) {
            return Ok(tried);
        }
        let tried = self.till.judge(candidate, left, &self.state)?;
        self.memo.keep(memory, &tried);
        Ok(tried)
    }

    /// Takes the last one back.
    pub(in crate::coupons) fn pop(&mut self) {
        match (self.before.pop(), self.chosen.pop()) {
            (Some(Before::Other(before)), _) => (self.state, self.chosen) = *before,
            (Some(Before::Less(slots)), Some(last)) => {
                if let Some(candidate) = self.table.candidates.get(last.candidate) {
                    self.state.unbook(candidate, &last.applied, slots);
                }
            }
            _ => {}
        }
    }

    /// Takes back all but the first so many.
    pub(in crate::coupons) fn back_to(&mut self, count: usize) {
        while self.chosen.len() > count {
            self.pop();
        }
    }

    /// Whether the last one took rows from others.
    pub(in crate::coupons) fn took(&self) -> bool {
        matches!(self.before.last(), Some(Before::Other(_)))
    }

    /// What the limits leave after the other instances of the same coupon.
    fn left<'c>(&self, candidate: &'c Candidate<'_>) -> Cow<'c, Left> {
        let mut left = Cow::Borrowed(&candidate.left);
        if candidate.left.is_free() {
            return left;
        }
        for one in &self.chosen {
            let other = self.table.candidates.get(one.candidate);
            if other.is_some_and(|other| other.plan.place == candidate.plan.place) {
                left = Cow::Owned(left.into_owned().after(&one.applied, self.till));
            }
        }
        left
    }

    /// Which of those applied must not be on one row with this one.
    fn rivals(&self, place: usize) -> Vec<usize> {
        if !self.table.contests() {
            return Vec::new();
        }
        let all = self.chosen.iter().enumerate();
        all.filter(|(_, one)| self.table.off_row(place, one.candidate))
            .map(|(at, _)| at)
            .collect()
    }

    /// On each row the larger saving stays: that of this one, as if its rivals were not there, or that of all of them. Who loses a row
    /// has used none of its units, but for those that met a condition.
    fn contest(
        &mut self,
        place: usize,
        candidate: &Candidate<'_>,
        rivals: &[usize],
    ) -> Result<Tried> {
        let before = (self.state.clone(), self.chosen.clone());
        let theirs = self.savings(rivals);
        for (row, off) in theirs.iter().copied() {
            self.state.give_back(self.till, (row, off))?;
        }
        self.state.free(&self.places(rivals));
        let tried = self.judge(place)?;
        let Tried::Done(mut shared) = tried else {
            (self.state, self.chosen) = before;
            return Ok(tried);
        };
        self.state.book(self.till, (place, candidate), &shared);
        let applied = Rc::make_mut(&mut shared);
        let took = applied.total > 0;
        let mut swapped = false;
        for (row, theirs) in theirs {
            let mine = applied.off.get(row).copied().unwrap_or(0);
            let lost = if theirs >= mine {
                swapped |= applied.swaps(row);
                applied.drop_row(row);
                self.state.restore(row, (&before.0, self.till));
                if candidate.plan.consume {
                    self.state.consume(row, (place, &applied.met));
                }
                mine
            } else {
                self.lose(row, rivals);
                theirs
            };
            // What was given back for the comparison, less what is lost: the larger saving.
            if let Some(now) = self.state.now.get_mut(row) {
                *now = now.saturating_add(lost).saturating_sub(theirs);
            }
        }
        if swapped || (took && applied.total == 0 && applied.added.is_empty() && !applied.points) {
            (self.state, self.chosen) = before;
            return Ok(Tried::NoEffect);
        }
        self.before.push(Before::Other(Box::new(before)));
        self.chosen.push(Chosen {
            candidate: place,
            applied: Rc::clone(&shared),
        });
        Ok(Tried::Done(shared))
    }

    /// The rows on which any of some of those applied has lowered prices, and what they save there together.
    fn savings(&self, some: &[usize]) -> Vec<(usize, i64)> {
        let some = some.iter().filter_map(|at| self.chosen.get(*at));
        let rows = 0..self.state.now.len();
        let on = rows.filter(|row| some.clone().any(|one| one.applied.is_on(*row)));
        let saved = |row: usize| {
            let off = some.clone().filter_map(|one| one.applied.off.get(row));
            off.fold(0_i64, |sum, off| sum.saturating_add(*off))
        };
        on.map(|row| (row, saved(row))).collect()
    }

    /// The places of some of those applied among the candidates.
    fn places(&self, some: &[usize]) -> Vec<usize> {
        let some = some.iter().filter_map(|at| self.chosen.get(*at));
        some.map(|one| one.candidate).collect()
    }

    /// Some of those applied lose a row. Who puts something in place of its units has no effect any more.
    fn lose(&mut self, row: usize, rivals: &[usize]) {
        for rival in rivals {
            let Some(rival) = self.chosen.get_mut(*rival) else {
                continue;
            };
            if rival.applied.swaps(row) {
                rival.applied = Rc::new(Applied {
                    off: vec![0; rival.applied.off.len()],
                    ..Applied::default()
                });
            } else {
                Rc::make_mut(&mut rival.applied).drop_row(row);
            }
        }
    }

    /// Whether one of those applied has nothing left, because others took its rows: such a set is not legal.
    pub(in crate::coupons) fn has_idle(&self) -> bool {
        self.table.contests() && self.chosen.iter().any(Chosen::is_idle)
    }
}
