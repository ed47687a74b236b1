//! What sets could save at most, in every context.
//!
//! Legality is not hereditary and units may be consumed, so what a promotion saves alone is in general no bound of what it saves
//! beside others. What holds always: prices of rows only fall, units only become fewer. So for each candidate there is an amount
//! that it never exceeds; of those that exclude each other only the largest counts; and a part of the price that all lines lose
//! is a part of what the others leave.

use super::bits::Bits;
use super::table::{Group, Table};
use super::tree::Tree;
use super::turn::Turn;
use crate::amount::Rounding;
use crate::coupons::effect::{Candidate, State, Till};
use crate::coupons::plan::{DealPlan, EffectPlan, Per};
use crate::error::Result;
use crate::pricing::{Part, PercentBase, TaxKind, Weights};

/// What each candidate could save, in the order of the search.
pub(super) struct Bounds {
    pub(super) each: Vec<Most>,
    /// The candidates by what may stand together.
    pub(super) tree: Tree,
    /// How many cliques there are, of each of which no more than one can be used. None are told where none takes a part.
    pub(super) cliques: usize,
    /// The groups of which some but not all can be used, where that is more than one.
    pub(super) groups: Vec<Group>,
    /// Whether any takes a part of the price of every unit, and no group counts it.
    pub(super) parted: bool,
    /// The highest rate of a tax on top, if any.
    on_top: Option<Part>,
}

/// What one candidate could save.
pub(super) struct Most {
    /// Its place among the candidates.
    pub(super) place: usize,
    /// At most so much, in minor units as the prices are stated.
    pub(super) amount: i64,
    /// The rows that it may lower.
    pub(super) rows: Box<[u32]>,
    pub(super) mask: Bits,
    /// The part of the price of its rows that it takes, where it takes that of every unit.
    pub(super) part: Option<(Part, Rounded)>,
    /// Never more than this part of what its rows cost, with this much for rounding.
    pub(super) share: Option<(Part, i64)>,
    pub(super) worth: i64,
    /// It can never be used.
    pub(super) never: bool,
    pub(super) clique: usize,
    /// Its place among the groups.
    pub(super) group: Option<usize>,
}

/// How a part of the price is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounded {
    /// Row by row.
    Rows(crate::pricing::Rounder),
    /// Once, over all goods.
    Once,
}

impl Bounds {
    /// Of a turn at which nothing is applied.
    pub(super) fn new(turn: &mut Turn<'_>, order: &[usize]) -> Result<Self> {
        let (table, till) = (turn.table, turn.till);
        let start = &till.start();
        let size = start.now.len();
        let mut goods = Bits::new(size);
        for (place, row) in till.rows.iter().enumerate() {
            if row.discountable {
                goods.set(place);
            }
        }
        let rivals = Rivals::new(table, order, size);
        let mut each = Vec::with_capacity(order.len());
        let mut groups: Vec<Group> = Vec::new();
        for place in order {
            let Some(candidate) = table.candidates.get(*place) else {
                continue;
            };
            let rows = till.lowered(candidate);
            let mut mask = Bits::new(size);
            for row in &rows {
                mask.set(*row as usize);
            }
            let limited = table.group(*place).filter(|group| {
                let most = group.most;
                most > 1 && most < table.asked().len()
            });
            let group = limited.map(|group| {
                groups
                    .iter()
                    .position(|one| *one == group)
                    .unwrap_or_else(|| {
                        groups.push(group);
                        groups.len().saturating_sub(1)
                    })
            });
            let tried = turn.judge(*place)?;
            let never = tried.is_for_ever(candidate);
            let amount = match never {
                true => 0,
                false => till.most(candidate, start, (tried, rivals.leave(table, *place)))?,
            };
            let (part, share) = parts(till, candidate, (&rows, mask == goods), start);
            each.push(Most {
                place: *place,
                amount,
                rows,
                mask,
                part,
                share,
                worth: if never { 0 } else { candidate.plan.worth },
                never,
                clique: 0,
                group,
            });
        }
        let mut parts = each.iter().filter(|one| one.part.is_some());
        let parted = parts.any(|one| one.group.is_none());
        let cliques = if parted { cliques(table, &mut each) } else { 0 };
        Ok(Self {
            tree: Tree::new(table, &each),
            parted,
            each,
            cliques,
            groups,
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

    /// What is left to be paid where so much is taken off prices, with the tax that goes with it.
    pub(super) fn gross(&self, payable: i64, saved: i64, rows: usize) -> i64 {
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

/// Those that consume units, with the rows that they see.
struct Rivals(Vec<(usize, Bits)>);

impl Rivals {
    fn new(table: &Table<'_>, order: &[usize], size: usize) -> Self {
        let all = order.iter().filter_map(|place| {
            let candidate = table.candidates.get(*place)?;
            candidate.plan.consume.then(|| {
                let mut rows = Bits::new(size);
                let sets = candidate.sets.iter().flat_map(|set| set.iter());
                sets.for_each(|row| rows.set(*row as usize));
                (*place, rows)
            })
        });
        Self(all.collect())
    }

    /// Whether all of them that may stand beside one leave it every unit that it could see.
    fn leave(&self, table: &Table<'_>, place: usize) -> bool {
        let Some((_, rows)) = self.0.iter().find(|(one, _)| *one == place) else {
            return true;
        };
        self.0.iter().all(|(other, others)| {
            let apart = || !table.may_join(place, core::iter::once(*other));
            *other == place || apart() || !rows.meets(others)
        })
    }
}

/// A part of an amount, rounded up.
pub(super) fn of(part: Part, amount: i64) -> i64 {
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
fn cliques(table: &Table<'_>, each: &mut [Most]) -> usize {
    let mut cliques: Vec<Vec<usize>> = Vec::new();
    let apart = |one: usize, other: usize| {
        let group = table.group(one);
        let single = group.is_some_and(|group| group.most == 1);
        !table.together(one, other) || (single && group == table.group(other))
    };
    for most in each {
        let fits = |clique: &Vec<usize>| clique.iter().all(|one| apart(*one, most.place));
        let found = cliques.iter().position(fits);
        most.clique = found.unwrap_or(cliques.len());
        match cliques.get_mut(most.clique) {
            Some(clique) => clique.push(most.place),
            None => cliques.push(vec![most.place]),
        }
    }
    cliques.len()
}
