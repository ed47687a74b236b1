//! Tasks: several steps that events do, within a time (clause 12.1).

mod plan;
mod rules;
mod standing;

pub use rules::{TaskRepeat, TaskRule, TaskStep};

pub(crate) use plan::{StepPlan, TaskPlan};
pub(crate) use standing::{Run, Stepped, Tasked};
