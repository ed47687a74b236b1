//! The passing of time: everything that is due, in the order of the calendar (clauses 1.3 to 1.5).
//!
//! At one instant: a version of the program starts; holds are released; pending points become available; points expire; what leaves accounts by time; windows roll;
//! paid plans end; tasks are missed; rewards that are given before tiers; tiers; quotas renew; stages; segments; early warning; other rewards that are given by themselves; triggers. Rounds repeat
//! until one makes no entry.

use super::work::Work;
use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result};
use crate::limits::{ENTRIES_MAX, ROUNDS_MAX};
use crate::outcome::Change;
use crate::points::AutoRun;

impl Work<'_> {
    /// Brings the member to an instant, due things first.
    pub(super) fn settle_to(&mut self, to: Instant) -> Result<()> {
        self.begin_days();
        if self.member.version > 0 {
            self.begin_tasks();
        }
        let mut next = match self.member.due {
            Some((digest, due)) if digest == self.digest() => due,
            _ => self.next_due(),
        };
        while let Some(due) = next.filter(|due| *due <= to) {
            self.collect_until(due, false)?;
            let version = self.version_due().filter(|version| version.at == due);
            self.go_to(due);
            if let Some(version) = version.filter(|version| !version.last) {
                self.come_to(version)?;
            }
            self.carry_over()?;
            // What the clock alone raises is no news of this instant: what happens at it is.
            self.trigger_values = self.values_of_milestones();
            self.passing = true;
            self.trigger_rounds = 0;
            let settled = self.settle_at();
            self.passing = false;
            settled?;
            if let Some(version) = version.filter(|version| version.last) {
                self.come_to(version)?;
                self.settle_at()?;
            }
            self.come_to_due()?;
            next = self.next_due();
            if next.is_some_and(|next| next <= due) {
                let words = "something that is due does not happen";
                return Err(Error::new(Code::Internal, words));
            }
            self.few_entries()?;
        }
        self.collect_until(to, true)?;
        self.go_to(to);
        self.end_days();
        Ok(())
    }

    /// Refuses a call that makes too many entries, while it makes them.
    pub(super) fn few_entries(&self) -> Result<()> {
        if self.entries.len() <= ENTRIES_MAX {
            return Ok(());
        }
        let words = format!(
            "more than {ENTRIES_MAX} entries would be made at once: where much is due, advance in shorter steps"
        );
        Err(Error::new(Code::LimitExceeded, words))
    }

    fn go_to(&mut self, instant: Instant) {
        if instant != self.as_of {
            self.as_of = instant;
            self.turned = None;
            let today = self.compiled.date_at(self.zone, instant);
            if today > self.today {
                let before = self.zone.date_at(instant.prev()).max(self.today);
                self.turned = Some(before).filter(|before| *before < today);
                self.early = false;
                self.today = today;
                self.prune();
            } else if self.early {
                self.early = self.zone.date_at(instant.prev()) < self.today;
            }
        }
    }

    /// After an event: where a move has made days begin, what those days bring happens now.
    pub(super) fn settle_event(&mut self) -> Result<()> {
        if !self.moved || self.state.more.access.is_over() {
            return self.settle_at();
        }
        self.carry_over()?;
        self.settle_at()?;
        self.passing = true;
        self.trigger_rounds = 0;
        let settled = self.settle_at();
        self.passing = false;
        settled
    }

    /// Whether a day begins at this instant.
    pub(super) fn begins(&self, day: Date) -> bool {
        self.turned.is_some_and(|before| before < day) && day <= self.today
    }

    /// The civil day until this instant: the one before, if one begins now.
    pub(super) fn day_until_now(&self) -> Date {
        match self.turned.filter(|_| self.moved) {
            Some(before) => before,
            None if self.early => self.today,
            None => self.zone.date_at(self.as_of.prev()),
        }
    }

    /// The civil day of an instant that is not past.
    pub(super) fn day_at(&self, at: Instant) -> Date {
        self.zone.date_at(at).max(self.today)
    }

    /// Makes everything that is due at this instant, until nothing more happens.
    pub(super) fn settle_at(&mut self) -> Result<()> {
        if self.state.more.access.is_over() {
            return Ok(());
        }
        self.before_expiry.clear();
        let first = self.entries.len();
        for _ in 0..ROUNDS_MAX {
            let before = self.entries.len();
            self.time_out()?;
            self.activate_and_expire()?;
            self.expire_coupons();
            self.end_plans();
            if self.passing {
                self.decay()?;
                self.deduct()?;
            }
            self.miss_tasks();
            self.auto_rewards(AutoRun::BeforeTiers)?;
            self.judge_tiers()?;
            self.tell_household();
            self.renew_quotas(first);
            self.judge_lifecycle();
            self.judge_segments();
            self.judge_warning();
            self.auto_rewards(AutoRun::WithTriggers)?;
            self.fire_triggers()?;
            self.few_entries()?;
            if self.entries.len() == before {
                return Ok(());
            }
        }
        Err(Error::new(
            Code::Internal,
            "the member does not come to rest at this instant",
        ))
    }

    /// Pending points become available, then points expire.
    pub(super) fn activate_and_expire(&mut self) -> Result<()> {
        let due = self.next_lots_due();
        self.lots_due = Some(due);
        if due.is_none_or(|due| due > self.as_of) {
            return Ok(());
        }
        for place in 0..self.state.accounts.len() {
            self.activate(place)?;
        }
        self.note_balances();
        for place in 0..self.state.accounts.len() {
            self.expire(place)?;
        }
        Ok(())
    }

    fn activate(&mut self, place: usize) -> Result<()> {
        let now = self.as_of;
        let account = self.account_mut(place)?;
        let made = account.activate(now)?;
        let id = account.id.clone();
        for given in made {
            self.enter(Change::Activated {
                account: id.clone(),
                points: Points::new(given.lot.points),
                lot: given.lot.dates(),
            });
            self.enter_repaid(&id, &given);
        }
        Ok(())
    }

    fn expire(&mut self, place: usize) -> Result<()> {
        let (now, today, remember_from) = (self.as_of, self.today, self.keep_from());
        let plan = self.compiled.accounts.get(place);
        let reinstates = plan.is_some_and(|plan| plan.reinstate_days > 0);
        let account = self.account_mut(place)?;
        let gone = account.expire(now, remember_from)?;
        account.lapse_if(reinstates, &gone, today);
        let id = account.id.clone();
        for lot in gone {
            self.enter(Change::Expired {
                account: id.clone(),
                points: Points::new(lot.points),
                lot: lot.dates(),
                why: None,
            });
        }
        Ok(())
    }

    /// When time alone changes the member next.
    pub(super) fn next_due(&self) -> Option<Instant> {
        // A membership that is over has nothing that time could change.
        if self.state.more.access.is_over() {
            return None;
        }
        let mut next = Earliest(self.next_lots_due());
        for place in 0..self.compiled.tracks.len() {
            next.or(self.track_due(place));
        }
        for hold in &self.state.more.holds {
            next.or(Some(hold.until));
        }
        for place in 0..self.compiled.accounts.len() {
            next.or(self.decay_due(place));
            next.or(self.deduction_due(place));
        }
        next.or(self.auto_due());
        next.or(self.coupon_due());
        next.or(self.trigger_due());
        next.or(self.near_due());
        next.or(self.carry_due());
        next.or(self.lifecycle_due());
        next.or(self.warning_due());
        next.or(self.winback_due());
        next.or(self.plans_due());
        next.or(self.tasks_due());
        next.or(self.version_due().map(|version| version.at));
        next.0
    }

    fn next_lots_due(&self) -> Option<Instant> {
        if let Some(due) = self.lots_due {
            return due;
        }
        let accounts = self.state.accounts.iter();
        accounts.filter_map(crate::points::Account::next_due).min()
    }
}

/// The earliest of what may come.
struct Earliest(Option<Instant>);

impl Earliest {
    fn or(&mut self, other: Option<Instant>) {
        self.0 = match (self.0, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}
