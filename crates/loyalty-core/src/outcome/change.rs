//! What changes, and why: the content of journal entries.

use serde::Serialize;

use super::{AccountPoints, Amount, Figure, Met, Unmet};
use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::condition::WarningLevel;
use crate::id::Id;
use crate::text::Label;
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
    /// The member came to another version of the program; what that changes at once follows.
    Adopted {
        /// The version before; none if that had no name.
        from: Option<Id>,
        /// The version now.
        to: Option<Id>,
    },
    /// A rung was entered, kept at a review, or left, or is held until another instant.
    Tier {
        /// The track.
        track: Id,
        /// The rung before.
        from: Id,
        /// The rung that was held before, where that was another one.
        #[serde(skip_serializing_if = "Option::is_none")]
        held_from: Option<Id>,
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
        /// How much it took off.
        amount: Amount,
        /// What it added to the order, or put in place of something.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        added: Vec<CouponAdded>,
        /// The points that it gave. Several coupons of one kind in one order give them once.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        points: Vec<AccountPoints>,
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
    /// A coupon could not come back with its order: it is forfeited.
    CouponForfeited {
        /// The coupon, as the program calls it.
        coupon: Id,
        /// The instance.
        instance: Id,
        /// The order.
        order: Id,
        /// What keeps it from coming back.
        why: ForfeitWhy,
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
        about: Box<TriggerAbout>,
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
        about: Box<TriggerAbout>,
        /// Not before this instant: until then it is quiet.
        #[serde(skip_serializing_if = "Option::is_none")]
        not_before: Option<Instant>,
        /// Why it is not to be sent at all, if it is not.
        #[serde(skip_serializing_if = "Option::is_none")]
        muted: Option<Muted>,
    },
    /// A trigger gave a thing.
    ItemGiven {
        /// The trigger.
        trigger: Id,
        /// The article to hand out.
        item: Id,
    },
    /// An award of a trigger could not be given, and was left out.
    AwardSkipped {
        /// The trigger.
        trigger: Id,
        /// The coupon that could not be issued.
        #[serde(skip_serializing_if = "Option::is_none")]
        coupon: Option<Id>,
        /// The conversion that could not be made.
        #[serde(skip_serializing_if = "Option::is_none")]
        conversion: Option<Id>,
        /// Why, as the code of the error.
        code: String,
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
    /// A stage of the lifecycle was entered.
    Stage {
        /// The stage before; none for the first one.
        from: Option<Id>,
        /// The stage now; none where no stage takes the member.
        to: Option<Id>,
        /// What decided it.
        why: Decided,
    },
    /// The member entered or left a segment that is watched.
    Segment {
        /// The segment.
        segment: Id,
        /// Which of the two.
        change: SegmentChange,
        /// What decided it.
        why: Decided,
    },
    /// The level of early warning changed.
    WarningLevel {
        /// The level before.
        from: WarningLevel,
        /// The level now.
        to: WarningLevel,
        /// The sum of the weights of the signals.
        score: u32,
        /// The signals that speak.
        signals: Vec<SignalSaid>,
    },
    /// A purchase woke the member, who was in a stage of being asleep or had been given up.
    Reactivated {
        /// The order.
        order: Id,
        /// The stage in which the member was.
        from: Option<Id>,
        /// The last attempt to win the member back that could still bring it.
        #[serde(skip_serializing_if = "Option::is_none")]
        outreach: Option<OutreachMade>,
        /// Whether the member had been given up.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        abandoned: bool,
    },
    /// A purchase of a member who was neither asleep nor given up ended the attempts to win the member back.
    OutreachAnswered {
        /// The order.
        order: Id,
        /// The last of the attempts that could still bring it.
        #[serde(flatten)]
        made: OutreachMade,
    },
    /// An attempt to win the member back was made.
    Outreach {
        /// The attempt.
        #[serde(flatten)]
        made: OutreachMade,
        /// When it fails, if no purchase comes before.
        until: Instant,
    },
    /// An attempt to win the member back brought no purchase in time.
    OutreachFailed {
        /// The attempt.
        #[serde(flatten)]
        made: OutreachMade,
    },
    /// So many attempts have failed that the member is given up.
    Abandoned {
        /// The ladder.
        ladder: Id,
        /// How many attempts on it have failed.
        failed: u32,
    },
    /// A step of a task was done.
    TaskStep {
        /// The task.
        task: Id,
        /// The step.
        step: Id,
        /// How many steps are done now …
        done: u32,
        /// … of so many.
        needed: u32,
        /// When the task is missed if it is not done by then; none for never.
        until: Option<Instant>,
    },
    /// A step of a task is open again: the order that did it is all back.
    TaskStepUndone {
        /// The task.
        task: Id,
        /// The step.
        step: Id,
        /// The order.
        order: Id,
    },
    /// A task was done.
    TaskDone {
        /// The task.
        task: Id,
        /// How many times it is done now.
        times: u32,
    },
    /// A task was not done in time.
    TaskMissed {
        /// The task.
        task: Id,
        /// How many times it is missed now.
        times: u32,
        /// How many steps were done …
        done: u32,
        /// … of so many.
        needed: u32,
        /// What the other steps lack.
        unmet: Vec<Unmet>,
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
        /// What its goods cost, or those of it that went back, where that was told.
        #[serde(skip_serializing_if = "Option::is_none")]
        spend: Option<Amount>,
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
    /// A paid plan began.
    PlanStarted {
        /// The plan.
        plan: Id,
        /// Whether it is its trial.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        trial: bool,
        /// The price of the term.
        price: Amount,
        /// What is left of the plan in whose place it comes.
        #[serde(skip_serializing_if = "Option::is_none")]
        credit: Option<Amount>,
        /// What is to be paid: the price less that.
        to_pay: Amount,
        /// What is to be paid back, where more is left than the price.
        #[serde(skip_serializing_if = "Option::is_none")]
        refund: Option<Amount>,
        /// When it ends.
        until: Instant,
    },
    /// Another term of a paid plan was paid for.
    PlanRenewed {
        /// The plan.
        plan: Id,
        /// The price of the term.
        price: Amount,
        /// The first day of the term.
        first: Date,
        /// When it ends.
        until: Instant,
    },
    /// No renewal of a paid plan will follow.
    PlanCancelled {
        /// The plan.
        plan: Id,
        /// When it ends.
        until: Instant,
    },
    /// A paid plan holds no longer.
    PlanEnded {
        /// The plan.
        plan: Id,
        /// Why.
        why: PlanEnd,
        /// Where another member had shared it: who.
        #[serde(skip_serializing_if = "Option::is_none")]
        holder: Option<Id>,
        /// What is to be paid back.
        #[serde(skip_serializing_if = "Option::is_none")]
        refund: Option<Amount>,
    },
    /// A paid plan is shared with others, or no longer.
    PlanShared {
        /// The plan.
        plan: Id,
        /// The members who have it now.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        add: Vec<Id>,
        /// The members who do not have it any more.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        remove: Vec<Id>,
        /// Whether something later had been done before: then nothing changed.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        stale: bool,
    },
    /// Another member shares a plan.
    PlanSeat {
        /// The member who pays.
        holder: Id,
        /// The plan.
        plan: Id,
        /// Until when; none where it is shared no longer.
        until: Option<Instant>,
        /// Whether something later had been told before: then nothing changed.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        stale: bool,
    },
    /// Units of a benefit were used, or given back.
    BenefitUsed {
        /// The benefit.
        benefit: Id,
        /// How many; less than zero where they were given back.
        units: i64,
        /// How many are left.
        left: i64,
    },
    /// People joined the household of a pool, or left it.
    Household {
        /// Who joined.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        add: Vec<Id>,
        /// Who left.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        remove: Vec<Id>,
        /// Whether something later had been done before: then nothing changed.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        stale: bool,
    },
    /// A pool lends other rungs to its people.
    HouseholdRungs {
        /// The rungs, by track.
        rungs: Vec<RungLent>,
    },
    /// Points of an order went to the pool of the household, or went back with the order; or, for a pool, they came or went.
    Contribution {
        /// The pool; for a pool, the member whose order it was.
        member: Id,
        /// The order.
        order: Id,
        /// The account.
        account: Id,
        /// How many the pool has of the order by then, as far as that is kept.
        points: Points,
    },
    /// The member joined the household of a pool, or left it, or heard of its rungs.
    HouseholdLink {
        /// The pool.
        pool: Id,
        /// Whether the member belongs to it.
        joined: bool,
        /// Whether it does not count yet, because another household does.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        waits: bool,
        /// Whether something later had been told before: then nothing changed.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        stale: bool,
    },
}

/// A rung that a pool lends to its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RungLent {
    /// The track.
    pub track: Id,
    /// The rung.
    pub rung: Id,
}

impl From<(Id, Id)> for RungLent {
    fn from((track, rung): (Id, Id)) -> Self {
        Self { track, rung }
    }
}

/// Why a paid plan holds no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanEnd {
    /// What was paid for is over.
    TermEnd,
    /// The member has left, or given back a seat.
    Unsubscribed,
    /// Another plan has taken its place.
    Replaced,
    /// The membership has ended.
    Closed,
    /// The membership has become part of another one, where the plan goes on.
    Merged,
    /// It was a seat, and the time for which it was shared is over.
    SeatOver,
}

