//! Lots whose expiry moves: when the member is active, and when their points become available (clauses 3.6, 3.8).

use serde::{Deserialize, Serialize};

use super::{Account, ActiveFrom, DatedBy, Given, Lot};
use crate::calendar::{Date, Instant, Zone};
use crate::error::{Code, Error, Result};
use crate::points::expiry::{
    Counting, counts_from_activation, each_idle, first_invalid, is_idle, mentions,
};
use crate::points::rules::Expiry;

/// When the member last did what counts as being active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastActive {
    what: String,
    on: Date,
}

impl Account {
    /// Whether some lot may move when the member is active.
    pub(crate) fn moves(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Whether a rule that lots are dated by asks for a word.
    pub(crate) fn listens(&self, word: &str) -> bool {
        self.rules.iter().any(|rule| mentions(rule, word))
    }

    /// The last day on which the member did one of these.
    pub(crate) fn last_active(&self, words: &[String]) -> Option<Date> {
        let asked = self.active.iter().filter(|one| words.contains(&one.what));
        asked.map(|one| one.on).max()
    }

    /// The day on which the oldest available points were earned or came.
    pub(crate) fn oldest_day(&self) -> Option<Date> {
        let available = self.lots.iter().filter(|lot| lot.active_from.is_none());
        available.map(|lot| lot.earned_on).min()
    }

    /// Whether this is the first time on a day.
    pub(crate) fn is_news(&self, what: &str, on: Date) -> bool {
        !self
            .active
            .iter()
            .any(|one| one.what == what && one.on >= on)
    }

    /// The member did something on a day.
    pub(crate) fn be_active(&mut self, what: &str, on: Date) {
        match self
            .active
            .binary_search_by(|one| one.what.as_str().cmp(what))
        {
            Ok(place) => {
                if let Some(one) = self.active.get_mut(place) {
                    one.on = one.on.max(on);
                }
            }
            Err(place) => {
                let what = what.to_owned();
                self.active.insert(place, LastActive { what, on });
            }
        }
    }

    /// What another member did counts as done by this one.
    pub(super) fn join_deeds(&mut self, deeds: Vec<LastActive>) {
        for one in deeds {
            self.be_active(&one.what, one.on);
        }
    }

    /// The place of a rule among those that lots are dated by, if it is there.
    pub(crate) fn rule(&self, rule: &Expiry) -> Option<u32> {
        let place = self.rules.iter().position(|one| one == rule)?;
        u32::try_from(place).ok()
    }

    /// The same; it is there afterwards.
    pub(crate) fn keep_rule(&mut self, rule: &Expiry) -> Result<u32> {
        if let Some(place) = self.rule(rule) {
            return Ok(place);
        }
        let place = u32::try_from(self.rules.len())
            .map_err(|_| Error::new(Code::Overflow, "the account keeps too many rules"))?;
        self.rules.push(rule.clone());
        Ok(place)
    }

    /// When a lot expires as things stand.
    pub(crate) fn expiry_of(&self, lot: &Lot, zone: Zone) -> Result<Option<Instant>> {
        let Some(by) = lot.dated_by else {
            return Ok(lot.expires_at);
        };
        let Some(rule) = self.kept(by) else {
            return Ok(lot.expires_at);
        };
        let from = by.from.unwrap_or(lot.earned_on);
        let active_on = match lot.active_from {
            Some(ActiveFrom::Settlement) => None,
            Some(ActiveFrom::At(at)) => Some(by.active_on.unwrap_or_else(|| zone.date_at(at))),
            None => Some(by.active_on.unwrap_or(from)),
        };
        let last = |words: &[String]| self.last_active(words);
        let counting = Counting {
            from,
            active_on,
            last: &last,
        };
        first_invalid(rule, &counting)?
            .map(|day| zone.start_of(day))
            .transpose()
    }

    /// The rule that lots are dated by.
    fn kept(&self, by: DatedBy) -> Option<&Expiry> {
        self.rules.get(usize::try_from(by.rule).ok()?)
    }

    /// A lot that points go back to, with the dates that it has now. One that is empty is dated as things stand, where activity
    /// moves its date.
    pub(super) fn present(&self, lot: &Lot, zone: Zone) -> Result<Lot> {
        if let Some(there) = self.lots.iter().find(|one| one.n == lot.n) {
            return Ok(Lot {
                points: lot.points,
                ..*there
            });
        }
        Ok(Lot {
            expires_at: self.expiry_of(lot, zone)?,
            ..*lot
        })
    }

    /// The last days of being active that each rule counts from.
    pub(crate) fn last_days(&self) -> Vec<Vec<Option<Date>>> {
        let mut all = Vec::with_capacity(self.rules.len());
        for rule in &self.rules {
            let mut days = Vec::new();
            each_idle(rule, &mut |words| days.push(self.last_active(words)));
            all.push(days);
        }
        all
    }

    /// After the member has been active: dates the lots anew whose rule counts from another day than before. Says what each was
    /// dated before, and what it is now. What is past its date, as points that a hold gives back may be, stays so.
    pub(crate) fn redate(
        &mut self,
        before: &[Vec<Option<Date>>],
        (now, zone): (Instant, Zone),
    ) -> Result<Vec<(Option<Instant>, Lot)>> {
        let mut dates = Vec::new();
        let days = self.last_days();
        let moves = |by: &DatedBy| {
            let place = usize::try_from(by.rule).unwrap_or(usize::MAX);
            days.get(place) != before.get(place)
        };
        for lot in &self.lots {
            let over = lot.expires_at.is_some_and(|at| at <= now);
            if over || !lot.dated_by.as_ref().is_some_and(moves) {
                continue;
            }
            let now = self.expiry_of(lot, zone)?;
            let later = match (lot.expires_at, now) {
                (Some(before), Some(now)) => before < now,
                (before, None) => before.is_some(),
                (None, Some(_)) => false,
            };
            if later {
                dates.push((lot.n, now));
            }
        }
        Ok(self.date(&dates))
    }

    /// Gives lots other dates, by their numbers. Says what each was dated before, and what it is now.
    pub(crate) fn date(&mut self, dates: &[(u32, Option<Instant>)]) -> Vec<(Option<Instant>, Lot)> {
        let mut made = Vec::with_capacity(dates.len());
        for (n, date) in dates {
            if let Some(lot) = self.lots.iter_mut().find(|lot| lot.n == *n) {
                let before = core::mem::replace(&mut lot.expires_at, *date);
                made.push((before, *lot));
            }
        }
        self.lots.sort_by_key(Lot::key);
        made
    }

    /// Says by what lots are dated from now on, by their numbers.
    pub(crate) fn date_by(&mut self, rules: &[(u32, Option<DatedBy>)]) {
        for (n, by) in rules {
            if let Some(lot) = self.lots.iter_mut().find(|lot| lot.n == *n) {
                lot.dated_by = *by;
            }
        }
    }

    /// The pending points of an order become available because it is settled; a debt is paid first. Says also when they would
    /// have expired.
    pub(crate) fn settle(
        &mut self,
        n: u32,
        today: Date,
        zone: Zone,
    ) -> Result<Option<(Option<Instant>, Given)>> {
        let waits = |lot: &Lot| lot.n == n && lot.active_from == Some(ActiveFrom::Settlement);
        let Some(place) = self.lots.iter().position(waits) else {
            return Ok(None);
        };
        let mut lot = self.lots.remove(place);
        lot.active_from = None;
        let before = lot.expires_at;
        if let Some(by) = lot.dated_by
            && self.kept(by).is_some_and(counts_from_activation)
        {
            lot.dated_by = Some(DatedBy {
                active_on: Some(today),
                ..by
            });
            lot.expires_at = self.expiry_of(&lot, zone)?;
            // From now on only activity can move it: what counts from this day is known for good, wherever the member moves.
            lot.dated_by = lot
                .dated_by
                .filter(|by| self.kept(*by).is_some_and(is_idle));
        }
        Ok(Some((before, self.wake(lot)?)))
    }

    /// Whether the points of a lot are pending.
    pub(crate) fn is_pending(&self, n: u32) -> bool {
        self.lots
            .iter()
            .any(|lot| lot.n == n && lot.active_from.is_some())
    }

    /// Whether a lot of an order waits for its settlement.
    pub(crate) fn awaits(&self, n: u32) -> bool {
        self.lots
            .iter()
            .any(|lot| lot.n == n && lot.active_from == Some(ActiveFrom::Settlement))
    }
}
