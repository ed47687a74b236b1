//! Offers and coupons through the engine: a quote is honest, lines may be split and turned, parts that go back sum to what was paid,
//! nothing falls below its floor, one more coupon never raises a price that is proven, and everything presented has an answer.

mod cases;

use std::collections::{BTreeMap, BTreeSet};

use loyalty_core::{Code, Event, Member, Receipt, ReceiptPromotions};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::run::{Coverage, Verdict, check};
use cases::{
    Back, Case, Line, amounts, by_discount, cases, is_best, minor, money, paid, priced, proven,
    sums, take, told, total, used,
};

/// What a receipt says of promotions, but for the ids of lines.
fn said(receipt: &Receipt) -> Option<ReceiptPromotions> {
    let mut told = receipt.promotions.clone()?;
    for added in &mut told.added {
        let units = added.instead.iter().map(|one| one.quantity).sum();
        added.instead.truncate(1);
        for one in &mut added.instead {
            (one.line, one.quantity) = (added.sku.clone(), units);
        }
    }
    Some(told)
}

/// What is paid for what was in the basket: a coupon that sells something besides has that on top.
fn payable(receipt: &Receipt) -> i64 {
    let lines = receipt.promotions.iter().flat_map(|told| &told.added);
    let sold = lines.filter(|added| added.line.is_some());
    paid(receipt) - sold.filter_map(|added| added.price).map(minor).sum::<i64>()
}

fn run(number: u32, wanted: &[&str], test: impl Fn(&Case, &Coverage) -> Verdict) {
    check(number, &[wanted], cases(), Case::show, test);
}

/// Notes what a case reached.
fn reached(case: &Case, receipt: &Receipt, coverage: &Coverage) {
    for one in &receipt.discounts {
        let (list, place) = one.id.as_str().split_once('-').expect("a list and a place");
        let deals = if list == "offer" {
            &case.offers
        } else {
            &case.coupons
        };
        let place: usize = place.parse().expect("a place");
        let deal = deals[place].0["discount"].as_object().expect("a discount");
        coverage.note(deal.keys().next().expect("a kind"));
        coverage.note(if one.coupon.is_some() {
            "coupon"
        } else {
            "offer"
        });
    }
    let told = receipt.promotions.iter();
    for one in told.flat_map(|told| &told.unused) {
        let reason = serde_json::to_value(one.reason).expect("a reason");
        coverage.note(reason.as_str().expect("a text"));
    }
    if receipt.discounts.len() > 1 {
        coverage.note("several");
    }
}

