//! Counting what is not a sum of lines: different values, attributes, means, returns.

use super::uncounted;
use crate::calendar::Date;
use crate::condition::{Basket, EventFacts, Row, millionths};
use crate::engine::portion::{Back, Backs};
use crate::engine::receipt::money_part;
use crate::engine::work::Work;
use crate::error::{Code, Error, Result, join};
use crate::limits::DISTINCT_MAX;
use crate::member::{Counted, Order};
use crate::metric::{DistinctOf, Reading, Tally};
use crate::program::{Feed, MetricPlan};

/// What a purchase or a return changes in a tally.
enum Part<'p> {
    Sum(i64),
    /// An amount, and over how many it is.
    Mean(i64, i64),
    Values(Vec<&'p str>, i64),
}

impl Part<'_> {
    fn put(&self, tally: &mut Tally, day: Date) {
        match self {
            Self::Sum(amount) => {
                tally.add(day, *amount);
            }
            Self::Mean(amount, count) => tally.add_part(day, *amount, *count),
            Self::Values(values, times) => {
                for value in values.iter().filter(|value| !value.is_empty()) {
                    tally.add_value(day, value, *times);
                }
            }
        }
    }

    fn is_nothing(&self) -> bool {
        match self {
            Self::Sum(amount) => *amount == 0,
            Self::Mean(amount, count) => *amount == 0 && *count == 0,
            Self::Values(values, _) => values.iter().all(|value| value.is_empty()),
        }
    }
}

