//! Conditions: one closed tree, one evaluator that can also explain (section 8).

mod compile;
mod evaluate;
mod flip;
mod remembered;
mod rules;
mod selection;

pub use rules::{
    AtLeastN, AttributeTest, AttributeValue, BirthdayTest, Comparison, Condition, DateRange,
    ExpiringTest, Hours, MetricTest, PriceRange, QuantityTest, RhythmTest, ScoreRule, ScoreTest,
    ScoreWeight, SegmentRule, Selection, TenureTest, TierTest, TotalTest, WarningLevel, Yearly,
};

pub(crate) use compile::{
    Catalogue, Cond, Scope, ScorePlan, SegmentPlan, Track as TrackNames, compile,
};
pub(crate) use evaluate::{EventFacts, Explain, Facts, Quiet, evaluate, reasons, score_of};
pub(crate) use flip::{Days, Moves, may_change, moves, next_flip};
pub(crate) use rules::{Grain, millionths};
pub(crate) use selection::{Basket, Key, NewRow, Row, RowText, Select, Symbols, said};
