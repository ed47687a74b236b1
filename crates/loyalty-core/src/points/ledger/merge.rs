//! Lots of another member that become part of an account (clause 13.3).

use super::{Account, Given, Lapsed, Lot, Took, sum};
use crate::error::{Code, Error, Result};
use crate::id::Id;

/// How the lots of another member are called in the account that they came to.
#[derive(Debug)]
pub(crate) struct Renumbered {
    pub(crate) account: Id,
    by: u32,
    rules: Vec<u32>,
}

impl Renumbered {
    /// Calls a lot by its new number and rule.
    pub(crate) fn lot(&self, lot: &mut Lot) {
        if lot.n > 0 {
            lot.n = lot.n.saturating_add(self.by);
        }
        if let Some(by) = &mut lot.dated_by {
            let place = usize::try_from(by.rule).ok();
            let rule = place.and_then(|place| self.rules.get(place));
            by.rule = rule.copied().unwrap_or(by.rule);
        }
    }

    /// The same for what was put into lots or taken from them.
    pub(crate) fn took<'t>(&self, all: impl IntoIterator<Item = &'t mut Took>) {
        for took in all {
            self.lot(&mut took.lot);
        }
    }
}

impl Account {
    /// Takes in the lots of another member's account, and what is remembered of them. A debt of the account is paid first; the debt
    /// of the other one is left to the caller. `held`: points of the other account that its holds have set aside.
    pub(crate) fn absorb(&mut self, other: Self, held: i64) -> Result<(Renumbered, Vec<Given>)> {
        let by = self.next.saturating_sub(1);
        self.next = by
            .checked_add(other.next)
            .ok_or_else(|| Error::new(Code::Overflow, "the account has too many lots"))?;
        let mut rules = Vec::with_capacity(other.rules.len());
        for rule in &other.rules {
            rules.push(self.keep_rule(rule)?);
        }
        let account = self.id.clone();
        let names = Renumbered { account, by, rules };
        self.sums.credited = sum(self.sums.credited, held)?;
        let mut come = Vec::with_capacity(other.lots.len());
        for mut lot in other.lots {
            names.lot(&mut lot);
            self.sums.credited = sum(self.sums.credited, lot.points)?;
            if lot.active_from.is_none() {
                come.push(self.wake(lot)?);
            } else {
                self.put(lot)?;
                come.push(Given { lot, repaid: 0 });
            }
        }
        let gone = |mut one: super::Gone| {
            one.n = one.n.saturating_add(by);
            one
        };
        self.expired.extend(other.expired.into_iter().map(gone));
        self.forgiven.extend(other.forgiven.into_iter().map(gone));
        let lapsed = other.lapsed.into_iter().map(|mut one: Lapsed| {
            names.lot(&mut one.lot);
            one
        });
        self.lapsed.extend(lapsed);
        self.lapsed.sort_by_key(|one| one.on);
        self.join_deeds(other.active);
        self.decayed_on = self.decayed_on.max(other.decayed_on);
        self.deducted_on = self.deducted_on.max(other.deducted_on);
        Ok((names, come))
    }
}
