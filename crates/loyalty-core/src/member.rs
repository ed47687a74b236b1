//! A member: everything that a host stores for one person, as one versioned document.

mod access;
mod decode;
mod marked;
mod merge;
mod more;
mod order;
mod profile;
mod repricing;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::amount::Currency;
use crate::calendar::{Date, Instant, Zone};
use crate::condition::WarningLevel;
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::metric::Tally;
use crate::points::{Account, CapUse};
use crate::tiers::Standing;

pub(crate) use access::{Access, Since};
pub(crate) use marked::{Marked, Named};
pub(crate) use more::More;
pub(crate) use order::{
    CardPaid, ConvertedAt, Counted, DiscountOf, KeyUse, Order, OrderFactor, OrderLine, OrderLines,
    OrderRow, PromotionUse, Put, RowCarried, RowDiscount, RowMeasure, RowPoints, RowTaxed,
    RowTender, TenderPaid, ValueUse,
};
pub(crate) use profile::Profile;
pub(crate) use repricing::{Offered, PaidBack, Repricing, RowFacts};

/// The schema of member documents that this engine writes; it reads all earlier ones.
pub const MEMBER_SCHEMA: u32 = 1;

/// Everything that a host stores for one person.
///
/// A member is a value: store [`Member::to_json`] where you like, read it back with [`Member::from_json`]. [`Member::version`]
/// counts the entries of the journal, for compare-and-swap.
///
/// # Example
/// ```
/// use loyalty_core::Member;
/// let member = Member::new("会员-1")?;
/// let stored = member.to_json();
/// assert_eq!(Member::from_json(stored.as_bytes())?, member);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Member {
    pub(crate) id: Id,
    pub(crate) version: u64,
    pub(crate) as_of: Option<Instant>,
    pub(crate) state: State,
    /// Boxed: they are large, and move where old ones are forgotten.
    pub(crate) orders: Marked<Box<Order>>,
    pub(crate) seen: Marked<Seen>,
    /// When time alone changes the member next, under the program with this digest. Derived: not part of the document.
    pub(crate) due: Option<(u64, Option<Instant>)>,
    /// The civil day of `as_of` in a zone. Derived: not part of the document.
    pub(crate) day: Option<(Zone, Date)>,
    /// When lots change next by time alone, if that is known. Derived: not part of the document.
    pub(crate) lots_due: Option<Option<Instant>>,
}

impl Clone for Member {
    /// A copy is made to go on with: it has room for what comes next.
    fn clone(&self) -> Self {
        Self {
            id: self.id.clone(),
            version: self.version,
            as_of: self.as_of,
            state: self.state.with_room(),
            orders: self.orders.with_room(ROOM),
            seen: self.seen.with_room(ROOM),
            due: self.due,
            day: self.day,
            lots_due: self.lots_due,
        }
    }
}

/// A copy has room for so many more.
const ROOM: usize = 4;

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.version == other.version
            && self.as_of == other.as_of
            && self.state == other.state
            && self.orders == other.orders
            && self.seen == other.seen
    }
}

impl Eq for Member {}

/// The part of a member that almost every event changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enrolled_at: Option<Instant>,
    /// The civil day of enrolment, by the clocks of then: it stays, wherever the member moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enrolled_on: Option<Date>,
    /// The civil day that the member has reached, where a move has put the clocks back to before it began: no day comes twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reached: Option<Date>,
    /// The zone of the program, where the member's days were counted by it: a new version may have another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) program_timezone: Option<Zone>,
    /// The currency of all amounts, where the member has a history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<Currency>,
    #[serde(default, skip_serializing_if = "profile::is_empty")]
    pub(crate) profile: Arc<Profile>,
    #[serde(default)]
    pub(crate) accounts: Vec<Account>,
    #[serde(default)]
    pub(crate) tiers: Vec<Standing>,
    #[serde(default)]
    pub(crate) metrics: Vec<Tally>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) caps: Vec<CapUse>,
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub(crate) more: Arc<More>,
    /// Whether a call has the rest at the moment. Never seen from outside, unless a defect has ended the call in the middle.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    lent: bool,
}

impl State {
    /// A copy with room for what comes next.
    fn with_room(&self) -> Self {
        let mut copy = self.clone();
        copy.caps.reserve(ROOM);
        for tally in &mut copy.metrics {
            tally.reserve(ROOM);
        }
        copy
    }

