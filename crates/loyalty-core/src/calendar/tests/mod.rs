//! What must hold of dates and instants: literals worked out by hand or published, and chrono as the oracle.

mod dates;
mod instants;
mod periods;
mod zones;
