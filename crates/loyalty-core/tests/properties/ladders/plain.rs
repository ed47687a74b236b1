//! The plain reading: the whole history, added up anew for every question.

use loyalty_core::{Date, Instant, MonthDay, TierWhy, Unit};

use super::RUNGS;
use super::rules::{Hold, Review, Rules, Window};

/// What was carried: into the stretch from this day on, by so many orders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carried {
    pub(super) into: Date,
    pub(super) orders: usize,
    pub(super) over: i64,
    pub(super) amount: i64,
}

pub(super) fn plus(day: Date, days: i64) -> Date {
    day.add_days(days).expect("a day of these years")
}

/// A judgement: the day, how many orders there were, and whether the rung was kept by it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) on: Date,
    pub(super) orders: usize,
    pub(super) kept: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Stand {
    pub(super) rung: usize,
    pub(super) since: Instant,
    pub(super) begun: Instant,
    pub(super) until: Option<Instant>,
    pub(super) grace: Option<Date>,
    pub(super) judged: Option<Judged>,
    pub(super) chain: Option<Chain>,
}

/// Terms of months that follow each other: the day from which the first was counted, the months of all, and the day reached.
pub(super) type Chain = (Date, i64, Date);

#[derive(Clone, Debug)]
pub(super) struct Plain {
    pub(super) rules: Rules,
    /// Day, instant, whole units of money, whether it is back.
    pub(super) orders: Vec<(Date, Instant, i64, bool)>,
    pub(super) enrolled: Date,
    pub(super) now: Instant,
    pub(super) stand: Stand,
    pub(super) earlier: Vec<Stand>,
    pub(super) pending: Option<(usize, Instant, Judged)>,
    pub(super) granted: Option<(usize, Option<Instant>, bool)>,
    pub(super) carried: Vec<Carried>,
    pub(super) barred: bool,
    pub(super) warned: u32,
    /// Whether an order has just been taken.
    pub(super) ordered: bool,
    pub(super) said: Vec<String>,
}

impl Plain {
    pub(super) fn today(&self) -> Date {
        self.rules.zone.date_at(self.now)
    }

    /// The value of a metric on a day, by the first so many orders.
    pub(super) fn value(&self, metric: usize, day: Date, orders: usize) -> i64 {
        let from = match self.rules.windows[metric] {
            Window::Lifetime => None,
            Window::Last(span) => Some(plus(span.before(day).expect("a day"), 1)),
            Window::Calendar(period) => Some(period.start_of(day, MonthDay::JANUARY_FIRST)),
        };
        let counts = |on: Date| from.is_none_or(|from| from <= on) && on <= day;
        let all = self.orders.iter().take(orders);
        let own: i64 = all
            .filter(|(on, _, _, back)| counts(*on) && !back)
            .map(|(_, _, amount, _)| amount)
            .sum();
        own + self.carried_in(metric, day)
    }

    /// What was carried into the stretch of a day.
    pub(super) fn carried_in(&self, metric: usize, day: Date) -> i64 {
        let Some(carry) = self.rules.carry.filter(|carry| carry.metric == metric) else {
            return 0;
        };
        let start = carry.period.start_of(day, MonthDay::JANUARY_FIRST);
        let here = self.carried.iter().filter(|one| one.into == start);
        here.map(|one| one.amount).sum()
    }

    /// The first midnight of a stretch: what is left over from the one before flows into it.
    pub(super) fn turn(&mut self, day: Date) {
        let Some(carry) = self.rules.carry else {
            return;
        };
        let last = plus(day, -1);
        let view = (last, self.orders.len());
        let earned = self.best(self.rules.rungs.len(), false, view);
        if carry.period.start_of(day, MonthDay::JANUARY_FIRST) != day || earned == 0 {
            return;
        }
        let value = self.value(carry.metric, last, view.1);
        let (of, least) = self.rules.rungs[earned].qualify;
        let mut over = match (carry.all, of == carry.metric) {
            (true, _) => value,
            (false, true) => value - least,
            (false, false) => 0,
        };
        if !carry.repeat {
            over = over.min(value - self.carried_in(carry.metric, last));
        }
        let amount = over.clamp(0, carry.max.unwrap_or(i64::MAX));
        if amount > 0 {
            self.carried.push(Carried {
                into: day,
                orders: view.1,
                over,
                amount,
            });
            self.said.push(format!("{} carried {amount}.00", self.now));
        }
    }

