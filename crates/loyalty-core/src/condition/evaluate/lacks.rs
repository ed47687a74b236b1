//! What a leaf lacks, in figures (clause 8.3).

use super::{Facts, basket, chosen, quantity, score_of, total};
use crate::amount::Currency;
use crate::calendar::Date;
use crate::condition::compile::{Attribute, Cond, Test};
use crate::condition::rules::Grain;
use crate::event::Scalar;
use crate::id::Id;
use crate::outcome::{Figure, Unmet};

/// What a leaf lacks, in figures.
pub(super) fn lacks(leaf: &Cond, want: bool, facts: &impl Facts) -> Unmet {
    let plain = |leaf| Unmet {
        leaf,
        of: None,
        negated: !want,
        found: None,
        needed: None,
        missing: None,
        from: None,
        since: None,
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
                since: facts.metric_since(*metric),
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
        Cond::Segment(segments) => Unmet {
            needed: Some(Figure::OneOf(
                segments.iter().map(|one| one.id.to_string()).collect(),
            )),
            ..plain("segment")
        },
        Cond::Score(score, test) => Unmet {
            of: Some(score.id.clone()),
            ..figures(
                plain("score"),
                Some(score_of(score, facts)),
                test,
                Grain::Whole,
                facts.currency(),
            )
        },
        Cond::Anniversary(_) => Unmet {
            found: facts.enrolled_on().map(|day| Figure::Text(day.to_string())),
            ..plain("anniversary")
        },
        Cond::Enrolled(from, until) => Unmet {
            found: facts.enrolled_on().map(|day| Figure::Text(day.to_string())),
            needed: Some(between(from, until)),
            ..plain("enrolled")
        },
        Cond::PointsExpiring {
            account,
            within,
            test,
        } => Unmet {
            of: facts.account_name(*account),
            ..figures(
                plain("points_expiring"),
                Some(facts.expiring(*account, *within)),
                test,
                Grain::Whole,
                facts.currency(),
            )
        },
        Cond::Stage(stages) => Unmet {
            found: facts.stage().map(|stage| Figure::Text(stage.to_string())),
            needed: Some(Figure::OneOf(
                stages.iter().map(ToString::to_string).collect(),
            )),
            ..plain("stage")
        },
        Cond::Plan(plans) => Unmet {
            found: Some(facts.plans())
                .filter(|plans| !plans.is_empty())
                .map(|plans| Figure::OneOf(plans.iter().map(ToString::to_string).collect())),
            needed: Some(Figure::OneOf(
                plans.iter().map(ToString::to_string).collect(),
            )),
            ..plain("plan")
        },
        Cond::Warning(levels) => Unmet {
            found: text(Some(facts.warning().as_str())),
            needed: Some(Figure::OneOf(
                levels
                    .iter()
                    .map(|level| level.as_str().to_owned())
                    .collect(),
            )),
            ..plain("warning")
        },
        Cond::Abandoned(wanted) => Unmet {
            found: text(Some(if facts.abandoned() { "true" } else { "false" })),
            needed: Some(Figure::Text(wanted.to_string())),
            ..plain("abandoned")
        },
        Cond::Rhythm(test) => {
            let needed = facts.metric(test.gap).map(|gap| test.needed(gap));
            let range = Test::range(needed.unwrap_or(0), i64::MAX, None);
            let since = facts.metric(test.since).filter(|_| needed.is_some());
            Unmet {
                of: facts.metric_name(test.since).0,
                needed: needed.map(Figure::Number).filter(|_| want),
                ..figures(
                    plain("rhythm"),
                    since,
                    &range,
                    Grain::Whole,
                    facts.currency(),
                )
            }
        }
        Cond::Kind(kinds) => Unmet {
            found: text(facts.event().map(|event| event.kind)),
            needed: texts(kinds),
            ..plain("kind")
        },
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
        Cond::Dates(from, until) => Unmet {
            found: Some(Figure::Text(facts.date().to_string())),
            needed: Some(between(from, until)),
            ..plain("dates")
        },
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
        Cond::AnyQuantity(lines, test) => {
            // Of all rows the one that is nearest.
            let rows = basket(facts)
                .into_iter()
                .flat_map(|basket| chosen(basket, lines.as_ref()));
            let far = |quantity: &i64| {
                let nearest = (*quantity).clamp(test.low.min(test.high), test.high);
                (quantity.abs_diff(nearest), core::cmp::Reverse(*quantity))
            };
            let found = rows.map(|row| row.quantity).min_by_key(far);
            figures(
                plain("any_quantity"),
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

/// Days from a first to a last.
fn between(from: &Option<Date>, until: &Option<Date>) -> Figure {
    let day = |day: &Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    Figure::Text(format!("{}–{}", day(from), day(until)))
}

fn named(plain: Unmet, test: &Attribute, found: Option<&Scalar<'_>>) -> Unmet {
    let number = found.and_then(Scalar::number);
    let found = found.and_then(|found| match found {
        Scalar::Text(text) => Some(Figure::Text(text.to_string())),
        Scalar::Number(number) => Some(Figure::Text(number.normalize().to_string())),
        Scalar::Flag(flag) => Some(Figure::Text(flag.to_string())),
        Scalar::Nothing => None,
    });
    let texts = test.texts.as_ref();
    let texts = texts.map(|texts| texts.iter().map(|text| text.to_string()).collect());
    let needed = texts.map(Figure::OneOf).or_else(|| {
        let bound = test.numbers.as_ref()?.bound(number?)?;
        Some(Figure::Text(bound.normalize().to_string()))
    });
    let needed = needed.filter(|_| !plain.negated);
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
    let figure = |value: i64| grain.figure(value, currency);
    let value = found.unwrap_or(0);
    let needed = if plain.negated {
        // What must not hold may lie beyond the one end that it has.
        match (test.low > i64::MIN, test.high < i64::MAX, &test.one_of) {
            (true, false, None) => test.low.checked_sub(1),
            (false, true, None) => test.high.checked_add(1),
            _ => None,
        }
    } else if let Some(set) = &test.one_of {
        set.iter().copied().min_by_key(|one| one.abs_diff(value))
    } else if value < test.low {
        Some(test.low)
    } else {
        Some(test.high)
    };
    // Where there is no value, nothing is too much.
    let missing = needed
        .filter(|needed| found.is_some() || *needed == test.low)
        .and_then(|needed| needed.checked_sub(value))
        .map(figure);
    Unmet {
        found: found.map(figure),
        needed: needed.map(figure),
        missing,
        ..plain
    }
}
