//! The one evaluator: says whether a condition holds and, if it is asked, what it lacks (clause 8.3).

use std::borrow::Cow;

use super::compile::{Attribute, Cond, Test};
use super::rules::{BirthdayTest, Grain};
use super::selection::{Basket, Select};
use crate::amount::Currency;
use crate::calendar::{Date, Instant, MonthDay, Weekday};
use crate::event::Scalar;
use crate::id::Id;
use crate::outcome::{Amount, Figure, Unmet};

/// What a condition can see. The engine makes it; a condition knows nothing of the domains behind it.
pub(crate) trait Facts {
    fn currency(&self) -> Currency;
    /// The civil day on which the condition is asked.
    fn date(&self) -> Date;
    fn metric(&self, metric: usize) -> Option<i64>;
    fn metric_name(&self, metric: usize) -> (Option<Id>, Grain);
    /// The place of the rung that is held in a track.
    fn rung(&self, track: usize) -> usize;
    /// The ids of a track and of one of its rungs.
    fn rung_name(&self, track: usize, rung: usize) -> (Option<Id>, String);
    fn has_tag(&self, tag: &str) -> bool;
    fn birthday(&self) -> Option<Date>;
    fn enrolled_on(&self) -> Option<Date>;
    fn attribute(&self, name: &str) -> Option<&Scalar<'_>>;
    fn event(&self) -> Option<EventFacts<'_>>;
    /// When time alone will change what the condition says; asked only for explanations.
    fn holds_from(&self, cond: &Cond) -> Option<Instant>;
}

/// What a condition can see of an event.
#[derive(Clone, Copy)]
pub(crate) struct EventFacts<'e> {
    pub(crate) channel: Option<&'e str>,
    pub(crate) store: Option<&'e str>,
    /// By the clock of the store.
    pub(crate) weekday: Weekday,
    pub(crate) second_of_day: u32,
    pub(crate) attributes: &'e [(Cow<'e, str>, Scalar<'e>)],
    pub(crate) basket: Option<&'e Basket>,
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
        Cond::Metric {
            metric,
            test,
            if_none,
        } => facts
            .metric(*metric)
            .map_or(*if_none, |value| test.holds(value)),
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
        Cond::Hours(from, until) => facts.event().is_some_and(|event| {
            let now = event.second_of_day;
            let (from, until) = (from.second_of_day(), until.second_of_day());
            if from < until {
                from <= now && now < until
            } else {
                from <= now || now < until
            }
        }),
        Cond::Dates(from, until) => {
            facts.event().is_some()
                && from.is_none_or(|from| facts.date() >= from)
                && until.is_none_or(|until| facts.date() <= until)
        }
        Cond::Yearly(days) => {
            facts.event().is_some()
                && days
                    .iter()
                    .any(|(from, until)| within_year(*from, *until, facts.date()))
        }
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
        Cond::Total(lines, test) => {
            basket(facts).is_some_and(|found| test.holds(total(found, lines.as_ref())))
        }
        Cond::Quantity(lines, test) => {
            basket(facts).is_some_and(|found| test.holds(quantity(found, lines.as_ref())))
        }
        Cond::Contains(lines) => {
            basket(facts).is_some_and(|found| found.rows.iter().any(|row| lines.has(found, row)))
        }
    }
}

fn basket<F: Facts>(facts: &F) -> Option<&Basket> {
    facts.event().and_then(|event| event.basket)
}

fn total(basket: &Basket, lines: Option<&Select>) -> i64 {
    let rows = basket
        .rows
        .iter()
        .filter(|row| lines.is_none_or(|lines| lines.has(basket, row)));
    rows.fold(0, |sum: i64, row| sum.saturating_add(row.discounted))
}

fn quantity(basket: &Basket, lines: Option<&Select>) -> i64 {
    let rows = basket
        .rows
        .iter()
        .filter(|row| lines.is_none_or(|lines| lines.has(basket, row)));
    rows.fold(0, |sum: i64, row| sum.saturating_add(row.quantity))
}

