//! The invariants of the engine, over random programs and random histories.
//!
//! [`programs`] draws programs, [`histories`] draws what is to happen, [`world`] turns it into events that fit the member as it
//! then stands, and [`run`] runs a property and asserts that its cases reached every kind of event and of refusal: a generator
//! that never makes the bad combination proves nothing. Each test bears the name of its invariant.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where something is not as it must be"
)]

mod accounts;
mod caps;
mod conditions;
mod cover;
mod documents;
mod free_units;
mod gives;
mod histories;
mod ladders;
mod ledger;
mod ledgers;
mod lines;
mod list_price;
mod load;
mod members;
mod metrics;
mod moves;
mod plans;
mod post;
mod prices;
mod programs;
mod promotions;
mod receipts;
mod repricing;
mod returns;
mod run;
mod spenders;
mod spending;
mod stages;
mod tasks;
mod time;
mod triggers;
mod versions;
mod world;
