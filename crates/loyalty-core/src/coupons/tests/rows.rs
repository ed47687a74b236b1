//! Discounts that must not stand beside each other, where on each row the larger saving stays (clause 10.6).

use super::*;

/// Two rows of 10.00, and these offers in their order of application.
fn by_row(offers: &[&str]) -> Shop {
    let each = offers.iter().enumerate().map(|(at, offer)| {
        let priority = offers.len() - at;
        format!(r#"{{"id": "{at}", "priority": {priority}, {offer}}}"#)
    });
    let each: Vec<String> = each.collect();
    let rules = format!(
        r#"{{"combining": {{"conflict": "row", "groups": [{{"id": "g"}}]}}, "offers": [{}]}}"#,
        each.join(",")
    );
    Shop::new(&rules, &[line("a", 1, 1000), line("b", 1, 1000)])
}

const TENTH: &str = r#""group": "g", "units": "consume", "discount": {"percent_off": {"percent": 10, "per": "line"}}"#;
const EACH: &str = r#""units": "consume", "discount": {"amount_off": {"amount": 1, "per": "unit"}}, "lines": {"sku": ["a"]}"#;

#[test]
fn who_loses_a_row_has_used_none_of_its_units() {
    // A fifth of 10.00 is more than a tenth: `b` is all that the tenth has used, and what consumes sees the units of `a`.
    let fifth = r#""beside": {"not": {"groups": ["g"]}}, "lines": {"sku": ["a"]}, "discount": {"percent_off": {"percent": 20, "per": "line"}}"#;
    let shop = by_row(&[TENTH, fifth, EACH]);
    assert_eq!(shop.used(), ["0", "1", "2"]);
    assert_eq!(shop.rows(), [700, 900]);
    // What consumes contends for units that its rival has consumed.
    let fifth = format!(r#""units": "consume", {fifth}"#);
    let shop = by_row(&[TENTH, &fifth, EACH]);
    assert_eq!(shop.used(), ["0", "1"]);
    assert_eq!(shop.rows(), [800, 900]);
    let choice = shop.choose();
    assert_eq!([0, 1].map(|row| choice.state.used(row)), [1, 1]);
}

#[test]
fn who_loses_every_row_is_not_used() {
    let half = r#""beside": {"not": {"groups": ["g"]}}, "discount": {"percent_off": {"percent": 50, "per": "line"}}"#;
    for choose in ["best", "priority"] {
        let mut shop = by_row(&[TENTH, half, EACH]);
        if choose == "priority" {
            shop.promotions.combining.choose = Choose::Priority;
        }
        assert_eq!(shop.used(), ["1", "2"]);
        assert_eq!(shop.rows(), [400, 500]);
    }
}

#[test]
fn what_comes_in_place_of_units_comes_for_all_or_none() {
    let swap = r#""group": "g", "lines": {"sku": ["a", "b"]}, "discount": {"replace": {"quantity": 2, "sku": "set", "price": 15}}"#;
    let half = r#""beside": {"not": {"groups": ["g"]}}, "lines": {"sku": ["a"]}, "discount": {"percent_off": {"percent": 80, "per": "line"}}"#;
    // Instead of two for 15.00, one for 2.00 and one for 10.00.
    let shop = by_row(&[swap, half]);
    assert_eq!(shop.used(), ["1"]);
    assert_eq!(shop.rows(), [200, 1000]);
    // A tenth of `a` is less than what the swap saves there, so it is the swap that stays.
    let tenth = half.replace("80", "10");
    assert_eq!(by_row(&[swap, &tenth]).used(), ["0"]);
}
