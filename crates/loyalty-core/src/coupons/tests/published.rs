//! Numbers that others have published, by the ids under which they are known here.

use super::*;

fn pays(rules: &str, lines: &[Line]) -> i64 {
    Shop::new(rules, lines).pays()
}

#[test]
fn oss_a27_to_a32_floors() {
    let off = |amount: &str| {
        offer(
            &format!(r#"{{"amount_off": {{"amount": "{amount}"}}}}"#),
            "",
        )
    };
    let shirt = |quantity| line("shirt", quantity, 5000).floor(4500);
    let mug = |quantity| line("mug", quantity, 2000);
    let rows = |amount: &str, lines: &[Line]| Shop::new(&off(amount), lines).rows();
    // oss-A27
    assert_eq!(rows("20.00", &[shirt(1), mug(1)]), [4500, 500]);
    // oss-A29, oss-A30, oss-A31: what units have is what rows share.
    assert_eq!(rows("25.00", &[shirt(1), mug(3)]), [4500, 4000]);
    assert_eq!(rows("20.00", &[shirt(2), mug(3)]), [9000, 5000]);
    assert_eq!(
        rows("27.00", &[shirt(2), mug(2), line("big", 1, 4000)]),
        [9000, 3150, 3150]
    );
    // oss-A32
    let lines = [
        shirt(2),
        line("keyboard", 2, 2000).floor(1500),
        line("mouse", 1, 3000),
        line("cup", 1, 1000),
    ];
    assert_eq!(rows("36.00", &lines), [9000, 3000, 1800, 600]);
    // oss-A28: 20 % of 70.00 is 14.00.
    let percent = offer(r#"{"percent_off": {"percent": 20}}"#, "");
    assert_eq!(
        Shop::new(&percent, &[shirt(1), mug(1)]).rows(),
        [4500, 1100]
    );
}

#[test]
fn oss_b01_a_cap_is_shared() {
    let rules = offer(r#"{"percent_off": {"percent": 15, "max": "50.00"}}"#, "");
    let lines = [
        line("a", 1, 12_000),
        line("b", 1, 23_000),
        line("c", 1, 30_000),
    ];
    let shop = Shop::new(&rules, &lines);
    assert_eq!(shop.pays(), 60_000);
}

#[test]
fn oss_b11_one_of_the_cheapest() {
    let rules = offer(
        r#"{"percent_off": {"percent": 20}}"#,
        r#", "targets": {"by": "cheapest", "n": 1}"#,
    );
    assert_eq!(
        pays(&rules, &[line("a", 2, 1200), line("b", 2, 2000)]),
        6400 - 240
    );
    // oss-F05: 4 off one unit that costs 1.
    let rules = offer(
        r#"{"amount_off": {"amount": "4.00"}}"#,
        r#", "targets": {"by": "cheapest", "n": 1}"#,
    );
    assert_eq!(pays(&rules, &[line("a", 2, 200), line("b", 2, 100)]), 500);
}

#[test]
fn oss_b12_b13_what_takes_no_discount() {
    let rules = offer(r#"{"percent_off": {"percent": 5}}"#, "");
    let lines = [
        line("a", 1, 10_000),
        line("b", 2, 10_000).excluded(),
        line("c", 3, 20_000),
    ];
    assert_eq!(Shop::new(&rules, &lines).rows(), [9_500, 20_000, 57_000]);
    assert!(
        Shop::new(&rules, &[line("b", 2, 10_000).excluded()])
            .used()
            .is_empty()
    );
}

#[test]
fn oss_c01_c02_c03_thresholds_on_the_initial_and_the_running_amount() {
    let rules = |of: &str| {
        let one = |id: &str| {
            format!(
                r#"{{"id": "{id}", "discount": {{"amount_off": {{"amount": 100}}}},
                    "threshold": {{"at_least": 100, "of": "{of}"}}}}"#
            )
        };
        format!(r#"{{"coupons": [{}, {}]}}"#, one("a"), one("b"))
    };
    assert_eq!(pays(&rules("running"), &[line("a", 10, 1650)]), 6500);
    assert_eq!(pays(&rules("running"), &[line("a", 15, 1650)]), 4750);
    assert_eq!(pays(&rules("initial"), &[line("a", 10, 1650)]), 0);
}

#[test]
fn oss_c05_c26_c28_clamps() {
    let rules = offer(r#"{"amount_off": {"amount": 249}}"#, "");
    assert_eq!(pays(&rules, &[line("a", 1, 2500)]), 0);
    assert_eq!(pays(&rules, &[line("a", 17, 2500)]), 17_600);
    let rules = offer(
        r#"{"amount_off": {"amount": 50}}"#,
        r#", "threshold": {"at_least": 2, "measure": "quantity"}"#,
    );
    assert_eq!(pays(&rules, &[line("a", 2, 5000).floor(4500)]), 9000);
    let rules = offer(
        r#"{"amount_off": {"amount": 20, "per": "unit"}}"#,
        r#", "lines": {"price": {"at_least": 10, "at_most": 50}}"#,
    );
    assert_eq!(pays(&rules, &[line("a", 3, 2000)]), 0);
}

#[test]
fn oss_c13_c15_any_three_for_twenty() {
    let rules = offer(
        r#"{"fixed_price": {"price": 20, "of": "bundle", "quantity": 3}}"#,
        r#", "units": "consume""#,
    );
    let shop = Shop::new(&rules, &[line("a", 4, 800)]);
    let choice = shop.choose();
    assert_eq!(choice.after, 3200 - 400);
    assert_eq!(choice.state.used(0), 3);
    let lines = [line("a", 1, 700), line("b", 1, 700), line("c", 1, 700)];
    assert_eq!(pays(&rules, &lines), 2000);
}

#[test]
fn oss_c20_c21_thresholds_net_and_gross() {
    let rules = |basis: &str| {
        offer(
            r#"{"percent_off": {"percent": 10}}"#,
            &format!(r#", "threshold": {{"at_least": 1006, "basis": "{basis}"}}"#),
        )
    };
    let lines = [line("a", 1, 100_500).tax(15, false)];
    assert!(Shop::new(&rules("net"), &lines).used().is_empty());
    assert_eq!(Shop::new(&rules("gross"), &lines).used(), ["a"]);
}

#[test]
fn oss_c31_items_before_the_basket() {
    let rules = r#"{"offers": [
        {"id": "basket", "priority": 9, "discount": {"amount_off": {"amount": 50}}, "threshold": {"at_least": 500}},
        {"id": "jackets", "discount": {"percent_off": {"percent": 20}}, "lines": {"sku": ["jacket"]}}]}"#;
    let shop = Shop::new(rules, &[line("jacket", 7, 10_000)]);
    assert_eq!(shop.used(), ["jackets", "basket"]);
    assert_eq!(shop.pays(), 51_000);
}

#[test]
fn oss_d01_d05_priority_and_phases() {
    let rules = r#"{"offers": [
        {"id": "a", "priority": 1, "discount": {"amount_off": {"amount": 10}}},
        {"id": "b", "priority": 4, "discount": {"percent_off": {"percent": 20}}}]}"#;
    assert_eq!(pays(rules, &[line("a", 1, 10_000)]), 7000);
    let rules = r#"{"offers": [
        {"id": "half", "priority": 1, "discount": {"percent_off": {"percent": 50}}},
        {"id": "ship", "discount": {"shipping_off": {}}, "threshold": {"at_least": 100, "of": "running"}}]}"#;
    let ships = |quantity| Shop::shipping(rules, &[line("a", quantity, 12_000)], Some(1000)).pays();
    assert_eq!([ships(1), ships(2)], [7000, 12_000]);
}

