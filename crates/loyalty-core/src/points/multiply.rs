//! Multipliers: what they add to the points of base rules, row by row, with one rounding at the end (clause 4.4).

use smallvec::{SmallVec, smallvec};

use super::earning::{Bids, Exact, Gift, Settings, fires_for, overflow, share, share_by};
use super::rules::{Multipliers, PointRounding, RoundWhen};
use crate::amount::{Decimal, Rounding};
use crate::error::Result;

/// Up to so many points, factors that are [`is_narrow`] stay within 64 bits.
const NARROW_POINTS_MAX: u64 = 1_000_000_000;
/// A narrow factor has no denominator above this, and a value below [`NARROW_FACTOR`].
const NARROW_DEN: i128 = 10_000;
const NARROW_FACTOR: i128 = 1_000;
/// So many narrow factors stay within 64 bits.
const NARROW_COUNT: usize = 64;

/// Whether sums of these factors, times [`NARROW_POINTS_MAX`], fit in 64 bits: as programs have them, they do.
pub(super) fn is_narrow(factors: impl Iterator<Item = Fraction>, how: Multipliers) -> bool {
    let mut count = 0_usize;
    let mut all = factors.inspect(|_| count = count.saturating_add(1));
    let narrow = |factor: Fraction| {
        factor.den <= NARROW_DEN
            && factor.num.saturating_abs() < NARROW_FACTOR.saturating_mul(factor.den)
    };
    how != Multipliers::Product && all.all(narrow) && count <= NARROW_COUNT
}

/// Multipliers raise (or lower) what the base rules of their account gave on the rows that they are for.
pub(super) fn multiply(gifts: &mut Bids<'_, '_>, exact: &Exact, settings: &Settings) -> Result<()> {
    for account in 0..settings.account_caps.len() {
        let done = match settings.round {
            RoundWhen::EachRule => multiply_rounded(gifts, account, settings),
            RoundWhen::AfterMultiplier => multiply_exact(gifts, exact, account, settings),
        };
        done.ok_or_else(|| overflow("a multiplier"))??;
    }
    Ok(())
}

/// Whole numbers of a width: nothing wraps.
trait Whole: Copy + Ord + From<i64> + Into<i128> {
    fn plus(self, other: Self) -> Option<Self>;
    fn minus(self, other: Self) -> Option<Self>;
    fn times(self, other: Self) -> Option<Self>;
    fn over(self, other: Self) -> Option<Self>;
    fn rest(self, other: Self) -> Option<Self>;
    fn narrowed(wide: i128) -> Option<Self>;
}

impl Whole for i64 {
    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }

    fn minus(self, other: Self) -> Option<Self> {
        self.checked_sub(other)
    }

    fn times(self, other: Self) -> Option<Self> {
        self.checked_mul(other)
    }

    fn over(self, other: Self) -> Option<Self> {
        self.checked_div(other)
    }

    fn rest(self, other: Self) -> Option<Self> {
        self.checked_rem(other)
    }

    fn narrowed(wide: i128) -> Option<Self> {
        Self::try_from(wide).ok()
    }
}

impl Whole for i128 {
    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }

    fn minus(self, other: Self) -> Option<Self> {
        self.checked_sub(other)
    }

    /// In one machine multiplication where both factors are of 64 bits.
    fn times(self, other: Self) -> Option<Self> {
        product(self, other)
    }

    fn over(self, other: Self) -> Option<Self> {
        self.checked_div(other)
    }

    fn rest(self, other: Self) -> Option<Self> {
        self.checked_rem(other)
    }

    fn narrowed(wide: i128) -> Option<Self> {
        Some(wide)
    }
}

/// The points of base rules and the factors of multipliers, row by row: whole numbers over one denominator each, so that
/// nothing is lost before the one rounding at the end.
struct Table<N> {
    cells: SmallVec<[Cell<N>; 2]>,
    base_den: N,
    factor_den: N,
}

/// One row.
#[derive(Clone, Copy)]
struct Cell<N> {
    base: N,
    factor: N,
    /// Whether a multiplier has met it yet.
    met: bool,
    /// Its weight in what the last multiplier added.
    weight: N,
}

impl<N: Whole> Table<N> {
    fn new(rows: usize) -> Self {
        let (none, one) = (N::from(0), N::from(1));
        let cell = Cell {
            base: none,
            factor: one,
            met: false,
            weight: none,
        };
        Self {
            cells: smallvec![cell; rows],
            base_den: one,
            factor_den: one,
        }
    }

