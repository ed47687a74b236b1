//! Accounts: when points become available, when they expire, what an overdraft does (clause 3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::earn::Cap;
use crate::amount::{Exact, Points};
use crate::calendar::{Align, Date, LastDay, MonthDay, Span, one_span};
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
    /// When points expire that are earned on certain rungs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_by_tier: Option<TierExpiry>,
    /// Which date counts where a rule and a rung both say when points expire.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub overrides: Overrides,
    /// What leaves the account while the member is inactive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decay: Option<Decay>,
    /// What leaves the account once a year, by the rung that is held (growth value).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yearly_deduction: Option<YearlyDeduction>,
    /// For how many days expired points are remembered, so that they can be reinstated.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub reinstate_days: u32,
    /// What a new version of the program does with points that are there already.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub open_lots: OpenLots,
    /// What a point costs, and how many are expected to be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liability: Option<LiabilityRule>,
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
    /// When the order is settled (an `order_settled` event); points that no order earned are available at once.
    OnSettlement,
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
    /// A time after the member was last active: all points of the account together.
    Inactivity(ExpiryInactivity),
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

/// Expiry a time after the member was last active. Exactly one of `days`, `weeks`, `months`, `years` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExpiryInactivity {
    /// Days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weeks: Option<u32>,
    /// Months, computed from the last active day and clamped to the last day of the month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// Years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u32>,
    /// Then to the end of this period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// What counts as being active: `earned` and `spent` (points of this account), `purchase`, `enroll`, `activity` (any) or
    /// `activity:` and a kind. Default: `earned` and `spent`.
    #[serde(default = "movements")]
    pub resets_on: Vec<String>,
    /// Whether the day so reached is the last valid one (default) or the first invalid one.
    #[serde(default)]
    pub last_day: LastDay,
}

impl ExpiryInactivity {
    /// The one length that is given.
    pub(crate) fn span(&self) -> Option<Span> {
        one_span(self.days, self.weeks, self.months, self.years)
    }
}

fn movements() -> Vec<String> {
    vec!["earned".to_owned(), "spent".to_owned()]
}

/// When points expire that are earned on certain rungs of a track. A rung that is not named has the account's expiry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TierExpiry {
    /// The track; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
    /// For each rung.
    pub rungs: BTreeMap<Id, Expiry>,
}

/// Which date counts where a rule and a rung both say when points expire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Overrides {
    /// The later one.
    #[default]
    Latest,
    /// The earlier one.
    Earliest,
    /// The rule's.
    Rule,
    /// The rung's.
    Tier,
}

/// After a time of inactivity, a part of the balance leaves the account at regular intervals until the member is active again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Decay {
    /// How long the member must have been inactive before the first time: as long as for expiry by inactivity, to the end of the
    /// last day. Without any activity, that counts from the day of the
    /// oldest available points.
    pub after_inactive: Span,
    /// How long it is from one time to the next.
    pub every: Span,
    /// How much of the balance leaves each time, in percent, rounded down.
    pub percent: Exact,
    /// At least so many points leave each time.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub min_points: Points,
    /// So many points stay.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub until: Points,
    /// What counts as being active, as for expiry by inactivity.
    #[serde(default = "movements")]
    pub resets_on: Vec<String>,
}

/// Once a year, an amount that the rung names leaves the account (as much as is there); then the track is judged as at a review. It
/// is the rung that was earned or granted: one that a plan or a household lends takes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct YearlyDeduction {
    /// The track; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
    /// On which day.
    #[serde(default)]
    pub on: DeductionDay,
    /// How many points leave on each rung; none on a rung that is not named.
    pub rungs: BTreeMap<Id, Points>,
}

/// The day of a yearly deduction: at 00:00 of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeductionDay {
    /// Each anniversary of enrolment.
    #[default]
    Enrolment,
    /// Each anniversary of the day on which the rung was entered.
    Rung,
    /// The same day for everybody.
    Yearly(MonthDay),
}

/// What a new version of the program (another `version`) does with the expiry of points that are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OpenLots {
    /// Their dates stay.
    #[default]
    Keep,
    /// The account's new expiry, counted from the day on which the member adopts the version.
    FromStart,
    /// The account's new expiry, counted from the day of earning.
    FromEarning,
}

/// What a point costs, and how many are expected to be used (clause 3.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LiabilityRule {
    /// What one point costs when it is used, in major units.
    pub cost_per_point: Exact,
    /// How many of the points are expected to be used, in percent (default 100).
    #[serde(default = "all_of_it")]
    pub redemption_percent: Exact,
}

fn all_of_it() -> Exact {
    Exact(crate::amount::Decimal::ONE_HUNDRED)
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
