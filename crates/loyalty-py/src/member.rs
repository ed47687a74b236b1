//! `loyalty.Member`.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use loyalty_core as core;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyBytes, PyDateTime, PyDict, PyString, PyTuple, PyType};

use crate::call::{Stop, call};
use crate::input::{type_name, utf8};
use crate::time::datetime;

/// Everything that a host stores for one person.
///
/// A member is a value: store `member.to_json()` where you like, and read it back with `Member.from_json`. `version` counts
/// the entries of the journal, for compare-and-swap.
///
/// >>> member = Member("m-1")
/// >>> member
/// Member('m-1', version=0)
/// >>> Member.from_json(member.to_json()) == member
/// True
#[pyclass(module = "loyalty", frozen)]
pub(crate) struct Member {
    state: Mutex<core::Member>,
}

impl Member {
    fn of(state: core::Member) -> Self {
        Self {
            state: Mutex::new(state),
        }
    }

    /// For reading: waits for a thread that is changing the member.
    pub(crate) fn read(&self, py: Python<'_>) -> MutexGuard<'_, core::Member> {
        self.state
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// For changing: refuses while another thread has the member. The order of two events must not be left to chance.
    pub(crate) fn change(&self) -> Result<MutexGuard<'_, core::Member>, Stop> {
        match self.state.try_lock() {
            Ok(state) => Ok(state),
            // The engine itself refuses a member that a defect has left in the middle of a call.
            Err(TryLockError::Poisoned(state)) => Ok(state.into_inner()),
            Err(TryLockError::WouldBlock) => Err(Stop::Busy),
        }
    }
}

#[pymethods]
impl Member {
    #[new]
    #[pyo3(signature = (id, /))]
    fn new(id: &Bound<'_, PyString>) -> PyResult<Self> {
        let text = utf8(id, "id")?;
        call(id.py(), 0, || Ok(core::Member::new(text)?)).map(Self::of)
    }

    /// Reads a stored member, and checks it.
    #[classmethod]
    #[pyo3(signature = (document, /))]
    fn from_json(_class: &Bound<'_, PyType>, document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = document.py();
        let bytes = if let Ok(text) = document.cast::<PyString>() {
            utf8(text, "")?.as_bytes()
        } else if let Ok(bytes) = document.cast::<PyBytes>() {
            bytes.as_bytes()
        } else {
            let words = format!(
                "a stored member is str or bytes, not {}",
                type_name(document)
            );
            return Err(pyo3::exceptions::PyTypeError::new_err(words));
        };
        call(py, bytes.len(), || Ok(core::Member::from_json(bytes)?)).map(Self::of)
    }

    /// The member as canonical JSON: the same bytes in every language.
    fn to_json(&self, py: Python<'_>) -> String {
        self.read(py).to_json()
    }

    /// The id of the member.
    #[getter]
    fn id(&self, py: Python<'_>) -> String {
        self.read(py).id().to_string()
    }

    /// How many entries the journal of the member has.
    #[getter]
    fn version(&self, py: Python<'_>) -> u64 {
        self.read(py).version()
    }

    /// The last instant that the member has been brought to, in UTC; None before the first event.
    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        let instant = self.read(py).as_of();
        instant.map(|instant| datetime(py, instant)).transpose()
    }

    /// When the member enrolled, in UTC.
    #[getter]
    fn enrolled_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        let instant = self.read(py).enrolled_at();
        instant.map(|instant| datetime(py, instant)).transpose()
    }

    /// Available points of an account less points owed, as of `as_of`; 0 if there never were any.
    #[pyo3(signature = (account, /))]
    fn balance(&self, account: &Bound<'_, PyString>) -> PyResult<i64> {
        let name = utf8(account, "account")?;
        Ok(self.read(account.py()).balance(name))
    }

    /// What each account holds: `{"points": {"available": 120, "pending": 0, "held": 0, "debt": 0}}`.
    fn balances<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let balances = self.read(py).balances();
        let all = PyDict::new(py);
        for balance in balances {
            let one = PyDict::new(py);
            one.set_item("available", balance.available)?;
            one.set_item("pending", balance.pending)?;
            one.set_item("held", balance.held)?;
            one.set_item("debt", balance.debt)?;
            all.set_item(balance.account.as_str(), one)?;
        }
        Ok(all)
    }

    /// The rung held in a track; None before the first event.
    #[pyo3(signature = (track, /))]
    fn tier(&self, track: &Bound<'_, PyString>) -> PyResult<Option<String>> {
        let name = utf8(track, "track")?;
        Ok(self.read(track.py()).tier(name).map(ToString::to_string))
    }

    /// The rung held in the track that a member is called by: the one that the program calls primary, or its only one; None
    /// before the first event.
    #[getter]
    fn primary_tier(&self, py: Python<'_>) -> Option<String> {
        self.read(py).primary_tier().map(ToString::to_string)
    }

    /// The stage of the lifecycle that the member is in; None before the first event, and where no stage takes the member.
    #[getter]
    fn stage(&self, py: Python<'_>) -> Option<String> {
        self.read(py).stage().map(ToString::to_string)
    }

    /// The level of early warning: `none`, `light`, `moderate` or `severe`.
    #[getter]
    fn warning(&self, py: Python<'_>) -> &'static str {
        self.read(py).warning().as_str()
    }

    /// Whether attempts to win the member back have been given up since the last purchase.
    #[getter]
    fn is_abandoned(&self, py: Python<'_>) -> bool {
        self.read(py).is_abandoned()
    }

    /// Whether the member has a tag.
    #[pyo3(signature = (tag, /))]
    fn has_tag(&self, tag: &Bound<'_, PyString>) -> PyResult<bool> {
        let name = utf8(tag, "tag")?;
        Ok(self.read(tag.py()).has_tag(name))
    }

    fn __eq__(&self, other: &Self, py: Python<'_>) -> bool {
        // One after the other, so that two threads comparing crosswise do not wait for each other.
        let own = self.read(py).clone();
        own == *other.read(py)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let member = self.read(py);
        let mut text = format!("Member('{}', version={}", member.id(), member.version());
        if let Some(as_of) = member.as_of() {
            text.push_str(&format!(", as_of={as_of}"));
        }
        for balance in member.balances() {
            text.push_str(&format!(
                ", {}={}",
                balance.account,
                member.balance(balance.account.as_str())
            ));
        }
        text.push(')');
        text
    }

    fn __copy__(&self, py: Python<'_>) -> Self {
        Self::of(self.read(py).clone())
    }

    fn __deepcopy__(&self, memo: &Bound<'_, PyAny>) -> Self {
        Self::of(self.read(memo.py()).clone())
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let py = slf.py();
        let text = slf.get().read(py).to_json();
        let make = slf.get_type().getattr("from_json")?;
        Ok((make, PyTuple::new(py, [text])?))
    }
}
