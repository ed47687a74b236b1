//! What no type can say of a promotion.
