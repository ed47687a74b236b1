//! What the engine does with members.

use loyalty_core::{Date, Detail, Event, Instant, Messages};

use crate::boundary::Caller;
use crate::buffer::Buffer;
use crate::engine::EngineHandle;
use crate::error::{ErrorHandle, Fault};
use crate::member::MemberHandle;
use crate::status::Status;

/// The outcome also says of every rule why it did or did not give: a bit of `flags`.
pub const LOYALTY_FLAG_TRACE: u32 = 1;
/// The outcome has entries and messages, but no receipts: for logs and batches, where nobody reads them. A bit of `flags`.
pub const LOYALTY_FLAG_ENTRIES: u32 = 2;

/// Takes an event, which is JSON: what is due before it happens first, then the event, then what follows from it.
///
/// The outcome is JSON: the journal entries, messages, the receipt of a purchase or a return, the member's new version and when
/// it is due next. An event that the member has taken before changes nothing, and its outcome says `duplicate`. If the event
/// is refused, the member is exactly as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_apply(
    engine: *const EngineHandle,
    member: *mut MemberHandle,
    event: *const u8,
    event_length: usize,
    flags: u32,
    outcome: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let outcome = caller.out(outcome, "outcome")?;
        let engine = caller.shared(engine, "engine")?;
        let mut member = caller.writing(member, "member")?;
        let event = caller.bytes(event, event_length, "event")?;
        let detail = detail(flags)?;
        let done = engine.apply_with(&mut member, &Event::from_json(event)?, detail)?;
        outcome.give(Buffer::new(done.to_json()));
        Ok(())
    })
}

/// What `loyalty_apply` would answer, without changing the member: for a price shown before it is paid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_quote(
    engine: *const EngineHandle,
    member: *const MemberHandle,
    event: *const u8,
    event_length: usize,
    flags: u32,
    outcome: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let outcome = caller.out(outcome, "outcome")?;
        let engine = caller.shared(engine, "engine")?;
        let member = caller.reading(member, "member")?;
        let event = caller.bytes(event, event_length, "event")?;
        let detail = detail(flags)?;
        let done = engine.quote_with(&member, &Event::from_json(event)?, detail)?;
        outcome.give(Buffer::new(done.to_json()));
        Ok(())
    })
}

/// Brings a member to an instant (`2027-01-01T00:00:00+08:00`): everything that is due until then happens, in its order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_advance(
    engine: *const EngineHandle,
    member: *mut MemberHandle,
    to: *const u8,
    to_length: usize,
    outcome: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let outcome = caller.out(outcome, "outcome")?;
        let engine = caller.shared(engine, "engine")?;
        let mut member = caller.writing(member, "member")?;
        let (to, _) =
            Instant::parse(caller.text(to, to_length, "to")?).map_err(|error| error.under("to"))?;
        let done = engine.advance(&mut member, to)?;
        outcome.give(Buffer::new(done.to_json()));
        Ok(())
    })
}

/// When time alone changes a member next (`2026-12-31T16:00:00Z`), to index; empty if it never does.
///
/// It is never later than that change. Call `loyalty_advance` for the members that are due, once a night, say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_next_due(
    engine: *const EngineHandle,
    member: *const MemberHandle,
    due: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let due = caller.out(due, "due")?;
        let engine = caller.shared(engine, "engine")?;
        let member = caller.reading(member, "member")?;
        if let Some(instant) = engine.next_due(&member) {
            due.give(Buffer::new(instant.to_string()));
        }
        Ok(())
    })
}

/// Where a member stands in each track, what is missing for the other rungs and for keeping the present one, and how far the member
/// is in each task: a JSON object with the arrays `tracks` and `tasks`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_progress(
    engine: *const EngineHandle,
    member: *const MemberHandle,
    json: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let json = caller.out(json, "json")?;
        let engine = caller.shared(engine, "engine")?;
        let member = caller.reading(member, "member")?;
        json.give(written(&engine.progress(&member))?);
        Ok(())
    })
}

