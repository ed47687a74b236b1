//! The best set against all sets, told plainly: every subset is applied from the start and judged by itself.

use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::coupons::combine::Chosen;

/// One candidate of each promotion, and three instances of each coupon that has limits.
fn instances(shop: &Shop) -> Vec<Candidate<'_>> {
    let mut all = shop.candidates();
    for plan in &shop.promotions.coupons {
        for number in 2..=3 {
            if !plan.limits.is_empty() && all.len() < 10 {
                let mut one = Candidate::new(plan, &shop.basket);
                one.instance = Some(Id::new(&format!("i-{}-{number}", plan.id)).unwrap());
                one.left = left(plan);
                all.push(one);
            }
        }
    }
    all
}

fn choose_among(shop: &Shop) -> Choice {
    choose(&instances(shop), &shop.till, &shop.promotions.combining).unwrap()
}

/// What the limits of a promotion leave after its other instances.
fn left_after(plan: &PromotionPlan, before: &[Rc<Applied>]) -> Left {
    let mut left = Left::default();
    for limit in &plan.limits {
        let used = before.iter().map(|one| match limit.of {
            LimitOf::Uses => 1,
            LimitOf::Units => one.counted(),
            LimitOf::Money => one.total,
        });
        left.limit(limit, limit.most - used.sum::<i64>());
    }
    left
}

/// What things cost that come besides.
fn besides<'a>(all: impl Iterator<Item = &'a Rc<Applied>>) -> i64 {
    all.flat_map(|one| &one.added).map(|one| one.price).sum()
}

