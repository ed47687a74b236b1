//! What the member does keeps points alive; what the member does not do makes them fewer (clause 3.8: `inactivity`, `decay`).

use super::work::Work;
use crate::amount::{Points, Rounding};
use crate::calendar::{Date, Instant, Span, Unit};
use crate::error::Result;
use crate::outcome::{Change, ExpiredWhy, RedateWhy, Source};
use crate::points::{Account, Decay, Lot};

/// What counted as being active: in one account, or in all.
type Deed = (Option<usize>, String);

impl Work<'_> {
    /// After an event: notes what the member did, and dates anew what it keeps alive.
    pub(super) fn note_deeds(&mut self) -> Result<()> {
        let listens = self
            .compiled
            .accounts
            .iter()
            .any(|plan| !plan.words.is_empty());
        if !listens && !self.state.accounts.iter().any(Account::moves) {
            return Ok(());
        }
        let deeds = self.deeds();
        let today = self.today;
        for place in 0..self.state.accounts.len() {
            let plan = self.compiled.accounts.get(place);
            let account = self.account(place)?;
            let heard = |(of, word): &&Deed| {
                of.is_none_or(|of| of == place)
                    && account.is_news(word, today)
                    && (plan.is_some_and(|plan| plan.words.contains(word)) || account.listens(word))
            };
            let news: Vec<&Deed> = deeds.iter().filter(heard).collect();
            if news.is_empty() {
                continue;
            }
            let (now, zone) = (self.as_of, self.zone);
            let account = self.account_mut(place)?;
            let before = account.last_days();
            for (_, word) in news {
                account.be_active(word, today);
            }
            let moved = account.redate(&before, (now, zone))?;
            self.enter_redated(place, moved, RedateWhy::Active)?;
        }
        Ok(())
    }

    /// What the member did, by the entries of the event.
    fn deeds(&self) -> Vec<Deed> {
        let mut deeds = Vec::new();
        let entries = self.entries.get(self.event..).unwrap_or_default();
        for entry in entries {
            match &entry.change {
                Change::Purchase { .. } => deeds.push((None, "purchase".to_owned())),
                Change::Enrolled { .. } => deeds.push((None, "enroll".to_owned())),
                Change::Activity { kind } => {
                    deeds.push((None, "activity".to_owned()));
                    deeds.push((None, format!("activity:{kind}")));
                }
                Change::Earned { account, .. } => {
                    deeds.push((self.place_of(account), "earned".to_owned()));
                }
                Change::Spent { account, .. }
                | Change::Redeemed { account, .. }
                | Change::Debited {
                    account,
                    source: Source::To(_) | Source::Fee(_) | Source::Conversion(_),
                    ..
                } => deeds.push((self.place_of(account), "spent".to_owned())),
                _ => {}
            }
        }
        deeds
    }

    /// One entry for all lots that had the same date.
    pub(super) fn enter_redated(
        &mut self,
        place: usize,
        mut moved: Vec<(Option<Instant>, Lot)>,
        why: RedateWhy,
    ) -> Result<()> {
        let account = self.account(place)?.id.clone();
        // What never expired stands behind all that did.
        moved.sort_by_key(|(before, lot)| (before.is_none(), *before, lot.n));
        for same in moved.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((before, _)) = same.first() else {
                continue;
            };
            let points = same
                .iter()
                .fold(0_i64, |sum, (_, lot)| sum.saturating_add(lot.points));
            self.enter(Change::Redated {
                account: account.clone(),
                points: Points::new(points),
                before: *before,
                lots: same.iter().map(|(_, lot)| lot.entry()).collect(),
                why,
            });
        }
        Ok(())
    }

    /// What leaves accounts at this instant because the member has been inactive.
    pub(super) fn decay(&mut self) -> Result<()> {
        let compiled = self.compiled;
        for (place, plan) in compiled.accounts.iter().enumerate() {
            let Some(decay) = &plan.decay else { continue };
            let due = self
                .turned
                .and_then(|day| self.decay_after(place, decay, day));
            let Some(day) = due.filter(|day| self.begins(*day)) else {
                continue;
            };
            let points = loss(decay, self.account(place)?.available());
            self.wither(place, points, ExpiredWhy::Decay)?;
            self.account_mut(place)?.decayed_on = Some(day);
        }
        Ok(())
    }

    /// When the next decay of an account is due.
    pub(super) fn decay_due(&self, place: usize) -> Option<Instant> {
        let decay = self.compiled.accounts.get(place)?.decay.as_ref()?;
        let day = self.decay_after(place, decay, self.today)?;
        self.zone.start_of(day).ok()
    }

    /// The first day of decay after a day; none if nothing would leave as things stand.
    fn decay_after(&self, place: usize, decay: &Decay, after: Date) -> Option<Date> {
        let account = self.state.accounts.get(place)?;
        // Who has never been active has been so for as long as the oldest points are there, as with expiry by inactivity.
        let anchor = account
            .last_active(&decay.resets_on)
            .or_else(|| account.oldest_day())?;
        if loss(decay, account.available()) == 0 {
            return None;
        }
        let comes = |k: i64| match nth(decay, anchor, k) {
            Ok(day) => day > after && Some(day) > account.decayed_on,
            // Past the end of the calendar.
            Err(_) => true,
        };
        nth(decay, anchor, first(comes)).ok()
    }

    /// Takes available points of an account for good, in burn order.
    pub(super) fn wither(&mut self, place: usize, points: i64, why: ExpiredWhy) -> Result<()> {
        if points == 0 {
            return Ok(());
        }
        let remember_from = self.keep_from();
        let plan = self.compiled.accounts.get(place);
        let burn = plan.map(|plan| plan.burn_order).unwrap_or_default();
        let account = self.account_mut(place)?;
        let gone = account.wither(points, burn, remember_from)?;
        let id = account.id.clone();
        for lot in gone {
            self.enter(Change::Expired {
                account: id.clone(),
                points: Points::new(lot.points),
                lot: lot.dates(),
                why: Some(why),
            });
        }
        Ok(())
    }
}

