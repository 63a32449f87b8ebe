//! Data loaders: fields that follow an id ask one by one, stores are asked in batches.
//!
//! What everybody may read has one loader in the process, which also batches across requests. What depends on who asks,
//! titles first of all, has loaders of its own in each request. None of them keeps anything: a cache, where there is
//! one, stands in front of the store and is told of changes.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, Loader};
use tracing::Instrument;

use super::context::Services;
use super::error::ApiError;
use crate::domain::accounts::{NamesByProfile, NamesByUser};
use crate::domain::batch::Batch;
use crate::domain::catalog::{
    BiographiesByPerson, CatalogService, CollectionsById, EpisodesById, EpisodesBySeason,
    FilmsByCollection, GenresById, OverviewsByEpisode, PeopleById, RunsBySeries, SeasonsBySeries,
    Seen, SeenPeople, TitlesById, TitlesOfGenres,
};
use crate::domain::commenting::{CountsByTitle, LikedByComment};
use crate::domain::ids::ProfileId;
use crate::domain::library::FilesOfItems;
use crate::domain::membership::AccessByPlace;
use crate::domain::revising::{NextNames, RevisionService};
use crate::domain::video::SourcesByItem;
use crate::domain::watching::{
    ListedByTitle, MeasuredByItem, MutedBySource, StandingsBySeries, StatesByItem, ThumbsByTitle,
    TitleList, TitlesBySet,
};

/// How long a batch is collected. Long enough for all fields of a page to ask, even with other work on the machine.
const COLLECTING: Duration = Duration::from_millis(1);

/// A batch of the domain as a loader of async-graphql. Its errors are safe to show, and logged once for all who wait.
pub(crate) struct ByBatch<B>(B);

impl<B: Batch> Loader<B::Key> for ByBatch<B> {
    type Value = B::Value;
    type Error = ApiError;

    async fn load(&self, keys: &[B::Key]) -> Result<HashMap<B::Key, B::Value>, ApiError> {
        Ok(self.0.load(keys).await?)
    }
}

/// Loads by key, in batches.
pub(crate) struct Batched<B: Batch>(DataLoader<ByBatch<B>>);

impl<B: Batch> Batched<B> {
    fn new(batch: B) -> Self {
        let spawn = |work: futures::future::BoxFuture<'static, ()>| {
            tokio::spawn(work.in_current_span());
        };
        Self(DataLoader::new(ByBatch(batch), spawn).delay(COLLECTING))
    }

    /// The value of a key, if it has one.
    pub(crate) async fn find(&self, key: B::Key) -> Result<Option<B::Value>, ApiError> {
        self.0.load_one(key).await
    }

    /// The values of the keys that have one.
    pub(crate) async fn many(
        &self,
        keys: impl IntoIterator<Item = B::Key>,
    ) -> Result<HashMap<B::Key, B::Value>, ApiError> {
        self.0.load_many(keys).await
    }

    /// The batch itself, for who has all the keys already and need not wait for others.
    pub(crate) fn batch(&self) -> &B {
        &self.0.loader().0
    }
}

/// What everybody may read.
pub(crate) struct Loaders {
    pub(crate) people: Batched<PeopleById>,
    pub(crate) biographies: Batched<BiographiesByPerson>,
    pub(crate) genres: Batched<GenresById>,
    pub(crate) collections: Batched<CollectionsById>,
    /// What things were called before they were renamed; it is asked for revisions alone, which curators see.
    pub(crate) next_names: Batched<NextNames>,
}

impl Loaders {
    pub(super) fn new(catalog: &CatalogService, revising: &RevisionService) -> Self {
        Self {
            people: Batched::new(PeopleById(catalog.clone())),
            biographies: Batched::new(BiographiesByPerson(catalog.clone())),
            genres: Batched::new(GenresById(catalog.clone())),
            collections: Batched::new(CollectionsById(catalog.clone())),
            next_names: Batched::new(NextNames(revising.clone())),
        }
    }
}

