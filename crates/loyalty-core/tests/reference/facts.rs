//! What is reported: the reference takes it as it stands, the engine reads it as JSON.

use serde_json::{Value, json};

use crate::calendar::{ZONES, stamp, written};
use crate::plan::{Overdraw, SKUS, money};

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Report {
    pub(crate) id: String,
    pub(crate) at: i64,
    /// A place in `ZONES`: the clock of the store.
    pub(crate) clock: usize,
    pub(crate) fact: Fact,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    Enroll {
        zone: Option<usize>,
    },
    Profile {
        zone: usize,
    },
    CheckIn,
    Purchase {
        order: String,
        lines: Vec<Line>,
        /// Account and points.
        tender: Vec<(usize, i64)>,
        hold: Option<String>,
    },
    /// Lines and units; all that is out of a line, or of the order, where nothing is said.
    Return {
        order: String,
        lines: Option<Vec<(String, Option<i64>)>>,
    },
    Credit {
        account: usize,
        points: i64,
        active_on: Option<i32>,
        expires_on: Option<i32>,
    },
    Debit {
        account: usize,
        points: i64,
        overdraw: Option<Overdraw>,
    },
    Reinstate {
        account: usize,
        since: i32,
        expires_on: Option<i32>,
    },
    Settle {
        order: String,
    },
    CancelOrder {
        order: String,
    },
    CancelDay {
        account: usize,
        earned_on: i32,
    },
    Hold {
        key: String,
        minutes: i64,
        points: Vec<(usize, i64)>,
    },
    Release {
        key: String,
    },
    Redeem {
        reward: usize,
        quantity: i64,
    },
    Undo {
        event: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) id: Option<String>,
    pub(crate) sku: usize,
    pub(crate) quantity: i64,
    /// Minor units of one unit.
    pub(crate) price: i64,
    /// Minor units off the whole line.
    pub(crate) off: i64,
}

impl Report {
    /// The event as a host sends it.
    pub(crate) fn json(&self) -> String {
        let (kind, body) = self.fact.json();
        json!({"id": self.id, "at": stamp(ZONES[self.clock], self.at), kind: body}).to_string()
    }
}

fn points((account, points): &(usize, i64)) -> Value {
    json!({"account": format!("a{account}"), "points": points})
}

impl Fact {
    fn json(&self) -> (&'static str, Value) {
        match self {
            Self::Enroll { zone } => (
                "enroll",
                zone.map_or(json!({}), |zone| json!({"timezone": ZONES[zone].name()})),
            ),
            Self::Profile { zone } => ("profile", json!({"timezone": ZONES[*zone].name()})),
            Self::CheckIn => ("activity", json!({"kind": "check_in"})),
            Self::Purchase {
                order,
                lines,
                tender,
                hold,
            } => {
                let lines: Vec<Value> = lines.iter().map(Line::json).collect();
                let tender: Vec<Value> = tender.iter().map(points).collect();
                let mut one = json!({"order": order, "lines": lines, "tender": tender});
                if let Some(hold) = hold {
                    one["hold"] = json!(hold);
                }
                ("purchase", one)
            }
            Self::Return { order, lines } => {
                let mut one = json!({"order": order});
                if let Some(lines) = lines {
                    let line = |(line, units): &(String, Option<i64>)| match units {
                        Some(units) => json!({"line": line, "quantity": units}),
                        None => json!({"line": line}),
                    };
                    one["lines"] = lines.iter().map(line).collect();
                }
                ("return", one)
            }
            Self::Credit {
                account,
                points,
                active_on,
                expires_on,
            } => {
                let mut one =
                    json!({"account": format!("a{account}"), "credit": points, "reason": "补偿"});
                for (field, day) in [("active_on", active_on), ("expires_on", expires_on)] {
                    if let Some(day) = day {
                        one[field] = json!(written(*day));
                    }
                }
                ("adjust", one)
            }
            Self::Debit {
                account,
                points,
                overdraw,
            } => {
                let mut one =
                    json!({"account": format!("a{account}"), "debit": points, "reason": "更正"});
                if let Some(overdraw) = overdraw {
                    one["overdraw"] = json!(overdraw.name());
                }
                ("adjust", one)
            }
            Self::Reinstate {
                account,
                since,
                expires_on,
            } => {
                let mut one = json!({"account": format!("a{account}"), "reinstate": {"since": written(*since)},
                    "reason": "恢复"});
                if let Some(day) = expires_on {
                    one["expires_on"] = json!(written(*day));
                }
                ("adjust", one)
            }
            Self::Settle { order } => ("order_settled", json!({"order": order})),
            Self::CancelOrder { order } => ("cancel", json!({"order": order})),
            Self::CancelDay { account, earned_on } => (
                "cancel",
                json!({"account": format!("a{account}"), "earned_on": written(*earned_on)}),
            ),
            Self::Hold {
                key,
                minutes,
                points: all,
            } => (
                "hold",
                json!({"key": key, "minutes": minutes, "points": all.iter().map(points).collect::<Vec<_>>()}),
            ),
            Self::Release { key } => ("release", json!({"key": key})),
            Self::Redeem { reward, quantity } => (
                "redeem",
                json!({"reward": format!("r{reward}"), "quantity": quantity}),
            ),
            Self::Undo { event } => ("undo", json!({"event": event})),
        }
    }

    /// The name by which coverage counts it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Credit { .. } => "credit",
            Self::Debit { .. } => "debit",
            Self::Reinstate { .. } => "reinstate",
            Self::CancelDay { .. } => "cancel of a day",
            other => other.json().0,
        }
    }
}

impl Line {
    fn json(&self) -> Value {
        let mut one =
            json!({"sku": SKUS[self.sku], "quantity": self.quantity, "price": money(self.price)});
        if self.off > 0 {
            one["discount"] = json!(money(self.off));
        }
        if let Some(id) = &self.id {
            one["id"] = json!(id);
        }
        one
    }
}
