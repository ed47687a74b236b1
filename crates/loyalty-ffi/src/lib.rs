//! The C interface of the loyalty engine, thin: JSON and texts go in, handles and buffers come out.
//!
//! It is documented where a C programmer reads it, in `include/loyalty.h`, which is made from this crate. This is the only crate
//! with unsafe code, and all that is delicate lies in `boundary.rs`: there pointers become slices and references, handles are
//! checked, and panics end. A function of the interface reads `caller.out(..)?`, `caller.bytes(..)?`, and then calls the core.

#![deny(
    missing_docs,
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod boundary;

// The rest stands in the order of the header.
mod status;

mod codes;

mod buffer;

mod error;

mod engine;

mod member;

mod verbs;

mod coupon;
