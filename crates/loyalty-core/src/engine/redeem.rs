//! Rewards for points (clause 5.2).

use super::facts::Seeing;
use super::wallet::IssueMore;
use super::work::Work;
use crate::amount::Points;
use crate::calendar::Date;
use crate::condition::{EventFacts, Quiet, evaluate};
use crate::error::{Code, Error, Result};
use crate::event::{Event, Redeem};
use crate::id::Id;
use crate::limits::MONEY_MAX;
use crate::outcome::{Amount, Change, Source};
use crate::points::{Gave, GivePlan, LimitSpec, Lot, LotKind, Redemption, RewardPlan, Took, times};
use crate::pricing::DiscountPlan;
use crate::program::Feed;

/// A reward that is taken.
pub(super) struct Taking<'w> {
    pub(super) plan: &'w RewardPlan,
    pub(super) quantity: i64,
    /// What it costs, and the points above that which are dropped.
    pub(super) points: i64,
    pub(super) dropped: i64,
    /// The event that asks for it; none where it is given by itself.
    pub(super) event: Option<Id>,
}

impl<'w> Work<'w> {
    pub(super) fn redeem(&mut self, event: &Event<'_>, redeem: &Redeem<'_>) -> Result<()> {
        let path = "redeem.reward";
        let plan = self.reward(&redeem.reward, path)?;
        let no = |words: String| Error::at(Code::RewardRefused, path, words);
        if plan.auto.is_some() {
            let words = format!("the reward `{}` is given by itself", plan.id);
            return Err(no(words));
        }
        if matches!(plan.give, GivePlan::Discount(_)) {
            let words = format!(
                "the reward `{}` is a discount: name it in the `rewards` of a purchase",
                plan.id
            );
            return Err(no(words));
        }
        let quantity = i64::from(redeem.quantity);
        let facts = Work::event_facts(event, None);
        if let Some(words) = self.denies(plan, quantity, Some(&facts)) {
            return Err(no(words));
        }
        let points = times(self.price(plan), quantity)?;
        self.enough(plan.account, points, "redeem")?;
        self.take_reward(Taking {
            plan,
            quantity,
            points,
            dropped: 0,
            event: Some(Id::checked(event.id())),
        })
    }

    /// What a discount costs that a purchase takes for points, having taken it so many times: the account, the points and the
    /// discount. Its limits are booked; the purchase spends the points. The path of an error is empty.
    pub(super) fn reward_for_purchase(
        &mut self,
        reward: &str,
        taken: i64,
        event: &EventFacts<'_>,
    ) -> Result<(usize, i64, &'w DiscountPlan)> {
        let plan = self.reward(reward, "")?;
        let GivePlan::Discount(discount) = &plan.give else {
            let words = format!("the reward `{}` is no discount: use `redeem`", plan.id);
            return Err(Error::new(Code::RewardRefused, words));
        };
        if let Some(words) = self.denies(plan, 1, Some(event)) {
            return Err(Error::new(Code::RewardRefused, words));
        }
        // What an event uses of limits for each event is kept nowhere but in its bill.
        if plan.limits.iter().any(|limit| limit.full_with(taken)) {
            let words = format!("the reward `{}` can be had 0 times more now", plan.id);
            return Err(Error::new(Code::RewardRefused, words));
        }
        self.book_limits(&plan.limits, 1);
        Ok((plan.account, self.price(plan), discount))
    }

