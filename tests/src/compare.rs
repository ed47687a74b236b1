//! Comparing what is expected with what was found.

use serde_json::Value;

/// Where the first difference is, and the two values there; none if what was found is as expected.
///
/// An object is compared by the keys that the expected one names, and null is the same as absent. A list has the same length,
/// unless `{"$contains": [...]}` stands in its place: then these elements are in it, in this order.
#[must_use]
pub fn difference(expected: &Value, found: &Value) -> Option<(String, Value, Value)> {
    differs("", expected, found)
}

fn differs(path: &str, expected: &Value, found: &Value) -> Option<(String, Value, Value)> {
    let here = || Some((path.to_owned(), expected.clone(), found.clone()));
    match (expected, found) {
        (Value::Object(wanted), _) if wanted.contains_key("$contains") => {
            match (wanted.get("$contains"), found) {
                (Some(Value::Array(wanted)), Value::Array(found)) if contains(wanted, found) => {
                    None
                }
                _ => here(),
            }
        }
        (Value::Object(wanted), Value::Object(found)) => wanted.iter().find_map(|(key, wanted)| {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            differs(&path, wanted, found.get(key).unwrap_or(&Value::Null))
        }),
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => wanted
            .iter()
            .zip(found)
            .enumerate()
            .find_map(|(place, (wanted, found))| {
                differs(&format!("{path}[{place}]"), wanted, found)
            }),
        _ if expected == found => None,
        _ => here(),
    }
}

fn contains(wanted: &[Value], found: &[Value]) -> bool {
    let mut rest = found.iter();
    wanted
        .iter()
        .all(|wanted| rest.any(|found| difference(wanted, found).is_none()))
}

#[cfg(test)]
mod tests {
    use super::difference;
    use serde_json::json;

    #[test]
    fn only_named_keys_count() {
        let found = json!({"a": 1, "b": [{"c": "x", "d": 2}], "e": {}});
        assert_eq!(difference(&json!({"b": [{"c": "x"}]}), &found), None);
        assert_eq!(difference(&json!({"f": null}), &found), None);
        let (path, wanted, found) = difference(&json!({"b": [{"c": "y"}]}), &found).unwrap();
        assert_eq!(
            (path.as_str(), wanted, found),
            ("b[0].c", json!("y"), json!("x"))
        );
    }

    #[test]
    fn lists_have_one_length_unless_they_contain() {
        let found = json!([1, 2, 3]);
        assert!(difference(&json!([1, 2]), &found).is_some());
        assert_eq!(difference(&json!({"$contains": [1, 3]}), &found), None);
        assert!(difference(&json!({"$contains": [3, 1]}), &found).is_some());
        assert!(difference(&json!({"$contains": [2, 2]}), &found).is_some());
        assert!(difference(&json!({"$contains": []}), &json!(null)).is_some());
    }
}
