//! What a number measures: how a threshold is written and how an answer is printed.
//!
//! Everything is compared as whole numbers. A mean stands as twice its whole part and one more if there is a rest, its thresholds as
//! twice a whole number: so it compares exactly, and nothing is rounded. Only what is printed of it is, half up.

use crate::amount::{Currency, Decimal, Exact, Money};
use crate::error::{Code, Error, Result};
use crate::limits::POINTS_MAX;
use crate::outcome::{Amount, Figure};

/// What a number measures: says how a threshold is written and how an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grain {
    /// Money: thresholds in major units, values in minor units.
    Money,
    /// Points, units, orders, days …: whole numbers.
    Whole,
    /// A decimal, in millionths.
    Decimal,
    /// A mean of money, in tenths of a minor unit.
    MeanMoney,
    /// A mean, in millionths.
    MeanDecimal,
}

/// Decimals of what is counted in millionths.
const SCALE: u32 = 6;

impl Grain {
    /// A threshold as the whole number that values are compared with.
    pub(crate) fn smallest(self, value: Exact, currency: Currency) -> Result<i64> {
        match self {
            Self::Money => Ok(Money::from_decimal(value.0, currency)?.minor()),
            Self::Whole => whole(value),
            Self::Decimal => millionths(value.0),
            Self::MeanMoney => {
                let minor = Money::from_decimal(value.0, currency)?.minor();
                Ok(minor.saturating_mul(20))
            }
            Self::MeanDecimal => Ok(millionths(value.0)?.saturating_mul(2)),
        }
    }

    /// A value as it is, to the last digit.
    pub(crate) fn exact(self, value: i64, currency: Currency) -> Figure {
        match self {
            Self::Decimal => {
                let exact = Decimal::from_i128_with_scale(i128::from(value), SCALE);
                Figure::Decimal(Exact(exact.normalize()))
            }
            other => other.figure(value, currency),
        }
    }

    /// How a value is printed.
    pub(crate) fn figure(self, value: i64, currency: Currency) -> Figure {
        match self {
            Self::Money => Figure::Money(Amount::new(value, currency)),
            Self::Whole => Figure::Number(value),
            Self::Decimal => hundredths(value),
            Self::MeanMoney => {
                let minor = half_up(value.div_euclid(2), 10);
                Figure::Money(Amount::new(minor, currency))
            }
            Self::MeanDecimal => hundredths(value.div_euclid(2)),
        }
    }
}

/// Millionths to two decimals.
fn hundredths(millionths: i64) -> Figure {
    let rounded = half_up(millionths, 10_000);
    Figure::Decimal(Exact(Decimal::new(rounded, 2).normalize()))
}

/// The nearest whole number of parts; of two the larger one.
fn half_up(value: i64, part: i64) -> i64 {
    let more = value.saturating_add(part.checked_div(2).unwrap_or(0));
    more.checked_div_euclid(part).unwrap_or(0)
}

/// A decimal in millionths, from −10⁹ to 10⁹.
pub(crate) fn millionths(value: Decimal) -> Result<i64> {
    let number = value.normalize();
    let Some(more) = SCALE.checked_sub(number.scale()) else {
        let words = format!("`{number}` has more than {SCALE} decimal places");
        return Err(Error::new(Code::TooManyDigits, words));
    };
    let times = 10_i128.checked_pow(more);
    let scaled = times.and_then(|times| number.mantissa().checked_mul(times));
    scaled
        .and_then(|scaled| i64::try_from(scaled).ok())
        .filter(|scaled| scaled.unsigned_abs() <= POINTS_MAX.unsigned_abs())
        .ok_or_else(|| Error::new(Code::OutOfRange, format!("`{number}` is too large")))
}

/// A whole number, from a decimal that must be one.
fn whole(value: Exact) -> Result<i64> {
    let number = value.0.normalize();
    if number.scale() != 0 {
        return Err(Error::new(
            Code::InvalidValue,
            format!("`{number}` must be a whole number here"),
        ));
    }
    i64::try_from(number.mantissa())
        .ok()
        .filter(|n| n.unsigned_abs() <= POINTS_MAX.unsigned_abs())
        .ok_or_else(|| Error::new(Code::OutOfRange, format!("`{number}` is too large")))
}
