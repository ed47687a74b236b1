//! Programs with offers and coupons, wallets, baskets, and what goes back of them.

use std::collections::{BTreeMap, BTreeSet};

use loyalty_core::{Amount, Engine, Error, Event, Member, Outcome, Program, Receipt};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A program with promotions, a wallet, and what is bought.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) combining: Value,
    pub(crate) pricing: Value,
    pub(crate) offers: Vec<Deal>,
    /// The first half are in the wallet, the others are codes; which of them are presented, as bits.
    pub(crate) coupons: Vec<Deal>,
    pub(crate) presented: u8,
    pub(crate) lines: Vec<Line>,
    pub(crate) shipping: Option<i64>,
    pub(crate) returns: Vec<Vec<(usize, Back)>>,
}

/// A promotion without its id.
#[derive(Clone, Debug)]
pub(crate) struct Deal(pub(crate) Value);

/// A line; amounts are minor units of one unit.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) sku: usize,
    pub(crate) quantity: i64,
    pub(crate) price: i64,
    pub(crate) off: i64,
    pub(crate) floor: Option<i64>,
    pub(crate) tax: Option<(i64, bool)>,
    pub(crate) discountable: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Back {
    Units(i64),
    /// So many of a hundred parts of what was paid for the line.
    Amount(i64),
}

pub(crate) const SKUS: [&str; 4] = ["w", "x", "y", "z"];

pub(crate) fn money(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

pub(crate) fn line() -> impl Strategy<Value = Line> {
    let price = prop_oneof![1 => Just(0_i64), 12 => 1_i64..4_000];
    let tax = option::weighted(0.3, (0_i64..2_500, any::<bool>()));
    let amounts = (price, prop_oneof![4 => Just(0_i64), 1 => 0_i64..40]);
    let rest = (
        option::weighted(0.3, 0_i64..4_200),
        tax,
        prop::bool::weighted(0.9),
    );
    ((0_usize..4, 1_i64..7), amounts, rest).prop_map(
        |((sku, quantity), (price, off), (floor, tax, discountable))| Line {
            sku,
            quantity,
            price,
            off: price * off / 100,
            floor,
            tax,
            discountable,
        },
    )
}

/// What a promotion does, and whether it is for units that can be chosen.
pub(crate) fn discount() -> impl Strategy<Value = (Value, bool)> {
    let pick = |words: &'static [&'static str]| prop::sample::select(words);
    let of = || pick(&["initial", "running"]);
    let amount = (
        1_i64..3_000,
        pick(&["scope", "line", "unit"]),
        option::weighted(0.2, 1_i64..5_000),
        any::<bool>(),
    )
        .prop_map(|(amount, per, max, every)| {
            let mut deal = json!({"amount": money(amount), "per": per});
            if let Some(max) = max {
                deal["max"] = json!(money(max));
            }
            if every && per != "unit" {
                deal["every"] = json!({"amount": "25.00"});
            }
            (json!({"amount_off": deal}), true)
        });
    let percent = (
        1_i64..10_001,
        pick(&["scope", "line", "unit"]),
        of(),
        option::weighted(0.2, 1_i64..3_000),
    )
        .prop_map(|(percent, per, of, max)| {
            let mut deal = json!({"percent": money(percent), "per": per, "of": of});
            if let Some(max) = max {
                deal["max"] = json!(money(max));
            }
            (json!({"percent_off": deal}), true)
        });
    let tiered = (1_i64..2_000, 1_i64..100, of(), pick(&["amount", "quantity"])).prop_map(
        |(amount, percent, of, by)| {
            let steps = json!([{"from": 2, "effect": {"percent": percent}}, {"from": 9, "effect": {"amount": money(amount)}}]);
            (json!({"tiered": {"by": by, "of": of, "steps": steps}}), true)
        },
    );
    let fixed = (1_i64..4_000, pick(&["unit", "bundle", "basket"]), 2_u32..4).prop_map(
        |(price, of, quantity)| {
            let mut deal = json!({"price": money(price), "of": of});
            if of == "bundle" {
                deal["quantity"] = json!(quantity);
            }
            (json!({"fixed_price": deal}), of != "basket")
        },
    );
    let get = (
        (1_u32..4, 1_u32..3),
        option::weighted(0.5, 1_u32..3),
        any::<bool>(),
        0_usize..6,
        pick(&["free", "half", "price"]),
    )
        .prop_map(|((buy, get), repeat, partial, sku, y)| {
            let mut deal =
                json!({"buy": {"quantity": buy}, "get": {"quantity": get}, "partial": partial});
            if let Some(sku) = SKUS.get(sku) {
                deal["get"]["lines"] = json!({"sku": [sku]});
            }
            if let Some(repeat) = repeat {
                deal["repeat"] = json!(repeat);
            }
            match y {
                "half" => deal["y"] = json!({"percent": 50}),
                "price" => deal["y"] = json!({"price": "1.00"}),
                _ => {}
            }
            (json!({"buy_x_get_y": deal}), false)
        });
    let bundle = (pick(&["amount", "price", "percent"]), 1_i64..3_000, any::<bool>()).prop_map(
        |(kind, number, multiply)| {
            let effect = match kind {
                "percent" => json!({"percent": number % 100 + 1}),
                kind => json!({kind: money(number)}),
            };
            let items = json!([{"lines": {"sku": ["w", "x"]}}, {"lines": {"sku": ["x", "y"]}, "quantity": 2}]);
            (json!({"bundle": {"items": items, "effect": effect, "multiply": multiply}}), false)
        },
    );
    let others = prop_oneof![
        1 => Just(json!({"gift": {"sku": "cup", "every": {"amount": "20.00"}}})),
        1 => Just(json!({"shipping_off": {}})),
        1 => Just(json!({"shipping_off": {"effect": {"percent": 30}}})),
        3 => Just(json!({"exchange": {"quantity": 1}})),
        1 => Just(json!({"gift": {"sku": "cup", "price": "3.00"}})),
        1 => Just(json!({"points": {"bonus": 50}})),
        1 => Just(json!({"points": {"multiplier": "2.5"}})),
        2 => Just(json!({"replace": {"sku": "new", "price": "5.00"}})),
    ];
    prop_oneof![
        4 => amount, 5 => percent, 2 => tiered, 2 => fixed, 4 => get, 2 => bundle,
        4 => others.prop_map(|deal| (deal, false)),
    ]
}

