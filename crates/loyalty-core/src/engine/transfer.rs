//! Points that move to other members, accounts and programs (clause 5.4).

use std::borrow::Cow;

use super::facts::Seeing;
use super::household::Moving;
use super::work::Work;
use crate::amount::Points;
use crate::condition::{EventFacts, Quiet, evaluate};
use crate::error::{Code, Error, Result};
use crate::event::{Convert, Event, Receive, ReceivedLot, Transfer};
use crate::id::Id;
use crate::limits::LINES_MAX;
use crate::outcome::{Change, MessageBody, Source};
use crate::points::{Account, ConversionPlan, ConversionTo, Lot, LotKind, Missing, MovedLots};
use crate::program::Feed;

impl<'w> Work<'w> {
    pub(super) fn transfer(&mut self, event: &Event<'_>, transfer: &Transfer<'_>) -> Result<()> {
        if *transfer.to == *self.member.id.as_str() {
            let words = "points are given to another member, not to oneself";
            return Err(Error::at(Code::TransferRefused, "transfer.to", words));
        }
        let account = self.named_account(transfer.account.as_deref(), "transfer.account")?;
        let Some(moving) = self.moving(account, &transfer.to) else {
            let words = "points of this account cannot be given to other members";
            return Err(Error::at(Code::TransferRefused, "transfer", words));
        };
        let points = transfer.points.get();
        let plan = moving.plan;
        self.may_move(
            &moving,
            points,
            Some(&Work::event_facts(event, None)),
            (Code::TransferRefused, "transfer"),
        )?;
        let to = Id::checked(&transfer.to);
        let lots = self.debit(account, points, Source::To(to.clone()))?;
        let fee = plan.fee(points)?;
        if fee > 0 {
            self.debit(account, fee, Source::Fee(to.clone()))?;
        }
        self.burned(account, points.saturating_add(fee));
        self.book_limits(&moving.limits, 1);
        self.book_limits(&moving.points_limits, points);
        if moving.each {
            // People come and go: what they have used in periods that are over is not kept.
            let day = self.program_day(self.as_of);
            for limit in plan.limits.iter().chain(&plan.points_limits) {
                self.forget_uses(limit, day);
            }
        }
        let account = self.account(account)?.id.clone();
        let lots = moved(plan.lots, &lots, points)?;
        self.send(event, to, None, &account, lots);
        Ok(())
    }

    pub(super) fn convert(&mut self, event: &Event<'_>, convert: &Convert<'_>) -> Result<()> {
        let conversions = &self.compiled.spend.conversions;
        let found = conversions.iter().find(|one| one.id == *convert.conversion);
        let Some(plan) = found else {
            let words = format!(
                "there is no conversion `{}` in this program",
                convert.conversion
            );
            return Err(Error::at(
                Code::UnknownConversion,
                "convert.conversion",
                words,
            ));
        };
        let to = match (&plan.to, &convert.to) {
            (ConversionTo::Own(_), None) => None,
            (ConversionTo::Partner { .. }, Some(to)) => Some(Id::checked(to)),
            (ConversionTo::Own(_), Some(_)) => {
                let words = "this conversion has no partner: the points stay with the member";
                return Err(Error::at(Code::ConversionRefused, "convert.to", words));
            }
            (ConversionTo::Partner { program, .. }, None) => {
                let words = format!("say who the member is with the partner `{program}`");
                return Err(Error::at(Code::MissingField, "convert.to", words));
            }
        };
        let points = convert.points.get();
        let refuse = (Code::ConversionRefused, "convert");
        let facts = Work::event_facts(event, None);
        self.may_move(&Moving::of_all(&plan.rule), points, Some(&facts), refuse)?;
        let (lots, made) = self.debit_conversion(plan, points)?;
        match (&plan.to, to) {
            (ConversionTo::Partner { program, account }, Some(to)) => {
                let lots = moved(plan.rule.lots, &lots, made)?;
                self.send(event, to, Some(program), account, lots);
                Ok(())
            }
            (ConversionTo::Own(account), _) => self.exchanged(plan, *account, &lots, made),
            (ConversionTo::Partner { .. }, None) => Ok(()),
        }
    }

