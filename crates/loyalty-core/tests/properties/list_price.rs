//! Points taken back by list price (clause 6.1): up to what was earned, never less than nothing, all in the end; and what is due
//! is worked out anew from what is back, rule by rule.

use std::collections::BTreeMap;

use loyalty_core::{Amount, Code, Engine, Event, Member, Outcome, Program, Receipt};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::run::{Coverage, Verdict, check};

#[derive(Clone, Debug)]
struct Case {
    /// Which rules there are, as bits.
    rules: u8,
    /// Factors, each with the article that it is for, if not for all.
    factors: Vec<(&'static str, Option<usize>)>,
    multipliers: &'static str,
    round: &'static str,
    count: bool,
    offer: bool,
    /// Each line is of its own article: units, price and discount of one unit, in minor units.
    lines: Vec<(i64, i64, i64)>,
    off: Option<i64>,
    tender: Option<i64>,
    returns: Vec<(usize, i64, bool)>,
}

fn cases() -> impl Strategy<Value = Case> {
    let pick = |words: &'static [&'static str]| prop::sample::select(words);
    let factor = (
        pick(&["0", "0.5", "0.75", "1.5", "2", "3"]),
        option::of(0_usize..4),
    );
    let program = (
        1_u8..=255,
        vec(factor, 0..4),
        pick(&["sum_of_bonuses", "product", "highest"]),
        pick(&["each_rule", "after_multiplier"]),
        any::<bool>(),
        any::<bool>(),
    );
    let line = (1_i64..6, 0_i64..3_000, 0_i64..=100)
        .prop_map(|(units, price, off)| (units, price, price * off / 100));
    let bought = (
        vec(line, 1..5),
        option::of(1_i64..3_000),
        option::of(1_i64..60),
    );
    let returns = vec((0_usize..5, 1_i64..4, prop::bool::weighted(0.8)), 0..8);
    (program, bought, returns).prop_map(
        |((rules, factors, multipliers, round, count, offer), (lines, off, tender), returns)| {
            Case {
                rules,
                factors,
                multipliers,
                round,
                count,
                offer,
                lines,
                off,
                tender,
                returns,
            }
        },
    )
}

