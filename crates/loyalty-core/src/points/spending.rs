//! Paying with points: how many of those asked for may be used, and what they are worth (clause 5.1).

use super::rules::{Over, TenderRule};
use crate::amount::{Currency, Money, Points, Rounding};
use crate::condition::Select;
use crate::error::{Code, Error, Result};

/// A compiled [`TenderRule`].
#[derive(Debug)]
pub(crate) struct TenderPlan {
    pub(crate) account: usize,
    /// So many points are worth so many minor units.
    points: i64,
    value: i64,
    min: i64,
    max: Option<i64>,
    /// A part of the basket: over this power of ten.
    percent: Option<(i128, i128)>,
    step: i64,
    pub(crate) exclude: Option<Select>,
    over: Over,
}

impl TenderPlan {
    /// Compiles a rule whose numbers have been checked.
    pub(crate) fn new(
        rule: &TenderRule,
        account: usize,
        exclude: Option<Select>,
        currency: Currency,
    ) -> Result<Self> {
        let percent = rule.max_percent.map(|percent| {
            let scale = 10_i128
                .checked_pow(percent.0.scale().saturating_add(2))
                .unwrap_or(i128::MAX);
            (percent.0.mantissa(), scale)
        });
        Ok(Self {
            account,
            points: rule.points.get(),
            value: Money::from_decimal(rule.value.0, currency)?.minor(),
            min: rule.min_points.map_or(0, Points::get),
            max: rule.max_points.map(Points::get),
            percent,
            step: rule.step.map_or(1, Points::get).max(1),
            exclude,
            over: rule.over,
        })
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
    let worth = Rounding::Floor
        .divide(
            i128::from(share).saturating_mul(i128::from(plan.points)),
            i128::from(plan.value),
        )
        .and_then(|points| i64::try_from(points).ok())
        .unwrap_or(i64::MAX);
    let most = asked
        .min(available)
        .min(plan.max.unwrap_or(i64::MAX))
        .min(worth)
        .max(0);
    let stepped = Rounding::Floor.to_step(most, plan.step).unwrap_or(0);
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

/// What points are worth, in minor units, rounded down.
pub(crate) fn value_of(plan: &TenderPlan, points: i64) -> Result<i64> {
    Rounding::Floor
        .divide(
            i128::from(points).saturating_mul(i128::from(plan.value)),
            i128::from(plan.points),
        )
        .and_then(|value| i64::try_from(value).ok())
        .ok_or_else(|| {
            Error::new(
                Code::Overflow,
                "the points are worth more than can be counted",
            )
        })
}
