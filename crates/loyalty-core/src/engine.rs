//! The engine: where the domains meet. One program, any number of members.

mod access;
mod accrue;
mod adjust;
mod adopt;
mod auto;
mod basket;
mod benefits;
mod carry;
mod clocks;
mod close;
mod count;
mod demote;
mod due;
mod earn;
mod enter;
mod exchange;
mod extra;
mod facts;
mod gains;
mod grant;
mod had;
mod hold;
mod household;
mod idle;
mod lent;
mod list_price;
mod live;
mod lots;
mod measure;
mod merge;
mod milestone;
mod outbox;
mod penalty;
mod plans;
mod portion;
mod progress;
mod promote;
mod promotion_limits;
mod purchase;
mod quiet;
mod ranking;
mod receipt;
mod redeem;
mod redeemed;
mod referral;
mod referred;
mod report;
mod reprice;
mod returns;
mod seats;
mod settle;
mod shares;
mod stages;
mod standing;
mod stored_value;
mod takeback;
mod taken;
mod tasks;
mod tender;
mod till;
mod transfer;
mod trigger;
mod trigger_due;
mod trigger_metric;
mod undo;
mod unused;
mod versions;
mod wallet;
mod warnings;
mod winback;
mod work;
mod yearly;

#[cfg(test)]
mod tests;

use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result};
use crate::event::{Body, Event};
use crate::id::Id;
use crate::member::{Member, Seen};
use crate::outcome::{BenefitStanding, Expiring, Liability, Outcome, Progress, Rank, Unmet};
use crate::program::{Program, Timeline, Version};
use work::Work;

/// The engine of one program, or of its versions in time. It never changes: share it between threads.
///
/// # Example
/// ```
/// use loyalty_core::{Engine, Event, Member, Program};
/// let engine = Engine::new(Program::from_json(r#"{
///     "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai", "accounts": [{"id": "points"}],
///     "earn": [{"id": "check-in", "on": "activity:check_in", "give": {"fixed": 5}}]
/// }"#)?);
/// let mut member = Member::new("m-1")?;
/// let event = Event::from_json(r#"{"id": "e-1", "at": "2026-03-01T10:00:00+08:00", "activity": {"kind": "check_in"}}"#)?;
/// engine.apply(&mut member, &event)?;
/// assert_eq!(member.balance("points"), 5);
/// assert!(engine.apply(&mut member, &event)?.duplicate); // the same event again changes nothing
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    timeline: Timeline,
}

/// How much an outcome says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// What changed, entry by entry, without the receipts: for logs and batches, where nobody reads them. What hosts count in total
    /// for limits stands in receipts.
    Entries,
    /// What changed, and the receipts.
    #[default]
    Plain,
    /// Also why each rule did or did not give.
    Trace,
}

impl Engine {
    /// Makes the engine of a program, or of a timeline of its versions: each event is then judged by the version to which the
    /// member has come.
    #[must_use]
    pub fn new(program: impl Into<Timeline>) -> Self {
        Self {
            timeline: program.into(),
        }
    }

    /// The program; of a timeline its last version.
    #[must_use]
    pub fn program(&self) -> &Program {
        self.timeline.program()
    }

    /// The versions of the program.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The version of the program under which a member stands, as of [`Member::as_of`]. Before the first event: with which a member
    /// begins who joins at the very beginning of the timeline.
    #[must_use]
    pub fn program_of(&self, member: &Member) -> &Program {
        &self.version_of(member).program
    }

    /// Reads what a leaf of a condition lacks, and says which program names it so: of a timeline the latest version that does.
    ///
    /// # Errors
    /// As for [`Unmet::from_json`], under the last version.
    pub fn unmet(&self, json: &(impl AsRef<[u8]> + ?Sized)) -> Result<(Unmet, &Program)> {
        let mut programs = self.timeline.programs().rev();
        let found =
            programs.find_map(|program| Some((Unmet::from_json(json, program).ok()?, program)));
        match found {
            Some(found) => Ok(found),
            None => Ok((Unmet::from_json(json, self.program())?, self.program())),
        }
    }

