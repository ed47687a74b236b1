//! Instants, civil dates, zones and periods (clauses 1.1, 1.6, 1.7, 9.3).
//!
//! Stated instants and dates lie in the years 1850 to 2999 ([`YEAR_MIN`](crate::limits::YEAR_MIN) to
//! [`YEAR_MAX`](crate::limits::YEAR_MAX)). Arithmetic that would pass the year 2999 is a named error. Nothing reads a clock.

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

use text::text_value;

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows has failed, as it should"
)]
mod tests;
