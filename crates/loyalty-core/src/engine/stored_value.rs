//! Stored value: money that instances of coupons hold, are paid with, and get back (clauses 10.2, 3.10).

use super::basket::Rows;
use super::receipt::undone;
use super::tender::Bill;
use super::work::Work;
use crate::amount::{Exact, Money};
use crate::condition::{EventFacts, Quiet, evaluate};
use crate::coupons::{DealPlan, Instance, PromotionPlan, StoredValueAs};
use crate::error::{Code, Error, Result};
use crate::event::{Purchase, StoredTender, TopUp};
use crate::id::Id;
use crate::limits::MONEY_MAX;
use crate::member::{CardPaid, Order};
use crate::outcome::{Amount, Change, Receipt, ReceiptStoredValue, ReleaseWhy};
use crate::points::HeldValue;
use crate::pricing::{Basis, Stage};

use super::portion::Backs;

impl<'w> Work<'w> {
    /// The money that an instance is issued with: for stored value, and only for that.
    pub(super) fn value_issued(
        &self,
        plan: &PromotionPlan,
        value: Option<Exact>,
    ) -> Result<Option<i64>> {
        match (&plan.deal, value) {
            (DealPlan::StoredValue { .. }, Some(value)) => self.minor(value, "value").map(Some),
            (DealPlan::StoredValue { .. }, None) => {
                let words = format!("say how much money this instance of `{}` holds", plan.id);
                Err(Error::at(Code::CouponRefused, "value", words))
            }
            (_, Some(_)) => {
                let words = format!("the coupon `{}` holds no money", plan.id);
                Err(Error::at(Code::CouponRefused, "value", words))
            }
            (_, None) => Ok(None),
        }
    }

    pub(super) fn top_up(&mut self, top_up: &TopUp<'_>) -> Result<()> {
        let (card, _) = self.card(&top_up.coupon, |_| false, "top_up.coupon")?;
        let amount = self.minor(top_up.value, "top_up.value")?;
        let left = self.fill(&card.id, amount)?;
        let (amount, left) = (self.amount(amount), self.amount(left));
        self.enter(Change::StoredValueToppedUp {
            coupon: card.coupon,
            instance: card.id,
            amount,
            left,
        });
        Ok(())
    }

    /// Pays with stored value what points have left to pay, card by card.
    pub(super) fn pay_stored(
        &mut self,
        facts: &EventFacts<'_>,
        purchase: &Purchase<'_>,
        rows: &Rows,
        bill: &Bill,
    ) -> Result<Vec<CardPaid>> {
        if purchase.stored_value.is_empty() {
            return Ok(Vec::new());
        }
        // Stored value buys no stored value.
        let payable = (0..rows.basket.all().count()).filter(|place| rows.extra(*place).payable);
        let mut open = payable.fold(0_i64, |sum, place| {
            let gross = rows.basket.amount(place, Stage::Discounted, Basis::Gross);
            sum.saturating_add(bill.left_of(place, gross))
        });
        let mut paid = Vec::with_capacity(purchase.stored_value.len());
        for (place, wanted) in purchase.stored_value.iter().enumerate() {
            let path = |field: &str| format!("purchase.stored_value[{place}].{field}");
            let taken = named(&purchase.stored_value);
            let (card, plan) = self.card(&wanted.coupon, taken, &path("coupon"))?;
            let refused = |words: String| Error::at(Code::CouponRefused, path("coupon"), words);
            let DealPlan::StoredValue { max, role } = plan.deal else {
                continue;
            };
            if role == StoredValueAs::Discount {
                let words = format!("`{}` lowers prices: present it in `coupons`", plan.id);
                return Err(refused(words));
            }
            if !self.live(plan, Some(&card), facts) {
                return Err(refused(format!(
                    "`{}` cannot be used at this time",
                    card.id
                )));
            }
            let facts = facts.with(&rows.basket);
            let seeing = super::facts::Seeing {
                event: Some(&facts),
                ..self.seeing(self.today)
            };
            let holds = |when| evaluate(when, &seeing, &mut Quiet);
            if !plan.when.as_ref().is_none_or(holds) {
                let words = format!("what `{}` asks for does not hold", plan.id);
                return Err(refused(words));
            }
            let asked = match wanted.amount {
                Some(amount) => self.minor(amount, &path("amount"))?,
                None => i64::MAX,
            };
            let there = self.free_value(&card);
            let amount = there.min(asked).min(max.unwrap_or(i64::MAX)).min(open);
            if amount > 0 {
                open = open.saturating_sub(amount);
                paid.push(self.draw(&card, amount, &purchase.order, None));
            }
        }
        Ok(paid)
    }

