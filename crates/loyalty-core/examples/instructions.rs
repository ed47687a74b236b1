//! Does one thing many times, for counting instructions: `instructions PATH TIMES`. `cargo xtask instructions` runs it under
//! callgrind, collecting only what happens in `measured`.

#![expect(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "what is measured is made here, and is right"
)]

#[path = "../benches/fixture/mod.rs"]
mod fixture;

use std::hint::black_box;

use fixture::{
    TODAY, at, coupons, engine, member, program, purchase, purchase_json, triggers::trigger_engine,
    wide_engine, with_lots,
};
use loyalty_core::{Detail, Engine, Event, Member, Program};

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().unwrap_or_default();
    let times: u32 = args
        .next()
        .and_then(|times| times.parse().ok())
        .unwrap_or(1);
    let parts: Vec<&str> = path.split('-').collect();
    let number = |place: usize| {
        parts
            .get(place)
            .and_then(|part| part.parse::<usize>().ok())
            .unwrap_or(1)
    };
    // Like `number`, where nothing is said: none.
    let count = |place: usize| parts.get(place).map_or(0, |_| number(place));
    match parts.first().copied() {
        // typed-LINES-RULES-history|new; entries: the same without receipts
        Some(typed_or @ ("typed" | "entries")) => typed(
            &engine(number(2)),
            (parts.get(3) == Some(&"history"), number(1)),
            if typed_or == "typed" {
                Detail::Plain
            } else {
                Detail::Entries
            },
            times,
        ),
        Some("json") => json(
            &engine(number(2)),
            parts.get(3) == Some(&"history"),
            number(1),
            times,
        ),
        Some("quote") => quote(&engine(number(2)), number(1), times),
        Some("parse") => parse(number(1), times),
        Some("serde") => serde(number(1), times),
        Some("load") => load(number(1), times),
        Some("redeem") => redeem(number(1) as i32, Detail::Plain, times),
        Some("burn") => redeem(number(1) as i32, Detail::Entries, times),
        Some("wide") => wide(times),
        Some("progress") => progress(times),
        // triggers-TRIGGERS-SEGMENTS, day-TRIGGERS-SEGMENTS
        Some("triggers") => triggers(&trigger_engine(number(1), number(2)), times),
        Some("day") => a_day(&trigger_engine(number(1), number(2)), times),
        Some("member") => document(times),
        Some("returns") => returns(number(1), times),
        // coupons-LINES-COUPONS-OFFERS
        Some("coupons") => promotions(number(1), (count(2), count(3)), times),
        // wallet-LINES-INSTANCES
        Some("wallet") => wallet(number(1), number(2), times),
        _ => {
            eprintln!(
                "say what to do: typed, entries, json, quote, parse, serde, load, redeem, burn, wide, progress, triggers, day, member, returns, coupons or wallet"
            );
            std::process::exit(2);
        }
    }
}

fn typed(engine: &Engine, (history, lines): (bool, usize), detail: Detail, times: u32) {
    let start = member(engine, history);
    let first = purchase("first", at(TODAY, 0), lines);
    let event = purchase("now", at(TODAY, 60), lines);
    for _ in 0..times {
        let mut member = start.clone();
        // A copy has no room to grow: the first event makes it, as it would be in a member that lives on.
        let _ = engine.apply(&mut member, &first);
        measured(|| {
            engine
                .apply_with(&mut member, black_box(&event), detail)
                .is_ok()
        });
    }
}

/// What is counted.
#[inline(never)]
fn measured<T>(work: impl FnOnce() -> T) -> T {
    black_box(work())
}

fn json(engine: &Engine, history: bool, lines: usize, times: u32) {
    let start = member(engine, history);
    let text = purchase_json("now", "2028-01-01T10:00:00+08:00", lines);
    for _ in 0..times {
        let mut member = start.clone();
        measured(|| {
            let event = Event::from_json(black_box(&text)).expect("the event is right");
            engine
                .apply(&mut member, &event)
                .expect("the purchase is taken")
                .to_json()
        });
    }
}

fn quote(engine: &Engine, lines: usize, times: u32) {
    let member = member(engine, true);
    let event = purchase("now", at(TODAY, 0), lines);
    for _ in 0..times {
        measured(|| engine.quote(&member, black_box(&event)).is_ok());
    }
}