    /// Converts as many points as there are, but no more than `most`, in whole steps and within the limits of the conversion. Says
    /// which conversion it is and why nothing is converted, if it is not.
    pub(super) fn convert_by_itself(
        &mut self,
        place: usize,
        most: Option<i64>,
        event: Option<&EventFacts<'_>>,
    ) -> Result<Option<(&'w Id, Code)>> {
        let Some(plan) = self.compiled.spend.conversions.get(place) else {
            return Ok(None);
        };
        let ConversionTo::Own(to) = plan.to else {
            return Ok(Some((&plan.id, Code::ConversionRefused)));
        };
        let there = self.account(plan.rule.account)?.available();
        let points = plan.rule.most_of(there, most.unwrap_or(i64::MAX))?;
        if points == 0 {
            return Ok(Some((&plan.id, Code::InsufficientPoints)));
        }
        let refuse = (Code::ConversionRefused, "convert");
        if let Err(error) = self.may_move(&Moving::of_all(&plan.rule), points, event, refuse) {
            return Ok(Some((&plan.id, error.code())));
        }
        if let Err(error) = plan.makes(points) {
            return Ok(Some((&plan.id, error.code())));
        }
        let (lots, made) = self.debit_conversion(plan, points)?;
        self.exchanged(plan, to, &lots, made)?;
        Ok(None)
    }

    /// Takes the points that are converted, with the fee; says from which lots, and how many they make.
    fn debit_conversion(&mut self, plan: &ConversionPlan, points: i64) -> Result<(Vec<Lot>, i64)> {
        let made = plan.makes(points)?;
        let account = plan.rule.account;
        let lots = self.debit(account, points, Source::Conversion(plan.id.clone()))?;
        let fee = plan.rule.fee(points)?;
        if fee > 0 {
            self.debit(account, fee, Source::Fee(plan.id.clone()))?;
        }
        self.burned(account, points.saturating_add(fee));
        self.book_limits(&plan.rule.limits, 1);
        Ok((lots, made))
    }

    /// Credits the points of another account of this program.
    fn exchanged(
        &mut self,
        plan: &ConversionPlan,
        account: usize,
        lots: &[Lot],
        made: i64,
    ) -> Result<()> {
        let source = || Source::Conversion(plan.id.clone());
        if plan.rule.lots == MovedLots::Fresh {
            let lot = self.arriving(account, made)?;
            self.credit(account, lot, source())?;
            return Ok(());
        }
        for lot in lots {
            let kept = Lot {
                n: 0,
                kind: LotKind::Credited,
                // What moves them is a rule of the account that they leave.
                dated_by: None,
                ..*lot
            };
            self.credit(account, kept, source())?;
        }
        Ok(())
    }

    pub(super) fn receive(&mut self, receive: &Receive<'_>) -> Result<()> {
        let own_program = |program: &Cow<'_, str>| **program == *self.program_id().as_str();
        if *receive.from == *self.member.id.as_str()
            && receive.program.as_ref().is_none_or(own_program)
        {
            let words = "nobody receives points from oneself";
            return Err(Error::at(Code::WrongMember, "receive.from", words));
        }
        let account = self.told_account(&receive.account, "receive.account")?;
        let from = Id::checked(&receive.from);
        self.received(account, &receive.lots);
        for received in &receive.lots {
            self.receive_lot(account, received, &from)?;
        }
        Ok(())
    }

    /// The place of the account that a message of another member names. That member may stand under another version of the program:
    /// points of an account that this one does not have wait behind its own.
    pub(super) fn told_account(&mut self, id: &str, path: &str) -> Result<usize> {
        let own = self.compiled.account(id);
        let mut accounts = self.state.accounts.iter();
        let there = own.or_else(|| accounts.position(|one| one.id == *id));
        let known = || self.all_rules().any(|rules| rules.account(id).is_some());
        match there {
            Some(there) => Ok(there),
            None if known() => {
                self.undo.lists(&self.state);
                self.state.accounts.push(Account::new(Id::checked(id)));
                Ok(self.state.accounts.len().saturating_sub(1))
            }
            None => self.named_account(Some(id), path),
        }
    }

    /// Credits a lot that comes from another member; says which one it is, if it has not expired on the way.
    pub(super) fn receive_lot(
        &mut self,
        account: usize,
        received: &ReceivedLot,
        from: &Id,
    ) -> Result<Lot> {
        let fresh = self.arriving(account, received.points.get())?;
        let lot = match received.earned_on {
            Some(earned_on) => Lot {
                earned_on,
                expires_at: received.expires_at,
                dated_by: None,
                ..fresh
            },
            None => fresh,
        };
        let source = Source::From(from.clone());
        if lot.expires_at.is_some_and(|at| at <= self.as_of) {
            self.credit_expired(account, lot, source)?;
            return Ok(Lot { points: 0, ..lot });
        }
        self.credit(account, lot, source)
    }

