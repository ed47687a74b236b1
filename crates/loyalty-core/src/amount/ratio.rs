//! Exact rationals.

use core::cmp::Ordering;

use super::{Decimal, Rounding};

/// An exact rational number, always reduced, its denominator above zero.
///
/// # Example
/// ```
/// # use loyalty_core::{Ratio, Rounding};
/// let third = Ratio::new(1, 3).ok_or("zero denominator")?;
/// let sum = third.checked_add(third).ok_or("too large")?;
/// assert_eq!(Some(sum), Ratio::new(4, 6));
/// assert_eq!(sum.round(Rounding::HalfUp), Some(1));
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: i128,
    den: i128,
}

impl Ratio {
    /// Zero.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// One.
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// A whole number.
    #[must_use]
    pub const fn from_int(value: i64) -> Self {
        // `i128::from` is not const.
        Self {
            num: value as i128,
            den: 1,
        }
    }

    /// `num / den`, reduced. `None` if `den` is zero or a sign cannot be turned in 128 bits.
    #[must_use]
    pub fn new(num: i128, den: i128) -> Option<Self> {
        let (num, den) = match den.cmp(&0) {
            Ordering::Less => (num.checked_neg()?, den.checked_neg()?),
            Ordering::Equal => return None,
            Ordering::Greater => (num, den),
        };
        // The divisor divides `den`, so it fits and is above zero.
        let divisor = common_divisor(num, den);
        Some(Self {
            num: num.checked_div(divisor)?,
            den: den.checked_div(divisor)?,
        })
    }

    /// The exact value of a decimal.
    #[must_use]
    pub fn from_decimal(value: Decimal) -> Self {
        // A decimal is m / 10^s with s at most 28: always a rational of 128 bits.
        10_i128
            .checked_pow(value.scale())
            .and_then(|den| Self::new(value.mantissa(), den))
            .unwrap_or(Self::ZERO)
    }

    /// The numerator of the reduced form.
    #[must_use]
    pub const fn numerator(self) -> i128 {
        self.num
    }

    /// The denominator of the reduced form, above zero.
    #[must_use]
    pub const fn denominator(self) -> i128 {
        self.den
    }

    /// Whether it is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// The sum, or `None` if it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.den == 1 && other.den == 1 {
            return Some(Self {
                num: self.num.checked_add(other.num)?,
                den: 1,
            });
        }
        let divisor = common_divisor(self.den, other.den);
        let (left, right) = (
            other.den.checked_div(divisor)?,
            self.den.checked_div(divisor)?,
        );
        let num = self
            .num
            .checked_mul(left)?
            .checked_add(other.num.checked_mul(right)?)?;
        Self::new(num, self.den.checked_mul(left)?)
    }

    /// The difference, or `None` if it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(Self {
            num: other.num.checked_neg()?,
            den: other.den,
        })
    }

    /// The product, or `None` if it does not fit.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        // Reducing crosswise first keeps the factors as small as they can be, and the product reduced.
        let (first, second) = (
            common_divisor(self.num, other.den),
            common_divisor(other.num, self.den),
        );
        Some(Self {
            num: self
                .num
                .checked_div(first)?
                .checked_mul(other.num.checked_div(second)?)?,
            den: self
                .den
                .checked_div(second)?
                .checked_mul(other.den.checked_div(first)?)?,
        })
    }

    /// The quotient, or `None` if `other` is zero or it does not fit.
    #[must_use]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let (num, den) = match other.num.cmp(&0) {
            Ordering::Less => (other.den.checked_neg()?, other.num.checked_neg()?),
            Ordering::Equal => return None,
            Ordering::Greater => (other.den, other.num),
        };
        self.checked_mul(Self { num, den })
    }

    /// The whole number that it is rounded to, or `None` if that does not fit in 64 bits.
    #[must_use]
    pub fn round(self, rounding: Rounding) -> Option<i64> {
        i64::try_from(rounding.divide(self.num, self.den)?).ok()
    }
}

impl From<i64> for Ratio {
    fn from(value: i64) -> Self {
        Self::from_int(value)
    }
}

impl Default for Ratio {
    fn default() -> Self {
        Self::ZERO
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Some(left), Some(right)) = (
            self.num.checked_mul(other.den),
            other.num.checked_mul(self.den),
        ) {
            return left.cmp(&right);
        }
        compare_parts(*self, *other)
    }
}

/// Compares by continued fractions: the whole parts, then the reciprocals of what is left, the other way round.
fn compare_parts(left: Ratio, right: Ratio) -> Ordering {
    let (mut left, mut right) = ((left.num, left.den), (right.num, right.den));
    let mut turned = false;
    // Ends because the denominators shrink as in Euclid's algorithm, each at least by half in two rounds.
    loop {
        // The divisors are above zero, so these never fail; zero would end the loop.
        let split = |(num, den): (i128, i128)| {
            (
                num.checked_div_euclid(den).unwrap_or_default(),
                num.checked_rem_euclid(den).unwrap_or_default(),
            )
        };
        let ((left_whole, left_rest), (right_whole, right_rest)) = (split(left), split(right));
        let mut order = left_whole.cmp(&right_whole);
        if order == Ordering::Equal && (left_rest == 0 || right_rest == 0) {
            order = left_rest.cmp(&right_rest);
            return if turned { order.reverse() } else { order };
        }
        if order != Ordering::Equal {
            return if turned { order.reverse() } else { order };
        }
        left = (left.1, left_rest);
        right = (right.1, right_rest);
        turned = !turned;
    }
}

/// The greatest common divisor; `den` is above zero, and so is the answer.
fn common_divisor(num: i128, den: i128) -> i128 {
    let (mut a, mut b) = (num.unsigned_abs(), den.unsigned_abs());
    while b != 0 {
        if let (Ok(mut small), Ok(mut rest)) = (u64::try_from(a), u64::try_from(b)) {
            // Machine divisions for the small numbers that everything soon becomes.
            while rest != 0 {
                (small, rest) = (rest, small.checked_rem(rest).unwrap_or(0));
            }
            return i128::from(small);
        }
        (a, b) = (b, a.checked_rem(b).unwrap_or(0));
    }
    // The answer divides `den`, so it fits.
    i128::try_from(a).unwrap_or(1)
}
