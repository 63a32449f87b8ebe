//! What viewers ask of the graph: what is like this, what is for me, and a page made of rows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::background::Background;
use super::error::RecommendError;
use super::features::Features;
use super::for_viewer::{Draft, Grounds, Ranking, Voice, and_known, draft};
use super::graph::{SimilarEdge, SimilarLists, TasteGraph};
use super::popular::popular;
use super::rows::{Row, lay_out};
use super::title_page::like_title;
use super::types::Recommendation;
use crate::domain::catalog::{
    CatalogService, Title, TitleFilter, TitleKind, TitleOrder, TitleQuery,
};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::watching::{WatchRules, WatchService};

/// The longest list of titles like one.
const MAX_SIMILAR: usize = 100;
/// The longest list for a viewer.
pub(super) const MAX_FOR_VIEWER: usize = 300;
/// With fewer candidates than this, the most watched titles of the same people and genres are looked at as well.
const FEW: usize = 20;

/// The use cases of suggestions.
#[derive(Clone)]
pub struct RecommendService {
    graph: Arc<dyn TasteGraph>,
    catalog: CatalogService,
    watching: WatchService,
    background: Background,
    rules: WatchRules,
    ranking: Ranking,
}

/// What a profile's taste speaks for.
struct Heard {
    voices: Vec<Voice>,
    lists: Vec<Arc<[SimilarEdge]>>,
    /// The titles of the voices.
    features: HashMap<TitleId, Features>,
}

impl RecommendService {
    /// A service on a graph.
    pub fn new(
        graph: Arc<dyn TasteGraph>,
        catalog: CatalogService,
        watching: WatchService,
        clock: Arc<dyn Clock>,
        rules: WatchRules,
        ranking: Ranking,
    ) -> Self {
        Self {
            background: Background::new(catalog.clone(), Arc::clone(&graph), clock),
            graph,
            catalog,
            watching,
            rules,
            ranking,
        }
    }

    /// Titles like this one, the best first, at most 100; without those that the viewer's profile has watched. While
    /// the graph does not answer, they are alike by their metadata alone.
    pub async fn similar(
        &self,
        seed: &Title,
        profile: Option<ProfileId>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let lists = match self.graph.similar(&[seed.id]).await {
            Ok(lists) => lists,
            Err(error) => without_graph(error)?,
        };
        let edges = on_page(&lists);
        let seed = Features::from(seed);
        let features = self.features_around(&seed, &edges).await?;
        let rarity = self.background.rarity().await?;
        let mut list = like_title(&seed, &edges, &features, &rarity);
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
        let heard = self.listen(profile).await?;
        let most_watched = self.background.most_watched(kinds).await?;
        let Some(heard) = heard else {
            let known = most_watched.iter();
            let candidates: Vec<_> = known
                .map(|title| (Features::from(title), title.genres.first().copied()))
                .collect();
            let mut list = popular(&candidates);
            self.leave_out_watched(&mut list, Some(profile)).await?;
            return Ok(list);
        };
        let known = most_watched.iter().map(|title| title.id);
        let drafts = and_known(draft(&heard.voices, &heard.lists), known);
        let chosen = self.choose(profile, &drafts, kinds).await?;
        let titles: Vec<TitleId> = chosen.iter().map(|title| title.id).collect();
        let mut features = heard.features;
        features.extend(features_of(&chosen));
        let grounds = Grounds {
            voices: &heard.voices,
            lists: &heard.lists,
            features: &features,
            rarity: &*self.background.rarity().await?,
            most_watched: most_watched.first().map_or(0, |title| title.popularity),
        };
        Ok(self.ranking.explain(&grounds, &titles))
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

    /// What a profile's taste speaks for; `None` if it has none.
    async fn listen(&self, profile: ProfileId) -> Result<Option<Heard>, RecommendError> {
        let taste = match self.graph.taste(profile).await {
            Ok(taste) => taste,
            Err(error) => without_graph(error)?,
        };
        if taste.edges.is_empty() {
            return Ok(None);
        }
        let titles: Vec<TitleId> = taste.edges.iter().map(|edge| edge.title).collect();
        let lists = match self.graph.similar(&titles).await {
            Ok(lists) => lists.lists,
            Err(error) => {
                without_graph::<()>(error)?;
                return Ok(None);
            }
        };
        let features: HashMap<_, _> = features_of(&self.catalog.titles(&titles).await?).collect();
        let watchers = |title| features.get(&title).map_or(0, |title| title.watchers);
        let fresh = |at| self.rules.weight(1.0, at);
        Ok(Some(Heard {
            voices: self.ranking.voices(&taste, fresh, watchers),
            lists,
            features,
        }))
    }

    /// The first drafts that the viewer may see and has not watched: whatever is left out, the list gets full.
    async fn choose(
        &self,
        profile: ProfileId,
        drafts: &[Draft],
        kinds: Option<&[TitleKind]>,
    ) -> Result<Vec<Title>, RecommendError> {
        let mut chosen = Vec::new();
        for drafts in drafts.chunks(MAX_FOR_VIEWER) {
            let ids: Vec<TitleId> = drafts.iter().map(|draft| draft.title).collect();
            let watched = self.watched(profile, &ids).await?;
            let titles = self.catalog.titles(&ids).await?;
            let mut titles: HashMap<TitleId, Title> =
                titles.into_iter().map(|title| (title.id, title)).collect();
            let wanted = ids
                .iter()
                .filter(|id| !watched.contains(id))
                .filter_map(|id| titles.remove(id))
                .filter(|title| kinds.is_none_or(|kinds| kinds.contains(&title.kind)));
            chosen.extend(wanted.take(MAX_FOR_VIEWER - chosen.len()));
            if chosen.len() == MAX_FOR_VIEWER {
                break;
            }
        }
        Ok(chosen)
    }

    async fn features_around(
        &self,
        seed: &Features,
        edges: &[SimilarEdge],
    ) -> Result<HashMap<TitleId, Features>, RecommendError> {
        let ids: Vec<TitleId> = edges.iter().map(|edge| edge.to).collect();
        let mut features: HashMap<_, _> = features_of(&self.catalog.titles(&ids).await?).collect();
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
                features.extend(features_of(&page.rows));
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
        let watched = self.watched(profile, &ids).await?;
        list.retain(|found| !watched.contains(&found.title));
        Ok(())
    }

    /// Which of these titles a profile has watched or does not want to see. The graph learns of a watch a moment after the record does, so the
    /// record has the last word.
    async fn watched(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<HashSet<TitleId>, RecommendError> {
        let passed_over = self.watching.passed_over(profile, titles).await?;
        Ok(passed_over.into_iter().collect())
    }
}

/// What ranking needs to know of titles.
fn features_of(titles: &[Title]) -> impl Iterator<Item = (TitleId, Features)> {
    titles
        .iter()
        .map(|title| (title.id, Features::from(title)))
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
            tracing::warn!(
                error = &*reason as &dyn std::error::Error,
                "The graph does not answer; suggesting without it"
            );
            Ok(T::default())
        }
        error => Err(error.into()),
    }
}
