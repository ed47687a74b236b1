//! A lot: points of one account with the same dates (clause 3.2).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::amount::Points;
use crate::calendar::{Date, Instant};
use crate::error::Error;
use crate::outcome::{LotDates, LotPoints};

/// Points with the same dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lot {
    /// Its number: lots are made in this order.
    pub(crate) n: u32,
    pub(crate) kind: LotKind,
    pub(crate) earned_on: Date,
    /// What the points wait for until they are available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) active_from: Option<ActiveFrom>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Instant>,
    /// By what its expiry is worked out anew, where it can move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dated_by: Option<DatedBy>,
    pub(crate) points: i64,
}

/// What pending points wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ActiveFrom {
    /// An instant.
    At(Instant),
    /// That their order is settled.
    Settlement,
}

/// How it stands in a member's document; an instant is written as it is everywhere.
const SETTLEMENT: &str = "settlement";

impl Serialize for ActiveFrom {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        match self {
            Self::At(instant) => instant.serialize(serializer),
            Self::Settlement => serializer.serialize_str(SETTLEMENT),
        }
    }
}

impl<'de> Deserialize<'de> for ActiveFrom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        if text == SETTLEMENT {
            return Ok(Self::Settlement);
        }
        let instant = Instant::read(&text).map_err(Error::into_serde)?;
        Ok(Self::At(instant))
    }
}

/// By what the expiry of a lot is worked out anew: when its points become available, and when the member has been active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatedBy {
    /// The place of the rule among those that the account keeps.
    pub(crate) rule: u32,
    /// The day that is counted from, if it is not that of earning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Date>,
    /// The day on which the points became available, if it is not that of earning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) active_on: Option<Date>,
}

/// Where the points of a lot come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LotKind {
    Earned,
    Credited,
}

/// Points of a lot that are gone, remembered for returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gone {
    pub(super) n: u32,
    pub(super) on: Date,
    pub(super) points: i64,
}

/// Points taken from a lot; the lot as it was, with as many points as were taken.
pub(crate) type Taken = Lot;

/// What an order or a redemption took from a lot, and how much of it is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Took {
    pub(crate) lot: Lot,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) back: i64,
    /// How many of those that are back were cancelled while they were pending: a return takes so many fewer.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) cancelled: i64,
}

impl Took {
    /// Nothing of it is back yet.
    pub(crate) fn new(lot: Lot) -> Self {
        Self {
            lot,
            back: 0,
            cancelled: 0,
        }
    }

    /// How many points are not back.
    pub(crate) fn open(&self) -> i64 {
        self.lot.points.saturating_sub(self.back)
    }

    /// What is wrong with it, if it was decoded wrongly.
    pub(crate) fn is_right(&self) -> bool {
        0 <= self.cancelled && self.cancelled <= self.back && self.back <= self.lot.points
    }
}

impl Lot {
    /// The dates for an entry.
    pub(crate) fn dates(&self) -> LotDates {
        LotDates {
            earned_on: self.earned_on,
            active_from: self.active_at(),
            on_settlement: self.active_from == Some(ActiveFrom::Settlement),
            expires_at: self.expires_at,
        }
    }

    /// The dates and the points for an entry.
    pub(crate) fn entry(&self) -> LotPoints {
        LotPoints {
            points: Points::new(self.points),
            lot: self.dates(),
        }
    }

    /// The instant at which the points become available, if they wait for one.
    pub(crate) fn active_at(&self) -> Option<Instant> {
        match self.active_from? {
            ActiveFrom::At(instant) => Some(instant),
            ActiveFrom::Settlement => None,
        }
    }

    /// When time alone changes the lot next: it becomes available, or it expires.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.active_at().into_iter().chain(self.expires_at).min()
    }

    /// Lots are kept in this order, and then in that of their numbers.
    pub(super) fn dates_kept(&self) -> (Instant, Date) {
        (self.expires(), self.earned_on)
    }

    /// Lots are kept in this order.
    pub(super) fn key(&self) -> (Instant, Date, u32) {
        (self.expires(), self.earned_on, self.n)
    }

    /// What never expires stands behind all that does.
    pub(super) fn expires(&self) -> Instant {
        self.expires_at.unwrap_or(Instant::from_micros(i64::MAX))
    }

    /// Whether points of both can stand in one lot. What waits for settlement waits for that of its own order.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.active_from != Some(ActiveFrom::Settlement)
            && self.dated_by == other.dated_by
            && self.earned_on == other.earned_on
            && self.active_from == other.active_from
            && self.expires_at == other.expires_at
    }
}
