//! From the document of a program to what the engine walks: names are places, texts are numbers, rules are found by what they ask for.

mod earn;
mod spend;

use rustc_hash::FxHashMap;

use super::Rules;
use super::account::{AccountPlan, accounts};
use super::index::Index;
use earn::{gate, number_lots};

use crate::amount::Currency;
use crate::calendar::{Date, MonthDay, Span, Zone};
use crate::condition::{
    Basket, Catalogue, Cond, Condition, Grain, Moves, Scope, Select, Selection, Symbols,
    TrackNames, compile, moves,
};
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::metric::{Filter, Frame, Measure, MetricRule, Reading, Since, Window};
use crate::points::{CapSpec, Plan, ReturnedPoints, Settings, TenderPlan, Worth};
use crate::pricing::{Discount, DiscountPlan, PricingPlan, Reduction};
use crate::tiers::{Hold, RungPlan, Track, TrackPlan};
pub(crate) use earn::EarningPlan;
use spend::Spend;

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
    pub(crate) returns_window: Span,
    pub(crate) returns_partial: bool,
    pub(crate) returns_points: ReturnedPoints,
    pub(crate) dedup_days: u32,
    rule_places: FxHashMap<Id, usize>,
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
    Activity(Box<[Box<str>]>),
    /// Nothing: the value is read off the member.
    Balance(usize),
    Tenure,
    Age,
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
}

impl Compiled {
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

    /// The rules that can answer a purchase of this basket, in their order.
    pub(crate) fn candidates(
        &self,
        basket: &Basket,
        channel: Option<&str>,
        store: Option<&str>,
        rung: impl Fn(usize) -> usize,
    ) -> Vec<u32> {
        self.index.candidates(basket, channel, store, rung)
    }
}

/// Compiles a program; mistakes are reported with their paths. `broken` names what is there but could not be read.
pub(crate) fn program(rules: &Rules, broken: Vec<Id>, mistakes: &mut Vec<Error>) -> Compiled {
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
        broken,
    };
    for (place, metric) in rules.metrics.iter().enumerate() {
        let grain = match metric.measure {
            Measure::Spend | Measure::ListSpend => Grain::Money,
            _ => Grain::Whole,
        };
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
    let tracks: Vec<TrackPlan> = rules
        .tiers
        .iter()
        .enumerate()
        .map(|(place, track)| compiler.track(place, track, &metrics))
        .collect();
    compiler.circles(&tracks);
    let mut plans: Vec<RulePlan> = rules
        .earn
        .iter()
        .enumerate()
        .filter_map(|(place, rule)| compiler.earn(place, rule, &metrics))
        .collect();
    number_lots(&mut plans);
    let tender = compiler.tender();
    let pricing = compiler.pricing();
    let spend = compiler.spend();
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
        rounds_units: plans.iter().any(|rule| rule.plan.rounds_units()),
    };
    settings.find_term_caps(plans.iter().map(|rule| &rule.plan));
    let earning = compiler.earning();
    let accounts = accounts(rules, &plans, &compiler.names, compiler.mistakes);
    let worth = &rules.returns.point_value;
    let worth = worth.as_ref().map(|rule| Worth::new(rule, rules.currency));
    let symbols = compiler.symbols;
    let rungs = |track: usize| rules.tiers.get(track).map_or(0, |track| track.rungs.len());
    Compiled {
        currency: rules.currency,
        zone: rules.timezone,
        symbols,
        accounts,
        worth,
        metrics,
        tracks,
        index: Index::new(
            plans
                .iter()
                .map(|rule| (rule.on == On::Purchase).then(|| gate(rule, &rungs))),
        ),
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
        returns_window: rules.returns.window,
        returns_partial: rules.returns.partial == crate::points::Partial::Allow,
        returns_points: rules.returns.points,
        dedup_days: rules.dedup_days,
    }
}

struct Compiler<'c> {
    rules: &'c Rules,
    names: Catalogue,
    symbols: Symbols,
    mistakes: &'c mut Vec<Error>,
}

