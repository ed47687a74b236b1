//! Pricing what is kept of an order anew: what it would have cost under the rules, facts and coupons of then (clause 6.7).

use super::basket::Rows;
use super::facts::Seeing;
use super::portion::{Back, Backs};
use super::promote::Asked;
use super::promotion_limits::{Asks, Products};
use super::receipt::{money_part, tender_undone};
use super::work::Work;
use crate::amount::Rounding;
use crate::calendar::Weekday;
use crate::condition::{Basket, EventFacts, NewRow, RowText, said};
use crate::coupons::{Candidate, DealPlan, RowSets, Till, TillRow, choose};
use crate::error::Result;
use crate::event::{Purchase, Scalar};
use crate::limits::MONEY_MAX;
use crate::member::{Offered, Order, OrderRow, PaidBack, Repricing, RowFacts};

/// What goes back of an order: money in minor units, and of each tender, by its place.
pub(super) struct Refund {
    pub(super) money: i64,
    pub(super) tender: Vec<PaidBack>,
}

impl<'w> Work<'w> {
    /// What is kept of a purchase for that; none where the program does not reprice.
    pub(super) fn note_prices(
        &self,
        asks: Asks<'_>,
        asked: &[Asked<'w>],
        rows: &Rows,
    ) -> Option<Box<Repricing>> {
        if !self.compiled.returns_reprice {
            return None;
        }
        let facts = asks.facts.with(&rows.basket);
        let seeing = Seeing {
            event: Some(&facts),
            ..self.seeing(self.today)
        };
        let mut offered = Vec::new();
        for one in asked {
            let Some(plan) = one.plan else { continue };
            // What a card took off goes back to it by the units.
            if matches!(plan.deal, DealPlan::StoredValue { .. }) {
                continue;
            }
            if self.barred(asks, plan, one).is_some() {
                continue;
            }
            // Only limits by product ask for the rows that it is for.
            let mut candidate = if plan.counts_products() {
                Candidate::new(plan, &rows.basket)
            } else {
                Candidate::of(plan, RowSets::default())
            };
            if !self.leave(asks, &mut candidate) {
                continue;
            }
            let mut answers = Vec::new();
            if let Some(when) = &plan.when {
                answers = when.remember(&seeing);
                // What the basket does not decide stays as it is.
                if !when.has_basket() && !when.recall(&answers, &seeing) {
                    continue;
                }
            }
            let instance = one.instance.as_ref();
            offered.push(Offered {
                of: plan.id.clone(),
                instance: instance.map(|one| one.id.clone()),
                expires: instance.and_then(|one| one.expires_at),
                presented: one.presented,
                left: candidate.left,
                stored: instance.map_or(0, |one| self.free_value(one)),
                answers,
            });
        }
        let shipping_tax = rows.shipping_tax;
        let rows = rows.lines().enumerate().filter_map(|(place, lines)| {
            let line = lines.first().copied()?;
            row_facts(asks.purchase, asks.products, rows, (place, line))
        });
        Some(Box::new(Repricing {
            rows: rows.collect(),
            offered,
            shipping_tax,
            refunded: 0,
            restored: Vec::new(),
        }))
    }

    /// What a return gives back, where so much money would go back in proportion: what was paid less what is kept would have cost,
    /// less what was given back before. What that differs from the proportion is settled in money as far as that goes, then in the
    /// points that paid, the last ones first.
    pub(super) fn reprice(
        &mut self,
        order: &mut Order,
        backs: &Backs,
        proportional: i64,
    ) -> Result<Refund> {
        let tenders = 0..order.tender.len();
        let now = tenders.map(|number| tender_undone(order, number, backs));
        let mut refund = Refund {
            money: proportional,
            tender: now.collect::<Result<_>>()?,
        };
        let Some(mut known) = order.repricing.take() else {
            return Ok(refund);
        };
        let (mut paid, mut gone) = (0_i64, 0_i64);
        for (row, back) in order.rows.iter().zip(backs) {
            paid = paid.saturating_add(row.paid);
            gone = gone.saturating_add(money_part(row.paid, 0, back.after, back.whole)?);
        }
        let since_sale: Backs = backs
            .iter()
            .map(|back| Back { before: 0, ..*back })
            .collect();
        let more = self.kept_costs_more(order, backs, &known)?;
        let mut open = more.saturating_neg();
        let mut settle = |gone: i64, back: i64, paid: i64| {
            let all = gone.saturating_add(open).clamp(back, paid.max(back));
            open = open.saturating_sub(all.saturating_sub(gone));
            all
        };
        let all = settle(gone, known.refunded, paid);
        refund.money = all.saturating_sub(known.refunded);
        known.refunded = all;
        known
            .restored
            .resize(order.tender.len(), PaidBack::default());
        let tenders = order.tender.iter().zip(&mut known.restored);
        let tenders = tenders.zip(&mut refund.tender).enumerate().rev();
        // What lowered the price goes back by the units.
        for (number, ((paid, back), now)) in
            tenders.filter(|(_, ((paid, _), _))| paid.discount.is_none())
        {
            let gone = tender_undone(order, number, &since_sale)?;
            let value = settle(gone.value, back.value, paid.value);
            let points = match value == gone.value {
                true => gone.points,
                false => money_part(paid.points, 0, value, paid.value)?,
            };
            let all = PaidBack {
                points: points.max(back.points),
                value,
            };
            *now = PaidBack {
                points: all.points.saturating_sub(back.points),
                value: all.value.saturating_sub(back.value),
            };
            *back = all;
        }
        if known
            .restored
            .iter()
            .all(|back| *back == PaidBack::default())
        {
            known.restored.clear();
        }
        order.repricing = Some(known);
        Ok(refund)
    }

    /// By how much what is kept costs more than its part of the order, with its tax.
    fn kept_costs_more(&self, order: &Order, backs: &Backs, known: &Repricing) -> Result<i64> {
        let compiled = self.sold_by(order);
        let mut basket = Basket::with_capacity(known.rows.len());
        let mut till = Till {
            rows: Vec::with_capacity(known.rows.len()),
            shipping: None,
            sharing: compiled.pricing.sharing,
            tax: compiled.pricing.tax.clone(),
        };
        // What each row costs by its part of the order, as far as promotions made that.
        let mut parts = Vec::with_capacity(known.rows.len());
        let promoted = |n: u32| {
            let place = usize::try_from(n).ok();
            let id = place.and_then(|place| order.discounts.get(place));
            let plan = id.and_then(|id| compiled.promotions.of(id));
            plan.is_some_and(|plan| !matches!(plan.deal, DealPlan::StoredValue { .. }))
        };
        for ((row, back), facts) in order.rows.iter().zip(backs).zip(&known.rows) {
            let kept = back.units.saturating_sub(back.units_after);
            if kept == 0 {
                continue;
            }
            let of_kept = |amount: i64| kept_part(amount, back);
            let (list, initial) = (of_kept(row.list)?, of_kept(row.initial())?);
            let mut off = 0_i64;
            for (n, before, left) in row.discounts() {
                if promoted(n) {
                    let one = of_kept(before)?.saturating_sub(of_kept(left)?);
                    off = off.saturating_add(one);
                }
            }
            parts.push(initial.saturating_sub(off));
            push(
                &mut basket,
                &compiled.symbols,
                row,
                facts,
                (kept, list, initial),
            );
            let least = i128::from(facts.least).saturating_mul(i128::from(kept));
            let least = Rounding::Ceil.divide(least, i128::from(back.units));
            let least = least.and_then(|least| i64::try_from(least).ok());
            till.rows.push(TillRow {
                quantity: kept,
                stated: list,
                initial,
                now: initial,
                least: least.unwrap_or(0).min(initial),
                discountable: !facts.fixed,
                tax: facts.tax,
                tax_group: facts.tax_group,
                product: facts.product,
            });
        }
        let shipping = order
            .rows
            .last()
            .zip(backs.last())
            .filter(|_| order.shipping);
        if let Some((row, back)) = shipping
            && !back.all()
        {
            till.shipping = Some(TillRow {
                quantity: 1,
                stated: row.list,
                initial: row.list,
                now: row.initial(),
                least: 0,
                discountable: false,
                tax: known.shipping_tax,
                tax_group: 0,
                product: u32::MAX,
            });
            let mut left = row.initial();
            for (n, before, after) in row.discounts() {
                if promoted(n) {
                    left = left.saturating_sub(before.saturating_sub(after));
                }
            }
            parts.push(left);
        }
        let facts = kept_facts(&basket);
        let seeing = Seeing {
            event: Some(&facts),
            ..self.seeing(self.today)
        };
        let mut candidates = Vec::new();
        for one in &known.offered {
            let Some(plan) = compiled.promotions.of(&one.of) else {
                continue;
            };
            if let Some(when) = &plan.when
                && !when.recall(&one.answers, &seeing)
            {
                continue;
            }
            let mut candidate = Candidate::new(plan, &basket);
            candidate.instance.clone_from(&one.instance);
            candidate.expires = one.expires;
            candidate.presented = one.presented;
            candidate.left = one.left.clone();
            candidate.stored = one.stored;
            candidates.push(candidate);
        }
        let choice = choose(&candidates, &till, &compiled.promotions.combining)?;
        let mut state = till.start();
        state.now = parts;
        Ok(choice.after.saturating_sub(till.payable(&state)?))
    }
}

/// What of an amount of a row is for the units that are kept.
fn kept_part(amount: i64, back: &Back) -> Result<i64> {
    let gone = money_part(amount, 0, back.units_after, back.units)?;
    Ok(amount.saturating_sub(gone))
}

/// What conditions see of what is kept: its basket, and nothing else of the event.
fn kept_facts(basket: &Basket) -> EventFacts<'_> {
    EventFacts {
        kind: "purchase",
        channel: None,
        store: None,
        weekday: Weekday::Mon,
        second_of_day: 0,
        attributes: &[],
        basket: Some(basket),
        lines: &[],
    }
}

