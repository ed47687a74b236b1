//! Reading a program: every mistake with its path (clause 15.2).

use std::sync::Arc;

use super::{PROGRAM_SCHEMA, Program, Rules, check, compile};
use crate::error::{Code, Error, Result};
use crate::json;
use crate::limits::{MISTAKES_MAX, PROGRAM_BYTES_MAX};

impl Program {
    /// Reads and checks a program.
    ///
    /// # Errors
    /// [`Code::ProgramInvalid`]; its [`details`](Error::details) list every mistake, each with its own code and path, in the order of the document.
    pub fn from_json(json: &(impl AsRef<[u8]> + ?Sized)) -> Result<Self> {
        let bytes = json.as_ref();
        let (node, mut mistakes) =
            json::parse(bytes, PROGRAM_BYTES_MAX).map_err(|error| invalid(vec![error]))?;
        let rules = json::read::<Rules>(&node, &mut mistakes);
        let broken = if mistakes.is_empty() {
            Vec::new()
        } else {
            check::broken(&node)
        };
        let compiled = rules.as_ref().map(|rules| {
            if rules.schema != PROGRAM_SCHEMA {
                let words = format!(
                    "this engine reads programs of schema {PROGRAM_SCHEMA}, not {}",
                    rules.schema
                );
                mistakes.push(Error::at(Code::UnsupportedSchema, "schema", words));
            }
            check::check(rules, &mut mistakes);
            compile::program(rules, broken, &mut mistakes)
        });
        match (rules, compiled) {
            (Some(rules), Some(compiled)) if mistakes.is_empty() => {
                let digest = digest(&rules);
                Ok(Self {
                    rules,
                    digest,
                    compiled: Arc::new(compiled),
                })
            }
            _ => {
                json::in_order(&node, &mut mistakes);
                mistakes.truncate(MISTAKES_MAX);
                Err(invalid(mistakes))
            }
        }
    }
}

fn invalid(mistakes: Vec<Error>) -> Error {
    let words = match mistakes.len() {
        1 => "the program has a mistake".to_owned(),
        n => format!("the program has {n} mistakes"),
    };
    Error::new(Code::ProgramInvalid, words).with_details(mistakes)
}

/// Tells two programs apart; used to know whether something computed earlier was computed under the same rules.
fn digest(rules: &Rules) -> u64 {
    xxhash_rust::xxh3::xxh3_64(serde_json::to_string(rules).unwrap_or_default().as_bytes())
}
