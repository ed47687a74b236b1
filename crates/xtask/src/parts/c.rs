//! The C library as a C programmer meets it: header, static and shared library, symbols, size, examples.

mod arguments;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Done;
use crate::diff;
use crate::shell::{capture_text, cargo, command, first_line, in_parallel, run, say};
use crate::workspace::{Workspace, read, write};

/// The compiler's flags: C11, and no warning goes by.
const C_FLAGS: [&str; 6] = [
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Werror",
    "-Iinclude",
];
/// Any leak is an error, also memory that could still be reached at the end.
const VALGRIND: [&str; 5] = [
    "--error-exitcode=99",
    "--leak-check=full",
    "--show-leak-kinds=all",
    "--errors-for-leak-kinds=all",
    "-q",
];
/// The most bytes that the stripped shared library may have. The aim is 3 MB: this is what it must not grow past on the way there. The
/// library of the checks is built without optimising across crates (`in_parallel`), so the one that is shipped is smaller.
const STRIPPED_MAX: u64 = 16_000_000;
/// What a shared library is called here.
const SHARED: &str = if cfg!(target_os = "macos") {
    "libloyalty.dylib"
} else {
    "libloyalty.so"
};
/// The functions that the library shows.
const SYMBOLS: &str = "tests/c/symbols.txt";
/// What the Rust standard library needs when it is linked into a C program.
const SYSTEM: &[&str] = if cfg!(target_os = "macos") {
    &["-liconv", "-lSystem", "-lm"]
} else {
    &["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl"]
};

/// The C library, built and laid out as on a machine where it is installed.
pub(super) struct Library {
    shared: PathBuf,
    archive: PathBuf,
    /// Where the programs go that take it in, below the target.
    folder: &'static str,
}

/// How a program takes in the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Static,
    Shared,
}

/// Everything about the C library.
pub(super) fn run_all(workspace: &Workspace) -> Result<Done> {
    let tests = workspace.need_files("tests/c", "c", "the tests of the C library")?;
    let examples = workspace.need_files("examples/c", "c", "the C examples")?;
    let valgrind = valgrind(workspace)?;
    let promised = read(&workspace.need(SYMBOLS, "the names that the C library shows")?)?;
    let promised = names(&promised);
    let mut checks = arguments::check(workspace, &promised)?;
    let mut notes = Vec::new();
    let library = Library::build(workspace)?;

    // Leaks are looked for in one library, linked one way: what it does with memory is the same in all of them.
    let looked_through = if valgrind {
        Some(Library::unoptimised(workspace)?)
    } else {
        notes.push("valgrind is not installed: no test was looked through for leaks".to_owned());
        None
    };
    for source in &tests {
        for link in [Link::Static, Link::Shared] {
            let program = library.compile(workspace, source, link)?;
            checks = checks.saturating_add(1);
            if needs_script(source) {
                continue;
            }
            run(&mut library.program(workspace, &program))?;
            checks = checks.saturating_add(1);
        }
    }
    if let Some(library) = &looked_through {
        for source in tests.iter().filter(|source| !needs_script(source)) {
            let program = library.compile(workspace, source, Link::Shared)?;
            run(&mut library.under_valgrind(workspace, &program))?;
            checks = checks.saturating_add(1);
        }
    }

    cpp(workspace)?;
    checks = checks.saturating_add(1);

    if cfg!(target_os = "linux") {
        checks = checks.saturating_add(symbols(workspace, &library, &promised)?);
        let size = stripped_size(workspace, &library)?;
        notes.push(size_said(size)?);
        checks = checks.saturating_add(1);
    } else {
        notes.push("the list of symbols and the size are compared on Linux only".to_owned());
    }

    for source in &examples {
        for link in [Link::Static, Link::Shared] {
            let program = library.compile(workspace, source, link)?;
            run(&mut library.program(workspace, &program))?;
            checks = checks.saturating_add(2);
        }
    }
    Ok(Done::Checked { checks, notes })
}

impl Library {
    /// Builds the optimised libraries.
    pub(super) fn build(workspace: &Workspace) -> Result<Self> {
        let mut build = cargo(&workspace.root);
        in_parallel(build.args(["build", "--release", "-p", "loyalty-ffi"]));
        Self::built_by(build, workspace, "release", "c")
    }

