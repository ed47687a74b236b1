//! The best legal set (clause 10.7): depth first in the order of application, so that what is applied is exact at every turn; first
//! with a candidate, then without it. A part is left out only where its bound, which is valid in every context, says that nothing
//! in it is better.

use core::cmp::Reverse;

use super::bits::{Sets, add, has};
use super::bound::Bounds;
use super::hope::{Hope, Hopes, Open};
use super::table::Table;
use super::turn::Turn;
use crate::calendar::Instant;
use crate::coupons::effect::{Candidate, Till};
use crate::coupons::plan::DealPlan;
use crate::error::Result;
use crate::id::Id;
use crate::limits::ROWS_SEEN_MAX;

/// What was found.
pub(super) struct Found {
    pub(super) chosen: Vec<usize>,
    pub(super) proven: bool,
    pub(super) bound: Option<i64>,
    pub(super) nodes: u32,
}

/// How good a set is: less to pay, more worth, less for what comes besides, fewer, sooner expiring, earlier names. The least is the
/// best.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::coupons) struct Value {
    pub(in crate::coupons) payable: i64,
    pub(in crate::coupons) worth: Reverse<i64>,
    /// What the things cost that come besides: they were asked for, so that cost alone keeps none of them out.
    besides: i64,
    pub(in crate::coupons) count: usize,
    /// Whether it lasts for ever, then when it expires, sorted.
    expiries: Vec<(bool, Option<Instant>)>,
    ids: Vec<Id>,
}

impl Value {
    /// The value of a set that leaves so much to be paid, for what is in the basket and for what comes besides.
    fn new((payable, besides): (i64, i64), set: &[&Candidate<'_>]) -> Self {
        let worth = set.iter().map(|one| one.plan.worth);
        let mut expiries: Vec<_> = set.iter().map(|one| expiry(one)).collect();
        expiries.sort_unstable();
        let mut ids: Vec<Id> = set.iter().map(|one| one.name().clone()).collect();
        ids.sort_unstable();
        Self {
            payable,
            worth: Reverse(worth.fold(0, i64::saturating_add)),
            besides,
            count: set.len(),
            expiries,
            ids,
        }
    }
}

/// Searches from a turn at which nothing is applied, and comes back to it.
pub(super) fn best(turn: &mut Turn<'_>) -> Result<Found> {
    let (table, till) = (turn.table, turn.till);
    let order = search_order(table);
    let bounds = Bounds::new(turn, &order)?;
    let before = turn.paid()?.payable;
    let mut search = Search {
        table,
        hopes: Hopes::new(&bounds, till, &turn.state),
        bounds: &bounds,
        closed: Sets::new(1, table.asked().len()),
        turn,
        best: (Value::new((before, 0), &[]), Vec::new()),
        nodes: 0,
        most: most(table, till),
        left_out: None,
        order: &order,
    };
    search.dive()?;
    let open = Open {
        first: 0,
        closed: search.closed.of(0),
    };
    search.hopes.look(search.bounds, search.turn, open);
    search.from(0, 0)?;
    let (value, chosen) = search.best;
    // What was left out may be no better than what was found.
    let bound = search.left_out.map(|least| least.min(value.payable));
    Ok(Found {
        chosen,
        proven: bound.is_none(),
        bound,
        nodes: search.nodes,
    })
}

/// The order of application, in which instances of one coupon stand by when they expire: one does as well as another. Not so those
/// that hold money, of which each does something else. What sees nothing of the basket is in no legal set.
fn search_order(table: &Table<'_>) -> Vec<usize> {
    let all = table.asked().iter().enumerate();
    let mut order: Vec<usize> = all
        .filter(|(_, one)| one.sees_something())
        .map(|(place, _)| place)
        .collect();
    order.sort_by(|one, other| {
        let (Some(one), Some(other)) = (table.candidates.get(*one), table.candidates.get(*other))
        else {
            return core::cmp::Ordering::Equal;
        };
        let as_good = !matches!(one.plan.deal, DealPlan::StoredValue { .. });
        let expiry = |one| as_good.then(|| expiry(one));
        one.plan
            .phase
            .cmp(&other.plan.phase)
            .then(other.plan.priority.cmp(&one.plan.priority))
            .then_with(|| one.plan.id.cmp(&other.plan.id))
            .then_with(|| expiry(one).cmp(&expiry(other)))
            .then_with(|| one.instance.cmp(&other.instance))
    });
    order
}

/// When a candidate expires, those that never do last.
fn expiry(one: &Candidate<'_>) -> (bool, Option<Instant>) {
    (one.expires.is_none(), one.expires)
}

struct Search<'s, 't> {
    table: &'t Table<'t>,
    bounds: &'s Bounds,
    hopes: Hopes,
    turn: &'s mut Turn<'t>,
    /// For each depth those that must not stand beside what is applied.
    closed: Sets,
    /// The best set so far, as places of candidates.
    best: (Value, Vec<usize>),
    nodes: u32,
    /// How many sets are looked into at most.
    most: u32,
    /// The least that something left out at the limit of the search could leave to be paid.
    left_out: Option<i64>,
    order: &'s [usize],
}

impl Search<'_, '_> {
    /// A first good set: those that could save most together, then those that could alone, each if it may join those before it.
    fn dive(&mut self) -> Result<()> {
        let best = self.hopes.best(self.bounds);
        let is_best = |at: usize| best.get(at).copied().unwrap_or(false);
        let mut wanted: Vec<usize> = (0..self.order.len()).collect();
        wanted.sort_by_key(|at| (!is_best(*at), Reverse(self.bounds.most(*at))));
        let mut set: Vec<usize> = Vec::new();
        let mut taken = Vec::new();
        for at in wanted {
            if let Some(place) = self.order.get(at).copied()
                && self.bounds.matters(at)
                && self.table.may_join(place, set.iter().copied())
            {
                set.push(place);
                taken.push(at);
            }
        }
        taken.sort_unstable();
        for at in taken {
            if let Some(place) = self.order.get(at).copied()
                && self.turn.push(place)?
                && self.turn.has_idle()
            {
                self.turn.pop();
            }
        }
        self.weigh(self.turn.paid()?.payable);
        self.turn.back_to(0);
        Ok(())
    }

