//! Metrics: named figures about a member over a window of time (section 7).

mod aside;
mod carried;
mod gaps;
mod merge;
mod periods;
mod rules;
mod silence;
mod tally;
mod values;
mod window;

pub use rules::{
    Between, Calendar, DistinctOf, DistinctValues, Filter, GapOf, Measure, MetricRule, OfAccount,
    OfAttribute, OfTrack, PeriodsWith, Since, StreakOf, TaskEnd, TasksEnded, Window,
};

pub use silence::SilenceOf;

pub(crate) use carried::Carried;
pub(crate) use silence::Silence;
pub(crate) use tally::{DayBefore, Pruned, Reading, Tally};
pub(crate) use window::{Frame, membership_year};
