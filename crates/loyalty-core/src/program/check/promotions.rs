//! What the engine does not do for promotions: it is refused, never left out in silence.

use super::Check;
use crate::coupons::{Deal, Promotion};
use crate::error::{Code, join};
use crate::program::Rules;

impl Check<'_> {
    /// All offers and coupons.
    pub(super) fn promotions(&mut self, rules: &Rules) {
        let lists = [("offers", &rules.offers), ("coupons", &rules.coupons)];
        for (list, all) in lists {
            for (place, rule) in all.iter().enumerate() {
                self.promotion(rule, &format!("{list}[{place}]"));
            }
        }
        for (place, rule) in rules.coupons.iter().enumerate() {
            let code = |rule: &Promotion| rule.issue.as_ref().and_then(|issue| issue.code.clone());
            let own = code(rule);
            let mut before = rules.coupons.iter().take(place);
            if own.is_some() && before.any(|other| code(other) == own) {
                let path = format!("coupons[{place}].issue.code");
                self.say(Code::DuplicateId, &path, "another coupon has this code");
            }
        }
    }

    fn promotion(&mut self, rule: &Promotion, path: &str) {
        let deal = join(path, "discount");
        let words = match &rule.discount {
            Deal::Points(_) => Some(("points", "promotions give no points: say it in `earn`")),
            Deal::Replace(_) => Some((
                "replace",
                "nothing is replaced here: send what is bought in place of it",
            )),
            Deal::Gift(gift) if gift.price.is_some_and(|price| !price.0.is_zero()) => Some((
                "gift.price",
                "what a promotion adds is free: send what costs something as a line",
            )),
            _ => None,
        };
        if let Some((field, words)) = words {
            self.say(Code::InvalidValue, &join(&deal, field), words);
        }
        for (place, limit) in rule.limits.iter().enumerate() {
            if limit.by.is_some() {
                let path = format!("{path}.limits[{place}].by");
                let words = "limits do not count apart: give each its own promotion";
                self.say(Code::InvalidValue, &path, words);
            }
        }
        if rule
            .issue
            .as_ref()
            .is_some_and(|issue| issue.stored_value.is_some())
        {
            let path = join(path, "issue.stored_value");
            let words = "coupons hold no money: pay with points of an account";
            self.say(Code::InvalidValue, &path, words);
        }
    }
}
