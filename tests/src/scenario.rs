//! Reading scenarios. Whatever is not understood is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::compact;

/// A scenario: a program, a member, and what happens step by step.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name; no two scenarios have the same.
    pub id: String,
    /// The clause of the rules that it checks.
    pub clause: String,
    /// What it shows.
    pub title: String,
    /// The file that it stands in.
    pub file: String,
    /// The program, as it was written, on one line.
    pub program: String,
    /// The id of the member.
    pub member: String,
    /// Every mistake that loading the program reports, in order; none if the program is right.
    pub program_errors: Vec<Mistake>,
    /// What happens.
    pub steps: Vec<Step>,
}

/// An error that is expected.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// Its code.
    pub code: String,
    /// Where it is.
    pub path: String,
    /// For `out_of_order`: what the member has been brought to.
    #[serde(default)]
    pub as_of: Option<String>,
}

/// One step.
#[derive(Clone, Debug)]
pub enum Step {
    /// A call of the engine, and what it answers.
    Call(Call, Expected),
    /// When time alone changes the member next.
    NextDue(Option<String>),
    /// Where the member stands in each track, and how far it is in each task.
    Progress(Value),
    /// The figures of the member in a ranking, at an instant.
    Ranking(String, String, Value),
    /// Points of each account by the instants at which they expire, up to the end of a day.
    Expiring(String, Value),
    /// Points by the months in which they were earned and expire.
    Liability(Value),
    Benefits(Value),
    /// What a leaf of a condition lacks, as it was written, on one line; in a language; in words.
    Sentence(String, String, String),
    /// The member goes on under another program, as it was written, on one line.
    Program(String),
    /// The member is written and read again.
    Reload,
    /// A part of the document of the member.
    Member(Value),
    /// Points of accounts, less those owed.
    Balance(BTreeMap<String, i64>),
    /// The rungs held in tracks.
    Tier(BTreeMap<String, Option<String>>),
}

/// A call of the engine.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which.
    pub kind: Kind,
    /// The event as it was written, on one line; for an advance the instant.
    pub payload: String,
}

/// Which call of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Takes an event.
    Apply,
    /// Takes an event and says why each rule gave or did not.
    Trace,
    /// Says what taking an event would answer.
    Quote,
    /// Brings the member to an instant.
    Advance,
}

/// What a call must answer.
#[derive(Clone, Debug)]
pub enum Expected {
    /// An outcome with at least this.
    Outcome(Value),
    /// This error.
    Error(Mistake),
}

impl Kind {
    /// The word for it in scripts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Trace => "trace",
            Self::Quote => "quote",
            Self::Advance => "advance",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    clause: String,
    title: String,
    #[serde(default)]
    program: Option<Box<RawValue>>,
    #[serde(default)]
    program_file: Option<String>,
    #[serde(default)]
    member: Option<String>,
    #[serde(default)]
    program_errors: Option<Vec<Mistake>>,
    #[serde(default)]
    steps: Vec<WrittenStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    #[serde(default)]
    apply: Option<Box<RawValue>>,
    #[serde(default)]
    trace: Option<Box<RawValue>>,
    #[serde(default)]
    quote: Option<Box<RawValue>>,
    #[serde(default)]
    advance: Option<String>,
    #[serde(default)]
    expect: Option<Value>,
    #[serde(default)]
    error: Option<Mistake>,
    /// Null is an answer here, so it must be told apart from absence.
    #[serde(default, deserialize_with = "stated")]
    next_due: Option<Option<String>>,
    #[serde(default)]
    progress: Option<Value>,
    #[serde(default)]
    ranking: Option<WrittenRanking>,
    #[serde(default)]
    expiring: Option<WrittenExpiring>,
    #[serde(default)]
    liability: Option<Value>,
    benefits: Option<Value>,
    #[serde(default)]
    sentence: Option<WrittenSentence>,
    #[serde(default)]
    program: Option<Box<RawValue>>,
    #[serde(default)]
    reload: Option<bool>,
    #[serde(default)]
    member: Option<Value>,
    #[serde(default)]
    balance: Option<BTreeMap<String, i64>>,
    #[serde(default)]
    tier: Option<BTreeMap<String, Option<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSentence {
    lang: String,
    unmet: Box<RawValue>,
    is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRanking {
    id: String,
    at: String,
    is: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExpiring {
    by: String,
    rows: Value,
}

fn stated<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// Where the scenarios are.
#[must_use]
pub fn scenarios_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// Reads all scenarios of a folder: the files by name, in each file as they stand.
///
/// # Errors
/// In words, with the file, if a scenario is not written as it must be.
pub fn load(folder: &Path) -> Result<Vec<Scenario>, String> {
    let shown = |error| format!("{}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(shown)? {
        let path = entry.map_err(shown)?.path();
        if path.extension().is_some_and(|end| end == "json") {
            files.push(path);
        }
    }
    files.sort();
    let mut all = Vec::new();
    for file in files {
        read(&file, &mut all).map_err(|words| format!("{}: {words}", file.display()))?;
    }
    let mut ids = BTreeSet::new();
    for scenario in &all {
        if !ids.insert(scenario.id.as_str()) {
            return Err(format!(
                "{}: two scenarios are called `{}`",
                scenario.file, scenario.id
            ));
        }
    }
    Ok(all)
}

fn read(file: &Path, all: &mut Vec<Scenario>) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let written: Vec<Written> = if text.trim_start().starts_with('[') {
        serde_json::from_str(&text)
    } else {
        serde_json::from_str(&text).map(|one| vec![one])
    }
    .map_err(|error| error.to_string())?;
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for one in written {
        let id = one.id.clone();
        all.push(understand(one, &name).map_err(|words| format!("scenario `{id}`: {words}"))?);
    }
    Ok(())
}

fn understand(written: Written, file: &str) -> Result<Scenario, String> {
    for (field, text) in [
        ("id", &written.id),
        ("clause", &written.clause),
        ("title", &written.title),
    ] {
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(format!("`{field}` needs a text on one line"));
        }
    }
    let program = match (written.program, written.program_file) {
        (Some(program), None) => compact(program.get()),
        (None, Some(file)) => {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&file);
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("`{file}`: {error}"))?;
            let raw: Box<RawValue> =
                serde_json::from_str(&text).map_err(|error| format!("`{file}`: {error}"))?;
            compact(raw.get())
        }
        _ => return Err("say either `program` or `program_file`".to_owned()),
    };
    let program_errors = written.program_errors.unwrap_or_default();
    if program_errors.is_empty() == written.steps.is_empty() {
        return Err("say either `steps` or `program_errors`".to_owned());
    }
    let mut steps = Vec::with_capacity(written.steps.len());
    for (place, step) in written.steps.into_iter().enumerate() {
        steps.push(one_step(step).map_err(|words| format!("steps[{place}]: {words}"))?);
    }
    Ok(Scenario {
        id: written.id,
        clause: written.clause,
        title: written.title,
        file: file.to_owned(),
        program,
        member: written.member.unwrap_or_else(|| "m-1".to_owned()),
        program_errors,
        steps,
    })
}

