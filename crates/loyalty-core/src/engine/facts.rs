//! What conditions see of a member and an event.

use std::borrow::Cow;

use crate::amount::Currency;
use crate::calendar::{Date, Instant, MonthDay, Span};
use crate::condition::{
    Basket, Cond, Days, EventFacts, Facts, Grain, Quiet, WarningLevel, evaluate, moves, next_flip,
};
use crate::event::{Body, Event, Line, Scalar};
use crate::id::Id;
use crate::member::State;
use crate::metric::{Frame, Reading, Tally};
use crate::outcome::Figure;
use crate::points::ActiveFrom;
use crate::program::{Compiled, Feed, MetricPlan, metric_moves};
use crate::tiers::{JudgedValue, View};

use super::work::{Rungs, Work};

/// Periods of metrics begin with the calendar's.
const FIRST: MonthDay = MonthDay::JANUARY_FIRST;

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
    pub(super) event: Option<&'s EventFacts<'s>>,
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
            kind: event.kind(),
            channel: event.channel.as_deref(),
            store: event.store.as_deref(),
            weekday: local.date.weekday(),
            second_of_day: local.second_of_day,
            attributes: shorten(&event.attributes),
            basket,
            lines: lines_of(event),
        }
    }
}

/// The lines of a purchase.
fn lines_of<'e>(event: &'e Event<'_>) -> &'e [Line<'e>] {
    match &event.body {
        Body::Purchase(purchase) | Body::Exchange(_, purchase) => &purchase.lines,
        _ => &[],
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
                let tally = self.tally(place)?;
                let tally = if plan.frame.is_stretch_before() {
                    tally.before()?
                } else {
                    tally
                };
                let value = tally.value(days, plan.reading, self.day)?;
                Some(value.saturating_add(tally.carried_into(days)))
            }
        }
    }

    /// A value of a metric, as it is shown.
    pub(super) fn figure_of(&self, place: usize, value: i64) -> Figure {
        let grain = self.plan(place).map_or(Grain::Whole, |plan| plan.grain);
        grain.figure(value, self.compiled.currency)
    }

    fn tally(&self, place: usize) -> Option<&Tally> {
        self.state.metrics.get(place)
    }

    fn plan(&self, place: usize) -> Option<&MetricPlan> {
        self.compiled.metrics.get(place)
    }
}

