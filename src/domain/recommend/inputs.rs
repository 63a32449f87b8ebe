//! What suggestions are made from: the few questions that they ask of the graph, the catalogue and the record of what
//! was watched. On a site its services answer them; in an evaluation, a training set in memory.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;

use super::cached_lists::ListCache;
use super::graph::TasteGraph;
use super::tastes::TasteReader;
use crate::domain::catalog::{
    CatalogError, CatalogService, Genre, Title, TitleFilter, TitleQuery, Visibility,
};
use crate::domain::clock::Clock;
use crate::domain::ids::{CollectionId, ProfileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::tasks::Tasks;
use crate::domain::watching::{Exclusions, WatchError, WatchService};

/// What answers, and what a service needs besides.
pub(super) struct Inputs {
    pub(super) graph: Arc<dyn TasteGraph>,
    pub(super) tastes: Arc<dyn TasteReader>,
    pub(super) catalog: Arc<dyn TitleInput>,
    pub(super) watching: Arc<dyn WatchedInput>,
    pub(super) lists: Arc<dyn ListCache>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tasks: Arc<dyn Tasks>,
}

/// What is asked of the catalogue; see [`CatalogService`].
#[async_trait]
pub(super) trait TitleInput: Send + Sync {
    async fn titles(
        &self,
        visibility: &Visibility,
        ids: &[TitleId],
    ) -> Result<Vec<Arc<Title>>, CatalogError>;

    async fn list_titles(
        &self,
        visibility: &Visibility,
        query: &TitleQuery,
        window: &Window,
    ) -> Result<Slice<Arc<Title>>, CatalogError>;

    async fn count_titles(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
    ) -> Result<u64, CatalogError>;

    async fn all_genres(&self) -> Result<Vec<Genre>, CatalogError>;

    async fn films_of_collections(
        &self,
        visibility: &Visibility,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, CatalogError>;
}

impl dyn TitleInput {
    /// Which of these titles may be seen.
    pub(super) async fn visible_titles(
        &self,
        visibility: &Visibility,
        ids: impl IntoIterator<Item = TitleId>,
    ) -> Result<HashSet<TitleId>, CatalogError> {
        let ids: HashSet<TitleId> = ids.into_iter().collect();
        let ids: Vec<TitleId> = ids.into_iter().collect();
        let titles = self.titles(visibility, &ids).await?;
        Ok(titles.iter().map(|title| title.id).collect())
    }
}

/// What is asked of the record of what was watched; see [`WatchService`].
#[async_trait]
pub(super) trait WatchedInput: Send + Sync {
    async fn passed_over(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, WatchError>;

    async fn exclusions(&self, profile: ProfileId) -> Result<Exclusions, WatchError>;
}

#[async_trait]
impl TitleInput for CatalogService {
    async fn titles(
        &self,
        visibility: &Visibility,
        ids: &[TitleId],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        self.titles(visibility, ids).await
    }

    async fn list_titles(
        &self,
        visibility: &Visibility,
        query: &TitleQuery,
        window: &Window,
    ) -> Result<Slice<Arc<Title>>, CatalogError> {
        self.list_titles(visibility, query, window).await
    }

    async fn count_titles(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
    ) -> Result<u64, CatalogError> {
        self.count_titles(visibility, filter).await
    }

    async fn all_genres(&self) -> Result<Vec<Genre>, CatalogError> {
        self.all_genres().await
    }

    async fn films_of_collections(
        &self,
        visibility: &Visibility,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        self.films_of_collections(visibility, collections).await
    }
}

#[async_trait]
impl WatchedInput for WatchService {
    async fn passed_over(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, WatchError> {
        self.passed_over(profile, titles).await
    }

    async fn exclusions(&self, profile: ProfileId) -> Result<Exclusions, WatchError> {
        self.exclusions(profile).await
    }
}
