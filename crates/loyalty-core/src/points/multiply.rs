//! Multipliers: what they add to the points of base rules, row by row, with one rounding at the end (clause 4.4).

use super::earning::{Gift, Settings, fires, overflow, share, spread};
use super::rules::{Multipliers, RoundWhen};
use crate::amount::{Decimal, Rounding};
use crate::error::Result;

/// Multipliers raise (or lower) what the base rules of their account gave on the rows that they are for.
pub(super) fn multiply(gifts: &mut [Gift<'_>], settings: &Settings) -> Result<()> {
    let any = gifts
        .iter()
        .any(|gift| gift.plan.is_multiplier() && fires(gift));
    if !any && settings.round == RoundWhen::EachRule {
        return Ok(());
    }
    for account in 0..settings.account_caps.len() {
        multiply_account(gifts, account, settings).ok_or_else(overflow)??;
    }
    Ok(())
}

/// The points of base rules and the factors of multipliers, row by row: whole numbers over one denominator each, so that
/// nothing is lost before the one rounding at the end.
struct Table {
    base: Vec<i128>,
    base_den: i128,
    factors: Vec<i128>,
    factor_den: i128,
    /// Whether a multiplier has met a row yet.
    met: Vec<bool>,
}

impl Table {
    fn new(rows: usize) -> Self {
        Self {
            base: vec![0; rows],
            base_den: 1,
            factors: vec![1; rows],
            factor_den: 1,
            met: vec![false; rows],
        }
    }

    /// Adds the points of a base rule: rounded ones as they were shared, else as each row brought them.
    fn add(&mut self, gift: &Gift<'_>, round: RoundWhen) -> Option<()> {
        if round == RoundWhen::EachRule {
            for (sum, row) in self.base.iter_mut().zip(&gift.rows) {
                *sum = sum.checked_add(i128::from(*row))?;
            }
            return Some(());
        }
        // Here a row still holds what it brought: its part of the exact points is in that proportion.
        let brought = gift
            .rows
            .iter()
            .fold(0_i128, |sum, row| sum.saturating_add(i128::from(*row)));
        if brought == 0 {
            return Some(());
        }
        let den = gift.exact.den.checked_mul(brought)?;
        for sum in &mut self.base {
            *sum = sum.checked_mul(den)?;
        }
        for (sum, row) in self.base.iter_mut().zip(&gift.rows) {
            let part = gift
                .exact
                .num
                .checked_mul(i128::from(*row))?
                .checked_mul(self.base_den)?;
            *sum = sum.checked_add(part)?;
        }
        self.base_den = self.base_den.checked_mul(den)?;
        self.reduce();
        Some(())
    }

    /// Keeps the numbers small.
    fn reduce(&mut self) {
        let common = self
            .base
            .iter()
            .fold(self.base_den, |common, sum| gcd(common, *sum));
        if common > 1 {
            self.base_den = self.base_den.checked_div(common).unwrap_or(self.base_den);
            for sum in &mut self.base {
                *sum = sum.checked_div(common).unwrap_or(*sum);
            }
        }
    }

    /// Takes a multiplier in. Gives the weight of each row in what it adds.
    fn meet(&mut self, factor: Fraction, rows: &[i64], how: Multipliers) -> Option<Vec<i128>> {
        // Denominators are powers of ten: the larger one holds both; a product needs both.
        let den = if how == Multipliers::Product {
            self.factor_den.checked_mul(factor.den)?
        } else {
            self.factor_den.max(factor.den)
        };
        let scale = den.checked_div(self.factor_den)?;
        let own = factor.num.checked_mul(den.checked_div(factor.den)?)?;
        let mut weights = Vec::with_capacity(rows.len());
        let present = self.factors.iter_mut().zip(&mut self.met).zip(&self.base);
        for (((present, met), base), row) in present.zip(rows) {
            let before = present.checked_mul(scale)?;
            let after = match how {
                _ if *row == 0 => before,
                Multipliers::SumOfBonuses => before.checked_add(own.checked_sub(den)?)?,
                Multipliers::Product => present.checked_mul(factor.num)?,
                Multipliers::Highest if *met => before.max(own),
                Multipliers::Highest => own,
            };
            *met |= *row != 0;
            weights.push(base.checked_mul(after.checked_sub(before)?)?);
            *present = after;
        }
        self.factor_den = den;
        Some(weights)
    }

    /// All points, rounded once. A factor is never below zero.
    fn total(&self, rounding: Rounding) -> Option<i64> {
        let mut sum = 0_i128;
        for (factor, base) in self.factors.iter().zip(&self.base) {
            sum = sum.checked_add((*factor).max(0).checked_mul(*base)?)?;
        }
        i64::try_from(rounding.divide(sum, self.factor_den.checked_mul(self.base_den)?)?).ok()
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
    account: usize,
    settings: &Settings,
) -> Option<Result<()>> {
    let rows = gifts.iter().map(|gift| gift.rows.len()).max().unwrap_or(0);
    let mut table = Table::new(rows.max(1));
    let base = |gift: &&mut Gift<'_>| {
        gift.plan.account == account
            && fires(gift)
            && !gift.plan.bonus
            && !gift.plan.is_multiplier()
    };
    let mut before = 0_i64;
    for gift in gifts.iter_mut().filter(base) {
        if gift.rows.is_empty() {
            gift.rows = vec![if settings.round == RoundWhen::EachRule {
                gift.points
            } else {
                1
            }];
        }
        table.add(gift, settings.round)?;
        if settings.round == RoundWhen::AfterMultiplier {
            // The rule gives what it adds to the rounded whole.
            let after = table.total(settings.rounding)?;
            gift.points = after.checked_sub(before)?;
            before = after;
            if let Err(error) = share(gift) {
                return Some(Err(error));
            }
        }
    }
    before = table.total(settings.rounding)?;
    for gift in gifts
        .iter_mut()
        .filter(|gift| gift.plan.account == account && fires(gift))
    {
        let Some(factor) = gift.plan.multiplier() else {
            continue;
        };
        if gift.rows.is_empty() {
            gift.rows = vec![1];
        }
        let weights = table.meet(factor, &gift.rows, settings.multipliers)?;
        let after = table.total(settings.rounding)?;
        gift.points = after.checked_sub(before)?;
        before = after;
        match spread(gift.points, weights.into_iter()) {
            Ok(rows) => gift.rows = rows,
            Err(error) => return Some(Err(error)),
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
            num: self.num.checked_mul(i128::from(by))?,
            den: self.den,
        })
    }

    pub(super) fn over(self, by: i64) -> Option<Self> {
        Some(Self {
            num: self.num,
            den: self.den.checked_mul(i128::from(by))?,
        })
    }

    pub(super) fn round(self, rounding: Rounding) -> Option<i64> {
        i64::try_from(rounding.divide(self.num, self.den)?).ok()
    }

    /// Compares with another fraction.
    pub(super) fn cmp(self, other: Self) -> core::cmp::Ordering {
        self.num
            .saturating_mul(other.den)
            .cmp(&other.num.saturating_mul(self.den))
    }
}