fn attribute(test: &Attribute, found: Option<&Scalar<'_>>) -> bool {
    match (found, &test.texts, &test.numbers) {
        (None | Some(Scalar::Nothing), ..) => test.if_none,
        (Some(Scalar::Text(text)), Some(texts), _) => texts.iter().any(|one| **one == **text),
        (Some(Scalar::Flag(flag)), Some(texts), _) => texts
            .iter()
            .any(|one| **one == *if *flag { "true" } else { "false" }),
        (Some(Scalar::Number(number)), _, Some(comparison)) => comparison.holds(*number),
        _ => false,
    }
}

/// Whether a birthday is near a day.
fn near(test: &BirthdayTest, birthday: Date, today: Date) -> bool {
    match test {
        BirthdayTest::Day => birthday_in(birthday, today.year()) == today,
        BirthdayTest::Month => birthday.month() == today.month(),
        BirthdayTest::Within { before, after } => [-1, 0, 1].iter().any(|offset| {
            let year = today.year().saturating_add(*offset);
            let days = today.days_until(birthday_in(birthday, year));
            i64::from(*after).saturating_neg() <= days && days <= i64::from(*before)
        }),
    }
}

/// The birthday in a year: 29 February is 28 February in common years.
pub(super) fn birthday_in(birthday: Date, year: i32) -> Date {
    MonthDay::of(birthday).in_year(year)
}

fn within_year(from: MonthDay, until: MonthDay, today: Date) -> bool {
    let (first, last) = (from.in_year(today.year()), until.in_year(today.year()));
    if first <= last {
        first <= today && today <= last
    } else {
        first <= today || today <= last
    }
}

