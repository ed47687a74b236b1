//! Offers and coupons of a purchase: which may be used, which are, and why the others are not (section 10).

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::basket::Rows;
use super::facts::Seeing;
use super::promotion_limits::{Asks, Products};
use super::receipt::money_part;
use super::till::Applied;
use super::unused::{Why, told_of};
use super::work::Work;
use crate::amount::Points;
use crate::condition::{EventFacts, Explain, Quiet, evaluate};
use crate::coupons::{
    self, Added, Candidate, DealPlan, Instance, Phase, PromotionPlan, RowSets, Till, TillRow, weigh,
};
use crate::error::{Code, Error, Result};
use crate::event::Purchase;
use crate::id::Id;
use crate::limits::DISCOUNTED_MAX;
use crate::member::{CardPaid, PromotionUse, Repricing};
use crate::outcome::{
    AccountPoints, Amount, Change, CouponAdded, PromotionCount, ReceiptAdded, ReceiptPromotions,
    Unused, UnusedWhy,
};
use crate::points::Gifts;
use crate::program::Places;

/// What promotions did to a purchase.
#[derive(Default)]
pub(super) struct Promoted {
    /// The coupons that were used, as they were in the wallet.
    pub(super) coupons: Vec<Instance>,
    /// What each of them did: what it took off, in minor units, and what it added.
    pub(super) did: Vec<(i64, Vec<CouponAdded>)>,
    /// What the host adds to its counters.
    pub(super) counted: Vec<PromotionCount>,
    /// What was counted against limits.
    pub(super) used: Vec<PromotionUse>,
    /// The facts by which they were chosen, where returns price anew.
    pub(super) repricing: Option<Box<Repricing>>,
    /// Stored value that lowered the price.
    pub(super) cards: Vec<CardPaid>,
    /// What the receipt says.
    pub(super) told: Option<ReceiptPromotions>,
}

/// What may be used, and why the rest may not.
#[derive(Default)]
struct Sifted<'w> {
    candidates: Vec<Candidate<'w>>,
    /// The instance or code of each candidate; none for an offer.
    instances: Vec<Option<Instance>>,
    unused: Vec<Unused>,
    /// The rows that coupons are for, by the place of the coupon: a member may have many of one.
    rows: FxHashMap<usize, RowSets>,
}

/// Something that may be used, or the reason why not.
pub(super) struct Asked<'w> {
    pub(super) plan: Option<&'w PromotionPlan>,
    /// The instance or code as it is named; none for an offer.
    pub(super) instance: Option<Instance>,
    pub(super) presented: Option<u32>,
    /// Whether it is looked at without being named: then it is told as not live only where it soon will be.
    quiet: bool,
    /// Whether it was found by a code that is in no wallet: whoever guesses one learns nothing by it that does not work.
    by_code: bool,
}

