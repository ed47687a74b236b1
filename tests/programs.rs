//! Every program in `examples/programs/` loads, keeps to the committed schema, speaks both languages, uses what it names, and has
//! scenarios.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use loyalty_core::{Program, Timeline};
use loyalty_tests::{load, scenarios_folder};
use serde_json::{Map, Value};

/// What a program defines and does not use itself: the host issues these coupons.
const FOR_THE_HOST: [(&str, &str); 1] = [("starbucks", "gift-card")];
/// Programs that an example runs in place of scenarios, with its test.
const RUN_BY_AN_EXAMPLE: [(&str, &str); 1] = [("grocer", "examples/tests/grocer.rs")];
/// As many scenarios a program has at least.
const SCENARIOS_MIN: usize = 6;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The programs by the names of their files.
fn programs() -> BTreeMap<String, PathBuf> {
    let folder = workspace().join("examples/programs");
    let files =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = files.map(|file| file.unwrap_or_else(|error| panic!("{error}")).path());
    let named = |path: PathBuf| {
        let name = path.file_stem()?.to_string_lossy().into_owned();
        Some((name, path))
    };
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .filter_map(named)
        .collect()
}

#[test]
fn each_loads_and_is_what_it_is_called() {
    for (name, path) in programs() {
        let program = Program::from_json(&read(&path))
            .unwrap_or_else(|error| panic!("{name}: {error}: {:?}", error.details()));
        assert_eq!(program.id().as_str(), name);
        let again = Program::from_json(&program.to_json())
            .unwrap_or_else(|error| panic!("{name}, written and read again: {error}"));
        assert_eq!(again, program, "{name}, written and read again");
    }
}

#[test]
fn timelines_load_and_keep_to_the_schema() {
    let schema = json(&workspace().join("include/timeline.schema.json"));
    let folder = workspace().join("examples/timelines");
    let mut faults = Vec::new();
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let timeline = Timeline::from_json(&read(&path))
            .unwrap_or_else(|error| panic!("{}: {:?}", path.display(), error.details()));
        let again = Timeline::from_json(&timeline.to_json()).unwrap();
        assert_eq!(again, timeline, "{}", path.display());
        check(&schema, &schema, &json(&path), "", &mut faults);
        count += 1;
    }
    assert!(count > 0 && faults.is_empty(), "{faults:?}");
}

#[test]
fn each_keeps_to_the_schema() {
    let schema = json(&workspace().join("include/program.schema.json"));
    for (name, path) in programs() {
        let mut faults = Vec::new();
        check(&schema, &schema, &json(&path), "", &mut faults);
        assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
    }
}

#[test]
fn a_program_that_breaks_the_schema_is_found_out() {
    let schema = json(&workspace().join("include/program.schema.json"));
    let good = serde_json::json!({"schema": 1, "id": "x", "currency": "CNY", "timezone": "UTC", "accounts": [{"id": "points"}]});
    for (pointer, value) in [
        ("/schema", serde_json::json!("1")),
        ("/accounts/0/id", Value::Null),
        ("/accounts/0/overdraw", serde_json::json!("sometimes")),
        ("/accounts/0/expires", serde_json::json!(1)),
        ("/accounts/0/display_scale", serde_json::json!(256)),
        ("/tiers", serde_json::json!([{"id": "club"}])),
    ] {
        let mut program = good.clone();
        let mut faults = Vec::new();
        check(&schema, &schema, &program, "", &mut faults);
        assert_eq!(faults, Vec::<String>::new());
        let (parent, field) = pointer.rsplit_once('/').unwrap_or_default();
        if let Some(Value::Object(parent)) = program.pointer_mut(parent) {
            parent.insert(field.to_owned(), value);
        }
        check(&schema, &schema, &program, "", &mut faults);
        assert!(!faults.is_empty(), "`{pointer}` is not found out");
    }
}

#[test]
fn each_speaks_chinese_and_english() {
    for (name, path) in programs() {
        let program = json(&path);
        for field in ["name", "description"] {
            assert!(program[field].is_object(), "{name} has no {field}");
        }
        each_object(&program, &mut |object| {
            for field in ["name", "description", "text"] {
                let Some(Value::Object(label)) = object.get(field) else {
                    continue;
                };
                let said = |lang| label.get(lang).and_then(Value::as_str).unwrap_or_default();
                assert!(
                    !said("zh").is_empty() && !said("en").is_empty(),
                    "{name}: {label:?} is not said in both languages"
                );
            }
        });
    }
}

#[test]
fn each_uses_what_it_names() {
    for (name, path) in programs() {
        let program = json(&path);
        let mut words = BTreeMap::new();
        texts(&program, &mut words);
        for list in [
            "accounts", "metrics", "segments", "scores", "coupons", "topics",
        ] {
            for one in program[list].as_array().into_iter().flatten() {
                let id = one["id"].as_str().unwrap_or_default();
                let alone = list == "accounts" && program[list].as_array().map_or(0, Vec::len) == 1;
                let said = FOR_THE_HOST.contains(&(name.as_str(), id))
                    || one.pointer("/issue/code").is_some()
                    || one["watch"] == true;
                let used = words.get(id).copied().unwrap_or(0) > 1;
                assert!(
                    alone || said || used,
                    "{name}: nothing uses `{id}` of `{list}`"
                );
            }
        }
    }
}

