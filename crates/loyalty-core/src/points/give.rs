//! What one rule gives for one event, before rules are compared, cut and multiplied (clauses 2.3, 4.2).

use super::carry::{Carry, CarryPlan};
use super::earning::{Gift, Plan, overflow};
use super::milestone::{MilestonePlan, Values};
use super::multiply::Fraction;
use super::rules::{Give, PointRounding, PointsPlace, RateMode, RoundWhen};
use super::streak::StreakPlan;
use crate::amount::{Currency, Decimal, Money, Ratio, Rounding};
use crate::condition::Grain;
use crate::error::Result;
use crate::limits::POINTS_MAX;
use crate::outcome::TraceResult;

/// A compiled [`Give`].
#[derive(Debug)]
pub(super) enum GivePlan {
    /// So many points for so many minor units, in proportion or by full steps.
    Rate {
        points: Fraction,
        per: i64,
        mode: RateMode,
    },
    /// So many points for each one of a number that the event carries.
    Part {
        attribute: Box<str>,
        ratio: Ratio,
    },
    /// So many points for each full step of a number that the event carries.
    Steps {
        attribute: Box<str>,
        points: Fraction,
        per: Ratio,
    },
    Fixed(i64),
    PerUnit(Fraction),
    PerLine(Fraction),
    Multiply(Fraction),
    Streak(StreakPlan),
    Milestone(MilestonePlan),
}

/// What rows bring to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    /// The amount on which a rate works.
    Money,
    Units,
    /// Each row counts as one.
    Lines,
    /// What it costs, for its part in points that are for the whole purchase.
    Weight,
}

/// What a rule asks of the event and the member, besides rows.
pub(crate) enum Asks<'p> {
    Nothing,
    /// A number that the event carries.
    Attribute(&'p str),
    /// How far the member is in a streak.
    Streak(&'p StreakPlan),
    /// What a metric was and is.
    Milestone,
}

/// The answer to what a rule asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told {
    Nothing,
    Number(Decimal),
    /// So many points; what became of the rule where that is none.
    Points(i64, TraceResult),
}

/// What only some rules need to know, and what becomes of it.
#[derive(Clone, Debug)]
pub(crate) struct Rare {
    pub(crate) told: Told,
    /// What is left of earlier events, for a rule that carries.
    pub(crate) left: i64,
    /// What is left after this one.
    pub(crate) carry: Option<Carry>,
}

impl GivePlan {
    /// Compiles what has been checked. `metric` is the place and the grain of the metric of a milestone.
    pub(super) fn new(
        give: &Give,
        metric: Option<(usize, Grain)>,
        currency: Currency,
    ) -> Result<Self> {
        Ok(match give {
            Give::Rate(rate) => match &rate.attribute {
                None => Self::Rate {
                    points: Fraction::new(rate.points.0),
                    per: Money::from_decimal(rate.per.0, currency)
                        .map_err(|error| error.under("rate.per"))?
                        .minor(),
                    mode: rate.mode,
                },
                Some(attribute) => {
                    let per = Ratio::from_decimal(rate.per.0);
                    let attribute = attribute.as_str().into();
                    match rate.mode {
                        RateMode::Step => Self::Steps {
                            attribute,
                            points: Fraction::new(rate.points.0),
                            per,
                        },
                        RateMode::Proportional => Self::Part {
                            attribute,
                            ratio: Ratio::from_decimal(rate.points.0)
                                .checked_div(per)
                                .unwrap_or(Ratio::ZERO),
                        },
                    }
                }
            },
            Give::Fixed(points) => Self::Fixed(points.get()),
            Give::PerUnit(points) => Self::PerUnit(Fraction::new(points.0)),
            Give::PerLine(points) => Self::PerLine(Fraction::new(points.0)),
            Give::Multiply(factor) => Self::Multiply(Fraction::new(factor.0)),
            Give::PercentOf(part) => Self::Part {
                attribute: part.attribute.as_str().into(),
                ratio: Ratio::from_decimal(part.percent.0)
                    .checked_div(Ratio::from_int(100))
                    .unwrap_or(Ratio::ZERO),
            },
            Give::Streak(streak) => Self::Streak(StreakPlan::new(streak)),
            Give::Milestone(milestone) => {
                let (place, grain) = metric.unwrap_or((0, Grain::Whole));
                Self::Milestone(
                    MilestonePlan::new(milestone, place, grain, currency)
                        .map_err(|error| error.under("milestone"))?,
                )
            }
        })
    }

