//! A new version of the program (clause 3.8): what it does with points that are there already.

use std::sync::Arc;

use super::taken::NewDate;
use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::error::Result;
use crate::outcome::RedateWhy;
use crate::points::{
    Counting, DatedBy, Lot, OpenLots, active_on, counts_from_activation, first_invalid, is_idle,
};

impl Work<'_> {
    /// The member comes to the version of the program, if it ran under another one: first of all at this instant. Where the zone of
    /// the program is another one, what the days bring that begin by that happens, too.
    pub(super) fn adopt_version(&mut self) -> Result<()> {
        let before = self.entries.len();
        self.adopt_rules()?;
        if self.moved {
            self.settle_event()?;
            (self.moved, self.turned) = (false, None);
        } else if self.entries.len() > before {
            self.settle_at()?;
        }
        Ok(())
    }

    fn adopt_rules(&mut self) -> Result<()> {
        let label = self.label();
        if self.state.more.program_version.as_ref() == label {
            return Ok(());
        }
        Arc::make_mut(&mut self.state.more).program_version = label.cloned();
        if self.member.version == 0 {
            return Ok(());
        }
        let compiled = self.compiled;
        for (place, plan) in compiled.accounts.iter().enumerate() {
            if plan.open_lots != OpenLots::Keep {
                self.date_open_lots(place, plan.open_lots)?;
            }
        }
        self.lend_rungs();
        Ok(())
    }

    /// Gives all lots of an account the account's expiry, counted from today or from the day of earning.
    fn date_open_lots(&mut self, place: usize, rule: OpenLots) -> Result<()> {
        let compiled = self.compiled;
        let Some(plan) = compiled.accounts.get(place) else {
            return Ok(());
        };
        let expiry = self.expiry_for(place, &plan.lot);
        let idle = is_idle(&expiry);
        let waits = counts_from_activation(&expiry);
        let kept = if idle || waits {
            Some(self.account_mut(place)?.keep_rule(&expiry)?)
        } else {
            None
        };
        let mut lots = self.account(place)?.lots.clone();
        // What was taken from a lot that is not over may come back to it.
        let now = self.as_of;
        let open = |lot: &Lot| lot.expires_at.is_none_or(|at| at > now);
        let taken = self.taken_lots(&plan.id).into_iter().filter(open);
        let there = lots.len();
        for lot in taken {
            if lots.iter().take(there).all(|one| one.n != lot.n) {
                lots.push(lot);
            }
        }
        let mut dates: Vec<(u32, Option<Instant>)> = Vec::new();
        let mut dated: Vec<(u32, Option<DatedBy>)> = Vec::new();
        let mut anew: Vec<NewDate> = Vec::new();
        for lot in lots {
            let from = match rule {
                OpenLots::FromStart => self.today,
                OpenLots::FromEarning | OpenLots::Keep => lot.earned_on,
            };
            let active_on = self.available_on(place, &lot, from)?;
            let account = self.account(place)?;
            let last = |words: &[String]| account.last_active(words);
            let counting = Counting {
                from,
                active_on,
                last: &last,
            };
            let expires_at = first_invalid(&expiry, &counting)?
                .map(|day| self.zone.start_of(day))
                .transpose()?;
            let by = kept
                .filter(|_| idle || active_on.is_none())
                .map(|rule| DatedBy {
                    rule,
                    from: (from != lot.earned_on).then_some(from),
                    active_on: active_on.filter(|_| waits),
                });
            anew.push((lot.n, expires_at, by));
            dated.push((lot.n, by));
            if expires_at != lot.expires_at {
                dates.push((lot.n, expires_at));
            }
        }
        let account = self.account_mut(place)?;
        account.date_by(&dated);
        let moved = account.date(&dates);
        self.redate_taken(&plan.id, &anew);
        self.enter_redated(place, moved, RedateWhy::NewVersion)
    }

    /// The day on which points of a lot become available, or did; none while they wait for a settlement. Where that is no longer
    /// known, it is what the account says of points earned on that day, if it is past.
    fn available_on(&self, place: usize, lot: &Lot, from: Date) -> Result<Option<Date>> {
        if lot.active_from.is_some() {
            return Ok(lot.active_at().map(|at| self.zone.date_at(at)));
        }
        if from == self.today {
            return Ok(Some(from));
        }
        let plan = self.compiled.accounts.get(place);
        let activation = plan.map(|plan| plan.lot.activation).unwrap_or_default();
        let day = active_on(activation, from)?.unwrap_or(from);
        Ok(Some(day.min(self.today)))
    }
}
