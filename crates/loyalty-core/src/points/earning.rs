//! What earn rules give for one event, to the point and row by row (section 4).

use core::cmp::Reverse;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::caps::{CapSpec, Uses};
use super::carry::CarryPlan;
use super::cut::{cut_by_account, cut_by_own_caps, level};
use super::expiry::LotPlan;
use super::give::{Counts, GivePlan, Rare, work_out};
use super::multiply::{Fraction, is_narrow, multiply};
use super::rules::{EarnBase, Give, Multipliers, PointRounding, RoundWhen};
use crate::amount::{Currency, Remainder, Share, allocate, allocate_in_place};
use crate::calendar::DayMemo;
use crate::condition::{Grain, Select};
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
    /// Rules with one account and equal plans for its lots have one number.
    pub(crate) lot_number: u32,
    /// When points that are earned on a day expire, where the day alone decides that.
    pub(crate) expiry_memo: DayMemo,
    pub(crate) caps: Vec<CapSpec>,
    pub(crate) group: Option<usize>,
    pub(super) give: GivePlan,
    /// What rows bring to it.
    pub(crate) counts: Counts,
    /// Whether caps of its own or of its group cut what it gives.
    pub(crate) has_own_caps: bool,
    /// Whether another rule can give in its place, or what it does not give is kept.
    contests: bool,
    pub(super) priority: i32,
    exclusive: bool,
    pub(super) bonus: bool,
    pub(super) rounding: PointRounding,
    pub(crate) carry: Option<CarryPlan>,
}

/// What decides how rules combine.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) multipliers: Multipliers,
    pub(crate) round: RoundWhen,
    pub(crate) rounding: PointRounding,
    /// The caps of each group and of each account.
    pub(crate) group_caps: Vec<Vec<CapSpec>>,
    pub(crate) account_caps: Vec<Vec<CapSpec>>,
    /// Whether any rule has caps of its own.
    pub(crate) rule_caps: bool,
    /// Caps by the terms of tracks.
    pub(crate) term_caps: Vec<CapSpec>,
    /// Whether a rule rounds the points of a unit.
    pub(crate) rounds_units: bool,
    /// Whether 64 bits hold what the factors of the program make of points.
    pub(crate) narrow_factors: bool,
    /// Whether a rule keeps anything of a member: a streak, or a remainder.
    pub(crate) remembers: bool,
}

impl Settings {
    /// Whether there are caps of groups or accounts, or of rules.
    pub(crate) fn capped(&self) -> bool {
        self.rule_caps || self.caps_of_all().next().is_some()
    }

    /// Notes whether the factors of the rules are narrow.
    pub(crate) fn weigh_factors<'p>(&mut self, rules: impl Iterator<Item = &'p Plan>) {
        let factors = rules.filter_map(Plan::multiplier);
        self.narrow_factors = is_narrow(factors, self.multipliers);
    }

    /// Finds the caps by the terms of tracks.
    pub(crate) fn find_term_caps<'p>(&mut self, rules: impl Iterator<Item = &'p Plan>) {
        let rules = rules.flat_map(|plan| &plan.caps);
        let all = rules.chain(self.caps_of_all());
        let by_term = all.filter(|cap| cap.track.is_some());
        self.term_caps = by_term.cloned().collect();
    }

    /// The caps by the terms of a track.
    pub(crate) fn caps_of_term(&self, track: usize) -> impl Iterator<Item = &CapSpec> {
        let of = move |cap: &&CapSpec| cap.track == Some(track);
        self.term_caps.iter().filter(of)
    }

    fn caps_of_all(&self) -> impl Iterator<Item = &CapSpec> {
        self.group_caps.iter().chain(&self.account_caps).flatten()
    }
}

/// The rules that fired, and what each row brings to them: minor units for a rate, units for `per_unit`, else a weight. Then
/// what they give, row by row.
#[derive(Debug)]
pub(crate) struct Gifts<'p> {
    pub(crate) all: Vec<Gift<'p>>,
    /// The rows of all gifts in one block, each as wide as the others.
    rows: Brought,
    width: usize,
    /// The units of each row, if a rule rounds the points of a unit.
    pub(crate) units: Vec<i64>,
}

