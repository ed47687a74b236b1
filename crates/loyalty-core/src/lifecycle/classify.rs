//! Which stage a member is in (clauses 11.1, 11.3).

use super::stage::InStage;
use crate::calendar::{Date, Span, Zone};
use crate::condition::Cond;
use crate::id::Id;

/// The compiled stages, in the order in which they are asked.
#[derive(Debug)]
pub(crate) struct StagesPlan {
    pub(crate) stages: Vec<StagePlan>,
    /// Whether time alone can lead from one stage to another.
    pub(crate) by_time: bool,
}

/// A compiled stage.
#[derive(Debug)]
pub(crate) struct StagePlan {
    pub(crate) id: Id,
    /// None: it takes everybody.
    pub(crate) when: Option<Cond>,
    pub(crate) stay: Option<Cond>,
    pub(crate) at_least: Option<Span>,
    pub(crate) asleep: bool,
}

impl StagePlan {
    /// Whether it takes a member who is in it (`present`), or who is not. What keeps a member never throws one out who could
    /// come in again: so that a member comes to rest.
    fn takes(&self, present: bool, holds: &impl Fn(&Cond) -> bool) -> bool {
        let stays = self.stay.as_ref().filter(|_| present);
        self.when.as_ref().is_none_or(holds) || stays.is_some_and(holds)
    }

    /// What is lacking for a member who has left it.
    pub(crate) fn kept_by(&self) -> Option<&Cond> {
        self.stay.as_ref().or(self.when.as_ref())
    }

    /// All its conditions.
    pub(crate) fn conds(&self) -> impl Iterator<Item = &Cond> {
        self.when.iter().chain(&self.stay)
    }
}

impl StagesPlan {
    /// The place of a stage.
    pub(crate) fn place(&self, id: &Id) -> Option<usize> {
        self.stages.iter().position(|stage| stage.id == *id)
    }

    /// The place of the stage that a member is in on a day, given the one that was reached before.
    pub(crate) fn classify(
        &self,
        reached: Option<&InStage>,
        day: Date,
        zone: Zone,
        holds: impl Fn(&Cond) -> bool,
    ) -> Option<usize> {
        let present = reached.and_then(|reached| self.place(&reached.stage));
        if self.free_from(reached, zone).is_some_and(|free| day < free) {
            return present;
        }
        self.stages
            .iter()
            .enumerate()
            .position(|(place, stage)| stage.takes(present == Some(place), &holds))
    }

    /// The first day on which the stage that was reached can be left.
    pub(crate) fn free_from(&self, reached: Option<&InStage>, zone: Zone) -> Option<Date> {
        let reached = reached?;
        let plan = self.stages.get(self.place(&reached.stage)?)?;
        // What lies past the calendar is never reached.
        let day = zone.date_at(reached.since);
        plan.at_least
            .map(|span| span.after(day).unwrap_or(Date::from_days(i32::MAX)))
    }

    /// All conditions.
    pub(crate) fn conds(&self) -> impl Iterator<Item = &Cond> {
        self.stages.iter().flat_map(StagePlan::conds)
    }
}
