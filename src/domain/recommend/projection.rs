//! Keeps the graph in step with the documents: the only way anything gets into it.
//!
//! Documents carry a revision and a mark "not yet projected", set in the write itself. A round reads marked ones,
//! writes their absolute state to the graph, which skips what is stale, and takes the mark off unless the document has
//! changed meanwhile. So a round is idempotent: a crash at any point, or a second projector, does no harm.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::{try_join, try_join_all};
use futures::stream::{self, StreamExt, TryStreamExt};
use uuid::Uuid;

use super::epoch::{Epoch, Watch};
use super::error::RecommendError;
use super::graph::{GraphCounts, TitleNode, WatchedEdge};
use super::similar_service::SimilarService;
use super::sources::{ProjectionPorts, UnprojectedWatch};
use crate::domain::batch::JobLoader;
use crate::domain::catalog::{
    CatalogError, CatalogService, CreditRole, GenresById, PeopleById, Title,
};
use crate::domain::clock::Clock;
use crate::domain::entropy::unique_name;
use crate::domain::events::{Event, EventBus};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{WatchService, WatchedTitle};

/// How many documents are read together.
pub(super) const BATCH: usize = 500;
/// How many watched titles are projected together.
const PART: usize = 1000;
/// How many titles are counted, and how many marks taken off, by one operation, of which each has its time limit.
const TOGETHER: usize = 2000;
/// How many such parts are on their way into the graph at the same time.
const LANES: usize = 2;

/// The use cases of keeping the graph.
#[derive(Clone)]
pub struct GraphService {
    pub(super) ports: ProjectionPorts,
    catalog: CatalogService,
    pub(super) watching: WatchService,
    similar: SimilarService,
    pub(super) events: Arc<dyn EventBus>,
    pub(super) clock: Arc<dyn Clock>,
    /// What this server is called where it holds the lease of making the graph anew.
    pub(super) holder: Uuid,
    /// What this process has seen of the epochs.
    pub(super) watch: Watch,
}

