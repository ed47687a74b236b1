//! From the words of a condition to what the engine evaluates: names become places, thresholds become whole numbers.

use rustc_hash::FxHashMap;

use super::rules::{
    BirthdayTest, Comparison, Condition, Grain, Reads, Selection, TenureTest, TierTest, Yearly,
};
use super::selection::{Select, Symbols};
use crate::amount::{Currency, Exact};
use crate::calendar::{Date, MonthDay, TimeOfDay, Weekday};
use crate::error::{Code, Error, join};
use crate::id::Id;

/// A compiled condition.
#[derive(Debug)]
pub(crate) enum Cond {
    AtLeast(usize, Box<[Cond]>),
    Not(Box<Cond>),
    Metric {
        metric: usize,
        test: Test,
        if_none: bool,
    },
    Tier {
        track: usize,
        test: Test,
    },
    Tag(Box<[Box<str>]>),
    Birthday(BirthdayTest),
    Tenure(TenureTest),
    Attribute(Attribute),
    Channel(Box<[Box<str>]>),
    Store(Box<[Box<str>]>),
    Weekday(Box<[Weekday]>),
    Hours(TimeOfDay, TimeOfDay),
    Dates(Option<Date>, Option<Date>),
    Yearly(Box<[(MonthDay, MonthDay)]>),
    EventAttribute(Attribute),
    Total(Option<Select>, Test),
    Quantity(Option<Select>, Test),
    Contains(Select),
}

impl Cond {
    /// The metrics that it reads.
    pub(crate) fn metrics(&self, out: &mut Vec<usize>) {
        match self {
            Self::AtLeast(_, of) => of.iter().for_each(|one| one.metrics(out)),
            Self::Not(one) => one.metrics(out),
            Self::Metric { metric, .. } => out.push(*metric),
            _ => {}
        }
    }
}

impl Cond {
    /// The tracks that it reads.
    pub(crate) fn tracks(&self, out: &mut Vec<usize>) {
        match self {
            Self::AtLeast(_, of) => of.iter().for_each(|one| one.tracks(out)),
            Self::Not(one) => one.tracks(out),
            Self::Tier { track, .. } => out.push(*track),
            _ => {}
        }
    }
}

/// A comparison of whole numbers: within a range, and one of a set if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) low: i64,
    pub(crate) high: i64,
    pub(crate) one_of: Option<Box<[i64]>>,
}

impl Test {
    pub(crate) fn holds(&self, value: i64) -> bool {
        self.low <= value
            && value <= self.high
            && self.one_of.as_ref().is_none_or(|set| set.contains(&value))
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
    /// A rung: the member only.
    Member,
    /// The filter of a metric: the event only.
    Filter,
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
    /// Names of things that are there, but wrong in themselves: not to be reported as unknown.
    pub(crate) broken: Vec<Id>,
}

impl Catalogue {
    /// The place of a track; of the only one if none is named.
    pub(crate) fn track(&self, id: Option<&Id>) -> Result<usize, Option<Error>> {
        match id {
            Some(id) => match self.tracks.iter().position(|track| track.id == *id) {
                Some(place) => Ok(place),
                None => Err(self.unknown("track", id)),
            },
            None if self.tracks.len() == 1 => Ok(0),
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
            None => Err(Some(Error::new(
                Code::MissingField,
                "say which `account`: the program does not have exactly one",
            ))),
        }
    }

