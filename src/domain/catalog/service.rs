//! The use cases of the catalogue: looking things up and paging through lists.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::collection_order::place_in_collection;
use super::collections::Collection;
use super::error::CatalogError;
use super::facets::{Facet, FacetCount};
use super::filter::{TitleFilter, TitleQuery};
use super::keys::NameKeys;
use super::store::{
    CatalogBatch, CatalogListStore, CatalogPart, CatalogStore, Change, ChangeSource, LikelyStore,
    TitleListStore, TitleWatchers,
};
use super::types::{Episode, ExternalId, Genre, Overview, Season, SeasonId, Title};
use super::visibility::Visibility;
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::text;

/// Reads the catalogue. Reads by id leave out what does not exist or may not be seen, and promise no order.
#[derive(Clone)]
pub struct CatalogService {
    pub(super) ports: CatalogPorts,
}

/// What the service stands on.
#[derive(Clone)]
pub struct CatalogPorts {
    /// Things by their ids.
    pub store: Arc<dyn CatalogStore>,
    /// Things by anything else.
    pub lists: Arc<dyn CatalogListStore>,
    /// Titles in any order and by any filter.
    pub titles: Arc<dyn TitleListStore>,
    pub changes: Arc<dyn ChangeSource>,
    /// Things that are likely one.
    pub likely: Arc<dyn LikelyStore>,
    /// The same as `lists`, and never late: what `lists` has may be a moment old.
    pub record: Arc<dyn CatalogListStore>,
}

impl CatalogPorts {
    /// All of them on one store.
    pub fn on<S>(store: Arc<S>) -> Self
    where
        S: CatalogStore + CatalogListStore + TitleListStore + ChangeSource + LikelyStore + 'static,
    {
        Self {
            store: store.clone(),
            lists: store.clone(),
            titles: store.clone(),
            record: store.clone(),
            likely: store.clone(),
            changes: store,
        }
    }
}

impl CatalogService {
    /// A service on its ports.
    pub fn new(ports: CatalogPorts) -> Self {
        Self { ports }
    }

    /// The same, by whatever the record says at this moment: for what is noted for good.
    #[must_use]
    pub fn on_record(&self) -> Self {
        let ports = CatalogPorts {
            lists: Arc::clone(&self.ports.record),
            ..self.ports.clone()
        };
        Self { ports }
    }

