//! What a program may say about points: accounts, earning, spending, returns (clauses 3 to 6).

mod account;
mod earn;
mod referral;
mod returns;
mod spend;

pub use account::{
    AccountRule, Activation, BurnOrder, Decay, DeductionDay, Expiry, ExpiryAfter, ExpiryAnnual,
    ExpiryFrom, ExpiryInactivity, LiabilityRule, OpenLots, Overrides, Restore, TierExpiry,
    YearlyDeduction,
};
pub use earn::{
    Cap, CapPeriod, Crossing, EarnAt, EarnBase, EarnGroup, EarnRule, Earning, FreeUnits, Give,
    Milestone, MilestoneStep, MissedDays, Multipliers, OverCap, PaidInPoints, PercentOf,
    PointRounding, PointsPlace, Rate, RateMode, RoundWhen, Streak, StreakEnd,
};
pub use referral::{
    ReferralMilestone, ReferralReturns, ReferralRule, ReferralShare, ReferralSide, ReferralStep,
    Referrals,
};
pub use returns::{Partial, PointValue, ReturnedDiscounts, ReturnedPoints, Returns};
pub use spend::{
    AutoReward, AutoRun, ConversionRule, CouponOf, Fee, Limit, LimitAbout, MovedLots, Over,
    PointsLimit, PointsOf, Reward, RewardGive, RewardItem, Surplus, TenderAs, TenderRate,
    TenderRule, TierPoints, TransferRule,
};
