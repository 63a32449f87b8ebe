//! What viewers ask of the graph: what is like this, what is for me, and a page made of rows.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::try_join_all;

use super::affinity::{ACTORS, Features, Rarity};
use super::error::RecommendError;
use super::graph::{ProfileNeighbourhood, Reach, TasteGraph, TitleNeighbourhood};
use super::rows::{Row, lay_out};
use super::scoring::{like_title, like_viewer, popular};
use super::types::Recommendation;
use crate::domain::catalog::{
    CatalogService, Title, TitleFilter, TitleKind, TitleOrder, TitleQuery,
};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::watching::WatchService;

/// How far the neighbourhoods reach that suggestions are made from.
const REACH: Reach = Reach {
    seeds: 30,
    similar: 60,
    actors: ACTORS,
    by_people: 100,
};
/// The longest list of titles like one.
const MAX_SIMILAR: usize = 100;
/// The longest list for a viewer.
const MAX_FOR_VIEWER: usize = 300;
/// With fewer candidates than this, the most watched titles of the same genres are looked at as well.
const FEW: usize = 20;
/// How long the rarity of the genres is kept, in seconds.
const RARITY_AGE: i64 = 300;

/// The use cases of suggestions.
#[derive(Clone)]
pub struct RecommendService {
    graph: Arc<dyn TasteGraph>,
    catalog: CatalogService,
    watching: WatchService,
    clock: Arc<dyn Clock>,
    rarity: Arc<Mutex<Option<Counted>>>,
}

/// How rare the genres were when they were counted.
type Counted = (DateTime<Utc>, Arc<Rarity>);

