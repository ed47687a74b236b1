//! What each unit costs while promotions are applied (clause 10.3): units of a row are alike until a promotion meets only some of
//! them. From then on those stand apart, at the price that is left of theirs, as if they were rows of their own.

use core::cmp::Reverse;

use super::units::{Run, share};
use super::{Applied, Candidate, Till};
use crate::amount::{Remainder, Share, allocate};
use crate::error::Result;

/// What changes while promotions are applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// What each row costs; shipping is the one after the goods.
    pub(crate) now: Vec<i64>,
    /// The goods by units that are alike, in the order of the rows. Empty while every row is alike and nothing is consumed: then
    /// the slot of a row is its place.
    slots: Vec<Slot>,
    /// For each of the goods the number of its first slot. Empty where there are no slots.
    firsts: Vec<u32>,
}

/// Units of a row that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::coupons) struct Slot {
    pub(super) row: u32,
    pub(super) units: i64,
    /// What they cost together.
    pub(super) now: i64,
    /// The discount that has consumed them.
    pub(super) used: Option<Use>,
}

/// How a discount has consumed units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// The place of the candidate.
    by: usize,
    /// Whether they met its condition: it has not lowered their price.
    met: bool,
}

/// The first units of a slot, and what a discount took off them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(super) row: u32,
    /// The place of the slot in its row: other rows do not move it.
    pub(super) nth: u32,
    pub(super) units: i64,
    pub(super) off: i64,
}

/// What the slots were before a promotion.
#[derive(Debug)]
pub(in crate::coupons) enum SlotsBefore {
    /// The same.
    Same,
    /// The same units, before they were lowered.
    Dearer,
    /// Others, with the number of the first one of each row.
    Other(Vec<Slot>, Vec<u32>),
}

impl State {
    /// The state before the first promotion.
    pub(super) fn new(now: Vec<i64>) -> Self {
        Self {
            now,
            slots: Vec::new(),
            firsts: Vec::new(),
        }
    }

    /// Whether all units of each row are alike, and none is consumed.
    pub(in crate::coupons) fn is_whole(&self) -> bool {
        self.slots.is_empty()
    }

    /// The slots of a row with the number of the first one, where rows are not whole.
    pub(in crate::coupons) fn slots_of(&self, row: u32) -> (u32, &[Slot]) {
        let row = row as usize;
        let Some(first) = self.firsts.get(row).copied() else {
            return (number(self.slots.len()), &[]);
        };
        let next = self.firsts.get(row.saturating_add(1));
        let end = next.map_or(self.slots.len(), |next| *next as usize);
        (
            first,
            self.slots.get(first as usize..end).unwrap_or_default(),
        )
    }

    /// The number of the first slot of a row.
    fn first_of(&self, row: u32) -> u32 {
        // While all are alike, the slot of a row is its place.
        self.firsts.get(row as usize).copied().unwrap_or(row)
    }

    /// A slot by its number.
    pub(super) fn slot(&self, number: u32, till: &Till) -> Option<Slot> {
        let place = number as usize;
        if self.is_whole() {
            return self.row(place, till);
        }
        self.slots.get(place).copied()
    }

    /// The row of a slot.
    pub(super) fn row_of(&self, slot: u32) -> u32 {
        self.slots.get(slot as usize).map_or(slot, |slot| slot.row)
    }

    /// Units of a slot, with what was taken off them.
    pub(super) fn slice(&self, (slot, units): Run, off: i64) -> Slice {
        let row = self.row_of(slot);
        Slice {
            row,
            nth: slot.saturating_sub(self.first_of(row)),
            units,
            off,
        }
    }

    /// The slot of a slice.
    pub(super) fn slot_of(&self, slice: &Slice) -> u32 {
        self.first_of(slice.row).saturating_add(slice.nth)
    }

    /// Notes anew where the slots of each row begin.
    fn index(&mut self) {
        self.firsts.clear();
        for (place, slot) in (0_u32..).zip(&self.slots) {
            // Rows without units have no slots: they begin where the next one does.
            while self.firsts.len() <= slot.row as usize {
                self.firsts.push(place);
            }
        }
    }

    fn row(&self, place: usize, till: &Till) -> Option<Slot> {
        let row = till.rows.get(place)?;
        Some(Slot {
            row: number(place),
            units: row.quantity,
            now: self.now.get(place).copied()?,
            used: None,
        })
    }

