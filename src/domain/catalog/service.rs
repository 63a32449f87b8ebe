//! What people do with the catalogue: look things up and leaf through lists.

use std::sync::Arc;

use super::collections::place_in_collection;
use super::error::CatalogError;
use super::store::{CatalogStore, TitleFilter, TitleQuery};
use super::types::{Collection, Episode, ExternalId, Genre, Person, Season, SeasonId, Title};
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::text;

/// Reads the catalogue. Reads by id leave out what does not exist and promise no order.
#[derive(Clone)]
pub struct CatalogService {
    store: Arc<dyn CatalogStore>,
}

impl CatalogService {
    /// A service on a store.
    pub fn new(store: Arc<dyn CatalogStore>) -> Self {
        Self { store }
    }

    /// The titles with these ids.
    pub async fn titles(&self, ids: &[TitleId]) -> Result<Vec<Arc<Title>>, CatalogError> {
        Ok(self.store.titles(ids).await?)
    }

    /// The titles with these slugs.
    pub async fn titles_by_slug(&self, slugs: &[String]) -> Result<Vec<Title>, CatalogError> {
        Ok(self.store.titles_by_slug(slugs).await?)
    }

    /// The title that carries an external id.
    pub async fn find_title_by_external_id(
        &self,
        id: &ExternalId,
    ) -> Result<Option<Title>, CatalogError> {
        Ok(self
            .store
            .titles_by_external_id(std::slice::from_ref(id))
            .await?
            .into_iter()
            .next())
    }

    /// A page of titles.
    pub async fn list_titles(
        &self,
        query: &TitleQuery,
        window: &Window,
    ) -> Result<Slice<Title>, CatalogError> {
        Ok(self.store.list_titles(query, window).await?)
    }

    /// How many titles pass a filter.
    pub async fn count_titles(&self, filter: &TitleFilter) -> Result<u64, CatalogError> {
        Ok(self.store.count_titles(filter).await?)
    }

    /// The people with these ids.
    pub async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, CatalogError> {
        Ok(self.store.people(ids).await?)
    }

    /// The people with these slugs.
    pub async fn people_by_slug(&self, slugs: &[String]) -> Result<Vec<Person>, CatalogError> {
        Ok(self.store.people_by_slug(slugs).await?)
    }

    /// The genres with these ids.
    pub async fn genres(&self, ids: &[GenreId]) -> Result<Vec<Genre>, CatalogError> {
        Ok(self.store.genres(ids).await?)
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
        Ok(self.store.all_genres().await?)
    }

    /// The collections with these ids.
    pub async fn collections(&self, ids: &[CollectionId]) -> Result<Vec<Collection>, CatalogError> {
        Ok(self.store.collections(ids).await?)
    }

    /// The collections with these slugs.
    pub async fn collections_by_slug(
        &self,
        slugs: &[String],
    ) -> Result<Vec<Collection>, CatalogError> {
        Ok(self.store.collections_by_slug(slugs).await?)
    }

    /// The films of these collections, those of each in its order; see [`place_in_collection`].
    pub async fn films_of_collections(
        &self,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        let mut films = self.store.titles_of_collections(collections).await?;
        films.sort_by_cached_key(|film| place_in_collection(film));
        Ok(films)
    }

    /// The episodes with these ids.
    pub async fn episodes(&self, ids: &[EpisodeId]) -> Result<Vec<Episode>, CatalogError> {
        Ok(self.store.episodes(ids).await?)
    }

    /// All episodes of these series, by series, season and number.
    pub async fn episodes_of_series(
        &self,
        series: &[TitleId],
    ) -> Result<Vec<Episode>, CatalogError> {
        Ok(self.store.episodes_of_series(series).await?)
    }

    /// All episodes of these seasons, by series, season and number.
    pub async fn episodes_of_seasons(
        &self,
        seasons: &[SeasonId],
    ) -> Result<Vec<Episode>, CatalogError> {
        Ok(self.store.episodes_of_seasons(seasons).await?)
    }

    /// The seasons of these series, by series and number.
    pub async fn seasons(&self, series: &[TitleId]) -> Result<Vec<Season>, CatalogError> {
        Ok(self.store.seasons(series).await?)
    }
}
