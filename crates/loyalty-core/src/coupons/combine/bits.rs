//! Sets of small numbers.

/// A set of numbers below a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::coupons) struct Bits(Box<[u64]>);

impl Bits {
    pub(in crate::coupons) fn new(limit: usize) -> Self {
        Self(vec![0; limit.div_ceil(64)].into())
    }

    pub(in crate::coupons) fn set(&mut self, number: usize) {
        let bit = 1_u64.checked_shl(u32::try_from(number % 64).unwrap_or(0));
        if let (Some(word), Some(bit)) = (self.0.get_mut(number / 64), bit) {
            *word |= bit;
        }
    }

    pub(in crate::coupons) fn has(&self, number: usize) -> bool {
        let shift = u32::try_from(number % 64).unwrap_or(0);
        let word = self.0.get(number / 64).copied().unwrap_or(0);
        word.checked_shr(shift).unwrap_or(0) & 1 == 1
    }

    /// Whether all of these are in the other, too.
    pub(in crate::coupons) fn within(&self, other: &Self) -> bool {
        let words = self.0.iter().zip(&other.0);
        words.fold(0, |rest, (one, other)| rest | (one & !other)) == 0
    }

    /// Adds those of another set.
    pub(in crate::coupons) fn add(&mut self, other: &Self) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }
}