    /// Books what the candidate at a place did. Answers what the slots were before.
    pub(in crate::coupons) fn book(
        &mut self,
        till: &Till,
        (by, candidate): (usize, &Candidate<'_>),
        applied: &Applied,
    ) -> SlotsBefore {
        let by = candidate.plan.consume.then_some(by);
        let met: &[Slice] = if by.is_some() { &applied.met } else { &[] };
        let before = if applied.slots.is_empty() && met.is_empty() {
            SlotsBefore::Same
        } else if met.is_empty() && self.has_whole(&applied.slots) {
            let used = by.map(|by| Use { by, met: false });
            self.lower(applied, |slot, off| {
                slot.now = slot.now.saturating_sub(off);
                slot.used = slot.used.or(used);
            });
            SlotsBefore::Dearer
        } else {
            self.part(till, (applied, met), by)
        };
        for (now, off) in self.now.iter_mut().zip(&applied.off) {
            // Nothing costs less than nothing, so this never wraps.
            *now = now.wrapping_sub(*off);
        }
        before
    }

    /// Whether some slices are whole slots.
    fn has_whole(&self, slices: &[Slice]) -> bool {
        let whole = |one: &Slice| {
            let slot = self.slots.get(self.slot_of(one) as usize);
            slot.is_some_and(|slot| slot.units == one.units)
        };
        slices.iter().all(whole)
    }

    /// Does something to the slots that were lowered as a whole.
    fn lower(&mut self, applied: &Applied, change: impl Fn(&mut Slot, i64)) {
        for one in &applied.slots {
            let place = self.slot_of(one) as usize;
            if let Some(slot) = self.slots.get_mut(place) {
                change(slot, one.off);
            }
        }
    }

    /// Takes back what a candidate did that was booked last.
    pub(in crate::coupons) fn unbook(
        &mut self,
        candidate: &Candidate<'_>,
        applied: &Applied,
        before: SlotsBefore,
    ) {
        for (now, off) in self.now.iter_mut().zip(&applied.off) {
            *now = now.wrapping_add(*off);
        }
        match before {
            SlotsBefore::Same => {}
            SlotsBefore::Dearer => {
                // What consumes units sees none that were used before.
                let consume = candidate.plan.consume;
                self.lower(applied, |slot, off| {
                    slot.now = slot.now.saturating_add(off);
                    slot.used = slot.used.filter(|_| !consume);
                });
            }
            SlotsBefore::Other(slots, firsts) => (self.slots, self.firsts) = (slots, firsts),
        }
    }

    /// Sets apart the units that were lowered and those that met a condition. Answers what the slots were before.
    fn part(
        &mut self,
        till: &Till,
        (applied, met): (&Applied, &[Slice]),
        by: Option<usize>,
    ) -> SlotsBefore {
        let used = |met: bool| by.map(|by| Use { by, met });
        let whole = self.is_whole();
        let count = if whole {
            till.rows.len()
        } else {
            self.slots.len()
        };
        // For each slot how many of its units were lowered, by how much, and how many more met the condition.
        let mut takes = vec![(0_i64, 0_i64, 0_i64); count];
        for one in &applied.slots {
            if let Some((units, off, _)) = takes.get_mut(self.slot_of(one) as usize) {
                *units = units.saturating_add(one.units);
                *off = off.saturating_add(one.off);
            }
        }
        for one in met {
            if let Some((_, _, more)) = takes.get_mut(self.slot_of(one) as usize) {
                *more = more.saturating_add(one.units);
            }
        }
        let mut slots = Vec::with_capacity(count.saturating_add(applied.slots.len()));
        let mut firsts = Vec::with_capacity(till.rows.len());
        for (place, (lowered, off, more)) in takes.into_iter().enumerate() {
            let slot = if whole {
                self.row(place, till)
            } else {
                self.slots.get(place).copied()
            };
            let Some(mut rest) = slot else { continue };
            while firsts.len() <= rest.row as usize {
                firsts.push(number(slots.len()));
            }
            // What lost something as a whole row has not been named.
            if whole && lowered == 0 {
                let off = applied.off.get(place).copied().unwrap_or(0);
                rest.now = rest.now.saturating_sub(off);
            }
            if lowered > 0 {
                let mut one = rest.take(lowered, off);
                one.now = one.now.saturating_sub(off);
                one.used = one.used.or(used(false));
                slots.push(one);
            }
            if more > 0 && rest.units > 0 {
                let mut one = rest.take(more, 0);
                one.used = one.used.or(used(true));
                slots.push(one);
            }
            if rest.units > 0 {
                slots.push(rest);
            }
        }
        let slots = core::mem::replace(&mut self.slots, slots);
        SlotsBefore::Other(slots, core::mem::replace(&mut self.firsts, firsts))
    }

    /// Puts an amount back on a row: on its units by what each has lost.
    ///
    /// # Errors
    /// [`crate::Code::Overflow`] if amounts are too large to be counted.
    pub(in crate::coupons) fn give_back(
        &mut self,
        till: &Till,
        (row, amount): (usize, i64),
    ) -> Result<()> {
        if let Some(now) = self.now.get_mut(row) {
            *now = now.saturating_add(amount);
        }
        let Some(start) = till.rows.get(row) else {
            return Ok(());
        };
        let (first, slots) = self.slots_of(number(row));
        if slots.is_empty() {
            return Ok(());
        }
        let lost = |slot: &Slot| {
            let at_first = share(start.now, slot.units, start.quantity);
            Share {
                weight: at_first.saturating_sub(slot.now).max(0),
                headroom: None,
                quantity: slot.units,
            }
        };
        let shares: Vec<Share> = slots.iter().map(lost).collect();
        let mut back = Vec::with_capacity(shares.len());
        allocate(amount, &shares, Remainder::default(), &mut back)?;
        let slots = self.slots.iter_mut().skip(first as usize);
        for (slot, back) in slots.zip(back) {
            slot.now = slot.now.saturating_add(back);
        }
        Ok(())
    }

    /// Makes the units of a row what they were in another state.
    pub(in crate::coupons) fn restore(&mut self, row: usize, (other, till): (&Self, &Till)) {
        if self.is_whole() {
            return;
        }
        let (first, slots) = self.slots_of(number(row));
        let place = first as usize;
        let end = place.saturating_add(slots.len()).min(self.slots.len());
        let whole = other.row(row, till).filter(|_| other.is_whole());
        let (_, apart) = other.slots_of(number(row));
        self.slots
            .splice(place..end, apart.iter().copied().chain(whole));
        self.index();
    }

    /// The units of a row and what they cost, slot by slot; none where all rows are whole.
    #[cfg(test)]
    pub(in crate::coupons) fn units_of(&self, row: u32) -> Option<(i64, i64)> {
        let slots = self.slots_of(row).1;
        assert!(slots.iter().all(|slot| slot.units > 0 && slot.now >= 0));
        let sum = |of: fn(&Slot) -> i64| slots.iter().map(of).sum();
        (!self.is_whole()).then(|| (sum(|slot| slot.units), sum(|slot| slot.now)))
    }

    /// Frees the units whose price some candidates have lowered: they are as if nobody had consumed them.
    pub(in crate::coupons) fn free(&mut self, by: &[usize]) {
        for slot in &mut self.slots {
            if slot
                .used
                .is_some_and(|one| !one.met && by.contains(&one.by))
            {
                slot.used = None;
            }
        }
    }

    /// Consumes the units of a row that met a condition, where what was done besides to their row was given up.
    pub(in crate::coupons) fn consume(&mut self, row: usize, (by, met): (usize, &[Slice])) {
        let mine = met.iter().filter(|one| one.row as usize == row);
        let mut mine: Vec<Slice> = mine.copied().collect();
        // The last first: to set units apart moves what stands behind them.
        mine.sort_unstable_by_key(|one| Reverse(one.nth));
        for same in mine.chunk_by(|one, other| one.nth == other.nth) {
            let units = same.iter().map(|one| one.units);
            let units = units.fold(0_i64, i64::saturating_add);
            let place = same.first().map_or(0, |one| self.slot_of(one)) as usize;
            let Some(mut rest) = self.slots.get(place).copied() else {
                continue;
            };
            let mut one = rest.take(units, 0);
            one.used = one.used.or(Some(Use { by, met: true }));
            let rest = Some(rest).filter(|rest| rest.units > 0);
            self.slots
                .splice(place..=place, core::iter::once(one).chain(rest));
            self.index();
        }
    }

    /// How many units of a row have been consumed.
    #[cfg(test)]
    pub(in crate::coupons) fn used(&self, row: u32) -> i64 {
        let used = self
            .slots_of(row)
            .1
            .iter()
            .filter(|slot| slot.used.is_some());
        used.map(|slot| slot.units).sum()
    }
}

impl Slot {
    /// Takes so many units out, with their part of what all cost and no less than what is taken off them.
    fn take(&mut self, units: i64, least: i64) -> Self {
        let units = units.min(self.units);
        let now = share(self.now, units, self.units);
        let now = now.max(least).min(self.now);
        let one = Self {
            units,
            now,
            ..*self
        };
        self.units = self.units.saturating_sub(units);
        self.now = self.now.saturating_sub(now);
        one
    }

    /// What tells it from another slot: row, units, price, whether they are consumed.
    pub(in crate::coupons) fn seen(&self) -> [i64; 4] {
        let row = i64::from(self.row);
        [row, self.units, self.now, i64::from(self.used.is_some())]
    }

    /// Whether no discount has consumed it.
    pub(in crate::coupons) fn is_fresh(&self) -> bool {
        self.used.is_none()
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
