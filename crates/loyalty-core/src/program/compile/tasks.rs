//! Tasks and rankings: from the document to what the engine walks.

use super::Compiler;
use crate::condition::Scope;
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::rankings::{RankBy, RankOf, RankPlan, RankingPlan};
use crate::tasks::{StepPlan, TaskPlan, TaskRule, TaskStep};

impl Compiler<'_> {
    pub(super) fn tasks(&mut self) -> Vec<TaskPlan> {
        let rules = self.rules;
        let tasks = rules.tasks.iter().enumerate();
        tasks
            .map(|(place, rule)| self.task_plan(rule, &format!("tasks[{place}]")))
            .collect()
    }

    fn task_plan(&mut self, rule: &TaskRule, path: &str) -> TaskPlan {
        let mut steps = Vec::with_capacity(rule.steps.len());
        for (place, step) in rule.steps.iter().enumerate() {
            steps.push(self.step(step, &format!("{path}.steps[{place}]")));
        }
        TaskPlan {
            id: rule.id.clone(),
            steps,
            ordered: rule.ordered,
            from: rule.from,
            until: rule.until,
            within: rule.within,
            repeat: rule.repeat,
            assigned: rule.assigned,
            when: self.condition(rule.when.as_ref(), Scope::Member, &join(path, "when")),
        }
    }

    fn step(&mut self, rule: &TaskStep, path: &str) -> StepPlan {
        let basket = rule.on == "purchase";
        let when = rule.when.as_ref();
        StepPlan {
            id: rule.id.clone(),
            on: self.step_kind(&rule.on, &join(path, "on")),
            when: self.condition(when, Scope::Step { basket }, &join(path, "when")),
            times: rule.times,
        }
    }

    fn step_kind(&mut self, kind: &str, path: &str) -> Box<str> {
        if matches!(kind, "freeze" | "close" | "erase") {
            let words = format!(
                "nothing is done for a task once a `{kind}` has ended or frozen the membership"
            );
            self.mistakes
                .push(Error::at(Code::Unreachable, path, words));
        }
        self.kind(kind, path)
    }

    /// Reports that none of the tasks can be missed: all tasks of the program if none is named.
    pub(super) fn missable(&mut self, named: &[Id], path: &str) {
        let mut tasks = self.rules.tasks.iter();
        let asked = |task: &&TaskRule| named.is_empty() || named.contains(&task.id);
        let unknown = self.names.unread.has("tasks");
        let known = tasks.clone().any(|task| asked(&task));
        if known && !unknown && !tasks.any(|task| asked(&task) && task.has_end()) {
            let words = "what has no end is not missed: give the task `until`, `within` or a period in `repeat`";
            self.mistakes
                .push(Error::at(Code::Unreachable, path, words));
        }
    }

    /// Reports a task that does not exist.
    pub(super) fn task(&mut self, task: &Id, path: &str) {
        if !self.rules.tasks.iter().any(|one| one.id == *task) {
            let error = self.names.unknown("task", task);
            self.mistakes.extend(error.map(|error| error.under(path)));
        }
    }

    pub(super) fn rankings(&mut self) -> Vec<RankingPlan> {
        let rules = self.rules;
        let mut plans = Vec::with_capacity(rules.rankings.len());
        for (place, rule) in rules.rankings.iter().enumerate() {
            let path = format!("rankings[{place}]");
            let when = rule.when.as_ref();
            let when = self.condition(when, Scope::Member, &join(&path, "when"));
            let by = rule.by.iter().enumerate();
            plans.push(RankingPlan {
                id: rule.id.clone(),
                when,
                by: by
                    .filter_map(|(place, by)| self.rank_by(by, &format!("{path}.by[{place}]")))
                    .collect(),
            });
        }
        plans
    }

    fn rank_by(&mut self, rule: &RankBy, path: &str) -> Option<RankPlan> {
        let of = match (&rule.metric, &rule.score) {
            (Some(metric), None) => {
                let place = self.named_metric(metric, &join(path, "metric"));
                let mut plus = Vec::with_capacity(rule.plus.len());
                for (number, one) in rule.plus.iter().enumerate() {
                    let path = format!("{path}.plus[{number}]");
                    let grain = |id: &Id| self.names.metrics.get(id).map(|(_, grain)| *grain);
                    if let (Some(own), Some(other)) = (grain(metric), grain(one))
                        && own != other
                    {
                        let words =
                            format!("`{one}` is not written as `{metric}` is: they have no sum");
                        self.mistakes
                            .push(Error::at(Code::Contradiction, path.as_str(), words));
                    }
                    plus.extend(self.named_metric(one, &path));
                }
                RankOf::Metric(place?, plus)
            }
            (None, Some(score)) if rule.plus.is_empty() => match self.names.scores.get(score) {
                Some(plan) => RankOf::Score(plan.clone()?),
                None => {
                    let error = self.names.unknown("score", score);
                    let path = join(path, "score");
                    self.mistakes.extend(error.map(|error| error.under(&path)));
                    return None;
                }
            },
            _ => {
                let words = "say `metric`, with what is added to it, or `score`: one of the two";
                self.mistakes
                    .push(Error::at(Code::InvalidValue, path, words));
                return None;
            }
        };
        Some(RankPlan {
            of,
            order: rule.order,
        })
    }
}
