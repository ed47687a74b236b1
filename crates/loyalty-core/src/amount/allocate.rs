//! Sharing an amount over rows, exactly (clause 2.4).

use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::Rounding;
use crate::error::{Code, Error, Result};

/// Who gets the units that whole shares leave over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Remainder {
    /// Shares are floored; left-over units go one each to the largest fractions, ties to the earlier row.
    #[default]
    LargestRemainder,
    /// Shares are rounded, halves down; then the rows are corrected by one unit each from the first one on.
    First,
    /// Shares are rounded, halves down; then the rows are corrected by one unit each from the last one back.
    Last,
    /// Shares are floored; left-over units go one each to the rows from the first one on.
    FlooredFirst,
    /// Shares are floored; left-over units go one each to the rows from the last one back.
    FlooredLast,
}

/// One row that takes a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// In what proportion it takes: an amount or a quantity, not negative. A row of weight zero takes nothing.
    pub weight: i64,
    /// The most that it can take (the amount above its floor price); `None` for no bound. Below zero counts as zero.
    pub headroom: Option<i64>,
    /// The weight where the weights of all rows are zero; not negative.
    pub quantity: i64,
}

/// Shares `amount` over the rows, each `min(headroom, λ · weight)` with the least λ that places the amount, in whole units.
///
/// `out` receives one share a row, in the order of the rows; the answer is what could not be placed. The shares and the answer
/// sum to the amount. With [`Remainder::First`] and [`Remainder::Last`] each share is at most one and a half units from the exact
/// one, with the others at most one. A negative amount is shared like a positive one, then every sign is turned.
///
/// # Errors
/// [`Code::InvalidValue`] for a negative weight, [`Code::Overflow`] if the weights do not sum in 64 bits.
pub fn allocate(
    amount: i64,
    rows: &[Share],
    remainder: Remainder,
    out: &mut Vec<i64>,
) -> Result<i64> {
    out.clear();
    if amount < 0 {
        let unplaced = allocate(
            amount.checked_neg().ok_or_else(overflow)?,
            rows,
            remainder,
            out,
        )?;
        for share in out.iter_mut() {
            *share = share.saturating_neg();
        }
        return Ok(unplaced.saturating_neg());
    }
    match sum(rows, |row| row.weight)? {
        0 => share_by(
            amount,
            sum(rows, |row| row.quantity)?,
            rows,
            |row| row.quantity,
            remainder,
            out,
        ),
        total => share_by(amount, total, rows, |row| row.weight, remainder, out),
    }
}

/// Few rows of small weights are shared in the place of their weights: a fraction and a place then fit into one word.
const FEW: usize = 32;
const PLACE_BITS: u32 = FEW.ilog2();
const SMALL: i64 = 1 << 40;

/// [`allocate`] by largest remainder for rows that have no bounds and are of quantity one: the shares take the place of the
/// weights. Says whether the rows are few and their weights small enough for that; if not, nothing changes.
pub(crate) fn allocate_in_place(amount: i64, rows: &mut [i64]) -> bool {
    let total = rows.iter().try_fold(0_i64, |sum, row| {
        sum.checked_add(*row).filter(|_| *row >= 0)
    });
    let Some((size, mut total)) = amount.checked_abs().zip(total) else {
        return false;
    };
    if rows.len() > FEW || total >= SMALL || size.checked_mul(total).is_none() {
        return false;
    }
    if total == 0 {
        rows.fill(1);
        total = i64::try_from(rows.len()).unwrap_or(0);
    }
    let mut left = size;
    let mut ranks = [0_u64; FEW];
    let mut count = 0_usize;
    for (place, row) in (0_u64..).zip(rows.iter_mut()).filter(|(_, row)| **row != 0) {
        // No weight is above their sum, so the product fits.
        let product = size.wrapping_mul(*row);
        let floor = product.checked_div(total).unwrap_or(0);
        let rest = product.wrapping_sub(floor.wrapping_mul(total));
        left = left.wrapping_sub(floor);
        *row = floor;
        if rest > 0
            && let Some(rank) = ranks.get_mut(count)
        {
            *rank = (rest.unsigned_abs() << PLACE_BITS) | !place & PLACES;
            count = count.saturating_add(1);
        }
    }
    let ranks = ranks.get_mut(..count).unwrap_or_default();
    one_more(left, ranks, rows);
    if amount < 0 {
        for share in rows {
            *share = share.saturating_neg();
        }
    }
    true
}

