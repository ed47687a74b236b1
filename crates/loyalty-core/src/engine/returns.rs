//! A return undoes what its order did: units of a line, an amount of it, or all of it (section 6).

use rustc_hash::FxHashMap;

use super::list_price::ListPrice;
use super::portion::{Back, Backs, Scale};
use super::receipt::{
    Paper, Slice, converted, discounts_undone, line_of, money_part, points_of, total,
};
use super::reprice::Refund;
use super::takeback::Reversed;
use super::work::Work;
use crate::amount::{Currency, Decimal, Money};
use crate::error::{Code, Error, Result};
use crate::event::{Part, Return};
use crate::id::Id;
use crate::member::Order;
use crate::outcome::{Amount, Change, LineRulePoints, Receipt, ReceiptLine};
use crate::points::ReturnedPoints;

/// What goes back of one line of an order.
#[derive(Clone, Copy)]
struct Wanted {
    /// The row, and the line in it.
    row: usize,
    line: usize,
    what: What,
    /// The place in the event.
    number: usize,
}

/// Units or money.
#[derive(Clone, Copy)]
enum What {
    Units(i64),
    Amount(i64),
}

impl Work<'_> {
    pub(super) fn take_back(&mut self, returned: &Return<'_>) -> Result<()> {
        let (place, mut order) = self.order(&returned.order)?;
        // What goes back may lie on days before this one.
        self.pruned = None;
        let mut lines = Vec::new();
        let backs = self.units(&mut order, returned, &mut lines)?;
        let currency = self.compiled.currency;
        let mut sums = total(&lines, currency);
        let entry = self.entries.len();
        let Refund {
            money: refund,
            tender: undone,
        } = self.reprice(&mut order, &backs, sums.paid.money().minor())?;
        let lost = self.lost_on_cards(&mut order, &backs)?;
        let refund = refund.saturating_add(lost);
        self.enter(Change::Return {
            order: order.id.clone(),
            refund: self.amount(refund),
        });
        let (tender, restored) = self.restore(&mut order, &backs, &undone)?;
        let Reversed {
            due: points,
            all: reversed,
            shared,
            withheld,
        } = self.reverse(&mut order, &backs, &lines, refund)?;
        for one in &points {
            let mut told = order.told_points.iter_mut();
            if let Some((_, stand)) = told.find(|(account, _)| *account == one.account) {
                *stand = stand.saturating_sub(one.points.get()).max(0);
            }
        }
        let kept = withheld.min(refund);
        let withheld = self.withhold(entry, self.amount(refund), withheld);
        let open = refund.saturating_sub(kept);
        let (stored_value, given) = self.refund_stored(&mut order, &backs, open)?;
        if given > 0 || lost > 0 {
            sums.due = Some(self.amount(open.saturating_sub(given)));
        }
        let (mut awards, mut milestones, mut counted) = (Vec::new(), Vec::new(), Vec::new());
        if backs.iter().all(Back::all) {
            self.restore_coupons(&order)?;
            counted = self.unbook_promotions(&order);
            self.given_back.clone_from(&counted);
            (awards, milestones) = self.undo_awards(&mut order)?;
            self.undo_steps(&mut order);
            order.coupons.clear();
            order.used.clear();
        }
        let figures = self.figures();
        let fired = self.values_of_milestones();
        let mut changes = self.uncount(&order, &backs, &reversed, &restored)?;
        changes.extend(self.out_of_balances(&awards));
        changes.extend(self.out_of_balances(&shared));
        self.note_fired(&fired, &milestones);
        self.undo_gains(&order, &backs, &figures)?;
        if self.receipts {
            self.receipt = Some(Box::new(Receipt {
                order: order.id.clone(),
                lines,
                discounts: discounts_undone(&order, &backs, currency)?,
                promotions: None,
                counted,
                stored_value,
                repriced: self
                    .sold_by(&order)
                    .returns_reprice
                    .then(|| self.amount(refund)),
                tender,
                points,
                total: sums,
                withheld,
                converted: converted(&order),
            }));
        }
        let taken = self.take_back_rungs(&order, &changes);
        self.returned = Some((place, order));
        taken
    }

    /// The order, if it can still be returned.
    fn order(&self, id: &str) -> Result<(usize, Box<Order>)> {
        let orders = &self.member.orders;
        orders
            .find(Id::mark(id), id, |order| self.returnable(order))
            .map(|(place, order)| {
                (
                    place,
                    Box::new(self.order_at(place).unwrap_or(order).clone()),
                )
            })
            .ok_or_else(|| {
                let words = format!(
                    "there is no order `{id}` that can be returned (returns are taken for {})",
                    self.compiled.returns_window
                );
                Error::at(Code::UnknownOrder, "return.order", words)
            })
    }

    /// Marks what goes back; says for each row how far it was back before and is now, and lists it by line.
    fn units(
        &self,
        order: &mut Order,
        returned: &Return<'_>,
        lines: &mut Vec<ReceiptLine>,
    ) -> Result<Backs> {
        let wanted = self.wanted(order, returned)?;
        let mut amounts: FxHashMap<usize, Vec<i64>> = FxHashMap::default();
        for one in &wanted {
            if let What::Amount(amount) = one.what {
                amounts.entry(one.row).or_default().push(amount);
            }
        }
        let mut scales = Vec::with_capacity(order.rows.len());
        let mut backs = Vec::with_capacity(order.rows.len());
        for (place, row) in order.rows.iter().enumerate() {
            let more = amounts.get(&place).map(Vec::as_slice).unwrap_or_default();
            let scale = Scale::new(row, more.iter().copied())?;
            let (at, units) = (scale.row(row), row.back());
            backs.push(Back {
                before: at,
                after: at,
                whole: scale.whole,
                units_before: units,
                units_after: units,
                units: row.quantity(),
            });
            scales.push(scale);
        }
        let policy = order.returned_points;
        let mut by_list = match policy {
            ReturnedPoints::ListPrice => {
                let at: Vec<(i64, i64)> =
                    backs.iter().map(|back| (back.before, back.whole)).collect();
                Some(ListPrice::new(order, &at)?)
            }
            _ => None,
        };
        for one in wanted {
            let (Some(scale), Some(back)) = (scales.get(one.row), backs.get_mut(one.row)) else {
                continue;
            };
            let slice = go_back(order, one, *scale, back, self.compiled.currency)?;
            let points = match (&mut by_list, policy) {
                (Some(by_list), _) => {
                    let step = (slice.from, slice.until, slice.whole);
                    by_list.step(one.row, step)?
                }
                (None, ReturnedPoints::Keep) => Vec::new(),
                (None, _) => match order.rows.get(one.row) {
                    Some(row) => points_of(row, slice.from, slice.until, slice.whole)?,
                    None => Vec::new(),
                },
            };
            lines.extend(self.line_back(order, one, slice, points)?);
        }
        let whole = backs.iter().all(Back::all_at_once);
        if !self.sold_by(order).returns_partial && !whole {
            return Err(Error::at(
                Code::PartialReturnRefused,
                "return",
                "this program takes back whole orders only",
            ));
        }
        Ok(backs)
    }

    fn line_back(
        &self,
        order: &Order,
        one: Wanted,
        slice: Slice,
        points: Vec<LineRulePoints>,
    ) -> Result<Option<ReceiptLine>> {
        let row = order.rows.get(one.row);
        let Some((row, line)) = row.and_then(|row| Some((row, row.lines.get(one.line)?))) else {
            return Ok(None);
        };
        let paper = Paper::new(order, self.compiled.currency);
        line_of(paper, row, line, slice, points).map(Some)
    }

    /// What the event asks for, line by line.
    fn wanted(&self, order: &Order, returned: &Return<'_>) -> Result<Vec<Wanted>> {
        let mut wanted = Vec::new();
        let every = order.rows.iter().enumerate().flat_map(|(place, row)| {
            let lines = row.lines.iter().enumerate();
            lines.map(move |(at, line)| (place, at, line))
        });
        if returned.lines.is_empty() {
            let open = every.filter(|(.., line)| line.back < line.quantity);
            wanted.extend(open.map(|(row, at, line)| Wanted {
                row,
                line: at,
                what: What::Units(line.quantity.saturating_sub(line.back)),
                number: 0,
            }));
            if wanted.is_empty() {
                return Err(Error::at(
                    Code::QuantityExceeded,
                    "return",
                    "everything of this order is back already",
                ));
            }
            return Ok(wanted);
        }
        let named: FxHashMap<&str, (usize, usize)> = every
            .map(|(row, at, line)| (line.id.as_str(), (row, at)))
            .collect();
        for (number, asked) in returned.lines.iter().enumerate() {
            let path = |field: &str| format!("return.lines[{number}].{field}");
            let Some((row, at)) = named.get(&*asked.line).copied() else {
                let words = format!("the order `{}` has no line `{}`", order.id, asked.line);
                return Err(Error::at(Code::UnknownLine, path("line"), words));
            };
            let line = order.rows.get(row).and_then(|row| row.lines.get(at));
            let open = line.map_or(0, |line| line.quantity.saturating_sub(line.back));
            let what = match asked.part {
                Part::Amount(amount) => What::Amount(self.amount_back(amount, &path("amount"))?),
                Part::Units(units) => What::Units(units),
                Part::Rest => What::Units(open),
            };
            if let What::Units(units) = what
                && (units > open || open == 0)
            {
                let words = format!(
                    "{units} units of the line `{}` are to go back, {open} are still out",
                    asked.line
                );
                return Err(Error::at(Code::QuantityExceeded, path("quantity"), words));
            }
            wanted.push(Wanted {
                row,
                line: at,
                what,
                number,
            });
        }
        Ok(wanted)
    }

    fn amount_back(&self, amount: Decimal, path: &str) -> Result<i64> {
        Money::from_decimal(amount, self.compiled.currency)
            .map(Money::minor)
            .map_err(|error| error.under(path))
    }
}

