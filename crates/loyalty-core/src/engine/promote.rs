//! Offers and coupons of a purchase: which may be used, which are, and why the others are not (section 10).

use super::basket::Rows;
use super::facts::Seeing;
use super::till::Applied;
use super::work::Work;
use crate::amount::{Currency, Money};
use crate::condition::{EventFacts, Explain, evaluate};
use crate::coupons::{
    Candidate, Instance, Left, LimitOf, LimitPer, LimitPlan, LimitWhose, Measured, OverLimit,
    PromotionPlan, Reason, Shortfall, Till, TillRow, choose, reasons,
};
use crate::error::{Code, Error, Result};
use crate::event::{Counter, Purchase};
use crate::id::Id;
use crate::limits::DISCOUNTED_MAX;
use crate::member::PromotionUse;
use crate::outcome::{
    Amount, Change, Figure, PromotionCount, ReceiptAdded, ReceiptPromotions, Unmet, Unused,
    UnusedWhy,
};
use crate::points::{CapPeriod, LimitSpec};

/// What promotions did to a purchase.
#[derive(Default)]
pub(super) struct Promoted {
    /// The coupons that were used, as they were in the wallet.
    pub(super) coupons: Vec<Instance>,
    /// What was counted against limits.
    pub(super) used: Vec<PromotionUse>,
    /// What the receipt says.
    pub(super) told: Option<ReceiptPromotions>,
}

/// Something that may be used, or the reason why not.
struct Asked<'w> {
    plan: Option<&'w PromotionPlan>,
    /// The instance or code as it is named; none for an offer.
    instance: Option<Instance>,
    presented: Option<u32>,
    /// Whether it is looked at without being named: then it is not told of where it is simply not live.
    quiet: bool,
}

impl<'w> Work<'w> {
    /// Applies the best (or first) set of offers and coupons.
    pub(super) fn promote(
        &mut self,
        facts: EventFacts<'_>,
        purchase: &Purchase<'_>,
        rows: &mut Rows,
        applied: &mut Vec<Applied>,
    ) -> Result<Promoted> {
        let compiled = self.compiled;
        let promotions = &compiled.promotions;
        if promotions.is_empty() && purchase.coupons.is_empty() {
            return Ok(Promoted::default());
        }
        let weighed = promotions
            .offers
            .len()
            .saturating_add(purchase.coupons.len());
        if weighed.saturating_mul(rows.basket.rows.len()) > DISCOUNTED_MAX {
            let words = format!("more than {DISCOUNTED_MAX} pairs of a line and a promotion");
            return Err(Error::at(Code::LimitExceeded, "purchase.lines", words));
        }
        let mut unused = Vec::new();
        let mut candidates = Vec::new();
        let mut instances = Vec::new();
        for asked in self.asked(purchase) {
            let Some(plan) = asked.plan else {
                unused.push(told_of(
                    None,
                    asked.instance.as_ref(),
                    Why::plain(UnusedWhy::CodeNotUsable),
                ));
                continue;
            };
            match self.eligible(facts, purchase, plan, &asked, rows) {
                Ok(mut candidate) => {
                    candidate.instance = asked.instance.as_ref().map(|one| one.id.clone());
                    candidate.expires = asked.instance.as_ref().and_then(|one| one.expires_at);
                    candidate.presented = asked.presented;
                    candidates.push(candidate);
                    instances.push(asked.instance);
                }
                Err(why) if !asked.quiet || !matches!(why.0, UnusedWhy::NotLive) => {
                    unused.push(told_of(Some(plan), asked.instance.as_ref(), why));
                }
                Err(_) => {}
            }
        }
        let till = self.till_of(rows);
        let choice = choose(&candidates, &till, &promotions.combining)?;
        let whys = reasons(&candidates, &choice, &till, &promotions.combining)?;
        for ((candidate, instance), why) in candidates.iter().zip(&instances).zip(whys) {
            if let Some(reason) = why {
                let why = self.told(&candidates, reason);
                unused.push(told_of(Some(candidate.plan), instance.as_ref(), why));
            }
        }
        let mut promoted = Promoted::default();
        let mut counts = Vec::new();
        let mut added = Vec::new();
        for chosen in &choice.chosen {
            let Some(candidate) = candidates.get(chosen.candidate) else {
                continue;
            };
            let plan = candidate.plan;
            take_off(rows, &chosen.applied.off);
            let units = chosen
                .applied
                .units
                .iter()
                .fold(0_i64, |sum, (_, units)| sum.saturating_add(*units));
            applied.push(Applied {
                id: plan.id.clone(),
                coupon: candidate.instance.clone(),
                off: chosen.applied.off.clone(),
                total: chosen.applied.total,
                unplaced: chosen.applied.unplaced,
            });
            added.extend(chosen.applied.added.iter().map(|one| ReceiptAdded {
                by: plan.id.clone(),
                sku: one.sku.clone(),
                quantity: one.quantity,
                price: Amount::new(one.price, compiled.currency),
            }));
            if plan.limits.is_empty() {
                continue;
            }
            let used = PromotionUse {
                of: plan.id.clone(),
                on: self.program_day(self.as_of),
                uses: 1,
                units,
                money: chosen.applied.total,
            };
            self.book_promotion(plan, &used, 1);
            if plan
                .limits
                .iter()
                .any(|limit| limit.rule.whose == LimitWhose::Everyone)
            {
                counts.push(PromotionCount {
                    of: plan.id.clone(),
                    uses: 1,
                    units: units.unsigned_abs(),
                    money: Amount::new(chosen.applied.total, compiled.currency),
                });
            }
            promoted.used.push(used);
        }
        for chosen in &choice.chosen {
            if let Some(Some(instance)) = instances.get(chosen.candidate) {
                promoted.coupons.push(instance.clone());
            }
        }
        promoted.told = Some(ReceiptPromotions {
            proven: choice.proven,
            bound: choice
                .bound
                .map(|bound| Amount::new(bound, compiled.currency)),
            unused,
            added,
            counted: counts,
        });
        if choice.chosen.is_empty()
            && promoted
                .told
                .as_ref()
                .is_some_and(|told| told.unused.is_empty())
        {
            promoted.told = None;
        }
        Ok(promoted)
    }

