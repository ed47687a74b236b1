//! Tests of both doors: here, that every mistake is told; then hostile documents, numbers, and the fast door.

mod fast;
mod hostile;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::words::{nearest, quoted};
use super::*;
use crate::error::{Code, Error};
use crate::id::Id;
use crate::limits::{JSON_DEPTH_MAX, MISTAKES_MAX};

/// Decimal money, read by its literal text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Money(String);

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Number(text) = Number::deserialize(deserializer)?;
        if text.is_empty()
            || text
                .bytes()
                .any(|b| !(b.is_ascii_digit() || b == b'.' || b == b'-'))
        {
            return Err(Error::new(
                Code::InvalidNumber,
                format!("{} is not an amount", quoted(&text)),
            )
            .into_serde());
        }
        Ok(Self(text.into_owned()))
    }
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    zone: String,
    #[serde(default)]
    accounts: Vec<Account>,
    #[serde(default)]
    earn: Vec<Rule>,
    limits: Option<Limits>,
    #[serde(default)]
    names: BTreeMap<Id, String>,
    #[serde(default)]
    pairs: Vec<(u8, u8)>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    id: Id,
    name: Option<String>,
    #[serde(default)]
    scale: u8,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: Id,
    give: Give,
    when: Option<Condition>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Give {
    Fixed(i64),
    Rate { per: Money, points: i64 },
    Nothing,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Condition {
    All(Vec<Condition>),
    Not(Box<Condition>),
    Spend(Limits),
    Weekend,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    min: Option<i64>,
    max: Option<i64>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Bounds")]
struct Limits(Option<i64>, Option<i64>);

impl TryFrom<Bounds> for Limits {
    type Error = &'static str;
    fn try_from(bounds: Bounds) -> Result<Self, &'static str> {
        match bounds {
            Bounds {
                min: Some(min),
                max: Some(max),
            } if min > max => Err("`min` is above `max`"),
            Bounds { min, max } => Ok(Self(min, max)),
        }
    }
}

fn patient<T: DeserializeOwned>(text: &str) -> (Option<T>, Vec<Error>) {
    let (node, mut mistakes) = parse(text.as_bytes(), 1 << 30).unwrap();
    let (value, _) = read(&node, &mut mistakes);
    (value, mistakes)
}

/// What the patient door finds: "code at path", one a mistake.
fn found(text: &str) -> Vec<String> {
    patient::<Program>(text)
        .1
        .iter()
        .map(|e| format!("{} {}", e.code().as_str(), e.path()))
        .collect()
}

fn messages(text: &str) -> Vec<String> {
    patient::<Program>(text)
        .1
        .iter()
        .map(|e| e.message().to_owned())
        .collect()
}

fn refused(bytes: &[u8]) -> Error {
    let error = parse(bytes, 1 << 30).map(|_| ()).unwrap_err();
    assert!(!error.message().is_empty());
    error
}

#[track_caller]
fn both(bytes: impl AsRef<[u8]>, code: Code) {
    let bytes = bytes.as_ref();
    assert_eq!(refused(bytes).code(), code, "patient");
    let fast = from_slice::<serde_json::Value>(bytes, 1 << 30).unwrap_err();
    assert_eq!(fast.code(), code, "fast: {fast}");
    assert!(from_slice::<Program>(bytes, 1 << 30).is_err());
}

#[test]
fn every_mistake_has_its_path_and_the_rest_loads() {
    let text = r#"{
        "zone": "Asia/Shanghai", "zone": "UTC",
        "acounts": 5,
        "accounts": [
            {"id": "points", "name": 7},
            {"id": "", "scale": 300},
            {"id": "stars", "scale": 2.5},
            {"id": "good", "scale": 2}
        ],
        "earn": [
            {"id": "a", "give": {"rate": {"pr": "1", "points": 1}}},
            {"id": "b", "give": {"rat": {"per": 1, "points": 1}}},
            {"id": "c", "give": {"rate": {"per": 1e2, "points": "x"}}, "when": {"all": ["weekend", {"not": {"spend": {"min": 5, "max": 1}}}, "weekday"]}},
            {"give": "nothing"},
            {"id": "good", "give": {"rate": {"per": 0.10, "points": 1}}, "when": {"all": ["weekend"]}}
        ],
        "names": {" x": "bad key", "good": "fine", "worse": ["no"]}
    }"#;
    let (program, mistakes) = patient::<Program>(text);
    let found: Vec<_> = mistakes
        .iter()
        .map(|e| (e.code().as_str(), e.path()))
        .collect();
    assert_eq!(
        found,
        [
            ("duplicate_key", "zone"),
            ("unknown_field", "acounts"),
            ("wrong_type", "accounts[0].name"),
            ("invalid_id", "accounts[1].id"),
            ("out_of_range", "accounts[1].scale"),
            ("invalid_number", "accounts[2].scale"),
            ("unknown_field", "earn[0].give.rate.pr"),
            ("invalid_value", "earn[1].give"),
            ("invalid_number", "earn[2].give.rate.per"),
            ("wrong_type", "earn[2].give.rate.points"),
            ("invalid_value", "earn[2].when.all[1].not.spend"),
            ("invalid_value", "earn[2].when.all[2]"),
            ("missing_field", "earn[3]"),
            ("invalid_id", "names[\" x\"]"),
            ("wrong_type", "names.worse"),
        ]
    );
    let program = program.unwrap();
    assert_eq!(program.zone, "Asia/Shanghai");
    assert_eq!(
        program
            .accounts
            .iter()
            .map(|a| a.id.as_str())
            .collect::<Vec<_>>(),
        ["points", "stars", "good"]
    );
    assert_eq!(program.earn.len(), 1);
    assert_eq!(
        program.earn[0].give,
        Give::Rate {
            per: Money("0.10".into()),
            points: 1
        }
    );
    assert_eq!(program.names.values().collect::<Vec<_>>(), ["fine"]);
    let (node, _) = parse(text.as_bytes(), 1 << 20).unwrap();
    let ids: Vec<_> = node
        .get("accounts")
        .unwrap()
        .items()
        .iter()
        .filter_map(|a| a.get("id")?.as_str())
        .collect();
    assert_eq!(ids, ["points", "", "stars", "good"]);
}

