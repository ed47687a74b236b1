//! What no type can say of a promotion: ids that stand twice, dates that are impossible, settings that contradict each other
//! (clause 15.2).

use rustc_hash::FxHashMap;

use super::super::rules::{
    Beside, Combining, CouponReturns, Deal, Effect, GetFrom, LimitBy, LimitPer, LimitWhose,
    OverLimit, Promotion, PromotionLimit, StoredValueAs, Targets, Threshold, ThresholdScope, Units,
};
use crate::calendar::Date;
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::limits::LIST_MAX;

/// The most sets that a search may be allowed to look into.
const NODES_MAX: u32 = 10_000_000;

pub(super) fn check(
    (offers, coupons, combining): (&[Promotion], &[Promotion], &Combining),
    mistakes: &mut Vec<Error>,
) {
    let mut check = Check { mistakes };
    let mut seen = FxHashMap::default();
    for (rules, list) in [(offers, "offers"), (coupons, "coupons")] {
        check.unique(rules.iter().map(|one| &one.id), list, &mut seen);
        for (place, rule) in rules.iter().enumerate() {
            check.promotion(rule, list == "coupons", &format!("{list}[{place}]"));
        }
    }
    let groups = combining.groups.iter().map(|one| &one.id);
    check.unique(groups, "combining.groups", &mut FxHashMap::default());
    for (place, group) in combining.groups.iter().enumerate() {
        if group.max == Some(0) {
            let path = format!("combining.groups[{place}].max");
            check.say(Code::OutOfRange, &path, "the number must be more than zero");
        }
    }
    if combining
        .nodes
        .is_some_and(|nodes| !(1..=NODES_MAX).contains(&nodes))
    {
        let words = format!("the search looks into 1 to {NODES_MAX} sets");
        check.say(Code::OutOfRange, "combining.nodes", &words);
    }
    let first = combining.exclusive_first;
    if first && combining.choose != super::Choose::Priority {
        let words = "only `choose: priority` asks which comes first";
        check.say(Code::Contradiction, "combining.exclusive_first", words);
    }
}

struct Check<'a> {
    mistakes: &'a mut Vec<Error>,
}

