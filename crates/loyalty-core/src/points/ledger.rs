//! The ledger of one account: lots, debt, and sums that must always agree (clauses 3.2 to 3.5).

use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

mod close;
mod hold;
mod idle;
mod lapsed;
mod lot;
mod merge;
mod restore;
mod reverse;
mod way_back;

use super::rules::{BurnOrder, Expiry};
use crate::calendar::{Date, Instant, Zone};
use crate::error::{Code, Error, Result};
use crate::id::Id;

pub(crate) use hold::{HeldPoints, HeldValue, Hold};
pub(crate) use idle::LastActive;
pub(crate) use lapsed::Lapsed;
pub(crate) use lot::{ActiveFrom, DatedBy, Lot, LotKind, Taken, Took};
pub(crate) use merge::Renumbered;
pub(crate) use restore::after_expiry;
pub(crate) use reverse::Missing;
pub(crate) use way_back::Head;

use lapsed::forget;
use lot::Gone;

/// Points of one member in one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The rules by which lots are dated anew; a lot names one by its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Expiry>,
    /// When the member was last active, by what counts as being active.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    active: Vec<LastActive>,
    /// The day of the last decay, and of the last yearly deduction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) decayed_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deducted_on: Option<Date>,
    /// Lots that expired, remembered so that they can be reopened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lapsed: Vec<Lapsed>,
    /// Points that the purchase at hand uses first: those of the hold that it captures, by the numbers of their lots.
    #[serde(skip)]
    first: Vec<(u32, i64)>,
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

