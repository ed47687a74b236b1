//! What earn rules give for one event, to the point and row by row (section 4).

use core::cmp::Reverse;

use super::caps::{CapSpec, Usage};
use super::expiry::LotPlan;
use super::rules::{EarnBase, Give, Multipliers, RateMode, RoundWhen};
use crate::amount::{Currency, Money, Ratio, Remainder, Rounding, Share, allocate};
use crate::condition::Select;
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::outcome::TraceResult;

/// A compiled earn rule, as far as it concerns what is given.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) id: Id,
    pub(crate) account: usize,
    pub(crate) lines: Option<Select>,
    pub(crate) base: EarnBase,
    pub(crate) lot: LotPlan,
    pub(crate) caps: Vec<CapSpec>,
    pub(crate) group: Option<usize>,
    give: GivePlan,
    priority: i32,
    exclusive: bool,
    bonus: bool,
    rounding: Rounding,
}

#[derive(Clone, Copy, Debug)]
enum GivePlan {
    /// So many points (a fraction) for so many minor units.
    Rate {
        points: Ratio,
        per: i64,
        mode: RateMode,
    },
    Fixed(i64),
    PerUnit(Ratio),
    Multiply(Ratio),
}

/// What decides how rules combine.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) multipliers: Multipliers,
    pub(crate) round: RoundWhen,
    pub(crate) rounding: Rounding,
    /// The caps of each group and of each account.
    pub(crate) group_caps: Vec<Vec<CapSpec>>,
    pub(crate) account_caps: Vec<Vec<CapSpec>>,
}

/// A rule that fired, with what each row brings to it: minor units for a rate, units for `per_unit`, else a weight.
pub(crate) struct Bid<'p> {
    pub(crate) place: usize,
    pub(crate) plan: &'p Plan,
    pub(crate) rows: Vec<i64>,
}

/// What became of a bid.
#[derive(Clone, Debug)]
pub(crate) struct Gift<'p> {
    pub(crate) place: usize,
    pub(crate) plan: &'p Plan,
    pub(crate) points: i64,
    /// The points, row by row.
    pub(crate) rows: Vec<i64>,
    pub(crate) result: TraceResult,
    /// Before rounding, as long as that matters.
    exact: Ratio,
}

impl Plan {
    /// Compiles a rule whose numbers have been checked.
    #[expect(
        clippy::too_many_arguments,
        reason = "each one is resolved by the program before"
    )]
    pub(crate) fn new(
        rule: &super::rules::EarnRule,
        account: usize,
        group: Option<usize>,
        lines: Option<Select>,
        caps: Vec<CapSpec>,
        lot: LotPlan,
        (base, rounding): (EarnBase, Rounding),
        currency: Currency,
    ) -> Result<Self> {
        let (give, base) = match &rule.give {
            Give::Rate(rate) => {
                let per = Money::from_decimal(rate.per.0, currency)?.minor();
                (
                    GivePlan::Rate {
                        points: Ratio::from_decimal(rate.points.0),
                        per,
                        mode: rate.mode,
                    },
                    rate.base.unwrap_or(base),
                )
            }
            Give::Fixed(points) => (GivePlan::Fixed(points.get()), base),
            Give::PerUnit(points) => (GivePlan::PerUnit(Ratio::from_decimal(points.0)), base),
            Give::Multiply(factor) => (GivePlan::Multiply(Ratio::from_decimal(factor.0)), base),
        };
        Ok(Self {
            id: rule.id.clone(),
            account,
            lines,
            base,
            lot,
            caps,
            group,
            give,
            priority: rule.priority,
            exclusive: rule.exclusive,
            bonus: rule.bonus,
            rounding: rule.rounding.unwrap_or(rounding),
        })
    }

    /// Whether rows bring money to it (else they bring units).
    pub(crate) fn counts_money(&self) -> bool {
        matches!(self.give, GivePlan::Rate { .. })
    }

    /// Whether rows bring units to it.
    pub(crate) fn counts_units(&self) -> bool {
        matches!(self.give, GivePlan::PerUnit(_))
    }

    /// Whether it multiplies what others give.
    pub(crate) fn is_multiplier(&self) -> bool {
        self.multiplier().is_some()
    }

    /// Whether the rule gives for money or units, so that it needs a basket.
    pub(crate) fn needs_basket(give: &Give) -> bool {
        matches!(give, Give::Rate(_) | Give::PerUnit(_))
    }

    fn multiplier(&self) -> Option<Ratio> {
        match self.give {
            GivePlan::Multiply(factor) => Some(factor),
            _ => None,
        }
    }

    /// What the rule gives before rounding, for what all rows bring together.
    fn exact(&self, brought: i64) -> Option<Ratio> {
        match self.give {
            GivePlan::Rate {
                points,
                per,
                mode: RateMode::Proportional,
            } => points.checked_mul(Ratio::new(i128::from(brought), i128::from(per))?),
            GivePlan::Rate {
                points,
                per,
                mode: RateMode::Step,
            } => points.checked_mul(Ratio::from_int(brought.checked_div(per)?)),
            GivePlan::Fixed(points) => Some(Ratio::from_int(points)),
            GivePlan::PerUnit(points) => points.checked_mul(Ratio::from_int(brought)),
            GivePlan::Multiply(_) => Some(Ratio::ZERO),
        }
    }
}

