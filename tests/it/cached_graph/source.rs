//! What waits for projection, read through something that counts what is read, and that somebody writes beside.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reelgraph::adapters::sqlite::SqliteWatching;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{UnprojectedWatch, WatchSource};
use reelgraph::domain::watching::{ImportedWatch, WatchStore, WatchedTitle};

use super::support::importing;

/// A record that is read through it.
pub(super) struct CountingSource {
    record: Arc<SqliteWatching>,
    read: AtomicUsize,
    /// What is recorded while others are projected, one each time.
    meanwhile: Mutex<Vec<ImportedWatch>>,
}

impl CountingSource {
    pub(super) fn new(record: Arc<SqliteWatching>) -> Self {
        Self {
            record,
            read: AtomicUsize::new(0),
            meanwhile: Mutex::default(),
        }
    }

    /// How many watched titles were read to be projected.
    pub(super) fn read(&self) -> usize {
        self.read.load(Ordering::SeqCst)
    }

    pub(super) fn record_meanwhile(&self, watches: Vec<ImportedWatch>) {
        *self.meanwhile.lock().unwrap() = watches;
    }

    /// How much of it is still to come.
    pub(super) fn left(&self) -> usize {
        self.meanwhile.lock().unwrap().len()
    }
}

#[async_trait]
impl WatchSource for CountingSource {
    async fn unprojected_watches(
        &self,
        since: Option<DateTime<Utc>>,
        limit: usize,
    ) -> Result<Vec<UnprojectedWatch>, StoreError> {
        let found = self.record.unprojected_watches(since, limit).await?;
        self.read.fetch_add(found.len(), Ordering::SeqCst);
        Ok(found)
    }

    async fn mark_watches_projected(
        &self,
        watched_titles: &[(ProfileId, TitleId, u64)],
    ) -> Result<usize, StoreError> {
        let next = self.meanwhile.lock().unwrap().pop();
        if let Some(next) = next {
            let (touched, change) = importing(&[next]);
            self.record.update(&touched, change).await.unwrap();
        }
        self.record.mark_watches_projected(watched_titles).await
    }

    async fn known_watches(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        self.record.known_watches(keys).await
    }

    async fn waiting_watches(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        self.record.waiting_watches(keys).await
    }

    async fn mark_watches_waiting(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        self.record.mark_watches_waiting(keys).await
    }

    async fn mark_watches_waiting_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        self.record.mark_watches_waiting_after(after, limit).await
    }

    async fn watched_titles_since(
        &self,
        since: DateTime<Utc>,
        after: Option<(DateTime<Utc>, ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        self.record.watched_titles_since(since, after, limit).await
    }

    async fn tombstones_after(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.record.tombstones_after(after, limit).await
    }

    async fn tombstones_since(
        &self,
        after: (DateTime<Utc>, String),
        limit: usize,
    ) -> Result<Vec<(DateTime<Utc>, String)>, StoreError> {
        self.record.tombstones_since(after, limit).await
    }

    async fn put_tombstones(&self, tombstones: &[String]) -> Result<(), StoreError> {
        self.record.put_tombstones(tombstones).await
    }

    async fn profiles_after(
        &self,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError> {
        self.record.profiles_after(after, limit).await
    }

    async fn erased(&self, profiles: &[ProfileId]) -> Result<Vec<ProfileId>, StoreError> {
        self.record.erased(profiles).await
    }

    async fn departed_watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        self.record.departed_watchers(titles).await
    }

    async fn unprojected_departures(
        &self,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.record.unprojected_departures(limit).await
    }

    async fn mark_departures_waiting(&self) -> Result<(), StoreError> {
        self.record.mark_departures_waiting().await
    }

    async fn mark_departures_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        self.record.mark_departures_projected(titles).await
    }
}