    /// Goods that are back were no part of what was carried; says into which stretches less was carried.
    pub(super) fn uncarry(&mut self, order: usize) -> Vec<Date> {
        let mut stretches = Vec::new();
        let Some(carry) = self.rules.carry else {
            return stretches;
        };
        let (on, _, price, _) = self.orders[order];
        let mut fell = 0;
        // The engine remembers the last two.
        let from = self.carried.len().saturating_sub(2);
        for one in &mut self.carried[from..] {
            let before = carry
                .period
                .start_of(plus(one.into, -1), MonthDay::JANUARY_FIRST);
            let fall = if before <= on && on < one.into && order < one.orders {
                price
            } else if carry.repeat {
                fell
            } else {
                0
            };
            if fall != 0 {
                one.over -= fall;
                let amount = one.over.clamp(0, carry.max.unwrap_or(i64::MAX));
                fell = one.amount - amount;
                one.amount = amount;
                stretches.push(one.into);
            }
        }
        stretches
    }

    pub(super) fn holds(&self, rung: usize, keep: bool, view: (Date, usize)) -> bool {
        let plan = &self.rules.rungs[rung];
        let (metric, least) = if keep {
            plan.retain.unwrap_or(plan.qualify)
        } else {
            plan.qualify
        };
        rung == 0 || self.value(metric, view.0, view.1) >= least
    }

    pub(super) fn best(&self, end: usize, keep: bool, view: (Date, usize)) -> usize {
        (1..end)
            .rev()
            .find(|rung| self.holds(*rung, keep, view))
            .unwrap_or(0)
    }

    pub(super) fn held(&self) -> usize {
        match self.granted {
            Some((rung, _, true)) => rung,
            Some((rung, _, false)) => rung.max(self.stand.rung),
            None => self.stand.rung,
        }
    }

    pub(super) fn say(&mut self, why: TierWhy, from: usize, to: usize, until: Option<Instant>) {
        let held = Some(RUNGS[self.held()]).filter(|held| *held != RUNGS[to]);
        self.said
            .push(line(self.now, why, RUNGS[from], RUNGS[to], until, held));
    }

    pub(super) fn safe(&self) -> bool {
        self.rules.at_least.is_some_and(|least| {
            let entered = self.rules.zone.date_at(self.stand.since);
            self.today() <= least.after(entered).expect("a day")
        })
    }

    /// The end of a term that begins now (or after the last day of another one).
    pub(super) fn term(&self, to: usize, first: Date, after: Option<Date>) -> Option<Instant> {
        self.term_of(to, first, after, None).0
    }

    /// The same, after others.
    pub(super) fn term_of(
        &self,
        to: usize,
        first: Date,
        after: Option<Date>,
        chain: Option<Chain>,
    ) -> (Option<Instant>, Option<Chain>) {
        let rules = &self.rules;
        let entered = if to == self.stand.rung {
            rules.zone.date_at(self.stand.since)
        } else {
            self.today()
        };
        match rules.review {
            Review::Every(months, on_day) => {
                // Every day from today on is looked at.
                let mut day = self.today();
                loop {
                    let last = day.last_of_month().day();
                    if (day.month() - 1).is_multiple_of(months)
                        && day.day() == on_day.min(last)
                        && rules.start(day) > self.now
                    {
                        return (Some(rules.start(day)), None);
                    }
                    day = plus(day, 1);
                }
            }
            Review::Anniversary(rung) => {
                let of = if rung { entered } else { self.enrolled };
                let at = (1..)
                    .map(|year| rules.start(of.add_months(12 * year).expect("a day")))
                    .find(|at| *at > self.now);
                (at, None)
            }
            Review::TermEnd => {
                let hold = after.and(rules.renew).unwrap_or(rules.hold);
                let mut longer = None;
                let end = match hold {
                    Hold::Lifetime | Hold::None => return (None, None),
                    Hold::For(span, align, excluded) => {
                        let from = if excluded {
                            first
                        } else {
                            after.unwrap_or(first)
                        };
                        let mut reached = span.after(from).expect("a day");
                        let months = i64::from(span.count())
                            * match span.unit() {
                                Unit::Months => 1,
                                Unit::Years => 12,
                                _ => 0,
                            };
                        if months > 0 && align.is_none() {
                            let (anchor, all, _) = chain
                                .filter(|(.., reached)| after.is_some() && *reached == from)
                                .unwrap_or((from, 0, from));
                            reached = anchor.add_months(all + months).expect("a day");
                            longer = Some((anchor, all + months, reached));
                        }
                        let reached = align.map_or(reached, |align| align.align(reached));
                        plus(reached, i64::from(!excluded))
                    }
                    Hold::Until(period, nth) => {
                        let mut start = first;
                        for _ in 0..nth {
                            start = period.next_start(start, MonthDay::JANUARY_FIRST);
                        }
                        start
                    }
                };
                let free = rules
                    .at_least
                    .map(|least| plus(least.after(entered).expect("a day"), 1));
                let longer = longer.filter(|_| free.is_none_or(|free| free <= end));
                (
                    Some(rules.start(free.map_or(end, |free| free.max(end)))),
                    longer,
                )
            }
        }
    }

