//! The reference: purchases, and what goes back of them.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::facts::Line;
use crate::ledger::{Cause, Place};
use crate::model::{Model, Refusal};
use crate::plan::{Give, Overdraw, Tender};

/// What an order put into a lot.
#[derive(Clone, Debug)]
pub(crate) struct Put {
    pub(crate) lot: usize,
    pub(crate) points: i64,
    /// How many of them were taken back, or count as taken back.
    pub(crate) back: i64,
    /// How many of them were cancelled, and how many of those a return has counted.
    pub(crate) cancelled: i64,
    pub(crate) counted: i64,
    /// How many that had expired a return has counted.
    pub(crate) expired: i64,
    /// How many were missing and forgiven.
    pub(crate) forgiven: i64,
}

impl Put {
    /// How many points of it are still out.
    pub(crate) fn out(&self) -> i64 {
        self.points - self.back - self.cancelled - self.expired - self.forgiven
    }
}

/// Lines that are equal in all but id and quantity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    sku: usize,
    quantity: i64,
    /// How many units are back.
    back: i64,
    list: i64,
    /// What is left after discounts, and after each payment in points.
    left: Vec<i64>,
    /// The points of each payment.
    paid_points: Vec<i64>,
    /// The points of each rule.
    points: BTreeMap<usize, i64>,
}

/// A line: its id, its row, its units, how many are still out.
type OrderLine = (String, usize, i64, i64);

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) on: i32,
    pub(crate) lines: Vec<OrderLine>,
    rows: Vec<Row>,
    /// The payments in points: account, lots and points that are not given back.
    paid: Vec<(usize, Vec<(usize, i64)>)>,
    pub(crate) puts: Vec<Put>,
}

/// A receipt, as far as it is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Id of the line (for a return the first one of its row), then: units, list, discounted, paid.
    pub(crate) lines: BTreeMap<String, [i64; 4]>,
    /// Line and rule.
    pub(crate) points: BTreeMap<(String, usize), i64>,
    /// By account: asked, points, value.
    pub(crate) tender: BTreeMap<usize, [i64; 3]>,
    pub(crate) accounts: BTreeMap<usize, i64>,
    /// List, discounted, paid.
    pub(crate) total: [i64; 3],
    pub(crate) withheld: i64,
}

/// What of an amount has been undone after some of the units are back (clause 6.2).
fn floor_part(amount: i64, units: i64, of: i64) -> i64 {
    (i128::from(amount) * i128::from(units) / i128::from(of)) as i64
}

fn half_up_part(points: i64, units: i64, of: i64) -> i64 {
    ((i128::from(points) * i128::from(units) * 2 + i128::from(of)) / (2 * i128::from(of))) as i64
}

/// Shares an amount by weights: shares are floored, left-over units go one each to the largest fractions (clause 2.4).
fn share(amount: i64, weights: &[i64], quantities: &[i64]) -> Vec<i64> {
    let weights = if weights.iter().all(|weight| *weight == 0) {
        quantities
    } else {
        weights
    };
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if total == 0 {
        return std::vec![0; weights.len()];
    }
    let exact = |weight: i64| i128::from(amount) * i128::from(weight);
    let mut shares: Vec<i64> = weights
        .iter()
        .map(|weight| (exact(*weight) / total) as i64)
        .collect();
    let mut rows: Vec<usize> = (0..weights.len()).collect();
    rows.sort_by_key(|row| (-(exact(weights[*row]) % total), *row));
    let over = amount - shares.iter().sum::<i64>();
    for row in rows.into_iter().take(over as usize) {
        shares[row] += 1;
    }
    shares
}

impl Row {
    fn discounted(&self) -> i64 {
        self.left[0]
    }

    fn paid(&self) -> i64 {
        *self.left.last().expect("what is left after discounts")
    }
}

/// The rows of lines, and which line is in which.
fn rows(lines: &[Line]) -> (Vec<Row>, Vec<OrderLine>) {
    let mut firsts: Vec<&Line> = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut known = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        // What is off a line is off each of its units alike, so that splitting a line does not matter.
        let same = |one: &&Line| {
            (one.sku, one.price) == (line.sku, line.price)
                && one.off * line.quantity == line.off * one.quantity
        };
        let row = firsts.iter().position(same).unwrap_or_else(|| {
            firsts.push(line);
            rows.push(Row {
                sku: line.sku,
                left: std::vec![0],
                ..Row::default()
            });
            rows.len() - 1
        });
        rows[row].quantity += line.quantity;
        rows[row].list += line.price * line.quantity;
        rows[row].left[0] += line.price * line.quantity - line.off;
        let id = line.id.clone().unwrap_or_else(|| (place + 1).to_string());
        known.push((id, row, line.quantity, line.quantity));
    }
    (rows, known)
}

