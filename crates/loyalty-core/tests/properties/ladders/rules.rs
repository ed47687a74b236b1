//! Random tracks, and how a program writes them.

use loyalty_core::{Align, Date, Instant, Period, Span, Unit, Zone};
use serde_json::{Value, json};

use super::RUNGS;

/// Small numbers that look random and are the same in every run.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(super) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).expect("a place")]
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Window {
    Lifetime,
    Last(Span),
    Calendar(Period),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Hold {
    Lifetime,
    None,
    For(Span, Option<Align>, bool),
    Until(Period, u32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Review {
    TermEnd,
    Every(u32, u32),
    Anniversary(bool),
}

#[derive(Clone, Debug)]
pub(super) struct Rung {
    pub(super) qualify: (usize, i64),
    pub(super) retain: Option<(usize, i64)>,
}

#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) zone: Zone,
    pub(super) windows: [Window; 2],
    pub(super) rungs: Vec<Rung>,
    pub(super) upgrade: &'static str,
    pub(super) period: Period,
    pub(super) review: Review,
    pub(super) hold: Hold,
    pub(super) renew: Option<Hold>,
    pub(super) at_least: Option<Span>,
    pub(super) grace: Option<(Span, &'static str, bool)>,
    pub(super) at_review: &'static str,
    pub(super) extend: bool,
    pub(super) returns: &'static str,
    pub(super) penalty: Option<(i64, u32)>,
    pub(super) carry: Option<Carry>,
}

/// What flows into the next stretch of a metric of a calendar period.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carry {
    pub(super) metric: usize,
    pub(super) period: Period,
    pub(super) all: bool,
    pub(super) repeat: bool,
    pub(super) max: Option<i64>,
}

pub(super) fn span(draw: &mut Draw) -> Span {
    let (unit, most) = draw.of(&[(Unit::Days, 90), (Unit::Weeks, 8), (Unit::Months, 13)]);
    Span::new(unit, u32::try_from(draw.below(most) + 1).expect("small")).expect("a span")
}

pub(super) fn hold(draw: &mut Draw) -> Hold {
    let periods = [
        Period::Month,
        Period::Quarter,
        Period::HalfYear,
        Period::Year,
    ];
    match draw.below(8) {
        0 => Hold::Lifetime,
        1 | 2 => Hold::None,
        3..=5 => {
            let align = draw.of(&[None, None, Some(Align::MonthEnd), Some(Align::YearEnd)]);
            Hold::For(span(draw), align, draw.one_in(3))
        }
        _ => Hold::Until(
            draw.of(&periods),
            u32::try_from(draw.below(3) + 1).expect("small"),
        ),
    }
}

pub(super) fn rules(draw: &mut Draw) -> Rules {
    let periods = [
        Period::Month,
        Period::Quarter,
        Period::HalfYear,
        Period::Year,
    ];
    let mut window = || match draw.below(4) {
        0 => Window::Lifetime,
        1 => Window::Calendar(draw.of(&periods)),
        _ => Window::Last(span(draw)),
    };
    let windows = [window(), window()];
    let zones = [
        "Asia/Shanghai",
        "America/New_York",
        "Europe/London",
        "Pacific/Apia",
    ];
    let mut rungs = vec![Rung {
        qualify: (0, 0),
        retain: None,
    }];
    for place in 1..=2 + draw.below(2) {
        let place = i64::try_from(place).expect("small");
        let least = place * 80;
        let metric = usize::try_from(draw.below(2)).expect("small");
        let other = usize::try_from(draw.below(2)).expect("small");
        let retain = draw
            .one_in(3)
            .then(|| (other, least - i64::try_from(draw.below(60)).expect("small")));
        rungs.push(Rung {
            qualify: (metric, least),
            retain,
        });
    }
    let review = match draw.below(6) {
        0 => Review::Every(draw.of(&[1, 2, 3, 6, 12]), draw.of(&[1, 5, 15, 29, 30, 31])),
        1 => Review::Anniversary(draw.one_in(2)),
        _ => Review::TermEnd,
    };
    let apart = review != Review::TermEnd;
    let held = if apart { Hold::Lifetime } else { hold(draw) };
    // Where every rung is held for good, settings of terms are mistakes.
    let terms = apart || held != Hold::Lifetime;
    let renew = (!apart && draw.one_in(3))
        .then(|| hold(draw))
        .filter(|renew| *renew != Hold::None && terms);
    let reviewed = apart || matches!(held, Hold::For(..) | Hold::Until(..));
    let at_least = draw.one_in(4).then(|| span(draw)).filter(|_| terms);
    let grace = draw.one_in(2).then(|| {
        (
            span(draw),
            draw.of(&["term_end", "entry", "loss"]),
            draw.one_in(3),
        )
    });
    let grace = grace.filter(|_| terms);
    let penalty = (reviewed && draw.one_in(2)).then(|| {
        (
            i64::try_from(draw.below(60) + 1).expect("small"),
            u32::try_from(draw.below(3) + 1).expect("small"),
        )
    });
    let carry = (0..2).find_map(|metric| match windows[metric] {
        Window::Calendar(period) => Some(Carry {
            metric,
            period,
            all: draw.one_in(2),
            repeat: draw.one_in(2),
            max: draw.one_in(3).then_some(40),
        }),
        _ => None,
    });
    Rules {
        carry,
        zone: Zone::new(draw.of(&zones)).expect("a zone"),
        windows,
        rungs,
        upgrade: match draw.of(&["immediate", "immediate", "next_period", "at_review"]) {
            "at_review" if !terms => "immediate",
            upgrade => upgrade,
        },
        period: draw.of(&periods),
        review,
        hold: held,
        renew,
        at_least,
        grace,
        at_review: match draw.of(&["requalify", "requalify", "one_down", "to_base", "never"]) {
            at_review if terms => at_review,
            _ => "requalify",
        },
        extend: terms && draw.one_in(3),
        returns: draw.of(&[
            "immediate",
            "immediate",
            "at_term_end",
            "protect_current_term",
        ]),
        penalty,
    }
}

pub(super) fn word<T: serde::Serialize>(value: T) -> Value {
    serde_json::to_value(value).expect("it is written")
}

pub(super) fn written(hold: Hold) -> Value {
    match hold {
        Hold::Lifetime => json!("lifetime"),
        Hold::None => json!("none"),
        Hold::For(span, align, excluded) => {
            let mut length = word(span);
            if let Some(align) = align {
                length["align"] = word(align);
            }
            length["last_day"] = json!(if excluded { "excluded" } else { "included" });
            json!({"for": length})
        }
        Hold::Until(period, nth) => json!({"until": {"end_of": word(period), "nth": nth}}),
    }
}

impl Rules {
    pub(super) fn program(&self) -> Value {
        let test = |(metric, least): (usize, i64)| json!({"metric": {"id": format!("m{metric}"), "at_least": least}});
        let rungs: Vec<Value> = self
            .rungs
            .iter()
            .enumerate()
            .map(|(place, rung)| {
                let mut one = json!({"id": RUNGS[place]});
                if place > 0 {
                    one["qualify"] = test(rung.qualify);
                }
                if let Some(retain) = rung.retain {
                    one["retain"] = test(retain);
                }
                one
            })
            .collect();
        let mut track = json!({"id": "club", "rungs": rungs, "upgrade": self.upgrade, "at_review": self.at_review,
            "extend_on_requalify": self.extend, "returns": self.returns});
        if self.upgrade == "next_period" {
            track["period"] = word(self.period);
        }
        match self.review {
            Review::TermEnd => track["hold"] = written(self.hold),
            Review::Every(months, on_day) => {
                track["review"] = json!({"every": {"months": months, "on_day": on_day}})
            }
            Review::Anniversary(rung) => {
                track["review"] = json!({"anniversary": if rung { "rung" } else { "enrolment" }})
            }
        }
        if let Some(renew) = self.renew {
            track["renew"] = written(renew);
        }
        if let Some(least) = self.at_least {
            track["at_least"] = word(least);
        }
        if let Some((length, from, month_end)) = self.grace {
            track["grace"] = json!({"for": word(length), "from": from});
            if month_end {
                track["grace"]["align"] = json!("month_end");
            }
        }
        if let Some((less, warnings)) = self.penalty {
            track["penalties"] = json!([{"when": {"metric": {"id": "m0", "less_than": less}}, "warnings": warnings}]);
        }
        if let Some(carry) = self.carry {
            let mut one = json!({"metric": format!("m{}", carry.metric), "how": if carry.all { "all" } else { "excess" },
                "repeat": carry.repeat});
            if let Some(max) = carry.max {
                one["max"] = json!(max);
            }
            track["carry"] = json!([one]);
        }
        let metrics: Vec<Value> = self
            .windows
            .iter()
            .enumerate()
            .map(|(place, window)| {
                let window = match window {
                    Window::Lifetime => json!("lifetime"),
                    Window::Last(span) => json!({"last": word(span)}),
                    Window::Calendar(period) => json!({"calendar": {"period": word(period)}}),
                };
                json!({"id": format!("m{place}"), "measure": "spend", "window": window})
            })
            .collect();
        json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": self.zone.name(), "accounts": [{"id": "points"}],
            "metrics": metrics, "tiers": [track], "returns": {"window": {"years": 5}}})
    }

    pub(super) fn start(&self, day: Date) -> Instant {
        self.zone.start_of(day).expect("a day of these years")
    }
}