    fn version_of(&self, member: &Member) -> &Version {
        let name = member.state.more.program_version.as_ref();
        let place = member
            .as_of
            .map_or(0, |as_of| self.timeline.place(name, as_of));
        self.timeline.version(place)
    }

    /// Refuses a member that a defect has left in the middle of a call, and one whose amounts are in another currency.
    fn takes(&self, member: &Member) -> Result<()> {
        if let Some(words) = member.state.fault() {
            return Err(Error::new(Code::MemberCorrupt, words));
        }
        // All versions have one currency.
        member
            .state
            .is_in(self.timeline.version(0).program.currency())
    }

    /// Takes an event: everything due before it happens first, then the event itself, then what follows from it.
    ///
    /// An event that was taken before changes nothing and is answered with [`Outcome::duplicate`].
    ///
    /// # Errors
    /// The member is then exactly as it was. [`Code::MemberMismatch`] if its amounts are in another currency, [`Code::OutOfOrder`] if the event lies before what the member has seen,
    /// [`Code::IdConflict`] if its id was used with other content, and the refusals of each kind of event.
    pub fn apply(&self, member: &mut Member, event: &Event<'_>) -> Result<Outcome> {
        self.apply_with(member, event, Detail::Plain)
    }

    /// [`Engine::apply`], with a choice of how much the outcome says.
    ///
    /// # Errors
    /// As for [`Engine::apply`].
    pub fn apply_with(
        &self,
        member: &mut Member,
        event: &Event<'_>,
        detail: Detail,
    ) -> Result<Outcome> {
        let (digest, mark) = (event.digest(), Id::mark(event.id()));
        if let Some(known) = self.known(member, event, (digest, mark))? {
            return Ok(known);
        }
        in_order(member, event.at.instant, "at")?;
        let mut work = Work::on(&self.timeline, member, event.at.instant);
        if let Err(error) = work.take(event, detail) {
            let state = work.back();
            member.state.take_back(state);
            return Err(error);
        }
        let seen = Seen {
            id: Id::checked(event.id()),
            digest,
            on: work.today,
        };
        Ok(work.finish().commit(member, Some((seen, mark))))
    }

    /// What [`Engine::apply`] would answer, without changing the member.
    ///
    /// # Errors
    /// As for [`Engine::apply`].
    pub fn quote(&self, member: &Member, event: &Event<'_>) -> Result<Outcome> {
        self.quote_with(member, event, Detail::Plain)
    }

    /// [`Engine::quote`], with a choice of how much the outcome says.
    ///
    /// # Errors
    /// As for [`Engine::apply`].
    pub fn quote_with(
        &self,
        member: &Member,
        event: &Event<'_>,
        detail: Detail,
    ) -> Result<Outcome> {
        let (digest, mark) = (event.digest(), Id::mark(event.id()));
        if let Some(known) = self.known(member, event, (digest, mark))? {
            return Ok(known);
        }
        in_order(member, event.at.instant, "at")?;
        let mut work = Work::beside(&self.timeline, member, event.at.instant);
        work.take(event, detail)?;
        Ok(work.into_outcome())
    }

    /// Brings a member to an instant: everything that is due until then happens, in the order of the calendar. A member without a
    /// history stays as it is: it begins with its first event.
    ///
    /// # Errors
    /// [`Code::OutOfOrder`] if the member has seen later things, [`Code::InvalidTime`] outside of the years 1850 to 2999.
    pub fn advance(&self, member: &mut Member, to: Instant) -> Result<Outcome> {
        self.takes(member)?;
        to.stated("to")?;
        in_order(member, to, "to")?;
        if member.version == 0 {
            // Without a history there is nothing that time could change.
            return Ok(Outcome::default());
        }
        let mut work = Work::on(&self.timeline, member, to);
        if let Err(error) = work.adopt_version().and_then(|()| work.settle_to(to)) {
            let state = work.back();
            member.state.take_back(state);
            return Err(error.or_at("to"));
        }
        work.prune();
        Ok(work.finish().commit(member, None))
    }

