//! Earn rules, and how they combine (clause 4).

use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account::{Activation, Expiry};
use crate::amount::{Exact, Points, Rounding};
use crate::calendar::Date;
use crate::condition::{Condition, Selection};
use crate::id::Id;
use crate::pricing::Basis;
use crate::text::Label;

/// A rule by which members earn points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EarnRule {
    /// The name of the rule, in receipts and entries.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// Which event it answers: `purchase` (default), `enroll`, or `activity:` and the kind (`activity:check_in`).
    #[serde(default = "purchase", skip_serializing_if = "is_purchase")]
    pub on: String,
    /// When it applies (default: always).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Which lines it looks at (default: all).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Selection>,
    /// What it gives.
    pub give: Give,
    /// To which account; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// Of the rules of one group only one gives: the highest `priority`, then the most points, then the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Id>,
    /// Who comes first in a group, among exclusive rules, and when caps cut.
    #[serde(default)]
    pub priority: i32,
    /// If exclusive rules fire, only the one of the highest priority gives.
    #[serde(default)]
    pub exclusive: bool,
    /// Its points are not multiplied.
    #[serde(default)]
    pub bonus: bool,
    /// How much it may give.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
    /// Overrides the account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
    /// Overrides the account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Expiry>,
    /// Overrides the program's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<PointRounding>,
    /// Whether what is below one step (or one point) is kept for the member's next purchase, instead of being dropped.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub carry: bool,
    /// The first day of the rule, in program time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day of the rule, in program time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

fn purchase() -> String {
    "purchase".to_owned()
}

fn is_purchase(on: &str) -> bool {
    on == "purchase"
}

/// What an earn rule gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Give {
    /// So many points for so much money, or for so much of a number that the event carries.
    Rate(Rate),
    /// So many points for the event.
    Fixed(Points),
    /// So many points for each unit.
    PerUnit(Exact),
    /// So many points for each line (lines that are equal in all but id and quantity are one).
    PerLine(Exact),
    /// A factor on the points of the base rules.
    Multiply(Exact),
    /// A part of a number that the event carries (the points of a friend's first order, say).
    PercentOf(PercentOf),
    /// More (or less) each day in a row.
    Streak(Streak),
    /// Points when a metric reaches certain values.
    Milestone(Milestone),
}

/// Points for money, or for a number that the event carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many points.
    pub points: Exact,
    /// For how much: money in major units, or so much of the `attribute`.
    pub per: Exact,
    /// By full steps (`7.00` at 10 points per `2.00` gives 30) or in proportion (35).
    #[serde(default)]
    pub mode: RateMode,
    /// On which amount (default: the program's).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<EarnBase>,
    /// The attribute of the event that is counted in the place of money (`distance`, `nights` …); without it, or where it is no
    /// number, the rule gives nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<Id>,
}

/// A part of a number that the event carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PercentOf {
    /// How much of it, in percent.
    pub percent: Exact,
    /// The attribute of the event.
    pub attribute: Id,
}

/// Points that grow from day to day while the member comes back; days are those of the program's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Streak {
    /// The points of the first time, the second …
    pub steps: Vec<Points>,
    /// What follows after the last step.
    #[serde(default)]
    pub after_last: StreakEnd,
    /// What a missed day does.
    #[serde(default, rename = "break")]
    pub missed: MissedDays,
    /// How many events of one day count (default 1).
    #[serde(default = "once")]
    pub max_per_day: u32,
}

fn once() -> u32 {
    1
}

/// What follows after the last step of a streak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StreakEnd {
    /// The last step again and again.
    #[default]
    Hold,
    /// The first step.
    Restart,
    /// Nothing, until the streak is broken.
    Stop,
}

/// What a missed day does to a streak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MissedDays {
    /// It begins anew.
    #[default]
    Reset,
    /// It loses so many steps for each missed day, down to none.
    Minus(u32),
}

/// Points when a metric reaches certain values: what it was before the event and what it is after it decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// The metric. It must be one that only grows by events (its window may begin anew).
    pub metric: Id,
    /// Certain values, in rising order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<MilestoneStep>,
    /// Every so much of the metric …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Exact>,
    /// … from this value on (default: `every` itself) …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Exact>,
    /// … so many points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// Which give where one event reaches several.
    #[serde(default)]
    pub crossing: Crossing,
}

/// A value of a metric and what it gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MilestoneStep {
    /// The value, in major units where the metric counts money.
    pub value: Exact,
    /// The points.
    pub points: Points,
}

/// Which milestones give where one event reaches several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// Each of them.
    #[default]
    Each,
    /// The highest only.
    Highest,
}

/// By full steps or in proportion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RateMode {
    /// In proportion to the amount.
    #[default]
    Proportional,
    /// By full steps of `per`.
    Step,
}

/// On which amount points are earned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EarnBase {
    /// After all discounts.
    #[default]
    Discounted,
    /// After the discounts on lines, before those on the basket: without what promotions of the basket phase took off, and without
    /// what the till and rewards took off all lines together.
    LineDiscounted,
    /// Before discounts.
    List,
}

/// A cap: at most so many points, or so many times, in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// At most so many points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// At most so many times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// In which period, in program time.
    pub per: CapPeriod,
    /// For `term`: the track; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
    /// What is over it: the part that fits is given (`partial`), or nothing (`reject`).
    #[serde(default)]
    pub over_cap: OverCap,
}

