//! Milestones: points when a metric reaches certain values (clause 4.2).
//!
//! A return lowers the metric. So that no sequence of purchases and returns gives a milestone twice or loses it, a member keeps the
//! values that lie above the metric and have been given for, and those below it whose gifts went back.

use serde::{Deserialize, Serialize};

use super::rules::{Crossing, Milestone};
use crate::amount::Currency;
use crate::calendar::Date;
use crate::condition::Grain;
use crate::error::Result;
use crate::id::Id;

/// A compiled [`Milestone`].
#[derive(Debug)]
pub(crate) struct MilestonePlan {
    /// The place of the metric.
    pub(crate) metric: usize,
    /// Values and points, in rising order.
    at: Vec<(i64, i64)>,
    every: Option<Every>,
    crossing: Crossing,
}

#[derive(Debug)]
struct Every {
    every: i64,
    from: i64,
    points: i64,
}

/// Values of a metric: above the first, up to the second, stretch by stretch in rising order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Values(Vec<(i64, i64)>);

/// The values that an order reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Crossed {
    pub(crate) rule: Id,
    pub(crate) values: Values,
    /// Whether it gave for them.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) gave: bool,
}

/// What returns left behind of a milestone rule, for as long as the goods would count in the metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reached {
    pub(crate) rule: Id,
    /// The day and the version of the latest order that went back.
    pub(crate) on: Date,
    pub(crate) version: u64,
    /// Values that have been given for: reaching them again gives nothing.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    given: Values,
    /// Values that are reached, but whose gifts went back: the next event that adds to the metric gives for them.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    open: Values,
}

impl MilestonePlan {
    pub(super) fn new(
        rule: &Milestone,
        metric: usize,
        grain: Grain,
        currency: Currency,
    ) -> Result<Self> {
        let value = |value, path: &str| {
            grain
                .smallest(value, currency)
                .map_err(|error| error.under(path))
        };
        let mut at = Vec::with_capacity(rule.at.len());
        for (place, step) in rule.at.iter().enumerate() {
            let value = value(step.value, &format!("at[{place}].value"))?;
            at.push((value, step.points.get()));
        }
        let every = match (rule.every, rule.points) {
            (Some(every), Some(points)) => {
                let every = value(every, "every")?;
                Some(Every {
                    every,
                    from: match rule.from {
                        Some(from) => value(from, "from")?,
                        None => every,
                    },
                    points: points.get(),
                })
            }
            _ => None,
        };
        Ok(Self {
            metric,
            at,
            every,
            crossing: rule.crossing,
        })
    }

    /// The same stretches from milestone to milestone: those without one are left out, those without one between them are joined.
    pub(crate) fn within(&self, values: &Values) -> Values {
        let mut out: Vec<(i64, i64)> = Vec::with_capacity(values.0.len());
        for (above, upto) in &values.0 {
            let ends = (self.next(*above), self.last(*upto));
            let (Some(first), Some(end)) = ends else {
                continue;
            };
            if first > *upto {
                continue;
            }
            match out.last_mut() {
                Some(before) if self.next(before.1) == Some(first) => before.1 = end,
                _ => out.push((first.saturating_sub(1), end)),
            }
        }
        Values(out)
    }

    /// The first milestone above a value.
    fn next(&self, above: i64) -> Option<i64> {
        let at = self.at.iter().map(|(value, _)| *value);
        let at = at.filter(|value| *value > above);
        let every = self.every.as_ref();
        let every = every.and_then(|every| every.value(every.count(above)));
        at.chain(every).min()
    }

    /// The last milestone up to a value.
    fn last(&self, upto: i64) -> Option<i64> {
        let at = self.at.iter().map(|(value, _)| *value);
        let at = at.filter(|value| *value <= upto);
        let every = self.every.as_ref();
        let every = every.and_then(|every| every.value(every.count(upto).checked_sub(1)?));
        at.chain(every).max()
    }

    /// What is given for reaching values. None: more than can be counted.
    pub(crate) fn points(&self, values: &Values) -> Option<i64> {
        let mut sum = 0_i64;
        let mut highest: Option<(i64, i64)> = None;
        let mut reach = |value: i64, points: i64, times: i64| {
            sum = sum.checked_add(points.checked_mul(times)?)?;
            if highest.is_none_or(|(before, _)| before < value) {
                highest = Some((value, points));
            }
            Some(())
        };
        for (above, upto) in &values.0 {
            for (value, points) in &self.at {
                if above < value && value <= upto {
                    reach(*value, *points, 1)?;
                }
            }
            if let Some(every) = &self.every {
                let times = every.count(*upto).checked_sub(every.count(*above))?;
                if times > 0 {
                    let value = every.value(every.count(*upto).checked_sub(1)?)?;
                    reach(value, every.points, times)?;
                }
            }
        }
        Some(match self.crossing {
            Crossing::Each => sum,
            Crossing::Highest => highest.map_or(0, |(_, points)| points),
        })
    }
}

