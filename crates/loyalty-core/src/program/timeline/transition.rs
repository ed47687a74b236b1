//! A transition: the rules of a version, with those of the version before that are kept in the place of its own.

use serde_json::Value;

use super::rules::Transition;
use crate::error::{Code, Error};
use crate::program::{Program, Rules};

/// What every version has in common with the others, or cannot keep of them.
const OWN: [&str; 6] = ["schema", "id", "version", "currency", "timezone", "name"];

/// The program of a transition between two versions.
pub(super) fn program(
    before: &Rules,
    after: &Rules,
    rule: &Transition,
) -> Result<Program, Vec<Error>> {
    let (Ok(old), Ok(mut new)) = (serde_json::to_value(before), serde_json::to_value(after)) else {
        let words = "the rules of a version cannot be written";
        return Err(vec![Error::new(Code::Internal, words)]);
    };
    let mut mistakes = Vec::new();
    if rule.keep.is_empty() {
        let words = "say what is kept of the version before";
        mistakes.push(Error::at(Code::MissingField, "keep", words));
    }
    for (place, kept) in rule.keep.iter().enumerate() {
        let part = kept.part.as_str();
        let known = old.get(part).is_some() || new.get(part).is_some();
        if !known || OWN.contains(&part) {
            let words = format!("neither version has a part `{part}` that could be kept");
            let path = format!("keep[{place}].part");
            mistakes.push(Error::at(Code::UnknownReference, path, words));
            continue;
        }
        if kept.ids.is_empty() {
            put(&mut new, part, old.get(part).cloned());
            continue;
        }
        for (number, id) in kept.ids.iter().enumerate() {
            let named = |one: &Value| one.get("id").and_then(Value::as_str) == Some(id.as_str());
            let rules = old.get(part).and_then(Value::as_array);
            let Some(rule) = rules.and_then(|rules| rules.iter().find(|one| named(one))) else {
                let words = format!("the version before has no `{id}` in `{part}`");
                let path = format!("keep[{place}].ids[{number}]");
                mistakes.push(Error::at(Code::UnknownReference, path, words));
                continue;
            };
            let list = new.get(part).and_then(Value::as_array);
            let mut list = list.cloned().unwrap_or_default();
            match list.iter_mut().find(|one| named(one)) {
                Some(there) => there.clone_from(rule),
                None => list.push(rule.clone()),
            }
            put(&mut new, part, Some(Value::Array(list)));
        }
    }
    put(&mut new, "version", Some(rule.version.as_str().into()));
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    // What is kept may need what only the version before has: that is told as of the program that results.
    Program::from_json(&new.to_string()).map_err(|error| {
        let told = error.details().iter().map(|one| {
            let words = format!("with what is kept, `{}`: {}", one.path(), one.message());
            Error::at(one.code(), "keep", words)
        });
        told.collect()
    })
}

fn put(program: &mut Value, part: &str, value: Option<Value>) {
    let Some(fields) = program.as_object_mut() else {
        return;
    };
    match value {
        Some(value) => fields.insert(part.to_owned(), value),
        None => fields.remove(part),
    };
}
