//! Instants, civil dates, zones and periods (clauses 1.1, 1.6, 1.7, 9.3).
//!
//! What happens lies in the years 1850 to 2999 ([`YEAR_MIN`](crate::limits::YEAR_MIN) to [`YEAR_MAX`](crate::limits::YEAR_MAX)).
//! Documents are read [a little beyond](crate::limits::YEARS_AROUND), so that all that is written can be read: the last day ends
//! where one more begins. Arithmetic that would pass that day is a named error. Nothing reads a clock.

mod date;
mod instant;
mod length;
mod local;
mod memo;
mod moment;
mod period;
mod span;
mod text;
mod yearly;
mod zone;

pub use date::{Date, Weekday};
pub use instant::Instant;
pub use length::LastDay;
pub use local::{Local, Offset};
pub use moment::Moment;
pub use period::{Align, Period};
pub use span::{Span, Unit};
pub use yearly::{MonthDay, TimeOfDay};
pub use zone::{Zone, zone_data_version};

pub(crate) use length::one_span;
pub(crate) use memo::{DayMemo, OffsetMemo};
pub(crate) use period::NO_YEAR;

use text::text_value;

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows has failed, as it should"
)]
mod tests;