/// What the rules that fired give. The answer has one gift a bid, in the order of the bids.
pub(crate) fn gifts<'p>(
    bids: Vec<Bid<'p>>,
    settings: &Settings,
    usage: &mut Usage<'_>,
) -> Result<Vec<Gift<'p>>> {
    let mut gifts = Vec::with_capacity(bids.len());
    for bid in bids {
        let brought = bid
            .rows
            .iter()
            .fold(0_i64, |sum, row| sum.saturating_add(*row));
        let exact = bid.plan.exact(brought).ok_or_else(overflow)?;
        let points = exact
            .round(bid.plan.rounding)
            .filter(|points| *points <= crate::limits::POINTS_MAX)
            .ok_or_else(overflow)?;
        let result = if points == 0 && bid.plan.multiplier().is_none() {
            TraceResult::NoPoints
        } else {
            TraceResult::Gave
        };
        gifts.push(Gift {
            place: bid.place,
            plan: bid.plan,
            points,
            rows: bid.rows,
            result,
            exact,
        });
    }
    one_of_each_group(&mut gifts);
    exclusive(&mut gifts);
    cut_by_own_caps(&mut gifts, settings, usage, false)?;
    for gift in gifts
        .iter_mut()
        .filter(|gift| gift.plan.multiplier().is_none())
    {
        share(gift)?;
    }
    multiply(&mut gifts, settings)?;
    cut_by_own_caps(&mut gifts, settings, usage, true)?;
    cut_by_account(&mut gifts, settings, usage)?;
    for gift in &mut gifts {
        if gift.result == TraceResult::Gave && gift.points == 0 {
            gift.result = TraceResult::NoPoints;
        }
    }
    Ok(gifts)
}

fn overflow() -> Error {
    Error::new(
        Code::Overflow,
        "a rule would give more points than can be counted",
    )
}

/// Who comes first: the highest priority, then the most points (the largest factor), then the id.
fn rank<'g>(gift: &'g Gift<'_>) -> impl Ord + use<'g> {
    let factor = gift.plan.multiplier().unwrap_or(Ratio::ZERO);
    (
        Reverse(gift.plan.priority),
        Reverse(gift.points),
        Reverse(factor),
        &gift.plan.id,
    )
}

fn fires(gift: &Gift<'_>) -> bool {
    gift.result == TraceResult::Gave
}

fn drop_gift(gift: &mut Gift<'_>, result: TraceResult) {
    gift.result = result;
    gift.points = 0;
    gift.exact = Ratio::ZERO;
}

