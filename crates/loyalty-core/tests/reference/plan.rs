//! Random programs: few rules, whose numbers can be worked out by hand, and all settings of accounts, payment and returns.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::calendar::{End, Length, written};
use crate::{BUILT, Feature};

/// A program.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// A place in [`ZONES`](crate::calendar::ZONES).
    pub(crate) zone: usize,
    /// The first instant of the history: days since 1970-01-01.
    pub(crate) beginning: i32,
    pub(crate) accounts: Vec<Account>,
    pub(crate) rules: Vec<Rule>,
    /// By account.
    pub(crate) tender: Vec<Option<Tender>>,
    pub(crate) returns: Returns,
    pub(crate) rewards: Vec<Reward>,
    /// Whether what is paid in points earns points.
    pub(crate) paid_in_points: bool,
    pub(crate) dedup_days: i32,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) oldest_first: bool,
    pub(crate) activation: Activation,
    pub(crate) expiry: Expiry,
    pub(crate) overdraw: Overdraw,
    pub(crate) restore: Restore,
    pub(crate) reinstate_days: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    Immediate,
    After(u32),
    On(i32),
    Settlement,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    Never,
    After(After),
    Annual {
        on: (u32, u32),
        min_age: Option<Length>,
    },
    Inactivity {
        length: Length,
        align: Option<End>,
        resets_on: Vec<&'static str>,
        excluded: bool,
    },
    Latest(Vec<Self>),
    Earliest(Vec<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct After {
    pub(crate) length: Length,
    pub(crate) align: Option<End>,
    pub(crate) plus: Option<Length>,
    pub(crate) from_activation: bool,
    pub(crate) excluded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overdraw {
    Debt,
    Forgive,
    Withhold,
    Refuse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restore {
    StayExpired,
    Extend(i32),
    Fresh,
}

/// A rule by which points are earned.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// For purchases; else for check-ins.
    pub(crate) purchase: bool,
    pub(crate) give: Give,
    pub(crate) account: usize,
    /// Only lines of this article.
    pub(crate) sku: Option<usize>,
    pub(crate) expiry: Option<Expiry>,
    pub(crate) activation: Option<Activation>,
}

/// Numbers with decimals are counted in hundredths.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Give {
    /// So many hundredths of a point for so many minor units.
    Rate(i64, i64),
    Fixed(i64),
    PerUnit(i64),
    Multiply(i64),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Tender {
    /// So many points …
    pub(crate) points: i64,
    /// … are worth so many minor units.
    pub(crate) value: i64,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) percent: Option<i64>,
    pub(crate) step: Option<i64>,
    pub(crate) exclude: Option<usize>,
    pub(crate) refuse: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Returns {
    pub(crate) window: i32,
    pub(crate) whole_only: bool,
    pub(crate) keep_points: bool,
    /// So many points are worth so many minor units, where they are withheld.
    pub(crate) point_value: (i64, i64),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Reward {
    pub(crate) account: usize,
    pub(crate) points: i64,
}

/// The articles.
pub(crate) const SKUS: &[&str] = &["tea", "cup", "pear"];

/// Whether the engine has a feature.
pub(crate) fn built(feature: Feature) -> bool {
    BUILT.contains(&feature)
}

/// Programs.
pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    // Leap days and the day that Apia left out are in some of the histories.
    let beginning = select(std::vec![
        crate::calendar::read("2011-06-01"),
        crate::calendar::read("2023-09-15"),
        crate::calendar::read("2025-01-10"),
    ]);
    (1_usize..=2, beginning, 0_usize..4).prop_flat_map(|(accounts, beginning, zone)| {
        (
            vec(account(beginning), accounts),
            vec(rule(accounts, beginning), 1..=4),
            vec(weighted(0.95, tender()), accounts),
            returns(),
            vec(reward(accounts), 1..=2),
            prop::bool::weighted(0.4),
            select(std::vec![90, 90, 2_000, 25]),
        )
            .prop_map(
                move |(
                    mut accounts,
                    rules,
                    tender,
                    returns,
                    rewards,
                    paid_in_points,
                    dedup_days,
                )| {
                    for account in &mut accounts {
                        account.activation = within(account.activation, &account.expiry);
                    }
                    let rules = usable(rules, &accounts);
                    Plan {
                        zone,
                        beginning,
                        accounts,
                        rules: one_multiplier(rules),
                        tender,
                        returns,
                        rewards,
                        paid_in_points,
                        dedup_days,
                    }
                },
            )
    })
}

/// Has points of rules wait for fewer days than they last.
fn usable(mut rules: Vec<Rule>, accounts: &[Account]) -> Vec<Rule> {
    for rule in &mut rules {
        let account = &accounts[rule.account];
        if rule.expiry.is_some() || rule.activation.is_some() {
            let expiry = rule.expiry.as_ref().unwrap_or(&account.expiry);
            let activation = rule.activation.unwrap_or(account.activation);
            rule.activation = Some(within(activation, expiry));
        }
    }
    rules
}

/// Fewer days to wait than points last: those that are surely over before they can be used are a mistake.
fn within(activation: Activation, expiry: &Expiry) -> Activation {
    fn shortest(expiry: &Expiry) -> Option<u32> {
        match expiry {
            Expiry::After(after) => Some(match after.length {
                Length::Days(days) => days,
                Length::Months(months) => months * 28,
                Length::Years(years) => years * 365,
            }),
            Expiry::Latest(all) | Expiry::Earliest(all) => all.iter().filter_map(shortest).min(),
            Expiry::Never | Expiry::Annual { .. } | Expiry::Inactivity { .. } => None,
        }
    }
    match (activation, shortest(expiry)) {
        (Activation::After(days), Some(most)) => Activation::After(days.min(most - 1)),
        _ => activation,
    }
}

/// At most one multiplier in each account, since how several combine is not what this is about.
fn one_multiplier(rules: Vec<Rule>) -> Vec<Rule> {
    let multiplies = |rule: &Rule| matches!(rule.give, Give::Multiply(_));
    let fits = |account: usize| {
        let all = rules.iter().filter(|rule| rule.account == account);
        all.filter(|rule| multiplies(rule)).count() == 1
    };
    let fits = [fits(0), fits(1)];
    let one = |mut rule: Rule| {
        if multiplies(&rule) && !fits[rule.account] {
            rule.give = Give::Rate(200, 100);
        }
        rule
    };
    rules.into_iter().map(one).collect()
}

fn account(beginning: i32) -> impl Strategy<Value = Account> {
    let mut overdraws = std::vec![
        Overdraw::Debt,
        Overdraw::Debt,
        Overdraw::Forgive,
        Overdraw::Forgive
    ];
    if built(Feature::Withhold) {
        overdraws.push(Overdraw::Withhold);
    }
    if built(Feature::Refuse) {
        overdraws.push(Overdraw::Refuse);
    }
    let restore = prop_oneof![
        1 => Just(Restore::StayExpired),
        1 => (1_i32..60).prop_map(Restore::Extend),
        1 => Just(Restore::Fresh),
    ];
    (
        prop::bool::weighted(0.4),
        activation(beginning),
        expiry(),
        select(overdraws),
        restore,
        select(std::vec![0, 30, 400]),
    )
        .prop_map(
            |(oldest_first, activation, expiry, overdraw, restore, reinstate_days)| Account {
                oldest_first,
                activation,
                expiry: if built(Feature::CreditsFromActivation) {
                    expiry
                } else {
                    from_earning(expiry)
                },
                overdraw,
                restore,
                reinstate_days,
            },
        )
}

/// The same, counted from the day of earning.
fn from_earning(expiry: Expiry) -> Expiry {
    let each = |all: Vec<Expiry>| all.into_iter().map(from_earning).collect();
    match expiry {
        Expiry::After(after) => Expiry::After(After {
            from_activation: false,
            ..after
        }),
        Expiry::Latest(all) => Expiry::Latest(each(all)),
        Expiry::Earliest(all) => Expiry::Earliest(each(all)),
        other => other,
    }
}

fn activation(beginning: i32) -> BoxedStrategy<Activation> {
    let settlement = if built(Feature::Settlement) {
        Activation::Settlement
    } else {
        Activation::Immediate
    };
    prop_oneof![
        3 => Just(Activation::Immediate),
        3 => (0_u32..25).prop_map(Activation::After),
        1 => (0_i32..700).prop_map(move |days| Activation::On(beginning + days)),
        3 => Just(settlement),
    ]
    .boxed()
}

fn length() -> BoxedStrategy<Length> {
    prop_oneof![
        3 => (1_u32..200).prop_map(Length::Days),
        3 => (1_u32..20).prop_map(Length::Months),
        1 => (1_u32..3).prop_map(Length::Years),
    ]
    .boxed()
}

fn end() -> BoxedStrategy<End> {
    select(std::vec![
        End::Month,
        End::Quarter,
        End::HalfYear,
        End::Year
    ])
    .boxed()
}

fn expiry() -> BoxedStrategy<Expiry> {
    let after = (
        length(),
        weighted(0.3, end()),
        weighted(0.2, length()),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.3),
    )
        .prop_map(|(length, align, plus, from_activation, excluded)| {
            Expiry::After(After {
                length,
                align,
                plus,
                from_activation,
                excluded,
            })
        });
    let annual = (
        select(std::vec![(1, 1), (12, 31), (2, 29), (7, 1), (10, 15)]),
        weighted(0.5, length()),
    )
        .prop_map(|(on, min_age)| Expiry::Annual { on, min_age });
    let resets = select(std::vec![
        std::vec!["earned", "spent"],
        std::vec!["purchase"],
        std::vec!["spent", "activity"],
        std::vec!["activity:check_in", "earned"],
    ]);
    let inactivity = (
        length(),
        weighted(0.2, end()),
        resets,
        prop::bool::weighted(0.3),
    )
        .prop_map(|(length, align, resets_on, excluded)| Expiry::Inactivity {
            length,
            align,
            resets_on,
            excluded,
        });
    let one = prop_oneof![
        1 => Just(Expiry::Never),
        6 => after,
        2 => annual,
        2 => inactivity,
    ]
    .boxed();
    prop_oneof![
        6 => one.clone(),
        1 => vec(one.clone(), 1..=3).prop_map(Expiry::Latest),
        1 => vec(one, 1..=3).prop_map(Expiry::Earliest),
    ]
    .boxed()
}

fn rule(accounts: usize, beginning: i32) -> impl Strategy<Value = Rule> {
    let give = prop_oneof![
        6 => (select(std::vec![100_i64, 50, 125, 1_000, 300]), select(std::vec![100_i64, 7, 250, 1_000]))
            .prop_map(|(points, per)| (true, Give::Rate(points, per))),
        2 => (1_i64..200).prop_map(|points| (true, Give::Fixed(points))),
        2 => select(std::vec![100_i64, 50, 250, 1_000]).prop_map(|points| (true, Give::PerUnit(points))),
        2 => select(std::vec![150_i64, 200, 300, 275]).prop_map(|factor| (true, Give::Multiply(factor))),
        3 => (1_i64..100).prop_map(|points| (false, Give::Fixed(points))),
    ];
    (
        give,
        0..accounts,
        weighted(0.3, 0..SKUS.len()),
        weighted(0.2, expiry()),
        weighted(0.2, activation(beginning)),
    )
        .prop_map(
            |((purchase, give), account, sku, expiry, activation)| Rule {
                purchase,
                give,
                account,
                sku: sku
                    .filter(|_| purchase && !matches!(give, Give::Multiply(_) | Give::Fixed(_))),
                expiry,
                activation,
            },
        )
}

fn tender() -> impl Strategy<Value = Tender> {
    (
        select(std::vec![
            (1_i64, 1_i64),
            (1, 10),
            (1, 100),
            (1, 25),
            (100, 100)
        ]),
        weighted(0.2, 1_i64..40),
        weighted(0.3, 60_i64..600),
        weighted(0.4, select(std::vec![100_i64, 50, 33, 10])),
        weighted(0.3, 1_i64..30),
        weighted(0.3, 0..SKUS.len()),
        prop::bool::weighted(0.7),
    )
        .prop_map(
            |((points, value), min, max, percent, step, exclude, refuse)| Tender {
                points,
                value,
                min,
                max,
                percent,
                step,
                exclude,
                refuse,
            },
        )
}

fn returns() -> impl Strategy<Value = Returns> {
    (
        select(std::vec![180, 1_500, 1_500, 40]),
        prop::bool::weighted(0.25),
        prop::bool::weighted(0.15),
        select(std::vec![
            (1_i64, 1_i64),
            (1, 10),
            (100, 100),
            (3, 7),
            (1, 100)
        ]),
    )
        .prop_map(|(window, whole_only, keep_points, point_value)| Returns {
            window,
            whole_only,
            keep_points,
            point_value,
        })
}

fn reward(accounts: usize) -> impl Strategy<Value = Reward> {
    (0..accounts, prop_oneof![3 => 1_i64..60, 1 => 60_i64..500])
        .prop_map(|(account, points)| Reward { account, points })
}

/// An amount of minor units as it is written.
pub(crate) fn money(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

impl Plan {
    /// The document.
    pub(crate) fn document(&self) -> Value {
        let accounts: Vec<Value> = self.accounts.iter().enumerate().map(one_account).collect();
        let rules: Vec<Value> = self.rules.iter().enumerate().map(one_rule).collect();
        let tender: Vec<Value> = self
            .tender
            .iter()
            .enumerate()
            .filter_map(|(place, rule)| Some(one_tender(place, rule.as_ref()?)))
            .collect();
        let mut returns = json!({
            "window": {"days": self.returns.window},
            "partial": if self.returns.whole_only { "refuse" } else { "allow" },
            "points": if self.returns.keep_points { "keep" } else { "proportional" },
        });
        if built(Feature::Withhold) {
            let (points, value) = self.returns.point_value;
            returns["point_value"] = json!({"points": points, "value": money(value)});
        }
        let mut program = json!({
            "schema": 1, "id": "shop", "currency": "CNY", "timezone": crate::calendar::ZONES[self.zone].name(),
            "accounts": accounts, "earn": rules, "tender": tender, "returns": returns, "dedup_days": self.dedup_days,
            "earning": {"paid_in_points": if self.paid_in_points { "include" } else { "exclude" }},
        });
        if built(Feature::Redeem) {
            let one = |(place, reward): (usize, &Reward)| {
                json!({"id": format!("r{place}"), "account": format!("a{}", reward.account), "points": reward.points,
                    "give": {"item": {"sku": "mug"}}})
            };
            program["rewards"] = self.rewards.iter().enumerate().map(one).collect();
        }
        program
    }
}

fn one_account((place, account): (usize, &Account)) -> Value {
    json!({
        "id": format!("a{place}"),
        "burn_order": if account.oldest_first { "oldest" } else { "soonest_expiry" },
        "activation": one_activation(account.activation),
        "expiry": one_expiry(&account.expiry),
        "overdraw": account.overdraw.name(),
        "restore": match account.restore {
            Restore::StayExpired => json!("stay_expired"),
            Restore::Extend(days) => json!({"extend": {"days": days}}),
            Restore::Fresh => json!("fresh"),
        },
        "reinstate_days": account.reinstate_days,
    })
}

impl Overdraw {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Debt => "debt",
            Self::Forgive => "forgive",
            Self::Withhold => "withhold",
            Self::Refuse => "refuse",
        }
    }
}

