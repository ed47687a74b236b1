//! Compiles each kind of discount, and says what is wrong with it.

use super::super::rules::{
    AmountDeal, BundleDeal, BuyGetDeal, Deal, DealPer, Effect, FixedPriceDeal, FixedPriceOf,
    FullStep, GetFrom, Measured, PercentDeal, PointsDeal, Promotion, Targets, TieredBy, TieredDeal,
};
use super::{Bundle, BuyGet, Cap, Compiler, DealPlan, EffectPlan, Every, Item, Per, Step};
use crate::amount::{Decimal, Exact};
use crate::error::{Code, join};
use crate::limits::{RATE_MAX, RATE_SCALE_MAX};
use crate::pricing::{Basis, Part, PercentBase};

/// The most kinds of items in one bundle.
const ITEMS_MAX: usize = 8;

impl Compiler<'_> {
    pub(super) fn deal(&mut self, rule: &Promotion, path: &str) -> DealPlan {
        let path = join(path, "discount");
        let chosen = rule.lines.is_some() || rule.targets != Targets::Every;
        match &rule.discount {
            Deal::AmountOff(deal) => self.amount_off(deal, &join(&path, "amount_off")),
            Deal::PercentOff(deal) => self.percent_off(deal, chosen, &join(&path, "percent_off")),
            Deal::Tiered(deal) => self.tiered(deal, &join(&path, "tiered")),
            Deal::FixedPrice(deal) => self.fixed_price(deal, &join(&path, "fixed_price")),
            Deal::BuyXGetY(deal) => self.buy_get(deal, &join(&path, "buy_x_get_y")),
            Deal::Bundle(deal) => self.bundle(deal, &join(&path, "bundle")),
            Deal::Gift(deal) => {
                let path = join(&path, "gift");
                DealPlan::Gift {
                    sku: deal.sku.clone(),
                    quantity: self.count(deal.quantity, &join(&path, "quantity")),
                    price: self.money(deal.price, &join(&path, "price")).unwrap_or(0),
                    every: deal.every.as_ref().map(|every| {
                        let how = (PercentBase::Initial, Basis::AsPriced);
                        self.every(every, how, &join(&path, "every"))
                    }),
                    repeat: self.repeat(deal.repeat, &path),
                }
            }
            Deal::Replace(deal) => {
                let path = join(&path, "replace");
                let by_quantity = self.count(deal.by_quantity, &join(&path, "by_quantity"));
                let price = self.money(deal.price, &join(&path, "price"));
                DealPlan::Replace {
                    quantity: self.count(deal.quantity, &join(&path, "quantity")),
                    sku: deal.sku.clone(),
                    by_quantity,
                    price: price.map(|price| price.saturating_mul(by_quantity)),
                    repeat: self.repeat(deal.repeat, &path).unwrap_or(1),
                }
            }
            Deal::ShippingOff(deal) => {
                let path = join(&path, "shipping_off");
                DealPlan::Shipping {
                    effect: self.effect(deal.effect, PercentBase::Running, &join(&path, "effect")),
                    max: self.most(deal.max, &join(&path, "max")),
                }
            }
            Deal::Points(deal) => self.points(deal, &join(&path, "points")),
            Deal::StoredValue(deal) => DealPlan::StoredValue {
                max: self.most(deal.max, &join(&path, "stored_value.max")),
                role: deal.role,
            },
            Deal::Exchange(deal) => {
                let path = join(&path, "exchange");
                DealPlan::Exchange {
                    quantity: self.count(deal.quantity, &join(&path, "quantity")),
                    sku: deal.sku.clone(),
                }
            }
        }
    }

    fn amount_off(&mut self, deal: &AmountDeal, path: &str) -> DealPlan {
        let per = match (deal.per, deal.quantity) {
            (None | Some(DealPer::Scope), None) => Per::Scope,
            (Some(DealPer::Line), None) => Per::Line,
            (Some(DealPer::Unit), None) => Per::Unit,
            (Some(DealPer::Bundle), Some(quantity)) => {
                Per::Bundle(self.count(quantity, &join(path, "quantity")))
            }
            (Some(DealPer::Bundle), None) => {
                let words = "say how many units make a bundle";
                self.say(Code::MissingField, &join(path, "quantity"), words);
                Per::Scope
            }
            (_, Some(_)) => {
                let words = "`quantity` says how large a bundle is: say `per: bundle`, too";
                self.say(Code::Contradiction, &join(path, "quantity"), words);
                Per::Scope
            }
        };
        if deal.every.is_some() && matches!(per, Per::Bundle(_)) {
            let words = "a bundle is full by its quantity: leave `every` out";
            self.say(Code::Contradiction, &join(path, "every"), words);
        }
        if deal.every.is_some() && per == Per::Unit {
            let words = "how often a step is full is asked of the lines, not of each unit";
            self.say(Code::Contradiction, &join(path, "every"), words);
        }
        DealPlan::Plain {
            effect: self.effect(Effect::Amount(deal.amount), deal.of, path),
            per,
            every: deal
                .every
                .as_ref()
                .map(|every| self.every(every, (deal.of, deal.basis), &join(path, "every"))),
            cap: self.cap((deal.max, deal.max_per_line, deal.max_per_unit), path),
        }
    }

    fn percent_off(&mut self, deal: &PercentDeal, chosen: bool, path: &str) -> DealPlan {
        let per = match deal.per {
            None if chosen => Per::Line,
            None | Some(DealPer::Scope) => Per::Scope,
            Some(DealPer::Line) => Per::Line,
            Some(DealPer::Unit) => Per::Unit,
            Some(DealPer::Bundle) => {
                let words = "a percentage is taken off the `scope`, each `line` or each `unit`";
                self.say(Code::InvalidValue, &join(path, "per"), words);
                Per::Scope
            }
        };
        DealPlan::Plain {
            effect: self.effect(Effect::Percent(deal.percent), deal.of, path),
            per,
            every: None,
            cap: self.cap((deal.max, deal.max_per_line, deal.max_per_unit), path),
        }
    }

    fn tiered(&mut self, deal: &TieredDeal, path: &str) -> DealPlan {
        if deal.steps.is_empty() {
            self.say(
                Code::MissingField,
                &join(path, "steps"),
                "say at least one step",
            );
        }
        let mut steps: Vec<Step> = Vec::with_capacity(deal.steps.len());
        for (place, step) in deal.steps.iter().enumerate() {
            let path = format!("{path}.steps[{place}]");
            let from = match deal.by {
                Measured::Amount => self.money(Some(step.from), &join(&path, "from")),
                Measured::Quantity => self.whole(Some(step.from), &join(&path, "from")),
            };
            let effect = self.effect(step.effect, PercentBase::Running, &join(&path, "effect"));
            let Some(from) = from else { continue };
            if steps.last().is_some_and(|before| before.from >= from) {
                let words =
                    "the steps stand in rising order, each from more on than the one before";
                self.say(Code::Contradiction, &join(&path, "from"), words);
            }
            steps.push(Step { from, effect });
        }
        DealPlan::Tiered {
            steps: steps.into(),
            by: deal.by,
            of: deal.of,
            basis: deal.basis,
            per: deal.per.map(|per| match per {
                TieredBy::Scope => Per::Scope,
                TieredBy::Line => Per::Line,
                TieredBy::Unit => Per::Unit,
            }),
            max: self.most(deal.max, &join(path, "max")),
        }
    }

    fn fixed_price(&mut self, deal: &FixedPriceDeal, path: &str) -> DealPlan {
        let price = self
            .money(Some(deal.price), &join(path, "price"))
            .unwrap_or(0);
        if deal.of != FixedPriceOf::Bundle && (deal.quantity.is_some() || deal.repeat.is_some()) {
            let words = "`quantity` and `repeat` are for the price of a bundle: say `of: bundle`";
            self.say(Code::Contradiction, path, words);
        }
        match (deal.of, deal.quantity) {
            (FixedPriceOf::Unit, _) => DealPlan::Plain {
                effect: EffectPlan::Price(price),
                per: Per::Unit,
                every: None,
                cap: Cap::default(),
            },
            (FixedPriceOf::Basket, _) => DealPlan::Basket { price },
            (FixedPriceOf::Bundle, Some(quantity)) => DealPlan::Together {
                price,
                quantity: self.count(quantity, &join(path, "quantity")),
                repeat: self.repeat(deal.repeat, path),
            },
            (FixedPriceOf::Bundle, None) => {
                let words = "say how many units make a bundle";
                self.say(Code::MissingField, &join(path, "quantity"), words);
                DealPlan::Basket { price }
            }
        }
    }

    fn buy_get(&mut self, deal: &BuyGetDeal, path: &str) -> DealPlan {
        let (step, measure) = match (deal.buy.quantity, deal.buy.amount) {
            (Some(quantity), None) => {
                let path = join(path, "buy.quantity");
                (self.count(quantity, &path), Measured::Quantity)
            }
            (None, Some(amount)) => {
                let path = join(path, "buy.amount");
                let amount = self.money(Some(amount), &path).unwrap_or(1);
                if amount == 0 {
                    self.say(Code::OutOfRange, &path, "the amount must be more than zero");
                }
                (amount.max(1), Measured::Amount)
            }
            _ => {
                let words = "say `quantity` or `amount`";
                self.say(Code::MissingField, &join(path, "buy"), words);
                (1, Measured::Quantity)
            }
        };
        match (deal.units, &deal.get.sku) {
            (GetFrom::Added, None) => {
                let words = "say which article is added";
                self.say(Code::MissingField, &join(path, "get.sku"), words);
            }
            (GetFrom::FromBasket, Some(_)) => {
                let words = "units of the basket are chosen by `lines`; say `units: added` to add an article";
                self.say(Code::Contradiction, &join(path, "get.sku"), words);
            }
            _ => {}
        }
        if deal.units == GetFrom::Added {
            let free = Effect::Percent(Exact(Decimal::ONE_HUNDRED));
            if !matches!(deal.y, Effect::Price(_)) && deal.y != free {
                let words =
                    "what is added is free or has a `price`: its own price is not known here";
                self.say(Code::Contradiction, &join(path, "y"), words);
            }
            if deal.partial || deal.get.lines.is_some() {
                let words = "`partial` and `get.lines` are for units of the basket";
                self.say(Code::Contradiction, &join(path, "units"), words);
            }
        }
        DealPlan::BuyGet(BuyGet {
            buy: self.select(deal.buy.lines.as_ref(), &join(path, "buy.lines")),
            step,
            measure,
            get: self.select(deal.get.lines.as_ref(), &join(path, "get.lines")),
            sku: deal
                .get
                .sku
                .clone()
                .filter(|_| deal.units == GetFrom::Added),
            quantity: self.count(deal.get.quantity, &join(path, "get.quantity")),
            y: self.effect(deal.y, PercentBase::Running, &join(path, "y")),
            repeat: self.repeat(deal.repeat, path),
            partial: deal.partial,
        })
    }

    fn bundle(&mut self, deal: &BundleDeal, path: &str) -> DealPlan {
        if deal.items.is_empty() {
            self.say(
                Code::MissingField,
                &join(path, "items"),
                "say what is in a bundle",
            );
        }
        if deal.items.len() > ITEMS_MAX {
            let words = format!("at most {ITEMS_MAX} are allowed");
            self.say(Code::LimitExceeded, &join(path, "items"), &words);
        }
        let mut items = Vec::with_capacity(deal.items.len());
        for (place, item) in deal.items.iter().enumerate() {
            let path = format!("{path}.items[{place}]");
            let lines = self.select(Some(&item.lines), &join(&path, "lines"));
            items.push(Item {
                lines: lines.unwrap_or_default(),
                quantity: self.count(item.quantity, &join(&path, "quantity")),
                price: self.money(item.price, &join(&path, "price")),
            });
        }
        let priced = deal.items.iter().any(|item| item.price.is_some());
        if deal.effect.is_some() == priced {
            let words = "say either an `effect` or the price of an item";
            self.say(Code::Contradiction, path, words);
        }
        if deal.get_quantity.is_some() && deal.get.is_none() {
            let words = "say in `get` which lines these units are of";
            self.say(Code::MissingField, &join(path, "get"), words);
        }
        if deal.get.is_some() && deal.effect.is_none() {
            let words = "say what happens to the price of these lines";
            self.say(Code::MissingField, &join(path, "effect"), words);
        }
        DealPlan::Bundle(Bundle {
            items: items.into(),
            effect: deal
                .effect
                .map(|effect| self.effect(effect, PercentBase::Running, &join(path, "effect"))),
            get: self.select(deal.get.as_ref(), &join(path, "get")),
            get_quantity: deal
                .get_quantity
                .map(|quantity| self.count(quantity, &join(path, "get_quantity"))),
            multiply: deal.multiply,
            repeat: self.repeat(deal.repeat, path),
        })
    }

    fn points(&mut self, deal: &PointsDeal, path: &str) -> DealPlan {
        if let Err(error) = self.names.account(deal.account.as_ref()) {
            let error = error.map(|error| error.under(&join(path, "account")));
            self.mistakes.extend(error);
        }
        if deal.bonus.is_some() == deal.multiplier.is_some() {
            self.say(
                Code::MissingField,
                path,
                "say either `bonus` or `multiplier`",
            );
        }
        if deal.bonus.is_some_and(|bonus| bonus.get() < 1) {
            let words = "the number of points must be more than zero";
            self.say(Code::OutOfRange, &join(path, "bonus"), words);
        }
        if let Some(multiplier) = deal.multiplier {
            self.rate(multiplier, &join(path, "multiplier"));
        }
        DealPlan::Points
    }

    fn effect(&mut self, effect: Effect, of: PercentBase, path: &str) -> EffectPlan {
        match effect {
            Effect::Percent(percent) => {
                let path = join(path, "percent");
                self.rate(percent, &path);
                if percent.0 > Decimal::ONE_HUNDRED {
                    self.say(Code::OutOfRange, &path, "a part is at most 100 percent");
                }
                EffectPlan::Percent(Part::percent(percent.0), of)
            }
            Effect::Amount(amount) => {
                let path = join(path, "amount");
                let amount = self.money(Some(amount), &path);
                if amount == Some(0) {
                    self.say(Code::OutOfRange, &path, "the amount must be more than zero");
                }
                EffectPlan::Amount(amount.unwrap_or(0))
            }
            Effect::Price(price) => {
                EffectPlan::Price(self.money(Some(price), &join(path, "price")).unwrap_or(0))
            }
        }
    }

    fn every(&mut self, every: &FullStep, (of, basis): (PercentBase, Basis), path: &str) -> Every {
        let (step, measure) = match every {
            FullStep::Amount(amount) => {
                let step = self.money(Some(*amount), &join(path, "amount"));
                if step == Some(0) {
                    self.say(Code::OutOfRange, path, "the amount must be more than zero");
                }
                (step.unwrap_or(1).max(1), Measured::Amount)
            }
            FullStep::Quantity(quantity) => {
                let step = self.count(*quantity, &join(path, "quantity"));
                (step, Measured::Quantity)
            }
        };
        Every {
            step,
            measure,
            of,
            basis,
        }
    }

    fn cap(
        &mut self,
        (all, line, unit): (Option<Exact>, Option<Exact>, Option<Exact>),
        path: &str,
    ) -> Cap {
        Cap {
            all: self.most(all, &join(path, "max")),
            line: self.most(line, &join(path, "max_per_line")),
            unit: self.most(unit, &join(path, "max_per_unit")),
        }
    }

    /// The most that is taken off: more than nothing.
    fn most(&mut self, amount: Option<Exact>, path: &str) -> Option<i64> {
        let most = self.money(amount, path);
        if most == Some(0) {
            self.say(Code::OutOfRange, path, "the amount must be more than zero");
        }
        most
    }

    /// A number of units: at least one.
    fn count(&mut self, quantity: u32, path: &str) -> i64 {
        if quantity == 0 {
            self.say(Code::OutOfRange, path, "the number must be more than zero");
        }
        i64::from(quantity.max(1))
    }

    fn repeat(&mut self, repeat: Option<u32>, path: &str) -> Option<i64> {
        repeat.map(|repeat| self.count(repeat, &join(path, "repeat")))
    }

    /// A rate: more than zero, within the limits.
    fn rate(&mut self, rate: Exact, path: &str) {
        if rate.0 <= Decimal::ZERO {
            self.say(Code::OutOfRange, path, "the number must be more than zero");
        } else if rate.0 > Decimal::from(RATE_MAX) {
            let words = format!("the number must not be more than {RATE_MAX}");
            self.say(Code::OutOfRange, path, &words);
        } else if rate.0.normalize().scale() > RATE_SCALE_MAX {
            let words = format!("at most {RATE_SCALE_MAX} decimal places are allowed");
            self.say(Code::TooManyDigits, path, &words);
        }
    }
}
