//! Tasks: what events do for them, what is missed, and how far a member is (clause 12.1).

use super::trigger_due::event_kind;
use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::condition::{EventFacts, Quiet, evaluate};
use crate::error::Result;
use crate::event::Event;
use crate::id::Id;
use crate::member::Order;
use crate::metric::TaskEnd;
use crate::outcome::{Change, Figure, StepProgress, TaskProgress, TaskState, Unmet};
use crate::program::Feed;
use crate::tasks::{Run, StepPlan, Stepped, TaskPlan, Tasked};

/// What steps name the purchase by, whose basket they may look at.
const PURCHASE: &str = "purchase";

impl<'w> Work<'w> {
    /// Members who are looked at for the first time have what is assigned from then on; one without a history is not before its first
    /// event, which may say by whose clocks it lives.
    pub(super) fn begin_tasks(&mut self) {
        for plan in &self.compiled.tasks {
            let standing = self.tasked(&plan.id);
            if plan.assigned && standing.is_none_or(|one| one.excused.is_none()) {
                let excused = plan.excused(self.today);
                self.tasked_mut(&plan.id).excused = Some(excused);
            }
        }
    }

    /// Looks which steps a purchase meets, as long as its basket is there.
    pub(super) fn meet_steps(&mut self, facts: &EventFacts<'_>) {
        self.met_steps = self.steps_met(facts, |step| *step.on == *PURCHASE);
    }

    /// Counts an event for the steps that it meets.
    pub(super) fn count_steps(&mut self, event: &Event<'_>) -> Result<()> {
        let mut met = core::mem::take(&mut self.met_steps);
        let compiled = self.compiled;
        self.begin_tasks();
        if compiled.tasks.is_empty() || !self.state.more.access.is_open() {
            return Ok(());
        }
        // A move may have brought days to their end.
        self.miss_tasks();
        let kind = event_kind(event);
        let facts = Work::event_facts(event, None);
        met.extend(self.steps_met(&facts, |step| *step.on == *kind && *step.on != *PURCHASE));
        for (place, plan) in compiled.tasks.iter().enumerate() {
            let mine = met.iter().filter(|(task, _)| *task == place);
            let steps: Vec<usize> = mine.map(|(_, step)| *step).collect();
            if !steps.is_empty() {
                self.count_task(plan, &steps);
            }
            self.few_entries()?;
        }
        Ok(())
    }

    /// The places of tasks and of their steps that an event meets.
    fn steps_met(
        &self,
        event: &EventFacts<'_>,
        asked: impl Fn(&StepPlan) -> bool,
    ) -> Vec<(usize, usize)> {
        let tasks = self.compiled.tasks.iter().enumerate();
        let steps = tasks.flat_map(|(task, plan)| {
            let steps = plan.steps.iter().enumerate();
            steps.map(move |(place, step)| (task, place, step))
        });
        let asked = steps.filter(|(.., step)| asked(step));
        let seeing = super::facts::Seeing {
            event: Some(event),
            ..self.seeing(self.today)
        };
        asked
            .filter(|(.., step)| {
                let when = step.when.as_ref();
                when.is_none_or(|when| evaluate(when, &seeing, &mut Quiet))
            })
            .map(|(task, place, _)| (task, place))
            .collect()
    }

