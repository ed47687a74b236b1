//! Tasks that nobody can do or miss, and rankings that rank nobody (clauses 12.1, 15.2).

use super::Check;
use crate::error::{Code, join};
use crate::id::Id;
use crate::limits;
use crate::rankings::Ranking;
use crate::tasks::{TaskRepeat, TaskRule};

impl Check<'_> {
    pub(super) fn tasks(&mut self, tasks: &[TaskRule]) {
        self.unique(
            "tasks",
            tasks.iter().map(|one| &one.id),
            limits::MEMBER_LIST_MAX,
        );
        for (place, task) in tasks.iter().enumerate() {
            self.task(task, &format!("tasks[{place}]"));
        }
    }

    fn task(&mut self, task: &TaskRule, path: &str) {
        let steps = join(path, "steps");
        if task.steps.is_empty() {
            let words = "a task needs at least one step";
            self.say(Code::MissingField, &steps, words);
        }
        self.unique(
            &steps,
            task.steps.iter().map(|one| &one.id),
            limits::TASK_STEPS_MAX,
        );
        for (place, step) in task.steps.iter().enumerate() {
            if step.times == 0 || step.times > limits::TASK_TIMES_MAX {
                let words = format!("a step is done by 1 to {} events", limits::TASK_TIMES_MAX);
                self.say(Code::OutOfRange, &format!("{steps}[{place}].times"), &words);
            }
        }
        if let (Some(from), Some(until)) = (task.from, task.until) {
            self.dates(from, until, path);
        }
        let one_event = matches!(task.steps.as_slice(), [step] if step.times == 1);
        if task.within.is_some() && one_event {
            let words = "one event does this task: it is done on the day on which it begins";
            self.say(Code::Contradiction, &join(path, "within"), words);
        }
        if task.assigned {
            self.assigned(task, &join(path, "assigned"));
        }
    }

    fn assigned(&mut self, task: &TaskRule, path: &str) {
        match task.repeat {
            TaskRepeat::Per(_) => {}
            TaskRepeat::Never if task.until.is_none() => {
                let words =
                    "what has no end is not missed: say `until`, or `repeat` it by a period";
                self.say(Code::MissingField, path, words);
            }
            TaskRepeat::Never if task.from.is_none() => {
                let words = "say `from`: who is a member on that day has the task";
                self.say(Code::MissingField, path, words);
            }
            TaskRepeat::Never => {}
            TaskRepeat::AfterDone | TaskRepeat::Always => {
                let words = "an assigned task is for once, or for once in each period";
                self.say(Code::Contradiction, path, words);
            }
        }
    }

    pub(super) fn rankings(&mut self, rankings: &[Ranking]) {
        self.unique(
            "rankings",
            rankings.iter().map(|one| &one.id),
            limits::MEMBER_LIST_MAX,
        );
        for (place, ranking) in rankings.iter().enumerate() {
            let list = format!("rankings[{place}].by");
            if ranking.by.is_empty() {
                let words = "a ranking needs a metric or a score to rank by";
                self.say(Code::MissingField, &list, words);
            }
            if ranking.by.len() > limits::RANK_FIGURES_MAX {
                let words = format!("at most {} figures are allowed", limits::RANK_FIGURES_MAX);
                self.say(Code::LimitExceeded, &list, &words);
            }
            for (number, by) in ranking.by.iter().enumerate() {
                let list_of_sum = format!("{list}[{number}].plus");
                if by.plus.len() > limits::RANK_FIGURES_MAX {
                    let words = format!("at most {} are added", limits::RANK_FIGURES_MAX);
                    self.say(Code::LimitExceeded, &list_of_sum, &words);
                }
                let mut sum: Vec<&Id> = by.metric.iter().chain(&by.plus).collect();
                sum.sort_unstable();
                if sum
                    .windows(2)
                    .any(|pair| matches!(pair, [one, other] if one == other))
                {
                    let words = "a metric is added once";
                    self.say(Code::DuplicateId, &list_of_sum, words);
                }
                let mut earlier = ranking.by.iter().take(number);
                let same = |other: &&crate::rankings::RankBy| {
                    other.metric == by.metric && other.plus == by.plus && other.score == by.score
                };
                if earlier.any(|other| same(&other)) {
                    let words = "an earlier figure is of the same: where that is equal, so is this";
                    self.say(Code::Contradiction, &format!("{list}[{number}]"), words);
                }
            }
        }
    }
}
