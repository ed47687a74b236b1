//! Another version of the program: what it does with what is there already (clauses 3.8, 14.3).

use super::facts::rung;
use super::lent::mark_held;
use super::standing::Asked;
use super::taken::NewDate;
use super::work::Work;
use crate::calendar::{Date, Instant};
use crate::error::Result;
use crate::id::Id;
use crate::member::State;
use crate::metric::Tally;
use crate::outcome::{Change, RedateWhy, TierWhy};
use crate::points::{
    Account, Counting, DatedBy, Lot, OpenLots, active_on, counts_from_activation, first_invalid,
    is_idle,
};
use crate::program::{Compiled, Program, Version};
use crate::tiers::{Begin, Person, Review, Standing, Term, Verdict};

impl Work<'_> {
    /// First of all: the member comes to the version of the program that is in force, if it has run under another one. Where the
    /// zone of the program is another one, what the days bring that begin by that happens, too.
    pub(super) fn adopt_version(&mut self) -> Result<()> {
        let before = self.entries.len();
        if self.state.more.program_version.as_ref() != self.label() {
            self.adopted()?;
        }
        self.enter_terms(TierWhy::NewVersion);
        if self.moved {
            self.settle_event()?;
            (self.moved, self.turned) = (false, None);
        } else if self.entries.len() > before {
            self.settle_at()?;
        }
        if self.member.version == 0 {
            return Ok(());
        }
        // What the member should have come to before this instant was not known then.
        self.come_to_due()
    }

    /// What another version of the program changes at once: the dates of points, rungs that it does not have, rungs that are lent.
    pub(super) fn adopted(&mut self) -> Result<()> {
        let to = self.label().cloned();
        let from = core::mem::replace(&mut self.more().program_version, to.clone());
        if !self.compiled.triggers.by_days && self.state.more.triggers.through.is_some() {
            // Nobody looks at the days that pass now.
            self.more().triggers.through = None;
        }
        if self.member.version == 0 || self.state.more.access.is_over() {
            return Ok(());
        }
        let before = from.as_ref().and_then(|from| self.timeline.named(from));
        // A transition keeps parts of the version before it, and its end changes only what was kept until then.
        let (timeline, at) = (self.timeline, self.place);
        let ends = before.filter(|version| {
            let last = at.checked_sub(1).map(|last| timeline.version(last));
            version.ends == Some(self.as_of)
                && last.is_some_and(|last| core::ptr::eq(last, *version))
        });
        let keeps = before.filter(|_| timeline.version(at).ends.is_some());
        if self.left.is_none() {
            self.left.clone_from(&from);
        }
        self.enter(Change::Adopted { from, to });
        let compiled = self.compiled;
        for (place, plan) in compiled.accounts.iter().enumerate() {
            let rule = |program: &Program| {
                let accounts = &program.rules().accounts;
                accounts.iter().find(|one| one.id == plan.id).cloned()
            };
            let same = |other: &Version| rule(&other.program) == rule(self.program);
            let later = || timeline.version(at.saturating_add(1));
            let kept = keeps.is_some_and(same) && !same(later());
            if plan.open_lots != OpenLots::Keep && !kept && !ends.is_some_and(same) {
                self.date_open_lots(place, plan.open_lots)?;
            }
        }
        self.enter_terms(TierWhy::NewVersion);
        self.leave_lost_rungs()?;
        self.lend_rungs();
        Ok(())
    }

    /// Enters until when rungs are held that are the same as before, where their terms have begun anew. Who has no history held
    /// nothing before.
    pub(super) fn enter_terms(&mut self, why: TierWhy) {
        let anew = core::mem::take(&mut self.terms_anew);
        if self.member.version == 0 || self.state.more.access.is_over() {
            return;
        }
        for place in anew {
            let standing = self.state.tiers.get(place);
            let track = self.compiled.tracks.get(place);
            let known = track.zip(standing).is_some_and(|(track, standing)| {
                let mut rungs = track.rungs.iter();
                rungs.any(|rung| rung.id == standing.rung)
            });
            if known {
                self.enter_tier(place, why, None);
            }
        }
    }

    /// A rung that the program does not have is left for the lowest one.
    fn leave_lost_rungs(&mut self) -> Result<()> {
        let compiled = self.compiled;
        for (place, track) in compiled.tracks.iter().enumerate() {
            let known = |rung: &Id| track.rungs.iter().any(|one| one.id == *rung);
            let standing = self.state.tiers.get(place);
            if standing.is_none_or(|standing| known(&standing.rung)) {
                continue;
            }
            let verdict = Verdict {
                rung: 0,
                why: TierWhy::NewVersion,
                basis: None,
            };
            let asked = Asked {
                on: self.today,
                after: None,
            };
            self.take_rung(place, verdict, asked)?;
        }
        Ok(())
    }

    /// Gives all lots of an account the account's expiry, counted from today or from the day of earning.
    fn date_open_lots(&mut self, place: usize, rule: OpenLots) -> Result<()> {
        let compiled = self.compiled;
        let Some(plan) = compiled.accounts.get(place) else {
            return Ok(());
        };
        let expiry = self.expiry_for(place, &plan.lot);
        let idle = is_idle(&expiry);
        let waits = counts_from_activation(&expiry);
        let kept = if idle || waits {
            Some(self.account_mut(place)?.keep_rule(&expiry)?)
        } else {
            None
        };
        let mut lots = self.account(place)?.lots.clone();
        // What was taken from a lot that is not over may come back to it.
        let now = self.as_of;
        let open = |lot: &Lot| lot.expires_at.is_none_or(|at| at > now);
        let taken = self.taken_lots(&plan.id).into_iter().filter(open);
        let there = lots.len();
        for lot in taken {
            if lots.iter().take(there).all(|one| one.n != lot.n) {
                lots.push(lot);
            }
        }
        let mut dates: Vec<(u32, Option<Instant>)> = Vec::new();
        let mut dated: Vec<(u32, Option<DatedBy>)> = Vec::new();
        let mut anew: Vec<NewDate> = Vec::new();
        for lot in lots {
            let from = match rule {
                OpenLots::FromStart => self.today,
                OpenLots::FromEarning | OpenLots::Keep => lot.earned_on,
            };
            let active_on = self.available_on(place, &lot, from)?;
            let account = self.account(place)?;
            let last = |words: &[String]| account.last_active(words);
            let counting = Counting {
                from,
                active_on,
                last: &last,
            };
            let expires_at = first_invalid(&expiry, &counting)?
                .map(|day| self.zone.start_of(day))
                .transpose()?;
            let by = kept
                .filter(|_| idle || active_on.is_none())
                .map(|rule| DatedBy {
                    rule,
                    from: (from != lot.earned_on).then_some(from),
                    active_on: active_on.filter(|_| waits),
                });
            anew.push((lot.n, expires_at, by));
            dated.push((lot.n, by));
            if expires_at != lot.expires_at {
                dates.push((lot.n, expires_at));
            }
        }
        let account = self.account_mut(place)?;
        account.date_by(&dated);
        let moved = account.date(&dates);
        self.redate_taken(&plan.id, &anew);
        self.enter_redated(place, moved, RedateWhy::NewVersion)
    }

    /// The day on which points of a lot become available, or did; none while they wait for a settlement. Where that is no longer
    /// known, it is what the account says of points earned on that day, if it is past.
    fn available_on(&self, place: usize, lot: &Lot, from: Date) -> Result<Option<Date>> {
        if lot.active_from.is_some() {
            return Ok(lot.active_at().map(|at| self.zone.date_at(at)));
        }
        if from == self.today {
            return Ok(Some(from));
        }
        let plan = self.compiled.accounts.get(place);
        let activation = plan.map(|plan| plan.lot.activation).unwrap_or_default();
        let day = active_on(activation, from)?.unwrap_or(from);
        Ok(Some(day.min(self.today)))
    }
}

