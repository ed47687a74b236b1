//! Units that promotions make free (clause 4.3): where they are skipped, all that a basket earns is for what is paid.

use loyalty_core::{Amount, Engine, Event, Member, Outcome, Program, Receipt};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::run::check;

/// The prices of one unit of each article, in minor units.
const PRICES: [i64; 4] = [300, 700, 1_100, 1_300];

/// How each article can have free units; by itself, so that all that is taken off is the price of whole units.
const WAYS: [&str; 5] = ["third", "cheapest", "bundle", "coupon", "none"];

#[derive(Clone, Debug)]
struct Case {
    ways: Vec<usize>,
    phase: &'static str,
    count: bool,
    /// Articles with their units, line by line.
    lines: Vec<(usize, i64)>,
    returns: Vec<(usize, i64)>,
}

fn cases() -> impl Strategy<Value = Case> {
    let program = (
        vec(0..WAYS.len(), PRICES.len()),
        any::<bool>(),
        any::<bool>(),
    );
    let lines = vec((0..PRICES.len(), 1_i64..6), 1..6);
    let returns = vec((0_usize..6, 1_i64..4), 0..6);
    (program, lines, returns).prop_map(|((ways, basket, count), lines, returns)| Case {
        ways,
        phase: if basket { "basket" } else { "item" },
        count,
        lines,
        returns,
    })
}

fn sku(article: usize) -> String {
    format!("s{article}")
}

impl Case {
    fn program(&self) -> Value {
        let base = |base| json!({"rate": {"points": 1, "per": "0.01", "base": base}});
        let mut program = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
            "accounts": [{"id": "units"}, {"id": "list"}, {"id": "line"}, {"id": "all"}],
            "earning": {"free_units": if self.count { "count" } else { "skip" }},
            "earn": [
                {"id": "list", "account": "list", "give": base("list")},
                {"id": "line", "account": "line", "give": base("line_discounted")},
                {"id": "all", "account": "all", "give": base("discounted")}
            ],
            "offers": [], "coupons": []});
        for (article, price) in PRICES.iter().enumerate() {
            let lines = json!({"sku": [sku(article)]});
            // The units of an article are worth its price, so that they can be compared with money.
            program["earn"].as_array_mut().expect("a list").push(
                json!({"id": format!("unit-{article}"), "account": "units", "lines": lines, "give": {"per_unit": price}}),
            );
            let (list, deal) = match WAYS[self.ways[article]] {
                "third" => (
                    "offers",
                    json!({"discount": {"buy_x_get_y": {"buy": {"quantity": 2}, "get": {"quantity": 1}}}}),
                ),
                "cheapest" => (
                    "offers",
                    json!({"targets": {"by": "cheapest", "n": 2}, "discount": {"percent_off": {"percent": "100"}}}),
                ),
                "bundle" => (
                    "offers",
                    json!({"discount": {"bundle": {"items": [
                        {"lines": lines, "quantity": 1},
                        {"lines": lines, "quantity": 1, "price": "0.00"}
                    ]}}}),
                ),
                "coupon" => (
                    "coupons",
                    json!({"discount": {"exchange": {"quantity": 1}}}),
                ),
                _ => continue,
            };
            let mut deal = deal;
            deal["id"] = json!(format!("way-{article}"));
            deal["phase"] = json!(self.phase);
            deal["lines"] = lines;
            program[list].as_array_mut().expect("a list").push(deal);
        }
        program
    }

    fn begin(&self) -> (Engine, Member) {
        let text = self.program().to_string();
        let program = Program::from_json(&text).expect("a program");
        let (engine, mut member) = (Engine::new(program), Member::new("m-1").expect("an id"));
        for article in 0..PRICES.len() {
            if WAYS[self.ways[article]] == "coupon" {
                let id = format!("way-{article}");
                let issue =
                    json!({"id": id, "at": "2026-03-01T10:00:00+08:00", "issue": {"coupon": id}});
                take(&engine, &mut member, &issue);
            }
        }
        (engine, member)
    }

    fn purchase(&self, lines: &[(usize, i64)]) -> Value {
        let coupons = (0..PRICES.len()).filter(|article| WAYS[self.ways[*article]] == "coupon");
        let coupons: Vec<String> = coupons.map(|article| format!("way-{article}")).collect();
        let line = |(article, units): &(usize, i64)| json!({"sku": sku(*article), "quantity": units, "price": money(PRICES[*article])});
        json!({"id": "e-1", "at": "2026-03-02T10:00:00+08:00", "purchase": {"order": "o-1", "coupons": coupons,
            "lines": lines.iter().map(line).collect::<Vec<_>>()}})
    }

    fn show(&self) -> String {
        format!(
            "program: {}\n{}\n{:?}",
            self.program(),
            self.purchase(&self.lines),
            self.returns
        )
    }
}

