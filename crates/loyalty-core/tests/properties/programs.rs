//! Random programs. Each one is a valid document: what a load error is, other tests say.
//!
//! Parts that name something else are drawn with places in its stead (`{"@account": 7}`); [`assemble`] turns a place into the
//! name of one of those that there are, so that a smaller program is still a program.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::conditions::{
    Gen, condition, date, extend, lasting, metric, month_day, object, of_event, of_member, of_tier,
    selection, span, track, words,
};

/// What programs of a test may say. Everything, unless a property needs less.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Points may become available later.
    pub(crate) pending: bool,
    /// Points may expire.
    pub(crate) expiry: bool,
    /// Accounts may forgive what is missing.
    pub(crate) forgive: bool,
    /// Rules, groups and accounts may have caps.
    pub(crate) caps: bool,
    /// Rules may shut each other out.
    pub(crate) contests: bool,
    /// Earn rules may look at the member.
    pub(crate) memory: bool,
    /// Earn rules may have conditions on the event.
    pub(crate) conditions: bool,
    /// There may be multipliers.
    pub(crate) multipliers: bool,
    /// A multiplier may be less than one.
    pub(crate) dampers: bool,
    /// Rules may be for some lines only.
    pub(crate) selections: bool,
    /// Multipliers may be for some lines only.
    pub(crate) multiplied_lines: bool,
    /// Points may be used to pay.
    pub(crate) tender: bool,
    /// Returns may be of whole orders only, and may leave points where they are.
    pub(crate) strict_returns: bool,
    /// Members may say that they live in another zone.
    pub(crate) elsewhere: bool,
    /// Rules may keep something of a member from one event to the next.
    pub(crate) keeps: bool,
}

impl Shape {
    /// Everything.
    pub(crate) const ANY: Self = Self {
        pending: true,
        expiry: true,
        forgive: true,
        caps: true,
        contests: true,
        memory: true,
        conditions: true,
        multipliers: true,
        dampers: true,
        selections: true,
        multiplied_lines: true,
        tender: true,
        strict_returns: true,
        elsewhere: true,
        keeps: true,
    };
}

/// A program.
pub(crate) fn programs(shape: Shape) -> Gen {
    let lists = (
        vec(account(shape), 1..=3),
        vec(metric(), 0..=5),
        vec(track(), 0..=2),
        prop_oneof![1 => Just(Vec::new()), 4 => vec(group(shape), 1..=2)],
        vec(rule(shape), 1..=7),
        prop_oneof![1 => Just(Vec::new()), 5 => vec(tender(), 1..=3)],
    );
    let settings = (
        select(std::vec!["CNY", "CNY", "JPY", "KWD"]),
        select(std::vec![
            "Asia/Shanghai",
            "America/New_York",
            "Europe/London",
            "Asia/Kathmandu",
            "Pacific/Apia",
        ]),
        earning(shape),
        returns(shape),
        prop_oneof![2 => Just(90_u32), 1 => 1_u32..40],
    );
    (lists, settings)
        .prop_map(move |(lists, settings)| assemble(shape, lists, settings))
        .boxed()
}

type Lists = (
    Vec<Value>,
    Vec<Value>,
    Vec<Value>,
    Vec<Value>,
    Vec<Value>,
    Vec<Value>,
);
type Settings = (&'static str, &'static str, Value, Value, u32);

