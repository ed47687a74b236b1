//! Running other programs: each command is shown, its standard input is empty, and a failure is said in plain words.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, ErrorKind};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Error, Result, anyhow, bail};

/// Prints a line; a reader that went away (`cargo xtask | head`) is no reason to stop.
macro_rules! say {
    ($($part:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($part)*);
    }};
}
pub(crate) use say;

/// A command that runs in `folder` with nothing to read.
pub(crate) fn command(program: impl AsRef<OsStr>, folder: &std::path::Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// The `cargo` that runs this task.
pub(crate) fn cargo(folder: &std::path::Path) -> Command {
    command(
        env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        folder,
    )
}

/// Has a release build optimise crate by crate and in parallel: linking all crates into one takes most of its time, and changes
/// speed, which no check looks at.
pub(crate) fn in_parallel(command: &mut Command) -> &mut Command {
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
}

/// Runs a command; its output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    show(command);
    let status = command
        .status()
        .map_err(|error| not_started(command, error))?;
    ended(command, status)
}

/// Runs a command and returns its standard output; the rest goes where ours goes.
pub(crate) fn capture(command: &mut Command) -> Result<Vec<u8>> {
    show(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| not_started(command, error))?;
    ended(command, output.status)?;
    Ok(output.stdout)
}

/// As [`capture`], for a command that writes text.
pub(crate) fn capture_text(command: &mut Command) -> Result<String> {
    let bytes = capture(command)?;
    String::from_utf8(bytes).with_context(|| format!("`{}` wrote no UTF-8", line(command)))
}

/// Runs a command quietly: its output is shown only if it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    show(command);
    let output = command
        .output()
        .map_err(|error| not_started(command, error))?;
    if !output.status.success() {
        for stream in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(stream);
            if !text.trim().is_empty() {
                say!("{}", text.trim_end());
            }
        }
    }
    ended(command, output.status)
}

/// Runs a command, shows its standard output line by line, and gives each line to `read` as well.
pub(crate) fn run_and_read(command: &mut Command, mut read: impl FnMut(&str)) -> Result<()> {
    show(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, error))?;
    if let Some(stdout) = child.stdout.take() {
        let mut reader = BufReader::new(stdout);
        let mut bytes = Vec::new();
        while reader
            .read_until(b'\n', &mut bytes)
            .with_context(|| format!("the output of `{}` cannot be read", line(command)))?
            > 0
        {
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim_end_matches(['\n', '\r']);
            say!("{text}");
            read(text);
            bytes.clear();
        }
    }
    let status = child
        .wait()
        .with_context(|| format!("`{}` cannot be waited for", line(command)))?;
    ended(command, status)
}

/// The first line that a program prints about itself, if the program is there at all.
pub(crate) fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Some(text.lines().next().unwrap_or_default().trim().to_owned())
}

/// The number before a word in a line such as `test result: ok. 12 passed; 0 failed`.
pub(crate) fn number_before(line: &str, word: &str) -> Option<usize> {
    let mut last = None;
    for piece in line.split_whitespace() {
        if piece.trim_end_matches([';', ',', '.']) == word {
            return last;
        }
        last = piece.parse().ok();
    }
    None
}

fn show(command: &Command) {
    say!("$ {}", line(command));
}

/// The command as it could be typed. Paths below the working folder are shown from there.
fn line(command: &Command) -> String {
    let folder = command
        .get_current_dir()
        .map(|folder| format!("{}/", folder.display()))
        .unwrap_or_default();
    let shorten = |text: &OsStr| {
        let text = text.to_string_lossy();
        let text = if folder.is_empty() {
            text.into_owned()
        } else {
            text.replace(&folder, "")
        };
        if text.is_empty() || text.contains([' ', '\'', '"', '*', ';', '&', '\n']) {
            format!("'{}'", text.replace('\'', "'\\''"))
        } else {
            text
        }
    };
    let program = command.get_program();
    let program = match std::path::Path::new(program).file_name() {
        // The full path of the very cargo that runs us says nothing to a reader.
        Some(name) if name == "cargo" => name,
        _ => program,
    };
    let mut words = vec![shorten(program)];
    words.extend(command.get_args().map(shorten));
    words.join(" ")
}

fn not_started(command: &Command, error: std::io::Error) -> Error {
    let program = command.get_program().to_string_lossy();
    if error.kind() == ErrorKind::NotFound {
        anyhow!(
            "`{program}` is not to be found; `cargo xtask doctor` says how to get what is missing"
        )
    } else {
        anyhow!("`{program}` does not start: {error}")
    }
}

fn ended(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{}` ended with {status}", line(command))
}

#[cfg(test)]
mod tests {
    use super::number_before;

    #[test]
    fn numbers_are_read_from_reports() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored";
        assert_eq!(number_before(line, "passed"), Some(12));
        assert_eq!(
            number_before("==== 3 passed, 1 skipped in 0.1s", "passed"),
            Some(3)
        );
        assert_eq!(number_before("no tests ran in 0.1s", "passed"), None);
        assert_eq!(number_before("all passed", "passed"), None);
    }
}
