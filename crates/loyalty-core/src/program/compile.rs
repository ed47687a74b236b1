//! From the document of a program to what the engine walks: names are places, texts are numbers, rules are found by what they ask for.

mod awards;
mod earn;
mod lifecycle;
mod metric;
mod named;
mod plans;
mod referrals;
mod spend;
mod tasks;
mod triggers;

use rustc_hash::FxHashMap;

use super::Rules;
use super::account::{AccountPlan, accounts};
use super::index::{Index, Places};
use earn::{gate, number_lots};

use crate::amount::Currency;
use crate::benefits::BenefitPlan;
use crate::calendar::{Date, Instant, OffsetMemo, Span, Zone};
use crate::condition::{
    Basket, Catalogue, Cond, Condition, Grain, Scope, Select, Selection, Symbols, TrackNames,
    compile,
};
use crate::coupons::Promotions;
use crate::error::{Code, Error, join};
use crate::households::HouseholdPlan;
use crate::id::Id;
use crate::json::Unread;
use crate::lifecycle::{Ladder, StagesPlan, WarningPlan};
use crate::metric::{DistinctOf, Frame, Reading, TaskEnd};
use crate::plans::PlanSpec;
use crate::points::{
    CapSpec, Plan, ReferralPlans, ReturnedDiscounts, ReturnedPoints, Settings, TenderPlan, Worth,
};
use crate::pricing::{Discount, DiscountPlan, PricingPlan, Reduction};
use crate::rankings::RankingPlan;
use crate::tasks::TaskPlan;
use crate::tiers::TrackPlan;
pub(crate) use earn::EarningPlan;
pub(crate) use lifecycle::Watched;
pub(crate) use metric::metric_moves;
use spend::Spend;
use triggers::Triggers;

/// A program as the engine uses it.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) currency: Currency,
    pub(crate) zone: Zone,
    pub(crate) symbols: Symbols,
    pub(crate) accounts: Vec<AccountPlan>,
    /// What missing points are worth, where money is withheld for them.
    pub(crate) worth: Option<Worth>,
    pub(crate) metrics: Vec<MetricPlan>,
    pub(crate) tracks: Vec<TrackPlan>,
    /// The stages of the lifecycle, if the program has them.
    pub(crate) stages: Option<StagesPlan>,
    pub(crate) warning: Option<WarningPlan>,
    pub(crate) winback: Vec<Ladder>,
    /// The segments whose members are told.
    pub(crate) watched: Vec<Watched>,
    pub(crate) rules: Vec<RulePlan>,
    pub(crate) index: Index,
    pub(crate) settings: Settings,
    pub(crate) earning: EarningPlan,
    /// The rules that give for milestones, in their order.
    pub(crate) milestones: Vec<u32>,
    pub(crate) earn_on_points: bool,
    pub(crate) tender: Vec<TenderPlan>,
    pub(crate) pricing: PricingPlan,
    pub(crate) spend: Spend,
    pub(crate) triggers: Triggers,
    pub(crate) tasks: Vec<TaskPlan>,
    pub(crate) rankings: Vec<RankingPlan>,
    pub(crate) referrals: ReferralPlans,
    pub(crate) plans: Vec<PlanSpec>,
    pub(crate) benefits: Vec<BenefitPlan>,
    pub(crate) household: Option<HouseholdPlan>,
    pub(crate) promotions: Promotions,
    /// The offers by what they ask for.
    offers: Index,
    pub(crate) returns_window: Span,
    pub(crate) returns_partial: bool,
    pub(crate) returns_points: ReturnedPoints,
    /// Whether a return gives back what was paid less what is kept would have cost.
    pub(crate) returns_reprice: bool,
    rule_places: FxHashMap<Id, usize>,
    /// The offset of the program's own zone.
    offsets: OffsetMemo,
}

/// A compiled metric.
#[derive(Debug)]
pub(crate) struct MetricPlan {
    pub(crate) id: Id,
    pub(crate) feed: Feed,
    pub(crate) reading: Reading,
    pub(crate) grain: Grain,
    pub(crate) frame: Frame,
    pub(crate) lines: Option<Select>,
    pub(crate) when: Option<Cond>,
}

