//! The books: one flat list of postings. Whatever is there is found by adding them up, every time anew.

use std::collections::BTreeMap;

use crate::plan::Expiry;

/// Where points are. What is not a bucket of the member is outside, so that the postings of every event sum to zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a lot that is not active yet.
    Pending(usize),
    /// In a lot, to be used.
    Active(usize),
    /// Out of a lot, in a hold.
    Held(usize, usize),
    /// Owed: never above zero.
    Debt,
    Outside,
}

/// Why points moved: the names of the entries of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    Earned,
    Credited,
    Activated,
    Repaid,
    Spent,
    Redeemed,
    Restored,
    Expired,
    Reversed,
    Debited,
    Cancelled,
    Held,
    Released,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting {
    pub(crate) at: i64,
    pub(crate) account: usize,
    pub(crate) place: Place,
    pub(crate) amount: i64,
    pub(crate) cause: Cause,
    /// Those of the lot, as they were then.
    pub(crate) dates: Option<Dates>,
}

/// What a lot waits for before its points can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Nothing,
    Until(i64),
    /// The settlement of this order.
    Settlement(usize),
}

/// Points of one origin, told apart by their dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lot {
    pub(crate) account: usize,
    /// Its kind: whether its points were credited, or earned.
    pub(crate) credited: bool,
    pub(crate) earned_on: i32,
    /// What it waited for at first.
    pub(crate) wait: Wait,
    pub(crate) expires_at: Option<i64>,
    /// The rule by which the date of expiry moves; none where it is settled for good.
    pub(crate) rule: Option<Moving>,
}

/// By what a date of expiry is worked out anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moving {
    pub(crate) expiry: Expiry,
    /// The day that is counted from.
    pub(crate) from: i32,
    /// The day on which the points become available; none while nobody knows.
    pub(crate) active_on: Option<i32>,
}

/// The dates by which entries and documents tell lots apart: earned on, expires at.
pub(crate) type Dates = (i32, Option<i64>);

/// An entry, as far as it is compared: when, which account, what it was; and of which lot, if it is of one.
pub(crate) type Key = (i64, usize, &'static str, Option<Dates>);

/// Entries, folded: how many points of each kind.
pub(crate) type Journal = BTreeMap<Key, i64>;

#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) postings: Vec<Posting>,
    pub(crate) lots: Vec<Lot>,
    /// Lots by place that were active from some instant on.
    pub(crate) active_since: BTreeMap<usize, i64>,
    /// How many points of a lot that had expired were given back to it.
    pub(crate) reopened: BTreeMap<usize, i64>,
    /// What entries say besides the points that they post.
    pub(crate) remarks: Vec<(Key, i64)>,
}

impl Ledger {
    /// The place of a lot; equal lots are one (clause 3.2). A lot is over once it is empty: points with its dates that come later
    /// make another one. Points that go back to it go to its very place, and it is there again.
    pub(crate) fn lot(&mut self, lot: Lot) -> usize {
        let same = |place: &usize| {
            self.lots[*place] == lot && self.active(*place) + self.pending(*place) > 0
        };
        if let Some(place) = (0..self.lots.len()).find(same) {
            return place;
        }
        self.lots.push(lot);
        self.lots.len() - 1
    }

    /// Moves points from one place to another.
    pub(crate) fn shift(
        &mut self,
        at: i64,
        account: usize,
        (from, to): (Place, Place),
        amount: i64,
        cause: Cause,
    ) {
        assert!(amount >= 0, "points move forwards");
        if amount == 0 {
            return;
        }
        let dates = self.dates_of(from).or(self.dates_of(to));
        for (place, amount) in [(from, -amount), (to, amount)] {
            self.postings.push(Posting {
                at,
                account,
                place,
                amount,
                cause,
                dates,
            });
        }
    }

    fn dates_of(&self, place: Place) -> Option<Dates> {
        match place {
            Place::Pending(lot) | Place::Active(lot) | Place::Held(_, lot) => Some(self.dates(lot)),
            Place::Debt | Place::Outside => None,
        }
    }

    fn sum(&self, which: impl Fn(&Posting) -> bool) -> i64 {
        let all = self.postings.iter().filter(|posting| which(posting));
        all.map(|posting| posting.amount).sum()
    }

    /// How many points are in a place of an account.
    pub(crate) fn at(&self, account: usize, place: Place) -> i64 {
        self.sum(|one| one.account == account && one.place == place)
    }

