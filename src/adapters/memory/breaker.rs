//! Circuit breakers in front of stores on servers that pages can do without: while one does not answer, nobody waits for
//! it. The first who wait in vain open the breaker; pings in the background close it again.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::persisted::{DocumentHash, PersistedStore};
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

    /// Reads, if it is worth it, for no longer than a ping may take.
    async fn read<T, F>(
        &self,
        read: impl FnOnce(Arc<dyn SimilarSource>) -> F + Send,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        ask(&self.pulse, read(Arc::clone(&self.graph))).await
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

/// Documents that fail at once while they are known not to be had.
pub struct BreakerPersisted {
    store: Arc<dyn PersistedStore>,
    pulse: Pulse,
}

impl BreakerPersisted {
    /// A breaker that goes by the pulse of the store's server.
    pub fn new(store: Arc<dyn PersistedStore>, pulse: Pulse) -> Self {
        Self { store, pulse }
    }
}

/// Asks a store, if it is worth it, for no longer than a ping may take. In a task of its own, because the futures of
/// drivers are not cancel-safe: what is too late is done to its end for nobody.
async fn ask<T: Send + 'static>(
    pulse: &Pulse,
    asked: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    if !pulse.is_worth_asking() {
        return Err(silent());
    }
    let answer = match tokio::time::timeout(pulse.patience(), tokio::spawn(asked)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(panic)) => Err(StoreError::failed(panic)),
        Err(late) => Err(StoreError::unavailable(late)),
    };
    if matches!(answer, Err(StoreError::Unavailable(_))) {
        pulse.waited_in_vain();
    }
    answer
}

fn silent() -> StoreError {
    StoreError::unavailable("the store did not answer lately")
}

#[async_trait]
impl PersistedStore for BreakerPersisted {
    async fn persisted(&self, hash: DocumentHash) -> Result<Option<String>, StoreError> {
        let store = Arc::clone(&self.store);
        ask(&self.pulse, async move { store.persisted(hash).await }).await
    }

    async fn put_persisted(&self, hash: DocumentHash, text: &str) -> Result<(), StoreError> {
        let (store, text) = (Arc::clone(&self.store), text.to_owned());
        let put = async move { store.put_persisted(hash, &text).await };
        ask(&self.pulse, put).await
    }
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
