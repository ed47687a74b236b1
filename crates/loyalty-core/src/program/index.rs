//! Finding the rules that can answer a purchase, without looking at all of them.

use rustc_hash::FxHashMap;

use crate::condition::{Basket, Cond, Key};

/// What an event must have for a rule to be worth looking at.
#[derive(Debug)]
pub(crate) enum Gate {
    /// A row with one of these keys.
    Keys(Vec<Key>),
    /// One of these channels.
    Channels(Vec<Box<str>>),
    /// One of these stores.
    Stores(Vec<Box<str>>),
    /// One of these rungs of a track.
    Rungs(usize, Vec<usize>),
    /// Nothing.
    Always,
}

impl Gate {
    /// What a condition cannot do without. `rungs` says how many a track has.
    pub(crate) fn of(cond: &Cond, rungs: &impl Fn(usize) -> usize) -> Self {
        match cond {
            Cond::AtLeast(n, of) if *n == of.len() => {
                let gates = of.iter().map(|one| Self::of(one, rungs));
                gates.min_by_key(Self::width).unwrap_or(Self::Always)
            }
            Cond::Contains(lines) => lines.keys().map_or(Self::Always, Self::Keys),
            Cond::Channel(channels) => Self::Channels(channels.to_vec()),
            Cond::Store(stores) => Self::Stores(stores.to_vec()),
            Cond::Tier { track, test } => {
                let count = rungs(*track);
                let held: Vec<usize> = (0..count)
                    .filter(|rung| i64::try_from(*rung).is_ok_and(|rung| test.holds(rung)))
                    .collect();
                if held.len() == count {
                    Self::Always
                } else {
                    Self::Rungs(*track, held)
                }
            }
            _ => Self::Always,
        }
    }

    /// How little it sifts: keys best, then channels and stores, then rungs.
    fn width(&self) -> u8 {
        match self {
            Self::Keys(_) => 0,
            Self::Stores(_) => 1,
            Self::Channels(_) => 2,
            Self::Rungs(..) => 3,
            Self::Always => 4,
        }
    }
}

/// The rules of a program by what they ask for.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// How many there are.
    size: usize,
    always: Vec<u32>,
    keys: Keys,
    channels: FxHashMap<Box<str>, Vec<u32>>,
    stores: FxHashMap<Box<str>, Vec<u32>>,
    rungs: Vec<(usize, usize, Vec<u32>)>,
}

/// The rules that ask for a key, by the number of its text.
#[derive(Debug, Default)]
struct Keys {
    skus: Vec<Vec<u32>>,
    brands: Vec<Vec<u32>>,
    categories: Vec<Vec<u32>>,
    tags: Vec<Vec<u32>>,
}

impl Keys {
    fn add(&mut self, key: Key, rule: u32) {
        let (rules, sym) = match key {
            Key::Sku(sym) => (&mut self.skus, sym),
            Key::Brand(sym) => (&mut self.brands, sym),
            Key::Category(sym) => (&mut self.categories, sym),
            Key::Tag(sym) => (&mut self.tags, sym),
        };
        if rules.len() <= sym.place() {
            rules.resize_with(sym.place().saturating_add(1), Vec::new);
        }
        if let Some(rules) = rules.get_mut(sym.place()) {
            rules.push(rule);
        }
    }

    fn of(&self, key: Key) -> &[u32] {
        let (rules, sym) = match key {
            Key::Sku(sym) => (&self.skus, sym),
            Key::Brand(sym) => (&self.brands, sym),
            Key::Category(sym) => (&self.categories, sym),
            Key::Tag(sym) => (&self.tags, sym),
        };
        rules.get(sym.place()).map_or(&[], Vec::as_slice)
    }
}

