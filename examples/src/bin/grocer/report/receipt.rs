//! One receipt in full, and the proof that the log gives the documents of the database again.

use anyhow::{Context, Result, ensure};
use indicatif::ProgressBar;
use loyalty_core::{Id, Instant, Receipt};

use super::{add, grouped, table, title};
use crate::clerk::Clerk;
use crate::log::{Basket, Household};
use crate::replay::{self, Files};
use crate::store::Store;

/// A receipt on which so many rules gave something is worth showing; until one is found, households are folded.
const ENOUGH_RULES: usize = 5;

/// One receipt in full. Receipts are not stored: the engine is a pure function, and the log gives them again. Households are
/// folded in memory, which must give the documents that the database holds, byte for byte.
pub(super) fn print(clerk: &Clerk<'_>, files: &Files, store: &Store, end: Instant) -> Result<()> {
    let mut document = store
        .db
        .prepare("SELECT document FROM members WHERE id = ?1")?;
    let mut log = files.log(clerk, &ProgressBar::hidden())?;
    let mut best: Option<(usize, Household, usize, Receipt)> = None;
    let mut folded = 0;
    while best
        .as_ref()
        .is_none_or(|(rules, ..)| *rules < ENOUGH_RULES)
        && let Some(household) = log.next_household()?
    {
        let mut found: Option<(usize, usize, Receipt)> = None;
        let least = best.as_ref().map_or(0, |(rules, ..)| *rules);
        let member = replay::fold(clerk, &household, end, |place, receipt| {
            let least = found.as_ref().map_or(least, |(rules, ..)| *rules);
            if let Some(rules) = worth_showing(&receipt)
                && rules > least
            {
                found = Some((rules, place, receipt));
            }
        })?;
        if member.version() > 0 {
            let stored: String = document.query_row([&household.id], |row| row.get(0))?;
            ensure!(
                stored == member.to_json(),
                "household {} folded in memory is not the member of the database: was that made by another version of the engine? Name a new one with --database",
                household.id
            );
            folded += 1;
        }
        if let Some((rules, place, receipt)) = found {
            best = Some((rules, household, place, receipt));
        }
    }
    if let Some((_, household, place, receipt)) = best {
        let basket = household
            .baskets
            .get(place)
            .context("a receipt without a basket")?;
        print_lines(clerk, &household.id, basket, &receipt);
    }
    println!(
        "\n{} households folded again in memory are the documents of the database, byte for byte.",
        grouped(folded)
    );
    Ok(())
}

/// How much a receipt shows: how many rules gave, if points were used and it fits on a page.
fn worth_showing(receipt: &Receipt) -> Option<usize> {
    let used = receipt.tender.iter().any(|tender| !tender.points.is_zero());
    if !used || !(5..=14).contains(&receipt.lines.len()) {
        return None;
    }
    let mut rules: Vec<&Id> = receipt
        .lines
        .iter()
        .flat_map(|line| &line.points)
        .map(|given| &given.rule)
        .collect();
    rules.sort_unstable();
    rules.dedup();
    Some(rules.len())
}

fn print_lines(clerk: &Clerk<'_>, household: &str, basket: &Basket, receipt: &Receipt) {
    let mut table = table(
        &["Article", "Category", "Brand", "Points by rule"],
        &["Units", "List", "Discounted", "Paid", "Points"],
    );
    for line in &receipt.lines {
        let product = clerk.products.get(line.sku.as_str());
        let points: i64 = line.points.iter().map(|given| given.points.get()).sum();
        let given: Vec<String> = line
            .points
            .iter()
            .map(|given| format!("{} {}", given.rule, given.points.get()))
            .collect();
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
                &given.join(", "),
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
    let earned: i64 = receipt
        .points
        .iter()
        .map(|account| account.points.get())
        .sum();
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
    let when = format!(
        "household {household}, {} {:02}:{:02}",
        local.date,
        local.hour(),
        local.minute()
    );
    title(
        &format!("Receipt of basket {}", receipt.order),
        when,
        &table,
    );
    for tender in &receipt.tender {
        println!(
            "{} points were asked for, {} used: {} USD less to pay.",
            tender.asked.get(),
            tender.points.get(),
            tender.value
        );
    }
}
