//! A loyalty engine: pure, exact, and able to say why.
//!
//! A [`Program`] is data. A [`Member`] is a value that the host stores. The host reports an [`Event`]; the [`Engine`] answers with
//! an [`Outcome`]: journal entries, messages for other members, and a receipt to the minor unit. No I/O, no clock, no randomness,
//! no threads, no globals: the same program, member and event give the same bytes everywhere.
//!
//! ```
//! use loyalty_core::{Engine, Event, Member, Program};
//!
//! let engine = Engine::new(Program::from_json(r#"{
//!     "schema": 1, "id": "tea-house", "currency": "CNY", "timezone": "Asia/Shanghai",
//!     "accounts": [{"id": "points", "expiry": {"after": {"months": 12, "align": "month_end"}}}],
//!     "metrics": [{"id": "spend_year", "measure": "spend", "window": {"last": {"days": 365}}}],
//!     "tiers": [{"id": "club", "hold": {"for": {"months": 12}}, "rungs": [
//!         {"id": "regular", "name": {"zh": "普通", "en": "Regular"}},
//!         {"id": "silver", "name": {"zh": "银卡", "en": "Silver"}, "qualify": {"metric": {"id": "spend_year", "at_least": 5000}}}
//!     ]}],
//!     "earn": [
//!         {"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}},
//!         {"id": "silver-bonus", "when": {"tier": {"at_least": "silver"}}, "give": {"multiply": "1.5"}}
//!     ]
//! }"#)?);
//! let mut member = Member::new("m-1")?;
//! let outcome = engine.apply(&mut member, &Event::from_json(r#"{
//!     "id": "e-1", "at": "2026-03-01T10:00:00+08:00",
//!     "purchase": {"order": "o-1", "lines": [{"sku": "pu-erh", "quantity": 2, "price": "2600.00"}]}
//! }"#)?)?;
//! assert_eq!(member.balance("points"), 5200);
//! assert_eq!(member.tier("club").map(|rung| rung.as_str()), Some("silver"));
//! assert_eq!(outcome.entries.len(), 3); // the purchase, the points, the rung
//! # Ok::<(), loyalty_core::Error>(())
//! ```

mod amount;
mod benefits;
mod calendar;
mod condition;
mod counts;
mod coupons;
mod engine;
mod error;
mod event;
mod households;
mod id;
mod json;
mod lifecycle;
pub mod limits;
mod member;
mod messages;
mod metric;
mod outcome;
mod plans;
mod points;
mod pricing;
mod program;
mod rankings;
mod tasks;
mod text;
mod tiers;
mod triggers;