impl Model {
    pub(crate) fn purchase(
        &mut self,
        at: i64,
        id: &str,
        lines: &[Line],
        tender: &[(usize, i64)],
        hold: Option<&str>,
    ) -> Result<Receipt, Refusal> {
        if self.recorded(id, at).is_ok() {
            return Err("duplicate_order");
        }
        let place = self.orders.len();
        let (rows, lines) = rows(lines);
        self.orders.push(Order {
            id: id.to_owned(),
            on: self.today(at),
            lines,
            rows,
            paid: Vec::new(),
            puts: Vec::new(),
        });
        let mut captured = Vec::new();
        if let Some(key) = hold {
            let found = self.holds.iter().find(|hold| hold.key == *key).cloned();
            let hold = found.ok_or("unknown_hold")?;
            captured = self.free(at, &hold);
        }
        let no_means = |one: &(usize, i64)| self.plan.tender.get(one.0).is_none_or(Option::is_none);
        if tender.iter().any(no_means) {
            return Err("unknown_account");
        }
        let mut receipt = Receipt::default();
        for (account, asked) in tender {
            let (points, value) = self.pay(at, place, *account, *asked, &mut captured)?;
            receipt.tender.insert(*account, [*asked, points, value]);
        }
        self.earn_by_order(at, place);
        let order = &self.orders[place];
        // Results of a row are shared over its lines by quantity, one after the other.
        let mut before: BTreeMap<usize, i64> = BTreeMap::new();
        for (line, row, quantity, _) in &order.lines {
            let from = before.entry(*row).or_default();
            let (row, first, last) = (&order.rows[*row], *from, *from + quantity);
            *from = last;
            let money = |amount| {
                floor_part(amount, last, row.quantity) - floor_part(amount, first, row.quantity)
            };
            let amounts = [
                *quantity,
                money(row.list),
                money(row.discounted()),
                money(row.paid()),
            ];
            receipt.lines.insert(line.clone(), amounts);
            for (rule, points) in &row.points {
                let part = half_up_part(*points, last, row.quantity)
                    - half_up_part(*points, first, row.quantity);
                receipt.points.insert((line.clone(), *rule), part);
                let account = self.plan.rules[*rule].account;
                *receipt.accounts.entry(account).or_default() += part;
            }
        }
        receipt.total = order.rows.iter().fold([0; 3], |sum, row| {
            [
                sum[0] + row.list,
                sum[1] + row.discounted(),
                sum[2] + row.paid(),
            ]
        });
        receipt.tidy();
        Ok(receipt)
    }

    /// Pays in points: how many, and what they are worth (clause 5.1).
    fn pay(
        &mut self,
        at: i64,
        order: usize,
        account: usize,
        asked: i64,
        captured: &mut [(usize, i64)],
    ) -> Result<(i64, i64), Refusal> {
        let rule = self.plan.tender[account].ok_or("unknown_account")?;
        let there = self.ledger.available(account);
        let rows = &self.orders[order].rows;
        let open = |row: &Row| {
            if rule.exclude == Some(row.sku) {
                0
            } else {
                row.paid()
            }
        };
        let payable: i64 = rows.iter().map(open).sum();
        let goods: i64 = rows.iter().map(Row::discounted).sum();
        let points = clamp(&rule, asked, there, payable, goods);
        if rule.refuse && points < asked {
            return Err(if asked > there {
                "insufficient_points"
            } else {
                "tender_refused"
            });
        }
        let value = points * rule.value / rule.points;
        let weights: Vec<i64> = rows.iter().map(open).collect();
        let quantities: Vec<i64> = rows.iter().map(|row| row.quantity).collect();
        let values = share(value, &weights, &quantities);
        let parts = share(points, &values, &quantities);
        let takes = self.burn_captured(at, account, points, captured);
        let order = &mut self.orders[order];
        for (row, (value, points)) in order.rows.iter_mut().zip(values.into_iter().zip(parts)) {
            row.left.push(row.paid() - value);
            row.paid_points.push(points);
        }
        order.paid.push((account, takes));
        if points > 0 {
            self.signal(at, Some(account), "spent");
        }
        Ok((points, value))
    }