fn parse(lines: usize, times: u32) {
    let text = purchase_json("now", "2028-01-01T10:00:00+08:00", lines);
    for _ in 0..times {
        measured(|| Event::from_json(black_box(&text)).is_ok());
    }
}

fn serde(lines: usize, times: u32) {
    let text = purchase_json("now", "2028-01-01T10:00:00+08:00", lines);
    for _ in 0..times {
        measured(|| fixture::serde_parse(black_box(&text)));
    }
}

fn load(rules: usize, times: u32) {
    let text = program(rules);
    for _ in 0..times {
        measured(|| Program::from_json(black_box(&text)).is_ok());
    }
}

/// Pays with points out of so many lots.
fn redeem(lots: i32, detail: Detail, times: u32) {
    let engine = engine(1);
    let start = with_lots(&engine, lots);
    let text = r#"{"id":"r","at":"2026-01-02T10:00:00+08:00","purchase":{"order":"o","lines":[{"sku":"a","price":"100.00"}],"tender":[{"points":27}]}}"#;
    let event = Event::from_json(text).expect("the event is right");
    for _ in 0..times {
        let mut member = start.clone();
        measured(|| {
            engine
                .apply_with(&mut member, black_box(&event), detail)
                .is_ok()
        });
    }
}

/// A purchase of a member with 40 metrics and three tracks.
fn wide(times: u32) {
    let engine = wide_engine();
    let start = member(&engine, true);
    let event = purchase("now", at(TODAY, 60), 1);
    for _ in 0..times {
        let mut member = start.clone();
        measured(|| engine.apply(&mut member, black_box(&event)).is_ok());
    }
}

/// A purchase where much happens by itself.
fn triggers(engine: &Engine, times: u32) {
    typed(engine, (true, 1), Detail::Plain, times);
}

/// A day goes by where much happens by itself.
fn a_day(engine: &Engine, times: u32) {
    let mut start = member(engine, true);
    let (today, tomorrow) = (at(TODAY, 0).instant, at(TODAY + 1, 0).instant);
    engine.advance(&mut start, today).expect("time passes");
    for _ in 0..times {
        let mut member = start.clone();
        measured(|| engine.advance(&mut member, black_box(tomorrow)).is_ok());
    }
}

/// Where such a member stands.
fn progress(times: u32) {
    let engine = wide_engine();
    let member = member(&engine, true);
    for _ in 0..times {
        measured(|| engine.progress(black_box(&member)).tracks.len());
    }
}

fn document(times: u32) {
    let text = member(&engine(20), true).to_json();
    for _ in 0..times {
        measured(|| {
            Member::from_json(black_box(&text))
                .map(|member| member.to_json())
                .is_ok()
        });
    }
}

/// Returns one order of so many.
fn returns(orders: usize, times: u32) {
    let engine = engine(20);
    let mut start = Member::new("m-1").expect("the id is right");
    for n in 0..orders {
        engine
            .apply(&mut start, &purchase(&format!("h-{n}"), at(0, n as u32), 2))
            .expect("the purchase is taken");
    }
    let text = r#"{"id":"r","at":"2026-01-03T10:00:00+08:00","return":{"order":"o-h-0"}}"#;
    let event = Event::from_json(text).expect("the event is right");
    for _ in 0..times {
        let mut member = start.clone();
        measured(|| engine.apply(&mut member, black_box(&event)).is_ok());
    }
}

/// A basket of so many lines that presents so many coupons, beside so many offers.
fn promotions(lines: usize, (number, offers): (usize, usize), times: u32) {
    let engine = coupons::engine(number, offers);
    let start = member(&engine, false);
    let event = coupons::basket(lines, number);
    for _ in 0..times {
        let mut member = start.clone();
        measured(|| engine.apply(&mut member, black_box(&event)).is_ok());
    }
}

/// A basket of so many lines that presents five coupons, of a member with so many more in the wallet.
fn wallet(lines: usize, instances: usize, times: u32) {
    let engine = coupons::engine(20, 0);
    let start = coupons::wallet(&engine, 20, instances);
    let event = coupons::basket(lines, 5);
    for _ in 0..times {
        let mut member = start.clone();
        measured(|| engine.apply(&mut member, black_box(&event)).is_ok());
    }
}
