//! Random conditions, and what they look at: metrics and tracks.

use loyalty_core::Date;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

pub(crate) type Gen = BoxedStrategy<Value>;

/// An object of the fields that there are.
pub(crate) fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect::<Map<_, _>>()
        .into()
}

pub(crate) fn words(words: &[&'static str]) -> Gen {
    select(words.to_vec()).prop_map(Value::from).boxed()
}

/// A non-empty choice among words, as a list.
pub(crate) fn some_of(words: &[&'static str]) -> Gen {
    vec(select(words.to_vec()), 1..=2)
        .prop_map(Value::from)
        .boxed()
}

/// 2026 and the two years after it.
pub(crate) fn date() -> Gen {
    (20_454_i32..20_454 + 1_000)
        .prop_map(|day| json!(Date::from_days(day).to_string()))
        .boxed()
}

pub(crate) fn month_day() -> Gen {
    words(&["01-01", "02-29", "03-31", "04-01", "07-15", "12-31"])
}

pub(crate) fn span() -> Gen {
    prop_oneof![
        3 => (1_u32..40).prop_map(|n| json!({"days": n})),
        1 => (1_u32..6).prop_map(|n| json!({"weeks": n})),
        2 => (1_u32..14).prop_map(|n| json!({"months": n})),
        1 => (1_u32..3).prop_map(|n| json!({"years": n})),
    ]
    .boxed()
}

pub(crate) fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(map), Value::Object(more)) = (value, more) {
        map.extend(more);
    }
}

pub(crate) fn comparison() -> Gen {
    let number = prop_oneof![3 => 0_i64..12, 3 => 0_i64..300, 1 => 0_i64..3_000].boxed();
    prop_oneof![
        6 => number.clone().prop_map(|n| json!({"at_least": n.to_string()})),
        1 => number.clone().prop_map(|n| json!({"more_than": n})),
        1 => number.clone().prop_map(|n| json!({"at_most": n})),
        1 => number.clone().prop_map(|n| json!({"less_than": n.saturating_add(1)})),
        1 => (number.clone(), 0_i64..500).prop_map(|(n, more)| json!({"between": [n, n.saturating_add(more)]})),
        1 => vec(number, 1..=3).prop_map(|all| json!({"in": all})),
    ]
    .boxed()
}

pub(crate) fn tested(extra: Gen) -> Gen {
    (comparison(), weighted(0.2, any::<bool>()), extra)
        .prop_map(|(mut test, if_none, more)| {
            extend(&mut test, object([("if_none", if_none.map(Value::from))]));
            extend(&mut test, more);
            test
        })
        .boxed()
}

pub(crate) fn nothing() -> Gen {
    Just(json!({})).boxed()
}

/// A leaf about the member.
pub(crate) fn of_member() -> Gen {
    prop_oneof![
        7 => (0_u64..8, tested(nothing())).prop_map(|(metric, test)| json!({"@metric": [metric, test]})),
        2 => some_of(&["vip", "gold"]).prop_map(|tags| json!({"tag": tags})),
        1 => prop_oneof![
            Just(json!("day")),
            Just(json!("month")),
            (0_u16..20, 0_u16..20).prop_map(|(before, after)| json!({"within": {"before": before, "after": after}})),
        ].prop_map(|near| json!({"anniversary": near})),
        1 => date().prop_map(|from| json!({"enrolled": {"from": from}})),
        2 => (comparison(), span(), 0_u64..3).prop_map(|(mut test, within, account)| {
            extend(&mut test, json!({"within": within, "account": {"@account": account}}));
            json!({"points_expiring": test})
        }),
        1 => prop_oneof![
            Just(json!("day")),
            Just(json!("month")),
            (0_u32..20, 0_u32..20).prop_map(|(before, after)| json!({"within": {"before": before, "after": after}})),
        ].prop_map(|test| json!({"birthday": test})),
        1 => (words(&["at_least", "less_than"]), span())
            .prop_map(|(field, span)| json!({"tenure": {field.as_str().expect("a word"): span}})),
        1 => tested(Just(json!({"name": "level"})).boxed()).prop_map(|test| json!({"attribute": test})),
        1 => some_of(&["杭州", "上海"]).prop_map(|is| json!({"attribute": {"name": "city", "is": is}})),
    ]
    .boxed()
}

