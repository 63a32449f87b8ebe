//! The catalogue's reads by id, as batches.

use std::collections::HashMap;
use std::sync::Arc;

use super::collections::Collection;
use super::episode_run::EpisodeRun;
use super::error::CatalogError;
use super::facets::{Facet, FacetValue};
use super::filter::TitleFilter;
use super::service::CatalogService;
use super::texts::Texts;
use super::types::{Episode, Genre, Person, Season, SeasonId, Title};
use super::visibility::Visibility;
use crate::domain::batch::Batch;
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};

/// No vocabulary of genres is longer.
pub const MOST_GENRES: usize = 500;

/// The catalogue, as far as somebody may see it.
#[derive(Clone)]
pub struct Seen {
    pub catalog: CatalogService,
    pub visibility: Visibility,
}

/// Reads titles by id, those that exist; in the place of one that was merged into another, that.
#[derive(Clone)]
pub struct TitlesById(pub Seen);

impl Batch for TitlesById {
    type Key = TitleId;
    type Value = Arc<Title>;
    type Error = CatalogError;

    async fn load(&self, ids: &[TitleId]) -> Result<HashMap<TitleId, Arc<Title>>, CatalogError> {
        let Seen {
            catalog,
            visibility,
        } = &self.0;
        let titles = catalog.titles(visibility, ids).await?;
        let titles = titles.into_iter().map(|title| (title.id, title));
        let mut titles: HashMap<TitleId, Arc<Title>> = titles.collect();
        let missing = ids.iter().filter(|id| !titles.contains_key(id));
        let missing: Vec<TitleId> = missing.copied().collect();
        if !missing.is_empty() {
            let others = catalog.merged_into(&missing).await?.into_iter();
            titles.extend(others.filter(|(_, title)| visibility.shows(title)));
        }
        Ok(titles)
    }
}

/// Reads people by id, those that exist; in the place of one who was merged into somebody else, that one.
#[derive(Clone)]
pub struct PeopleById(pub CatalogService);

impl Batch for PeopleById {
    type Key = PersonId;
    type Value = Arc<Person>;
    type Error = CatalogError;

    async fn load(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, Arc<Person>>, CatalogError> {
        let people = self.0.people_standing(ids).await?.into_iter();
        Ok(people.map(|(id, person)| (id, Arc::new(person))).collect())
    }
}

/// Reads people by id, those who may be seen, in the same way.
#[derive(Clone)]
pub struct SeenPeople(pub Seen);

impl Batch for SeenPeople {
    type Key = PersonId;
    type Value = Arc<Person>;
    type Error = CatalogError;

    async fn load(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, Arc<Person>>, CatalogError> {
        let Seen {
            catalog,
            visibility,
        } = &self.0;
        let people = catalog.seen_people_standing(visibility, ids).await?;
        let people = people.into_iter();
        Ok(people.map(|(id, person)| (id, Arc::new(person))).collect())
    }
}

/// What is told of the lives of people.
#[derive(Clone)]
pub struct BiographiesByPerson(pub CatalogService);

impl Batch for BiographiesByPerson {
    type Key = PersonId;
    type Value = Arc<Texts>;
    type Error = CatalogError;

    async fn load(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, Arc<Texts>>, CatalogError> {
        let told = self.0.biographies(ids).await?.into_iter();
        Ok(told.map(|it| (it.person, Arc::new(it.texts))).collect())
    }
}

/// Reads genres by id, those that exist; in the place of one that was merged into another, that.
#[derive(Clone)]
pub struct GenresById(pub CatalogService);

impl Batch for GenresById {
    type Key = GenreId;
    type Value = Arc<Genre>;
    type Error = CatalogError;

    async fn load(&self, ids: &[GenreId]) -> Result<HashMap<GenreId, Arc<Genre>>, CatalogError> {
        let genres = self.0.genres(ids).await?;
        let asked: Vec<GenreId> = genres.iter().map(|genre| genre.id).collect();
        let genres = genres.into_iter().map(Some).collect();
        let standing = self.0.genres_standing(genres).await?;
        let found = asked.into_iter().zip(standing);
        let found = found.filter_map(|(id, genre)| Some((id, Arc::new(genre?))));
        Ok(found.collect())
    }
}

/// How many titles of each genre may be seen; none of which there is none.
#[derive(Clone)]
pub struct TitlesOfGenres(pub Seen);

impl Batch for TitlesOfGenres {
    type Key = GenreId;
    type Value = u64;
    type Error = CatalogError;

    async fn load(&self, ids: &[GenreId]) -> Result<HashMap<GenreId, u64>, CatalogError> {
        let Seen {
            catalog,
            visibility,
        } = &self.0;
        let (filter, facets) = (TitleFilter::default(), [Facet::Genre]);
        let counts = catalog.count_facets(visibility, &filter, &facets, MOST_GENRES);
        let counts = counts.await?.into_iter().flatten();
        let counts = counts.filter_map(|count| match count.value {
            FacetValue::Genre(id) if ids.contains(&id) => Some((id, count.titles)),
            _ => None,
        });
        Ok(counts.collect())
    }
}

/// Collections by id, of films that the viewer sees; in the place of one that was merged into another, that.
#[derive(Clone)]
pub struct CollectionsById(pub CatalogService);

impl Batch for CollectionsById {
    type Key = CollectionId;
    type Value = Arc<Collection>;
    type Error = CatalogError;