pub(crate) fn promotion() -> impl Strategy<Value = Deal> {
    let pick = |words: &'static [&'static str]| prop::sample::select(words);
    let scope = (
        0_usize..8,
        pick(&["", "", "cheapest", "dearest", "rank"]),
        pick(&["", "", "", "initial", "running", "quantity"]),
    );
    let stands = (
        -2_i32..3,
        pick(&["", "", "", "none", "not", "alone"]),
        pick(&["", "g0", "g1"]),
    );
    let more = (
        pick(&["", "", "", "consume", "skip"]),
        pick(&["", "", "", "uses", "units", "money"]),
        pick(&["drop", "partial"]),
        1_i64..4,
    );
    (discount(), scope, stands, more).prop_map(
        |(
            (deal, plain),
            (sku, targets, threshold),
            (priority, beside, group),
            (units, limit, over, most),
        )| {
            let is = |kind: &str| deal.get(kind).is_some();
            let (shipping, bundle, exchange) = (
                is("shipping_off"),
                is("bundle"),
                is("exchange") || is("replace"),
            );
            let in_basket = !shipping && !is("gift") && !is("points") && !is("replace");
            let mut one = json!({"priority": priority, "discount": deal});
            if let Some(sku) = SKUS
                .get(if exchange { sku % 4 } else { sku })
                .filter(|_| !shipping && !bundle)
            {
                one["lines"] = json!({"sku": [sku, "z"]});
            }
            if plain && !targets.is_empty() {
                one["targets"] = match targets {
                    "rank" => json!({"by": "rank", "skip": 1, "step": 2}),
                    by => json!({"by": by, "n": 2}),
                };
            }
            match threshold {
                "quantity" => one["threshold"] = json!({"at_least": 3, "measure": "quantity"}),
                "" => {}
                of => one["threshold"] = json!({"at_least": "30.00", "of": of}),
            }
            match beside {
                "none" => one["beside"] = json!("none"),
                "not" => one["beside"] = json!({"not": {"groups": ["g1"]}}),
                "alone" => one["exclusive"] = json!(true),
                _ => {}
            }
            if !group.is_empty() {
                one["group"] = json!(group);
            }
            match units {
                "consume" if in_basket => one["units"] = json!("consume"),
                "skip" if in_basket => one["skip_discounted"] = json!(true),
                _ => {}
            }
            match limit {
                "uses" => one["limits"] = json!([{"uses": most}]),
                "units" if !shipping => one["limits"] = json!([{"units": most * 2, "over": over}]),
                "money" if in_basket => {
                    one["limits"] = json!([{"money": money(most * 700), "over": over}])
                }
                _ => {}
            }
            Deal(one)
        },
    )
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let pick = |words: &'static [&'static str]| prop::sample::select(words);
    let combining = (
        pick(&["best", "best", "best", "priority", "as_presented"]),
        pick(&["basket", "basket", "row"]),
        any::<bool>(),
    )
        .prop_map(|(choose, conflict, exclusive_first)| {
            let groups = json!([{"id": "g0", "max": 1}, {"id": "g1", "max": 2}]);
            let mut combining = json!({"choose": choose, "conflict": conflict, "groups": groups});
            if choose == "priority" {
                combining["exclusive_first"] = json!(exclusive_first);
            }
            combining
        });
    let pricing = (pick(&["half_up", "floor", "half_even"]), pick(&["discount", "price"]), pick(&["amount", "stated", "quantity"]), pick(&["largest_remainder", "first", "last"]))
        .prop_map(|(mode, of, weights, remainder)| json!({"rounding": {"mode": mode, "of": of}, "weights": weights, "remainder": remainder}));
    let back = prop_oneof![
        (1_i64..4).prop_map(Back::Units),
        (1_i64..101).prop_map(Back::Amount)
    ];
    let promotions = (vec(promotion(), 0..4), vec(promotion(), 0..5), any::<u8>());
    let bought = (vec(line(), 1..7), option::of(0_i64..2_000));
    let returns = vec(vec((0_usize..7, back), 1..4), 0..5);
    ((combining, pricing), promotions, bought, returns).prop_map(
        |((combining, pricing), (offers, coupons, presented), (lines, shipping), returns)| Case {
            combining,
            pricing,
            offers,
            coupons,
            presented,
            lines,
            shipping,
            returns,
        },
    )
}

