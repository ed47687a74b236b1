//! The life of a member with a program: stages and how they follow each other (section 11).

mod classify;
mod rules;
mod stage;

pub use rules::{Lifecycle, StageRule, StageThresholds};

pub(crate) use classify::{StagePlan, StagesPlan};
pub(crate) use stage::{InStage, Lived};
