//! The parts that are cargo's own: format, lints, tests, documentation, benchmarks, dependencies.

use std::env;
use std::process::Command;

use anyhow::{Result, bail};

use super::{Done, python};
use crate::shell::{cargo, first_line, number_before, run, run_and_read};
use crate::workspace::Workspace;

/// The source is formatted.
pub(super) fn fmt(workspace: &Workspace) -> Result<Done> {
    run(cargo(&workspace.root).args(["fmt", "--all", "--check"]))?;
    Ok(Done::checked(workspace.packages()))
}

/// No lint has anything to say about any target of any crate.
pub(super) fn clippy(workspace: &Workspace) -> Result<Done> {
    let clippy = "clippy --workspace --all-targets --all-features -- -D warnings";
    run(&mut whole_workspace(workspace, clippy)?)?;
    Ok(Done::checked(workspace.packages()))
}

/// Every test that `cargo test` knows, those in the documentation among them.
pub(super) fn unit(workspace: &Workspace) -> Result<Done> {
    let mut passed = 0_usize;
    let mut ignored = 0_usize;
    run_and_read(
        &mut whole_workspace(workspace, "test --workspace")?,
        |line| {
            if line.starts_with("test result:") {
                passed = passed.saturating_add(number_before(line, "passed").unwrap_or(0));
                ignored = ignored.saturating_add(number_before(line, "ignored").unwrap_or(0));
            }
        },
    )?;
    if passed == 0 {
        bail!("`cargo test` ran no test at all");
    }
    let notes = match ignored {
        0 => Vec::new(),
        some => vec![format!("{some} tests are marked as ignored")],
    };
    Ok(Done::Checked {
        checks: passed,
        notes,
    })
}

/// The documentation builds without a warning.
pub(super) fn docs(workspace: &Workspace) -> Result<Done> {
    let mut flags = env::var("RUSTDOCFLAGS").unwrap_or_default();
    flags.push_str(" -D warnings");
    run(whole_workspace(workspace, "doc --workspace --no-deps")?.env("RUSTDOCFLAGS", flags.trim()))?;
    Ok(Done::checked(workspace.packages()))
}

/// The benchmarks build; unoptimised, which takes a part of the time.
pub(super) fn bench_build(workspace: &Workspace) -> Result<Done> {
    let benches = workspace.need_files("crates/loyalty-core/benches", "rs", "the benchmarks")?;
    run(cargo(&workspace.root).args(["build", "--benches", "-p", "loyalty-core"]))?;
    Ok(Done::checked(benches.len()))
}

/// Licences and known defects of the dependencies.
pub(super) fn deny(workspace: &Workspace) -> Result<Done> {
    workspace.need("deny.toml", "what dependencies are allowed")?;
    if first_line("cargo-deny", &["--version"]).is_none() {
        return Ok(Done::Skipped {
            why: "cargo-deny is not installed".to_owned(),
        });
    }
    run(cargo(&workspace.root).args(["deny", "check"]))?;
    Ok(Done::checked(4))
}

/// A cargo command over all crates. The Python package is one of them, and its build asks a Python for its version:
/// always the same one, or everything would be built anew.
fn whole_workspace(workspace: &Workspace, arguments: &str) -> Result<Command> {
    let python = python::find()?;
    let mut command = cargo(&workspace.root);
    command
        .args(arguments.split(' '))
        .env("PYO3_PYTHON", python.path);
    Ok(command)
}
