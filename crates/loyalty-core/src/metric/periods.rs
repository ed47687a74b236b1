//! Calendar periods in which something happened.

use crate::calendar::{Date, MonthDay, Period};

const FIRST: MonthDay = MonthDay::JANUARY_FIRST;

/// How many periods running hold something, up to the one of the last day. `settled` is how many lie before that of the first day
/// without a gap.
pub(super) fn run(days: &[(Date, i64)], settled: i64, period: Period) -> i64 {
    let mut starts = days.iter().rev().map(|(on, _)| period.start_of(*on, FIRST));
    let Some(mut present) = starts.next() else {
        return 0;
    };
    let mut count = 1_i64;
    for start in starts {
        if start == present {
            continue;
        }
        if start != period.previous_start(present, FIRST) {
            return count;
        }
        present = start;
        count = count.saturating_add(1);
    }
    count.saturating_add(settled)
}

/// How many periods running hold something, up to that of a day or, where it holds nothing, up to the one before.
pub(super) fn streak(days: &[(Date, i64)], settled: i64, period: Period, day: Date) -> i64 {
    let last = days.last().map(|(on, _)| period.start_of(*on, FIRST));
    let present = period.start_of(day, FIRST);
    match last {
        Some(last) if last == present || last == period.previous_start(day, FIRST) => {
            run(days, settled, period)
        }
        _ => 0,
    }
}

/// How many periods that begin on or after a day hold at least so much.
pub(super) fn with(days: &[(Date, i64)], period: Period, least: i64, from: Date) -> i64 {
    let mut count = 0_i64;
    let mut rest = days;
    while let Some((first, _)) = rest.first() {
        let start = period.start_of(*first, FIRST);
        let next = period.next_start(*first, FIRST);
        let end = rest.partition_point(|(on, _)| *on < next);
        let (here, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        let sum = here
            .iter()
            .fold(0_i64, |sum, (_, amount)| sum.saturating_add(*amount));
        if start >= from && sum >= least {
            count = count.saturating_add(1);
        }
        rest = after;
    }
    count
}