impl Line {
    pub(crate) fn json(&self, id: &str) -> Value {
        let mut one = json!({"id": id, "sku": SKUS[self.sku], "quantity": self.quantity, "price": money(self.price),
            "discount": money(self.off * self.quantity), "discountable": self.discountable});
        if let Some(floor) = self.floor {
            one["floor"] = json!(money(floor));
        }
        if let Some((rate, included)) = self.tax {
            one["tax"] = json!({"rate": money(rate), "included": included});
        }
        one
    }

    pub(crate) fn before(&self) -> i64 {
        (self.price - self.off) * self.quantity
    }

    /// What no discount goes below.
    pub(crate) fn least(&self) -> i64 {
        self.before().min(self.floor.unwrap_or(0) * self.quantity)
    }

    pub(crate) fn alike(&self, other: &Self) -> bool {
        let of = |one: &Self| {
            (
                one.sku,
                one.price,
                one.off,
                one.floor,
                one.tax,
                one.discountable,
            )
        };
        of(self) == of(other)
    }
}

impl Case {
    /// Whether a coupon is in the wallet, not a code.
    pub(crate) fn in_wallet(&self, place: usize) -> bool {
        place.is_multiple_of(2)
    }

    /// How a coupon is presented.
    pub(crate) fn name(&self, place: usize) -> String {
        let kind = if self.in_wallet(place) { "own" } else { "code" };
        format!("{kind}-{place}")
    }

    pub(crate) fn all_presented(&self) -> Vec<String> {
        let places = (0..self.coupons.len()).filter(|place| self.presented >> place & 1 == 1);
        places.map(|place| self.name(place)).collect()
    }