/// What goes into a metric.
#[derive(Debug)]
pub(crate) enum Feed {
    Spend,
    ListSpend,
    /// One for each order.
    Orders,
    Quantity,
    Earned(usize),
    Burned(usize),
    /// Points that came from other members.
    Received(usize),
    Activity(Box<[Box<str>]>),
    /// One for each purchase, activity and enrolment.
    Interactions,
    /// One for each return.
    Returns,
    /// The money that goes back.
    Returned,
    /// Different values.
    Values(DistinctOf),
    /// An attribute, in millionths.
    Attribute(Id),
    /// Nothing: the value is read off the member.
    Balance(usize),
    Tenure,
    Age,
    /// Friends who count.
    Referrals,
    /// What they spend, and how often.
    ReferredSpend,
    ReferredOrders,
    /// Tasks that end so: these, or all.
    Tasks(TaskEnd, Vec<Id>),
}

/// A compiled earn rule.
#[derive(Debug)]
pub(crate) struct RulePlan {
    pub(crate) plan: Plan,
    pub(crate) on: On,
    pub(crate) when: Option<Cond>,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
}

/// Which event a rule answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum On {
    Purchase,
    Enroll,
    Activity(Box<str>),
    /// A purchase in which the offer or coupon of its name is used.
    Promotion,
}

impl Compiled {
    /// The civil date at an instant in a zone, which nearly always is the program's own.
    pub(crate) fn date_at(&self, zone: Zone, instant: Instant) -> Date {
        if zone == self.zone {
            self.offsets.date_at(zone, instant)
        } else {
            zone.date_at(instant)
        }
    }

    /// The place of a rule.
    pub(crate) fn rule(&self, id: &Id) -> Option<&RulePlan> {
        self.rule_places
            .get(id)
            .and_then(|place| self.rules.get(*place))
    }

    /// The place of an account.
    pub(crate) fn account(&self, id: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.id == *id)
    }

    /// The place of a rule in the program.
    pub(crate) fn rule_place(&self, id: &Id) -> Option<usize> {
        self.rule_places.get(id).copied()
    }

    /// The caps of a rule and of its group.
    pub(crate) fn own_caps<'c>(&'c self, plan: &'c Plan) -> impl Iterator<Item = &'c CapSpec> {
        let group = plan
            .group
            .and_then(|group| self.settings.group_caps.get(group));
        plan.caps.iter().chain(group.into_iter().flatten())
    }

    /// The caps of an account.
    pub(crate) fn account_caps(&self, account: usize) -> &[CapSpec] {
        self.settings
            .account_caps
            .get(account)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The offers that can be for a purchase of this basket.
    pub(crate) fn offers_for(
        &self,
        basket: &Basket,
        channel: Option<&str>,
        store: Option<&str>,
        rung: impl Fn(usize) -> usize,
    ) -> Places {
        self.offers.candidates(basket, channel, store, rung)
    }

    /// The rules that can answer a purchase of this basket.
    pub(crate) fn candidates(
        &self,
        basket: &Basket,
        channel: Option<&str>,
        store: Option<&str>,
        rung: impl Fn(usize) -> usize,
    ) -> Places {
        self.index.candidates(basket, channel, store, rung)
    }
}

