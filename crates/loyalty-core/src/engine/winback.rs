//! Attempts to win a member back: made, failed, given up, or ended by a purchase (clause 11.4).

use super::work::Work;
use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::event::Outreach;
use crate::lifecycle::{Attempt, Attempts, Ladder};
use crate::limits::ATTEMPTS_MAX;
use crate::outcome::{Change, OutreachMade};

/// What a purchase found of attempts.
#[derive(Default)]
struct Ended {
    latest: Option<OutreachMade>,
    abandoned: bool,
}

impl<'w> Work<'w> {
    /// An attempt is made.
    pub(super) fn outreach(&mut self, outreach: &Outreach<'_>) -> Result<()> {
        let ladder = self.ladder(outreach.ladder.as_deref())?;
        let mut steps = ladder.steps.iter();
        let step = steps
            .find(|step| step.id == *outreach.step)
            .ok_or_else(|| {
                let words = format!("there is no step `{}` in this ladder", outreach.step);
                Error::at(Code::UnknownReference, "outreach.step", words)
            })?;
        let open = self.attempts().map_or(0, <[Attempt]>::len);
        if u32::try_from(open).is_ok_and(|open| open >= ATTEMPTS_MAX) {
            let words = format!("at most {ATTEMPTS_MAX} attempts are open at a time");
            return Err(Error::at(Code::LimitExceeded, "outreach", words));
        }
        // The last day is one on which a purchase still counts.
        let last = self.today.add_days(i64::from(ladder.effect_days))?;
        let until = self.zone.start_of(last.add_days(1)?)?;
        let (ladder, step) = (&ladder.id, step.id.clone());
        let at = self.as_of;
        let winback = &mut self.lived().winback;
        let attempt = winback.begin(ladder, step.clone(), at, until);
        self.enter(Change::Outreach {
            made: OutreachMade {
                ladder: ladder.clone(),
                step,
                attempt,
            },
            until,
        });
        Ok(())
    }

    /// What is due of the lifecycle now: attempts that have failed, then the stage; a purchase ends attempts first.
    pub(super) fn judge_lifecycle(&mut self) {
        let program = self.compiled;
        let none = program.stages.is_none() && program.winback.is_empty();
        if none && self.state.more.lifecycle.is_none() {
            return;
        }
        self.fail_attempts();
        let before = self.state.more.stage().cloned();
        let order = self.ordered.as_ref().map(|order| order.id.clone());
        let ended = order.as_ref().and_then(|_| self.end_attempts());
        // In later rounds the purchase has done so already; a stage that it leads into is not one that it wakes from.
        let asleep = self.slept.take();
        self.judge_stage();
        let Some(order) = order else {
            return;
        };
        if asleep.is_some() {
            self.wake();
        }
        let ended = ended.unwrap_or_default();
        if asleep == Some(false) || ended.abandoned {
            self.enter(Change::Reactivated {
                order,
                from: before,
                outreach: ended.latest,
                abandoned: ended.abandoned,
            });
        } else if let Some(made) = ended.latest {
            self.enter(Change::OutreachAnswered { order, made });
        }
    }

    /// When the next attempt fails.
    pub(super) fn winback_due(&self) -> Option<Instant> {
        self.attempts()?.first().map(|attempt| attempt.until)
    }

    fn fail_attempts(&mut self) {
        let now = self.as_of;
        while self.winback_due().is_some_and(|due| due <= now) {
            let Some((attempt, failed)) = self.lived().winback.fail(now) else {
                return;
            };
            let ladder = attempt.ladder.clone();
            self.enter(Change::OutreachFailed {
                made: made(attempt),
            });
            let mut ladders = self.compiled.winback.iter();
            let plan = ladders.find(|plan| plan.id == ladder);
            let enough = plan.is_some_and(|plan| failed >= plan.max_attempts);
            if enough && !self.state.more.is_abandoned() {
                self.lived().winback.abandoned = Some(ladder.clone());
                self.enter(Change::Abandoned { ladder, failed });
            }
        }
    }

    /// Forgets all attempts; none if there were not any.
    fn end_attempts(&mut self) -> Option<Ended> {
        let none = Attempts::default();
        let winback = self.state.more.lifecycle.as_ref();
        let winback = winback.map_or(&none, |lived| &lived.winback);
        let ended = (!winback.made.is_empty()).then(|| Ended {
            latest: winback.latest().cloned().map(made),
            abandoned: winback.abandoned.is_some(),
        });
        // Kept where attempts can come: a merge asks whether they came before.
        let counts = !self.compiled.winback.is_empty() && winback.bought != Some(self.as_of);
        if ended.is_some() || counts {
            let at = self.as_of;
            self.lived().winback.end(at);
        }
        ended
    }

    fn attempts(&self) -> Option<&[Attempt]> {
        let lived = self.state.more.lifecycle.as_ref()?;
        Some(&lived.winback.open)
    }

    fn ladder(&self, id: Option<&str>) -> Result<&'w Ladder> {
        let ladders = &self.compiled.winback;
        match (id, ladders.as_slice()) {
            (Some(id), all) => all.iter().find(|one| one.id == *id).ok_or_else(|| {
                let words = format!("there is no ladder `{id}` in this program");
                Error::at(Code::UnknownReference, "outreach.ladder", words)
            }),
            (None, [only]) => Ok(only),
            (None, _) => {
                let words = "say which `ladder`: the program does not have exactly one";
                Err(Error::at(Code::MissingField, "outreach.ladder", words))
            }
        }
    }
}

fn made(attempt: Attempt) -> OutreachMade {
    OutreachMade {
        ladder: attempt.ladder,
        step: attempt.step,
        attempt: attempt.number,
    }
}
