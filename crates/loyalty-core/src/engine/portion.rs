//! How far a row is back: by units, and by amounts of money without goods (clause 6.1).
//!
//! A row of Q units for which P was paid is back, as far as its running amounts go, by the units that are back and by
//! `amount · Q / P` units for every amount, but no line by more than it is. To stay exact, a unit is cut into as many parts as
//! the amounts need: one where there are none.

use crate::error::{Code, Error, Result};
use crate::member::{OrderLine, OrderRow};

/// How far a row was back before a return, and is after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Back {
    /// Parts, of the whole.
    pub(super) before: i64,
    pub(super) after: i64,
    pub(super) whole: i64,
    /// Units.
    pub(super) units_before: i64,
    pub(super) units_after: i64,
    /// All units.
    pub(super) units: i64,
}

impl Back {
    /// Whether all units are back now.
    pub(super) fn all(&self) -> bool {
        self.units_after == self.units
    }

    /// Whether nothing was back before, and all is now.
    pub(super) fn all_at_once(&self) -> bool {
        self.before == 0 && self.units_before == 0 && self.all()
    }
}

/// How far the rows of an order are back.
pub(super) type Backs = Vec<Back>;

/// Into how many parts a unit of a row is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Parts of a unit.
    pub(super) unit: i64,
    /// An amount is this often …
    per: i64,
    /// … so many parts.
    quantity: i64,
    /// The parts of the whole row.
    pub(super) whole: i64,
}

impl Scale {
    /// The coarsest scale for what is back of a row and for these further amounts.
    pub(super) fn new(row: &OrderRow, more: impl Iterator<Item = i64>) -> Result<Self> {
        let quantity = row.quantity();
        let known = row.lines.iter().map(|line| line.back_amount);
        let shared = known.chain(more).fold(0, divisor);
        if shared == 0 {
            return Ok(Self {
                unit: 1,
                per: 1,
                quantity,
                whole: quantity,
            });
        }
        let per = divisor(row.paid, shared).max(1);
        let unit = row.paid.checked_div(per).unwrap_or(1).max(1);
        let whole = unit.checked_mul(quantity).ok_or_else(|| {
            let words = "such a small part of so large a line cannot be counted";
            Error::new(Code::Overflow, words)
        })?;
        Ok(Self {
            unit,
            per,
            quantity,
            whole,
        })
    }

    /// The parts of so many units.
    pub(super) fn units(&self, units: i64) -> i64 {
        units.saturating_mul(self.unit)
    }

    /// How far a line is back.
    pub(super) fn line(&self, line: &OrderLine) -> i64 {
        let amounts = i128::from(line.back_amount)
            .checked_div(i128::from(self.per))
            .unwrap_or(0)
            .saturating_mul(i128::from(self.quantity))
            .saturating_add(i128::from(self.units(line.back)));
        let amounts = i64::try_from(amounts).unwrap_or(i64::MAX);
        amounts.min(self.units(line.quantity))
    }

    /// How far a row is back.
    pub(super) fn row(&self, row: &OrderRow) -> i64 {
        row.lines
            .iter()
            .fold(0_i64, |sum, line| sum.saturating_add(self.line(line)))
    }
}

/// The greatest common divisor of two numbers that are not negative.
fn divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a.checked_rem(b).unwrap_or(0));
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    fn row(paid: i64, lines: &[(i64, i64, i64)]) -> OrderRow {
        let id = Id::number(1);
        let line = |(quantity, back, back_amount): &(i64, i64, i64)| OrderLine {
            id: id.clone(),
            quantity: *quantity,
            back: *back,
            back_amount: *back_amount,
        };
        OrderRow {
            sku: id.clone(),
            lines: lines.iter().map(line).collect(),
            list: paid,
            initial: None,
            discounts: Vec::new(),
            discounted: paid,
            taxed: None,
            paid,
            tender: Vec::new(),
            earned: Vec::new(),
            measured: Vec::new(),
            carried: Vec::new(),
        }
    }

    #[test]
    fn a_unit_is_cut_as_finely_as_amounts_need() {
        let whole = row(1_000, &[(3, 1, 0)]);
        let scale = Scale::new(&whole, core::iter::empty()).unwrap();
        assert_eq!((scale.unit, scale.whole, scale.row(&whole)), (1, 3, 1));
        // 250 of 1,000 for three units are three quarters of a unit.
        let scale = Scale::new(&whole, [250].into_iter()).unwrap();
        assert_eq!((scale.unit, scale.whole, scale.row(&whole)), (4, 12, 4));
        let cut = row(1_000, &[(3, 1, 250)]);
        let scale = Scale::new(&cut, core::iter::empty()).unwrap();
        assert_eq!((scale.unit, scale.whole, scale.row(&cut)), (4, 12, 7));
    }

    #[test]
    fn a_line_is_never_back_by_more_than_it_is() {
        let full = row(100, &[(2, 1, 80)]);
        let scale = Scale::new(&full, core::iter::empty()).unwrap();
        assert_eq!(scale.row(&full), scale.whole);
    }
}