    async fn load(
        &self,
        ids: &[CollectionId],
    ) -> Result<HashMap<CollectionId, Arc<Collection>>, CatalogError> {
        let collections = self.0.collections_of_seen_films(ids).await?;
        let asked: Vec<CollectionId> = collections.iter().map(|it| it.id).collect();
        let standing = self.0.collections_standing(collections).await?;
        let found = asked.into_iter().zip(standing);
        let found = found.filter_map(|(id, it)| Some((id, Arc::new(it?))));
        Ok(found.collect())
    }
}

/// The films of a collection, in its order.
#[derive(Clone)]
pub struct FilmsByCollection(pub Seen);

impl Batch for FilmsByCollection {
    type Key = CollectionId;
    type Value = Arc<Vec<Arc<Title>>>;
    type Error = CatalogError;

    async fn load(
        &self,
        collections: &[CollectionId],
    ) -> Result<HashMap<CollectionId, Arc<Vec<Arc<Title>>>>, CatalogError> {
        let mut found: HashMap<CollectionId, Vec<Arc<Title>>> = HashMap::new();
        for film in self
            .0
            .catalog
            .films_of_collections(&self.0.visibility, collections)
            .await?
        {
            if let Some(part_of) = film.collection {
                let films = found.entry(part_of.collection).or_default();
                films.push(film);
            }
        }
        Ok(found
            .into_iter()
            .map(|(collection, films)| (collection, Arc::new(films)))
            .collect())
    }
}

/// Reads episodes by id, those that exist; in the place of one that was merged into another, that.
#[derive(Clone)]
pub struct EpisodesById(pub Seen);

impl Batch for EpisodesById {
    type Key = EpisodeId;
    type Value = Arc<Episode>;
    type Error = CatalogError;

    async fn load(
        &self,
        ids: &[EpisodeId],
    ) -> Result<HashMap<EpisodeId, Arc<Episode>>, CatalogError> {
        let Seen {
            catalog,
            visibility,
        } = &self.0;
        let episodes = catalog.episodes_now(visibility, ids).await?.into_iter();
        let episodes = episodes.map(|(id, episode)| (id, Arc::new(episode)));
        Ok(episodes.collect())
    }
}

/// What happens in episodes that the viewer sees.
#[derive(Clone)]
pub struct OverviewsByEpisode(pub CatalogService);

impl Batch for OverviewsByEpisode {
    type Key = EpisodeId;
    type Value = Arc<Texts>;
    type Error = CatalogError;

    async fn load(
        &self,
        ids: &[EpisodeId],
    ) -> Result<HashMap<EpisodeId, Arc<Texts>>, CatalogError> {
        let told = self.0.overviews_of_seen_episodes(ids).await?.into_iter();
        Ok(told.map(|it| (it.episode, Arc::new(it.texts))).collect())
    }
}

/// The episodes of a series in the order in which they are watched.
#[derive(Clone)]
pub struct RunsBySeries(pub Seen);

impl Batch for RunsBySeries {
    type Key = TitleId;
    type Value = Arc<EpisodeRun>;
    type Error = CatalogError;

    async fn load(
        &self,
        series: &[TitleId],
    ) -> Result<HashMap<TitleId, Arc<EpisodeRun>>, CatalogError> {
        let Seen {
            catalog,
            visibility,
        } = &self.0;
        let episodes = catalog.episodes_of_series(visibility, series).await?;
        let mut found: HashMap<TitleId, Vec<Episode>> = HashMap::new();
        for episode in episodes {
            found.entry(episode.series).or_default().push(episode);
        }
        Ok(found
            .into_iter()
            .map(|(series, episodes)| (series, Arc::new(EpisodeRun::new(episodes))))
            .collect())
    }
}

/// The seasons of a series, by number.
#[derive(Clone)]
pub struct SeasonsBySeries(pub Seen);

impl Batch for SeasonsBySeries {
    type Key = TitleId;
    type Value = Arc<Vec<Season>>;
    type Error = CatalogError;

    async fn load(
        &self,
        series: &[TitleId],
    ) -> Result<HashMap<TitleId, Arc<Vec<Season>>>, CatalogError> {
        let seasons = self.0.catalog.seasons(&self.0.visibility, series).await?;
        let of_series = seasons.chunk_by(|a, b| a.id.series == b.id.series);
        Ok(of_series
            .map(|seasons| (seasons[0].id.series, Arc::new(seasons.to_vec())))
            .collect())
    }
}

/// The episodes of a season, by number.
#[derive(Clone)]
pub struct EpisodesBySeason(pub Seen);

impl Batch for EpisodesBySeason {
    type Key = SeasonId;
    type Value = Arc<Vec<Arc<Episode>>>;
    type Error = CatalogError;

    async fn load(
        &self,
        seasons: &[SeasonId],
    ) -> Result<HashMap<SeasonId, Arc<Vec<Arc<Episode>>>>, CatalogError> {
        let mut found: HashMap<SeasonId, Vec<Arc<Episode>>> = HashMap::new();
        for episode in self
            .0
            .catalog
            .episodes_of_seasons(&self.0.visibility, seasons)
            .await?
        {
            let season = episode.season_id();
            found.entry(season).or_default().push(Arc::new(episode));
        }
        Ok(found
            .into_iter()
            .map(|(season, episodes)| (season, Arc::new(episodes)))
            .collect())
    }
}
