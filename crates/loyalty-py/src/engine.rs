//! `loyalty.Engine`.

use loyalty_core::{self as core, Detail};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyTuple, PyType};

use crate::call::{call, is_long};
use crate::event;
use crate::member::Member;
use crate::outcome::Outcome;
use crate::output;
use crate::program::{self, Program};
use crate::time;

/// The engine of one program. It never changes: share it between threads.
///
/// >>> from datetime import datetime, timezone
/// >>> engine = Engine({
/// ...     "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
/// ...     "accounts": [{"id": "points"}],
/// ...     "earn": [{"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}}],
/// ... })
/// >>> member = Member("m-1")
/// >>> outcome = engine.apply(member, {
/// ...     "id": "e-1", "at": datetime(2026, 3, 1, 10, tzinfo=timezone.utc),
/// ...     "purchase": {"order": "o-1", "lines": [{"sku": "tea", "quantity": 2, "price": "12.50"}]},
/// ... })
/// >>> member.balance("points")
/// 25
/// >>> outcome.receipt["total"]["paid"]
/// Decimal('25.00')
#[pyclass(module = "loyalty", frozen)]
pub(crate) struct Engine {
    engine: core::Engine,
}

fn detail(trace: bool) -> Detail {
    if trace { Detail::Trace } else { Detail::Plain }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (program, /))]
    fn new(program: &Bound<'_, PyAny>) -> PyResult<Self> {
        let engine = core::Engine::new(program::from_python(program)?);
        Ok(Self { engine })
    }

    /// The program.
    #[getter]
    fn program(&self) -> Program {
        Program {
            rules: self.engine.program().clone(),
        }
    }

    /// Takes an event: everything that is due before it happens first, then the event itself, then what follows from it.
    ///
    /// An event that was taken before changes nothing, and is answered with `duplicate`. If an exception is raised, the member is
    /// exactly as it was. With `trace=True` the outcome also says why each rule did or did not give.
    #[pyo3(signature = (member, event, *, trace=false))]
    fn apply(
        &self,
        member: &Bound<'_, Member>,
        event: &Bound<'_, PyAny>,
        trace: bool,
    ) -> PyResult<Outcome> {
        let given = event::from_python(event)?;
        let (bytes, member) = (given.bytes(), member.get());
        call(event.py(), bytes.len(), || {
            let event = core::Event::from_json(bytes)?;
            let mut member = member.change()?;
            Ok(self.engine.apply_with(&mut member, &event, detail(trace))?)
        })
        .map(Outcome::new)
    }

    /// What `apply` would answer, without changing the member.
    #[pyo3(signature = (member, event, *, trace=false))]
    fn quote(
        &self,
        member: &Bound<'_, Member>,
        event: &Bound<'_, PyAny>,
        trace: bool,
    ) -> PyResult<Outcome> {
        let given = event::from_python(event)?;
        let (py, bytes) = (event.py(), given.bytes());
        let state = member.get().read(py);
        let quote = |member: &core::Member| {
            let event = core::Event::from_json(bytes)?;
            Ok(self.engine.quote_with(member, &event, detail(trace))?)
        };
        if is_long(bytes.len()) {
            // A copy, so that a long quote does not keep another thread from the member.
            let copy = state.clone();
            drop(state);
            call(py, bytes.len(), || quote(&copy))
        } else {
            call(py, 0, || quote(&state))
        }
        .map(Outcome::new)
    }

    /// Brings a member to an instant (an aware datetime, or RFC 3339 text): everything that is due until then happens.
    fn advance(&self, member: &Bound<'_, Member>, to: &Bound<'_, PyAny>) -> PyResult<Outcome> {
        let (py, to) = (member.py(), time::instant(to, "to")?);
        let member = member.get();
        call(py, 0, || {
            let mut member = member.change()?;
            Ok(self.engine.advance(&mut member, to)?)
        })
        .map(Outcome::new)
    }

    /// When time alone changes the member next, in UTC: index it, and call `advance` for the members that are due.
    fn next_due<'py>(
        &self,
        member: &Bound<'py, Member>,
    ) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        let py = member.py();
        let state = member.get().read(py);
        let due = call(py, 0, || Ok(self.engine.next_due(&state)))?;
        drop(state);
        due.map(|instant| time::datetime(py, instant)).transpose()
    }

    /// Where a member stands in each track, and what is missing for the other rungs and for keeping the present one.
    fn progress<'py>(&self, member: &Bound<'py, Member>) -> PyResult<Bound<'py, PyAny>> {
        let py = member.py();
        let state = member.get().read(py);
        let progress = call(py, 0, || Ok(self.engine.progress(&state)))?;
        drop(state);
        let text = serde_json::to_string(&progress).unwrap_or_default();
        output::object(py, &text)
    }

    fn __repr__(&self) -> String {
        format!("Engine('{}')", self.engine.program().id())
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        let text = slf.get().engine.program().to_json();
        Ok((slf.get_type(), PyTuple::new(slf.py(), [text])?))
    }
}