/// Every kind of discount is used and every reason that a basket can bring is given; a quote says what the purchase then does
/// (clause 10.11) and leaves the member; what is presented is used or has one reason (10.8); groups and exclusion hold (10.6).
#[test]
fn a_quote_is_what_the_purchase_does() {
    run(
        1500,
        &[
            "amount_off",
            "percent_off",
            "tiered",
            "fixed_price",
            "buy_x_get_y",
            "bundle",
            "gift",
            "shipping_off",
            "exchange",
            "points",
            "replace",
            "not_presented",
            "coupon",
            "offer",
            "several",
            "unmet",
            "no_effect",
            "limit_reached",
            "not_combinable",
            "lower_priority",
            "beaten",
        ],
        |case, coverage| {
            let (engine, mut member) = case.begin();
            let presented = case.all_presented();
            let event = case.purchase("o-1", 2, &case.whole(), &presented);
            let before = member.to_json();
            let parsed = event.to_string();
            let quoted = engine
                .quote(&member, &Event::from_json(&parsed).map_err(told)?)
                .map_err(told)?;
            prop_assert_eq!(&before, &member.to_json());
            let done = take(&engine, &mut member, &event).map_err(told)?;
            coverage.count("purchase");
            prop_assert_eq!(quoted.to_json(), done.to_json());
            let receipt = done.receipt.expect("a receipt");
            reached(case, &receipt, coverage);

            let promotions = receipt.promotions.as_ref();
            let unused: Vec<&str> = promotions
                .into_iter()
                .flat_map(|told| &told.unused)
                .filter_map(|one| one.coupon.as_ref().map(|id| id.as_str()))
                .collect();
            let taken: Vec<&str> = receipt
                .discounts
                .iter()
                .filter_map(|one| one.coupon.as_ref().map(|id| id.as_str()))
                .collect();
            let mut answered: Vec<&str> = unused.iter().chain(&taken).copied().collect();
            answered.sort_unstable();
            // What lies in the wallet has a reason, too, presented or not.
            let owned = (0..case.coupons.len()).map(|place| case.name(place));
            let owned = owned.filter(|name| name.starts_with("own"));
            let asked: BTreeSet<String> = presented.iter().cloned().chain(owned).collect();
            prop_assert!(
                answered
                    .iter()
                    .copied()
                    .eq(asked.iter().map(String::as_str))
            );

            let deal = |id: &str| {
                let (list, place) = id.split_once('-').expect("a list and a place");
                let deals = if list == "offer" {
                    &case.offers
                } else {
                    &case.coupons
                };
                &deals[place.parse::<usize>().expect("a place")].0
            };
            let all: Vec<&Value> = receipt
                .discounts
                .iter()
                .map(|one| deal(one.id.as_str()))
                .collect();
            for (group, most) in [("g0", 1), ("g1", 2)] {
                prop_assert!(all.iter().filter(|one| one["group"] == group).count() <= most);
            }
            let by_row = case.combining["conflict"] == "row";
            let alone =
                |one: &&&Value| one["exclusive"] == true || (!by_row && one["beside"] == "none");
            prop_assert!(all.len() < 2 || !all.iter().any(|one| alone(&one)));
            Ok(())
        },
    );
}

/// Parts sum to wholes and no line falls below its floor (clauses 2.4, 10.5, I20).
#[test]
fn parts_of_a_promoted_price_sum() {
    run(
        1500,
        &["taxed", "shipped", "unplaced", "floor", "free"],
        |case, coverage| {
            let (_, _, receipt) = case.buy()?;
            coverage.count("purchase");
            prop_assert_eq!(sums(&receipt), total(&receipt));
            let [list, discounted, net, gross, paid] = total(&receipt);
            prop_assert!(0 <= discounted && discounted <= list && net <= gross && gross == paid);
            let mut discounts: BTreeMap<String, i64> = BTreeMap::new();
            for (place, line) in receipt.lines.iter().enumerate() {
                for one in &line.discounts {
                    *discounts.entry(one.id.to_string()).or_default() += minor(one.amount);
                }
                let Some(sent) = case.lines.get(place) else {
                    continue;
                };
                let off: i64 = line.discounts.iter().map(|one| minor(one.amount)).sum();
                prop_assert_eq!(minor(line.discounted), sent.before() - off, "{:?}", line);
                if !sent.discountable {
                    prop_assert!(line.discounts.is_empty(), "{line:?}");
                }
                if case.lines.iter().filter(|other| sent.alike(other)).count() == 1 {
                    // Lines that share a row share its left-over units.
                    prop_assert!(
                        minor(line.discounted) >= sent.least(),
                        "{line:?} below {}",
                        sent.least()
                    );
                    if off > 0 && minor(line.discounted) == sent.least() {
                        coverage.note(if sent.least() > 0 { "floor" } else { "free" });
                    }
                }
            }
            discounts.retain(|_, amount| *amount != 0);
            let mut told: BTreeMap<String, i64> = BTreeMap::new();
            for one in &receipt.discounts {
                *told.entry(one.id.to_string()).or_default() += minor(one.amount);
            }
            told.retain(|_, amount| *amount != 0);
            prop_assert_eq!(discounts, told);
            for (name, holds) in [
                ("taxed", receipt.total.tax.is_some()),
                ("shipped", case.shipping.is_some()),
                (
                    "unplaced",
                    receipt.discounts.iter().any(|one| one.unplaced.is_some()),
                ),
            ] {
                if holds {
                    coverage.note(name);
                }
            }
            Ok(())
        },
    );
}

