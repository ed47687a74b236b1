//! What receipts look like: five, each for something that it shows.

use std::fmt::Write;

use anyhow::{Context, Result};
use loyalty_core::{Id, Receipt};

use super::coupons::{Compared, compared};
use super::{add, dollars, grouped, table};
use crate::clerk::Clerk;
use crate::log::Basket;

/// What is worth showing, in the order in which it is shown.
#[derive(Clone, Copy)]
enum Shows {
    Plain,
    Points,
    Coupon,
    Coupons,
    Left,
}

impl Shows {
    const ALL: [Self; 5] = [
        Self::Plain,
        Self::Points,
        Self::Coupon,
        Self::Coupons,
        Self::Left,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::Plain => "as most are",
            Self::Points => "paid in part with points, and five rules gave some",
            Self::Coupon => "a coupon takes off what the log says",
            Self::Coupons => "several coupons, one unit for each",
            Self::Left => "a coupon that is not used in full",
        }
    }

    /// Whether a receipt, short enough for a page, shows it.
    fn is_in(self, receipt: &Receipt, lines: &[Compared<'_>]) -> bool {
        let used = receipt.tender.iter().any(|tender| !tender.points.is_zero());
        let unused = receipt
            .promotions
            .as_ref()
            .map_or(0, |all| all.unused.len());
        let short = receipt.discounts.iter().any(|off| off.unplaced.is_some());
        let coupons = receipt.discounts.len();
        let differs = |one: &Compared<'_>| {
            let engine: i64 = one.coupons.iter().map(|(_, cents)| cents).sum();
            engine != one.log
        };
        let few = (3..=14).contains(&lines.len());
        few && match self {
            Self::Plain => !used && coupons + unused == 0 && (2..5).contains(&rules(receipt)),
            Self::Points => used && rules(receipt) >= 5,
            Self::Coupon => coupons == 1 && !lines.iter().any(differs),
            Self::Coupons => coupons >= 2 && unused == 0,
            Self::Left => unused > 0 || short,
        }
    }
}

/// How many rules gave points.
fn rules(receipt: &Receipt) -> usize {
    let points = receipt.lines.iter().flat_map(|line| &line.points);
    let mut rules: Vec<&Id> = points.map(|given| &given.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules.len()
}

/// The receipts that are shown: the first one found for each thing.
#[derive(Default)]
pub(super) struct Showcase([Option<String>; 5]);

impl Showcase {
    /// Whether there is something left to look for where no coupons are presented.
    pub(super) fn lacks_plain_ones(&self) -> bool {
        let [plain, points, ..] = &self.0;
        plain.is_none() || points.is_none()
    }

    /// Looks at the receipt of a basket.
    pub(super) fn take(
        &mut self,
        clerk: &Clerk<'_>,
        household: &str,
        basket: &Basket,
        receipt: &Receipt,
    ) -> Result<()> {
        if self.0.iter().all(Option::is_some) {
            return Ok(());
        }
        let lines = compared(clerk.campaigns, basket, receipt);
        for (place, shows) in self.0.iter_mut().zip(Shows::ALL) {
            if place.is_none() && shows.is_in(receipt, &lines) {
                *place = Some(written(clerk, household, basket, receipt, &lines, shows)?);
                break;
            }
        }
        Ok(())
    }

    /// Prints what was found.
    pub(super) fn print(&self) {
        for receipt in self.0.iter().flatten() {
            print!("\n{receipt}");
        }
    }
}

fn written(
    clerk: &Clerk<'_>,
    household: &str,
    basket: &Basket,
    receipt: &Receipt,
    lines: &[Compared<'_>],
    shows: Shows,
) -> Result<String> {
    let mut table = table(
        &[
            "Article",
            "Category",
            "Brand",
            "Coupons, and points by rule",
        ],
        &["Units", "List", "Discounted", "Paid", "Points"],
    );
    for (line, compared) in receipt.lines.iter().zip(lines) {
        let product = clerk.products.get(line.sku.as_str());
        let points: i64 = line.points.iter().map(|given| given.points.get()).sum();
        let off = compared.coupons.iter();
        let mut why: Vec<String> = off
            .map(|(coupon, cents)| format!("-{} by {}", dollars(*cents), coupon.id))
            .collect();
        if compared.log > 0 {
            why.push(format!("(log: -{})", dollars(compared.log)));
        }
        let given = line.points.iter();
        why.extend(given.map(|given| format!("{} {}", given.rule, given.points.get())));
        add(
            &mut table,
            &[
                line.sku.as_str(),
                product
                    .and_then(|product| product.category.as_deref())
                    .unwrap_or_default(),
                product
                    .and_then(|product| product.brand.as_deref())
                    .unwrap_or_default(),
                &why.join(", "),
            ],
            &[
                grouped(line.quantity),
                line.list.to_string(),
                line.discounted.to_string(),
                line.paid.to_string(),
                grouped(points),
            ],
        );
    }
    let local = basket.at.offset.local(basket.at.instant);
    let accounts = receipt.points.iter();
    let earned: i64 = accounts.map(|account| account.points.get()).sum();
    let total = &receipt.total;
    add(
        &mut table,
        &["", "Total", "", ""],
        &[
            String::new(),
            total.list.to_string(),
            total.discounted.to_string(),
            total.paid.to_string(),
            grouped(earned),
        ],
    );
    let mut text = format!(
        "Receipt of basket {} (household {household}, {} {:02}:{:02}): {}\n{}\n",
        receipt.order,
        local.date,
        local.hour(),
        local.minute(),
        shows.words(),
        table.trim_fmt(),
    );
    for tender in &receipt.tender {
        writeln!(
            text,
            "{} points were asked for, {} used: {} USD less to pay.",
            tender.asked.get(),
            tender.points.get(),
            tender.value
        )?;
    }
    for off in &receipt.discounts {
        if let Some(unplaced) = off.unplaced {
            writeln!(
                text,
                "Coupon {} takes off {}; no unit could take {unplaced} more.",
                off.id, off.amount
            )?;
        }
    }
    for unused in receipt.promotions.iter().flat_map(|all| &all.unused) {
        let reason = serde_json::to_value(unused.reason)?;
        let promotion = unused.promotion.as_ref().map_or("unknown", Id::as_str);
        writeln!(
            text,
            "Coupon {promotion} is not used: {}.",
            reason.as_str().context("a reason is a word")?
        )?;
    }
    Ok(text)
}
