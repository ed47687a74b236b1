//! What is said to a member: not without consent, not too often, and not in quiet hours (clause 12.1).

use super::work::Work;
use crate::calendar::{Instant, Zone};
use crate::condition::{Hours, Quiet, evaluate};
use crate::outcome::{Change, Muted, TriggerAbout};
use crate::triggers::{Notify, TriggerPlan};

const SECOND: i64 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;

/// So many times at most the end of quiet hours is looked for anew: clocks change once in a day, if at all.
const TURNS_MAX: usize = 4;

impl Work<'_> {
    /// Says something to the member: an entry that the host sends. It counts for its topic on the day on which it can be sent.
    pub(super) fn notify(
        &mut self,
        plan: &TriggerPlan,
        topic: usize,
        notify: &Notify,
        about: &TriggerAbout,
    ) {
        let Some(topic) = self.compiled.triggers.topics.get(topic) else {
            return;
        };
        let seeing = self.seeing(self.today);
        let consents = topic
            .consent
            .as_ref()
            .is_none_or(|consent| evaluate(consent, &seeing, &mut Quiet));
        let end = topic.quiet.as_ref();
        let end = end.map(|quiet| end_of_quiet(self.zone, quiet, self.as_of));
        let end = end.filter(|end| *end > self.as_of);
        let day = self.program_day(end.unwrap_or(self.as_of));
        let muted = match consents {
            false => Some(Muted::NoConsent),
            true if self.left_on(&topic.limits, day) < 1 => Some(Muted::TooOften),
            true => None,
        };
        if muted.is_none() {
            self.book_limits_on(&topic.limits, day, 1);
        }
        self.enter(Change::Notified {
            trigger: plan.id.clone(),
            topic: topic.id.clone(),
            text: notify.text.clone(),
            about: Box::new(about.clone()),
            not_before: end.filter(|_| muted.is_none()),
            muted,
        });
    }
}

/// The first instant from one on at which the clocks of a zone are outside quiet hours; where those last all day, their next end.
fn end_of_quiet(zone: Zone, quiet: &Hours, from: Instant) -> Instant {
    let end = i64::from(quiet.until.second_of_day());
    let mut at = from;
    for _ in 0..TURNS_MAX {
        let now = zone.local(at).second_of_day;
        if !quiet.contains(now) {
            return at;
        }
        let left = end.saturating_sub(i64::from(now)).rem_euclid(DAY_SECONDS);
        let left = if left == 0 { DAY_SECONDS } else { left };
        let past = at.micros().rem_euclid(SECOND);
        let micros = left.saturating_mul(SECOND).saturating_sub(past);
        let Ok(then) = at.checked_add_micros(micros) else {
            return at;
        };
        // Where the clocks change before that, it is another instant: they may even leap over the end.
        match zone.change_between(at, then) {
            Some(change) => at = change,
            None => return then,
        }
    }
    at
}
