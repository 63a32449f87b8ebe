//! Things of the snapshot by anything but their ids, and lists of titles.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use hashbrown::HashSet;

use super::CatalogSnapshot;
use super::tables::Tables;
use crate::domain::catalog::{
    CatalogListStore, Collection, CreditedIn, Episode, ExternalId, Facet, FacetCount, Genre,
    Person, PersonMerge, Season, SeasonId, Title, TitleFilter, TitleListStore, TitleQuery,
    Visibility,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{CollectionId, PersonId, TitleId};
use crate::domain::page::{Slice, Window};

#[async_trait]
impl CatalogListStore for CatalogSnapshot {
    async fn titles_by_slug(&self, slugs: &[String]) -> Result<Vec<Arc<Title>>, StoreError> {
        let find = |tables: &Tables| {
            let slugs = each(slugs);
            let titles = slugs.filter_map(|slug| tables.titles.with_slug(slug));
            titles.cloned().collect()
        };
        self.look_or(find, self.record.lists.titles_by_slug(slugs))
            .await
    }

    async fn titles_by_external_id(
        &self,
        ids: &[ExternalId],
    ) -> Result<Vec<Arc<Title>>, StoreError> {
        let find = |tables: &Tables| {
            let titles = ids.iter();
            let titles = titles.flat_map(|id| tables.titles.with_external_id(id));
            let mut titles: Vec<_> = titles.cloned().collect();
            titles.sort_unstable_by_key(|title| title.id);
            titles.dedup_by_key(|title| title.id);
            titles
        };
        self.look_or(find, self.record.lists.titles_by_external_id(ids))
            .await
    }

    async fn people_by_slug(&self, slugs: &[String]) -> Result<Vec<Person>, StoreError> {
        let find = |tables: &Tables| {
            let slugs = each(slugs);
            slugs
                .filter_map(|slug| tables.people.with_slug(slug))
                .collect()
        };
        self.look_or(find, self.record.lists.people_by_slug(slugs))
            .await
    }

    async fn all_genres(&self) -> Result<Vec<Genre>, StoreError> {
        let find = |tables: &Tables| {
            let mut genres: Vec<Genre> = tables.genres.values().cloned().collect();
            genres.sort_unstable_by(|one, other| {
                (&one.name, one.id.to_i64()).cmp(&(&other.name, other.id.to_i64()))
            });
            genres
        };
        self.look_or(find, self.record.lists.all_genres()).await
    }

    async fn collections_by_slug(&self, slugs: &[String]) -> Result<Vec<Collection>, StoreError> {
        let find = |tables: &Tables| {
            let slugs = each(slugs);
            let collections = slugs.filter_map(|slug| tables.collection_with_slug(slug));
            collections.cloned().collect()
        };
        self.look_or(find, self.record.lists.collections_by_slug(slugs))
            .await
    }

    async fn episodes_of_series(&self, series: &[TitleId]) -> Result<Vec<Episode>, StoreError> {
        let find = |tables: &Tables| {
            let series = sorted(series);
            let episodes = series.iter();
            let episodes = episodes.flat_map(|series| tables.episodes.of_series(*series));
            episodes.cloned().collect()
        };
        self.look_or(find, self.record.lists.episodes_of_series(series))
            .await
    }

    async fn episodes_of_seasons(&self, seasons: &[SeasonId]) -> Result<Vec<Episode>, StoreError> {
        let find = |tables: &Tables| {
            let mut seasons = seasons.to_vec();
            seasons.sort_unstable_by_key(|season| (season.series.to_i64(), season.number));
            seasons.dedup();
            let episodes = seasons.iter();
            let episodes = episodes.flat_map(|season| tables.episodes.of_season(*season));
            episodes.cloned().collect()
        };
        self.look_or(find, self.record.lists.episodes_of_seasons(seasons))
            .await
    }

    async fn seasons(&self, series: &[TitleId]) -> Result<Vec<Season>, StoreError> {
        let find = |tables: &Tables| {
            let series = sorted(series);
            let seasons = series.iter();
            let seasons = seasons.flat_map(|series| tables.episodes.seasons(*series));
            seasons.collect()
        };
        self.look_or(find, self.record.lists.seasons(series)).await
    }
}

#[async_trait]
impl TitleListStore for CatalogSnapshot {
    async fn list_titles(
        &self,
        visibility: &Visibility,
        query: &TitleQuery,
        window: &Window,
    ) -> Result<Slice<Arc<Title>>, StoreError> {
        self.look_whole(|tables| tables.list(visibility, query, window))
            .await
    }

    async fn count_titles(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
    ) -> Result<u64, StoreError> {
        self.look_whole(|tables| tables.count(visibility, filter))
            .await
    }

    async fn count_facets(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
        facets: &[Facet],
        most: usize,
    ) -> Result<Vec<Vec<FacetCount>>, StoreError> {
        self.look_whole(|tables| tables.count_facets(visibility, filter, facets, most))
            .await
    }

    async fn merged_titles(&self) -> Result<Vec<Arc<Title>>, StoreError> {
        self.look_whole(Tables::merged_titles).await
    }

    async fn merged_people(&self) -> Result<Vec<(PersonId, PersonMerge)>, StoreError> {
        self.look_whole(|tables| tables.people.merged().collect())
            .await
    }

    async fn deleted_people(&self) -> Result<Vec<PersonId>, StoreError> {
        self.look_whole(|tables| tables.people.deleted().collect())
            .await
    }

    async fn gone_collections(&self) -> Result<Vec<CollectionId>, StoreError> {
        self.look_whole(|tables| {
            let collections = tables.collections.values();
            let gone = collections.filter(|collection| !collection.is_there());
            gone.map(|collection| collection.id).collect()
        })
        .await
    }

    async fn credited_in(&self, people: &[PersonId]) -> Result<CreditedIn, StoreError> {
        self.look_whole(|tables| tables.credited_in(people)).await
    }

    async fn hidden_people(
        &self,
        visibility: &Visibility,
        people: &[PersonId],
    ) -> Result<Vec<PersonId>, StoreError> {
        self.look_whole(|tables| {
            let people = people.iter().copied();
            let hidden = people.filter(|person| tables.hides(visibility, *person));
            hidden.collect()
        })
        .await
    }

    async fn revision(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.look(|_| self.revision.load(Ordering::Acquire)))
    }
}

/// Each of some slugs once.
fn each(slugs: &[String]) -> impl Iterator<Item = &str> {
    let mut seen = HashSet::with_capacity(slugs.len());
    let slugs = slugs.iter().map(String::as_str);
    slugs.filter(move |slug| seen.insert(*slug))
}

/// Each of some series once, as stores sort them.
fn sorted(series: &[TitleId]) -> Vec<TitleId> {
    let mut series = series.to_vec();
    series.sort_unstable_by_key(|series| series.to_i64());
    series.dedup();
    series
}
