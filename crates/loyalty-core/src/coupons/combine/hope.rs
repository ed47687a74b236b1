//! The most that sets can reach which go on from one: worked out at every turn of the search, in room that is used again.

use super::ahead::Ahead;
use super::bits::{Bits, Sets, add, has, within};
use super::bound::{Bounds, Most, Rounded, of};
use super::tree::Saves;
use super::turn::{Paid, Turn};
use crate::amount::Rounding;
use crate::coupons::effect::{State, Till};
use crate::pricing::Part;

/// Amounts are counted in such parts of a minor unit where parts of parts are taken.
const FINE: i64 = 1 << 10;

/// The most that sets which go on from one can reach.
pub(super) struct Hope {
    /// The least that is left to be paid.
    pub(super) payable: i64,
    pub(super) worth: i64,
    /// Whether that is only reached with one more.
    pub(super) needs_more: bool,
    /// Whether nothing that could be added saves money or is worth anything.
    pub(super) is_end: bool,
}

/// The candidates that may still be added: those from a place in the order on that are not closed.
#[derive(Clone, Copy)]
pub(super) struct Open<'o> {
    pub(super) first: usize,
    pub(super) closed: &'o [u64],
}

/// What is known of the turn, and what is worked out of it.
pub(super) struct Hopes {
    /// For each candidate, in the order of the search.
    each: Vec<Now>,
    /// What those were before a turn.
    before: Vec<(usize, Now)>,
    /// The rows that a turn has lowered, and by how much: what they cost, what can be taken off them.
    lowered: Bits,
    by_row: Vec<(u32, i64, i64)>,
    /// Whether any row has a price that no discount goes below.
    floors: bool,
    run: Running,
    ahead: Ahead,
}

/// What the rows that a candidate may lower are now.
#[derive(Clone, Copy)]
struct Now {
    /// What they cost.
    price: i64,
    /// What can be taken off them.
    room: i64,
    /// The most that the candidate takes of that.
    amount: i64,
}

impl Hopes {
    pub(super) fn new(bounds: &Bounds, till: &Till, state: &State) -> Self {
        let each = bounds.each.iter().map(|most| Now::of(most, till, state));
        let rows = state.now.len();
        Self {
            each: each.collect(),
            before: Vec::new(),
            lowered: Bits::new(rows),
            by_row: Vec::new(),
            floors: till
                .rows
                .iter()
                .chain(&till.shipping)
                .any(|row| row.least > 0),
            run: Running {
                left: Vec::new(),
                credits: Vec::new(),
                masks: Sets::new(0, rows),
                cliques: vec![Clique::default(); bounds.cliques],
                of_cliques: Sets::new(bounds.cliques, rows),
                groups: vec![Vec::new(); bounds.groups.len()],
                rounded: 0,
                lost: 0,
            },
            ahead: Ahead::new(bounds),
        }
    }

    /// Looks ahead from a turn.
    pub(super) fn look(&mut self, bounds: &Bounds, turn: &Turn<'_>, open: Open<'_>) {
        let each = bounds.each.iter().zip(&self.each).skip(open.first);
        let amounts = each.map(|(most, now)| (most, now.part(most)));
        self.ahead.look(turn, bounds, (amounts, open));
    }

    /// For each candidate whether it is of those that could save most together.
    pub(super) fn best(&self, bounds: &Bounds) -> Vec<bool> {
        let each = bounds.each.iter().zip(&self.each);
        bounds.tree.best(each.map(|(most, now)| now.part(most)))
    }

    /// Works out anew what the candidates that are open take after the last turn. Answers where it was before.
    pub(super) fn turned(&mut self, bounds: &Bounds, turn: &Turn<'_>, open: Open<'_>) -> usize {
        let mark = self.before.len();
        // What took rows from others has raised some.
        let anew = turn.took();
        let all = self.lower(turn);
        let each = self.each.iter_mut().zip(&bounds.each).enumerate();
        for (at, (now, most)) in each.skip(open.first) {
            let meets = anew || most.mask.meets(&self.lowered);
            if !meets || most.never || has(open.closed, most.place) {
                continue;
            }
            self.before.push((at, *now));
            if anew {
                *now = Now::of(most, turn.till, &turn.state);
                continue;
            }
            let (price, room) = if within(self.lowered.words(), most.mask.words()) {
                all
            } else {
                let rows = self.by_row.iter();
                let rows = rows.filter(|(row, ..)| has(most.mask.words(), *row as usize));
                rows.fold((0_i64, 0_i64), |(all, space), (_, price, room)| {
                    (all.saturating_add(*price), space.saturating_add(*room))
                })
            };
            now.price = now.price.saturating_sub(price);
            now.room = now.room.saturating_sub(room);
            now.amount = most.amount_of(now.price, now.room);
        }
        self.look(bounds, turn, open);
        mark
    }

