//! The training set in memory, in place of a site's graph, catalogue and record.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::BoxFuture;

use super::indexed::{IndexedSplit, Viewer};
use crate::domain::catalog::{
    CatalogError, Genre, Title, TitleFacts, TitleFilter, TitleQuery, Visibility,
};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{CollectionId, ProfileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::recommend::cached_lists::{
    CachedList, Generation, KeptId, KeptList, ListCache, ListKey,
};
use crate::domain::recommend::edges::edges_by_start;
use crate::domain::recommend::graph::{
    SimilarEdge, SimilarLists, SimilarVersion, Solution, Taste, TasteEdge, TasteGraph,
};
use crate::domain::recommend::inputs::{TitleInput, WatchedInput};
use crate::domain::stamp::Stamp;
use crate::domain::tasks::Tasks;
use crate::domain::watching::{Exclusions, WatchError};

/// What an evaluation makes suggestions from: the training set, and the history of each viewer that is tested.
pub(super) struct TrainingSet {
    /// The most watched first, ties by id.
    titles: Vec<Arc<Title>>,
    by_id: HashMap<TitleId, Arc<Title>>,
    similar: HashMap<TitleId, Arc<[SimilarEdge]>>,
    known: HashMap<ProfileId, Known>,
    candidates: Option<HashSet<TitleId>>,
}

/// What is known of a viewer.
struct Known {
    taste: Arc<Taste>,
    watched: HashSet<TitleId>,
}

impl TrainingSet {
    /// The training set of a split, with the edges computed from it; `opinion` is what a viewer says of a title.
    pub(super) fn new(
        indexed: &IndexedSplit<'_>,
        solutions: &[Solution],
        opinion: impl Fn(&TasteEdge) -> Option<bool>,
    ) -> Self {
        let mut titles = indexed.titles.clone();
        titles.sort_by_key(|title| (Reverse(title.watchers), title.id));
        let known = |viewer: &Viewer| {
            let said = viewer.history.iter().filter(|edge| edge.says_something());
            let said = said.take(Taste::EDGES).map(|edge| TasteEdge {
                liked: opinion(edge),
                ..*edge
            });
            Known {
                taste: Arc::new(Taste {
                    edges: said.collect(),
                }),
                watched: viewer.history.iter().map(|edge| edge.title).collect(),
            }
        };
        let similar = edges_by_start(solutions);
        Self {
            by_id: titles
                .iter()
                .map(|title| (title.id, title.clone()))
                .collect(),
            titles,
            similar: similar
                .map(|(start, edges)| (start, edges.into()))
                .collect(),
            known: indexed
                .viewers
                .iter()
                .map(|viewer| (viewer.profile, known(viewer)))
                .collect(),
            candidates: indexed.split.candidates.clone(),
        }
    }

    /// Whether a title is no candidate, or known to the viewer.
    fn is_passed_over(&self, profile: ProfileId, title: TitleId) -> bool {
        let candidates = self.candidates.as_ref();
        let known = self.known.get(&profile);
        candidates.is_some_and(|candidates| !candidates.contains(&title))
            || known.is_some_and(|known| known.watched.contains(&title))
    }
}

#[async_trait]
impl TasteGraph for TrainingSet {
    async fn taste(&self, profile: ProfileId) -> Result<Arc<Taste>, StoreError> {
        let known = self.known.get(&profile);
        Ok(known
            .map(|known| Arc::clone(&known.taste))
            .unwrap_or_default())
    }

    async fn similar(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
        let list = |title: &TitleId| self.similar.get(title).cloned().unwrap_or_default();
        Ok(SimilarLists {
            version: SimilarVersion::default(),
            lists: titles.iter().map(list).collect(),
        })
    }

    async fn trending(
        &self,
        _: DateTime<Utc>,
        _: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        // A training set has no present.
        Ok(Vec::new())
    }
}

#[async_trait]
impl TitleInput for TrainingSet {
    async fn titles(
        &self,
        visibility: &Visibility,
        ids: &[TitleId],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        let found = ids.iter().filter_map(|id| self.by_id.get(id));
        let seen = found.filter(|title| visibility.shows(title));
        Ok(seen.cloned().collect())
    }

    async fn list_titles(
        &self,
        visibility: &Visibility,
        query: &TitleQuery,
        window: &Window,
    ) -> Result<Slice<Arc<Title>>, CatalogError> {
        let passes = |title: &&Arc<Title>| {
            visibility.shows(title) && query.filter.passes(&TitleFacts::from(&***title))
        };
        let passing = self.titles.iter().filter(passes);
        let mut found: Vec<&Arc<Title>> = passing.collect();
        found.sort_by(|a, b| {
            let (a, b) = (query.order.keyset(a), query.order.keyset(b));
            let by_value = a.value.cmp(&b.value);
            let by_value = if query.order.is_descending() {
                by_value.reverse()
            } else {
                by_value
            };
            by_value.then(a.id.cmp(&b.id))
        });
        let rows = found.into_iter().take(window.limit + 1);
        Ok(Slice::from_overfetched(rows.cloned().collect(), window))
    }

    async fn count_titles(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
    ) -> Result<u64, CatalogError> {
        let passes = |title: &&Arc<Title>| {
            visibility.shows(title) && filter.passes(&TitleFacts::from(&***title))
        };
        Ok(self.titles.iter().filter(passes).count() as u64)
    }

    async fn all_genres(&self) -> Result<Vec<Genre>, CatalogError> {
        let ids: BTreeSet<_> = self.titles.iter().flat_map(|title| &title.genres).collect();
        // Nobody reads a name here.
        let genre = |id| Genre {
            id,
            slug: String::new(),
            name: String::new(),
            merged_into: None,
            deleted: false,
            stamp: Stamp::first(DateTime::UNIX_EPOCH),
        };
        Ok(ids.into_iter().copied().map(genre).collect())
    }

    async fn films_of_collections(
        &self,
        _: &Visibility,
        _: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        // An indexed split has taken its titles out of their collections.
        Ok(Vec::new())
    }
}

#[async_trait]
impl WatchedInput for TrainingSet {
    async fn passed_over(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, WatchError> {
        let passed_over = |title: &TitleId| self.is_passed_over(profile, *title);
        Ok(titles.iter().copied().filter(passed_over).collect())
    }

    async fn exclusions(&self, _: ProfileId) -> Result<Exclusions, WatchError> {
        // To be asked of titles: all that are no candidates would be too many.
        Ok(Exclusions::default())
    }
}

/// Caches no list: each is asked for once.
pub(super) struct Forgets;

impl ListCache for Forgets {
    fn generation(&self, _: ProfileId) -> Generation {
        Generation(0)
    }

    fn get(&self, _: &ListKey) -> Option<CachedList> {
        None
    }

    fn keep(&self, _: KeptId, _: KeptList) {}

    fn kept(&self, _: KeptId) -> Option<KeptList> {
        None
    }

    fn put(&self, _: Generation, _: ListKey, _: CachedList) {}
}

/// A clock that stands, so that what was counted once stays fresh.
pub(super) struct Stands;

impl Clock for Stands {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

/// Runs each of the few tasks in a thread of its own: whoever waits for one may fill the pool of those that compute.
pub(super) struct Threads;

impl Tasks for Threads {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        std::thread::spawn(|| block_on(task));
    }

    fn pause(&self, time: Duration) -> BoxFuture<'static, ()> {
        let (tell, told) = oneshot::channel::<()>();
        std::thread::spawn(move || {
            std::thread::sleep(time);
            tell.send(()).ok();
        });
        Box::pin(async move { told.await.unwrap_or_default() })
    }
}
