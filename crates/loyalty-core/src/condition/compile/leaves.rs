//! Leaves with settings of their own: rungs, numbers, attributes, days of the year.

use super::{Attribute, Comparison, Compiler, Cond, Grain, Test, TierTest, Yearly};
use crate::amount::Exact;
use crate::calendar::MonthDay;
use crate::error::{Code, Error, join};
use crate::id::Id;

impl Compiler<'_> {
    pub(super) fn tier(&mut self, test: &TierTest, path: &str) -> Cond {
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

    pub(super) fn test(&mut self, rule: &Comparison, grain: Grain, path: &str) -> Test {
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
