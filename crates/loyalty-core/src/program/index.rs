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
    always: Vec<u32>,
    keys: FxHashMap<Key, Vec<u32>>,
    channels: FxHashMap<Box<str>, Vec<u32>>,
    stores: FxHashMap<Box<str>, Vec<u32>>,
    rungs: Vec<(usize, usize, Vec<u32>)>,
}

impl Index {
    /// Makes the index; none is a rule that does not answer purchases.
    pub(crate) fn new(gates: impl Iterator<Item = Option<Gate>>) -> Self {
        let mut index = Self::default();
        for (place, gate) in gates.enumerate() {
            let Ok(rule) = u32::try_from(place) else {
                break;
            };
            match gate {
                None => {}
                Some(Gate::Always) => index.always.push(rule),
                Some(Gate::Keys(keys)) => keys
                    .into_iter()
                    .for_each(|key| index.keys.entry(key).or_default().push(rule)),
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

    /// The rules that can answer a purchase, in their order.
    pub(crate) fn candidates(
        &self,
        basket: &Basket,
        channel: Option<&str>,
        store: Option<&str>,
        rung: impl Fn(usize) -> usize,
    ) -> Vec<u32> {
        let mut found = Vec::with_capacity(self.always.len().saturating_add(16));
        found.extend_from_slice(&self.always);
        if !self.keys.is_empty() {
            for key in basket.rows.iter().flat_map(|row| basket.keys(row)) {
                found.extend_from_slice(self.keys.get(&key).map_or(&[], Vec::as_slice));
            }
        }
        for (table, text) in [(&self.channels, channel), (&self.stores, store)] {
            if !table.is_empty() {
                let rules = text.and_then(|text| table.get(text));
                found.extend_from_slice(rules.map_or(&[], Vec::as_slice));
            }
        }
        for (track, wanted, rules) in &self.rungs {
            if rung(*track) == *wanted {
                found.extend_from_slice(rules);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
