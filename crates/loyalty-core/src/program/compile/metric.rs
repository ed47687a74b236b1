//! Metrics: what goes in, how the days make a value, and over which days.

use super::{Compiler, Feed, MetricPlan};
use crate::calendar::{MonthDay, NO_YEAR};
use crate::condition::{Grain, Moves, Scope};
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::metric::{
    Filter, Frame, GapOf, Measure, MetricRule, Reading, Silence, Since, TaskEnd, Window,
};

impl Compiler<'_> {
    pub(super) fn metric(&mut self, place: usize, rule: &MetricRule) -> MetricPlan {
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
            Measure::Received(account) => {
                Feed::Received(self.account(Some(&account.account), &of("received.account")))
            }
            Measure::Activity(kinds) => self.activities(kinds, &of("activity")),
            Measure::DaysSince(since) => {
                reading = Reading::Since;
                match since {
                    Since::Purchase => Feed::Orders,
                    Since::Activity(kinds) => self.activities(kinds, &of("days_since.activity")),
                    Since::Interaction => Feed::Interactions,
                }
            }
            Measure::Returns => Feed::Returns,
            Measure::Returned => Feed::Returned,
            Measure::Distinct(values) => {
                reading = Reading::Distinct;
                Feed::Values(values.of.clone())
            }
            Measure::Sum(of) => Feed::Attribute(of.attribute.clone()),
            Measure::Mean(of) => {
                reading = Reading::Mean(1);
                Feed::Attribute(of.attribute.clone())
            }
            Measure::MeanOrder => {
                // A tenth of a minor unit, so that what is printed can be rounded.
                reading = Reading::Mean(10);
                Feed::Spend
            }
            Measure::Streak(streak) => {
                reading = Reading::Streak(streak.period);
                match &streak.of {
                    Since::Purchase => Feed::Orders,
                    Since::Activity(kinds) => self.activities(kinds, &of("streak.of.activity")),
                    Since::Interaction => Feed::Interactions,
                }
            }
            Measure::Periods(periods) => {
                if periods.at_least == 0 {
                    self.mistakes.push(Error::at(
                        Code::OutOfRange,
                        of("periods.at_least"),
                        "`at_least` is 1 or more",
                    ));
                }
                reading = Reading::Periods(periods.period, i64::from(periods.at_least));
                Feed::Orders
            }
            Measure::Gap(gap) => {
                reading = match gap {
                    GapOf::Mean {} => Reading::MeanGap,
                    GapOf::Percentile(percent) => {
                        if !(1..=100).contains(percent) {
                            self.mistakes.push(Error::at(
                                Code::OutOfRange,
                                of("gap.percentile"),
                                "a percentile is from 1 to 100",
                            ));
                        }
                        Reading::Percentile(*percent)
                    }
                };
                if rule.window != Window::Lifetime {
                    let words = "days between purchases are measured over the whole life";
                    let path = join(&path, "window");
                    self.mistakes
                        .push(Error::at(Code::Contradiction, path, words));
                }
                Feed::Orders
            }
            Measure::Silence(silence) => {
                match Silence::new(*silence) {
                    Ok(model) => reading = Reading::Silence(model),
                    Err(error) => self.mistakes.push(error.under(&of("silence"))),
                }
                if rule.window != Window::Lifetime {
                    let words = "silence is measured over the whole life";
                    let path = join(&path, "window");
                    self.mistakes
                        .push(Error::at(Code::Contradiction, path, words));
                }
                Feed::Orders
            }
            Measure::Tenure => Feed::Tenure,
            Measure::Age => Feed::Age,
            Measure::Referrals => Feed::Referrals,
            Measure::ReferredSpend => Feed::ReferredSpend,
            Measure::ReferredOrders => Feed::ReferredOrders,
            Measure::Tasks(ended) => {
                for (place, task) in ended.of.iter().enumerate() {
                    self.task(task, &format!("{}[{place}]", of("tasks.of")));
                }
                if ended.what == TaskEnd::Missed {
                    self.missable(&ended.of, &of("tasks"));
                }
                Feed::Tasks(ended.what, ended.of.clone())
            }
        };
        let now = matches!(feed, Feed::Balance(_) | Feed::Tenure | Feed::Age);
        if now && (rule.window != Window::Lifetime || rule.filter.is_some()) {
            let words = "this measure is read as it stands: it has no window and no filter";
            self.mistakes
                .push(Error::at(Code::Contradiction, path.as_str(), words));
        }
        let filter = rule.filter.clone().unwrap_or_default();
        let lineless = matches!(
            feed,
            Feed::Earned(_)
                | Feed::Burned(_)
                | Feed::Received(_)
                | Feed::Referrals
                | Feed::ReferredSpend
                | Feed::ReferredOrders
                | Feed::Tasks(..)
        );
        if lineless && rule.filter.is_some() {
            let words = "points, friends and tasks have no lines: this measure takes no filter";
            self.mistakes
                .push(Error::at(Code::Contradiction, join(&path, "filter"), words));
        }
        let frame = self.frame(&rule.window, &join(&path, "window"));
        let told = matches!(feed, Feed::ReferredSpend | Feed::ReferredOrders);
        if told && frame.is_stretch_before() {
            let words = "what friends bring is told later: no stretch before a term or a rung is ever complete";
            self.mistakes
                .push(Error::at(Code::Contradiction, join(&path, "window"), words));
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
            frame,
            lines: self.select(lines.as_ref(), &join(&path, "filter.lines")),
            when: self.condition(when.as_ref(), Scope::Filter, &join(&path, "filter.when")),
        }
    }

    fn activities(&mut self, kinds: &[String], path: &str) -> Feed {
        if kinds.is_empty() {
            let words = "an empty list of activities counts nothing";
            self.mistakes
                .push(Error::at(Code::Unreachable, path, words));
        }
        Feed::Activity(kinds.iter().map(|kind| kind.as_str().into()).collect())
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
            Window::Calendar(calendar) => {
                if calendar.year_start.is_some() && !calendar.period.follows_the_year() {
                    let path = join(path, "calendar.year_start");
                    self.mistakes
                        .push(Error::at(Code::Contradiction, path, NO_YEAR));
                }
                let start = calendar.year_start.unwrap_or(MonthDay::JANUARY_FIRST);
                Frame::Calendar(calendar.period, start)
            }
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
                let words = match frame {
                    Frame::Lifetime | Frame::Between(..) => {
                        Some("a whole life and fixed days have no stretch before")
                    }
                    Frame::Previous(_) if frame.resets_with().is_some() => {
                        Some("of terms and rungs only the stretch before is kept")
                    }
                    _ => None,
                };
                if let Some(words) = words {
                    self.mistakes
                        .push(Error::at(Code::Contradiction, path, words));
                }
                Frame::Previous(Box::new(frame))
            }
        }
    }

    pub(super) fn track_of(&mut self, id: Option<&Id>, path: &str) -> usize {
        match self.names.track(id) {
            Ok(place) => place,
            Err(error) => {
                self.mistakes
                    .extend(error.map(|error| error.under(&join(path, "track"))));
                0
            }
        }
    }
}

