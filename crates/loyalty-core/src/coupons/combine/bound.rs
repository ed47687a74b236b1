//! What sets could save at most, in every context.
//!
//! Legality is not hereditary and units may be consumed, so what a promotion saves alone is in general no bound of what it saves
//! beside others. What holds always: prices of rows only fall, units only become fewer. So for each candidate there is an amount
//! that it never exceeds; of those that exclude each other only the largest counts; and a part of the price that all lines lose
//! is a part of what the others leave.

use super::bits::Bits;
use super::search::Hope;
use super::turn::Turn;
use super::{Candidate, Table};
use crate::amount::Rounding;
use crate::coupons::effect::{State, Till};
use crate::coupons::plan::{DealPlan, EffectPlan, Per};
use crate::error::Result;
use crate::pricing::{Part, PercentBase, TaxKind, Weights};

/// Amounts are counted in such parts of a minor unit where parts of parts are taken.
const FINE: i64 = 1 << 10;

/// What each candidate could save, in the order of the search.
pub(super) struct Bounds {
    each: Vec<Most>,
    /// How many candidates exclude each other where no more than one of a clique can be used.
    cliques: usize,
    /// The highest rate of a tax on top, if any.
    on_top: Option<Part>,
}

/// What one candidate could save.
struct Most {
    /// At most so much, in minor units as the prices are stated.
    amount: i64,
    /// The rows that it may lower.
    rows: Box<[u32]>,
    mask: Bits,
    /// The part of the price of its rows that it takes, where it takes that of every unit.
    part: Option<(Part, Rounded)>,
    /// Never more than this part of what its rows cost, with this much for rounding.
    share: Option<(Part, i64)>,
    worth: i64,
    /// It can never be used.
    never: bool,
    clique: usize,
}

/// How a part of the price is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rounded {
    /// Row by row.
    Rows(crate::pricing::Rounder),
    /// Once, over all goods.
    Once,
}

impl Bounds {
    pub(super) fn new(
        table: &Table<'_>,
        till: &Till,
        order: &[usize],
        start: &State,
    ) -> Result<Self> {
        let size = start.now.len();
        let mut goods = Bits::new(size);
        for (place, row) in till.rows.iter().enumerate() {
            if row.discountable {
                goods.set(place);
            }
        }
        let (of_each, cliques) = cliques(table, order);
        let mut each = Vec::with_capacity(order.len());
        for (place, clique) in order.iter().zip(of_each) {
            let Some(candidate) = table.candidates.get(*place) else {
                continue;
            };
            let rows = till.lowered(candidate);
            let mut mask = Bits::new(size);
            for row in &rows {
                mask.set(*row as usize);
            }
            let never = till.never(candidate, start)?;
            let amount = match never {
                true => 0,
                false => till.most(candidate, start)?,
            };
            let (part, share) = parts(till, candidate, (&rows, mask == goods), start);
            each.push(Most {
                amount,
                rows,
                mask,
                part,
                share,
                worth: if never { 0 } else { candidate.plan.worth },
                never,
                clique,
            });
        }
        Ok(Self {
            each,
            cliques,
            on_top: on_top(till),
        })
    }

    /// The most that a candidate could save.
    pub(super) fn most(&self, at: usize) -> i64 {
        self.each.get(at).map_or(0, |most| most.amount)
    }

    /// Whether it can never be used.
    pub(super) fn never(&self, at: usize) -> bool {
        self.each.get(at).is_some_and(|most| most.never)
    }

    /// Whether it could save or give anything.
    pub(super) fn matters(&self, at: usize) -> bool {
        self.each
            .get(at)
            .is_some_and(|most| most.amount > 0 || most.worth > 0)
    }