fn one_step(written: WrittenStep) -> Result<Step, String> {
    let WrittenStep {
        apply,
        trace,
        quote,
        advance,
        expect,
        error,
        ..
    } = written;
    let event = |kind, event: Option<Box<RawValue>>| {
        event.map(|event| Call {
            kind,
            payload: compact(event.get()),
        })
    };
    let calls = [
        event(Kind::Apply, apply),
        event(Kind::Trace, trace),
        event(Kind::Quote, quote),
        advance.map(|payload| Call {
            kind: Kind::Advance,
            payload,
        }),
    ];
    let mut found: Vec<Step> = Vec::new();
    let mut expected = match (expect, error) {
        (Some(Value::Object(outcome)), None) if !outcome.is_empty() => {
            Some(Expected::Outcome(Value::Object(outcome)))
        }
        (Some(_), None) => return Err("`expect` names at least one key of the outcome".to_owned()),
        (None, Some(error)) => Some(Expected::Error(error)),
        (None, None) => None,
        (Some(_), Some(_)) => return Err("say `expect` or `error`, not both".to_owned()),
    };
    for call in calls.into_iter().flatten() {
        let expected = expected
            .take()
            .ok_or("a call needs `expect` or `error`".to_owned())?;
        found.push(Step::Call(call, expected));
    }
    if expected.is_some() {
        return Err("`expect` and `error` belong to a call".to_owned());
    }
    found.extend(written.next_due.map(Step::NextDue));
    found.extend(written.progress.map(Step::Progress));
    let ranking = written.ranking;
    found.extend(ranking.map(|asked| Step::Ranking(asked.id, asked.at, asked.is)));
    let expiring = written.expiring;
    found.extend(expiring.map(|asked| Step::Expiring(asked.by, asked.rows)));
    found.extend(written.liability.map(Step::Liability));
    found.extend(written.benefits.map(Step::Benefits));
    let sentence = written.sentence;
    found.extend(
        sentence.map(|asked| Step::Sentence(compact(asked.unmet.get()), asked.lang, asked.is)),
    );
    let program = written.program;
    found.extend(program.map(|program| Step::Program(compact(program.get()))));
    found.extend(written.member.map(Step::Member));
    found.extend(written.balance.map(Step::Balance));
    found.extend(written.tier.map(Step::Tier));
    match written.reload {
        Some(true) => found.push(Step::Reload),
        Some(false) => return Err("`reload` is true or left out".to_owned()),
        None => {}
    }
    let empty = |step: &Step| match step {
        Step::Balance(all) => all.is_empty(),
        Step::Tier(all) => all.is_empty(),
        Step::Member(part) => part.as_object().is_none_or(serde_json::Map::is_empty),
        _ => false,
    };
    match (found.pop(), found.is_empty()) {
        (Some(step), true) if !empty(&step) => Ok(step),
        (Some(_), true) => Err("a step needs something to expect".to_owned()),
        _ => Err("a step is exactly one thing".to_owned()),
    }
}
