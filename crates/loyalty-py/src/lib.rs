//! The extension behind the Python package `loyalty`: the same nouns and verbs as the crate, in Python's own types.
//!
//! Documents cross as JSON text in both directions, so Python and Rust cannot disagree about a number: what Python hands over
//! is written as JSON and read by the engine's own reader, and what it gets is read from the engine's canonical JSON.

mod call;
mod code;
mod engine;
mod event;
mod fault;
mod input;
mod member;
mod outcome;
mod output;
mod program;
mod time;
mod timeline;

use pyo3::prelude::*;

/// The engine of the package `loyalty`; use that package, this module may change.
#[pymodule]
mod _loyalty {
    #[pymodule_export]
    use crate::code::CodeKey;
    #[pymodule_export]
    use crate::code::CouponCode;
    #[pymodule_export]
    use crate::code::verify_code;
    #[pymodule_export]
    use crate::engine::Engine;
    #[pymodule_export]
    use crate::event::Event;
    #[pymodule_export]
    use crate::fault::error_codes;
    #[pymodule_export]
    use crate::member::Member;
    #[pymodule_export]
    use crate::outcome::Outcome;
    #[pymodule_export]
    use crate::program::Program;
    #[pymodule_export]
    use crate::timeline::Timeline;

    use super::{Bound, PyModule, PyModuleMethods, PyResult};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("RULES_VERSION", loyalty_core::RULES_VERSION)?;
        module.add("PROGRAM_SCHEMA", loyalty_core::PROGRAM_SCHEMA)?;
        module.add("MEMBER_SCHEMA", loyalty_core::MEMBER_SCHEMA)?;
        module.add("ZONE_DATA_VERSION", loyalty_core::zone_data_version())
    }
}
