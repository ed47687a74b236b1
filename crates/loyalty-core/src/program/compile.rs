//! From the document of a program to what the engine walks: names are places, texts are numbers, rules are found by what they ask for.

use rustc_hash::FxHashMap;

use super::Rules;
use super::index::{Gate, Index};
use crate::amount::Currency;
use crate::calendar::{Date, MonthDay, Span, Zone};
use crate::condition::{
    Basket, Catalogue, Cond, Condition, Grain, Moves, Scope, Select, Selection, Symbols,
    TrackNames, compile, moves,
};
use crate::error::{Code, Error, join};
use crate::event::Overdraw;
use crate::id::Id;
use crate::metric::{Filter, Frame, Measure, MetricRule, Reading, Since, Window};
use crate::points::{
    BurnOrder, Cap, CapSpec, EarnRule, LotPlan, Plan, Restore, ReturnedPoints, Settings, TenderPlan,
};
use crate::tiers::{Hold, RungPlan, Track, TrackPlan};

/// A program as the engine uses it.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) currency: Currency,
    pub(crate) zone: Zone,
    pub(crate) symbols: Symbols,
    pub(crate) accounts: Vec<AccountPlan>,
    pub(crate) metrics: Vec<MetricPlan>,
    pub(crate) tracks: Vec<TrackPlan>,
    pub(crate) rules: Vec<RulePlan>,
    pub(crate) index: Index,
    pub(crate) settings: Settings,
    pub(crate) earn_on_points: bool,
    pub(crate) tender: Vec<TenderPlan>,
    pub(crate) returns_window: Span,
    pub(crate) returns_partial: bool,
    pub(crate) returns_points: ReturnedPoints,
    pub(crate) dedup_days: u32,
    rule_places: FxHashMap<Id, usize>,
}

/// A compiled account.
#[derive(Debug)]
pub(crate) struct AccountPlan {
    pub(crate) id: Id,
    pub(crate) burn_order: BurnOrder,
    pub(crate) overdraw: Overdraw,
    pub(crate) restore: Restore,
    pub(crate) lot: LotPlan,
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
    let plans: Vec<RulePlan> = rules
        .earn
        .iter()
        .enumerate()
        .filter_map(|(place, rule)| compiler.earn(place, rule))
        .collect();
    let tender = compiler.tender();
    let settings = Settings {
        multipliers: rules.earning.multipliers,
        round: rules.earning.round,
        rounding: rules.earning.rounding,
        group_caps: rules
            .groups
            .iter()
            .map(|group| caps("group", &group.id, &group.caps))
            .collect(),
        account_caps: rules
            .accounts
            .iter()
            .map(|account| caps("account", &account.id, &account.caps))
            .collect(),
    };
    let symbols = compiler.symbols;
    Compiled {
        currency: rules.currency,
        zone: rules.timezone,
        symbols,
        accounts: rules.accounts.iter().map(account).collect(),
        metrics,
        tracks,
        index: Index::new(
            plans
                .iter()
                .map(|rule| (rule.on == On::Purchase).then(|| gate(rule))),
        ),
        rule_places: plans
            .iter()
            .enumerate()
            .map(|(place, rule)| (rule.plan.id.clone(), place))
            .collect(),
        rules: plans,
        settings,
        earn_on_points: rules.earning.paid_in_points == crate::points::PaidInPoints::Include,
        tender,
        returns_window: rules.returns.window,
        returns_partial: rules.returns.partial == crate::points::Partial::Allow,
        returns_points: rules.returns.points,
        dedup_days: rules.dedup_days,
    }
}

fn account(rule: &crate::points::AccountRule) -> AccountPlan {
    AccountPlan {
        id: rule.id.clone(),
        burn_order: rule.burn_order,
        overdraw: rule.overdraw,
        restore: rule.restore,
        lot: LotPlan {
            activation: rule.activation,
            expiry: rule.expiry.clone(),
        },
    }
}

fn caps(kind: &str, id: &Id, rules: &[Cap]) -> Vec<CapSpec> {
    let one = |(place, rule)| CapSpec::new(format!("{kind}/{id}/{place}"), rule);
    rules.iter().enumerate().map(one).collect()
}

/// What an event must have for a rule to be worth looking at.
fn gate(rule: &RulePlan) -> Gate {
    if let Some(keys) = rule.plan.lines.as_ref().and_then(Select::keys) {
        return Gate::Keys(keys);
    }
    match &rule.when {
        Some(cond) => Gate::of(cond),
        None => Gate::Always,
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

    fn earn(&mut self, place: usize, rule: &EarnRule) -> Option<RulePlan> {
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
        let account = self.account(rule.account.as_ref(), &join(&path, "account"));
        let group = match &rule.group {
            None => None,
            Some(id) => {
                let found = self.rules.groups.iter().position(|group| group.id == *id);
                if found.is_none() && !self.names.broken.contains(id) {
                    let words = format!("there is no group `{id}` in this program");
                    self.mistakes.push(Error::at(
                        Code::UnknownReference,
                        join(&path, "group"),
                        words,
                    ));
                }
                found
            }
        };
        let when = self.condition(rule.when.as_ref(), Scope::EventRule, &join(&path, "when"));
        let lines = self.select(rule.lines.as_ref());
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
        };
        let earning = &self.rules.earning;
        let caps = caps("rule", &rule.id, &rule.caps);
        match Plan::new(
            rule,
            account,
            group,
            lines,
            caps,
            lot,
            (earning.base, earning.rounding),
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
                self.mistakes
                    .push(error.under(&join(&path, "give.rate.per")));
                None
            }
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
            match TenderPlan::new(rule, account, exclude, self.rules.currency) {
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
                Err(error) => self.mistakes.push(error.under(&join(&path, "value"))),
            }
        }
        plans
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
