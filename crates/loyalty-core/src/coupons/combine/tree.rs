//! What may stand beside what, as a tree of sums and choices.
//!
//! All of a legal set may stand together two by two. So where candidates fall into parts of which no two may, a set lies in one
//! part: the best part bounds it. Where they fall into parts of which all may, each part counts. Both are told of the parts again,
//! until the candidates are single. What lowers the same rows never lowers them by more than they cost, however many do it.

use rustc_hash::FxHashMap;

use super::bits::{Bits, Sets, add, has, set};
use super::bound::Most;
use super::table::Table;

/// How often parts are told from parts. What is left after that is put together as it comes.
const DEPTH: usize = 8;

/// The candidates of the search, by what may stand together.
pub(super) struct Tree {
    /// The first one is the whole; each stands behind that which it is a part of.
    joints: Vec<Joint>,
    /// For each candidate, in the order of the search, its joint. None where nothing of it counts here.
    pub(super) of_each: Box<[Option<u32>]>,
}

/// Where parts meet.
#[derive(Clone, Copy)]
struct Joint {
    kind: Kind,
    /// The joint that it is a part of.
    above: Option<u32>,
}

/// What counts of the parts of a joint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// All of them.
    All,
    /// The best one.
    One,
    /// All of them, up to what their rows cost: they are for the same rows.
    Rows,
}

/// What a part can save, and the most that can be taken off its rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Saves {
    pub(super) amount: i64,
    pub(super) room: i64,
}

impl Tree {
    /// What all joints save where nothing is known yet.
    pub(super) fn nothing(&self) -> Vec<Saves> {
        vec![Saves::default(); self.joints.len()]
    }

    /// Adds what one more can save to its joint and to those above. Says how much more the whole can.
    pub(super) fn raise(&self, saved: &mut [Saves], joint: u32, one: Saves) -> i64 {
        // What the part that is raised comes to, and by how much more than before.
        let (mut part, mut more) = (one.amount, one.amount);
        let mut next = Some(joint);
        while let Some(place) = next.filter(|_| more > 0) {
            let place = place as usize;
            let (Some(joint), Some(there)) = (self.joints.get(place), saved.get_mut(place)) else {
                return 0;
            };
            let before = there.amount;
            there.amount = match joint.kind {
                Kind::All => before.saturating_add(more),
                Kind::One => part.max(before),
                Kind::Rows => {
                    there.room = one.room.max(there.room);
                    before.saturating_add(more).min(there.room)
                }
            };
            (part, more) = (there.amount, there.amount.saturating_sub(before));
            next = joint.above;
        }
        more
    }

    /// For each candidate whether it is of those that can save most together.
    pub(super) fn best(&self, each: impl Iterator<Item = Saves> + Clone) -> Vec<bool> {
        let mut saved = self.nothing();
        for (joint, one) in self.of_each.iter().zip(each.clone()) {
            if let Some(joint) = joint {
                self.raise(&mut saved, *joint, one);
            }
        }
        // Where one part counts it is the first that saves as much as the joint.
        let mut found = vec![false; self.joints.len()];
        let mut counts = |above: Option<u32>, amount: i64| {
            let Some(place) = above.map(|above| above as usize) else {
                return true;
            };
            let one = self
                .joints
                .get(place)
                .is_some_and(|joint| joint.kind == Kind::One);
            let most = saved.get(place).map_or(0, |most| most.amount);
            match found.get_mut(place) {
                Some(found) if one => amount == most && !core::mem::replace(found, amount == most),
                _ => true,
            }
        };
        let mut best: Vec<bool> = Vec::with_capacity(self.joints.len());
        for (joint, own) in self.joints.iter().zip(&saved) {
            let above = joint.above.and_then(|above| best.get(above as usize));
            let above = above.copied().unwrap_or(true);
            best.push(above && counts(joint.above, own.amount));
        }
        let of_each = self.of_each.iter().zip(each);
        let is_best = of_each.map(|(joint, one)| {
            let joint = (*joint)?;
            let above = best.get(joint as usize).copied()?;
            Some(above && counts(Some(joint), one.amount))
        });
        is_best.map(|best| best.unwrap_or(false)).collect()
    }

    /// Of the candidates that could save anything. Those of groups of which some can be used are counted elsewhere.
    pub(super) fn new(table: &Table<'_>, each: &[Most]) -> Self {
        let asked = table.asked().len();
        let mut members = Bits::new(asked);
        let mut places = vec![0_usize; asked];
        for (at, most) in each.iter().enumerate() {
            if most.amount > 0 && most.group.is_none() {
                members.set(most.place);
                if let Some(place) = places.get_mut(most.place) {
                    *place = at;
                }
            }
        }
        let mut tree = Self {
            joints: Vec::new(),
            of_each: vec![None; each.len()].into(),
        };
        let whole = tree.joint(Kind::All, None);
        let nature = Nature {
            each,
            places,
            apart: apart(table, members.words()),
        };
        match &nature.apart {
            Some(_) => tree.grow(&nature, members.words(), (whole, DEPTH)),
            None => tree.together(&nature, numbers(members.words()).collect(), whole),
        }
        tree
    }

    fn joint(&mut self, kind: Kind, above: Option<u32>) -> u32 {
        let place = u32::try_from(self.joints.len()).unwrap_or(u32::MAX);
        self.joints.push(Joint { kind, above });
        place
    }

