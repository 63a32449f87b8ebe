//! Profiles that are erased after messages of theirs were sent, as their tombstones tell, soon after these are put.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::position::SETTLED;
use crate::domain::error::StoreError;
use crate::domain::recommend::sources::WatchSource;

/// How many are read at once.
pub(super) const TOMBSTONES: usize = 1000;

/// A tombstone, and when it was put, by the clock of the record.
pub(super) type Put = (DateTime<Utc>, String);

/// How far tombstones were read.
pub(super) struct Tombstones {
    /// When the latest was put.
    until: DateTime<Utc>,
    /// Those that were read of the time before, which is read again, for what came late.
    read: HashMap<String, DateTime<Utc>>,
}

impl Tombstones {
    pub(super) fn beginning() -> Self {
        Self {
            until: DateTime::UNIX_EPOCH,
            read: HashMap::new(),
        }
    }

    /// A page of them, behind the last of the page before; the first begins a little before the latest that was read.
    pub(super) async fn page(
        &self,
        before: Option<Put>,
        watches: &dyn WatchSource,
    ) -> Result<Vec<Put>, StoreError> {
        let after = before.unwrap_or_else(|| (self.until - SETTLED, String::new()));
        watches.tombstones_since(after, TOMBSTONES).await
    }

    /// Those of a page that were not read yet.
    pub(super) fn unread<'a>(&self, page: &'a [Put]) -> HashSet<&'a str> {
        let tombstones = page.iter().map(|(_, tombstone)| tombstone.as_str());
        tombstones
            .filter(|tombstone| !self.read.contains_key(*tombstone))
            .collect()
    }

    /// Takes the next page for read.
    pub(super) fn put_aside(&mut self, page: Vec<Put>) {
        for (at, tombstone) in page {
            self.until = self.until.max(at);
            self.read.insert(tombstone, at);
        }
        let since = self.until - SETTLED;
        self.read.retain(|_, at| *at >= since);
    }
}
