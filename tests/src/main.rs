//! `loyalty-tests transcript <folder>/rust.txt` writes the transcript of Rust, and beside it `script.txt` for the C runner.
//! `loyalty-tests published` prints the table of published cases: `tests/published.md` is made with it.

use std::path::Path;
use std::process::ExitCode;

use loyalty_tests::{Transcript, load, published, scenarios_folder};

const USAGE: &str = "usage: loyalty-tests transcript <folder>/rust.txt, or loyalty-tests published";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["transcript", file] => write(Path::new(file)),
        ["published"] => load(&scenarios_folder()).map(|all| print!("{}", published(&all))),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => fail(&words),
    }
}

fn write(file: &Path) -> Result<(), String> {
    let scenarios = load(&scenarios_folder())?;
    let mut transcript = Transcript::default();
    for scenario in &scenarios {
        transcript.follow(scenario)?;
    }
    let script = file.with_file_name("script.txt");
    for (file, text) in [
        (file, &transcript.answers),
        (script.as_path(), &transcript.script),
    ] {
        std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

fn fail(words: &str) -> ExitCode {
    eprintln!("{words}");
    ExitCode::FAILURE
}
