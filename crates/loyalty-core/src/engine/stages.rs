//! Stages of the lifecycle and watched segments: told when they are entered and left (clauses 11.1, 11.3).

use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::condition::{Cond, Explain, evaluate, next_flip, reasons};
use crate::lifecycle::{InStage, Lived, StagePlan, StagesPlan};
use crate::outcome::{Change, Decided, SegmentChange};
use crate::program::Watched;
use crate::tiers::View;

impl Work<'_> {
    /// Whether the member is in a stage of being asleep, and if so, whether a purchase has woken the member since.
    pub(super) fn asleep(&self) -> Option<bool> {
        let plan = self.compiled.stages.as_ref()?;
        let stage = plan.stages.get(self.stage_place(plan)?)?;
        self.in_stage()
            .filter(|_| stage.asleep)
            .map(|reached| reached.woken)
    }

    /// A purchase has woken the member, whatever stage of being asleep that is in still.
    pub(super) fn wake(&mut self) {
        if self.asleep() == Some(false)
            && let Some(reached) = &mut self.lived().stage
        {
            reached.woken = true;
        }
    }

    /// Puts the member into the stage that holds now.
    pub(super) fn judge_stage(&mut self) {
        let Some(plan) = &self.compiled.stages else {
            return;
        };
        let to = self.stage_on(plan, self.today);
        let from = self.in_stage().map(|reached| reached.stage.clone());
        let to_id = to.and_then(|to| plan.stages.get(to)).map(|stage| &stage.id);
        if to_id == from.as_ref() {
            return;
        }
        let why = self.stage_why(plan, from.as_ref().and_then(|id| plan.place(id)), to);
        let (at, to) = (self.as_of, to_id.cloned());
        self.lived().enter(to.clone(), at);
        self.enter(Change::Stage { from, to, why });
    }

    /// Tells which watched segments the member has entered and left.
    pub(super) fn judge_segments(&mut self) {
        for watched in &self.compiled.watched {
            let (id, cond) = (&watched.segment.id, &watched.segment.when);
            let seeing = self.seeing(self.today);
            let inside = seeing.holds(cond);
            if inside == self.is_in(id) {
                continue;
            }
            let (change, why) = if inside {
                let holds = reasons(cond, &seeing);
                let lacks = Vec::new();
                (SegmentChange::Entered, Decided { holds, lacks })
            } else {
                let mut lacks = Explain::default();
                evaluate(cond, &seeing, &mut lacks);
                let (holds, lacks) = (Vec::new(), lacks.0);
                (SegmentChange::Left, Decided { holds, lacks })
            };
            self.lived().set(id, inside);
            self.enter(Change::Segment {
                segment: id.clone(),
                change,
                why,
            });
        }
    }

    /// When time alone leads to another stage, or into a watched segment or out of it.
    pub(super) fn lifecycle_due(&self) -> Option<Instant> {
        let stage = self.compiled.stages.as_ref();
        let stage = stage.and_then(|plan| self.stage_due(plan));
        let watched = self.compiled.watched.iter();
        let days = watched.filter_map(|one| self.segment_due(one)).chain(stage);
        let day = days.min()?;
        self.zone.start_of(day).ok()
    }

    fn stage_due(&self, plan: &StagesPlan) -> Option<Date> {
        let present = self.stage_place(plan);
        let changes = |day: Date| self.stage_on(plan, day) != present;
        if changes(self.today) {
            // The stages are newer than what the member has seen of them.
            return self.today.add_days(1).ok();
        }
        let free = plan
            .free_from(self.in_stage(), self.zone)
            .filter(|free| *free > self.today && changes(*free));
        let conds: Vec<&Cond> = plan.conds().filter(|_| plan.by_time).collect();
        let flip = next_flip(&conds, &self.seeing(self.today), self.today, changes);
        free.into_iter().chain(flip).min()
    }

    fn segment_due(&self, watched: &Watched) -> Option<Date> {
        let cond = &watched.segment.when;
        let inside = self.is_in(&watched.segment.id);
        let seeing = self.seeing(self.today);
        if seeing.holds(cond) != inside {
            return self.today.add_days(1).ok();
        }
        if !watched.by_time {
            return None;
        }
        next_flip(&[cond], &seeing, self.today, |day| {
            seeing.on(day).holds(cond) != inside
        })
    }

    /// The place of the stage that holds on a day, if nothing happens until then.
    fn stage_on(&self, plan: &StagesPlan, day: Date) -> Option<usize> {
        let seeing = self.seeing(day);
        plan.classify(self.in_stage(), day, self.zone, |cond| seeing.holds(cond))
    }

    /// What holds of the stage that is entered; what the one lacks that is left.
    fn stage_why(&self, plan: &StagesPlan, from: Option<usize>, to: Option<usize>) -> Decided {
        let seeing = self.seeing(self.today);
        let stage = |place: Option<usize>| plan.stages.get(place?);
        let entered = stage(to).and_then(|stage| stage.when.as_ref());
        let holds = entered.map(|cond| reasons(cond, &seeing));
        let mut lacks = Explain::default();
        if let Some(cond) = stage(from).and_then(StagePlan::kept_by) {
            evaluate(cond, &seeing, &mut lacks);
        }
        Decided {
            holds: holds.unwrap_or_default(),
            lacks: lacks.0,
        }
    }

    /// The place of the stage that the member is in.
    fn stage_place(&self, plan: &StagesPlan) -> Option<usize> {
        plan.place(&self.in_stage()?.stage)
    }

    fn in_stage(&self) -> Option<&InStage> {
        self.state.more.lifecycle.as_ref()?.stage.as_ref()
    }

    fn is_in(&self, segment: &crate::Id) -> bool {
        let lived = self.state.more.lifecycle.as_ref();
        lived.is_some_and(|lived| lived.is_in(segment))
    }

    /// What the member keeps of its life with the program, to change it.
    pub(super) fn lived(&mut self) -> &mut Lived {
        self.more().lifecycle.get_or_insert_default()
    }
}