    /// The points of all base rules on each row.
    fn of(base: impl ExactSizeIterator<Item = N>) -> Self {
        let mut table = Self::new(base.len());
        for (cell, base) in table.cells.iter_mut().zip(base) {
            cell.base = base;
        }
        table
    }

    /// Adds the exact points of a base rule: each row its part, as it still holds what it brought.
    fn add(&mut self, exact: Fraction, rows: &[i64]) -> Option<()> {
        let brought = rows
            .iter()
            .fold(0_i128, |sum, row| sum.saturating_add(i128::from(*row)));
        if brought == 0 {
            return Some(());
        }
        let den = N::narrowed(exact.den.checked_mul(brought)?)?;
        let num = N::narrowed(exact.num)?;
        for cell in &mut self.cells {
            cell.base = cell.base.times(den)?;
        }
        for (cell, row) in self.cells.iter_mut().zip(rows) {
            let part = num.times(N::from(*row))?.times(self.base_den)?;
            cell.base = cell.base.plus(part)?;
        }
        self.base_den = self.base_den.times(den)?;
        self.reduce();
        Some(())
    }

    /// Keeps the numbers small.
    fn reduce(&mut self) {
        let common = self
            .cells
            .iter()
            .fold(self.base_den, |common, cell| gcd(common, cell.base));
        if common > N::from(1) {
            self.base_den = self.base_den.over(common).unwrap_or(self.base_den);
            for cell in &mut self.cells {
                cell.base = cell.base.over(common).unwrap_or(cell.base);
            }
        }
    }

    /// Takes a multiplier in, and notes the weight of each row in what it adds.
    fn meet(&mut self, factor: Fraction, rows: &[i64], how: Multipliers) -> Option<()> {
        let (num, own_den) = (N::narrowed(factor.num)?, N::narrowed(factor.den)?);
        // Denominators are powers of ten: the larger one holds both; a product needs both.
        let den = if how == Multipliers::Product {
            self.factor_den.times(own_den)?
        } else {
            self.factor_den.max(own_den)
        };
        let one = N::from(1);
        let times = |part: N| match part {
            part if part == one => Some(den),
            part if part == den => Some(one),
            part => den.over(part),
        };
        let scale = times(self.factor_den)?;
        let own = num.times(times(own_den)?)?;
        let more = own.minus(den)?;
        for (cell, row) in self.cells.iter_mut().zip(rows) {
            let before = cell.factor.times(scale)?;
            let after = match how {
                _ if *row == 0 => before,
                Multipliers::SumOfBonuses => before.plus(more)?,
                Multipliers::Product => cell.factor.times(num)?,
                Multipliers::Highest if cell.met => before.max(own),
                Multipliers::Highest => own,
            };
            cell.met |= *row != 0;
            cell.weight = cell.base.times(after.minus(before)?)?;
            cell.factor = after;
        }
        self.factor_den = den;
        Some(())
    }

    /// All points, rounded once to steps that begin at `rest`. A factor is never below zero.
    fn total(&self, rounding: PointRounding, rest: i64) -> Option<i64> {
        let none = N::from(0);
        let mut num = none;
        for cell in &self.cells {
            num = num.plus(cell.factor.max(none).times(cell.base)?)?;
        }
        let den = self.factor_den.times(self.base_den)?;
        let over = |num: N| Fraction {
            num: num.into(),
            den: den.into(),
        };
        if rest == 0 {
            return over(num).round_to(rounding);
        }
        let num = num.minus(den.times(N::from(rest))?)?;
        over(num).round_to(rounding)?.checked_add(rest)
    }
}

/// A product, in one machine multiplication where both factors are of 64 bits.
#[inline]
fn product(one: i128, other: i128) -> Option<i128> {
    match (i64::try_from(one), i64::try_from(other)) {
        // Two factors of 64 bits never leave 128 bits.
        (Ok(one), Ok(other)) => Some(i128::from(one).wrapping_mul(i128::from(other))),
        _ => one.checked_mul(other),
    }
}

fn gcd<N: Whole>(mut one: N, mut other: N) -> N {
    let (none, least) = (N::from(0), N::from(1));
    while other != none {
        (one, other) = (other, one.rest(other).unwrap_or(none));
    }
    let size = if one < none {
        none.minus(one)
    } else {
        Some(one)
    };
    size.unwrap_or(least).max(least)
}

/// Whether multipliers multiply it.
fn is_base(gift: &Gift<'_>) -> bool {
    !gift.plan.bonus && !gift.plan.is_multiplier()
}

