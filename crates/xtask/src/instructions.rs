//! `cargo xtask instructions`: what one call of the engine costs in instructions, counted by callgrind. Load on the machine does
//! not change these figures, so they show a regression that timings would hide.

use anyhow::{Context, Result};

use crate::shell::{capture_text, cargo, command, run, say};
use crate::workspace::Workspace;

/// What is counted: the name of the path in `crates/loyalty-core/examples/instructions.rs`, and what it is.
const PATHS: &[(&str, &str)] = &[
    ("typed-1-20-new", "1 line, 20 rules, new member, typed"),
    (
        "typed-1-20-history",
        "1 line, 20 rules, two years behind, typed",
    ),
    ("entries-1-20-new", "a new member, entries without receipt"),
    (
        "entries-1-20-history",
        "two years behind, entries without receipt",
    ),
    (
        "typed-20-20-history",
        "20 lines, 20 rules, two years behind, typed",
    ),
    ("typed-20-200-history", "the same with 200 rules"),
    ("typed-20-2000-history", "the same with 2,000 rules"),
    (
        "json-20-20-history",
        "20 lines, 20 rules, JSON in, JSON out",
    ),
    ("parse-20", "reading the event of 20 lines"),
    ("serde-20", "serde_json alone on the same bytes"),
    ("quote-20-20", "a quote of 20 lines"),
    ("redeem-3", "paying with points out of 3 lots"),
    ("burn-3", "the same, entries without receipt"),
    ("redeem-1000", "paying with points out of 1,000 lots"),
    ("wide", "1 line, 40 metrics, 3 tracks"),
    ("progress", "where a member with 40 metrics stands"),
    (
        "triggers-50-20",
        "1 line, 50 triggers, 20 watched segments, 5 tasks",
    ),
    ("day-50-20", "a day of such a member"),
    ("returns-10", "returning one of 10 orders"),
    ("returns-500", "returning one of 500 orders"),
    ("coupons-30-5-0", "5 coupons on 30 lines, the best set"),
    ("coupons-1-20-0", "20 coupons on 1 line"),
    ("coupons-30-20-0", "20 coupons on 30 lines"),
    ("coupons-30-30-0", "30 coupons on 30 lines"),
    ("coupons-300-30-0", "30 coupons on 300 lines"),
    ("coupons-30-0-500", "500 offers beside 30 lines"),
    (
        "wallet-30-1000",
        "5 coupons on 30 lines, 1,000 more in the wallet",
    ),
    ("load-1000", "reading a program of 1,000 rules"),
    ("member", "decoding and encoding a member"),
];

const TIMES: u64 = 5;

/// Counts each path and prints a table.
pub(crate) fn count(workspace: &Workspace) -> Result<bool> {
    run(cargo(&workspace.root)
        .args("build --quiet --release -p loyalty-core --example instructions".split(' ')))?;
    let program = workspace.target.join("release/examples/instructions");
    say!("{:>14}  what", "instructions");
    for (path, about) in PATHS {
        let out = workspace.target_folder("callgrind")?.join(path);
        let told = capture_text(
            command("valgrind", &workspace.root)
                .args([
                    "--tool=callgrind",
                    "--collect-atstart=no",
                    "--toggle-collect=*measured*",
                    "--log-fd=1",
                ])
                .arg(format!("--callgrind-out-file={}", out.display()))
                .arg(&program)
                .args([*path, &TIMES.to_string()]),
        )?;
        let collected = told.lines().find_map(|line| line.split_once("Collected :"));
        let total: u64 = collected
            .and_then(|(_, number)| number.trim().parse().ok())
            .context("callgrind did not say what it collected")?;
        say!("{:>14}  {about}", total.checked_div(TIMES).unwrap_or(0));
    }
    Ok(true)
}