    /// Uses points for an order, those of a hold first.
    fn burn_captured(
        &mut self,
        at: i64,
        account: usize,
        points: i64,
        captured: &mut [(usize, i64)],
    ) -> Vec<(usize, i64)> {
        let oldest_first = self.plan.accounts[account].oldest_first;
        let mut rest = points;
        let mut takes: Vec<(usize, i64)> = Vec::new();
        for lot in self.ledger.burnable(account, oldest_first) {
            for (held, left) in captured.iter_mut().filter(|(held, _)| *held == lot) {
                let some = rest.min(*left).min(self.ledger.active(*held));
                let way = (Place::Active(lot), Place::Outside);
                self.ledger.shift(at, account, way, some, Cause::Spent);
                *left -= some;
                rest -= some;
                if some > 0 {
                    takes.push((lot, some));
                }
            }
        }
        takes.extend(self.burn(at, account, rest, Place::Outside, Cause::Spent));
        takes
    }

    /// What each rule gives for each row (clause 4), and the lots that it goes to.
    fn earn_by_order(&mut self, at: i64, place: usize) {
        let plan = Rc::clone(&self.plan);
        let order = &mut self.orders[place];
        let quantities: Vec<i64> = order.rows.iter().map(|row| row.quantity).collect();
        let discounted: Vec<i64> = order.rows.iter().map(Row::discounted).collect();
        let amounts: Vec<i64> = order
            .rows
            .iter()
            .map(|row| {
                if plan.paid_in_points {
                    row.discounted()
                } else {
                    row.paid()
                }
            })
            .collect();
        let mut given: Vec<(usize, Vec<i64>)> = Vec::new();
        for (number, rule) in plan.rules.iter().enumerate().filter(|one| one.1.purchase) {
            let chosen = |weights: &[i64]| -> Vec<i64> {
                let rows = order.rows.iter().zip(weights);
                rows.map(|(row, weight)| {
                    if rule.sku.is_none_or(|sku| sku == row.sku) {
                        *weight
                    } else {
                        0
                    }
                })
                .collect()
            };
            let (points, weights) = match rule.give {
                Give::Rate(points, per) => {
                    let weights = chosen(&amounts);
                    let sum: i64 = weights.iter().sum();
                    (sum * points / (per * 100), weights)
                }
                Give::PerUnit(points) => {
                    let weights = chosen(&quantities);
                    let sum: i64 = weights.iter().sum();
                    (sum * points / 100, weights)
                }
                Give::Fixed(points) => (points, chosen(&discounted)),
                Give::Multiply(_) => continue,
            };
            given.push((number, share(points, &weights, &chosen(&quantities))));
        }
        for (number, rule) in plan.rules.iter().enumerate() {
            let Give::Multiply(factor) = rule.give else {
                continue;
            };
            // On the rounded points of the base rules of the account, row by row.
            let mut weights = std::vec![0; quantities.len()];
            for (base, points) in &given {
                if plan.rules[*base].account == rule.account {
                    for (weight, points) in weights.iter_mut().zip(points) {
                        *weight += points;
                    }
                }
            }
            let base: i64 = weights.iter().sum();
            let more = base * factor / 100 - base;
            if base > 0 {
                given.push((number, share(more, &weights, &quantities)));
            }
        }
        given.sort_by_key(|(rule, _)| *rule);
        for (rule, points) in &given {
            for (row, points) in order.rows.iter_mut().zip(points) {
                row.points.insert(*rule, *points);
            }
        }
        for (rule, points) in &given {
            if points.iter().sum::<i64>() > 0 {
                self.signal(at, Some(plan.rules[*rule].account), "earned");
            }
        }
        // What goes to one lot is one entry.
        let mut lots: Vec<(usize, i64)> = Vec::new();
        for (number, points) in given {
            let points: i64 = points.iter().sum();
            if points == 0 {
                continue;
            }
            let rule = &plan.rules[number];
            let dated = self.dated(at, rule.account, Some(rule), Some(place), None);
            let taken: Vec<usize> = lots.iter().map(|lot| lot.0).collect();
            let same = |lot: &&usize| self.ledger.lots[**lot] == dated;
            let lot = taken.iter().find(same).copied();
            let lot = lot.unwrap_or_else(|| self.ledger.lot(dated));
            match lots.iter_mut().find(|one| one.0 == lot) {
                Some(one) => one.1 += points,
                None => lots.push((lot, points)),
            }
        }
        for (lot, points) in lots {
            self.earn(at, lot, points);
            self.orders[place].puts.push(Put {
                lot,
                points,
                back: 0,
                cancelled: 0,
                counted: 0,
                expired: 0,
                forgiven: 0,
            });
        }
    }

