//! The one evaluator: says whether a condition holds and, if it is asked, what it lacks (clause 8.3).

mod lacks;

use std::borrow::Cow;

use super::compile::{Attribute, Cond, ScorePlan};
use super::rules::{BirthdayTest, Grain, WarningLevel, within_day};
use super::selection::{Basket, Select};
use crate::amount::Currency;
use crate::calendar::{Date, Instant, MonthDay, Span, Weekday};
use crate::event::{Line, Scalar};
use crate::id::Id;
use crate::outcome::{Met, Unmet};
use lacks::lacks;

/// What a condition can see. The engine makes it; a condition knows nothing of the domains behind it.
pub(crate) trait Facts {
    fn currency(&self) -> Currency;
    /// The civil day on which the condition is asked.
    fn date(&self) -> Date;
    fn metric(&self, metric: usize) -> Option<i64>;
    /// The day from which a metric counts, where that is later than its window begins.
    fn metric_since(&self, metric: usize) -> Option<Date>;
    fn metric_name(&self, metric: usize) -> (Option<Id>, Grain);
    /// The place of the rung that is held in a track.
    fn rung(&self, track: usize) -> usize;
    /// The ids of a track and of one of its rungs.
    fn rung_name(&self, track: usize, rung: usize) -> (Option<Id>, String);
    fn has_tag(&self, tag: &str) -> bool;
    fn birthday(&self) -> Option<Date>;
    fn enrolled_on(&self) -> Option<Date>;
    fn attribute(&self, name: &str) -> Option<&Scalar<'_>>;
    /// The available points of an account whose last day is at most so far away.
    fn expiring(&self, account: usize, within: Span) -> i64;
    fn account_name(&self, account: usize) -> Option<Id>;
    /// The stage of the lifecycle that the member is in.
    fn stage(&self) -> Option<&Id>;
    /// Whether the member has a paid plan, own or shared.
    fn has_plan(&self, plan: &Id) -> bool;
    /// The plans that the member has.
    fn plans(&self) -> Vec<&Id>;
    /// The level of early warning.
    fn warning(&self) -> WarningLevel;
    /// Whether attempts to win the member back have been given up.
    fn abandoned(&self) -> bool;
    fn event(&self) -> Option<&EventFacts<'_>>;
    /// When time alone will change what the condition says; asked only for explanations.
    fn holds_from(&self, cond: &Cond) -> Option<Instant>;
}

/// What a condition can see of an event.
#[derive(Clone, Copy)]
pub(crate) struct EventFacts<'e> {
    pub(crate) kind: &'static str,
    pub(crate) channel: Option<&'e str>,
    pub(crate) store: Option<&'e str>,
    /// By the clock of the store.
    pub(crate) weekday: Weekday,
    pub(crate) second_of_day: u32,
    pub(crate) attributes: &'e [(Cow<'e, str>, Scalar<'e>)],
    pub(crate) basket: Option<&'e Basket>,
    /// The lines of a purchase as they were sent.
    pub(crate) lines: &'e [Line<'e>],
}

impl<'e> EventFacts<'e> {
    /// The same with the rows of a purchase.
    pub(crate) fn with(&self, basket: &'e Basket) -> Self {
        Self {
            basket: Some(basket),
            ..*self
        }
    }
}

/// Where the evaluator puts what is lacking.
pub(crate) trait Sink {
    /// Whether anything is kept: if not, the evaluator stops at the first answer.
    const KEEPS: bool;
    fn put(&mut self, unmet: impl FnOnce() -> Unmet);
    fn mark(&self) -> usize;
    fn back_to(&mut self, mark: usize);
}

/// Keeps nothing.
pub(crate) struct Quiet;

impl Sink for Quiet {
    const KEEPS: bool = false;
    fn put(&mut self, _: impl FnOnce() -> Unmet) {}
    fn mark(&self) -> usize {
        0
    }
    fn back_to(&mut self, _: usize) {}
}

/// Keeps what every failing leaf lacks.
#[derive(Default)]
pub(crate) struct Explain(pub(crate) Vec<Unmet>);

