//! Which sets are chosen, and why the others are not.
