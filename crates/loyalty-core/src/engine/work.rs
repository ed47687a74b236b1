//! One call of the engine: what may change, what has been made so far, and the way into the member or back.

use core::mem::take;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::calendar::{Date, Instant, Span, Zone};
use crate::condition::Basket;
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::member::{Member, More, Order, Seen, State};
use crate::metric::Tally;
use crate::outcome::{Change, Entry, Message, Outcome, PromotionCount, Receipt, RuleTrace};
use crate::points::{
    Account, BurnOrder, CapSpec, CapUse, Given, HeldValue, LimitSpec, Lot, LotKind,
};
use crate::program::{Compiled, Program, Timeline};
use crate::tiers::{JudgedValue, Person, Standing};

use super::adopt::{align_with, begin_terms};
use super::clocks::Clocks;
use super::facts::rungs;
use super::had::Had;
use super::undo::Undo;

/// So many days can lie between the dates of one instant in two zones: from UTC-12 to UTC+14.
const ZONES_APART_DAYS: i64 = 2;

/// The place of the rung that is held in each track.
pub(super) type Rungs = SmallVec<[usize; 4]>;

/// One call of the engine. It ends with [`Work::finish`] or with [`Work::back`].
pub(super) struct Work<'w> {
    pub(super) timeline: &'w Timeline,
    /// The place of the version of the program under which the member stands, and that version.
    pub(super) place: usize,
    pub(super) program: &'w Program,
    pub(super) compiled: &'w Compiled,
    /// The name of the version that the member has left in this call: its orders were sold under that.
    pub(super) left: Option<Id>,
    /// The member, whose state may have been lent out.
    pub(super) member: &'w Member,
    /// What changes; everything that does is noted in `undo` first.
    pub(super) state: State,
    pub(super) undo: Undo,
    /// The place of the rung that is held in each track.
    pub(super) rungs: Rungs,
    pub(super) version: u64,
    pub(super) as_of: Instant,
    pub(super) zone: Zone,
    /// The civil day by the member's clocks. It never goes back: where a move has put the clocks back, it lasts until they are
    /// past it again.
    pub(super) today: Date,
    /// Whether a move has put the clocks back to before the first instant of `today`.
    pub(super) early: bool,
    /// The day before the one that begins at this instant, if one does.
    pub(super) turned: Option<Date>,
    /// Whether a move has made it begin.
    pub(super) moved: bool,
    pub(super) enrolled: Option<Date>,
    pub(super) entries: Vec<Entry>,
    /// When lots are due next, if that is known: it has been asked, and since then lots have only come.
    pub(super) lots_due: Option<Option<Instant>>,
    /// The day and the enrolment for which the state has been pruned.
    pub(super) pruned: Option<(Date, Option<Date>)>,
    /// Where the entries of the event itself begin.
    pub(super) event: usize,
    pub(super) messages: Vec<Message>,
    /// Whether receipts are asked for.
    pub(super) receipts: bool,
    pub(super) receipt: Option<Box<Receipt>>,
    /// For an exchange: the receipt of what goes back.
    pub(super) taken_back: Option<Box<Receipt>>,
    /// What a return takes off the counters of the host, for a purchase of the same event.
    pub(super) given_back: Vec<PromotionCount>,
    pub(super) trace: Option<Vec<RuleTrace>>,
    /// Balances before what expires at this instant, where a review reads them so.
    pub(super) before_expiry: Vec<JudgedValue>,
    /// An order to add.
    pub(super) ordered: Option<Box<Order>>,
    /// An order to put in the place of another.
    pub(super) returned: Option<(usize, Box<Order>)>,
    /// The rules of the offers and coupons that this purchase uses, by their places.
    pub(super) promoted: Vec<usize>,
    /// Whether the member was asleep before the event, and if so, woken since; until the lifecycle has been judged after it.
    pub(super) slept: Option<bool>,
    /// The entries before this one have been looked at by triggers.
    pub(super) scanned: usize,
    /// How many rounds of triggers there have been since the event.
    pub(super) trigger_rounds: u32,
    /// The places of the tasks and of their steps that this purchase meets.
    pub(super) met_steps: Vec<(usize, usize)>,
    /// What was bought, where triggers may ask for it.
    pub(super) basket: Option<Box<Basket>>,
    /// What the metrics of milestones were when triggers last looked at them.
    pub(super) trigger_values: Vec<i64>,
    /// What another member had who becomes part of this one.
    pub(super) had: Option<Box<Had>>,
    /// How this event has used the caps that are by event.
    pub(super) event_caps: Vec<CapUse>,
    /// What the hold that this purchase captures had set aside of cards: of one that is over nothing else can be used.
    pub(super) captured: Vec<HeldValue>,
    /// Orders and ids of another member that become part of this one.
    pub(super) joined: Option<Box<(Vec<Order>, Vec<Seen>)>>,
    /// Orders that changed beside it, by their places.
    amended: Vec<(usize, Box<Order>)>,
    /// Whether time passes: what happens at an instant of its own does so once, and before the events of that instant.
    pub(super) passing: bool,
    /// Tracks that are judged as at a review.
    pub(super) reviews: Vec<usize>,
    /// Tracks in which the term of a rung that stays ends at another instant, which is not entered yet.
    pub(super) terms_anew: Vec<usize>,
}

