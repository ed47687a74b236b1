//! `loyalty.Event`.

use loyalty_core::{self as core, Instant};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDateTime, PyDict, PyString, PyTuple, PyType};

use crate::call::call;
use crate::input;
use crate::time::datetime;

/// A fact that a host reports about one member: read from JSON or a dict, or made by `Event.purchase(...)` and its kin.
///
/// Money is `Decimal` or text, never `float`; a time is an aware `datetime` (or RFC 3339 text). Wherever an event is asked for, a
/// plain dict of the same shape will do.
///
/// >>> from datetime import datetime, timezone
/// >>> Event.purchase("e-1", datetime(2026, 3, 1, 10, tzinfo=timezone.utc), order="o-1",
/// ...     lines=[{"sku": "tea", "quantity": 2, "price": "12.50"}])
/// Event('e-1', purchase, at=2026-03-01T10:00:00Z)
#[pyclass(module = "loyalty", frozen)]
pub(crate) struct Event {
    text: Vec<u8>,
    id: String,
    kind: &'static str,
    at: Instant,
    member: Option<String>,
}

/// The bytes of an event from what Python calls one.
pub(crate) enum Given<'g> {
    Held(&'g [u8]),
    Written(Vec<u8>),
}

impl Given<'_> {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Held(bytes) => bytes,
            Self::Written(bytes) => bytes,
        }
    }
}

pub(crate) fn from_python<'g>(event: &'g Bound<'_, PyAny>) -> PyResult<Given<'g>> {
    if let Ok(event) = event.cast::<Event>() {
        Ok(Given::Held(&event.get().text))
    } else if let Ok(dict) = event.cast::<PyDict>() {
        input::event(dict).map(Given::Written)
    } else {
        let mut words = format!(
            "an event is an Event or a dict, not {}",
            input::type_name(event)
        );
        if event.is_instance_of::<PyString>() || event.is_instance_of::<PyBytes>() {
            words.push_str(": read JSON with Event.from_json");
        }
        Err(pyo3::exceptions::PyTypeError::new_err(words))
    }
}

impl Event {
    fn read(py: Python<'_>, text: Vec<u8>) -> PyResult<Self> {
        let (id, kind, at, member) = call(py, text.len(), || {
            let event = core::Event::from_json(&text)?;
            Ok((
                event.id().to_owned(),
                event.kind(),
                event.at().instant,
                event.member().map(str::to_owned),
            ))
        })?;
        Ok(Self {
            text,
            id,
            kind,
            at,
            member,
        })
    }
}

