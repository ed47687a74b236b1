//! From the lines of a purchase to rows: lines that are equal in all but id and quantity are one row, at the place of the first
//! of them (clause 2.5).

use core::cmp::Ordering;
use core::hash::Hasher;

use rustc_hash::FxHasher;

use crate::amount::{Currency, Money};
use crate::condition::{Basket, RowText, Symbols};
use crate::error::{Code, Error, Result};
use crate::event::{Line, Price, Purchase};
use crate::limits::MONEY_MAX;

/// The rows of a purchase, and which lines are in them.
pub(super) struct Rows {
    pub(super) basket: Basket,
    /// The lines of all rows, row by row, in the order of the purchase.
    lines: Vec<u32>,
    /// Where the lines of each row end.
    ends: Vec<u32>,
}

/// One line in minor units.
#[derive(Clone, Copy)]
struct Sum {
    list: i64,
    discounted: i64,
}

impl Rows {
    pub(super) fn new(
        purchase: &Purchase<'_>,
        currency: Currency,
        symbols: &Symbols,
    ) -> Result<Self> {
        let mut sums = Vec::with_capacity(purchase.lines.len());
        let mut total = 0_i64;
        for (place, line) in purchase.lines.iter().enumerate() {
            let sum = sum(line, currency)
                .map_err(|error| error.under(&format!("purchase.lines[{place}]")))?;
            total = total.saturating_add(sum.list);
            sums.push(sum);
        }
        if total > MONEY_MAX {
            let words = format!("a purchase comes to at most {MONEY_MAX} minor units");
            return Err(Error::at(Code::OutOfRange, "purchase.lines", words));
        }
        let groups = groups(purchase, &sums);
        let mut rows = Self {
            basket: Basket::with_capacity(groups.len()),
            lines: Vec::with_capacity(sums.len()),
            ends: Vec::with_capacity(groups.len()),
        };
        for group in groups {
            let (mut quantity, mut list, mut discounted) = (0_i64, 0_i64, 0_i64);
            for place in group.as_slice() {
                let (Some(line), Some(sum)) = (
                    purchase.lines.get(*place as usize),
                    sums.get(*place as usize),
                ) else {
                    continue;
                };
                quantity = quantity.saturating_add(line.quantity);
                list = list.saturating_add(sum.list);
                discounted = discounted.saturating_add(sum.discounted);
                rows.lines.push(*place);
            }
            rows.ends
                .push(u32::try_from(rows.lines.len()).unwrap_or(u32::MAX));
            let Some(line) = group
                .as_slice()
                .first()
                .and_then(|place| purchase.lines.get(*place as usize))
            else {
                continue;
            };
            let text = &mut RowText {
                sku: &line.sku,
                category: line.category.as_deref(),
                brand: line.brand.as_deref(),
                tags: &mut line.tags.iter().map(|tag| &**tag),
            };
            rows.basket.push(symbols, text, quantity, list, discounted);
        }
        Ok(rows)
    }

    /// How many lines there are.
    pub(super) fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The places of the lines of each row.
    pub(super) fn lines(&self) -> impl Iterator<Item = &[u32]> {
        let starts = core::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| {
            self.lines
                .get(*start as usize..*end as usize)
                .unwrap_or_default()
        })
    }
}

/// A line in minor units.
fn sum(line: &Line<'_>, currency: Currency) -> Result<Sum> {
    let (list, field) = match line.price {
        Price::Unit(price) => {
            let unit = Money::from_decimal(price, currency)
                .map_err(|error| error.under("price"))?
                .minor();
            (unit.checked_mul(line.quantity), "price")
        }
        Price::Line(amount) => (
            Some(
                Money::from_decimal(amount, currency)
                    .map_err(|error| error.under("amount"))?
                    .minor(),
            ),
            "amount",
        ),
    };
    let Some(list) = list.filter(|list| *list <= MONEY_MAX) else {
        return Err(Error::at(
            Code::OutOfRange,
            field,
            format!("a line comes to at most {MONEY_MAX} minor units"),
        ));
    };
    let discount = match line.discount {
        Some(discount) => Money::from_decimal(discount, currency)
            .map_err(|error| error.under("discount"))?
            .minor(),
        None => 0,
    };
    if discount > list {
        return Err(Error::at(
            Code::OutOfRange,
            "discount",
            "the discount is more than the price of the line",
        ));
    }
    Ok(Sum {
        list,
        discounted: list.saturating_sub(discount),
    })
}

/// One row: nearly always a single line.
enum Group {
    One([u32; 1]),
    Many(Vec<u32>),
}

impl Group {
    fn as_slice(&self) -> &[u32] {
        match self {
            Self::One(one) => one,
            Self::Many(many) => many,
        }
    }
}

/// Which lines are one row. Never slower than sorting, whatever the lines are.
fn groups(purchase: &Purchase<'_>, sums: &[Sum]) -> Vec<Group> {
    let count = u32::try_from(purchase.lines.len()).unwrap_or(u32::MAX);
    let singles = || (0..count).map(|place| Group::One([place])).collect();
    if count == 1 {
        return singles();
    }
    let mut hashes: Vec<(u64, u32)> = (0..count)
        .zip(&purchase.lines)
        .map(|(place, line)| (hash(line), place))
        .collect();
    hashes.sort_unstable();
    if hashes
        .windows(2)
        .all(|pair| matches!(pair, [(first, _), (second, _)] if first != second))
    {
        return singles();
    }
    let order = |one: u32, other: u32| -> Ordering {
        match (
            purchase.lines.get(one as usize),
            purchase.lines.get(other as usize),
            sums.get(one as usize),
            sums.get(other as usize),
        ) {
            (Some(a), Some(b), Some(sum_a), Some(sum_b)) => compare(a, b, *sum_a, *sum_b),
            _ => Ordering::Equal,
        }
    };
    hashes.sort_unstable_by(|(hash_a, a), (hash_b, b)| {
        hash_a
            .cmp(hash_b)
            .then_with(|| order(*a, *b))
            .then(a.cmp(b))
    });
    let mut groups: Vec<Vec<u32>> = Vec::with_capacity(hashes.len());
    let mut last: Option<u32> = None;
    for (_, place) in hashes {
        match (last, groups.last_mut()) {
            (Some(first), Some(group)) if order(first, place) == Ordering::Equal => {
                group.push(place)
            }
            _ => {
                groups.push(vec![place]);
                last = Some(place);
            }
        }
    }
    groups.sort_unstable_by_key(|group| group.first().copied());
    groups.into_iter().map(Group::Many).collect()
}

/// Equal lines have equal hashes.
fn hash(line: &Line<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(line.sku.as_bytes());
    hasher.finish()
}

/// Compares all but id and quantity; amounts by what they are for one unit.
fn compare(a: &Line<'_>, b: &Line<'_>, sum_a: Sum, sum_b: Sum) -> Ordering {
    let unit = |x: i64, y: i64| {
        let wide =
            |amount: i64, quantity: i64| i128::from(amount).saturating_mul(i128::from(quantity));
        wide(x, b.quantity).cmp(&wide(y, a.quantity))
    };
    a.sku
        .cmp(&b.sku)
        .then_with(|| unit(sum_a.list, sum_b.list))
        .then_with(|| unit(sum_a.discounted, sum_b.discounted))
        .then_with(|| a.category.cmp(&b.category))
        .then_with(|| a.brand.cmp(&b.brand))
        .then_with(|| a.tags.cmp(&b.tags))
}
