//! What the engine costs: `cargo bench -p loyalty-core`. Compare figures of one run only; other machines and moments differ.

#![expect(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "what is measured is made here, and is right"
)]

mod fixture;

use std::hint::black_box;

use cel::{Context, Program as CelProgram};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use fixture::{
    TODAY, at, coupons, engine, member, program, purchase, purchase_json, triggers::trigger_engine,
    wide_engine, with_lots,
};
use loyalty_core::{Body, Engine, Event, Line, Member, Program, Purchase};

criterion_group!(
    benches,
    apply,
    json,
    passing_time,
    documents,
    growth,
    long_lives,
    promotions,
    triggers,
    cel_rules
);
criterion_main!(benches);

/// Applies a purchase to a copy of a member that is thrown away; copying and dropping are not measured.
fn apply_to(c: &mut Criterion, name: &str, engine: &Engine, start: &Member, event: &Event<'_>) {
    c.bench_function(name, |b| {
        b.iter_batched_ref(
            || start.clone(),
            |member| engine.apply(member, black_box(event)).is_ok(),
            BatchSize::SmallInput,
        );
    });
}

fn apply(c: &mut Criterion) {
    for rules in [20, 200, 2_000] {
        let engine = engine(rules);
        for history in [false, true] {
            let start = member(&engine, history);
            let of = if history { "two years" } else { "new" };
            for lines in [1, 20] {
                let event = purchase("now", at(TODAY, 0), lines);
                apply_to(
                    c,
                    &format!("apply/{lines} lines/{rules} rules/{of}"),
                    &engine,
                    &start,
                    &event,
                );
            }
        }
    }
    let engine = engine(20);
    let member = member(&engine, true);
    let event = purchase("now", at(TODAY, 0), 20);
    c.bench_function("quote/20 lines/20 rules/two years", |b| {
        b.iter(|| engine.quote(&member, black_box(&event)).is_ok())
    });
}

