//! Runs parts one after another, times them, and sums up.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::parts::{Done, Part};
use crate::shell::say;
use crate::workspace::Workspace;

/// How one part ended.
enum Verdict {
    Passed { checks: usize, notes: Vec<String> },
    Failed { why: String },
    Skipped { why: String },
    NotRun,
}

struct Line {
    name: &'static str,
    verdict: Verdict,
    time: Duration,
}

/// Whether no part failed.
pub(crate) fn run(workspace: &Workspace, parts: &[&Part], keep_going: bool) -> Result<bool> {
    let mut lines: Vec<Line> = Vec::new();
    for part in parts {
        let broken = lines
            .iter()
            .any(|line| matches!(line.verdict, Verdict::Failed { .. }));
        let start = Instant::now();
        let verdict = if broken && !keep_going {
            Verdict::NotRun
        } else {
            say!("\n=== {} === {}", part.name, part.about);
            match (part.run)(workspace) {
                Ok(Done::Checked { checks, notes }) => Verdict::Passed { checks, notes },
                Ok(Done::Skipped { why }) => Verdict::Skipped { why },
                Err(error) => Verdict::Failed {
                    why: format!("{error:#}"),
                },
            }
        };
        let line = Line {
            name: part.name,
            verdict,
            time: start.elapsed(),
        };
        say_one(&line);
        lines.push(line);
    }
    if lines.len() > 1 {
        sum_up(&lines);
    }
    Ok(!lines
        .iter()
        .any(|line| matches!(line.verdict, Verdict::Failed { .. })))
}

fn say_one(line: &Line) {
    let name = line.name;
    let time = seconds(line.time);
    match &line.verdict {
        Verdict::Passed { checks, notes } => {
            for note in notes {
                say!("note: {note}");
            }
            say!("--- {name} passed: {}, {time}", counted(*checks));
        }
        Verdict::Failed { why } => say!("--- {name} FAILED after {time}: {why}"),
        Verdict::Skipped { why } => say!("--- {name} skipped: {why}"),
        Verdict::NotRun => {}
    }
}

fn sum_up(lines: &[Line]) {
    say!("\n=== summary ===");
    say!(
        "{:<12} {:<8} {:>8} {:>9}",
        "part",
        "result",
        "checks",
        "time"
    );
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for line in lines {
        let (result, checks, remark) = match &line.verdict {
            Verdict::Passed { checks, notes } => {
                passed = passed.saturating_add(1);
                ("passed", checks.to_string(), notes.join("; "))
            }
            Verdict::Failed { why } => {
                failed = failed.saturating_add(1);
                let first = why.lines().next().unwrap_or_default();
                ("FAILED", String::new(), first.to_owned())
            }
            Verdict::Skipped { why } => ("skipped", String::new(), why.clone()),
            Verdict::NotRun => ("not run", String::new(), String::new()),
        };
        let time = match line.verdict {
            Verdict::NotRun => String::new(),
            _ => seconds(line.time),
        };
        let row = format!(
            "{:<12} {result:<8} {checks:>8} {time:>9}  {remark}",
            line.name
        );
        say!("{}", row.trim_end());
    }
    say!("{passed} passed, {failed} failed");
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn counted(checks: usize) -> String {
    match checks {
        1 => "1 check".to_owned(),
        many => format!("{many} checks"),
    }
}
