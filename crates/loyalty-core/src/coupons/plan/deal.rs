//! Compiled kinds of discounts.

use super::super::rules::{Measured, Phase, SomeTargets, StoredValueAs};
use crate::condition::Select;
use crate::id::Id;
use crate::pricing::{Basis, Part, PercentBase};

/// A compiled discount. Amounts are minor units.
#[derive(Debug)]
pub(crate) enum DealPlan {
    /// An effect on the units of the targets.
    Plain {
        effect: EffectPlan,
        per: Per,
        every: Option<Every>,
        cap: Cap,
    },
    /// Rising steps.
    Tiered {
        steps: Box<[Step]>,
        by: Measured,
        of: PercentBase,
        basis: Basis,
        per: Option<Per>,
        max: Option<i64>,
    },
    /// So many units together at a price.
    Together {
        price: i64,
        quantity: i64,
        repeat: Option<i64>,
    },
    /// All lines together at a price.
    Basket {
        price: i64,
    },
    BuyGet(BuyGet),
    Bundle(Bundle),
    Gift {
        sku: Id,
        quantity: i64,
        price: i64,
        every: Option<Every>,
        repeat: Option<i64>,
    },
    Replace {
        quantity: i64,
        sku: Id,
        by_quantity: i64,
        /// What all that come in place of one cost elsewhere.
        price: Option<i64>,
        repeat: i64,
    },
    Shipping {
        effect: EffectPlan,
        max: Option<i64>,
    },
    /// What and how many says the earn rule of its name.
    Points,
    Exchange {
        quantity: i64,
        sku: Option<Id>,
    },
    /// What the instance holds, for one order at most so much.
    StoredValue {
        max: Option<i64>,
        role: StoredValueAs,
    },
}

/// What happens to a price.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EffectPlan {
    Percent(Part, PercentBase),
    Amount(i64),
    Price(i64),
}

/// Off what something is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Per {
    Scope,
    Line,
    Unit,
    /// So many units together.
    Bundle(i64),
}

/// As often as a step is full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Every {
    pub(crate) step: i64,
    pub(crate) measure: Measured,
    pub(crate) of: PercentBase,
    pub(crate) basis: Basis,
}

/// The most that is taken off.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cap {
    pub(crate) all: Option<i64>,
    pub(crate) line: Option<i64>,
    pub(crate) unit: Option<i64>,
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) from: i64,
    pub(crate) effect: EffectPlan,
}

/// Buy some, get some.
#[derive(Debug)]
pub(crate) struct BuyGet {
    pub(crate) buy: Option<Select>,
    /// So many units, or goods for so much.
    pub(crate) step: i64,
    pub(crate) measure: Measured,
    pub(crate) get: Option<Select>,
    /// The article, where it is added.
    pub(crate) sku: Option<Id>,
    pub(crate) quantity: i64,
    pub(crate) y: EffectPlan,
    pub(crate) repeat: Option<i64>,
    pub(crate) partial: bool,
}

/// Several things together.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) items: Box<[Item]>,
    pub(crate) effect: Option<EffectPlan>,
    pub(crate) get: Option<Select>,
    pub(crate) get_quantity: Option<i64>,
    pub(crate) multiply: bool,
    pub(crate) repeat: Option<i64>,
}

/// What is in a bundle.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) lines: Select,
    pub(crate) quantity: i64,
    pub(crate) price: Option<i64>,
}

impl DealPlan {
    /// Whether it gives something besides money.
    pub(super) fn gives(&self) -> bool {
        match self {
            Self::Gift { .. } | Self::Replace { .. } | Self::Points => true,
            Self::Exchange { sku, .. } => sku.is_some(),
            Self::BuyGet(deal) => deal.sku.is_some(),
            _ => false,
        }
    }

    /// When it is applied where its promotion says nothing.
    pub(super) fn phase(&self, lines: bool, targets: Option<SomeTargets>) -> Phase {
        let chosen = lines || targets.is_some();
        match self {
            Self::Shipping { .. } => Phase::Shipping,
            Self::Basket { .. } | Self::StoredValue { .. } if !chosen => Phase::Basket,
            Self::Plain {
                per: Per::Scope,
                effect: EffectPlan::Percent(..) | EffectPlan::Amount(_),
                ..
            } if !chosen => Phase::Basket,
            Self::Tiered {
                per: None | Some(Per::Scope),
                ..
            } if !chosen => Phase::Basket,
            Self::Points | Self::Gift { .. } => Phase::Basket,
            _ => Phase::Item,
        }
    }
}