impl<'w> Work<'w> {
    /// Applies the best (or first) set of offers and coupons.
    pub(super) fn promote(
        &mut self,
        facts: &EventFacts<'_>,
        purchase: &Purchase<'_>,
        rows: &mut Rows,
        applied: &mut Vec<Applied>,
    ) -> Result<Promoted> {
        let compiled = self.compiled;
        let promotions = &compiled.promotions;
        if promotions.is_empty() && purchase.coupons.is_empty() {
            return Ok(Promoted::default());
        }
        let offers = compiled.offers_for(&rows.basket, facts.channel, facts.store, |track| {
            self.rung(track)
        });
        let weighed = offers.count().saturating_add(purchase.coupons.len());
        if weighed.saturating_mul(rows.basket.rows.len()) > DISCOUNTED_MAX {
            let words = format!("more than {DISCOUNTED_MAX} pairs of a line and a promotion");
            return Err(Error::at(Code::LimitExceeded, "purchase.lines", words));
        }
        let products = Products::of(purchase, rows, promotions.by_product);
        let asks = Asks {
            facts,
            purchase,
            products: &products,
        };
        self.counters_are_clear(purchase)?;
        let mut sifted = Sifted::default();
        let asked = self.asked(purchase, &offers)?;
        let repricing = self.note_prices(asks, &asked, rows);
        for asked in asked {
            self.sift(asks, asked, rows, &mut sifted);
        }
        // Coupons of the wallet that nobody presented are not used, but told what they would do.
        let presented = sifted.candidates.len();
        if self.receipts {
            for asked in self.left_in_wallet(purchase) {
                self.sift(asks, asked, rows, &mut sifted);
            }
        }
        let Sifted {
            candidates,
            instances,
            mut unused,
            ..
        } = sifted;
        let till = self.till_of(rows, &products);
        let (choice, whys) = weigh(&candidates, presented, &till, &promotions.combining)?;
        for ((candidate, instance), why) in candidates.iter().zip(&instances).zip(whys) {
            if let Some(reason) = why {
                let why = self.told(&candidates, reason);
                unused.push(told_of(Some(candidate.plan), instance.as_ref(), why));
            }
        }
        let mut promoted = Promoted {
            repricing,
            ..Promoted::default()
        };
        for chosen in &choice.chosen {
            let Some(candidate) = candidates.get(chosen.candidate) else {
                continue;
            };
            let plan = candidate.plan;
            take_off(rows, plan.phase, &chosen.applied);
            if !compiled.earning.free_units {
                skip_free(rows, plan.phase, &chosen.applied)?;
            }
            applied.push(Applied {
                id: plan.id.clone(),
                coupon: candidate.instance.clone(),
                off: chosen.applied.off.clone(),
                total: chosen.applied.total,
                unplaced: chosen.applied.unplaced,
            });
            if chosen.applied.points {
                self.promoted.extend(compiled.rule_place(&plan.id));
            }
            if let Some(used) = self.used(asks, plan, &chosen.applied, &till) {
                self.book_promotion(plan, &used, 1);
                let counts = plan.counts(&used, 1, compiled.currency);
                promoted.counted.extend(counts);
                promoted.used.push(used);
            }
            let Some(Some(instance)) = instances.get(chosen.candidate) else {
                continue;
            };
            if matches!(plan.deal, DealPlan::StoredValue { .. }) {
                let place = u32::try_from(applied.len().saturating_sub(1)).ok();
                let taken = chosen.applied.total;
                let card = self.draw(instance, taken, &purchase.order, place);
                promoted.cards.push(card);
            } else {
                promoted.coupons.push(instance.clone());
                let added = chosen.applied.added.iter().map(|one| CouponAdded {
                    sku: one.sku.clone(),
                    quantity: one.quantity,
                });
                promoted.did.push((chosen.applied.total, added.collect()));
            }
        }
        let gifts: Vec<_> = choice
            .chosen
            .iter()
            .filter_map(|chosen| Some((candidates.get(chosen.candidate)?.plan, &chosen.applied)))
            .flat_map(|(plan, applied)| applied.added.iter().map(move |one| (&plan.id, one)))
            .collect();
        let added = self.add(&gifts, purchase, rows, applied);
        if choice.chosen.is_empty() && unused.is_empty() {
            return Ok(promoted);
        }
        promoted.told = Some(ReceiptPromotions {
            proven: choice.proven,
            bound: choice
                .bound
                .map(|bound| Amount::new(bound, compiled.currency)),
            unused,
            added,
        });
        Ok(promoted)
    }

    /// Adds what promotions add: what costs something is a row of its own, the rest is only told.
    fn add(
        &self,
        gifts: &[(&Id, &Added)],
        purchase: &Purchase<'_>,
        rows: &mut Rows,
        applied: &mut [Applied],
    ) -> Vec<ReceiptAdded> {
        let goods = rows.basket.rows.len();
        let mut told = Vec::with_capacity(gifts.len());
        for (by, gift) in gifts {
            let instead = gift
                .instead
                .iter()
                .flat_map(|run| rows.units_of(purchase, *run));
            let instead = instead.collect();
            let line = (gift.price > 0).then(|| {
                let row = (&gift.sku, gift.quantity, gift.price);
                rows.add(&self.compiled.symbols, purchase, row)
            });
            told.push(ReceiptAdded {
                by: (*by).clone(),
                sku: gift.sku.clone(),
                quantity: gift.quantity,
                price: gift
                    .instead
                    .is_empty()
                    .then(|| Amount::new(gift.price, self.compiled.currency)),
                line,
                instead,
            });
        }
        // Shipping is the one after the goods, also after those that came.
        let came = rows.basket.rows.len().saturating_sub(goods);
        for one in applied.iter_mut().filter(|_| came > 0) {
            let at = goods.min(one.off.len());
            one.off.splice(at..at, core::iter::repeat_n(0, came));
        }
        told
    }

