//! Caps: how much a rule, a group or an account may give in a period (clause 4.5).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::rules::{Cap, CapPeriod, OverCap};
use crate::calendar::{Date, MonthDay, Period};

/// A compiled cap.
#[derive(Clone, Debug)]
pub(crate) struct CapSpec {
    /// The name under which a member keeps its use: `rule/welcome/0`.
    pub(crate) key: Arc<str>,
    points: Option<i64>,
    times: Option<i64>,
    per: CapPeriod,
    over: OverCap,
}

/// How much of a cap a member has used in its present period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapUse {
    pub(crate) key: Arc<str>,
    /// The first day of the period; none for a whole life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Date>,
    points: i64,
    times: i64,
}

/// How a member has used caps, and the day that is asked about.
#[derive(Clone, Copy)]
pub(crate) struct Uses<'u> {
    pub(crate) list: &'u [CapUse],
    pub(crate) today: Date,
}

/// The use of a cap before it changed.
pub(crate) struct CapBefore {
    place: usize,
    /// None: it was not there.
    used: Option<CapUse>,
    /// Whether it is there now.
    there: bool,
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
        }
    }

    /// The first day of the period that a day is in.
    fn start(&self, day: Date) -> Option<Date> {
        let of = |period: Period| Some(period.start_of(day, MonthDay::JANUARY_FIRST));
        match self.per {
            CapPeriod::Lifetime | CapPeriod::Event | CapPeriod::Term => None,
            CapPeriod::Day => Some(day),
            CapPeriod::Week => of(Period::Week),
            CapPeriod::Month => Some(day.first_of_month()),
            CapPeriod::Year => of(Period::Year),
        }
    }

    /// How many points the cap still lets through; none where it has been used as many times as it may.
    pub(crate) fn room(&self, uses: Uses<'_>) -> Option<i64> {
        let found = self
            .find(uses.list)
            .ok()
            .and_then(|place| uses.list.get(place))
            .filter(|one| self.per != CapPeriod::Event && one.from == self.start(uses.today));
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
        uses.binary_search_by(|one| one.key.cmp(&self.key))
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
        if self.per == CapPeriod::Event || (points == 0 && times == 0) {
            return None;
        }
        let from = self.start(today);
        let fresh = || CapUse {
            key: Arc::clone(&self.key),
            from,
            points,
            times,
        };
        match self.find(uses) {
            Ok(place) => {
                let found = uses.get_mut(place)?;
                let used = Some(found.clone());
                if found.from == from {
                    found.points = found.points.saturating_add(points);
                    found.times = found.times.saturating_add(times);
                } else if found.from < from && points > 0 {
                    *found = fresh();
                }
                let there = found.points != 0 || found.times != 0;
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
    /// What is wrong with a decoded use, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        (self.points < 0 || self.times < 0).then_some("a cap is used less than not at all")
    }
}
