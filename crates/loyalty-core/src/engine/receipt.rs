//! Parts of a receipt: what falls to a line or to some units of a row (clauses 2.5, 6.2).

use smallvec::SmallVec;

use super::portion::Backs;
use crate::amount::{Currency, Points, Remainder, Rounding, Share, allocate, cumulative};
use crate::error::Result;
use crate::id::Id;
use crate::member::{Order, OrderLine, OrderRow, PaidBack, RowPoints};
use crate::outcome::{
    AccountPoints, Amount, DiscountAmount, LineRulePoints, ReceiptConverted, ReceiptDiscount,
    ReceiptLine, ReceiptTax, ReceiptTotal,
};
use crate::points::Gifts;

/// Each line of a row with the units of the row that are its own: from the first to before the last.
pub(super) fn slices(row: &OrderRow) -> impl Iterator<Item = (&OrderLine, i64, i64)> {
    let mut end = 0_i64;
    row.lines.iter().map(move |line| {
        let start = end;
        end = end.saturating_add(line.quantity);
        (line, start, end)
    })
}

/// What falls to the units from `from` to before `until` of `whole`: the difference of two running amounts, so that all parts
/// together are the total and no part is negative.
pub(super) fn part(
    total: i64,
    from: i64,
    until: i64,
    whole: i64,
    rounding: Rounding,
) -> Result<i64> {
    if (from == 0 && until == whole) || total == 0 {
        return Ok(total);
    }
    let size = total.checked_abs().unwrap_or(i64::MAX);
    let size = cumulative(size, until, whole, rounding)?
        .saturating_sub(cumulative(size, from, whole, rounding)?);
    Ok(if total < 0 {
        size.saturating_neg()
    } else {
        size
    })
}

/// Money falls to units rounded down.
pub(super) fn money_part(total: i64, from: i64, until: i64, whole: i64) -> Result<i64> {
    part(total, from, until, whole, Rounding::Floor)
}

/// Points fall to units rounded half up.
pub(super) fn points_part(total: i64, from: i64, until: i64, whole: i64) -> Result<i64> {
    part(total, from, until, whole, Rounding::HalfUp)
}

/// What falls to some units of a row of the points that each rule gave for it.
///
/// Each rule's points are a total of their own. Where a factor below one took points away, the sums over the rules of an account
/// are the totals, and a rule has the difference of two neighbours: so no unit brings back less than nothing.
pub(super) fn earned_part(row: &OrderRow, from: i64, until: i64, whole: i64) -> Result<Vec<i64>> {
    let takes = row.earned.iter().any(|earned| earned.points < 0);
    let mut parts = Vec::with_capacity(row.earned.len());
    for (place, earned) in row.earned.iter().enumerate() {
        if !takes {
            parts.push(points_part(earned.points, from, until, whole)?);
            continue;
        }
        let before = row
            .earned
            .iter()
            .take(place)
            .filter(|other| other.account == earned.account);
        let before = before.fold(0_i64, |sum, other| sum.saturating_add(other.points));
        let after = before.saturating_add(earned.points);
        let after = points_part(after, from, until, whole)?;
        parts.push(after.saturating_sub(points_part(before, from, until, whole)?));
    }
    Ok(parts)
}

/// What falls to some units of a row of the points that each rule gave for it, as receipts say it.
pub(super) fn points_of(
    row: &OrderRow,
    from: i64,
    until: i64,
    whole: i64,
) -> Result<Vec<LineRulePoints>> {
    let mut points = Vec::with_capacity(row.earned.len());
    let mut give = |earned: &RowPoints, share: i64| {
        if share != 0 {
            points.push(LineRulePoints {
                rule: earned.rule.clone(),
                account: earned.account.clone(),
                points: Points::new(share),
            });
        }
    };
    if from == 0 && until == whole {
        // Nearly always a row is one line: all of it.
        row.earned
            .iter()
            .for_each(|earned| give(earned, earned.points));
    } else {
        let shares = earned_part(row, from, until, whole)?;
        row.earned
            .iter()
            .zip(shares)
            .for_each(|(earned, share)| give(earned, share));
    }
    Ok(points)
}