impl Index {
    /// Makes the index; none is a rule that does not answer purchases.
    pub(crate) fn new(gates: impl Iterator<Item = Option<Gate>>) -> Self {
        let mut index = Self::default();
        for (place, gate) in gates.enumerate() {
            index.size = place.saturating_add(1);
            let Ok(rule) = u32::try_from(place) else {
                break;
            };
            match gate {
                None => {}
                Some(Gate::Always) => index.always.push(rule),
                Some(Gate::Keys(keys)) => {
                    keys.into_iter().for_each(|key| index.keys.add(key, rule))
                }
                Some(Gate::Channels(all)) => all
                    .into_iter()
                    .for_each(|text| index.channels.entry(text).or_default().push(rule)),
                Some(Gate::Stores(all)) => all
                    .into_iter()
                    .for_each(|text| index.stores.entry(text).or_default().push(rule)),
                Some(Gate::Rungs(track, rungs)) => {
                    for rung in rungs {
                        match index
                            .rungs
                            .iter_mut()
                            .find(|(t, r, _)| *t == track && *r == rung)
                        {
                            Some((_, _, rules)) => rules.push(rule),
                            None => index.rungs.push((track, rung, vec![rule])),
                        }
                    }
                }
            }
        }
        index
    }

    /// The rules that can answer a purchase.
    pub(crate) fn candidates(
        &self,
        basket: &Basket,
        channel: Option<&str>,
        store: Option<&str>,
        rung: impl Fn(usize) -> usize,
    ) -> Places {
        let mut found = Places::none(self.size);
        found.add(&self.always);
        for row in &basket.rows {
            basket.each_key(row, |key| found.add(self.keys.of(key)));
        }
        for (table, text) in [(&self.channels, channel), (&self.stores, store)] {
            if !table.is_empty() {
                let rules = text.and_then(|text| table.get(text));
                found.add(rules.map_or(&[], Vec::as_slice));
            }
        }
        for (track, wanted, rules) in &self.rungs {
            if rung(*track) == *wanted {
                found.add(rules);
            }
        }
        found
    }
}

/// Places of rules, each once and in their order: one bit a rule. Most programs have so few that one word holds them.
pub(crate) struct Places {
    first: u64,
    more: Vec<u64>,
}

impl Places {
    /// None of so many rules.
    pub(crate) fn none(rules: usize) -> Self {
        Self {
            first: 0,
            more: vec![0; rules.div_ceil(64).saturating_sub(1)],
        }
    }

    /// These of so many rules.
    pub(crate) fn of(rules: usize, places: &[u32]) -> Self {
        let mut some = Self::none(rules);
        some.add(places);
        some
    }

    /// All of so many rules.
    pub(crate) fn all(rules: usize) -> Self {
        let mut all = Self::none(rules);
        (0_u32..)
            .zip(0..rules)
            .for_each(|(place, _)| all.set(place));
        all
    }

    /// These, too.
    pub(crate) fn include(&mut self, places: &[usize]) {
        let places = places.iter().filter_map(|place| u32::try_from(*place).ok());
        places.for_each(|place| self.set(place));
    }

    fn add(&mut self, places: &[u32]) {
        places.iter().for_each(|place| self.set(*place));
    }

    fn set(&mut self, place: u32) {
        let bit = 1_u64 << (place % 64);
        match (place / 64).checked_sub(1) {
            None => self.first |= bit,
            Some(further) => {
                if let Some(word) = self.more.get_mut(further as usize) {
                    *word |= bit;
                }
            }
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        let bits = self.words().map(|word| word.count_ones() as usize);
        bits.fold(0, usize::saturating_add)
    }

    /// The places, the first one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        Bits {
            word: self.first,
            from: 0,
            more: self.more.iter(),
        }
    }

    fn words(&self) -> impl Iterator<Item = u64> {
        core::iter::once(self.first).chain(self.more.iter().copied())
    }
}

/// The places of the bits of words, the lowest first.
struct Bits<'w> {
    /// What is left of the present word.
    word: u64,
    /// The place of its lowest bit.
    from: usize,
    more: core::slice::Iter<'w, u64>,
}

impl Iterator for Bits<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.word = *self.more.next()?;
            self.from = self.from.saturating_add(64);
        }
        let bit = self.word.trailing_zeros();
        // Takes the lowest bit away.
        self.word &= self.word.wrapping_sub(1);
        Some(self.from.saturating_add(bit as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_once_and_in_order() {
        let places = Places::of(130, &[129, 0, 64, 63, 0, 200]);
        assert_eq!(places.count(), 4);
        assert_eq!(places.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        for rules in [0, 1, 64, 65, 200] {
            let all = Places::all(rules);
            assert_eq!(all.count(), rules);
            assert!(all.iter().eq(0..rules));
        }
    }
}