    /// Counts points that come from another member.
    pub(super) fn received(&mut self, account: usize, lots: &[ReceivedLot]) {
        let points = lots.iter().map(|lot| lot.points.get());
        let points = points.fold(0, i64::saturating_add);
        for (place, plan) in self.compiled.metrics.iter().enumerate() {
            if matches!(plan.feed, Feed::Received(of) if of == account) {
                self.count(place, self.today, points);
            }
        }
    }

    /// Points that arrive when their time is over already.
    fn credit_expired(&mut self, account: usize, lot: Lot, source: Source) -> Result<()> {
        let there = self.account_mut(account)?;
        there.credit_expired(lot.points)?;
        let account = there.id.clone();
        let (points, lot) = (Points::new(lot.points), lot.dates());
        self.enter(Change::Credited {
            account: account.clone(),
            points,
            source,
            lot,
        });
        self.enter(Change::Expired {
            account,
            points,
            lot,
            why: None,
        });
        Ok(())
    }

    /// Refuses what the rule does not let through, and what there are too few points for.
    fn may_move(
        &self,
        moving: &Moving<'_>,
        points: i64,
        event: Option<&EventFacts<'_>>,
        (code, path): (Code, &str),
    ) -> Result<()> {
        let plan = moving.plan;
        let at = |field: &str| format!("{path}.{field}");
        if let Some(words) = plan.refuses(points) {
            return Err(Error::at(code, at("points"), words));
        }
        let seeing = Seeing {
            event,
            ..self.seeing(self.today)
        };
        if plan
            .when
            .as_ref()
            .is_some_and(|when| !evaluate(when, &seeing, &mut Quiet))
        {
            return Err(Error::at(code, path, "its condition does not hold"));
        }
        if self.left(&moving.limits) < 1 {
            return Err(Error::at(code, path, "its limit is used up for now"));
        }
        let left = self.left(&moving.points_limits);
        if left < points {
            let words = format!("at most {left} points more can be moved in this period");
            return Err(Error::at(code, at("points"), words));
        }
        let needed = points.saturating_add(plan.fee(points)?);
        self.enough(plan.account, needed, &at("points"))
    }

    /// Takes points that are there, and enters where they go.
    fn debit(&mut self, account: usize, points: i64, source: Source) -> Result<Vec<Lot>> {
        self.debit_with(account, points, source, Missing::Refused)
    }

    /// The same, where points may be missing.
    pub(super) fn debit_with(
        &mut self,
        account: usize,
        points: i64,
        source: Source,
        missing: Missing,
    ) -> Result<Vec<Lot>> {
        let plan = self.compiled.accounts.get(account);
        let burn = plan.map(|plan| plan.burn_order).unwrap_or_default();
        let there = self.account_mut(account)?;
        let made = there.debit(points, burn, missing)?;
        let id = there.id.clone();
        self.enter(Change::Debited {
            account: id,
            points: Points::new(points),
            source,
            lots: made.taken.iter().map(Lot::entry).collect(),
            owed: Points::new(made.owed),
            forgiven: Points::new(made.forgiven),
        });
        Ok(made.taken)
    }

    /// Tells another member that points arrive.
    fn send(
        &mut self,
        event: &Event<'_>,
        to: Id,
        partner: Option<&Id>,
        account: &Id,
        lots: Vec<ReceivedLot>,
    ) {
        let own = self.program_id().clone();
        let owned = |id: &Id| Cow::Owned(id.as_str().to_owned());
        let receive = Receive {
            from: owned(&self.member.id),
            program: partner.map(|_| owned(&own)),
            account: owned(account),
            lots,
        };
        let member = self.member.id.as_str();
        let body = MessageBody::Receive(receive);
        // Members of two programs may have one id: there the program belongs to the name.
        match partner {
            Some(_) => {
                let cause = [own.as_str(), member, event.id()];
                self.send_message(&cause, (to, partner.cloned()), body);
            }
            None => self.send_message(&[member, event.id()], (to, None), body),
        }
    }
}

/// What a message says of points: each lot with its dates, or how many there are.
pub(super) fn moved(rule: MovedLots, lots: &[Lot], points: i64) -> Result<Vec<ReceivedLot>> {
    if rule == MovedLots::Fresh {
        return Ok(vec![ReceivedLot {
            points: Points::new(points),
            earned_on: None,
            expires_at: None,
        }]);
    }
    if lots.len() > LINES_MAX {
        let words = format!("the points come from more than {LINES_MAX} lots: move fewer at once");
        return Err(Error::new(Code::LimitExceeded, words));
    }
    let one = |lot: &Lot| ReceivedLot {
        points: Points::new(lot.points),
        earned_on: Some(lot.earned_on),
        expires_at: lot.expires_at,
    };
    Ok(lots.iter().map(one).collect())
}
