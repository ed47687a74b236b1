//! What every call returns, and which library this is.

use core::ffi::{CStr, c_char};

use crate::codes;

/// What a call returns: `LOYALTY_STATUS_OK`, or the number of what went wrong. A number never changes its meaning, and later
/// versions bring new ones: treat what you do not know as a failure.
pub type Status = u32;

/// The version of this interface, the number behind `.so.`. Compare it with `loyalty_abi_version` to know that the library which
/// was found when the program started fits the header which the program was compiled with.
pub const LOYALTY_ABI_VERSION: u32 = 0;

/// The call did what it should.
pub const LOYALTY_STATUS_OK: u32 = 0;

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

/// The stable name of a status (`unknown_field`), `ok` for 0, `unknown` for a number that this version does not know.
#[unsafe(no_mangle)]
pub extern "C" fn loyalty_status_name(status: Status) -> *const c_char {
    name(status).as_ptr()
}

/// The version of the library, such as `0.1.0`.
#[unsafe(no_mangle)]
pub extern "C" fn loyalty_version() -> *const c_char {
    VERSION.as_ptr().cast()
}

/// The version of the interface that the library has: see `LOYALTY_ABI_VERSION`.
#[unsafe(no_mangle)]
pub extern "C" fn loyalty_abi_version() -> u32 {
    LOYALTY_ABI_VERSION
}

fn name(status: Status) -> &'static CStr {
    if status == LOYALTY_STATUS_OK {
        return c"ok";
    }
    codes::name(status).unwrap_or(c"unknown")
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::{env, fs, path::Path};

    use loyalty_core::Code;

    use super::{LOYALTY_STATUS_OK, name};

    /// The file `codes.rs`, from the catalogue of the core.
    fn codes() -> String {
        let (head, _) = include_str!("codes.rs").split_once("\n/// ").unwrap();
        let mut text = format!("{head}\n");
        for code in Code::ALL {
            let (meaning, name) = (code.meaning().trim(), code.as_str().to_uppercase());
            let number = code.number();
            writeln!(
                text,
                "/// {meaning}\npub const LOYALTY_STATUS_{name}: u32 = {number};"
            )
            .unwrap();
        }
        text.push_str("\n/// The name of each.\n");
        text.push_str("pub(crate) const fn name(status: u32) -> Option<&'static CStr> {\n");
        text.push_str("    Some(match status {\n");
        for code in Code::ALL {
            let name = code.as_str();
            let constant = name.to_uppercase();
            writeln!(text, "        LOYALTY_STATUS_{constant} => c\"{name}\",").unwrap();
        }
        text + "        _ => return None,\n    })\n}\n"
    }

    #[test]
    fn codes_are_those_of_the_core() {
        let made = codes();
        if env::var_os("LOYALTY_WRITE").is_some() {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/codes.rs");
            fs::write(file, &made).unwrap();
        } else {
            assert!(
                made == include_str!("codes.rs"),
                "codes.rs is not what the core says: LOYALTY_WRITE=1 cargo test -p loyalty-ffi codes"
            );
        }
    }

    #[test]
    fn every_code_has_a_name() {
        for code in Code::ALL {
            assert_eq!(name(code.number()).to_str(), Ok(code.as_str()));
        }
        assert_eq!(name(LOYALTY_STATUS_OK), c"ok");
        assert_eq!(name(999_999), c"unknown");
    }
}
