//! One call of the engine: a copy of what may change, what has been made so far, and the way back into the member.

use crate::calendar::{Date, Instant, Zone};
use crate::error::{Code, Error, Result};
use crate::member::{Member, Order, Seen, State};
use crate::metric::Tally;
use crate::outcome::{Change, Entry, Outcome, Receipt, RuleTrace};
use crate::points::Account;
use crate::program::{Compiled, Program};
use crate::tiers::{Standing, Upgrade, term_end};

use super::facts::rung;

/// One call of the engine. Nothing of the member changes before [`Work::commit`].
pub(super) struct Work<'w> {
    program: &'w Program,
    pub(super) compiled: &'w Compiled,
    pub(super) member: &'w Member,
    pub(super) state: State,
    /// The place of the rung that is held in each track.
    pub(super) rungs: Vec<usize>,
    pub(super) version: u64,
    pub(super) as_of: Instant,
    pub(super) zone: Zone,
    pub(super) today: Date,
    pub(super) enrolled: Option<Date>,
    pub(super) entries: Vec<Entry>,
    /// Where the entries of the event itself begin.
    pub(super) event: usize,
    pub(super) receipt: Option<Receipt>,
    pub(super) trace: Option<Vec<RuleTrace>>,
    /// An order to add.
    pub(super) ordered: Option<Order>,
    /// An order to put in the place of another.
    pub(super) returned: Option<(usize, Order)>,
}

impl<'w> Work<'w> {
    /// Begins at where the member stands; a member without a history begins at `first`.
    pub(super) fn begin(program: &'w Program, member: &'w Member, first: Instant) -> Self {
        let compiled = &*program.compiled;
        let mut state = member.state.clone();
        let as_of = member.as_of.unwrap_or(first);
        let known = member
            .due
            .is_some_and(|(digest, _)| digest == program.digest);
        if !known {
            // A member without a history begins with its first event, whenever it was looked at before.
            let since = if member.version == 0 { first } else { as_of };
            adopt(compiled, &mut state, since, member.version);
        }
        let zone = state.profile.timezone.unwrap_or(compiled.zone);
        let enrolled = state.enrolled_at.map(|at| zone.date_at(at));
        if !known {
            begin_terms(compiled, &mut state, (as_of, enrolled, zone), false);
        }
        Self {
            program,
            compiled,
            member,
            version: member.version,
            as_of,
            zone,
            today: zone.date_at(as_of),
            enrolled,
            rungs: (0..compiled.tracks.len())
                .map(|track| rung(compiled, &state, track))
                .collect(),
            state,
            entries: Vec::with_capacity(4),
            event: 0,
            receipt: None,
            trace: None,
            ordered: None,
            returned: None,
        }
    }

    /// The place of the rung that is held in a track.
    pub(super) fn rung(&self, track: usize) -> usize {
        self.rungs.get(track).copied().unwrap_or(0)
    }

    /// Tells the program apart from others.
    pub(super) fn digest(&self) -> u64 {
        self.program.digest
    }

    /// Adds an entry.
    pub(super) fn enter(&mut self, change: Change) {
        self.version = self.version.saturating_add(1);
        self.entries.push(Entry {
            n: self.version,
            at: self.as_of,
            change,
        });
    }

    /// The account of the member at the place of the program.
    pub(super) fn account(&mut self, place: usize) -> Result<&mut Account> {
        self.state
            .accounts
            .get_mut(place)
            .ok_or_else(|| Error::new(Code::Internal, "an account of the program is missing"))
    }

    /// The civil day in the program's own zone: caps are counted by it, whatever the member's zone is.
    pub(super) fn program_day(&self, at: Instant) -> Date {
        if self.zone == self.compiled.zone && at == self.as_of {
            return self.today;
        }
        self.compiled.zone.date_at(at)
    }

    /// Whether an order can still be returned: counted from its own day, as a buyer would.
    pub(super) fn returnable(&self, order: &Order) -> bool {
        let last = self.compiled.returns_window.after(order.on);
        // A window that reaches past the calendar has no end.
        last.map_or(true, |last| self.today <= last)
    }

    /// The earliest day whose orders can still be returned.
    pub(super) fn remember_from(&self) -> Date {
        self.compiled
            .returns_window
            .before(self.today)
            .unwrap_or(self.today)
    }

    /// Drops what no rule will ask for again.
    pub(super) fn prune(&mut self) {
        let (today, enrolled, remember_from) = (self.today, self.enrolled, self.remember_from());
        for (tally, plan) in self.state.metrics.iter_mut().zip(&self.compiled.metrics) {
            tally.prune(&plan.frame, plan.reading, today, enrolled, remember_from);
        }
        for account in &mut self.state.accounts {
            account.prune(remember_from);
        }
    }

