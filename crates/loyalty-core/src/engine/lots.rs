//! The dates of new lots (clauses 3.6, 3.8).

use std::borrow::Cow;

use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::error::Result;
use crate::outcome::Change;
use crate::points::{
    Activation, ActiveFrom, Counting, DatedBy, Expiry, Given, Lot, LotKind, LotPlan, Overrides,
    Plan, active_on, counts_from_activation, first_invalid, is_idle,
};

impl<'w> Work<'w> {
    /// A lot without points, with the dates of points that a rule gives now. `order`: they come from an order, which can be
    /// settled.
    pub(super) fn earned_lot(&mut self, rule: &'w Plan, order: bool) -> Result<Lot> {
        let (place, plan) = (rule.account, &rule.lot);
        let activation = match plan.activation {
            Activation::OnSettlement if !order => Activation::Immediate,
            activation => activation,
        };
        let by_day = activation == Activation::Immediate && self.dated_by_day(place, &plan.expiry);
        if by_day && let Some(at) = rule.expiry_memo.get(self.today) {
            return Ok(Lot {
                n: 0,
                kind: LotKind::Earned,
                earned_on: self.today,
                active_from: None,
                expires_at: Some(at),
                dated_by: None,
                points: 0,
            });
        }
        let expiry = self.expiry_for(place, plan);
        let lot = self.dated(place, LotKind::Earned, activation, &expiry)?;
        if let Some(at) = lot.expires_at.filter(|_| by_day) {
            rule.expiry_memo.keep(self.today, at);
        }
        Ok(lot)
    }

    /// Whether the day of earning alone decides when points expire that are available at once: not the member's rung, zone or
    /// deeds.
    fn dated_by_day(&self, place: usize, expiry: &Expiry) -> bool {
        let account = self.compiled.accounts.get(place);
        self.zone == self.compiled.zone
            && account.is_some_and(|account| account.by_tier.is_none())
            && !is_idle(expiry)
    }

    /// A lot without points, for points that are available at once, or on a day, and have the account's own expiry.
    pub(super) fn account_lot(
        &mut self,
        place: usize,
        kind: LotKind,
        active_on: Option<Date>,
    ) -> Result<Lot> {
        let compiled = self.compiled;
        let activation = active_on.map_or(Activation::Immediate, Activation::On);
        let Some(account) = compiled.accounts.get(place) else {
            return self.dated(place, kind, activation, &Expiry::Never);
        };
        let expiry = self.expiry_for(place, &account.lot);
        self.dated(place, kind, activation, &expiry)
    }

    /// The expiry of points that are earned on the rungs that are held.
    pub(super) fn expiry_for(&self, place: usize, plan: &'w LotPlan) -> Cow<'w, Expiry> {
        let account = self.compiled.accounts.get(place);
        let Some((account, by_tier)) =
            account.and_then(|account| Some((account, account.by_tier.as_ref()?)))
        else {
            return Cow::Borrowed(&plan.expiry);
        };
        let Some(rung) = by_tier.of(self.rung(by_tier.track)) else {
            return Cow::Borrowed(&plan.expiry);
        };
        if !plan.own_expiry {
            return Cow::Borrowed(rung);
        }
        let both = || vec![plan.expiry.clone(), rung.clone()];
        match account.overrides {
            Overrides::Latest => Cow::Owned(Expiry::Latest(both())),
            Overrides::Earliest => Cow::Owned(Expiry::Earliest(both())),
            Overrides::Rule => Cow::Borrowed(&plan.expiry),
            Overrides::Tier => Cow::Borrowed(rung),
        }
    }

    fn dated(
        &mut self,
        place: usize,
        kind: LotKind,
        activation: Activation,
        expiry: &Expiry,
    ) -> Result<Lot> {
        let today = self.today;
        let active_on = active_on(activation, today)?;
        let active_from = match active_on {
            None => Some(ActiveFrom::Settlement),
            Some(day) if day > today => {
                let at = self.zone.start_of(day)?;
                (at > self.as_of).then_some(ActiveFrom::At(at))
            }
            Some(_) => None,
        };
        let waits = counts_from_activation(expiry);
        let dated_by = if is_idle(expiry) || (waits && active_on.is_none()) {
            let rule = match self.account(place)?.rule(expiry) {
                Some(rule) => rule,
                None => self.account_mut(place)?.keep_rule(expiry)?,
            };
            Some(DatedBy {
                rule,
                from: None,
                active_on: active_on.filter(|day| waits && *day > today),
            })
        } else {
            None
        };
        let account = self.account(place)?;
        let last = |words: &[String]| account.last_active(words);
        let counting = Counting {
            from: today,
            active_on,
            last: &last,
        };
        let expires_at = first_invalid(expiry, &counting)?
            .map(|day| self.zone.start_of(day))
            .transpose()?;
        Ok(Lot {
            n: 0,
            kind,
            earned_on: today,
            active_from,
            expires_at,
            dated_by,
            points: 0,
        })
    }

    /// The entry for points that paid a debt as they became available.
    pub(super) fn enter_repaid(&mut self, account: &crate::id::Id, given: &Given) {
        if given.repaid > 0 {
            self.enter(Change::Repaid {
                account: account.clone(),
                points: crate::amount::Points::new(given.repaid),
                lot: given.lot.dates(),
            });
        }
    }

    /// The instant after the whole of a day, in the member's zone.
    pub(super) fn end_of(&self, day: Date) -> Result<Instant> {
        self.zone.start_of(day.add_days(1)?)
    }
}
