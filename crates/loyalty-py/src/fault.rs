//! Errors as Python exceptions. Every error crosses as its canonical JSON; the classes are written in Python (`_errors.py`).

use loyalty_core::{Code, Error};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use serde::Serialize;

/// An error found by this package, before the engine was asked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fault {
    code: Code,
    kind: &'static str,
    path: String,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Fault>,
}

impl Fault {
    pub(crate) fn new(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            kind: code.kind().as_str(),
            path: path.into(),
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// Mistakes of a program, told as the engine tells them.
    pub(crate) fn program(mistakes: Vec<Fault>) -> Self {
        let words = match mistakes.len() {
            1 => "the program has a mistake".to_owned(),
            n => format!("the program has {n} mistakes"),
        };
        Self {
            details: mistakes,
            ..Self::new(Code::ProgramInvalid, "", words)
        }
    }

    pub(crate) fn raise(&self, py: Python<'_>) -> PyErr {
        let text = serde_json::to_string(self).unwrap_or_default();
        from_text(py, &text)
    }
}

/// The exception of an error of the engine.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    from_text(py, &error.to_json())
}

fn from_text(py: Python<'_>, text: &str) -> PyErr {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let made = MAKE
        .get_or_try_init(py, || {
            py.import("loyalty._errors")?
                .getattr("from_json")
                .map(Bound::unbind)
        })
        .and_then(|make| make.bind(py).call1((text,)));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// Every error code of the engine: its text, kind, number and meaning.
#[pyfunction]
pub(crate) fn error_codes() -> Vec<(&'static str, &'static str, u32, String)> {
    Code::ALL
        .iter()
        .map(|code| {
            (
                code.as_str(),
                code.kind().as_str(),
                code.number(),
                code.meaning().trim().to_owned(),
            )
        })
        .collect()
}
