//! A slow, plain reference for metrics: every figure of every day worked out anew from the whole list of events.

use std::collections::{BTreeMap, BTreeSet};

use loyalty_core::{Date, Detail, Engine, Event, Member, MonthDay, Period, Program, Zone};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

/// 2024-02-01, so that enrolment can fall on 29 February.
const FIRST_DAY: i32 = 19_754;
/// How long a purchase can be returned.
const WINDOW: i64 = 40;
/// What no figure reaches, so that every figure is told.
const UNREACHED: i64 = 999_999_999;

/// What is bought: article, units, price in fen.
type Bought = (usize, i64, i64);

#[derive(Clone, Debug)]
enum Step {
    Buy(Vec<Bought>, Option<usize>, Option<i64>),
    /// One of the orders that can still go back, one of its lines or all, and how many units.
    Back(usize, Option<usize>, i64),
    Do(Option<i64>),
}

/// An order and what of it is back, by line.
#[derive(Clone, Debug)]
struct Order {
    on: Date,
    lines: Vec<(Bought, i64)>,
    store: Option<usize>,
    stars: Option<i64>,
}

/// Everything that has happened, by the civil days of the member.
#[derive(Default)]
struct World {
    enrolled: Option<Date>,
    orders: Vec<Order>,
    returns: Vec<(Date, i64)>,
    done: Vec<(Date, Option<i64>)>,
}

const SKUS: [&str; 4] = ["tea", "cup", "pear", "pot"];
const WINDOWS: [&str; 11] = [
    r#""lifetime""#,
    r#"{"last": {"days": 30}}"#,
    r#"{"last": {"months": 3}}"#,
    r#"{"calendar": {"period": "week"}}"#,
    r#"{"calendar": {"period": "month"}}"#,
    r#"{"calendar": {"period": "year", "year_start": "02-29"}}"#,
    r#""membership_year""#,
    r#"{"previous": {"last": {"days": 30}}}"#,
    r#"{"previous": {"last": {"months": 1}}}"#,
    r#"{"previous": {"calendar": {"period": "month"}}}"#,
    r#"{"previous": {"previous": {"calendar": {"period": "quarter"}}}}"#,
];
const MEASURES: [&str; 15] = [
    r#""spend""#,
    r#""orders""#,
    r#""quantity""#,
    r#""visits""#,
    r#""returns""#,
    r#""returned""#,
    r#""mean_order""#,
    r#"{"distinct": {"of": "sku"}}"#,
    r#"{"distinct": {"of": "store"}}"#,
    r#"{"sum": {"attribute": "stars"}}"#,
    r#"{"mean": {"attribute": "stars"}}"#,
    r#"{"streak": {"period": "day"}}"#,
    r#"{"streak": {"period": "month", "of": {"activity": ["check_in"]}}}"#,
    r#"{"periods": {"period": "week", "at_least": 1}}"#,
    r#"{"periods": {"period": "month", "at_least": 2}}"#,
];
const GAPS: [&str; 4] = [
    r#"{"gap": {"mean": {}}}"#,
    r#"{"gap": {"percentile": 1}}"#,
    r#"{"gap": {"percentile": 50}}"#,
    r#"{"gap": {"percentile": 90}}"#,
];

/// Every measure over every window.
fn metrics() -> Vec<(String, String)> {
    let all = MEASURES.iter().flat_map(|measure| {
        let windows = WINDOWS.iter();
        windows.map(|window| ((*measure).to_owned(), (*window).to_owned()))
    });
    let gaps = GAPS
        .iter()
        .map(|gap| ((*gap).to_owned(), WINDOWS[0].to_owned()));
    all.chain(gaps).collect()
}