    fn count_task(&mut self, plan: &'w TaskPlan, met: &[usize]) {
        let standing = self.tasked(&plan.id);
        let run = standing.and_then(|standing| standing.run.as_ref());
        if run.is_none()
            && !(plan.can_begin(standing, self.today) && self.took_part(plan, self.today))
        {
            return;
        }
        let does: Vec<usize> = if plan.ordered {
            let mut open = plan.open(run).take(1);
            open.by_ref().filter(|step| met.contains(step)).collect()
        } else {
            met.to_vec()
        };
        if does.is_empty() {
            return;
        }
        let (on, number) = (self.today, self.version);
        let began = plan.begin(self.as_of, on);
        let order = self.ordered.as_ref().map(|order| order.id.clone());
        let standing = self.tasked_mut(&plan.id);
        let run = standing.run.get_or_insert_with(|| Run {
            number,
            began: began.clone(),
            order: order.clone(),
            firm: None,
            steps: Vec::new(),
        });
        if order.is_none() {
            run.firm.get_or_insert(began);
        }
        let mut done = Vec::new();
        for step in does.iter().filter_map(|place| plan.steps.get(*place)) {
            if run.count(&step.id) == step.times {
                done.push(step);
            }
        }
        let run = run.clone();
        if let Some(order) = &mut self.ordered {
            let steps = does.iter().filter_map(|place| plan.steps.get(*place));
            order.tasks.extend(steps.map(|step| Stepped {
                task: plan.id.clone(),
                step: step.id.clone(),
                run: run.number,
            }));
        }
        let open = plan.open(Some(&run)).count();
        for (number, step) in (1..=done.len()).zip(&done) {
            let left = open.saturating_add(done.len().saturating_sub(number));
            self.enter(Change::TaskStep {
                task: plan.id.clone(),
                step: step.id.clone(),
                done: count(plan.steps.len().saturating_sub(left)),
                needed: count(plan.steps.len()),
                until: run.began.last.and_then(|last| self.end_of(last).ok()),
            });
        }
        if open == 0 {
            self.end_task(plan, &run, TaskEnd::Done, on);
        }
    }

    /// A run is over.
    fn end_task(&mut self, plan: &TaskPlan, run: &Run, end: TaskEnd, day: Date) {
        let standing = self.tasked_mut(&plan.id);
        standing.run = None;
        standing.spent = standing.spent.max(run.began.window);
        self.told_end(plan, Some(run), end, day);
    }

    /// Tells the end of a task, and counts it on a day.
    fn told_end(&mut self, plan: &TaskPlan, run: Option<&Run>, end: TaskEnd, day: Date) {
        let standing = self.tasked_mut(&plan.id);
        let times = match end {
            TaskEnd::Done => &mut standing.done,
            TaskEnd::Missed => &mut standing.missed,
        };
        *times = times.saturating_add(1);
        let times = *times;
        standing.lost = end == TaskEnd::Missed;
        let task = plan.id.clone();
        match end {
            TaskEnd::Done => self.enter(Change::TaskDone { task, times }),
            TaskEnd::Missed => {
                let unmet = lacking(plan, run);
                let needed = count(plan.steps.len());
                self.enter(Change::TaskMissed {
                    task,
                    times,
                    done: needed.saturating_sub(count(unmet.len())),
                    needed,
                    unmet,
                });
            }
        }
        let compiled = self.compiled;
        for (place, metric) in compiled.metrics.iter().enumerate() {
            if let Feed::Tasks(what, of) = &metric.feed
                && *what == end
                && (of.is_empty() || of.contains(&plan.id))
            {
                self.count(place, day, 1);
            }
        }
    }

    /// What was to be done by now and is not. A frozen membership misses nothing: what it cannot do is as if it had not begun. What
    /// asks for nothing more, by rules that are newer than it, is done.
    pub(super) fn miss_tasks(&mut self) {
        let open = self.state.more.access.is_open();
        let (compiled, since) = (self.compiled, self.turned.unwrap_or(self.today));
        for plan in &compiled.tasks {
            if let Some(run) = self.all_done(plan) {
                self.end_task(plan, &run.clone(), TaskEnd::Done, self.today);
            }
            if !open && self.tasked(&plan.id).is_none_or(|one| one.run.is_none()) {
                continue;
            }
            while let Some(last) = plan
                .ends(self.tasked(&plan.id), since, self.today)
                .filter(|last| *last < self.today)
            {
                let run = self.tasked(&plan.id).and_then(|one| one.run.clone());
                match run {
                    Some(run) if open => self.end_task(plan, &run, TaskEnd::Missed, last),
                    Some(_) => {
                        self.tasked_mut(&plan.id).run = None;
                        break;
                    }
                    None => {
                        let standing = self.tasked_mut(&plan.id);
                        standing.excused = standing.excused.max(Some(last));
                        if self.has_been(plan, last) && self.took_part(plan, last) {
                            self.told_end(plan, None, TaskEnd::Missed, last);
                        }
                    }
                }
            }
        }
    }