fn assemble(shape: Shape, lists: Lists, settings: Settings) -> Value {
    let (accounts, metrics, tracks, groups, rules, tender) = lists;
    let (currency, timezone, earning, returns, dedup_days) = settings;
    let names = Names {
        accounts: accounts.len(),
        metrics: metrics.len(),
        rungs: tracks
            .iter()
            .map(|track| track["rungs"].as_array().map_or(1, Vec::len))
            .collect(),
        groups: groups.len(),
        digits: digits(currency),
        growing: growing(&metrics),
    };
    let named = |list: Vec<Value>, letter: &str| -> Vec<Value> {
        let one = |(place, one): (usize, Value)| {
            let mut one = names.resolve(one);
            one["id"] = json!(format!("{letter}{place}"));
            one
        };
        list.into_iter().enumerate().map(one).collect()
    };
    let mut tracks = named(tracks, "t");
    for (place, track) in tracks.iter_mut().enumerate() {
        for (rung, one) in track["rungs"]
            .as_array_mut()
            .into_iter()
            .flatten()
            .enumerate()
        {
            one["id"] = json!(format!("t{place}r{rung}"));
            if rung == 0 {
                let one = one.as_object_mut().expect("a rung is an object");
                one.remove("qualify");
                one.remove("retain");
            }
        }
        if let Some(rungs) = track["rungs"].as_array_mut() {
            crate::conditions::ladder(rungs);
        }
    }
    let metrics = named(metrics, "m");
    carries(&metrics, &mut tracks);
    let emptied = |metric: &Value| {
        let kinds = ["term", "since_tier"];
        kinds
            .into_iter()
            .any(|kind| metric["window"].to_string().contains(kind))
    };
    if metrics.iter().any(emptied) {
        tracks.iter_mut().for_each(held);
    }
    tracks.iter_mut().for_each(lasting);
    let mut earn = named(rules, "e");
    earn.iter_mut()
        .for_each(|rule| crate::gives::settle(rule, &earning));
    // The one rule that can give more than can be counted: for purchases through a channel of their own.
    earn.push(
        json!({"id": "flood", "account": "a0", "when": {"channel": ["flood"]},
        "give": {"rate": {"points": 1_000_000_000, "per": names.money(10_i64.pow(names.digits))}}}),
    );
    let tender: Vec<Value> = if shape.tender {
        let one = |(place, one): (usize, Value)| {
            let mut one = names.resolve(one);
            one["account"] = json!(format!("a{place}"));
            one
        };
        tender
            .into_iter()
            .take(names.accounts)
            .enumerate()
            .map(one)
            .collect()
    } else {
        Vec::new()
    };
    let mut program = json!({
        "schema": 1, "id": "shop", "currency": currency, "timezone": timezone,
        "accounts": named(accounts, "a"), "metrics": metrics, "tiers": tracks, "groups": named(groups, "g"),
        "earn": earn, "tender": tender, "earning": earning, "returns": returns, "dedup_days": dedup_days,
    });
    usable(&mut program);
    program
}

/// Has points wait for fewer days than they last: points that are surely over before they can be used are a mistake.
pub(crate) fn usable(program: &mut Value) {
    fn shortest(expiry: &Value) -> Option<u64> {
        let of = |(key, value): (&String, &Value)| {
            let days = match key.as_str() {
                "days" => 1,
                "weeks" => 7,
                "months" => 28,
                "years" => 365,
                _ => return shortest(value),
            };
            value.as_u64().map(|count| count * days)
        };
        match expiry {
            Value::Object(map) => map.iter().filter_map(of).min(),
            Value::Array(list) => list.iter().filter_map(shortest).min(),
            _ => None,
        }
    }
    let within = |activation: &Value, expiry: &Value| {
        let days = activation["after"]["days"].as_u64();
        match days.zip(shortest(expiry)) {
            Some((days, most)) => json!({"after": {"days": days.min(most.saturating_sub(1))}}),
            None => activation.clone(),
        }
    };
    for account in program["accounts"].as_array_mut().into_iter().flatten() {
        if account.get("activation").is_some() {
            account["activation"] = within(&account["activation"], &account["expiry"]);
        }
    }
    let accounts = program["accounts"].clone();
    for rule in program["earn"].as_array_mut().into_iter().flatten() {
        if rule.get("expiry").or(rule.get("activation")).is_none() {
            continue;
        }
        let mut accounts = accounts.as_array().into_iter().flatten();
        let account = accounts.find(|account| account["id"] == rule["account"]);
        let account = account.expect("the account of the rule");
        let of = |field: &str| rule.get(field).unwrap_or(&account[field]).clone();
        let activation = within(&of("activation"), &of("expiry"));
        if !activation.is_null() {
            rule["activation"] = activation;
        }
    }
}

/// Has a rule ask only for events that it answers, where it asks for kinds of them.
fn answering(mut when: Value, on: &str) -> Value {
    let kind = on.split(':').next().unwrap_or_default();
    if let Some(kinds) = when.get_mut("kind").and_then(Value::as_array_mut) {
        kinds.push(json!(kind));
    }
    for one in when
        .get_mut("all")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        *one = answering(one.take(), on);
    }
    when
}

