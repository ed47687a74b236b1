//! From the lines of a purchase to rows: lines that are equal in all but id and quantity are one row, at the place of the first
//! of them (clause 2.5).

use core::cmp::Ordering;
use core::hash::Hasher;
use std::borrow::Cow;

use rustc_hash::FxHasher;

use super::extra::{Extra, extra, is_special, number_taxes, row_tax, stated_tax};
use super::till::Marks;
use crate::amount::{Currency, Decimal, Money};
use crate::condition::{Basket, NewRow, Row, RowText, Select, Symbols};
use crate::error::{Code, Error, Result};
use crate::event::{Line, Price, Purchase, Shipping, TaxOf};
use crate::id::Id;
use crate::limits::MONEY_MAX;
use crate::outcome::LineUnits;
use crate::pricing::RowTax;

/// The rows of a purchase, and which lines are in them.
pub(super) struct Rows {
    pub(super) basket: Basket,
    /// What prices know of each row besides; empty where no line says more than its price.
    pub(super) extras: Vec<Extra>,
    /// The tax of shipping.
    pub(super) shipping_tax: Option<RowTax>,
    groups: Groups,
    /// The lines of the rows that promotions have added, after all others.
    pub(super) added: Vec<AddedLine>,
}

/// A line that a promotion has added.
pub(super) struct AddedLine {
    pub(super) id: Id,
    pub(super) sku: Id,
    pub(super) quantity: i64,
}

/// Which lines are one row: the lines row by row, in the order of the purchase, and where those of each row end.
struct Groups {
    lines: Cow<'static, [u32]>,
    ends: Cow<'static, [u32]>,
}

/// So many numbers in their order: where each line is a row of its own, both lists of [`Groups`] are a part of them.
const NUMBERS: usize = 129;

static COUNTING: [u32; NUMBERS] = counting();

const fn counting() -> [u32; NUMBERS] {
    let mut numbers = [0; NUMBERS];
    let mut rest: &mut [u32] = &mut numbers;
    let mut next = 0_u32;
    while let Some((first, others)) = rest.split_first_mut() {
        *first = next;
        next = next.saturating_add(1);
        rest = others;
    }
    numbers
}

/// One line in minor units.
#[derive(Clone, Copy, Default)]
struct Sum {
    list: i64,
    discounted: i64,
    /// Its tax, where that is stated as an amount.
    tax: i64,
}

impl Rows {
    pub(super) fn new(
        purchase: &Purchase<'_>,
        currency: Currency,
        symbols: &Symbols,
    ) -> Result<Self> {
        let lines = purchase.lines.len();
        let alike = alike(purchase);
        // Nearly always each line is a row of its own and says no more than its price: then it is one at once.
        let plain = alike.is_none() && !purchase.lines.iter().any(is_special);
        let mut basket = Basket::with_capacity(if plain { lines } else { 0 });
        let mut sums = Vec::with_capacity(if plain { 0 } else { lines });
        let mut total = 0_i64;
        for (place, line) in (0_u32..).zip(&purchase.lines) {
            let sum = sum(line, currency)
                .map_err(|error| error.under(&format!("purchase.lines[{place}]")))?;
            total = total.saturating_add(sum.list);
            if plain {
                add_row(&mut basket, symbols, (place, line), line.quantity, sum);
            } else {
                sums.push(sum);
            }
        }
        let price = match &purchase.shipping {
            Some(shipping) => Money::from_decimal(shipping.price, currency)
                .map_err(|error| error.under("purchase.shipping.price"))?
                .minor(),
            None => 0,
        };
        if total.saturating_add(price) > MONEY_MAX {
            let words = format!("a purchase comes to at most {MONEY_MAX} minor units");
            return Err(Error::at(Code::OutOfRange, "purchase.lines", words));
        }
        let marks = Marks::new(purchase)?;
        let groups = match alike {
            None => Groups::singles(lines),
            Some(hashes) => groups(purchase, hashes, &sums, &marks),
        };
        let mut rows = Self {
            basket,
            extras: Vec::new(),
            shipping_tax: None,
            groups,
            added: Vec::new(),
        };
        if !plain {
            rows.fill(purchase, &sums, currency, symbols)?;
        }
        if let Some(shipping) = &purchase.shipping {
            rows.ship(price, shipping, currency)
                .map_err(|error| error.under("purchase.shipping"))?;
        }
        number_taxes(&mut rows.extras);
        Ok(rows)
    }

