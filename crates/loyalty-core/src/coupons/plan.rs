//! From the words of a promotion to what is applied: amounts become minor units, selections are compiled, names become places.

mod check;
mod deal;
mod kinds;
mod limits;

use rustc_hash::FxHashMap;

use super::rules::{
    Beside, BesideOnly, Choose, Combining, Conflict, LimitBy, Measured, Phase, Promotion,
    SomeTargets, StoredValueAs, Targets, Threshold, ThresholdScope, Units,
};
use crate::amount::{Exact, Money};
use crate::condition::{Catalogue, Cond, Scope, Select, Symbols, compile};
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::pricing::{Basis, MoneyRounding, PercentBase, Rounder};

pub(crate) use deal::{Bundle, BuyGet, Cap, DealPlan, EffectPlan, Every, Item, Per, Step};
pub(crate) use limits::{LimitOf, LimitPlan};

/// How many sets are looked into where a program says nothing.
pub(crate) const NODES: u32 = 20_000;

/// The offers and coupons of a program, compiled.
#[derive(Debug, Default)]
pub(crate) struct Promotions {
    pub(crate) offers: Vec<PromotionPlan>,
    pub(crate) coupons: Vec<PromotionPlan>,
    pub(crate) combining: CombiningPlan,
    /// The places of all of them: offers first.
    places: FxHashMap<Id, usize>,
    /// The places of the coupons with a code that everybody may know.
    codes: FxHashMap<Id, usize>,
    /// Whether any limit counts by product.
    pub(crate) by_product: bool,
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
    /// In minor units; one where it gives something whose worth is not stated.
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

impl PromotionPlan {
    /// Whether it is stored value that pays, and so no promotion.
    pub(crate) fn pays(&self) -> bool {
        let role = StoredValueAs::Payment;
        matches!(&self.deal, DealPlan::StoredValue { role: own, .. } if *own == role)
    }

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
    /// The lines without any of which it does nothing; none where it can be for every line.
    pub(crate) fn asks_for(&self) -> Option<&Select> {
        let lines = self.lines.as_ref();
        match &self.deal {
            DealPlan::BuyGet(deal) => deal.buy.as_ref().or(lines),
            DealPlan::Bundle(deal) => deal.items.first().map(|item| &item.lines),
            DealPlan::Shipping { .. } => None,
            _ => lines,
        }
    }

    /// Every selection that it has, in a fixed order: its lines, then those of its discount. None for all lines.
    pub(crate) fn selections<'s>(&'s self, out: &mut dyn FnMut(Option<&'s Select>)) {
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
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.offers.is_empty() && self.coupons.is_empty()
    }

    /// The offer or coupon of a name.
    pub(crate) fn of(&self, id: &Id) -> Option<&PromotionPlan> {
        let place = *self.places.get(id)?;
        match place.checked_sub(self.offers.len()) {
            None => self.offers.get(place),
            Some(coupon) => self.coupons.get(coupon),
        }
    }

    /// The coupon of a name.
    pub(crate) fn coupon(&self, id: &Id) -> Option<&PromotionPlan> {
        self.of(id).filter(|plan| plan.place >= self.offers.len())
    }

    /// The coupon with a code.
    pub(crate) fn with_code(&self, code: &Id) -> Option<&PromotionPlan> {
        self.codes
            .get(code)
            .and_then(|coupon| self.coupons.get(*coupon))
    }