pub use amount::{
    Currency, Decimal, Exact, Money, Points, Ratio, Remainder, Rounding, Share, allocate,
    cumulative, parse_decimal,
};
pub use benefits::{Benefit, BenefitGrant, Quota, QuotaPeriod};
pub use calendar::{
    Align, Date, Instant, LastDay, Local, Moment, MonthDay, Offset, Period, Span, TimeOfDay, Unit,
    Weekday, Zone, zone_data_version,
};
pub use condition::{
    AtLeastN, AttributeTest, AttributeValue, BirthdayTest, Comparison, Condition, DateRange,
    ExpiringTest, Hours, MetricTest, PriceRange, QuantityTest, RhythmTest, ScoreRule, ScoreTest,
    ScoreWeight, SegmentRule, Selection, TenureTest, TierTest, TotalTest, WarningLevel, Yearly,
};
pub use coupons::{
    AmountDeal, Beside, BesideOnly, BundleDeal, BundleItem, BuyGetDeal, BuyWhat, Choose, CodeKey,
    Combining, Conflict, CouponCode, CouponReturns, CouponValid, Deal, DealPer, Effect,
    ExchangeDeal, FixedPriceDeal, FixedPriceOf, FullStep, GetFrom, GetWhat, GiftDeal, Issue,
    LimitBy, LimitPer, LimitWhose, Measured, OverLimit, PercentDeal, Phase, PointsDeal, Promotion,
    PromotionGroup, PromotionLimit, ReplaceDeal, ShippingDeal, SomeTargets, StoredValueAs,
    StoredValueDeal, TargetOrder, Targets, Threshold, ThresholdScope, TieredBy, TieredDeal,
    TieredStep, Units,
};
pub use engine::{Detail, Engine};
pub use error::{Code, Error, Kind, Result};
pub use event::{
    Activity, Adjust, Adjustment, Attributes, BenefitUsed, Body, Cancel, Close, Contribution,
    Convert, Converted, Counter, CounterPer, Enroll, Erase, Event, Freeze, GiveCoupon, Grant,
    HoldRequest, Household, HouseholdLeft, HouseholdLink, IssueCoupon, LeaveHousehold, LeaveSeat,
    LentRung, Line, Merge, Off, OrderSettled, Outreach, Overdraw, Part, PlanSeat, Price, Profile,
    Purchase, Receive, ReceivedLot, Redeem, Referral, ReferredOrder, ReferredPoints,
    ReferredReturn, ReferredStanding, Release, Renew, Return, ReturnedLine, Revoke, Said, Scalar,
    SeatLeft, SharePlan, Shipping, StoredTender, Subscribe, Tags, Tax, TaxOf, Tender, TillDiscount,
    Timestamp, TopUp, Transfer, Undo, Unfreeze, Unsubscribe, Until,
};
pub use households::{HouseholdRules, ShareRule};
pub use id::Id;
pub use lifecycle::{
    EarlyWarning, Ladder, LadderStep, Lifecycle, Signal, StageRule, StageThresholds, WarningScores,
};
pub use member::{Balance, MEMBER_SCHEMA, Member};
pub use messages::Messages;
pub use metric::{
    Between, Calendar, DistinctOf, DistinctValues, Filter, GapOf, Measure, MetricRule, OfAccount,
    OfAttribute, OfTrack, PeriodsWith, SilenceOf, Since, StreakOf, TaskEnd, TasksEnded, Window,
};
pub use outcome::{
    AccountPoints, Amount, BenefitStanding, Change, CouponAdded, Decided, DiscountAmount, Entry,
    ExpiredWhy, Expiring, Figure, ForfeitWhy, GrantProgress, LentProgress, Liability,
    LineRulePoints, LineUnits, LotDates, LotPoints, Message, MessageBody, MessageEvent, Met, Muted,
    Outcome, OutreachMade, PendingProgress, PlanEnd, Progress, PromotionCount, Rank, RankFigure,
    Receipt, ReceiptAdded, ReceiptConverted, ReceiptDiscount, ReceiptLine, ReceiptPromotions,
    ReceiptStoredValue, ReceiptTax, ReceiptTender, ReceiptTotal, RedateWhy, ReferralOf,
    ReferralTold, ReleaseWhy, RulePoints, RuleTrace, RungLent, RungProgress, SegmentChange,
    SignalSaid, Source, StepProgress, TaskProgress, TaskState, TierWhy, TraceResult, TrackProgress,
    TriggerAbout, Unmet, Unused, UnusedWhy, Withheld,
};
pub use plans::{InGrace, PaidPlan, PlanPrice, PlanRefund, PlanRung, PlanTrial, TrialOnce};
pub use points::{
    AccountRule, Activation, AutoReward, AutoRun, BurnOrder, Cap, CapPeriod, ConversionRule,
    CouponOf, Crossing, Decay, DeductionDay, EarnAt, EarnBase, EarnGroup, EarnRule, Earning,
    Expiry, ExpiryAfter, ExpiryAnnual, ExpiryFrom, ExpiryInactivity, Fee, FreeUnits, Give,
    LiabilityRule, Limit, LimitAbout, Milestone, MilestoneStep, MissedDays, MovedLots, Multipliers,
    OpenLots, Over, OverCap, Overrides, PaidInPoints, Partial, PercentOf, PointRounding,
    PointValue, PointsLimit, PointsOf, PointsPlace, Rate, RateMode, ReferralMilestone,
    ReferralReturns, ReferralRule, ReferralShare, ReferralSide, ReferralStep, Referrals, Restore,
    ReturnedDiscounts, ReturnedPoints, Returns, Reward, RewardGive, RewardItem, RoundWhen, Streak,
    StreakEnd, Surplus, TenderAs, TenderRate, TenderRule, TierExpiry, TierPoints, TransferRule,
    YearlyDeduction,
};
pub use pricing::{
    AmountOff, Basis, Discount, DiscountPer, MoneyRounding, PercentBase, PercentOff, Pricing,
    RoundOf, RoundPlace, TaxRule, Weights,
};
pub use program::{
    Adopt, Announcement, Kept, PROGRAM_SCHEMA, Program, ProgramVersion, Rules, Timeline,
    TimelineRules, Transition,
};
pub use rankings::{RankBy, RankOrder, Ranking};
pub use tasks::{TaskRepeat, TaskRule, TaskStep};
pub use text::Label;
pub use tiers::{
    Anniversary, AtReview, Carry, CarryHow, Every, Grace, GraceFrom, HeadStart, Hold, HoldFor,
    HoldPeriod, HoldUntil, LentBy, Penalty, ReturnsTier, Review, ReviewReads, Rung, Track,
    TrackPeriod, Upgrade,
};

pub use triggers::{
    AfterEvent, Award, ConvertOf, CouponExpiringOn, EventOn, MilestoneAt, MilestoneOn, NearOthers,
    NearTier, Notify, OnDays, PointsExpiringOn, Schedule, SegmentOn, StageOn, StepsCrossed,
    TagChange, TaskOn, TaskWhat, TierDirection, TierOn, Topic, Trigger, TriggerOn, TriggerReturns,
    WarningOn,
};

/// The version of the rules by which numbers are computed: it goes up whenever a computed number changes.
pub const RULES_VERSION: u32 = 1;

/// JSON Schemas of the documents that people write, and of what the engine answers.
#[cfg(feature = "schema")]
pub mod schema {
    /// What the engine answers besides entries and messages, each under the name by which it is asked for.
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "it only says which forms there are")]
    struct Answers {
        receipt: crate::Receipt,
        trace: Vec<crate::RuleTrace>,
        progress: crate::Progress,
        ranking: crate::Rank,
        expiring: Vec<crate::Expiring>,
        liability: Vec<crate::Liability>,
        benefits: Vec<crate::BenefitStanding>,
    }

    /// The schema of receipts, traces and what a host can ask about a member: each is one property.
    #[must_use]
    pub fn answers() -> schemars::Schema {
        let settings = schemars::generate::SchemaSettings::default().for_serialize();
        settings.into_generator().into_root_schema_for::<Answers>()
    }

    /// The schema of programs.
    #[must_use]
    pub fn program() -> schemars::Schema {
        schemars::schema_for!(crate::Rules)
    }

    /// The schema of timelines.
    #[must_use]
    pub fn timeline() -> schemars::Schema {
        schemars::schema_for!(crate::TimelineRules)
    }

    /// The schema of events.
    #[must_use]
    pub fn event() -> schemars::Schema {
        crate::event::json_schema()
    }
}
