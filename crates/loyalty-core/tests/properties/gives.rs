//! What earn rules may give besides money, units and events: what they keep of a member from one event to the next, and what they
//! read off an event.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::conditions::{Gen, words};

/// What a rule for purchases may give.
pub(crate) fn for_purchases() -> Gen {
    prop_oneof![
        1 => per_line(),
        2 => by_attribute(),
        3 => streak(),
        3 => milestone(),
    ]
    .boxed()
}

/// What a rule for other events may give.
pub(crate) fn for_others() -> Gen {
    prop_oneof![1 => by_attribute(), 3 => streak()].boxed()
}

fn per_line() -> Gen {
    select(std::vec!["1", "1.5", "0.3"])
        .prop_map(|points| json!({"per_line": points}))
        .boxed()
}

fn by_attribute() -> Gen {
    let rate = (
        select(std::vec!["1", "0.7", "12"]),
        select(std::vec!["1", "3", "0.5"]),
        words(&["proportional", "step"]),
    );
    let rate = rate.prop_map(
        |(points, per, mode)| json!({"rate": {"points": points, "per": per, "mode": mode, "attribute": "stars"}}),
    );
    let part = select(std::vec!["50", "33.3", "1000"])
        .prop_map(|percent| json!({"percent_of": {"percent": percent, "attribute": "stars"}}));
    prop_oneof![rate, part].boxed()
}

fn streak() -> Gen {
    let missed = prop_oneof![
        Just(json!("reset")),
        (0_u32..3).prop_map(|n| json!({"minus": n}))
    ];
    (
        vec(0_u32..30, 1..=5),
        words(&["hold", "restart", "stop"]),
        missed,
        1_u32..3,
    )
        .prop_map(|(steps, after_last, missed, max)| {
            json!({"streak": {"steps": steps, "after_last": after_last, "break": missed, "max_per_day": max}})
        })
        .boxed()
}

/// A milestone of some metric that grows, if the program has one.
fn milestone() -> Gen {
    (0_u64..5, 1_i64..6, 1_u32..50, words(&["each", "highest"]))
        .prop_map(|(metric, every, points, crossing)| json!({"@milestone": [metric, every, points, crossing]}))
        .boxed()
}

/// How points are rounded: for the rule, for each line or for each unit, to multiples.
pub(crate) fn rounding(in_full: bool) -> Gen {
    let modes = &["floor", "half_up", "half_down", "half_even", "ceil"];
    if !in_full {
        return words(modes);
    }
    let full = (
        words(modes),
        words(&["rule", "line", "unit"]),
        select(std::vec![1_u32, 1, 5]),
    );
    let full = full.prop_map(|(mode, place, to)| json!({"mode": mode, "place": place, "to": to}));
    prop_oneof![1 => words(modes), 1 => full].boxed()
}

/// Makes a drawn rule one that a program may have: what is carried is what is below full points.
pub(crate) fn settle(rule: &mut Value, earning: &Value) {
    let whole = earning["round"] == "after_multiplier";
    if whole && rule["rounding"]["place"].is_string() {
        rule["rounding"]["place"] = json!("rule");
    }
    let carries = rule["give"].get("rate").is_some() || rule["give"].get("per_unit").is_some();
    if rule["carry"] == true {
        rule["carry"] = json!(carries && !whole);
        if rule["carry"] == true {
            rule["rounding"] = json!("floor");
        }
    }
}
