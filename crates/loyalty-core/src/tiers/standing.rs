//! Where a member stands in a track.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, Instant, Zone};
use crate::id::Id;

/// The rung that a member has earned in a track, and one that was granted beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standing {
    pub(crate) track: Id,
    pub(crate) rung: Id,
    /// When the rung was entered.
    pub(crate) since: Instant,
    /// The civil day of it, where the member's clocks were others then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entered_on: Option<Date>,
    /// When the present term began, if later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) begun: Option<Instant>,
    /// The instant at which the present term (or the grace) ends; none for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Instant>,
    /// The civil day that begins then, where the member's clocks were others when that was laid down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ends_on: Option<Date>,
    /// The day of the month that the next term comes back to, where this one ends in a month without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) month_day: Option<u32>,
    /// The rung is lost and kept for a while only: the last day of its term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) grace: Option<Date>,
    /// A penalty has taken a rung: no higher one is entered before the next review.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) barred: bool,
    /// A higher rung that will be entered when the next period begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pending: Option<Box<Pending>>,
    /// A rung that a person gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) granted: Option<Box<Granted>>,
    /// Rungs that stand beside it as long as something else does: a plan, a household.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lent: Vec<Lent>,
    /// At how many reviews running each penalty has warned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<u32>,
    /// Whether this is the track that the member is called by.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) primary: bool,
    /// What the rung was last given or kept for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) judged: Option<Judged>,
    /// What stood before purchases of this term raised or prolonged it: a return of theirs falls back to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier: Vec<Earlier>,
    /// The rungs before, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) before: Vec<Former>,
}

/// The figures by which a rung was given or kept: a return that lowers them takes the rung away again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Judged {
    /// The version of the member then: later orders do not count.
    pub(crate) version: u64,
    /// The day that was judged.
    pub(crate) on: Date,
    /// Kept at a review, so that `retain` is what must hold.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) retained: bool,
    /// The values of the metrics that the track reads.
    pub(crate) values: Vec<JudgedValue>,
}

/// A metric, its value, and the version of the member from which on it counted.
pub(crate) type JudgedValue = (Id, Option<i64>, u64);

/// A rung that will be entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pending {
    pub(crate) rung: Id,
    /// When.
    pub(crate) at: Instant,
    /// The figures by which it was given.
    pub(crate) judged: Judged,
}

/// A rung that a person gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Granted {
    pub(crate) rung: Id,
    pub(crate) since: Instant,
    /// When it ends; none for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Instant>,
    /// Whether it holds even where the rung that is earned is higher.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) replace: bool,
    pub(crate) reason: String,
    /// Whether it is the one that the member holds.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) holds: bool,
}

/// A rung that stands as long as something else does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lent {
    pub(crate) by: LentBy,
    pub(crate) rung: Id,
    /// Whether it is the one that the member holds.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) holds: bool,
}

/// By what a rung is lent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum LentBy {
    /// A paid plan.
    Plan(Id),
    /// The pool of the household.
    Pool(Id),
}

/// A rung or term that another one took the place of before it was over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Earlier {
    pub(crate) rung: Id,
    pub(crate) since: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entered_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) begun: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ends_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) month_day: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) grace: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) judged: Option<Judged>,
    /// What had been used in it of caps and limits by terms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) uses: Vec<UsedInTerm>,
}

/// What was used of a cap or limit in a term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsedInTerm {
    pub(crate) key: Arc<str>,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) points: i64,
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) times: i64,
    /// The version of the member when the term began.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) since: u64,
}

/// A rung that was held before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Former {
    pub(crate) rung: Id,
    pub(crate) until: Instant,
}

/// How many former rungs a member keeps; the journal has them all.
const FORMER_MAX: usize = 4;

impl Standing {
    pub(crate) fn new(track: Id, rung: Id, since: Instant) -> Self {
        Self {
            track,
            rung,
            since,
            entered_on: None,
            begun: None,
            until: None,
            ends_on: None,
            month_day: None,
            grace: None,
            barred: false,
            pending: None,
            granted: None,
            lent: Vec::new(),
            warnings: Vec::new(),
            primary: false,
            judged: None,
            earlier: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Remembers what stands now, with what was used in its term, before something else takes its place.
    pub(crate) fn remember(&mut self, uses: Vec<UsedInTerm>) {
        self.earlier.push(Earlier {
            rung: self.rung.clone(),
            since: self.since,
            entered_on: self.entered_on,
            begun: self.begun,
            until: self.until,
            ends_on: self.ends_on,
            month_day: self.month_day,
            grace: self.grace,
            judged: self.judged.clone(),
            uses,
        });
        if self.earlier.len() > FORMER_MAX {
            self.earlier.remove(0);
        }
    }

    /// The civil day on which the rung was entered.
    pub(crate) fn entered(&self, zone: Zone) -> Date {
        self.entered_on.unwrap_or_else(|| zone.date_at(self.since))
    }

    /// Writes down the civil days by the clocks that the member leaves.
    pub(crate) fn keep_days(&mut self, left: Zone) {
        let keep = |on: &mut Option<Date>, at: Option<Instant>| {
            if let Some(at) = at {
                on.get_or_insert_with(|| left.date_at(at));
            }
        };
        keep(&mut self.entered_on, Some(self.since));
        keep(&mut self.ends_on, self.until);
        for earlier in &mut self.earlier {
            keep(&mut earlier.entered_on, Some(earlier.since));
            keep(&mut earlier.ends_on, earlier.until);
        }
    }

    /// The program has no such track: no time runs in it, until a program has it again.
    pub(crate) fn rest(&mut self) {
        self.end_at(None);
        self.grace = None;
        self.pending = None;
        self.granted = self
            .granted
            .take()
            .filter(|granted| granted.until.is_none());
        self.lent.clear();
        self.primary = false;
    }

    /// When the present term ends that is laid down now; none for good.
    pub(crate) fn end_at(&mut self, until: Option<Instant>) {
        self.until = until;
        self.ends_on = None;
    }

    /// Moves to another rung. `on`: the civil day, where the clocks show an earlier one.
    pub(crate) fn enter(&mut self, rung: Id, at: Instant, on: Option<Date>) {
        let left = core::mem::replace(&mut self.rung, rung);
        self.before.push(Former {
            rung: left,
            until: at,
        });
        if self.before.len() > FORMER_MAX {
            self.before.remove(0);
        }
        self.since = at;
        self.entered_on = on;
        self.begun = None;
    }

    /// The rung that the member holds: the one that is earned, or the one that was granted in its place.
    pub(crate) fn held(&self) -> &Id {
        match &self.granted {
            Some(granted) if granted.holds => &granted.rung,
            _ => {
                let lent = self.lent.iter().find(|lent| lent.holds);
                lent.map_or(&self.rung, |lent| &lent.rung)
            }
        }
    }

    /// When the present term began.
    pub(crate) fn term_began(&self) -> Instant {
        self.begun.unwrap_or(self.since)
    }

    /// The first instant at which something here is due, before any condition is asked.
    pub(crate) fn due(&self) -> Option<Instant> {
        let pending = self.pending.as_ref().map(|pending| pending.at);
        let granted = self.granted.as_ref().and_then(|granted| granted.until);
        [self.until, pending, granted].into_iter().flatten().min()
    }
}
