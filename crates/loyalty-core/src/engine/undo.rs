//! The way back: what a call has changed, so that a refused event leaves the member as it was.
//!
//! A call works on the member's own lots and days and copies none of them: only what it changes is written down, before it does.

use crate::calendar::Date;
use crate::member::State;
use crate::metric::{DayBefore, Pruned, Tally};
use crate::points::{Account, CapBefore, CapUse, Head, Lot};
use crate::tiers::Standing;

/// What a call has changed, in order.
pub(super) struct Undo {
    /// Whether the state is the member's own; a copy needs no way back.
    own: bool,
    steps: Vec<Step>,
    /// Whether the standings have been written down.
    tiers: bool,
}

/// One thing as it was. Nearly all steps are small, and nothing has to be done to forget them.
enum Step {
    /// An account, but for its lots.
    Head(usize, Head),
    /// Points that were put into a lot, and points that were taken from lots.
    Put(usize, Lot),
    Taken(usize, Vec<Lot>),
    Day(usize, Date, DayBefore),
    Cap(CapBefore),
    Whole(Box<Whole>),
}

/// A whole thing as it was.
enum Whole {
    Account(usize, Account),
    Pruned(usize, Pruned),
    Tally(usize, Tally),
    Tiers(Vec<Standing>),
    Caps(Vec<CapUse>),
    Lists(Vec<Account>, Vec<Tally>),
}

impl Undo {
    pub(super) fn new(own: bool) -> Self {
        Self {
            own,
            steps: Vec::with_capacity(if own { 8 } else { 0 }),
            tiers: false,
        }
    }

    fn push(&mut self, step: impl FnOnce() -> Step) {
        if self.own {
            self.steps.push(step());
        }
    }

    fn push_whole(&mut self, whole: impl FnOnce() -> Whole) {
        self.push(|| Step::Whole(Box::new(whole())));
    }

    /// Before the debt and the sums of an account change.
    pub(super) fn head(&mut self, place: usize, account: &Account) {
        self.push(|| Step::Head(place, account.head()));
    }

    /// After points were put into a lot.
    pub(super) fn put(&mut self, place: usize, lot: Lot) {
        self.push(|| Step::Put(place, lot));
    }

    /// After points were taken from lots.
    pub(super) fn taken(&mut self, place: usize, lots: &[Lot]) {
        self.push(|| Step::Taken(place, lots.to_vec()));
    }

    /// Before anything about an account changes.
    pub(super) fn account(&mut self, place: usize, account: &Account) {
        self.push_whole(|| Whole::Account(place, account.clone()));
    }

    /// After something was added to a day of a tally.
    pub(super) fn day(&mut self, place: usize, day: Date, before: DayBefore) {
        self.push(|| Step::Day(place, day, before));
    }

    /// After days were dropped from a tally.
    pub(super) fn pruned(&mut self, place: usize, pruned: Pruned) {
        self.push_whole(|| Whole::Pruned(place, pruned));
    }

    /// Before a tally is emptied.
    pub(super) fn tally(&mut self, place: usize, tally: &Tally) {
        self.push_whole(|| Whole::Tally(place, tally.clone()));
    }

    /// Before a standing changes.
    pub(super) fn tiers(&mut self, tiers: &[Standing]) {
        if !core::mem::replace(&mut self.tiers, true) {
            self.push_whole(|| Whole::Tiers(tiers.to_vec()));
        }
    }

    /// After the use of a cap has changed.
    pub(super) fn cap(&mut self, before: CapBefore) {
        self.push(|| Step::Cap(before));
    }

    /// Before the uses of caps change all at once.
    pub(super) fn caps(&mut self, caps: &[CapUse]) {
        self.push_whole(|| Whole::Caps(caps.to_vec()));
    }

    /// Before the lists of the member are brought to the order of another program.
    pub(super) fn lists(&mut self, state: &State) {
        self.tiers(&state.tiers);
        self.push_whole(|| Whole::Lists(state.accounts.clone(), state.metrics.clone()));
    }

    /// Takes everything back, the last thing first.
    pub(super) fn roll_back(self, state: &mut State) {
        for step in self.steps.into_iter().rev() {
            match step {
                Step::Head(place, head) => {
                    with(&mut state.accounts, place, |one| one.put_back(head));
                }
                Step::Put(place, lot) => with(&mut state.accounts, place, |one| one.unput(lot)),
                Step::Taken(place, lots) => {
                    with(&mut state.accounts, place, |one| one.untake(&lots));
                }
                Step::Day(place, day, before) => {
                    with(&mut state.metrics, place, |one| one.put_back(day, before));
                }
                Step::Cap(before) => before.put_back(&mut state.caps),
                Step::Whole(whole) => whole.put_back(state),
            }
        }
    }
}

impl Whole {
    fn put_back(self, state: &mut State) {
        match self {
            Self::Account(place, account) => {
                with(&mut state.accounts, place, |one| *one = account);
            }
            Self::Pruned(place, pruned) => {
                with(&mut state.metrics, place, |one| one.unprune(pruned));
            }
            Self::Tally(place, tally) => with(&mut state.metrics, place, |one| *one = tally),
            Self::Tiers(tiers) => state.tiers = tiers,
            Self::Caps(caps) => state.caps = caps,
            Self::Lists(accounts, metrics) => {
                state.accounts = accounts;
                state.metrics = metrics;
            }
        }
    }
}

fn with<T>(list: &mut [T], place: usize, change: impl FnOnce(&mut T)) {
    if let Some(one) = list.get_mut(place) {
        change(one);
    }
}
