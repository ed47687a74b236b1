//! Why a promotion was not used (clause 10.8), as far as the prices know it.

use super::combine::{Choice, Table, Turn};
use super::effect::{Candidate, Shortfall, Till, Tried};
use super::plan::CombiningPlan;
use super::rules::Choose;
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
    /// It was not presented; beside what is used it would save so much.
    NotPresented { saves: i64 },
}

/// For each candidate why it was not used; none for one that is. Those after the first `presented` were not asked for.
///
/// # Errors
/// [`crate::Code::Overflow`] if amounts are too large to be counted.
pub(crate) fn reasons(
    candidates: &[Candidate<'_>],
    presented: usize,
    choice: &Choice,
    till: &Till,
    combining: &CombiningPlan,
) -> Result<Vec<Option<Reason>>> {
    let table = Table::new(candidates, presented, combining);
    let chosen: Vec<usize> = choice.chosen.iter().map(|one| one.candidate).collect();
    let mut reasons = Vec::with_capacity(candidates.len());
    for place in 0..candidates.len() {
        reasons.push(if chosen.contains(&place) {
            None
        } else {
            let asked = place < presented;
            Some(reason(&table, till, (&chosen, choice, asked), place)?)
        });
    }
    Ok(reasons)
}

fn reason(
    table: &Table<'_>,
    till: &Till,
    (chosen, choice, asked): (&[usize], &Choice, bool),
    place: usize,
) -> Result<Reason> {
    // What it cannot do by itself, it is not kept from by others.
    if let Some(alone) = refusal(Turn::new(table, till).tries(place)?) {
        return Ok(alone);
    }
    let best = table.combining.choose == Choose::Best;
    let rivals = table.rivals(place, chosen);
    if !rivals.is_empty() {
        return Ok(if best {
            Reason::NotCombinable { with: rivals }
        } else {
            Reason::LowerPriority { than: rivals }
        });
    }
    let mut with = chosen.to_vec();
    with.push(place);
    let mut turn = Turn::new(table, till);
    for one in table.applied_in_order(with) {
        let refusal = refusal(turn.tries(one)?);
        match refusal {
            Some(refusal) if one == place => return Ok(refusal),
            Some(_) if !best => return Ok(Reason::LowerPriority { than: vec![one] }),
            _ => {}
        }
    }
    if !asked {
        let saves = choice.after.saturating_sub(till.payable(&turn.state)?);
        return Ok(Reason::NotPresented { saves });
    }
    Ok(if choice.proven {
        Reason::Beaten {
            by: chosen.to_vec(),
        }
    } else {
        Reason::NotChosenAtBound
    })
}

/// Why nothing came of a turn, if nothing did.
fn refusal(tried: Option<Tried>) -> Option<Reason> {
    match tried? {
        Tried::Done(_) => None,
        Tried::Unmet(lacks) => Some(Reason::Unmet(lacks)),
        Tried::NoEffect => Some(Reason::NoEffect),
        Tried::OverLimit => Some(Reason::LimitReached),
    }
}
