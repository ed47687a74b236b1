//! The Python package as a user meets it: a wheel in a virtual environment of its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use super::Done;
use crate::shell::{
    command, first_line, in_parallel, number_before, run, run_and_read, run_quietly,
};
use crate::workspace::{Workspace, read, write};

/// Where the tools of the virtual environment are named, each with its version.
const REQUIREMENTS: &str = "crates/loyalty-py/requirements-dev.txt";
/// The oldest Python that the package supports.
const OLDEST: (u32, u32) = (3, 10);

/// The Python of this machine.
pub(crate) struct Python {
    /// The interpreter itself, not a stand-in for it.
    pub(crate) path: PathBuf,
    pub(crate) version: String,
}

/// The Python named by the variable `PYTHON`, or `python3`; an error says what it lacks.
pub(crate) fn find() -> Result<Python> {
    let name = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let print = "import sys; print('.'.join(map(str, sys.version_info[:3])), sys.executable)";
    let line = first_line(&name, &["-c", print])
        .ok_or_else(|| anyhow!("`{name}` is not to be found or does not run"))?;
    let (version, path) = line
        .split_once(' ')
        .ok_or_else(|| anyhow!("`{name}` does not say which version it is"))?;
    let mut numbers = version.split('.').map_while(|piece| piece.parse().ok());
    let found: (u32, u32) = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    if found < OLDEST {
        bail!(
            "`{name}` is Python {version}, older than {}.{}",
            OLDEST.0,
            OLDEST.1
        );
    }
    if first_line(&name, &["-c", "import venv, ensurepip"]).is_none() {
        bail!("`{name}` has no venv module (Debian: apt-get install python3-venv)");
    }
    Ok(Python {
        path: PathBuf::from(path),
        version: version.to_owned(),
    })
}

/// A virtual environment with the tools and the wheel of this source.
pub(super) struct Environment {
    folder: PathBuf,
    caches: PathBuf,
}

/// Everything about the Python package.
pub(super) fn run_all(workspace: &Workspace) -> Result<Done> {
    workspace.need("crates/loyalty-py/tests", "the tests of the Python package")?;
    let examples = workspace.need_files("examples/python", "py", "the Python examples")?;
    let environment = Environment::with_wheel(workspace)?;
    let root = &workspace.root;
    let mut checks = 0_usize;

    let mut passed = 0_usize;
    let pytest = "-m pytest -p no:cacheprovider crates/loyalty-py/tests";
    run_and_read(environment.python(root).args(pytest.split(' ')), |line| {
        if let Some(number) = number_before(line, "passed") {
            passed = number;
        }
    })?;
    if passed == 0 {
        bail!("pytest ran no test at all");
    }
    checks = checks.saturating_add(passed);

    run(environment
        .python(root)
        .args(["-m", "mypy.stubtest", "loyalty"]))?;
    checks = checks.saturating_add(1);

    for example in &examples {
        run(environment
            .python(root)
            .args(["-m", "mypy", "--strict"])
            .arg(example))?;
        run(environment.python(root).arg(example))?;
        checks = checks.saturating_add(2);
    }
    Ok(Done::checked(checks))
}

impl Environment {
    /// The environment with the wheel of the present source in it. The wheel is built once a run.
    pub(super) fn with_wheel(workspace: &Workspace) -> Result<Self> {
        let environment = Self::prepare(workspace)?;
        if !workspace.wheel_is_installed.get() {
            environment.install_wheel(workspace)?;
            workspace.wheel_is_installed.set(true);
        }
        Ok(environment)
    }

    /// Its Python, with nothing left behind in the source.
    pub(super) fn python(&self, folder: &Path) -> Command {
        let mut python = command(self.tool("python"), folder);
        python
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("MYPY_CACHE_DIR", self.caches.join("mypy"))
            .env_remove("PYTHONPATH")
            .env_remove("PYTHONHOME");
        python
    }

    /// Makes the environment, or takes the one that is there if it was made of the same list by the same Python.
    fn prepare(workspace: &Workspace) -> Result<Self> {
        let list = workspace.need(REQUIREMENTS, "the Python tools and their versions")?;
        let python = find()?;
        let environment = Self {
            folder: workspace.target.join("venv"),
            caches: workspace.target_folder("python")?,
        };
        let stamp = environment.folder.join("stamp.txt");
        let wanted = format!(
            "{} {}\n{}",
            python.version,
            python.path.display(),
            read(&list)?
        );
        if environment.tool("python").exists()
            && fs::read_to_string(&stamp).is_ok_and(|made| made == wanted)
        {
            return Ok(environment);
        }
        if environment.folder.exists() {
            fs::remove_dir_all(&environment.folder).with_context(|| {
                format!(
                    "`{}` cannot be removed",
                    workspace.shown(&environment.folder)
                )
            })?;
        }
        run(command(&python.path, &workspace.root)
            .args(["-m", "venv"])
            .arg(&environment.folder))?;
        run_quietly(
            environment
                .pip(&workspace.root)
                .arg("--requirement")
                .arg(&list),
        )?;
        write(&stamp, wanted.as_bytes())?;
        Ok(environment)
    }

    fn install_wheel(&self, workspace: &Workspace) -> Result<()> {
        let root = &workspace.root;
        workspace.need("crates/loyalty-py/pyproject.toml", "the Python package")?;
        // Emptied first, so that the wheel found afterwards is the one that was built.
        let wheels = workspace.target.join("wheels");
        if wheels.exists() {
            fs::remove_dir_all(&wheels)
                .with_context(|| format!("`{}` cannot be emptied", workspace.shown(&wheels)))?;
        }
        run(in_parallel(&mut command(self.tool("maturin"), root))
            .args(["build", "--release", "--manifest-path"])
            .arg("crates/loyalty-py/Cargo.toml")
            .arg("--interpreter")
            .arg(self.tool("python"))
            .arg("--out")
            .arg(&wheels))?;
        let wheel = fs::read_dir(&wheels)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
            .ok_or_else(|| anyhow!("maturin made no wheel"))?;
        run_quietly(
            self.pip(root)
                .args(["--force-reinstall", "--no-deps"])
                .arg(&wheel),
        )
    }

    fn pip(&self, folder: &Path) -> Command {
        let mut pip = self.python(folder);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        pip
    }

    fn tool(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }
}