    /// Makes a row of each group of lines.
    fn fill(
        &mut self,
        purchase: &Purchase<'_>,
        sums: &[Sum],
        currency: Currency,
        symbols: &Symbols,
    ) -> Result<()> {
        self.basket = Basket::with_capacity(self.groups.count());
        let special = purchase.lines.iter().any(is_special);
        for group in self.groups.iter() {
            let mut quantity = 0_i64;
            let mut all = Sum::default();
            for place in group {
                let (Some(line), Some(sum)) = (
                    purchase.lines.get(*place as usize),
                    sums.get(*place as usize),
                ) else {
                    continue;
                };
                quantity = quantity.saturating_add(line.quantity);
                all.list = all.list.saturating_add(sum.list);
                all.discounted = all.discounted.saturating_add(sum.discounted);
                all.tax = all.tax.saturating_add(sum.tax);
            }
            let first = group.first().copied().unwrap_or(u32::MAX);
            let Some(line) = purchase.lines.get(first as usize) else {
                continue;
            };
            add_row(&mut self.basket, symbols, (first, line), quantity, all);
            if special {
                self.extras
                    .push(extra(line, (quantity, all.list, all.tax), currency)?);
            }
        }
        Ok(())
    }

    fn ship(&mut self, price: i64, shipping: &Shipping, currency: Currency) -> Result<()> {
        if let Some(tax) = &shipping.tax {
            let stated = stated_tax(tax, price, currency)?;
            self.shipping_tax = Some(row_tax(tax, stated, price));
        }
        self.basket.ship(price);
        Ok(())
    }

    /// What prices know of a row besides its amounts; shipping is the one after the goods.
    pub(super) fn extra(&self, place: usize) -> Extra {
        if place >= self.basket.rows.len() {
            return Extra {
                discountable: false,
                tax: self.shipping_tax,
                ..Extra::PLAIN
            };
        }
        self.extras.get(place).copied().unwrap_or(Extra::PLAIN)
    }

    /// Whether any line states a tax.
    pub(super) fn taxed(&self) -> bool {
        self.shipping_tax.is_some() || self.extras.iter().any(|extra| extra.tax.is_some())
    }

    /// Marks the rows that a program lets earn nothing.
    pub(super) fn exclude(&mut self, lines: &Select) {
        let chosen = |row: &Row| lines.has(&self.basket, row);
        let marks: Vec<bool> = self.basket.rows.iter().map(chosen).collect();
        for (row, mark) in self.basket.rows.iter_mut().zip(marks) {
            row.earns &= !mark;
        }
    }

    /// Adds a row for so many units of an article that a promotion adds, at a price for all of them that no discount lowers.
    /// Says what its line is called.
    pub(super) fn add(
        &mut self,
        symbols: &Symbols,
        purchase: &Purchase<'_>,
        (sku, quantity, price): (&Id, i64, i64),
    ) -> Id {
        self.extras.resize(self.basket.rows.len(), Extra::PLAIN);
        self.extras.push(Extra {
            discountable: false,
            ..Extra::PLAIN
        });
        let text = &mut RowText {
            sku: sku.as_str(),
            category: None,
            brand: None,
            tags: &mut core::iter::empty(),
            attributes: &[],
            line: u32::MAX,
        };
        let new = NewRow {
            quantity,
            list: price,
            discounted: price,
            earns: true,
        };
        self.basket.push(symbols, text, new);
        let named = |id: &str| {
            let mut lines = purchase.lines.iter();
            lines.any(|line| line.id.as_deref() == Some(id))
        };
        let first = self.added.len().saturating_add(1);
        let mut names = (first..).map(|number| format!("+{number}"));
        let id = names
            .find(|name| !named(name) && !self.added.iter().any(|one| *one.id.as_str() == **name));
        let id = Id::checked(&id.unwrap_or_default());
        self.added.push(AddedLine {
            id: id.clone(),
            sku: sku.clone(),
            quantity,
        });
        id
    }

    /// The lines that so many units of a row are of.
    pub(super) fn units_of(
        &self,
        purchase: &Purchase<'_>,
        (row, units): (u32, i64),
    ) -> Vec<LineUnits> {
        let lines = self.groups.iter().nth(row as usize).unwrap_or_default();
        let mut left = units;
        let mut named = Vec::new();
        for place in lines {
            let Some(line) = purchase.lines.get(*place as usize) else {
                continue;
            };
            let some = line.quantity.min(left);
            left = left.saturating_sub(some);
            if some > 0 {
                let line = line.name(*place);
                named.push(LineUnits {
                    line,
                    quantity: some,
                });
            }
        }
        named
    }

    /// How many lines there are.
    pub(super) fn line_count(&self) -> usize {
        self.groups.lines.len()
    }

    /// Whether any row has more than one line, so that lines may stand in another order than they were sent in.
    pub(super) fn mixed(&self) -> bool {
        self.groups.count() < self.groups.lines.len()
    }

    /// The places of the lines of each row.
    pub(super) fn lines(&self) -> impl Iterator<Item = &[u32]> {
        self.groups.iter()
    }
}