fn program(zone: &str) -> Program {
    let value = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let metrics = metrics();
    let rules = metrics.iter().enumerate().map(|(place, (measure, window))| {
        json!({"id": format!("m{place}"), "measure": value(measure), "window": value(window)})
    });
    let earn = (0..metrics.len()).map(|place| {
        json!({"id": format!("m{place}"), "on": "activity:probe", "give": {"fixed": 1},
            "when": {"metric": {"id": format!("m{place}"), "at_least": UNREACHED}}})
    });
    let document = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": zone, "accounts": [{"id": "points"}],
        "metrics": rules.collect::<Vec<_>>(), "earn": earn.collect::<Vec<_>>(), "returns": {"window": {"days": WINDOW}}});
    Program::from_json(document.to_string().as_bytes()).expect("a program")
}

/// The day so many spans before another, by the numbers of a calendar: the same day of that month, or the last that it has.
fn back(day: Date, span: &Value, times: i64) -> Date {
    let span = span.as_object().and_then(|span| span.iter().next());
    let (unit, count) = span.expect("a span");
    let count = count.as_i64().expect("a number") * times;
    let months = match unit.as_str() {
        "days" => return Date::from_days(day.days() - count as i32),
        "weeks" => return Date::from_days(day.days() - 7 * count as i32),
        "months" => count,
        _ => 12 * count,
    };
    let (year, month, of_month) = day.civil();
    let index = i64::from(year) * 12 + i64::from(month) - 1 - months;
    let (year, month) = (index.div_euclid(12) as i32, index.rem_euclid(12) as u32 + 1);
    let there = |of_month: u32| Date::new(year, month, of_month).ok();
    (1..=of_month).rev().find_map(there).expect("a day")
}

/// The days that count.
type Days = (i32, i32);

impl World {
    fn days(&self, window: &Value, day: Date) -> Option<Days> {
        match window {
            Value::String(word) if word == "lifetime" => Some((i32::MIN, day.days())),
            Value::String(_) => {
                // The last anniversary of enrolment, found by going through them all.
                let enrolled = self.enrolled?;
                let begun = (-3..=10)
                    .filter_map(|years: i64| enrolled.add_months(years * 12).ok())
                    .filter(|begun| *begun <= day)
                    .max()?;
                Some((begun.days(), day.days()))
            }
            _ => {
                if let Some(calendar) = window.get("calendar") {
                    let period: Period =
                        serde_json::from_value(calendar["period"].clone()).expect("a period");
                    let start = calendar["year_start"].as_str().unwrap_or("01-01");
                    let start = MonthDay::parse(start).expect("a day");
                    return Some((period.start_of(day, start).days(), day.days()));
                }
                // As many steps back as there are.
                let (mut base, mut times) = (window, 0);
                while let Some(of) = base.get("previous") {
                    (base, times) = (of, times + 1);
                }
                if let Some(span) = base.get("last") {
                    let (before, until) = (back(day, span, times + 1), back(day, span, times));
                    return Some((before.days() + 1, until.days()));
                }
                let mut day = day;
                for _ in 0..times {
                    let (from, _) = self.days(base, day)?;
                    day = Date::from_days(from - 1);
                }
                self.days(base, day)
            }
        }
    }

