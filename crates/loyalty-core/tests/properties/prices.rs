//! What a purchase costs: parts sum to wholes, no line goes below its floor, and returns give back exactly what was paid.

use std::collections::BTreeMap;

use loyalty_core::{Amount, Code, Engine, Error, Event, Member, Outcome, Program, Receipt};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::run::{Coverage, Verdict, check};

/// A program, what is bought, and what goes back of it.
#[derive(Clone, Debug)]
struct Case {
    program: Value,
    lines: Vec<Line>,
    discounts: Vec<Discount>,
    shipping: Option<(i64, Option<Tax>)>,
    /// Points to pay with, and points to lower the price with.
    tender: (Option<i64>, Option<i64>),
    returns: Vec<Vec<(usize, Back)>>,
}

/// A line; all amounts are minor units of one unit.
#[derive(Clone, Debug)]
struct Line {
    sku: usize,
    quantity: i64,
    price: i64,
    off: i64,
    floor: Option<i64>,
    tax: Option<Tax>,
    discountable: bool,
    gift_card: bool,
}

/// Kind, number, whether the price includes it.
type Tax = (u8, i64, bool);

#[derive(Clone, Debug)]
struct Discount {
    percent: bool,
    number: i64,
    max: Option<i64>,
    per: &'static str,
    /// The lines it names, as bits; none for all.
    lines: Option<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Back {
    Units(i64),
    /// So many of a hundred parts of what was paid for the line.
    Amount(i64),
}

fn money(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn tax() -> impl Strategy<Value = Tax> {
    (0_u8..3, 0_i64..2_500, any::<bool>())
}

fn line() -> impl Strategy<Value = Line> {
    let price = prop_oneof![1 => Just(0_i64), 8 => 1_i64..3_000];
    let flags = (prop::bool::weighted(0.9), prop::bool::weighted(0.1));
    let amounts = (price, 0_i64..40, option::weighted(0.3, 0_i64..3_200));
    ((0_usize..5, 1_i64..6), amounts, option::of(tax()), flags).prop_map(
        |((sku, quantity), (price, off, floor), tax, (discountable, gift_card))| Line {
            sku,
            quantity,
            price,
            off: price * off / 100,
            floor,
            tax,
            discountable,
            gift_card,
        },
    )
}

fn discount() -> impl Strategy<Value = Discount> {
    let per = prop::sample::select(std::vec!["scope", "line", "unit"]);
    let lines = option::weighted(0.3, 1_u8..=255);
    (
        any::<bool>(),
        0_i64..6_000,
        option::weighted(0.3, 0_i64..3_000),
        per,
        lines,
    )
        .prop_map(|(percent, number, max, per, lines)| Discount {
            percent,
            number,
            max,
            per,
            lines,
        })
}

fn program() -> impl Strategy<Value = Value> {
    let pick = |words: &'static [&'static str]| prop::sample::select(words);
    let modes: &'static [&'static str] = &["half_up", "half_down", "half_even", "floor", "ceil"];
    let places = pick(&["none", "unit", "line", "tax_group", "order"]);
    let rounding = (
        pick(modes),
        places,
        pick(&["discount", "price"]),
        pick(&["0.01", "0.05", "1.00"]),
    );
    let sharing = (
        pick(&[
            "largest_remainder",
            "first",
            "last",
            "floored_first",
            "floored_last",
        ]),
        pick(&["amount", "stated", "gross", "quantity"]),
    );
    let taxes = (pick(modes), pick(&["line", "tax_group", "order"]));
    let points = pick(&["proportional", "list_price"]);
    (rounding, sharing, taxes, points).prop_map(
        |((mode, place, of, to), (remainder, weights), (tax_mode, tax_place), points)| {
            let mut rounding = json!({"mode": mode, "of": of, "to": to});
            if place != "none" {
                rounding["place"] = json!(place);
            }
            json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
                "accounts": [{"id": "paying"}, {"id": "lowering"}, {"id": "earned"}],
                "earn": [
                    {"id": "base", "account": "earned", "give": {"rate": {"points": 1, "per": "0.10"}}},
                    {"id": "some", "account": "earned", "lines": {"sku": ["s0", "s1"]}, "give": {"rate": {"points": 3, "per": "1.00"}}}
                ],
                "pricing": {"rounding": rounding, "remainder": remainder, "weights": weights, "tax": {"mode": tax_mode, "place": tax_place}},
                "tender": [
                    {"account": "paying", "points": 3, "value": "0.02", "rates": [{"from": 3000, "points": 1, "value": "0.01"}]},
                    {"account": "lowering", "points": 1, "value": "0.01", "as": "discount", "max_percent": 40}
                ],
                "returns": {"points": points}})
        },
    )
}

