//! Caps: how much a rule, a group or an account may give in a period (clause 4.5).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::rules::{Cap, CapPeriod, OverCap};
use crate::calendar::Date;

/// So few uses are looked at one by one.
const FEW: usize = 16;

/// A compiled cap.
#[derive(Clone, Debug)]
pub(crate) struct CapSpec {
    /// The name under which a member keeps its use: `rule/welcome/points/day`.
    pub(crate) key: Arc<str>,
    points: Option<i64>,
    times: Option<i64>,
    per: CapPeriod,
    over: OverCap,
    /// The track whose terms are the periods.
    pub(crate) track: Option<usize>,
}

/// How much of a cap a member has used in its present period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapUse {
    pub(crate) key: Arc<str>,
    /// The first day of the period; none for a whole life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Date>,
    pub(super) points: i64,
    pub(super) times: i64,
    /// The version of the member when the term began: what an order before it gave is no use of this term.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(super) since: u64,
}

/// How a member has used caps, and the day that is asked about.
#[derive(Clone, Copy)]
pub(crate) struct Uses<'u> {
    pub(crate) list: &'u [CapUse],
    /// What this event has used already.
    pub(crate) event: &'u [CapUse],
    pub(crate) today: Date,
}

/// The use of a cap before it changed.
pub(crate) struct CapBefore {
    pub(super) place: usize,
    /// None: it was not there.
    pub(super) used: Option<CapUse>,
    /// Whether it is there now.
    pub(super) there: bool,
}

impl CapBefore {
    /// Takes the change back.
    pub(crate) fn put_back(self, uses: &mut Vec<CapUse>) {
        if self.there {
            uses.remove(self.place);
        }
        if let Some(used) = self.used {
            uses.insert(self.place, used);
        }
    }
}

impl CapSpec {
    pub(crate) fn new(key: String, rule: &Cap) -> Self {
        Self {
            key: key.into(),
            points: rule.points.map(crate::amount::Points::get),
            times: rule.times.map(i64::from),
            per: rule.per,
            over: rule.over_cap,
            track: None,
        }
    }

    /// The same, by the terms of a track.
    pub(crate) fn of_track(self, track: Option<usize>) -> Self {
        Self { track, ..self }
    }

    /// The first day of the period that a day is in.
    fn start(&self, day: Date) -> Option<Date> {
        self.per.start(day)
    }

    /// How many points the cap still lets through; none where it has been used as many times as it may.
    pub(crate) fn room(&self, uses: Uses<'_>) -> Option<i64> {
        let list = if self.by_event() {
            uses.event
        } else {
            uses.list
        };
        let found = self
            .find(list)
            .ok()
            .and_then(|place| list.get(place))
            .filter(|one| one.from == self.start(uses.today));
        let (points, times) = found.map_or((0, 0), |one| (one.points, one.times));
        if self.times.is_some_and(|most| times >= most) {
            return None;
        }
        let room = |most: i64| most.saturating_sub(points).max(0);
        Some(self.points.map_or(i64::MAX, room))
    }

    /// What is left of so many points when there is room for fewer.
    pub(crate) fn cut(&self, points: i64, room: Option<i64>) -> i64 {
        let Some(room) = room else {
            return 0;
        };
        match self.over {
            _ if points <= room => points,
            OverCap::Partial => room,
            OverCap::Reject => 0,
        }
    }

    /// Where the use of the cap is, or would be: uses are sorted by key.
    fn find(&self, uses: &[CapUse]) -> Result<usize, usize> {
        // A use that this program has booked has the very key of the cap: among a few, to look for it is cheaper than to compare.
        if uses.len() <= FEW {
            let own = |one: &CapUse| Arc::ptr_eq(&one.key, &self.key);
            if let Some(place) = uses.iter().position(own) {
                return Ok(place);
            }
        }
        uses.binary_search_by(|one| one.key.cmp(&self.key))
    }

    /// Whether its period is one event: then its use is not kept.
    pub(crate) fn by_event(&self) -> bool {
        self.per == CapPeriod::Event
    }