    /// The most that sets can reach which go on from the one that is applied, with candidates from a place in the order that are
    /// not closed to it.
    pub(super) fn hope(
        &self,
        table: &Table<'_>,
        till: &Till,
        (turn, closed): (&Turn<'_>, &Bits),
        order: &[usize],
        first: usize,
    ) -> Result<Hope> {
        let payable = till.payable(&turn.state)?;
        let mut run = Running::new(&turn.state, self.cliques);
        let mut open: Vec<(usize, &Most)> = Vec::with_capacity(order.len());
        for (at, place) in order.iter().enumerate().skip(first) {
            if let Some(most) = self.each.get(at)
                && !closed.has(*place)
            {
                open.push((*place, most));
                run.count(most);
            }
        }
        let mut worth = 0_i64;
        let mut groups: Vec<(usize, Vec<i64>)> = Vec::new();
        for (place, most) in &open {
            worth = worth.saturating_add(most.worth);
            let limited = table.group(*place).filter(|group| {
                let most = table.most(*group);
                most > 1 && most < table.candidates.len()
            });
            match (limited, most.part) {
                (Some(group), _) => {
                    let amount = run.amount(most, till);
                    // Its group counts it.
                    run.pass(most, 0);
                    match groups.iter_mut().find(|(one, _)| *one == group) {
                        Some((_, amounts)) => amounts.push(amount),
                        None => groups.push((group, vec![amount])),
                    }
                }
                (None, Some((part, rounded))) if run.is_alone(most) => {
                    run.take_part(most, part, rounded);
                }
                _ => run.take_amount(most, till),
            }
        }
        for (group, mut amounts) in groups {
            let used = turn
                .chosen
                .iter()
                .filter(|one| table.group(one.candidate) == Some(group));
            let left = table.most(group).saturating_sub(used.count());
            amounts.sort_unstable_by(|one, other| other.cmp(one));
            for amount in amounts.into_iter().take(left) {
                run.credit(amount);
            }
        }
        let saved = run.saved(&turn.state);
        let least = self.gross(payable, saved, turn.state.now.len());
        let now_worth = turn.chosen.iter().fold(0_i64, |sum, one| {
            let worth = table
                .candidates
                .get(one.candidate)
                .map_or(0, |one| one.plan.worth);
            sum.saturating_add(worth)
        });
        Ok(Hope {
            payable: least,
            worth: now_worth.saturating_add(worth),
            needs_more: worth > 0 || least < payable,
            is_end: worth == 0 && saved == 0,
        })
    }

    /// What is left to be paid where so much is taken off prices, with the tax that goes with it.
    fn gross(&self, payable: i64, saved: i64, rows: usize) -> i64 {
        let Some(rate) = self.on_top.filter(|_| saved > 0) else {
            return payable.saturating_sub(saved);
        };
        let tax = i128::from(saved).saturating_mul(rate.part);
        let tax = Rounding::Ceil.divide(tax, rate.whole).unwrap_or(i128::MAX);
        let tax = i64::try_from(tax).unwrap_or(i64::MAX);
        // The tax of each row is rounded, before and after.
        let rounded = i64::try_from(rows).unwrap_or(i64::MAX).saturating_mul(2);
        payable
            .saturating_sub(saved)
            .saturating_sub(tax)
            .saturating_sub(rounded)
    }
}

/// What is left of prices while the candidates that are still possible are gone through.
struct Running {
    /// What each row costs at least, without the amounts, in fine parts.
    left: Vec<i64>,
    now: Vec<i64>,
    /// Amounts that come off besides, each with the rows that it comes off and in fine parts.
    credits: Vec<(i64, Option<Bits>)>,
    /// For each clique: how many of it are still possible, the largest amount so far, the rows of all so far.
    cliques: Vec<(u32, i64, Option<Bits>)>,
    /// How often all goods have lost a part: each time the rows of it were rounded.
    rounded: i64,
}

impl Running {
    fn new(state: &State, cliques: usize) -> Self {
        Self {
            left: state
                .now
                .iter()
                .map(|now| now.saturating_mul(FINE))
                .collect(),
            now: state.now.clone(),
            credits: Vec::new(),
            cliques: vec![(0, 0, None); cliques],
            rounded: 0,
        }
    }

    fn count(&mut self, most: &Most) {
        if let Some((count, ..)) = self.cliques.get_mut(most.clique) {
            *count = count.saturating_add(1);
        }
    }

    /// Whether none that is still possible excludes it.
    fn is_alone(&self, most: &Most) -> bool {
        self.cliques
            .get(most.clique)
            .is_some_and(|(count, amount, rows)| *count == 1 && *amount == 0 && rows.is_none())
    }

