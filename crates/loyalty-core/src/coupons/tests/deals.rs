//! Each kind of discount, with numbers worked out by hand.

use super::*;

#[test]
fn amounts_per_scope_line_unit_and_bundle() {
    let lines = [line("a", 2, 1000), line("b", 3, 500)];
    let rows = |discount: &str| Shop::new(&offer(discount, ""), &lines).rows();
    // 7.00 over 20.00 and 15.00.
    assert_eq!(rows(r#"{"amount_off": {"amount": "7.00"}}"#), [1600, 1200]);
    assert_eq!(
        rows(r#"{"amount_off": {"amount": "7.00", "per": "line"}}"#),
        [1300, 800]
    );
    assert_eq!(
        rows(r#"{"amount_off": {"amount": "3.00", "per": "unit"}}"#),
        [1400, 600]
    );
    // No unit below zero.
    assert_eq!(
        rows(r#"{"amount_off": {"amount": "7.00", "per": "unit"}}"#),
        [600, 0]
    );
    // Two bundles of two, the dearest first: a+a, b+b; one b is left.
    let bundles = r#"{"amount_off": {"amount": "4.00", "per": "bundle", "quantity": 2}}"#;
    assert_eq!(rows(bundles), [1600, 1100]);
    // 35.00 holds three times 10.00.
    let every = r#"{"amount_off": {"amount": "1.00", "every": {"amount": "10.00"}}}"#;
    assert_eq!(rows(every).iter().sum::<i64>(), 3500 - 300);
    let every = r#"{"amount_off": {"amount": "1.00", "every": {"quantity": 2}, "max": "1.50"}}"#;
    assert_eq!(rows(every).iter().sum::<i64>(), 3500 - 150);
    let capped = r#"{"amount_off": {"amount": "3.00", "per": "unit", "max_per_line": "5.00"}}"#;
    assert_eq!(rows(capped), [1500, 1000]);
}

#[test]
fn percentages_round_by_row_on_items_and_once_on_the_basket() {
    // 10 % of 1.05 each is 0.105: 0.11 and 0.11 by row, 0.21 once.
    let lines = [line("a", 1, 105), line("b", 1, 105)];
    let basket = offer(r#"{"percent_off": {"percent": 10}}"#, "");
    assert_eq!(Shop::new(&basket, &lines).pays(), 189);
    let items = offer(
        r#"{"percent_off": {"percent": 10}}"#,
        r#", "lines": {"sku": ["a", "b"]}"#,
    );
    assert_eq!(Shop::new(&items, &lines).pays(), 188);
    let capped = offer(r#"{"percent_off": {"percent": 50, "max": "0.40"}}"#, "");
    assert_eq!(Shop::new(&capped, &lines).rows(), [85, 85]);
}

#[test]
fn part_of_a_row_is_exact_and_rounded_once() {
    // 10.00 off 3 units at 10.00 leaves 20.00; half of one third of that is 3.333.
    let rules = r#"{"offers": [
        {"id": "a", "priority": 1, "discount": {"amount_off": {"amount": "10.00"}}, "phase": "item"},
        {"id": "b", "discount": {"percent_off": {"percent": 50}}, "targets": {"by": "rank", "n": 1}}]}"#;
    assert_eq!(Shop::new(rules, &[line("a", 3, 1000)]).pays(), 2000 - 333);
}

#[test]
fn targets_are_counted_through_whole_units() {
    let lines = [line("a", 2, 1000), line("b", 3, 500), line("c", 1, 2000)];
    let rows = |targets: &str| {
        let more = format!(r#", "targets": {targets}"#);
        let rules = offer(r#"{"percent_off": {"percent": 100}}"#, &more);
        Shop::new(&rules, &lines).rows()
    };
    assert_eq!(rows(r#"{"by": "cheapest", "n": 1}"#), [2000, 1000, 2000]);
    assert_eq!(rows(r#"{"by": "dearest", "n": 2}"#), [1000, 1500, 0]);
    // c a a b b b: the third and the sixth.
    assert_eq!(
        rows(r#"{"by": "dearest", "skip": 2, "step": 3}"#),
        [1000, 1000, 2000]
    );
    // a a b b b c: the second, the fourth, the sixth.
    assert_eq!(
        rows(r#"{"by": "rank", "skip": 1, "step": 2}"#),
        [1000, 1000, 0]
    );
}

#[test]
fn steps_take_the_highest_that_is_reached() {
    let tiered = r#"{"tiered": {"steps": [
        {"from": "100.00", "effect": {"amount": "10.00"}},
        {"from": "200.00", "effect": {"amount": "30.00"}},
        {"from": "300.00", "effect": {"percent": 20}}]}}"#;
    let pays = |price| Shop::new(&offer(tiered, ""), &[line("a", 1, price)]).pays();
    assert_eq!(pays(9_999), 9_999);
    assert_eq!(pays(10_000), 9_000);
    assert_eq!(pays(29_900), 26_900);
    assert_eq!(pays(30_000), 24_000);
    let by_quantity = r#"{"tiered": {"by": "quantity", "steps": [
        {"from": 3, "effect": {"price": "9.00"}}, {"from": 5, "effect": {"price": "8.00"}}]}}"#;
    let pays = |quantity| Shop::new(&offer(by_quantity, ""), &[line("a", quantity, 1000)]).pays();
    assert_eq!([pays(2), pays(3), pays(5)], [2000, 2700, 4000]);
}

#[test]
fn a_fixed_price_never_raises() {
    let lines = [line("a", 2, 1500), line("b", 1, 800)];
    let unit = offer(r#"{"fixed_price": {"price": "10.00"}}"#, "");
    assert_eq!(Shop::new(&unit, &lines).rows(), [2000, 800]);
    let basket = offer(r#"{"fixed_price": {"price": "30.00", "of": "basket"}}"#, "");
    assert_eq!(Shop::new(&basket, &lines).pays(), 3000);
    let dear = offer(r#"{"fixed_price": {"price": "50.00", "of": "basket"}}"#, "");
    assert_eq!(Shop::new(&dear, &lines).used(), Vec::<String>::new());
}

#[test]
fn bought_units_are_not_got() {
    let get = |quantity: i64, more: &str| {
        let deal = r#"{"buy_x_get_y": {"buy": {"quantity": 2}, "get": {"quantity": 1}"#;
        let rules = offer(&format!("{deal}{more}}}}}"), "");
        Shop::new(&rules, &[line("a", quantity, 1000)]).pays()
    };
    assert_eq!(
        [get(2, ""), get(3, ""), get(5, ""), get(6, "")],
        [2000, 2000, 4000, 4000]
    );
    assert_eq!(get(9, r#", "repeat": 1"#), 8000);
    assert_eq!(get(3, r#", "y": {"percent": 50}"#), 2500);
    assert_eq!(get(3, r#", "y": {"price": "1.00"}"#), 2100);
    let two = |quantity: i64, partial: bool| {
        let deal =
            r#"{"buy_x_get_y": {"buy": {"quantity": 2}, "get": {"quantity": 2}, "partial": "#;
        let rules = offer(&format!("{deal}{partial}}}}}"), "");
        Shop::new(&rules, &[line("a", quantity, 1000)]).pays()
    };
    assert_eq!(
        [two(3, false), two(3, true), two(7, true)],
        [3000, 2000, 4000]
    );
    // Buy a, get b or c: the cheapest.
    let other = offer(
        r#"{"buy_x_get_y": {"buy": {"lines": {"sku": ["a"]}, "amount": "20.00"},
            "get": {"lines": {"sku": ["b", "c"]}}}}"#,
        "",
    );
    let lines = [line("a", 5, 1000), line("b", 1, 700), line("c", 3, 600)];
    assert_eq!(Shop::new(&other, &lines).rows(), [5000, 700, 600]);
    let added = offer(
        r#"{"buy_x_get_y": {"buy": {"quantity": 3}, "get": {"sku": "a", "quantity": 1}, "units": "added"}}"#,
        "",
    );
    let shop = Shop::new(&added, &[line("a", 75, 1000)]);
    let choice = shop.choose();
    assert_eq!(choice.chosen[0].applied.added[0].quantity, 25);
    assert_eq!(choice.after, 75_000);
}

#[test]
fn bundles_share_units_so_that_most_are_complete() {
    // Two shoes of brand x could be "shoes" or "brand x": with the other shoe and the other x they make two bundles.
    let rules = offer(
        r#"{"bundle": {"items": [{"lines": {"sku": ["s", "both"]}}, {"lines": {"sku": ["x", "both"]}}],
            "effect": {"amount": "1.00"}}}"#,
        "",
    );
    let lines = [
        line("both", 2, 1000),
        line("s", 1, 1000),
        line("x", 1, 1000),
    ];
    assert_eq!(Shop::new(&rules, &lines).pays(), 4000 - 200);
    let lines = [line("both", 2, 1000), line("s", 3, 1000)];
    assert_eq!(Shop::new(&rules, &lines).pays(), 5000 - 200);
}

#[test]
fn gifts_points_and_shipping() {
    let gift = offer(
        r#"{"gift": {"sku": "cup", "every": {"amount": "10.00"}, "repeat": 2}}"#,
        r#", "worth": "5.00""#,
    );
    let choice = Shop::new(&gift, &[line("a", 5, 1000)]).choose();
    assert_eq!(choice.chosen[0].applied.added[0].quantity, 2);
    let points = offer(r#"{"points": {"bonus": 50}}"#, r#", "worth": "0.50""#);
    let choice = Shop::new(&points, &[line("a", 1, 1000)]).choose();
    assert!(choice.chosen[0].applied.points);
    let ships = |deal: &str| {
        let rules = offer(&format!(r#"{{"shipping_off": {deal}}}"#), "");
        Shop::shipping(&rules, &[line("a", 1, 1000)], Some(800)).pays()
    };
    assert_eq!(ships("{}"), 1000);
    assert_eq!(ships(r#"{"max": "5.00"}"#), 1300);
    assert_eq!(ships(r#"{"effect": {"amount": "9.00"}}"#), 1000);
    assert_eq!(ships(r#"{"effect": {"price": "2.00"}}"#), 1200);
    let exchange = offer(r#"{"exchange": {}}"#, r#", "lines": {"sku": ["a"]}"#);
    assert_eq!(Shop::new(&exchange, &[line("a", 2, 1000)]).pays(), 1000);
}

#[test]
fn consumed_units_are_unseen() {
    let rules = r#"{"combining": {"choose": "priority"}, "offers": [
        {"id": "a", "priority": 1, "units": "consume", "discount": {"fixed_price": {"price": "20.00", "of": "bundle", "quantity": 3, "repeat": 1}}},
        {"id": "b", "units": "consume", "discount": {"percent_off": {"percent": 50}}, "lines": {"sku": ["a"]}},
        {"id": "c", "discount": {"amount_off": {"amount": "0.10", "per": "unit"}}}]}"#;
    // Three of four units at 8.00 for 20.00, the fourth at half of its 8.00, each 0.10 less.
    let shop = Shop::new(rules, &[line("a", 4, 800)]);
    assert_eq!(shop.pays(), 3200 - 400 - 400 - 40);
}

#[test]
fn lines_already_discounted_are_left_out() {
    let rules = r#"{"offers": [
        {"id": "a", "priority": 1, "discount": {"percent_off": {"percent": 10}}, "lines": {"sku": ["a"]}},
        {"id": "b", "discount": {"percent_off": {"percent": 5}}, "skip_discounted": true, "phase": "item"}]}"#;
    let shop = Shop::new(rules, &[line("a", 1, 1000), line("b", 1, 1000)]);
    assert_eq!(shop.rows(), [900, 950]);
}

#[test]
fn limits_drop_cut_or_overshoot() {
    let pays = |limit: &str| {
        let more = format!(r#", "limits": [{limit}]"#);
        let rules = offer(r#"{"percent_off": {"percent": 10}}"#, &more);
        Shop::new(&rules, &[line("a", 4, 1000)]).pays()
    };
    assert_eq!(pays(r#"{"money": "3.00"}"#), 4000);
    assert_eq!(pays(r#"{"money": "3.00", "over": "partial"}"#), 3700);
    assert_eq!(pays(r#"{"units": 2, "over": "partial"}"#), 3800);
    assert_eq!(pays(r#"{"units": 2}"#), 4000);
}

#[test]
fn the_order_of_lines_never_matters_to_what_is_paid() {
    let rules = offer(
        r#"{"buy_x_get_y": {"buy": {"quantity": 1}, "get": {"quantity": 1}, "y": {"percent": 50}}}"#,
        "",
    );
    let lines = [line("a", 1, 999), line("b", 2, 1250), line("c", 1, 1001)];
    let turned: Vec<Line> = lines.iter().rev().cloned().collect();
    assert_eq!(
        Shop::new(&rules, &lines).pays(),
        Shop::new(&rules, &turned).pays()
    );
}

#[test]
fn mistakes_are_told_with_their_paths() {
    let found = mistakes(
        r#"{"offers": [
            {"id": "a", "group": "g", "discount": {"amount_off": {"amount": 0}}},
            {"id": "a", "from": "2026-02-02", "until": "2026-02-01", "threshold": {},
             "discount": {"percent_off": {"percent": 120, "per": "bundle"}}, "beside": {"only": {"ids": ["zz"]}}},
            {"id": "c", "exclusive": true, "beside": "none", "discount": {"tiered": {"steps": []}}, "issue": {}}]}"#,
    );
    for path in [
        "offers[0].group",
        "offers[0].discount.amount_off.amount",
        "offers[1].id",
        "offers[1].until",
        "offers[1].threshold",
        "offers[1].discount.percent_off.percent",
        "offers[1].discount.percent_off.per",
        "offers[1].beside.only.ids[0]",
        "offers[2].beside",
        "offers[2].discount.tiered.steps",
        "offers[2].issue",
    ] {
        assert!(found.iter().any(|one| one == path), "{path}: {found:?}");
    }
}
