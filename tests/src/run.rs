//! Holding the engine to a scenario.

use loyalty_core::{
    Date, Detail, Engine, Error, Event, Expiring, Instant, Member, Messages, Outcome, Timeline,
    Timestamp,
};
use serde_json::{Value, json};

use crate::compare::difference;
use crate::scenario::{Call, Expected, Kind, Mistake, Scenario, Step};

/// Follows a scenario.
///
/// Beside what the scenario expects, every step is held to what is true of all of them: a refused event and a quote leave the
/// member as it was, a quote is what the event then does, the same event again changes nothing, time may pass in one step or in
/// two, what is due lies ahead, and a member that is written and read again is the same.
///
/// # Errors
/// In words: the scenario, the step, where, what was expected and what was found.
pub fn check(scenario: &Scenario) -> Result<(), String> {
    let said = |step: String, words: String| {
        format!("{} ({}), {step}: {words}", scenario.id, scenario.file)
    };
    let program = match (
        Timeline::from_json(&scenario.program),
        scenario.program_errors.is_empty(),
    ) {
        (Ok(program), true) => program,
        (Ok(_), false) => return Err(said("program".to_owned(), "it is not refused".to_owned())),
        (Err(error), true) => return Err(said("program".to_owned(), format!("refused: {error}"))),
        (Err(error), false) => {
            let wanted: Value = scenario.program_errors.iter().map(mistake).collect();
            let found: Value = (error.details().iter())
                .map(|error| json!({"code": error.code().as_str(), "path": error.path()}))
                .collect();
            return same(&wanted, &found).map_err(|words| said("program".to_owned(), words));
        }
    };
    let again = Timeline::from_json(&program.to_json())
        .map_err(|error| said("program, written and read".to_owned(), error.to_string()))?;
    if again != program {
        let words = "it is another one when it has been written and read";
        return Err(said("program".to_owned(), words.to_owned()));
    }
    let mut engine = Engine::new(program);
    let mut member = Member::new(&scenario.member)
        .map_err(|error| said("member".to_owned(), error.to_string()))?;
    for (place, step) in scenario.steps.iter().enumerate() {
        follow(&mut engine, &mut member, step)
            .map_err(|words| said(format!("steps[{place}]"), words))?;
    }
    Ok(())
}

fn follow(engine: &mut Engine, member: &mut Member, step: &Step) -> Result<(), String> {
    match step {
        Step::Call(called, expected) => {
            let before = member.to_json();
            let answer = call(engine, member, called);
            always(engine, member, called, &before, answer.as_ref())?;
            match (expected, answer) {
                (Expected::Outcome(wanted), Ok(outcome)) => {
                    same(wanted, &value(&outcome.to_json()))
                }
                (Expected::Outcome(wanted), Err(error)) => {
                    Err(format!("expected {wanted}, found the error {error}"))
                }
                (Expected::Error(wanted), Err(error)) => {
                    same(&mistake(wanted), &value(&error.to_json()))
                }
                (Expected::Error(wanted), Ok(outcome)) => Err(format!(
                    "expected the error {}, found {}",
                    mistake(wanted),
                    outcome.to_json()
                )),
            }
        }
        Step::NextDue(wanted) => {
            let found = engine.next_due(member).map(|due| due.to_string());
            same(&json!(wanted), &json!(found))
        }
        Step::Progress(wanted) => {
            let found = serde_json::to_value(engine.progress(member));
            same(wanted, &found.map_err(|error| error.to_string())?)
        }
        Step::Ranking(id, at, wanted) => {
            let at = Timestamp::parse(at).map_err(|error| error.to_string())?;
            let found = engine.ranking(member, id, at.instant);
            let found = serde_json::to_value(found.map_err(|error| error.to_string())?);
            same(wanted, &found.map_err(|error| error.to_string())?)
        }
        Step::Expiring(by, wanted) => {
            let by = Date::parse(by).map_err(|error| error.to_string())?;
            let rows = engine.expiring(member, by).map_err(|e| e.to_string())?;
            sums(member, &rows)?;
            let found = serde_json::to_value(rows);
            same(wanted, &found.map_err(|error| error.to_string())?)
        }
        Step::Liability(wanted) => {
            let rows = engine.liability(member).map_err(|e| e.to_string())?;
            let found = serde_json::to_value(rows);
            same(wanted, &found.map_err(|error| error.to_string())?)
        }
        Step::Benefits(wanted) => {
            let found = serde_json::to_value(engine.benefits(member));
            same(wanted, &found.map_err(|error| error.to_string())?)
        }
        Step::Sentence(unmet, lang, wanted) => {
            let found = sentence(engine, unmet, lang).map_err(|error| error.to_string())?;
            same(&json!(wanted), &json!(found))
        }
        Step::Program(text) => {
            let program = Timeline::from_json(text).map_err(|error| error.to_string())?;
            *engine = Engine::new(program);
            match (engine.next_due(member), member.as_of()) {
                (Some(due), Some(as_of)) if due <= as_of => {
                    Err(format!("what is due at {due} does not lie after {as_of}"))
                }
                _ => Ok(()),
            }
        }
        Step::Reload => {
            *member = Member::from_json(&member.to_json()).map_err(|error| error.to_string())?;
            Ok(())
        }
        Step::Member(wanted) => same(wanted, &value(&member.to_json())),
        Step::Balance(wanted) => {
            let found: Value = wanted
                .keys()
                .map(|account| (account.clone(), json!(member.balance(account))))
                .collect::<serde_json::Map<_, _>>()
                .into();
            same(&json!(wanted), &found)
        }
        Step::Tier(wanted) => {
            let found: Value = wanted
                .keys()
                .map(|track| {
                    (
                        track.clone(),
                        json!(member.tier(track).map(|rung| rung.as_str())),
                    )
                })
                .collect::<serde_json::Map<_, _>>()
                .into();
            same(&json!(wanted), &found)
        }
    }
}