/// What depends on the viewer: the catalogue as far as they may see it, and what is their own.
pub(crate) struct PersonalLoaders {
    pub(crate) titles: Batched<TitlesById>,
    pub(crate) titles_of_genres: Batched<TitlesOfGenres>,
    pub(crate) people: Batched<SeenPeople>,
    pub(crate) collection_films: Batched<FilmsByCollection>,
    pub(crate) episodes: Batched<EpisodesById>,
    pub(crate) overviews: Batched<OverviewsByEpisode>,
    pub(crate) runs: Batched<RunsBySeries>,
    pub(crate) seasons: Batched<SeasonsBySeries>,
    pub(crate) season_episodes: Batched<EpisodesBySeason>,
    pub(crate) states: Batched<StatesByItem>,
    pub(crate) measured: Batched<MeasuredByItem>,
    pub(crate) standings: Batched<StandingsBySeries>,
    pub(crate) thumbs: Batched<ThumbsByTitle>,
    pub(crate) watchlist: Batched<ListedByTitle>,
    pub(crate) hidden: Batched<ListedByTitle>,
    pub(crate) muted: Batched<MutedBySource>,
    pub(crate) own_titles: Batched<TitlesBySet>,
    /// How many comments titles have.
    pub(crate) comment_counts: Batched<CountsByTitle>,
    pub(crate) liked_comments: Batched<LikedByComment>,
    /// What profiles that write comments are called.
    pub(crate) authors: Batched<NamesByProfile>,
    /// What accounts are called; for curators alone.
    pub(crate) names: Batched<NamesByUser>,
    /// The files of films, series and episodes; for curators alone.
    pub(crate) files: Batched<FilesOfItems>,
    /// What films and episodes are played from, for whoever is shown them.
    pub(crate) video: Batched<SourcesByItem>,
    /// Whether the viewer may play films and episodes.
    pub(crate) access: Batched<AccessByPlace>,
}

impl PersonalLoaders {
    pub(super) fn new(
        seen: &Seen,
        services: &Services,
        files: FilesOfItems,
        access: AccessByPlace,
        profile: Option<ProfileId>,
    ) -> Self {
        let watching = services.watching.clone();
        let listed = |list| {
            Batched::new(ListedByTitle {
                watching: watching.clone(),
                list,
                profile,
            })
        };
        Self {
            titles: Batched::new(TitlesById(seen.clone())),
            titles_of_genres: Batched::new(TitlesOfGenres(seen.clone())),
            people: Batched::new(SeenPeople(seen.clone())),
            collection_films: Batched::new(FilmsByCollection(seen.clone())),
            episodes: Batched::new(EpisodesById(seen.clone())),
            overviews: Batched::new(OverviewsByEpisode(seen.catalog.clone())),
            runs: Batched::new(RunsBySeries(seen.clone())),
            seasons: Batched::new(SeasonsBySeries(seen.clone())),
            season_episodes: Batched::new(EpisodesBySeason(seen.clone())),
            measured: Batched::new(MeasuredByItem(watching.clone())),
            states: Batched::new(StatesByItem {
                watching: watching.clone(),
                profile,
            }),
            standings: Batched::new(StandingsBySeries {
                watching: watching.clone(),
                visibility: seen.visibility,
                profile,
            }),
            watchlist: listed(TitleList::Watchlist),
            hidden: listed(TitleList::Hidden),
            muted: Batched::new(MutedBySource {
                watching: watching.clone(),
                profile,
            }),
            own_titles: Batched::new(TitlesBySet {
                watching: watching.clone(),
                profile,
            }),
            thumbs: Batched::new(ThumbsByTitle { watching, profile }),
            comment_counts: Batched::new(CountsByTitle(services.commenting.clone())),
            liked_comments: Batched::new(LikedByComment {
                commenting: services.commenting.clone(),
                profile,
            }),
            authors: Batched::new(NamesByProfile(services.accounts.clone())),
            names: Batched::new(NamesByUser(services.accounts.clone())),
            files: Batched::new(files),
            video: Batched::new(SourcesByItem(services.video.clone())),
            access: Batched::new(access),
        }
    }
}
