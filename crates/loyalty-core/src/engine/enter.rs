//! Events about the person: joining, profile, tags, activities.

use std::sync::Arc;

use super::work::{Work, begin_terms};
use crate::error::{Code, Error, Result};
use crate::event::{Activity, Event, Profile, Said, Tags};
use crate::id::Id;
use crate::outcome::Change;
use crate::program::On;

impl Work<'_> {
    pub(super) fn enroll(&mut self, event: &Event<'_>, profile: &Profile<'_>) -> Result<()> {
        if let Some(at) = self.state.enrolled_at {
            return Err(Error::at(
                Code::AlreadyEnrolled,
                "enroll",
                format!("the member enrolled at {at} already"),
            ));
        }
        self.update(profile)?;
        self.state.enrolled_at = Some(self.as_of);
        self.enrolled = Some(self.today);
        let from = (self.as_of, self.enrolled, self.zone);
        self.undo.tiers(&self.state.tiers);
        begin_terms(self.compiled, &mut self.state, from, true);
        self.enter(Change::Enrolled {});
        let facts = Work::event_facts(event, None);
        self.earn_activity(&On::Enroll, None, facts)
    }

    pub(super) fn profile(&mut self, profile: &Profile<'_>) -> Result<()> {
        self.update(profile)?;
        self.enter(Change::Profile {});
        Ok(())
    }

    fn update(&mut self, profile: &Profile<'_>) -> Result<()> {
        Arc::make_mut(&mut self.state.profile).update(profile)?;
        if profile.timezone != Said::Nothing {
            self.enter_zone();
        }
        Ok(())
    }

    /// The member's civil days are those of another zone.
    pub(super) fn enter_zone(&mut self) {
        let zone = self.state.profile.timezone.unwrap_or(self.compiled.zone);
        self.zone = zone;
        self.today = zone.date_at(self.as_of);
        self.enrolled = self.state.enrolled_at.map(|at| zone.date_at(at));
    }

    pub(super) fn tags(&mut self, tags: &Tags<'_>) -> Result<()> {
        let profile = Arc::make_mut(&mut self.state.profile);
        let removed = profile.untag(&tags.remove);
        let added = profile.tag(&tags.add)?;
        self.enter(Change::Tags { added, removed });
        Ok(())
    }

    pub(super) fn activity(&mut self, event: &Event<'_>, activity: &Activity<'_>) -> Result<()> {
        self.enter(Change::Activity {
            kind: Id::checked(&activity.kind),
        });
        let facts = Work::event_facts(event, None);
        let on = On::Activity(activity.kind.as_ref().into());
        self.earn_activity(&on, Some(&activity.kind), facts)
    }
}