    /// Builds the libraries as the tests of the crates have them. What the optimiser makes of comparisons reads bytes that are
    /// not there and throws the answer away: valgrind cannot tell that from a mistake.
    fn unoptimised(workspace: &Workspace) -> Result<Self> {
        let mut build = cargo(&workspace.root);
        build.args(["build", "-p", "loyalty-ffi"]);
        Self::built_by(build, workspace, "debug", "c/unoptimised")
    }

    /// Lays out what a build makes in a folder below the target. The shared library lies alone in a folder, so that a linker
    /// cannot take the other.
    fn built_by(
        mut build: Command,
        workspace: &Workspace,
        profile: &str,
        folder: &'static str,
    ) -> Result<Self> {
        workspace.need("crates/loyalty-ffi/Cargo.toml", "the C interface")?;
        workspace.need("include/loyalty.h", "the C header")?;
        run(&mut build)?;
        let built = workspace.target.join(profile);
        let archive = built.join("libloyalty.a");
        let shared = workspace.target_folder(&format!("{folder}/lib"))?;
        for file in [&archive, &built.join(SHARED)] {
            if !file.is_file() {
                bail!(
                    "the build of `loyalty-ffi` made no `{}`",
                    workspace.shown(file)
                );
            }
        }
        copy(&built.join(SHARED), &shared.join(SHARED))?;
        // A program asks for the library by the name that the library bears inside.
        if let Some(name) = soname(&shared.join(SHARED), workspace)?.filter(|name| name != SHARED) {
            copy(&built.join(SHARED), &shared.join(name))?;
        }
        Ok(Self {
            shared,
            archive,
            folder,
        })
    }

    /// The static library.
    pub(super) fn archive(&self) -> &Path {
        &self.archive
    }

    /// Compiles one C file to a program.
    pub(super) fn compile(
        &self,
        workspace: &Workspace,
        source: &Path,
        link: Link,
    ) -> Result<PathBuf> {
        let kind = match link {
            Link::Static => "static",
            Link::Shared => "shared",
        };
        let stem = source.file_stem().unwrap_or(source.as_os_str());
        // The folder above tells a test from an example of the same name.
        let of = if source.starts_with(workspace.root.join("examples")) {
            "examples"
        } else {
            "tests"
        };
        let folder = format!("{}/{of}/{kind}", self.folder);
        let program = workspace.target_folder(&folder)?.join(stem);
        let mut cc = command("cc", &workspace.root);
        cc.args(C_FLAGS).arg("-o").arg(&program).arg(source);
        match link {
            Link::Static => cc.arg(&self.archive).args(SYSTEM),
            Link::Shared => cc.arg("-L").arg(&self.shared).arg("-lloyalty"),
        };
        run(&mut cc)?;
        Ok(program)
    }

    /// A compiled program, ready to run.
    pub(super) fn program(&self, workspace: &Workspace, program: &Path) -> Command {
        self.with_library(command(program, &workspace.root))
    }

    fn under_valgrind(&self, workspace: &Workspace, program: &Path) -> Command {
        let mut valgrind = command("valgrind", &workspace.root);
        valgrind.args(VALGRIND).arg(program);
        self.with_library(valgrind)
    }

    /// The shared library is found here and nowhere else.
    fn with_library(&self, mut command: Command) -> Command {
        let variable = if cfg!(target_os = "macos") {
            "DYLD_LIBRARY_PATH"
        } else {
            "LD_LIBRARY_PATH"
        };
        command.env(variable, &self.shared);
        command
    }
}

/// Whether a test needs a script to follow: the part `conformance` runs it.
fn needs_script(source: &Path) -> bool {
    source.file_stem().is_some_and(|stem| stem == "conformance")
}

/// Whether leaks are looked for; an error if they must be and cannot.
fn valgrind(workspace: &Workspace) -> Result<bool> {
    if first_line("valgrind", &["-q", "true"]).is_some() {
        return Ok(true);
    }
    let ci = env::var("CI").is_ok_and(|value| value == "true" || value == "1");
    if ci || workspace.options.valgrind {
        bail!(
            "valgrind is not installed or does not work, and it is required with CI=true or --valgrind"
        );
    }
    Ok(false)
}

