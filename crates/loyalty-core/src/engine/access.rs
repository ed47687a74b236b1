//! What a membership that is frozen or over lets through (clause 13.4).

use super::work::Work;
use crate::error::{Code, Error, Result};
use crate::event::{Body, Event, Freeze, Unfreeze};
use crate::member::{Access, Since};
use crate::outcome::Change;

/// Until when an event is taken.
#[derive(PartialEq, Eq)]
enum Taken {
    /// As long as the membership is open: the member does it, or gains by it.
    Open,
    /// Until the membership is over: the host does it, or it comes from another member and would be lost meanwhile.
    Alive,
    /// Always.
    Always,
}

impl Work<'_> {
    /// Refuses an event that a frozen or closed membership does not let through.
    pub(super) fn admit(&self, event: &Event<'_>) -> Result<()> {
        let taken = taken(event.body());
        match &self.state.more.access {
            Access::Open => Ok(()),
            Access::Frozen(_) if taken != Taken::Open => Ok(()),
            Access::Frozen(frozen) => {
                let words = format!(
                    "the membership is frozen since {}: {}",
                    frozen.since, frozen.reason
                );
                Err(Error::at(Code::MemberFrozen, event.kind(), words))
            }
            Access::Closed(_) | Access::Erased(_) if taken == Taken::Always => Ok(()),
            Access::Closed(over) | Access::Erased(over) => {
                let words = format!(
                    "the membership is over since {}: only returns and what other members tell are taken still",
                    over.since
                );
                Err(Error::at(Code::MemberClosed, event.kind(), words))
            }
        }
    }

    pub(super) fn freeze(&mut self, freeze: &Freeze<'_>) -> Result<()> {
        if let Access::Frozen(frozen) = &self.state.more.access {
            let words = format!("the membership is frozen since {} already", frozen.since);
            return Err(Error::at(Code::MemberFrozen, "freeze", words));
        }
        self.more().access = Access::Frozen(self.since(&freeze.reason));
        self.enter(Change::Frozen {
            reason: freeze.reason.to_string(),
        });
        Ok(())
    }

    pub(super) fn unfreeze(&mut self, unfreeze: &Unfreeze<'_>) -> Result<()> {
        if self.state.more.access.is_open() {
            let words = "the membership is not frozen";
            return Err(Error::at(Code::NotFrozen, "unfreeze", words));
        }
        self.more().access = Access::Open;
        self.excuse_tasks();
        self.enter(Change::Unfrozen {
            reason: unfreeze.reason.to_string(),
        });
        Ok(())
    }

    /// From now on, for a reason.
    pub(super) fn since(&self, reason: &str) -> Since {
        Since {
            since: self.as_of,
            reason: reason.into(),
            into: None,
        }
    }
}

fn taken(body: &Body<'_>) -> Taken {
    match body {
        Body::Enroll(_)
        | Body::Purchase(_)
        | Body::Exchange(..)
        | Body::Activity(_)
        | Body::Hold(_)
        | Body::Redeem(_)
        | Body::Transfer(_)
        | Body::Convert(_)
        | Body::Give(_)
        | Body::TopUp(_)
        | Body::Subscribe(_)
        | Body::Renew(_)
        | Body::SharePlan(_)
        | Body::BenefitUsed(_) => Taken::Open,
        // A coupon that another member gave is that member's no longer.
        Body::Issue(issue) if issue.giver.is_none() => Taken::Open,
        Body::Issue(_)
        | Body::Profile(_)
        | Body::Tags(_)
        | Body::Adjust(_)
        | Body::OrderSettled(_)
        | Body::Cancel(_)
        | Body::Release(_)
        | Body::Undo(_)
        | Body::Grant(_)
        | Body::Revoke(_)
        | Body::Outreach(_)
        | Body::Freeze(_)
        | Body::Unfreeze(_)
        | Body::Close(_)
        | Body::Referral(_)
        | Body::Merge(_)
        | Body::Unsubscribe(_)
        | Body::LeaveSeat(_)
        | Body::Household(_)
        | Body::LeaveHousehold(_) => Taken::Alive,
        // Other members go on telling what holds between them, and are answered; what they bring is forfeited, or goes on.
        Body::PlanSeat(_)
        | Body::Contribution(_)
        | Body::Receive(_)
        | Body::SeatLeft(_)
        | Body::HouseholdLink(_)
        | Body::HouseholdLeft(_)
        | Body::Return(_)
        | Body::Erase(_) => Taken::Always,
    }
}
