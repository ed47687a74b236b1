//! Growth value: once a year the amount of the rung that is held leaves, and the track is taken again (clause 3.8).

use super::work::Work;
use crate::calendar::{Date, Instant, MonthDay};
use crate::error::Result;
use crate::outcome::ExpiredWhy;
use crate::points::DeductionDay;

impl Work<'_> {
    /// What leaves accounts at this instant because a year is over.
    pub(super) fn deduct(&mut self) -> Result<()> {
        let compiled = self.compiled;
        for (place, plan) in compiled.accounts.iter().enumerate() {
            let Some((_, by_tier)) = &plan.yearly else {
                continue;
            };
            let due = self.turned.and_then(|day| self.deduction_after(place, day));
            let Some((day, amount)) = due.filter(|(day, _)| self.begins(*day)) else {
                continue;
            };
            let points = amount.min(self.account(place)?.available());
            self.wither(place, points, ExpiredWhy::YearlyDeduction)?;
            self.account_mut(place)?.deducted_on = Some(day);
            self.reviews.push(by_tier.track);
        }
        Ok(())
    }

    /// When the next deduction of an account is due.
    pub(super) fn deduction_due(&self, place: usize) -> Option<Instant> {
        let (day, _) = self.deduction_after(place, self.today)?;
        self.zone.start_of(day).ok()
    }

    /// The first day of deduction after a day, and the amount of the rung that is held. One that is lent was not earned by what
    /// leaves, and takes nothing of it.
    fn deduction_after(&self, place: usize, after: Date) -> Option<(Date, i64)> {
        let (on, by_tier) = self.compiled.accounts.get(place)?.yearly.as_ref()?;
        let amount = *by_tier.of(self.own_rung(by_tier.track))?;
        let begun = match on {
            DeductionDay::Enrolment => Some(self.enrolled?),
            DeductionDay::Rung => {
                let standing = self.state.tiers.get(by_tier.track)?;
                Some(standing.entered(self.zone))
            }
            DeductionDay::Yearly(_) => None,
        };
        let yearly = match (on, begun) {
            (DeductionDay::Yearly(day), _) => *day,
            (_, Some(begun)) => MonthDay::of(begun),
            (_, None) => return None,
        };
        let last = self.state.accounts.get(place)?.deducted_on;
        let before = begun.into_iter().chain(last).fold(after, Date::max);
        let day = yearly.next_on_or_after(before.add_days(1).ok()?);
        Some((day, amount))
    }
}