fn one_activation(activation: Activation) -> Value {
    match activation {
        Activation::Immediate => json!("immediate"),
        Activation::After(days) => json!({"after": {"days": days}}),
        Activation::On(day) => json!({"on": written(day)}),
        Activation::Settlement => json!("on_settlement"),
    }
}

fn one_length(length: Length) -> Value {
    match length {
        Length::Days(n) => json!({"days": n}),
        Length::Months(n) => json!({"months": n}),
        Length::Years(n) => json!({"years": n}),
    }
}

fn one_end(end: End) -> &'static str {
    match end {
        End::Month => "month_end",
        End::Quarter => "quarter_end",
        End::HalfYear => "half_year_end",
        End::Year => "year_end",
    }
}

fn one_expiry(expiry: &Expiry) -> Value {
    let last_day = |excluded: bool| if excluded { "excluded" } else { "included" };
    match expiry {
        Expiry::Never => json!("never"),
        Expiry::After(after) => {
            let mut one = one_length(after.length);
            if let Some(align) = after.align {
                one["align"] = json!(one_end(align));
            }
            if let Some(plus) = after.plus {
                one["plus"] = one_length(plus);
            }
            if after.from_activation {
                one["from"] = json!("activation");
            }
            one["last_day"] = json!(last_day(after.excluded));
            json!({"after": one})
        }
        Expiry::Annual { on, min_age } => {
            let mut one = json!({"on": format!("{:02}-{:02}", on.0, on.1)});
            if let Some(min_age) = min_age {
                one["min_age"] = one_length(*min_age);
            }
            json!({"annual": one})
        }
        Expiry::Inactivity {
            length,
            align,
            resets_on,
            excluded,
        } => {
            let mut one = one_length(*length);
            if let Some(align) = align {
                one["align"] = json!(one_end(*align));
            }
            one["resets_on"] = json!(resets_on);
            one["last_day"] = json!(last_day(*excluded));
            json!({"inactivity": one})
        }
        Expiry::Latest(all) => json!({"latest": all.iter().map(one_expiry).collect::<Vec<_>>()}),
        Expiry::Earliest(all) => {
            json!({"earliest": all.iter().map(one_expiry).collect::<Vec<_>>()})
        }
    }
}

