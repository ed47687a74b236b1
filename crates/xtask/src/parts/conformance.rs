//! One set of numbers: Rust, C and Python follow the same scenarios and write the same bytes.

use std::fs;

use anyhow::{Result, bail};

use super::Done;
use super::c::{Library, Link};
use super::python::Environment;
use crate::shell::{capture, cargo, run, say};
use crate::workspace::{Workspace, write};

/// Characters of a differing line that are shown.
const SHOWN_MAX: usize = 300;

/// Writes the three transcripts and compares them.
pub(super) fn run_all(workspace: &Workspace) -> Result<Done> {
    workspace.need("tests/scenarios", "the scenarios")?;
    workspace.need("tests/Cargo.toml", "the Rust runner of the scenarios")?;
    let c_runner = workspace.need("tests/c/conformance.c", "the C runner of the scenarios")?;
    let python_runner = workspace.need(
        "tests/python/conformance.py",
        "the Python runner of the scenarios",
    )?;
    let root = &workspace.root;
    let folder = workspace.target_folder("conformance")?;
    let (rust_file, script) = (folder.join("rust.txt"), folder.join("script.txt"));
    // What an earlier run left must not be taken for the work of this one.
    for old in [&rust_file, &script] {
        if old.exists() {
            fs::remove_file(old)?;
        }
    }

    // The libraries are optimised and this is not: what they say must be the same all the more.
    run(cargo(root)
        .args("run --quiet -p loyalty-tests -- transcript".split(' '))
        .arg(&rust_file))?;
    for file in [&rust_file, &script] {
        if !file.is_file() {
            bail!(
                "`loyalty-tests transcript` wrote no `{}`",
                workspace.shown(file)
            );
        }
    }
    let rust = fs::read(&rust_file)?;
    let lines = rust.split_inclusive(|byte| *byte == b'\n').count();
    if lines == 0 {
        bail!("the transcript of Rust is empty");
    }

    let library = Library::build(workspace)?;
    let program = library.compile(workspace, &c_runner, Link::Static)?;
    let c = capture(library.program(workspace, &program).arg(&script))?;
    write(&folder.join("c.txt"), &c)?;

    let environment = Environment::with_wheel(workspace)?;
    let python = capture(environment.python(root).arg(&python_runner).arg(&script))?;
    write(&folder.join("python.txt"), &python)?;

    let mut differing = Vec::new();
    for (language, transcript) in [("C", &c), ("Python", &python)] {
        if let Some(difference) = first_difference(&rust, transcript) {
            say!("line {} differs:", difference.line);
            say!("  Rust:   {}", difference.left);
            say!("  {:<7} {}", format!("{language}:"), difference.right);
            differing.push(format!("{language} at line {}", difference.line));
        }
    }
    if !differing.is_empty() {
        bail!(
            "not the same as Rust: {} (the transcripts lie in `{}`)",
            differing.join(", "),
            workspace.shown(&folder)
        );
    }
    // Each line is compared twice: C with Rust, Python with Rust.
    Ok(Done::checked(lines.saturating_mul(2)))
}

#[derive(Debug, PartialEq, Eq)]
struct Difference {
    line: usize,
    left: String,
    right: String,
}

/// The first line in which two transcripts differ, byte by byte.
fn first_difference(left: &[u8], right: &[u8]) -> Option<Difference> {
    let mut left = left.split_inclusive(|byte| *byte == b'\n');
    let mut right = right.split_inclusive(|byte| *byte == b'\n');
    let mut line = 0_usize;
    loop {
        line = line.saturating_add(1);
        match (left.next(), right.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => {
                return Some(Difference {
                    line,
                    left: shown(a, b),
                    right: shown(b, a),
                });
            }
        }
    }
}

/// One line as a reader sees it, from a little before the place where it parts from the other.
fn shown(line: Option<&[u8]>, other: Option<&[u8]>) -> String {
    let Some(line) = line else {
        return "(nothing: the transcript ends before)".to_owned();
    };
    let same = (line.iter())
        .zip(other.unwrap_or_default())
        .take_while(|(a, b)| a == b)
        .count();
    let text = String::from_utf8_lossy(line);
    let skipped = same.saturating_sub(SHOWN_MAX / 2);
    let mut result: String = (text.chars())
        .skip(skipped)
        .take(SHOWN_MAX)
        .flat_map(char::escape_debug)
        .collect();
    if skipped > 0 {
        result.insert_str(0, "... ");
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{Difference, first_difference};

    #[test]
    fn the_first_differing_line_is_named() {
        assert_eq!(first_difference(b"a\nb\n", b"a\nb\n"), None);
        assert_eq!(
            first_difference(b"a\nb\nc\n", b"a\nx\ny\n"),
            Some(Difference {
                line: 2,
                left: "b\\n".to_owned(),
                right: "x\\n".to_owned(),
            })
        );
    }

    #[test]
    fn a_missing_line_and_a_missing_line_break_differ() {
        assert_eq!(
            first_difference(b"a\n", b"a\nb\n").map(|found| found.line),
            Some(2)
        );
        assert_eq!(
            first_difference(b"a\n", b"a").map(|found| found.line),
            Some(1)
        );
    }
}