/// Whether a member entered or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentChange {
    /// The condition holds now.
    Entered,
    /// The condition does not hold any more.
    Left,
}

/// Why a member entered something or left it: by what now holds, and by what no longer does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// The leaves that make the condition of what was entered hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Met>,
    /// What the condition of what was left lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Unmet>,
}

/// A signal of early warning that speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignalSaid {
    /// The signal.
    pub signal: Id,
    /// What it adds to the score.
    pub weight: u32,
    /// The metric now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Figure>,
    /// What it was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Figure>,
    /// The leaves that make its condition hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Met>,
}

/// An attempt to win a member back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutreachMade {
    /// The ladder.
    pub ladder: Id,
    /// The step of it.
    pub step: Id,
    /// Which attempt on the ladder it is since the last purchase: 1, 2, 3 …
    pub attempt: u32,
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
    /// Goods of an order went back.
    Returned,
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
    /// The stage that was entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Id>,
    /// The level of early warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<WarningLevel>,
    /// The task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Id>,
    /// The step of the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Id>,
    /// The version of the program that is announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Id>,
    /// When it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<Instant>,
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

/// Why a coupon does not come back with its order, though the program lets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ForfeitWhy {
    /// The member has another coupon of its name.
    NameTaken,
    /// The member has as many coupons as can be.
    WalletFull,
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
    /// A paid plan brings it.
    Plan,
    /// The paid plan that brought it holds no longer.
    PlanEnded,
    /// The pool of the household holds it.
    Household,
    /// The pool of the household holds it no longer, or the member has left.
    HouseholdEnded,
    /// The version of the program to which the member came does not have the rung before, or gives it another term.
    NewVersion,
    /// The member joined, and the term is counted from that.
    Enrolled,
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

/// A thing that a coupon added to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CouponAdded {
    /// The article.
    pub sku: Id,
    /// How many units.
    pub quantity: i64,
}
