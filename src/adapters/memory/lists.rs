//! Lists of suggestions in memory.

use std::time::Duration;

use moka::sync::Cache;

use crate::domain::recommend::{KeptList, KeptLists, ListKey};

/// How many reasons are kept, at 40 bytes with their share of the suggestions: about 160 MB, the lists of two thousand
/// profiles.
const CAPACITY: u64 = 4_000_000;
/// How long a list is kept at the most.
const LIFETIME: Duration = Duration::from_secs(60);

/// Lists that were made lately.
#[derive(Clone)]
pub struct MemoryLists(Cache<ListKey, KeptList>);

impl MemoryLists {
    /// No lists yet.
    pub fn new() -> Self {
        let weigh = |_: &ListKey, kept: &KeptList| {
            let reasons: usize = kept.list.iter().map(|found| found.reasons.len() + 1).sum();
            u32::try_from(reasons + 1).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(weigh)
                .time_to_live(LIFETIME)
                .build(),
        )
    }
}

impl Default for MemoryLists {
    fn default() -> Self {
        Self::new()
    }
}

impl KeptLists for MemoryLists {
    fn get(&self, key: &ListKey) -> Option<KeptList> {
        self.0.get(key)
    }

    fn put(&self, key: ListKey, list: KeptList) {
        self.0.insert(key, list);
    }
}
