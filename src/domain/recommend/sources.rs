//! The ports by which the graph follows the documents: what waits for projection, and what the graph gives back.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::graph::TasteGraph;
use crate::domain::catalog::Title;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::measured::measured;
use crate::domain::watching::WatchedTitle;

/// The graph, and the documents that it is made from.
#[derive(Clone)]
pub struct ProjectionPorts {
    pub graph: Arc<dyn TasteGraph>,
    pub titles: Arc<dyn TitleSource>,
    pub watches: Arc<dyn WatchSource>,
    /// Where the catalogue learns how popular its titles are.
    pub watchers: Arc<dyn WatchersStore>,
}

measured! {
/// Titles as the projection reads them. One method is one transaction.
#[async_trait]
pub trait TitleSource: Send + Sync {
    /// Up to `limit` titles that wait for projection, the longest waiting first.
    async fn unprojected_titles(&self, limit: usize) -> Result<Vec<Title>, StoreError>;

    /// Takes the mark from titles whose revision is still the given one; the others keep it.
    async fn mark_titles_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError>;

    /// Up to `limit` titles with an id above the given one, by id: for walking through all of them.
    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<Title>, StoreError>;
}
}

measured! {
/// Where the catalogue learns how popular its titles are.
#[async_trait]
pub trait WatchersStore: Send + Sync {
    /// Sets how many profiles have watched each title. Changes no revision; ids that are not there are skipped.
    /// A title that had another number of watchers before appears anew in the change feed.
    async fn put_watchers(&self, counts: &[(TitleId, u64)]) -> Result<(), StoreError>;
}
}

measured! {
/// What was watched as the projection reads it. One method is one transaction.
#[async_trait]
pub trait WatchSource: Send + Sync {
    /// Up to `limit` watched titles that wait for projection, the longest waiting first.
    async fn unprojected_watches(&self, limit: usize) -> Result<Vec<WatchedTitle>, StoreError>;

    /// Takes the mark from watched titles whose revision is still the given one; the others keep it.
    async fn mark_watches_projected(
        &self,
        watched_titles: &[(ProfileId, TitleId, u64)],
    ) -> Result<(), StoreError>;

    /// Up to `limit` watched titles that were last written at a moment or later, those after a key, by the moment of
    /// the last write, the profile and the title: for following what changes. The moment is that of whoever wrote,
    /// taken before the write: who follows begins a little earlier than where they stopped.
    async fn watched_titles_since(
        &self,
        since: DateTime<Utc>,
        after: Option<(DateTime<Utc>, ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError>;

    /// How many departed watchers each of the titles has: erased profiles that had watched it. In the order asked.
    async fn departed_watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError>;

    /// Up to `limit` titles whose number of departed watchers waits for projection, by id, with the number.
    async fn unprojected_departures(&self, limit: usize)
    -> Result<Vec<(TitleId, u64)>, StoreError>;

    /// Takes the mark from titles whose number of departed watchers is still the given one; the others keep it.
    async fn mark_departures_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError>;
}
}