/// Marks what goes back of a line; says which part of its row that is.
fn go_back(
    order: &mut Order,
    one: Wanted,
    scale: Scale,
    back: &mut Back,
    currency: Currency,
) -> Result<Slice> {
    let from = back.after;
    let paid = order.rows.get(one.row).map_or(0, |row| row.paid);
    let line = order
        .rows
        .get_mut(one.row)
        .and_then(|row| row.lines.get_mut(one.line));
    let mut units = 0;
    if let Some(line) = line {
        let before = scale.line(line);
        match one.what {
            What::Units(more) => units = more,
            What::Amount(amount) => {
                let open = scale.units(line.quantity).saturating_sub(before);
                let left = money_part(paid, from, from.saturating_add(open), scale.whole)?;
                if amount > left {
                    let shown = |minor| Amount::new(minor, currency);
                    let words = format!(
                        "{} of the line `{}` are to go back, {} of what was paid for it are left",
                        shown(amount),
                        line.id,
                        shown(left)
                    );
                    let path = format!("return.lines[{}].amount", one.number);
                    return Err(Error::at(Code::QuantityExceeded, path, words));
                }
                if amount == left {
                    // Nothing of its money is left: its goods count as back.
                    units = line.quantity.saturating_sub(line.back);
                } else {
                    line.back_amount = line.back_amount.saturating_add(amount);
                }
            }
        }
        line.back = line.back.saturating_add(units);
        let gone = scale.line(line).saturating_sub(before);
        back.after = from.saturating_add(gone);
        back.units_after = back.units_after.saturating_add(units);
    }
    Ok(Slice {
        from,
        until: back.after,
        whole: scale.whole,
        units,
    })
}
