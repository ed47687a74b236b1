//! What a discount takes off each row (clauses 2.3, 2.4, 10.2): amounts only, whoever gives it.

use super::rules::{
    Discount, DiscountPer, MoneyRounding, PercentBase, RoundOf, RoundPlace, Weights,
};
use serde::{Deserialize, Serialize};

use crate::amount::{Currency, Decimal, Exact, Money, Remainder, Rounding, Share, allocate};
use crate::error::{Code, Error, Result};

/// A row that a discount may take something off, in minor units of the whole row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) quantity: i64,
    /// The stated price, before any discount.
    pub(crate) stated: i64,
    /// Before all discounts but those of the line.
    pub(crate) initial: i64,
    /// Immediately before this discount.
    pub(crate) now: i64,
    /// No discount goes below this.
    pub(crate) least: i64,
    /// What it costs now, with tax.
    pub(crate) gross: i64,
    /// Rows of one number have one tax.
    pub(crate) tax_group: u32,
}

impl Target {
    fn headroom(&self) -> i64 {
        self.now.saturating_sub(self.least).max(0)
    }
}

/// A part of an amount: so many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    pub(crate) part: i128,
    pub(crate) whole: i128,
}

impl Part {
    /// So many percent; the number has at most nine decimal places.
    pub(crate) fn percent(percent: Decimal) -> Self {
        let percent = percent.normalize();
        let whole = 10_i128
            .checked_pow(percent.scale().saturating_add(2))
            .unwrap_or(i128::MAX);
        Self {
            part: percent.mantissa(),
            whole,
        }
    }
}

/// How much is taken off.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    /// An amount, in minor units.
    Amount(i64),
    /// A part of the price.
    Percent {
        part: Part,
        /// At most so much in all, in minor units.
        max: Option<i64>,
        of: PercentBase,
    },
}

/// How an amount of money is rounded, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rounder {
    mode: Rounding,
    place: Option<RoundPlace>,
    of: RoundOf,
    step: i64,
}

impl Rounder {
    /// For what is in whole minor units already.
    pub(crate) const EXACT: Self = Self {
        mode: Rounding::HalfUp,
        place: None,
        of: RoundOf::Discount,
        step: 1,
    };

    /// Compiles a rule.
    ///
    /// # Errors
    /// Those of an amount of money, at `to`.
    pub(crate) fn new(rule: &MoneyRounding, currency: Currency) -> Result<Self> {
        let step = match rule.to {
            Some(to) => Money::from_decimal(to.0, currency)
                .map_err(|error| error.under("to"))?
                .minor(),
            None => 1,
        };
        if step < 1 {
            let words = "amounts are rounded to multiples of more than zero";
            return Err(Error::at(Code::OutOfRange, "to", words));
        }
        Ok(Self {
            mode: rule.mode,
            place: rule.place,
            of: rule.of,
            step,
        })
    }

    /// Amounts are rounded to multiples of this, in minor units.
    pub(crate) fn step(&self) -> i64 {
        self.step
    }

    /// Whether it says what is rounded.
    pub(crate) fn is_placed(&self) -> bool {
        self.place.is_some()
    }

    /// What is taken off `now` where `num / den` is to be taken off it, in `units` equal parts that are rounded alike.
    #[inline]
    pub(crate) fn off(&self, now: i64, num: i128, den: i128, units: i64) -> Option<i64> {
        if units == 1 && self.step == 1 && self.of == RoundOf::Discount {
            // The ordinary case, without the products.
            let off = self.mode.divide(num, den)?;
            return i64::try_from(off).ok().map(|off| off.max(0));
        }
        let size = den
            .checked_mul(i128::from(units))?
            .checked_mul(i128::from(self.step))?;
        let whole = i128::from(self.step).checked_mul(i128::from(units))?;
        let rounded = |num: i128| self.mode.divide(num, size)?.checked_mul(whole);
        let off = match self.of {
            RoundOf::Discount => rounded(num)?,
            RoundOf::Price => {
                let left = i128::from(now).checked_mul(den)?.checked_sub(num)?;
                i128::from(now).checked_sub(rounded(left)?)?
            }
        };
        i64::try_from(off).ok().map(|off| off.max(0))
    }
}

/// A discount without the question of which rows it is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reduction {
    pub(crate) cut: Cut,
    pub(crate) per: DiscountPer,
    pub(crate) rounder: Rounder,
}