/// Clause 2.5: one line of many units, or many lines, come to the same, to the last promotion.
#[test]
fn splitting_a_line_changes_no_promotion() {
    run(1500, &["split", "promoted"], |case, coverage| {
        let mut split: Vec<(String, Line)> = Vec::new();
        for (id, line) in case.whole() {
            for unit in 0..line.quantity.min(2) {
                let quantity = if unit == 0 { 1 } else { line.quantity - 1 };
                split.push((
                    format!("{id}-{unit}"),
                    Line {
                        quantity,
                        ..line.clone()
                    },
                ));
            }
        }
        let (engine, member) = case.begin();
        let presented = case.all_presented();
        let one = priced(
            &engine,
            &member,
            &case.purchase("o-1", 2, &case.whole(), &presented),
        )?;
        let two = priced(
            &engine,
            &member,
            &case.purchase("o-1", 2, &split, &presented),
        )?;
        coverage.count(if split.len() > case.lines.len() {
            "split"
        } else {
            "whole"
        });
        if !one.discounts.is_empty() {
            coverage.note("promoted");
        }
        prop_assert_eq!(&one.total, &two.total);
        prop_assert_eq!(&one.discounts, &two.discounts);
        prop_assert_eq!(said(&one), said(&two));
        prop_assert_eq!(&one.points, &two.points);
        Ok(())
    });
}

/// I16, I21: neither the order of the lines nor, where the best set is taken, that of the coupons matters. Lines are turned under one
/// promotion and prices that differ: ties go by the order of the lines, and left-over units of one discount are the base of the next.
#[test]
fn the_order_of_lines_and_coupons_does_not_matter() {
    run(
        1300,
        &["turned", "coupons", "promoted"],
        |case, coverage| {
            let mut presented = case.all_presented();
            let (engine, member) = case.begin();
            if is_best(case) {
                let one = priced(
                    &engine,
                    &member,
                    &case.purchase("o-1", 2, &case.whole(), &presented),
                )?;
                presented.reverse();
                let two = priced(
                    &engine,
                    &member,
                    &case.purchase("o-1", 2, &case.whole(), &presented),
                )?;
                prop_assert_eq!(
                    (&one.lines, &one.total, &one.discounts),
                    (&two.lines, &two.total, &two.discounts)
                );
                if presented.len() > 1 {
                    coverage.note("coupons");
                }
            }
            for kept in 0..case.offers.len() {
                let mut alone = case.clone();
                alone.coupons.clear();
                alone.offers = std::vec![case.offers[kept].clone()];
                // Units that are counted through as the lines stand.
                if alone.offers[0].0["targets"]["by"] == "rank" {
                    continue;
                }
                let mut seen = BTreeSet::new();
                alone.lines.retain(|line| seen.insert(line.price));
                let (engine, member) = alone.begin();
                let mut turned = alone.whole();
                turned.reverse();
                let one = priced(
                    &engine,
                    &member,
                    &alone.purchase("o-1", 2, &alone.whole(), &[]),
                )?;
                let two = priced(&engine, &member, &alone.purchase("o-1", 2, &turned, &[]))?;
                coverage.count("turned");
                if !one.discounts.is_empty() {
                    coverage.note("promoted");
                }
                prop_assert_eq!(by_discount(&one), by_discount(&two));
                prop_assert_eq!(one.total.discounted, two.total.discounted);
            }
            Ok(())
        },
    );
}

