//! What every stored document carries: how often it was written, and when.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How often a document was written, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Grows by one with each write; the first write is 1.
    pub revision: u64,
    /// When the document was first written.
    pub created_at: DateTime<Utc>,
    /// When it was last written.
    pub updated_at: DateTime<Utc>,
}

impl Stamp {
    /// The stamp of a first write.
    pub fn first(now: DateTime<Utc>) -> Self {
        Self {
            revision: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The stamp of the write that follows.
    #[must_use]
    pub fn next(self, now: DateTime<Utc>) -> Self {
        Self {
            revision: self.revision + 1,
            created_at: self.created_at,
            updated_at: now.max(self.updated_at),
        }
    }
}
