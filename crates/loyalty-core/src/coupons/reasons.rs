//! Why a promotion was not used (clause 10.8), as far as the prices know it.

use super::combine::{Choice, Turn, without_idle};
use super::effect::{Shortfall, Tried};
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

/// For each candidate why it was not used; none for one that is. What was chosen is applied at the turn.
///
/// # Errors
/// [`crate::Code::Overflow`] if amounts are too large to be counted.
pub(super) fn reasons(turn: &mut Turn<'_>, choice: &Choice) -> Result<Vec<Option<Reason>>> {
    let chosen: Vec<usize> = choice.chosen.iter().map(|one| one.candidate).collect();
    turn.back_to(0);
    let mut reasons = Vec::with_capacity(turn.table.size());
    for place in 0..turn.table.size() {
        // What it cannot do by itself, it is not kept from by others.
        let used = chosen.contains(&place);
        reasons.push(match used {
            true => None,
            false => refusal(&turn.judge(place)?),
        });
    }
    for (place, reason) in reasons.iter_mut().enumerate() {
        if reason.is_none() && !chosen.contains(&place) {
            *reason = Some(beside(turn, (&chosen, choice), place)?);
        }
    }
    Ok(reasons)
}

/// Why one was not used beside what was chosen, where it does something by itself. The first of those chosen are applied at the
/// turn, before and afterwards.
fn beside(
    turn: &mut Turn<'_>,
    (chosen, choice): (&[usize], &Choice),
    place: usize,
) -> Result<Reason> {
    let table = turn.table;
    let best = table.combining.choose == Choose::Best;
    let rivals = table.rivals(place, chosen);
    if !rivals.is_empty() {
        return Ok(if best {
            Reason::NotCombinable { with: rivals }
        } else {
            Reason::LowerPriority { than: rivals }
        });
    }
    // Those that are applied before it do what they did: only it and those after it can differ.
    let rank = table.rank(place);
    let first = chosen.iter().filter(|one| table.rank(**one) < rank).count();
    let (before, after) = chosen.split_at_checked(first).unwrap_or((chosen, &[]));
    turn.back_to(first);
    for one in before.iter().skip(turn.chosen.len()) {
        turn.push(*one)?;
    }
    if let Some(refusal) = turn.tries(place)?.as_ref().and_then(refusal) {
        return Ok(refusal);
    }
    let reason = among(turn, (choice, after), table.is_asked(place), best);
    // Where one has left for it, those before it may be others.
    turn.back_to(if table.contests() { 0 } else { first });
    Ok(reason?.unwrap_or_else(|| {
        if choice.proven {
            Reason::Beaten {
                by: chosen.to_vec(),
            }
        } else {
            Reason::NotChosenAtBound
        }
    }))
}

/// Why one that was just applied was not used, as far as those say that are applied after it.
fn among(
    turn: &mut Turn<'_>,
    (choice, after): (&Choice, &[usize]),
    asked: bool,
    best: bool,
) -> Result<Option<Reason>> {
    if best && asked {
        // Whatever comes of the others, the set with it is no better.
        return Ok(None);
    }
    for one in after {
        if !turn.push(*one)? && !best {
            return Ok(Some(Reason::LowerPriority { than: vec![*one] }));
        }
    }
    if asked {
        return Ok(None);
    }
    if turn.has_idle() {
        without_idle(turn)?;
    }
    let saves = choice.after.saturating_sub(turn.paid()?.payable);
    Ok(Some(Reason::NotPresented { saves }))
}

/// Why nothing came of a turn, if nothing did.
fn refusal(tried: &Tried) -> Option<Reason> {
    match tried {
        Tried::Done(_) => None,
        Tried::Unmet(lacks) => Some(Reason::Unmet(*lacks)),
        Tried::NoEffect => Some(Reason::NoEffect),
        Tried::OverLimit => Some(Reason::LimitReached),
    }
}
