//! Why offers and coupons are not used, in the words of a receipt (clause 10.8).

use super::work::Work;
use crate::calendar::Instant;
use crate::coupons::{Candidate, Instance, Measured, PromotionPlan, Reason, Shortfall};
use crate::id::Id;
use crate::outcome::{Amount, Figure, Unmet, Unused, UnusedWhy};

impl Work<'_> {
    /// A reason in the words of an outcome.
    pub(super) fn told(&self, candidates: &[Candidate<'_>], reason: Reason) -> Why {
        let names = |places: Vec<usize>| -> Vec<Id> {
            let named = places.into_iter().filter_map(|place| candidates.get(place));
            named
                .map(|one| one.instance.clone().unwrap_or_else(|| one.plan.id.clone()))
                .collect()
        };
        match reason {
            Reason::Unmet(lacks) => Why {
                unmet: vec![self.shortfall(lacks)],
                ..Why::plain(UnusedWhy::Unmet)
            },
            Reason::NoEffect => Why::plain(UnusedWhy::NoEffect),
            Reason::LimitReached => Why::plain(UnusedWhy::LimitReached),
            Reason::NotCombinable { with } => Why {
                with: names(with),
                ..Why::plain(UnusedWhy::NotCombinable)
            },
            Reason::LowerPriority { than } => Why {
                with: names(than),
                ..Why::plain(UnusedWhy::LowerPriority)
            },
            Reason::Beaten { by } => Why {
                with: names(by),
                ..Why::plain(UnusedWhy::Beaten)
            },
            Reason::NotChosenAtBound => Why::plain(UnusedWhy::NotChosenAtBound),
            Reason::NotPresented { saves } => Why {
                saves: Some(Amount::new(saves, self.compiled.currency)),
                ..Why::plain(UnusedWhy::NotPresented)
            },
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
        let over = lacks.at_most.filter(|most| lacks.found > *most);
        let needed = over.or(lacks.at_least);
        let missing = needed.map(|needed| needed.saturating_sub(lacks.found));
        Unmet::figure(
            if money { "total" } else { "quantity" },
            figure(lacks.found),
            needed.map(figure),
            missing.map(figure),
        )
    }
}

/// Why something is not used: the reason, what stands against it, what is lacking, what it would save, when it could be.
pub(super) struct Why {
    pub(super) why: UnusedWhy,
    pub(super) with: Vec<Id>,
    pub(super) unmet: Vec<Unmet>,
    pub(super) saves: Option<Amount>,
    /// From when on it can be used.
    pub(super) from: Option<Instant>,
}

impl Why {
    /// A reason that says all by itself.
    pub(super) fn plain(why: UnusedWhy) -> Self {
        Self {
            why,
            with: Vec::new(),
            unmet: Vec::new(),
            saves: None,
            from: None,
        }
    }

    /// Whether it says that something was used up, or is over for ever.
    pub(super) fn is_over(&self) -> bool {
        match self.why {
            UnusedWhy::NotLive => self.from.is_none(),
            why => why == UnusedWhy::LimitReached,
        }
    }
}

/// What a receipt says of something that is not used.
pub(super) fn told_of(
    plan: Option<&PromotionPlan>,
    instance: Option<&Instance>,
    why: Why,
) -> Unused {
    Unused {
        promotion: plan.map(|plan| plan.id.clone()),
        coupon: instance.map(|one| one.id.clone()),
        reason: why.why,
        with: why.with,
        unmet: why.unmet,
        saves: why.saves,
        from: why.from,
    }
}
