//! Points that are spent: as a means of payment, for rewards, to others (clause 5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::earn::CapPeriod;
use crate::amount::{Exact, Points};
use crate::calendar::Date;
use crate::condition::{Condition, Selection};
use crate::id::Id;
use crate::pricing::Discount;
use crate::text::Label;

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
    /// Other rates from so many points on; the points that are used, all of them, have the rate that they reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<TenderRate>,
    /// Whether the points pay, or lower the price before tax and payment.
    #[serde(
        default,
        rename = "as",
        skip_serializing_if = "crate::json::is_default"
    )]
    pub role: TenderAs,
    /// Whether the points that the order itself earns can be used for it.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub same_order: bool,
    /// When points can be used (default: always).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
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

/// A rate from so many points on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TenderRate {
    /// From so many points on …
    pub from: Points,
    /// … so many points …
    pub points: Points,
    /// … are worth so much money, in major units.
    pub value: Exact,
}

/// What points do that are used for a purchase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TenderAs {
    /// They pay: the price and its tax stay as they are.
    #[default]
    Payment,
    /// They lower the price, and the tax with it.
    Discount,
}

/// What a member can have for points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reward {
    /// The name by which events call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// The account that pays; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// What it costs in points.
    pub points: Points,
    /// What it costs on certain rungs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_tier: Option<TierPoints>,
    /// What it costs in money besides, in major units; the host takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Exact>,
    /// What it is.
    pub give: RewardGive,
    /// When it can be had (default: always).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// How often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// Given by itself as soon as there are enough points; else on request (a `redeem` event).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto: Option<AutoReward>,
    /// The first day, in program time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day, in program time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// Points by rung.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TierPoints {
    /// The track; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
    /// For each rung; others have the general price.
    pub rungs: BTreeMap<Id, Points>,
}

/// What a reward is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RewardGive {
    /// A thing, which the host hands out.
    Item(RewardItem),
    /// A discount on a purchase that names the reward.
    Discount(Discount),
    /// Points of another account.
    Points(PointsOf),
    /// A coupon, or stored value.
    Coupon(CouponOf),
}

/// A coupon of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CouponOf {
    /// The coupon.
    pub coupon: Id,
    /// For stored value, and only for that: how much money its instance holds, in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Exact>,
}

/// A thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RewardItem {
    /// The article.
    pub sku: Id,
}

/// Points of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PointsOf {
    /// The account.
    pub account: Id,
    /// How many.
    pub points: Points,
}

/// At most so many times in a period.
///
/// A use is kept by what is counted, not by where the limit stands: a later version of the program may say others before it. Two limits
/// of one list that count the same are a mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// So many times.
    pub times: u32,
    /// In which period, in program time.
    pub per: CapPeriod,
    /// For `term`: the track; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Id>,
    /// For a trigger: each of these has so many times of its own (default: all together).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<LimitAbout>,
}

/// What has a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LimitAbout {
    /// Each rung that the trigger is about.
    Tier,
    /// Each stage of life.
    Stage,
    /// Each task.
    Task,
}

/// A reward that is given by itself, as often as the points last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AutoReward {
    /// From so many points on (default: what it costs).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Points>,
    /// What happens to the points above what it costs.
    #[serde(default)]
    pub surplus: Surplus,
    /// When, at one instant.
    #[serde(default)]
    pub run: AutoRun,
}

/// What happens to points above what an automatic reward costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Surplus {
    /// They stay.
    #[default]
    Keep,
    /// They are dropped.
    Drop,
}

/// When automatic rewards are given, at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AutoRun {
    /// After tiers have been judged, with the triggers.
    #[default]
    WithTriggers,
    /// Before tiers are judged: a rung that needs the balance is not reached.
    BeforeTiers,
}

/// Points that a member may give to another member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TransferRule {
    /// The account; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// At least so many points each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_points: Option<Points>,
    /// At most so many points each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_points: Option<Points>,
    /// Only multiples of so many points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Points>,
    /// What it costs the sender besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// How often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// How many points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points_limits: Vec<PointsLimit>,
    /// When points expire that have been received.
    #[serde(default)]
    pub lots: MovedLots,
    /// When it is possible (default: always).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// How many points can be moved in a period, without fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PointsLimit {
    /// At most so many.
    pub points: Points,
    /// In each of these periods, in program time; not `event` and not `term`.
    pub per: CapPeriod,
}

/// What moving points costs, in points of the same account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fee {
    /// So many points each time.
    Points(Points),
    /// A part of the points, in percent, rounded up.
    Percent(Exact),
}

/// When points expire that have been moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MovedLots {
    /// As they did.
    #[default]
    Keep,
    /// As points earned on the day on which they arrive.
    Fresh,
}

/// Points of one account for points of another one, of this program or of a partner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConversionRule {
    /// The name by which events call it.
    pub id: Id,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// The account that gives; may be left out where the program has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// So many points of it …
    pub points: Points,
    /// … make so many points …
    pub gives: Points,
    /// … of this account: one of this program, or of the partner's.
    pub to: Id,
    /// The program of the partner; none where both accounts are of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<Id>,
    /// Only multiples of so many points (default: `points`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Points>,
    /// At least so many points each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_points: Option<Points>,
    /// At most so many points each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_points: Option<Points>,
    /// What it costs besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// How often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// When points expire that have been exchanged (`keep` only where one point makes one).
    #[serde(default = "fresh")]
    pub lots: MovedLots,
    /// When it is possible (default: always).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

fn fresh() -> MovedLots {
    MovedLots::Fresh
}