    /// What rows bring to it.
    pub(super) fn counts(&self) -> Counts {
        match self {
            Self::Rate { .. } => Counts::Money,
            Self::PerUnit(_) => Counts::Units,
            Self::PerLine(_) | Self::Multiply(_) => Counts::Lines,
            _ => Counts::Weight,
        }
    }

    /// Whether rows bring the amounts or units that the points are for.
    fn by_row(&self) -> bool {
        matches!(
            self,
            Self::Rate { .. } | Self::PerUnit(_) | Self::PerLine(_)
        )
    }

    /// Whether the program states the points themselves.
    fn stated(&self) -> bool {
        matches!(self, Self::Fixed(_) | Self::Streak(_) | Self::Milestone(_))
    }

    /// What is given before rounding, for what rows bring over so many units, or for what the rule was told.
    fn exact(&self, brought: i64, over: i64, told: Told) -> Option<Fraction> {
        match self {
            Self::Rate {
                points,
                per,
                mode: RateMode::Proportional,
            } => points.times(brought)?.over(per.checked_mul(over)?),
            Self::Rate {
                points,
                per,
                mode: RateMode::Step,
            } => {
                let step = i128::from(*per).checked_mul(i128::from(over))?;
                let steps = i128::from(brought).checked_div(step)?;
                points.times(i64::try_from(steps).ok()?)
            }
            Self::PerUnit(points) | Self::PerLine(points) => points.times(brought)?.over(over),
            Self::Part { ratio, .. } => Some(of(number(told)?.checked_mul(*ratio)?)),
            Self::Steps { points, per, .. } => {
                points.times(number(told)?.checked_div(*per)?.round(Rounding::Floor)?)
            }
            Self::Fixed(points) => Some(Fraction::whole(*points)),
            Self::Streak(_) | Self::Milestone(_) => Some(match told {
                Told::Points(points, _) => Fraction::whole(points),
                _ => Fraction::ZERO,
            }),
            Self::Multiply(_) => Some(Fraction::ZERO),
        }
    }

    /// What is kept below one step, and how finely.
    pub(super) fn carry(&self, rounding: PointRounding) -> Result<Option<CarryPlan>> {
        let proportional = |ratio: Option<Ratio>| CarryPlan::proportional(ratio, rounding);
        match self {
            Self::Rate {
                per,
                mode: RateMode::Step,
                ..
            } => CarryPlan::step(Ratio::from_int(*per), 1),
            // Refused where the rule is checked.
            Self::Rate { per: 0, .. } => return Ok(None),
            Self::Rate { points, per, .. } => proportional(
                Ratio::new(points.num, points.den)
                    .and_then(|points| points.checked_div(Ratio::from_int(*per))),
            ),
            Self::PerUnit(points) => proportional(Ratio::new(points.num, points.den)),
            Self::Part { ratio, .. } => {
                proportional(ratio.checked_div(Ratio::from_int(CarryPlan::FINE)))
            }
            Self::Steps { per, .. } => CarryPlan::step(*per, CarryPlan::FINE),
            _ => return Ok(None),
        }
        .map(Some)
    }
}

impl Plan {
    /// What the rule asks for.
    pub(crate) fn asks(&self) -> Asks<'_> {
        match &self.give {
            GivePlan::Part { attribute, .. } | GivePlan::Steps { attribute, .. } => {
                Asks::Attribute(attribute)
            }
            GivePlan::Streak(streak) => Asks::Streak(streak),
            GivePlan::Milestone(_) => Asks::Milestone,
            _ => Asks::Nothing,
        }
    }

    /// The milestones that the rule gives for.
    pub(crate) fn milestone(&self) -> Option<&MilestonePlan> {
        match &self.give {
            GivePlan::Milestone(milestone) => Some(milestone),
            _ => None,
        }
    }

    /// What the rule gives for milestones that were reached; more than can be counted is refused later.
    pub(crate) fn reaches(&self, values: &Values) -> Option<Box<Rare>> {
        let points = self.milestone()?.points(values).unwrap_or(i64::MAX);
        Some(Box::new(Rare {
            told: Told::Points(points, TraceResult::NoPoints),
            left: 0,
            carry: None,
        }))
    }

    /// The steps that the rule gives.
    pub(crate) fn streak(&self) -> Option<&StreakPlan> {
        match &self.give {
            GivePlan::Streak(streak) => Some(streak),
            _ => None,
        }
    }

    /// Whether the rule has to know the units of each row.
    pub(crate) fn rounds_units(&self) -> bool {
        self.rounding.place == PointsPlace::Unit && self.give.by_row()
    }
}

