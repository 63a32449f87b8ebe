//! Statistics of the whole site that every suggestion goes by and no single watch changes much: rarity, what is trending,
//! most watched, new. Each is cached, and stale by so many minutes or seconds at the most.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::try_join_all;

use super::error::RecommendError;
use super::features::Rarity;
use super::graph::TasteGraph;
use crate::domain::catalog::{
    CatalogService, Title, TitleFilter, TitleKind, TitleOrder, TitleQuery,
};
use crate::domain::clock::Clock;
use crate::domain::ids::TitleId;
use crate::domain::page::{MAX_PAGE, Window};

/// How long the rarity of the genres and what is trending are kept.
const SLOW: TimeDelta = TimeDelta::minutes(5);
/// How long lists of the catalogue are kept.
const QUICK: TimeDelta = TimeDelta::seconds(5);
/// How far back what is trending looks.
const TRENDING: TimeDelta = TimeDelta::days(7);

/// How long a title is new.
const NEW: TimeDelta = TimeDelta::days(30);
/// No more of the catalogue than one title in so many can be new.
const NEW_AMONG: u64 = 5;

/// Titles in an order.
type Titles = Vec<Arc<Title>>;

/// A list of titles of some kinds; none: of all kinds.
type ByKinds = HashMap<Option<Vec<TitleKind>>, Kept<Titles>>;

/// When something was read, and what it was.
type Kept<T> = (DateTime<Utc>, Arc<T>);

/// Statistics of the whole site, each with the time at which it was counted.
#[derive(Clone)]
pub(super) struct Background {
    catalog: CatalogService,
    graph: Arc<dyn TasteGraph>,
    clock: Arc<dyn Clock>,
    rarity: Arc<Mutex<Option<Kept<Rarity>>>>,
    trending: Arc<Mutex<Option<Kept<Vec<TitleId>>>>>,
    most_watched: Arc<Mutex<ByKinds>>,
    newest: Arc<Mutex<Option<Kept<Titles>>>>,
}

impl Background {
    pub(super) fn new(
        catalog: CatalogService,
        graph: Arc<dyn TasteGraph>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            catalog,
            graph,
            clock,
            rarity: Arc::default(),
            trending: Arc::default(),
            most_watched: Arc::default(),
            newest: Arc::default(),
        }
    }

    /// How rare the genres are.
    pub(super) async fn rarity(&self) -> Result<Arc<Rarity>, RecommendError> {
        if let Some(kept) = self.kept(lock(&self.rarity).as_ref(), SLOW) {
            return Ok(kept);
        }
        let all = self.catalog.count_titles(&TitleFilter::default()).await?;
        let genres = self.catalog.all_genres().await?;
        let counts = genres.iter().map(|genre| async {
            let filter = TitleFilter {
                genres: Some(vec![genre.id]),
                ..TitleFilter::default()
            };
            Ok::<_, RecommendError>((genre.id, self.catalog.count_titles(&filter).await?))
        });
        let rarity = Arc::new(Rarity::new(all, try_join_all(counts).await?));
        *lock(&self.rarity) = Some((self.clock.now(), Arc::clone(&rarity)));
        Ok(rarity)
    }

    /// The most watched titles of these kinds, the most watched first.
    pub(super) async fn most_watched(
        &self,
        kinds: Option<&[TitleKind]>,
    ) -> Result<Arc<Titles>, RecommendError> {
        let key = kinds.map(<[TitleKind]>::to_vec);
        if let Some(kept) = self.kept(lock(&self.most_watched).get(&key), QUICK) {
            return Ok(kept);
        }
        let filter = TitleFilter {
            kinds: key.clone(),
            ..TitleFilter::default()
        };
        let titles = Arc::new(self.list(filter, TitleOrder::Popular).await?);
        lock(&self.most_watched).insert(key, (self.clock.now(), Arc::clone(&titles)));
        Ok(titles)
    }

    /// The titles that were added lately, the latest first; none where too much of the catalogue is new: then the site
    /// is.
    pub(super) async fn new_titles(&self) -> Result<Arc<Titles>, RecommendError> {
        if let Some(kept) = self.kept(lock(&self.newest).as_ref(), QUICK) {
            return Ok(kept);
        }
        let since = self.clock.now() - NEW;
        let mut titles = self
            .list(TitleFilter::default(), TitleOrder::NewestAdded)
            .await?;
        titles.retain(|title| title.stamp.created_at >= since);
        let all = self.catalog.count_titles(&TitleFilter::default()).await?;
        if titles.len() as u64 * NEW_AMONG > all {
            titles.clear();
        }
        let titles = Arc::new(titles);
        *lock(&self.newest) = Some((self.clock.now(), Arc::clone(&titles)));
        Ok(titles)
    }

    /// The titles that the most people watched in the last days, the most first.
    pub(super) async fn trending(&self) -> Result<Arc<Vec<TitleId>>, RecommendError> {
        if let Some(kept) = self.kept(lock(&self.trending).as_ref(), SLOW) {
            return Ok(kept);
        }
        let since = self.clock.now() - TRENDING;
        let counts = self.graph.trending(since, MAX_PAGE).await?;
        let titles = Arc::new(counts.into_iter().map(|(title, _)| title).collect());
        *lock(&self.trending) = Some((self.clock.now(), Arc::clone(&titles)));
        Ok(titles)
    }

    /// The time by the clock that the statistics age by.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    async fn list(&self, filter: TitleFilter, order: TitleOrder) -> Result<Titles, RecommendError> {
        let query = TitleQuery { filter, order };
        let window = Window::first(MAX_PAGE);
        let titles = self.catalog.list_titles(&query, &window).await?.rows;
        Ok(titles.into_iter().map(Arc::new).collect())
    }

    fn kept<T>(&self, kept: Option<&Kept<T>>, age: TimeDelta) -> Option<Arc<T>> {
        let (at, value) = kept?;
        (self.clock.now() - *at < age).then(|| Arc::clone(value))
    }
}

fn lock<T>(kept: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
