//! Files that are made from the source and committed all the same, so that a reader and a C compiler find them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::Done;
use crate::diff;
use crate::shell::{capture_text, cargo, say};
use crate::workspace::{Workspace, write};

/// Lines of a diff that are shown.
const DIFF_LINES_MAX: usize = 30;
/// The command that mends a difference.
const MEND: &str = "cargo xtask generated --write";

/// Makes the text of one file.
type Make = fn(&Workspace) -> Result<String>;

/// Makes each file, and compares it with the committed one or writes it.
pub(super) fn run(workspace: &Workspace) -> Result<Done> {
    let files: [(&str, Make); 8] = [
        ("include/loyalty.h", header),
        ("include/program.schema.json", |workspace| {
            schema(workspace, "program")
        }),
        ("include/timeline.schema.json", |workspace| {
            schema(workspace, "timeline")
        }),
        ("include/event.schema.json", |workspace| {
            schema(workspace, "event")
        }),
        ("include/answers.schema.json", |workspace| {
            schema(workspace, "answers")
        }),
        ("docs/errors.md", errors),
        ("docs/messages.md", messages),
        ("tests/published.md", published),
    ];
    let mut trouble: Vec<&str> = Vec::new();
    let mut checks = 0_usize;
    for (path, make) in files {
        let made = match make(workspace) {
            Ok(made) => made,
            Err(error) => {
                say!("{path} cannot be made: {error:#}");
                trouble.push(path);
                continue;
            }
        };
        checks = checks.saturating_add(1);
        let full = workspace.root.join(path);
        let committed = read_if_there(&full)?;
        if committed.as_deref() == Some(made.as_str()) {
            say!("{path} is up to date");
        } else if workspace.options.write {
            write(&full, made.as_bytes())?;
            say!("{path} is written");
        } else {
            trouble.push(path);
            match &committed {
                None => say!("{path} is missing; this makes it: {MEND}"),
                Some(committed) => {
                    let shown =
                        diff::unified(path, committed, "as generated", &made, DIFF_LINES_MAX);
                    say!("{}", shown.unwrap_or_default());
                    say!("{path} is not what its source says; this mends it: {MEND}");
                }
            }
        }
    }
    if !trouble.is_empty() {
        bail!(
            "{} (see above; `{MEND}` writes what can be made)",
            trouble.join(", ")
        );
    }
    Ok(Done::checked(checks))
}

/// A file that was never generated is no error of reading.
fn read_if_there(path: &Path) -> Result<Option<String>> {
    if !path.exists() {
        return Ok(None);
    }
    let text =
        fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    Ok(Some(text))
}

/// The C header, made from the crate of the C interface.
fn header(workspace: &Workspace) -> Result<String> {
    let folder = workspace.need("crates/loyalty-ffi", "the C interface")?;
    let settings = workspace.need("crates/loyalty-ffi/cbindgen.toml", "how the header is made")?;
    let config = cbindgen::Config::from_file(&settings)
        .map_err(|error| anyhow!("`crates/loyalty-ffi/cbindgen.toml` cannot be used: {error}"))?;
    let bindings = cbindgen::Builder::new()
        .with_crate(folder)
        .with_config(config)
        .generate()
        .context("the header cannot be made from `crates/loyalty-ffi`")?;
    let mut bytes = Vec::new();
    bindings.write(&mut bytes);
    String::from_utf8(bytes).context("the header is no UTF-8")
}

/// A JSON schema, printed by an example of the core.
fn schema(workspace: &Workspace, of: &str) -> Result<String> {
    workspace.need(
        "crates/loyalty-core/examples/schema.rs",
        "the program that prints the JSON schemas",
    )?;
    let made = "run --quiet -p loyalty-core --features schema --example schema --";
    capture_text(cargo(&workspace.root).args(made.split(' ')).arg(of))
}

/// The table of published cases that have scenarios, printed by the runner of the scenarios.
fn published(workspace: &Workspace) -> Result<String> {
    workspace.need(
        "tests/src/published.rs",
        "how the table of published cases is made",
    )?;
    let made = "run --quiet -p loyalty-tests -- published";
    capture_text(cargo(&workspace.root).args(made.split(' ')))
}

/// The table of errors.
fn errors(workspace: &Workspace) -> Result<String> {
    printed(workspace, "errors")
}

/// The table of messages.
fn messages(workspace: &Workspace) -> Result<String> {
    printed(workspace, "messages")
}

/// A table, printed by an example of the core.
fn printed(workspace: &Workspace, table: &str) -> Result<String> {
    let path = format!("crates/loyalty-core/examples/{table}.rs");
    workspace.need(
        &path,
        &format!("the program that prints the table of {table}"),
    )?;
    let made = format!("run --quiet -p loyalty-core --example {table}");
    capture_text(cargo(&workspace.root).args(made.split(' ')))
}
