//! Loading a program with mistakes (clause 15.2).

use loyalty_core::{Error, Program};
use serde_json::{Value, json};

/// Every program of the gallery.
fn gallery() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/programs");
    let mut all: Vec<(String, Value)> = std::fs::read_dir(folder)
        .expect("the gallery")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a program");
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, serde_json::from_str(&text).expect("JSON"))
        })
        .collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

/// The path of every value within a value.
fn paths(value: &Value, path: &str, pointer: &str, out: &mut Vec<(String, String)>) {
    let children: Vec<(String, String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let dot = if path.is_empty() { "" } else { "." };
                (
                    format!("{path}{dot}{key}"),
                    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
                    value,
                )
            })
            .collect(),
        Value::Array(all) => all
            .iter()
            .enumerate()
            .map(|(place, value)| {
                (
                    format!("{path}[{place}]"),
                    format!("{pointer}/{place}"),
                    value,
                )
            })
            .collect(),
        _ => Vec::new(),
    };
    for (path, pointer, value) in children {
        out.push((path.clone(), pointer.clone()));
        paths(value, &path, &pointer, out);
    }
}

fn mistakes(program: &Value) -> Vec<Error> {
    match Program::from_json(&program.to_string()) {
        Ok(_) => Vec::new(),
        Err(error) => error.details().to_vec(),
    }
}

/// Whether one path lies at or below another.
fn within(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What stands in for values: of types that nearly nothing takes.
fn junk() -> [Value; 3] {
    [json!({"?": 0}), json!([[]]), json!([true])]
}

/// A value that cannot be read is a mistake; nothing else is one because of it.
#[test]
fn nothing_follows_from_a_value_that_cannot_be_read() {
    let mut loads = 0;
    for (name, program) in gallery() {
        assert_eq!(mistakes(&program), Vec::new(), "{name}");
        let mut all = Vec::new();
        paths(&program, "", "", &mut all);
        for (number, (path, pointer)) in all.into_iter().enumerate() {
            // A third of all: every kind of value stands in many places.
            let junk = junk().into_iter().nth(number % 3).expect("junk");
            let mut broken = program.clone();
            *broken.pointer_mut(&pointer).expect("a value") = junk.clone();
            for mistake in mistakes(&broken) {
                let related = within(mistake.path(), &path) || within(&path, mistake.path());
                assert!(related, "{name}: {path} = {junk} makes {mistake}");
            }
            loads += 1;
        }
    }
    assert!(loads > 3_000, "{loads}");
}

/// A program with mistakes of every kind that only checking finds, each with the key under which stands what it asks for, if
/// anything.
const PLANTED: [(&str, &str, &str); 14] = [
    ("unknown_reference", "earn[1].account", "accounts"),
    ("unknown_reference", "earn[2].group", "groups"),
    ("duplicate_id", "earn[3].id", "earn"),
    ("out_of_range", "earn[4].give.rate.per", ""),
    (
        "unknown_reference",
        "earn[5].when.all[1].metric.id",
        "metrics",
    ),
    (
        "too_many_digits",
        "earn[5].when.all[2].total.at_least",
        "currency",
    ),
    (
        "unknown_reference",
        "segments[1].when.segment[0]",
        "segments",
    ),
    ("missing_field", "segments[2].when.any", ""),
    (
        "unknown_reference",
        "tiers[0].rungs[2].qualify.metric.id",
        "metrics",
    ),
    ("missing_field", "accounts[1].overdraw", "returns"),
    (
        "unknown_reference",
        "rewards[1].give.coupon.coupon",
        "coupons",
    ),
    ("out_of_range", "tender[0].max_percent", ""),
    (
        "unknown_reference",
        "triggers[1].do[1].notify.topic",
        "topics",
    ),
    ("out_of_range", "dedup_days", ""),
];

fn planted() -> Value {
    let rate = json!({"rate": {"points": 1, "per": "1.00"}});
    json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
        "accounts": [{"id": "points"}, {"id": "stars", "overdraw": "withhold"}],
        "metrics": [{"id": "spend", "measure": "spend", "window": "lifetime"}],
        "segments": [
            {"id": "big", "when": {"metric": {"id": "spend", "at_least": 100}}},
            {"id": "bigger", "when": {"segment": ["biggest"]}},
            {"id": "none", "when": {"any": []}}
        ],
        "tiers": [{"id": "level", "rungs": [
            {"id": "green"},
            {"id": "silver", "qualify": {"metric": {"id": "spend", "at_least": 100}}},
            {"id": "gold", "qualify": {"metric": {"id": "spent", "at_least": 200}}}
        ]}],
        "groups": [{"id": "one"}],
        "earn": [
            {"id": "a", "account": "points", "give": rate},
            {"id": "b", "account": "point", "give": rate},
            {"id": "c", "account": "points", "group": "two", "give": rate},
            {"id": "a", "account": "points", "give": rate},
            {"id": "d", "account": "points", "give": {"rate": {"points": 1, "per": "0"}}},
            {"id": "e", "account": "points", "give": rate, "when": {"all": [
                {"segment": ["big"]}, {"metric": {"id": "spending", "at_least": 1}}, {"total": {"at_least": "1.001"}}
            ]}}
        ],
        "tender": [{"account": "points", "points": 1, "value": "0.01", "max_percent": 150}],
        "rewards": [
            {"id": "cup", "account": "points", "points": 5, "give": {"item": {"sku": "cup"}}},
            {"id": "off", "account": "points", "points": 5, "give": {"coupon": {"coupon": "of"}}}
        ],
        "coupons": [{"id": "off", "discount": {"amount_off": {"amount": "1.00"}}}],
        "topics": [{"id": "news"}],
        "triggers": [
            {"id": "hello", "on": {"enrolled": {}}, "do": [{"points": {"account": "points", "points": 1}}]},
            {"id": "bye", "on": {"enrolled": {}}, "do": [{"coupon": {"coupon": "off"}}, {"notify": {"topic": "new"}}]}
        ],
        "dedup_days": 0})
}

