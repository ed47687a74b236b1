//! When promotions can be used, whatever is bought: dates, blackouts, weekdays and hours (clause 10.4), and from when on (8.3).

use super::promote::Asked;
use super::promotion_limits::Asks;
use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::condition::EventFacts;
use crate::coupons::{Instance, PromotionPlan};
use crate::id::Id;
use crate::limits::{FLIPS_MAX, OFFERS_AHEAD_DAYS};
use crate::outcome::UnusedWhy;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Work<'_> {
    /// Why something cannot be used, whatever is bought.
    pub(super) fn barred(
        &self,
        asks: Asks<'_>,
        plan: &PromotionPlan,
        asked: &Asked<'_>,
    ) -> Option<UnusedWhy> {
        let instance = asked.instance.as_ref();
        let named = |id: &Id| asks.purchase.declined.iter().any(|one| *id == **one);
        if named(&plan.id) || instance.is_some_and(|one| named(&one.id)) {
            return Some(UnusedWhy::Declined);
        }
        // Of a card that is held in part, the rest can be used.
        let held = |one: &Instance| self.state.more.holder(&one.id).is_some();
        if instance.is_some_and(|one| held(one) && self.free_value(one) == 0) {
            return Some(UnusedWhy::Held);
        }
        (!self.live(plan, instance, asks.facts)).then_some(UnusedWhy::NotLive)
    }

    pub(super) fn live(
        &self,
        plan: &PromotionPlan,
        instance: Option<&Instance>,
        facts: &EventFacts<'_>,
    ) -> bool {
        let rule = &plan.rule;
        let today = self.program_day(self.as_of);
        let begun = rule.from.is_none_or(|from| from <= today)
            && instance.is_none_or(|one| one.from.is_none_or(|from| from <= self.today));
        // An instance says itself until when it lasts.
        let own_end = instance.is_some_and(|one| one.expires_at.is_some());
        let over = !own_end && rule.until.is_some_and(|until| until < today);
        let blacked = rule.blackouts.iter().any(|range| range.contains(today));
        let weekday = rule.weekdays.is_empty() || rule.weekdays.contains(&facts.weekday);
        let hours = rule.hours.as_ref();
        let hours = hours.is_none_or(|hours| hours.contains(facts.second_of_day));
        begun && !over && !blacked && weekday && hours
    }

    /// From when on something that is not live is, by time alone; none for never.
    pub(super) fn opens(
        &self,
        plan: &PromotionPlan,
        instance: Option<&Instance>,
        facts: &EventFacts<'_>,
    ) -> Option<Instant> {
        let rule = &plan.rule;
        let over = match instance.and_then(|one| one.expires_at) {
            Some(at) => Some(at),
            None => {
                let last = rule.until.map(Date::next);
                last.map(|day| self.compiled.zone.start_of(day))
                    .transpose()
                    .ok()?
            }
        };
        let mut at = self.as_of;
        if let Some(from) = rule.from {
            at = at.max(self.compiled.zone.start_of(from).ok()?);
        }
        if let Some(from) = instance.and_then(|one| one.from) {
            at = at.max(self.zone.start_of(from).ok()?);
        }
        let clock = Clock::new(self.as_of, facts);
        for _ in 0..FLIPS_MAX {
            if over.is_some_and(|over| over <= at) {
                return None;
            }
            let day = self.program_day(at);
            let blacked = rule.blackouts.iter().find(|range| range.contains(day));
            at = if let Some(range) = blacked {
                self.compiled.zone.start_of(range.until?.next()).ok()?
            } else if !rule.weekdays.is_empty()
                && !rule.weekdays.contains(&clock.day(at)?.weekday())
            {
                clock.at(clock.midnights(at).checked_add(1)?, 0)?
            } else if let Some(hours) = &rule.hours
                && !hours.contains(clock.second_of_day(at))
            {
                let opens = hours.from.second_of_day();
                let later = i64::from(opens <= clock.second_of_day(at));
                clock.at(clock.midnights(at).checked_add(later)?, opens)?
            } else {
                return Some(at);
            };
        }
        None
    }

    /// The same of an offer that nobody named, where that is so near that it is told.
    pub(super) fn opens_soon(
        &self,
        plan: &PromotionPlan,
        facts: &EventFacts<'_>,
    ) -> Option<Instant> {
        let today = self.program_day(self.as_of);
        let soon = |day: Date| today.days_until(day) <= OFFERS_AHEAD_DAYS;
        // Most are over, or far away.
        let rule = &plan.rule;
        if rule.until.is_some_and(|until| until < today) || !rule.from.is_none_or(soon) {
            return None;
        }
        let at = self.opens(plan, None, facts);
        at.filter(|at| soon(self.program_day(*at)))
    }
}

/// The clock of the store, which runs as it does at the event.
struct Clock {
    /// When its day began.
    midnight: i64,
    /// A day of the same weekday.
    day: Date,
}

impl Clock {
    fn new(now: Instant, facts: &EventFacts<'_>) -> Self {
        let second = now.micros().div_euclid(SECOND);
        let begun = second.saturating_sub(i64::from(facts.second_of_day));
        let mut day = Date::from_days(0);
        while day.weekday() != facts.weekday {
            day = day.next();
        }
        Self {
            midnight: begun.saturating_mul(SECOND),
            day,
        }
    }

    /// How many midnights are between the event and an instant.
    fn midnights(&self, at: Instant) -> i64 {
        at.micros().saturating_sub(self.midnight).div_euclid(DAY)
    }

    fn second_of_day(&self, at: Instant) -> u32 {
        let micros = at.micros().saturating_sub(self.midnight).rem_euclid(DAY);
        u32::try_from(micros / SECOND).unwrap_or(0)
    }

    fn day(&self, at: Instant) -> Option<Date> {
        self.day.add_days(self.midnights(at)).ok()
    }

    /// A time of the day so many midnights after the event.
    fn at(&self, midnights: i64, second_of_day: u32) -> Option<Instant> {
        let micros = midnights.checked_mul(DAY)?.checked_add(self.midnight)?;
        let second = i64::from(second_of_day).checked_mul(SECOND)?;
        Some(Instant::from_micros(micros.checked_add(second)?))
    }
}
