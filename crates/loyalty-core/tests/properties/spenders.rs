//! Programs in which points are used otherwise than to pay, and histories in which that happens.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::histories::{Wish, basket, credit, debit, pause, person, returned};
use crate::programs::{Shape, programs};

/// What is to happen next.
#[derive(Clone, Debug)]
pub(crate) enum Move {
    Wish(Wish),
    Redeem(usize, u32),
    /// One of the last redemptions is undone.
    Undo(usize),
    Transfer(usize, Ask),
    Convert(usize, Ask),
    Receive(usize, Vec<(i64, Option<i64>)>),
}

/// How many points.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ask {
    Percent(i64),
    Points(i64),
}

/// Minutes after the move before, and a move.
pub(crate) type Moves = Vec<(i64, Move)>;

pub(crate) fn moves(longest: usize) -> impl Strategy<Value = Moves> {
    let shape = Shape::ANY;
    let ask = || {
        prop_oneof![
            3 => (1_i64..=110).prop_map(Ask::Percent),
            1 => (1_i64..300).prop_map(Ask::Points),
        ]
    };
    let days = prop_oneof![1 => Just(None), 3 => (-9_i64..60).prop_map(Some)];
    let one = prop_oneof![
        5 => basket(shape).prop_map(|basket| Move::Wish(Wish::Purchase(basket))),
        5 => returned().prop_map(Move::Wish),
        5 => credit(shape).prop_map(Move::Wish),
        1 => debit(shape).prop_map(Move::Wish),
        2 => person(shape).prop_map(|person| Move::Wish(Wish::Enroll(person))),
        1 => any::<bool>().prop_map(|add| Move::Wish(Wish::Tags { add, tag: "vip" })),
        2 => Just(Move::Wish(Wish::Advance)),
        14 => (0_usize..12, 1_u32..4).prop_map(|(which, quantity)| Move::Redeem(which, quantity)),
        15 => (0_usize..12).prop_map(Move::Undo),
        5 => (0_usize..4, ask()).prop_map(|(which, ask)| Move::Transfer(which, ask)),
        5 => (0_usize..4, ask()).prop_map(|(which, ask)| Move::Convert(which, ask)),
        7 => (0_usize..4, vec((20_i64..600, days), 1..=3)).prop_map(|(which, lots)| Move::Receive(which, lots)),
    ];
    vec((pause(), one), 1..=longest)
}

/// What is drawn of the rules for using points.
#[derive(Clone, Debug)]
struct Drawn {
    points: i64,
    gives: i64,
    limit: Option<(u32, &'static str)>,
    when: Option<Value>,
    auto: Option<Value>,
    lots: &'static str,
    fee: Option<Value>,
    overdraw: &'static str,
    restore: Value,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let limit = (
        1_u32..4,
        select(std::vec!["day", "week", "month", "year", "lifetime"]),
    );
    let when = select(std::vec![
        json!({"birthday": "month"}),
        json!({"tag": ["vip"]}),
        json!({"not": {"tag": ["vip"]}}),
        json!({"tenure": {"at_least": {"days": 40}}}),
        json!({"tenure": {"less_than": {"days": 90}}}),
    ]);
    let auto = (
        select(std::vec!["keep", "drop"]),
        select(std::vec!["before_tiers", "with_triggers"]),
        prop::option::of(0_i64..60),
    );
    let fee = prop_oneof![
        (1_i64..4).prop_map(|points| json!({"points": points})),
        select(std::vec!["1", "2.5", "10"]).prop_map(|percent| json!({"percent": percent})),
    ];
    let how = (
        select(std::vec!["keep", "fresh"]),
        select(std::vec!["debt", "forgive"]),
        select(std::vec![
            json!("stay_expired"),
            json!({"extend": {"days": 9}}),
            json!("fresh")
        ]),
    );
    (
        (1_i64..50, 1_i64..60),
        prop::option::weighted(0.3, limit),
        prop::option::weighted(0.3, when),
        prop::option::weighted(0.35, auto),
        prop::option::weighted(0.4, fee),
        how,
    )
        .prop_map(|((points, gives), limit, when, auto, fee, how)| Drawn {
            points,
            gives,
            limit,
            when,
            auto: auto.map(|(surplus, run, more)| {
                let mut auto = json!({"surplus": surplus, "run": run});
                if let Some(more) = more {
                    auto["threshold"] = json!(points + more);
                }
                auto
            }),
            lots: how.0,
            fee,
            overdraw: how.1,
            restore: how.2,
        })
}

/// A program of any kind, with rewards, transfers and conversions besides.
pub(crate) fn spenders() -> impl Strategy<Value = Value> {
    (programs(Shape::ANY), vec(drawn(), 2..=5)).prop_map(|(mut program, all)| {
        let accounts = program["accounts"].as_array().map_or(1, Vec::len);
        let name = |place: usize| format!("a{}", place % accounts);
        let mut rewards = Vec::new();
        let mut transfers = Vec::new();
        let mut conversions = Vec::new();
        for (place, one) in all.iter().enumerate() {
            let (from, to) = (place % accounts, (place + 1) % accounts);
            let mut reward = json!({"id": format!("w{place}"), "account": name(from), "points": one.points,
                "give": {"item": {"sku": "tea"}}});
            // Only upwards: what is given by itself must not go round.
            if place % 2 == 1 && from < to {
                reward["give"] = json!({"points": {"account": name(to), "points": one.gives}});
            }
            if let Some((times, per)) = one.limit {
                reward["limits"] = json!([{"times": times, "per": per}]);
            }
            let auto = one.auto.as_ref().filter(|_| place > 0);
            for (field, value) in [("when", one.when.as_ref()), ("auto", auto)] {
                if let Some(value) = value {
                    reward[field] = value.clone();
                }
            }
            rewards.push(reward);
            if place < accounts {
                let mut rule = json!({"account": name(place), "lots": one.lots});
                if let Some(fee) = &one.fee {
                    rule["fee"] = fee.clone();
                }
                transfers.push(rule);
                program["accounts"][place]["overdraw"] = json!(one.overdraw);
                program["accounts"][place]["restore"] = one.restore.clone();
            }
            if from < to {
                let even = one.lots == "keep";
                conversions.push(json!({"id": format!("c{place}"), "account": name(from), "to": name(to), "lots": one.lots,
                    "points": if even { 1 } else { 3 }, "gives": if even { 1 } else { 2 }}));
            }
        }
        program["rewards"] = rewards.into();
        program["transfers"] = transfers.into();
        program["conversions"] = conversions.into();
        program
    })
}