impl Reduction {
    /// Takes nothing off.
    pub(crate) const NONE: Self = Self {
        cut: Cut::Amount(0),
        per: DiscountPer::Scope,
        rounder: Rounder::EXACT,
    };

    /// Whether it is a discount on lines: off units, off lines, or off lines that are chosen. Else it is one on the basket.
    pub(crate) fn is_on_lines(&self, chosen: bool) -> bool {
        chosen || self.per != DiscountPer::Scope
    }

    /// Compiles a discount of a program whose numbers have been checked.
    ///
    /// # Errors
    /// Those of an amount of money, at its field.
    pub(crate) fn new(
        rule: &Discount,
        rounding: &MoneyRounding,
        currency: Currency,
    ) -> Result<Self> {
        let minor = |amount: Exact, field: &str| {
            let money = Money::from_decimal(amount.0, currency);
            money.map(Money::minor).map_err(|error| error.under(field))
        };
        let (cut, per, own, field) = match rule {
            Discount::AmountOff(off) => (
                Cut::Amount(minor(off.amount, "amount_off.amount")?),
                off.per,
                off.rounding,
                "amount_off.rounding",
            ),
            Discount::PercentOff(off) => (
                Cut::Percent {
                    part: Part::percent(off.percent.0),
                    max: match off.max {
                        Some(max) => Some(minor(max, "percent_off.max")?),
                        None => None,
                    },
                    of: off.of,
                },
                off.per,
                off.rounding,
                "percent_off.rounding",
            ),
        };
        let rounder = match &own {
            Some(own) => Rounder::new(own, currency).map_err(|error| error.under(field))?,
            // What is wrong with the program's is said there.
            None => Rounder::new(rounding, currency).unwrap_or(Rounder::EXACT),
        };
        Ok(Self { cut, per, rounder })
    }
}

/// How an amount is shared over rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sharing {
    pub(crate) weights: Weights,
    pub(crate) remainder: Remainder,
}

/// What a discount takes off each row, and what it could not take off any.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reduced {
    pub(crate) off: Vec<i64>,
    pub(crate) unplaced: i64,
}

/// What a discount takes off each of the rows that it is for.
///
/// No row goes below its least; what is taken off and what is not sum to what was to be taken off.
///
/// # Errors
/// [`Code::Overflow`] if the amounts are too large to be counted.
pub(crate) fn reduce(targets: &[Target], reduction: &Reduction, how: Sharing) -> Result<Reduced> {
    match reduction.cut {
        Cut::Amount(amount) => amount_off(targets, amount, reduction, how),
        Cut::Percent { part, max, of } => percent_off(targets, (part, max, of), reduction, how),
    }
}

fn amount_off(
    targets: &[Target],
    amount: i64,
    reduction: &Reduction,
    how: Sharing,
) -> Result<Reduced> {
    let rounder = &reduction.rounder;
    match reduction.per {
        DiscountPer::Scope => {
            let now = sum(targets.iter().map(|target| target.now));
            let wanted = rounder.off(now, i128::from(amount), 1, 1);
            spread(targets, wanted.ok_or_else(overflow)?, weight(how), how)
        }
        DiscountPer::Line => each(targets, |target| {
            rounder.off(target.now, i128::from(amount), 1, 1)
        }),
        DiscountPer::Unit => each(targets, |target| {
            let all = i128::from(amount).checked_mul(i128::from(target.quantity))?;
            rounder.off(target.now, all, 1, target.quantity)
        }),
    }
}

