//! The parts, in the order in which `cargo xtask test` runs them.

mod c;
mod conformance;
mod generated;
mod grocer;
pub(crate) mod python;
mod readme;
mod rust;

use anyhow::Result;

use crate::workspace::Workspace;

/// One part: a name to call it by, a line about it, and what it does.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Workspace) -> Result<Done>,
}

/// How a part ends that did not fail.
pub(crate) enum Done {
    Checked {
        checks: usize,
        /// What a reader should know besides, for example what could not be checked here.
        notes: Vec<String>,
    },
    /// Something optional is not on this machine.
    Skipped { why: String },
}

impl Done {
    fn checked(checks: usize) -> Self {
        Self::Checked {
            checks,
            notes: Vec::new(),
        }
    }
}

/// Every part. `test` runs them from first to last: the quick ones and those that others rest on come first.
pub(crate) const PARTS: &[Part] = &[
    Part {
        name: "fmt",
        about: "the source is formatted",
        run: rust::fmt,
    },
    Part {
        name: "clippy",
        about: "no lint has anything to say",
        run: rust::clippy,
    },
    Part {
        name: "unit",
        about: "unit, property, integration and documentation tests of all crates",
        run: rust::unit,
    },
    Part {
        name: "docs",
        about: "the documentation builds without a warning",
        run: rust::docs,
    },
    Part {
        name: "generated",
        about: "header, JSON schemas and error table are as their sources say",
        run: generated::run,
    },
    Part {
        name: "c",
        about: "the C library: tests static and shared, leaks, C++, symbols, size, examples",
        run: c::run_all,
    },
    Part {
        name: "python",
        about: "the Python package: wheel, tests, stubs, types, examples",
        run: python::run_all,
    },
    Part {
        name: "conformance",
        about: "Rust, C and Python write the same bytes for every scenario",
        run: conformance::run_all,
    },
    Part {
        name: "readme",
        about: "the programs of the README work as they stand",
        run: readme::run_all,
    },
    Part {
        name: "grocer",
        about: "the grocer example gives the figures of the data, and the same tables when it runs again",
        run: grocer::run_all,
    },
    Part {
        name: "bench-build",
        about: "the benchmarks build",
        run: rust::bench_build,
    },
    Part {
        name: "deny",
        about: "licences and known defects of the dependencies, if cargo-deny is there",
        run: rust::deny,
    },
];