    /// The most that a candidate takes from what there is now.
    fn amount(&self, most: &Most, till: &Till) -> i64 {
        let (mut now, mut room) = (0_i64, 0_i64);
        for row in &most.rows {
            let place = *row as usize;
            let there = self.now.get(place).copied().unwrap_or(0);
            let least = till.row(place).map_or(0, |row| row.least);
            now = now.saturating_add(there);
            room = room.saturating_add(there.saturating_sub(least).max(0));
        }
        if most.gives_all() {
            room = now;
        }
        let mut amount = most.amount.min(room);
        if let Some((part, slack)) = most.share {
            let share = i128::from(now).saturating_mul(part.part);
            let share = Rounding::Ceil
                .divide(share, part.whole)
                .unwrap_or(i128::MAX);
            let share = i64::try_from(share).unwrap_or(i64::MAX);
            amount = amount.min(share.saturating_add(slack));
        }
        amount
    }

    /// Of those that exclude each other only the largest counts; it counts where the last of them stands.
    fn take_amount(&mut self, most: &Most, till: &Till) {
        let amount = self.amount(most, till);
        self.pass(most, amount);
    }

    /// Passes one of a clique, which takes so much.
    fn pass(&mut self, most: &Most, amount: i64) {
        let Some((count, largest, rows)) = self.cliques.get_mut(most.clique) else {
            return;
        };
        *count = count.saturating_sub(1);
        if amount > 0 {
            *largest = amount.max(*largest);
            match rows {
                Some(rows) => rows.add(&most.mask),
                None => *rows = Some(most.mask.clone()),
            }
        }
        if *count == 0 && *largest > 0 {
            let credit = (largest.saturating_mul(FINE), rows.take());
            self.credits.push(credit);
        }
    }

    fn credit(&mut self, amount: i64) {
        self.credits.push((amount.saturating_mul(FINE), None));
    }

    /// All rows lose a part; and so does what was taken off them before.
    fn take_part(&mut self, most: &Most, part: Part, rounded: Rounded) {
        for row in &most.rows {
            let Some(left) = self.left.get_mut(*row as usize) else {
                continue;
            };
            let whole = *left % FINE == 0;
            let off = match rounded {
                Rounded::Rows(rounder) if whole => {
                    let now = *left / FINE;
                    let num = i128::from(now).saturating_mul(part.part);
                    let off = rounder.off(now, num, part.whole, 1);
                    off.unwrap_or(now).saturating_mul(FINE)
                }
                Rounded::Rows(_) => of(part, *left).saturating_add(FINE),
                Rounded::Once => of(part, *left),
            };
            *left = left.saturating_sub(off).max(0);
        }
        if rounded == Rounded::Once {
            self.rounded = self.rounded.saturating_add(1);
            self.credits.push((FINE, None));
        } else if self.rounded > 0 {
            let rows = i64::try_from(most.rows.len()).unwrap_or(i64::MAX);
            let drift = rows.saturating_mul(self.rounded).saturating_mul(FINE);
            self.credits.push((drift, None));
        }
        for (credit, rows) in &mut self.credits {
            let inside = rows.as_ref().is_some_and(|rows| rows.within(&most.mask));
            if inside {
                // Each is taken in whole minor units: a part of one may stay.
                let rest = credit
                    .saturating_sub(of(part, *credit))
                    .saturating_add(FINE);
                *credit = rest.min(*credit);
            }
        }
    }

