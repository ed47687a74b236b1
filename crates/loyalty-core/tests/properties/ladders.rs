//! The tiers of the engine beside a slow and plain reading of the rules: it keeps the whole history, adds it up anew for every
//! question, and looks at every midnight whether anything is due.

use std::collections::BTreeMap;

use loyalty_core::{
    Align, Change, Date, Engine, Entry, Event, Instant, Member, MonthDay, Period, Span, TierWhy,
    Unit, Zone,
};
use serde_json::{Value, json};

use crate::world::engine;

const RUNGS: [&str; 4] = ["base", "silver", "gold", "black"];
const DAY: i64 = 86_400_000_000;

/// Small numbers that look random and are the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).expect("a place")]
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Window {
    Lifetime,
    Last(Span),
    Calendar(Period),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Hold {
    Lifetime,
    None,
    For(Span, Option<Align>, bool),
    Until(Period, u32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Review {
    TermEnd,
    Every(u32, u32),
    Anniversary(bool),
}

#[derive(Clone, Debug)]
struct Rung {
    qualify: (usize, i64),
    retain: Option<(usize, i64)>,
}

#[derive(Clone, Debug)]
struct Rules {
    zone: Zone,
    windows: [Window; 2],
    rungs: Vec<Rung>,
    upgrade: &'static str,
    period: Period,
    review: Review,
    hold: Hold,
    renew: Option<Hold>,
    at_least: Option<Span>,
    grace: Option<(Span, &'static str, bool)>,
    at_review: &'static str,
    extend: bool,
    returns: &'static str,
    penalty: Option<(i64, u32)>,
    carry: Option<Carry>,
}

/// What flows into the next stretch of a metric of a calendar period.
#[derive(Clone, Copy, Debug)]
struct Carry {
    metric: usize,
    period: Period,
    all: bool,
    repeat: bool,
    max: Option<i64>,
}

/// What was carried: into the stretch from this day on, by so many orders.
#[derive(Clone, Copy, Debug)]
struct Carried {
    into: Date,
    orders: usize,
    over: i64,
    amount: i64,
}

fn span(draw: &mut Draw) -> Span {
    let (unit, most) = draw.of(&[(Unit::Days, 90), (Unit::Weeks, 8), (Unit::Months, 13)]);
    Span::new(unit, u32::try_from(draw.below(most) + 1).expect("small")).expect("a span")
}

fn hold(draw: &mut Draw) -> Hold {
    let periods = [
        Period::Month,
        Period::Quarter,
        Period::HalfYear,
        Period::Year,
    ];
    match draw.below(8) {
        0 => Hold::Lifetime,
        1 | 2 => Hold::None,
        3..=5 => {
            let align = draw.of(&[None, None, Some(Align::MonthEnd), Some(Align::YearEnd)]);
            Hold::For(span(draw), align, draw.one_in(3))
        }
        _ => Hold::Until(
            draw.of(&periods),
            u32::try_from(draw.below(3) + 1).expect("small"),
        ),
    }
}

fn rules(draw: &mut Draw) -> Rules {
    let periods = [
        Period::Month,
        Period::Quarter,
        Period::HalfYear,
        Period::Year,
    ];
    let mut window = || match draw.below(4) {
        0 => Window::Lifetime,
        1 => Window::Calendar(draw.of(&periods)),
        _ => Window::Last(span(draw)),
    };
    let windows = [window(), window()];
    let zones = [
        "Asia/Shanghai",
        "America/New_York",
        "Europe/London",
        "Pacific/Apia",
    ];
    let mut rungs = vec![Rung {
        qualify: (0, 0),
        retain: None,
    }];
    for place in 1..=2 + draw.below(2) {
        let place = i64::try_from(place).expect("small");
        let least = place * 80;
        let metric = usize::try_from(draw.below(2)).expect("small");
        let other = usize::try_from(draw.below(2)).expect("small");
        let retain = draw
            .one_in(3)
            .then(|| (other, least - i64::try_from(draw.below(60)).expect("small")));
        rungs.push(Rung {
            qualify: (metric, least),
            retain,
        });
    }
    let review = match draw.below(6) {
        0 => Review::Every(draw.of(&[1, 2, 3, 6, 12]), draw.of(&[1, 5, 15, 29, 30, 31])),
        1 => Review::Anniversary(draw.one_in(2)),
        _ => Review::TermEnd,
    };
    let apart = review != Review::TermEnd;
    let held = if apart { Hold::Lifetime } else { hold(draw) };
    let renew = (!apart && draw.one_in(3))
        .then(|| hold(draw))
        .filter(|renew| *renew != Hold::None);
    let reviewed = apart || matches!(held, Hold::For(..) | Hold::Until(..));
    let at_least = draw.one_in(4).then(|| span(draw));
    let grace = draw.one_in(2).then(|| {
        (
            span(draw),
            draw.of(&["term_end", "entry", "loss"]),
            draw.one_in(3),
        )
    });
    let penalty = (reviewed && draw.one_in(2)).then(|| {
        (
            i64::try_from(draw.below(60) + 1).expect("small"),
            u32::try_from(draw.below(3) + 1).expect("small"),
        )
    });
    let carry = (0..2).find_map(|metric| match windows[metric] {
        Window::Calendar(period) => Some(Carry {
            metric,
            period,
            all: draw.one_in(2),
            repeat: draw.one_in(2),
            max: draw.one_in(3).then_some(40),
        }),
        _ => None,
    });
    Rules {
        carry,
        zone: Zone::new(draw.of(&zones)).expect("a zone"),
        windows,
        rungs,
        upgrade: draw.of(&["immediate", "immediate", "next_period", "at_review"]),
        period: draw.of(&periods),
        review,
        hold: held,
        renew,
        at_least,
        grace,
        at_review: draw.of(&["requalify", "requalify", "one_down", "to_base", "never"]),
        extend: draw.one_in(3),
        returns: draw.of(&[
            "immediate",
            "immediate",
            "at_term_end",
            "protect_current_term",
        ]),
        penalty,
    }
}

fn word<T: serde::Serialize>(value: T) -> Value {
    serde_json::to_value(value).expect("it is written")
}

fn written(hold: Hold) -> Value {
    match hold {
        Hold::Lifetime => json!("lifetime"),
        Hold::None => json!("none"),
        Hold::For(span, align, excluded) => {
            let mut length = word(span);
            if let Some(align) = align {
                length["align"] = word(align);
            }
            length["last_day"] = json!(if excluded { "excluded" } else { "included" });
            json!({"for": length})
        }
        Hold::Until(period, nth) => json!({"until": {"end_of": word(period), "nth": nth}}),
    }
}

impl Rules {
    fn program(&self) -> Value {
        let test = |(metric, least): (usize, i64)| json!({"metric": {"id": format!("m{metric}"), "at_least": least}});
        let rungs: Vec<Value> = self
            .rungs
            .iter()
            .enumerate()
            .map(|(place, rung)| {
                let mut one = json!({"id": RUNGS[place]});
                if place > 0 {
                    one["qualify"] = test(rung.qualify);
                }
                if let Some(retain) = rung.retain {
                    one["retain"] = test(retain);
                }
                one
            })
            .collect();
        let mut track = json!({"id": "club", "rungs": rungs, "upgrade": self.upgrade, "at_review": self.at_review,
            "extend_on_requalify": self.extend, "returns": self.returns});
        if self.upgrade == "next_period" {
            track["period"] = word(self.period);
        }
        match self.review {
            Review::TermEnd => track["hold"] = written(self.hold),
            Review::Every(months, on_day) => {
                track["review"] = json!({"every": {"months": months, "on_day": on_day}})
            }
            Review::Anniversary(rung) => {
                track["review"] = json!({"anniversary": if rung { "rung" } else { "enrolment" }})
            }
        }
        if let Some(renew) = self.renew {
            track["renew"] = written(renew);
        }
        if let Some(least) = self.at_least {
            track["at_least"] = word(least);
        }
        if let Some((length, from, month_end)) = self.grace {
            track["grace"] = json!({"for": word(length), "from": from});
            if month_end {
                track["grace"]["align"] = json!("month_end");
            }
        }
        if let Some((less, warnings)) = self.penalty {
            track["penalties"] = json!([{"when": {"metric": {"id": "m0", "less_than": less}}, "warnings": warnings}]);
        }
        if let Some(carry) = self.carry {
            let mut one = json!({"metric": format!("m{}", carry.metric), "how": if carry.all { "all" } else { "excess" },
                "repeat": carry.repeat});
            if let Some(max) = carry.max {
                one["max"] = json!(max);
            }
            track["carry"] = json!([one]);
        }
        let metrics: Vec<Value> = self
            .windows
            .iter()
            .enumerate()
            .map(|(place, window)| {
                let window = match window {
                    Window::Lifetime => json!("lifetime"),
                    Window::Last(span) => json!({"last": word(span)}),
                    Window::Calendar(period) => json!({"calendar": {"period": word(period)}}),
                };
                json!({"id": format!("m{place}"), "measure": "spend", "window": window})
            })
            .collect();
        json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": self.zone.name(), "accounts": [{"id": "points"}],
            "metrics": metrics, "tiers": [track], "returns": {"window": {"years": 5}}})
    }

    fn start(&self, day: Date) -> Instant {
        self.zone.start_of(day).expect("a day of these years")
    }
}

fn plus(day: Date, days: i64) -> Date {
    day.add_days(days).expect("a day of these years")
}

/// A judgement: the day, how many orders there were, and whether the rung was kept by it.
#[derive(Clone, Copy, Debug)]
struct Judged {
    on: Date,
    orders: usize,
    kept: bool,
}

#[derive(Clone, Debug)]
struct Stand {
    rung: usize,
    since: Instant,
    begun: Instant,
    until: Option<Instant>,
    grace: Option<Date>,
    judged: Option<Judged>,
}

#[derive(Clone, Debug)]
struct Plain {
    rules: Rules,
    /// Day, instant, whole units of money, whether it is back.
    orders: Vec<(Date, Instant, i64, bool)>,
    enrolled: Date,
    now: Instant,
    stand: Stand,
    earlier: Vec<Stand>,
    pending: Option<(usize, Instant, Judged)>,
    granted: Option<(usize, Option<Instant>, bool)>,
    carried: Vec<Carried>,
    barred: bool,
    warned: u32,
    /// Whether an order has just been taken.
    ordered: bool,
    said: Vec<String>,
}

impl Plain {
    fn today(&self) -> Date {
        self.rules.zone.date_at(self.now)
    }

    /// The value of a metric on a day, by the first so many orders.
    fn value(&self, metric: usize, day: Date, orders: usize) -> i64 {
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
    fn carried_in(&self, metric: usize, day: Date) -> i64 {
        let Some(carry) = self.rules.carry.filter(|carry| carry.metric == metric) else {
            return 0;
        };
        let start = carry.period.start_of(day, MonthDay::JANUARY_FIRST);
        let here = self.carried.iter().filter(|one| one.into == start);
        here.map(|one| one.amount).sum()
    }

    /// The first midnight of a stretch: what is left over from the one before flows into it.
    fn turn(&mut self, day: Date) {
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
    fn uncarry(&mut self, order: usize) -> Vec<Date> {
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

    fn holds(&self, rung: usize, keep: bool, view: (Date, usize)) -> bool {
        let plan = &self.rules.rungs[rung];
        let (metric, least) = if keep {
            plan.retain.unwrap_or(plan.qualify)
        } else {
            plan.qualify
        };
        rung == 0 || self.value(metric, view.0, view.1) >= least
    }

    fn best(&self, end: usize, keep: bool, view: (Date, usize)) -> usize {
        (1..end)
            .rev()
            .find(|rung| self.holds(*rung, keep, view))
            .unwrap_or(0)
    }

    fn held(&self) -> usize {
        match self.granted {
            Some((rung, _, true)) => rung,
            Some((rung, _, false)) => rung.max(self.stand.rung),
            None => self.stand.rung,
        }
    }

    fn say(&mut self, why: TierWhy, from: usize, to: usize, until: Option<Instant>) {
        let held = Some(RUNGS[self.held()]).filter(|held| *held != RUNGS[to]);
        self.said
            .push(line(self.now, why, RUNGS[from], RUNGS[to], until, held));
    }

    fn safe(&self) -> bool {
        self.rules.at_least.is_some_and(|least| {
            let entered = self.rules.zone.date_at(self.stand.since);
            self.today() <= least.after(entered).expect("a day")
        })
    }

    /// The end of a term that begins now (or after the last day of another one).
    fn term(&self, to: usize, first: Date, after: Option<Date>) -> Option<Instant> {
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
                    if (day.month() - 1) % months == 0
                        && day.day() == on_day.min(last)
                        && rules.start(day) > self.now
                    {
                        return Some(rules.start(day));
                    }
                    day = plus(day, 1);
                }
            }
            Review::Anniversary(rung) => {
                let of = if rung { entered } else { self.enrolled };
                (1..)
                    .map(|year| rules.start(of.add_months(12 * year).expect("a day")))
                    .find(|at| *at > self.now)
            }
            Review::TermEnd => {
                let hold = after.and(rules.renew).unwrap_or(rules.hold);
                let end = match hold {
                    Hold::Lifetime | Hold::None => return None,
                    Hold::For(span, align, excluded) => {
                        let from = if excluded {
                            first
                        } else {
                            after.unwrap_or(first)
                        };
                        let reached = span.after(from).expect("a day");
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
                Some(rules.start(free.map_or(end, |free| free.max(end))))
            }
        }
    }

    fn enter(&mut self, to: usize, why: TierWhy, judged: Option<Judged>, after: Option<Date>) {
        let base = to == 0 && self.rules.upgrade != "at_review" && why != TierWhy::Penalty;
        let mut until = if base {
            None
        } else {
            self.term(to, self.today(), after)
        };
        if why == TierWhy::Restored {
            let mut last = self.stand.grace.expect("a grace");
            until = self.term(to, plus(last, 1), Some(last));
            while let Some(over) = until.filter(|until| *until <= self.now) {
                last = plus(self.rules.zone.date_at(over), -1);
                until = self.term(to, plus(last, 1), Some(last));
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
        };
        self.barred = why == TierWhy::Penalty && until.is_some();
        if self.barred || self.pending.is_some_and(|(rung, ..)| rung <= to) {
            self.pending = None;
        }
        self.say(why, from, to, until);
    }

    /// A rung is lost, unless there is a grace.
    fn lose(&mut self, to: usize, why: TierWhy, judged: Option<Judged>, last: Option<Date>) {
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

    fn review(&mut self) {
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

    fn judge(&mut self) {
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

    fn wait(&mut self, pending: Option<(usize, Instant, Judged)>) {
        self.pending = pending;
        let words = pending.map(|(rung, at, _)| format!("{} at {at}", RUNGS[rung]));
        self.said.push(format!("{} pending {words:?}", self.now));
    }

    /// All that is due at this instant.
    fn tick(&mut self) {
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
    fn pass(&mut self, to: Instant) {
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

    fn give_back(&mut self, order: usize) {
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

fn line(
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

/// What the entries say of tiers.
fn heard(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .filter_map(|entry| match &entry.change {
            Change::Tier {
                from,
                to,
                why,
                until,
                held,
                ..
            } => Some(line(
                entry.at,
                *why,
                from.as_str(),
                to.as_str(),
                *until,
                held.as_ref().map(|held| held.as_str()),
            )),
            Change::TierPending {
                rung, effective, ..
            } => {
                let words = rung
                    .as_ref()
                    .zip(*effective)
                    .map(|(rung, at)| format!("{rung} at {at}"));
                Some(format!("{} pending {words:?}", entry.at))
            }
            Change::CarriedOver { amount, .. } => Some(format!(
                "{} carried {}",
                entry.at,
                serde_json::to_value(amount)
                    .expect("it is written")
                    .as_str()
                    .unwrap_or("?")
            )),
            Change::Warning { count, of, .. } => {
                Some(format!("{} warning {count} of {of}", entry.at))
            }
            _ => None,
        })
        .collect()
}

struct Both {
    engine: Engine,
    member: Member,
    plain: Plain,
    told: Vec<String>,
    /// How often each thing was said.
    met: BTreeMap<&'static str, u64>,
}

/// Everything that can be said of tiers.
const SAID: [&str; 13] = [
    "Qualified",
    "Retained",
    "TermEnded",
    "NotHeld",
    "Returned",
    "Requalified",
    "Grace",
    "Restored",
    "Penalty",
    "Granted ",
    "GrantedEnded",
    " pending ",
    " carried ",
];

impl Both {
    fn report(&mut self, event: &Value) {
        let text = event.to_string();
        self.told.push(text.clone());
        let event = Event::from_json(&text).expect("an event");
        let outcome = self
            .engine
            .apply(&mut self.member, &event)
            .expect("it is taken");
        self.same(&outcome.entries);
    }

    fn same(&mut self, entries: &[Entry]) {
        let said = std::mem::take(&mut self.plain.said);
        assert_eq!(
            heard(entries),
            said,
            "{}\n{}",
            self.plain.rules.program(),
            self.told.join("\n")
        );
        for word in SAID {
            let count = said.iter().filter(|line| line.contains(word)).count();
            *self.met.entry(word).or_default() += count as u64;
        }
        let held = RUNGS[self.plain.held()];
        assert_eq!(self.member.tier("club").expect("a rung").as_str(), held);
    }

    /// What is due is exactly what the reading of every midnight finds first.
    fn due(&self, until: Instant) {
        let due = self.engine.next_due(&self.member);
        let mut plain = self.plain.clone();
        let mut day = plain.today();
        let first = loop {
            day = plus(day, 1);
            let midnight = plain.rules.start(day);
            if midnight > until {
                break None;
            }
            plain.pass(midnight);
            if !plain.said.is_empty() {
                break Some(midnight);
            }
        };
        let context = || format!("{}\n{}", self.plain.rules.program(), self.told.join("\n"));
        assert_eq!(due.filter(|due| *due <= until), first, "{}", context());
        if let Some(first) = first {
            let mut member = self.member.clone();
            let before = self
                .engine
                .advance(&mut member, first.prev())
                .expect("it passes");
            assert!(before.entries.is_empty(), "{}", context());
            let at = self.engine.advance(&mut member, first).expect("it passes");
            assert_eq!(heard(&at.entries), plain.said, "{}", context());
        }
    }
}

/// Three years of a member, day by day.
fn three_years(seed: u64) -> BTreeMap<&'static str, u64> {
    let mut draw = Draw(seed);
    let rules = rules(&mut draw);
    let first = Date::parse(draw.of(&["2024-02-29", "2023-01-31", "2023-06-15", "2011-11-30"]))
        .expect("a date");
    let begin = rules
        .start(first)
        .checked_add_micros(DAY / 3)
        .expect("an instant");
    let mut both = Both {
        engine: engine(&rules.program()),
        member: Member::new("m-1").expect("an id"),
        plain: Plain {
            enrolled: rules.zone.date_at(begin),
            now: begin,
            stand: Stand {
                rung: 0,
                since: begin,
                begun: begin,
                until: None,
                grace: None,
                judged: None,
            },
            rules,
            orders: Vec::new(),
            earlier: Vec::new(),
            pending: None,
            granted: None,
            carried: Vec::new(),
            barred: false,
            warned: 0,
            ordered: false,
            said: Vec::new(),
        },
        told: Vec::new(),
        met: BTreeMap::new(),
    };
    if both.plain.rules.upgrade == "at_review" {
        let until = both.plain.term(0, both.plain.today(), None);
        both.plain.stand.until = until;
    }
    both.plain.tick();
    both.report(&json!({"id": "e-0", "at": begin.to_string(), "enroll": {}}));
    let mut count = 0_u32;
    let mut day = both.plain.today();
    let last = plus(day, 1_096);
    while day < last {
        day = plus(day, 1 + i64::try_from(draw.below(45)).expect("small"));
        let midnight = both.plain.rules.start(day);
        // At the very midnight, before it, or in the day.
        let at = match draw.below(4) {
            0 => midnight,
            1 => midnight.prev(),
            _ => midnight
                .checked_add_micros(DAY / 24 * i64::try_from(draw.below(23)).expect("small"))
                .expect("an instant"),
        };
        if at < both.plain.now {
            continue;
        }
        both.plain.pass(at);
        count += 1;
        let id = format!("e-{count}");
        let out: Vec<usize> = (0..both.plain.orders.len())
            .filter(|order| !both.plain.orders[*order].3)
            .collect();
        match draw.below(10) {
            0 | 1 if !out.is_empty() => {
                let order = draw.of(&out);
                both.plain.give_back(order);
                both.plain.tick();
                both.report(&json!({"id": id, "at": at.to_string(), "return": {"order": format!("o-{order}")}}));
            }
            2 => {
                let rungs = both.plain.rules.rungs.len() as u64;
                let rung = usize::try_from(draw.below(rungs)).expect("small");
                let until = plus(
                    both.plain.today(),
                    i64::try_from(draw.below(120)).expect("small"),
                );
                let replace = draw.one_in(3);
                let end = both.plain.rules.start(plus(until, 1));
                let from = both.plain.held();
                both.plain.granted = Some((rung, Some(end), replace));
                both.plain.say(TierWhy::Granted, from, rung, Some(end));
                both.plain.tick();
                both.report(&json!({"id": id, "at": at.to_string(), "grant": {"rung": RUNGS[rung], "until": until.to_string(),
                    "reason": "match", "replace": replace}}));
            }
            3 => {
                both.plain.tick();
                both.told.push(format!("advance {at}"));
                let outcome = both
                    .engine
                    .advance(&mut both.member, at)
                    .expect("it passes");
                both.same(&outcome.entries);
            }
            _ => {
                let amount = 5 + i64::try_from(draw.below(140)).expect("small");
                let today = both.plain.today();
                both.plain.orders.push((today, at, amount, false));
                both.plain.ordered = true;
                both.plain.tick();
                both.plain.ordered = false;
                let order = format!("o-{}", both.plain.orders.len() - 1);
                both.report(
                    &json!({"id": id, "at": at.to_string(), "purchase": {"order": order,
                    "lines": [{"sku": "tea", "price": format!("{amount}.00")}]}}),
                );
            }
        }
        if draw.one_in(2) {
            let horizon = both.plain.rules.start(plus(both.plain.today(), 200));
            both.due(horizon);
        }
    }
    both.met
}

#[test]
fn tiers_are_what_a_plain_reading_says() {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(96_u64);
    let seed = std::env::var("PROPERTY_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(0_u64);
    let mut met: BTreeMap<&str, u64> = BTreeMap::new();
    for case in 0..cases {
        for (word, count) in three_years(seed.wrapping_mul(1_000_003).wrapping_add(case)) {
            *met.entry(word).or_default() += count;
        }
    }
    // A reading that never meets a thing proves nothing of it.
    let missed: Vec<_> = SAID
        .iter()
        .filter(|word| met.get(*word).is_none_or(|count| count * 8 < cases))
        .collect();
    assert!(cases < 64 || missed.is_empty(), "{missed:?} of {met:?}");
}