    /// Compiles the offers and coupons of a program. Mistakes are reported with their paths; what is compiled then is never used.
    pub(crate) fn new(
        (offers, coupons, combining): (&[Promotion], &[Promotion], &Combining),
        rounding: &MoneyRounding,
        names: &Catalogue,
        symbols: &mut Symbols,
        mistakes: &mut Vec<Error>,
    ) -> Self {
        check::check((offers, coupons, combining), mistakes);
        let ids = offers.iter().chain(coupons).map(|one| &one.id);
        let groups = combining.groups.iter().map(|one| &one.id);
        let mut compiler = Compiler {
            names,
            rounding,
            places: numbered(ids),
            groups: numbered(groups),
            symbols,
            mistakes,
        };
        let mut list = |rules: &[Promotion], list: &str, first: usize| -> Vec<PromotionPlan> {
            let each = rules.iter().enumerate().map(|(at, rule)| {
                compiler.promotion(rule, first.saturating_add(at), &format!("{list}[{at}]"))
            });
            each.collect()
        };
        let (offer_plans, coupon_plans) = (
            list(offers, "offers", 0),
            list(coupons, "coupons", offers.len()),
        );
        let code = |(place, rule): (usize, &Promotion)| {
            let code = rule.issue.as_ref()?.code.clone()?;
            Some((code, place))
        };
        let plans = offer_plans.iter().chain(&coupon_plans);
        let mut limits = plans.flat_map(|plan| &plan.limits);
        Self {
            by_product: limits.any(|limit| limit.rule.by == Some(LimitBy::Product)),
            places: numbered(offers.iter().chain(coupons).map(|one| &one.id)),
            codes: coupons.iter().enumerate().filter_map(code).collect(),
            offers: offer_plans,
            coupons: coupon_plans,
            combining: CombiningPlan {
                choose: combining.choose,
                exclusive_first: combining.exclusive_first,
                conflict: combining.conflict,
                groups: combining
                    .groups
                    .iter()
                    .map(|group| group.max.unwrap_or(u32::MAX))
                    .collect(),
                nodes: combining.nodes.unwrap_or(NODES),
            },
        }
    }
}

fn numbered<'i>(ids: impl Iterator<Item = &'i Id>) -> FxHashMap<Id, usize> {
    let mut places = FxHashMap::default();
    for (place, id) in ids.enumerate() {
        places.entry(id.clone()).or_insert(place);
    }
    places
}

struct Compiler<'a> {
    names: &'a Catalogue,
    rounding: &'a MoneyRounding,
    places: FxHashMap<Id, usize>,
    groups: FxHashMap<Id, usize>,
    symbols: &'a mut Symbols,
    mistakes: &'a mut Vec<Error>,
}

