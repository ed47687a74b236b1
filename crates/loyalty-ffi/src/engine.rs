//! The engine of one program, or of its versions in time.

use core::ptr;

use loyalty_core::{Engine, Timeline};

use crate::boundary::{Caller, Immutable, Opaque};
use crate::buffer::Buffer;
use crate::error::ErrorHandle;
use crate::status::Status;

/// The engine of one program, or of its versions in time. It never changes: any number of threads may use it at once, each with its own members.
pub struct EngineHandle(());

impl Opaque for EngineHandle {
    type Value = Engine;
    const MAGIC: u64 = u64::from_be_bytes(*b"loy-engi");
}

impl Immutable for EngineHandle {}

/// Makes the engine of a program, which is JSON; or of a timeline, which is JSON with the `versions` of a program and when each starts.
///
/// The bytes are not needed afterwards. A program with mistakes gives `LOYALTY_STATUS_PROGRAM_INVALID`; `loyalty_error_json` then
/// lists every mistake under `details`, each with its own code and path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_engine_new(
    program: *const u8,
    program_length: usize,
    engine: *mut *mut EngineHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let engine = caller.out(engine, "engine")?;
        let program = caller.bytes(program, program_length, "program")?;
        engine.give_handle(Engine::new(Timeline::from_json(program)?));
        Ok(())
    })
}

/// Frees an engine. NULL is fine. No other thread may be using it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_engine_free(engine: *mut EngineHandle) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(ptr::null_mut(), || caller.free(engine, "engine"))
}

/// The program or timeline of an engine as canonical JSON: every default filled in, the fields in a fixed order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_engine_program_json(
    engine: *const EngineHandle,
    json: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let json = caller.out(json, "json")?;
        let engine = caller.shared(engine, "engine")?;
        json.give(Buffer::new(engine.timeline().to_json()));
        Ok(())
    })
}
