//! Multipliers: what they add to the points of base rules, row by row, with one rounding at the end (clause 4.4).

use smallvec::{SmallVec, smallvec};

use super::earning::{Gift, Rows, Settings, fires, overflow, share, share_by};
use super::rules::{Multipliers, PointRounding, RoundWhen};
use crate::amount::{Decimal, Rounding};
use crate::error::Result;

/// Multipliers raise (or lower) what the base rules of their account gave on the rows that they are for.
pub(super) fn multiply(gifts: &mut [Gift<'_>], rows: &mut Rows, settings: &Settings) -> Result<()> {
    for account in 0..settings.account_caps.len() {
        multiply_account(gifts, rows, account, settings).ok_or_else(overflow)??;
    }
    Ok(())
}

/// The points of base rules and the factors of multipliers, row by row: whole numbers over one denominator each, so that
/// nothing is lost before the one rounding at the end.
struct Table {
    cells: SmallVec<[Cell; 2]>,
    base_den: i128,
    factor_den: i128,
}

/// One row.
#[derive(Clone, Copy)]
struct Cell {
    base: i128,
    factor: i128,
    /// Whether a multiplier has met it yet.
    met: bool,
    /// Its weight in what the last multiplier added.
    weight: i128,
}

impl Table {
    fn new(rows: usize) -> Self {
        let cell = Cell {
            base: 0,
            factor: 1,
            met: false,
            weight: 0,
        };
        Self {
            cells: smallvec![cell; rows],
            base_den: 1,
            factor_den: 1,
        }
    }

    /// Adds the points of a base rule: rounded ones as they were shared, else as each row brought them.
    fn add(&mut self, gift: &Gift<'_>, rows: &[i64], round: RoundWhen) -> Option<()> {
        if round == RoundWhen::EachRule {
            for (cell, row) in self.cells.iter_mut().zip(rows) {
                cell.base = cell.base.checked_add(i128::from(*row))?;
            }
            return Some(());
        }
        // Here a row still holds what it brought: its part of the exact points is in that proportion.
        let brought = rows
            .iter()
            .fold(0_i128, |sum, row| sum.saturating_add(i128::from(*row)));
        if brought == 0 {
            return Some(());
        }
        let den = gift.exact.den.checked_mul(brought)?;
        for cell in &mut self.cells {
            cell.base = cell.base.checked_mul(den)?;
        }
        for (cell, row) in self.cells.iter_mut().zip(rows) {
            let part = gift
                .exact
                .num
                .checked_mul(i128::from(*row))?
                .checked_mul(self.base_den)?;
            cell.base = cell.base.checked_add(part)?;
        }
        self.base_den = self.base_den.checked_mul(den)?;
        self.reduce();
        Some(())
    }

    /// Keeps the numbers small.
    fn reduce(&mut self) {
        let common = self
            .cells
            .iter()
            .fold(self.base_den, |common, cell| gcd(common, cell.base));
        if common > 1 {
            self.base_den = self.base_den.checked_div(common).unwrap_or(self.base_den);
            for cell in &mut self.cells {
                cell.base = cell.base.checked_div(common).unwrap_or(cell.base);
            }
        }
    }

    /// Takes a multiplier in, and notes the weight of each row in what it adds.
    fn meet(&mut self, factor: Fraction, rows: &[i64], how: Multipliers) -> Option<()> {
        // Denominators are powers of ten: the larger one holds both; a product needs both.
        let den = if how == Multipliers::Product {
            self.factor_den.checked_mul(factor.den)?
        } else {
            self.factor_den.max(factor.den)
        };
        let times = |part: i128| match part {
            1 => Some(den),
            part if part == den => Some(1),
            part => den.checked_div(part),
        };
        let scale = times(self.factor_den)?;
        let own = factor.num.checked_mul(times(factor.den)?)?;
        let more = own.checked_sub(den)?;
        for (cell, row) in self.cells.iter_mut().zip(rows) {
            let before = product(cell.factor, scale)?;
            let after = match how {
                _ if *row == 0 => before,
                Multipliers::SumOfBonuses => before.checked_add(more)?,
                Multipliers::Product => cell.factor.checked_mul(factor.num)?,
                Multipliers::Highest if cell.met => before.max(own),
                Multipliers::Highest => own,
            };
            cell.met |= *row != 0;
            cell.weight = product(cell.base, after.checked_sub(before)?)?;
            cell.factor = after;
        }
        self.factor_den = den;
        Some(())
    }

    /// All points, rounded once to steps that begin at `rest`. A factor is never below zero.
    fn total(&self, rounding: PointRounding, rest: i64) -> Option<i64> {
        let mut sum = 0_i128;
        for cell in &self.cells {
            sum = sum.checked_add(product(cell.factor.max(0), cell.base)?)?;
        }
        let den = product(self.factor_den, self.base_den)?;
        if rest == 0 {
            return Fraction { num: sum, den }.round_to(rounding);
        }
        let num = sum.checked_sub(product(den, i128::from(rest))?)?;
        Fraction { num, den }.round_to(rounding)?.checked_add(rest)
    }

    /// The points of base rules that were rounded already.
    fn base(&self) -> Option<i64> {
        let sum = (self.cells.iter()).fold(0_i128, |sum, cell| sum.saturating_add(cell.base));
        i64::try_from(sum).ok()
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

fn gcd(mut one: i128, mut other: i128) -> i128 {
    while other != 0 {
        (one, other) = (other, one.checked_rem(other).unwrap_or(0));
    }
    one.checked_abs().unwrap_or(1).max(1)
}

/// None: the numbers grow too large.
fn multiply_account(
    gifts: &mut [Gift<'_>],
    rows: &mut Rows,
    account: usize,
    settings: &Settings,
) -> Option<Result<()>> {
    let mut table = Table::new(rows.width());
    let base = |gift: &&mut Gift<'_>| {
        gift.plan.account == account
            && fires(gift)
            && !gift.plan.bonus
            && !gift.plan.is_multiplier()
    };
    let mut before = 0_i64;
    for gift in gifts.iter_mut().filter(base) {
        let alone = if settings.round == RoundWhen::EachRule {
            gift.points
        } else {
            1
        };
        rows.one(gift, alone);
        table.add(gift, rows.of(gift), settings.round)?;
        if settings.round == RoundWhen::AfterMultiplier {
            // The rule gives what it adds to the rounded whole.
            let after = table.total(settings.rounding, 0)?;
            gift.points = after.checked_sub(before)?;
            before = after;
            if let Err(error) = share(gift, rows) {
                return Some(Err(error));
            }
        }
    }
    let mut rest = 0;
    if settings.round == RoundWhen::EachRule {
        before = table.base()?;
        // What is above a step of the rounding: stated points need not be full steps, and a factor of one leaves them as they
        // are.
        let step = settings.rounding.to.get();
        if step > 1 {
            rest = before.checked_rem_euclid(step)?;
        }
    }
    for gift in gifts
        .iter_mut()
        .filter(|gift| gift.plan.account == account && fires(gift))
    {
        let Some(factor) = gift.plan.multiplier() else {
            continue;
        };
        rows.one(gift, 1);
        table.meet(factor, rows.of(gift), settings.multipliers)?;
        let after = table.total(settings.rounding, rest)?;
        gift.points = after.checked_sub(before)?;
        before = after;
        if let Err(error) = share_by(gift, rows, table.cells.iter().map(|cell| cell.weight)) {
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
