//! The default five stages, written as a program would.

use super::{Lifecycle, StageRule, StageThresholds};
use crate::amount::{Decimal, Exact};
use crate::calendar::Span;
use crate::condition::{Condition, MetricTest};
use crate::error::{Code, Error};
use crate::id::Id;
use crate::limits::PERIOD_MAX;
use crate::metric::{Measure, MetricRule, Since, Window};
use crate::text::Label;

const ORDERS: &str = "lifecycle.orders";
const RECENT_ORDERS: &str = "lifecycle.recent_orders";
const SINCE_PURCHASE: &str = "lifecycle.since_purchase";
const SINCE_INTERACTION: &str = "lifecycle.since_interaction";

impl Lifecycle {
    /// Fills in the default five where no stages are given, and adds the metrics that they read.
    pub(crate) fn fill_in(&mut self, metrics: &mut Vec<MetricRule>, mistakes: &mut Vec<Error>) {
        if !self.stages.is_empty() {
            if self.thresholds.is_some() {
                let words = "the thresholds are those of the default stages: own `stages` say theirs themselves";
                let path = "lifecycle.thresholds";
                mistakes.push(Error::at(Code::Contradiction, path, words));
            }
            return;
        }
        let thresholds = self.thresholds.take().unwrap_or_default();
        thresholds.check(mistakes);
        for metric in thresholds.metrics() {
            match metrics.iter().find(|one| one.id == metric.id) {
                None => metrics.push(metric),
                Some(one) if one.measure == metric.measure && one.window == metric.window => {}
                Some(_) => {
                    let words = format!(
                        "the default stages have a metric `{}`: the program's own must have another name",
                        metric.id
                    );
                    mistakes.push(Error::at(Code::DuplicateId, "lifecycle", words));
                }
            }
        }
        self.stages = thresholds.stages();
    }
}

impl StageThresholds {
    fn check(&self, mistakes: &mut Vec<Error>) {
        let mut say = |code, field: &str, words: String| {
            let path = format!("lifecycle.thresholds.{field}");
            mistakes.push(Error::at(code, path, words));
        };
        for (number, field) in [
            (self.mature_orders, "mature_orders"),
            (self.mature_within_days, "mature_within_days"),
            (self.dormant_purchase_days, "dormant_purchase_days"),
            (self.dormant_interaction_days, "dormant_interaction_days"),
            (self.churned_purchase_days, "churned_purchase_days"),
            (self.churned_interaction_days, "churned_interaction_days"),
        ] {
            if number == 0 || number > PERIOD_MAX {
                let words = format!("the number is from 1 to {PERIOD_MAX}");
                say(Code::OutOfRange, field, words);
            }
        }
        for (dormant, churned, field) in [
            (
                self.dormant_purchase_days,
                self.churned_purchase_days,
                "churned_purchase_days",
            ),
            (
                self.dormant_interaction_days,
                self.churned_interaction_days,
                "churned_interaction_days",
            ),
        ] {
            if churned <= dormant {
                let words = format!("churn comes after dormancy: say more than {dormant}");
                say(Code::Contradiction, field, words);
            }
        }
    }

    fn metrics(&self) -> [MetricRule; 4] {
        let metric = |id, name, measure, window| MetricRule {
            id: Id::checked(id),
            name: Label::of(name),
            measure,
            filter: None,
            window,
        };
        let life = Window::Lifetime;
        let recent = Window::Last(Span::Days(self.mature_within_days));
        let purchase = Measure::DaysSince(Since::Purchase);
        let interaction = Measure::DaysSince(Since::Interaction);
        [
            metric(
                ORDERS,
                [("en", "Orders"), ("zh", "订单数")],
                Measure::Orders,
                life.clone(),
            ),
            metric(
                RECENT_ORDERS,
                [("en", "Recent orders"), ("zh", "近期订单数")],
                Measure::Orders,
                recent,
            ),
            metric(
                SINCE_PURCHASE,
                [
                    ("en", "Days since the last purchase"),
                    ("zh", "距上次购买天数"),
                ],
                purchase,
                life.clone(),
            ),
            metric(
                SINCE_INTERACTION,
                [
                    ("en", "Days since the last interaction"),
                    ("zh", "距上次互动天数"),
                ],
                interaction,
                life,
            ),
        ]
    }

    fn stages(&self) -> Vec<StageRule> {
        let silent = |purchase, interaction| {
            Condition::Any(vec![
                at_least(SINCE_PURCHASE, purchase),
                at_least(SINCE_INTERACTION, interaction),
            ])
        };
        let stage = |id, chinese, english, when, asleep| StageRule {
            id: Id::checked(id),
            name: Label::of([("en", english), ("zh", chinese)]),
            when,
            stay: None,
            at_least: None,
            asleep,
        };
        let churned = silent(self.churned_purchase_days, self.churned_interaction_days);
        let dormant = silent(self.dormant_purchase_days, self.dormant_interaction_days);
        let first = Condition::Metric(MetricTest {
            at_most: Some(number(self.introduction_orders)),
            ..test(ORDERS)
        });
        let mature = at_least(RECENT_ORDERS, self.mature_orders);
        vec![
            stage("churn", "流失", "Churn", Some(churned), true),
            stage("dormancy", "休眠", "Dormancy", Some(dormant), true),
            stage("introduction", "引入", "Introduction", Some(first), false),
            stage("maturity", "成熟", "Maturity", Some(mature), false),
            stage("growth", "成长", "Growth", None, false),
        ]
    }
}

fn number(number: u32) -> Exact {
    Exact(Decimal::from(number))
}

fn at_least(metric: &str, least: u32) -> Condition {
    Condition::Metric(MetricTest {
        at_least: Some(number(least)),
        ..test(metric)
    })
}

fn test(metric: &str) -> MetricTest {
    MetricTest {
        id: Id::checked(metric),
        at_least: None,
        at_most: None,
        more_than: None,
        less_than: None,
        between: None,
        one_of: None,
        if_none: None,
    }
}
