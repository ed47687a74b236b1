//! Leaves with settings of their own: rungs, numbers, attributes, days of the year.

use std::sync::Arc;

use super::{Attribute, Comparison, Compiler, Cond, Grain, Rhythm, Test, TierTest, Yearly};
use crate::amount::Exact;
use crate::calendar::{Date, MonthDay};
use crate::condition::rules::{DateRange, ExpiringTest, RhythmTest, ScoreTest, WarningLevel};
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::limits;

impl Compiler<'_> {
    /// Reports a leaf that can never hold.
    pub(super) fn never(&mut self, path: &str, words: &str) {
        self.mistakes
            .push(Error::at(Code::Unreachable, path, words));
    }

    pub(super) fn segment(&mut self, ids: &[Id], path: &str) -> Cond {
        if ids.is_empty() {
            self.never(path, "an empty list never holds");
        }
        let names = self.names;
        let mut found = Vec::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate() {
            match names.segments.get(id) {
                Some(segment) => found.extend(segment.clone()),
                None => {
                    let error = names.unknown("segment", id);
                    let path = format!("{path}[{place}]");
                    self.mistakes.extend(error.map(|error| error.under(&path)));
                }
            }
        }
        found.sort_by(|one, other| one.id.cmp(&other.id));
        found.dedup_by(|one, other| one.id == other.id);
        Cond::Segment(found.into())
    }

    pub(super) fn stage(&mut self, ids: &[Id], path: &str) -> Cond {
        if ids.is_empty() {
            self.never(path, "an empty list never holds");
        }
        let names = self.names;
        for (place, id) in ids.iter().enumerate() {
            if !names.stages.contains(id) {
                let path = format!("{path}[{place}]");
                let error = names.unknown("stage", id);
                self.mistakes.extend(error.map(|error| error.under(&path)));
            }
        }
        Cond::Stage(ids.into())
    }

    pub(super) fn plan(&mut self, ids: &[Id], path: &str) -> Cond {
        if ids.is_empty() {
            self.never(path, "an empty list never holds");
        }
        let names = self.names;
        for (place, id) in ids.iter().enumerate() {
            if !names.plans.contains(id) {
                let path = format!("{path}[{place}]");
                let error = names.unknown("plan", id);
                self.mistakes.extend(error.map(|error| error.under(&path)));
            }
        }
        Cond::Plan(ids.into())
    }

    pub(super) fn warning(&mut self, levels: &[WarningLevel], path: &str) -> Cond {
        if levels.is_empty() {
            self.never(path, "an empty list never holds");
        }
        if !self.names.warns && !self.names.unread.has("warning") {
            let words = "this program has no early warning: it says no `warning`";
            self.mistakes
                .push(Error::at(Code::UnknownReference, path, words));
        }
        Cond::Warning(levels.into())
    }

    pub(super) fn abandoned(&mut self, wanted: bool, path: &str) -> Cond {
        if !self.names.wins_back && !self.names.unread.has("winback") {
            let words = "this program gives nobody up: it says no `winback`";
            self.mistakes
                .push(Error::at(Code::UnknownReference, path, words));
        }
        Cond::Abandoned(wanted)
    }

    pub(super) fn rhythm(&mut self, test: &RhythmTest, path: &str) -> Rhythm {
        let names = self.names;
        let mut days = |id: &Id, field: &str| {
            let found = names.metrics.get(id).copied();
            let error = match found {
                None => names.unknown("metric", id),
                Some((_, Grain::Whole)) => None,
                Some(_) => {
                    let words = format!("`{id}` does not count whole days: a percentile does");
                    Some(Error::new(Code::Contradiction, words))
                }
            };
            let path = join(path, field);
            self.mistakes.extend(error.map(|error| error.under(&path)));
            found.map_or(0, |(place, _)| place)
        };
        let (since, gap) = (days(&test.since, "since"), days(&test.gap, "gap"));
        let times = test.times.0.normalize();
        let most = crate::amount::Decimal::from(limits::RATE_MAX);
        let positive = !times.is_zero() && !times.is_sign_negative() && times <= most;
        if !positive || times.scale() > limits::RATE_SCALE_MAX {
            let words = format!(
                "the number is more than 0, at most {}, with at most {} decimal places",
                limits::RATE_MAX,
                limits::RATE_SCALE_MAX
            );
            let path = join(path, "times");
            self.mistakes.push(Error::at(Code::OutOfRange, path, words));
        }
        Rhythm {
            since,
            gap,
            times: (times.mantissa(), 10_i128.saturating_pow(times.scale())),
            if_none: test.if_none.unwrap_or(false),
        }
    }

    pub(super) fn score(&mut self, test: &ScoreTest, path: &str) -> Cond {
        let names = self.names;
        let found = names.scores.get(&test.id);
        if found.is_none() {
            let error = names.unknown("score", &test.id);
            let path = join(path, "id");
            self.mistakes.extend(error.map(|error| error.under(&path)));
        }
        let test = self.test(&test.comparison(), Grain::Whole, path);
        match found.and_then(Option::as_ref) {
            Some(score) => Cond::Score(Arc::clone(score), test),
            None => Cond::Segment(Box::default()),
        }
    }

    pub(super) fn expiring(&mut self, test: &ExpiringTest, path: &str) -> Cond {
        let account = match self.names.account(test.account.as_ref()) {
            Ok(account) => account,
            Err(error) => {
                let path = join(path, "account");
                self.mistakes.extend(error.map(|error| error.under(&path)));
                0
            }
        };
        Cond::PointsExpiring {
            account,
            within: test.within,
            test: self.test(&test.comparison(), Grain::Whole, path),
        }
    }

    pub(super) fn kinds(&mut self, kinds: &[String], path: &str) -> Cond {
        for (place, kind) in kinds.iter().enumerate() {
            if !crate::event::KINDS.contains(&kind.as_str()) {
                let words = format!(
                    "there are no events of the kind `{kind}`: say one of {}",
                    crate::event::KINDS.join(", ")
                );
                let path = format!("{path}[{place}]");
                self.mistakes
                    .push(Error::at(Code::InvalidValue, path, words));
            }
        }
        Cond::Kind(self.texts(kinds, path))
    }

    /// Days from a first to a last.
    pub(super) fn days(&mut self, range: &DateRange, path: &str) -> (Option<Date>, Option<Date>) {
        match (range.from, range.until) {
            (None, None) => {
                self.mistakes
                    .push(Error::at(Code::MissingField, path, "say `from` or `until`"))
            }
            (Some(from), Some(until)) if until < from => {
                self.never(path, "`until` is before `from`");
            }
            _ => {}
        }
        (range.from, range.until)
    }

    pub(super) fn tier(&mut self, test: &TierTest, path: &str) -> Cond {
        let names = self.names;
        let track = match names.track(test.track.as_ref()) {
            Ok(track) => track,
            Err(error) => {
                self.mistakes
                    .extend(error.map(|error| error.under(&join(path, "track"))));
                return Cond::Tier {
                    track: 0,
                    test: Test::range(0, 0, None),
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
            if found.is_none() && !names.unread.may_have("tiers", id.as_str()) {
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
        let never = low > high || test.one_of.as_ref().is_some_and(Vec::is_empty);
        if test.at_least.is_none() && test.at_most.is_none() && test.one_of.is_none() {
            self.mistakes.push(Error::at(
                Code::MissingField,
                path,
                "say `at_least`, `at_most` or `in`",
            ));
        } else if never {
            self.never(path, "no rung can pass this");
        }
        Cond::Tier {
            track,
            test: Test::range(low, high, one_of),
        }
    }

    pub(super) fn test(&mut self, rule: &Comparison, grain: Grain, path: &str) -> Test {
        let currency = self.names.currency;
        let mut number = |value: Exact, field: &str| match grain.smallest(value, currency) {
            Ok(number) => number,
            Err(error) => {
                self.mistakes.push(error.under(&join(path, field)));
                0
            }
        };
        let at_least = rule.at_least.map(|value| number(value, "at_least"));
        let more_than = rule.more_than.map(|value| number(value, "more_than"));
        let at_most = rule.at_most.map(|value| number(value, "at_most"));
        let less_than = rule.less_than.map(|value| number(value, "less_than"));
        let between = rule
            .between
            .map(|(first, last)| (number(first, "between[0]"), number(last, "between[1]")));
        let (first, last) = between.unzip();
        let above = more_than.map(|value| value.saturating_add(1));
        let below = less_than.map(|value| value.saturating_sub(1));
        let low = [at_least, above, first].into_iter().flatten().max();
        let high = [at_most, below, last].into_iter().flatten().min();
        let stated = (
            [at_least, more_than, first].into_iter().flatten().max(),
            [at_most, less_than, last].into_iter().flatten().min(),
        );
        let (low, high) = (low.unwrap_or(i64::MIN), high.unwrap_or(i64::MAX));
        let one_of: Option<Box<[i64]>> = rule
            .one_of
            .as_ref()
            .map(|values| values.iter().map(|value| number(*value, "in")).collect());
        if rule.is_empty() {
            let words = "say what to compare with: `at_least`, `at_most`, `more_than`, `less_than`, `between` or `in`";
            self.mistakes
                .push(Error::at(Code::MissingField, path, words));
        } else if low > high
            || one_of
                .as_ref()
                .is_some_and(|set| !set.iter().any(|one| low <= *one && *one <= high))
        {
            self.never(path, "no number can pass this comparison");
        }
        Test {
            low,
            high,
            one_of,
            stated,
            if_none: rule.if_none,
        }
    }

    pub(super) fn attribute(
        &mut self,
        test: &crate::condition::AttributeTest,
        path: &str,
    ) -> Attribute {
        let comparison = test.comparison();
        let numbers = (!comparison.is_empty()).then_some(comparison);
        if numbers.is_some() == test.is.is_some() {
            self.mistakes.push(Error::at(
                Code::InvalidValue,
                path,
                "say either `is` (texts) or a comparison with numbers",
            ));
        }
        if numbers.as_ref().is_some_and(Comparison::is_impossible) {
            self.never(path, "no number can pass this comparison");
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

    pub(super) fn yearly(&mut self, days: &Yearly, path: &str) -> Box<[(MonthDay, MonthDay)]> {
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
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether no number can pass.
    fn is_impossible(&self) -> bool {
        let low = [self.at_least, self.between.map(|(low, _)| low)];
        let high = [self.at_most, self.between.map(|(_, high)| high)];
        let low = low.into_iter().flatten().max();
        let high = high.into_iter().flatten().min();
        let crossed = match (low.max(self.more_than), high) {
            (Some(low), Some(high)) => low > high || self.more_than == Some(high),
            _ => false,
        };
        let under = self.less_than.is_some_and(|high| {
            low.is_some_and(|low| low >= high) || self.more_than.is_some_and(|low| low >= high)
        });
        let none_of = self.one_of.as_ref().is_some_and(|set| {
            let others = Self {
                one_of: None,
                ..self.clone()
            };
            !set.iter().any(|one| others.holds(one.0))
        });
        crossed || under || none_of
    }

    /// The bound that a number misses.
    pub(crate) fn bound(&self, value: crate::amount::Decimal) -> Option<crate::amount::Decimal> {
        let low = [
            self.at_least,
            self.more_than,
            self.between.map(|(low, _)| low),
        ];
        let high = [
            self.at_most,
            self.less_than,
            self.between.map(|(_, high)| high),
        ];
        let low = low.into_iter().flatten().max().map(|low| low.0);
        let high = high.into_iter().flatten().min().map(|high| high.0);
        let far = |one: &crate::amount::Decimal| one.checked_sub(value).map(|far| far.abs());
        let nearest = |set: &Vec<Exact>| set.iter().map(|one| one.0).min_by_key(far);
        let set = self.one_of.as_ref().and_then(nearest);
        low.filter(|low| value <= *low).or(high).or(set)
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
