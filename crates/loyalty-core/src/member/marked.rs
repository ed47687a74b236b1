//! Lists that are looked through for an id at every event: what was ordered, and which events were taken.

use core::ops::Deref;

use serde::{Serialize, Serializer};

use crate::id::Id;

/// So many marks are compared at once: the compiler makes a few wide comparisons of them.
const AT_ONCE: usize = 64;

/// What an id names.
pub(crate) trait Named {
    fn id(&self) -> &Id;
}

impl<T: Named> Named for Box<T> {
    fn id(&self) -> &Id {
        (**self).id()
    }
}

/// Things with ids, the latest last. Beside them stand the marks of their ids ([`Id::mark`]), close together: to look through all
/// of those costs less than to look at a few of the things, so a long history costs little.
#[derive(Clone, Debug)]
pub(crate) struct Marked<T> {
    all: Vec<T>,
    marks: Vec<u16>,
}

impl<T: Named> Marked<T> {
    /// The latest thing with an id of which more holds.
    pub(crate) fn find(
        &self,
        mark: u16,
        id: &str,
        holds: impl Fn(&T) -> bool,
    ) -> Option<(usize, &T)> {
        let (few, chunks) = self.marks.as_rchunks::<AT_ONCE>();
        let mut end = self.all.len();
        for chunk in chunks
            .iter()
            .rev()
            .map(<[u16; AT_ONCE]>::as_slice)
            .chain([few])
        {
            let start = end.saturating_sub(chunk.len());
            let any = chunk.iter().fold(false, |any, one| any | (*one == mark));
            let near = any.then(|| self.all.get(start..end)).flatten();
            let mut near = near.unwrap_or_default().iter().enumerate().rev();
            let found = near.find(|(_, one)| *one.id() == *id && holds(one));
            if let Some((place, one)) = found {
                return Some((start.saturating_add(place), one));
            }
            end = start;
        }
        None
    }

    pub(crate) fn push(&mut self, one: T, mark: u16) {
        self.all.push(one);
        self.marks.push(mark);
    }

    /// Puts a thing in the place of another one with its id.
    pub(crate) fn replace(&mut self, place: usize, one: T) {
        if let Some(there) = self.all.get_mut(place) {
            *there = one;
        }
    }

    /// All of them, to change anything but their ids.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.all.iter_mut()
    }

    /// Forgets those of the first so many that are not kept.
    pub(crate) fn forget(&mut self, first: usize, keep: impl Fn(usize) -> bool) {
        retain(&mut self.all, first, &keep);
        retain(&mut self.marks, first, &keep);
    }

    /// Adds others, in an order.
    pub(crate) fn join<K: Ord>(
        &mut self,
        others: impl IntoIterator<Item = T>,
        by: impl FnMut(&T) -> K,
    ) {
        let mut all = core::mem::take(&mut self.all);
        all.extend(others);
        all.sort_by_key(by);
        *self = Self::from(all);
    }
}

impl<T: Clone> Marked<T> {
    /// A copy with room for so many more.
    pub(crate) fn with_room(&self, room: usize) -> Self {
        Self {
            all: roomy(&self.all, room),
            marks: roomy(&self.marks, room),
        }
    }
}

/// Of the first so many, keeps what stands at some places.
fn retain<T>(list: &mut Vec<T>, first: usize, keep: impl Fn(usize) -> bool) {
    let all = list.drain(..first.min(list.len())).enumerate();
    let kept: Vec<T> = all
        .filter(|(place, _)| keep(*place))
        .map(|(_, one)| one)
        .collect();
    list.splice(..0, kept);
}

/// A copy of a list with room for so many more.
fn roomy<T: Clone>(list: &[T], room: usize) -> Vec<T> {
    let mut copy = Vec::with_capacity(list.len().saturating_add(room));
    copy.extend_from_slice(list);
    copy
}

impl<T: Named> From<Vec<T>> for Marked<T> {
    fn from(all: Vec<T>) -> Self {
        let marks = all.iter().map(|one| Id::mark(one.id().as_str())).collect();
        Self { all, marks }
    }
}

impl<T> From<Marked<T>> for Vec<T> {
    fn from(list: Marked<T>) -> Self {
        list.all
    }
}

impl<T> Default for Marked<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            marks: Vec::new(),
        }
    }
}

impl<T> Deref for Marked<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.all
    }
}

impl<T: PartialEq> PartialEq for Marked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl<T: Eq> Eq for Marked<T> {}

impl<T: Serialize> Serialize for Marked<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all.serialize(serializer)
    }
}