/// Which part of a row a line of a receipt is: from so many parts to before so many, of the whole; and how many units that is.
#[derive(Clone, Copy)]
pub(super) struct Slice {
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) whole: i64,
    pub(super) units: i64,
}

/// What a receipt needs to know of the order besides its rows.
#[derive(Clone, Copy)]
pub(super) struct Paper<'o> {
    pub(super) discounts: &'o [Id],
    /// Whether a line of the order states a tax.
    pub(super) taxed: bool,
    pub(super) currency: Currency,
}

impl<'o> Paper<'o> {
    pub(super) fn new(order: &'o Order, currency: Currency) -> Self {
        Self {
            discounts: &order.discounts,
            taxed: order.rows.iter().any(|row| row.taxed.is_some()),
            currency,
        }
    }
}

/// A line of a receipt, for a part of a row.
pub(super) fn line_of(
    paper: Paper<'_>,
    row: &OrderRow,
    line: &OrderLine,
    slice: Slice,
    points: Vec<LineRulePoints>,
) -> Result<ReceiptLine> {
    let minor = |total: i64| money_part(total, slice.from, slice.until, slice.whole);
    let money = |total: i64| minor(total).map(|part| Amount::new(part, paper.currency));
    let mut discounts = Vec::new();
    for (place, before, left) in row.discounts() {
        let amount = minor(before)?.saturating_sub(minor(left)?);
        let id = usize::try_from(place)
            .ok()
            .and_then(|place| paper.discounts.get(place));
        if let Some(id) = id.filter(|_| amount != 0) {
            discounts.push(DiscountAmount {
                id: id.clone(),
                amount: Amount::new(amount, paper.currency),
            });
        }
    }
    let tax = if paper.taxed {
        Some(taxed(
            minor(row.net())?,
            minor(row.gross())?,
            paper.currency,
        ))
    } else {
        None
    };
    Ok(ReceiptLine {
        line: line.id.clone(),
        sku: row.sku.clone(),
        quantity: slice.units,
        list: money(row.list)?,
        discounted: money(row.discounted)?,
        paid: money(row.paid)?,
        tax,
        discounts,
        points,
    })
}

fn taxed(net: i64, gross: i64, currency: Currency) -> ReceiptTax {
    ReceiptTax {
        net: Amount::new(net, currency),
        tax: Amount::new(gross.saturating_sub(net), currency),
        gross: Amount::new(gross, currency),
    }
}

/// The other currency in which the customer paid.
pub(super) fn converted(order: &Order) -> Option<ReceiptConverted> {
    order.converted.as_ref().map(|one| ReceiptConverted {
        currency: one.currency.clone(),
        rate: one.rate,
    })
}

/// The sums of lines.
pub(super) fn total(lines: &[ReceiptLine], currency: Currency) -> ReceiptTotal {
    let mut sums = [0_i64; 3];
    let mut taxes: Option<[i64; 2]> = None;
    for line in lines {
        let amounts = [line.list, line.discounted, line.paid];
        for (sum, amount) in sums.iter_mut().zip(amounts) {
            *sum = sum.saturating_add(amount.money().minor());
        }
        if let Some(tax) = &line.tax {
            let [net, gross] = taxes.unwrap_or_default();
            taxes = Some([
                net.saturating_add(tax.net.money().minor()),
                gross.saturating_add(tax.gross.money().minor()),
            ]);
        }
    }
    let [list, discounted, paid] = sums.map(|sum| Amount::new(sum, currency));
    ReceiptTotal {
        list,
        discounted,
        paid,
        due: None,
        tax: taxes.map(|[net, gross]| taxed(net, gross, currency)),
    }
}

