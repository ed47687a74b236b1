//! Accounts in full: holds, settlement, cancelled points, overdraw, idle lots, decay, yearly deductions, lots that are reopened.

use std::cell::RefCell;
use std::collections::BTreeSet;

use loyalty_core::{Entry, Instant, Member};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::histories::{Step, Wish, activity, basket, credit, debit, person, returned};
use crate::ledger::Ledger;
use crate::programs::{Shape, programs};
use crate::run::{check, told};
use crate::world::{Played, World};

/// What only this property does.
#[derive(Clone, Debug)]
enum Deed {
    Step(Step),
    Hold {
        key: u8,
        account: usize,
        percent: i64,
        minutes: i64,
    },
    Release(u8),
    /// All that is there is spent: what a return would take back is missing.
    Empty(usize),
    Capture {
        key: u8,
        price: i64,
    },
    Settle(usize),
    Cancel(usize),
    CancelDay {
        account: usize,
        days: i32,
    },
    Reinstate {
        account: usize,
        days: i32,
        expires: Option<i32>,
    },
}

/// What happens in more than one step of a hundred.
const DONE: &[&str] = &[
    "purchase",
    "return",
    "hold",
    "order_settled",
    "decay",
    "redated",
    "timed_out",
    "unknown_hold",
    "nothing_pending",
    "nothing_to_reinstate",
];

/// What happens less often, or only as time passes, but does.
const SEEN: &[&str] = &[
    "release",
    "cancel",
    "reinstated",
    "yearly",
    "captured",
    "withheld",
    "overdraw_refused",
];

fn deed() -> BoxedStrategy<Deed> {
    let key = || 0_u8..3;
    let shape = Shape::ANY;
    // Plain events, short pauses: what is pending and held is to be met while it is.
    let plain = prop_oneof![
        12 => basket(shape).prop_map(Wish::Purchase),
        12 => returned(),
        3 => activity(),
        6 => credit(shape),
        3 => debit(shape),
        2 => person(shape).prop_map(Wish::Enroll),
        3 => Just(Wish::Advance),
    ];
    let pause = prop_oneof![6 => 0_i64..600, 3 => 600_i64..9_000, 2 => 9_000_i64..90_000, 1 => 90_000_i64..400_000];
    let step = (pause, plain).prop_map(|(after, wish)| Step { after, wish });
    prop_oneof![
        18 => step.prop_map(Deed::Step),
        5 => (key(), 0_usize..3, 1_i64..=100, prop_oneof![1_i64..300, 1_000_i64..60_000])
            .prop_map(|(key, account, percent, minutes)| Deed::Hold { key, account, percent, minutes }),
        2 => key().prop_map(Deed::Release),
        4 => (0_usize..3).prop_map(Deed::Empty),
        2 => (key(), 1_i64..900).prop_map(|(key, price)| Deed::Capture { key, price }),
        4 => (0_usize..6).prop_map(Deed::Settle),
        3 => (0_usize..3).prop_map(Deed::Cancel),
        1 => (0_usize..3, 0_i32..5).prop_map(|(account, days)| Deed::CancelDay { account, days }),
        3 => (0_usize..3, 0_i32..200, weighted(0.4, 2_i32..100))
            .prop_map(|(account, days, expires)| Deed::Reinstate { account, days, expires }),
    ]
    .boxed()
}