impl Sink for Explain {
    const KEEPS: bool = true;
    fn put(&mut self, unmet: impl FnOnce() -> Unmet) {
        self.0.push(unmet());
    }
    fn mark(&self) -> usize {
        self.0.len()
    }
    fn back_to(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
}

/// Whether a condition holds.
pub(crate) fn evaluate<S: Sink>(cond: &Cond, facts: &impl Facts, sink: &mut S) -> bool {
    wanted(cond, true, facts, sink)
}

/// The leaves that make a condition hold.
pub(crate) fn reasons(cond: &Cond, facts: &impl Facts) -> Vec<Met> {
    // What keeps it from not holding.
    let mut kept = Explain::default();
    wanted(cond, false, facts, &mut kept);
    let met = |unmet: Unmet| Met {
        leaf: unmet.leaf,
        of: unmet.of,
        negated: !unmet.negated,
        found: unmet.found,
    };
    kept.0.into_iter().map(met).collect()
}

/// Whether a condition is what it should be: true, or false below a `not`. What is not as it should be goes to the sink.
fn wanted<S: Sink>(cond: &Cond, want: bool, facts: &impl Facts, sink: &mut S) -> bool {
    match cond {
        Cond::Not(one) => wanted(one, !want, facts, sink),
        Cond::AtLeast(n, of) => {
            // As many must be as wanted: n that hold, or all but n − 1 that do not.
            let enough = if want {
                *n
            } else {
                of.len().saturating_sub(*n).saturating_add(1)
            };
            let mark = sink.mark();
            let mut count = 0_usize;
            for (place, one) in of.iter().enumerate() {
                count = count.saturating_add(usize::from(wanted(one, want, facts, sink)));
                if !S::KEEPS {
                    let left = of.len().saturating_sub(place).saturating_sub(1);
                    if count >= enough || count.saturating_add(left) < enough {
                        break;
                    }
                }
            }
            if count >= enough {
                sink.back_to(mark);
            }
            count >= enough
        }
        leaf => {
            let good = holds(leaf, facts) == want;
            if !good {
                sink.put(|| lacks(leaf, want, facts));
            }
            good
        }
    }
}

fn holds(leaf: &Cond, facts: &impl Facts) -> bool {
    match leaf {
        Cond::AtLeast(..) | Cond::Not(_) => false,
        Cond::Metric { metric, test } => facts
            .metric(*metric)
            .map_or(test.if_none, |value| test.holds(value)),
        Cond::Tier { track, test } => {
            i64::try_from(facts.rung(*track)).is_ok_and(|rung| test.holds(rung))
        }
        Cond::Tag(tags) => tags.iter().any(|tag| facts.has_tag(tag)),
        Cond::Birthday(test) => facts
            .birthday()
            .is_some_and(|birthday| near(test, birthday, facts.date())),
        Cond::Tenure(test) => facts.enrolled_on().is_some_and(|enrolled| {
            let reached = |span: crate::calendar::Span| {
                span.after(enrolled).is_ok_and(|day| facts.date() >= day)
            };
            test.at_least.is_none_or(reached) && !test.less_than.is_some_and(reached)
        }),
        Cond::Attribute(test) => attribute(test, facts.attribute(&test.name)),
        Cond::Segment(segments) => segments.iter().any(|one| quietly(&one.when, facts)),
        Cond::Score(score, test) => test.holds(score_of(score, facts)),
        Cond::Anniversary(test) => facts.enrolled_on().is_some_and(|enrolled| {
            let years = enrolled.year().saturating_add(1)..;
            nearby(test, enrolled, facts.date(), |year| years.contains(&year))
        }),
        Cond::Enrolled(from, until) => facts.enrolled_on().is_some_and(|enrolled| {
            from.is_none_or(|from| enrolled >= from) && until.is_none_or(|until| enrolled <= until)
        }),
        Cond::PointsExpiring {
            account,
            within,
            test,
        } => test.holds(facts.expiring(*account, *within)),
        Cond::Plan(plans) => plans.iter().any(|plan| facts.has_plan(plan)),
        Cond::Stage(stages) => facts.stage().is_some_and(|stage| stages.contains(stage)),
        Cond::Warning(levels) => levels.contains(&facts.warning()),
        Cond::Abandoned(wanted) => facts.abandoned() == *wanted,
        Cond::Rhythm(test) => facts
            .metric(test.since)
            .zip(facts.metric(test.gap))
            .map_or(test.if_none, |(since, gap)| since >= test.needed(gap)),
        Cond::Kind(kinds) => facts
            .event()
            .is_some_and(|event| kinds.iter().any(|one| **one == *event.kind)),
        Cond::Channel(channels) => facts
            .event()
            .and_then(|event| event.channel)
            .is_some_and(|found| channels.iter().any(|one| **one == *found)),
        Cond::Store(stores) => facts
            .event()
            .and_then(|event| event.store)
            .is_some_and(|found| stores.iter().any(|one| **one == *found)),
        Cond::Weekday(days) => facts
            .event()
            .is_some_and(|event| days.contains(&event.weekday)),
        Cond::Hours(from, until) => facts
            .event()
            .is_some_and(|event| within_day(*from, *until, event.second_of_day)),
        Cond::Dates(from, until) => {
            facts.event().is_some()
                && from.is_none_or(|from| facts.date() >= from)
                && until.is_none_or(|until| facts.date() <= until)
        }
        Cond::Yearly(days) => facts.event().is_some() && within_year(days, facts.date()),
        Cond::EventAttribute(test) => facts.event().is_some_and(|event| {
            attribute(
                test,
                event
                    .attributes
                    .iter()
                    .find(|(name, _)| **name == *test.name)
                    .map(|(_, value)| value),
            )
        }),
        Cond::Total(lines, test) => basket(facts).map_or(test.if_none, |found| {
            test.holds(total(found, lines.as_ref()))
        }),
        Cond::Quantity(lines, test) => basket(facts).map_or(test.if_none, |found| {
            test.holds(quantity(found, lines.as_ref()))
        }),
        Cond::AnyQuantity(lines, test) => basket(facts).map_or(test.if_none, |found| {
            let mut rows = chosen(found, lines.as_ref()).peekable();
            match rows.peek() {
                Some(_) => rows.any(|row| test.holds(row.quantity)),
                None => test.if_none,
            }
        }),
        Cond::Contains(lines) => {
            basket(facts).is_some_and(|found| found.rows.iter().any(|row| lines.has(found, row)))
        }
    }
}

fn basket<F: Facts>(facts: &F) -> Option<&Basket> {
    facts.event().and_then(|event| event.basket)
}

fn chosen<'b>(
    basket: &'b Basket,
    lines: Option<&'b Select>,
) -> impl Iterator<Item = &'b super::selection::Row> {
    let rows = basket.rows.iter();
    rows.filter(move |row| lines.is_none_or(|lines| lines.has(basket, row)))
}