impl RecommendService {
    /// A service on a graph.
    pub fn new(
        graph: Arc<dyn TasteGraph>,
        catalog: CatalogService,
        watching: WatchService,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            graph,
            catalog,
            watching,
            clock,
            rarity: Arc::default(),
        }
    }

    /// Titles like this one, the best first, at most 100; without those that the viewer's profile has watched. While
    /// the graph does not answer, they are alike by their metadata alone.
    pub async fn similar(
        &self,
        seed: &Title,
        profile: Option<ProfileId>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let around = match self.graph.title_neighbourhood(seed.id, &REACH).await {
            Ok(around) => around,
            Err(error) => without_graph(error)?,
        };
        let seed_features = Features::from(seed);
        let features = self.features_around(&seed_features, &around).await?;
        let mut list = like_title(&seed_features, &around, &features, &*self.rarity().await?);
        self.leave_out_watched(&mut list, profile).await?;
        list.truncate(MAX_SIMILAR);
        Ok(list)
    }

    /// Titles for a profile, the best first, at most 300; never one that it has watched. Without a watch, and while
    /// the graph does not answer, they are the most watched titles of several genres.
    pub async fn recommendations(
        &self,
        profile: ProfileId,
        kinds: Option<&[TitleKind]>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let around = match self.graph.profile_neighbourhood(profile, &REACH).await {
            Ok(around) => around,
            Err(error) => without_graph(error)?,
        };
        let most_watched = self.most_watched(kinds).await?;
        let mut list = if around.seeds.is_empty() {
            popular(
                &most_watched
                    .iter()
                    .map(|title| (Features::from(title), title.genres.first().copied()))
                    .collect::<Vec<_>>(),
            )
        } else {
            let features = self.features_for(&around, most_watched, kinds).await?;
            like_viewer(&around, &features, &*self.rarity().await?)
        };
        list.truncate(MAX_FOR_VIEWER);
        self.leave_out_watched(&mut list, Some(profile)).await?;
        Ok(list)
    }

    /// A page for a profile: at most so many rows of so many titles, none with fewer than 4. No title stands on the
    /// page twice; the page stays the same until something is watched.
    pub async fn rows(
        &self,
        profile: ProfileId,
        rows: usize,
        items_per_row: usize,
    ) -> Result<Vec<Row>, RecommendError> {
        Ok(lay_out(
            &self.recommendations(profile, None).await?,
            rows,
            items_per_row,
        ))
    }

    async fn features_around(
        &self,
        seed: &Features,
        around: &TitleNeighbourhood,
    ) -> Result<HashMap<TitleId, Features>, RecommendError> {
        let ids: HashSet<TitleId> = around
            .similar
            .iter()
            .map(|edge| edge.to)
            .chain(around.by_people.iter().copied())
            .collect();
        let mut features = self.features(ids).await?;
        if features.len() < FEW {
            let mut people = seed.directors.clone();
            people.extend(&seed.actors);
            let of_people = TitleFilter {
                people: Some(people),
                ..TitleFilter::default()
            };
            let of_genres = TitleFilter {
                genres: Some(seed.genres.clone()),
                ..TitleFilter::default()
            };
            for filter in [of_people, of_genres] {
                let query = TitleQuery {
                    filter,
                    order: TitleOrder::Popular,
                };
                let page = self
                    .catalog
                    .list_titles(&query, &Window::first(MAX_PAGE))
                    .await?;
                features.extend(
                    page.rows
                        .iter()
                        .map(|title| (title.id, Features::from(title))),
                );
            }
        }
        Ok(features)
    }

    async fn features_for(
        &self,
        around: &ProfileNeighbourhood,
        most_watched: Vec<Title>,
        kinds: Option<&[TitleKind]>,
    ) -> Result<HashMap<TitleId, Features>, RecommendError> {
        let seeds: HashSet<TitleId> = around.seeds.iter().map(|seed| seed.title).collect();
        let similar = around
            .seeds
            .iter()
            .flat_map(|seed| seed.similar.iter().map(|edge| edge.to));
        let ids: HashSet<TitleId> = similar
            .chain(around.by_people.iter().copied())
            .chain(seeds.iter().copied())
            .collect();
        let titles = self
            .catalog
            .titles(&ids.into_iter().collect::<Vec<_>>())
            .await?;
        let is_wanted = |title: &Title| {
            seeds.contains(&title.id) || kinds.is_none_or(|kinds| kinds.contains(&title.kind))
        };
        Ok(titles
            .iter()
            .chain(&most_watched)
            .filter(|title| is_wanted(title))
            .map(|title| (title.id, Features::from(title)))
            .collect())
    }

    async fn features(
        &self,
        ids: HashSet<TitleId>,
    ) -> Result<HashMap<TitleId, Features>, RecommendError> {
        let titles = self
            .catalog
            .titles(&ids.into_iter().collect::<Vec<_>>())
            .await?;
        Ok(titles
            .iter()
            .map(|title| (title.id, Features::from(title)))
            .collect())
    }

    async fn most_watched(
        &self,
        kinds: Option<&[TitleKind]>,
    ) -> Result<Vec<Title>, RecommendError> {
        let filter = TitleFilter {
            kinds: kinds.map(<[TitleKind]>::to_vec),
            ..TitleFilter::default()
        };
        let query = TitleQuery {
            filter,
            order: TitleOrder::Popular,
        };
        Ok(self
            .catalog
            .list_titles(&query, &Window::first(MAX_PAGE))
            .await?
            .rows)
    }

    /// The graph learns of a watch a moment after the record does, and never of what is hidden, so the record has the
    /// last word.
    async fn leave_out_watched(
        &self,
        list: &mut Vec<Recommendation>,
        profile: Option<ProfileId>,
    ) -> Result<(), RecommendError> {
        let Some(profile) = profile else {
            return Ok(());
        };
        let ids: Vec<TitleId> = list.iter().map(|found| found.title).collect();
        let passed_over = self.watching.passed_over(profile, &ids).await?;
        let passed_over: HashSet<TitleId> = passed_over.into_iter().collect();
        list.retain(|found| !passed_over.contains(&found.title));
        Ok(())
    }

    /// How rare the genres are, counted every few minutes.
    async fn rarity(&self) -> Result<Arc<Rarity>, RecommendError> {
        let now = self.clock.now();
        if let Some((at, rarity)) = &*self.rarity.lock().unwrap_or_else(PoisonError::into_inner)
            && now - *at < TimeDelta::seconds(RARITY_AGE)
        {
            return Ok(Arc::clone(rarity));
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
        *self.rarity.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((now, Arc::clone(&rarity)));
        Ok(rarity)
    }
}

/// Suggestions go on without the graph if it is only out of reach.
fn without_graph<T: Default>(error: StoreError) -> Result<T, RecommendError> {
    match error {
        StoreError::Unavailable(reason) => {
            tracing::warn!(
                error = &*reason as &dyn std::error::Error,
                "The graph does not answer; suggesting without it"
            );
            Ok(T::default())
        }
        error => Err(error.into()),
    }
}
