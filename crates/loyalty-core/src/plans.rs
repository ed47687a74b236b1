//! Paid plans: what a membership that is paid for costs, how long it lasts, and what it brings (clause 12.3).

mod rules;
mod subscription;
mod terms;

pub use rules::{InGrace, PaidPlan, PlanPrice, PlanRefund, PlanRung, PlanTrial, TrialOnce};

pub(crate) use subscription::{PaidTerm, Plans, Seat, SharedWith, Subscription};
pub(crate) use terms::PlanSpec;
