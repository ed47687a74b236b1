//! Messages to other members: each has a name that the same call always gives it, so that a host can deliver it twice.
//!
//! A message that carries points is a movement of its own: it is taken once, by its id, however late it arrives, and no membership
//! refuses it. What it brings to one that is over is forfeited, or goes on to the one of which that has become part.

use super::work::Work;
use crate::id::Id;
use crate::limits::ID_BYTES_MAX;
use crate::outcome::{Message, MessageBody, MessageEvent};

impl Work<'_> {
    /// Tells another member something, of another program if one is named. The name of the message is made of what caused it.
    pub(super) fn send_message(
        &mut self,
        cause: &[&str],
        (member, program): (Id, Option<Id>),
        body: MessageBody,
    ) {
        let number = u64::try_from(self.messages.len()).unwrap_or(u64::MAX);
        let id = derived(cause, number.saturating_add(1));
        self.messages.push(Message {
            member,
            program,
            event: MessageEvent { id, body },
        });
    }
}

/// A name made of others and a number: `m-1/e-7/1`. Where that would be too long for an id, or could be read in two ways, it is a
/// number of 128 bits made of them.
pub(super) fn derived(parts: &[&str], number: u64) -> Id {
    let plain = format!("{}/{number}", parts.join("/"));
    if plain.len() <= ID_BYTES_MAX && !parts.iter().any(|part| part.contains('/')) {
        return Id::checked(&plain);
    }
    let mut exact = String::new();
    for part in parts {
        exact.push_str(&format!("{}:{part}/", part.len()));
    }
    exact.push_str(&number.to_string());
    Id::checked(&format!(
        "{:032x}",
        xxhash_rust::xxh3::xxh3_128(exact.as_bytes())
    ))
}
