//! The graph on Neo4j; what each method promises is documented at the ports, [`TasteGraph`] and others.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use neo4rs::query;
use tokio::sync::OnceCell;

use super::db::Neo4jDb;
use super::{epoch, lists, project, queries, similar, solutions, taste, walk};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{
    GraphCounts, GraphEpoch, GraphProjection, SimilarLists, SimilarSource, SimilarVersion,
    Solution, Taste, TasteGraph, TitleNode, WatchedEdge,
};

/// The recommendation graph in Neo4j.
#[derive(Clone)]
pub struct Neo4jGraph {
    db: Neo4jDb,
    has_schema: Arc<OnceCell<()>>,
}

impl Neo4jGraph {
    /// The graph on this server.
    pub fn new(db: Neo4jDb) -> Self {
        Self {
            db,
            has_schema: Arc::default(),
        }
    }

    /// Makes the constraints and indexes that are not there yet. Statements rely on them: without them everything is
    /// right, but slow. Writes do it by themselves, once, so that the program can start before the server.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        let make = || async {
            for statement in queries::SCHEMA {
                self.db
                    .write(|transaction| Box::pin(transaction.run(query(statement))))
                    .await?;
            }
            Ok::<(), StoreError>(())
        };
        self.has_schema.get_or_try_init(make).await?;
        Ok(())
    }
}

#[async_trait]
impl TasteGraph for Neo4jGraph {
    async fn similar(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
        lists::similar(&self.db, titles).await
    }

    async fn taste(&self, profile: ProfileId) -> Result<Arc<Taste>, StoreError> {
        taste::taste(&self.db, profile).await.map(Arc::new)
    }

    async fn trending(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        taste::trending(&self.db, since, limit).await
    }
}

#[async_trait]
impl SimilarSource for Neo4jGraph {
    async fn similar_version(&self) -> Result<SimilarVersion, StoreError> {
        lists::version(&self.db).await
    }

    async fn similar_changed_after(&self, revision: u64) -> Result<Vec<TitleId>, StoreError> {
        lists::changed_after(&self.db, revision).await
    }

    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleNode>, StoreError> {
        walk::titles_after(&self.db, after, limit).await
    }
}

#[async_trait]
impl GraphProjection for Neo4jGraph {
    async fn put_titles(&self, titles: &[TitleNode]) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        project::put_titles(&self.db, titles).await
    }

    async fn put_watched(&self, edges: &[WatchedEdge]) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        project::put_watched(&self.db, edges).await
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        project::erase_profile(&self.db, profile).await
    }

    async fn epoch(&self) -> Result<Option<GraphEpoch>, StoreError> {
        epoch::epoch(&self.db).await
    }

    async fn put_epoch(&self, epoch: &GraphEpoch) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        epoch::put(&self.db, epoch).await
    }

    async fn tombstones_after(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        epoch::tombstones_after(&self.db, after, limit).await
    }

    async fn put_tombstones(&self, tombstones: &[String]) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        epoch::put_tombstones(&self.db, tombstones).await
    }

    async fn profiles_after(
        &self,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError> {
        epoch::profiles_after(&self.db, after, limit).await
    }

    async fn remove_watched(&self, edges: &[(ProfileId, TitleId, u64)]) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        project::remove_watched(&self.db, edges).await
    }

    async fn remove_titles(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        project::remove_titles(&self.db, titles).await
    }

    async fn remove_unneeded(&self) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        project::remove_unneeded(&self.db).await
    }

    async fn watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        walk::watchers(&self.db, titles).await
    }

    async fn replace_similar(
        &self,
        solutions: &[Solution],
        computed_at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.ensure_schema().await?;
        similar::replace(&self.db, solutions, computed_at).await
    }

    async fn put_solutions(
        &self,
        generation: u64,
        solutions: &[Solution],
    ) -> Result<SimilarVersion, StoreError> {
        self.ensure_schema().await?;
        solutions::put(&self.db, generation, solutions).await
    }

    async fn watched_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedEdge>, StoreError> {
        walk::watched_after(&self.db, after, limit).await
    }

    async fn counts(&self) -> Result<GraphCounts, StoreError> {
        walk::counts(&self.db).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        project::clear(&self.db).await
    }
}
