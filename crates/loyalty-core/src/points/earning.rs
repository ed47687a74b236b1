//! What earn rules give for one event, to the point and row by row (section 4).

use core::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::caps::{CapSpec, Usage};
use super::expiry::LotPlan;
use super::multiply::{Fraction, multiply};
use super::rules::{EarnBase, Give, Multipliers, RateMode, RoundWhen};
use crate::amount::{Currency, Money, Remainder, Rounding, Share, allocate};
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
    pub(super) bonus: bool,
    rounding: Rounding,
}

#[derive(Clone, Copy, Debug)]
enum GivePlan {
    /// So many points for so many minor units, in proportion or by full steps.
    Rate {
        points: Fraction,
        per: i64,
        mode: RateMode,
    },
    Fixed(i64),
    PerUnit(Fraction),
    Multiply(Fraction),
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
    pub(crate) plan: &'p Plan,
    pub(crate) rows: Vec<i64>,
}

/// What became of a bid.
#[derive(Clone, Debug)]
pub(crate) struct Gift<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) points: i64,
    /// The points, row by row.
    pub(crate) rows: Vec<i64>,
    pub(crate) result: TraceResult,
    /// Before rounding, as long as that matters.
    pub(super) exact: Fraction,
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
                        points: Fraction::new(rate.points.0),
                        per,
                        mode: rate.mode,
                    },
                    rate.base.unwrap_or(base),
                )
            }
            Give::Fixed(points) => (GivePlan::Fixed(points.get()), base),
            Give::PerUnit(points) => (GivePlan::PerUnit(Fraction::new(points.0)), base),
            Give::Multiply(factor) => (GivePlan::Multiply(Fraction::new(factor.0)), base),
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

    pub(super) fn multiplier(&self) -> Option<Fraction> {
        match self.give {
            GivePlan::Multiply(factor) => Some(factor),
            _ => None,
        }
    }

    /// What the rule gives before rounding, for what all rows bring together.
    fn exact(&self, brought: i64) -> Option<Fraction> {
        match self.give {
            GivePlan::Rate {
                points,
                per,
                mode: RateMode::Proportional,
            } => points.times(brought)?.over(per),
            GivePlan::Rate {
                points,
                per,
                mode: RateMode::Step,
            } => points.times(brought.checked_div(per)?),
            GivePlan::Fixed(points) => Some(Fraction {
                num: i128::from(points),
                den: 1,
            }),
            GivePlan::PerUnit(points) => points.times(brought),
            GivePlan::Multiply(_) => Some(Fraction::ZERO),
        }
    }
}