    pub(crate) fn active(&self, lot: usize) -> i64 {
        self.sum(|one| one.place == Place::Active(lot))
    }

    pub(crate) fn pending(&self, lot: usize) -> i64 {
        self.sum(|one| one.place == Place::Pending(lot))
    }

    pub(crate) fn available(&self, account: usize) -> i64 {
        self.sum(|one| one.account == account && matches!(one.place, Place::Active(_)))
    }

    pub(crate) fn all_pending(&self, account: usize) -> i64 {
        self.sum(|one| one.account == account && matches!(one.place, Place::Pending(_)))
    }

    pub(crate) fn all_held(&self, account: usize) -> i64 {
        self.sum(|one| one.account == account && matches!(one.place, Place::Held(..)))
    }

    pub(crate) fn debt(&self, account: usize) -> i64 {
        -self.at(account, Place::Debt)
    }

    /// How many points left a lot for a reason.
    pub(crate) fn gone(&self, lot: usize, cause: Cause) -> i64 {
        let of_lot = |place| place == Place::Active(lot) || place == Place::Pending(lot);
        -self.sum(|one| one.cause == cause && of_lot(one.place) && one.amount < 0)
    }

    /// The dates of a lot.
    pub(crate) fn dates(&self, lot: usize) -> Dates {
        (self.lots[lot].earned_on, self.lots[lot].expires_at)
    }

    /// When the points of a lot that are pending become active.
    pub(crate) fn active_from(&self, lot: usize) -> Option<i64> {
        match self.lots[lot].wait {
            Wait::Until(at) if !self.active_since.contains_key(&lot) => Some(at),
            _ => None,
        }
    }

    /// The places of an account's lots with points to use, in burn order.
    pub(crate) fn burnable(&self, account: usize, oldest_first: bool) -> Vec<usize> {
        let mut lots: Vec<usize> = (0..self.lots.len())
            .filter(|lot| self.lots[*lot].account == account && self.active(*lot) > 0)
            .collect();
        lots.sort_by_key(|lot| {
            let one = &self.lots[*lot];
            let soonest = (one.expires_at.is_none(), one.expires_at);
            let soonest = (!oldest_first).then_some(soonest);
            (soonest, one.earned_on, *lot)
        });
        lots
    }

    /// Says something besides.
    pub(crate) fn remark(
        &mut self,
        at: i64,
        account: usize,
        kind: &'static str,
        dates: Option<Dates>,
        n: i64,
    ) {
        if n != 0 {
            self.remarks.push(((at, account, kind, dates), n));
        }
    }

    /// What was written since there were so many postings and remarks, as entries tell it.
    pub(crate) fn journal(&self, postings: usize, remarks: usize) -> Journal {
        let mut journal = Journal::new();
        for pair in self.postings[postings..].chunks(2) {
            let [from, to] = pair else {
                panic!("postings come in pairs");
            };
            assert_eq!(from.amount + to.amount, 0);
            let kind = match (from.cause, from.place) {
                (Cause::Reversed, Place::Debt) => "reversed, owed",
                (Cause::Debited, Place::Debt) => "debited, owed",
                (cause, _) => cause.name(),
            };
            *journal
                .entry((to.at, to.account, kind, to.dates))
                .or_default() += to.amount;
        }
        for (key, n) in &self.remarks[remarks..] {
            *journal.entry(*key).or_default() += n;
        }
        journal
    }

    /// What is wrong with the books themselves.
    pub(crate) fn fault(&self, accounts: usize) -> Option<String> {
        let all: i64 = self.sum(|_| true);
        if all != 0 {
            return Some(format!("the book sums to {all}"));
        }
        for account in 0..accounts {
            let (debt, available) = (self.debt(account), self.available(account));
            if debt < 0 || (debt > 0 && available > 0) {
                return Some(format!("{debt} owed and {available} there in a{account}"));
            }
        }
        let below = |lot: &usize| self.active(*lot) < 0 || self.pending(*lot) < 0;
        let lot = (0..self.lots.len()).find(below)?;
        Some(format!("a bucket of the lot {lot} is below zero"))
    }
}

impl Cause {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::Credited => "credited",
            Self::Activated => "activated",
            Self::Repaid => "repaid",
            Self::Spent => "spent",
            Self::Redeemed => "redeemed",
            Self::Restored => "restored",
            Self::Expired => "expired",
            Self::Reversed => "reversed",
            Self::Debited => "debited",
            Self::Cancelled => "cancelled",
            Self::Held => "held",
            Self::Released => "released",
        }
    }
}
