//! `loyalty.Engine`.

use loyalty_core::{self as core, Detail};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict, PyString, PyTuple, PyType};

use crate::call::{call, is_long};
use crate::event;
use crate::input;
use crate::member::Member;
use crate::outcome::Outcome;
use crate::output;
use crate::program::{self, Program};
use crate::time;

/// The engine of one program, or of its versions in time. It never changes: share it between threads.
///
/// Of a timeline, `{"schema": 1, "versions": [{"program": ...}, {"starts": "2027-01-01", "program": ...}]}`, each event is judged by
/// the version to which the member has come.
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

fn detail(trace: bool, receipt: bool) -> PyResult<Detail> {
    match (trace, receipt) {
        (false, false) => Ok(Detail::Entries),
        (false, true) => Ok(Detail::Plain),
        (true, true) => Ok(Detail::Trace),
        (true, false) => Err(PyValueError::new_err(
            "a trace comes with the receipt: leave out `trace` or `receipt=False`",
        )),
    }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (program, /))]
    fn new(program: &Bound<'_, PyAny>) -> PyResult<Self> {
        let engine = core::Engine::new(program::timeline(program)?);
        Ok(Self { engine })
    }

    /// The program; of a timeline its last version.
    #[getter]
    fn program(&self) -> Program {
        Program {
            rules: self.engine.program().clone(),
        }
    }

    /// The version of the program under which a member stands.
    fn program_of(&self, member: &Bound<'_, Member>) -> Program {
        let state = member.get().read(member.py());
        Program {
            rules: self.engine.program_of(&state).clone(),
        }
    }

    /// Takes an event: everything that is due before it happens first, then the event itself, then what follows from it.
    ///
    /// An event that was taken before changes nothing, and is answered with `duplicate`. If an exception is raised, the member is
    /// exactly as it was. With `trace=True` the outcome also says why each rule did or did not give; with `receipt=False` it has the
    /// entries and no receipts, which takes less time.
    #[pyo3(signature = (member, event, *, trace=false, receipt=true))]
    fn apply(
        &self,
        member: &Bound<'_, Member>,
        event: &Bound<'_, PyAny>,
        trace: bool,
        receipt: bool,
    ) -> PyResult<Outcome> {
        let detail = detail(trace, receipt)?;
        let given = event::from_python(event)?;
        let (bytes, member) = (given.bytes(), member.get());
        call(event.py(), bytes.len(), || {
            let event = core::Event::from_json(bytes)?;
            let mut member = member.change()?;
            Ok(self.engine.apply_with(&mut member, &event, detail)?)
        })
        .map(Outcome::new)
    }

    /// What `apply` would answer, without changing the member.
    #[pyo3(signature = (member, event, *, trace=false, receipt=true))]
    fn quote(
        &self,
        member: &Bound<'_, Member>,
        event: &Bound<'_, PyAny>,
        trace: bool,
        receipt: bool,
    ) -> PyResult<Outcome> {
        let detail = detail(trace, receipt)?;
        let given = event::from_python(event)?;
        let (py, bytes) = (event.py(), given.bytes());
        let state = member.get().read(py);
        let quote = |member: &core::Member| {
            let event = core::Event::from_json(bytes)?;
            Ok(self.engine.quote_with(member, &event, detail)?)
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

    /// Where a member stands in each track, what is missing for the other rungs and for keeping the present one, and how far the
    /// member is in each task: `{"tracks": [...], "tasks": [...]}`.
    fn progress<'py>(&self, member: &Bound<'py, Member>) -> PyResult<Bound<'py, PyAny>> {
        let py = member.py();
        let state = member.get().read(py);
        let progress = call(py, 0, || Ok(self.engine.progress(&state)))?;
        drop(state);
        let text = serde_json::to_string(&progress).unwrap_or_default();
        output::object(py, &text)
    }

    /// What a member is entitled to, benefit by benefit: a value, or how many units are left and when there are more; where the
    /// member is not entitled, what is lacking.
    fn benefits<'py>(&self, member: &Bound<'py, Member>) -> PyResult<Bound<'py, PyAny>> {
        let py = member.py();
        let state = member.get().read(py);
        let rows = call(py, 0, || Ok(self.engine.benefits(&state)))?;
        drop(state);
        output::object(py, &serde_json::to_string(&rows).unwrap_or_default())
    }

    /// The figures of a member in a ranking of the program at an instant (an aware datetime, or RFC 3339 text), if nothing happens
    /// until then: `{"figures": [...], "key": ...}`. Sort members by `key`, and the best one is the first. None where the ranking does
    /// not take the member, before the first event, and after the end of a membership.
    ///
    /// >>> engine = Engine({
    /// ...     "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
    /// ...     "metrics": [{"id": "spend", "measure": "spend"}],
    /// ...     "rankings": [{"id": "best", "by": [{"metric": "spend"}]}],
    /// ... })
    /// >>> def rank(name, price):
    /// ...     member = Member(name)
    /// ...     engine.apply(member, {
    /// ...         "id": "e-1", "at": "2026-03-01T10:00:00+08:00",
    /// ...         "purchase": {"order": "o-1", "lines": [{"sku": "tea", "price": price}]},
    /// ...     })
    /// ...     return engine.ranking(member, "best", "2026-03-31T23:00:00+08:00")
    /// >>> ranks = {name: rank(name, price) for name, price in [("m-1", "8.00"), ("m-2", "12.00")]}
    /// >>> sorted(ranks, key=lambda name: ranks[name]["key"])
    /// ['m-2', 'm-1']
    /// >>> ranks["m-2"]["figures"]
    /// [{'of': 'spend', 'value': '12.00'}]
    #[pyo3(signature = (member, id, at))]
    fn ranking<'py>(
        &self,
        member: &Bound<'py, Member>,
        id: &Bound<'py, PyString>,
        at: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (py, id, at) = (
            member.py(),
            input::utf8(id, "id")?,
            time::instant(at, "at")?,
        );
        let state = member.get().read(py);
        let rank = call(py, 0, || Ok(self.engine.ranking(&state, id, at)?))?;
        drop(state);
        let text = rank.map(|rank| serde_json::to_string(&rank).unwrap_or_default());
        text.map(|text| output::object(py, &text)).transpose()
    }

    /// The available points of each account by the instants at which they expire, up to the end of a day (a date, or a text like
    /// `2026-12-31`), then one row for the rest, less what is owed. The rows of an account sum to its balance.
    #[pyo3(signature = (member, *, by))]
    fn expiring<'py>(
        &self,
        member: &Bound<'py, Member>,
        by: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, by) = (member.py(), time::day(by, "by")?);
        let state = member.get().read(py);
        let rows = call(py, 0, || Ok(self.engine.expiring(&state, by)?))?;
        drop(state);
        output::object(py, &serde_json::to_string(&rows).unwrap_or_default())
    }

    /// The points of each account by the month in which they were earned and the month in which they expire, with what they cost
    /// and are expected to cost where the program says so.
    fn liability<'py>(&self, member: &Bound<'py, Member>) -> PyResult<Bound<'py, PyAny>> {
        let py = member.py();
        let state = member.get().read(py);
        let rows = call(py, 0, || Ok(self.engine.liability(&state)?))?;
        drop(state);
        output::object(py, &serde_json::to_string(&rows).unwrap_or_default())
    }

    /// What a leaf of a condition lacks, in a sentence: `unmet` is an element of a list of that name, as a trace or a progress has it.
    ///
    /// Names and days are those of the program. `messages` puts other texts in the place of the built-in ones:
    /// `{"en": {"metric": "Only {missing} to go!"}}`.
    #[pyo3(signature = (unmet, lang="en", *, messages=None))]
    fn sentence(
        &self,
        unmet: &Bound<'_, PyDict>,
        lang: &str,
        messages: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<String> {
        let unmet_json = input::event(unmet)?;
        let texts = messages.map(input::event).transpose()?;
        call(unmet.py(), 0, || {
            let (unmet, program) = self.engine.unmet(&unmet_json)?;
            let messages = match &texts {
                Some(texts) => core::Messages::from_json(texts)?,
                None => core::Messages::new(),
            };
            Ok(messages.named(program).sentence(&unmet, lang))
        })
    }

    fn __repr__(&self) -> String {
        format!("Engine('{}')", self.engine.program().id())
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        let text = slf.get().engine.timeline().to_json();
        Ok((slf.get_type(), PyTuple::new(slf.py(), [text])?))
    }
}