/// What a leaf of a condition lacks, in words.
pub(crate) fn sentence(engine: &Engine, unmet: &str, lang: &str) -> Result<String, Error> {
    let (unmet, program) = engine.unmet(unmet)?;
    Ok(Messages::new().named(program).sentence(&unmet, lang))
}

/// The rows of what expires sum to the balances, and none says nothing.
fn sums(member: &Member, rows: &[Expiring]) -> Result<(), String> {
    for balance in member.balances() {
        let mine = rows.iter().filter(|row| row.account == balance.account);
        let sum: i64 = mine.map(|row| row.points.get()).sum();
        if sum != member.balance(balance.account.as_str()) {
            return Err(format!("{rows:?} do not sum to {balance:?}"));
        }
    }
    match rows.iter().find(|row| row.points.get() == 0) {
        Some(row) => Err(format!("{row:?} says nothing")),
        None => Ok(()),
    }
}

/// Calls the engine.
pub(crate) fn call(engine: &Engine, member: &mut Member, call: &Call) -> Result<Outcome, Error> {
    if call.kind == Kind::Advance {
        return engine.advance(member, Timestamp::parse(&call.payload)?.instant);
    }
    let event = Event::from_json(&call.payload)?;
    match call.kind {
        Kind::Trace => engine.apply_with(member, &event, Detail::Trace),
        Kind::Quote => engine.quote(member, &event),
        Kind::Apply | Kind::Advance => engine.apply(member, &event),
    }
}

/// What is true of every call.
fn always(
    engine: &Engine,
    member: &Member,
    called: &Call,
    before: &str,
    answer: Result<&Outcome, &Error>,
) -> Result<(), String> {
    let after = member.to_json();
    if (answer.is_err() || called.kind == Kind::Quote) && after != *before {
        return Err(format!("the member has changed from {before} to {after}"));
    }
    let read = |text: &str| {
        Member::from_json(text).map_err(|error| format!("{error}, in the member {text}"))
    };
    let reread = read(&after)?;
    if reread != *member || reread.to_json() != after {
        return Err(format!(
            "written and read again, the member is another one: {after}"
        ));
    }
    // The earlier member, without anything that the engine remembers beside the document.
    let mut earlier = read(before)?;
    let Ok(outcome) = answer else {
        return Ok(());
    };
    let text = outcome.to_json();
    let with = |kind| Call {
        kind,
        payload: called.payload.clone(),
    };
    if called.kind == Kind::Apply {
        let mut bare = read(before)?;
        let event = Event::from_json(&called.payload).map_err(|e| e.to_string())?;
        let entries = engine.apply_with(&mut bare, &event, Detail::Entries);
        let entries = entries.map_err(|e| e.to_string())?;
        let wanted = Outcome {
            receipt: None,
            returned: None,
            ..outcome.clone()
        };
        if entries != wanted || bare != *member {
            let found = entries.to_json();
            return Err(format!("without receipts it does {found}"));
        }
        let quoted = call(engine, &mut earlier, &with(Kind::Quote)).map_err(|e| e.to_string())?;
        if quoted != *outcome {
            return Err(format!(
                "the quote was {}, the answer is {text}",
                quoted.to_json()
            ));
        }
        let known =
            call(engine, &mut member.clone(), &with(Kind::Apply)).map_err(|e| e.to_string())?;
        if !known.duplicate || !known.entries.is_empty() {
            return Err(format!("the same event again does {}", known.to_json()));
        }
    }
    if called.kind == Kind::Advance
        && let (Some(from), Some(to)) = (earlier.as_of(), member.as_of())
    {
        let between = (from.micros() / 2).saturating_add(to.micros() / 2);
        let between = Instant::from_micros(between.clamp(from.micros(), to.micros()));
        let mut entries = engine
            .advance(&mut earlier, between)
            .map_err(|e| e.to_string())?
            .entries;
        entries.extend(
            engine
                .advance(&mut earlier, to)
                .map_err(|e| e.to_string())?
                .entries,
        );
        if entries != outcome.entries || earlier != *member {
            return Err(format!(
                "in two steps, by way of {between}, other things happen"
            ));
        }
    }
    if called.kind != Kind::Quote && engine.next_due(&reread) != engine.next_due(member) {
        return Err("written and read again, the member is due at another time".to_owned());
    }
    if let (Some(due), Some(as_of)) = (engine.next_due(member), member.as_of())
        && due <= as_of
    {
        return Err(format!("what is due at {due} does not lie after {as_of}"));
    }
    Ok(())
}

fn mistake(wanted: &Mistake) -> Value {
    let mut value = json!({"code": wanted.code, "path": wanted.path});
    if let (Some(as_of), Some(map)) = (&wanted.as_of, value.as_object_mut()) {
        map.insert("as_of".to_owned(), json!(as_of));
    }
    value
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or(Value::Null)
}

fn same(wanted: &Value, found: &Value) -> Result<(), String> {
    match difference(wanted, found) {
        None => Ok(()),
        Some((path, wanted, at)) => Err(format!(
            "at `{path}`: expected {wanted}, found {at}\n    in {found}"
        )),
    }
}
