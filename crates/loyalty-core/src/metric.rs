//! Metrics: named figures about a member over a window of time (section 7).

mod rules;
mod tally;
mod window;

pub use rules::{
    Between, Calendar, Filter, Measure, MetricRule, OfAccount, OfTrack, Since, Window,
};

pub(crate) use tally::{Reading, Tally};
pub(crate) use window::{Frame, membership_year};
