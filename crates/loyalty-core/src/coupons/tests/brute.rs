//! The best set against all sets.
