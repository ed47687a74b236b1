//! What no promotion can say alone: codes that stand twice.

use super::Check;
use crate::coupons::Promotion;
use crate::error::Code;
use crate::program::Rules;

impl Check<'_> {
    /// All offers and coupons.
    pub(super) fn promotions(&mut self, rules: &Rules) {
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
}