impl Groups {
    /// Every line is a row of its own.
    fn singles(lines: usize) -> Self {
        let end = lines.saturating_add(1);
        if let (Some(lines), Some(ends)) = (COUNTING.get(..lines), COUNTING.get(1..end)) {
            return Self {
                lines: Cow::Borrowed(lines),
                ends: Cow::Borrowed(ends),
            };
        }
        let count = u32::try_from(lines).unwrap_or(u32::MAX);
        Self {
            lines: (0..count).collect(),
            ends: (1..=count).collect(),
        }
    }

    fn new(groups: &[Vec<u32>]) -> Self {
        let mut end = 0_u32;
        let ends = groups.iter().map(|group| {
            end = end.saturating_add(u32::try_from(group.len()).unwrap_or(u32::MAX));
            end
        });
        Self {
            ends: ends.collect(),
            lines: groups.concat().into(),
        }
    }

    /// How many rows there are.
    fn count(&self) -> usize {
        self.ends.len()
    }

    /// The lines of each row.
    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let (lines, ends) = (&*self.lines, &*self.ends);
        let starts = core::iter::once(&0).chain(ends);
        starts.zip(ends).map(|(start, end)| {
            lines
                .get(*start as usize..*end as usize)
                .unwrap_or_default()
        })
    }
}

/// Whether a line can earn points.
fn earns(line: &Line<'_>) -> bool {
    line.earns && !line.gift_card
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
    if let Some(floor) = line.floor {
        Money::from_decimal(floor, currency).map_err(|error| error.under("floor"))?;
    }
    let tax = match &line.tax {
        Some(tax) => stated_tax(tax, list, currency)?,
        None => 0,
    };
    Ok(Sum {
        list,
        discounted: list.saturating_sub(discount),
        tax,
    })
}

/// Adds a row: its first line, with the place of that, how many units it is, and what it comes to.
fn add_row(
    basket: &mut Basket,
    symbols: &Symbols,
    (place, line): (u32, &Line<'_>),
    quantity: i64,
    sum: Sum,
) {
    let text = &mut RowText {
        sku: &line.sku,
        category: line.category.as_deref(),
        brand: line.brand.as_deref(),
        tags: &mut line.tags.iter().map(|tag| &**tag),
        attributes: &line.attributes,
        line: place,
    };
    let new = NewRow {
        quantity,
        list: sum.list,
        discounted: sum.discounted,
        earns: earns(line),
    };
    basket.push(symbols, text, new);
}

/// The lines by the hashes of what must be equal in one row; none where all of these differ, so that every line is a row.
fn alike(purchase: &Purchase<'_>) -> Option<Vec<(u64, u32)>> {
    if purchase.lines.len() == 1 {
        return None;
    }
    let mut hashes: Vec<(u64, u32)> = (0_u32..)
        .zip(&purchase.lines)
        .map(|(place, line)| (hash(line), place))
        .collect();
    hashes.sort_unstable();
    if hashes
        .windows(2)
        .all(|pair| matches!(pair, [(first, _), (second, _)] if first != second))
    {
        return None;
    }
    Some(hashes)
}

/// Which lines are one row. Never slower than sorting, whatever the lines are.
fn groups(
    purchase: &Purchase<'_>,
    mut hashes: Vec<(u64, u32)>,
    sums: &[Sum],
    marks: &Marks,
) -> Groups {
    let order = |one: u32, other: u32| -> Ordering {
        match (
            purchase.lines.get(one as usize),
            purchase.lines.get(other as usize),
            sums.get(one as usize),
            sums.get(other as usize),
        ) {
            (Some(a), Some(b), Some(sum_a), Some(sum_b)) => {
                compare(a, b, *sum_a, *sum_b).then_with(|| marks.of(one).cmp(&marks.of(other)))
            }
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
    Groups::new(&groups)
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
        .then_with(|| a.attributes.cmp(&b.attributes))
        .then_with(|| (a.earns, a.discountable).cmp(&(b.earns, b.discountable)))
        .then_with(|| a.gift_card.cmp(&b.gift_card))
        .then_with(|| a.floor.cmp(&b.floor))
        .then_with(|| tax_key(a).cmp(&tax_key(b)))
        .then_with(|| unit(sum_a.tax, sum_b.tax))
}

/// What two taxes must have in common; amounts are compared by unit.
fn tax_key(line: &Line<'_>) -> Option<(u8, bool, Decimal)> {
    line.tax.as_ref().map(|tax| match tax.of {
        TaxOf::Rate(rate) => (0, tax.included, rate),
        TaxOf::Amount(_) => (1, tax.included, Decimal::ZERO),
        TaxOf::Fixed(_) => (2, tax.included, Decimal::ZERO),
    })
}
