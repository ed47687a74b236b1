//! Undoing a recorded number unit by unit, so that no sequence of parts loses or gains anything (clause 6.2).

use super::Rounding;
use crate::error::{Code, Error, Result};

/// What of `total` has been undone after `part` of `whole` units: `total · part / whole`, rounded.
///
/// `cumulative(total, whole, whole, _)` is `total` exactly. The function never falls as `part` grows (for a total that is not
/// negative), so differences of neighbours are never negative and sum to the total.
///
/// # Errors
/// [`Code::OutOfRange`] unless `whole` is above zero and `part` from 0 to `whole`.
pub fn cumulative(total: i64, part: i64, whole: i64, rounding: Rounding) -> Result<i64> {
    if whole <= 0 || part < 0 || part > whole {
        return Err(refused(part, whole));
    }
    if part == whole {
        return Ok(total);
    }
    // Two factors of 64 bits never leave 128 bits, and the quotient lies between 0 and `total`.
    i128::from(total)
        .checked_mul(i128::from(part))
        .and_then(|product| rounding.divide(product, i128::from(whole)))
        .and_then(|share| i64::try_from(share).ok())
        .ok_or_else(|| refused(part, whole))
}

#[cold]
fn refused(part: i64, whole: i64) -> Error {
    Error::new(
        Code::OutOfRange,
        format!("{part} of {whole} units cannot be undone: the part must be from 0 to the whole"),
    )
}
