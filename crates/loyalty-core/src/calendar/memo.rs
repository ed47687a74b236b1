//! What was worked out for a day, remembered for the next who asks.

use core::sync::atomic::{AtomicU64, Ordering};

use super::{Date, Instant};

/// The instant that a day leads to, for the last day that was asked about: one date of expiry serves all that is earned on a day,
/// whoever earns it. It only saves work: what is asked for is the same whether it is remembered or not.
///
/// A day and the whole seconds from its midnight in universal time, in one word, so that threads can share it.
#[derive(Debug, Default)]
pub(crate) struct DayMemo(AtomicU64);

const SECOND: i64 = 1_000_000;

impl DayMemo {
    /// The instant that is remembered for a day.
    #[inline]
    pub(crate) fn get(&self, day: Date) -> Option<Instant> {
        let word = self.0.load(Ordering::Relaxed);
        // Nothing is ever remembered that lies no time after its day.
        if word >> 32 != key(day) || word & SECONDS == 0 {
            return None;
        }
        let seconds = i64::try_from(word & SECONDS).ok()?;
        midnight(day)?
            .checked_add(seconds.checked_mul(SECOND)?)
            .map(Instant::from_micros)
    }

    /// Remembers an instant, if it lies within 136 years of whole seconds after the day.
    pub(crate) fn keep(&self, day: Date, at: Instant) {
        let after = midnight(day).and_then(|from| at.micros().checked_sub(from));
        let Some(after) = after.filter(|after| *after > 0 && after % SECOND == 0) else {
            return;
        };
        if let Ok(seconds @ 1..=SECONDS) = u64::try_from(after / SECOND) {
            self.0.store(key(day) << 32 | seconds, Ordering::Relaxed);
        }
    }
}

/// The lower half of a word.
const SECONDS: u64 = 0xFFFF_FFFF;

/// A day as the upper half of a word.
fn key(day: Date) -> u64 {
    u64::from(day.days().cast_unsigned())
}

/// The beginning of a day in universal time, in microseconds.
fn midnight(day: Date) -> Option<i64> {
    i64::from(day.days()).checked_mul(86_400_i64.checked_mul(SECOND)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_for_its_day_only() {
        let memo = DayMemo::default();
        for days in [-5, 0, 21_000] {
            let day = Date::from_days(days);
            assert_eq!(memo.get(day), None);
            for seconds in [1, 86_400, i64::from(u32::MAX)] {
                let at = Instant::from_micros((i64::from(days) * 86_400 + seconds) * SECOND);
                memo.keep(day, at);
                assert_eq!(memo.get(day), Some(at));
                assert_eq!(memo.get(day.next()), None);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_not_kept() {
        let memo = DayMemo::default();
        let day = Date::from_days(10);
        let midnight = 864_000 * SECOND;
        for micros in [0, -SECOND, 1, (i64::from(u32::MAX) + 1) * SECOND] {
            memo.keep(day, Instant::from_micros(midnight + micros));
            assert_eq!(memo.get(day), None);
        }
    }
}
