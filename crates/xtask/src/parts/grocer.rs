//! The grocer example, run twice over one database: nothing is counted twice, and figures are as the data has them.

use std::collections::HashSet;
use std::fs;

use anyhow::{Context, Result, bail};

use super::{Done, python};
use crate::diff;
use crate::shell::{capture_text, cargo, command, in_parallel, say};
use crate::workspace::Workspace;

/// Runs the example on a fresh database and then once more, and compares its figures with those worked out without the engine.
pub(super) fn run_all(workspace: &Workspace) -> Result<Done> {
    workspace.need("examples/Cargo.toml", "the Rust examples")?;
    let folder = workspace.target_folder(".")?;
    for name in ["", "-wal", "-shm", "-journal"] {
        let old = folder.join(format!("grocer-test.sqlite{name}"));
        if old.exists() {
            fs::remove_file(&old)
                .with_context(|| format!("`{}` cannot be removed", workspace.shown(&old)))?;
        }
    }
    let once = || {
        capture_text(
            in_parallel(&mut cargo(&workspace.root))
                .args("run --quiet --release -p loyalty-examples --bin grocer --".split(' '))
                .args(["--quiet", "--database"])
                .arg(workspace.target.join("grocer-test.sqlite")),
        )
    };
    let (first, second) = (once()?, once()?);
    if first.trim().is_empty() {
        bail!("the grocer example printed no table");
    }
    let (tables, again) = (tables(&first), tables(&second));
    if let Some(diff) = diff::unified("first run", &tables, "second run", &again, 30) {
        say!("{diff}");
        bail!("the second run does not print the tables of the first");
    }
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let printed: HashSet<String> = tables.lines().map(words).collect();
    let script = workspace.need("examples/figures.py", "the figures without the engine")?;
    let figures = capture_text(command(python::find()?.path, &workspace.root).arg(script))?;
    if let Some(missing) = figures.lines().find(|line| !printed.contains(&words(line))) {
        bail!("the grocer example does not print `{missing}`, which the data says");
    }
    Ok(Done::checked(
        tables
            .lines()
            .count()
            .saturating_add(figures.lines().count()),
    ))
}

/// What a run printed, without the remark that there was nothing new to do.
fn tables(printed: &str) -> String {
    printed
        .lines()
        .filter(|line| !line.contains("nothing new"))
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}
