//! `cargo xtask doctor`: what this machine has, what it lacks, and how to get it.

use anyhow::Result;

use crate::parts::python;
use crate::shell::{first_line, say};
use crate::workspace::Workspace;

/// The oldest Rust that builds the workspace: `rust-version` of the workspace itself.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

/// One thing that the parts need.
struct Need {
    name: &'static str,
    what_for: &'static str,
    /// What was found, or why it does not serve.
    found: Result<String, String>,
    required: bool,
    debian: &'static str,
    macos: &'static str,
}

/// Whether nothing that is required is missing.
pub(crate) fn run(_workspace: &Workspace) -> Result<bool> {
    let mut missing = 0_usize;
    for need in needs() {
        match need.found {
            Ok(found) => say!("ok        {:<12} {found}", need.name),
            Err(why) => {
                let word = if need.required {
                    missing = missing.saturating_add(1);
                    "MISSING"
                } else {
                    "optional"
                };
                say!(
                    "{word:<9} {:<12} {why}; it is for {}",
                    need.name,
                    need.what_for
                );
                say!("          {:<12} Debian: {}", "", need.debian);
                say!("          {:<12} macOS:  {}", "", need.macos);
            }
        }
    }
    match missing {
        0 => say!("nothing that `cargo xtask test` needs is missing"),
        1 => say!("1 thing that `cargo xtask test` needs is missing"),
        many => say!("{many} things that `cargo xtask test` needs are missing"),
    }
    Ok(missing == 0)
}

fn needs() -> Vec<Need> {
    const RUSTUP: &str = "install rustup from https://rustup.rs, then `rustup update stable`";
    const XCODE: &str = "xcode-select --install";
    vec![
        Need {
            name: "rustc",
            what_for: "everything",
            found: rust_version(),
            required: true,
            debian: RUSTUP,
            macos: RUSTUP,
        },
        Need {
            name: "rustfmt",
            what_for: "the part `fmt`",
            found: program("rustfmt", &["--version"]),
            required: true,
            debian: "rustup component add rustfmt",
            macos: "rustup component add rustfmt",
        },
        Need {
            name: "clippy",
            what_for: "the part `clippy`",
            found: program("cargo-clippy", &["--version"]),
            required: true,
            debian: "rustup component add clippy",
            macos: "rustup component add clippy",
        },
        Need {
            name: "cc",
            what_for: "the C tests and the linking of every crate",
            found: program("cc", &["--version"]),
            required: true,
            debian: "apt-get install gcc libc6-dev",
            macos: XCODE,
        },
        Need {
            name: "c++",
            what_for: "the check that the header can be used from C++",
            found: program("c++", &["--version"]),
            required: true,
            debian: "apt-get install g++",
            macos: XCODE,
        },
        Need {
            name: "nm",
            what_for: "the list of symbols that the C library shows",
            found: program("nm", &["--version"]),
            required: true,
            debian: "apt-get install binutils",
            macos: XCODE,
        },
        Need {
            name: "python3",
            what_for: "the Python package (3.10 or newer, with venv)",
            found: python::find().map_or_else(
                |error| Err(format!("{error:#}")),
                |python| Ok(format!("Python {} with venv", python.version)),
            ),
            required: true,
            debian: "apt-get install python3 python3-venv",
            macos: "brew install python",
        },
        Need {
            name: "valgrind",
            what_for: "the leak check of the C tests (required with CI=true or --valgrind)",
            found: valgrind(),
            required: false,
            debian: "apt-get install valgrind libc6-dbg",
            macos: "there is none for current systems; the C tests run without it",
        },
        Need {
            name: "cargo-deny",
            what_for: "the part `deny`: licences and known defects of the dependencies",
            found: program("cargo-deny", &["--version"]),
            required: false,
            debian: "cargo install --locked cargo-deny",
            macos: "cargo install --locked cargo-deny",
        },
    ]
}

fn program(name: &str, arguments: &[&str]) -> Result<String, String> {
    first_line(name, arguments).ok_or_else(|| "it is not to be found".to_owned())
}

/// A valgrind that is there may still lack what it needs to run a program.
fn valgrind() -> Result<String, String> {
    let version = program("valgrind", &["--version"])?;
    match first_line("valgrind", &["-q", "true"]) {
        Some(_) => Ok(version),
        None => Err(format!("{version} cannot run a program")),
    }
}

fn rust_version() -> Result<String, String> {
    let line = program("rustc", &["--version"])?;
    let version = line.split_whitespace().nth(1).unwrap_or_default();
    if numbers(version) < numbers(RUST) {
        return Err(format!("{line} is older than {RUST}"));
    }
    Ok(line)
}

/// `1.95.0-nightly` as `[1, 95, 0]`.
fn numbers(version: &str) -> Vec<u32> {
    version
        .split(['.', '-'])
        .map_while(|piece| piece.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("1.95.0") >= numbers("1.95"));
        assert!(numbers("1.100.0") > numbers("1.95"));
        assert!(numbers("1.94.1") < numbers("1.95"));
        assert_eq!(numbers("1.96.0-nightly"), [1, 96, 0]);
    }
}
