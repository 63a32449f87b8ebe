//! The port on the embedded database: which statements run in which transaction.

use async_trait::async_trait;

use super::{neighbourhoods, project, walk};
use crate::adapters::sqlite::db::{SqliteDb, store_error};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{
    GraphCounts, ProfileNeighbourhood, Reach, SimilarTo, TasteGraph, TitleNeighbourhood, TitleNode,
    WatchedEdge,
};

/// How many rows are written in one transaction: other writes wait for that long and no longer.
const BATCH: usize = 1000;

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

    async fn write(
        &self,
        f: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.db
            .write(move |transaction| f(transaction).map_err(store_error))
            .await
    }
}

#[async_trait]
impl TasteGraph for SqliteGraph {
    async fn put_titles(&self, titles: &[TitleNode]) -> Result<(), StoreError> {
        for batch in titles.chunks(BATCH) {
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

    async fn watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        let titles = titles.to_vec();
        self.read(move |db| walk::watchers(db, &titles)).await
    }

    async fn replace_similar(&self, edges: &[SimilarTo]) -> Result<(), StoreError> {
        let edges = edges.to_vec();
        self.write(move |db| project::replace_similar(db, &edges))
            .await
    }

    async fn title_neighbourhood(
        &self,
        title: TitleId,
        reach: &Reach,
    ) -> Result<TitleNeighbourhood, StoreError> {
        let reach = *reach;
        self.read(move |db| neighbourhoods::of_title(db, title, &reach))
            .await
    }

    async fn profile_neighbourhood(
        &self,
        profile: ProfileId,
        reach: &Reach,
    ) -> Result<ProfileNeighbourhood, StoreError> {
        let reach = *reach;
        self.read(move |db| neighbourhoods::of_profile(db, profile, &reach))
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
        self.write(project::clear).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.read(|db| db.query_row("SELECT 1", [], |_| Ok(())))
            .await
    }
}
