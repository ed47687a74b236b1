//! The one rounding of the engine.

use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// How a number that is not whole becomes whole (clause 2.3).
///
/// # Example
/// ```
/// # use loyalty_core::Rounding;
/// assert_eq!(Rounding::Floor.divide(-7, 2), Some(-4));
/// assert_eq!(Rounding::HalfUp.divide(5, 2), Some(3));
/// assert_eq!(Rounding::HalfEven.divide(5, 2), Some(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(description = "How a number that is not whole becomes whole.")
)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Down, toward minus infinity: 1.9 is 1, −1.1 is −2.
    Floor,
    /// To the nearest; a half goes away from zero: 2.5 is 3, −2.5 is −3.
    HalfUp,
    /// To the nearest; a half goes toward zero: 2.5 is 2, −2.5 is −2.
    HalfDown,
    /// To the nearest; a half goes to the even neighbour: 2.5 is 2, 3.5 is 4.
    HalfEven,
    /// Up, toward plus infinity: 1.1 is 2, −1.9 is −1.
    Ceil,
}

impl Rounding {
    /// `num / den`, rounded. `None` if `den` is not above zero.
    #[must_use]
    #[inline]
    pub fn divide(self, num: i128, den: i128) -> Option<i128> {
        if den <= 0 {
            return None;
        }
        if let (Ok(num), Ok(den)) = (i64::try_from(num), i64::try_from(den)) {
            // One machine division in place of a call of about a hundred instructions.
            let quotient = num.checked_div(den)?;
            let rest = num.checked_rem(den)?;
            if rest == 0 {
                return Some(i128::from(quotient));
            }
            let away = self.goes_away(
                rest.cmp(&0),
                rest.unsigned_abs()
                    .cmp(&den.unsigned_abs().wrapping_sub(rest.unsigned_abs())),
                quotient & 1 == 1,
            );
            return i128::from(quotient).checked_add(away);
        }
        let quotient = num.checked_div(den)?;
        let rest = num.checked_rem(den)?;
        let away = self.goes_away(
            rest.cmp(&0),
            rest.unsigned_abs()
                .cmp(&den.unsigned_abs().wrapping_sub(rest.unsigned_abs())),
            quotient & 1 == 1,
        );
        quotient.checked_add(away)
    }

    /// The multiple of `step` that `value` is rounded to. `None` if `step` is not above zero or the result does not fit.
    #[must_use]
    #[inline]
    pub fn to_step(self, value: i64, step: i64) -> Option<i64> {
        if step == 1 {
            return Some(value);
        }
        let steps = self.divide(i128::from(value), i128::from(step))?;
        i64::try_from(steps).ok()?.checked_mul(step)
    }

    /// What to add to a quotient that was cut toward zero: −1, 0 or 1.
    ///
    /// `sign` is that of the rest; `half` says how the rest compares with half of the divisor.
    #[inline]
    fn goes_away(self, sign: Ordering, half: Ordering, odd: bool) -> i128 {
        let away = match self {
            Self::Floor => sign == Ordering::Less,
            Self::Ceil => sign == Ordering::Greater,
            Self::HalfUp => half != Ordering::Less,
            Self::HalfDown => half == Ordering::Greater,
            Self::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && odd),
        };
        match sign {
            Ordering::Less if away => -1,
            Ordering::Greater if away => 1,
            _ => 0,
        }
    }
}
