//! Triggers that come by days: which day is next, and which have come (clauses 1.5, 12.1).

use super::trigger::Fire;
use super::work::Work;
use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::error::Result;
use crate::event::{Body, Event};
use crate::outcome::{Change, TriggerAbout};
use crate::triggers::{OnPlan, TriggerPlan};

/// The kind of an event, as triggers name it.
pub(super) fn event_kind(event: &Event<'_>) -> String {
    match &event.body {
        Body::Activity(activity) => format!("activity:{}", activity.kind),
        _ => event.kind().to_owned(),
    }
}

impl Work<'_> {
    /// Days before this one are over: nothing fires for them.
    pub(super) fn begin_days(&mut self) {
        self.begin_days_after(self.today);
    }

    /// This day and those before it are over.
    pub(super) fn begin_days_after(&mut self, day: Date) {
        if self.compiled.triggers.by_days && self.state.more.triggers.through.is_none() {
            self.more().triggers.through = Some(day);
        }
    }

    /// Everything up to this day has fired.
    pub(super) fn end_days(&mut self) {
        let (marks, today) = (&self.state.more.triggers, self.today);
        if self.compiled.triggers.by_days && marks.through.is_none_or(|through| through < today) {
            self.more().triggers.through = Some(today);
        }
    }

    /// When a trigger that comes by days fires next.
    pub(super) fn trigger_due(&self) -> Option<Instant> {
        if !self.compiled.triggers.by_days || !self.state.more.access.is_open() {
            return None;
        }
        let after = self.state.more.triggers.through.unwrap_or(self.today);
        let triggers = self.compiled.triggers.all.iter();
        let next = triggers
            .filter_map(|plan| self.next_day(plan, after))
            .min()?;
        let at = self.zone.start_of(next).ok()?;
        if at > self.as_of {
            return Some(at);
        }
        self.as_of.checked_add_micros(1).ok()
    }

    /// The triggers of the days that have come since they were last looked at.
    pub(super) fn days_come(&mut self, fires: &mut Vec<Fire>) -> Result<()> {
        let compiled = self.compiled;
        if !compiled.triggers.by_days {
            return Ok(());
        }
        let after = self.state.more.triggers.through.unwrap_or(self.today);
        if after >= self.today {
            return Ok(());
        }
        for (place, plan) in compiled.triggers.all.iter().enumerate() {
            let mut day = after;
            while let Some(next) = self.next_day(plan, day).filter(|next| *next <= self.today) {
                for about in self.about(plan, next) {
                    fires.push(Fire::new(place, about));
                }
                day = next;
            }
        }
        let today = self.today;
        let marks = &mut self.more().triggers;
        marks.through = Some(today);
        marks.pending.retain(|one| one.on > today);
        Ok(())
    }

    /// The next day after one on which a trigger comes.
    fn next_day(&self, plan: &TriggerPlan, after: Date) -> Option<Date> {
        match &plan.on {
            OnPlan::PointsExpiring { account, days } => {
                let lots = self.state.accounts.get(*account)?.expiring_days(self.zone);
                let days = i64::from(*days).saturating_neg();
                let notices = lots.filter_map(|(day, _)| day.add_days(days).ok());
                notices.filter(|day| *day > after).min()
            }
            OnPlan::CouponExpiring { coupon, days } => {
                let days = i64::from(*days).saturating_neg();
                let all = self.state.more.coupons.iter();
                let wanted = all.filter(|one| coupon.as_ref().is_none_or(|id| one.coupon == *id));
                let over = wanted.filter_map(|one| Some(self.zone.date_at(one.expires_at?)));
                let notices = over.filter_map(|day| day.add_days(days).ok());
                notices.filter(|day| *day > after).min()
            }
            OnPlan::After { .. } => {
                let pending = self.state.more.triggers.pending.iter();
                let mine = pending.filter(|one| one.trigger == plan.id && one.on > after);
                mine.map(|one| one.on).min()
            }
            // To whom it has not been said on its day, it is said on the next one.
            OnPlan::Announced { on, .. } => {
                let next = after.add_days(1).ok()?;
                (self.left(&plan.limits) > 0).then(|| next.max(*on))
            }
            on => on.next_day(after, self.state.profile.birthday, self.enrolled),
        }
    }

    /// What arrives so late that the day has come on which its end is told: it is told at once. `through`: the triggers of the days
    /// up to this one have fired before it arrived.
    pub(super) fn short_notice(
        &self,
        plan: &TriggerPlan,
        change: &Change,
        through: Date,
        mut tell: impl FnMut(TriggerAbout),
    ) {
        let late = |at: Option<Instant>, days: u16| {
            // What was over before it came has no end to be told of.
            let over = self.zone.date_at(at.filter(|at| *at > self.as_of)?);
            let notice = over.add_days(i64::from(days).saturating_neg()).ok()?;
            (notice <= through).then_some(over)
        };
        match (&plan.on, change) {
            (
                OnPlan::CouponExpiring { coupon, days },
                Change::CouponIssued {
                    coupon: issued,
                    instance,
                    expires_at,
                    ..
                },
            ) if coupon.as_ref().is_none_or(|id| id == issued) && self.is_news(change) => {
                if let Some(over) = late(*expires_at, *days) {
                    tell(TriggerAbout {
                        coupon: Some(issued.clone()),
                        instance: Some(instance.clone()),
                        over: Some(over),
                        ..TriggerAbout::default()
                    });
                }
            }
            (
                OnPlan::PointsExpiring { account, days },
                Change::Earned {
                    account: of,
                    points,
                    lot,
                    ..
                }
                | Change::Credited {
                    account: of,
                    points,
                    lot,
                    ..
                },
            ) if self.place_of(of) == Some(*account) && self.is_news(change) => {
                if let Some(over) = late(lot.expires_at, *days) {
                    tell(TriggerAbout {
                        account: Some(of.clone()),
                        points: Some(*points),
                        over: Some(over),
                        ..TriggerAbout::default()
                    });
                }
            }
            _ => {}
        }
    }

    /// What a trigger says of a day on which it comes: once, or for each thing of that day.
    fn about(&self, plan: &TriggerPlan, day: Date) -> Vec<TriggerAbout> {
        match &plan.on {
            OnPlan::PointsExpiring { account, days } => {
                let Some(account) = self.state.accounts.get(*account) else {
                    return Vec::new();
                };
                let Ok(over) = day.add_days(i64::from(*days)) else {
                    return Vec::new();
                };
                let lots = account.expiring_days(self.zone);
                let points = lots.filter(|(day, _)| *day == over);
                let points = points.fold(0_i64, |sum, (_, points)| sum.saturating_add(points));
                vec![TriggerAbout {
                    account: Some(account.id.clone()),
                    points: Some(Points::new(points)),
                    over: Some(over),
                    ..TriggerAbout::default()
                }]
            }
            OnPlan::CouponExpiring { coupon, days } => {
                let Ok(over) = day.add_days(i64::from(*days)) else {
                    return Vec::new();
                };
                let all = self.state.more.coupons.iter();
                let wanted = all.filter(|one| coupon.as_ref().is_none_or(|id| one.coupon == *id));
                let mine = wanted.filter(|one| {
                    let at = one.expires_at;
                    at.is_some_and(|at| self.zone.date_at(at) == over)
                });
                mine.map(|one| TriggerAbout {
                    coupon: Some(one.coupon.clone()),
                    instance: Some(one.id.clone()),
                    over: Some(over),
                    ..TriggerAbout::default()
                })
                .collect()
            }
            OnPlan::After { .. } => {
                let pending = self.state.more.triggers.pending.iter();
                let mine = pending.filter(|one| one.trigger == plan.id && one.on == day);
                mine.map(|one| TriggerAbout {
                    event: Some(one.event.clone()),
                    ..TriggerAbout::default()
                })
                .collect()
            }
            OnPlan::Announced { starts, .. } => vec![TriggerAbout {
                version: Some(plan.id.clone()),
                starts: Some(*starts),
                ..TriggerAbout::default()
            }],
            _ => vec![TriggerAbout::default()],
        }
    }
}