/// What is laid over an account of a random program.
fn account() -> BoxedStrategy<Value> {
    let words = || {
        select(vec![
            json!(["earned", "spent"]),
            json!(["purchase"]),
            json!(["activity:check_in", "earned"]),
            json!(["activity", "enroll"]),
        ])
    };
    let idle = (
        1_u32..9,
        words(),
        weighted(0.3, select(vec!["month_end", "year_end"])),
    )
        .prop_map(|(months, words, align)| {
            let mut one = json!({"inactivity": {"months": months, "resets_on": words}});
            if let Some(align) = align {
                one["inactivity"]["align"] = json!(align);
            }
            one
        })
        .boxed();
    let expiry = prop_oneof![
        3 => idle.clone().prop_map(Some),
        1 => idle.clone().prop_map(|one| Some(json!({"latest": [one, {"after": {"months": 5, "from": "activation"}}]}))),
        1 => idle.prop_map(|one| Some(json!({"earliest": [one, {"after": {"months": 14}}]}))),
        2 => Just(Some(json!({"after": {"days": 40, "from": "activation"}}))),
        2 => Just(None),
    ];
    let activation = select(vec![
        Some(json!("on_settlement")),
        Some(json!("on_settlement")),
        Some(json!({"after": {"days": 3}})),
        None,
    ]);
    let decay = (1_u32..40, 5_u32..50, 0_i64..40, 0_i64..20, 0_i64..60, words()).prop_map(
        |(after, every, percent, min, until, words)| {
            json!({"after_inactive": {"days": after}, "every": {"days": every}, "percent": percent.to_string(),
                "min_points": min + i64::from(percent == 0), "until": until, "resets_on": words})
        },
    );
    let yearly = (
        select(vec![
            json!("enrolment"),
            json!("rung"),
            json!({"yearly": "02-29"}),
            json!({"yearly": "07-01"}),
        ]),
        1_i64..300,
    )
        .prop_map(|(on, points)| (on, points));
    (
        expiry,
        activation,
        weighted(0.4, decay),
        weighted(0.4, yearly),
        weighted(0.6, 1_u32..100),
        select(vec!["debt", "forgive", "withhold", "withhold", "refuse"]),
        any::<bool>(),
    )
        .prop_map(
            |(expiry, activation, decay, yearly, reinstate, overdraw, by_tier)| {
                let mut one =
                    json!({"overdraw": overdraw, "reinstate_days": reinstate.unwrap_or(0)});
                for (field, value) in [
                    ("expiry", expiry),
                    ("activation", activation),
                    ("decay", decay),
                ] {
                    if let Some(value) = value {
                        one[field] = value;
                    }
                }
                if let Some((on, points)) = yearly {
                    one["yearly_deduction"] =
                        json!({"on": on, "track": "t0", "rungs": {"t0r0": points}});
                }
                if by_tier {
                    one["expiry_by_tier"] =
                        json!({"track": "t0", "rungs": {"t0r0": {"inactivity": {"days": 50}}}});
                }
                one
            },
        )
        .boxed()
}

fn overlaid() -> BoxedStrategy<Value> {
    let shape = Shape {
        keeps: false,
        ..Shape::ANY
    };
    (programs(shape), vec(account(), 3))
        .prop_map(|(mut program, more)| {
            let tracked = program["tiers"]
                .as_array()
                .is_some_and(|tracks| !tracks.is_empty());
            for (account, more) in program["accounts"]
                .as_array_mut()
                .into_iter()
                .flatten()
                .zip(more)
            {
                for (field, value) in more.as_object().into_iter().flatten() {
                    if tracked || !matches!(field.as_str(), "yearly_deduction" | "expiry_by_tier") {
                        account[field] = value.clone();
                    }
                }
            }
            program["returns"]["point_value"] = json!({"points": 7, "value": "1"});
            crate::programs::usable(&mut program);
            program
        })
        .boxed()
}