fn json(c: &mut Criterion) {
    let engine = engine(20);
    let start = member(&engine, true);
    for lines in [1, 20] {
        let text = purchase_json("now", "2028-01-01T10:00:00+08:00", lines);
        let mut group = c.benchmark_group(format!("json/{lines} lines"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("serde_json, typed and borrowed", |b| {
            b.iter(|| fixture::serde_parse(black_box(&text)))
        });
        group.bench_function("event", |b| {
            b.iter(|| Event::from_json(black_box(&text)).is_ok())
        });
        group.bench_function("event, apply, outcome", |b| {
            let work = |member: &mut Member| {
                let event = Event::from_json(black_box(&text)).expect("the event is right");
                engine
                    .apply(member, &event)
                    .expect("the purchase is taken")
                    .to_json()
            };
            b.iter_batched_ref(|| start.clone(), work, BatchSize::SmallInput);
        });
        group.finish();
    }
}

fn passing_time(c: &mut Criterion) {
    let engine = engine(20);
    let start = member(&engine, true);
    let to = at(TODAY + 365, 0).instant;
    c.bench_function("advance/a year", |b| {
        b.iter_batched_ref(
            || start.clone(),
            |member| engine.advance(member, to).is_ok(),
            BatchSize::SmallInput,
        );
    });
}

fn documents(c: &mut Criterion) {
    let text = program(1_000);
    c.bench_function("load/1000 rules", |b| {
        b.iter(|| Program::from_json(black_box(&text)).is_ok())
    });
    let member = member(&engine(20), true);
    let text = member.to_json();
    let mut group = c.benchmark_group("member/two years");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("encode", |b| b.iter(|| member.to_json()));
    group.bench_function("decode", |b| {
        b.iter(|| Member::from_json(black_box(&text)).is_ok())
    });
    group.finish();
}

/// Much that happens by itself: 50 triggers, 20 segments that are watched, 5 tasks.
fn triggers(c: &mut Criterion) {
    let engine = trigger_engine(50, 20);
    let start = member(&engine, true);
    let event = purchase("now", at(TODAY, 0), 1);
    let name = "triggers/1 line, 50 triggers, 20 segments";
    apply_to(c, name, &engine, &start, &event);
    let (today, tomorrow) = (at(TODAY, 0).instant, at(TODAY + 1, 0).instant);
    let mut start = start;
    engine.advance(&mut start, today).expect("time passes");
    c.bench_function("triggers/a day, 50 triggers, 20 segments", |b| {
        b.iter_batched_ref(
            || start.clone(),
            |member| engine.advance(member, black_box(tomorrow)).is_ok(),
            BatchSize::SmallInput,
        );
    });
}

/// Nothing is quadratic: each step of ten in lines or lots costs about ten times, never a hundred.
fn growth(c: &mut Criterion) {
    let engine = engine(20);
    let start = member(&engine, false);
    for lines in [10, 100, 1_000] {
        let event = purchase("now", at(0, 0), lines);
        apply_to(c, &format!("growth/{lines} lines"), &engine, &start, &event);
    }
    for lots in [10, 100, 1_000] {
        let start = with_lots(&engine, lots);
        let text = r#"{"id":"r","at":"2026-01-02T10:00:00+08:00","purchase":{"order":"o","lines":[{"sku":"a","price":"100.00"}],"tender":[{"points":27}]}}"#;
        let event = Event::from_json(text).expect("the event is right");
        apply_to(
            c,
            &format!("growth/redeem out of {lots} lots"),
            &engine,
            &start,
            &event,
        );
    }
    for orders in [10, 100, 1_000] {
        let mut start = Member::new("m-1").expect("the id is right");
        for n in 0..orders {
            engine
                .apply(&mut start, &purchase(&format!("h-{n}"), at(0, n), 2))
                .expect("the purchase is taken");
        }
        let event = Event::from_json(
            r#"{"id":"r","at":"2026-01-03T10:00:00+08:00","return":{"order":"o-h-0"}}"#,
        )
        .expect("the event is right");
        apply_to(
            c,
            &format!("growth/return one of {orders} orders"),
            &engine,
            &start,
            &event,
        );
    }
}

/// What grows with a member's life, or with what one event holds.
fn long_lives(c: &mut Criterion) {
    let engine = engine(20);
    let start = with_lots(&engine, 1_000);
    let event = purchase("now", at(TODAY, 0), 1);
    apply_to(c, "life/purchase beside 1000 lots", &engine, &start, &event);

    let line = Line::new("bolt", 10_000, "0.05").expect("the line is right");
    let body = Body::Purchase(Purchase::new("o-now").with(line));
    let event = Event::new("now", at(TODAY, 0), body).expect("the event is right");
    let start = member(&engine, true);
    apply_to(c, "life/a line of 10000 units", &engine, &start, &event);

    let mut start = Member::new("m-1").expect("the id is right");
    for n in 0..500 {
        engine
            .apply(&mut start, &purchase(&format!("h-{n}"), at(0, n), 2))
            .expect("the purchase is taken");
    }
    let text = r#"{"id":"r","at":"2026-01-03T10:00:00+08:00","return":{"order":"o-h-0"}}"#;
    let event = Event::from_json(text).expect("the event is right");
    apply_to(c, "life/return after 500 orders", &engine, &start, &event);

    let wide = wide_engine();
    let start = member(&wide, true);
    let event = purchase("now", at(TODAY, 0), 1);
    let name = "life/purchase with 40 metrics and 3 tracks";
    apply_to(c, name, &wide, &start, &event);
    c.bench_function("life/progress with 40 metrics and 3 tracks", |b| {
        b.iter(|| wide.progress(black_box(&start)).tracks.len())
    });

    let year: Vec<Event<'_>> = (0..365)
        .map(|day| purchase(&format!("d-{day}"), at(day, 0), 3))
        .collect();
    c.bench_function("life/a year of daily purchases", |b| {
        b.iter(|| {
            let mut member = Member::new("m-1").expect("the id is right");
            let taken = |event| engine.apply(&mut member, black_box(event)).is_ok();
            year.iter().all(taken)
        });
    });
}

/// The best set of so many coupons on so many lines, and offers that cannot answer the basket.
fn promotions(c: &mut Criterion) {
    for number in [5, 10, 20, 30] {
        let engine = coupons::engine(number, 0);
        let start = member(&engine, false);
        for lines in [1, 30, 300] {
            let event = coupons::basket(lines, number);
            let name = format!("coupons/{number} on {lines} lines");
            apply_to(c, &name, &engine, &start, &event);
        }
    }
    brute_force(c);
    for offers in [5, 50, 500] {
        let engine = coupons::engine(0, offers);
        let start = member(&engine, false);
        let event = coupons::basket(30, 0);
        let name = format!("coupons/{offers} offers on 30 lines");
        apply_to(c, &name, &engine, &start, &event);
    }
    let engine = coupons::engine(20, 0);
    for instances in [20, 1_000] {
        let start = coupons::wallet(&engine, 20, instances);
        let event = coupons::basket(30, 5);
        let name = format!("coupons/5 on 30 lines, {instances} in the wallet");
        apply_to(c, &name, &engine, &start, &event);
    }
    let text = coupons::program(30, 500);
    c.bench_function("load/500 offers and 30 coupons", |b| {
        b.iter(|| Program::from_json(black_box(&text)).is_ok())
    });
}

/// The same by brute force, as a till would do it: every subset of the coupons is presented and priced by itself, the least to pay is
/// the best. It is checked to be what the search finds.
fn brute_force(c: &mut Criterion) {
    let mut group = c.benchmark_group("coupons/every subset");
    group.sample_size(10);
    for number in [5, 10, 12] {
        let best = coupons::engine(number, 0);
        // The same coupons, each taken in its turn.
        let each = r#""combining":{"choose":"priority","#;
        let each = coupons::program(number, 0).replacen(r#""combining":{"#, each, 1);
        let plain = Engine::new(Program::from_json(&each).expect("the program is right"));
        let start = member(&plain, false);
        for lines in [1, 30] {
            let found = paid(&best, &start, &coupons::basket(lines, number));
            let subsets: Vec<Event<'_>> = (0..1_usize << number)
                .map(|subset| {
                    coupons::presents(lines, (0..number).filter(|n| subset >> n & 1 == 1))
                })
                .collect();
            let least = || {
                subsets
                    .iter()
                    .map(|event| paid(&plain, &start, event))
                    .min()
            };
            assert_eq!(
                least(),
                Some(found),
                "the best set of {number} on {lines} lines"
            );
            group.bench_function(format!("{number} on {lines} lines"), |b| {
                b.iter(|| black_box(least()))
            });
        }
    }
    group.finish();
}

/// What a purchase would leave to pay, in minor units.
fn paid(engine: &Engine, member: &Member, event: &Event<'_>) -> i64 {
    let outcome = engine.quote(member, event).expect("the purchase is right");
    let receipt = outcome.receipt.expect("a purchase has a receipt");
    receipt.total.paid.money().minor()
}

/// Twenty accrual rules on one transaction as CEL expressions: what evaluating alone costs there, without a ledger, caps, entries
/// or a receipt. Beside it the same rules here, with all of that.
fn cel_rules(c: &mut Criterion) {
    let expressions: Vec<String> = (0..20)
        .map(|n| match n % 4 {
            0 => format!(
                "amount >= {}.0 && channel == 'app' ? amount * 1.0 : 0.0",
                n * 10
            ),
            1 => format!("category == 'aisle-{n}' ? amount * 2.0 : 0.0"),
            2 => format!(
                "tier == 'gold' && amount > {}.0 ? amount * 0.5 : 0.0",
                n * 5
            ),
            _ => format!("brand == 'brand-{n}' || store == 'store-{n}' ? 10.0 : 0.0"),
        })
        .collect();
    let programs: Vec<CelProgram> = expressions
        .iter()
        .map(|text| CelProgram::compile(text).expect("the expression is right"))
        .collect();
    c.bench_function("twenty rules/cel, evaluated only", |b| {
        b.iter(|| {
            let mut context = Context::default();
            context.add_variable_from_value("amount", 35.0);
            for (name, value) in [
                ("channel", "app"),
                ("category", "drinks"),
                ("tier", "silver"),
                ("brand", "house"),
                ("store", "store-7"),
            ] {
                context.add_variable_from_value(name, value);
            }
            programs
                .iter()
                .filter(|program| program.execute(black_box(&context)).is_ok())
                .count()
        });
    });
    let rules: Vec<String> = (0..20)
        .map(|n| match n % 4 {
            0 => format!(
                r#"{{"id":"r{n}","when":{{"all":[{{"total":{{"at_least":{}}}}},{{"channel":["app"]}}]}},"give":{{"rate":{{"points":1,"per":1}}}}}}"#,
                n * 10
            ),
            1 => format!(r#"{{"id":"r{n}","lines":{{"category":["aisle-{n}"]}},"give":{{"rate":{{"points":2,"per":1}}}}}}"#),
            2 => format!(
                r#"{{"id":"r{n}","when":{{"all":[{{"tier":{{"at_least":"gold"}}}},{{"total":{{"more_than":{}}}}}]}},"give":{{"rate":{{"points":"0.5","per":1}}}}}}"#,
                n * 5
            ),
            _ => format!(
                r#"{{"id":"r{n}","when":{{"any":[{{"contains":{{"brand":["brand-{n}"]}}}},{{"store":["store-{n}"]}}]}},"give":{{"fixed":10}}}}"#
            ),
        })
        .collect();
    let text = format!(
        r#"{{"schema":1,"id":"twenty","currency":"CNY","timezone":"Asia/Shanghai","accounts":[{{"id":"points"}}],
        "metrics":[{{"id":"life","measure":"spend"}}],
        "tiers":[{{"id":"club","rungs":[{{"id":"silver"}},{{"id":"gold","qualify":{{"metric":{{"id":"life","at_least":"90000"}}}}}}]}}],
        "earn":[{}]}}"#,
        rules.join(",")
    );
    let engine = Engine::new(Program::from_json(&text).expect("the program is right"));
    let start = member(&engine, false);
    let event = purchase("now", at(TODAY, 0), 1);
    apply_to(
        c,
        "twenty rules/here, with ledger, entries and receipt",
        &engine,
        &start,
        &event,
    );
}
