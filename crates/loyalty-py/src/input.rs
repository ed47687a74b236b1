//! Python objects as JSON, strictly: what could mean two things is refused, with its path.
//!
//! Only the concrete contents of `dict`, `list` and `tuple` are read, as snapshots, so no method of a subclass is called. Every
//! value writes at least one byte and the bytes are limited, so no structure can keep this busy for long.

use loyalty_core::{Code, limits};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType,
};

use crate::fault::Fault;
use crate::time::{NoTime, iso_date, rfc3339};

/// Largest number of digits before or after the point that a `Decimal` may have.
const DIGITS_MAX: usize = 64;

/// An event as JSON. The first mistake is reported.
pub(crate) fn event(dict: &Bound<'_, PyDict>) -> PyResult<Vec<u8>> {
    let py = dict.py();
    let mut writer = Writer::new(limits::EVENT_BYTES_MAX, 1);
    match writer.dict(dict) {
        Err(Stop::Raised(error)) => Err(error),
        Ok(()) | Err(Stop::Full) => match writer.faults.first() {
            Some(fault) => Err(fault.raise(py)),
            None => Ok(writer.out),
        },
    }
}

/// A program as JSON. Every mistake is reported.
pub(crate) fn program(dict: &Bound<'_, PyDict>) -> PyResult<Vec<u8>> {
    let py = dict.py();
    let mut writer = Writer::new(limits::PROGRAM_BYTES_MAX, limits::MISTAKES_MAX);
    match writer.dict(dict) {
        Err(Stop::Raised(error)) => Err(error),
        Ok(()) | Err(Stop::Full) if writer.faults.is_empty() => Ok(writer.out),
        Ok(()) | Err(Stop::Full) => Err(Fault::program(writer.faults).raise(py)),
    }
}

/// The UTF-8 of a text; a lone surrogate has none.
pub(crate) fn utf8<'t>(text: &'t Bound<'_, PyString>, path: &str) -> PyResult<&'t str> {
    text.to_str().map_err(|error| {
        let py = text.py();
        if error.is_instance_of::<pyo3::exceptions::PyUnicodeError>(py) {
            Fault::new(Code::InvalidUtf8, path, SURROGATE).raise(py)
        } else {
            error
        }
    })
}

/// The name of a value's type, for messages.
pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    match value.get_type().name() {
        Ok(name) => format!("`{}`", name.to_string_lossy()),
        Err(_) => "something else".to_owned(),
    }
}

const SURROGATE: &str = "the text has half of a surrogate pair, which no UTF-8 can hold";

enum Stop {
    /// As many mistakes as are reported have been found.
    Full,
    /// Python raised an exception.
    Raised(PyErr),
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

enum Step<'py> {
    Key(Bound<'py, PyString>),
    Index(usize),
}

struct Writer<'py> {
    out: Vec<u8>,
    path: Vec<Step<'py>>,
    faults: Vec<Fault>,
    bytes_max: usize,
    faults_max: usize,
}

impl<'py> Writer<'py> {
    fn new(bytes_max: usize, faults_max: usize) -> Self {
        Self {
            out: Vec::with_capacity(512),
            path: Vec::new(),
            faults: Vec::new(),
            bytes_max,
            faults_max,
        }
    }

    fn value(&mut self, value: &Bound<'py, PyAny>) -> Result<(), Stop> {
        if self.out.len() > self.bytes_max {
            let words = format!("the document is larger than {} bytes", self.bytes_max);
            self.faults.push(Fault::new(Code::LimitExceeded, "", words));
            return Err(Stop::Full);
        }
        // Texts first, they are the most. `bool` before `int`, `datetime` before `date`: each is a kind of the other.
        if let Ok(text) = value.cast::<PyString>() {
            self.text(text)
        } else if value.is_none() {
            self.raw("null")
        } else if let Ok(flag) = value.cast::<PyBool>() {
            self.raw(if flag.is_true() { "true" } else { "false" })
        } else if let Ok(number) = value.cast::<PyInt>() {
            self.int(number)
        } else if let Ok(dict) = value.cast::<PyDict>() {
            self.dict(dict)
        } else if let Ok(list) = value.cast::<PyList>() {
            self.list(&list.to_tuple())
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.list(tuple)
        } else if value.is_instance(decimal(value.py())?)? {
            self.decimal(value)
        } else if value.is_instance_of::<PyFloat>() {
            self.fault(
                Code::WrongType,
                "a float is not exact: use Decimal(\"12.30\") or the text \"12.30\", and an int for whole numbers",
            )
        } else if let Ok(datetime) = value.cast::<PyDateTime>() {
            match rfc3339(datetime) {
                Ok(text) => self.raw(&format!("\"{text}\"")),
                Err(NoTime::Fault(words)) => self.fault(Code::InvalidTime, words),
                Err(NoTime::Raised(error)) => Err(error.into()),
            }
        } else if let Ok(date) = value.cast::<PyDate>() {
            let text = iso_date(date)?;
            self.text(&text)
        } else {
            let words = format!(
                "{} is not one of str, int, bool, None, Decimal, datetime, date, list, tuple, dict",
                type_name(value)
            );
            self.fault(Code::WrongType, &words)
        }
    }