    pub(super) fn enter(
        &mut self,
        to: usize,
        why: TierWhy,
        judged: Option<Judged>,
        after: Option<Date>,
    ) {
        let base = to == 0 && self.rules.upgrade != "at_review" && why != TierWhy::Penalty;
        let (mut until, mut chain) = if base {
            (None, None)
        } else {
            self.term_of(to, self.today(), after, self.stand.chain)
        };
        if why == TierWhy::Restored {
            let mut last = self.stand.grace.expect("a grace");
            (until, chain) = self.term_of(to, plus(last, 1), Some(last), self.stand.chain);
            while let Some(over) = until.filter(|until| *until <= self.now) {
                last = plus(self.rules.zone.date_at(over), -1);
                (until, chain) = self.term_of(to, plus(last, 1), Some(last), chain);
            }
        }
        let goes_on = self.stand.until.is_none_or(|until| until > self.now);
        if matches!(
            why,
            TierWhy::Qualified | TierWhy::Requalified | TierWhy::Restored
        ) && goes_on
        {
            self.earlier.push(self.stand.clone());
            if self.earlier.len() > 4 {
                self.earlier.remove(0);
            }
        } else {
            self.earlier.clear();
        }
        let from = self.stand.rung;
        self.stand = Stand {
            rung: to,
            since: if to == from {
                self.stand.since
            } else {
                self.now
            },
            begun: self.now,
            until,
            grace: None,
            judged: judged.filter(|_| to > 0),
            chain,
        };
        self.barred = why == TierWhy::Penalty && until.is_some();
        if self.barred || self.pending.is_some_and(|(rung, ..)| rung <= to) {
            self.pending = None;
        }
        self.say(why, from, to, until);
    }

    /// A rung is lost, unless there is a grace.
    pub(super) fn lose(
        &mut self,
        to: usize,
        why: TierWhy,
        judged: Option<Judged>,
        last: Option<Date>,
    ) {
        if let Some((length, from, month_end)) =
            self.rules.grace.filter(|_| self.stand.grace.is_none())
        {
            let day = match from {
                "entry" => self.rules.zone.date_at(self.stand.since),
                "term_end" => last.unwrap_or(self.today()),
                _ => self.today(),
            };
            let mut day = length.after(day).expect("a day");
            if month_end {
                day = day.last_of_month();
            }
            let until = self.rules.start(plus(day, 1));
            if until > self.now {
                self.stand.grace = Some(last.unwrap_or(self.today()));
                self.stand.until = Some(until);
                let rung = self.stand.rung;
                self.say(TierWhy::Grace, rung, rung, Some(until));
                return;
            }
        }
        self.enter(to, why, judged, last);
    }

