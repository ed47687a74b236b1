//! How a coupon is issued, how long it lasts, what becomes of it (clauses 10.1, 10.4, 10.9, 6.3).

use serde::{Deserialize, Serialize};

use crate::calendar::{Align, Date, LastDay, Span};
use crate::id::Id;
use crate::json::is_default;

/// What a coupon says besides what it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct Issue {
    /// How long one lasts (default: as long as the promotion).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid: Option<CouponValid>,
    /// What becomes of it when the whole order is returned.
    #[serde(skip_serializing_if = "is_default")]
    pub returns: CouponReturns,
    /// The code by which whoever knows it may present it, without an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Id>,
    /// Is a candidate without being presented.
    #[serde(skip_serializing_if = "is_default")]
    pub auto: bool,
    /// May be given to another member.
    #[serde(skip_serializing_if = "is_default")]
    pub giftable: bool,
}

/// How long an instance lasts. Without a word it lasts as long as the promotion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct CouponValid {
    /// So long from its first day.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    /// To this day at the latest, which still counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Its first day is so long after the day of issue (default: that day).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
    /// Moves the last day that is computed to the end of a period.
    #[serde(skip_serializing_if = "is_default")]
    pub align: Align,
    /// Whether the day that is computed still counts.
    #[serde(skip_serializing_if = "is_default")]
    pub last_day: LastDay,
}

/// What becomes of a coupon when the whole order is returned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CouponReturns {
    /// It comes back as it was; one that has expired meanwhile has expired.
    #[default]
    Restore,
    /// It comes back and lasts at least so many days.
    Extend {
        /// From the day of the return.
        days: u16,
    },
    /// It is gone.
    Forfeit,
}