fn hundredths(number: i64) -> Value {
    json!(money(number))
}

fn one_rule((place, rule): (usize, &Rule)) -> Value {
    let mut one = json!({
        "id": format!("e{place}"),
        "on": if rule.purchase { "purchase" } else { "activity:check_in" },
        "account": format!("a{}", rule.account),
        "give": match rule.give {
            Give::Rate(points, per) => json!({"rate": {"points": hundredths(points), "per": money(per)}}),
            Give::Fixed(points) => json!({"fixed": points}),
            Give::PerUnit(points) => json!({"per_unit": hundredths(points)}),
            Give::Multiply(factor) => json!({"multiply": hundredths(factor)}),
        },
    });
    if let Some(sku) = rule.sku {
        one["lines"] = json!({"sku": [SKUS[sku]]});
    }
    if let Some(expiry) = &rule.expiry {
        one["expiry"] = one_expiry(expiry);
    }
    if let Some(activation) = rule.activation {
        one["activation"] = one_activation(activation);
    }
    one
}

fn one_tender(place: usize, rule: &Tender) -> Value {
    let mut one = json!({
        "account": format!("a{place}"), "points": rule.points, "value": money(rule.value),
        "over": if rule.refuse { "refuse" } else { "clamp" },
    });
    for (field, value) in [
        ("min_points", rule.min),
        ("max_points", rule.max),
        ("max_percent", rule.percent),
        ("step", rule.step),
    ] {
        if let Some(value) = value {
            one[field] = json!(value);
        }
    }
    if let Some(sku) = rule.exclude {
        one["exclude"] = json!({"sku": [SKUS[sku]]});
    }
    one
}
