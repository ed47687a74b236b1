//! Bytes that the library hands over.

use core::ptr;

use crate::boundary::Caller;
use crate::status::Status;

/// Bytes that the library hands over: the caller owns them and frees them with `loyalty_buffer_free`.
///
/// Texts and JSON are UTF-8. A byte 0 that `length` does not count follows them, so that they can be printed with `%s`; where
/// there is nothing, `data` is NULL and `length` is 0. Do not change the fields. A copy of the struct is not a copy of the bytes:
/// free only one of the two.
#[repr(C)]
pub struct Buffer {
    /// The first byte, or NULL.
    pub data: *const u8,
    /// How many bytes there are.
    pub length: usize,
    /// For the library.
    pub capacity: usize,
}

impl Buffer {
    pub(crate) const EMPTY: Self = Self {
        data: ptr::null(),
        length: 0,
        capacity: 0,
    };

    /// Takes a text apart. `Caller::free_buffer` puts it together again.
    pub(crate) fn new(text: String) -> Self {
        if text.is_empty() {
            return Self::EMPTY;
        }
        let mut bytes = text.into_bytes();
        let length = bytes.len();
        bytes.reserve_exact(1);
        bytes.push(0);
        let mut bytes = core::mem::ManuallyDrop::new(bytes);
        Self {
            data: bytes.as_mut_ptr(),
            length,
            capacity: bytes.capacity(),
        }
    }
}

/// Frees the bytes of a buffer and empties it, so that a second call does nothing. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_buffer_free(buffer: *mut Buffer) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(ptr::null_mut(), || caller.free_buffer(buffer, "buffer"))
}
