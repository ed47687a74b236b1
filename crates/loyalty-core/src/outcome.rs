//! What the engine answers: journal entries, messages, a receipt and, on request, a trace.

mod entry;

use serde::{Serialize, Serializer};

use crate::amount::{Currency, Exact, Money, Points};
use crate::calendar::{Date, Instant};
use crate::event::{Close, IssueCoupon, Receive, Referral};
use crate::id::Id;
use crate::points::TenderAs;
use crate::text::Label;

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
    pub receipt: Option<Receipt>,
    /// For an exchange: what goes back; `receipt` is what is bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned: Option<Receipt>,
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

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// The member joined.
    Enrolled {
        /// Because of whom.
        #[serde(skip_serializing_if = "Option::is_none")]
        referrer: Option<Id>,
    },
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
    /// An order was settled.
    Settled {
        /// The order.
        order: Id,
    },
    /// A hold was made.
    Held {
        /// Its name.
        key: Id,
        /// The account.
        account: Id,
        /// How many points.
        points: Points,
        /// The lots that they came from.
        lots: Vec<LotPoints>,
        /// When it is over.
        until: Instant,
    },
    /// Points that were held are free again.
    Released {
        /// The name of the hold.
        key: Id,
        /// The account.
        account: Id,
        /// How many points.
        points: Points,
        /// The lots that they went back to.
        lots: Vec<LotPoints>,
        /// Why.
        why: ReleaseWhy,
    },
    /// Pending points were cancelled.
    Cancelled {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// The order that had earned them, if it was one.
        #[serde(skip_serializing_if = "Option::is_none")]
        order: Option<Id>,
        /// Why, in a person's words.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The lots that they were in.
        lots: Vec<LotPoints>,
    },
    /// Points have another expiry.
    Redated {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// When they would have expired; none for never.
        before: Option<Instant>,
        /// The lots as they are now.
        lots: Vec<LotPoints>,
        /// Why.
        why: RedateWhy,
    },
    /// A reward was taken for points.
    Redeemed {
        /// The reward.
        reward: Id,
        /// How many of it.
        quantity: u64,
        /// The name by which `undo` calls it, where it was given by itself; else that is the id of the `redeem` event.
        #[serde(skip_serializing_if = "Option::is_none")]
        redemption: Option<Id>,
        /// The account that paid.
        account: Id,
        /// How many points.
        points: Points,
        /// The lots that they came from.
        lots: Vec<LotPoints>,
        /// The money that it costs besides.
        #[serde(skip_serializing_if = "Option::is_none")]
        money: Option<Amount>,
        /// The article to hand out.
        #[serde(skip_serializing_if = "Option::is_none")]
        item: Option<Id>,
        /// Points above the price that were dropped.
        #[serde(skip_serializing_if = "crate::json::is_default")]
        dropped: Points,
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
        /// The order, if they had paid for one.
        #[serde(skip_serializing_if = "Option::is_none")]
        order: Option<Id>,
        /// The event of the redemption, if they had paid for a reward.
        #[serde(skip_serializing_if = "Option::is_none")]
        redemption: Option<Id>,
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
        /// Why, if it was not the date of the lot.
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<ExpiredWhy>,
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
        /// How many more should have been taken, and the money that was withheld for them.
        #[serde(skip_serializing_if = "Option::is_none")]
        withheld: Option<Withheld>,
    },
    /// Points were given that no rule earned.
    Credited {
        /// The account.
        account: Id,
        /// How many.
        points: Points,
        /// Where they come from.
        #[serde(flatten)]
        source: Source,
        /// The lot.
        lot: LotDates,
    },
    /// Points were taken that were not spent on an order or a reward.
    Debited {
        /// The account.
        account: Id,
        /// How many were taken or are owed now.
        points: Points,
        /// Where they go.
        #[serde(flatten)]
        source: Source,
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
        /// The instant at which the term ends (or what was granted, or the grace); none for good.
        until: Option<Instant>,
        /// The rung that the member holds all the same, because it was granted.
        #[serde(skip_serializing_if = "Option::is_none")]
        held: Option<Id>,
        /// Why a person gave or took it, in words.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A higher rung will be entered when the next period begins, or will not any more.
    TierPending {
        /// The track.
        track: Id,
        /// The rung that will be entered; none: what was to be entered was taken back.
        rung: Option<Id>,
        /// When.
        effective: Option<Instant>,
    },
    /// A review found what costs a rung if it is found again.
    Warning {
        /// The track.
        track: Id,
        /// At how many reviews running.
        count: u32,
        /// At how many it costs a rung.
        of: u32,
    },
    /// A coupon came into the wallet.
    CouponIssued {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// Its first day, where that is later.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
        /// When it is over; none for never.
        expires_at: Option<Instant>,
        /// The money that it holds, if it is stored value.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Amount>,
        /// The member who gave it.
        #[serde(skip_serializing_if = "Option::is_none")]
        giver: Option<Id>,
    },
    /// A coupon was given to another member.
    CouponGiven {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// The other member.
        to: Id,
        /// The money that it holds, if it is stored value.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Amount>,
    },
    /// A coupon was set aside for a while.
    CouponHeld {
        /// The name of the hold.
        key: Id,
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// When the hold is over.
        until: Instant,
    },
    /// A coupon that was held is free again.
    CouponReleased {
        /// The name of the hold.
        key: Id,
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// Why.
        why: ReleaseWhy,
    },
    /// A coupon was used.
    CouponRedeemed {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance, or the code.
        instance: Id,
        /// The order.
        order: Id,
    },
    /// A coupon came back with its order.
    CouponRestored {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// The order.
        order: Id,
        /// When it is over; none for never.
        expires_at: Option<Instant>,
    },
    /// A coupon is over.
    CouponExpired {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// The money that it still held, if it is stored value.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Amount>,
    },
    /// A coupon was taken back.
    CouponRevoked {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// The money that it still held, if it is stored value.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Amount>,
        /// Why, in a person's words.
        reason: String,
    },
    /// Stored value paid for an order, or lowered its price.
    StoredValueSpent {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// The order.
        order: Id,
        /// How much.
        amount: Amount,
        /// What the instance holds then.
        left: Amount,
    },
    /// A return gave money back to the card that it came from.
    StoredValueRefunded {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// The order.
        order: Id,
        /// How much.
        amount: Amount,
        /// What the instance holds then.
        left: Amount,
    },
    /// Stored value was topped up.
    StoredValueToppedUp {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// How much.
        amount: Amount,
        /// What the instance holds then.
        left: Amount,
    },
    /// A part of stored value was set aside for a while.
    StoredValueHeld {
        /// The name of the hold.
        key: Id,
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// How much.
        amount: Amount,
    },
    /// A part of stored value that was held is free again.
    StoredValueReleased {
        /// The name of the hold.
        key: Id,
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// How much.
        amount: Amount,
        /// Why.
        why: ReleaseWhy,
    },
    /// A trigger fired.
    Triggered {
        /// The trigger.
        trigger: Id,
        /// What it is about.
        #[serde(skip_serializing_if = "TriggerAbout::is_empty")]
        about: TriggerAbout,
    },
    /// Something is to be said to the member: the host sends it.
    Notified {
        /// The trigger.
        trigger: Id,
        /// The topic.
        topic: Id,
        /// What is said, if the program says it.
        #[serde(skip_serializing_if = "Label::is_empty")]
        text: Label,
        /// What it is about.
        #[serde(skip_serializing_if = "TriggerAbout::is_empty")]
        about: TriggerAbout,
        /// Not before this instant: until then it is quiet.
        #[serde(skip_serializing_if = "Option::is_none")]
        not_before: Option<Instant>,
        /// Why it is not to be sent at all, if it is not.
        #[serde(skip_serializing_if = "Option::is_none")]
        muted: Option<Muted>,
    },
    /// Triggers set off each other for too long: these would have fired next, and did not.
    ChainStopped {
        /// The triggers.
        triggers: Vec<Id>,
    },
    /// A part of a metric flows into its next stretch.
    CarriedOver {
        /// The track whose rule it is.
        track: Id,
        /// The metric.
        metric: Id,
        /// How much.
        amount: Figure,
    },
    /// The membership was frozen.
    Frozen {
        /// Why, in a person's words.
        reason: String,
    },
    /// The membership goes on.
    Unfrozen {
        /// Why, in a person's words.
        reason: String,
    },
    /// The membership ended.
    Closed {
        /// Why, in a person's words.
        reason: String,
    },
    /// What was known of the person is forgotten.
    Erased {},
    /// A friend whom the member has referred did something.
    Referral {
        /// The friend.
        friend: Id,
        /// What was told.
        told: ReferralTold,
        /// The order, if it was about one.
        #[serde(skip_serializing_if = "Option::is_none")]
        order: Option<Id>,
        /// How many friends count now.
        confirmed: u64,
    },
    /// Another membership became part of this one; what arrived stands in the entries after it.
    Merged {
        /// The other member.
        member: Id,
        /// The version of that member's document.
        version: u64,
    },
}