/// Compiles a program; mistakes are reported with their paths. `unread` is what is there, but has mistakes.
pub(crate) fn program(rules: &Rules, unread: Unread, mistakes: &mut Vec<Error>) -> Compiled {
    let mut names = Catalogue {
        currency: rules.currency,
        accounts: rules
            .accounts
            .iter()
            .enumerate()
            .map(|(place, account)| (account.id.clone(), place))
            .collect(),
        metrics: FxHashMap::default(),
        tracks: rules
            .tiers
            .iter()
            .map(|track| TrackNames {
                id: track.id.clone(),
                rungs: track.rungs.iter().map(|rung| rung.id.clone()).collect(),
            })
            .collect(),
        segments: rules
            .segments
            .iter()
            .map(|segment| (segment.id.clone(), None))
            .collect(),
        scores: rules
            .scores
            .iter()
            .map(|score| (score.id.clone(), None))
            .collect(),
        stages: rules
            .lifecycle
            .iter()
            .flat_map(|lifecycle| &lifecycle.stages)
            .map(|stage| stage.id.clone())
            .collect(),
        plans: rules.plans.iter().map(|plan| plan.id.clone()).collect(),
        warns: rules.warning.is_some(),
        wins_back: !rules.winback.is_empty(),
        unread,
    };
    for (place, metric) in rules.metrics.iter().enumerate() {
        let grain = metric::grain(&metric.measure);
        names.metrics.insert(metric.id.clone(), (place, grain));
    }
    let mut compiler = Compiler {
        rules,
        names,
        symbols: Symbols::default(),
        mistakes,
    };
    let metrics: Vec<MetricPlan> = rules
        .metrics
        .iter()
        .enumerate()
        .map(|(place, rule)| compiler.metric(place, rule))
        .collect();
    compiler.named();
    let tracks: Vec<TrackPlan> = rules
        .tiers
        .iter()
        .enumerate()
        .map(|(place, track)| compiler.track(place, track, &metrics))
        .collect();
    let stages = compiler.stages(&metrics);
    let watched = compiler.watched(&metrics);
    let warning = compiler.warning(&metrics);
    super::tracks::restless(&tracks, &metrics, stages.as_ref(), compiler.mistakes);
    let mut plans: Vec<RulePlan> = rules
        .earn
        .iter()
        .enumerate()
        .filter_map(|(place, rule)| compiler.earn(place, rule, &metrics))
        .collect();
    plans.extend(compiler.promotion_points(&metrics));
    number_lots(&mut plans);
    let tender = compiler.tender();
    let pricing = compiler.pricing();
    let spend = compiler.spend();
    let triggers = compiler.triggers(&metrics);
    let tasks = compiler.tasks();
    let rankings = compiler.rankings();
    let referrals = compiler.referrals();
    let paid = compiler.plans();
    let benefits = compiler.benefits();
    let household = compiler.household();
    let promotions = Promotions::new(
        (&rules.offers, &rules.coupons, &rules.combining),
        &rules.pricing.rounding,
        &compiler.names,
        &mut compiler.symbols,
        compiler.mistakes,
    );
    let mut settings = Settings {
        multipliers: rules.earning.multipliers,
        round: rules.earning.round,
        rounding: rules.earning.rounding,
        group_caps: rules
            .groups
            .iter()
            .enumerate()
            .map(|(place, group)| {
                compiler.caps("group", &group.id, &group.caps, &format!("groups[{place}]"))
            })
            .collect(),
        account_caps: rules
            .accounts
            .iter()
            .enumerate()
            .map(|(place, one)| {
                compiler.caps("account", &one.id, &one.caps, &format!("accounts[{place}]"))
            })
            .collect(),
        rule_caps: rules.earn.iter().any(|rule| !rule.caps.is_empty()),
        term_caps: Vec::new(),
        narrow_factors: false,
        rounds_units: plans.iter().any(|rule| rule.plan.rounds_units()),
        remembers: (plans.iter())
            .any(|rule| rule.plan.carry.is_some() || rule.plan.streak().is_some()),
    };
    settings.find_term_caps(plans.iter().map(|rule| &rule.plan));
    settings.weigh_factors(plans.iter().map(|rule| &rule.plan));
    let earning = compiler.earning();
    let accounts = accounts(rules, &plans, &compiler.names, compiler.mistakes);
    let worth = &rules.returns.point_value;
    let worth = worth.as_ref().map(|rule| Worth::new(rule, rules.currency));
    let symbols = compiler.symbols;
    let rungs = |track: usize| rules.tiers.get(track).map_or(0, |track| track.rungs.len());
    Compiled {
        currency: rules.currency,
        zone: rules.timezone,
        offsets: OffsetMemo::default(),
        symbols,
        accounts,
        worth,
        metrics,
        tracks,
        stages,
        watched,
        warning,
        winback: rules.winback.clone(),
        offers: Index::new(
            promotions
                .offers
                .iter()
                .map(|plan| Some(gate(plan.asks_for(), plan.when.as_ref(), &rungs))),
        ),
        index: Index::new(plans.iter().map(|rule| {
            (rule.on == On::Purchase)
                .then(|| gate(rule.plan.lines.as_ref(), rule.when.as_ref(), &rungs))
        })),
        rule_places: plans
            .iter()
            .enumerate()
            .map(|(place, rule)| (rule.plan.id.clone(), place))
            .collect(),
        milestones: (0_u32..)
            .zip(&plans)
            .filter(|(_, rule)| rule.plan.milestone().is_some())
            .map(|(place, _)| place)
            .collect(),
        rules: plans,
        settings,
        earning,
        earn_on_points: rules.earning.paid_in_points == crate::points::PaidInPoints::Include,
        tender,
        pricing,
        spend,
        triggers,
        tasks,
        rankings,
        referrals,
        plans: paid,
        benefits,
        household,
        promotions,
        returns_window: rules.returns.window,
        returns_partial: rules.returns.partial == crate::points::Partial::Allow,
        returns_points: rules.returns.points,
        returns_reprice: rules.returns.discounts == ReturnedDiscounts::Reprice,
    }
}