/// A leaf about the rung that is held.
pub(crate) fn of_tier() -> Gen {
    (0_u64..4, 0_u64..4, words(&["at_least", "at_most", "in"]))
        .prop_map(|(track, rung, field)| json!({"@tier": [track, rung, field]}))
        .boxed()
}

/// A leaf about the event.
pub(crate) fn of_event() -> Gen {
    let total = comparison().prop_map(|test| json!({"total": test}));
    let quantity = (comparison(), weighted(0.5, selection())).prop_map(|(mut test, lines)| {
        extend(&mut test, object([("lines", lines)]));
        json!({"quantity": test})
    });
    prop_oneof![
        2 => some_of(&["app", "shop"]).prop_map(|all| json!({"channel": all})),
        1 => some_of(&["s1", "s2"]).prop_map(|all| json!({"store": all})),
        1 => some_of(&["mon", "tue", "wed", "sat", "sun"]).prop_map(|days| json!({"weekday": days})),
        1 => (words(&["00:00", "08:30", "22:00"]), words(&["06:00", "12:00", "20:00"]))
            .prop_map(|(from, until)| json!({"hours": {"from": from, "until": until}})),
        1 => date().prop_map(|from| json!({"dates": {"from": from}})),
        1 => vec(month_day(), 1..=2).prop_map(|on| json!({"yearly": {"on": on}})),
        1 => comparison().prop_map(|mut test| {
            extend(&mut test, json!({"name": "stars"}));
            json!({"event_attribute": test})
        }),
        2 => total,
        1 => quantity.clone(),
        1 => quantity.prop_map(|test| json!({"any_quantity": test["quantity"]})),
        1 => some_of(&["purchase", "activity", "enroll"]).prop_map(|kinds| json!({"kind": kinds})),
        2 => selection().prop_map(|lines| json!({"contains": lines})),
    ]
    .boxed()
}

/// A tree over leaves.
pub(crate) fn condition(leaf: Gen) -> Gen {
    let some = || vec(leaf.clone(), 1..=3);
    prop_oneof![
        6 => leaf.clone(),
        1 => some().prop_map(|all| json!({"all": all})),
        1 => some().prop_map(|any| json!({"any": any})),
        1 => leaf.clone().prop_map(|one| json!({"not": one})),
        1 => (some(), 1_usize..=3).prop_map(|(of, n)| json!({"at_least_n": {"n": n.min(of.len()), "of": of}})),
    ]
    .boxed()
}

pub(crate) fn selection() -> Gen {
    let one = prop_oneof![
        2 => some_of(&["tea", "cup", "pear"]).prop_map(|all| json!({"sku": all})),
        2 => some_of(&["food", "food/fruit", "home"]).prop_map(|all| json!({"category": all})),
        1 => some_of(&["龙井", "acme"]).prop_map(|all| json!({"brand": all})),
        1 => some_of(&["fresh", "sale"]).prop_map(|all| json!({"tag": all})),
        1 => any::<bool>().prop_map(|discounted| json!({"discounted": discounted})),
        1 => (0_i64..50).prop_map(|price| json!({"price": {"at_least": price}})),
    ]
    .boxed();
    prop_oneof![
        4 => one.clone(),
        1 => vec(one.clone(), 1..=2).prop_map(|any| json!({"any": any})),
        1 => one.prop_map(|one| json!({"exclude": one})),
    ]
    .boxed()
}