/// Clause 10.7: with the best set, and where both answers are proven, one more presented coupon never raises what is paid, and to
/// decline what would be used never lowers it.
#[test]
fn one_more_coupon_never_raises_a_proven_price() {
    run(400, &["fewer", "saves", "declined"], |case, coverage| {
        let mut case = case.clone();
        case.combining["choose"] = json!("best");
        case.combining
            .as_object_mut()
            .expect("an object")
            .remove("exclusive_first");
        let (engine, member) = case.begin();
        let all: Vec<String> = (0..case.coupons.len())
            .map(|place| case.name(place))
            .collect();
        let whole = case.whole();
        let most = priced(&engine, &member, &case.purchase("o-1", 2, &whole, &all))?;
        coverage.count("purchase");
        for left_out in &all {
            let fewer: Vec<String> = all.iter().filter(|one| *one != left_out).cloned().collect();
            let fewer = priced(&engine, &member, &case.purchase("o-1", 2, &whole, &fewer))?;
            if proven(&most) && proven(&fewer) {
                prop_assert!(
                    payable(&most) <= payable(&fewer),
                    "{left_out}: {most:?} {fewer:?}"
                );
                coverage.count("fewer");
                if payable(&most) < payable(&fewer) {
                    coverage.note("saves");
                }
            }
        }
        for one in &most.discounts {
            let mut event = case.purchase("o-1", 2, &whole, &all);
            event["purchase"]["declined"] = json!([one.coupon.as_ref().unwrap_or(&one.id)]);
            let without = priced(&engine, &member, &event)?;
            if proven(&most) && proven(&without) {
                prop_assert!(
                    payable(&most) <= payable(&without),
                    "{}: {without:?}",
                    one.id
                );
                coverage.count("declined");
            }
        }
        Ok(())
    });
}

/// Clause 6.2: whatever goes back in whatever parts, in the end it is what was paid and what each promotion took off; then the
/// coupons are back (6.3), what was used of limits is free (10.4), and the same purchase is answered as it was before.
#[test]
fn parts_of_a_promoted_order_sum_and_all_of_it_undoes_the_use() {
    run(
        520,
        &["units", "amount", "exceeded", "rest", "coupon", "limited"],
        |case, coverage| {
            let (engine, mut member, bought) = case.buy()?;
            let mut back = [0_i64; 5];
            let mut discounts: BTreeMap<String, i64> = BTreeMap::new();
            let mut wishes: Vec<Option<Value>> = Vec::new();
            for parts in &case.returns {
                let mut lines = serde_json::Map::new();
                for (which, part) in parts {
                    let line = &bought.lines[which % bought.lines.len()];
                    let one = match part {
                        Back::Units(units) => json!({"line": line.line, "quantity": units}),
                        Back::Amount(percent) => {
                            let amount = (minor(line.paid) * percent / 100).max(1);
                            json!({"line": line.line, "amount": money(amount)})
                        }
                    };
                    lines.insert(line.line.to_string(), one);
                }
                wishes.push(Some(lines.into_iter().map(|(_, one)| one).collect()));
            }
            wishes.push(None);
            for (number, lines) in wishes.into_iter().enumerate() {
                let mut event = json!({"id": format!("r-{number}"), "at": "2026-03-03T10:00:00+08:00", "return": {"order": "o-1"}});
                if let Some(lines) = &lines {
                    event["return"]["lines"] = lines.clone();
                }
                let receipt = match take(&engine, &mut member, &event) {
                    Ok(outcome) => outcome.receipt.expect("a receipt"),
                    Err(error) => {
                        coverage.count("exceeded");
                        prop_assert_eq!(error.code(), Code::QuantityExceeded, "{}", error);
                        continue;
                    }
                };
                coverage.count(match (&lines, event.to_string().contains("amount")) {
                    (None, _) => "rest",
                    (_, true) => "amount",
                    _ => "units",
                });
                prop_assert_eq!(sums(&receipt), total(&receipt));
                for line in &receipt.lines {
                    prop_assert!(amounts(line).iter().all(|amount| *amount >= 0), "{line:?}");
                }
                for (sum, amount) in back.iter_mut().zip(sums(&receipt)) {
                    *sum += amount;
                }
                for (id, amount) in by_discount(&receipt) {
                    *discounts.entry(id).or_default() += amount;
                }
            }
            discounts.retain(|_, amount| *amount != 0);
            prop_assert_eq!(back, sums(&bought));
            prop_assert_eq!(discounts, by_discount(&bought));
            prop_assert_eq!(member.balance("points"), 0);
            let stored = Member::from_json(&member.to_json());
            prop_assert!(stored.is_ok_and(|stored| stored == member));

            let again = case.purchase("o-2", 4, &case.whole(), &case.all_presented());
            let again = priced(&engine, &member, &again)?;
            prop_assert_eq!(&again.lines, &bought.lines);
            prop_assert_eq!(&again.discounts, &bought.discounts);
            prop_assert_eq!(&again.promotions, &bought.promotions);
            for one in &bought.discounts {
                let (list, place) = one.id.as_str().split_once('-').expect("a list and a place");
                let deals = if list == "offer" {
                    &case.offers
                } else {
                    &case.coupons
                };
                if deals[place.parse::<usize>().expect("a place")]
                    .0
                    .get("limits")
                    .is_some()
                {
                    coverage.note("limited");
                }
                if one
                    .coupon
                    .as_ref()
                    .is_some_and(|id| id.as_str().starts_with("own"))
                {
                    coverage.note("coupon");
                }
            }
            Ok(())
        },
    );
}

