//! What the coupons of the campaigns came to, against what the log says, line by line.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use loyalty_core::Receipt;

use super::{add, count, dollars, table, title};
use crate::campaigns::{Campaigns, Coupon};
use crate::log::{Basket, BasketLine, Counts};
use crate::store::Store;

/// How a line compares for which a coupon is presented.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Equal,
    Capped,
    Several,
    Less,
    More,
    Moved,
    Unbooked,
    Untold,
}

impl Why {
    fn words(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Capped => "the engine takes off no more than one unit costs",
            Self::Several => "the log has it several times, the redemptions tell it once a day",
            Self::Less => "the log has less: another coupon, or one of two",
            Self::More => "the log has more: another coupon, or two with one told",
            Self::Moved => "the log has it on another article of its list",
            Self::Unbooked => "redeemed, but the log has no coupon on any article of its list",
            Self::Untold => "the log has a coupon that no redemption is left to explain",
        }
    }
}

/// Lines with what the log and the engine take off, in cents.
#[derive(Clone, Copy, Default)]
struct Sum {
    lines: u64,
    /// Those of them that the log has a coupon on.
    booked: u64,
    log: i64,
    engine: i64,
}

impl Sum {
    fn add(&mut self, more: Self) {
        self.lines += more.lines;
        self.booked += more.booked;
        self.log += more.log;
        self.engine += more.engine;
    }
}

/// The coupons of a campaign.
#[derive(Clone, Copy, Default)]
struct Uses {
    presented: u64,
    used: u32,
    cents: i64,
}

/// The coupons of all receipts.
#[derive(Default)]
pub(super) struct Comparison {
    lines: BTreeMap<Why, Sum>,
    campaigns: BTreeMap<u32, Uses>,
    unused: BTreeMap<String, u64>,
    baskets: u64,
    unproven: u64,
}

/// A line of a receipt.
pub(super) struct Compared<'c> {
    line: &'c BasketLine,
    /// What coupons of campaigns took off, each with its cents.
    pub(super) coupons: Vec<(&'c Coupon, i64)>,
    /// What the log says of it; nothing where no coupon of a campaign is for the line.
    pub(super) log: i64,
    engine: i64,
}

/// The lines of a receipt, with what coupons of campaigns took off.
pub(super) fn compared<'c>(
    campaigns: &'c Campaigns,
    basket: &'c Basket,
    receipt: &Receipt,
) -> Vec<Compared<'c>> {
    let lines = basket.lines.iter().zip(&receipt.lines);
    lines
        .map(|(line, on)| {
            let coupons: Vec<(&Coupon, i64)> = campaigns
                .presented(basket)
                .filter_map(|coupon| {
                    let mut taken = on.discounts.iter();
                    let off = taken.find(|off| off.id.as_str() == coupon.id)?;
                    Some((coupon, off.amount.money().minor()))
                })
                .collect();
            Compared {
                line,
                log: if line.engines { line.coupon } else { 0 },
                engine: coupons.iter().map(|(_, cents)| cents).sum(),
                coupons,
            }
        })
        .collect()
}

/// Why a line is as it is; none where neither the log nor the engine takes anything off.
fn why(one: &Compared<'_>, lines: &[Compared<'_>]) -> Option<Why> {
    let values: i64 = one.coupons.iter().map(|(coupon, _)| coupon.value).sum();
    let why = match (one.log, one.engine) {
        (0, 0) => return None,
        (log, engine) if log == engine => Why::Equal,
        (0, _) => {
            let elsewhere = lines.iter().any(|other| {
                let for_it = one
                    .coupons
                    .iter()
                    .any(|(coupon, _)| coupon.is_for(other.line));
                other.log > 0 && other.engine == 0 && for_it
            });
            if elsewhere { Why::Moved } else { Why::Unbooked }
        }
        (_, 0) => {
            let elsewhere = lines.iter().any(|other| {
                let for_it = other
                    .coupons
                    .iter()
                    .any(|(coupon, _)| coupon.is_for(one.line));
                other.log == 0 && for_it
            });
            if elsewhere { Why::Moved } else { Why::Untold }
        }
        (_, engine) if engine < values => Why::Capped,
        (log, engine) if log < engine => Why::Less,
        (log, engine) if log % engine == 0 => Why::Several,
        _ => Why::More,
    };
    Some(why)
}

