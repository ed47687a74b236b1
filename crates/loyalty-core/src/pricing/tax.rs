//! The tax of rows: the host states it, discounts move it with the price, and it is computed once, on the final rows (clause 2.6).

use super::discount::Part;
use super::price::NetGross;
use super::rules::{RoundPlace, TaxRule};
use serde::{Deserialize, Serialize};

use crate::amount::{Ratio, Rounding};
use crate::error::{Code, Error, Result};

/// The tax of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowTax {
    pub(crate) kind: TaxKind,
    /// Whether the stated price includes it.
    pub(crate) included: bool,
}

/// How much tax a row bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum TaxKind {
    /// A part of the price without tax.
    Rate(Part),
    /// An amount at the stated price: both in minor units of the whole row.
    Amount { tax: i64, stated: i64 },
    /// An amount that does not move.
    Fixed(i64),
}

impl RowTax {
    /// The exact tax at an amount as the price is stated.
    fn exact(&self, amount: i64) -> Option<Ratio> {
        match self.kind {
            TaxKind::Rate(rate) => {
                let whole = if self.included {
                    rate.whole.checked_add(rate.part)?
                } else {
                    rate.whole
                };
                Ratio::new(i128::from(amount).checked_mul(rate.part)?, whole)
            }
            // What costs nothing at its stated price has the stated tax.
            TaxKind::Amount { tax, stated: 0 } => Some(Ratio::from_int(tax)),
            TaxKind::Amount { tax, stated } => {
                let product = i128::from(tax).checked_mul(i128::from(amount))?;
                Ratio::new(product, i128::from(stated))
            }
            TaxKind::Fixed(tax) => Some(Ratio::from_int(if self.included {
                tax.min(amount)
            } else {
                tax
            })),
        }
    }

    fn apply(&self, amount: i64, tax: i64) -> NetGross {
        if self.included {
            NetGross {
                net: amount.saturating_sub(tax),
                gross: amount,
            }
        } else {
            NetGross {
                net: amount,
                gross: amount.saturating_add(tax),
            }
        }
    }
}

/// The amounts of rows without and with tax, from the amounts as the prices are stated.
///
/// # Errors
/// [`Code::Overflow`] if the taxes are too large, or their rates too many, to be added exactly.
pub(crate) fn net_and_gross(
    rows: &[(i64, Option<RowTax>)],
    rule: &TaxRule,
) -> Result<Vec<NetGross>> {
    let mut taxes = Vec::with_capacity(rows.len());
    for (amount, tax) in rows {
        let exact = tax.map_or(Some(Ratio::ZERO), |tax| tax.exact(*amount));
        taxes.push(exact.ok_or_else(overflow)?);
    }
    let whole = match rule.place {
        RoundPlace::Unit | RoundPlace::Line => each(&taxes, rule.mode)?,
        RoundPlace::Order => {
            let all: Vec<usize> = (0..rows.len()).collect();
            let mut whole = vec![0; rows.len()];
            together(&taxes, &all, rule.mode, &mut whole)?;
            whole
        }
        RoundPlace::TaxGroup => by_rate(rows, &taxes, rule.mode)?,
    };
    let rows = rows.iter().zip(whole);
    Ok(rows
        .map(|((amount, tax), whole)| match tax {
            Some(tax) => tax.apply(*amount, whole),
            None => NetGross {
                net: *amount,
                gross: *amount,
            },
        })
        .collect())
}

/// What an amount comes to with its tax, rounded for itself.
pub(crate) fn gross(amount: i64, tax: Option<RowTax>) -> i64 {
    match tax {
        Some(tax) if !tax.included => {
            let more = tax
                .exact(amount)
                .and_then(|exact| exact.round(Rounding::HalfUp));
            amount.saturating_add(more.unwrap_or(0))
        }
        _ => amount,
    }
}

/// What an amount comes to without its tax, rounded for itself.
pub(crate) fn net(amount: i64, tax: Option<RowTax>) -> i64 {
    match tax {
        Some(tax) if tax.included => {
            let less = tax
                .exact(amount)
                .and_then(|exact| exact.round(Rounding::HalfUp));
            amount.saturating_sub(less.unwrap_or(0))
        }
        _ => amount,
    }
}

fn each(taxes: &[Ratio], mode: Rounding) -> Result<Vec<i64>> {
    taxes
        .iter()
        .map(|tax| tax.round(mode).ok_or_else(overflow))
        .collect()
}

/// Rows of one rate, priced one way, are rounded together. A tax that is stated as an amount is stated for its line alone.
fn by_rate(rows: &[(i64, Option<RowTax>)], taxes: &[Ratio], mode: Rounding) -> Result<Vec<i64>> {
    let mut whole = each(taxes, mode)?;
    let rated = |tax: &Option<RowTax>| match tax {
        Some(RowTax {
            kind: TaxKind::Rate(rate),
            included,
        }) => Some((rate.part, rate.whole, *included)),
        _ => None,
    };
    let mut keyed: Vec<((i128, i128, bool), usize)> = rows
        .iter()
        .enumerate()
        .filter_map(|(place, (_, tax))| Some((rated(tax)?, place)))
        .collect();
    keyed.sort_unstable();
    for group in keyed.chunk_by(|(one, _), (other, _)| one == other) {
        let places: Vec<usize> = group.iter().map(|(_, place)| *place).collect();
        together(taxes, &places, mode, &mut whole)?;
    }
    Ok(whole)
}

/// Rounds the sum of some taxes once; what whole parts leave over goes to the largest fractions, ties to the earlier row.
fn together(taxes: &[Ratio], places: &[usize], mode: Rounding, out: &mut [i64]) -> Result<()> {
    let mut sum = Ratio::ZERO;
    let mut floors = 0_i64;
    let mut rests = Vec::with_capacity(places.len());
    for place in places {
        let Some(tax) = taxes.get(*place) else {
            continue;
        };
        sum = sum.checked_add(*tax).ok_or_else(overflow)?;
        let floor = tax.round(Rounding::Floor).ok_or_else(overflow)?;
        floors = floors.saturating_add(floor);
        let rest = tax
            .checked_sub(Ratio::from_int(floor))
            .ok_or_else(overflow)?;
        rests.push((rest, *place));
        if let Some(out) = out.get_mut(*place) {
            *out = floor;
        }
    }
    let left = sum.round(mode).ok_or_else(overflow)?.saturating_sub(floors);
    rests.sort_by(|(one, _), (other, _)| other.cmp(one));
    // Never more than there are fractions.
    for (_, place) in rests.iter().take(usize::try_from(left).unwrap_or(0)) {
        if let Some(out) = out.get_mut(*place) {
            *out = out.saturating_add(1);
        }
    }
    Ok(())
}

#[cold]
fn overflow() -> Error {
    Error::new(
        Code::Overflow,
        "the taxes are too large, or too many different ones, to be added exactly",
    )
}