    /// Lends out what a call may change; what is left says as much of the person as before.
    pub(crate) fn lend(&mut self) -> Self {
        self.lent = true;
        Self {
            lent: false,
            enrolled_at: self.enrolled_at,
            enrolled_on: self.enrolled_on,
            reached: self.reached,
            program_timezone: self.program_timezone,
            currency: self.currency,
            profile: Arc::clone(&self.profile),
            accounts: core::mem::take(&mut self.accounts),
            tiers: core::mem::take(&mut self.tiers),
            metrics: core::mem::take(&mut self.metrics),
            caps: core::mem::take(&mut self.caps),
            more: Arc::clone(&self.more),
        }
    }

    /// Takes back what was lent out, of a call that is refused: what it did not lend out is as it was.
    pub(crate) fn take_back(&mut self, lent: Self) {
        self.accounts = lent.accounts;
        self.tiers = lent.tiers;
        self.metrics = lent.metrics;
        self.caps = lent.caps;
        self.lent = false;
    }

    /// Refuses a program whose money is not that of the amounts.
    pub(crate) fn is_in(&self, currency: Currency) -> Result<()> {
        match self.currency {
            Some(own) if own != currency => {
                let words = format!(
                    "the amounts of this member are in {own}, those of the program in {currency}"
                );
                Err(Error::at(Code::MemberMismatch, "state.currency", words))
            }
            _ => Ok(()),
        }
    }

    /// What is wrong with a member that a defect has left in the middle of a call, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.lent
            .then_some("a defect has ended a call in the middle: read the member again from where it is stored")
    }
}

fn is_nothing(more: &Arc<More>) -> bool {
    **more == More::default()
}

/// An event that has been taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) id: Id,
    pub(crate) digest: u64,
    pub(crate) on: Date,
}

impl Named for Seen {
    fn id(&self) -> &Id {
        &self.id
    }
}

/// What an account holds at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// The account.
    pub account: Id,
    /// Points that can be used.
    pub available: i64,
    /// Points that will become available.
    pub pending: i64,
    /// Points that are set aside by holds.
    pub held: i64,
    /// Points that are owed.
    pub debt: i64,
}

impl Member {
    /// A member without a history.
    ///
    /// # Errors
    /// [`Code::InvalidId`](crate::Code::InvalidId) if the text cannot be an id.
    pub fn new(id: &str) -> Result<Self> {
        Ok(Self {
            id: Id::new(id)?,
            version: 0,
            as_of: None,
            state: State::default(),
            orders: Marked::default(),
            seen: Marked::default(),
            due: None,
            lots_due: None,
            day: None,
        })
    }

    /// The id of the member.
    #[must_use]
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// How many entries the journal of the member has.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The last instant that the member has been brought to; none before the first event.
    #[must_use]
    pub fn as_of(&self) -> Option<Instant> {
        self.as_of
    }

    /// When the member enrolled.
    #[must_use]
    pub fn enrolled_at(&self) -> Option<Instant> {
        self.state.enrolled_at
    }

    /// What each account holds, as of [`Member::as_of`]. Accounts that never had points are left out.
    #[must_use]
    pub fn balances(&self) -> Vec<Balance> {
        let accounts = self.state.accounts.iter();
        accounts
            .map(|account| Balance {
                account: account.id.clone(),
                available: account.available(),
                pending: account.pending(),
                held: (self.state.more.held(&account.id))
                    .fold(0, |sum: i64, lot| sum.saturating_add(lot.points)),
                debt: account.debt,
            })
            .collect()
    }

    /// Available points of an account less points owed, as of [`Member::as_of`].
    #[must_use]
    pub fn balance(&self, account: &str) -> i64 {
        self.state
            .accounts
            .iter()
            .find(|one| one.id == *account)
            .map_or(0, Account::balance)
    }

    /// The rung held in a track; none before the first event.
    #[must_use]
    pub fn tier(&self, track: &str) -> Option<&Id> {
        self.state
            .tiers
            .iter()
            .find(|standing| standing.track == *track)
            .map(Standing::held)
    }

    /// The rung held in the track that a member is called by: the one that the program calls primary, or its only one.
    #[must_use]
    pub fn primary_tier(&self) -> Option<&Id> {
        let tiers = &self.state.tiers;
        let primary = tiers.iter().find(|standing| standing.primary);
        let only = tiers.first().filter(|_| tiers.len() == 1);
        primary.or(only).map(Standing::held)
    }

    /// The stage of the lifecycle that the member is in; none before the first event, and where no stage takes the member.
    #[must_use]
    pub fn stage(&self) -> Option<&Id> {
        self.state.more.stage()
    }

    /// The level of early warning.
    #[must_use]
    pub fn warning(&self) -> WarningLevel {
        self.state.more.warning()
    }

    /// Whether attempts to win the member back have been given up since the last purchase.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.state.more.is_abandoned()
    }

    /// Whether the member has a tag.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.state.profile.has_tag(tag)
    }
}