    /// When time alone changes the member next: index it, and call [`Engine::advance`] for the members that are due. Never
    /// later than the next change, and after [`Member::as_of`]; none if time alone changes nothing, and for a member whom the program
    /// does not fit.
    #[must_use]
    pub fn next_due(&self, member: &Member) -> Option<Instant> {
        match member.due {
            Some((digest, due)) if digest == self.version_of(member).digest => due,
            _ if member.version == 0 => None,
            _ => {
                self.takes(member).ok()?;
                let as_of = member.as_of?;
                let mut work = Work::beside(&self.timeline, member, as_of);
                // What cannot be worked out is refused by every event too.
                work.adopt_version().ok()?;
                work.next_due()
            }
        }
    }

    /// Where a member stands in each track, what is missing for the other rungs and for keeping the present one, and how far the
    /// member is in each task, as of [`Member::as_of`]. Of a member whom the program does not fit, nothing.
    #[must_use]
    pub fn progress(&self, member: &Member) -> Progress {
        let Some(as_of) = member.as_of.filter(|_| self.takes(member).is_ok()) else {
            return Progress::default();
        };
        let work = Work::beside(&self.timeline, member, as_of);
        Progress {
            tracks: work.progress(),
            tasks: work.task_progress(),
        }
    }

    /// The figures of a member in a ranking of the program at an instant, if nothing happens until then, and the key by which hosts
    /// sort members; none where the ranking does not take the member, before the first event, and after the end of a membership.
    ///
    /// A figure of a calendar month is asked for at an instant in it: at the first instant of the next month it begins anew, and
    /// the window `previous` has it.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] if the program has no such ranking, [`Code::OutOfOrder`] if the member has seen later things,
    /// [`Code::InvalidTime`] outside of the years 1850 to 2999.
    ///
    /// # Example
    /// ```
    /// # use loyalty_core::{Engine, Event, Member, Program, Timestamp};
    /// let engine = Engine::new(Program::from_json(r#"{
    ///     "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
    ///     "metrics": [{"id": "orders", "measure": "orders"}],
    ///     "rankings": [{"id": "busiest", "by": [{"metric": "orders"}]}]
    /// }"#)?);
    /// let at = Timestamp::parse("2026-03-31T23:00:00+08:00")?.instant;
    /// let mut member = Member::new("m-1")?;
    /// let event = r#"{"id": "e-1", "at": "2026-03-01T10:00:00+08:00", "purchase": {"order": "o-1", "lines": [{"sku": "tea", "price": "8.00"}]}}"#;
    /// let mut keys = vec![engine.ranking(&member, "busiest", at)?];
    /// engine.apply(&mut member, &Event::from_json(event)?)?;
    /// keys.push(engine.ranking(&member, "busiest", at)?);
    /// let keys: Vec<_> = keys.into_iter().map(|rank| rank.map(|rank| rank.key)).collect();
    /// assert_eq!(keys, [None, Some("07ffffffffffffffe".to_owned())]); // who has more orders has the lesser key
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn ranking(&self, member: &Member, id: &str, at: Instant) -> Result<Option<Rank>> {
        self.takes(member)?;
        let of = |program: &Program| program.compiled.rankings.iter().any(|plan| plan.id == *id);
        if !self.timeline.programs().any(of) {
            let words = format!("there is no ranking `{id}` in this program");
            return Err(Error::at(Code::UnknownReference, "id", words));
        }
        at.stated("at")?;
        in_order(member, at, "at")?;
        let Some(as_of) = member.as_of.filter(|_| member.version > 0) else {
            return Ok(None);
        };
        let mut work = Work::beside(&self.timeline, member, as_of);
        work.adopt_version()?;
        work.settle_to(at)?;
        let rankings = &work.compiled.rankings;
        let plan = rankings.iter().find(|plan| plan.id == *id);
        Ok(plan.and_then(|plan| work.rank(plan)))
    }

