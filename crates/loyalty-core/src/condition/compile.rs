//! From the words of a condition to what the engine evaluates: names become places, thresholds become whole numbers.

mod leaves;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::rules::{
    BirthdayTest, Comparison, Condition, Grain, Reads, Selection, TenureTest, TierTest,
    WarningLevel, Yearly,
};
use super::selection::{Select, Symbols};
use crate::amount::Currency;
use crate::calendar::{Date, MonthDay, Span, TimeOfDay, Weekday};
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::json::Unread;

/// A compiled condition.
#[derive(Debug)]
pub(crate) enum Cond {
    AtLeast(usize, Box<[Cond]>),
    Not(Box<Cond>),
    Metric {
        metric: usize,
        test: Test,
    },
    Tier {
        track: usize,
        test: Test,
    },
    Tag(Box<[Box<str>]>),
    Birthday(BirthdayTest),
    Tenure(TenureTest),
    Attribute(Attribute),
    Segment(Box<[Arc<SegmentPlan>]>),
    Score(Arc<ScorePlan>, Test),
    Anniversary(BirthdayTest),
    Enrolled(Option<Date>, Option<Date>),
    PointsExpiring {
        account: usize,
        within: Span,
        test: Test,
    },
    Stage(Box<[Id]>),
    Plan(Box<[Id]>),
    Warning(Box<[WarningLevel]>),
    Abandoned(bool),
    Rhythm(Rhythm),
    Kind(Box<[Box<str>]>),
    Channel(Box<[Box<str>]>),
    Store(Box<[Box<str>]>),
    Weekday(Box<[Weekday]>),
    Hours(TimeOfDay, TimeOfDay),
    Dates(Option<Date>, Option<Date>),
    Yearly(Box<[(MonthDay, MonthDay)]>),
    EventAttribute(Attribute),
    Total(Option<Select>, Test),
    Quantity(Option<Select>, Test),
    AnyQuantity(Option<Select>, Test),
    Contains(Select),
}

/// A compiled segment.
#[derive(Debug)]
pub(crate) struct SegmentPlan {
    pub(crate) id: Id,
    pub(crate) when: Cond,
}

/// A compiled score.
#[derive(Debug)]
pub(crate) struct ScorePlan {
    pub(crate) id: Id,
    pub(crate) weights: Box<[(Cond, i64)]>,
}

impl Cond {
    /// Goes through every leaf, also those of the segments and scores that it names.
    pub(crate) fn leaves(&self, out: &mut impl FnMut(&Self)) {
        // A trait object keeps the recursion one function.
        fn go(cond: &Cond, out: &mut dyn FnMut(&Cond)) {
            match cond {
                Cond::AtLeast(_, of) => of.iter().for_each(|one| go(one, out)),
                Cond::Not(one) => go(one, out),
                Cond::Segment(of) => of.iter().for_each(|one| go(&one.when, out)),
                Cond::Score(score, _) => score.weights.iter().for_each(|(one, _)| go(one, out)),
                leaf => out(leaf),
            }
        }
        go(self, out);
    }

    /// The least value of a metric with which a leaf of it holds that asks for that metric, the first that does.
    pub(crate) fn least_of(&self, wanted: usize) -> Option<i64> {
        let mut least = None;
        self.leaves(&mut |leaf| {
            if let Self::Metric { metric, test } = leaf
                && *metric == wanted
                && test.low > i64::MIN
            {
                least = least.or(Some(test.low));
            }
        });
        least
    }

    /// The metrics that it reads.
    pub(crate) fn metrics(&self, out: &mut Vec<usize>) {
        self.leaves(&mut |leaf| match leaf {
            Self::Metric { metric, .. } => out.push(*metric),
            Self::Rhythm(test) => out.extend([test.since, test.gap]),
            _ => {}
        });
    }
}

/// A comparison of whole numbers: within a range, and one of a set if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) low: i64,
    pub(crate) high: i64,
    pub(crate) one_of: Option<Box<[i64]>>,
    /// The bounds as they are stated: `more_than` and `less_than` leave them out themselves.
    pub(crate) stated: (Option<i64>, Option<i64>),
    /// What it says of no value.
    pub(crate) if_none: bool,
}

impl Test {
    /// Whole numbers from one to another, both included.
    pub(crate) fn range(low: i64, high: i64, one_of: Option<Box<[i64]>>) -> Self {
        Self {
            low,
            high,
            one_of,
            stated: (None, None),
            if_none: false,
        }
    }