impl GraphService {
    /// A service on its ports and on others.
    pub fn new(
        ports: ProjectionPorts,
        catalog: CatalogService,
        watching: WatchService,
        similar: SimilarService,
        events: Arc<dyn EventBus>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            ports,
            catalog,
            watching,
            similar,
            events,
            clock,
            holder: unique_name(),
            watch: Watch::default(),
        }
    }

    /// Computes all `SIMILAR` edges from the titles and watches that are there. Says how many there are now.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn similar(&self) -> Result<u64, RecommendError> {
        self.similar.rebuild().await
    }

    /// The same if edges are computed in this program; else those that there are stay.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn similar_if_computed_here(&self) -> Result<(), RecommendError> {
        if self.similar.rebuild_if_computed_here().await?.is_none() {
            tracing::info!(
                "SIMILAR edges are computed elsewhere: those that there are stay until a generation is imported"
            );
        }
        Ok(())
    }

    /// Removes a profile from the graph, for ever; before it is removed from the record.
    ///
    /// A profile is on its way into the graph wherever a server has read its watched titles and not yet written their
    /// edges, and such a server may stand still for any time in between. So it is the graph that refuses, for ever,
    /// what names an erased profile, and does not go by the clock. It can be broken off, begun again, or done by
    /// several servers at once.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_profile(&self, profile: ProfileId) -> Result<(), RecommendError> {
        // So that a graph that comes back from a backup is seen to be older than this.
        self.notes_to_write_by().await?;
        Ok(self.ports.graph.erase_profile(profile).await?)
    }

    /// How much there is in the graph.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn counts(&self) -> Result<GraphCounts, RecommendError> {
        Ok(self.ports.graph.counts().await?)
    }

    pub(super) async fn put_titles(&self, titles: &[Title]) -> Result<(), RecommendError> {
        let people = JobLoader::new(PeopleById(self.catalog.clone()));
        let genres = JobLoader::new(GenresById(self.catalog.clone()));
        let epoch = self.epoch().await?;
        let nodes = titles.iter().map(|title| {
            let node = node(title, epoch.version(title.stamp.revision));
            named(node, title, &people, &genres)
        });
        let nodes = try_join_all(nodes).await.map_err(RecommendError::Names)?;
        self.ports.graph.put_titles(&nodes).await?;
        // A title may have been watched before it was projected, or the graph made anew.
        self.count_watchers(titles.iter().map(|title| title.id).collect())
            .await
    }

    /// Writes the edges of watched titles that were read just now, in the order of profiles: then each of these is the
    /// business of one or two transactions. Their marks stay.
    pub(super) async fn put_edges(
        &self,
        watched_titles: &[&WatchedTitle],
    ) -> Result<(), RecommendError> {
        let parts = watched_titles.chunks(PART);
        let parts: Vec<_> = parts.map(|part| self.put_watched(part)).collect();
        stream::iter(parts)
            .buffer_unordered(LANES)
            .try_collect()
            .await
    }

    /// Counts the watchers of titles whose edges are written, and takes the marks off. Says of how many: those that nobody
    /// has written since.
    pub(super) async fn finish(
        &self,
        waiting: &[UnprojectedWatch],
    ) -> Result<usize, RecommendError> {
        // One that the graph had before has its watcher counted.
        let new = waiting.iter().filter(|one| one.may_be_new());
        let new: BTreeSet<TitleId> = new.map(|one| one.watched_title.title).collect();
        if !new.is_empty() {
            self.count_watchers(new).await?;
        }
        let marks: Vec<_> = waiting
            .iter()
            .map(|one| &one.watched_title)
            .map(|one| (one.profile, one.title, one.stamp.revision))
            .collect();
        let mut marked = 0;
        for marks in marks.chunks(TOGETHER) {
            marked += self.ports.watches.mark_watches_projected(marks).await?;
        }
        Ok(marked)
    }

    async fn put_watched(&self, watched_titles: &[&WatchedTitle]) -> Result<(), RecommendError> {
        let epoch = self.epoch().await?;
        let edges: Vec<WatchedEdge> = watched_titles
            .iter()
            .map(|watched_title| WatchedEdge {
                revision: epoch.version(watched_title.stamp.revision),
                ..(*watched_title).into()
            })
            .collect();
        self.ports.graph.put_watched(&edges).await?;
        let profiles: BTreeSet<ProfileId> = edges.iter().map(|edge| edge.profile).collect();
        let profiles = profiles.into_iter().collect();
        self.events.publish(Event::TastesChanged(profiles));
        Ok(())
    }

    /// The epoch to write in. To be asked after the documents were read: those of an earlier epoch that are written late
    /// are passed over, and everything that was there when a later one began is marked anew.
    async fn epoch(&self) -> Result<Epoch, RecommendError> {
        let notes = self.notes_to_write_by().await?;
        // Sums that a server of another half-life has added to are not carried on.
        self.fits(&notes)?;
        Ok(notes.epoch)
    }

    pub(super) async fn count_watchers(
        &self,
        titles: BTreeSet<TitleId>,
    ) -> Result<(), RecommendError> {
        let titles: Vec<TitleId> = titles.into_iter().collect();
        let watchers = &self.ports.watchers;
        for titles in titles.chunks(TOGETHER) {
            // Before it is counted: whoever writes an edge later takes a greater number after that.
            let count = watchers.begin_count().await?;
            let counted = self.watchers(titles).await?;
            let counts: Vec<(TitleId, u64)> = titles.iter().copied().zip(counted).collect();
            watchers.put_watchers(count, &counts).await?;
        }
        Ok(())
    }

    /// How many watchers each title has: the departed, and those in the graph. Read in this order, nobody is counted
    /// twice, for the departed have no edge any more; see [`Self::erase_profile`].
    pub(super) async fn watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, RecommendError> {
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
async fn named(
    mut node: TitleNode,
    title: &Title,
    people: &JobLoader<PeopleById>,
    genres: &JobLoader<GenresById>,
) -> Result<TitleNode, Arc<CatalogError>> {
    let credited = title.credits.iter().map(|credit| credit.person).collect();
    let (people, genres) =
        try_join(people.load(credited), genres.load(title.genres.clone())).await?;
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
pub(super) fn node(title: &Title, version: u64) -> TitleNode {
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
        revision: version,
    }
}
