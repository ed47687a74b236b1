//! Benefits: what a rung, a plan or anything else about a member entitles to (clause 12.2).

mod quota;
mod rules;

pub use rules::{Benefit, BenefitGrant, Quota, QuotaPeriod};

pub(crate) use quota::{BenefitPlan, BenefitUse, GrantPlan, PeriodOf, QuotaPlan};
