//! The programs of the README, run as a reader would run them: what stands there works.

use anyhow::{Context, Result, bail, ensure};

use super::Done;
use super::c::Library;
use super::python::Environment;
use crate::shell::{cargo, command, run};
use crate::workspace::{Workspace, read, write};

/// What the README calls the folder of the clone.
const CLONE: &str = "loyalty/";
/// What it says in the text, not in a block: how a program that has been saved is run, and its first command.
const SAID: [&str; 3] = [
    "`cargo run`",
    "`venv/bin/python first.py`",
    "cargo run --release -p loyalty-examples --bin grocer",
];

/// Takes each block of code out of the README, puts it where the text says, and runs it there.
pub(super) fn run_all(workspace: &Workspace) -> Result<Done> {
    let readme = read(&workspace.need("README.md", "the README")?)?;
    for words in SAID {
        ensure!(readme.contains(words), "the README does not say `{words}`");
    }
    let folder = workspace.target_folder("readme")?;
    let root = format!("{}/", workspace.root.display());
    for (language, file) in [
        ("json", "tea.json"),
        ("python", "first.py"),
        ("c", "first.c"),
        ("rust", "src/main.rs"),
    ] {
        workspace.target_folder("readme/src")?;
        write(&folder.join(file), blocks(&readme, language)?.as_bytes())?;
    }

    // Rust: a package of its own, with the versions that the workspace has locked. Unlike a reader's it lies within the workspace.
    let manifest = format!(
        "[package]\nname = \"first-program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{}\n[workspace]\n",
        blocks(&readme, "toml")?.replace(&format!("path = \"{CLONE}"), &format!("path = \"{root}")),
    );
    write(&folder.join("Cargo.toml"), manifest.as_bytes())?;
    write(
        &folder.join("Cargo.lock"),
        read(&workspace.root.join("Cargo.lock"))?.as_bytes(),
    )?;
    run(cargo(&folder)
        .args(["run", "--quiet"])
        .env("CARGO_TARGET_DIR", &workspace.target))?;

    let environment = Environment::with_wheel(workspace)?;
    run(environment.python(&folder).arg("first.py"))?;

    // The commands that need what this part has built by now; those that build it are not run again.
    let library = Library::build(workspace)?;
    let archive = library.archive().display().to_string();
    let place = |word: &str| match word {
        "loyalty/target/release/libloyalty.a" => archive.clone(),
        _ => word.replace(CLONE, &root),
    };
    let mut commands = 0_usize;
    for line in blocks(&readme, "sh")?.lines() {
        let line = line.split_once(" #").map_or(line, |(before, _)| before);
        for said in line.split("&&") {
            let mut words = said.split_whitespace();
            let mut ready = match words.next() {
                Some("venv/bin/python") => environment.python(&folder),
                Some("cc") => command("cc", &folder),
                Some("./first") => command(folder.join("first"), &folder),
                _ => continue,
            };
            run(ready.args(words.map(place)))?;
            commands = commands.saturating_add(1);
        }
    }
    if commands < 4 {
        bail!("of the commands of the README only {commands} were run");
    }
    Ok(Done::checked(commands.saturating_add(2)))
}

/// All blocks of a language, one after the other: a later one goes on with what an earlier one has.
fn blocks(readme: &str, language: &str) -> Result<String> {
    let start = format!("\n```{language}\n");
    let parts = readme.split(&start).skip(1);
    let blocks = parts.filter_map(|part| part.split_once("\n```"));
    let code: String = blocks.map(|(code, _)| format!("{code}\n")).collect();
    (!code.is_empty())
        .then_some(code)
        .with_context(|| format!("the README has no block of `{language}`"))
}