    /// A run of which nothing is left to do: a task that is open has one only by the rules of another program.
    fn all_done(&self, plan: &TaskPlan) -> Option<&Run> {
        let run = self.tasked(&plan.id)?.run.as_ref()?;
        let done = self.state.more.access.is_open() && plan.open(Some(run)).next().is_none();
        done.then_some(run)
    }

    /// Whether the window that ends with a day has been at all: a zone can leave out a day, and nobody misses that.
    fn has_been(&self, plan: &TaskPlan, last: Date) -> bool {
        let first = plan.window(last).and_then(|window| window.first);
        let first = first.and_then(|first| self.zone.start_of(first).ok());
        first.is_none_or(|first| self.end_of(last).is_ok_and(|end| first < end))
    }

    /// A membership goes on that was frozen: what was over by then is not missed.
    pub(super) fn excuse_tasks(&mut self) {
        for plan in self.compiled.tasks.iter().filter(|plan| plan.assigned) {
            let before = plan.before(self.today);
            let standing = self.tasked_mut(&plan.id);
            standing.excused = standing.excused.max(before);
        }
    }

    /// When the next task is missed, or found to be done.
    pub(super) fn tasks_due(&self) -> Option<Instant> {
        let open = self.state.more.access.is_open();
        let tasks = self.compiled.tasks.iter();
        let last = tasks.clone().filter_map(|plan| {
            let standing = self.tasked(&plan.id);
            // Nothing is missed that a frozen membership has not begun.
            let asked = open || standing.is_some_and(|one| one.run.is_some());
            let ends = plan.ends(standing, self.today, self.today);
            ends.filter(|_| asked)
        });
        let at = last.min().and_then(|last| self.end_of(last).ok());
        // The rules of another program, or their clocks, have made it past or done.
        let soon = || self.as_of.checked_add_micros(1).ok();
        match at {
            Some(at) if at <= self.as_of => soon(),
            _ if tasks.clone().any(|plan| self.all_done(plan).is_some()) => soon(),
            at => at,
        }
    }

    /// An order is all back: it has done nothing for the tasks that it was counted for, as far as they are not done or missed.
    pub(super) fn undo_steps(&mut self, order: &mut Order) {
        let compiled = self.compiled;
        for did in core::mem::take(&mut order.tasks) {
            let run = self.tasked(&did.task).and_then(|one| one.run.as_ref());
            if run.is_none_or(|run| run.number != did.run || run.times(&did.step) == 0) {
                continue;
            }
            let plan = compiled.tasks.iter().find(|plan| plan.id == did.task);
            let step = plan.and_then(|plan| plan.steps.iter().find(|one| one.id == did.step));
            let standing = self.tasked_mut(&did.task);
            let Some(run) = &mut standing.run else {
                continue;
            };
            let left = run.uncount(&did.step);
            if run.steps.is_empty() {
                standing.run = None;
            } else if run.order.as_ref() == Some(&order.id) {
                self.begin_later(&did, &order.id);
            }
            if step.is_some_and(|step| left < step.times && step.times <= left.saturating_add(1)) {
                self.enter(Change::TaskStepUndone {
                    task: did.task,
                    step: did.step,
                    order: order.id.clone(),
                });
            }
        }
    }

    /// The order that began a run has done nothing for it: the run has begun with the next event, by the rules of then.
    fn begin_later(&mut self, did: &Stepped, order: &Id) {
        let mine = |other: &Stepped| other.task == did.task && other.run == did.run;
        let places = 0..self.member.orders.len();
        let orders = places.filter_map(|place| self.order_at(place));
        let orders = orders.filter(|one| one.id != *order && one.tasks.iter().any(mine));
        let orders = orders.filter_map(|one| {
            let plans = &self.sold_by(one).tasks;
            let plan = plans.iter().find(|plan| plan.id == did.task)?;
            Some((plan.begin(one.at, one.on), Some(one.id.clone())))
        });
        let run = self.tasked(&did.task).and_then(|one| one.run.as_ref());
        let firm = run.and_then(|run| run.firm.clone());
        let firm = firm.map(|began| (began, None));
        let first = orders.chain(firm).min_by_key(|(began, _)| began.at);
        if let Some((began, order)) = first
            && let Some(run) = &mut self.tasked_mut(&did.task).run
        {
            (run.began, run.order) = (began, order);
        }
    }