/// Gives the rungs of a track that are held by their condition alone a time: where entering a rung empties a metric, the condition
/// may be of that metric.
fn held(track: &mut Value) {
    let rungs = track["rungs"].as_array().map_or(0, Vec::len);
    let holds = (0..rungs).map(|place| format!("/rungs/{place}/hold"));
    for path in holds.chain(["/hold".to_owned()]) {
        if let Some(hold) = track.pointer_mut(&path).filter(|hold| **hold == "none") {
            *hold = json!("lifetime");
        }
    }
}

/// Has tracks carry the metrics that have a next stretch, each by one track.
fn carries(metrics: &[Value], tracks: &mut [Value]) {
    for (place, metric) in metrics.iter().enumerate() {
        let window = &metric["window"];
        let measure = metric["measure"].to_string();
        let apart = ["mean", "gap", "distinct", "streak", "periods", "days_since"];
        if apart.iter().any(|one| measure.contains(one)) {
            continue;
        }
        let stretches = window.get("calendar").is_some() || *window == "membership_year";
        let of = ["term", "since_tier"].iter().find_map(|kind| {
            window.get(kind)?["track"]
                .as_str()?
                .strip_prefix('t')?
                .parse::<usize>()
                .ok()
        });
        let track = match of {
            Some(track) => track,
            None if stretches && !tracks.is_empty() => place % tracks.len(),
            None => continue,
        };
        let mut carry = json!({"metric": metric["id"]});
        let top = tracks[track]["rungs"]
            .as_array()
            .map_or(0, |rungs| rungs.len() - 1);
        match place % 4 {
            0 => carry["how"] = json!("excess"),
            1 => carry["how"] = json!("all"),
            2 if top > 0 => {
                carry["how"] = json!("head_start");
                carry["rungs"] = json!([{"rung": format!("t{track}r{top}"), "amount": 3}]);
            }
            _ => {
                carry["how"] = json!("excess");
                carry["repeat"] = json!(true);
                carry["max"] = json!(25);
            }
        }
        let there = &mut tracks[track]["carry"];
        match there.as_array_mut() {
            Some(list) => list.push(carry),
            None => *there = json!([carry]),
        }
    }
}

/// How many digits a currency of these programs has after the point.
pub(crate) fn digits(currency: &str) -> u32 {
    match currency {
        "JPY" => 0,
        "KWD" => 3,
        _ => 2,
    }
}

/// An amount of minor units as it is written.
pub(crate) fn money(minor: i64, digits: u32) -> String {
    let unit = 10_i64.pow(digits);
    if digits == 0 {
        minor.to_string()
    } else {
        let width = digits as usize;
        format!("{}.{:0width$}", minor / unit, minor % unit)
    }
}

struct Names {
    accounts: usize,
    metrics: usize,
    rungs: Vec<usize>,
    groups: usize,
    digits: u32,
    /// Metrics that grow by purchases, and whether they count money.
    growing: Vec<(String, bool)>,
}

fn growing(metrics: &[Value]) -> Vec<(String, bool)> {
    let one = |(place, metric): (usize, &Value)| {
        let measure = metric["measure"].as_str()?;
        let money = matches!(measure, "spend" | "list_spend");
        let grows = money || matches!(measure, "orders" | "quantity" | "visits");
        let here = metric["window"].get("previous").is_none();
        (grows && here).then(|| (format!("m{place}"), money))
    };
    metrics.iter().enumerate().filter_map(one).collect()
}

impl Names {
    fn money(&self, minor: i64) -> String {
        money(minor, self.digits)
    }

    /// Turns places into names.
    fn resolve(&self, value: Value) -> Value {
        match value {
            Value::Array(list) => list.into_iter().map(|one| self.resolve(one)).collect(),
            Value::Object(map) => self.object(map),
            other => other,
        }
    }