fn cases() -> impl Strategy<Value = Case> {
    let back = prop_oneof![
        (1_i64..4).prop_map(Back::Units),
        (1_i64..101).prop_map(Back::Amount)
    ];
    let bought = (
        vec(line(), 1..7),
        vec(discount(), 0..4),
        option::of((0_i64..2_000, option::of(tax()))),
    );
    let points = (option::of(1_i64..20_000), option::of(1_i64..5_000));
    let returns = vec(vec((0_usize..7, back), 1..4), 0..6);
    (program(), bought, points, returns).prop_map(
        |(program, (lines, discounts, shipping), tender, returns)| Case {
            program,
            lines,
            discounts,
            shipping,
            tender,
            returns,
        },
    )
}

fn tax_json((kind, number, included): Tax, units: i64, price: i64) -> Value {
    let mut tax = match kind {
        0 => json!({"rate": money(number)}),
        1 => json!({"amount": money(units * number.min(price))}),
        _ => json!({"fixed": money(units * number.min(price))}),
    };
    tax["included"] = json!(included);
    tax
}

impl Line {
    fn json(&self, id: &str) -> Value {
        let mut one = json!({"id": id, "sku": format!("s{}", self.sku), "quantity": self.quantity,
            "price": money(self.price), "discount": money(self.off * self.quantity),
            "discountable": self.discountable, "gift_card": self.gift_card});
        if let Some(floor) = self.floor {
            one["floor"] = json!(money(floor));
        }
        if let Some(tax) = self.tax {
            one["tax"] = tax_json(tax, self.quantity, self.price);
        }
        one
    }

    /// What no discount goes below.
    fn least(&self) -> i64 {
        let before = (self.price - self.off) * self.quantity;
        let fixed = match self.tax {
            Some((2, number, true)) => number.min(self.price) * self.quantity,
            _ => 0,
        };
        before.min((self.floor.unwrap_or(0) * self.quantity).max(fixed))
    }
}

impl Case {
    /// The purchase, its lines each with the number of the line that they come from.
    fn purchase(&self, lines: &[(usize, String, Line)]) -> Value {
        let all: Vec<Value> = lines.iter().map(|(_, id, line)| line.json(id)).collect();
        let mut purchase = json!({"order": "o-1", "lines": all});
        let discounts = self.discounts.iter().enumerate().map(|(number, one)| {
            let mut discount = json!({"id": format!("d-{number}"), "per": one.per});
            if one.percent {
                discount["percent_off"] = json!(money(one.number));
                if let Some(max) = one.max {
                    discount["max"] = json!(money(max));
                }
                if one.number > 10_000 {
                    discount["percent_off"] = json!("100");
                }
            } else {
                discount["amount_off"] = json!(money(one.number));
            }
            if let Some(bits) = one.lines {
                let named = lines.iter().filter(|(from, ..)| bits >> from & 1 == 1);
                discount["lines"] = named.map(|(_, id, _)| json!(id)).collect();
            }
            discount
        });
        purchase["discounts"] = discounts.collect();
        if let Some((price, tax)) = self.shipping {
            purchase["shipping"] = json!({"price": money(price)});
            if let Some(tax) = tax {
                purchase["shipping"]["tax"] = tax_json(tax, 1, price);
            }
        }
        let tender = [("paying", self.tender.0), ("lowering", self.tender.1)];
        purchase["tender"] = tender
            .into_iter()
            .filter_map(|(account, points)| Some(json!({"account": account, "points": points?})))
            .collect();
        json!({"id": "e-1", "at": "2026-03-02T10:00:00+08:00", "purchase": purchase})
    }

