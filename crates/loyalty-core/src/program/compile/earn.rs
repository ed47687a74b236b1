//! Earn rules: from the document to what the engine walks.

use super::super::index::Gate;
use super::{Compiler, Feed, MetricPlan, On, RulePlan};
use crate::condition::{Cond, Grain, Row, Scope, Select};
use crate::counts::{count_name, tell_twice};
use crate::coupons::{Deal, Promotion};
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::metric::{Frame, Reading};
use crate::points::{
    Cap, CapPeriod, CapSpec, EarnAt, EarnRule, FreeUnits, Give, LimitAbout, LotPlan, Milestone,
    Plan,
};
use crate::pricing::Basis;

/// How the program earns, as far as rules do not say it themselves.
#[derive(Debug)]
pub(crate) struct EarningPlan {
    pub(crate) basis: Basis,
    pub(crate) shipping: bool,
    /// Whether units that cost nothing count.
    pub(crate) free_units: bool,
    pub(crate) exclude: Option<Select>,
    pub(crate) at: EarnAt,
}

impl EarningPlan {
    /// The units of a row that count.
    pub(crate) fn units(&self, row: &Row) -> i64 {
        if self.free_units {
            row.quantity
        } else {
            row.paying()
        }
    }
}

impl Compiler<'_> {
    pub(super) fn earning(&mut self) -> EarningPlan {
        let rules = &self.rules.earning;
        EarningPlan {
            basis: rules.basis,
            shipping: rules.shipping,
            free_units: rules.free_units == FreeUnits::Count,
            exclude: self.left_out(rules.exclude.as_ref(), "earning.exclude"),
            at: rules.earn_at,
        }
    }

    /// Compiles caps; `path` is where they stand.
    pub(super) fn caps(&mut self, kind: &str, id: &Id, rules: &[Cap], path: &str) -> Vec<CapSpec> {
        let mut caps = Vec::with_capacity(rules.len());
        for (place, rule) in rules.iter().enumerate() {
            let track = (rule.per == CapPeriod::Term)
                .then(|| self.track_of(rule.track.as_ref(), &format!("{path}.caps[{place}]")));
            let what = if rule.points.is_some() {
                "points"
            } else {
                "times"
            };
            let name = self.count((kind, id, what), rule.per, (track, None));
            caps.push(CapSpec::new(name, rule).of_track(track));
        }
        let names = caps.iter().map(|cap: &CapSpec| &*cap.key);
        tell_twice(names.enumerate(), &join(path, "caps"), self.mistakes);
        caps
    }

    /// The name of what a cap or a limit counts: of which rule, what, in which period, and by what it is counted apart.
    pub(super) fn count(
        &self,
        (kind, id, what): (&str, &Id, &str),
        per: CapPeriod,
        (track, by): (Option<usize>, Option<LimitAbout>),
    ) -> String {
        let mut parts = vec![kind, id.as_str(), what, per.word()];
        let track = track.and_then(|track| self.rules.tiers.get(track));
        parts.extend(track.map(|track| track.id.as_str()));
        parts.extend(by.map(LimitAbout::word));
        count_name(&parts)
    }

    pub(super) fn earn(
        &mut self,
        place: usize,
        rule: &EarnRule,
        metrics: &[MetricPlan],
    ) -> Option<RulePlan> {
        let path = format!("earn[{place}]");
        let on = match rule.on.as_str() {
            "purchase" => On::Purchase,
            "enroll" => On::Enroll,
            other => match other.strip_prefix("activity:") {
                Some(kind) if !kind.is_empty() => On::Activity(kind.into()),
                _ => {
                    let words = "a rule answers `purchase`, `enroll` or `activity:` and a kind, such as `activity:check_in`";
                    self.mistakes
                        .push(Error::at(Code::InvalidValue, join(&path, "on"), words));
                    On::Purchase
                }
            },
        };
        if on != On::Purchase && (rule.lines.is_some() || Plan::needs_basket(&rule.give)) {
            let words = format!(
                "`{}` has no lines: only a rule on `purchase` can look at them",
                rule.on
            );
            self.mistakes
                .push(Error::at(Code::Contradiction, path.as_str(), words));
        }
        self.earn_rule(rule, on, metrics, &path)
    }

    fn earn_rule(
        &mut self,
        rule: &EarnRule,
        on: On,
        metrics: &[MetricPlan],
        path: &str,
    ) -> Option<RulePlan> {
        let account = self.account(rule.account.as_ref(), &join(path, "account"));
        let group = match &rule.group {
            None => None,
            Some(id) => {
                let found = self.rules.groups.iter().position(|group| group.id == *id);
                if found.is_none() {
                    let error = self.names.unknown("group", id);
                    let path = join(path, "group");
                    self.mistakes.extend(error.map(|error| error.under(&path)));
                }
                found
            }
        };
        let when = self.condition(rule.when.as_ref(), Scope::EventRule, &join(path, "when"));
        let lines = self.select(rule.lines.as_ref(), &join(path, "lines"));
        let of_account = self.rules.accounts.get(account);
        let lot = LotPlan {
            activation: rule
                .activation
                .or(of_account.map(|account| account.activation))
                .unwrap_or_default(),
            expiry: rule
                .expiry
                .clone()
                .or_else(|| of_account.map(|account| account.expiry.clone()))
                .unwrap_or_default(),
            own_expiry: rule.expiry.is_some(),
        };
        let metric = match &rule.give {
            Give::Milestone(milestone) => self.milestone(milestone, &on, metrics, path),
            _ => None,
        };
        let earning = &self.rules.earning;
        let defaults = (earning.base, earning.rounding);
        let caps = self.caps("rule", &rule.id, &rule.caps, path);
        match Plan::new(
            rule,
            account,
            group,
            lines,
            caps,
            lot,
            defaults,
            metric,
            self.rules.currency,
        ) {
            Ok(plan) => Some(RulePlan {
                plan,
                on,
                when,
                from: rule.from,
                until: rule.until,
            }),
            Err(error) => {
                self.mistakes.push(error.under(path));
                None
            }
        }
    }

    /// The points of offers and coupons, as rules of their names.
    pub(super) fn promotion_points(&mut self, metrics: &[MetricPlan]) -> Vec<RulePlan> {
        let rules = self.rules;
        let lists = [("offers", &rules.offers), ("coupons", &rules.coupons)];
        let mut plans = Vec::new();
        for (list, promotions) in lists {
            for (place, promotion) in promotions.iter().enumerate() {
                let Some(rule) = earns(promotion) else {
                    continue;
                };
                let path = format!("{list}[{place}]");
                if rules.earn.iter().any(|other| other.id == rule.id) {
                    let words = "its points are told by this name: an earn rule has it already";
                    self.mistakes
                        .push(Error::at(Code::DuplicateId, join(&path, "id"), words));
                }
                // What is wrong with its account, numbers and lines is said where the promotion is compiled.
                let told = self.mistakes.len();
                let plan = self.earn_rule(&rule, On::Promotion, metrics, &path);
                self.mistakes.truncate(told);
                plans.extend(plan);
            }
        }
        plans
    }

    /// The metric of a milestone: one that grows by the events of the rule.
    fn milestone(
        &mut self,
        rule: &Milestone,
        on: &On,
        metrics: &[MetricPlan],
        path: &str,
    ) -> Option<(usize, Grain)> {
        let path = join(path, "give.milestone.metric");
        let Some((place, grain)) = self.names.metrics.get(&rule.metric).copied() else {
            if let Some(error) = self.names.unknown("metric", &rule.metric) {
                self.mistakes.push(error.under(&path));
            }
            return None;
        };
        let metric = metrics.get(place)?;
        let id = &rule.metric;
        let grows = !matches!(metric.feed, Feed::Balance(_) | Feed::Tenure | Feed::Age)
            && !matches!(metric.reading, Reading::Since | Reading::Silence(_))
            && !matches!(metric.frame, Frame::Previous(_));
        if !grows {
            let words = format!("`{id}` does not grow by events: it cannot have milestones");
            self.mistakes
                .push(Error::at(Code::Contradiction, path, words));
        } else if !moved_by(on, &metric.feed) {
            let words = format!("the events of this rule never add anything to `{id}`");
            self.mistakes
                .push(Error::at(Code::Unreachable, path, words));
        }
        Some((place, grain))
    }
}

