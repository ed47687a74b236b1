//! Rewards, transfers and conversions as the engine uses them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Compiler;
use crate::amount::{Exact, Money, Points};
use crate::condition::{Condition, Scope};
use crate::counts::tell_twice;
use crate::coupons::Deal;
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::points::{
    AutoPlan, AutoRun, CapPeriod, ConversionPlan, ConversionRule, ConversionTo, CouponOf, FeePlan,
    GivePlan, Limit, LimitSpec, MovePlan, MovedLots, Reward, RewardGive, RewardPlan, TierPoints,
    TransferRule,
};

/// What points can be used for, other than to pay.
#[derive(Debug, Default)]
pub(crate) struct Spend {
    pub(crate) rewards: Vec<RewardPlan>,
    pub(crate) transfers: Vec<MovePlan>,
    pub(crate) conversions: Vec<ConversionPlan>,
    places: FxHashMap<Id, usize>,
    /// The rewards that are given by themselves: before tiers are judged, and after.
    before_tiers: Vec<usize>,
    with_triggers: Vec<usize>,
    /// The limits by terms: the track, and the key of the use.
    pub(crate) term_limits: Vec<(usize, Arc<str>)>,
}

impl Spend {
    /// A reward by its name.
    pub(crate) fn reward(&self, id: &str) -> Option<&RewardPlan> {
        let place = self.places.get(&Id::checked(id))?;
        self.rewards.get(*place)
    }

    /// The rewards that are given by themselves at this turn, in their order.
    pub(crate) fn auto(&self, run: AutoRun) -> impl Iterator<Item = &RewardPlan> {
        let places = self.auto_places(run).iter();
        places.filter_map(|place| self.rewards.get(*place))
    }

    /// Whether any reward is given by itself at this turn.
    pub(crate) fn gives_by_itself(&self, run: AutoRun) -> bool {
        !self.auto_places(run).is_empty()
    }

    fn auto_places(&self, run: AutoRun) -> &[usize] {
        match run {
            AutoRun::BeforeTiers => &self.before_tiers,
            AutoRun::WithTriggers => &self.with_triggers,
        }
    }
}

