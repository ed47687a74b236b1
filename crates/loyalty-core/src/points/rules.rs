//! What a program may say about points: accounts, earning, expiry, paying with points, returns (clauses 3 to 6).

use serde::{Deserialize, Serialize};

use crate::amount::{Exact, Points, Rounding};
use crate::calendar::{Align, Date, LastDay, MonthDay, Span, one_span};
use crate::condition::{Condition, Selection};
use crate::event::Overdraw;
use crate::id::Id;
use crate::text::Label;

/// An account of points (`points`, `stars`, `miles`, `growth` …).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountRule {
    /// The name by which rules call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// How many decimals a host shows: a cash-back account that counts cents says 2. The engine counts whole units.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub display_scale: u8,
    /// Which points go first.
    #[serde(default)]
    pub burn_order: BurnOrder,
    /// When earned points become available.
    #[serde(default)]
    pub activation: Activation,
    /// When points expire.
    #[serde(default)]
    pub expiry: Expiry,
    /// What happens when a return takes more points than there are.
    #[serde(default)]
    pub overdraw: Overdraw,
    /// What restored points do whose lot has expired meanwhile.
    #[serde(default)]
    pub restore: Restore,
    /// Caps on all that the account earns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
}

/// Which points are used first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BurnOrder {
    /// Earliest expiry first, never-expiring last, then earliest earned.
    #[default]
    SoonestExpiry,
    /// Earliest earned first.
    Oldest,
}

/// When earned points become available.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Activation {
    /// At once.
    #[default]
    Immediate,
    /// At 00:00 of the n-th civil day after.
    After {
        /// How many days after the day of earning.
        days: u32,
    },
    /// At 00:00 of a day; points earned later are available at once.
    On(Date),
}

/// When points expire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// A time after they were earned.
    After(ExpiryAfter),
    /// On one day of the year.
    Annual(ExpiryAnnual),
    /// The latest of several.
    Latest(Vec<Expiry>),
    /// The earliest of several.
    Earliest(Vec<Expiry>),
}

/// Expiry a time after earning. Exactly one of `days`, `weeks`, `months`, `years` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExpiryAfter {
    /// Days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weeks: Option<u32>,
    /// Months, computed from the day of earning and clamped to the last day of the month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// Years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u32>,
    /// Then to the end of this period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// Then this much more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus: Option<Span>,
    /// Counted from the day of earning (default) or of activation.
    #[serde(default)]
    pub from: ExpiryFrom,
    /// Whether the day so reached is the last valid one (default) or the first invalid one.
    #[serde(default)]
    pub last_day: LastDay,
}

impl ExpiryAfter {
    /// The one length that is given.
    pub(crate) fn span(&self) -> Option<Span> {
        one_span(self.days, self.weeks, self.months, self.years)
    }
}

/// From when expiry counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExpiryFrom {
    /// The day of earning.
    #[default]
    Earning,
    /// The day on which the points become available.
    Activation,
}

/// At 00:00 of `on`, the lots earned on or before `on` less `min_age` expire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExpiryAnnual {
    /// The day of the year.
    pub on: MonthDay,
    /// How old points must be to expire on it (default: earned on the day before or earlier).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_age: Option<Span>,
}

/// What points do that go back to a lot which has expired meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Restore {
    /// They expire at once.
    #[default]
    StayExpired,
    /// They stay valid for so many days, today included.
    Extend {
        /// How many days.
        days: u32,
    },
    /// They begin anew, as points earned today.
    Fresh,
}

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
    pub rounding: Option<Rounding>,
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
    /// So many points for so much money.
    Rate(Rate),
    /// So many points for the event.
    Fixed(Points),
    /// So many points for each unit.
    PerUnit(Exact),
    /// A factor on the points of the base rules.
    Multiply(Exact),
}

/// Points for money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many points.
    pub points: Exact,
    /// For how much money, in major units.
    pub per: Exact,
    /// By full steps (`7.00` at 10 points per `2.00` gives 30) or in proportion (35).
    #[serde(default)]
    pub mode: RateMode,
    /// On which amount (default: the program's).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<EarnBase>,
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
    /// After discounts.
    #[default]
    Discounted,
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
    /// What is over it: the part that fits is given (`partial`), or nothing (`reject`).
    #[serde(default)]
    pub over_cap: OverCap,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Earning {
    /// The amount on which rates work.
    #[serde(default)]
    pub base: EarnBase,
    /// Whether the part of a purchase that is paid in points earns points.
    #[serde(default)]
    pub paid_in_points: PaidInPoints,
    /// How several multipliers combine.
    #[serde(default)]
    pub multipliers: Multipliers,
    /// Whether multipliers work on rounded points.
    #[serde(default)]
    pub round: RoundWhen,
    /// How fractions of a point are rounded.
    #[serde(default = "floor")]
    pub rounding: Rounding,
}

impl Default for Earning {
    fn default() -> Self {
        Self {
            base: EarnBase::default(),
            paid_in_points: PaidInPoints::default(),
            multipliers: Multipliers::default(),
            round: RoundWhen::default(),
            rounding: floor(),
        }
    }
}

fn floor() -> Rounding {
    Rounding::Floor
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

/// How points are used to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TenderRule {
    /// The account; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// So many points …
    pub points: Points,
    /// … are worth so much money, in major units.
    pub value: Exact,
    /// Under so many points nothing is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_points: Option<Points>,
    /// At most so many points for one order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_points: Option<Points>,
    /// At most this part of the basket, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_percent: Option<Exact>,
    /// Only multiples of so many points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Points>,
    /// Lines that cannot be paid in points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Selection>,
    /// What happens when more is asked for: less is used, or the purchase is refused.
    #[serde(default)]
    pub over: Over,
}

/// What happens when more points are asked for than may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// As many as may be are used.
    #[default]
    Clamp,
    /// The purchase is refused.
    Refuse,
}

/// How returns are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Returns {
    /// Until how long after the purchase, its day not counted (default 180 days).
    #[serde(default = "half_a_year")]
    pub window: Span,
    /// Whether a part of an order can go back.
    #[serde(default)]
    pub partial: Partial,
    /// What happens to the points that the order earned.
    #[serde(default)]
    pub points: ReturnedPoints,
}

impl Default for Returns {
    fn default() -> Self {
        Self {
            window: half_a_year(),
            partial: Partial::default(),
            points: ReturnedPoints::default(),
        }
    }
}

fn half_a_year() -> Span {
    Span::Days(180)
}

/// Whether a part of an order can go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Partial {
    /// It can.
    #[default]
    Allow,
    /// Only the whole order can.
    Refuse,
}

/// What happens to the points that returned goods earned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReturnedPoints {
    /// They are taken back, in proportion.
    #[default]
    Proportional,
    /// They stay.
    Keep,
}