    /// Makes a candidate of what is asked for, or says why it is none.
    fn sift(&self, asks: Asks<'_>, asked: Asked<'w>, rows: &Rows, sifted: &mut Sifted<'w>) {
        let unknown = || {
            let why = Why::plain(UnusedWhy::CodeNotUsable);
            told_of(None, asked.instance.as_ref(), why)
        };
        let Some(plan) = asked.plan else {
            return sifted.unused.push(unknown());
        };
        match self.eligible(asks, plan, &asked, (rows, &mut sifted.rows)) {
            Ok(mut candidate) => {
                candidate.instance = asked.instance.as_ref().map(|one| one.id.clone());
                candidate.expires = asked.instance.as_ref().and_then(|one| one.expires_at);
                candidate.presented = asked.presented;
                sifted.candidates.push(candidate);
                sifted.instances.push(asked.instance);
            }
            Err(why) if asked.by_code && why.is_over() => sifted.unused.push(unknown()),
            Err(why) if !asked.quiet || why.why != UnusedWhy::NotLive || why.from.is_some() => {
                let told = told_of(Some(plan), asked.instance.as_ref(), why);
                sifted.unused.push(told);
            }
            Err(_) => {}
        }
    }

    /// Takes the coupons of a purchase out of the wallet; a code that was presented is in none, and does not come back into one.
    pub(super) fn redeem_coupons(&mut self, order: &Id, promoted: &mut Promoted) {
        let coupons = &mut promoted.coupons;
        for (instance, (off, added)) in coupons.iter().zip(core::mem::take(&mut promoted.did)) {
            self.enter(Change::CouponRedeemed {
                coupon: instance.coupon.clone(),
                instance: instance.id.clone(),
                order: order.clone(),
                amount: self.amount(off),
                added,
                points: Vec::new(),
            });
        }
        coupons.retain(|instance| self.state.more.coupon(&instance.id).is_some());
        for instance in coupons.iter() {
            self.drop_coupon(&instance.id);
        }
    }

    /// Says in the entries of coupons, from a place on, which points they gave; one rule gives those of all instances, so the first
    /// one tells them.
    pub(super) fn say_points(&mut self, at: usize, gifts: &Gifts<'_>) {
        if self.promoted.is_empty() {
            return;
        }
        let accounts = &self.compiled.accounts;
        let mut told: Vec<Id> = Vec::new();
        for entry in self.entries.iter_mut().skip(at) {
            let Change::CouponRedeemed { coupon, points, .. } = &mut entry.change else {
                continue;
            };
            if told.contains(coupon) {
                continue;
            }
            told.push(coupon.clone());
            let own = gifts.given().filter(|gift| gift.plan.id == *coupon);
            points.extend(own.filter_map(|gift| {
                Some(AccountPoints {
                    account: accounts.get(gift.plan.account)?.id.clone(),
                    points: Points::new(gift.points),
                })
            }));
        }
    }

