//! `loyalty-tests transcript <folder>/rust.txt` writes the transcript of Rust, and beside it `script.txt` for the C runner.

use std::path::Path;
use std::process::ExitCode;

use loyalty_tests::{Transcript, load, scenarios_folder};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [verb, file] = arguments.as_slice() else {
        return fail("usage: loyalty-tests transcript <folder>/rust.txt");
    };
    if verb != "transcript" {
        return fail("usage: loyalty-tests transcript <folder>/rust.txt");
    }
    match write(Path::new(file)) {
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
