//! `loyalty.Program`.

use loyalty_core::{self as core, Code};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple, PyType};

use crate::call::call;
use crate::fault::Fault;
use crate::input;
use crate::output;
use crate::timeline::Timeline;

/// All rules of one loyalty program, read from JSON text, bytes or a dict, and checked.
///
/// A program never changes: share it between threads. Every mistake is reported at once, as `ProgramError.details`.
///
/// >>> program = Program({
/// ...     "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
/// ...     "accounts": [{"id": "points"}],
/// ...     "earn": [{"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}}],
/// ... })
/// >>> program
/// Program('shop', currency='CNY', timezone='Asia/Shanghai')
#[pyclass(module = "loyalty", frozen)]
pub(crate) struct Program {
    pub(crate) rules: core::Program,
}

/// A program from what Python calls one: text, bytes or a dict.
pub(crate) fn from_python(document: &Bound<'_, PyAny>) -> PyResult<core::Program> {
    match document.cast::<Program>() {
        Ok(program) => Ok(program.get().rules.clone()),
        Err(_) => read(document, core::Program::from_json),
    }
}

/// A timeline from what Python calls one, or a program.
pub(crate) fn timeline(document: &Bound<'_, PyAny>) -> PyResult<core::Timeline> {
    if let Ok(timeline) = document.cast::<Timeline>() {
        Ok(timeline.get().timeline.clone())
    } else if let Ok(program) = document.cast::<Program>() {
        Ok(program.get().rules.clone().into())
    } else {
        read(document, core::Timeline::from_json)
    }
}

fn read<T: Send>(
    document: &Bound<'_, PyAny>,
    from_json: impl Fn(&[u8]) -> core::Result<T> + Sync,
) -> PyResult<T> {
    let py = document.py();
    let from_bytes = |bytes: &[u8]| {
        // A program is always compiled without the interpreter: even a small one takes a while.
        call(py, usize::MAX, || Ok(from_json(bytes)?))
    };
    if let Ok(text) = document.cast::<PyString>() {
        match text.to_str() {
            Ok(text) => from_bytes(text.as_bytes()),
            Err(error) if error.is_instance_of::<pyo3::exceptions::PyUnicodeError>(py) => {
                let words = "the text has half of a surrogate pair, which no UTF-8 can hold";
                let fault = Fault::new(Code::InvalidUtf8, "", words);
                Err(Fault::program(vec![fault]).raise(py))
            }
            Err(error) => Err(error),
        }
    } else if let Ok(bytes) = document.cast::<PyBytes>() {
        from_bytes(bytes.as_bytes())
    } else if let Ok(dict) = document.cast::<PyDict>() {
        from_bytes(&input::program(dict)?)
    } else {
        let words = format!(
            "a program is a Program, a dict, or JSON as str or bytes, not {}",
            input::type_name(document)
        );
        Err(pyo3::exceptions::PyTypeError::new_err(words))
    }
}

#[pymethods]
impl Program {
    #[new]
    #[pyo3(signature = (document, /))]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let rules = from_python(document)?;
        Ok(Self { rules })
    }

    /// The name of the program, for other programs.
    #[getter]
    fn id(&self) -> &str {
        self.rules.id().as_str()
    }

    /// Which version of the rules this is, in the words of its authors.
    #[getter]
    fn version(&self) -> Option<&str> {
        self.rules.rules().version.as_ref().map(core::Id::as_str)
    }

    /// The currency of all its money (ISO 4217).
    #[getter]
    fn currency(&self) -> String {
        self.rules.currency().code().to_owned()
    }

    /// The zone of its civil days (IANA).
    #[getter]
    fn timezone(&self) -> &'static str {
        self.rules.timezone().name()
    }

    /// The program as canonical JSON: defaults filled in, fields in a fixed order.
    fn to_json(&self) -> String {
        self.rules.to_json()
    }

    /// The program as a dict, defaults filled in.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        output::object(py, &self.rules.to_json())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.rules == other.rules
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.rules.id().as_str().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!(
            "Program('{}', currency='{}', timezone='{}')",
            self.rules.id(),
            self.rules.currency().code(),
            self.rules.timezone().name()
        )
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        let text = slf.get().rules.to_json();
        Ok((slf.get_type(), PyTuple::new(slf.py(), [text])?))
    }

    fn __copy__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __deepcopy__<'py>(slf: &Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf.clone()
    }
}