/// The figures of a member in a ranking of the program at an instant (`2026-03-31T23:00:00+08:00`), if nothing happens until then:
/// JSON with `figures` and `key`. Sort members by the bytes of their keys, all equally long, and the best one is the first. Empty
/// where the ranking does not take the member, before the first event, and after the end of a membership.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_ranking(
    engine: *const EngineHandle,
    member: *const MemberHandle,
    id: *const u8,
    id_length: usize,
    at: *const u8,
    at_length: usize,
    json: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let json = caller.out(json, "json")?;
        let engine = caller.shared(engine, "engine")?;
        let member = caller.reading(member, "member")?;
        let id = caller.text(id, id_length, "id")?;
        let (at, _) =
            Instant::parse(caller.text(at, at_length, "at")?).map_err(|error| error.under("at"))?;
        if let Some(rank) = engine.ranking(&member, id, at)? {
            json.give(written(&rank)?);
        }
        Ok(())
    })
}

/// The available points of each account by the instants at which they expire, up to the end of a day (`2026-12-31`), then one
/// row for the rest, less what is owed: a JSON array. The rows of an account sum to its balance.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_expiring(
    engine: *const EngineHandle,
    member: *const MemberHandle,
    by: *const u8,
    by_length: usize,
    json: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let json = caller.out(json, "json")?;
        let engine = caller.shared(engine, "engine")?;
        let member = caller.reading(member, "member")?;
        let by =
            Date::parse(caller.text(by, by_length, "by")?).map_err(|error| error.under("by"))?;
        json.give(written(&engine.expiring(&member, by)?)?);
        Ok(())
    })
}

/// The points of each account by the month in which they were earned and the month in which they expire, with what they cost and
/// are expected to cost where the program says so: a JSON array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_liability(
    engine: *const EngineHandle,
    member: *const MemberHandle,
    json: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let json = caller.out(json, "json")?;
        let engine = caller.shared(engine, "engine")?;
        let member = caller.reading(member, "member")?;
        json.give(written(&engine.liability(&member)?)?);
        Ok(())
    })
}

/// What a member is entitled to, benefit by benefit: a value, or how many units are left and when there are more; where the member
/// is not entitled, what is lacking. A JSON array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_benefits(
    engine: *const EngineHandle,
    member: *const MemberHandle,
    json: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let json = caller.out(json, "json")?;
        let engine = caller.shared(engine, "engine")?;
        let member = caller.reading(member, "member")?;
        json.give(written(&engine.benefits(&member))?);
        Ok(())
    })
}

/// What the engine says, as JSON.
fn written<T: serde::Serialize>(said: &T) -> Result<Buffer, Fault> {
    let text =
        serde_json::to_string(said).map_err(|error| Fault::internal(Some(&error.to_string())))?;
    Ok(Buffer::new(text))
}

/// Says in a sentence what a leaf of a condition lacks, in a language (`en`, `zh`).
///
/// `unmet` is the JSON of one element of a list called `unmet`, as a trace or a progress has it. `messages` is JSON with texts to put
/// in the place of the built-in ones, `{}` for none; `docs/messages.md` lists their keys. Names and days are those of the program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_sentence(
    engine: *const EngineHandle,
    unmet: *const u8,
    unmet_length: usize,
    messages: *const u8,
    messages_length: usize,
    language: *const u8,
    language_length: usize,
    sentence: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let sentence = caller.out(sentence, "sentence")?;
        let engine = caller.shared(engine, "engine")?;
        let unmet = caller.bytes(unmet, unmet_length, "unmet")?;
        let messages = caller.bytes(messages, messages_length, "messages")?;
        let language = caller.text(language, language_length, "language")?;
        let (unmet, program) = engine.unmet(unmet)?;
        let messages = Messages::from_json(messages)?.named(program);
        sentence.give(Buffer::new(messages.sentence(&unmet, language)));
        Ok(())
    })
}

/// What the bits of `flags` ask for. A bit without a meaning is refused, so that it can be given one later.
fn detail(flags: u32) -> Result<Detail, Fault> {
    const BOTH: u32 = LOYALTY_FLAG_TRACE | LOYALTY_FLAG_ENTRIES;
    match flags {
        0 => Ok(Detail::Plain),
        LOYALTY_FLAG_TRACE => Ok(Detail::Trace),
        LOYALTY_FLAG_ENTRIES => Ok(Detail::Entries),
        BOTH => Err(Fault::argument(
            "flags",
            "asks for a trace and for entries alone",
        )),
        _ => Err(Fault::argument("flags", "has a bit that has no meaning")),
    }
}
