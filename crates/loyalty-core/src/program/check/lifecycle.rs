//! Stages that no member can be in, and such that contradict themselves (clauses 11.1, 15.2).

use super::Check;
use crate::error::{Code, join};
use crate::lifecycle::{EarlyWarning, Ladder, Lifecycle};
use crate::limits;

impl Check<'_> {
    pub(super) fn winback(&mut self, ladders: &[Ladder]) {
        self.unique(
            "winback",
            ladders.iter().map(|one| &one.id),
            limits::MEMBER_LIST_MAX,
        );
        for (place, ladder) in ladders.iter().enumerate() {
            let path = |field: &str| format!("winback[{place}].{field}");
            let steps = path("steps");
            if ladder.steps.is_empty() {
                self.say(
                    Code::MissingField,
                    &steps,
                    "a ladder needs at least one step",
                );
            }
            self.unique(
                &steps,
                ladder.steps.iter().map(|one| &one.id),
                limits::MEMBER_LIST_MAX,
            );
            if ladder.effect_days == 0 {
                let words = "an attempt needs at least one day to bring a purchase";
                self.say(Code::OutOfRange, &path("effect_days"), words);
            }
            self.days(ladder.effect_days, &path("effect_days"));
            if ladder.max_attempts == 0 || ladder.max_attempts > limits::ATTEMPTS_MAX {
                let words = format!("the number is from 1 to {}", limits::ATTEMPTS_MAX);
                self.say(Code::OutOfRange, &path("max_attempts"), &words);
            }
        }
    }

    pub(super) fn warning(&mut self, warning: &EarlyWarning) {
        let list = "warning.signals";
        let signals = &warning.signals;
        self.unique(
            list,
            signals.iter().map(|one| &one.id),
            limits::MEMBER_LIST_MAX,
        );
        for (place, signal) in signals.iter().enumerate() {
            let path = |field: &str| format!("{list}[{place}].{field}");
            if signal.weight == 0 {
                let words = "a weight of nothing says nothing";
                self.say(Code::OutOfRange, &path("weight"), words);
            }
            if let Some(percent) = signal.falls_by {
                self.number(percent, &path("falls_by"), false);
                if percent.0 > crate::amount::Decimal::ONE_HUNDRED {
                    let words = "nothing falls by more than 100 percent";
                    self.say(Code::OutOfRange, &path("falls_by"), words);
                }
            }
            if let Some(percent) = signal.rises_by {
                self.number(percent, &path("rises_by"), false);
            }
        }
        let all = signals
            .iter()
            .fold(0, |sum: u32, one| sum.saturating_add(one.weight));
        let levels = warning.levels;
        let mut below = 0;
        for (score, field) in [
            (levels.light, "light"),
            (levels.moderate, "moderate"),
            (levels.severe, "severe"),
        ] {
            let path = format!("warning.levels.{field}");
            if score <= below {
                let words = format!(
                    "each level needs a higher score than the one below: more than {below}"
                );
                self.say(Code::Contradiction, &path, &words);
            } else if score > all {
                let words = format!("all signals together come to {all} only");
                self.say(Code::Unreachable, &path, &words);
            }
            below = score;
        }
    }

    pub(super) fn lifecycle(&mut self, lifecycle: &Lifecycle) {
        let list = "lifecycle.stages";
        let stages = &lifecycle.stages;
        self.unique(
            list,
            stages.iter().map(|one| &one.id),
            limits::MEMBER_LIST_MAX,
        );
        let last = stages.len().saturating_sub(1);
        for (place, stage) in stages.iter().enumerate() {
            let path = format!("{list}[{place}]");
            let field = |field: &str| join(&path, field);
            if stage.when.is_none() && place < last {
                let words =
                    "a stage without `when` takes everybody: only the last one may leave it out";
                self.say(Code::MissingField, &field("when"), words);
            }
            if stage.when.is_none() && stage.stay.is_some() {
                let words = "whoever is in a stage that takes everybody stays without a condition";
                self.say(Code::Contradiction, &field("stay"), words);
            }
            if stage.at_least.is_some_and(crate::calendar::Span::is_zero) {
                let words = "a stage that is kept for no time says nothing";
                self.say(Code::OutOfRange, &field("at_least"), words);
            }
            let earlier = stages.iter().take(place);
            let same = |other: &&crate::lifecycle::StageRule| {
                stage.when.is_some() && other.when == stage.when
            };
            if let Some(other) = earlier.into_iter().find(same) {
                let words = format!("the stage `{}` takes the same members first", other.id);
                self.say(Code::Unreachable, &path, &words);
            }
        }
        if let Some(last) = stages.last()
            && stages.len() == 1
            && last.when.is_none()
        {
            let words = "one stage for everybody says nothing";
            self.say(Code::Contradiction, list, words);
        }
    }
}