/// The least that any legal set leaves to be paid, with their worth, what comes besides and the number that is used.
fn best_of_all(shop: &Shop, candidates: &[Candidate<'_>]) -> (i64, i64, i64, usize) {
    let mut best = (shop.till.payable(&shop.till.start()).unwrap(), 0, 0, 0);
    for set in 1_u32..1 << candidates.len() {
        let mut chosen: Vec<&Candidate<'_>> = (0_u32..)
            .zip(candidates)
            .filter(|(place, _)| set >> place & 1 == 1)
            .map(|(_, one)| one)
            .collect();
        if !may_stand(shop, &chosen) {
            continue;
        }
        chosen.sort_by(|one, other| {
            let (a, b) = (one.plan, other.plan);
            a.phase
                .cmp(&b.phase)
                .then(b.priority.cmp(&a.priority))
                .then(a.id.cmp(&b.id))
                .then(one.instance.cmp(&other.instance))
        });
        let mut state = shop.till.start();
        let mut legal = true;
        let mut before: Vec<Vec<Rc<Applied>>> = vec![Vec::new(); shop.promotions.coupons.len()];
        for (place, one) in chosen.iter().enumerate() {
            let before = &mut before[one.plan.place];
            let left = left_after(one.plan, before);
            let tried = shop.till.apply((place, one), &left, &mut state).unwrap();
            legal = legal && matches!(tried, Tried::Done(_));
            if let Tried::Done(applied) = tried {
                before.push(applied);
            }
        }
        if !legal {
            continue;
        }
        let worth: i64 = chosen.iter().map(|one| one.plan.worth).sum();
        let besides = besides(before.iter().flatten());
        let value = (
            shop.till.payable(&state).unwrap(),
            -worth,
            besides,
            chosen.len(),
        );
        best = best.min(value);
    }
    best
}

fn may_stand(shop: &Shop, chosen: &[&Candidate<'_>]) -> bool {
    for (place, one) in chosen.iter().enumerate() {
        for other in &chosen[..place] {
            if !one.plan.permits(other.plan) || !other.plan.permits(one.plan) {
                return false;
            }
        }
    }
    (0..)
        .zip(&shop.promotions.combining.groups)
        .all(|(group, max)| {
            let same = chosen.iter().filter(|one| one.plan.group == Some(group));
            same.count() <= usize::try_from(*max).unwrap_or(usize::MAX)
        })
}

const SKUS: [&str; 3] = ["x", "y", "z"];

fn any_line() -> impl Strategy<Value = Line> {
    let tax = prop_oneof![
        4 => Just(None),
        1 => Just(Some((20, false))),
        1 => Just(Some((7, true))),
    ];
    (
        0_usize..3,
        1_i64..5,
        1_i64..3000,
        0_i64..4,
        any::<bool>(),
        tax,
    )
        .prop_map(|(sku, quantity, price, floor, excluded, tax)| Line {
            sku: SKUS[sku],
            quantity,
            price,
            floor: price * floor / 6,
            discountable: !excluded || price % 3 != 0,
            tax,
        })
}

/// A shop where rewards have lowered some rows, so that their units have no whole price.
fn odd_shop(rules: &str, lines: &[Line], shipping: Option<i64>) -> Shop {
    let mut shop = Shop::shipping(rules, lines, shipping);
    for (row, line) in shop.till.rows.iter_mut().zip(lines) {
        row.now = (row.now - line.price % line.quantity).max(row.least);
    }
    shop
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn any_deal() -> impl Strategy<Value = String> {
    let scope = prop_oneof![Just("scope"), Just("line"), Just("unit")];
    let amount = (scope, 1_i64..2000, any::<bool>()).prop_map(|(per, amount, every)| {
        let every = if every && per != "unit" {
            r#", "every": {"amount": "9.00"}"#
        } else {
            ""
        };
        format!(
            r#"{{"amount_off": {{"amount": "{}", "per": "{per}"{every}}}}}"#,
            money(amount)
        )
    });
    let scope = prop_oneof![
        Just(""),
        Just(r#", "per": "line""#),
        Just(r#", "per": "unit""#)
    ];
    let percent =
        (scope, 1_i64..100, any::<bool>(), 1_i64..3000).prop_map(|(per, percent, initial, max)| {
            let of = if initial { r#", "of": "initial""# } else { "" };
            let max = if max < 1000 {
                format!(r#", "max": "{}""#, money(max))
            } else {
                String::new()
            };
            format!(r#"{{"percent_off": {{"percent": {percent}{per}{of}{max}}}}}"#)
        });
    let tiered = (1_i64..40, 1_i64..90).prop_map(|(amount, percent)| {
        format!(r#"{{"tiered": {{"of": "running", "steps": [{{"from": 5, "effect": {{"percent": {percent}}}}},
            {{"from": 20, "effect": {{"amount": {amount}}}}}]}}}}"#)
    });
    let fixed = (1_i64..3000)
        .prop_map(|price| format!(r#"{{"fixed_price": {{"price": "{}"}}}}"#, money(price)));
    let together = (1_i64..4000, 2..4).prop_map(|(price, quantity)| {
        format!(
            r#"{{"fixed_price": {{"price": "{}", "of": "bundle", "quantity": {quantity}}}}}"#,
            money(price)
        )
    });
    let get = (1..3, 1..3, 0_usize..3, any::<bool>()).prop_map(|(buy, get, sku, partial)| {
        let lines = if sku == 0 { String::new() } else { format!(r#", "lines": {{"sku": ["{}"]}}"#, SKUS[sku]) };
        format!(r#"{{"buy_x_get_y": {{"buy": {{"quantity": {buy}{lines}}}, "get": {{"quantity": {get}}}, "partial": {partial}}}}}"#)
    });
    let bundle = (1_i64..900).prop_map(|amount| {
        format!(r#"{{"bundle": {{"items": [{{"lines": {{"sku": ["x", "z"]}}}}, {{"lines": {{"sku": ["y", "z"]}}}}], "effect": {{"amount": "{}"}}}}}}"#, money(amount))
    });
    let others = prop_oneof![
        Just(r#"{"gift": {"sku": "cup"}}"#.to_owned()),
        Just(r#"{"gift": {"sku": "cup", "price": "1.00"}}"#.to_owned()),
        Just(r#"{"points": {"bonus": 5}}"#.to_owned()),
        Just(r#"{"shipping_off": {}}"#.to_owned()),
        Just(r#"{"shipping_off": {"effect": {"percent": 30}}}"#.to_owned()),
    ];
    let replace = Just(r#"{"replace": {"sku": "new", "price": "5.00"}}"#.to_owned());
    prop_oneof![4 => amount, 4 => percent, 1 => tiered, 2 => fixed, 1 => together, 3 => get, 1 => bundle, 2 => others, 1 => replace]
}

/// A limit, or none.
fn any_limit() -> impl Strategy<Value = String> {
    let over = prop_oneof![Just("drop"), Just("partial"), Just("overshoot")];
    let what = prop_oneof![
        (1..4).prop_map(|units| format!(r#""units": {units}"#)),
        (1..12).prop_map(|money| format!(r#""money": {money}"#)),
    ];
    let over = (what, over).prop_map(|(what, over)| format!(r#"{{{what}, "over": "{over}"}}"#));
    prop_oneof![
        3 => Just(String::new()),
        1 => (1..3).prop_map(|uses| format!(r#"{{"uses": {uses}}}"#)),
        2 => over,
    ]
}

fn any_promotion(number: usize) -> impl Strategy<Value = String> {
    let more = (
        0_u8..4,
        0_u8..6,
        0_u8..4,
        0_u8..4,
        0_i32..3,
        0_u8..5,
        (0_u8..6, any_limit()),
    );
    (any_deal(), more).prop_map(
        move |(deal, (lines, targets, threshold, beside, priority, group, (more, limit)))| {
            let mut text =
                format!(r#"{{"id": "c{number}", "priority": {priority}, "discount": {deal}"#);
            let units = !["gift", "points", "shipping"]
                .iter()
                .any(|kind| deal.contains(kind));
            let plain =
                deal.contains("_off") || deal.contains("fixed_price") || deal.contains("tiered");
            if deal.contains("replace") {
                text += r#", "lines": {"sku": ["x"]}"#;
            } else if lines < 2 && !deal.contains("shipping") {
                text += &format!(
                    r#", "lines": {{"sku": ["{}", "z"]}}"#,
                    SKUS[usize::from(lines)]
                );
            }
            if units && plain && targets == 0 {
                text += r#", "targets": {"by": "cheapest", "n": 2}"#;
            } else if units && plain && targets == 1 {
                text += r#", "targets": {"by": "dearest", "skip": 1, "step": 2}"#;
            }
            match threshold {
                0 => text += r#", "threshold": {"at_least": 20, "of": "running"}"#,
                1 => text += r#", "threshold": {"at_most": 40, "of": "running"}"#,
                _ => {}
            }
            match beside {
                0 => text += r#", "beside": "none""#,
                1 => text += r#", "beside": {"not": {"groups": ["g1"]}}"#,
                _ => {}
            }
            if group < 3 {
                text += &format!(r#", "group": "g{group}""#);
            }
            match more {
                0 if units => text += r#", "units": "consume""#,
                1 if units => text += r#", "units": "consume", "phase": "item""#,
                2 if units => text += r#", "skip_discounted": true"#,
                _ => {}
            }
            match limit.as_str() {
                "" => {}
                units if units.contains("units") && deal.contains("shipping") => {}
                limit => text += &format!(r#", "limits": [{limit}]"#),
            }
            text + "}"
        },
    )
}

fn any_shop(most: usize) -> impl Strategy<Value = (String, Vec<Line>, Option<i64>)> {
    let each: Vec<_> = (0..most).map(any_promotion).collect();
    let weights = prop_oneof![
        3 => Just(""),
        1 => Just(r#", "pricing": {"weights": "quantity"}"#),
        1 => Just(r#", "pricing": {"rounding": {"mode": "floor", "of": "price"}}"#),
        1 => Just(r#", "pricing": {"rounding": {"to": "0.10"}}"#),
    ];
    let lines = prop::collection::vec(any_line(), 1..6);
    (
        each,
        1..=most,
        lines,
        prop::option::of(1_i64..1500),
        weights,
    )
        .prop_map(|(each, count, lines, shipping, pricing)| {
            let groups = r#"[{"id": "g0", "max": 1}, {"id": "g1", "max": 2}, {"id": "g2"}]"#;
            let rules = format!(
                r#"{{"combining": {{"groups": {groups}}}, "coupons": [{}]{pricing}}}"#,
                each[..count].join(",\n")
            );
            (rules, lines, shipping)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_best_set_is_the_best_of_all((rules, lines, shipping) in any_shop(8)) {
        let shop = odd_shop(&rules, &lines, shipping);
        let candidates = instances(&shop);
        let choice = choose_among(&shop);
        prop_assert!(choice.proven);
        let worth: i64 = choice.chosen.iter().map(|one| candidates[one.candidate].plan.worth).sum();
        let besides = besides(choice.chosen.iter().map(|one| &one.applied));
        let found = (choice.after, -worth, besides, choice.chosen.len());
        prop_assert_eq!(found, best_of_all(&shop, &candidates));
    }

    #[test]
    fn the_best_cards_are_the_best_of_all(
        cards in prop::collection::vec((1_i64..1200, prop::option::of(1_i64..4)), 1..7),
        least in 0_i64..100,
        off in 1_i64..2500,
        beside in any::<bool>(),
    ) {
        let beside = if beside { r#", "beside": {"not": {"ids": ["z"]}}"# } else { "" };
        let shop = Shop::new(
            &format!(
                r#"{{"coupons": [
                    {{"id": "card", "discount": {{"stored_value": {{"as": "discount"}}}}, "threshold": {{"at_least": {least}, "of": "running"}}{beside}}},
                    {{"id": "z", "discount": {{"amount_off": {{"amount": "{}"}}}}}}]}}"#,
                money(off)
            ),
            &[line("x", 1, 10_000)],
        );
        let mut candidates = vec![];
        for (number, (stored, expires)) in cards.iter().enumerate() {
            let mut one = Candidate::new(&shop.promotions.coupons[0], &shop.basket);
            one.instance = Some(Id::new(&format!("i-{number}")).unwrap());
            one.stored = *stored;
            one.expires = expires.map(crate::calendar::Instant::from_micros);
            candidates.push(one);
        }
        candidates.push(Candidate::new(&shop.promotions.coupons[1], &shop.basket));
        let choice = choose(&candidates, &shop.till, &shop.promotions.combining).unwrap();
        prop_assert!(choice.proven);
        let found = (choice.after, 0, 0, choice.chosen.len());
        prop_assert_eq!(found, best_of_all(&shop, &candidates));
    }

    #[test]
    fn nothing_goes_below_its_floor_and_parts_sum((rules, lines, shipping) in any_shop(6), by_row in any::<bool>()) {
        let combining = if by_row { r#""combining": {"conflict": "row", "# } else { r#""combining": {"# };
        let shop = odd_shop(&rules.replace(r#""combining": {"#, combining), &lines, shipping);
        let choice = choose_among(&shop);
        let candidates = instances(&shop);
        let plan = |one: &Chosen| candidates[one.candidate].plan;
        let mut now = shop.till.start().now;
        for (place, one) in choice.chosen.iter().enumerate() {
            prop_assert!(one.applied.does_something());
            // What must not stand beside another one shares no row with it.
            for other in &choice.chosen[..place] {
                let apart = !plan(one).permits(plan(other)) || !plan(other).permits(plan(one));
                prop_assert!(!apart || by_row);
                for row in (0..now.len()).filter(|_| apart) {
                    prop_assert!(!one.applied.is_on(row) || !other.applied.is_on(row));
                }
            }
            prop_assert_eq!(one.applied.off.iter().sum::<i64>(), one.applied.total);
            for (now, off) in now.iter_mut().zip(&one.applied.off) {
                prop_assert!(*off >= 0);
                *now -= off;
            }
        }
        prop_assert_eq!(&now, &choice.state.now);
        for (row, (line, now)) in (0_u32..).zip(lines.iter().zip(&now)) {
            let (units, amount) = choice.state.units_of(row).unwrap_or((line.quantity, *now));
            prop_assert_eq!((units, amount), (line.quantity, *now));
        }
        for (now, row) in now.iter().zip(&shop.till.rows) {
            prop_assert!(*now >= row.least);
        }
        prop_assert!(choice.after <= choice.before);
    }

    #[test]
    fn one_more_never_raises_what_is_paid((rules, lines, shipping) in any_shop(6)) {
        let shop = odd_shop(&rules, &lines, shipping);
        let mut candidates = instances(&shop);
        let combining = &shop.promotions.combining;
        let mut before = None;
        while !candidates.is_empty() {
            let choice = choose(&candidates, &shop.till, combining).unwrap();
            prop_assert!(before.is_none_or(|before| choice.after >= before));
            before = Some(choice.after);
            candidates.pop();
        }
    }

    #[test]
    fn a_bound_is_never_passed((rules, lines, shipping) in any_shop(8), nodes in 1_u32..12) {
        let limited = rules.replace(r#""combining": {"#, &format!(r#""combining": {{"nodes": {nodes}, "#));
        let choice = choose_among(&odd_shop(&limited, &lines, shipping));
        let full = choose_among(&odd_shop(&rules, &lines, shipping));
        prop_assert!(choice.nodes <= nodes);
        prop_assert!(choice.after >= full.after);
        if choice.proven {
            prop_assert_eq!(choice.after, full.after);
        }
        prop_assert!(choice.bound.is_none_or(|bound| bound <= full.after));
    }
}
