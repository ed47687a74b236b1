//! How long terms are, what they cost, and what leaving gives back.

use super::rules::{InGrace, PaidPlan, PlanRefund, TrialOnce};
use super::subscription::{PaidTerm, Subscription};
use crate::amount::{Currency, Exact, Money, Rounding};
use crate::calendar::{Date, LastDay, Span};
use crate::condition::Cond;
use crate::error::{Code, Error, Result};
use crate::id::Id;

/// A compiled [`PaidPlan`].
#[derive(Debug)]
pub(crate) struct PlanSpec {
    pub(crate) id: Id,
    /// The price where none of `prices` is, in minor units.
    pub(crate) price: i64,
    pub(crate) prices: Vec<(Cond, i64)>,
    pub(crate) when: Option<Cond>,
    pub(crate) trial: Option<(Span, TrialOnce)>,
    pub(crate) seats: usize,
    /// Rungs by the places of their tracks.
    pub(crate) rungs: Vec<(usize, Id)>,
    term: Span,
    last_day: LastDay,
    lapse_grace: Option<Span>,
    in_grace: InGrace,
    refund: PlanRefund,
    full_refund_within: Option<Span>,
}

impl PlanSpec {
    /// Compiles the rule; conditions and rungs have been compiled already.
    pub(crate) fn new(
        rule: &PaidPlan,
        currency: Currency,
        (when, conds): (Option<Cond>, Vec<Option<Cond>>),
        rungs: Vec<(usize, Id)>,
        mistakes: &mut Vec<Error>,
    ) -> Self {
        let mut minor = |price: Exact, path: &str| {
            let money = Money::from_decimal(price.0, currency).and_then(|money| {
                if money.minor() < 0 {
                    let words = "a price is not less than nothing";
                    return Err(Error::new(Code::OutOfRange, words));
                }
                Ok(money.minor())
            });
            money.unwrap_or_else(|error| {
                mistakes.push(error.under(path));
                0
            })
        };
        let mut prices = Vec::with_capacity(conds.len());
        for (place, (one, cond)) in rule.prices.iter().zip(conds).enumerate() {
            let price = minor(one.price, &format!("prices[{place}].price"));
            prices.extend(cond.map(|cond| (cond, price)));
        }
        Self {
            id: rule.id.clone(),
            price: minor(rule.price, "price"),
            prices,
            when,
            trial: rule.trial.as_ref().map(|trial| (trial.length, trial.once)),
            seats: usize::try_from(rule.seats).unwrap_or(usize::MAX),
            rungs,
            term: rule.term,
            last_day: rule.last_day,
            lapse_grace: rule.lapse_grace,
            in_grace: rule.in_grace,
            refund: rule.refund,
            full_refund_within: rule.full_refund_within,
        }
    }

    /// The first day after a trial that begins on a day.
    pub(crate) fn trial_after(&self, first: Date) -> Result<Option<Date>> {
        let Some((length, _)) = self.trial else {
            return Ok(None);
        };
        let reached = length.after(first)?;
        self.last_day.first_after(reached).map(Some)
    }

    /// The first day after so many terms from an anchor.
    pub(crate) fn term_after(&self, anchor: Date, terms: u32) -> Result<Date> {
        if terms == 0 {
            return Ok(anchor);
        }
        let count = self.term.count().checked_mul(terms).ok_or_else(far)?;
        let whole = Span::new(self.term.unit(), count).map_err(|_| far())?;
        self.last_day.first_after(whole.after(anchor)?)
    }

    /// The last day on which a renewal follows a term without a gap.
    pub(crate) fn gapless_until(&self, after: Date) -> Option<Date> {
        let grace = self.lapse_grace?;
        grace.after(after.previous()).ok()
    }

    /// The first day on which the plan does not hold any more.
    pub(crate) fn over_on(&self, after: Date) -> Date {
        match self.in_grace {
            InGrace::Stops => after,
            InGrace::Stays => {
                let last = self.gapless_until(after);
                last.and_then(|last| last.add_days(1).ok()).unwrap_or(after)
            }
        }
    }

    /// What leaving on a day gives back.
    pub(crate) fn refund(&self, subscription: &Subscription, today: Date) -> i64 {
        let terms = subscription.terms.iter();
        let refunds = terms.map(|term| self.refund_of(term, today));
        refunds.fold(0, i64::saturating_add)
    }

    /// What of the price of a term is given back.
    fn refund_of(&self, term: &PaidTerm, today: Date) -> i64 {
        let regret = self.full_refund_within;
        let regret = regret.and_then(|within| within.after(term.paid_on).ok());
        if term.after <= today {
            return 0;
        }
        let untouched = today < term.first && self.refund != PlanRefund::None;
        if untouched || regret.is_some_and(|last| today <= last) {
            return term.price;
        }
        if self.refund != PlanRefund::ProRata {
            return 0;
        }
        let days = term.first.days_until(term.after).max(1);
        // The day of leaving counts as used.
        let left = today.days_until(term.after).saturating_sub(1).max(0);
        let part = i128::from(term.price).saturating_mul(i128::from(left));
        let part = Rounding::HalfUp.divide(part, i128::from(days));
        part.and_then(|part| i64::try_from(part).ok()).unwrap_or(0)
    }
}

fn far() -> Error {
    Error::new(Code::OutOfRange, "the term would end too far away")
}
