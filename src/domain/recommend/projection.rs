//! Keeps the graph in step with the documents: the only way anything gets into it.
//!
//! Documents carry a revision and a mark "not yet projected", set in the write itself. A round reads marked ones,
//! writes their absolute state to the graph, which skips what is stale, and takes the mark off unless the document has
//! changed meanwhile. So a round is idempotent: a crash at any point, or a second projector, does no harm.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use futures::future::{try_join, try_join_all};

use super::error::RecommendError;
use super::graph::{GraphCounts, TitleNode, WatchedEdge};
use super::similar_service::SimilarService;
use super::sources::ProjectionPorts;
use crate::domain::batch::JobLoader;
use crate::domain::catalog::{
    CatalogError, CatalogService, CreditRole, GenresById, PeopleById, Title,
};
use crate::domain::events::{Event, EventBus};
use crate::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use crate::domain::watching::{WatchService, WatchedTitle};

/// How many documents are projected together.
const BATCH: usize = 500;
/// How many watched titles a round reads. To find the first that waits, a store may have to walk over what was done
/// just before (the entries that a log-structured or versioned index has not cleared away yet), so it is asked rarely.
const ROUND: usize = 5000;
/// How many differences a comparison reports at the most.
const MAX_DIFFERENCES: usize = 100;

/// The use cases of keeping the graph.
#[derive(Clone)]
pub struct GraphService {
    ports: ProjectionPorts,
    catalog: CatalogService,
    watching: WatchService,
    similar: SimilarService,
    events: Arc<dyn EventBus>,
}

/// Something that the graph and the documents do not agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The graph lacks a title, or has other edges or an older revision of it.
    Title(TitleId),
    /// The graph has a title that the catalogue has not.
    StrayTitle(TitleId),
    /// The graph lacks a `WATCHED` edge, or has another state of it.
    Watched(ProfileId, TitleId),
    /// The graph has a `WATCHED` edge that the record has not.
    StrayWatched(ProfileId, TitleId),
    /// The stored number of a title's watchers differs from its `WATCHED` edges + departed watchers.
    Watchers(TitleId),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title(title) => write!(f, "title {title} is not as in the catalogue"),
            Self::StrayTitle(title) => write!(f, "title {title} is not in the catalogue"),
            Self::Watched(profile, title) => write!(
                f,
                "the WATCHED edge from profile {profile} to title {title} is not as recorded"
            ),
            Self::StrayWatched(profile, title) => write!(
                f,
                "the WATCHED edge from profile {profile} to title {title} is not recorded"
            ),
            Self::Watchers(title) => write!(
                f,
                "the stored number of watchers of title {title} differs from the counted one"
            ),
        }
    }
}

impl GraphService {
    /// A service on its ports and on others.
    pub fn new(
        ports: ProjectionPorts,
        catalog: CatalogService,
        watching: WatchService,
        similar: SimilarService,
        events: Arc<dyn EventBus>,
    ) -> Self {
        Self {
            ports,
            catalog,
            watching,
            similar,
            events,
        }
    }