fn money(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn take(engine: &Engine, member: &mut Member, event: &Value) -> Outcome {
    let text = event.to_string();
    let event = Event::from_json(&text).expect("an event");
    engine.apply(member, &event).expect("it is taken")
}

fn minor(amount: Amount) -> i64 {
    amount.money().minor()
}

fn points(receipt: &Receipt, account: &str) -> i64 {
    let all = receipt.points.iter().filter(|one| one.account == *account);
    all.map(|one| one.points.get()).sum()
}

/// What is paid is what earns, by units and on every base; all of it where free units count; however units are split over lines,
/// and returns take back no more and no less.
#[test]
fn free_units_earn_nothing() {
    let wanted: &[&str] = &[
        "third",
        "cheapest",
        "bundle",
        "coupon",
        "some of a line",
        "count",
    ];
    check(600, &[wanted], cases(), Case::show, |case, coverage| {
        let (engine, mut member) = case.begin();
        let receipt = take(&engine, &mut member, &case.purchase(&case.lines)).receipt;
        let receipt = receipt.expect("a receipt");
        let (list, paid) = (minor(receipt.total.list), minor(receipt.total.paid));
        coverage.count(if paid < list { "free" } else { "paid" });
        for one in &receipt.discounts {
            let article = one.id.as_str().strip_prefix("way-").expect("a way");
            coverage.note(WAYS[case.ways[article.parse::<usize>().expect("a number")]]);
        }
        let some = |line: &loyalty_core::ReceiptLine| {
            let paid = minor(line.paid);
            0 < paid && paid < minor(line.list)
        };
        if receipt.lines.iter().any(some) {
            coverage.note("some of a line");
        }
        let before = if case.phase == "basket" { list } else { paid };
        let wanted = match case.count {
            true => [
                ("units", list),
                ("list", list),
                ("line", before),
                ("all", paid),
            ],
            false => [
                ("units", paid),
                ("list", paid),
                ("line", paid),
                ("all", paid),
            ],
        };
        if case.count {
            coverage.note("count");
        }
        for (account, amount) in wanted {
            prop_assert_eq!(points(&receipt, account), amount, "{}", account);
        }

        let single = case.lines.iter();
        let single = single.flat_map(|(article, units)| (0..*units).map(|_| (*article, 1)));
        let (other, mut split) = case.begin();
        let split = take(
            &other,
            &mut split,
            &case.purchase(&single.collect::<Vec<_>>()),
        );
        prop_assert_eq!(&receipt.points, &split.receipt.expect("a receipt").points);

        let mut out: Vec<i64> = case.lines.iter().map(|(_, units)| *units).collect();
        for (number, (place, units)) in case.returns.iter().enumerate() {
            let place = place % out.len();
            let units = (*units).min(out[place]);
            if units == 0 {
                continue;
            }
            out[place] -= units;
            let line = json!({"line": (place + 1).to_string(), "quantity": units});
            let event = json!({"id": format!("r-{number}"), "at": "2026-03-03T10:00:00+08:00", "return": {"order": "o-1", "lines": [line]}});
            take(&engine, &mut member, &event);
        }
        if out.iter().any(|units| *units > 0) {
            let event = json!({"id": "r-all", "at": "2026-03-04T10:00:00+08:00", "return": {"order": "o-1"}});
            take(&engine, &mut member, &event);
        }
        for (account, _) in wanted {
            prop_assert_eq!(member.balance(account), 0, "{}", account);
        }
        Ok(())
    });
}