#[test]
fn oss_d19_the_larger_saving_stays_on_each_line() {
    let rules = r#"{"combining": {"conflict": "row"}, "offers": [
        {"id": "two", "beside": "none", "discount": {"amount_off": {"amount": 2, "per": "line"}}},
        {"id": "seven", "beside": "none", "discount": {"amount_off": {"amount": 7, "per": "line"}}, "lines": {"sku": ["a"]}}]}"#;
    let shop = Shop::new(rules, &[line("a", 1, 1000), line("b", 1, 1000)]);
    assert_eq!(shop.rows(), [300, 800]);
}

#[test]
fn oss_d23_both_on_the_list_price() {
    let rules = r#"{"offers": [
        {"id": "a", "priority": 1, "discount": {"amount_off": {"amount": 100}}},
        {"id": "b", "discount": {"percent_off": {"percent": 10, "of": "initial"}}}]}"#;
    assert_eq!(pays(rules, &[line("a", 1, 100_000)]), 80_000);
}

#[test]
fn oss_e17_one_application() {
    let rules = offer(
        r#"{"buy_x_get_y": {"buy": {"quantity": 2}, "get": {"quantity": 1}, "repeat": 1}}"#,
        r#", "units": "consume""#,
    );
    let choice = Shop::new(&rules, &[line("a", 4, 400), line("b", 4, 200)]).choose();
    assert_eq!(choice.before - choice.after, 200);
    assert_eq!([0, 1].map(|row| choice.state.used(row)), [2, 1]);
}

