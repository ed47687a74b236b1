//! What conditions see of a member and an event.

use std::borrow::Cow;

use crate::amount::Currency;
use crate::calendar::{Date, Instant};
use crate::condition::{Basket, Cond, Days, EventFacts, Facts, Grain, Quiet, evaluate, next_flip};
use crate::event::{Event, Scalar};
use crate::id::Id;
use crate::member::State;
use crate::metric::Tally;
use crate::program::{Compiled, Feed, MetricPlan};
use crate::tiers::{JudgedValue, View};

use super::work::Work;

/// The member on a day, with an event if there is one.
pub(super) struct Seeing<'s> {
    pub(super) compiled: &'s Compiled,
    pub(super) state: &'s State,
    /// The place of the rung that is held in each track.
    pub(super) rungs: &'s [usize],
    pub(super) enrolled: Option<Date>,
    pub(super) zone: crate::calendar::Zone,
    /// The day on which conditions are asked.
    pub(super) day: Date,
    pub(super) event: Option<EventFacts<'s>>,
    /// The values of some metrics as they stood at another time.
    pub(super) values: Option<&'s [JudgedValue]>,
}

impl<'w> Work<'w> {
    /// The member on a day.
    pub(super) fn seeing(&self, day: Date) -> Seeing<'_> {
        Seeing {
            compiled: self.compiled,
            state: &self.state,
            rungs: &self.rungs,
            enrolled: self.enrolled,
            zone: self.zone,
            day,
            event: None,
            values: None,
        }
    }

    /// What conditions see of an event.
    pub(super) fn event_facts<'e>(
        event: &'e Event<'_>,
        basket: Option<&'e Basket>,
    ) -> EventFacts<'e> {
        let local = event.at.offset.local(event.at.instant);
        EventFacts {
            channel: event.channel.as_deref(),
            store: event.store.as_deref(),
            weekday: local.date.weekday(),
            second_of_day: local.second_of_day,
            attributes: shorten(&event.attributes),
            basket,
        }
    }
}

/// Attributes borrowed from an event live no longer than the borrow.
fn shorten<'e>(attributes: &'e [(Cow<'_, str>, Scalar<'_>)]) -> &'e [(Cow<'e, str>, Scalar<'e>)] {
    attributes
}

impl Seeing<'_> {
    /// The value of a metric on the day.
    pub(super) fn value(&self, place: usize) -> Option<i64> {
        let plan = self.compiled.metrics.get(place)?;
        if let Some((_, value, _)) = self
            .values
            .and_then(|values| values.iter().find(|(id, ..)| *id == plan.id))
        {
            return *value;
        }
        match plan.feed {
            Feed::Balance(account) => self
                .state
                .accounts
                .get(account)
                .map(crate::points::Account::balance),
            Feed::Tenure => self.enrolled.map(|enrolled| enrolled.days_until(self.day)),
            Feed::Age => self
                .state
                .profile
                .birthday
                .map(|birthday| age(birthday, self.day)),
            _ => {
                let days = plan.frame.days(self.day, self.enrolled).ok().flatten();
                self.tally(place)?.value(days, plan.reading, self.day)
            }
        }
    }

    fn tally(&self, place: usize) -> Option<&Tally> {
        self.state.metrics.get(place)
    }

    fn plan(&self, place: usize) -> Option<&MetricPlan> {
        self.compiled.metrics.get(place)
    }
}

/// Age in whole years; a 29 February birthday falls on 28 February in common years.
fn age(birthday: Date, day: Date) -> i64 {
    let had = crate::calendar::MonthDay::of(birthday).in_year(day.year()) <= day;
    i64::from(day.year())
        .saturating_sub(i64::from(birthday.year()))
        .saturating_sub(i64::from(!had))
}

impl View for Seeing<'_> {
    fn holds(&self, cond: &Cond) -> bool {
        evaluate(cond, self, &mut Quiet)
    }
}

impl Facts for Seeing<'_> {
    fn currency(&self) -> Currency {
        self.compiled.currency
    }

    fn date(&self) -> Date {
        self.day
    }

    fn metric(&self, metric: usize) -> Option<i64> {
        self.value(metric)
    }

    fn metric_name(&self, metric: usize) -> (Option<Id>, Grain) {
        self.plan(metric).map_or((None, Grain::Whole), |plan| {
            (Some(plan.id.clone()), plan.grain)
        })
    }

    fn rung(&self, track: usize) -> usize {
        self.rungs.get(track).copied().unwrap_or(0)
    }

    fn rung_name(&self, track: usize, rung: usize) -> (Option<Id>, String) {
        let plan = self.compiled.tracks.get(track);
        let name = plan
            .and_then(|plan| plan.rungs.get(rung).or_else(|| plan.rungs.last()))
            .map_or_else(String::new, |rung| rung.id.to_string());
        (plan.map(|plan| plan.id.clone()), name)
    }

    fn has_tag(&self, tag: &str) -> bool {
        self.state.profile.has_tag(tag)
    }

    fn birthday(&self) -> Option<Date> {
        self.state.profile.birthday
    }

    fn enrolled_on(&self) -> Option<Date> {
        self.enrolled
    }

    fn attribute(&self, name: &str) -> Option<&Scalar<'_>> {
        self.state.profile.attribute(name)
    }

    fn event(&self) -> Option<EventFacts<'_>> {
        self.event
    }

    fn holds_from(&self, leaf: &Cond) -> Option<Instant> {
        let before = self.holds(leaf);
        let day = next_flip(&[leaf], self, self.day, |day| {
            self.on(day).holds(leaf) != before
        })?;
        (self.on(day).holds(leaf) != before)
            .then(|| self.zone.start_of(day).ok())
            .flatten()
    }
}

impl Seeing<'_> {
    /// The same member on another day, if nothing happens until then.
    pub(super) fn on(&self, day: Date) -> Seeing<'_> {
        Seeing {
            day,
            event: None,
            ..*self
        }
    }
}

impl Days for Seeing<'_> {
    fn birthday(&self) -> Option<Date> {
        self.state.profile.birthday
    }

    fn enrolled_on(&self) -> Option<Date> {
        self.enrolled
    }

    fn metric_changes_after(&self, metric: usize, day: Date) -> Option<Date> {
        let plan = self.plan(metric)?;
        match (&plan.feed, plan.reading) {
            (Feed::Balance(_), _) => None,
            (Feed::Tenure, _) => self.enrolled.and_then(|_| day.add_days(1).ok()),
            (Feed::Age, _) => {
                let birthday = crate::calendar::MonthDay::of(self.state.profile.birthday?);
                (0..=1)
                    .map(|more| birthday.in_year(day.year().saturating_add(more)))
                    .find(|at| *at > day)
            }
            (_, crate::metric::Reading::Since) => {
                self.value(metric).and_then(|_| day.add_days(1).ok())
            }
            _ => plan
                .frame
                .changes_after(day, self.enrolled, &self.tally(metric)?.held()),
        }
    }
}

/// The place of the rung that is held in a track.
pub(super) fn rung(compiled: &Compiled, state: &State, track: usize) -> usize {
    let (Some(plan), Some(standing)) = (compiled.tracks.get(track), state.tiers.get(track)) else {
        return 0;
    };
    plan.rungs
        .iter()
        .position(|rung| rung.id == standing.rung)
        .unwrap_or(0)
}
