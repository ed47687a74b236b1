//! Points that returned goods take back by their list price: as many as the list price would have earned, up to what the order
//! earned (clause 6.1).
//!
//! Each rule goes by what rows brought to it. Points that depend on the price fall due by list prices, at as many points for
//! money as the order was given; points for units and lines by these; points that nothing measures by the part of all list
//! prices. What a factor added falls due as what it multiplied does.

use rustc_hash::FxHashMap;

use super::receipt::money_part;
use crate::amount::{Points, Rounding};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::member::{Order, OrderFactor};
use crate::outcome::LineRulePoints;

/// So many parts are one point where rules that were multiplied together are weighed: all numbers up to 16 divide it.
const FINE: i128 = 720_720;

/// What of the points of each rule is due so far.
pub(super) struct ListPrice {
    rules: Vec<Due>,
    factors: Vec<Factor>,
    /// What factors multiplied: each rule with its weight. Factors for the same rows share it.
    multiplied: Vec<Vec<(i128, Progress)>>,
}

/// The points of one rule.
struct Due {
    rule: Id,
    account: Id,
    points: i64,
    by: Progress,
    /// What is due so far.
    due: i64,
}

/// How far what was brought to a rule is back.
struct Progress {
    /// How much of what is due each row brings: what its list price would have brought, or, where all list prices bring nothing,
    /// its units.
    sizes: Vec<i64>,
    /// All is due at …
    whole: i64,
    /// … and so much of that is back.
    back: i64,
}

/// The points that a factor added, or took away.
struct Factor {
    rule: Id,
    account: Id,
    /// Where factors of an account took points away: the points of the factors before it, and with its own. Else none and its own.
    from: i64,
    until: i64,
    by: Multiplied,
    due: i64,
}

/// How far what a factor multiplied is back.
#[derive(Clone, Copy, PartialEq)]
enum Multiplied {
    /// As far as the rules at this place are.
    Rules(usize),
    /// By the points that are due of the other rules of the account: where a factor takes away, it never takes more than these.
    Account,
}

/// What rows brought to each rule, and its points.
struct Brought<'o> {
    order: &'o Order,
    backs: &'o [(i64, i64)],
    rules: FxHashMap<&'o Id, OfRule<'o>>,
}

/// The rows that count for a rule, with what each brought and would have brought by its list price; its points, and where.
#[derive(Default)]
struct OfRule<'o> {
    account: Option<&'o Id>,
    points: i64,
    rows: Vec<(usize, i64, i64)>,
}

impl ListPrice {
    /// Of an order, before anything more of it goes back; `backs` says of each row how many of how many parts are back.
    pub(super) fn new(order: &Order, backs: &[(i64, i64)]) -> Result<Self> {
        let mut named: Vec<&Id> = Vec::new();
        let mut rules: FxHashMap<&Id, OfRule<'_>> = FxHashMap::default();
        for (place, row) in order.rows.iter().enumerate() {
            for earned in &row.earned {
                let of = rules.entry(&earned.rule).or_default();
                if of.account.is_none() {
                    of.account = Some(&earned.account);
                    named.push(&earned.rule);
                }
                of.points = of.points.saturating_add(earned.points);
            }
            for one in &row.measured {
                let of = rules.entry(&one.rule).or_default();
                of.rows.push((place, one.now, one.list));
            }
        }
        let brought = Brought {
            order,
            backs,
            rules,
        };
        let mut all = Self {
            rules: Vec::new(),
            factors: Vec::new(),
            multiplied: Vec::new(),
        };
        let factors: FxHashMap<&Id, &OrderFactor> =
            order.factors.iter().map(|one| (&one.rule, one)).collect();
        let mut groups: Vec<&OrderFactor> = Vec::new();
        for rule in named {
            let Some(of) = brought.rules.get(rule) else {
                continue;
            };
            let account = of.account.unwrap_or(rule).clone();
            let Some(factor) = factors.get(rule) else {
                let by = brought.progress(rule, |_| true)?;
                all.rules.push(Due {
                    rule: rule.clone(),
                    account,
                    points: of.points,
                    due: by.of(of.points)?,
                    by,
                });
                continue;
            };
            let same = |one: &&OrderFactor| (&one.of, &one.rows) == (&factor.of, &factor.rows);
            let place = match groups.iter().position(same) {
                Some(place) => place,
                None => {
                    groups.push(factor);
                    all.multiplied.push(brought.multiplied(factor)?);
                    groups.len().saturating_sub(1)
                }
            };
            all.factors.push(Factor {
                rule: rule.clone(),
                account,
                from: 0,
                until: of.points,
                by: Multiplied::Rules(place),
                due: 0,
            });
        }
        all.together();
        all.due_of_factors(|_, _| {})?;
        Ok(all)
    }

    /// Where a factor took points away, the sums over the factors of its account are what falls due.
    fn together(&mut self) {
        let takers = self.factors.iter().filter(|factor| factor.until < 0);
        let accounts: Vec<Id> = takers.map(|factor| factor.account.clone()).collect();
        for account in accounts {
            let mut sum = 0_i64;
            let mine = self.factors.iter_mut().filter(|one| one.account == account);
            for factor in mine.filter(|one| one.by != Multiplied::Account) {
                factor.from = sum;
                sum = sum.saturating_add(factor.until);
                factor.until = sum;
                factor.by = Multiplied::Account;
            }
        }
    }

