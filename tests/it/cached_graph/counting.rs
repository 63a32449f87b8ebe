//! A graph that counts what it is asked, and can be slow to answer or not answer at all.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reelgraph::adapters::sqlite::SqliteGraph;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{
    GraphProjection, SimilarLists, SimilarSource, SimilarVersion, Solution, Taste, TasteGraph,
    TitleNode,
};

use super::gate::Gate;

/// Makes a solution for a revision.
type MakeSolution = fn(u64) -> Solution;

/// A graph that is read through it.
pub(super) struct CountingGraph {
    graph: SqliteGraph,
    tastes: AtomicUsize,
    similar: AtomicUsize,
    similar_titles: AtomicUsize,
    /// Whatever version is read, this follows it at once.
    next: Mutex<Option<MakeSolution>>,
    /// Tastes, lists and versions pass it.
    gate: Gate,
}

impl CountingGraph {
    pub(super) fn new(graph: SqliteGraph) -> Self {
        Self {
            graph,
            tastes: AtomicUsize::new(0),
            similar: AtomicUsize::new(0),
            similar_titles: AtomicUsize::new(0),
            next: Mutex::new(None),
            gate: Gate::default(),
        }
    }

    /// How many tastes were read.
    pub(super) fn tastes(&self) -> usize {
        self.tastes.load(Ordering::SeqCst)
    }

    /// How often lists were read, and how many.
    pub(super) fn similar_reads(&self) -> (usize, usize) {
        let counts = [&self.similar, &self.similar_titles];
        counts.map(|count| count.load(Ordering::SeqCst)).into()
    }

    /// Puts a solution as soon as a version is read, each time: the one that `make` makes for its revision. `None`: no
    /// more.
    pub(super) fn go_on_changing(&self, make: Option<MakeSolution>) {
        *self.next.lock().unwrap() = make;
    }
}

impl Deref for CountingGraph {
    type Target = Gate;

    fn deref(&self) -> &Gate {
        &self.gate
    }
}

#[async_trait]
impl TasteGraph for CountingGraph {
    async fn similar(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
        self.similar.fetch_add(1, Ordering::SeqCst);
        self.similar_titles
            .fetch_add(titles.len(), Ordering::SeqCst);
        let read = self.graph.similar(titles).await;
        self.answer(read).await
    }

    async fn taste(&self, profile: ProfileId) -> Result<Arc<Taste>, StoreError> {
        self.tastes.fetch_add(1, Ordering::SeqCst);
        let read = self.graph.taste(profile).await;
        self.answer(read).await
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
impl SimilarSource for CountingGraph {
    async fn similar_version(&self) -> Result<SimilarVersion, StoreError> {
        let read = self.answer(self.graph.similar_version().await).await?;
        let next = self.next.lock().unwrap().map(|make| make(read.revision));
        if let Some(next) = next {
            self.graph.put_solutions(read.generation, &[next]).await?;
        }
        Ok(read)
    }

    async fn similar_changed_after(&self, revision: u64) -> Result<Vec<TitleId>, StoreError> {
        self.graph.similar_changed_after(revision).await
    }

    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleNode>, StoreError> {
        self.graph.titles_after(after, limit).await
    }
}