fn money(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

impl Case {
    fn program(&self) -> Value {
        let base = |base| json!({"rate": {"points": 1, "per": "0.50", "base": base}});
        let all = [
            json!({"id": "now", "give": base("discounted")}),
            json!({"id": "list", "give": base("list")}),
            json!({"id": "line", "give": base("line_discounted"), "lines": {"sku": ["s0", "s2"]}}),
            json!({"id": "unit", "give": {"per_unit": 3}}),
            json!({"id": "row", "give": {"per_line": "4.5"}, "lines": {"sku": ["s1", "s2"]}}),
            json!({"id": "gift", "give": {"fixed": 25}, "bonus": true}),
            json!({"id": "some", "give": {"fixed": 12}, "lines": {"sku": ["s0", "s1"]}}),
            json!({"id": "step", "give": {"rate": {"points": 5, "per": "7.00", "mode": "step"}}, "bonus": true}),
        ];
        let rules = all.into_iter().enumerate();
        let mut earn: Vec<Value> = rules
            .filter(|(place, _)| self.rules >> place & 1 == 1)
            .map(|(_, rule)| rule)
            .collect();
        for (place, (factor, article)) in self.factors.iter().enumerate() {
            let mut rule = json!({"id": format!("times-{place}"), "give": {"multiply": factor}});
            if let Some(article) = article {
                rule["lines"] = json!({"sku": [format!("s{article}")]});
            }
            earn.push(rule);
        }
        for rule in &mut earn {
            rule["account"] = json!("points");
        }
        let mut program = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
            "accounts": [{"id": "points"}, {"id": "paying"}], "earn": earn,
            "earning": {"multipliers": self.multipliers, "round": self.round, "free_units": if self.count { "count" } else { "skip" }},
            "tender": [{"account": "paying", "points": 1, "value": "0.50", "exclude": {"sku": ["s0"]}}],
            "returns": {"points": "list_price"}});
        if self.offer {
            program["offers"] = json!([{"id": "third", "lines": {"sku": ["s0", "s3"]},
                "discount": {"buy_x_get_y": {"buy": {"quantity": 2}, "get": {"quantity": 1}}}}]);
        }
        program
    }

    fn purchase(&self) -> Value {
        let line = |(place, (units, price, off)): (usize, &(i64, i64, i64))| json!({"sku": format!("s{place}"), "quantity": units, "price": money(*price), "discount": money(off * units)});
        let lines: Vec<Value> = self.lines.iter().enumerate().map(line).collect();
        let mut purchase = json!({"order": "o-1", "lines": lines});
        if let Some(off) = self.off {
            purchase["discounts"] = json!([{"amount_off": money(off)}]);
        }
        if let Some(points) = self.tender {
            purchase["tender"] = json!([{"account": "paying", "points": points}]);
        }
        json!({"id": "e-1", "at": "2026-03-02T10:00:00+08:00", "purchase": purchase})
    }

    fn show(&self) -> String {
        format!(
            "program: {}\n{}\n{:?}",
            self.program(),
            self.purchase(),
            self.returns
        )
    }

    fn buy(&self) -> (Engine, Member, Receipt) {
        let program = Program::from_json(&self.program().to_string()).expect("a program");
        let (engine, mut member) = (Engine::new(program), Member::new("m-1").expect("an id"));
        let credit = json!({"id": "e-0", "at": "2026-03-01T10:00:00+08:00",
            "adjust": {"account": "paying", "credit": 100, "reason": "test"}});
        take(&engine, &mut member, &credit).expect("a credit");
        let bought = take(&engine, &mut member, &self.purchase()).expect("a purchase");
        (engine, member, *bought.receipt.expect("a receipt"))
    }

    /// What is due of rules that need no knowledge of the rest, where so many units of each line are back.
    fn plain(&self, earned: &BTreeMap<String, i64>, out: &[i64]) -> BTreeMap<String, i64> {
        let mut due = BTreeMap::new();
        // Offers, what is paid in points and what the till takes off would have to be worked out here, too.
        if self.offer || self.tender.is_some() || self.off.is_some() {
            return due;
        }
        let rows = || self.lines.iter().zip(out);
        let counts = |price: i64, off: i64| self.count || price > off;
        let mut say = |rule: &str, brought: &dyn Fn(usize, i64, i64, i64) -> Option<(i64, i64)>| {
            let Some(points) = earned.get(rule).copied() else {
                return;
            };
            let (mut whole, mut back) = (0_i64, 0_i64);
            for (place, ((units, price, off), out)) in rows().enumerate() {
                if let Some((now, list)) = brought(place, *units, *price, *off) {
                    whole += now;
                    back += list * (units - out) / units;
                }
            }
            if whole > 0 {
                due.insert(
                    rule.to_owned(),
                    (2 * points * back.min(whole) + whole) / (2 * whole),
                );
            }
        };
        say("now", &|_, units, price, off| {
            counts(price, off).then_some((units * (price - off), units * price))
        });
        say("list", &|_, units, price, off| {
            counts(price, off).then_some((units * price, units * price))
        });
        // Parts of 60 of a unit or a line are whole for all quantities.
        say("unit", &|_, units, price, off| {
            counts(price, off).then_some((60 * units, 60 * units))
        });
        say("row", &|place, _, price, off| {
            (counts(price, off) && (1..3).contains(&place)).then_some((60, 60))
        });
        say("some", &|place, units, price, off| {
            (counts(price, off) && place < 2).then_some((units * price, units * price))
        });
        due
    }
}

fn take(
    engine: &Engine,
    member: &mut Member,
    event: &Value,
) -> Result<Outcome, loyalty_core::Error> {
    engine.apply(member, &Event::from_json(&event.to_string())?)
}