    /// Projects a batch of what waits. Says how many documents that were; 0: nothing waits.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn project(&self) -> Result<usize, RecommendError> {
        let titles = self.ports.titles.unprojected_titles(BATCH).await?;
        if !titles.is_empty() {
            self.put_titles(&titles).await?;
            let marks: Vec<_> = titles
                .iter()
                .map(|title| (title.id, title.stamp.revision))
                .collect();
            self.ports.titles.mark_titles_projected(&marks).await?;
        }
        let watched_titles = self.ports.watches.unprojected_watches(ROUND).await?;
        for watched_titles in watched_titles.chunks(BATCH) {
            self.put_watched(watched_titles).await?;
            let marks: Vec<_> = watched_titles
                .iter()
                .map(|watched_title| {
                    (
                        watched_title.profile,
                        watched_title.title,
                        watched_title.stamp.revision,
                    )
                })
                .collect();
            self.ports.watches.mark_watches_projected(&marks).await?;
        }
        let departures = self.ports.watches.unprojected_departures(BATCH).await?;
        if !departures.is_empty() {
            let titles = departures.iter().map(|(title, _)| *title);
            self.count_watchers(titles.collect()).await?;
            self.ports
                .watches
                .mark_departures_projected(&departures)
                .await?;
        }
        Ok(titles.len() + watched_titles.len() + departures.len())
    }

    /// Projects until nothing waits. Says how many documents that were.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn drain(&self) -> Result<usize, RecommendError> {
        let mut projected_in_all = 0;
        loop {
            match self.project().await? {
                0 => return Ok(projected_in_all),
                projected => projected_in_all += projected,
            }
        }
    }

    /// Makes the whole graph anew from the documents. Says how many documents it was made from.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rebuild(&self) -> Result<usize, RecommendError> {
        self.ports.graph.clear().await?;
        self.events.publish(Event::Missed);
        let mut projected_in_all = 0;
        let mut after = None;
        loop {
            let titles = self.ports.titles.titles_after(after, BATCH).await?;
            let Some(last) = titles.last() else { break };
            after = Some(last.id);
            projected_in_all += titles.len();
            self.put_titles(&titles).await?;
        }
        let mut after = None;
        loop {
            let watched_titles = self.watching.all_watched_titles_after(after, BATCH).await?;
            let Some(last) = watched_titles.last() else {
                break;
            };
            after = Some((last.profile, last.title));
            projected_in_all += watched_titles.len();
            self.put_watched(&watched_titles).await?;
        }
        self.similar().await?;
        self.drain().await?;
        Ok(projected_in_all)
    }

    /// Computes all `SIMILAR` edges from the titles and watches that are there. Says how many there are now.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn similar(&self) -> Result<u64, RecommendError> {
        self.similar.rebuild().await
    }

    /// Removes a profile from the graph, for ever; before it is removed from the record.
    ///
    /// A profile is on its way into the graph wherever a server has read its watched titles and not yet written their
    /// edges, and such a server may stand still for any time in between. So it is the graph that refuses, for ever,
    /// what names an erased profile, and does not go by the clock. It can be broken off, begun again, or done by
    /// several servers at once.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_profile(&self, profile: ProfileId) -> Result<(), RecommendError> {
        Ok(self.ports.graph.erase_profile(profile).await?)
    }

    /// How much there is in the graph.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn counts(&self) -> Result<GraphCounts, RecommendError> {
        Ok(self.ports.graph.counts().await?)
    }

    /// Compares the graph with the documents; differences by key, at most 100 of each sort. What waits for projection
    /// differs too, so drain first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn verify(&self) -> Result<Vec<Difference>, RecommendError> {
        let mut differences = self.verify_titles().await?;
        differences.extend(self.verify_watched().await?);
        Ok(differences)
    }

    async fn verify_titles(&self) -> Result<Vec<Difference>, RecommendError> {
        let mut differences = Vec::new();
        let mut documents = HashMap::new();
        let mut after = None;
        loop {
            let titles = self.ports.titles.titles_after(after, BATCH).await?;
            let Some(last) = titles.last() else { break };
            after = Some(last.id);
            let ids: Vec<TitleId> = titles.iter().map(|title| title.id).collect();
            let watchers = self.watchers(&ids).await?;
            let wrong = titles
                .iter()
                .zip(watchers)
                .filter(|(title, watchers)| title.watchers != *watchers);
            differences.extend(wrong.map(|(title, _)| Difference::Watchers(title.id)));
            documents.extend(
                titles
                    .iter()
                    .map(|title| (title.id, fingerprint(&node(title)))),
            );
        }
        let mut after = None;
        loop {
            let nodes = self.ports.graph.titles_after(after, BATCH).await?;
            let Some(last) = nodes.last() else { break };
            after = Some(last.id);
            for node in &nodes {
                match documents.remove(&node.id) {
                    None => differences.push(Difference::StrayTitle(node.id)),
                    Some(document) if document != fingerprint(node) => {
                        differences.push(Difference::Title(node.id));
                    }
                    Some(_) => {}
                }
            }
        }
        let missing: BTreeSet<TitleId> = documents.into_keys().collect();
        differences.extend(missing.into_iter().map(Difference::Title));
        differences.truncate(MAX_DIFFERENCES);
        Ok(differences)
    }

    /// Walks both sides at the same pace, by key.
    async fn verify_watched(&self) -> Result<Vec<Difference>, RecommendError> {
        let mut differences = Vec::new();
        let mut after = None;
        loop {
            let recorded = self.watching.all_watched_titles_after(after, BATCH).await?;
            let projected = self.ports.graph.watched_after(after, BATCH).await?;
            let recorded_key =
                |watched_title: &WatchedTitle| (watched_title.profile, watched_title.title);
            let projected_key = |edge: &WatchedEdge| (edge.profile, edge.title);
            // A full page says nothing of what lies beyond its last key, so both are compared up to the lesser one.
            let ends = [
                recorded
                    .last()
                    .filter(|_| recorded.len() == BATCH)
                    .map(recorded_key),
                projected
                    .last()
                    .filter(|_| projected.len() == BATCH)
                    .map(projected_key),
            ];
            let end = ends.into_iter().flatten().min();
            let within = |key: &(ProfileId, TitleId)| end.is_none_or(|end| *key <= end);
            let recorded: HashMap<_, _> = recorded
                .iter()
                .map(|watched_title| {
                    (
                        recorded_key(watched_title),
                        WatchedEdge::from(watched_title),
                    )
                })
                .filter(|(key, _)| within(key))
                .collect();
            let projected: HashMap<_, _> = projected
                .into_iter()
                .map(|edge| (projected_key(&edge), edge))
                .filter(|(key, _)| within(key))
                .collect();
            let keys: BTreeSet<_> = recorded.keys().chain(projected.keys()).copied().collect();
            for key in keys {
                match (recorded.get(&key), projected.get(&key)) {
                    (Some(record), edge) if edge != Some(record) => {
                        differences.push(Difference::Watched(key.0, key.1));
                    }
                    (None, _) => differences.push(Difference::StrayWatched(key.0, key.1)),
                    _ => {}
                }
            }
            if end.is_none() || differences.len() >= MAX_DIFFERENCES {
                differences.truncate(MAX_DIFFERENCES);
                return Ok(differences);
            }
            after = end;
        }
    }

    async fn put_titles(&self, titles: &[Title]) -> Result<(), RecommendError> {
        let people = JobLoader::new(PeopleById(self.catalog.clone()));
        let genres = JobLoader::new(GenresById(self.catalog.clone()));
        let nodes = try_join_all(
            titles
                .iter()
                .map(|title| named_node(title, &people, &genres)),
        );
        let nodes = nodes.await.map_err(RecommendError::Names)?;
        self.ports.graph.put_titles(&nodes).await?;
        // A title may have been watched before it was projected, or the graph made anew.
        self.count_watchers(titles.iter().map(|title| title.id).collect())
            .await
    }

    async fn put_watched(&self, watched_titles: &[WatchedTitle]) -> Result<(), RecommendError> {
        let edges: Vec<WatchedEdge> = watched_titles.iter().map(WatchedEdge::from).collect();
        self.ports.graph.put_watched(&edges).await?;
        let profiles: BTreeSet<ProfileId> = edges.iter().map(|edge| edge.profile).collect();
        let profiles = profiles.into_iter().collect();
        self.events.publish(Event::TastesChanged(profiles));
        self.count_watchers(
            watched_titles
                .iter()
                .map(|watched_title| watched_title.title)
                .collect(),
        )
        .await
    }

    async fn count_watchers(&self, titles: BTreeSet<TitleId>) -> Result<(), RecommendError> {
        let titles: Vec<TitleId> = titles.into_iter().collect();
        let watchers = self.watchers(&titles).await?;
        let counts: Vec<(TitleId, u64)> = titles.into_iter().zip(watchers).collect();
        Ok(self.ports.watchers.put_watchers(&counts).await?)
    }

    /// How many watchers each title has: the departed, and those in the graph. Read in this order, nobody is counted
    /// twice, for the departed have no edge any more; see [`Self::erase_profile`].
    async fn watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, RecommendError> {
        let departed = self.ports.watches.departed_watchers(titles).await?;
        let present = self.ports.graph.watchers(titles).await?;
        Ok(present.iter().zip(departed).map(|(a, b)| a + b).collect())
    }
}