impl Compiler<'_> {
    pub(super) fn spend(&mut self) -> Spend {
        let rules = self.rules;
        let mut spend = Spend::default();
        for (place, rule) in rules.rewards.iter().enumerate() {
            let plan = self.reward(rule, &format!("rewards[{place}]"));
            let here = spend.rewards.len();
            match plan.auto.as_ref().map(|auto| auto.run) {
                Some(AutoRun::BeforeTiers) => spend.before_tiers.push(here),
                Some(AutoRun::WithTriggers) => spend.with_triggers.push(here),
                None => {}
            }
            spend.places.entry(plan.id.clone()).or_insert(here);
            spend.rewards.push(plan);
        }
        self.reward_circles(&spend.rewards);
        spend.transfers = self.transfers("transfer", &rules.transfers, "transfers");
        for (place, rule) in rules.conversions.iter().enumerate() {
            let plan = self.conversion(rule, &format!("conversions[{place}]"));
            spend.conversions.push(plan);
        }
        self.conversion_circles();
        let limits = spend.rewards.iter().map(|plan| &plan.limits);
        let limits = limits
            .chain(spend.transfers.iter().map(|plan| &plan.limits))
            .chain(spend.conversions.iter().map(|plan| &plan.rule.limits));
        spend.term_limits = limits
            .flatten()
            .filter_map(|limit| Some((limit.term?, Arc::clone(&limit.key))))
            .collect();
        spend
    }

    fn reward(&mut self, rule: &Reward, path: &str) -> RewardPlan {
        let account = self.account(rule.account.as_ref(), &join(path, "account"));
        let by_rung = rule
            .by_tier
            .as_ref()
            .map(|prices| self.by_rung(prices, &join(path, "by_tier")));
        let money = rule
            .money
            .and_then(|money| self.minor(money, &join(path, "money")));
        let give = match &rule.give {
            RewardGive::Item(item) => GivePlan::Item(item.sku.clone()),
            RewardGive::Discount(discount) => {
                GivePlan::Discount(self.discount(discount, &join(path, "give.discount")))
            }
            RewardGive::Points(of) => GivePlan::Points {
                account: self.account(Some(&of.account), &join(path, "give.points.account")),
                points: of.points.get(),
            },
            RewardGive::Coupon(of) => {
                self.coupon_of(of, &join(path, "give.coupon"));
                GivePlan::Coupon(of.coupon.clone(), of.value)
            }
        };
        let scope = match rule.give {
            RewardGive::Discount(_) => Scope::EventRule,
            _ if rule.auto.is_some() => Scope::ByItself,
            _ => Scope::Request,
        };
        let when = self.condition(rule.when.as_ref(), scope, &join(path, "when"));
        let limits = self.limits("reward", &rule.id, &rule.limits, path);
        let price = (rule.id.clone(), account, rule.points.get());
        let mut plan = RewardPlan::new(price, by_rung, money, give);
        plan.when = when;
        plan.limits = limits;
        plan.from = rule.from;
        plan.until = rule.until;
        plan.auto = rule.auto.as_ref().map(|auto| AutoPlan {
            threshold: auto.threshold.map(Points::get),
            surplus: auto.surplus,
            run: auto.run,
        });
        plan
    }

    /// Whether a coupon that is given is there, and holds money if, and only if, it is stored value.
    pub(super) fn coupon_of(&mut self, of: &CouponOf, path: &str) {
        let mut coupons = self.rules.coupons.iter();
        let Some(coupon) = coupons.find(|one| one.id == of.coupon) else {
            let error = self.names.unknown("coupon", &of.coupon);
            let error = error.map(|error| error.under(&join(path, "coupon")));
            return self.mistakes.extend(error);
        };
        let holds = matches!(coupon.discount, Deal::StoredValue(_));
        match of.value {
            None if holds => {
                let words = "say how much money it holds";
                let path = join(path, "value");
                self.mistakes
                    .push(Error::at(Code::MissingField, path, words));
            }
            Some(_) if !holds => {
                let words = "this coupon holds no money";
                let path = join(path, "value");
                self.mistakes
                    .push(Error::at(Code::Contradiction, path, words));
            }
            Some(value) => {
                let minor = self.minor(value, &join(path, "value"));
                if minor.is_some_and(|minor| minor <= 0) {
                    let words = "the amount must be more than zero";
                    let path = join(path, "value");
                    self.mistakes.push(Error::at(Code::OutOfRange, path, words));
                }
            }
            None => {}
        }
    }

    /// What a reward costs on each rung of a track.
    fn by_rung(&mut self, prices: &TierPoints, path: &str) -> (usize, Vec<Option<i64>>) {
        let track = match self.names.track(prices.track.as_ref()) {
            Ok(track) => track,
            Err(error) => {
                let error = error.map(|error| error.under(&join(path, "track")));
                self.mistakes.extend(error);
                return (0, Vec::new());
            }
        };
        let rungs = self.names.tracks.get(track);
        let rungs = rungs
            .map(|track| track.rungs.as_slice())
            .unwrap_or_default();
        for id in prices.rungs.keys() {
            if !rungs.contains(id) && !self.names.unread.may_have("tiers", id.as_str()) {
                let words = format!("there is no rung `{id}` in this track");
                let path = join(&join(path, "rungs"), id.as_str());
                self.mistakes
                    .push(Error::at(Code::UnknownReference, path, words));
            }
        }
        let price = |id: &Id| prices.rungs.get(id).map(|points| points.get());
        (track, rungs.iter().map(price).collect())
    }

    /// An amount of money in minor units.
    fn minor(&mut self, amount: Exact, path: &str) -> Option<i64> {
        match Money::from_decimal(amount.0, self.rules.currency) {
            Ok(money) => Some(money.minor()),
            Err(error) => {
                self.mistakes.push(error.under(path));
                None
            }
        }
    }

    pub(super) fn limits(
        &mut self,
        kind: &str,
        id: &Id,
        rules: &[Limit],
        path: &str,
    ) -> Vec<LimitSpec> {
        let mut limits = Vec::with_capacity(rules.len());
        for (place, rule) in rules.iter().enumerate() {
            let path = format!("{path}.limits[{place}]");
            let term =
                (rule.per == CapPeriod::Term).then(|| self.track_of(rule.track.as_ref(), &path));
            let name = self.count((kind, id, "times"), rule.per, (term, rule.by));
            limits.push(LimitSpec::new(name, rule, term));
        }
        let names = limits.iter().map(|limit: &LimitSpec| &*limit.key);
        tell_twice(names.enumerate(), &join(path, "limits"), self.mistakes);
        limits
    }

    /// Rules for moving points to other members, one for an account at most.
    pub(super) fn transfers(
        &mut self,
        kind: &str,
        rules: &[TransferRule],
        path: &str,
    ) -> Vec<MovePlan> {
        let mut with_rule = Vec::new();
        let mut plans = Vec::with_capacity(rules.len());
        for (place, rule) in rules.iter().enumerate() {
            let path = format!("{path}[{place}]");
            plans.push(self.transfer(kind, rule, &path));
            if let Some(account) = self.known(rule.account.as_ref()) {
                if with_rule.contains(&account) {
                    let words = "each account can have one rule for transfers";
                    self.mistakes
                        .push(Error::at(Code::DuplicateId, path, words));
                }
                with_rule.push(account);
            }
        }
        plans
    }

    /// A rule for moving points to other members; its limits are kept under this name.
    fn transfer(&mut self, kind: &str, rule: &TransferRule, path: &str) -> MovePlan {
        let account = self.account(rule.account.as_ref(), &join(path, "account"));
        let id = self
            .rules
            .accounts
            .get(account)
            .map(|account| account.id.clone());
        let (mut limits, mut points_limits) = (Vec::new(), Vec::new());
        if let Some(id) = id {
            limits = self.limits(kind, &id, &rule.limits, path);
            for limit in &rule.points_limits {
                let name = self.count((kind, &id, "points"), limit.per, (None, None));
                let most = limit.points.get();
                points_limits.push(LimitSpec::counting(name.into(), most, limit.per));
            }
            let names = points_limits.iter().map(|limit: &LimitSpec| &*limit.key);
            let list = join(path, "points_limits");
            tell_twice(names.enumerate(), &list, self.mistakes);
        }
        MovePlan {
            account,
            min: rule.min_points.map_or(0, Points::get),
            max: rule.max_points.map(Points::get),
            step: rule.step.map_or(1, Points::get),
            fee: rule.fee.as_ref().map(FeePlan::new),
            limits,
            points_limits,
            lots: rule.lots,
            when: self.request(rule.when.as_ref(), path),
        }
    }

    fn request(&mut self, when: Option<&Condition>, path: &str) -> Option<crate::condition::Cond> {
        self.condition(when, Scope::Request, &join(path, "when"))
    }

    fn conversion(&mut self, rule: &ConversionRule, path: &str) -> ConversionPlan {
        let account = self.account(rule.account.as_ref(), &join(path, "account"));
        let to = match &rule.partner {
            Some(program) => ConversionTo::Partner {
                program: program.clone(),
                account: rule.to.clone(),
            },
            // Whether there is a partner cannot be told.
            None if (self.names.unread).may_have("conversions", rule.id.as_str()) => {
                ConversionTo::Own(account)
            }
            None => ConversionTo::Own(self.account(Some(&rule.to), &join(path, "to"))),
        };
        let own = self.rules.accounts.get(account).map(|account| &account.id);
        if rule.partner.is_none() && own == Some(&rule.to) {
            let words = "points are not converted into points of the same account";
            self.mistakes
                .push(Error::at(Code::Contradiction, join(path, "to"), words));
        }
        if rule.partner.as_ref() == Some(&self.rules.id) {
            let words = "the partner is this program itself: leave `partner` out";
            self.mistakes
                .push(Error::at(Code::Contradiction, join(path, "partner"), words));
        }
        let step = rule.step.unwrap_or(rule.points).get();
        let whole = i128::from(step)
            .checked_mul(i128::from(rule.gives.get()))
            .and_then(|gives| gives.checked_rem(i128::from(rule.points.get())))
            .is_none_or(|rest| rest == 0);
        if !whole {
            let words = format!(
                "{step} points do not make a whole number of points, at {} for {}",
                rule.gives.get(),
                rule.points.get()
            );
            self.mistakes
                .push(Error::at(Code::Contradiction, join(path, "step"), words));
        }
        if rule.lots == MovedLots::Keep && rule.points != rule.gives {
            let words = "points keep their dates only where one makes one";
            self.mistakes
                .push(Error::at(Code::Contradiction, join(path, "lots"), words));
        }
        let plan = MovePlan {
            account,
            min: rule.min_points.map_or(0, Points::get),
            max: rule.max_points.map(Points::get),
            step,
            fee: rule.fee.as_ref().map(FeePlan::new),
            limits: self.limits("conversion", &rule.id, &rule.limits, path),
            points_limits: Vec::new(),
            lots: rule.lots,
            when: self.request(rule.when.as_ref(), path),
        };
        let ratio = (rule.points.get(), rule.gives.get());
        ConversionPlan::new(rule.id.clone(), plan, ratio, to)
    }

    /// The place of an account, if there is no mistake in its name.
    pub(super) fn known(&self, id: Option<&Id>) -> Option<usize> {
        self.names.account(id).ok()
    }

    /// Rewards must not make the points that pay for them: neither at once, nor one for the other where nobody has to ask.
    fn reward_circles(&mut self, rewards: &[RewardPlan]) {
        let rules = self.rules.rewards.iter().zip(rewards).enumerate();
        let mut moves = Vec::new();
        let mut paths: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, (rule, plan)) in rules {
            let RewardGive::Points(of) = &rule.give else {
                continue;
            };
            let from = self.known(rule.account.as_ref());
            let Some((from, to)) = from.zip(self.known(Some(&of.account))) else {
                continue;
            };
            if plan.auto.is_some() {
                let all = paths.entry(from).or_default();
                if !all.contains(&to) {
                    all.push(to);
                }
            }
            let gains = from == to && of.points.get() >= plan.least();
            moves.push((place, plan.auto.is_some(), (from, to), gains));
        }
        for (place, by_itself, (from, to), gains) in moves {
            let words = if by_itself && reaches(&paths, to, from) {
                "this reward gives the points that, by themselves, pay for it again"
            } else if gains {
                "this reward gives at least as many points of its account as it costs"
            } else {
                continue;
            };
            let path = format!("rewards[{place}].give.points");
            self.mistakes.push(Error::at(Code::Circular, path, words));
        }
    }

    /// Points must not become more by going there and back.
    fn conversion_circles(&mut self) {
        let rules = self.rules;
        let only = rules.accounts.first().map(|account| &account.id);
        let own: Vec<(usize, &ConversionRule, Option<&Id>)> = rules
            .conversions
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.partner.is_none() && rule.fee.is_none())
            .map(|(place, rule)| (place, rule, rule.account.as_ref().or(only)))
            .collect();
        // What turns one account into another at the best rate; later rules close the circle.
        let mut best: BTreeMap<(Option<&Id>, &Id), (i128, i128)> = BTreeMap::new();
        for (place, rule, from) in own {
            let ratio = |rule: &ConversionRule| {
                (i128::from(rule.gives.get()), i128::from(rule.points.get()))
            };
            let (gives, points) = ratio(rule);
            let back = from.and_then(|from| best.get(&(Some(&rule.to), from)));
            if let Some((back_gives, back_points)) = back
                && gives.saturating_mul(*back_gives) > points.saturating_mul(*back_points)
            {
                let words = "there and back, points would become more";
                let path = format!("conversions[{place}]");
                self.mistakes.push(Error::at(Code::Circular, path, words));
            }
            let known = best.entry((from, &rule.to)).or_insert((gives, points));
            if gives.saturating_mul(known.1) > points.saturating_mul(known.0) {
                *known = (gives, points);
            }
        }
    }
}

/// Whether points of one account can become, by themselves, points of another one.
fn reaches(paths: &BTreeMap<usize, Vec<usize>>, from: usize, to: usize) -> bool {
    let mut open = vec![from];
    let mut seen = Vec::new();
    while let Some(account) = open.pop() {
        if account == to {
            return true;
        }
        if !seen.contains(&account) {
            seen.push(account);
            open.extend(paths.get(&account).into_iter().flatten());
        }
    }
    false
}
