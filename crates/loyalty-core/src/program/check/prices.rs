//! Prices, tax, and points that pay: numbers out of range, and settings that contradict each other.

use super::Check;
use crate::error::{Code, join};
use crate::points::{EarnBase, Give, PaidInPoints, TenderAs, TenderRule};
use crate::pricing::{Pricing, RoundPlace};
use crate::program::Rules;

impl Check<'_> {
    pub(super) fn prices(&mut self, rules: &Rules) {
        self.pricing(&rules.pricing);
        for (place, tender) in rules.tender.iter().enumerate() {
            let path = format!("tender[{place}]");
            self.tender_rates(tender, &path);
            if tender.same_order && !self.unread.has("earning") {
                self.same_order(tender, rules, &join(&path, "same_order"));
            }
        }
    }

    fn pricing(&mut self, pricing: &Pricing) {
        if pricing.tax.place == RoundPlace::Unit {
            self.say(
                Code::InvalidValue,
                "pricing.tax.place",
                "tax is rounded by `line`, by `tax_group` or for the whole `order`",
            );
        }
    }

    fn tender_rates(&mut self, tender: &TenderRule, path: &str) {
        let mut before = None;
        for (place, rate) in tender.rates.iter().enumerate() {
            let path = |field: &str| format!("{path}.rates[{place}].{field}");
            self.more_than_nothing(rate.from, &path("from"));
            self.more_than_nothing(rate.points, &path("points"));
            self.number(rate.value, &path("value"), true);
            if before.is_some_and(|before| rate.from <= before) {
                self.say(
                    Code::Contradiction,
                    &path("from"),
                    "the rates stand in rising order of `from`, each from more points on than the one before",
                );
            }
            before = Some(rate.from);
        }
    }

    /// What the order earns must be known before points are used for it.
    fn same_order(&mut self, tender: &TenderRule, rules: &Rules, path: &str) {
        match tender.role {
            TenderAs::Payment => {
                if rules.earning.paid_in_points != PaidInPoints::Include {
                    self.say(
                        Code::Contradiction,
                        path,
                        "what is paid in points would earn less, and what is earned pays: say `paid_in_points: include` in `earning`",
                    );
                }
            }
            TenderAs::Discount => {
                let discounted = |base: EarnBase| base == EarnBase::Discounted;
                let by_rule = rules.earn.iter().any(|rule| match &rule.give {
                    Give::Rate(rate) => rate.base.is_some_and(discounted),
                    _ => false,
                });
                if discounted(rules.earning.base) || by_rule {
                    self.say(
                        Code::Contradiction,
                        path,
                        "the discount would lower what the order earns, and what is earned is the discount: earn on the `base` `list` or `line_discounted`",
                    );
                }
            }
        }
    }
}
