//! What is below one step is kept for the next time (clauses 4.6, 6.4).
//!
//! A remainder is a whole number of small parts of a step, so that nothing is ever lost in it and no fraction grows without bound.

use serde::{Deserialize, Serialize};

use super::earning::spread;
use super::rules::PointRounding;
use crate::amount::{Decimal, Ratio, Rounding};
use crate::error::{Code, Error, Result};
use crate::id::Id;

/// How a rule keeps what is below one step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CarryPlan {
    /// So many parts for one minor unit, one unit, or the finest part of a number that an event carries.
    each: i64,
    /// So many parts are one step.
    pub(crate) step: i64,
}

/// What became of a remainder.
#[derive(Clone, Debug)]
pub(crate) struct Carry {
    /// The full steps that were reached.
    pub(crate) steps: i64,
    /// What is left, in parts.
    pub(crate) left: i64,
    /// By how much each row changed it.
    pub(crate) rows: Vec<i64>,
}

/// What a rule keeps for a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Carried {
    pub(crate) rule: Id,
    /// So many parts. After a return it can be less than none, or more than a step: the next event settles that.
    pub(crate) left: i64,
    /// So many parts are one step.
    pub(crate) of: i64,
}

impl CarryPlan {
    /// A number that an event carries is kept to its billionths.
    pub(crate) const FINE: i64 = 1_000_000_000;
    /// Most parts of a step.
    const STEP_MAX: i128 = 1_000_000_000_000_000;

    /// So many points for each one of what is brought; a step is what `rounding.to` says.
    pub(super) fn proportional(ratio: Option<Ratio>, rounding: PointRounding) -> Result<Self> {
        let made = ratio.and_then(|ratio| {
            let step = ratio
                .denominator()
                .checked_mul(i128::from(rounding.to.get()))
                .filter(|step| *step <= Self::STEP_MAX)?;
            Some(Self {
                each: i64::try_from(ratio.numerator()).ok()?,
                step: i64::try_from(step).ok()?,
            })
        });
        made.ok_or_else(too_fine)
    }

    /// Steps of so much of what is brought in parts of `fine`.
    pub(super) fn step(per: Ratio, fine: i64) -> Result<Self> {
        let made = per
            .checked_mul(Ratio::from_int(fine))
            .filter(|step| step.denominator() == 1 && step.numerator() <= Self::STEP_MAX)
            .and_then(|step| i64::try_from(step.numerator()).ok());
        made.map(|step| Self { each: 1, step }).ok_or_else(too_fine)
    }

    /// Adds what rows bring, or a number (and the rows are weights), to what is left, and takes full steps out. None: the
    /// numbers grow too large.
    pub(super) fn turn(&self, left: i64, rows: &[i64], number: Option<Decimal>) -> Option<Carry> {
        let parts: Vec<i64> = match number {
            None => rows
                .iter()
                .map(|row| row.checked_mul(self.each))
                .collect::<Option<_>>()?,
            Some(number) => {
                let fine = Ratio::from_decimal(number).checked_mul(Ratio::from_int(Self::FINE))?;
                let parts = fine.round(Rounding::Floor)?.checked_mul(self.each)?;
                spread(parts, rows).ok()?
            }
        };
        let mut whole = left;
        for part in &parts {
            whole = whole.checked_add(*part)?;
        }
        let steps = whole.checked_div_euclid(self.step)?.max(0);
        let used = steps.checked_mul(self.step)?;
        let shares = spread(used, &parts).ok()?;
        let mut changes = Vec::with_capacity(parts.len());
        for (part, share) in parts.iter().zip(shares) {
            changes.push(part.checked_sub(share)?);
        }
        Some(Carry {
            steps,
            left: whole.checked_sub(used)?,
            rows: changes,
        })
    }
}

/// Most parts of a remainder.
const LEFT_MAX: i64 = i64::MAX / 4;

fn too_fine() -> Error {
    Error::new(
        Code::OutOfRange,
        "a step has too many parts to be carried: state the rate with fewer digits",
    )
}

impl Carried {
    /// What is left, where so many parts are one step.
    pub(crate) fn left_of(&self, step: i64) -> i64 {
        parts(self.left, self.of, step)
    }

    /// What is wrong with a decoded remainder, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let limit = CarryPlan::STEP_MAX;
        if self.of < 1 || i128::from(self.of) > limit {
            Some("a step of a remainder has no parts, or too many")
        } else if self.left == 0 || self.left.checked_abs().is_none_or(|left| left > LEFT_MAX) {
            Some("a remainder is nothing, or too large")
        } else {
            None
        }
    }
}

/// Parts of one size as parts of another one: a rule that changed keeps the same fraction of a step.
pub(crate) fn parts(left: i64, of: i64, step: i64) -> i64 {
    if of == step {
        return left;
    }
    Rounding::Floor
        .divide(
            i128::from(left).saturating_mul(i128::from(step)),
            i128::from(of),
        )
        .and_then(|left| i64::try_from(left).ok())
        .unwrap_or(0)
}
