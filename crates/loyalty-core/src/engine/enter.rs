//! Events about the person: joining, profile, tags, activities.

use std::sync::Arc;

use super::adopt::begin_terms;
use super::clocks::Clocks;
use super::work::Work;
use crate::calendar::Zone;
use crate::error::{Code, Error, Result};
use crate::event::{Activity, Enroll, Event, Profile, Said, Tags};
use crate::id::Id;
use crate::outcome::{Change, TierWhy};
use crate::program::On;

impl Work<'_> {
    pub(super) fn enroll(&mut self, event: &Event<'_>, enroll: &Enroll<'_>) -> Result<()> {
        if let Some(at) = self.state.enrolled_at {
            return Err(Error::at(
                Code::AlreadyEnrolled,
                "enroll",
                format!("the member enrolled at {at} already"),
            ));
        }
        let referrer = enroll.referrer.as_deref().map(Id::checked);
        if referrer.as_ref() == Some(&self.member.id) {
            let words = "nobody joins because of oneself";
            return Err(Error::at(Code::ReferralRefused, "enroll.referrer", words));
        }
        self.update(&enroll.profile)
            .map_err(|error| error.under("enroll"))?;
        self.state.enrolled_at = Some(self.as_of);
        self.state.enrolled_on = Some(self.today);
        self.enrolled = Some(self.today);
        let from = (self.as_of, self.today, self.person());
        self.undo.tiers(&self.state.tiers);
        self.terms_anew = begin_terms(self.compiled, &mut self.state, from, true);
        self.enter(Change::Enrolled {
            referrer: referrer.clone(),
        });
        self.enter_terms(TierWhy::Enrolled);
        let facts = Work::event_facts(event, None);
        self.earn_activity(&On::Enroll, None, &facts)?;
        match referrer {
            Some(referrer) => self.referred_by(referrer),
            None => Ok(()),
        }
    }

    pub(super) fn profile(&mut self, profile: &Profile<'_>) -> Result<()> {
        self.update(profile)
            .map_err(|error| error.under("profile"))?;
        self.enter(Change::Profile {});
        Ok(())
    }

    fn update(&mut self, profile: &Profile<'_>) -> Result<()> {
        let zone = match profile.timezone {
            Said::Nothing => self.zone,
            Said::Unknown => self.compiled.zone,
            Said::Is(zone) => zone,
        };
        let today = zone.date_at(self.as_of).max(self.today);
        if matches!(profile.birthday, Said::Is(birthday) if birthday > today) {
            let words = "nobody is born on a day to come";
            return Err(Error::at(Code::InvalidTime, "birthday", words));
        }
        Arc::make_mut(&mut self.state.profile).update(profile)?;
        if zone != self.zone {
            self.move_to(zone);
        }
        Ok(())
    }

    /// The member's clocks are those of another zone from now on.
    pub(super) fn move_to(&mut self, zone: Zone) {
        let left = core::mem::replace(&mut self.zone, zone);
        if self.member.version == 0 {
            // Nothing lies behind.
            self.today = zone.date_at(self.as_of);
            return;
        }
        self.undo.tiers(&self.state.tiers);
        let mut clocks = Clocks {
            today: self.today,
            early: self.early,
            turned: None,
            moved: false,
        };
        clocks.change(&mut self.state.tiers, (left, zone), self.as_of);
        (self.today, self.early) = (clocks.today, clocks.early);
        (self.turned, self.moved) = (clocks.turned, clocks.moved);
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
        self.earn_activity(&on, Some(&activity.kind), &facts)
    }
}
