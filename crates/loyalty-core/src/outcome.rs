//! What the engine answers: journal entries, messages, a receipt and, on request, a trace.

use serde::{Serialize, Serializer};

use crate::amount::{Currency, Money, Points};
use crate::calendar::{Date, Instant};
use crate::id::Id;

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
        let mut text = String::with_capacity(24);
        self.money.write(self.currency, &mut text);
        f.write_str(&text)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(24);
        self.money.write(self.currency, &mut text);
        serializer.serialize_str(&text)
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
    pub receipt: Option<Receipt>,
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
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// An event for another member. None is made yet by the rules that there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The member.
    pub member: Id,
    /// The id of the event, derived from what caused it.
    pub id: Id,
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number in the member's journal: 1, 2, 3 …
    pub n: u64,
    /// When it took effect.
    pub at: Instant,
    /// What it was.
    #[serde(flatten)]
    pub change: Change,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// The member joined.
    Enrolled {},
    /// Something about the member changed.
    Profile {},
    /// Tags were set or cleared.
    Tags {
        /// Set.
        added: Vec<Id>,
        /// Cleared.
        removed: Vec<Id>,
    },
    /// Something was bought.
    Purchase {
        /// The order.
        order: Id,
        /// What is left to pay in money.
        paid: Amount,
    },
    /// Something went back.
    Return {
        /// The order that it was bought in.
        order: Id,
        /// The money to give back.
        refund: Amount,
    },
    /// The member did something that is not a purchase.
    Activity {
        /// What it was.
        kind: Id,
    },
    /// Points were earned.
    Earned {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// The order, if it was one.
        #[serde(skip_serializing_if = "Option::is_none")]
        order: Option<Id>,
        /// Which rules gave how many.
        rules: Vec<RulePoints>,
        /// The lot they went to.
        lot: LotDates,
    },
    /// Pending points became available.
    Activated {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// The lot.
        lot: LotDates,
    },
    /// Points that became available paid back points that were owed.
    Repaid {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// The lot they came from.
        lot: LotDates,
    },
    /// Points were used to pay.
    Spent {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// The order.
        order: Id,
        /// The lots that they came from.
        lots: Vec<LotPoints>,
    },
    /// Points that had been used came back.
    Restored {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// The order.
        order: Id,
        /// The lots that they went back to.
        lots: Vec<LotPoints>,
    },
    /// Points expired.
    Expired {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// The lot.
        lot: LotDates,
    },
    /// Points that an order had earned were taken back.
    Reversed {
        /// The account.
        account: Id,
        /// How many were taken or are owed now.
        points: Points,
        /// The order.
        order: Id,
        /// The lots that they were taken from.
        lots: Vec<LotPoints>,
        /// How many of them are owed.
        #[serde(skip_serializing_if = "crate::json::is_default")]
        owed: Points,
        /// How many more should have been taken and were forgiven.
        #[serde(skip_serializing_if = "crate::json::is_default")]
        forgiven: Points,
        /// How many more should have been taken and had expired already.
        #[serde(skip_serializing_if = "crate::json::is_default")]
        expired: Points,
    },
    /// A person gave points.
    Credited {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// Why.
        reason: String,
        /// The lot.
        lot: LotDates,
    },
    /// A person took points.
    Debited {
        /// The account.
        account: Id,
        /// How many were taken or are owed now.
        points: Points,
        /// Why.
        reason: String,
        /// The lots that they were taken from.
        lots: Vec<LotPoints>,
        /// How many of them are owed.
        #[serde(skip_serializing_if = "crate::json::is_default")]
        owed: Points,
        /// How many more should have been taken and were forgiven.
        #[serde(skip_serializing_if = "crate::json::is_default")]
        forgiven: Points,
    },
    /// A rung was entered, kept at a review, or left.
    Tier {
        /// The track.
        track: Id,
        /// The rung before.
        from: Id,
        /// The rung now.
        to: Id,
        /// Why.
        why: TierWhy,
        /// The instant at which the term ends; none for good.
        until: Option<Instant>,
    },
}

/// Why a rung changed, or a term began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TierWhy {
    /// The condition of a higher rung held.
    Qualified,
    /// The term ended, and the rung was kept.
    Retained,
    /// The term ended, and its condition no longer held.
    TermEnded,
    /// The rung is not held for a time, and its condition no longer held.
    NotHeld,
    /// A return took away what the rung was given for.
    Returned,
    /// The rung is kept for another term because it was qualified for again.
    Requalified,
}

