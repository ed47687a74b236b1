//! Early warning: judged after events and at reviews (clause 11.5).

use super::facts::Seeing;
use super::work::Work;
use crate::calendar::{Date, Instant, MonthDay};
use crate::condition::{Days, Facts, may_change, reasons};
use crate::lifecycle::{Asks, SignalPlan, WarningPlan};
use crate::limits::REVIEWS_MAX;
use crate::outcome::{Change, SignalSaid};
use crate::tiers::View;

/// Periods begin with the calendar's.
const FIRST: MonthDay = MonthDay::JANUARY_FIRST;

impl Work<'_> {
    /// Gives the member the level of its signals, after an event and at a review.
    pub(super) fn judge_warning(&mut self) {
        let Some(plan) = &self.compiled.warning else {
            return;
        };
        let review = self.passing && self.begins(plan.review.start_of(self.today, FIRST));
        if self.passing && !self.moved && !review {
            return;
        }
        // A review at the beginning of a day reads the day before.
        let day = if review {
            self.zone.date_at(self.as_of.prev())
        } else {
            self.today
        };
        let seeing = self.seeing(day);
        let score = plan.score(|signal| speaks(signal, &seeing));
        let (from, to) = (self.state.more.warning(), plan.level(score));
        if from == to {
            return;
        }
        let loud = plan.signals.iter().filter(|one| speaks(one, &seeing));
        let signals = loud.map(|signal| said(signal, &seeing)).collect();
        self.lived().warning = to;
        self.enter(Change::WarningLevel {
            from,
            to,
            score,
            signals,
        });
    }

    /// The first review that finds another level, if nothing happens until then.
    pub(super) fn warning_due(&self) -> Option<Instant> {
        let plan = self.compiled.warning.as_ref()?;
        let present = self.state.more.warning();
        let seeing = self.seeing(self.today);
        let mut review = plan.review.next_start(self.today, FIRST);
        for _ in 0..REVIEWS_MAX {
            let read = review.add_days(-1).ok()?;
            let on = seeing.on(read);
            if plan.level(plan.score(|signal| speaks(signal, &on))) != present {
                return self.zone.start_of(review).ok();
            }
            // Until something changes, the reviews find the same.
            let next = next_change(plan, &seeing, read)?;
            let after = plan.review.next_start(next, FIRST);
            review = after.max(plan.review.next_start(review, FIRST));
        }
        self.zone.start_of(review).ok()
    }
}

/// The first day after another one on which a signal may say something else.
fn next_change(plan: &WarningPlan, seeing: &Seeing<'_>, day: Date) -> Option<Date> {
    let next = |signal: &SignalPlan| match &signal.asks {
        Asks::Moved { metric, than, by } => {
            let before = seeing.on(day).value(*than);
            let grown = seeing.grows(*metric, day).zip(before);
            let grown = grown.and_then(|(now, before)| Some((now, by.risen(before)?)));
            let moved = match grown {
                // What grows day by day has then risen for good.
                Some((now, least)) if now < least => least
                    .checked_sub(now)
                    .and_then(|days| day.add_days(days).ok()),
                Some(_) => None,
                None => seeing.metric_changes_after(*metric, day),
            };
            let than = seeing.metric_changes_after(*than, day);
            moved.into_iter().chain(than).min()
        }
        Asks::When(cond) => may_change(cond, seeing, day),
    };
    plan.signals.iter().filter_map(next).min()
}

fn speaks(signal: &SignalPlan, seeing: &Seeing<'_>) -> bool {
    match &signal.asks {
        Asks::When(cond) => seeing.holds(cond),
        Asks::Moved { metric, than, by } => {
            let (now, before) = (seeing.value(*metric), seeing.value(*than));
            now.zip(before)
                .is_some_and(|(now, before)| by.speaks(now, before))
        }
    }
}

/// What a signal says.
fn said(signal: &SignalPlan, seeing: &Seeing<'_>) -> SignalSaid {
    let figure = |metric: usize| {
        let (_, grain) = seeing.metric_name(metric);
        let value = seeing.value(metric)?;
        Some(grain.figure(value, seeing.currency()))
    };
    let plain = SignalSaid {
        signal: signal.id.clone(),
        weight: signal.weight,
        found: None,
        before: None,
        holds: Vec::new(),
    };
    match &signal.asks {
        Asks::Moved { metric, than, .. } => SignalSaid {
            found: figure(*metric),
            before: figure(*than),
            ..plain
        },
        Asks::When(cond) => SignalSaid {
            holds: reasons(cond, seeing),
            ..plain
        },
    }
}