    /// What cards took off the price of what goes back, where they cannot take it back: it is given back as money.
    pub(super) fn lost_on_cards(&mut self, order: &mut Order, backs: &Backs) -> Result<i64> {
        if order.cards.iter().all(|one| one.discount.is_none()) {
            return Ok(0);
        }
        let undone = undone(order, backs)?;
        let mut lost = 0_i64;
        let mut cards = core::mem::take(&mut order.cards);
        for one in &mut cards {
            let off = one
                .discount
                .and_then(|place| undone.get(place as usize).copied())
                .unwrap_or(0)
                .min(one.value.saturating_sub(one.back));
            if off > 0 && !self.takes_back(&one.card, off)? {
                one.back = one.back.saturating_add(off);
                lost = lost.saturating_add(off);
            }
        }
        order.cards = cards;
        Ok(lost)
    }

    /// Says in a receipt what stored value did for its order.
    pub(super) fn tell_cards(&self, receipt: &mut Receipt, order: &Order) {
        let mut paid = 0_i64;
        for one in &order.cards {
            if one.discount.is_none() {
                paid = paid.saturating_add(one.value);
            }
            receipt.stored_value.push(ReceiptStoredValue {
                coupon: one.card.coupon.clone(),
                instance: one.card.id.clone(),
                amount: self.amount(one.value),
                left: self.amount(one.card.value.unwrap_or(0)),
            });
        }
        if paid > 0 {
            let due = receipt.total.paid.money().minor().saturating_sub(paid);
            receipt.total.due = Some(self.amount(due));
        }
    }

    /// Takes money from a card, for a discount of the order or to pay.
    pub(super) fn draw(
        &mut self,
        card: &Instance,
        amount: i64,
        order: &str,
        discount: Option<u32>,
    ) -> CardPaid {
        let mut left = 0;
        if let Some(value) = self.value_mut(&card.id) {
            *value = value.saturating_sub(amount);
            left = *value;
        }
        let mut captured = self.captured.iter_mut();
        if let Some(captured) = captured.find(|one| one.instance == card.id) {
            captured.amount = captured.amount.saturating_sub(amount);
        }
        self.enter(Change::StoredValueSpent {
            coupon: card.coupon.clone(),
            instance: card.id.clone(),
            order: Id::checked(order),
            amount: self.amount(amount),
            left: self.amount(left),
        });
        CardPaid {
            card: Instance {
                value: Some(left),
                ..card.clone()
            },
            value: amount,
            back: 0,
            discount,
        }
    }

    /// A return gives money back to the cards that it came from: what a discount took, by the units; what paid, before anything
    /// is given back in money, to the last card first. Says what was given back, and how much of the
    /// refund that is.
    pub(super) fn refund_stored(
        &mut self,
        order: &mut Order,
        backs: &Backs,
        refund: i64,
    ) -> Result<(Vec<ReceiptStoredValue>, i64)> {
        if order.cards.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let undone = undone(order, backs)?;
        let mut open = refund;
        let mut told = Vec::new();
        let (at, mut cards) = (order.id.clone(), core::mem::take(&mut order.cards));
        for one in cards.iter_mut().rev() {
            let left = one.value.saturating_sub(one.back);
            let amount = match one.discount {
                Some(place) => {
                    let off = undone.get(place as usize).copied().unwrap_or(0);
                    off.min(left)
                }
                None => open.min(left),
            };
            if amount <= 0 || !self.takes_back(&one.card, amount)? {
                continue;
            }
            if one.discount.is_none() {
                open = open.saturating_sub(amount);
            }
            one.back = one.back.saturating_add(amount);
            told.push(self.give_back(&one.card, amount, &at)?);
        }
        order.cards = cards;
        Ok((told, refund.saturating_sub(open)))
    }

    /// Whether so much can go back to a card that an order took it from. One that has expired comes back for it, if the program makes it
    /// last longer; for one that is over, that somebody else has, or that has no room, the money is given back as money.
    fn takes_back(&mut self, card: &Instance, amount: i64) -> Result<bool> {
        if let Some(own) = self.state.more.coupon(&card.id) {
            // A merge can have brought another card with its name.
            let own = Some(own).filter(|own| own.coupon == card.coupon);
            let value = own.and_then(|own| own.value?.checked_add(amount));
            return Ok(value.is_some_and(|value| value <= MONEY_MAX));
        }
        if self.no_place_for(&card.id).is_some() {
            return Ok(false);
        }
        let gone = card.expires_at.is_none_or(|at| at > self.as_of);
        if gone || self.state.more.access.is_over() {
            return Ok(false);
        }
        let plan = self.compiled.promotions.coupon(&card.coupon);
        let restored = plan
            .map(|plan| plan.rule.restored(self.today, self.zone, card.expires_at))
            .transpose()?;
        let expires_at = restored.flatten().unwrap_or(card.expires_at);
        if expires_at.is_some_and(|at| at <= self.as_of) {
            return Ok(false);
        }
        let card = Instance {
            expires_at,
            value: Some(0),
            ..card.clone()
        };
        self.put_coupon(card, "return").map(|()| true)
    }

