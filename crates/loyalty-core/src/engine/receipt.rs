//! Parts of a receipt: what falls to a line or to some units of a row (clauses 2.5, 6.2).

use crate::amount::{Currency, Points, Remainder, Rounding, Share, allocate, cumulative};
use crate::error::Result;
use crate::id::Id;
use crate::member::{OrderLine, OrderRow};
use crate::outcome::{AccountPoints, Amount, LineRulePoints, ReceiptLine, ReceiptTotal};
use crate::points::Gift;

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
    if from == 0 && until == whole {
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
pub(super) fn earned_part(row: &OrderRow, from: i64, until: i64) -> Result<Vec<i64>> {
    let whole = row.quantity();
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

/// A line of a receipt, for some units of a row.
pub(super) fn line_of(
    row: &OrderRow,
    line: &OrderLine,
    from: i64,
    until: i64,
    currency: Currency,
) -> Result<ReceiptLine> {
    let whole = row.quantity();
    let money = |total: i64| {
        Ok::<_, crate::Error>(Amount::new(
            money_part(total, from, until, whole)?,
            currency,
        ))
    };
    let mut points = Vec::with_capacity(row.earned.len());
    for (earned, share) in row.earned.iter().zip(earned_part(row, from, until)?) {
        if share != 0 {
            points.push(LineRulePoints {
                rule: earned.rule.clone(),
                account: earned.account.clone(),
                points: Points::new(share),
            });
        }
    }
    Ok(ReceiptLine {
        line: line.id.clone(),
        sku: row.sku.clone(),
        quantity: until.saturating_sub(from),
        list: money(row.list)?,
        discounted: money(row.discounted)?,
        paid: money(row.paid)?,
        points,
    })
}

/// The sums of lines or rows: list, discounted, paid.
pub(super) fn total(
    rows: impl Iterator<Item = (i64, i64, i64)>,
    currency: Currency,
) -> ReceiptTotal {
    let sums = rows.fold((0_i64, 0_i64, 0_i64), |(list, discounted, paid), row| {
        (
            list.saturating_add(row.0),
            discounted.saturating_add(row.1),
            paid.saturating_add(row.2),
        )
    });
    ReceiptTotal {
        list: Amount::new(sums.0, currency),
        discounted: Amount::new(sums.1, currency),
        paid: Amount::new(sums.2, currency),
    }
}

/// What gifts give to each account.
pub(super) fn by_account(
    gifts: &[Gift<'_>],
    id: impl Fn(usize) -> Option<Id>,
) -> Vec<AccountPoints> {
    let mut all: Vec<AccountPoints> = Vec::new();
    for gift in gifts.iter().filter(|gift| gift.points != 0) {
        let Some(account) = id(gift.plan.account) else {
            continue;
        };
        add(&mut all, account, gift.points);
    }
    all.retain(|one| !one.points.is_zero());
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

/// Shares an amount over rows by their weights; with `bounded`, no row gets more than its weight.
pub(super) fn share(amount: i64, weights: &[i64], bounded: bool) -> Result<Vec<i64>> {
    let mut out = Vec::with_capacity(weights.len());
    if amount == 0 {
        out.resize(weights.len(), 0);
        return Ok(out);
    }
    let row = |weight: &i64| Share {
        weight: *weight,
        headroom: bounded.then_some(*weight),
        quantity: 1,
    };
    let rows: Vec<Share> = weights.iter().map(row).collect();
    allocate(amount, &rows, Remainder::LargestRemainder, &mut out)?;
    Ok(out)
}
