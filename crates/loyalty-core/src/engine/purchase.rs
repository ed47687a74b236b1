//! A purchase: rows, points used to pay, points earned, metrics, and the receipt.

use smallvec::smallvec;

use super::accrue::Accrued;
use super::basket::Rows;
use super::earn::Earns;
use super::gains::carried_of;
use super::measure::Measure;
use super::promote::Promoted;
use super::receipt::{Paper, Slice, by_account, converted, line_of, points_of, slices, total};
use super::tender::Bill;
use super::till::{self, Applied};
use super::work::Work;
use crate::amount::{Exact, Points};
use crate::condition::{EventFacts, Row};
use crate::error::{Code, Error, Result};
use crate::event::{Event, Purchase, SHIPPING};
use crate::id::Id;
use crate::limits::GIVEN_MAX;
use crate::member::{
    ConvertedAt, Counted, DiscountOf, Order, OrderLine, OrderLines, OrderRow, RowPoints, RowTaxed,
    TenderPaid,
};
use crate::outcome::{
    Amount, Change, Receipt, ReceiptDiscount, ReceiptLine, ReceiptPromotions, ReceiptTender,
};
use crate::points::{Gifts, ReturnedPoints, TenderAs, Took};
use crate::pricing::{Basis, Stage};

impl<'w> Work<'w> {
    pub(super) fn purchase(&mut self, event: &Event<'_>, purchase: &Purchase<'_>) -> Result<()> {
        self.accept(purchase)?;
        if let Some(hold) = &purchase.hold {
            self.capture(hold)?;
        }
        let mut rows = Rows::new(purchase, self.compiled.currency, &self.compiled.symbols)?;
        if let Some(lines) = &self.compiled.earning.exclude {
            rows.exclude(lines);
        }
        till::accept(purchase, &rows)?;
        let at = self.entries.len();
        let facts = &Work::event_facts(event, None);
        let order = Id::checked(&purchase.order);
        self.enter(Change::Purchase {
            order: order.clone(),
            paid: Amount::new(0, self.compiled.currency),
        });
        let mut bill = Bill::of(purchase);
        let mut promoted = self.promote(facts, purchase, &mut rows, &mut bill.applied)?;
        self.redeem_coupons(&order, &mut promoted);
        self.reward_discounts(facts, purchase, &mut rows, &mut bill)?;
        self.till_discounts(purchase, &mut rows, &mut bill.applied)?;
        let mut accrued = self.tenders(facts, (purchase, &order), &mut rows, &mut bill)?;
        self.say_paid(at, bill.left(&rows));
        self.say_points(at, &accrued.gifts);
        let mut stored = self.pay_stored(facts, purchase, &rows, &bill)?;
        promoted.cards.append(&mut stored);
        let facts = &facts.with(&rows.basket);
        self.meet_steps(facts);
        let earns = self.earns(facts, &order, &rows, &bill);
        let counted = self.count_and_reach(earns, &mut accrued)?;
        few_enough(&accrued, &rows)?;
        let told = promoted.told.take();
        let counts = core::mem::take(&mut promoted.counted);
        let record = (order, counted, promoted);
        let record = self.record(purchase, &rows, &bill, &mut accrued, record);
        if self.receipts {
            let mut receipt = Box::new(self.receipt_of(&record, &rows, &bill, &accrued, told)?);
            receipt.counted = counts;
            self.tell_cards(&mut receipt, &record);
            self.receipt = Some(receipt);
        }
        self.ordered = Some(record);
        if self.compiled.triggers.by_basket {
            self.basket = Some(Box::new(rows.basket));
        }
        Ok(())
    }