    fn give_back(
        &mut self,
        card: &Instance,
        amount: i64,
        order: &Id,
    ) -> Result<ReceiptStoredValue> {
        let left = self.fill(&card.id, amount)?;
        let told = ReceiptStoredValue {
            coupon: card.coupon.clone(),
            instance: card.id.clone(),
            amount: self.amount(amount),
            left: self.amount(left),
        };
        self.enter(Change::StoredValueRefunded {
            coupon: told.coupon.clone(),
            instance: told.instance.clone(),
            order: order.clone(),
            amount: told.amount,
            left: told.left,
        });
        Ok(told)
    }

    /// Sets parts of stored value aside in a hold.
    pub(super) fn hold_values(
        &mut self,
        key: &Id,
        wanted: &[StoredTender<'_>],
    ) -> Result<Vec<HeldValue>> {
        let mut held = Vec::with_capacity(wanted.len());
        for (number, one) in wanted.iter().enumerate() {
            let path = |field: &str| format!("hold.stored_value[{number}].{field}");
            let (card, _) = self.card(&one.coupon, named(wanted), &path("coupon"))?;
            let there = self.free_value(&card);
            let amount = match one.amount {
                Some(amount) => self.minor(amount, &path("amount"))?,
                None => there,
            };
            if amount > there || amount == 0 {
                let (asked, there) = (self.amount(amount), self.amount(there));
                let words = format!("{asked} are to be held, {there} are there");
                return Err(Error::at(Code::CouponRefused, path("amount"), words));
            }
            self.enter(Change::StoredValueHeld {
                key: key.clone(),
                coupon: card.coupon,
                instance: card.id.clone(),
                amount: self.amount(amount),
            });
            held.push(HeldValue {
                instance: card.id,
                amount,
            });
        }
        Ok(held)
    }

    /// Money of a hold is free again.
    pub(super) fn free_values(&mut self, key: &Id, held: &[HeldValue], why: ReleaseWhy) {
        for one in held {
            if let Some(card) = self.state.more.coupon(&one.instance).cloned() {
                self.enter(Change::StoredValueReleased {
                    key: key.clone(),
                    coupon: card.coupon,
                    instance: card.id,
                    amount: self.amount(one.amount),
                    why,
                });
            }
        }
    }

    /// What a card holds and no hold has set aside; of one that is over what the purchase has captured of it.
    pub(super) fn free_value(&self, card: &Instance) -> i64 {
        let held = self.state.more.held_value(&card.id);
        let free = card.value.unwrap_or(0).saturating_sub(held).max(0);
        match card.is_over(self.as_of) {
            true => free.min(self.captured_of(&card.id)),
            false => free,
        }
    }

    pub(super) fn captured_of(&self, card: &Id) -> i64 {
        let mut captured = self.captured.iter();
        let captured = captured.find(|one| one.instance == *card);
        captured.map_or(0, |one| one.amount)
    }

    /// A card of the member, and its rule; by its name or that of its instance, see [`named`](Self::named).
    fn card(
        &self,
        name: &str,
        taken: impl Fn(&Id) -> bool,
        path: &str,
    ) -> Result<(Instance, &'w PromotionPlan)> {
        let card = self.own_coupon(name, taken, path)?;
        let (id, plan) = (&card.id, self.coupon_plan(card.coupon.as_str(), path)?);
        if card.is_over(self.as_of) && self.captured_of(&card.id) == 0 {
            let words = format!("`{id}` is over: only what is held of it can be used, by its hold");
            return Err(Error::at(Code::CouponRefused, path, words));
        }
        if card.value.is_some() && matches!(plan.deal, DealPlan::StoredValue { .. }) {
            return Ok((card, plan));
        }
        let words = format!("the coupon `{id}` holds no money");
        Err(Error::at(Code::CouponRefused, path, words))
    }

    /// Puts money on a card; says how much is on it then.
    fn fill(&mut self, card: &Id, amount: i64) -> Result<i64> {
        let Some(value) = self.value_mut(card) else {
            return Err(Error::new(Code::Internal, "a card is not there"));
        };
        let sum = value.saturating_add(amount);
        if sum > MONEY_MAX {
            let words = format!("a card holds at most {MONEY_MAX} minor units");
            return Err(Error::new(Code::LimitExceeded, words));
        }
        *value = sum;
        Ok(sum)
    }

    fn value_mut(&mut self, card: &Id) -> Option<&mut i64> {
        let coupons = &mut self.more().coupons;
        coupons
            .iter_mut()
            .find(|one| one.id == *card)?
            .value
            .as_mut()
    }

    /// An amount in minor units.
    pub(super) fn minor(&self, amount: Exact, path: &str) -> Result<i64> {
        Money::from_decimal(amount.0, self.compiled.currency)
            .map(Money::minor)
            .map_err(|error| error.under(path))
    }

    pub(super) fn amount(&self, minor: i64) -> Amount {
        Amount::new(minor, self.compiled.currency)
    }
}

/// Whether cards that are named are meant by their own names.
fn named(cards: &[StoredTender<'_>]) -> impl Fn(&Id) -> bool {
    |id| cards.iter().any(|one| *one.coupon == *id.as_str())
}