#[test]
fn saas_f04_f06_f08_stacks() {
    let rules = r#"{"coupons": [
        {"id": "a", "discount": {"percent_off": {"percent": 10}}},
        {"id": "b", "discount": {"percent_off": {"percent": 20}}}]}"#;
    assert_eq!(pays(rules, &[line("a", 1, 10_000)]), 7200);
    let rules = r#"{"combining": {"choose": "priority"}, "coupons": [
        {"id": "never", "priority": 1, "beside": "none", "discount": {"percent_off": {"percent": 50}}},
        {"id": "common", "discount": {"percent_off": {"percent": 10}}}]}"#;
    assert_eq!(Shop::new(rules, &[line("a", 1, 10_000)]).used(), ["never"]);
    let rules = r#"{"combining": {"choose": "as_presented"}, "coupons": [
        {"id": "z", "discount": {"amount_off": {"amount": 1}}},
        {"id": "m", "discount": {"percent_off": {"percent": 20}}},
        {"id": "c", "discount": {"amount_off": {"amount": 80}}}]}"#;
    assert_eq!(pays(rules, &[line("a", 1, 200_000)]), 151_920);
}

#[test]
fn saas_f07_initial_and_running_are_different_facts() {
    let coupon = r#"{"id": "c", "discount": {"amount_off": {"amount": 1}}, "threshold": {"more_than": 10, "of": "running"}}"#;
    let card = r#"{"id": "g", "discount": {"amount_off": {"amount": 1}}}"#;
    let used = |one: &str, other: &str| {
        let rules = format!(
            r#"{{"combining": {{"choose": "as_presented"}}, "coupons": [{one}, {other}]}}"#
        );
        Shop::new(&rules, &[line("a", 1, 1050)]).used()
    };
    assert_eq!(used(coupon, card), ["c", "g"]);
    assert_eq!(used(card, coupon), ["g"]);
}

#[test]
fn saas_f13_exclusive_first() {
    let rules = r#"{"combining": {"choose": "priority", "exclusive_first": true}, "offers": [
        {"id": "fixed", "priority": 5, "discount": {"amount_off": {"amount": 10}}},
        {"id": "alone", "priority": 1, "exclusive": true, "discount": {"percent_off": {"percent": 20}}}]}"#;
    assert_eq!(pays(rules, &[line("a", 1, 10_000)]), 8000);
}

#[test]
fn saas_f34_f35_limited_units() {
    let limited = r#""discount": {"percent_off": {"percent": 30}}, "phase": "item", "targets": {"by": "dearest", "n": 5}"#;
    let rules = |first: i32| {
        format!(
            r#"{{"offers": [{{"id": "l", {limited}, "priority": {first}}},
                {{"id": "p", "phase": "item", "discount": {{"percent_off": {{"percent": 20}}}}}}]}}"#
        )
    };
    let lines = [line("a", 3, 1000), line("b", 3, 500)];
    // saas-F35: 20 % of 45.00, then 30 % of 3 × 8.00 and 2 × 4.00.
    assert_eq!(4500 - pays(&rules(-1), &lines), 1860);
    // saas-F34: both on the price before all discounts.
    let both = rules(1).replace(r#""percent": 20"#, r#""percent": 20, "of": "initial""#);
    assert_eq!(4500 - pays(&both, &lines), 2100);
}

#[test]
fn saas_f46_f52_free_units_and_the_best_set() {
    let rules = r#"{"offers": [
        {"id": "g", "discount": {"buy_x_get_y": {"buy": {"quantity": 3}, "get": {"quantity": 1}}}},
        {"id": "p", "discount": {"percent_off": {"percent": 10}}}]}"#;
    assert_eq!(pays(rules, &[line("a", 4, 32_000)]), 86_400);
    let rules = r#"{"offers": [
        {"id": "d1", "beside": "none", "discount": {"buy_x_get_y": {"buy": {"quantity": 1}, "get": {"quantity": 1}, "y": {"percent": 50}}}},
        {"id": "d2", "beside": "none", "discount": {"percent_off": {"percent": 20}}}]}"#;
    assert_eq!(pays(rules, &[line("a", 4, 1500)]), 4500);
}