fn minor(amount: Amount) -> i64 {
    amount.money().minor()
}

/// The points of lines, by rule.
fn by_rule(receipt: &Receipt) -> BTreeMap<String, i64> {
    let mut all = BTreeMap::new();
    for one in receipt.lines.iter().flat_map(|line| &line.points) {
        *all.entry(one.rule.to_string()).or_default() += one.points.get();
    }
    all
}

fn holds(case: &Case, coverage: &Coverage) -> Verdict {
    let (engine, mut member, bought) = case.buy();
    let earned = by_rule(&bought);
    let takes = earned.values().any(|points| *points < 0);
    let total: i64 = earned.values().sum();
    coverage.count(if takes { "takes away" } else { "adds" });
    if earned.keys().any(|rule| rule.starts_with("times")) && !takes {
        coverage.note("multiplied");
    }
    let before = member.balance("points");
    prop_assert_eq!(before, total);
    let mut out: Vec<i64> = case.lines.iter().map(|(units, ..)| *units).collect();
    let mut back: BTreeMap<String, i64> = BTreeMap::new();
    let mut by_units = true;
    let mut wishes: Vec<Option<(usize, i64, bool)>> =
        case.returns.iter().copied().map(Some).collect();
    wishes.push(None);
    for (number, wish) in wishes.into_iter().enumerate() {
        let mut event = json!({"id": format!("r-{number}"), "at": "2026-03-03T10:00:00+08:00", "return": {"order": "o-1"}});
        if let Some((place, units, whole)) = wish {
            let place = place % out.len();
            let mut line = json!({"line": (place + 1).to_string()});
            if whole {
                line["quantity"] = json!(units.min(out[place]));
                if out[place] == 0 {
                    continue;
                }
                out[place] -= units.min(out[place]);
            } else {
                let paid = minor(bought.lines[place].paid);
                line["amount"] = json!(money((paid / 3).max(1)));
            }
            event["return"]["lines"] = json!([line]);
        } else {
            out.fill(0);
        }
        let receipt = match take(&engine, &mut member, &event) {
            Ok(outcome) => outcome.receipt.expect("a receipt"),
            Err(error) => {
                prop_assert_eq!(error.code(), Code::QuantityExceeded, "{}", error);
                // Goods whose money is all back are back.
                let whole = wish.is_some_and(|(.., whole)| whole);
                prop_assert!(!(by_units && whole), "{}", error);
                continue;
            }
        };
        by_units &= wish.is_none_or(|(.., whole)| whole);
        let step: i64 = by_rule(&receipt).values().sum();
        prop_assert!(step >= 0, "{step} points of {receipt:?}");
        for (rule, points) in by_rule(&receipt) {
            *back.entry(rule).or_default() += points;
        }
        prop_assert!(back.values().sum::<i64>() <= total);
        for (rule, points) in &back {
            let all = earned.get(rule).copied().unwrap_or(0);
            prop_assert!(
                all < 0 || (0..=all).contains(points),
                "{rule}: {points} of {all}"
            );
        }
        if by_units {
            for (rule, points) in case.plain(&earned, &out) {
                prop_assert_eq!(back.get(&rule).copied().unwrap_or(0), points, "{}", rule);
                coverage.note(match rule.as_str() {
                    "now" => "now",
                    "list" => "list",
                    "unit" => "unit",
                    "row" => "row",
                    _ => "some",
                });
            }
        }
        let stored = Member::from_json(&member.to_json());
        prop_assert!(stored.is_ok_and(|stored| stored == member));
    }
    back.retain(|_, points| *points != 0);
    prop_assert_eq!(back, earned);
    prop_assert_eq!(member.balance("points"), 0);
    Ok(())
}

#[test]
fn by_list_price_up_to_what_was_earned() {
    let wanted: &[&str] = &[
        "takes away",
        "adds",
        "multiplied",
        "now",
        "list",
        "unit",
        "row",
        "some",
    ];
    check(1200, &[wanted], cases(), Case::show, holds);
}