fn push(
    basket: &mut Basket,
    symbols: &crate::condition::Symbols,
    row: &OrderRow,
    facts: &RowFacts,
    (quantity, list, discounted): (i64, i64, i64),
) {
    let attributes: Vec<_> = facts
        .attributes
        .iter()
        .map(|(name, value)| ((&**name).into(), Scalar::Text((&**value).into())))
        .collect();
    let text = &mut RowText {
        sku: row.sku.as_str(),
        category: facts.category.as_deref(),
        brand: facts.brand.as_deref(),
        tags: &mut facts.tags.iter().map(|tag| &**tag),
        attributes: &attributes,
        line: u32::MAX,
    };
    let new = NewRow {
        quantity,
        list,
        discounted,
        earns: true,
    };
    basket.push(symbols, text, new);
}

fn row_facts(
    purchase: &Purchase<'_>,
    products: &Products<'_>,
    rows: &Rows,
    (place, line): (usize, u32),
) -> Option<RowFacts> {
    let line = purchase.lines.get(line as usize)?;
    let extra = rows.extra(place);
    let attributes = line.attributes.iter();
    let attributes =
        attributes.filter_map(|(name, value)| Some(((&**name).into(), said(value)?.into())));
    Some(RowFacts {
        category: line.category.as_deref().map(Into::into),
        brand: line.brand.as_deref().map(Into::into),
        tags: line.tags.iter().map(|tag| (&**tag).into()).collect(),
        attributes: attributes.collect(),
        least: extra.least.min(MONEY_MAX),
        fixed: !extra.discountable,
        tax: extra.tax,
        tax_group: extra.tax_group,
        product: products.of_row(place),
    })
}
