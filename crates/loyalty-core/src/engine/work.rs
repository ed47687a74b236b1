//! One call of the engine: what may change, what has been made so far, and the way into the member or back.

use std::sync::Arc;

use crate::calendar::{Date, Instant, Zone};
use crate::error::{Code, Error, Result};
use crate::member::{Member, More, Order, Seen, State};
use crate::metric::Tally;
use crate::outcome::{Change, Entry, Outcome, Receipt, RuleTrace};
use crate::points::{Account, BurnOrder, Given, Lot, LotKind, Usage};
use crate::program::{Compiled, Program};
use crate::tiers::{Standing, Upgrade, term_end};

use super::facts::rung;
use super::undo::Undo;

/// One call of the engine. It ends with [`Work::finish`] or with [`Work::back`].
pub(super) struct Work<'w> {
    program: &'w Program,
    pub(super) compiled: &'w Compiled,
    /// The member, whose state may have been lent out.
    pub(super) member: &'w Member,
    /// What changes; everything that does is noted in `undo` first.
    pub(super) state: State,
    pub(super) undo: Undo,
    /// The place of the rung that is held in each track.
    pub(super) rungs: Vec<usize>,
    pub(super) version: u64,
    pub(super) as_of: Instant,
    pub(super) zone: Zone,
    pub(super) today: Date,
    pub(super) enrolled: Option<Date>,
    pub(super) entries: Vec<Entry>,
    /// The day and the enrolment for which the state has been pruned.
    pub(super) pruned: Option<(Date, Option<Date>)>,
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
    /// Begins at where the member stands; a member without a history begins at `first`. The state is the member's own, lent out
    /// to be changed where it is.
    pub(super) fn on(program: &'w Program, member: &'w mut Member, first: Instant) -> Self {
        let state = member.state.lend();
        Self::begin(program, member, state, Undo::new(true), first)
    }

    /// The same on a copy.
    pub(super) fn beside(program: &'w Program, member: &'w Member, first: Instant) -> Self {
        let state = member.state.clone();
        Self::begin(program, member, state, Undo::new(false), first)
    }

    fn begin(
        program: &'w Program,
        member: &'w Member,
        mut state: State,
        mut undo: Undo,
        first: Instant,
    ) -> Self {
        let compiled = &*program.compiled;
        let as_of = member.as_of.unwrap_or(first);
        let known = member
            .due
            .is_some_and(|(digest, _)| digest == program.digest);
        if !known {
            undo.lists(&state);
            // A member without a history begins with its first event, whenever it was looked at before.
            let since = if member.version == 0 { first } else { as_of };
            adopt(compiled, &mut state, since, member.version);
        }
        let zone = state.profile.timezone.unwrap_or(compiled.zone);
        let enrolled = state.enrolled_at.map(|at| zone.date_at(at));
        if !known {
            begin_terms(compiled, &mut state, (as_of, enrolled, zone), false);
        }
        let today = zone.date_at(as_of);
        Self {
            program,
            compiled,
            member,
            version: member.version,
            as_of,
            zone,
            today,
            enrolled,
            rungs: (0..compiled.tracks.len())
                .map(|track| rung(compiled, &state, track))
                .collect(),
            state,
            undo,
            entries: Vec::with_capacity(4),
            // Every call that this program has ended has pruned.
            pruned: known.then_some((today, enrolled)),
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
    pub(super) fn account(&self, place: usize) -> Result<&Account> {
        self.state.accounts.get(place).ok_or_else(missing)
    }

    /// The same, to change it in any way.
    pub(super) fn account_mut(&mut self, place: usize) -> Result<&mut Account> {
        let account = self.state.accounts.get_mut(place).ok_or_else(missing)?;
        self.undo.account(place, account);
        Ok(account)
    }

    /// Puts points into a lot of an account: earned ones, or such that a person gives.
    pub(super) fn give(&mut self, place: usize, lot: Lot) -> Result<Given> {
        let account = self.state.accounts.get_mut(place).ok_or_else(missing)?;
        self.undo.head(place, account);
        let given = match lot.kind {
            LotKind::Earned => account.earn(lot)?,
            LotKind::Credited => account.credit(lot)?,
        };
        let put = Lot {
            points: lot.points.saturating_sub(given.repaid),
            ..given.lot
        };
        self.undo.put(place, put);
        Ok(given)
    }

    /// Uses points of an account to pay.
    pub(super) fn spend(&mut self, place: usize, points: i64, burn: BurnOrder) -> Result<Vec<Lot>> {
        let account = self.state.accounts.get_mut(place).ok_or_else(missing)?;
        self.undo.head(place, account);
        let taken = account.spend(points, burn)?;
        self.undo.taken(place, &taken);
        Ok(taken)
    }

    /// Adds to a metric.
    pub(super) fn count(&mut self, place: usize, day: Date, amount: i64) {
        if let Some(tally) = self.state.metrics.get_mut(place)
            && amount != 0
        {
            let before = tally.add(day, amount);
            self.undo.day(place, day, before);
        }
    }

    /// The tally of a metric, to change it in any way.
    pub(super) fn tally_mut(&mut self, place: usize) -> Option<&mut Tally> {
        let tally = self.state.metrics.get_mut(place)?;
        self.undo.tally(place, tally);
        Some(tally)
    }

    /// How the caps have been used, to use them.
    pub(super) fn usage(&mut self, today: Date) -> Usage<'_> {
        self.undo.caps(&self.state.caps);
        Usage {
            uses: &mut self.state.caps,
            today,
        }
    }

    /// The standing in a track, to change it.
    pub(super) fn standing(&mut self, track: usize) -> Option<&mut Standing> {
        self.undo.tiers(&self.state.tiers);
        self.state.tiers.get_mut(track)
    }

    /// What only some members have, to change it: the member keeps what was, so it needs no way back.
    pub(super) fn more(&mut self) -> &mut More {
        Arc::make_mut(&mut self.state.more)
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

    /// Drops what no rule will ask for again, unless that has been done.
    pub(super) fn prune(&mut self) {
        let (today, enrolled) = (self.today, self.enrolled);
        if self.pruned == Some((today, enrolled)) {
            return;
        }
        self.pruned = Some((today, enrolled));
        let remember_from = self.remember_from();
        let tallies = self.state.metrics.iter_mut().zip(&self.compiled.metrics);
        for (place, (tally, plan)) in tallies.enumerate() {
            let gone = tally.prune(&plan.frame, plan.reading, today, enrolled, remember_from);
            if let Some(gone) = gone {
                self.undo.pruned(place, gone);
            }
        }
        for (place, account) in self.state.accounts.iter_mut().enumerate() {
            if account.remembers_before(remember_from) {
                self.undo.account(place, account);
                account.prune(remember_from);
            }
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
            returned: None,
            trace: self.trace,
            version: self.version,
            next_due,
        }
    }

    /// The state as it was, of a call that is refused.
    pub(super) fn back(mut self) -> State {
        self.undo.roll_back(&mut self.state);
        self.state
    }

    /// What the call leaves behind, for [`Done::commit`].
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

fn missing() -> Error {
    Error::new(Code::Internal, "an account of the program is missing")
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
    let zone = state.profile.timezone.unwrap_or(compiled.zone);
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
        |plan| {
            let mut tally = Tally::new(plan.id.clone(), version);
            // What happened before is not known to a metric that is new to the member.
            tally.from = (version > 0).then(|| zone.date_at(as_of));
            tally
        },
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