/// What every event may carry.
struct Common<'a, 'py> {
    id: &'a Bound<'py, PyAny>,
    at: &'a Bound<'py, PyAny>,
    rest: [(&'static str, Option<&'a Bound<'py, PyAny>>); 5],
}

impl<'py> Common<'_, 'py> {
    /// Makes the event of a kind, with the fields of its body; those that are None are left out.
    fn with(self, kind: &str, body: &[(&str, Option<&Bound<'py, PyAny>>)]) -> PyResult<Event> {
        let py = self.id.py();
        let (event, inner) = (PyDict::new(py), PyDict::new(py));
        event.set_item("id", self.id)?;
        event.set_item("at", self.at)?;
        for (name, value) in self.rest {
            if let Some(value) = value {
                event.set_item(name, value)?;
            }
        }
        for (name, value) in body {
            if let Some(value) = value {
                inner.set_item(name, value)?;
            }
        }
        event.set_item(kind, inner)?;
        Event::read(py, input::event(&event)?)
    }
}

type Any<'a, 'py> = &'a Bound<'py, PyAny>;
type Maybe<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

fn common<'a, 'py>(
    id: Any<'a, 'py>,
    at: Any<'a, 'py>,
    [seq, member, channel, store, attributes]: [Maybe<'a, 'py>; 5],
) -> Common<'a, 'py> {
    Common {
        id,
        at,
        rest: [
            ("seq", seq),
            ("member", member),
            ("channel", channel),
            ("store", store),
            ("attributes", attributes),
        ],
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "they are keyword arguments in Python"
)]
#[pymethods]
impl Event {
    /// Reads an event from JSON text or bytes, and checks it.
    #[classmethod]
    #[pyo3(signature = (document, /))]
    fn from_json(_class: &Bound<'_, PyType>, document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let bytes = if let Ok(text) = document.cast::<PyString>() {
            input::utf8(text, "")?.as_bytes()
        } else if let Ok(bytes) = document.cast::<PyBytes>() {
            bytes.as_bytes()
        } else {
            let words = format!(
                "the JSON of an event is str or bytes, not {}",
                input::type_name(document)
            );
            return Err(pyo3::exceptions::PyTypeError::new_err(words));
        };
        Self::read(document.py(), bytes.to_vec())
    }

    /// Reads an event from a dict, and checks it.
    #[classmethod]
    #[pyo3(signature = (document, /))]
    fn from_dict(_class: &Bound<'_, PyType>, document: &Bound<'_, PyDict>) -> PyResult<Self> {
        Self::read(document.py(), input::event(document)?)
    }

    /// The member joins.
    #[staticmethod]
    #[pyo3(signature = (id, at, *, birthday=None, timezone=None, profile=None, tags=None,
        referrer=None, seq=None, member=None, channel=None, store=None, attributes=None))]
    fn enroll(
        id: Any<'_, '_>,
        at: Any<'_, '_>,
        birthday: Maybe<'_, '_>,
        timezone: Maybe<'_, '_>,
        profile: Maybe<'_, '_>,
        tags: Maybe<'_, '_>,
        referrer: Maybe<'_, '_>,
        seq: Maybe<'_, '_>,
        member: Maybe<'_, '_>,
        channel: Maybe<'_, '_>,
        store: Maybe<'_, '_>,
        attributes: Maybe<'_, '_>,
    ) -> PyResult<Self> {
        common(id, at, [seq, member, channel, store, attributes]).with(
            "enroll",
            &[
                ("birthday", birthday),
                ("timezone", timezone),
                ("attributes", profile),
                ("tags", tags),
                ("referrer", referrer),
            ],
        )
    }

    /// Something about the member changes; what is not named stays, an attribute that is None is cleared.
    #[staticmethod]
    #[pyo3(signature = (id, at, *, birthday=None, timezone=None, profile=None, tags=None,
        seq=None, member=None, channel=None, store=None, attributes=None))]
    fn profile(
        id: Any<'_, '_>,
        at: Any<'_, '_>,
        birthday: Maybe<'_, '_>,
        timezone: Maybe<'_, '_>,
        profile: Maybe<'_, '_>,
        tags: Maybe<'_, '_>,
        seq: Maybe<'_, '_>,
        member: Maybe<'_, '_>,
        channel: Maybe<'_, '_>,
        store: Maybe<'_, '_>,
        attributes: Maybe<'_, '_>,
    ) -> PyResult<Self> {
        common(id, at, [seq, member, channel, store, attributes]).with(
            "profile",
            &[
                ("birthday", birthday),
                ("timezone", timezone),
                ("attributes", profile),
                ("tags", tags),
            ],
        )
    }

    /// Tags are set and cleared.
    #[staticmethod]
    #[pyo3(signature = (id, at, *, add=None, remove=None,
        seq=None, member=None, channel=None, store=None, attributes=None))]
    fn tags(
        id: Any<'_, '_>,
        at: Any<'_, '_>,
        add: Maybe<'_, '_>,
        remove: Maybe<'_, '_>,
        seq: Maybe<'_, '_>,
        member: Maybe<'_, '_>,
        channel: Maybe<'_, '_>,
        store: Maybe<'_, '_>,
        attributes: Maybe<'_, '_>,
    ) -> PyResult<Self> {
        common(id, at, [seq, member, channel, store, attributes])
            .with("tags", &[("add", add), ("remove", remove)])
    }

    /// Something is bought. A line has a `sku` and a `price` of one unit or an `amount` of the line.
    #[staticmethod]
    #[pyo3(signature = (id, at, *, order, lines, shipping=None, discounts=None, rewards=None, coupons=None, declined=None,
        counters=None, tender=None, stored_value=None, hold=None, currency=None, converted=None, seq=None, member=None, channel=None, store=None, attributes=None))]
    fn purchase(
        id: Any<'_, '_>,
        at: Any<'_, '_>,
        order: Any<'_, '_>,
        lines: Any<'_, '_>,
        shipping: Maybe<'_, '_>,
        discounts: Maybe<'_, '_>,
        rewards: Maybe<'_, '_>,
        coupons: Maybe<'_, '_>,
        declined: Maybe<'_, '_>,
        counters: Maybe<'_, '_>,
        tender: Maybe<'_, '_>,
        stored_value: Maybe<'_, '_>,
        hold: Maybe<'_, '_>,
        currency: Maybe<'_, '_>,
        converted: Maybe<'_, '_>,
        seq: Maybe<'_, '_>,
        member: Maybe<'_, '_>,
        channel: Maybe<'_, '_>,
        store: Maybe<'_, '_>,
        attributes: Maybe<'_, '_>,
    ) -> PyResult<Self> {
        common(id, at, [seq, member, channel, store, attributes]).with(
            "purchase",
            &[
                ("order", Some(order)),
                ("currency", currency),
                ("converted", converted),
                ("lines", Some(lines)),
                ("shipping", shipping),
                ("discounts", discounts),
                ("rewards", rewards),
                ("coupons", coupons),
                ("declined", declined),
                ("counters", counters),
                ("tender", tender),
                ("stored_value", stored_value),
                ("hold", hold),
            ],
        )
    }

    /// Something goes back; without `lines`, all of the order that is still out.
    #[staticmethod]
    #[pyo3(signature = (id, at, *, order, lines=None,
        seq=None, member=None, channel=None, store=None, attributes=None))]
    fn returned(
        id: Any<'_, '_>,
        at: Any<'_, '_>,
        order: Any<'_, '_>,
        lines: Maybe<'_, '_>,
        seq: Maybe<'_, '_>,
        member: Maybe<'_, '_>,
        channel: Maybe<'_, '_>,
        store: Maybe<'_, '_>,
        attributes: Maybe<'_, '_>,
    ) -> PyResult<Self> {
        common(id, at, [seq, member, channel, store, attributes])
            .with("return", &[("order", Some(order)), ("lines", lines)])
    }

    /// The member does something that is not a purchase (`check_in`, `survey`, `share` ...).
    #[staticmethod]
    #[pyo3(signature = (id, at, *, kind,
        seq=None, member=None, channel=None, store=None, attributes=None))]
    fn activity(
        id: Any<'_, '_>,
        at: Any<'_, '_>,
        kind: Any<'_, '_>,
        seq: Maybe<'_, '_>,
        member: Maybe<'_, '_>,
        channel: Maybe<'_, '_>,
        store: Maybe<'_, '_>,
        attributes: Maybe<'_, '_>,
    ) -> PyResult<Self> {
        common(id, at, [seq, member, channel, store, attributes])
            .with("activity", &[("kind", Some(kind))])
    }

    /// A person credits or debits points, or reinstates what expired since a day: exactly one of `credit`, `debit` and
    /// `reinstate_since`, and a reason.
    #[staticmethod]
    #[pyo3(signature = (id, at, *, reason, credit=None, debit=None, reinstate_since=None, account=None, active_on=None,
        expires_on=None, overdraw=None, seq=None, member=None, channel=None, store=None, attributes=None))]
    fn adjust(
        id: Any<'_, '_>,
        at: Any<'_, '_>,
        reason: Any<'_, '_>,
        credit: Maybe<'_, '_>,
        debit: Maybe<'_, '_>,
        reinstate_since: Maybe<'_, '_>,
        account: Maybe<'_, '_>,
        active_on: Maybe<'_, '_>,
        expires_on: Maybe<'_, '_>,
        overdraw: Maybe<'_, '_>,
        seq: Maybe<'_, '_>,
        member: Maybe<'_, '_>,
        channel: Maybe<'_, '_>,
        store: Maybe<'_, '_>,
        attributes: Maybe<'_, '_>,
    ) -> PyResult<Self> {
        let reinstate = match reinstate_since {
            Some(since) => {
                let lots = PyDict::new(id.py());
                lots.set_item("since", since)?;
                Some(lots.into_any())
            }
            None => None,
        };
        common(id, at, [seq, member, channel, store, attributes]).with(
            "adjust",
            &[
                ("account", account),
                ("credit", credit),
                ("debit", debit),
                ("reinstate", reinstate.as_ref()),
                ("reason", Some(reason)),
                ("active_on", active_on),
                ("expires_on", expires_on),
                ("overdraw", overdraw),
            ],
        )
    }

    /// An event of any kind (`redeem`, `hold`, `transfer` ...) with the fields of its body as keyword arguments.
    ///
    /// >>> Event.of("e-1", "2026-03-01T10:00:00+08:00", "redeem", reward="coffee", quantity=2)
    /// Event('e-1', redeem, at=2026-03-01T02:00:00Z)
    #[staticmethod]
    #[pyo3(signature = (id, at, kind, /, *, seq=None, member=None, channel=None, store=None, attributes=None, **body))]
    fn of(
        id: Any<'_, '_>,
        at: Any<'_, '_>,
        kind: &str,
        seq: Maybe<'_, '_>,
        member: Maybe<'_, '_>,
        channel: Maybe<'_, '_>,
        store: Maybe<'_, '_>,
        attributes: Maybe<'_, '_>,
        body: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let fields: Vec<(String, Bound<'_, PyAny>)> = match body {
            Some(body) => body
                .iter()
                .map(|(name, value)| Ok((name.extract::<String>()?, value)))
                .collect::<PyResult<_>>()?,
            None => Vec::new(),
        };
        let fields: Vec<(&str, Maybe<'_, '_>)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), Some(value).filter(|value| !value.is_none())))
            .collect();
        common(id, at, [seq, member, channel, store, attributes]).with(kind, &fields)
    }

    /// The id of the event.
    #[getter]
    fn id(&self) -> &str {
        &self.id
    }

    /// When it happened, in UTC.
    #[getter]
    fn at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        datetime(py, self.at)
    }

    /// What it is: `purchase`, `return`, `exchange` (both in one), `activity`, `redeem` ...
    #[getter]
    fn kind(&self) -> &'static str {
        self.kind
    }

    /// The member whom the event names, if it does.
    #[getter]
    fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// The event as JSON, as it was given.
    fn to_json(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    fn __eq__(&self, other: &Self) -> bool {
        match (
            core::Event::from_json(&self.text),
            core::Event::from_json(&other.text),
        ) {
            (Ok(one), Ok(two)) => one == two,
            _ => false,
        }
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.id.hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("Event('{}', {}, at={})", self.id, self.kind, self.at)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let make = slf.get_type().getattr("from_json")?;
        let text = PyBytes::new(slf.py(), &slf.get().text);
        Ok((make, PyTuple::new(slf.py(), [text])?))
    }

    fn __copy__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __deepcopy__<'py>(slf: &Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf.clone()
    }
}