/// Multiplies what rules gave whose points are rounded already, as they were shared over rows. None: the numbers grow too large.
fn multiply_rounded(
    gifts: &mut Bids<'_, '_>,
    account: usize,
    settings: &Settings,
) -> Option<Result<()>> {
    let mut base: SmallVec<[i64; 4]> = smallvec![0; gifts.width];
    for (gift, rows) in gifts.each() {
        if fires_for(gift, account) && is_base(gift) {
            for (sum, row) in base.iter_mut().zip(rows) {
                *sum = sum.checked_add(*row)?;
            }
        }
    }
    let mut points = 0_i64;
    for row in &base {
        points = points.checked_add(*row)?;
    }
    if settings.narrow_factors && points.unsigned_abs() <= NARROW_POINTS_MAX {
        let table = Table::<i64>::of(base.into_iter());
        meet_all(gifts, table, (account, points), settings)
    } else {
        let table = Table::<i128>::of(base.into_iter().map(i128::from));
        meet_all(gifts, table, (account, points), settings)
    }
}

/// Multiplies exact points; rounded base rules give what each adds to the rounded whole.
fn multiply_exact(
    gifts: &mut Bids<'_, '_>,
    exact: &Exact,
    account: usize,
    settings: &Settings,
) -> Option<Result<()>> {
    let mut table = Table::<i128>::new(gifts.width);
    let mut before = 0_i64;
    for ((gift, rows), exact) in gifts.each().zip(exact) {
        if !fires_for(gift, account) || !is_base(gift) {
            continue;
        }
        table.add(*exact, rows)?;
        let after = table.total(settings.rounding, 0)?;
        gift.points = after.checked_sub(before)?;
        before = after;
        if let Err(error) = share(gift.points, rows) {
            return Some(Err(error));
        }
    }
    meet_all(gifts, table, (account, before), settings)
}

/// Takes in the multipliers of an account, whose base rules gave so many points: each gives what it adds.
fn meet_all<N: Whole>(
    gifts: &mut Bids<'_, '_>,
    mut table: Table<N>,
    (account, mut before): (usize, i64),
    settings: &Settings,
) -> Option<Result<()>> {
    let mut rest = 0;
    if settings.round == RoundWhen::EachRule {
        // What is above a step of the rounding: stated points need not be full steps, and a factor of one leaves them as they
        // are.
        let step = settings.rounding.to.get();
        if step > 1 {
            rest = before.checked_rem_euclid(step)?;
        }
    }
    for (gift, rows) in gifts.each() {
        let Some(factor) = gift.plan.multiplier() else {
            continue;
        };
        if !fires_for(gift, account) {
            continue;
        }
        table.meet(factor, rows, settings.multipliers)?;
        let after = table.total(settings.rounding, rest)?;
        gift.points = after.checked_sub(before)?;
        before = after;
        let weights = table.cells.iter().map(|cell| cell.weight.into());
        if let Err(error) = share_by(gift.points, rows, weights) {
            return Some(Err(error));
        }
    }
    Some(Ok(()))
}

/// A fraction, not reduced. The denominator is more than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) num: i128,
    pub(super) den: i128,
}

impl Fraction {
    pub(super) const ZERO: Self = Self { num: 0, den: 1 };

    pub(super) fn whole(value: i64) -> Self {
        Self {
            num: i128::from(value),
            den: 1,
        }
    }

    pub(super) fn new(value: Decimal) -> Self {
        let value = value.normalize();
        Self {
            num: value.mantissa(),
            den: 10_i128.checked_pow(value.scale()).unwrap_or(1),
        }
    }

    pub(super) fn times(self, by: i64) -> Option<Self> {
        Some(Self {
            num: product(self.num, i128::from(by))?,
            den: self.den,
        })
    }

    pub(super) fn over(self, by: i64) -> Option<Self> {
        Some(Self {
            num: self.num,
            den: product(self.den, i128::from(by))?,
        })
    }

    #[inline]
    pub(super) fn round(self, rounding: Rounding) -> Option<i64> {
        if self.den == 1 {
            return i64::try_from(self.num).ok();
        }
        i64::try_from(rounding.divide(self.num, self.den)?).ok()
    }

    /// Rounds to multiples of so many points.
    #[inline]
    pub(super) fn round_to(self, rounding: PointRounding) -> Option<i64> {
        let to = rounding.to.get();
        if to == 1 {
            return self.round(rounding.mode);
        }
        let step = self.over(to)?;
        step.round(rounding.mode)?.checked_mul(to)
    }

    /// Compares with another fraction.
    pub(super) fn cmp(self, other: Self) -> core::cmp::Ordering {
        self.num
            .saturating_mul(other.den)
            .cmp(&other.num.saturating_mul(self.den))
    }
}