    /// A membership that ends misses nothing any more.
    pub(super) fn drop_tasks(&mut self) {
        if self.state.more.tasks.values().any(|one| one.run.is_some()) {
            for standing in self.more().tasks.values_mut() {
                standing.run = None;
            }
        }
    }

    /// How far the member is in each task.
    pub(super) fn task_progress(&self) -> Vec<TaskProgress> {
        if self.state.more.access.is_over() {
            return Vec::new();
        }
        let tasks = self.compiled.tasks.iter();
        tasks.filter_map(|plan| self.progress_in(plan)).collect()
    }

    fn progress_in(&self, plan: &TaskPlan) -> Option<TaskProgress> {
        let standing = self.tasked(&plan.id);
        let run = standing.and_then(|standing| standing.run.as_ref());
        let (done, missed) = standing.map_or((0, 0), |one| (one.done, one.missed));
        let state = match run {
            Some(_) => TaskState::Begun,
            None if plan.can_begin(standing, self.today) => TaskState::Open,
            None if plan.from.is_some_and(|from| self.today < from) => TaskState::Waiting,
            None if standing.is_some_and(|one| one.lost) => TaskState::Missed,
            None if done > 0 => TaskState::Done,
            None => TaskState::Over,
        };
        if state == TaskState::Open && !self.took_part(plan, self.today) {
            return None;
        }
        let window = plan.window(self.today).and_then(|window| window.last);
        let last = match state {
            TaskState::Begun => run.and_then(|run| run.began.last),
            TaskState::Open => window,
            TaskState::Waiting | TaskState::Done | TaskState::Missed | TaskState::Over => None,
        };
        let unmet = match state {
            TaskState::Begun | TaskState::Open => lacking(plan, run),
            TaskState::Waiting | TaskState::Done | TaskState::Missed | TaskState::Over => {
                Vec::new()
            }
        };
        let steps = plan.steps.iter().map(|step| StepProgress {
            step: step.id.clone(),
            times: run.map_or(0, |run| run.times(&step.id).min(step.times)),
            needed: step.times,
        });
        let needed = count(plan.steps.len());
        Some(TaskProgress {
            task: plan.id.clone(),
            state,
            done: needed.saturating_sub(count(plan.open(run).count())),
            needed,
            steps: steps.collect(),
            since: run.map(|run| run.began.at),
            until: last.and_then(|last| self.end_of(last).ok()),
            times_done: done,
            times_missed: missed,
            unmet,
        })
    }

    /// Whether the member takes part in a task, as things stand on a day.
    fn took_part(&self, plan: &TaskPlan, day: Date) -> bool {
        let seeing = self.seeing(day);
        let when = plan.when.as_ref();
        when.is_none_or(|when| evaluate(when, &seeing, &mut Quiet))
    }

    fn tasked(&self, task: &Id) -> Option<&Tasked> {
        self.state.more.tasks.get(task)
    }

    /// What the member keeps of a task, to change it.
    fn tasked_mut(&mut self, task: &Id) -> &mut Tasked {
        self.more().tasks.entry(task.clone()).or_default()
    }
}

/// What the steps of a run lack that are not done.
fn lacking(plan: &TaskPlan, run: Option<&Run>) -> Vec<Unmet> {
    let steps = plan.open(run).filter_map(|place| plan.steps.get(place));
    let lacks = steps.map(|step| {
        let times = run.map_or(0, |run| run.times(&step.id));
        let number = |times: u32| Figure::Number(i64::from(times));
        let missing = number(step.times.saturating_sub(times));
        Unmet {
            of: Some(step.id.clone()),
            ..Unmet::figure(
                "step",
                number(times),
                Some(number(step.times)),
                Some(missing),
            )
        }
    });
    lacks.collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