    fn object(&self, map: Map<String, Value>) -> Value {
        let place = |value: &Value| {
            usize::try_from(value.as_u64().expect("a place is a number")).expect("a small one")
        };
        let Some((key, value)) = map.iter().next() else {
            return Value::Object(map);
        };
        match (key.as_str(), self.metrics, self.rungs.len()) {
            ("@account", ..) => json!(format!("a{}", place(value) % self.accounts)),
            ("@money", ..) => json!(self.money(value.as_i64().expect("minor units"))),
            ("@metric", 0, _) | ("@tier", _, 0) => json!({"tag": ["vip"]}),
            ("@metric", metrics, _) => {
                let mut test = value[1].clone();
                test["id"] = json!(format!("m{}", place(&value[0]) % metrics));
                json!({"metric": test})
            }
            ("@tier", _, tracks) => {
                let track = place(&value[0]) % tracks;
                let rung = format!("t{track}r{}", place(&value[1]) % self.rungs[track]);
                let field = value[2].as_str().expect("a comparison");
                let rung = if field == "in" {
                    json!([rung])
                } else {
                    json!(rung)
                };
                json!({"tier": {"track": format!("t{track}"), field: rung}})
            }
            ("@milestone", ..) if self.growing.is_empty() => json!({"fixed": 7}),
            ("@milestone", ..) => {
                let (metric, money) = &self.growing[place(&value[0]) % self.growing.len()];
                let every = value[1].as_i64().expect("a number");
                let every = if *money {
                    self.money(every * 500)
                } else {
                    every.to_string()
                };
                json!({"milestone": {"metric": metric, "every": every, "points": value[2], "crossing": value[3]}})
            }
            ("@window", _, 0) => json!("lifetime"),
            ("@window", _, tracks) => {
                let track = format!("t{}", place(&value[1]) % tracks);
                json!({value[0].as_str().expect("a kind of window"): {"track": track}})
            }
            _ => {
                let resolved = map
                    .into_iter()
                    .map(|(key, value)| (key, self.resolve(value)));
                let mut map: Map<String, Value> = resolved.collect();
                if let Some(group) = map.remove("@group")
                    && self.groups > 0
                {
                    map.insert(
                        "group".to_owned(),
                        json!(format!("g{}", place(&group) % self.groups)),
                    );
                }
                Value::Object(map)
            }
        }
    }
}

fn account(shape: Shape) -> Gen {
    let overdraw = if shape.forgive {
        words(&["debt", "forgive"])
    } else {
        words(&["debt"])
    };
    let restore = prop_oneof![
        2 => Just(json!("stay_expired")),
        2 => (1_u32..30).prop_map(|days| json!({"extend": {"days": days}})),
        1 => Just(json!("fresh")),
    ];
    (
        words(&["soonest_expiry", "oldest"]),
        activation(shape),
        expiry(shape),
        overdraw,
        restore,
        caps(shape, 3),
    )
        .prop_map(
            |(burn_order, activation, expiry, overdraw, restore, caps)| {
                json!({"burn_order": burn_order, "activation": activation, "expiry": expiry, "overdraw": overdraw,
            "restore": restore, "caps": caps})
            },
        )
        .boxed()
}

fn activation(shape: Shape) -> Gen {
    if !shape.pending {
        return Just(json!("immediate")).boxed();
    }
    prop_oneof![
        4 => Just(json!("immediate")),
        3 => (0_u32..20).prop_map(|days| json!({"after": {"days": days}})),
        1 => date().prop_map(|date| json!({"on": date})),
    ]
    .boxed()
}

fn expiry(shape: Shape) -> Gen {
    if !shape.expiry {
        return Just(json!("never")).boxed();
    }
    let one = prop_oneof![
        1 => Just(json!("never")),
        5 => expiry_after(),
        2 => (month_day(), weighted(0.5, span())).prop_map(|(on, min_age)|
            json!({"annual": object([("on", Some(on)), ("min_age", min_age)])})),
    ];
    let one = one.boxed();
    prop_oneof![
        6 => one.clone(),
        1 => vec(one.clone(), 1..=3).prop_map(|all| json!({"latest": all})),
        1 => vec(one, 1..=3).prop_map(|all| json!({"earliest": all})),
    ]
    .boxed()
}

fn expiry_after() -> Gen {
    (
        span(),
        weighted(
            0.3,
            words(&[
                "day",
                "month_end",
                "quarter_end",
                "half_year_end",
                "year_end",
            ]),
        ),
        weighted(0.2, span()),
        weighted(0.3, words(&["earning", "activation"])),
        weighted(0.3, words(&["included", "excluded"])),
    )
        .prop_map(|(mut length, align, plus, from, last_day)| {
            let more = object([
                ("align", align),
                ("plus", plus),
                ("from", from),
                ("last_day", last_day),
            ]);
            extend(&mut length, more);
            json!({"after": length})
        })
        .boxed()
}

