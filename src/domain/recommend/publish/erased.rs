//! Profiles that are erased after messages of theirs were sent, as their tombstones tell, soon after these are put.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::position::SETTLED;
use crate::domain::error::StoreError;
use crate::domain::recommend::sources::WatchSource;

/// How many are read at once.
const TOMBSTONES: usize = 1000;

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

    /// Those that were not read yet.
    pub(super) async fn next(&self, watches: &dyn WatchSource) -> Result<Vec<Put>, StoreError> {
        let mut after = (self.until - SETTLED, String::new());
        let mut new = Vec::new();
        loop {
            let page = watches.tombstones_since(after.clone(), TOMBSTONES).await?;
            let is_all = page.len() < TOMBSTONES;
            if let Some(last) = page.last() {
                after = last.clone();
            }
            let unread = page.into_iter();
            new.extend(unread.filter(|(_, tombstone)| !self.read.contains_key(tombstone)));
            if is_all {
                return Ok(new);
            }
        }
    }

    /// Does not give these again.
    pub(super) fn put_aside(&mut self, tombstones: Vec<Put>) {
        for (at, tombstone) in tombstones {
            self.until = self.until.max(at);
            self.read.insert(tombstone, at);
        }
        let since = self.until - SETTLED;
        self.read.retain(|_, at| *at >= since);
    }
}