    /// The numbers from which on, upwards, it may say something else than just below.
    pub(crate) fn edges(&self) -> impl Iterator<Item = i64> {
        let low = Some(self.low).filter(|low| *low > i64::MIN);
        let high = self.high.checked_add(1);
        let set = self.one_of.iter().flatten();
        let set = set.flat_map(|one| [Some(*one), one.checked_add(1)].into_iter().flatten());
        low.into_iter().chain(high).chain(set)
    }

    pub(crate) fn holds(&self, value: i64) -> bool {
        self.low <= value
            && value <= self.high
            && self.one_of.as_ref().is_none_or(|set| set.contains(&value))
    }
}

/// A compiled test of a silence beside the member's own rhythm.
#[derive(Debug)]
pub(crate) struct Rhythm {
    pub(crate) since: usize,
    pub(crate) gap: usize,
    /// How many times as many, as a fraction.
    pub(crate) times: (i128, i128),
    pub(crate) if_none: bool,
}

impl Rhythm {
    /// The days of silence from which on it holds, for so many days between.
    pub(crate) fn needed(&self, gap: i64) -> i64 {
        let (part, whole) = self.times;
        let days = i128::from(gap).saturating_mul(part).saturating_neg();
        let days = days.checked_div_euclid(whole).unwrap_or(0);
        i64::try_from(days.saturating_neg()).unwrap_or(i64::MAX)
    }
}

/// A compiled test of an attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: Box<str>,
    pub(crate) texts: Option<Box<[Box<str>]>>,
    pub(crate) numbers: Option<Comparison>,
    pub(crate) if_none: bool,
}

/// Where a condition stands: what it may read there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A rule that answers an event: everything.
    EventRule,
    /// A rung, a segment or a score: the member only.
    Member,
    /// The filter of a metric: the event only.
    Filter,
    /// What a member asks for: the member and the event, which has no basket.
    Request,
    /// What happens by itself: the member only.
    ByItself,
    /// A step of a task: the event, and its basket if it has one.
    Step {
        /// Whether the event has a basket.
        basket: bool,
    },
}

/// The names of a track and its rungs.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) id: Id,
    pub(crate) rungs: Vec<Id>,
}

/// What the program names: conditions look their names up here.
#[derive(Debug)]
pub(crate) struct Catalogue {
    pub(crate) currency: Currency,
    pub(crate) accounts: FxHashMap<Id, usize>,
    pub(crate) metrics: FxHashMap<Id, (usize, Grain)>,
    pub(crate) tracks: Vec<Track>,
    pub(crate) segments: Named<SegmentPlan>,
    pub(crate) scores: Named<ScorePlan>,
    pub(crate) stages: Vec<Id>,
    pub(crate) plans: Vec<Id>,
    /// Whether the program has an early warning.
    pub(crate) warns: bool,
    /// Whether the program has ladders to win members back.
    pub(crate) wins_back: bool,
    /// Things that are there, but have mistakes: not to be reported as unknown.
    pub(crate) unread: Unread,
}

/// What things are called, and under which keys of a program they stand.
const THINGS: [(&str, &[&str]); 14] = [
    ("account", &["accounts"]),
    ("metric", &["metrics"]),
    ("segment", &["segments"]),
    ("score", &["scores"]),
    ("track", &["tiers"]),
    ("stage", &["lifecycle"]),
    ("plan", &["plans"]),
    ("task", &["tasks"]),
    ("coupon", &["coupons"]),
    ("offer or coupon", &["offers", "coupons"]),
    ("group of promotions", &["combining"]),
    ("group", &["groups"]),
    ("conversion", &["conversions"]),
    ("topic", &["topics"]),
];

/// Compiled things by their names; none for one that a mistake keeps from being compiled.
pub(crate) type Named<T> = FxHashMap<Id, Option<Arc<T>>>;

impl Catalogue {
    /// The place of a track; of the only one if none is named.
    pub(crate) fn track(&self, id: Option<&Id>) -> Result<usize, Option<Error>> {
        match id {
            Some(id) => match self.tracks.iter().position(|track| track.id == *id) {
                Some(place) => Ok(place),
                None => Err(self.unknown("track", id)),
            },
            None if self.tracks.len() == 1 => Ok(0),
            None if self.unread.has("tiers") => Err(None),
            None => Err(Some(Error::new(
                Code::MissingField,
                "say which `track`: the program does not have exactly one",
            ))),
        }
    }