impl Compiler<'_> {
    fn promotion(&mut self, rule: &Promotion, place: usize, path: &str) -> PromotionPlan {
        let at = |field: &str| join(path, field);
        let when = rule.when.as_ref().map(|when| {
            compile(
                when,
                Scope::EventRule,
                self.names,
                self.symbols,
                &at("when"),
                self.mistakes,
            )
        });
        let rounding = rule.rounding.as_ref();
        let rounder = match rounding {
            Some(own) => match Rounder::new(own, self.names.currency) {
                Ok(rounder) => rounder,
                Err(error) => {
                    self.mistakes.push(error.under(&at("rounding")));
                    Rounder::EXACT
                }
            },
            // What is wrong with the program's is said there.
            None => Rounder::new(self.rounding, self.names.currency).unwrap_or(Rounder::EXACT),
        };
        let targets = match rule.targets {
            Targets::Every => None,
            Targets::Some(some) => Some(some),
        };
        let deal = self.deal(rule, path);
        // What gives something is not left out because nobody says what that is worth.
        let gives = i64::from(deal.gives());
        // What has been replaced is not replaced again.
        let replaces = matches!(deal, DealPlan::Replace { .. });
        let consume = replaces || rule.units == Units::Consume;
        let limits = self.limits(rule, &at("limits"));
        PromotionPlan {
            id: rule.id.clone(),
            place,
            when,
            threshold: rule
                .threshold
                .as_ref()
                .map(|one| self.threshold(one, &at("threshold"))),
            lines: self.select(rule.lines.as_ref(), &at("lines")),
            phase: rule
                .phase
                .unwrap_or_else(|| deal.phase(rule.lines.is_some(), targets)),
            deal,
            targets,
            consume,
            skip_discounted: rule.skip_discounted,
            priority: rule.priority,
            group: rule
                .group
                .as_ref()
                .and_then(|id| self.group(id, &at("group"))),
            beside: self.beside(&rule.beside, &at("beside")),
            exclusive: rule.exclusive,
            limits,
            worth: self.money(rule.worth, &at("worth")).unwrap_or(gives),
            rounder,
            rule: rule.clone(),
        }
    }

    fn threshold(&mut self, rule: &Threshold, path: &str) -> ThresholdPlan {
        let mut number = |value: Option<Exact>, field: &str| match rule.measure {
            Measured::Amount => self.money(value, &join(path, field)),
            Measured::Quantity => self.whole(value, &join(path, field)),
        };
        let at_least = number(rule.at_least, "at_least");
        let more_than = number(rule.more_than, "more_than").map(|one| one.saturating_add(1));
        let high = number(rule.at_most, "at_most").unwrap_or(i64::MAX);
        let low = at_least.max(more_than).unwrap_or(0);
        if low > high {
            let words = "no basket is between these";
            self.mistakes
                .push(Error::at(Code::Unreachable, path, words));
        }
        ThresholdPlan {
            low,
            high,
            measure: rule.measure,
            scope: rule.scope,
            of: rule.of,
            basis: rule.basis,
        }
    }

    fn beside(&mut self, rule: &Beside, path: &str) -> BesidePlan {
        let mut named = |only: &BesideOnly, path: &str| {
            let groups = only.groups.iter().enumerate();
            let groups = groups
                .filter_map(|(at, id)| self.group(id, &format!("{path}.groups[{at}]")))
                .collect();
            let mut places = Vec::with_capacity(only.ids.len());
            for (at, id) in only.ids.iter().enumerate() {
                match self.places.get(id) {
                    Some(place) => places.push(*place),
                    None => self.unknown("offer or coupon", id, &format!("{path}.ids[{at}]")),
                }
            }
            (groups, places)
        };
        match rule {
            Beside::All => BesidePlan::All,
            Beside::None => BesidePlan::None,
            Beside::Only(only) => {
                let (groups, places) = named(only, &join(path, "only"));
                BesidePlan::Only { groups, places }
            }
            Beside::Not(not) => {
                let (groups, places) = named(not, &join(path, "not"));
                BesidePlan::Not { groups, places }
            }
        }
    }

    fn group(&mut self, id: &Id, path: &str) -> Option<usize> {
        let found = self.groups.get(id).copied();
        if found.is_none() {
            self.unknown("group of promotions", id, path);
        }
        found
    }

    fn unknown(&mut self, what: &str, id: &Id, path: &str) {
        let error = self.names.unknown(what, id);
        self.mistakes.extend(error.map(|error| error.under(path)));
    }

    fn select(
        &mut self,
        lines: Option<&crate::condition::Selection>,
        path: &str,
    ) -> Option<Select> {
        let currency = self.names.currency;
        lines.map(|lines| Select::new(lines, currency, self.symbols, path, self.mistakes))
    }

    /// An amount of money that is not negative, in minor units.
    fn money(&mut self, amount: Option<Exact>, path: &str) -> Option<i64> {
        let money = Money::from_decimal(amount?.0, self.names.currency);
        match money.map(Money::minor) {
            Ok(minor) if minor >= 0 => return Some(minor),
            Ok(_) => {
                let words = "the amount must not be negative";
                self.mistakes.push(Error::at(Code::OutOfRange, path, words));
            }
            Err(error) => self.mistakes.push(error.under(path)),
        }
        None
    }

    /// A whole number that is not negative.
    fn whole(&mut self, number: Option<Exact>, path: &str) -> Option<i64> {
        let number = number?.0.normalize();
        let whole = (number.scale() == 0)
            .then(|| i64::try_from(number.mantissa()).ok())
            .flatten()
            .filter(|whole| (0..=crate::limits::POINTS_MAX).contains(whole));
        if whole.is_none() {
            let words = "units of goods are counted in whole numbers that are not negative";
            self.mistakes.push(Error::at(Code::OutOfRange, path, words));
        }
        whole
    }

    fn say(&mut self, code: Code, path: &str, words: &str) {
        self.mistakes.push(Error::at(code, path, words));
    }
}
