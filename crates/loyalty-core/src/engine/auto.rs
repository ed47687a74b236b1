//! Rewards that are given by themselves (clauses 1.3, 5.2).
//!
//! At its turn each of them is given as often as its points last, in one entry; its condition is asked once for that.

use super::redeem::Taking;
use super::work::Work;
use crate::calendar::Instant;
use crate::condition::next_flip;
use crate::error::Result;
use crate::points::{AutoRun, GivePlan, RewardPlan, Surplus, times};
use crate::tiers::View;

impl<'w> Work<'w> {
    /// Gives what is to be given at this turn. One reward may pay for another; that they never pay for each other in a circle
    /// has been checked with the program.
    pub(super) fn auto_rewards(&mut self, run: AutoRun) -> Result<()> {
        let spend = &self.compiled.spend;
        if !spend.gives_by_itself(run) || !self.state.more.access.is_open() {
            return Ok(());
        }
        loop {
            let mut gave = false;
            for plan in spend.auto(run) {
                let Some(taking) = self.ready(plan)? else {
                    continue;
                };
                self.take_reward(taking)?;
                gave = true;
            }
            if !gave {
                return Ok(());
            }
        }
    }

    /// How often a reward is given now, if it is.
    fn ready<'p>(&self, plan: &'p RewardPlan) -> Result<Option<Taking<'p>>> {
        let Some(auto) = &plan.auto else {
            return Ok(None);
        };
        let available = self.account(plan.account)?.available();
        let price = self.price(plan);
        let above = available.saturating_sub(plan.threshold(price));
        if above < 0 || self.denies(plan, 1, None).is_some() || !self.can_give(plan) {
            return Ok(None);
        }
        let (quantity, dropped) = match auto.surplus {
            Surplus::Drop => (1, available.saturating_sub(price)),
            Surplus::Keep => {
                let more = above.checked_div(price).unwrap_or(0);
                let often = more.saturating_add(1).min(self.left(&plan.limits));
                (often.min(plan.most_at_once(price)), 0)
            }
        };
        Ok(Some(Taking {
            plan,
            quantity,
            points: times(price, quantity)?,
            dropped,
            event: None,
        }))
    }

    /// Whether a coupon that is given by itself can be issued: what cannot must not keep time from passing.
    fn can_give(&self, plan: &RewardPlan) -> bool {
        match &plan.give {
            GivePlan::Coupon(coupon, _) => self.issuable(coupon),
            _ => true,
        }
    }

    /// When time alone gives a reward next.
    pub(super) fn auto_due(&self) -> Option<Instant> {
        if !self.state.more.access.is_open() {
            return None;
        }
        let spend = &self.compiled.spend;
        let runs = [AutoRun::BeforeTiers, AutoRun::WithTriggers];
        if !runs.iter().any(|run| spend.gives_by_itself(*run)) {
            return None;
        }
        let before = spend.auto(AutoRun::BeforeTiers);
        before
            .chain(spend.auto(AutoRun::WithTriggers))
            .filter_map(|plan| self.reward_due(plan))
            .min()
    }

    /// When a reward is given by time alone: there are points enough, and its first day comes, a limit is renewed, or its
    /// condition comes to hold.
    fn reward_due(&self, plan: &RewardPlan) -> Option<Instant> {
        let available = self.account(plan.account).ok()?.available();
        if available < plan.threshold(self.price(plan)) || !self.can_give(plan) {
            return None;
        }
        let today = self.program_day(self.as_of);
        let mut day = plan.from.map_or(today, |from| from.max(today));
        for limit in &plan.limits {
            if limit.left(&self.state.caps, day) == 0 {
                day = limit.renewed_on(day)?;
            }
        }
        let possible = if day == today {
            self.as_of
        } else {
            self.compiled.zone.start_of(day).ok()?
        };
        let at = match &plan.when {
            None => possible,
            Some(when) => {
                let from = self.day_at(possible);
                let seeing = self.seeing(from);
                if seeing.holds(when) {
                    possible
                } else {
                    let flip = next_flip(&[when], &seeing, from, |day| seeing.on(day).holds(when))?;
                    self.zone.start_of(flip).ok()?
                }
            }
        };
        if plan.until.is_some_and(|until| until < self.program_day(at)) {
            return None;
        }
        // Under rules that are newer than the member, what is possible already is given as soon as time passes.
        if at <= self.as_of {
            return self.as_of.checked_add_micros(1).ok();
        }
        Some(at)
    }
}