/// What a posting that gives points did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) lot: Lot,
    /// How many of the points went to a debt at once.
    pub(crate) repaid: i64,
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
            rules: Vec::new(),
            active: Vec::new(),
            decayed_on: None,
            deducted_on: None,
            lapsed: Vec::new(),
            first: Vec::new(),
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

    /// Clause 3.5, and the rules of the lots. `held`: the lots in holds.
    pub(crate) fn fault(&self, held: &[&Lot]) -> Option<&'static str> {
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
        let all = || self.lots.iter().chain(held.iter().copied());
        if all().any(|lot| !(1..=SUM_MAX).contains(&lot.points)) {
            return Some("a lot holds no points, or too many");
        }
        if all().any(|lot| lot.n == 0 || lot.n >= self.next) {
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
        let held = all().fold(0_i128, |sum, lot| {
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
        let lapsed = self.lapsed.iter().map(|lapsed| &lapsed.lot);
        if lapsed
            .clone()
            .any(|lot| lot.points <= 0 || lot.n == 0 || lot.n >= self.next)
        {
            return Some("a lot that is remembered never was");
        }
        let named = all().chain(lapsed).filter_map(|lot| lot.dated_by);
        if named
            .map(|by| by.rule)
            .any(|rule| usize::try_from(rule).map_or(true, |rule| rule >= self.rules.len()))
        {
            return Some("a lot is dated by a rule that is not there");
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

    /// The same for points whose time is over when they arrive: they pay nothing, so that it makes no difference in which order
    /// points arrive.
    pub(crate) fn credit_expired(&mut self, points: i64) -> Result<()> {
        self.sums.credited = sum(self.sums.credited, points)?;
        self.sums.expired = sum(self.sums.expired, points)?;
        Ok(())
    }

    fn give(&mut self, lot: Lot) -> Result<Given> {
        let repaid = if lot.active_from.is_none() {
            self.debt.min(lot.points)
        } else {
            0
        };
        self.debt = self.debt.saturating_sub(repaid);
        let mut given = lot;
        // Lots with the same dates stand together.
        let dates = lot.dates_kept();
        let from = self.first_with(dates);
        let near = self.lots.get(from..).unwrap_or_default();
        let mut near = near.iter().take_while(|one| one.dates_kept() == dates);
        if let Some(equal) = near.find(|one| one.same(&lot)) {
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

    /// Where the lots with these dates begin, or would stand. Nearly always what comes expires last: it is looked for from the end.
    fn first_with(&self, dates: (Instant, Date)) -> usize {
        let earlier = |lot: &Lot| lot.dates_kept() < dates;
        match self.lots.as_slice() {
            [.., last] if earlier(last) => self.lots.len(),
            [.., before, _] if earlier(before) => self.lots.len().saturating_sub(1),
            lots => lots.partition_point(earlier),
        }
    }

    /// Where the lot with this key is, or would be: see [`Account::first_with`].
    fn find(&self, key: (Instant, Date, u32)) -> Result<usize, usize> {
        match self.lots.last().map(|last| last.key().cmp(&key)) {
            Some(Ordering::Less) => Err(self.lots.len()),
            Some(Ordering::Equal) => Ok(self.lots.len().saturating_sub(1)),
            _ => self.lots.binary_search_by_key(&key, Lot::key),
        }
    }

    /// Puts points into the lot with this number and these dates, making it if it is not there.
    fn put(&mut self, lot: Lot) -> Result<()> {
        if lot.points == 0 {
            return Ok(());
        }
        match self.find(lot.key()) {
            Ok(place) => {
                if let Some(there) = self.lots.get_mut(place) {
                    there.points = sum(there.points, lot.points)?;
                }
            }
            Err(place) => self.lots.insert(place, lot),
        }
        Ok(())
    }

    /// Uses available points, in burn order. The caller has made sure that there are enough; if not, nothing changes.
    pub(crate) fn spend(&mut self, points: i64, order: BurnOrder) -> Result<Vec<Taken>> {
        let mut taken = Vec::with_capacity(self.lots.len().min(FEW_LOTS));
        let left = points.saturating_sub(self.use_first(points, &mut taken));
        let left = self.burn(left, order, &mut taken);
        let spent = if left > 0 {
            Err(Error::new(
                Code::InsufficientPoints,
                format!("{left} points are missing in the account `{}`", self.id),
            ))
        } else {
            sum(self.sums.spent, points)
        };
        if spent.is_err() {
            self.untake(&taken);
        }
        self.sums.spent = spent?;
        Ok(taken)
    }

    /// Takes available points in burn order, as many as there are; says how many are left to take.
    fn burn(&mut self, points: i64, order: BurnOrder, taken: &mut Vec<Taken>) -> i64 {
        let (mut left, mut seen) = (points, 0_usize);
        let mut take = |lot: &mut Lot| {
            seen = seen.saturating_add(1);
            let part = lot.points.min(left);
            if part > 0 && lot.active_from.is_none() {
                left = left.saturating_sub(part);
                lot.points = lot.points.saturating_sub(part);
                taken.push(Lot {
                    points: part,
                    ..*lot
                });
            }
            left
        };
        match order {
            BurnOrder::SoonestExpiry => {
                for lot in &mut self.lots {
                    if take(lot) == 0 {
                        break;
                    }
                }
            }
            BurnOrder::Oldest => {
                let mut oldest: Vec<&mut Lot> = self.lots.iter_mut().collect();
                oldest.sort_by_key(|lot| (lot.earned_on, lot.n));
                for lot in oldest {
                    if take(lot) == 0 {
                        break;
                    }
                }
                seen = self.lots.len();
            }
        }
        self.drop_empty(seen);
        left
    }

    /// Drops the lots that are empty among so many.
    fn drop_empty(&mut self, first: usize) {
        let first = first.min(self.lots.len());
        self.lots
            .extract_if(..first, |lot| lot.points <= 0)
            .for_each(drop);
    }

    /// Pending points whose time has come become available. A debt is paid first.
    pub(crate) fn activate(&mut self, now: Instant) -> Result<Vec<Given>> {
        let due = |lot: &Lot| lot.active_at().is_some_and(|at| at <= now);
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
            made.push(self.wake(active)?);
        }
        Ok(made)
    }

    /// Points that are available from now on, in their own lot: a debt is paid first.
    fn wake(&mut self, lot: Lot) -> Result<Given> {
        let repaid = self.debt.min(lot.points);
        self.debt = self.debt.saturating_sub(repaid);
        self.put(Lot {
            points: lot.points.saturating_sub(repaid),
            ..lot
        })?;
        Ok(Given { lot, repaid })
    }

    /// Takes available points for good, in burn order: as many as there are. `remember_from`: as for [`Account::expire`].
    pub(crate) fn wither(
        &mut self,
        points: i64,
        order: BurnOrder,
        remember_from: Date,
    ) -> Result<Vec<Lot>> {
        let mut gone = Vec::new();
        self.burn(points, order, &mut gone);
        self.bury(&gone, remember_from)?;
        Ok(gone)
    }

    /// The first days on which points of a lot can be used no longer, each with how many.
    pub(crate) fn expiring_days(&self, zone: Zone) -> impl Iterator<Item = (Date, i64)> {
        let dated = self.lots.iter();
        dated.filter_map(move |lot| Some((zone.date_at(lot.expires_at?), lot.points)))
    }

    /// Points whose time is over are gone. `remember_from`: orders of earlier days cannot be returned.
    pub(crate) fn expire(&mut self, now: Instant, remember_from: Date) -> Result<Vec<Lot>> {
        let count = self
            .lots
            .partition_point(|lot| lot.expires_at.is_some_and(|at| at <= now));
        let gone: Vec<Lot> = self.lots.drain(..count).collect();
        self.bury(&gone, remember_from)?;
        Ok(gone)
    }

    /// Counts what is gone as expired, and remembers it for returns.
    fn bury(&mut self, gone: &[Lot], remember_from: Date) -> Result<()> {
        for lot in gone {
            self.sums.expired = sum(self.sums.expired, lot.points)?;
            if lot.earned_on >= remember_from {
                remember_gone(&mut self.expired, lot.n, lot.earned_on, lot.points);
            }
        }
        Ok(())
    }

    /// When the account changes next by time alone.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        // As [`Lot::due`] for each lot: the first one expires first, and nearly all of them wait for nothing.
        let first = self.lots.first().and_then(|lot| lot.expires_at);
        let waits = self.lots.iter().filter(|lot| lot.active_from.is_some());
        waits.filter_map(Lot::active_at).chain(first).min()
    }

    /// Whether [`Account::prune`] would forget anything.
    pub(crate) fn remembers_before(&self, day: Date) -> bool {
        self.expired
            .iter()
            .chain(&self.forgiven)
            .any(|gone| gone.on < day)
    }

    /// Forgets what no return can ask for any more.
    pub(crate) fn prune(&mut self, remember_from: Date) {
        self.expired.retain(|gone| gone.on >= remember_from);
        self.forgiven.retain(|gone| gone.on >= remember_from);
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

/// Nearly always points are taken out of so few lots.
const FEW_LOTS: usize = 8;

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
