//! The programs of the README, run as a reader would run them: what stands there works.

use anyhow::{Result, bail, ensure};

use super::Done;
use super::c::{Library, Link};
use super::python::Environment;
use crate::shell::{cargo, run};
use crate::workspace::{Workspace, read, write};

/// Takes each block of code out of the README and runs it.
pub(super) fn run_all(workspace: &Workspace) -> Result<Done> {
    let readme = read(&workspace.need("README.md", "the README")?)?;
    let folder = workspace.target_folder("readme")?;
    // All blocks of a language, one after the other: a later one goes on with what an earlier one has.
    let block = |language: &str| {
        let start = format!("\n```{language}\n");
        let parts = readme.split(&start).skip(1);
        let blocks = parts.filter_map(|part| part.split_once("\n```"));
        let code: String = blocks.map(|(code, _)| format!("{code}\n")).collect();
        ensure!(!code.is_empty(), "the README has no block of `{language}`");
        Ok(code)
    };
    let program = block("json")?;
    write(&folder.join("tea.json"), program.as_bytes())?;

    // Rust: a crate of its own, with the versions that the workspace has locked.
    let manifest = format!(
        "[package]\nname = \"first-program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{}\n[workspace]\n",
        block("toml")?.replace(
            "path = \"",
            &format!("path = \"{}/", workspace.root.display())
        ),
    );
    let rust = workspace.target_folder("readme/rust/src")?;
    write(&folder.join("rust/Cargo.toml"), manifest.as_bytes())?;
    write(
        &folder.join("rust/Cargo.lock"),
        read(&workspace.root.join("Cargo.lock"))?.as_bytes(),
    )?;
    write(&rust.join("tea.json"), program.as_bytes())?;
    write(&rust.join("main.rs"), block("rust")?.as_bytes())?;
    run(cargo(&folder.join("rust"))
        .args(["run", "--quiet"])
        .env("CARGO_TARGET_DIR", &workspace.target))?;

    let library = Library::build(workspace)?;
    write(&folder.join("first.c"), block("c")?.as_bytes())?;
    let first = library.compile(workspace, &folder.join("first.c"), Link::Static)?;
    run(&mut library.program(workspace, &first))?;

    let environment = Environment::with_wheel(workspace)?;
    write(&folder.join("first.py"), block("python")?.as_bytes())?;
    run(environment.python(&folder).arg("first.py"))?;
    for words in [
        ["check", "tea.json"].as_slice(),
        &["explain", "tea.json", "--lang", "zh"],
    ] {
        run(environment
            .python(&folder)
            .args(["-m", "loyalty"])
            .args(words))?;
    }
    if !readme.contains("cargo run --release -p loyalty-examples --bin grocer") {
        bail!("the README does not name its first command");
    }
    Ok(Done::checked(5))
}