    /// Uses points: first those that lower the price, then, when it has its tax, those that pay. What the order earns comes
    /// after them, unless it can be used for the order itself.
    fn tenders(
        &mut self,
        facts: &EventFacts<'_>,
        (purchase, order): (&Purchase<'_>, &Id),
        rows: &mut Rows,
        bill: &mut Bill,
    ) -> Result<Accrued<'w>> {
        let pricing = &self.compiled.pricing;
        if purchase.tender.is_empty() {
            till::tax(rows, pricing)?;
            return self.accrue_for(facts, order, rows, bill);
        }
        let mut accrued = None;
        for role in [TenderAs::Discount, TenderAs::Payment] {
            if role == TenderAs::Payment {
                till::tax(rows, pricing)?;
            }
            for place in 0..purchase.tender.len() {
                let plan = self.tender_plan(purchase, place)?;
                if plan.role != role {
                    continue;
                }
                if plan.same_order && accrued.is_none() {
                    till::tax(rows, pricing)?;
                    accrued = Some(self.accrue_for(facts, order, rows, bill)?);
                }
                self.use_points(purchase, place, facts, rows, bill)?;
            }
        }
        match accrued {
            Some(accrued) => Ok(accrued),
            None => self.accrue_for(facts, order, rows, bill),
        }
    }