pub(crate) fn metric() -> Gen {
    let filter = (
        weighted(0.6, selection()),
        weighted(0.4, condition(of_event())),
    )
        .prop_map(|(lines, when)| object([("lines", lines), ("when", when)]));
    let goods = (
        words(&[
            "spend",
            "spend",
            "list_spend",
            "orders",
            "quantity",
            "visits",
        ]),
        weighted(0.4, filter),
        window(),
    )
        .prop_map(|(measure, filter, window)| {
            object([
                ("measure", Some(measure)),
                ("filter", filter),
                ("window", Some(window)),
            ])
        });
    let points = (words(&["earned", "burned"]), 0_u64..3, window()).prop_map(|(what, account, window)|
        json!({"measure": {what.as_str().expect("a word"): {"account": {"@account": account}}}, "window": window}));
    let kinds = some_of(&["check_in", "survey"]);
    let activity = (kinds.clone(), window())
        .prop_map(|(kinds, window)| json!({"measure": {"activity": kinds}, "window": window}));
    let since = prop_oneof![
        Just(json!("purchase")),
        kinds.prop_map(|kinds| json!({"activity": kinds}))
    ]
    .prop_map(|since| json!({"measure": {"days_since": since}}));
    let now = prop_oneof![
        2 => (0_u64..3).prop_map(|account| json!({"balance": {"account": {"@account": account}}})),
        1 => words(&["tenure", "age"]),
    ]
    .prop_map(|measure| json!({"measure": measure}));
    prop_oneof![6 => goods, 2 => points, 1 => activity, 1 => since, 2 => now, 4 => rare()].boxed()
}

/// Measures that are not sums.
fn rare() -> Gen {
    let period = || words(&["day", "week", "month", "quarter"]);
    let windowed = prop_oneof![
        words(&["returns", "returned", "mean_order"]),
        words(&["sku", "category", "brand", "store", "channel"])
            .prop_map(|of| json!({"distinct": {"of": of}})),
        words(&["sum", "mean"])
            .prop_map(|what| json!({what.as_str().expect("a word"): {"attribute": "stars"}})),
        period().prop_map(|period| json!({"streak": {"period": period}})),
        period().prop_map(|period| json!({"streak": {"period": period, "of": {"activity": ["check_in", "survey"]}}})),
        (period(), 1_u32..3)
            .prop_map(|(period, n)| json!({"periods": {"period": period, "at_least": n}})),
    ];
    let windowed =
        (windowed, weighted(0.2, selection()), window()).prop_map(|(measure, lines, window)| {
            let filter = lines.map(|lines| json!({"lines": lines}));
            object([
                ("measure", Some(measure)),
                ("filter", filter),
                ("window", Some(window)),
            ])
        });
    let gap = prop_oneof![
        Just(json!({"mean": {}})),
        (1_u32..=100).prop_map(|percent| json!({"percentile": percent})),
    ]
    .prop_map(|gap| json!({"measure": {"gap": gap}}));
    prop_oneof![8 => windowed, 1 => gap].boxed()
}

/// Whether periods of a kind follow the beginning of the year.
fn by_year(period: &Value) -> bool {
    ["quarter", "half_year", "year"]
        .iter()
        .any(|one| period == one)
}

pub(crate) fn window() -> Gen {
    let calendar = (
        words(&["day", "week", "month", "quarter", "half_year", "year"]),
        weighted(0.3, month_day()),
    )
        .prop_map(|(period, year_start)| {
            let year_start = year_start.filter(|_| by_year(&period));
            json!({"calendar": object([("period", Some(period)), ("year_start", year_start)])})
        });
    let moving = prop_oneof![
        3 => span().prop_map(|span| json!({"last": span})),
        2 => calendar,
        1 => Just(json!("membership_year")),
    ]
    .boxed();
    prop_oneof![
        2 => Just(json!("lifetime")),
        4 => moving.clone(),
        2 => (words(&["since_tier", "term"]), 0_u64..2).prop_map(|(kind, track)| json!({"@window": [kind, track]})),
        1 => (date(), 0_i32..200).prop_map(|(from, days)| {
            let first = Date::parse(from.as_str().expect("a date")).expect("a date");
            json!({"between": {"from": from, "until": Date::from_days(first.days().saturating_add(days)).to_string()}})
        }),
        1 => moving.clone().prop_map(|of| json!({"previous": of})),
        1 => moving.prop_map(|of| json!({"previous": {"previous": of}})),
    ]
    .boxed()
}