/// The first day from which a day is at most so far away.
fn reaches(within: Span, ends: Date) -> Option<Date> {
    let mut day = within.before(ends).ok()?;
    // Months are clamped: what lies a month before the 31st may reach the 28th only.
    while within.after(day).ok()? < ends {
        day = day.add_days(1).ok()?;
    }
    Some(day)
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

    fn metric_since(&self, metric: usize) -> Option<Date> {
        let plan = self.plan(metric)?;
        if matches!(plan.feed, Feed::Balance(_) | Feed::Tenure | Feed::Age) {
            return None;
        }
        let from = self.tally(metric)?.from?;
        let days = plan.frame.days(self.day, self.enrolled).ok().flatten()?;
        (days.from < from).then_some(from)
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

    fn expiring(&self, account: usize, within: Span) -> i64 {
        let Some(account) = self.state.accounts.get(account) else {
            return 0;
        };
        let Ok(last) = within.after(self.day) else {
            return 0;
        };
        let start = self.zone.start_of(self.day).ok();
        account
            .lots
            .iter()
            .filter(|lot| match lot.active_from {
                None => true,
                Some(ActiveFrom::At(from)) => Some(from) <= start,
                Some(ActiveFrom::Settlement) => false,
            })
            .filter(|lot| {
                let ends = lot.expires_at.map(|at| self.last_day(at));
                ends.is_some_and(|ends| self.day <= ends && ends <= last)
            })
            .fold(0, |sum: i64, lot| sum.saturating_add(lot.points))
    }

    fn account_name(&self, account: usize) -> Option<Id> {
        self.compiled
            .accounts
            .get(account)
            .map(|plan| plan.id.clone())
    }

    fn stage(&self) -> Option<&Id> {
        self.state.more.stage()
    }

    fn has_plan(&self, plan: &Id) -> bool {
        self.state.more.plans.holds(plan)
    }

    fn plans(&self) -> Vec<&Id> {
        self.state.more.plans.held()
    }

    fn warning(&self) -> WarningLevel {
        self.state.more.warning()
    }

    fn abandoned(&self) -> bool {
        self.state.more.is_abandoned()
    }

    fn event(&self) -> Option<&EventFacts<'_>> {
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

impl Seeing<'_> {
    /// The value of a metric on a day, if it grows by one a day from then on.
    pub(super) fn grows(&self, metric: usize, day: Date) -> Option<i64> {
        let plan = self.plan(metric)?;
        let whole_life = matches!(plan.frame, Frame::Lifetime | Frame::Reset { .. });
        match (&plan.feed, plan.reading) {
            (Feed::Tenure, _) => self.on(day).value(metric),
            (_, Reading::Since) if whole_life => self.on(day).value(metric),
            _ => None,
        }
    }

    /// The first day after another one on which a metric that never rises is below a number: found by halving.
    fn falls_below(&self, metric: usize, day: Date, number: i64) -> Option<Date> {
        let below = |days: i64| {
            let on = day.add_days(days).ok()?;
            Some(self.on(on).value(metric)? < number)
        };
        let (mut above, mut under) = (0_i64, 1_i64);
        while !below(under)? {
            above = under;
            under = under.checked_mul(2)?;
        }
        while under.saturating_sub(above) > 1 {
            let middle = above.midpoint(under);
            if below(middle)? {
                under = middle;
            } else {
                above = middle;
            }
        }
        day.add_days(under).ok()
    }

    /// The last day of something that is over at an instant.
    fn last_day(&self, over: Instant) -> Date {
        self.zone.date_at(over.prev())
    }
}

impl Days for Seeing<'_> {
    fn constant(&self, leaf: &Cond) -> Option<bool> {
        let metric = |place: usize| self.plan(place).map(metric_moves).unwrap_or_default();
        let (holds, moved) = (self.holds(leaf), moves(leaf, &metric));
        let stays = if holds { !moved.falls } else { !moved.rises };
        stays.then_some(holds)
    }

    fn expiring_changes_after(&self, account: usize, within: Span, day: Date) -> Option<Date> {
        let lots = &self.state.accounts.get(account)?.lots;
        let edges = lots.iter().flat_map(|lot| {
            let ends = lot.expires_at.map(|at| self.last_day(at));
            let from = lot.active_from.and_then(|from| match from {
                ActiveFrom::At(from) => Some(from),
                ActiveFrom::Settlement => None,
            });
            let active = from.map(|from| {
                let on = self.zone.date_at(from);
                let whole = self.zone.start_of(on).is_ok_and(|start| start >= from);
                (on, whole)
            });
            // At the beginning of a day only that is active which became so until then.
            let active = active.and_then(
                |(on, whole)| {
                    if whole { Some(on) } else { on.add_days(1).ok() }
                },
            );
            [
                ends.and_then(|ends| reaches(within, ends)),
                ends.and_then(|ends| ends.add_days(1).ok()),
                active.filter(|_| ends.is_some()),
            ]
        });
        edges.flatten().filter(|edge| *edge > day).min()
    }

    fn birthday(&self) -> Option<Date> {
        self.state.profile.birthday
    }

    fn enrolled_on(&self) -> Option<Date> {
        self.enrolled
    }

    fn value(&self, metric: usize, day: Date) -> Option<i64> {
        self.on(day).value(metric)
    }

    fn metric_passes(&self, metric: usize, day: Date, edges: &[i64]) -> Option<Option<Date>> {
        if let Some(value) = self.grows(metric, day) {
            let next = edges.iter().filter(|edge| **edge > value).min();
            let days = next.and_then(|next| next.checked_sub(value));
            return Some(days.and_then(|days| day.add_days(days).ok()));
        }
        if !matches!(self.plan(metric)?.reading, Reading::Silence(_)) {
            return None;
        }
        let value = self.on(day).value(metric)?;
        let next = edges.iter().filter(|edge| **edge <= value).max();
        Some(next.and_then(|next| self.falls_below(metric, day, *next)))
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
            // Where there is no last day, one may come into the window.
            (_, Reading::Since) if self.on(day).value(metric).is_some() => day.add_days(1).ok(),
            _ if plan.frame.is_stretch_before() => None,
            (_, reading) => {
                let tally = self.tally(metric)?;
                let mut held = tally.held();
                // What was carried into a stretch leaves with it.
                held.extend(tally.carried.iter().filter_map(|one| one.into));
                let days = plan.frame.days(day, self.enrolled).ok().flatten();
                if days.is_some_and(|days| held.iter().max() < Some(&days.from)) {
                    // Everything has left the window, and windows never go back.
                    return None;
                }
                if let Reading::Periods(period, _) = reading {
                    // A period is in the window as long as it begins there.
                    let starts = held.iter().map(|on| period.start_of(*on, FIRST));
                    let starts: Vec<Date> = starts.collect();
                    held.extend(starts);
                }
                let window = plan.frame.changes_after(day, self.enrolled, &held);
                let streak = match reading {
                    // A streak that is broken stays so.
                    Reading::Streak(period) => self
                        .on(day)
                        .value(metric)
                        .filter(|running| *running > 0)
                        .map(|_| period.next_start(day, FIRST)),
                    _ => None,
                };
                window.into_iter().chain(streak).min()
            }
        }
    }
}

/// The places of the rungs that are held.
pub(super) fn rungs(compiled: &Compiled, state: &State) -> Rungs {
    let tracks = 0..compiled.tracks.len();
    tracks.map(|track| rung(compiled, state, track)).collect()
}

/// The place of the rung that is held in a track.
pub(super) fn rung(compiled: &Compiled, state: &State, track: usize) -> usize {
    let own = own_rung(compiled, state, track);
    let Some(standing) = state.tiers.get(track) else {
        return own;
    };
    if standing.granted.as_ref().is_some_and(|one| one.replace) {
        return own;
    }
    let lent = standing.lent.iter();
    let lent = lent.map(|one| place_of(compiled, track, &one.rung)).max();
    own.max(lent.unwrap_or(0))
}

/// The place of the rung that is the member's own: what plans and households lend is not.
pub(super) fn own_rung(compiled: &Compiled, state: &State, track: usize) -> usize {
    let Some(standing) = state.tiers.get(track) else {
        return 0;
    };
    let earned = place_of(compiled, track, &standing.rung);
    match &standing.granted {
        None => earned,
        Some(granted) => {
            let given = place_of(compiled, track, &granted.rung);
            if granted.replace {
                given
            } else {
                earned.max(given)
            }
        }
    }
}

/// The place of a rung in its track.
pub(super) fn place_of(compiled: &Compiled, track: usize, rung: &Id) -> usize {
    compiled
        .tracks
        .get(track)
        .and_then(|plan| plan.rungs.iter().position(|one| one.id == *rung))
        .unwrap_or(0)
}
