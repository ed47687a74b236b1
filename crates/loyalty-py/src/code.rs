//! `loyalty.CodeKey`, `loyalty.CouponCode` and `loyalty.verify_code`.

use loyalty_core::{self as core, Code};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyInt, PyList, PyString, PyTuple};

use crate::call::call;
use crate::fault::Fault;
use crate::input::{type_name, utf8};

/// The secret that codes are issued with and verified against: a number, 0 to 7, and 16 random bytes.
///
/// Issue with the newest key, verify against those that still count. Whoever holds a key can make codes.
///
/// >>> key = CodeKey(1, bytes.fromhex("5a" * 16))  # secrets.token_bytes(16), once, and kept as other secrets are
/// >>> key.issue(7, 1234)
/// '4700-16JG-9B0V-NXFD-MPDS'
/// >>> key
/// CodeKey(1, ...)
#[pyclass(module = "loyalty", frozen)]
pub(crate) struct CodeKey {
    key: core::CodeKey,
}

#[pymethods]
impl CodeKey {
    #[new]
    #[pyo3(signature = (number, secret, /))]
    fn new(number: &Bound<'_, PyAny>, secret: &Bound<'_, PyBytes>) -> PyResult<Self> {
        let py = number.py();
        let number = whole(number, "number", u64::from(core::CodeKey::NUMBER_MAX))?;
        let number = u8::try_from(number).unwrap_or(u8::MAX);
        let secret = secret.as_bytes();
        let key = call(py, 0, || Ok(core::CodeKey::new(number, secret)?))?;
        Ok(Self { key })
    }

    /// The number, which every code of the key names.
    #[getter]
    fn number(&self) -> u8 {
        self.key.number()
    }

    /// The code of a template (which coupon it is, up to 1,048,575) and a serial (up to 2^64 - 1) that was not given before.
    ///
    /// A guess at a code is right once in 2^60 times. The same numbers and key give the same code.
    #[pyo3(signature = (template, serial))]
    fn issue(&self, template: &Bound<'_, PyAny>, serial: &Bound<'_, PyAny>) -> PyResult<String> {
        let most = u64::from(core::limits::CODE_TEMPLATE_MAX);
        let number = whole(template, "template", most)?;
        let serial = whole(serial, "serial", u64::MAX)?;
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        call(template.py(), 0, || {
            Ok(core::CouponCode::issue(&self.key, number, serial)?)
        })
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.key == other.key
    }

    fn __hash__(&self) -> u64 {
        u64::from(self.key.number())
    }

    /// Without the secret: a log never shows it.
    fn __repr__(&self) -> String {
        format!("CodeKey({}, ...)", self.key.number())
    }
}

/// A genuine code, read: which coupon it is, and its serial. `str(code)` is the code as it was issued.
#[pyclass(module = "loyalty", frozen, eq, hash)]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct CouponCode {
    code: core::CouponCode,
}

#[pymethods]
impl CouponCode {
    /// Which coupon it is, by a number of the host.
    #[getter]
    fn template(&self) -> u32 {
        self.code.template()
    }

    /// Its number among the codes of the template.
    #[getter]
    fn serial(&self) -> u64 {
        self.code.serial()
    }

    /// The number of the key that it was issued with.
    #[getter]
    fn key(&self) -> u8 {
        self.code.key()
    }

    /// The code as it was issued.
    fn __str__(&self) -> String {
        self.code.to_string()
    }

    /// Without the proof: a log must not hold codes that can be used.
    fn __repr__(&self) -> String {
        let (code, key) = (&self.code, self.code.key());
        let (template, serial) = (code.template(), code.serial());
        format!("CouponCode(template={template}, serial={serial}, key={key})")
    }
}

/// Reads a code as a person writes it and verifies it against the keys that count, without a line.
///
/// Raises `Refused`: `code_misread` where it is no code (ask to look again), `code_not_genuine` where none of the keys issued it.
///
/// >>> key = CodeKey(1, bytes.fromhex("5a" * 16))
/// >>> code = verify_code("4700 16jg 9bov nxfd mpds", [key])
/// >>> code, str(code)
/// (CouponCode(template=7, serial=1234, key=1), '4700-16JG-9B0V-NXFD-MPDS')
/// >>> verify_code("4700-16JG-9B0V-NXFD-MPD5", [key])
/// Traceback (most recent call last):
///     ...
/// loyalty.Refused: code_misread: the code has a wrong character
#[pyfunction]
#[pyo3(signature = (text, keys))]
pub(crate) fn verify_code(
    text: &Bound<'_, PyString>,
    keys: &Bound<'_, PyAny>,
) -> PyResult<CouponCode> {
    let keys = if let Ok(list) = keys.cast::<PyList>() {
        list.to_tuple()
    } else if let Ok(tuple) = keys.cast::<PyTuple>() {
        tuple.clone()
    } else {
        let words = format!("keys are a list of CodeKey, not {}", type_name(keys));
        return Err(PyTypeError::new_err(words));
    };
    let mut known = Vec::with_capacity(keys.len());
    for key in keys.iter_borrowed() {
        known.push(key.cast::<CodeKey>()?.get().key.clone());
    }
    let written = utf8(text, "text")?;
    let code = call(text.py(), written.len(), || {
        Ok(core::CouponCode::verify(&known, written)?)
    })?;
    Ok(CouponCode { code })
}

/// A whole number from 0 to `most`; a bool is none.
fn whole(value: &Bound<'_, PyAny>, path: &str, most: u64) -> PyResult<u64> {
    if value.is_instance_of::<PyBool>() || !value.is_instance_of::<PyInt>() {
        let words = format!("{path} is an int, not {}", type_name(value));
        return Err(PyTypeError::new_err(words));
    }
    match value.extract::<u64>() {
        Ok(number) if number <= most => Ok(number),
        _ => {
            let words = format!("it is a number from 0 to {most}");
            Err(Fault::new(Code::OutOfRange, path, words).raise(value.py()))
        }
    }
}