/// The dates of a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LotDates {
    /// The day on which the points were earned.
    pub earned_on: Date,
    /// When they become available; left out if that is past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_from: Option<Instant>,
    /// When they expire; none for never.
    pub expires_at: Option<Instant>,
}

/// Points of a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LotPoints {
    /// How many.
    pub points: Points,
    /// The lot.
    #[serde(flatten)]
    pub lot: LotDates,
}

/// What a rule gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RulePoints {
    /// The rule.
    pub rule: Id,
    /// How many.
    pub points: Points,
}

/// A purchase or return, line by line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The order.
    pub order: Id,
    /// The lines, as they were sent; for a return the lines that go back, with what is undone.
    pub lines: Vec<ReceiptLine>,
    /// The points that were used to pay, or given back.
    pub tender: Vec<ReceiptTender>,
    /// The points that were earned, or taken back, by account.
    pub points: Vec<AccountPoints>,
    /// The sums of the lines.
    pub total: ReceiptTotal,
}

/// One line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptLine {
    /// The id of the line.
    pub line: Id,
    /// The article.
    pub sku: Id,
    /// How many units.
    pub quantity: i64,
    /// The price before discounts.
    pub list: Amount,
    /// The price after discounts.
    pub discounted: Amount,
    /// What is left to pay in money, or to give back.
    pub paid: Amount,
    /// Which rules gave how many points for it.
    pub points: Vec<LineRulePoints>,
}

/// What a rule gave for a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineRulePoints {
    /// The rule.
    pub rule: Id,
    /// The account.
    pub account: Id,
    /// How many.
    pub points: Points,
}

/// Points that were used to pay, or given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptTender {
    /// The account.
    pub account: Id,
    /// How many were asked for; for a return, as many as were given back.
    pub asked: Points,
    /// How many were used.
    pub points: Points,
    /// What they were worth.
    pub value: Amount,
}

/// Points of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountPoints {
    /// The account.
    pub account: Id,
    /// How many were earned, or should be taken back.
    pub points: Points,
}

/// The sums of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptTotal {
    /// Before discounts.
    pub list: Amount,
    /// After discounts.
    pub discounted: Amount,
    /// What is left to pay in money, or to give back.
    pub paid: Amount,
}

/// Why a rule gave or did not give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleTrace {
    /// The rule.
    pub rule: Id,
    /// What became of it.
    pub result: TraceResult,
    /// How many points it gave.
    pub points: Points,
    /// What its condition lacked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<Unmet>,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TraceResult {
    /// It gave points.
    Gave,
    /// It applied, and came to nothing (an amount below one step, say).
    NoPoints,
    /// It is for other events.
    OtherEvent,
    /// It has not begun, or is over.
    NotLive,
    /// Its condition does not hold.
    Unmet,
    /// No line of the basket is for it.
    NoLine,
    /// Another rule of its group gave.
    LostInGroup,
    /// An exclusive rule gave.
    Excluded,
    /// A cap was used up.
    Capped,
}

/// What a leaf of a condition lacks (clause 8.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unmet {
    /// The kind of leaf: `metric`, `tier`, `total` …
    pub leaf: &'static str,
    /// Which metric, track, attribute …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Id>,
    /// Whether the leaf must not hold (below a `not`).
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub negated: bool,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Figure>,
    /// What is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<Figure>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Figure>,
    /// When time alone will make it hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
}

/// A value in an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// Money, in major units.
    Money(Amount),
    /// A whole number: points, units, days.
    Number(i64),
    /// A text, such as the id of a rung.
    Text(String),
    /// One of these texts.
    OneOf(Vec<String>),
}

/// Where a member stands in a track, and what is missing (clause 9.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrackProgress {
    /// The track.
    pub track: Id,
    /// The rung held now.
    pub rung: Id,
    /// Since when.
    pub since: Option<Instant>,
    /// The instant at which the term ends; none for good.
    pub until: Option<Instant>,
    /// For each higher rung, the nearest first.
    pub next: Vec<RungProgress>,
    /// For keeping the present one at the end of the term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<RungProgress>,
}

/// What a rung still lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RungProgress {
    /// The rung.
    pub rung: Id,
    /// Whether its condition holds as things stand.
    pub holds: bool,
    /// What is missing.
    pub unmet: Vec<Unmet>,
}