    /// The figure that an explanation prints.
    fn figure(&self, measure: &str, window: &str, day: Date) -> Value {
        let value = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let (measure, window) = (value(measure), value(window));
        let Some((from, until)) = self.days(&window, day) else {
            return Value::Null;
        };
        let within = |on: Date| from <= on.days() && on.days() <= until;
        let orders: Vec<&Order> = self
            .orders
            .iter()
            .filter(|order| within(order.on))
            .collect();
        let out: Vec<&&Order> = orders.iter().filter(|order| order.is_out()).collect();
        let bought: Vec<Date> = out.iter().map(|order| order.on).collect();
        let done: Vec<&(Date, Option<i64>)> =
            self.done.iter().filter(|(on, _)| within(*on)).collect();
        let stars: Vec<i64> = out
            .iter()
            .filter_map(|order| order.stars)
            .chain(done.iter().filter_map(|(_, stars)| *stars))
            .collect();
        let spend: i64 = orders
            .iter()
            .map(|order| order.left(|(_, _, price)| *price))
            .sum();
        if let Some(word) = measure.as_str() {
            return match word {
                "spend" => money(spend),
                "orders" => json!(out.len()),
                "quantity" => json!(orders.iter().map(|order| order.left(|_| 1)).sum::<i64>()),
                "visits" => json!(bought.iter().collect::<BTreeSet<_>>().len()),
                "returns" => json!(self.returns.iter().filter(|(on, _)| within(*on)).count()),
                "returned" => money(
                    self.returns
                        .iter()
                        .filter(|(on, _)| within(*on))
                        .map(|(_, paid)| paid)
                        .sum(),
                ),
                _ if out.is_empty() => Value::Null,
                _ => money(half_up(spend, out.len() as i64)),
            };
        }
        let (name, of) = measure
            .as_object()
            .and_then(|map| map.iter().next())
            .expect("a measure");
        match name.as_str() {
            "distinct" if of["of"] == "sku" => {
                let skus: BTreeSet<usize> =
                    orders.iter().flat_map(|order| order.skus_out()).collect();
                json!(skus.len())
            }
            "distinct" => {
                let stores: BTreeSet<usize> = out.iter().filter_map(|order| order.store).collect();
                json!(stores.len())
            }
            // Tenths.
            "sum" => decimal(stars.iter().sum::<i64>() * 10),
            "mean" if stars.is_empty() => Value::Null,
            "mean" => decimal(half_up(stars.iter().sum::<i64>() * 10, stars.len() as i64)),
            "streak" | "periods" => {
                let period: Period =
                    serde_json::from_value(of["period"].clone()).expect("a period");
                let start = |on: Date| period.start_of(on, MonthDay::JANUARY_FIRST);
                let of_activity = of.get("of").is_some();
                let dates: Vec<Date> = if of_activity {
                    done.iter().map(|(on, _)| *on).collect()
                } else {
                    bought
                };
                let mut counts: BTreeMap<Date, i64> = BTreeMap::new();
                for on in dates {
                    *counts.entry(start(on)).or_default() += 1;
                }
                if name == "periods" {
                    let least = of["at_least"].as_i64().expect("a number");
                    let enough = counts
                        .iter()
                        .filter(|(start, count)| start.days() >= from && **count >= least);
                    return json!(enough.count());
                }
                let before = |start: Date| period.previous_start(start, MonthDay::JANUARY_FIRST);
                let mut at = start(Date::from_days(until));
                if !counts.contains_key(&at) {
                    at = before(at);
                }
                let mut running = 0;
                while counts.contains_key(&at) {
                    (running, at) = (running + 1, before(at));
                }
                json!(running)
            }
            _ => {
                let days: Vec<Date> = bought
                    .into_iter()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect();
                let mut gaps: Vec<i64> = days
                    .windows(2)
                    .map(|pair| pair[0].days_until(pair[1]))
                    .collect();
                gaps.sort_unstable();
                if gaps.is_empty() {
                    return Value::Null;
                }
                match of.get("percentile").and_then(Value::as_i64) {
                    Some(percent) => {
                        let rank = (percent * gaps.len() as i64 + 99) / 100;
                        json!(gaps[rank.max(1) as usize - 1])
                    }
                    None => decimal(half_up(gaps.iter().sum::<i64>() * 100, gaps.len() as i64)),
                }
            }
        }
    }
}

impl Order {
    fn is_out(&self) -> bool {
        self.lines.iter().any(|((_, units, _), back)| back < units)
    }

    /// The sum over the units that are out.
    fn left(&self, of: impl Fn(&Bought) -> i64) -> i64 {
        let lines = self.lines.iter();
        lines
            .map(|(bought, back)| (bought.1 - back) * of(bought))
            .sum()
    }

    /// Equal lines are one row, which is back when all of them are.
    fn skus_out(&self) -> Vec<usize> {
        let out = self
            .lines
            .iter()
            .filter(|((_, units, _), back)| back < units);
        out.map(|((sku, ..), _)| *sku).collect()
    }
}

fn half_up(sum: i64, count: i64) -> i64 {
    (2 * sum + count).div_euclid(2 * count)
}