impl Work<'_> {
    /// Counts a purchase in such a metric; says in which rows, and what it brought.
    pub(super) fn count_rare(
        &mut self,
        place: usize,
        plan: &MetricPlan,
        event: &EventFacts<'_>,
        basket: &Basket,
    ) -> Result<Option<Counted>> {
        if !self.passes(plan, event) {
            return Ok(None);
        }
        let lines = plan.lines.as_ref();
        let chosen: Vec<(usize, &Row)> = basket
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| lines.is_none_or(|lines| lines.has(basket, row)))
            .collect();
        if chosen.is_empty() {
            return Ok(None);
        }
        let all = chosen.len() == basket.rows.len();
        let numbers = chosen.iter().filter(|_| !all);
        let mut counted = Counted {
            metric: plan.id.clone(),
            rows: numbers
                .filter_map(|(number, _)| u32::try_from(*number).ok())
                .collect(),
            amount: 0,
            values: Vec::new(),
        };
        match &plan.feed {
            Feed::Values(of) => {
                counted.values = if of.is_of_lines() {
                    let rows = chosen.iter();
                    rows.map(|(_, row)| of_line(of, event, row).into())
                        .collect()
                } else {
                    vec![of_event(of, event).into()]
                };
                if !self.count_values(place, &counted.values)? {
                    return Ok(None);
                }
            }
            Feed::Attribute(name) => match self.count_attribute(place, plan, name, event)? {
                Some(amount) => counted.amount = amount,
                None => return Ok(None),
            },
            // Returns are counted when they come: here it is noted which rows they are of.
            _ => {}
        }
        Ok(Some(counted))
    }

    /// Counts an activity in such a metric.
    pub(super) fn count_activity_rare(
        &mut self,
        place: usize,
        plan: &MetricPlan,
        event: &EventFacts<'_>,
    ) -> Result<()> {
        if plan.lines.is_some() || !self.passes(plan, event) {
            return Ok(());
        }
        match &plan.feed {
            Feed::Values(of) if !of.is_of_lines() => {
                self.count_values(place, &[of_event(of, event).into()])?;
            }
            Feed::Attribute(name) => {
                self.count_attribute(place, plan, name, event)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn count_values(&mut self, place: usize, values: &[Box<str>]) -> Result<bool> {
        let part = Part::Values(values.iter().map(|value| &**value).collect(), 1);
        if part.is_nothing() {
            return Ok(false);
        }
        let today = self.today;
        if let Some(tally) = self.tally_mut(place) {
            if tally.values().saturating_add(values.len()) > DISTINCT_MAX {
                let words = format!("a metric keeps at most {DISTINCT_MAX} different values");
                return Err(Error::new(Code::LimitExceeded, words));
            }
            part.put(tally, today);
        }
        Ok(true)
    }

    /// Counts a numeric attribute, in millionths; says how much.
    fn count_attribute(
        &mut self,
        place: usize,
        plan: &MetricPlan,
        name: &crate::Id,
        event: &EventFacts<'_>,
    ) -> Result<Option<i64>> {
        let found = event.attributes.iter().find(|(one, _)| *name == **one);
        let Some(number) = found.and_then(|(_, value)| value.number()) else {
            return Ok(None);
        };
        let path = || join("attributes", name.as_str());
        let amount = millionths(number).map_err(|error| error.under(&path()))?;
        let today = self.today;
        if let Some(tally) = self.tally_mut(place) {
            if tally.reach().checked_add(amount.saturating_abs()).is_none() {
                let words = format!("the metric `{}` would grow past its limit", plan.id);
                return Err(Error::at(Code::Overflow, path(), words));
            }
            if matches!(plan.reading, Reading::Mean(_)) {
                Part::Mean(amount, 1).put(tally, today);
            } else {
                Part::Sum(amount).put(tally, today);
            }
        }
        Ok(Some(amount))
    }

    /// Counts the amount of an order towards a mean.
    pub(super) fn count_mean(&mut self, place: usize, amount: i64) {
        let today = self.today;
        if let Some(tally) = self.tally_mut(place) {
            Part::Mean(amount, 1).put(tally, today);
        }
    }

    /// Takes what goes back out of such a metric, on the day of the order. Says how much less it is.
    pub(super) fn uncount_rare(
        &mut self,
        place: usize,
        plan: &MetricPlan,
        order: &Order,
        counted: &Counted,
        backs: &Backs,
    ) -> Result<i64> {
        let gone = all_gone(order, counted, backs);
        let part = match &plan.feed {
            Feed::Returns | Feed::Returned => {
                let part = returned(plan, order, counted, backs)?;
                self.count(place, self.today, part);
                // It comes on top now; nothing goes out of what was judged before.
                return Ok(0);
            }
            Feed::Values(of) if of.is_of_lines() => {
                let rows = rows_of(order, counted, backs)
                    .map(|(_, back)| back.units_before < back.units && back.all());
                let values = rows.zip(&counted.values).filter(|(gone, _)| *gone);
                Part::Values(values.map(|(_, value)| &**value).collect(), -1)
            }
            Feed::Values(_) if gone => {
                Part::Values(counted.values.iter().map(|value| &**value).collect(), -1)
            }
            Feed::Attribute(_) if gone && matches!(plan.reading, Reading::Mean(_)) => {
                Part::Mean(counted.amount.saturating_neg(), -1)
            }
            Feed::Attribute(_) if gone => Part::Sum(counted.amount.saturating_neg()),
            Feed::Spend => {
                let amount = uncounted(plan, order, counted, backs)?;
                Part::Mean(amount.saturating_neg(), i64::from(gone).saturating_neg())
            }
            _ => return Ok(0),
        };
        if part.is_nothing() {
            return Ok(0);
        }
        if let Some(tally) = self.tally_mut(place) {
            if order.version > tally.since {
                part.put(tally, order.on);
            } else if let Some(before) = tally.before_mut()
                && order.version > before.since
            {
                part.put(before, order.on);
            }
        }
        Ok(match part {
            Part::Sum(amount) => amount.saturating_neg(),
            // How much a mean changes is not known from here; only that it does.
            _ => 1,
        })
    }
}

/// The rows of an order that count, with how far they were back before and are after.
fn rows_of<'o>(
    order: &'o Order,
    counted: &'o Counted,
    backs: &'o Backs,
) -> impl Iterator<Item = (&'o crate::member::OrderRow, &'o Back)> {
    // Shipping is no goods.
    let rows = order.goods().zip(backs).enumerate();
    rows.filter(|(place, _)| counted.has(*place))
        .map(|(_, row)| row)
}

/// Whether the last of what counts goes back with this return.
fn all_gone(order: &Order, counted: &Counted, backs: &Backs) -> bool {
    let mut was_out = false;
    for (_, back) in rows_of(order, counted, backs) {
        was_out |= back.units_before < back.units;
        if !back.all() {
            return false;
        }
    }
    was_out
}

/// What a return is in itself: one, or the money that goes back.
fn returned(plan: &MetricPlan, order: &Order, counted: &Counted, backs: &Backs) -> Result<i64> {
    let mut rows = rows_of(order, counted, backs);
    if matches!(plan.feed, Feed::Returns) {
        return Ok(i64::from(
            rows.any(|(_, back)| back.units_before < back.units_after),
        ));
    }
    let mut sum = 0_i64;
    for (row, back) in rows {
        sum = sum.saturating_add(money_part(row.paid, back.before, back.after, back.whole)?);
    }
    Ok(sum)
}

impl DistinctOf {
    /// Whether each line has its own value.
    fn is_of_lines(&self) -> bool {
        matches!(self, Self::Sku | Self::Category | Self::Brand)
    }
}

/// The value of a row; empty if it has none.
fn of_line<'e>(of: &DistinctOf, event: &'e EventFacts<'e>, row: &Row) -> &'e str {
    let Some(line) = event.lines.get(row.line as usize) else {
        return "";
    };
    let text = match of {
        DistinctOf::Sku => Some(&line.sku),
        DistinctOf::Category => line.category.as_ref(),
        DistinctOf::Brand => line.brand.as_ref(),
        DistinctOf::Store | DistinctOf::Channel | DistinctOf::Attribute(_) => None,
    };
    text.map_or("", |text| &**text)
}

/// The value of an event; empty if it has none.
fn of_event(of: &DistinctOf, event: &EventFacts<'_>) -> String {
    let text = match of {
        DistinctOf::Store => event.store.map(str::to_owned),
        DistinctOf::Channel => event.channel.map(str::to_owned),
        DistinctOf::Attribute(name) => event
            .attributes
            .iter()
            .find(|(one, _)| *name == **one)
            .and_then(|(_, value)| crate::condition::said(value)),
        DistinctOf::Sku | DistinctOf::Category | DistinctOf::Brand => None,
    };
    text.unwrap_or_default()
}
