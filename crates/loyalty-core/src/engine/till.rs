//! What is taken off a basket: the discounts of rewards and those of the till, in their order; then its tax.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::basket::Rows;
use super::work::Work;
use crate::amount::Money;
use crate::condition::{Row, Select};
use crate::error::{Code, Error, Result};
use crate::event::{Off, Purchase, TillDiscount};
use crate::id::Id;
use crate::limits::{DISCOUNTED_MAX, MONEY_MAX};
use crate::pricing::{
    Cut, Part, PercentBase, PricingPlan, Reduction, Target, Taxed, Weights, gross, net_and_gross,
    reduce,
};

/// A discount that was applied.
pub(super) struct Applied {
    pub(super) id: Id,
    /// The instance of a coupon.
    pub(super) coupon: Option<Id>,
    /// What it took off each row of goods, or of all rows.
    pub(super) off: Vec<i64>,
    /// All of that.
    pub(super) total: i64,
    /// What no row could take.
    pub(super) unplaced: i64,
}

impl Work<'_> {
    /// Takes off what the till takes off.
    pub(super) fn till_discounts(
        &self,
        purchase: &Purchase<'_>,
        rows: &mut Rows,
        applied: &mut Vec<Applied>,
    ) -> Result<()> {
        if purchase.discounts.is_empty() {
            return Ok(());
        }
        let lines = line_places(purchase);
        for (place, discount) in purchase.discounts.iter().enumerate() {
            let one = self.till_discount(discount, &lines, rows);
            let path = || format!("purchase.discounts[{place}]");
            applied.push(one.map_err(|error| error.under(&path()))?);
        }
        Ok(())
    }

    fn till_discount(
        &self,
        discount: &TillDiscount<'_>,
        lines: &FxHashMap<Cow<'_, str>, u32>,
        rows: &mut Rows,
    ) -> Result<Applied> {
        let currency = self.compiled.currency;
        let minor = |amount, field: &str| match Money::from_decimal(amount, currency) {
            Ok(amount) => Ok(amount.minor()),
            Err(error) => Err(error.under(field)),
        };
        let cut = match discount.off {
            Off::Amount(amount) => Cut::Amount(minor(amount, "amount_off")?),
            Off::Percent { percent, max } => Cut::Percent {
                part: Part::percent(percent),
                max: max.map(|max| minor(max, "max")).transpose()?,
                of: PercentBase::Running,
            },
        };
        let reduction = Reduction {
            cut,
            per: discount.per,
            rounder: self.compiled.pricing.rounder,
        };
        let id = match &discount.id {
            Some(id) => Id::checked(id),
            None => Id::checked("discount"),
        };
        // The lines of a row are named alike: the first one speaks for them.
        let named: Vec<bool> = if discount.lines.is_empty() {
            Vec::new()
        } else {
            let mut wanted: Vec<u32> = discount
                .lines
                .iter()
                .filter_map(|id| lines.get(&**id).copied())
                .collect();
            wanted.sort_unstable();
            rows.lines()
                .map(|lines| {
                    let first = lines.first();
                    first.is_some_and(|first| wanted.binary_search(first).is_ok())
                })
                .collect()
        };
        let chosen = |place: usize| named.is_empty() || named.get(place) == Some(&true);
        let on_lines = reduction.is_on_lines(!named.is_empty());
        apply(
            rows,
            &self.compiled.pricing,
            (&reduction, on_lines),
            id,
            chosen,
        )
    }
}

/// Applies a discount to the chosen rows of those that take one.
pub(super) fn apply(
    rows: &mut Rows,
    plan: &PricingPlan,
    (reduction, on_lines): (&Reduction, bool),
    id: Id,
    chosen: impl Fn(usize) -> bool,
) -> Result<Applied> {
    let (mut places, mut targets) = (Vec::new(), Vec::new());
    for (place, row) in rows.basket.rows.iter().enumerate() {
        let extra = rows.extra(place);
        if !extra.discountable || !chosen(place) {
            continue;
        }
        places.push(place);
        targets.push(Target {
            quantity: row.quantity,
            stated: row.list,
            initial: row.initial,
            now: row.discounted,
            least: extra.least,
            gross: match plan.sharing.weights {
                Weights::Gross => gross(row.discounted, extra.tax),
                _ => row.discounted,
            },
            tax_group: extra.tax_group,
        });
    }
    let reduced = reduce(&targets, reduction, plan.sharing)?;
    let mut applied = Applied {
        id,
        coupon: None,
        off: vec![0; rows.basket.rows.len()],
        unplaced: reduced.unplaced,
        total: 0,
    };
    for (place, off) in places.into_iter().zip(reduced.off) {
        if let (Some(row), Some(there)) =
            (rows.basket.rows.get_mut(place), applied.off.get_mut(place))
        {
            row.discounted = row.discounted.saturating_sub(off);
            if on_lines {
                row.line_discounted = row.line_discounted.saturating_sub(off);
            }
            *there = off;
            applied.total = applied.total.saturating_add(off);
        }
    }
    Ok(applied)
}