    pub(crate) fn give_back(
        &mut self,
        at: i64,
        id: &str,
        wanted: Option<&[(String, Option<i64>)]>,
    ) -> Result<Receipt, Refusal> {
        let place = self.order(id, at)?;
        let order = &self.orders[place];
        // Which lines, and how many units of each.
        let mut units: Vec<(usize, i64)> = Vec::new();
        match wanted {
            None => {
                let out = order.lines.iter().enumerate();
                units.extend(out.map(|(n, line)| (n, line.3)).filter(|one| one.1 > 0));
                if units.is_empty() {
                    return Err("quantity_exceeded");
                }
            }
            Some(wanted) => {
                for (line, quantity) in wanted {
                    let found = order.lines.iter().position(|one| one.0 == *line);
                    let found = found.ok_or("unknown_line")?;
                    let out = order.lines[found].3;
                    let quantity = quantity.unwrap_or(out);
                    if quantity > out || quantity == 0 {
                        return Err("quantity_exceeded");
                    }
                    units.push((found, quantity));
                }
            }
        }
        let out: i64 = order.lines.iter().map(|line| line.3).sum();
        let all: i64 = order.lines.iter().map(|line| line.2).sum();
        let now: i64 = units.iter().map(|one| one.1).sum();
        if self.plan.returns.whole_only && (out < all || now < all) {
            return Err("partial_return_refused");
        }
        let order = &mut self.orders[place];
        let mut of_row: BTreeMap<usize, (String, i64)> = BTreeMap::new();
        for (line, quantity) in units {
            order.lines[line].3 -= quantity;
            let row = order.lines[line].1;
            let first = order.lines.iter().find(|one| one.1 == row).expect("a line");
            of_row.entry(row).or_insert((first.0.clone(), 0)).1 += quantity;
        }
        let mut receipt = Receipt::default();
        let mut due: BTreeMap<usize, i64> = BTreeMap::new();
        let mut restored: Vec<i64> = std::vec![0; order.paid.len()];
        for (place, (line, quantity)) in of_row {
            let row = &mut order.rows[place];
            let (before, after, of) = (row.back, row.back + quantity, row.quantity);
            row.back = after;
            let money = |amount| floor_part(amount, after, of) - floor_part(amount, before, of);
            let points =
                |amount| half_up_part(amount, after, of) - half_up_part(amount, before, of);
            let left: Vec<i64> = row.left.iter().map(|amount| money(*amount)).collect();
            let paid = *left.last().expect("an amount");
            receipt
                .lines
                .insert(line.clone(), [quantity, money(row.list), left[0], paid]);
            for (sum, amount) in receipt
                .total
                .iter_mut()
                .zip([money(row.list), left[0], paid])
            {
                *sum += amount;
            }
            for (tender, sum) in restored.iter_mut().enumerate() {
                let (account, _) = order.paid[tender];
                let back = points(row.paid_points[tender]);
                *sum += back;
                let one = receipt.tender.entry(account).or_default();
                one[0] += back;
                one[1] += back;
                one[2] += left[tender] - left[tender + 1];
            }
            if self.plan.returns.keep_points {
                continue;
            }
            for (rule, given) in &row.points {
                let back = points(*given);
                receipt.points.insert((line.clone(), *rule), back);
                *due.entry(self.plan.rules[*rule].account).or_default() += back;
            }
        }
        for (tender, points) in restored.into_iter().enumerate() {
            let mut takes = self.orders[place].paid[tender].1.clone();
            self.restore(at, &mut takes, points);
            self.orders[place].paid[tender].1 = takes;
        }
        receipt.accounts.clone_from(&due);
        for (account, points) in due {
            let refund = receipt.total[2] - receipt.withheld;
            receipt.withheld += self.take_back(at, place, account, points, refund)?;
        }
        receipt.tidy();
        Ok(receipt)
    }