#[test]
fn saas_g01_to_g07_effects() {
    let lines = [
        line("mug", 2, 1000),
        line("poster", 3, 1500),
        line("shirt", 3, 2000),
        line("bottle", 2, 2500),
    ];
    let scope = r#", "lines": {"sku": ["mug", "poster", "shirt"]}"#;
    let rows = |deal: &str| Shop::new(&offer(deal, scope), &lines).rows();
    assert_eq!(
        rows(r#"{"amount_off": {"amount": 10, "per": "line"}}"#),
        [1000, 3500, 5000, 5000]
    );
    assert_eq!(
        rows(r#"{"amount_off": {"amount": 10, "per": "unit"}}"#),
        [0, 1500, 3000, 5000]
    );
    assert_eq!(
        rows(r#"{"amount_off": {"amount": 10}}"#),
        [1840, 4140, 5520, 5000]
    );
    assert_eq!(
        rows(r#"{"fixed_price": {"price": 10}}"#),
        [2000, 3000, 3000, 5000]
    );
    // saas-G07, saas-G09: the customer pays what the replaced units cost.
    let replace = |deal: &str, sku: &str, lines: &[Line]| {
        let more = format!(r#", "lines": {{"sku": ["{sku}"]}}, "worth": "5.00""#);
        Shop::new(&offer(deal, &more), lines).pays()
    };
    let upgrade = r#"{"replace": {"sku": "limited", "price": 25}}"#;
    assert_eq!(replace(upgrade, "shirt", &[line("shirt", 3, 2000)]), 6000);
    let three = r#"{"replace": {"sku": "mug", "by_quantity": 3, "price": 10}}"#;
    assert_eq!(replace(three, "bottle", &[line("bottle", 3, 2500)]), 7500);
}

#[test]
fn saas_g16_g17_bundles() {
    let five = [line("a", 5, 2000), line("b", 5, 1000)];
    let both = r#""items": [{"lines": {"sku": ["a"]}}, {"lines": {"sku": ["b"]}}]"#;
    let once = offer(
        &format!(r#"{{"bundle": {{{both}, "effect": {{"price": 50}}, "multiply": false}}}}"#),
        "",
    );
    assert_eq!(pays(&once, &five), 5000);
    let each = offer(
        &format!(r#"{{"bundle": {{{both}, "effect": {{"price": 25}}}}}}"#),
        "",
    );
    assert_eq!(pays(&each, &five), 12_500);
    let tickets = offer(
        r#"{"bundle": {"items": [{"lines": {"sku": ["ticket"]}, "price": 10},
            {"lines": {"sku": ["drink"]}, "quantity": 2, "price": 2}]}}"#,
        "",
    );
    let lines = [line("ticket", 3, 1500), line("drink", 4, 500)];
    // Two bundles: two tickets at 10 and four drinks at 2.
    assert_eq!(Shop::new(&tickets, &lines).rows(), [3500, 800]);
    let mouse = |more: &str| {
        let deal = format!(
            r#"{{"bundle": {{{both}, "get": {{"sku": ["mouse"]}}, "effect": {{"amount": 20}}{more}}}}}"#
        );
        let lines = [
            line("a", 2, 50_000),
            line("b", 3, 5_000),
            line("mouse", 3, 3000),
        ];
        let choice = Shop::new(&offer(&deal, ""), &lines).choose();
        choice.before - choice.after
    };
    assert_eq!(mouse(r#", "get_quantity": 1"#), 4000);
    assert_eq!(mouse(r#", "get_quantity": 3"#), 6000);
    assert_eq!(mouse(""), 4000);
}

#[test]
fn saas_g23_g34_g41_allocation() {
    let off = |amount: &str| {
        offer(
            &format!(r#"{{"amount_off": {{"amount": "{amount}"}}}}"#),
            "",
        )
    };
    let lines = [
        line("a", 1, 1000),
        line("b", 1, 2000).floor(1900),
        line("c", 1, 5000).floor(5000),
        line("d", 1, 3000).floor(2600),
    ];
    assert_eq!(
        Shop::new(&off("12.00"), &lines).rows(),
        [300, 1900, 5000, 2600]
    );
    let lines = [
        line("cup", 1, 1000),
        line("keyboard", 1, 2000).floor(1900),
        line("mouse", 1, 5000).floor(5000),
        line("headphones", 1, 3000).floor(2900),
    ];
    assert_eq!(
        Shop::new(&off("12.00"), &lines).rows(),
        [0, 1900, 5000, 2900]
    );
    let rules = offer(
        r#"{"percent_off": {"percent": 15}}"#,
        r#", "threshold": {"more_than": 100}"#,
    );
    let lines = [
        line("a", 1, 6000),
        line("b", 1, 5000),
        line("c", 1, 4000).excluded(),
    ];
    assert_eq!(Shop::new(&rules, &lines).rows(), [5100, 4250, 4000]);
}

#[test]
fn oss_x02_two_lines_are_two_applications() {
    let rules = offer(
        r#"{"buy_x_get_y": {"buy": {"quantity": 2}, "get": {"quantity": 1}, "y": {"percent": 20}}}"#,
        r#", "units": "consume""#,
    );
    assert_eq!(
        pays(&rules, &[line("a", 3, 1000), line("b", 3, 1000)]),
        6000 - 400
    );
}
