//! Paying with points: how many of those asked for may be used, and what they are worth (clause 5.1).

use super::rules::{Over, TenderAs, TenderRule};
use crate::amount::{Currency, Money, Points, Rounding};
use crate::condition::{Cond, Select};
use crate::error::{Code, Error, Result};

/// A compiled [`TenderRule`].
#[derive(Debug)]
pub(crate) struct TenderPlan {
    pub(crate) account: usize,
    pub(crate) role: TenderAs,
    /// Whether what the order earns can be used for it.
    pub(crate) same_order: bool,
    pub(crate) when: Option<Cond>,
    pub(crate) exclude: Option<Select>,
    /// What points are worth, by how many are used; the first one is from nothing on.
    rates: Vec<WorthFrom>,
    min: i64,
    max: Option<i64>,
    /// A part of the basket: over this power of ten.
    percent: Option<(i128, i128)>,
    step: i64,
    over: Over,
}

/// From so many points on, so many points are worth so many minor units.
#[derive(Clone, Copy, Debug)]
struct WorthFrom {
    from: i64,
    points: i64,
    value: i64,
}

impl TenderPlan {
    /// Compiles a rule whose numbers have been checked.
    pub(crate) fn new(
        rule: &TenderRule,
        account: usize,
        exclude: Option<Select>,
        when: Option<Cond>,
        currency: Currency,
    ) -> Result<Self> {
        let percent = rule.max_percent.map(|percent| {
            let scale = 10_i128
                .checked_pow(percent.0.scale().saturating_add(2))
                .unwrap_or(i128::MAX);
            (percent.0.mantissa(), scale)
        });
        let mut rates = vec![WorthFrom {
            from: 0,
            points: rule.points.get(),
            value: Money::from_decimal(rule.value.0, currency)
                .map_err(|error| error.under("value"))?
                .minor(),
        }];
        for (place, rate) in rule.rates.iter().enumerate() {
            rates.push(WorthFrom {
                from: rate.from.get(),
                points: rate.points.get(),
                value: Money::from_decimal(rate.value.0, currency)
                    .map_err(|error| error.under(&format!("rates[{place}].value")))?
                    .minor(),
            });
        }
        Ok(Self {
            account,
            role: rule.role,
            same_order: rule.same_order,
            when,
            exclude,
            rates,
            min: rule.min_points.map_or(0, Points::get),
            max: rule.max_points.map(Points::get),
            percent,
            step: rule.step.map_or(1, Points::get).max(1),
            over: rule.over,
        })
    }

    /// The most points, in full steps and not more than `most`, whose worth at the rate that they reach is within `amount`.
    fn within(&self, most: i64, amount: i64) -> i64 {
        let mut end = most;
        for rate in self.rates.iter().rev() {
            if end < rate.from {
                continue;
            }
            let worth = Rounding::Floor
                .divide(
                    i128::from(amount).saturating_mul(i128::from(rate.points)),
                    i128::from(rate.value),
                )
                .and_then(|points| i64::try_from(points).ok())
                .unwrap_or(i64::MAX);
            let stepped = Rounding::Floor.to_step(end.min(worth).max(0), self.step);
            let points = stepped.unwrap_or(0);
            if points >= rate.from {
                return points;
            }
            end = rate.from.saturating_sub(1);
        }
        0
    }
}

/// How many points are used when so many are asked for: no more than there are (`available`), than the rule lets through, and
/// than the amount that may be paid with them (`payable`, minor units) is worth; then down to a full step; under the minimum none.
pub(crate) fn clamp(
    plan: &TenderPlan,
    asked: i64,
    available: i64,
    basket: i64,
    payable: i64,
) -> Result<i64> {
    let share = match plan.percent {
        Some((part, whole)) => {
            let amount = Rounding::Floor
                .divide(i128::from(basket).saturating_mul(part), whole)
                .and_then(|amount| i64::try_from(amount).ok());
            payable.min(amount.unwrap_or(i64::MAX))
        }
        None => payable,
    };
    let most = asked
        .min(available)
        .min(plan.max.unwrap_or(i64::MAX))
        .max(0);
    let stepped = plan.within(most, share);
    let used = if stepped < plan.min { 0 } else { stepped };
    if used < asked && plan.over == Over::Refuse {
        if asked > available {
            let words = format!("{asked} points are asked for, {available} are there");
            return Err(Error::new(Code::InsufficientPoints, words));
        }
        return Err(Error::new(
            Code::TenderRefused,
            format!("{asked} points are asked for, {used} can be used for this purchase"),
        ));
    }
    Ok(used)
}

/// What points are worth at the rate that they reach, in minor units, rounded down.
pub(crate) fn value_of(plan: &TenderPlan, points: i64) -> Result<i64> {
    let rate = plan.rates.iter().rev().find(|rate| points >= rate.from);
    rate.and_then(|rate| {
        Rounding::Floor.divide(
            i128::from(points).saturating_mul(i128::from(rate.value)),
            i128::from(rate.points),
        )
    })
    .and_then(|value| i64::try_from(value).ok())
    .ok_or_else(|| {
        Error::new(
            Code::Overflow,
            "the points are worth more than can be counted",
        )
    })
}
