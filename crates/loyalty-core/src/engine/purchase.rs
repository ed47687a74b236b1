//! A purchase: rows, points used to pay, points earned, metrics, and the receipt.

use super::accrue::Accrued;
use super::basket::Rows;
use super::receipt::{by_account, line_of, share, slices, total};
use super::work::Work;
use crate::amount::Points;
use crate::error::{Code, Error, Result};
use crate::event::{Event, Purchase};
use crate::id::Id;
use crate::limits::GIVEN_MAX;
use crate::member::{Order, OrderLine, OrderRow, Put, RowPoints, RowTender, TenderPaid};
use crate::outcome::{Amount, Change, Receipt, ReceiptLine, ReceiptTender};
use crate::points::{Lot, Took, clamp, value_of};
use crate::program::On;

/// Points that were used to pay, row by row.
struct Paid {
    account: usize,
    asked: i64,
    points: i64,
    value: i64,
    lots: Vec<Lot>,
    /// The value and the points of each row.
    values: Vec<i64>,
    rows: Vec<i64>,
}

impl Work<'_> {
    pub(super) fn purchase(&mut self, event: &Event<'_>, purchase: &Purchase<'_>) -> Result<()> {
        self.accept(purchase)?;
        let order = Id::checked(&purchase.order);
        let rows = Rows::new(purchase, self.compiled.currency, &self.compiled.symbols)?;
        let paid = self.pay(purchase, &rows)?;
        let mut in_points = vec![0_i64; rows.basket.rows.len()];
        for one in &paid {
            for (sum, value) in in_points.iter_mut().zip(&one.values) {
                *sum = sum.saturating_add(*value);
            }
        }
        let left = |row: &crate::condition::Row, in_points: &i64| {
            row.discounted.saturating_sub(*in_points)
        };
        let total = rows
            .basket
            .rows
            .iter()
            .zip(&in_points)
            .fold(0_i64, |sum, (row, points)| {
                sum.saturating_add(left(row, points))
            });
        self.enter(Change::Purchase {
            order: order.clone(),
            paid: Amount::new(total, self.compiled.currency),
        });
        for one in paid.iter().filter(|one| one.points > 0) {
            let account = self.account(one.account)?.id.clone();
            let lots = one.lots.iter().map(Lot::entry).collect();
            self.enter(Change::Spent {
                account,
                points: Points::new(one.points),
                order: order.clone(),
                lots,
            });
        }
        let facts = Work::event_facts(event, Some(&rows.basket));
        let excluded: &[i64] = if self.compiled.earn_on_points {
            &[]
        } else {
            &in_points
        };
        let accrued = self.accrue(&On::Purchase, facts, excluded, Some(&order))?;
        let counted = self.count_purchase(
            facts,
            &rows.basket,
            &paid
                .iter()
                .map(|one| (one.account, one.points))
                .collect::<Vec<_>>(),
            &accrued,
        )?;
        let record = self.record(purchase, &rows, &paid, &in_points, &accrued, order, counted)?;
        self.receipt = Some(self.receipt_of(&record, &rows, &paid, &accrued)?);
        self.ordered = Some(record);
        Ok(())
    }

    /// Refuses what cannot be taken at all.
    fn accept(&self, purchase: &Purchase<'_>) -> Result<()> {
        if let Some(currency) = &purchase.currency
            && **currency != *self.compiled.currency.code()
        {
            let words = format!(
                "the program counts in {}, not in {currency}: convert the amounts first",
                self.compiled.currency.code()
            );
            return Err(Error::at(Code::WrongCurrency, "purchase.currency", words));
        }
        if self
            .member
            .orders
            .iter()
            .any(|order| order.id == *purchase.order && self.returnable(order))
        {
            let words = format!(
                "the order `{}` was recorded under another event",
                purchase.order
            );
            return Err(Error::at(Code::DuplicateOrder, "purchase.order", words));
        }
        Ok(())
    }

    /// Uses points to pay, as many as the rules let through (clause 5.1).
    fn pay(&mut self, purchase: &Purchase<'_>, rows: &Rows) -> Result<Vec<Paid>> {
        let compiled = self.compiled;
        let mut left: Vec<i64> = rows.basket.rows.iter().map(|row| row.discounted).collect();
        let total = left.iter().fold(0_i64, |sum, row| sum.saturating_add(*row));
        let mut all = Vec::with_capacity(purchase.tender.len());
        for (place, tender) in purchase.tender.iter().enumerate() {
            let path = || format!("purchase.tender[{place}]");
            let plan = match &tender.account {
                Some(id) => compiled.tender.iter().find(|plan| {
                    compiled
                        .accounts
                        .get(plan.account)
                        .is_some_and(|account| account.id == **id)
                }),
                None if compiled.tender.len() == 1 => compiled.tender.first(),
                None => None,
            };
            let Some(plan) = plan else {
                let words = match &tender.account {
                    Some(id) => format!("points of `{id}` are no means of payment in this program"),
                    None if compiled.tender.is_empty() => {
                        "points are no means of payment in this program".to_owned()
                    }
                    None => "say which `account`: the program does not have exactly one means of payment in points".to_owned(),
                };
                return Err(Error::at(Code::UnknownAccount, path(), words));
            };
            if all.iter().any(|one: &Paid| one.account == plan.account) {
                let words = "each account can be used once";
                return Err(Error::at(Code::DuplicateId, path(), words));
            }
            let open: Vec<i64> = left
                .iter()
                .zip(&rows.basket.rows)
                .map(|(left, row)| {
                    if plan
                        .exclude
                        .as_ref()
                        .is_some_and(|lines| lines.has(&rows.basket, row))
                    {
                        0
                    } else {
                        *left
                    }
                })
                .collect();
            let payable = open.iter().fold(0_i64, |sum, row| sum.saturating_add(*row));
            let burn = compiled
                .accounts
                .get(plan.account)
                .map(|account| account.burn_order)
                .unwrap_or_default();
            let account = self.account(plan.account)?;
            let asked = tender.points.get();
            let points = clamp(plan, asked, account.available(), total, payable)
                .map_err(|error| error.under(&path()))?;
            let value = value_of(plan, points)?;
            // So few that they are worth nothing stay where they are.
            let points = if value == 0 { 0 } else { points };
            let lots = if points > 0 {
                account.spend(points, burn)?
            } else {
                Vec::new()
            };
            let values = share(value, &open, true)?;
            let spread = share(points, &values, false)?;
            for (left, value) in left.iter_mut().zip(&values) {
                *left = left.saturating_sub(*value);
            }
            all.push(Paid {
                account: plan.account,
                asked,
                points,
                value,
                lots,
                values,
                rows: spread,
            });
        }
        Ok(all)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "an order is made of all that a purchase is"
    )]
    fn record(
        &self,
        purchase: &Purchase<'_>,
        rows: &Rows,
        paid: &[Paid],
        in_points: &[i64],
        accrued: &Accrued<'_>,
        id: Id,
        counted: Vec<crate::member::Counted>,
    ) -> Result<Order> {
        let mut given = 0_usize;
        let mut recorded = Vec::with_capacity(rows.basket.rows.len());
        for (place, ((row, lines), in_points)) in rows
            .basket
            .rows
            .iter()
            .zip(rows.lines())
            .zip(in_points)
            .enumerate()
        {
            let mut named = Vec::with_capacity(lines.len());
            let mut sku = None;
            for line in lines {
                let Some(sent) = purchase.lines.get(*line as usize) else {
                    continue;
                };
                let id = match &sent.id {
                    Some(id) => Id::checked(id),
                    None => Id::number(line.saturating_add(1)),
                };
                sku = sku.or_else(|| Some(Id::checked(&sent.sku)));
                named.push(OrderLine {
                    id,
                    quantity: sent.quantity,
                    back: 0,
                });
            }
            let Some(sku) = sku else { continue };
            given = given.saturating_add(accrued.gifts.len());
            if given > GIVEN_MAX {
                let words = format!(
                    "more than {GIVEN_MAX} pairs of a line and a rule that gave points for it"
                );
                return Err(Error::at(Code::LimitExceeded, "purchase.lines", words));
            }
            let mut earned = Vec::with_capacity(accrued.gifts.len());
            for gift in accrued.gifts.iter().filter(|gift| gift.points != 0) {
                let points = gift.rows.get(place).copied().unwrap_or(0);
                let account = self.compiled.accounts.get(gift.plan.account);
                if let (true, Some(account)) = (points != 0, account) {
                    earned.push(RowPoints {
                        rule: gift.plan.id.clone(),
                        account: account.id.clone(),
                        points,
                    });
                }
            }
            recorded.push(OrderRow {
                sku,
                lines: named,
                list: row.list,
                discounted: row.discounted,
                paid: row.discounted.saturating_sub(*in_points),
                tender: tender_of(paid, place, row.discounted),
                earned,
            });
        }
        let account = |place: usize| {
            self.compiled
                .accounts
                .get(place)
                .map(|account| account.id.clone())
        };
        let put = accrued.put.iter().filter_map(|(place, lot)| {
            Some(Put {
                account: account(*place)?,
                lot: Took { lot: *lot, back: 0 },
            })
        });
        let tender = paid.iter().filter_map(|one| {
            let lots = one
                .lots
                .iter()
                .map(|lot| Took { lot: *lot, back: 0 })
                .collect();
            Some(TenderPaid {
                account: account(one.account)?,
                points: one.points,
                value: one.value,
                lots,
            })
        });
        Ok(Order {
            id,
            at: self.as_of,
            on: self.today,
            version: self.version,
            rows: recorded,
            put: put.collect(),
            tender: tender.collect(),
            counted,
        })
    }

    fn receipt_of(
        &self,
        order: &Order,
        rows: &Rows,
        paid: &[Paid],
        accrued: &Accrued<'_>,
    ) -> Result<Receipt> {
        let currency = self.compiled.currency;
        let mut lines = Vec::with_capacity(rows.line_count());
        for row in &order.rows {
            for (line, from, until) in slices(row) {
                lines.push(line_of(row, line, from, until, currency)?);
            }
        }
        // The lines stand as they were sent: by their places, which the rows may have mixed.
        let places: Vec<u32> = rows.lines().flatten().copied().collect();
        let mut placed: Vec<(u32, ReceiptLine)> = places.into_iter().zip(lines).collect();
        placed.sort_by_key(|(place, _)| *place);
        let id = |place: usize| {
            self.compiled
                .accounts
                .get(place)
                .map(|account| account.id.clone())
        };
        let tender = paid.iter().filter_map(|one| {
            let (asked, points) = (Points::new(one.asked), Points::new(one.points));
            Some(ReceiptTender {
                account: id(one.account)?,
                asked,
                points,
                value: Amount::new(one.value, currency),
            })
        });
        Ok(Receipt {
            order: order.id.clone(),
            lines: placed.into_iter().map(|(_, line)| line).collect(),
            tender: tender.collect(),
            points: by_account(&accrued.gifts, id),
            total: total(
                order
                    .rows
                    .iter()
                    .map(|row| (row.list, row.discounted, row.paid)),
                currency,
            ),
        })
    }
}

/// What each tender paid of a row.
fn tender_of(paid: &[Paid], row: usize, amount: i64) -> Vec<RowTender> {
    let mut left = amount;
    let one = |paid: &Paid| {
        left = left.saturating_sub(paid.values.get(row).copied().unwrap_or(0));
        let points = paid.rows.get(row).copied().unwrap_or(0);
        RowTender { points, left }
    };
    paid.iter().map(one).collect()
}
