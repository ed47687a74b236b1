//! Sets of small numbers.

/// Numbers of one word.
const WORD: usize = 64;

/// A set of numbers below a limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::coupons) struct Bits(Box<[u64]>);

impl Bits {
    pub(in crate::coupons) fn new(limit: usize) -> Self {
        Self(vec![0; words(limit)].into())
    }

    pub(in crate::coupons) fn set(&mut self, number: usize) {
        set(&mut self.0, number);
    }

    /// Whether any of these is in the other, too.
    #[inline]
    pub(in crate::coupons) fn meets(&self, other: &Self) -> bool {
        let words = self.0.iter().zip(&other.0);
        words.fold(0, |met, (one, other)| met | (one & other)) != 0
    }

    pub(in crate::coupons) fn clear(&mut self) {
        self.0.fill(0);
    }

    pub(in crate::coupons) fn words(&self) -> &[u64] {
        &self.0
    }
}

/// Sets of numbers below a limit, one after the other.
#[derive(Debug, Default)]
pub(in crate::coupons) struct Sets {
    /// Words of one set.
    size: usize,
    words: Vec<u64>,
}

impl Sets {
    /// So many empty sets.
    pub(in crate::coupons) fn new(sets: usize, limit: usize) -> Self {
        let size = words(limit);
        Self {
            size,
            words: vec![0; size.saturating_mul(sets)],
        }
    }

    #[inline]
    pub(in crate::coupons) fn of(&self, set: usize) -> &[u64] {
        let from = set.saturating_mul(self.size);
        self.words
            .get(from..from.saturating_add(self.size))
            .unwrap_or_default()
    }

    #[inline]
    pub(in crate::coupons) fn of_mut(&mut self, set: usize) -> &mut [u64] {
        let from = set.saturating_mul(self.size);
        self.words
            .get_mut(from..from.saturating_add(self.size))
            .unwrap_or_default()
    }

    /// Makes a set what another one is, with room for it.
    pub(in crate::coupons) fn put(&mut self, set: usize, other: &[u64]) {
        let end = set.saturating_add(1).saturating_mul(self.size);
        if self.words.len() < end {
            self.words.resize(end, 0);
        }
        let words = self.of_mut(set).iter_mut().zip(other);
        words.for_each(|(word, other)| *word = *other);
    }

    /// Makes a set what the one before it is with some more, with room for it.
    pub(in crate::coupons) fn follow(&mut self, set: usize, more: &[u64]) {
        let from = set.saturating_mul(self.size);
        let end = from.saturating_add(self.size);
        if self.words.len() < end {
            self.words.resize(end, 0);
        }
        if let Some(before) = from.checked_sub(self.size) {
            self.words.copy_within(before..from, from);
        }
        add(self.of_mut(set), more);
    }
}

fn words(limit: usize) -> usize {
    limit.div_ceil(WORD)
}

pub(in crate::coupons) fn set(words: &mut [u64], number: usize) {
    let bit = 1_u64.checked_shl(u32::try_from(number % WORD).unwrap_or(0));
    if let (Some(word), Some(bit)) = (words.get_mut(number / WORD), bit) {
        *word |= bit;
    }
}

#[inline]
pub(in crate::coupons) fn has(words: &[u64], number: usize) -> bool {
    let shift = u32::try_from(number % WORD).unwrap_or(0);
    let word = words.get(number / WORD).copied().unwrap_or(0);
    word.checked_shr(shift).unwrap_or(0) & 1 == 1
}

/// Adds those of another set.
#[inline]
pub(in crate::coupons) fn add(words: &mut [u64], more: &[u64]) {
    for (word, more) in words.iter_mut().zip(more) {
        *word |= more;
    }
}

/// Whether all of a set are in another one, too.
#[inline]
pub(in crate::coupons) fn within(words: &[u64], other: &[u64]) -> bool {
    let words = words.iter().zip(other);
    words.fold(0, |rest, (one, other)| rest | (one & !other)) == 0
}
