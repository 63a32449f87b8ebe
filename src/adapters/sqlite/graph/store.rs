//! The graph on the embedded database: which statements run in which transaction.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::similar::OfTitle;
use super::{epoch, lists, project, similar, taste, walk};
use crate::adapters::sqlite::db::{SqliteDb, store_error};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{
    GraphCounts, GraphEpoch, GraphProjection, Incoming, SimilarLists, SimilarSource,
    SimilarVersion, Solution, Taste, TasteGraph, TitleNode, WatchedEdge, edges_by_start,
};

/// How many rows are written in one transaction: other writes wait for that long and no longer.
const BATCH: usize = 1000;
/// The same of titles with the rows of their edges.
const WITH_EDGES: usize = 50;
/// The `SIMILAR` edges of how many titles are.
const TITLES: usize = 100;

/// The recommendation graph in an embedded database.
#[derive(Clone)]
pub struct SqliteGraph {
    db: SqliteDb,
}

impl SqliteGraph {
    /// The graph in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }

    async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.db.read(f).await
    }

    async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.db
            .write(move |transaction| f(transaction).map_err(store_error))
            .await
    }

    /// Removes the `SIMILAR` edges that nobody reads any more.
    async fn sweep(&self) -> Result<(), StoreError> {
        while !self.write(|db| similar::sweep(db, TITLES)).await? {}
        Ok(())
    }
}

#[async_trait]
impl TasteGraph for SqliteGraph {
    async fn similar(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
        let titles = titles.to_vec();
        self.read(move |db| lists::similar(db, &titles)).await
    }

    async fn taste(&self, profile: ProfileId) -> Result<Arc<Taste>, StoreError> {
        let taste = self.read(move |db| taste::taste(db, profile)).await?;
        Ok(Arc::new(taste))
    }

    async fn trending(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.read(move |db| taste::trending(db, since, limit)).await
    }
}

#[async_trait]
impl SimilarSource for SqliteGraph {
    async fn similar_version(&self) -> Result<SimilarVersion, StoreError> {
        self.read(lists::version).await
    }

    async fn similar_changed_after(&self, revision: u64) -> Result<Vec<TitleId>, StoreError> {
        self.read(move |db| lists::changed_after(db, revision))
            .await
    }

    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleNode>, StoreError> {
        self.read(move |db| walk::titles_after(db, after, limit))
            .await
    }
}

#[async_trait]
impl GraphProjection for SqliteGraph {
    async fn put_titles(&self, titles: &[TitleNode]) -> Result<(), StoreError> {
        for batch in titles.chunks(WITH_EDGES) {
            let batch = batch.to_vec();
            self.write(move |db| project::put_titles(db, &batch))
                .await?;
        }
        Ok(())
    }

    async fn put_watched(&self, edges: &[WatchedEdge]) -> Result<(), StoreError> {
        for batch in edges.chunks(BATCH) {
            let batch = batch.to_vec();
            self.write(move |db| project::put_watched(db, &batch))
                .await?;
        }
        Ok(())
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        while self
            .db
            .write(move |db| project::erase_profile(db, profile, BATCH).map_err(store_error))
            .await?
            == BATCH
        {}
        Ok(())
    }

    async fn epoch(&self) -> Result<Option<GraphEpoch>, StoreError> {
        self.read(epoch::epoch).await
    }

    async fn put_epoch(&self, epoch: &GraphEpoch) -> Result<(), StoreError> {
        let epoch = epoch.clone();
        self.write(move |db| epoch::put(db, &epoch)).await
    }

    async fn tombstones_after(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.read(move |db| epoch::tombstones_after(db, after, limit))
            .await
    }

    async fn put_tombstones(&self, tombstones: &[String]) -> Result<(), StoreError> {
        let tombstones = tombstones.to_vec();
        self.write(move |db| epoch::put_tombstones(db, &tombstones))
            .await
    }

    async fn profiles_after(
        &self,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError> {
        self.read(move |db| epoch::profiles_after(db, after, limit))
            .await
    }

    async fn remove_watched(&self, edges: &[(ProfileId, TitleId, u64)]) -> Result<(), StoreError> {
        let edges = edges.to_vec();
        self.write(move |db| project::remove_watched(db, &edges))
            .await
    }

    async fn remove_titles(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        let titles = titles.to_vec();
        self.write(move |db| project::remove_titles(db, &titles))
            .await
    }

    async fn remove_unneeded(&self) -> Result<(), StoreError> {
        while self.write(|db| project::remove_unneeded(db, BATCH)).await? > 0 {}
        Ok(())
    }

    async fn watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        let titles = titles.to_vec();
        self.read(move |db| walk::watchers(db, &titles)).await
    }

    async fn replace_similar(
        &self,
        solutions: &[Solution],
        computed_at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let generation = self.write(similar::begin).await?;
        let nodes = self.read(similar::nodes).await?;
        let incoming: HashMap<TitleId, &[Incoming]> = solutions
            .iter()
            .map(|solution| (solution.title, &*solution.incoming))
            .collect();
        let mut written = 0;
        let mut batch = Vec::with_capacity(TITLES);
        for (title, mut edges) in edges_by_start(solutions) {
            if !nodes.contains(&title) {
                continue;
            }
            edges.retain(|edge| nodes.contains(&edge.to));
            written += edges.len();
            let incoming = incoming.get(&title).copied().unwrap_or_default();
            let starts = incoming.iter().map(|half| half.from);
            batch.push(OfTitle::new(title, &edges, starts).map_err(store_error)?);
            if batch.len() >= TITLES {
                let batch = std::mem::take(&mut batch);
                self.write(move |db| similar::put(db, generation, &batch))
                    .await?;
            }
        }
        self.write(move |db| {
            similar::put(db, generation, &batch)?;
            similar::switch(db, generation, computed_at, written as u64)
        })
        .await?;
        self.sweep().await?;
        self.read(similar::count).await
    }

    async fn put_solutions(
        &self,
        generation: u64,
        solutions: &[Solution],
    ) -> Result<SimilarVersion, StoreError> {
        let solutions = solutions.to_vec();
        self.write(move |db| similar::put_solutions(db, generation, &solutions))
            .await
    }

    async fn watched_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedEdge>, StoreError> {
        self.read(move |db| walk::watched_after(db, after, limit))
            .await
    }

    async fn counts(&self) -> Result<GraphCounts, StoreError> {
        self.read(walk::counts).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.write(project::clear).await?;
        self.sweep().await
    }
}