    /// All that is saved, in minor units.
    fn saved(&self, state: &State) -> i64 {
        let left = self
            .left
            .iter()
            .fold(0_i64, |sum, one| sum.saturating_add(*one));
        let now = state
            .now
            .iter()
            .fold(0_i64, |sum, one| sum.saturating_add(*one));
        let credits = self.credits.iter();
        let credits = credits.fold(0_i64, |sum, (one, _)| sum.saturating_add(*one));
        let fine = now
            .saturating_mul(FINE)
            .saturating_sub(left)
            .saturating_add(credits);
        fine.div_euclid(FINE).min(now)
    }
}

impl Most {
    /// Whether it may take a whole row away, below its least, too.
    fn gives_all(&self) -> bool {
        self.share.is_none() && self.part.is_none()
    }
}

/// A part of an amount, rounded up.
fn of(part: Part, amount: i64) -> i64 {
    let product = i128::from(amount).saturating_mul(part.part);
    let part = Rounding::Ceil
        .divide(product, part.whole)
        .unwrap_or(i128::MAX);
    i64::try_from(part).unwrap_or(i64::MAX)
}

/// A part of the price of every unit, and a part that is never exceeded, with what rounding may add to it.
type Parts = (Option<(Part, Rounded)>, Option<(Part, i64)>);

/// The part of the price that a candidate takes: of every unit of its rows, or of some.
fn parts(
    till: &Till,
    candidate: &Candidate<'_>,
    (rows, all): (&[u32], bool),
    start: &State,
) -> Parts {
    let plan = candidate.plan;
    let DealPlan::Plain {
        effect: EffectPlan::Percent(part, PercentBase::Running),
        per,
        cap,
        ..
    } = &plan.deal
    else {
        return (None, None);
    };
    let units = |row: &u32| till.rows.get(*row as usize).map_or(0, |row| row.quantity);
    let units = rows.iter().map(units).fold(0, i64::saturating_add);
    let slack = units.saturating_add(1).saturating_mul(plan.rounder.step());
    let share = Some((*part, slack));
    let simple = plan.targets.is_none()
        && !plan.skip_discounted
        && !plan.consume
        && candidate.left == Default::default()
        && cap.line.is_none()
        && cap.unit.is_none()
        && !plan.rounder.is_placed()
        && plan.rounder.step() == 1;
    let now = rows
        .iter()
        .map(|row| start.now.get(*row as usize).copied().unwrap_or(0));
    let now = now.fold(0_i64, i64::saturating_add);
    // A cap that binds at first makes an amount of it.
    let free = cap.all.is_none_or(|max| max > of(*part, now));
    let rounded = match per {
        Per::Line => Some(Rounded::Rows(plan.rounder)),
        Per::Scope if all && till.sharing.weights == Weights::Amount => Some(Rounded::Once),
        _ => None,
    };
    match rounded {
        Some(rounded) if simple && free => (Some((*part, rounded)), share),
        _ => (None, share),
    }
}

/// The highest rate of a tax on top of the price.
fn on_top(till: &Till) -> Option<Part> {
    let rows = till.rows.iter().chain(&till.shipping);
    let rates = rows.filter_map(|row| {
        let tax = row.tax.filter(|tax| !tax.included)?;
        match tax.kind {
            TaxKind::Rate(part) => Some(part),
            TaxKind::Amount { tax, stated } => Some(Part {
                part: i128::from(tax),
                whole: i128::from(stated.max(1)),
            }),
            TaxKind::Fixed(_) => Some(Part { part: 0, whole: 1 }),
        }
    });
    rates.reduce(|one, other| {
        let (left, right) = (
            one.part.saturating_mul(other.whole),
            other.part.saturating_mul(one.whole),
        );
        if left < right { other } else { one }
    })
}

/// Puts the candidates into cliques of which only one can be used, one after the other into the first that takes it.
fn cliques(table: &Table<'_>, order: &[usize]) -> (Vec<usize>, usize) {
    let mut cliques: Vec<Vec<usize>> = Vec::new();
    let mut of_each = Vec::with_capacity(order.len());
    let apart = |one: usize, other: usize| {
        let group = table.group(one);
        let single = group.is_some_and(|group| table.most(group) == 1);
        !table.together(one, other) || (single && group == table.group(other))
    };
    for place in order {
        let fits = |clique: &Vec<usize>| clique.iter().all(|one| apart(*one, *place));
        let found = cliques.iter().position(fits);
        let at = found.unwrap_or(cliques.len());
        match cliques.get_mut(at) {
            Some(clique) => clique.push(*place),
            None => cliques.push(vec![*place]),
        }
        of_each.push(at);
    }
    (of_each, cliques.len())
}
