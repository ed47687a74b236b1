//! What a condition may say: a closed tree of typed leaves (clauses 8.1, 8.2).
//!
//! To add a leaf: a variant here, its row in [`Condition::reads`], and its arm in `evaluate.rs`; the compiler asks for the rest.

mod grain;
mod lines;
mod named;

use serde::{Deserialize, Serialize};

use crate::amount::Exact;
use crate::calendar::{Date, MonthDay, Span, TimeOfDay, Weekday};
use crate::id::Id;

pub(crate) use grain::{Grain, millionths};
pub use lines::{AttributeValue, PriceRange, Selection};
pub use named::{RhythmTest, ScoreRule, ScoreWeight, SegmentRule, WarningLevel};

/// A condition: a tree of `all`, `any`, `at_least_n`, `not` over leaves.
///
/// A leaf on no value is false, unless it says `if_none`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Every one holds.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// At least `n` of these hold.
    AtLeastN(AtLeastN),
    /// It does not hold.
    Not(Box<Condition>),

    /// Member: the value of a named metric.
    Metric(MetricTest),
    /// Member: the rung held in a track.
    Tier(TierTest),
    /// Member: has at least one of these tags.
    Tag(Vec<String>),
    /// Member: the birthday is near.
    Birthday(BirthdayTest),
    /// Member: how long ago the member enrolled.
    Tenure(TenureTest),
    /// Member: an attribute of the profile.
    Attribute(AttributeTest),
    /// Member: belongs to at least one of these segments.
    Segment(Vec<Id>),
    /// Member: a score.
    Score(ScoreTest),
    /// Member: the anniversary of enrolment is near, from the first one on.
    Anniversary(BirthdayTest),
    /// Member: enrolled on these days (both included).
    Enrolled(DateRange),
    /// Member: available points that expire soon.
    PointsExpiring(ExpiringTest),
    /// Member: is in one of these stages of the lifecycle.
    Stage(Vec<Id>),
    /// Member: has at least one of these paid plans, own or shared.
    Plan(Vec<Id>),
    /// Member: has one of these levels of early warning.
    Warning(Vec<WarningLevel>),
    /// Member: whether attempts to win the member back have been given up since the last purchase.
    Abandoned(bool),
    /// Member: has been silent for long by the member's own rhythm.
    Rhythm(RhythmTest),

    /// Event: is of one of these kinds (`purchase`, `activity`, `enroll` …).
    Kind(Vec<String>),
    /// Event: came through one of these channels.
    Channel(Vec<String>),
    /// Event: happened in one of these stores.
    Store(Vec<String>),
    /// Event: on one of these weekdays, by the clock of the store.
    Weekday(Vec<Weekday>),
    /// Event: at this time of day, by the clock of the store.
    Hours(Hours),
    /// Event: on these days (both included), in program time.
    Dates(DateRange),
    /// Event: on these days of every year, in program time.
    Yearly(Yearly),
    /// Event: an attribute of the event.
    EventAttribute(AttributeTest),

    /// Basket: the amount of the lines, before points are used to pay.
    Total(TotalTest),
    /// Basket: the number of units.
    Quantity(QuantityTest),
    /// Basket: the number of units of some one row (lines that are equal in all but id and quantity are one).
    AnyQuantity(QuantityTest),
    /// Basket: has at least one such line.
    Contains(Selection),
}

/// Where a condition may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// The member alone.
    Member,
    /// The event.
    Event,
    /// The basket of the event.
    Basket,
}

impl Condition {
    /// The one table of what each leaf reads; none for a branch.
    pub(crate) fn reads(&self) -> Option<Reads> {
        match self {
            Self::All(_) | Self::Any(_) | Self::AtLeastN(_) | Self::Not(_) => None,
            Self::Metric(_)
            | Self::Tier(_)
            | Self::Tag(_)
            | Self::Birthday(_)
            | Self::Tenure(_)
            | Self::Attribute(_)
            | Self::Segment(_)
            | Self::Score(_)
            | Self::Anniversary(_)
            | Self::Enrolled(_)
            | Self::PointsExpiring(_)
            | Self::Stage(_)
            | Self::Plan(_)
            | Self::Warning(_)
            | Self::Abandoned(_)
            | Self::Rhythm(_) => Some(Reads::Member),
            Self::Kind(_)
            | Self::Channel(_)
            | Self::Store(_)
            | Self::Weekday(_)
            | Self::Hours(_)
            | Self::Dates(_)
            | Self::Yearly(_)
            | Self::EventAttribute(_) => Some(Reads::Event),
            Self::Total(_) | Self::Quantity(_) | Self::AnyQuantity(_) | Self::Contains(_) => {
                Some(Reads::Basket)
            }
        }
    }
}

