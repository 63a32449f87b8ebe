//! What people do with the catalogue: look things up and leaf through lists.

use std::sync::Arc;

use super::collections::place_in_collection;
use super::error::CatalogError;
use super::store::{CatalogListStore, CatalogStore, Change, ChangeSource, TitleFilter, TitleQuery};
use super::types::{Collection, Episode, ExternalId, Genre, Person, Season, SeasonId, Title};
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::text;

/// Reads the catalogue. Reads by id leave out what does not exist and promise no order.
#[derive(Clone)]
pub struct CatalogService {
    ports: CatalogPorts,
}

/// What the service stands on.
#[derive(Clone)]
pub struct CatalogPorts {
    /// Things by their ids.
    pub store: Arc<dyn CatalogStore>,
    /// Things by anything else.
    pub lists: Arc<dyn CatalogListStore>,
    /// The change feed.
    pub changes: Arc<dyn ChangeSource>,
}

impl CatalogPorts {
    /// All of them on one store.
    pub fn on<S>(store: Arc<S>) -> Self
    where
        S: CatalogStore + CatalogListStore + ChangeSource + 'static,
    {
        Self {
            store: store.clone(),
            lists: store.clone(),
            changes: store,
        }
    }
}

impl CatalogService {
    /// A service on its ports.
    pub fn new(ports: CatalogPorts) -> Self {
        Self { ports }
    }

    /// The titles with these ids.
    pub async fn titles(&self, ids: &[TitleId]) -> Result<Vec<Arc<Title>>, CatalogError> {
        Ok(self.ports.store.titles(ids).await?)
    }

    /// The titles with these slugs.
    pub async fn titles_by_slug(&self, slugs: &[String]) -> Result<Vec<Title>, CatalogError> {
        Ok(self.ports.lists.titles_by_slug(slugs).await?)
    }

    /// The title that carries an external id.
    pub async fn find_title_by_external_id(
        &self,
        id: &ExternalId,
    ) -> Result<Option<Title>, CatalogError> {
        let found = self.titles_by_external_id(std::slice::from_ref(id)).await?;
        Ok(found.into_iter().next())
    }

    /// The titles that carry one of these external ids.
    pub async fn titles_by_external_id(
        &self,
        ids: &[ExternalId],
    ) -> Result<Vec<Title>, CatalogError> {
        Ok(self.ports.lists.titles_by_external_id(ids).await?)
    }

    /// A page of titles.
    pub async fn list_titles(
        &self,
        query: &TitleQuery,
        window: &Window,
    ) -> Result<Slice<Title>, CatalogError> {
        Ok(self.ports.lists.list_titles(query, window).await?)
    }

    /// How many titles pass a filter.
    pub async fn count_titles(&self, filter: &TitleFilter) -> Result<u64, CatalogError> {
        Ok(self.ports.lists.count_titles(filter).await?)
    }

    /// The people with these ids.
    pub async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, CatalogError> {
        Ok(self.ports.store.people(ids).await?)
    }

    /// The people with these slugs.
    pub async fn people_by_slug(&self, slugs: &[String]) -> Result<Vec<Person>, CatalogError> {
        Ok(self.ports.lists.people_by_slug(slugs).await?)
    }

    /// The genres with these ids.
    pub async fn genres(&self, ids: &[GenreId]) -> Result<Vec<Genre>, CatalogError> {
        Ok(self.ports.store.genres(ids).await?)
    }

    /// The genre with this slug.
    pub async fn find_genre(&self, slug: &str) -> Result<Option<Genre>, CatalogError> {
        Ok(self
            .genres(&[GenreId::of_slug(&text::slug(slug))])
            .await?
            .into_iter()
            .next())
    }

    /// All genres, by name.
    pub async fn all_genres(&self) -> Result<Vec<Genre>, CatalogError> {
        Ok(self.ports.lists.all_genres().await?)
    }

    /// The collections with these ids.
    pub async fn collections(&self, ids: &[CollectionId]) -> Result<Vec<Collection>, CatalogError> {
        Ok(self.ports.store.collections(ids).await?)
    }

    /// The collections with these slugs.
    pub async fn collections_by_slug(
        &self,
        slugs: &[String],
    ) -> Result<Vec<Collection>, CatalogError> {
        Ok(self.ports.lists.collections_by_slug(slugs).await?)
    }

    /// The films of these collections, those of each in its order; see [`place_in_collection`].
    pub async fn films_of_collections(
        &self,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        let mut films = self.ports.store.titles_of_collections(collections).await?;
        films.sort_by_cached_key(|film| place_in_collection(film));
        Ok(films)
    }

    /// The episodes with these ids.
    pub async fn episodes(&self, ids: &[EpisodeId]) -> Result<Vec<Episode>, CatalogError> {
        Ok(self.ports.store.episodes(ids).await?)
    }

    /// All episodes of these series, by series, season and number.
    pub async fn episodes_of_series(
        &self,
        series: &[TitleId],
    ) -> Result<Vec<Episode>, CatalogError> {
        Ok(self.ports.lists.episodes_of_series(series).await?)
    }

    /// All episodes of these seasons, by series, season and number.
    pub async fn episodes_of_seasons(
        &self,
        seasons: &[SeasonId],
    ) -> Result<Vec<Episode>, CatalogError> {
        Ok(self.ports.lists.episodes_of_seasons(seasons).await?)
    }

    /// The seasons of these series, by series and number.
    pub async fn seasons(&self, series: &[TitleId]) -> Result<Vec<Season>, CatalogError> {
        Ok(self.ports.lists.seasons(series).await?)
    }

    /// Up to `limit` changes after a place in the feed, the oldest first; 0: from the beginning.
    pub async fn changes_after(
        &self,
        sequence: u64,
        limit: usize,
    ) -> Result<Vec<Change>, CatalogError> {
        Ok(self.ports.changes.changes_after(sequence, limit).await?)
    }
}
