//! Money.

use super::decimal::{Scanned, scan};
use super::{Currency, Decimal, Digits, fixed, parse_decimal, push_fixed, write_decimal};
use crate::error::{Code, Error, Result};
use crate::limits::MONEY_MAX;

/// An amount of money, in whole minor units of a currency that is known elsewhere (clause 2.1).
///
/// # Example
/// ```
/// # use loyalty_core::{Currency, Money, parse_decimal};
/// let yuan = Currency::new("CNY")?;
/// let price = Money::from_decimal(parse_decimal("12.3")?, yuan)?;
/// assert_eq!(price.minor(), 1230);
/// let mut text = String::new();
/// price.write(yuan, &mut text);
/// assert_eq!(text, "12.30");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// So many minor units (fen, cents; yen where a currency has no smaller unit).
    #[must_use]
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The number of minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Code::Overflow`] if it does not fit in 64 bits.
    #[inline]
    pub fn checked_add(self, other: Self) -> Result<Self> {
        self.0.checked_add(other.0).map(Self).ok_or_else(overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Code::Overflow`] if it does not fit in 64 bits.
    #[inline]
    pub fn checked_sub(self, other: Self) -> Result<Self> {
        self.0.checked_sub(other.0).map(Self).ok_or_else(overflow)
    }

    /// The same amount with the other sign.
    ///
    /// # Errors
    /// [`Code::Overflow`] if it does not fit in 64 bits.
    #[inline]
    pub fn checked_neg(self) -> Result<Self> {
        self.0.checked_neg().map(Self).ok_or_else(overflow)
    }

    /// Reads an amount of major units: as [`parse_decimal`], then [`Money::from_decimal`], but in a third of the time.
    ///
    /// # Errors
    /// Those of the two.
    #[inline]
    pub fn parse(text: &str, currency: Currency) -> Result<Self> {
        let Scanned {
            negative,
            value,
            scale,
        } = scan(text)?;
        let minor = value
            .and_then(|value| i64::try_from(value).ok())
            .zip(
                currency
                    .digits()
                    .checked_sub(scale)
                    .and_then(power_of_ten_64),
            )
            .and_then(|(value, factor)| value.checked_mul(factor))
            .filter(|minor| *minor <= MONEY_MAX);
        match minor {
            Some(minor) if negative => Ok(Self(minor.wrapping_neg())),
            Some(minor) => Ok(Self(minor)),
            // More digits than the currency has, or more than there may be: the long way knows.
            None => Self::from_decimal(parse_decimal(text)?, currency),
        }
    }

    /// The amount that a decimal of major units states, exactly. Zeros at the end do no harm: 1.500 yuan are 150 fen.
    ///
    /// # Errors
    /// [`Code::TooManyDigits`] if the decimal has more digits than the currency, [`Code::OutOfRange`] if the amount is beyond
    /// [`MONEY_MAX`] minor units in either direction.
    #[inline]
    pub fn from_decimal(value: Decimal, currency: Currency) -> Result<Self> {
        let mantissa = value.mantissa();
        let (scale, digits) = (value.scale(), currency.digits());
        let minor = if scale <= digits {
            power_of_ten(digits.abs_diff(scale)).and_then(|factor| mantissa.checked_mul(factor))
        } else {
            let factor = power_of_ten(scale.abs_diff(digits)).unwrap_or(i128::MAX);
            if mantissa.checked_rem(factor) != Some(0) {
                return Err(too_many_digits(value, currency));
            }
            mantissa.checked_div(factor)
        };
        match minor.and_then(|minor| i64::try_from(minor).ok()) {
            Some(minor) if minor.unsigned_abs() <= MONEY_MAX.unsigned_abs() => Ok(Self(minor)),
            _ => Err(out_of_range(value)),
        }
    }

    /// The amount in major units.
    #[must_use]
    pub fn to_decimal(self, currency: Currency) -> Decimal {
        // A currency has at most four digits, and 64 bits always fit in 96.
        Decimal::try_from_i128_with_scale(i128::from(self.0), currency.digits()).unwrap_or_default()
    }

    /// Appends the amount in major units with exactly the currency's digits: `12.30`, for yen `1200`.
    #[inline]
    pub fn write(self, currency: Currency, out: &mut String) {
        push_fixed(out, self.0 < 0, self.0.unsigned_abs(), currency.digits());
    }

    /// The same, in a place of its own.
    #[inline]
    pub(crate) fn digits(self, currency: Currency) -> Digits {
        fixed(self.0 < 0, self.0.unsigned_abs(), currency.digits())
    }
}

/// 10 to the power, up to 10²⁸.
#[inline]
fn power_of_ten(power: u32) -> Option<i128> {
    match power {
        0 => Some(1),
        1 => Some(10),
        2 => Some(100),
        3 => Some(1_000),
        _ => 10_i128.checked_pow(power),
    }
}

/// 10 to the power, for the digits of a currency.
#[inline]
fn power_of_ten_64(power: u32) -> Option<i64> {
    [1, 10, 100, 1_000, 10_000]
        .get(usize::try_from(power).ok()?)
        .copied()
}

#[cold]
fn overflow() -> Error {
    Error::new(
        Code::Overflow,
        "an amount of money would not fit in 64 bits",
    )
}

#[cold]
fn too_many_digits(value: Decimal, currency: Currency) -> Error {
    let mut text = String::new();
    write_decimal(value, &mut text);
    let (code, digits) = (currency.code(), currency.digits());
    Error::new(
        Code::TooManyDigits,
        format!("`{text}` has more than the {digits} decimal places of {code}"),
    )
}

#[cold]
fn out_of_range(value: Decimal) -> Error {
    let mut text = String::new();
    write_decimal(value, &mut text);
    Error::new(
        Code::OutOfRange,
        format!("`{text}` is beyond the largest amount, {MONEY_MAX} minor units"),
    )
}
