//! The use cases of suggestions: what is like this title, what is for me, a page made of rows, and what is my taste.

mod excluded;
mod for_profile;
mod leafing;
mod next_parts;
mod page;
mod reading;
mod scoring;
mod taste;

pub use leafing::Leaf;
pub use taste::TasteWeight;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::cached_lists::ListCache;
use super::error::RecommendError;
use super::features::Features;
use super::for_viewer::Ranking;
use super::graph::{SimilarEdge, SimilarLists, TasteGraph};
use super::inputs::{Inputs, TitleInput, WatchedInput};
use super::other_parts::{OtherParts, within_reach};
use super::site_statistics::SiteStatistics;
use super::tastes::TasteReader;
use super::title_page::{Compared, Page, like_title};
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

/// With fewer candidates than this, the most watched titles of the same people and genres are looked at as well.
const FEW: usize = 20;

/// What suggestions need of the outside.
pub struct RecommendPorts {
    /// The graph, or a cache in front of it.
    pub graph: Arc<dyn TasteGraph>,
    /// Says what profiles like; mostly that cache, too.
    pub tastes: Arc<dyn TasteReader>,
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
    tastes: Arc<dyn TasteReader>,
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
            tastes: ports.tastes,
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
            tastes,
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
            tastes,
            catalog,
            watching,
            lists,
            rules,
            ranking,
        }
    }

    /// Titles like this one, the best first, at most 100; without those that the viewer's profile has watched, and
    /// without what is not published, whoever asks. Before all others stand those of its collection, the next part
    /// first; of each 12 in a row no more than four are there for the same person, unless nothing else is left or they
    /// are watched together. While the graph does not answer, they are alike by their metadata alone.
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
        let around = self.titles_around(visibility, seed, &edges).await?;
        let parts = self.films_of_collection(visibility, seed).await?;
        let rarity = self.statistics.rarity().await?;
        let all = around.iter().chain(&parts);
        let ids: Vec<TitleId> = all.map(|title| title.id).collect();
        let watched = self.watched_by(profile, ids).await?;
        let left = |title: &&Arc<Title>| !watched.contains(&title.id);
        let parts: Vec<&Title> = parts.iter().filter(left).map(|part| &**part).collect();
        let around = around.iter().filter(left).map(|title| &**title);
        let others: BTreeMap<TitleId, &Title> = around
            .chain(parts.iter().copied())
            .map(|title| (title.id, title))
            .collect();
        let others: Vec<Compared<'_>> = others.into_values().map(Compared::from).collect();
        let page = Page {
            seed: Compared::from(seed),
            edges: &edges,
            parts: OtherParts::of(seed, &parts),
            rarity: &rarity,
        };
        Ok(like_title(&page, &others))
    }

    /// The films of a title's collection, in its order, as far as a page looks.
    async fn films_of_collection(
        &self,
        visibility: &Visibility,
        seed: &Title,
    ) -> Result<Vec<Arc<Title>>, RecommendError> {
        let Some(part_of) = &seed.collection else {
            return Ok(Vec::new());
        };
        let films = self
            .catalog
            .films_of_collections(visibility, &[part_of.collection])
            .await?;
        Ok(within_reach(seed, films))
    }

    /// The titles that may follow one, some of them twice.
    async fn titles_around(
        &self,
        visibility: &Visibility,
        seed: &Title,
        edges: &[SimilarEdge],
    ) -> Result<Vec<Arc<Title>>, RecommendError> {
        let ids: Vec<TitleId> = edges.iter().map(|edge| edge.to).collect();
        let mut titles = self.catalog.titles(visibility, &ids).await?;
        if titles.len() < FEW {
            let seed = Features::from(seed);
            let mut people = seed.directors;
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
                genres: Some(seed.genres),
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
                titles.extend(page.rows);
            }
        }
        Ok(titles)
    }

    /// Those of these titles that a viewer's profile has watched or does not want to see; none for whoever has no
    /// profile.
    async fn watched_by(
        &self,
        profile: Option<ProfileId>,
        mut titles: Vec<TitleId>,
    ) -> Result<HashSet<TitleId>, RecommendError> {
        let Some(profile) = profile else {
            return Ok(HashSet::new());
        };
        titles.sort_unstable();
        titles.dedup();
        let passed_over = self.watching.passed_over(profile, &titles).await?;
        Ok(passed_over.into_iter().collect())
    }
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