    /// What a member is entitled to, benefit by benefit, as of [`Member::as_of`]: a value, or how many units are left. Of a member whom
    /// the program does not fit, nothing.
    #[must_use]
    pub fn benefits(&self, member: &Member) -> Vec<BenefitStanding> {
        let Some(as_of) = member.as_of.filter(|_| self.takes(member).is_ok()) else {
            return Vec::new();
        };
        Work::beside(&self.timeline, member, as_of).benefits()
    }

    /// The available points of each account by the instants at which they expire, up to the end of the day `by`; then one row
    /// without an instant for the rest, less what is owed. The rows of an account sum to its balance, as of [`Member::as_of`].
    ///
    /// # Errors
    /// [`Code::OutOfRange`] if the day lies after the year 2999.
    pub fn expiring(&self, member: &Member, by: Date) -> Result<Vec<Expiring>> {
        self.takes(member)?;
        let Some(as_of) = member.as_of else {
            return Ok(Vec::new());
        };
        let mut work = Work::beside(&self.timeline, member, as_of);
        work.adopt_version()?;
        work.expiring(by)
    }

    /// The points of each account that are available, pending or held, by the month in which they were earned and the month in
    /// which they expire, with what they cost and are expected to cost, as of [`Member::as_of`].
    ///
    /// # Errors
    /// [`Code::Overflow`] if a cost has more digits than fit.
    pub fn liability(&self, member: &Member) -> Result<Vec<Liability>> {
        self.takes(member)?;
        let Some(as_of) = member.as_of else {
            return Ok(Vec::new());
        };
        let mut work = Work::beside(&self.timeline, member, as_of);
        work.adopt_version()?;
        work.liability()
    }

    /// The first answer to an event that was taken before.
    fn known(
        &self,
        member: &Member,
        event: &Event<'_>,
        (digest, mark): (u64, u16),
    ) -> Result<Option<Outcome>> {
        self.takes(member)?;
        if let Some(named) = event.member()
            && member.id != *named
        {
            let words = format!(
                "the event is of the member `{named}`, not of `{}`",
                member.id
            );
            return Err(Error::at(Code::WrongMember, "member", words));
        }
        let id = event.id();
        let Some((_, seen)) = member.seen.find(mark, id, |_| true) else {
            return Ok(None);
        };
        if !self.remembers(member, seen.on, event) {
            return Ok(None);
        }
        if seen.digest != digest {
            let words = format!(
                "the id `{}` was used on {} for an event with other content",
                event.id(),
                seen.on
            );
            return Err(Error::at(Code::IdConflict, "id", words));
        }
        Ok(Some(Outcome {
            duplicate: true,
            entries: Vec::new(),
            messages: Vec::new(),
            receipt: None,
            returned: None,
            trace: None,
            version: member.version,
            next_due: self.next_due(member),
        }))
    }

    /// Whether an id of a day is remembered still: by date, not by whether a call came in between that forgot it.
    fn remembers(&self, member: &Member, on: Date, event: &Event<'_>) -> bool {
        let compiled = &self.version_of(member).program.compiled;
        let zone = member.state.profile.timezone.unwrap_or(compiled.zone);
        let now = member
            .as_of
            .map_or(event.at.instant, |as_of| as_of.max(event.at.instant));
        let last = on.add_days(self.timeline.dedup_days());
        let today = zone.date_at(now);
        let today = member.state.reached.map_or(today, |day| day.max(today));
        last.map_or(true, |last| today <= last)
    }
}

