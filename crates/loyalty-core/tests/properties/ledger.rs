//! A plain reading of the journal: the balances that the entries alone make, and the lots, by their dates.

use std::collections::BTreeMap;

use loyalty_core::{Change, Date, Entry, Id, Instant, LotDates, LotPoints, Member, Points};

/// The dates by which points of an account are told apart: earned on, expires at.
type Dates = (Date, Option<Instant>);

/// One account, as its entries make it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fold {
    available: i128,
    pending: i128,
    held: i128,
    debt: i128,
    lots: BTreeMap<Dates, i128>,
    /// Earned, restored, credited.
    came: i128,
    /// Spent, expired, reversed, debited.
    went: i128,
}

/// All accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    accounts: BTreeMap<String, Fold>,
}

impl Fold {
    fn put(&mut self, lot: &LotDates, points: i128) {
        if lot.active_from.is_some() || lot.on_settlement {
            self.pending += points;
        } else {
            self.available += points;
        }
        *self
            .lots
            .entry((lot.earned_on, lot.expires_at))
            .or_default() += points;
    }

    fn take(&mut self, lots: &[LotPoints]) {
        for one in lots {
            self.put(&one.lot, -wide(one.points));
        }
    }
}

fn wide(points: Points) -> i128 {
    i128::from(points.get())
}

fn sum(lots: &[LotPoints]) -> i128 {
    lots.iter().map(|one| wide(one.points)).sum()
}

impl Ledger {
    fn account(&mut self, id: &Id) -> &mut Fold {
        self.accounts.entry(id.to_string()).or_default()
    }

    /// Posts entries; says which one contradicts itself.
    pub(crate) fn post(&mut self, entries: &[Entry]) -> Result<(), String> {
        entries.iter().try_for_each(|entry| {
            self.one(entry)
                .map_err(|words| format!("{words}: {entry:?}"))
        })
    }

    fn one(&mut self, entry: &Entry) -> Result<(), String> {
        // What is posted, and what the entry says besides of points that were not there.
        let (points, more) = match &entry.change {
            Change::Earned {
                account,
                points,
                lot,
                rules,
                ..
            } => {
                let fold = self.account(account);
                fold.put(lot, wide(*points));
                fold.came += wide(*points);
                let given: i128 = rules.iter().map(|rule| wide(rule.points)).sum();
                if given != wide(*points) {
                    return Err("the rules do not make the points".to_owned());
                }
                (*points, Points::ZERO)
            }
            Change::Credited {
                account,
                points,
                lot,
                ..
            } => {
                let fold = self.account(account);
                fold.put(lot, wide(*points));
                fold.came += wide(*points);
                (*points, Points::ZERO)
            }
            Change::Activated {
                account, points, ..
            } => {
                let fold = self.account(account);
                fold.pending -= wide(*points);
                fold.available += wide(*points);
                (*points, Points::ZERO)
            }
            Change::Repaid {
                account,
                points,
                lot,
            } => {
                let fold = self.account(account);
                fold.put(
                    &LotDates {
                        active_from: None,
                        on_settlement: false,
                        ..*lot
                    },
                    -wide(*points),
                );
                fold.debt -= wide(*points);
                (*points, Points::ZERO)
            }
            Change::Spent {
                account,
                points,
                lots,
                ..
            } => {
                let fold = self.account(account);
                fold.take(lots);
                fold.went += wide(*points);
                if sum(lots) != wide(*points) {
                    return Err("the lots do not make the points".to_owned());
                }
                (*points, Points::ZERO)
            }
            Change::Restored {
                account,
                points,
                lots,
                ..
            } => {
                let fold = self.account(account);
                for one in lots {
                    fold.put(&one.lot, wide(one.points));
                }
                fold.came += wide(*points);
                if sum(lots) != wide(*points) {
                    return Err("the lots do not make the points".to_owned());
                }
                (*points, Points::ZERO)
            }
            Change::Held {
                account,
                points,
                lots,
                ..
            } => {
                let fold = self.account(account);
                fold.take(lots);
                fold.held += wide(*points);
                if sum(lots) != wide(*points) {
                    return Err("the lots do not make the points".to_owned());
                }
                (*points, Points::ZERO)
            }
            Change::Released {
                account,
                points,
                lots,
                ..
            } => {
                let fold = self.account(account);
                for one in lots {
                    fold.put(&one.lot, wide(one.points));
                }
                fold.held -= wide(*points);
                if sum(lots) != wide(*points) {
                    return Err("the lots do not make the points".to_owned());
                }
                (*points, Points::ZERO)
            }
            Change::Cancelled {
                account,
                points,
                lots,
                ..
            } => {
                if lots
                    .iter()
                    .any(|one| one.lot.active_from.is_none() && !one.lot.on_settlement)
                {
                    return Err("points are cancelled that are not pending".to_owned());
                }
                self.taken(account, *points, lots, Points::ZERO)?;
                (*points, Points::ZERO)
            }
            Change::Redated {
                account,
                points,
                before,
                lots,
                ..
            } => {
                let fold = self.account(account);
                for one in lots {
                    let old = LotDates {
                        expires_at: *before,
                        ..one.lot
                    };
                    fold.put(&old, -wide(one.points));
                    fold.put(&one.lot, wide(one.points));
                    if one.lot.expires_at == *before {
                        return Err("the date is the same as before".to_owned());
                    }
                }
                if sum(lots) != wide(*points) {
                    return Err("the lots do not make the points".to_owned());
                }
                (*points, Points::ZERO)
            }
            Change::Redeemed {
                account,
                points,
                lots,
                dropped,
                ..
            } => {
                self.taken(
                    account,
                    points.checked_add(*dropped).map_err(said)?,
                    lots,
                    Points::ZERO,
                )?;
                (*points, *dropped)
            }
            Change::Expired {
                account,
                points,
                lot,
                why,
                ..
            } => {
                let fold = self.account(account);
                fold.put(lot, -wide(*points));
                fold.went += wide(*points);
                if why.is_none() && lot.expires_at.is_none_or(|at| at > entry.at) {
                    return Err("the points expire before their time".to_owned());
                }
                (*points, Points::ZERO)
            }
            Change::Reversed {
                account,
                points,
                lots,
                owed,
                forgiven,
                expired,
                withheld,
                ..
            } => {
                self.taken(account, *points, lots, *owed)?;
                let withheld = withheld.map_or(Points::ZERO, |withheld| withheld.points);
                let more = forgiven.checked_add(*expired).map_err(said)?;
                (*points, more.checked_add(withheld).map_err(said)?)
            }
            Change::Debited {
                account,
                points,
                lots,
                owed,
                forgiven,
                ..
            } => {
                self.taken(account, *points, lots, *owed)?;
                (*points, *forgiven)
            }
            _ => return Ok(()),
        };
        if points.get() < 0 || more.get() < 0 || points.checked_add(more).map_err(said)?.get() <= 0
        {
            return Err("an entry of points posts nothing, or less".to_owned());
        }
        Ok(())
    }

