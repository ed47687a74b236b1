//! Returns that price what is kept anew (clause 6.7): what goes back, in money and in points by what they paid, is at every step
//! what was paid less what the kept units would cost alone.

use loyalty_core::{Amount, Engine, Event, Member, Outcome, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::run::check;

/// The prices of one unit of each article, in minor units.
const PRICES: [i64; 4] = [333, 1_000, 2_599, 4_001];

/// What an offer takes off, and the sum from which on it does.
#[derive(Clone, Debug)]
struct Deal {
    from: i64,
    off: i64,
    percent: bool,
    article: Option<usize>,
}

#[derive(Clone, Debug)]
struct Case {
    deals: Vec<Deal>,
    /// Articles with their units, line by line.
    lines: Vec<(usize, i64)>,
    /// Points to pay with, each worth one minor unit: so many of a hundred parts of the price.
    tender: (i64, i64),
    returns: Vec<(usize, i64)>,
}

fn cases() -> impl Strategy<Value = Case> {
    let deal = (
        1_i64..12_000,
        1_i64..60,
        any::<bool>(),
        proptest::option::weighted(0.3, 0..PRICES.len()),
    );
    let deal = deal.prop_map(|(from, off, percent, article)| Deal {
        from,
        off,
        percent,
        article,
    });
    let lines = vec((0..PRICES.len(), 1_i64..5), 1..5);
    let part = || prop_oneof![2 => Just(0_i64), 3 => 1_i64..60, 1 => Just(100_i64)];
    let returns = vec((0_usize..5, 1_i64..4), 1..8);
    (vec(deal, 1..4), lines, (part(), part()), returns).prop_map(
        |(deals, lines, tender, returns)| Case {
            deals,
            lines,
            tender,
            returns,
        },
    )
}

fn money(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn minor(amount: Amount) -> i64 {
    amount.money().minor()
}

impl Case {
    fn program(&self) -> Value {
        let offer = |(n, deal): (usize, &Deal)| {
            let discount = match deal.percent {
                true => json!({"percent_off": {"percent": deal.off}}),
                false => json!({"amount_off": {"amount": money(deal.off * 50)}}),
            };
            let mut offer = json!({"id": format!("o{n}"), "threshold": {"at_least": money(deal.from), "scope": "basket"},
                "discount": discount});
            if let Some(article) = deal.article {
                offer["lines"] = json!({"sku": [format!("s{article}")]});
            }
            offer
        };
        json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
            "accounts": [{"id": "points"}, {"id": "coins"}],
            "tender": [{"account": "points", "points": 1, "value": "0.01"}, {"account": "coins", "points": 2, "value": "0.05"}],
            "returns": {"discounts": "reprice"},
            "offers": self.deals.iter().enumerate().map(offer).collect::<Vec<_>>()})
    }

    fn purchase(lines: &[(usize, i64)], tender: &[Value]) -> Value {
        let line = |(n, (article, units)): (usize, &(usize, i64))| json!({"id": format!("l{n}"), "sku": format!("s{article}"), "quantity": units, "price": money(PRICES[*article])});
        let lines = lines
            .iter()
            .enumerate()
            .filter(|(_, (_, units))| *units > 0);
        json!({"id": "e-1", "at": "2026-03-02T10:00:00+08:00", "purchase": {"order": "o-1", "tender": tender,
            "lines": lines.map(line).collect::<Vec<_>>()}})
    }

    fn show(&self) -> String {
        format!("program: {}\n{self:?}", self.program())
    }
}

fn take(engine: &Engine, member: &mut Member, event: &Value) -> Outcome {
    let text = event.to_string();
    let event = Event::from_json(&text).expect("an event");
    engine.apply(member, &event).expect("it is taken")
}

/// What such lines cost a member who has bought nothing.
fn costs(engine: &Engine, lines: &[(usize, i64)]) -> i64 {
    if lines.iter().all(|(_, units)| *units == 0) {
        return 0;
    }
    let mut nobody = Member::new("m-2").expect("an id");
    let bought = take(engine, &mut nobody, &Case::purchase(lines, &[]));
    minor(bought.receipt.expect("a receipt").total.paid)
}

#[test]
fn what_goes_back_is_what_was_paid_less_what_is_kept_costs() {
    let wanted: &[&str] = &[
        "less",
        "more",
        "alike",
        "nothing",
        "points",
        "all in points",
    ];
    check(500, &[wanted], cases(), Case::show, |case, coverage| {
        let program = Program::from_json(&case.program().to_string()).expect("a program");
        let (engine, mut member) = (Engine::new(program), Member::new("m-1").expect("an id"));
        for (n, account) in ["points", "coins"].iter().enumerate() {
            let credit = json!({"id": format!("c-{n}"), "at": "2026-03-01T10:00:00+08:00",
                "adjust": {"account": account, "credit": 1_000_000, "reason": "start"}});
            take(&engine, &mut member, &credit);
        }
        let total = costs(&engine, &case.lines);
        let (points, coins) = (
            total * case.tender.0 / 100,
            (total * case.tender.1 / 100) * 2 / 5,
        );
        let tender: Vec<Value> = [("points", points), ("coins", coins)]
            .iter()
            .filter(|(_, asked)| *asked > 0)
            .map(|(account, asked)| json!({"account": account, "points": asked}))
            .collect();
        let bought = take(&engine, &mut member, &Case::purchase(&case.lines, &tender));
        let receipt = bought.receipt.expect("a receipt");
        let worth = |tender: &[loyalty_core::ReceiptTender]| {
            tender.iter().map(|one| minor(one.value)).sum::<i64>()
        };
        let (by_money, by_points) = (minor(receipt.total.paid), worth(&receipt.tender));
        prop_assert_eq!(by_money + by_points, total);
        let held = |member: &Member| member.balance("points") + member.balance("coins");
        let after_sale = held(&member);

        let mut kept = case.lines.clone();
        let (mut back, mut back_points) = (0_i64, 0_i64);
        for (n, (place, units)) in case.returns.iter().enumerate() {
            let place = place % kept.len();
            let units = (*units).min(kept[place].1);
            if units == 0 {
                continue;
            }
            kept[place].1 -= units;
            let event = json!({"id": format!("r-{n}"), "at": "2026-03-03T10:00:00+08:00",
                "return": {"order": "o-1", "lines": [{"line": format!("l{place}"), "quantity": units}]}});
            let receipt = take(&engine, &mut member, &event)
                .receipt
                .expect("a receipt");
            let refund = minor(receipt.repriced.expect("it is priced anew"));
            let share = minor(receipt.total.discounted);
            let restored = worth(&receipt.tender);
            prop_assert!(refund >= 0 && restored >= 0);
            back_points += restored;
            let cost = costs(&engine, &kept);
            let wanted = (total - cost).clamp(0, total).max(back);
            prop_assert_eq!(back + refund + restored, wanted, "at return {}", n);
            coverage.count(match wanted - back {
                0 => "nothing",
                now if now < share => "less",
                now if now > share => "more",
                _ => "alike",
            });
            if restored > 0 {
                coverage.note("points");
            }
            if by_money == 0 {
                coverage.note("all in points");
            }
            back = wanted;
        }
        prop_assert!(back_points <= by_points);
        if kept.iter().all(|(_, units)| *units == 0) {
            prop_assert_eq!(held(&member), 2_000_000, "all is as it was");
        } else {
            prop_assert!(held(&member) >= after_sale);
        }
        Ok(())
    });
}
