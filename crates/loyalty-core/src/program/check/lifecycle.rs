//! Stages that no member can be in, and such that contradict themselves (clauses 11.1, 15.2).

use super::Check;
use crate::error::{Code, join};
use crate::lifecycle::Lifecycle;
use crate::limits;

impl Check<'_> {
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
