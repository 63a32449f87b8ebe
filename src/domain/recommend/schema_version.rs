//! Which version of what is stored a store has seen.

use serde::{Deserialize, Serialize};

use super::error::RecommendError;

/// A version of what is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Grows with each change of what is stored.
    pub version: u32,
    /// The oldest version that can read what this one writes.
    pub oldest_reader: u32,
}

impl Schema {
    /// What this program writes. Fields that are added leave the oldest reader as it is: older programs keep what they do
    /// not know, and pass over what they cannot read. A file of SQLite that was brought to version 2 is for programs of
    /// that version alone, and says so itself (`schema/lists.sql`).
    pub const OURS: Self = Self {
        version: 2,
        oldest_reader: 1,
    };

    /// What has been written by either.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            version: self.version.max(other.version),
            oldest_reader: self.oldest_reader.max(other.oldest_reader),
        }
    }

    /// Refuses a store that this program does not understand.
    pub(super) fn check(self, store: &'static str) -> Result<(), RecommendError> {
        if self.oldest_reader > Self::OURS.version {
            return Err(RecommendError::NewerStore {
                store,
                needs: self.oldest_reader,
                reads: Self::OURS.version,
            });
        }
        Ok(())
    }
}
