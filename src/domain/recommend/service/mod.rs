//! The use cases of suggestions: what is like this title, what is for me, a page made of rows, and what is my taste.

mod excluded;
mod for_profile;
mod leafing;
mod next_parts;
mod page;
mod scoring;
mod taste;

pub use leafing::Leaf;
pub use taste::TasteWeight;

use std::collections::HashMap;
use std::sync::Arc;

use super::cached_lists::ListCache;
use super::error::RecommendError;
use super::features::Features;
use super::for_viewer::Ranking;
use super::graph::{SimilarEdge, SimilarLists, TasteGraph};
use super::inputs::{Inputs, TitleInput, WatchedInput};
use super::site_statistics::SiteStatistics;
use super::title_page::like_title;
use super::types::Recommendation;
use crate::domain::catalog::{
    CatalogService, CreditRole, Title, TitleFilter, TitleOrder, TitleQuery, Visibility,
};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::tasks::Tasks;
use crate::domain::watching::{WatchRules, WatchService};

/// The longest list of titles like one.
const MAX_SIMILAR: usize = 100;
/// With fewer candidates than this, the most watched titles of the same people and genres are looked at as well.
const FEW: usize = 20;

/// What suggestions need of the outside.
pub struct RecommendPorts {
    /// The graph, or a cache in front of it.
    pub graph: Arc<dyn TasteGraph>,
    /// Where lists are cached.
    pub lists: Arc<dyn ListCache>,
    pub clock: Arc<dyn Clock>,
    /// Computes what is the same for everybody.
    pub tasks: Arc<dyn Tasks>,
}

/// The use cases of suggestions.
#[derive(Clone)]
pub struct RecommendService {
    graph: Arc<dyn TasteGraph>,
    catalog: Arc<dyn TitleInput>,
    watching: Arc<dyn WatchedInput>,
    statistics: SiteStatistics,
    lists: Arc<dyn ListCache>,
    rules: WatchRules,
    ranking: Ranking,
}

impl RecommendService {
    /// A service on these ports.
    pub fn new(
        ports: RecommendPorts,
        catalog: CatalogService,
        watching: WatchService,
        rules: WatchRules,
        ranking: Ranking,
    ) -> Self {
        let inputs = Inputs {
            graph: ports.graph,
            catalog: Arc::new(catalog),
            watching: Arc::new(watching),
            lists: ports.lists,
            clock: ports.clock,
            tasks: ports.tasks,
        };
        Self::from_inputs(inputs, rules, ranking)
    }

    /// The same service, whatever answers its questions.
    pub(super) fn from_inputs(inputs: Inputs, rules: WatchRules, ranking: Ranking) -> Self {
        let Inputs {
            graph,
            catalog,
            watching,
            lists,
            clock,
            tasks,
        } = inputs;
        Self {
            statistics: SiteStatistics::new(
                Arc::clone(&catalog),
                Arc::clone(&graph),
                clock,
                &tasks,
            ),
            graph,
            catalog,
            watching,
            lists,
            rules,
            ranking,
        }
    }

    /// Titles like this one, the best first, at most 100; without those that the viewer's profile has watched, and
    /// without what is not published, whoever asks. While the graph does not answer, they are alike by their metadata
    /// alone.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn similar(
        &self,
        visibility: &Visibility,
        seed: &Title,
        profile: Option<ProfileId>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let visibility = &visibility.only_published(self.statistics.now());
        let lists = match self.graph.similar(&[seed.id]).await {
            Ok(lists) => lists,
            Err(error) => without_graph(error)?,
        };
        let edges = on_page(&lists);
        let seed = Features::from(seed);
        let features = self.features_around(visibility, &seed, &edges).await?;
        let rarity = self.statistics.rarity().await?;
        let mut list = like_title(&seed, &edges, &features, &rarity);
        self.leave_out_watched(&mut list, profile).await?;
        list.truncate(MAX_SIMILAR);
        Ok(list)
    }

    async fn features_around(
        &self,
        visibility: &Visibility,
        seed: &Features,
        edges: &[SimilarEdge],
    ) -> Result<HashMap<TitleId, Features>, RecommendError> {
        let ids: Vec<TitleId> = edges.iter().map(|edge| edge.to).collect();
        let titles = self.catalog.titles(visibility, &ids).await?;
        let mut features: HashMap<_, _> = features_of(&titles).collect();
        if features.len() < FEW {
            let mut people = seed.directors.clone();
            people.extend(&seed.actors);
            let of_people = TitleFilter {
                people: Some(people),
                // Titles are compared by no other roles.
                roles: Some(
                    [CreditRole::Director, CreditRole::Actor]
                        .into_iter()
                        .collect(),
                ),
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
                    .list_titles(visibility, &query, &Window::first(MAX_PAGE))
                    .await?;
                let found = page.rows.iter();
                features.extend(found.map(|title| (title.id, Features::from(&**title))));
            }
        }
        Ok(features)
    }

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
        list.retain(|found| !passed_over.contains(&found.title));
        Ok(())
    }
}

/// What ranking needs to know of titles.
fn features_of(titles: &[Arc<Title>]) -> impl Iterator<Item = (TitleId, Features)> {
    titles
        .iter()
        .map(|title| (title.id, Features::from(&**title)))
}

/// The edges of a title that its page lists.
fn on_page(lists: &SimilarLists) -> Vec<SimilarEdge> {
    let edges = lists.lists.iter().flat_map(|list| list.iter());
    edges.filter(|edge| edge.affinity > 0.0).copied().collect()
}

/// Suggestions go on without the graph if it is only out of reach.
fn without_graph<T: Default>(error: StoreError) -> Result<T, RecommendError> {
    match error {
        StoreError::Unavailable(reason) => {
            tracing::debug!(
                error = &*reason as &dyn std::error::Error,
                "The graph does not answer; suggesting without it"
            );
            Ok(T::default())
        }
        error => Err(error.into()),
    }
}
