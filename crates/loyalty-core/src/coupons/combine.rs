//! Which promotions are used together (clauses 10.5 to 10.7).

mod ahead;
mod bits;
mod bound;
mod hope;
mod memo;
mod search;
mod table;
mod tree;
mod turn;

use std::rc::Rc;

use super::effect::{Applied, Candidate, State, Till};
use super::plan::CombiningPlan;
use super::reasons::{Reason, reasons};
use super::rules::Choose;
use crate::error::{Code, Error, Result};

pub(super) use table::Table;
pub(super) use turn::Turn;

/// The most candidates of one purchase.
pub(crate) const CANDIDATES_MAX: usize = 1_000;

/// The set that was chosen.
#[derive(Debug)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "tests look at how it was found")
)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Its place among the candidates.
    pub(crate) candidate: usize,
    pub(crate) applied: Rc<Applied>,
}

impl Chosen {
    /// Whether it has no effect.
    fn is_idle(&self) -> bool {
        !self.applied.does_something()
    }
}

/// Chooses among the candidates, which may stand in any order.
///
/// # Errors
/// [`Code::Overflow`] if amounts are too large to be counted, [`Code::LimitExceeded`] for more than [`CANDIDATES_MAX`] candidates.
pub(crate) fn choose(
    candidates: &[Candidate<'_>],
    till: &Till,
    combining: &CombiningPlan,
) -> Result<Choice> {
    let asked = few(candidates.len())?;
    let table = Table::new(candidates, asked, combining);
    chosen(&mut Turn::new(&table, till))
}

/// Chooses among the first `asked` candidates, and says for each candidate why it is not used; none for one that is.
///
/// # Errors
/// As of [`choose`].
pub(crate) fn weigh(
    candidates: &[Candidate<'_>],
    asked: usize,
    till: &Till,
    combining: &CombiningPlan,
) -> Result<(Choice, Vec<Option<Reason>>)> {
    let asked = few(asked)?;
    let table = Table::new(candidates, asked, combining);
    let mut turn = Turn::new(&table, till);
    let choice = chosen(&mut turn)?;
    let whys = reasons(&mut turn, &choice)?;
    Ok((choice, whys))
}

fn few(candidates: usize) -> Result<usize> {
    if candidates > CANDIDATES_MAX {
        let words = format!("at most {CANDIDATES_MAX} offers and coupons can be weighed at once");
        return Err(Error::new(Code::LimitExceeded, words));
    }
    Ok(candidates)
}

/// Chooses from a turn at which nothing is applied; what is chosen is applied then.
fn chosen(turn: &mut Turn<'_>) -> Result<Choice> {
    let table = turn.table;
    let (proven, bound, nodes) = match table.combining.choose {
        Choose::Best => {
            let mut found = search::best(turn)?;
            found.chosen.sort_by_key(|place| table.rank(*place));
            for place in found.chosen {
                if !turn.push(place)? {
                    let words = "the best set is not legal in the order of application";
                    return Err(Error::new(Code::Internal, words));
                }
            }
            (found.proven, found.bound, found.nodes)
        }
        Choose::Priority | Choose::AsPresented => (true, None, one_by_one(turn)?),
    };
    Ok(Choice {
        before: turn.till.payable(&turn.till.start())?,
        after: turn.paid()?.payable,
        chosen: turn.chosen.clone(),
        state: turn.state.clone(),
        proven,
        bound,
        nodes,
    })
}

/// One after the other, each if the set with it is legal. Says how many were looked into.
fn one_by_one(turn: &mut Turn<'_>) -> Result<u32> {
    let table = turn.table;
    let mut nodes = 0_u32;
    for place in table.asked_in_order() {
        let chosen = turn.chosen.iter().map(|one| one.candidate);
        if !table.may_join(place, chosen.clone()) {
            continue;
        }
        nodes = nodes.saturating_add(1);
        let rank = table.rank(place);
        let stays = chosen.clone().take_while(|one| table.rank(*one) < rank);
        let stays = stays.count();
        // Those that are applied after it are applied anew.
        let (before, after): (Vec<usize>, Vec<usize>) = {
            let all: Vec<usize> = chosen.collect();
            let (before, after) = all.split_at_checked(stays).unwrap_or((&all, &[]));
            (before.to_vec(), after.to_vec())
        };
        turn.back_to(stays);
        let mut legal = turn.push(place)?;
        for one in &after {
            legal = legal && turn.push(*one)?;
        }
        if legal && turn.has_idle() {
            legal = without_idle(turn)?;
        }
        if !legal {
            turn.back_to(0);
            for one in before.into_iter().chain(after) {
                turn.push(one)?;
            }
        }
    }
    Ok(nodes)
}

/// Those that have no effect, because others took all of their rows, leave; what stays is applied anew. Whether that is legal.
pub(super) fn without_idle(turn: &mut Turn<'_>) -> Result<bool> {
    while turn.has_idle() {
        let active = turn.chosen.iter().filter(|one| !one.is_idle());
        let active: Vec<usize> = active.map(|one| one.candidate).collect();
        turn.back_to(0);
        for one in active {
            if !turn.push(one)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
