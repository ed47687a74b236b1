//! Triggers and topics: from the document to what the engine walks.

use super::{Compiler, Feed, MetricPlan};
use crate::amount::Exact;
use crate::calendar::{Date, Instant};
use crate::condition::Scope;
use crate::counts::count_name;
use crate::error::{Code, Error, join};
use crate::id::Id;
use crate::metric::TaskEnd;
use crate::points::{CapPeriod, Limit, LimitAbout, LimitSpec};
use crate::triggers::{
    AwardPlan, MilestoneAt, MilestoneOn, Notify, OnPlan, Schedule, SegmentOn, StepAt, Steps,
    TaskOn, TaskWhat, TopicPlan, Trigger, TriggerOn, TriggerPlan, TriggerReturns,
};

/// The triggers of a program, and the topics of what they say.
#[derive(Debug, Default)]
pub(crate) struct Triggers {
    pub(crate) all: Vec<TriggerPlan>,
    pub(crate) topics: Vec<TopicPlan>,
    /// Whether any comes by days.
    pub(crate) by_days: bool,
    /// Whether any may ask for the basket of a purchase.
    pub(crate) by_basket: bool,
}

impl Triggers {
    /// Adds what says to members, once, that a version starts.
    pub(in crate::program) fn announce(
        &mut self,
        (version, starts, on): (&Id, Instant, Date),
        (topic, notify): (usize, &Notify),
    ) {
        let lifetime = CapPeriod::Lifetime;
        let parts = ["announced", version.as_str(), "times", lifetime.word()];
        let once = count_name(&parts).into();
        self.by_days = true;
        self.all.push(TriggerPlan {
            id: version.clone(),
            on: OnPlan::Announced { on, starts },
            when: None,
            awards: vec![AwardPlan::Notify {
                topic,
                notify: notify.clone(),
            }],
            limits: vec![LimitSpec::counting(once, 1, lifetime)],
            returns: TriggerReturns::Kept,
        });
    }
}

