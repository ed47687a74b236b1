//! Earning: which rules fire for an event, what they give, and into which lots it goes.

use smallvec::SmallVec;

use super::facts::Seeing;
use super::work::{Rungs, Work};
use crate::amount::{Points, Rounding, cumulative};
use crate::calendar::Date;
use crate::condition::{Basket, EventFacts, Explain, Quiet, Row, evaluate};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::member::Put;
use crate::outcome::{Change, RulePoints, RuleTrace, TraceResult, Unmet};
use crate::points::{
    Brought, Counts, Crossed, EarnBase, Gifts, Given, Lot, Plan, Took, Uses, Values, settle,
};
use crate::pricing::{Basis, Stage};
use crate::program::{EarningPlan, On, Places, RulePlan};

/// Room for so many gifts is made at once.
const GIFTS_FEW: usize = 10;

/// A lot without points: when they become available, and when they expire.
type Dates = Lot;

/// Points with the same dates that come to an account, and the rules that give them.
struct NewLot {
    account: usize,
    /// That of the plan by which it is dated.
    number: u32,
    dates: Dates,
    points: i64,
    rules: Vec<RulePoints>,
}

/// What was earned: the gifts, and the lots that the points went to.
pub(super) struct Accrued<'p> {
    pub(super) gifts: Gifts<'p>,
    pub(super) put: Vec<Put>,
    /// The milestones that were reached.
    pub(super) crossed: Vec<Crossed>,
    /// The rungs at which a purchase earns, if those are not the ones that are held.
    pub(super) rungs: Option<Rungs>,
}

