//! Tiers: ladders of rungs, how long a rung is held, reviews and progress (section 9).

mod review;
mod rules;
mod standing;

pub use rules::{AtReview, Hold, HoldFor, HoldPeriod, HoldUntil, Rung, Track, Upgrade};

pub(crate) use review::{RungPlan, TrackPlan, View, judge, rejudge};
pub(crate) use standing::{Judged, JudgedValue, Standing, term_end};
