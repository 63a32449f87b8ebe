//! Rows that a change works on: which were read, which must be written, and which removed.

use std::collections::{BTreeMap, BTreeSet};

/// Rows by key, and which of them were changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<K, V> {
    by_key: BTreeMap<K, V>,
    changed: BTreeSet<K>,
    /// Those of them that were not there.
    made: BTreeSet<K>,
    /// The keys of rows that were there and are to be no more.
    removed: BTreeSet<K>,
}

impl<K: Copy + Ord, V> Rows<K, V> {
    /// The rows that the store has.
    pub fn stored(rows: impl IntoIterator<Item = (K, V)>) -> Self {
        Self {
            by_key: rows.into_iter().collect(),
            changed: BTreeSet::new(),
            made: BTreeSet::new(),
            removed: BTreeSet::new(),
        }
    }

    /// The row with this key.
    pub fn get(&self, key: K) -> Option<&V> {
        self.by_key.get(&key)
    }

    /// The rows that must be written, by key.
    pub fn changed(&self) -> impl Iterator<Item = &V> {
        self.changed.iter().filter_map(|key| self.by_key.get(key))
    }

    /// The same, those that were not there apart from those that were.
    pub fn made_and_changed(&self) -> (Vec<&V>, Vec<&V>) {
        let rows = |is_made: bool| {
            let keys = self.changed.iter();
            let keys = keys.filter(move |key| self.made.contains(key) == is_made);
            keys.filter_map(|key| self.by_key.get(key)).collect()
        };
        (rows(true), rows(false))
    }

    /// The keys of the rows that must be removed.
    pub fn removed(&self) -> impl Iterator<Item = K> + '_ {
        self.removed.iter().copied()
    }

    /// Whether the row with this key must be written.
    pub(super) fn is_changed(&self, key: K) -> bool {
        self.changed.contains(&key)
    }

    /// All rows, by key.
    pub(super) fn all(&self) -> impl Iterator<Item = &V> {
        self.by_key.values()
    }

    pub(super) fn part(&self, keys: impl Iterator<Item = K>) -> Self
    where
        V: Clone,
    {
        Self::stored(keys.filter_map(|key| Some((key, self.by_key.get(&key)?.clone()))))
    }

    pub(super) fn absorb(&mut self, part: &Self)
    where
        V: Clone,
    {
        for key in &part.removed {
            // Whether it is stored is known where the part was read, not here.
            self.by_key.remove(key);
            self.changed.remove(key);
            self.made.remove(key);
            self.removed.insert(*key);
        }
        for key in &part.changed {
            if let Some(row) = part.by_key.get(key) {
                self.put(*key, row.clone());
            }
        }
    }

    /// Brings the rows that there are here to what became of them elsewhere, which is no change here.
    pub(super) fn renew(&mut self, other: &Self)
    where
        V: Clone,
    {
        self.by_key.retain(|key, _| !other.removed.contains(key));
        for (key, row) in &mut self.by_key {
            if let Some(now) = other.by_key.get(key) {
                row.clone_from(now);
            }
        }
    }

    /// Takes over the rows with these keys, as they are stored.
    pub(super) fn learn(&mut self, stored: &Self, keys: &BTreeSet<K>)
    where
        V: Clone,
    {
        let found = keys
            .iter()
            .filter_map(|key| Some((*key, stored.by_key.get(key)?.clone())));
        self.by_key.extend(found);
    }

    /// Takes over all rows that there are elsewhere, which is no change here.
    pub(super) fn lay(&mut self, other: &Self)
    where
        V: Clone,
    {
        let rows = other.by_key.iter().map(|(key, row)| (*key, row.clone()));
        self.by_key.extend(rows);
    }

    /// Takes over what was changed elsewhere, and is no change here.
    pub(super) fn overlay(&mut self, changed: &Self)
    where
        V: Clone,
    {
        let changed = changed
            .changed
            .iter()
            .filter_map(|key| Some((*key, changed.by_key.get(key)?.clone())));
        self.by_key.extend(changed);
    }

    /// Takes away what was removed elsewhere, and is no change here.
    pub(super) fn forget(&mut self, removed: &Self) {
        for key in &removed.removed {
            self.by_key.remove(key);
        }
    }

    /// Changes all rows that must be written. `change` is told whether a row was not there before.
    pub(super) fn change(&mut self, mut change: impl FnMut(&mut V, bool)) {
        for key in &self.changed {
            if let Some(row) = self.by_key.get_mut(key) {
                change(row, self.made.contains(key));
            }
        }
    }

    pub(super) fn put(&mut self, key: K, row: V) {
        let was_stored = self.removed.remove(&key);
        if self.by_key.insert(key, row).is_none() && !was_stored {
            self.made.insert(key);
        }
        self.changed.insert(key);
    }

    /// Takes a row away. One that was never stored leaves nothing to remove.
    pub(super) fn remove(&mut self, key: K) {
        let was_there = self.by_key.remove(&key).is_some();
        self.changed.remove(&key);
        if was_there && !self.made.remove(&key) {
            self.removed.insert(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(stored: &[u8]) -> Rows<u8, char> {
        Rows::stored(stored.iter().map(|key| (*key, 'a')))
    }

    fn outcome(rows: &Rows<u8, char>) -> (Vec<char>, Vec<char>, Vec<u8>) {
        let (made, changed) = rows.made_and_changed();
        let copied = |rows: Vec<&char>| rows.into_iter().copied().collect();
        (copied(made), copied(changed), rows.removed().collect())
    }

    #[test]
    fn what_is_removed_is_not_written_and_what_comes_again_is_not_made() {
        let mut rows = rows(&[1, 2]);
        rows.put(1, 'b');
        rows.put(3, 'c');

        rows.remove(1);
        rows.remove(2);
        rows.remove(3);
        rows.remove(4);
        assert_eq!(outcome(&rows), (vec![], vec![], vec![1, 2]));

        rows.put(2, 'd');
        rows.put(3, 'e');
        assert_eq!(outcome(&rows), (vec!['e'], vec!['d'], vec![1]));
    }

    #[test]
    fn a_part_carries_what_it_removed_to_the_whole() {
        let mut whole = rows(&[1, 2]);
        let mut part = whole.part([1, 2].into_iter());
        part.remove(1);
        part.put(2, 'b');

        whole.absorb(&part);

        assert_eq!(outcome(&whole), (vec![], vec!['b'], vec![1]));
        let mut known = rows(&[1, 2, 3]);
        known.renew(&whole);
        assert_eq!(known.all().copied().collect::<Vec<_>>(), ['b', 'a']);
        let mut staged = rows(&[]);
        staged.put(1, 'z');
        staged.absorb(&part);
        assert_eq!(outcome(&staged), (vec!['b'], vec![], vec![1]));
        let mut head = rows(&[1, 2]);
        head.forget(&whole);
        assert_eq!(head.get(1), None);
        // What was stored, removed and comes again in another part is put in its old place.
        let mut later = whole.part([1].into_iter());
        later.put(1, 'c');
        whole.absorb(&later);
        assert_eq!(outcome(&whole), (vec![], vec!['c', 'b'], vec![]));
    }
}