    /// The place of an account; of the only one if none is named.
    pub(crate) fn account(&self, id: Option<&Id>) -> Result<usize, Option<Error>> {
        match id {
            Some(id) => self
                .accounts
                .get(id)
                .copied()
                .ok_or_else(|| self.unknown("account", id)),
            None if self.accounts.len() == 1 => Ok(0),
            None if self.unread.has("accounts") => Err(None),
            None => Err(Some(Error::new(
                Code::MissingField,
                "say which `account`: the program does not have exactly one",
            ))),
        }
    }

    /// The mistake of naming something that does not exist; none where it may be there, but have mistakes.
    pub(crate) fn unknown(&self, what: &str, id: &Id) -> Option<Error> {
        let there = |(name, keys): &(&str, &[&str])| {
            *name == what
                && keys
                    .iter()
                    .any(|key| self.unread.may_have(key, id.as_str()))
        };
        (!THINGS.iter().any(there)).then(|| {
            Error::new(
                Code::UnknownReference,
                format!("there is no {what} `{id}` in this program"),
            )
        })
    }
}

/// Compiles a condition. Mistakes are reported with their paths; what is compiled then is never used.
pub(crate) fn compile(
    rule: &Condition,
    scope: Scope,
    names: &Catalogue,
    symbols: &mut Symbols,
    path: &str,
    mistakes: &mut Vec<Error>,
) -> Cond {
    Compiler {
        scope,
        names,
        symbols,
        mistakes,
    }
    .condition(rule, path)
}

struct Compiler<'a> {
    scope: Scope,
    names: &'a Catalogue,
    symbols: &'a mut Symbols,
    mistakes: &'a mut Vec<Error>,
}

