//! What a leaf lacks, read back from the JSON of an outcome.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::amount::{Exact, Money, parse_decimal};
use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::json;
use crate::limits::EVENT_BYTES_MAX;
use crate::metric::{GapOf, Measure};
use crate::outcome::{Amount, Figure, Unmet};
use crate::program::Program;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    leaf: String,
    of: Option<Id>,
    #[serde(default)]
    negated: bool,
    found: Option<Box<RawValue>>,
    needed: Option<Box<RawValue>>,
    missing: Option<Box<RawValue>>,
    from: Option<Instant>,
    since: Option<Date>,
}

/// What the texts of figures are.
#[derive(Clone, Copy)]
enum Written {
    Money,
    Decimal,
    Text,
}

impl Unmet {
    /// Reads what a leaf lacks from the JSON that an outcome or a progress has of it. The program says what its figures are.
    ///
    /// # Errors
    /// A code of kind `fix_input` with the path of the first mistake.
    pub fn from_json(json: &(impl AsRef<[u8]> + ?Sized), program: &Program) -> Result<Self> {
        let wire: Wire = json::from_slice(json.as_ref(), EVENT_BYTES_MAX)?;
        let mut keys = super::Messages::catalogue().map(|(key, ..)| key);
        let known = keys.find(|key| *key == wire.leaf && !["from", "since"].contains(key));
        let Some(leaf) = known else {
            let words = format!("there is no leaf `{}`", wire.leaf);
            return Err(Error::at(Code::InvalidValue, "leaf", words));
        };
        let metrics = &program.rules().metrics;
        let metric = metrics
            .iter()
            .find(|metric| leaf == "metric" && Some(&metric.id) == wire.of.as_ref());
        let written = match (leaf, metric.map(|metric| &metric.measure)) {
            ("total", _)
            | (
                _,
                Some(Measure::Spend | Measure::ListSpend | Measure::Returned | Measure::MeanOrder),
            ) => Written::Money,
            (_, Some(Measure::Sum(_) | Measure::Mean(_) | Measure::Gap(GapOf::Mean {}))) => {
                Written::Decimal
            }
            _ => Written::Text,
        };
        let figure = |raw: Option<Box<RawValue>>, path: &str| {
            let figure = raw.map(|raw| figure(raw.get(), written, program));
            figure.transpose().map_err(|error| error.under(path))
        };
        Ok(Self {
            leaf,
            of: wire.of,
            negated: wire.negated,
            found: figure(wire.found, "found")?,
            needed: figure(wire.needed, "needed")?,
            missing: figure(wire.missing, "missing")?,
            from: wire.from,
            since: wire.since,
        })
    }
}

fn figure(raw: &str, written: Written, program: &Program) -> Result<Figure> {
    match raw.as_bytes().first() {
        Some(b'"') => {
            let text: String = json::from_slice(raw.as_bytes(), EVENT_BYTES_MAX)?;
            match written {
                Written::Text => Ok(Figure::Text(text)),
                Written::Decimal => Ok(Figure::Decimal(Exact(parse_decimal(&text)?))),
                Written::Money => {
                    let currency = program.currency();
                    let money = Money::from_decimal(parse_decimal(&text)?, currency)?;
                    Ok(Figure::Money(Amount::new(money.minor(), currency)))
                }
            }
        }
        Some(b'[') => json::from_slice(raw.as_bytes(), EVENT_BYTES_MAX).map(Figure::OneOf),
        _ => json::from_slice(raw.as_bytes(), EVENT_BYTES_MAX).map(Figure::Number),
    }
}
