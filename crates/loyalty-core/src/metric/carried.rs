//! What was carried into a stretch of a metric (clause 9.5).

use serde::{Deserialize, Serialize};

use crate::calendar::Date;

/// An amount that was carried into a stretch: part of the value there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Carried {
    /// The first day of the stretch; none for a term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) into: Option<Date>,
    pub(crate) amount: i64,
    /// What was left over, before it was capped: a return lowers it.
    pub(crate) over: i64,
    /// The versions of the member between which orders were part of it.
    pub(crate) since: u64,
    pub(crate) version: u64,
}

impl Carried {
    /// How many stretches are remembered: the present one, and the one before for reviews at its end.
    pub(crate) const KEPT: usize = 2;
}
