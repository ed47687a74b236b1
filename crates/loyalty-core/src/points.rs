//! Points: accounts and lots, earning, paying with points, expiry (sections 3, 4, 5).

mod caps;
mod earning;
mod expiry;
mod ledger;
mod multiply;
mod rules;
mod spending;

pub use rules::{
    AccountRule, Activation, BurnOrder, Cap, CapPeriod, EarnBase, EarnGroup, EarnRule, Earning,
    Expiry, ExpiryAfter, ExpiryAnnual, ExpiryFrom, Give, Multipliers, Over, OverCap, PaidInPoints,
    Partial, Rate, RateMode, Restore, ReturnedPoints, Returns, RoundWhen, TenderRule,
};

pub(crate) use caps::{CapSpec, CapUse, Usage};
pub(crate) use earning::{Bid, Gift, Plan, Settings, gifts};
pub(crate) use expiry::{LotPlan, dates};
pub(crate) use ledger::{Account, Given, Lot, LotKind, Took, after_expiry};
pub(crate) use spending::{TenderPlan, clamp, value_of};
