//! Metrics: named figures about a member over a window of time (section 7).

mod carried;
mod rules;
mod tally;
mod window;

pub use rules::{
    Between, Calendar, Filter, Measure, MetricRule, OfAccount, OfTrack, Since, Window,
};

pub(crate) use carried::Carried;
pub(crate) use tally::{DayBefore, Pruned, Reading, Tally};
pub(crate) use window::{Frame, membership_year};
