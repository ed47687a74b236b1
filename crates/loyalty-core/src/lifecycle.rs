//! The life of a member with a program: stages and how they follow each other (section 11).

mod classify;
mod rules;
mod stage;
mod warning;
mod winback;

pub use rules::{
    EarlyWarning, Ladder, LadderStep, Lifecycle, Signal, StageRule, StageThresholds, WarningScores,
};

pub(crate) use classify::{StagePlan, StagesPlan};
pub(crate) use stage::{InStage, Lived};
pub(crate) use warning::{Asks, Moved, SignalPlan, WarningPlan};
pub(crate) use winback::{Attempt, Attempts};
