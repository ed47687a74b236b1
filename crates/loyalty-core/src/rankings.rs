//! Rankings: figures of members in the order of their worth, for the host to sort by (clauses 8.4, 12.1).

mod key;
mod rules;

pub use rules::{RankBy, RankOrder, Ranking};

pub(crate) use key::{RankOf, RankPlan, RankingPlan};