fn carry(world: &mut World, deed: &Deed) -> Played {
    let accounts = world.engine.program().rules().accounts.len();
    let name = move |account: usize| format!("a{}", account % accounts);
    let key = |key: u8| format!("k{key}");
    // Mostly one that is there.
    let held = |world: &World, which: u8| {
        let document: Value = serde_json::from_str(&world.member.to_json()).expect("a member");
        let holds = document["state"]["more"]["holds"].as_array().cloned();
        let first = holds.and_then(|holds| holds.first().cloned());
        match first.filter(|_| which > 0) {
            Some(hold) => hold["key"].as_str().expect("a key").to_owned(),
            None => key(which),
        }
    };
    let order = |world: &World, which: usize| {
        let known = world
            .orders
            .iter()
            .rev()
            .nth(which % world.orders.len().clamp(1, 6));
        known.map_or_else(|| "o-none".to_owned(), |known| known.id.clone())
    };
    let day = |world: &World, days: i32| {
        let today = i32::try_from(world.now().micros() / 86_400_000_000).expect("a day");
        loyalty_core::Date::from_days(today + days).to_string()
    };
    match deed {
        Deed::Step(step) => world.play(step),
        Deed::Hold {
            key: k,
            account,
            percent,
            minutes,
        } => {
            let account = name(*account);
            let there = world
                .member
                .balance(&account)
                .clamp(0, 1_000_000_000_000_000);
            let points = (there / 100 * percent).max(1);
            world.report(5, "hold", json!({"key": key(*k), "minutes": minutes, "points": [{"account": account, "points": points}]}))
        }
        Deed::Empty(account) => {
            let account = name(*account);
            let there = world.member.balance(&account).max(1);
            world.report(
                2,
                "adjust",
                json!({"account": account, "debit": there, "reason": "r"}),
            )
        }
        Deed::Release(k) => {
            let key = held(world, *k);
            world.report(7, "release", json!({"key": key}))
        }
        Deed::Capture { key: k, price } => {
            let rules = &world.engine.program().rules().tender;
            let tender: Vec<Value> = rules
                .iter()
                .filter_map(|rule| rule.account.as_ref())
                .map(|account| json!({"account": account, "points": 500}))
                .collect();
            let key = held(world, *k);
            let line = json!({"sku": "tea", "price": price.to_string()});
            let id = format!("o-c{}", world.taken.len());
            world.report(
                3,
                "purchase",
                json!({"order": id, "lines": [line], "tender": tender, "hold": key}),
            )
        }
        Deed::Settle(which) => {
            let order = order(world, *which);
            world.report(60, "order_settled", json!({"order": order}))
        }
        Deed::Cancel(which) => {
            let order = order(world, *which);
            world.report(1, "cancel", json!({"order": order}))
        }
        Deed::CancelDay { account, days } => {
            let day = day(world, -days);
            world.report(
                1,
                "cancel",
                json!({"account": name(*account), "earned_on": day}),
            )
        }
        Deed::Reinstate {
            account,
            days,
            expires,
        } => {
            let since = day(world, -days);
            let mut body =
                json!({"account": name(*account), "reinstate": {"since": since}, "reason": "r"});
            if let Some(expires) = expires {
                body["expires_on"] = json!(day(world, *expires));
            }
            world.report(30, "adjust", body)
        }
    }
}

