//! The boundary: pointers of a C caller become Rust values here, and panics end here.

use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU32, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind};

use loyalty_core::Code;

use crate::buffer::Buffer;
use crate::error::{ErrorHandle, Fault, Record};
use crate::status::{LOYALTY_STATUS_OK, Status};

/// One call from C. What it reads of the caller's memory cannot outlive it.
pub(crate) struct Caller(());

/// A type that C knows by a pointer only. The pointer leads to a [`Handle`].
pub(crate) trait Opaque {
    /// What the handle holds.
    type Value;
    /// Tells the kinds of handles apart.
    const MAGIC: u64;
}

/// An opaque type whose value never changes, so that any number of threads may read it without a word to each other.
pub(crate) trait Immutable: Opaque<Value: Sync> {}

/// What a pointer to an opaque type leads to. All kinds begin with the magic word: it can be read before the kind is known.
#[repr(C)]
struct Handle<T> {
    magic: u64,
    /// How many calls read the value at the moment, or [`WRITER`].
    users: AtomicU32,
    value: UnsafeCell<T>,
}

/// One call changes or frees the value.
const WRITER: u32 = u32::MAX;
/// The magic word of a handle that has been freed.
const FREED: u64 = 0x6465_6572_665f_796f;

impl Caller {
    /// Begins a call.
    ///
    /// # Safety
    /// Each pointer that is handed to this value is null or what the header asks for at its place: bytes that can be read and
    /// that stay as they are during the call, an out parameter that can be written, a handle that has not been freed.
    pub(crate) unsafe fn begin() -> Self {
        Self(())
    }

    /// Runs the body of a function: what goes wrong becomes a status and, if the caller wants it, an error.
    pub(crate) fn run(
        &self,
        error: *mut *mut ErrorHandle,
        body: impl FnOnce() -> Result<(), Fault>,
    ) -> Status {
        let error = match error.is_null() {
            true => None,
            false => match self.out(error, "error") {
                Ok(out) => Some(out),
                Err(fault) => return fault.code().number(),
            },
        };
        let Err(fault) = guarded(body) else {
            return LOYALTY_STATUS_OK;
        };
        let status = fault.code().number();
        if let Some(error) = error {
            // Should the words themselves panic, the status is still right.
            let _ = guarded(|| {
                error.give_handle(Record::new(&fault));
                Ok(())
            });
        }
        status
    }

    /// Runs the body of a function that cannot fail, or answers `otherwise` if it fails all the same.
    pub(crate) fn run_or<T>(&self, otherwise: T, body: impl FnOnce() -> Result<T, Fault>) -> T {
        guarded(body).unwrap_or(otherwise)
    }

    /// An out parameter. It is emptied at once, so that it is right however the call ends.
    pub(crate) fn out<T: Empty>(
        &self,
        pointer: *mut T,
        name: &'static str,
    ) -> Result<Out<'_, T>, Fault> {
        let pointer = NonNull::new(pointer).ok_or_else(|| Fault::null(name))?;
        if !pointer.is_aligned() {
            return Err(Fault::argument(name, "is not aligned"));
        }
        let out = Out {
            pointer,
            caller: PhantomData,
        };
        out.give(T::EMPTY);
        Ok(out)
    }

    /// Bytes of the caller.
    pub(crate) fn bytes(
        &self,
        pointer: *const u8,
        length: usize,
        name: &'static str,
    ) -> Result<&[u8], Fault> {
        if pointer.is_null() {
            return Err(Fault::null(name));
        }
        if isize::try_from(length).is_err() {
            return Err(Fault::argument(name, "is longer than any memory"));
        }
        if pointer.addr().checked_add(length).is_none() {
            return Err(Fault::argument(name, "would go past the end of the memory"));
        }
        // SAFETY: not null, no longer than allowed, does not wrap; the caller says that it can be read and stays as it is.
        Ok(unsafe { core::slice::from_raw_parts(pointer, length) })
    }

    /// A text of the caller.
    pub(crate) fn text(
        &self,
        pointer: *const u8,
        length: usize,
        name: &'static str,
    ) -> Result<&str, Fault> {
        let bytes = self.bytes(pointer, length, name)?;
        core::str::from_utf8(bytes).map_err(|error| {
            let words = format!("is not UTF-8 from byte {} on", error.valid_up_to());
            Fault::new(Code::InvalidUtf8, name, &words)
        })
    }

    /// The value of a handle that never changes.
    pub(crate) fn shared<O: Immutable>(
        &self,
        pointer: *const O,
        name: &'static str,
    ) -> Result<&O::Value, Fault> {
        let handle = self.handle(pointer, name)?;
        // SAFETY: a value of an immutable kind is only written when its handle is freed, which no call may overlap.
        Ok(unsafe { &*handle.value.get() })
    }

    /// The value of a handle, to read.
    pub(crate) fn reading<O: Opaque>(
        &self,
        pointer: *const O,
        name: &'static str,
    ) -> Result<Reading<'_, O::Value>, Fault> {
        let handle = self.handle(pointer, name)?;
        let one_more = |users: u32| users.checked_add(1).filter(|users| *users != WRITER);
        match handle
            .users
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more)
        {
            Ok(_) => Ok(Reading(handle)),
            Err(_) => Err(Fault::argument(name, IN_USE)),
        }
    }

    /// The value of a handle, to change.
    pub(crate) fn writing<O: Opaque>(
        &self,
        pointer: *const O,
        name: &'static str,
    ) -> Result<Writing<'_, O::Value>, Fault> {
        let handle = self.handle(pointer, name)?;
        match handle
            .users
            .compare_exchange(0, WRITER, Ordering::Acquire, Ordering::Relaxed)
        {
            Ok(_) => Ok(Writing(handle)),
            Err(_) => Err(Fault::argument(name, IN_USE)),
        }
    }

    /// Frees a handle; null is fine.
    pub(crate) fn free<O: Opaque>(&self, pointer: *mut O, name: &'static str) -> Result<(), Fault> {
        if pointer.is_null() {
            return Ok(());
        }
        // Nobody else is in it now, and nobody is let in any more.
        core::mem::forget(self.writing(pointer, name)?);
        let handle = pointer.cast::<Handle<O::Value>>();
        // SAFETY: the handle was checked, and no reference to it is left.
        let magic = unsafe { &raw mut (*handle).magic };
        // SAFETY: a field of a live handle. Volatile, because nothing reads it again by right: it helps against a second call.
        unsafe { magic.write_volatile(FREED) };
        // SAFETY: handles are boxes (`give_handle`), and this one has been claimed above.
        drop(unsafe { Box::from_raw(handle) });
        Ok(())
    }

    /// Frees a buffer and empties it; null and empty are fine.
    pub(crate) fn free_buffer(
        &self,
        pointer: *mut Buffer,
        name: &'static str,
    ) -> Result<(), Fault> {
        let Some(place) = NonNull::new(pointer) else {
            return Ok(());
        };
        if !place.is_aligned() {
            return Err(Fault::argument(name, "is not aligned"));
        }
        // SAFETY: not null, aligned; the caller says that it is a buffer.
        let buffer = unsafe { place.replace(Buffer::EMPTY) };
        if buffer.data.is_null() {
            return Ok(());
        }
        if buffer.length >= buffer.capacity || isize::try_from(buffer.capacity).is_err() {
            return Err(Fault::argument(name, "has been changed"));
        }
        // SAFETY: `Buffer::new` took the three apart, and the caller has not changed them.
        let bytes =
            unsafe { Vec::from_raw_parts(buffer.data.cast_mut(), buffer.length, buffer.capacity) };
        drop(bytes);
        Ok(())
    }

    /// The handle behind a pointer, if it is one of this kind.
    fn handle<O: Opaque>(
        &self,
        pointer: *const O,
        name: &'static str,
    ) -> Result<&Handle<O::Value>, Fault> {
        if pointer.is_null() {
            return Err(Fault::null(name));
        }
        let handle = pointer.cast::<Handle<O::Value>>();
        if !handle.is_aligned() {
            return Err(Fault::argument(name, "is not a handle of this library"));
        }
        // SAFETY: not null, aligned; every handle of the library, of whichever kind, begins with a word that can be read.
        let magic = unsafe { handle.cast::<u64>().read() };
        if magic != O::MAGIC {
            let words = if magic == FREED {
                "has been freed"
            } else {
                "is not a handle of this kind"
            };
            return Err(Fault::argument(name, words));
        }
        // SAFETY: the magic word says of which kind it is; the caller says that it has not been freed.
        Ok(unsafe { &*handle })
    }
}

