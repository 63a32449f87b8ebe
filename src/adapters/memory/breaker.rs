//! A circuit breaker in front of a graph on a server: while it does not answer, nobody who wants suggestions waits for it.
//! The first who wait in vain for what a viewer's page needs open it; pings in the background close it again.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::pulse::Pulse;
use crate::domain::recommend::{
    SimilarLists, SimilarSource, SimilarVersion, Taste, TasteGraph, TitleNode,
};

/// A graph whose reads fail at once while it is known not to answer.
#[derive(Clone)]
pub struct BreakerGraph {
    graph: Arc<dyn SimilarSource>,
    pulse: Pulse,
}

impl BreakerGraph {
    /// A breaker that goes by the pulse of the graph's server.
    pub fn new(graph: Arc<dyn SimilarSource>, pulse: Pulse) -> Self {
        Self { graph, pulse }
    }

    /// Reads, if it is worth it, for no longer than a ping may take. In a task of its own, because the futures of the
    /// driver are not cancel-safe: what is too late is read to its end for nobody.
    async fn read<T, F>(
        &self,
        read: impl FnOnce(Arc<dyn SimilarSource>) -> F + Send,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        if !self.pulse.is_worth_asking() {
            return Err(silent());
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

    /// Reads in the background what may take longer than any viewer would wait. That this is slow says nothing of
    /// whether the graph answers.
    async fn read_patiently<T, F>(
        &self,
        read: impl FnOnce(Arc<dyn SimilarSource>) -> F + Send,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        if !self.pulse.is_worth_asking() {
            return Err(silent());
        }
        let read = tokio::spawn(read(Arc::clone(&self.graph))).await;
        read.unwrap_or_else(|panic| Err(StoreError::failed(panic)))
    }
}

fn silent() -> StoreError {
    StoreError::unavailable("the graph did not answer lately")
}

#[async_trait]
impl TasteGraph for BreakerGraph {
    async fn similar(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
        let titles = titles.to_vec();
        self.read(|graph| async move { graph.similar(&titles).await })
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
        self.read_patiently(move |graph| async move { graph.trending(since, limit).await })
            .await
    }
}

#[async_trait]
impl SimilarSource for BreakerGraph {
    async fn similar_version(&self) -> Result<SimilarVersion, StoreError> {
        self.read_patiently(|graph| async move { graph.similar_version().await })
            .await
    }

    async fn similar_changed_after(&self, revision: u64) -> Result<Vec<TitleId>, StoreError> {
        self.read_patiently(move |graph| async move { graph.similar_changed_after(revision).await })
            .await
    }

    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleNode>, StoreError> {
        self.read_patiently(move |graph| async move { graph.titles_after(after, limit).await })
            .await
    }
}
