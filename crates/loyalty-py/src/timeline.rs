//! `loyalty.Timeline`.

use loyalty_core as core;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use crate::output;
use crate::program::{self, Program};

/// The versions of one program, each from its start on, read from JSON text, bytes or a dict, and checked.
///
/// A program alone is a timeline of one version. Every mistake is reported at once, as `ProgramError.details`.
///
/// >>> def shop(version, points):
/// ...     return {
/// ...         "schema": 1, "id": "shop", "version": version, "currency": "CNY", "timezone": "Asia/Shanghai",
/// ...         "accounts": [{"id": "points"}],
/// ...         "earn": [{"id": "base", "give": {"rate": {"points": points, "per": "1.00"}}}],
/// ...     }
/// >>> timeline = Timeline({"schema": 1, "versions": [
/// ...     {"program": shop("2026", 2)},
/// ...     {"starts": "2027-01-01", "program": shop("2027", 1)},
/// ... ]})
/// >>> [program.version for program in timeline.programs]
/// ['2026', '2027']
#[pyclass(module = "loyalty", frozen)]
pub(crate) struct Timeline {
    pub(crate) timeline: core::Timeline,
}

#[pymethods]
impl Timeline {
    #[new]
    #[pyo3(signature = (document, /))]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let timeline = program::timeline(document)?;
        Ok(Self { timeline })
    }

    /// All versions of the program, the earliest first; a transition stands before the version that it leads to.
    #[getter]
    fn programs(&self) -> Vec<Program> {
        let programs = self.timeline.programs().cloned();
        programs.map(|rules| Program { rules }).collect()
    }

    /// The timeline as canonical JSON: defaults filled in, fields in a fixed order. A program alone is written as a program.
    fn to_json(&self) -> String {
        self.timeline.to_json()
    }

    /// The timeline as a dict, defaults filled in.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        output::object(py, &self.timeline.to_json())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.timeline == other.timeline
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.timeline.program().id().as_str().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        let versions = self.timeline.programs().count();
        format!(
            "Timeline('{}', versions={versions})",
            self.timeline.program().id()
        )
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        let text = slf.get().timeline.to_json();
        Ok((slf.get_type(), PyTuple::new(slf.py(), [text])?))
    }

    fn __copy__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __deepcopy__<'py>(slf: &Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf.clone()
    }
}
