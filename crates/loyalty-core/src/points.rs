//! Points: accounts and lots, earning, paying with points, expiry (sections 3, 4, 5).

mod caps;
mod carry;
mod cut;
mod earning;
mod expiry;
mod give;
mod ledger;
mod limit;
mod milestone;
mod multiply;
mod redemption;
mod referral;
mod rules;
mod spending;
mod streak;
mod worth;

pub use rules::{
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

pub(crate) use caps::{CapBefore, CapSpec, CapUse, Uses};
pub(crate) use carry::{Carried, parts};
pub(crate) use earning::{Brought, Gifts, Plan, Settings, settle};
pub(crate) use expiry::{
    Counting, LotPlan, active_on, counts_from_activation, first_invalid, is_idle, words_of,
};
pub(crate) use give::{Asks, Counts, Rare, Told};
pub(crate) use ledger::{
    Account, ActiveFrom, DatedBy, Given, Head, HeldPoints, HeldValue, Hold, Lot, LotKind, Missing,
    Renumbered, Took, after_expiry,
};
pub(crate) use limit::LimitSpec;
pub(crate) use milestone::{Crossed, Reached, Values, reached};
pub(crate) use redemption::{
    AutoPlan, ConversionPlan, ConversionTo, FeePlan, Gave, GivePlan, MovePlan, Redemption,
    RewardPlan, times,
};
pub(crate) use referral::{
    Friend, ReferralAmount, ReferralGift, ReferralPlan, ReferralPlans, Referred, ReferredBy,
};
pub(crate) use spending::{TenderPlan, clamp, value_of};
pub(crate) use streak::Streaked;
pub(crate) use worth::Worth;
