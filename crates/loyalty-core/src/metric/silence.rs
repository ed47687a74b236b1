//! How likely a silence is, by whole numbers alone: the same on every platform.
//!
//! A member who buys at random, with a rate that is drawn from a gamma distribution (shape r, scale α in days), and has bought
//! again x times up to the day tₓ after the first purchase, is silent for the next d days with the probability
//! ((α + tₓ) / (α + tₓ + d))^(r + x): the negative binomial model of Ehrenberg (1959), the one of which BG/NBD adds leaving.

use serde::{Deserialize, Serialize};

use crate::amount::Exact;
use crate::error::{Code, Error, Result};

/// The parameters of the model, as a program states them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SilenceOf {
    /// The shape of the distribution of rates, from more than 0 to 1,000.
    pub r: Exact,
    /// Its scale, in days, from more than 0 to 100,000.
    pub alpha: Exact,
}

/// The same in billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Silence {
    r: i64,
    alpha: i64,
}

const BILLION: i128 = 1_000_000_000;
const R_MAX: i64 = 1_000;
const ALPHA_MAX: i64 = 100_000;
/// The logarithm and the power are computed to so many binary places.
const PLACES: u32 = 62;
const ONE: u128 = 1 << PLACES;

impl Silence {
    pub(crate) fn new(of: SilenceOf) -> Result<Self> {
        Ok(Self {
            r: billionths(of.r, R_MAX).map_err(|error| error.under("r"))?,
            alpha: billionths(of.alpha, ALPHA_MAX).map_err(|error| error.under("alpha"))?,
        })
    }

    /// In how many of a million cases a member who has bought again `again` times in `active` days is silent for `days` more.
    /// Rounded to the nearest; what is computed before that is wrong by less than a part in a hundred million.
    pub(crate) fn per_million(self, again: i64, active: i64, days: i64) -> i64 {
        let (again, active, days) = (again.max(0), active.max(0), days.max(0));
        let known =
            i128::from(self.alpha).saturating_add(i128::from(active).saturating_mul(BILLION));
        let whole = known.saturating_add(i128::from(days).saturating_mul(BILLION));
        let power = i128::from(self.r).saturating_add(i128::from(again).saturating_mul(BILLION));
        let part = |number: i128| u128::try_from(number).unwrap_or(0);
        let ratio = part(known)
            .saturating_mul(ONE)
            .checked_div(part(whole))
            .unwrap_or(ONE);
        let places = halvings(ratio.clamp(1, ONE));
        let exponent = places
            .saturating_mul(part(power))
            .checked_div(part(BILLION))
            .unwrap_or(0);
        let chance = halved(exponent).saturating_mul(1_000_000);
        let chance = chance.saturating_add(ONE >> 1) >> PLACES;
        i64::try_from(chance).unwrap_or(0)
    }
}

/// How often one has to be halved to come to a part of it: minus the binary logarithm.
fn halvings(part: u128) -> u128 {
    let whole = part.leading_zeros().saturating_sub(ONE.leading_zeros());
    let mut square = part << whole;
    let mut fraction = 0_u128;
    for _ in 0..PLACES {
        square = square.saturating_mul(square) >> PLACES;
        fraction <<= 1;
        if square >= ONE << 1 {
            square >>= 1;
            fraction |= 1;
        }
    }
    (u128::from(whole) << PLACES).saturating_sub(fraction)
}

/// One, halved so often.
fn halved(exponent: u128) -> u128 {
    let whole = u32::try_from(exponent >> PLACES).unwrap_or(u32::MAX);
    let mut rest = ONE;
    // One, halved half a time, a quarter of a time …
    let mut root = ONE >> 1;
    for place in (0..PLACES).rev() {
        root = (root << PLACES).isqrt();
        if exponent >> place & 1 == 1 {
            rest = rest.saturating_mul(root) >> PLACES;
        }
    }
    rest.checked_shr(whole).unwrap_or(0)
}

fn billionths(number: Exact, most: i64) -> Result<i64> {
    let value = number.0.normalize();
    let scale = value.scale();
    let parts = 9_u32
        .checked_sub(scale)
        .and_then(|more| value.mantissa().checked_mul(10_i128.checked_pow(more)?))
        .and_then(|parts| i64::try_from(parts).ok());
    let fits =
        |parts: &i64| *parts > 0 && i128::from(*parts) <= i128::from(most).saturating_mul(BILLION);
    parts.filter(fits).ok_or_else(|| {
        let words =
            format!("the number is more than 0, at most {most}, with at most 9 decimal places");
        Error::new(Code::OutOfRange, words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence(r: &str, alpha: &str) -> Silence {
        let exact =
            |text: &str| Exact(crate::amount::Decimal::from_str_exact(text).unwrap_or_default());
        let of = SilenceOf {
            r: exact(r),
            alpha: exact(alpha),
        };
        Silence::new(of).unwrap_or(Silence { r: 0, alpha: 0 })
    }

    #[test]
    fn whole_powers_are_exact_to_the_last_place() {
        // (10 / 20)^1 and (10 + 10) / (10 + 10 + 20) to the powers of 1 + 2.
        assert_eq!(silence("1", "10").per_million(0, 0, 10), 500_000);
        assert_eq!(silence("1", "10").per_million(2, 10, 20), 125_000);
        // (30 / 40)^2 = 0.5625 and (30 / 40)^10 = 0.05631351…
        assert_eq!(silence("2", "30").per_million(0, 0, 10), 562_500);
        assert_eq!(silence("2", "10").per_million(8, 20, 10), 56_314);
        // No day of silence is certain; a century is hardly possible.
        assert_eq!(silence("0.5", "3").per_million(9, 90, 0), 1_000_000);
        assert_eq!(silence("0.5", "3").per_million(30, 90, 36_500), 0);
    }

    #[test]
    fn broken_powers_are_roots() {
        // √(1/4), √(1/2) = 0.70710678…, (1/3)^0.25 = 0.75983568…
        assert_eq!(silence("0.5", "10").per_million(0, 0, 30), 500_000);
        assert_eq!(silence("0.5", "10").per_million(0, 0, 10), 707_107);
        assert_eq!(silence("0.25", "10").per_million(0, 0, 20), 759_836);
    }

    #[test]
    fn it_never_rises_with_the_days() {
        let model = silence("0.243", "4.414");
        let mut before = 1_000_000;
        for days in 0..2_000 {
            let now = model.per_million(5, 120, days);
            assert!(now <= before, "on day {days}");
            before = now;
        }
    }
}