/// The rows that a selection chooses.
pub(super) fn selected(rows: &Rows, lines: &Select) -> Vec<bool> {
    let has = |row: &Row| lines.has(&rows.basket, row);
    rows.basket.rows.iter().map(has).collect()
}

/// Refuses more discounts than can be written down line by line.
pub(super) fn accept(purchase: &Purchase<'_>, rows: &Rows) -> Result<()> {
    let discounts = purchase
        .discounts
        .len()
        .saturating_add(purchase.rewards.len())
        .saturating_add(purchase.tender.len());
    if discounts.saturating_mul(rows.basket.rows.len()) > DISCOUNTED_MAX {
        let words = format!("more than {DISCOUNTED_MAX} pairs of a line and a discount");
        return Err(Error::at(Code::LimitExceeded, "purchase.discounts", words));
    }
    Ok(())
}

/// Computes the tax of each row, at each stage of its price.
pub(super) fn tax(rows: &mut Rows, plan: &PricingPlan) -> Result<()> {
    if !rows.taxed() {
        return Ok(());
    }
    let at = |amount: fn(&Row) -> i64| {
        let all = rows.basket.all().enumerate();
        let stated: Vec<_> = all
            .map(|(place, row)| (amount(row), rows.extra(place).tax))
            .collect();
        net_and_gross(&stated, &plan.tax)
    };
    let discounted = at(|row| row.discounted)?;
    let all = |same: fn(&Row) -> bool| rows.basket.all().all(same);
    let line_discounted = if all(|row| row.line_discounted == row.discounted) {
        discounted.clone()
    } else {
        at(|row| row.line_discounted)?
    };
    let list = if all(|row| row.list == row.line_discounted) {
        line_discounted.clone()
    } else {
        at(|row| row.list)?
    };
    let total = list
        .iter()
        .fold(0_i64, |sum, one| sum.saturating_add(one.gross));
    if total > MONEY_MAX {
        let words = format!("a purchase comes to at most {MONEY_MAX} minor units with its tax");
        return Err(Error::at(Code::OutOfRange, "purchase.lines", words));
    }
    rows.basket.taxed = list
        .into_iter()
        .zip(line_discounted)
        .zip(discounted)
        .map(|((list, line_discounted), discounted)| Taxed {
            list,
            line_discounted,
            discounted,
        })
        .collect();
    Ok(())
}

/// Which till discounts name each line: lines that are named alike have one number. Empty where no discount names lines.
pub(super) struct Marks {
    numbers: Vec<u32>,
}

impl Marks {
    pub(super) fn new(purchase: &Purchase<'_>) -> Result<Self> {
        let mut marks = Self {
            numbers: Vec::new(),
        };
        if purchase.discounts.iter().all(|one| one.lines.is_empty()) {
            return Ok(marks);
        }
        let mut named: Vec<(u32, u32)> = Vec::new();
        let lines = line_places(purchase);
        for (number, discount) in purchase.discounts.iter().enumerate() {
            for (at, id) in discount.lines.iter().enumerate() {
                let Some(place) = lines.get(&**id) else {
                    let path = format!("purchase.discounts[{number}].lines[{at}]");
                    let words = format!("this purchase has no line `{id}` with goods");
                    return Err(Error::at(Code::UnknownReference, path, words));
                };
                named.push((*place, u32::try_from(number).unwrap_or(u32::MAX)));
            }
        }
        named.sort_unstable();
        named.dedup();
        let mut known: FxHashMap<Vec<u32>, u32> = FxHashMap::default();
        marks.numbers.resize(purchase.lines.len(), 0);
        for group in named.chunk_by(|(one, _), (other, _)| one == other) {
            let next = u32::try_from(known.len())
                .unwrap_or(u32::MAX)
                .saturating_add(1);
            let by: Vec<u32> = group.iter().map(|(_, number)| *number).collect();
            let number = *known.entry(by).or_insert(next);
            let mark = group
                .first()
                .and_then(|(place, _)| marks.numbers.get_mut(*place as usize));
            if let Some(mark) = mark {
                *mark = number;
            }
        }
        Ok(marks)
    }

    pub(super) fn of(&self, place: u32) -> u32 {
        self.numbers.get(place as usize).copied().unwrap_or(0)
    }
}

/// The place of each line by its id.
fn line_places<'p>(purchase: &'p Purchase<'_>) -> FxHashMap<Cow<'p, str>, u32> {
    let mut places = FxHashMap::default();
    for (place, line) in (0_u32..).zip(&purchase.lines) {
        let id = match &line.id {
            Some(id) => Cow::Borrowed(&**id),
            None => Cow::Owned(place.saturating_add(1).to_string()),
        };
        places.insert(id, place);
    }
    places
}