fn caps(shape: Shape, one_in: u32) -> Gen {
    if !shape.caps {
        return Just(json!([])).boxed();
    }
    let most = prop_oneof![
        2 => (1_u32..400).prop_map(|n| ("points", n)),
        1 => (1_u32..4).prop_map(|n| ("times", n)),
    ];
    let one = (
        most,
        words(&["event", "day", "week", "month", "year", "lifetime"]),
        words(&["partial", "reject"]),
    )
        .prop_map(|((of, n), per, over_cap)| json!({of: n, "per": per, "over_cap": over_cap}));
    // Two that count the same are a mistake.
    let some = vec(one, 1..=2).prop_map(|mut caps: Vec<Value>| {
        caps.dedup_by_key(|cap| (cap["per"].clone(), cap["points"].is_null()));
        Value::from(caps)
    });
    prop_oneof![one_in => Just(json!([])), 2 => some].boxed()
}

fn group(shape: Shape) -> Gen {
    caps(shape, 1)
        .prop_map(|caps| json!({"caps": caps}))
        .boxed()
}

fn rate() -> Gen {
    (
        select(std::vec!["1", "2", "0.5", "1.25", "10", "3"]),
        select(std::vec![1_i64, 7, 100, 500, 1_000, 2_500]),
        words(&["proportional", "step"]),
        weighted(0.3, words(&["discounted", "list"])),
    )
        .prop_map(|(points, per, mode, base)| {
            json!({"rate": object([("points", Some(json!(points))), ("per", Some(json!({"@money": per}))), ("mode", Some(mode)), ("base", base)])})
        })
        .boxed()
}

fn rule(shape: Shape) -> Gen {
    let fixed = (1_u32..200).prop_map(|points| json!({"fixed": points}));
    let per_unit =
        select(std::vec!["1", "0.5", "2.5", "10"]).prop_map(|points| json!({"per_unit": points}));
    let factors: &[&'static str] = if shape.dampers {
        &["0", "0.5", "1", "1.5", "2", "2.75", "3"]
    } else {
        &["1", "1.5", "2", "2.75", "3"]
    };
    let multiply = words(factors).prop_map(|factor| json!({"multiply": factor}));
    let multiply = shape.multipliers.then_some(multiply);
    let base = prop_oneof![5 => rate(), 2 => fixed.clone(), 2 => per_unit].boxed();
    let (purchase, other) = match multiply {
        Some(multiply) => (
            prop_oneof![2 => base, 1 => multiply.clone()].boxed(),
            prop_oneof![3 => fixed, 1 => multiply].boxed(),
        ),
        None => (base, fixed.boxed()),
    };
    let (purchase, other) = if shape.keeps {
        (
            prop_oneof![3 => purchase, 2 => crate::gives::for_purchases()].boxed(),
            prop_oneof![2 => other, 1 => crate::gives::for_others()].boxed(),
        )
    } else {
        (purchase, other)
    };
    let lines = if shape.selections {
        weighted(0.4, selection()).boxed()
    } else {
        Just(None).boxed()
    };
    let gives = prop_oneof![
        7 => (Just("purchase"), purchase, lines),
        1 => (Just("enroll"), other.clone(), Just(None)),
        2 => (Just("activity:check_in"), other, Just(None)),
    ];
    let mut leaves: Vec<(u32, Gen)> = Vec::new();
    if shape.conditions {
        leaves.push((3, of_event()));
    }
    if shape.memory {
        leaves.push((3, of_member()));
        leaves.push((2, of_tier()));
    }
    let when = if leaves.is_empty() {
        Just(None).boxed()
    } else {
        weighted(
            0.4,
            condition(proptest::strategy::Union::new_weighted(leaves).boxed()),
        )
        .boxed()
    };
    let contest = if shape.contests {
        (weighted(0.45, 0_u64..2), prop::bool::weighted(0.15)).boxed()
    } else {
        Just((None, false)).boxed()
    };
    let dates = if shape.conditions {
        (weighted(0.1, date()), weighted(0.1, date())).boxed()
    } else {
        Just((None, None)).boxed()
    };
    let overrides = (
        weighted(0.2, activation(shape)),
        weighted(0.2, expiry(shape)),
        weighted(0.3, crate::gives::rounding(shape.keeps)),
        if shape.keeps {
            prop::bool::weighted(0.3).boxed()
        } else {
            Just(false).boxed()
        },
    );
    (
        gives,
        0_u64..3,
        when,
        contest,
        -2_i32..3,
        prop::bool::weighted(0.2),
        caps(shape, 2),
        overrides,
        dates,
    )
        .prop_map(
            move |(
                gives,
                account,
                when,
                (group, exclusive),
                priority,
                bonus,
                caps,
                overrides,
                dates,
            )| {
                let (on, give, lines) = gives;
                let multiplier = give.get("multiply").is_some();
                let (activation, expiry, rounding, carry) = overrides;
                let (from, until) = match dates {
                    (Some(from), Some(until)) if until.as_str() < from.as_str() => {
                        (Some(until), Some(from))
                    }
                    dates => dates,
                };
                object([
                    ("on", Some(json!(on))),
                    ("when", when.map(|when| answering(when, on))),
                    (
                        "lines",
                        lines.filter(|_| !multiplier || shape.multiplied_lines),
                    ),
                    ("give", Some(give)),
                    ("account", Some(json!({"@account": account}))),
                    ("@group", group.map(Value::from)),
                    ("priority", Some(json!(priority))),
                    ("exclusive", Some(json!(exclusive))),
                    ("bonus", Some(json!(bonus && !multiplier))),
                    ("caps", Some(caps)),
                    ("activation", activation),
                    ("expiry", expiry),
                    ("rounding", rounding),
                    ("carry", Some(json!(carry))),
                    ("from", from),
                    ("until", until),
                ])
            },
        )
        .boxed()
}

