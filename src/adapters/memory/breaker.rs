//! A circuit breaker in front of a graph on a server: while it does not answer, nobody who wants suggestions waits for it.
//! The first who wait in vain open it; pings in the background close it again.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::pulse::Pulse;
use crate::domain::recommend::{
    GraphCounts, SimilarLists, SimilarVersion, Solution, Taste, TasteGraph, TitleNode, WatchedEdge,
};

/// A graph whose reads for viewers fail at once while it is known not to answer. What writes to it, and what compares it
/// with the record, goes through and waits.
#[derive(Clone)]
pub struct BreakerGraph {
    graph: Arc<dyn TasteGraph>,
    pulse: Pulse,
}

impl BreakerGraph {
    /// A breaker that goes by the pulse of the graph's server.
    pub fn new(graph: Arc<dyn TasteGraph>, pulse: Pulse) -> Self {
        Self { graph, pulse }
    }

    /// Reads, if it is worth it, for no longer than a ping may take. In a task of its own, because the futures of the
    /// driver are not cancel-safe: what is too late is read to its end for nobody.
    async fn read<T, F>(
        &self,
        read: impl FnOnce(Arc<dyn TasteGraph>) -> F + Send,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        if !self.pulse.is_worth_asking() {
            return Err(StoreError::unavailable("the graph did not answer lately"));
        }
        let read = tokio::spawn(read(Arc::clone(&self.graph)));
        let read = match tokio::time::timeout(self.pulse.patience(), read).await {
            Ok(Ok(read)) => read,
            Ok(Err(panic)) => Err(StoreError::failed(panic)),
            Err(late) => Err(StoreError::unavailable(late)),
        };
        if matches!(read, Err(StoreError::Unavailable(_))) {
            self.pulse.waited_in_vain();
        }
        read
    }
}

#[async_trait]
impl TasteGraph for BreakerGraph {
    async fn put_titles(&self, titles: &[TitleNode]) -> Result<(), StoreError> {
        self.graph.put_titles(titles).await
    }

    async fn put_watched(&self, edges: &[WatchedEdge]) -> Result<(), StoreError> {
        self.graph.put_watched(edges).await
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        self.graph.erase_profile(profile).await
    }

    async fn watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        self.graph.watchers(titles).await
    }

    async fn replace_similar(
        &self,
        solutions: &[Solution],
        computed_at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.graph.replace_similar(solutions, computed_at).await
    }

    async fn put_solutions(
        &self,
        generation: u64,
        solutions: &[Solution],
    ) -> Result<SimilarVersion, StoreError> {
        self.graph.put_solutions(generation, solutions).await
    }

    async fn similar_version(&self) -> Result<SimilarVersion, StoreError> {
        self.read(|graph| async move { graph.similar_version().await })
            .await
    }

    async fn similar(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
        let titles = titles.to_vec();
        self.read(|graph| async move { graph.similar(&titles).await })
            .await
    }

    async fn similar_changed_after(&self, revision: u64) -> Result<Vec<TitleId>, StoreError> {
        self.read(move |graph| async move { graph.similar_changed_after(revision).await })
            .await
    }

    async fn taste(&self, profile: ProfileId) -> Result<Arc<Taste>, StoreError> {
        self.read(move |graph| async move { graph.taste(profile).await })
            .await
    }

    async fn trending(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.read(move |graph| async move { graph.trending(since, limit).await })
            .await
    }

    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleNode>, StoreError> {
        self.graph.titles_after(after, limit).await
    }

    async fn watched_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedEdge>, StoreError> {
        self.graph.watched_after(after, limit).await
    }

    async fn counts(&self) -> Result<GraphCounts, StoreError> {
        self.graph.counts().await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.graph.clear().await
    }
}