    /// The titles with these ids.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn titles(
        &self,
        visibility: &Visibility,
        ids: &[TitleId],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        let mut titles = self.ports.store.titles(ids).await?;
        titles.retain(|title| visibility.shows(title));
        Ok(titles)
    }

    /// Which of these titles may be seen.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn visible_titles(
        &self,
        visibility: &Visibility,
        ids: impl IntoIterator<Item = TitleId>,
    ) -> Result<HashSet<TitleId>, CatalogError> {
        let ids: HashSet<TitleId> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(ids);
        }
        let ids: Vec<TitleId> = ids.into_iter().collect();
        let titles = self.titles(visibility, &ids).await?;
        Ok(titles.iter().map(|title| title.id).collect())
    }

    /// The titles with these slugs, whatever their spelling in Unicode; those that are spelled as asked come first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn titles_by_slug(
        &self,
        visibility: &Visibility,
        slugs: &[String],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        let mut titles = self.ports.lists.titles_by_slug(&spellings(slugs)).await?;
        titles.sort_by_cached_key(|title| !slugs.contains(&title.slug));
        // The site's own work knows a key as that of the title that has it.
        if !visibility.sees_merged() {
            titles = self.followed(titles).await?;
        }
        titles.retain(|title| visibility.shows(title));
        Ok(titles)
    }

    /// The titles that carry one of these external ids.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn titles_by_external_id(
        &self,
        visibility: &Visibility,
        ids: &[ExternalId],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        let titles = self.ports.lists.titles_by_external_id(ids).await?;
        let mut titles = self.followed(titles).await?;
        titles.retain(|title| visibility.shows(title));
        Ok(titles)
    }

    /// A page of titles.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn list_titles(
        &self,
        visibility: &Visibility,
        query: &TitleQuery,
        window: &Window,
    ) -> Result<Slice<Arc<Title>>, CatalogError> {
        Ok(self
            .ports
            .titles
            .list_titles(visibility, query, window)
            .await?)
    }

    /// How many titles pass a filter.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_titles(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
    ) -> Result<u64, CatalogError> {
        Ok(self.ports.titles.count_titles(visibility, filter).await?)
    }

    /// For each of these facets how many titles have each value; see [`TitleListStore::count_facets`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_facets(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
        facets: &[Facet],
        most: usize,
    ) -> Result<Vec<Vec<FacetCount>>, CatalogError> {
        let counted = self
            .ports
            .titles
            .count_facets(visibility, filter, facets, most);
        Ok(counted.await?)
    }

    /// Another number after each change of anything of the catalogue; it is of this process alone. `None`: nobody can say.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn revision(&self) -> Result<Option<u64>, CatalogError> {
        Ok(self.ports.titles.revision().await?)
    }

    /// The genres with these ids.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn genres(&self, ids: &[GenreId]) -> Result<Vec<Genre>, CatalogError> {
        Ok(self.ports.store.genres(ids).await?)
    }

    /// The genre with this slug, or of this name.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_genre(&self, slug: &str) -> Result<Option<Genre>, CatalogError> {
        let mut found = self.find_genres(&[slug.to_owned()]).await?;
        Ok(found.pop().flatten())
    }

    /// For each of these, in their order, the genre with this slug, or of this name.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_genres(&self, slugs: &[String]) -> Result<Vec<Option<Genre>>, CatalogError> {
        let asked = slugs.iter();
        let asked = asked.map(|slug| (text::spellings(slug), NameKeys::of(slug)));
        let asked: Vec<(Vec<String>, NameKeys)> = asked.collect();
        let mut ids: Vec<GenreId> = Vec::new();
        for (spellings, keys) in &asked {
            ids.extend(spellings.iter().map(|slug| GenreId::of_slug(slug)));
            ids.extend(keys.all().map(GenreId::of_slug));
        }
        let genres = self.genres(&ids).await?;
        let genres = genres.iter().map(|genre| (genre.slug.as_str(), genre));
        let genres: HashMap<&str, &Genre> = genres.collect();
        let name_at = |slug: &str| genres.get(slug).map(|genre| genre.name.as_str());
        let found = asked.iter().map(|(spellings, keys)| {
            let mut given = spellings.iter().map(String::as_str);
            let given = given.find(|slug| genres.contains_key(*slug));
            let slug = given.unwrap_or_else(|| keys.choose(name_at));
            genres.get(slug).map(|genre| (*genre).clone())
        });
        self.genres_standing(found.collect()).await
    }

    /// The collections with these ids; in the place of one that was merged into another, that, but for the site's own work.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn collections(
        &self,
        visibility: &Visibility,
        ids: &[CollectionId],
    ) -> Result<Vec<Collection>, CatalogError> {
        let mut collections = self.ports.store.collections(ids).await?;
        if !visibility.sees_merged() {
            collections = self.followed_collections(collections).await?;
        }
        self.with_visible_films(visibility, collections).await
    }

    /// The collections of films that the viewer sees already: they are seen with them, and nothing is checked.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn collections_of_seen_films(
        &self,
        ids: &[CollectionId],
    ) -> Result<Vec<Collection>, CatalogError> {
        Ok(self.ports.store.collections(ids).await?)
    }

    /// The collections with these slugs, whatever their spelling in Unicode; those that are spelled as asked come first. In
    /// the place of one that was merged into another that, but for the site's own work.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn collections_by_slug(
        &self,
        visibility: &Visibility,
        slugs: &[String],
    ) -> Result<Vec<Collection>, CatalogError> {
        let all = spellings(slugs);
        let mut collections = self.ports.lists.collections_by_slug(&all).await?;
        collections.sort_by_cached_key(|collection| !slugs.contains(&collection.slug));
        if !visibility.sees_merged() {
            collections = self.followed_collections(collections).await?;
        }
        self.with_visible_films(visibility, collections).await
    }

    /// Leaves out the collections that have films, but none that may be seen: their names would tell of them.
    async fn with_visible_films(
        &self,
        visibility: &Visibility,
        mut collections: Vec<Collection>,
    ) -> Result<Vec<Collection>, CatalogError> {
        if collections.is_empty() || visibility.is_everything() {
            return Ok(collections);
        }
        let ids: Vec<CollectionId> = collections.iter().map(|one| one.id).collect();
        let films = self.ports.store.titles_of_collections(&ids).await?;
        let (mut seen, mut unseen) = (HashSet::new(), HashSet::new());
        for film in films {
            let set = if visibility.shows(&film) {
                &mut seen
            } else {
                &mut unseen
            };
            set.extend(film.collection.map(|part_of| part_of.collection));
        }
        collections.retain(|one| seen.contains(&one.id) || !unseen.contains(&one.id));
        Ok(collections)
    }

    /// The films of these collections, those of each in its order; see [`place_in_collection`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn films_of_collections(
        &self,
        visibility: &Visibility,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        let mut films = self.ports.store.titles_of_collections(collections).await?;
        films.retain(|film| visibility.shows(film));
        films.sort_by_cached_key(|film| place_in_collection(film));
        Ok(films)
    }

    /// The episodes with these ids; those that were deleted for the site's own work alone.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn episodes(
        &self,
        visibility: &Visibility,
        ids: &[EpisodeId],
    ) -> Result<Vec<Episode>, CatalogError> {
        let mut episodes = self.ports.store.episodes(ids).await?;
        if !visibility.sees_merged() {
            episodes.retain(|episode| episode.deleted_from.is_none());
        }
        if !visibility.is_everything() {
            let series = episodes.iter().map(|episode| episode.series);
            let seen = self.visible_titles(visibility, series).await?;
            episodes.retain(|episode| seen.contains(&episode.series));
        }
        Ok(episodes)
    }

    /// What happens in these episodes, empty where nobody tells. It is for who has seen the episodes: nothing is checked.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn overviews_of_seen_episodes(
        &self,
        ids: &[EpisodeId],
    ) -> Result<Vec<Overview>, CatalogError> {
        Ok(self.ports.store.overviews(ids).await?)
    }

    /// All episodes of these series, by series, season and number.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn episodes_of_series(
        &self,
        visibility: &Visibility,
        series: &[TitleId],
    ) -> Result<Vec<Episode>, CatalogError> {
        let series = self.visible_series(visibility, series).await?;
        if series.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.ports.lists.episodes_of_series(&series).await?)
    }

    /// All episodes of these seasons, by series, season and number.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn episodes_of_seasons(
        &self,
        visibility: &Visibility,
        seasons: &[SeasonId],
    ) -> Result<Vec<Episode>, CatalogError> {
        let series: Vec<TitleId> = seasons.iter().map(|season| season.series).collect();
        let series = self.visible_series(visibility, &series).await?;
        let series: HashSet<TitleId> = series.into_iter().collect();
        let seasons = seasons.iter().copied();
        let seasons: Vec<SeasonId> = seasons
            .filter(|season| series.contains(&season.series))
            .collect();
        if seasons.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.ports.lists.episodes_of_seasons(&seasons).await?)
    }

    /// The seasons of these series, by series and number.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn seasons(
        &self,
        visibility: &Visibility,
        series: &[TitleId],
    ) -> Result<Vec<Season>, CatalogError> {
        let series = self.visible_series(visibility, series).await?;
        if series.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.ports.lists.seasons(&series).await?)
    }

    /// Up to `limit` changes after a place in the feed, the oldest first; 0: from the beginning. They are for those who
    /// keep a copy, and of everything.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn changes_after(
        &self,
        sequence: u64,
        limit: usize,
    ) -> Result<Vec<Change>, CatalogError> {
        Ok(self.ports.changes.changes_after(sequence, limit).await?)
    }

    /// The place of the last change in the feed; 0 if there was none. As long as it is the same, nothing was written.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn last_change(&self) -> Result<u64, CatalogError> {
        Ok(self.ports.changes.last_change().await?)
    }

    /// Up to `limit` things of a part with ids beyond `after`, and where it goes on; see [`ChangeSource::part_after`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn part_after(
        &self,
        part: CatalogPart,
        after: i64,
        limit: usize,
    ) -> Result<(CatalogBatch, Option<i64>), CatalogError> {
        Ok(self.ports.changes.part_after(part, after, limit).await?)
    }

    /// How many watch the titles that were counted after a count, for those who keep a copy; 0: all that ever were.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn watchers_after(&self, count: u64) -> Result<Vec<TitleWatchers>, CatalogError> {
        Ok(self.ports.changes.watchers_after(count).await?)
    }

    async fn visible_series(
        &self,
        visibility: &Visibility,
        series: &[TitleId],
    ) -> Result<Vec<TitleId>, CatalogError> {
        if visibility.is_everything() {
            return Ok(series.to_vec());
        }
        let seen = self.visible_titles(visibility, series.iter().copied());
        Ok(seen.await?.into_iter().collect())
    }
}

/// Every spelling of these slugs under which something may be stored.
pub(super) fn spellings(slugs: &[String]) -> Vec<String> {
    let mut all: Vec<String> = slugs
        .iter()
        .flat_map(|slug| text::spellings(slug))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}