    /// What falls due when a row goes from `from` to `until` parts of `whole`.
    pub(super) fn step(
        &mut self,
        place: usize,
        step: (i64, i64, i64),
    ) -> Result<Vec<LineRulePoints>> {
        let mut points = Vec::new();
        let mut give = |rule: &Id, account: &Id, share: i64| {
            if share != 0 {
                points.push(LineRulePoints {
                    rule: rule.clone(),
                    account: account.clone(),
                    points: Points::new(share),
                });
            }
        };
        for due in &mut self.rules {
            due.by.go(place, step)?;
            let now = due.by.of(due.points)?;
            give(&due.rule, &due.account, now.saturating_sub(due.due));
            due.due = now;
        }
        for (_, progress) in self.multiplied.iter_mut().flatten() {
            progress.go(place, step)?;
        }
        self.due_of_factors(|factor, share| give(&factor.rule, &factor.account, share))?;
        Ok(points)
    }

    /// Brings what is due of the factors up to date; says how much more that is.
    fn due_of_factors(&mut self, mut say: impl FnMut(&Factor, i64)) -> Result<()> {
        for factor in &mut self.factors {
            let (mut part, mut whole) = (0_i128, 0_i128);
            match factor.by {
                Multiplied::Rules(place) => {
                    for (weight, progress) in self.multiplied.get(place).into_iter().flatten() {
                        part = part.saturating_add(progress.part_of(*weight)?);
                        whole = whole.saturating_add(*weight);
                    }
                }
                Multiplied::Account => {
                    for due in (self.rules.iter()).filter(|due| due.account == factor.account) {
                        part = part.saturating_add(i128::from(due.due));
                        whole = whole.saturating_add(i128::from(due.points));
                    }
                }
            }
            let of = |points: i64| share(points, part, whole);
            let now = of(factor.until)?.saturating_sub(of(factor.from)?);
            let more = now.saturating_sub(factor.due);
            factor.due = now;
            say(factor, more);
        }
        Ok(())
    }
}

impl Brought<'_> {
    /// How far is back what the chosen rows brought to a rule.
    fn progress(&self, rule: &Id, chosen: impl Fn(usize) -> bool) -> Result<Progress> {
        let rows = self.rules.get(rule).map(|of| of.rows.as_slice());
        let rows = rows
            .unwrap_or_default()
            .iter()
            .filter(|(place, ..)| chosen(*place));
        let (now, list) = rows.clone().fold((0_i64, 0_i64), |(now, list), one| {
            (now.saturating_add(one.1), list.saturating_add(one.2))
        });
        let mut sizes = vec![0_i64; self.order.rows.len()];
        let (mut all, mut back) = (0_i64, 0_i64);
        for (place, _, by_list) in rows {
            let (Some(size), Some(row), Some((parts, whole))) = (
                sizes.get_mut(*place),
                self.order.rows.get(*place),
                self.backs.get(*place),
            ) else {
                continue;
            };
            *size = if list == 0 { row.quantity() } else { *by_list };
            all = all.saturating_add(*size);
            back = back.saturating_add(money_part(*size, 0, *parts, *whole)?);
        }
        Ok(Progress {
            sizes,
            whole: if now > 0 { now } else { all },
            back,
        })
    }

    /// The rules that a factor multiplied: their points, as far as these are for the rows of the factor, are their weights.
    fn multiplied(&self, factor: &OrderFactor) -> Result<Vec<(i128, Progress)>> {
        let mut multiplied = Vec::with_capacity(factor.of.len());
        for rule in &factor.of {
            let own = self.progress(rule, |place| factor.has(place))?;
            let all = self.progress(rule, |_| true)?;
            let points = self.rules.get(rule).map_or(0, |of| of.points.max(0));
            let weight = i128::from(points)
                .checked_mul(FINE)
                .and_then(|points| points.checked_mul(i128::from(own.whole.min(all.whole))))
                .and_then(|points| Rounding::Floor.divide(points, i128::from(all.whole.max(1))));
            multiplied.push((weight.ok_or_else(overflow)?, own));
        }
        // One alone is exact in its own measure; where no points say how several compare, they are alike.
        if let [(weight, alone)] = multiplied.as_mut_slice() {
            *weight = i128::from(alone.whole);
        } else if multiplied.iter().all(|(weight, _)| *weight == 0) {
            multiplied.iter_mut().for_each(|(weight, _)| *weight = FINE);
        }
        Ok(multiplied)
    }
}

impl Progress {
    /// A row goes back from so many parts of its whole to so many.
    fn go(&mut self, place: usize, (from, until, whole): (i64, i64, i64)) -> Result<()> {
        let size = self.sizes.get(place).copied().unwrap_or(0);
        let more = money_part(size, from, until, whole)?;
        self.back = self.back.saturating_add(more);
        Ok(())
    }

    /// What of so many points is due.
    fn of(&self, points: i64) -> Result<i64> {
        share(points, i128::from(self.back), i128::from(self.whole))
    }

    /// What of a weight is due, rounded down.
    fn part_of(&self, weight: i128) -> Result<i128> {
        if self.back >= self.whole {
            return Ok(weight);
        }
        let part = weight.checked_mul(i128::from(self.back));
        let part = part.and_then(|part| Rounding::Floor.divide(part, i128::from(self.whole)));
        part.ok_or_else(overflow)
    }
}

/// So many parts of a whole of some points; all of them where there is no whole.
fn share(points: i64, part: i128, whole: i128) -> Result<i64> {
    if part >= whole {
        return Ok(points);
    }
    i128::from(points)
        .checked_mul(part)
        .and_then(|product| Rounding::HalfUp.divide(product, whole))
        .and_then(|part| i64::try_from(part).ok())
        .ok_or_else(overflow)
}

#[cold]
fn overflow() -> Error {
    Error::new(Code::Overflow, "points are more than can be counted")
}
