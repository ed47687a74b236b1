//! The names of what cases are to reach, and how a case is told.

use loyalty_core::Code;
use serde_json::Value;

pub(crate) use crate::cover::{Coverage, Verdict, check};

use crate::histories::Step;
use crate::world::{Act, Played, World};

/// Every kind of event, taken.
pub(crate) const TAKEN: &[&str] = &[
    "enroll",
    "profile",
    "tags",
    "purchase",
    "return",
    "activity",
    "credit",
    "debit",
    "advance",
    "duplicate",
];

/// Every kind of refusal that a well-formed event can meet.
pub(crate) const REFUSED: &[&str] = &[
    "out_of_order",
    "id_conflict",
    "duplicate_order",
    "unknown_order",
    "unknown_line",
    "quantity_exceeded",
    "partial_return_refused",
    "insufficient_points",
    "tender_refused",
    "wrong_currency",
    "already_enrolled",
    "overflow",
    "unknown_account",
    "wrong_member",
    "invalid_time",
    "out_of_range",
    "too_many_digits",
];

impl Coverage {
    /// Counts a step, which never meets a defect of the engine.
    pub(crate) fn step(&self, played: &Played) {
        if let Err(error) = &played.result {
            assert_ne!(error.code(), Code::Internal, "{error}");
        }
        self.count(&played.name);
    }
}

/// The program and the acts of a case, to be read and to be run again.
pub(crate) fn transcript((program, steps): &(Value, Vec<Step>)) -> String {
    let mut text = format!("program: {program}\n");
    let mut world = World::new(program);
    for step in steps {
        let played = world.play(step);
        text.push_str(&told(&played));
    }
    text.push_str(&format!("member: {}\n", world.member.to_json()));
    text
}

/// An act and its answer, in two lines.
pub(crate) fn told(played: &Played) -> String {
    let act = match &played.act {
        Act::Report(event) => event.clone(),
        Act::Advance(to) => format!("advance to {to}"),
    };
    let answer = match &played.result {
        Ok(outcome) => outcome.to_json(),
        Err(error) => error.to_string(),
    };
    format!("{act}\n    {answer}\n")
}