    fn unknown(&self, what: &str, id: &Id) -> Option<Error> {
        (!self.broken.contains(id)).then(|| {
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
                (Scope::Member, Reads::Event) => {
                    Some("a rung is judged without an event: use a leaf about the member")
                }
                (Scope::Filter, Reads::Member) => Some(
                    "a filter looks at the event only: use a leaf about the event or the basket",
                ),
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
                    Test {
                        low: 0,
                        high: 0,
                        one_of: None,
                    }
                };
                Cond::Metric {
                    metric,
                    test: test_of,
                    if_none: test.if_none.unwrap_or(false),
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
                Cond::Tenure(test.clone())
            }
            Condition::Attribute(test) => {
                Cond::Attribute(self.attribute(test, &join(path, "attribute")))
            }
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
                match (range.from, range.until) {
                    (None, None) => self.mistakes.push(Error::at(
                        Code::MissingField,
                        join(path, "dates"),
                        "say `from` or `until`",
                    )),
                    (Some(from), Some(until)) if until < from => {
                        self.mistakes.push(Error::at(
                            Code::Contradiction,
                            join(path, "dates"),
                            "`until` is before `from`",
                        ));
                    }
                    _ => {}
                }
                Cond::Dates(range.from, range.until)
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
            Condition::Contains(selection) => Cond::Contains(Select::new(selection, self.symbols)),
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

    fn lines(&mut self, lines: Option<&Selection>, _path: &str) -> Option<Select> {
        lines.map(|lines| Select::new(lines, self.symbols))
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

    fn tier(&mut self, test: &TierTest, path: &str) -> Cond {
        let names = self.names;
        let track = match names.track(test.track.as_ref()) {
            Ok(track) => track,
            Err(error) => {
                self.mistakes
                    .extend(error.map(|error| error.under(&join(path, "track"))));
                return Cond::Tier {
                    track: 0,
                    test: Test {
                        low: 0,
                        high: 0,
                        one_of: None,
                    },
                };
            }
        };
        let rungs = names
            .tracks
            .get(track)
            .map(|track| track.rungs.as_slice())
            .unwrap_or_default();
        let mut place = |id: &Id, field: &str| {
            let found = rungs
                .iter()
                .position(|rung| rung == id)
                .and_then(|place| i64::try_from(place).ok());
            if found.is_none() && !names.broken.contains(id) {
                let words = format!("there is no rung `{id}` in this track");
                self.mistakes
                    .push(Error::at(Code::UnknownReference, join(path, field), words));
            }
            found.unwrap_or(0)
        };
        let low = test.at_least.as_ref().map_or(0, |id| place(id, "at_least"));
        let high = test
            .at_most
            .as_ref()
            .map_or(i64::MAX, |id| place(id, "at_most"));
        let one_of = test
            .one_of
            .as_ref()
            .map(|ids| ids.iter().map(|id| place(id, "in")).collect());
        if test.at_least.is_none() && test.at_most.is_none() && test.one_of.is_none() {
            self.mistakes.push(Error::at(
                Code::MissingField,
                path,
                "say `at_least`, `at_most` or `in`",
            ));
        }
        Cond::Tier {
            track,
            test: Test { low, high, one_of },
        }
    }

    fn test(&mut self, rule: &Comparison, grain: Grain, path: &str) -> Test {
        let currency = self.names.currency;
        let mut number = |value: Exact, field: &str| match grain.smallest(value, currency) {
            Ok(number) => number,
            Err(error) => {
                self.mistakes.push(error.under(&join(path, field)));
                0
            }
        };
        let (mut low, mut high) = (i64::MIN, i64::MAX);
        if let Some(value) = rule.at_least {
            low = low.max(number(value, "at_least"));
        }
        if let Some(value) = rule.more_than {
            low = low.max(number(value, "more_than").saturating_add(1));
        }
        if let Some(value) = rule.at_most {
            high = high.min(number(value, "at_most"));
        }
        if let Some(value) = rule.less_than {
            high = high.min(number(value, "less_than").saturating_sub(1));
        }
        if let Some((first, last)) = rule.between {
            low = low.max(number(first, "between[0]"));
            high = high.min(number(last, "between[1]"));
        }
        let one_of: Option<Box<[i64]>> = rule
            .one_of
            .as_ref()
            .map(|values| values.iter().map(|value| number(*value, "in")).collect());
        if rule.is_empty() {
            let words = "say what to compare with: `at_least`, `at_most`, `more_than`, `less_than`, `between` or `in`";
            self.mistakes
                .push(Error::at(Code::MissingField, path, words));
        } else if low > high || one_of.as_ref().is_some_and(|set| set.is_empty()) {
            self.mistakes.push(Error::at(
                Code::Contradiction,
                path,
                "no number can pass this comparison",
            ));
        }
        Test { low, high, one_of }
    }

    fn attribute(&mut self, test: &super::rules::AttributeTest, path: &str) -> Attribute {
        let comparison = test.comparison();
        let numbers = (!comparison.is_empty()).then_some(comparison);
        if numbers.is_some() == test.is.is_some() {
            self.mistakes.push(Error::at(
                Code::InvalidValue,
                path,
                "say either `is` (texts) or a comparison with numbers",
            ));
        }
        Attribute {
            name: test.name.as_str().into(),
            texts: test
                .is
                .as_ref()
                .map(|texts| self.texts(texts, &join(path, "is"))),
            numbers,
            if_none: test.if_none.unwrap_or(false),
        }
    }

    fn yearly(&mut self, days: &Yearly, path: &str) -> Box<[(MonthDay, MonthDay)]> {
        let mut all: Vec<(MonthDay, MonthDay)> = days.on.iter().map(|day| (*day, *day)).collect();
        match (days.from, days.until) {
            (Some(from), Some(until)) => all.push((from, until)),
            (None, None) if !all.is_empty() => {}
            (None, None) => self.mistakes.push(Error::at(
                Code::MissingField,
                path,
                "say `on`, or `from` and `until`",
            )),
            _ => self.mistakes.push(Error::at(
                Code::MissingField,
                path,
                "`from` and `until` go together",
            )),
        }
        all.into()
    }
}

impl Comparison {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an exact number passes.
    pub(crate) fn holds(&self, value: crate::amount::Decimal) -> bool {
        self.at_least.is_none_or(|than| value >= than.0)
            && self.at_most.is_none_or(|than| value <= than.0)
            && self.more_than.is_none_or(|than| value > than.0)
            && self.less_than.is_none_or(|than| value < than.0)
            && self
                .between
                .is_none_or(|(first, last)| first.0 <= value && value <= last.0)
            && self
                .one_of
                .as_ref()
                .is_none_or(|set| set.iter().any(|one| one.0 == value))
    }
}