/// What rows bring, gift by gift.
pub(crate) type Brought = SmallVec<[i64; 12]>;

/// A rule that fired.
#[derive(Clone, Debug)]
pub(crate) struct Gift<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) points: i64,
    pub(crate) result: TraceResult,
    pub(crate) rare: Option<Box<Rare>>,
}

/// What a rule gives before rounding: known only where that matters, which is where multipliers come first.
pub(super) type Exact = Vec<Fraction>;

impl<'p> Gifts<'p> {
    /// Room for so many rules. Every gift has so many rows; for an event without a basket one, which stands for the event.
    pub(crate) fn with_capacity(rules: usize, rows: usize) -> Self {
        let width = rows.max(1);
        Self {
            all: Vec::with_capacity(rules),
            rows: Brought::with_capacity(rules.saturating_mul(width)),
            width,
            units: Vec::new(),
        }
    }

    /// Adds a rule that fires, with what each row brings to it. Where `rows` says that it does not fire after all, nothing is
    /// added.
    pub(crate) fn bid<E>(
        &mut self,
        plan: &'p Plan,
        rare: Option<Box<Rare>>,
        rows: impl FnOnce(&mut Brought) -> Result<(), E>,
    ) -> Result<(), E> {
        let from = self.rows.len();
        if let Err(error) = rows(&mut self.rows) {
            self.rows.truncate(from);
            return Err(error);
        }
        self.all.push(Gift {
            plan,
            points: 0,
            result: TraceResult::NoPoints,
            rare,
        });
        Ok(())
    }

    /// Adds other gifts for the same rows.
    pub(crate) fn add(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.all.extend(other.all);
    }

    /// The gifts that give anything.
    pub(crate) fn given(&self) -> impl Iterator<Item = &Gift<'p>> + Clone {
        self.all.iter().filter(|gift| gift.points != 0)
    }

    /// The rules that give anything for a row, and how many points.
    pub(crate) fn of_row(&self, row: usize) -> impl Iterator<Item = (&'p Plan, i64)> {
        let own = self.rows.iter().skip(row).step_by(self.width);
        let all = self.all.iter().zip(own).filter(|(_, points)| **points != 0);
        all.filter(|(gift, _)| gift.points != 0)
            .map(|(gift, points)| (gift.plan, *points))
    }
}

/// Gifts that are being worked out, and their rows.
pub(super) struct Bids<'g, 'p> {
    pub(super) all: &'g mut [Gift<'p>],
    rows: &'g mut [i64],
    pub(super) width: usize,
}

impl<'p> Bids<'_, 'p> {
    /// Each gift with its rows.
    pub(super) fn each(&mut self) -> impl Iterator<Item = (&mut Gift<'p>, &mut [i64])> {
        let (mut rest, width) = (&mut *self.rows, self.width);
        self.all.iter_mut().map_while(move |gift| {
            let (own, others) = core::mem::take(&mut rest).split_at_mut_checked(width)?;
            rest = others;
            Some((gift, own))
        })
    }
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
        (base, rounding): (EarnBase, PointRounding),
        metric: Option<(usize, Grain)>,
        currency: Currency,
    ) -> Result<Self> {
        let own = match &rule.give {
            Give::Rate(rate) => rate.base,
            _ => None,
        };
        let rounding = rule.rounding.unwrap_or(rounding);
        let give =
            GivePlan::new(&rule.give, metric, currency).map_err(|error| error.under("give"))?;
        let carry = if rule.carry {
            give.carry(rounding).map_err(|error| error.under("carry"))?
        } else {
            None
        };
        Ok(Self {
            id: rule.id.clone(),
            account,
            lines,
            base: own.unwrap_or(base),
            lot,
            lot_number: 0,
            expiry_memo: DayMemo::default(),
            group,
            priority: rule.priority,
            exclusive: rule.exclusive,
            bonus: rule.bonus || matches!(give, GivePlan::Milestone(_)),
            rounding,
            contests: group.is_some() || rule.exclusive || carry.is_some(),
            has_own_caps: group.is_some() || !caps.is_empty(),
            counts: give.counts(),
            caps,
            carry,
            give,
        })
    }

    /// Whether it multiplies what others give.
    pub(crate) fn is_multiplier(&self) -> bool {
        matches!(self.give, GivePlan::Multiply(_))
    }

    /// Whether no other rule multiplies what it gives.
    pub(crate) fn is_bonus(&self) -> bool {
        self.bonus
    }

    /// Whether the rule gives for money or units, so that it needs a basket.
    pub(crate) fn needs_basket(give: &Give) -> bool {
        match give {
            Give::Rate(rate) => rate.attribute.is_none(),
            _ => matches!(give, Give::PerUnit(_) | Give::PerLine(_)),
        }
    }

    pub(super) fn multiplier(&self) -> Option<Fraction> {
        match self.give {
            GivePlan::Multiply(factor) => Some(factor),
            _ => None,
        }
    }
}