    /// The offers that can be for the basket, what is presented, and what the wallet uses by itself.
    fn asked(&self, purchase: &Purchase<'_>, offers: &Places) -> Result<Vec<Asked<'w>>> {
        let promotions = &self.compiled.promotions;
        let offers = offers
            .iter()
            .filter_map(|place| promotions.offers.get(place));
        let offers = offers.map(|plan| Asked {
            plan: Some(plan),
            instance: None,
            presented: None,
            quiet: true,
            by_code: false,
        });
        let mut all: Vec<Asked<'w>> = offers.collect();
        let presented = self.presented(purchase);
        for ((place, name), own) in (0_u32..).zip(&purchase.coupons).zip(presented) {
            let id = Id::checked(name);
            let own = own.cloned();
            let plan = match &own {
                Some(own) => promotions.coupon(&own.coupon),
                None => promotions.with_code(&id),
            };
            if plan.is_some_and(PromotionPlan::pays) {
                let words = format!("`{id}` pays: name it in `stored_value`");
                let path = format!("purchase.coupons[{place}]");
                return Err(Error::at(Code::CouponRefused, path, words));
            }
            all.push(Asked {
                by_code: own.is_none(),
                instance: Some(own.unwrap_or_else(|| Instance {
                    coupon: plan.map_or_else(|| id.clone(), |plan| plan.id.clone()),
                    id,
                    from: None,
                    expires_at: None,
                    value: None,
                })),
                plan,
                presented: Some(place),
                quiet: false,
            });
        }
        all.extend(self.in_wallet(purchase, true));
        Ok(all)
    }

    /// The coupons of the wallet that are neither presented nor used by themselves.
    fn left_in_wallet(&self, purchase: &Purchase<'_>) -> Vec<Asked<'w>> {
        self.in_wallet(purchase, false).collect()
    }

    /// The coupons of the wallet that are not presented: those that are used by themselves, or the others.
    fn in_wallet(&self, purchase: &Purchase<'_>, auto: bool) -> impl Iterator<Item = Asked<'w>> {
        let promotions = &self.compiled.promotions;
        let presented = self.presented(purchase);
        let own = self.state.more.coupons.iter();
        own.filter_map(move |own| {
            let plan = promotions.coupon(&own.coupon);
            let issue = plan.and_then(|plan| plan.rule.issue.as_ref());
            let named = || presented.iter().flatten().any(|one| one.id == own.id);
            let wanted = issue.is_some_and(|issue| issue.auto) == auto;
            (wanted && plan.is_some_and(|plan| !plan.pays()) && !named()).then(|| Asked {
                plan,
                instance: Some(own.clone()),
                presented: None,
                quiet: false,
                by_code: false,
            })
        })
    }

    /// A candidate, as far as the basket does not decide it; or why it is none.
    fn eligible(
        &self,
        asks: Asks<'_>,
        plan: &'w PromotionPlan,
        asked: &Asked<'w>,
        (rows, known): (&Rows, &mut FxHashMap<usize, RowSets>),
    ) -> Result<Candidate<'w>, Why> {
        let instance = asked.instance.as_ref();
        let facts = asks.facts.with(&rows.basket);
        let seeing = || Seeing {
            event: Some(&facts),
            ..self.seeing(self.today)
        };
        if let Some(why) = self.barred(asks, plan, asked) {
            let mut from = None;
            if why == UnusedWhy::NotLive {
                from = match asked.quiet {
                    true => self.opens_soon(plan, asks.facts),
                    false => self.opens(plan, instance, asks.facts),
                };
                if asked.quiet && from.is_some() {
                    // What nobody named is told where it is for such a basket.
                    let when = plan.when.as_ref();
                    let holds = when.is_none_or(|when| evaluate(when, &seeing(), &mut Quiet));
                    let sees = || Candidate::new(plan, &rows.basket).sees_something();
                    from = from.filter(|_| holds && sees());
                }
            }
            return Err(Why {
                from,
                ..Why::plain(why)
            });
        }
        if let Some(when) = &plan.when {
            let mut lacks = Explain::default();
            if !evaluate(when, &seeing(), &mut lacks) {
                return Err(Why {
                    unmet: lacks.0,
                    ..Why::plain(UnusedWhy::Unmet)
                });
            }
        }
        let sets = || plan.rows_of(&rows.basket);
        let sets = match instance {
            Some(_) => Rc::clone(known.entry(plan.place).or_insert_with(sets)),
            None => sets(),
        };
        let mut candidate = Candidate::of(plan, sets);
        candidate.stored = instance.map_or(0, |one| self.free_value(one));
        if self.leave(asks, &mut candidate) {
            Ok(candidate)
        } else {
            Err(Why::plain(UnusedWhy::LimitReached))
        }
    }

    fn till_of(&self, rows: &Rows, products: &Products<'_>) -> Till {
        let pricing = &self.compiled.pricing;
        let row = |place: usize, row: &crate::condition::Row| {
            let extra = rows.extra(place);
            TillRow {
                quantity: row.quantity,
                stated: row.list,
                initial: row.initial,
                now: row.discounted,
                least: extra.least,
                discountable: extra.discountable,
                tax: extra.tax,
                tax_group: extra.tax_group,
                product: products.of_row(place),
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
}

/// Lowers the prices of rows; shipping last.
fn take_off(rows: &mut Rows, phase: Phase, applied: &coupons::Applied) {
    let goods = rows.basket.rows.iter_mut();
    for (row, off) in goods.chain(&mut rows.basket.shipping).zip(&applied.off) {
        row.discounted = row.discounted.saturating_sub(*off);
        if phase == Phase::Item {
            row.line_discounted = row.line_discounted.saturating_sub(*off);
        }
    }
}

/// Notes the units that are free, so that they earn nothing, on whatever amount is earned.
fn skip_free(rows: &mut Rows, phase: Phase, applied: &coupons::Applied) -> Result<()> {
    for free in &applied.free {
        let Some(row) = rows.basket.rows.get_mut(free.row as usize) else {
            continue;
        };
        if phase != Phase::Item {
            // Others may have lowered the price of the unit before, which is no discount on the line.
            let rest = row.quantity.saturating_sub(row.free).max(free.units);
            let part = money_part(row.line_discounted, 0, free.units, rest)?;
            row.line_discounted = row.line_discounted.saturating_sub(part);
        }
        row.free = row.free.saturating_add(free.units);
    }
    Ok(())
}
