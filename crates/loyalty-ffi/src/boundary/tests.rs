//! What C tests cannot do: panic inside, and hold a member open during a call.

use core::ptr;
use std::panic::panic_any;

use super::{Caller, Opaque};
use crate::buffer::Buffer;
use crate::error::{ErrorHandle, Fault, Record};

/// A kind of handle for these tests.
struct CountHandle(());

impl Opaque for CountHandle {
    type Value = u64;
    const MAGIC: u64 = 1;
}

/// A kind with another magic word.
struct OtherHandle(());

impl Opaque for OtherHandle {
    type Value = u64;
    const MAGIC: u64 = 2;
}

fn caller() -> Caller {
    // SAFETY: the pointers of these tests are what the header asks for.
    unsafe { Caller::begin() }
}

fn new_count(caller: &Caller) -> *mut CountHandle {
    let mut handle: *mut CountHandle = ptr::null_mut();
    let status = caller.run(ptr::null_mut(), || {
        caller.out(&raw mut handle, "handle")?.give_handle(7);
        Ok(())
    });
    assert_eq!(status, 0);
    assert!(!handle.is_null());
    handle
}

fn words<T>(result: Result<T, Fault>) -> (u32, String) {
    match result.err() {
        Some(Fault::Call(call)) => (Fault::Call(call).code().number(), String::new()),
        Some(Fault::Core(error)) => (error.code().number(), error.message().to_owned()),
        None => (0, String::new()),
    }
}

#[test]
fn a_panic_is_a_status() {
    let caller = caller();
    let mut error: *mut ErrorHandle = ptr::null_mut();
    let status = caller.run(&raw mut error, || panic!("on {}", "purpose"));
    assert_eq!(status, 900);
    assert!(!error.is_null());
    assert_eq!(
        caller.run(ptr::null_mut(), || caller.free(error, "error")),
        0
    );
    assert_eq!(caller.run(ptr::null_mut(), || panic_any(7_u8)), 900);
    assert_eq!(caller.run_or(3, || panic!("on purpose")), 3);
}

#[test]
fn a_panic_whose_payload_panics_is_a_status() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("twice");
        }
    }
    assert_eq!(caller().run(ptr::null_mut(), || panic_any(Bomb)), 900);
}

#[test]
fn a_handle_that_a_panic_leaves_is_free_again() {
    let caller = caller();
    let handle = new_count(&caller);
    let status = caller.run(ptr::null_mut(), || {
        let _open = caller.writing(handle, "handle")?;
        panic!("on purpose");
    });
    assert_eq!(status, 900);
    assert_eq!(
        caller.reading(handle, "handle").map(|value| *value).ok(),
        Some(7)
    );
    assert_eq!(words(caller.free(handle, "handle")).0, 0);
}

#[test]
fn a_handle_has_many_readers_or_one_writer() {
    let caller = caller();
    let handle = new_count(&caller);
    {
        let _one = caller.reading(handle, "handle").ok().unwrap();
        let _two = caller.reading(handle, "handle").ok().unwrap();
        assert_eq!(words(caller.writing(handle, "handle")).0, 501);
        assert_eq!(words(caller.free(handle, "handle")).0, 501);
    }
    {
        let mut one = caller.writing(handle, "handle").ok().unwrap();
        *one = 8;
        assert_eq!(words(caller.reading(handle, "handle")).0, 501);
        assert_eq!(words(caller.writing(handle, "handle")).0, 501);
        assert_eq!(words(caller.free(handle, "handle")).0, 501);
    }
    assert_eq!(
        caller.reading(handle, "handle").map(|value| *value).ok(),
        Some(8)
    );
    assert_eq!(words(caller.free(handle, "handle")).0, 0);
}

#[test]
fn another_kind_is_refused() {
    let caller = caller();
    let handle = new_count(&caller);
    let other: *mut OtherHandle = handle.cast();
    assert_eq!(words(caller.reading(other, "other")).0, 501);
    assert_eq!(words(caller.free(other, "other")).0, 501);
    let unaligned: *mut CountHandle = handle.wrapping_byte_add(1);
    assert_eq!(words(caller.reading(unaligned, "handle")).0, 501);
    assert_eq!(words(caller.free(handle, "handle")).0, 0);
}

#[test]
fn lengths_that_cannot_be_are_refused() {
    let caller = caller();
    let byte = 0_u8;
    assert_eq!(
        words(caller.bytes(&raw const byte, usize::MAX, "bytes")).0,
        501
    );
    assert_eq!(words(caller.bytes(ptr::null(), 0, "bytes")).0, 500);
    let last: *const u8 = ptr::without_provenance(usize::MAX - 1);
    assert_eq!(words(caller.bytes(last, 3, "bytes")).0, 501);
    assert_eq!(
        caller.bytes(&raw const byte, 0, "bytes").ok(),
        Some(&[][..])
    );
}

#[test]
fn a_buffer_is_freed_once() {
    let caller = caller();
    for text in ["", "x", "积分"] {
        let mut buffer = Buffer::new(text.to_owned());
        assert_eq!(buffer.length, text.len());
        assert_eq!(buffer.data.is_null(), text.is_empty());
        for _ in 0..2 {
            assert_eq!(words(caller.free_buffer(&raw mut buffer, "buffer")).0, 0);
            assert!(buffer.data.is_null());
            assert_eq!((buffer.length, buffer.capacity), (0, 0));
        }
    }
}

#[test]
fn errors_of_a_call_are_written_like_those_of_the_core() {
    let fault = Fault::null("event");
    let Fault::Call(call) = &fault else {
        panic!("a fault of the call");
    };
    let json = serde_json::to_string(call).unwrap();
    let expected = r#"{"code":"null_pointer","kind":"fix_call","path":"event","message":"`event` must not be null"}"#;
    assert_eq!(json, expected);
    let core = loyalty_core::Member::new("").unwrap_err();
    let keys = |json: &str| -> Vec<String> {
        json.split('"')
            .skip(1)
            .step_by(4)
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(keys(&json), keys(&core.to_json()));
    let _ = Record::new(&fault);
}
