//! Codes that carry their own proof.

use loyalty_core::{CodeKey, CouponCode};

use crate::boundary::Caller;
use crate::buffer::Buffer;
use crate::error::{ErrorHandle, Fault};
use crate::status::Status;

/// The bytes of a key of codes: its number, 0 to 7, and a secret of 16 random bytes.
pub const LOYALTY_CODE_KEY_BYTES: u32 = 17;
const _: () = assert!(LOYALTY_CODE_KEY_BYTES as usize == CodeKey::BYTES);

/// Makes the code of a template (which coupon it is, up to 1,048,575) and a serial that was not given before:
/// `XXXX-XXXX-XXXX-XXXX-XXXX`, at most 39 characters. The same numbers and key give the same code.
///
/// A guess at a code is right once in 2^60 times; a wrong character, two characters that changed places, and one too few or too
/// many are found. `key` is LOYALTY_CODE_KEY_BYTES bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_code_issue(
    key: *const u8,
    key_length: usize,
    template_number: u32,
    serial: u64,
    code: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let code = caller.out(code, "code")?;
        let keys = keys(caller.bytes(key, key_length, "key")?, "key")?;
        let [key] = keys.as_slice() else {
            return Err(Fault::argument("key", "is more than one key"));
        };
        let text = CouponCode::issue(key, template_number, serial)?;
        code.give(Buffer::new(text));
        Ok(())
    })
}

/// Reads a code as a person writes it and verifies it against keys that count, written one behind the other. It needs no line:
/// a till can do it alone.
///
/// LOYALTY_STATUS_CODE_MISREAD: it is no code, ask to look again. LOYALTY_STATUS_CODE_NOT_GENUINE: it was issued with none of the
/// keys. `code` receives it as it was issued: the name of the instance in a wallet, if the host issued one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_code_verify(
    keys: *const u8,
    keys_length: usize,
    text: *const u8,
    text_length: usize,
    template_number: *mut u32,
    serial: *mut u64,
    code: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let template_number = caller.out(template_number, "template_number")?;
        let serial = caller.out(serial, "serial")?;
        let code = caller.out(code, "code")?;
        let keys = self::keys(caller.bytes(keys, keys_length, "keys")?, "keys")?;
        let read = CouponCode::verify(&keys, caller.text(text, text_length, "text")?)?;
        template_number.give(read.template());
        serial.give(read.serial());
        code.give(Buffer::new(read.to_string()));
        Ok(())
    })
}

/// Keys, and the name of the parameter where they are none.
fn keys(bytes: &[u8], name: &'static str) -> Result<Vec<CodeKey>, Fault> {
    CodeKey::all_from_bytes(bytes).map_err(|error| Fault::argument(name, error.message()))
}