/// Brings a member to the order of the program: every account, metric and track at its place. What the program does not know
/// stays behind them.
pub(super) fn align_with(compiled: &Compiled, state: &mut State, as_of: Instant, version: u64) {
    let zone = state.profile.timezone.unwrap_or(compiled.zone);
    align(
        &mut state.accounts,
        &compiled.accounts,
        |one| &one.id,
        |plan| &plan.id,
        |plan| Account::new(plan.id.clone()),
    );
    align(
        &mut state.metrics,
        &compiled.metrics,
        |one| &one.id,
        |plan| &plan.id,
        |plan| {
            let mut tally = Tally::new(plan.id.clone(), version);
            // What happened before is not known to a metric that is new to the member: the first whole day is the one that begins
            // now, or the next one.
            let today = zone.date_at(as_of);
            let begins = zone.start_of(today).is_ok_and(|start| start == as_of);
            tally.from = (version > 0)
                .then(|| today.add_days(i64::from(!begins)).ok())
                .flatten();
            tally
        },
    );
    align(
        &mut state.tiers,
        &compiled.tracks,
        |one| &one.track,
        |plan| &plan.id,
        |plan| {
            let rung = plan
                .rungs
                .first()
                .map_or_else(|| plan.id.clone(), |rung| rung.id.clone());
            Standing::new(plan.id.clone(), rung, as_of)
        },
    );
    for standing in state.tiers.iter_mut().skip(compiled.tracks.len()) {
        standing.rest();
    }
    for (place, plan) in compiled.tracks.iter().enumerate() {
        let held = rung(compiled, state, place);
        if let Some(standing) = state.tiers.get_mut(place) {
            standing.primary = plan.primary;
            mark_held(compiled, standing, place, held);
        }
    }
}

