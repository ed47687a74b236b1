//! The log once more: receipts are not stored, for the engine is a pure function, and the log gives them again. Households are
//! folded in memory, which must give the documents that the database holds, byte for byte.

use anyhow::{Context, Result, ensure};
use indicatif::ProgressBar;
use loyalty_core::Instant;

use super::coupons::Comparison;
use super::receipt::Showcase;
use crate::clerk::Clerk;
use crate::replay::{self, Files};
use crate::store::Store;

/// What the receipts gave.
pub(super) struct Again {
    pub(super) comparison: Comparison,
    pub(super) showcase: Showcase,
    /// How many households were folded.
    pub(super) folded: u64,
}

/// Folds the households that presented coupons, and others as long as there is a receipt of theirs to look for.
pub(super) fn fold(clerk: &Clerk<'_>, files: &Files, store: &Store, end: Instant) -> Result<Again> {
    let mut document = store
        .db
        .prepare("SELECT document FROM members WHERE id = ?1")?;
    let mut log = files.log(clerk, &ProgressBar::hidden())?;
    let mut again = Again {
        comparison: Comparison::default(),
        showcase: Showcase::default(),
        folded: 0,
    };
    while let Some(household) = log.next_household()? {
        let baskets = &household.baskets;
        let presents = baskets.iter().any(|basket| !basket.presented.is_empty());
        if !presents && !again.showcase.lacks_plain_ones() {
            continue;
        }
        let member = replay::fold(clerk, &household, end, |place, receipt| {
            let basket = baskets.get(place).context("a receipt without a basket")?;
            let comparison = &mut again.comparison;
            comparison.take(clerk.campaigns, basket, &receipt)?;
            again.showcase.take(clerk, &household.id, basket, &receipt)
        })?;
        if member.version() > 0 {
            let stored: String = document.query_row([&household.id], |row| row.get(0))?;
            ensure!(
                stored == member.to_json(),
                "household {} folded in memory is not the member of the database: was that made by another version of the engine? Name a new one with --database",
                household.id
            );
            again.folded += 1;
        }
    }
    Ok(again)
}
