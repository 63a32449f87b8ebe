//! A cache in front of the graph: tastes by profile, `SIMILAR` edges by title. Everything else goes through to it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::similar::SimilarCache;
use super::tastes::Tastes;
use crate::domain::error::StoreError;
use crate::domain::events::Event;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{
    GraphCounts, GraphEpoch, GraphFollower, SimilarLists, SimilarVersion, Solution, Taste,
    TasteGraph, TitleNode, WatchedEdge,
};

/// A graph with caches in front. Clones share them.
#[derive(Clone)]
pub struct CachedGraph {
    graph: Arc<dyn TasteGraph>,
    tastes: Tastes,
    similar: Arc<SimilarCache>,
}

impl CachedGraph {
    /// Empty caches in front of a graph. Who writes watches tells `tastes`.
    pub fn new(graph: Arc<dyn TasteGraph>, tastes: Tastes) -> Self {
        Self {
            similar: Arc::new(SimilarCache::new(Arc::clone(&graph))),
            graph,
            tastes,
        }
    }
}

#[async_trait]
impl TasteGraph for CachedGraph {
    async fn put_titles(&self, titles: &[TitleNode]) -> Result<(), StoreError> {
        self.graph.put_titles(titles).await
    }

    async fn put_watched(&self, edges: &[WatchedEdge]) -> Result<(), StoreError> {
        self.graph.put_watched(edges).await
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        let result = self.graph.erase_profile(profile).await;
        // Also after a failure, which may have come after some of it.
        self.tastes.forget(profile);
        result
    }

    async fn epoch(&self) -> Result<Option<GraphEpoch>, StoreError> {
        self.graph.epoch().await
    }

    async fn put_epoch(&self, epoch: &GraphEpoch) -> Result<(), StoreError> {
        self.graph.put_epoch(epoch).await
    }

    async fn tombstones_after(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.graph.tombstones_after(after, limit).await
    }

    async fn put_tombstones(&self, tombstones: &[String]) -> Result<(), StoreError> {
        self.graph.put_tombstones(tombstones).await
    }

    async fn profiles_after(
        &self,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError> {
        self.graph.profiles_after(after, limit).await
    }

    async fn remove_watched(&self, edges: &[(ProfileId, TitleId, u64)]) -> Result<(), StoreError> {
        self.graph.remove_watched(edges).await
    }

    async fn remove_titles(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        self.graph.remove_titles(titles).await
    }

    async fn remove_unneeded(&self) -> Result<(), StoreError> {
        self.graph.remove_unneeded().await
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
        self.graph.similar_version().await
    }

    async fn similar(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
        self.similar.get(titles).await
    }

    async fn similar_changed_after(&self, revision: u64) -> Result<Vec<TitleId>, StoreError> {
        self.graph.similar_changed_after(revision).await
    }

    async fn taste(&self, profile: ProfileId) -> Result<Arc<Taste>, StoreError> {
        self.tastes.get(&self.graph, profile).await
    }

    async fn trending(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.graph.trending(since, limit).await
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
        let result = self.graph.clear().await;
        self.similar.clear();
        self.tastes.observe(&Event::Missed);
        result
    }
}

#[async_trait]
impl GraphFollower for CachedGraph {
    fn observe(&self, event: &Event) {
        self.tastes.observe(event);
    }

    async fn refresh(&self) -> Result<(), StoreError> {
        self.similar.refresh().await
    }
}