impl<'w> Work<'w> {
    /// What the rules for this event give, booked and entered. `paid` is what each row is paid for in points.
    pub(super) fn accrue(
        &mut self,
        on: &On,
        event: &EventFacts<'_>,
        paid: &[i64],
        order: Option<&Id>,
    ) -> Result<Accrued<'w>> {
        self.contest(on, event, paid, order, None)
    }

    /// The same; with what milestones were reached, for the rules that give for them, else for all others.
    pub(super) fn contest(
        &mut self,
        on: &On,
        event: &EventFacts<'_>,
        paid: &[i64],
        order: Option<&Id>,
        crossings: Option<&[Values]>,
    ) -> Result<Accrued<'w>> {
        let compiled = self.compiled;
        let rules = compiled.rules.len();
        let mut candidates = match event.basket {
            _ if crossings.is_some() => Places::of(rules, &compiled.milestones),
            Some(basket) if self.trace.is_none() => {
                compiled.candidates(basket, event.channel, event.store, |track| self.rung(track))
            }
            _ => Places::all(rules),
        };
        if *on == On::Purchase {
            candidates.include(&self.promoted);
        }
        let mut trace = self.trace.take();
        let rows = event.basket.map_or(0, |basket| basket.all().count());
        let mut gifts = Gifts::with_capacity(candidates.count().min(GIFTS_FEW), rows);
        if let Some(basket) = event.basket.filter(|_| compiled.settings.rounds_units) {
            let units = basket.all().map(|row| compiled.earning.units(row));
            gifts.units.extend(units);
        }
        let seeing = Seeing {
            event: Some(event),
            ..self.seeing(self.today)
        };
        for (number, place) in candidates.iter().enumerate() {
            let Some(rule) = compiled.rules.get(place) else {
                continue;
            };
            if rule.plan.milestone().is_some() != crossings.is_some() {
                continue;
            }
            let answers = match rule.on {
                On::Promotion => self.promoted.contains(&place),
                _ => rule.on == *on,
            };
            let mut unmet = trace.is_some().then(Vec::new);
            let bid = fires(rule, answers, &seeing, unmet.as_mut()).and_then(|()| {
                let crossed = crossings.and_then(|crossings| crossings.get(number));
                let rare = match crossed {
                    Some(values) => Ok(rule.plan.reaches(values)),
                    None => self.tell(&rule.plan, event),
                };
                gifts.bid(&rule.plan, rare?, |out| match event.basket {
                    Some(basket) => brings(&rule.plan, &compiled.earning, basket, paid, out),
                    None => {
                        out.push(1);
                        Ok(())
                    }
                })
            });
            if let (Err(result), Some(trace)) = (bid, &mut trace) {
                trace.push(RuleTrace {
                    rule: rule.plan.id.clone(),
                    result,
                    points: Points::ZERO,
                    unmet: unmet.unwrap_or_default(),
                });
            }
        }
        let today = self.program_day(self.as_of);
        let uses = Uses {
            list: &self.state.caps,
            event: &self.event_caps,
            today,
        };
        settle(&mut gifts, &compiled.settings, uses)?;
        self.book(&gifts, today);
        self.keep(&gifts, order, today);
        if let Some(trace) = &mut trace {
            let more = gifts.all.iter().map(|gift| RuleTrace {
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
        Ok(Accrued {
            gifts,
            put,
            crossed: Vec::new(),
            rungs: None,
        })
    }

    /// Books gifts against their caps: those of a rule and its group what the rule gave, those of an account what all gave.
    fn book(&mut self, gifts: &Gifts<'_>, today: Date) {
        let compiled = self.compiled;
        if !compiled.settings.capped() {
            return;
        }
        for gift in gifts.given().filter(|gift| gift.plan.has_own_caps) {
            // A rule that takes points away has been used all the same.
            for cap in compiled.own_caps(gift.plan) {
                self.book_cap(cap, today, gift.points.max(0), 1);
            }
        }
        for (account, caps) in compiled.settings.account_caps.iter().enumerate() {
            let mut given = gifts
                .given()
                .filter(|gift| gift.plan.account == account)
                .peekable();
            if caps.is_empty() || given.peek().is_none() {
                continue;
            }
            let points = given.fold(0_i64, |sum, gift| sum.saturating_add(gift.points));
            for cap in caps {
                self.book_cap(cap, today, points, 1);
            }
        }
    }

    /// Puts points into lots: one lot for each account and dates.
    fn deposit(&mut self, gifts: &Gifts<'w>, order: Option<&Id>) -> Result<Vec<Put>> {
        let mut lots: SmallVec<[NewLot; 1]> = SmallVec::new();
        for gift in gifts.given() {
            let (account, number) = (gift.plan.account, gift.plan.lot_number);
            // Nearly all rules of an account share one plan: its dates are worked out once.
            let known = lots.iter().position(|lot| lot.number == number);
            let known = match known {
                Some(place) => place,
                None => {
                    let dates = self.earned_lot(gift.plan, order.is_some());
                    let of_rule =
                        |error: Error| error.about(format_args!("the rule `{}`", gift.plan.id));
                    let dates = dates.map_err(of_rule)?;
                    let equal = |lot: &NewLot| lot.account == account && lot.dates == dates;
                    lots.iter().position(equal).unwrap_or_else(|| {
                        lots.push(NewLot {
                            account,
                            number,
                            dates,
                            points: 0,
                            rules: Vec::with_capacity(gifts.all.len()),
                        });
                        lots.len().saturating_sub(1)
                    })
                }
            };
            if let Some(lot) = lots.get_mut(known) {
                lot.points = lot.points.saturating_add(gift.points);
                lot.rules.push(RulePoints {
                    rule: gift.plan.id.clone(),
                    points: Points::new(gift.points),
                });
            }
        }
        level(&mut lots);
        let mut put = Vec::with_capacity(lots.len());
        for lot in lots {
            let NewLot {
                account: place,
                dates,
                points,
                rules,
                ..
            } = lot;
            if points <= 0 {
                continue;
            }
            let lot = Lot { points, ..dates };
            let Given { lot, repaid } = self.give(place, lot)?;
            let id = self.account(place)?.id.clone();
            self.enter(Change::Earned {
                account: id.clone(),
                points: Points::new(points),
                order: order.cloned(),
                rules,
                lot: lot.dates(),
            });
            if repaid > 0 {
                self.enter(Change::Repaid {
                    account: id.clone(),
                    points: Points::new(repaid),
                    lot: lot.dates(),
                });
            }
            put.push(Put {
                account: id,
                lot: Took::new(lot),
            });
        }
        Ok(put)
    }
}

/// A factor below one takes points away: what would leave a lot below zero comes out of the other lots of the account, in the
/// name of the rule that took it.
fn level(lots: &mut [NewLot]) {
    for place in 0..lots.len() {
        let Some(lot) = lots.get_mut(place) else {
            continue;
        };
        let (account, mut lacks) = (lot.account, lot.points.saturating_neg());
        if lacks <= 0 {
            continue;
        }
        lot.points = 0;
        let rules = core::mem::take(&mut lot.rules);
        let Some(taker) = rules.into_iter().min_by_key(|rule| rule.points) else {
            continue;
        };
        for lot in lots
            .iter_mut()
            .filter(|lot| lot.account == account && lot.points > 0)
        {
            let part = lacks.min(lot.points);
            if part > 0 {
                lot.points = lot.points.saturating_sub(part);
                lacks = lacks.saturating_sub(part);
                lot.rules.push(RulePoints {
                    rule: taker.rule.clone(),
                    points: Points::new(part.saturating_neg()),
                });
            }
        }
    }
}

/// Whether a rule fires, as far as its lines do not decide it; else why not, and with `unmet` what its condition lacks.
fn fires(
    rule: &RulePlan,
    answers: bool,
    seeing: &Seeing<'_>,
    unmet: Option<&mut Vec<Unmet>>,
) -> Result<(), TraceResult> {
    if !answers {
        return Err(TraceResult::OtherEvent);
    }
    if rule.from.is_some_and(|from| seeing.day < from)
        || rule.until.is_some_and(|until| until < seeing.day)
    {
        return Err(TraceResult::NotLive);
    }
    let Some(when) = &rule.when else {
        return Ok(());
    };
    let holds = match unmet {
        None => evaluate(when, seeing, &mut Quiet),
        Some(unmet) => {
            let mut lacks = Explain::default();
            let holds = evaluate(when, seeing, &mut lacks);
            if !holds {
                *unmet = lacks.0;
            }
            holds
        }
    };
    if holds {
        Ok(())
    } else {
        Err(TraceResult::Unmet)
    }
}

/// Adds what each row brings to a rule.
fn brings(
    plan: &Plan,
    earning: &EarningPlan,
    basket: &Basket,
    paid: &[i64],
    out: &mut Brought,
) -> Result<(), TraceResult> {
    let free = counts_free(plan, earning, basket);
    let mine = |row: &Row| is_for(plan, free, basket, row);
    let (mut any, mut nothing) = (false, true);
    let from = out.len();
    let mut add = |place: usize, row: &Row, counts: bool| {
        let brought = match plan.counts {
            _ if !counts => 0,
            Counts::Money => base(basket, (place, row), plan.base, earning)
                .saturating_sub(paid.get(place).copied().unwrap_or(0))
                .max(0),
            Counts::Units => earning.units(row),
            Counts::Lines => 1,
            Counts::Weight => row.discounted,
        };
        any |= counts;
        nothing &= brought == 0;
        out.push(brought);
    };
    for (place, row) in basket.rows.iter().enumerate() {
        add(place, row, mine(row));
    }
    if let Some(row) = &basket.shipping {
        // Only rates that look at the whole purchase may see it.
        let counts = counts_shipping(plan, earning) && mine(row);
        add(basket.rows.len(), row, counts);
    }
    if !any {
        return Err(TraceResult::NoLine);
    }
    // A fixed gift for rows that cost nothing is shared alike among them.
    if nothing && plan.counts != Counts::Money {
        let own = out.get_mut(from..).unwrap_or_default();
        for (weight, row) in own.iter_mut().zip(&basket.rows) {
            *weight = i64::from(mine(row));
        }
    }
    Ok(())
}

/// Whether what costs nothing counts is for the program to say. A gift for the purchase does not ask: a basket that costs nothing
/// at all is a purchase too.
pub(super) fn counts_free(plan: &Plan, earning: &EarningPlan, basket: &Basket) -> bool {
    let for_purchase = || {
        let whole = plan.counts == Counts::Weight && plan.lines.is_none();
        whole && basket.rows.iter().all(|row| row.discounted == 0)
    };
    plan.is_multiplier() || earning.free_units || for_purchase()
}

/// Whether shipping counts for a rule, if it earns.
pub(super) fn counts_shipping(plan: &Plan, earning: &EarningPlan) -> bool {
    plan.counts == Counts::Money && earning.shipping && plan.lines.is_none()
}

/// Whether a row counts for a rule; `free` says whether rows that cost nothing do.
pub(super) fn is_for(plan: &Plan, free: bool, basket: &Basket, row: &Row) -> bool {
    row.earns
        && (free || row.discounted != 0)
        && plan
            .lines
            .as_ref()
            .is_none_or(|lines| lines.has(basket, row))
}

/// The amount of a row on which a rate works.
pub(super) fn base(
    basket: &Basket,
    (place, row): (usize, &Row),
    base: EarnBase,
    earning: &EarningPlan,
) -> i64 {
    let stage = match base {
        EarnBase::Discounted => Stage::Discounted,
        EarnBase::LineDiscounted => Stage::LineDiscounted,
        EarnBase::List => return list(basket, (place, row), earning.basis, earning),
    };
    basket.amount_of(place, row, stage, earning.basis)
}

/// The list price of the units of a row that count.
pub(super) fn list(
    basket: &Basket,
    (place, row): (usize, &Row),
    basis: Basis,
    earning: &EarningPlan,
) -> i64 {
    let all = basket.amount_of(place, row, Stage::List, basis);
    let units = earning.units(row);
    cumulative(all, units, row.quantity, Rounding::Floor).unwrap_or(all)
}