    /// What the call answers, if it is not carried out.
    pub(super) fn into_outcome(self) -> Outcome {
        let next_due = self.next_due();
        self.outcome(next_due)
    }

    fn outcome(self, next_due: Option<Instant>) -> Outcome {
        Outcome {
            duplicate: false,
            entries: self.entries,
            messages: Vec::new(),
            receipt: self.receipt,
            trace: self.trace,
            version: self.version,
            next_due,
        }
    }

    /// What the call leaves behind, for [`Work::commit`].
    pub(super) fn finish(mut self) -> (Outcome, Done) {
        let next_due = self.next_due();
        let done = Done {
            state: core::mem::take(&mut self.state),
            version: self.version,
            as_of: self.as_of,
            due: (self.program.digest, next_due),
            ordered: self.ordered.take(),
            returned: self.returned.take(),
            orders_gone: self
                .member
                .orders
                .iter()
                .take_while(|order| !self.returnable(order))
                .count(),
            seen_from: self
                .today
                .add_days(i64::from(self.compiled.dedup_days).saturating_neg())
                .unwrap_or(self.today),
        };
        (self.outcome(next_due), done)
    }
}

/// What a call leaves behind.
pub(super) struct Done {
    state: State,
    version: u64,
    as_of: Instant,
    due: (u64, Option<Instant>),
    ordered: Option<Order>,
    returned: Option<(usize, Order)>,
    orders_gone: usize,
    seen_from: Date,
}

impl Done {
    /// Carries the call out. This cannot fail: everything has been worked out before.
    pub(super) fn commit(self, member: &mut Member, seen: Option<Seen>) {
        member.state = self.state;
        member.version = self.version;
        member.as_of = Some(self.as_of);
        member.due = Some(self.due);
        if let Some((place, order)) = self.returned
            && let Some(there) = member.orders.get_mut(place)
        {
            *there = order;
        }
        member
            .orders
            .drain(..self.orders_gone.min(member.orders.len()));
        member.orders.extend(self.ordered);
        let old = member
            .seen
            .iter()
            .take_while(|seen| seen.on < self.seen_from)
            .count();
        member.seen.drain(..old);
        member.seen.extend(seen);
    }
}

/// Brings a member to the order of the program: every account, metric and track at its place. What the program does not know
/// stays behind them.
fn adopt(compiled: &Compiled, state: &mut State, as_of: Instant, version: u64) {
    align(
        &mut state.accounts,
        &compiled.accounts,
        |one| &one.id,
        |plan| &plan.id,
        |plan| Account::new(plan.id.clone()),
    );
    align(
        &mut state.metrics,
        &compiled.metrics,
        |one| &one.id,
        |plan| &plan.id,
        |plan| Tally::new(plan.id.clone(), version),
    );
    align(
        &mut state.tiers,
        &compiled.tracks,
        |one| &one.track,
        |plan| &plan.id,
        |plan| {
            let rung = plan
                .rungs
                .first()
                .map_or_else(|| plan.id.clone(), |rung| rung.id.clone());
            Standing::new(plan.id.clone(), rung, as_of)
        },
    );
}

/// Where a rung is reviewed without having been earned, its first term begins with it. `anew`: also where it has begun already,
/// because what it is counted from has changed.
pub(super) fn begin_terms(
    compiled: &Compiled,
    state: &mut State,
    (as_of, enrolled, zone): (Instant, Option<Date>, Zone),
    anew: bool,
) {
    for (standing, track) in state.tiers.iter_mut().zip(&compiled.tracks) {
        let fresh = standing.judged.is_none() && standing.before.is_empty();
        let due = anew || standing.until.is_none();
        let base = track
            .rungs
            .first()
            .filter(|_| fresh && due && track.upgrade == Upgrade::AtReview);
        let Some(base) = base else { continue };
        // Under rules that are newer than the standing, a term that would be over begins now.
        let ends = [standing.since, as_of].map(|begun| {
            let end = term_end(&base.hold, zone.date_at(begun), enrolled, zone);
            end.ok().flatten()
        });
        standing.until = ends.into_iter().flatten().find(|end| *end > as_of);
    }
}

fn align<T, P>(
    list: &mut Vec<T>,
    plans: &[P],
    id: impl Fn(&T) -> &crate::id::Id,
    plan_id: impl Fn(&P) -> &crate::id::Id,
    make: impl Fn(&P) -> T,
) {
    for (place, plan) in plans.iter().enumerate() {
        if list.get(place).is_some_and(|one| id(one) == plan_id(plan)) {
            continue;
        }
        match list
            .iter()
            .skip(place)
            .position(|one| id(one) == plan_id(plan))
        {
            Some(further) => {
                let one = list.remove(place.saturating_add(further));
                list.insert(place, one);
            }
            None => list.insert(place.min(list.len()), make(plan)),
        }
    }
}
