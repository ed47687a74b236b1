//! Times: aware `datetime` in, aware `datetime` in UTC out.

use loyalty_core::{Code, Date, Instant, Offset, Timestamp};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDate, PyDateTime, PyString, PyTzInfo};

use crate::fault::{Fault, raise};

/// Why a time could not be taken.
pub(crate) enum NoTime {
    Fault(&'static str),
    Raised(PyErr),
}

impl From<PyErr> for NoTime {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

const NAIVE: &str =
    "the datetime has no time zone: give it one, such as tzinfo=ZoneInfo(\"Asia/Shanghai\")";

/// RFC 3339 of an aware datetime, with its own offset.
///
/// The date and clock are read from the base class, so a subclass cannot tell another time; the offset comes from the tzinfo,
/// which knows about `fold`.
pub(crate) fn rfc3339(datetime: &Bound<'_, PyDateTime>) -> Result<String, NoTime> {
    static ISO: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = datetime.py();
    if !datetime.is_exact_instance_of::<PyDateTime>()
        && let Ok(nanosecond) = datetime.getattr("nanosecond")
        && nanosecond.extract::<i64>().is_ok_and(|nanos| nanos != 0)
    {
        return Err(NoTime::Fault(
            "the time is finer than a microsecond: round it first",
        ));
    }
    let written = iso(&ISO, datetime.as_any(), "datetime", py)?;
    let text = written.to_str()?;
    let (Some(wall), Some(rest)) = (text.get(..19), text.get(19..)) else {
        return Err(NoTime::Fault("the datetime cannot be read"));
    };
    let (fraction, offset) = match rest.find(['+', '-']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    match offset.len() {
        0 => Err(NoTime::Fault(NAIVE)),
        6 => Ok(text.to_owned()),
        _ => with_seconds(wall, fraction, offset)
            .ok_or(NoTime::Fault("the datetime is not one that is possible")),
    }
}

/// Old local times have offsets with seconds, which RFC 3339 does not know: the instant is kept, the offset cut to the minute.
fn with_seconds(wall: &str, fraction: &str, offset: &str) -> Option<String> {
    let number = |from: usize, to: usize| -> Option<i64> { offset.get(from..to)?.parse().ok() };
    let micros = match offset.len() {
        9 => number(7, 9)? * 1_000_000,
        16 => number(7, 9)? * 1_000_000 + number(10, 16)?,
        _ => return None,
    };
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (shown, _) = Instant::parse(&format!("{wall}{fraction}Z")).ok()?;
    let shown = shown.checked_add_micros(-sign * micros).ok()?.to_string();
    Some(format!(
        "{}{}",
        shown.trim_end_matches('Z'),
        offset.get(..6)?
    ))
}

/// `YYYY-MM-DD` of a date.
pub(crate) fn iso_date<'py>(date: &Bound<'py, PyDate>) -> PyResult<Bound<'py, PyString>> {
    static ISO: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    iso(&ISO, date.as_any(), "date", date.py())
}

/// The base class's own `isoformat`.
fn iso<'py>(
    method: &PyOnceLock<Py<PyAny>>,
    value: &Bound<'py, PyAny>,
    class: &str,
    py: Python<'py>,
) -> PyResult<Bound<'py, PyString>> {
    let method = method.get_or_try_init(py, || {
        py.import("datetime")?
            .getattr(class)?
            .getattr("isoformat")
            .map(Bound::unbind)
    })?;
    Ok(method.bind(py).call1((value,))?.cast_into::<PyString>()?)
}

/// An instant from an aware datetime or an RFC 3339 text.
pub(crate) fn instant(value: &Bound<'_, PyAny>, path: &str) -> PyResult<Instant> {
    let py = value.py();
    let text = if let Ok(datetime) = value.cast::<PyDateTime>() {
        match rfc3339(datetime) {
            Ok(text) => text,
            Err(NoTime::Raised(error)) => return Err(error),
            Err(NoTime::Fault(words)) => {
                return Err(Fault::new(Code::InvalidTime, path, words).raise(py));
            }
        }
    } else if let Ok(text) = value.cast::<PyString>() {
        crate::input::utf8(text, path)?.to_owned()
    } else {
        let words = format!(
            "expected an aware datetime or an RFC 3339 text, found {}",
            crate::input::type_name(value)
        );
        return Err(Fault::new(Code::WrongType, path, words).raise(py));
    };
    Timestamp::parse(&text)
        .map(|time| time.instant)
        .map_err(|error| raise(py, &error.under(path)))
}

/// A day from a date or a text like `2026-12-31`.
pub(crate) fn day(value: &Bound<'_, PyAny>, path: &str) -> PyResult<Date> {
    let py = value.py();
    let text = if value.is_instance_of::<PyDateTime>() {
        let words = "expected a date, found a datetime: say the day in the member's time zone";
        return Err(Fault::new(Code::WrongType, path, words).raise(py));
    } else if let Ok(date) = value.cast::<PyDate>() {
        iso_date(date)?.to_str()?.to_owned()
    } else if let Ok(text) = value.cast::<PyString>() {
        crate::input::utf8(text, path)?.to_owned()
    } else {
        let words = format!(
            "expected a date or a text like `2026-12-31`, found {}",
            crate::input::type_name(value)
        );
        return Err(Fault::new(Code::WrongType, path, words).raise(py));
    };
    Date::parse(&text).map_err(|error| raise(py, &error.under(path)))
}

/// An instant as an aware datetime in UTC.
pub(crate) fn datetime(py: Python<'_>, instant: Instant) -> PyResult<Bound<'_, PyDateTime>> {
    let local = Offset::UTC.local(instant);
    let (year, month, day) = local.date.civil();
    let second = local.second_of_day;
    let micros = instant.micros().rem_euclid(1_000_000);
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    PyDateTime::new(
        py,
        year,
        small(month),
        small(day),
        small(second / 3600),
        small(second / 60 % 60),
        small(second % 60),
        u32::try_from(micros).unwrap_or_default(),
        Some(&*PyTzInfo::utc(py)?),
    )
}
