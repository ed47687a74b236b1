//! Offers and coupons: what a program says of them, what each does to a basket, which of them are used together, and why the
//! others are not (section 10). Pure: amounts of rows and numbers in, amounts and numbers out.

mod code;
mod combine;
mod effect;
mod plan;
mod reasons;
mod rules;
#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows has failed, as it should"
)]
mod tests;
mod wallet;

pub use code::{CodeKey, CouponCode};
pub use rules::{
    AmountDeal, Beside, BesideOnly, BundleDeal, BundleItem, BuyGetDeal, BuyWhat, Choose, Combining,
    Conflict, CouponReturns, CouponValid, Deal, DealPer, Effect, ExchangeDeal, FixedPriceDeal,
    FixedPriceOf, FullStep, GetFrom, GetWhat, GiftDeal, Issue, LimitBy, LimitPer, LimitWhose,
    Measured, OverLimit, PercentDeal, Phase, PointsDeal, Promotion, PromotionGroup, PromotionLimit,
    ReplaceDeal, ShippingDeal, SomeTargets, StoredValueAs, StoredValueDeal, TargetOrder, Targets,
    Threshold, ThresholdScope, TieredBy, TieredDeal, TieredStep, Units,
};

pub(crate) use combine::{choose, weigh};
pub(crate) use effect::{
    Added, Applied, Candidate, Left, ProductsLeft, RowSets, Shortfall, Till, TillRow,
};
pub(crate) use plan::{DealPlan, LimitOf, LimitPlan, PromotionPlan, Promotions};
pub(crate) use reasons::Reason;
pub(crate) use wallet::Instance;