    fn accrue_for(
        &mut self,
        facts: &EventFacts<'_>,
        order: &Id,
        rows: &Rows,
        bill: &Bill,
    ) -> Result<Accrued<'w>> {
        let facts = &facts.with(&rows.basket);
        self.earn(self.earns(facts, order, rows, bill))
    }

    /// A purchase, as far as it earns.
    fn earns<'e>(
        &self,
        facts: &'e EventFacts<'e>,
        order: &'e Id,
        rows: &'e Rows,
        bill: &'e Bill,
    ) -> Earns<'e> {
        Earns {
            facts,
            basket: &rows.basket,
            order,
            spent: &bill.paid,
            paid: self.unearning(bill),
        }
    }

    /// What each row is paid for in points, as far as that earns nothing.
    fn unearning<'b>(&self, bill: &'b Bill) -> &'b [i64] {
        if self.compiled.earn_on_points {
            &[]
        } else {
            &bill.in_points
        }
    }

    /// Says in the entry of the purchase what is left to pay.
    fn say_paid(&mut self, at: usize, left: i64) {
        let currency = self.compiled.currency;
        if let Some(Change::Purchase { paid, .. }) =
            self.entries.get_mut(at).map(|entry| &mut entry.change)
        {
            *paid = Amount::new(left, currency);
        }
    }

    /// Refuses what cannot be taken at all.
    fn accept(&self, purchase: &Purchase<'_>) -> Result<()> {
        if let Some(currency) = &purchase.currency
            && **currency != *self.compiled.currency.code()
        {
            let words = format!(
                "the program counts in {0}, not in {currency}: send the amounts in {0}, and say in `converted` which currency was paid and at what rate",
                self.compiled.currency.code()
            );
            return Err(Error::at(Code::WrongCurrency, "purchase.currency", words));
        }
        let mark = Id::mark(&purchase.order);
        let found = (self.member.orders).find(mark, &purchase.order, |one| self.is_recorded(one));
        if found.is_some() {
            let words = format!(
                "the order `{}` was recorded under another event",
                purchase.order
            );
            return Err(Error::at(Code::DuplicateOrder, "purchase.order", words));
        }
        Ok(())
    }

    /// What the member keeps of the order. It takes over where the points went, and the milestones.
    fn record(
        &self,
        purchase: &Purchase<'_>,
        rows: &Rows,
        bill: &Bill,
        accrued: &mut Accrued<'_>,
        (id, counted, promoted): (Id, Vec<Counted>, Promoted),
    ) -> Box<Order> {
        let goods = rows.basket.rows.len();
        let given = |place: usize| self.row_points(&accrued.gifts, place);
        let mut recorded = Vec::with_capacity(rows.basket.all().count());
        for ((place, row), lines) in rows.basket.rows.iter().enumerate().zip(rows.lines()) {
            let mut named = OrderLines::with_capacity(lines.len());
            let mut sku = None;
            for line in lines {
                let Some(sent) = purchase.lines.get(*line as usize) else {
                    continue;
                };
                let id = sent.name(*line);
                sku = sku.or_else(|| Some(Id::checked(&sent.sku)));
                named.push(OrderLine::new(id, sent.quantity));
            }
            let Some(sku) = sku else { continue };
            recorded.push(order_row(
                place,
                row,
                (sku, named),
                bill,
                rows,
                given(place),
            ));
        }
        let came = rows.basket.rows.iter().enumerate();
        for ((place, row), line) in came.skip(recorded.len()).zip(&rows.added) {
            let sent = OrderLine::new(line.id.clone(), line.quantity);
            let named = (line.sku.clone(), smallvec![sent]);
            recorded.push(order_row(place, row, named, bill, rows, given(place)));
        }
        if let Some(row) = &rows.basket.shipping {
            let line = OrderLine::new(Id::checked(SHIPPING), 1);
            let named = (Id::checked(SHIPPING), smallvec![line]);
            recorded.push(order_row(goods, row, named, bill, rows, given(goods)));
        }
        if self.compiled.settings.remembers {
            for (place, row) in recorded.iter_mut().enumerate() {
                row.carried = carried_of(&accrued.gifts, place);
            }
        }
        let returned_points = self.compiled.returns_points;
        let mut factors = Vec::new();
        if returned_points == ReturnedPoints::ListPrice {
            let (earning, paid) = (&self.compiled.earning, self.unearning(bill));
            let measure = Measure::new(&accrued.gifts, earning, &rows.basket, paid);
            factors = measure.factors();
            for (place, (row, of)) in recorded.iter_mut().zip(rows.basket.all()).enumerate() {
                row.measured = measure.of(place, of);
            }
        }
        let account = |place: usize| {
            self.compiled
                .accounts
                .get(place)
                .map(|account| account.id.clone())
        };
        let mut tender = Vec::with_capacity(bill.paid.len());
        tender.extend(bill.paid.iter().filter_map(|one| {
            let lots = one.lots.iter().map(|lot| Took::new(*lot)).collect();
            Some(TenderPaid {
                account: account(one.account)?,
                points: one.points,
                value: one.value,
                discount: one.discount.and_then(|place| u32::try_from(place).ok()),
                reward: one.reward.clone(),
                lots,
            })
        }));
        Box::new(Order {
            id,
            at: self.as_of,
            on: self.today,
            version: self.version,
            rows: recorded,
            put: core::mem::take(&mut accrued.put),
            tender,
            discounts: bill.applied.iter().map(|one| one.id.clone()).collect(),
            discounts_of: coupons_of(&bill.applied),
            coupons: promoted.coupons,
            used: promoted.used,
            cards: promoted.cards,
            repricing: promoted.repricing,
            awards: Vec::new(),
            shared: Vec::new(),
            tasks: Vec::new(),
            shipping: rows.basket.shipping.is_some(),
            converted: purchase.converted.as_ref().map(|one| ConvertedAt {
                currency: Id::checked(&one.currency),
                rate: Exact(one.rate),
            }),
            counted,
            returned_points,
            factors,
            rules: None,
            told: false,
            told_points: Vec::new(),
            crossed: core::mem::take(&mut accrued.crossed),
        })
    }

    /// What each rule gave for a row.
    fn row_points(&self, gifts: &Gifts<'_>, place: usize) -> Vec<RowPoints> {
        let mut earned = Vec::with_capacity(gifts.of_row(place).count());
        for (plan, points) in gifts.of_row(place) {
            if let Some(account) = self.compiled.accounts.get(plan.account) {
                earned.push(RowPoints {
                    rule: plan.id.clone(),
                    account: account.id.clone(),
                    points,
                });
            }
        }
        earned
    }

    fn receipt_of(
        &self,
        order: &Order,
        rows: &Rows,
        bill: &Bill,
        accrued: &Accrued<'_>,
        promotions: Option<ReceiptPromotions>,
    ) -> Result<Receipt> {
        let currency = self.compiled.currency;
        let paper = Paper::new(order, currency);
        let mut lines: Vec<ReceiptLine> = Vec::with_capacity(rows.line_count().saturating_add(1));
        for row in &order.rows {
            let whole = row.quantity();
            for (line, from, until) in slices(row) {
                let slice = Slice {
                    from,
                    until,
                    whole,
                    units: line.quantity,
                };
                let points = points_of(row, from, until, whole)?;
                lines.push(line_of(paper, row, line, slice, points)?);
            }
        }
        // The lines stand as they were sent: by their places, which the rows may have mixed; then shipping.
        let places = || rows.lines().flatten().copied();
        if rows.mixed() && !places().is_sorted() {
            let mut placed: Vec<(u32, ReceiptLine)> = places()
                .chain(core::iter::repeat(u32::MAX))
                .zip(lines)
                .collect();
            placed.sort_by_key(|(place, _)| *place);
            lines = placed.into_iter().map(|(_, line)| line).collect();
        }
        let id = |place: usize| {
            self.compiled
                .accounts
                .get(place)
                .map(|account| account.id.clone())
        };
        let mut tender = Vec::with_capacity(bill.paid.len());
        tender.extend(bill.paid.iter().filter_map(|one| {
            let (asked, points) = (Points::new(one.asked), Points::new(one.points));
            Some(ReceiptTender {
                account: id(one.account)?,
                reward: one.reward.clone(),
                role: one.role(),
                asked,
                points,
                value: Amount::new(one.value, currency),
            })
        }));
        let discounts = bill.applied.iter().map(|one| ReceiptDiscount {
            id: one.id.clone(),
            coupon: one.coupon.clone(),
            amount: Amount::new(one.total, currency),
            unplaced: (one.unplaced != 0).then(|| Amount::new(one.unplaced, currency)),
        });
        Ok(Receipt {
            order: order.id.clone(),
            discounts: discounts.collect(),
            promotions,
            counted: Vec::new(),
            stored_value: Vec::new(),
            repriced: None,
            withheld: None,
            converted: converted(order),
            tender,
            points: by_account(&accrued.gifts, id),
            total: total(&lines, currency),
            lines,
        })
    }
}