/// Where a rung is reviewed without having been earned, its first term begins with it. `anew`: also where it has begun already,
/// because what it is counted from has changed. Says in which tracks it ends at another instant than before.
pub(super) fn begin_terms(
    compiled: &Compiled,
    state: &mut State,
    (as_of, today, person): (Instant, Date, Person),
    anew: bool,
) -> Vec<usize> {
    let zone = person.zone;
    let mut moved = Vec::new();
    for (place, (standing, track)) in state.tiers.iter_mut().zip(&compiled.tracks).enumerate() {
        // What a review has gone over has had its first term.
        let reviewed = standing.begun.is_some();
        let fresh = !reviewed && standing.judged.is_none() && standing.before.is_empty();
        let due = anew || standing.until.is_none();
        let rung = track.rungs.iter().position(|one| one.id == standing.rung);
        let rung = rung.unwrap_or(0);
        // A term of a length begins with the first rung; days of review that are set apart from it are there for every rung.
        let begins = if track.review == Review::TermEnd {
            rung == 0 && fresh
        } else {
            standing.grace.is_none()
        };
        if !(begins && due && (rung > 0 || track.reviews_base())) {
            continue;
        }
        // Under rules that are newer than the standing, a term that would be over begins now.
        let ends = [standing.entered(zone), today].map(|first| {
            let begin = Begin {
                first,
                after: None,
                entered: standing.entered(zone),
                today,
                month_day: None,
            };
            track.term_end(rung, begin, person).unwrap_or_default()
        });
        let later = |term: &Term| term.until.is_some_and(|until| until > as_of);
        let term = ends.into_iter().find(later).unwrap_or_default();
        if standing.until != term.until {
            moved.push(place);
        }
        standing.end_at(term.until);
        standing.month_day = term.month_day;
    }
    moved
}

fn align<T, P>(
    list: &mut Vec<T>,
    plans: &[P],
    id: impl Fn(&T) -> &Id,
    plan_id: impl Fn(&P) -> &Id,
    make: impl Fn(&P) -> T,
) {
    for (place, plan) in plans.iter().enumerate() {
        if list.get(place).is_some_and(|one| id(one) == plan_id(plan)) {
            continue;
        }
        match list
            .iter()
            .skip(place)
            .position(|one| id(one) == plan_id(plan))
        {
            Some(further) => {
                let one = list.remove(place.saturating_add(further));
                list.insert(place, one);
            }
            None => list.insert(place.min(list.len()), make(plan)),
        }
    }
}
