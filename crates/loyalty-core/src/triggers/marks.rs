//! What a member keeps of triggers.

use serde::{Deserialize, Serialize};

use crate::calendar::Date;
use crate::id::Id;
use crate::points::Gave;

/// What a member keeps of triggers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TriggerMarks {
    /// The last civil day whose triggers have fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) through: Option<Date>,
    /// What will fire on a day because of an event before it; sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pending: Vec<Pending>,
    /// The rungs that are near, and which trigger has said so; sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) near: Vec<(Id, Id)>,
    /// The values up to which milestones have fired, where a return has lowered the metric since; sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fired: Vec<(Id, i64)>,
}

/// What will fire on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pending {
    pub(crate) on: Date,
    pub(crate) trigger: Id,
    /// The event that it is after.
    pub(crate) event: Id,
    /// The order of that event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<Id>,
}

impl TriggerMarks {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl TriggerMarks {
    /// What triggers have done for another member, who becomes part of this one, has been done for this one.
    pub(crate) fn join(&mut self, other: Self) {
        self.pending.extend(other.pending);
        self.pending.sort();
        for mark in other.near {
            if let Err(place) = self.near.binary_search(&mark) {
                self.near.insert(place, mark);
            }
        }
        for (trigger, value) in other.fired {
            match self.fired.binary_search_by(|(own, _)| own.cmp(&trigger)) {
                Ok(place) => {
                    if let Some((_, own)) = self.fired.get_mut(place) {
                        *own = value.max(*own);
                    }
                }
                Err(place) => self.fired.insert(place, (trigger, value)),
            }
        }
    }
}

/// What a trigger gave for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Awarded {
    pub(crate) trigger: Id,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gave: Option<Gave>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) coupon: Option<Id>,
    /// The money that the coupon held then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<i64>,
    /// Where the trigger has limits, with the first thing that it gave: the day, in program time, on which that was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) used_on: Option<Date>,
    /// What it was about, where a limit counts by that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) used_for: Option<Id>,
    /// With the first thing that was given for one of the values of a milestone: that value, in the smallest unit of its metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) milestone: Option<i64>,
}