/// Works out what the rules that fired give.
pub(crate) fn settle(gifts: &mut Gifts<'_>, settings: &Settings, uses: Uses<'_>) -> Result<()> {
    let units = &gifts.units;
    let mut gifts = Bids {
        all: &mut gifts.all,
        rows: &mut gifts.rows,
        width: gifts.width,
    };
    let each_rule = settings.round == RoundWhen::EachRule;
    let mut exact = Exact::new();
    let (mut contest, mut cut_again) = (false, false);
    for (gift, rows) in gifts.each() {
        let before_rounding = work_out(gift, rows, units, settings.round)?;
        if !each_rule {
            exact.push(before_rounding);
        }
        let plan = gift.plan;
        contest |= plan.contests;
        // What multiplying brings is cut again where the factors have caps, or the rounding comes after them.
        cut_again |= plan.has_own_caps && (plan.is_multiplier() || !each_rule);
    }
    if contest {
        one_of_each_group(gifts.all);
        exclusive(gifts.all);
        only_winners_carry(gifts.all);
    }
    let mut factors = false;
    let mut all_exact = exact.iter_mut();
    for (gift, rows) in gifts.each() {
        let exact = all_exact.next();
        if gift.plan.is_multiplier() {
            factors |= fires(gift);
            continue;
        }
        if gift.plan.has_own_caps {
            let before = gift.points;
            cut_by_own_caps((gift, rows), settings, uses, false)?;
            if let Some(exact) = exact
                && gift.points != before
            {
                *exact = Fraction::whole(gift.points);
            }
        }
        if each_rule || gift.plan.bonus {
            share(gift.points, rows)?;
        }
    }
    if factors || !each_rule {
        multiply(&mut gifts, &exact, settings)?;
    }
    if cut_again {
        // Rounding after multiplying can give a base rule a point more than it was cut to.
        for (gift, rows) in gifts.each() {
            if gift.plan.is_multiplier() || !each_rule {
                cut_by_own_caps((gift, rows), settings, uses, true)?;
            }
        }
    }
    cut_by_account(&mut gifts, settings, uses)?;
    if gifts.all.iter().any(|gift| gift.points < 0) {
        for account in 0..settings.account_caps.len() {
            level(&mut gifts, account);
        }
    }
    for gift in gifts.all.iter_mut() {
        if gift.result == TraceResult::Gave && gift.points == 0 {
            gift.result = TraceResult::NoPoints;
        }
    }
    Ok(())
}

