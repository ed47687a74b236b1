//! `cargo xtask`: every check of the workspace. What a person runs is what CI runs.
//!
//! `cargo xtask` lists the parts, `cargo xtask test` runs them all, `cargo xtask doctor` says what the machine lacks.
//! A new part is one line in `parts.rs` and one function.

mod diff;
mod doctor;
mod instructions;
mod parts;
mod report;
mod shell;
mod workspace;

use std::process::ExitCode;

use clap::{Arg, ArgAction, Command};

use crate::parts::{PARTS, Part};
use crate::shell::say;
use crate::workspace::{Options, Workspace};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything that was asked for passed.
fn run() -> anyhow::Result<bool> {
    let mut cli = command_line();
    let matches = cli.get_matches_mut();
    let Some((name, flags)) = matches.subcommand() else {
        say!("{}", cli.render_help());
        return Ok(true);
    };
    let flag = |id: &str| matches!(flags.try_get_one::<bool>(id), Ok(Some(true)));
    let options = Options {
        valgrind: flag("valgrind"),
        write: flag("write"),
    };
    let workspace = Workspace::find(options)?;
    match name {
        "doctor" => doctor::run(&workspace),
        "instructions" => instructions::count(&workspace),
        "test" => report::run(
            &workspace,
            PARTS.iter().collect::<Vec<&Part>>().as_slice(),
            flag("keep-going"),
        ),
        one => {
            let chosen: Vec<&Part> = PARTS.iter().filter(|part| part.name == one).collect();
            report::run(&workspace, &chosen, false)
        }
    }
}

fn command_line() -> Command {
    let mut cli = Command::new("xtask")
        .bin_name("cargo xtask")
        .about("The checks of the workspace, in the order in which `test` runs them")
        .disable_help_subcommand(true)
        .subcommand_value_name("PART")
        .subcommand_help_heading("Parts")
        .subcommand(
            Command::new("doctor")
                .about("says what is missing on this machine, and how to get it")
                .display_order(0),
        )
        .subcommand(
            Command::new("instructions")
                .about(
                    "counts what each path of the engine costs, with valgrind (not part of `test`)",
                )
                .display_order(100),
        )
        .subcommand(
            Command::new("test")
                .about("runs every part below in this order, and stops at the first failure")
                .display_order(1)
                .arg(switch(
                    "keep-going",
                    "goes on with the other parts after a failure",
                ))
                .arg(switch("valgrind", VALGRIND)),
        );
    for (place, part) in PARTS.iter().enumerate() {
        let mut command = Command::new(part.name)
            .about(part.about)
            .display_order(place.saturating_add(2));
        match part.name {
            "generated" => {
                command = command.arg(switch(
                    "write",
                    "writes the files instead of comparing them",
                ))
            }
            "c" => command = command.arg(switch("valgrind", VALGRIND)),
            _ => {}
        }
        cli = cli.subcommand(command);
    }
    cli
}

const VALGRIND: &str =
    "fails without valgrind (also when CI=true; otherwise valgrind is used if it is there)";

fn switch(id: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(id).help(help).action(ArgAction::SetTrue)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_well_formed() {
        super::command_line().debug_assert();
    }
}