const IN_USE: &str = "is in use by another call";

/// What an out parameter is until there is an answer.
pub(crate) trait Empty {
    /// Nothing.
    const EMPTY: Self;
}

impl<O: Opaque> Empty for *mut O {
    const EMPTY: Self = core::ptr::null_mut();
}

impl Empty for u32 {
    const EMPTY: Self = 0;
}

impl Empty for u64 {
    const EMPTY: Self = 0;
}

impl Empty for i64 {
    const EMPTY: Self = 0;
}

impl Empty for usize {
    const EMPTY: Self = 0;
}

impl Empty for Buffer {
    const EMPTY: Self = Buffer::EMPTY;
}

/// An out parameter of the caller.
pub(crate) struct Out<'c, T> {
    pointer: NonNull<T>,
    caller: PhantomData<&'c Caller>,
}

impl<T> Out<'_, T> {
    /// Hands the answer to the caller.
    pub(crate) fn give(&self, value: T) {
        // SAFETY: not null, aligned (`Caller::out`); the caller says that it can be written. What stood there is not dropped.
        unsafe { self.pointer.write(value) }
    }
}

impl<O: Opaque> Out<'_, *mut O> {
    /// Hands a new handle to the caller, who owns it from then on.
    pub(crate) fn give_handle(&self, value: O::Value) {
        let handle = Box::new(Handle {
            magic: O::MAGIC,
            users: AtomicU32::new(0),
            value: UnsafeCell::new(value),
        });
        self.give(Box::into_raw(handle).cast());
    }
}

/// A value that is being read.
pub(crate) struct Reading<'c, T>(&'c Handle<T>);

impl<T> Deref for Reading<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: while the number of users counts this one, nobody writes.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> Drop for Reading<'_, T> {
    fn drop(&mut self) {
        self.0.users.fetch_sub(1, Ordering::Release);
    }
}

/// A value that is being changed.
pub(crate) struct Writing<'c, T>(&'c Handle<T>);

impl<T> Deref for Writing<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: while the users say `WRITER`, nobody else reads or writes.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Writing<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: while the users say `WRITER`, nobody else reads or writes, and this value is borrowed alone.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for Writing<'_, T> {
    fn drop(&mut self) {
        self.0.users.store(0, Ordering::Release);
    }
}

/// A panic is a fault like others.
fn guarded<T>(body: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // What a panic leaves half done is dropped, except a member; the core refuses one that a call has left in the middle.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        let said = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let fault = Fault::internal(said);
        // Dropping what a panic carries may panic once more, and nothing would catch that: a few bytes are lost instead.
        core::mem::forget(payload);
        Err(fault)
    })
}

#[cfg(test)]
mod tests;