impl Compiler<'_> {
    fn condition(&mut self, rule: &Condition, path: &str) -> Cond {
        if let Some(reads) = rule.reads() {
            let words = match (self.scope, reads) {
                (Scope::Member, Reads::Event | Reads::Basket) => {
                    Some("this is judged without an event: use a leaf about the member")
                }
                (Scope::ByItself, Reads::Event | Reads::Basket) => Some(
                    "what is given by itself is judged without an event: use a leaf about the member",
                ),
                (Scope::Request, Reads::Basket) => {
                    Some("this event has no basket: use a leaf about the member or the event")
                }
                (Scope::Filter, Reads::Member) => Some(
                    "a filter looks at the event only: use a leaf about the event or the basket",
                ),
                (Scope::Step { .. }, Reads::Member) => Some(
                    "a step looks at the event only: who takes part stands in the `when` of the task",
                ),
                (Scope::Step { basket: false }, Reads::Basket) => {
                    Some("this event has no basket: only a step on `purchase` looks at one")
                }
                _ => None,
            };
            if let Some(words) = words {
                self.mistakes.push(Error::at(Code::WrongPlace, path, words));
            }
        }
        match rule {
            Condition::All(of) => Cond::AtLeast(of.len(), self.branch(of, &join(path, "all"))),
            Condition::Any(of) => Cond::AtLeast(1, self.branch(of, &join(path, "any"))),
            Condition::AtLeastN(some) => {
                let path = join(path, "at_least_n");
                let n = usize::try_from(some.n).unwrap_or(usize::MAX);
                if n == 0 || n > some.of.len() {
                    let words = format!(
                        "`n` is from 1 to the number of conditions, {}",
                        some.of.len()
                    );
                    self.mistakes
                        .push(Error::at(Code::OutOfRange, join(&path, "n"), words));
                }
                Cond::AtLeast(n, self.branch(&some.of, &join(&path, "of")))
            }
            Condition::Not(one) => Cond::Not(Box::new(self.condition(one, &join(path, "not")))),
            Condition::Metric(test) => {
                let path = join(path, "metric");
                let found = self.names.metrics.get(&test.id).copied();
                if found.is_none()
                    && let Some(error) = self.names.unknown("metric", &test.id)
                {
                    self.mistakes.push(error.under(&join(&path, "id")));
                }
                let (metric, grain) = found.unwrap_or((0, Grain::Whole));
                let test_of = if found.is_some() {
                    self.test(&test.comparison(), grain, &path)
                } else {
                    Test::range(0, 0, None)
                };
                Cond::Metric {
                    metric,
                    test: test_of,
                }
            }
            Condition::Tier(test) => self.tier(test, &join(path, "tier")),
            Condition::Tag(tags) => Cond::Tag(self.texts(tags, &join(path, "tag"))),
            Condition::Birthday(test) => Cond::Birthday(test.clone()),
            Condition::Tenure(test) => {
                if test.at_least.is_none() && test.less_than.is_none() {
                    self.mistakes.push(Error::at(
                        Code::MissingField,
                        join(path, "tenure"),
                        "say `at_least` or `less_than`",
                    ));
                }
                if let (Some(least), Some(less)) = (test.at_least, test.less_than)
                    && least.reaches(less)
                {
                    let words = "nobody is a member for so long and for less than that";
                    self.mistakes.push(Error::at(
                        Code::Unreachable,
                        join(path, "tenure.less_than"),
                        words,
                    ));
                }
                Cond::Tenure(test.clone())
            }
            Condition::Attribute(test) => {
                Cond::Attribute(self.attribute(test, &join(path, "attribute")))
            }
            Condition::Segment(ids) => self.segment(ids, &join(path, "segment")),
            Condition::Score(test) => self.score(test, &join(path, "score")),
            Condition::Anniversary(test) => Cond::Anniversary(test.clone()),
            Condition::Enrolled(range) => {
                let (from, until) = self.days(range, &join(path, "enrolled"));
                Cond::Enrolled(from, until)
            }
            Condition::PointsExpiring(test) => self.expiring(test, &join(path, "points_expiring")),
            Condition::Stage(ids) => self.stage(ids, &join(path, "stage")),
            Condition::Plan(ids) => self.plan(ids, &join(path, "plan")),
            Condition::Warning(levels) => self.warning(levels, &join(path, "warning")),
            Condition::Abandoned(wanted) => self.abandoned(*wanted, &join(path, "abandoned")),
            Condition::Rhythm(test) => Cond::Rhythm(self.rhythm(test, &join(path, "rhythm"))),
            Condition::Kind(kinds) => self.kinds(kinds, &join(path, "kind")),
            Condition::Channel(channels) => {
                Cond::Channel(self.texts(channels, &join(path, "channel")))
            }
            Condition::Store(stores) => Cond::Store(self.texts(stores, &join(path, "store"))),
            Condition::Weekday(days) => {
                if days.is_empty() {
                    self.mistakes.push(Error::at(
                        Code::Unreachable,
                        join(path, "weekday"),
                        "an empty list never holds",
                    ));
                }
                Cond::Weekday(days.clone().into())
            }
            Condition::Hours(hours) => Cond::Hours(hours.from, hours.until),
            Condition::Dates(range) => {
                let (from, until) = self.days(range, &join(path, "dates"));
                Cond::Dates(from, until)
            }
            Condition::Yearly(days) => Cond::Yearly(self.yearly(days, &join(path, "yearly"))),
            Condition::EventAttribute(test) => {
                Cond::EventAttribute(self.attribute(test, &join(path, "event_attribute")))
            }
            Condition::Total(test) => {
                let path = join(path, "total");
                Cond::Total(
                    self.lines(test.lines.as_ref(), &join(&path, "lines")),
                    self.test(&test.comparison(), Grain::Money, &path),
                )
            }
            Condition::Quantity(test) => {
                let path = join(path, "quantity");
                Cond::Quantity(
                    self.lines(test.lines.as_ref(), &join(&path, "lines")),
                    self.test(&test.comparison(), Grain::Whole, &path),
                )
            }
            Condition::AnyQuantity(test) => {
                let path = join(path, "any_quantity");
                Cond::AnyQuantity(
                    self.lines(test.lines.as_ref(), &join(&path, "lines")),
                    self.test(&test.comparison(), Grain::Whole, &path),
                )
            }
            Condition::Contains(selection) => {
                Cond::Contains(self.selection(selection, &join(path, "contains")))
            }
        }
    }

    fn branch(&mut self, of: &[Condition], path: &str) -> Box<[Cond]> {
        if of.is_empty() {
            self.mistakes.push(Error::at(
                Code::MissingField,
                path,
                "an empty list of conditions means nothing",
            ));
        }
        of.iter()
            .enumerate()
            .map(|(place, one)| self.condition(one, &format!("{path}[{place}]")))
            .collect()
    }

    fn lines(&mut self, lines: Option<&Selection>, path: &str) -> Option<Select> {
        lines.map(|lines| self.selection(lines, path))
    }

    fn selection(&mut self, lines: &Selection, path: &str) -> Select {
        let currency = self.names.currency;
        Select::new(lines, currency, self.symbols, path, self.mistakes)
    }

    fn texts(&mut self, texts: &[String], path: &str) -> Box<[Box<str>]> {
        if texts.is_empty() {
            self.mistakes.push(Error::at(
                Code::Unreachable,
                path,
                "an empty list never holds",
            ));
        }
        texts.iter().map(|text| text.as_str().into()).collect()
    }
}