fn total(basket: &Basket, lines: Option<&Select>) -> i64 {
    chosen(basket, lines).fold(0, |sum: i64, row| sum.saturating_add(row.initial))
}

fn quantity(basket: &Basket, lines: Option<&Select>) -> i64 {
    chosen(basket, lines).fold(0, |sum: i64, row| sum.saturating_add(row.quantity))
}

/// Whether a condition holds, for one that stands within another.
fn quietly(cond: &Cond, facts: &impl Facts) -> bool {
    wanted(cond, true, facts, &mut Quiet)
}

/// The sum of the weights whose conditions hold.
pub(crate) fn score_of(score: &ScorePlan, facts: &impl Facts) -> i64 {
    score
        .weights
        .iter()
        .filter(|(cond, _)| quietly(cond, facts))
        .fold(0, |sum: i64, (_, points)| sum.saturating_add(*points))
}

fn attribute(test: &Attribute, found: Option<&Scalar<'_>>) -> bool {
    match (found, &test.texts, &test.numbers) {
        (None | Some(Scalar::Nothing), ..) => test.if_none,
        (Some(Scalar::Text(text)), Some(texts), _) => texts.iter().any(|one| **one == **text),
        (Some(Scalar::Flag(flag)), Some(texts), _) => texts
            .iter()
            .any(|one| **one == *if *flag { "true" } else { "false" }),
        (Some(value), _, Some(comparison)) => value
            .number()
            .is_some_and(|number| comparison.holds(number)),
        _ => false,
    }
}

/// Whether a birthday is near a day.
fn near(test: &BirthdayTest, birthday: Date, today: Date) -> bool {
    nearby(test, birthday, today, |_| true)
}

/// Whether a day that comes back every year is near another one. `counts` says in which years it does.
fn nearby(test: &BirthdayTest, date: Date, today: Date, counts: impl Fn(i32) -> bool) -> bool {
    match test {
        BirthdayTest::Day => birthday_in(date, today.year()) == today && counts(today.year()),
        BirthdayTest::Month => date.month() == today.month() && counts(today.year()),
        BirthdayTest::Within { before, after } => [-1, 0, 1].iter().any(|offset| {
            let year = today.year().saturating_add(*offset);
            let days = today.days_until(birthday_in(date, year));
            counts(year) && i64::from(*after).saturating_neg() <= days && days <= i64::from(*before)
        }),
    }
}

/// The birthday in a year: 29 February is 28 February in common years.
pub(super) fn birthday_in(birthday: Date, year: i32) -> Date {
    MonthDay::of(birthday).in_year(year)
}

/// Whether a day is in one of these stretches of the year; one that ends before it begins runs over the turn of the year.
fn within_year(stretches: &[(MonthDay, MonthDay)], today: Date) -> bool {
    let (year, day) = (today.year(), MonthDay::of(today));
    stretches.iter().any(|(from, until)| {
        let (first, last) = (from.falls_in(year), until.falls_in(year));
        if first <= last {
            first <= day && day <= last
        } else {
            first <= day || day <= last
        }
    })
}