/// Which way time alone moves the value of a metric.
pub(crate) fn metric_moves(metric: &MetricPlan) -> Moves {
    match (&metric.feed, metric.reading) {
        (_, Reading::Since) => Moves {
            rises: true,
            // What leaves the window is no value any more.
            falls: !matches!(metric.frame, Frame::Lifetime | Frame::Reset { .. }),
        },
        (_, Reading::Silence(_)) => FALLS,
        (Feed::Tenure | Feed::Age, _) => Moves {
            rises: true,
            falls: false,
        },
        (Feed::Balance(_), _) => Moves::default(),
        _ if metric.frame.is_stretch_before() => Moves::default(),
        (_, Reading::Streak(_))
            if matches!(metric.frame, Frame::Lifetime | Frame::Reset { .. }) =>
        {
            FALLS
        }
        // What leaves a window may have been below the mean, or below zero.
        (_, Reading::Mean(_))
        | (Feed::Attribute(_) | Feed::ReferredSpend | Feed::ReferredOrders, _)
            if !matches!(metric.frame, Frame::Lifetime | Frame::Reset { .. }) =>
        {
            Moves::BOTH
        }
        _ => match metric.frame {
            Frame::Lifetime | Frame::Reset { .. } => Moves::default(),
            Frame::Last(_) | Frame::Calendar(..) | Frame::MembershipYear => FALLS,
            Frame::Between(..) | Frame::Previous(_) => Moves::BOTH,
        },
    }
}

const FALLS: Moves = Moves {
    rises: false,
    falls: true,
};

/// How a measure is written.
pub(super) fn grain(measure: &Measure) -> Grain {
    match measure {
        Measure::Spend | Measure::ListSpend | Measure::Returned | Measure::ReferredSpend => {
            Grain::Money
        }
        Measure::MeanOrder => Grain::MeanMoney,
        Measure::Sum(_) => Grain::Decimal,
        Measure::Mean(_) | Measure::Gap(GapOf::Mean {}) => Grain::MeanDecimal,
        _ => Grain::Whole,
    }
}