pub(super) struct Compiler<'c> {
    rules: &'c Rules,
    pub(super) names: Catalogue,
    symbols: Symbols,
    pub(super) mistakes: &'c mut Vec<Error>,
}

impl Compiler<'_> {
    pub(super) fn condition(
        &mut self,
        rule: Option<&Condition>,
        scope: Scope,
        path: &str,
    ) -> Option<Cond> {
        rule.map(|rule| {
            compile(
                rule,
                scope,
                &self.names,
                &mut self.symbols,
                path,
                self.mistakes,
            )
        })
    }

    fn select(&mut self, rule: Option<&Selection>, path: &str) -> Option<Select> {
        let currency = self.rules.currency;
        rule.map(|rule| Select::new(rule, currency, &mut self.symbols, path, self.mistakes))
    }

    /// Lines that are left out.
    fn left_out(&mut self, rule: Option<&Selection>, path: &str) -> Option<Select> {
        if let Some(rule) = rule {
            rule.excludes(path, self.mistakes);
        }
        self.select(rule, path)
    }

    fn account(&mut self, id: Option<&Id>, path: &str) -> usize {
        match self.names.account(id) {
            Ok(place) => place,
            Err(error) => {
                self.mistakes.extend(error.map(|error| error.under(path)));
                0
            }
        }
    }

    fn tender(&mut self) -> Vec<TenderPlan> {
        let mut plans = Vec::new();
        for (place, rule) in self.rules.tender.iter().enumerate() {
            let path = format!("tender[{place}]");
            let account = self.account(rule.account.as_ref(), &join(&path, "account"));
            let exclude = self.left_out(rule.exclude.as_ref(), &join(&path, "exclude"));
            let when = self.condition(rule.when.as_ref(), Scope::EventRule, &join(&path, "when"));
            match TenderPlan::new(rule, account, exclude, when, self.rules.currency) {
                Ok(plan) => {
                    if plans
                        .iter()
                        .any(|other: &TenderPlan| other.account == account)
                    {
                        self.mistakes.push(Error::at(
                            Code::DuplicateId,
                            path,
                            "each account can be a means of payment once",
                        ));
                    }
                    plans.push(plan);
                }
                Err(error) => self.mistakes.push(error.under(&path)),
            }
        }
        plans
    }

    fn pricing(&mut self) -> PricingPlan {
        match PricingPlan::new(&self.rules.pricing, self.rules.currency) {
            Ok(plan) => plan,
            Err(error) => {
                self.mistakes.push(error.under("pricing"));
                PricingPlan::default()
            }
        }
    }

    /// A discount of a program.
    fn discount(&mut self, rule: &Discount, path: &str) -> DiscountPlan {
        let (rounding, currency) = (&self.rules.pricing.rounding, self.rules.currency);
        let reduction = Reduction::new(rule, rounding, currency).unwrap_or_else(|error| {
            self.mistakes.push(error.under(path));
            Reduction::NONE
        });
        let lines = self.select(rule.lines(), &join(path, "lines"));
        DiscountPlan { reduction, lines }
    }
}
