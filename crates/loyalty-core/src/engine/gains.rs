//! What earn rules keep of a member from one event to the next: streaks and remainders (clauses 4.2, 4.6), and how a return takes
//! an order out of them (6.4).

use super::milestone::Figures;
use super::portion::{Back, Backs};
use super::receipt::money_part;
use super::work::Work;
use crate::calendar::Date;
use crate::condition::EventFacts;
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::member::{Order, RowCarried};
use crate::outcome::TraceResult;
use crate::points::{Asks, Carried, Gifts, Plan, Rare, ReturnedPoints, Streaked, Told, parts};

impl<'w> Work<'w> {
    /// What a rule asks for; an error says what became of the rule instead.
    pub(super) fn tell(
        &self,
        plan: &Plan,
        event: &EventFacts<'_>,
    ) -> Result<Option<Box<Rare>>, TraceResult> {
        let told = match plan.asks() {
            Asks::Nothing if plan.carry.is_none() => return Ok(None),
            Asks::Nothing | Asks::Milestone => Told::Nothing,
            Asks::Attribute(name) => {
                let mut attributes = event.attributes.iter();
                let found = attributes.find(|(known, _)| **known == *name);
                let number = found.and_then(|(_, value)| value.number());
                match number.filter(|number| !number.is_sign_negative()) {
                    Some(number) => Told::Number(number),
                    None => return Err(TraceResult::NoPoints),
                }
            }
            Asks::Streak(streak) => {
                let today = self.program_day(self.as_of);
                let present = self.state.more.streaks.iter();
                let present = present.rev().find(|one| one.rule == plan.id);
                let (points, result) = streak.points(present, today);
                Told::Points(points, result)
            }
        };
        let left = plan.carry.map_or(0, |carry| {
            let mut kept = self.state.more.carried.iter();
            let kept = kept.find(|one| one.rule == plan.id);
            kept.map_or(0, |kept| kept.left_of(carry.step))
        });
        Ok(Some(Box::new(Rare {
            told,
            left,
            carry: None,
        })))
    }

    /// Moves streaks and remainders to where the event brings them.
    pub(super) fn keep(&mut self, gifts: &Gifts<'_>, order: Option<&Id>, today: Date) {
        if !self.compiled.settings.remembers {
            return;
        }
        for gift in &gifts.all {
            if let Some(streak) = gift.plan.streak() {
                let streaks = &mut self.more().streaks;
                let place = place_of(streaks, |one| &one.rule, &gift.plan.id);
                let place = place.unwrap_or_else(|place| {
                    streaks.insert(place, Streaked::new(gift.plan.id.clone()));
                    place
                });
                if let Some(there) = streaks.get_mut(place) {
                    there.take(streak, today, order);
                }
            }
            let Some(plan) = gift.plan.carry else {
                continue;
            };
            let carry = gift.rare.as_ref().and_then(|rare| rare.carry.as_ref());
            if let Some(carry) = carry {
                let now = Carried {
                    rule: gift.plan.id.clone(),
                    left: carry.left,
                    of: plan.step,
                };
                self.put_carried(now);
            }
        }
    }

    fn put_carried(&mut self, now: Carried) {
        let kept = &mut self.more().carried;
        match place_of(kept, |one| &one.rule, &now.rule) {
            Ok(place) if now.left == 0 => {
                kept.remove(place);
            }
            Ok(place) => {
                if let Some(there) = kept.get_mut(place) {
                    *there = now;
                }
            }
            Err(_) if now.left == 0 => {}
            Err(place) => kept.insert(place, now),
        }
    }

    /// Takes what goes back out of what rules keep: out of the remainders in proportion, out of the streaks and milestones when
    /// the order is all back. `figures` is what the metrics of the milestones were before the return.
    pub(super) fn undo_gains(
        &mut self,
        order: &Order,
        backs: &Backs,
        figures: &Figures,
    ) -> Result<()> {
        let keep = order.returned_points == ReturnedPoints::Keep;
        let whole = backs.iter().all(Back::all);
        self.unreach(order, figures, whole && !keep);
        if keep {
            return Ok(());
        }
        for (row, back) in order.rows.iter().zip(backs) {
            for carried in &row.carried {
                let part = money_part(carried.change, back.before, back.after, back.whole)?;
                self.uncarry(carried, part)?;
            }
        }
        if whole && !self.state.more.streaks.is_empty() {
            let day = self.program_day(order.at);
            let streaks = &mut self.more().streaks;
            for streak in streaks.iter_mut() {
                streak.without(&order.id, day);
            }
            streaks.retain(|streak| !streak.is_empty());
        }
        Ok(())
    }

    /// Takes so many parts out of a remainder.
    fn uncarry(&mut self, carried: &RowCarried, part: i64) -> Result<()> {
        if part == 0 {
            return Ok(());
        }
        let kept = self.state.more.carried.iter();
        let kept = kept.clone().find(|one| one.rule == carried.rule).cloned();
        let mut kept = kept.unwrap_or(Carried {
            rule: carried.rule.clone(),
            left: 0,
            of: carried.of,
        });
        kept.left = kept
            .left
            .checked_sub(parts(part, carried.of, kept.of))
            .ok_or_else(|| Error::new(Code::Overflow, "a remainder is too large"))?;
        self.put_carried(kept);
        Ok(())
    }

    /// Settles what no return can reach any more.
    pub(super) fn settle_streaks(&mut self, before: Date) {
        let reaches = |streak: &Streaked| streak.reaches_before(before);
        if !self.state.more.streaks.iter().any(reaches) {
            return;
        }
        let compiled = self.compiled;
        for streak in &mut self.more().streaks {
            let rule = compiled.rule(&streak.rule);
            if let Some(plan) = rule.and_then(|rule| rule.plan.streak()) {
                streak.settle(plan, before);
            }
        }
    }

    /// A term of a track begins: so do the periods of the caps that are by its terms.
    pub(super) fn reset_caps(&mut self, track: usize) {
        let compiled = self.compiled;
        let version = self.version;
        for cap in compiled.settings.caps_of_term(track) {
            if let Some(before) = cap.begin(&mut self.state.caps, version) {
                self.undo.cap(before);
            }
        }
    }
}

/// By how much each rule that carries changed its remainder for a row.
pub(super) fn carried_of(gifts: &Gifts<'_>, row: usize) -> Vec<RowCarried> {
    let mut all = Vec::new();
    for gift in gifts.all.iter().filter(|gift| gift.plan.carry.is_some()) {
        let carry = gift.rare.as_ref().and_then(|rare| rare.carry.as_ref());
        let change = carry.and_then(|carry| carry.rows.get(row)).copied();
        if let (Some(change), Some(plan)) = (change.filter(|change| *change != 0), gift.plan.carry)
        {
            all.push(RowCarried {
                rule: gift.plan.id.clone(),
                change,
                of: plan.step,
            });
        }
    }
    all
}

/// Where a rule is in a list that is sorted by rules, or would be.
pub(super) fn place_of<T>(list: &[T], rule: impl Fn(&T) -> &Id, id: &Id) -> Result<usize, usize> {
    list.binary_search_by(|one| rule(one).cmp(id))
}