/// Where points come from, or where they go: exactly one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// A person gave or took them, for a reason in words.
    Reason(String),
    /// A person reopened lots that had expired, for a reason in words.
    Reinstated(String),
    /// They come from this member.
    From(Id),
    /// They go to this member.
    To(Id),
    /// They are what it costs to move points.
    Fee(Id),
    /// They were changed into points of another account, or from it, by this conversion.
    Conversion(Id),
    /// They are a reward, or belonged to one that was undone.
    Reward(Id),
    /// A trigger gave them, or took back what it had given for an order.
    Trigger(Id),
    /// The membership ended, for a reason in words.
    Closed(String),
    /// A referral brought them, or was undone.
    Referral(ReferralOf),
    /// They come from this member, who became part of the membership, or were owed by that one.
    Merged(Id),
}

/// A rule of referrals, and the other side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReferralOf {
    /// The rule, milestone or share.
    pub rule: Id,
    /// The friend or the referrer; none for a milestone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<Id>,
}

/// What a friend told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReferralTold {
    /// The friend enrolled.
    Enrolled,
    /// The friend placed an order.
    Ordered,
    /// All goods of an order are back.
    Undone,
}

/// What a trigger is about, as far as that is more than its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TriggerAbout {
    /// The rung that was entered, or that is near.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rung: Option<Id>,
    /// What is missing for the rung.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Figure>,
    /// The value that a metric has reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Figure>,
    /// The account whose points expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// How many points expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// The coupon that expires, as the program calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<Id>,
    /// The instance that expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<Id>,
    /// The first day on which these can be used no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<Date>,
    /// The event after which it comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Id>,
}

