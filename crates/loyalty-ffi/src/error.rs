//! What went wrong, in words.

use core::ffi::{CStr, c_char};
use core::ptr;

use loyalty_core::{Code, Error};
use serde::Serialize;

use crate::boundary::{Caller, Immutable, Opaque};
use crate::status::{LOYALTY_STATUS_OK, Status};

/// What went wrong, in words. It never changes: any number of threads may read it at once.
pub struct ErrorHandle(());

impl Opaque for ErrorHandle {
    type Value = Record;
    const MAGIC: u64 = u64::from_be_bytes(*b"loy-erro");
}

impl Immutable for ErrorHandle {}

/// Why a call failed.
pub(crate) enum Fault {
    /// The core refused.
    Core(Error),
    /// The call itself was wrong.
    Call(Call),
}

/// A call that was wrong: the fields of an error of the core, in the same order. The path is the name of the parameter.
#[derive(Serialize)]
pub(crate) struct Call {
    code: Code,
    kind: &'static str,
    path: &'static str,
    message: String,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl Fault {
    /// A fault of one parameter.
    pub(crate) fn new(code: Code, name: &'static str, words: &str) -> Self {
        Self::Call(Call {
            code,
            kind: code.kind().as_str(),
            path: name,
            message: format!("`{name}` {words}"),
        })
    }

    /// A parameter is null.
    pub(crate) fn null(name: &'static str) -> Self {
        Self::new(Code::NullPointer, name, "must not be null")
    }

    /// A parameter cannot be right.
    pub(crate) fn argument(name: &'static str, words: &str) -> Self {
        Self::new(Code::InvalidArgument, name, words)
    }

    /// A panic, and what it said.
    pub(crate) fn internal(said: Option<&str>) -> Self {
        let code = Code::Internal;
        Self::Call(Call {
            code,
            kind: code.kind().as_str(),
            path: "",
            message: match said {
                Some(said) => format!("the engine broke one of its own rules: `{said}`"),
                None => "the engine broke one of its own rules".to_owned(),
            },
        })
    }

    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Core(error) => error.code(),
            Self::Call(call) => call.code,
        }
    }
}

/// An error as C reads it: every text has a byte 0 behind it.
pub(crate) struct Record {
    status: Status,
    code: Text,
    kind: Text,
    path: Text,
    message: Text,
    json: Text,
}

impl Record {
    pub(crate) fn new(fault: &Fault) -> Self {
        let code = fault.code();
        let (path, message, json) = match fault {
            Fault::Core(error) => (error.path(), error.message(), error.to_json()),
            Fault::Call(call) => {
                let json = serde_json::to_string(call).unwrap_or_default();
                (call.path, call.message.as_str(), json)
            }
        };
        Self {
            status: code.number(),
            code: Text::new(code.as_str()),
            kind: Text::new(code.kind().as_str()),
            path: Text::new(path),
            message: Text::new(message),
            json: Text::new(json),
        }
    }
}

/// A text with a byte 0 behind it. There may be others inside.
struct Text {
    bytes: Vec<u8>,
    length: usize,
}

impl Text {
    fn new(text: impl Into<String>) -> Self {
        let mut bytes = text.into().into_bytes();
        let length = bytes.len();
        bytes.push(0);
        Self { bytes, length }
    }
}

/// The status of the error; `LOYALTY_STATUS_OK` for NULL, which is how success leaves an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_status(error: *const ErrorHandle) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    if error.is_null() {
        return LOYALTY_STATUS_OK;
    }
    caller.run_or(Code::InvalidArgument.number(), || {
        Ok(caller.shared(error, "error")?.status)
    })
}

/// The stable code, such as `unknown_field`: the same in C, Python and Rust. It is what `loyalty_status_name` says of the status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_code(
    error: *const ErrorHandle,
    length: *mut usize,
) -> *const c_char {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    lend(&caller, error, length, |record| &record.code)
}

/// What to do about it: `fix_input`, `fix_program`, `refused`, `rebase`, `restore`, `fix_call` or `report`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_kind(
    error: *const ErrorHandle,
    length: *mut usize,
) -> *const c_char {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    lend(&caller, error, length, |record| &record.kind)
}

/// Where in the document it was (`purchase.lines[2].price`), empty for the whole; for a wrong call the name of the parameter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_path(
    error: *const ErrorHandle,
    length: *mut usize,
) -> *const c_char {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    lend(&caller, error, length, |record| &record.path)
}

/// What was wrong, in plain words, for a log or a developer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_message(
    error: *const ErrorHandle,
    length: *mut usize,
) -> *const c_char {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    lend(&caller, error, length, |record| &record.message)
}

/// The whole error as JSON: `{"code", "kind", "path", "message"}`, and `as_of` for `out_of_order`, and `details` with every
/// mistake of a program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_json(
    error: *const ErrorHandle,
    length: *mut usize,
) -> *const c_char {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    lend(&caller, error, length, |record| &record.json)
}

/// Frees an error and the texts that it has lent. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_free(error: *mut ErrorHandle) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(ptr::null_mut(), || caller.free(error, "error"))
}

/// Lends a text of an error; an empty one for what is no error.
fn lend(
    caller: &Caller,
    error: *const ErrorHandle,
    length: *mut usize,
    pick: impl Fn(&Record) -> &Text,
) -> *const c_char {
    let nothing: &CStr = c"";
    caller.run_or(nothing.as_ptr(), || {
        let length = match length.is_null() {
            true => None,
            false => Some(caller.out(length, "length")?),
        };
        let text = pick(caller.shared(error, "error")?);
        if let Some(length) = length {
            length.give(text.length);
        }
        Ok(text.bytes.as_ptr().cast())
    })
}
