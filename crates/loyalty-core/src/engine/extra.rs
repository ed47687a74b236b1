//! What prices know of a row besides its amounts: a floor price, tax, whether discounts and points may lower it.

use crate::amount::{Currency, Money};
use crate::error::{Code, Error, Result};
use crate::event::{Line, Tax, TaxOf};
use crate::pricing::{Part, RowTax, TaxKind};

/// What prices know of a row besides its amounts.
#[derive(Clone, Copy)]
pub(super) struct Extra {
    /// No discount goes below this.
    pub(super) least: i64,
    /// Whether discounts take anything off it.
    pub(super) discountable: bool,
    /// Whether points can pay for it: not for stored value.
    pub(super) payable: bool,
    pub(super) tax: Option<RowTax>,
    /// Rows of one number have one tax.
    pub(super) tax_group: u32,
}

impl Extra {
    /// A row that is nothing but its price.
    pub(super) const PLAIN: Self = Self {
        least: 0,
        discountable: true,
        payable: true,
        tax: None,
        tax_group: 0,
    };
}

/// Whether a line says more than its price.
pub(super) fn is_special(line: &Line<'_>) -> bool {
    line.tax.is_some() || line.floor.is_some() || !line.discountable || line.gift_card
}

/// A tax that is stated as an amount, in minor units; zero for a rate.
pub(super) fn stated_tax(tax: &Tax, list: i64, currency: Currency) -> Result<i64> {
    let (stated, field) = match tax.of {
        TaxOf::Rate(_) => return Ok(0),
        TaxOf::Amount(amount) => (amount, "tax.amount"),
        TaxOf::Fixed(amount) => (amount, "tax.fixed"),
    };
    let stated = Money::from_decimal(stated, currency)
        .map_err(|error| error.under(field))?
        .minor();
    if tax.included && stated > list {
        let words = "the price includes the tax: it cannot be less than the tax";
        return Err(Error::at(Code::OutOfRange, field, words));
    }
    Ok(stated)
}

/// The tax of a row whose stated price is `list`.
pub(super) fn row_tax(tax: &Tax, stated: i64, list: i64) -> RowTax {
    let kind = match tax.of {
        TaxOf::Rate(rate) => TaxKind::Rate(Part::percent(rate)),
        TaxOf::Amount(_) => TaxKind::Amount {
            tax: stated,
            stated: list,
        },
        TaxOf::Fixed(_) => TaxKind::Fixed(stated),
    };
    RowTax {
        kind,
        included: tax.included,
    }
}

/// What prices know of a row that begins with this line; `list` and `tax` are those of the whole row.
pub(super) fn extra(
    line: &Line<'_>,
    (quantity, list, tax): (i64, i64, i64),
    currency: Currency,
) -> Result<Extra> {
    let floor = match line.floor {
        // The lines of the row have one floor price, which was read with the first of them.
        Some(floor) => Money::from_decimal(floor, currency)?.minor(),
        None => 0,
    };
    let tax = line.tax.as_ref().map(|stated| row_tax(stated, tax, list));
    let fixed = match tax {
        // A tax that does not move is in the price: no discount takes it off.
        Some(RowTax {
            kind: TaxKind::Fixed(tax),
            included: true,
        }) => tax,
        _ => 0,
    };
    Ok(Extra {
        least: floor.saturating_mul(quantity).max(fixed),
        discountable: line.discountable && !line.gift_card,
        payable: !line.gift_card,
        tax,
        tax_group: 0,
    })
}

/// Gives rows of one tax one number. Taxes that are stated as amounts are each their own.
pub(super) fn number_taxes(extras: &mut [Extra]) {
    let mut keyed: Vec<((i128, i128, bool), usize)> = Vec::new();
    let mut next = 0_u32;
    for (place, extra) in extras.iter_mut().enumerate() {
        match extra.tax {
            Some(RowTax {
                kind: TaxKind::Rate(rate),
                included,
            }) => keyed.push(((rate.part, rate.whole, included), place)),
            Some(_) => {
                next = next.saturating_add(1);
                extra.tax_group = next;
            }
            None => {}
        }
    }
    keyed.sort_unstable();
    for group in keyed.chunk_by(|(one, _), (other, _)| one == other) {
        next = next.saturating_add(1);
        for (_, place) in group {
            if let Some(extra) = extras.get_mut(*place) {
                extra.tax_group = next;
            }
        }
    }
}