impl TriggerAbout {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Why something is not said to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Muted {
    /// The member has not consented to the topic.
    NoConsent,
    /// As much has been said of the topic as may be.
    TooOften,
}

/// Why points that were held are free again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReleaseWhy {
    /// The host said so.
    Asked,
    /// Its time was over.
    TimedOut,
    /// A hold of the same name took its place.
    Replaced,
    /// A purchase used it.
    Captured,
    /// The membership ended.
    Closed,
}

/// Why points have another expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RedateWhy {
    /// The member was active.
    Active,
    /// The program has a new version.
    NewVersion,
    /// Their order was settled, and their expiry counts from then.
    Settled,
}

/// Why points expired before the date of their lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpiredWhy {
    /// The account decays while the member is inactive.
    Decay,
    /// The yearly deduction of the rung.
    YearlyDeduction,
}

/// Points that could not be taken back, and the money that was withheld for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// How many points.
    pub points: Points,
    /// How much money.
    pub value: Amount,
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
    /// The rung is lost, and kept until its grace is over.
    Grace,
    /// A condition of the rung held before its grace was over.
    Restored,
    /// Warnings at several reviews running cost a rung.
    Penalty,
    /// A person gave it.
    Granted,
    /// What a person gave is over.
    GrantedEnded,
    /// A person took back what was given.
    Revoked,
    /// A membership that became part of this one stood higher.
    Merged,
}