pub(crate) fn hold() -> Gen {
    let length = (
        span(),
        weighted(0.3, words(&["month_end", "quarter_end", "year_end"])),
        weighted(0.3, words(&["included", "excluded"])),
    )
        .prop_map(|(mut length, align, last_day)| {
            extend(
                &mut length,
                object([("align", align), ("last_day", last_day)]),
            );
            json!({"for": length})
        });
    let until = (
        words(&["month", "quarter", "half_year", "year", "membership_year"]),
        weighted(0.5, 1_u32..4),
        weighted(0.2, month_day()),
        weighted(0.2, span()),
    )
        .prop_map(|(end_of, nth, year_start, plus)| {
            let year_start = year_start.filter(|_| by_year(&end_of));
            json!({"until": object([("end_of", Some(end_of)), ("nth", nth.map(Value::from)),
                ("year_start", year_start), ("plus", plus)])})
        });
    prop_oneof![
        2 => Just(json!("lifetime")),
        3 => Just(json!("none")),
        4 => length,
        4 => until,
    ]
    .boxed()
}

pub(crate) fn track() -> Gen {
    let review = || words(&["requalify", "one_down", "to_base", "never"]);
    let rung = (
        condition(of_member()),
        weighted(0.3, condition(of_member())),
        weighted(0.2, hold()),
        weighted(0.2, review()),
    )
        .prop_map(|(qualify, retain, hold, at_review)| {
            object([
                ("qualify", Some(qualify)),
                ("retain", retain),
                ("hold", hold),
                ("at_review", at_review),
            ])
        });
    let period = words(&["month", "quarter", "half_year", "year", "membership_year"]);
    let moves = prop_oneof![
        4 => words(&["immediate", "immediate", "at_review"]).prop_map(|upgrade| json!({"upgrade": upgrade})),
        2 => (weighted(0.7, period), weighted(0.2, month_day())).prop_map(|(period, year_start)| {
            let year_start = year_start.filter(|_| period.as_ref().is_some_and(by_year));
            object([("upgrade", Some(json!("next_period"))), ("period", period), ("year_start", year_start)])
        }),
    ];
    let apart = prop_oneof![
        6 => Just(None),
        1 => (select(std::vec![1, 2, 3, 4, 6, 12]), 1_u32..=31)
            .prop_map(|(months, on_day)| Some(json!({"every": {"months": months, "on_day": on_day}}))),
        1 => words(&["enrolment", "rung"]).prop_map(|of| Some(json!({"anniversary": of}))),
    ];
    let penalty = (condition(of_member()), 1_u32..4)
        .prop_map(|(when, warnings)| json!([{"when": when, "warnings": warnings}]));
    let more = (
        weighted(0.2, span()),
        weighted(0.3, grace()),
        weighted(0.2, hold()),
        weighted(0.4, words(&["before_expiry"])),
        weighted(0.5, words(&["at_term_end", "protect_current_term"])),
        weighted(0.3, penalty),
    )
        .prop_map(|(at_least, grace, renew, reads, returns, penalties)| {
            object([
                ("at_least", at_least),
                ("grace", grace),
                ("renew", renew.filter(|renew| *renew != json!("none"))),
                ("review_reads", reads),
                ("returns", returns),
                ("penalties", penalties),
            ])
        });
    (
        vec(rung, 1..=4),
        moves,
        hold(),
        review(),
        any::<bool>(),
        apart,
        more,
    )
        .prop_map(|(rungs, moves, hold, at_review, extended, apart, more)| {
            let mut track = json!({"rungs": rungs, "hold": hold, "at_review": at_review, "extend_on_requalify": extended});
            extend(&mut track, moves);
            extend(&mut track, more);
            reviewed(&mut track, apart);
            track
        })
        .boxed()
}

