//! Making promotions in Rust: what must be said, and nothing else. The rest is set by name, or with `..Promotion::new(..)`.

use super::{
    AmountDeal, Beside, Deal, Effect, FixedPriceDeal, FixedPriceOf, GiftDeal, LimitPer, LimitWhose,
    Measured, OverLimit, PercentDeal, Promotion, PromotionLimit, ShippingDeal, Targets, Threshold,
    ThresholdScope, TieredDeal, TieredStep, Units,
};
use crate::amount::{Decimal, Exact};
use crate::id::Id;
use crate::pricing::{Basis, PercentBase};
use crate::text::Label;

impl Promotion {
    /// A promotion without conditions and limits, for the whole basket.
    ///
    /// # Example
    /// A program gets an offer of 10 % from 100.00 on, at most three times a member:
    /// ```
    /// use loyalty_core::{
    ///     Decimal, Exact, Id, PercentDeal, Program, Promotion, PromotionLimit, Threshold,
    /// };
    ///
    /// let program = Program::from_json(
    ///     r#"{"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai"}"#,
    /// )?;
    /// let mut rules = program.rules().clone();
    /// let ten = PercentDeal::new(Exact(Decimal::TEN));
    /// rules.offers.push(Promotion {
    ///     threshold: Some(Threshold::at_least(Exact(Decimal::ONE_HUNDRED))),
    ///     limits: vec![PromotionLimit::uses(3)],
    ///     ..Promotion::new(Id::new("spring")?, ten.into())
    /// });
    /// let program = Program::try_from(rules)?;
    /// assert_eq!(program.rules().offers.len(), 1);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    #[must_use]
    pub fn new(id: Id, discount: Deal) -> Self {
        Self {
            id,
            name: Label::default(),
            when: None,
            discount,
            threshold: None,
            lines: None,
            targets: Targets::Every,
            units: Units::Shared,
            skip_discounted: false,
            phase: None,
            priority: 0,
            group: None,
            beside: Beside::default(),
            exclusive: false,
            limits: Vec::new(),
            from: None,
            until: None,
            blackouts: Vec::new(),
            weekdays: Vec::new(),
            hours: None,
            worth: None,
            rounding: None,
            issue: None,
        }
    }
}

impl Threshold {
    /// At least so much in the basket before all discounts, in major units.
    #[must_use]
    pub fn at_least(amount: Exact) -> Self {
        Self {
            at_least: Some(amount),
            more_than: None,
            at_most: None,
            measure: Measured::Amount,
            scope: ThresholdScope::Basket,
            of: PercentBase::Initial,
            basis: Basis::AsPriced,
        }
    }
}

impl PromotionLimit {
    /// So many times a member, for ever.
    #[must_use]
    pub fn uses(most: u32) -> Self {
        Self {
            uses: Some(most),
            ..Self::nothing()
        }
    }

    /// On so many units a member, for ever.
    #[must_use]
    pub fn units(most: u32) -> Self {
        Self {
            units: Some(most),
            ..Self::nothing()
        }
    }

    /// So much off a member, for ever, in major units.
    #[must_use]
    pub fn money(most: Exact) -> Self {
        Self {
            money: Some(most),
            ..Self::nothing()
        }
    }

    fn nothing() -> Self {
        Self {
            uses: None,
            units: None,
            money: None,
            per: LimitPer::Lifetime,
            whose: LimitWhose::Member,
            by: None,
            over: OverLimit::Drop,
        }
    }
}

impl AmountDeal {
    /// So much off all lines together, in major units.
    #[must_use]
    pub fn new(amount: Exact) -> Self {
        Self {
            amount,
            per: None,
            quantity: None,
            every: None,
            of: PercentBase::Initial,
            basis: Basis::AsPriced,
            max: None,
            max_per_line: None,
            max_per_unit: None,
        }
    }
}

impl PercentDeal {
    /// So many percent off.
    #[must_use]
    pub fn new(percent: Exact) -> Self {
        Self {
            percent,
            per: None,
            of: PercentBase::Running,
            max: None,
            max_per_line: None,
            max_per_unit: None,
        }
    }
}

impl TieredDeal {
    /// Steps by the amount in the basket, rising.
    #[must_use]
    pub fn new(steps: Vec<TieredStep>) -> Self {
        Self {
            steps,
            by: Measured::Amount,
            of: PercentBase::Initial,
            basis: Basis::AsPriced,
            per: None,
            max: None,
        }
    }
}

impl FixedPriceDeal {
    /// A price of each unit, in major units.
    #[must_use]
    pub fn new(price: Exact) -> Self {
        Self {
            price,
            of: FixedPriceOf::Unit,
            quantity: None,
            repeat: None,
        }
    }
}

impl GiftDeal {
    /// One unit of an article, for nothing, once.
    #[must_use]
    pub fn new(sku: Id) -> Self {
        Self {
            sku,
            quantity: 1,
            price: None,
            every: None,
            repeat: None,
        }
    }
}

impl Default for ShippingDeal {
    /// Free shipping.
    fn default() -> Self {
        Self {
            effect: Effect::Percent(Exact(Decimal::ONE_HUNDRED)),
            max: None,
        }
    }
}

/// Makes a discount of each kind of deal.
macro_rules! deals {
    ($($kind:ident($deal:ty)),+ $(,)?) => {
        $(impl From<$deal> for Deal {
            fn from(deal: $deal) -> Self {
                Self::$kind(deal)
            }
        })+
    };
}

deals! {
    AmountOff(AmountDeal),
    PercentOff(PercentDeal),
    Tiered(TieredDeal),
    FixedPrice(FixedPriceDeal),
    BuyXGetY(super::BuyGetDeal),
    Bundle(super::BundleDeal),
    Gift(GiftDeal),
    Replace(super::ReplaceDeal),
    ShippingOff(ShippingDeal),
    Points(super::PointsDeal),
    Exchange(super::ExchangeDeal),
    StoredValue(super::StoredValueDeal),
}