    fn dict(&mut self, dict: &Bound<'py, PyDict>) -> Result<(), Stop> {
        if !self.deeper()? {
            return Ok(());
        }
        self.out.push(b'{');
        let mut first = true;
        for pair in dict.items().to_tuple().iter() {
            let pair = pair.cast_into::<PyTuple>().map_err(PyErr::from)?;
            let (key, value) = (pair.get_item(0)?, pair.get_item(1)?);
            let Ok(key) = key.cast_into::<PyString>() else {
                let key = pair.get_item(0)?;
                let words = format!("a key is a str, not {}", type_name(&key));
                self.fault(Code::WrongType, &words)?;
                // The `null` that stands for the mistake is no key.
                self.out.truncate(self.out.len().saturating_sub(4));
                continue;
            };
            if !first {
                self.out.push(b',');
            }
            first = false;
            self.text(&key)?;
            self.out.push(b':');
            self.path.push(Step::Key(key));
            self.value(&value)?;
            self.path.pop();
        }
        self.out.push(b'}');
        Ok(())
    }

    fn list(&mut self, list: &Bound<'py, PyTuple>) -> Result<(), Stop> {
        if !self.deeper()? {
            return Ok(());
        }
        self.out.push(b'[');
        for place in 0..list.len() {
            if place > 0 {
                self.out.push(b',');
            }
            self.path.push(Step::Index(place));
            self.value(&list.get_item(place)?)?;
            self.path.pop();
        }
        self.out.push(b']');
        Ok(())
    }

    fn text(&mut self, text: &Bound<'py, PyString>) -> Result<(), Stop> {
        match text.to_str() {
            Ok(text) => serde_json::to_writer(&mut self.out, text)
                .map_err(|error| PyErr::from(std::io::Error::from(error)).into()),
            Err(error) if error.is_instance_of::<pyo3::exceptions::PyUnicodeError>(text.py()) => {
                self.fault(Code::InvalidUtf8, SURROGATE)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn int(&mut self, number: &Bound<'py, PyInt>) -> Result<(), Stop> {
        if let Ok(number) = number.extract::<i64>() {
            self.raw(&number.to_string())
        } else if let Ok(number) = number.extract::<u64>() {
            self.raw(&number.to_string())
        } else {
            self.fault(Code::OutOfRange, "the number does not fit in 64 bits")
        }
    }

    fn decimal(&mut self, value: &Bound<'py, PyAny>) -> Result<(), Stop> {
        let written = decimal(value.py())?
            .getattr("__str__")?
            .call1((value,))?
            .cast_into::<PyString>()
            .map_err(PyErr::from)?;
        match plain(written.to_str()?) {
            Ok(text) => self.raw(&text),
            Err((code, words)) => self.fault(code, words),
        }
    }

    fn raw(&mut self, text: &str) -> Result<(), Stop> {
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// Whether one level more is allowed.
    fn deeper(&mut self) -> Result<bool, Stop> {
        if self.path.len() < limits::JSON_DEPTH_MAX {
            return Ok(true);
        }
        let words = format!(
            "the document is nested deeper than {} levels",
            limits::JSON_DEPTH_MAX
        );
        self.fault(Code::LimitExceeded, &words)?;
        Ok(false)
    }

    /// Notes a mistake; `null` stands in its place, so that the search can go on.
    fn fault(&mut self, code: Code, words: &str) -> Result<(), Stop> {
        let path = self.shown_path();
        self.faults.push(Fault::new(code, path, words));
        if self.faults.len() >= self.faults_max {
            return Err(Stop::Full);
        }
        self.raw("null")
    }

    /// `purchase.lines[2].price`
    fn shown_path(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Index(place) => path.push_str(&format!("[{place}]")),
                Step::Key(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    // Keys come from strangers: a path stays one readable line.
                    let plain = |c: &char| !c.is_control();
                    path.extend(key.to_string_lossy().chars().filter(plain).take(64));
                }
            }
        }
        path
    }
}

/// `decimal.Decimal`.
fn decimal(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")
}

/// The text of a `Decimal` in plain digits: `1E+2` is `100`.
fn plain(text: &str) -> Result<String, (Code, &'static str)> {
    const TOO_LONG: (Code, &str) = (Code::OutOfRange, "the number has more digits than fit");
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => ("-", size),
        None => ("", text),
    };
    if !size.starts_with(|c: char| c.is_ascii_digit()) {
        return Err((
            Code::InvalidNumber,
            "the number must be finite, not NaN or Infinity",
        ));
    }
    let Some((digits, exponent)) = size.split_once('E') else {
        return if size.len() > DIGITS_MAX {
            Err(TOO_LONG)
        } else {
            Ok(text.to_owned())
        };
    };
    let exponent: i64 = exponent.parse().map_err(|_| TOO_LONG)?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let max = DIGITS_MAX as i64;
    if digits.len() > DIGITS_MAX || exponent.abs() > max {
        return Err(TOO_LONG);
    }
    // The point moves by the exponent, from behind the first digits.
    let all = format!("{whole}{fraction}");
    let point = whole.len() as i64 + exponent;
    let moved = if point <= 0 {
        format!("0.{}{all}", "0".repeat(point.unsigned_abs() as usize))
    } else {
        let point = point as usize;
        match all.split_at_checked(point) {
            Some((whole, "")) => whole.to_owned(),
            Some((whole, fraction)) => format!("{whole}.{fraction}"),
            None => format!("{all}{}", "0".repeat(point.saturating_sub(all.len()))),
        }
    };
    let moved = match moved.trim_start_matches('0') {
        "" => "0",
        rest if rest.starts_with('.') => {
            return Ok(format!("{sign}0{rest}"));
        }
        rest => rest,
    };
    Ok(format!("{sign}{moved}"))
}
