//! Calling the engine: no panic crosses, other threads run meanwhile if it takes long.

use std::panic::{AssertUnwindSafe, catch_unwind};

use loyalty_core::{Code, Error};
use pyo3::prelude::*;

use crate::fault::{Fault, raise};

/// From how many bytes of a document on the interpreter is left to other threads.
const LONG_BYTES: usize = 32 * 1024;

/// Whether work on so many bytes leaves the interpreter to other threads.
pub(crate) fn is_long(bytes: usize) -> bool {
    bytes >= LONG_BYTES
}

/// Why a call ended without an answer.
pub(crate) enum Stop {
    /// The engine says no.
    Refused(Error),
    /// Another thread is changing the member.
    Busy,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Runs `work`; `bytes` is the size of the document that it is about.
pub(crate) fn call<T: Send>(
    py: Python<'_>,
    bytes: usize,
    work: impl FnOnce() -> Result<T, Stop> + Send,
) -> PyResult<T> {
    let caught = || catch_unwind(AssertUnwindSafe(work));
    let done = if is_long(bytes) {
        py.detach(caught)
    } else {
        caught()
    };
    match done {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Stop::Refused(error))) => Err(raise(py, &error)),
        Ok(Err(Stop::Busy)) => Err(Fault::new(
            Code::InvalidArgument,
            "",
            "another thread is changing this member: give each member to one thread at a time",
        )
        .raise(py)),
        // The engine writes a member only at the very end, so it is as it was.
        Err(_) => Err(Fault::new(
            Code::Internal,
            "",
            "the engine stopped with a defect; the member is as it was",
        )
        .raise(py)),
    }
}