    /// Takes back what an order earned (clause 6.3); says what money is withheld.
    fn take_back(
        &mut self,
        at: i64,
        order: usize,
        account: usize,
        points: i64,
        refund: i64,
    ) -> Result<i64, Refusal> {
        let mut rest = points;
        let puts = self.orders[order].puts.len();
        let places = [
            Place::Pending as fn(usize) -> Place,
            Place::Active as fn(usize) -> Place,
        ];
        // What was cancelled is back already.
        for put in self.puts_of(order, account) {
            let put = &mut self.orders[order].puts[put];
            let some = rest.min(put.cancelled - put.counted);
            put.counted += some;
            rest -= some;
        }
        // Its pending points, then its lots.
        for from in places {
            for put in self.puts_of(order, account) {
                let one = self.orders[order].puts[put].clone();
                let there = self.ledger.at(account, from(one.lot));
                let some = rest.min(one.out()).min(there);
                let way = (from(one.lot), Place::Outside);
                self.ledger.shift(at, account, way, some, Cause::Reversed);
                self.orders[order].puts[put].back += some;
                rest -= some;
            }
        }
        // What has expired is undone already.
        let mut expired = 0;
        for put in 0..puts {
            let lot = self.orders[order].puts[put].lot;
            if self.ledger.lots[lot].account != account {
                continue;
            }
            let all = self.orders.iter().flat_map(|order| &order.puts);
            let counted: i64 = all
                .filter(|put| put.lot == lot)
                .map(|put| put.expired)
                .sum();
            let reopened = self.ledger.reopened.get(&lot).copied().unwrap_or(0);
            let dead = (self.ledger.gone(lot, Cause::Expired) - reopened - counted).max(0);
            let one = &mut self.orders[order].puts[put];
            let some = rest.min(one.out()).min(dead);
            one.expired += some;
            self.forget_dead(lot, some);
            expired += some;
            rest -= some;
        }
        self.ledger
            .remark(at, account, "reversed, expired", None, expired);
        let own = rest;
        let takes = self.burn(at, account, rest, Place::Outside, Cause::Reversed);
        rest -= takes.iter().map(|take| take.1).sum::<i64>();
        let forgiven = match self.plan.accounts[account].overdraw {
            Overdraw::Forgive => rest,
            _ => 0,
        };
        // What does not come from its lots counts against them all the same, so that it does not matter what is there.
        let (mut forgive, mut count) = (forgiven, own - forgiven);
        for put in self.puts_of(order, account) {
            let put = &mut self.orders[order].puts[put];
            let some = forgive.min(put.out());
            put.forgiven += some;
            forgive -= some;
            let some = count.min(put.out());
            put.back += some;
            count -= some;
        }
        match self.plan.accounts[account].overdraw {
            _ if rest == 0 => return Ok(0),
            Overdraw::Debt => {}
            Overdraw::Refuse => return Err("overdraw_refused"),
            Overdraw::Forgive => {
                self.ledger
                    .remark(at, account, "reversed, forgiven", None, rest);
                return Ok(0);
            }
            Overdraw::Withhold => {
                let (of, value) = self.plan.returns.point_value;
                let money = ((rest * value * 2 + of) / (2 * of)).min(refund);
                let covered = (money * of / value).min(rest);
                self.ledger
                    .remark(at, account, "reversed, withheld", None, covered);
                let way = (Place::Debt, Place::Outside);
                self.ledger
                    .shift(at, account, way, rest - covered, Cause::Reversed);
                return Ok(money);
            }
        }
        let way = (Place::Debt, Place::Outside);
        self.ledger.shift(at, account, way, rest, Cause::Reversed);
        Ok(0)
    }

    /// What an order put into the lots of an account, in the order in which it did: the clauses leave that order open.
    fn puts_of(&self, order: usize, account: usize) -> Vec<usize> {
        let puts = &self.orders[order].puts;
        let of_account = |put: &usize| self.ledger.lots[puts[*put].lot].account == account;
        (0..puts.len()).filter(of_account).collect()
    }
}

/// How many points can be used (clause 5.1).
fn clamp(rule: &Tender, asked: i64, there: i64, payable: i64, goods: i64) -> i64 {
    let most = match rule.percent {
        Some(percent) => payable.min(goods * percent / 100),
        None => payable,
    };
    let points = asked
        .min(there)
        .min(rule.max.unwrap_or(i64::MAX))
        .min(most * rule.points / rule.value);
    let step = rule.step.unwrap_or(1);
    let points = points / step * step;
    if points < rule.min.unwrap_or(0) {
        0
    } else {
        points
    }
}

impl Receipt {
    /// Rows that say nothing are left out.
    pub(crate) fn tidy(&mut self) {
        self.points.retain(|_, points| *points != 0);
        self.accounts.retain(|_, points| *points != 0);
        self.tender.retain(|_, one| *one != [0; 3]);
    }
}
