mod carry;
mod judge;
mod rules;
mod standing;
mod terms;

pub use rules::{
    Anniversary, AtReview, Carry, CarryHow, Every, Grace, GraceFrom, HeadStart, Hold, HoldFor,
    HoldPeriod, HoldUntil, Penalty, ReturnsTier, Review, ReviewReads, Rung, Track, TrackPeriod,
    Upgrade,
};

pub use standing::LentBy;

pub(crate) use carry::{CarryPlan, over};
pub(crate) use judge::{
    Basis, Decision, PenaltyPlan, Present, RungPlan, TrackPlan, Verdict, View, judge, penalized,
    rejudge, review,
};
pub(crate) use standing::{
    Earlier, Granted, Judged, JudgedValue, Lent, Pending, Standing, UsedInTerm,
};
pub(crate) use terms::{Begin, Person, Term};