    pub(super) fn review(&mut self) {
        let last = plus(self.today(), -1);
        let view = (last, self.orders.len());
        let judged = |kept| {
            Some(Judged {
                on: last,
                orders: view.1,
                kept,
            })
        };
        let (rung, grace) = (self.stand.rung, self.stand.grace.is_some());
        let above = self.best(self.rules.rungs.len(), false, view);
        let (mut to, mut why, mut by) = (rung, TierWhy::Retained, None);
        if above > rung {
            (to, why, by) = (above, TierWhy::Qualified, judged(false));
        } else if self.holds(rung, true, view) {
            by = judged(true);
            if grace {
                why = TierWhy::Restored;
            }
        } else if !self.safe() {
            let fleeting = self.rules.hold == Hold::None;
            let rule = if fleeting {
                "requalify"
            } else {
                self.rules.at_review
            };
            to = match rule {
                "never" => rung,
                "one_down" => rung - 1,
                "to_base" => 0,
                _ => self.best(rung, true, view),
            };
            by = judged(true).filter(|_| self.holds(to, true, view) && rule != "to_base");
            if to < rung {
                why = if fleeting {
                    TierWhy::NotHeld
                } else {
                    TierWhy::TermEnded
                };
            } else {
                by = None;
            }
        }
        if let Some((less, warnings)) = self.rules.penalty.filter(|_| !grace) {
            if self.value(0, last, view.1) < less {
                self.warned = (self.warned + 1).min(warnings);
                self.said.push(format!(
                    "{} warning {} of {warnings}",
                    self.now, self.warned
                ));
                if self.warned == warnings && rung > 0 && !self.safe() {
                    self.warned = 0;
                    if to >= rung - 1 {
                        (to, why) = (rung - 1, TierWhy::Penalty);
                        by = judged(true).filter(|_| self.holds(to, true, view));
                    }
                }
            } else {
                self.warned = 0;
            }
        }
        self.barred = false;
        if matches!(why, TierWhy::TermEnded | TierWhy::NotHeld) {
            self.lose(to, why, by, Some(last));
        } else {
            self.enter(to, why, by, Some(last));
        }
    }

    pub(super) fn judge(&mut self) {
        let view = (self.today(), self.orders.len());
        let judged = |kept| {
            Some(Judged {
                on: view.0,
                orders: view.1,
                kept,
            })
        };
        let rung = self.stand.rung;
        let fleeting = self.rules.hold == Hold::None && self.stand.grace.is_none();
        let mut best = self.best(self.rules.rungs.len(), false, view);
        if self.barred {
            best = best.min(rung);
        }
        let at_once =
            self.rules.upgrade == "immediate" || (self.rules.upgrade == "at_review" && fleeting);
        if at_once && best > rung {
            return self.enter(best, TierWhy::Qualified, judged(false), None);
        }
        if self.stand.grace.is_some() {
            for kept in [true, false] {
                if rung > 0 && self.holds(rung, kept, view) {
                    return self.enter(rung, TierWhy::Restored, judged(kept), None);
                }
            }
        }
        if fleeting && best < rung && !self.safe() {
            let kept = self.best(rung + 1, true, view);
            if kept < rung {
                return self.lose(kept, TierWhy::NotHeld, judged(true), None);
            }
        }
        if self.rules.upgrade == "next_period" && !self.barred {
            let by = judged(false).expect("it is some");
            let start = self.rules.start(
                self.rules
                    .period
                    .next_start(view.0, MonthDay::JANUARY_FIRST),
            );
            let lasting = self.rules.hold != Hold::None;
            match self.pending {
                None if best > rung => return self.wait(Some((best, start, by))),
                Some((waited, at, _)) if best > waited => return self.wait(Some((best, at, by))),
                Some((waited, at, _)) if !lasting && best < waited && best > rung => {
                    return self.wait(Some((best, at, by)));
                }
                Some(_) if !lasting && best <= rung => return self.wait(None),
                _ => {}
            }
        }
        // Qualifying again.
        if self.rules.extend
            && rung > 0
            && self.ordered
            && self.stand.until.is_some()
            && self.holds(rung, false, view)
        {
            let until = self.term(rung, view.0, None);
            if until > self.stand.until {
                self.enter(rung, TierWhy::Requalified, judged(false), None);
            }
        }
    }

    pub(super) fn wait(&mut self, pending: Option<(usize, Instant, Judged)>) {
        self.pending = pending;
        let words = pending.map(|(rung, at, _)| format!("{} at {at}", RUNGS[rung]));
        self.said.push(format!("{} pending {words:?}", self.now));
    }