/// The dates of a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LotDates {
    /// The day on which the points were earned.
    pub earned_on: Date,
    /// When they become available; left out if that is past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_from: Option<Instant>,
    /// Whether they become available when their order is settled.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub on_settlement: bool,
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
    /// The lines, as they were sent, then shipping; for a return the lines that go back, with what is undone.
    pub lines: Vec<ReceiptLine>,
    /// The discounts that are not on a line from the start, in the order in which they were applied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<ReceiptDiscount>,
    /// Offers and coupons: what they add, and why others were not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotions: Option<ReceiptPromotions>,
    /// The points that were used to pay, or given back.
    pub tender: Vec<ReceiptTender>,
    /// The stored value that paid or lowered the price, or that was given back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stored_value: Vec<ReceiptStoredValue>,
    /// The points that were earned, or taken back, by account.
    pub points: Vec<AccountPoints>,
    /// The sums of the lines.
    pub total: ReceiptTotal,
    /// For a return under a program that prices anew what is kept: what is given back, in place of `total.paid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repriced: Option<Amount>,
    /// For a return: money that is kept back for points that are missing; the refund is `total.paid` (or `repriced`) less this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Amount>,
    /// The other currency in which the customer paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub converted: Option<ReceiptConverted>,
}

/// What a receipt says of offers and coupons besides their discounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptPromotions {
    /// Whether no legal set of them leaves less to be paid.
    pub proven: bool,
    /// If not: no set leaves less than this to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Amount>,
    /// Those that were not used, and why.
    pub unused: Vec<Unused>,
    /// What they add to the basket: the host hands it out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<ReceiptAdded>,
    /// What the host adds to its counters, for limits that are for all members together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<PromotionCount>,
}

/// An offer or a coupon that was not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unused {
    /// The offer or coupon, as the program calls it; none for what it does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion: Option<Id>,
    /// The instance or code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<Id>,
    /// Why.
    pub reason: UnusedWhy,
    /// What stands against it: offers by name, coupons by instance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Id>,
    /// What its condition or threshold lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<Unmet>,
    /// For a coupon that was not presented: how much less there would be to pay with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saves: Option<Amount>,
}

/// Why an offer or a coupon was not used (clause 10.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnusedWhy {
    /// Its condition or threshold does not hold.
    Unmet,
    /// It would change nothing.
    NoEffect,
    /// It has been used as often as it may be.
    LimitReached,
    /// It cannot be used on this day or at this hour.
    NotLive,
    /// A hold holds it.
    Held,
    /// The host declined it.
    Declined,
    /// What is used does not let it stand beside it.
    NotCombinable,
    /// What comes before it does not let it stand beside it.
    LowerPriority,
    /// It is in the wallet, and could be used besides: nobody presented it.
    NotPresented,
    /// Another set is better.
    Beaten,
    /// The search ended at its limit without it.
    NotChosenAtBound,
    /// There is no such coupon, or it is used or over.
    CodeNotUsable,
}

/// A thing that a promotion adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptAdded {
    /// The promotion.
    pub by: Id,
    /// The article.
    pub sku: Id,
    /// How many units.
    pub quantity: i64,
    /// What is paid for all of them besides.
    pub price: Amount,
    /// Its line in this receipt, if it costs anything: it can go back like every other line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Id>,
    /// The lines in place of which it comes, with the units: what is paid for these is its price.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<LineUnits>,
}

/// Units of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineUnits {
    /// The line.
    pub line: Id,
    /// How many of its units.
    pub quantity: i64,
}

/// What a promotion was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PromotionCount {
    /// The offer or coupon.
    pub of: Id,
    /// The product, or the value of the attribute, by which a limit counts apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How many times.
    pub uses: u64,
    /// On how many units.
    pub units: u64,
    /// How much money it took off.
    pub money: Amount,
}

/// The other currency in which a customer paid; the amounts of the receipt are in the program's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptConverted {
    /// The currency.
    pub currency: Id,
    /// How much of the program's currency one unit of it is.
    pub rate: Exact,
}

/// One line of a receipt.
///
/// Lines that are equal in all but id and quantity are one row, and its amounts are shared among them in the order of their places.
/// A return undoes the row in the order of time: what goes back first is worth what the first units of the row are, whichever of
/// the equal lines it is named by. So a return of one of them alone may give a minor unit or a point less or more than the
/// purchase's receipt says of that line; all of them together give exactly what was paid and take exactly what was earned. A host
/// that shows what a return would give asks with [`Engine::quote`](crate::Engine::quote).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptLine {
    /// The id of the line.
    pub line: Id,
    /// The article.
    pub sku: Id,
    /// How many units.
    pub quantity: i64,
    /// The price before discounts, as it was stated.
    pub list: Amount,
    /// The price after discounts, as it was stated (with tax where that was included).
    pub discounted: Amount,
    /// Without and with tax, where a line of the receipt states a tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<ReceiptTax>,
    /// What is left to pay in money, or to give back.
    pub paid: Amount,
    /// What each discount of the receipt took off it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<DiscountAmount>,
    /// Which rules gave how many points for it.
    pub points: Vec<LineRulePoints>,
}

