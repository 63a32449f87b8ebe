//! The port on Neo4j; what each method promises stands at the port, [`TasteGraph`].

use std::sync::Arc;

use async_trait::async_trait;
use neo4rs::query;
use tokio::sync::OnceCell;

use super::db::Neo4jDb;
use super::{neighbourhoods, project, queries, similar, walk};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{
    GraphCounts, ProfileNeighbourhood, Reach, SimilarTo, TasteGraph, TitleNeighbourhood, TitleNode,
    WatchedEdge,
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

    /// Makes the constraints that are not there yet. Statements rely on their indexes: without them everything is
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

    async fn watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        walk::watchers(&self.db, titles).await
    }

    async fn replace_similar(&self, edges: &[SimilarTo]) -> Result<(), StoreError> {
        self.ensure_schema().await?;
        similar::replace(&self.db, edges).await
    }

    async fn title_neighbourhood(
        &self,
        title: TitleId,
        reach: &Reach,
    ) -> Result<TitleNeighbourhood, StoreError> {
        neighbourhoods::of_title(&self.db, title, reach).await
    }

    async fn profile_neighbourhood(
        &self,
        profile: ProfileId,
        reach: &Reach,
    ) -> Result<ProfileNeighbourhood, StoreError> {
        neighbourhoods::of_profile(&self.db, profile, reach).await
    }

    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleNode>, StoreError> {
        walk::titles_after(&self.db, after, limit).await
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

    async fn ping(&self) -> Result<(), StoreError> {
        walk::ping(&self.db).await
    }
}
