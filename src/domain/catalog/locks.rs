//! The fields of a document that no load changes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The locked fields of a title, an episode or a person, by their names in files. What was stored before there were locks
/// has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Locks(BTreeSet<Box<str>>);

impl Locks {
    /// Whether nothing is locked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a field is locked.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains(field)
    }

    /// The locked fields, sorted.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|field| &**field)
    }

    /// Locks a field; whether that is news.
    pub fn lock(&mut self, field: &str) -> bool {
        self.0.insert(field.into())
    }

    /// Unlocks a field; whether that is news.
    pub fn unlock(&mut self, field: &str) -> bool {
        self.0.remove(field)
    }
}