    /// Whether its period began anew after the member had a version.
    pub(crate) fn begun_since(&self, uses: &[CapUse], version: u64) -> bool {
        let found = self.find(uses).ok().and_then(|place| uses.get(place));
        found.is_some_and(|found| version <= found.since)
    }

    /// Its period begins anew. Says what was there before, if anything changes.
    pub(crate) fn begin(&self, uses: &mut [CapUse], version: u64) -> Option<CapBefore> {
        let place = self.find(uses).ok()?;
        let found = uses.get_mut(place)?;
        let used = Some(found.clone());
        found.points = 0;
        found.times = 0;
        found.since = version;
        Some(CapBefore {
            place,
            used,
            there: true,
        })
    }

    /// Books what was let through; what a return undoes is booked as less than zero on the day of the purchase. Says what was
    /// there before, if anything changes.
    pub(crate) fn book(
        &self,
        uses: &mut Vec<CapUse>,
        today: Date,
        points: i64,
        times: i64,
    ) -> Option<CapBefore> {
        if points == 0 && times == 0 {
            return None;
        }
        let from = self.start(today);
        let fresh = || CapUse {
            key: Arc::clone(&self.key),
            from,
            points,
            times,
            since: 0,
        };
        match self.find(uses) {
            Ok(place) => {
                let found = uses.get_mut(place)?;
                let used = Some(found.clone());
                if !Arc::ptr_eq(&found.key, &self.key) {
                    found.key = Arc::clone(&self.key);
                }
                if found.from == from {
                    found.points = found.points.saturating_add(points);
                    found.times = found.times.saturating_add(times);
                } else if found.from < from && (points > 0 || times > 0) {
                    *found = fresh();
                }
                let there = found.points != 0 || found.times != 0 || found.since != 0;
                if !there {
                    uses.remove(place);
                }
                Some(CapBefore { place, used, there })
            }
            Err(place) if points > 0 || times > 0 => {
                uses.insert(place, fresh());
                Some(CapBefore {
                    place,
                    used: None,
                    there: true,
                })
            }
            Err(_) => None,
        }
    }
}

impl CapUse {
    /// Adds the uses of another member: in one period they add up, of two periods the later one counts.
    pub(crate) fn join(uses: &mut Vec<Self>, others: Vec<Self>) {
        for mut other in others {
            // Its terms are of another member's versions.
            other.since = 0;
            match uses.binary_search_by(|one| one.key.cmp(&other.key)) {
                Ok(place) => {
                    let Some(there) = uses.get_mut(place) else {
                        continue;
                    };
                    if there.from == other.from {
                        there.points = there.points.saturating_add(other.points);
                        there.times = there.times.saturating_add(other.times);
                    } else if there.from < other.from {
                        other.since = there.since;
                        *there = other;
                    }
                }
                Err(place) => uses.insert(place, other),
            }
        }
    }

    /// What was used of a cap or limit: points, times, and the version at which its term began.
    pub(crate) fn of(uses: &[Self], key: &str) -> Option<(i64, i64, u64)> {
        let place = uses.binary_search_by(|one| (*one.key).cmp(key)).ok()?;
        uses.get(place)
            .map(|one| (one.points, one.times, one.since))
    }

    /// A term goes on that was over: what had been used in it counts again.
    pub(crate) fn go_on(
        uses: &mut Vec<Self>,
        key: &Arc<str>,
        (points, times, since): (i64, i64, u64),
    ) {
        match uses.binary_search_by(|one| one.key.cmp(key)) {
            Ok(place) => {
                if let Some(there) = uses.get_mut(place) {
                    there.points = there.points.saturating_add(points);
                    there.times = there.times.saturating_add(times);
                    there.since = since;
                }
            }
            Err(place) => uses.insert(
                place,
                Self {
                    key: Arc::clone(key),
                    from: None,
                    points,
                    times,
                    since,
                },
            ),
        }
    }

    /// What is wrong with a decoded use, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        (self.points < 0 || self.times < 0).then_some("a cap is used less than not at all")
    }
}
