//! What every suggestion goes by and nobody's watch changes much: computed now and then for the whole site.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::try_join_all;

use super::error::RecommendError;
use super::features::Rarity;
use super::graph::TasteGraph;
use crate::domain::catalog::{
    CatalogService, Title, TitleFilter, TitleKind, TitleOrder, TitleQuery,
};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::single_flight::SingleFlight;
use crate::domain::tasks::Tasks;

/// How long the rarity of the genres and what is trending are fresh.
const SLOW: TimeDelta = TimeDelta::minutes(5);
/// How long lists of the catalogue are fresh.
const QUICK: TimeDelta = TimeDelta::seconds(5);
/// How far back what is trending looks.
const TRENDING: TimeDelta = TimeDelta::days(7);

/// How long a title is new.
const NEW: TimeDelta = TimeDelta::days(30);
/// No more of the catalogue than one title in so many can be new.
const NEW_AMONG: u64 = 5;

/// Titles in an order.
type Titles = Arc<Vec<Arc<Title>>>;

/// Statistics of the whole site, each computed by one task however many ask. Clones share them.
#[derive(Clone)]
pub(super) struct SiteStatistics {
    catalog: CatalogService,
    graph: Arc<dyn TasteGraph>,
    clock: Arc<dyn Clock>,
    rarity: SingleFlight<(), Arc<Rarity>, RecommendError>,
    trending: SingleFlight<(), Arc<Vec<TitleId>>, StoreError>,
    most_watched: SingleFlight<Option<Vec<TitleKind>>, Titles, RecommendError>,
    newest: SingleFlight<(), Titles, RecommendError>,
}

impl SiteStatistics {
    pub(super) fn new(
        catalog: CatalogService,
        graph: Arc<dyn TasteGraph>,
        clock: Arc<dyn Clock>,
        tasks: &Arc<dyn Tasks>,
    ) -> Self {
        Self {
            catalog,
            graph,
            rarity: SingleFlight::new(Arc::clone(&clock), Arc::clone(tasks), SLOW),
            trending: SingleFlight::new(Arc::clone(&clock), Arc::clone(tasks), SLOW),
            most_watched: SingleFlight::new(Arc::clone(&clock), Arc::clone(tasks), QUICK),
            newest: SingleFlight::new(Arc::clone(&clock), Arc::clone(tasks), QUICK),
            clock,
        }
    }

    /// How rare the genres are.
    pub(super) async fn rarity(&self) -> Result<Arc<Rarity>, RecommendError> {
        let rarity = self.rarity.get((), || rarity(self.catalog.clone()));
        rarity.await.map_err(RecommendError::Shared)
    }

    /// The most watched titles of these kinds, the most watched first.
    pub(super) async fn most_watched(
        &self,
        kinds: Option<&[TitleKind]>,
    ) -> Result<Titles, RecommendError> {
        let kinds = kinds.map(<[TitleKind]>::to_vec);
        let filter = TitleFilter {
            kinds: kinds.clone(),
            ..TitleFilter::default()
        };
        let titles = self.most_watched.get(kinds, || {
            list(self.catalog.clone(), filter, TitleOrder::Popular)
        });
        titles.await.map_err(RecommendError::Shared)
    }

    /// The titles that were added lately, the latest first; none where too much of the catalogue is new: then the site
    /// is.
    pub(super) async fn new_titles(&self) -> Result<Titles, RecommendError> {
        let since = self.clock.now() - NEW;
        let titles = self
            .newest
            .get((), || new_titles(self.catalog.clone(), since));
        titles.await.map_err(RecommendError::Shared)
    }

    /// The titles that the most people watched in the last days, the most first.
    pub(super) async fn trending(&self) -> Result<Arc<Vec<TitleId>>, StoreError> {
        let since = self.clock.now() - TRENDING;
        let graph = Arc::clone(&self.graph);
        let trending = self.trending.get((), || async move {
            let counts = graph.trending(since, MAX_PAGE).await?;
            let titles = counts.into_iter().map(|(title, _)| title);
            Ok(Arc::new(titles.collect()))
        });
        trending.await.map_err(StoreError::shared)
    }

    /// The time.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

async fn rarity(catalog: CatalogService) -> Result<Arc<Rarity>, RecommendError> {
    let all = catalog.count_titles(&TitleFilter::default()).await?;
    let genres = catalog.all_genres().await?;
    let counts = genres.iter().map(|genre| async {
        let filter = TitleFilter {
            genres: Some(vec![genre.id]),
            ..TitleFilter::default()
        };
        Ok::<_, RecommendError>((genre.id, catalog.count_titles(&filter).await?))
    });
    Ok(Arc::new(Rarity::new(all, try_join_all(counts).await?)))
}

async fn new_titles(
    catalog: CatalogService,
    since: DateTime<Utc>,
) -> Result<Titles, RecommendError> {
    let all = catalog.count_titles(&TitleFilter::default()).await?;
    let latest = list(catalog, TitleFilter::default(), TitleOrder::NewestAdded).await?;
    let is_new = |title: &&Arc<Title>| title.stamp.created_at >= since;
    let mut titles: Vec<Arc<Title>> = latest.iter().filter(is_new).cloned().collect();
    if titles.len() as u64 * NEW_AMONG > all {
        titles.clear();
    }
    Ok(Arc::new(titles))
}

async fn list(
    catalog: CatalogService,
    filter: TitleFilter,
    order: TitleOrder,
) -> Result<Titles, RecommendError> {
    let query = TitleQuery { filter, order };
    let page = catalog
        .list_titles(&query, &Window::first(MAX_PAGE))
        .await?;
    Ok(Arc::new(page.rows.into_iter().map(Arc::new).collect()))
}