impl<'w> Work<'w> {
    /// Begins at where the member stands; a member without a history begins at `first`. The state is the member's own, lent out
    /// to be changed where it is.
    pub(super) fn on(timeline: &'w Timeline, member: &'w mut Member, first: Instant) -> Self {
        let state = member.state.lend();
        Self::begin(timeline, member, state, Undo::new(true), first)
    }

    /// The same on a copy.
    pub(super) fn beside(timeline: &'w Timeline, member: &'w Member, first: Instant) -> Self {
        let state = member.state.clone();
        Self::begin(timeline, member, state, Undo::new(false), first)
    }

    fn begin(
        timeline: &'w Timeline,
        member: &'w Member,
        mut state: State,
        mut undo: Undo,
        first: Instant,
    ) -> Self {
        let as_of = member.as_of.unwrap_or(first);
        // A member without a history begins with its first event, whenever it was looked at before.
        let since = if member.version == 0 { first } else { as_of };
        let place = timeline.place(state.more.program_version.as_ref(), since);
        let version = timeline.version(place);
        let program = &version.program;
        let compiled = &*program.compiled;
        let known = member
            .due
            .is_some_and(|(digest, _)| digest == version.digest);
        if !known {
            undo.lists(&state);
            align_with(compiled, &mut state, since, member.version);
        }
        let own = state.profile.timezone;
        let zone = own.unwrap_or(compiled.zone);
        // By these clocks days were counted until now.
        let before = own.or(state.program_timezone).unwrap_or(zone);
        let on = state.enrolled_on;
        let enrolled = state
            .enrolled_at
            .map(|at| on.unwrap_or_else(|| before.date_at(at)));
        state.enrolled_on = enrolled;
        let today = match member.day {
            Some((of, day)) if of == before && member.as_of.is_some() => day,
            _ => compiled.date_at(before, as_of),
        };
        let mut clocks = Clocks {
            today: state.reached.map_or(today, |reached| reached.max(today)),
            early: state.reached.is_some(),
            turned: None,
            moved: false,
        };
        if before != zone && member.version > 0 {
            clocks.change(&mut state.tiers, (before, zone), as_of);
        }
        let Clocks {
            today,
            early,
            turned,
            moved,
        } = clocks;
        let terms_anew = if known {
            Vec::new()
        } else {
            let person = Person { enrolled, zone };
            begin_terms(compiled, &mut state, (as_of, today, person), false)
        };
        Self {
            timeline,
            place,
            program,
            compiled,
            left: None,
            member,
            version: member.version,
            as_of,
            zone,
            today,
            early,
            turned,
            moved,
            enrolled,
            rungs: rungs(compiled, &state),
            state,
            undo,
            entries: Vec::with_capacity(4),
            lots_due: member.lots_due,
            // Every call that this program has ended has pruned.
            pruned: known.then_some((today, enrolled)),
            event: 0,
            messages: Vec::new(),
            receipts: true,
            receipt: None,
            taken_back: None,
            given_back: Vec::new(),
            trace: None,
            before_expiry: Vec::new(),
            ordered: None,
            returned: None,
            joined: None,
            promoted: Vec::new(),
            slept: None,
            scanned: 0,
            trigger_rounds: 0,
            met_steps: Vec::new(),
            basket: None,
            trigger_values: Vec::new(),
            had: None,
            event_caps: Vec::new(),
            captured: Vec::new(),
            amended: Vec::new(),
            passing: false,
            reviews: Vec::new(),
            terms_anew,
        }
    }