    /// Weighs the set that is applied, and leaves so much to be paid.
    fn weigh(&mut self, payable: i64) {
        let best = &self.best.0;
        if payable > best.payable {
            return;
        }
        let besides = self.turn.besides();
        let places = self.turn.chosen.iter().map(|one| one.candidate);
        let set = places
            .clone()
            .filter_map(|place| self.table.candidates.get(place));
        if payable == best.payable {
            let worth = set.clone().map(|one| one.plan.worth);
            let worth = Reverse(worth.fold(0, i64::saturating_add));
            if (worth, besides, self.turn.chosen.len()) > (best.worth, best.besides, best.count) {
                return;
            }
        }
        let value = Value::new((payable, besides), &set.collect::<Vec<_>>());
        if value < self.best.0 {
            self.best = (value, places.collect());
        }
    }

    /// Looks into every set that goes on from the one that is applied with candidates from a place in the order; those that must
    /// not stand beside it are closed.
    fn from(&mut self, first: usize, depth: usize) -> Result<()> {
        let paid = self.turn.paid()?;
        let mut passed: Option<usize> = None;
        for at in first..self.order.len() {
            let Some(place) = self.order.get(at).copied() else {
                break;
            };
            if self.bounds.never(at)
                || has(self.closed.of(depth), place)
                || self.is_twin(passed, place)
            {
                continue;
            }
            let open = Open {
                first: at,
                closed: self.closed.of(depth),
            };
            let turn = (&*self.turn, paid);
            let mut hope = self.hopes.hope(self.bounds, turn, open);
            if self.bounds.parted && !self.hopeless(&hope) {
                hope = self.hopes.closer(self.bounds, turn, open);
            }
            if self.hopeless(&hope) {
                if hope.is_end {
                    self.weigh(paid.payable);
                }
                return Ok(());
            }
            if self.nodes >= self.most {
                let least = self.left_out.unwrap_or(i64::MAX);
                self.left_out = Some(least.min(hope.payable));
                break;
            }
            self.nodes = self.nodes.saturating_add(1);
            if self.turn.push(place)? {
                // Where one has lost all that it did, every set that goes on from here is not legal.
                if !self.turn.has_idle() {
                    self.deeper(place, (at.saturating_add(1), depth.saturating_add(1)))?;
                }
                self.turn.pop();
            }
            passed = Some(place);
        }
        self.weigh(paid.payable);
        Ok(())
    }

    /// Looks into what goes on from the set that was just gone on to.
    fn deeper(&mut self, place: usize, (first, depth): (usize, usize)) -> Result<()> {
        self.closed.follow(depth, self.table.apart(place));
        let chosen = self.turn.chosen.iter().map(|one| one.candidate);
        if self.table.is_full(place, chosen) {
            add(self.closed.of_mut(depth), self.table.of_group(place));
        }
        let open = Open {
            first,
            closed: self.closed.of(depth),
        };
        let mark = self.hopes.turned(self.bounds, self.turn, open);
        self.from(first, depth)?;
        self.hopes.back_to(mark);
        Ok(())
    }

    /// Whether one just like it, that would be taken rather, was passed over: then this one is, too.
    fn is_twin(&self, passed: Option<usize>, place: usize) -> bool {
        let one = passed.and_then(|passed| self.table.candidates.get(passed));
        match (one, self.table.candidates.get(place)) {
            (Some(one), Some(other)) => {
                one.plan.place == other.plan.place
                    && one.left == other.left
                    && one.stored == other.stored
                    && expiry(one) <= expiry(other)
                    && one.instance.is_some()
            }
            _ => false,
        }
    }

    /// Whether nothing that goes on from here can be better than the best so far.
    fn hopeless(&self, hope: &Hope) -> bool {
        let best = &self.best.0;
        if hope.is_end || hope.payable != best.payable {
            return hope.is_end || hope.payable > best.payable;
        }
        // What comes besides can only cost more.
        let besides = self.turn.besides();
        match (hope.worth.cmp(&best.worth.0)).then_with(|| best.besides.cmp(&besides)) {
            core::cmp::Ordering::Less => true,
            core::cmp::Ordering::Greater => false,
            core::cmp::Ordering::Equal => {
                let more = usize::from(hope.needs_more);
                self.turn.chosen.len().saturating_add(more) > best.count
            }
        }
    }
}

/// How many sets are looked into at most: as many as the program says, fewer where the basket has very many rows.
fn most(table: &Table<'_>, till: &Till) -> u32 {
    let rows = till.rows.len().max(1);
    let room = ROWS_SEEN_MAX.checked_div(rows).unwrap_or(1).max(1);
    table
        .combining
        .nodes
        .min(u32::try_from(room).unwrap_or(u32::MAX))
}