impl Compiler<'_> {
    fn condition(&mut self, rule: Option<&Condition>, scope: Scope, path: &str) -> Option<Cond> {
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

    fn select(&mut self, rule: Option<&Selection>) -> Option<Select> {
        rule.map(|rule| Select::new(rule, &mut self.symbols))
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

    fn metric(&mut self, place: usize, rule: &MetricRule) -> MetricPlan {
        let path = format!("metrics[{place}]");
        let of = |of: &str| join(&join(&path, "measure"), of);
        let mut reading = Reading::Sum;
        let feed = match &rule.measure {
            Measure::Spend => Feed::Spend,
            Measure::ListSpend => Feed::ListSpend,
            Measure::Orders => Feed::Orders,
            Measure::Quantity => Feed::Quantity,
            Measure::Visits => {
                reading = Reading::Count;
                Feed::Orders
            }
            Measure::Balance(account) => {
                Feed::Balance(self.account(Some(&account.account), &of("balance.account")))
            }
            Measure::Earned(account) => {
                Feed::Earned(self.account(Some(&account.account), &of("earned.account")))
            }
            Measure::Burned(account) => {
                Feed::Burned(self.account(Some(&account.account), &of("burned.account")))
            }
            Measure::Activity(kinds) => {
                Feed::Activity(kinds.iter().map(|kind| kind.as_str().into()).collect())
            }
            Measure::DaysSince(since) => {
                reading = Reading::Since;
                match since {
                    Since::Purchase => Feed::Orders,
                    Since::Activity(kinds) => {
                        Feed::Activity(kinds.iter().map(|kind| kind.as_str().into()).collect())
                    }
                }
            }
            Measure::Tenure => Feed::Tenure,
            Measure::Age => Feed::Age,
        };
        let now = matches!(feed, Feed::Balance(_) | Feed::Tenure | Feed::Age);
        if now && (rule.window != Window::Lifetime || rule.filter.is_some()) {
            let words = "this measure is read as it stands: it has no window and no filter";
            self.mistakes
                .push(Error::at(Code::Contradiction, path.as_str(), words));
        }
        let filter = rule.filter.clone().unwrap_or_default();
        if matches!(feed, Feed::Earned(_) | Feed::Burned(_)) && rule.filter.is_some() {
            let words = "points have no lines: this measure takes no filter";
            self.mistakes
                .push(Error::at(Code::Contradiction, join(&path, "filter"), words));
        }
        let Filter { lines, when } = filter;
        MetricPlan {
            id: rule.id.clone(),
            feed,
            reading,
            grain: self
                .names
                .metrics
                .get(&rule.id)
                .map_or(Grain::Whole, |(_, grain)| *grain),
            frame: self.frame(&rule.window, &join(&path, "window")),
            lines: self.select(lines.as_ref()),
            when: self.condition(when.as_ref(), Scope::Filter, &join(&path, "filter.when")),
        }
    }

    fn frame(&mut self, window: &Window, path: &str) -> Frame {
        match window {
            Window::Lifetime => Frame::Lifetime,
            Window::Last(span) => {
                if span.is_zero() {
                    self.mistakes.push(Error::at(
                        Code::OutOfRange,
                        join(path, "last"),
                        "a window of no length holds nothing",
                    ));
                }
                Frame::Last(*span)
            }
            Window::Calendar(calendar) => Frame::Calendar(
                calendar.period,
                calendar.year_start.unwrap_or(MonthDay::JANUARY_FIRST),
            ),
            Window::MembershipYear => Frame::MembershipYear,
            Window::SinceTier(of) => Frame::Reset {
                track: self.track_of(of.track.as_ref(), &join(path, "since_tier")),
                term: false,
            },
            Window::Term(of) => Frame::Reset {
                track: self.track_of(of.track.as_ref(), &join(path, "term")),
                term: true,
            },
            Window::Between(between) => {
                if between.until < between.from {
                    self.mistakes.push(Error::at(
                        Code::Contradiction,
                        join(path, "between"),
                        "`until` is before `from`",
                    ));
                }
                Frame::Between(between.from, between.until)
            }
            Window::Previous(of) => {
                let path = join(path, "previous");
                let frame = self.frame(of, &path);
                if !matches!(
                    frame,
                    Frame::Last(_) | Frame::Calendar(..) | Frame::MembershipYear
                ) {
                    let words =
                        "only `last`, `calendar` and `membership_year` have a stretch before";
                    self.mistakes
                        .push(Error::at(Code::Contradiction, path, words));
                }
                Frame::Previous(Box::new(frame))
            }
        }
    }

    fn track_of(&mut self, id: Option<&Id>, path: &str) -> usize {
        match self.names.track(id) {
            Ok(place) => place,
            Err(error) => {
                self.mistakes
                    .extend(error.map(|error| error.under(&join(path, "track"))));
                0
            }
        }
    }

    fn track(&mut self, place: usize, track: &Track, metrics: &[MetricPlan]) -> TrackPlan {
        let path = format!("tiers[{place}]");
        let mut rungs = Vec::with_capacity(track.rungs.len());
        for (place, rung) in track.rungs.iter().enumerate() {
            let path = format!("{path}.rungs[{place}]");
            if place == 0 && (rung.qualify.is_some() || rung.retain.is_some()) {
                self.mistakes.push(Error::at(
                    Code::Contradiction,
                    path.as_str(),
                    "the lowest rung has no condition",
                ));
            }
            if place > 0 && rung.qualify.is_none() {
                let words = format!("nothing gives the rung `{}`: it needs `qualify`", rung.id);
                self.mistakes
                    .push(Error::at(Code::Unreachable, path.as_str(), words));
            }
            rungs.push(RungPlan {
                id: rung.id.clone(),
                qualify: self.condition(
                    rung.qualify.as_ref(),
                    Scope::Member,
                    &join(&path, "qualify"),
                ),
                retain: self.condition(rung.retain.as_ref(), Scope::Member, &join(&path, "retain")),
                hold: rung.hold.clone().unwrap_or_else(|| track.hold.clone()),
                at_review: rung.at_review.unwrap_or(track.at_review),
            });
        }
        if rungs.is_empty() {
            self.mistakes.push(Error::at(
                Code::MissingField,
                join(&path, "rungs"),
                "a track needs at least one rung",
            ));
        }
        let mut read = Vec::new();
        for cond in rungs
            .iter()
            .flat_map(|rung| rung.qualify.iter().chain(&rung.retain))
        {
            cond.metrics(&mut read);
        }
        read.sort_unstable();
        read.dedup();
        let metric = |place: usize| metrics.get(place).map(metric_moves).unwrap_or_default();
        let rises = rungs
            .iter()
            .filter_map(|rung| rung.qualify.as_ref())
            .any(|cond| moves(cond, &metric).rises);
        let falls = rungs.iter().any(|rung| {
            rung.hold == Hold::None && rung.keeps().is_some_and(|cond| moves(cond, &metric).falls)
        });
        TrackPlan {
            id: track.id.clone(),
            upgrade: track.upgrade,
            extend_on_requalify: track.extend_on_requalify,
            metrics: read,
            by_time: (rises && track.upgrade == crate::tiers::Upgrade::Immediate)
                || rungs.iter().any(|rung| rung.hold == Hold::None) && (rises || falls),
            rungs,
        }
    }

    /// Tracks must not depend on each other in a circle: judging them would never come to rest.
    fn circles(&mut self, tracks: &[TrackPlan]) {
        let reads: Vec<Vec<usize>> = tracks
            .iter()
            .map(|track| {
                let mut read = Vec::new();
                for cond in track
                    .rungs
                    .iter()
                    .flat_map(|rung| rung.qualify.iter().chain(&rung.retain))
                {
                    cond.tracks(&mut read);
                }
                read
            })
            .collect();
        for start in 0..tracks.len() {
            let mut open: Vec<usize> = reads.get(start).cloned().unwrap_or_default();
            let mut seen: Vec<usize> = Vec::new();
            while let Some(track) = open.pop() {
                if !seen.contains(&track) {
                    seen.push(track);
                    open.extend(reads.get(track).into_iter().flatten());
                }
            }
            if seen.contains(&start) {
                let words = "the conditions of this track depend on the rung that is held in it";
                self.mistakes
                    .push(Error::at(Code::Circular, format!("tiers[{start}]"), words));
            }
        }
    }

    fn tender(&mut self) -> Vec<TenderPlan> {
        let mut plans = Vec::new();
        for (place, rule) in self.rules.tender.iter().enumerate() {
            let path = format!("tender[{place}]");
            let account = self.account(rule.account.as_ref(), &join(&path, "account"));
            let exclude = self.select(rule.exclude.as_ref());
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
        let lines = self.select(rule.lines());
        DiscountPlan { reduction, lines }
    }
}

/// Which way time alone moves the value of a metric.
fn metric_moves(metric: &MetricPlan) -> Moves {
    match (&metric.feed, metric.reading) {
        (_, Reading::Since) => Moves {
            rises: true,
            // What leaves the window is no value any more.
            falls: !matches!(metric.frame, Frame::Lifetime | Frame::Reset { .. }),
        },
        (Feed::Tenure | Feed::Age, _) => Moves {
            rises: true,
            falls: false,
        },
        (Feed::Balance(_), _) => Moves::default(),
        _ => match metric.frame {
            Frame::Lifetime | Frame::Reset { .. } => Moves::default(),
            Frame::Last(_) | Frame::Calendar(..) | Frame::MembershipYear => Moves {
                rises: false,
                falls: true,
            },
            Frame::Between(..) | Frame::Previous(_) => Moves {
                rises: true,
                falls: true,
            },
        },
    }
}
