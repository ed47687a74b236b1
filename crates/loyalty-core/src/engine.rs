//! The engine: where the domains meet. One program, any number of members.

mod accrue;
mod adjust;
mod basket;
mod count;
mod due;
mod enter;
mod facts;
mod progress;
mod purchase;
mod receipt;
mod returns;
mod work;

use crate::calendar::Instant;
use crate::error::{Code, Error, Result};
use crate::event::{Body, Event};
use crate::id::Id;
use crate::member::{Member, Seen};
use crate::outcome::{Outcome, TrackProgress};
use crate::program::Program;
use work::Work;

/// The engine of one program. It never changes: share it between threads.
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
    program: Program,
}

/// How much an outcome says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// What changed.
    #[default]
    Plain,
    /// Also why each rule did or did not give.
    Trace,
}

impl Engine {
    /// Makes the engine of a program.
    #[must_use]
    pub fn new(program: Program) -> Self {
        Self { program }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Takes an event: everything due before it happens first, then the event itself, then what follows from it.
    ///
    /// An event that was taken before changes nothing and is answered with [`Outcome::duplicate`].
    ///
    /// # Errors
    /// The member is then exactly as it was. [`Code::OutOfOrder`] if the event lies before what the member has seen,
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
        let digest = event.digest();
        if let Some(known) = self.known(member, event, digest)? {
            return Ok(known);
        }
        let work = self.run(member, event, detail)?;
        let seen = Seen {
            id: Id::checked(event.id()),
            digest,
            on: work.today,
        };
        let (outcome, done) = work.finish();
        done.commit(member, Some(seen));
        Ok(outcome)
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
        match self.known(member, event, event.digest())? {
            Some(known) => Ok(known),
            None => Ok(self.run(member, event, detail)?.into_outcome()),
        }
    }

    /// Brings a member to an instant: everything that is due until then happens, in the order of the calendar. A member without a
    /// history stays as it is: it begins with its first event.
    ///
    /// # Errors
    /// [`Code::OutOfOrder`] if the member has seen later things.
    pub fn advance(&self, member: &mut Member, to: Instant) -> Result<Outcome> {
        in_order(member, to, "to")?;
        if member.version == 0 {
            // Without a history there is nothing that time could change.
            return Ok(Outcome::default());
        }
        let mut work = Work::begin(&self.program, member, to);
        work.settle_to(to)?;
        work.prune();
        let (outcome, done) = work.finish();
        done.commit(member, None);
        Ok(outcome)
    }

    /// When time alone changes the member next: index it, and call [`Engine::advance`] for the members that are due. Never
    /// later than the next change, and after [`Member::as_of`]; none if time alone changes nothing.
    #[must_use]
    pub fn next_due(&self, member: &Member) -> Option<Instant> {
        match member.due {
            Some((digest, due)) if digest == self.program.digest => due,
            _ if member.version == 0 => None,
            _ => {
                let as_of = member.as_of?;
                Work::begin(&self.program, member, as_of).next_due()
            }
        }
    }

    /// Where a member stands in each track, and what is missing for the other rungs and for keeping the present one.
    #[must_use]
    pub fn progress(&self, member: &Member) -> Vec<TrackProgress> {
        let Some(as_of) = member.as_of else {
            return Vec::new();
        };
        Work::begin(&self.program, member, as_of).progress()
    }

    /// The first answer to an event that was taken before.
    fn known(&self, member: &Member, event: &Event<'_>, digest: u64) -> Result<Option<Outcome>> {
        if let Some(named) = event.member()
            && member.id != *named
        {
            let words = format!(
                "the event is of the member `{named}`, not of `{}`",
                member.id
            );
            return Err(Error::at(Code::WrongMember, "member", words));
        }
        let Some(seen) = member.seen.iter().rev().find(|seen| seen.id == *event.id()) else {
            return Ok(None);
        };
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
            trace: None,
            version: member.version,
            next_due: self.next_due(member),
        }))
    }

    fn run<'r>(
        &'r self,
        member: &'r Member,
        event: &Event<'_>,
        detail: Detail,
    ) -> Result<Work<'r>> {
        let at = event.at.instant;
        in_order(member, at, "at")?;
        let mut work = Work::begin(&self.program, member, at);
        work.settle_to(at)?;
        work.trace = (detail == Detail::Trace).then(Vec::new);
        work.event = work.entries.len();
        match &event.body {
            Body::Enroll(profile) => work.enroll(event, profile)?,
            Body::Profile(profile) => work.profile(profile)?,
            Body::Tags(tags) => work.tags(tags)?,
            Body::Purchase(purchase) => work.purchase(event, purchase)?,
            Body::Return(returned) => work.take_back(returned)?,
            Body::Activity(activity) => work.activity(event, activity)?,
            Body::Adjust(adjust) => work.adjust(adjust)?,
        }
        work.settle_at()?;
        work.prune();
        Ok(work)
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
