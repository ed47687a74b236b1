//! The key of a member in a ranking: a text whose byte order is the order of the ranking.

use std::sync::Arc;

use super::rules::RankOrder;
use crate::condition::{Cond, ScorePlan};
use crate::id::Id;

/// A compiled ranking.
#[derive(Debug)]
pub(crate) struct RankingPlan {
    pub(crate) id: Id,
    pub(crate) when: Option<Cond>,
    pub(crate) by: Vec<RankPlan>,
}

/// A compiled figure of it.
#[derive(Debug)]
pub(crate) struct RankPlan {
    pub(crate) of: RankOf,
    pub(crate) order: RankOrder,
}

/// Of what the figure is.
#[derive(Debug)]
pub(crate) enum RankOf {
    /// A metric, with these added.
    Metric(usize, Vec<usize>),
    Score(Arc<ScorePlan>),
}

impl RankPlan {
    /// Adds the part of the key that a value is: `0` and 16 hexadecimal digits, the better the less; `1` and zeros for no value.
    pub(crate) fn write(&self, value: Option<i64>, key: &mut String) {
        let (none, digits) = match value {
            None => ('1', 0),
            Some(value) => ('0', self.place(value)),
        };
        key.push(none);
        key.push_str(&format!("{digits:016x}"));
    }

    /// A number that is the less the better a value is.
    fn place(&self, value: i64) -> u64 {
        // From the least value, 0, to the largest one.
        let rising = value.cast_unsigned() ^ (1 << 63);
        match self.order {
            RankOrder::Least => rising,
            RankOrder::Most => !rising,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(order: RankOrder, value: Option<i64>) -> String {
        let of = RankOf::Metric(0, Vec::new());
        let mut key = String::new();
        RankPlan { of, order }.write(value, &mut key);
        key
    }

    #[test]
    fn keys_are_as_long_as_each_other_and_in_the_order_of_values() {
        let rising = [i64::MIN, -1_000, -1, 0, 1, 15, 16, 1_000, i64::MAX];
        let least = rising.map(|value| key(RankOrder::Least, Some(value)));
        assert!(least.is_sorted_by(|one, other| one < other));
        let most = rising.map(|value| key(RankOrder::Most, Some(value)));
        assert!(most.is_sorted_by(|one, other| one > other));
        for order in [RankOrder::Least, RankOrder::Most] {
            let none = key(order, None);
            assert_eq!(none, "10000000000000000");
            let all = rising.map(|value| key(order, Some(value)));
            assert!(all.iter().all(|one| *one < none && one.len() == none.len()));
        }
    }
}