impl Cap {
    /// Whether both count the same and cut alike, so that only the smaller one matters.
    pub(crate) fn repeats(&self, other: &Self) -> bool {
        let kind = |cap: &Self| (cap.points.is_some(), cap.times.is_some());
        kind(self) == kind(other)
            && (self.per, self.over_cap) == (other.per, other.over_cap)
            && self.track == other.track
    }
}

/// The period of a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CapPeriod {
    /// One event.
    Event,
    /// A civil day.
    Day,
    /// An ISO week.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
    /// The present term of a track: it begins anew with a rung or a review.
    Term,
    /// The member's life.
    Lifetime,
}

/// What happens with points over a cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverCap {
    /// What fits is given.
    #[default]
    Partial,
    /// Nothing is given.
    Reject,
}

/// A group of earn rules of which only one gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EarnGroup {
    /// The name by which rules call it.
    pub id: Id,
    /// Caps on all that the group gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
}

/// How the program earns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct Earning {
    /// The amount on which rates work.
    pub base: EarnBase,
    /// Whether rates work on prices as they are stated, without tax or with it.
    pub basis: Basis,
    /// Whether shipping earns points.
    #[serde(skip_serializing_if = "crate::json::is_default")]
    pub shipping: bool,
    /// Whether the part of a purchase that is paid in points earns points.
    pub paid_in_points: PaidInPoints,
    /// Whether units that cost nothing count: for points by unit, by line and for selected lines, and for rates that work on an
    /// amount before discounts. Of the units of one line some may be free: those whose whole price a promotion took off. A fixed
    /// gift for the purchase is given for a basket that costs nothing, too.
    pub free_units: FreeUnits,
    /// Lines that earn nothing. Gift cards and lines with `earns: false` never do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Selection>,
    /// How several multipliers combine.
    pub multipliers: Multipliers,
    /// Whether multipliers work on rounded points.
    pub round: RoundWhen,
    /// How fractions of a point are rounded.
    pub rounding: PointRounding,
    /// Whether a purchase earns at the rung held before it, or at the rung that it gives.
    pub earn_at: EarnAt,
}

/// Whether units that cost nothing count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FreeUnits {
    /// They do not.
    #[default]
    Skip,
    /// They do.
    Count,
}

/// At which rung a purchase earns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EarnAt {
    /// At the rung held before it.
    #[default]
    Held,
    /// At the rung that it gives: judged once, with this purchase's spend and the points that it gives at the old rung.
    NewTier,
}

/// How fractions of a point are rounded: a mode (`"floor"`), or an object with `mode`, `place` and `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointRounding {
    /// The mode.
    pub mode: Rounding,
    /// What is rounded.
    pub place: PointsPlace,
    /// To multiples of so many points.
    pub to: Points,
}

impl Default for PointRounding {
    fn default() -> Self {
        Self {
            mode: Rounding::Floor,
            place: PointsPlace::default(),
            to: Points::new(1),
        }
    }
}

/// What is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PointsPlace {
    /// All that a rule gives for an event.
    #[default]
    Rule,
    /// What a rule gives for each line.
    Line,
    /// What a rule gives for one unit of each line; the line has so many times that.
    Unit,
}

/// A rounding as it is written out.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct PointRoundingWire {
    /// The mode (default `floor`).
    #[serde(default = "floor")]
    mode: Rounding,
    /// What is rounded (default `rule`).
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    place: PointsPlace,
    /// To multiples of so many points (default 1).
    #[serde(default = "one_point")]
    to: Points,
}

fn floor() -> Rounding {
    Rounding::Floor
}

fn one_point() -> Points {
    Points::new(1)
}

impl Serialize for PointRounding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { mode, place, to } = *self;
        if place == PointsPlace::Rule && to == one_point() {
            return mode.serialize(serializer);
        }
        PointRoundingWire { mode, place, to }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PointRounding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = PointRounding;
            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a rounding mode, or an object with `mode`, `place` and `to`")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<PointRounding, E> {
                let mode = Rounding::deserialize(serde::de::value::StrDeserializer::new(text))?;
                Ok(PointRounding {
                    mode,
                    ..PointRounding::default()
                })
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                map: A,
            ) -> Result<PointRounding, A::Error> {
                let PointRoundingWire { mode, place, to } =
                    Deserialize::deserialize(MapAccessDeserializer::new(map))?;
                Ok(PointRounding { mode, place, to })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PointRounding {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PointRounding".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mode = generator.subschema_for::<Rounding>();
        let object = generator.subschema_for::<PointRoundingWire>();
        schemars::json_schema!({
            "description": "How fractions of a point are rounded: a mode, or an object with `mode`, `place` and `to`.",
            "anyOf": [mode, object]
        })
    }
}

/// Whether the part that is paid in points earns points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaidInPoints {
    /// It does not.
    #[default]
    Exclude,
    /// It does.
    Include,
}

/// How several multipliers combine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Multipliers {
    /// ×1.5 and ×2 make ×2.5.
    #[default]
    SumOfBonuses,
    /// ×1.5 and ×2 make ×3.
    Product,
    /// ×1.5 and ×2 make ×2.
    Highest,
}

/// When points are rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoundWhen {
    /// The points of each rule are rounded, then multiplied, then rounded again.
    #[default]
    EachRule,
    /// Only after multiplying.
    AfterMultiplier,
}