fn one_of_each_group(gifts: &mut [Gift<'_>]) {
    for place in 0..gifts.len() {
        let Some(gift) = gifts.get(place) else {
            continue;
        };
        let (Some(group), true) = (gift.plan.group, fires(gift)) else {
            continue;
        };
        let beaten = gifts.iter().any(|other| {
            other.plan.group == Some(group) && fires(other) && rank(other) < rank(gift)
        });
        if beaten && let Some(gift) = gifts.get_mut(place) {
            // It stays in the contest for the others: the mark is set, the points are taken afterwards.
            gift.result = TraceResult::LostInGroup;
        }
    }
    for gift in gifts
        .iter_mut()
        .filter(|gift| gift.result == TraceResult::LostInGroup)
    {
        drop_gift(gift, TraceResult::LostInGroup);
    }
}

/// In each account: if exclusive rules fire, only the first of them gives.
fn exclusive(gifts: &mut [Gift<'_>]) {
    if !gifts.iter().any(|gift| gift.plan.exclusive && fires(gift)) {
        return;
    }
    for place in 0..gifts.len() {
        let Some(gift) = gifts.get(place).filter(|gift| fires(gift)) else {
            continue;
        };
        let account = gift.plan.account;
        let winner = gifts
            .iter()
            .filter(|other| other.plan.account == account && other.plan.exclusive && fires(other))
            .min_by(|a, b| rank(a).cmp(&rank(b)));
        let loses = winner.is_some_and(|winner| winner.place != gift.place);
        if loses && let Some(gift) = gifts.get_mut(place) {
            if gift.plan.exclusive {
                // Decided when all have been looked at, so that the winner stays the same for all.
                gift.rows.clear();
            } else {
                drop_gift(gift, TraceResult::Excluded);
            }
        }
    }
    for gift in gifts
        .iter_mut()
        .filter(|gift| gift.plan.exclusive && fires(gift) && gift.rows.is_empty())
    {
        drop_gift(gift, TraceResult::Excluded);
    }
}

/// Shares the points of a gift over its rows, by what each row brought.
fn share(gift: &mut Gift<'_>) -> Result<()> {
    let weights: Vec<i128> = gift.rows.iter().map(|row| i128::from(*row)).collect();
    gift.rows = spread(gift.points, &weights)?;
    Ok(())
}

/// Shares points by weights; where every weight is zero, alike.
fn spread(points: i64, weights: &[i128]) -> Result<Vec<i64>> {
    if let [_] = weights {
        return Ok(vec![points]);
    }
    let mut shift = 0_u32;
    let largest = weights
        .iter()
        .map(|weight| weight.unsigned_abs())
        .max()
        .unwrap_or(0);
    while largest.checked_shr(shift).unwrap_or(0) > (1 << 40) {
        shift = shift.saturating_add(1);
    }
    let row = |weight: &i128| Share {
        weight: i64::try_from(weight.unsigned_abs().checked_shr(shift).unwrap_or(0))
            .unwrap_or(i64::MAX),
        headroom: None,
        quantity: 1,
    };
    let rows: Vec<Share> = weights.iter().map(row).collect();
    let mut out = Vec::with_capacity(rows.len());
    if rows.is_empty() {
        return Ok(out);
    }
    allocate(points, &rows, Remainder::LargestRemainder, &mut out)?;
    Ok(out)
}

/// Multipliers raise (or lower) what the base rules of their account gave on the rows that they are for.
fn multiply(gifts: &mut [Gift<'_>], settings: &Settings) -> Result<()> {
    if !gifts
        .iter()
        .any(|gift| gift.plan.multiplier().is_some() && fires(gift))
        && settings.round == RoundWhen::EachRule
    {
        return Ok(());
    }
    for account in 0..settings.account_caps.len() {
        multiply_account(gifts, account, settings)?;
    }
    Ok(())
}

fn multiply_account(gifts: &mut [Gift<'_>], account: usize, settings: &Settings) -> Result<()> {
    let rows = gifts.iter().map(|gift| gift.rows.len()).max().unwrap_or(0);
    let mut base = vec![Ratio::ZERO; rows];
    for gift in gifts.iter().filter(|gift| {
        gift.plan.account == account
            && fires(gift)
            && !gift.plan.bonus
            && gift.plan.multiplier().is_none()
    }) {
        for (sum, row) in base.iter_mut().zip(&gift.rows) {
            let part = match settings.round {
                RoundWhen::EachRule => Ratio::from_int(*row),
                // Unrounded points, in the proportions of the rounded ones where these are not zero.
                RoundWhen::AfterMultiplier => match gift.points {
                    0 => Ratio::ZERO,
                    points => Ratio::new(i128::from(*row), i128::from(points))
                        .and_then(|part| part.checked_mul(gift.exact))
                        .ok_or_else(overflow)?,
                },
            };
            *sum = sum.checked_add(part).ok_or_else(overflow)?;
        }
    }
    let mut factors = vec![Ratio::ONE; rows];
    let mut before = sum_of(&base, &factors)?
        .round(settings.rounding)
        .ok_or_else(overflow)?;
    for gift in gifts
        .iter_mut()
        .filter(|gift| gift.plan.account == account && fires(gift))
    {
        let Some(factor) = gift.plan.multiplier() else {
            continue;
        };
        let mut weights = Vec::with_capacity(rows);
        for ((present, base), brought) in factors.iter_mut().zip(&base).zip(&gift.rows) {
            let next = if *brought == 0 {
                *present
            } else {
                combine(*present, factor, settings.multipliers).ok_or_else(overflow)?
            };
            let more = next
                .checked_sub(*present)
                .and_then(|more| more.checked_mul(*base))
                .ok_or_else(overflow)?;
            weights.push(more);
            *present = next;
        }
        let after = factors
            .iter()
            .zip(&base)
            .try_fold(Ratio::ZERO, |sum, (factor, base)| {
                let factor = (*factor).max(Ratio::ZERO);
                factor
                    .checked_mul(*base)
                    .and_then(|part| sum.checked_add(part))
            });
        let after = after
            .and_then(|sum| sum.round(settings.rounding))
            .ok_or_else(overflow)?;
        gift.points = after.checked_sub(before).ok_or_else(overflow)?;
        before = after;
        gift.rows = spread(gift.points, &scaled(&weights))?;
    }
    Ok(())
}

/// Fractions as whole numbers in the same proportions, as nearly as can be.
fn scaled(weights: &[Ratio]) -> Vec<i128> {
    let whole = weights.iter().try_fold(1_i128, |whole, weight| {
        let rest = Ratio::new(whole, weight.denominator())?.denominator();
        whole.checked_mul(rest).filter(|whole| *whole < 1 << 60)
    });
    let times = Ratio::new(whole.unwrap_or(1 << 20), 1).unwrap_or(Ratio::ONE);
    weights
        .iter()
        .map(|weight| {
            weight.checked_mul(times).map_or(0, |weight| {
                weight
                    .numerator()
                    .checked_div(weight.denominator())
                    .unwrap_or(0)
            })
        })
        .collect()
}

fn sum_of(base: &[Ratio], factors: &[Ratio]) -> Result<Ratio> {
    let each = base
        .iter()
        .zip(factors)
        .map(|(base, factor)| base.checked_mul(*factor));
    each.into_iter()
        .try_fold(Ratio::ZERO, |sum, part| sum.checked_add(part?))
        .ok_or_else(overflow)
}

fn combine(present: Ratio, factor: Ratio, how: Multipliers) -> Option<Ratio> {
    match how {
        Multipliers::SumOfBonuses => present.checked_add(factor.checked_sub(Ratio::ONE)?),
        Multipliers::Product => present.checked_mul(factor),
        Multipliers::Highest => Some(if present == Ratio::ONE {
            factor
        } else {
            present.max(factor)
        }),
    }
}

/// Cuts by the caps of rules and groups: those of base rules before multiplying, those of multipliers after it.
fn cut_by_own_caps(
    gifts: &mut [Gift<'_>],
    settings: &Settings,
    usage: &mut Usage<'_>,
    multipliers: bool,
) -> Result<()> {
    for gift in gifts
        .iter_mut()
        .filter(|gift| fires(gift) && gift.plan.multiplier().is_some() == multipliers)
    {
        if gift.plan.caps.is_empty() && gift.plan.group.is_none() {
            continue;
        }
        let group = gift
            .plan
            .group
            .and_then(|group| settings.group_caps.get(group))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut points = gift.points;
        for cap in gift.plan.caps.iter().chain(group) {
            points = points.min(cap.admit(usage, points, (0, 0)));
        }
        cut(gift, points, multipliers)?;
    }
    Ok(())
}

/// Cuts by the caps of accounts: the lowest priority first.
fn cut_by_account(
    gifts: &mut [Gift<'_>],
    settings: &Settings,
    usage: &mut Usage<'_>,
) -> Result<()> {
    for (account, caps) in settings.account_caps.iter().enumerate() {
        if caps.is_empty() {
            continue;
        }
        let mut order: Vec<&mut Gift<'_>> = gifts
            .iter_mut()
            .filter(|gift| gift.plan.account == account && fires(gift))
            .collect();
        order.sort_by_key(|gift| Reverse(gift.plan.priority));
        let mut given = 0_i64;
        for gift in order {
            let mut points = gift.points;
            for cap in caps {
                points = points.min(cap.admit(usage, points, (given, 0)));
            }
            given = given.saturating_add(points);
            cut(gift, points, true)?;
        }
    }
    Ok(())
}

/// Lowers the points of a gift.
fn cut(gift: &mut Gift<'_>, points: i64, shared: bool) -> Result<()> {
    if points >= gift.points {
        return Ok(());
    }
    gift.points = points;
    gift.exact = Ratio::from_int(points);
    if points == 0 {
        gift.result = TraceResult::Capped;
        gift.rows.iter_mut().for_each(|row| *row = 0);
    } else if shared {
        share(gift)?;
    }
    Ok(())
}