impl Every {
    /// The value after so many others.
    fn value(&self, number: i64) -> Option<i64> {
        let over = number.checked_mul(self.every).filter(|_| number >= 0)?;
        over.checked_add(self.from)
    }

    /// How many values there are up to one.
    fn count(&self, value: i64) -> i64 {
        if value < self.from {
            return 0;
        }
        let over = value.saturating_sub(self.from);
        over.checked_div(self.every).unwrap_or(0).saturating_add(1)
    }
}

impl Values {
    pub(crate) fn new(above: i64, upto: i64) -> Self {
        Self(if above < upto {
            vec![(above, upto)]
        } else {
            Vec::new()
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is in both.
    fn both(&self, other: &Self) -> Self {
        let mut out = Vec::new();
        for (above, upto) in &self.0 {
            for (start, end) in &other.0 {
                let part = (*above.max(start), *upto.min(end));
                if part.0 < part.1 {
                    out.push(part);
                }
            }
        }
        Self(out)
    }

    /// What is not in the other.
    fn without(&self, other: &Self) -> Self {
        let mut out = self.0.clone();
        for (start, end) in &other.0 {
            let mut next = Vec::with_capacity(out.len().saturating_add(1));
            for (above, upto) in out {
                let parts = [(above, upto.min(*start)), (above.max(*end), upto)];
                next.extend(parts.into_iter().filter(|(above, upto)| above < upto));
            }
            out = next;
        }
        Self(out)
    }

    /// What is in one of them.
    fn with(&self, other: &Self) -> Self {
        let mut all = self.without(other).0;
        all.extend(&other.0);
        all.sort_unstable();
        let mut out: Vec<(i64, i64)> = Vec::with_capacity(all.len());
        for (above, upto) in all {
            match out.last_mut() {
                Some(last) if last.1 >= above => last.1 = last.1.max(upto),
                _ => out.push((above, upto)),
            }
        }
        Self(out)
    }

    pub(crate) fn fault(&self) -> bool {
        let rising = |pair: &[(i64, i64)]| matches!(pair, [one, other] if one.1 < other.0);
        self.0.iter().any(|(above, upto)| above >= upto) || !self.0.windows(2).all(rising)
    }
}

/// The values that an event reaches.
pub(crate) fn reached(kept: Option<&Reached>, before: i64, after: i64) -> Values {
    let passed = Values::new(before, after);
    if passed.is_empty() {
        return passed;
    }
    let Some(kept) = kept else { return passed };
    let open = kept.open.both(&Values::new(i64::MIN, before));
    passed.without(&kept.given).with(&open)
}

impl Reached {
    pub(crate) fn new(rule: Id, on: Date, version: u64) -> Self {
        Self {
            rule,
            on,
            version,
            given: Values::default(),
            open: Values::default(),
        }
    }

    /// An event brought the metric to a value.
    pub(crate) fn rise(&mut self, after: i64) {
        self.given = self.given.without(&Values::new(i64::MIN, after));
        self.open = Values::default();
    }

    /// A return lowered the metric, and undid what an order had reached.
    pub(crate) fn fall(&mut self, before: i64, after: i64, undone: Option<&Crossed>) {
        let fallen = Values::new(after, before);
        self.given = self.given.with(&fallen.without(&self.open));
        self.open = self.open.without(&Values::new(after, i64::MAX));
        if let Some(undone) = undone {
            self.given = self.given.without(&undone.values);
            if undone.gave {
                let below = Values::new(i64::MIN, after);
                self.open = self.open.with(&undone.values.both(&below));
            }
        }
    }

    /// Keeps only what there are milestones for.
    pub(crate) fn trim(&mut self, plan: &MilestonePlan) {
        self.given = plan.within(&self.given);
        self.open = plan.within(&self.open);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.given.is_empty() && self.open.is_empty()
    }

    /// What is wrong with a decoded record, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        (self.is_empty() || self.given.fault() || self.open.fault())
            .then_some("the values of a milestone are not in order")
    }
}
