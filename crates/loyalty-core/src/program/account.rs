//! Compiled accounts.

use super::Rules;
use super::compile::RulePlan;
use crate::condition::Catalogue;
use crate::error::{Code, Error, join};
use crate::event::Overdraw;
use crate::id::Id;
use crate::points::{
    AccountRule, BurnOrder, Decay, DeductionDay, Expiry, LiabilityRule, LotPlan, OpenLots,
    Overrides, Restore, TierExpiry, YearlyDeduction, words_of,
};

/// A compiled account.
#[derive(Debug)]
pub(crate) struct AccountPlan {
    pub(crate) id: Id,
    pub(crate) burn_order: BurnOrder,
    pub(crate) overdraw: Overdraw,
    pub(crate) restore: Restore,
    pub(crate) lot: LotPlan,
    pub(crate) by_tier: Option<ByTier<Expiry>>,
    pub(crate) overrides: Overrides,
    /// What counts as being active, for its lots and for its decay.
    pub(crate) words: Vec<String>,
    pub(crate) decay: Option<Decay>,
    pub(crate) yearly: Option<(DeductionDay, ByTier<i64>)>,
    pub(crate) reinstate_days: u32,
    pub(crate) open_lots: OpenLots,
    pub(crate) liability: Option<LiabilityRule>,
}

/// Something for each rung of a track.
#[derive(Debug)]
pub(crate) struct ByTier<T> {
    pub(crate) track: usize,
    rungs: Vec<Option<T>>,
}

impl<T> ByTier<T> {
    /// What is said of a rung, if anything.
    pub(crate) fn of(&self, rung: usize) -> Option<&T> {
        self.rungs.get(rung)?.as_ref()
    }
}

/// Compiles the accounts; mistakes are reported with their paths.
pub(super) fn accounts(
    rules: &Rules,
    plans: &[RulePlan],
    names: &Catalogue,
    mistakes: &mut Vec<Error>,
) -> Vec<AccountPlan> {
    let mut compiler = Compiler { names, mistakes };
    let all = rules.accounts.iter().enumerate();
    all.map(|(place, rule)| {
        let path = format!("accounts[{place}]");
        let plans = plans.iter().filter(|rule| rule.plan.account == place);
        let by_rules = plans.map(|rule| &rule.plan.lot.expiry);
        compiler.account(rule, by_rules, &path)
    })
    .collect()
}

struct Compiler<'c> {
    names: &'c Catalogue,
    mistakes: &'c mut Vec<Error>,
}

impl Compiler<'_> {
    fn account<'r>(
        &mut self,
        rule: &'r AccountRule,
        by_rules: impl Iterator<Item = &'r Expiry>,
        path: &str,
    ) -> AccountPlan {
        let by_tier = rule
            .expiry_by_tier
            .as_ref()
            .map(|by| self.expiries(by, &join(path, "expiry_by_tier")));
        let yearly = rule
            .yearly_deduction
            .as_ref()
            .map(|by| (by.on, self.amounts(by, &join(path, "yearly_deduction"))));
        let mut words: Vec<String> = Vec::new();
        words_of(&rule.expiry, &mut words);
        let by_rungs = rule.expiry_by_tier.iter().flat_map(|by| by.rungs.values());
        by_rungs
            .chain(by_rules)
            .for_each(|expiry| words_of(expiry, &mut words));
        words.extend(rule.decay.iter().flat_map(|decay| decay.resets_on.clone()));
        words.sort_unstable();
        words.dedup();
        AccountPlan {
            id: rule.id.clone(),
            burn_order: rule.burn_order,
            overdraw: rule.overdraw,
            restore: rule.restore,
            lot: LotPlan {
                activation: rule.activation,
                expiry: rule.expiry.clone(),
                own_expiry: false,
            },
            by_tier,
            overrides: rule.overrides,
            words,
            decay: rule.decay.clone(),
            yearly,
            reinstate_days: rule.reinstate_days,
            open_lots: rule.open_lots,
            liability: rule.liability.clone(),
        }
    }

    fn expiries(&mut self, rule: &TierExpiry, path: &str) -> ByTier<Expiry> {
        let rungs = rule.rungs.iter().map(|(id, expiry)| (id, expiry.clone()));
        self.by_tier(rule.track.as_ref(), rungs, path)
    }

    fn amounts(&mut self, rule: &YearlyDeduction, path: &str) -> ByTier<i64> {
        let rungs = rule.rungs.iter().map(|(id, points)| (id, points.get()));
        self.by_tier(rule.track.as_ref(), rungs, path)
    }

    fn by_tier<'r, T>(
        &mut self,
        track: Option<&Id>,
        rungs: impl Iterator<Item = (&'r Id, T)>,
        path: &str,
    ) -> ByTier<T> {
        let mut by = ByTier {
            track: 0,
            rungs: Vec::new(),
        };
        let place = match self.names.track(track) {
            Ok(place) => place,
            Err(error) => {
                let path = join(path, "track");
                self.mistakes.extend(error.map(|error| error.under(&path)));
                return by;
            }
        };
        by.track = place;
        let Some(names) = self.names.tracks.get(place) else {
            return by;
        };
        by.rungs.resize_with(names.rungs.len(), || None);
        let mut empty = true;
        for (id, of) in rungs {
            empty = false;
            match names.rungs.iter().position(|rung| rung == id) {
                Some(rung) => {
                    if let Some(there) = by.rungs.get_mut(rung) {
                        *there = Some(of);
                    }
                }
                None if self.names.unread.may_have("tiers", id.as_str()) => {}
                None => {
                    let words = format!("the track `{}` has no rung `{id}`", names.id);
                    let path = format!("{path}.rungs.{id}");
                    self.mistakes
                        .push(Error::at(Code::UnknownReference, path, words));
                }
            }
        }
        if empty {
            let words = "an empty list of rungs means nothing";
            self.mistakes
                .push(Error::at(Code::MissingField, join(path, "rungs"), words));
        }
        by
    }
}
