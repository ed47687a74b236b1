//! Members, as C holds and stores them.

use core::ptr;

use loyalty_core::Member;

use crate::boundary::{Caller, Opaque};
use crate::buffer::Buffer;
use crate::error::ErrorHandle;
use crate::status::Status;

/// A member: everything that a host stores for one person. One thread at a time.
pub struct MemberHandle(());

impl Opaque for MemberHandle {
    type Value = Member;
    const MAGIC: u64 = u64::from_be_bytes(*b"loy-memb");
}

/// Makes a member without a history.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_new(
    id: *const u8,
    id_length: usize,
    member: *mut *mut MemberHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let member = caller.out(member, "member")?;
        let id = caller.text(id, id_length, "id")?;
        member.give_handle(Member::new(id)?);
        Ok(())
    })
}

/// Reads a member that `loyalty_member_to_json` has written, by this or an earlier version of the library, and checks it.
///
/// A document whose numbers contradict each other gives `LOYALTY_STATUS_MEMBER_CORRUPT`: restore it from the journal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_from_json(
    json: *const u8,
    json_length: usize,
    member: *mut *mut MemberHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let member = caller.out(member, "member")?;
        let json = caller.bytes(json, json_length, "json")?;
        member.give_handle(Member::from_json(json)?);
        Ok(())
    })
}

/// The member as canonical JSON, to be stored: the same bytes on every platform and in every language.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_to_json(
    member: *const MemberHandle,
    json: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let json = caller.out(json, "json")?;
        let member = caller.reading(member, "member")?;
        json.give(Buffer::new(member.to_json()));
        Ok(())
    })
}

/// Makes a second member that is like the first; each changes and is freed on its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_clone(
    member: *const MemberHandle,
    copy: *mut *mut MemberHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let copy = caller.out(copy, "copy")?;
        let member = caller.reading(member, "member")?;
        copy.give_handle(member.clone());
        Ok(())
    })
}

/// Frees a member. NULL is fine. A member that another call is using is left alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_free(member: *mut MemberHandle) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(ptr::null_mut(), || caller.free(member, "member"))
}

/// The id of a member.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_id(
    member: *const MemberHandle,
    id: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let id = caller.out(id, "id")?;
        let member = caller.reading(member, "member")?;
        id.give(Buffer::new(member.id().to_string()));
        Ok(())
    })
}

/// How many entries the journal of a member has: compare and swap on it when you store the member.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_version(
    member: *const MemberHandle,
    version: *mut u64,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let version = caller.out(version, "version")?;
        version.give(caller.reading(member, "member")?.version());
        Ok(())
    })
}

/// The available points of an account less the points owed, as of the last event or advance; 0 for an account that never had any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_balance(
    member: *const MemberHandle,
    account: *const u8,
    account_length: usize,
    balance: *mut i64,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let balance = caller.out(balance, "balance")?;
        let member = caller.reading(member, "member")?;
        let account = caller.text(account, account_length, "account")?;
        balance.give(member.balance(account));
        Ok(())
    })
}

/// The id of the rung that a member holds in a track; empty before the first event and for a track that does not exist.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_tier(
    member: *const MemberHandle,
    track: *const u8,
    track_length: usize,
    rung: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let rung = caller.out(rung, "rung")?;
        let member = caller.reading(member, "member")?;
        let track = caller.text(track, track_length, "track")?;
        if let Some(id) = member.tier(track) {
            rung.give(Buffer::new(id.to_string()));
        }
        Ok(())
    })
}

/// The id of the rung held in the track that a member is called by: the one that the program calls primary, or its only one;
/// empty before the first event and where there is no such track.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_primary_tier(
    member: *const MemberHandle,
    rung: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let rung = caller.out(rung, "rung")?;
        let member = caller.reading(member, "member")?;
        if let Some(id) = member.primary_tier() {
            rung.give(Buffer::new(id.to_string()));
        }
        Ok(())
    })
}

/// The id of the stage of the lifecycle that a member is in; empty before the first event and where no stage takes the member.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_stage(
    member: *const MemberHandle,
    stage: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let stage = caller.out(stage, "stage")?;
        let member = caller.reading(member, "member")?;
        if let Some(id) = member.stage() {
            stage.give(Buffer::new(id.to_string()));
        }
        Ok(())
    })
}

/// The level of early warning of a member: `none`, `light`, `moderate` or `severe`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_warning(
    member: *const MemberHandle,
    level: *mut Buffer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let level = caller.out(level, "level")?;
        let member = caller.reading(member, "member")?;
        level.give(Buffer::new(member.warning().as_str().to_owned()));
        Ok(())
    })
}

/// Whether attempts to win a member back have been given up since the last purchase: 1 if they have, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_member_is_abandoned(
    member: *const MemberHandle,
    abandoned: *mut u32,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: whoever calls keeps to the header.
    let caller = unsafe { Caller::begin() };
    caller.run(error, || {
        let abandoned = caller.out(abandoned, "abandoned")?;
        let member = caller.reading(member, "member")?;
        abandoned.give(u32::from(member.is_abandoned()));
        Ok(())
    })
}
