//! Units that are alike until a promotion meets only some of them.

use proptest::prelude::*;

use super::*;

fn takes(coupons: &str, lines: &[Line]) -> Vec<i64> {
    let rules = format!(r#"{{"combining": {{"choose": "priority"}}, "coupons": [{coupons}]}}"#);
    let choice = Shop::new(&rules, lines).choose();
    choice.chosen.iter().map(|one| one.applied.total).collect()
}

/// A coupon of 1.00 off the dearest unit.
fn euro_off(id: &str, units: &str) -> String {
    format!(
        r#"{{"id": "{id}", "units": "{units}", "targets": {{"by": "dearest", "n": 1}},
            "discount": {{"amount_off": {{"amount": "1.00", "per": "unit"}}}}}}"#
    )
}

#[test]
fn each_coupon_meets_a_unit_at_its_own_price() {
    let lines = [line("a", 2, 100)];
    let two = [euro_off("a", "consume"), euro_off("b", "consume")].join(", ");
    assert_eq!(takes(&two, &lines), [100, 100]);
    // Shared units stay in sight: both mean the first one, which costs nothing after the first coupon.
    let two = [euro_off("a", "shared"), euro_off("b", "shared")].join(", ");
    assert_eq!(takes(&two, &lines), [100]);
    // The consumed unit is free, the other one costs 1.00: half of the row is 0.50.
    let half = r#"{"id": "b", "discount": {"percent_off": {"percent": 50}}}"#;
    let two = [euro_off("a", "consume"), half.to_owned()].join(", ");
    assert_eq!(takes(&two, &lines), [100, 50]);
    // A price of 0.60 for each unit lowers only the one that costs more.
    let price = r#"{"id": "b", "discount": {"fixed_price": {"price": "0.60"}}}"#;
    let two = [euro_off("a", "consume"), price.to_owned()].join(", ");
    assert_eq!(takes(&two, &lines), [100, 40]);
}

#[test]
fn odd_minor_units_stay_with_the_row() {
    // Three for 1.00: one free, then another, then the last. Together they are free.
    let rules = |coupons: &str| {
        format!(r#"{{"combining": {{"choose": "priority"}}, "coupons": [{coupons}]}}"#)
    };
    let free = |id: &str| {
        format!(
            r#"{{"id": "{id}", "units": "consume", "targets": {{"by": "rank", "n": 1}}, "discount": {{"percent_off": {{"percent": 100}}}}}}"#
        )
    };
    let all = [free("a"), free("b"), free("c")].join(", ");
    let mut shop = Shop::new(&rules(&all), &[line("a", 3, 34)]);
    for row in &mut shop.till.rows {
        (row.stated, row.initial, row.now) = (100, 100, 100);
    }
    let choice = shop.choose();
    // 33.33, then half of 67, then what is left.
    let totals: Vec<i64> = choice.chosen.iter().map(|one| one.applied.total).collect();
    assert_eq!(totals, [33, 34, 33]);
    assert_eq!(choice.after, 0);
}

const SKUS: [&str; 3] = ["x", "y", "z"];

/// What is done to each unit at its own price.
fn any_unit_deal() -> impl Strategy<Value = String> {
    // Halves of halves of these are whole.
    let amount = (1_i64..7).prop_map(|amount| {
        let amount = amount * 16;
        format!(r#"{{"amount_off": {{"amount": {amount}, "per": "unit"}}}}"#)
    });
    let price =
        (1_i64..6).prop_map(|price| format!(r#"{{"fixed_price": {{"price": {}}}}}"#, price * 16));
    let percent = prop_oneof![Just(50), Just(100)].prop_map(|percent| {
        format!(r#"{{"percent_off": {{"percent": {percent}, "per": "line"}}}}"#)
    });
    let get = (1..3, 1..3, prop_oneof![Just(50), Just(100)]).prop_map(|(buy, get, percent)| {
        format!(r#"{{"buy_x_get_y": {{"buy": {{"quantity": {buy}}}, "get": {{"quantity": {get}}}, "y": {{"percent": {percent}}}}}}}"#)
    });
    prop_oneof![amount, price, percent, get]
}

fn any_unit_coupon(number: usize) -> impl Strategy<Value = String> {
    (any_unit_deal(), 0_u8..4, 0_u8..6, 0_u8..5, any::<bool>()).prop_map(
        move |(deal, lines, targets, threshold, consume)| {
            let mut text = format!(r#"{{"id": "c{number}", "discount": {deal}"#);
            if lines < 2 {
                let sku = SKUS[usize::from(lines)];
                text += &format!(r#", "lines": {{"sku": ["{sku}", "z"]}}"#);
            }
            if !deal.contains("buy") {
                text += match targets {
                    0 => r#", "targets": {"by": "cheapest", "n": 2}"#,
                    1 => r#", "targets": {"by": "dearest", "n": 1}"#,
                    2 => r#", "targets": {"by": "rank", "n": 3}"#,
                    _ => "",
                };
            }
            if threshold == 0 {
                let scope = if lines < 2 {
                    r#", "scope": "lines""#
                } else {
                    ""
                };
                text += &format!(r#", "threshold": {{"at_least": 60, "of": "running"{scope}}}"#);
            }
            if consume {
                text += r#", "units": "consume""#;
            }
            text + "}"
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// A row of many units is what as many rows of one unit are, where nothing is rounded and none is passed over: which of the
    /// units of a row those are is nowhere said.
    #[test]
    fn units_of_a_row_are_what_rows_of_one_unit_are(
        coupons in prop::collection::vec(Just(()), 1..6).prop_flat_map(|all| {
            (0..all.len()).map(any_unit_coupon).collect::<Vec<_>>()
        }),
        lines in prop::collection::vec((0_usize..3, 1_i64..5, 1_i64..4), 1..4),
        best in any::<bool>(),
    ) {
        let choose = if best { "best" } else { "priority" };
        let rules = format!(r#"{{"combining": {{"choose": "{choose}"}}, "coupons": [{}]}}"#, coupons.join(",\n"));
        let lines: Vec<Line> = lines.iter().map(|(sku, units, price)| line(SKUS[*sku], *units, price * 3200)).collect();
        let single: Vec<Line> = lines
            .iter()
            .flat_map(|line| (0..line.quantity).map(|_| Line { quantity: 1, ..line.clone() }))
            .collect();
        let (rows, units) = (Shop::new(&rules, &lines), Shop::new(&rules, &single));
        prop_assert_eq!(rows.used(), units.used());
        let apart = units.rows();
        let mut rest = apart.as_slice();
        for (line, row) in lines.iter().zip(rows.rows()) {
            let (own, others) = rest.split_at(usize::try_from(line.quantity).unwrap());
            prop_assert_eq!(row, own.iter().sum::<i64>());
            rest = others;
        }
    }
}
