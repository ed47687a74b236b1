//! Scenarios: what the engine must answer, as data that Rust, C and Python follow alike.
//!
//! The form of a scenario stands in `tests/README.md`. [`load`] reads all of them, [`check`] holds the engine to one, and
//! [`Transcript`] writes down what the engine says, for comparison with the other languages.

mod compare;
mod json;
mod published;
mod run;
mod scenario;
mod transcript;

pub use compare::difference;
pub use json::compact;
pub use published::published;
pub use run::check;
pub use scenario::{Call, Expected, Kind, Mistake, Scenario, Step, load, scenarios_folder};
pub use transcript::Transcript;