impl Work<'_> {
    /// Takes an event: what is due before it, the event itself, and what follows from it.
    fn take(&mut self, event: &Event<'_>, detail: Detail) -> Result<()> {
        self.happen_before(event)
            .map_err(|error| error.or_at("at"))?;
        self.happen(event, detail)
            .map_err(|error| error.or_at(event.kind()))
    }

    /// What is due before an event.
    fn happen_before(&mut self, event: &Event<'_>) -> Result<()> {
        self.adopt_version()?;
        self.settle_to(event.at.instant)?;
        self.adopt_by_event()
    }

    /// The event itself, and what follows from it.
    fn happen(&mut self, event: &Event<'_>, detail: Detail) -> Result<()> {
        self.trace = (detail == Detail::Trace).then(Vec::new);
        self.receipts = detail != Detail::Entries;
        self.event = self.entries.len();
        self.admit(event)?;
        self.before_event();
        match &event.body {
            Body::Enroll(enroll) => self.enroll(event, enroll)?,
            Body::Profile(profile) => self.profile(profile)?,
            Body::Tags(tags) => self.tags(tags)?,
            Body::Purchase(purchase) => self.purchase(event, purchase)?,
            Body::Return(returned) => self.take_back(returned)?,
            Body::Activity(activity) => self.activity(event, activity)?,
            Body::Adjust(adjust) => self.adjust(adjust)?,
            Body::Exchange(returned, purchase) => self.exchange(event, returned, purchase)?,
            Body::OrderSettled(settled) => self.order_settled(settled)?,
            Body::Cancel(cancel) => self.cancel(cancel)?,
            Body::Hold(hold) => self.hold(hold)?,
            Body::Release(release) => self.release(release)?,
            Body::Redeem(redeem) => self.redeem(event, redeem)?,
            Body::Undo(undo) => self.undo_redemption(undo)?,
            Body::Transfer(transfer) => self.transfer(event, transfer)?,
            Body::Convert(convert) => self.convert(event, convert)?,
            Body::Receive(receive) => self.receive(receive)?,
            Body::Grant(grant) => self.grant(grant)?,
            Body::Revoke(revoke) => self.revoke(revoke)?,
            Body::Issue(issue) => self.issue(event, issue)?,
            Body::Give(give) => self.give_coupon(event, give)?,
            Body::TopUp(top_up) => self.top_up(top_up)?,
            Body::Outreach(outreach) => self.outreach(outreach)?,
            Body::Freeze(freeze) => self.freeze(freeze)?,
            Body::Unfreeze(unfreeze) => self.unfreeze(unfreeze)?,
            Body::Close(close) => self.close(close)?,
            Body::Erase(erase) => self.erase(erase)?,
            Body::Referral(referral) => self.referral(referral)?,
            Body::Merge(merge) => self.merge(event, merge)?,
            Body::Subscribe(subscribe) => self.subscribe(event, subscribe)?,
            Body::Renew(renew) => self.renew(event, renew)?,
            Body::Unsubscribe(unsubscribe) => self.unsubscribe(unsubscribe)?,
            Body::SharePlan(share) => self.share_plan(share)?,
            Body::PlanSeat(seat) => self.plan_seat(seat)?,
            Body::LeaveSeat(leave) => self.leave_seat(leave)?,
            Body::SeatLeft(left) => self.seat_left(left)?,
            Body::BenefitUsed(used) => self.use_benefit(used)?,
            Body::Household(household) => self.household(household)?,
            Body::LeaveHousehold(leave) => self.leave_household(leave)?,
            Body::HouseholdLink(link) => self.household_link(link)?,
            Body::HouseholdLeft(left) => self.household_left(left)?,
            Body::Contribution(given) => self.contribution(given)?,
        }
        self.share_order(event)?;
        self.tell_referrer(event)?;
        self.forfeit_again()?;
        self.end_capture();
        self.note_deeds()?;
        self.count_steps(event)?;
        self.after_event(event)?;
        self.settle_event()?;
        self.come_to_due()?;
        self.prune();
        Ok(())
    }
}

fn in_order(member: &Member, at: Instant, path: &str) -> Result<()> {
    match member.as_of {
        Some(as_of) if at < as_of => {
            let words =
                format!("the member has been brought to {as_of} already, {at} lies before that");
            Err(Error::at(Code::OutOfOrder, path, words).with_as_of(as_of))
        }
        _ => Ok(()),
    }
}
