//! Persisted documents within the process, for a site that is one process. A restart forgets them; clients send them
//! again.

use std::sync::Arc;

use async_trait::async_trait;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::domain::error::StoreError;
use crate::domain::persisted::{Bounds, DocumentHash, OVERHEAD, PersistedStore};

/// Persisted documents in memory. Clones share them.
#[derive(Debug, Clone)]
pub struct MemoryPersisted(Cache<DocumentHash, Arc<str>>);

impl MemoryPersisted {
    /// Nothing is kept yet.
    pub fn new(bounds: Bounds) -> Self {
        let weigh = |_: &DocumentHash, text: &Arc<str>| {
            u32::try_from(text.len() + OVERHEAD).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder()
            // A document that is new is one that will be asked for.
            .eviction_policy(EvictionPolicy::lru())
            .max_capacity(bounds.bytes as u64)
            .weigher(weigh)
            .time_to_idle(bounds.idle);
        Self(cache.build())
    }
}

#[async_trait]
impl PersistedStore for MemoryPersisted {
    async fn persisted(&self, hash: DocumentHash) -> Result<Option<String>, StoreError> {
        Ok(self.0.get(&hash).map(|text| text.as_ref().to_owned()))
    }

    async fn put_persisted(&self, hash: DocumentHash, text: &str) -> Result<(), StoreError> {
        // What was read before is noted first: it is not the oldest.
        self.0.run_pending_tasks();
        self.0.insert(hash, text.into());
        self.0.run_pending_tasks();
        Ok(())
    }
}