impl Check<'_> {
    fn say(&mut self, code: Code, path: &str, words: &str) {
        self.mistakes.push(Error::at(code, path, words));
    }

    fn unique<'i>(
        &mut self,
        ids: impl ExactSizeIterator<Item = &'i Id>,
        list: &str,
        seen: &mut FxHashMap<Id, String>,
    ) {
        if ids.len() > LIST_MAX {
            let words = format!("at most {LIST_MAX} are allowed");
            self.say(Code::LimitExceeded, list, &words);
        }
        for (place, id) in ids.enumerate() {
            let path = format!("{list}[{place}]");
            if let Some(before) = seen.get(id) {
                let words = format!("`{id}` is the id of {before} already");
                self.say(Code::DuplicateId, &join(&path, "id"), &words);
            } else {
                seen.insert(id.clone(), path);
            }
        }
    }

    fn promotion(&mut self, rule: &Promotion, coupon: bool, path: &str) {
        let at = |field: &str| join(path, field);
        self.days(rule.from, rule.until, path);
        for (place, days) in rule.blackouts.iter().enumerate() {
            let path = format!("{path}.blackouts[{place}]");
            if days.from.is_none() && days.until.is_none() {
                self.say(Code::MissingField, &path, "say `from` or `until`");
            }
            self.days(days.from, days.until, &path);
        }
        if let Some(hours) = &rule.hours
            && hours.from == hours.until
        {
            let words = "say no `hours` for the whole day";
            self.say(Code::Contradiction, &at("hours"), words);
        }
        if let Some(threshold) = &rule.threshold {
            self.threshold(threshold, rule, &at("threshold"));
        }
        if let Targets::Some(some) = &rule.targets {
            for (number, field) in [(some.n.unwrap_or(1), "n"), (some.step, "step")] {
                if number == 0 {
                    let path = format!("{path}.targets.{field}");
                    self.say(Code::OutOfRange, &path, "the number must be more than zero");
                }
            }
        }
        self.fits(rule, path);
        let price = match &rule.discount {
            Deal::Gift(gift) => gift.price.map(|price| (price, "gift.price")),
            Deal::BuyXGetY(deal) if deal.units == GetFrom::Added => match deal.y {
                Effect::Price(price) => Some((price, "buy_x_get_y.y.price")),
                _ => None,
            },
            _ => None,
        };
        if let Some((_, field)) = price.filter(|(price, _)| !price.0.is_zero()) {
            let auto = rule.issue.as_ref().is_some_and(|issue| issue.auto);
            if !coupon {
                let words = "an offer applies by itself, and nobody has asked for what costs something: make it a coupon";
                let path = format!("{path}.discount.{field}");
                self.say(Code::Contradiction, &path, words);
            } else if auto {
                let words = "the coupon is used by itself, and nobody has asked for what costs something: leave `auto` out";
                self.say(Code::Contradiction, &at("issue.auto"), words);
            }
        }
        if let Deal::StoredValue(deal) = &rule.discount {
            self.stored_value(rule, deal.role, coupon, path);
        }
        self.counts(rule, path);
        if rule.exclusive && rule.beside != Beside::All {
            let words = "what is exclusive stands beside nothing: leave `beside` out";
            self.say(Code::Contradiction, &at("beside"), words);
        }
        let everyone = |one: &&PromotionLimit| one.whose == LimitWhose::Everyone;
        let mut by = rule
            .limits
            .iter()
            .filter(everyone)
            .filter_map(|one| one.by.as_ref());
        let first = by.next();
        if by.any(|by| Some(by) != first) {
            let words = "the host's counters say only a value: limits for everyone count by one attribute, or by product";
            self.say(Code::Contradiction, &at("limits"), words);
        }
        for (place, limit) in rule.limits.iter().enumerate() {
            let path = format!("{path}.limits[{place}]");
            if limit.uses.is_some() && limit.over != OverLimit::Drop {
                let words = "a use is whole: only `units` and `money` are used in part or overshot";
                self.say(Code::Contradiction, &join(&path, "over"), words);
            }
            if limit.per == LimitPer::Order && limit.whose == LimitWhose::Everyone {
                let words = "an order has one member: leave `whose` out";
                self.say(Code::Contradiction, &join(&path, "whose"), words);
            }
            if let Some(LimitBy::Attribute(name)) = &limit.by
                && let Err(error) = crate::id::check(name)
            {
                self.mistakes
                    .push(error.under(&join(&path, "by.attribute")));
            }
            let by_product = limit.by == Some(LimitBy::Product);
            if by_product && limit.money.is_some() {
                let words = "money off is counted in all: by product say `uses` or `units`";
                self.say(Code::Contradiction, &join(&path, "by"), words);
            }
            let adds =
                matches!(&rule.discount, Deal::BuyXGetY(deal) if deal.units == GetFrom::Added);
            let units = is_for_units(&rule.discount) && !adds;
            if by_product && !units {
                let words = "by product units of the basket are counted";
                self.say(Code::Contradiction, &join(&path, "by"), words);
            }
        }
        self.issue(rule, coupon, &at("issue"));
    }

    fn threshold(&mut self, threshold: &Threshold, rule: &Promotion, path: &str) {
        let none = threshold.at_least.is_none() && threshold.more_than.is_none();
        if none && threshold.at_most.is_none() {
            let words = "say `at_least`, `more_than` or `at_most`";
            self.say(Code::MissingField, path, words);
        }
        if threshold.scope == ThresholdScope::Lines && rule.lines.is_none() {
            let words = "say in `lines` which lines are meant";
            self.say(Code::MissingField, &join(path, "scope"), words);
        }
    }

    /// Settings that a kind of discount cannot follow.
    fn fits(&mut self, rule: &Promotion, path: &str) {
        if !is_for_units(&rule.discount) {
            let chosen = rule.targets != Targets::Every;
            for (said, field) in [
                (chosen, "targets"),
                (rule.units == Units::Consume, "units"),
                (rule.skip_discounted, "skip_discounted"),
            ] {
                if said {
                    let words = "this discount is not for units of the basket";
                    self.say(Code::Contradiction, &join(path, field), words);
                }
            }
        }
        if matches!(rule.discount, Deal::ShippingOff(_)) && rule.lines.is_some() {
            let words =
                "shipping is no line: say in `when` or `threshold` what must be in the basket";
            self.say(Code::Contradiction, &join(path, "lines"), words);
        }
        if let Deal::Exchange(deal) = &rule.discount
            && deal.sku.is_none()
            && rule.lines.is_none()
        {
            let words = "say in `lines` what the coupon is for, or the `sku` that is added";
            self.say(Code::MissingField, &join(path, "lines"), words);
        }
        if matches!(rule.discount, Deal::Replace(_)) && rule.lines.is_none() {
            let words = "say in `lines` what is replaced";
            self.say(Code::MissingField, &join(path, "lines"), words);
        }
    }

    /// Stored value belongs to an instance; as a payment it knows nothing of lines and of other promotions.
    fn stored_value(&mut self, rule: &Promotion, role: StoredValueAs, coupon: bool, path: &str) {
        if !coupon {
            let words = "money is held by instances of a coupon: an offer has none";
            self.say(Code::WrongPlace, &join(path, "discount"), words);
        }
        let issue = rule.issue.as_ref();
        if issue.is_some_and(|issue| issue.returns == CouponReturns::Forfeit) {
            let words = "what was paid with stored value is not forfeited by a return";
            self.say(Code::Contradiction, &join(path, "issue.returns"), words);
        }
        if issue.is_some_and(|issue| issue.code.is_some()) {
            let words = "whoever knows a code has no instance that holds money";
            self.say(Code::Contradiction, &join(path, "issue.code"), words);
        }
        let pays = role == StoredValueAs::Payment;
        for (said, field) in [
            (rule.threshold.is_some(), "threshold"),
            (rule.lines.is_some(), "lines"),
            (rule.targets != Targets::Every, "targets"),
            (rule.units == Units::Consume, "units"),
            (rule.skip_discounted, "skip_discounted"),
            (rule.phase.is_some(), "phase"),
            (rule.group.is_some(), "group"),
            (rule.beside != Beside::All, "beside"),
            (rule.exclusive, "exclusive"),
            (!rule.limits.is_empty(), "limits"),
            (issue.is_some_and(|issue| issue.auto), "issue.auto"),
        ] {
            if said && pays {
                let words = "a payment comes after all prices: this is for `as: discount`";
                self.say(Code::Contradiction, &join(path, field), words);
            }
        }
    }

    /// Discounts that count their units themselves take from the targets only their order.
    fn counts(&mut self, rule: &Promotion, path: &str) {
        let Targets::Some(some) = &rule.targets else {
            return;
        };
        let counts = matches!(
            rule.discount,
            Deal::BuyXGetY(_) | Deal::Bundle(_) | Deal::Replace(_) | Deal::Exchange(_)
        );
        if counts && (some.n.is_some() || some.skip > 0 || some.step > 1) {
            let words = "this discount counts its units itself: say only `by`";
            self.say(Code::Contradiction, &join(path, "targets"), words);
        }
    }

    fn issue(&mut self, rule: &Promotion, coupon: bool, path: &str) {
        let Some(issue) = &rule.issue else { return };
        if !coupon {
            let words = "an offer applies by itself: only coupons are issued";
            self.say(Code::WrongPlace, path, words);
        }
        if let Some(valid) = &issue.valid {
            let path = join(path, "valid");
            if valid.lasts.is_none() && valid.until.is_none() {
                self.say(Code::MissingField, &path, "say `for` or `until`");
            }
            if let (Some(from), Some(until)) = (rule.from, valid.until)
                && until < from
            {
                let words = "it would end before the promotion begins";
                self.say(Code::Unreachable, &join(&path, "until"), words);
            }
        }
    }

    fn days(&mut self, from: Option<Date>, until: Option<Date>, path: &str) {
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            let words = "the last day is before the first one";
            self.say(Code::Unreachable, &join(path, "until"), words);
        }
    }
}

/// Whether a discount is for units of the basket.
fn is_for_units(deal: &Deal) -> bool {
    match deal {
        Deal::ShippingOff(_) | Deal::Points(_) | Deal::Gift(_) => false,
        Deal::Exchange(deal) => deal.sku.is_none(),
        _ => true,
    }
}
