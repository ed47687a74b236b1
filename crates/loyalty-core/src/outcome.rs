//! What the engine answers: journal entries, messages, a receipt and, on request, a trace.

mod change;
mod entry;
mod explain;
mod receipt;
mod report;

use serde::{Serialize, Serializer};

use crate::amount::{Currency, Money};
use crate::calendar::Instant;
use crate::event::{
    Close, Contribution, HouseholdLeft, HouseholdLink, IssueCoupon, PlanSeat, Receive, Referral,
    SeatLeft,
};
use crate::id::Id;

pub use change::{
    Change, CouponAdded, Decided, ExpiredWhy, ForfeitWhy, LotDates, LotPoints, Muted, OutreachMade,
    PlanEnd, RedateWhy, ReferralOf, ReferralTold, ReleaseWhy, RulePoints, RungLent, SegmentChange,
    SignalSaid, Source, TierWhy, TriggerAbout, Withheld,
};
pub use explain::{Figure, Met, RuleTrace, TraceResult, Unmet};
pub use receipt::{
    AccountPoints, DiscountAmount, LineRulePoints, LineUnits, PromotionCount, Receipt,
    ReceiptAdded, ReceiptConverted, ReceiptDiscount, ReceiptLine, ReceiptPromotions,
    ReceiptStoredValue, ReceiptTax, ReceiptTender, ReceiptTotal, Unused, UnusedWhy,
};
pub use report::{
    BenefitStanding, Expiring, GrantProgress, LentProgress, Liability, PendingProgress, Progress,
    Rank, RankFigure, RungProgress, StepProgress, TaskProgress, TaskState, TrackProgress,
};

/// An amount of money that knows how it is written: `"12.30"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    money: Money,
    currency: Currency,
}

impl Amount {
    pub(crate) const fn new(minor: i64, currency: Currency) -> Self {
        Self {
            money: Money::from_minor(minor),
            currency,
        }
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn money(self) -> Money {
        self.money
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }
}

impl core::fmt::Display for Amount {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.money.digits(self.currency).as_str())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An amount of money in the currency of the program, with all digits of its minor unit.",
            "type": "string",
            "pattern": "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$",
        })
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.money.digits(self.currency).as_str())
    }
}

/// The answer to an event, or to the passing of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Whether the event was known already: then nothing changed, and the first answer holds.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub duplicate: bool,
    /// What changed and why, in order: the rows of a journal.
    pub entries: Vec<Entry>,
    /// Events that belong to other members.
    pub messages: Vec<Message>,
    /// For a purchase or a return: every line, to the minor unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Box<Receipt>>,
    /// For an exchange: what goes back; `receipt` is what is bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned: Option<Box<Receipt>>,
    /// Of every rule, why it did or did not give; only if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Vec<RuleTrace>>,
    /// The version of the member after it.
    pub version: u64,
    /// When time alone will change the member next.
    pub next_due: Option<Instant>,
}

impl Outcome {
    /// The outcome as canonical JSON: the same bytes in every language.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Vec::with_capacity(self.size());
        match serde_json::to_writer(&mut out, self) {
            Ok(()) => String::from_utf8(out).unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// About how many bytes its JSON has, so that they need not be moved as it grows.
    fn size(&self) -> usize {
        let receipts = self.receipt.iter().chain(&self.returned);
        let lines = receipts.flat_map(|receipt| &receipt.lines);
        let line = |line: &ReceiptLine| line.points.len().saturating_mul(64).saturating_add(192);
        lines
            .map(line)
            .fold(512, usize::saturating_add)
            .saturating_add(self.entries.len().saturating_mul(256))
    }
}

/// An event for another member. The host delivers it, once or more often: it stamps `at` at the first delivery, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The member; of the other program, if one is named.
    pub member: Id,
    /// The program of the member, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<Id>,
    /// The event, but for its instant.
    pub event: MessageEvent,
}

/// The event of a message, but for its instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageEvent {
    /// Its id, derived from the event that caused it.
    pub id: Id,
    /// What it says.
    #[serde(flatten)]
    pub body: MessageBody,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageBody {
    /// Points arrive.
    Receive(Receive<'static>),
    /// A coupon arrives.
    Issue(IssueCoupon<'static>),
    /// A friend did something.
    Referral(Referral<'static>),
    /// The membership has become part of another one, and ends.
    Close(Close<'static>),
    /// A plan is shared, or no longer.
    PlanSeat(PlanSeat<'static>),
    /// A member has given back a seat.
    SeatLeft(SeatLeft<'static>),
    /// A pool tells one of its people.
    HouseholdLink(HouseholdLink<'static>),
    /// A member has left a household.
    HouseholdLeft(HouseholdLeft<'static>),
    /// How many points of an order a pool has.
    Contribution(Contribution<'static>),
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the member's journal: 1, 2, 3 …
    pub n: u64,
    /// When it took effect.
    pub at: Instant,
    /// What it was; written under its name, beside the others.
    pub change: Change,
}