fn money(fen: i64) -> Value {
    json!(format!("{}.{:02}", fen / 100, fen % 100))
}

/// Hundredths, without zeros at the end.
fn decimal(hundredths: i64) -> Value {
    let text = format!(
        "{}{}.{:02}",
        if hundredths < 0 { "-" } else { "" },
        hundredths.abs() / 100,
        hundredths.abs() % 100
    );
    json!(text.trim_end_matches('0').trim_end_matches('.'))
}

fn steps() -> impl Strategy<Value = Vec<(u32, u32, Step)>> {
    let bought = (
        0_usize..4,
        1_i64..4,
        prop_oneof![Just(1_000_i64), 1_i64..5_000],
    );
    let stars = || proptest::option::weighted(0.6, -20_i64..60);
    let step = prop_oneof![
        5 => (proptest::collection::vec(bought, 1..4), proptest::option::weighted(0.7, 0_usize..3), stars())
            .prop_map(|(lines, store, stars)| Step::Buy(lines, store, stars)),
        2 => (0_usize..1_000, proptest::option::weighted(0.6, 0_usize..3), 1_i64..4)
            .prop_map(|(order, line, units)| Step::Back(order, line, units)),
        2 => stars().prop_map(Step::Do),
    ];
    let pause = prop_oneof![6 => 0_u32..4, 3 => 4_u32..25, 1 => 25_u32..160];
    proptest::collection::vec((pause, 0_u32..86_400, step), 20..45)
}

