//! What missing points are worth, where money is withheld for them (clause 3.7).

use super::rules::PointValue;
use crate::amount::{Currency, Rounding};
use crate::error::{Code, Error, Result};

/// So many points are worth so many minor units; both may be multiplied, so that the value can be finer than a minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Worth {
    points: i128,
    value: i128,
}

impl Worth {
    /// Compiles a rule whose numbers have been checked.
    pub(crate) fn new(rule: &PointValue, currency: Currency) -> Self {
        let value = rule.value.0.normalize();
        let ten = |power: u32| 10_i128.saturating_pow(power);
        Self {
            points: i128::from(rule.points.get()).saturating_mul(ten(value.scale())),
            value: value.mantissa().saturating_mul(ten(currency.digits())),
        }
    }

    /// The money that is withheld for points, in minor units, and how many points it covers: all of `missing` where `most` is
    /// enough for them.
    pub(crate) fn withhold(self, missing: i64, most: i64) -> Result<(i64, i64)> {
        let too_many = || Error::new(Code::Overflow, "the points are worth too much");
        let all = i128::from(missing)
            .checked_mul(self.value)
            .and_then(|worth| Rounding::HalfUp.divide(worth, self.points))
            .ok_or_else(too_many)?;
        let most = i128::from(most.max(0));
        let money = all.min(most);
        // Where the money is enough for all of them, what rounding took off it is no reason to owe points too.
        let covered = if all <= most {
            Some(i128::from(missing))
        } else {
            money
                .checked_mul(self.points)
                .and_then(|points| Rounding::Floor.divide(points, self.value))
        };
        let covered = covered.ok_or_else(too_many)?.min(i128::from(missing));
        match (i64::try_from(money), i64::try_from(covered)) {
            (Ok(money), Ok(covered)) => Ok((money, covered)),
            _ => Err(too_many()),
        }
    }
}