/// How many of so many available points leave each time.
fn loss(decay: &Decay, available: i64) -> i64 {
    let percent = decay.percent.0.normalize();
    let whole = 10_i128.saturating_pow(percent.scale().saturating_add(2));
    let part = i128::from(available).saturating_mul(percent.mantissa());
    let part = Rounding::Floor
        .divide(part, whole)
        .and_then(|part| i64::try_from(part).ok())
        .unwrap_or(available);
    let stays = decay.until.get().max(0);
    part.max(decay.min_points.get())
        .min(available.saturating_sub(stays))
        .max(0)
}

/// The k-th day of decay after a day, computed from that day (clause 1.6). The day that the lengths reach is the last one of
/// being inactive (clause 1.7): points leave when it is over, as they do with expiry by inactivity.
fn nth(decay: &Decay, anchor: Date, k: i64) -> Result<Date> {
    let (first, first_in_months) = units(decay.after_inactive);
    let (every, in_months) = units(decay.every);
    let later = every.saturating_mul(k);
    let last = match (first_in_months, in_months) {
        (true, true) => anchor.add_months(first.saturating_add(later)),
        (false, false) => anchor.add_days(first.saturating_add(later)),
        (true, false) => anchor.add_months(first)?.add_days(later),
        (false, true) => anchor.add_days(first)?.add_months(later),
    };
    last?.add_days(1)
}

/// A length in months or in days.
fn units(span: Span) -> (i64, bool) {
    let count = i64::from(span.count());
    match span.unit() {
        Unit::Days => (count, false),
        Unit::Weeks => (count.saturating_mul(7), false),
        Unit::Months => (count, true),
        Unit::Years => (count.saturating_mul(12), true),
    }
}

/// The first number from zero on for which something holds that holds from then on.
fn first(holds: impl Fn(i64) -> bool) -> i64 {
    let (mut low, mut high) = (0_i64, 1_i64);
    if holds(0) {
        return 0;
    }
    while !holds(high) {
        low = high;
        high = high.saturating_mul(2);
    }
    while high.saturating_sub(low) > 1 {
        let middle = low.saturating_add(high.saturating_sub(low) / 2);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