impl From<&WatchedTitle> for WatchedEdge {
    fn from(watched_title: &WatchedTitle) -> Self {
        Self {
            profile: watched_title.profile,
            title: watched_title.title,
            weight: watched_title.weight,
            plays: watched_title.plays,
            completions: watched_title.completions,
            seconds: watched_title.seconds,
            first_at: watched_title.first_at,
            last_at: watched_title.last_at,
            liked: watched_title.liked,
            revision: watched_title.stamp.revision,
        }
    }
}

/// A title as the graph has it, with the names of its people and genres.
async fn named_node(
    title: &Title,
    people: &JobLoader<PeopleById>,
    genres: &JobLoader<GenresById>,
) -> Result<TitleNode, Arc<CatalogError>> {
    let credited = title.credits.iter().map(|credit| credit.person).collect();
    let (people, genres) =
        try_join(people.load(credited), genres.load(title.genres.clone())).await?;
    let mut node = node(title);
    for (id, name) in node.directors.iter_mut().chain(&mut node.actors) {
        *name = people
            .get(id)
            .map(|person| person.name.clone())
            .unwrap_or_default();
    }
    for (id, name) in &mut node.genres {
        *name = genres
            .get(id)
            .map(|genre| genre.name.clone())
            .unwrap_or_default();
    }
    Ok(node)
}

/// A title as the graph has it, without names.
fn node(title: &Title) -> TitleNode {
    let unnamed = |id| (id, String::new());
    TitleNode {
        id: title.id,
        kind: title.kind,
        slug: title.slug.clone(),
        name: title.name.clone(),
        year: title.year,
        genres: title.genres.iter().map(|id| (*id, String::new())).collect(),
        directors: title.people(CreditRole::Director).map(unnamed).collect(),
        actors: title.people(CreditRole::Actor).map(unnamed).collect(),
        revision: title.stamp.revision,
    }
}

/// What of a title both sides must agree on.
fn fingerprint(node: &TitleNode) -> impl PartialEq + use<> {
    let ids = |people: &[(PersonId, String)]| people.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let genres: BTreeSet<GenreId> = node.genres.iter().map(|(id, _)| *id).collect();
    (
        node.revision,
        node.kind,
        node.year,
        node.slug.clone(),
        genres,
        ids(&node.directors),
        ids(&node.actors),
    )
}
