//! What a member keeps of an order, for as long as it can be returned (clause 6.2).

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, Instant};
use crate::id::Id;
use crate::points::Took;

/// An order, row by row. All money is in minor units of the whole row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) id: Id,
    pub(crate) at: Instant,
    /// The civil day of it, in the zone of then.
    pub(crate) on: Date,
    /// The version of the member after it.
    pub(crate) version: u64,
    pub(crate) rows: Vec<OrderRow>,
    /// The lots that its points went to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) put: Vec<Put>,
    /// The points that it was paid with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tender: Vec<TenderPaid>,
    /// The metrics in which it counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) counted: Vec<Counted>,
}

/// Lines that are equal in all but id and quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderRow {
    pub(crate) sku: Id,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) list: i64,
    pub(crate) discounted: i64,
    /// After points were used to pay.
    pub(crate) paid: i64,
    /// Points used to pay for this row, for each tender.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tender: Vec<RowTender>,
    /// Points that each rule gave for this row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earned: Vec<RowPoints>,
}

/// Points used to pay for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowTender {
    pub(crate) points: i64,
    /// What is left to pay after them.
    pub(crate) left: i64,
}

/// One line as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderLine {
    pub(crate) id: Id,
    pub(crate) quantity: i64,
    /// How many units are back.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub(crate) back: i64,
}

/// Points that a rule gave for a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowPoints {
    pub(crate) rule: Id,
    pub(crate) account: Id,
    pub(crate) points: i64,
}

/// Points that went to a lot, and how many of them were taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Put {
    pub(crate) account: Id,
    pub(crate) lot: Took,
}

/// Points that were used to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenderPaid {
    pub(crate) account: Id,
    pub(crate) points: i64,
    pub(crate) value: i64,
    pub(crate) lots: Vec<Took>,
}

/// A metric in which the order counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counted {
    pub(crate) metric: Id,
    /// Which rows count; all if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rows: Vec<u32>,
}

impl OrderRow {
    /// How many units were bought.
    pub(crate) fn quantity(&self) -> i64 {
        self.lines
            .iter()
            .fold(0, |sum: i64, line| sum.saturating_add(line.quantity))
    }

    /// How many units are back.
    pub(crate) fn back(&self) -> i64 {
        self.lines
            .iter()
            .fold(0, |sum: i64, line| sum.saturating_add(line.back))
    }
}

impl Counted {
    /// Whether a row counts.
    pub(crate) fn has(&self, row: usize) -> bool {
        self.rows.is_empty()
            || u32::try_from(row).is_ok_and(|row| self.rows.binary_search(&row).is_ok())
    }
}

impl Order {
    /// Whether it still counts in a metric: some row that counts is not all back.
    pub(crate) fn counts_in(&self, metric: &Id) -> bool {
        let counted = self
            .counted
            .iter()
            .find(|counted| counted.metric == *metric);
        counted.is_some_and(|counted| {
            let mut rows = self.rows.iter().enumerate();
            rows.any(|(place, row)| counted.has(place) && row.back() < row.quantity())
        })
    }

    /// What is wrong with a decoded order, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let amounts = |row: &OrderRow| {
            0 <= row.paid && row.paid <= row.discounted && row.discounted <= row.list
        };
        let units =
            |line: &OrderLine| 0 <= line.back && line.back <= line.quantity && line.quantity >= 1;
        if self.rows.is_empty()
            || !self
                .rows
                .iter()
                .all(|row| amounts(row) && !row.lines.is_empty() && row.lines.iter().all(units))
        {
            return Some("the rows of an order contradict each other");
        }
        let limit = |line: &OrderLine| line.quantity <= crate::limits::QUANTITY_MAX;
        if !self
            .rows
            .iter()
            .all(|row| row.list <= crate::limits::MONEY_MAX && row.lines.iter().all(limit))
        {
            return Some("an amount of an order is too large");
        }
        let took = |took: &Took| 0 <= took.back && took.back <= took.lot.points;
        if !self.put.iter().all(|put| took(&put.lot))
            || !self
                .tender
                .iter()
                .all(|tender| tender.lots.iter().all(took))
        {
            return Some("more points of an order are back than there were");
        }
        if self
            .rows
            .iter()
            .any(|row| row.tender.len() != self.tender.len() && !row.tender.is_empty())
        {
            return Some("the payments of an order contradict each other");
        }
        None
    }
}