    /// The label of the program's version.
    pub(super) fn label(&self) -> Option<&'w Id> {
        self.program.rules().version.as_ref()
    }

    /// Puts an order in the place of one that is recorded.
    pub(super) fn amend(&mut self, place: usize, order: Order) {
        self.amended.push((place, Box::new(order)));
    }

    /// A recorded order, as this call has changed it so far.
    pub(super) fn order_at(&self, place: usize) -> Option<&Order> {
        let mut amended = self.amended.iter().rev();
        let amended = amended.find(|(number, _)| *number == place);
        amended
            .map(|(_, order)| order)
            .or_else(|| self.member.orders.get(place))
            .map(|order| &**order)
    }

    /// The place of the rung that is held in a track.
    pub(super) fn rung(&self, track: usize) -> usize {
        self.rungs.get(track).copied().unwrap_or(0)
    }

    /// The place of the rung that is the member's own in a track.
    pub(super) fn own_rung(&self, track: usize) -> usize {
        super::facts::own_rung(self.compiled, &self.state, track)
    }

    /// Tells the version of the program apart from others.
    pub(super) fn digest(&self) -> u64 {
        self.timeline.version(self.place).digest
    }

    /// The name of the program.
    pub(super) fn program_id(&self) -> &Id {
        self.program.id()
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
        self.lots_due = None;
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
        // A lot that comes can only make the next change earlier.
        if put.points > 0 {
            let due = self
                .lots_due
                .map(|due| due.into_iter().chain(put.due()).min());
            self.lots_due = due;
        }
        Ok(given)
    }

    /// Uses points of an account to pay.
    pub(super) fn spend(&mut self, place: usize, points: i64, burn: BurnOrder) -> Result<Vec<Lot>> {
        self.lots_due = None;
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

    /// Books what a cap let through.
    pub(super) fn book_cap(&mut self, cap: &CapSpec, today: Date, points: i64, times: i64) {
        if cap.by_event() {
            cap.book(&mut self.event_caps, today, points, times);
        } else if let Some(before) = cap.book(&mut self.state.caps, today, points, times) {
            self.undo.cap(before);
        }
    }

    /// Books so many uses of a limit on a day; less than zero gives them back.
    pub(super) fn book_limit(&mut self, limit: &LimitSpec, day: Date, times: i64) {
        if let Some(before) = limit.book(&mut self.state.caps, day, times) {
            self.undo.cap(before);
        }
    }

    /// Forgets the uses of those who are counted apart whose periods are over.
    pub(super) fn forget_uses(&mut self, limit: &LimitSpec, day: Date) {
        while let Some(before) = limit.forget(&mut self.state.caps, day) {
            self.undo.cap(before);
        }
    }

    /// Books what an order that goes back had used of a cap, unless the period of the cap has begun anew since.
    pub(super) fn unbook_cap(&mut self, cap: &CapSpec, of: (Date, u64), points: i64, times: i64) {
        let (day, version) = of;
        if !cap.begun_since(&self.state.caps, version) {
            self.book_cap(cap, day, points.saturating_neg(), times.saturating_neg());
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
        if self.zone == self.compiled.zone && at == self.as_of && !self.early {
            return self.today;
        }
        self.compiled.zone.date_at(at)
    }

    /// Whether an order can still be returned: counted from its own day, as a buyer would.
    pub(super) fn returnable(&self, order: &Order) -> bool {
        self.is_within(self.sold_by(order).returns_window, order.on)
    }

    /// Whether what is of a day can still be taken back.
    pub(super) fn is_in_window(&self, on: Date) -> bool {
        self.is_within(self.compiled.returns_window, on)
    }

    fn is_within(&self, window: Span, on: Date) -> bool {
        let last = window.after(on);
        // A window that reaches past the calendar has no end.
        last.map_or(true, |last| self.clock_day() <= last)
    }

    /// The civil day that the member's clocks show: what a buyer may still bring back goes by it, whatever day has been reached.
    fn clock_day(&self) -> Date {
        if self.early {
            self.zone.date_at(self.as_of)
        } else {
            self.today
        }
    }

    /// Whether an order can be named: as long as it can be returned, or points of it are pending.
    pub(super) fn is_recorded(&self, order: &Order) -> bool {
        self.returnable(order) || self.has_pending(order)
    }

    /// The earliest day whose orders can still be returned.
    pub(super) fn remember_from(&self) -> Date {
        self.first_returnable(self.clock_day())
    }

    /// The earliest day whose orders can be returned on a day, under any version of the program.
    fn first_returnable(&self, on: Date) -> Date {
        let windows = self.all_rules().map(|rules| rules.returns_window);
        let first = windows.filter_map(|window| window.before(on).ok()).min();
        first.unwrap_or(on)
    }

    /// The earliest day that it can be by the member's clock from now on: a member may move to any zone.
    fn earliest_today(&self) -> Date {
        self.today
            .add_days(ZONES_APART_DAYS.saturating_neg())
            .unwrap_or(self.today)
    }

    /// The earliest day that is kept for returns: what is forgotten before it can never be asked for, so that no answer depends
    /// on whether it has been forgotten yet.
    pub(super) fn keep_from(&self) -> Date {
        self.first_returnable(self.earliest_today())
    }

    /// Whether what is of a day is past the window of returns, wherever the member moves.
    pub(super) fn is_over(&self, on: Date) -> bool {
        let earliest = self.earliest_today();
        let mut windows = self.all_rules().map(|rules| rules.returns_window);
        windows.all(|window| window.after(on).is_ok_and(|last| last < earliest))
    }

    /// Drops what no rule will ask for again, unless that has been done.
    pub(super) fn prune(&mut self) {
        self.forget_reached();
        let (today, enrolled) = (self.today, self.enrolled);
        if self.pruned == Some((today, enrolled)) {
            return;
        }
        self.pruned = Some((today, enrolled));
        let remember_from = self.keep_from();
        let tallies = self.state.metrics.iter_mut().zip(&self.compiled.metrics);
        for (place, (tally, plan)) in tallies.enumerate() {
            let gone = tally.prune(&plan.frame, plan.reading, today, enrolled, remember_from);
            if let Some(gone) = gone {
                self.undo.pruned(place, gone);
            }
        }
        self.settle_streaks(remember_from);
        let earliest = self.earliest_today();
        for (place, account) in self.state.accounts.iter_mut().enumerate() {
            let days = self.compiled.accounts.get(place);
            let days = days.map_or(0, |plan| i64::from(plan.reinstate_days));
            let lapsed_from = earliest.add_days(days.saturating_neg()).unwrap_or(earliest);
            if account.remembers_before(remember_from) || account.lapsed_before(lapsed_from) {
                self.undo.account(place, account);
                account.prune(remember_from);
                account.forget_lapsed(lapsed_from);
            }
        }
        self.prune_redemptions();
        self.prune_plans();
        self.forget_contributed();
        self.forget_used();
    }

    /// What the call answers, if it is not carried out.
    pub(super) fn into_outcome(mut self) -> Outcome {
        self.finish().outcome
    }

    /// The state as it was, of a call that is refused.
    pub(super) fn back(mut self) -> State {
        self.undo.roll_back(&mut self.state);
        self.state
    }

    /// What the call answers, and what it leaves behind, for [`Done::commit`]. It is taken out of the call, which is over: to move
    /// all of that would cost more.
    pub(super) fn finish(&mut self) -> Done {
        self.state.reached = self.early.then_some(self.today);
        let own = self.state.profile.timezone;
        self.state.program_timezone = own.is_none().then_some(self.compiled.zone);
        self.state.currency = Some(self.compiled.currency);
        let next_due = self.next_due();
        let earliest = self.earliest_today();
        let seen_from = earliest
            .add_days(self.timeline.dedup_days().saturating_neg())
            .unwrap_or(earliest);
        let orders = self.member.orders.iter();
        let orders_gone = orders.take_while(|order| self.is_over(order.on)).count();
        // Points that are pending keep an order.
        let gone = self.member.orders.iter().take(orders_gone).enumerate();
        let orders_kept: Vec<usize> = gone
            .filter(|(_, order)| self.has_pending(order))
            .map(|(place, _)| place)
            .collect();
        Done {
            outcome: Outcome {
                duplicate: false,
                entries: take(&mut self.entries),
                messages: take(&mut self.messages),
                receipt: self.receipt.take(),
                returned: self.taken_back.take(),
                trace: self.trace.take(),
                version: self.version,
                next_due,
            },
            state: self.state.lend(),
            day: (self.zone, self.today),
            lots_due: self.lots_due,
            as_of: self.as_of,
            program: self.digest(),
            left: self.left.take(),
            ordered: self.ordered.take(),
            returned: self.returned.take(),
            joined: self.joined.take(),
            amended: take(&mut self.amended),
            orders_gone,
            orders_kept,
            seen_from,
        }
    }
}

fn missing() -> Error {
    Error::new(Code::Internal, "an account of the program is missing")
}

/// What a call answers and leaves behind.
pub(super) struct Done {
    outcome: Outcome,
    state: State,
    as_of: Instant,
    day: (Zone, Date),
    lots_due: Option<Option<Instant>>,
    /// The digest of the version of the program.
    program: u64,
    left: Option<Id>,
    ordered: Option<Box<Order>>,
    returned: Option<(usize, Box<Order>)>,
    joined: Option<Box<(Vec<Order>, Vec<Seen>)>>,
    amended: Vec<(usize, Box<Order>)>,
    orders_gone: usize,
    orders_kept: Vec<usize>,
    seen_from: Date,
}

impl Done {
    /// Carries the call out and answers it. This cannot fail: everything has been worked out before.
    pub(super) fn commit(self, member: &mut Member, seen: Option<(Seen, u16)>) -> Outcome {
        member.state = self.state;
        member.version = self.outcome.version;
        member.as_of = Some(self.as_of);
        member.day = Some(self.day);
        member.lots_due = self.lots_due;
        member.due = Some((self.program, self.outcome.next_due));
        for (place, order) in self.amended {
            member.orders.replace(place, order);
        }
        if let Some((place, order)) = self.returned {
            member.orders.replace(place, order);
        }
        if let Some(left) = &self.left {
            let unnamed = |order: &&mut Box<Order>| order.rules.is_none();
            for order in member.orders.iter_mut().filter(unnamed) {
                order.rules = Some(left.clone());
            }
        }
        if self.orders_gone > 0 {
            let kept = |place| self.orders_kept.contains(&place);
            member.orders.forget(self.orders_gone, kept);
        }
        if let Some(order) = self.ordered {
            let mark = Id::mark(order.id.as_str());
            member.orders.push(order, mark);
        }
        if let Some(joined) = self.joined {
            let (orders, seen) = *joined;
            let orders = orders.into_iter().map(Box::new);
            member.orders.join(orders, |order| order.at);
            member.seen.join(seen, |seen| seen.on);
        }
        let old = member
            .seen
            .iter()
            .take_while(|seen| seen.on < self.seen_from)
            .count();
        if old > 0 {
            member.seen.forget(old, |_| false);
        }
        if let Some((seen, mark)) = seen {
            member.seen.push(seen, mark);
        }
        self.outcome
    }
}