/// Clauses 1.4, 1.5, 3.5 to 3.11: the entries alone make the balances; time may pass in one step or in two; nothing happens before
/// what is due, and something at it; a refused event leaves no trace; what is written is read again as it was.
#[test]
fn accounts_in_full() {
    let strategy = (overlaid(), vec(deed(), 1..=40));
    let show = |(program, deeds): &(Value, Vec<Deed>)| {
        let mut world = World::new(program);
        let mut text = format!("program: {program}\n");
        for deed in deeds {
            text.push_str(&told(&carry(&mut world, deed)));
        }
        text + &format!("member: {}\n", world.member.to_json())
    };
    let seen: RefCell<BTreeSet<String>> = RefCell::default();
    check(
        150,
        &[DONE],
        strategy,
        show,
        |(program, deeds), coverage| {
            let mut world = World::new(program);
            let mut ledger = Ledger::default();
            for deed in deeds {
                let played = carry(&mut world, deed);
                coverage.step(&played);
                seen.borrow_mut().insert(played.name.clone());
                let Ok(outcome) = &played.result else {
                    prop_assert_eq!(played.before.to_json(), world.member.to_json());
                    continue;
                };
                for entry in &outcome.entries {
                    said(entry).iter().for_each(|name| coverage.note(name));
                    seen.borrow_mut()
                        .extend(said(entry).into_iter().map(str::to_owned));
                }
                ledger.post(&outcome.entries).map_err(TestCaseError::fail)?;
                if let Some(words) = ledger.fault(&world.member) {
                    return Err(TestCaseError::fail(words));
                }
                let read = Member::from_json(&world.member.to_json())?;
                prop_assert_eq!(&read, &world.member);
                prop_assert_eq!(
                    world.engine.next_due(&read),
                    world.engine.next_due(&world.member)
                );
                let later = time(&world, &mut ledger.clone())?;
                let later = later.iter().flat_map(said).map(str::to_owned);
                seen.borrow_mut().extend(later);
            }
            Ok(())
        },
    );
    let seen = seen.into_inner();
    let missed: Vec<_> = SEEN.iter().filter(|name| !seen.contains(**name)).collect();
    assert!(missed.is_empty(), "the cases never reach {missed:?}");
}

/// What an entry says that has no event of its own.
fn said(entry: &Entry) -> Vec<&'static str> {
    let entry = serde_json::to_value(entry).expect("an entry");
    let why = [
        ("redated", "active", "redated"),
        ("expired", "decay", "decay"),
        ("expired", "yearly_deduction", "yearly"),
        ("released", "captured", "captured"),
        ("released", "timed_out", "timed_out"),
    ];
    let whys = why
        .iter()
        .filter(|(kind, why, _)| entry[kind]["why"] == *why);
    let mut said: Vec<&'static str> = whys.map(|(.., name)| *name).collect();
    if entry["credited"]["reinstated"].is_string() {
        said.push("reinstated");
    }
    if entry["reversed"]["withheld"].is_object() {
        said.push("withheld");
    }
    said
}

/// Time alone, from where the member stands.
fn time(world: &World, ledger: &mut Ledger) -> Result<Vec<Entry>, TestCaseError> {
    let Some(as_of) = world.member.as_of() else {
        return Ok(Vec::new());
    };
    let engine = &world.engine;
    let later =
        |from: Instant, days: i64| Instant::from_micros(from.micros() + days * 86_400_000_000);
    match engine.next_due(&world.member) {
        Some(due) => {
            prop_assert!(due > as_of);
            let mut member = world.member.clone();
            let early = engine.advance(&mut member, Instant::from_micros(due.micros() - 1))?;
            prop_assert!(
                early.entries.is_empty(),
                "before {}: {:?}",
                due,
                early.entries
            );
            let then = engine.advance(&mut member, due)?;
            let next = engine.next_due(&member);
            prop_assert!(
                !then.entries.is_empty() || next.is_none_or(|next| next > due),
                "nothing at {}",
                due
            );
        }
        None => {
            let mut member = world.member.clone();
            let after = engine.advance(&mut member, later(as_of, 4_000))?;
            prop_assert!(
                after.entries.is_empty(),
                "nothing was due: {:?}",
                after.entries
            );
        }
    }
    let end = later(as_of, 500);
    let (mut one, mut two) = (world.member.clone(), world.member.clone());
    let whole = engine.advance(&mut one, end)?.entries;
    let mut parts = engine.advance(&mut two, later(as_of, 133))?.entries;
    let mut two = Member::from_json(&two.to_json())?;
    parts.extend(engine.advance(&mut two, end)?.entries);
    prop_assert_eq!(&whole, &parts);
    prop_assert_eq!(one.to_json(), two.to_json());
    ledger.post(&whole).map_err(TestCaseError::fail)?;
    match ledger.fault(&one) {
        Some(words) => Err(TestCaseError::fail(words)),
        None => Ok(whole),
    }
}