pub(super) fn overflow(what: impl core::fmt::Display) -> Error {
    let words = format!("{what} would give more points than can be counted");
    Error::new(Code::Overflow, words)
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

/// Whether a gift is of an account, and fires.
pub(super) fn fires_for(gift: &Gift<'_>, account: usize) -> bool {
    gift.plan.account == account && fires(gift)
}

fn drop_gift(gift: &mut Gift<'_>, result: TraceResult) {
    gift.result = result;
    gift.points = 0;
    gift.rare = None;
}

fn one_of_each_group(gifts: &mut [Gift<'_>]) {
    if gifts.iter().all(|gift| gift.plan.group.is_none()) {
        return;
    }
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

/// Where another rule gives in its place, a rule that came to nothing keeps nothing either.
fn only_winners_carry(gifts: &mut [Gift<'_>]) {
    for place in 0..gifts.len() {
        let Some(gift) = gifts.get(place).filter(|gift| gift.plan.carry.is_some()) else {
            continue;
        };
        let (group, account) = (gift.plan.group, gift.plan.account);
        let beaten = !fires(gift)
            && gifts.iter().filter(|other| fires(other)).any(|other| {
                (group.is_some() && other.plan.group == group)
                    || (other.plan.exclusive && other.plan.account == account)
            });
        if let Some(gift) = gifts.get_mut(place).filter(|_| beaten) {
            gift.rare = None;
        }
    }
}

/// Shares the points of a gift over its rows, by what each row brought.
#[inline]
pub(super) fn share(points: i64, rows: &mut [i64]) -> Result<()> {
    match rows {
        [one] => {
            *one = points;
            Ok(())
        }
        many => share_out(points, many),
    }
}

/// Shares points over rows, by what they brought.
fn share_out(points: i64, rows: &mut [i64]) -> Result<()> {
    if points == 0 {
        rows.fill(0);
    } else if !allocate_in_place(points, rows) {
        let shares = spread(points, rows)?;
        rows.copy_from_slice(&shares);
    }
    Ok(())
}

/// Shares points by weights; where every weight is zero, alike.
pub(super) fn spread(points: i64, weights: &[i64]) -> Result<Vec<i64>> {
    let largest = weights.iter().map(|row| row.unsigned_abs()).max();
    let shift = shift(u128::from(largest.unwrap_or(0)));
    let weight = |row: &i64| row.unsigned_abs().checked_shr(shift).unwrap_or(0);
    allot(
        points,
        weights
            .iter()
            .map(|row| i64::try_from(weight(row)).unwrap_or(i64::MAX)),
    )
}

/// The same by other weights, one a row.
pub(super) fn share_by(
    points: i64,
    rows: &mut [i64],
    weights: impl ExactSizeIterator<Item = i128> + Clone,
) -> Result<()> {
    if let [one] = rows {
        *one = points;
        return Ok(());
    }
    if points == 0 {
        rows.fill(0);
        return Ok(());
    }
    if rows.len() == weights.len() {
        // Weights that are cut are too large to be shared in their place.
        for (row, weight) in rows.iter_mut().zip(weights.clone()) {
            *row = i64::try_from(weight.unsigned_abs()).unwrap_or(i64::MAX);
        }
        if allocate_in_place(points, rows) {
            return Ok(());
        }
    }
    let largest = weights.clone().map(i128::unsigned_abs).max();
    let shift = shift(largest.unwrap_or(0));
    let weight = |weight: i128| weight.unsigned_abs().checked_shr(shift).unwrap_or(0);
    let shares = allot(
        points,
        weights.map(|one| i64::try_from(weight(one)).unwrap_or(i64::MAX)),
    )?;
    for (row, share) in rows.iter_mut().zip(shares) {
        *row = share;
    }
    Ok(())
}

/// Weights so large that their sum might not fit lose so many bits: the proportions stay, to one part in a million million.
fn shift(largest: u128) -> u32 {
    128_u32
        .saturating_sub(largest.leading_zeros())
        .saturating_sub(40)
}

fn allot(points: i64, weights: impl Iterator<Item = i64>) -> Result<Vec<i64>> {
    let row = |weight: i64| Share {
        weight,
        headroom: None,
        quantity: 1,
    };
    let rows: Vec<Share> = weights.map(row).collect();
    let mut out = Vec::with_capacity(rows.len());
    allocate(points, &rows, Remainder::LargestRemainder, &mut out)?;
    Ok(out)
}