impl Compiler<'_> {
    pub(super) fn triggers(&mut self, metrics: &[MetricPlan]) -> Triggers {
        let rules = self.rules;
        let mut topics = Vec::with_capacity(rules.topics.len());
        for (place, topic) in rules.topics.iter().enumerate() {
            let path = format!("topics[{place}]");
            let consent = topic.consent.as_ref();
            topics.push(TopicPlan {
                id: topic.id.clone(),
                consent: self.condition(consent, Scope::ByItself, &join(&path, "consent")),
                quiet: topic.quiet.clone(),
                limits: self.own_limits("topic", &topic.id, &topic.limits, &path),
            });
            for (place, limit) in topic.limits.iter().enumerate() {
                if limit.by.is_some() {
                    let words = "only limits of triggers are by what those are about";
                    let path = format!("{path}.limits[{place}].by");
                    self.tell(Code::Contradiction, &path, words);
                }
            }
        }
        let mut all = Vec::with_capacity(rules.triggers.len());
        for (place, trigger) in rules.triggers.iter().enumerate() {
            let plan = self.trigger(trigger, metrics, &format!("triggers[{place}]"));
            all.extend(plan);
        }
        let by_days = |plan: &TriggerPlan| {
            matches!(
                plan.on,
                OnPlan::PointsExpiring { .. }
                    | OnPlan::CouponExpiring { .. }
                    | OnPlan::Birthday(_)
                    | OnPlan::Anniversary(_)
                    | OnPlan::After { .. }
                    | OnPlan::Schedule(_)
            )
        };
        Triggers {
            by_days: all.iter().any(by_days),
            by_basket: all
                .iter()
                .any(|plan| matches!(plan.on, OnPlan::Event(_)) && plan.when.is_some()),
            all,
            topics,
        }
    }

    fn trigger(
        &mut self,
        rule: &Trigger,
        metrics: &[MetricPlan],
        path: &str,
    ) -> Option<TriggerPlan> {
        let all_do = match &rule.on {
            TriggerOn::Milestone(on) => {
                let own = |at: &MilestoneAt| !at.awards.is_empty();
                !on.at.is_empty() && on.at.iter().all(own)
            }
            _ => false,
        };
        if rule.awards.is_empty() && !all_do {
            let words =
                "say what it does: points, a coupon, a thing, tags, a conversion or a message";
            self.tell(Code::MissingField, &join(path, "do"), words);
        }
        let scope = match &rule.on {
            TriggerOn::Event(on) if matches!(&*on.kind, "purchase" | "exchange") => {
                Scope::EventRule
            }
            TriggerOn::Event(_) => Scope::Request,
            _ => Scope::ByItself,
        };
        let when = self.condition(rule.when.as_ref(), scope, &join(path, "when"));
        let on = self.trigger_on(&rule.on, metrics, &join(path, "on"));
        let awards = self.awards(&rule.awards, &join(path, "do"));
        let limits = self.own_limits("trigger", &rule.id, &rule.limits, path);
        for (place, limit) in rule.limits.iter().enumerate() {
            let about = match (limit.by, &rule.on) {
                (None, _)
                | (Some(LimitAbout::Tier), TriggerOn::Tier(_) | TriggerOn::NearTier(_))
                | (Some(LimitAbout::Stage), TriggerOn::Stage(_))
                | (Some(LimitAbout::Task), TriggerOn::Task(_)) => true,
                (Some(_), _) => false,
            };
            if !about {
                let words = "this trigger is not about that";
                let path = format!("{path}.limits[{place}].by");
                self.tell(Code::Contradiction, &path, words);
            }
        }
        Some(TriggerPlan {
            id: rule.id.clone(),
            on: on?,
            when,
            awards,
            limits,
            returns: rule.returns,
        })
    }

    fn trigger_on(&mut self, on: &TriggerOn, metrics: &[MetricPlan], path: &str) -> Option<OnPlan> {
        Some(match on {
            TriggerOn::Enrolled {} => OnPlan::Enrolled,
            TriggerOn::Tier(rule) => {
                let path = join(path, "tier");
                let track = self.trigger_track(rule.track.as_ref(), &path)?;
                let known = self.names.tracks.get(track);
                let known = known.map(|track| track.rungs.clone()).unwrap_or_default();
                for (place, rung) in rule.to.iter().enumerate() {
                    if !known.contains(rung) && !self.names.unread.may_have("tiers", rung.as_str())
                    {
                        let words = format!("there is no rung `{rung}` in this track");
                        let path = format!("{path}.to[{place}]");
                        self.tell(Code::UnknownReference, &path, &words);
                    }
                }
                OnPlan::Tier {
                    track,
                    direction: rule.direction,
                    to: rule.to.clone(),
                }
            }
            TriggerOn::NearTier(rule) => {
                let path = join(path, "near_tier");
                let track = self.trigger_track(rule.track.as_ref(), &path);
                let metric = self.named_metric(&rule.metric, &join(&path, "metric"));
                let within = self.of_metric(&rule.metric, rule.within, &join(&path, "within"));
                if within.is_some_and(|within| within <= 0) {
                    let words = "what is missing is more than nothing";
                    self.tell(Code::OutOfRange, &join(&path, "within"), words);
                }
                OnPlan::NearTier {
                    track: track?,
                    metric: metric?,
                    within: within?,
                    others: rule.others,
                }
            }
            TriggerOn::PointsExpiring(rule) => OnPlan::PointsExpiring {
                account: self.account(
                    rule.account.as_ref(),
                    &join(path, "points_expiring.account"),
                ),
                days: rule.days,
            },
            TriggerOn::CouponExpiring(rule) => {
                if let Some(coupon) = &rule.coupon
                    && !self.rules.coupons.iter().any(|one| one.id == *coupon)
                {
                    let error = self.names.unknown("coupon", coupon);
                    let path = join(path, "coupon_expiring.coupon");
                    self.mistakes.extend(error.map(|error| error.under(&path)));
                }
                OnPlan::CouponExpiring {
                    coupon: rule.coupon.clone(),
                    days: rule.days,
                }
            }
            TriggerOn::Birthday(days) => OnPlan::Birthday(self.before(days.before, path)),
            TriggerOn::Anniversary(days) => OnPlan::Anniversary(self.before(days.before, path)),
            TriggerOn::Milestone(rule) => {
                self.milestone_on(rule, metrics, &join(path, "milestone"))?
            }
            TriggerOn::After(rule) if rule.days == 0 => {
                let words = "on the day itself say `event`";
                self.tell(Code::OutOfRange, &join(path, "after.days"), words);
                return None;
            }
            TriggerOn::After(rule) => OnPlan::After {
                event: self.kind(&rule.event, &join(path, "after.event")),
                days: rule.days,
            },
            TriggerOn::Schedule(schedule) => {
                if let Schedule::Monthly(day) = schedule
                    && !(1..=31).contains(day)
                {
                    let words = "a month has the days 1 to 31";
                    self.tell(Code::OutOfRange, &join(path, "schedule.monthly"), words);
                }
                OnPlan::Schedule(schedule.clone())
            }
            TriggerOn::Stage(rule) => {
                let path = join(path, "stage");
                for (field, named) in [("entered", &rule.entered), ("left", &rule.left)] {
                    for (place, stage) in named.iter().enumerate() {
                        let path = format!("{path}.{field}[{place}]");
                        self.stage_of(stage, &path);
                    }
                }
                OnPlan::Stage(rule.clone())
            }
            TriggerOn::Segment(rule) => {
                let (SegmentOn::Entered(id) | SegmentOn::Left(id)) = rule;
                let mut segments = self.rules.segments.iter();
                match segments.find(|one| one.id == *id) {
                    Some(segment) if segment.watch => {}
                    Some(_) => {
                        let words = "only a segment that is watched is entered and left: say `watch: true` there";
                        self.tell(Code::Contradiction, &join(path, "segment"), words);
                    }
                    None => {
                        let error = self.names.unknown("segment", id);
                        let path = join(path, "segment");
                        self.mistakes.extend(error.map(|error| error.under(&path)));
                    }
                }
                OnPlan::Segment(rule.clone())
            }
            TriggerOn::Warning(rule) => {
                if self.rules.warning.is_none() && !self.names.unread.has("warning") {
                    let words = "this program has no `warning`";
                    self.tell(Code::UnknownReference, &join(path, "warning"), words);
                }
                OnPlan::Warning(rule.clone())
            }
            TriggerOn::Task(rule) => {
                self.task_on(rule, &join(path, "task"));
                OnPlan::Task(rule.clone())
            }
            TriggerOn::Event(rule) => {
                OnPlan::Event(self.kind(&rule.kind, &join(path, "event.kind")))
            }
        })
    }

    fn stage_of(&mut self, stage: &Id, path: &str) {
        let lifecycle = self.rules.lifecycle.as_ref();
        let mut stages = lifecycle.into_iter().flat_map(|life| &life.stages);
        if !stages.any(|one| one.id == *stage) {
            let error = self.names.unknown("stage", stage);
            self.mistakes.extend(error.map(|error| error.under(path)));
        }
    }

    fn task_on(&mut self, rule: &TaskOn, path: &str) {
        if let Some(task) = &rule.id {
            self.task(task, &join(path, "id"));
        }
        if rule.what == TaskWhat::Missed {
            let named: Vec<Id> = rule.id.iter().cloned().collect();
            self.missable(&named, &join(path, "what"));
        }
        let Some(step) = &rule.step else {
            return;
        };
        let path = join(path, "step");
        if rule.what != TaskWhat::Step {
            let words = "only `what: step` is about a step";
            self.tell(Code::Contradiction, &path, words);
        }
        let Some(task) = &rule.id else {
            let words = "say in `id` of which task it is a step";
            self.tell(Code::MissingField, &path, words);
            return;
        };
        let mut tasks = self.rules.tasks.iter();
        let task = tasks.find(|one| one.id == *task);
        let unread = self.names.unread.may_have("tasks", step.as_str());
        if !unread && task.is_some_and(|task| !task.steps.iter().any(|one| one.id == *step)) {
            let words = format!("there is no step `{step}` in this task");
            self.tell(Code::UnknownReference, &path, &words);
        }
    }

    fn before(&mut self, days: u16, path: &str) -> u16 {
        if days > 364 {
            let words = "a year before the day is the day before it: say at most 364 days";
            self.tell(Code::OutOfRange, path, words);
        }
        days.min(364)
    }

    fn milestone_on(
        &mut self,
        rule: &MilestoneOn,
        metrics: &[MetricPlan],
        path: &str,
    ) -> Option<OnPlan> {
        let place = self.named_metric(&rule.metric, &join(path, "metric"))?;
        let grows = metrics.get(place).is_some_and(|metric| {
            !matches!(
                metric.feed,
                Feed::Tenure | Feed::Age | Feed::Tasks(TaskEnd::Missed, _)
            ) && !matches!(metric.frame, crate::metric::Frame::Previous(_))
        });
        if !grows {
            let words = format!("`{}` does not change by events", rule.metric);
            self.tell(Code::Contradiction, &join(path, "metric"), &words);
        }
        if rule.at.is_empty() == rule.every.is_none() {
            self.tell(Code::MissingField, path, "say either `at` or `every`");
        }
        let mut at = Vec::with_capacity(rule.at.len());
        for (number, step) in rule.at.iter().enumerate() {
            let path = format!("{path}.at[{number}]");
            let awards = self.awards(&step.awards, &join(&path, "do"));
            let named = if step.awards.is_empty() {
                path.clone()
            } else {
                join(&path, "value")
            };
            let value = self.of_metric(&rule.metric, step.value, &named)?;
            if at.last().is_some_and(|last: &StepAt| last.value >= value) {
                let words = "the values stand in rising order";
                self.tell(Code::Contradiction, &path, words);
            }
            at.push(StepAt { value, awards });
        }
        let every = match rule.every {
            Some(every) => {
                let every = self.of_metric(&rule.metric, every, &join(path, "every"))?;
                if every <= 0 {
                    let words = "the number must be more than zero";
                    self.tell(Code::OutOfRange, &join(path, "every"), words);
                    return None;
                }
                let from = match rule.from {
                    Some(from) => self.of_metric(&rule.metric, from, &join(path, "from"))?,
                    None => every,
                };
                Some((every, from))
            }
            None => None,
        };
        Some(OnPlan::Milestone {
            metric: place,
            steps: Steps {
                at,
                every,
                crossing: rule.crossing,
            },
        })
    }

    /// Limits by the calendar: what happens by itself has no event, and its limits do not begin anew with terms.
    fn own_limits(&mut self, kind: &str, id: &Id, limits: &[Limit], path: &str) -> Vec<LimitSpec> {
        for (place, limit) in limits.iter().enumerate() {
            let path = format!("{path}.limits[{place}]");
            if matches!(limit.per, CapPeriod::Event | CapPeriod::Term) {
                let words = "say `day`, `week`, `month`, `year` or `lifetime`";
                self.tell(Code::Contradiction, &join(&path, "per"), words);
            }
            if limit.times == 0 {
                let words = "a limit of nothing makes it never happen";
                self.tell(Code::OutOfRange, &join(&path, "times"), words);
            }
        }
        self.limits(kind, id, limits, path)
    }

    fn trigger_track(&mut self, track: Option<&Id>, path: &str) -> Option<usize> {
        match self.names.track(track) {
            Ok(track) => Some(track),
            Err(error) => {
                let error = error.map(|error| error.under(&join(path, "track")));
                self.mistakes.extend(error);
                None
            }
        }
    }

    pub(super) fn named_metric(&mut self, metric: &Id, path: &str) -> Option<usize> {
        let found = self.names.metrics.get(metric).map(|(place, _)| *place);
        if found.is_none() {
            let error = self.names.unknown("metric", metric);
            self.mistakes.extend(error.map(|error| error.under(path)));
        }
        found
    }

    /// A value of a metric in its smallest unit.
    fn of_metric(&mut self, metric: &Id, value: Exact, path: &str) -> Option<i64> {
        let (_, grain) = self.names.metrics.get(metric)?;
        match grain.smallest(value, self.rules.currency) {
            Ok(value) => Some(value),
            Err(error) => {
                self.mistakes.push(error.under(path));
                None
            }
        }
    }

    pub(super) fn kind(&mut self, kind: &str, path: &str) -> Box<str> {
        let named = crate::event::KINDS.contains(&kind) && kind != "activity";
        let activity = kind
            .strip_prefix("activity:")
            .is_some_and(|kind| !kind.is_empty());
        if !named && !activity {
            let words = format!(
                "`{kind}` is no kind of event: say one such as `purchase`, `return`, `enroll` or `activity:check_in`"
            );
            self.tell(Code::InvalidValue, path, &words);
        }
        kind.into()
    }

    pub(super) fn tell(&mut self, code: Code, path: &str, words: &str) {
        self.mistakes.push(Error::at(code, path, words));
    }
}
