//! A cache in front of the graph: tastes by profile, `SIMILAR` edges by title.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::similar::SimilarCache;
use super::tastes::Tastes;
use crate::domain::error::StoreError;
use crate::domain::events::Event;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{
    GraphFollower, SimilarLists, SimilarSource, Taste, TasteGraph, TasteRead, TasteReader,
};

/// A graph with caches in front. Clones share them.
#[derive(Clone)]
pub struct CachedGraph {
    graph: Arc<dyn SimilarSource>,
    tastes: Tastes,
    similar: Arc<SimilarCache>,
}

impl CachedGraph {
    /// Empty caches in front of a graph. Who writes watches tells `tastes`.
    pub fn new(graph: Arc<dyn SimilarSource>, tastes: Tastes) -> Self {
        Self {
            similar: Arc::new(SimilarCache::new(Arc::clone(&graph))),
            graph,
            tastes,
        }
    }
}

#[async_trait]
impl TasteGraph for CachedGraph {
    async fn similar(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
        self.similar.get(titles).await
    }

    async fn taste(&self, profile: ProfileId) -> Result<Arc<Taste>, StoreError> {
        self.tastes.get(&self.graph, profile).await?.taste
    }

    async fn trending(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.graph.trending(since, limit).await
    }
}

#[async_trait]
impl TasteReader for CachedGraph {
    async fn taste_on_the_way(&self, profile: ProfileId) -> Result<TasteRead, StoreError> {
        self.tastes.get(&self.graph, profile).await
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
