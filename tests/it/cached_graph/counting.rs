//! A graph that counts what it is asked, and can be slow to answer or not answer at all.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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
use tokio::sync::watch;

/// Makes a solution for a revision.
type MakeSolution = fn(u64) -> Solution;

/// A graph that is read through it.
pub(super) struct CountingGraph {
    graph: SqliteGraph,
    tastes: AtomicUsize,
    similar: AtomicUsize,
    similar_titles: AtomicUsize,
    /// While it is, tastes, lists and versions cannot be read.
    is_down: AtomicBool,
    /// Whatever version is read, this follows it at once.
    next: Mutex<Option<MakeSolution>>,
    /// While it is, answers that were read are held back.
    is_held: watch::Sender<bool>,
    /// How many calls are held now.
    held: watch::Sender<usize>,
}

impl CountingGraph {
    pub(super) fn new(graph: SqliteGraph) -> Self {
        Self {
            graph,
            tastes: AtomicUsize::new(0),
            similar: AtomicUsize::new(0),
            similar_titles: AtomicUsize::new(0),
            is_down: AtomicBool::new(false),
            next: Mutex::new(None),
            is_held: watch::Sender::new(false),
            held: watch::Sender::new(0),
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

    /// Reads, and holds back what was read until [`Self::release`].
    pub(super) fn hold(&self) {
        self.is_held.send_replace(true);
    }

    /// Waits until so many answers are held back.
    pub(super) async fn wait_for_held(&self, count: usize) {
        let mut held = self.held.subscribe();
        held.wait_for(|held| *held >= count).await.unwrap();
    }

    /// Hands out what was held back.
    pub(super) fn release(&self) {
        self.is_held.send_replace(false);
        self.held.send_replace(0);
    }

    /// Answers no more reads of tastes, lists and versions.
    pub(super) fn go_down(&self) {
        self.is_down.store(true, Ordering::SeqCst);
    }

    /// Puts a solution as soon as a version is read, each time: the one that `make` makes for its revision. `None`: no
    /// more.
    pub(super) fn go_on_changing(&self, make: Option<MakeSolution>) {
        *self.next.lock().unwrap() = make;
    }

    async fn answer<T>(&self, read: Result<T, StoreError>) -> Result<T, StoreError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("down"));
        }
        let mut is_held = self.is_held.subscribe();
        if *is_held.borrow_and_update() {
            self.held.send_modify(|held| *held += 1);
            is_held.wait_for(|is_held| !is_held).await.unwrap();
        }
        read
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
