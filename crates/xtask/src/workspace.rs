//! Where things are: the root, the target directory, and the files that a part needs.

use std::cell::Cell;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// What the command line asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// Leaks must be looked for, whether or not CI asks.
    pub(crate) valgrind: bool,
    /// Generated files are written, not compared.
    pub(crate) write: bool,
}

/// The workspace in which the task runner was called.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) options: Options,
    /// The wheel of this run is in the virtual environment: it is built once a run.
    pub(crate) wheel_is_installed: Cell<bool>,
}

impl Workspace {
    /// Looks upward from the current directory.
    pub(crate) fn find(options: Options) -> Result<Self> {
        let here = env::current_dir().context("the current directory cannot be read")?;
        let Some(root) = here
            .ancestors()
            .find(|folder| folder.join("crates/xtask/Cargo.toml").is_file())
        else {
            bail!("run `cargo xtask` inside the workspace");
        };
        let target = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"]
            .into_iter()
            .find_map(env::var_os)
            .map_or_else(|| root.join("target"), |folder| here.join(folder));
        Ok(Self {
            root: root.to_owned(),
            target,
            options,
            wheel_is_installed: Cell::new(false),
        })
    }

    /// A path inside the workspace that a part cannot do without; `what` says what it holds.
    pub(crate) fn need(&self, path: &str, what: &str) -> Result<PathBuf> {
        let full = self.root.join(path);
        if !full.exists() {
            bail!("`{path}` is missing: it holds {what}");
        }
        Ok(full)
    }

    /// The files of one folder with one extension, by name; none is an error.
    pub(crate) fn need_files(
        &self,
        folder: &str,
        extension: &str,
        what: &str,
    ) -> Result<Vec<PathBuf>> {
        let full = self.need(folder, what)?;
        let mut files = Vec::new();
        for entry in fs::read_dir(&full).with_context(|| format!("`{folder}` cannot be read"))? {
            let path = entry
                .with_context(|| format!("`{folder}` cannot be read"))?
                .path();
            if path.is_file() && path.extension() == Some(OsStr::new(extension)) {
                files.push(path);
            }
        }
        if files.is_empty() {
            bail!("`{folder}` has no `.{extension}` file: it holds {what}");
        }
        files.sort();
        Ok(files)
    }

    /// A folder under the target directory, made if need be.
    pub(crate) fn target_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join(name);
        fs::create_dir_all(&folder)
            .with_context(|| format!("`{}` cannot be made", self.shown(&folder)))?;
        Ok(folder)
    }

    /// A path as a person reads it: without the part above the workspace.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }

    /// How many packages the workspace has.
    pub(crate) fn packages(&self) -> usize {
        let crates = fs::read_dir(self.root.join("crates")).map_or(0, |entries| {
            entries
                .flatten()
                .filter(|entry| entry.path().join("Cargo.toml").is_file())
                .count()
        });
        let others = ["examples", "tests"]
            .into_iter()
            .filter(|folder| self.root.join(folder).join("Cargo.toml").is_file())
            .count();
        crates.saturating_add(others)
    }
}

/// Reads a text file, and says which one if it cannot.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

/// Writes a file, and says which one if it cannot.
pub(crate) fn write(path: &Path, contents: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("`{}` cannot be made", folder.display()))?;
    }
    fs::write(path, contents).with_context(|| format!("`{}` cannot be written", path.display()))
}