/// Clause 10.4, I18: over several purchases no more is used than a limit lets through, and a coupon of the wallet is used once.
#[test]
fn no_more_is_used_than_a_limit_lets_through() {
    run(400, &["limited", "reached", "once"], |case, coverage| {
        let (engine, mut member) = case.begin();
        let presented = case.all_presented();
        let mut uses: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        let mut owned: BTreeMap<String, i64> = BTreeMap::new();
        for day in 2..6 {
            let event = case.purchase(&format!("o-{day}"), day, &case.whole(), &presented);
            let receipt = take(&engine, &mut member, &event)
                .map_err(told)?
                .receipt
                .expect("a receipt");
            coverage.count("purchase");
            for one in &receipt.discounts {
                let sum = uses.entry(one.id.to_string()).or_default();
                *sum = (sum.0 + 1, sum.1 + minor(one.amount));
                if let Some(id) = one
                    .coupon
                    .as_ref()
                    .filter(|id| id.as_str().starts_with("own"))
                {
                    *owned.entry(id.to_string()).or_default() += 1;
                    coverage.note("once");
                }
            }
            let told = receipt.promotions.iter().flat_map(|told| &told.unused);
            if told
                .into_iter()
                .any(|one| one.reason == loyalty_core::UnusedWhy::LimitReached)
            {
                coverage.note("reached");
            }
        }
        prop_assert!(owned.values().all(|times| *times == 1), "{owned:?}");
        let lists = [("offer", &case.offers), ("coupon", &case.coupons)];
        for (list, deals) in lists {
            for (place, deal) in deals.iter().enumerate() {
                let (times, off) = uses
                    .get(&format!("{list}-{place}"))
                    .copied()
                    .unwrap_or_default();
                let limit = &deal.0["limits"][0];
                if let Some(most) = limit["uses"].as_i64() {
                    prop_assert!(times <= most, "{list}-{place}: {times} of {most}");
                    coverage.note("limited");
                }
                if let Some(most) = limit["money"].as_str() {
                    let most: i64 = most.replace('.', "").parse().expect("digits");
                    prop_assert!(off <= most, "{list}-{place}: {off} of {most}");
                    coverage.note("limited");
                }
            }
        }
        prop_assert_eq!(
            used(&priced(
                &engine,
                &member,
                &case.purchase("o-9", 9, &case.whole(), &[])
            )?)
            .iter()
            .filter(|id| id.starts_with("coupon"))
            .count(),
            0
        );
        Ok(())
    });
}
