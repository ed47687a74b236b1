//! Which signals speak, and what level they come to (clause 11.5).

use super::rules::WarningScores;
use crate::amount::Exact;
use crate::calendar::Period;
use crate::condition::{Cond, WarningLevel};
use crate::id::Id;

/// The compiled early warning.
#[derive(Debug)]
pub(crate) struct WarningPlan {
    pub(crate) signals: Vec<SignalPlan>,
    pub(crate) levels: WarningScores,
    pub(crate) review: Period,
}

/// A compiled signal.
#[derive(Debug)]
pub(crate) struct SignalPlan {
    pub(crate) id: Id,
    pub(crate) asks: Asks,
    pub(crate) weight: u32,
}

/// What a signal asks.
#[derive(Debug)]
pub(crate) enum Asks {
    /// Whether a metric is so much less or more than another one.
    Moved {
        metric: usize,
        than: usize,
        by: Moved,
    },
    When(Cond),
}

/// So many percent less or more, as a fraction of what was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    falls: bool,
    part: i128,
    whole: i128,
}

impl Moved {
    pub(crate) fn new(falls: bool, percent: Exact) -> Self {
        let percent = percent.0.normalize();
        let ten = 10_i128.saturating_pow(percent.scale());
        let whole = ten.saturating_mul(100);
        let by = percent.mantissa();
        let part = if falls {
            whole.saturating_sub(by)
        } else {
            whole.saturating_add(by)
        };
        Self { falls, part, whole }
    }

    /// The least value that has risen far enough, of one that was so much before.
    pub(crate) fn risen(self, before: i64) -> Option<i64> {
        let bound = i128::from(before).saturating_mul(self.part);
        let least = bound.checked_neg()?.checked_div_euclid(self.whole)?;
        let least = i64::try_from(least.checked_neg()?).ok()?;
        Some(least.max(before.checked_add(1)?)).filter(|_| !self.falls)
    }

    /// Whether a value is so far from what it was before; at the same value nothing has moved.
    pub(crate) fn speaks(self, now: i64, before: i64) -> bool {
        // At most 19 digits each, and rates have at most 20: this fits.
        let now_part = i128::from(now).saturating_mul(self.whole);
        let bound = i128::from(before).saturating_mul(self.part);
        if self.falls {
            now < before && now_part <= bound
        } else {
            now > before && now_part >= bound
        }
    }
}

impl WarningPlan {
    /// The sum of the weights of the signals that speak.
    pub(crate) fn score(&self, speaks: impl Fn(&SignalPlan) -> bool) -> u32 {
        let loud = self.signals.iter().filter(|signal| speaks(signal));
        loud.fold(0, |sum: u32, signal| sum.saturating_add(signal.weight))
    }

    /// The level of a score.
    pub(crate) fn level(&self, score: u32) -> WarningLevel {
        let WarningScores {
            light,
            moderate,
            severe,
        } = self.levels;
        match score {
            _ if score >= severe => WarningLevel::Severe,
            _ if score >= moderate => WarningLevel::Moderate,
            _ if score >= light => WarningLevel::Light,
            _ => WarningLevel::None,
        }
    }
}
