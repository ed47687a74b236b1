//! The ledger of one account: lots, debt, and sums that must always agree (clauses 3.2 to 3.5).

use serde::{Deserialize, Serialize};

use super::rules::{BurnOrder, Restore};
use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::outcome::{LotDates, LotPoints};

/// Points of one member in one account.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) id: Id,
    /// Points owed: never together with available points.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) debt: i64,
    pub(crate) sums: Sums,
    /// The number of the next lot.
    next: u32,
    /// The lots that hold points: earliest expiry first, then earliest earned, then lowest number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lots: Vec<Lot>,
    /// What has expired of lots whose orders can still be returned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    expired: Vec<Gone>,
    /// What was forgiven of lots whose orders can still be returned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    forgiven: Vec<Gone>,
}

impl Clone for Account {
    /// Leaves room for one more lot: what is copied is nearly always added to.
    fn clone(&self) -> Self {
        let mut lots = Vec::with_capacity(self.lots.len().saturating_add(1));
        lots.extend_from_slice(&self.lots);
        Self {
            id: self.id.clone(),
            lots,
            expired: self.expired.clone(),
            forgiven: self.forgiven.clone(),
            ..*self
        }
    }
}

/// The sums of all postings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sums {
    pub(crate) earned: i64,
    pub(crate) restored: i64,
    pub(crate) credited: i64,
    pub(crate) spent: i64,
    pub(crate) expired: i64,
    pub(crate) reversed: i64,
    pub(crate) debited: i64,
}

/// Points with the same dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lot {
    /// Its number: lots are made in this order.
    pub(crate) n: u32,
    pub(crate) kind: LotKind,
    pub(crate) earned_on: Date,
    /// When the points become available, until they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) active_from: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Instant>,
    pub(crate) points: i64,
}

/// Where the points of a lot come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LotKind {
    Earned,
    Credited,
}

/// Points of a lot that are gone, remembered for returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    n: u32,
    on: Date,
    points: i64,
}

/// Points taken from a lot; the lot as it was, with as many points as were taken.
pub(crate) type Taken = Lot;

/// What an order or a redemption took from a lot, and how much of it is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Took {
    pub(crate) lot: Lot,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) back: i64,
}

impl Lot {
    /// The dates for an entry.
    pub(crate) fn dates(&self) -> LotDates {
        LotDates {
            earned_on: self.earned_on,
            active_from: self.active_from,
            expires_at: self.expires_at,
        }
    }

    /// The dates and the points for an entry.
    pub(crate) fn entry(&self) -> LotPoints {
        LotPoints {
            points: Points::new(self.points),
            lot: self.dates(),
        }
    }

    /// Lots are kept in this order.
    fn key(&self) -> (Instant, Date, u32) {
        (
            self.expires_at.unwrap_or(Instant::from_micros(i64::MAX)),
            self.earned_on,
            self.n,
        )
    }

    fn same(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.earned_on == other.earned_on
            && self.active_from == other.active_from
            && self.expires_at == other.expires_at
    }
}

/// What a posting that gives points did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) lot: Lot,
    /// How many of the points went to a debt at once.
    pub(crate) repaid: i64,
}

/// What a posting that takes points did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reversal {
    pub(crate) taken: Vec<Taken>,
    pub(crate) owed: i64,
    pub(crate) forgiven: i64,
    pub(crate) expired: i64,
}

impl Account {
    pub(crate) fn new(id: Id) -> Self {
        Self {
            id,
            debt: 0,
            sums: Sums::default(),
            next: 1,
            lots: Vec::new(),
            expired: Vec::new(),
            forgiven: Vec::new(),
        }
    }

    /// Points that can be used now.
    pub(crate) fn available(&self) -> i64 {
        self.lots
            .iter()
            .filter(|lot| lot.active_from.is_none())
            .fold(0, |sum: i64, lot| sum.saturating_add(lot.points))
    }

    /// Points that will become available.
    pub(crate) fn pending(&self) -> i64 {
        self.lots
            .iter()
            .filter(|lot| lot.active_from.is_some())
            .fold(0, |sum: i64, lot| sum.saturating_add(lot.points))
    }

    /// Available points less debt.
    pub(crate) fn balance(&self) -> i64 {
        self.available().saturating_sub(self.debt)
    }

