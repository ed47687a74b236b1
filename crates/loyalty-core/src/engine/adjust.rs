//! Points that a person credits, debits or reinstates (clause 3.11).

use super::taken::NewDate;
use super::work::Work;
use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result};
use crate::event::{Adjust, Adjustment, Overdraw};
use crate::outcome::{Change, Source};
use crate::points::{DatedBy, Lot, LotKind, Missing};

impl Work<'_> {
    pub(super) fn adjust(&mut self, adjust: &Adjust<'_>) -> Result<()> {
        let place = self.named_account(adjust.account.as_deref(), "adjust.account")?;
        let reason = adjust.reason.to_string();
        match adjust.change {
            Adjustment::Credit {
                points,
                active_on,
                expires_on,
            } => self.adjust_credit(place, points, (active_on, expires_on), reason),
            Adjustment::Debit { points, overdraw } => {
                self.adjust_debit(place, points, overdraw, reason)
            }
            Adjustment::Reinstate { since, expires_on } => {
                self.reinstate(place, since, expires_on, reason)
            }
        }
    }

    fn adjust_credit(
        &mut self,
        place: usize,
        points: Points,
        (active_on, expires_on): (Option<Date>, Option<Date>),
        reason: String,
    ) -> Result<()> {
        // A person who gives points means points that are there, unless a day is said.
        let mut lot = self.account_lot(place, LotKind::Credited, active_on)?;
        if let Some(last_day) = expires_on {
            lot.expires_at = Some(self.last_through(last_day)?);
            lot.dated_by = None;
        }
        self.refuse_expired(lot.expires_at)?;
        if lot.expires_at.is_some_and(|at| Some(at) <= lot.active_at()) {
            return Err(Error::at(
                Code::InvalidTime,
                "adjust.active_on",
                "the points would expire before they are available",
            ));
        }
        lot.points = points.get();
        let given = self.give(place, lot)?;
        let account = self.account(place)?.id.clone();
        self.enter(Change::Credited {
            account: account.clone(),
            points,
            source: Source::Reason(reason),
            lot: given.lot.dates(),
        });
        self.enter_repaid(&account, &given);
        Ok(())
    }

    fn adjust_debit(
        &mut self,
        place: usize,
        points: Points,
        overdraw: Option<Overdraw>,
        reason: String,
    ) -> Result<()> {
        let wanted = points.get();
        let plan = self.compiled.accounts.get(place);
        let (burn, rule) = plan
            .map(|plan| (plan.burn_order, plan.overdraw))
            .unwrap_or_default();
        let missing = match overdraw.unwrap_or(rule) {
            // A debit has no refund from which money could be withheld.
            Overdraw::Debt | Overdraw::Withhold => Missing::Owed,
            Overdraw::Forgive => Missing::Forgiven,
            Overdraw::Refuse => Missing::Refused,
        };
        let made = self
            .account_mut(place)?
            .debit(wanted, burn, missing)
            .map_err(|error| error.under("adjust.debit"))?;
        let account = self.account(place)?.id.clone();
        self.enter(Change::Debited {
            account,
            points: Points::new(made.taken_of(wanted)),
            source: Source::Reason(reason),
            lots: made.taken.iter().map(Lot::entry).collect(),
            owed: Points::new(made.owed),
            forgiven: Points::new(made.forgiven),
        });
        Ok(())
    }

    /// When points expire that a person lets last through a day.
    fn last_through(&self, day: Date) -> Result<Instant> {
        self.end_of(day)
            .map_err(|error| error.under("adjust.expires_on"))
    }

    /// Reopens the lots that expired on a day or later.
    fn reinstate(
        &mut self,
        place: usize,
        since: Date,
        expires_on: Option<Date>,
        reason: String,
    ) -> Result<()> {
        let today = self.account_lot(place, LotKind::Credited, None)?;
        let (expires_at, dated_by) = match expires_on {
            Some(last_day) => (Some(self.last_through(last_day)?), None),
            None => (today.expires_at, today.dated_by),
        };
        self.refuse_expired(expires_at)?;
        let from = Some(self.today);
        let dated_by = dated_by.map(|by| DatedBy { from, ..by });
        let days = self.compiled.accounts.get(place);
        let days = days.map_or(0, |plan| i64::from(plan.reinstate_days));
        // What is older may be remembered still, depending on when the member was last looked at.
        let oldest = self.today.add_days(days.saturating_neg()).unwrap_or(since);
        let lots = self.account_mut(place)?.recall(since.max(oldest));
        if lots.is_empty() {
            let words = format!("no lots are remembered that expired on {since} or later");
            return Err(Error::at(Code::NothingToReinstate, "adjust", words));
        }
        let account = self.account(place)?.id.clone();
        let mut numbers = Vec::with_capacity(lots.len());
        for lot in lots {
            // A lot that is there again already has its dates.
            let there = self.account(place)?.lots.iter().find(|one| one.n == lot.n);
            let open = match there {
                Some(there) => Lot {
                    points: lot.points,
                    ..*there
                },
                None => Lot {
                    active_from: None,
                    expires_at,
                    dated_by,
                    ..lot
                },
            };
            if there.is_none() {
                numbers.push(lot.n);
            }
            let given = self.account_mut(place)?.reopen(open)?;
            self.enter(Change::Credited {
                account: account.clone(),
                points: Points::new(open.points),
                source: Source::Reinstated(reason.clone()),
                lot: given.lot.dates(),
            });
            self.enter_repaid(&account, &given);
        }
        let dates: Vec<NewDate> = numbers.iter().map(|n| (*n, expires_at, dated_by)).collect();
        self.redate_taken(&account, &dates);
        Ok(())
    }

    fn refuse_expired(&self, expires_at: Option<Instant>) -> Result<()> {
        if expires_at.is_some_and(|at| at <= self.as_of) {
            return Err(Error::at(
                Code::InvalidTime,
                "adjust.expires_on",
                "the points would have expired already",
            ));
        }
        Ok(())
    }
}
