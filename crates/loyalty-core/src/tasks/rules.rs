//! What a program may say of tasks.

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, Period, Span};
use crate::condition::Condition;
use crate::id::Id;
use crate::json::is_default;
use crate::text::Label;

/// A task: steps that events do, within a time.
///
/// It begins with the first event that does a part of a step, and is done with the last one. What is begun and not done in time is
/// missed: at the first instant after its last day, if there was such a day where the member lives. A full return takes back what its
/// order did for a task that is not done by then: events that met the same step when it was done already count in its place, and a
/// task that the order began has begun with the next one. A task that is done stays so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TaskRule {
    /// The name by which triggers and metrics call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// What is to be done.
    pub steps: Vec<TaskStep>,
    /// Whether the steps are done one after the other: an event does the first one that is open, or nothing. Otherwise it does every
    /// step that it meets.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ordered: bool,
    /// The first day on which something counts, by the member's calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// For how long after the day on which it begins it can be done: with `{"days": 6}` on that day and the six after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
    /// Whether it comes again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeat: TaskRepeat,
    /// Whether everybody has it who is a member on its first day, or on the first day of a period: whoever does not even begin it
    /// misses it, too.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assigned: bool,
    /// Who takes part: asked right after the event with which it would begin, and of those who have not begun when it is missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

impl TaskRule {
    /// Whether it has an end, so that it can be missed.
    pub(crate) fn has_end(&self) -> bool {
        let periodic = matches!(self.repeat, TaskRepeat::Per(_));
        self.until.is_some() || self.within.is_some() || periodic
    }
}

/// A step of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TaskStep {
    /// The name of the step; no other step of the task has it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// The kind of event that does it: `purchase` (default), `activity:check_in`, `enroll` …
    #[serde(default = "purchase")]
    pub on: String,
    /// What the event must be: leaves on the event, and on the basket of a purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// So many events do it (default 1).
    #[serde(default = "once")]
    pub times: u32,
}

fn purchase() -> String {
    "purchase".to_owned()
}

fn once() -> u32 {
    1
}

/// Whether a task comes again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TaskRepeat {
    /// It is done or missed once.
    #[default]
    Never,
    /// It begins anew after it is done; once missed, it is over.
    AfterDone,
    /// It begins anew after it is done or missed.
    Always,
    /// Once in each period of the calendar: it is to be done before the period is over.
    Per(Period),
}
