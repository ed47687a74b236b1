//! Caps: how much a rule, a group or an account may give in a period (clause 4.5).

use serde::{Deserialize, Serialize};

use super::rules::{Cap, CapPeriod, OverCap};
use crate::calendar::{Date, MonthDay, Period};

/// A compiled cap.
#[derive(Clone, Debug)]
pub(crate) struct CapSpec {
    /// The name under which a member keeps its use: `rule/welcome/0`.
    pub(crate) key: String,
    points: Option<i64>,
    times: Option<i64>,
    per: CapPeriod,
    over: OverCap,
}

/// How much of a cap a member has used in its present period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapUse {
    pub(crate) key: String,
    /// The first day of the period; none for a whole life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Date>,
    points: i64,
    times: i64,
}

/// The caps of a member during one event.
pub(crate) struct Usage<'u> {
    pub(crate) uses: &'u mut Vec<CapUse>,
    pub(crate) today: Date,
}

impl CapSpec {
    pub(crate) fn new(key: String, rule: &Cap) -> Self {
        Self {
            key,
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
            CapPeriod::Lifetime | CapPeriod::Event => None,
            CapPeriod::Day => Some(day),
            CapPeriod::Week => of(Period::Week),
            CapPeriod::Month => of(Period::Month),
            CapPeriod::Year => of(Period::Year),
        }
    }

    /// How many points the cap still lets through; none where it has been used as many times as it may.
    pub(crate) fn room(&self, usage: &Usage<'_>) -> Option<i64> {
        let start = self.start(usage.today);
        let found = self
            .find(usage)
            .ok()
            .and_then(|place| usage.uses.get(place));
        let found = found.filter(|one| one.from == start);
        let (points, times) = match found {
            Some(one) if self.per != CapPeriod::Event => (one.points, one.times),
            _ => (0, 0),
        };
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
    fn find(&self, usage: &Usage<'_>) -> Result<usize, usize> {
        usage
            .uses
            .binary_search_by(|one| one.key.as_str().cmp(&self.key))
    }

    /// Books what was let through; what a return undoes is booked as less than zero on the day of the purchase.
    pub(crate) fn book(&self, usage: &mut Usage<'_>, points: i64, times: i64) {
        if self.per == CapPeriod::Event || (points == 0 && times == 0) {
            return;
        }
        let start = self.start(usage.today);
        match self.find(usage) {
            Ok(place) => {
                let Some(found) = usage.uses.get_mut(place) else {
                    return;
                };
                if found.from == start {
                    found.points = found.points.saturating_add(points);
                    found.times = found.times.saturating_add(times);
                } else if found.from < start && points > 0 {
                    *found = CapUse {
                        key: self.key.clone(),
                        from: start,
                        points,
                        times,
                    };
                }
                if found.points == 0 && found.times == 0 {
                    usage.uses.remove(place);
                }
            }
            Err(place) if points > 0 || times > 0 => {
                let used = CapUse {
                    key: self.key.clone(),
                    from: start,
                    points,
                    times,
                };
                usage.uses.insert(place, used);
            }
            Err(_) => {}
        }
    }
}

impl CapUse {
    /// What is wrong with a decoded use, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        (self.points < 0 || self.times < 0).then_some("a cap is used less than not at all")
    }
}