/// The points of an offer or a coupon as an earn rule. A bonus is given beside all multipliers.
fn earns(promotion: &Promotion) -> Option<EarnRule> {
    let Deal::Points(deal) = &promotion.discount else {
        return None;
    };
    let give = match (deal.bonus, deal.multiplier) {
        (Some(bonus), _) => Give::Fixed(bonus),
        (None, Some(multiplier)) => Give::Multiply(multiplier),
        (None, None) => return None,
    };
    Some(EarnRule {
        id: promotion.id.clone(),
        name: promotion.name.clone(),
        on: "purchase".to_owned(),
        when: None,
        lines: promotion.lines.clone(),
        bonus: matches!(give, Give::Fixed(_)),
        give,
        account: deal.account.clone(),
        group: None,
        priority: promotion.priority,
        exclusive: false,
        caps: Vec::new(),
        activation: None,
        expiry: None,
        rounding: None,
        carry: false,
        from: None,
        until: None,
    })
}

/// How many different plans for lots are compared; no program has as many.
const LOT_PLANS_MAX: usize = 64;

/// Numbers the plans for lots: equal ones of one account have one number, so that nobody has to compare them again.
pub(super) fn number_lots(rules: &mut [RulePlan]) {
    let mut known: Vec<(usize, LotPlan, u32)> = Vec::new();
    for (number, rule) in (0_u32..).zip(rules) {
        let plan = &mut rule.plan;
        let mut all = known.iter().take(LOT_PLANS_MAX);
        let found = all.find(|(account, lot, _)| *account == plan.account && *lot == plan.lot);
        plan.lot_number = match found {
            Some((_, _, known)) => *known,
            None => {
                known.push((plan.account, plan.lot.clone(), number));
                number
            }
        };
    }
}

/// Whether an event can add to a metric that is fed so.
fn moved_by(on: &On, feed: &Feed) -> bool {
    match (on, feed) {
        (_, Feed::Earned(_))
        | (
            On::Purchase,
            Feed::Spend | Feed::ListSpend | Feed::Orders | Feed::Quantity | Feed::Burned(_),
        )
        | (On::Purchase | On::Activity(_), Feed::Values(_) | Feed::Attribute(_))
        | (On::Purchase | On::Activity(_) | On::Enroll, Feed::Interactions) => true,
        (On::Activity(kind), Feed::Activity(kinds)) => kinds.contains(kind),
        _ => false,
    }
}

/// What an event must have for what is for these lines, under this condition, to be worth looking at.
pub(super) fn gate(
    lines: Option<&Select>,
    when: Option<&Cond>,
    rungs: &impl Fn(usize) -> usize,
) -> Gate {
    if let Some(keys) = lines.and_then(Select::keys) {
        return Gate::Keys(keys);
    }
    match when {
        Some(cond) => Gate::of(cond, rungs),
        None => Gate::Always,
    }
}
