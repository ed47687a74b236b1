//! Reading and writing the document of a member. What is read is checked (clause 3.5).

use serde::{Deserialize, Serialize};

use super::{MEMBER_SCHEMA, Member, Order, Seen, State};
use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::json;
use crate::limits::MEMBER_BYTES_MAX;

#[derive(Serialize)]
struct Written<'m> {
    schema: u32,
    id: &'m Id,
    version: u64,
    as_of: Option<Instant>,
    state: &'m State,
    orders: &'m [Box<Order>],
    seen: Vec<SeenWire<'m>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    schema: u32,
    id: Id,
    version: u64,
    as_of: Option<Instant>,
    state: State,
    #[serde(default)]
    orders: Vec<Order>,
    #[serde(default)]
    seen: Vec<(Id, String, Date)>,
}

impl Read {
    /// What lies after the instant that the member has been brought to, if anything, and why it cannot.
    fn ahead(&self) -> Option<(String, &'static str)> {
        for (place, order) in self.orders.iter().enumerate() {
            if order.version > self.version {
                let words = "the journal of the member does not reach the order";
                return Some((format!("orders[{place}].version"), words));
            }
            if self.as_of.is_some_and(|as_of| order.at > as_of) {
                let words = "the member has not been brought to the order";
                return Some((format!("orders[{place}].at"), words));
            }
        }
        // By the clocks of the member it may be a day later than in universal time, even where they were others then.
        let last = self.as_of?.latest_day();
        let words = "the member has not been brought to this day";
        for (place, account) in self.state.accounts.iter().enumerate() {
            let mut lots = account.lots.iter();
            if let Some(lot) = lots.position(|lot| lot.earned_on > last) {
                let path = format!("state.accounts[{place}].lots[{lot}].earned_on");
                return Some((path, words));
            }
        }
        let seen = self.seen.iter().position(|(_, _, on)| *on > last)?;
        Some((format!("seen[{seen}][2]"), words))
    }
}

/// The id, the digest in sixteen hexadecimal digits, and the day.
type SeenWire<'m> = (&'m Id, String, Date);

impl Member {
    /// The member as canonical JSON: the same bytes on every platform and in every language.
    #[must_use]
    pub fn to_json(&self) -> String {
        let seen = self
            .seen
            .iter()
            .map(|seen| (&seen.id, format!("{:016x}", seen.digest), seen.on))
            .collect();
        let written = Written {
            schema: MEMBER_SCHEMA,
            id: &self.id,
            version: self.version,
            as_of: self.as_of,
            state: &self.state,
            orders: &self.orders,
            seen,
        };
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Reads a member and checks it.
    ///
    /// # Errors
    /// [`Code::MemberCorrupt`] if its numbers contradict each other, [`Code::MemberMismatch`] if it is of a newer schema, a code
    /// of kind `fix_input` if it is not such a document at all.
    pub fn from_json(json: &(impl AsRef<[u8]> + ?Sized)) -> Result<Self> {
        let bytes = json.as_ref();
        let mut read: Read = json::from_slice(bytes, MEMBER_BYTES_MAX)?;
        if read.schema == 0 || read.schema > MEMBER_SCHEMA {
            let words = format!(
                "this engine reads members up to schema {MEMBER_SCHEMA}, not {}",
                read.schema
            );
            return Err(Error::at(Code::MemberMismatch, "schema", words));
        }
        let corrupt = |path: String, words: &str| Err(Error::at(Code::MemberCorrupt, path, words));
        if let Some((path, words)) = read.ahead() {
            return corrupt(path, words);
        }
        for (place, account) in read.state.accounts.iter().enumerate() {
            let held: Vec<_> = read.state.more.held(&account.id).collect();
            if let Some(words) = account.fault(&held) {
                return corrupt(format!("state.accounts[{place}]"), words);
            }
        }
        for (place, tally) in read.state.metrics.iter().enumerate() {
            if let Some(words) = tally.fault() {
                return corrupt(format!("state.metrics[{place}]"), words);
            }
        }
        for (place, cap) in read.state.caps.iter().enumerate() {
            if let Some(words) = cap.fault() {
                return corrupt(format!("state.caps[{place}]"), words);
            }
        }
        for (place, order) in read.orders.iter().enumerate() {
            if let Some(words) = order.fault() {
                return corrupt(format!("orders[{place}]"), words);
            }
        }
        if let Some(words) = read.state.fault() {
            return corrupt("state".to_owned(), words);
        }
        let accounts: Vec<&Id> = read.state.accounts.iter().map(|one| &one.id).collect();
        if let Some(words) = read.state.more.fault(&accounts, read.as_of) {
            return corrupt("state.more".to_owned(), words);
        }
        if read.version > u64::MAX / 2 {
            return corrupt("version".to_owned(), "no journal has so many entries");
        }
        for (place, standing) in read.state.tiers.iter().enumerate() {
            // The terms of a membership that is over are never reviewed.
            let over = read.state.more.access.is_over();
            if !over && standing.due().is_some_and(|due| Some(due) <= read.as_of) {
                let words = "a term that is over has not been reviewed";
                return corrupt(format!("state.tiers[{place}].until"), words);
            }
        }
        if read.as_of.is_none() && read.version > 0 {
            return corrupt(
                "as_of".to_owned(),
                "a member with entries has been brought to an instant",
            );
        }
        read.state
            .metrics
            .iter_mut()
            .for_each(crate::metric::Tally::derive);
        let mut seen = Vec::with_capacity(read.seen.len());
        for (place, (id, digest, on)) in read.seen.into_iter().enumerate() {
            match u64::from_str_radix(&digest, 16) {
                Ok(digest) => seen.push(Seen { id, digest, on }),
                Err(_) => {
                    return corrupt(
                        format!("seen[{place}][1]"),
                        "a digest is sixteen hexadecimal digits",
                    );
                }
            }
        }
        let Read {
            id,
            version,
            as_of,
            state,
            orders,
            ..
        } = read;
        Ok(Self {
            id,
            version,
            as_of,
            state,
            orders: Vec::from_iter(orders.into_iter().map(Box::new)).into(),
            seen: seen.into(),
            due: None,
            lots_due: None,
            day: None,
        })
    }
}