fn tender() -> Gen {
    (
        select(std::vec![1_u32, 3, 10, 100]),
        select(std::vec![1_i64, 7, 100, 1_000]),
        weighted(0.3, 1_u32..60),
        weighted(0.3, 90_u32..600),
        weighted(0.4, words(&["100", "50", "33.3", "0.5"])),
        weighted(0.4, 1_u32..30),
        weighted(0.3, selection()),
        words(&["clamp", "refuse", "refuse"]),
    )
        .prop_map(|(points, value, min, max, percent, step, exclude, over)| {
            object([
                ("points", Some(json!(points))),
                ("value", Some(json!({"@money": value}))),
                ("min_points", min.map(Value::from)),
                ("max_points", max.map(Value::from)),
                ("max_percent", percent),
                ("step", step.map(Value::from)),
                ("exclude", exclude),
                ("over", Some(over)),
            ])
        })
        .boxed()
}

fn earning(shape: Shape) -> Gen {
    let some = |all: &[&'static str]| {
        if shape.keeps {
            words(all)
        } else {
            Just(json!(all[0])).boxed()
        }
    };
    (
        words(&["discounted", "discounted", "list"]),
        words(&["exclude", "include"]),
        words(&["sum_of_bonuses", "product", "highest"]),
        words(&["each_rule", "each_rule", "after_multiplier"]),
        words(&["floor", "floor", "half_up", "half_even", "ceil"]),
        some(&["skip", "count"]),
        some(&["held", "held", "new_tier"]),
    )
        .prop_map(|(base, paid_in_points, multipliers, round, rounding, free_units, earn_at)| {
            json!({"base": base, "paid_in_points": paid_in_points, "multipliers": multipliers, "round": round,
                "rounding": rounding, "free_units": free_units, "earn_at": earn_at})
        })
        .boxed()
}

fn returns(shape: Shape) -> Gen {
    let window = prop_oneof![2 => Just(json!({"days": 180})), 1 => span()];
    if !shape.strict_returns {
        return window.prop_map(|window| json!({"window": window})).boxed();
    }
    (
        window,
        words(&["allow", "allow", "refuse", "refuse", "refuse"]),
        words(&["proportional", "proportional", "proportional", "keep"]),
    )
        .prop_map(|(window, partial, points)| json!({"window": window, "partial": partial, "points": points}))
        .boxed()
}