fn percent_off(
    targets: &[Target],
    (part, max, of): (Part, Option<i64>, PercentBase),
    reduction: &Reduction,
    how: Sharing,
) -> Result<Reduced> {
    let rounder = &reduction.rounder;
    let place = rounder.place.unwrap_or(match reduction.per {
        DiscountPer::Scope => RoundPlace::Order,
        DiscountPer::Line => RoundPlace::Line,
        DiscountPer::Unit => RoundPlace::Unit,
    });
    let base = |target: &Target| match of {
        PercentBase::Running => target.now,
        PercentBase::Initial => target.initial,
    };
    let off = |base: i64, now: i64, units: i64| {
        let num = i128::from(base).checked_mul(part.part)?;
        rounder.off(now, num, part.whole, units)
    };
    let reduced = match place {
        RoundPlace::Order => {
            let now = sum(targets.iter().map(|target| target.now));
            let wanted = off(sum(targets.iter().map(base)), now, 1).ok_or_else(overflow)?;
            let wanted = max.map_or(wanted, |max| wanted.min(max));
            return spread(targets, wanted, weight(how), how);
        }
        RoundPlace::TaxGroup => by_group(targets, how, |group| {
            let now = sum(group.iter().map(|target| target.now));
            off(sum(group.iter().map(base)), now, 1)
        })?,
        RoundPlace::Line => each(targets, |target| off(base(target), target.now, 1))?,
        RoundPlace::Unit => each(targets, |target| {
            off(base(target), target.now, target.quantity)
        })?,
    };
    capped(targets, reduced, max, how)
}

/// Each row by itself.
fn each(targets: &[Target], wanted: impl Fn(&Target) -> Option<i64>) -> Result<Reduced> {
    let mut reduced = Reduced::default();
    for target in targets {
        let wanted = wanted(target).ok_or_else(overflow)?;
        let off = wanted.min(target.headroom());
        reduced.unplaced = reduced.unplaced.saturating_add(wanted.saturating_sub(off));
        reduced.off.push(off);
    }
    Ok(reduced)
}

/// The rows of each tax together.
fn by_group(
    targets: &[Target],
    how: Sharing,
    wanted: impl Fn(&[Target]) -> Option<i64>,
) -> Result<Reduced> {
    let mut sorted: Vec<(usize, Target)> = targets.iter().copied().enumerate().collect();
    sorted.sort_by_key(|(_, target)| target.tax_group);
    let mut reduced = Reduced {
        off: vec![0; targets.len()],
        unplaced: 0,
    };
    for group in sorted.chunk_by(|(_, one), (_, other)| one.tax_group == other.tax_group) {
        let rows: Vec<Target> = group.iter().map(|(_, target)| *target).collect();
        let wanted = wanted(&rows).ok_or_else(overflow)?;
        let shared = spread(&rows, wanted, weight(how), how)?;
        for ((place, _), share) in group.iter().zip(shared.off) {
            if let Some(off) = reduced.off.get_mut(*place) {
                *off = share;
            }
        }
        reduced.unplaced = reduced.unplaced.saturating_add(shared.unplaced);
    }
    Ok(reduced)
}

/// Where all together is more than may be taken off, that is shared by what each row would have had.
fn capped(targets: &[Target], reduced: Reduced, max: Option<i64>, how: Sharing) -> Result<Reduced> {
    let placed = sum(reduced.off.iter().copied());
    let Some(max) = max.filter(|max| *max < placed.saturating_add(reduced.unplaced)) else {
        return Ok(reduced);
    };
    if max >= placed {
        return Ok(Reduced {
            unplaced: max.saturating_sub(placed),
            ..reduced
        });
    }
    let rows = targets.iter().zip(&reduced.off);
    let shares = rows.map(|(target, off)| share(target, *off));
    place(max, &shares.collect::<Vec<_>>(), how)
}

/// Shares an amount over the rows.
fn spread(
    targets: &[Target],
    amount: i64,
    weight: impl Fn(&Target) -> i64,
    how: Sharing,
) -> Result<Reduced> {
    let shares = targets.iter().map(|target| share(target, weight(target)));
    place(amount, &shares.collect::<Vec<_>>(), how)
}

fn share(target: &Target, weight: i64) -> Share {
    Share {
        weight: weight.max(0),
        headroom: Some(target.headroom()),
        quantity: target.quantity,
    }
}

fn place(amount: i64, shares: &[Share], how: Sharing) -> Result<Reduced> {
    let mut off = Vec::with_capacity(shares.len());
    let unplaced = allocate(amount, shares, how.remainder, &mut off)?;
    Ok(Reduced { off, unplaced })
}

fn weight(how: Sharing) -> impl Fn(&Target) -> i64 {
    move |target| match how.weights {
        Weights::Amount => target.now,
        Weights::Stated => target.stated,
        Weights::Gross => target.gross,
        Weights::Quantity => target.quantity,
    }
}

fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}

#[cold]
fn overflow() -> Error {
    Error::new(
        Code::Overflow,
        "a discount comes to more than can be counted",
    )
}