    /// Takes the coupons of a purchase out of the wallet; a code that was presented is in none, and does not come back into one.
    pub(super) fn redeem_coupons(&mut self, order: &Id, coupons: &mut Vec<Instance>) {
        for instance in coupons.iter() {
            self.enter(Change::CouponRedeemed {
                coupon: instance.coupon.clone(),
                instance: instance.id.clone(),
                order: order.clone(),
            });
        }
        coupons.retain(|instance| self.state.more.coupon(&instance.id).is_some());
        for instance in coupons.iter() {
            self.drop_coupon(&instance.id);
        }
    }

    /// All offers, what is presented, and what the wallet uses by itself.
    fn asked(&self, purchase: &Purchase<'_>) -> Vec<Asked<'w>> {
        let promotions = &self.compiled.promotions;
        let offers = promotions.offers.iter().map(|plan| Asked {
            plan: Some(plan),
            instance: None,
            presented: None,
            quiet: true,
        });
        let mut all: Vec<Asked<'w>> = offers.collect();
        for (place, name) in (0_u32..).zip(&purchase.coupons) {
            let id = Id::checked(name);
            let own = self.state.more.coupon(&id).cloned();
            let plan = match &own {
                Some(own) => promotions.coupon(own.coupon.as_str()),
                None => promotions.coupons.iter().find(|plan| {
                    let issue = plan.rule.issue.as_ref();
                    issue.is_some_and(|issue| issue.code.as_ref() == Some(&id))
                }),
            };
            all.push(Asked {
                instance: Some(own.unwrap_or_else(|| Instance {
                    coupon: plan.map_or_else(|| id.clone(), |plan| plan.id.clone()),
                    id,
                    from: None,
                    expires_at: None,
                })),
                plan,
                presented: Some(place),
                quiet: false,
            });
        }
        for own in &self.state.more.coupons {
            let named = purchase.coupons.iter().any(|name| own.id == **name);
            let plan = promotions.coupon(own.coupon.as_str());
            let auto =
                plan.is_some_and(|plan| plan.rule.issue.as_ref().is_some_and(|one| one.auto));
            if auto && !named {
                all.push(Asked {
                    plan,
                    instance: Some(own.clone()),
                    presented: None,
                    quiet: false,
                });
            }
        }
        all
    }

    /// A candidate, as far as the basket does not decide it; or why it is none.
    fn eligible(
        &self,
        facts: EventFacts<'_>,
        purchase: &Purchase<'_>,
        plan: &'w PromotionPlan,
        asked: &Asked<'w>,
        rows: &Rows,
    ) -> Result<Candidate<'w>, Why> {
        let no = |why| Err(Why::plain(why));
        let instance = asked.instance.as_ref();
        let named = |id: &Id| purchase.declined.iter().any(|one| *id == **one);
        if named(&plan.id) || instance.is_some_and(|one| named(&one.id)) {
            return no(UnusedWhy::Declined);
        }
        if instance.is_some_and(|one| self.state.more.holder(&one.id).is_some()) {
            return no(UnusedWhy::Held);
        }
        if !self.live(plan, instance, facts) {
            return no(UnusedWhy::NotLive);
        }
        if let Some(when) = &plan.when {
            let seeing = Seeing {
                event: Some(EventFacts {
                    basket: Some(&rows.basket),
                    ..facts
                }),
                ..self.seeing(self.today)
            };
            let mut lacks = Explain::default();
            if !evaluate(when, &seeing, &mut lacks) {
                return Err(Why(UnusedWhy::Unmet, Vec::new(), lacks.0));
            }
        }
        let mut candidate = Candidate::new(plan, &rows.basket);
        match self.limits_left(plan, purchase) {
            Some(left) => {
                candidate.left = left;
                Ok(candidate)
            }
            None => no(UnusedWhy::LimitReached),
        }
    }