    /// Clause 3.5, and the rules of the lots.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let Sums {
            earned,
            restored,
            credited,
            spent,
            expired,
            reversed,
            debited,
        } = self.sums;
        let all = [
            earned, restored, credited, spent, expired, reversed, debited, self.debt,
        ];
        if all.iter().any(|sum| !(0..=SUM_MAX).contains(sum)) {
            return Some("a sum of an account is negative or too large");
        }
        if self
            .lots
            .iter()
            .any(|lot| !(1..=SUM_MAX).contains(&lot.points))
        {
            return Some("a lot holds no points, or too many");
        }
        if self.lots.iter().any(|lot| lot.n == 0 || lot.n >= self.next) {
            return Some("a lot has a number that was never given out");
        }
        if !self
            .lots
            .windows(2)
            .all(|pair| matches!(pair, [first, second] if first.key() < second.key()))
        {
            return Some("the lots of an account are not in order");
        }
        let wide = |sums: &[i64]| {
            sums.iter()
                .fold(0_i128, |sum, n| sum.saturating_add(i128::from(*n)))
        };
        let held = self.lots.iter().fold(0_i128, |sum, lot| {
            sum.saturating_add(i128::from(lot.points))
        });
        let owed = i128::from(self.debt);
        let there = held
            .saturating_add(wide(&[spent, expired, reversed, debited]))
            .saturating_sub(owed);
        if wide(&[earned, restored, credited]) != there {
            return Some("the sums of an account do not add up");
        }
        if self
            .expired
            .iter()
            .chain(&self.forgiven)
            .any(|gone| gone.points <= 0)
        {
            return Some("points that are gone are less than one");
        }
        if self.debt > 0 && self.available() > 0 {
            return Some("an account has points and owes points at once");
        }
        None
    }

    /// Puts points into a lot; if they are available at once, a debt is paid first.
    pub(crate) fn earn(&mut self, lot: Lot) -> Result<Given> {
        self.sums.earned = sum(self.sums.earned, lot.points)?;
        self.give(lot)
    }

    /// The same for points that a person gives.
    pub(crate) fn credit(&mut self, lot: Lot) -> Result<Given> {
        self.sums.credited = sum(self.sums.credited, lot.points)?;
        self.give(lot)
    }

    fn give(&mut self, lot: Lot) -> Result<Given> {
        let repaid = if lot.active_from.is_none() {
            self.debt.min(lot.points)
        } else {
            0
        };
        self.debt = self.debt.saturating_sub(repaid);
        let mut given = lot;
        if let Some(equal) = self.lots.iter().find(|one| one.same(&lot)) {
            given.n = equal.n;
        } else if given.n == 0 {
            given.n = self.next;
            self.next = self
                .next
                .checked_add(1)
                .ok_or_else(|| Error::new(Code::Overflow, "the account has too many lots"))?;
        }
        self.put(Lot {
            points: lot.points.saturating_sub(repaid),
            ..given
        })?;
        Ok(Given { lot: given, repaid })
    }

    /// Puts points into the lot with this number and these dates, making it if it is not there.
    fn put(&mut self, lot: Lot) -> Result<()> {
        if lot.points == 0 {
            return Ok(());
        }
        match self.lots.binary_search_by_key(&lot.key(), Lot::key) {
            Ok(place) => {
                if let Some(there) = self.lots.get_mut(place) {
                    there.points = sum(there.points, lot.points)?;
                }
            }
            Err(place) => self.lots.insert(place, lot),
        }
        Ok(())
    }

    /// Uses available points, in burn order. The caller has made sure that there are enough.
    pub(crate) fn spend(&mut self, points: i64, order: BurnOrder) -> Result<Vec<Taken>> {
        let mut taken = Vec::new();
        let left = self.burn(points, order, &mut taken);
        if left > 0 {
            return Err(Error::new(
                Code::InsufficientPoints,
                format!("{left} points are missing in the account `{}`", self.id),
            ));
        }
        self.sums.spent = sum(self.sums.spent, points)?;
        Ok(taken)
    }

    /// Takes available points in burn order, as many as there are; says how many are left to take.
    fn burn(&mut self, points: i64, order: BurnOrder, taken: &mut Vec<Taken>) -> i64 {
        let mut left = points;
        let mut take = |lot: &mut Lot| {
            let part = lot.points.min(left);
            if part > 0 && lot.active_from.is_none() {
                left = left.saturating_sub(part);
                lot.points = lot.points.saturating_sub(part);
                taken.push(Lot {
                    points: part,
                    ..*lot
                });
            }
        };
        match order {
            BurnOrder::SoonestExpiry => self.lots.iter_mut().for_each(&mut take),
            BurnOrder::Oldest => {
                let mut oldest: Vec<&mut Lot> = self.lots.iter_mut().collect();
                oldest.sort_by_key(|lot| (lot.earned_on, lot.n));
                oldest.into_iter().for_each(take);
            }
        }
        self.drop_empty();
        left
    }

    fn drop_empty(&mut self) {
        self.lots.retain(|lot| lot.points > 0);
    }

    /// Takes back what an order put into its lots (clause 6.3): from its pending lots, from its other lots, then from all in
    /// burn order; then the rest is owed or forgiven. What had expired counts as taken.
    pub(crate) fn reverse(
        &mut self,
        points: i64,
        puts: &mut [Took],
        order: BurnOrder,
        debt: bool,
    ) -> Result<Reversal> {
        let mut made = Reversal::default();
        let mut left = points.max(0);
        for pending in [true, false] {
            for put in puts.iter_mut() {
                let Some(lot) = self
                    .lots
                    .iter_mut()
                    .find(|lot| lot.n == put.lot.n && lot.active_from.is_some() == pending)
                else {
                    continue;
                };
                let part = left
                    .min(lot.points)
                    .min(put.lot.points.saturating_sub(put.back));
                if part > 0 {
                    left = left.saturating_sub(part);
                    lot.points = lot.points.saturating_sub(part);
                    put.back = put.back.saturating_add(part);
                    made.taken.push(Lot {
                        points: part,
                        ..*lot
                    });
                }
            }
        }
        self.drop_empty();
        for put in puts.iter_mut() {
            let Some(gone) = self.expired.iter_mut().find(|gone| gone.n == put.lot.n) else {
                continue;
            };
            let part = left
                .min(gone.points)
                .min(put.lot.points.saturating_sub(put.back));
            left = left.saturating_sub(part);
            gone.points = gone.points.saturating_sub(part);
            put.back = put.back.saturating_add(part);
            made.expired = made.expired.saturating_add(part);
        }
        self.expired.retain(|gone| gone.points > 0);
        let own = left;
        left = self.burn(left, order, &mut made.taken);
        if debt {
            made.owed = left;
            self.debt = sum(self.debt, left)?;
        } else {
            made.forgiven = left;
        }
        // What could not come from the order's own lots still counts against them.
        let mut rest = own;
        let mut forgive = made.forgiven;
        for put in puts.iter_mut() {
            let part = rest.min(put.lot.points.saturating_sub(put.back));
            rest = rest.saturating_sub(part);
            put.back = put.back.saturating_add(part);
            let remember = forgive.min(part);
            forgive = forgive.saturating_sub(remember);
            remember_gone(&mut self.forgiven, put.lot.n, put.lot.earned_on, remember);
        }
        let counted = points
            .saturating_sub(made.forgiven)
            .saturating_sub(made.expired);
        self.sums.reversed = sum(self.sums.reversed, counted)?;
        Ok(made)
    }

    /// Takes points that a person debits.
    pub(crate) fn debit(&mut self, points: i64, order: BurnOrder, debt: bool) -> Result<Reversal> {
        let mut made = Reversal::default();
        let left = self.burn(points, order, &mut made.taken);
        if debt {
            made.owed = left;
            self.debt = sum(self.debt, left)?;
        } else {
            made.forgiven = left;
        }
        self.sums.debited = sum(self.sums.debited, points.saturating_sub(made.forgiven))?;
        Ok(made)
    }

    /// Gives points back to the lots that they came from, the last taken first (clause 5.3). Points whose lot has expired
    /// follow the policy; the caller expires what is due afterwards.
    pub(crate) fn restore(
        &mut self,
        points: i64,
        took: &mut [Took],
        now: Instant,
        expired: impl Fn(&Lot) -> Result<Lot>,
    ) -> Result<Restored> {
        let mut made = Restored::default();
        let mut left = points;
        for one in took.iter_mut().rev() {
            let part = left.min(one.lot.points.saturating_sub(one.back));
            if part == 0 {
                continue;
            }
            left = left.saturating_sub(part);
            one.back = one.back.saturating_add(part);
            self.sums.restored = sum(self.sums.restored, part)?;
            let mut lot = Lot {
                points: part,
                ..one.lot
            };
            if lot.expires_at.is_some_and(|at| at <= now) {
                lot = expired(&lot)?;
            }
            made.restored.push(lot);
            // What was forgiven or is owed comes first, also where the rest expires at once: so the order in which two
            // purchases go back makes no difference.
            let mut stays = part;
            if let Some(gone) = self.forgiven.iter_mut().find(|gone| gone.n == one.lot.n) {
                let repays = gone.points.min(stays);
                gone.points = gone.points.saturating_sub(repays);
                stays = stays.saturating_sub(repays);
                self.sums.reversed = sum(self.sums.reversed, repays)?;
                made.reversed.push(Lot {
                    points: repays,
                    ..lot
                });
            }
            let repaid = self.debt.min(stays);
            if repaid > 0 {
                self.debt = self.debt.saturating_sub(repaid);
                made.repaid.push(Lot {
                    points: repaid,
                    ..lot
                });
            }
            let kept = Lot {
                points: stays.saturating_sub(repaid),
                ..lot
            };
            if kept.points == 0 {
                continue;
            }
            if kept.expires_at.is_some_and(|at| at <= now) {
                self.sums.expired = sum(self.sums.expired, kept.points)?;
                remember_gone(&mut self.expired, kept.n, kept.earned_on, kept.points);
                made.expired.push(kept);
            } else if kept.n == 0 {
                self.give(kept)?;
            } else {
                self.put(kept)?;
            }
        }
        self.forgiven.retain(|gone| gone.points > 0);
        made.reversed.retain(|lot| lot.points > 0);
        Ok(made)
    }

    /// Pending points whose time has come become available. A debt is paid first.
    pub(crate) fn activate(&mut self, now: Instant) -> Result<Vec<Given>> {
        let due = |lot: &Lot| lot.active_from.is_some_and(|at| at <= now);
        if !self.lots.iter().any(due) {
            return Ok(Vec::new());
        }
        let mut made = Vec::new();
        let mut come: Vec<Lot> = Vec::new();
        self.lots.retain(|lot| {
            if due(lot) {
                come.push(*lot);
            }
            !due(lot)
        });
        come.sort_by_key(|lot| (lot.active_from, lot.n));
        for lot in come {
            let active = Lot {
                active_from: None,
                ..lot
            };
            // Two lots that are now equal stay two: an order remembers its lot by its number.
            let repaid = self.debt.min(active.points);
            self.debt = self.debt.saturating_sub(repaid);
            self.put(Lot {
                points: active.points.saturating_sub(repaid),
                ..active
            })?;
            made.push(Given {
                lot: active,
                repaid,
            });
        }
        Ok(made)
    }

    /// Points whose time is over are gone. `remember_from`: orders of earlier days cannot be returned.
    pub(crate) fn expire(&mut self, now: Instant, remember_from: Date) -> Result<Vec<Lot>> {
        let count = self
            .lots
            .partition_point(|lot| lot.expires_at.is_some_and(|at| at <= now));
        let gone: Vec<Lot> = self.lots.drain(..count).collect();
        for lot in &gone {
            self.sums.expired = sum(self.sums.expired, lot.points)?;
            if lot.earned_on >= remember_from {
                remember_gone(&mut self.expired, lot.n, lot.earned_on, lot.points);
            }
        }
        Ok(gone)
    }

    /// When the account changes next by time alone.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let expiry = self.lots.first().and_then(|lot| lot.expires_at);
        let activation = self.lots.iter().filter_map(|lot| lot.active_from).min();
        [expiry, activation].into_iter().flatten().min()
    }

    /// Forgets what no return can ask for any more.
    pub(crate) fn prune(&mut self, remember_from: Date) {
        self.expired.retain(|gone| gone.on >= remember_from);
        self.forgiven.retain(|gone| gone.on >= remember_from);
    }
}