    fn reward(&self, id: &str, path: &str) -> Result<&'w RewardPlan> {
        self.compiled.spend.reward(id).ok_or_else(|| {
            let words = format!("there is no reward `{id}` in this program");
            Error::at(Code::UnknownReward, path, words)
        })
    }

    /// What one of a reward costs now.
    pub(super) fn price(&self, plan: &RewardPlan) -> i64 {
        plan.price(|track| self.rung(track))
    }

    /// Why a reward cannot be had so many times now, if it cannot.
    pub(super) fn denies(
        &self,
        plan: &RewardPlan,
        quantity: i64,
        event: Option<&EventFacts<'_>>,
    ) -> Option<String> {
        let today = self.program_day(self.as_of);
        if !plan.live(today) {
            return Some(format!("the reward `{}` cannot be had on {today}", plan.id));
        }
        let seeing = Seeing {
            event,
            ..self.seeing(self.today)
        };
        if plan
            .when
            .as_ref()
            .is_some_and(|when| !evaluate(when, &seeing, &mut Quiet))
        {
            return Some(format!(
                "the condition of the reward `{}` does not hold",
                plan.id
            ));
        }
        let left = self.left(&plan.limits);
        (left < quantity)
            .then(|| format!("the reward `{}` can be had {left} times more now", plan.id))
    }

    /// How many times all of these limits leave today.
    pub(super) fn left(&self, limits: &[LimitSpec]) -> i64 {
        self.left_on(limits, self.program_day(self.as_of))
    }

    /// The same on a day in program time.
    pub(super) fn left_on(&self, limits: &[LimitSpec], day: Date) -> i64 {
        let left = limits.iter().map(|limit| limit.left(&self.state.caps, day));
        left.min().unwrap_or(i64::MAX)
    }

    /// Books so many uses of these limits.
    pub(super) fn book_limits(&mut self, limits: &[LimitSpec], times: i64) {
        self.book_limits_on(limits, self.program_day(self.as_of), times);
    }

    /// The same on a day in program time.
    pub(super) fn book_limits_on(&mut self, limits: &[LimitSpec], day: Date, times: i64) {
        for limit in limits {
            self.book_limit(limit, day, times);
        }
    }

    /// Refuses what costs more points than can be used.
    pub(super) fn enough(&self, account: usize, points: i64, path: &str) -> Result<()> {
        let there = self.account(account)?.available();
        if points <= there {
            return Ok(());
        }
        let words = format!("{points} points are needed, {there} are there");
        Err(Error::at(Code::InsufficientPoints, path, words))
    }

    /// Takes a reward: the points go, and what it gives is given.
    pub(super) fn take_reward(&mut self, taking: Taking<'_>) -> Result<()> {
        let Taking {
            plan,
            quantity,
            points,
            dropped,
            event,
        } = taking;
        let burn = self
            .compiled
            .accounts
            .get(plan.account)
            .map(|account| account.burn_order)
            .unwrap_or_default();
        let lots = self.spend(plan.account, points.saturating_add(dropped), burn)?;
        let account = self.account(plan.account)?.id.clone();
        // What is given by itself is called by the number of its entry, which is the same however time was split.
        let number = self.version.saturating_add(1);
        let own_name = event
            .is_none()
            .then(|| super::outbox::derived(&["auto", plan.id.as_str()], number));
        let money = match plan.money {
            Some(money) => Some(Amount::new(
                money
                    .checked_mul(quantity)
                    .filter(|money| *money <= MONEY_MAX)
                    .ok_or_else(|| {
                        let words = "the rewards cost more money than can be counted";
                        Error::new(Code::Overflow, words)
                    })?,
                self.compiled.currency,
            )),
            None => None,
        };
        self.enter(Change::Redeemed {
            reward: plan.id.clone(),
            quantity: quantity.unsigned_abs(),
            redemption: own_name.clone(),
            account: account.clone(),
            points: Points::new(points),
            lots: lots.iter().map(Lot::entry).collect(),
            money,
            item: match &plan.give {
                GivePlan::Item(item) => Some(item.clone()),
                _ => None,
            },
            dropped: Points::new(dropped),
        });
        self.burned(plan.account, points.saturating_add(dropped));
        self.book_limits(&plan.limits, quantity);
        let gave = match plan.give {
            GivePlan::Points { account, points } => {
                let points = times(points, quantity)?;
                let lot = self.arriving(account, points)?;
                let source = Source::Reward(plan.id.clone());
                Some((account, self.credit(account, lot, source)?))
            }
            _ => None,
        };
        let mut coupons = Vec::new();
        if let GivePlan::Coupon(coupon, value) = &plan.give {
            let name = event.as_ref().or(own_name.as_ref());
            let name = name.map_or("", Id::as_str);
            let issue = self.coupon_plan(coupon.as_str(), "redeem.reward")?;
            for number in 1..=quantity.unsigned_abs() {
                // What is given by itself is called by the member, too: it may be given away.
                let own = event.is_none().then(|| self.member.id.as_str());
                let names: Vec<&str> = own.into_iter().chain([name]).collect();
                let id = match (quantity, names.as_slice()) {
                    (1, [name]) => Id::checked(name),
                    _ => super::outbox::derived(&names, number),
                };
                let more = IssueMore {
                    value: *value,
                    ..IssueMore::default()
                };
                self.issue_instance(issue, id.clone(), more)
                    .map_err(|error| error.under("redeem"))?;
                coupons.push(id);
            }
        }
        let gave = match gave {
            Some((place, lot)) => Some(Gave {
                account: self.account(place)?.id.clone(),
                lot: Took::new(lot),
            }),
            None => None,
        };
        let Some(id) = event.or(own_name) else {
            return Ok(());
        };
        let (at, on, version) = (self.as_of, self.today, self.version);
        let first = coupons.first();
        let value = first.and_then(|id| self.state.more.coupon(id)?.value);
        self.more().redemptions.push(Redemption {
            id,
            reward: plan.id.clone(),
            quantity,
            at,
            on,
            version,
            account,
            lots: lots.iter().map(|lot| Took::new(*lot)).collect(),
            gave,
            value,
            coupons,
            over: Vec::new(),
            undone: false,
        });
        Ok(())
    }

    /// Points that arrive: they can be used at once, and expire as points of the account do that are earned today.
    pub(super) fn arriving(&mut self, account: usize, points: i64) -> Result<Lot> {
        let lot = self.account_lot(account, LotKind::Credited, None)?;
        Ok(Lot { points, ..lot })
    }

    /// Credits points and enters it, with the debt that they pay.
    pub(super) fn credit(&mut self, account: usize, lot: Lot, source: Source) -> Result<Lot> {
        let given = self.give(account, lot)?;
        let id = self.account(account)?.id.clone();
        self.enter(Change::Credited {
            account: id.clone(),
            points: Points::new(lot.points),
            source,
            lot: given.lot.dates(),
        });
        self.enter_repaid(&id, &given);
        Ok(given.lot)
    }

    /// Counts points that were used otherwise than for an order.
    pub(super) fn burned(&mut self, account: usize, points: i64) {
        for (place, plan) in self.compiled.metrics.iter().enumerate() {
            if matches!(plan.feed, Feed::Burned(of) if of == account) {
                self.count(place, self.today, points);
            }
        }
    }
}