    pub(crate) fn program(&self) -> Value {
        let named = |(place, deal): (usize, &Deal), list: &str| {
            let mut one = deal.0.clone();
            one["id"] = json!(format!("{list}-{place}"));
            if list == "offer" && one["discount"]["gift"].get("price").is_some() {
                // Nobody has asked for an offer: it does not charge.
                one["discount"]["gift"] = json!({"sku": "cup"});
            }
            if list == "coupon" && !self.in_wallet(place) {
                one["issue"] = json!({"code": self.name(place)});
            }
            one
        };
        let offers: Vec<Value> = self
            .offers
            .iter()
            .enumerate()
            .map(|one| named(one, "offer"))
            .collect();
        let coupons: Vec<Value> = self
            .coupons
            .iter()
            .enumerate()
            .map(|one| named(one, "coupon"))
            .collect();
        json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai", "accounts": [{"id": "points"}],
            "earn": [{"id": "base", "give": {"rate": {"points": 1, "per": "0.10"}}}],
            "pricing": self.pricing, "combining": self.combining, "offers": offers, "coupons": coupons})
    }

    pub(crate) fn whole(&self) -> Vec<(String, Line)> {
        let all = self.lines.iter().cloned().enumerate();
        all.map(|(place, line)| (format!("l-{place}"), line))
            .collect()
    }

    pub(crate) fn purchase(
        &self,
        order: &str,
        day: u32,
        lines: &[(String, Line)],
        coupons: &[String],
    ) -> Value {
        let lines: Vec<Value> = lines.iter().map(|(id, line)| line.json(id)).collect();
        let mut purchase = json!({"order": order, "lines": lines, "coupons": coupons});
        if let Some(price) = self.shipping {
            purchase["shipping"] = json!({"price": money(price)});
        }
        json!({"id": format!("e-{order}"), "at": format!("2026-03-{day:02}T10:00:00+08:00"), "purchase": purchase})
    }

    pub(crate) fn show(&self) -> String {
        let event = self.purchase("o-1", 2, &self.whole(), &self.all_presented());
        format!("program: {}\n{event}\n{:?}", self.program(), self.returns)
    }

    /// A member with the coupons that are no codes.
    pub(crate) fn begin(&self) -> (Engine, Member) {
        let program = self.program().to_string();
        let program = Program::from_json(&program).unwrap_or_else(|error| panic!("{error}"));
        let (engine, mut member) = (Engine::new(program), Member::new("m-1").expect("an id"));
        for place in (0..self.coupons.len()).filter(|place| self.in_wallet(*place)) {
            let issue = json!({"coupon": format!("coupon-{place}"), "instance": self.name(place)});
            let event = json!({"id": format!("i-{place}"), "at": "2026-03-01T10:00:00+08:00", "issue": issue});
            take(&engine, &mut member, &event).expect("a coupon");
        }
        (engine, member)
    }

    pub(crate) fn buy(&self) -> Result<(Engine, Member, Receipt), TestCaseError> {
        let (engine, mut member) = self.begin();
        let event = self.purchase("o-1", 2, &self.whole(), &self.all_presented());
        let outcome = take(&engine, &mut member, &event).map_err(told)?;
        Ok((engine, member, *outcome.receipt.expect("a receipt")))
    }
}

pub(crate) fn told(error: Error) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

pub(crate) fn take(engine: &Engine, member: &mut Member, event: &Value) -> Result<Outcome, Error> {
    engine.apply(member, &Event::from_json(&event.to_string())?)
}

pub(crate) fn priced(
    engine: &Engine,
    member: &Member,
    event: &Value,
) -> Result<Receipt, TestCaseError> {
    let text = event.to_string();
    let event = Event::from_json(&text).map_err(told)?;
    let outcome = engine.quote(member, &event).map_err(told)?;
    Ok(*outcome.receipt.expect("a receipt"))
}

pub(crate) fn minor(amount: Amount) -> i64 {
    amount.money().minor()
}

pub(crate) fn paid(receipt: &Receipt) -> i64 {
    minor(receipt.total.paid)
}

pub(crate) fn amounts(line: &loyalty_core::ReceiptLine) -> [i64; 5] {
    let (net, gross) = line.tax.map_or((line.discounted, line.discounted), |tax| {
        (tax.net, tax.gross)
    });
    [line.list, line.discounted, net, gross, line.paid].map(minor)
}

pub(crate) fn sums(receipt: &Receipt) -> [i64; 5] {
    receipt.lines.iter().fold([0; 5], |mut sums, line| {
        for (sum, amount) in sums.iter_mut().zip(amounts(line)) {
            *sum += amount;
        }
        sums
    })
}

pub(crate) fn total(receipt: &Receipt) -> [i64; 5] {
    let total = &receipt.total;
    let (net, gross) = total
        .tax
        .map_or((total.discounted, total.discounted), |tax| {
            (tax.net, tax.gross)
        });
    [total.list, total.discounted, net, gross, total.paid].map(minor)
}

/// What each promotion took off, those that took nothing left out.
pub(crate) fn by_discount(receipt: &Receipt) -> BTreeMap<String, i64> {
    let mut all = BTreeMap::new();
    for one in &receipt.discounts {
        *all.entry(one.id.to_string()).or_default() += minor(one.amount);
    }
    all.retain(|_, amount| *amount != 0);
    all
}

/// The promotions that were used.
pub(crate) fn used(receipt: &Receipt) -> BTreeSet<String> {
    receipt
        .discounts
        .iter()
        .map(|one| one.id.to_string())
        .collect()
}

pub(crate) fn proven(receipt: &Receipt) -> bool {
    receipt.promotions.as_ref().is_none_or(|told| told.proven)
}

pub(crate) fn is_best(case: &Case) -> bool {
    case.combining["choose"] == "best"
}