/// What giving points back did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restored {
    /// Given back, by lot.
    pub(crate) restored: Vec<Lot>,
    /// Of these, expired at once.
    pub(crate) expired: Vec<Lot>,
    /// Of these, taken for what had been forgiven.
    pub(crate) reversed: Vec<Lot>,
    /// Of these, used to pay a debt.
    pub(crate) repaid: Vec<Lot>,
}

/// The lot that points go back to when theirs has expired.
pub(crate) fn after_expiry(
    policy: Restore,
    lot: &Lot,
    extended: Option<Instant>,
    fresh: Lot,
) -> Lot {
    match policy {
        Restore::StayExpired => *lot,
        Restore::Extend { .. } => Lot {
            expires_at: extended,
            n: 0,
            ..*lot
        },
        Restore::Fresh => Lot {
            points: lot.points,
            ..fresh
        },
    }
}

fn remember_gone(list: &mut Vec<Gone>, n: u32, on: Date, points: i64) {
    if points == 0 {
        return;
    }
    match list.iter_mut().find(|gone| gone.n == n) {
        Some(gone) => gone.points = gone.points.saturating_add(points),
        None => list.push(Gone { n, on, points }),
    }
}

/// Largest sum of an account.
const SUM_MAX: i64 = 4_000_000_000_000_000_000;

fn sum(first: i64, second: i64) -> Result<i64> {
    first
        .checked_add(second)
        .filter(|sum| *sum <= SUM_MAX)
        .ok_or_else(|| {
            Error::new(
                Code::Overflow,
                "the points of the account would grow past their limit",
            )
        })
}