/// Clauses 7.1 to 7.3, 6.4: every metric is what the whole list of events says, on every day, however the member got there.
#[test]
fn metrics_are_functions_of_the_events() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let strategy = (steps(), 0_u8..2, 0_i32..60);
    let all = metrics();
    let mut returned = 0;
    for (case, zone) in ["Asia/Shanghai", "America/New_York", "Europe/Berlin"]
        .iter()
        .cycle()
        .take(3)
        .enumerate()
    {
        let (steps, daily, first) = strategy.new_tree(&mut runner).expect("a history").current();
        let engine = Engine::new(program(zone));
        let zone = Zone::new(zone).expect("a zone");
        let mut member = Member::new("m-1").expect("an id");
        let mut world = World::default();
        // The first case enrols on 29 February.
        let mut day = FIRST_DAY + if case == 0 { 28 } else { first };
        let mut count = 0;
        let apply = |member: &mut Member, day: i32, second: u32, count: &mut usize, body: Value| {
            *count += 1;
            let start = zone.start_of(Date::from_days(day)).expect("a day").micros();
            let at = loyalty_core::Instant::from_micros(start + i64::from(second) * 1_000_000);
            let at = at.max(member.as_of().unwrap_or(at));
            let mut event = json!({"id": format!("e-{count}"), "at": at.to_string()});
            event
                .as_object_mut()
                .expect("an object")
                .extend(body.as_object().expect("an object").clone());
            let event = event.to_string();
            let event = Event::from_json(event.as_bytes()).expect("an event");
            engine
                .apply(member, &event)
                .unwrap_or_else(|error| panic!("{error}"));
            zone.date_at(at)
        };
        let enrolled = apply(&mut member, day, 3_600, &mut count, json!({"enroll": {}}));
        world.enrolled = Some(enrolled);
        for (pause, second, step) in steps {
            for _ in 0..pause {
                day += 1;
                if daily == 1 || pause < 4 {
                    let start = zone.start_of(Date::from_days(day)).expect("a day");
                    if member.as_of() < Some(start) {
                        engine.advance(&mut member, start).expect("time passes");
                    }
                }
                if pause < 4 || day % 9 == 0 {
                    look(&engine, &member, &world, zone, day, &all);
                }
            }
            match step {
                Step::Buy(lines, store, stars) => {
                    let sent: Vec<Value> = lines.iter().map(|(sku, units, price)| {
                        json!({"sku": SKUS[*sku], "quantity": units, "price": format!("{}.{:02}", price / 100, price % 100)})
                    }).collect();
                    let mut body = json!({"purchase": {"order": format!("o-{}", world.orders.len()), "lines": sent}});
                    if let Some(store) = store {
                        body["store"] = json!(format!("s{store}"));
                    }
                    if let Some(stars) = stars {
                        let number: Value = serde_json::from_str(&tenths(stars)).expect("a number");
                        body["attributes"] = json!({"stars": number});
                    }
                    let on = apply(&mut member, day, second, &mut count, body);
                    let lines = lines.into_iter().map(|bought| (bought, 0)).collect();
                    world.orders.push(Order {
                        on,
                        lines,
                        store,
                        stars,
                    });
                }
                Step::Back(order, line, units) => {
                    let fresh = |order: &Order| {
                        i64::from(day - order.on.days()) < WINDOW - 2 && order.is_out()
                    };
                    let places: Vec<usize> = (0..world.orders.len())
                        .filter(|place| fresh(&world.orders[*place]))
                        .collect();
                    let Some(place) = places.get(order % places.len().max(1)) else {
                        continue;
                    };
                    let known = &mut world.orders[*place];
                    let mut wanted: Vec<(usize, i64)> = Vec::new();
                    for (at, ((_, bought, _), back)) in known.lines.iter().enumerate() {
                        let open = bought - back;
                        if open > 0 && line.is_none_or(|line| line % known.lines.len() == at) {
                            wanted.push((
                                at,
                                if line.is_some() {
                                    units.min(open)
                                } else {
                                    open
                                },
                            ));
                        }
                    }
                    if wanted.is_empty() {
                        continue;
                    }
                    let sent: Vec<Value> = wanted
                        .iter()
                        .map(|(at, units)| json!({"line": (at + 1).to_string(), "quantity": units}))
                        .collect();
                    let body = json!({"return": {"order": format!("o-{place}"), "lines": sent}});
                    let on = apply(&mut member, day, second, &mut count, body);
                    let mut paid = 0;
                    for (at, units) in wanted {
                        known.lines[at].1 += units;
                        paid += units * known.lines[at].0.2;
                    }
                    world.returns.push((on, paid));
                    returned += 1;
                }
                Step::Do(stars) => {
                    let mut body = json!({"activity": {"kind": "check_in"}});
                    if let Some(stars) = stars {
                        let number: Value = serde_json::from_str(&tenths(stars)).expect("a number");
                        body["attributes"] = json!({"stars": number});
                    }
                    let on = apply(&mut member, day, second, &mut count, body);
                    world.done.push((on, stars));
                }
            }
            look(&engine, &member, &world, zone, day, &all);
            member = Member::from_json(member.to_json().as_bytes()).expect("a member");
        }
    }
    assert!(returned > 5, "only {returned} returns");
}

fn tenths(number: i64) -> String {
    format!(
        "{}{}.{}",
        if number < 0 { "-" } else { "" },
        number.abs() / 10,
        number.abs() % 10
    )
}

/// Compares every figure of a day.
fn look(
    engine: &Engine,
    member: &Member,
    world: &World,
    zone: Zone,
    day: i32,
    all: &[(String, String)],
) {
    let day = Date::from_days(day);
    let next = zone
        .start_of(Date::from_days(day.days() + 1))
        .expect("a day");
    let end = loyalty_core::Instant::from_micros(next.micros() - 1);
    let at = end.max(member.as_of().unwrap_or(end));
    if zone.date_at(at) != day {
        return;
    }
    let event =
        json!({"id": "probe", "at": at.to_string(), "activity": {"kind": "probe"}}).to_string();
    let event = Event::from_json(event.as_bytes()).expect("an event");
    let outcome = engine
        .quote_with(member, &event, Detail::Trace)
        .expect("a quote");
    let trace = serde_json::to_value(outcome.trace).expect("JSON");
    for (place, (measure, window)) in all.iter().enumerate() {
        let found = &trace[place]["unmet"][0]["found"];
        let wanted = world.figure(measure, window, day);
        assert_eq!(*found, wanted, "{measure} over {window} on {day}");
    }
}