    fn live(
        &self,
        plan: &PromotionPlan,
        instance: Option<&Instance>,
        facts: EventFacts<'_>,
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

    /// What the limits of a promotion leave; none: it is used up.
    fn limits_left(&self, plan: &PromotionPlan, purchase: &Purchase<'_>) -> Option<Left> {
        let mut left = Left::default();
        let today = self.program_day(self.as_of);
        for (place, limit) in plan.limits.iter().enumerate() {
            let used = match limit.rule.whose {
                LimitWhose::Member => spec(plan, limit, place).map_or(0, |spec| {
                    limit
                        .most
                        .saturating_sub(spec.left(&self.state.caps, today))
                }),
                LimitWhose::Everyone => {
                    let mut counters = purchase.counters.iter();
                    let counter = counters.find(|one| plan.id == *one.of);
                    counter.map_or(0, |one| counted(limit, one, self.compiled.currency))
                }
            };
            let rest = limit.most.saturating_sub(used);
            if rest <= 0 {
                return None;
            }
            leave(limit, rest, &mut left);
        }
        Some(left)
    }

    /// Counts a use against the limits of a promotion; `sign` is −1 where an order gives it back.
    pub(super) fn book_promotion(&mut self, plan: &PromotionPlan, used: &PromotionUse, sign: i64) {
        for (place, limit) in plan.limits.iter().enumerate() {
            if limit.rule.whose == LimitWhose::Everyone {
                continue;
            }
            let amount = match limit.of {
                LimitOf::Uses => used.uses,
                LimitOf::Units => used.units,
                LimitOf::Money => used.money,
            };
            if let Some(spec) = spec(plan, limit, place) {
                self.book_limit(&spec, used.on, amount.saturating_mul(sign));
            }
        }
    }

    /// An order that is all back gives back what its promotions were counted for.
    pub(super) fn unbook_promotions(&mut self, used: &[PromotionUse]) {
        let compiled = self.compiled;
        for one in used {
            let promotions = &compiled.promotions;
            let mut all = promotions.offers.iter().chain(&promotions.coupons);
            if let Some(plan) = all.find(|plan| plan.id == one.of) {
                self.book_promotion(plan, one, -1);
            }
        }
    }

    fn till_of(&self, rows: &Rows) -> Till {
        let pricing = &self.compiled.pricing;
        let row = |place: usize, row: &crate::condition::Row| {
            let extra = rows.extra(place);
            TillRow {
                quantity: row.quantity,
                stated: row.list,
                initial: row.line_discounted,
                now: row.discounted,
                least: extra.least,
                discountable: extra.discountable,
                tax: extra.tax,
                tax_group: extra.tax_group,
            }
        };
        let goods = rows.basket.rows.len();
        Till {
            rows: rows
                .basket
                .rows
                .iter()
                .enumerate()
                .map(|(place, one)| row(place, one))
                .collect(),
            shipping: rows.basket.shipping.as_ref().map(|one| row(goods, one)),
            sharing: pricing.sharing,
            tax: pricing.tax.clone(),
        }
    }

    /// A reason in the words of an outcome.
    fn told(&self, candidates: &[Candidate<'_>], reason: Reason) -> Why {
        let names = |places: Vec<usize>| -> Vec<Id> {
            let named = places.into_iter().filter_map(|place| candidates.get(place));
            named
                .map(|one| one.instance.clone().unwrap_or_else(|| one.plan.id.clone()))
                .collect()
        };
        match reason {
            Reason::Unmet(lacks) => Why(UnusedWhy::Unmet, Vec::new(), vec![self.shortfall(lacks)]),
            Reason::NoEffect => Why::plain(UnusedWhy::NoEffect),
            Reason::LimitReached => Why::plain(UnusedWhy::LimitReached),
            Reason::NotCombinable { with } => {
                Why(UnusedWhy::NotCombinable, names(with), Vec::new())
            }
            Reason::LowerPriority { than } => {
                Why(UnusedWhy::LowerPriority, names(than), Vec::new())
            }
            Reason::Beaten { by } => Why(UnusedWhy::Beaten, names(by), Vec::new()),
            Reason::NotChosenAtBound => Why::plain(UnusedWhy::NotChosenAtBound),
        }
    }

    /// How far a threshold is, as a leaf of a condition tells it.
    fn shortfall(&self, lacks: Shortfall) -> Unmet {
        let money = lacks.measure == Measured::Amount;
        let figure = |amount: i64| {
            if money {
                Figure::Money(Amount::new(amount, self.compiled.currency))
            } else {
                Figure::Number(amount)
            }
        };
        let needed = lacks.at_least.or(lacks.at_most);
        let missing = needed.map(|needed| needed.saturating_sub(lacks.found));
        Unmet::figure(
            if money { "total" } else { "quantity" },
            figure(lacks.found),
            needed.map(figure),
            missing.map(figure),
        )
    }
}

/// How a limit of the member is counted; none where it is by order.
fn spec(plan: &PromotionPlan, limit: &LimitPlan, place: usize) -> Option<LimitSpec> {
    let per = match limit.rule.per {
        LimitPer::Order => return None,
        LimitPer::Day => CapPeriod::Day,
        LimitPer::Week => CapPeriod::Week,
        LimitPer::Month => CapPeriod::Month,
        LimitPer::Year => CapPeriod::Year,
        LimitPer::Lifetime => CapPeriod::Lifetime,
    };
    let key = format!("promotion/{}/{place}", plan.id);
    Some(LimitSpec::counting(key, limit.most, per))
}

/// What everyone together has used of a limit, as the host says.
fn counted(limit: &LimitPlan, counter: &Counter<'_>, currency: Currency) -> i64 {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    match limit.of {
        LimitOf::Uses => whole(counter.uses),
        LimitOf::Units => whole(counter.units),
        LimitOf::Money => {
            let money = Money::from_decimal(counter.money.0, currency);
            money.map_or(i64::MAX, Money::minor)
        }
    }
}

/// What a limit leaves for this order.
fn leave(limit: &LimitPlan, rest: i64, left: &mut Left) {
    if limit.over == OverLimit::Overshoot {
        return;
    }
    let whole = limit.over == OverLimit::Drop;
    let least = |there: &mut Option<i64>| {
        *there = Some(there.map_or(rest, |there| there.min(rest)));
    };
    match limit.of {
        LimitOf::Uses => least(&mut left.uses),
        LimitOf::Units => {
            least(&mut left.units);
            left.whole_units |= whole;
        }
        LimitOf::Money => {
            least(&mut left.money);
            left.whole_money |= whole;
        }
    }
}

/// Why something is not used: the reason, what stands against it, what is lacking.
struct Why(UnusedWhy, Vec<Id>, Vec<Unmet>);

impl Why {
    /// A reason that says all by itself.
    fn plain(why: UnusedWhy) -> Self {
        Self(why, Vec::new(), Vec::new())
    }
}

/// What a receipt says of something that is not used.
fn told_of(plan: Option<&PromotionPlan>, instance: Option<&Instance>, why: Why) -> Unused {
    let Why(reason, with, unmet) = why;
    Unused {
        promotion: plan.map(|plan| plan.id.clone()),
        coupon: instance.map(|one| one.id.clone()),
        reason,
        with,
        unmet,
    }
}

/// Lowers the prices of rows; shipping last.
fn take_off(rows: &mut Rows, off: &[i64]) {
    let goods = rows.basket.rows.iter_mut();
    for (row, off) in goods.chain(&mut rows.basket.shipping).zip(off) {
        row.discounted = row.discounted.saturating_sub(*off);
    }
}