    fn whole(&self) -> Vec<(usize, String, Line)> {
        let all = self.lines.iter().cloned().enumerate();
        all.map(|(place, line)| (place, format!("l-{place}"), line))
            .collect()
    }

    fn show(&self) -> String {
        format!(
            "program: {}\n{}\n{:?}",
            self.program,
            self.purchase(&self.whole()),
            self.returns
        )
    }

    /// A member with points to use.
    fn begin(&self) -> (Engine, Member) {
        let program = Program::from_json(&self.program.to_string()).expect("a program");
        let (engine, mut member) = (Engine::new(program), Member::new("m-1").expect("an id"));
        for (account, points) in [("paying", 9_000), ("lowering", 2_000)] {
            let event = json!({"id": account, "at": "2026-03-01T10:00:00+08:00",
                "adjust": {"account": account, "credit": points, "reason": "test"}});
            take(&engine, &mut member, &event).expect("a credit");
        }
        (engine, member)
    }

    fn buy(&self, lines: &[(usize, String, Line)]) -> Result<(Engine, Member, Receipt), Error> {
        let (engine, mut member) = self.begin();
        let outcome = take(&engine, &mut member, &self.purchase(lines))?;
        Ok((engine, member, *outcome.receipt.expect("a receipt")))
    }
}

fn take(engine: &Engine, member: &mut Member, event: &Value) -> Result<Outcome, Error> {
    engine.apply(member, &Event::from_json(&event.to_string())?)
}

fn minor(amount: Amount) -> i64 {
    amount.money().minor()
}

/// List, discounted, net, gross, paid of a line.
fn amounts(line: &loyalty_core::ReceiptLine) -> [i64; 5] {
    let (net, gross) = line.tax.map_or((line.discounted, line.discounted), |tax| {
        (tax.net, tax.gross)
    });
    [line.list, line.discounted, net, gross, line.paid].map(minor)
}

fn sums(receipt: &Receipt) -> [i64; 5] {
    receipt.lines.iter().fold([0; 5], |mut sums, line| {
        for (sum, amount) in sums.iter_mut().zip(amounts(line)) {
            *sum += amount;
        }
        sums
    })
}

fn total(receipt: &Receipt) -> [i64; 5] {
    let total = &receipt.total;
    let (net, gross) = total
        .tax
        .map_or((total.discounted, total.discounted), |tax| {
            (tax.net, tax.gross)
        });
    [total.list, total.discounted, net, gross, total.paid].map(minor)
}

fn by_discount(receipt: &Receipt) -> BTreeMap<String, i64> {
    let mut all = BTreeMap::new();
    for one in &receipt.discounts {
        *all.entry(one.id.to_string()).or_default() += minor(one.amount);
    }
    all.retain(|_, amount| *amount != 0);
    all
}

/// What points paid, and what they took off the price.
fn worth(receipt: &Receipt) -> (i64, i64) {
    receipt
        .tender
        .iter()
        .fold((0, 0), |(paid, off), one| match one.role {
            loyalty_core::TenderAs::Payment => (paid + minor(one.value), off),
            loyalty_core::TenderAs::Discount => (paid, off + minor(one.value)),
        })
}

fn run(wanted: &[&str], test: impl Fn(&Case, &Coverage) -> Verdict) {
    check(400, &[wanted], cases(), Case::show, test);
}