/// Works out what a rule gives if no other rule is in its way, and says what that is before rounding. Where rows or units are
/// rounded, their points take the place of what they brought.
pub(super) fn work_out(
    gift: &mut Gift<'_>,
    rows: &mut [i64],
    units: &[i64],
    round: RoundWhen,
) -> Result<Fraction> {
    let plan = gift.plan;
    match plan.give {
        // It waits for what the others give.
        GivePlan::Multiply(_) => {
            gift.result = TraceResult::Gave;
            return Ok(Fraction::ZERO);
        }
        GivePlan::Fixed(points @ 1..=POINTS_MAX) => {
            gift.points = points;
            gift.result = TraceResult::Gave;
            return Ok(Fraction::whole(points));
        }
        _ => {}
    }
    let told = gift.rare.as_ref().map_or(Told::Nothing, |rare| rare.told);
    let exact = if let (Some(carries), Some(rare)) = (&plan.carry, &mut gift.rare) {
        let number = match told {
            Told::Number(number) => Some(number),
            _ => None,
        };
        let carry = carries.turn(rare.left, rows, number);
        let carry = carry.ok_or_else(|| overflow(format_args!("the rule `{}`", plan.id)))?;
        let steps = carry.steps;
        rare.carry = Some(carry);
        match &plan.give {
            GivePlan::Rate {
                points,
                mode: RateMode::Step,
                ..
            }
            | GivePlan::Steps { points, .. } => points.times(steps),
            _ => steps
                .checked_mul(plan.rounding.to.get())
                .map(Fraction::whole),
        }
    } else if plan.rounding.place != PointsPlace::Rule && plan.give.by_row() {
        plan.row_by_row(rows, units)
    } else {
        let brought = rows.iter().fold(0_i64, |sum, row| sum.saturating_add(*row));
        plan.give.exact(brought, 1, told)
    };
    let exact = exact.ok_or_else(|| overflow(format_args!("the rule `{}`", plan.id)))?;
    let points = if plan.give.stated() {
        exact.round(Rounding::Floor)
    } else {
        exact.round_to(plan.rounding)
    };
    gift.points = points
        .filter(|points| *points <= POINTS_MAX)
        .ok_or_else(|| overflow(format_args!("the rule `{}`", plan.id)))?;
    let nothing = if round == RoundWhen::EachRule {
        gift.points == 0
    } else {
        exact.num == 0
    };
    gift.result = match told {
        Told::Points(0, result) => result,
        _ if nothing => TraceResult::NoPoints,
        _ => TraceResult::Gave,
    };
    Ok(exact)
}

impl Plan {
    /// The points of each row, rounded row by row or unit by unit, take the place of what the rows brought. Gives their sum.
    fn row_by_row(&self, rows: &mut [i64], units: &[i64]) -> Option<Fraction> {
        let mut sum = 0_i64;
        for (place, row) in rows.iter_mut().enumerate().filter(|(_, row)| **row != 0) {
            let over = match self.rounding.place {
                PointsPlace::Unit => units.get(place).copied().unwrap_or(1).max(1),
                _ => 1,
            };
            let one = self.give.exact(*row, over, Told::Nothing)?;
            *row = one.round_to(self.rounding)?.checked_mul(over)?;
            sum = sum.checked_add(*row)?;
        }
        Some(Fraction::whole(sum))
    }
}

fn number(told: Told) -> Option<Ratio> {
    match told {
        Told::Number(number) => Some(Ratio::from_decimal(number)),
        _ => None,
    }
}

fn of(ratio: Ratio) -> Fraction {
    Fraction {
        num: ratio.numerator(),
        den: ratio.denominator(),
    }
}