/// Refuses what would take too much to keep.
fn few_enough(accrued: &Accrued<'_>, rows: &Rows) -> Result<()> {
    let pairs = (accrued.gifts.all.len()).saturating_mul(rows.basket.rows.len());
    if pairs > GIVEN_MAX {
        let words =
            format!("more than {GIVEN_MAX} pairs of a line and a rule that gave points for it");
        return Err(Error::at(Code::LimitExceeded, "purchase.lines", words));
    }
    Ok(())
}

/// A row with its running amounts.
fn order_row(
    place: usize,
    row: &Row,
    (sku, lines): (Id, OrderLines),
    bill: &Bill,
    rows: &Rows,
    earned: Vec<RowPoints>,
) -> OrderRow {
    let discounts = bill.discounts_of(place, row.initial);
    let gross = rows.basket.amount(place, Stage::Discounted, Basis::Gross);
    let taxed = !rows.basket.taxed.is_empty() && rows.extra(place).tax.is_some();
    OrderRow {
        sku,
        lines,
        list: row.list,
        initial: (!discounts.is_empty()).then_some(row.initial),
        tender: bill.tender_of(place, gross, &discounts),
        discounts,
        discounted: row.discounted,
        taxed: taxed.then(|| RowTaxed {
            net: rows.basket.amount(place, Stage::Discounted, Basis::Net),
            gross,
        }),
        paid: bill.left_of(place, gross),
        earned,
        measured: Vec::new(),
        carried: Vec::new(),
    }
}

/// The coupons among the discounts.
fn coupons_of(applied: &[Applied]) -> Vec<DiscountOf> {
    let all = (0_u32..).zip(applied);
    let coupons = all.filter_map(|(n, one)| {
        let coupon = one.coupon.clone()?;
        Some(DiscountOf { n, coupon })
    });
    coupons.collect()
}