/// At least `n` of several conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AtLeastN {
    /// How many must hold.
    pub n: u32,
    /// Of these.
    pub of: Vec<Condition>,
}

/// A comparison with numbers. All that are given must hold; at least one is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// `≥`
    pub at_least: Option<Exact>,
    /// `≤`
    pub at_most: Option<Exact>,
    /// `>`
    pub more_than: Option<Exact>,
    /// `<`
    pub less_than: Option<Exact>,
    /// Both ends included.
    pub between: Option<(Exact, Exact)>,
    /// One of these.
    pub one_of: Option<Vec<Exact>>,
    /// What it says of no value.
    pub if_none: bool,
}

/// Makes a leaf whose fields end in a [`Comparison`].
macro_rules! compared {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)*
            /// At least this.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub at_least: Option<Exact>,
            /// At most this.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub at_most: Option<Exact>,
            /// More than this.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub more_than: Option<Exact>,
            /// Less than this.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub less_than: Option<Exact>,
            /// From the first to the second, both included.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub between: Option<(Exact, Exact)>,
            /// One of these.
            #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
            pub one_of: Option<Vec<Exact>>,
            /// What the leaf is where there is nothing to compare (default: false).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub if_none: Option<bool>,
        }
        impl $name {
            pub(crate) fn comparison(&self) -> Comparison {
                Comparison {
                    at_least: self.at_least,
                    at_most: self.at_most,
                    more_than: self.more_than,
                    less_than: self.less_than,
                    between: self.between,
                    one_of: self.one_of.clone(),
                    if_none: self.if_none.unwrap_or(false),
                }
            }
        }
    };
}

compared! {
    /// The value of a metric: money in major units (`"5000.00"`), points, counts and days as whole numbers.
    MetricTest {
        /// The metric.
        id: Id,
    }
}

compared! {
    /// An amount of money of the basket, in major units, on the lines that are selected (default: all).
    TotalTest {
        /// Which lines count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<Selection>,
    }
}

compared! {
    /// A number of units of the basket, on the lines that are selected (default: all).
    QuantityTest {
        /// Which lines count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<Selection>,
    }
}

compared! {
    /// An attribute: numbers are compared, texts are looked up in `is`.
    AttributeTest {
        /// The name of the attribute.
        name: String,
        /// The text is one of these.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        is: Option<Vec<String>>,
    }
}

compared! {
    /// A score, in points.
    ScoreTest {
        /// The score.
        id: Id,
    }
}

compared! {
    /// The available points of an account whose last day is at most so far away: `{"days": 0}` are those that expire with this
    /// day.
    ExpiringTest {
        /// The account; may be left out where the program has only one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Id>,
        /// How far away.
        within: Span,
    }
}

/// The rung held in a track. All that are given must hold; at least one is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TierTest {
    /// The track; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
    /// This rung or a higher one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Id>,
    /// This rung or a lower one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Id>,
    /// One of these rungs.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Id>>,
}

/// How near a birthday or an anniversary must be, in program time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BirthdayTest {
    /// The day itself (29 February is 28 February in common years).
    Day,
    /// The calendar month.
    Month,
    /// From so many days before it to so many days after it.
    Within {
        /// Days before it.
        #[serde(default)]
        before: u16,
        /// Days after it.
        #[serde(default)]
        after: u16,
    },
}

/// How long ago the member enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TenureTest {
    /// At least so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Span>,
    /// Less than so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less_than: Option<Span>,
}

/// A time of day: from (included) until (not included); past midnight if `until` is not after `from`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The first instant of it.
    pub from: TimeOfDay,
    /// The first instant after it.
    pub until: TimeOfDay,
}

/// Days in program time, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DateRange {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Hours {
    /// Whether a second of the day is in it; past midnight where it ends before it begins.
    pub(crate) fn contains(&self, second_of_day: u32) -> bool {
        within_day(self.from, self.until, second_of_day)
    }
}

/// Whether a second of the day is between two times of day; past midnight where the second is before the first.
pub(crate) fn within_day(from: TimeOfDay, until: TimeOfDay, now: u32) -> bool {
    let (from, until) = (from.second_of_day(), until.second_of_day());
    if from < until {
        from <= now && now < until
    } else {
        from <= now || now < until
    }
}

impl DateRange {
    /// Whether a day is in it.
    pub(crate) fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// Days of every year: single ones, or from a first to a last (past the new year if the last is before the first).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Yearly {
    /// Single days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<MonthDay>,
    /// The first day of a stretch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<MonthDay>,
    /// The last day of a stretch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<MonthDay>,
}