/// What of each discount of an order is undone.
pub(super) fn undone(order: &Order, backs: &Backs) -> Result<Vec<i64>> {
    let mut sums = vec![0_i64; order.discounts.len()];
    for (row, back) in order.rows.iter().zip(backs) {
        let minor = |total: i64| money_part(total, back.before, back.after, back.whole);
        for (place, before, left) in row.discounts() {
            let amount = minor(before)?.saturating_sub(minor(left)?);
            let there = usize::try_from(place)
                .ok()
                .and_then(|place| sums.get_mut(place));
            if let Some(sum) = there {
                *sum = sum.saturating_add(amount);
            }
        }
    }
    Ok(sums)
}

/// The same, as a receipt tells it.
pub(super) fn discounts_undone(
    order: &Order,
    backs: &Backs,
    currency: Currency,
) -> Result<Vec<ReceiptDiscount>> {
    let undone = (0_u32..).zip(order.discounts.iter().zip(undone(order, backs)?));
    let coupon = |n: u32| {
        let place = order.discounts_of.binary_search_by_key(&n, |one| one.n);
        let found = order.discounts_of.get(place.ok()?);
        found.map(|one| one.coupon.clone())
    };
    Ok(undone
        .filter(|(_, (_, amount))| *amount != 0)
        .map(|(n, (id, amount))| ReceiptDiscount {
            coupon: coupon(n),
            id: id.clone(),
            amount: Amount::new(amount, currency),
            unplaced: None,
        })
        .collect())
}

/// What of a tender is undone, by the parts of the rows that go back now.
pub(super) fn tender_undone(order: &Order, number: usize, backs: &Backs) -> Result<PaidBack> {
    let (mut points, mut value) = (0_i64, 0_i64);
    for (row, back) in order.rows.iter().zip(backs) {
        let Some((used, before, left)) = row.tender(&order.tender, number) else {
            continue;
        };
        let (from, until, whole) = (back.before, back.after, back.whole);
        points = points.saturating_add(points_part(used, from, until, whole)?);
        let worth = money_part(before, from, until, whole)?;
        let left = money_part(left, from, until, whole)?;
        value = value.saturating_add(worth.saturating_sub(left));
    }
    Ok(PaidBack { points, value })
}

/// What gifts give to each account, in the order in which they come to them.
pub(super) fn by_account(
    gifts: &Gifts<'_>,
    id: impl Fn(usize) -> Option<Id>,
) -> Vec<AccountPoints> {
    let mut sums: SmallVec<[(usize, i64); 4]> = SmallVec::new();
    for gift in gifts.given() {
        let account = gift.plan.account;
        match sums.iter_mut().find(|(known, _)| *known == account) {
            Some((_, sum)) => *sum = sum.saturating_add(gift.points),
            None => sums.push((account, gift.points)),
        }
    }
    let mut all = Vec::with_capacity(sums.len());
    for (account, points) in sums {
        if let Some(account) = id(account).filter(|_| points != 0) {
            all.push(AccountPoints {
                account,
                points: Points::new(points),
            });
        }
    }
    all
}

/// Adds points to an account of a list.
pub(super) fn add(all: &mut Vec<AccountPoints>, account: Id, points: i64) {
    match all.iter_mut().find(|one| one.account == account) {
        Some(one) => one.points = Points::new(one.points.get().saturating_add(points)),
        None => all.push(AccountPoints {
            account,
            points: Points::new(points),
        }),
    }
}

/// An amount for each row.
pub(super) type Amounts = SmallVec<[i64; 4]>;

/// Shares an amount over rows by their weights, in the place of these; with `bounded`, no row gets more than its weight.
pub(super) fn share(amount: i64, mut weights: Amounts, bounded: bool) -> Result<Amounts> {
    if amount == 0 {
        weights.fill(0);
        return Ok(weights);
    }
    if let [weight] = weights.as_mut_slice() {
        let most = if bounded { (*weight).max(0) } else { amount };
        *weight = amount.min(most);
        return Ok(weights);
    }
    let row = |weight: &i64| Share {
        weight: *weight,
        headroom: bounded.then_some(*weight),
        quantity: 1,
    };
    let rows: Vec<Share> = weights.iter().map(row).collect();
    let mut shares = Vec::with_capacity(rows.len());
    allocate(amount, &rows, Remainder::LargestRemainder, &mut shares)?;
    Ok(shares.into())
}
