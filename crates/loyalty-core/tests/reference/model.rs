//! The reference: a member as the clauses describe it, slow and plain. It shares nothing with the engine but their words.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono_tz::Tz;

use crate::calendar::{DAY, MINUTE, ZONES, day_at, earlier, end_of, later, start_of, yearly};
use crate::facts::{Fact, Report};
use crate::ledger::{Cause, Journal, Ledger, Lot, Moving, Place, Wait};
use crate::plan::{Account, Activation, After, Expiry, Overdraw, Plan, Restore, Rule};
use crate::purchase::{Order, Receipt};

/// The code of a refusal.
pub(crate) type Refusal = &'static str;

/// What the reference says of an event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) duplicate: bool,
    pub(crate) journal: Journal,
    pub(crate) receipt: Option<Receipt>,
}

/// Points in a hold.
#[derive(Clone, Debug)]
pub(crate) struct Hold {
    pub(crate) key: String,
    pub(crate) until: i64,
    /// Tells one hold from another one of the same key.
    pub(crate) serial: usize,
    /// Lots and points, in the order in which they were taken.
    takes: Vec<(usize, i64)>,
}

/// A reward that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Redemption {
    pub(crate) event: String,
    pub(crate) on: i32,
    /// Lots and points, in the order in which they were taken.
    pub(crate) takes: Vec<(usize, i64)>,
    pub(crate) undone: bool,
}

/// An event that was taken, and its day.
#[derive(Clone, Debug)]
struct Seen {
    report: Report,
    on: i32,
}