/// What the rules that fired give. The answer has one gift a bid, in the order of the bids.
pub(crate) fn gifts<'p>(
    bids: Vec<Bid<'p>>,
    settings: &Settings,
    usage: &Usage<'_>,
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
        let nothing = if settings.round == RoundWhen::EachRule {
            points == 0
        } else {
            exact.num == 0
        };
        let result = if nothing && !bid.plan.is_multiplier() {
            TraceResult::NoPoints
        } else {
            TraceResult::Gave
        };
        gifts.push(Gift {
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
        .filter(|gift| settings.round == RoundWhen::EachRule || gift.plan.bonus)
        .filter(|gift| !gift.plan.is_multiplier())
    {
        share(gift)?;
    }
    multiply(&mut gifts, settings)?;
    cut_by_own_caps(&mut gifts, settings, usage, true)?;
    cut_by_account(&mut gifts, settings, usage)?;
    for account in 0..settings.account_caps.len() {
        level(&mut gifts, account);
    }
    for gift in &mut gifts {
        if gift.result == TraceResult::Gave && gift.points == 0 {
            gift.result = TraceResult::NoPoints;
        }
    }
    Ok(gifts)
}

pub(super) fn overflow() -> Error {
    Error::new(
        Code::Overflow,
        "a rule would give more points than can be counted",
    )
}

/// Who comes first: the highest priority, then the most points (the largest factor), then the id.
fn first(one: &Gift<'_>, other: &Gift<'_>) -> core::cmp::Ordering {
    let factor = |gift: &Gift<'_>| gift.plan.multiplier().unwrap_or(Fraction::ZERO);
    Reverse(one.plan.priority)
        .cmp(&Reverse(other.plan.priority))
        .then_with(|| other.points.cmp(&one.points))
        .then_with(|| factor(other).cmp(factor(one)))
        .then_with(|| one.plan.id.cmp(&other.plan.id))
}

pub(super) fn fires(gift: &Gift<'_>) -> bool {
    gift.result == TraceResult::Gave
}

fn drop_gift(gift: &mut Gift<'_>, result: TraceResult) {
    gift.result = result;
    gift.points = 0;
    gift.exact = Fraction::ZERO;
}

fn one_of_each_group(gifts: &mut [Gift<'_>]) {
    let mut winners: FxHashMap<usize, usize> = FxHashMap::default();
    for (place, gift) in gifts.iter().enumerate() {
        let (Some(group), true) = (gift.plan.group, fires(gift)) else {
            continue;
        };
        let best = winners.entry(group).or_insert(place);
        if gifts
            .get(*best)
            .is_some_and(|best| first(gift, best).is_lt())
        {
            *best = place;
        }
    }
    for (place, gift) in gifts.iter_mut().enumerate().filter(|(_, gift)| fires(gift)) {
        let winner = gift.plan.group.and_then(|group| winners.get(&group));
        if winner.is_some_and(|winner| *winner != place) {
            drop_gift(gift, TraceResult::LostInGroup);
        }
    }
}

/// In each account: if exclusive rules fire, only the first of them gives.
fn exclusive(gifts: &mut [Gift<'_>]) {
    let mut winners: Vec<(usize, usize)> = Vec::new();
    for (place, gift) in gifts.iter().enumerate() {
        if !gift.plan.exclusive || !fires(gift) {
            continue;
        }
        match winners
            .iter_mut()
            .find(|(account, _)| *account == gift.plan.account)
        {
            Some((_, winner))
                if gifts
                    .get(*winner)
                    .is_some_and(|best| first(gift, best).is_lt()) =>
            {
                *winner = place
            }
            Some(_) => {}
            None => winners.push((gift.plan.account, place)),
        }
    }
    if winners.is_empty() {
        return;
    }
    for (place, gift) in gifts.iter_mut().enumerate().filter(|(_, gift)| fires(gift)) {
        let winner = winners
            .iter()
            .find(|(account, _)| *account == gift.plan.account);
        if winner.is_some_and(|(_, winner)| *winner != place) {
            drop_gift(gift, TraceResult::Excluded);
        }
    }
}

/// Shares the points of a gift over its rows, by what each row brought.
pub(super) fn share(gift: &mut Gift<'_>) -> Result<()> {
    let rows = core::mem::take(&mut gift.rows);
    gift.rows = spread(gift.points, rows.into_iter().map(i128::from))?;
    Ok(())
}

/// Shares points by weights; where every weight is zero, alike.
pub(super) fn spread(
    points: i64,
    weights: impl ExactSizeIterator<Item = i128> + Clone,
) -> Result<Vec<i64>> {
    if weights.len() <= 1 {
        return Ok(weights.map(|_| points).collect());
    }
    // So large that the sum might not fit: the proportions stay, to one part in a million million.
    let largest = weights.clone().map(i128::unsigned_abs).max().unwrap_or(0);
    let shift = 128_u32
        .saturating_sub(largest.leading_zeros())
        .saturating_sub(40);
    let row = |weight: i128| Share {
        weight: i64::try_from(weight.unsigned_abs().checked_shr(shift).unwrap_or(0))
            .unwrap_or(i64::MAX),
        headroom: None,
        quantity: 1,
    };
    let rows: Vec<Share> = weights.map(row).collect();
    let mut out = Vec::with_capacity(rows.len());
    allocate(points, &rows, Remainder::LargestRemainder, &mut out)?;
    Ok(out)
}

/// Cuts by the caps of rules and groups: those of base rules before multiplying, those of multipliers after it.
fn cut_by_own_caps(
    gifts: &mut [Gift<'_>],
    settings: &Settings,
    usage: &Usage<'_>,
    multipliers: bool,
) -> Result<()> {
    // Rounding after multiplying can give a base rule a point more than it was cut to.
    let again = settings.round == RoundWhen::AfterMultiplier;
    for gift in gifts
        .iter_mut()
        .filter(|gift| fires(gift))
        .filter(|gift| gift.plan.is_multiplier() == multipliers || (multipliers && again))
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
            points = cap.cut(points, cap.room(usage));
        }
        cut(gift, points, multipliers)?;
    }
    Ok(())
}

/// Cuts by the caps of accounts: the lowest priority first, the later rule first among equals. What a factor below one takes
/// away makes room.
fn cut_by_account(gifts: &mut [Gift<'_>], settings: &Settings, usage: &Usage<'_>) -> Result<()> {
    for (account, caps) in settings.account_caps.iter().enumerate() {
        for cap in caps {
            let mine = |gift: &Gift<'_>| gift.plan.account == account && fires(gift);
            let total = gifts
                .iter()
                .filter(|gift| mine(gift))
                .fold(0_i64, |sum, gift| sum.saturating_add(gift.points));
            let mut excess = total.saturating_sub(cap.room(usage).unwrap_or(0));
            let mut order: Vec<&mut Gift<'_>> =
                gifts.iter_mut().rev().filter(|gift| mine(gift)).collect();
            order.sort_by_key(|gift| gift.plan.priority);
            for gift in order.into_iter().filter(|gift| gift.points > 0) {
                if excess <= 0 {
                    break;
                }
                let before = gift.points;
                let points = cap.cut(before, Some(before.saturating_sub(excess).max(0)));
                cut(gift, points, true)?;
                excess = excess.saturating_sub(before.saturating_sub(points));
            }
        }
    }
    Ok(())
}

/// What a factor below one takes away is never more than what the others give: neither in all (a cap may have cut them) nor on
/// a row (then it is taken on other rows).
fn level(gifts: &mut [Gift<'_>], account: usize) {
    let mine = |gift: &Gift<'_>| gift.plan.account == account && gift.points != 0;
    if !gifts.iter().any(|gift| mine(gift) && gift.points < 0) {
        return;
    }
    let mut nets: Vec<i64> = Vec::new();
    for gift in gifts.iter().filter(|gift| mine(gift)) {
        nets.resize(nets.len().max(gift.rows.len()), 0);
        for (net, row) in nets.iter_mut().zip(&gift.rows) {
            *net = net.saturating_add(*row);
        }
    }
    for gift in gifts
        .iter_mut()
        .filter(|gift| mine(gift) && gift.points < 0)
    {
        let mut moved = 0_i64;
        for (net, row) in nets.iter_mut().zip(&mut gift.rows) {
            let back = net.saturating_neg().min(row.saturating_neg()).max(0);
            *row = row.saturating_add(back);
            *net = net.saturating_add(back);
            moved = moved.saturating_add(back);
        }
        for (net, row) in nets.iter_mut().zip(&mut gift.rows) {
            let part = moved.min(*net).max(0);
            *row = row.saturating_sub(part);
            *net = net.saturating_sub(part);
            moved = moved.saturating_sub(part);
        }
        gift.points = gift.points.saturating_add(moved);
    }
}

/// Lowers the points of a gift.
fn cut(gift: &mut Gift<'_>, points: i64, shared: bool) -> Result<()> {
    if points == gift.points {
        return Ok(());
    }
    gift.points = points;
    gift.exact = Fraction {
        num: i128::from(points),
        den: 1,
    };
    if points == 0 {
        gift.result = TraceResult::Capped;
        gift.rows.iter_mut().for_each(|row| *row = 0);
    } else if shared {
        share(gift)?;
    }
    Ok(())
}
