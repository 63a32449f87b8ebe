//! Small blobs in memory, in front of where they are kept: bytes under one key never change, so none is ever stale.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use moka::sync::Cache;

use super::reads;
use crate::domain::blobs::{BlobKey, BlobShelf, BlobStore, KeptBlob};
use crate::domain::error::StoreError;

/// What is larger is not kept here: what was given is read to make something of it, and that once.
const SMALL: usize = 1024 * 1024;
/// What a blob takes beside its bytes, about.
const OVERHEAD: usize = 256;

/// Small blobs in memory. Clones share them.
#[derive(Clone)]
pub struct CachedBlobs {
    kept: Cache<BlobKey, Bytes>,
    store: Arc<dyn BlobStore>,
}

impl CachedBlobs {
    /// In front of this store, with at most so many bytes.
    pub fn new(store: Arc<dyn BlobStore>, most: u64) -> Self {
        let weigh =
            |_: &BlobKey, bytes: &Bytes| u32::try_from(bytes.len() + OVERHEAD).unwrap_or(u32::MAX);
        let kept = Cache::builder().max_capacity(most).weigher(weigh).build();
        Self { kept, store }
    }

    /// What is here under this key, if anything is; it is counted whether there was.
    fn look(&self, key: &BlobKey) -> Option<Bytes> {
        let kept = self.kept.get(key);
        reads::count(
            "blobs",
            usize::from(kept.is_some()),
            usize::from(kept.is_none()),
        );
        kept
    }

    fn keep(&self, key: &BlobKey, bytes: &Bytes) {
        if bytes.len() <= SMALL {
            self.kept.insert(key.clone(), bytes.clone());
        }
    }
}

#[async_trait]
impl BlobStore for CachedBlobs {
    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), StoreError> {
        self.store.put(key, bytes.clone()).await?;
        self.keep(key, &bytes);
        Ok(())
    }

    async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, StoreError> {
        if let Some(kept) = self.look(key) {
            return Ok(Some(kept));
        }
        let found = self.store.get(key).await?;
        if let Some(bytes) = &found {
            self.keep(key, bytes);
        }
        Ok(found)
    }

    async fn get_range(
        &self,
        key: &BlobKey,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, StoreError> {
        match self.look(key).and_then(|kept| part_of(&kept, &range)) {
            Some(part) => Ok(Some(part)),
            None => self.store.get_range(key, range).await,
        }
    }

    async fn length(&self, key: &BlobKey) -> Result<Option<u64>, StoreError> {
        match self.look(key) {
            Some(kept) => Ok(Some(kept.len() as u64)),
            None => self.store.length(key).await,
        }
    }

    /// Asked where they are kept: what is written down on this answer must be there after a restart too.
    async fn exists(&self, key: &BlobKey) -> Result<bool, StoreError> {
        self.store.exists(key).await
    }

    async fn list(&self, shelf: &BlobShelf) -> Result<Vec<KeptBlob>, StoreError> {
        self.store.list(shelf).await
    }

    async fn remove(&self, key: &BlobKey, unless_since: DateTime<Utc>) -> Result<bool, StoreError> {
        let is_removed = self.store.remove(key, unless_since).await?;
        if is_removed {
            self.kept.invalidate(key);
        }
        Ok(is_removed)
    }
}

/// These of some bytes; `None`: they are not all there.
fn part_of(bytes: &Bytes, range: &Range<u64>) -> Option<Bytes> {
    let start = usize::try_from(range.start).ok()?;
    let end = usize::try_from(range.end).ok()?;
    (start < end && end <= bytes.len()).then(|| bytes.slice(start..end))
}
