//! Earning: which rules fire for an event, what they give, and into which lots it goes.

use super::work::Work;
use crate::amount::Points;
use crate::calendar::Instant;
use crate::condition::{Basket, EventFacts, Explain, Quiet, evaluate};
use crate::error::Result;
use crate::id::Id;
use crate::outcome::{Change, RulePoints, RuleTrace, TraceResult, Unmet};
use crate::points::{Bid, EarnBase, Gift, Given, Lot, LotKind, LotPlan, Usage, dates, gifts};
use crate::program::{On, RulePlan};

/// When points become available (none: at once), and when they expire (none: never).
type Dates = (Option<Instant>, Option<Instant>);

/// What was earned: the gifts, and the lots that the points went to.
pub(super) struct Accrued<'p> {
    pub(super) gifts: Vec<Gift<'p>>,
    pub(super) put: Vec<(usize, Lot)>,
}

impl<'w> Work<'w> {
    /// What the rules for this event give, booked and entered. `paid` is what each row is paid for in points.
    pub(super) fn accrue(
        &mut self,
        on: &On,
        event: EventFacts<'_>,
        paid: &[i64],
        order: Option<&Id>,
    ) -> Result<Accrued<'w>> {
        let compiled = self.compiled;
        let candidates: Vec<u32> = match event.basket {
            Some(basket) if self.trace.is_none() => {
                compiled.candidates(basket, event.channel, event.store, |track| self.rung(track))
            }
            _ => (0..u32::try_from(compiled.rules.len()).unwrap_or(u32::MAX)).collect(),
        };
        let mut bids = Vec::with_capacity(candidates.len().min(16));
        let mut trace = self.trace.take();
        for place in candidates {
            let Some(rule) = compiled.rules.get(place as usize) else {
                continue;
            };
            match self.bid(rule, on, event, paid, trace.is_some()) {
                Ok(bid) => bids.push(bid),
                Err((result, unmet)) => {
                    if let Some(trace) = &mut trace {
                        trace.push(RuleTrace {
                            rule: rule.plan.id.clone(),
                            result,
                            points: Points::ZERO,
                            unmet,
                        });
                    }
                }
            }
        }
        let today = self.program_day(self.as_of);
        let usage = Usage {
            uses: &mut self.state.caps,
            today,
        };
        let gifts = gifts(bids, &compiled.settings, &usage)?;
        self.book(&gifts);
        if let Some(trace) = &mut trace {
            let more = gifts.iter().map(|gift| RuleTrace {
                rule: gift.plan.id.clone(),
                result: gift.result,
                points: Points::new(gift.points),
                unmet: Vec::new(),
            });
            trace.extend(more);
            trace.sort_by_key(|one| compiled.rule_place(&one.rule));
        }
        self.trace = trace;
        let put = self.deposit(&gifts, order)?;
        Ok(Accrued { gifts, put })
    }

    /// What a rule brings into the contest, or why it does not.
    fn bid(
        &self,
        rule: &'w RulePlan,
        on: &On,
        event: EventFacts<'_>,
        paid: &[i64],
        explain: bool,
    ) -> Result<Bid<'w>, (TraceResult, Vec<Unmet>)> {
        let no = |result| Err((result, Vec::new()));
        if rule.on != *on {
            return no(TraceResult::OtherEvent);
        }
        if rule.from.is_some_and(|from| self.today < from)
            || rule.until.is_some_and(|until| until < self.today)
        {
            return no(TraceResult::NotLive);
        }
        if let Some(when) = &rule.when {
            let seeing = super::facts::Seeing {
                event: Some(event),
                ..self.seeing(self.today)
            };
            if explain {
                let mut lacks = Explain::default();
                if !evaluate(when, &seeing, &mut lacks) {
                    return Err((TraceResult::Unmet, lacks.0));
                }
            } else if !evaluate(when, &seeing, &mut Quiet) {
                return no(TraceResult::Unmet);
            }
        }
        let rows = match event.basket {
            Some(basket) => match brings(rule, basket, paid) {
                Some(rows) => rows,
                None => return no(TraceResult::NoLine),
            },
            None => Vec::new(),
        };
        Ok(Bid {
            plan: &rule.plan,
            rows,
        })
    }

    /// Books gifts against their caps: those of a rule and its group what the rule gave, those of an account what all gave.
    fn book(&mut self, gifts: &[Gift<'_>]) {
        let compiled = self.compiled;
        let today = self.program_day(self.as_of);
        let mut usage = Usage {
            uses: &mut self.state.caps,
            today,
        };
        let mut accounts: Vec<(usize, i64)> = Vec::new();
        for gift in gifts.iter().filter(|gift| gift.points != 0) {
            // A rule that takes points away has been used all the same.
            for cap in compiled.own_caps(gift.plan) {
                cap.book(&mut usage, gift.points.max(0), 1);
            }
            let account = gift.plan.account;
            match accounts.iter_mut().find(|(at, _)| *at == account) {
                Some((_, sum)) => *sum = sum.saturating_add(gift.points),
                None => accounts.push((account, gift.points)),
            }
        }
        for (account, points) in accounts {
            for cap in compiled.account_caps(account) {
                cap.book(&mut usage, points, 1);
            }
        }
    }

    /// Puts points into lots: one lot for each account and dates.
    fn deposit(&mut self, gifts: &[Gift<'_>], order: Option<&Id>) -> Result<Vec<(usize, Lot)>> {
        let mut plans: Vec<(usize, &LotPlan, Dates)> = Vec::new();
        let mut lots: Vec<(usize, Dates, i64, Vec<RulePoints>)> = Vec::new();
        for gift in gifts.iter().filter(|gift| gift.points != 0) {
            let account = gift.plan.account;
            let plan = &gift.plan.lot;
            // Nearly all rules of an account share one plan: its dates are worked out once.
            let known = plans
                .iter()
                .find(|(at, known, _)| *at == account && *known == plan);
            let dates = match known {
                Some((_, _, dates)) => *dates,
                None => {
                    let dates = dates(plan, self.today, self.zone, self.as_of)?;
                    plans.push((account, plan, dates));
                    dates
                }
            };
            let rule = RulePoints {
                rule: gift.plan.id.clone(),
                points: Points::new(gift.points),
            };
            match lots
                .iter_mut()
                .find(|(at, when, ..)| *at == account && *when == dates)
            {
                Some((_, _, points, rules)) => {
                    *points = points.saturating_add(gift.points);
                    rules.push(rule);
                }
                None => lots.push((account, dates, gift.points, vec![rule])),
            }
        }
        level(&mut lots);
        let mut put = Vec::with_capacity(lots.len());
        for (place, (active_from, expires_at), points, rules) in lots {
            if points <= 0 {
                continue;
            }
            let lot = Lot {
                n: 0,
                kind: LotKind::Earned,
                earned_on: self.today,
                active_from,
                expires_at,
                points,
            };
            let account = self.account(place)?;
            let Given { lot, repaid } = account.earn(lot)?;
            let id = account.id.clone();
            self.enter(Change::Earned {
                account: id.clone(),
                points: Points::new(points),
                order: order.cloned(),
                rules,
                lot: lot.dates(),
            });
            if repaid > 0 {
                self.enter(Change::Repaid {
                    account: id,
                    points: Points::new(repaid),
                    lot: lot.dates(),
                });
            }
            put.push((place, lot));
        }
        Ok(put)
    }
}

/// A factor below one takes points away: what would leave a lot below zero comes out of the other lots of the account, in the
/// name of the rule that took it.
fn level(lots: &mut [(usize, Dates, i64, Vec<RulePoints>)]) {
    for place in 0..lots.len() {
        let Some((account, _, points, rules)) = lots.get_mut(place) else {
            continue;
        };
        let (account, mut lacks) = (*account, points.saturating_neg());
        if lacks <= 0 {
            continue;
        }
        *points = 0;
        let rules = core::mem::take(rules);
        let Some(taker) = rules.into_iter().min_by_key(|rule| rule.points) else {
            continue;
        };
        for (_, _, points, rules) in lots
            .iter_mut()
            .filter(|(at, _, points, _)| *at == account && *points > 0)
        {
            let part = lacks.min(*points);
            if part > 0 {
                *points = points.saturating_sub(part);
                lacks = lacks.saturating_sub(part);
                rules.push(RulePoints {
                    rule: taker.rule.clone(),
                    points: Points::new(part.saturating_neg()),
                });
            }
        }
    }
}

/// What each row brings to a rule; none if no row is for it.
fn brings(rule: &RulePlan, basket: &Basket, paid: &[i64]) -> Option<Vec<i64>> {
    let plan = &rule.plan;
    let mut any = false;
    let mut rows = Vec::with_capacity(basket.rows.len());
    for (place, row) in basket.rows.iter().enumerate() {
        if !plan
            .lines
            .as_ref()
            .is_none_or(|lines| lines.has(basket, row))
        {
            rows.push(0);
            continue;
        }
        any = true;
        rows.push(if plan.counts_money() {
            let amount = match plan.base {
                EarnBase::Discounted => row.discounted,
                EarnBase::List => row.list,
            };
            amount
                .saturating_sub(paid.get(place).copied().unwrap_or(0))
                .max(0)
        } else if plan.counts_units() {
            row.quantity
        } else if plan.is_multiplier() {
            1
        } else {
            row.discounted
        });
    }
    if !any {
        return None;
    }
    // A fixed gift for rows that cost nothing is shared alike among them.
    if !plan.counts_money() && rows.iter().all(|row| *row == 0) {
        for (weight, row) in rows.iter_mut().zip(&basket.rows) {
            *weight = i64::from(
                plan.lines
                    .as_ref()
                    .is_none_or(|lines| lines.has(basket, row)),
            );
        }
    }
    Some(rows)
}
