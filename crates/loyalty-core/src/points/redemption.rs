//! Rewards and moved points: what they cost, and what a member keeps of a redemption while it can be undone (clauses 5.2 to 5.4).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ledger::Took;
use super::limit::LimitSpec;
use super::rules::{AutoRun, Fee, MovedLots, Surplus};
use crate::amount::{Exact, Rounding};
use crate::calendar::{Date, Instant};
use crate::condition::Cond;
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::limits::POINTS_MAX;
use crate::pricing::DiscountPlan;

/// A compiled reward.
#[derive(Debug)]
pub(crate) struct RewardPlan {
    pub(crate) id: Id,
    pub(crate) account: usize,
    points: i64,
    /// A track, and what the reward costs on each of its rungs, where that is not the general price.
    pub(crate) by_rung: Option<(usize, Vec<Option<i64>>)>,
    /// Minor units that the host takes besides.
    pub(crate) money: Option<i64>,
    pub(crate) give: GivePlan,
    pub(crate) when: Option<Cond>,
    pub(crate) limits: Vec<LimitSpec>,
    pub(crate) auto: Option<AutoPlan>,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
}

/// What a reward gives.
#[derive(Debug)]
pub(crate) enum GivePlan {
    Item(Id),
    Discount(DiscountPlan),
    Points { account: usize, points: i64 },
    Coupon(Id, Option<Exact>),
}

/// When a reward is given by itself.
#[derive(Debug)]
pub(crate) struct AutoPlan {
    pub(crate) threshold: Option<i64>,
    pub(crate) surplus: Surplus,
    pub(crate) run: AutoRun,
}

impl RewardPlan {
    pub(crate) fn new(
        (id, account, points): (Id, usize, i64),
        by_rung: Option<(usize, Vec<Option<i64>>)>,
        money: Option<i64>,
        give: GivePlan,
    ) -> Self {
        Self {
            id,
            account,
            points,
            by_rung,
            money,
            give,
            when: None,
            limits: Vec::new(),
            auto: None,
            from: None,
            until: None,
        }
    }

    /// What one costs on the rung that is held; `rung` says which in a track.
    pub(crate) fn price(&self, rung: impl Fn(usize) -> usize) -> i64 {
        let held = self.by_rung.as_ref();
        held.and_then(|(track, prices)| prices.get(rung(*track)).copied().flatten())
            .unwrap_or(self.points)
    }

    /// The least that one costs on any rung.
    pub(crate) fn least(&self) -> i64 {
        let rungs = self.by_rung.iter().flat_map(|(_, prices)| prices);
        let least = rungs.flatten().copied().min();
        least.map_or(self.points, |least| least.min(self.points))
    }

    /// From so many points on it is given by itself, where one costs so many.
    pub(crate) fn threshold(&self, price: i64) -> i64 {
        let threshold = self.auto.as_ref().and_then(|auto| auto.threshold);
        threshold.unwrap_or(price).max(price)
    }

    /// How many can be taken in one posting.
    pub(crate) fn most_at_once(&self, price: i64) -> i64 {
        let gives = match self.give {
            GivePlan::Points { points, .. } => points,
            GivePlan::Item(_) | GivePlan::Discount(_) | GivePlan::Coupon(..) => 1,
        };
        POINTS_MAX
            .checked_div(price.max(gives).max(1))
            .unwrap_or(1)
            .max(1)
    }

    /// Whether it can be had on a day, in program time.
    pub(crate) fn live(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// A compiled rule by which points move: to other members, or to other accounts and programs.
#[derive(Debug)]
pub(crate) struct MovePlan {
    pub(crate) account: usize,
    pub(crate) min: i64,
    pub(crate) max: Option<i64>,
    pub(crate) step: i64,
    pub(crate) fee: Option<FeePlan>,
    pub(crate) limits: Vec<LimitSpec>,
    /// Limits whose uses are points.
    pub(crate) points_limits: Vec<LimitSpec>,
    pub(crate) lots: MovedLots,
    pub(crate) when: Option<Cond>,
}

/// What moving points costs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FeePlan {
    Points(i64),
    /// A part of the points: over this number.
    Part(i128, i128),
}

/// A compiled conversion.
#[derive(Debug)]
pub(crate) struct ConversionPlan {
    pub(crate) id: Id,
    pub(crate) rule: MovePlan,
    points: i64,
    gives: i64,
    pub(crate) to: ConversionTo,
}

/// Where converted points go.
#[derive(Debug)]
pub(crate) enum ConversionTo {
    /// An account of this program.
    Own(usize),
    /// An account of a partner's program.
    Partner { program: Id, account: Id },
}

impl FeePlan {
    pub(crate) fn new(fee: &Fee) -> Self {
        match fee {
            Fee::Points(points) => Self::Points(points.get()),
            Fee::Percent(percent) => {
                let scale = percent.0.scale().saturating_add(2);
                let whole = 10_i128.checked_pow(scale).unwrap_or(i128::MAX);
                Self::Part(percent.0.mantissa(), whole)
            }
        }
    }