/// What a leaf lacks, in figures.
fn lacks(leaf: &Cond, want: bool, facts: &impl Facts) -> Unmet {
    let plain = |leaf| Unmet {
        leaf,
        of: None,
        negated: !want,
        found: None,
        needed: None,
        missing: None,
        from: None,
    };
    let texts = |texts: &[Box<str>]| {
        Some(Figure::OneOf(
            texts.iter().map(|text| text.to_string()).collect(),
        ))
    };
    let text = |found: Option<&str>| found.map(|text| Figure::Text(text.to_owned()));
    let mut unmet = match leaf {
        Cond::AtLeast(..) | Cond::Not(_) => plain("condition"),
        Cond::Metric { metric, test, .. } => {
            let (id, grain) = facts.metric_name(*metric);
            Unmet {
                of: id,
                ..figures(
                    plain("metric"),
                    facts.metric(*metric),
                    test,
                    grain,
                    facts.currency(),
                )
            }
        }
        Cond::Tier { track, test } => {
            let (id, found) = facts.rung_name(*track, facts.rung(*track));
            let name = |rung: i64| {
                facts
                    .rung_name(*track, usize::try_from(rung).unwrap_or(usize::MAX))
                    .1
            };
            let needed = match &test.one_of {
                Some(rungs) => Figure::OneOf(rungs.iter().map(|rung| name(*rung)).collect()),
                None if test.low > 0 => Figure::Text(name(test.low)),
                None => Figure::Text(name(test.high)),
            };
            Unmet {
                of: id,
                found: Some(Figure::Text(found)),
                needed: Some(needed),
                ..plain("tier")
            }
        }
        Cond::Tag(tags) => Unmet {
            needed: texts(tags),
            ..plain("tag")
        },
        Cond::Birthday(_) => Unmet {
            found: facts.birthday().map(|day| Figure::Text(day.to_string())),
            ..plain("birthday")
        },
        Cond::Tenure(test) => {
            let day = test
                .at_least
                .or(test.less_than)
                .zip(facts.enrolled_on())
                .and_then(|(span, day)| span.after(day).ok());
            Unmet {
                found: facts.enrolled_on().map(|day| Figure::Text(day.to_string())),
                needed: day.map(|day| Figure::Text(day.to_string())),
                ..plain("tenure")
            }
        }
        Cond::Attribute(test) => named(plain("attribute"), test, facts.attribute(&test.name)),
        Cond::Channel(channels) => Unmet {
            found: text(facts.event().and_then(|event| event.channel)),
            needed: texts(channels),
            ..plain("channel")
        },
        Cond::Store(stores) => Unmet {
            found: text(facts.event().and_then(|event| event.store)),
            needed: texts(stores),
            ..plain("store")
        },
        Cond::Weekday(days) => Unmet {
            found: facts
                .event()
                .map(|event| Figure::Text(event.weekday.to_string())),
            needed: Some(Figure::OneOf(
                days.iter().map(ToString::to_string).collect(),
            )),
            ..plain("weekday")
        },
        Cond::Hours(from, until) => Unmet {
            needed: Some(Figure::Text(format!("{from}–{until}"))),
            ..plain("hours")
        },
        Cond::Dates(from, until) => {
            let day = |day: &Option<Date>| day.map_or_else(String::new, |day| day.to_string());
            let found = Some(Figure::Text(facts.date().to_string()));
            Unmet {
                found,
                needed: Some(Figure::Text(format!("{}–{}", day(from), day(until)))),
                ..plain("dates")
            }
        }
        Cond::Yearly(days) => Unmet {
            found: Some(Figure::Text(facts.date().to_string())),
            needed: Some(Figure::OneOf(
                days.iter()
                    .map(|(from, until)| format!("{from}–{until}"))
                    .collect(),
            )),
            ..plain("yearly")
        },
        Cond::EventAttribute(test) => {
            let event = facts.event();
            let found = event.and_then(|event| {
                event
                    .attributes
                    .iter()
                    .find(|(name, _)| **name == *test.name)
                    .map(|(_, value)| value)
            });
            named(plain("event_attribute"), test, found)
        }
        Cond::Total(lines, test) => {
            let found = basket(facts).map(|basket| total(basket, lines.as_ref()));
            figures(plain("total"), found, test, Grain::Money, facts.currency())
        }
        Cond::Quantity(lines, test) => {
            let found = basket(facts).map(|basket| quantity(basket, lines.as_ref()));
            figures(
                plain("quantity"),
                found,
                test,
                Grain::Whole,
                facts.currency(),
            )
        }
        Cond::Contains(_) => plain("contains"),
    };
    unmet.from = facts.holds_from(leaf);
    unmet
}

fn named(plain: Unmet, test: &Attribute, found: Option<&Scalar<'_>>) -> Unmet {
    let found = found.and_then(|found| match found {
        Scalar::Text(text) => Some(Figure::Text(text.to_string())),
        Scalar::Number(number) => Some(Figure::Text(number.normalize().to_string())),
        Scalar::Flag(flag) => Some(Figure::Text(flag.to_string())),
        Scalar::Nothing => None,
    });
    let needed = test
        .texts
        .as_ref()
        .map(|texts| Figure::OneOf(texts.iter().map(|text| text.to_string()).collect()));
    Unmet {
        of: Id::new(&test.name).ok(),
        found,
        needed,
        ..plain
    }
}

/// What a number lacks to pass a test: how far it is from the end of the range that it misses.
fn figures(
    plain: Unmet,
    found: Option<i64>,
    test: &Test,
    grain: Grain,
    currency: Currency,
) -> Unmet {
    let figure = |value: i64| match grain {
        Grain::Money => Figure::Money(Amount::new(value, currency)),
        Grain::Whole => Figure::Number(value),
    };
    let value = found.unwrap_or(0);
    let needed = if plain.negated {
        None
    } else if let Some(set) = &test.one_of {
        set.iter().copied().min_by_key(|one| one.abs_diff(value))
    } else if value < test.low {
        Some(test.low)
    } else {
        Some(test.high)
    };
    let missing = needed
        .and_then(|needed| needed.checked_sub(value))
        .map(figure);
    Unmet {
        found: found.map(figure),
        needed: needed.map(figure),
        missing,
        ..plain
    }
}
