//! Two doors for JSON from strangers (clauses 15.2 to 15.4).
//!
//! * The fast door, [`from_slice`], for events and members: serde_json at full speed; what is wrong is looked for only after it
//!   has failed, and the first mistake is reported with its path.
//! * The patient door, [`parse`] and then [`read()`], for programs: every mistake is reported with its path, and what is right is
//!   read all the same, so that later checks can find still more.
//!
//! Neither panics, recurses deeper than [`JSON_DEPTH_MAX`](crate::limits::JSON_DEPTH_MAX) nor takes more than linear time for any
//! bytes. Types that stand behind the doors are plain `#[derive(Deserialize)]` with `deny_unknown_fields`; enums are tagged
//! externally. A type that wants a number by its literal text reads a [`Number`], which works behind both.

mod access;
mod context;
mod fast;
mod gaps;
mod node;
mod path;
mod phantom;
mod read;
mod strict;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use fast::{Number, Text, UniqueMap, from_slice};
pub(crate) use gaps::{Gaps, Unread, standing_in};
pub(crate) use node::{Node, in_order, parse};
pub(crate) use read::read;

/// Whether a field can be left out because it says nothing.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