/// The last day of each way of being active; points earned and spent are told apart by account.
type Signals = BTreeMap<(Option<usize>, &'static str), i32>;

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) plan: Rc<Plan>,
    pub(crate) zone: Tz,
    pub(crate) as_of: Option<i64>,
    /// The latest civil day that the member has seen: a move may put the clocks back, but no day comes twice.
    reached: Option<i32>,
    enrolled: bool,
    pub(crate) ledger: Ledger,
    pub(crate) orders: Vec<Order>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) redemptions: Vec<Redemption>,
    seen: Vec<Seen>,
    /// The last day on which the member was active, in each way in which that can be counted.
    signals: Signals,
    /// The same of the event at hand.
    deeds: Vec<((Option<usize>, &'static str), i32)>,
    /// Lots that expired by date: which, how many points, on which day.
    pub(crate) dead: Vec<(usize, i64, i32)>,
    serial: usize,
}

impl Model {
    pub(crate) fn new(plan: Rc<Plan>) -> Self {
        Self {
            zone: ZONES[plan.zone],
            plan,
            as_of: None,
            reached: None,
            enrolled: false,
            ledger: Ledger::default(),
            orders: Vec::new(),
            holds: Vec::new(),
            redemptions: Vec::new(),
            seen: Vec::new(),
            signals: BTreeMap::new(),
            deeds: Vec::new(),
            dead: Vec::new(),
            serial: 0,
        }
    }

    /// Takes an event; a refused one changes nothing.
    pub(crate) fn apply(&mut self, report: &Report) -> Result<Answer, Refusal> {
        let now = self.as_of.map_or(report.at, |as_of| as_of.max(report.at));
        let today = self.today(now);
        let remembered =
            |seen: &&Seen| seen.report.id == report.id && seen.on + self.plan.dedup_days >= today;
        if let Some(seen) = self.seen.iter().rev().find(remembered) {
            if seen.report != *report {
                return Err("id_conflict");
            }
            return Ok(Answer {
                duplicate: true,
                ..Answer::default()
            });
        }
        if self.as_of.is_some_and(|as_of| report.at < as_of) {
            return Err("out_of_order");
        }
        let mut next = self.clone();
        let (postings, remarks) = (next.ledger.postings.len(), next.ledger.remarks.len());
        next.settle_to(report.at);
        if next.as_of.is_some() {
            next.reached = Some(next.today(report.at));
        }
        let receipt = next.take(report)?;
        let on = next.today(report.at);
        next.settle_at(report.at);
        next.redate(report.at, &self.signals);
        next.settle_at(report.at);
        next.seen.push(Seen {
            report: report.clone(),
            on,
        });
        next.finish(report.at);
        let journal = next.ledger.journal(postings, remarks);
        *self = next;
        Ok(Answer {
            duplicate: false,
            journal,
            receipt,
        })
    }

    /// Lets time pass.
    pub(crate) fn advance(&mut self, to: i64) -> Result<Answer, Refusal> {
        let Some(as_of) = self.as_of else {
            // A member without a history begins with its first event.
            return Ok(Answer::default());
        };
        if to < as_of {
            return Err("out_of_order");
        }
        let (postings, remarks) = (self.ledger.postings.len(), self.ledger.remarks.len());
        self.settle_to(to);
        self.finish(to);
        Ok(Answer {
            journal: self.ledger.journal(postings, remarks),
            ..Answer::default()
        })
    }

    fn finish(&mut self, at: i64) {
        self.reached = Some(self.today(at));
        self.as_of = Some(at);
    }

    pub(crate) fn today(&self, at: i64) -> i32 {
        let today = day_at(self.zone, at);
        self.reached.map_or(today, |day| day.max(today))
    }

    /// When time alone changes the member next.
    pub(crate) fn next_due(&self) -> Option<i64> {
        self.as_of?;
        let mut due: Vec<i64> = self.holds.iter().map(|hold| hold.until).collect();
        for lot in 0..self.ledger.lots.len() {
            let pending = self.ledger.pending(lot);
            if pending > 0 {
                due.extend(self.ledger.active_from(lot));
            }
            if pending + self.ledger.active(lot) > 0 {
                due.extend(self.ledger.lots[lot].expires_at);
            }
        }
        due.into_iter().min()
    }

    /// Everything that is due until then, instant by instant.
    fn settle_to(&mut self, to: i64) {
        while let Some(due) = self.next_due().filter(|due| *due <= to) {
            self.settle_at(due);
        }
    }

    /// Everything that is due at an instant (clause 1.3): holds, then pending points, then expiry; again, until nothing is left.
    fn settle_at(&mut self, at: i64) {
        while self.next_due_in_the_middle().is_some_and(|due| due <= at) {
            let over: Vec<Hold> = self.holds.clone();
            for hold in over.iter().filter(|hold| hold.until <= at) {
                self.free(at, hold);
            }
            for lot in 0..self.ledger.lots.len() {
                if self.ledger.active_from(lot).is_some_and(|from| from <= at) {
                    self.activate(at, lot, self.ledger.pending(lot));
                }
            }
            self.expire_dead(at);
        }
    }

    /// `next_due`, for a member that has no `as_of` yet, too.
    fn next_due_in_the_middle(&self) -> Option<i64> {
        let mut copy = self.clone();
        copy.as_of = copy.as_of.or(Some(0));
        copy.next_due()
    }

    fn expire(&mut self, at: i64, lot: usize) {
        let account = self.ledger.lots[lot].account;
        let all = self.ledger.pending(lot) + self.ledger.active(lot);
        for place in [Place::Pending(lot), Place::Active(lot)] {
            let points = self.ledger.at(account, place);
            let way = (place, Place::Outside);
            self.ledger.shift(at, account, way, points, Cause::Expired);
        }
        if all > 0 {
            let day = self.today(at);
            self.dead.push((lot, all, day));
        }
    }

    /// Expired points that a return has counted as undone are not to be had again: those that expired last, since older ones are
    /// the first that cannot be had again anyway.
    pub(crate) fn forget_dead(&mut self, lot: usize, points: i64) {
        let mut rest = points;
        for (_, dead, _) in self.dead.iter_mut().rev().filter(|one| one.0 == lot) {
            let some = rest.min(*dead);
            *dead -= some;
            rest -= some;
        }
        self.dead.retain(|one| one.1 > 0);
    }

    /// Pending points become active: what is owed is paid first.
    pub(crate) fn activate(&mut self, at: i64, lot: usize, points: i64) {
        self.ledger.active_since.insert(lot, at);
        self.arrive(at, lot, points, Place::Pending(lot), Cause::Activated);
    }

    /// Points become active, wherever they come from.
    pub(crate) fn arrive(&mut self, at: i64, lot: usize, points: i64, from: Place, cause: Cause) {
        let account = self.ledger.lots[lot].account;
        let way = (from, Place::Active(lot));
        self.ledger.shift(at, account, way, points, cause);
        let repaid = points.min(self.ledger.debt(account));
        let way = (Place::Active(lot), Place::Debt);
        self.ledger.shift(at, account, way, repaid, Cause::Repaid);
    }

    /// Takes active points in burn order; says from which lots. There may be fewer.
    pub(crate) fn burn(
        &mut self,
        at: i64,
        account: usize,
        points: i64,
        to: Place,
        cause: Cause,
    ) -> Vec<(usize, i64)> {
        let mut takes = Vec::new();
        let mut rest = points;
        let oldest_first = self.plan.accounts[account].oldest_first;
        for lot in self.ledger.burnable(account, oldest_first) {
            let some = rest.min(self.ledger.active(lot));
            if some > 0 {
                let to = match to {
                    Place::Held(serial, _) => Place::Held(serial, lot),
                    to => to,
                };
                let way = (Place::Active(lot), to);
                self.ledger.shift(at, account, way, some, cause);
                takes.push((lot, some));
                rest -= some;
            }
        }
        takes
    }

    /// The lot of points that are earned, credited or begin anew on this day. `order` is the order that earns them, if one does.
    pub(crate) fn dated(
        &self,
        at: i64,
        account: usize,
        rule: Option<&Rule>,
        order: Option<usize>,
        activation: Option<Activation>,
    ) -> Lot {
        let Account {
            activation: general,
            expiry,
            ..
        } = self.plan.accounts[account].clone();
        let today = self.today(at);
        let activation = activation
            .or(rule.and_then(|rule| rule.activation))
            .unwrap_or(general);
        let expiry = rule.and_then(|rule| rule.expiry.clone()).unwrap_or(expiry);
        let day = match activation {
            Activation::Immediate | Activation::Settlement => today,
            Activation::After(days) => today + i32::try_from(days).expect("few days"),
            Activation::On(day) => day,
        };
        let start = start_of(self.zone, day);
        let wait = match (activation, order) {
            (Activation::Settlement, Some(order)) => Wait::Settlement(order),
            _ if day > today && start > at => Wait::Until(start),
            _ => Wait::Nothing,
        };
        let active_on = (!matches!(wait, Wait::Settlement(_))).then_some(day.max(today));
        let expires_at = self.expiry(account, &expiry, today, active_on);
        Lot {
            account,
            credited: false,
            earned_on: today,
            wait,
            expires_at,
            // Lots are told apart by their dates; the rule matters only where the date moves, or is to come.
            rule: (moves(&expiry)
                || matches!(wait, Wait::Settlement(_)) && counts_from_activation(&expiry))
            .then(|| Moving {
                active_on: active_on.filter(|_| counts_from_activation(&expiry)),
                from: today,
                expiry,
            }),
        }
    }

    /// When points expire that were earned on a day and become active on another one (none: nobody knows yet).
    fn expiry(
        &self,
        account: usize,
        rule: &Expiry,
        earned_on: i32,
        active_on: Option<i32>,
    ) -> Option<i64> {
        let each = |all: &[Expiry]| -> Vec<Option<i64>> {
            let one = |one| self.expiry(account, one, earned_on, active_on);
            all.iter().map(one).collect()
        };
        match rule {
            Expiry::Never => None,
            Expiry::After(After {
                length,
                align,
                plus,
                from_activation,
                excluded,
            }) => {
                let from = if *from_activation {
                    active_on?
                } else {
                    earned_on
                };
                let mut day = later(from, *length);
                if let Some(align) = align {
                    day = end_of(day, *align);
                }
                if let Some(plus) = plus {
                    day = later(day, *plus);
                }
                Some(start_of(self.zone, if *excluded { day } else { day + 1 }))
            }
            Expiry::Annual { on, min_age } => {
                let old_enough = |day: &i32| match min_age {
                    Some(age) => earned_on <= earlier(*day, *age),
                    None => earned_on < *day,
                };
                let day = yearly(earned_on, *on).find(old_enough)?;
                Some(start_of(self.zone, day))
            }
            Expiry::Inactivity {
                length,
                align,
                resets_on,
                excluded,
            } => {
                let last = last_day(&self.signals, account, resets_on);
                // Points that come later than that count from their own day.
                let mut day = later(last.unwrap_or(earned_on).max(earned_on), *length);
                if let Some(align) = align {
                    day = end_of(day, *align);
                }
                Some(start_of(self.zone, if *excluded { day } else { day + 1 }))
            }
            Expiry::Latest(all) => {
                let all = each(all);
                if all.contains(&None) {
                    None
                } else {
                    all.into_iter().flatten().max()
                }
            }
            Expiry::Earliest(all) => each(all).into_iter().flatten().min(),
        }
    }

    /// The member was active in some way: that counts once the event is over.
    pub(crate) fn signal(&mut self, at: i64, account: Option<usize>, word: &'static str) {
        let today = self.today(at);
        self.deeds.push(((account, word), today));
    }

    /// Points whose expiry counts from the last activity have another date once the member was active (clause 3.8): those whose
    /// rule counts from another day than `before`.
    fn redate(&mut self, at: i64, before: &Signals) {
        for (deed, day) in std::mem::take(&mut self.deeds) {
            // Who moves west may be back in the day before.
            let last = self.signals.entry(deed).or_insert(day);
            *last = (*last).max(day);
        }
        for lot in 0..self.ledger.lots.len() {
            let one = self.ledger.lots[lot].clone();
            let Some(rule) = one.rule.filter(|rule| moves(&rule.expiry)) else {
                continue;
            };
            let points = self.ledger.pending(lot) + self.ledger.active(lot);
            let days = |signals: &Signals| last_days(signals, one.account, &rule.expiry);
            if points == 0 || days(before) == days(&self.signals) {
                continue;
            }
            let expires_at = self.expiry(one.account, &rule.expiry, rule.from, rule.active_on);
            if expires_at.is_some_and(|new| one.expires_at.is_some_and(|old| new > old)) {
                self.ledger.lots[lot].expires_at = expires_at;
                let dates = Some((one.earned_on, expires_at));
                self.ledger
                    .remark(at, one.account, "redated", dates, points);
            }
        }
    }

    /// Points go back to a lot. Where activity moves its date, an empty one has the date that any points would have now: the time
    /// of inactivity is one of the whole account.
    fn reopen(&mut self, lot: usize) {
        let one = &self.ledger.lots[lot];
        let there = self.ledger.pending(lot) + self.ledger.active(lot) > 0;
        if let (Some(rule), false) = (&one.rule, there) {
            let expires_at = self.expiry(one.account, &rule.expiry, rule.from, rule.active_on);
            self.ledger.lots[lot].expires_at = expires_at;
        }
    }

    /// Carries out what an event says.
    fn take(&mut self, report: &Report) -> Result<Option<Receipt>, Refusal> {
        let at = report.at;
        let accounts = self.plan.accounts.len();
        let known = |account: usize| {
            if account < accounts {
                Ok(account)
            } else {
                Err("unknown_account")
            }
        };
        match &report.fact {
            Fact::Enroll { zone } => {
                if self.enrolled {
                    return Err("already_enrolled");
                }
                self.enrolled = true;
                if let Some(zone) = zone {
                    self.zone = ZONES[*zone];
                }
                self.signal(at, None, "enroll");
            }
            Fact::Profile { zone } => self.zone = ZONES[*zone],
            Fact::CheckIn => {
                self.signal(at, None, "activity");
                self.signal(at, None, "activity:check_in");
                self.check_in(at);
            }
            Fact::Purchase {
                order,
                lines,
                tender,
                hold,
            } => {
                self.signal(at, None, "purchase");
                return Ok(Some(self.purchase(
                    at,
                    order,
                    lines,
                    tender,
                    hold.as_deref(),
                )?));
            }
            Fact::Return { order, lines } => {
                return Ok(Some(self.give_back(at, order, lines.as_deref())?));
            }
            Fact::Credit {
                account,
                points,
                active_on,
                expires_on,
            } => {
                let account = known(*account)?;
                self.credit(at, account, *points, *active_on, *expires_on)?;
            }
            Fact::Debit {
                account,
                points,
                overdraw,
            } => {
                let account = known(*account)?;
                let overdraw = overdraw.unwrap_or(self.plan.accounts[account].overdraw);
                let way = Place::Outside;
                let takes = self.burn(at, account, *points, way, Cause::Debited);
                let rest = points - takes.iter().map(|take| take.1).sum::<i64>();
                if rest > 0 && overdraw == Overdraw::Refuse {
                    return Err("overdraw_refused");
                }
                if overdraw == Overdraw::Forgive {
                    self.ledger
                        .remark(at, account, "debited, forgiven", None, rest);
                } else {
                    let way = (Place::Debt, Place::Outside);
                    self.ledger.shift(at, account, way, rest, Cause::Debited);
                }
            }
            Fact::Reinstate {
                account,
                since,
                expires_on,
            } => {
                let account = known(*account)?;
                self.reinstate(at, account, *since, *expires_on)?;
            }
            Fact::Settle { order } => self.settle_order(at, order)?,
            Fact::CancelOrder { order } => {
                let order = self.recorded(order, at)?;
                self.cancel_order(at, order)?;
            }
            Fact::CancelDay { account, earned_on } => {
                let account = known(*account)?;
                self.cancel_day(at, account, *earned_on)?;
            }
            Fact::Hold {
                key,
                minutes,
                points,
            } => self.hold(at, key, *minutes, points)?,
            Fact::Release { key } => {
                let hold = self.find_hold(key)?;
                self.free(at, &hold);
            }
            Fact::Redeem { reward, quantity } => {
                let reward = *self.plan.rewards.get(*reward).ok_or("unknown_reward")?;
                let (account, points) = (reward.account, reward.points * quantity);
                if self.ledger.available(account) < points {
                    return Err("insufficient_points");
                }
                let takes = self.burn(at, account, points, Place::Outside, Cause::Redeemed);
                self.signal(at, Some(account), "spent");
                let on = self.today(at);
                self.redemptions.push(Redemption {
                    event: report.id.clone(),
                    on,
                    takes,
                    undone: false,
                });
            }
            Fact::Undo { event } => {
                let today = day_at(self.zone, at);
                let window = self.plan.returns.window;
                let found = self
                    .redemptions
                    .iter_mut()
                    .find(|one| one.event == *event && one.on + window >= today);
                let one = found.ok_or("unknown_redemption")?;
                if one.undone {
                    return Err("already_undone");
                }
                one.undone = true;
                let mut takes = one.takes.clone();
                let all = takes.iter().map(|take| take.1).sum();
                self.restore(at, &mut takes, all);
            }
        }
        Ok(None)
    }

    fn check_in(&mut self, at: i64) {
        let plan = Rc::clone(&self.plan);
        let rules = plan.rules.iter().filter(|rule| !rule.purchase);
        for rule in rules.clone() {
            self.signal(at, Some(rule.account), "earned");
        }
        for rule in rules {
            if let crate::plan::Give::Fixed(points) = rule.give {
                let lot = self.dated(at, rule.account, Some(rule), None, None);
                let lot = self.ledger.lot(lot);
                self.earn(at, lot, points);
            }
        }
    }

    /// Puts points that were earned into a lot.
    pub(crate) fn earn(&mut self, at: i64, lot: usize, points: i64) {
        if self.ledger.lots[lot].wait == Wait::Nothing {
            self.arrive(at, lot, points, Place::Outside, Cause::Earned);
        } else {
            let account = self.ledger.lots[lot].account;
            let way = (Place::Outside, Place::Pending(lot));
            self.ledger.shift(at, account, way, points, Cause::Earned);
        }
    }

    fn credit(
        &mut self,
        at: i64,
        account: usize,
        points: i64,
        active_on: Option<i32>,
        expires_on: Option<i32>,
    ) -> Result<(), Refusal> {
        let today = self.today(at);
        let activation = active_on.map_or(Activation::Immediate, Activation::On);
        let mut lot = self.dated(at, account, None, None, Some(activation));
        if let Some(day) = expires_on {
            if day < today {
                return Err("invalid_time");
            }
            lot.expires_at = Some(start_of(self.zone, day + 1));
            lot.rule = None;
        }
        lot.credited = true;
        if let (Wait::Until(from), Some(over)) = (lot.wait, lot.expires_at) {
            // They would expire before they can be used.
            if over <= from {
                return Err("invalid_time");
            }
        }
        let lot = self.ledger.lot(lot);
        if self.ledger.lots[lot].wait == Wait::Nothing {
            self.arrive(at, lot, points, Place::Outside, Cause::Credited);
        } else {
            let way = (Place::Outside, Place::Pending(lot));
            self.ledger.shift(at, account, way, points, Cause::Credited);
        }
        Ok(())
    }

    /// Expired lots are opened again, those of the days that are remembered (clause 3.11).
    fn reinstate(
        &mut self,
        at: i64,
        account: usize,
        since: i32,
        expires_on: Option<i32>,
    ) -> Result<(), Refusal> {
        let today = self.today(at);
        if expires_on.is_some_and(|day| day < today) {
            return Err("invalid_time");
        }
        let kept = self.plan.accounts[account].reinstate_days;
        let (opened, rest): (Vec<_>, Vec<_>) =
            self.dead.iter().copied().partition(|(lot, _, day)| {
                self.ledger.lots[*lot].account == account && *day >= since && *day + kept >= today
            });
        if opened.is_empty() || kept == 0 {
            return Err("nothing_to_reinstate");
        }
        self.dead = rest;
        for (lot, points, _) in opened {
            // The very lot, with other dates: orders that filled it still know it. One that is there again already has its dates.
            let fresh = self.dated(at, account, None, None, Some(Activation::Immediate));
            let there = self.ledger.active(lot) + self.ledger.pending(lot) > 0;
            let one = &mut self.ledger.lots[lot];
            if !there {
                (one.expires_at, one.rule) = match expires_on {
                    Some(day) => (Some(start_of(self.zone, day + 1)), None),
                    None => (fresh.expires_at, fresh.rule),
                };
            }
            *self.ledger.reopened.entry(lot).or_default() += points;
            self.arrive(at, lot, points, Place::Outside, Cause::Credited);
        }
        Ok(())
    }

    /// The place of an order that can still be returned.
    pub(crate) fn order(&self, id: &str, at: i64) -> Result<usize, Refusal> {
        // What a buyer may still bring back goes by the clock.
        let (today, window) = (day_at(self.zone, at), self.plan.returns.window);
        self.orders
            .iter()
            .position(|one| one.id == *id && one.on + window >= today)
            .ok_or("unknown_order")
    }

    /// The place of an order that can still be returned, or whose points are pending: it can be settled and cancelled, and no
    /// other one can have its id.
    pub(crate) fn recorded(&self, id: &str, at: i64) -> Result<usize, Refusal> {
        let pending = || {
            let mut orders = 0..self.orders.len();
            orders.find(|order| self.orders[*order].id == *id && self.has_pending(*order))
        };
        self.order(id, at).or_else(|code| pending().ok_or(code))
    }

    /// Whether points that an order put into a lot are pending.
    pub(crate) fn has_pending(&self, order: usize) -> bool {
        let mut puts = self.orders[order].puts.iter();
        puts.any(|put| put.out() > 0 && self.ledger.pending(put.lot) > 0)
    }

    fn settle_order(&mut self, at: i64, id: &str) -> Result<(), Refusal> {
        let order = self.recorded(id, at)?;
        let today = self.today(at);
        for lot in 0..self.ledger.lots.len() {
            let one = self.ledger.lots[lot].clone();
            let waits =
                one.wait == Wait::Settlement(order) && !self.ledger.active_since.contains_key(&lot);
            let pending = self.ledger.pending(lot);
            if !waits || pending == 0 {
                continue;
            }
            if let Some(rule) = one.rule.filter(|rule| counts_from_activation(&rule.expiry)) {
                let active_on = Some(today);
                let expires_at = self.expiry(one.account, &rule.expiry, rule.from, active_on);
                self.ledger.lots[lot].expires_at = expires_at;
                // Only activity moves it from now on.
                let rule = Moving { active_on, ..rule };
                self.ledger.lots[lot].rule = Some(rule).filter(|rule| moves(&rule.expiry));
                let dates = self.ledger.dates(lot);
                let known = if expires_at == one.expires_at {
                    0
                } else {
                    pending
                };
                self.ledger
                    .remark(at, one.account, "redated", Some(dates), known);
            }
            self.activate(at, lot, pending);
        }
        Ok(())
    }

    fn cancel_order(&mut self, at: i64, order: usize) -> Result<(), Refusal> {
        let mut any = false;
        for put in 0..self.orders[order].puts.len() {
            let (lot, out) = (
                self.orders[order].puts[put].lot,
                self.orders[order].puts[put].out(),
            );
            let points = out.min(self.ledger.pending(lot));
            any |= points > 0;
            self.cancel(at, lot, points);
            self.orders[order].puts[put].cancelled += points;
        }
        if any { Ok(()) } else { Err("nothing_pending") }
    }

    fn cancel_day(&mut self, at: i64, account: usize, earned_on: i32) -> Result<(), Refusal> {
        let mut any = false;
        for lot in 0..self.ledger.lots.len() {
            let one = &self.ledger.lots[lot];
            if one.account != account || one.earned_on != earned_on {
                continue;
            }
            let pending = self.ledger.pending(lot);
            any |= pending > 0;
            let mut rest = pending;
            for order in &mut self.orders {
                for put in order.puts.iter_mut().filter(|put| put.lot == lot) {
                    let some = rest.min(put.out());
                    put.cancelled += some;
                    rest -= some;
                }
            }
            self.cancel(at, lot, pending);
        }
        if any { Ok(()) } else { Err("nothing_pending") }
    }

    fn cancel(&mut self, at: i64, lot: usize, points: i64) {
        let account = self.ledger.lots[lot].account;
        let way = (Place::Pending(lot), Place::Outside);
        self.ledger
            .shift(at, account, way, points, Cause::Cancelled);
    }

    fn find_hold(&self, key: &str) -> Result<Hold, Refusal> {
        let mut holds = self.holds.iter();
        let found = holds.find(|hold| hold.key == *key);
        found.cloned().ok_or("unknown_hold")
    }

    fn hold(
        &mut self,
        at: i64,
        key: &str,
        minutes: i64,
        points: &[(usize, i64)],
    ) -> Result<(), Refusal> {
        if points
            .iter()
            .any(|(account, _)| *account >= self.plan.accounts.len())
        {
            return Err("unknown_account");
        }
        if let Ok(old) = self.find_hold(key) {
            self.free(at, &old);
            // What is past its date expires as soon as it is free.
            self.expire_dead(at);
        }
        self.serial += 1;
        let mut takes = Vec::new();
        for (account, wanted) in points {
            if self.ledger.available(*account) < *wanted {
                return Err("insufficient_points");
            }
            let to = Place::Held(self.serial, 0);
            takes.extend(self.burn(at, *account, *wanted, to, Cause::Held));
        }
        self.holds.push(Hold {
            key: key.to_owned(),
            until: at + minutes * MINUTE,
            serial: self.serial,
            takes,
        });
        Ok(())
    }

    /// Lots past their date expire, those of the earliest date first; in this order they are reinstated.
    pub(crate) fn expire_dead(&mut self, at: i64) {
        let over = |lot: &usize| {
            let over = self.ledger.lots[*lot].expires_at;
            over.is_some_and(|over| over <= at)
        };
        let mut dead: Vec<usize> = (0..self.ledger.lots.len()).filter(over).collect();
        dead.sort_by_key(|lot| {
            let one = &self.ledger.lots[*lot];
            (one.expires_at, one.earned_on, *lot)
        });
        for lot in dead {
            self.expire(at, lot);
        }
    }

    /// Gives back what a hold holds; says what that is, in the order in which it was taken.
    pub(crate) fn free(&mut self, at: i64, hold: &Hold) -> Vec<(usize, i64)> {
        self.holds.retain(|one| one.serial != hold.serial);
        // In reverse: the last taken first (clause 3.3).
        for (lot, points) in hold.takes.iter().rev() {
            let place = Place::Held(hold.serial, *lot);
            self.reopen(*lot);
            self.arrive(at, *lot, *points, place, Cause::Released);
        }
        hold.takes.clone()
    }

    /// Gives points back to the lots that they were taken from, the last taken first (clause 5.3).
    pub(crate) fn restore(&mut self, at: i64, takes: &mut [(usize, i64)], points: i64) {
        let today = self.today(at);
        let mut rest = points;
        for (lot, taken) in takes.iter_mut().rev() {
            let some = rest.min(*taken);
            if some == 0 {
                continue;
            }
            *taken -= some;
            rest -= some;
            self.reopen(*lot);
            let one = self.ledger.lots[*lot].clone();
            let dead = one.expires_at.is_some_and(|over| over <= at);
            let policy = self.plan.accounts[one.account].restore;
            let target = match policy {
                _ if !dead => *lot,
                Restore::StayExpired => *lot,
                Restore::Extend(days) => {
                    let expires_at = Some(start_of(self.zone, today + days));
                    self.ledger.lot(Lot {
                        account: one.account,
                        credited: one.credited,
                        earned_on: one.earned_on,
                        wait: Wait::Nothing,
                        expires_at,
                        rule: None,
                    })
                }
                Restore::Fresh => {
                    let fresh = Some(Activation::Immediate);
                    let fresh = self.dated(at, one.account, None, None, fresh);
                    self.ledger.lot(fresh)
                }
            };
            let forgiven = self.repay_forgiven(at, *lot, target, some);
            self.arrive(at, target, some - forgiven, Place::Outside, Cause::Restored);
            if dead && target == *lot {
                // At the very instant of expiry the thing is expired (clause 1.7): nothing can take it any more.
                self.expire(at, target);
            }
        }
        assert_eq!(rest, 0, "more is given back than was taken");
    }

    /// Points that come back to a lot of an order whose points were forgiven repay what was forgiven (clause 6.3), before what
    /// is owed (clause 3.7): a debt can wait for other points, what was forgiven cannot. Says how many.
    fn repay_forgiven(&mut self, at: i64, lot: usize, target: usize, points: i64) -> i64 {
        let mut rest = points;
        let account = self.ledger.lots[lot].account;
        let known = day_at(self.zone, at) - self.plan.returns.window;
        for order in 0..self.orders.len() {
            // With an order all that is known of it is forgotten.
            if self.orders[order].on < known {
                continue;
            }
            for put in 0..self.orders[order].puts.len() {
                let one = self.orders[order].puts[put].clone();
                let some = rest.min(one.forgiven);
                if one.lot != lot || some == 0 {
                    continue;
                }
                let way = (Place::Outside, Place::Active(target));
                self.ledger.shift(at, account, way, some, Cause::Restored);
                let way = (Place::Active(target), Place::Outside);
                self.ledger.shift(at, account, way, some, Cause::Reversed);
                rest -= some;
                self.orders[order].puts[put].back += some;
                self.orders[order].puts[put].forgiven -= some;
            }
        }
        points - rest
    }

    /// What can be used of an account, by the day on which it expires, up to a day; then the rest without a date.
    pub(crate) fn expiring(&self, by: i32) -> Vec<(usize, Option<i64>, i64)> {
        let end = start_of(self.zone, by + 1);
        let mut rows = Vec::new();
        for account in 0..self.plan.accounts.len() {
            let mut dated: BTreeMap<i64, i64> = BTreeMap::new();
            let mut rest = -self.ledger.debt(account);
            for lot in 0..self.ledger.lots.len() {
                let points = self.ledger.active(lot);
                if self.ledger.lots[lot].account != account || points == 0 {
                    continue;
                }
                match self.ledger.lots[lot].expires_at {
                    Some(over) if over <= end => *dated.entry(over).or_default() += points,
                    _ => rest += points,
                }
            }
            rows.extend(dated.into_iter().map(|(over, n)| (account, Some(over), n)));
            if rest != 0 {
                rows.push((account, None, rest));
            }
        }
        rows
    }

    /// A day some days after an instant begins then, by the member's clock.
    pub(crate) fn midnight(&self, at: i64, days: i32) -> i64 {
        start_of(self.zone, day_at(self.zone, at + i64::from(days) * DAY))
    }
}

/// The last day on which the member did one of these.
fn last_day(signals: &Signals, account: usize, words: &[&'static str]) -> Option<i32> {
    let days = words.iter().filter_map(|word| {
        let of = matches!(*word, "earned" | "spent").then_some(account);
        signals.get(&(of, *word)).copied()
    });
    days.max()
}

/// The days from which the times of inactivity in a rule count.
fn last_days(signals: &Signals, account: usize, rule: &Expiry) -> Vec<Option<i32>> {
    match rule {
        Expiry::Inactivity { resets_on, .. } => std::vec![last_day(signals, account, resets_on)],
        Expiry::Latest(all) | Expiry::Earliest(all) => {
            let days = all.iter().map(|one| last_days(signals, account, one));
            days.flatten().collect()
        }
        Expiry::Never | Expiry::After(_) | Expiry::Annual { .. } => Vec::new(),
    }
}

/// Whether a date of expiry moves with the member's activity.
fn moves(rule: &Expiry) -> bool {
    match rule {
        Expiry::Inactivity { .. } => true,
        Expiry::Latest(all) | Expiry::Earliest(all) => all.iter().any(moves),
        Expiry::Never | Expiry::After(_) | Expiry::Annual { .. } => false,
    }
}

/// Whether a date of expiry can only be known when the points become active.
fn counts_from_activation(rule: &Expiry) -> bool {
    match rule {
        Expiry::After(after) => after.from_activation,
        Expiry::Latest(all) | Expiry::Earliest(all) => all.iter().any(counts_from_activation),
        Expiry::Never | Expiry::Annual { .. } | Expiry::Inactivity { .. } => false,
    }
}
