//! `loyalty.Outcome`.

use std::sync::OnceLock;

use loyalty_core::{self as core, Instant};
use pyo3::prelude::*;
use pyo3::types::{PyAnyMethods, PyDateTime, PyString, PyTuple, PyType};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::input::utf8;
use crate::output;
use crate::time::datetime;

/// What the engine answers to an event, or to the passing of time.
///
/// `entries` and `messages` are the rows of a journal and an outbox: plain data, ready for `json.dumps`, money and times as text.
/// In `receipt` and `returned` money is `Decimal`, but for the figures of what is unmet.
#[pyclass(module = "loyalty", frozen)]
pub(crate) struct Outcome {
    /// What the engine said, until its text is asked for.
    said: Option<core::Outcome>,
    text: OnceLock<String>,
    duplicate: bool,
    version: u64,
    next_due: Option<Instant>,
}

/// The parts of an outcome's text.
#[derive(Deserialize)]
struct Parts<'t> {
    #[serde(default)]
    duplicate: bool,
    #[serde(borrow)]
    entries: &'t RawValue,
    #[serde(borrow)]
    messages: &'t RawValue,
    #[serde(borrow, default)]
    receipt: Option<&'t RawValue>,
    #[serde(borrow, default)]
    returned: Option<&'t RawValue>,
    #[serde(borrow, default)]
    trace: Option<&'t RawValue>,
    version: u64,
    next_due: Option<Instant>,
}

impl Outcome {
    pub(crate) fn new(said: core::Outcome) -> Self {
        Self {
            duplicate: said.duplicate,
            version: said.version,
            next_due: said.next_due,
            said: Some(said),
            text: OnceLock::new(),
        }
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| match &self.said {
            Some(said) => said.to_json(),
            None => String::new(),
        })
    }

    fn parts(&self) -> PyResult<Parts<'_>> {
        parts(self.text())
    }
}

fn parts(text: &str) -> PyResult<Parts<'_>> {
    serde_json::from_str(text)
        .map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))
}

#[pymethods]
impl Outcome {
    /// Reads what `to_json` wrote.
    #[classmethod]
    #[pyo3(signature = (document, /))]
    fn from_json(_class: &Bound<'_, PyType>, document: &Bound<'_, PyString>) -> PyResult<Self> {
        let text = utf8(document, "")?;
        let parts = parts(text)?;
        Ok(Self {
            said: None,
            duplicate: parts.duplicate,
            version: parts.version,
            next_due: parts.next_due,
            text: OnceLock::from(text.to_owned()),
        })
    }

    /// What changed and why, in order: the rows of a journal, as plain data.
    #[getter]
    fn entries<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        output::object(py, self.parts()?.entries.get())
    }

    /// Events that belong to other members, as plain data.
    #[getter]
    fn messages<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        output::object(py, self.parts()?.messages.get())
    }

    /// For a purchase or a return: every line, to the minor unit, with money as `Decimal`; else None.
    #[getter]
    fn receipt<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let receipt = self.parts()?.receipt;
        receipt
            .map(|receipt| output::receipt(py, receipt.get()))
            .transpose()
    }

    /// For an exchange: what goes back, as a receipt (`receipt` is what is bought); else None.
    #[getter]
    fn returned<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let returned = self.parts()?.returned;
        returned
            .map(|receipt| output::receipt(py, receipt.get()))
            .transpose()
    }

    /// Of every rule, why it did or did not give; None if it was not asked for.
    #[getter]
    fn trace<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let trace = self.parts()?.trace;
        trace
            .map(|trace| output::object(py, trace.get()))
            .transpose()
    }

    /// Whether the event was known already: then nothing changed, and the first answer holds.
    #[getter]
    fn duplicate(&self) -> bool {
        self.duplicate
    }

    /// The version of the member after it.
    #[getter]
    fn version(&self) -> u64 {
        self.version
    }

    /// When time alone will change the member next, in UTC.
    #[getter]
    fn next_due<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        self.next_due
            .map(|instant| datetime(py, instant))
            .transpose()
    }

    /// The outcome as canonical JSON: the same bytes in every language.
    fn to_json(&self) -> &str {
        self.text()
    }

    /// The outcome as plain data: what `json.loads(outcome.to_json())` gives.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        output::object(py, self.text())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.text() == other.text()
    }

    fn __hash__(&self) -> u64 {
        self.version
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<String> {
        let mut text = format!("Outcome(version={}", self.version);
        if self.duplicate {
            text.push_str(", duplicate=True");
        }
        // `earned 120 points, tier silver`: what a reader of a log wants first.
        let entries = output::object(py, self.parts()?.entries.get())?;
        let mut words = Vec::new();
        for entry in entries.try_iter()?.take(8) {
            let last = entry?.call_method0("popitem")?;
            let (kind, change) = (last.get_item(0)?.to_string(), last.get_item(1)?);
            let field = |name: &str| change.get_item(name).map(|value| value.to_string());
            words.push(match field("points") {
                Ok(points) => format!("{kind} {points}"),
                Err(_) => match field("to") {
                    Ok(to) => format!("{kind} {to}"),
                    Err(_) => kind,
                },
            });
        }
        let more = entries.len()?.saturating_sub(words.len());
        if !words.is_empty() {
            text.push_str(&format!(", entries=[{}", words.join(", ")));
            if more > 0 {
                text.push_str(&format!(", and {more} more"));
            }
            text.push(']');
        }
        if let Some(due) = self.next_due {
            text.push_str(&format!(", next_due={due}"));
        }
        text.push(')');
        Ok(text)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let make = slf.get_type().getattr("from_json")?;
        Ok((make, PyTuple::new(slf.py(), [slf.get().text()])?))
    }
}
