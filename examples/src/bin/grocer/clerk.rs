//! What the engine leaves to the host: which events there are, and how many points a member wants to pay with.

use std::collections::HashSet;

use anyhow::{Context, Result};
use loyalty_core::{Engine, Id, Member, Outcome, Points, Tender};

use crate::campaigns::Campaigns;
use crate::log::{Household, Products};

/// How many points a member wants to use, and has to have before asking.
const ASKED: Points = Points::new(500);

/// The host's side of the counter.
///
/// The log does not say who paid with points: nobody could. So the clerk makes a rule of it, the same in every run: with the
/// first basket of a calendar month, a member who then has at least 500 points asks to use 500. The program decides how many
/// of them are used.
pub(crate) struct Clerk<'c> {
    pub(crate) engine: &'c Engine,
    pub(crate) products: &'c Products,
    pub(crate) campaigns: &'c Campaigns,
    /// The account that can be paid with; none if the program takes no points.
    account: Option<Id>,
}

impl<'c> Clerk<'c> {
    pub(crate) fn new(
        engine: &'c Engine,
        products: &'c Products,
        campaigns: &'c Campaigns,
    ) -> Self {
        let rules = engine.program().rules();
        let account = rules.tender.first().and_then(|tender| {
            tender
                .account
                .clone()
                .or_else(|| Some(rules.accounts.first()?.id.clone()))
        });
        Self {
            engine,
            products,
            campaigns,
            account,
        }
    }

    /// Takes the baskets of a household that are not `known`, at most `most` of them, and hands on each answer of the engine
    /// with the number of the basket it is about. Gives back how many baskets were taken.
    pub(crate) fn take(
        &self,
        member: &mut Member,
        household: &Household,
        known: &HashSet<String>,
        most: u64,
        mut answer: impl FnMut(Option<usize>, Outcome) -> Result<()>,
    ) -> Result<u64> {
        if most > 0
            && member.enrolled_at().is_none()
            && let Some(event) = household.enrolment()?
        {
            answer(None, self.engine.apply(member, &event)?)?;
        }
        let mut taken = 0;
        for (place, basket) in household.baskets.iter().enumerate() {
            if known.contains(&basket.id) {
                continue;
            }
            if taken == most {
                break;
            }
            let pay = match &self.account {
                // What the till shows: the points of this moment, not those before the last ones expired.
                Some(account) if basket.first_of_month => {
                    answer(None, self.engine.advance(member, basket.at.instant)?)?;
                    (member.balance(account.as_str()) >= ASKED.get()).then(|| Tender {
                        account: Some(account.as_str().into()),
                        points: ASKED,
                    })
                }
                _ => None,
            };
            for coupon in self.campaigns.presented(basket) {
                answer(None, self.engine.apply(member, &basket.claim(coupon)?)?)?;
            }
            let currency = self.engine.program().currency();
            let event = basket.event(self.products, self.campaigns, currency, pay)?;
            let outcome = self.engine.apply(member, &event).with_context(|| {
                format!(
                    "the engine refuses basket {} of household {}",
                    basket.id, household.id
                )
            })?;
            answer(Some(place), outcome)?;
            taken += 1;
        }
        Ok(taken)
    }
}