/// The element of a list of the document, or the value of a key, into which a path leads.
fn thing(path: &str) -> &str {
    let key = path.find(['.', '[']).unwrap_or(path.len());
    let end = match path[key..].starts_with('[') {
        true => path.find(']').expect("a bracket") + 1,
        false => key,
    };
    &path[..end]
}

/// Whatever cannot be read hides no mistake of another thing, and moves none.
#[test]
fn a_value_that_cannot_be_read_hides_nothing() {
    let program = planted();
    let found = |program: &Value| -> Vec<(String, String)> {
        let all = mistakes(program);
        let all = all
            .iter()
            .map(|one| (one.code().as_str().to_owned(), one.path().to_owned()));
        all.collect()
    };
    let mut wanted: Vec<(String, String)> = PLANTED
        .iter()
        .map(|(code, path, _)| ((*code).to_owned(), (*path).to_owned()))
        .collect();
    let mut all = found(&program);
    all.sort();
    wanted.sort();
    assert_eq!(all, wanted);
    let mut every = Vec::new();
    paths(&program, "", "", &mut every);
    for (path, pointer) in every {
        for junk in junk() {
            let mut broken = program.clone();
            *broken.pointer_mut(&pointer).expect("a value") = junk.clone();
            let all = found(&broken);
            for (code, planted, of) in PLANTED {
                let here = all.iter().any(|one| (&*one.0, &*one.1) == (code, planted));
                let touched = thing(planted) == thing(&path)
                    || within(&path, of) && !of.is_empty()
                    || within(planted, &path);
                assert!(
                    here || touched,
                    "{path} = {junk} hides {code} at {planted}: {all:?}"
                );
            }
            for (code, found) in &all {
                let known = PLANTED
                    .iter()
                    .any(|(one, path, _)| (one, path) == (&&**code, &&**found));
                let related = within(found, &path) || within(&path, found);
                assert!(known || related, "{path} = {junk} makes {code} at {found}");
            }
        }
    }
}