/// An amount without tax, its tax, and both together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptTax {
    /// Without tax.
    pub net: Amount,
    /// The tax.
    pub tax: Amount,
    /// With tax.
    pub gross: Amount,
}

/// A discount of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptDiscount {
    /// Its name.
    pub id: Id,
    /// The instance or code, for a coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<Id>,
    /// How much it took off, or for a return how much of it is undone.
    pub amount: Amount,
    /// How much of it no line could take: the lines were down to zero or to their floor prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unplaced: Option<Amount>,
}

/// What a discount took off a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiscountAmount {
    /// The name of the discount.
    pub id: Id,
    /// How much.
    pub amount: Amount,
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
    /// The reward, if they were used for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<Id>,
    /// Whether they paid, or lowered the price: then their value is one of the discounts.
    #[serde(rename = "as", skip_serializing_if = "crate::json::is_default")]
    pub role: TenderAs,
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
    /// Without and with tax, where a line of the receipt states a tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<ReceiptTax>,
    /// What is left to pay in money or stored value, or to give back.
    pub paid: Amount,
    /// Where stored value pays, or gets back what it paid: the rest, in money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Amount>,
}

/// What stored value did for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptStoredValue {
    /// The coupon, as the program calls it.
    pub coupon: Id,
    /// The instance.
    pub instance: Id,
    /// How much was used, or given back.
    pub amount: Amount,
    /// What the instance holds then.
    pub left: Amount,
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
    /// The first whole day that a metric counts, where that is later than its window begins: a later version of the program added it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
}

impl Unmet {
    /// A figure that is too low or too high.
    pub(crate) fn figure(
        leaf: &'static str,
        found: Figure,
        needed: Option<Figure>,
        missing: Option<Figure>,
    ) -> Self {
        Self {
            leaf,
            of: None,
            negated: false,
            found: Some(found),
            needed,
            missing,
            from: None,
            since: None,
        }
    }
}

/// A value in an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// Money, in major units.
    Money(Amount),
    /// A whole number: points, units, days.
    Number(i64),
    /// A decimal number, rounded half up to two decimals (what is compared is not rounded).
    Decimal(Exact),
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
    /// The rung that is earned, where another one was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earned: Option<Id>,
    /// The rung that was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<GrantProgress>,
    /// Since when the earned rung stands.
    pub since: Option<Instant>,
    /// The instant at which its term ends (or its grace); none for good.
    pub until: Option<Instant>,
    /// The earned rung is lost, and kept until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_until: Option<Instant>,
    /// The higher rung that will be entered when the next period begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingProgress>,
    /// For each higher rung, the nearest first.
    pub next: Vec<RungProgress>,
    /// For keeping the present one at the end of the term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<RungProgress>,
}

/// A rung that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrantProgress {
    /// The rung.
    pub rung: Id,
    /// When it was granted.
    pub since: Instant,
    /// When it ends; none for good.
    pub until: Option<Instant>,
    /// Why, in words.
    pub reason: String,
}

/// A rung that will be entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PendingProgress {
    /// The rung.
    pub rung: Id,
    /// When.
    pub effective: Instant,
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

/// Available points that expire at one instant, or the rest of a balance (clause 3.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expiring {
    /// The account.
    pub account: Id,
    /// When they expire; none for what expires later or never, less what is owed.
    pub expires_at: Option<Instant>,
    /// How many.
    pub points: Points,
}

/// Points that were earned in one month and expire in one month (clause 3.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Liability {
    /// The account.
    pub account: Id,
    /// The month in which they were earned, like `2026-03`.
    pub earned: String,
    /// The month of their last valid day; none if they never expire.
    pub expires: Option<String>,
    /// How many are available, pending or held.
    pub points: Points,
    /// What they cost if all of them are used, in major units; left out where the program does not say what a point costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Exact>,
    /// What they are expected to cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Exact>,
}