/// Clauses 2.4 and 5.1: parts sum to wholes; no line falls below its floor; what costs nothing takes nothing.
#[test]
fn parts_of_a_price_sum() {
    run(
        &["taxed", "shipped", "unplaced", "paid", "lowered", "floor"],
        |case, coverage| {
            let (_, _, receipt) = case
                .buy(&case.whole())
                .map_err(|error| TestCaseError::fail(error.to_string()))?;
            coverage.count("purchase");
            prop_assert_eq!(sums(&receipt), total(&receipt));
            let mut discounts: BTreeMap<String, i64> = BTreeMap::new();
            for (line, sent) in receipt.lines.iter().zip(&case.lines) {
                let before = (sent.price - sent.off) * sent.quantity;
                let off: i64 = line.discounts.iter().map(|one| minor(one.amount)).sum();
                prop_assert_eq!(minor(line.discounted), before - off, "{:?}", line);
                let same = case
                    .lines
                    .iter()
                    .filter(|other| other.sku == sent.sku)
                    .count();
                if same == 1 {
                    // Lines that share a row share its left-over units.
                    prop_assert!(
                        minor(line.discounted) >= sent.least(),
                        "{line:?} below {}",
                        sent.least()
                    );
                    prop_assert!(
                        line.discounts.iter().all(|one| minor(one.amount) > 0),
                        "{line:?}"
                    );
                    if minor(line.discounted) == sent.least() && sent.least() > 0 {
                        coverage.note("floor");
                    }
                }
                if before == 0 || !sent.discountable || sent.gift_card {
                    prop_assert!(line.discounts.is_empty(), "{line:?}");
                }
                for one in &line.discounts {
                    *discounts.entry(one.id.to_string()).or_default() += minor(one.amount);
                }
            }
            discounts.retain(|_, amount| *amount != 0);
            prop_assert_eq!(discounts, by_discount(&receipt));
            let [_, discounted, net, gross, paid] = total(&receipt);
            let (by_points, lowered) = worth(&receipt);
            prop_assert!(
                paid >= 0
                    && net <= gross
                    && net <= discounted
                    && discounted <= gross.max(discounted)
            );
            prop_assert_eq!(gross - by_points, paid, "what points paid");
            if let Some(tax) = receipt.total.tax {
                prop_assert_eq!(minor(tax.net) + minor(tax.tax), minor(tax.gross));
                coverage.note("taxed");
            }
            for (name, holds) in [
                ("shipped", case.shipping.is_some()),
                (
                    "unplaced",
                    receipt.discounts.iter().any(|one| one.unplaced.is_some()),
                ),
                ("paid", by_points > 0),
                ("lowered", lowered > 0),
            ] {
                if holds {
                    coverage.note(name);
                }
            }
            Ok(())
        },
    );
}

/// Clause 2.5: one line of many units, or many lines, come to the same.
#[test]
fn splitting_a_line_changes_no_price() {
    run(&["split"], |case, coverage| {
        let mut split: Vec<(usize, String, Line)> = Vec::new();
        for (place, id, line) in case.whole() {
            let part = |quantity| Line {
                quantity,
                ..line.clone()
            };
            split.push((place, id.clone(), part(1)));
            if line.quantity > 1 {
                split.push((place, format!("{id}-b"), part(line.quantity - 1)));
            }
        }
        let (one, two) = (case.buy(&case.whole()), case.buy(&split));
        let (Ok((_, _, one)), Ok((_, _, two))) = (one, two) else {
            return Err(TestCaseError::fail("both are purchases"));
        };
        coverage.count(if split.len() > case.lines.len() {
            "split"
        } else {
            "whole"
        });
        prop_assert_eq!(&one.total, &two.total);
        prop_assert_eq!(&one.discounts, &two.discounts);
        prop_assert_eq!(&one.tender, &two.tender);
        prop_assert_eq!(&one.points, &two.points);
        Ok(())
    });
}