    fn taken(
        &mut self,
        account: &Id,
        points: Points,
        lots: &[LotPoints],
        owed: Points,
    ) -> Result<(), String> {
        let fold = self.account(account);
        fold.take(lots);
        fold.went += wide(points);
        fold.debt += wide(owed);
        if sum(lots) + wide(owed) != wide(points) || owed.get() < 0 {
            return Err("the lots and the debt do not make the points".to_owned());
        }
        Ok(())
    }

    /// What of the books is wrong, or differs from what the member says of itself.
    pub(crate) fn fault(&self, member: &Member) -> Option<String> {
        for balance in member.balances() {
            let empty = Fold::default();
            let fold = self
                .accounts
                .get(balance.account.as_str())
                .unwrap_or(&empty);
            let of_member = (
                i128::from(balance.available),
                i128::from(balance.pending),
                i128::from(balance.held),
                i128::from(balance.debt),
            );
            if of_member != (fold.available, fold.pending, fold.held, fold.debt) {
                return Some(format!("{balance:?} is, by the entries, {fold:?}"));
            }
        }
        for (account, fold) in &self.accounts {
            let said = |words: &str| Some(format!("{words} in `{account}`: {fold:?}"));
            let lots: i128 = fold.lots.values().sum();
            if fold.came != fold.available + fold.pending + fold.held + fold.went - fold.debt {
                return said("points are lost or made");
            }
            if [fold.available, fold.pending, fold.held, fold.debt]
                .into_iter()
                .chain(fold.lots.values().copied())
                .any(|points| points < 0)
            {
                return said("a bucket is below zero");
            }
            if fold.debt > 0 && fold.available > 0 {
                return said("points are owed and there at once");
            }
            if lots != fold.available + fold.pending {
                return said("the lots do not make the balance");
            }
            let dead = |((_, expires_at), points): (&Dates, &i128)| {
                *points != 0
                    && expires_at.is_some_and(|at| member.as_of().is_some_and(|now| at <= now))
            };
            if fold.lots.iter().any(dead) {
                return said("a lot is alive after its time");
            }
        }
        None
    }
}

fn said(error: loyalty_core::Error) -> String {
    error.to_string()
}