/// The part of a word that is a place, turned over: the earlier row comes first among equal fractions.
const PLACES: u64 = (1 << PLACE_BITS) - 1;

/// One unit more for the rows of the largest ranks. Fewer units are left than there are rows with a fraction.
fn one_more(left: i64, ranks: &mut [u64], rows: &mut [i64]) {
    let first = usize::try_from(left)
        .ok()
        .and_then(|left| ranks.len().checked_sub(left));
    let Some(first) = first.filter(|first| *first < ranks.len()) else {
        return;
    };
    let (_, last, larger) = ranks.select_nth_unstable(first);
    for rank in larger.iter().chain([&*last]) {
        let place = usize::try_from(!rank & PLACES);
        if let Some(share) = place.ok().and_then(|place| rows.get_mut(place)) {
            *share = share.saturating_add(1);
        }
    }
}

/// The same for an amount that is not negative and weights whose sum is `total`.
fn share_by<W: Fn(&Share) -> i64 + Copy>(
    amount: i64,
    total: i64,
    rows: &[Share],
    weigh: W,
    remainder: Remainder,
    out: &mut Vec<i64>,
) -> Result<i64> {
    if amount == 0 || total == 0 {
        out.resize(rows.len(), 0);
        return Ok(amount);
    }
    let mut level = Level {
        amount,
        weight: total,
        bound: false,
    };
    if rows.iter().any(|row| level.binds(row, weigh(row))) {
        level = fill(level, rows, weigh);
        if level.weight == 0 {
            // Every row that takes anything is full.
            out.extend(rows.iter().map(|row| {
                if weigh(row) == 0 {
                    0
                } else {
                    room(row).unwrap_or(0)
                }
            }));
            return Ok(level.amount);
        }
    }
    match remainder {
        Remainder::LargestRemainder => by_fraction(level, rows, weigh, out),
        _ => by_place(level, rows, weigh, remainder, out),
    }
    Ok(0)
}

/// How high the water stands: λ is `amount / weight`, over the rows that are not full.
#[derive(Clone, Copy)]
struct Level {
    amount: i64,
    weight: i64,
    /// Whether any row is full.
    bound: bool,
}

impl Level {
    /// Whether a row is full at this level.
    #[inline]
    fn binds(self, row: &Share, weight: i64) -> bool {
        match room(row) {
            // While no row is known to be full, no share is above the whole amount.
            Some(room) if self.bound || room < self.amount => {
                weight > 0 && product(room, self.weight) <= product(self.amount, weight)
            }
            _ => false,
        }
    }

    /// The share of a row.
    #[inline]
    fn share(self, row: &Share, weight: i64) -> Cut {
        if weight == 0 {
            return Cut {
                floor: 0,
                rest: 0,
                full: false,
            };
        }
        if self.bound && self.binds(row, weight) {
            return Cut {
                floor: room(row).unwrap_or(0),
                rest: 0,
                full: true,
            };
        }
        if let Some(product) = self.amount.checked_mul(weight) {
            let floor = product.checked_div(self.weight).unwrap_or(0);
            // What the floor stands for is at most the product.
            let rest = product.wrapping_sub(floor.wrapping_mul(self.weight));
            return Cut {
                floor,
                rest,
                full: false,
            };
        }
        // The quotient is at most `amount`, the rest below `weight`: both fit.
        let (product, den) = (product(self.amount, weight), i128::from(self.weight));
        let narrow = |value: Option<i128>| {
            value
                .and_then(|value| i64::try_from(value).ok())
                .unwrap_or(0)
        };
        Cut {
            floor: narrow(product.checked_div(den)),
            rest: narrow(product.checked_rem(den)),
            full: false,
        }
    }
}

/// An exact share, cut to whole units.
#[derive(Clone, Copy)]
struct Cut {
    floor: i64,
    /// What was cut off, in parts of the level's weight.
    rest: i64,
    /// Whether the row is full: its share is its headroom.
    full: bool,
}

/// Fills rows in the order in which they become full, until the level stays below every other row's bound.
#[cold]
fn fill<W: Fn(&Share) -> i64>(start: Level, rows: &[Share], weigh: W) -> Level {
    let mut bounded: Vec<(i64, i64)> = rows
        .iter()
        .filter_map(|row| room(row).map(|room| (room, weigh(row))))
        .filter(|(_, weight)| *weight > 0)
        .collect();
    bounded.sort_unstable_by(|a, b| product(a.0, b.1).cmp(&product(b.0, a.1)));
    let mut level = Level {
        bound: true,
        ..start
    };
    for (room, weight) in bounded {
        if product(room, level.weight) > product(level.amount, weight) {
            break;
        }
        // A row is full only if its share at this level reaches its room, so neither falls below zero.
        level.amount = level.amount.saturating_sub(room);
        level.weight = level.weight.saturating_sub(weight);
    }
    level
}

