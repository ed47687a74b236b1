//! Exact amounts: money, points, rates, rounding and the sharing of amounts over rows (clauses 2.1–2.4, 6.2).
//!
//! Nothing here is ever a binary float. Money and points are whole numbers of the smallest unit in an `i64`; products pass
//! through `i128`; a result that does not fit is a named error, never a wrapped number.

mod allocate;
mod cumulative;
mod currency;
mod decimal;
mod money;
mod points;
mod ratio;
mod rounding;
mod text;

pub(crate) use allocate::allocate_in_place;
pub use allocate::{Remainder, Share, allocate};
pub use cumulative::cumulative;
pub use currency::Currency;
pub use decimal::{Exact, parse_decimal};
pub use money::Money;
pub use points::Points;
pub use ratio::Ratio;
pub use rounding::Rounding;
pub use rust_decimal::Decimal;

pub(crate) use decimal::write_decimal;
pub(crate) use text::{Digits, fixed, push_fixed, push_integer, push_wide, shown};

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows has failed, as it should"
)]
mod tests;