    /// All that is due at this instant.
    pub(super) fn tick(&mut self) {
        loop {
            let before = self.said.len();
            let entering = self.pending.filter(|(_, at, _)| *at <= self.now);
            match entering {
                Some((rung, _, judged)) => {
                    self.pending = None;
                    self.enter(rung, TierWhy::Qualified, Some(judged), None);
                }
                None if self.stand.until.is_some_and(|until| until <= self.now) => self.review(),
                None => self.judge(),
            }
            if let Some((_, Some(until), _)) = self.granted
                && until <= self.now
            {
                let from = self.held();
                self.granted = None;
                let (to, until) = (self.stand.rung, self.stand.until);
                self.say(TierWhy::GrantedEnded, from, to, until);
            }
            if self.said.len() == before {
                return;
            }
        }
    }

    /// Midnight by midnight.
    pub(super) fn pass(&mut self, to: Instant) {
        self.ordered = false;
        let mut day = self.today();
        loop {
            day = plus(day, 1);
            let midnight = self.rules.start(day);
            if midnight > to {
                break;
            }
            self.now = midnight;
            self.turn(day);
            self.tick();
        }
        self.now = to;
    }

    pub(super) fn give_back(&mut self, order: usize) {
        let (on, at, ..) = self.orders[order];
        let stretches = self.uncarry(order);
        self.orders[order].3 = true;
        let counted = |plain: &Self, judged: &Judged| {
            let reads = |metric: usize| {
                plain.rules.rungs.iter().skip(1).any(|rung| {
                    rung.qualify.0 == metric || rung.retain.is_some_and(|(of, _)| of == metric)
                })
            };
            let carried = plain.rules.carry.filter(|carry| reads(carry.metric));
            let carried = carried.is_some_and(|carry| {
                let start = carry.period.start_of(judged.on, MonthDay::JANUARY_FIRST);
                stretches.contains(&start)
            });
            let own = [0, 1]
                .into_iter()
                .filter(|metric| reads(*metric))
                .any(|metric| {
                    let from = match plain.rules.windows[metric] {
                        Window::Lifetime => None,
                        Window::Last(span) => Some(plus(span.before(judged.on).expect("a day"), 1)),
                        Window::Calendar(period) => {
                            Some(period.start_of(judged.on, MonthDay::JANUARY_FIRST))
                        }
                    };
                    from.is_none_or(|from| from <= on) && on <= judged.on
                });
            carried || (own && order < judged.orders)
        };
        let protected = match self.rules.returns {
            "at_term_end" => true,
            "protect_current_term" => at >= self.stand.begun,
            _ => false,
        };
        let now = (self.today(), self.orders.len());
        if let Some(judged) = self
            .stand
            .judged
            .filter(|judged| counted(self, judged) && !protected)
        {
            let rung = self.stand.rung;
            let then = (judged.on, judged.orders);
            if !self.holds(rung, judged.kept, then) {
                let best =
                    self.best(rung + 1, judged.kept, then)
                        .max(self.best(rung + 1, false, now));
                if best < rung {
                    let back = self.earlier.iter().rposition(|one| {
                        let holds = one.judged.is_none_or(|judged| {
                            self.holds(one.rung, judged.kept, (judged.on, judged.orders))
                        });
                        one.rung >= best && holds && one.until.is_none_or(|until| until > self.now)
                    });
                    match back {
                        Some(back) => {
                            self.stand = self.earlier[back].clone();
                            self.earlier.truncate(back);
                            let (to, until) = (self.stand.rung, self.stand.until);
                            self.say(TierWhy::Returned, rung, to, until);
                        }
                        None => self.enter(best, TierWhy::Returned, Some(judged), None),
                    }
                }
            }
        }
        if let Some((waited, start, judged)) =
            self.pending.filter(|(_, _, judged)| counted(self, judged))
        {
            let then = (judged.on, judged.orders);
            if !self.holds(waited, false, then) {
                let best =
                    self.best(waited + 1, false, then)
                        .max(self.best(waited + 1, false, now));
                if best < waited {
                    self.wait((best > self.stand.rung).then_some((best, start, judged)));
                }
            }
        }
    }
}

pub(super) fn line(
    at: Instant,
    why: TierWhy,
    from: &str,
    to: &str,
    until: Option<Instant>,
    held: Option<&str>,
) -> String {
    let until = until.map(|until| until.to_string());
    format!("{at} {from} to {to} {why:?} until {until:?} held {held:?}")
}
