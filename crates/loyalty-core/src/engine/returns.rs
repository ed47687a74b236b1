//! A return undoes what its order did, unit by unit (section 6).

use rustc_hash::FxHashMap;

use super::count::Backs;
use super::receipt::{line_of, total};
use super::takeback::Reversed;
use super::work::Work;
use crate::error::{Code, Error, Result};
use crate::event::Return;
use crate::id::Id;
use crate::member::Order;
use crate::outcome::{Amount, Change, Receipt, ReceiptLine};
use crate::points::ReturnedPoints;

impl Work<'_> {
    pub(super) fn take_back(&mut self, returned: &Return<'_>) -> Result<()> {
        let (place, mut order) = self.order(&returned.order)?;
        // What goes back may lie on days before this one.
        self.pruned = None;
        let mut lines = Vec::new();
        let backs = self.units(&mut order, returned, &mut lines)?;
        let currency = self.compiled.currency;
        let minor = |amount: Amount| amount.money().minor();
        let sums = total(
            lines
                .iter()
                .map(|line| (minor(line.list), minor(line.discounted), minor(line.paid))),
            currency,
        );
        let entry = self.entries.len();
        self.enter(Change::Return {
            order: order.id.clone(),
            refund: sums.paid,
        });
        let (tender, restored) = self.restore(&mut order, &backs)?;
        let Reversed {
            due: points,
            all: reversed,
            withheld,
        } = self.reverse(&mut order, &backs, minor(sums.paid))?;
        let withheld = self.withhold(entry, sums.paid, withheld);
        let changes = self.uncount(&order, &backs, &reversed, &restored)?;
        self.receipt = Some(Receipt {
            order: order.id.clone(),
            lines,
            discounts: Vec::new(),
            tender,
            points,
            total: sums,
            withheld,
        });
        let taken = self.take_back_rungs(&order, &changes);
        self.returned = Some((place, order));
        taken
    }

    /// The order, if it can still be returned.
    fn order(&self, id: &str) -> Result<(usize, Order)> {
        let mark = Id::mark(id);
        let found = self
            .member
            .orders
            .iter()
            .enumerate()
            .rev()
            .find(|(_, order)| order.is(mark, id) && self.returnable(order));
        found
            .map(|(place, order)| (place, order.clone()))
            .ok_or_else(|| {
                let words = format!(
                    "there is no order `{id}` that can be returned (returns are taken for {})",
                    self.compiled.returns_window
                );
                Error::at(Code::UnknownOrder, "return.order", words)
            })
    }

    /// Marks the units that go back; says for each row how many were back before and are now, and lists them by line.
    fn units(
        &self,
        order: &mut Order,
        returned: &Return<'_>,
        lines: &mut Vec<ReceiptLine>,
    ) -> Result<Backs> {
        let currency = self.compiled.currency;
        let mut backs: Backs = order
            .rows
            .iter()
            .map(|row| (row.back(), row.back()))
            .collect();
        let mut wanted: Vec<(usize, usize, i64)> = Vec::new();
        if returned.lines.is_empty() {
            for (place, row) in order.rows.iter().enumerate() {
                let open = row
                    .lines
                    .iter()
                    .enumerate()
                    .filter(|(_, line)| line.back < line.quantity);
                wanted.extend(open.map(|(number, line)| {
                    (place, number, line.quantity.saturating_sub(line.back))
                }));
            }
            if wanted.is_empty() {
                return Err(Error::at(
                    Code::QuantityExceeded,
                    "return",
                    "everything of this order is back already",
                ));
            }
        }
        let named = order.rows.iter().enumerate().flat_map(|(place, row)| {
            let lines = row.lines.iter().enumerate();
            lines.map(move |(at, line)| (line.id.as_str(), (place, at)))
        });
        let named: FxHashMap<&str, (usize, usize)> = if returned.lines.is_empty() {
            FxHashMap::default()
        } else {
            named.collect()
        };
        for (number, asked) in returned.lines.iter().enumerate() {
            let path = |field: &str| format!("return.lines[{number}].{field}");
            let Some((place, at)) = named.get(&*asked.line).copied() else {
                let words = format!("the order `{}` has no line `{}`", order.id, asked.line);
                return Err(Error::at(Code::UnknownLine, path("line"), words));
            };
            let line = order.rows.get(place).and_then(|row| row.lines.get(at));
            let open = line.map_or(0, |line| line.quantity.saturating_sub(line.back));
            let quantity = match asked.part {
                crate::event::Part::Units(units) => units,
                _ => open,
            };
            if quantity > open || open == 0 {
                let words = format!(
                    "{quantity} units of the line `{}` are to go back, {open} are still out",
                    asked.line
                );
                return Err(Error::at(Code::QuantityExceeded, path("quantity"), words));
            }
            wanted.push((place, at, quantity));
        }
        for (place, at, quantity) in wanted {
            let (Some(row), Some((_, after))) = (order.rows.get_mut(place), backs.get_mut(place))
            else {
                continue;
            };
            let from = *after;
            *after = after.saturating_add(quantity);
            if let Some(line) = row.lines.get_mut(at) {
                line.back = line.back.saturating_add(quantity);
            }
            let Some(line) = row.lines.get(at) else {
                continue;
            };
            let mut shown = line_of(row, line, from, *after, currency)?;
            if self.compiled.returns_points == ReturnedPoints::Keep {
                shown.points.clear();
            }
            lines.push(shown);
        }
        let whole = order
            .rows
            .iter()
            .zip(&backs)
            .all(|(row, (before, after))| *before == 0 && *after == row.quantity());
        if !self.compiled.returns_partial && !whole {
            return Err(Error::at(
                Code::PartialReturnRefused,
                "return",
                "this program takes back whole orders only",
            ));
        }
        Ok(backs)
    }
}
