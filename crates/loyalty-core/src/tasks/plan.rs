//! Compiled tasks: on which days one can be done, and until when.

use super::rules::TaskRepeat;
use super::standing::{Began, Run, Tasked};
use crate::calendar::{Date, Instant, MonthDay, Span};
use crate::condition::Cond;
use crate::id::Id;

/// Periods begin with the calendar's.
const FIRST: MonthDay = MonthDay::JANUARY_FIRST;

/// A compiled task.
#[derive(Debug)]
pub(crate) struct TaskPlan {
    pub(crate) id: Id,
    pub(crate) steps: Vec<StepPlan>,
    pub(crate) ordered: bool,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) within: Option<Span>,
    pub(crate) repeat: TaskRepeat,
    pub(crate) assigned: bool,
    pub(crate) when: Option<Cond>,
}

/// A compiled step.
#[derive(Debug)]
pub(crate) struct StepPlan {
    pub(crate) id: Id,
    pub(crate) on: Box<str>,
    pub(crate) when: Option<Cond>,
    pub(crate) times: u32,
}

/// The days on which a task can be done: all of them, or those of a period. None: without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) first: Option<Date>,
    pub(crate) last: Option<Date>,
}

impl TaskPlan {
    /// The window that a day lies in.
    pub(crate) fn window(&self, day: Date) -> Option<Window> {
        let early = self.from.is_some_and(|from| day < from);
        let late = self.until.is_some_and(|until| until < day);
        if early || late {
            return None;
        }
        let TaskRepeat::Per(period) = self.repeat else {
            return Some(Window {
                first: self.from,
                last: self.until,
            });
        };
        let (first, last) = (period.start_of(day, FIRST), period.end_of(day, FIRST));
        Some(Window {
            first: Some(self.from.map_or(first, |from| from.max(first))),
            last: Some(self.until.map_or(last, |until| until.min(last))),
        })
    }

    /// Whether it can begin on a day.
    pub(crate) fn can_begin(&self, standing: Option<&Tasked>, day: Date) -> bool {
        let free = |standing: &Tasked| {
            let (done, missed) = (standing.done, standing.missed);
            match self.repeat {
                TaskRepeat::Never => done == 0 && missed == 0,
                TaskRepeat::AfterDone => missed == 0,
                TaskRepeat::Always => true,
                TaskRepeat::Per(_) => standing.spent.is_none_or(|spent| spent < day),
            }
        };
        self.window(day).is_some()
            && standing.is_none_or(|standing| standing.run.is_none() && free(standing))
    }

    /// The last day of a run that begins on a day; none if it has no end.
    pub(crate) fn last_day(&self, began: Date) -> Option<Date> {
        let window = self.window(began).and_then(|window| window.last);
        // What lies past the calendar is never reached.
        let within = self.within.and_then(|span| span.after(began).ok());
        window.into_iter().chain(within).min()
    }

    /// The last day before the first window that a member has had, or will have, from its first day on, if it is first looked at on
    /// a day.
    pub(crate) fn excused(&self, day: Date) -> Date {
        let begun = self
            .window(day)
            .filter(|window| window.first.is_some_and(|first| first < day));
        match begun.and_then(|window| window.last) {
            Some(last) => last,
            None => day.previous(),
        }
    }

    /// The last day on which what runs, or what is assigned and not begun, can be done. Windows that were over by `since` have been
    /// looked at, if by the rules of another program.
    pub(crate) fn ends(&self, standing: Option<&Tasked>, since: Date, today: Date) -> Option<Date> {
        if let Some(run) = standing.and_then(|standing| standing.run.as_ref()) {
            return run.began.last;
        }
        let ended = standing.is_some_and(|standing| standing.done > 0 || standing.missed > 0);
        if !self.assigned || (ended && self.repeat == TaskRepeat::Never) {
            return None;
        }
        let excused = standing.and_then(|standing| standing.excused);
        let excused = excused.unwrap_or_else(|| self.excused(today));
        let spent = standing.and_then(|standing| standing.spent);
        let next = spent.map_or(excused, |spent| spent.max(excused)).next();
        let next = self.from.map_or(next, |from| from.max(next)).max(since);
        self.window(next)?.last
    }

    /// The last day before the window that a day lies in.
    pub(crate) fn before(&self, day: Date) -> Option<Date> {
        match self.window(day) {
            Some(window) => Some(window.first?.previous()),
            None => Some(day.previous()),
        }
    }

    /// How a run is that begins on a day: its last days are those of the rules of then.
    pub(crate) fn begin(&self, at: Instant, on: Date) -> Began {
        Began {
            at,
            on,
            last: self.last_day(on),
            window: self.window(on).and_then(|window| window.last),
        }
    }

    /// How many events of a run have done something for a step.
    pub(crate) fn so_far(&self, run: &Run) -> u32 {
        let steps = self.steps.iter();
        let times = steps.map(|step| run.times(&step.id).min(step.times));
        times.fold(0, u32::saturating_add)
    }

    /// The places of the steps of a run that are not done.
    pub(crate) fn open<'p>(&'p self, run: Option<&'p Run>) -> impl Iterator<Item = usize> + 'p {
        let steps = self.steps.iter().enumerate();
        let open = move |step: &StepPlan| run.map_or(0, |run| run.times(&step.id)) < step.times;
        steps
            .filter(move |(_, step)| open(step))
            .map(|(place, _)| place)
    }
}