#[test]
fn plain_words() {
    let first = |text: &str| messages(text).remove(0);
    assert_eq!(
        first(r#"{"zone":"","acounts":1}"#),
        "unknown field `acounts`; did you mean `accounts`? known here: `zone`, `accounts`, `earn`, `limits`, `names`, `pairs`"
    );
    assert_eq!(first(r#"{"zone":5}"#), "expected a string, found a number");
    assert_eq!(
        first(r#"{"zone":1.5}"#),
        "expected a string, found a number"
    );
    assert_eq!(first(r#"{"zone":null}"#), "expected a string, found null");
    assert_eq!(first(r#"[]"#), "expected an object, found a list");
    assert_eq!(
        first(r#"{"zone":"","earn":{}}"#),
        "expected a list, found an object"
    );
    assert_eq!(
        first(r#"{"zone":"","accounts":[{"id":"a","scale":300}]}"#),
        "`300` is not possible: expected a whole number from 0 to 255"
    );
    assert_eq!(
        first(r#"{"zone":"","accounts":[{"id":"a","scale":true}]}"#),
        "expected a whole number, found `true`"
    );
    assert_eq!(
        first(r#"{"zone":"","pairs":[[1]]}"#),
        "expected a list of two, found 1 of them"
    );
    assert_eq!(
        first(r#"{"zone":"","pairs":[[1,2,3]]}"#),
        "the list has 1 more than are possible here"
    );
    let give = |give: &str| {
        first(&format!(
            r#"{{"zone":"","earn":[{{"id":"a","give":{give}}}]}}"#
        ))
    };
    assert_eq!(
        give(r#""fixd""#),
        "there is no choice `fixd`; did you mean `fixed`? known here: `fixed`, `rate`, `nothing`"
    );
    assert_eq!(
        give("1"),
        "expected one of `fixed`, `rate`, `nothing`, found a number"
    );
    assert_eq!(
        give("{}"),
        "expected one of `fixed`, `rate`, `nothing`, found an object without a key"
    );
    assert_eq!(
        give(r#"{"fixed":1,"rate":2}"#),
        "expected one of `fixed`, `rate`, `nothing`, found two keys `fixed` and `rate`"
    );
    assert_eq!(
        give(r#""fixed""#),
        "`fixed` needs settings: write an object with it as the one key"
    );
    assert_eq!(
        give(r#"{"nothing":1}"#),
        "expected no settings, found a number"
    );
    assert_eq!(give(r#"{"rate":1}"#), "expected an object, found a number");
    assert_eq!(
        give(r#"{"rate":{"per":[],"points":1}}"#),
        "expected a number, or a string with one, found a list"
    );
    assert_eq!(
        nearest("expiresAfterDays", ["expires_after_days", "id"]),
        Some("expires_after_days")
    );
    assert_eq!(nearest("pre", ["points", "per"]), Some("per"));
    assert_eq!(nearest("to", ["of", "id"]), None);
    assert_eq!(quoted("a\0b"), "`a\\u{0}b`");
}

#[test]
fn every_missing_field_of_one_object_is_told() {
    let text = r#"{"earn": [{"when": "weekend"}, {"id": "b", "give": {"rate": {}}}, {"give": {"rate": {"points": []}}}]}"#;
    let told: Vec<_> = patient::<Program>(text)
        .1
        .iter()
        .map(|e| format!("{} {}", e.path(), e.message()))
        .collect();
    assert_eq!(
        told,
        [
            " missing field `zone`",
            "earn[0] missing field `id`",
            "earn[0] missing field `give`",
            "earn[1].give.rate missing field `per`",
            "earn[1].give.rate missing field `points`",
            "earn[2] missing field `id`",
            "earn[2].give.rate missing field `per`",
            "earn[2].give.rate.points expected a whole number, found a list",
        ]
    );
}

#[test]
fn what_follows_from_a_mistake_is_not_told_again() {
    assert_eq!(found(r#"{"zone": 1}"#), ["wrong_type zone"]);
    assert_eq!(found(r#"{"zonee": "UTC"}"#), ["unknown_field zonee"]);
    assert_eq!(
        found(r#"{"zone":"","limits":{"min":"5","max":1}}"#),
        ["wrong_type limits.min"]
    );
    assert_eq!(
        found(r#"{"zone":"","limits":{"mni":0,"min":5,"max":1}}"#),
        ["invalid_value limits", "unknown_field limits.mni"]
    );
    assert_eq!(
        found(r#"{"zone":"","pairs":[[1,"x"],[-1,2],[3,4]]}"#),
        ["wrong_type pairs[0][1]", "out_of_range pairs[1][0]"]
    );
    assert!(patient::<Program>(r#"{"zone": 1}"#).0.is_none());
    assert_eq!(
        patient::<Program>(r#"{"zone":"","pairs":[[1,"x"],[3,4]]}"#)
            .0
            .unwrap()
            .pairs,
        [(3, 4)]
    );
}

#[test]
fn mistakes_are_bounded() {
    let items: Vec<_> = (0..100_000)
        .map(|n| format!(r#"{{"id":"{n}","scale":"x","name":[],"a{n}":1}}"#))
        .collect();
    let (program, mistakes) = patient::<Program>(&format!(
        r#"{{"zone":"","accounts":[{}]}}"#,
        items.join(",")
    ));
    assert_eq!(mistakes.len(), MISTAKES_MAX);
    assert!(program.is_none());
    let keys: Vec<_> = (0..200_000)
        .map(|n| format!(r#""k{}":1"#, n % 100_000))
        .collect();
    let (_, mistakes) = patient::<Program>(&format!("{{{}}}", keys.join(",")));
    assert_eq!(mistakes.len(), MISTAKES_MAX);
    let bad: Vec<_> = (0..200_000)
        .map(|n| format!(r#""k{n}":{}"#, if n % 2_000 == 0 { "1" } else { "\"\"" }))
        .collect();
    let (program, mistakes) =
        patient::<Program>(&format!(r#"{{"zone":"","names":{{{}}}}}"#, bad.join(",")));
    assert_eq!(
        (program.unwrap().names.len(), mistakes.len()),
        (199_900, 100)
    );
}