    /// What moving so many points costs, rounded up.
    fn of(self, points: i64) -> Result<i64> {
        match self {
            Self::Points(fee) => Ok(fee),
            Self::Part(part, whole) => i128::from(points)
                .checked_mul(part)
                .and_then(|part| Rounding::Ceil.divide(part, whole))
                .and_then(|fee| i64::try_from(fee).ok())
                .ok_or_else(too_many),
        }
    }
}

impl MovePlan {
    /// What moving so many points costs besides.
    pub(crate) fn fee(&self, points: i64) -> Result<i64> {
        self.fee.map_or(Ok(0), |fee| fee.of(points))
    }

    /// How many of the points that are there can be moved with their fee at once, but no more than `most`: whole steps. It does not
    /// ask whether they are enough for once.
    pub(crate) fn most_of(&self, there: i64, most: i64) -> Result<i64> {
        let most = most.min(there).min(self.max.unwrap_or(i64::MAX)).max(0);
        let of = |steps: i64| steps.saturating_mul(self.step);
        // The more is moved, the more it costs: the last number of steps that leaves enough.
        let (mut low, mut high) = (0, most.checked_div(self.step).unwrap_or(0));
        while low < high {
            let middle = low.midpoint(high.saturating_add(1));
            let points = of(middle);
            if points.saturating_add(self.fee(points)?) <= there {
                low = middle;
            } else {
                high = middle.saturating_sub(1);
            }
        }
        Ok(of(low))
    }

    /// Why so many points cannot be moved at once, if they cannot.
    pub(crate) fn refuses(&self, points: i64) -> Option<String> {
        if points < self.min {
            return Some(format!(
                "at least {} points are moved at once, not {points}",
                self.min
            ));
        }
        if let Some(max) = self.max.filter(|max| points > *max) {
            return Some(format!(
                "at most {max} points are moved at once, not {points}"
            ));
        }
        (points.checked_rem(self.step) != Some(0)).then(|| {
            format!(
                "only multiples of {} points are moved, not {points}",
                self.step
            )
        })
    }
}

impl ConversionPlan {
    pub(crate) fn new(
        id: Id,
        rule: MovePlan,
        (points, gives): (i64, i64),
        to: ConversionTo,
    ) -> Self {
        Self {
            id,
            rule,
            points,
            gives,
            to,
        }
    }

    /// How many points so many make: a whole number, because only full steps are taken.
    pub(crate) fn makes(&self, points: i64) -> Result<i64> {
        i128::from(points)
            .checked_mul(i128::from(self.gives))
            .and_then(|product| product.checked_div(i128::from(self.points)))
            .and_then(|made| i64::try_from(made).ok())
            .filter(|made| *made <= POINTS_MAX)
            .ok_or_else(too_many)
    }
}

/// So many of a number of points, within the limits.
pub(crate) fn times(points: i64, quantity: i64) -> Result<i64> {
    points
        .checked_mul(quantity)
        .filter(|points| *points <= POINTS_MAX)
        .ok_or_else(too_many)
}

fn too_many() -> Error {
    let words = format!("more than {POINTS_MAX} points would move at once");
    Error::new(Code::Overflow, words)
}

/// A reward that was taken, kept for as long as it can be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Redemption {
    /// The event, or the name of a reward that was given by itself.
    pub(crate) id: Id,
    pub(crate) reward: Id,
    pub(crate) quantity: i64,
    pub(crate) at: Instant,
    /// The civil day of it, in the zone of then.
    pub(crate) on: Date,
    /// The version of the member after it.
    pub(crate) version: u64,
    pub(crate) account: Id,
    pub(crate) lots: Vec<Took>,
    /// The points that it gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gave: Option<Gave>,
    /// The coupons that it gave, by instance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) coupons: Vec<Id>,
    /// The money that each of them held, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<i64>,
    /// Limits by terms that are over: undoing it gives none of them back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) over: Vec<Arc<str>>,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) undone: bool,
}

/// Points of another account that a reward gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gave {
    pub(crate) account: Id,
    pub(crate) lot: Took,
}

impl Redemption {
    /// How many points it took.
    pub(crate) fn points(&self) -> i64 {
        self.lots
            .iter()
            .fold(0, |sum: i64, took| sum.saturating_add(took.lot.points))
    }

    /// What is wrong with a decoded redemption, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let took = |took: &Took| took.lot.points > 0 && took.is_right();
        if self.quantity < 1 || self.lots.is_empty() {
            return Some("a redemption of nothing is none");
        }
        if !self.lots.iter().all(took) || !self.gave.iter().all(|gave| took(&gave.lot)) {
            return Some("more points of a redemption are back than there were");
        }
        let all_back = self.lots.iter().all(|took| took.back == took.lot.points);
        let some_back = self.lots.iter().any(|took| took.back > 0);
        (all_back != self.undone || some_back != self.undone)
            .then_some("a redemption is undone in part")
    }
}
