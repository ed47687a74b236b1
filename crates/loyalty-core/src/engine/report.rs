//! What points are to come to nothing, and what they may cost (clause 3.9).

use std::collections::BTreeMap;

use super::work::Work;
use crate::amount::{Decimal, Exact, Points};
use crate::calendar::{Date, Instant};
use crate::error::{Code, Error, Result};
use crate::outcome::{Expiring, Liability};
use crate::points::{LiabilityRule, Lot};

/// The months of a cohort: of earning, and of the last valid day.
type Cohort = ((i32, u32), Option<(i32, u32)>);

impl Work<'_> {
    /// Points by the instants at which they expire, up to the end of a day, then the rest of each balance.
    pub(super) fn expiring(&self, by: Date) -> Result<Vec<Expiring>> {
        let end = self.end_of(by).map_err(|error| error.under("by"))?;
        let mut rows = Vec::new();
        for account in &self.state.accounts {
            let mut rest = account.balance();
            let mut dated: BTreeMap<Instant, i64> = BTreeMap::new();
            for lot in account.lots.iter().filter(|lot| lot.active_from.is_none()) {
                if let Some(at) = lot.expires_at.filter(|at| *at <= end) {
                    let sum = dated.entry(at).or_default();
                    *sum = sum.saturating_add(lot.points);
                    rest = rest.saturating_sub(lot.points);
                }
            }
            let row = |(expires_at, points)| Expiring {
                account: account.id.clone(),
                expires_at,
                points: Points::new(points),
            };
            let dated = dated.into_iter().map(|(at, points)| (Some(at), points));
            let rest = (rest != 0).then_some((None, rest));
            rows.extend(dated.chain(rest).map(row));
        }
        Ok(rows)
    }

    /// Points that are there, pending or held, by the months in which they were earned and expire.
    pub(super) fn liability(&self) -> Result<Vec<Liability>> {
        let mut rows = Vec::new();
        for (place, account) in self.state.accounts.iter().enumerate() {
            let mut cohorts: BTreeMap<Cohort, i64> = BTreeMap::new();
            let held = self.state.more.held(&account.id);
            for lot in account.lots.iter().chain(held) {
                let sum = cohorts.entry(self.cohort(lot)).or_default();
                *sum = sum.saturating_add(lot.points);
            }
            let plan = self.compiled.accounts.get(place);
            let rule = plan.and_then(|plan| plan.liability.as_ref());
            for ((earned, expires), points) in cohorts {
                let costs = rule.map(|rule| costs(rule, points)).transpose()?;
                rows.push(Liability {
                    account: account.id.clone(),
                    earned: month(earned),
                    expires: expires.map(month),
                    points: Points::new(points),
                    cost: costs.map(|(cost, _)| cost),
                    expected: costs.map(|(_, expected)| expected),
                });
            }
        }
        Ok(rows)
    }

    fn cohort(&self, lot: &Lot) -> Cohort {
        let month = |day: Date| (day.year(), day.month());
        let last_day = |at: Instant| self.zone.date_at(at.prev());
        (
            month(lot.earned_on),
            lot.expires_at.map(|at| month(last_day(at))),
        )
    }
}

/// `2026-03`.
fn month((year, month): (i32, u32)) -> String {
    format!("{year:04}-{month:02}")
}

/// What points cost if all of them are used, and if as many are used as expected: exact, or not at all.
fn costs(rule: &LiabilityRule, points: i64) -> Result<(Exact, Exact)> {
    let (cost, percent) = (
        rule.cost_per_point.0.normalize(),
        rule.redemption_percent.0.normalize(),
    );
    let all = i128::from(points).checked_mul(cost.mantissa());
    let used = all.and_then(|all| all.checked_mul(percent.mantissa()));
    let hundredths = cost
        .scale()
        .saturating_add(percent.scale())
        .saturating_add(2);
    Ok((exact(all, cost.scale())?, exact(used, hundredths)?))
}

/// A decimal of so many units of a power of ten, without zeros at its end.
fn exact(units: Option<i128>, scale: u32) -> Result<Exact> {
    let too_many = || Error::new(Code::Overflow, "the points cost more than can be counted");
    let (mut units, mut scale) = (units.ok_or_else(too_many)?, scale);
    while scale > 0 && units.checked_rem(10) == Some(0) {
        units = units.checked_div(10).unwrap_or(0);
        scale = scale.saturating_sub(1);
    }
    Decimal::try_from_i128_with_scale(units, scale)
        .map(Exact)
        .map_err(|_| too_many())
}