#[test]
fn each_has_scenarios() {
    let folder = scenarios_folder();
    let scenarios = load(&folder).unwrap_or_else(|words| panic!("{words}"));
    for name in programs().into_keys() {
        if RUN_BY_AN_EXAMPLE.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let file = format!("-program-{name}.json");
        let own = scenarios.iter().filter(|one| one.file.ends_with(&file));
        let ids: Vec<&str> = own.map(|one| one.id.as_str()).collect();
        assert!(
            ids.len() >= SCENARIOS_MIN,
            "{name} has {} scenarios",
            ids.len()
        );
        let prefix = format!("{name}-");
        assert!(
            ids.iter().all(|id| id.starts_with(&prefix)),
            "{name}: {ids:?}"
        );
    }
}

fn each_object(value: &Value, see: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(object);
            object.values().for_each(|one| each_object(one, see));
        }
        Value::Array(list) => list.iter().for_each(|one| each_object(one, see)),
        _ => {}
    }
}

/// How often each text stands in a document.
fn texts(value: &Value, words: &mut BTreeMap<String, usize>) {
    match value {
        Value::Object(object) => object.values().for_each(|one| texts(one, words)),
        Value::Array(list) => list.iter().for_each(|one| texts(one, words)),
        Value::String(text) => *words.entry(text.clone()).or_insert(0) += 1,
        _ => {}
    }
}

/// What is wrong with a value by a schema, with the places. Knows what our schemas say; another keyword is an error, so that nothing is
/// passed over. Patterns are held by loading.
fn check(root: &Value, schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
    let schema = match schema {
        Value::Bool(true) => return,
        Value::Object(schema) => schema,
        other => panic!("`{other}` is no schema"),
    };
    for (keyword, said) in schema {
        let wrong = match keyword.as_str() {
            "description" | "default" | "title" | "format" | "pattern" | "$defs" | "$schema" => {
                None
            }
            "$ref" => {
                let pointer = said.as_str().and_then(|to| to.strip_prefix('#'));
                let to = pointer.and_then(|to| root.pointer(to));
                check(root, to.unwrap_or(&Value::Null), value, path, faults);
                None
            }
            "type" => (!is_one_of(said, |kind| is_a(kind, value))).then(|| format!("is no {said}")),
            "const" => (value != said).then(|| format!("is not {said}")),
            "enum" => (!is_one_of(said, |one| one == value)).then(|| format!("is not in {said}")),
            "anyOf" | "oneOf" => alternatives(root, said, value, path, keyword == "oneOf"),
            "properties" => {
                for (field, schema) in said.as_object().into_iter().flatten() {
                    if let Some(inner) = value.get(field) {
                        check(root, schema, inner, &format!("{path}/{field}"), faults);
                    }
                }
                None
            }
            "additionalProperties" => {
                let known: BTreeSet<&String> = schema
                    .get("properties")
                    .and_then(Value::as_object)
                    .map(|all| all.keys().collect())
                    .unwrap_or_default();
                let fields = value.as_object().into_iter().flatten();
                for (field, inner) in fields.filter(|(field, _)| !known.contains(field)) {
                    match said {
                        Value::Bool(false) => faults.push(format!("{path}/{field} is not known")),
                        schema => check(root, schema, inner, &format!("{path}/{field}"), faults),
                    }
                }
                None
            }
            "required" => {
                let fields = said.as_array().into_iter().flatten();
                let absent = |field: &&Value| {
                    value.is_object() && value.get(field.as_str().unwrap_or_default()).is_none()
                };
                let absent: Vec<&Value> = fields.filter(absent).collect();
                (!absent.is_empty()).then(|| format!("lacks {absent:?}"))
            }
            "items" | "prefixItems" => {
                for (place, inner) in value.as_array().into_iter().flatten().enumerate() {
                    let schema = match said {
                        Value::Array(places) => places.get(place).unwrap_or(&Value::Bool(true)),
                        all => all,
                    };
                    check(root, schema, inner, &format!("{path}/{place}"), faults);
                }
                None
            }
            "minimum" => (value.as_i64() < said.as_i64() && value.is_i64())
                .then(|| format!("is less than {said}")),
            "maximum" => (value.as_u64() > said.as_u64()).then(|| format!("is more than {said}")),
            "minItems" | "minLength" => (size(value).is_some_and(|n| Some(n) < said.as_u64()))
                .then(|| "is short".to_owned()),
            "maxItems" | "maxLength" => {
                (size(value).is_some_and(|n| Some(n) > said.as_u64())).then(|| "is long".to_owned())
            }
            other => panic!("the schema says `{other}`: teach this test what that means"),
        };
        faults.extend(wrong.map(|wrong| format!("{path} {wrong}")));
    }
}

/// What is wrong where one of several schemas must hold.
fn alternatives(root: &Value, all: &Value, value: &Value, path: &str, one: bool) -> Option<String> {
    let all = all.as_array().into_iter().flatten();
    let tried: Vec<Vec<String>> = all
        .map(|schema| {
            let mut faults = Vec::new();
            check(root, schema, value, path, &mut faults);
            faults
        })
        .collect();
    let hold = tried.iter().filter(|faults| faults.is_empty()).count();
    match hold {
        0 => Some(format!(
            "fits nothing: {:?}",
            tried.iter().min_by_key(|faults| faults.len())
        )),
        1 => None,
        _ => one.then(|| format!("fits {hold} of what it may be only one of")),
    }
}

fn is_one_of(all: &Value, holds: impl Fn(&Value) -> bool) -> bool {
    match all {
        Value::Array(all) => all.iter().any(holds),
        one => holds(one),
    }
}

fn is_a(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap_or_default() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("`{other}` is no type"),
    }
}

/// How many elements or characters there are.
fn size(value: &Value) -> Option<u64> {
    let size = match value {
        Value::Array(list) => list.len(),
        Value::String(text) => text.chars().count(),
        _ => return None,
    };
    u64::try_from(size).ok()
}
