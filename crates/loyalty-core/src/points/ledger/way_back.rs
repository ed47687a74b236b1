//! The way back of a refused event: what it put and took (see `engine/undo.rs`).

use super::{Account, Lot, Sums};

/// What of an account every posting changes.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    debt: i64,
    sums: Sums,
    next: u32,
}

impl Account {
    /// All but the lots, and what is gone.
    pub(crate) fn head(&self) -> Head {
        Head {
            debt: self.debt,
            sums: self.sums,
            next: self.next,
        }
    }

    /// Takes a head back.
    pub(crate) fn put_back(&mut self, head: Head) {
        self.debt = head.debt;
        self.sums = head.sums;
        self.next = head.next;
    }

    /// Takes out of a lot what was put into it.
    pub(crate) fn unput(&mut self, lot: Lot) {
        if let Ok(place) = self.lots.binary_search_by_key(&lot.key(), Lot::key)
            && let Some(there) = self.lots.get_mut(place)
        {
            there.points = there.points.saturating_sub(lot.points);
            if there.points == 0 {
                self.lots.remove(place);
            }
        }
    }

    /// Puts back into lots what was taken from them.
    pub(crate) fn untake(&mut self, lots: &[Lot]) {
        for lot in lots {
            match self.lots.binary_search_by_key(&lot.key(), Lot::key) {
                Ok(place) => {
                    if let Some(there) = self.lots.get_mut(place) {
                        there.points = there.points.saturating_add(lot.points);
                    }
                }
                Err(place) => self.lots.insert(place, *lot),
            }
        }
    }
}