    /// Puts a set of candidates under a joint at which all counts.
    fn grow(&mut self, nature: &Nature<'_>, members: &[u64], (joint, depth): (u32, usize)) {
        let parts = nature.parts(members, false);
        let (single, several): (Vec<_>, Vec<_>) = parts
            .into_iter()
            .partition(|part| numbers(part).nth(1).is_none());
        let single = single.iter().flat_map(|part| numbers(part));
        self.together(nature, single.collect(), joint);
        for part in several {
            let choices = nature.parts(&part, true);
            if choices.len() < 2 || depth == 0 {
                self.cliques(nature, &part, joint);
                continue;
            }
            let one = self.joint(Kind::One, Some(joint));
            for choice in choices {
                match numbers(&choice).nth(1) {
                    None => numbers(&choice).for_each(|place| self.put(nature, place, one)),
                    Some(_) => {
                        let all = self.joint(Kind::All, Some(one));
                        self.grow(nature, &choice, (all, depth.saturating_sub(1)));
                    }
                }
            }
        }
    }

    /// Candidates that may all stand together: those for the same rows share what these cost.
    fn together(&mut self, nature: &Nature<'_>, places: Vec<usize>, joint: u32) {
        let mut of_rows: FxHashMap<&Bits, (usize, Option<u32>)> = FxHashMap::default();
        for place in places {
            let Some(most) = nature.most(place) else {
                continue;
            };
            let (first, rows) = of_rows.entry(&most.mask).or_insert((place, None));
            if *first == place {
                self.put(nature, place, joint);
                continue;
            }
            let rows = *rows.get_or_insert_with(|| self.joint(Kind::Rows, Some(joint)));
            self.put(nature, *first, rows);
            self.put(nature, place, rows);
        }
    }

    /// Candidates that are told apart no further: one after the other goes into the first clique, of which only one can be used,
    /// that takes it.
    fn cliques(&mut self, nature: &Nature<'_>, part: &[u64], joint: u32) {
        let mut cliques: Vec<(u32, Vec<usize>)> = Vec::new();
        for place in numbers(part) {
            let apart = nature.apart(place);
            let fits =
                |clique: &&mut (u32, Vec<usize>)| clique.1.iter().all(|one| has(apart, *one));
            let clique = match cliques.iter_mut().find(fits) {
                Some((clique, all)) => {
                    all.push(place);
                    *clique
                }
                None => {
                    let clique = self.joint(Kind::One, Some(joint));
                    cliques.push((clique, vec![place]));
                    clique
                }
            };
            self.put(nature, place, clique);
        }
    }

    fn put(&mut self, nature: &Nature<'_>, place: usize, joint: u32) {
        let at = nature.places.get(place);
        if let Some(own) = at.and_then(|at| self.of_each.get_mut(*at)) {
            *own = Some(joint);
        }
    }
}

/// What a tree is made of.
struct Nature<'n> {
    each: &'n [Most],
    /// For each place its place in the order of the search.
    places: Vec<usize>,
    /// For each place those that must not stand beside it. None where all may.
    apart: Option<Sets>,
}

impl Nature<'_> {
    fn most(&self, place: usize) -> Option<&Most> {
        self.each.get(*self.places.get(place)?)
    }

    fn apart(&self, place: usize) -> &[u64] {
        let apart = self.apart.as_ref();
        apart.map(|apart| apart.of(place)).unwrap_or_default()
    }

    /// The parts of a set of which no two members of different parts may stand together; or of which all may.
    fn parts(&self, members: &[u64], none: bool) -> Vec<Vec<u64>> {
        let mut rest = members.to_vec();
        let mut parts = Vec::new();
        let mut open = Vec::new();
        loop {
            let Some(first) = numbers(&rest).next() else {
                return parts;
            };
            let mut part = vec![0; rest.len()];
            set(&mut part, first);
            take(&mut rest, &part);
            open.push(first);
            while let Some(place) = open.pop() {
                let near = self.apart(place);
                let mut found = rest.clone();
                for (word, near) in found.iter_mut().zip(near) {
                    *word &= if none { !near } else { *near };
                }
                take(&mut rest, &found);
                add(&mut part, &found);
                open.extend(numbers(&found));
            }
            parts.push(part);
        }
    }
}

/// For each of a set of candidates those that must not stand beside it, also because their group takes only one.
fn apart(table: &Table<'_>, members: &[u64]) -> Option<Sets> {
    let single = |place: usize| table.group(place).is_some_and(|group| group.most == 1);
    let mut pairs = numbers(members)
        .filter(|place| single(*place) || table.apart(*place).iter().any(|word| *word != 0));
    pairs.next()?;
    let asked = table.asked().len();
    let mut sets = Sets::new(asked, asked);
    for place in numbers(members) {
        let own = sets.of_mut(place);
        add(own, table.apart(place));
        if single(place) {
            // It is among them itself, which nobody asks for.
            add(own, table.of_group(place));
        }
    }
    Some(sets)
}

/// The numbers of a set.
fn numbers(words: &[u64]) -> impl Iterator<Item = usize> {
    let words = (0_usize..).step_by(64).zip(words);
    words.flat_map(|(first, word)| {
        let mut rest = *word;
        core::iter::from_fn(move || {
            let bit = usize::try_from(rest.trailing_zeros()).ok();
            let bit = bit.filter(|_| rest != 0)?;
            rest &= rest.wrapping_sub(1);
            Some(first.saturating_add(bit))
        })
    })
}

/// Takes the numbers of another set out of one.
fn take(words: &mut [u64], others: &[u64]) {
    for (word, other) in words.iter_mut().zip(others) {
        *word &= !other;
    }
}