    /// Notes what the last turn has lowered; answers all of that.
    fn lower(&mut self, turn: &Turn<'_>) -> (i64, i64) {
        self.lowered.clear();
        self.by_row.clear();
        let mut all = (0_i64, 0_i64);
        let Some(last) = turn.chosen.last() else {
            return all;
        };
        for (row, (off, now)) in (0_u32..).zip(last.applied.off.iter().zip(&turn.state.now)) {
            if *off == 0 {
                continue;
            }
            let place = row as usize;
            let room = if self.floors {
                let least = turn.till.row(place).map_or(0, |row| row.least);
                let room = |now: i64| now.saturating_sub(least).max(0);
                room(now.saturating_add(*off)).saturating_sub(room(*now))
            } else {
                *off
            };
            self.lowered.set(place);
            self.by_row.push((row, *off, room));
            all = (all.0.saturating_add(*off), all.1.saturating_add(room));
        }
        all
    }

    /// Puts back what was before the last turn.
    pub(super) fn back_to(&mut self, mark: usize) {
        self.ahead.back();
        while self.before.len() > mark {
            if let Some((at, now)) = self.before.pop()
                && let Some(there) = self.each.get_mut(at)
            {
                *there = now;
            }
        }
    }

    /// The most that sets can reach which go on from the one that is applied and leaves so much to be paid.
    pub(super) fn hope(&self, bounds: &Bounds, turn: (&Turn<'_>, Paid), open: Open<'_>) -> Hope {
        let count = self.each.len().saturating_sub(open.first);
        Hope::new(bounds, turn, self.ahead.of_last(count))
    }

    /// The same, told more closely where some take a part of what the others leave.
    pub(super) fn closer(
        &mut self,
        bounds: &Bounds,
        turn: (&Turn<'_>, Paid),
        open: Open<'_>,
    ) -> Hope {
        let count = self.each.len().saturating_sub(open.first);
        let (most, worth) = self.ahead.of_last(count);
        let fine = self.in_order(bounds, turn.0, open);
        Hope::new(bounds, turn, (fine.div_euclid(FINE).min(most), worth))
    }

    /// What is saved in fine parts where some take parts of what the others leave.
    fn in_order(&mut self, bounds: &Bounds, turn: &Turn<'_>, open: Open<'_>) -> i64 {
        let run = &mut self.run;
        run.begin();
        let all = bounds.each.iter().zip(&self.each).skip(open.first);
        let all = all.filter(|(most, _)| !has(open.closed, most.place));
        for (most, _) in all.clone() {
            run.count(most);
        }
        for (most, now) in all {
            match (most.group, most.part) {
                (Some(group), _) => {
                    // Its group counts it.
                    run.pass(most, 0);
                    if let Some(amounts) = run.groups.get_mut(group) {
                        amounts.push(now.amount);
                    }
                }
                (None, Some((part, rounded))) if run.is_alone(most) => {
                    run.take_part(most, (part, rounded), &turn.state);
                }
                _ => run.pass(most, now.amount),
            }
        }
        for (group, amounts) in bounds.groups.iter().zip(&mut run.groups) {
            if amounts.is_empty() {
                continue;
            }
            let chosen = turn.chosen.iter().map(|one| one.candidate);
            let used = chosen.filter(|one| turn.table.group(*one) == Some(*group));
            let left = group.most.saturating_sub(used.count());
            if amounts.len() > left {
                amounts.sort_unstable_by(|one, other| other.cmp(one));
            }
            for amount in amounts.iter().take(left) {
                run.lost = run.lost.saturating_add(amount.saturating_mul(FINE));
            }
        }
        run.saved()
    }
}

/// What is left of prices while the candidates that are still possible are gone through.
struct Running {
    /// What each row costs at least, without the amounts, in fine parts; empty until a part is taken.
    left: Vec<i64>,
    /// Amounts that come off besides, in fine parts, and whether they come off rows that are known.
    credits: Vec<(i64, bool)>,
    /// The rows of the credits.
    masks: Sets,
    cliques: Vec<Clique>,
    /// The rows of all of a clique so far.
    of_cliques: Sets,
    /// The amounts of those of each group that has a most.
    groups: Vec<Vec<i64>>,
    /// How often all goods have lost a part: each time the rows of it were rounded.
    rounded: i64,
    /// What rows have lost, and what comes off wherever, in fine parts.
    lost: i64,
}

/// How many of a clique are still possible, and the largest amount so far.
#[derive(Clone, Copy, Default)]
struct Clique {
    count: u32,
    largest: i64,
}

impl Running {
    fn begin(&mut self) {
        self.left.clear();
        self.credits.clear();
        self.cliques.fill(Clique::default());
        for amounts in &mut self.groups {
            amounts.clear();
        }
        (self.rounded, self.lost) = (0, 0);
    }

    fn count(&mut self, most: &Most) {
        if let Some(clique) = self.cliques.get_mut(most.clique) {
            clique.count = clique.count.saturating_add(1);
        }
    }

    /// Whether none that is still possible excludes it.
    fn is_alone(&self, most: &Most) -> bool {
        let clique = self.cliques.get(most.clique);
        clique.is_some_and(|clique| clique.count == 1 && clique.largest == 0)
    }

    /// Passes one of a clique, which takes so much. Of those that exclude each other only the largest counts; it counts where the
    /// last of them stands.
    fn pass(&mut self, most: &Most, amount: i64) {
        let Some(clique) = self.cliques.get_mut(most.clique) else {
            return;
        };
        clique.count = clique.count.saturating_sub(1);
        if amount > 0 {
            let rows = self.of_cliques.of_mut(most.clique);
            if clique.largest == 0 {
                rows.fill(0);
            }
            add(rows, most.mask.words());
            clique.largest = amount.max(clique.largest);
        }
        if clique.count > 0 || clique.largest == 0 {
            return;
        }
        let credit = clique.largest.saturating_mul(FINE);
        let rows = self.of_cliques.of(most.clique);
        self.masks.put(self.credits.len(), rows);
        self.credits.push((credit, true));
    }

    /// All rows lose a part; and so does what was taken off them before.
    fn take_part(&mut self, most: &Most, (part, rounded): (Part, Rounded), state: &State) {
        if self.left.is_empty() {
            let fine = state.now.iter().map(|now| now.saturating_mul(FINE));
            self.left.extend(fine);
        }
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
            let rest = left.saturating_sub(off).max(0);
            self.lost = self.lost.saturating_add(left.saturating_sub(rest));
            *left = rest;
        }
        if rounded == Rounded::Once {
            self.rounded = self.rounded.saturating_add(1);
            self.credits.push((FINE, false));
        } else if self.rounded > 0 {
            let rows = i64::try_from(most.rows.len()).unwrap_or(i64::MAX);
            let drift = rows.saturating_mul(self.rounded).saturating_mul(FINE);
            self.credits.push((drift, false));
        }
        for (at, (credit, known)) in self.credits.iter_mut().enumerate() {
            if *known && within(self.masks.of(at), most.mask.words()) {
                // Each is taken in whole minor units: a part of one may stay.
                let rest = credit
                    .saturating_sub(of(part, *credit))
                    .saturating_add(FINE);
                *credit = rest.min(*credit);
            }
        }
    }

    /// All that is saved, in fine parts.
    fn saved(&self) -> i64 {
        let credits = self.credits.iter().map(|(one, _)| *one);
        credits.fold(self.lost, i64::saturating_add)
    }
}

impl Hope {
    /// What is reached where so much more is saved, and is worth so much more besides.
    fn new(bounds: &Bounds, (turn, paid): (&Turn<'_>, Paid), (saved, worth): (i64, i64)) -> Self {
        let saved = saved.min(paid.prices);
        let chosen = turn.chosen.iter().map(|one| one.candidate);
        let now_worth = chosen.fold(0_i64, |sum, one| {
            let one = turn.table.candidates.get(one);
            sum.saturating_add(one.map_or(0, |one| one.plan.worth))
        });
        let least = bounds.gross(paid.payable, saved, turn.state.now.len());
        Self {
            payable: least,
            worth: now_worth.saturating_add(worth),
            needs_more: worth > 0 || least < paid.payable,
            is_end: worth == 0 && saved == 0,
        }
    }
}

impl Now {
    fn of(most: &Most, till: &Till, state: &State) -> Self {
        let (mut price, mut room) = (0_i64, 0_i64);
        for row in &most.rows {
            let place = *row as usize;
            let there = state.now.get(place).copied().unwrap_or(0);
            let least = till.row(place).map_or(0, |row| row.least);
            price = price.saturating_add(there);
            room = room.saturating_add(there.saturating_sub(least).max(0));
        }
        let amount = most.amount_of(price, room);
        Self {
            price,
            room,
            amount,
        }
    }
}

impl Now {
    fn part(self, most: &Most) -> Saves {
        Saves {
            amount: self.amount,
            room: most.within(self.price, self.room),
        }
    }
}

impl Most {
    /// The most that a candidate takes where its rows cost so much, and so much can be taken off them.
    fn amount_of(&self, price: i64, room: i64) -> i64 {
        let mut amount = self.amount.min(self.within(price, room));
        if let Some((part, slack)) = self.share {
            let share = i128::from(price).saturating_mul(part.part);
            let share = Rounding::Ceil
                .divide(share, part.whole)
                .unwrap_or(i128::MAX);
            let share = i64::try_from(share).unwrap_or(i64::MAX);
            amount = amount.min(share.saturating_add(slack));
        }
        amount
    }

    /// What it finds on its rows: where it may take a whole row away, what they cost, below their least, too.
    fn within(&self, price: i64, room: i64) -> i64 {
        match self.share.is_none() && self.part.is_none() {
            true => price,
            false => room,
        }
    }
}
