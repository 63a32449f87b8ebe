//! Rows that a change works on: which were read, and which must be written.

use std::collections::{BTreeMap, BTreeSet};

/// Rows by key, and which of them were changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<K, V> {
    by_key: BTreeMap<K, V>,
    changed: BTreeSet<K>,
    /// Those of them that were not there.
    made: BTreeSet<K>,
}

impl<K: Copy + Ord, V> Rows<K, V> {
    /// The rows that the store has.
    pub fn stored(rows: impl IntoIterator<Item = (K, V)>) -> Self {
        Self {
            by_key: rows.into_iter().collect(),
            changed: BTreeSet::new(),
            made: BTreeSet::new(),
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
        for key in &part.changed {
            if let Some(row) = part.by_key.get(key) {
                self.put(*key, row.clone());
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

    /// Changes all rows that must be written. `change` is told whether a row was not there before.
    pub(super) fn change(&mut self, mut change: impl FnMut(&mut V, bool)) {
        for key in &self.changed {
            if let Some(row) = self.by_key.get_mut(key) {
                change(row, self.made.contains(key));
            }
        }
    }

    pub(super) fn put(&mut self, key: K, row: V) {
        if self.by_key.insert(key, row).is_none() {
            self.made.insert(key);
        }
        self.changed.insert(key);
    }
}
