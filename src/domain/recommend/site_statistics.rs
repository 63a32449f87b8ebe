//! Statistics that every suggestion uses and no single watch changes much: computed now and then for the whole site.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::try_join_all;

use super::error::RecommendError;
use super::features::Rarity;
use super::graph::TasteGraph;
use super::inputs::TitleInput;
use crate::domain::catalog::{
    Audience, Title, TitleFilter, TitleKind, TitleOrder, TitleQuery, Visibility,
};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::single_flight::SingleFlight;
use crate::domain::tasks::Tasks;

/// How long the rarity of the genres is fresh, and what is trending unless it is counted before.
const SLOW: TimeDelta = TimeDelta::minutes(5);
/// How long lists of the catalogue are fresh.
const QUICK: TimeDelta = TimeDelta::seconds(5);
/// How far back what is trending looks.
const TRENDING: TimeDelta = TimeDelta::days(7);
/// How many titles are known to be trending.
const MOST_TRENDING: usize = 5000;

/// How long a title is new.
const NEW: TimeDelta = TimeDelta::days(30);
/// At most one title of the catalogue in this many can be new.
const NEW_AMONG: u64 = 5;

/// Titles with how many watched them, the most first.
type Watched = Arc<Vec<(TitleId, u64)>>;
/// Titles in an order.
type Titles = Arc<Vec<Arc<Title>>>;

/// Statistics of the whole site, each computed by one task however many ask. Clones share them.
#[derive(Clone)]
pub(super) struct SiteStatistics {
    catalog: Arc<dyn TitleInput>,
    graph: Arc<dyn TasteGraph>,
    clock: Arc<dyn Clock>,
    rarity: SingleFlight<(), Arc<Rarity>, RecommendError>,
    trending: SingleFlight<(), Watched, StoreError>,
    most_watched: SingleFlight<(Audience, Option<Vec<TitleKind>>), Titles, RecommendError>,
    newest: SingleFlight<Audience, Titles, RecommendError>,
}

impl SiteStatistics {
    pub(super) fn new(
        catalog: Arc<dyn TitleInput>,
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

    /// How rare the genres are among all titles, whoever sees them: it says nothing of any of them, and the graph's
    /// edges go by the same.
    pub(super) async fn rarity(&self) -> Result<Arc<Rarity>, RecommendError> {
        let rarity = self.rarity.get((), || rarity(self.catalog.clone()));
        rarity.await.map_err(RecommendError::Shared)
    }

    /// The most watched titles of these kinds, the most watched first. What may not be seen since they were read is to be
    /// left out by whoever shows them; so it is with [`Self::new_titles`].
    pub(super) async fn most_watched(
        &self,
        visibility: &Visibility,
        kinds: Option<&[TitleKind]>,
    ) -> Result<Titles, RecommendError> {
        let kinds = kinds.map(|kinds| {
            let mut kinds = kinds.to_vec();
            kinds.sort_unstable();
            kinds.dedup();
            kinds
        });
        let filter = TitleFilter {
            kinds: kinds.clone(),
            ..TitleFilter::default()
        };
        let (catalog, visible) = (self.catalog.clone(), *visibility);
        let titles = self
            .most_watched
            .get((visibility.audience(), kinds), || async move {
                list(&*catalog, &visible, filter, TitleOrder::Popular).await
            });
        titles.await.map_err(RecommendError::Shared)
    }

    /// The titles that were added lately, the latest first; none where too much of the catalogue is new: then the site
    /// is.
    pub(super) async fn new_titles(
        &self,
        visibility: &Visibility,
    ) -> Result<Titles, RecommendError> {
        let since = self.clock.now() - NEW;
        let (catalog, visible) = (self.catalog.clone(), *visibility);
        let titles = self.newest.get(visibility.audience(), || async move {
            new_titles(&*catalog, &visible, since).await
        });
        titles.await.map_err(RecommendError::Shared)
    }

    /// The titles that the most people watched in the last days, the most first, whoever may see them: many enough for
    /// the few of them that a child sees. As they were counted last; it is counted here only if nobody has done so
    /// lately.
    pub(super) async fn trending(&self) -> Result<Watched, StoreError> {
        let trending = self.trending.get((), || self.watched());
        trending.await.map_err(StoreError::shared)
    }

    /// The same, counted now.
    pub(super) async fn count_lately(&self) -> Result<Watched, StoreError> {
        let trending = self.trending.renew((), || self.watched());
        trending.await.map_err(StoreError::shared)
    }

    fn watched(&self) -> impl Future<Output = Result<Watched, StoreError>> + Send + use<> {
        let (graph, since) = (Arc::clone(&self.graph), self.clock.now() - TRENDING);
        async move { graph.trending(since, MOST_TRENDING).await.map(Arc::new) }
    }

    /// The time by the clock that everything here ages by.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

async fn rarity(catalog: Arc<dyn TitleInput>) -> Result<Arc<Rarity>, RecommendError> {
    let (catalog, everything) = (&catalog, &Visibility::everything());
    let all = catalog
        .count_titles(everything, &TitleFilter::default())
        .await?;
    let genres = catalog.all_genres().await?;
    let counts = genres.iter().map(|genre| async {
        let filter = TitleFilter {
            genres: Some(vec![genre.id]),
            ..TitleFilter::default()
        };
        let count = catalog.count_titles(everything, &filter).await?;
        Ok::<_, RecommendError>((genre.id, count))
    });
    Ok(Arc::new(Rarity::new(all, try_join_all(counts).await?)))
}

async fn new_titles(
    catalog: &dyn TitleInput,
    visibility: &Visibility,
    since: DateTime<Utc>,
) -> Result<Titles, RecommendError> {
    let everything_visible = TitleFilter::default();
    let all = catalog
        .count_titles(visibility, &everything_visible)
        .await?;
    let latest = list(
        catalog,
        visibility,
        everything_visible,
        TitleOrder::NewestAdded,
    )
    .await?;
    let is_new = |title: &&Arc<Title>| title.stamp.created_at >= since;
    let mut titles: Vec<Arc<Title>> = latest.iter().filter(is_new).cloned().collect();
    if titles.len() as u64 * NEW_AMONG > all {
        titles.clear();
    }
    Ok(Arc::new(titles))
}

async fn list(
    catalog: &dyn TitleInput,
    visibility: &Visibility,
    filter: TitleFilter,
    order: TitleOrder,
) -> Result<Titles, RecommendError> {
    let query = TitleQuery { filter, order };
    let page = catalog
        .list_titles(visibility, &query, &Window::first(MAX_PAGE))
        .await?;
    Ok(Arc::new(page.rows))
}