/// I16: the order of the lines decides left-over units only.
#[test]
fn the_order_of_lines_decides_left_over_units() {
    run(&["turned"], |case, coverage| {
        let mut turned = case.whole();
        turned.reverse();
        let (one, two) = (case.buy(&case.whole()), case.buy(&turned));
        let (Ok((_, _, one)), Ok((_, _, two))) = (one, two) else {
            return Err(TestCaseError::fail("both are purchases"));
        };
        coverage.count("turned");
        // A first discount meets the same amounts whatever the order.
        let first = |receipt: &Receipt| {
            receipt
                .discounts
                .first()
                .filter(|_| !case.discounts.is_empty())
                .cloned()
        };
        prop_assert_eq!(first(&one), first(&two));
        let everywhere = case
            .discounts
            .iter()
            .all(|one| one.lines.is_none() && one.per == "scope" && !one.percent);
        if everywhere {
            prop_assert_eq!(by_discount(&one), by_discount(&two));
            prop_assert_eq!(one.total.discounted, two.total.discounted);
        }
        Ok(())
    });
}

/// Clause 6.2: whatever goes back in whatever parts, in the end it is what was paid, and no step is below zero.
#[test]
fn parts_that_go_back_sum_to_what_was_paid() {
    run(
        &["units", "amount", "exceeded", "rest"],
        |case, coverage| {
            let (_, before) = case.begin();
            let Ok((engine, mut member, bought)) = case.buy(&case.whole()) else {
                return Err(TestCaseError::fail("it is a purchase"));
            };
            let mut back = [0_i64; 5];
            let mut discounts: BTreeMap<String, i64> = BTreeMap::new();
            let mut tender = (0, 0);
            let mut wishes: Vec<(Option<Value>, i64)> = Vec::new();
            for parts in &case.returns {
                let mut lines = serde_json::Map::new();
                let mut wanted = 0;
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
                let lines: Vec<Value> = lines.into_iter().map(|(_, one)| one).collect();
                if lines.iter().all(|line| line.get("amount").is_some()) {
                    let amounts = lines
                        .iter()
                        .map(|line| line["amount"].as_str().expect("a text"));
                    wanted = amounts
                        .map(|text| text.replace('.', "").parse::<i64>().expect("digits"))
                        .sum();
                }
                wishes.push((Some(json!(lines)), wanted));
            }
            wishes.push((None, 0));
            for (number, (lines, wanted)) in wishes.into_iter().enumerate() {
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
                let parts = lines.as_ref().map_or("", |_| "x");
                let text = event.to_string();
                coverage.count(match (parts, text.contains("amount")) {
                    ("", _) => "rest",
                    (_, true) => "amount",
                    _ => "units",
                });
                prop_assert_eq!(sums(&receipt), total(&receipt));
                for line in &receipt.lines {
                    prop_assert!(amounts(line).iter().all(|amount| *amount >= 0), "{line:?}");
                }
                if wanted > 0 {
                    prop_assert_eq!(total(&receipt)[4], wanted, "an amount is what goes back");
                }
                for (sum, amount) in back.iter_mut().zip(sums(&receipt)) {
                    *sum += amount;
                }
                for (id, amount) in by_discount(&receipt) {
                    *discounts.entry(id).or_default() += amount;
                }
                let (paid, off) = worth(&receipt);
                tender = (tender.0 + paid, tender.1 + off);
                let stored = Member::from_json(&member.to_json());
                prop_assert!(stored.is_ok_and(|stored| stored == member));
            }
            discounts.retain(|_, amount| *amount != 0);
            prop_assert_eq!(back, sums(&bought));
            prop_assert_eq!(discounts, by_discount(&bought));
            prop_assert_eq!(tender, worth(&bought));
            for account in ["paying", "lowering", "earned"] {
                prop_assert_eq!(
                    before.balance(account),
                    member.balance(account),
                    "{}",
                    account
                );
            }
            Ok(())
        },
    );
}