impl Comparison {
    /// Takes the receipt of a basket.
    pub(super) fn take(
        &mut self,
        campaigns: &Campaigns,
        basket: &Basket,
        receipt: &Receipt,
    ) -> Result<()> {
        if basket.presented.is_empty() {
            return Ok(());
        }
        ensure!(
            basket.lines.len() == receipt.lines.len(),
            "the receipt of basket {} has other lines",
            basket.id
        );
        self.baskets += 1;
        let lines = compared(campaigns, basket, receipt);
        for one in &lines {
            if let Some(why) = why(one, &lines) {
                self.lines.entry(why).or_default().add(Sum {
                    lines: 1,
                    booked: u64::from(one.log > 0),
                    log: one.log,
                    engine: one.engine,
                });
            }
        }
        for coupon in campaigns.presented(basket) {
            let uses = self.campaigns.entry(coupon.campaign).or_default();
            uses.presented += 1;
            let mut discounts = receipt.discounts.iter();
            if let Some(off) = discounts.find(|off| off.id.as_str() == coupon.id) {
                uses.used += 1;
                uses.cents += off.amount.money().minor();
            }
        }
        if let Some(promotions) = &receipt.promotions {
            self.unproven += u64::from(!promotions.proven);
            for unused in &promotions.unused {
                let reason = serde_json::to_value(unused.reason)?;
                let reason = reason.as_str().context("a reason is a word")?;
                *self.unused.entry(reason.to_owned()).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Prints the tables, and checks that the journal tells of the same uses.
    pub(super) fn print(
        &self,
        campaigns: &Campaigns,
        store: &Store,
        counts: &Counts,
    ) -> Result<()> {
        self.check(store)?;
        let told = counts.redemptions;
        println!(
            "\nOf {} redeemed coupons of campaigns {} are presented, with {} baskets; left out: {} of the retailer's own, {} without a value \
             that could be inferred, {} of whose articles no basket of the day has one",
            count(told.presented + told.retailers + told.valueless + told.goodless),
            count(told.presented),
            count(self.baskets),
            count(told.retailers),
            count(told.valueless),
            count(told.goodless),
        );
        for (reason, times) in &self.unused {
            println!("{} were not used: {reason}", count(*times));
        }
        if self.unproven > 0 {
            println!(
                "in {} baskets the search for the best set ended at its limit",
                count(self.unproven)
            );
        }
        self.print_campaigns(campaigns);
        self.print_lines(counts);
        Ok(())
    }

    /// The journal and the receipts tell of the same coupons.
    fn check(&self, store: &Store) -> Result<()> {
        let mut used = store.db.prepare(
            "SELECT CAST(entry ->> '$.coupon_redeemed.coupon' AS INTEGER), count(*)
             FROM journal WHERE kind = 'coupon_redeemed' GROUP BY 1 ORDER BY 1",
        )?;
        let journal: Vec<(u32, u32)> = used
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let uses = self.campaigns.iter();
        let receipts: Vec<(u32, u32)> = uses
            .map(|(campaign, uses)| (*campaign, uses.used))
            .filter(|(_, used)| *used > 0)
            .collect();
        ensure!(
            journal == receipts,
            "the journal and the receipts do not tell of the same coupons"
        );
        Ok(())
    }

    fn print_campaigns(&self, campaigns: &Campaigns) {
        let heads = ["Households", "Coupons", "Presented", "Used", "Cost, USD"];
        let mut table = table(&["Campaign", "Type", "Days"], &heads);
        let mut all = Uses::default();
        for (number, campaign) in &campaigns.all {
            let uses = self.campaigns.get(number).copied().unwrap_or_default();
            all.presented += uses.presented;
            all.used += uses.used;
            all.cents += uses.cents;
            add(
                &mut table,
                &[
                    &number.to_string(),
                    &campaign.kind,
                    &format!("{} to {}", campaign.start, campaign.end),
                ],
                &[
                    count(campaign.households),
                    campaigns.coupons_of(*number).to_string(),
                    count(uses.presented),
                    count(uses.used.into()),
                    dollars(uses.cents),
                ],
            );
        }
        let numbers = [
            count(all.presented),
            count(all.used.into()),
            dollars(all.cents),
        ];
        let row: Vec<String> = [String::new(), String::new()]
            .into_iter()
            .chain(numbers)
            .collect();
        add(&mut table, &["All", "", ""], &row);
        title("Coupons by campaign", String::new(), &table);
    }

    fn print_lines(&self, counts: &Counts) {
        let heads = ["Lines", "Log, USD", "Engine, USD", "Engine - log"];
        let mut table = table(&["Coupon discounts, line by line"], &heads);
        let mut row = |words: &str, sum: Sum, compared: bool| {
            let engine = if compared {
                dollars(sum.engine)
            } else {
                String::new()
            };
            let more = if compared {
                dollars(sum.engine - sum.log)
            } else {
                String::new()
            };
            add(
                &mut table,
                &[words],
                &[count(sum.lines), dollars(sum.log), engine, more],
            );
        };
        let mut all = Sum::default();
        for (why, sum) in &self.lines {
            all.add(*sum);
            row(why.words(), *sum, true);
        }
        row(
            "all lines that a coupon of a campaign is presented for",
            all,
            true,
        );
        let (lines, log) = counts.coupons;
        let hosts = Sum {
            lines: lines.saturating_sub(all.booked),
            log: log - all.log,
            ..Sum::default()
        };
        row(
            "no coupon of a campaign: reported by the host",
            hosts,
            false,
        );
        let (lines, log) = counts.coupons_dropped;
        let dropped = Sum {
            lines,
            log,
            ..Sum::default()
        };
        row(
            "on a line of quantity and amount 0: left out",
            dropped,
            false,
        );
        let total = Sum {
            lines: all.booked + hosts.lines + dropped.lines,
            log: all.log + hosts.log + dropped.log,
            ..Sum::default()
        };
        row("all coupon discounts of the log", total, false);
        title(
            "Against the log",
            format!("{} baskets", count(self.baskets)),
            &table,
        );
    }
}