fn grace() -> Gen {
    (
        span(),
        words(&["term_end", "entry", "loss"]),
        weighted(0.3, words(&["month_end", "quarter_end", "year_end"])),
        weighted(0.3, words(&["included", "excluded"])),
    )
        .prop_map(|(length, from, align, last_day)| {
            object([
                ("for", Some(length)),
                ("from", Some(from)),
                ("align", align),
                ("last_day", last_day),
            ])
        })
        .boxed()
}

/// Leaves out what has no effect where every rung is held for good.
pub(crate) fn lasting(track: &mut Value) {
    let rungs = track["rungs"].as_array().expect("rungs").iter();
    let holds = rungs.filter_map(|rung| rung.get("hold"));
    let any = holds
        .chain([&track["hold"]])
        .any(|hold| *hold != json!("lifetime"));
    if any || track.get("review").is_some() {
        return;
    }
    let track = track.as_object_mut().expect("an object");
    for word in [
        "extend_on_requalify",
        "at_least",
        "grace",
        "renew",
        "at_review",
    ] {
        track.remove(word);
    }
    if track["upgrade"] == "at_review" {
        track.remove("upgrade");
    }
    for rung in track["rungs"].as_array_mut().into_iter().flatten() {
        let rung = rung.as_object_mut().expect("a rung is an object");
        rung.remove("at_review");
    }
}

/// Leaves out what contradicts the days on which a track is reviewed.
fn reviewed(track: &mut Value, apart: Option<Value>) {
    let track = track.as_object_mut().expect("a track is an object");
    let mut terms = matches!(&track["hold"], Value::Object(_));
    for rung in track["rungs"].as_array_mut().into_iter().flatten() {
        let rung = rung.as_object_mut().expect("a rung is an object");
        if apart.is_some() {
            rung.remove("hold");
        }
        terms |= matches!(rung.get("hold"), Some(Value::Object(_)));
    }
    if let Some(apart) = apart {
        track.insert("review".to_owned(), apart);
        track.remove("hold");
        track.remove("renew");
    } else if !terms {
        track.remove("penalties");
    }
}

/// What a condition asks at least of one metric, if it asks nothing else.
fn floor(cond: &Value) -> Option<(String, i64)> {
    let (key, value) = cond.as_object()?.iter().next()?;
    match (key.as_str(), value) {
        ("all" | "any", Value::Array(of)) if of.len() == 1 => floor(&of[0]),
        ("at_least_n", of) if of["of"].as_array()?.len() == 1 => floor(&of["of"][0]),
        ("metric", test) if test["if_none"] != json!(true) => {
            let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
            let other = ["at_most", "less_than", "between", "in"];
            if other.iter().any(|field| test.get(field).is_some()) {
                return None;
            }
            let least = test.get("at_least").and_then(number);
            let more = test.get("more_than").and_then(number).map(|more| more + 1);
            Some((test["id"].as_str()?.to_owned(), least.or(more)?))
        }
        _ => None,
    }
}

/// Makes a ladder of rungs that can all be given: no rung asks for less than a lower one, none is harder to keep than to get.
pub(crate) fn ladder(rungs: &mut [Value]) {
    let mut asked: Vec<(String, i64)> = Vec::new();
    for rung in rungs {
        let Some((metric, mut least)) = rung.get("qualify").and_then(floor) else {
            continue;
        };
        let highest = asked
            .iter()
            .filter(|(of, _)| *of == metric)
            .map(|(_, n)| *n)
            .max();
        if highest.is_some_and(|highest| least <= highest) {
            least = highest.unwrap_or(0) + 1;
            rung["qualify"] = json!({"metric": {"id": metric, "at_least": least}});
        }
        let harder = |(of, n): (String, i64)| of == metric && n > least;
        if rung.get("retain").and_then(floor).is_some_and(harder) {
            rung.as_object_mut()
                .expect("a rung is an object")
                .remove("retain");
        }
        asked.push((metric, least));
    }
}
