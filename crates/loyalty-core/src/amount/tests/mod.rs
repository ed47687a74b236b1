//! What must hold of amounts: literals worked out by hand or published, and properties named after the invariants.

mod allocate;
mod numbers;
mod rounding;