/// The name that a shared library bears inside, if it bears one.
fn soname(library: &Path, workspace: &Workspace) -> Result<Option<String>> {
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    let text = capture_text(
        command("readelf", &workspace.root)
            .args(["-d", "-W"])
            .arg(library),
    )?;
    Ok(text
        .lines()
        .find(|line| line.contains("(SONAME)"))
        .and_then(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned())))
}

/// The header is good C++ too.
fn cpp(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target_folder("c/cpp")?;
    let source = folder.join("header.cpp");
    write(&source, b"#include \"loyalty.h\"\n")?;
    let flags = [
        "-std=c++17",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Iinclude",
        "-c",
    ];
    run(command("c++", &workspace.root)
        .args(flags)
        .arg("-o")
        .arg(folder.join("header.o"))
        .arg(&source))
}

/// The names in the list of promised functions.
fn names(list: &str) -> Vec<&str> {
    list.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// The bytes of the shared library without what only a debugger needs.
fn stripped_size(workspace: &Workspace, library: &Library) -> Result<u64> {
    let stripped = workspace.target_folder("c/stripped")?.join(SHARED);
    run(command("strip", &workspace.root)
        .arg("-o")
        .arg(&stripped)
        .arg(library.shared.join(SHARED)))?;
    let size = fs::metadata(&stripped)
        .with_context(|| format!("`{}` cannot be measured", workspace.shown(&stripped)))?;
    Ok(size.len())
}

/// A size in words, or that it is too large.
fn size_said(bytes: u64) -> Result<String> {
    let megabytes = |bytes: u64| {
        let tenths = bytes.div_ceil(100_000);
        format!("{}.{} MB", tenths.wrapping_div(10), tenths.wrapping_rem(10))
    };
    let (size, most) = (megabytes(bytes), megabytes(STRIPPED_MAX));
    if bytes > STRIPPED_MAX {
        bail!("the stripped C library has {size}: no more than {most} (`STRIPPED_MAX`)");
    }
    Ok(format!(
        "the stripped C library has {size} of at most {most}"
    ))
}

/// The shared library shows the functions that are promised, and no other. How many there are.
fn symbols(workspace: &Workspace, library: &Library, promised: &[&str]) -> Result<usize> {
    let text = capture_text(
        command("nm", &workspace.root)
            .args(["-D", "--defined-only"])
            .arg(library.shared.join(SHARED)),
    )?;
    let mut shown: Vec<&str> = text.lines().filter_map(function_name).collect();
    shown.sort_unstable();
    if let Some(diff) = diff::unified(
        SYMBOLS,
        &as_lines(promised),
        "the shared library",
        &as_lines(&shown),
        40,
    ) {
        say!("{diff}");
        bail!(
            "the shared library does not show the functions of `{SYMBOLS}`; a published name must stay, \
             a new one is added to that file by hand, in the order of `LC_ALL=C sort`"
        );
    }
    if shown.is_empty() {
        bail!("the shared library shows no function");
    }
    Ok(shown.len())
}

/// The name in a line of `nm` such as `0000000000001130 T loyalty_engine_new`.
fn function_name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let (_address, kind, name) = (words.next()?, words.next()?, words.next()?);
    // A version after `@` is no part of the name.
    (kind == "T").then(|| name.split('@').next().unwrap_or(name))
}

fn as_lines(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name}\n")).collect()
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .map(|_| ())
        .with_context(|| format!("`{}` cannot be copied", from.display()))
}

#[cfg(test)]
mod tests {
    use super::{STRIPPED_MAX, function_name, size_said};

    #[test]
    fn a_library_that_is_too_large_is_refused() {
        let said = size_said(14_559_856).unwrap_or_default();
        assert_eq!(
            said,
            "the stripped C library has 14.6 MB of at most 16.0 MB"
        );
        assert!(size_said(STRIPPED_MAX).is_ok());
        assert!(size_said(STRIPPED_MAX.saturating_add(1)).is_err());
    }

    #[test]
    fn only_functions_count() {
        let name = "loyalty_engine_new";
        assert_eq!(
            function_name("0000000000001130 T loyalty_engine_new"),
            Some(name)
        );
        assert_eq!(
            function_name("0000000000001130 T loyalty_engine_new@@V1"),
            Some(name)
        );
        assert_eq!(function_name("0000000000001130 D loyalty_table"), None);
        assert_eq!(function_name("                 U malloc"), None);
        assert_eq!(function_name(""), None);
    }
}