/// Largest remainder: floors first, then one unit each to the largest fractions.
fn by_fraction<W: Fn(&Share) -> i64>(level: Level, rows: &[Share], weigh: W, out: &mut Vec<i64>) {
    const NEAR: usize = 32;
    let mut left = level.amount;
    // On the stack for baskets of ordinary size.
    let mut near = [0_u128; NEAR];
    let mut far = Vec::new();
    let ranks = if let Some(near) = near.get_mut(..rows.len()) {
        near
    } else {
        far.resize(rows.len(), 0);
        far.as_mut_slice()
    };
    out.reserve(rows.len());
    let mut at = u64::MAX;
    for (row, rank) in rows.iter().zip(ranks.iter_mut()) {
        let cut = level.share(row, weigh(row));
        if !cut.full {
            left = left.saturating_sub(cut.floor);
        }
        out.push(cut.floor);
        // One number to compare: what was cut off, then the earlier row. Rests are never negative.
        *rank = (u128::from(cut.rest.unsigned_abs()) << 64) | u128::from(at);
        at = at.saturating_sub(1);
    }
    // Fewer units are left than there are rows with a fraction, and a row with a fraction has room for one more unit.
    let first = usize::try_from(left)
        .ok()
        .and_then(|left| ranks.len().checked_sub(left));
    let Some(first) = first.filter(|first| *first < ranks.len()) else {
        return;
    };
    let (_, last, before) = ranks.select_nth_unstable(first);
    for rank in before.iter().chain([&*last]) {
        let at = usize::try_from(!rank & u128::from(u64::MAX));
        if let Some(share) = at.ok().and_then(|at| out.get_mut(at)) {
            *share = share.saturating_add(1);
        }
    }
}

/// Halves down (or all down), then one unit a row from an end until the sum is right, passing over rows that cannot take or give one.
fn by_place<W: Fn(&Share) -> i64>(
    level: Level,
    rows: &[Share],
    weigh: W,
    remainder: Remainder,
    out: &mut Vec<i64>,
) {
    let mut left = level.amount;
    let rounds = matches!(remainder, Remainder::First | Remainder::Last);
    for row in rows {
        let Cut { floor, rest, full } = level.share(row, weigh(row));
        let up = rounds
            && Rounding::HalfDown.divide(i128::from(rest), i128::from(level.weight)) == Some(1);
        let share = if up { floor.saturating_add(1) } else { floor };
        if !full {
            left = left.saturating_sub(share);
        }
        out.push(share);
    }
    let mut correct = |(row, share): (&Share, &mut i64)| {
        let step = left.signum();
        let stays = match step.cmp(&0) {
            Ordering::Equal => true,
            Ordering::Greater => weigh(row) == 0 || room(row).is_some_and(|room| *share >= room),
            Ordering::Less => *share == 0 || (level.bound && level.binds(row, weigh(row))),
        };
        if !stays {
            *share = share.saturating_add(step);
            left = left.saturating_sub(step);
        }
    };
    let pairs = rows.iter().zip(out.iter_mut());
    if matches!(remainder, Remainder::Last | Remainder::FlooredLast) {
        pairs.rev().for_each(&mut correct)
    } else {
        pairs.for_each(&mut correct)
    }
}

#[inline]
fn room(row: &Share) -> Option<i64> {
    row.headroom.map(|room| room.max(0))
}

#[inline]
fn product(a: i64, b: i64) -> i128 {
    // Two factors of 64 bits never leave 128 bits.
    i128::from(a).wrapping_mul(i128::from(b))
}

fn sum<W: Fn(&Share) -> i64>(rows: &[Share], weigh: W) -> Result<i64> {
    rows.iter().try_fold(0_i64, |sum, row| match weigh(row) {
        weight if weight < 0 => Err(Error::new(
            Code::InvalidValue,
            "an amount cannot be shared by a negative weight",
        )),
        weight => sum.checked_add(weight).ok_or_else(overflow),
    })
}

#[cold]
fn overflow() -> Error {
    Error::new(
        Code::Overflow,
        "an amount is too large to be shared in 64 bits",
    )
}
